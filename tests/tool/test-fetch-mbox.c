/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch-mbox-lock.h"
#include "fetch-test.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* The mbox: what a run that was stopped in the middle leaves, and what others do to the file meanwhile. */

#define OLD "From old@example.org Thu Nov  5 13:03:07 2026\nSubject: old\n\nOld.\n\n"
#define FOREIGN "From mda@example.org Fri Nov  6 13:03:07 2026\nSubject: foreign\n\nForeign.\n\n"

static const char *const two_messages[]
    = { "Received: x; Thu, 5 Nov 2026 14:03:07 +0100\r\nSubject: one\r\n\r\nOne.\r\nFrom here on.\r\n",
        "Received: x; Thu, 5 Nov 2026 14:03:07 +0100\r\nSubject: two\r\n\r\nTwo.\r\n", NULL };

#define TWO                                                                                                            \
  "From MAILER-DAEMON Thu Nov  5 13:03:07 2026\nReceived: x; Thu, 5 Nov 2026 14:03:07 +0100\nSubject: "                \
  "one\n\nOne.\n>From here on.\n\n"                                                                                    \
  "From MAILER-DAEMON Thu Nov  5 13:03:07 2026\nReceived: x; Thu, 5 Nov 2026 14:03:07 +0100\nSubject: two\n\nTwo.\n\n"

/* One mbox in a folder of its own. */
typedef struct
{
  TaubeTestDir *dir;
  char *path;
  char *target;
} World;

static void
world_init (World *self, const char *content)
{
  self->dir = taube_test_dir_new ();
  self->path = content != NULL ? taube_test_dir_write (self->dir, "mbox", content, -1)
                               : g_build_filename (self->dir->path, "mbox", NULL);
  self->target = g_strconcat ("mbox:", self->path, NULL);
}

static void
world_clear (World *self)
{
  g_free (self->path);
  g_free (self->target);
  taube_test_dir_free (self->dir);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, world_clear)

static void
write_hidden (World *self, const char *suffix, const char *text, gsize length)
{
  g_autofree char *name = g_strconcat (".mbox.taube-", suffix, NULL);

  g_free (taube_test_dir_write (self->dir, name, text, (gssize)length));
}

/* What stands beside the mbox while BEFORE bytes of it are old and TWO is being appended. */
static void
write_append (World *self, const char *before, guint gap)
{
  g_autofree char *one = fetch_test_make_tag (1), *two = fetch_test_make_tag (2);
  gsize length = strlen (before), part = MIN (length, 4096);
  g_autofree char *print
      = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *)before + length - part, part);
  g_autofree char *record = g_strdup_printf (
      "[mbox]\nstate=append\noffset=%zu\ngap=%u\nlength=%zu\nsize=%zu\nbefore=%s\npending=%s %s;%s %s;\nstored=\n",
      length, gap, strlen (TWO), length, print, OWNER, one, OWNER, two);

  write_hidden (self, "record", record, strlen (record));
  write_hidden (self, "part", TWO, strlen (TWO));
}

static void
assert_clean (World *self)
{
  g_autoptr (GPtrArray) left = fetch_test_find (self->dir->path, "");

  g_assert_cmpuint (left->len, ==, 1);
}

static gboolean
has_both (FetchStore *store)
{
  g_autofree char *one = fetch_test_make_tag (1), *two = fetch_test_make_tag (2);

  g_assert_cmpint (fetch_store_has (store, one), ==, fetch_store_has (store, two));
  return fetch_store_has (store, one);
}

static void
test_append (void)
{
  static const struct
  {
    const char *before; /* NULL: no file */
    const char *gap;
  } starts[] = { { NULL, "" }, { "", "" }, { OLD, "" }, { "From a\n\nx\n", "\n" }, { "From a\n\nx", "\n\n" } };

  for (guint i = 0; i < G_N_ELEMENTS (starts); i++)
    {
      g_auto (World) world = { 0 };
      g_autofree char *content = NULL, *wanted = NULL;
      FetchStore *store;

      world_init (&world, starts[i].before);
      store = fetch_test_open (world.target);
      g_assert_cmpint (fetch_store_was_created (store), ==, starts[i].before == NULL);
      fetch_test_store (store, 1, two_messages);
      content = fetch_test_read (world.path);
      wanted = g_strconcat (starts[i].before != NULL ? starts[i].before : "", starts[i].gap, TWO, NULL);
      g_assert_cmpstr (content, ==, wanted);
      /* Killed before it is known elsewhere: it is still known here. */
      fetch_store_close (store);
      store = fetch_test_open (world.target);
      g_assert_true (has_both (store));
      g_assert_true (fetch_store_forget (store, NULL));
      fetch_store_close (store);
      store = fetch_test_open (world.target);
      g_assert_false (has_both (store));
      fetch_store_close (store);
      assert_clean (&world);
    }
}

/* What is behind the old content when the run was stopped after TORN bytes, with what others have appended since. */
static void
check_torn (const char *before, guint gap, gsize torn, const char *damage, const char *foreign)
{
  g_auto (World) world = { 0 };
  g_autofree char *ours = g_strconcat (gap == 2 ? "\n\n" : gap == 1 ? "\n" : "", TWO, NULL);
  g_autofree char *part = g_strndup (ours, torn);
  g_autofree char *content = g_strconcat (before, part, damage, foreign, NULL);
  g_autofree char *found = NULL, *wanted = NULL, *separator = NULL;
  /* The line end of another program may be the one that was missing. */
  gboolean whole = g_str_has_prefix (content + strlen (before), ours);
  FetchStore *store;

  world_init (&world, content);
  write_append (&world, before, gap);
  store = fetch_test_open (world.target);
  g_assert_cmpint (has_both (store), ==, whole);
  g_assert_true (fetch_store_forget (store, NULL));
  fetch_store_close (store);
  found = fetch_test_read (world.path);
  /* Where others have gone on, the empty line that came before them stays. */
  separator = g_strndup ("\n\n", *foreign != '\0' ? MIN (gap, torn) : 0);
  wanted = whole ? g_strdup (content) : g_strconcat (before, separator, foreign, NULL);
  g_assert_cmpstr (found, ==, wanted);
  assert_clean (&world);
}

static void
test_torn (void)
{
  for (gsize torn = 0; torn <= strlen (TWO); torn++)
    {
      check_torn (OLD, 0, torn, "", "");
      check_torn (OLD, 0, torn, "", FOREIGN);
      check_torn ("", 0, torn, "", "");
      if (torn > 0)
        check_torn (OLD, 0, torn, "\n", FOREIGN FOREIGN);
    }
  for (gsize torn = 0; torn <= strlen (TWO) + 2; torn++)
    {
      check_torn ("From a\n\nx", 2, torn, "", "");
      check_torn ("From a\n\nx", 2, torn, "", torn > 1 ? FOREIGN : "");
    }
}

/* After a power cut the end may be as long as it was, and hold zeros, or what was on the disk before. */
static void
test_damaged_end (void)
{
  static const struct
  {
    const char *end;
    gsize length;
    gboolean rescued;
  } ends[] = { { "\0\0\0\0\0\0", 6, FALSE }, { "\n\n\n", 3, FALSE }, { "no mail at all", 14, TRUE } };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_auto (World) world = { 0 };
      g_autoptr (GString) content = g_string_new (OLD "From MAILER-DAEMON Thu");
      g_autofree char *found = NULL;
      g_autoptr (GPtrArray) rescued = NULL;

      g_string_append_len (content, ends[i].end, (gssize)ends[i].length);
      world_init (&world, OLD);
      g_free (taube_test_dir_write (world.dir, "mbox", content->str, (gssize)content->len));
      write_append (&world, OLD, 0);
      fetch_store_close (fetch_test_open (world.target));
      found = fetch_test_read (world.path);
      g_assert_cmpstr (found, ==, OLD);
      rescued = fetch_test_find (world.dir->path, "mbox.rescued-");
      g_assert_cmpuint (rescued->len, ==, ends[i].rescued);
      if (ends[i].rescued)
        {
          g_autofree char *kept = fetch_test_read (rescued->pdata[0]);

          g_assert_cmpstr (kept, ==, ends[i].end);
        }
    }
}

/* A mail program has written the mbox anew since: it is left as it is. */
static void
test_rewritten (void)
{
  static const char *const contents[] = { "", FOREIGN, FOREIGN OLD TWO };

  for (guint i = 0; i < G_N_ELEMENTS (contents); i++)
    {
      g_auto (World) world = { 0 };
      g_autofree char *found = NULL;
      FetchStore *store;

      world_init (&world, contents[i]);
      write_append (&world, OLD, 0);
      store = fetch_test_open (world.target);
      g_assert_false (has_both (store));
      fetch_store_close (store);
      found = fetch_test_read (world.path);
      g_assert_cmpstr (found, ==, contents[i]);
    }
}

/* Stopped while the message of another was moved: after any number of bytes, and others go on meanwhile. */

static void
write_shift (World *self, const char *state, gsize length, gsize size)
{
  g_autofree char *print = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *)OLD, strlen (OLD));
  g_autofree char *record
      = g_strdup_printf ("[mbox]\nstate=%s\noffset=%zu\ngap=0\nlength=%zu\nsize=%zu\nbefore=%s\npending=\nstored=\n",
                         state, strlen (OLD), length, size, print);

  write_hidden (self, "record", record, strlen (record));
  write_hidden (self, "rest", FOREIGN, strlen (FOREIGN));
}

static void
check_shift (const char *state, GString *content, gsize size, const char *more)
{
  g_auto (World) world = { 0 };
  g_autofree char *found = NULL, *wanted = g_strconcat (OLD FOREIGN, more, NULL);

  g_string_append (content, more);
  world_init (&world, content->str);
  write_shift (&world, state, strlen (FOREIGN), size);
  fetch_store_close (fetch_test_open (world.target));
  found = fetch_test_read (world.path);
  g_assert_cmpstr (found, ==, wanted);
  assert_clean (&world);
}

static void
test_shift (void)
{
  static const char *const mores[] = { "", FOREIGN, FOREIGN FOREIGN FOREIGN };
  const char *torn = "From MAILER-DAEMON Thu Nov  5 13:03:07 2026\nReceived: x; Thu, 5 Nov 2026\n";
  g_autofree char *before = g_strconcat (OLD, torn, FOREIGN, NULL);
  gsize size = strlen (before);
  g_autoptr (GString) after = g_string_new (OLD FOREIGN);

  while (after->len < size)
    g_string_append_c (after, '\n');
  for (gsize done = strlen (OLD); done <= size; done++)
    for (guint m = 0; m < G_N_ELEMENTS (mores); m++)
      {
        g_autoptr (GString) content = g_string_new_len (after->str, (gssize)done);

        g_string_append (content, before + done);
        check_shift ("shift", content, size, mores[m]);
      }
  for (guint m = 0; m < G_N_ELEMENTS (mores); m++)
    {
      g_autoptr (GString) content = g_string_new (after->str);
      g_autoptr (GString) cut = g_string_new (OLD FOREIGN);

      check_shift ("truncate", content, size, mores[m]);
      check_shift ("truncate", cut, size, mores[m]);
    }
}

/* Others. */

static void
test_dot_lock (void)
{
  g_auto (World) world = { 0 };
  g_autofree char *dead = g_strdup_printf ("%d:%s\n", G_MAXINT - 1, g_get_host_name ());
  g_autofree char *alive = g_strdup_printf ("%d:%s\n", (int)getpid (), g_get_host_name ());
  g_autofree char *dot = NULL;
  g_autoptr (GError) error = NULL;

  world_init (&world, OLD);
  dot = taube_test_dir_write (world.dir, "mbox.lock", dead, -1);
  fetch_store_close (fetch_test_open (world.target));
  g_assert_false (g_file_test (dot, G_FILE_TEST_EXISTS));
  g_free (taube_test_dir_write (world.dir, "mbox.lock", alive, -1));
  mbox_lock_set_patience (1);
  g_assert_null (fetch_store_open (&fetch_store_mbox, world.path, OWNER, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONFLICT);
  g_assert_true (g_file_test (dot, G_FILE_TEST_EXISTS));
  mbox_lock_set_patience (30 * G_USEC_PER_SEC);
}

/* A lock by fcntl is one of a process: another one holds it. */
static void
test_fcntl_lock (void)
{
  g_auto (World) world = { 0 };
  g_autoptr (GError) error = NULL;
  int ready[2];
  char byte;
  pid_t child;

  world_init (&world, OLD);
  g_assert_cmpint (pipe (ready), ==, 0);
  child = fork ();
  if (child == 0)
    {
      struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
      int fd = open (world.path, O_RDWR);

      if (fcntl (fd, F_SETLK, &whole) != 0 || write (ready[1], "x", 1) != 1)
        _exit (1);
      pause ();
      _exit (0);
    }
  g_assert_cmpint (read (ready[0], &byte, 1), ==, 1);
  mbox_lock_set_patience (1);
  g_assert_null (fetch_store_open (&fetch_store_mbox, world.path, OWNER, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONFLICT);
  mbox_lock_set_patience (30 * G_USEC_PER_SEC);
  kill (child, SIGKILL);
  fetch_store_close (fetch_test_open (world.target));
  close (ready[0]);
  close (ready[1]);
}

static void
test_damaged_record (void)
{
  g_auto (World) world = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *found = NULL;

  world_init (&world, OLD);
  write_hidden (&world, "record", "nonsense", 8);
  g_assert_null (fetch_store_open (&fetch_store_mbox, world.path, OWNER, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_STORAGE);
  g_clear_error (&error);
  write_hidden (&world, "record", "[mbox]\nstate=odd\n", 17);
  g_assert_null (fetch_store_open (&fetch_store_mbox, world.path, OWNER, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_STORAGE);
  found = fetch_test_read (world.path);
  g_assert_cmpstr (found, ==, OLD);
}

/* What another account has stored and does not know elsewhere stays written down. */
static void
test_two_owners (void)
{
  g_auto (World) world = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *other = g_strnfill (FILES_TAG_LENGTH, 'b');
  FetchStore *store;

  world_init (&world, NULL);
  store = fetch_test_open (world.target);
  fetch_test_store (store, 1, two_messages);
  fetch_store_close (store);
  store = fetch_store_open (&fetch_store_mbox, world.path, other, &error);
  g_assert_no_error (error);
  g_assert_false (has_both (store));
  fetch_test_store (store, 3, two_messages);
  g_assert_true (fetch_store_forget (store, NULL));
  fetch_store_close (store);
  store = fetch_test_open (world.target);
  g_assert_true (has_both (store));
  fetch_store_close (store);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tool/mbox/append", test_append);
  g_test_add_func ("/tool/mbox/torn", test_torn);
  g_test_add_func ("/tool/mbox/damaged-end", test_damaged_end);
  g_test_add_func ("/tool/mbox/rewritten", test_rewritten);
  g_test_add_func ("/tool/mbox/shift", test_shift);
  g_test_add_func ("/tool/mbox/dot-lock", test_dot_lock);
  g_test_add_func ("/tool/mbox/fcntl-lock", test_fcntl_lock);
  g_test_add_func ("/tool/mbox/damaged-record", test_damaged_record);
  g_test_add_func ("/tool/mbox/two-owners", test_two_owners);
  return g_test_run ();
}
