/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "contract.h"

#include <string.h>

#include "prove-folders.h"

/* Each cell of the comparison table is proved on a live server by two devices, A and B. A "no" is proved as
 * NOT_SUPPORTED with not one byte on the wire. */

static void
assert_not_supported (GError **error)
{
  g_assert_error (*error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED);
  g_clear_error (error);
}

/* The operations that a row stands for; each must fail at once. */

static void
deny_content (TaubeAccount *account, TaubeContent content)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  g_assert_null (taube_account_list_folders (account, content, NULL, &error));
  assert_not_supported (&error);
  taube_account_list_folders_async (account, content, NULL, contract_on_done, &result);
  g_assert_null (taube_account_list_folders_finish (account, contract_wait (&result), &error));
  assert_not_supported (&error);
}

static void
deny_contacts (Contract *contract, TaubeAccount *account)
{
  deny_content (account, TAUBE_CONTENT_CONTACTS);
}

static void
deny_calendar (Contract *contract, TaubeAccount *account)
{
  deny_content (account, TAUBE_CONTENT_CALENDAR);
  deny_content (account, TAUBE_CONTENT_TASKS);
}

static void
deny_flags (Contract *contract, TaubeAccount *account)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeFolder) folder = contract_get_folder (contract, account);
  g_autoptr (TaubeIdSet) ids = taube_id_set_new_from_ids ((const char *const[]) { "1", NULL });

  g_assert_null (taube_folder_set_flags (folder, ids, TAUBE_FLAGS_MODE_ADD, TAUBE_MESSAGE_FLAGS_SEEN, NULL, NULL,
                                         &error));
  assert_not_supported (&error);
}

static void
deny_fetch (Contract *contract, TaubeAccount *account, const char *section, guint64 offset, gint64 length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeFolder) folder = contract_get_folder (contract, account);
  g_autoptr (GOutputStream) sink = g_memory_output_stream_new_resizable ();

  g_assert_false (taube_folder_fetch (folder, "1", section, offset, length, sink, NULL, NULL, &error));
  assert_not_supported (&error);
}

static void
deny_range (Contract *contract, TaubeAccount *account)
{
  deny_fetch (contract, account, NULL, 10, -1);
  deny_fetch (contract, account, NULL, 0, 10);
}

static void
deny_part (Contract *contract, TaubeAccount *account)
{
  deny_fetch (contract, account, "1", 0, -1);
}

static void
deny_sending (Contract *contract, TaubeAccount *account)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("To: a@example.org\r\n\r\nCoo\r\n", 27);
  g_autoptr (TaubeMessageSource) source = taube_message_source_new_from_bytes (bytes);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (taube_account_send (account, source, NULL, NULL, &error));
  assert_not_supported (&error);
  taube_account_send_async (account, source, NULL, NULL, contract_on_done, &result);
  g_assert_false (taube_account_send_finish (account, contract_wait (&result), &error));
  assert_not_supported (&error);
}

/* The proofs of "yes". */

static void
prove_retrieval (Contract *contract)
{
  g_autoptr (TaubeAccount) a = contract_connect (contract);
  g_autoptr (TaubeFolder) folder = contract_get_folder (contract, a);
  g_autofree char *text = contract_letter (1);
  g_autoptr (TaubeMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) raw = NULL;
  g_autofree char *body = NULL;

  contract_deliver (contract, 1);
  message = contract_get_only (folder);
  raw = taube_message_load_raw (message, NULL, &error);
  g_assert_no_error (error);
  contract_assert_text (raw, text);
  body = taube_message_load_text (message, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (body, "Gr\xc3\xbc\xc3\x9f" "e aus K\xc3\xb6ln, 1."));
}

static TaubeMessageFlags
get_flags (TaubeFolder *folder, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeItem) item = taube_folder_get_item (folder, id, NULL, &error);

  g_assert_no_error (error);
  return taube_message_get_flags (TAUBE_MESSAGE (item)) & ~TAUBE_MESSAGE_FLAGS_RECENT;
}

static void
change_flags (TaubeFolder *folder, const char *id, TaubeFlagsMode mode, TaubeMessageFlags flags, const char *keyword)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeIdSet) ids = taube_id_set_new_from_ids ((const char *const[]) { id, NULL });
  g_autoptr (TaubeBatchResult) result
    = taube_folder_set_flags (folder, ids, mode, flags, (const char *const[]) { keyword, NULL }, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (taube_batch_result_is_all_done (result));
}

static void
prove_mail_sync (Contract *contract)
{
  g_autoptr (TaubeAccount) a = contract_connect (contract);
  g_autoptr (TaubeAccount) b = contract_connect (contract);
  g_autoptr (TaubeFolder) folder_a = contract_get_folder (contract, a);
  g_autoptr (TaubeFolder) folder_b = contract_get_folder (contract, b);
  g_autoptr (TaubeMessageList) before = contract_list (folder_b);
  g_autoptr (TaubeMessage) seen_by_a = NULL, seen_by_b = NULL;
  const char *id;

  g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (before)), ==, 0);
  contract_deliver (contract, 1);
  seen_by_a = contract_get_only (folder_a);
  seen_by_b = contract_get_only (folder_b);
  id = taube_item_get_id (TAUBE_ITEM (seen_by_a));
  g_assert_cmpstr (taube_item_get_id (TAUBE_ITEM (seen_by_b)), ==, id);
  change_flags (folder_a, id, TAUBE_FLAGS_MODE_ADD, TAUBE_MESSAGE_FLAGS_FLAGGED | TAUBE_MESSAGE_FLAGS_SEEN, NULL);
  g_assert_cmpint (get_flags (folder_b, id), ==, TAUBE_MESSAGE_FLAGS_FLAGGED | TAUBE_MESSAGE_FLAGS_SEEN);
  change_flags (folder_b, id, TAUBE_FLAGS_MODE_REMOVE, TAUBE_MESSAGE_FLAGS_SEEN, NULL);
  g_assert_cmpint (get_flags (folder_a, id), ==, TAUBE_MESSAGE_FLAGS_FLAGGED);
}

static void
prove_keeps_on_server (Contract *contract)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = contract_letter (1);

  contract_deliver (contract, 1);
  for (guint device = 0; device < 2; device++)
    {
      g_autoptr (TaubeAccount) account = contract_connect (contract);
      g_autoptr (TaubeFolder) folder = contract_get_folder (contract, account);
      g_autoptr (TaubeMessage) message = contract_get_only (folder);
      g_autoptr (GBytes) raw = contract_fetch (folder, taube_item_get_id (TAUBE_ITEM (message)), NULL, 0, -1);

      contract_assert_text (raw, text);
      taube_account_disconnect (account, NULL, &error);
      g_assert_no_error (error);
    }
}

static void
prove_multi_device (Contract *contract)
{
  g_autoptr (TaubeAccount) a = contract_new_device (contract);
  g_autoptr (TaubeAccount) b = contract_new_device (contract);
  g_autoptr (TaubeFolder) folder_a = contract_get_folder (contract, a);
  g_autoptr (TaubeFolder) folder_b = contract_get_folder (contract, b);

  for (guint i = 1; i <= 3; i++)
    {
      g_autoptr (TaubeMessageList) list_a = NULL, list_b = NULL;
      g_autoptr (TaubeIdSet) ids_a = NULL, ids_b = NULL;

      contract_deliver (contract, i);
      list_a = contract_list (folder_a);
      g_assert_cmpint (taube_account_get_state (a), ==, TAUBE_ACCOUNT_STATE_CONNECTED);
      contract_make_way (contract, a);
      list_b = contract_list (folder_b);
      ids_a = taube_item_list_get_ids (TAUBE_ITEM_LIST (list_a));
      ids_b = taube_item_list_get_ids (TAUBE_ITEM_LIST (list_b));
      g_assert_cmpuint (taube_id_set_get_size (ids_a), ==, i);
      g_assert_true (taube_id_set_equal (ids_a, ids_b));
      g_assert_cmpint (taube_account_get_state (b), ==, TAUBE_ACCOUNT_STATE_CONNECTED);
      if (!contract->world->one_at_a_time)
        g_assert_cmpint (taube_account_get_state (a), ==, TAUBE_ACCOUNT_STATE_CONNECTED);
      contract_make_way (contract, b);
    }
}

static void
prove_content (Contract *contract, TaubeContent content)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeAccount) a = contract_connect (contract);
  g_autoptr (GPtrArray) folders = taube_account_list_folders (a, content, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (folders->len, >, 0);
  for (guint i = 0; i < folders->len; i++)
    {
      g_autoptr (TaubeItemList) list = taube_folder_list (folders->pdata[i], NULL, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpint (taube_folder_get_content (folders->pdata[i]), ==, content);
      for (guint k = 0; k < taube_item_list_get_size (list); k++)
        {
          g_autofree char *id = taube_item_list_get_id (list, k);
          g_autoptr (TaubeItem) item = taube_folder_get_item (folders->pdata[i], id, NULL, &error);

          g_assert_no_error (error);
          g_assert_cmpstr (taube_item_get_id (item), ==, id);
        }
    }
}

static void
prove_contacts (Contract *contract)
{
  prove_content (contract, TAUBE_CONTENT_CONTACTS);
}

static void
prove_calendar (Contract *contract)
{
  prove_content (contract, TAUBE_CONTENT_CALENDAR);
}

static void
prove_folders (Contract *contract)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeAccount) a = contract_connect (contract);
  g_autoptr (TaubeFolder) wanted = contract_get_folder (contract, a);
  g_autoptr (GPtrArray) folders = taube_account_list_folders (a, TAUBE_CONTENT_MAIL, NULL, &error);
  guint inboxes = 0;

  g_assert_no_error (error);
  g_assert_cmpuint (folders->len, >, 1);
  g_assert_true (g_ptr_array_find (folders, wanted, NULL));
  for (guint i = 0; i < folders->len; i++)
    inboxes += taube_folder_get_role (folders->pdata[i]) == TAUBE_FOLDER_ROLE_INBOX;
  g_assert_cmpuint (inboxes, ==, 1);
  prove_changing_folders (contract);
}

static void
prove_server_flags (Contract *contract)
{
  g_autoptr (TaubeAccount) a = contract_connect (contract);
  g_autoptr (TaubeFolder) folder = contract_get_folder (contract, a);
  g_autoptr (TaubeMessage) message = NULL, seen_by_b = NULL;
  g_autoptr (TaubeAccount) b = NULL;
  g_autoptr (TaubeFolder) folder_b = NULL;
  const char *id;

  contract_deliver (contract, 1);
  message = contract_get_only (folder);
  id = taube_item_get_id (TAUBE_ITEM (message));
  change_flags (folder, id, TAUBE_FLAGS_MODE_ADD, TAUBE_MESSAGE_FLAGS_ANSWERED, "work");
  change_flags (folder, id, TAUBE_FLAGS_MODE_ADD, TAUBE_MESSAGE_FLAGS_SEEN, NULL);
  b = contract_connect (contract);
  folder_b = contract_get_folder (contract, b);
  seen_by_b = contract_get_only (folder_b);
  g_assert_cmpint (taube_message_get_flags (seen_by_b) & ~TAUBE_MESSAGE_FLAGS_RECENT, ==,
                   TAUBE_MESSAGE_FLAGS_ANSWERED | TAUBE_MESSAGE_FLAGS_SEEN);
  g_assert_true (g_strv_contains (taube_message_get_keywords (seen_by_b), "work"));
  change_flags (folder_b, id, TAUBE_FLAGS_MODE_REPLACE, TAUBE_MESSAGE_FLAGS_FLAGGED, NULL);
  g_assert_cmpint (get_flags (folder, id), ==, TAUBE_MESSAGE_FLAGS_FLAGGED);
}

static TaubeWatchEvent *
wait_for_event (TaubeWatch *watch)
{
  g_autoptr (GError) error = NULL;
  TaubeWatchEvent *event = taube_watch_next (watch, NULL, &error);

  g_assert_no_error (error);
  g_assert_false (taube_changes_is_reset (taube_watch_event_get_changes (event)));
  return event;
}

static void
prove_push (Contract *contract)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeAccount) a = contract_connect (contract);
  g_autoptr (TaubeAccount) b = contract_connect (contract);
  g_autoptr (TaubeFolder) folder_a = contract_get_folder (contract, a);
  g_autoptr (TaubeFolder) folder_b = contract_get_folder (contract, b);
  g_autoptr (GPtrArray) folders = g_ptr_array_new ();
  g_autoptr (TaubeWatch) watch = NULL;
  g_autoptr (TaubeWatchEvent) arrived = NULL, flagged = NULL;
  g_autoptr (TaubeMessage) message = NULL;
  const char *id;

  g_ptr_array_add (folders, folder_b);
  watch = taube_account_watch (b, folders, &error);
  g_assert_no_error (error);
  while (!taube_watch_is_online (watch))
    g_main_context_iteration (NULL, TRUE);
  contract_deliver (contract, 1);
  arrived = wait_for_event (watch);
  message = contract_get_only (folder_a);
  id = taube_item_get_id (TAUBE_ITEM (message));
  g_assert_true (taube_watch_event_get_folder (arrived) == folder_b);
  g_assert_true (taube_id_set_contains (taube_changes_get_added (taube_watch_event_get_changes (arrived)), id));
  if (contract_get_live (a, TAUBE_CAPABILITY_SERVER_FLAGS) == TAUBE_SUPPORT_YES)
    {
      change_flags (folder_a, id, TAUBE_FLAGS_MODE_ADD, TAUBE_MESSAGE_FLAGS_FLAGGED, NULL);
      flagged = wait_for_event (watch);
      g_assert_true (taube_id_set_contains (taube_changes_get_changed (taube_watch_event_get_changes (flagged)), id));
    }
  taube_watch_stop (watch);
}

/* Whatever else goes over the wire, it is far less than the parcel's 400,000 bytes. */
static void
assert_little_received (Contract *contract, WireCount since)
{
  g_assert_cmpuint (contract_get_wire (contract).received - since.received, <, 40000);
}

static void
prove_partial_fetch (Contract *contract)
{
  g_autoptr (TaubeAccount) a = contract_connect (contract);
  g_autoptr (TaubeFolder) folder = contract_get_folder (contract, a);
  g_autofree char *parcel = contract_parcel ();
  g_autofree char *wanted = g_strndup (parcel + 200000, 1000);
  g_autoptr (TaubeMessage) message = NULL;
  g_autoptr (GBytes) range = NULL, end = NULL, beyond = NULL;
  const char *id;
  WireCount before;

  contract->world->deliver (contract->server, contract->box, parcel);
  message = contract_get_only (folder);
  id = taube_item_get_id (TAUBE_ITEM (message));
  before = contract_get_wire (contract);
  range = contract_fetch (folder, id, NULL, 200000, 1000);
  contract_assert_text (range, wanted);
  end = contract_fetch (folder, id, NULL, strlen (parcel) - 10, 1000);
  contract_assert_text (end, parcel + strlen (parcel) - 10);
  beyond = contract_fetch (folder, id, NULL, strlen (parcel) + 10, -1);
  contract_assert_text (beyond, "");
  assert_little_received (contract, before);
}

static void
prove_attachments_on_demand (Contract *contract)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeAccount) a = contract_connect (contract);
  g_autoptr (TaubeFolder) folder = contract_get_folder (contract, a);
  g_autofree char *parcel = contract_parcel ();
  g_autoptr (TaubeMessage) message = NULL;
  g_autoptr (TaubePart) structure = NULL;
  g_autoptr (GBytes) part = NULL;
  TaubePart *attachment;
  WireCount before;

  contract->world->deliver (contract->server, contract->box, parcel);
  message = contract_get_only (folder);
  before = contract_get_wire (contract);
  structure = taube_message_load_structure (message, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_part_get_n_children (structure), ==, 2);
  attachment = taube_part_find (structure, "2");
  g_assert_cmpstr (taube_part_get_filename (attachment), ==, "pigeon.bin");
  part = contract_fetch (folder, taube_item_get_id (TAUBE_ITEM (message)), "1", 0, -1);
  contract_assert_text (part, "See the attachment.");
  assert_little_received (contract, before);
}

static guint
count_subject (TaubeAccount *account, TaubeFolderRole role, const char *subject)
{
  g_autoptr (TaubeFolder) folder = taube_account_get_folder_for_role (account, role);
  g_autoptr (TaubeMessageList) list = contract_list (folder);
  guint count = 0;

  for (guint i = 0; i < taube_item_list_get_size (TAUBE_ITEM_LIST (list)); i++)
    count += g_strcmp0 (taube_message_list_get_subject (list, i), subject) == 0;
  return count;
}

/* To oneself, since nobody else is known: it arrives, and a copy stays. */
static void
prove_sending (Contract *contract)
{
  g_autoptr (TaubeAccount) account = contract_connect (contract);
  g_autoptr (TaubeUri) uri = taube_uri_parse (contract->box->uri, NULL);
  g_autofree char *subject = g_strdup_printf ("Sent by %s", contract->box->name);
  g_autofree char *text = g_strdup_printf ("From: %s\r\nTo: %s\r\nSubject: %s\r\n\r\nCoo\r\n",
                                           taube_uri_get_user (uri), taube_uri_get_user (uri), subject);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (TaubeMessageSource) source = taube_message_source_new_from_bytes (bytes);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) folders = taube_account_list_folders (account, TAUBE_CONTENT_MAIL, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (taube_account_send (account, source, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count_subject (account, TAUBE_FOLDER_ROLE_INBOX, subject), ==, 1);
  g_assert_cmpuint (count_subject (account, TAUBE_FOLDER_ROLE_SENT, subject), ==, 1);
}

/* A row that a backend answers with yes has a proof, or the test fails: so none is promised for nothing. */
static const struct
{
  TaubeCapability row;
  void (*yes) (Contract *contract);
  void (*no) (Contract *contract, TaubeAccount *account);
} proofs[TAUBE_N_CAPABILITIES] = {
  { TAUBE_CAPABILITY_RETRIEVAL, prove_retrieval, NULL },
  { TAUBE_CAPABILITY_MAIL_SYNC, prove_mail_sync, NULL },
  { TAUBE_CAPABILITY_KEEPS_ON_SERVER, prove_keeps_on_server, NULL },
  { TAUBE_CAPABILITY_CONTACTS_SYNC, prove_contacts, deny_contacts },
  { TAUBE_CAPABILITY_CALENDAR_SYNC, prove_calendar, deny_calendar },
  { TAUBE_CAPABILITY_MULTI_DEVICE, prove_multi_device, NULL },
  { TAUBE_CAPABILITY_FOLDERS, prove_folders, deny_folders },
  { TAUBE_CAPABILITY_SERVER_FLAGS, prove_server_flags, deny_flags },
  { TAUBE_CAPABILITY_SERVER_SEARCH, contract_prove_search, contract_deny_search },
  { TAUBE_CAPABILITY_SERVER_SORT, contract_prove_sort, NULL },
  { TAUBE_CAPABILITY_SERVER_THREAD, contract_prove_thread, NULL },
  { TAUBE_CAPABILITY_PUSH, prove_push, NULL },
  { TAUBE_CAPABILITY_SENDING, prove_sending, deny_sending },
  { TAUBE_CAPABILITY_SHARING, prove_sharing, deny_sharing },
  { TAUBE_CAPABILITY_DELEGATION, NULL, NULL },
  { TAUBE_CAPABILITY_QUOTA, prove_quota, deny_quota },
  { TAUBE_CAPABILITY_PARTIAL_FETCH, prove_partial_fetch, deny_range },
  { TAUBE_CAPABILITY_ATTACHMENTS_ON_DEMAND, prove_attachments_on_demand, deny_part },
  { TAUBE_CAPABILITY_OUT_OF_OFFICE, NULL, NULL },
  { TAUBE_CAPABILITY_FREE_BUSY, NULL, NULL },
};

static void
assert_denied (Contract *contract, TaubeAccount *account, TaubeCapability row)
{
  g_autoptr (TaubeCapabilities) table = taube_account_get_capabilities (account);
  g_autoptr (GError) error = NULL;
  WireCount before = contract_get_wire (contract);

  g_assert_false (taube_capabilities_require (table, row, "try", &error));
  g_assert_nonnull (strstr (error->message, taube_capability_get_key (row)));
  assert_not_supported (&error);
  if (proofs[row].no != NULL)
    proofs[row].no (contract, account);
  contract_assert_silent (contract, before);
}

static void
prove_no (Contract *contract, TaubeCapability row)
{
  g_autoptr (TaubeBackend) backend = taube_backend_find (contract->world->name, NULL);
  g_autoptr (TaubeCapabilities) table = taube_backend_get_capabilities (backend, NULL);
  g_autoptr (TaubeAccount) fresh = contract_new_device (contract);
  g_autoptr (TaubeAccount) connected = contract_connect (contract);
  TaubeSupport module;

  assert_denied (contract, connected, row);
  /* What the server alone denies is known only after it was asked. */
  taube_capabilities_lookup (table, row, TAUBE_CAPABILITY_LEVEL_MODULE, &module, NULL, NULL);
  if (module == TAUBE_SUPPORT_NO)
    assert_denied (contract, fresh, row);
}

static void
prove_row (Contract *contract, TaubeCapability row)
{
  g_autoptr (TaubeAccount) account = contract_connect (contract);
  TaubeSupport live = contract_get_live (account, row);

  contract_make_way (contract, account);
  g_assert_cmpint (proofs[row].row, ==, row);
  if (live == TAUBE_SUPPORT_NO)
    {
      prove_no (contract, row);
      return;
    }
  if (proofs[row].yes == NULL)
    g_error ("\"%s\" is %s, and nobody proves it", taube_capability_get_key (row), taube_support_get_key (live));
  proofs[row].yes (contract);
}

#define ROW(NAME, name) \
  static void \
  test_##name (Contract *contract) \
  { \
    prove_row (contract, TAUBE_CAPABILITY_##NAME); \
  }

ROW (RETRIEVAL, retrieval)
ROW (MAIL_SYNC, mail_sync)
ROW (KEEPS_ON_SERVER, keeps_on_server)
ROW (CONTACTS_SYNC, contacts_sync)
ROW (CALENDAR_SYNC, calendar_sync)
ROW (MULTI_DEVICE, multi_device)
ROW (FOLDERS, folders)
ROW (SERVER_FLAGS, server_flags)
ROW (SERVER_SEARCH, server_search)
ROW (SERVER_SORT, server_sort)
ROW (SERVER_THREAD, server_thread)
ROW (PUSH, push)
ROW (SENDING, sending)
ROW (SHARING, sharing)
ROW (DELEGATION, delegation)
ROW (QUOTA, quota)
ROW (PARTIAL_FETCH, partial_fetch)
ROW (ATTACHMENTS_ON_DEMAND, attachments_on_demand)
ROW (OUT_OF_OFFICE, out_of_office)
ROW (FREE_BUSY, free_busy)

/* What the project promises of the protocol, and that no level promises more than the one before it. */
static void
test_levels (Contract *contract)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeBackend) backend = taube_backend_find (contract->world->name, &error);
  g_autoptr (TaubeCapabilities) table = taube_backend_get_capabilities (backend, &error);

  g_assert_no_error (error);
  for (guint row = 0; row < G_N_ELEMENTS (contract->world->protocol); row++)
    g_assert_cmpint (taube_capabilities_get_support (table, row), ==, contract->world->protocol[row]);
  for (guint row = 0; row < TAUBE_N_CAPABILITIES; row++)
    {
      TaubeSupport protocol, module;
      const char *protocol_reason = NULL, *module_reason = NULL;

      g_assert_true (taube_capabilities_lookup (table, row, TAUBE_CAPABILITY_LEVEL_PROTOCOL, &protocol,
                                                &protocol_reason, NULL));
      g_assert_true (taube_capabilities_lookup (table, row, TAUBE_CAPABILITY_LEVEL_MODULE, &module, &module_reason,
                                                NULL));
      g_assert_true (protocol != TAUBE_SUPPORT_NO || module == TAUBE_SUPPORT_NO);
      g_assert_nonnull (protocol_reason);
      g_assert_nonnull (module_reason);
      g_assert_false (taube_capabilities_lookup (table, row, TAUBE_CAPABILITY_LEVEL_LIVE, NULL, NULL, NULL));
    }
}

static void
test_live (Contract *contract)
{
  g_autoptr (TaubeAccount) account = contract_connect (contract);
  g_autoptr (TaubeCapabilities) table = taube_account_get_capabilities (account);

  for (guint row = 0; row < TAUBE_N_CAPABILITIES; row++)
    {
      TaubeSupport support = taube_capabilities_get_support (table, row), module;
      const char *reason = taube_capabilities_get_reason (table, row);
      const char *evidence = taube_capabilities_get_evidence (table, row);

      taube_capabilities_lookup (table, row, TAUBE_CAPABILITY_LEVEL_MODULE, &module, NULL, NULL);
      g_assert_cmpint (support, !=, TAUBE_SUPPORT_CONDITIONAL);
      g_assert_true (module != TAUBE_SUPPORT_NO || support == TAUBE_SUPPORT_NO);
      g_assert_true (reason != NULL || evidence != NULL);
      g_assert_true (reason == NULL || g_utf8_validate (reason, -1, NULL));
      g_assert_true (evidence == NULL || g_utf8_validate (evidence, -1, NULL));
    }
}

static const ContractCase cases[] = {
  { "levels", test_levels },
  { "live", test_live },
  { "retrieval", test_retrieval },
  { "mail-sync", test_mail_sync },
  { "keeps-on-server", test_keeps_on_server },
  { "contacts-sync", test_contacts_sync },
  { "calendar-sync", test_calendar_sync },
  { "multi-device", test_multi_device },
  { "folders", test_folders },
  { "server-flags", test_server_flags },
  { "server-search", test_server_search },
  { "server-sort", test_server_sort },
  { "server-thread", test_server_thread },
  { "push", test_push },
  { "sending", test_sending },
  { "sharing", test_sharing },
  { "delegation", test_delegation },
  { "quota", test_quota },
  { "partial-fetch", test_partial_fetch },
  { "attachments-on-demand", test_attachments_on_demand },
  { "out-of-office", test_out_of_office },
  { "free-busy", test_free_busy },
};

int
main (int argc, char **argv)
{
  return contract_main (argc, argv, cases, G_N_ELEMENTS (cases));
}
