/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "contract.h"

/* What is done to items and to whole folders: it is done, or refused before any byte goes out. */

/* Not refused: ERROR is about something else, or nothing. */
static gboolean
is_possible (Contract *contract, WireCount before, GError **error)
{
  if (!g_error_matches (*error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED))
    return TRUE;
  g_clear_error (error);
  contract_assert_silent (contract, before);
  return FALSE;
}

static guint
count (TaubeFolder *folder)
{
  g_autoptr (TaubeMessageList) list = contract_list (folder);

  return taube_item_list_get_size (TAUBE_ITEM_LIST (list));
}

/* All messages but the first. */
static TaubeIdSet *
all_but_first (TaubeFolder *folder)
{
  g_autoptr (TaubeMessageList) list = contract_list (folder);
  TaubeIdSet *ids = taube_item_list_get_ids (TAUBE_ITEM_LIST (list));
  g_autofree char *id = taube_item_list_get_id (TAUBE_ITEM_LIST (list), 0);
  g_autoptr (TaubeIdSet) first = taube_id_set_new_from_ids ((const char *const[]) { id, NULL });

  taube_id_set_remove_set (ids, first);
  return ids;
}

static void
test_mark_all_seen (Contract *contract)
{
  g_autoptr (TaubeAccount) account = NULL;
  g_autoptr (TaubeFolder) folder = NULL;
  g_autoptr (TaubeMessageList) list = NULL;
  g_autoptr (GError) error = NULL;
  WireCount before;

  for (guint i = 1; i <= 3; i++)
    contract_deliver (contract, i);
  account = contract_connect (contract);
  folder = contract_get_folder (contract, account);
  before = contract_get_wire (contract);
  taube_folder_mark_all_seen (folder, NULL, &error);
  if (!is_possible (contract, before, &error))
    {
      /* A protocol that keeps flags can do it. */
      g_assert_false (contract_get_live (account, TAUBE_CAPABILITY_SERVER_FLAGS) == TAUBE_SUPPORT_YES);
      return;
    }
  g_assert_no_error (error);
  list = contract_list (folder);
  g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (list)), ==, 3);
  for (guint i = 0; i < 3; i++)
    g_assert_true (taube_message_list_get_flags (list, i) & TAUBE_MESSAGE_FLAGS_SEEN);
  /* When there is nothing to do it is done. */
  contract->world->empty (contract->server, contract->box);
  taube_folder_mark_all_seen (folder, NULL, &error);
  g_assert_no_error (error);
}

static void
test_empty (Contract *contract)
{
  g_autoptr (TaubeAccount) account = NULL;
  g_autoptr (TaubeFolder) folder = NULL;
  g_autoptr (GError) error = NULL;
  WireCount before;

  for (guint i = 1; i <= 3; i++)
    contract_deliver (contract, i);
  account = contract_connect (contract);
  folder = contract_get_folder (contract, account);
  before = contract_get_wire (contract);
  taube_folder_empty (folder, TAUBE_DISCARD_MODE_FOR_GOOD, FALSE, NULL, NULL, &error);
  if (is_possible (contract, before, &error))
    {
      g_assert_no_error (error);
      g_assert_cmpuint (count (folder), ==, 0);
      /* And once more, when nothing is there. */
      taube_folder_empty (folder, TAUBE_DISCARD_MODE_FOR_GOOD, FALSE, NULL, NULL, &error);
      g_assert_no_error (error);
    }
}

/* Each way of throwing away takes what was named and nothing else. */
static void
test_discard (Contract *contract)
{
  g_autoptr (TaubeAccount) account = contract_connect (contract);
  g_autoptr (TaubeFolder) folder = contract_get_folder (contract, account);

  for (TaubeDiscardMode mode = TAUBE_DISCARD_MODE_TO_TRASH; mode <= TAUBE_DISCARD_MODE_FOR_GOOD; mode++)
    {
      g_autoptr (TaubeIdSet) ids = NULL;
      g_autoptr (TaubeBatchResult) result = NULL;
      g_autoptr (GError) error = NULL;
      WireCount before;

      contract_make_way (contract, account);
      if (mode != TAUBE_DISCARD_MODE_TO_TRASH)
        contract->world->empty (contract->server, contract->box);
      for (guint i = 1; i <= 3; i++)
        contract_deliver (contract, i);
      ids = all_but_first (folder);
      before = contract_get_wire (contract);
      result = taube_folder_discard (folder, ids, mode, NULL, NULL, &error);
      if (!is_possible (contract, before, &error))
        continue;
      /* Some servers have no trash, and say so. */
      if (mode == TAUBE_DISCARD_MODE_TO_TRASH && g_error_matches (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND))
        g_assert_cmpuint (count (folder), ==, 3);
      else
        {
          g_assert_no_error (error);
          g_assert_true (taube_batch_result_is_all_done (result));
          g_assert_cmpuint (count (folder), ==, 1);
        }
    }
}

/* Messages of each importance, in the order in which they come. */
static void
deliver_importances (Contract *contract)
{
  static const char *const fields[] = { "X-Spam: no", "Importance: high", "X-Priority: 5 (Lowest)" };

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_autofree char *message = g_strdup_printf (
        "From: ann@example.org\r\nTo: alice@example.org\r\nSubject: Letter %u\r\n%s\r\n"
        "Message-ID: <i%u@example.org>\r\nDate: Mon, 2 Nov 2026 10:00:0%u +0100\r\n\r\nCoo\r\n", i, fields[i], i, i);

      contract->world->deliver (contract->server, contract->box, message);
    }
}

static TaubeMessageList *
list_importances (TaubeFolder *folder)
{
  g_autoptr (TaubeListRequest) request = taube_list_request_new ();
  g_autoptr (GError) error = NULL;
  TaubeItemList *list;

  taube_list_request_set_fields (request, TAUBE_LIST_FIELDS_IMPORTANCE | TAUBE_LIST_FIELDS_SIZE);
  list = taube_folder_list (folder, request, NULL, &error);
  g_assert_no_error (error);
  return TAUBE_MESSAGE_LIST (list);
}

/* What is listed of importance is what was said of it; who does not know says that, too. */
static void
assert_importances (TaubeFolder *folder, const TaubeImportance wanted[3])
{
  g_autoptr (TaubeMessageList) list = list_importances (folder);
  gboolean is_known = (taube_message_list_get_fields (list) & TAUBE_LIST_FIELDS_IMPORTANCE) != 0;

  g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (list)), ==, 3);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpint (taube_message_list_get_importance (list, i), ==,
                     is_known ? wanted[i] : TAUBE_IMPORTANCE_UNKNOWN);
}

/* Of all but the first one. */
static TaubeBatchResult *
set_importance (TaubeFolder *folder, TaubeImportance importance, GError **error)
{
  g_autoptr (TaubeIdSet) ids = all_but_first (folder);

  return taube_folder_set_importance (folder, ids, importance, NULL, error);
}

static void
test_importance (Contract *contract)
{
  static const TaubeImportance sent[]
    = { TAUBE_IMPORTANCE_NORMAL, TAUBE_IMPORTANCE_HIGH, TAUBE_IMPORTANCE_LOW };
  g_autoptr (TaubeAccount) account = NULL;
  g_autoptr (TaubeFolder) folder = NULL;
  g_autoptr (TaubeIdSet) none = taube_id_set_new ();
  g_autoptr (TaubeBatchResult) nothing = NULL;
  g_autoptr (GError) error = NULL;
  WireCount before;

  deliver_importances (contract);
  account = contract_connect (contract);
  folder = contract_get_folder (contract, account);
  assert_importances (folder, sent);
  before = contract_get_wire (contract);
  nothing = taube_folder_set_importance (folder, none, TAUBE_IMPORTANCE_LOW, NULL, &error);
  if (!is_possible (contract, before, &error))
    return;
  g_assert_no_error (error);
  for (TaubeImportance to = TAUBE_IMPORTANCE_LOW; to <= TAUBE_IMPORTANCE_HIGH; to++)
    {
      g_autoptr (TaubeBatchResult) result = set_importance (folder, to, &error);

      g_assert_no_error (error);
      g_assert_true (taube_batch_result_is_all_done (result));
      assert_importances (folder, (const TaubeImportance[]) { TAUBE_IMPORTANCE_NORMAL, to, to });
    }
}

static const ContractCase cases[] = {
  { "discard", test_discard },
  { "empty", test_empty },
  { "importance", test_importance },
  { "mark-all-seen", test_mark_all_seen },
};

int
main (int argc, char **argv)
{
  return contract_main (argc, argv, cases, G_N_ELEMENTS (cases));
}
