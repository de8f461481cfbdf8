/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include <taube-backend/taube-message-source-impl.h>

G_BEGIN_DECLS

/* The body of a request as a stream, with a message in base64 between HEAD and TAIL. libsoup reads it on the I/O
 * thread, which must not wait for a file: what it is hungry for, the job reads, which waits for the answer anyway. */
#define EXCHANGE_TYPE_FEED (exchange_feed_get_type ())
G_DECLARE_FINAL_TYPE (ExchangeFeed, exchange_feed, EXCHANGE, FEED, GInputStream)

/* CALL is called on the I/O thread when it is hungry, until exchange_feed_stop(). */
ExchangeFeed *exchange_feed_new (GBytes *head, TaubeMessageSource *message, GBytes *tail, void (*call) (gpointer data),
                                 gpointer data);
/* How long it is, if the message stays as it was measured. */
gint64 exchange_feed_measure (GBytes *head, TaubeMessageSource *message, GBytes *tail);
/* From any thread, also with a lock that CALL takes. */
gboolean exchange_feed_is_hungry (ExchangeFeed *self);
/* The next piece, read on this thread. What goes wrong is the error of the stream. */
void exchange_feed_serve (ExchangeFeed *self, GCancellable *cancellable);
/* On the thread that serves: the message is closed, and nobody is called any more. */
void exchange_feed_stop (ExchangeFeed *self);

G_END_DECLS
