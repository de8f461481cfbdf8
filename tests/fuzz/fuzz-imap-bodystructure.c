/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-decode-body.h"
#include "imap-fuzz.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
touch_params (const ImapParam *param)
{
  for (; param != NULL; param = param->next)
    {
      imap_fuzz_touch (param->name.text, param->name.length);
      imap_fuzz_touch (param->value.text, param->value.length);
    }
}

static void
touch_body (const ImapBody *body, guint depth)
{
  guint n = 0;

  g_assert_cmpuint (depth, <=, taube_limits_get_default ()->nesting);
  g_assert_nonnull (body->type.text);
  g_assert_nonnull (body->subtype.text);
  touch_params (body->params);
  touch_params (body->disposition_params);
  imap_fuzz_touch (body->location.text, body->location.length);
  imap_fuzz_touch (body->disposition.text, body->disposition.length);
  for (const ImapBody *child = body->children; child != NULL; child = child->next, n++)
    touch_body (child, depth + 1);
  g_assert_cmpuint (n, ==, body->n_children);
}

static void
on_response (ImapReader *reader, const ImapResponse *response, gpointer user_data)
{
  const ImapValue *value = response->values;
  const ImapBody *body;

  if (value == NULL || value->type != IMAP_VALUE_LIST || value->first == NULL)
    return;
  body = imap_decode_body (value->first->next, imap_reader_get_arena (reader), taube_limits_get_default ());
  if (body != NULL)
    touch_body (body, 1);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  imap_fuzz_feed_item ("BODYSTRUCTURE", data, size, on_response);
  return 0;
}
