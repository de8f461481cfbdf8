/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "progress-bar.h"

#include <stdio.h>
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
};

static void
draw (ProgressBar *self, guint step)
{
  guint64 done = self->progress != NULL ? taube_progress_get_done (self->progress) : 0;
  guint64 total = self->progress != NULL ? taube_progress_get_total (self->progress) : 0;
  char cells[BAR_CELLS + 1];

  for (guint i = 0; i < BAR_CELLS; i++)
    if (total > 0)
      cells[i] = (double) i / BAR_CELLS < (double) done / (double) total ? '#' : '.';
    else
      cells[i] = i == step % BAR_CELLS ? '#' : '.';
  cells[BAR_CELLS] = '\0';
  if (total > 0)
    fprintf (stderr, "\r\033[K%s [%s] %3u %%", self->label, cells,
             (guint) MIN (100 * (double) done / (double) total, 100));
  else
    fprintf (stderr, "\r\033[K%s [%s]", self->label, cells);
  fflush (stderr);
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
      draw (self, step++);
      until = g_get_monotonic_time () + STEP_USEC;
    }
  g_mutex_unlock (&self->lock);
  if (step > 0)
    fputs ("\r\033[K", stderr);
  return NULL;
}

/* Begins to show LABEL and, with PROGRESS, how far it is. */
ProgressBar *
progress_bar_start (const char *label, TaubeProgress *progress)
{
  ProgressBar *self = g_new0 (ProgressBar, 1);

  if (!isatty (STDERR_FILENO) || !isatty (STDOUT_FILENO))
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
    }
  g_free (self);
}
