/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What exchange-http.c and exchange-reply.c share, and nobody else. */
#include <libsoup/soup.h>

#include "exchange-feed.h"
#include "exchange-http.h"

G_BEGIN_DECLS

#define EXCHANGE_CHUNK_BYTES (32 << 10)
/* So much of a body waits for its reader before the network has to. */
#define EXCHANGE_QUEUE_BYTES (8 * EXCHANGE_CHUNK_BYTES)

/* One request: what the job and the I/O thread share about it. */
typedef struct
{
  gatomicrefcount refs;
  ExchangeHttp *http;
  GCancellable *io_cancellable;
  char *user;
  TaubeSecret *password;
  ExchangeProofKind kind;
  gboolean streams;
  GUri *uri;
  GBytes *body;
  TaubeMessageSource *source; /* a message behind the body, or NULL */
  GBytes *tail;
  char *content_type;
  SoupSession *session; /* these three are the I/O thread's */
  SoupMessage *message;
  GInputStream *stream;

  ExchangeFeed *served;   /* the job's */

  GMutex lock;
  GCond cond;
  ExchangeFeed *feed;     /* of the last time that it was sent */
  gboolean sent;
  gboolean answered;
  gboolean ended;
  gboolean reading;
  GError *error;
  guint status;
  char *reason;
  GHashTable *headers; /* lower-case name -> value */
  GQueue chunks;       /* of GBytes */
  gsize queued;
  gint64 arrived;      /* when the last of them came, monotonic microseconds */
  GSourceFunc wake;    /* called once, on the I/O thread, when there is something; or NULL */
  gpointer wake_data;
  GDestroyNotify wake_notify;
  guint asked;         /* how often libsoup wanted the password */
  gboolean opened;     /* a connection was made for it */
  gboolean started;    /* it was on a connection; */
  gboolean kept;       /* the first one was there already */
} ExchangeFlight;

ExchangeFlight *exchange_flight_ref (ExchangeFlight *self);
void exchange_flight_unref (gpointer data);
/* Nobody wants it any more. */
void exchange_flight_give_up (ExchangeFlight *self);
/* Waits until READY says so, with the lock, at most until DEADLINE (monotonic microseconds, 0: for ever). FALSE: that
 * has come, or it was cancelled. */
gboolean exchange_flight_wait (ExchangeFlight *self, gboolean (*ready) (ExchangeFlight *self), gint64 deadline,
                               GCancellable *cancellable);
/* On the I/O thread, with a flight for DATA: there is room for more of the body. */
gboolean exchange_flight_read_again (gpointer data);

/* An answer has begun. FLIGHT is taken. */
ExchangeReply *exchange_reply_new (ExchangeFlight *flight);

G_END_DECLS
