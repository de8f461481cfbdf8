/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-watch-private.h"

#include <taube/taube-account.h>
#include <taube/taube-error.h>
#include <taube-backend/taube-account-impl.h>
#include <taube-backend/taube-changes-impl.h>

#include "base/taube-gettext.h"
#include "core/taube-account-private.h"

#define POLL_SECONDS_DEFAULT 60

/* What happened to one folder, not yet handed out; or an error. */
typedef struct
{
  TaubeFolder *folder;
  TaubeChanges *changes;
  GError *error;
} Entry;

/* Somebody in next(): a task, or a thread that waits in the pool. */
typedef struct
{
  GTask *task;
  GCancellable *cancellable;
  gulong cancelled_id;
  TaubeWatchCore *core;
  Entry *entry;
  GError *error;
  gint done; /* atomic, set under the lock */
} Waiter;

/* The way from the inside to the object, while there is one. */
typedef struct
{
  gatomicrefcount refs;
  GWeakRef watch;
} Link;

struct _TaubeWatchCore
{
  gatomicrefcount refs;
  GMutex lock;
  TaubeAccount *account;
  Link *link;
  TaubeWatchFolders *folders;
  guint poll_interval;
  gint looks;             /* atomic: how many were wanted */

  /* under lock */
  GPtrArray *followers;
  GHashTable *online;     /* those of them that are, with the look that each has come to */
  guint looked;           /* the look that all have come to */
  GQueue entries;
  GQueue waiters;
  GError *error;          /* why it ended; NULL: it did not, or was stopped */
  gboolean stopped;
  gboolean was_online;
  gboolean scheduled;
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_clear_object (&entry->folder);
  g_clear_pointer (&entry->changes, taube_changes_unref);
  g_clear_error (&entry->error);
  g_free (entry);
}

/* Turns an entry into what next() returns. */
static TaubeWatchEvent *
entry_to_event (Entry *entry, GError **error)
{
  TaubeWatchEvent *event = NULL;

  if (entry->error != NULL)
    g_propagate_error (error, g_steal_pointer (&entry->error));
  else
    event = taube_watch_event_new (g_steal_pointer (&entry->folder), g_steal_pointer (&entry->changes));
  entry_free (entry);
  return event;
}

static void
link_unref (gpointer data)
{
  Link *link = data;

  if (!g_atomic_ref_count_dec (&link->refs))
    return;
  g_weak_ref_clear (&link->watch);
  g_free (link);
}

TaubeWatchCore *
taube_watch_core_ref (TaubeWatchCore *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
taube_watch_core_unref (TaubeWatchCore *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_queue_clear_full (&self->entries, entry_free);
  g_hash_table_unref (self->online);
  g_ptr_array_unref (self->followers);
  g_clear_error (&self->error);
  link_unref (self->link);
  taube_watch_folders_free (self->folders);
  taube_context_drop (taube_account_get_context (self->account), self->account);
  g_mutex_clear (&self->lock);
  g_free (self);
}

TaubeAccount *
taube_watch_core_get_account (TaubeWatchCore *self)
{
  return self->account;
}

TaubePool *
taube_watch_core_get_pool (TaubeWatchCore *self)
{
  return taube_account_get_pool (self->account);
}

guint
taube_watch_core_get_poll_interval (TaubeWatchCore *self)
{
  return self->poll_interval;
}

static gboolean
complete_waiter (gpointer data)
{
  Waiter *waiter = data;
  TaubeWatchEvent *event = NULL;

  if (waiter->entry != NULL)
    event = entry_to_event (g_steal_pointer (&waiter->entry), &waiter->error);
  if (waiter->error != NULL)
    g_task_return_error (waiter->task, g_steal_pointer (&waiter->error));
  else
    g_task_return_pointer (waiter->task, event, (GDestroyNotify) taube_watch_event_free);
  return G_SOURCE_REMOVE;
}

static void
waiter_free (gpointer data)
{
  Waiter *waiter = data;

  if (waiter->cancellable != NULL)
    {
      g_cancellable_disconnect (waiter->cancellable, waiter->cancelled_id);
      g_object_unref (waiter->cancellable);
    }
  g_clear_pointer (&waiter->entry, entry_free);
  g_clear_error (&waiter->error);
  g_clear_object (&waiter->task);
  taube_watch_core_unref (waiter->core);
  g_free (waiter);
}

static void
settle_waiter_locked (TaubeWatchCore *self, Waiter *waiter)
{
  gboolean blocks = waiter->task == NULL;

  g_atomic_int_set (&waiter->done, TRUE);
  if (blocks)
    taube_pool_nudge (taube_watch_core_get_pool (self));
  else
    taube_context_invoke (g_task_get_context (waiter->task), complete_waiter, waiter, waiter_free);
}

/* Runs FUNC with the link to the watch in the account's context: one that nobody runs must not keep the watch. */
static void
invoke_linked (TaubeWatchCore *self, GSourceFunc func)
{
  g_atomic_ref_count_inc (&self->link->refs);
  taube_context_invoke (taube_account_get_context (self->account), func, self->link, link_unref);
}

static gboolean emit_entries (gpointer data);

/* Hands out what there is: to those in next() first. */
static void
pump_locked (TaubeWatchCore *self)
{
  while (!g_queue_is_empty (&self->waiters) && !g_queue_is_empty (&self->entries))
    {
      Waiter *waiter = g_queue_pop_head (&self->waiters);

      waiter->entry = g_queue_pop_head (&self->entries);
      settle_waiter_locked (self, waiter);
    }
  while (!g_queue_is_empty (&self->waiters) && (self->stopped || self->error != NULL))
    {
      Waiter *waiter = g_queue_pop_head (&self->waiters);

      waiter->error = self->error != NULL
                          ? g_error_copy (self->error)
                          : g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("the watch was stopped"));
      settle_waiter_locked (self, waiter);
    }
  if (!g_queue_is_empty (&self->entries) && !self->scheduled)
    {
      self->scheduled = TRUE;
      invoke_linked (self, emit_entries);
    }
}

static Entry *
take_entry (TaubeWatchCore *self, gboolean changes, gboolean errors)
{
  Entry *entry = NULL;

  g_mutex_lock (&self->lock);
  for (GList *link = self->entries.head; link != NULL; link = link->next)
    {
      Entry *candidate = link->data;

      if (candidate->error != NULL ? errors : changes)
        {
          entry = candidate;
          g_queue_delete_link (&self->entries, link);
          break;
        }
    }
  g_mutex_unlock (&self->lock);
  return entry;
}

/* In the account's context. What nobody is connected for stays for next(). */
static gboolean
emit_entries (gpointer data)
{
  Link *link = data;
  g_autoptr (TaubeWatch) watch = g_weak_ref_get (&link->watch);
  TaubeWatchCore *self;
  TaubeFrame frame;
  Entry *entry;

  if (watch == NULL)
    return G_SOURCE_REMOVE;
  self = taube_watch_get_core (watch);
  g_mutex_lock (&self->lock);
  self->scheduled = FALSE;
  g_mutex_unlock (&self->lock);

  taube_frame_enter (&frame, self->account, NULL);
  while ((entry = take_entry (self, taube_watch_has_handler (watch, FALSE), taube_watch_has_handler (watch, TRUE)))
         != NULL)
    {
      taube_watch_emit (watch, entry->folder, entry->changes, entry->error);
      entry_free (entry);
    }
  taube_frame_leave (&frame);
  return G_SOURCE_REMOVE;
}

static Entry *
find_entry_locked (TaubeWatchCore *self, TaubeFolder *folder)
{
  for (GList *link = self->entries.head; link != NULL; link = link->next)
    {
      Entry *entry = link->data;

      if (entry->folder == folder && entry->changes != NULL)
        return entry;
    }
  return NULL;
}

void
taube_watch_core_deliver (TaubeWatchCore *self, TaubeFolder *folder, TaubeChanges *changes)
{
  Entry *entry;

  g_mutex_lock (&self->lock);
  entry = find_entry_locked (self, folder);
  if (self->stopped)
    taube_changes_unref (changes);
  else if (entry != NULL)
    {
      TaubeChanges *older = entry->changes;

      entry->changes = taube_changes_merge (older, changes);
      taube_changes_unref (older);
      taube_changes_unref (changes);
    }
  else
    {
      entry = g_new0 (Entry, 1);
      entry->folder = g_object_ref (folder);
      entry->changes = changes;
      g_queue_push_tail (&self->entries, entry);
    }
  pump_locked (self);
  g_mutex_unlock (&self->lock);
}

/* Of all folders, one that has gone is no failure: folders go. */
void
taube_watch_core_fail (TaubeWatchCore *self, TaubeFolder *folder, const GError *error)
{
  g_autoptr (GPtrArray) others = g_ptr_array_new_with_free_func ((GDestroyNotify) taube_follower_unref);
  gboolean all = taube_watch_folders_are_all (self->folders);
  guint left = folder != NULL ? taube_watch_folders_drop (self->folders, folder, error) : 0;
  Entry *entry;

  if (folder != NULL && all && g_error_matches (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND))
    return;
  entry = g_new0 (Entry, 1);
  entry->folder = folder != NULL ? g_object_ref (folder) : NULL;
  entry->error = g_error_copy (error);
  g_mutex_lock (&self->lock);
  if (self->stopped || self->error != NULL)
    entry_free (entry);
  else
    {
      g_queue_push_tail (&self->entries, entry);
      if (folder == NULL || (left == 0 && !all))
        self->error = g_error_copy (error);
    }
  for (guint i = 0; folder == NULL && i < self->followers->len; i++)
    g_ptr_array_add (others, taube_follower_ref (g_ptr_array_index (self->followers, i)));
  pump_locked (self);
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < others->len; i++)
    taube_follower_stop (g_ptr_array_index (others, i));
}

static gboolean
emit_online (gpointer data)
{
  Link *link = data;
  g_autoptr (GObject) watch = g_weak_ref_get (&link->watch);

  if (watch != NULL)
    g_object_notify (watch, "online");
  return G_SOURCE_REMOVE;
}

static guint
find_least_looked_locked (TaubeWatchCore *self)
{
  guint least = G_MAXUINT;
  GHashTableIter iter;
  gpointer looked;

  g_hash_table_iter_init (&iter, self->online);
  while (g_hash_table_iter_next (&iter, NULL, &looked))
    least = MIN (least, GPOINTER_TO_UINT (looked));
  return least;
}

static void
update_online_locked (TaubeWatchCore *self)
{
  gboolean online = self->followers->len > 0 && g_hash_table_size (self->online) == self->followers->len;
  guint looked = online ? MAX (self->looked, find_least_looked_locked (self)) : self->looked;

  if (online == self->was_online && looked == self->looked)
    return;
  self->was_online = online;
  self->looked = looked;
  invoke_linked (self, emit_online);
}

void
taube_watch_core_set_online (TaubeWatchCore *self, TaubeFollower *follower, gboolean online, guint looked)
{
  g_mutex_lock (&self->lock);
  if (online && g_ptr_array_find (self->followers, follower, NULL))
    g_hash_table_insert (self->online, follower, GUINT_TO_POINTER (looked));
  else
    g_hash_table_remove (self->online, follower);
  update_online_locked (self);
  g_mutex_unlock (&self->lock);
}

void
taube_watch_core_remove (TaubeWatchCore *self, TaubeFollower *follower)
{
  gboolean found;

  g_mutex_lock (&self->lock);
  g_hash_table_remove (self->online, follower);
  found = g_ptr_array_find (self->followers, follower, NULL);
  if (found)
    g_ptr_array_remove (self->followers, follower);
  update_online_locked (self);
  g_mutex_unlock (&self->lock);
  if (found)
    taube_follower_unref (follower);
}

/* (transfer full) */
static GPtrArray *
copy_followers_locked (TaubeWatchCore *self)
{
  GPtrArray *copy = g_ptr_array_new_with_free_func ((GDestroyNotify) taube_follower_unref);

  for (guint i = 0; i < self->followers->len; i++)
    g_ptr_array_add (copy, taube_follower_ref (g_ptr_array_index (self->followers, i)));
  return copy;
}

guint
taube_watch_core_look (TaubeWatchCore *self)
{
  guint look = (guint) g_atomic_int_add (&self->looks, 1) + 1;
  g_autoptr (GPtrArray) followers = NULL;

  g_mutex_lock (&self->lock);
  followers = copy_followers_locked (self);
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < followers->len; i++)
    taube_follower_hurry (g_ptr_array_index (followers, i));
  return look;
}

guint
taube_watch_core_get_looks (TaubeWatchCore *self)
{
  return (guint) g_atomic_int_get (&self->looks);
}

guint
taube_watch_core_get_looked (TaubeWatchCore *self)
{
  guint looked;

  g_mutex_lock (&self->lock);
  looked = self->looked;
  g_mutex_unlock (&self->lock);
  return looked;
}

void
taube_watch_core_stop (TaubeWatchCore *self)
{
  g_autoptr (GPtrArray) followers = NULL;

  g_mutex_lock (&self->lock);
  self->stopped = TRUE;
  followers = copy_followers_locked (self);
  pump_locked (self);
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < followers->len; i++)
    taube_follower_stop (g_ptr_array_index (followers, i));
}

static guint
read_poll_interval (TaubeAccount *account)
{
  g_autofree char *text = taube_settings_get (taube_account_get_settings (account), "poll-interval");
  guint64 number;

  if (text == NULL || !g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT / 1000, &number, NULL))
    return POLL_SECONDS_DEFAULT;
  return (guint) number;
}

TaubeWatchFolders *
taube_watch_core_get_folders (TaubeWatchCore *self)
{
  return self->folders;
}

TaubeWatchCore *
taube_watch_core_new (TaubeAccount *account, TaubeWatch *watch, GPtrArray *folders)
{
  TaubeWatchCore *core = g_new0 (TaubeWatchCore, 1);

  g_atomic_ref_count_init (&core->refs);
  g_mutex_init (&core->lock);
  core->account = g_object_ref (account);
  core->link = g_new0 (Link, 1);
  g_atomic_ref_count_init (&core->link->refs);
  g_weak_ref_init (&core->link->watch, watch);
  core->folders = taube_watch_folders_new (account, folders);
  core->poll_interval = read_poll_interval (account);
  core->followers = g_ptr_array_new ();
  core->online = g_hash_table_new (NULL, NULL);
  g_queue_init (&core->entries);
  g_queue_init (&core->waiters);
  return core;
}

static void
on_next_cancelled (GCancellable *cancellable, gpointer data)
{
  Waiter *waiter = data;
  TaubeWatchCore *core = waiter->core;

  g_mutex_lock (&core->lock);
  if (!waiter->done && g_queue_remove (&core->waiters, waiter))
    {
      waiter->error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("the operation was cancelled"));
      settle_waiter_locked (core, waiter);
    }
  g_mutex_unlock (&core->lock);
}

static Waiter *
waiter_new (TaubeWatchCore *self, GCancellable *cancellable)
{
  Waiter *waiter = g_new0 (Waiter, 1);

  waiter->core = taube_watch_core_ref (self);
  waiter->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  return waiter;
}

static void
queue_waiter (Waiter *waiter)
{
  TaubeWatchCore *core = waiter->core;

  g_mutex_lock (&core->lock);
  g_queue_push_tail (&core->waiters, waiter);
  if (waiter->cancellable != NULL && g_cancellable_is_cancelled (waiter->cancellable))
    {
      g_queue_remove (&core->waiters, waiter);
      waiter->error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("the operation was cancelled"));
      settle_waiter_locked (core, waiter);
    }
  pump_locked (core);
  g_mutex_unlock (&core->lock);
}

TaubeWatchEvent *
taube_watch_core_wait (TaubeWatchCore *self, GCancellable *cancellable, GError **error)
{
  Waiter *waiter = waiter_new (self, cancellable);
  TaubeWatchEvent *event = NULL;

  if (cancellable != NULL)
    waiter->cancelled_id = g_cancellable_connect (cancellable, G_CALLBACK (on_next_cancelled), waiter, NULL);
  queue_waiter (waiter);
  /* A sign-in may have to ask in the context that this thread blocks. */
  taube_pool_wait_for (taube_watch_core_get_pool (self), &waiter->done);
  g_mutex_lock (&self->lock); /* whoever set it has left by then */
  g_mutex_unlock (&self->lock);

  if (waiter->entry != NULL)
    event = entry_to_event (g_steal_pointer (&waiter->entry), &waiter->error);
  if (waiter->error != NULL)
    g_propagate_error (error, g_steal_pointer (&waiter->error));
  waiter_free (waiter);
  return event;
}

void
taube_watch_core_wait_async (TaubeWatchCore *self, GTask *task, GCancellable *cancellable)
{
  Waiter *waiter = waiter_new (self, cancellable);

  waiter->task = task;
  if (cancellable != NULL)
    waiter->cancelled_id = g_cancellable_connect (cancellable, G_CALLBACK (on_next_cancelled), waiter, NULL);
  queue_waiter (waiter);
}

gboolean
taube_watch_core_add (TaubeWatchCore *self, TaubeFollower *follower)
{
  gboolean stopped;

  g_mutex_lock (&self->lock);
  stopped = self->stopped || self->error != NULL;
  if (!stopped)
    g_ptr_array_add (self->followers, follower);
  update_online_locked (self);
  g_mutex_unlock (&self->lock);
  if (stopped)
    taube_follower_unref (follower);
  return !stopped;
}

void
taube_watch_core_stop_folder (TaubeWatchCore *self, TaubeFolder *folder)
{
  TaubeFollower *found = NULL;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->followers->len && found == NULL; i++)
    if (taube_follower_get_folder (g_ptr_array_index (self->followers, i)) == folder)
      found = taube_follower_ref (g_ptr_array_index (self->followers, i));
  g_mutex_unlock (&self->lock);
  if (found == NULL)
    return;
  taube_follower_stop (found);
  taube_follower_unref (found);
}

/* Begins at once where one session can tell of all folders: what it cannot is found out there. */
void
taube_watch_core_start (TaubeWatchCore *self)
{
  gboolean all = taube_watch_folders_are_all (self->folders);
  gboolean hub = TAUBE_ACCOUNT_GET_CLASS (self->account)->watch_step != NULL;
  TaubeFollower *first;

  if (!hub)
    taube_watch_core_scatter (self, NULL);
  if (!hub && !all)
    return;
  first = taube_follower_new (self, hub ? TAUBE_FOLLOWER_HUB : TAUBE_FOLLOWER_LISTER, NULL);
  if (taube_watch_core_add (self, taube_follower_ref (first)))
    taube_follower_start (first);
  taube_follower_unref (first);
}

gboolean
taube_watch_core_is_online (TaubeWatchCore *self)
{
  gboolean online;

  g_mutex_lock (&self->lock);
  online = self->was_online;
  g_mutex_unlock (&self->lock);
  return online && !taube_pool_is_asleep (taube_watch_core_get_pool (self));
}
