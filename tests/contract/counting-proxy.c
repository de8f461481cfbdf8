/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "counting-proxy.h"

#include <taube-backend/taube-testing.h>

#include <string.h>

struct _CountingProxy
{
  GMutex lock;
  GSocket *listener;
  GCancellable *end;
  GThread *thread;
  guint16 port;
  guint16 target;
  gboolean down;
  WireCount count;
  GPtrArray *links; /* Link; all under the lock */
  const char *const *hidden;
  CountingProxyHook hook;
  gpointer hook_data;
};

typedef struct
{
  CountingProxy *proxy;
  GSocket *client, *server;
  GThread *thread;
} Link;

static GSocketAddress *
local_address (guint16 port)
{
  return g_inet_socket_address_new_from_string ("127.0.0.1", port);
}

static GSocket *
new_socket (void)
{
  g_autoptr (GError) error = NULL;
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);

  g_assert_no_error (error);
  return socket;
}

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
pump (Link *link, GSocket *from, GSocket *to)
{
  char bytes[16384];
  gssize size = g_socket_receive (from, bytes, sizeof bytes, NULL, NULL);

  if (size <= 0)
    return FALSE;
  g_mutex_lock (&link->proxy->lock);
  *(from == link->client ? &link->proxy->count.sent : &link->proxy->count.received) += (guint64) size;
  g_mutex_unlock (&link->proxy->lock);
  if (from == link->server)
    hide (link->proxy, bytes, (gsize) size);
  else if (link->proxy->hook != NULL)
    link->proxy->hook (bytes, (gsize) size, link->proxy->hook_data);
  for (gssize done = 0; done < size;)
    {
      gssize n = g_socket_send (to, bytes + done, (gsize) (size - done), NULL, NULL);

      if (n <= 0)
        return FALSE;
      done += n;
    }
  return TRUE;
}

static gpointer
run_link (gpointer data)
{
  Link *link = data;
  GPollFD fds[2] = { { g_socket_get_fd (link->client), G_IO_IN, 0 }, { g_socket_get_fd (link->server), G_IO_IN, 0 } };
  gboolean open = TRUE;

  while (open)
    {
      g_poll (fds, 2, -1);
      if (fds[0].revents != 0)
        open = pump (link, link->client, link->server);
      if (open && fds[1].revents != 0)
        open = pump (link, link->server, link->client);
    }
  g_socket_shutdown (link->client, TRUE, TRUE, NULL);
  g_socket_shutdown (link->server, TRUE, TRUE, NULL);
  return NULL;
}

static void
add_link (CountingProxy *self, GSocket *client)
{
  g_autoptr (GSocketAddress) address = local_address (self->target);
  g_autoptr (GSocket) server = new_socket ();
  Link *link;

  g_mutex_lock (&self->lock);
  self->count.connections++;
  if (!self->down && g_socket_connect (server, address, NULL, NULL))
    {
      link = g_new0 (Link, 1);
      link->proxy = self;
      link->client = g_object_ref (client);
      link->server = g_steal_pointer (&server);
      link->thread = g_thread_new ("link", run_link, link);
      g_ptr_array_add (self->links, link);
    }
  else
    g_socket_close (client, NULL);
  g_mutex_unlock (&self->lock);
}

static gpointer
run_listener (gpointer data)
{
  CountingProxy *self = data;
  GSocket *client;

  while ((client = g_socket_accept (self->listener, self->end, NULL)) != NULL)
    {
      add_link (self, client);
      g_object_unref (client);
    }
  return NULL;
}

CountingProxy *
counting_proxy_start (guint16 port)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketAddress) address = local_address (0);
  g_autoptr (GSocketAddress) bound = NULL;
  CountingProxy *self = g_new0 (CountingProxy, 1);

  taube_sasl_forget_logins ();
  g_mutex_init (&self->lock);
  self->target = port;
  self->end = g_cancellable_new ();
  self->links = g_ptr_array_new ();
  self->listener = new_socket ();
  g_socket_bind (self->listener, address, TRUE, &error);
  g_assert_no_error (error);
  g_socket_listen (self->listener, &error);
  g_assert_no_error (error);
  bound = g_socket_get_local_address (self->listener, &error);
  g_assert_no_error (error);
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  self->thread = g_thread_new ("proxy", run_listener, self);
  return self;
}

void
counting_proxy_stop (CountingProxy *self)
{
  g_cancellable_cancel (self->end);
  g_thread_join (self->thread);
  counting_proxy_cut (self, TRUE);
  for (guint i = 0; i < self->links->len; i++)
    {
      Link *link = self->links->pdata[i];

      g_thread_join (link->thread);
      g_object_unref (link->client);
      g_object_unref (link->server);
      g_free (link);
    }
  g_ptr_array_unref (self->links);
  g_object_unref (self->listener);
  g_object_unref (self->end);
  g_mutex_clear (&self->lock);
  g_free (self);
}

guint16
counting_proxy_get_port (CountingProxy *self)
{
  return self->port;
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
  for (guint i = 0; i < self->links->len; i++)
    {
      Link *link = self->links->pdata[i];

      g_socket_shutdown (link->client, TRUE, TRUE, NULL);
      g_socket_shutdown (link->server, TRUE, TRUE, NULL);
    }
  g_mutex_unlock (&self->lock);
}
