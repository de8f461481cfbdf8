/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A fault at each request, of each kind: nothing is lost, nothing doubled. */
#include "exchange-world.h"

#include <string.h>

/* What a device knows of the folder, by its changes alone. */
typedef struct
{
  TaubeAccount *account;
  TaubeIdSet *ids;
  GBytes *token;
} Device;

static void
device_clear (Device *self)
{
  g_clear_object (&self->account);
  g_clear_pointer (&self->ids, taube_id_set_free);
  g_clear_pointer (&self->token, g_bytes_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Device, device_clear)

static void
apply (Device *device, TaubeChanges *changes)
{
  g_auto (GStrv) added = taube_id_set_to_strv (taube_changes_get_added (changes));

  if (taube_changes_is_reset (changes))
    {
      g_clear_pointer (&device->ids, taube_id_set_free);
      g_clear_pointer (&device->token, g_bytes_unref);
      device->ids = taube_id_set_new ();
      return;
    }
  for (guint i = 0; added[i] != NULL; i++)
    g_assert_false (taube_id_set_contains (device->ids, added[i]));
  taube_id_set_add_set (device->ids, taube_changes_get_added (changes));
  taube_id_set_remove_set (device->ids, taube_changes_get_removed (changes));
  g_clear_pointer (&device->token, g_bytes_unref);
  device->token = g_bytes_ref (taube_changes_get_token (changes));
}

/* One try; FALSE: it failed, and nothing is known more than before. */
static gboolean
sync_once (Device *device, GError **error)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (device->account, "INBOX");
  g_autoptr (TaubeChanges) changes = taube_folder_get_changes (inbox, device->token, NULL, NULL, error);

  if (changes == NULL)
    return FALSE;
  apply (device, changes);
  return device->token != NULL || sync_once (device, error);
}

static void
sync_until_good (Device *device)
{
  for (guint tries = 0; tries < 6; tries++)
    {
      g_autoptr (GError) error = NULL;

      if (sync_once (device, &error))
        return;
      g_test_message ("%s", error->message);
    }
  g_error ("it never worked");
}

static void
assert_same (ExchangeWorld *world, Device *device)
{
  g_autofree char *there = exchange_world_ask (world, "GET", "folder", NULL);
  g_auto (GStrv) ids = taube_id_set_to_strv (device->ids);
  guint n = 0;

  for (const char *at = there; (at = strstr (at, "\"id\": \"")) != NULL; at++)
    n++;
  g_assert_cmpuint (g_strv_length (ids), ==, n);
  for (guint i = 0; ids[i] != NULL; i++)
    {
      g_autofree char *wanted = g_strdup_printf ("\"id\": \"%s\"", ids[i]);

      g_assert_nonnull (strstr (there, wanted));
    }
}

static void
begin (ExchangeWorld *world, Device *device, const char *fault)
{
  device->account = exchange_world_open (world, NULL, strstr (fault, "stall") != NULL ? "timeout=2" : "timeout=30");
  device->ids = taube_id_set_new ();
}

static const char *const faults[] = {
  "\"fault\": \"server-busy\", \"backoff\": 20",
  "\"fault\": \"server-busy\", \"backoff\": 20, \"status\": 200",
  "\"fault\": \"server-busy-inside\", \"backoff\": 20",
  "\"fault\": \"unavailable\"",
  "\"fault\": \"too-many\"",
  "\"fault\": \"unauthorized\"",
  "\"fault\": \"fault\", \"code\": \"ErrorInternalServerError\"",
  "\"fault\": \"tenant-blocked\"",
  "\"fault\": \"login-page\"",
  "\"fault\": \"login-timeout\"",
  "\"fault\": \"redirect\", \"location\": \"/owa/auth/logon.aspx\"",
  "\"fault\": \"item-error\", \"code\": \"ErrorInternalServerError\"",
  "\"fault\": \"close\"",
  "\"fault\": \"lost-answer\"",
  "\"fault\": \"close-after\"",
  "\"fault\": \"truncated\", \"at\": 700",
  "\"fault\": \"truncated\", \"at\": 700, \"chunked\": true",
  "\"fault\": \"stall\", \"at\": 500",
  "\"fault\": \"stall-before\"",
  "\"fault\": \"dribble\", \"bytes\": 7",
  "\"fault\": \"twice\"",
  "\"fault\": \"garbage\"",
  "\"fault\": \"doctype\"",
  "\"fault\": \"entities\"",
  "\"fault\": \"deep\"",
  "\"fault\": \"gzip\", \"bytes\": 100000",
  "\"fault\": \"surprises\"",
  "\"fault\": \"shuffled\"",
};

static gboolean
is_still_ordered (ExchangeWorld *world)
{
  g_autofree char *orders = exchange_world_ask (world, "GET", "faults", NULL);

  return strstr (orders, "\"fault\"") != NULL;
}

/* FALSE: there were not so many requests. */
static gboolean
sync_with_fault (ExchangeWorld *world, const char *fault, guint skip)
{
  g_autofree char *order = g_strdup_printf ("{%s, \"skip\": %u}", fault, skip);
  g_auto (Device) device = { 0 };
  gboolean left;

  begin (world, &device, fault);
  exchange_world_order (world, order);
  sync_until_good (&device);
  assert_same (world, &device);
  g_free (exchange_world_ask (world, "POST", "messages?count=5", NULL));
  sync_until_good (&device);
  assert_same (world, &device);
  left = is_still_ordered (world);
  g_free (exchange_world_ask (world, "DELETE", "faults", NULL));
  return !left;
}

/* At each request of a first sync and of the next one: opening, the folders that every mailbox has, all folders, two
 * pages of changes; and one. */
static void
test_sync (gconstpointer data)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=600 --small");
  guint skip = 0;

  while (sync_with_fault (world, data, skip))
    skip++;
  g_assert_cmpuint (skip, >=, 6);
}

/* CASES.md 61 and 68. */
static void
test_worthless_state (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=30");
  g_auto (Device) device = { 0 };

  begin (world, &device, "");
  sync_until_good (&device);
  exchange_world_order (world, "{\"fault\": \"item-error\", \"operation\": \"SyncFolderItems\","
                               " \"code\": \"ErrorInvalidSyncStateData\"}");
  g_free (exchange_world_ask (world, "POST", "messages?count=3", NULL));
  sync_until_good (&device);
  assert_same (world, &device);
  g_assert_cmpuint (taube_id_set_get_size (device.ids), ==, 33);
}

static void
test_item_vanishes (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=10");
  g_autoptr (TaubeAccount) account = exchange_world_connect (world);
  g_autoptr (TaubeMessageList) list = NULL;
  g_autoptr (GError) error = NULL;

  exchange_world_order (world, "{\"fault\": \"item-vanishes\", \"operation\": \"GetItem\", \"index\": 4}");
  list = exchange_world_list (account, "INBOX", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (list)), ==, 9);
}

/* CASES.md 62: the pause is the server's. */
static void
test_long_pause (void)
{
  static const char *const orders[] = {
    "{\"operation\": \"FindItem\", \"fault\": \"server-busy\", \"backoff\": 297749}",
    "{\"operation\": \"FindItem\", \"fault\": \"unavailable\", \"retry-after\": 298}",
    "{\"operation\": \"FindItem\", \"fault\": \"server-busy-inside\", \"backoff\": 297749}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (orders); i++)
    {
      g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=1");
      g_autoptr (TaubeAccount) account = exchange_world_connect (world);
      g_autoptr (GError) first = NULL, second = NULL;
      guint asked;

      exchange_world_order (world, orders[i]);
      g_assert_null (exchange_world_list (account, "INBOX", &first));
      g_assert_error (first, TAUBE_ERROR, TAUBE_ERROR_THROTTLED);
      g_assert_cmpuint (taube_error_get_retry_after (first), ==, 298);
      asked = exchange_world_count (world, NULL);
      /* The server is left alone from now on. */
      g_assert_null (exchange_world_list (account, "INBOX", &second));
      g_assert_error (second, TAUBE_ERROR, TAUBE_ERROR_THROTTLED);
      g_assert_cmpuint (exchange_world_count (world, NULL), ==, asked);
    }
}

/* A server that closes a connection after its answer, or before the next one, costs a reading call nothing, however it
 * was signed in. */
static void
test_connection_closed (void)
{
  static const char *const offers[] = { "basic", "ntlm" }, *const closings[] = { "close-after", "close" };

  for (guint i = 0; i < G_N_ELEMENTS (offers) * G_N_ELEMENTS (closings); i++)
    {
      const char *closing = closings[i % G_N_ELEMENTS (closings)];
      g_autofree char *options
        = g_strconcat ("--messages=3 --auth=", offers[i / G_N_ELEMENTS (closings)], NULL);
      g_autoptr (ExchangeWorld) world = exchange_world_start (options);
      g_autoptr (TaubeAccount) account = exchange_world_connect (world);

      for (guint skip = 0; skip < 4; skip++)
        {
          g_autofree char *order = g_strdup_printf ("{\"fault\": \"%s\", \"skip\": %u}", closing, skip);

          exchange_world_order (world, order);
          for (guint again = 0; again < 3; again++)
            {
              g_autoptr (GError) error = NULL;
              g_autoptr (TaubeMessageList) list = exchange_world_list (account, "INBOX", &error);

              g_assert_no_error (error);
              g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (list)), ==, 3);
            }
        }
    }
}

/* CASES.md S16. */
static void
test_bomb (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=1");
  g_autoptr (TaubeAccount) account = exchange_world_connect (world);
  g_autoptr (GError) error = NULL;

  exchange_world_order (world, "{\"fault\": \"gzip\", \"bytes\": 60000000, \"operation\": \"FindItem\"}");
  g_assert_null (exchange_world_list (account, "INBOX", &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT);
}

/* A change whose answer is lost may have been made: it is looked after, and not made twice. */
static void
test_lost_change (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=3");
  g_autoptr (TaubeAccount) account = exchange_world_connect (world);
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (TaubeFolder) archive = taube_account_get_folder_by_name (account, "Archive");
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeMessageList) list = exchange_world_list (account, "INBOX", &error);
  g_autofree char *id = taube_item_list_get_id (TAUBE_ITEM_LIST (list), 0);
  g_autoptr (TaubeIdSet) ids = taube_id_set_new ();
  g_autoptr (TaubeBatchResult) result = NULL;

  g_assert_no_error (error);
  taube_id_set_add (ids, id);
  exchange_world_order (world, "{\"fault\": \"lost-answer\", \"operation\": \"MoveItem\"}");
  result = taube_folder_move (inbox, ids, archive, NULL, NULL, &error);
  g_assert_no_error (error);
  /* Somebody looked: it is in the other folder. */
  g_assert_cmpint (taube_batch_result_get_status (result, id), ==, TAUBE_BATCH_STATUS_DONE);
  g_assert_cmpuint (exchange_world_count (world, "MoveItem"), ==, 1);
}

static gboolean
cancel (gpointer data)
{
  g_cancellable_cancel (data);
  return G_SOURCE_REMOVE;
}

static gpointer
cancel_when_asked (gpointer data)
{
  gpointer *pair = data;

  while (exchange_world_count (pair[0], "FindItem") == 0)
    g_usleep (5000);
  cancel (pair[1]);
  return NULL;
}

/* Cancelled while the server says nothing; the account goes on. */
static void
test_cancel (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=3");
  g_autoptr (TaubeAccount) account = exchange_world_connect (world);
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  gpointer pair[] = { world, cancellable };
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeMessageList) list = NULL;
  GThread *thread;

  exchange_world_order (world, "{\"fault\": \"stall\", \"at\": 300, \"operation\": \"FindItem\"}");
  thread = g_thread_new ("cancel", cancel_when_asked, pair);
  g_assert_null (taube_folder_list (inbox, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
  g_clear_error (&error);
  list = exchange_world_list (account, "INBOX", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (list)), ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_auto (GStrv) words = g_strsplit (faults[i], "\"", 5);
      g_autofree char *path = g_strdup_printf ("/exchange/faults/sync/%u-%s", i, words[3]);

      g_test_add_data_func (path, faults[i], test_sync);
    }
  g_test_add_func ("/exchange/faults/worthless-state", test_worthless_state);
  g_test_add_func ("/exchange/faults/item-vanishes", test_item_vanishes);
  g_test_add_func ("/exchange/faults/long-pause", test_long_pause);
  g_test_add_func ("/exchange/faults/connection-closed", test_connection_closed);
  g_test_add_func ("/exchange/faults/bomb", test_bomb);
  g_test_add_func ("/exchange/faults/lost-change", test_lost_change);
  g_test_add_func ("/exchange/faults/cancel", test_cancel);
  return g_test_run ();
}
