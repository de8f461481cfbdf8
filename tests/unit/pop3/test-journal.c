/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-journal.h"

#include "taube-test.h"

#include <taube/taube.h>

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

static Pop3Journal *
open_journal (TaubeTestDir *dir, const char *owner, gboolean moved, GError **error)
{
  g_autofree char *path = g_build_filename (dir->path, "journal", NULL);

  return pop3_journal_open (path, owner, moved, error);
}

static char *
read_file (TaubeTestDir *dir, gsize *length)
{
  g_autofree char *path = g_build_filename (dir->path, "journal", NULL);
  char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, length, NULL));
  return text;
}

static Pop3JournalEntry *
set (Pop3Journal *journal, const char *id, Pop3JournalState state)
{
  Pop3JournalEntry *entry = pop3_journal_find (journal, id);

  if (entry == NULL)
    entry = pop3_journal_add (journal, id, 1000);
  entry->state = (guint8) state;
  pop3_journal_touch (journal, entry);
  return entry;
}

static void
commit (Pop3Journal *journal)
{
  g_autoptr (GError) error = NULL;

  pop3_journal_commit (journal, &error);
  g_assert_no_error (error);
}

static int
get_state (Pop3Journal *journal, const char *id)
{
  Pop3JournalEntry *entry = pop3_journal_find (journal, id);

  return entry != NULL ? entry->state : -1;
}

static void
test_again (void)
{
  g_autoptr (TaubeTestDir) dir = taube_test_dir_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (Pop3Journal) journal = open_journal (dir, "a@h", FALSE, &error);
  Pop3JournalEntry *entry;
  GStatBuf facts;
  g_autofree char *path = g_build_filename (dir->path, "journal", NULL);

  g_assert_no_error (error);
  g_assert_cmpint (g_stat (path, &facts), ==, 0);
  g_assert_cmpuint (facts.st_mode & 0777, ==, 0600);
  entry = set (journal, "x", POP3_JOURNAL_STORED);
  entry->size = 17;
  entry->has_digest = TRUE;
  entry->digest.bytes[15] = 0xfe;
  entry->doomed = TRUE;
  entry->gone = 2000;
  pop3_journal_touch (journal, entry);
  set (journal, "y", POP3_JOURNAL_NEW);
  set (journal, "z", POP3_JOURNAL_REMOVED);
  commit (journal);
  pop3_journal_rename (journal, pop3_journal_find (journal, "z"), "Z");
  commit (journal);
  g_clear_pointer (&journal, pop3_journal_unref);

  journal = open_journal (dir, "a@h", FALSE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (pop3_journal_get_n_entries (journal), ==, 3);
  entry = pop3_journal_find (journal, "x");
  g_assert_cmpint (entry->state, ==, POP3_JOURNAL_STORED);
  g_assert_cmpint (entry->first_seen, ==, 1000);
  g_assert_cmpint (entry->gone, ==, 2000);
  g_assert_cmpuint (entry->size, ==, 17);
  g_assert_true (entry->has_digest && entry->doomed && entry->digest.bytes[15] == 0xfe);
  g_assert_cmpint (get_state (journal, "y"), ==, POP3_JOURNAL_NEW);
  g_assert_cmpint (get_state (journal, "z"), ==, -1);
  g_assert_cmpint (get_state (journal, "Z"), ==, POP3_JOURNAL_REMOVED);
}

/* Two programs, or two folders of one. */
static void
test_lock (void)
{
  g_autoptr (TaubeTestDir) dir = taube_test_dir_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (Pop3Journal) journal = open_journal (dir, "a@h", FALSE, &error), other = NULL;

  g_assert_no_error (error);
  other = open_journal (dir, "a@h", FALSE, &error);
  g_assert_null (other);
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_STORAGE);
  g_assert_nonnull (strstr (error->message, "another program uses it"));
  g_clear_error (&error);
  g_clear_pointer (&journal, pop3_journal_unref);
  other = open_journal (dir, "a@h", FALSE, &error);
  g_assert_no_error (error);
}

static void
test_owner (void)
{
  g_autoptr (TaubeTestDir) dir = taube_test_dir_new ();
  g_autoptr (GError) error = NULL;
  Pop3Journal *journal = open_journal (dir, "a@h", FALSE, &error);

  set (journal, "x", POP3_JOURNAL_STORED);
  commit (journal);
  pop3_journal_unref (journal);
  g_assert_null (open_journal (dir, "a@other", FALSE, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONFLICT);
  g_assert_nonnull (strstr (error->message, "is that of \"a@h\", not of \"a@other\""));
  g_clear_error (&error);
  journal = open_journal (dir, "a@other", TRUE, &error);
  g_assert_no_error (error);
  g_assert_cmpint (get_state (journal, "x"), ==, POP3_JOURNAL_STORED);
  pop3_journal_unref (journal);
  journal = open_journal (dir, "a@other", FALSE, &error);
  g_assert_no_error (error);
  pop3_journal_unref (journal);
}

/* A name of any length, also one that is cut while it is written. */
static void
test_long_owner (void)
{
  g_autoptr (TaubeTestDir) dir = taube_test_dir_new ();
  g_autofree char *owner = g_strnfill (5000, 'u'), *text = NULL;
  g_autoptr (GError) error = NULL;
  Pop3Journal *journal = open_journal (dir, owner, FALSE, &error);
  gsize length;

  g_assert_no_error (error);
  set (journal, "x", POP3_JOURNAL_STORED);
  commit (journal);
  pop3_journal_unref (journal);
  journal = open_journal (dir, owner, FALSE, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (pop3_journal_get_owner (journal), ==, owner);
  g_assert_cmpint (get_state (journal, "x"), ==, POP3_JOURNAL_STORED);
  pop3_journal_unref (journal);
  text = read_file (dir, &length);
  g_free (taube_test_dir_write (dir, "journal", text, 3000));
  journal = open_journal (dir, owner, FALSE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (pop3_journal_get_n_entries (journal), ==, 0);
  g_assert_cmpstr (pop3_journal_get_owner (journal), ==, owner);
  pop3_journal_unref (journal);
}

/* What was confirmed holds after a cut at any byte behind it, and nothing holds that was not. */
static void
test_cut (void)
{
  static const Pop3JournalState steps[] = { POP3_JOURNAL_NEW, POP3_JOURNAL_STORED, POP3_JOURNAL_REMOVED };
  g_autoptr (TaubeTestDir) dir = taube_test_dir_new ();
  Pop3Journal *journal = open_journal (dir, "a@h", FALSE, NULL);
  gsize durable[12] = { 0 }, length;
  g_autofree char *text = NULL;

  for (guint i = 0; i < 9; i++)
    {
      g_autofree char *id = g_strdup_printf ("m%u", i % 3);

      set (journal, id, steps[i / 3]);
      commit (journal);
      g_free (read_file (dir, &durable[i]));
    }
  pop3_journal_rename (journal, pop3_journal_find (journal, "m0"), "n0");
  commit (journal);
  pop3_journal_unref (journal);
  text = read_file (dir, &length);

  for (gsize cut = 0; cut <= length; cut++)
    {
      g_autoptr (TaubeTestDir) other = taube_test_dir_new ();
      g_autofree char *path = taube_test_dir_write (other, "journal", text, (gssize) cut);
      g_autoptr (GError) error = NULL;
      g_autoptr (Pop3Journal) again = open_journal (other, "a@h", FALSE, &error);

      g_assert_no_error (error);
      for (guint i = 0; i < 3; i++)
        {
          g_autofree char *id = g_strdup_printf ("m%u", i);
          int expected = -1, found;

          for (guint step = i; step < 9; step += 3)
            if (cut >= durable[step])
              expected = (int) steps[step / 3];
          if (cut == length && i == 0)
            expected = -1;
          found = get_state (again, id);
          g_assert_cmpint (found, ==, expected);
        }
      g_assert_cmpint (get_state (again, "n0"), ==, cut == length ? POP3_JOURNAL_REMOVED : -1);
      /* It goes on from there, and the torn end is gone. */
      set (again, "later", POP3_JOURNAL_STORED);
      commit (again);
      g_clear_pointer (&again, pop3_journal_unref);
      again = open_journal (other, "a@h", FALSE, &error);
      g_assert_no_error (error);
      g_assert_cmpint (get_state (again, "later"), ==, POP3_JOURNAL_STORED);
    }
}

/* A byte that is another one, anywhere but in what was written last, is damage: nothing is done with such a file. */
static void
test_damage (void)
{
  g_autoptr (TaubeTestDir) dir = taube_test_dir_new ();
  Pop3Journal *journal = open_journal (dir, "a@h", FALSE, NULL);
  g_autofree char *text = NULL;
  gsize length, last;

  set (journal, "x", POP3_JOURNAL_NEW);
  set (journal, "y", POP3_JOURNAL_STORED);
  commit (journal);
  g_free (read_file (dir, &last));
  set (journal, "z", POP3_JOURNAL_STORED);
  commit (journal);
  pop3_journal_unref (journal);
  text = read_file (dir, &length);
  for (gsize at = 0; at < length; at++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (Pop3Journal) again = NULL;
      gsize whole;

      text[at] ^= 1;
      again = pop3_journal_replay (text, length, &whole, &error);
      text[at] ^= 1;
      if (at < last && (at + 1 != last || again == NULL))
        {
          g_assert_null (again);
          g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_STORAGE);
          continue;
        }
      g_assert_no_error (error);
      g_assert_cmpint (get_state (again, "z"), ==, -1);
      g_assert_cmpuint (whole, <=, last);
    }
}

/* A file whose last commit has five lines; where that begins and ends. (transfer full) */
static char *
make_two_commits (TaubeTestDir *dir, gsize *begin, gsize *length)
{
  Pop3Journal *journal = open_journal (dir, "a@h", FALSE, NULL);

  set (journal, "x", POP3_JOURNAL_STORED);
  commit (journal);
  g_free (read_file (dir, begin));
  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *id = g_strdup_printf ("m%u", i);

      set (journal, id, POP3_JOURNAL_NEW);
    }
  commit (journal);
  pop3_journal_unref (journal);
  return read_file (dir, length);
}

static void
check_taken_back (const char *text, gsize length, gsize begin)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Pop3Journal) again = NULL;
  gsize whole;

  again = pop3_journal_replay (text, length, &whole, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (whole, ==, begin);
  g_assert_cmpuint (pop3_journal_get_n_entries (again), ==, 1);
  g_assert_cmpint (get_state (again, "x"), ==, POP3_JOURNAL_STORED);
}

/* Any part of the last commit that did not come to the disk, and any end. */
static void
test_torn_commit (void)
{
  g_autoptr (TaubeTestDir) dir = taube_test_dir_new ();
  gsize begin, length;
  g_autofree char *text = make_two_commits (dir, &begin, &length);

  for (gsize from = begin; from < length; from++)
    {
      check_taken_back (text, from, begin);
      for (gsize to = from + 1; to <= length; to++)
        {
          g_autofree char *torn = g_memdup2 (text, length);

          memset (torn + from, 0, to - from);
          check_taken_back (torn, length, begin);
        }
    }
}

/* What is written afterwards does not stand between marks of what was taken back. */
static void
test_torn_and_on (void)
{
  g_autoptr (TaubeTestDir) dir = taube_test_dir_new ();
  gsize begin, length;
  g_autofree char *text = make_two_commits (dir, &begin, &length);
  Pop3Journal *journal;

  text[length - 60] ^= 1;
  g_free (taube_test_dir_write (dir, "journal", text, (gssize) length));
  journal = open_journal (dir, "a@h", FALSE, NULL);
  g_assert_nonnull (journal);
  set (journal, "y", POP3_JOURNAL_STORED);
  commit (journal);
  pop3_journal_unref (journal);
  journal = open_journal (dir, "a@h", FALSE, NULL);
  g_assert_nonnull (journal);
  g_assert_cmpuint (pop3_journal_get_n_entries (journal), ==, 2);
  g_assert_cmpint (get_state (journal, "y"), ==, POP3_JOURNAL_STORED);
  pop3_journal_unref (journal);
}

/* When both marks are lost nobody can say whose the lines are; nor is a commit torn that another one follows. */
static void
test_not_torn (void)
{
  g_autoptr (TaubeTestDir) dir = taube_test_dir_new ();
  gsize begin, length, whole, longer;
  g_autofree char *text = make_two_commits (dir, &begin, &length), *more = NULL;
  g_autoptr (GError) error = NULL;
  Pop3Journal *journal = open_journal (dir, "a@h", FALSE, NULL);

  set (journal, "y", POP3_JOURNAL_STORED);
  commit (journal);
  pop3_journal_unref (journal);
  text[begin] ^= 1;
  text[length - 2] ^= 1;
  g_assert_null (pop3_journal_replay (text, length, &whole, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_STORAGE);
  g_assert_nonnull (strstr (error->message, "line 3 of it is damaged"));
  g_assert_nonnull (strstr (error->message, "move it away"));
  more = read_file (dir, &longer);
  for (gsize at = begin; at < length; at++)
    {
      g_clear_error (&error);
      more[at] ^= 1;
      g_assert_null (pop3_journal_replay (more, longer, &whole, &error));
      more[at] ^= 1;
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_STORAGE);
    }
}

static void
test_foreign (void)
{
  static const char *const texts[][2] = {
    { "hello\n", "it is no journal" },
    { "hello", "it is no journal" },
    { "taube-journal 2 a@h bd74bed0\n", "" },
    { "\n", "it is no journal" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (TaubeTestDir) dir = taube_test_dir_new ();
      g_autofree char *path = taube_test_dir_write (dir, "journal", texts[i][0], -1);
      g_autoptr (GError) error = NULL;
      g_autofree char *after = NULL;

      g_assert_null (open_journal (dir, "a@h", FALSE, &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_STORAGE);
      g_assert_nonnull (strstr (error->message, texts[i][1]));
      /* It stays as it was. */
      after = read_file (dir, NULL);
      g_assert_cmpstr (after, ==, texts[i][0]);
    }
}

/* A file of which most is out of date is written anew; what left the server long ago is left out. */
static void
test_rewritten (void)
{
  g_autoptr (TaubeTestDir) dir = taube_test_dir_new ();
  Pop3Journal *journal = open_journal (dir, "a@h", FALSE, NULL);
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  Pop3JournalEntry *entry;
  gsize before, after;

  for (guint i = 0; i < 2000; i++)
    set (journal, "x", POP3_JOURNAL_STORED);
  entry = set (journal, "old", POP3_JOURNAL_STORED);
  entry->gone = now - 500 * 86400;
  pop3_journal_touch (journal, entry);
  entry = set (journal, "young", POP3_JOURNAL_STORED);
  entry->gone = now - 86400;
  pop3_journal_touch (journal, entry);
  entry = set (journal, "timeless", POP3_JOURNAL_STORED);
  entry->gone = 20;
  pop3_journal_touch (journal, entry);
  entry = set (journal, "never", POP3_JOURNAL_NEW);
  entry->gone = now;
  pop3_journal_touch (journal, entry);
  commit (journal);
  pop3_journal_unref (journal);
  g_free (read_file (dir, &before));
  journal = open_journal (dir, "a@h", FALSE, NULL);
  g_free (read_file (dir, &after));
  g_assert_cmpuint (after, <, before / 100);
  g_assert_cmpuint (pop3_journal_get_n_entries (journal), ==, 3);
  g_assert_cmpint (pop3_journal_find (journal, "timeless")->gone, >=, now);
  g_assert_cmpint (get_state (journal, "x"), ==, POP3_JOURNAL_STORED);
  g_assert_cmpint (get_state (journal, "young"), ==, POP3_JOURNAL_STORED);
  /* The new file is locked as the old one was, and written to. */
  g_assert_null (open_journal (dir, "a@h", FALSE, NULL));
  set (journal, "y", POP3_JOURNAL_STORED);
  commit (journal);
  pop3_journal_unref (journal);
  journal = open_journal (dir, "a@h", FALSE, NULL);
  g_assert_cmpint (get_state (journal, "y"), ==, POP3_JOURNAL_STORED);
  pop3_journal_unref (journal);
}

/* A full disk: what was durable stays so, and nothing that was not is believed. */
static void
test_full (void)
{
  g_autoptr (TaubeTestDir) dir = taube_test_dir_new ();
  g_autoptr (GError) error = NULL;
  Pop3Journal *journal = open_journal (dir, "a@h", FALSE, NULL);
  struct rlimit usual, tight;
  gsize length;

  set (journal, "x", POP3_JOURNAL_STORED);
  commit (journal);
  g_free (read_file (dir, &length));
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &usual), ==, 0);
  tight = usual;
  tight.rlim_cur = length + 10;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &tight), ==, 0);
  set (journal, "y", POP3_JOURNAL_STORED);
  g_assert_false (pop3_journal_commit (journal, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_STORAGE);
  g_clear_error (&error);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &usual), ==, 0);
  /* Not even when there is room again: nobody knows what of it is on the disk. */
  g_assert_false (pop3_journal_commit (journal, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_STORAGE);
  g_clear_error (&error);
  pop3_journal_unref (journal);
  journal = open_journal (dir, "a@h", FALSE, &error);
  g_assert_no_error (error);
  g_assert_cmpint (get_state (journal, "x"), ==, POP3_JOURNAL_STORED);
  g_assert_cmpint (get_state (journal, "y"), ==, -1);
  pop3_journal_unref (journal);
}

/* The last sign-in is known to who opens the journal next, also when it was written anew. */
static void
test_login (void)
{
  static const struct
  {
    gint64 when;
    guint pause;
  } logins[] = {
    { 1800000000, 0 },
    { 1800000100, 300 },
    { 1800000500, 300 },
    { 1800000900, 0 },
  };
  g_autoptr (TaubeTestDir) dir = taube_test_dir_new ();

  for (guint i = 0; i < G_N_ELEMENTS (logins); i++)
    for (guint again = 0; again < 2; again++)
      {
        Pop3Journal *journal = open_journal (dir, "a@h", FALSE, NULL);
        guint pause;
        gint64 when;

        pop3_journal_note_login (journal, logins[i].when, logins[i].pause);
        commit (journal);
        pop3_journal_unref (journal);
        /* Another owner: it is written anew. */
        for (guint owner = 0; owner < 3; owner++)
          {
            journal = open_journal (dir, owner == 1 ? "b@h" : "a@h", TRUE, NULL);
            when = pop3_journal_get_login (journal, &pause);
            g_assert_cmpuint (pause, ==, logins[i].pause);
            if (pause > 0)
              g_assert_cmpint (when, ==, logins[i].when);
            pop3_journal_unref (journal);
          }
      }
}

static void
test_memory (void)
{
  const guint n = 100000;
  g_autoptr (TaubeTestDir) dir = taube_test_dir_new ();
  g_autoptr (Pop3Journal) journal = open_journal (dir, "a@h", FALSE, NULL);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *id = g_strdup_printf ("%070u", i);

      set (journal, id, POP3_JOURNAL_STORED);
    }
  commit (journal);
  g_test_message ("%.1f bytes a message", (double) pop3_journal_get_memory (journal) / n);
  g_assert_cmpuint (pop3_journal_get_memory (journal), <, 200 * n);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pop3/journal/again", test_again);
  g_test_add_func ("/pop3/journal/lock", test_lock);
  g_test_add_func ("/pop3/journal/login", test_login);
  g_test_add_func ("/pop3/journal/owner", test_owner);
  g_test_add_func ("/pop3/journal/long-owner", test_long_owner);
  g_test_add_func ("/pop3/journal/cut", test_cut);
  g_test_add_func ("/pop3/journal/damage", test_damage);
  g_test_add_func ("/pop3/journal/torn-commit", test_torn_commit);
  g_test_add_func ("/pop3/journal/torn-and-on", test_torn_and_on);
  g_test_add_func ("/pop3/journal/not-torn", test_not_torn);
  g_test_add_func ("/pop3/journal/foreign", test_foreign);
  g_test_add_func ("/pop3/journal/rewritten", test_rewritten);
  g_test_add_func ("/pop3/journal/full", test_full);
  g_test_add_func ("/pop3/journal/memory", test_memory);
  return g_test_run ();
}
