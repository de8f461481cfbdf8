/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube-watch.h>

#include <taube/taube-account.h>
#include <taube/taube-error.h>

#include "base/taube-gettext.h"
#include "base/taube-io-thread.h"
#include "core/taube-account-private.h"
#include "core/taube-watch-private.h"

struct _TaubeWatch
{
  GObject parent_instance;
  TaubeWatchCore *core;
};

typedef struct
{
  GObjectClass parent_class;
} TaubeWatchClass;

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

  taube_watch_core_stop (self->core);
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
  props[PROP_ONLINE]
      = g_param_spec_boolean ("online", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
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

TaubeWatchCore *
taube_watch_get_core (TaubeWatch *self)
{
  return self->core;
}

gboolean
taube_watch_has_handler (TaubeWatch *self, gboolean of_failures)
{
  return g_signal_has_handler_pending (self, signals[of_failures ? SIGNAL_FAILED : SIGNAL_CHANGED], 0, TRUE);
}

void
taube_watch_emit (TaubeWatch *self, TaubeFolder *folder, TaubeChanges *changes, const GError *error)
{
  if (error != NULL)
    g_signal_emit (self, signals[SIGNAL_FAILED], 0, folder, error);
  else
    g_signal_emit (self, signals[SIGNAL_CHANGED], 0, folder, changes);
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
          g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("watch: the folder \"%s\" is of another account"),
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
  TaubeWatch *watch;

  g_return_val_if_fail (TAUBE_IS_ACCOUNT (self), NULL);
  if (!check_folders (self, folders, error))
    return NULL;

  taube_pool_wake_up (taube_account_get_pool (self));
  watch = g_object_new (taube_watch_get_type (), NULL);
  watch->core = taube_watch_core_new (self, watch, folders);
  taube_watch_core_start (watch->core);
  return watch;
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
  g_return_val_if_fail (TAUBE_IS_WATCH (self), NULL);
  if (taube_frame_is_inside (taube_watch_core_get_account (self->core)) || taube_io_thread_is_current ())
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_PENDING,
                   _ ("watch: a blocking call from inside a callback of the same account would wait for itself"));
      return NULL;
    }
  return taube_watch_core_wait (self->core, cancellable, error);
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
  GTask *task;

  g_return_if_fail (TAUBE_IS_WATCH (self));
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, taube_watch_next_async);
  g_task_set_check_cancellable (task, FALSE); /* what was taken out of the queue must arrive */
  taube_watch_core_wait_async (self->core, task, cancellable);
}

/**
 * taube_watch_next_finish:
 * @result: what the callback got
 *
 * What [method@Watch.next_async] waited for: one event, which nobody else gets; see [method@Watch.next] for the errors.
 *
 * Returns: (transfer full): the event, or %NULL with @error
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
  taube_watch_core_stop (self->core);
}

/**
 * taube_watch_is_online:
 *
 * Whether all folders are being followed right now. What happens while they are not is told after the next connection.
 * Never blocks, from any thread.
 *
 * Returns: %FALSE also before the first connection and after [method@Account.account_disconnect]
 */
gboolean
taube_watch_is_online (TaubeWatch *self)
{
  g_return_val_if_fail (TAUBE_IS_WATCH (self), FALSE);
  return taube_watch_core_is_online (self->core);
}
