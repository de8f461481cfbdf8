/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "counting-proxy.h"

#include "taube-test-relay.h"

#include <taube-backend/taube-testing.h>

#include <string.h>

struct _CountingProxy
{
  GMutex lock;
  TaubeTestRelay *relay;
  gboolean down;   /* these two under the lock */
  WireCount count;
  const char *const *hidden;
  CountingProxyHook hook;
  gpointer hook_data;
};

/* Makes of each hidden word one that nobody knows. Only answers that tell capabilities are looked at: they come in
 * one piece from a server on the same machine. */
static void
hide (const CountingProxy *self, char *bytes, gsize size)
{
  for (guint i = 0; self->hidden != NULL && self->hidden[i] != NULL; i++)
    {
      gsize length = strlen (self->hidden[i]);
      char *end = bytes + size;
      char *from = g_strstr_len (bytes, (gssize) size, "CAPABILITY ");
      char *stop = from != NULL ? memchr (from, '\n', (gsize) (end - from)) : NULL;

      for (; from != NULL && stop != NULL && from + length < stop; from++)
        if (from[0] == ' ' && memcmp (from + 1, self->hidden[i], length) == 0
            && strchr (" ]\r", from[length + 1]) != NULL)
          from[1] = 'Z';
    }
}

/* Passes on what is there. It counts first: who has received a reply finds all that led to it counted. */
static gboolean
pass (GSocket *from, GSocket *to, gboolean by_client, gssize *memory, gpointer user_data)
{
  CountingProxy *self = user_data;
  char bytes[16384];
  gssize size = g_socket_receive (from, bytes, sizeof bytes, NULL, NULL);

  if (size <= 0)
    return FALSE;
  g_mutex_lock (&self->lock);
  *(by_client ? &self->count.sent : &self->count.received) += (guint64) size;
  g_mutex_unlock (&self->lock);
  if (!by_client)
    hide (self, bytes, (gsize) size);
  else if (self->hook != NULL)
    self->hook (bytes, (gsize) size, self->hook_data);
  return taube_test_relay_send (to, bytes, (gsize) size);
}

static gboolean
let_in (gpointer user_data)
{
  CountingProxy *self = user_data;
  gboolean down;

  g_mutex_lock (&self->lock);
  self->count.connections++;
  down = self->down;
  g_mutex_unlock (&self->lock);
  return !down;
}

static const TaubeTestRelayFuncs funcs = { let_in, pass };

CountingProxy *
counting_proxy_start (guint16 port)
{
  CountingProxy *self = g_new0 (CountingProxy, 1);

  taube_sasl_forget_logins ();
  g_mutex_init (&self->lock);
  self->relay = taube_test_relay_start (port, &funcs, self);
  return self;
}

void
counting_proxy_stop (CountingProxy *self)
{
  taube_test_relay_stop (self->relay);
  g_mutex_clear (&self->lock);
  g_free (self);
}

guint16
counting_proxy_get_port (CountingProxy *self)
{
  return taube_test_relay_get_port (self->relay);
}

WireCount
counting_proxy_get_count (CountingProxy *self)
{
  WireCount count;

  g_mutex_lock (&self->lock);
  count = self->count;
  g_mutex_unlock (&self->lock);
  return count;
}

void
counting_proxy_hide (CountingProxy *self, const char *const *words)
{
  self->hidden = words;
}

void
counting_proxy_set_hook (CountingProxy *self, CountingProxyHook hook, gpointer user_data)
{
  self->hook = hook;
  self->hook_data = user_data;
}

void
counting_proxy_cut (CountingProxy *self, gboolean down)
{
  g_mutex_lock (&self->lock);
  self->down = down;
  g_mutex_unlock (&self->lock);
  taube_test_relay_cut (self->relay);
}
