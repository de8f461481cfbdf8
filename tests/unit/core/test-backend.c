/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube.h>

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The registry is read once in a process, so each case runs in one of its own. */

static guint warnings;
static char *last_warning;

static GLogWriterOutput
count_warnings (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  if ((level & G_LOG_LEVEL_WARNING) == 0)
    return g_log_writer_default (level, fields, n_fields, user_data);
  warnings++;
  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].key, "MESSAGE") == 0)
      {
        g_free (last_warning);
        last_warning = g_strdup (fields[i].value);
      }
  return G_LOG_WRITER_HANDLED;
}

static void
begin (const char *path)
{
  g_log_set_always_fatal (G_LOG_FATAL_MASK);
  g_log_set_writer_func (count_warnings, NULL, NULL);
  g_setenv ("TAUBE_BACKEND_PATH", path, TRUE);
}

/* A new folder with a key file NAME.backend of that TEXT. (transfer full) */
static char *
make_folder (const char *name, const char *text)
{
  g_autoptr (GError) error = NULL;
  char *folder = g_dir_make_tmp ("taube-backends-XXXXXX", &error);
  g_autofree char *base = g_strconcat (name, ".backend", NULL);
  g_autofree char *file = g_build_filename (folder, base, NULL);

  g_assert_no_error (error);
  g_assert_true (g_file_set_contents (file, text, -1, &error));
  g_assert_no_error (error);
  return folder;
}

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (folder, name, NULL);

      g_assert_cmpint (g_remove (file), ==, 0);
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
assert_unusable (const char *name, const char *why)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) again = NULL;

  g_assert_null (taube_backend_find (name, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED);
  if (strstr (error->message, why) == NULL)
    g_error ("\"%s\" is not in: %s", why, error->message);
  g_assert_null (taube_backend_find (name, &again));
  g_assert_cmpstr (again->message, ==, error->message);
}

static const char *const broken[][2] = {
  { "no-rows", "has no capabilities" },
  { "no-symbol", "exports no taube_backend_module" },
  { "no-type", "has no type of account" },
  { "null-type", "has no type of account" },
  { "unresolved", "backend \"unresolved\" cannot be used: its module does not load: " },
  { "wrong-abi", "was made for ABI 99 (" },
  { "wrong-name", "says that its name is \"other\"" },
  { "wrong-size", "was made for ABI 1 (8 bytes), this library has ABI 1 (" },
};

/* Asked for by name, a module that does not load is an error and no warning; the list shows it, as nothing was loaded
 * for it, and says once what is wrong when it is used. */
static void
test_modules (void)
{
  begin (g_getenv ("TAUBE_TEST_MODULES"));
  for (gsize i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autofree char *scheme = g_strconcat ("testing-", broken[i][0], NULL);

      assert_unusable (broken[i][0], broken[i][1]);
      assert_unusable (scheme, broken[i][1]);
    }
  g_assert_cmpuint (warnings, ==, 0);
  assert_unusable ("nothing", "there is no backend for \"nothing\" (installed: good, no-rows, no-symbol");
}

static void
test_list (void)
{
  g_autoptr (GPtrArray) list = NULL;

  begin (g_getenv ("TAUBE_TEST_MODULES"));
  list = taube_backend_list ();
  g_assert_cmpuint (list->len, ==, G_N_ELEMENTS (broken) + 1);
  g_assert_cmpstr (taube_backend_get_name (g_ptr_array_index (list, 0)), ==, "good");
  g_assert_cmpuint (warnings, ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      TaubeBackend *backend = g_ptr_array_index (list, i + 1);
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) again = NULL;

      g_assert_cmpstr (taube_backend_get_name (backend), ==, broken[i][0]);
      g_assert_cmpstr (taube_backend_get_title (backend), ==, "Testing");
      g_assert_cmpstr (taube_backend_get_schemes (backend)[0], ==, "testing");
      g_assert_null (taube_backend_get_capabilities (backend, &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED);
      g_assert_nonnull (strstr (error->message, broken[i][1]));
      g_assert_cmpuint (warnings, ==, i + 1);
      g_assert_cmpstr (last_warning, ==, error->message);
      g_assert_null (taube_backend_get_capabilities (backend, &again));
      g_assert_cmpuint (warnings, ==, i + 1);
    }
}

/* By name and by scheme; a broken one that comes first in the list of those with a scheme is skipped. */
static void
test_good (void)
{
  g_autofree char *first = make_folder ("aaa", "[Backend]\nName=aaa\nTitle=A\nSchemes=testing;\nABI=1\n");
  g_autofree char *path = g_strjoin (":", first, g_getenv ("TAUBE_TEST_MODULES"), NULL);
  g_autoptr (TaubeBackend) by_name = NULL, by_scheme = NULL, by_common_scheme = NULL;
  g_autoptr (TaubeCapabilities) capabilities = NULL;
  g_autoptr (GError) error = NULL;

  begin (path);
  by_name = taube_backend_find ("good", &error);
  g_assert_no_error (error);
  by_scheme = taube_backend_find ("testing-good", &error);
  g_assert_no_error (error);
  g_assert_true (by_name == by_scheme);
  g_assert_cmpuint (warnings, ==, 0);
  by_common_scheme = taube_backend_find ("testing", &error);
  g_assert_no_error (error);
  g_assert_true (by_name == by_common_scheme);
  g_assert_cmpuint (warnings, ==, 1);
  g_assert_nonnull (strstr (last_warning, "backend \"aaa\" cannot be used: its module "));
  capabilities = taube_backend_get_capabilities (by_name, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (taube_capabilities_get_reason (capabilities, TAUBE_CAPABILITY_RETRIEVAL), ==, "it does");
  remove_folder (first);
}

static const char *const hostile[][2] = {
  { "[Backend]\nName=x\nTitle=X\nSchemes=x;\nABI=2\n", "it was made for ABI 2, this library has ABI 1" },
  { "[Backend]\nName=x\nTitle=X\nSchemes=x;\nABI=1\n", "is missing" },
  { "[Backend]\nName=y\nTitle=X\nSchemes=x;\nABI=1\n", "its Name is \"y\" and not that of the file" },
  { "[Backend]\nName=../x\nTitle=X\nSchemes=x;\nABI=1\n", "its Name \"../x\" is not one" },
  { "[Backend]\nName=x\nTitle=X\nSchemes=x y;\nABI=1\n", "its Schemes hold \"x y\", which is no URI scheme" },
  { "[Backend]\nName=x\nTitle=X\nSchemes=\nABI=1\n", "its Schemes are empty" },
  { "[Backend]\nName=x\nTitle=X\\nY\nSchemes=x;\nABI=1\n", "its Title is empty, too long or has control characters" },
  { "[Backend]\nName=x\nTitle=\nSchemes=x;\nABI=1\n", "its Title is empty, too long or has control characters" },
  { "[Backend]\nName=x\nTitle=X\nSchemes=x;\nABI=-1\n", "its ABI -1 is not one" },
  { "[Backend]\nName=x\nTitle=X\nSchemes=x;\nABI=one\n", "ABI" },
  { "[Backend]\nName=x\nTitle=X\nSchemes=x;\n", "ABI" },
  { "[Backend]\nTitle=X\nSchemes=x;\nABI=1\n", "Name" },
  { "[Other]\nName=x\n", "Backend" },
  { "\x7f" "ELF\xff\xfe", "x.backend: " },
  { "", "it is empty" },
};

static void
test_key_files (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (hostile); i++)
    {
      g_autofree char *folder = make_folder ("x", hostile[i][0]);
      g_autofree char *index = g_strdup_printf ("%" G_GSIZE_FORMAT, i);

      g_setenv ("TAUBE_TEST_FOLDER", folder, TRUE);
      g_setenv ("TAUBE_TEST_INDEX", index, TRUE);
      g_test_trap_subprocess ("/backend/process/key-file/subprocess", 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
      if (!g_test_trap_has_passed ())
        g_printerr ("key file %s\n", index);
      g_test_trap_assert_passed ();
      remove_folder (folder);
    }
}

static void
process_key_file (void)
{
  gsize i = (gsize) g_ascii_strtoull (g_getenv ("TAUBE_TEST_INDEX"), NULL, 10);
  g_autoptr (GPtrArray) list = NULL, again = NULL;

  begin (g_getenv ("TAUBE_TEST_FOLDER"));
  assert_unusable ("x", hostile[i][1]);
  g_assert_cmpuint (warnings, ==, 0);
  list = taube_backend_list ();
  g_assert_cmpuint (list->len, ==, 0);
  g_assert_cmpuint (warnings, ==, 1);
  g_assert_true (g_utf8_validate (last_warning, -1, NULL));
  g_assert_true (g_str_has_prefix (last_warning, "backend \"x\" cannot be used: "));
  again = taube_backend_list ();
  g_assert_cmpuint (warnings, ==, 1);
}

/* The first file of a name wins, even when it is broken; empty and missing folders are nothing. */
static void
process_order (void)
{
  g_autofree char *first = make_folder ("x", "[Backend]\nName=x\nTitle=First\nSchemes=x;\nABI=1\n");
  g_autofree char *second = make_folder ("x", "[Backend]\nName=x\nTitle=Second\nSchemes=x;\nABI=7\n");
  g_autofree char *path = g_strjoin (":", "", "/nonexistent", first, second, first, NULL);

  begin (path);
  assert_unusable ("x", first);
  remove_folder (first);
  remove_folder (second);
}

/* What is no regular file, or no small one, is not read: a pipe would never end. */
static void
process_odd_files (void)
{
  g_autofree char *folder = make_folder (".hidden", "");
  g_autofree char *pipe = g_build_filename (folder, "pipe.backend", NULL);
  g_autofree char *link = g_build_filename (folder, "link.backend", NULL);
  g_autofree char *large = g_build_filename (folder, "large.backend", NULL);
  g_autofree char *inside = g_build_filename (folder, "folder.backend", NULL);
  g_autofree char *bytes = g_build_filename (folder, "\xff.backend", NULL);
  g_autofree char *text = g_strnfill (70000, '#');
  g_autoptr (GPtrArray) list = NULL;

  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  g_assert_cmpint (symlink ("/dev/zero", link), ==, 0);
  g_assert_cmpint (g_mkdir (inside, 0700), ==, 0);
  g_assert_true (g_file_set_contents (large, text, -1, NULL));
  g_assert_true (g_file_set_contents (bytes, "[Backend]\nName=x\n", -1, NULL));
  begin (folder);
  assert_unusable ("pipe", "it is not a regular file");
  assert_unusable ("link", "it is not a regular file");
  assert_unusable ("folder", "it is not a regular file");
  assert_unusable ("large", "it is larger than 65536 bytes");
  list = taube_backend_list ();
  g_assert_cmpuint (list->len, ==, 0);
  g_assert_cmpuint (warnings, ==, 5);
  remove_folder (folder);
}

static void
process_nothing (void)
{
  g_autoptr (GPtrArray) list = NULL;

  begin ("/nonexistent");
  list = taube_backend_list ();
  g_assert_cmpuint (warnings, ==, 0);
  assert_unusable ("\xff", "there is no backend for \"\xef\xbf\xbd\" (installed: ");
}

static gpointer
find_on_thread (gpointer data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (broken); i++)
    assert_unusable (broken[i][0], broken[i][1]);
  return NULL;
}

static void
process_threads (void)
{
  GThread *threads[6];

  begin (g_getenv ("TAUBE_TEST_MODULES"));
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("find", find_on_thread, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

static void
run_process (gconstpointer path)
{
  g_test_trap_subprocess (path, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_test_trap_assert_passed ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) \
  g_test_add_func ("/backend/process/" name "/subprocess", func); \
  g_test_add_data_func ("/backend/" name, "/backend/process/" name "/subprocess", run_process)
  ADD ("modules", test_modules);
  ADD ("good", test_good);
  ADD ("list", test_list);
  ADD ("order", process_order);
  ADD ("odd-files", process_odd_files);
  ADD ("nothing", process_nothing);
  ADD ("threads", process_threads);
  g_test_add_func ("/backend/process/key-file/subprocess", process_key_file);
  g_test_add_func ("/backend/key-files", test_key_files);
  return g_test_run ();
}
