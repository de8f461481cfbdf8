/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "taube-test-relay.h"

struct _TaubeTestRelay
{
  GMutex lock;
  GSocket *listener;
  GCancellable *end;
  GThread *thread;
  guint16 port;
  guint16 target;
  const TaubeTestRelayFuncs *funcs;
  gpointer user_data;
  GPtrArray *links; /* Link; under lock */
};

typedef struct
{
  TaubeTestRelay *relay;
  GSocket *client, *server;
  GThread *thread;
  gssize memory;
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

gboolean
taube_test_relay_send (GSocket *to, const char *bytes, gsize size)
{
  for (gsize done = 0; done < size;)
    {
      gssize n = g_socket_send (to, bytes + done, size - done, NULL, NULL);

      if (n <= 0)
        return FALSE;
      done += (gsize) n;
    }
  return TRUE;
}

static void
shut (Link *link)
{
  g_socket_shutdown (link->client, TRUE, TRUE, NULL);
  g_socket_shutdown (link->server, TRUE, TRUE, NULL);
}

static gpointer
run_link (gpointer data)
{
  Link *link = data;
  TaubeTestRelay *relay = link->relay;
  GPollFD fds[2] = { { g_socket_get_fd (link->client), G_IO_IN, 0 }, { g_socket_get_fd (link->server), G_IO_IN, 0 } };
  gboolean open = TRUE;

  while (open)
    {
      g_poll (fds, 2, -1);
      if (fds[0].revents != 0)
        open = relay->funcs->pass (link->client, link->server, TRUE, &link->memory, relay->user_data);
      if (open && fds[1].revents != 0)
        open = relay->funcs->pass (link->server, link->client, FALSE, &link->memory, relay->user_data);
    }
  shut (link);
  return NULL;
}

/* Under one lock from the question to the link, so that whoever cuts misses none. */
static void
add_link (TaubeTestRelay *self, GSocket *client)
{
  g_autoptr (GSocketAddress) address = local_address (self->target);
  g_autoptr (GSocket) server = new_socket ();
  Link *link;

  g_mutex_lock (&self->lock);
  if (self->funcs->let_in (self->user_data) && g_socket_connect (server, address, NULL, NULL))
    {
      link = g_new0 (Link, 1);
      link->relay = self;
      link->client = g_object_ref (client);
      link->server = g_steal_pointer (&server);
      link->memory = -1;
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
  TaubeTestRelay *self = data;
  GSocket *client;

  while ((client = g_socket_accept (self->listener, self->end, NULL)) != NULL)
    {
      add_link (self, client);
      g_object_unref (client);
    }
  return NULL;
}

TaubeTestRelay *
taube_test_relay_start (guint16 port, const TaubeTestRelayFuncs *funcs, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketAddress) address = local_address (0);
  g_autoptr (GSocketAddress) bound = NULL;
  TaubeTestRelay *self = g_new0 (TaubeTestRelay, 1);

  g_mutex_init (&self->lock);
  self->target = port;
  self->funcs = funcs;
  self->user_data = user_data;
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
  self->thread = g_thread_new ("relay", run_listener, self);
  return self;
}

guint16
taube_test_relay_get_port (TaubeTestRelay *self)
{
  return self->port;
}

void
taube_test_relay_cut (TaubeTestRelay *self)
{
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->links->len; i++)
    shut (self->links->pdata[i]);
  g_mutex_unlock (&self->lock);
}

void
taube_test_relay_stop (TaubeTestRelay *self)
{
  g_cancellable_cancel (self->end);
  g_thread_join (self->thread);
  taube_test_relay_cut (self);
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
