/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "changes-world.h"

#include <string.h>

/* Following a folder by tokens, against private servers that are allowed more or less of their extensions. */

typedef struct
{
  TaubeTestMailKind kind;
  const ChangesLevel *level;
} Place;

/* What each server has beyond the levels is hidden along with them; Courier is plain as it is. */
static const Place places[] = {
  { TAUBE_TEST_DOVECOT, &changes_levels[0] }, { TAUBE_TEST_DOVECOT, &changes_levels[1] },
  { TAUBE_TEST_DOVECOT, &changes_levels[2] }, { TAUBE_TEST_DOVECOT, &changes_levels[3] },
  { TAUBE_TEST_CYRUS, &changes_levels[0] },   { TAUBE_TEST_CYRUS, &changes_levels[1] },
  { TAUBE_TEST_CYRUS, &changes_levels[2] },   { TAUBE_TEST_CYRUS, &changes_levels[3] },
  { TAUBE_TEST_COURIER, &changes_levels[0] },
};

/* FALSE: there is no such server, and the test is marked so. */
static gboolean
world_init (ChangesWorld *world, const Place *place, const char *folder)
{
  TaubeTestMail *mail = taube_test_mail_share (place->kind);

  if (mail != NULL)
    changes_world_init (world, place->level, mail, folder);
  return mail != NULL;
}

/* Servers that remember who was removed may name more than are news. */
static void
assert_removed (ChangesWorld *world, const TaubeIdSet *removed, const char *expected)
{
  g_auto (GStrv) words = g_strsplit (expected, " ", -1);

  if (strstr (world->said->str, "(QRESYNC (") == NULL)
    {
      changes_assert_ids (removed, expected);
      return;
    }
  for (guint i = 0; words[i] != NULL && words[i][0] != '\0'; i++)
    {
      g_autofree char *id = g_strconcat (world->prefix, words[i], NULL);

      g_assert_true (taube_id_set_contains (removed, id));
    }
}

static void
assert_changes (ChangesWorld *world, const char *added, const char *changed, const char *removed)
{
  g_autoptr (TaubeChanges) changes = changes_world_get (world);

  g_assert_false (taube_changes_is_reset (changes));
  changes_assert_ids (taube_changes_get_added (changes), added);
  changes_assert_ids (taube_changes_get_changed (changes), changed);
  assert_removed (world, taube_changes_get_removed (changes), removed);
}

/* That the client asks in the way that the level allows. */
static void
assert_way (ChangesWorld *world, const Place *place)
{
  gboolean courier = place->kind == TAUBE_TEST_COURIER;
  gboolean qresync = !courier && place->level == &changes_levels[0];
  gboolean plain = courier || place->level == &changes_levels[3];

  g_assert_true ((strstr (world->said->str, "(QRESYNC (") != NULL) == qresync);
  g_assert_true ((strstr (world->said->str, "(CHANGEDSINCE ") != NULL) == (!qresync && !plain));
  if (!qresync)
    g_assert_true ((strstr (world->said->str, "RETURN (ALL)") != NULL) == (place->level == &changes_levels[1]));
  g_assert_null (strstr (world->said->str, "CHANGEDSINCE 0"));
}

/* The table says which way it is. */
static void
assert_evidence (ChangesWorld *world, const Place *place)
{
  static const char *const evidence[]
      = { "CAPABILITY QRESYNC", "CAPABILITY CONDSTORE", "CAPABILITY CONDSTORE", "no CAPABILITY CONDSTORE" };
  g_autoptr (TaubeCapabilities) table = taube_account_get_capabilities (world->account);
  guint level = place->kind == TAUBE_TEST_COURIER ? 3 : (guint) (place->level - changes_levels);

  g_assert_cmpint (taube_capabilities_get_support (table, TAUBE_CAPABILITY_MAIL_SYNC), ==, TAUBE_SUPPORT_YES);
  g_assert_cmpstr (taube_capabilities_get_evidence (table, TAUBE_CAPABILITY_MAIL_SYNC), ==, evidence[level]);
}

static void
test_basics (gconstpointer data)
{
  ChangesWorld world;

  if (!world_init (&world, data, "Basics"))
    return;
  assert_changes (&world, "", "", "");
  for (guint i = 0; i < 5; i++)
    changes_world_append (&world, world.device);
  assert_changes (&world, "1 2 3 4 5", "", "");
  assert_changes (&world, "", "", "");
  changes_world_do (&world, "UID STORE 2,4 +FLAGS (\\Seen)");
  assert_changes (&world, "", "2 4", "");
  changes_world_do (&world, "UID STORE 3 +FLAGS ($Label1)");
  changes_world_expunge (&world, "1,5");
  changes_world_append (&world, world.device);
  assert_changes (&world, "6", "3", "1 5");
  assert_changes (&world, "", "", "");
  changes_world_expunge (&world, "6");
  changes_world_append (&world, world.device);
  assert_changes (&world, "7", "", "6");

  /* One that came and went, and the number of messages is as before. */
  changes_world_append (&world, world.device);
  changes_world_expunge (&world, "8");
  assert_changes (&world, "", "", "");

  /* And the last one. */
  changes_world_expunge (&world, "1:*");
  assert_changes (&world, "", "", "2 3 4 7");
  assert_changes (&world, "", "", "");
  assert_way (&world, data);
  assert_evidence (&world, data);
  changes_world_clear (&world);
}

/* The folder was deleted and made anew: its ids are others. */
static void
test_made_anew (gconstpointer data)
{
  ChangesWorld world;

  if (!world_init (&world, data, "Anew"))
    return;
  changes_world_append (&world, world.device);
  assert_changes (&world, "1", "", "");
  changes_world_do (&world, "CLOSE");
  changes_world_do (&world, "DELETE %s", world.name);
  changes_world_do (&world, "CREATE %s", world.name);
  changes_world_append (&world, world.device);
  taube_test_hand_select (world.device, "Anew");
  g_assert_true (changes_world_follow (&world));
  changes_world_assert_equal (&world);
  changes_world_append (&world, world.device);
  assert_changes (&world, "2", "", "");
  changes_world_clear (&world);
}

/* A token that was taken where the server could more or less than now tells all the same, or is a reset. */
static void
test_other_server (gconstpointer data)
{
  for (guint i = 0; i < N_CHANGES_LEVELS; i++)
    {
      g_autoptr (GError) error = NULL;
      ChangesWorld world;

      if (!world_init (&world, data, "Other"))
        return;
      for (guint n = 0; n < 6; n++)
        changes_world_append (&world, world.device);
      changes_world_follow (&world);
      changes_world_do (&world, "UID STORE 2 +FLAGS (\\Seen)");
      changes_world_append (&world, world.device);
      counting_proxy_hide (world.wire, changes_levels[i].hidden);
      taube_account_disconnect (world.account, NULL, &error);
      g_assert_no_error (error);
      changes_world_follow (&world);
      changes_world_assert_equal (&world);
      changes_world_expunge (&world, "3,5");
      changes_world_do (&world, "UID STORE 4 +FLAGS (work)");
      changes_world_follow (&world);
      changes_world_assert_equal (&world);
      changes_world_clear (&world);
    }
}

/* Between every two things that the client says, somebody changes the folder: all of it is told, now or the next
 * time. */

typedef struct
{
  ChangesWorld *world;
  GRand *random;
  TaubeTestHand *device;
} Meddler;

static void
meddle (gpointer user_data)
{
  Meddler *meddler = user_data;
  guint32 gone = (guint32) g_rand_int_range (meddler->random, 1, 100);

  /* Flags first and last, so that one that is missed is not made good by the next. */
  for (guint i = 0; i < 4; i++)
    {
      if (i == 2)
        {
          changes_world_append (meddler->world, meddler->device);
          g_free (taube_test_hand_run (meddler->device, "UID STORE %u +FLAGS (\\Deleted)", gone));
          g_free (taube_test_hand_run (meddler->device, "EXPUNGE"));
        }
      g_free (taube_test_hand_run (meddler->device, "UID STORE %u FLAGS (\\Seen k%u)",
                                   g_rand_int_range (meddler->random, 1, 60), g_rand_int (meddler->random) % 6));
    }
}

static void
test_race (gconstpointer data)
{
  ChangesWorld world;
  Meddler meddler = { &world, g_rand_new_with_seed (7), NULL };

  if (!world_init (&world, data, "Race"))
    return;
  meddler.device = taube_test_hand_new (world.mail, "alice");
  taube_test_hand_select (meddler.device, "Race");
  for (guint i = 0; i < 60; i++)
    changes_world_append (&world, world.device);
  for (guint round = 0; round < (g_test_slow () ? 20u : 6u); round++)
    {
      world.user_data = &meddler;
      world.before_command = meddle;
      if (round == 3)
        g_clear_pointer (&world.token, g_bytes_unref);
      if (world.token == NULL)
        g_hash_table_remove_all (world.copy);
      g_assert_false (changes_world_follow (&world));
      world.before_command = NULL;
      g_assert_false (changes_world_follow (&world));
      changes_world_assert_equal (&world);
    }
  taube_test_hand_free (meddler.device);
  g_rand_free (meddler.random);
  changes_world_clear (&world);
}

/* Random work of another device, in rounds; after each the copy must be what the server has. */

static void
do_something (ChangesWorld *world, GRand *random)
{
  static const char *const flags[]
      = { "\\Seen", "\\Flagged", "\\Answered", "\\Draft", "$Forwarded", "work", "k1", "k2" };
  guint32 first = (guint32) g_rand_int_range (random, 1, 60), last = first + (guint32) g_rand_int_range (random, 0, 6);
  const char *flag = flags[g_rand_int_range (random, 0, G_N_ELEMENTS (flags))];

  switch (g_rand_int_range (random, 0, 6))
    {
    case 0:
    case 1:
      changes_world_append (world, world->device);
      break;
    case 2:
      changes_world_do (world, "UID STORE %u:%u +FLAGS (%s)", first, last, flag);
      break;
    case 3:
      changes_world_do (world, "UID STORE %u:%u -FLAGS (%s)", first, last, flag);
      break;
    case 4:
      changes_world_do (world, "UID STORE %u:* FLAGS (%s)", first, flag);
      break;
    default:
      changes_world_do (world, "UID STORE %u +FLAGS (\\Deleted)", first);
      changes_world_do (world, "EXPUNGE");
      break;
    }
}

static void
test_random (gconstpointer data)
{
  const char *given = g_getenv ("TAUBE_TEST_SEED");
  guint32 seed = given != NULL ? (guint32) g_ascii_strtoull (given, NULL, 10) : g_random_int ();
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  ChangesWorld world;

  g_test_message ("TAUBE_TEST_SEED=%u", seed);
  g_printerr ("# TAUBE_TEST_SEED=%u\n", seed);
  if (!world_init (&world, data, "Random"))
    return;
  for (guint round = 0; round < (g_test_slow () ? 200u : 24u); round++)
    {
      for (gint n = g_rand_int_range (random, 0, 12); n > 0; n--)
        do_something (&world, random);
      g_assert_true (changes_world_follow (&world) == FALSE);
      changes_world_assert_equal (&world);
    }
  changes_world_clear (&world);
}

/* Tokens. */

static void
assert_refused (TaubeFolder *folder, GBytes *token, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (taube_folder_get_changes (folder, token, NULL, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
  if (strstr (error->message, words) == NULL)
    g_error ("\"%s\" is not in: %s", words, error->message);
}

static void
assert_reset (TaubeFolder *folder, gconstpointer bytes, gsize length)
{
  g_autoptr (GBytes) token = g_bytes_new (bytes, length);
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeChanges) changes = taube_folder_get_changes (folder, token, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (taube_changes_is_reset (changes));
  g_assert_null (taube_changes_get_token (changes));
}

static void
test_tokens (void)
{
  ChangesWorld world;
  g_autoptr (TaubeFolder) inbox = NULL;
  g_autoptr (TaubeAccount) bob = NULL;
  g_autoptr (TaubeFolder) other = NULL;
  g_autofree guint8 *bytes = NULL;
  g_autoptr (GBytes) nonsense = g_bytes_new_static ("[token]\n", 8);
  g_autoptr (GBytes) nothing = g_bytes_new_static ("", 0);
  WireCount before, after;
  gsize length;

  if (!world_init (&world, &places[0], "Tokens"))
    return;
  changes_world_append (&world, world.device);
  changes_world_follow (&world);
  length = g_bytes_get_size (world.token);
  g_assert_cmpuint (length, <=, 80);
  bytes = g_memdup2 (g_bytes_get_data (world.token, NULL), length);

  /* Not one of this folder: nothing is sent. */
  inbox = taube_account_get_folder_by_name (world.account, "INBOX");
  bob = imap_client_new_as ("bob", TAUBE_TEST_PASSWORD, counting_proxy_get_port (world.wire), "?tls=none&compress=no");
  other = taube_account_get_folder_by_name (bob, "Tokens");
  before = counting_proxy_get_count (world.wire);
  assert_refused (inbox, world.token, "of another folder");
  assert_refused (other, world.token, "of another account");
  assert_refused (world.folder, nonsense, "not a token");
  assert_refused (world.folder, nothing, "not a token");
  after = counting_proxy_get_count (world.wire);
  g_assert_cmpuint (before.sent, ==, after.sent);
  g_assert_cmpuint (before.connections, ==, after.connections);

  /* Damaged, or of a later version. */
  for (gsize i = 5; i < length; i += 3)
    assert_reset (world.folder, bytes, i);
  for (gsize i = 4; i < length; i += 5)
    {
      bytes[i] ^= 0x10;
      assert_reset (world.folder, bytes, length);
      bytes[i] ^= 0x10;
    }
  bytes[4] = 2;
  assert_reset (world.folder, bytes, length);
  changes_world_clear (&world);
}

typedef struct
{
  GMainLoop *loop;
  TaubeChanges *changes;
} Waiting;

static void
on_changes (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Waiting *waiting = user_data;
  g_autoptr (GError) error = NULL;

  waiting->changes = taube_folder_get_changes_finish (TAUBE_FOLDER (source), result, &error);
  g_assert_no_error (error);
  g_main_loop_quit (waiting->loop);
}

static void
test_async (void)
{
  Waiting waiting = { g_main_loop_new (NULL, FALSE), NULL };
  g_autoptr (TaubeProgress) progress = taube_progress_new ();
  ChangesWorld world;

  if (!world_init (&world, &places[3], "Async"))
    return;
  changes_world_append (&world, world.device);
  taube_folder_get_changes_async (world.folder, NULL, progress, NULL, on_changes, &waiting);
  g_main_loop_run (waiting.loop);
  changes_assert_ids (taube_changes_get_added (waiting.changes), "1");
  taube_changes_unref (waiting.changes);
  g_main_loop_unref (waiting.loop);
  changes_world_clear (&world);
}

static void
add_places (const char *name, GTestDataFunc func)
{
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *path = g_strdup_printf ("/imap/changes/%s/%s/%s", name,
                                               taube_test_mail_kind_name (places[i].kind), places[i].level->name);

      g_test_add_data_func (path, &places[i], func);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_places ("basics", test_basics);
  add_places ("made-anew", test_made_anew);
  add_places ("other-server", test_other_server);
  add_places ("race", test_race);
  add_places ("random", test_random);
  g_test_add_func ("/imap/changes/tokens", test_tokens);
  g_test_add_func ("/imap/changes/async", test_async);
  return taube_test_mail_run ();
}
