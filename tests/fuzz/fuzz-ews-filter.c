/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gio/gio.h>
#include <stdint.h>
#include <string.h>

#include "ews/ews-filter.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static gboolean
is_clean (const char *text, gsize length)
{
  if (!g_utf8_validate (text, (gssize) length, NULL))
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if ((guint8) text[i] < 0x20 && strchr ("\t\r\n", text[i]) == NULL)
      return FALSE;
  return TRUE;
}

/* Cut in the middle it is the same as whole, it is clean, and clean text stays as it is. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  EwsFilter whole = { 0 }, cut = { 0 }, again = { 0 };
  TaubeBuffer first = { 0 }, second = { 0 }, third = { 0 };
  const char *text;
  gsize length;

  ews_filter_feed (&whole, data, size, &first);
  ews_filter_end (&whole, &first);
  ews_filter_feed (&cut, data, size / 2, &second);
  ews_filter_feed (&cut, data + size / 2, size - size / 2, &second);
  ews_filter_end (&cut, &second);
  text = (const char *) taube_buffer_peek (&first);
  length = taube_buffer_length (&first);
  g_assert_cmpmem (text, length, taube_buffer_peek (&second), taube_buffer_length (&second));
  g_assert_true (length == 0 || is_clean (text, length));
  ews_filter_feed (&again, (const guint8 *) text, length, &third);
  ews_filter_end (&again, &third);
  g_assert_cmpmem (text, length, taube_buffer_peek (&third), taube_buffer_length (&third));
  taube_buffer_clear (&first);
  taube_buffer_clear (&second);
  taube_buffer_clear (&third);
  return 0;
}
