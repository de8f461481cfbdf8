/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A connection that ends at any byte of an answer, its header above all: that is a broken connection and nothing else,
 * and what was asked for may have been done. */
#include "exchange-world.h"

#include <string.h>

/* Longer than the header of any answer of the server. */
#define HEADER_BYTES 420

static const char *const orders[] = { "", ", \"length-first\": true" };

typedef struct
{
  ExchangeWorld *world;
  TaubeAccount *account;
  TaubeFolder *inbox;
} Scene;

static void
scene_open (Scene *self, const char *options)
{
  self->world = exchange_world_start (options);
  self->account = exchange_world_connect (self->world);
  self->inbox = taube_account_get_folder_by_name (self->account, "INBOX");
}

static void
scene_clear (Scene *self)
{
  g_clear_object (&self->inbox);
  g_clear_object (&self->account);
  exchange_world_stop (self->world);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Scene, scene_clear)

static void
cut (Scene *scene, const char *operation, guint at, const char *more)
{
  g_autofree char *order
    = g_strdup_printf ("{\"fault\": \"cut-answer\", \"operation\": \"%s\", \"at\": %u%s}", operation, at, more);

  exchange_world_order (scene->world, order);
}

/* A question is answered, or the connection broke. */
static void
test_question (gconstpointer more)
{
  guint broken = 0;
  g_auto (Scene) scene = { 0 };

  scene_open (&scene, "--messages=1");
  g_assert_true (taube_folder_refresh (scene.inbox, NULL, NULL));
  for (guint at = 0; at < 3 * HEADER_BYTES; at += at < HEADER_BYTES ? 1 : 60)
    {
      g_autoptr (GError) error = NULL;

      cut (&scene, "GetFolder", at, more);
      if (taube_folder_refresh (scene.inbox, NULL, &error))
        continue;
      g_test_message ("%u: %s", at, error->message);
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
      broken++;
      g_assert_true (taube_folder_refresh (scene.inbox, NULL, NULL));
    }
  g_assert_cmpuint (broken, >, HEADER_BYTES / 2);
}

/* Before it has said a whole status line nobody knows whether a server speaks HTTP at all. */
static void
test_first_contact (void)
{
  g_auto (Scene) scene = { 0 };

  scene_open (&scene, "--messages=1");
  for (guint at = strlen ("HTTP/1.1 200"); at < HEADER_BYTES; at++)
    {
      g_autoptr (TaubeAccount) account = exchange_world_open (scene.world, NULL, NULL);
      g_autoptr (GError) error = NULL;

      cut (&scene, "GetFolder", at, orders[at % 2]);
      if (taube_account_connect (account, NULL, &error))
        continue;
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
    }
}

/* An answer that says no: it is understood, or the connection broke. */
static void
test_refusal (void)
{
  static const struct { const char *like; TaubeError code; } refusals[] = {
    { "tenant-blocked", TAUBE_ERROR_PERMISSION },
    { "login-page", TAUBE_ERROR_AUTH },
    { "login-timeout", TAUBE_ERROR_AUTH },
    { "unauthorized", TAUBE_ERROR_CONNECTION },
  };
  g_auto (Scene) scene = { 0 };

  scene_open (&scene, "--messages=1");
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    for (guint at = 0; at < HEADER_BYTES; at++)
      {
        g_autofree char *more = g_strdup_printf (", \"like\": \"%s\"", refusals[i].like);
        g_autoptr (GError) error = NULL;

        cut (&scene, "GetFolder", at, more);
        if (taube_folder_refresh (scene.inbox, NULL, &error))
          continue;
        if (!g_error_matches (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION))
          g_assert_error (error, TAUBE_ERROR, (int) refusals[i].code);
        g_assert_true (taube_folder_refresh (scene.inbox, NULL, NULL));
      }
}

/* A change is made once more when that does no harm. */
static void
test_change (gconstpointer more)
{
  g_auto (Scene) scene = { 0 };
  g_autoptr (TaubeMessageList) list = NULL;
  g_autoptr (TaubeIdSet) ids = NULL;

  scene_open (&scene, "--messages=1");
  list = exchange_world_list (scene.account, "INBOX", NULL);
  ids = taube_item_list_get_ids (TAUBE_ITEM_LIST (list));
  for (guint at = 0; at < HEADER_BYTES; at++)
    {
      TaubeFlagsMode mode = at % 2 == 0 ? TAUBE_FLAGS_MODE_ADD : TAUBE_FLAGS_MODE_REMOVE;
      g_autoptr (GError) error = NULL;
      g_autoptr (TaubeBatchResult) result = NULL;

      cut (&scene, "UpdateItem", at, more);
      result = taube_folder_set_flags (scene.inbox, ids, mode, TAUBE_MESSAGE_FLAGS_FLAGGED, NULL, NULL, &error);
      g_assert_no_error (error);
      g_assert_true (taube_batch_result_is_all_done (result));
    }
}

/* What must not be done twice is looked for: each message is there once. */
static void
test_append (gconstpointer more)
{
  static const char letter[] = "Subject: x\r\n\r\nText\r\n";
  g_autoptr (GBytes) bytes = g_bytes_new_static (letter, strlen (letter));
  g_autoptr (TaubeMessageList) list = NULL;
  g_auto (Scene) scene = { 0 };
  guint written = 0;

  scene_open (&scene, "--messages=0");
  for (guint at = 0; at < HEADER_BYTES; at += 5)
    {
      g_autoptr (TaubeMessageSource) source = taube_message_source_new_from_bytes (bytes);
      g_autoptr (GError) error = NULL;
      g_autoptr (TaubeBatchResult) result = NULL;

      cut (&scene, "CreateItem", at, more);
      result = taube_folder_append (scene.inbox, &source, 1, NULL, NULL, &error);
      g_assert_no_error (error);
      g_assert_true (taube_batch_result_is_all_done (result));
      written++;
    }
  list = exchange_world_list (scene.account, "INBOX", NULL);
  g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (list)), ==, written);
}

/* A mail that may have been sent is not sent twice, and nobody says that it was not. */
static void
test_send (gconstpointer more)
{
  static const char letter[] = "From: alice@example.org\r\nTo: bob@example.org\r\nSubject: x\r\n\r\nText\r\n";
  g_autoptr (GBytes) bytes = g_bytes_new_static (letter, strlen (letter));
  g_autofree char *sent = NULL;
  g_auto (Scene) scene = { 0 };
  guint times = 0, there = 0;

  scene_open (&scene, "--messages=0");
  for (guint at = 0; at < HEADER_BYTES; at += 9)
    {
      g_autoptr (TaubeMessageSource) source = taube_message_source_new_from_bytes (bytes);
      g_autoptr (GError) error = NULL;

      cut (&scene, "CreateItem", at, more);
      if (!taube_account_send (scene.account, source, NULL, NULL, &error))
        g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_UNKNOWN_OUTCOME);
      times++;
    }
  sent = exchange_world_ask (scene.world, "GET", "folder?folder=sentitems", NULL);
  for (const char *found = sent; (found = strstr (found, "\"id\": \"")) != NULL; found++)
    there++;
  g_assert_cmpuint (there, ==, times);
}

int
main (int argc, char **argv)
{
  static const struct { const char *name; GTestDataFunc func; } tests[] = {
    { "question", test_question }, { "change", test_change }, { "append", test_append }, { "send", test_send },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests) * G_N_ELEMENTS (orders); i++)
    {
      g_autofree char *path
        = g_strdup_printf ("/exchange/cut/%s%s", tests[i / 2].name, i % 2 > 0 ? "/length-first" : "");

      g_test_add_data_func (path, orders[i % 2], tests[i / 2].func);
    }
  g_test_add_func ("/exchange/cut/first-contact", test_first_contact);
  g_test_add_func ("/exchange/cut/refusal", test_refusal);
  return g_test_run ();
}
