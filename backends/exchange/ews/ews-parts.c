/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ews/ews-parts.h"

#include <string.h>

#include "ews/ews-base64.h"
#include "ews/ews-call.h"
#include "ews/ews-items.h"
#include "exchange-gettext.h"

/* What a message is made of. Its text comes, too, for only so it is told in which form it is; its bytes are counted. */

typedef struct
{
  const char *id;
  ExchangeParts *parts;
  guint64 body_bytes;
  gboolean came;
} Parts;

static EwsWriter *
write_parts (EwsVersion version, gconstpointer args)
{
  return ews_request_get_parts (version, args);
}

static gboolean
on_body_bytes (const char *text, gsize length, gpointer user_data, GError **error)
{
  ((Parts *) user_data)->body_bytes += length;
  return TRUE;
}

static gboolean
on_parts (const EwsNode *unit, const EwsNode *message, guint index, gpointer user_data, GError **error)
{
  Parts *parts = user_data;

  if (!ews_items_check_id (unit, parts->id, error))
    return FALSE;
  if (!parts->came)
    ews_parts_decode (unit, parts->body_bytes, parts->parts);
  parts->came = TRUE;
  return TRUE;
}

static gboolean
check_came (gboolean came, const char *what, GError **error)
{
  if (!came)
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL,
                 _ ("%s: the server says that all is well and sends nothing"), what);
  return came;
}

gboolean
ews_parts_get (ExchangeAccount *account, const char *id, const char *what, ExchangeParts *parts,
               GCancellable *cancellable, GError **error)
{
  Parts job = { .id = id, .parts = parts };
  const EwsCall call = { .operation = EWS_OPERATION_GET_ITEM, .write = write_parts, .args = id, .what = what,
                         .stream = "Body", .unit = on_parts, .stream_text = on_body_bytes, .user_data = &job };

  if (!ews_call_run (account, &call, cancellable, error) || !check_came (job.came, what, error))
    return FALSE;
  exchange_parts_close (parts);
  return TRUE;
}

/* What is in one of them. */

typedef struct
{
  const char *id; /* of the message */
  const ExchangePart *part;
  ExchangeBytesFunc func;
  gpointer user_data;
  EwsBase64 base64;
  gboolean came;
} Content;

static EwsWriter *
write_body (EwsVersion version, gconstpointer args)
{
  const Content *content = args;

  return ews_request_get_body (version, content->id, content->part->kind == EXCHANGE_PART_HTML);
}

static gboolean
on_body_text (const char *text, gsize length, gpointer user_data, GError **error)
{
  Content *content = user_data;

  return content->func ((const guint8 *) text, length, content->user_data, error);
}

static gboolean
on_body (const EwsNode *unit, const EwsNode *message, guint index, gpointer user_data, GError **error)
{
  Content *content = user_data;

  content->came = TRUE; /* a message without any text has no body */
  return ews_items_check_id (unit, content->id, error);
}

static EwsWriter *
write_attachment (EwsVersion version, gconstpointer args)
{
  const Content *content = args;

  return ews_request_get_attachment (version, content->part->id);
}

static gboolean
on_attachment_text (const char *text, gsize length, gpointer user_data, GError **error)
{
  Content *content = user_data;

  content->came = TRUE;
  return ews_base64_decode (&content->base64, text, length, content->func, content->user_data, error);
}

/* t:Content of a file, or t:MimeContent of the item that the attachment holds. */
static gboolean
has_content (const EwsNode *attachment)
{
  if (ews_node_find (attachment, "Content") != NULL)
    return TRUE;
  for (const EwsNode *item = attachment->children; item != NULL; item = item->next)
    if (ews_node_find (item, "MimeContent") != NULL)
      return TRUE;
  return FALSE;
}

static gboolean
on_attachment (const EwsNode *unit, const EwsNode *message, guint index, gpointer user_data, GError **error)
{
  Content *content = user_data;
  const char *id = ews_node_get_attribute (ews_node_find (unit, "AttachmentId"), "Id");

  if (id != NULL && strcmp (id, content->part->id) != 0)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL,
                   _ ("the server answered about another attachment: the connection is out of step"));
      return FALSE;
    }
  /* An empty file may be told by an empty element, or by none. */
  content->came |= has_content (unit) || (content->part->kind == EXCHANGE_PART_FILE && content->part->size == 0);
  return TRUE;
}

gboolean
ews_parts_fetch (ExchangeAccount *account, const char *id, const ExchangePart *part, const char *what,
                 ExchangeBytesFunc func, gpointer user_data, GCancellable *cancellable, GError **error)
{
  Content content = { .id = id, .part = part, .func = func, .user_data = user_data };
  gboolean body = part->kind == EXCHANGE_PART_TEXT || part->kind == EXCHANGE_PART_HTML;
  const EwsCall body_call = { .operation = EWS_OPERATION_GET_ITEM, .write = write_body, .args = &content,
                              .what = what, .stream = "Body", .unit = on_body, .stream_text = on_body_text,
                              .user_data = &content };
  const EwsCall attachment_call = { .operation = EWS_OPERATION_GET_ATTACHMENT, .write = write_attachment,
                                    .args = &content, .what = what,
                                    .stream = part->kind == EXCHANGE_PART_ITEM ? "MimeContent" : "Content",
                                    .unit = on_attachment, .stream_text = on_attachment_text,
                                    .user_data = &content };

  return ews_call_run (account, body ? &body_call : &attachment_call, cancellable, error)
         && check_came (content.came, what, error);
}
