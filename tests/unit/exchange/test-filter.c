/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gio/gio.h>
#include <string.h>

#include "ews/ews-filter.h"

#define BAD "\xef\xbf\xbd"

static const struct
{
  const char *raw, *clean;
} cases[] = {
  { "", "" },
  { "plain <a b='c'>text</a>\r\n\t", "plain <a b='c'>text</a>\r\n\t" },
  { "a\x01z\x1a\x0b\x1f", "a" BAD "z" BAD BAD BAD },
  { "\x7f", "\x7f" },
  { "&#x0;&#0;", BAD BAD },
  { "&#x1A;&#26;&#x11;&#x000B;", BAD BAD BAD BAD },
  { "&#x41;&#66;&#x0043;", "&#65;&#66;&#67;" },
  { "&#x9;&#10;&#xD;", "&#9;&#10;&#13;" },
  { "&#xD800;&#xDFFF;&#xFFFE;&#xFFFF;", BAD BAD BAD BAD },
  { "&#x10FFFF;&#x110000;&#99999999999999999999;", "&#1114111;" BAD BAD },
  { "&#xffffffff00000041;", BAD },
  { "&amp;&lt;& ;&;", "&amp;&lt;& ;&;" },
  { "&&#65;&", "&&#65;&" },
  { "&#;&#x;&#xg;&#a;", "&#;&#x;&#xg;&#a;" },
  { "&#12x", "&#12x" },
  { "&#", "&#" },
  { "&#x", "&#x" },
  { "&#x1", "&#1" },
  { "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80" },
  { "\xff\xfe", BAD BAD },
  { "\xc0\x80\xc1\xbf", BAD BAD BAD BAD },
  { "\xe0\x80\x80", BAD BAD BAD },
  { "\xed\xa0\x80", BAD BAD BAD },
  { "\xf4\x90\x80\x80\xf5", BAD BAD BAD BAD BAD },
  { "\xef\xbf\xbe\xef\xbf\xbf\xef\xbf\xbd", BAD BAD "\xef\xbf\xbd" },
  { "\xe2\x82" "a\xe2&#65;", BAD "a" BAD "&#65;" },
  { "\xf0\x9f\x98", BAD },
  { "\xc3\x01\xc3\xc3\xa4", BAD BAD BAD "\xc3\xa4" },
};

static void
run (const char *raw, gsize length, gsize split, const char *wanted, gsize wanted_length)
{
  EwsFilter filter = { 0 };
  TaubeBuffer out = { 0 };

  if (split == 0)
    for (gsize i = 0; i < length; i++)
      ews_filter_feed (&filter, (const guint8 *) raw + i, 1, &out);
  else
    {
      ews_filter_feed (&filter, (const guint8 *) raw, split, &out);
      ews_filter_feed (&filter, (const guint8 *) raw + split, length - split, &out);
    }
  ews_filter_end (&filter, &out);
  g_assert_cmpmem (taube_buffer_peek (&out), taube_buffer_length (&out), wanted, wanted_length);
  g_assert_true (g_utf8_validate (wanted, (gssize) wanted_length, NULL));
  taube_buffer_clear (&out);
}

static void
test_every_split (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize split = 0; split <= strlen (cases[i].raw); split++)
      run (cases[i].raw, strlen (cases[i].raw), split, cases[i].clean, strlen (cases[i].clean));
}

static void
test_nul (void)
{
  run ("a\0b", 3, 0, "a" BAD "b", 5);
  run ("a\0b", 3, 2, "a" BAD "b", 5);
}

/* What came out is good as it is. */
static void
test_twice (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    run (cases[i].clean, strlen (cases[i].clean), 0, cases[i].clean, strlen (cases[i].clean));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/exchange/filter/every-split", test_every_split);
  g_test_add_func ("/exchange/filter/nul", test_nul);
  g_test_add_func ("/exchange/filter/twice", test_twice);
  return g_test_run ();
}
