/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "carrier.h"

#include <taube-backend/taube-batch-result-impl.h>
#include <taube-backend/taube-changes-impl.h>
#include <taube-backend/taube-message-list-builder.h>
#include <taube-backend/taube-mime.h>

#include <string.h>

struct _CarrierFolder
{
  TaubeFolder parent_instance;
};

G_DEFINE_FINAL_TYPE (CarrierFolder, carrier_folder, TAUBE_TYPE_FOLDER)

/* What a watch remembers: the version of each letter it has seen. */
typedef struct
{
  GHashTable *versions; /* id -> version, from 1 */
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

/* From: "Ada <ada@carrier.example>" or the address alone. */
static void
add_sender (TaubeMessageListBuilder *builder, const char *from)
{
  const char *open = strchr (from, '<');
  const char *mailbox = open != NULL ? open + 1 : from;
  const char *at = strchr (mailbox, '@');
  gsize name = open != NULL ? (gsize) (open - from) : 0;

  if (at == NULL)
    return;
  while (name > 0 && from[name - 1] == ' ')
    name--;
  taube_message_list_builder_add_address (builder, TAUBE_MESSAGE_COLUMN_FROM, name > 0 ? from : NULL, name, mailbox,
                                          (gsize) (at - mailbox), at + 1, strcspn (at + 1, ">"));
}

/* The store keeps nothing of that: what the letter itself says counts. */
static TaubeImportance
find_importance (const CarrierLetter *letter)
{
  g_autoptr (TaubeMimeHeaders) headers
    = taube_mime_headers_parse (letter->text, strlen (letter->text), taube_limits_get_default (), NULL);

  return taube_mime_headers_get_importance (headers);
}

static void
add_letter (TaubeMessageListBuilder *builder, CarrierLetter *letter)
{
  taube_message_list_builder_add_id (builder, letter->id);
  taube_message_list_builder_set_flags (builder, letter->flags, (const char *const *) letter->keywords,
                                        g_strv_length (letter->keywords));
  taube_message_list_builder_set_size (builder, strlen (letter->text));
  taube_message_list_builder_set_date (builder, letter->date, 0);
  taube_message_list_builder_set_importance (builder, find_importance (letter));
  if (letter->subject != NULL)
    taube_message_list_builder_set_text (builder, TAUBE_MESSAGE_COLUMN_SUBJECT, letter->subject,
                                         strlen (letter->subject));
  if (letter->from != NULL)
    add_sender (builder, letter->from);
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

/* What of TEXT a section names: the wrapper asks for parts only where the table allows them, for the whole and
 * its header always. */
static gboolean
cut_section (char *text, const char *section, GError **error)
{
  char *end = strstr (text, "\r\n\r\n");

  if (section[0] == '\0')
    return TRUE;
  if (g_ascii_strcasecmp (section, "HEADER") == 0)
    {
      if (end != NULL)
        end[4] = '\0';
      return TRUE;
    }
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED, "letters come whole");
  return FALSE;
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
  if (!cut_section (text, section, error))
    return FALSE;
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

static char **
apply_keywords (char **old, TaubeFlagsMode mode, const char *const *keywords)
{
  g_autoptr (GPtrArray) kept = g_ptr_array_new ();

  for (guint i = 0; mode != TAUBE_FLAGS_MODE_REPLACE && old[i] != NULL; i++)
    if (!g_strv_contains (keywords, old[i]))
      g_ptr_array_add (kept, g_strdup (old[i]));
  for (guint i = 0; mode != TAUBE_FLAGS_MODE_REMOVE && keywords[i] != NULL; i++)
    g_ptr_array_add (kept, g_strdup (keywords[i]));
  g_ptr_array_add (kept, NULL);
  g_strfreev (old);
  return (char **) g_ptr_array_free (g_steal_pointer (&kept), FALSE);
}

static gboolean
flag_letter (CarrierStore *store, const char *id, TaubeFlagsMode mode, TaubeMessageFlags flags,
             const char *const *keywords)
{
  CarrierLetter *letter;

  g_mutex_lock (&store->lock);
  letter = carrier_store_find_locked (store, id);
  if (letter != NULL)
    {
      letter->flags = apply_flags (letter->flags, mode, flags);
      letter->keywords = apply_keywords (letter->keywords, mode, keywords);
      letter->version = ++store->version;
    }
  g_mutex_unlock (&store->lock);
  return letter != NULL;
}

static TaubeBatchResult *
carrier_folder_set_flags (TaubeFolder *folder, TaubeSession *session, const TaubeIdSet *ids, TaubeFlagsMode mode,
                          TaubeMessageFlags flags, const char *const *keywords, GCancellable *cancellable,
                          GError **error)
{
  CarrierStore *store = CARRIER_SESSION (session)->store;
  g_autoptr (GError) missing = g_error_new (TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND, "there is no such letter");
  g_autoptr (TaubeIdSet) lost = taube_id_set_new ();
  g_auto (GStrv) names = taube_id_set_to_strv (ids);
  TaubeBatchResult *result;

  if (!is_there (folder, error))
    return NULL;
  result = taube_batch_result_new (ids);
  for (guint i = 0; names[i] != NULL; i++)
    if (flag_letter (store, names[i], mode, flags, keywords))
      taube_batch_result_set_done (result, names[i], NULL);
    else
      taube_id_set_add (lost, names[i]);
  taube_batch_result_set_failed (result, lost, missing);
  return result;
}

static void
watch_state_free (gpointer data)
{
  WatchState *state = data;

  g_hash_table_unref (state->versions);
  g_free (state);
}

/* What is in the store now against what STATE remembers; STATE then remembers what is there. */
static TaubeChanges *
find_changes_locked (CarrierStore *store, WatchState *state)
{
  GHashTable *now = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  TaubeIdSet *added = taube_id_set_new (), *changed = taube_id_set_new (), *removed = taube_id_set_new ();
  GHashTableIter iter;
  gpointer id;

  for (guint i = 0; i < store->letters->len; i++)
    {
      CarrierLetter *letter = store->letters->pdata[i];
      guint before = GPOINTER_TO_UINT (g_hash_table_lookup (state->versions, letter->id));

      if (before != letter->version)
        taube_id_set_add (before == 0 ? added : changed, letter->id);
      g_hash_table_insert (now, g_strdup (letter->id), GUINT_TO_POINTER (letter->version));
    }
  g_hash_table_iter_init (&iter, state->versions);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    if (!g_hash_table_contains (now, id))
      taube_id_set_add (removed, id);
  g_hash_table_unref (state->versions);
  state->versions = now;
  return taube_changes_new (added, changed, removed, FALSE);
}

/* There is nobody who would tell: each step asks, and `poll-interval` is the time between them. */
static gboolean
carrier_folder_watch_step (TaubeFolder *folder, TaubeSession *session, TaubeWatchStep *step, GCancellable *cancellable,
                           GError **error)
{
  CarrierStore *store = CARRIER_SESSION (session)->store;
  g_autoptr (TaubeChanges) changes = NULL;
  gboolean first = step->state == NULL;

  if (!is_there (folder, error))
    return FALSE;
  if (first)
    {
      WatchState *state = g_new0 (WatchState, 1);

      state->versions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      step->state = state;
      step->free_state = watch_state_free;
    }
  if (is_contacts (folder))
    return TRUE;
  g_mutex_lock (&store->lock);
  changes = find_changes_locked (store, step->state);
  g_mutex_unlock (&store->lock);
  if (!first && !taube_changes_is_empty (changes))
    step->changes = g_steal_pointer (&changes);
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
