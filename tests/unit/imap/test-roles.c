/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-roles.h"

#include <string.h>

/* Roles by name: what is a name of a role, where, and which of two is meant. */

static TaubeFolderRole
guess (const char *name, const char *home, guint *rank)
{
  g_auto (GStrv) path = g_strsplit (name, "/", -1);
  g_auto (GStrv) home_path = home != NULL ? g_strsplit (home, "/", -1) : NULL;

  return imap_roles_guess ((const char *const *) path, (const char *const *) home_path, rank);
}

static void
assert_role (const char *name, const char *home, TaubeFolderRole role)
{
  guint rank;

  g_assert_cmpint (guess (name, home, &rank), ==, role);
}

static void
test_names (void)
{
  assert_role ("INBOX", NULL, TAUBE_FOLDER_ROLE_INBOX);
  assert_role ("Inbox", NULL, TAUBE_FOLDER_ROLE_INBOX);
  assert_role ("Sent", NULL, TAUBE_FOLDER_ROLE_SENT);
  assert_role ("INBOX/Sent", NULL, TAUBE_FOLDER_ROLE_SENT);
  assert_role ("[Gmail]/Papierkorb", NULL, TAUBE_FOLDER_ROLE_TRASH);
  assert_role ("ENTWÜRFE", NULL, TAUBE_FOLDER_ROLE_DRAFTS);
  assert_role ("Entwu\xcc\x88rfe", NULL, TAUBE_FOLDER_ROLE_DRAFTS);
  assert_role ("Spam", NULL, TAUBE_FOLDER_ROLE_JUNK);
  assert_role ("Archiv", NULL, TAUBE_FOLDER_ROLE_ARCHIVE);
  assert_role ("送信済みメール", NULL, TAUBE_FOLDER_ROLE_SENT);
  assert_role ("Silinmiş Öğeler", NULL, TAUBE_FOLDER_ROLE_TRASH);
  assert_role ("Черновики", NULL, TAUBE_FOLDER_ROLE_DRAFTS);
  assert_role ("Projekte/Sent", NULL, TAUBE_FOLDER_ROLE_NONE);
  assert_role ("INBOX/a/Sent", NULL, TAUBE_FOLDER_ROLE_NONE);
  assert_role ("Sentimental", NULL, TAUBE_FOLDER_ROLE_NONE);
  assert_role ("", NULL, TAUBE_FOLDER_ROLE_NONE);
}

/* Right below the prefix of one's own folders, and nowhere deeper. */
static void
test_home (void)
{
  assert_role ("Mail/Boxes/Sent", "Mail/Boxes", TAUBE_FOLDER_ROLE_SENT);
  assert_role ("Mail/Sent", "Mail/Boxes", TAUBE_FOLDER_ROLE_NONE);
  assert_role ("INBOX/Sent", "INBOX", TAUBE_FOLDER_ROLE_SENT);
  assert_role ("INBOX/INBOX/Sent", "INBOX", TAUBE_FOLDER_ROLE_NONE);
  assert_role ("Mail/Boxes/a/Sent", "Mail/Boxes", TAUBE_FOLDER_ROLE_NONE);
}

static void
test_rank (void)
{
  guint sent, items, german, french;

  g_assert_cmpint (guess ("Sent", NULL, &sent), ==, TAUBE_FOLDER_ROLE_SENT);
  g_assert_cmpint (guess ("Sent Items", NULL, &items), ==, TAUBE_FOLDER_ROLE_SENT);
  g_assert_cmpint (guess ("Gesendet", NULL, &german), ==, TAUBE_FOLDER_ROLE_SENT);
  g_assert_cmpint (guess ("Envoyés", NULL, &french), ==, TAUBE_FOLDER_ROLE_SENT);
  g_assert_cmpuint (sent, <, items);
  g_assert_cmpuint (items, <, german);
  g_assert_cmpuint (german, <, french);
}

static void
check_words (GHashTable *seen, const char *language, const char *names, TaubeFolderRole role)
{
  g_auto (GStrv) words = g_strsplit (names, "|", -1);

  g_assert_nonnull (words[0]);
  for (guint i = 0; words[i] != NULL; i++)
    {
      g_autofree char *key = g_utf8_casefold (words[i], -1);
      gpointer other = g_hash_table_lookup (seen, key);

      g_test_message ("%s: %s", language, words[i]);
      g_assert_true (g_utf8_validate (words[i], -1, NULL));
      g_assert_cmpint (words[i][0], !=, '\0');
      g_assert_false (g_ascii_isspace (words[i][0]) || g_ascii_isspace (words[i][strlen (words[i]) - 1]));
      /* No word stands for two roles, and each leads to its own. */
      g_assert_true (other == NULL || GPOINTER_TO_INT (other) == (int) role);
      assert_role (words[i], NULL, role);
      g_hash_table_replace (seen, g_steal_pointer (&key), GINT_TO_POINTER ((int) role));
    }
}

static void
test_table (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint n;
  const ImapRoleNames *table = imap_roles_get_table (&n);

  g_assert_cmpuint (n, >=, 40);
  for (guint i = 0; i < n; i++)
    {
      check_words (seen, table[i].language, table[i].drafts, TAUBE_FOLDER_ROLE_DRAFTS);
      check_words (seen, table[i].language, table[i].sent, TAUBE_FOLDER_ROLE_SENT);
      check_words (seen, table[i].language, table[i].trash, TAUBE_FOLDER_ROLE_TRASH);
      check_words (seen, table[i].language, table[i].junk, TAUBE_FOLDER_ROLE_JUNK);
      check_words (seen, table[i].language, table[i].archive, TAUBE_FOLDER_ROLE_ARCHIVE);
      for (guint j = 0; j < i; j++)
        g_assert_cmpstr (table[i].language, !=, table[j].language);
    }
  g_assert_cmpuint (g_hash_table_size (seen), >, 500);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/imap/roles/names", test_names);
  g_test_add_func ("/imap/roles/home", test_home);
  g_test_add_func ("/imap/roles/rank", test_rank);
  g_test_add_func ("/imap/roles/table", test_table);
  return g_test_run ();
}
