/* SPDX-License-Identifier: LGPL-2.1-or-later */
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
#define WAIT_SECONDS 60
#define POLL_MILLISECONDS 30
#define SLOW_CHANGES 10000

typedef struct
{
  const char *name;
  TaubeTestMailKind kind;
  const char *hidden[6];
  const char *query;
  gboolean all;    /* of the account, with folders that come and go */
  guint changes;
  guint bytes;     /* from fault to fault */
} Way;

static const Way ways[] = {
  { "notify", TAUBE_TEST_DOVECOT, { NULL }, "?tls=none&compress=no&max-connections=4", TRUE, 1500, 3000 },
  { "idle", TAUBE_TEST_DOVECOT, { "NOTIFY", NULL }, "?tls=none&compress=no&max-connections=5", TRUE, 1500, 3000 },
  { "poll", TAUBE_TEST_DOVECOT, { "NOTIFY", "IDLE", NULL },
    "?tls=none&compress=no&max-connections=1", FALSE, 1000, 3000 },
  { "plain", TAUBE_TEST_DOVECOT, { "NOTIFY", "CONDSTORE", "QRESYNC", "ESEARCH", NULL },
    "?tls=none&compress=no&max-connections=5", FALSE, 1000, 2400 },
  { "poll-plain", TAUBE_TEST_DOVECOT, { "NOTIFY", "IDLE", "CONDSTORE", "QRESYNC", "ESEARCH", NULL },
    "?tls=none&compress=no&max-connections=1", FALSE, 1000, 2400 },
  { "cyrus", TAUBE_TEST_CYRUS, { NULL }, "?tls=none&compress=no&max-connections=5", FALSE, 250, 2000 },
  { "courier", TAUBE_TEST_COURIER, { NULL }, "?tls=none&compress=no&max-connections=1", FALSE, 250, 2000 },
};

/* What is known of a folder: UID to flags as text. */
typedef struct
{
  char *title;
  GHashTable *messages;
} Copy;

typedef struct
{
  const Way *way;
  TaubeTestMail *mail;
  StormLine *storm;
  CountingProxy *wire;
  TaubeAccount *account; /* through the storm, also to look at what events name */
  TaubeWatch *watch;
  TaubeTestHand *hands[N_FOLDERS];
  GCancellable *end;
  GThread *listener;

  GMutex lock;
  GCond cond;
  GHashTable *copies; /* name of the folder, as the library has it -> Copy; under lock */
  guint events;
} World;

static const char *const titles[N_FOLDERS] = { "INBOX", "Sturm", "Sturm/Böe" };

static guint
short_pause (guint attempt, guint milliseconds)
{
  return attempt == 0 ? POLL_MILLISECONDS : 1;
}

/* What is known by events. */

static void
copy_free (gpointer data)
{
  Copy *copy = data;

  g_hash_table_unref (copy->messages);
  g_free (copy->title);
  g_free (copy);
}

static Copy *
get_copy (World *world, const char *name)
{
  Copy *copy = g_hash_table_lookup (world->copies, name);

  if (copy == NULL)
    {
      copy = g_new0 (Copy, 1);
      copy->title = g_strdup (name);
      copy->messages = g_hash_table_new_full (NULL, NULL, NULL, g_free);
      g_hash_table_insert (world->copies, g_strdup (name), copy);
    }
  return copy;
}

static gpointer
uid_of (const char *id)
{
  return GUINT_TO_POINTER ((guint) g_ascii_strtoull (strchr (id, '.') + 1, NULL, 10));
}

static int
compare_words (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static char *
join_sorted (GPtrArray *words)
{
  g_ptr_array_sort (words, compare_words);
  g_ptr_array_add (words, NULL);
  return g_strjoinv (" ", (char **) words->pdata);
}

static char *
describe (TaubeMessageList *list, guint row)
{
  static const struct
  {
    TaubeMessageFlags flag;
    const char *word;
  } table[] = { { TAUBE_MESSAGE_FLAGS_SEEN, "\\seen" },       { TAUBE_MESSAGE_FLAGS_ANSWERED, "\\answered" },
                { TAUBE_MESSAGE_FLAGS_FLAGGED, "\\flagged" }, { TAUBE_MESSAGE_FLAGS_DELETED, "\\deleted" },
                { TAUBE_MESSAGE_FLAGS_DRAFT, "\\draft" } };
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);
  const char *const *keywords = taube_message_list_get_keywords (list, row);

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (taube_message_list_get_flags (list, row) & table[i].flag)
      g_ptr_array_add (words, g_strdup (table[i].word));
  for (; *keywords != NULL; keywords++)
    g_ptr_array_add (words, g_ascii_strdown (*keywords, -1));
  return join_sorted (words);
}

/* The storm cuts lists, too: then they are asked for again. NULL: the folder has gone, or was made anew, which is told
 * as well. (transfer full) */
static TaubeItemList *
list_until_done (TaubeFolder *folder, const TaubeIdSet *ids)
{
  for (;;)
    {
      g_autoptr (TaubeListRequest) request = taube_list_request_new ();
      g_autoptr (GError) error = NULL;
      TaubeItemList *list;

      taube_list_request_set_fields (request, TAUBE_LIST_FIELDS_FLAGS);
      if (ids != NULL)
        taube_list_request_set_ids (request, ids);
      list = taube_folder_list (folder, request, NULL, &error);
      if (list != NULL || g_error_matches (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND)
          || g_error_matches (error, TAUBE_ERROR, TAUBE_ERROR_CONFLICT))
        return list;
      if (!g_error_matches (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION))
        g_error ("a list failed: %s", error->message);
    }
}

/* Looks at messages that an event named; IDS NULL: at all. */
static void
look (World *world, TaubeFolder *folder, const TaubeIdSet *ids)
{
  g_autoptr (TaubeItemList) list = NULL;
  Copy *copy;

  if (ids != NULL && taube_id_set_get_size (ids) == 0)
    return;
  list = list_until_done (folder, ids);
  if (list == NULL)
    return;
  g_mutex_lock (&world->lock);
  copy = get_copy (world, taube_folder_get_name (folder));
  for (guint i = 0; i < taube_item_list_get_size (list); i++)
    {
      g_autofree char *id = taube_item_list_get_id (list, i);

      g_hash_table_replace (copy->messages, uid_of (id), describe (TAUBE_MESSAGE_LIST (list), i));
    }
  g_mutex_unlock (&world->lock);
}

static void
take_event (World *world, TaubeWatchEvent *event)
{
  TaubeFolder *folder = taube_watch_event_get_folder (event);
  TaubeChanges *changes = taube_watch_event_get_changes (event);
  g_auto (GStrv) removed = taube_id_set_to_strv (taube_changes_get_removed (changes));
  Copy *copy;

  g_mutex_lock (&world->lock);
  copy = get_copy (world, taube_folder_get_name (folder));
  if (taube_changes_is_reset (changes))
    g_hash_table_remove_all (copy->messages);
  for (guint i = 0; removed[i] != NULL; i++)
    g_hash_table_remove (copy->messages, uid_of (removed[i]));
  g_mutex_unlock (&world->lock);
  if (taube_changes_is_reset (changes))
    look (world, folder, NULL);
  look (world, folder, taube_changes_get_added (changes));
  look (world, folder, taube_changes_get_changed (changes));
  g_mutex_lock (&world->lock);
  world->events++;
  g_cond_broadcast (&world->cond);
  g_mutex_unlock (&world->lock);
}

static gpointer
listen_to_events (gpointer data)
{
  World *world = data;

  for (;;)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TaubeWatchEvent) event = taube_watch_next (world->watch, world->end, &error);

      if (event != NULL)
        take_event (world, event);
      else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return NULL;
      else
        g_error ("the watch ended: %s", error->message);
    }
}

/* What the server has, as the other device sees it. */
static GHashTable *
ask_truth (TaubeTestHand *hand, const char *name)
{
  GHashTable *messages = g_hash_table_new_full (NULL, NULL, NULL, g_free);
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
      text = g_ascii_strdown (flags, (gssize) strcspn (flags, ")"));
      all = g_strsplit (text, " ", -1);
      for (guint k = 0; all[k] != NULL; k++)
        if (all[k][0] != '\0' && strcmp (all[k], "\\recent") != 0)
          g_ptr_array_add (words, all[k]);
      g_hash_table_replace (messages, GUINT_TO_POINTER ((guint) g_ascii_strtoull (uid + 4, NULL, 10)),
                            join_sorted (words));
    }
  return messages;
}

/* What is wrong with the copy; NULL: nothing. The lock is held. */
static char *
find_difference (World *world, const char *name, GHashTable *truth)
{
  Copy *copy = get_copy (world, name);
  GHashTableIter iter;
  gpointer uid, flags;

  g_hash_table_iter_init (&iter, truth);
  while (g_hash_table_iter_next (&iter, &uid, &flags))
    if (g_strcmp0 (g_hash_table_lookup (copy->messages, uid), flags) != 0)
      return g_strdup_printf ("%s: message %u has flags \"%s\"; known: %s", name, GPOINTER_TO_UINT (uid),
                              (char *) flags, (char *) g_hash_table_lookup (copy->messages, uid));
  g_hash_table_iter_init (&iter, copy->messages);
  while (g_hash_table_iter_next (&iter, &uid, NULL))
    if (!g_hash_table_contains (truth, uid))
      return g_strdup_printf ("%s: message %u has gone; it is still known", name, GPOINTER_TO_UINT (uid));
  return NULL;
}

/* The changes rest; events are waited for until all is known. */
static void
check (World *world, const char *name, const char *wire_name)
{
  g_autoptr (GHashTable) truth = ask_truth (world->hands[0], wire_name);
  gint64 end = g_get_monotonic_time () + WAIT_SECONDS * G_USEC_PER_SEC;
  char *difference;

  g_mutex_lock (&world->lock);
  while ((difference = find_difference (world, name, truth)) != NULL)
    {
      if (!g_cond_wait_until (&world->cond, &world->lock, end))
        g_error ("%s", difference);
      g_free (difference);
    }
  g_mutex_unlock (&world->lock);
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
  guint first = (guint) g_test_rand_int_range (1, 30);

  if (g_test_rand_int_range (0, 3) == 0)
    return g_strdup_printf ("%u:%u", first, first + (guint) g_test_rand_int_range (0, 6));
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
  guint place = (guint) g_test_rand_int_range (0, N_FOLDERS);
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
  world->listener = g_thread_new ("listener", listen_to_events, world);
}

static void
set_up (World *world, const Way *way, TaubeTestMail *mail)
{
  *world = (World){ .way = way, .mail = mail };
  g_mutex_init (&world->lock);
  g_cond_init (&world->cond);
  world->copies = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, copy_free);
  world->end = g_cancellable_new ();
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
  world->storm = storm_line_start (counting_proxy_get_port (world->wire), (guint32) g_test_rand_int ());
  world->account = imap_client_new ("imap", storm_line_get_port (world->storm), way->query, NULL);
}

static void
tear_down (World *world)
{
  g_autoptr (GError) error = NULL;

  storm_line_set_weather (world->storm, 0);
  g_cancellable_cancel (world->end);
  g_thread_join (world->listener);
  taube_watch_stop (world->watch);
  g_clear_object (&world->watch);
  taube_account_disconnect (world->account, NULL, &error);
  g_assert_no_error (error);
  g_clear_object (&world->account);
  storm_line_stop (world->storm);
  counting_proxy_stop (world->wire);
  for (guint i = 0; i < N_FOLDERS; i++)
    taube_test_hand_free (world->hands[i]);
  g_hash_table_unref (world->copies);
  g_object_unref (world->end);
  g_cond_clear (&world->cond);
  g_mutex_clear (&world->lock);
}

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
  for (guint i = 1; i <= changes; i++)
    {
      change (&world);
      if (i % 250 == 0)
        check_all (&world);
      if (way->all && i % 1000 == 0)
        change_folders (&world, i);
    }
  check_all (&world);
  count = storm_line_get_count (world.storm);
  g_test_message ("%u changes, %u events, %u connections: %u cut, %u stalled, %u slow", changes, world.events,
                  count.connections, count.cuts, count.stalls, count.delays);
  g_assert_cmpuint (count.cuts + count.stalls + count.delays, >, 3);
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
