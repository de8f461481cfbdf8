/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-sender-impl.h>

#include <taube/taube-account.h>
#include <taube/taube-error.h>

#include "base/taube-gettext.h"
#include "core/taube-account-private.h"
#include "core/taube-job.h"
#include "core/taube-message-source-private.h"

/**
 * TaubeSender:
 *
 * What accounts have over which mail can be sent. It is asked by [method@Account.send], which all accounts have: those
 * that lack this interface answer %TAUBE_ERROR_NOT_SUPPORTED.
 */
G_DEFINE_INTERFACE (TaubeSender, taube_sender, TAUBE_TYPE_ACCOUNT)

static void
taube_sender_default_init (TaubeSenderInterface *iface)
{
}

static TaubeSenderInterface *
get_iface (gpointer object)
{
  return TAUBE_IS_SENDER (object) ? TAUBE_SENDER_GET_IFACE (object) : NULL;
}

typedef struct
{
  TaubeMessageSource *source;
  TaubeProgress *progress; /* or NULL */
} SendArgs;

static void
send_args_free (gpointer data)
{
  SendArgs *args = data;

  g_object_unref (args->source);
  g_clear_object (&args->progress);
  g_free (args);
}

static gboolean
check_send (gpointer object, gpointer args, GError **error)
{
  TaubeSenderInterface *iface = get_iface (object);

  return taube_account_require (object, iface != NULL && iface->send != NULL, TAUBE_CAPABILITY_SENDING, "send", error);
}

static gboolean
measure_source (gpointer object, gpointer data, GCancellable *cancellable, GError **error)
{
  const SendArgs *args = data;

  if (taube_message_source_measure (args->source, cancellable, error))
    return TRUE;
  g_prefix_error (error, _ ("cannot send the message: "));
  return FALSE;
}

static gpointer
run_send (gpointer object, TaubeSession *session, gpointer data, GCancellable *cancellable, GError **error)
{
  const SendArgs *args = data;

  return GINT_TO_POINTER (get_iface (object)->send (object, session, args->source, args->progress, cancellable,
                                                    error));
}

static const TaubeJobKind send_kind
    = { "TaubeAccount.send", check_send, run_send, send_args_free, NULL, measure_source, NULL };

static TaubeJobRequest
send_job (TaubeAccount *self, TaubeMessageSource *source, TaubeProgress *progress)
{
  SendArgs *args = g_new0 (SendArgs, 1);

  args->source = g_object_ref (source);
  args->progress = progress != NULL ? g_object_ref (progress) : NULL;
  return (TaubeJobRequest){ &send_kind, self, self, TAUBE_PRIORITY_NORMAL, NULL, args };
}

/**
 * taube_account_send:
 * @source: the message
 * @progress: (nullable): told how many bytes have been sent
 * @cancellable: (nullable): cancels
 *
 * Sends a message to those whom its fields `To`, `Cc` and `Bcc` name, and keeps a copy in the folder for sent messages.
 * The others do not see `Bcc`. Blocking; see [method@Account.send_async].
 *
 * The message is read before anything is sent; its flags, keywords and date mean nothing here. It is sent
 * to all or to nobody, as far as the server can tell, and never a second time by itself: when the
 * connection breaks and the server may have it, the error is %TAUBE_ERROR_UNKNOWN_OUTCOME.
 *
 * Returns: %TRUE when the server has taken it, or %FALSE with @error: %TAUBE_ERROR_NOT_SUPPORTED where mail is not sent
 *   over such an account, %TAUBE_ERROR_INVALID when the message is empty or the server does not take its recipients,
 *   %TAUBE_ERROR_PERMISSION, %TAUBE_ERROR_QUOTA, %TAUBE_ERROR_THROTTLED, %TAUBE_ERROR_STORAGE when it cannot be read,
 *   %TAUBE_ERROR_UNKNOWN_OUTCOME when it may have been sent
 */
gboolean
taube_account_send (TaubeAccount *self, TaubeMessageSource *source, TaubeProgress *progress,
                    GCancellable *cancellable, GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_ACCOUNT (self), FALSE);
  g_return_val_if_fail (TAUBE_IS_MESSAGE_SOURCE (source), FALSE);
  job = send_job (self, source, progress);
  return taube_job_run (&job, cancellable, error) != NULL;
}

/**
 * taube_account_send_async:
 * @source: the message
 * @progress: (nullable): told how many bytes have been sent
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Sends a message. See [method@Account.send].
 */
void
taube_account_send_async (TaubeAccount *self, TaubeMessageSource *source, TaubeProgress *progress,
                          GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_ACCOUNT (self));
  g_return_if_fail (TAUBE_IS_MESSAGE_SOURCE (source));
  job = send_job (self, source, progress);
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_account_send_finish:
 * @result: what the callback got
 *
 * Whether [method@Account.send_async] has sent it. See [method@Account.send] for the errors.
 *
 * Returns: %TRUE, or %FALSE with @error
 */
gboolean
taube_account_send_finish (TaubeAccount *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&send_kind, self, result, error) != NULL;
}
