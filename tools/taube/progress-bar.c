/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "progress-bar.h"

#include "output.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define BAR_CELLS 30
#define DELAY_USEC G_TIME_SPAN_SECOND
#define STEP_USEC (G_TIME_SPAN_SECOND / 5)

struct _ProgressBar
{
  char *label;
  TaubeProgress *progress; /* NULL: nobody counts */
  GThread *thread;
  GMutex lock;
  GCond stopped_cond;
  gboolean stopped; /* under lock */
  char *note;       /* under lock; or NULL */
};

static GMutex line_lock;
static gboolean line_drawn; /* under line_lock */
static guint n_suspended;   /* under line_lock */

static void
erase_line (void)
{
  if (line_drawn)
    fputs ("\r\033[K", stderr);
  line_drawn = FALSE;
}

void
progress_bar_suspend (void)
{
  g_mutex_lock (&line_lock);
  n_suspended++;
  erase_line ();
  g_mutex_unlock (&line_lock);
}

void
progress_bar_resume (void)
{
  g_mutex_lock (&line_lock);
  n_suspended--;
  g_mutex_unlock (&line_lock);
}

/* How many cells a line of the terminal has. */
static guint
get_columns (void)
{
  struct winsize size;

  return ioctl (STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

static void
append_bar (GString *line, guint cells, guint64 done, guint64 total, guint step)
{
  g_string_append_c (line, '[');
  for (guint i = 0; i < cells; i++)
    if (total > 0)
      g_string_append_c (line, (double)i / cells < (double)done / (double)total ? '#' : '.');
    else
      g_string_append_c (line, i == step % cells ? '#' : '.');
  g_string_append_c (line, ']');
  if (total > 0)
    g_string_append_printf (line, " %3u %%", (guint)MIN (100 * (double)done / (double)total, 100));
}

/* A line that is longer than the terminal would go on in the next one, and stay there. */
static void
cut_line (GString *line, guint columns)
{
  if (g_utf8_strlen (line->str, -1) > (glong)columns)
    g_string_truncate (line, (gsize)(g_utf8_offset_to_pointer (line->str, columns) - line->str));
}

static void
draw (ProgressBar *self, guint step)
{
  guint64 done = self->progress != NULL ? taube_progress_get_done (self->progress) : 0;
  guint64 total = self->progress != NULL ? taube_progress_get_total (self->progress) : 0;
  guint columns = get_columns () - 1;
  guint others = (guint)g_utf8_strlen (self->label, -1) + 9;
  g_autoptr (GString) line = g_string_new (self->label);
  g_autofree char *shown = NULL;

  if (self->note != NULL)
    others += (guint)g_utf8_strlen (self->note, -1) + 1;
  g_string_append_c (line, ' ');
  if (others < columns)
    append_bar (line, MIN (BAR_CELLS, columns - others), done, total, step);
  if (self->note != NULL)
    g_string_append_printf (line, " %s", self->note);
  cut_line (line, columns);
  shown = output_to_locale (line->str);
  fprintf (stderr, "\r\033[K%s", shown);
  fflush (stderr);
  line_drawn = TRUE;
}

void
progress_bar_set_note (ProgressBar *self, const char *note)
{
  if (self->thread == NULL)
    return;
  g_mutex_lock (&self->lock);
  g_free (self->note);
  self->note = g_strdup (note);
  g_mutex_unlock (&self->lock);
}

static gpointer
run_bar (gpointer data)
{
  ProgressBar *self = data;
  gint64 until = g_get_monotonic_time () + DELAY_USEC;
  guint step = 0;

  g_mutex_lock (&self->lock);
  while (!self->stopped)
    {
      if (g_cond_wait_until (&self->stopped_cond, &self->lock, until))
        continue;
      g_mutex_lock (&line_lock);
      if (n_suspended == 0)
        draw (self, step++);
      g_mutex_unlock (&line_lock);
      until = g_get_monotonic_time () + STEP_USEC;
    }
  g_mutex_unlock (&self->lock);
  g_mutex_lock (&line_lock);
  erase_line ();
  g_mutex_unlock (&line_lock);
  return NULL;
}

static gboolean
may_draw (void)
{
  struct stat out;

  if (!isatty (STDERR_FILENO))
    return FALSE;
  return isatty (STDOUT_FILENO) || (fstat (STDOUT_FILENO, &out) == 0 && S_ISREG (out.st_mode));
}

/* Begins to show LABEL and, with PROGRESS, how far it is. */
ProgressBar *
progress_bar_start (const char *label, TaubeProgress *progress)
{
  ProgressBar *self = g_new0 (ProgressBar, 1);

  if (!may_draw ())
    return self;
  self->label = g_strdup (label);
  self->progress = progress != NULL ? g_object_ref (progress) : NULL;
  g_mutex_init (&self->lock);
  g_cond_init (&self->stopped_cond);
  self->thread = g_thread_new ("progress", run_bar, self);
  return self;
}

/* Takes the line away. */
void
progress_bar_stop (ProgressBar *self)
{
  if (self->thread != NULL)
    {
      g_mutex_lock (&self->lock);
      self->stopped = TRUE;
      g_cond_signal (&self->stopped_cond);
      g_mutex_unlock (&self->lock);
      g_thread_join (self->thread);
      g_mutex_clear (&self->lock);
      g_cond_clear (&self->stopped_cond);
      g_clear_object (&self->progress);
      g_free (self->label);
      g_free (self->note);
    }
  g_free (self);
}
