/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include <taube/taube-error.h>

#include "imap-utf7.h"

static const struct
{
  const char *utf8, *utf7;
} pairs[] = {
  { "", "" },
  { "INBOX", "INBOX" },
  { "Entwürfe", "Entw&APw-rfe" },
  { "Tom & Jerry", "Tom &- Jerry" },
  { "&", "&-" },
  { "&&-", "&-&--" },
  { "~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-" },
  { "Отправленные", "&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-" },
  { "☃", "&JgM-" },
  { "😀", "&2D3eAA-" },
  { "a😀b😀", "a&2D3eAA-b&2D3eAA-" },
  { "ä&ö", "&AOQ-&-&APY-" },
  { "tab\there", "tab&AAk-here" },
  { "Ünïcødé", "&ANw-n&AO8-c&APg-d&AOk-" },
  { "\xef\xbf\xbd", "&,,0-" },
};

static void
test_pairs (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_autofree char *encoded = imap_utf7_encode (pairs[i].utf8, NULL);
      g_autofree char *strict = imap_utf7_decode_strict (pairs[i].utf7, strlen (pairs[i].utf7), NULL);
      g_autofree char *tolerant = imap_utf7_decode (pairs[i].utf7, strlen (pairs[i].utf7));

      g_assert_cmpstr (encoded, ==, pairs[i].utf7);
      g_assert_cmpstr (strict, ==, pairs[i].utf8);
      g_assert_cmpstr (tolerant, ==, pairs[i].utf8);
    }
}

/* Every character there is comes back. */
static void
test_inverse (void)
{
  for (gunichar c = 1; c <= 0x10ffff; c += c < 0x3000 ? 1 : 37)
    {
      g_autofree char *encoded = NULL;
      g_autofree char *decoded = NULL;
      char text[20] = "x";
      int n;

      if (!g_unichar_validate (c))
        continue;
      n = 1 + g_unichar_to_utf8 (c, text + 1);
      n += g_unichar_to_utf8 (c, text + n);
      text[n++] = 'y';
      text[n] = '\0';
      encoded = imap_utf7_encode (text, NULL);
      decoded = imap_utf7_decode_strict (encoded, strlen (encoded), NULL);
      g_assert_cmpstr (decoded, ==, text);
    }
}

static const struct
{
  const char *text, *tolerant;
} wrong[] = {
  { "&", "&" },
  { "foo&", "foo&" },
  { "&AOQ", "&AOQ" },   /* not closed */
  { "&A-", "&A-" },     /* not a whole character */
  { "&AOR-", "&AOR-" }, /* bits that are not 0 behind it */
  { "&AGE-", "&AGE-" }, /* "a" must not be encoded */
  { "&AAA-", "&AAA-" }, /* NUL */
  { "&2D0-", "&2D0-" }, /* half a pair */
  { "&3gA-", "&3gA-" },
  { "&2D0AYQ-", "&2D0AYQ-" },
  { "&AOQ-&APY-", "ä&APY-" }, /* two runs side by side */
  { "&AO/k-", "&AO/k-" },     /* "/" of ordinary base64 */
  { "&AOQAAAA-", "&AOQAAAA-" },
  { "Entwürfe", "Entwürfe" }, /* UTF-8 all the same */
  { "AT&T &APw-", "AT&T ü" },
  { "\xe4", "\xef\xbf\xbd" },
};

static void
test_wrong (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *strict = imap_utf7_decode_strict (wrong[i].text, strlen (wrong[i].text), &error);
      g_autofree char *tolerant = imap_utf7_decode (wrong[i].text, strlen (wrong[i].text));

      g_assert_null (strict);
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL);
      g_assert_cmpstr (tolerant, ==, wrong[i].tolerant);
    }
}

static void
test_invalid_utf8 (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (imap_utf7_encode ("a\xff", &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
}

/* At every length of a text, nothing is read behind its end. */
static void
test_cut (void)
{
  static const char text[] = "a&BB4EQg-&-b&2D3eAA-";

  for (gsize n = 0; n < sizeof (text); n++)
    {
      g_autofree char *copy = g_memdup2 (text, MAX (n, 1));
      g_autofree char *decoded = imap_utf7_decode (copy, n);
      g_autofree char *strict = imap_utf7_decode_strict (copy, n, NULL);

      g_assert_true (g_utf8_validate (decoded, -1, NULL));
      if (strict != NULL)
        g_assert_cmpstr (strict, ==, decoded);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/imap/utf7/pairs", test_pairs);
  g_test_add_func ("/imap/utf7/inverse", test_inverse);
  g_test_add_func ("/imap/utf7/wrong", test_wrong);
  g_test_add_func ("/imap/utf7/invalid-utf8", test_invalid_utf8);
  g_test_add_func ("/imap/utf7/cut", test_cut);
  return g_test_run ();
}
