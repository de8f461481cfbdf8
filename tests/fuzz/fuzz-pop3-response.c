/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-errors.h"
#include "pop3-response.h"
#include "pop3-stamp.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
read_status (const uint8_t *data, size_t size)
{
  const uint8_t *end = memchr (data, '\n', size);
  g_autofree char *stamp = NULL;
  g_autoptr (GError) error = NULL;
  Pop3Response response;

  if (!pop3_response_parse ((const char *) data, end != NULL ? (gsize) (end - data) : size, &response))
    return;
  g_assert (response.text >= (const char *) data && response.text + response.length <= (const char *) data + size);
  stamp = pop3_stamp_find (response.text, response.length);
  g_assert (stamp == NULL || (stamp[0] == '<' && stamp[strlen (stamp) - 1] == '>'));
  error = pop3_errors_new (&response, TAUBE_ERROR_PROTOCOL, 0, "cannot");
  g_assert (g_utf8_validate (error->message, -1, NULL));
}

static GString *
read_all (const uint8_t *data, size_t size, size_t step)
{
  g_auto (Pop3Lines) lines = { .line_limit = 200, .text_limit = 1 << 16, .lines_limit = 1000 };
  GString *all = g_string_new (NULL);
  TaubeBuffer buffer = { 0 };
  TaubeParse result = TAUBE_PARSE_MORE;
  gboolean ended = FALSE;

  for (size_t at = 0; at < size && !ended && result != TAUBE_PARSE_ERROR; at += step)
    {
      const char *line;
      gsize length;

      taube_buffer_append (&buffer, data + at, MIN (step, size - at));
      while (!ended && (result = pop3_lines_next (&lines, &buffer, &line, &length, NULL)) == TAUBE_PARSE_VALUE)
        {
          ended = line == NULL;
          if (!ended)
            {
              g_string_append_len (all, line, (gssize) length);
              g_string_append_c (all, '\n');
            }
        }
    }
  g_string_append (all, ended ? "ended" : (result == TAUBE_PARSE_ERROR ? "too much" : "more"));
  taube_buffer_clear (&buffer);
  return all;
}

/* A status line, or the lines of a text: those are the same however they are cut. The first byte says how. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  GString *lines, *slow;

  if (size == 0 || size > 1 << 16)
    return 0;
  read_status (data, size);
  lines = read_all (data, size, 1u + data[0]);
  slow = read_all (data, size, 1);
  g_assert (g_string_equal (lines, slow));
  g_string_free (lines, TRUE);
  g_string_free (slow, TRUE);
  return 0;
}
