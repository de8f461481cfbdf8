/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-stamp.h"

#include <string.h>

static void
assert_stamp (const char *text, const char *expected)
{
  /* Behind the end of the text stands what must not be read. */
  g_autofree char *padded = g_strconcat (text, ">@>", NULL);
  g_autofree char *found = pop3_stamp_find (padded, strlen (text));

  g_assert_cmpstr (found, ==, expected);
}

static void
test_valid (void)
{
  assert_stamp ("POP3 ready <1896.697170952@dbc.mtview.ca.us>", "<1896.697170952@dbc.mtview.ca.us>");
  assert_stamp ("<1.2@h>", "<1.2@h>");
  assert_stamp ("<1@[192.0.2.1]> hello", "<1@[192.0.2.1]>");
  assert_stamp ("Hello <a+b_c@x> and <d@y>", "<a+b_c@x>");
}

/* What no message id looks like may have been made to find out the password. */
static void
test_invalid (void)
{
  static const char *const bad[] = {
    "ready",   "<>",        "<@>",         "<a@>",         "<@b>",       "<a@b",      "a@b>",
    "<a b@c>", "<a@b c>",   "<a@b@c>",     "<ab>",         "<a@[b>",     "<a@[]>",    "<a\x01@b>",
    "<a@b\xff>", "<\xc3\xa4@b>", "<a@b\"c>", "<a,b@c>",   "<a(b)@c>", "<a:b@c>",  "<<a@b>>",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    assert_stamp (bad[i], NULL);
}

static void
test_long (void)
{
  g_autofree char *most = g_strnfill (508, 'x');
  g_autofree char *good = g_strdup_printf ("<%s@y>", most);
  g_autofree char *bad = g_strdup_printf ("<%sx@y>", most);

  assert_stamp (good, good);
  assert_stamp (bad, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pop3/stamp/valid", test_valid);
  g_test_add_func ("/pop3/stamp/invalid", test_invalid);
  g_test_add_func ("/pop3/stamp/long", test_long);
  return g_test_run ();
}
