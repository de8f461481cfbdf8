/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-digest.h"

#include <string.h>

static void
digest (const char *text, gsize split, char hex[33])
{
  g_auto (Pop3Digester) digester = { 0 };
  Pop3Digest result;

  split = MIN (split, strlen (text));
  pop3_digester_feed (&digester, text, split);
  pop3_digester_feed (&digester, text + split, strlen (text) - split);
  pop3_digester_end (&digester, &result);
  pop3_digest_to_hex (&result, hex);
}

static const char letter[] = "Subject: coo\r\nStatus: RO\r\n\tfolded\r\nFrom: Bob\r\n\r\nBody\r\n";

/* Whatever the split, the line ends, the body and what a server notes. */
static void
test_same (void)
{
  static const char *const same[] = {
    "Subject: coo\nFrom: Bob\n\nBody\n",
    "Subject: coo\r\nFrom: Bob\r\n\r\n",
    "Subject: coo\r\nFrom: Bob\r\n",
    "Subject: coo\r\nFrom: Bob",
    "Subject: coo\r\nX-UIDL: 7\r\nFrom: Bob\r\nContent-Length: 5\r\n\r\nOther\r\n",
  };
  char expected[33], found[33];

  digest (letter, 0, expected);
  for (gsize split = 0; split <= strlen (letter); split++)
    {
      digest (letter, split, found);
      g_assert_cmpstr (found, ==, expected);
    }
  for (guint i = 0; i < G_N_ELEMENTS (same); i++)
    {
      digest (same[i], 3, found);
      g_assert_cmpstr (found, ==, expected);
    }
}

static void
test_different (void)
{
  static const char *const different[] = { "", "Subject: coo\r\n\r\n", "Subject: Coo\r\nFrom: Bob\r\n\r\n",
                                           "From: Bob\r\nSubject: coo\r\n\r\n", "\r\nSubject: coo\r\nFrom: Bob\r\n" };
  char expected[33], found[33];

  digest (letter, 0, expected);
  for (guint i = 0; i < G_N_ELEMENTS (different); i++)
    {
      digest (different[i], 0, found);
      g_assert_cmpstr (found, !=, expected);
    }
}

/* A line is taken in pieces, and counts as a whole all the same. */
static void
test_long_line (void)
{
  g_autofree char *filling = g_strnfill (10000, 'x');
  g_autofree char *text = g_strconcat ("Status: ", filling, "\r\nSubject: ", filling, "\r\n\r\n", NULL);
  g_autofree char *without = g_strconcat ("Subject: ", filling, "\r\n\r\n", NULL);
  char expected[33], found[33];

  digest (without, 0, expected);
  for (gsize split = 0; split < strlen (text); split += 997)
    {
      digest (text, split, found);
      g_assert_cmpstr (found, ==, expected);
    }
}

static void
test_hex (void)
{
  const char *hex = "00112233445566778899aabbccddeeff";
  Pop3Digest value;
  char again[33];

  g_assert_true (pop3_digest_from_hex (&value, hex, 32));
  pop3_digest_to_hex (&value, again);
  g_assert_cmpstr (again, ==, hex);
  g_assert_false (pop3_digest_from_hex (&value, hex, 31));
  g_assert_false (pop3_digest_from_hex (&value, "0011223344556677889g aabbccddeef", 32));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pop3/digest/same", test_same);
  g_test_add_func ("/pop3/digest/different", test_different);
  g_test_add_func ("/pop3/digest/long-line", test_long_line);
  g_test_add_func ("/pop3/digest/hex", test_hex);
  return g_test_run ();
}
