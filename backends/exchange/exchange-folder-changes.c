/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-folder.h"

#include <string.h>

#include "exchange-gettext.h"
#include "exchange-token.h"

/* So often a server may say that there is more and tell nothing new; a change of what came and went is such a step. */
#define IDLE_STEPS 50

/* The server's answers to one question, one after the other. */
typedef struct
{
  TaubeFolder *folder;
  ExchangeAccount *account;
  char *folder_id;
  char *what;
  ExchangeSyncStep step;
  TaubeProgress *progress;
} Sync;

static void
sync_clear (Sync *self)
{
  g_clear_pointer (&self->step.added, taube_id_set_free);
  g_clear_pointer (&self->step.changed, taube_id_set_free);
  g_clear_pointer (&self->step.removed, taube_id_set_free);
  g_free (self->step.state);
  g_free (self->folder_id);
  g_free (self->what);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sync, sync_clear)

/* What came and went, and came again, within the answers: the last word counts. */
static void
settle (Sync *sync, TaubeIdSet *added, TaubeIdSet *changed, TaubeIdSet *removed)
{
  ExchangeSyncStep *step = &sync->step;

  taube_id_set_remove_set (step->removed, added);
  taube_id_set_remove_set (step->added, removed);
  taube_id_set_remove_set (step->changed, removed);
  taube_id_set_add_set (step->added, added);
  taube_id_set_add_set (step->changed, changed);
  taube_id_set_add_set (step->removed, removed);
}

static gboolean
run_step (Sync *sync, GCancellable *cancellable, GError **error)
{
  g_autoptr (TaubeIdSet) added = taube_id_set_new ();
  g_autoptr (TaubeIdSet) changed = taube_id_set_new ();
  g_autoptr (TaubeIdSet) removed = taube_id_set_new ();
  ExchangeSyncStep step = { .added = added, .changed = changed, .removed = removed, .state = sync->step.state };
  gboolean good = exchange_account_get_wire (sync->account)->sync_items (sync->account, sync->folder_id, sync->what,
                                                                         &step, cancellable, error);

  sync->step.state = step.state;
  sync->step.last = step.last;
  sync->step.reset = step.reset;
  if (good)
    settle (sync, added, changed, removed);
  return good;
}

static gboolean
run_steps (Sync *sync, GCancellable *cancellable, GError **error)
{
  const TaubeLimits *limits = taube_account_get_limits (TAUBE_ACCOUNT (sync->account));
  guint64 before = 0;
  guint idle = 0;

  for (;;)
    {
      guint64 told;

      if (!run_step (sync, cancellable, error))
        return FALSE;
      told = taube_id_set_get_size (sync->step.added) + taube_id_set_get_size (sync->step.changed)
             + taube_id_set_get_size (sync->step.removed);
      taube_progress_update (sync->progress, told, sync->step.last ? told : 0);
      if (sync->step.last || sync->step.reset)
        return TRUE;
      idle = told == before ? idle + 1 : 0;
      before = told;
      if (idle > IDLE_STEPS)
        {
          g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL,
                       _ ("%s: the server says again and again that there is more, and tells nothing"), sync->what);
          return FALSE;
        }
      if (told > limits->messages)
        {
          g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT, _ ("%s: it has more than %u messages"), sync->what,
                       limits->messages);
          return FALSE;
        }
    }
}

/* What happened since STATE, and in *NEXT what is to be given the next time; none for a reset. */
static TaubeChanges *
ask (TaubeFolder *folder, GBytes *state, TaubeProgress *progress, GBytes **next, GCancellable *cancellable,
     GError **error)
{
  g_auto (Sync) sync = { .folder = folder, .account = exchange_folder_get_account (folder), .progress = progress };
  GError *problem = NULL;

  sync.what = g_strdup_printf (_ ("cannot ask what changed in folder \"%s\""), taube_folder_get_name (folder));
  sync.folder_id = exchange_account_find_folder_id (sync.account, folder, cancellable, error);
  if (sync.folder_id == NULL)
    return NULL;
  /* Made anew under the same name, or told by a later version: what was known is worthless. */
  if (state != NULL && !exchange_token_read (state, sync.folder_id, &sync.step.state))
    return taube_changes_new (NULL, NULL, NULL, TRUE);
  sync.step.added = taube_id_set_new ();
  sync.step.changed = taube_id_set_new ();
  sync.step.removed = taube_id_set_new ();
  if (!run_steps (&sync, cancellable, &problem))
    {
      exchange_folder_note_failure (folder, problem);
      g_propagate_error (error, problem);
      return NULL;
    }
  if (sync.step.reset)
    return taube_changes_new (NULL, NULL, NULL, TRUE);
  *next = exchange_token_write (sync.folder_id, sync.step.state);
  return taube_changes_new (g_steal_pointer (&sync.step.added), g_steal_pointer (&sync.step.changed),
                            g_steal_pointer (&sync.step.removed), FALSE);
}

/* TaubeFolderClass.get_changes */
TaubeChanges *
exchange_folder_get_changes (TaubeFolder *folder, TaubeSession *session, GBytes *state, TaubeProgress *progress,
                             GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) next = NULL;
  TaubeChanges *changes = ask (folder, state, progress, &next, cancellable, error);

  if (changes != NULL && next != NULL)
    taube_changes_set_state (changes, next);
  return changes;
}

gboolean
exchange_folder_look (TaubeFolder *folder, GBytes **token, TaubeChanges **changes_out, GCancellable *cancellable,
                      GError **error)
{
  gboolean first = *token == NULL;
  g_autoptr (GBytes) next = NULL;
  g_autoptr (TaubeChanges) changes = ask (folder, *token, NULL, &next, cancellable, error);

  if (changes == NULL)
    return FALSE;
  if (taube_changes_is_reset (changes))
    {
      g_autoptr (TaubeChanges) baseline = ask (folder, NULL, NULL, &next, cancellable, error);

      if (baseline == NULL)
        return FALSE;
    }
  g_clear_pointer (token, g_bytes_unref);
  *token = g_steal_pointer (&next);
  if (!first && !taube_changes_is_empty (changes))
    *changes_out = g_steal_pointer (&changes);
  return TRUE;
}

/* TaubeFolderClass.watch_step: a folder that has no part in what the server tells is asked from time to time. */
gboolean
exchange_folder_watch_step (TaubeFolder *folder, TaubeSession *session, TaubeWatchStep *step,
                            GCancellable *cancellable, GError **error)
{
  GBytes *token = step->state;
  gboolean good = step->reason == TAUBE_WATCH_LEAVE
                  || exchange_folder_look (folder, &token, &step->changes, cancellable, error);

  step->state = token;
  step->free_state = (GDestroyNotify) g_bytes_unref;
  return good;
}
