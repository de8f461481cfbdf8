/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "net/taube-stream.h"

#include <taube/taube-error.h>

#include "base/taube-gettext.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct
{
  TaubeStream parent;
  const char *host; /* the connection's */
} SocketStream;

static gssize
fail (SocketStream *self, gboolean writing, int code, GError **error)
{
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION,
               writing ? _ ("cannot write to %s: %s") : _ ("cannot read from %s: %s"), self->host, g_strerror (code));
  return TAUBE_STREAM_ERROR;
}

static gssize
socket_stream_read (TaubeStream *stream, guint8 *data, gsize length, GError **error)
{
  gssize n;

  do
    n = recv (stream->fd, data, length, 0);
  while (n < 0 && errno == EINTR);
  if (n >= 0)
    {
      stream->bytes_read += (guint64) n;
      return n;
    }
  if (errno == EAGAIN || errno == EWOULDBLOCK)
    return TAUBE_STREAM_WANT_READ;
  return fail ((SocketStream *) stream, FALSE, errno, error);
}

static gssize
socket_stream_write (TaubeStream *stream, const guint8 *data, gsize length, GError **error)
{
  gssize n;

  /* MSG_NOSIGNAL: a library may neither let SIGPIPE end the program nor change what signals do. */
  do
    n = send (stream->fd, data, length, MSG_NOSIGNAL);
  while (n < 0 && errno == EINTR);
  if (n >= 0)
    {
      stream->bytes_written += (guint64) n;
      return n;
    }
  if (errno == EAGAIN || errno == EWOULDBLOCK)
    return TAUBE_STREAM_WANT_WRITE;
  return fail ((SocketStream *) stream, TRUE, errno, error);
}

static gboolean
socket_stream_has_pending (TaubeStream *stream)
{
  return FALSE;
}

static void
socket_stream_release (TaubeStream *stream)
{
}

static void
socket_stream_close (TaubeStream *stream)
{
  if (stream->fd < 0)
    return;
  close (stream->fd);
  stream->fd = stream->write_fd = -1;
}

static void
socket_stream_free (TaubeStream *stream)
{
  socket_stream_close (stream);
  g_free (stream);
}

static const TaubeStreamClass socket_stream_class = {
  .read = socket_stream_read,
  .write = socket_stream_write,
  .has_pending = socket_stream_has_pending,
  .release = socket_stream_release,
  .close = socket_stream_close,
  .free = socket_stream_free,
};

/* Takes FD, a connected socket that does not block; HOST must outlive the stream. */
TaubeStream *
taube_socket_stream_new (int fd, const char *host)
{
  SocketStream *self = g_new0 (SocketStream, 1);

  self->parent.klass = &socket_stream_class;
  self->parent.fd = self->parent.write_fd = fd;
  self->parent.write_events = POLLOUT;
  self->host = host;
  return &self->parent;
}
