/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "carrier.h"

#include <taube-backend/taube-batch-result-impl.h>
#include <taube-backend/taube-changes-impl.h>
#include <taube-backend/taube-message-list-builder.h>

#include <string.h>

struct _CarrierFolder
{
  TaubeFolder parent_instance;
};

G_DEFINE_FINAL_TYPE (CarrierFolder, carrier_folder, TAUBE_TYPE_FOLDER)

/* What a watch remembers: the version of each letter it has seen. */
typedef struct
{
  guint version;
  GHashTable *versions; /* id -> version */
} WatchState;

static gboolean
is_contacts (TaubeFolder *folder)
{
  return g_str_equal (taube_folder_get_path (folder)[0], "Contacts");
}

static gboolean
is_there (TaubeFolder *folder, GError **error)
{
  const char *const *path = taube_folder_get_path (folder);

  if (path[1] == NULL && (g_str_equal (path[0], "Letters") || g_str_equal (path[0], "Contacts")))
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND, "there is no box \"%s\"", taube_folder_get_name (folder));
  return FALSE;
}

static gboolean
carrier_folder_refresh (TaubeFolder *folder, TaubeSession *session, GCancellable *cancellable, GError **error)
{
  CarrierStore *store = CARRIER_SESSION (session)->store;
  gint64 unread = 0, total;

  if (!is_there (folder, error))
    return FALSE;
  if (is_contacts (folder))
    {
      taube_folder_set_counts (folder, g_hash_table_size (store->contacts), 0);
      return TRUE;
    }
  g_mutex_lock (&store->lock);
  total = store->letters->len;
  for (guint i = 0; i < store->letters->len; i++)
    unread += (((CarrierLetter *) store->letters->pdata[i])->flags & TAUBE_MESSAGE_FLAGS_SEEN) == 0;
  g_mutex_unlock (&store->lock);
  taube_folder_set_counts (folder, total, unread);
  return TRUE;
}

static void
add_letter (TaubeMessageListBuilder *builder, CarrierLetter *letter)
{
  const char *at = strchr (letter->from, '@');

  taube_message_list_builder_add_id (builder, letter->id);
  taube_message_list_builder_set_flags (builder, letter->flags, NULL, 0);
  taube_message_list_builder_set_size (builder, strlen (letter->text));
  taube_message_list_builder_set_date (builder, letter->date, 0);
  taube_message_list_builder_set_text (builder, TAUBE_MESSAGE_COLUMN_SUBJECT, letter->subject, strlen (letter->subject));
  taube_message_list_builder_add_address (builder, TAUBE_MESSAGE_COLUMN_FROM, NULL, 0, letter->from,
                                          (gsize) (at - letter->from), at + 1, strlen (at + 1));
}

static TaubeItemList *
list_contacts (TaubeFolder *folder, CarrierStore *store)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer id, name;

  g_hash_table_iter_init (&iter, store->contacts);
  while (g_hash_table_iter_next (&iter, &id, &name))
    g_ptr_array_add (items, carrier_contact_new (folder, id, name));
  return taube_item_list_new_from_items (folder, items);
}

static gboolean
is_wanted (TaubeListRequest *request, CarrierStore *store, guint i)
{
  CarrierLetter *letter = store->letters->pdata[i];
  const TaubeIdSet *ids = taube_list_request_get_ids (request);
  guint64 newest = taube_list_request_get_newest (request);

  return (ids == NULL || taube_id_set_contains (ids, letter->id)) && (newest == 0 || store->letters->len - i <= newest);
}

static TaubeItemList *
carrier_folder_list (TaubeFolder *folder, TaubeSession *session, TaubeListRequest *request, GCancellable *cancellable,
                     GError **error)
{
  CarrierStore *store = CARRIER_SESSION (session)->store;
  TaubeMessageListBuilder *builder;

  if (!is_there (folder, error))
    return NULL;
  if (is_contacts (folder))
    return list_contacts (folder, store);
  builder = taube_message_list_builder_new (folder, taube_list_request_get_fields (request));
  g_mutex_lock (&store->lock);
  for (guint i = 0; i < store->letters->len; i++)
    if (is_wanted (request, store, i))
      add_letter (builder, store->letters->pdata[i]);
  g_mutex_unlock (&store->lock);
  if (taube_list_request_get_newest_first (request))
    taube_message_list_builder_reverse (builder, 0);
  return TAUBE_ITEM_LIST (taube_message_list_builder_end (builder));
}

static TaubeItem *
carrier_folder_get_item (TaubeFolder *folder, TaubeSession *session, const char *id, GCancellable *cancellable,
                         GError **error)
{
  CarrierStore *store = CARRIER_SESSION (session)->store;
  g_autoptr (TaubeMessageListBuilder) builder = NULL;
  g_autoptr (TaubeMessageList) list = NULL;
  CarrierLetter *letter;
  const char *name;

  if (!is_there (folder, error))
    return NULL;
  name = is_contacts (folder) ? g_hash_table_lookup (store->contacts, id) : NULL;
  if (name != NULL)
    return carrier_contact_new (folder, id, name);

  builder = taube_message_list_builder_new (folder, TAUBE_LIST_FIELDS_DEFAULT);
  g_mutex_lock (&store->lock);
  letter = carrier_store_find_locked (store, id);
  if (letter != NULL)
    add_letter (builder, letter);
  g_mutex_unlock (&store->lock);
  if (letter == NULL)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND, "there is no letter \"%s\"", id);
      return NULL;
    }
  list = taube_message_list_builder_end (g_steal_pointer (&builder));
  return TAUBE_ITEM (taube_message_new_from_list (list, 0));
}

static gboolean
carrier_folder_fetch (TaubeFolder *folder, TaubeSession *session, const char *id, const char *section, guint64 offset,
                      gint64 length, GOutputStream *sink, TaubeProgress *progress, GCancellable *cancellable,
                      GError **error)
{
  CarrierStore *store = CARRIER_SESSION (session)->store;
  g_autofree char *text = NULL;
  CarrierLetter *letter;
  gsize size;

  g_mutex_lock (&store->lock);
  letter = carrier_store_find_locked (store, id);
  text = letter != NULL ? g_strdup (letter->text) : NULL;
  g_mutex_unlock (&store->lock);
  if (text == NULL)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND, "there is no letter \"%s\"", id);
      return FALSE;
    }
  if (*section != '\0')
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED, "letters come whole");
      return FALSE;
    }
  size = strlen (text);
  offset = MIN (offset, size);
  if (length < 0 || (guint64) length > size - offset)
    length = (gint64) (size - offset);
  return g_output_stream_write_all (sink, text + offset, (gsize) length, NULL, cancellable, error);
}

static TaubeMessageFlags
apply_flags (TaubeMessageFlags old, TaubeFlagsMode mode, TaubeMessageFlags flags)
{
  if (mode == TAUBE_FLAGS_MODE_REPLACE)
    return flags;
  return mode == TAUBE_FLAGS_MODE_ADD ? old | flags : old & ~flags;
}

static TaubeBatchResult *
carrier_folder_set_flags (TaubeFolder *folder, TaubeSession *session, const TaubeIdSet *ids, TaubeFlagsMode mode,
                          TaubeMessageFlags flags, const char *const *keywords, GCancellable *cancellable,
                          GError **error)
{
  CarrierStore *store = CARRIER_SESSION (session)->store;
  TaubeBatchResult *result = taube_batch_result_new (ids);
  g_auto (GStrv) names = taube_id_set_to_strv (ids);
  g_autoptr (GError) missing = g_error_new (TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND, "there is no such letter");

  for (guint i = 0; names[i] != NULL; i++)
    {
      CarrierLetter *letter;

      g_mutex_lock (&store->lock);
      letter = carrier_store_find_locked (store, names[i]);
      if (letter != NULL)
        {
          letter->flags = apply_flags (letter->flags, mode, flags);
          letter->version = ++store->version;
        }
      g_mutex_unlock (&store->lock);
      if (letter != NULL)
        taube_batch_result_set_done (result, names[i], NULL);
      else
        {
          g_autoptr (TaubeIdSet) one = taube_id_set_new ();

          taube_id_set_add (one, names[i]);
          taube_batch_result_set_failed (result, one, missing);
        }
    }
  return result;
}

static void
watch_state_free (gpointer data)
{
  WatchState *state = data;

  g_hash_table_unref (state->versions);
  g_free (state);
}

static gboolean
carrier_folder_watch_step (TaubeFolder *folder, TaubeSession *session, TaubeWatchStep *step, GCancellable *cancellable,
                           GError **error)
{
  CarrierStore *store = CARRIER_SESSION (session)->store;
  g_autoptr (TaubeIdSet) changed = taube_id_set_new ();
  gboolean first = step->state == NULL;
  WatchState *state;

  if (!is_there (folder, error))
    return FALSE;
  if (first)
    {
      state = g_new0 (WatchState, 1);
      state->versions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      step->state = state;
      step->free_state = watch_state_free;
    }
  state = step->state;
  g_mutex_lock (&store->lock);
  for (guint i = 0; i < store->letters->len; i++)
    {
      CarrierLetter *letter = store->letters->pdata[i];

      if (!first && GPOINTER_TO_UINT (g_hash_table_lookup (state->versions, letter->id)) != letter->version)
        taube_id_set_add (changed, letter->id);
      g_hash_table_insert (state->versions, g_strdup (letter->id), GUINT_TO_POINTER (letter->version));
    }
  g_mutex_unlock (&store->lock);
  if (taube_id_set_get_size (changed) > 0)
    step->changes = taube_changes_new (taube_id_set_new (), g_steal_pointer (&changed), taube_id_set_new (), FALSE);
  return TRUE;
}

static void
carrier_folder_class_init (CarrierFolderClass *klass)
{
  TaubeFolderClass *folder_class = TAUBE_FOLDER_CLASS (klass);

  folder_class->struct_size = sizeof (TaubeFolderClass);
  folder_class->refresh = carrier_folder_refresh;
  folder_class->list = carrier_folder_list;
  folder_class->get_item = carrier_folder_get_item;
  folder_class->fetch = carrier_folder_fetch;
  folder_class->set_flags = carrier_folder_set_flags;
  folder_class->watch_step = carrier_folder_watch_step;
}

static void
carrier_folder_init (CarrierFolder *self)
{
}
