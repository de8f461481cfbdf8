/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube-folder.h>
#include <taube/taube-message.h>
#include <taube-backend/taube-folder-impl.h>

#include "core/taube-account-private.h"
#include "core/taube-message-job.h"

/* What is loaded from the server, each operation in its three forms: a kind, and few-line shims over one job. */

gboolean
taube_message_check_job (gpointer message, gpointer args, GError **error)
{
  TaubeFolder *folder = taube_item_get_folder (message);

  return taube_account_require (taube_folder_get_account (folder), TAUBE_FOLDER_GET_CLASS (folder)->fetch != NULL,
                                TAUBE_CAPABILITY_RETRIEVAL, "fetch", error);
}

static TaubeJobRequest
message_job (TaubeMessage *self, const TaubeJobKind *kind, gpointer args)
{
  TaubeFolder *folder = taube_item_get_folder (TAUBE_ITEM (self));

  return (TaubeJobRequest){ kind, self, taube_folder_get_account (folder), TAUBE_PRIORITY_INTERACTIVE,
                            taube_folder_get_name (folder), args };
}

gpointer
taube_message_run_job (TaubeMessage *self, const TaubeJobKind *kind, gpointer args, GCancellable *cancellable,
                       GError **error)
{
  TaubeJobRequest job = message_job (self, kind, args);

  return taube_job_run (&job, cancellable, error);
}

void
taube_message_push_job (TaubeMessage *self, const TaubeJobKind *kind, gpointer args, GCancellable *cancellable,
                        GAsyncReadyCallback callback, gpointer user_data)
{
  TaubeJobRequest job = message_job (self, kind, args);

  taube_job_push (&job, cancellable, callback, user_data);
}

static gpointer
load (TaubeMessage *self, const TaubeJobKind *kind, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (TAUBE_IS_MESSAGE (self), NULL);
  return taube_message_run_job (self, kind, NULL, cancellable, error);
}

static void
load_async (TaubeMessage *self, const TaubeJobKind *kind, GCancellable *cancellable, GAsyncReadyCallback callback,
            gpointer user_data)
{
  g_return_if_fail (TAUBE_IS_MESSAGE (self));
  taube_message_push_job (self, kind, NULL, cancellable, callback, user_data);
}

static gpointer
load_finish (TaubeMessage *self, const TaubeJobKind *kind, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (TAUBE_IS_MESSAGE (self), NULL);
  return taube_job_finish (kind, self, result, error);
}

/* Structure. */

static gpointer
run_structure (gpointer object, TaubeSession *session, gpointer args, GCancellable *cancellable, GError **error)
{
  g_auto (TaubeMessageContent) content = { 0 };
  TaubePart *root;

  taube_message_content_init (&content, object, session, cancellable);
  root = taube_message_content_get_structure (&content, error);
  return root != NULL ? g_object_ref (root) : NULL;
}

static const TaubeJobKind structure_kind
    = { "TaubeMessage.load_structure", taube_message_check_job, run_structure, NULL, g_object_unref };

/**
 * taube_message_load_structure:
 * @self: a message
 * @cancellable: (nullable): cancels
 *
 * Finds out what parts the message is made of. Blocking; see [method@Message.load_structure_async].
 *
 * Only the structure is asked for, not the content. When the backend cannot do that, or the server answers nonsense,
 * the whole message is fetched and looked at here.
 *
 * Returns: (transfer full): the root of the parts, or %NULL with @error
 */
TaubePart *
taube_message_load_structure (TaubeMessage *self, GCancellable *cancellable, GError **error)
{
  return load (self, &structure_kind, cancellable, error);
}

/**
 * taube_message_load_structure_async:
 * @self: a message
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Finds out what parts the message is made of. See [method@Message.load_structure].
 */
void
taube_message_load_structure_async (TaubeMessage *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  load_async (self, &structure_kind, cancellable, callback, user_data);
}

/**
 * taube_message_load_structure_finish:
 * @self: a message
 * @result: what the callback got
 *
 * The parts that [method@Message.load_structure_async] found; see [method@Message.load_structure] for how.
 *
 * Returns: (transfer full): the root of the parts, or %NULL with @error
 */
TaubePart *
taube_message_load_structure_finish (TaubeMessage *self, GAsyncResult *result, GError **error)
{
  return load_finish (self, &structure_kind, result, error);
}

/* Headers. */

static gpointer
run_headers (gpointer object, TaubeSession *session, gpointer args, GCancellable *cancellable, GError **error)
{
  g_auto (TaubeMessageContent) content = { 0 };

  taube_message_content_init (&content, object, session, cancellable);
  return taube_message_content_fetch_headers (&content, error);
}

static const TaubeJobKind headers_kind
    = { "TaubeMessage.load_headers", taube_message_check_job, run_headers, NULL, g_free };

/**
 * taube_message_load_headers:
 * @self: a message
 * @cancellable: (nullable): cancels
 *
 * Loads the header of the message. Blocking; see [method@Message.load_headers_async].
 *
 * It is text to be shown: a line for each field, in their order, unfolded and decoded (RFC 2047). Use
 * [method@Message.save_part] or [method@Folder.fetch] with the section `HEADER` for its bytes.
 *
 * Returns: (transfer full): the header, lines ended by LF, or %NULL with @error: %TAUBE_ERROR_LIMIT when it is
 *   unreasonably large
 */
char *
taube_message_load_headers (TaubeMessage *self, GCancellable *cancellable, GError **error)
{
  return load (self, &headers_kind, cancellable, error);
}

/**
 * taube_message_load_headers_async:
 * @self: a message
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Loads the header of the message. See [method@Message.load_headers].
 */
void
taube_message_load_headers_async (TaubeMessage *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  load_async (self, &headers_kind, cancellable, callback, user_data);
}

/**
 * taube_message_load_headers_finish:
 * @self: a message
 * @result: what the callback got
 *
 * The header that [method@Message.load_headers_async] loaded; see [method@Message.load_headers] for its form and the
 * errors.
 *
 * Returns: (transfer full): the header, lines ended by LF, or %NULL with @error
 */
char *
taube_message_load_headers_finish (TaubeMessage *self, GAsyncResult *result, GError **error)
{
  return load_finish (self, &headers_kind, result, error);
}

/* Text. */

static gpointer
run_text (gpointer object, TaubeSession *session, gpointer args, GCancellable *cancellable, GError **error)
{
  g_auto (TaubeMessageContent) content = { 0 };

  taube_message_content_init (&content, object, session, cancellable);
  return taube_message_content_get_text (&content, error);
}

static const TaubeJobKind text_kind = { "TaubeMessage.load_text", taube_message_check_job, run_text, NULL, g_free };

/**
 * taube_message_load_text:
 * @self: a message
 * @cancellable: (nullable): cancels
 *
 * Loads what the message says, as plain text. Blocking; see [method@Message.load_text_async].
 *
 * Of several forms the plain one is taken; when there is only HTML, its text. Texts that follow each other, with
 * pictures between them, say, become one, with an empty line between them. Attachments are left out. A message without
 * any text gives an empty string. Whatever the message's character set, the text is UTF-8.
 *
 * Returns: (transfer full): the text, lines ended by LF, or %NULL with @error: %TAUBE_ERROR_LIMIT when it is over 64
 *   MiB: save the part then
 */
char *
taube_message_load_text (TaubeMessage *self, GCancellable *cancellable, GError **error)
{
  return load (self, &text_kind, cancellable, error);
}

/**
 * taube_message_load_text_async:
 * @self: a message
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Loads what the message says, as plain text. See [method@Message.load_text].
 */
void
taube_message_load_text_async (TaubeMessage *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                               gpointer user_data)
{
  load_async (self, &text_kind, cancellable, callback, user_data);
}

/**
 * taube_message_load_text_finish:
 * @self: a message
 * @result: what the callback got
 *
 * The plain text that [method@Message.load_text_async] loaded; see [method@Message.load_text] for what is in it and the
 * errors.
 *
 * Returns: (transfer full): the text in UTF-8, lines ended by LF, or %NULL with @error
 */
char *
taube_message_load_text_finish (TaubeMessage *self, GAsyncResult *result, GError **error)
{
  return load_finish (self, &text_kind, result, error);
}

/* Html. */

static gpointer
run_html (gpointer object, TaubeSession *session, gpointer args, GCancellable *cancellable, GError **error)
{
  g_auto (TaubeMessageContent) content = { 0 };

  taube_message_content_init (&content, object, session, cancellable);
  return taube_message_content_get_html (&content, error);
}

static const TaubeJobKind html_kind = { "TaubeMessage.load_html", taube_message_check_job, run_html, NULL, g_free };

/**
 * taube_message_load_html:
 * @self: a message
 * @cancellable: (nullable): cancels
 *
 * Loads the HTML of the message. Blocking; see [method@Message.load_html_async].
 *
 * It is in UTF-8, whatever it says about itself, and otherwise as it was sent: whoever shows it must keep scripts and
 * remote content out.
 *
 * Returns: (transfer full): the HTML, lines ended by LF, or %NULL with @error: %TAUBE_ERROR_NOT_FOUND when the
 *   message has none, %TAUBE_ERROR_LIMIT when it is over 64 MiB
 */
char *
taube_message_load_html (TaubeMessage *self, GCancellable *cancellable, GError **error)
{
  return load (self, &html_kind, cancellable, error);
}

/**
 * taube_message_load_html_async:
 * @self: a message
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Loads the HTML of the message. See [method@Message.load_html].
 */
void
taube_message_load_html_async (TaubeMessage *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                               gpointer user_data)
{
  load_async (self, &html_kind, cancellable, callback, user_data);
}

/**
 * taube_message_load_html_finish:
 * @self: a message
 * @result: what the callback got
 *
 * The HTML that [method@Message.load_html_async] loaded; see [method@Message.load_html] for what to be careful about
 * and the errors.
 *
 * Returns: (transfer full): the HTML in UTF-8, lines ended by LF, or %NULL with @error
 */
char *
taube_message_load_html_finish (TaubeMessage *self, GAsyncResult *result, GError **error)
{
  return load_finish (self, &html_kind, result, error);
}

/* Raw. */

static gpointer
run_raw (gpointer object, TaubeSession *session, gpointer args, GCancellable *cancellable, GError **error)
{
  g_auto (TaubeMessageContent) content = { 0 };

  taube_message_content_init (&content, object, session, cancellable);
  return taube_message_content_fetch_raw (&content, error);
}

static const TaubeJobKind raw_kind
    = { "TaubeMessage.load_raw", taube_message_check_job, run_raw, NULL, (GDestroyNotify) g_bytes_unref };

/**
 * taube_message_load_raw:
 * @self: a message
 * @cancellable: (nullable): cancels
 *
 * Loads the whole message into memory. Blocking; see [method@Message.load_raw_async].
 *
 * The bytes are those that the server keeps, header and all. For messages of any size use [method@Message.save].
 *
 * Returns: (transfer full): the message, or %NULL with @error: %TAUBE_ERROR_LIMIT when it is over 256 MiB
 */
GBytes *
taube_message_load_raw (TaubeMessage *self, GCancellable *cancellable, GError **error)
{
  return load (self, &raw_kind, cancellable, error);
}

/**
 * taube_message_load_raw_async:
 * @self: a message
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Loads the whole message into memory. See [method@Message.load_raw].
 */
void
taube_message_load_raw_async (TaubeMessage *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                              gpointer user_data)
{
  load_async (self, &raw_kind, cancellable, callback, user_data);
}

/**
 * taube_message_load_raw_finish:
 * @self: a message
 * @result: what the callback got
 *
 * The bytes that [method@Message.load_raw_async] loaded, as the server keeps them; see [method@Message.load_raw] for
 * the errors.
 *
 * Returns: (transfer full): the message, or %NULL with @error
 */
GBytes *
taube_message_load_raw_finish (TaubeMessage *self, GAsyncResult *result, GError **error)
{
  return load_finish (self, &raw_kind, result, error);
}
