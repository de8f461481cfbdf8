/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include <taube-backend/taube-limits.h>
#include <taube-backend/taube-message-source-impl.h>
#include <taube-backend/taube-secret.h>

#include "exchange-trust.h"

G_BEGIN_DECLS

/* HTTP for one account: a SoupSession on the I/O thread, and blocking calls for jobs. Reference-counted, safe
 * between threads. It knows nothing of signing in but what it is told for each request. */
typedef struct _ExchangeHttp ExchangeHttp;
/* One answer, whose body is read as it arrives. Used by one thread. */
typedef struct _ExchangeReply ExchangeReply;

typedef struct
{
  ExchangeTrust *trust;
  GTlsCertificate *client_certificate; /* or NULL */
  const char *proxy;                   /* or NULL for what the system says */
  guint connections;
  guint silence_seconds; /* without a byte while we wait for one */
} ExchangeHttpOptions;

/* How a request shows who asks. */
typedef enum
{
  EXCHANGE_PROOF_NONE,
  EXCHANGE_PROOF_HEADER,    /* an Authorization header made by us: Basic, Bearer */
  EXCHANGE_PROOF_NTLM,      /* libsoup talks it over on the connection */
  EXCHANGE_PROOF_NEGOTIATE,
} ExchangeProofKind;

typedef struct
{
  ExchangeProofKind kind;
  TaubeSecret *secret; /* the value of the header, or the password */
  const char *user;
} ExchangeProof;

typedef struct
{
  const char *method;
  GUri *uri;
  GBytes *body;             /* or NULL */
  TaubeMessageSource *message; /* it follows in base64, read while it is sent; or NULL */
  GBytes *tail;             /* what stands behind it then */
  const char *content_type; /* of the body */
  const char *what;         /* for the trace: "GetFolder" */
  const char *request_id;   /* told to the server, which may repeat it; or NULL */
  const char *const *headers; /* further ones, a name and a value in turn; or NULL */
  gboolean repeatable;      /* it changes nothing: a connection that was closed in the meantime costs nothing */
  gboolean streams;         /* its answer is told bit by bit */
  guint answer_seconds;     /* until the answer must begin; 0: as long as nothing breaks */
  ExchangeProof proof;
} ExchangeRequest;

ExchangeHttp *exchange_http_new (const ExchangeHttpOptions *options);
/* The same, with connections of its own, on which silence is no fault. */
ExchangeHttp *exchange_http_new_patient (ExchangeHttp *like);
ExchangeHttp *exchange_http_ref (ExchangeHttp *self);
void exchange_http_unref (ExchangeHttp *self);
ExchangeTrust *exchange_http_get_trust (ExchangeHttp *self);

/* No connection that there is now is used for another request: one is out of step. What is on its way goes on. */
void exchange_http_renew (ExchangeHttp *self);

/* Sends it and waits for the header of the answer, whatever status that has; redirects are not followed. *SENT, also
 * when it fails: all of the request may have reached the server. TAUBE_ERROR_CONNECTION, _TLS, _CERTIFICATE,
 * _PROTOCOL, G_IO_ERROR_CANCELLED. */
ExchangeReply *exchange_http_send (ExchangeHttp *self, const ExchangeRequest *request, gboolean *sent,
                                   GCancellable *cancellable, GError **error);

guint exchange_reply_get_status (ExchangeReply *self);
const char *exchange_reply_get_reason (ExchangeReply *self);
/* All values of that header, joined by ", "; or NULL. */
const char *exchange_reply_get_header (ExchangeReply *self, const char *name);
/* More of the body, unpacked: > 0 bytes, 0 at its end, -1. TAUBE_ERROR_LIMIT: it unpacks to unreasonably much. */
gssize exchange_reply_read (ExchangeReply *self, gpointer buffer, gsize size, GCancellable *cancellable,
                            GError **error);
/* The same of what is there, without waiting; 0 also when there is nothing now. *ENDED: nothing more will come. */
gssize exchange_reply_read_ready (ExchangeReply *self, gpointer buffer, gsize size, gboolean *ended,
                                  GCancellable *cancellable, GError **error);
/* Something can be read without waiting, or that nothing more comes. */
gboolean exchange_reply_is_ready (ExchangeReply *self);
/* Waits for that until DEADLINE, monotonic microseconds. FALSE: it has come, or it was cancelled. */
gboolean exchange_reply_wait (ExchangeReply *self, gint64 deadline, GCancellable *cancellable);
/* When bytes came last, monotonic microseconds. */
gint64 exchange_reply_get_arrived (ExchangeReply *self);
/* Calls FUNC once, on the I/O thread, when it becomes ready. FALSE, and nothing is done with DATA: it is. */
gboolean exchange_reply_set_wake (ExchangeReply *self, GSourceFunc func, gpointer data, GDestroyNotify notify);
/* FUNC may be running. */
void exchange_reply_clear_wake (ExchangeReply *self);
/* The beginning of the body, valid UTF-8; what was read before is not in it. (transfer full) */
char *exchange_reply_read_words (ExchangeReply *self, gsize most, GCancellable *cancellable);
/* Reads what is left, if that is little, so that the connection can be used again. */
void exchange_reply_drain (ExchangeReply *self, GCancellable *cancellable);
/* What is left is not read; the connection is closed then. */
void exchange_reply_free (ExchangeReply *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ExchangeHttp, exchange_http_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ExchangeReply, exchange_reply_free)

G_END_DECLS
