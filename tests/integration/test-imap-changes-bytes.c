/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "changes-world.h"

/* What it costs to open a folder of 100,000 messages again, in bytes on the wire, both ways, sign-in included. */

#define N_MESSAGES 100000
#define KIB 1024

static TaubeTestMail *dovecot;

typedef struct
{
  guint level;
  guint64 most;       /* bytes */
  guint64 most_token; /* bytes of the token */
} Cost;

static const Cost costs[] = {
  { 0, 64 * KIB, 100 },
  { 1, 96 * KIB, 8 * N_MESSAGES },
  { 2, 1024 * KIB, 8 * N_MESSAGES },
};

/* UIDs that are not there any more, one a thousand at odd places, so that ranges do not make everything short. */
static void
make_holes (void)
{
  g_autoptr (GString) set = g_string_new (NULL);
  ChangesWorld world;

  for (guint uid = 500; uid < N_MESSAGES; uid += 997)
    g_string_append_printf (set, "%s%u", set->len > 0 ? "," : "", uid);
  changes_world_init (&world, &changes_levels[0], dovecot, "INBOX");
  changes_world_expunge (&world, set->str);
  changes_world_clear (&world);
}

/* 100 messages with other flags, 10 new, 10 gone; ROUND chooses others. */
static void
change (ChangesWorld *world, guint round)
{
  for (guint i = 0; i < 100; i++)
    changes_world_do (world, "UID STORE %u +FLAGS.SILENT (k%u)", 1000 + i * 937 + round, round);
  for (guint i = 0; i < 10; i++)
    changes_world_do (world, "UID STORE %u +FLAGS.SILENT (\\Deleted)", 2003 + i * 9721 + round);
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
  g_assert_cmpuint (taube_id_set_get_size (taube_changes_get_added (first)), >, N_MESSAGES - 200);
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
  g_assert_cmpuint (g_bytes_get_size (world.token), <=, cost->most_token);
  changes_world_clear (&world);
}

int
main (int argc, char **argv)
{
  static const char *const options[] = { "--messages=100000", "--small", NULL };
  int result;

  g_test_init (&argc, &argv, NULL);
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
  taube_test_dovecot_stop (dovecot);
  return result;
}
