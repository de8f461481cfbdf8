/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "folder-mirror.h"

#include <string.h>

struct _FolderMirror
{
  const FolderMirrorKind *kind;
  TaubeWatch *watch;
  GCancellable *end;
  GThread *listener;

  GMutex lock;
  GCond cond;
  GHashTable *copies; /* name of the folder, as the library has it -> (key -> what is known of the message) */
  guint events;
};

GHashTable *
folder_mirror_truth_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

static GHashTable *
get_copy (FolderMirror *self, const char *folder)
{
  GHashTable *copy = g_hash_table_lookup (self->copies, folder);

  if (copy == NULL)
    {
      copy = folder_mirror_truth_new ();
      g_hash_table_insert (self->copies, g_strdup (folder), copy);
    }
  return copy;
}

static int
compare_words (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

char *
folder_mirror_join (GPtrArray *words)
{
  g_ptr_array_sort (words, compare_words);
  g_ptr_array_add (words, NULL);
  return g_strjoinv (" ", (char **)words->pdata);
}

static const char *
get_key (FolderMirror *self, const char *id)
{
  return self->kind->get_key != NULL ? self->kind->get_key (id) : id;
}

static gboolean
is_one_of (const GError *error, const int *codes)
{
  while (*codes >= 0 && !g_error_matches (error, TAUBE_ERROR, *codes))
    codes++;
  return *codes >= 0;
}

/* NULL: the folder has gone. (transfer full) */
static TaubeItemList *
list_until_done (FolderMirror *self, TaubeFolder *folder, const TaubeIdSet *ids)
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
      if (list != NULL || is_one_of (error, self->kind->gone))
        return list;
      if (!is_one_of (error, self->kind->again))
        g_error ("a list failed: %s", error->message);
    }
}

/* Looks at messages that an event named; IDS NULL: at all. */
static void
look (FolderMirror *self, TaubeFolder *folder, const TaubeIdSet *ids)
{
  g_autoptr (TaubeItemList) list = NULL;
  GHashTable *copy;

  if (ids != NULL && taube_id_set_get_size (ids) == 0)
    return;
  list = list_until_done (self, folder, ids);
  if (list == NULL)
    return;
  g_mutex_lock (&self->lock);
  copy = get_copy (self, taube_folder_get_name (folder));
  for (guint i = 0; i < taube_item_list_get_size (list); i++)
    {
      g_autofree char *id = taube_item_list_get_id (list, i);

      g_hash_table_replace (copy, g_strdup (get_key (self, id)), self->kind->describe (TAUBE_MESSAGE_LIST (list), i));
    }
  g_mutex_unlock (&self->lock);
}

static void
take_event (FolderMirror *self, TaubeWatchEvent *event)
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
    g_hash_table_remove (copy, get_key (self, removed[i]));
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
  FolderMirror *self = data;

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

FolderMirror *
folder_mirror_start (TaubeWatch *watch, const FolderMirrorKind *kind)
{
  FolderMirror *self = g_new0 (FolderMirror, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->kind = kind;
  self->watch = g_object_ref (watch);
  self->end = g_cancellable_new ();
  self->copies = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_hash_table_unref);
  self->listener = g_thread_new ("listener", listen_to_events, self);
  return self;
}

void
folder_mirror_stop (FolderMirror *self)
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
folder_mirror_get_events (FolderMirror *self)
{
  guint events;

  g_mutex_lock (&self->lock);
  events = self->events;
  g_mutex_unlock (&self->lock);
  return events;
}

/* What is wrong with the copy; NULL: nothing. The lock is held. */
static char *
find_difference (FolderMirror *self, const char *folder, GHashTable *truth)
{
  GHashTable *copy = get_copy (self, folder);
  GHashTableIter iter;
  gpointer key, state;

  g_hash_table_iter_init (&iter, truth);
  while (g_hash_table_iter_next (&iter, &key, &state))
    if (g_strcmp0 (g_hash_table_lookup (copy, key), state) != 0)
      return g_strdup_printf ("%s: message %s is \"%s\"; known: %s", folder, (char *)key, (char *)state,
                              (char *)g_hash_table_lookup (copy, key));
  g_hash_table_iter_init (&iter, copy);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (!g_hash_table_contains (truth, key))
      return g_strdup_printf ("%s: message %s has gone; it is still known", folder, (char *)key);
  return NULL;
}

void
folder_mirror_check (FolderMirror *self, const char *folder, GHashTable *truth)
{
  gint64 pause = self->kind->wait_seconds * G_USEC_PER_SEC;
  char *difference;

  g_mutex_lock (&self->lock);
  while ((difference = find_difference (self, folder, truth)) != NULL)
    {
      /* Each event is signalled: then another one may take as long. */
      if (!g_cond_wait_until (&self->cond, &self->lock, g_get_monotonic_time () + pause))
        g_error ("%s; after %u events", difference, self->events);
      g_free (difference);
    }
  g_mutex_unlock (&self->lock);
}
