/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stands in for libFuzzer in normal builds: each file of the corpus is one test case, fed whole and cut short. */
#include <gio/gio.h>
#include <string.h>

/* Files up to this size are cut at every byte, longer ones at as many places spread over their length. */
#define CUTS 64

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);
int LLVMFuzzerInitialize (int *argc, char ***argv) __attribute__ ((weak));

/* The target gets a block of exactly SIZE bytes, so that the sanitizer sees a read behind its end. */
static void
feed (const char *data, gsize size)
{
  guint8 *copy = size > 0 ? g_memdup2 (data, size) : g_malloc (1);

  LLVMFuzzerTestOneInput (copy, size);
  g_free (copy);
}

static void
replay_empty (void)
{
  feed ("", 0);
}

static void
replay_file (gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *data = NULL;
  gsize size;

  g_file_get_contents (user_data, &data, &size, &error);
  g_assert_no_error (error);
  feed (data, size);
  for (gsize i = 1, last = 0; i < CUTS; i++)
    {
      gsize cut = size <= CUTS ? MIN (i, size) : size / CUTS * i;

      if (cut != last)
        feed (data, cut);
      last = cut;
    }
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
add_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  if (dir == NULL)
    g_error ("no corpus in %s", folder);
  while ((name = g_dir_read_name (dir)) != NULL)
    if (name[0] != '.')
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = g_strdup_printf ("/corpus/%s", (char *) names->pdata[i]);

      g_test_add_data_func_full (path, g_build_filename (folder, names->pdata[i], NULL), replay_file, g_free);
    }
}

int
main (int argc, char **argv)
{
  if (LLVMFuzzerInitialize != NULL)
    LLVMFuzzerInitialize (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/empty", replay_empty);
  for (int i = 1; i < argc; i++)
    add_folder (argv[i]);
  return g_test_run ();
}
