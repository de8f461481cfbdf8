/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch-test.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

/* What the three stores make of a message, whatever the pieces in which it comes. */

static const struct
{
  const char *message;
  const char *lf;
  const char *crlf;
  const char *mbox; /* behind the line "From " */
} lines[] = {
  { "A: b\r\n\r\nc\r\n", "A: b\n\nc\n", "A: b\r\n\r\nc\r\n", "A: b\n\nc\n\n" },
  { "A: b\n\nc\n", "A: b\n\nc\n", "A: b\r\n\r\nc\r\n", "A: b\n\nc\n\n" },
  { "A: b\r\n\r\nno end", "A: b\n\nno end", "A: b\r\n\r\nno end", "A: b\n\nno end\n\n" },
  { "A: b\r\n\r\na\rb\r\r\nc\r", "A: b\n\na\rb\r\nc\r", "A: b\r\n\r\na\rb\r\r\nc\r", "A: b\n\na\rb\r\nc\r\n\n" },
  { "A: b\r\n\r\nFrom me\r\n>From you\r\nFro\r\nFrom\r\n>>>From x\r\n>Fr\r\n",
    "A: b\n\nFrom me\n>From you\nFro\nFrom\n>>>From x\n>Fr\n",
    "A: b\r\n\r\nFrom me\r\n>From you\r\nFro\r\nFrom\r\n>>>From x\r\n>Fr\r\n",
    "A: b\n\n>From me\n>>From you\nFro\nFrom\n>>>>From x\n>Fr\n\n" },
  { "A: b\r\n\r\nx From y\r\nFFrom z\r\nFrom ", "A: b\n\nx From y\nFFrom z\nFrom ",
    "A: b\r\n\r\nx From y\r\nFFrom z\r\nFrom ", "A: b\n\nx From y\nFFrom z\n>From \n\n" },
  { "From bob 1\r\nA: b\r\n\r\nc\r\n", "From bob 1\nA: b\n\nc\n", "From bob 1\r\nA: b\r\n\r\nc\r\n",
    ">From bob 1\nA: b\n\nc\n\n" },
  { "\r\nonly a body\r\n", "\nonly a body\n", "\r\nonly a body\r\n", "\nonly a body\n\n" },
  { "no head at all", "no head at all", "no head at all", "no head at all\n\n" },
  { "", "", "", "\n" },
  { "\r", "\r", "\r", "\r\n\n" },
};

static char *
convert (const char *kind, const char *message, gsize size)
{
  g_autoptr (TaubeTestDir) dir = taube_test_dir_new ();
  g_autofree char *target = g_strdup_printf ("%s:%s/mail", kind, dir->path);
  g_autoptr (FetchStore) store = fetch_test_open (target);
  g_autoptr (GError) error = NULL;
  g_autofree char *tag = fetch_test_make_tag (1), *place = NULL;

  g_assert_true (fetch_store_finish (store, tag, fetch_test_write (store, tag, message, size), &place, &error));
  g_assert_true (fetch_store_commit (store, &error));
  g_assert_true (fetch_store_has (store, tag));
  return fetch_test_read (place);
}

static void
test_lines (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    for (gsize size = 1; size <= MAX (strlen (lines[i].message), 1); size++)
      {
        g_autofree char *lf = convert ("maildir", lines[i].message, size);
        g_autofree char *crlf = convert ("eml", lines[i].message, size);
        g_autofree char *mbox = convert ("mbox", lines[i].message, size);

        g_assert_cmpstr (lf, ==, lines[i].lf);
        g_assert_cmpstr (crlf, ==, lines[i].crlf);
        g_assert_true (g_str_has_prefix (mbox, "From MAILER-DAEMON "));
        g_assert_cmpstr (strchr (mbox, '\n') + 1, ==, lines[i].mbox);
      }
}

static void
test_from_line (void)
{
  g_autofree char *mbox = convert ("mbox",
                                   "Return-Path: <bob@example.org>\r\nReceived: by x; Thu, 5 Nov 2026 14:03:07 "
                                   "+0100\r\n\r\nCoo.\r\n",
                                   7);

  g_assert_true (g_str_has_prefix (mbox, "From bob@example.org Thu Nov  5 13:03:07 2026\nReturn-Path: "));
}

/* A message is written as it comes: what is held in memory does not grow with it. */
static void
test_large (void)
{
  g_autoptr (TaubeTestDir) dir = taube_test_dir_new ();
  g_autofree char *target = g_strdup_printf ("mbox:%s/mail", dir->path);
  g_autofree char *block = g_malloc (1 << 20), *tag = fetch_test_make_tag (1), *place = NULL;
  g_autoptr (FetchStore) store = fetch_test_open (target);
  g_autoptr (GError) error = NULL;
  FetchDraft *draft = fetch_store_begin (store, tag, &error);
  GStatBuf status;

  for (guint i = 0; i < 1 << 20; i++)
    block[i] = i % 64 == 62 ? '\r' : i % 64 == 63 ? '\n' : '>';
  for (guint i = 0; i < 24; i++)
    g_assert_true (g_output_stream_write_all (G_OUTPUT_STREAM (draft), block, 1 << 20, NULL, NULL, &error));
  g_assert_cmpuint (fetch_draft_get_head (draft)->len, <, 2 << 20);
  g_assert_true (fetch_store_finish (store, tag, draft, &place, &error) && fetch_store_commit (store, &error));
  g_assert_cmpint (g_stat (place, &status), ==, 0);
  g_assert_cmpint (status.st_size, >, 23 << 20);
}

/* Maildir. */

static void
test_maildir_names (void)
{
  g_autoptr (TaubeTestDir) dir = taube_test_dir_new ();
  g_autofree char *target = g_strdup_printf ("maildir:%s/mail/", dir->path), *tag = fetch_test_make_tag (1);
  g_autofree char *folder = g_build_filename (dir->path, "mail/new", NULL);
  g_autofree char *tmp = g_build_filename (dir->path, "mail/tmp", NULL);
  g_autofree char *cur = g_build_filename (dir->path, "mail/cur", NULL);
  g_autoptr (GPtrArray) found = NULL, left = NULL;
  g_autofree char *name = NULL, *moved = NULL;
  const char *const messages[] = { "A: b\r\n\r\nc\r\n", NULL };

  {
    g_autoptr (FetchStore) store = fetch_test_open (target);

    g_assert_true (fetch_store_was_created (store));
    g_assert_false (fetch_store_has (store, tag));
    fetch_test_store (store, 1, messages);
    g_assert_true (fetch_store_has (store, tag));
    g_assert_true (g_file_test (cur, G_FILE_TEST_IS_DIR));
  }
  found = fetch_test_find (folder, tag);
  left = fetch_test_find (tmp, "");
  g_assert_cmpuint (found->len, ==, 1);
  g_assert_cmpuint (left->len, ==, 0);
  g_assert_true (g_str_has_suffix (found->pdata[0], ",S=8"));
  /* A mail program reads it. */
  name = g_path_get_basename (found->pdata[0]);
  moved = g_strdup_printf ("%s/%s:2,S", cur, name);
  g_assert_cmpint (g_rename (found->pdata[0], moved), ==, 0);
  {
    g_autoptr (FetchStore) store = fetch_test_open (target);

    g_assert_false (fetch_store_was_created (store));
    g_assert_true (fetch_store_has (store, tag));
  }
}

static void
make_folders (const char *path)
{
  static const char *const names[] = { "cur", "new", "tmp", ".Archive/cur", ".Archive/new" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *folder = g_build_filename (path, names[i], NULL);

      g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
    }
}

static void
test_maildir_below (void)
{
  g_autoptr (TaubeTestDir) dir = taube_test_dir_new ();
  g_autofree char *target = g_strdup_printf ("maildir:%s", dir->path);
  g_autofree char *one = fetch_test_make_tag (1), *two = fetch_test_make_tag (2);
  g_autofree char *name = g_strdup_printf (".Archive/cur/12.T%sQ1.host,S=3:2,S", one), *file = NULL;
  g_autoptr (FetchStore) store = NULL;

  make_folders (dir->path);
  file = taube_test_dir_write (dir, name, "x\n\n", -1);
  store = fetch_test_open (target);
  g_assert_true (fetch_store_has (store, one));
  g_assert_false (fetch_store_has (store, two));
}

static void
make_old (const char *path)
{
  struct utimbuf old = { 0, 0 };

  /* The time of the change of the entry itself cannot be set: only that much can be tested. */
  g_assert_cmpint (utime (path, &old), ==, 0);
}

static void
test_maildir_tmp (void)
{
  g_autoptr (TaubeTestDir) dir = taube_test_dir_new ();
  g_autofree char *target = g_strdup_printf ("maildir:%s", dir->path), *tag = fetch_test_make_tag (1);
  g_autofree char *ours_name = g_strdup_printf ("tmp/12.T%sQ1.%s", tag, g_get_host_name ());
  g_autofree char *elsewhere_name = g_strdup_printf ("tmp/12.T%sQ1.elsewhere", tag);
  g_autofree char *ours = NULL, *elsewhere = NULL, *others = NULL;

  make_folders (dir->path);
  ours = taube_test_dir_write (dir, ours_name, "x", 1);
  elsewhere = taube_test_dir_write (dir, elsewhere_name, "x", 1);
  others = taube_test_dir_write (dir, "tmp/12.M1P2.host", "x", 1);
  make_old (others);
  fetch_store_close (fetch_test_open (target));
  g_assert_false (g_file_test (ours, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (elsewhere, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (others, G_FILE_TEST_EXISTS));
}

/* A folder full of something else, a file, a place that is not there. */
static void
test_wrong_places (void)
{
  g_autoptr (TaubeTestDir) dir = taube_test_dir_new ();
  g_autofree char *file = taube_test_dir_write (dir, "letters/file", "Dear diary\n", -1);
  static const struct
  {
    const FetchStoreKind *kind;
    const char *path;
    int code;
    const char *word;
  } wrong[] = {
    { &fetch_store_maildir, "letters", TAUBE_ERROR_INVALID, "no Maildir" },
    { &fetch_store_maildir, "letters/file", TAUBE_ERROR_INVALID, "no Maildir" },
    { &fetch_store_maildir, "not/there", TAUBE_ERROR_STORAGE, "not/there" },
    { &fetch_store_eml, "letters/file", TAUBE_ERROR_STORAGE, "Not a directory" },
    { &fetch_store_eml, "not/there", TAUBE_ERROR_STORAGE, "not/there" },
    { &fetch_store_mbox, "letters/file", TAUBE_ERROR_INVALID, "no mbox" },
    { &fetch_store_mbox, "letters", TAUBE_ERROR_STORAGE, "directory" },
    { &fetch_store_mbox, "not/there", TAUBE_ERROR_STORAGE, "No such file" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *path = g_build_filename (dir->path, wrong[i].path, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_null (fetch_store_open (wrong[i].kind, path, OWNER, &error));
      g_assert_error (error, TAUBE_ERROR, wrong[i].code);
      if (strstr (error->message, wrong[i].word) == NULL)
        g_error ("%u: %s", i, error->message);
    }
  g_assert_null (fetch_store_find_kind ("mh:x", NULL));
  g_assert_null (fetch_store_find_kind ("maildir", NULL));
  g_assert_null (fetch_store_find_kind ("maildir:", NULL));
}

/* A second program is told that the first is at work. */
static void
test_locked (void)
{
  g_autoptr (TaubeTestDir) dir = taube_test_dir_new ();
  static const char *const kinds[] = { "maildir", "eml", "mbox" };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *target = g_strdup_printf ("%s:%s/%s", kinds[i], dir->path, kinds[i]);
      g_autoptr (FetchStore) store = fetch_test_open (target);
      g_autoptr (GError) error = NULL;
      const char *path;
      const FetchStoreKind *kind = fetch_store_find_kind (target, &path);

      g_assert_null (fetch_store_open (kind, path, OWNER, &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONFLICT);
    }
}

/* Eml. */

static const struct
{
  const char *head;
  const char *name; /* up to the tag */
} names[] = {
  { "Subject: Hello\r\nDate: Thu, 5 Nov 2026 14:03:07 +0100\r\n\r\n", "2026-11-05 130307 Hello" },
  { "Subject: ../../etc/passwd\r\nDate: Thu, 5 Nov 2026 14:03:07 +0100\r\n\r\n", "2026-11-05 130307 .._.._etc_passwd" },
  { "Subject: =?utf-8?q?a=00b=0Ac=7F?= \t  d\r\nDate: 5 Nov 2026 13:03:07 GMT\r\n\r\n", "2026-11-05 130307 a d" },
  { "Subject: a:b*c?d\"e<f>g|h\\i\r\nDate: 5 Nov 2026 13:03:07 GMT\r\n\r\n", "2026-11-05 130307 a_b_c_d_e_f_g_h_i" },
  { "Date: 5 Nov 2026 13:03:07 GMT\r\n\r\n", "2026-11-05 130307" },
  { "Subject: \xFF\xFE\r\nDate: 5 Nov 2026 13:03:07 GMT\r\n\r\n", "2026-11-05 130307 \357\277\275\357\277\275" },
  { "Subject: x.Taaaaaaaaaaaaaaaaaaaaaaaaaa\r\nDate: 5 Nov 2026 13:03:07 GMT\r\n\r\n",
    "2026-11-05 130307 x_Taaaaaaaaaaaaaaaaaaaaaaaaaa" },
};

static void
test_eml_names (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (TaubeTestDir) dir = taube_test_dir_new ();
      g_autofree char *target = g_strdup_printf ("eml:%s", dir->path), *tag = fetch_test_make_tag (1);
      g_autofree char *wanted = g_strdup_printf ("%s/%s.T%s.eml", dir->path, names[i].name, tag);
      const char *const messages[] = { names[i].head, NULL };
      g_autoptr (FetchStore) store = fetch_test_open (target);
      g_autoptr (GPtrArray) found = NULL;

      fetch_test_store (store, 1, messages);
      found = fetch_test_find (dir->path, "eml");
      g_assert_cmpuint (found->len, ==, 1);
      g_assert_cmpstr (found->pdata[0], ==, wanted);
    }
}

static void
test_eml_long_name (void)
{
  g_autoptr (TaubeTestDir) dir = taube_test_dir_new ();
  g_autofree char *target = g_strdup_printf ("eml:%s", dir->path);
  g_autoptr (GString) message = g_string_new ("Subject: ");
  g_autoptr (FetchStore) store = fetch_test_open (target);
  g_autoptr (GPtrArray) found = NULL;
  g_autofree char *name = NULL;

  for (guint i = 0; i < 5000; i++)
    g_string_append (message, "ü€");
  g_string_append (message, "\r\n\r\n");
  {
    const char *const messages[] = { message->str, NULL };

    fetch_test_store (store, 1, messages);
  }
  found = fetch_test_find (dir->path, "eml");
  g_assert_cmpuint (found->len, ==, 1);
  name = g_path_get_basename (found->pdata[0]);
  g_assert_cmpuint (strlen (name), <, 200);
  g_assert_true (g_utf8_validate (name, -1, NULL));
}

/* An id that the server gives again, to a message of the same date and subject: both are kept. */
static void
test_eml_same_name (void)
{
  g_autoptr (TaubeTestDir) dir = taube_test_dir_new ();
  g_autofree char *target = g_strdup_printf ("eml:%s", dir->path);
  const char *const messages[] = { "Date: 5 Nov 2026 13:03:07 GMT\r\n\r\nOne.\r\n", NULL };
  const char *const others[] = { "Date: 5 Nov 2026 13:03:07 GMT\r\n\r\nAnother.\r\n", NULL };
  g_autoptr (FetchStore) store = fetch_test_open (target);
  g_autoptr (GPtrArray) found = NULL;
  g_autofree char *one = NULL, *two = NULL;

  fetch_test_store (store, 1, messages);
  g_hash_table_remove_all (store->tags);
  fetch_test_store (store, 1, others);
  found = fetch_test_find (dir->path, ".eml");
  g_assert_cmpuint (found->len, ==, 2);
  one = fetch_test_read (found->pdata[0]);
  two = fetch_test_read (found->pdata[1]);
  g_assert_cmpstr (one, !=, two);
}

/* Moved into a folder below and renamed, it is still here. */
static void
test_eml_moved (void)
{
  g_autoptr (TaubeTestDir) dir = taube_test_dir_new ();
  g_autofree char *target = g_strdup_printf ("eml:%s/mail", dir->path);
  g_autofree char *one = fetch_test_make_tag (1), *two = fetch_test_make_tag (2);
  g_autofree char *name = g_strdup_printf ("mail/2026/bills/the plumber.T%s.eml", one);
  g_autofree char *file = taube_test_dir_write (dir, name, "x", 1);
  g_autofree char *part = taube_test_dir_write (dir, "mail/.taube-part-x", "x", 1);
  g_autoptr (FetchStore) store = fetch_test_open (target);

  g_assert_true (fetch_store_has (store, one));
  g_assert_false (fetch_store_has (store, two));
  g_assert_false (g_file_test (part, G_FILE_TEST_EXISTS));
}

/* Messages that do not come whole, and those that were not committed, leave nothing. */
static void
test_dropped (void)
{
  static const char *const kinds[] = { "maildir", "eml", "mbox" };
  g_autofree char *one = fetch_test_make_tag (1), *two = fetch_test_make_tag (2), *three = fetch_test_make_tag (3);

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (TaubeTestDir) dir = taube_test_dir_new ();
      g_autofree char *target = g_strdup_printf ("%s:%s/mail", kinds[i], dir->path), *place = NULL;
      g_autoptr (GError) error = NULL;
      FetchStore *store = fetch_test_open (target);

      fetch_store_drop (store, fetch_test_write (store, one, "A: b\r\n\r\nhalf of a long mess", 5));
      g_assert_true (fetch_store_finish (store, two, fetch_test_write (store, two, "A: 2\r\n\r\n", 5), &place, &error));
      g_assert_true (fetch_store_commit (store, &error));
      g_clear_pointer (&place, g_free);
      g_assert_true (fetch_store_finish (store, three, fetch_test_write (store, three, "A: 3\r\n", 5), &place, &error));
      fetch_store_close (store);
      store = fetch_test_open (target);
      g_assert_false (fetch_store_has (store, one));
      g_assert_true (fetch_store_has (store, two));
      g_assert_false (fetch_store_has (store, three));
      fetch_store_close (store);
    }
}

/* What was here and is not any more was removed; in a store that is new, nothing was. */
static void
test_removed (void)
{
  static const char *const kinds[] = { "maildir", "eml" };
  const char *const messages[] = { "A: 1\r\n\r\n", "A: 2\r\n\r\n", NULL };
  g_autofree char *one = fetch_test_make_tag (1), *two = fetch_test_make_tag (2);

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (TaubeTestDir) dir = taube_test_dir_new ();
      g_autofree char *target = g_strdup_printf ("%s:%s/mail", kinds[i], dir->path);
      g_autofree char *folder = g_build_filename (dir->path, "mail", i == 0 ? "new" : ".", NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) found = NULL;
      FetchStore *store = fetch_test_open (target);

      fetch_test_store (store, 1, messages);
      g_assert_true (fetch_store_remember (store, &error));
      fetch_store_close (store);
      found = fetch_test_find (folder, one);
      g_assert_cmpuint (found->len, ==, 1);
      g_unlink (found->pdata[0]);
      store = fetch_test_open (target);
      g_assert_true (fetch_store_was_removed (store, one));
      g_assert_false (fetch_store_was_removed (store, two));
      g_assert_true (fetch_store_remember (store, &error));
      fetch_store_close (store);
      store = fetch_test_open (target);
      g_assert_false (fetch_store_was_removed (store, one));
      fetch_store_close (store);
    }
}

static void
test_tags (void)
{
  g_autofree char *one = files_make_tag ("a", "bc"), *two = files_make_tag ("ab", "c"),
                  *same = files_make_tag ("a", "bc");
  g_autofree char *name = g_strdup_printf ("x.T.Tshort.T%s.eml", one), *found = fetch_store_find_tag (name);

  g_assert_cmpuint (strlen (one), ==, FILES_TAG_LENGTH);
  g_assert_cmpstr (one, ==, same);
  g_assert_cmpstr (one, !=, two);
  g_assert_cmpstr (found, ==, one);
  g_assert_null (fetch_store_find_tag ("x.Tshort.eml"));
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tool/fetch/lines", test_lines);
  g_test_add_func ("/tool/fetch/from-line", test_from_line);
  g_test_add_func ("/tool/fetch/large", test_large);
  g_test_add_func ("/tool/fetch/maildir/names", test_maildir_names);
  g_test_add_func ("/tool/fetch/maildir/below", test_maildir_below);
  g_test_add_func ("/tool/fetch/maildir/tmp", test_maildir_tmp);
  g_test_add_func ("/tool/fetch/wrong-places", test_wrong_places);
  g_test_add_func ("/tool/fetch/locked", test_locked);
  g_test_add_func ("/tool/fetch/eml/names", test_eml_names);
  g_test_add_func ("/tool/fetch/eml/long-name", test_eml_long_name);
  g_test_add_func ("/tool/fetch/eml/moved", test_eml_moved);
  g_test_add_func ("/tool/fetch/eml/same-name", test_eml_same_name);
  g_test_add_func ("/tool/fetch/dropped", test_dropped);
  g_test_add_func ("/tool/fetch/removed", test_removed);
  g_test_add_func ("/tool/fetch/tags", test_tags);
  return g_test_run ();
}
