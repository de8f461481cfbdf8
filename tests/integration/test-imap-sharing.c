/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-client.h"

#include <string.h>

/* Permissions and limits, on each of the real servers that has them. */

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
can (TaubeAccount *account, TaubeCapability row)
{
  g_autoptr (TaubeCapabilities) capabilities = taube_account_get_capabilities (account);

  g_assert_nonnull (taube_capabilities_get_evidence (capabilities, row));
  g_test_message ("%s", taube_capabilities_get_evidence (capabilities, row));
  return taube_capabilities_get_support (capabilities, row) == TAUBE_SUPPORT_YES;
}

static TaubeFolder *
create (TaubeAccount *account, const char *name)
{
  const char *const path[] = { name, NULL };
  g_autoptr (GError) error = NULL;
  TaubeFolder *folder = taube_account_create_folder (account, path, TAUBE_FOLDER_ROLE_NONE, TAUBE_CONTENT_MAIL, NULL,
                                                     &error);

  g_assert_no_error (error);
  return folder;
}

/* The letters that IDENTIFIER has, or NULL. */
static char *
find_letters (TaubeFolder *folder, const char *identifier, TaubeRights *rights_out)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) permissions = taube_folder_list_permissions (folder, NULL, &error);
  char *letters = NULL;

  g_assert_no_error (error);
  *rights_out = TAUBE_RIGHTS_NONE;
  for (guint i = 0; i < permissions->len; i++)
    {
      TaubePermission *permission = permissions->pdata[i];

      g_test_message ("%s: %s", taube_permission_get_identifier (permission),
                      taube_permission_get_letters (permission));
      if (strstr (taube_permission_get_identifier (permission), identifier) == NULL)
        continue;
      g_free (letters);
      letters = g_strdup (taube_permission_get_letters (permission));
      *rights_out = taube_permission_get_rights (permission);
    }
  return letters;
}

static void
grant (TaubeFolder *folder, const char *identifier, TaubeRights rights, TaubeFlagsMode mode)
{
  g_autoptr (TaubePermission) permission = taube_permission_new (identifier, rights);
  g_autoptr (GError) error = NULL;

  taube_folder_set_permission (folder, permission, mode, NULL, &error);
  g_assert_no_error (error);
}

/* That of alice in BOB's list; NULL: he does not see it. Servers may learn of a permission only at the next sign-in. */
static TaubeFolder *
find_shared (TaubeAccount *bob, const char *display_name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) folders = taube_account_list_folders (bob, TAUBE_CONTENT_MAIL, NULL, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < folders->len; i++)
    if (g_str_equal (taube_folder_get_display_name (folders->pdata[i]), display_name)
        && taube_folder_get_namespace (folders->pdata[i]) == TAUBE_NAMESPACE_OTHER_USERS)
      return g_object_ref (folders->pdata[i]);
  return NULL;
}

static void
deny (TaubeFolder *folder)
{
  g_autoptr (TaubePermission) permission = taube_permission_new ("bob", TAUBE_RIGHTS_READ);
  g_autoptr (GError) error = NULL;

  g_assert_null (taube_folder_list_permissions (folder, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);
  g_assert_false (taube_folder_set_permission (folder, permission, TAUBE_FLAGS_MODE_ADD, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED);
}

static void
test_permissions (gconstpointer kind)
{
  TaubeTestMail *mail = taube_test_mail_share (GPOINTER_TO_INT (kind));
  const TaubeRights reading = TAUBE_RIGHTS_LOOKUP | TAUBE_RIGHTS_READ;
  g_autoptr (TaubeAccount) account = NULL;
  g_autoptr (TaubeFolder) folder = NULL;
  g_autoptr (TaubePermission) mine = NULL;
  g_autoptr (TaubeGrantableRights) grantable = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *letters = NULL, *more = NULL, *none = NULL;
  TaubeRights rights;

  if (mail == NULL)
    return;
  account = open_as (mail, "alice");
  folder = create (account, "Rechte");
  if (!can (account, TAUBE_CAPABILITY_SHARING))
    {
      deny (folder);
      return;
    }
  mine = taube_folder_load_my_rights (folder, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmphex (taube_permission_get_rights (mine) & (reading | TAUBE_RIGHTS_ADMIN), ==,
                   reading | TAUBE_RIGHTS_ADMIN);
  g_assert_cmphex (taube_folder_get_rights (folder), ==, taube_permission_get_rights (mine));

  grantable = taube_folder_load_grantable_rights (folder, "bob", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmphex ((taube_grantable_rights_get_optional (grantable) | taube_grantable_rights_get_always (grantable))
                     & reading,
                   ==, reading);

  grant (folder, "bob", reading, TAUBE_FLAGS_MODE_REPLACE);
  letters = find_letters (folder, "bob", &rights);
  g_assert_cmphex (rights, ==, reading);
  grant (folder, "bob", TAUBE_RIGHTS_DELETE | TAUBE_RIGHTS_EXPUNGE, TAUBE_FLAGS_MODE_ADD);
  more = find_letters (folder, "bob", &rights);
  g_assert_cmphex (rights, ==, reading | TAUBE_RIGHTS_DELETE | TAUBE_RIGHTS_EXPUNGE);
  grant (folder, "bob", TAUBE_RIGHTS_READ, TAUBE_FLAGS_MODE_REMOVE);
  none = find_letters (folder, "bob", &rights);
  g_assert_cmphex (rights & TAUBE_RIGHTS_READ, ==, 0);
  taube_folder_remove_permission (folder, "bob", NULL, &error);
  g_assert_no_error (error);
  g_assert_null (find_letters (folder, "bob", &rights));
}

/* Alice gives bob rights; bob sees the folder, knows whose it is, and can do what he may and nothing else. */
static void
test_two_people (gconstpointer kind)
{
  TaubeTestMail *mail = taube_test_mail_share (GPOINTER_TO_INT (kind));
  g_autoptr (TaubeAccount) alice = NULL, stranger = NULL, bob = NULL;
  g_autoptr (TaubeFolder) folder = NULL, shared = NULL;
  g_autoptr (TaubeBatchResult) result = NULL;
  g_autoptr (TaubeItemList) list = NULL;
  g_autoptr (TaubeItem) item = NULL;
  g_autoptr (TaubeIdSet) ids = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *owner = NULL;

  if (mail == NULL)
    return;
  alice = open_as (mail, "alice");
  if (!can (alice, TAUBE_CAPABILITY_SHARING))
    return;
  folder = create (alice, "Gemeinsam");
  taube_test_mail_deliver (mail, "alice", "Gemeinsam", "Subject: for both\n\nCoo.\n", -1);
  stranger = open_as (mail, "bob");
  g_assert_null (find_shared (stranger, "Gemeinsam"));
  grant (folder, "bob", TAUBE_RIGHTS_LOOKUP | TAUBE_RIGHTS_READ, TAUBE_FLAGS_MODE_REPLACE);

  bob = open_as (mail, "bob");
  shared = find_shared (bob, "Gemeinsam");
  /* Courier shows other people's folders only where its administrator has made an index of them. */
  if (taube_test_mail_get_kind (mail) == TAUBE_TEST_COURIER)
    {
      g_assert_null (shared);
      return;
    }
  g_assert_nonnull (shared);
  g_test_message ("bob sees %s", taube_folder_get_name (shared));
  owner = taube_folder_get_owner (shared);
  g_assert_cmpstr (owner, ==, "alice");
  list = taube_folder_list (shared, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_item_list_get_size (list), ==, 1);
  g_assert_cmpstr (taube_message_list_get_subject (TAUBE_MESSAGE_LIST (list), 0), ==, "for both");
  g_assert_true (taube_folder_get_flags (shared) & TAUBE_FOLDER_FLAGS_READ_ONLY);
  item = taube_item_list_get_item (list, 0);
  ids = taube_id_set_new_from_ids ((const char *const[]){ taube_item_get_id (item), NULL });
  result = taube_folder_set_flags (shared, ids, TAUBE_FLAGS_MODE_ADD, TAUBE_MESSAGE_FLAGS_FLAGGED, NULL, NULL, &error);
  g_assert_true (result == NULL
                 || taube_batch_result_get_status (result, taube_item_get_id (item)) == TAUBE_BATCH_STATUS_FAILED);
  g_clear_error (&error);
  taube_folder_remove_permission (folder, "bob", NULL, &error);
  g_assert_no_error (error);
}

static void
test_quota (gconstpointer kind)
{
  TaubeTestMail *mail = taube_test_mail_share (GPOINTER_TO_INT (kind));
  g_autoptr (TaubeAccount) account = NULL;
  g_autoptr (TaubeFolder) inbox = NULL;
  g_autoptr (GPtrArray) quotas = NULL;
  g_autoptr (GError) error = NULL;
  gboolean storage = FALSE;

  if (mail == NULL)
    return;
  account = open_as (mail, "alice");
  inbox = taube_account_get_folder_for_role (account, TAUBE_FOLDER_ROLE_INBOX);
  quotas = taube_folder_list_quotas (inbox, NULL, &error);
  if (!can (account, TAUBE_CAPABILITY_QUOTA))
    {
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED);
      return;
    }
  g_assert_no_error (error);
  for (guint i = 0; i < quotas->len; i++)
    {
      TaubeQuota *quota = quotas->pdata[i];

      g_test_message ("%s %s: %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT, taube_quota_get_root (quota),
                      taube_quota_get_resource (quota), taube_quota_get_usage (quota), taube_quota_get_limit (quota));
      if (!g_str_equal (taube_quota_get_resource (quota), "STORAGE"))
        continue;
      storage = TRUE;
      g_assert_true (taube_quota_is_in_bytes (quota));
      g_assert_cmpint (taube_quota_get_limit (quota), ==, G_GINT64_CONSTANT (2) << 30);
      g_assert_cmpint (taube_quota_get_usage (quota), >=, 0);
    }
  g_assert_true (storage || quotas->len == 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  taube_test_mail_add_each ("/imap/sharing", "permissions", test_permissions);
  taube_test_mail_add_each ("/imap/sharing", "two-people", test_two_people);
  taube_test_mail_add_each ("/imap/sharing", "quota", test_quota);
  return taube_test_mail_run ();
}
