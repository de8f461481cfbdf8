/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-watch-private.h"

#include <taube/taube-error.h>
#include <taube-backend/taube-account-impl.h>
#include <taube-backend/taube-changes-impl.h>

#include "base/taube-gettext.h"
#include "core/taube-account-private.h"
#include "core/taube-job.h"

/* Listings in a row because folders come and go all the time; then they wait a while. */
#define LISTINGS_MAX 5
#define LISTINGS_PAUSE G_USEC_PER_SEC

struct _TaubeWatchFolders
{
  GMutex lock;
  GMainContext *context;
  gboolean all;

  /* under lock; folders are held, and given up in the account's context */
  GPtrArray *followed;   /* in the order in which they get sessions */
  GHashTable *late;      /* those of them that came after the watch had begun, and were not told of yet */
  GHashTable *refused;   /* those that exist and cannot be followed */
  gboolean listed;
  gboolean scattered;    /* each has a follower */
};

static void
drop_folder (TaubeWatchFolders *self, gpointer folder)
{
  taube_context_drop (self->context, folder);
}

static gboolean
is_watchable (TaubeFolder *folder)
{
  return (taube_folder_get_flags (folder) & TAUBE_FOLDER_FLAGS_SELECTABLE) != 0
         && TAUBE_FOLDER_GET_CLASS (folder)->watch_step != NULL;
}

/* The inbox first: there are not enough sessions for all. */
static int
compare_folders (gconstpointer a, gconstpointer b)
{
  TaubeFolder *left = *(TaubeFolder *const *) a, *right = *(TaubeFolder *const *) b;

  return (taube_folder_get_role (right) == TAUBE_FOLDER_ROLE_INBOX)
         - (taube_folder_get_role (left) == TAUBE_FOLDER_ROLE_INBOX);
}

/* FOLDERS NULL: all. */
TaubeWatchFolders *
taube_watch_folders_new (TaubeAccount *account, GPtrArray *folders)
{
  TaubeWatchFolders *self = g_new0 (TaubeWatchFolders, 1);

  g_mutex_init (&self->lock);
  self->context = g_main_context_ref (taube_account_get_context (account));
  self->all = folders == NULL;
  self->followed = g_ptr_array_new ();
  self->late = g_hash_table_new (NULL, NULL);
  self->refused = g_hash_table_new (NULL, NULL);
  for (guint i = 0; folders != NULL && i < folders->len; i++)
    if (!g_ptr_array_find (self->followed, g_ptr_array_index (folders, i), NULL))
      g_ptr_array_add (self->followed, g_object_ref (g_ptr_array_index (folders, i)));
  g_ptr_array_sort (self->followed, compare_folders);
  return self;
}

void
taube_watch_folders_free (TaubeWatchFolders *self)
{
  GHashTableIter iter;
  gpointer folder;

  for (guint i = 0; i < self->followed->len; i++)
    drop_folder (self, g_ptr_array_index (self->followed, i));
  g_hash_table_iter_init (&iter, self->refused);
  while (g_hash_table_iter_next (&iter, &folder, NULL))
    drop_folder (self, folder);
  g_ptr_array_unref (self->followed);
  g_hash_table_unref (self->late);
  g_hash_table_unref (self->refused);
  g_main_context_unref (self->context);
  g_mutex_clear (&self->lock);
  g_free (self);
}

gboolean
taube_watch_folders_are_all (TaubeWatchFolders *self)
{
  return self->all;
}

guint
taube_watch_folders_drop (TaubeWatchFolders *self, TaubeFolder *folder, const GError *error)
{
  gboolean gone = g_error_matches (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND);
  gpointer drop = NULL;
  guint left;

  g_mutex_lock (&self->lock);
  if (g_ptr_array_remove (self->followed, folder))
    {
      g_hash_table_remove (self->late, folder);
      if (!self->all || gone || !g_hash_table_add (self->refused, folder))
        drop = folder;
    }
  left = self->followed->len;
  g_mutex_unlock (&self->lock);
  if (drop != NULL)
    drop_folder (self, drop);
  return left;
}

/* What a new listing changes. */

typedef struct
{
  GPtrArray *came;
  GPtrArray *went; /* with a reference each */
} Difference;

static void
take_new_locked (TaubeWatchFolders *self, GPtrArray *listed, GPtrArray *came)
{
  for (guint i = 0; i < listed->len; i++)
    {
      TaubeFolder *folder = g_ptr_array_index (listed, i);

      if (!is_watchable (folder) || g_hash_table_contains (self->refused, folder)
          || g_ptr_array_find (self->followed, folder, NULL))
        continue;
      g_ptr_array_add (self->followed, g_object_ref (folder));
      g_ptr_array_add (came, folder);
      if (self->listed && !self->scattered)
        g_hash_table_add (self->late, folder);
    }
  g_ptr_array_sort (self->followed, compare_folders);
}

static void
drop_old_locked (TaubeWatchFolders *self, GHashTable *listed, GPtrArray *went)
{
  GHashTableIter iter;
  gpointer folder;

  for (guint i = self->followed->len; i > 0; i--)
    {
      folder = g_ptr_array_index (self->followed, i - 1);
      if (g_hash_table_contains (listed, folder) && is_watchable (folder))
        continue;
      g_hash_table_remove (self->late, folder);
      g_ptr_array_remove_index (self->followed, i - 1);
      g_ptr_array_add (went, folder);
    }
  g_hash_table_iter_init (&iter, self->refused);
  while (g_hash_table_iter_next (&iter, &folder, NULL))
    if (!g_hash_table_contains (listed, folder))
      {
        g_hash_table_iter_steal (&iter);
        g_ptr_array_add (went, folder);
      }
}

static void
update (TaubeWatchFolders *self, GPtrArray *listed, Difference *difference)
{
  g_autoptr (GHashTable) set = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < listed->len; i++)
    g_hash_table_add (set, g_ptr_array_index (listed, i));
  g_mutex_lock (&self->lock);
  drop_old_locked (self, set, difference->went);
  take_new_locked (self, listed, difference->came);
  self->listed = TRUE;
  g_mutex_unlock (&self->lock);
}

static void
start_follower (TaubeWatchCore *core, TaubeFolder *folder, gboolean late, TaubeHubMemory *memory)
{
  TaubeFollower *follower = taube_follower_new (core, TAUBE_FOLLOWER_FOLDER, folder);

  if (memory != NULL && memory->state != NULL && memory->take_folder_state != NULL)
    taube_follower_set_memory (follower, memory->take_folder_state (memory->state, folder),
                               memory->free_folder_state);
  if (late)
    taube_follower_set_late (follower);
  if (taube_watch_core_add (core, taube_follower_ref (follower)))
    taube_follower_start (follower);
  taube_follower_unref (follower);
}

gboolean
taube_watch_core_list (TaubeWatchCore *core, TaubeSession *session, GCancellable *cancellable, GError **error)
{
  TaubeAccount *account = taube_watch_core_get_account (core);
  TaubeWatchFolders *self = taube_watch_core_get_folders (core);
  g_autoptr (GPtrArray) came = g_ptr_array_new (), went = g_ptr_array_new (), listed = NULL;
  Difference difference = { came, went };
  gboolean was_listed = self->listed;

  listed = TAUBE_ACCOUNT_GET_CLASS (account)->list_folders (account, session, TAUBE_CONTENT_ANY, cancellable, error);
  listed = taube_job_check_result (account, "TaubeAccount.list_folders", listed, (GDestroyNotify) g_ptr_array_unref,
                                   error);
  if (listed == NULL)
    return FALSE;
  update (self, listed, &difference);
  for (guint i = 0; i < came->len && self->scattered; i++)
    start_follower (core, g_ptr_array_index (came, i), was_listed, NULL);
  for (guint i = 0; i < went->len; i++)
    {
      taube_watch_core_stop_folder (core, g_ptr_array_index (went, i));
      drop_folder (self, g_ptr_array_index (went, i));
    }
  if (was_listed || came->len > 0)
    return TRUE;
  g_set_error_literal (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND,
                       _ ("watch: there is no folder that could be followed"));
  return FALSE;
}

/* The hub. */

/* (transfer full) */
static GPtrArray *
copy_followed (TaubeWatchFolders *self)
{
  GPtrArray *copy = g_ptr_array_new ();

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->followed->len; i++)
    g_ptr_array_add (copy, g_object_ref (g_ptr_array_index (self->followed, i)));
  g_mutex_unlock (&self->lock);
  return copy;
}

static void
free_followed (TaubeWatchFolders *self, GPtrArray *copy)
{
  for (guint i = 0; i < copy->len; i++)
    drop_folder (self, g_ptr_array_index (copy, i));
  g_ptr_array_unref (copy);
}

static void
deliver (TaubeFolder *folder, TaubeChanges *changes, gpointer user_data)
{
  taube_watch_core_deliver (user_data, folder, changes);
}

static void
fail (TaubeFolder *folder, const GError *error, gpointer user_data)
{
  taube_watch_core_fail (user_data, folder, error);
}

/* All that is in a folder which came later is news. */
static void
tell_late (TaubeWatchCore *core, GPtrArray *folders)
{
  TaubeWatchFolders *self = taube_watch_core_get_folders (core);

  for (guint i = 0; i < folders->len; i++)
    {
      gboolean late;

      g_mutex_lock (&self->lock);
      late = g_hash_table_remove (self->late, g_ptr_array_index (folders, i));
      g_mutex_unlock (&self->lock);
      if (late)
        taube_watch_core_deliver (core, g_ptr_array_index (folders, i), taube_changes_new (NULL, NULL, NULL, TRUE));
    }
}

static gboolean
run_hub_step (TaubeWatchCore *core, TaubeSession *session, TaubeAccountWatchStep *step, GCancellable *cancellable,
              GError **error)
{
  TaubeAccount *account = taube_watch_core_get_account (core);
  TaubeWatchFolders *self = taube_watch_core_get_folders (core);
  gpointer done;

  step->folders = copy_followed (self);
  step->list_again = FALSE;
  step->wake_at = 0;
  done = GINT_TO_POINTER (
      TAUBE_ACCOUNT_GET_CLASS (account)->watch_step (account, session, step, cancellable, error));
  done = taube_job_check_result (account, "TaubeAccount.watch_step", done, NULL, error);
  if (done != NULL && step->reason != TAUBE_WATCH_LEAVE)
    tell_late (core, step->folders);
  free_followed (self, g_steal_pointer (&step->folders));
  return done != NULL;
}

gboolean
taube_watch_core_run_hub (TaubeWatchCore *core, TaubeSession *session, TaubeWatchReason reason, TaubeHubMemory *memory,
                          gint64 *wake_at_out, GCancellable *cancellable, GError **error)
{
  TaubeWatchFolders *self = taube_watch_core_get_folders (core);
  TaubeAccountWatchStep step = { .reason = reason, .all = self->all, .user_data = core };
  gboolean list = self->all && reason == TAUBE_WATCH_START;
  guint listings = 0;
  gboolean ok;

  step.state = memory->state;
  step.free_state = memory->free_state;
  step.take_folder_state = memory->take_folder_state;
  step.free_folder_state = memory->free_folder_state;
  step.deliver = deliver;
  step.fail = fail;
  do
    {
      ok = !list || taube_watch_core_list (core, session, cancellable, error);
      if (list)
        step.reason = TAUBE_WATCH_START;
      ok = ok && run_hub_step (core, session, &step, cancellable, error);
      list = self->all && step.list_again;
    }
  while (ok && list && ++listings < LISTINGS_MAX);
  if (list)
    step.wake_at = g_get_monotonic_time () + LISTINGS_PAUSE;
  memory->state = step.state;
  memory->free_state = step.free_state;
  memory->take_folder_state = step.take_folder_state;
  memory->free_folder_state = step.free_folder_state;
  *wake_at_out = step.wake_at;
  return ok;
}

void
taube_watch_core_scatter (TaubeWatchCore *core, TaubeHubMemory *memory)
{
  TaubeWatchFolders *self = taube_watch_core_get_folders (core);
  GPtrArray *folders = copy_followed (self);

  g_mutex_lock (&self->lock);
  self->scattered = TRUE;
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < folders->len; i++)
    {
      TaubeFolder *folder = g_ptr_array_index (folders, i);
      gboolean late;

      g_mutex_lock (&self->lock);
      late = g_hash_table_remove (self->late, folder);
      g_mutex_unlock (&self->lock);
      start_follower (core, folder, late, memory);
    }
  free_followed (self, folders);
}
