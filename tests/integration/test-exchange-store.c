/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Changes to items over Exchange: two clients at once, items of a batch that go wrong, answers that are lost. */
#include "exchange-world.h"

#include <string.h>

static const char *const mine[] = { "Mine", NULL };

/* Alice's account, her inbox and what is in it. */
typedef struct
{
  ExchangeWorld *world;
  TaubeAccount *account;
  TaubeFolder *inbox, *archive;
  TaubeIdSet *ids;
  char **names; /* the ids, as requests name them */
} Scene;

static void
scene_open (Scene *self, const char *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeMessageList) list = NULL;
  guint n;

  self->world = exchange_world_start (options);
  self->account = exchange_world_connect (self->world);
  self->inbox = taube_account_get_folder_by_name (self->account, "INBOX");
  self->archive = taube_account_get_folder_by_name (self->account, "Archive");
  list = exchange_world_list (self->account, "INBOX", &error);
  g_assert_no_error (error);
  n = taube_item_list_get_size (TAUBE_ITEM_LIST (list));
  self->ids = taube_id_set_new ();
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *id = taube_item_list_get_id (TAUBE_ITEM_LIST (list), i);

      taube_id_set_add (self->ids, id);
    }
  self->names = taube_id_set_to_strv (self->ids);
}

static void
scene_clear (Scene *self)
{
  taube_id_set_free (self->ids);
  g_strfreev (self->names);
  g_clear_object (&self->inbox);
  g_clear_object (&self->archive);
  g_clear_object (&self->account);
  exchange_world_stop (self->world);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Scene, scene_clear)

static TaubeBatchResult *
set_flags (Scene *scene, TaubeFlagsMode mode, TaubeMessageFlags flags, const char *const *keywords)
{
  g_autoptr (GError) error = NULL;
  TaubeBatchResult *result
    = taube_folder_set_flags (scene->inbox, scene->ids, mode, flags, keywords, NULL, &error);

  g_assert_no_error (error);
  return result;
}

static void
assert_categories (Scene *scene, guint at, const char *wanted)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeMessageList) list = exchange_world_list (scene->account, "INBOX", &error);
  g_autofree char *words = NULL;
  guint row;

  g_assert_no_error (error);
  g_assert_true (taube_item_list_find (TAUBE_ITEM_LIST (list), scene->names[at], &row));
  words = g_strjoinv (",", (char **) taube_message_list_get_keywords (list, row));
  g_assert_cmpstr (words, ==, wanted);
}

static TaubeMessageFlags
get_flags (Scene *scene, guint at)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeMessageList) list = exchange_world_list (scene->account, "INBOX", &error);
  guint row;

  g_assert_no_error (error);
  g_assert_true (taube_item_list_find (TAUBE_ITEM_LIST (list), scene->names[at], &row));
  return taube_message_list_get_flags (list, row);
}

static guint
count_in (Scene *scene, const char *folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeMessageList) list = exchange_world_list (scene->account, folder, &error);

  g_assert_no_error (error);
  return taube_item_list_get_size (TAUBE_ITEM_LIST (list));
}

static void
assert_failed (TaubeBatchResult *result, const char *id, int code)
{
  g_autoptr (GError) problem = taube_batch_result_get_error (result, id);

  g_assert_cmpint (taube_batch_result_get_status (result, id), ==, TAUBE_BATCH_STATUS_FAILED);
  g_assert_error (problem, TAUBE_ERROR, code);
}

/* Between our look at the categories and our change somebody adds one: both stay. */
static void
test_two_clients (void)
{
  g_auto (Scene) scene = { 0 };
  g_autoptr (TaubeBatchResult) result = NULL;

  scene_open (&scene, "--messages=2");
  exchange_world_order (scene.world, "{\"fault\": \"item-changes\", \"operation\": \"UpdateItem\","
                                     " \"category\": \"Theirs\"}");
  result = set_flags (&scene, TAUBE_FLAGS_MODE_ADD, 0, mine);
  g_assert_true (taube_batch_result_is_all_done (result));
  g_assert_cmpuint (exchange_world_count (scene.world, "UpdateItem"), ==, 2);
  assert_categories (&scene, 0, "Theirs,Mine");
  assert_categories (&scene, 1, "Mine");
}

/* Flags are set to what they are to be, whatever else is changed in the meantime. */
static void
test_flags_do_not_conflict (void)
{
  g_auto (Scene) scene = { 0 };
  g_autoptr (TaubeBatchResult) result = NULL;

  scene_open (&scene, "--messages=1");
  exchange_world_order (scene.world, "{\"fault\": \"item-changes\", \"operation\": \"UpdateItem\"}");
  result = set_flags (&scene, TAUBE_FLAGS_MODE_ADD, TAUBE_MESSAGE_FLAGS_FLAGGED, NULL);
  g_assert_true (taube_batch_result_is_all_done (result));
  g_assert_cmpuint (exchange_world_count (scene.world, "UpdateItem"), ==, 1);
  g_assert_true (get_flags (&scene, 0) & TAUBE_MESSAGE_FLAGS_FLAGGED);
  assert_categories (&scene, 0, "Other");
}

/* Who is overtaken each time gives up, and says so of that item only. */
static void
test_always_overtaken (void)
{
  g_auto (Scene) scene = { 0 };
  g_autoptr (TaubeBatchResult) result = NULL;

  scene_open (&scene, "--messages=3");
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *order = g_strdup_printf ("{\"fault\": \"item-changes\", \"operation\": \"UpdateItem\","
                                                " \"category\": \"%u\"}", i);

      exchange_world_order (scene.world, order);
    }
  result = set_flags (&scene, TAUBE_FLAGS_MODE_ADD, 0, mine);
  assert_failed (result, scene.names[0], TAUBE_ERROR_CONFLICT);
  g_assert_cmpuint (taube_batch_result_count (result, TAUBE_BATCH_STATUS_DONE), ==, 2);
  g_assert_cmpuint (exchange_world_count (scene.world, "UpdateItem"), <=, 6);
  assert_categories (&scene, 0, "0,1,2,3,4,5");
  assert_categories (&scene, 1, "Mine");
}

/* "high,low": what is listed of each message, in its order. */
static void
assert_importances (Scene *scene, const char *wanted)
{
  static const char *const words[] = { "unknown", "low", "normal", "high" };
  g_autoptr (TaubeListRequest) request = taube_list_request_new ();
  g_autoptr (GString) found = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeItemList) list = NULL;

  taube_list_request_set_fields (request, TAUBE_LIST_FIELDS_IMPORTANCE);
  taube_list_request_set_ids (request, scene->ids);
  list = taube_folder_list (scene->inbox, request, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; scene->names[i] != NULL; i++)
    {
      guint row;

      g_assert_true (taube_item_list_find (list, scene->names[i], &row));
      g_string_append_printf (found, "%s%s", i > 0 ? "," : "",
                              words[taube_message_list_get_importance (TAUBE_MESSAGE_LIST (list), row)]);
    }
  g_assert_cmpstr (found->str, ==, wanted);
}

static TaubeBatchResult *
set_importance (Scene *scene, TaubeImportance importance)
{
  g_autoptr (GError) error = NULL;
  TaubeBatchResult *result
    = taube_folder_set_importance (scene->inbox, scene->ids, importance, NULL, &error);

  g_assert_no_error (error);
  return result;
}

/* Importance is set to what it is to be, like flags: nobody's change in between is lost, what a server wants to know is
 * told, a lost answer is asked for again, and an item that goes wrong is the only one. */
static void
test_importance (void)
{
  static const struct { const char *order, *after; } cases[] = {
    { NULL, "high,high,high" },
    { "{\"fault\": \"item-changes\", \"operation\": \"UpdateItem\"}", "high,high,high" },
    { "{\"fault\": \"item-error\", \"operation\": \"UpdateItem\", \"index\": 1,"
      " \"code\": \"ErrorChangeKeyRequired\"}", "high,high,high" },
    { "{\"fault\": \"lost-answer\", \"operation\": \"UpdateItem\"}", "high,high,high" },
    { "{\"fault\": \"close\", \"operation\": \"UpdateItem\"}", "high,high,high" },
    { "{\"fault\": \"batch-stopped\", \"operation\": \"UpdateItem\", \"index\": 1}", "high,normal,high" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Scene) scene = { 0 };
      g_autoptr (TaubeBatchResult) result = NULL;

      scene_open (&scene, "--messages=3");
      taube_batch_result_unref (set_importance (&scene, TAUBE_IMPORTANCE_NORMAL));
      if (cases[i].order != NULL)
        exchange_world_order (scene.world, cases[i].order);
      result = set_importance (&scene, TAUBE_IMPORTANCE_HIGH);
      assert_importances (&scene, cases[i].after);
      g_assert_cmpint (taube_batch_result_is_all_done (result), ==, strstr (cases[i].after, "normal") == NULL);
      if (!taube_batch_result_is_all_done (result))
        assert_failed (result, scene.names[1], TAUBE_ERROR_NOT_FOUND);
    }
}

/* A server that wants a change key although everything may be overwritten gets one. */
static void
test_key_required (void)
{
  g_auto (Scene) scene = { 0 };
  g_autoptr (TaubeBatchResult) result = NULL;

  scene_open (&scene, "--messages=2");
  exchange_world_order (scene.world, "{\"fault\": \"item-error\", \"operation\": \"UpdateItem\", \"index\": 1,"
                                     " \"code\": \"ErrorChangeKeyRequired\"}");
  result = set_flags (&scene, TAUBE_FLAGS_MODE_ADD, TAUBE_MESSAGE_FLAGS_FLAGGED, NULL);
  g_assert_true (taube_batch_result_is_all_done (result));
  g_assert_true (get_flags (&scene, 1) & TAUBE_MESSAGE_FLAGS_FLAGGED);
}

/* An answer that was given stays when nothing but the forwarding is taken away. */
static void
test_one_verb (void)
{
  g_auto (Scene) scene = { 0 };

  scene_open (&scene, "--messages=1");
  taube_batch_result_unref (set_flags (&scene, TAUBE_FLAGS_MODE_REPLACE, TAUBE_MESSAGE_FLAGS_ANSWERED, NULL));
  taube_batch_result_unref (set_flags (&scene, TAUBE_FLAGS_MODE_REMOVE, TAUBE_MESSAGE_FLAGS_FORWARDED, NULL));
  g_assert_cmpint (get_flags (&scene, 0), ==, TAUBE_MESSAGE_FLAGS_ANSWERED);
  taube_batch_result_unref (set_flags (&scene, TAUBE_FLAGS_MODE_REMOVE, TAUBE_MESSAGE_FLAGS_ANSWERED, NULL));
  g_assert_cmpint (get_flags (&scene, 0), ==, 0);
}

/* What is there already, or is not there, costs no change. */
static void
test_nothing_to_do (void)
{
  g_auto (Scene) scene = { 0 };

  scene_open (&scene, "--messages=1");
  taube_batch_result_unref (set_flags (&scene, TAUBE_FLAGS_MODE_REMOVE, 0, mine));
  g_assert_cmpuint (exchange_world_count (scene.world, "UpdateItem"), ==, 0);
}

/* CASES.md 68: the items behind one that stopped the server are asked for again; that one is refused. */
static void
test_batch_stopped (void)
{
  static const char *const orders[] = {
    "{\"fault\": \"batch-stopped\", \"operation\": \"UpdateItem\", \"index\": 1}",
    "{\"fault\": \"batch-stopped\", \"operation\": \"GetItem\", \"index\": 1}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (orders); i++)
    {
      g_auto (Scene) scene = { 0 };
      g_autoptr (TaubeBatchResult) result = NULL;

      scene_open (&scene, "--messages=4");
      exchange_world_order (scene.world, orders[i]);
      result = set_flags (&scene, TAUBE_FLAGS_MODE_ADD, 0, mine);
      assert_failed (result, scene.names[1], TAUBE_ERROR_NOT_FOUND);
      g_assert_cmpuint (taube_batch_result_count (result, TAUBE_BATCH_STATUS_DONE), ==, 3);
      assert_categories (&scene, 1, "");
      assert_categories (&scene, 3, "Mine");
    }
}

static void
test_list_stopped (void)
{
  g_auto (Scene) scene = { 0 };

  scene_open (&scene, "--messages=10");
  exchange_world_order (scene.world, "{\"fault\": \"batch-stopped\", \"operation\": \"GetItem\", \"index\": 4}");
  g_assert_cmpuint (count_in (&scene, "INBOX"), ==, 9);
}

/* A folder that gets another name or place, or goes, while the answer is lost, or the request does not arrive. */
static void
test_folder_lost (void)
{
  static const char *const from[] = { "Loose", NULL }, *const to[] = { "Archive", "Bound", NULL };
  static const char *const orders[] = { "lost-answer", "close" };

  for (guint i = 0; i < G_N_ELEMENTS (orders); i++)
    {
      g_auto (Scene) scene = { 0 };
      g_autofree char *order = g_strdup_printf (
        "[{\"fault\": \"%s\", \"operation\": \"MoveFolder\", \"count\": 1},"
        " {\"fault\": \"%s\", \"operation\": \"UpdateFolder\"},"
        " {\"fault\": \"%s\", \"operation\": \"DeleteFolder\"}]", orders[i], orders[i], orders[i]);
      g_autofree char *again
        = g_strdup_printf ("{\"fault\": \"%s\", \"operation\": \"MoveFolder\"}", orders[i]);
      g_autoptr (TaubeFolder) folder = NULL, moved = NULL, back = NULL;
      g_autoptr (GError) error = NULL;

      scene_open (&scene, "--messages=1");
      folder = taube_account_create_folder (scene.account, from, TAUBE_FOLDER_ROLE_NONE, TAUBE_CONTENT_MAIL, NULL,
                                            &error);
      g_assert_no_error (error);
      exchange_world_order (scene.world, order);
      moved = taube_account_rename_folder (scene.account, folder, to, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (count_in (&scene, "Archive/Bound"), ==, 0);
      /* To the top, which has no id. */
      exchange_world_order (scene.world, again);
      back = taube_account_rename_folder (scene.account, moved, from, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (count_in (&scene, "Loose"), ==, 0);
      taube_account_delete_folder (scene.account, back, NULL, &error);
      g_assert_no_error (error);
      g_assert_null (exchange_world_list (scene.account, "Loose", &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND);
    }
}

/* The three ways of throwing away, each of one message; the others stay. */
static void
test_discard (void)
{
  static const char *const places[] = { "folder?folder=deleteditems", "folder?folder=recoverableitemsdeletions" };

  for (TaubeDiscardMode mode = TAUBE_DISCARD_MODE_TO_TRASH; mode <= TAUBE_DISCARD_MODE_FOR_GOOD; mode++)
    {
      g_auto (Scene) scene = { 0 };
      g_autoptr (TaubeIdSet) ids = taube_id_set_new ();
      g_autoptr (TaubeBatchResult) result = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *new_id = NULL, *order = NULL;

      scene_open (&scene, "--messages=3");
      taube_id_set_add (ids, scene.names[0]);
      taube_id_set_add (ids, scene.names[2]);
      order = g_strdup_printf ("{\"fault\": \"item-error\", \"operation\": \"%s\", \"index\": 1}",
                               mode == TAUBE_DISCARD_MODE_TO_TRASH ? "MoveItem" : "DeleteItem");
      exchange_world_order (scene.world, order);
      result = taube_folder_discard (scene.inbox, ids, mode, NULL, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpint (taube_batch_result_get_status (result, scene.names[0]), ==, TAUBE_BATCH_STATUS_DONE);
      assert_failed (result, scene.names[2], TAUBE_ERROR_NOT_FOUND);
      g_assert_cmpuint (count_in (&scene, "INBOX"), ==, 2);
      new_id = taube_batch_result_get_new_id (result, scene.names[0]);
      g_assert_cmpint (new_id != NULL, ==, mode == TAUBE_DISCARD_MODE_TO_TRASH);
      for (guint i = 0; i < G_N_ELEMENTS (places); i++)
        {
          g_autofree char *there = exchange_world_ask (scene.world, "GET", places[i], NULL);

          g_assert_cmpint (strstr (there, "\"id\"") != NULL, ==, i == (guint) mode);
        }
    }
}

/* What is in the trash is there already: nothing is sent. */
static void
test_discard_in_trash (void)
{
  g_auto (Scene) scene = { 0 };
  g_autoptr (TaubeFolder) trash = NULL;
  g_autoptr (GError) error = NULL;
  guint asked;

  scene_open (&scene, "--messages=1");
  trash = taube_account_get_folder_for_role (scene.account, TAUBE_FOLDER_ROLE_TRASH);
  asked = exchange_world_count (scene.world, NULL);
  g_assert_null (taube_folder_discard (trash, scene.ids, TAUBE_DISCARD_MODE_TO_TRASH, NULL, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
  g_assert_cmpuint (exchange_world_count (scene.world, NULL), ==, asked);
}

/* A removal whose answer is lost is asked for again: what is not there any more has gone. */
static void
test_remove_lost (void)
{
  for (TaubeDiscardMode mode = TAUBE_DISCARD_MODE_RECOVERABLE; mode <= TAUBE_DISCARD_MODE_FOR_GOOD; mode++)
    {
      g_auto (Scene) scene = { 0 };
      g_autoptr (TaubeBatchResult) result = NULL;
      g_autoptr (GError) error = NULL;

      scene_open (&scene, "--messages=3");
      exchange_world_order (scene.world, "{\"fault\": \"lost-answer\", \"operation\": \"DeleteItem\"}");
      result = taube_folder_discard (scene.inbox, scene.ids, mode, NULL, NULL, &error);
      g_assert_no_error (error);
      g_assert_true (taube_batch_result_is_all_done (result));
      g_assert_cmpuint (count_in (&scene, "INBOX"), ==, 0);
    }
}

/* One request where the server can, also when its answer is lost; batches where it cannot, and the question is not
 * repeated. */
static void
test_mark_all_seen (void)
{
  static const struct { const char *options; guint whole, single; } servers[] = {
    { "--messages=250 --small", 2, 0 },
    { "--messages=250 --small --build=14.2", 0, 1 },
    { "--messages=250 --small --missing=MarkAllItemsAsRead", 1, 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (servers); i++)
    {
      g_auto (Scene) scene = { 0 };
      g_autoptr (GError) error = NULL;
      g_autofree char *there = NULL;

      scene_open (&scene, servers[i].options);
      exchange_world_order (scene.world, "{\"fault\": \"lost-answer\", \"operation\": \"MarkAllItemsAsRead\"}");
      for (guint round = 0; round < 2; round++)
        {
          taube_folder_mark_all_seen (scene.inbox, NULL, &error);
          g_assert_no_error (error);
        }
      there = exchange_world_ask (scene.world, "GET", "folder", NULL);
      g_assert_null (strstr (there, "\"read\": false"));
      g_assert_nonnull (strstr (there, "\"read\": true"));
      g_assert_cmpint (taube_folder_get_unread (scene.inbox), <=, 0);
      g_assert_cmpuint (exchange_world_count (scene.world, "UpdateItem"), ==, servers[i].single);
      if (servers[i].whole < 2)
        g_assert_cmpuint (exchange_world_count (scene.world, "MarkAllItemsAsRead"), <=, servers[i].whole);
    }
}

/* With and without the folders below, in each way; where the server cannot, one by one. */
static void
test_empty (void)
{
  static const char *const servers[] = { "--messages=150 --small", "--messages=150 --small --missing=EmptyFolder" };

  for (guint i = 0; i < 2 * 3; i++)
    {
      g_auto (Scene) scene = { 0 };
      const char *const below[] = { "INBOX", "Below", NULL };
      TaubeDiscardMode mode = i % 3;
      g_autoptr (TaubeFolder) child = NULL;
      g_autoptr (GError) error = NULL;

      scene_open (&scene, servers[i / 3]);
      child = taube_account_create_folder (scene.account, below, TAUBE_FOLDER_ROLE_NONE, TAUBE_CONTENT_MAIL, NULL,
                                           &error);
      g_assert_no_error (error);
      taube_folder_empty (scene.inbox, mode, FALSE, NULL, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (count_in (&scene, "INBOX"), ==, 0);
      g_assert_cmpuint (count_in (&scene, "INBOX/Below"), ==, 0);
      taube_folder_empty (scene.inbox, mode, TRUE, NULL, NULL, &error);
      if (i >= 3 && mode != TAUBE_DISCARD_MODE_FOR_GOOD)
        {
          g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED);
          continue;
        }
      g_assert_no_error (error);
      g_assert_null (exchange_world_list (scene.account, "INBOX/Below", &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND);
    }
}

/* Where an item is after it was moved or copied, also when the answer is lost or the server tells no new ids. */
static void
test_new_ids (void)
{
  static const char *const orders[] = { NULL, "lost-answer", "close" };

  for (guint i = 0; i < 2 * G_N_ELEMENTS (orders) * 2; i++)
    {
      g_auto (Scene) scene = { 0 };
      gboolean copy = i % 2 == 1, silent = i / 2 % 2 == 1;
      const char *fault = orders[i / 4];
      g_autoptr (TaubeBatchResult) result = NULL;
      g_autoptr (TaubeMessageList) there = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *order = g_strdup_printf ("{\"fault\": \"%s\", \"operation\": \"%s\"}", fault,
                                                copy ? "CopyItem" : "MoveItem");

      scene_open (&scene, "--messages=3");
      /* Copies that are there already are not taken for new ones. */
      taube_batch_result_unref (taube_folder_copy (scene.inbox, scene.ids, scene.archive, NULL, NULL, &error));
      g_assert_no_error (error);
      if (silent)
        g_free (exchange_world_ask (scene.world, "POST", "limits", "{\"tells_ids\": 0}"));
      if (fault != NULL)
        exchange_world_order (scene.world, order);
      result = copy ? taube_folder_copy (scene.inbox, scene.ids, scene.archive, NULL, NULL, &error)
                    : taube_folder_move (scene.inbox, scene.ids, scene.archive, NULL, NULL, &error);
      g_assert_no_error (error);
      g_assert_true (taube_batch_result_is_all_done (result));
      g_assert_cmpuint (count_in (&scene, "INBOX"), ==, copy ? 3 : 0);
      there = exchange_world_list (scene.account, "Archive", &error);
      g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (there)), ==, 6);
      for (guint at = 0; at < 3; at++)
        {
          g_autofree char *id = taube_batch_result_get_new_id (result, scene.names[at]);

          /* Of what was moved beside a copy of it nobody can say which one it is. */
          if (id == NULL)
            g_assert_true (!copy && (silent || fault != NULL));
          else
            g_assert_true (taube_item_list_find (TAUBE_ITEM_LIST (there), id, NULL));
        }
    }
}

/* A new message, likewise; and it is the one that was given, whatever has to be sent again. */
static void
test_append (void)
{
  static const char *const orders[] = { NULL, "\"lost-answer\"", "\"close\"", "\"unauthorized\"",
                                        "\"server-busy\", \"backoff\": 20" };

  for (guint i = 0; i < G_N_ELEMENTS (orders) * 2; i++)
    {
      g_auto (Scene) scene = { 0 };
      gboolean silent = i % 2 == 1;
      g_autoptr (GString) mime = g_string_new ("From: a@example.org\r\nSubject: streamed\r\n\r\n");
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (TaubeMessageSource) source = NULL;
      g_autoptr (TaubeBatchResult) result = NULL;
      g_autoptr (GOutputStream) sink = g_memory_output_stream_new_resizable ();
      g_autoptr (GError) error = NULL;
      g_autofree char *id = NULL;
      g_autofree char *order = g_strdup_printf ("{\"fault\": %s, \"operation\": \"CreateItem\"}",
                                                orders[i / 2]);

      scene_open (&scene, "--messages=1");
      /* Many pieces; each remainder of a division by three. */
      while (mime->len < 200000 * (i % 3))
        g_string_append (mime, "A line of sixty-four characters, over and over and over again..\r\n");
      g_string_append_printf (mime, "%.*s\r\n", (int) i, "0123456789");
      bytes = g_bytes_new (mime->str, mime->len);
      source = taube_message_source_new_from_bytes (bytes);
      if (silent)
        g_free (exchange_world_ask (scene.world, "POST", "limits", "{\"tells_ids\": 0}"));
      if (orders[i / 2] != NULL)
        exchange_world_order (scene.world, order);
      result = taube_folder_append (scene.archive, &source, 1, NULL, NULL, &error);
      g_assert_no_error (error);
      id = taube_batch_result_get_new_id (result, "1");
      g_assert_nonnull (id);
      g_assert_cmpuint (count_in (&scene, "Archive"), ==, 1);
      taube_folder_fetch (scene.archive, id, "", 0, -1, sink, NULL, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpmem (g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (sink)),
                       g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (sink)), mime->str, mime->len);
    }
}

/* The same when the connection is signed in to: the body goes again with each answer to a challenge. */
static void
test_append_ntlm (void)
{
  g_auto (Scene) scene = { 0 };
  g_autoptr (GString) mime = g_string_new ("From: a@example.org\r\nSubject: streamed\r\n\r\n");
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (TaubeMessageSource) source = NULL;
  g_autoptr (TaubeBatchResult) result = NULL;
  g_autoptr (GError) error = NULL;

  scene_open (&scene, "--messages=1 --auth=ntlm");
  while (mime->len < 300000)
    g_string_append (mime, "A line of sixty-four characters, over and over and over again..\r\n");
  bytes = g_bytes_new (mime->str, mime->len);
  source = taube_message_source_new_from_bytes (bytes);
  exchange_world_order (scene.world, "{\"fault\": \"unauthorized\", \"operation\": \"CreateItem\"}");
  result = taube_folder_append (scene.archive, &source, 1, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (taube_batch_result_is_all_done (result));
  g_assert_cmpuint (count_in (&scene, "Archive"), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/exchange/store/two-clients", test_two_clients);
  g_test_add_func ("/exchange/store/flags-do-not-conflict", test_flags_do_not_conflict);
  g_test_add_func ("/exchange/store/always-overtaken", test_always_overtaken);
  g_test_add_func ("/exchange/store/key-required", test_key_required);
  g_test_add_func ("/exchange/store/one-verb", test_one_verb);
  g_test_add_func ("/exchange/store/nothing-to-do", test_nothing_to_do);
  g_test_add_func ("/exchange/store/batch-stopped", test_batch_stopped);
  g_test_add_func ("/exchange/store/list-stopped", test_list_stopped);
  g_test_add_func ("/exchange/store/discard", test_discard);
  g_test_add_func ("/exchange/store/discard-in-trash", test_discard_in_trash);
  g_test_add_func ("/exchange/store/remove-lost", test_remove_lost);
  g_test_add_func ("/exchange/store/folder-lost", test_folder_lost);
  g_test_add_func ("/exchange/store/new-ids", test_new_ids);
  g_test_add_func ("/exchange/store/append", test_append);
  g_test_add_func ("/exchange/store/append-ntlm", test_append_ntlm);
  g_test_add_func ("/exchange/store/importance", test_importance);
  g_test_add_func ("/exchange/store/mark-all-seen", test_mark_all_seen);
  g_test_add_func ("/exchange/store/empty", test_empty);
  return g_test_run ();
}
