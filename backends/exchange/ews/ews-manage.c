/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ews/ews-manage.h"

#include "ews/ews-call.h"
#include "ews/ews-folders.h"
#include "exchange-gettext.h"

static EwsFolderRef
refer (const char *id)
{
  return (EwsFolderRef){ .id = id, .distinguished = "msgfolderroot" };
}

/* Messages. */

typedef struct
{
  const char *folder_id;
  const char *token;
  TaubeMessageSource *source;
  char *new_id;
  gboolean taken; /* the server said so */
} Append;

static EwsWriter *
write_append (EwsVersion version, gconstpointer args)
{
  const Append *append = args;
  const EwsFolderRef folder = refer (append->folder_id);
  GDateTime *date = taube_message_source_get_date (append->source);
  EwsWriter *writer = ews_request_begin_item (version, &folder, EWS_SEND_SAVE_ONLY);

  ews_request_end_item (writer, append->token, taube_message_source_get_flags (append->source),
                        taube_message_source_get_keywords (append->source),
                        date != NULL ? g_date_time_to_unix (date) : 0);
  return writer;
}

static gboolean
on_appended (const EwsNode *unit, const EwsNode *message, guint index, gpointer user_data, GError **error)
{
  Append *append = user_data;

  if (append->new_id == NULL)
    append->new_id = g_strdup (ews_item_get_id (unit));
  return TRUE;
}

gboolean
ews_manage_append (ExchangeAccount *account, const char *folder_id, TaubeMessageSource *source, const char *token,
                   const char *what, char **new_id, GCancellable *cancellable, GError **error)
{
  Append append = { .folder_id = folder_id, .token = token, .source = source };
  const EwsCall call = { .operation = EWS_OPERATION_CREATE_ITEM, .write = write_append, .args = &append, .what = what,
                         .source = source, .unit = on_appended, .user_data = &append };
  gboolean good = ews_call_run (account, &call, cancellable, error);

  *new_id = good ? g_steal_pointer (&append.new_id) : NULL;
  g_free (append.new_id);
  return good;
}

/* What is sent leaves the server no choice: it has neither flags nor a date but its own. */
static EwsWriter *
write_send (EwsVersion version, gconstpointer args)
{
  const EwsFolderRef folder = { .distinguished = "sentitems" };
  EwsWriter *writer = ews_request_begin_item (version, &folder, EWS_SEND_AND_SAVE);

  ews_request_end_sent_item (writer);
  return writer;
}

static gboolean
on_sent (const EwsNode *message, guint index, gpointer user_data, GError **error)
{
  ((Append *) user_data)->taken = TRUE;
  return TRUE;
}

gboolean
ews_manage_send (ExchangeAccount *account, TaubeMessageSource *source, const char *what, GCancellable *cancellable,
                 GError **error)
{
  Append append = { .source = source };
  const EwsCall call = { .operation = EWS_OPERATION_CREATE_ITEM, .write = write_send, .args = &append, .what = what,
                         .once = TRUE, .source = source, .message = on_sent, .user_data = &append };
  gboolean good = ews_call_run (account, &call, cancellable, error);

  if (good && !append.taken)
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_UNKNOWN_OUTCOME, _ ("%s: the server does not say whether it was done"),
                 what);
  return good && append.taken;
}

/* Folders. */

typedef struct
{
  const char *id, *parent_id, *name;
  char *new_id;
} Folder;

static EwsWriter *
write_create (EwsVersion version, gconstpointer args)
{
  const Folder *folder = args;
  const EwsFolderRef parent = refer (folder->parent_id);

  return ews_request_create_folder (version, &parent, folder->name, "IPF.Note");
}

static gboolean
on_created (const EwsNode *unit, const EwsNode *message, guint index, gpointer user_data, GError **error)
{
  Folder *folder = user_data;
  ExchangeFolderFacts facts;

  if (folder->new_id == NULL && ews_folder_decode (unit, &facts))
    folder->new_id = g_strdup (facts.id);
  return TRUE;
}

char *
ews_manage_create_folder (ExchangeAccount *account, const char *parent_id, const char *name, GCancellable *cancellable,
                          GError **error)
{
  g_autofree char *what = g_strdup_printf (_ ("cannot make folder \"%s\""), name);
  Folder folder = { .parent_id = parent_id, .name = name };
  const EwsCall call = { .operation = EWS_OPERATION_CREATE_FOLDER, .write = write_create, .args = &folder,
                         .what = what, .unit = on_created, .user_data = &folder };

  if (!ews_call_run (account, &call, cancellable, error))
    {
      g_free (folder.new_id);
      return NULL;
    }
  if (folder.new_id == NULL)
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_UNKNOWN_OUTCOME, _ ("%s: the server does not name what it made"),
                 what);
  return folder.new_id;
}

static EwsWriter *
write_rename (EwsVersion version, gconstpointer args)
{
  const Folder *folder = args;

  return ews_request_rename_folder (version, folder->id, folder->name);
}

gboolean
ews_manage_rename_folder (ExchangeAccount *account, const char *id, const char *name, const char *what,
                          GCancellable *cancellable, GError **error)
{
  const Folder folder = { .id = id, .name = name };
  const EwsCall call = { .operation = EWS_OPERATION_UPDATE_FOLDER, .write = write_rename, .args = &folder,
                         .what = what };

  return ews_call_run (account, &call, cancellable, error);
}

static EwsWriter *
write_move (EwsVersion version, gconstpointer args)
{
  const Folder *folder = args;
  const EwsFolderRef parent = refer (folder->parent_id);

  return ews_request_move_folder (version, folder->id, &parent);
}

gboolean
ews_manage_move_folder (ExchangeAccount *account, const char *id, const char *parent_id, const char *what,
                        GCancellable *cancellable, GError **error)
{
  const Folder folder = { .id = id, .parent_id = parent_id };
  const EwsCall call = { .operation = EWS_OPERATION_MOVE_FOLDER, .write = write_move, .args = &folder, .what = what };

  return ews_call_run (account, &call, cancellable, error);
}

static EwsWriter *
write_delete (EwsVersion version, gconstpointer args)
{
  return ews_request_delete_folder (version, args);
}

gboolean
ews_manage_delete_folder (ExchangeAccount *account, const char *id, const char *what, GCancellable *cancellable,
                          GError **error)
{
  const EwsCall call = { .operation = EWS_OPERATION_DELETE_FOLDER, .write = write_delete, .args = id, .what = what };

  return ews_call_run (account, &call, cancellable, error);
}
