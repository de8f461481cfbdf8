/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "ews/ews-parts.h"

static gboolean
find_kind (const EwsNode *node, ExchangePartKind *kind_out)
{
  static const struct
  {
    const char *name;
    ExchangePartKind kind;
  } kinds[] = {
    { "FileAttachment", EXCHANGE_PART_FILE },
    { "ItemAttachment", EXCHANGE_PART_ITEM },
    { "ReferenceAttachment", EXCHANGE_PART_LINK },
  };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (ews_node_is (node, kinds[i].name))
      {
        *kind_out = kinds[i].kind;
        return TRUE;
      }
  return FALSE;
}

/* The text of a child, when there is one. */
static const char *
get_word (const EwsNode *node, const char *name)
{
  const char *text = ews_node_get_text (node, name);

  return text != NULL && text[0] != '\0' ? text : NULL;
}

static guint64
get_size (const EwsNode *node)
{
  gint64 size = 0;

  return ews_text_to_number (ews_node_get_text (node, "Size"), &size) && size > 0 ? (guint64) size : 0;
}

static void
add_attachment (const EwsNode *node, ExchangeParts *parts)
{
  ExchangePart part = { .size = get_size (node) };

  if (!find_kind (node, &part.kind))
    return;
  part.id = ews_node_get_attribute (ews_node_find (node, "AttachmentId"), "Id");
  part.name = get_word (node, "Name");
  part.content_type = get_word (node, "ContentType");
  part.content_id = get_word (node, "ContentId");
  if (part.kind == EXCHANGE_PART_LINK)
    part.url = get_word (node, "AttachLongPathName");
  ews_text_to_boolean (ews_node_get_text (node, "IsInline"), &part.shown);
  exchange_parts_add (parts, &part);
}

static gboolean
is_sealed (const char *item_class)
{
  g_autofree char *upper = g_ascii_strup (item_class != NULL ? item_class : "", -1);

  return strstr (upper, ".SMIME") != NULL;
}

void
ews_parts_decode (const EwsNode *item, guint64 body_bytes, ExchangeParts *parts)
{
  const EwsNode *attachments = ews_node_find (item, "Attachments"), *body = ews_node_find (item, "Body");
  const char *form = ews_node_get_attribute (body, "BodyType");

  exchange_parts_set_size (parts, get_size (item));
  if (is_sealed (ews_node_get_text (item, "ItemClass")))
    exchange_parts_set_sealed (parts);
  if (g_strcmp0 (form, "HTML") == 0)
    exchange_parts_set_body (parts, EXCHANGE_PART_HTML, body_bytes);
  else if (g_strcmp0 (form, "Text") == 0)
    exchange_parts_set_body (parts, EXCHANGE_PART_TEXT, body_bytes);
  if (attachments != NULL)
    for (const EwsNode *node = attachments->children; node != NULL; node = node->next)
      add_attachment (node, parts);
}
