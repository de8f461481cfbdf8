/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube.h>

#include <string.h>

/* What is expected is written as "name|address|group", and addresses separated by a line end. */
typedef struct
{
  const char *raw, *parsed;
} Example;

static const Example examples[] = {
  { "", "" },
  { "  ,, ; ", "" },
  { "alice@example.org", "|alice@example.org|" },
  { "<alice@example.org>", "|alice@example.org|" },
  { "Alice <alice@example.org>", "Alice|alice@example.org|" },
  { "Alice<alice@example.org>", "Alice|alice@example.org|" },
  { "alice@example.org, bob@example.org", "|alice@example.org|\n|bob@example.org|" },
  /* RFC 5322 appendix A */
  { "\"Joe Q. Public\" <john.q.public@example.com>", "Joe Q. Public|john.q.public@example.com|" },
  { "Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>",
    "Mary Smith|mary@x.test|\n|jdoe@example.org|\nWho?|one@y.test|" },
  { "<boss@nil.test>, \"Giant; \\\"Big\\\" Box\" <sysservices@example.net>",
    "|boss@nil.test|\nGiant; \"Big\" Box|sysservices@example.net|" },
  { "A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;",
    "Ed Jones|c@a.test|A Group\n|joe@where.test|A Group\nJohn|jdoe@one.test|A Group" },
  { "Undisclosed recipients:;", "||Undisclosed recipients" },
  { "Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>", "Pete|pete@silly.test|" },
  { "A Group(Some people)\r\n     :Chris Jones <c@(Chris's host.)public.example>,\r\n         joe@example.org,\r\n"
    "  John <jdoe@one.test> (my dear friend); (the end of the group)",
    "Chris Jones|c@public.example|A Group\n|joe@example.org|A Group\nJohn|jdoe@one.test|A Group\n"
    "the end of the group||" },
  { "(Empty list)(start)Hidden recipients  :(nobody(that I know))  ;", "nobody(that I know)||Hidden recipients" },
  { "Joe Q. Public <john.q.public@example.com>", "Joe Q. Public|john.q.public@example.com|" },
  { "Mary Smith <@node.test:mary@example.net>, , jdoe@test  . example",
    "Mary Smith|mary@example.net|\n|jdoe@test.example|" },
  { "<@a.test,@b.test:c@d.test>", "|c@d.test|" },
  /* names */
  { "=?utf-8?Q?J=C3=BCrgen?= <j@example.org>", "J\303\274rgen|j@example.org|" },
  { "\"=?utf-8?Q?J=C3=BCrgen?=\" <j@example.org>", "J\303\274rgen|j@example.org|" },
  { "=?utf-8?Q?Doe=2C_J=3C=3E?= <j@example.org>", "Doe, J<>|j@example.org|" },
  { "J\374rgen <j@example.org>", "J\303\274rgen|j@example.org|" },
  { "j@example.org (J\303\274rgen)", "J\303\274rgen|j@example.org|" },
  { "j@example.org (=?utf-8?Q?J=C3=BCrgen?=)", "J\303\274rgen|j@example.org|" },
  { "\"alice@example.org\" <mallory@example.net>", "alice@example.org|mallory@example.net|" },
  { "\"\" <a@b>", "|a@b|" },
  { "\"a\\\\b\" <a@b>", "a\\b|a@b|" },
  { "\"quoted local\"@example.org", "|\"quoted local\"@example.org|" },
  { "X <\"quoted> local\"@example.org>", "X|\"quoted> local\"@example.org|" },
  /* what senders do */
  { "Alice alice@example.org", "Alice|alice@example.org|" },
  { "alice @ example.org", "|alice@example.org|" },
  { "alice@example.org; bob@example.org", "|alice@example.org|\n|bob@example.org|" },
  { "Alice <alice@example.org, bob@example.org", "Alice|alice@example.org|\n|bob@example.org|" },
  { "Alice <alice@example.org", "Alice|alice@example.org|" },
  { "\"Alice <alice@example.org>", "|Alice <alice@example.org>|" },
  { "MAILER-DAEMON", "MAILER-DAEMON||" },
  { "MAILER-DAEMON <>", "MAILER-DAEMON||" },
  { "<>", "" },
  { "undisclosed-recipients:", "||undisclosed-recipients" },
  { "a:b:c:d;", "bcd||a" },
  { "mailto:x@y", "|x@y|mailto" },
  { "(((((((", "((((((||" },
  { "a@b(((", "((|a@b|" },
  { "(\\", "\\||" },
  { ">>>", "" },
  { "a@b\r\nBcc: c@d", "a@b Bcc|c@d|" },
  { "\"", "" },
  { "\"\\", "\\||" },
  { "@", "|@|" },
  { "\001\002 <a\001@b>", "|a@b|" },
};

static char *
describe (GPtrArray *addresses)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < addresses->len; i++)
    {
      TaubeAddress *a = addresses->pdata[i];

      g_string_append_printf (text, "%s%s|%s|%s", i > 0 ? "\n" : "",
                              taube_address_get_name (a) ? taube_address_get_name (a) : "",
                              taube_address_get_address (a),
                              taube_address_get_group (a) ? taube_address_get_group (a) : "");
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_example (gconstpointer data)
{
  const Example *example = data;
  g_autoptr (GPtrArray) addresses = taube_address_list_parse (example->raw);
  g_autofree char *text = describe (addresses);

  g_assert_cmpstr (text, ==, example->parsed);
}

/* What is printed is read again as the same. */
static void
test_round_trip (void)
{
  static const char *const lists[] = {
    "alice@example.org", "Alice <alice@example.org>", "\"Doe, J.\" <j@example.org>", "\"a\\\"b\\\\c\" <a@b>",
    "J\303\274rgen M\303\274ller <j@example.org>, bob@example.org", "Group: a@b, \"C, D\" <c@d>;, e@f",
    "nobody:;", "nobody:;, a@b", "\"quoted local\"@example.org", "X <\"quo>ted\"@example.org>",
    "J <j@xn--bcher-kva.example>, K <k@b\303\274cher.example>",
  };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      g_autoptr (GPtrArray) addresses = taube_address_list_parse (lists[i]);
      g_autofree char *text = taube_address_list_to_string (addresses);

      g_assert_cmpstr (text, ==, lists[i]);
    }
}

static void
test_to_string (void)
{
  static const struct { const char *name, *address, *text; } examples_of_one[] = {
    { NULL, "a@b", "a@b" },
    { "", "a@b", "a@b" },
    { "A B", "a@b", "A B <a@b>" },
    { "A. B", "a@b", "\"A. B\" <a@b>" },
    { "A <b@c>, D", "a@b", "\"A <b@c>, D\" <a@b>" },
    { "A", "", "A" },
    { "A\r\nBcc: x@y", "a@b", "\"A  Bcc: x@y\" <a@b>" },
    { "A", "a b@c", "A <\"a b\"@c>" },
    { "A", "a>, <x@y", "A <\"a>, <x\"@y>" },
    { "A", "a@b>, c@d", "A <\"a@b>, c\"@d>" },
    { NULL, "a@b>, c", "a@b c" },
    { "\377", "\377@x", "\303\277 <\303\277@x>" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (examples_of_one); i++)
    {
      g_autoptr (TaubeAddress) address = taube_address_new (examples_of_one[i].name, examples_of_one[i].address, NULL);
      g_autoptr (TaubeAddress) copy = taube_address_copy (address);
      g_autofree char *text = taube_address_to_string (copy);

      g_assert_cmpstr (text, ==, examples_of_one[i].text);
    }
}

static void
test_every_cut (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (examples); i++)
    for (gsize length = 0; length < strlen (examples[i].raw); length++)
      for (gsize from = 0; from <= length; from++)
        {
          g_autofree char *piece = g_strndup (examples[i].raw + from, length - from);
          g_autoptr (GPtrArray) addresses = taube_address_list_parse (piece);
          g_autofree char *text = taube_address_list_to_string (addresses);

          g_assert_true (g_utf8_validate (text, -1, NULL));
          g_assert_null (strpbrk (text, "\r\n\t\001"));
        }
}

static void
test_huge (void)
{
  static const char *const patterns[] = { "(", "<", "\"", ":", ",", "a@b,", "a ", ". ", "a. ", "@", "<@", "x:;", "\\",
                                          ">", "a@b <", "=?a?Q?" };

  for (guint i = 0; i < G_N_ELEMENTS (patterns); i++)
    {
      g_autoptr (GString) raw = g_string_new ("a");
      g_autoptr (GPtrArray) addresses = NULL;

      while (raw->len < 1 << 19)
        g_string_append (raw, patterns[i]);
      addresses = taube_address_list_parse (raw->str);
      g_assert_cmpuint (addresses->len, <=, 100000);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (examples); i++)
    {
      g_autofree char *path = g_strdup_printf ("/mime/address/%02u", i);

      g_test_add_data_func (path, &examples[i], test_example);
    }
  g_test_add_func ("/mime/address/round-trip", test_round_trip);
  g_test_add_func ("/mime/address/to-string", test_to_string);
  g_test_add_func ("/mime/address/every-cut", test_every_cut);
  g_test_add_func ("/mime/address/huge", test_huge);
  return g_test_run ();
}
