/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-client.h"

#include <string.h>

GCancellable *imap_client_cancellable;
const char *imap_client_timeout;

static TaubeAccount *
make (const char *uri, const char *password, const char *ca_file)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeCredentials) credentials = taube_credentials_new_password (password);
  g_autoptr (TaubeSettings) settings = taube_settings_new ();
  TaubeAccount *account;

  if (imap_client_timeout != NULL)
    {
      taube_settings_set (settings, "timeout", imap_client_timeout, &error);
      g_assert_no_error (error);
      taube_settings_set (settings, "connect-timeout", imap_client_timeout, &error);
      g_assert_no_error (error);
    }
  if (ca_file != NULL)
    taube_settings_set (settings, "ca-file", ca_file, &error);
  g_assert_no_error (error);
  account = taube_account_create_with_settings (uri, settings, credentials, &error);
  g_assert_no_error (error);
  return account;
}

/* An account of alice at 127.0.0.1. */
TaubeAccount *
imap_client_new (const char *scheme, guint16 port, const char *query, const char *ca_file)
{
  g_autofree char *uri = g_strdup_printf ("%s://alice@localhost:%u%s", scheme, port, query);

  return make (uri, TAUBE_TEST_PASSWORD, ca_file);
}

TaubeAccount *
imap_client_new_as (const char *user, const char *password, guint16 port, const char *query)
{
  g_autofree char *uri = g_strdup_printf ("imap://%s@localhost:%u%s", user, port, query);

  return make (uri, password, NULL);
}

TaubeAccount *
imap_client_open (TaubeTestMail *mail, const char *user, const char *scheme, const char *query)
{
  g_autofree char *uri
    = g_strdup_printf ("%s://%s@localhost:%u/%s", scheme, user, taube_test_mail_get_port (mail, scheme), query);

  return make (uri, TAUBE_TEST_PASSWORD, taube_test_mail_get (mail, "ca-file"));
}

TaubeFolder *
imap_client_get_folder (TaubeTestMail *mail, TaubeAccount *account, const char *folder)
{
  g_autofree char *name = taube_test_mail_path (mail, folder);

  return taube_account_get_folder_by_name (account, name);
}

gboolean
imap_client_connect (TaubeAccount *account, GError **error)
{
  return taube_account_connect (account, imap_client_cancellable, error);
}

gboolean
imap_client_folders (TaubeAccount *account, GError **error)
{
  g_autoptr (GPtrArray) folders
    = taube_account_list_folders (account, TAUBE_CONTENT_MAIL, imap_client_cancellable, error);

  return folders != NULL;
}

gboolean
imap_client_refresh (TaubeAccount *account, GError **error)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");

  return taube_folder_refresh (inbox, imap_client_cancellable, error);
}

TaubeMessageList *
imap_client_list_inbox (TaubeAccount *account, GError **error)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (TaubeListRequest) request = taube_list_request_new ();

  taube_list_request_set_newest_first (request, FALSE);
  return (TaubeMessageList *) taube_folder_list (inbox, request, imap_client_cancellable, error);
}

gboolean
imap_client_list (TaubeAccount *account, GError **error)
{
  g_autoptr (TaubeMessageList) list = imap_client_list_inbox (account, error);

  return list != NULL;
}

static gboolean
search (TaubeAccount *account, const char *text, GError **error)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (TaubeQuery) query = taube_query_parse (text, NULL, NULL);
  g_autoptr (TaubeSearchRequest) request = taube_search_request_new ();
  g_autoptr (TaubeSearchResult) result = NULL;
  guint parent;

  taube_search_request_set_sort (request, "-date", NULL);
  taube_search_request_set_threading (request, TAUBE_THREADING_REFERENCES);
  result = taube_folder_search (inbox, query, request, imap_client_cancellable, error);
  if (result == NULL)
    return FALSE;
  g_assert_cmpuint (taube_search_result_get_total (result), ==, 2);
  g_assert_true (taube_search_result_get_parent (result, 1, &parent));
  return TRUE;
}

/* The server searches and sorts; whether there are attachments is found out here; the server threads what is left. */
gboolean
imap_client_search (TaubeAccount *account, GError **error)
{
  return search (account, "subject:pigeon has:attachment", error);
}

/* The texts of the messages have to be looked at, too. */
gboolean
imap_client_search_deep (TaubeAccount *account, GError **error)
{
  return search (account, "has:attachment (body:taube OR (has:attachment -has:attachment))", error);
}

gboolean
imap_client_item (TaubeAccount *account, GError **error)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (TaubeItem) item = taube_folder_get_item (inbox, "7.11", imap_client_cancellable, error);

  return item != NULL;
}

gboolean
imap_client_structure (TaubeAccount *account, GError **error)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (TaubeItem) item = taube_folder_get_item (inbox, "7.11", imap_client_cancellable, error);
  g_autoptr (TaubePart) part = NULL;

  if (item == NULL)
    return FALSE;
  part = taube_message_load_structure (TAUBE_MESSAGE (item), imap_client_cancellable, error);
  return part != NULL;
}

char *
imap_client_fetch_section (TaubeAccount *account, const char *id, const char *section, guint64 offset, gint64 length,
                           GError **error)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (GOutputStream) sink = g_memory_output_stream_new_resizable ();

  if (!taube_folder_fetch (inbox, id, section, offset, length, sink, NULL, imap_client_cancellable, error))
    return NULL;
  g_output_stream_write_all (sink, "", 1, NULL, NULL, NULL);
  g_output_stream_close (sink, NULL, NULL);
  return g_memory_output_stream_steal_data (G_MEMORY_OUTPUT_STREAM (sink));
}

gboolean
imap_client_fetch (TaubeAccount *account, GError **error)
{
  g_autofree char *text = imap_client_fetch_section (account, "7.11", "", 0, -1, error);

  return text != NULL;
}

/* IDS: words with spaces between. */
TaubeBatchResult *
imap_client_set_flags (TaubeAccount *account, const char *ids, TaubeMessageFlags flags, const char *keyword,
                       GError **error)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_auto (GStrv) words = g_strsplit (ids, " ", -1);
  g_autoptr (TaubeIdSet) set = taube_id_set_new_from_ids ((const char *const *) words);
  const char *keywords[] = { keyword, NULL };

  return taube_folder_set_flags (inbox, set, TAUBE_FLAGS_MODE_ADD, flags, keywords, imap_client_cancellable, error);
}

static gboolean
store (TaubeAccount *account, const char *keyword, GError **error)
{
  g_autoptr (TaubeBatchResult) result
    = imap_client_set_flags (account, "7.10 7.12 7.13", TAUBE_MESSAGE_FLAGS_FLAGGED, keyword, error);

  if (result == NULL)
    return FALSE;
  if (taube_batch_result_get_status (result, "7.10") == TAUBE_BATCH_STATUS_DONE)
    return TRUE;
  /* Who cancels in the middle is told by the result that nobody knows. */
  if (taube_batch_result_get_status (result, "7.10") == TAUBE_BATCH_STATUS_UNKNOWN
      && g_cancellable_set_error_if_cancelled (imap_client_cancellable, error))
    return FALSE;
  g_propagate_error (error, taube_batch_result_get_error (result, "7.10"));
  return FALSE;
}

gboolean
imap_client_store (TaubeAccount *account, GError **error)
{
  return store (account, NULL, error);
}

gboolean
imap_client_store_keyword (TaubeAccount *account, GError **error)
{
  return store (account, "work", error);
}

/* The folder of imap/dovecot/sharing, whose name has brackets. (transfer full) */
static TaubeFolder *
get_shared (TaubeAccount *account)
{
  return taube_account_get_folder_by_name (account, "[Gmail]/Alle[1]");
}

gboolean
imap_client_permissions (TaubeAccount *account, GError **error)
{
  g_autoptr (TaubeFolder) folder = get_shared (account);
  g_autoptr (GPtrArray) permissions = taube_folder_list_permissions (folder, imap_client_cancellable, error);

  if (permissions == NULL)
    return FALSE;
  g_assert_cmpuint (permissions->len, ==, 2);
  g_assert_cmpstr (taube_permission_get_identifier (permissions->pdata[1]), ==, "bob");
  g_assert_cmphex (taube_permission_get_rights (permissions->pdata[1]), ==, TAUBE_RIGHTS_LOOKUP | TAUBE_RIGHTS_READ);
  return TRUE;
}

gboolean
imap_client_my_rights (TaubeAccount *account, GError **error)
{
  g_autoptr (TaubeFolder) folder = get_shared (account);
  g_autoptr (TaubePermission) mine = taube_folder_load_my_rights (folder, imap_client_cancellable, error);

  if (mine == NULL)
    return FALSE;
  g_assert_cmphex (taube_permission_get_rights (mine), ==, TAUBE_RIGHTS_ALL & ~TAUBE_RIGHTS_ANNOTATE);
  g_assert_cmphex (taube_folder_get_rights (folder), ==, taube_permission_get_rights (mine));
  return TRUE;
}

gboolean
imap_client_grantable (TaubeAccount *account, GError **error)
{
  g_autoptr (TaubeFolder) folder = get_shared (account);
  g_autoptr (TaubeGrantableRights) grantable
    = taube_folder_load_grantable_rights (folder, "bob", imap_client_cancellable, error);

  if (grantable == NULL)
    return FALSE;
  g_assert_cmpuint (taube_grantable_rights_get_n_groups (grantable), ==, 11);
  g_assert_cmphex (taube_grantable_rights_get_optional (grantable), ==, TAUBE_RIGHTS_ALL & ~TAUBE_RIGHTS_ANNOTATE);
  return TRUE;
}

gboolean
imap_client_quotas (TaubeAccount *account, GError **error)
{
  g_autoptr (TaubeFolder) folder = get_shared (account);
  g_autoptr (GPtrArray) quotas = taube_folder_list_quotas (folder, imap_client_cancellable, error);

  if (quotas == NULL)
    return FALSE;
  g_assert_cmpuint (quotas->len, ==, 2);
  g_assert_cmpint (taube_quota_get_limit (quotas->pdata[0]), ==, G_GINT64_CONSTANT (5368709120) * 1024);
  g_assert_cmpint (taube_quota_get_usage (quotas->pdata[1]), ==, 3);
  return TRUE;
}

gboolean
imap_client_notes (TaubeAccount *account, GError **error)
{
  g_autoptr (TaubeFolder) folder = get_shared (account);
  g_autoptr (GPtrArray) notes = taube_folder_load_metadata (folder, NULL, imap_client_cancellable, error);
  GBytes *value;

  if (notes == NULL)
    return FALSE;
  g_assert_cmpuint (notes->len, ==, 1);
  value = taube_metadata_get_value (notes->pdata[0]);
  g_assert_cmpmem (g_bytes_get_data (value, NULL), g_bytes_get_size (value), "coo", 3);
  return TRUE;
}

gboolean
imap_client_changes (TaubeAccount *account, GError **error)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (TaubeChanges) first = taube_folder_get_changes (inbox, NULL, NULL, imap_client_cancellable, error);
  g_autoptr (TaubeChanges) later = NULL;

  if (first == NULL)
    return FALSE;
  g_assert_cmpuint (taube_id_set_get_size (taube_changes_get_added (first)), ==, 3);
  later = taube_folder_get_changes (inbox, taube_changes_get_token (first), NULL, imap_client_cancellable, error);
  return later != NULL && !taube_changes_is_reset (later);
}
