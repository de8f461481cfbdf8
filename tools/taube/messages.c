/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messages.h"

#include "output-json.h"
#include "output.h"
#include "progress-bar.h"

#include <string.h>

typedef struct
{
  const char *uri; /* as the user wrote it */
  TaubeFolder *folder;
  char *id;
  TaubeBatchResult *result;
  GError *error; /* of all that are in that folder */
} Message;

struct _Messages
{
  Cli *cli;
  TaubeAccount *account;
  TaubeUri *account_uri;
  GPtrArray *messages; /* of Message */
};

static void
message_free (gpointer data)
{
  Message *message = data;

  g_clear_object (&message->folder);
  g_clear_pointer (&message->result, taube_batch_result_unref);
  g_clear_error (&message->error);
  g_free (message->id);
  g_free (message);
}

void
messages_free (Messages *self)
{
  g_ptr_array_unref (self->messages);
  g_clear_pointer (&self->account_uri, taube_uri_unref);
  g_clear_object (&self->account);
  g_free (self);
}

TaubeAccount *
messages_get_account (Messages *self)
{
  return self->account;
}

gboolean
messages_check_account (Messages *self, TaubeUri *uri, GError **error)
{
  g_autoptr (TaubeUri) other = taube_uri_get_account_uri (uri);

  if (g_str_equal (taube_uri_get_scheme (other), taube_uri_get_scheme (self->account_uri))
      && g_str_equal (taube_uri_get_host (other), taube_uri_get_host (self->account_uri))
      && taube_uri_get_port (other) == taube_uri_get_port (self->account_uri)
      && g_strcmp0 (taube_uri_get_user (other), taube_uri_get_user (self->account_uri)) == 0)
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("the URIs are of several accounts"));
  return FALSE;
}

static gboolean
add_message (Messages *self, const char *text, GError **error)
{
  g_autoptr (TaubeUri) uri = taube_uri_parse (text, error);
  g_autoptr (TaubeFolder) folder = NULL;
  Message *message;

  if (uri == NULL || !messages_check_account (self, uri, error))
    return FALSE;
  folder = cli_get_folder (self->account, uri, error);
  if (folder == NULL)
    return FALSE;
  if (taube_uri_get_item_id (uri) == NULL)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("the URI names no message, such as .../INBOX;UID=4711"));
      return FALSE;
    }
  message = g_new0 (Message, 1);
  message->uri = text;
  message->folder = g_steal_pointer (&folder);
  message->id = g_strdup (taube_uri_get_item_id (uri));
  g_ptr_array_add (self->messages, message);
  return TRUE;
}

Messages *
messages_open (Cli *cli, char **uris, guint n_uris, GError **error)
{
  g_autoptr (Messages) self = g_new0 (Messages, 1);
  g_autoptr (TaubeUri) first = NULL;

  self->cli = cli;
  self->messages = g_ptr_array_new_with_free_func (message_free);
  self->account = cli_open_account (cli, uris[0], &first, error);
  if (self->account == NULL)
    return NULL;
  self->account_uri = taube_uri_get_account_uri (first);
  for (guint i = 0; i < n_uris; i++)
    if (!add_message (self, uris[i], error))
      return NULL;
  return cli_connect (cli, self->account, error) ? g_steal_pointer (&self) : NULL;
}

static void
run_folder (Messages *self, TaubeFolder *folder, const char *label, MessagesFunc func, gpointer data)
{
  g_autoptr (TaubeIdSet) ids = taube_id_set_new ();
  g_autoptr (TaubeProgress) progress = taube_progress_new ();
  g_autoptr (ProgressBar) bar = progress_bar_start (label, progress);
  g_autoptr (TaubeBatchResult) result = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < self->messages->len; i++)
    {
      const Message *message = self->messages->pdata[i];

      if (message->folder == folder)
        taube_id_set_add (ids, message->id);
    }
  result = func (folder, ids, progress, data, self->cli->cancellable, &error);
  for (guint i = 0; i < self->messages->len; i++)
    {
      Message *message = self->messages->pdata[i];

      if (message->folder != folder)
        continue;
      g_clear_pointer (&message->result, taube_batch_result_unref);
      g_clear_error (&message->error);
      message->result = result != NULL ? taube_batch_result_ref (result) : NULL;
      message->error = error != NULL ? g_error_copy (error) : NULL;
    }
}

/* The same path gives the same object, so folders are told apart by their pointers. A folder for which something failed
 * before is left alone. */
void
messages_run (Messages *self, const char *label, MessagesFunc func, gpointer data)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < self->messages->len; i++)
    {
      Message *message = self->messages->pdata[i];

      if (message->error == NULL && g_hash_table_add (seen, message->folder))
        run_folder (self, message->folder, label, func, data);
    }
}

ExitCode
messages_add_failure (ExitCode code, TaubeBatchStatus status, const GError *error)
{
  ExitCode failure = status == TAUBE_BATCH_STATUS_UNKNOWN ? EXIT_UNKNOWN_OUTCOME : cli_get_exit_code (error);

  return code == EXIT_DONE || failure == EXIT_UNKNOWN_OUTCOME ? failure : code;
}

char *
messages_make_uri (TaubeFolder *folder, const char *id)
{
  g_autoptr (TaubeUri) folder_uri = taube_folder_get_uri (folder);
  g_autoptr (TaubeUri) uri = id != NULL ? taube_uri_with_item (folder_uri, id, NULL) : NULL;

  return uri != NULL ? taube_uri_to_string (uri) : NULL;
}

void
messages_print (Cli *cli, const char *name, TaubeBatchStatus status, const char *new_uri, const GError *error)
{
  g_autoptr (JsonBuilder) builder = NULL;

  if (cli->format == FORMAT_JSON)
    {
      builder = json_builder_new ();
      json_builder_begin_object (builder);
      output_json_set (builder, "source", name);
      output_json_set (builder, "status", output_get_nick (TAUBE_TYPE_BATCH_STATUS, (int) status));
      output_json_set (builder, "uri", new_uri);
      output_json_set (builder, "error", error != NULL ? error->message : NULL);
      json_builder_end_object (builder);
      output_json_print (builder, FALSE);
    }
  else if (new_uri != NULL)
    output_printf ("%s\n", new_uri);
  if (error != NULL)
    cli_complain ("taube %s: %s: %s", cli->verb, name, error->message);
}

ExitCode
messages_report (Messages *self, TaubeFolder *target)
{
  ExitCode code = EXIT_DONE;
  int number = g_atomic_int_get (&self->cli->signal_number);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < self->messages->len; i++)
    {
      const Message *message = self->messages->pdata[i];
      TaubeBatchStatus status = TAUBE_BATCH_STATUS_FAILED;
      g_autoptr (GError) failure = message->error != NULL ? g_error_copy (message->error) : NULL;
      g_autofree char *new_id = NULL, *new_uri = NULL;

      if (message->result != NULL)
        {
          status = taube_batch_result_get_status (message->result, message->id);
          failure = taube_batch_result_get_error (message->result, message->id);
          new_id = taube_batch_result_get_new_id (message->result, message->id);
        }
      if (target != NULL)
        new_uri = messages_make_uri (target, new_id);
      messages_print (self->cli, message->uri, status, new_uri, failure);
      if (failure != NULL)
        code = messages_add_failure (code, status, failure);
    }
  if (!output_flush (&error))
    return cli_fail (self->cli, error);
  return number != 0 && code != EXIT_DONE && code != EXIT_UNKNOWN_OUTCOME ? EXIT_SIGNAL + (ExitCode) number : code;
}

gboolean
messages_parse_flag (const char *text, TaubeMessageFlags *flags, GPtrArray *keywords)
{
  GFlagsClass *klass;
  const GFlagsValue *value;

  if (g_str_has_prefix (text, "keyword:") && text[8] != '\0')
    {
      g_ptr_array_add (keywords, g_strdup (text + 8));
      return TRUE;
    }
  klass = g_type_class_ref (TAUBE_TYPE_MESSAGE_FLAGS);
  value = g_flags_get_value_by_nick (klass, text);
  if (value != NULL && value->value != TAUBE_MESSAGE_FLAGS_NONE && value->value != TAUBE_MESSAGE_FLAGS_RECENT)
    *flags |= value->value;
  else
    value = NULL;
  g_type_class_unref (klass);
  return value != NULL;
}
