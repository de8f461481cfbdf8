/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-search-impl.h>

G_BEGIN_DECLS

/* A query cut in two: what the server is asked, and what is asked of the messages that it finds. */
typedef struct
{
  TaubeQuery *server;
  TaubeQuery *local;  /* NULL: nothing */
  char *raw;          /* in the language of the server, which takes the place of SERVER; or NULL */
  gboolean nothing;   /* no message can match */
  guint used, missed; /* features of the wire protocol: of SERVER, and of what LOCAL needs that is not allowed */
} ExchangePlan;

void exchange_plan_clear (ExchangePlan *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ExchangePlan, exchange_plan_clear)

/* One message that a search may find, as far as it is known. */
typedef struct
{
  char *id;
  TaubeSearchSubject subject;
  TaubeMimeHeaders *headers;
  GPtrArray *keywords; /* of char*, owned */
} ExchangeCandidate;

ExchangeCandidate *exchange_candidate_new (const char *id);
void exchange_candidate_free (ExchangeCandidate *self);
void exchange_candidate_take_headers (ExchangeCandidate *self, const char *text, gsize length,
                                      const TaubeLimits *limits);

G_END_DECLS
