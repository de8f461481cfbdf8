/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-view-private.h"

#include <taube/taube-account.h>
#include <taube/taube-changes.h>
#include <taube/taube-error.h>
#include <taube/taube-folder.h>
#include <taube/taube-item-list.h>
#include <taube/taube-list-request.h>
#include <taube/taube-watch.h>
#include <taube-backend/taube-changes-impl.h>

#include "base/taube-retry.h"
#include "core/taube-account-private.h"
#include "core/taube-message-list-private.h"
#include "core/taube-watch-private.h"

/* Keeps the rows of a view as the folder is. First the watch, then the listing, so that nothing falls between them;
 * then what the watch tells, one question to the server at a time, and what it tells meanwhile as one. A question that
 * fails is asked again with what came since.
 *
 * A message that comes, is listed, and goes before the watch looks again is one that the watch never knew, so it will
 * not tell that it went. Therefore the watch looks once more after the listing, and then we ask who is there. Whoever
 * was there before and after that look was there in between, so the watch knows it from then on; whoever has gone, we
 * see ourselves; and of whoever came after the listing the watch tells. Once is enough, however busy the folder is. */

#define CHUNK_ROWS 1000
#define PAUSE_FIRST_MILLISECONDS 1000
#define PAUSE_CAP_MILLISECONDS 300000

typedef enum
{
  ASKING_NOTHING,
  ASKING_ALL,   /* the listing */
  ASKING_IDS,   /* who of the listing is still there */
  ASKING_NEW,   /* rows of messages that came */
  ASKING_FLAGS, /* flags of messages that changed */
} Asking;

struct _TaubeViewSync
{
  gatomicrefcount refs;
  GWeakRef view;
  TaubeFolder *folder;
  TaubeWatch *watch;
  GCancellable *cancellable; /* ends it */

  /* in the account's context */
  GQueue inputs;          /* Input: what came while the view told of something else */
  gboolean busy;
  Asking asking;
  gboolean loaded;        /* the listing was answered */
  gboolean doubtful;      /* it may have messages that the watch does not know */
  guint look;             /* which is to be done before they are asked about */
  guint looked;           /* what the watch has done */
  gboolean online;
  GArray *listed;         /* rows, in the order of the listing's chunks */
  TaubeChanges *pending;
  TaubeChanges *asked;    /* what the question is about */
  GSource *timer;         /* atomic: from any thread it is only taken away */
  guint failures;
  GError *error;
};

typedef enum
{
  INPUT_CHANGES,
  INPUT_CHUNK,
  INPUT_ANSWER,
  INPUT_AGAIN, /* the pause is over */
} InputKind;

typedef struct
{
  InputKind kind;
  TaubeItemList *list;
  TaubeChanges *changes;
  GError *error;
} Input;

static void feed (TaubeViewSync *self, InputKind kind, TaubeItemList *list, TaubeChanges *changes, GError *error);

static void
input_free (gpointer data)
{
  Input *input = data;

  g_clear_object (&input->list);
  g_clear_pointer (&input->changes, taube_changes_unref);
  g_clear_error (&input->error);
  g_free (input);
}

static TaubeViewSync *
sync_ref (TaubeViewSync *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

static void
clear_timer (TaubeViewSync *self)
{
  GSource *timer = g_atomic_pointer_exchange (&self->timer, NULL);

  if (timer == NULL)
    return;
  g_source_destroy (timer);
  g_source_unref (timer);
}

static void
sync_unref (gpointer data)
{
  TaubeViewSync *self = data;

  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  clear_timer (self);
  g_queue_clear_full (&self->inputs, input_free);
  g_array_unref (self->listed);
  g_clear_pointer (&self->pending, taube_changes_unref);
  g_clear_pointer (&self->asked, taube_changes_unref);
  g_clear_error (&self->error);
  g_weak_ref_clear (&self->view);
  g_object_unref (self->cancellable);
  g_object_unref (self->folder);
  g_free (self);
}

/* Questions. */

static void
on_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  TaubeViewSync *self = user_data;
  GError *error = NULL;
  TaubeItemList *list = taube_folder_list_finish (TAUBE_FOLDER (source), result, &error);

  feed (self, INPUT_ANSWER, list, NULL, error);
  sync_unref (self);
}

static void
on_chunk (TaubeItemList *chunk, gpointer user_data)
{
  feed (user_data, INPUT_CHUNK, g_object_ref (chunk), NULL, NULL);
}

/* IDS NULL: of all. */
static void
ask (TaubeViewSync *self, Asking asking, const TaubeIdSet *ids, TaubeListFields fields)
{
  GMainContext *context = taube_account_get_context (taube_folder_get_account (self->folder));
  g_autoptr (TaubeListRequest) request = taube_list_request_new ();

  self->asking = asking;
  taube_list_request_set_fields (request, fields);
  taube_list_request_set_newest_first (request, TRUE);
  if (ids != NULL)
    taube_list_request_set_ids (request, ids);
  else if (asking == ASKING_ALL)
    taube_list_request_set_chunk_func (request, CHUNK_ROWS, on_chunk, sync_ref (self), sync_unref);
  g_main_context_push_thread_default (context);
  taube_folder_list_async (self->folder, request, self->cancellable, on_answer, sync_ref (self));
  g_main_context_pop_thread_default (context);
}

static void
ask_all (TaubeViewSync *self)
{
  g_array_set_size (self->listed, 0);
  ask (self, ASKING_ALL, NULL, TAUBE_LIST_FIELDS_DEFAULT);
}

/* The ids are few bytes where the server can give ranges. */
static void
ask_ids (TaubeViewSync *self)
{
  ask (self, ASKING_IDS, NULL, TAUBE_LIST_FIELDS_NONE);
}

/* Rows of the ids. (transfer full) */
static GArray *
find_rows (TaubeFolderView *view, const TaubeIdSet *ids, TaubeIdSet *unknown)
{
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_auto (GStrv) words = taube_id_set_to_strv (ids);

  for (guint i = 0; words[i] != NULL; i++)
    {
      guint32 row = taube_view_rows_find (taube_folder_view_get_rows (view), words[i]);

      if (row != TAUBE_VIEW_NO_ROW)
        g_array_append_val (rows, row);
      else if (unknown != NULL)
        taube_id_set_add (unknown, words[i]);
    }
  return rows;
}

/* First what went, then what came, then what changed. */
static void
take_pending (TaubeViewSync *self, TaubeFolderView *view)
{
  g_autoptr (GArray) rows = NULL;

  self->asked = g_steal_pointer (&self->pending);
  if (taube_changes_is_reset (self->asked))
    {
      g_clear_pointer (&self->asked, taube_changes_unref);
      self->loaded = FALSE;
      self->doubtful = FALSE;
      taube_folder_view_note (view, TAUBE_VIEW_NOTE_LOADING);
      taube_folder_view_clear (view);
      ask_all (self);
      return;
    }
  rows = find_rows (view, taube_changes_get_removed (self->asked), NULL);
  taube_folder_view_remove (view, rows);
  if (taube_id_set_get_size (taube_changes_get_added (self->asked)) > 0)
    ask (self, ASKING_NEW, taube_changes_get_added (self->asked), TAUBE_LIST_FIELDS_DEFAULT);
  else if (taube_id_set_get_size (taube_changes_get_changed (self->asked)) > 0)
    ask (self, ASKING_FLAGS, taube_changes_get_changed (self->asked), TAUBE_LIST_FIELDS_FLAGS);
  else
    g_clear_pointer (&self->asked, taube_changes_unref);
}

static void
go_on (TaubeViewSync *self, TaubeFolderView *view)
{
  if (self->asking != ASKING_NOTHING || self->timer != NULL || self->error != NULL)
    return;
  if (!self->loaded && self->online)
    ask_all (self);
  if (self->asking == ASKING_NOTHING && self->doubtful && self->online && self->looked >= self->look)
    ask_ids (self);
  while (self->asking == ASKING_NOTHING && self->loaded && self->pending != NULL)
    take_pending (self, view);
}

/* Answers. */

/* Rows that are not among the keys of THERE have gone. */
static void
remove_others (TaubeFolderView *view, GHashTable *there)
{
  TaubeViewRows *rows = taube_folder_view_get_rows (view);
  g_autoptr (GArray) gone = g_array_new (FALSE, FALSE, sizeof (guint32));
  guint32 row;

  for (guint cursor = 0; (row = taube_view_rows_next (rows, &cursor)) != TAUBE_VIEW_NO_ROW;)
    if (!g_hash_table_contains (there, GUINT_TO_POINTER (row)))
      g_array_append_val (gone, row);
  taube_folder_view_remove (view, gone);
}

/* The chunks were pieces of this list: their rows move over, so that the chunks can go; and what is not in it has gone
 * since it was listed before. */
static void
take_listing (TaubeViewSync *self, TaubeFolderView *view, TaubeItemList *list)
{
  TaubeViewRows *rows;
  g_autoptr (GHashTable) there = NULL;
  guint n = taube_item_list_get_size (list);

  if (self->listed->len < n)
    taube_folder_view_take (view, (TaubeMessageList *) list, self->listed->len, n - self->listed->len, self->listed);
  rows = taube_folder_view_get_rows (view);
  taube_view_rows_settle (rows, (TaubeMessageList *) list, self->listed);
  if (taube_view_rows_get_count (rows) > n)
    {
      there = g_hash_table_new (NULL, NULL);
      for (guint i = 0; i < self->listed->len; i++)
        g_hash_table_add (there, GUINT_TO_POINTER (g_array_index (self->listed, guint32, i)));
      remove_others (view, there);
    }
  g_array_set_size (self->listed, 0);
  self->loaded = TRUE;
  self->doubtful = n > 0;
  if (self->doubtful)
    self->look = taube_watch_core_look (taube_watch_get_core (self->watch));
  taube_folder_view_note (view, TAUBE_VIEW_NOTE_LOADING);
}

/* No row is new since the question was asked, for there is one at a time. */
static void
take_ids (TaubeViewSync *self, TaubeFolderView *view, TaubeItemList *list)
{
  TaubeViewRows *rows = taube_folder_view_get_rows (view);
  g_autoptr (GHashTable) there = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < taube_item_list_get_size (list); i++)
    {
      g_autofree char *id = taube_item_list_get_id (list, i);
      guint32 row = taube_view_rows_find (rows, id);

      if (row != TAUBE_VIEW_NO_ROW)
        g_hash_table_add (there, GUINT_TO_POINTER (row));
    }
  self->doubtful = FALSE;
  if (g_hash_table_size (there) < taube_view_rows_get_count (rows))
    remove_others (view, there);
}

/* Rows as they are, but with the flags of LIST. (transfer full) */
static TaubeMessageList *
merge_flags (TaubeViewSync *self, TaubeFolderView *view, TaubeMessageList *list)
{
  TaubeViewRows *rows = taube_folder_view_get_rows (view);
  TaubeMessageListBuilder *builder = taube_message_list_builder_new (self->folder, TAUBE_LIST_FIELDS_DEFAULT);

  for (guint i = 0; i < taube_item_list_get_size (TAUBE_ITEM_LIST (list)); i++)
    {
      g_autofree char *id = taube_item_list_get_id (TAUBE_ITEM_LIST (list), i);
      const char *const *keywords = taube_message_list_get_keywords (list, i);
      guint32 row = taube_view_rows_find (rows, id);
      TaubeMessageList *cells;
      guint index;

      if (row == TAUBE_VIEW_NO_ROW)
        continue;
      cells = taube_view_rows_get_cells (rows, row, &index);
      taube_message_list_builder_copy (builder, cells, index);
      taube_message_list_builder_set_flags (builder, taube_message_list_get_flags (list, i), keywords,
                                            g_strv_length ((char **) keywords));
    }
  return taube_message_list_builder_end (builder);
}

static void
take_list (TaubeFolderView *view, TaubeMessageList *list)
{
  taube_folder_view_take (view, list, 0, taube_item_list_get_size (TAUBE_ITEM_LIST (list)), NULL);
  taube_folder_view_tidy_up (view);
}

static void
take_answer (TaubeViewSync *self, TaubeFolderView *view, Asking asking, TaubeItemList *list)
{
  g_autoptr (TaubeMessageList) merged = NULL;

  self->failures = 0;
  if (asking == ASKING_ALL)
    {
      take_listing (self, view, list);
      return;
    }
  if (asking == ASKING_IDS)
    {
      take_ids (self, view, list);
      return;
    }
  if (asking == ASKING_NEW)
    take_list (view, (TaubeMessageList *) list);
  else
    {
      merged = merge_flags (self, view, (TaubeMessageList *) list);
      take_list (view, merged);
    }
  if (asking == ASKING_NEW && taube_id_set_get_size (taube_changes_get_changed (self->asked)) > 0)
    ask (self, ASKING_FLAGS, taube_changes_get_changed (self->asked), TAUBE_LIST_FIELDS_FLAGS);
  else
    g_clear_pointer (&self->asked, taube_changes_unref);
}

/* Failures. */

static void
set_error (TaubeViewSync *self, TaubeFolderView *view, const GError *error)
{
  if (self->error != NULL)
    return;
  self->error = g_error_copy (error);
  taube_folder_view_note (view, TAUBE_VIEW_NOTE_ERROR);
}

static gboolean
on_timer (gpointer user_data)
{
  TaubeViewSync *self = user_data;

  clear_timer (self);
  feed (self, INPUT_AGAIN, NULL, NULL, NULL);
  return G_SOURCE_REMOVE;
}

/* The question is asked again after a while, together with what came since. An id of a folder that was made anew in the
 * meantime is no longer known: the watch tells of that, too. */
static void
take_failure (TaubeViewSync *self, TaubeFolderView *view, const GError *error)
{
  GMainContext *context = taube_account_get_context (taube_folder_get_account (self->folder));
  GSource *timer;
  guint pause;

  if (self->asked != NULL && self->pending != NULL)
    {
      TaubeChanges *newer = g_steal_pointer (&self->pending);

      self->pending = taube_changes_merge (self->asked, newer);
      taube_changes_unref (newer);
    }
  else if (self->asked != NULL)
    self->pending = taube_changes_ref (self->asked);
  g_clear_pointer (&self->asked, taube_changes_unref);
  if (g_error_matches (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED)
      || g_error_matches (error, TAUBE_ERROR, TAUBE_ERROR_INVALID))
    {
      set_error (self, view, error);
      return;
    }
  pause = taube_retry_pause (++self->failures, PAUSE_FIRST_MILLISECONDS, PAUSE_CAP_MILLISECONDS, g_random_int ());
  pause = taube_watch_decide_pause (self->failures, pause);
  timer = g_timeout_source_new (pause);
  g_source_set_callback (timer, on_timer, sync_ref (self), sync_unref);
  g_atomic_pointer_set (&self->timer, timer);
  g_source_attach (timer, context);
}

/* Inputs. */

/* Rows of those that went go at once: of one that came before, and is in the listing already, nothing would be left
 * when the two are merged. While the listing is being answered its rows must stay. */
static void
take_changes (TaubeViewSync *self, TaubeFolderView *view, TaubeChanges *changes)
{
  TaubeChanges *older = g_steal_pointer (&self->pending);

  if (self->asking != ASKING_ALL && !taube_changes_is_reset (changes))
    {
      g_autoptr (GArray) rows = find_rows (view, taube_changes_get_removed (changes), NULL);

      taube_folder_view_remove (view, rows);
    }
  /* The listing that is being answered is of another folder by now. */
  self->pending = older != NULL ? taube_changes_merge (older, changes) : taube_changes_ref (changes);
  g_clear_pointer (&older, taube_changes_unref);
}

static void
take_input (TaubeViewSync *self, TaubeFolderView *view, Input *input)
{
  Asking asking = self->asking;

  switch (input->kind)
    {
    case INPUT_CHANGES:
      take_changes (self, view, input->changes);
      break;
    case INPUT_CHUNK:
      taube_folder_view_take (view, (TaubeMessageList *) input->list, 0, taube_item_list_get_size (input->list),
                              self->listed);
      break;
    case INPUT_ANSWER:
      self->asking = ASKING_NOTHING;
      if (input->list != NULL)
        take_answer (self, view, asking, input->list);
      else
        take_failure (self, view, input->error);
      break;
    case INPUT_AGAIN:
      break;
    }
  go_on (self, view);
}

/* All three are taken. */
static void
feed (TaubeViewSync *self, InputKind kind, TaubeItemList *list, TaubeChanges *changes, GError *error)
{
  g_autoptr (TaubeFolderView) view = g_weak_ref_get (&self->view);
  Input *input = g_new0 (Input, 1);

  input->kind = kind;
  input->list = list;
  input->changes = changes;
  input->error = error;
  g_queue_push_tail (&self->inputs, input);
  if (view == NULL || self->busy)
    return;
  sync_ref (self);
  self->busy = TRUE;
  while ((input = g_queue_pop_head (&self->inputs)) != NULL)
    {
      if (!g_cancellable_is_cancelled (self->cancellable))
        take_input (self, view, input);
      input_free (input);
    }
  self->busy = FALSE;
  sync_unref (self);
}

/* The watch. */

static void
on_changed (TaubeWatch *watch, TaubeFolder *folder, TaubeChanges *changes, gpointer user_data)
{
  feed (user_data, INPUT_CHANGES, NULL, taube_changes_ref (changes), NULL);
}

static void
on_failed (TaubeWatch *watch, TaubeFolder *folder, GError *error, gpointer user_data)
{
  TaubeViewSync *self = user_data;
  g_autoptr (TaubeFolderView) view = g_weak_ref_get (&self->view);

  if (view != NULL)
    set_error (self, view, error);
}

static void
on_online (TaubeWatch *watch, GParamSpec *pspec, gpointer user_data)
{
  TaubeViewSync *self = user_data;
  g_autoptr (TaubeFolderView) view = g_weak_ref_get (&self->view);
  gboolean online = taube_watch_is_online (watch);
  guint looked = taube_watch_core_get_looked (taube_watch_get_core (watch));
  gboolean turned = online != self->online;

  if (view == NULL || (!turned && looked == self->looked))
    return;
  self->online = online;
  self->looked = looked;
  if (turned)
    taube_folder_view_note (view, TAUBE_VIEW_NOTE_ONLINE);
  feed (self, INPUT_AGAIN, NULL, NULL, NULL);
}

static void
unref_closure_data (gpointer data, GClosure *closure)
{
  sync_unref (data);
}

static void
connect_to (TaubeViewSync *self, const char *signal, GCallback callback)
{
  g_signal_connect_data (self->watch, signal, callback, sync_ref (self), unref_closure_data, 0);
}

TaubeViewSync *
taube_view_sync_new (TaubeFolderView *view, TaubeFolder *folder, GError **error)
{
  g_autoptr (GPtrArray) folders = g_ptr_array_new ();
  TaubeWatch *watch;
  TaubeViewSync *self;

  g_ptr_array_add (folders, folder);
  watch = taube_account_watch (taube_folder_get_account (folder), folders, error);
  if (watch == NULL)
    return NULL;
  self = g_new0 (TaubeViewSync, 1);
  g_atomic_ref_count_init (&self->refs);
  g_weak_ref_init (&self->view, view);
  self->folder = g_object_ref (folder);
  self->watch = watch;
  self->cancellable = g_cancellable_new ();
  self->listed = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_queue_init (&self->inputs);
  connect_to (self, "changed", G_CALLBACK (on_changed));
  connect_to (self, "failed", G_CALLBACK (on_failed));
  connect_to (self, "notify::online", G_CALLBACK (on_online));
  on_online (watch, NULL, self);
  return self;
}

void
taube_view_sync_free (TaubeViewSync *self)
{
  g_cancellable_cancel (self->cancellable);
  clear_timer (self);
  taube_watch_stop (self->watch);
  g_signal_handlers_disconnect_by_data (self->watch, self);
  g_clear_object (&self->watch);
  sync_unref (self);
}

gboolean
taube_view_sync_is_loading (TaubeViewSync *self)
{
  return !self->loaded;
}

gboolean
taube_view_sync_is_online (TaubeViewSync *self)
{
  return self->online;
}

const GError *
taube_view_sync_get_error (TaubeViewSync *self)
{
  return self->error;
}
