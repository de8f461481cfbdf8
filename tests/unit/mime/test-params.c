/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-mime.h>

#include <string.h>

typedef struct
{
  const char *raw[12];
  const char *decoded[8];
} Example;

static const Example examples[] = {
  { { NULL }, { NULL } },
  { { "CHARSET", "utf-8", NULL }, { "charset", "utf-8", NULL } },
  /* RFC 2231 sections 3 and 4 */
  { { "URL*0", "ftp://", "URL*1", "cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar", NULL },
    { "url", "ftp://cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar", NULL } },
  { { "title*", "us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A", NULL }, { "title", "This is ***fun***", NULL } },
  { { "title*0*", "us-ascii'en'This%20is%20even%20more%20", "title*1*", "%2A%2A%2Afun%2A%2A%2A%20", "title*2",
      "isn't it!", NULL },
    { "title", "This is even more ***fun*** isn't it!", NULL } },
  { { "filename*", "UTF-8''Gr%C3%BC%C3%9Fe.pdf", "filename", "Gr__e.pdf", NULL },
    { "filename", "Gr\303\274\303\237e.pdf", NULL } },
  { { "filename", "Gr__e.pdf", "filename*", "iso-8859-1'de'Gr%FC%DFe.pdf", "x", "y", NULL },
    { "filename", "Gr\303\274\303\237e.pdf", "x", "y", NULL } },
  /* pieces in any order, a character cut in two, a gap */
  { { "name*1*", "%BC.txt", "name*0*", "utf-8''%C3", NULL }, { "name", "\303\274.txt", NULL } },
  { { "name*0", "a", "name*2", "c", NULL }, { "name", "a", NULL } },
  { { "name*1", "b", NULL }, { NULL } },
  { { "name*99999999999999999999", "b", NULL }, { NULL } },
  /* what senders do */
  { { "name", "=?utf-8?Q?Gr=C3=BC=C3=9Fe?=", NULL }, { "name", "Gr\303\274\303\237e", NULL } },
  { { "name", "Gr\374\337e", NULL }, { "name", "Gr\303\274\303\237e", NULL } },
  { { "name*", "no-quotes%20here", NULL }, { "name", "no-quotes here", NULL } },
  { { "name*", "utf-8'Gr%C3%BC", NULL }, { "name", "utf-8'Gr\303\274", NULL } },
  { { "name*", "''%zz%4", NULL }, { "name", "%zz%4", NULL } },
  { { "name*", "utf-8''a%00b%0D%0Ac", NULL }, { "name", "ab  c", NULL } },
  { { "name", "first", "NAME", "second", NULL }, { "name", "first", NULL } },
  { { "", "x", "*", "y", "*0", "z", NULL }, { NULL } },
  { { "odd", NULL }, { NULL } },
};

static void
test_example (gconstpointer data)
{
  const Example *example = data;
  g_auto (GStrv) decoded = taube_mime_decode_params (example->raw);

  g_assert_cmpstrv (decoded, (GStrv) example->decoded);
  for (guint i = 0; decoded[i] != NULL; i += 2)
    g_assert_true (taube_mime_find_param ((const char *const *) decoded, decoded[i]) == decoded[i + 1]);
  g_assert_null (taube_mime_find_param ((const char *const *) decoded, "none"));
}

static void
test_many (void)
{
  g_autoptr (GPtrArray) pairs = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) decoded = NULL;

  for (guint i = 0; i < 20000; i++)
    {
      g_ptr_array_add (pairs, g_strdup_printf ("name*%u", i));
      g_ptr_array_add (pairs, g_strdup ("x"));
    }
  g_ptr_array_add (pairs, NULL);
  decoded = taube_mime_decode_params ((const char *const *) pairs->pdata);
  g_assert_cmpuint (g_strv_length (decoded), ==, 2);
  g_assert_cmpuint (strlen (decoded[1]), <=, 100);
}

/* S26 */
static void
test_file_names (void)
{
  static const struct { const char *name, *clean; } names[] = {
    { "letter.pdf", "letter.pdf" },
    { "../../etc/passwd", "passwd" },
    { "/etc/passwd", "passwd" },
    { "..\\..\\autoexec.bat", "autoexec.bat" },
    { "C:\\x\\y.txt", "y.txt" },
    { "..", NULL },
    { ".", NULL },
    { "a/..", NULL },
    { "a/. ", NULL },
    { "a/", NULL },
    { "", NULL },
    { "  ", NULL },
    { "...", "..." },
    { ".x", ".x" },
    { "..x", "..x" },
    { " a b ", "a b" },
    { "a\r\n\033[2Jb\001.txt", "a  [2Jb.txt" },
    { "a\377", "a\303\277" },
    { "\303\244.txt", "\303\244.txt" },
  };
  g_autofree char *longer = g_strnfill (254, 'x');
  g_autofree char *cut_in_character = g_strconcat (longer, "\303\244\303\244", NULL);
  g_autofree char *cut = taube_mime_clean_file_name (cut_in_character);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *clean = taube_mime_clean_file_name (names[i].name);

      g_assert_cmpstr (clean, ==, names[i].clean);
    }
  g_assert_cmpstr (cut, ==, longer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (examples); i++)
    {
      g_autofree char *path = g_strdup_printf ("/mime/params/%02u", i);

      g_test_add_data_func (path, &examples[i], test_example);
    }
  g_test_add_func ("/mime/params/many", test_many);
  g_test_add_func ("/mime/params/file-names", test_file_names);
  return g_test_run ();
}
