/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-maildrop.h"

#include <string.h>

/* LIST and UIDL are lines with "|" between. Who wants a digest is given one: the byte of DIGESTS at its number. */
static Pop3Maildrop *
make (guint64 count, const char *list, const char *uidl, const char *digests)
{
  Pop3Maildrop *drop = pop3_maildrop_new (count, NULL);
  g_auto (GStrv) lines = g_strsplit (list, "|", -1), names = g_strsplit (uidl, "|", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    pop3_maildrop_add_list_line (drop, lines[i], strlen (lines[i]));
  pop3_maildrop_begin (drop);
  for (guint i = 0; names[i] != NULL; i++)
    pop3_maildrop_add_uidl_line (drop, names[i], strlen (names[i]));
  pop3_maildrop_name (drop);
  for (guint i = 0; i < pop3_maildrop_get_n_mails (drop); i++)
    {
      Pop3Mail *mail = pop3_maildrop_get_mail (drop, i);
      Pop3Digest digest = { { 0 } };

      if (!mail->wants_digest || mail->number > strlen (digests) || digests[mail->number - 1] == '-')
        continue;
      digest.bytes[0] = (guint8) digests[mail->number - 1];
      pop3_maildrop_set_digest (drop, i, &digest);
    }
  pop3_maildrop_finish (drop);
  return drop;
}

/* "1:100:id 2:200:id": number, size and id of each. */
static char *
dump (Pop3Maildrop *drop)
{
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; i < pop3_maildrop_get_n_mails (drop); i++)
    {
      const Pop3Mail *mail = pop3_maildrop_get_mail (drop, i);
      const char *id = pop3_maildrop_get_id (drop, i);
      guint position;

      g_string_append_printf (out, "%s%u:%" G_GUINT64_FORMAT ":%s", i > 0 ? " " : "", mail->number, mail->size,
                              id != NULL ? id : "-");
      if (id == NULL)
        continue;
      g_assert_true (pop3_maildrop_find (drop, id, &position));
      g_assert_cmpuint (position, ==, i);
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

#define HEX_A "!61000000000000000000000000000000"
#define HEX_B "!62000000000000000000000000000000"

typedef struct
{
  const char *name;
  guint64 count;
  const char *list;
  const char *uidl;
  const char *digests;
  const char *expected;
} Case;

static const Case cases[] = {
  { "plain", 3, "1 100|2 200|3 300", "1 a|2 b|3 c", "", "1:100:a 2:200:b 3:300:c" },
  { "empty", 0, "", "", "", "" },
  { "more-on-the-line", 1, "1 100 and so on", "1 a", "", "1:100:a" },
  { "spaces", 2, "1  100|2\t200", "1   a  |2\tb", "", "1:100:a 2:200:b" },
  { "out-of-order", 3, "3 300|1 100|2 200", "2 b|3 c|1 a", "", "1:100:a 2:200:b 3:300:c" },
  { "doubled", 2, "1 100|2 200|1 100", "1 a|2 b|1 x", "", "1:100:a 2:200:b" },
  { "doubled-otherwise", 2, "1 100|2 200|1 111", "1 a|2 b", "", "1:0:a 2:200:b" },
  { "out-of-range", 2, "0 5|1 100|3 300|4294967295 1|4294967296 1|99999999999999999999 1|-1 1", "1 a|3 c|0 z|x",
    "", "1:100:a" },
  { "size-nonsense", 4, "1|2 x|3 99999999999999999999|4 -5", "1 a|2 b|3 c|4 d", "", "1:0:a 2:0:b 3:0:c 4:0:d" },
  /* 52: no name, the same name twice, too long, with spaces, with case. */
  { "no-uidl", 2, "1 100|2 200", "", "ab", "1:100:" HEX_A "-100 2:200:" HEX_B "-200" },
  { "one-without", 2, "1 100|2 200", "1 |2 b", "a", "1:100:" HEX_A "-100 2:200:b" },
  { "no-digest", 2, "1 100|2 200", "2 b", "-", "1:100:- 2:200:b" },
  { "same-name", 3, "1 100|2 200|3 300", "1 x|2 x|3 c", "ab", "1:100:" HEX_A "-100 2:200:" HEX_B "-200 3:300:c" },
  { "equal", 3, "1 100|2 100|3 100", "1 x|2 x|3 x", "aaa",
    "1:100:" HEX_A "-100 2:100:" HEX_A "-100.2 3:100:" HEX_A "-100.3" },
  { "equal-header", 2, "1 100|2 200", "1 x|2 x", "aa", "1:100:" HEX_A "-100 2:200:" HEX_A "-200" },
  { "case", 2, "1 100|2 200", "1 aB|2 Ab", "", "1:100:aB 2:200:Ab" },
  { "seventy", 1, "1 100", "1 1234567890123456789012345678901234567890123456789012345678901234567890", "",
    "1:100:1234567890123456789012345678901234567890123456789012345678901234567890" },
};

static void
test_case (gconstpointer data)
{
  const Case *test = data;
  g_autoptr (Pop3Maildrop) drop = make (test->count, test->list, test->uidl, test->digests);
  g_autofree char *found = dump (drop);

  g_assert_cmpstr (found, ==, test->expected);
}

/* What is not quite a UIDL is a name all the same, and never that of another message. */
static void
test_odd (void)
{
  g_autofree char *longest = g_strnfill (71, 'x');
  const char *const odd[] = { longest, "!a", "!u00000000000000000000000000000000", "a\001b", "\xc3\xa4", "a b" };

  for (guint i = 0; i < G_N_ELEMENTS (odd); i++)
    {
      g_autofree char *uidl = g_strconcat ("1 ", odd[i], NULL);
      g_autoptr (Pop3Maildrop) drop = make (1, "1 100", uidl, ""), again = make (1, "1 200", uidl, "");
      const char *id = pop3_maildrop_get_id (drop, 0);

      g_assert_cmpuint (strlen (id), ==, 34);
      g_assert_true (g_str_has_prefix (id, "!u"));
      g_assert_cmpstr (id, !=, odd[i]);
      g_assert_cmpstr (id, ==, pop3_maildrop_get_id (again, 0));
      g_assert_true (g_utf8_validate (id, -1, NULL));
    }
}

static void
test_memory (void)
{
  const guint n = 100000;
  g_autoptr (Pop3Maildrop) drop = pop3_maildrop_new (n, NULL);

  for (guint i = 1; i <= n; i++)
    {
      g_autofree char *line = g_strdup_printf ("%u 12345", i);

      g_assert_true (pop3_maildrop_add_list_line (drop, line, strlen (line)));
    }
  pop3_maildrop_begin (drop);
  for (guint i = 1; i <= n; i++)
    {
      g_autofree char *line = g_strdup_printf ("%u %070u", i, i);

      g_assert_true (pop3_maildrop_add_uidl_line (drop, line, strlen (line)));
    }
  g_assert_cmpuint (pop3_maildrop_name (drop), ==, 0);
  pop3_maildrop_finish (drop);
  g_test_message ("%.1f bytes a message", (double) pop3_maildrop_get_memory (drop) / n);
  g_assert_cmpuint (pop3_maildrop_get_memory (drop), <, 200 * n);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/pop3/maildrop/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/pop3/maildrop/odd", test_odd);
  g_test_add_func ("/pop3/maildrop/memory", test_memory);
  return g_test_run ();
}
