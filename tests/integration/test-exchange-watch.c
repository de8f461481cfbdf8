/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-world.h"

#include <taube-backend/taube-testing.h>

#include <string.h>

/* How a watch follows: by streaming notifications, and by what is left where a server or something in between does not
 * let it. */

#define LETTER "Subject: Coo\r\nFrom: a@example.org\r\n\r\nCoo.\r\n"

/* A server, an account on it, and a watch that is online. */
typedef struct
{
  ExchangeWorld *server;
  TaubeAccount *account;
  TaubeWatch *watch;
} World;

static gint pauses; /* atomic */

static guint
short_pause (guint attempt, guint milliseconds)
{
  if (attempt > 0)
    g_atomic_int_inc (&pauses);
  return attempt == 0 ? 30 : 1;
}

static void
start_watch (World *world, const char *const *names)
{
  g_autoptr (GPtrArray) folders = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    g_ptr_array_add (folders, taube_account_get_folder_by_name (world->account, names[i]));
  world->watch = taube_account_watch (world->account, names != NULL ? folders : NULL, &error);
  g_assert_no_error (error);
  while (!taube_watch_is_online (world->watch))
    g_main_context_iteration (NULL, TRUE);
}

/* OPTIONS of the server; LIMITS of it and a FAULT, in JSON, or NULL; NAMES of folders, NULL: all. */
static void
set_up (World *world, const char *options, const char *limits, const char *fault, const char *const *names)
{
  *world = (World){ .server = exchange_world_start (options) };
  if (limits != NULL)
    g_free (exchange_world_ask (world->server, "POST", "limits", limits));
  if (fault != NULL)
    exchange_world_order (world->server, fault);
  world->account = exchange_world_open (world->server, NULL, "timeout=1&poll-interval=1&idle-renewal=60");
  start_watch (world, names);
}

static void
stop_watch (World *world)
{
  taube_watch_stop (world->watch);
  g_clear_object (&world->watch);
}

static void
tear_down (World *world)
{
  g_autoptr (GError) error = NULL;

  g_free (exchange_world_ask (world->server, "DELETE", "faults", NULL));
  stop_watch (world);
  taube_account_disconnect (world->account, NULL, &error);
  g_assert_no_error (error);
  g_clear_object (&world->account);
  exchange_world_stop (world->server);
}

/* Events until one is about FOLDER and has something that came. */
static void
wait_for_mail (World *world, const char *folder)
{
  for (;;)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TaubeWatchEvent) event = taube_watch_next (world->watch, NULL, &error);
      TaubeChanges *changes;

      g_assert_no_error (error);
      changes = taube_watch_event_get_changes (event);
      if (strcmp (taube_folder_get_name (taube_watch_event_get_folder (event)), folder) == 0
          && (taube_changes_is_reset (changes) || taube_id_set_get_size (taube_changes_get_added (changes)) > 0))
        return;
    }
}

static void
deliver_to (World *world, const char *folder)
{
  g_autofree char *what = g_strdup_printf ("deliver?folder=%s", folder);

  g_free (exchange_world_ask (world->server, "POST", what, LETTER));
}

/* Mail that arrives in the inbox is told. */
static void
check_told (World *world)
{
  exchange_world_deliver (world->server, LETTER);
  wait_for_mail (world, "INBOX");
}

static void
check_row (World *world, TaubeSupport support, const char *operation)
{
  g_autoptr (TaubeCapabilities) capabilities = taube_account_get_capabilities (world->account);
  const char *evidence = taube_capabilities_get_evidence (capabilities, TAUBE_CAPABILITY_PUSH);

  g_assert_cmpint (taube_capabilities_get_support (capabilities, TAUBE_CAPABILITY_PUSH), ==, support);
  g_assert_true (g_str_has_suffix (evidence, operation) && g_str_has_prefix (evidence, "EWS 1"));
}

static guint
count (World *world, const char *operation)
{
  return exchange_world_count (world->server, operation);
}

static void
wait_for_count (World *world, const char *operation, guint wanted)
{
  while (count (world, operation) < wanted)
    g_usleep (20000);
}

/* One request a watch, and no other while nothing happens. */
static void
test_streams (void)
{
  World world;
  guint looks;

  set_up (&world, "--heartbeat=0.2", NULL, NULL, NULL);
  check_row (&world, TAUBE_SUPPORT_YES, ", GetStreamingEvents");
  check_told (&world);
  looks = count (&world, NULL);
  g_usleep (1500000);
  g_assert_cmpuint (count (&world, NULL), <=, looks + 3);
  check_told (&world);
  deliver_to (&world, "sentitems");
  wait_for_mail (&world, "Sent Items");
  g_assert_cmpuint (count (&world, "GetStreamingEvents"), ==, 1);
  g_assert_cmpuint (count (&world, "Subscribe"), ==, 1);
  tear_down (&world);
}

/* How many messages there are, and how many are not read, is known without asking. */
static void
test_counts (void)
{
  World world;
  g_autoptr (TaubeFolder) inbox = NULL;

  set_up (&world, "--messages=5", NULL, NULL, NULL);
  inbox = taube_account_get_folder_by_name (world.account, "INBOX");
  check_told (&world);
  while (taube_folder_get_total (inbox) != 6)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (taube_folder_get_unread (inbox), >, 0);
  g_clear_object (&inbox);
  tear_down (&world);
}

static void
change_folder (World *world, const char *what)
{
  g_autofree char *whole = g_strconcat ("folder?folder=", what, NULL);

  g_free (exchange_world_ask (world->server, "POST", whole, ""));
}

/* Folders that come later are followed, under their new names, too; those that go end quietly. */
static void
check_folders (const char *options, const char *limits)
{
  World world;

  set_up (&world, options, limits, NULL, NULL);
  change_folder (&world, "Neu");
  deliver_to (&world, "Neu");
  wait_for_mail (&world, "Neu");
  change_folder (&world, "Neu&name=Alt");
  deliver_to (&world, "Alt");
  wait_for_mail (&world, "Alt");
  change_folder (&world, "Alt&gone=true");
  check_told (&world);
  tear_down (&world);
}

static void
test_folders (void)
{
  check_folders ("", NULL);
}

static void
test_folders_pulled (void)
{
  check_folders ("--build=14.0", NULL);
}

/* Exchange before 2010 SP1: that it does not stream is known before anybody watches. */
static void
test_pull (void)
{
  World world = { .server = exchange_world_start ("--build=14.0") };

  world.account = exchange_world_open (world.server, NULL, "timeout=1&poll-interval=1");
  g_assert_true (taube_account_connect (world.account, NULL, NULL));
  check_row (&world, TAUBE_SUPPORT_NO, ", GetEvents");
  start_watch (&world, NULL);
  check_row (&world, TAUBE_SUPPORT_NO, ", GetEvents");
  check_told (&world);
  deliver_to (&world, "archive");
  wait_for_mail (&world, "Archive");
  g_assert_cmpuint (count (&world, "GetEvents"), >, 0);
  g_assert_cmpuint (count (&world, "GetStreamingEvents"), ==, 0);
  tear_down (&world);
}

/* One that knows how to subscribe, and not how to stream. */
static void
test_no_streams (void)
{
  World world;

  set_up (&world, "--missing=GetStreamingEvents", NULL, NULL, NULL);
  check_row (&world, TAUBE_SUPPORT_NO, ", GetEvents");
  check_told (&world);
  tear_down (&world);
}

/* What the server does not know is asked once, however many watches there are at once and one after the other:
 * streaming and pull are tried once each. */
static void
test_asks (void)
{
  static const char *const names[] = { "INBOX", "Archive", NULL };
  World world;
  guint tries;

  set_up (&world, "--missing=Subscribe", NULL, NULL, names);
  check_row (&world, TAUBE_SUPPORT_NO, ", SyncFolderItems");
  check_told (&world);
  deliver_to (&world, "archive");
  wait_for_mail (&world, "Archive");
  for (guint i = 0; i < 4; i++)
    {
      stop_watch (&world);
      tries = count (&world, NULL);
      start_watch (&world, NULL);
      check_told (&world);
      g_assert_cmpuint (count (&world, NULL), >, tries);
    }
  g_assert_cmpuint (count (&world, "Subscribe"), ==, 2);
  tear_down (&world);
}

/* Also when several begin at the same time, and one is stopped while it asks. */
static void
test_asks_together (void)
{
  g_autoptr (ExchangeWorld) server = exchange_world_start ("--missing=Subscribe");
  g_autoptr (TaubeAccount) account = exchange_world_open (server, NULL, "timeout=30");
  g_autoptr (GError) error = NULL;
  TaubeWatch *watches[4];

  for (guint i = 0; i < G_N_ELEMENTS (watches); i++)
    watches[i] = taube_account_watch (account, NULL, &error);
  g_assert_no_error (error);
  while (exchange_world_count (server, "Subscribe") == 0)
    g_usleep (1000);
  taube_watch_stop (watches[0]);
  for (guint i = 1; i < G_N_ELEMENTS (watches); i++)
    while (!taube_watch_is_online (watches[i]))
      g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (exchange_world_count (server, "Subscribe"), ==, 2);
  for (guint i = 0; i < G_N_ELEMENTS (watches); i++)
    {
      taube_watch_stop (watches[i]);
      g_object_unref (watches[i]);
    }
  taube_account_disconnect (account, NULL, &error);
  g_assert_no_error (error);
}

/* Folders that do not fit into one subscription get several, which one stream tells of; those for which there is no
 * room at all are asked. */
static void
test_limits (void)
{
  static const char *const names[] = { "INBOX", "Sent Items", "Archive", "Drafts", "Junk Email", NULL };
  World world;

  set_up (&world, "", "{\"folders_per_subscription\": 2, \"subscriptions_per_mailbox\": 2}", NULL, names);
  g_assert_cmpuint (count (&world, "GetStreamingEvents"), ==, 1);
  check_told (&world);
  deliver_to (&world, "sentitems");
  wait_for_mail (&world, "Sent Items");
  deliver_to (&world, "archive");
  wait_for_mail (&world, "Archive");
  deliver_to (&world, "drafts");
  wait_for_mail (&world, "Drafts");
  deliver_to (&world, "junkemail");
  wait_for_mail (&world, "Junk Email");
  g_assert_cmpuint (count (&world, "GetStreamingEvents"), ==, 1);
  tear_down (&world);
}

/* A proxy that waits for the whole answer: twice that may be an accident. */
static void
test_held_back (void)
{
  World world;

  set_up (&world, "--heartbeat=0.2", NULL, "{\"fault\": \"held-back\", \"count\": 0}", NULL);
  check_row (&world, TAUBE_SUPPORT_NO, ", GetEvents");
  check_told (&world);
  g_assert_cmpuint (count (&world, "GetStreamingEvents"), ==, 2);
  tear_down (&world);
}

/* Nobody is at the other end any more: that the signs of life are missing tells. */
static void
test_silence (void)
{
  World world;

  set_up (&world, "--heartbeat=0.2", NULL, "{\"fault\": \"silence\", \"frames\": 4}", NULL);
  wait_for_count (&world, "GetStreamingEvents", 2);
  check_told (&world);
  check_row (&world, TAUBE_SUPPORT_YES, ", GetStreamingEvents");
  tear_down (&world);
}

static void
test_cuts (void)
{
  World world;

  set_up (&world, "--heartbeat=0.2", NULL,
          "[{\"fault\": \"cut\", \"frames\": 2, \"bytes\": 250}, {\"fault\": \"cut\", \"frames\": 1, \"bytes\": 1},"
          " {\"fault\": \"cut\", \"frames\": 3}, {\"fault\": \"close\", \"operation\": \"GetStreamingEvents\"}]",
          NULL);
  wait_for_count (&world, "GetStreamingEvents", 5);
  check_told (&world);
  /* The subscription is still the first one. */
  g_assert_cmpuint (count (&world, "Subscribe"), ==, 1);
  tear_down (&world);
}

static void
test_lost (void)
{
  World world;

  set_up (&world, "", NULL, NULL, NULL);
  for (guint i = 2; i < 5; i++)
    {
      g_free (exchange_world_ask (world.server, "DELETE", "subscriptions", NULL));
      exchange_world_deliver (world.server, LETTER);
      wait_for_mail (&world, "INBOX");
      wait_for_count (&world, "Subscribe", i);
    }
  tear_down (&world);
}

static void
test_lost_pulled (void)
{
  World world;

  set_up (&world, "--build=14.0", NULL, NULL, NULL);
  g_free (exchange_world_ask (world.server, "DELETE", "subscriptions", NULL));
  check_told (&world);
  exchange_world_order (world.server, "{\"fault\": \"item-error\", \"operation\": \"GetEvents\","
                                      " \"code\": \"ErrorMissedNotificationEvents\"}");
  check_told (&world);
  wait_for_count (&world, "Subscribe", 3);
  tear_down (&world);
}

/* CASES.md 65: the server ends it when its time is over; mail that arrives just then is told. */
static void
test_end (void)
{
  World world;

  set_up (&world, "--minute=1.2 --heartbeat=0.3", NULL, NULL, NULL);
  for (guint i = 2; i < 4; i++)
    {
      wait_for_count (&world, "GetStreamingEvents", i);
      check_told (&world);
    }
  g_assert_cmpuint (count (&world, "Subscribe"), ==, 1);
  tear_down (&world);
}

/* A server that ends each stream at once is not asked without a pause. */
static void
test_early_end (void)
{
  World world;

  g_atomic_int_set (&pauses, 0);
  set_up (&world, "", NULL, "{\"fault\": \"early-end\", \"count\": 12}", NULL);
  check_told (&world);
  wait_for_count (&world, "GetStreamingEvents", 13);
  check_told (&world);
  g_assert_cmpint (g_atomic_int_get (&pauses), >=, 3);
  tear_down (&world);
}

/* CASES.md 65 (gromox#268): a server that does not stop talking is listened to at leisure; what it tells of
 * other folders is heard all the same. */
static void
test_flood (void)
{
  World world;
  guint before;

  set_up (&world, "", NULL, "{\"fault\": \"flood\"}", NULL);
  g_usleep (500000);
  before = count (&world, "SyncFolderItems") + count (&world, "GetFolder");
  g_usleep (3000000);
  g_assert_cmpuint (count (&world, "SyncFolderItems") + count (&world, "GetFolder"), <, before + 40);
  check_told (&world);
  tear_down (&world);
}

static void
test_dribble (void)
{
  World world;

  set_up (&world, "", NULL, "{\"fault\": \"dribble\", \"operation\": \"GetStreamingEvents\", \"bytes\": 1}", NULL);
  check_told (&world);
  check_told (&world);
  g_assert_cmpuint (count (&world, "GetStreamingEvents"), ==, 1);
  tear_down (&world);
}

/* A busy server, and one that has forgotten who we are. */
static void
test_refused_for_now (void)
{
  World world;

  set_up (&world, "", NULL,
          "[{\"fault\": \"server-busy\", \"operation\": \"Subscribe\", \"backoff\": 50},"
          " {\"fault\": \"server-busy\", \"operation\": \"GetStreamingEvents\", \"backoff\": 50},"
          " {\"fault\": \"server-busy-inside\", \"operation\": \"GetStreamingEvents\", \"backoff\": 50},"
          " {\"fault\": \"unauthorized\", \"operation\": \"GetStreamingEvents\"},"
          " {\"fault\": \"unavailable\", \"operation\": \"GetStreamingEvents\", \"retry-after\": 1}]",
          NULL);
  check_told (&world);
  check_row (&world, TAUBE_SUPPORT_YES, ", GetStreamingEvents");
  tear_down (&world);
}

/* Several servers behind a load balancer: each request says which of them has the subscriptions. */
static void
test_affinity (void)
{
  static const char *const names[] = { "INBOX", "Sent Items", "Archive", NULL };
  World world;

  set_up (&world, "", "{\"folders_per_subscription\": 1, \"backends\": 5}", NULL, names);
  g_assert_cmpuint (count (&world, "GetStreamingEvents"), ==, 1);
  check_told (&world);
  deliver_to (&world, "archive");
  wait_for_mail (&world, "Archive");
  {
    g_autofree char *requests = exchange_world_ask (world.server, "GET", "requests", NULL);

    g_assert_nonnull (strstr (requests, "\"anchor\": \"alice@example.org\", \"affinity\": \"true\", \"cookie\": null"));
    g_assert_nonnull (strstr (requests, "\"cookie\": \"X-BackEndOverrideCookie=EX"));
  }
  tear_down (&world);
}

static guint
count_subscriptions (ExchangeWorld *server)
{
  g_autofree char *answer = exchange_world_ask (server, "GET", "subscriptions", NULL);

  return (guint) g_ascii_strtoull (strchr (answer, ':') + 2, NULL, 10);
}

/* A watch that is stopped leaves nothing behind at the server: at rest, and in the middle of a step as well. */
static void
test_stop (void)
{
  g_autoptr (ExchangeWorld) server = exchange_world_start ("");
  g_autoptr (TaubeAccount) account = exchange_world_open (server, NULL, "timeout=30");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 40; i++)
    {
      guint before = exchange_world_count (server, "Subscribe");
      g_autoptr (TaubeWatch) watch = taube_account_watch (account, NULL, &error);

      g_assert_no_error (error);
      /* It comes to rest; or it is stopped when the server has just been asked, or some time after that. */
      while (i % 4 == 0 && !taube_watch_is_online (watch))
        g_main_context_iteration (NULL, TRUE);
      while (exchange_world_count (server, "Subscribe") == before)
        g_usleep (500);
      if (i % 2 == 1)
        g_usleep ((gulong) g_test_rand_int_range (0, 50000));
      taube_watch_stop (watch);
      while (count_subscriptions (server) > 0)
        g_usleep (5000);
    }
  taube_account_disconnect (account, NULL, &error);
  g_assert_no_error (error);
}

/* It may be stopped, and the account let go, at any moment. */
static void
test_stop_at_any_moment (void)
{
  g_autoptr (ExchangeWorld) server = exchange_world_start ("--heartbeat=0.05");

  for (guint i = 0; i < 60; i++)
    {
      TaubeAccount *account = exchange_world_open (server, NULL, "timeout=2");
      TaubeWatch *watch = taube_account_watch (account, NULL, NULL);

      if (i % 3 == 0)
        exchange_world_order (server, "{\"fault\": \"stall-before\", \"operation\": \"GetStreamingEvents\"}");
      g_usleep ((gulong) g_test_rand_int_range (0, 120000));
      taube_watch_stop (watch);
      g_object_unref (watch);
      g_object_unref (account);
      g_free (exchange_world_ask (server, "DELETE", "faults", NULL));
      g_free (exchange_world_ask (server, "DELETE", "subscriptions", NULL));
    }
}

/* A view fills itself, and looks once more: a step that was wanted ends with what was there when it began. */
static void
test_view (void)
{
  World world;
  g_autoptr (TaubeFolder) inbox = NULL;
  g_autoptr (TaubeFolderView) view = NULL;
  g_autoptr (GError) error = NULL;

  set_up (&world, "--messages=20", NULL, NULL, NULL);
  inbox = taube_account_get_folder_by_name (world.account, "INBOX");
  view = taube_folder_view_new (inbox, &error);
  g_assert_no_error (error);
  while (taube_folder_view_is_loading (view) || g_list_model_get_n_items (G_LIST_MODEL (view)) != 20)
    g_main_context_iteration (NULL, TRUE);
  exchange_world_deliver (world.server, LETTER);
  while (g_list_model_get_n_items (G_LIST_MODEL (view)) != 21)
    g_main_context_iteration (NULL, TRUE);
  g_clear_object (&view);
  g_clear_object (&inbox);
  tear_down (&world);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    GTestFunc func;
  } tests[] = {
    { "streams", test_streams },
    { "counts", test_counts },
    { "folders", test_folders },
    { "folders-pulled", test_folders_pulled },
    { "pull", test_pull },
    { "no-streams", test_no_streams },
    { "asks", test_asks },
    { "asks-together", test_asks_together },
    { "limits", test_limits },
    { "held-back", test_held_back },
    { "silence", test_silence },
    { "cuts", test_cuts },
    { "lost", test_lost },
    { "lost-pulled", test_lost_pulled },
    { "end", test_end },
    { "early-end", test_early_end },
    { "flood", test_flood },
    { "dribble", test_dribble },
    { "refused-for-now", test_refused_for_now },
    { "affinity", test_affinity },
    { "stop", test_stop },
    { "stop-at-any-moment", test_stop_at_any_moment },
    { "view", test_view },
  };

  g_test_init (&argc, &argv, NULL);
  taube_watch_set_test_pause (short_pause);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strconcat ("/exchange/watch/", tests[i].name, NULL);

      g_test_add_func (path, tests[i].func);
    }
  return g_test_run ();
}
