/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "contract.h"

/* How calls behave, whatever the protocol: three forms, cancelling, errors, callbacks, connections that end. */

static void
assert_same_ids (TaubeItemList *a, TaubeItemList *b)
{
  g_autoptr (TaubeIdSet) ids_a = taube_item_list_get_ids (a);
  g_autoptr (TaubeIdSet) ids_b = taube_item_list_get_ids (b);

  g_assert_true (taube_id_set_equal (ids_a, ids_b));
}

static void
check_async_folder (TaubeFolder *folder, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) refreshed = NULL, listed = NULL, got = NULL, fetched = NULL;
  g_autoptr (GOutputStream) sink = g_memory_output_stream_new_resizable ();
  g_autoptr (TaubeMessageList) list = contract_list (folder);
  g_autoptr (GBytes) raw = contract_fetch (folder, id, NULL, 0, -1);

  taube_folder_refresh_async (folder, NULL, contract_on_done, &refreshed);
  taube_folder_list_async (folder, NULL, NULL, contract_on_done, &listed);
  taube_folder_get_item_async (folder, id, NULL, contract_on_done, &got);
  taube_folder_fetch_async (folder, id, NULL, 0, -1, sink, NULL, NULL, contract_on_done, &fetched);
  g_assert_true (taube_folder_refresh_finish (folder, contract_wait (&refreshed), &error));
  g_assert_no_error (error);

  g_autoptr (TaubeItemList) async_list = taube_folder_list_finish (folder, contract_wait (&listed), &error);
  g_assert_no_error (error);
  assert_same_ids (async_list, TAUBE_ITEM_LIST (list));
  g_autoptr (TaubeItem) item = taube_folder_get_item_finish (folder, contract_wait (&got), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (taube_item_get_id (item), ==, id);
  g_assert_true (taube_folder_fetch_finish (folder, contract_wait (&fetched), &error));
  g_assert_no_error (error);
  g_output_stream_close (sink, NULL, NULL);
  g_autoptr (GBytes) async_raw = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (sink));
  g_assert_true (g_bytes_equal (raw, async_raw));
}

static void
check_async_message (TaubeMessage *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) texted = NULL, headed = NULL, taken = NULL, structured = NULL;
  g_autofree char *text = taube_message_load_text (message, NULL, &error);
  g_autofree char *headers = taube_message_load_headers (message, NULL, &error);
  g_autoptr (GBytes) raw = taube_message_load_raw (message, NULL, &error);
  g_autoptr (TaubePart) part = taube_message_load_structure (message, NULL, &error);

  g_assert_no_error (error);
  taube_message_load_text_async (message, NULL, contract_on_done, &texted);
  taube_message_load_headers_async (message, NULL, contract_on_done, &headed);
  taube_message_load_raw_async (message, NULL, contract_on_done, &taken);
  taube_message_load_structure_async (message, NULL, contract_on_done, &structured);
  g_autofree char *async_text = taube_message_load_text_finish (message, contract_wait (&texted), &error);
  g_assert_cmpstr (async_text, ==, text);
  g_autofree char *async_headers = taube_message_load_headers_finish (message, contract_wait (&headed), &error);
  g_assert_cmpstr (async_headers, ==, headers);
  g_autoptr (GBytes) async_raw = taube_message_load_raw_finish (message, contract_wait (&taken), &error);
  g_assert_true (g_bytes_equal (async_raw, raw));
  g_autoptr (TaubePart) async_part = taube_message_load_structure_finish (message, contract_wait (&structured), &error);
  g_assert_cmpstr (taube_part_get_media_type (async_part), ==, taube_part_get_media_type (part));
  g_assert_no_error (error);
}

/* The asynchronous form gives what the blocking one gives; several are on their way at once. */
static void
test_async (Contract *contract)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeAccount) account = contract_new_device (contract);
  g_autoptr (TaubeFolder) folder = contract_get_folder (contract, account);
  g_autoptr (GAsyncResult) connected = NULL, disconnected = NULL;
  g_autoptr (TaubeMessage) message = NULL;

  contract_deliver (contract, 1);
  taube_account_connect_async (account, NULL, contract_on_done, &connected);
  g_assert_true (taube_account_connect_finish (account, contract_wait (&connected), &error));
  g_assert_no_error (error);
  message = contract_get_only (folder);
  check_async_folder (folder, taube_item_get_id (TAUBE_ITEM (message)));
  check_async_message (message);
  taube_account_disconnect_async (account, NULL, contract_on_done, &disconnected);
  g_assert_true (taube_account_disconnect_finish (account, contract_wait (&disconnected), &error));
  g_assert_no_error (error);
}

static void
assert_cancelled (gboolean done, GError **error)
{
  g_assert_false (done);
  g_assert_error (*error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (error);
}

/* What is cancelled before it begins does nothing, and says so; the account is as usable as before. */
static void
test_cancelled (Contract *contract)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) stop = g_cancellable_new ();
  g_autoptr (TaubeAccount) account = contract_new_device (contract);
  g_autoptr (TaubeFolder) folder = contract_get_folder (contract, account);
  g_autoptr (TaubeIdSet) ids = taube_id_set_new_from_ids ((const char *const[]) { "1", NULL });
  g_autoptr (GOutputStream) sink = g_memory_output_stream_new_resizable ();
  g_autoptr (GAsyncResult) listed = NULL;
  g_autoptr (TaubeMessage) message = NULL;

  contract_deliver (contract, 1);
  g_cancellable_cancel (stop);
  for (guint round = 0; round < 2; round++)
    {
      WireCount before = contract_get_wire (contract);

      assert_cancelled (taube_account_connect (account, stop, &error), &error);
      assert_cancelled (taube_account_list_folders (account, TAUBE_CONTENT_ANY, stop, &error) != NULL, &error);
      assert_cancelled (taube_folder_refresh (folder, stop, &error), &error);
      assert_cancelled (taube_folder_list (folder, NULL, stop, &error) != NULL, &error);
      assert_cancelled (taube_folder_get_item (folder, "1", stop, &error) != NULL, &error);
      assert_cancelled (taube_folder_fetch (folder, "1", NULL, 0, -1, sink, NULL, stop, &error), &error);
      if (contract_get_live (account, TAUBE_CAPABILITY_SERVER_FLAGS) != TAUBE_SUPPORT_NO)
        assert_cancelled (taube_folder_set_flags (folder, ids, TAUBE_FLAGS_MODE_ADD, TAUBE_MESSAGE_FLAGS_SEEN, NULL,
                                                  stop, &error) != NULL, &error);
      contract_assert_silent (contract, before);
      /* The second round: on an account that is connected. */
      g_clear_object (&message);
      message = contract_get_only (folder);
    }
  taube_folder_list_async (folder, NULL, stop, contract_on_done, &listed);
  assert_cancelled (taube_folder_list_finish (folder, contract_wait (&listed), &error) != NULL, &error);
}

static void
assert_not_found (gboolean done, GError **error)
{
  g_assert_false (done);
  g_assert_error (*error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND);
  g_assert_true (g_utf8_validate ((*error)->message, -1, NULL));
  g_clear_error (error);
}

static void
test_missing_folder (Contract *contract)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeAccount) account = contract_connect (contract);
  const char *const path[] = { "no such place \xc3\xa4", NULL };
  g_autoptr (TaubeFolder) folder = taube_account_get_folder (account, path);
  g_autoptr (TaubeFolder) real = contract_get_folder (contract, account);
  g_autoptr (TaubeMessageList) list = NULL;

  assert_not_found (taube_folder_list (folder, NULL, NULL, &error) != NULL, &error);
  assert_not_found (taube_folder_refresh (folder, NULL, &error), &error);
  assert_not_found (taube_folder_get_item (folder, "1", NULL, &error) != NULL, &error);
  list = contract_list (real);
  g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (list)), ==, 0);
}

/* What was there, and is gone: a single call says so, a bulk call says it of that id. */
static void
test_missing_item (Contract *contract)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeAccount) account = contract_connect (contract);
  g_autoptr (TaubeFolder) folder = contract_get_folder (contract, account);
  g_autoptr (GOutputStream) sink = g_memory_output_stream_new_resizable ();
  g_autoptr (TaubeMessage) gone = NULL, there = NULL;
  g_autoptr (TaubeIdSet) ids = taube_id_set_new ();
  g_autoptr (TaubeBatchResult) result = NULL;
  g_autoptr (GError) reason = NULL;
  const char *gone_id, *id;

  contract_deliver (contract, 1);
  gone = contract_get_only (folder);
  gone_id = taube_item_get_id (TAUBE_ITEM (gone));
  contract->world->empty (contract->server, contract->box);
  contract_deliver (contract, 2);
  there = contract_get_only (folder);
  id = taube_item_get_id (TAUBE_ITEM (there));
  g_assert_cmpstr (id, !=, gone_id);
  assert_not_found (taube_folder_get_item (folder, gone_id, NULL, &error) != NULL, &error);
  assert_not_found (taube_folder_fetch (folder, gone_id, NULL, 0, -1, sink, NULL, NULL, &error), &error);
  assert_not_found (taube_message_load_text (gone, NULL, &error) != NULL, &error);

  if (contract_get_live (account, TAUBE_CAPABILITY_SERVER_FLAGS) == TAUBE_SUPPORT_NO)
    return;
  taube_id_set_add (ids, gone_id);
  taube_id_set_add (ids, id);
  result = taube_folder_set_flags (folder, ids, TAUBE_FLAGS_MODE_ADD, TAUBE_MESSAGE_FLAGS_SEEN, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (taube_batch_result_is_all_done (result));
  g_assert_cmpuint (taube_batch_result_count (result, TAUBE_BATCH_STATUS_DONE), ==, 1);
  g_assert_cmpint (taube_batch_result_get_status (result, id), ==, TAUBE_BATCH_STATUS_DONE);
  g_assert_cmpint (taube_batch_result_get_status (result, gone_id), ==, TAUBE_BATCH_STATUS_FAILED);
  reason = taube_batch_result_get_error (result, gone_id);
  g_assert_error (reason, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND);
}

/* From inside a sink the same account's blocking calls would wait for themselves. */
typedef struct
{
  TaubeFolder *folder;
  guint calls;
} Inside;

static void
call_inside (gpointer data)
{
  Inside *inside = data;
  g_autoptr (GError) error = NULL;

  inside->calls++;
  g_assert_false (taube_folder_refresh (inside->folder, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
}

static void
test_pending (Contract *contract)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeAccount) account = contract_connect (contract);
  g_autoptr (TaubeFolder) folder = contract_get_folder (contract, account);
  g_autoptr (TaubeMessage) message = NULL;
  Inside inside = { folder, 0 };
  g_autoptr (GOutputStream) sink = contract_sink_new (call_inside, &inside);

  contract_deliver (contract, 1);
  message = contract_get_only (folder);
  g_assert_true (taube_folder_fetch (folder, taube_item_get_id (TAUBE_ITEM (message)), NULL, 0, -1, sink, NULL, NULL,
                                     &error));
  g_assert_no_error (error);
  g_assert_cmpuint (inside.calls, >, 0);
  g_assert_true (taube_folder_refresh (folder, NULL, &error));
  g_assert_no_error (error);
}

static void
test_reconnect (Contract *contract)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeAccount) account = contract_new_device (contract);
  g_autoptr (TaubeFolder) folder = contract_get_folder (contract, account);

  contract_deliver (contract, 1);
  g_assert_cmpint (taube_account_get_state (account), ==, TAUBE_ACCOUNT_STATE_DISCONNECTED);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (TaubeMessage) message = NULL;

      g_assert_true (taube_account_connect (account, NULL, &error));
      g_assert_no_error (error);
      g_assert_cmpint (taube_account_get_state (account), ==, TAUBE_ACCOUNT_STATE_CONNECTED);
      message = contract_get_only (folder);
      g_assert_true (taube_account_disconnect (account, NULL, &error));
      g_assert_no_error (error);
      g_assert_cmpint (taube_account_get_state (account), ==, TAUBE_ACCOUNT_STATE_DISCONNECTED);
    }
  /* The next use connects by itself. */
  g_autoptr (TaubeMessage) again = contract_get_only (folder);
}

/* The server goes away and comes back: at most one call notices, and the next one finds everything as it was. */
static void
test_restart (Contract *contract)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeAccount) account = NULL;
  g_autoptr (TaubeFolder) folder = NULL;
  g_autoptr (TaubeMessage) message = NULL, again = NULL;
  CountingProxy *wire;

  if (contract->world->get_wire == NULL)
    {
      g_test_skip ("nothing goes over a wire");
      return;
    }
  wire = contract->world->get_wire (contract->server);
  account = contract_connect (contract);
  folder = contract_get_folder (contract, account);
  contract_deliver (contract, 1);
  message = contract_get_only (folder);
  counting_proxy_cut (wire, TRUE);
  g_assert_false (taube_folder_refresh (folder, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
  g_clear_error (&error);
  counting_proxy_cut (wire, FALSE);
  if (!taube_folder_refresh (folder, NULL, &error))
    {
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
      g_clear_error (&error);
    }
  again = contract_get_only (folder);
  g_assert_cmpstr (taube_item_get_id (TAUBE_ITEM (again)), ==, taube_item_get_id (TAUBE_ITEM (message)));
}

/* What happened since TOKEN (NULL: from nothing), which becomes the next one. */
static TaubeChanges *
get_changes (TaubeFolder *folder, GBytes **token)
{
  g_autoptr (GError) error = NULL;
  TaubeChanges *changes = taube_folder_get_changes (folder, *token, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_false (taube_changes_is_reset (changes));
  g_clear_pointer (token, g_bytes_unref);
  *token = g_bytes_ref (taube_changes_get_token (changes));
  return changes;
}

/* Device A follows by tokens what device B does; a backend that cannot says so at once. */
static void
test_changes (Contract *contract)
{
  g_autoptr (TaubeAccount) a = contract_connect (contract);
  g_autoptr (TaubeAccount) b = contract_new_device (contract);
  g_autoptr (TaubeFolder) folder = contract_get_folder (contract, a);
  g_autoptr (TaubeFolder) other = contract_get_folder (contract, b);
  g_autoptr (TaubeMessage) message = NULL;
  g_autoptr (TaubeChanges) nothing = NULL, added = NULL, changed = NULL, removed = NULL;
  g_autoptr (TaubeIdSet) ids = taube_id_set_new ();
  g_autoptr (TaubeBatchResult) result = NULL;
  g_autoptr (GBytes) token = NULL;
  g_autoptr (GError) error = NULL;
  WireCount before = contract_get_wire (contract);

  nothing = taube_folder_get_changes (folder, NULL, NULL, NULL, &error);
  if (nothing == NULL)
    {
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED);
      contract_assert_silent (contract, before);
      return;
    }
  g_assert_true (taube_changes_is_empty (nothing));
  token = g_bytes_ref (taube_changes_get_token (nothing));
  contract_make_way (contract, a);
  contract_deliver (contract, 1);
  message = contract_get_only (other);
  contract_make_way (contract, b);
  taube_id_set_add (ids, taube_item_get_id (TAUBE_ITEM (message)));
  added = get_changes (folder, &token);
  g_assert_true (taube_id_set_equal (taube_changes_get_added (added), ids));
  if (contract_get_live (b, TAUBE_CAPABILITY_SERVER_FLAGS) == TAUBE_SUPPORT_YES)
    {
      result = taube_folder_set_flags (other, ids, TAUBE_FLAGS_MODE_ADD, TAUBE_MESSAGE_FLAGS_FLAGGED, NULL, NULL,
                                       &error);
      g_assert_no_error (error);
      changed = get_changes (folder, &token);
      g_assert_true (taube_id_set_equal (taube_changes_get_changed (changed), ids));
      g_assert_cmpuint (taube_id_set_get_size (taube_changes_get_added (changed)), ==, 0);
    }
  contract->world->empty (contract->server, contract->box);
  removed = get_changes (folder, &token);
  g_assert_true (taube_id_set_contains (taube_changes_get_removed (removed), taube_item_get_id (TAUBE_ITEM (message))));
}

static const ContractCase cases[] = {
  { "async", test_async },
  { "cancelled", test_cancelled },
  { "changes", test_changes },
  { "missing-folder", test_missing_folder },
  { "missing-item", test_missing_item },
  { "pending", test_pending },
  { "reconnect", test_reconnect },
  { "restart", test_restart },
};

int
main (int argc, char **argv)
{
  return contract_main (argc, argv, cases, G_N_ELEMENTS (cases));
}
