/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube.h>

#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILD_INSECURE 77
#define CHILD_LOADED 1

/* What runs with the rights of another user: nothing that its caller has chosen may be looked at. */
static int
run_child (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeBackend) backend = NULL;

  if (getauxval (AT_SECURE) == 0)
    return CHILD_INSECURE;
  backend = taube_backend_find ("wrong-abi", &error);
  return backend == NULL && strstr (error->message, "there is no backend for \"wrong-abi\"") != NULL ? 0 : CHILD_LOADED;
}

/* A copy of this program that belongs to somebody else and runs as them. It is made of the library's own objects, as
 * the linker looks for no uninstalled library then. */
static char *
make_copy (const char *folder)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  char *copy = g_build_filename (folder, "secure", NULL);
  g_autofree char *text = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (self, &text, &length, NULL));
  g_assert_true (g_file_set_contents (copy, text, (gssize) length, NULL));
  g_assert_cmpint (chown (copy, 65534, 65534), ==, 0);
  g_assert_cmpint (chmod (copy, 04755), ==, 0);
  g_assert_cmpint (chmod (folder, 0755), ==, 0);
  return copy;
}

static void
test_secure (void)
{
  g_autofree char *folder = NULL, *copy = NULL;
  char *arguments[] = { NULL, (char *) "child", NULL };
  g_autoptr (GError) error = NULL;
  int status;

  if (geteuid () != 0)
    {
      g_test_skip ("only root can make a program of another user");
      return;
    }
  folder = g_dir_make_tmp ("taube-secure-XXXXXX", NULL);
  copy = make_copy (folder);
  arguments[0] = copy;
  g_setenv ("TAUBE_BACKEND_PATH", g_getenv ("TAUBE_TEST_MODULES"), TRUE);
  g_spawn_sync (NULL, arguments, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (unlink (copy), ==, 0);
  g_assert_cmpint (rmdir (folder), ==, 0);
  g_assert_true (WIFEXITED (status));
  if (WEXITSTATUS (status) == CHILD_INSECURE)
    g_test_skip ("programs of other users do not run as them here");
  else
    g_assert_cmpint (WEXITSTATUS (status), ==, 0);
}

int
main (int argc, char **argv)
{
  if (argc == 2 && strcmp (argv[1], "child") == 0)
    _exit (run_child ()); /* a leak checker cannot look into such a process at its end */
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/backend-secure/path", test_secure);
  return g_test_run ();
}
