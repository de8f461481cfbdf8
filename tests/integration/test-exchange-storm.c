/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-world.h"
#include "folder-mirror.h"
#include "storm-line.h"

#include <json-glib/json-glib.h>
#include <taube-backend/taube-testing.h>

#include <string.h>

/* No notification that is lost loses a change: another client changes folders by chance, while the line to the server
 * breaks, stalls and is slow at bytes that chance decides, and the server itself forgets subscriptions, falls silent,
 * floods, is busy and cuts answers in the middle. What is known by events alone is compared with what the server has.
 * The seed is printed, and the option --seed repeats a run. */

#define SLOW_NOTIFICATIONS 10000
#define CHECK_EVERY 100

typedef struct
{
  const char *name;
  const char *server; /* options */
  const char *limits; /* of the server, in JSON; or NULL */
  const char *settings;
  gboolean all; /* of the account */
  guint notifications;
  guint bytes; /* of a connection from fault to fault */
} Way;

static const Way ways[] = {
  { "stream-all", "", NULL, "max-connections=4", TRUE, 1500, 25000 },
  { "stream-some", "", "{\"folders_per_subscription\": 2, \"backends\": 3}", "max-connections=4", FALSE, 1000, 25000 },
  { "stream-full", "", "{\"folders_per_subscription\": 1, \"subscriptions_per_mailbox\": 2}", "max-connections=4",
    FALSE, 600, 25000 },
  { "stream-forgetful", "", "{\"events_kept\": 40}", "max-connections=4", TRUE, 600, 25000 },
  { "pull", "--build=14.0", "{\"backends\": 3}", "max-connections=4", TRUE, 600, 25000 },
  { "ask", "--missing=Subscribe", NULL, "max-connections=4", FALSE, 400, 8000 },
};

static const struct
{
  const char *folder; /* as the library has it */
  const char *name;   /* as the server has it */
} folders[] = { { "INBOX", "inbox" }, { "Sent Items", "sentitems" }, { "Archive", "archive" } };

/* What the server does by itself, with one request each. */
static const struct
{
  const char *method;
  const char *what;
  const char *body;
} faults[] = {
  { "POST", "cut", NULL },
  { "POST", "cut", NULL },
  { "DELETE", "subscriptions", NULL },
  { "DELETE", "subscriptions?count=1", NULL },
  { "POST", "faults", "{\"fault\": \"cut\", \"frames\": 1, \"bytes\": 300}" },
  { "POST", "faults", "{\"fault\": \"cut\", \"frames\": 2, \"bytes\": 900}" },
  { "POST", "faults", "{\"fault\": \"silence\", \"frames\": 1}" },
  { "POST", "faults", "{\"fault\": \"early-end\"}" },
  { "POST", "faults", "{\"fault\": \"flood\", \"frames\": 50}" },
  { "POST", "faults", "{\"fault\": \"dribble\", \"operation\": \"GetStreamingEvents\", \"bytes\": 7}" },
  { "POST", "faults", "{\"fault\": \"server-busy\", \"operation\": \"GetStreamingEvents\", \"backoff\": 20}" },
  { "POST", "faults", "{\"fault\": \"server-busy\", \"operation\": \"SyncFolderItems\", \"backoff\": 20}" },
  { "POST", "faults", "{\"fault\": \"unauthorized\", \"operation\": \"GetStreamingEvents\"}" },
  { "POST", "faults",
    "{\"fault\": \"item-error\", \"operation\": \"GetStreamingEvents\","
    " \"code\": \"ErrorSubscriptionNotFound\"}" },
  { "POST", "faults",
    "{\"fault\": \"item-error\", \"operation\": \"GetEvents\","
    " \"code\": \"ErrorMissedNotificationEvents\"}" },
};

typedef struct
{
  const Way *way;
  ExchangeWorld *server;
  StormLine *storm;
  TaubeAccount *account;
  TaubeWatch *watch;
  FolderMirror *mirror;
  guint faults;
} World;

/* "read \\flagged work" */
static char *
describe (TaubeMessageList *list, guint row)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  const char *const *keywords = taube_message_list_get_keywords (list, row);
  TaubeMessageFlags flags = taube_message_list_get_flags (list, row);
  g_autofree char *joined = NULL;

  for (; *keywords != NULL; keywords++)
    g_ptr_array_add (words, (char *)*keywords);
  if (flags & TAUBE_MESSAGE_FLAGS_FLAGGED)
    g_ptr_array_add (words, (char *)"\\flagged");
  joined = folder_mirror_join (words);
  return g_strdup_printf ("%s %s", flags & TAUBE_MESSAGE_FLAGS_SEEN ? "read" : "unread", joined);
}

/* The line may also break in the middle of the first header of all, which is no HTTP then. A stream that falls silent
 * before its first sign of life counts as dead after a minute. */
static const int again[] = { TAUBE_ERROR_CONNECTION, TAUBE_ERROR_PROTOCOL, TAUBE_ERROR_THROTTLED, -1 };
static const int gone[] = { TAUBE_ERROR_NOT_FOUND, -1 };
static const FolderMirrorKind kind = { .describe = describe, .again = again, .gone = gone, .wait_seconds = 200 };

static guint
short_pause (guint attempt, guint milliseconds)
{
  return attempt == 0 ? 30 : 1;
}

static TaubeAccount *
open_account (World *world)
{
  g_autoptr (TaubeCredentials) password
      = taube_credentials_new_password (exchange_world_get (world->server, "password"));
  g_autofree char *uri = g_strdup_printf ("exchange://alice%%40example.org@127.0.0.1/?url=http://127.0.0.1:%u"
                                          "/EWS/Exchange.asmx&tls=none&timeout=1&poll-interval=1&idle-renewal=60&%s",
                                          storm_line_get_port (world->storm), world->way->settings);
  g_autoptr (GError) error = NULL;
  TaubeAccount *account = taube_account_create (uri, password, &error);

  g_assert_no_error (error);
  return account;
}

static void
set_up (World *world, const Way *way)
{
  g_autofree char *options = g_strconcat ("--minute=3 --heartbeat=0.3 ", way->server, NULL);
  g_autoptr (GPtrArray) some = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GUri) url = NULL;
  g_autoptr (GError) error = NULL;

  *world = (World){ .way = way, .server = exchange_world_start (options) };
  if (way->limits != NULL)
    g_free (exchange_world_ask (world->server, "POST", "limits", way->limits));
  url = g_uri_parse (exchange_world_get (world->server, "url"), G_URI_FLAGS_NONE, NULL);
  world->storm = storm_line_start ((guint16)g_uri_get_port (url), (guint32)g_test_rand_int ());
  world->account = open_account (world);
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    g_ptr_array_add (some, taube_account_get_folder_by_name (world->account, folders[i].folder));
  world->watch = taube_account_watch (world->account, way->all ? NULL : some, &error);
  g_assert_no_error (error);
  while (!taube_watch_is_online (world->watch))
    g_main_context_iteration (NULL, TRUE);
  world->mirror = folder_mirror_start (world->watch, &kind);
  /* So that it is known how often the server gives a sign of life. */
  g_usleep (700000);
}

static void
tear_down (World *world)
{
  g_autoptr (GError) error = NULL;

  storm_line_set_weather (world->storm, 0);
  g_free (exchange_world_ask (world->server, "DELETE", "faults", NULL));
  folder_mirror_stop (world->mirror);
  taube_watch_stop (world->watch);
  g_clear_object (&world->watch);
  taube_account_disconnect (world->account, NULL, &error);
  g_assert_no_error (error);
  g_clear_object (&world->account);
  storm_line_stop (world->storm);
  exchange_world_stop (world->server);
}

/* How many notifications there were. */
static guint
change (World *world)
{
  g_autofree char *what = g_strdup_printf ("shake?count=%d&seed=%d&folders=inbox%%7Csentitems%%7Carchive",
                                           g_test_rand_int_range (1, 25), g_test_rand_int_range (0, G_MAXINT));
  g_autofree char *answer = exchange_world_ask (world->server, "POST", what, "");

  return (guint)g_ascii_strtoull (strchr (answer, ':') + 2, NULL, 10);
}

/* One of them, unless the last of its kind is still to come: a password that is refused twice in a row is wrong. */
static void
disturb (World *world)
{
  guint i = (guint)g_test_rand_int_range (0, G_N_ELEMENTS (faults));
  g_autofree char *ordered = exchange_world_ask (world->server, "GET", "faults", NULL);
  const char *name = faults[i].body != NULL ? strstr (faults[i].body, ": \"") : NULL;
  g_autofree char *quoted = name != NULL ? g_strndup (name + 2, strcspn (name + 3, "\"") + 2) : NULL;

  if (quoted != NULL && strstr (ordered, quoted) != NULL)
    return;
  g_free (exchange_world_ask (world->server, faults[i].method, faults[i].what, faults[i].body));
  world->faults++;
}

/* What the server itself says, beside its protocol. */
static GHashTable *
ask_truth (ExchangeWorld *server, const char *name)
{
  GHashTable *messages = folder_mirror_truth_new ();
  g_autofree char *escaped = g_uri_escape_string (name, NULL, FALSE);
  g_autofree char *what = g_strdup_printf ("folder?folder=%s", escaped);
  g_autofree char *text = exchange_world_ask (server, "GET", what, NULL);
  g_autoptr (JsonNode) root = json_from_string (text, NULL);
  JsonArray *items = json_node_get_array (root);

  for (guint i = 0; i < json_array_get_length (items); i++)
    {
      JsonObject *item = json_array_get_object_element (items, i);
      const char *state = json_object_get_boolean_member (item, "read") ? "read" : "unread";

      g_hash_table_replace (messages, g_strdup (json_object_get_string_member (item, "id")),
                            g_strdup_printf ("%s %s", state, json_object_get_string_member (item, "marks")));
    }
  return messages;
}

static void
check_all (World *world)
{
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autoptr (GHashTable) truth = ask_truth (world->server, folders[i].name);

      folder_mirror_check (world->mirror, folders[i].folder, truth);
    }
}

/* The line has not yet been what it is to be. */
static gboolean
is_calm (World *world)
{
  StormCount count = storm_line_get_count (world->storm);

  return count.cuts + count.stalls + count.delays <= 3;
}

static void
test_storm (gconstpointer data)
{
  const Way *way = data;
  guint wanted = g_test_slow () ? SLOW_NOTIFICATIONS : way->notifications;
  guint told = 0, checked = 0;
  StormCount count;
  World world;

  set_up (&world, way);
  storm_line_set_weather (world.storm, way->bytes);
  while (told < wanted || is_calm (&world))
    {
      told += change (&world);
      if (g_test_rand_int_range (0, 4) == 0)
        disturb (&world);
      if (told - checked < CHECK_EVERY)
        continue;
      check_all (&world);
      checked = told;
    }
  check_all (&world);
  count = storm_line_get_count (world.storm);
  g_test_message ("%u notifications, %u events, %u faults of the server, %u connections: %u cut, %u stalled, %u slow",
                  told, folder_mirror_get_events (world.mirror), world.faults, count.connections, count.cuts,
                  count.stalls, count.delays);
  tear_down (&world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  taube_watch_set_test_pause (short_pause);
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autofree char *path = g_strdup_printf ("/exchange/storm/%s", ways[i].name);

      g_test_add_data_func (path, &ways[i], test_storm);
    }
  return g_test_run ();
}
