/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mime/taube-mime-tree.h"

#include <taube-backend/taube-mime.h>

#include <string.h>

/* What is expected is written as a line for each part: section, type, and the body between square brackets. */
typedef struct
{
  const char *raw, *tree;
} Example;

#define MIXED "Content-Type: multipart/mixed; boundary=b\r\n"

static const Example examples[] = {
  { "", "1 text/plain []\n" },
  { "Subject: x\r\n\r\nbody\r\n", "1 text/plain [body|]\n" },
  { "Subject: x", "1 text/plain []\n" },
  { "\nbody", "1 text/plain [body]\n" },
  { "Content-Type: TEXT/Html; charset=x\r\n\r\n<p>", "1 text/html [<p>]\n" },
  { MIXED "\r\npreamble\r\n--b\r\n\r\none\r\n--b\r\nContent-Type: image/png\r\n\r\ntwo\r\n--b--\r\nepilogue",
    " multipart/mixed\n1 text/plain [one]\n2 image/png [two]\n" },
  { MIXED "\n--b\n\none\n--b\n\ntwo\n--b--\n", " multipart/mixed\n1 text/plain [one]\n2 text/plain [two]\n" },
  { MIXED "\r\n--b  \r\n\r\none\r\n--b-- \t\r\n", " multipart/mixed\n1 text/plain [one]\n" },
  { MIXED "\r\n--b\r\n\r\none\r\n--bc\r\n--b-\r\n--b--x\r\n--b--\r\n--b\r\nno part",
    " multipart/mixed\n1 text/plain [one|--bc|--b-|--b--x]\n" },
  { MIXED "\r\n--b\r\n\r\nnever ends", " multipart/mixed\n1 text/plain [never ends]\n" },
  { MIXED "\r\n--b\r\n", " multipart/mixed\n1 text/plain []\n" },
  { MIXED "\r\n--b\r\n--b\r\nContent-Type: a/b\r\n--b--", " multipart/mixed\n1 text/plain []\n2 a/b []\n" },
  { MIXED "\r\nno parts at all", " multipart/mixed\n" },
  { MIXED "--b\r\n\r\nheader without an end\r\n--b--\r\n", " multipart/mixed\n" },
  { "Content-Type: multipart/mixed\r\n\r\n--b\r\n\r\none\r\n--b--", " multipart/mixed\n" },
  { MIXED "\r\n--b\r\nContent-Type: multipart/alternative; boundary=\"c c\"\r\n\r\n--c c\r\n\r\none\r\n--c c\r\n"
    "Content-Type: text/html\r\n\r\ntwo\r\n--c c--\r\n\r\n--b\r\n\r\nthree\r\n--b--\r\n",
    " multipart/mixed\n1 multipart/alternative\n1.1 text/plain [one]\n1.2 text/html [two]\n2 text/plain [three]\n" },
  /* the inner one is not closed */
  { MIXED "\r\n--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--",
    " multipart/mixed\n1 multipart/alternative\n1.1 text/plain [one]\n2 text/plain [two]\n" },
  /* both have the same boundary: the innermost takes it (Gmail makes such) */
  { MIXED "\r\n--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b--\r\n"
    "--b\r\n\r\ntwo\r\n--b--",
    " multipart/mixed\n1 multipart/mixed\n1.1 text/plain [one]\n2 text/plain [two]\n" },
  /* messages inside */
  { "Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nbody", "1 message/rfc822 [Subject: inner||body]\n"
    "1.1 text/plain [body]\n" },
  { MIXED "\r\n--b\r\n\r\none\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n"
    "Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nx\r\n--c--\r\n--b\r\n\r\nthree\r\n--b--\r\n",
    " multipart/mixed\n1 text/plain [one]\n2 message/rfc822 [Subject: inner|Content-Type: multipart/mixed; boundary=c||"
    "--c||x|--c--]\n2.TEXT multipart/mixed\n2.1 text/plain [x]\n3 text/plain [three]\n" },
  { MIXED "\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n--b--\r\n",
    " multipart/mixed\n1 message/rfc822 []\n1.1 text/plain []\n" },
  { "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nU3ViamVjdDo=",
    "1 message/rfc822 [U3ViamVjdDo=]\n" },
  { "Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\nSubject: x\r\n\r\ny\r\n--b--\r\n",
    " multipart/digest\n1 message/rfc822 [Subject: x||y]\n1.1 text/plain [y]\n" },
  /* odd types */
  { "Content-Type: text\r\n\r\nx", "1 text/plain [x]\n" },
  { "Content-Type: /\r\n\r\nx", "1 text/plain [x]\n" },
  { "Content-Type: text / html (comment (more)) ; charset=x\r\n\r\nx", "1 text/html [x]\n" },
  { "Content-Type: ;;;=;\"\r\n\r\nx", "1 text/plain [x]\n" },
  { "Content-Type:\r\n text/html;\r\n\tcharset=utf-8\r\n\r\nx", "1 text/html [x]\n" },
};

static void
describe (const TaubeMimeNode *node, const char *raw, gsize length, GString *out)
{
  g_assert_cmpuint (node->header_offset, <=, node->body_offset);
  g_assert_cmpuint (node->body_offset, <=, length);
  g_assert_cmpuint (node->size, <=, length - node->body_offset);
  g_string_append_printf (out, "%s %s/%s", node->section, node->type, node->subtype);
  if (strcmp (node->type, "multipart") != 0)
    {
      g_autofree char *body = g_strndup (raw + node->body_offset, node->size);
      g_auto (GStrv) lines = NULL;
      g_autofree char *joined = NULL;

      g_strdelimit (body, "\r", '\001');
      lines = g_strsplit (body, "\n", -1);
      for (guint i = 0; lines[i] != NULL; i++)
        g_strdelimit (g_strchomp (lines[i]), "\001", ' ');
      for (guint i = 0; lines[i] != NULL; i++)
        g_strchomp (lines[i]);
      joined = g_strjoinv ("|", lines);
      g_string_append_printf (out, " [%s]", joined);
    }
  g_string_append_c (out, '\n');
  for (guint i = 0; i < node->children->len; i++)
    {
      const TaubeMimeNode *child = node->children->pdata[i];

      g_assert_true (child->parent == node);
      describe (child, raw, length, out);
    }
}

static void
test_example (gconstpointer data)
{
  const Example *example = data;
  gsize length = strlen (example->raw);
  g_autoptr (TaubeMimeNode) root = taube_mime_tree_parse (example->raw, length, taube_limits_get_default ());
  g_autoptr (GString) text = g_string_new (NULL);

  describe (root, example->raw, length, text);
  g_assert_cmpstr (text->str, ==, example->tree);
  for (gsize cut = 0; cut < length; cut++)
    {
      g_autofree char *copy = g_memdup2 (example->raw, MAX (cut, 1));
      g_autoptr (TaubeMimeNode) node = taube_mime_tree_parse (copy, cut, taube_limits_get_default ());

      describe (node, copy, cut, text);
    }
}

static void
test_fields (void)
{
  const char *raw = "Content-Type: application/pdf; name=\"=?utf-8?Q?Gr=C3=BC=C3=9Fe=2Epdf?=\";\r\n"
                    "\tx=a b ;y=\"q\\\"r\"\r\n"
                    "Content-Disposition: Attachment;\r\n filename*=utf-8''..%2F..%2FGr%C3%BC%C3%9Fe.pdf; size=17\r\n"
                    "Content-Transfer-Encoding: BASE64 (comment)\r\nContent-ID: <1@example.org>\r\n"
                    "Content-Description: =?iso-8859-1?Q?f=FCr_dich?=\r\nContent-Language: de\r\n"
                    "Content-Location: http://example.org/x\r\nContent-MD5: Q2hlY2s=\r\n\r\nAAAA\r\n";
  g_autoptr (TaubeMimeNode) node = taube_mime_tree_parse (raw, strlen (raw), taube_limits_get_default ());
  const char *const *params = (const char *const *) node->params;

  g_assert_cmpstr (node->type, ==, "application");
  g_assert_cmpstr (taube_mime_find_param (params, "NAME"), ==, "Gr\303\274\303\237e.pdf");
  g_assert_cmpstr (taube_mime_find_param (params, "x"), ==, "a b");
  g_assert_cmpstr (taube_mime_find_param (params, "y"), ==, "q\"r");
  g_assert_cmpstr (node->disposition, ==, "attachment");
  g_assert_cmpstr (taube_mime_find_param ((const char *const *) node->disposition_params, "size"), ==, "17");
  g_assert_cmpstr (node->filename, ==, "Gr\303\274\303\237e.pdf");
  g_assert_cmpstr (node->encoding, ==, "base64");
  g_assert_cmpstr (node->id, ==, "1@example.org");
  g_assert_cmpstr (node->description, ==, "f\303\274r dich");
  g_assert_cmpstr (node->language, ==, "de");
  g_assert_cmpstr (node->location, ==, "http://example.org/x");
  g_assert_cmpstr (node->md5, ==, "Q2hlY2s=");
  g_assert_cmpuint (node->size, ==, 6);
  g_assert_cmpuint (node->lines, ==, 0);
}

static void
test_lines (void)
{
  const char *raw = "Subject: x\r\n\r\none\r\ntwo\r\n";
  g_autoptr (TaubeMimeNode) node = taube_mime_tree_parse (raw, strlen (raw), taube_limits_get_default ());

  g_assert_cmpuint (node->lines, ==, 2);
}

/* S15: neither the stack nor the memory follows a hostile message. */
static void
test_deep (void)
{
  for (guint kind = 0; kind < 2; kind++)
    {
      g_autoptr (GString) raw = g_string_new (NULL);
      g_autoptr (TaubeMimeNode) root = NULL;
      const TaubeMimeNode *node;
      guint depth = 0;

      for (guint i = 0; i < 20000; i++)
        if (kind == 0)
          g_string_append_printf (raw, "Content-Type: multipart/mixed; boundary=b%u\r\n\r\n--b%u\r\n", i, i);
        else
          g_string_append (raw, "Content-Type: message/rfc822\r\n\r\n");
      root = taube_mime_tree_parse (raw->str, raw->len, taube_limits_get_default ());
      for (node = root; node->children->len > 0; node = node->children->pdata[0])
        depth++;
      g_assert_cmpuint (depth, <, 64);
      g_assert_cmpuint (depth, >, 60);
    }
}

static void
test_many (void)
{
  g_autoptr (GString) raw = g_string_new ("Content-Type: multipart/mixed; boundary=b\r\n\r\n");
  g_autoptr (TaubeMimeNode) root = NULL;

  for (guint i = 0; i < 100000; i++)
    g_string_append (raw, "--b\n");
  root = taube_mime_tree_parse (raw->str, raw->len, taube_limits_get_default ());
  g_assert_cmpuint (root->children->len, ==, 9999);
}

/* Sixty-four open boundaries and a million lines that begin like one. */
static void
test_many_dashes (void)
{
  g_autoptr (GString) raw = g_string_new (NULL);
  g_autoptr (TaubeMimeNode) root = NULL;

  for (guint i = 0; i < 63; i++)
    g_string_append_printf (raw, "Content-Type: multipart/mixed; boundary=b%u\r\n\r\n--b%u\r\n", i, i);
  g_string_append (raw, "\r\n");
  for (guint i = 0; i < 1000000; i++)
    g_string_append (raw, "--\n");
  root = taube_mime_tree_parse (raw->str, raw->len, taube_limits_get_default ());
  g_assert_cmpuint (root->children->len, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (examples); i++)
    {
      g_autofree char *path = g_strdup_printf ("/mime/tree/%02u", i);

      g_test_add_data_func (path, &examples[i], test_example);
    }
  g_test_add_func ("/mime/tree/fields", test_fields);
  g_test_add_func ("/mime/tree/lines", test_lines);
  g_test_add_func ("/mime/tree/deep", test_deep);
  g_test_add_func ("/mime/tree/many", test_many);
  g_test_add_func ("/mime/tree/many-dashes", test_many_dashes);
  return g_test_run ();
}
