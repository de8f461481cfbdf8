/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-progress-impl.h>

typedef struct
{
  guint notified;
  guint64 seen;
  GThread *thread;
} Observer;

static void
on_notify (TaubeProgress *progress, GParamSpec *pspec, Observer *observer)
{
  observer->notified++;
  observer->seen = taube_progress_get_done (progress);
  observer->thread = g_thread_self ();
}

static void
test_direct (void)
{
  g_autoptr (TaubeProgress) progress = taube_progress_new ();
  Observer observer = { 0 };
  guint64 done, total;

  g_signal_connect (progress, "notify::done", G_CALLBACK (on_notify), &observer);
  taube_progress_update (progress, 3, 10);
  g_assert_cmpuint (observer.notified, ==, 1);
  g_assert_cmpuint (observer.seen, ==, 3);
  taube_progress_update (progress, 3, 10);
  g_assert_cmpuint (observer.notified, ==, 1);
  taube_progress_update (NULL, 1, 1);
  g_object_get (progress, "done", &done, "total", &total, NULL);
  g_assert_cmpuint (done, ==, 3);
  g_assert_cmpuint (total, ==, 10);
}

static gpointer
update_often (gpointer data)
{
  for (guint i = 1; i <= 1000; i++)
    taube_progress_update (data, i, 1000);
  return NULL;
}

/* From another thread it is notified at home, once for all that happened since. */
static void
test_thread (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (TaubeProgress) progress = NULL;
  Observer observer = { 0 };

  g_main_context_push_thread_default (context);
  progress = taube_progress_new ();
  g_main_context_pop_thread_default (context);
  g_signal_connect (progress, "notify::done", G_CALLBACK (on_notify), &observer);

  g_thread_join (g_thread_new ("update", update_often, progress));
  g_assert_cmpuint (observer.notified, ==, 0);
  g_assert_cmpuint (taube_progress_get_done (progress), ==, 1000);
  g_assert_cmpuint (taube_progress_get_total (progress), ==, 1000);
  while (g_main_context_iteration (context, FALSE))
    ;
  g_assert_cmpuint (observer.notified, ==, 1);
  g_assert_cmpuint (observer.seen, ==, 1000);
  g_assert_true (observer.thread == g_thread_self ());

  g_thread_join (g_thread_new ("update", update_often, progress));
  while (g_main_context_iteration (context, FALSE))
    ;
  g_assert_cmpuint (observer.notified, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/progress/direct", test_direct);
  g_test_add_func ("/progress/thread", test_thread);
  return g_test_run ();
}
