/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-testing.h>

#include <taube/taube-error.h>

#include "base/taube-io-thread.h"
#include "base/taube-worker.h"
#include "net/taube-connect.h"
#include "net/taube-connection-private.h"

#include <sys/epoll.h>

static GMutex dialer_lock;
static TaubeTestDialer test_dialer; /* under dialer_lock */
static gpointer test_dialer_data;   /* under dialer_lock */

void
taube_connection_set_test_dialer (TaubeTestDialer dialer, gpointer user_data)
{
  g_mutex_lock (&dialer_lock);
  test_dialer = dialer;
  test_dialer_data = user_data;
  g_mutex_unlock (&dialer_lock);
}

/* TRUE when a test answers the call, with a connection or ERROR. */
static gboolean
dial_by_test (const TaubeEndpoint *endpoint, TaubeConnection **connection, GError **error)
{
  TaubeTestDialer dialer;
  gpointer data;

  g_mutex_lock (&dialer_lock);
  dialer = test_dialer;
  data = test_dialer_data;
  g_mutex_unlock (&dialer_lock);
  if (dialer == NULL)
    return FALSE;
  *connection = dialer (endpoint, data, error);
  return TRUE;
}

static gint64
deadline_of (const TaubeEndpoint *endpoint)
{
  return g_get_monotonic_time () + (gint64) taube_connect_get_timeout (endpoint) * 1000;
}

/* Waiting for TLS or the greeting ends with words of its own; for the user the attempt to connect took too long. */
static GError *
explain_late (const TaubeEndpoint *endpoint, gint64 deadline, GError *failure)
{
  if (!g_error_matches (failure, TAUBE_ERROR, TAUBE_ERROR_CONNECTION) || g_get_monotonic_time () < deadline)
    return failure;
  g_error_free (failure);
  return taube_connect_error_new_timeout (endpoint);
}

/* ---- with a thread that waits ---- */

typedef struct
{
  GMutex lock;
  GCond changed;
  gboolean done;
  int fd;
  GError *error;
} Wait;

static void
end_wait (int fd, GError *error, gpointer data)
{
  Wait *wait = data;

  g_mutex_lock (&wait->lock);
  wait->fd = fd;
  wait->error = error;
  wait->done = TRUE;
  g_cond_signal (&wait->changed);
  g_mutex_unlock (&wait->lock);
}

static TaubeConnection *
connect_and_wait (const TaubeEndpoint *endpoint, gint64 deadline, GCancellable *cancellable, GError **error)
{
  Wait wait = { .fd = -1 };

  g_mutex_init (&wait.lock);
  g_cond_init (&wait.changed);
  taube_connect (endpoint, deadline, cancellable, end_wait, &wait);
  g_mutex_lock (&wait.lock);
  while (!wait.done)
    g_cond_wait (&wait.changed, &wait.lock);
  g_mutex_unlock (&wait.lock);
  g_mutex_clear (&wait.lock);
  g_cond_clear (&wait.changed);
  if (wait.fd < 0)
    {
      g_propagate_error (error, wait.error);
      return NULL;
    }
  return taube_connection_new_socket (endpoint, wait.fd);
}

static gboolean
finish_dial (TaubeConnection *self, gboolean wait_for_greeting, GCancellable *cancellable, GError **error)
{
  if (self->endpoint->implicit_tls && !taube_connection_is_secure (self)
      && (!taube_connection_wrap_tls (self, cancellable, error)
          || !taube_connection_handshake (self, cancellable, error)))
    return FALSE;
  return !wait_for_greeting || taube_connection_fill (self, cancellable, error) >= 0;
}

static TaubeConnection *
dial_once (const TaubeEndpoint *endpoint, gboolean wait_for_greeting, gboolean *again, GCancellable *cancellable,
           GError **error)
{
  gint64 deadline = deadline_of (endpoint);
  guint silence;
  g_autoptr (TaubeConnection) self = NULL;
  GError *failure = NULL;

  if (!dial_by_test (endpoint, &self, error))
    self = connect_and_wait (endpoint, deadline, cancellable, error);
  if (self == NULL)
    return NULL;
  silence = self->silence_timeout;
  self->deadline = deadline;
  self->silence_timeout = G_MAXUINT;
  if (!finish_dial (self, wait_for_greeting, cancellable, &failure))
    {
      *again = taube_connection_failed_to_resume (self);
      g_propagate_error (error, explain_late (endpoint, self->deadline, failure));
      return NULL;
    }
  self->deadline = 0;
  self->silence_timeout = silence;
  return g_steal_pointer (&self);
}

TaubeConnection *
taube_connection_dial (const TaubeEndpoint *endpoint, gboolean wait_for_greeting, GCancellable *cancellable,
                       GError **error)
{
  gboolean again = FALSE;
  TaubeConnection *self;

  g_assert (!taube_io_thread_is_current ());
  if (g_cancellable_set_error_if_cancelled (cancellable, error) || !taube_endpoint_check (endpoint, error))
    return NULL;
  self = dial_once (endpoint, wait_for_greeting, &again, cancellable, error);
  if (self != NULL || !again || g_cancellable_is_cancelled (cancellable))
    return self;
  g_clear_error (error);
  return dial_once (endpoint, wait_for_greeting, &again, cancellable, error);
}

/* ---- without ---- */

/* The attempt is passed on: from the I/O thread, which waits, to a worker, which computes, and back. Whoever has it is
 * the only one who touches it; only cancelling comes from elsewhere, and is taken to the I/O thread first. */
typedef struct
{
  gatomicrefcount refs;
  TaubeEndpoint *endpoint;
  gboolean wait_for_greeting;
  GCancellable *cancellable;
  gulong cancelled_id;
  gint64 deadline;
  GAsyncReadyCallback callback;
  gpointer user_data;
  GTask *task;
  TaubeConnection *connection;
  TaubeParkEntry entry;
  gboolean shaken; /* the TLS handshake is done */
  gboolean again;  /* this is the second try, without resuming TLS */
  gint ended;      /* atomic */
} Dial;

static Dial *
dial_ref (Dial *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

static void
dial_unref (gpointer data)
{
  Dial *self = data;

  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  taube_endpoint_free (self->endpoint);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->task);
  g_clear_pointer (&self->connection, taube_connection_free);
  g_free (self);
}

/* Takes the first reference. */
static void
dial_end (Dial *self, GError *error)
{
  g_atomic_int_set (&self->ended, TRUE);
  if (self->cancellable != NULL)
    g_cancellable_disconnect (self->cancellable, self->cancelled_id);
  if (error != NULL)
    {
      g_clear_pointer (&self->connection, taube_connection_free);
      g_task_return_error (self->task, explain_late (self->endpoint, self->deadline, error));
    }
  else
    {
      g_task_return_pointer (self->task, g_steal_pointer (&self->connection),
                             (GDestroyNotify) taube_connection_free);
    }
  dial_unref (self);
}

static void dial_work (gpointer data);
static gboolean reconnect (gpointer data);

/* On the I/O thread: the wire is ready, or the time is over. */
static void
on_woken (TaubeParkEntry *entry, gboolean timed_out)
{
  Dial *self = entry->data;

  if (timed_out)
    dial_end (self, taube_connect_error_new_timeout (self->endpoint));
  else
    taube_worker_push (dial_work, self);
}

/* On the I/O thread: takes the attempt back if it waits; if it is being worked on, the worker will see. */
static gboolean
cancel_now (gpointer data)
{
  Dial *self = data;
  GError *error = NULL;

  if (!g_atomic_int_get (&self->ended) && taube_parking_remove (&self->entry))
    {
      g_cancellable_set_error_if_cancelled (self->cancellable, &error);
      dial_end (self, error);
    }
  return G_SOURCE_REMOVE;
}

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  taube_io_thread_invoke (cancel_now, dial_ref (data), dial_unref);
}

/* Waits without a thread; somebody else has the attempt when this returns. */
static void
dial_park (Dial *self, guint32 events)
{
  g_autoptr (GError) cancelled = NULL;

  self->entry.fd = self->connection->wire->fd;
  self->entry.events = events;
  self->entry.deadline = self->deadline;
  self->entry.func = on_woken;
  self->entry.data = self;
  dial_ref (self);
  if (!taube_parking_add (&self->entry))
    dial_end (self, taube_connect_error_new (self->endpoint, "the system has no room for another connection"));
  else if (g_cancellable_is_cancelled (self->cancellable))
    on_cancelled (self->cancellable, self);
  dial_unref (self);
}

/* TRUE: TLS stands, or is not wanted. FALSE: the attempt is somebody else's now. */
static gboolean
dial_tls (Dial *self)
{
  TaubeConnection *connection = self->connection;
  GError *error = NULL;
  gssize n;

  if (!connection->endpoint->implicit_tls || connection->pretended_tls || self->shaken)
    return TRUE;
  if (!taube_connection_is_secure (connection) && !taube_connection_wrap_tls (connection, self->cancellable, &error))
    {
      dial_end (self, error);
      return FALSE;
    }
  n = taube_tls_stream_handshake (connection->tls, &error);
  if (n < TAUBE_STREAM_ERROR)
    {
      dial_park (self, n == TAUBE_STREAM_WANT_READ ? EPOLLIN : EPOLLOUT);
      return FALSE;
    }
  if (n == TAUBE_STREAM_ERROR && taube_connection_failed_to_resume (connection) && !self->again)
    {
      g_clear_error (&error);
      self->again = TRUE;
      taube_io_thread_invoke (reconnect, self, NULL);
      return FALSE;
    }
  connection->deadline = self->deadline;
  if (n == TAUBE_STREAM_ERROR || !taube_connection_verify (connection, self->cancellable, &error))
    {
      dial_end (self, error);
      return FALSE;
    }
  self->deadline = connection->deadline;
  connection->deadline = 0;
  self->shaken = TRUE;
  return TRUE;
}

/* One step on a worker, as far as it goes without waiting. */
static void
dial_work (gpointer data)
{
  Dial *self = data;
  GError *error = NULL;
  gssize n;

  if (g_cancellable_set_error_if_cancelled (self->cancellable, &error))
    {
      dial_end (self, error);
      return;
    }
  if (!dial_tls (self))
    return;
  n = self->wait_for_greeting ? taube_connection_fill_nowait (self->connection, &error) : 0;
  if (n == TAUBE_CONNECTION_WOULD_BLOCK)
    dial_park (self, EPOLLIN);
  else
    dial_end (self, error);
}

/* On the I/O thread. */
static void
dial_on (Dial *self)
{
  if (self->connection->endpoint->implicit_tls || !self->wait_for_greeting)
    taube_worker_push (dial_work, self);
  else
    dial_park (self, EPOLLIN);
}

static void
on_connected (int fd, GError *error, gpointer data)
{
  Dial *self = data;

  if (error != NULL)
    {
      dial_end (self, error);
      return;
    }
  self->connection = taube_connection_new_socket (self->endpoint, fd);
  /* Not before: while TCP is being set up it is taube_connect() that listens. */
  if (self->cancellable != NULL)
    self->cancelled_id = g_cancellable_connect (self->cancellable, G_CALLBACK (on_cancelled), self, NULL);
  dial_on (self);
}

/* On the I/O thread. */
static gboolean
reconnect (gpointer data)
{
  Dial *self = data;

  g_clear_pointer (&self->connection, taube_connection_free);
  /* From here to its end it is taube_connect() that listens. */
  if (self->cancellable != NULL)
    g_cancellable_disconnect (self->cancellable, self->cancelled_id);
  self->cancelled_id = 0;
  taube_connect (self->endpoint, self->deadline, self->cancellable, on_connected, self);
  return G_SOURCE_REMOVE;
}

/* On the I/O thread, so that the task ends there. */
static gboolean
start (gpointer data)
{
  Dial *self = data;
  GError *error = NULL;

  self->task = g_task_new (NULL, self->cancellable, self->callback, self->user_data);
  g_task_set_source_tag (self->task, taube_connection_dial_async);
  g_task_set_check_cancellable (self->task, FALSE);
  if (g_cancellable_set_error_if_cancelled (self->cancellable, &error)
      || !taube_endpoint_check (self->endpoint, &error))
    {
      dial_end (self, error);
      return G_SOURCE_REMOVE;
    }
  if (!dial_by_test (self->endpoint, &self->connection, &error))
    {
      taube_connect (self->endpoint, self->deadline, self->cancellable, on_connected, self);
      return G_SOURCE_REMOVE;
    }
  if (self->connection == NULL)
    {
      dial_end (self, error);
      return G_SOURCE_REMOVE;
    }
  if (self->cancellable != NULL)
    self->cancelled_id = g_cancellable_connect (self->cancellable, G_CALLBACK (on_cancelled), self, NULL);
  dial_on (self);
  return G_SOURCE_REMOVE;
}

void
taube_connection_dial_async (const TaubeEndpoint *endpoint, gboolean wait_for_greeting, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data)
{
  Dial *self = g_new0 (Dial, 1);

  g_atomic_ref_count_init (&self->refs);
  self->endpoint = taube_endpoint_copy (endpoint);
  self->wait_for_greeting = wait_for_greeting;
  self->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  self->deadline = deadline_of (endpoint);
  self->callback = callback;
  self->user_data = user_data;
  taube_io_thread_invoke (start, self, NULL);
}

TaubeConnection *
taube_connection_dial_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, taube_connection_dial_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
