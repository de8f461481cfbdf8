/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube-watch.h>

#include <taube/taube-account.h>
#include <taube/taube-error.h>
#include <taube-backend/taube-changes-impl.h>

#include "base/taube-io-thread.h"
#include "core/taube-account-private.h"
#include "core/taube-watch-private.h"

#define POLL_SECONDS_DEFAULT 60

/* What happened to one folder, not yet handed out; or an error. */
typedef struct
{
  TaubeFolder *folder;
  TaubeChanges *changes;
  GError *error;
} Entry;

/* Somebody in next(): a task, or a thread that waits for the condition. */
typedef struct
{
  GTask *task;
  GCancellable *cancellable;
  gulong cancelled_id;
  TaubeWatchCore *core;
  Entry *entry;
  GError *error;
  gboolean done;
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
  GCond cond;
  TaubeAccount *account;
  Link *link;
  guint poll_interval;

  /* under lock */
  GPtrArray *followers;
  GHashTable *online;     /* those of them that are */
  GQueue entries;
  GQueue waiters;
  GError *error;          /* why it ended; NULL: it did not, or was stopped */
  gboolean stopped;
  gboolean was_online;
  gboolean scheduled;
};

struct _TaubeWatch
{
  GObject parent_instance;
  TaubeWatchCore *core;
};

typedef struct
{
  GObjectClass parent_class;
} TaubeWatchClass;

struct _TaubeWatchEvent
{
  TaubeFolder *folder;
  TaubeChanges *changes;
};

/**
 * TaubeWatch:
 *
 * Tells what happens in folders, from [method@Account.watch] on until it is stopped or dropped.
 *
 * What happened can be had in two ways. Without a main loop, [method@Watch.next] waits for it. With one, the signal
 * [signal@Watch::changed] comes in the context in which the account was made. Every change comes once: to whoever waits
 * in `next` at that moment, else by the signal when a handler is connected, else to the next caller of `next`. Changes
 * of one folder that wait to be fetched become one.
 *
 * Where the connections allow, a folder gets one of its own, on which the server speaks by itself; others are asked at
 * each `poll-interval` (a setting). When a connection is lost, the watch goes offline ([property@Watch:online]),
 * connects again with growing pauses, and then tells what happened in between.
 */
G_DEFINE_FINAL_TYPE (TaubeWatch, taube_watch, G_TYPE_OBJECT)

/**
 * TaubeWatchEvent:
 *
 * What happened in one folder.
 */
G_DEFINE_BOXED_TYPE (TaubeWatchEvent, taube_watch_event, taube_watch_event_copy, taube_watch_event_free)

enum
{
  PROP_ONLINE = 1,
  N_PROPS
};

enum
{
  SIGNAL_CHANGED,
  SIGNAL_FAILED,
  N_SIGNALS
};

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

/**
 * taube_watch_event_copy:
 *
 * Returns: (transfer full): another one of the same
 */
TaubeWatchEvent *
taube_watch_event_copy (TaubeWatchEvent *self)
{
  TaubeWatchEvent *copy = g_new (TaubeWatchEvent, 1);

  copy->folder = g_object_ref (self->folder);
  copy->changes = taube_changes_ref (self->changes);
  return copy;
}

/**
 * taube_watch_event_free:
 *
 * Frees an event.
 */
void
taube_watch_event_free (TaubeWatchEvent *self)
{
  g_object_unref (self->folder);
  taube_changes_unref (self->changes);
  g_free (self);
}

/**
 * taube_watch_event_get_folder:
 *
 * Returns: (transfer none): where it happened
 */
TaubeFolder *
taube_watch_event_get_folder (TaubeWatchEvent *self)
{
  return self->folder;
}

/**
 * taube_watch_event_get_changes:
 *
 * Returns: (transfer none): what happened
 */
TaubeChanges *
taube_watch_event_get_changes (TaubeWatchEvent *self)
{
  return self->changes;
}

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
    {
      event = g_new (TaubeWatchEvent, 1);
      event->folder = g_steal_pointer (&entry->folder);
      event->changes = g_steal_pointer (&entry->changes);
    }
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
  taube_context_drop (taube_account_get_context (self->account), self->account);
  g_cond_clear (&self->cond);
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
  waiter->done = TRUE;
  if (waiter->task != NULL)
    taube_context_invoke (g_task_get_context (waiter->task), complete_waiter, waiter, waiter_free);
  else
    g_cond_broadcast (&self->cond);
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
                          : g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "the watch was stopped");
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
  self = watch->core;
  g_mutex_lock (&self->lock);
  self->scheduled = FALSE;
  g_mutex_unlock (&self->lock);

  taube_frame_enter (&frame, self->account, NULL);
  while ((entry = take_entry (self, g_signal_has_handler_pending (watch, signals[SIGNAL_CHANGED], 0, TRUE),
                              g_signal_has_handler_pending (watch, signals[SIGNAL_FAILED], 0, TRUE)))
         != NULL)
    {
      if (entry->error != NULL)
        g_signal_emit (watch, signals[SIGNAL_FAILED], 0, entry->folder, entry->error);
      else
        g_signal_emit (watch, signals[SIGNAL_CHANGED], 0, entry->folder, entry->changes);
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

void
taube_watch_core_fail (TaubeWatchCore *self, TaubeFolder *folder, const GError *error)
{
  g_autoptr (GPtrArray) others = g_ptr_array_new_with_free_func ((GDestroyNotify) taube_follower_unref);
  Entry *entry = g_new0 (Entry, 1);

  entry->folder = folder != NULL ? g_object_ref (folder) : NULL;
  entry->error = g_error_copy (error);
  g_mutex_lock (&self->lock);
  if (self->stopped || self->error != NULL)
    entry_free (entry);
  else
    {
      g_queue_push_tail (&self->entries, entry);
      if (folder == NULL || self->followers->len <= 1)
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
    g_object_notify_by_pspec (watch, props[PROP_ONLINE]);
  return G_SOURCE_REMOVE;
}

static void
update_online_locked (TaubeWatchCore *self)
{
  gboolean online = self->followers->len > 0 && g_hash_table_size (self->online) == self->followers->len;

  if (online == self->was_online)
    return;
  self->was_online = online;
  invoke_linked (self, emit_online);
}

void
taube_watch_core_set_online (TaubeWatchCore *self, TaubeFollower *follower, gboolean online)
{
  g_mutex_lock (&self->lock);
  if (online && g_ptr_array_find (self->followers, follower, NULL))
    g_hash_table_add (self->online, follower);
  else
    g_hash_table_remove (self->online, follower);
  update_online_locked (self);
  g_mutex_unlock (&self->lock);
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

void
taube_watch_core_follow (TaubeWatchCore *self, GPtrArray *folders)
{
  g_autoptr (GPtrArray) followers = g_ptr_array_new_with_free_func ((GDestroyNotify) taube_follower_unref);

  g_ptr_array_sort (folders, compare_folders);
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < folders->len && !self->stopped; i++)
    {
      TaubeFollower *follower;

      if (!is_watchable (g_ptr_array_index (folders, i)))
        continue;
      follower = taube_follower_new (self, g_ptr_array_index (folders, i));
      g_ptr_array_add (self->followers, follower);
      g_ptr_array_add (followers, taube_follower_ref (follower));
    }
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < followers->len; i++)
    taube_follower_start (g_ptr_array_index (followers, i));
  if (followers->len == 0)
    {
      g_autoptr (GError) error = g_error_new_literal (TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND,
                                                      "watch: there is no folder that could be followed");

      taube_watch_core_fail (self, NULL, error);
    }
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

static void
stop_core (TaubeWatchCore *self)
{
  g_autoptr (GPtrArray) followers = g_ptr_array_new_with_free_func ((GDestroyNotify) taube_follower_unref);

  g_mutex_lock (&self->lock);
  self->stopped = TRUE;
  for (guint i = 0; i < self->followers->len; i++)
    g_ptr_array_add (followers, taube_follower_ref (g_ptr_array_index (self->followers, i)));
  pump_locked (self);
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < followers->len; i++)
    taube_follower_stop (g_ptr_array_index (followers, i));
}

static void
taube_watch_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_ONLINE)
    g_value_set_boolean (value, taube_watch_is_online ((TaubeWatch *) object));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
taube_watch_finalize (GObject *object)
{
  TaubeWatch *self = (TaubeWatch *) object;

  stop_core (self->core);
  taube_watch_core_unref (self->core);
  G_OBJECT_CLASS (taube_watch_parent_class)->finalize (object);
}

static void
taube_watch_class_init (TaubeWatchClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = taube_watch_get_property;
  object_class->finalize = taube_watch_finalize;
  /**
   * TaubeWatch:online:
   *
   * Whether all folders are being followed right now.
   */
  props[PROP_ONLINE] = g_param_spec_boolean ("online", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  /**
   * TaubeWatch::changed:
   * @self: the watch
   * @folder: where
   * @changes: what
   *
   * Something happened in a folder. Emitted in the context in which the account was made. A blocking call of the same
   * account from inside the handler gives %G_IO_ERROR_PENDING.
   */
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", taube_watch_get_type (), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 2, TAUBE_TYPE_FOLDER, TAUBE_TYPE_CHANGES);
  /**
   * TaubeWatch::failed:
   * @self: the watch
   * @folder: (nullable): which folder cannot be followed any more; %NULL: none can
   * @error: why
   *
   * Something went wrong that another attempt would not mend: the sign-in was refused, or the folder has gone. Emitted
   * in the context in which the account was made.
   */
  signals[SIGNAL_FAILED] = g_signal_new ("failed", taube_watch_get_type (), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 2, TAUBE_TYPE_FOLDER, G_TYPE_ERROR);
}

static void
taube_watch_init (TaubeWatch *self)
{
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

static TaubeWatchCore *
core_new (TaubeAccount *account, TaubeWatch *watch)
{
  TaubeWatchCore *core = g_new0 (TaubeWatchCore, 1);

  g_atomic_ref_count_init (&core->refs);
  g_mutex_init (&core->lock);
  g_cond_init (&core->cond);
  core->account = g_object_ref (account);
  core->link = g_new0 (Link, 1);
  g_atomic_ref_count_init (&core->link->refs);
  g_weak_ref_init (&core->link->watch, watch);
  core->poll_interval = read_poll_interval (account);
  core->followers = g_ptr_array_new ();
  core->online = g_hash_table_new (NULL, NULL);
  g_queue_init (&core->entries);
  g_queue_init (&core->waiters);
  return core;
}

/* Says no at once where nothing could ever come. */
static gboolean
check_folders (TaubeAccount *account, GPtrArray *folders, GError **error)
{
  for (guint i = 0; folders != NULL && i < folders->len; i++)
    {
      TaubeFolder *folder = g_ptr_array_index (folders, i);

      if (taube_folder_get_account (folder) != account)
        {
          g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, "watch: the folder \"%s\" is of another account",
                       taube_folder_get_name (folder));
          return FALSE;
        }
      if (TAUBE_FOLDER_GET_CLASS (folder)->watch_step == NULL)
        return taube_account_require (account, FALSE, TAUBE_CAPABILITY_PUSH, "watch", error);
    }
  if (folders == NULL && TAUBE_ACCOUNT_GET_CLASS (account)->list_folders == NULL)
    return taube_account_require (account, FALSE, TAUBE_CAPABILITY_FOLDERS, "watch", error);
  return TRUE;
}

/**
 * taube_account_watch:
 * @folders: (nullable) (element-type TaubeFolder): which folders to follow, %NULL for all that there are now
 *
 * Begins to follow folders. This returns at once: connecting and everything else happens on the library's own threads.
 * The watch keeps the account alive. Where the row `push` is `no`, the folders are asked at each `poll-interval`.
 *
 * Returns: (transfer full): the watch, or %NULL with @error: %TAUBE_ERROR_NOT_SUPPORTED when the backend cannot
 *   follow folders
 */
TaubeWatch *
taube_account_watch (TaubeAccount *self, GPtrArray *folders, GError **error)
{
  g_autoptr (GPtrArray) copy = NULL;
  TaubeFollower *lister;
  TaubeWatch *watch;

  g_return_val_if_fail (TAUBE_IS_ACCOUNT (self), NULL);
  if (!check_folders (self, folders, error))
    return NULL;

  taube_pool_wake_up (taube_account_get_pool (self));
  watch = g_object_new (taube_watch_get_type (), NULL);
  watch->core = core_new (self, watch);
  if (folders != NULL)
    {
      copy = g_ptr_array_copy (folders, NULL, NULL);
      g_ptr_array_set_free_func (copy, NULL);
      taube_watch_core_follow (watch->core, copy);
      return watch;
    }
  lister = taube_follower_new (watch->core, NULL);
  g_mutex_lock (&watch->core->lock);
  g_ptr_array_add (watch->core->followers, lister);
  g_mutex_unlock (&watch->core->lock);
  taube_follower_start (lister);
  return watch;
}

static void
on_next_cancelled (GCancellable *cancellable, gpointer data)
{
  Waiter *waiter = data;
  TaubeWatchCore *core = waiter->core;

  g_mutex_lock (&core->lock);
  if (!waiter->done && g_queue_remove (&core->waiters, waiter))
    {
      waiter->error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "the operation was cancelled");
      settle_waiter_locked (core, waiter);
    }
  g_mutex_unlock (&core->lock);
}

static Waiter *
waiter_new (TaubeWatch *self, GCancellable *cancellable)
{
  Waiter *waiter = g_new0 (Waiter, 1);

  waiter->core = taube_watch_core_ref (self->core);
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
      waiter->error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "the operation was cancelled");
      settle_waiter_locked (core, waiter);
    }
  pump_locked (core);
  g_mutex_unlock (&core->lock);
}

/**
 * taube_watch_next:
 * @cancellable: (nullable): cancels
 *
 * Waits until something happened in one of the folders. Blocking; see [method@Watch.next_async]. From inside a callback
 * of the same account this gives %G_IO_ERROR_PENDING.
 *
 * Returns: (transfer full): what happened, or %NULL with @error: why a folder cannot be followed any more, after which
 *   the others go on; %G_IO_ERROR_CANCELLED when the watch was stopped
 */
TaubeWatchEvent *
taube_watch_next (TaubeWatch *self, GCancellable *cancellable, GError **error)
{
  TaubeWatchEvent *event = NULL;
  TaubeWatchCore *core;
  Waiter *waiter;

  g_return_val_if_fail (TAUBE_IS_WATCH (self), NULL);
  core = self->core;
  if (taube_frame_is_inside (core->account) || taube_io_thread_is_current ())
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_PENDING,
                   "watch: a blocking call from inside a callback of the same account would wait for itself");
      return NULL;
    }

  waiter = waiter_new (self, cancellable);
  if (cancellable != NULL)
    waiter->cancelled_id = g_cancellable_connect (cancellable, G_CALLBACK (on_next_cancelled), waiter, NULL);
  queue_waiter (waiter);
  g_mutex_lock (&core->lock);
  while (!waiter->done)
    g_cond_wait (&core->cond, &core->lock);
  g_mutex_unlock (&core->lock);

  if (waiter->entry != NULL)
    event = entry_to_event (g_steal_pointer (&waiter->entry), &waiter->error);
  if (waiter->error != NULL)
    g_propagate_error (error, g_steal_pointer (&waiter->error));
  waiter_free (waiter);
  return event;
}

/**
 * taube_watch_next_async:
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Waits until something happened in one of the folders.
 */
void
taube_watch_next_async (TaubeWatch *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  Waiter *waiter;

  g_return_if_fail (TAUBE_IS_WATCH (self));
  waiter = waiter_new (self, cancellable);
  waiter->task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (waiter->task, taube_watch_next_async);
  g_task_set_check_cancellable (waiter->task, FALSE); /* what was taken out of the queue must arrive */
  if (cancellable != NULL)
    waiter->cancelled_id = g_cancellable_connect (cancellable, G_CALLBACK (on_next_cancelled), waiter, NULL);
  queue_waiter (waiter);
}

/**
 * taube_watch_next_finish:
 * @result: what the callback got
 *
 * Returns: (transfer full): as [method@Watch.next]
 */
TaubeWatchEvent *
taube_watch_next_finish (TaubeWatch *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * taube_watch_stop:
 *
 * Ends the watch. Never blocks; what was not fetched yet can still be. Dropping the last reference does the same.
 */
void
taube_watch_stop (TaubeWatch *self)
{
  g_return_if_fail (TAUBE_IS_WATCH (self));
  stop_core (self->core);
}

/**
 * taube_watch_is_online:
 *
 * Returns: whether all folders are being followed right now
 */
gboolean
taube_watch_is_online (TaubeWatch *self)
{
  gboolean online;

  g_return_val_if_fail (TAUBE_IS_WATCH (self), FALSE);
  g_mutex_lock (&self->core->lock);
  online = self->core->was_online;
  g_mutex_unlock (&self->core->lock);
  return online && !taube_pool_is_asleep (taube_watch_core_get_pool (self->core));
}
