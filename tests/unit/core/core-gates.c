/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core-backend.h"

/* The gates of the server, and its log. */

Gate *
server_get_gate_locked (Server *self, const char *name)
{
  Gate *gate = g_hash_table_lookup (self->gates, name);

  if (gate == NULL)
    {
      gate = g_new0 (Gate, 1);
      g_hash_table_insert (self->gates, g_strdup (name), gate);
    }
  return gate;
}

void
server_close_gate (Server *self, const char *name)
{
  g_mutex_lock (&self->lock);
  server_get_gate_locked (self, name)->closed = TRUE;
  g_mutex_unlock (&self->lock);
}

void
server_bar_gate (Server *self, const char *name)
{
  g_mutex_lock (&self->lock);
  server_get_gate_locked (self, name)->closed = TRUE;
  server_get_gate_locked (self, name)->barred = TRUE;
  g_mutex_unlock (&self->lock);
}

void
server_let_one (Server *self, const char *name)
{
  g_mutex_lock (&self->lock);
  server_get_gate_locked (self, name)->passes++;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

void
server_wait_arrived (Server *self, const char *name, guint n)
{
  g_mutex_lock (&self->lock);
  while (server_get_gate_locked (self, name)->arrived < n)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
}

void
server_wait_cancelled (Server *self, const char *name, guint n)
{
  g_mutex_lock (&self->lock);
  while (server_get_gate_locked (self, name)->cancelled < n)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
}

guint
server_count_arrived (Server *self, const char *name)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = server_get_gate_locked (self, name)->arrived;
  g_mutex_unlock (&self->lock);
  return n;
}

guint
server_count_threads (Server *self)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = self->threads;
  g_mutex_unlock (&self->lock);
  return n;
}

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  Server *self = data;

  g_mutex_lock (&self->lock);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

gboolean
server_pass (Server *self, const char *name, GCancellable *cancellable, GError **error)
{
  gulong id = cancellable != NULL ? g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), self, NULL) : 0;
  gboolean knows = FALSE;
  Gate *gate;

  g_mutex_lock (&self->lock);
  gate = server_get_gate_locked (self, name);
  gate->arrived++;
  self->threads++;
  self->threads_peak = MAX (self->threads_peak, self->threads);
  self->last_thread = g_thread_self ();
  g_cond_broadcast (&self->cond);
  while (gate->closed && gate->passes == 0 && (gate->barred || !g_cancellable_is_cancelled (cancellable)))
    {
      g_cond_wait (&self->cond, &self->lock);
      if (!knows && g_cancellable_is_cancelled (cancellable))
        {
          knows = TRUE;
          gate->cancelled++;
          g_cond_broadcast (&self->cond);
        }
    }
  if (gate->closed && gate->passes > 0)
    gate->passes--;
  self->threads--;
  g_mutex_unlock (&self->lock);
  g_cancellable_disconnect (cancellable, id);
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

void
server_log (Server *self, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_mutex_lock (&self->lock);
  g_string_append_vprintf (self->log, format, args);
  g_string_append_c (self->log, ' ');
  g_mutex_unlock (&self->lock);
  va_end (args);
}

char *
server_take_log (Server *self)
{
  char *log;

  g_mutex_lock (&self->lock);
  log = g_strdup (g_strchomp (self->log->str));
  g_string_truncate (self->log, 0);
  g_mutex_unlock (&self->lock);
  return log;
}
