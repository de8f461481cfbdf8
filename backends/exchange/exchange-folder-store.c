/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-folder.h"

#include <string.h>

#include "exchange-gettext.h"
#include "ews/ews-fields.h"

/* One change to many items, in batches. */
typedef struct _Store Store;

struct _Store
{
  ExchangeAccount *account;
  const ExchangeWire *wire;
  TaubeFolder *folder;
  char *what;
  gboolean (*run) (Store *store, const char *const *ids, guint n, GCancellable *cancellable, GError **error);
  TaubeBatchResult *result;
  TaubeProgress *progress;

  TaubeFlagsMode mode;
  TaubeMessageFlags changed, flags;
  const char *const *keywords; /* NULL: they stay as they are */
  char *target_id;
  gboolean copy;
};

static void
store_clear (Store *self)
{
  g_clear_pointer (&self->result, taube_batch_result_unref);
  g_free (self->target_id);
  g_free (self->what);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Store, store_clear)

static void
set_all (Store *store, const char *const *ids, guint n, const GError *problem)
{
  g_autoptr (TaubeIdSet) set = taube_id_set_new ();

  for (guint i = 0; i < n; i++)
    taube_id_set_add (set, ids[i]);
  if (g_error_matches (problem, TAUBE_ERROR, TAUBE_ERROR_UNKNOWN_OUTCOME))
    taube_batch_result_set_unknown (store->result, set, problem);
  else
    taube_batch_result_set_failed (store->result, set, problem);
}

/* What came before a failure is done, and is told; only when nothing was done is it the failure of the call. */
static TaubeBatchResult *
run_batches (Store *store, const TaubeIdSet *ids, GCancellable *cancellable, GError **error)
{
  g_auto (GStrv) all = taube_id_set_to_strv (ids);
  guint n = g_strv_length (all);

  store->result = taube_batch_result_new (ids);
  for (guint at = 0; at < n; at += store->wire->batch_size)
    {
      const char *const *batch = (const char *const *) all + at;
      guint size = MIN (n - at, store->wire->batch_size);
      GError *problem = NULL;

      if (!store->run (store, batch, size, cancellable, &problem))
        {
          if (at == 0 && !g_error_matches (problem, TAUBE_ERROR, TAUBE_ERROR_UNKNOWN_OUTCOME))
            {
              g_propagate_error (error, problem);
              return NULL;
            }
          set_all (store, batch, size, problem);
          if (at + size < n)
            {
              g_autoptr (GError) rest = g_error_new (TAUBE_ERROR, TAUBE_ERROR_CONNECTION, _ ("it was not tried: %s"),
                                                     problem->message);

              set_all (store, batch + size, n - at - size, rest);
            }
          g_error_free (problem);
          break;
        }
      taube_progress_update (store->progress, at + size, n);
    }
  return g_steal_pointer (&store->result);
}

static void
begin (Store *store, TaubeFolder *folder)
{
  store->folder = folder;
  store->account = exchange_folder_get_account (folder);
  store->wire = exchange_account_get_wire (store->account);
}

/* Flags. */

static gboolean
has_word (const char *const *words, const char *word)
{
  for (guint i = 0; words != NULL && words[i] != NULL; i++)
    {
      g_autofree char *a = g_utf8_casefold (words[i], -1), *b = g_utf8_casefold (word, -1);

      if (strcmp (a, b) == 0)
        return TRUE;
    }
  return FALSE;
}

/* What an item that has BEFORE is to have. (transfer full) */
static char **
combine (Store *store, const char *const *before)
{
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();

  for (guint i = 0; store->mode != TAUBE_FLAGS_MODE_REPLACE && before != NULL && before[i] != NULL; i++)
    if (store->mode == TAUBE_FLAGS_MODE_ADD || !has_word (store->keywords, before[i]))
      g_strv_builder_add (words, before[i]);
  for (guint i = 0; store->mode != TAUBE_FLAGS_MODE_REMOVE && store->keywords[i] != NULL; i++)
    if (store->mode == TAUBE_FLAGS_MODE_REPLACE || !has_word (before, store->keywords[i]))
      g_strv_builder_add (words, store->keywords[i]);
  return g_strv_builder_end (words);
}

/* All keywords of an item are one property, so what there is must be known before one is added. */
static GPtrArray *
find_keywords (Store *store, const char *const *ids, guint n, GCancellable *cancellable, GError **error)
{
  g_autoptr (TaubeMessageListBuilder) builder
    = taube_message_list_builder_new (store->folder, TAUBE_LIST_FIELDS_FLAGS);
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  g_autoptr (TaubeMessageList) list = NULL;

  if (store->mode != TAUBE_FLAGS_MODE_REPLACE
      && !store->wire->get_rows (store->account, ids, n, TAUBE_LIST_FIELDS_FLAGS, store->what, builder, NULL,
                                 cancellable, error))
    return NULL;
  list = taube_message_list_builder_end (g_steal_pointer (&builder));
  for (guint i = 0; i < n; i++)
    {
      guint at;
      gboolean known = taube_item_list_find (TAUBE_ITEM_LIST (list), ids[i], &at);

      g_ptr_array_add (all, combine (store, known ? taube_message_list_get_keywords (list, at) : NULL));
    }
  return g_steal_pointer (&all);
}

static gboolean
run_flags (Store *store, const char *const *ids, guint n, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) keywords = NULL;

  if (store->keywords != NULL)
    {
      keywords = find_keywords (store, ids, n, cancellable, error);
      if (keywords == NULL)
        return FALSE;
    }
  return store->wire->set_flags (store->account, ids, n, store->changed, store->flags,
                                 keywords != NULL ? (const char *const *const *) keywords->pdata : NULL, store->what,
                                 store->result, cancellable, error);
}

static gboolean
check_flags (TaubeFlagsMode mode, TaubeMessageFlags flags, GError **error)
{
  if (mode == TAUBE_FLAGS_MODE_REMOVE || (flags & ~(guint) EWS_SETTABLE_FLAGS) == 0)
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED,
               _ ("Exchange keeps no such flag: there are seen, flagged, answered and forwarded"));
  return FALSE;
}

/* TaubeFolderClass.set_flags */
TaubeBatchResult *
exchange_folder_set_flags (TaubeFolder *folder, TaubeSession *session, const TaubeIdSet *ids, TaubeFlagsMode mode,
                           TaubeMessageFlags flags, const char *const *keywords, GCancellable *cancellable,
                           GError **error)
{
  static const char *const none[] = { NULL };
  g_auto (Store) store = { .run = run_flags, .mode = mode };

  if (!check_flags (mode, flags, error))
    return NULL;
  begin (&store, folder);
  store.what = g_strdup_printf (_ ("cannot set flags in folder \"%s\""), taube_folder_get_name (folder));
  store.changed = (mode == TAUBE_FLAGS_MODE_REPLACE ? EWS_SETTABLE_FLAGS : flags) & EWS_SETTABLE_FLAGS;
  store.flags = mode == TAUBE_FLAGS_MODE_REMOVE ? TAUBE_MESSAGE_FLAGS_NONE : flags;
  if (keywords != NULL && keywords[0] != NULL)
    store.keywords = keywords;
  else if (mode == TAUBE_FLAGS_MODE_REPLACE)
    store.keywords = none;
  if (store.changed == 0 && store.keywords == NULL)
    {
      TaubeBatchResult *result = taube_batch_result_new (ids);

      taube_batch_result_set_done_set (result, ids);
      return result;
    }
  return run_batches (&store, ids, cancellable, error);
}

/* Moving, copying, removing. */

static gboolean
run_transfer (Store *store, const char *const *ids, guint n, GCancellable *cancellable, GError **error)
{
  return store->wire->transfer (store->account, ids, n, store->target_id, store->copy, store->what, store->result,
                                cancellable, error);
}

static TaubeBatchResult *
transfer (TaubeFolder *folder, const TaubeIdSet *ids, TaubeFolder *target, gboolean copy, TaubeProgress *progress,
          GCancellable *cancellable, GError **error)
{
  g_auto (Store) store = { .run = run_transfer, .copy = copy, .progress = progress };

  begin (&store, folder);
  store.what = g_strdup_printf (copy ? _ ("cannot copy from folder \"%s\" to \"%s\"")
                                     : _ ("cannot move from folder \"%s\" to \"%s\""),
                                taube_folder_get_name (folder), taube_folder_get_name (target));
  store.target_id = exchange_account_find_folder_id (store.account, target, cancellable, error);
  return store.target_id != NULL ? run_batches (&store, ids, cancellable, error) : NULL;
}

/* TaubeFolderClass.copy */
TaubeBatchResult *
exchange_folder_copy (TaubeFolder *folder, TaubeSession *session, const TaubeIdSet *ids, TaubeFolder *target,
                      TaubeAttempt *attempt, TaubeProgress *progress, GCancellable *cancellable, GError **error)
{
  return transfer (folder, ids, target, TRUE, progress, cancellable, error);
}

/* TaubeFolderClass.move */
TaubeBatchResult *
exchange_folder_move (TaubeFolder *folder, TaubeSession *session, const TaubeIdSet *ids, TaubeFolder *target,
                      TaubeAttempt *attempt, TaubeProgress *progress, GCancellable *cancellable, GError **error)
{
  return transfer (folder, ids, target, FALSE, progress, cancellable, error);
}

static gboolean
run_remove (Store *store, const char *const *ids, guint n, GCancellable *cancellable, GError **error)
{
  return store->wire->remove (store->account, ids, n, store->what, store->result, cancellable, error);
}

/* TaubeFolderClass.remove */
TaubeBatchResult *
exchange_folder_remove (TaubeFolder *folder, TaubeSession *session, const TaubeIdSet *ids, TaubeAttempt *attempt,
                        TaubeProgress *progress, GCancellable *cancellable, GError **error)
{
  g_auto (Store) store = { .run = run_remove, .progress = progress };

  begin (&store, folder);
  store.what = g_strdup_printf (_ ("cannot remove from folder \"%s\""), taube_folder_get_name (folder));
  return run_batches (&store, ids, cancellable, error);
}
