/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whatever an application gives as arguments is refused, or one line with just these arguments comes of it. */
#include "imap-command.h"
#include "imap-fuzz.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

typedef struct
{
  const char *text;
  guint responses;
} Expected;

static void
on_response (ImapReader *reader, const ImapResponse *response, gpointer user_data)
{
  Expected *expected = user_data;
  const ImapValue *value = response->values;

  expected->responses++;
  g_assert_false (response->broken);
  g_assert_cmpstr (response->name, ==, "X");
  g_assert_cmpstr (value->text, ==, expected->text);
  g_assert_cmpstr (value->next->text, ==, expected->text);
  g_assert_cmpint (value->next->next->type, ==, IMAP_VALUE_LIST);
  g_assert_cmpstr (value->next->next->first->text, ==, expected->text);
  g_assert_null (value->next->next->next);
}

/* Commands that hold nothing but what cannot end a line. */
static void
try_odd_arguments (const char *text, const ImapDialect *dialect)
{
  const char *const words[] = { text, NULL };
  g_autoptr (ImapCommand) command = imap_command_new ("A", "X", dialect);

  imap_command_add_flags (command, TAUBE_MESSAGE_FLAGS_SEEN, words);
  imap_command_add_section (command, "BODY.PEEK", text, NULL, TRUE, 1, 2);
  imap_command_add_sequence (command, "set", text);
  imap_command_add_atom (command, "atom", text);
  if (imap_command_finish (command, NULL))
    {
      ImapFragment fragment;

      g_assert_cmpuint (imap_command_get_n_fragments (command), ==, 1);
      imap_command_get_fragment (command, 0, &fragment);
      g_assert_true (memchr (fragment.data, '\n', fragment.length) == fragment.data + fragment.length - 1);
    }
}

static void
try_strings (const char *text, const ImapDialect *dialect)
{
  g_autoptr (ImapCommand) command = imap_command_new ("*", "X", dialect);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  Expected expected = { text, 0 };

  imap_command_add_astring (command, "text", text);
  imap_command_add_string (command, "text", text);
  imap_command_open (command);
  imap_command_add_astring (command, "text", text);
  imap_command_close (command);
  if (!imap_command_finish (command, NULL))
    {
      g_assert_true (strpbrk (text, "\r\n") != NULL || !g_utf8_validate (text, -1, NULL));
      return;
    }
  for (guint i = 0; i < imap_command_get_n_fragments (command); i++)
    {
      ImapFragment fragment;

      imap_command_get_fragment (command, i, &fragment);
      g_byte_array_append (bytes, fragment.data, fragment.length);
    }
  imap_fuzz_feed (bytes->data, bytes->len, bytes->len, NULL, on_response, &expected);
  g_assert_cmpuint (expected.responses, ==, 1);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data + (size > 0), size > 0 ? MIN (size - 1, 60000) : 0);
  ImapDialect dialect = { size > 0 ? data[0] % 3 : 0, size > 0 && data[0] >= 0x80 };

  try_strings (text, &dialect);
  try_odd_arguments (text, &dialect);
  return 0;
}
