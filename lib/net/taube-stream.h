/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-connection.h>

G_BEGIN_DECLS

/* What reading and writing say beside a number of bytes. */
#define TAUBE_STREAM_EOF 0
#define TAUBE_STREAM_ERROR (-1)
#define TAUBE_STREAM_WANT_READ (-2)  /* call again when the wire is readable */
#define TAUBE_STREAM_WANT_WRITE (-3) /* call again when the wire is writable */

/* One layer of a connection, never blocking: the wire (a socket, or memory in tests) at the bottom, TLS over it,
 * DEFLATE over that. */
typedef struct _TaubeStream TaubeStream;

typedef struct
{
  gssize (*read) (TaubeStream *self, guint8 *data, gsize length, GError **error);
  gssize (*write) (TaubeStream *self, const guint8 *data, gsize length, GError **error);
  /* Whether there are bytes that were read from the layer below and that no poll() sees. */
  gboolean (*has_pending) (TaubeStream *self);
  /* Gives memory back that is only needed while bytes flow. */
  void (*release) (TaubeStream *self);
  /* Says goodbye as far as it goes without waiting; nothing is read or written afterwards. */
  void (*close) (TaubeStream *self);
  /* Frees the layers below, too. */
  void (*free) (TaubeStream *self);
} TaubeStreamClass;

struct _TaubeStream
{
  const TaubeStreamClass *klass;
  /* The rest is set for a wire only. */
  int fd;             /* readable: poll() says POLLIN */
  int write_fd;       /* writable: poll() says write_events */
  short write_events;
  guint64 bytes_read;
  guint64 bytes_written;
};

TaubeStream *taube_socket_stream_new (int fd, const char *host);
gboolean taube_memory_stream_check (TaubeStream *stream);
TaubeStream *taube_tls_stream_new (TaubeStream *base, const TaubeEndpoint *endpoint, GCancellable *cancellable,
                                   GError **error);
TaubeStream *taube_deflate_stream_new (TaubeStream *base, const char *host, const guint8 *first, gsize length);
void taube_deflate_stream_forgive (TaubeStream *stream);

gssize taube_tls_stream_handshake (TaubeStream *stream, GError **error);
gboolean taube_tls_stream_verify (TaubeStream *stream, GCancellable *cancellable, GError **error);
TaubeCertificate *taube_tls_stream_get_certificate (TaubeStream *stream);
const char *taube_tls_stream_get_version (TaubeStream *stream);
const char *taube_tls_stream_get_cipher (TaubeStream *stream);
const char *taube_tls_stream_get_alpn (TaubeStream *stream);
gboolean taube_tls_stream_is_resumed (TaubeStream *stream);
gboolean taube_tls_stream_failed_to_resume (TaubeStream *stream);
GBytes *taube_tls_stream_get_channel_binding (TaubeStream *stream, const char *type);

G_END_DECLS
