/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-testing.h>

#include <taube/taube-error.h>

#include "net/taube-connection-private.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct _TaubeMemoryPeer
{
  gatomicrefcount refs;
  TaubeMemoryPeerFunc func;
  gpointer user_data;
  GDestroyNotify notify;

  GMutex lock; /* over all that follows */
  TaubeBuffer to_client;
  gboolean closed;  /* by the peer */
  gboolean reset;   /* closed without an end */
  gboolean stalled;
  gboolean client_closed;
  gsize chunk;
  guint calls;
  guint fail_at;
  TaubeMemoryPeerHook hook;
  gpointer hook_data;
  int readable; /* eventfd, signalled as long as a read would not block */
  int writable; /* the same for a write */
};

typedef struct
{
  TaubeStream parent;
  TaubeMemoryPeer *peer;
  char *host;
} MemoryStream;

TaubeMemoryPeer *
taube_memory_peer_new (TaubeMemoryPeerFunc func, gpointer user_data, GDestroyNotify notify)
{
  TaubeMemoryPeer *self = g_new0 (TaubeMemoryPeer, 1);

  g_atomic_ref_count_init (&self->refs);
  self->func = func;
  self->user_data = user_data;
  self->notify = notify;
  g_mutex_init (&self->lock);
  self->readable = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  self->writable = eventfd (1, EFD_CLOEXEC | EFD_NONBLOCK);
  if (self->readable < 0 || self->writable < 0)
    g_error ("cannot make an event descriptor: %s", g_strerror (errno));
  return self;
}

TaubeMemoryPeer *
taube_memory_peer_ref (TaubeMemoryPeer *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
taube_memory_peer_unref (TaubeMemoryPeer *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  if (self->notify != NULL)
    self->notify (self->user_data);
  taube_buffer_wipe (&self->to_client);
  close (self->readable);
  close (self->writable);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
set_signalled (int fd, gboolean signalled)
{
  eventfd_t value = 0;

  /* Reading takes the signal away, so that it is never counted twice. */
  if (eventfd_read (fd, &value) != 0 && errno != EAGAIN)
    g_error ("cannot read an event descriptor: %s", g_strerror (errno));
  if (signalled)
    eventfd_write (fd, 1);
}

static void
update_locked (TaubeMemoryPeer *self)
{
  set_signalled (self->readable, !self->stalled && (self->closed || taube_buffer_length (&self->to_client) > 0));
  set_signalled (self->writable, !self->stalled);
}

void
taube_memory_peer_send (TaubeMemoryPeer *self, gconstpointer data, gsize length)
{
  g_mutex_lock (&self->lock);
  if (!self->closed)
    taube_buffer_append (&self->to_client, data, length);
  update_locked (self);
  g_mutex_unlock (&self->lock);
}

static void
close_peer (TaubeMemoryPeer *self, gboolean reset)
{
  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  self->reset = reset;
  update_locked (self);
  g_mutex_unlock (&self->lock);
}

void
taube_memory_peer_close (TaubeMemoryPeer *self)
{
  close_peer (self, FALSE);
}

void
taube_memory_peer_break (TaubeMemoryPeer *self)
{
  close_peer (self, TRUE);
}

void
taube_memory_peer_set_stalled (TaubeMemoryPeer *self, gboolean stalled)
{
  g_mutex_lock (&self->lock);
  self->stalled = stalled;
  update_locked (self);
  g_mutex_unlock (&self->lock);
}

void
taube_memory_peer_set_chunk (TaubeMemoryPeer *self, gsize bytes)
{
  g_mutex_lock (&self->lock);
  self->chunk = bytes;
  g_mutex_unlock (&self->lock);
}

void
taube_memory_peer_set_fail_at (TaubeMemoryPeer *self, guint number)
{
  g_mutex_lock (&self->lock);
  self->fail_at = number;
  g_mutex_unlock (&self->lock);
}

void
taube_memory_peer_set_hook (TaubeMemoryPeer *self, TaubeMemoryPeerHook hook, gpointer user_data)
{
  g_mutex_lock (&self->lock);
  self->hook = hook;
  self->hook_data = user_data;
  g_mutex_unlock (&self->lock);
}

guint
taube_memory_peer_get_calls (TaubeMemoryPeer *self)
{
  guint calls;

  g_mutex_lock (&self->lock);
  calls = self->calls;
  g_mutex_unlock (&self->lock);
  return calls;
}

gboolean
taube_memory_peer_is_closed (TaubeMemoryPeer *self)
{
  gboolean closed;

  g_mutex_lock (&self->lock);
  closed = self->client_closed;
  g_mutex_unlock (&self->lock);
  return closed;
}

/* ---- the client's end ---- */

/* nolint: not translated, for only tests meet it */
static gssize
fail (MemoryStream *self, const char *what, GError **error)
{
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION, "cannot %s %s: %s", what, self->host,
               g_strerror (ECONNRESET));
  return TAUBE_STREAM_ERROR;
}

/* Counts the call and runs the hook, without the lock. Whether the call may go on. */
static gboolean
begin_call (TaubeMemoryPeer *peer)
{
  TaubeMemoryPeerHook hook;
  gpointer data;
  guint number;
  gboolean ok;

  g_mutex_lock (&peer->lock);
  number = ++peer->calls;
  ok = number != peer->fail_at;
  hook = peer->hook;
  data = peer->hook_data;
  if (!ok)
    peer->closed = peer->reset = TRUE;
  update_locked (peer);
  g_mutex_unlock (&peer->lock);
  if (hook != NULL)
    hook (peer, number, data);
  return ok;
}

static gsize
allowed_locked (TaubeMemoryPeer *peer, gsize length)
{
  return peer->chunk > 0 ? MIN (length, peer->chunk) : length;
}

static gssize
read_locked (MemoryStream *self, guint8 *data, gsize length, GError **error)
{
  TaubeMemoryPeer *peer = self->peer;
  gsize n = MIN (allowed_locked (peer, length), taube_buffer_length (&peer->to_client));

  if (peer->stalled || (n == 0 && !peer->closed))
    return TAUBE_STREAM_WANT_READ;
  if (n == 0)
    return peer->reset ? fail (self, "read from", error) : TAUBE_STREAM_EOF;
  memcpy (data, taube_buffer_peek (&peer->to_client), n);
  taube_buffer_consume (&peer->to_client, n);
  update_locked (peer);
  return (gssize) n;
}

static gssize
memory_stream_read (TaubeStream *stream, guint8 *data, gsize length, GError **error)
{
  MemoryStream *self = (MemoryStream *) stream;
  gssize n;

  if (!begin_call (self->peer))
    return fail (self, "read from", error);
  g_mutex_lock (&self->peer->lock);
  n = read_locked (self, data, length, error);
  g_mutex_unlock (&self->peer->lock);
  if (n > 0)
    stream->bytes_read += (guint64) n;
  return n;
}

static gssize
memory_stream_write (TaubeStream *stream, const guint8 *data, gsize length, GError **error)
{
  MemoryStream *self = (MemoryStream *) stream;
  TaubeMemoryPeer *peer = self->peer;
  gboolean stalled, closed;
  gsize n;

  if (!begin_call (peer))
    return fail (self, "write to", error);
  g_mutex_lock (&peer->lock);
  stalled = peer->stalled;
  closed = peer->closed;
  n = allowed_locked (peer, length);
  g_mutex_unlock (&peer->lock);
  if (stalled)
    return TAUBE_STREAM_WANT_WRITE;
  if (closed)
    return fail (self, "write to", error);
  stream->bytes_written += n;
  if (peer->func != NULL)
    peer->func (peer, data, n, peer->user_data);
  return (gssize) n;
}

static gboolean
memory_stream_has_pending (TaubeStream *stream)
{
  return FALSE;
}

static void
memory_stream_release (TaubeStream *stream)
{
}

static void
memory_stream_close (TaubeStream *stream)
{
  MemoryStream *self = (MemoryStream *) stream;

  g_mutex_lock (&self->peer->lock);
  self->peer->client_closed = TRUE;
  g_mutex_unlock (&self->peer->lock);
}

static void
memory_stream_free (TaubeStream *stream)
{
  MemoryStream *self = (MemoryStream *) stream;

  memory_stream_close (stream);
  taube_memory_peer_unref (self->peer);
  g_free (self->host);
  g_free (self);
}

static const TaubeStreamClass memory_stream_class = {
  .read = memory_stream_read,
  .write = memory_stream_write,
  .has_pending = memory_stream_has_pending,
  .release = memory_stream_release,
  .close = memory_stream_close,
  .free = memory_stream_free,
};

gboolean
taube_memory_stream_check (TaubeStream *stream)
{
  return stream->klass == &memory_stream_class;
}

TaubeConnection *
taube_connection_new_memory (const TaubeEndpoint *endpoint, TaubeMemoryPeer *peer)
{
  MemoryStream *self = g_new0 (MemoryStream, 1);
  TaubeConnection *connection;

  self->parent.klass = &memory_stream_class;
  self->parent.fd = peer->readable;
  self->parent.write_fd = peer->writable;
  self->parent.write_events = POLLIN;
  self->peer = taube_memory_peer_ref (peer);
  self->host = g_strdup (endpoint->host);
  connection = taube_connection_new (endpoint, &self->parent);
  connection->pretended_tls = endpoint->implicit_tls;
  return connection;
}
