/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-text-cells.h"

#include <string.h>

typedef struct
{
  const char *name;
  const char *mailbox;
  const char *host;
} Address;

static void
add (TaubeTextCells *cells, const Address *address)
{
  taube_text_cells_add_address (cells, address->name, address->name != NULL ? strlen (address->name) : 0,
                                address->mailbox, address->mailbox != NULL ? strlen (address->mailbox) : 0,
                                address->host, address->host != NULL ? strlen (address->host) : 0);
}

static void
assert_addresses (const Address *addresses, guint n, const char *expected)
{
  TaubeTextCells cells;
  guint32 offset;

  taube_text_cells_init (&cells);
  taube_text_cells_begin (&cells);
  for (guint i = 0; i < n; i++)
    add (&cells, &addresses[i]);
  offset = taube_text_cells_end (&cells);
  g_assert_cmpstr (cells.data + offset, ==, expected);
  taube_text_cells_clear (&cells);
}

static void
test_address_display (void)
{
  static const struct
  {
    Address address;
    const char *expected;
  } cases[] = {
    { { "Ann Bell", "ann", "example.org" }, "Ann Bell <ann@example.org>" },
    { { NULL, "ann", "example.org" }, "ann@example.org" },
    { { "", "ann", "example.org" }, "ann@example.org" },
    { { "  ", "ann", "example.org" }, "ann@example.org" },
    { { "Bell, Ann", "ann", "example.org" }, "\"Bell, Ann\" <ann@example.org>" },
    { { "\"Bell, Ann\"", "ann", "example.org" }, "\"Bell, Ann\" <ann@example.org>" },
    { { "\"Ann\"", "ann", "example.org" }, "Ann <ann@example.org>" },
    { { "A \"B\" \\C", "ann", "example.org" }, "\"A \\\"B\\\" \\\\C\" <ann@example.org>" },
    { { "J. Doe", "j", "example.org" }, "\"J. Doe\" <j@example.org>" },
    { { "=?UTF-8?Q?M=C3=BCller?=", "m", "example.org" }, "Müller <m@example.org>" },
    { { "=?UTF-8?Q?M=C3=BCller=2C_Eva?=", "m", "example.org" }, "\"Müller, Eva\" <m@example.org>" },
    { { "M\xfcller", "m", "example.org" }, "Müller <m@example.org>" },
    { { "ann@example.org", "ann", "example.org" }, "\"ann@example.org\" <ann@example.org>" },
    { { NULL, "two words", "example.org" }, "\"two words\"@example.org" },
    { { NULL, "\"two words\"", "example.org" }, "\"two words\"@example.org" },
    { { NULL, "mä", "exämple.org" }, "mä@exämple.org" },
    { { "Root", "root", "" }, "Root <root>" },
    { { NULL, "root", "" }, "root" },
    { { "Nobody", "", "" }, "Nobody" },
    { { "A", "", "example.org" }, "A <@example.org>" },
    { { "a\r\n b\x1b[31m", "x\x07y", "e\x00xample.org" }, "\"a b[31m\" <xy@e>" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_addresses (&cases[i].address, 1, cases[i].expected);
}

#define LIST(...) ((const Address[]){ __VA_ARGS__ }), G_N_ELEMENTS (((const Address[]){ __VA_ARGS__ }))

static void
test_address_lists (void)
{
  assert_addresses (LIST ({ "A", "a", "x" }, { NULL, "b", "x" }, { "C, D", "c", "x" }), "A <a@x>, b@x, \"C, D\" <c@x>");
  assert_addresses (LIST ({ NULL, NULL, NULL }), "");
}

static void
test_groups (void)
{
  assert_addresses (LIST ({ NULL, "undisclosed-recipients", NULL }, { NULL, NULL, NULL }), "undisclosed-recipients:;");
  assert_addresses (LIST ({ NULL, "Team", NULL }, { "A", "a", "x" }, { NULL, "b", "x" }, { NULL, NULL, NULL }),
                    "Team: A <a@x>, b@x;");
  assert_addresses (LIST ({ NULL, "a", "x" }, { NULL, "The, Team", NULL }, { NULL, "b", "x" }, { NULL, NULL, NULL },
                          { NULL, "c", "x" }),
                    "a@x, \"The, Team\": b@x;, c@x");
  assert_addresses (LIST ({ NULL, "never ends", NULL }, { NULL, "b", "x" }), "never ends: b@x;");
  assert_addresses (LIST ({ NULL, "one", NULL }, { NULL, "two", NULL }, { NULL, "b", "x" }), "one:;two: b@x;");
  assert_addresses (LIST ({ NULL, NULL, NULL }, { NULL, "a", "x" }, { NULL, NULL, NULL }), "a@x");
}

static char *
header_text (const char *text, gsize length)
{
  g_autofree char *exact = g_memdup2 (text, length); /* so that reading beyond it is found out */
  TaubeTextCells cells;
  guint32 offset;
  char *copy;

  taube_text_cells_init (&cells);
  taube_text_cells_begin (&cells);
  taube_text_cells_add_header_text (&cells, exact, length);
  offset = taube_text_cells_end (&cells);
  copy = g_strdup (cells.data + offset);
  taube_text_cells_clear (&cells);
  return copy;
}

/* Each byte at each place of a word of memory: what is not plain ASCII must be seen. */
static void
test_every_byte_at_every_place (void)
{
  for (guint place = 0; place < 19; place++)
    for (guint c = 0; c < 256; c++)
      {
        char text[20] = "abcdefghijklmnopqrs";
        g_autofree char *result = NULL;

        text[place] = c;
        result = header_text (text, 19);
        g_assert_true (g_utf8_validate (result, -1, NULL));
        for (const char *p = result; *p != '\0'; p++)
          g_assert_true ((guint8) *p >= 0x20 && *p != 0x7f);
        if (c > 0x20 && c < 0x7f)
          g_assert_cmpstr (result, ==, text);
        if (c >= 0xa0)
          g_assert_cmpuint (strlen (result), ==, 20);
      }
}

static void
test_header_text (void)
{
  static const char *const cases[][2] = {
    { "", "" },
    { "plain", "plain" },
    { "  spaces at  the ends ", "spaces at  the ends" },
    { "a=b", "a=b" },
    { "folded\r\n line", "folded line" },
    { "=?utf-8?B?R3LDvMOfZQ==?=", "Grüße" },
    { "=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab" },
    { "Re: =?iso-8859-1?Q?=FCber?= x", "Re: über x" },
    { "=?broken", "=?broken" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *result = header_text (cases[i][0], strlen (cases[i][0]));

      g_assert_cmpstr (result, ==, cases[i][1]);
    }
}

/* Equal strings of addresses are kept once, however they collide; different ones never become one. */
static void
test_shared (void)
{
  TaubeTextCells cells;
  guint32 first[5000];
  gsize used;

  taube_text_cells_init (&cells);
  for (guint round = 0; round < 2; round++)
    for (guint i = 0; i < 5000; i++)
      {
        g_autofree char *text = g_strdup_printf ("person%u@example.org", i * 7919);
        guint32 offset;

        taube_text_cells_begin (&cells);
        taube_text_cells_add_text (&cells, text, strlen (text));
        offset = taube_text_cells_end_shared (&cells);
        g_assert_cmpstr (cells.data + offset, ==, text);
        first[i] = offset;
      }
  used = cells.used;
  taube_text_cells_begin (&cells);
  taube_text_cells_add_text (&cells, "person0@example.org", 19);
  taube_text_cells_end_shared (&cells);
  taube_text_cells_begin (&cells);
  taube_text_cells_add_text (&cells, "person0@example.org", 19);
  g_assert_cmpuint (taube_text_cells_end_shared (&cells), <, used + 20);
  g_assert_cmpuint (cells.used, <=, used + 20);
  g_assert_cmpstr (cells.data + first[4999], ==, "person39587081@example.org");
  taube_text_cells_clear (&cells);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text-cells/address-display", test_address_display);
  g_test_add_func ("/text-cells/address-lists", test_address_lists);
  g_test_add_func ("/text-cells/groups", test_groups);
  g_test_add_func ("/text-cells/every-byte-at-every-place", test_every_byte_at_every_place);
  g_test_add_func ("/text-cells/header-text", test_header_text);
  g_test_add_func ("/text-cells/shared", test_shared);
  return g_test_run ();
}
