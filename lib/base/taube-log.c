/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube-log.h>
#include <taube-backend/taube-trace.h>

#include <stdio.h>
#include <string.h>

/* A traced line is cut here: enough to see what was said, little enough to read. */
#define TRACE_LINE_BYTES 2048

typedef struct
{
  gatomicrefcount refs;
  TaubeLogFunc func;
  gpointer user_data;
  GDestroyNotify notify;
} LogHandler;

static GMutex log_lock;
static LogHandler *log_handler;    /* under log_lock */
static GStrv log_categories;       /* under log_lock */
gint taube_trace_any = -1;         /* -1: the environment was not read yet */

static void
log_handler_unref (LogHandler *handler)
{
  if (!g_atomic_ref_count_dec (&handler->refs))
    return;
  if (handler->notify != NULL)
    handler->notify (handler->user_data);
  g_free (handler);
}

static void
set_categories_locked (const char *categories)
{
  g_strfreev (log_categories);
  log_categories = categories != NULL ? g_strsplit_set (categories, ", ", -1) : NULL;
  g_atomic_int_set (&taube_trace_any, log_categories != NULL && log_categories[0] != NULL);
}

/**
 * taube_log_set_handler:
 * @func: (nullable) (scope notified) (closure user_data) (destroy notify): receives each line, or %NULL for
 *   standard error
 * @user_data: given to @func
 * @notify: frees @user_data
 *
 * Chooses where the log goes. The function is called on the thread that logs, so it must be quick and safe
 * between threads; it must not call back into the library.
 */
void
taube_log_set_handler (TaubeLogFunc func, gpointer user_data, GDestroyNotify notify)
{
  LogHandler *handler = NULL, *old;

  if (func != NULL)
    {
      handler = g_new0 (LogHandler, 1);
      g_atomic_ref_count_init (&handler->refs);
      handler->func = func;
      handler->user_data = user_data;
      handler->notify = notify;
    }
  g_mutex_lock (&log_lock);
  old = log_handler;
  log_handler = handler;
  g_mutex_unlock (&log_lock);
  if (old != NULL)
    log_handler_unref (old);
}

/**
 * taube_log_set_categories:
 * @categories: (nullable): categories separated by commas, `all` for every one, or %NULL for none
 *
 * Chooses what is logged. At the start it is what the environment variable `TAUBE_DEBUG` holds.
 */
void
taube_log_set_categories (const char *categories)
{
  g_mutex_lock (&log_lock);
  set_categories_locked (categories);
  g_mutex_unlock (&log_lock);
}

gboolean
taube_trace_is_enabled (const char *category)
{
  gboolean enabled;

  if (g_atomic_int_get (&taube_trace_any) == 0)
    return FALSE;

  g_mutex_lock (&log_lock);
  if (g_atomic_int_get (&taube_trace_any) < 0)
    set_categories_locked (g_getenv ("TAUBE_DEBUG"));
  enabled = log_categories != NULL
            && (g_strv_contains ((const char *const *) log_categories, category)
                || g_strv_contains ((const char *const *) log_categories, "all"));
  g_mutex_unlock (&log_lock);
  return enabled;
}

static void
emit_line (const char *category, const char *line)
{
  LogHandler *handler;

  g_mutex_lock (&log_lock);
  handler = log_handler;
  if (handler != NULL)
    g_atomic_ref_count_inc (&handler->refs);
  g_mutex_unlock (&log_lock);

  if (handler == NULL)
    {
      fprintf (stderr, "taube-%s: %s\n", category, line);
      return;
    }
  handler->func (category, line, handler->user_data);
  log_handler_unref (handler);
}

/* Logs one line; the caller has checked that the category is on, or uses TAUBE_TRACE(). */
void
taube_trace (const char *category, const char *format, ...)
{
  g_autofree char *text = NULL;
  g_autofree char *line = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  line = g_utf8_make_valid (text, -1);
  emit_line (category, line);
}

static gboolean
is_redacted (gsize at, const TaubeRedaction *redactions, guint n_redactions, gsize *end_out)
{
  for (guint i = 0; i < n_redactions; i++)
    if (at >= redactions[i].offset && at - redactions[i].offset < redactions[i].length)
      {
        *end_out = redactions[i].offset + redactions[i].length;
        return TRUE;
      }
  return FALSE;
}

static void
append_visible (GString *line, guint8 byte)
{
  if (byte >= 0x20 && byte < 0x7f && byte != '\\')
    g_string_append_c (line, (char) byte);
  else if (byte == '\\')
    g_string_append (line, "\\\\");
  else
    g_string_append_printf (line, "\\x%02x", byte);
}

/**
 * taube_trace_wire: (skip)
 * @label: who speaks to whom, such as `3 >` or `3 <`
 * @redactions: the parts that nobody may see; each prints as `***`, whatever its length
 *
 * Logs bytes of a connection, a line each.
 */
void
taube_trace_wire (const char *category, const char *label, gconstpointer data, gsize length,
                  const TaubeRedaction *redactions, guint n_redactions)
{
  const guint8 *bytes = data;
  g_autoptr (GString) line = NULL;

  if (!taube_trace_is_enabled (category))
    return;

  line = g_string_new (NULL);
  for (gsize i = 0; i < length;)
    {
      gsize end;

      if (is_redacted (i, redactions, n_redactions, &end))
        {
          g_string_append (line, "***");
          i = MIN (end, length);
          continue;
        }
      if (bytes[i] == '\n')
        {
          taube_trace (category, "%s %s", label, line->str);
          g_string_truncate (line, 0);
        }
      else if (bytes[i] != '\r' && line->len < TRACE_LINE_BYTES)
        append_visible (line, bytes[i]);
      i++;
    }
  if (line->len > 0)
    taube_trace (category, "%s %s", label, line->str);
}
