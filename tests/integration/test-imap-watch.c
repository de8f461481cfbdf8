/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "folder-mirror.h"
#include "imap-client.h"
#include "storm-line.h"
#include "taube-test-hand.h"

#include "../contract/counting-proxy.h"

#include <taube-backend/taube-testing.h>

#include <string.h>

/* No event is lost: another device changes folders by chance while the line to the watch breaks, stalls and is slow at
 * bytes that chance decides. What is known by events alone is compared with what the server has. The seed is printed,
 * and the option --seed repeats a run. */

#define N_FOLDERS 3
#define POLL_MILLISECONDS 30
#define SLOW_CHANGES 10000

typedef struct
{
  const char *name;
  TaubeTestMailKind kind;
  const char *hidden[6];
  const char *query;
  gboolean all; /* of the account, with folders that come and go */
  guint changes;
  guint bytes; /* from fault to fault */
} Way;

static const Way ways[] = {
  { "notify", TAUBE_TEST_DOVECOT, { NULL }, "?tls=none&compress=no&max-connections=4", TRUE, 1500, 3000 },
  { "idle", TAUBE_TEST_DOVECOT, { "NOTIFY", NULL }, "?tls=none&compress=no&max-connections=5", TRUE, 1500, 3000 },
  { "poll",
    TAUBE_TEST_DOVECOT,
    { "NOTIFY", "IDLE", NULL },
    "?tls=none&compress=no&max-connections=1",
    FALSE,
    1000,
    3000 },
  { "plain",
    TAUBE_TEST_DOVECOT,
    { "NOTIFY", "CONDSTORE", "QRESYNC", "ESEARCH", NULL },
    "?tls=none&compress=no&max-connections=5",
    FALSE,
    1000,
    2400 },
  { "poll-plain",
    TAUBE_TEST_DOVECOT,
    { "NOTIFY", "IDLE", "CONDSTORE", "QRESYNC", "ESEARCH", NULL },
    "?tls=none&compress=no&max-connections=1",
    FALSE,
    1000,
    2400 },
  { "cyrus", TAUBE_TEST_CYRUS, { NULL }, "?tls=none&compress=no&max-connections=5", FALSE, 250, 2000 },
  { "courier", TAUBE_TEST_COURIER, { NULL }, "?tls=none&compress=no&max-connections=1", FALSE, 250, 2000 },
};

typedef struct
{
  const Way *way;
  TaubeTestMail *mail;
  StormLine *storm;
  CountingProxy *wire;
  TaubeAccount *account; /* through the storm, also to look at what events name */
  TaubeWatch *watch;
  TaubeTestHand *hands[N_FOLDERS];
  FolderMirror *mirror;
} World;

static const char *const titles[N_FOLDERS] = { "INBOX", "Sturm", "Sturm/Böe" };

static guint
short_pause (guint attempt, guint milliseconds)
{
  return attempt == 0 ? POLL_MILLISECONDS : 1;
}

/* What is known by events. */

/* The UID; a folder that is made anew is told of by a reset. */
static const char *
get_key (const char *id)
{
  return strchr (id, '.') + 1;
}

static char *
describe (TaubeMessageList *list, guint row)
{
  static const struct
  {
    TaubeMessageFlags flag;
    const char *word;
  } table[] = { { TAUBE_MESSAGE_FLAGS_SEEN, "\\seen" },
                { TAUBE_MESSAGE_FLAGS_ANSWERED, "\\answered" },
                { TAUBE_MESSAGE_FLAGS_FLAGGED, "\\flagged" },
                { TAUBE_MESSAGE_FLAGS_DELETED, "\\deleted" },
                { TAUBE_MESSAGE_FLAGS_DRAFT, "\\draft" } };
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);
  const char *const *keywords = taube_message_list_get_keywords (list, row);

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (taube_message_list_get_flags (list, row) & table[i].flag)
      g_ptr_array_add (words, g_strdup (table[i].word));
  for (; *keywords != NULL; keywords++)
    g_ptr_array_add (words, g_ascii_strdown (*keywords, -1));
  return folder_mirror_join (words);
}

/* A folder that was made anew is in CONFLICT with what is asked of it, and told as well. */
static const int again[] = { TAUBE_ERROR_CONNECTION, -1 };
static const int gone[] = { TAUBE_ERROR_NOT_FOUND, TAUBE_ERROR_CONFLICT, -1 };
static const FolderMirrorKind kind
    = { .get_key = get_key, .describe = describe, .again = again, .gone = gone, .wait_seconds = 60 };

/* What the server has, as the other device sees it. */
static GHashTable *
ask_truth (TaubeTestHand *hand, const char *name)
{
  GHashTable *messages = folder_mirror_truth_new ();
  g_autofree char *selected = taube_test_hand_run (hand, "SELECT %s", name);
  g_autofree char *answer = taube_test_hand_try (hand, "UID FETCH 1:* (UID FLAGS)");
  g_auto (GStrv) lines = g_strsplit (answer, "\r\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *uid = strstr (lines[i], "UID "), *flags = strstr (lines[i], "FLAGS (");
      g_autoptr (GPtrArray) words = g_ptr_array_new ();
      g_autofree char *text = NULL;
      g_auto (GStrv) all = NULL;

      if (strstr (lines[i], " FETCH (") == NULL || uid == NULL || flags == NULL)
        continue;
      flags += strlen ("FLAGS (");
      text = g_ascii_strdown (flags, (gssize)strcspn (flags, ")"));
      all = g_strsplit (text, " ", -1);
      for (guint k = 0; all[k] != NULL; k++)
        if (all[k][0] != '\0' && strcmp (all[k], "\\recent") != 0)
          g_ptr_array_add (words, all[k]);
      uid += strlen ("UID ");
      g_hash_table_replace (messages, g_strndup (uid, strspn (uid, "0123456789")), folder_mirror_join (words));
    }
  return messages;
}

/* The changes rest; events are waited for until all is known. */
static void
check (World *world, const char *name, const char *wire_name)
{
  g_autoptr (GHashTable) truth = ask_truth (world->hands[0], wire_name);

  folder_mirror_check (world->mirror, name, truth);
}

static void
check_all (World *world)
{
  for (guint i = 0; i < N_FOLDERS; i++)
    {
      g_autofree char *path = taube_test_mail_path (world->mail, titles[i]);
      g_autofree char *name = taube_test_mail_name (world->mail, titles[i]);

      check (world, path, name);
    }
  for (guint i = 0; i < N_FOLDERS; i++)
    taube_test_hand_select (world->hands[i], titles[i]);
}

/* Changes. */

/* A few messages of those that are there. (transfer full) */
static char *
choose_some (void)
{
  guint first = (guint)g_test_rand_int_range (1, 30);

  if (g_test_rand_int_range (0, 3) == 0)
    return g_strdup_printf ("%u:%u", first, first + (guint)g_test_rand_int_range (0, 6));
  return g_strdup_printf ("%u", first);
}

/* No two are the same: some servers refuse many of those. */
static void
append (TaubeTestHand *hand, const char *title, const char *flags)
{
  static guint number;
  g_autofree char *message = g_strdup_printf ("Subject: coo %u\nFrom: a@example.org\n\nCoo.\n", ++number);

  taube_test_hand_append (hand, title, flags, message, -1);
}

static void
change (World *world)
{
  static const char *const flags[] = { "\\Seen", "\\Flagged", "\\Answered", "\\Draft", "work", "later", "$Junk" };
  guint place = (guint)g_test_rand_int_range (0, N_FOLDERS);
  TaubeTestHand *hand = world->hands[place];
  g_autofree char *some = choose_some ();
  g_autofree char *target = taube_test_mail_name (world->mail, titles[g_test_rand_int_range (0, N_FOLDERS)]);
  int dice = g_test_rand_int_range (0, 100);

  if (dice < 22)
    append (hand, titles[place], g_test_rand_bit () ? "(\\Seen)" : NULL);
  else if (dice < 74)
    g_free (taube_test_hand_try (hand, "STORE %s %cFLAGS.SILENT (%s)", some, g_test_rand_bit () ? '+' : '-',
                                 flags[g_test_rand_int_range (0, G_N_ELEMENTS (flags))]));
  else if (dice < 88)
    {
      g_free (taube_test_hand_try (hand, "STORE %s +FLAGS.SILENT (\\Deleted)", some));
      if (g_test_rand_int_range (0, 3) > 0)
        g_free (taube_test_hand_run (hand, "EXPUNGE"));
    }
  else
    g_free (taube_test_hand_try (hand, "MOVE %s %s", some, target));
}

/* Folders that come later are followed, too; those that go end quietly. */
static void
change_folders (World *world, guint number)
{
  g_autofree char *title = g_strdup_printf ("Neu %u", number);
  g_autofree char *path = taube_test_mail_path (world->mail, title);
  g_autofree char *name = taube_test_mail_name (world->mail, title);

  taube_test_mail_make_folder (world->mail, "alice", title);
  for (guint i = 0; i < 5; i++)
    append (world->hands[0], title, NULL);
  check (world, path, name);
  append (world->hands[1], title, "(\\Flagged)");
  check (world, path, name);
  taube_test_hand_select (world->hands[0], titles[0]);
  g_free (taube_test_hand_run (world->hands[0], "DELETE %s", name));
}

/* The world. */

static TaubeFolder *
get_folder (TaubeAccount *account, TaubeTestMail *mail, const char *title)
{
  g_autofree char *path = taube_test_mail_path (mail, title);

  return taube_account_get_folder_by_name (account, path);
}

static void
start_watch (World *world)
{
  g_autoptr (GPtrArray) folders = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < N_FOLDERS; i++)
    g_ptr_array_add (folders, get_folder (world->account, world->mail, titles[i]));
  world->watch = taube_account_watch (world->account, world->way->all ? NULL : folders, &error);
  g_assert_no_error (error);
  while (!taube_watch_is_online (world->watch))
    g_main_context_iteration (NULL, TRUE);
  world->mirror = folder_mirror_start (world->watch, &kind);
}

static void
set_up (World *world, const Way *way, TaubeTestMail *mail)
{
  *world = (World){ .way = way, .mail = mail };
  for (guint i = 0; i < N_FOLDERS; i++)
    {
      g_autofree char *name = taube_test_mail_name (mail, titles[i]);

      world->hands[i] = taube_test_hand_new (mail, "alice");
      g_free (taube_test_hand_try (world->hands[i], "CREATE %s", name));
      taube_test_hand_select (world->hands[i], titles[i]);
      g_free (taube_test_hand_try (world->hands[i], "STORE 1:* +FLAGS.SILENT (\\Deleted)"));
      g_free (taube_test_hand_run (world->hands[i], "EXPUNGE"));
    }
  world->wire = counting_proxy_start (taube_test_mail_get_port (mail, "imap"));
  counting_proxy_hide (world->wire, way->hidden);
  world->storm = storm_line_start (counting_proxy_get_port (world->wire), (guint32)g_test_rand_int ());
  world->account = imap_client_new ("imap", storm_line_get_port (world->storm), way->query, NULL);
}

static void
tear_down (World *world)
{
  g_autoptr (GError) error = NULL;

  storm_line_set_weather (world->storm, 0);
  folder_mirror_stop (world->mirror);
  taube_watch_stop (world->watch);
  g_clear_object (&world->watch);
  taube_account_disconnect (world->account, NULL, &error);
  g_assert_no_error (error);
  g_clear_object (&world->account);
  storm_line_stop (world->storm);
  counting_proxy_stop (world->wire);
  for (guint i = 0; i < N_FOLDERS; i++)
    taube_test_hand_free (world->hands[i]);
}

/* A slow machine tells of many changes at once, in few bytes. */
static gboolean
was_stormy (World *world)
{
  StormCount count = storm_line_get_count (world->storm);

  return count.cuts + count.stalls + count.delays > 3;
}

/* There are changes until there was a storm, too. */
static void
test_storm (gconstpointer data)
{
  const Way *way = data;
  TaubeTestMail *mail = taube_test_mail_share (way->kind);
  guint changes = g_test_slow () ? SLOW_CHANGES : way->changes;
  StormCount count;
  World world;

  if (mail == NULL)
    return;
  set_up (&world, way, mail);
  start_watch (&world);
  storm_line_set_weather (world.storm, way->bytes);
  for (guint i = 1; i <= changes || !was_stormy (&world); i++)
    {
      change (&world);
      if (i % 250 == 0)
        check_all (&world);
      if (way->all && i % 1000 == 0)
        change_folders (&world, i);
    }
  check_all (&world);
  count = storm_line_get_count (world.storm);
  g_test_message ("%u changes, %u events, %u connections: %u cut, %u stalled, %u slow", changes,
                  folder_mirror_get_events (world.mirror), count.connections, count.cuts, count.stalls, count.delays);
  tear_down (&world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  imap_client_timeout = "1";
  taube_watch_set_test_pause (short_pause);
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autofree char *path = g_strdup_printf ("/imap/watch/storm/%s", ways[i].name);

      g_test_add_data_func (path, &ways[i], test_storm);
    }
  return taube_test_mail_run ();
}
