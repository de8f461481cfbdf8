/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-columns.h"

#include <taube-backend/taube-mime.h>
#include <taube/taube-address.h>

#include <string.h>

static void
fill_text (TaubeMessageListBuilder *builder, TaubeMessageColumn column, const TaubeMimeHeaders *headers,
           const char *name)
{
  gsize length;
  const char *raw = taube_mime_headers_find (headers, name, &length);

  if (raw != NULL)
    taube_message_list_builder_set_text (builder, column, raw, length);
}

static void
add_group (TaubeMessageListBuilder *builder, TaubeMessageColumn column, const char *group)
{
  taube_message_list_builder_add_address (builder, column, NULL, 0, group, group != NULL ? strlen (group) : 0, NULL, 0);
}

static void
add_address (TaubeMessageListBuilder *builder, TaubeMessageColumn column, TaubeAddress *address)
{
  const char *name = taube_address_get_name (address), *mailbox = taube_address_get_address (address);
  const char *at = strrchr (mailbox, '@'), *host = at != NULL ? at + 1 : "";

  taube_message_list_builder_add_address (builder, column, name, name != NULL ? strlen (name) : 0, mailbox,
                                          at != NULL ? (gsize) (at - mailbox) : strlen (mailbox), host, strlen (host));
}

static void
fill_addresses (TaubeMessageListBuilder *builder, TaubeMessageColumn column, const TaubeMimeHeaders *headers,
                const char *name)
{
  gsize length;
  const char *raw = taube_mime_headers_find (headers, name, &length);
  g_autofree char *text = raw != NULL ? g_strndup (raw, length) : NULL;
  g_autoptr (GPtrArray) addresses = text != NULL ? taube_address_list_parse (text) : NULL;
  const char *group = NULL;

  for (guint i = 0; addresses != NULL && i < addresses->len; i++)
    {
      const char *next = taube_address_get_group (addresses->pdata[i]);

      if (g_strcmp0 (next, group) != 0 && group != NULL)
        add_group (builder, column, NULL);
      if (g_strcmp0 (next, group) != 0 && next != NULL)
        add_group (builder, column, next);
      group = next;
      if (taube_address_get_address (addresses->pdata[i]) != NULL)
        add_address (builder, column, addresses->pdata[i]);
    }
  if (group != NULL)
    add_group (builder, column, NULL);
}

/* received = "Received:" *received-token ";" date-time CRLF            (RFC 5322) */
static void
fill_arrival (TaubeMessageListBuilder *builder, const TaubeMimeHeaders *headers)
{
  gsize length;
  const char *raw = taube_mime_headers_find (headers, "Received", &length);
  const char *semicolon = raw != NULL ? memrchr (raw, ';', length) : NULL;
  gint64 seconds;
  int offset;

  if (semicolon != NULL
      && taube_mime_parse_date (semicolon + 1, (gsize) (raw + length - semicolon - 1), &seconds, &offset))
    taube_message_list_builder_set_date (builder, seconds, offset);
}

static void
fill_sent (TaubeMessageListBuilder *builder, const TaubeMimeHeaders *headers)
{
  gsize length;
  const char *raw = taube_mime_headers_find (headers, "Date", &length);
  gint64 seconds;
  int offset;

  if (raw != NULL && taube_mime_parse_date (raw, length, &seconds, &offset))
    taube_message_list_builder_set_sent_date (builder, seconds, offset);
}

void
pop3_columns_fill (TaubeMessageListBuilder *builder, TaubeListFields fields, const char *header, gsize length,
                   const TaubeLimits *limits)
{
  g_autoptr (TaubeMimeHeaders) headers = taube_mime_headers_parse (header, length, limits, NULL);

  if (headers == NULL)
    return;
  if (fields & TAUBE_LIST_FIELDS_DATE)
    fill_arrival (builder, headers);
  if (fields & TAUBE_LIST_FIELDS_IMPORTANCE)
    taube_message_list_builder_set_importance (builder, taube_mime_headers_get_importance (headers));
  if ((fields & TAUBE_LIST_FIELDS_ENVELOPE) == 0)
    return;
  fill_sent (builder, headers);
  fill_text (builder, TAUBE_MESSAGE_COLUMN_SUBJECT, headers, "Subject");
  fill_text (builder, TAUBE_MESSAGE_COLUMN_MESSAGE_ID, headers, "Message-ID");
  fill_text (builder, TAUBE_MESSAGE_COLUMN_IN_REPLY_TO, headers, "In-Reply-To");
  fill_addresses (builder, TAUBE_MESSAGE_COLUMN_FROM, headers, "From");
  fill_addresses (builder, TAUBE_MESSAGE_COLUMN_SENDER, headers, "Sender");
  fill_addresses (builder, TAUBE_MESSAGE_COLUMN_REPLY_TO, headers, "Reply-To");
  fill_addresses (builder, TAUBE_MESSAGE_COLUMN_TO, headers, "To");
  fill_addresses (builder, TAUBE_MESSAGE_COLUMN_CC, headers, "Cc");
  fill_addresses (builder, TAUBE_MESSAGE_COLUMN_BCC, headers, "Bcc");
}
