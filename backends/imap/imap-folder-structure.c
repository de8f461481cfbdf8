/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-folder.h"

#include <taube-backend/taube-part-builder.h>

#include "imap-decode-body.h"
#include "imap-gettext.h"

typedef struct
{
  ImapSession *session;
  guint32 uid;
  TaubePart *part;
  gboolean came;
} Structure;

/* Values lie in the arena and end with NUL: they can be used as C strings. */
static void
set_parameters (TaubePart *part, const ImapParam *params, void (*set) (TaubePart *, const char *, const char *))
{
  for (const ImapParam *param = params; param != NULL; param = param->next)
    if (param->name.text != NULL && param->value.text != NULL)
      set (part, param->name.text, param->value.text);
}

static TaubePart *
make_part (const ImapBody *body, const char *section)
{
  TaubePartInfo info = { 0 };
  TaubePart *part;

  info.section = section;
  info.type = body->type.text;
  info.subtype = body->subtype.text;
  info.content_id = body->id.text;
  info.description = body->description.text;
  info.encoding = body->encoding.text;
  info.disposition = body->disposition.text;
  info.size = body->size;
  part = taube_part_new (&info);
  set_parameters (part, body->params, taube_part_set_parameter);
  set_parameters (part, body->disposition_params, taube_part_set_disposition_parameter);
  return part;
}

static void add_children (TaubePart *part, const ImapBody *body, const char *section);

/* Parts of a multipart are numbered below it. The body of an enclosed message has the number of the message itself when
 * it is a multipart, and number 1 below it otherwise (RFC 9051 section 6.4.5.1). */
static void
add_child (TaubePart *part, const ImapBody *child, const char *section, guint number)
{
  g_autofree char *below = NULL;
  TaubePart *node;

  if (section[0] == '\0')
    below = g_strdup_printf ("%u", number);
  else
    below = g_strdup_printf ("%s.%u", section, number);
  node = make_part (child, below);
  add_children (node, child, below);
  taube_part_add_child (part, node);
}

static void
add_children (TaubePart *part, const ImapBody *body, const char *section)
{
  guint number = 0;

  if (imap_body_is_multipart (body))
    {
      for (const ImapBody *child = body->children; child != NULL; child = child->next)
        add_child (part, child, section, ++number);
    }
  else if (imap_body_is_message (body) && body->children != NULL)
    {
      if (imap_body_is_multipart (body->children))
        {
          g_autofree char *text = g_strconcat (section, ".TEXT", NULL);
          TaubePart *node = make_part (body->children, text);

          add_children (node, body->children, section);
          taube_part_add_child (part, node);
        }
      else
        add_child (part, body->children, section, 1);
    }
}

/* (transfer full) */
TaubePart *
imap_folder_make_structure (const ImapBody *body)
{
  const char *section = imap_body_is_multipart (body) ? "" : "1";
  TaubePart *part = make_part (body, section);

  add_children (part, body, section);
  return part;
}

static gboolean
on_structure (const ImapResponse *response, gpointer user_data, GError **error)
{
  Structure *structure = user_data;
  ImapFetch fetch;

  if (response->type != IMAP_RESPONSE_FETCH || !imap_session_decode_fetch (structure->session, response, &fetch)
      || (fetch.fields & IMAP_FETCH_UID) == 0 || fetch.uid != structure->uid)
    return FALSE;
  if (((fetch.fields | fetch.malformed) & IMAP_FETCH_BODYSTRUCTURE) == 0)
    return FALSE;
  structure->came = TRUE;

  /* A tree without its branches would hide attachments: the message itself is looked at then. */
  if (fetch.body == NULL || (fetch.body->malformed & (IMAP_BODY_TYPE | IMAP_BODY_CHILDREN)) != 0
      || structure->part != NULL)
    return TRUE;
  structure->part = imap_folder_make_structure (fetch.body);
  return TRUE;
}

/* TaubeFolderClass.get_structure */
TaubePart *
imap_folder_get_structure (TaubeFolder *folder, TaubeSession *session, const char *id, GCancellable *cancellable,
                           GError **error)
{
  Structure structure = { 0 };
  g_autoptr (ImapCall) call = NULL;

  structure.session = IMAP_SESSION (session);
  if (!imap_session_begin (structure.session, cancellable, error)
      || !imap_session_select (structure.session, folder, IMAP_SELECT_ANY, cancellable, error)
      || !imap_folder_parse_id (structure.session, folder, id, &structure.uid, error))
    return NULL;
  call = imap_session_call (structure.session, "UID FETCH", TAUBE_ERROR_PROTOCOL,
                            _ ("cannot see the structure of message \"%s\" in folder \"%s\""), id,
                            taube_folder_get_name (folder));
  imap_command_add_number (call->command, structure.uid);
  imap_command_open (call->command);
  imap_command_add_atom (call->command, N_ ("item"), "UID");
  imap_command_add_atom (call->command, N_ ("item"), "BODYSTRUCTURE");
  imap_command_close (call->command);
  call->untagged = on_structure;
  call->user_data = &structure;
  if (!imap_call_run (call, cancellable, error))
    {
      g_clear_object (&structure.part);
      return NULL;
    }
  if (structure.part == NULL && structure.came)
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL,
                 _ ("the structure of message \"%s\" in folder \"%s\" as the server tells it cannot be read"), id,
                 taube_folder_get_name (folder));
  else if (structure.part == NULL)
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND, _ ("there is no message \"%s\" in folder \"%s\""), id,
                 taube_folder_get_name (folder));
  return structure.part;
}
