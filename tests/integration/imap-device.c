/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-device.h"

#include <string.h>

struct _ImapDevice
{
  GSocketConnection *connection;
  GDataInputStream *in;
  GOutputStream *out;
  guint tag;
};

static char *
read_line (ImapDevice *self)
{
  g_autoptr (GError) error = NULL;
  char *line = g_data_input_stream_read_line (self->in, NULL, NULL, &error);

  g_assert_no_error (error);
  if (line == NULL)
    g_error ("the server hung up on the other device");
  return line;
}

static void
send (ImapDevice *self, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_output_stream_write_all (self->out, text, strlen (text), NULL, NULL, &error);
  g_assert_no_error (error);
}

/* Lines up to the tagged one, which must be OK. */
static char *
read_answer (ImapDevice *self, const char *command)
{
  g_autofree char *tag = g_strdup_printf ("D%u ", self->tag);
  g_autoptr (GString) text = g_string_new (NULL);

  for (;;)
    {
      g_autofree char *line = read_line (self);

      if (!g_str_has_prefix (line, tag))
        g_string_append_printf (text, "%s\n", line);
      else if (g_str_has_prefix (line + strlen (tag), "OK"))
        return g_string_free (g_steal_pointer (&text), FALSE);
      else
        g_error ("%s: %s", command, line);
    }
}

char *
imap_device_run (ImapDevice *self, const char *format, ...)
{
  g_autofree char *command = NULL;
  g_autofree char *line = NULL;
  va_list args;

  va_start (args, format);
  command = g_strdup_vprintf (format, args);
  va_end (args);
  line = g_strdup_printf ("D%u %s\r\n", ++self->tag, command);
  send (self, line);
  return read_answer (self, command);
}

void
imap_device_do (ImapDevice *self, const char *format, ...)
{
  g_autofree char *command = NULL;
  va_list args;

  va_start (args, format);
  command = g_strdup_vprintf (format, args);
  va_end (args);
  g_free (imap_device_run (self, "%s", command));
}

void
imap_device_append (ImapDevice *self, const char *folder, const char *subject)
{
  g_autofree char *mail = g_strdup_printf ("From: Anna <anna@example.org>\r\nSubject: %s\r\n\r\nGurr.\r\n", subject);
  g_autofree char *command = g_strdup_printf ("D%u APPEND \"%s\" {%zu}\r\n", ++self->tag, folder, strlen (mail));
  g_autofree char *line = NULL;

  send (self, command);
  do
    {
      g_free (line);
      line = read_line (self);
    }
  while (line[0] == '*');
  g_assert_cmpint (line[0], ==, '+');
  send (self, mail);
  send (self, "\r\n");
  g_free (read_answer (self, "APPEND"));
}

ImapDevice *
imap_device_new (guint16 port, const char *user, const char *password)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  ImapDevice *self = g_new0 (ImapDevice, 1);

  self->connection = g_socket_client_connect_to_host (client, "127.0.0.1", port, NULL, &error);
  g_assert_no_error (error);
  self->in = g_data_input_stream_new (g_io_stream_get_input_stream (G_IO_STREAM (self->connection)));
  g_data_input_stream_set_newline_type (self->in, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
  self->out = g_io_stream_get_output_stream (G_IO_STREAM (self->connection));
  g_free (read_line (self));
  imap_device_do (self, "LOGIN %s %s", user, password);
  return self;
}

void
imap_device_free (ImapDevice *self)
{
  g_object_unref (self->in);
  g_object_unref (self->connection);
  g_free (self);
}

static int
compare_words (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static char *
sort_flags (const char *flags, gsize length)
{
  g_autofree char *text = g_ascii_strdown (flags, (gssize) length);
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  g_autoptr (GPtrArray) kept = g_ptr_array_new ();

  for (guint i = 0; words[i] != NULL; i++)
    if (words[i][0] != '\0' && strcmp (words[i], "\\recent") != 0)
      g_ptr_array_add (kept, words[i]);
  g_ptr_array_sort (kept, compare_words);
  g_ptr_array_add (kept, NULL);
  return g_strjoinv (" ", (char **) kept->pdata);
}

GHashTable *
imap_device_look (ImapDevice *self)
{
  GHashTable *messages = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  g_autofree char *answer = NULL;
  g_auto (GStrv) lines = NULL;

  imap_device_do (self, "NOOP");
  answer = imap_device_run (self, "UID FETCH 1:* (UID FLAGS)");
  lines = g_strsplit (answer, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *uid = strstr (lines[i], "UID "), *flags = strstr (lines[i], "FLAGS (");

      if (strstr (lines[i], " FETCH (") == NULL || uid == NULL || flags == NULL)
        continue;
      flags += strlen ("FLAGS (");
      g_hash_table_insert (messages, GUINT_TO_POINTER ((guint) g_ascii_strtoull (uid + 4, NULL, 10)),
                           sort_flags (flags, strcspn (flags, ")")));
    }
  return messages;
}
