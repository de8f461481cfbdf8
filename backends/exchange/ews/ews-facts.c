/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ews/ews-facts.h"

#include <string.h>

const char *const ews_facts_listed_headers[]
  = { "Subject", "Message-ID", "In-Reply-To", "References", "Date", NULL };

static const struct
{
  TaubeFacts fact;
  EwsAsk ask;
  gboolean both; /* asked for in other requests, too */
  const char *uri;
  const char *element;
  const char *header; /* of which field it is the value; NULL: it is not text */
} properties[] = {
  { TAUBE_FACTS_SIZE, EWS_ASK_FIND, TRUE, "item:Size", "Size", NULL },
  { TAUBE_FACTS_DATE, EWS_ASK_FIND, TRUE, "item:DateTimeReceived", "DateTimeReceived", NULL },
  { TAUBE_FACTS_HEADERS, EWS_ASK_GET, FALSE, "item:InternetMessageHeaders", "InternetMessageHeaders", NULL },
  { TAUBE_FACTS_HEADERS, EWS_ASK_FIND, FALSE, "item:Subject", "Subject", "Subject" },
  { TAUBE_FACTS_HEADERS, EWS_ASK_FIND, FALSE, "item:InReplyTo", "InReplyTo", "In-Reply-To" },
  { TAUBE_FACTS_HEADERS, EWS_ASK_FIND, FALSE, "item:DateTimeSent", "DateTimeSent", NULL },
  { TAUBE_FACTS_ATTACHMENT, EWS_ASK_FIND, TRUE, "item:HasAttachments", "HasAttachments", NULL },
  { TAUBE_FACTS_HEADERS, EWS_ASK_FIND, FALSE, "message:InternetMessageId", "InternetMessageId", "Message-ID" },
  { TAUBE_FACTS_HEADERS, EWS_ASK_FIND, FALSE, "message:References", "References", "References" },
};

void
ews_facts_write (EwsWriter *writer, TaubeFacts facts, EwsAsk ask)
{
  if (facts & TAUBE_FACTS_FLAGS)
    ews_fields_write_uris (writer, TAUBE_LIST_FIELDS_FLAGS, EWS_ASK_FIND);
  for (guint i = 0; i < G_N_ELEMENTS (properties); i++)
    if ((properties[i].fact & facts) != 0 && (properties[i].both || properties[i].ask == ask))
      ews_writer_add_empty (writer, "t:FieldURI", "FieldURI", properties[i].uri);
}

/* Headers. */

static void
add_header (GString *out, const char *name, const char *value)
{
  gsize start;

  g_string_append_printf (out, "%s: ", name);
  start = out->len;
  g_string_append (out, value);
  for (char *c = out->str + start; *c != '\0'; c++)
    if (*c == '\r' || *c == '\n')
      *c = ' ';
  g_string_append (out, "\r\n");
}

/* date-time = day SP month SP year SP time SP zone                     (RFC 5322) */
static void
add_date (GString *out, const char *text)
{
  static const char *const months[]
    = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
  g_autoptr (GDateTime) date = NULL;
  gint64 seconds;
  int offset;

  if (!ews_text_to_time (text, &seconds, &offset))
    return;
  date = g_date_time_new_from_unix_utc (seconds);
  if (date != NULL)
    g_string_append_printf (out, "Date: %d %s %04d %02d:%02d:%02d +0000\r\n", g_date_time_get_day_of_month (date),
                            months[g_date_time_get_month (date) - 1], g_date_time_get_year (date),
                            g_date_time_get_hour (date), g_date_time_get_minute (date),
                            g_date_time_get_second (date));
}

static void
take_listed_headers (const EwsNode *item, ExchangeCandidate *candidate, const TaubeLimits *limits)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const char *sent = ews_node_get_text (item, "DateTimeSent");

  for (guint i = 0; i < G_N_ELEMENTS (properties); i++)
    if (properties[i].header != NULL && ews_node_get_text (item, properties[i].element) != NULL)
      add_header (text, properties[i].header, ews_node_get_text (item, properties[i].element));
  if (sent != NULL)
    add_date (text, sent);
  g_string_append (text, "\r\n");
  exchange_candidate_take_headers (candidate, text->str, text->len, limits);
}

/* A message that was not sent, but written here, has none; then nothing is known. */
static void
take_all_headers (const EwsNode *headers, ExchangeCandidate *candidate, const TaubeLimits *limits)
{
  const EwsNode *header = ews_node_find (headers, "InternetMessageHeader");
  g_autoptr (GString) text = g_string_new (NULL);

  if (header == NULL)
    return;
  for (; header != NULL; header = ews_node_find_next (header, "InternetMessageHeader"))
    if (ews_node_get_attribute (header, "HeaderName") != NULL)
      add_header (text, ews_node_get_attribute (header, "HeaderName"), header->text);
  g_string_append (text, "\r\n");
  exchange_candidate_take_headers (candidate, text->str, text->len, limits);
}

/* The rest. */

static void
take_flags (const EwsNode *item, ExchangeCandidate *candidate)
{
  g_autoptr (GPtrArray) keywords = g_ptr_array_new ();

  candidate->subject.flags = ews_item_get_flags (item, keywords);
  g_clear_pointer (&candidate->keywords, g_ptr_array_unref);
  candidate->keywords = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < keywords->len; i++)
    g_ptr_array_add (candidate->keywords, g_strdup (keywords->pdata[i]));
  candidate->subject.keywords = (const char *const *) candidate->keywords->pdata;
  candidate->subject.n_keywords = candidate->keywords->len;
}

void
ews_facts_take (const EwsNode *item, TaubeFacts facts, EwsAsk ask, ExchangeCandidate *candidate,
                const TaubeLimits *limits)
{
  TaubeSearchSubject *subject = &candidate->subject;
  gint64 number;

  if (facts & TAUBE_FACTS_FLAGS)
    take_flags (item, candidate);
  if (ews_text_to_number (ews_node_get_text (item, "Size"), &number) && number >= 0)
    subject->size = (guint64) number;
  ews_text_to_time (ews_node_get_text (item, "DateTimeReceived"), &subject->date, &subject->date_offset);
  ews_text_to_boolean (ews_node_get_text (item, "HasAttachments"), &subject->has_attachment);
  subject->known |= facts & (TAUBE_FACTS_FLAGS | TAUBE_FACTS_SIZE | TAUBE_FACTS_DATE | TAUBE_FACTS_ATTACHMENT);
  if ((facts & TAUBE_FACTS_HEADERS) == 0)
    return;
  if (ask == EWS_ASK_FIND)
    take_listed_headers (item, candidate, limits);
  else
    take_all_headers (ews_node_find (item, "InternetMessageHeaders"), candidate, limits);
}
