/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>
#include <string.h>

#include "imap-reader.h"

typedef void (*ImapFuzzFunc) (ImapReader *reader, const ImapResponse *response, gpointer user_data);

/* Reads every byte of a text, so that a wrong length is found. */
static inline void
imap_fuzz_touch (const char *text, gsize length)
{
  static volatile guint8 sink;

  for (gsize i = 0; i < length; i++)
    sink ^= text[i];
  if (text != NULL)
    g_assert_true (length == 0 || text + length > text);
}

static inline void
imap_fuzz_touch_values (const ImapValue *value, guint depth)
{
  g_assert_cmpuint (depth, <=, taube_limits_get_default ()->nesting);
  for (; value != NULL; value = value->next)
    if (value->type == IMAP_VALUE_LIST)
      imap_fuzz_touch_values (value->first, depth + 1);
    else if (value->type != IMAP_VALUE_STREAMED)
      {
        imap_fuzz_touch (value->text, value->length);
        g_assert_cmpint (value->text[value->length], ==, '\0');
      }
}

/* Feeds DATA in pieces of CHUNK bytes, each in a block of its own, and calls FUNC for each response. */
static inline void
imap_fuzz_feed (const uint8_t *data, size_t size, gsize chunk, ImapBodyFilter filter, ImapFuzzFunc func,
                gpointer user_data)
{
  g_autoptr (ImapReader) reader = imap_reader_new (taube_limits_get_default ());
  TaubeBuffer buffer = { 0 };
  ImapParse result = IMAP_PARSE_MORE;

  imap_reader_set_body_filter (reader, filter, NULL);
  for (gsize fed = 0; fed < size && result != IMAP_PARSE_ERROR; fed += MIN (chunk, size - fed))
    {
      g_autoptr (GError) error = NULL;
      ImapEvent event;

      taube_buffer_append (&buffer, data + fed, MIN (chunk, size - fed));
      while ((result = imap_reader_next (reader, &buffer, &event, &error)) == IMAP_PARSE_VALUE)
        if (event.type == IMAP_EVENT_RESPONSE)
          func (reader, event.response, user_data);
        else
          imap_fuzz_touch ((const char *) event.data, event.length);
      g_assert_true ((result == IMAP_PARSE_ERROR) == (error != NULL));
    }
  g_assert_cmpuint (imap_reader_get_work (reader), <=, 3 * size + 100);
  taube_buffer_clear (&buffer);
}

/* The same for one value: "* 1 FETCH (ITEM DATA)". */
static inline void
imap_fuzz_feed_item (const char *item, const uint8_t *data, size_t size, ImapFuzzFunc func)
{
  g_autoptr (GString) line = g_string_new ("* 1 FETCH (");

  g_string_append_printf (line, "%s ", item);
  g_string_append_len (line, (const char *) data, size);
  g_string_append (line, ")\r\n");
  imap_fuzz_feed ((const uint8_t *) line->str, line->len, line->len, NULL, func, NULL);
}
