/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-mime.h>

#include <string.h>

typedef struct
{
  const char *raw, *text;
} Example;

static const Example examples[] = {
  { "", "" },
  { "Hello", "Hello" },
  { "  two  spaces stay  ", "two  spaces stay" },
  { "a = b ? c", "a = b ? c" },
  { "folded\r\n line", "folded line" },
  { "folded\n\t line", "folded line" },
  { "tab\there", "tab here" },
  { "a\001b\033[2Jc\177d", "ab[2Jcd" },
  { "C1 \302\205\302\237 gone", "C1  gone" },
  /* RFC 2047 section 8 */
  { "=?US-ASCII?Q?Keith_Moore?=", "Keith Moore" },
  { "=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?=", "Keld J\303\270rn Simonsen" },
  { "=?ISO-8859-1?Q?Andr=E9?= Pirard", "Andr\303\251 Pirard" },
  { "=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=\r\n =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=",
    "If you can read this you understand the example." },
  { "=?ISO-8859-1?Q?a?=", "a" },
  { "=?ISO-8859-1?Q?a?= b", "a b" },
  { "=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=", "ab" },
  { "=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=", "ab" },
  { "=?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?=", "ab" },
  { "=?ISO-8859-1?Q?a_b?=", "a b" },
  { "=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=", "a b" },
  /* other charsets, languages, cases */
  { "=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Gr\303\274\303\237e" },
  { "=?UTF-8*de?B?R3LDvMOfZQ==?=", "Gr\303\274\303\237e" },
  { "=?windows-1252?Q?=80_5?=", "\342\202\254 5" },
  { "=?iso-8859-1?Q?=93x=94?=", "\342\200\234x\342\200\235" }, /* what is meant */
  { "=?iso-8859-15?Q?=A4?=", "\342\202\254" },
  { "=?iso-2022-jp?B?GyRCRnxLXDhsGyhC?=", "\346\227\245\346\234\254\350\252\236" },
  { "=?koi8-r?B?8NLJ18XU?=", "\320\237\321\200\320\270\320\262\320\265\321\202" },
  { "=?gb2312?B?xOO6ww==?=", "\344\275\240\345\245\275" },
  { "=?shift_jis?B?k/qWew==?=", "\346\227\245\346\234\254" },
  { "=?utf-16?B?/v8A5AD2?=", "\303\244\303\266" },
  { "=?utf-7?Q?+AOQ-?=", "\303\244" },
  /* a character cut in two words of one charset */
  { "=?utf-8?B?w7zDvMM=?= =?UTF-8?B?vMO8?=", "\303\274\303\274\303\274\303\274" },
  { "=?utf-8?Q?=C3?=\r\n =?utf-8?Q?=A4?=", "\303\244" },
  /* what senders do */
  { "Re: =?utf-8?Q?x?=y", "Re: xy" },
  { "a=?utf-8?Q?=C3=A4?=b", "a\303\244b" },
  { "=?utf-8?Q?with real blanks?= end", "with real blanks end" },
  { "=?utf-8?Q?a?b?=", "a?b" },
  { "=?utf-8?Q?what?\?=", "what?" },
  { "=?utf-8?Q?a?==?utf-8?Q?b?=", "ab" },
  { "=?utf-8?Q?\?=", "" },
  { "x =?utf-8?Q?\?= y", "x  y" },
  { "=?utf-8?Q?line=0D=0AX-Evil:_1?=", "line  X-Evil: 1" },
  { "=?utf-8?B?YQBi?=", "ab" }, /* a NUL inside */
  { "=?utf-8?Q?a=00=1B[31mb?=", "a[31mb" },
  { "=?utf-8?B?YQ?=", "a" },
  { "=?utf-8?B?Y Q = =?=", "a" },
  { "=?utf-8?B?YQ==Yg==?=", "ab" },
  { "=?utf-8?B?!!!?=", "" },
  { "=?utf-8?Q?=?=", "=" },
  { "=?utf-8?Q?=C?=", "=C" },
  { "=?utf-8?Q?=ZZ?=", "=ZZ" },
  /* unknown charsets: UTF-8, else windows-1252 */
  { "=?x-unknown?Q?=C3=A4?=", "\303\244" },
  { "=?x-unknown?Q?=E4?=", "\303\244" },
  { "=?../../etc/passwd?Q?x?=", "x" },
  { "=?UTF-8//TRANSLIT?Q?x?=", "x" },
  { "=?\?Q?x=E4?=", "x\303\244" },
  { "=?utf-8?Q?=FF=FE?=", "\303\277\303\276" },
  { "=?utf-8?Q?=ED=A0=80?=", "\303\255\302\240\342\202\254" }, /* a surrogate is no character */
  { "=?us-ascii?Q?=E4?=", "\303\244" },
  /* raw eight-bit text */
  { "Gr\303\274\303\237e", "Gr\303\274\303\237e" },
  { "Gr\374\337e", "Gr\303\274\303\237e" },
  { "caf\351 \303\251", "caf\303\251 \303\251" },
  { "\377", "\303\277" },
  { "cut \303", "cut \303\203" },
  { "cut \360\237\220", "cut \303\260\305\270\357\277\275" },
  /* words that never begin or end (S20) */
  { "=?", "=?" },
  { "=", "=" },
  { "=?=", "=?=" },
  { "=?\?=", "=?\?=" },
  { "=?\?\?=", "=?\?\?=" },
  { "=?\?\?\?=", "=?\?\?\?=" },
  { "=?utf-8", "=?utf-8" },
  { "=?utf-8?", "=?utf-8?" },
  { "=?utf-8?Q", "=?utf-8?Q" },
  { "=?utf-8?Q?", "=?utf-8?Q?" },
  { "=?utf-8?Q?x", "=?utf-8?Q?x" },
  { "=?utf-8?Q?x?", "=?utf-8?Q?x?" },
  { "=?utf-8?Q?=", "=?utf-8?Q?=" },
  { "=?utf-8?X?x?=", "=?utf-8?X?x?=" },
  { "=?utf-8?QQ?x?=", "=?utf-8?QQ?x?=" },
  { "=?utf 8?Q?x?=", "=?utf 8?Q?x?=" },
  { "=?utf-8?Q?lost =?utf-8?Q?found?=", "=?utf-8?Q?lost found" },
};

static char *
decode_at (const char *raw, gsize length, gsize before)
{
  TaubeBuffer out = { 0 };
  char *text;

  /* an exact copy at some alignment, so that reading over its end is seen by the sanitizer */
  g_autofree char *copy = g_malloc (length + before + 1);

  memcpy (copy + before, raw, length);
  taube_buffer_append (&out, "..", before % 3);
  taube_mime_append_text (&out, copy + before, length);
  text = g_strndup ((const char *) (out.data != NULL ? out.data + before % 3 : (guint8 *) ""),
                    taube_buffer_length (&out) - before % 3);
  taube_buffer_clear (&out);
  return text;
}

static void
test_example (gconstpointer data)
{
  const Example *example = data;
  g_autofree char *text = taube_mime_decode_text (example->raw, strlen (example->raw));

  g_assert_cmpstr (text, ==, example->text);
  for (gsize i = 0; i < 9; i++)
    {
      g_autofree char *again = decode_at (example->raw, strlen (example->raw), i);

      g_assert_cmpstr (again, ==, text);
    }
}

static void
assert_presentable (const char *text)
{
  g_assert_true (g_utf8_validate (text, -1, NULL));
  for (const char *c = text; *c != '\0'; c = g_utf8_next_char (c))
    g_assert_false (g_utf8_get_char (c) < 0x20 || (g_utf8_get_char (c) >= 0x7f && g_utf8_get_char (c) < 0xa0));
}

/* Whatever piece is cut out of an example, it can be shown. */
static void
test_every_cut (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (examples); i++)
    {
      gsize length = strlen (examples[i].raw);

      for (gsize from = 0; from <= length; from++)
        for (gsize to = from; to <= length; to++)
          {
            g_autofree char *copy = g_memdup2 (examples[i].raw + from, MAX (to - from, 1));
            g_autofree char *text = taube_mime_decode_text (copy, to - from);

            assert_presentable (text);
          }
    }
}

/* A byte of each value at each place of a word that the plain path reads eight at a time. */
static void
test_every_byte (void)
{
  for (guint at = 0; at < 20; at++)
    for (guint byte = 0; byte < 256; byte++)
      {
        char raw[21];
        g_autofree char *text = NULL;

        memset (raw, 'x', sizeof raw);
        raw[at] = (char) byte;
        text = taube_mime_decode_text (raw, 20);
        assert_presentable (text);
        if (byte > 0x20 && byte < 0x7f)
          g_assert_cmpmem (text, strlen (text), raw, 20);
        else
          g_assert_cmpuint (strlen (text), !=, byte == ' ' ? 0 : 25);
      }
}

/* Time that grows with the square of the length would be seen here by the test's time-out. */
static void
test_huge (void)
{
  static const char *const patterns[] = { "=?utf-8?Q?x ", "=?", "=?a?Q?", "=?utf-8?Q?=", "?=", "=?utf-8?B?YQ==?= ",
                                          "\n ", "\377", "\303", "=?a?Q?x?==?b?Q?y?=" };

  for (guint i = 0; i < G_N_ELEMENTS (patterns); i++)
    {
      g_autoptr (GString) raw = g_string_new (NULL);
      g_autofree char *text = NULL;

      while (raw->len < 1 << 20)
        g_string_append (raw, patterns[i]);
      text = taube_mime_decode_text (raw->str, raw->len);
      g_assert_true (g_utf8_validate (text, -1, NULL));
      g_assert_cmpuint (strlen (text), <, 4 * raw->len);
    }
}

/* Message ids and addresses are never encoded. */
static void
test_raw (void)
{
  static const Example raw[] = {
    { " <a=?utf-8?Q?b?=@c> ", "<a=?utf-8?Q?b?=@c>" },
    { "<a\r\n b\377@c>", "<a   b\303\277@c>" },
    { "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (raw); i++)
    {
      TaubeBuffer out = { 0 };

      taube_mime_append_raw_text (&out, raw[i].raw, strlen (raw[i].raw));
      g_assert_cmpmem (taube_buffer_peek (&out), taube_buffer_length (&out), raw[i].text, strlen (raw[i].text));
      taube_buffer_clear (&out);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (examples); i++)
    {
      g_autofree char *path = g_strdup_printf ("/mime/text/%02u", i);

      g_test_add_data_func (path, &examples[i], test_example);
    }
  g_test_add_func ("/mime/text/every-cut", test_every_cut);
  g_test_add_func ("/mime/text/every-byte", test_every_byte);
  g_test_add_func ("/mime/text/huge", test_huge);
  g_test_add_func ("/mime/text/raw", test_raw);
  return g_test_run ();
}
