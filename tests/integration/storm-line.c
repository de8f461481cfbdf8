/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "storm-line.h"

/* For how long a line is silent before it breaks at last: longer than a client waits for an answer. */
#define STALL_MILLISECONDS 1500
#define DELAY_MILLISECONDS 12
#define PIECE_BYTES 4096

struct _StormLine
{
  GMutex lock;
  GCond cond;
  GSocket *listener;
  GCancellable *end;
  GThread *thread;
  guint16 port;
  guint16 target;
  GPtrArray *links; /* Link */

  /* under lock */
  GRand *rand;
  guint weather;
  gboolean ended;
  StormCount count;
};

typedef struct
{
  StormLine *line;
  GSocket *client, *server;
  GThread *thread;
  gssize calm_bytes; /* until the next fault; negative: not decided */
} Link;

typedef enum
{
  FAULT_NONE,
  FAULT_DELAY,
  FAULT_STALL,
  FAULT_CUT,
} Fault;

static GSocket *
new_socket (void)
{
  g_autoptr (GError) error = NULL;
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);

  g_assert_no_error (error);
  return socket;
}

/* What happens to the next SIZE bytes, of which *PASSED_OUT come through before. */
static Fault
decide (Link *link, gsize size, gsize *passed_out)
{
  StormLine *line = link->line;
  Fault fault = FAULT_NONE;
  int dice;

  *passed_out = size;
  g_mutex_lock (&line->lock);
  if (line->weather == 0)
    link->calm_bytes = -1;
  else if (link->calm_bytes < 0)
    link->calm_bytes = g_rand_int_range (line->rand, 1, (gint32) line->weather * 2);
  if (line->weather != 0 && link->calm_bytes < (gssize) size)
    {
      *passed_out = (gsize) link->calm_bytes;
      link->calm_bytes = -1;
      dice = g_rand_int_range (line->rand, 0, 100);
      fault = dice < 60 ? FAULT_DELAY : dice < 95 ? FAULT_CUT : FAULT_STALL;
      line->count.delays += fault == FAULT_DELAY;
      line->count.cuts += fault == FAULT_CUT;
      line->count.stalls += fault == FAULT_STALL;
    }
  else if (line->weather != 0)
    link->calm_bytes -= (gssize) size;
  g_mutex_unlock (&line->lock);
  return fault;
}

/* Nothing passes for a while. */
static void
hold (StormLine *line, guint milliseconds)
{
  gint64 until = g_get_monotonic_time () + (gint64) milliseconds * 1000;

  g_mutex_lock (&line->lock);
  while (!line->ended && g_cond_wait_until (&line->cond, &line->lock, until))
    ;
  g_mutex_unlock (&line->lock);
}

static gboolean
send_all (GSocket *to, const char *bytes, gsize size)
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

static gboolean
pass (Link *link, GSocket *from, GSocket *to)
{
  char bytes[PIECE_BYTES];
  gssize size = g_socket_receive (from, bytes, sizeof bytes, NULL, NULL);
  gsize done = 0, passed;

  if (size <= 0)
    return FALSE;
  while (done < (gsize) size)
    {
      Fault fault = decide (link, (gsize) size - done, &passed);

      if (!send_all (to, bytes + done, passed))
        return FALSE;
      done += passed;
      if (fault == FAULT_DELAY)
        hold (link->line, DELAY_MILLISECONDS);
      if (fault == FAULT_STALL)
        hold (link->line, STALL_MILLISECONDS);
      if (fault == FAULT_STALL || fault == FAULT_CUT)
        return FALSE;
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
        open = pass (link, link->client, link->server);
      if (open && fds[1].revents != 0)
        open = pass (link, link->server, link->client);
    }
  g_socket_shutdown (link->client, TRUE, TRUE, NULL);
  g_socket_shutdown (link->server, TRUE, TRUE, NULL);
  return NULL;
}

static void
add_link (StormLine *self, GSocket *client)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", self->target);
  g_autoptr (GSocket) server = new_socket ();
  Link *link;

  if (!g_socket_connect (server, address, NULL, NULL))
    return;
  link = g_new0 (Link, 1);
  link->line = self;
  link->client = g_object_ref (client);
  link->server = g_steal_pointer (&server);
  link->calm_bytes = -1;
  g_mutex_lock (&self->lock);
  self->count.connections++;
  g_ptr_array_add (self->links, link);
  link->thread = g_thread_new ("storm", run_link, link);
  g_mutex_unlock (&self->lock);
}

static gpointer
run_listener (gpointer data)
{
  StormLine *self = data;
  GSocket *client;

  while ((client = g_socket_accept (self->listener, self->end, NULL)) != NULL)
    {
      add_link (self, client);
      g_object_unref (client);
    }
  return NULL;
}

StormLine *
storm_line_start (guint16 port, guint32 seed)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) bound = NULL;
  StormLine *self = g_new0 (StormLine, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->target = port;
  self->rand = g_rand_new_with_seed (seed);
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
  self->thread = g_thread_new ("storm-listener", run_listener, self);
  return self;
}

void
storm_line_stop (StormLine *self)
{
  g_cancellable_cancel (self->end);
  g_thread_join (self->thread);
  g_mutex_lock (&self->lock);
  self->ended = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < self->links->len; i++)
    {
      Link *link = self->links->pdata[i];

      g_socket_shutdown (link->client, TRUE, TRUE, NULL);
      g_socket_shutdown (link->server, TRUE, TRUE, NULL);
      g_thread_join (link->thread);
      g_object_unref (link->client);
      g_object_unref (link->server);
      g_free (link);
    }
  g_ptr_array_unref (self->links);
  g_object_unref (self->listener);
  g_object_unref (self->end);
  g_rand_free (self->rand);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
  g_free (self);
}

guint16
storm_line_get_port (StormLine *self)
{
  return self->port;
}

void
storm_line_set_weather (StormLine *self, guint bytes)
{
  g_mutex_lock (&self->lock);
  self->weather = bytes;
  g_mutex_unlock (&self->lock);
}

StormCount
storm_line_get_count (StormLine *self)
{
  StormCount count;

  g_mutex_lock (&self->lock);
  count = self->count;
  g_mutex_unlock (&self->lock);
  return count;
}
