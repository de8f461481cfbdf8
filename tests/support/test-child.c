/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "taube-test.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

static void
test_dir (void)
{
  TaubeTestDir *dir = taube_test_dir_new ();
  g_autofree char *path = g_strdup (dir->path);
  g_autofree char *file = taube_test_dir_write (dir, "a/b/c", "text", -1);

  g_assert_true (g_file_test (file, G_FILE_TEST_IS_REGULAR));
  taube_test_dir_free (dir);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_output (void)
{
  const char *const argv[] = { "sh", "-c", "cat; echo \"$MARK\" >&2; exit 3", NULL };
  const char *const env[] = { "MARK=pigeon", NULL };
  g_autoptr (TaubeTestResult) result = taube_test_run (argv, env, "one\ntwo");

  g_assert_cmpint (result->exit_code, ==, 3);
  g_assert_cmpstr (result->out, ==, "one\ntwo");
  g_assert_cmpstr (result->err, ==, "pigeon\n");
  g_assert_cmpint (result->peak_kib, >, 0);
}

static void
test_long_output (void)
{
  const char *const argv[] = { "sh", "-c", "yes | head -c 1000000; yes | head -c 1000000 >&2", NULL };
  g_autoptr (TaubeTestResult) result = taube_test_run (argv, NULL, NULL);

  g_assert_cmpuint (result->out_length, ==, 1000000);
  g_assert_cmpuint (result->err_length, ==, 1000000);
}

static void
test_lines_and_signal (void)
{
  const char *const argv[] = { "sh", "-c", "echo a; echo b; exec sleep 1000", NULL };
  g_autoptr (TaubeTestChild) child = taube_test_child_start (argv, NULL);
  g_autofree char *a = taube_test_child_read_line (child);
  g_autofree char *b = taube_test_child_read_line (child);
  g_autoptr (TaubeTestResult) result = NULL;

  g_assert_cmpstr (a, ==, "a");
  g_assert_cmpstr (b, ==, "b");
  taube_test_child_signal (child, SIGTERM);
  result = taube_test_child_wait (child);
  g_assert_cmpint (result->exit_code, ==, -SIGTERM);
}

/* A child that was not waited for is gone after taube_test_child_free(). */
static void
test_free_kills (void)
{
  const char *const argv[] = { "sleep", "1000", NULL };
  TaubeTestChild *child = taube_test_child_start (argv, NULL);
  GPid pid = taube_test_child_get_pid (child);

  taube_test_child_free (child);
  g_assert_cmpint (kill (pid, 0), ==, -1);
  g_assert_cmpint (errno, ==, ESRCH);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/support/dir", test_dir);
  g_test_add_func ("/support/child/output", test_output);
  g_test_add_func ("/support/child/long-output", test_long_output);
  g_test_add_func ("/support/child/lines-and-signal", test_lines_and_signal);
  g_test_add_func ("/support/child/free-kills", test_free_kills);
  return g_test_run ();
}
