/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Answers of a server, with everything that is decoded of them. */
#include <gio/gio.h>
#include <stdint.h>
#include <string.h>

#include "ews/ews-errors.h"
#include "ews/ews-facts.h"
#include "ews/ews-query.h"
#include "ews/ews-reader.h"
#include "ews/ews-version.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
touch (const EwsNode *node)
{
  g_assert_true (g_utf8_validate (node->name, -1, NULL));
  g_assert_true (g_utf8_validate (node->text, -1, NULL));
  for (const EwsAttribute *attribute = node->attributes; attribute != NULL; attribute = attribute->next)
    g_assert_true (g_utf8_validate (attribute->value, -1, NULL));
  for (const EwsNode *child = node->children; child != NULL; child = child->next)
    {
      gint64 number;
      int offset;

      g_assert_true (child->parent == node);
      ews_text_to_time (child->text, &number, &offset);
      ews_text_to_number (child->text, &number);
      touch (child);
    }
}

static gboolean
on_header (const EwsNode *node, gpointer user_data, GError **error)
{
  EwsBuild build;

  touch (node);
  ews_build_decode (node, &build);
  return TRUE;
}

static void
try_error (const EwsVerdict *verdict)
{
  g_autoptr (GError) refusal = ews_errors_new (verdict, "cannot");

  ews_query_find_blame (verdict->code, verdict->path, EWS_QUERY_EVERYTHING | EWS_ORDER_EVERYTHING);
  g_assert_true (g_utf8_validate (refusal->message, -1, NULL));
}

static gboolean
on_fault (const EwsNode *node, gpointer user_data, GError **error)
{
  EwsVerdict verdict;

  touch (node);
  ews_verdict_decode_fault (node, &verdict);
  try_error (&verdict);
  return TRUE;
}

static void
try_facts (const EwsNode *unit, EwsAsk ask)
{
  ExchangeCandidate *candidate = exchange_candidate_new ("x");

  ews_facts_take (unit, (TaubeFacts) 0x1f, ask, candidate, taube_limits_get_default ());
  for (guint i = 0; i < candidate->subject.n_keywords; i++)
    g_assert_true (g_utf8_validate (candidate->subject.keywords[i], -1, NULL));
  for (guint i = 0; candidate->headers != NULL && i < taube_mime_headers_get_n_fields (candidate->headers); i++)
    {
      gsize length;

      g_assert_nonnull (taube_mime_headers_get_raw (candidate->headers, i, &length));
    }
  exchange_candidate_free (candidate);
}

static gboolean
on_unit (const EwsNode *unit, const EwsNode *message, guint index, gpointer user_data, GError **error)
{
  g_autoptr (TaubeMessageListBuilder) builder = taube_message_list_builder_new (NULL, 0xff);

  touch (unit);
  touch (message);
  taube_message_list_builder_add_id (builder, ews_item_get_id (unit) != NULL ? ews_item_get_id (unit) : "x");
  ews_fields_fill_row (unit, 0xff, builder);
  try_facts (unit, EWS_ASK_FIND);
  try_facts (unit, EWS_ASK_GET);
  return TRUE;
}

static gboolean
on_message (const EwsNode *message, guint index, gpointer user_data, GError **error)
{
  EwsVerdict verdict;

  touch (message);
  ews_verdict_decode_message (message, &verdict);
  try_error (&verdict);
  return TRUE;
}

static gboolean
on_stream (const char *text, gsize length, gpointer user_data, GError **error)
{
  *(gsize *) user_data += length;
  return TRUE;
}

static const EwsReaderFuncs funcs = { on_header, on_fault, on_unit, on_message, on_stream, NULL };

static void
read_all (const uint8_t *data, size_t size, size_t cut, gboolean many)
{
  TaubeLimits limits = *taube_limits_get_default ();
  g_autoptr (EwsReader) reader = NULL;
  gsize streamed = 0;

  limits.response_bytes = 1 << 20;
  limits.messages = 1000;
  reader = ews_reader_new (&limits, &funcs, &streamed);
  ews_reader_set_stream (reader, "MimeContent");
  if (many)
    ews_reader_set_many (reader);
  if (ews_reader_feed (reader, data, cut, NULL))
    ews_reader_feed (reader, data + cut, size - cut, NULL);
  ews_reader_end (reader, NULL);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  read_all (data, size, size / 2, FALSE);
  read_all (data, size, size, TRUE);
  return 0;
}
