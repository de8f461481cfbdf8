/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-mime.h>

#include <string.h>

typedef struct
{
  const char *raw;
  const char *fields; /* "name=value|name=value", the values decoded */
  int body;           /* where it begins; -1: at the end */
} Example;

static const Example examples[] = {
  { "", "", -1 },
  { "\r\n", "", 2 },
  { "\n", "", 1 },
  { "\r\nbody", "", 2 },
  { "A: b\r\n\r\nbody", "A=b", 8 },
  { "A: b\n\nbody", "A=b", 6 },
  { "A:b\r\nC:  d  \r\n\r\n", "A=b|C=d", -1 },
  { "A: b", "A=b", -1 },
  { "A: b\r\n", "A=b", -1 },
  { "Subject: one\r\n two\r\n\tthree\r\nTo: x\r\n\r\n", "Subject=one two three|To=x", -1 },
  { "Subject: =?utf-8?Q?=C3=A4?=\r\n =?utf-8?Q?=C3=B6?=\r\n\r\n", "Subject=\303\244\303\266", -1 },
  { "Subject : x\r\n\r\n", "Subject=x", -1 },
  { "A:\r\nB: \r\n\r\n", "A=|B=", -1 },
  { "no colon here\r\nA: b\r\n\r\n", "A=b", -1 },
  { "A: b\r\nno colon\r\n folded junk\r\nC: d\r\n\r\n", "A=b|C=d", -1 },
  { " starts folded\r\nA: b\r\n\r\n", "A=b", -1 },
  { "From alice Mon Nov 23 12:34:56 2026\nA: b\n\n", "A=b", -1 },
  { ": x\r\nA b: c\r\nA\001: d\r\n\r\n", "", -1 },
  { "A: b\rc\r\n\r\n", "A=b c", -1 },
  { "A: b\r\r\n\r\n", "A=b", -1 },
  { "A: b\r\n \r\n\r\nbody", "A=b", 11 },
  { "A: \377\r\n\r\n", "A=\303\277", -1 },
};

static void
check (const char *raw, gsize length, const char *expected, gsize body)
{
  g_autofree char *copy = g_memdup2 (raw, MAX (length, 1));
  gsize offset = 4711;
  g_autoptr (TaubeMimeHeaders) headers = taube_mime_headers_parse (copy, length, taube_limits_get_default (), &offset);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < taube_mime_headers_get_n_fields (headers); i++)
    {
      gsize value_length;
      const char *value = taube_mime_headers_get_raw (headers, i, &value_length);
      g_autofree char *decoded = taube_mime_decode_text (value, value_length);

      g_string_append_printf (text, "%s%s=%s", i > 0 ? "|" : "", taube_mime_headers_get_name (headers, i), decoded);
    }
  if (expected == NULL)
    return;
  g_assert_cmpstr (text->str, ==, expected);
  g_assert_cmpuint (offset, ==, body);
}

static void
test_example (gconstpointer data)
{
  const Example *example = data;
  gsize length = strlen (example->raw);

  check (example->raw, length, example->fields, example->body >= 0 ? (gsize) example->body : length);
  for (gsize cut = 0; cut < length; cut++)
    check (example->raw, cut, NULL, 0);
}

static void
test_find (void)
{
  const char *raw = "Received: one\r\nreceived: two\r\nSubject: =?utf-8?Q?x=C3=A4?=\r\n\r\n";
  g_autoptr (TaubeMimeHeaders) headers
    = taube_mime_headers_parse (raw, strlen (raw), taube_limits_get_default (), NULL);
  g_autofree char *subject = taube_mime_headers_dup_text (headers, "SUBJECT");
  gsize length;

  g_assert_cmpmem (taube_mime_headers_find (headers, "RECEIVED", &length), length, "one", 3);
  g_assert_null (taube_mime_headers_find (headers, "To", &length));
  g_assert_null (taube_mime_headers_dup_text (headers, "To"));
  g_assert_cmpstr (subject, ==, "x\303\244");
}

static void
test_importance (void)
{
  static const struct { const char *raw; TaubeImportance importance; } cases[] = {
    { "Subject: x\r\n", TAUBE_IMPORTANCE_NORMAL },
    { "Importance: High\r\n", TAUBE_IMPORTANCE_HIGH },
    { "IMPORTANCE:\r\n low \r\n", TAUBE_IMPORTANCE_LOW },
    { "Importance: normal\r\nX-Priority: 1\r\n", TAUBE_IMPORTANCE_NORMAL },
    { "X-Priority: 1 (Highest)\r\n", TAUBE_IMPORTANCE_HIGH },
    { "x-priority: 2\r\n", TAUBE_IMPORTANCE_HIGH },
    { "X-Priority: 3 (Normal)\r\nX-MSMail-Priority: High\r\n", TAUBE_IMPORTANCE_NORMAL },
    { "X-Priority: 4\r\n", TAUBE_IMPORTANCE_LOW },
    { "X-Priority: 5\r\n", TAUBE_IMPORTANCE_LOW },
    { "X-MSMail-Priority: Low\r\n", TAUBE_IMPORTANCE_LOW },
    /* What nobody understands says nothing. */
    { "Importance: dreadful\r\nX-Priority: 5\r\n", TAUBE_IMPORTANCE_LOW },
    { "Importance: highest\r\n", TAUBE_IMPORTANCE_NORMAL },
    { "X-Priority: 11\r\n", TAUBE_IMPORTANCE_NORMAL },
    { "X-Priority: -1\r\n", TAUBE_IMPORTANCE_NORMAL },
    { "Importance:\r\n", TAUBE_IMPORTANCE_NORMAL },
    { "", TAUBE_IMPORTANCE_NORMAL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TaubeMimeHeaders) headers
        = taube_mime_headers_parse (cases[i].raw, strlen (cases[i].raw), taube_limits_get_default (), NULL);

      g_assert_cmpint (taube_mime_headers_get_importance (headers), ==, cases[i].importance);
    }
}

static void
test_limits (void)
{
  TaubeLimits limits = *taube_limits_get_default ();
  g_autoptr (GString) raw = g_string_new (NULL);
  g_autoptr (TaubeMimeHeaders) many = NULL, cut = NULL;
  gsize offset;

  for (guint i = 0; i < 20000; i++)
    g_string_append (raw, "A: b\r\n");
  g_string_append (raw, "\r\nbody");
  many = taube_mime_headers_parse (raw->str, raw->len, &limits, &offset);
  g_assert_cmpuint (taube_mime_headers_get_n_fields (many), ==, 10000);
  g_assert_cmpuint (offset, ==, raw->len - 4);

  limits.header_bytes = 62;
  cut = taube_mime_headers_parse (raw->str, raw->len, &limits, &offset);
  g_assert_cmpuint (taube_mime_headers_get_n_fields (cut), ==, 11);
  g_assert_cmpuint (offset, ==, raw->len - 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (examples); i++)
    {
      g_autofree char *path = g_strdup_printf ("/mime/headers/%02u", i);

      g_test_add_data_func (path, &examples[i], test_example);
    }
  g_test_add_func ("/mime/headers/find", test_find);
  g_test_add_func ("/mime/headers/importance", test_importance);
  g_test_add_func ("/mime/headers/limits", test_limits);
  return g_test_run ();
}
