/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "prove-folders.h"

#include <string.h>

static const char *const first_path[] = { "Lofts", NULL };
static const char *const second_path[] = { "Dovecotes", NULL };

static void
assert_not_supported (GError **error)
{
  g_assert_error (*error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED);
  g_clear_error (error);
}

/* In what a device is told when it asks anew. (transfer full) */
static TaubeFolder *
find (TaubeAccount *account, const char *const *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) folders = taube_account_list_folders (account, TAUBE_CONTENT_MAIL, NULL, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < folders->len; i++)
    if (g_strv_equal (taube_folder_get_path (folders->pdata[i]), path))
      return g_object_ref (folders->pdata[i]);
  return NULL;
}

static void
assert_seen (TaubeAccount *account, const char *const *path, gboolean there)
{
  g_autoptr (TaubeFolder) folder = find (account, path);

  g_assert_cmpint (folder != NULL, ==, there);
}

/* What device A does to folders, device B sees. */
void
prove_changing_folders (Contract *contract)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeAccount) a = contract_connect (contract), b = contract_connect (contract);
  g_autoptr (TaubeFolder) made = taube_account_create_folder (a, first_path, TAUBE_FOLDER_ROLE_NONE,
                                                              TAUBE_CONTENT_MAIL, NULL, &error);
  g_autoptr (TaubeFolder) renamed = NULL, subscribed = NULL;

  g_assert_no_error (error);
  assert_seen (b, taube_folder_get_path (made), TRUE);
  taube_account_set_subscribed (a, made, TRUE, NULL, &error);
  g_assert_no_error (error);
  subscribed = find (b, taube_folder_get_path (made));
  g_assert_true (taube_folder_get_flags (subscribed) & TAUBE_FOLDER_FLAGS_SUBSCRIBED);
  renamed = taube_account_rename_folder (a, made, second_path, NULL, &error);
  g_assert_no_error (error);
  assert_seen (b, taube_folder_get_path (renamed), TRUE);
  assert_seen (b, taube_folder_get_path (made), FALSE);
  taube_account_delete_folder (a, renamed, NULL, &error);
  g_assert_no_error (error);
  assert_seen (b, taube_folder_get_path (renamed), FALSE);
}

void
deny_folders (Contract *contract, TaubeAccount *account)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeFolder) folder = contract_get_folder (contract, account);

  g_assert_null (taube_account_create_folder (account, first_path, TAUBE_FOLDER_ROLE_NONE, TAUBE_CONTENT_MAIL, NULL,
                                              &error));
  assert_not_supported (&error);
  g_assert_null (taube_account_rename_folder (account, folder, first_path, NULL, &error));
  assert_not_supported (&error);
  g_assert_false (taube_account_delete_folder (account, folder, NULL, &error));
  assert_not_supported (&error);
  g_assert_false (taube_account_set_subscribed (account, folder, TRUE, NULL, &error));
  assert_not_supported (&error);
  g_assert_null (taube_folder_load_metadata (folder, NULL, NULL, &error));
  assert_not_supported (&error);
  g_assert_false (taube_folder_set_metadata (folder, "/shared/comment", NULL, NULL, &error));
  assert_not_supported (&error);
  g_assert_null (taube_account_load_metadata (account, NULL, NULL, &error));
  assert_not_supported (&error);
}

/* What BOB has in the list of permissions. */
static TaubeRights
rights_of_bob (TaubeFolder *folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) permissions = taube_folder_list_permissions (folder, NULL, &error);
  TaubeRights rights = TAUBE_RIGHTS_NONE;

  g_assert_no_error (error);
  for (guint i = 0; i < permissions->len; i++)
    if (strcmp (taube_permission_get_identifier (permissions->pdata[i]), "bob") == 0)
      rights = taube_permission_get_rights (permissions->pdata[i]);
  return rights;
}

/* What device A gives to bob, device B sees that he has. */
void
prove_sharing (Contract *contract)
{
  const TaubeRights given = TAUBE_RIGHTS_LOOKUP | TAUBE_RIGHTS_READ;
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeAccount) a = contract_connect (contract), b = contract_connect (contract);
  g_autoptr (TaubeFolder) folder_a = contract_get_folder (contract, a), folder_b = contract_get_folder (contract, b);
  g_autoptr (TaubePermission) bob = taube_permission_new ("bob", given);
  g_autoptr (TaubePermission) mine = NULL;

  g_assert_true (TAUBE_IS_SHARING (folder_a));
  mine = taube_folder_load_my_rights (folder_a, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (taube_permission_get_rights (mine) & TAUBE_RIGHTS_ADMIN);
  taube_folder_set_permission (folder_a, bob, TAUBE_FLAGS_MODE_REPLACE, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmphex (rights_of_bob (folder_b), ==, given);
  taube_folder_remove_permission (folder_b, "bob", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmphex (rights_of_bob (folder_a), ==, TAUBE_RIGHTS_NONE);
}

void
deny_sharing (Contract *contract, TaubeAccount *account)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (TaubeFolder) folder = contract_get_folder (contract, account);
  g_autoptr (TaubePermission) bob = taube_permission_new ("bob", TAUBE_RIGHTS_READ);

  g_assert_null (taube_folder_list_permissions (folder, NULL, &error));
  assert_not_supported (&error);
  taube_folder_list_permissions_async (folder, NULL, contract_on_done, &result);
  g_assert_null (taube_folder_list_permissions_finish (folder, contract_wait (&result), &error));
  assert_not_supported (&error);
  g_assert_null (taube_folder_load_my_rights (folder, NULL, &error));
  assert_not_supported (&error);
  g_assert_false (taube_folder_set_permission (folder, bob, TAUBE_FLAGS_MODE_ADD, NULL, &error));
  assert_not_supported (&error);
  g_assert_false (taube_folder_remove_permission (folder, "bob", NULL, &error));
  assert_not_supported (&error);
  g_assert_null (taube_folder_load_grantable_rights (folder, "bob", NULL, &error));
  assert_not_supported (&error);
}

static gint64
get_storage (TaubeFolder *folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) quotas = taube_folder_list_quotas (folder, NULL, &error);
  gint64 usage = -1;

  g_assert_no_error (error);
  for (guint i = 0; i < quotas->len; i++)
    if (strcmp (taube_quota_get_resource (quotas->pdata[i]), "STORAGE") == 0)
      {
        usage = taube_quota_get_usage (quotas->pdata[i]);
        g_assert_true (taube_quota_is_in_bytes (quotas->pdata[i]));
        g_assert_cmpint (taube_quota_get_limit (quotas->pdata[i]), >, usage);
      }
  /* A server without limits says so by naming none. */
  g_assert_true (usage >= 0 || quotas->len == 0);
  return usage;
}

/* A parcel of more than 400,000 bytes arrives: device B sees that so much more is used. */
void
prove_quota (Contract *contract)
{
  g_autoptr (TaubeAccount) a = contract_connect (contract), b = contract_connect (contract);
  g_autoptr (TaubeFolder) folder_a = contract_get_folder (contract, a), folder_b = contract_get_folder (contract, b);
  g_autofree char *parcel = contract_parcel ();
  gint64 before;

  g_assert_true (TAUBE_IS_QUOTA_HOLDER (folder_a));
  before = get_storage (folder_a);
  contract->world->deliver (contract->server, contract->box, parcel);
  g_assert_cmpint (get_storage (folder_b), >=, before < 0 ? -1 : before + 400000 - 1024);
}

void
deny_quota (Contract *contract, TaubeAccount *account)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeFolder) folder = contract_get_folder (contract, account);

  g_assert_null (taube_folder_list_quotas (folder, NULL, &error));
  assert_not_supported (&error);
}
