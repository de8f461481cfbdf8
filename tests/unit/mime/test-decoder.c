/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mime/taube-mime-decoder.h"

#include <taube/taube.h>

#include <malloc.h>
#include <string.h>

#define TEXT TAUBE_MIME_DECODER_FLAGS_TEXT
#define NEWLINES TAUBE_MIME_DECODER_FLAGS_NEWLINES

typedef struct
{
  const char *encoding, *charset;
  TaubeMimeDecoderFlags flags;
  const char *raw, *decoded;
  gboolean note;
} Example;

static const Example examples[] = {
  /* transfer encodings */
  { NULL, NULL, 0, "plain\r\ntext", "plain\r\ntext" },
  { "7bit", NULL, 0, "a=20b", "a=20b" },
  { "8BIT", NULL, 0, "\303\244\377", "\303\244\377" },
  { "binary", NULL, 0, "\r\r\n\n", "\r\r\n\n" },
  { "base64", NULL, 0, "R3LDvMOfZQ==", "Gr\303\274\303\237e" },
  { "Base64", NULL, 0, "R3LD\r\nvMOf\r\nZQ==\r\n", "Gr\303\274\303\237e" },
  { "base64", NULL, 0, "R3 L*D!vM-Of_ZQ==", "Gr\303\274\303\237e" },
  { "base64", NULL, 0, "R3LDvMOfZQ", "Gr\303\274\303\237e" },
  { "base64", NULL, 0, "", "" },
  { "base64", NULL, 0, "====", "" },
  { "base64", NULL, 0, "!!!!", "" },
  { "quoted-printable", NULL, 0, "Gr=C3=BC=c3=9fe", "Gr\303\274\303\237e" },
  { "quoted-printable", NULL, 0, "one =\r\nline", "one line" },
  { "quoted-printable", NULL, 0, "one =\nline", "one line" },
  { "quoted-printable", NULL, 0, "a=ZZb", "a=ZZb" },
  { "quoted-printable", NULL, 0, "padded = \t \r\nline", "padded line" },
  { "quoted-printable", NULL, 0, "a= b=\rc==3D=4", "a= b=\rc===4" },
  { "quoted-printable", NULL, 0, "=4=41==41=", "=4A=A" },
  { "quoted-printable", NULL, 0, "end=", "end" },
  { "quoted-printable", NULL, 0, "end= \r", "end" },
  { "quoted-printable", NULL, 0, "=4\n=\n\n", "=4\n\n" },
  { "quoted-printable", NULL, 0, "two\r\nlines=0D=0A", "two\r\nlines\r\n" },
  { "x-uuencode", NULL, 0, "begin 644 x\n#0V%T\n`\nend\n", "Cat" },
  { "uuencode", NULL, 0, "text before\r\nbegin 644 a b\r\n#0V%T\r\n!80``\r\nend\r\nbehind", "Cata" },
  { "x-uue", NULL, 0, "begin 644 x\n#0V%T", "Cat" },
  { "x-uue", NULL, 0, "begin 644 x\n#0V", "C`\0" },
  { "x-uue", NULL, 0, "no begin\n#0V%T\nend\n", "" },
  { "x-unknown", NULL, 0, "as=20it", "as=20it", TRUE },
  /* charsets */
  { NULL, "utf-8", TEXT, "\303\244\342\202\254\360\237\220\246", "\303\244\342\202\254\360\237\220\246" },
  { NULL, "iso-8859-1", TEXT, "Gr\374\337e \223x\224", "Gr\303\274\303\237e \342\200\234x\342\200\235" },
  { NULL, "ISO-8859-15", TEXT, "\244", "\342\202\254" },
  { NULL, "windows-1251", TEXT, "\317\360\350\342\345\362", "\320\237\321\200\320\270\320\262\320\265\321\202" },
  { NULL, "iso-2022-jp", TEXT, "a\033$BF|K\\8l\033(Bb", "a\346\227\245\346\234\254\350\252\236b" },
  { NULL, "gb2312", TEXT, "\304\343\272\303", "\344\275\240\345\245\275" },
  { NULL, "gb18030", TEXT, "\2010\2010", "\302\200" },
  { NULL, "big5", TEXT, "\247A\246n", "\344\275\240\345\245\275" },
  { NULL, "euc-kr", TEXT, "\307\321\261\333", "\355\225\234\352\270\200" },
  { NULL, "shift_jis", TEXT, "\223\372\226\173", "\346\227\245\346\234\254" },
  { NULL, "utf-7", TEXT, "a+AOQA9g-b", "a\303\244\303\266b" },
  { NULL, "gb2312", TEXT, "a\304", "a\357\277\275" }, /* cut in the last character */
  { NULL, "euc-jp", TEXT, "a\377b", "a\357\277\275b" },
  { NULL, "x-none", TEXT, "\303\244 \344", "\303\244 \303\244", TRUE },
  { NULL, NULL, TEXT, "\303\244 \344", "\303\244 \303\244" },
  { NULL, "utf-8", TEXT, "a\344b\303", "a\303\244b\303\203" },
  { NULL, "utf-8", TEXT, "\360\237\220", "\303\260\305\270\357\277\275" },
  { "base64", "utf-8", TEXT, "R3LDvMOfZQ==", "Gr\303\274\303\237e" },
  { "quoted-printable", "iso-8859-1", TEXT, "=E4=F6=FC", "\303\244\303\266\303\274" },
  { "quoted-printable", "utf-8", TEXT, "a=00b=00", "ab" },
  { "base64", "utf-16le", TEXT, "5AAKAD3YJt3k", "\303\244\n\360\237\224\246\357\277\275" },
  /* line ends */
  { NULL, NULL, NEWLINES, "a\r\nb\r\n", "a\nb\n" },
  { NULL, NULL, NEWLINES, "a\rb\nc\r\r\nd\r", "a\rb\nc\r\nd\r" },
  { NULL, NULL, NEWLINES, "\r\n\r\n", "\n\n" },
  { NULL, NULL, NEWLINES, "\r", "\r" },
  { "base64", "utf-8", TEXT | NEWLINES, "YQ0KYg0K", "a\nb\n" },
  { "quoted-printable", "windows-1252", TEXT | NEWLINES, "=80=\r\n=80\r\nx", "\342\202\254\342\202\254\nx" },
};

static gboolean
collect (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
  g_assert_cmpuint (length, >, 0);
  g_string_append_len (user_data, (const char *) data, (gssize) length);
  return TRUE;
}

static void
feed (TaubeMimeDecoder *decoder, const char *data, gsize length)
{
  g_autofree char *copy = g_memdup2 (data, MAX (length, 1));

  g_assert_true (taube_mime_decoder_write (decoder, copy, length, NULL));
}

/* Cut into three at every two places. */
static void
test_example (gconstpointer data)
{
  const Example *example = data;
  gsize length = strlen (example->raw);

  for (gsize one = 0; one <= length; one++)
    for (gsize two = one; two <= length; two++)
      {
        g_autoptr (GString) out = g_string_new (NULL);
        g_autoptr (TaubeMimeDecoder) decoder
          = taube_mime_decoder_new (example->encoding, example->charset, example->flags, collect, out);

        feed (decoder, example->raw, one);
        feed (decoder, example->raw + one, two - one);
        feed (decoder, example->raw + two, length - two);
        g_assert_true (taube_mime_decoder_finish (decoder, NULL));
        g_assert_cmpstr (out->str, ==, example->decoded);
        g_assert_cmpint (taube_mime_decoder_get_note (decoder) != NULL, ==, example->note);
      }
}

static void
test_byte_by_byte (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (examples); i++)
    {
      const Example *example = &examples[i];
      g_autoptr (GString) out = g_string_new (NULL);
      g_autoptr (TaubeMimeDecoder) decoder
        = taube_mime_decoder_new (example->encoding, example->charset, example->flags, collect, out);

      for (const char *c = example->raw; *c != '\0'; c++)
        feed (decoder, c, 1);
      g_assert_true (taube_mime_decoder_finish (decoder, NULL));
      g_assert_cmpstr (out->str, ==, example->decoded);
    }
}

/* Whatever bytes come, with every encoding and charset: text is valid UTF-8, and does not depend on the pieces. */
static void
test_random (void)
{
  static const char *const encodings[] = { "7bit", "base64", "quoted-printable", "x-uuencode" };
  static const char *const charsets[] = { "utf-8", "iso-8859-1", "gb18030", "iso-2022-jp", "utf-7", "utf-16",
                                          "utf-32be", "big5", "euc-kr", "shift_jis", "iso-2022-kr", "koi8-r", "x" };
  char raw[700];

  for (guint e = 0; e < G_N_ELEMENTS (encodings); e++)
    for (guint c = 0; c < G_N_ELEMENTS (charsets); c++)
      {
        g_autoptr (GString) whole = g_string_new (NULL), pieces = g_string_new (NULL);
        g_autoptr (TaubeMimeDecoder) one = taube_mime_decoder_new (encodings[e], charsets[c], TEXT, collect, whole);
        g_autoptr (TaubeMimeDecoder) many = taube_mime_decoder_new (encodings[e], charsets[c], TEXT, collect, pieces);

        for (guint i = 0; i < sizeof raw; i++)
          raw[i] = (char) g_test_rand_int_range (0, 256);
        feed (one, raw, sizeof raw);
        for (gsize at = 0, n; at < sizeof raw; at += n)
          {
            n = (gsize) g_test_rand_int_range (1, 9);
            n = MIN (n, sizeof raw - at);
            feed (many, raw + at, n);
          }
        g_assert_true (taube_mime_decoder_finish (one, NULL));
        g_assert_true (taube_mime_decoder_finish (many, NULL));
        g_assert_true (g_utf8_validate_len (pieces->str, pieces->len, NULL));
        if (strcmp (charsets[c], "utf-7") != 0) /* libc's decoder sees errors in it sooner or later */
          g_assert_cmpmem (whole->str, whole->len, pieces->str, pieces->len);
      }
}

static gboolean
refuse (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
  g_set_error_literal (error, TAUBE_ERROR, TAUBE_ERROR_STORAGE, "full");
  return FALSE;
}

static void
test_sink_fails (void)
{
  g_autoptr (TaubeMimeDecoder) decoder = taube_mime_decoder_new ("base64", NULL, 0, refuse, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (taube_mime_decoder_write (decoder, "YWJjZA==", 8, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_STORAGE);
}

static gboolean
count (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
  *(gsize *) user_data += length;
  return TRUE;
}

/* Sixteen MiB in one write and in many: memory does not grow with it. */
static void
test_constant_memory (void)
{
  gsize size = 16 << 20, total = 0;
  g_autofree char *data = g_strnfill (size, 'Q');
  g_autoptr (TaubeMimeDecoder) decoder = taube_mime_decoder_new ("base64", "utf-8", TEXT | NEWLINES, count, &total);
  gsize before = mallinfo2 ().uordblks + mallinfo2 ().hblkhd;

  g_assert_true (taube_mime_decoder_write (decoder, data, size, NULL));
  g_assert_cmpuint (mallinfo2 ().uordblks + mallinfo2 ().hblkhd, <, before + (1 << 20));
  g_assert_true (taube_mime_decoder_finish (decoder, NULL));
  g_assert_cmpuint (total, ==, size / 4 * 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (examples); i++)
    {
      g_autofree char *path = g_strdup_printf ("/mime/decoder/%02u", i);

      g_test_add_data_func (path, &examples[i], test_example);
    }
  g_test_add_func ("/mime/decoder/byte-by-byte", test_byte_by_byte);
  g_test_add_func ("/mime/decoder/random", test_random);
  g_test_add_func ("/mime/decoder/sink-fails", test_sink_fails);
  g_test_add_func ("/mime/decoder/constant-memory", test_constant_memory);
  return g_test_run ();
}
