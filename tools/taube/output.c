/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "output.h"

#include <glib/gi18n.h>

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#define BLOCK_SIZE 65536

static GString *waiting;
static int failure; /* the errno of the first write that failed */

/* A terminal that another program made non-blocking may ask to wait. */
static gboolean
may_go_on (int code)
{
  struct pollfd out = { STDOUT_FILENO, POLLOUT, 0 };

  return code == EINTR || (code == EAGAIN && poll (&out, 1, -1) > 0);
}

static void
write_waiting (void)
{
  gsize done = 0;

  while (failure == 0 && done < waiting->len)
    {
      gssize written = write (STDOUT_FILENO, waiting->str + done, waiting->len - done);

      if (written >= 0)
        done += (gsize) written;
      else if (!may_go_on (errno))
        failure = errno;
    }
  g_string_truncate (waiting, 0);
}

void
output_text (const char *text)
{
  if (waiting == NULL)
    waiting = g_string_sized_new (BLOCK_SIZE);
  if (failure == 0)
    g_string_append (waiting, text);
  if (waiting->len >= BLOCK_SIZE)
    write_waiting ();
}

void
output_printf (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  output_text (text);
}

/* Nothing that is still to be printed will arrive. */
gboolean
output_has_failed (void)
{
  return failure != 0;
}

/* Writes what is still waiting; the error is in G_IO_ERROR. */
gboolean
output_flush (GError **error)
{
  if (waiting != NULL)
    write_waiting ();
  if (failure == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, (int) g_io_error_from_errno (failure), _ ("cannot write to standard output: %s"),
               g_strerror (failure));
  return FALSE;
}

char *
output_to_locale (const char *text)
{
  g_autofree char *converted = NULL;

  if (g_get_charset (NULL))
    return g_strdup (text);
  converted = g_locale_from_utf8 (text, -1, NULL, NULL, NULL);
  /* Quotes and dots of other libraries' messages have their like in ASCII. */
  return converted != NULL ? g_strdup (text) : g_str_to_ascii (text, NULL);
}
