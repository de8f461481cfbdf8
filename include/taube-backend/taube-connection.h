/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-certificate.h>
#include <taube-backend/taube-buffer.h>
#include <taube-backend/taube-secret.h>
#include <taube-backend/taube-trace.h>

G_BEGIN_DECLS

/* Asked when a certificate could not be verified: TRUE trusts it this once. A pin that does not match is not asked
 * about. It may block. Called only while dial or start_tls runs: by taube_connection_dial() and
 * taube_connection_start_tls() on the calling thread, by taube_connection_dial_async() on one of the workers. */
typedef gboolean (*TaubeCertificateFunc) (TaubeCertificate *certificate, GCancellable *cancellable,
                                          gpointer user_data);

/* Asked for the password of client_key, on the same threads and as often as ATTEMPT (from 0) says; it may block. NULL
 * with ERROR: there is none. (transfer full) */
typedef TaubeSecret *(*TaubeKeyPasswordFunc) (guint attempt, GCancellable *cancellable, gpointer user_data,
                                              GError **error);

/* TLS sessions of one account, so that its second connection need not show certificates again. A session is resumed
 * only with the same host and port, the same pin, client certificate and authorities to trust, and only one whose
 * certificate was verified or pinned; host name, dates and pin are looked at again. Safe between threads. */
typedef struct _TaubeTlsSessions TaubeTlsSessions;

TAUBE_API TaubeTlsSessions *taube_tls_sessions_new (void);
TAUBE_API TaubeTlsSessions *taube_tls_sessions_ref (TaubeTlsSessions *self);
TAUBE_API void taube_tls_sessions_unref (TaubeTlsSessions *self);

/* Where to and how. Fill it by hand, or copy it; strings in a copy are owned by the copy. */
typedef struct
{
  char *host;            /* name (IDN too), IPv4 or IPv6 address without brackets */
  guint16 port;
  gboolean implicit_tls; /* TLS from the first byte; otherwise taube_connection_start_tls() later, or never */
  char *ca_file;         /* PEM file of further authorities to trust, or NULL */
  char *pin;             /* see taube_pin_normalize(), or NULL: a matching key is trusted whatever else is wrong with
                          * the certificate, any other key is refused */
  char *alpn;            /* such as "imap", or NULL */
  char *proxy;           /* URI of a proxy (socks5://, http://), or NULL for what the system says */
  guint connect_timeout; /* milliseconds for look-up, connecting, TLS and greeting together; 0: 30,000 */
  guint silence_timeout; /* milliseconds without a byte while we wait for one; 0: 30,000 */
  char *trace;           /* category of the wire trace, such as "imap", or NULL for "net" */
  TaubeCertificateFunc certificate_func; /* or NULL: never trust what cannot be verified */
  gpointer certificate_data;             /* not owned */
  char *client_cert;     /* PEM file with a certificate of ours and those that signed it, or NULL */
  char *client_key;      /* PEM file with its key; NULL: in client_cert, too */
  TaubeKeyPasswordFunc key_password_func; /* or NULL: a key with a password cannot be used */
  gpointer key_password_data;             /* not owned */
  TaubeTlsSessions *tls_sessions;         /* referenced by a copy; or NULL: nothing is resumed */
} TaubeEndpoint;

TAUBE_API TaubeEndpoint *taube_endpoint_copy (const TaubeEndpoint *self);
TAUBE_API void taube_endpoint_free (TaubeEndpoint *self);
/* No I/O: host, port and pin make sense (TAUBE_ERROR_INVALID). Dialling checks the same. */
TAUBE_API gboolean taube_endpoint_check (const TaubeEndpoint *self, GError **error);

/* A stream of bytes to a server: TCP, TLS over it, DEFLATE over that (and an in-memory peer in tests,
 * <taube-backend/taube-testing.h>). It has one owner at a time, who calls it from any thread; only
 * taube_connection_unpark() may come from another one.
 *
 * Time-outs are TAUBE_ERROR_CONNECTION, cancelling is G_IO_ERROR_CANCELLED. After an error the connection is broken:
 * each further call returns the same error. Only a wait that was cancelled or met the deadline leaves it as it was, and
 * that only while no command was cut off in the middle; taube_connection_is_broken() tells. */
typedef struct _TaubeConnection TaubeConnection;

/* Connects, sets up TLS when the endpoint says so and, with WAIT_FOR_GREETING, waits until the server has spoken (or
 * closed). No thread is held while it waits. The callback is called on the I/O thread and must only hand over: it must
 * not block. TAUBE_ERROR_CONNECTION, _TLS, _CERTIFICATE (see taube_error_get_certificate()), _INVALID. */
TAUBE_API void taube_connection_dial_async (const TaubeEndpoint *endpoint, gboolean wait_for_greeting,
                                            GCancellable *cancellable, GAsyncReadyCallback callback,
                                            gpointer user_data);
TAUBE_API TaubeConnection *taube_connection_dial_finish (GAsyncResult *result, GError **error);
/* The same, blocking; not on the I/O thread. */
TAUBE_API TaubeConnection *taube_connection_dial (const TaubeEndpoint *endpoint, gboolean wait_for_greeting,
                                                  GCancellable *cancellable, GError **error);
/* Closes at once; what a protocol says at the end was said before. Takes a parked connection back first. */
TAUBE_API void taube_connection_free (TaubeConnection *self);
TAUBE_API void taube_connection_close (TaubeConnection *self);

/* What was received and not yet consumed: parsers read and consume it in place. */
TAUBE_API TaubeBuffer *taube_connection_get_input (TaubeConnection *self);

/* Blocks until more bytes are in the input buffer, as many as can be had in one go: > 0 how many, 0 the server closed
 * its side properly (again and again), -1 error. Pointers into the buffer are worthless afterwards. When it was
 * cancelled or the deadline came, nothing is lost and the owner may go on, or drop the connection. */
TAUBE_API gssize taube_connection_fill (TaubeConnection *self, GCancellable *cancellable, GError **error);
/* The same without blocking: TAUBE_CONNECTION_WOULD_BLOCK when nothing is there. */
#define TAUBE_CONNECTION_WOULD_BLOCK (-2)
TAUBE_API gssize taube_connection_fill_nowait (TaubeConnection *self, GError **error);

/* Sends everything; REDACTIONS are the parts of DATA that the trace hides. While the server does not take it, what it
 * says is read into the input buffer, so that two full pipes cannot wait for each other. When it fails, compare
 * taube_connection_get_bytes_written() with its value before: unchanged means that the server saw nothing of it. */
TAUBE_API gboolean taube_connection_write (TaubeConnection *self, gconstpointer data, gsize length,
                                           const TaubeRedaction *redactions, guint n_redactions,
                                           GCancellable *cancellable, GError **error);

/* TLS from here on. Bytes of the server that came after its consent, in the clear, are an attack: TAUBE_ERROR_TLS. */
TAUBE_API gboolean taube_connection_start_tls (TaubeConnection *self, GCancellable *cancellable, GError **error);

/* DEFLATE both ways from here on (RFC 4978): the server has agreed, and nothing may be on its way to it. What it has
 * said after its consent is compressed already. Bytes that are no DEFLATE are TAUBE_ERROR_PROTOCOL; those that unpack
 * to unreasonably much are TAUBE_ERROR_LIMIT. */
TAUBE_API void taube_connection_start_compression (TaubeConnection *self);
TAUBE_API gboolean taube_connection_is_compressed (TaubeConnection *self);
/* What was unpacked up to now was asked for: the limit counts afresh. A parked connection does so by itself. */
TAUBE_API void taube_connection_forgive_expansion (TaubeConnection *self);

/* When to give up (monotonic microseconds, 0: never), whatever still arrives. Holds until it is set again. */
TAUBE_API void taube_connection_set_deadline (TaubeConnection *self, gint64 deadline);
/* How long the server may say nothing while we wait for it; starts at the endpoint's. G_MAXUINT: as long as it
 * likes. */
TAUBE_API void taube_connection_set_silence_timeout (TaubeConnection *self, guint milliseconds);

TAUBE_API gboolean taube_connection_is_broken (TaubeConnection *self);
/* Says ERROR from now on, as if the stream itself had failed. */
TAUBE_API void taube_connection_set_broken (TaubeConnection *self, const GError *error);
/* The far end is on this machine (or is a proxy there). */
TAUBE_API gboolean taube_connection_is_local (TaubeConnection *self);
TAUBE_API gboolean taube_connection_is_secure (TaubeConnection *self);
/* Bytes on the wire: with those of TLS, and compressed when it is. */
TAUBE_API guint64 taube_connection_get_bytes_read (TaubeConnection *self);
TAUBE_API guint64 taube_connection_get_bytes_written (TaubeConnection *self);
TAUBE_API const char *taube_connection_get_host (TaubeConnection *self);
/* The number by which the trace names this connection. */
TAUBE_API guint taube_connection_get_id (TaubeConnection *self);

/* All of these give NULL without TLS. */
TAUBE_API TaubeCertificate *taube_connection_get_certificate (TaubeConnection *self); /* (transfer none) */
TAUBE_API const char *taube_connection_get_tls_version (TaubeConnection *self);       /* "TLSv1.3" */
TAUBE_API const char *taube_connection_get_tls_cipher (TaubeConnection *self);
TAUBE_API const char *taube_connection_get_alpn (TaubeConnection *self); /* what the server chose */
/* Whether TLS goes on from an earlier connection; whether there is a certificate of ours to show. FALSE without TLS. */
TAUBE_API gboolean taube_connection_is_resumed (TaubeConnection *self);
/* start_tls() has failed, and may not at another connection, where nothing is tried to be resumed any more. (Dialling
 * does that by itself.) */
TAUBE_API gboolean taube_connection_failed_to_resume (TaubeConnection *self);
TAUBE_API gboolean taube_connection_has_client_certificate (TaubeConnection *self);
/* TYPE: "tls-exporter" (RFC 9266; TLS 1.3 only), "tls-unique" (RFC 5929; TLS 1.2 with the extended master secret of
 * RFC 7627 only) or "tls-server-end-point" (RFC 5929). NULL: there is none. (transfer full) */
TAUBE_API GBytes *taube_connection_get_channel_binding (TaubeConnection *self, const char *type);
/* The one that this version of TLS has, "tls-exporter" or "tls-unique", and its name; NULL: none. (transfer full) */
TAUBE_API GBytes *taube_connection_find_channel_binding (TaubeConnection *self, const char **type_out);

typedef enum
{
  TAUBE_CONNECTION_WAKE_READABLE, /* the server said something, closed, or the connection broke */
  TAUBE_CONNECTION_WAKE_DEADLINE, /* the time given to taube_connection_park() has come */
} TaubeConnectionWake;

/* The connection belongs to the function again. It is called once, on the I/O thread, and must only hand over. READABLE
 * can also be TLS's own chatter: look with taube_connection_fill_nowait() before waiting for a line. */
typedef void (*TaubeConnectionParkFunc) (TaubeConnection *self, TaubeConnectionWake wake, gpointer user_data);

/* Nothing is left in the input buffer or in TLS, so only a new packet can bring more. */
TAUBE_API gboolean taube_connection_is_parkable (TaubeConnection *self);
/* Waits without a thread until there is something to read or DEADLINE comes (monotonic microseconds, 0: never); gives
 * the memory of its buffers back. FALSE: it is not parkable or broken; nothing has changed and FUNC is never called. */
TAUBE_API gboolean taube_connection_park (TaubeConnection *self, gint64 deadline, TaubeConnectionParkFunc func,
                                          gpointer user_data);
/* From any thread. TRUE: the caller owns the connection and FUNC will never be called. FALSE: FUNC was or will be
 * called, and owns it (or it was not parked). */
TAUBE_API gboolean taube_connection_unpark (TaubeConnection *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeConnection, taube_connection_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeEndpoint, taube_endpoint_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeTlsSessions, taube_tls_sessions_unref)

G_END_DECLS
