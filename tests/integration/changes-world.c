/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "changes-world.h"

#include <string.h>

const ChangesLevel changes_levels[N_CHANGES_LEVELS] = {
  { "qresync", { NULL } },
  { "condstore-esearch", { "QRESYNC", NULL } },
  { "condstore", { "QRESYNC", "ESEARCH", NULL } },
  { "plain", { "QRESYNC", "CONDSTORE", "ESEARCH", NULL } },
};

static void
on_said (const char *bytes, gsize size, gpointer user_data)
{
  ChangesWorld *world = user_data;

  g_string_append_len (world->said, bytes, (gssize) size);
  if (world->before_command != NULL)
    world->before_command (world->user_data);
}

/* Wherever the server has put it. */
static TaubeFolder *
find_folder (TaubeAccount *account, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) folders = taube_account_list_folders (account, TAUBE_CONTENT_MAIL, NULL, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < folders->len; i++)
    {
      const char *const *path = taube_folder_get_path (folders->pdata[i]);

      if (path[0] != NULL && strcmp (path[g_strv_length ((char **) path) - 1], name) == 0)
        return g_object_ref (folders->pdata[i]);
    }
  g_error ("there is no folder %s", name);
}

void
changes_world_init (ChangesWorld *world, const ChangesLevel *level, TaubeTestMail *mail, const char *folder)
{
  guint16 port = taube_test_mail_get_port (mail, "imap");

  *world = (ChangesWorld){ .mail = mail };
  world->said = g_string_new (NULL);
  world->title = folder;
  world->name = taube_test_mail_name (mail, folder);
  world->wire = counting_proxy_start (port);
  counting_proxy_hide (world->wire, level->hidden);
  counting_proxy_set_hook (world->wire, on_said, world);
  world->account = imap_client_new ("imap", counting_proxy_get_port (world->wire), "?tls=none&compress=no", NULL);
  if (strcmp (folder, "INBOX") != 0)
    taube_test_mail_make_folder (mail, "alice", folder);
  world->folder = find_folder (world->account, folder);
  world->device = taube_test_hand_new (mail, "alice");
  taube_test_hand_select (world->device, folder);
  world->copy = g_hash_table_new_full (NULL, NULL, NULL, g_free);
}

void
changes_world_clear (ChangesWorld *world)
{
  g_autoptr (GError) error = NULL;

  taube_account_disconnect (world->account, NULL, &error);
  g_assert_no_error (error);
  changes_world_do (world, "CLOSE");
  if (taube_folder_get_role (world->folder) != TAUBE_FOLDER_ROLE_INBOX)
    changes_world_do (world, "DELETE %s", world->name);
  taube_test_hand_free (world->device);
  g_clear_pointer (&world->token, g_bytes_unref);
  g_hash_table_unref (world->copy);
  g_clear_object (&world->folder);
  g_clear_object (&world->account);
  counting_proxy_stop (world->wire);
  g_string_free (world->said, TRUE);
  g_free (world->name);
  g_free (world->prefix);
}

void
changes_world_do (ChangesWorld *world, const char *format, ...)
{
  g_autofree char *command = NULL;
  va_list args;

  va_start (args, format);
  command = g_strdup_vprintf (format, args);
  va_end (args);
  g_free (taube_test_hand_run (world->device, "%s", command));
}

void
changes_world_append (ChangesWorld *world, TaubeTestHand *hand)
{
  static gint number; /* no two are the same: some servers refuse many of those */
  g_autofree char *mail = g_strdup_printf ("Subject: coo %d\n\nCoo.\n", g_atomic_int_add (&number, 1));

  taube_test_hand_append (hand, world->title, NULL, mail, -1);
  /* Not every server lets one see at once what one has put there. */
  g_free (taube_test_hand_run (hand, "NOOP"));
}

void
changes_world_expunge (ChangesWorld *world, const char *uids)
{
  changes_world_do (world, "UID STORE %s +FLAGS.SILENT (\\Deleted)", uids);
  changes_world_do (world, "EXPUNGE");
}

static void
note_prefix (ChangesWorld *world, TaubeChanges *changes)
{
  g_auto (GStrv) ids = taube_id_set_to_strv (taube_changes_get_added (changes));

  if (ids[0] == NULL)
    return;
  g_free (world->prefix);
  world->prefix = g_strndup (ids[0], strchr (ids[0], '.') + 1 - ids[0]);
}

TaubeChanges *
changes_world_get (ChangesWorld *world)
{
  g_autoptr (GError) error = NULL;
  TaubeChanges *changes = taube_folder_get_changes (world->folder, world->token, NULL, NULL, &error);

  g_assert_no_error (error);
  g_clear_pointer (&world->token, g_bytes_unref);
  if (taube_changes_get_token (changes) != NULL)
    world->token = g_bytes_ref (taube_changes_get_token (changes));
  g_assert_true (taube_changes_is_reset (changes) == (world->token == NULL));
  note_prefix (world, changes);
  return changes;
}

/* The number behind the dot of an id. */
static gpointer
uid_of (const char *id)
{
  return GUINT_TO_POINTER ((guint) g_ascii_strtoull (strchr (id, '.') + 1, NULL, 10));
}

static void
add_word (GPtrArray *words, TaubeMessageFlags flags, TaubeMessageFlags flag, const char *word)
{
  if (flags & flag)
    g_ptr_array_add (words, g_strdup (word));
}

static int
compare_words (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static char *
describe_flags (TaubeMessageList *list, guint row)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);
  TaubeMessageFlags flags = taube_message_list_get_flags (list, row);
  const char *const *keywords = taube_message_list_get_keywords (list, row);

  add_word (words, flags, TAUBE_MESSAGE_FLAGS_SEEN, "\\seen");
  add_word (words, flags, TAUBE_MESSAGE_FLAGS_ANSWERED, "\\answered");
  add_word (words, flags, TAUBE_MESSAGE_FLAGS_FLAGGED, "\\flagged");
  add_word (words, flags, TAUBE_MESSAGE_FLAGS_DELETED, "\\deleted");
  add_word (words, flags, TAUBE_MESSAGE_FLAGS_DRAFT, "\\draft");
  add_word (words, flags, TAUBE_MESSAGE_FLAGS_FORWARDED, "$forwarded");
  for (; keywords != NULL && *keywords != NULL; keywords++)
    g_ptr_array_add (words, g_ascii_strdown (*keywords, -1));
  g_ptr_array_sort (words, compare_words);
  g_ptr_array_add (words, NULL);
  return g_strjoinv (" ", (char **) words->pdata);
}

/* Lists the messages that came or changed. */
static void
look_at (ChangesWorld *world, const TaubeIdSet *ids)
{
  g_autoptr (TaubeListRequest) request = taube_list_request_new ();
  g_autoptr (TaubeItemList) list = NULL;
  g_autoptr (GError) error = NULL;

  if (taube_id_set_get_size (ids) == 0)
    return;
  taube_list_request_set_ids (request, ids);
  taube_list_request_set_fields (request, TAUBE_LIST_FIELDS_FLAGS);
  list = taube_folder_list (world->folder, request, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < taube_item_list_get_size (list); i++)
    {
      g_autofree char *id = taube_item_list_get_id (list, i);

      g_hash_table_replace (world->copy, uid_of (id), describe_flags (TAUBE_MESSAGE_LIST (list), i));
    }
}

gboolean
changes_world_follow (ChangesWorld *world)
{
  g_autoptr (TaubeChanges) changes = changes_world_get (world);
  g_autoptr (TaubeIdSet) news = NULL;
  g_auto (GStrv) removed = NULL;

  if (taube_changes_is_reset (changes))
    {
      g_hash_table_remove_all (world->copy);
      g_assert_false (changes_world_follow (world));
      return TRUE;
    }
  news = taube_id_set_copy (taube_changes_get_added (changes));
  taube_id_set_add_set (news, taube_changes_get_changed (changes));
  look_at (world, news);
  removed = taube_id_set_to_strv (taube_changes_get_removed (changes));
  for (guint i = 0; removed[i] != NULL; i++)
    g_hash_table_remove (world->copy, uid_of (removed[i]));
  return FALSE;
}

static char *
sort_flags (const char *flags, gsize length)
{
  g_autofree char *text = g_ascii_strdown (flags, (gssize) length);
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  g_autoptr (GPtrArray) kept = g_ptr_array_new ();

  for (guint i = 0; words[i] != NULL; i++)
    if (words[i][0] != '\0' && strcmp (words[i], "\\recent") != 0)
      g_ptr_array_add (kept, words[i]);
  g_ptr_array_sort (kept, compare_words);
  g_ptr_array_add (kept, NULL);
  return g_strjoinv (" ", (char **) kept->pdata);
}

/* What the server has, as the other device sees it. */
static GHashTable *
look_at_server (ChangesWorld *world)
{
  GHashTable *messages = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  g_autofree char *answer = NULL;
  g_auto (GStrv) lines = NULL;

  changes_world_do (world, "NOOP");
  answer = taube_test_hand_run (world->device, "UID FETCH 1:* (UID FLAGS)");
  lines = g_strsplit (answer, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *uid = strstr (lines[i], "UID "), *flags = strstr (lines[i], "FLAGS (");

      if (strstr (lines[i], " FETCH (") == NULL || uid == NULL || flags == NULL)
        continue;
      flags += strlen ("FLAGS (");
      g_hash_table_insert (messages, GUINT_TO_POINTER ((guint) g_ascii_strtoull (uid + 4, NULL, 10)),
                           sort_flags (flags, strcspn (flags, ")")));
    }
  return messages;
}

void
changes_world_assert_equal (ChangesWorld *world)
{
  g_autoptr (GHashTable) truth = look_at_server (world);
  GHashTableIter iter;
  gpointer uid, flags;

  g_hash_table_iter_init (&iter, truth);
  while (g_hash_table_iter_next (&iter, &uid, &flags))
    if (g_strcmp0 (g_hash_table_lookup (world->copy, uid), flags) != 0)
      g_error ("message %u has flags \"%s\", the copy says %s", GPOINTER_TO_UINT (uid), (const char *) flags,
               g_hash_table_contains (world->copy, uid) ? (const char *) g_hash_table_lookup (world->copy, uid)
                                                        : "that it is not there");
  g_hash_table_iter_init (&iter, world->copy);
  while (g_hash_table_iter_next (&iter, &uid, NULL))
    if (!g_hash_table_contains (truth, uid))
      g_error ("message %u is gone, but the copy has it", GPOINTER_TO_UINT (uid));
}

void
changes_assert_ids (const TaubeIdSet *set, const char *expected)
{
  g_auto (GStrv) ids = taube_id_set_to_strv (set);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; ids[i] != NULL; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "", strchr (ids[i], '.') + 1);
  g_assert_cmpstr (text->str, ==, expected);
}
