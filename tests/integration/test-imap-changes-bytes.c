/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "changes-world.h"

/* What it costs to open a large folder again, in bytes on the wire, both ways, sign-in included. The number of
 * messages is an argument: the bounds are those for 100,000. */

#define KIB 1024

static TaubeTestMail *dovecot;
static guint n_messages;

typedef struct
{
  guint level;
  guint64 most;       /* bytes */
  guint most_token;   /* bytes of the token for one message, 0: for all */
} Cost;

static const Cost costs[] = {
  { 0, 64 * KIB, 0 },
  { 1, 96 * KIB, 8 },
  { 2, 1024 * KIB, 8 },
};

#define FIRST_HOLE 500
#define HOLE_STEP 997

/* UIDs that are not there any more, one a thousand at odd places, so that ranges do not make everything short. */
static void
make_holes (void)
{
  g_autoptr (GString) set = g_string_new (NULL);
  ChangesWorld world;

  for (guint uid = FIRST_HOLE; uid < n_messages; uid += HOLE_STEP)
    g_string_append_printf (set, "%s%u", set->len > 0 ? "," : "", uid);
  changes_world_init (&world, &changes_levels[0], dovecot, "INBOX");
  changes_world_expunge (&world, set->str);
  changes_world_clear (&world);
}

static guint
pick (guint uid)
{
  return uid % HOLE_STEP == FIRST_HOLE ? uid + 1 : uid;
}

/* 100 messages with other flags, 10 new, 10 gone; ROUND chooses others. */
static void
change (ChangesWorld *world, guint round)
{
  for (guint i = 0; i < 100; i++)
    changes_world_do (world, "UID STORE %u +FLAGS.SILENT (k%u)", pick (n_messages / 100 * i + 11 + 3 * round), round);
  for (guint i = 0; i < 10; i++)
    changes_world_do (world, "UID STORE %u +FLAGS.SILENT (\\Deleted)", pick (n_messages / 10 * i + 25 + 3 * round));
  changes_world_do (world, "EXPUNGE");
  for (guint i = 0; i < 10; i++)
    changes_world_append (world, world->device);
}

static void
test_cost (gconstpointer data)
{
  const Cost *cost = data;
  g_autoptr (TaubeChanges) first = NULL;
  g_autoptr (TaubeChanges) changes = NULL;
  g_autoptr (GError) error = NULL;
  ChangesWorld world;
  WireCount before, after;
  guint64 bytes;

  changes_world_init (&world, &changes_levels[cost->level], dovecot, "INBOX");
  first = changes_world_get (&world);
  g_assert_cmpuint (taube_id_set_get_size (taube_changes_get_added (first)), >, n_messages - 200);
  taube_account_disconnect (world.account, NULL, &error);
  g_assert_no_error (error);
  change (&world, cost->level);

  before = counting_proxy_get_count (world.wire);
  changes = changes_world_get (&world);
  after = counting_proxy_get_count (world.wire);
  g_assert_cmpuint (taube_id_set_get_size (taube_changes_get_added (changes)), ==, 10);
  g_assert_cmpuint (taube_id_set_get_size (taube_changes_get_changed (changes)), ==, 100);
  g_assert_cmpuint (taube_id_set_get_size (taube_changes_get_removed (changes)), ==, 10);
  bytes = after.sent - before.sent + after.received - before.received;
  g_printerr ("# %s: %" G_GUINT64_FORMAT " bytes (%" G_GUINT64_FORMAT " sent), a token of %zu bytes\n",
              changes_levels[cost->level].name, bytes, after.sent - before.sent, g_bytes_get_size (world.token));
  g_assert_cmpuint (bytes, <, cost->most);
  g_assert_cmpuint (g_bytes_get_size (world.token), <=, 100 + cost->most_token * n_messages);
  changes_world_clear (&world);
}

/* The server would do it when it ends, but is not waited for so long. */
static void
remove_mail (void)
{
  g_autofree char *folder = g_build_filename (taube_test_mail_get (dovecot, "dir"), "mail", "alice", NULL);
  const char *argv[] = { "rm", "-rf", folder, NULL };
  g_autoptr (GError) error = NULL;

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  const char *options[] = { NULL, "--small", NULL };
  g_autofree char *messages = NULL;
  int result;

  g_test_init (&argc, &argv, NULL);
  n_messages = argc > 1 ? (guint) g_ascii_strtoull (argv[1], NULL, 10) : 5000;
  options[0] = messages = g_strdup_printf ("--messages=%u", n_messages);
  dovecot = taube_test_dovecot_start (options);
  if (dovecot == NULL)
    return 77;
  make_holes ();
  for (guint i = 0; i < G_N_ELEMENTS (costs); i++)
    {
      g_autofree char *path = g_strdup_printf ("/imap/changes/bytes/%s", changes_levels[costs[i].level].name);

      g_test_add_data_func (path, &costs[i], test_cost);
    }
  result = g_test_run ();
  remove_mail ();
  taube_test_dovecot_stop (dovecot);
  return result;
}
