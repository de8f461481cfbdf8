/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "taube-test-hand.h"

#include <string.h>

#define TIMEOUT_SECONDS 60

struct _TaubeTestHand
{
  TaubeTestMail *mail;
  GSocketConnection *connection;
  GDataInputStream *input;
  guint n_commands;
};

static void
must (gboolean success, const char *what, GError *error)
{
  if (!success)
    g_error ("the second client: %s: %s", what, error != NULL ? error->message : "the server closed the connection");
}

static void
send (TaubeTestHand *self, const char *data, gsize length)
{
  g_autoptr (GError) error = NULL;
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (self->connection));

  must (g_output_stream_write_all (output, data, length, NULL, NULL, &error), "cannot send", error);
}

/* literal = "{" number "}" CRLF *CHAR8                           (RFC 9051)
 * at the end of LINE; returns FALSE when there is none */
static gboolean
has_literal (const char *line, gsize *size_out)
{
  const char *brace = strrchr (line, '{');
  char *end;

  if (brace == NULL || !g_str_has_suffix (line, "}"))
    return FALSE;
  *size_out = g_ascii_strtoull (brace + 1, &end, 10);
  return end > brace + 1 && strcmp (end, "}") == 0;
}

/* One line with all of its literals, added to TEXT. */
static char *
read_response (TaubeTestHand *self, GString *text)
{
  gsize start = text->len;
  gsize size;

  for (;;)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *line = g_data_input_stream_read_line (self->input, NULL, NULL, &error);

      must (line != NULL, "no reply", error);
      g_string_append (text, line);
      g_string_append (text, "\r\n");
      if (!has_literal (line, &size))
        return g_strdup (text->str + start);
      g_string_set_size (text, text->len + size);
      must (g_input_stream_read_all (G_INPUT_STREAM (self->input), text->str + text->len - size, size, NULL, NULL,
                                     &error),
            "no literal", error);
    }
}

/* To the end of command TAG, or to the server's "+". */
static char *
read_reply (TaubeTestHand *self, const char *tag, gboolean *ok_out)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (;;)
    {
      g_autofree char *line = read_response (self, text);

      if (g_str_has_prefix (line, tag) && line[strlen (tag)] == ' ')
        {
          *ok_out = g_str_has_prefix (line + strlen (tag), " OK");
          return g_string_free (g_steal_pointer (&text), FALSE);
        }
      if (line[0] == '+')
        {
          *ok_out = TRUE;
          return g_string_free (g_steal_pointer (&text), FALSE);
        }
    }
}

static char *
run (TaubeTestHand *self, const char *command, gboolean *ok_out)
{
  g_autofree char *tag = g_strdup_printf ("h%u", ++self->n_commands);
  g_autofree char *line = g_strconcat (tag, " ", command, "\r\n", NULL);

  send (self, line, strlen (line));
  return read_reply (self, tag, ok_out);
}

char *
taube_test_hand_try (TaubeTestHand *self, const char *format, ...)
{
  g_autofree char *command = NULL;
  va_list arguments;
  gboolean ok;

  va_start (arguments, format);
  command = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  return run (self, command, &ok);
}

char *
taube_test_hand_run (TaubeTestHand *self, const char *format, ...)
{
  g_autofree char *command = NULL;
  g_autofree char *reply = NULL;
  va_list arguments;
  gboolean ok;

  va_start (arguments, format);
  command = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  reply = run (self, command, &ok);
  if (!ok)
    g_error ("the second client: \"%s\" failed: %s", command, reply);
  return g_steal_pointer (&reply);
}

TaubeTestHand *
taube_test_hand_new (TaubeTestMail *mail, const char *user)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GString) greeting = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  TaubeTestHand *self = g_new0 (TaubeTestHand, 1);

  self->mail = mail;
  g_socket_client_set_timeout (client, TIMEOUT_SECONDS);
  self->connection
    = g_socket_client_connect_to_host (client, "127.0.0.1", taube_test_mail_get_port (mail, "imap"), NULL, &error);
  must (self->connection != NULL, "cannot connect", error);
  self->input = g_data_input_stream_new (g_io_stream_get_input_stream (G_IO_STREAM (self->connection)));
  g_data_input_stream_set_newline_type (self->input, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
  g_free (read_response (self, greeting));
  g_free (taube_test_hand_run (self, "LOGIN %s %s", user, TAUBE_TEST_PASSWORD));
  return self;
}

void
taube_test_hand_free (TaubeTestHand *self)
{
  g_object_unref (self->input);
  g_object_unref (self->connection);
  g_free (self);
}

static char *
with_line_ends (const char *message, gssize length)
{
  GString *text = length < 0 ? g_string_new (message) : g_string_new_len (message, length);

  g_string_replace (text, "\r\n", "\n", 0);
  g_string_replace (text, "\n", "\r\n", 0);
  return g_string_free (text, FALSE);
}

void
taube_test_hand_append (TaubeTestHand *self, const char *folder, const char *flags, const char *message,
                        gssize length)
{
  g_autofree char *text = with_line_ends (message, length);
  g_autofree char *name = taube_test_mail_name (self->mail, folder);
  g_autofree char *tag = NULL;
  g_autofree char *reply = NULL;
  gboolean ok;

  g_free (taube_test_hand_run (self, "APPEND %s %s%s{%" G_GSIZE_FORMAT "}", name, flags != NULL ? flags : "",
                               flags != NULL ? " " : "", strlen (text)));
  send (self, text, strlen (text));
  send (self, "\r\n", 2);
  tag = g_strdup_printf ("h%u", self->n_commands);
  reply = read_reply (self, tag, &ok);
  if (!ok)
    g_error ("the second client: cannot append to %s: %s", name, reply);
}

void
taube_test_hand_select (TaubeTestHand *self, const char *folder)
{
  g_autofree char *name = taube_test_mail_name (self->mail, folder);

  g_free (taube_test_hand_run (self, "SELECT %s", name));
}
