/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-types.h>

G_BEGIN_DECLS

/* What was found out about how a server tells its news, for all watches of an account: what it does not know is not
 * asked again. Without I/O; safe between threads. */
typedef struct _ExchangePush ExchangePush;

typedef enum
{
  EXCHANGE_PUSH_STREAM, /* by itself, in an answer without an end */
  EXCHANGE_PUSH_PULL,   /* when it is asked, of all folders at once */
  EXCHANGE_PUSH_ASK,    /* not at all: each folder is asked */
} ExchangePushWay;

ExchangePush *exchange_push_new (void);
void exchange_push_free (ExchangePush *self);

/* The best that is not known to fail. NOW: monotonic microseconds. */
ExchangePushWay exchange_push_get_way (ExchangePush *self, gint64 now);
/* Before a subscription of WAY is asked for. As long as nobody knows whether the server has such a thing, one asks and
 * the others wait here for what it finds out. *MINE: the caller is the one, and calls exchange_push_end() after it.
 * TRUE without: it is known by now. FALSE: cancelled. */
gboolean exchange_push_begin (ExchangePush *self, ExchangePushWay way, gboolean *mine, GCancellable *cancellable,
                              GError **error);
void exchange_push_end (ExchangePush *self, ExchangePushWay way);
/* The server has subscriptions of WAY. */
void exchange_push_note_known (ExchangePush *self, ExchangePushWay way);
/* The server refused WAY, SURELY because it knows no such thing, or in words that may mean that. TRUE: it is given up,
 * for good; FALSE: it is worth another try. */
gboolean exchange_push_refuse (ExchangePush *self, ExchangePushWay way, gboolean surely);
/* A stream began with nothing: something between us and the server may hold back answers until they are whole. TRUE:
 * that has happened often enough, and there are no streams for a while. */
gboolean exchange_push_note_held_back (ExchangePush *self, gint64 now);
/* WAY works. TRUE: that is news. */
gboolean exchange_push_note_works (ExchangePush *self, ExchangePushWay way);
/* The one that works now; before any does, the best. */
ExchangePushWay exchange_push_get_current (ExchangePush *self, gint64 now);

/* For how long a stream may be silent between two signs of life, in microseconds. */
gint64 exchange_push_get_heartbeat (ExchangePush *self);
/* The server gave a sign of life after such a pause. */
void exchange_push_learn_heartbeat (ExchangePush *self, gint64 pause);
/* A stream was given up because of its silence: perhaps the server takes longer. */
void exchange_push_note_silent (ExchangePush *self);

G_END_DECLS
