/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "word-filter.h"

#include <string.h>

struct _WordFilter
{
  GSocketService *service;
  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;
  guint16 port;
  guint16 target;
  const char *const *words;
};

/* Puts X in the place of each hidden word: the length of the line stays. */
static void
hide (WordFilter *self, char *line)
{
  for (guint i = 0; self->words[i] != NULL; i++)
    {
      gsize length = strlen (self->words[i]);

      for (char *at = strstr (line, self->words[i]); at != NULL; at = strstr (at + length, self->words[i]))
        if (at[-1] == ' ' && strchr (" ]\r\n", at[length]) != NULL)
          memset (at, 'X', length);
    }
}

static gboolean
pass (WordFilter *self, GInputStream *from, GOutputStream *to, gboolean filter)
{
  char bytes[65536 + 1];
  gssize n = g_input_stream_read (from, bytes, sizeof (bytes) - 1, NULL, NULL);
  char *list;

  if (n <= 0)
    return FALSE;
  bytes[n] = '\0';
  list = filter ? strstr (bytes, "CAPABILITY ") : NULL;
  if (list != NULL)
    hide (self, list);
  return g_output_stream_write_all (to, bytes, (gsize) n, NULL, NULL, NULL);
}

static gpointer
pass_answers (gpointer data)
{
  gpointer *ends = data;
  GIOStream *client = ends[1], *server = ends[2];

  while (pass (ends[0], g_io_stream_get_input_stream (server), g_io_stream_get_output_stream (client), TRUE))
    ;
  g_socket_shutdown (g_socket_connection_get_socket (G_SOCKET_CONNECTION (client)), TRUE, TRUE, NULL);
  return NULL;
}

static gboolean
on_client (GThreadedSocketService *service, GSocketConnection *client, GObject *source, gpointer user_data)
{
  WordFilter *self = user_data;
  g_autoptr (GSocketClient) dialer = g_socket_client_new ();
  g_autoptr (GSocketConnection) server
    = g_socket_client_connect_to_host (dialer, "127.0.0.1", self->target, NULL, NULL);
  gpointer ends[] = { self, client, server };
  GThread *answers;

  if (server == NULL)
    return TRUE;
  answers = g_thread_new ("answers", pass_answers, ends);
  while (pass (self, g_io_stream_get_input_stream (G_IO_STREAM (client)),
               g_io_stream_get_output_stream (G_IO_STREAM (server)), FALSE))
    ;
  g_socket_shutdown (g_socket_connection_get_socket (server), TRUE, TRUE, NULL);
  g_thread_join (answers);
  return TRUE;
}

static gpointer
run (gpointer data)
{
  WordFilter *self = data;

  g_main_context_push_thread_default (self->context);
  g_socket_service_start (self->service);
  g_main_loop_run (self->loop);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

WordFilter *
word_filter_start (guint16 port, const char *const *words)
{
  WordFilter *self = g_new0 (WordFilter, 1);
  g_autoptr (GError) error = NULL;

  self->target = port;
  self->words = words;
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  g_main_context_push_thread_default (self->context);
  self->service = g_threaded_socket_service_new (16);
  self->port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (self->service), NULL, &error);
  g_main_context_pop_thread_default (self->context);
  g_assert_no_error (error);
  g_signal_connect (self->service, "run", G_CALLBACK (on_client), self);
  self->thread = g_thread_new ("filter", run, self);
  return self;
}

static gboolean
quit (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

/* The accounts that used it are gone by now. */
void
word_filter_stop (WordFilter *self)
{
  g_main_context_invoke (self->context, quit, self->loop);
  g_thread_join (self->thread);
  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  g_object_unref (self->service);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_free (self);
}

guint16
word_filter_get_port (WordFilter *self)
{
  return self->port;
}
