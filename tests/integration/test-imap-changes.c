/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-client.h"

#include <string.h>

#include "../contract/counting-proxy.h"
#include "imap-device.h"

/* Following a folder by tokens, against a private Dovecot that is allowed more or less of its extensions. */

typedef struct
{
  const char *name;
  const char *hidden[4]; /* what the server must not say of itself */
} Level;

static const Level levels[] = {
  { "qresync", { NULL } },
  { "condstore-esearch", { "QRESYNC", NULL } },
  { "condstore", { "QRESYNC", "ESEARCH", NULL } },
  { "plain", { "QRESYNC", "CONDSTORE", "ESEARCH", NULL } },
};

static TaubeTestDovecot *dovecot;

/* What the client holds: a copy of one folder that it keeps up by changes alone. */
typedef struct
{
  CountingProxy *wire;
  TaubeAccount *account;
  TaubeFolder *folder;
  ImapDevice *device;
  GBytes *token;
  GHashTable *copy; /* id to flags, as imap_device_look() writes them */
} World;

static void
world_init (World *world, const Level *level, const char *folder)
{
  world->wire = counting_proxy_start (taube_test_dovecot_get_port (dovecot, "imap"));
  counting_proxy_hide (world->wire, level->hidden);
  world->account = imap_client_new ("imap", counting_proxy_get_port (world->wire), "?tls=none&compress=no", NULL);
  world->folder = taube_account_get_folder_by_name (world->account, folder);
  world->device = imap_device_new (taube_test_dovecot_get_port (dovecot, "imap"), "alice", TAUBE_TEST_PASSWORD);
  imap_device_do (world->device, "CREATE %s", folder);
  imap_device_do (world->device, "SELECT %s", folder);
  world->copy = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

static void
world_clear (World *world)
{
  imap_device_do (world->device, "CLOSE");
  imap_device_do (world->device, "DELETE \"%s\"", taube_folder_get_name (world->folder));
  imap_device_free (world->device);
  g_clear_pointer (&world->token, g_bytes_unref);
  g_hash_table_unref (world->copy);
  g_clear_object (&world->folder);
  g_clear_object (&world->account);
  counting_proxy_stop (world->wire);
}

static TaubeChanges *
get_changes (World *world)
{
  g_autoptr (GError) error = NULL;
  TaubeChanges *changes = taube_folder_get_changes (world->folder, world->token, NULL, NULL, &error);

  g_assert_no_error (error);
  g_clear_pointer (&world->token, g_bytes_unref);
  if (taube_changes_get_token (changes) != NULL)
    world->token = g_bytes_ref (taube_changes_get_token (changes));
  g_assert_true (taube_changes_is_reset (changes) == (world->token == NULL));
  return changes;
}

static void
assert_ids (const TaubeIdSet *set, const char *expected)
{
  g_auto (GStrv) ids = taube_id_set_to_strv (set);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; ids[i] != NULL; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "", strchr (ids[i], '.') + 1);
  g_assert_cmpstr (text->str, ==, expected);
}

static void
assert_changes (World *world, const char *added, const char *changed, const char *removed)
{
  g_autoptr (TaubeChanges) changes = get_changes (world);

  g_assert_false (taube_changes_is_reset (changes));
  assert_ids (taube_changes_get_added (changes), added);
  assert_ids (taube_changes_get_changed (changes), changed);
  assert_ids (taube_changes_get_removed (changes), removed);
}

static void
test_basics (gconstpointer data)
{
  World world = { 0 };

  world_init (&world, data, "Basics");
  assert_changes (&world, "", "", "");
  for (guint i = 0; i < 5; i++)
    imap_device_append (world.device, "Basics", "one");
  assert_changes (&world, "1 2 3 4 5", "", "");
  assert_changes (&world, "", "", "");
  imap_device_do (world.device, "UID STORE 2,4 +FLAGS (\\Seen)");
  assert_changes (&world, "", "2 4", "");
  imap_device_do (world.device, "UID STORE 3 +FLAGS ($Label1)");
  imap_device_do (world.device, "UID STORE 1,5 +FLAGS (\\Deleted)");
  imap_device_do (world.device, "EXPUNGE");
  imap_device_append (world.device, "Basics", "two");
  assert_changes (&world, "6", "3", "1 5");
  assert_changes (&world, "", "", "");
  imap_device_do (world.device, "UID STORE 6 +FLAGS (\\Deleted)");
  imap_device_do (world.device, "EXPUNGE");
  imap_device_append (world.device, "Basics", "three");
  assert_changes (&world, "7", "", "6");

  /* One that came and went, and the number of messages is as before. */
  imap_device_append (world.device, "Basics", "four");
  imap_device_do (world.device, "UID STORE 8 +FLAGS (\\Deleted)");
  imap_device_do (world.device, "EXPUNGE");
  assert_changes (&world, "", "", "");
  world_clear (&world);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  dovecot = taube_test_dovecot_start (NULL);
  if (dovecot == NULL)
    return 77;
  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    {
      g_autofree char *path = g_strdup_printf ("/imap/changes/basics/%s", levels[i].name);

      g_test_add_data_func (path, &levels[i], test_basics);
    }
  result = g_test_run ();
  taube_test_dovecot_stop (dovecot);
  return result;
}
