/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-mirror.h"

#include <string.h>

#include <json-glib/json-glib.h>
#include <taube/taube-message-list.h>

/* A stream that falls silent before its first sign of life counts as dead after a minute. */
#define WAIT_SECONDS 200

struct _ExchangeMirror
{
  TaubeWatch *watch;
  GCancellable *end;
  GThread *listener;

  GMutex lock;
  GCond cond;
  GHashTable *copies; /* name of the folder, as the library has it -> (id -> what is known of the message) */
  guint events;
};

static GHashTable *
get_copy (ExchangeMirror *self, const char *folder)
{
  GHashTable *copy = g_hash_table_lookup (self->copies, folder);

  if (copy == NULL)
    {
      copy = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      g_hash_table_insert (self->copies, g_strdup (folder), copy);
    }
  return copy;
}

static int
compare_words (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* "read \flagged work" */
static char *
describe (TaubeMessageList *list, guint row)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  const char *const *keywords = taube_message_list_get_keywords (list, row);
  TaubeMessageFlags flags = taube_message_list_get_flags (list, row);
  g_autofree char *joined = NULL;

  for (; *keywords != NULL; keywords++)
    g_ptr_array_add (words, (char *) *keywords);
  if (flags & TAUBE_MESSAGE_FLAGS_FLAGGED)
    g_ptr_array_add (words, (char *) "\\flagged");
  g_ptr_array_sort (words, compare_words);
  g_ptr_array_add (words, NULL);
  joined = g_strjoinv (" ", (char **) words->pdata);
  return g_strdup_printf ("%s %s", flags & TAUBE_MESSAGE_FLAGS_SEEN ? "read" : "unread", joined);
}

/* The way to the server may break for a list, too, also in the middle of a header, which is no HTTP then: it is asked
 * for again. NULL: the folder has gone. (transfer full) */
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
      if (list != NULL || g_error_matches (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND))
        return list;
      if (!g_error_matches (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION)
          && !g_error_matches (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL)
          && !g_error_matches (error, TAUBE_ERROR, TAUBE_ERROR_THROTTLED))
        g_error ("a list failed: %s", error->message);
    }
}

/* Looks at messages that an event named; IDS NULL: at all. */
static void
look (ExchangeMirror *self, TaubeFolder *folder, const TaubeIdSet *ids)
{
  g_autoptr (TaubeItemList) list = NULL;
  GHashTable *copy;

  if (ids != NULL && taube_id_set_get_size (ids) == 0)
    return;
  list = list_until_done (folder, ids);
  if (list == NULL)
    return;
  g_mutex_lock (&self->lock);
  copy = get_copy (self, taube_folder_get_name (folder));
  for (guint i = 0; i < taube_item_list_get_size (list); i++)
    g_hash_table_replace (copy, taube_item_list_get_id (list, i), describe (TAUBE_MESSAGE_LIST (list), i));
  g_mutex_unlock (&self->lock);
}

static void
take_event (ExchangeMirror *self, TaubeWatchEvent *event)
{
  TaubeFolder *folder = taube_watch_event_get_folder (event);
  TaubeChanges *changes = taube_watch_event_get_changes (event);
  g_auto (GStrv) removed = taube_id_set_to_strv (taube_changes_get_removed (changes));
  GHashTable *copy;

  g_mutex_lock (&self->lock);
  copy = get_copy (self, taube_folder_get_name (folder));
  if (taube_changes_is_reset (changes))
    g_hash_table_remove_all (copy);
  for (guint i = 0; removed[i] != NULL; i++)
    g_hash_table_remove (copy, removed[i]);
  g_mutex_unlock (&self->lock);
  if (taube_changes_is_reset (changes))
    look (self, folder, NULL);
  look (self, folder, taube_changes_get_added (changes));
  look (self, folder, taube_changes_get_changed (changes));
  g_mutex_lock (&self->lock);
  self->events++;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static gpointer
listen_to_events (gpointer data)
{
  ExchangeMirror *self = data;

  for (;;)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TaubeWatchEvent) event = taube_watch_next (self->watch, self->end, &error);

      if (event != NULL)
        take_event (self, event);
      else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return NULL;
      else
        g_error ("the watch ended: %s", error->message);
    }
}

ExchangeMirror *
exchange_mirror_start (TaubeWatch *watch)
{
  ExchangeMirror *self = g_new0 (ExchangeMirror, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->watch = g_object_ref (watch);
  self->end = g_cancellable_new ();
  self->copies = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);
  self->listener = g_thread_new ("listener", listen_to_events, self);
  return self;
}

void
exchange_mirror_stop (ExchangeMirror *self)
{
  g_cancellable_cancel (self->end);
  g_thread_join (self->listener);
  g_object_unref (self->watch);
  g_object_unref (self->end);
  g_hash_table_unref (self->copies);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
  g_free (self);
}

guint
exchange_mirror_get_events (ExchangeMirror *self)
{
  guint events;

  g_mutex_lock (&self->lock);
  events = self->events;
  g_mutex_unlock (&self->lock);
  return events;
}

/* What the server itself says, beside its protocol. */
static GHashTable *
ask_truth (ExchangeWorld *world, const char *name)
{
  GHashTable *messages = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autofree char *escaped = g_uri_escape_string (name, NULL, FALSE);
  g_autofree char *what = g_strdup_printf ("folder?folder=%s", escaped);
  g_autofree char *text = exchange_world_ask (world, "GET", what, NULL);
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

/* What is wrong with the copy; NULL: nothing. The lock is held. */
static char *
find_difference (ExchangeMirror *self, const char *folder, GHashTable *truth)
{
  GHashTable *copy = get_copy (self, folder);
  GHashTableIter iter;
  gpointer id, state;

  g_hash_table_iter_init (&iter, truth);
  while (g_hash_table_iter_next (&iter, &id, &state))
    if (g_strcmp0 (g_hash_table_lookup (copy, id), state) != 0)
      return g_strdup_printf ("%s: message %s is \"%s\"; known: %s", folder, (char *) id, (char *) state,
                              (char *) g_hash_table_lookup (copy, id));
  g_hash_table_iter_init (&iter, copy);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    if (!g_hash_table_contains (truth, id))
      return g_strdup_printf ("%s: message %s has gone; it is still known", folder, (char *) id);
  return NULL;
}

void
exchange_mirror_check (ExchangeMirror *self, ExchangeWorld *world, const char *folder, const char *name)
{
  g_autoptr (GHashTable) truth = ask_truth (world, name);
  gint64 end = g_get_monotonic_time () + WAIT_SECONDS * G_USEC_PER_SEC;
  char *difference;

  g_mutex_lock (&self->lock);
  while ((difference = find_difference (self, folder, truth)) != NULL)
    {
      if (!g_cond_wait_until (&self->cond, &self->lock, end))
        g_error ("%s", difference);
      g_free (difference);
    }
  g_mutex_unlock (&self->lock);
}
