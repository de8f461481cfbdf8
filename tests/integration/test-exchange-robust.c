/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What stands between two clients of good will: busy servers, gateways, answers out of step, pages that do not fit. */
#include "discover-world.h"

#include <string.h>

#include <json-glib/json-glib.h>

static void
assert_fails (TaubeAccount *account, TaubeError code, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (exchange_world_list (account, "INBOX", &error));
  g_assert_error (error, TAUBE_ERROR, (int) code);
  if (strstr (error->message, words) == NULL)
    g_error ("\"%s\" does not say \"%s\"", error->message, words);
}

static void
assert_lists (TaubeAccount *account, guint n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeMessageList) list = exchange_world_list (account, "INBOX", &error);
  g_autoptr (TaubeIdSet) ids = taube_id_set_new ();

  g_assert_no_error (error);
  g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (list)), ==, n);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *id = taube_item_list_get_id (TAUBE_ITEM_LIST (list), i);

      g_assert_false (taube_id_set_contains (ids, id));
      taube_id_set_add (ids, id);
    }
}

/* CASES.md 62: each of the places where a short pause can be told is seen, and it is asked again once. */
static void
test_short_pauses (void)
{
  static const char *const orders[] = {
    "{\"operation\": \"FindItem\", \"fault\": \"server-busy\", \"backoff\": 30}",
    "{\"operation\": \"FindItem\", \"fault\": \"server-busy\", \"backoff\": 30, \"status\": 200}",
    "{\"operation\": \"FindItem\", \"fault\": \"server-busy-inside\", \"backoff\": 30}",
    "{\"operation\": \"FindItem\", \"fault\": \"unavailable\", \"retry-after\": 1}",
    "{\"operation\": \"FindItem\", \"fault\": \"too-many\", \"retry-after\": 1}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (orders); i++)
    {
      g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=3");
      g_autoptr (TaubeAccount) account = exchange_world_connect (world);

      g_test_message ("%s", orders[i]);
      exchange_world_order (world, orders[i]);
      assert_lists (account, 3);
      g_assert_cmpuint (exchange_world_count (world, "FindItem"), ==, 2);
    }
}

/* Retry-After as a date: what is left until then is what the error says. */
static void
test_pause_until (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=1");
  g_autoptr (TaubeAccount) account = exchange_world_connect (world);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc (), until = g_date_time_add_seconds (now, 3600);
  g_autofree char *date = g_date_time_format (until, "%a, %d %b %Y %H:%M:%S GMT");
  g_autofree char *order
    = g_strdup_printf ("{\"operation\": \"FindItem\", \"fault\": \"too-many\", \"retry-after\": \"%s\"}", date);
  g_autoptr (GError) error = NULL;

  exchange_world_order (world, order);
  g_assert_null (exchange_world_list (account, "INBOX", &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_THROTTLED);
  g_assert_cmpuint (taube_error_get_retry_after (error), >, 0);
  g_assert_cmpuint (taube_error_get_retry_after (error), <=, 3600);
}

/* However many ask at once, no more requests are on their way than the setting says. */

static gpointer
list_in_thread (gpointer data)
{
  assert_lists (data, 20);
  return NULL;
}

static void
test_few_at_once (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=20");
  g_autoptr (TaubeAccount) account = exchange_world_open (world, NULL, "max-connections=1");
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GHashTable) connections = g_hash_table_new (NULL, NULL);
  g_autofree char *text = NULL;
  GThread *threads[6];
  JsonArray *requests;

  g_free (exchange_world_ask (world, "DELETE", "requests", NULL));
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("list", list_in_thread, account);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  text = exchange_world_ask (world, "GET", "requests", NULL);
  json_parser_load_from_data (parser, text, -1, NULL);
  requests = json_node_get_array (json_parser_get_root (parser));
  g_assert_cmpuint (json_array_get_length (requests), >, 12);
  for (guint i = 0; i < json_array_get_length (requests); i++)
    g_hash_table_add (connections, GINT_TO_POINTER (json_object_get_int_member (
                                     json_array_get_object_element (requests, i), "connection")));
  g_assert_cmpuint (g_hash_table_size (connections), ==, 1);
}

/* CASES.md 63: in the middle of a session, each costs its own call, and the next one is good. */
static void
test_in_mid_session (void)
{
  static const struct
  {
    const char *fault;
    TaubeError code;
    const char *words;
  } cases[] = {
    { "\"fault\": \"login-page\"", TAUBE_ERROR_AUTH, "web page" },
    { "\"fault\": \"login-timeout\"", TAUBE_ERROR_AUTH, "440" },
    { "\"fault\": \"redirect\", \"location\": \"/owa/auth/logon.aspx?token=secret\"", TAUBE_ERROR_AUTH, "logon.aspx" },
    { "\"fault\": \"tenant-blocked\"", TAUBE_ERROR_PERMISSION, "EWS is disabled for this organization." },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=3");
      g_autoptr (TaubeAccount) account = exchange_world_connect (world);
      g_autofree char *order = g_strdup_printf ("{%s, \"operation\": \"FindItem\"}", cases[i].fault);
      g_autoptr (GError) error = NULL;

      exchange_world_order (world, order);
      assert_fails (account, cases[i].code, cases[i].words);
      assert_lists (account, 3);
    }
}

/* The second answer on a connection that stays is never the answer to what is asked next. */
static void
test_stale_answer (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=12");
  g_autoptr (TaubeAccount) account = exchange_world_open (world, NULL, "max-connections=1");

  for (guint i = 0; i < 6; i++)
    {
      g_autoptr (TaubeMessageList) list = NULL;

      exchange_world_order (world, "[{\"fault\": \"twice\"}, {\"fault\": \"twice\", \"skip\": 1}]");
      /* One call may fail; what is told is right. */
      list = exchange_world_list (account, "INBOX", NULL);
      if (list != NULL)
        g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (list)), ==, 12);
      g_free (exchange_world_ask (world, "DELETE", "faults", NULL));
    }
  g_clear_object (&account);
  account = exchange_world_connect (world);
  assert_lists (account, 12);
}

/* CASES.md 64, exchangelib#466: where the next page begins is counted here, not believed. */
static void
test_wrong_offset (void)
{
  static const char *const offsets[] = { "0", "1", "3", "7", "9999", "null" };

  for (guint i = 0; i < G_N_ELEMENTS (offsets); i++)
    {
      g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=25 --small");
      g_autoptr (TaubeAccount) account = exchange_world_connect (world);
      g_autofree char *order = g_strdup_printf (
        "{\"fault\": \"paging-offset\", \"operation\": \"FindItem\", \"offset\": %s, \"count\": 0}", offsets[i]);
      g_autoptr (TaubeMessageList) list = NULL;
      g_autoptr (GError) error = NULL;

      g_free (exchange_world_ask (world, "POST", "limits", "{\"find_cap\": 10}"));
      exchange_world_order (world, order);
      list = exchange_world_list (account, "INBOX", &error);
      g_test_message ("%s: %s", offsets[i], error != NULL ? error->message : "good");
      /* It ends, and is whole or says that it is not. */
      if (list != NULL)
        g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (list)), ==, 25);
      else
        g_assert_cmpint (error->domain, ==, TAUBE_ERROR);
      g_assert_cmpuint (exchange_world_count (world, "FindItem"), <, 100);
    }
}

/* CASES.md 70, as it is in EWS: a server that never comes to an end is left. */
static void
test_never_last (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=5");
  g_autoptr (TaubeAccount) account = exchange_world_connect (world);
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (TaubeChanges) first = taube_folder_get_changes (inbox, NULL, NULL, NULL, NULL), endless = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (first);
  exchange_world_order (world, "{\"fault\": \"never-last\", \"operation\": \"SyncFolderItems\", \"count\": 0}");
  endless = taube_folder_get_changes (inbox, taube_changes_get_token (first), NULL, NULL, &error);
  g_assert_null (endless);
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL);
  g_assert_cmpuint (exchange_world_count (world, "SyncFolderItems"), <, 100);
}

/* CASES.md 69: a folder whose parent nobody shows stands at the top, and can be read. */
static void
test_hidden_parent (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=1");
  g_autoptr (TaubeAccount) account = exchange_world_connect (world);
  static const char *const path[] = { "Club", "Minutes", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeFolder) made = taube_account_create_folder (account, path, TAUBE_FOLDER_ROLE_NONE, TAUBE_CONTENT_MAIL,
                                                              NULL, &error);
  g_autoptr (TaubeFolder) minutes = NULL;
  g_autoptr (GPtrArray) folders = NULL;
  g_autoptr (TaubeMessageList) list = NULL;

  g_assert_no_error (error);
  exchange_world_order (world, "{\"fault\": \"hidden-folder\", \"name\": \"Club\", \"operation\": \"FindFolder\","
                               " \"count\": 0}");
  folders = taube_account_list_folders (account, TAUBE_CONTENT_ANY, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < folders->len; i++)
    if (strcmp (taube_folder_get_name (folders->pdata[i]), "Minutes") == 0)
      {
        g_assert_null (taube_folder_get_path (folders->pdata[i])[1]);
        list = exchange_world_list (account, "Minutes", &error);
        g_assert_no_error (error);
        g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (list)), ==, 0);
      }
  g_assert_nonnull (list);
}

/* CASES.md S23: nothing goes on without TLS that began with it. */
static void
test_no_way_down (void)
{
  static const guint statuses[] = { 302, 307, 308 };

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      g_autoptr (ExchangeWorld) plain = exchange_world_start (""), world = exchange_world_start ("--tls");
      g_autoptr (TaubeAccount) account = exchange_world_open_trusting (world);
      g_autofree char *order
        = g_strdup_printf ("{\"fault\": \"redirect\", \"status\": %u, \"location\": \"%s\", \"count\": 0}", statuses[i],
                           exchange_world_get (plain, "url"));

      exchange_world_order (world, order);
      g_assert_false (taube_account_connect (account, NULL, NULL));
      g_assert_cmpuint (exchange_world_count (plain, NULL), ==, 0);
    }
}

/* CASES.md S25: no cookie and no password goes to a proxy, and no host can end a line. */
static void
test_proxy_is_told_little (void)
{
  g_autoptr (ExchangeWorld) world = discover_world_start (NULL, "");
  g_autofree char *headers = NULL;
  g_autoptr (GError) error = NULL;

  discover_world_set_sites (world, "{'example.org': {'serves': []}, 'autodiscover.example.org': {'serves': ['soap'],"
                                   " 'url': 'https://mail.example.org/EWS/Exchange.asmx'},"
                                   " 'mail.example.org': {'serves': ['ews']}}");
  discover_world_connects (world, NULL, &error);
  g_assert_no_error (error);
  headers = exchange_world_ask (world, "GET", "proxy-headers", NULL);
  g_assert_nonnull (strstr (headers, "\"host\""));
  g_assert_null (strstr (headers, "cookie"));
  g_assert_null (strstr (headers, "authorization"));
}

static void
test_host_without_lines (void)
{
  static const char *const uris[] = {
    "exchange://alice@a/?url=https://mail.example.org%250d%250aX:%20y/EWS/Exchange.asmx",
    "exchange://alice@a/?url=https://mail%2520.example.org/EWS/Exchange.asmx",
    "exchange://alice@mail.example.org%0d%0aX",
  };

  for (guint i = 0; i < G_N_ELEMENTS (uris); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (taube_account_create (uris[i], NULL, &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add_func ("/exchange/robust/" path, func)
  ADD ("short-pauses", test_short_pauses);
  ADD ("pause-until", test_pause_until);
  ADD ("few-at-once", test_few_at_once);
  ADD ("in-mid-session", test_in_mid_session);
  ADD ("stale-answer", test_stale_answer);
  ADD ("wrong-offset", test_wrong_offset);
  ADD ("never-last", test_never_last);
  ADD ("hidden-parent", test_hidden_parent);
  ADD ("no-way-down", test_no_way_down);
  ADD ("proxy-is-told-little", test_proxy_is_told_little);
  ADD ("host-without-lines", test_host_without_lines);
  return g_test_run ();
}
