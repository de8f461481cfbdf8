/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-client.h"

#include <string.h>

/* Folders as a whole and notes about them, on each of the real servers. */

static TaubeAccount *
open_as (TaubeTestMail *mail, const char *user)
{
  g_autofree char *uri
    = g_strdup_printf ("imap://%s@localhost:%u/?tls=none", user, taube_test_mail_get_port (mail, "imap"));
  g_autoptr (TaubeCredentials) credentials = taube_credentials_new_password (TAUBE_TEST_PASSWORD);
  g_autoptr (GError) error = NULL;
  TaubeAccount *account = taube_account_create (uri, credentials, &error);

  g_assert_no_error (error);
  taube_account_connect (account, NULL, &error);
  g_assert_no_error (error);
  return account;
}

static gboolean
offers (TaubeAccount *account, const char *extension)
{
  g_auto (GStrv) words = taube_account_get_server_extensions (account);

  return g_strv_contains ((const char *const *) words, extension);
}

static TaubeFolder *
create (TaubeAccount *account, const char *name)
{
  g_auto (GStrv) path = g_strsplit (name, "/", -1);
  g_autoptr (GError) error = NULL;
  TaubeFolder *folder = taube_account_create_folder (account, (const char *const *) path, TAUBE_FOLDER_ROLE_NONE,
                                                     TAUBE_CONTENT_MAIL, NULL, &error);

  g_assert_no_error (error);
  return folder;
}

static TaubeFolder *
rename_to (TaubeAccount *account, TaubeFolder *folder, const char *name)
{
  g_auto (GStrv) path = g_strsplit (name, "/", -1);
  g_autoptr (GError) error = NULL;
  TaubeFolder *renamed = taube_account_rename_folder (account, folder, (const char *const *) path, NULL, &error);

  g_assert_no_error (error);
  return renamed;
}

/* In a list that is made anew; NULL: it is not there. */
static TaubeFolder *
find (TaubeAccount *account, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) folders = taube_account_list_folders (account, TAUBE_CONTENT_MAIL, NULL, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < folders->len; i++)
    if (g_str_equal (taube_folder_get_name (folders->pdata[i]), name))
      return g_object_ref (folders->pdata[i]);
  return NULL;
}

static void
assert_there (TaubeAccount *account, const char *name, gboolean there)
{
  g_autoptr (TaubeFolder) folder = find (account, name);

  g_test_message ("%s", name);
  g_assert_cmpint (folder != NULL && (taube_folder_get_flags (folder) & TAUBE_FOLDER_FLAGS_SELECTABLE) != 0, ==, there);
}

/* The folder's path on this server, which may want all of them below the inbox. */
static char *
placed (TaubeTestMail *mail, const char *name)
{
  return g_strconcat (taube_test_mail_get_kind (mail) == TAUBE_TEST_COURIER ? "INBOX/" : "", name, NULL);
}

static void
test_life (gconstpointer kind)
{
  TaubeTestMail *mail = taube_test_mail_share (GPOINTER_TO_INT (kind));
  const char *const again[] = { "Brücke & Meer", NULL };
  g_autoptr (TaubeAccount) account = NULL;
  g_autoptr (TaubeFolder) folder = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;

  if (mail == NULL)
    return;
  account = open_as (mail, "alice");
  name = placed (mail, again[0]);
  folder = create (account, again[0]);
  g_assert_cmpstr (taube_folder_get_name (folder), ==, name);
  g_assert_true (taube_folder_get_flags (folder) & TAUBE_FOLDER_FLAGS_SELECTABLE);
  assert_there (account, name, TRUE);

  g_assert_null (taube_account_create_folder (account, again, TAUBE_FOLDER_ROLE_NONE, TAUBE_CONTENT_MAIL, NULL,
                                              &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_EXISTS);
  g_clear_error (&error);

  taube_test_mail_deliver (mail, "alice", again[0], "Subject: coo\n\nCoo.\n", -1);
  taube_folder_refresh (folder, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (taube_folder_get_total (folder), ==, 1);
  if (offers (account, "STATUS=SIZE"))
    g_assert_cmpint (taube_folder_get_size (folder), >, 20);
  else
    g_assert_cmpint (taube_folder_get_size (folder), ==, -1);

  taube_account_delete_folder (account, folder, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmphex (taube_folder_get_flags (folder), ==, TAUBE_FOLDER_FLAGS_GONE);
  g_assert_cmpint (taube_folder_get_total (folder), ==, -1);
  assert_there (account, name, FALSE);
  g_assert_false (taube_folder_refresh (folder, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND);
}

static void
subscribe (TaubeAccount *account, TaubeFolder *folder, gboolean subscribed)
{
  g_autoptr (GError) error = NULL;

  taube_account_set_subscribed (account, folder, subscribed, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint ((taube_folder_get_flags (folder) & TAUBE_FOLDER_FLAGS_SUBSCRIBED) != 0, ==, subscribed);
}

static void
assert_subscribed (TaubeAccount *account, const char *name, gboolean subscribed)
{
  g_autoptr (TaubeFolder) folder = find (account, name);

  g_assert_nonnull (folder);
  g_assert_cmpint ((taube_folder_get_flags (folder) & TAUBE_FOLDER_FLAGS_SUBSCRIBED) != 0, ==, subscribed);
}

/* What a rename makes of the children, of subscriptions, and of the objects that somebody holds. */
static void
test_rename (gconstpointer kind)
{
  TaubeTestMail *mail = taube_test_mail_share (GPOINTER_TO_INT (kind));
  g_autofree char *old_child = placed (mail, "Alt/Kind"), *old_grandchild = placed (mail, "Alt/Kind/Enkel");
  g_autofree char *new_name = placed (mail, "Neu"), *new_child = placed (mail, "Neu/Kind");
  g_autofree char *new_grandchild = placed (mail, "Neu/Kind/Enkel"), *sibling = placed (mail, "Altona");
  g_autoptr (TaubeAccount) account = NULL;
  g_autoptr (TaubeFolder) parent = NULL, child = NULL, grandchild = NULL, other = NULL, renamed = NULL;
  g_autoptr (GError) error = NULL;

  if (mail == NULL)
    return;
  account = open_as (mail, "alice");
  parent = create (account, "Alt");
  child = create (account, "Alt/Kind");
  grandchild = create (account, "Alt/Kind/Enkel");
  other = create (account, "Altona");
  subscribe (account, child, TRUE);
  taube_test_mail_deliver (mail, "alice", "Alt/Kind", "Subject: coo\n\nCoo.\n", -1);
  taube_folder_refresh (child, NULL, &error);
  g_assert_no_error (error);

  renamed = rename_to (account, parent, "Neu");
  g_assert_cmpstr (taube_folder_get_name (renamed), ==, new_name);
  g_assert_true (taube_folder_get_flags (renamed) & TAUBE_FOLDER_FLAGS_SELECTABLE);
  g_assert_cmphex (taube_folder_get_flags (parent), ==, TAUBE_FOLDER_FLAGS_GONE);
  g_assert_cmphex (taube_folder_get_flags (grandchild), ==, TAUBE_FOLDER_FLAGS_GONE);
  g_assert_cmpint (taube_folder_get_total (child), ==, -1);
  g_assert_true (taube_folder_get_flags (other) & TAUBE_FOLDER_FLAGS_SELECTABLE);
  {
    g_autoptr (TaubeFolder) moved = taube_account_get_folder_by_name (account, new_child);
    g_autoptr (TaubeItemList) list = NULL;

    g_assert_cmpint (taube_folder_get_total (moved), ==, 1);
    g_assert_null (taube_folder_list (child, NULL, NULL, &error));
    g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND);
    g_clear_error (&error);
    list = taube_folder_list (moved, NULL, NULL, &error);
    g_assert_no_error (error);
    g_assert_cmpuint (taube_item_list_get_size (list), ==, 1);
  }
  assert_there (account, new_grandchild, TRUE);
  assert_there (account, old_child, FALSE);
  assert_there (account, old_grandchild, FALSE);
  assert_there (account, sibling, TRUE);
  assert_subscribed (account, new_child, TRUE);
  assert_subscribed (account, new_name, FALSE);
}

/* A folder that is still needed for the paths of others stays as their step. */
static void
test_delete_parent (gconstpointer kind)
{
  TaubeTestMail *mail = taube_test_mail_share (GPOINTER_TO_INT (kind));
  g_autofree char *child_name = placed (mail, "Eltern/Kind"), *parent_name = placed (mail, "Eltern");
  g_autoptr (TaubeAccount) account = NULL;
  g_autoptr (TaubeFolder) parent = NULL, child = NULL, gone = NULL;
  g_autoptr (GError) error = NULL;

  if (mail == NULL)
    return;
  account = open_as (mail, "alice");
  parent = create (account, "Eltern");
  child = create (account, "Eltern/Kind");
  if (!taube_account_delete_folder (account, parent, NULL, &error))
    {
      /* Cyrus wants what is below to be deleted first. */
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONFLICT);
      g_assert_true (taube_folder_get_flags (parent) & TAUBE_FOLDER_FLAGS_SELECTABLE);
      g_clear_error (&error);
      taube_account_delete_folder (account, child, NULL, &error);
      g_assert_no_error (error);
      taube_account_delete_folder (account, parent, NULL, &error);
      g_assert_no_error (error);
      return;
    }
  g_assert_false (taube_folder_get_flags (parent) & TAUBE_FOLDER_FLAGS_SELECTABLE);
  g_assert_true (taube_folder_get_flags (child) & TAUBE_FOLDER_FLAGS_SELECTABLE);
  assert_there (account, child_name, TRUE);
  /* Dovecot's LIST does not say, when permissions are on, that it is a step and nothing else. */
  gone = find (account, parent_name);
  g_assert_true (gone == NULL || !taube_folder_refresh (gone, NULL, &error));
  if (gone != NULL)
    g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  taube_account_delete_folder (account, child, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (taube_folder_get_flags (child) & TAUBE_FOLDER_FLAGS_GONE);
  assert_there (account, child_name, FALSE);
}

static void
test_refusals (gconstpointer kind)
{
  TaubeTestMail *mail = taube_test_mail_share (GPOINTER_TO_INT (kind));
  static const char *const bad[] = { "a\r\nb", "a\nb", "", "\xff" };
  const char *const somewhere[] = { "x", NULL };
  const char *const taken[] = { "INBOX", NULL };
  g_autoptr (TaubeAccount) account = NULL;
  g_autoptr (TaubeFolder) inbox = NULL, nowhere = NULL, folder = NULL;
  g_autoptr (GError) error = NULL;

  if (mail == NULL)
    return;
  account = open_as (mail, "alice");
  inbox = taube_account_get_folder_for_role (account, TAUBE_FOLDER_ROLE_INBOX);
  nowhere = taube_account_get_folder_by_name (account, "nowhere");
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      const char *const path[] = { bad[i], NULL };

      g_assert_null (taube_account_create_folder (account, path, TAUBE_FOLDER_ROLE_NONE, TAUBE_CONTENT_MAIL, NULL,
                                                  &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
      g_clear_error (&error);
    }
  g_assert_false (taube_account_delete_folder (account, inbox, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (taube_account_rename_folder (account, inbox, somewhere, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (taube_account_rename_folder (account, nowhere, somewhere, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (taube_account_delete_folder (account, nowhere, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  folder = create (account, "Umzug");
  g_assert_null (taube_account_rename_folder (account, folder, taken, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_EXISTS);
  g_clear_error (&error);
  g_assert_null (taube_account_create_folder (account, somewhere, TAUBE_FOLDER_ROLE_NONE, TAUBE_CONTENT_CONTACTS, NULL,
                                              &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED);
}

/* CREATE-SPECIAL-USE where it is offered; elsewhere a role only by a name that says it. */
static void
test_roles (gconstpointer kind)
{
  TaubeTestMail *mail = taube_test_mail_share (GPOINTER_TO_INT (kind));
  const char *const path[] = { "Ablage", NULL }, *const known[] = { "Brouillons", NULL };
  g_autofree char *name = placed (mail, "Ablage");
  g_autoptr (TaubeAccount) account = NULL;
  g_autoptr (TaubeFolder) folder = NULL, found = NULL, draft = NULL;
  g_autoptr (GError) error = NULL;

  if (mail == NULL)
    return;
  account = open_as (mail, "bob");
  folder = taube_account_create_folder (account, path, TAUBE_FOLDER_ROLE_FLAGGED, TAUBE_CONTENT_MAIL, NULL, &error);
  g_assert_null (folder);
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);
  draft = taube_account_create_folder (account, known, TAUBE_FOLDER_ROLE_DRAFTS, TAUBE_CONTENT_MAIL, NULL, &error);
  if (!offers (account, "CREATE-SPECIAL-USE"))
    {
      g_assert_no_error (error);
      g_assert_cmpint (taube_folder_get_role (draft), ==, TAUBE_FOLDER_ROLE_DRAFTS);
      return;
    }
  g_clear_error (&error);
  folder = taube_account_create_folder (account, path, TAUBE_FOLDER_ROLE_IMPORTANT, TAUBE_CONTENT_MAIL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (taube_folder_get_role (folder), ==, TAUBE_FOLDER_ROLE_IMPORTANT);
  found = find (account, name);
  g_assert_cmpint (taube_folder_get_role (found), ==, TAUBE_FOLDER_ROLE_IMPORTANT);
}

static void
assert_note (GPtrArray *notes, const char *name, const char *text)
{
  GBytes *value = NULL;

  for (guint i = 0; i < notes->len; i++)
    if (g_str_equal (taube_metadata_get_name (notes->pdata[i]), name))
      value = taube_metadata_get_value (notes->pdata[i]);
  if (text == NULL)
    {
      g_assert_null (value);
      return;
    }
  g_assert_nonnull (value);
  g_assert_cmpmem (g_bytes_get_data (value, NULL), g_bytes_get_size (value), text, strlen (text));
}

static void
check_notes (TaubeFolder *folder)
{
  const char *const both[] = { "/private/comment", "/shared/comment", NULL };
  static const char lines[] = "Nur für mich\r\n\"zwei\" Zeilen";
  g_autoptr (GBytes) mine = g_bytes_new_static (lines, strlen (lines));
  g_autoptr (GBytes) ours = g_bytes_new_static ("for all", 7);
  g_autoptr (GPtrArray) notes = NULL, all = NULL;
  g_autoptr (GError) error = NULL;

  taube_folder_set_metadata (folder, "/private/comment", mine, NULL, &error);
  g_assert_no_error (error);
  taube_folder_set_metadata (folder, "/shared/comment", ours, NULL, &error);
  g_assert_no_error (error);
  notes = taube_folder_load_metadata (folder, both, NULL, &error);
  g_assert_no_error (error);
  assert_note (notes, "/private/comment", lines);
  assert_note (notes, "/shared/comment", "for all");
  all = taube_folder_load_metadata (folder, NULL, NULL, &error);
  g_assert_no_error (error);
  assert_note (all, "/shared/comment", "for all");

  taube_folder_set_metadata (folder, "/private/comment", NULL, NULL, &error);
  g_assert_no_error (error);
  g_clear_pointer (&notes, g_ptr_array_unref);
  notes = taube_folder_load_metadata (folder, both, NULL, &error);
  g_assert_no_error (error);
  assert_note (notes, "/private/comment", NULL);
  assert_note (notes, "/shared/comment", "for all");
}

static void
test_metadata (gconstpointer kind)
{
  TaubeTestMail *mail = taube_test_mail_share (GPOINTER_TO_INT (kind));
  g_autofree char *name = placed (mail, "Notizen");
  g_autoptr (TaubeAccount) account = NULL;
  g_autoptr (TaubeFolder) folder = NULL, found = NULL;
  g_autoptr (GPtrArray) notes = NULL;
  g_autofree char *comment = NULL;
  g_autoptr (GError) error = NULL;

  if (mail == NULL)
    return;
  account = open_as (mail, "alice");
  folder = create (account, "Notizen");
  g_assert_false (taube_folder_set_metadata (folder, "comment", NULL, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
  g_clear_error (&error);
  if (!offers (account, "METADATA"))
    {
      g_assert_null (taube_folder_load_metadata (folder, NULL, NULL, &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED);
      return;
    }
  check_notes (folder);
  notes = taube_account_load_metadata (account, (const char *const[]){ "/shared/comment", NULL }, NULL, &error);
  g_assert_no_error (error);
  if (!offers (account, "LIST-METADATA"))
    return;
  found = find (account, name);
  comment = taube_folder_get_comment (found);
  g_assert_cmpstr (comment, ==, "for all");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  taube_test_mail_add_each ("/imap/folders", "life", test_life);
  taube_test_mail_add_each ("/imap/folders", "rename", test_rename);
  taube_test_mail_add_each ("/imap/folders", "delete-parent", test_delete_parent);
  taube_test_mail_add_each ("/imap/folders", "refusals", test_refusals);
  taube_test_mail_add_each ("/imap/folders", "roles", test_roles);
  taube_test_mail_add_each ("/imap/folders", "metadata", test_metadata);
  return taube_test_mail_run ();
}
