/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/taube-worker.h"

/* GLib's own pool behind g_task_run_in_thread() is left alone: its resolver shares it, and jobs that wait for a
 * server would starve the look-ups they wait for. */
#define WORKERS_DEFAULT 32

typedef struct
{
  TaubeWorkerFunc func;
  gpointer data;
} Work;

static void
run_work (gpointer data, gpointer user_data)
{
  g_autofree Work *work = data;

  work->func (work->data);
}

static GThreadPool *
get_pool (void)
{
  static gsize once = 0;

  if (g_once_init_enter (&once))
    {
      GThreadPool *pool = g_thread_pool_new (run_work, NULL, WORKERS_DEFAULT, FALSE, NULL);

      g_once_init_leave (&once, (gsize) pool);
    }
  return (GThreadPool *) once;
}

/* Runs FUNC on a worker, in the order of the calls as far as there are free workers. */
void
taube_worker_push (TaubeWorkerFunc func, gpointer data)
{
  Work *work = g_new (Work, 1);
  g_autoptr (GError) error = NULL;

  work->func = func;
  work->data = data;
  /* The error says that no further thread could be made; the work is queued all the same. */
  g_thread_pool_push (get_pool (), work, &error);
}

/* At most THREADS workers from now on. */
void
taube_worker_set_maximum (guint threads)
{
  g_thread_pool_set_max_threads (get_pool (), (int) MAX (threads, 1), NULL);
}
