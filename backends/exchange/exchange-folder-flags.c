/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-batches.h"

#include <string.h>

#include "exchange-gettext.h"
#include "ews/ews-fields.h"

#define VERBS (TAUBE_MESSAGE_FLAGS_ANSWERED | TAUBE_MESSAGE_FLAGS_FORWARDED)

typedef struct
{
  TaubeFlagsMode mode;
  TaubeMessageFlags changed, flags;
  const char *const *keywords; /* NULL: they stay as they are */
  TaubeImportance importance;  /* UNKNOWN: it stays as it is */
  gboolean looks;              /* what becomes of an item depends on what it has */
} Change;

/* One request. */
typedef struct
{
  Change *change;
  const char *const *ids;
  ExchangeOutcome *outcome;
  GArray *updates;    /* of ExchangeUpdate */
  GPtrArray *strings; /* of char*: their change keys */
  GPtrArray *lists;   /* of char**: their keywords */
} Request;

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
combine (const Change *change, const char *const *before)
{
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();

  for (guint i = 0; change->mode != TAUBE_FLAGS_MODE_REPLACE && before[i] != NULL; i++)
    if (change->mode == TAUBE_FLAGS_MODE_ADD || !has_word (change->keywords, before[i]))
      g_strv_builder_add (words, before[i]);
  for (guint i = 0; change->mode != TAUBE_FLAGS_MODE_REMOVE && change->keywords[i] != NULL; i++)
    if (change->mode == TAUBE_FLAGS_MODE_REPLACE || !has_word (before, change->keywords[i]))
      g_strv_builder_add (words, change->keywords[i]);
  return g_strv_builder_end (words);
}

/* One property says what was done last, an answer or a forwarding: the other one is not taken away. */
static TaubeMessageFlags
find_changed (const Change *change, TaubeMessageFlags before)
{
  if (change->mode == TAUBE_FLAGS_MODE_REMOVE && (change->changed & VERBS & before) == 0)
    return change->changed & ~(guint) VERBS;
  return change->changed;
}

/* For ExchangeStateFunc: all keywords of an item are one property, so what is written is made of what there is, and
 * must not take away what somebody adds in the meantime. */
static void
on_state (guint index, const ExchangeItemState *state, const GError *problem, gpointer user_data)
{
  Request *request = user_data;
  Change *change = request->change;
  ExchangeUpdate update = { .id = request->ids[index], .flags = change->flags, .importance = change->importance };

  if (state == NULL)
    {
      exchange_outcome_set_failed (request->outcome, update.id, problem);
      return;
    }
  update.changed = find_changed (change, state->flags);
  if (state->change_key != NULL)
    {
      g_ptr_array_add (request->strings, g_strdup (state->change_key));
      update.change_key = request->strings->pdata[request->strings->len - 1];
    }
  if (change->keywords != NULL)
    {
      g_auto (GStrv) words = combine (change, state->keywords);

      if (!g_strv_equal ((const char *const *) words, state->keywords))
        {
          update.keywords = (const char *const *) words;
          g_ptr_array_add (request->lists, g_steal_pointer (&words));
        }
    }
  if (update.changed != 0 || update.keywords != NULL || update.importance != TAUBE_IMPORTANCE_UNKNOWN)
    g_array_append_val (request->updates, update);
  else
    taube_batch_result_set_done (request->outcome->result, update.id, NULL);
}

static gboolean
send_updates (ExchangeBatches *batches, Request *request, GCancellable *cancellable, GError **error)
{
  if (request->updates->len == 0)
    return TRUE;
  if (!batches->wire->update (batches->account, (const ExchangeUpdate *) request->updates->data,
                              request->updates->len, batches->what, request->outcome, cancellable, error))
    return FALSE;
  /* A server that wants to know which state is meant, or was overtaken by somebody, is told the next time. */
  if (taube_id_set_get_size (request->outcome->again) > 0)
    request->change->looks = TRUE;
  return TRUE;
}

/* For ExchangeBatches.run */
static gboolean
run_flags (ExchangeBatches *batches, const char *const *ids, guint n, ExchangeOutcome *outcome,
           GCancellable *cancellable, GError **error)
{
  Change *change = batches->data;
  g_autoptr (GArray) updates = g_array_new (FALSE, FALSE, sizeof (ExchangeUpdate));
  g_autoptr (GPtrArray) strings = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) lists = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  Request request = { change, ids, outcome, updates, strings, lists };

  if (change->looks
      && !batches->wire->get_states (batches->account, ids, n, batches->what, on_state, &request, cancellable, error))
    return FALSE;
  for (guint i = 0; i < n && !change->looks; i++)
    {
      const ExchangeUpdate update
        = { ids[i], NULL, change->changed, change->flags, change->keywords, change->importance };

      g_array_append_val (updates, update);
    }
  return send_updates (batches, &request, cancellable, error);
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

static void
init_change (Change *change, TaubeMessageFlags flags, const char *const *keywords)
{
  static const char *const none[] = { NULL };
  gboolean replaces = change->mode == TAUBE_FLAGS_MODE_REPLACE;

  change->changed = (replaces ? EWS_SETTABLE_FLAGS : flags) & EWS_SETTABLE_FLAGS;
  change->flags = change->mode == TAUBE_FLAGS_MODE_REMOVE ? TAUBE_MESSAGE_FLAGS_NONE : flags;
  if (keywords != NULL && keywords[0] != NULL)
    change->keywords = keywords;
  else if (replaces)
    change->keywords = none;
  change->looks = !replaces && (change->keywords != NULL
                                || (change->mode == TAUBE_FLAGS_MODE_REMOVE && (change->changed & VERBS) != 0));
}

/* TaubeFolderClass.set_flags */
TaubeBatchResult *
exchange_folder_set_flags (TaubeFolder *folder, TaubeSession *session, const TaubeIdSet *ids, TaubeFlagsMode mode,
                           TaubeMessageFlags flags, const char *const *keywords, GCancellable *cancellable,
                           GError **error)
{
  g_auto (ExchangeBatches) batches = { 0 };
  Change change = { .mode = mode };

  if (!check_flags (mode, flags, error))
    return NULL;
  init_change (&change, flags, keywords);
  exchange_batches_init (&batches, folder, run_flags, &change);
  batches.what = g_strdup_printf (_ ("cannot set flags in folder \"%s\""), taube_folder_get_name (folder));
  if (change.changed == 0 && change.keywords == NULL)
    {
      TaubeBatchResult *result = taube_batch_result_new (ids);

      taube_batch_result_set_done_set (result, ids);
      return result;
    }
  return exchange_batches_run (&batches, ids, cancellable, error);
}

/* TaubeFolderClass.set_importance */
TaubeBatchResult *
exchange_folder_set_importance (TaubeFolder *folder, TaubeSession *session, const TaubeIdSet *ids,
                                TaubeImportance importance, GCancellable *cancellable, GError **error)
{
  g_auto (ExchangeBatches) batches = { 0 };
  Change change = { .mode = TAUBE_FLAGS_MODE_ADD, .importance = importance };

  exchange_batches_init (&batches, folder, run_flags, &change);
  batches.what = g_strdup_printf (_ ("cannot set the importance in folder \"%s\""), taube_folder_get_name (folder));
  return exchange_batches_run (&batches, ids, cancellable, error);
}
