/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "message-backend.h"

#include <taube-backend/taube-part-builder.h>
#include <taube/taube-error.h>

#include "core/taube-capabilities-private.h"
#include "mime/taube-mime-tree.h"

#include <string.h>

void
message_server_init (MessageServer *self, const char *text)
{
  *self = (MessageServer){ .text = text, .length = strlen (text), .piece = 7, .log = g_string_new (NULL) };
}

void
message_server_clear (MessageServer *self)
{
  g_clear_error (&self->structure_error);
  g_string_free (self->log, TRUE);
}

/* The session. */

typedef TaubeSession MessageSession;
typedef TaubeSessionClass MessageSessionClass;

GType message_session_get_type (void);
G_DEFINE_TYPE (MessageSession, message_session, TAUBE_TYPE_SESSION)

static gboolean
message_session_open (TaubeSession *session, GCancellable *cancellable, GError **error)
{
  return TRUE;
}

static void
message_session_close (TaubeSession *session, GCancellable *cancellable)
{
}

static void
message_session_class_init (MessageSessionClass *klass)
{
  klass->open = message_session_open;
  klass->close = message_session_close;
}

static void
message_session_init (MessageSession *self)
{
}

/* The account. */

typedef struct
{
  TaubeAccount parent_instance;
  MessageServer *server;
} MessageAccount;

typedef TaubeAccountClass MessageAccountClass;
typedef TaubeFolder MessageFolder;
typedef TaubeFolderClass MessageFolderClass;

GType message_account_get_type (void);
GType message_folder_get_type (void);
G_DEFINE_TYPE (MessageAccount, message_account, TAUBE_TYPE_ACCOUNT)
G_DEFINE_TYPE (MessageFolder, message_folder, TAUBE_TYPE_FOLDER)

static TaubeSession *
create_session (TaubeAccount *account)
{
  return g_object_new (message_session_get_type (), NULL);
}

static GType
get_folder_type (TaubeAccount *account)
{
  return message_folder_get_type ();
}

static void
message_account_class_init (MessageAccountClass *klass)
{
  klass->create_session = create_session;
  klass->get_folder_type = get_folder_type;
}

static void
message_account_init (MessageAccount *self)
{
}

/* The folder. */

static MessageServer *
get_server (TaubeFolder *folder)
{
  return ((MessageAccount *) taube_folder_get_account (folder))->server;
}

static TaubePart *
make_part (MessageServer *server, const TaubeMimeNode *node)
{
  gboolean is_leaf = node->children->len == 0;
  TaubePartInfo info = {
    .section = node->parent == NULL && server->whole_is_the_only ? "" : node->section,
    .type = node->type,
    .subtype = node->subtype,
    .content_id = node->id,
    .encoding = node->encoding,
    .disposition = node->disposition,
    .size = is_leaf && server->claimed_size > 0 ? server->claimed_size : node->size,
  };
  TaubePart *part = taube_part_new (&info);

  for (guint i = 0; node->params != NULL && node->params[i] != NULL; i += 2)
    taube_part_set_parameter (part, node->params[i], node->params[i + 1]);
  for (guint i = 0; node->disposition_params != NULL && node->disposition_params[i] != NULL; i += 2)
    taube_part_set_disposition_parameter (part, node->disposition_params[i], node->disposition_params[i + 1]);
  for (guint i = 0; i < node->children->len; i++)
    taube_part_add_child (part, make_part (server, node->children->pdata[i]));
  return part;
}

static TaubePart *
get_structure (TaubeFolder *folder, TaubeSession *session, const char *id, GCancellable *cancellable, GError **error)
{
  MessageServer *server = get_server (folder);
  g_autoptr (TaubeMimeNode) root = NULL;

  g_string_append (server->log, "structure ");
  if (server->structure_breaks)
    taube_session_set_broken (session);
  if (server->structure_error != NULL)
    {
      *error = g_error_copy (server->structure_error);
      return NULL;
    }
  if (server->has_no_structure)
    {
      g_set_error_literal (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED, "no structures here");
      return NULL;
    }
  root = taube_mime_tree_parse (server->text, server->length, taube_limits_get_default ());
  return make_part (server, root);
}

static const TaubeMimeNode *
find_node (const TaubeMimeNode *node, const char *section)
{
  const TaubeMimeNode *found = g_str_equal (node->section, section) ? node : NULL;

  for (guint i = 0; found == NULL && i < node->children->len; i++)
    found = find_node (node->children->pdata[i], section);
  return found;
}

static gboolean
find_section (MessageServer *server, const char *section, const char **data_out, gsize *length_out)
{
  g_autoptr (TaubeMimeNode) root = taube_mime_tree_parse (server->text, server->length, taube_limits_get_default ());
  const TaubeMimeNode *node;

  *data_out = server->text;
  *length_out = server->length;
  if (section[0] == '\0')
    return TRUE;
  if (g_str_equal (section, "HEADER"))
    {
      *length_out = root->body_offset;
      return TRUE;
    }
  node = g_str_equal (section, "TEXT") ? root : find_node (root, section);
  if (node == NULL)
    return FALSE;
  *data_out += node->body_offset;
  *length_out = node->size;
  return TRUE;
}

static gboolean
fetch (TaubeFolder *folder, TaubeSession *session, const char *id, const char *section, guint64 offset, gint64 length,
       GOutputStream *sink, TaubeProgress *progress, GCancellable *cancellable, GError **error)
{
  MessageServer *server = get_server (folder);
  const char *data;
  gsize size;

  g_string_append_printf (server->log, "fetch(%s) ", section);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (strcmp (id, "7.1") != 0 || !find_section (server, section, &data, &size))
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND, "no section %s in %s", section, id);
      return FALSE;
    }
  for (gsize at = 0; at < size; at += server->piece)
    if (!g_output_stream_write_all (sink, data + at, MIN (server->piece, size - at), NULL, cancellable, error))
      return FALSE;
  return TRUE;
}

static void
message_folder_class_init (MessageFolderClass *klass)
{
  klass->fetch = fetch;
  klass->get_structure = get_structure;
}

static void
message_folder_init (MessageFolder *self)
{
}

TaubeAccount *
message_account_new (MessageServer *server)
{
  static const TaubeCapabilityRow rows[] = {
    { TAUBE_CAPABILITY_RETRIEVAL, TAUBE_SUPPORT_YES, "", TAUBE_SUPPORT_YES, "" },
    { TAUBE_CAPABILITY_ATTACHMENTS_ON_DEMAND, TAUBE_SUPPORT_YES, "", TAUBE_SUPPORT_YES, "" },
  };
  g_autoptr (TaubeUri) uri = taube_uri_parse ("imap://alice@mail.example.org", NULL);
  g_autoptr (TaubeCapabilities) capabilities = taube_capabilities_new (rows, G_N_ELEMENTS (rows));
  MessageAccount *account = g_object_new (message_account_get_type (), "uri", uri, "capabilities", capabilities, NULL);

  account->server = server;
  return TAUBE_ACCOUNT (account);
}

TaubeFolder *
message_account_get_folder (TaubeAccount *account)
{
  const char *const path[] = { "INBOX", NULL };
  TaubeFolderInfo info = { .path = path, .flags = TAUBE_FOLDER_FLAGS_SELECTABLE, .total = -1, .unread = -1 };

  return taube_account_publish_folder (account, &info);
}

TaubeSession *
message_account_create_session (TaubeAccount *account)
{
  return create_session (account);
}

TaubeMessage *
message_folder_get_message (TaubeFolder *folder)
{
  TaubeMessageListBuilder *builder = taube_message_list_builder_new (folder, TAUBE_LIST_FIELDS_NONE);
  g_autoptr (TaubeMessageList) list = NULL;

  taube_message_list_builder_add (builder, "7.", 1);
  list = taube_message_list_builder_end (builder);
  return taube_message_new_from_list (list, 0);
}
