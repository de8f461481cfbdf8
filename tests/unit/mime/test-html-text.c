/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mime/taube-html-text.h"

#include <string.h>

typedef struct
{
  const char *html, *text;
} Example;

static const Example examples[] = {
  { "", "" },
  { "   \n ", "" },
  { "plain", "plain\n" },
  { "two\n   words", "two words\n" },
  { "<p>one</p><p>two</p>", "one\n\ntwo\n" },
  { "<P CLASS=x>one<p>two", "one\n\ntwo\n" },
  { "one<br>two<br/>three<BR />four", "one\ntwo\nthree\nfour\n" },
  { "one<br><br>two", "one\n\ntwo\n" },
  { "<div>one</div><div>two</div>three", "one\ntwo\nthree\n" },
  { "<div><div><div>deep</div></div></div>x", "deep\nx\n" },
  { "a <b>bold</b> c<i>d</i>", "a bold cd\n" },
  { "<a href=\"https://example.org/?a>b\">link</a>!", "link!\n" },
  { "<a title='a>b' x=y>link</a>", "link\n" },
  { "<ul><li>one<li>two</ul>end", "- one\n- two\n\nend\n" },
  { "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc\n" },
  { "a<hr>b", "a\n----\nb\n" },
  { "<h1>Title</h1>text", "Title\n\ntext\n" },
  { "<pre>a  b\n  c\n</pre>d", "a  b\n  c\n\nd\n" },
  { "<html><head><title>T</title><style>p{a:b}</style></head><body>x</body></html>", "x\n" },
  { "a<script>if (a<b) x='</p>';</script>b", "ab\n" },
  { "a<SCRIPT>x</script >b", "ab\n" },
  { "a<style>x", "a\n" },
  { "a<!-- b > c --><!-- -->d", "ad\n" },
  { "<!DOCTYPE html><?xml version='1.0'?>x", "x\n" },
  { "a<!-- never ends", "a\n" },
  { "<![CDATA[x]]>y", "y\n" },
  /* entities */
  { "&lt;b&gt; &amp; &quot;x&quot; &apos;", "<b> & \"x\" '\n" },
  { "Gr&uuml;&szlig;e &euro;5 &#8364; &#x20AC; &#X20ac", "Gr\303\274\303\237e \342\202\2545 \342\202\254 \342\202\254"
    " \342\202\254\n" },
  { "a&nbsp;&nbsp;b", "a  b\n" },
  { "&#150; &#x80;", "\342\200\223 \342\202\254\n" },
  { "&unknown; & &; &# &#; &#x; &amp", "&unknown; & &; &# &#; &#x; &\n" },
  { "&#0;&#xD800;&#x110000;&#99999999999999999999;", "\357\277\275\357\277\275\357\277\275\357\277\275\n" },
  { "a&#27;[2J&#8;&#13;b", "a[2J b\n" },
  { "&lt;script&gt;", "<script>\n" },
  { "&amp;lt;", "&lt;\n" },
  /* what is no markup */
  { "a < b", "a < b\n" },
  { "a <3 b", "a <3 b\n" },
  { "<", "<\n" },
  { "</", "</\n" },
  { "x<p", "x\n" },
  { "x<p class=\"never ends", "x\n" },
  { "</nonsense>x</p></pre></pre>y", "x\n\ny\n" },
  { "<averyveryverylongelementname>x", "x\n" },
  { "a\001\033b\177", "ab\n" },
  { "a\303\244\377b", "a\303\244\303\277b\n" },
  { "zero\342\200\213width&shy;", "zerowidth\n" },
};

static void
test_example (gconstpointer data)
{
  const Example *example = data;
  gsize length = strlen (example->html);
  g_autofree char *text = taube_html_to_text (example->html, length);

  g_assert_cmpstr (text, ==, example->text);
  for (gsize from = 0; from <= length; from++)
    for (gsize to = from; to <= length; to++)
      {
        g_autofree char *piece = g_memdup2 (example->html + from, MAX (to - from, 1));
        g_autofree char *cut = taube_html_to_text (piece, to - from);

        g_assert_true (g_utf8_validate (cut, -1, NULL));
        g_assert_null (strpbrk (cut, "\r\t\033\001\177"));
      }
}

static void
test_nul (void)
{
  g_autofree char *text = taube_html_to_text ("a\0b<\0p>c", 8);

  g_assert_cmpstr (text, ==, "ab<p>c\n");
}

static void
test_huge (void)
{
  static const char *const patterns[] = { "<div>", "<", "<!--", "&", "<script>", "<style></x", "<a b='", "</p>",
                                          "<ul><li>", "<pre>\n", "&nbsp", "<td>", "<br>", "<!", "<?", "</" };

  for (guint i = 0; i < G_N_ELEMENTS (patterns); i++)
    {
      g_autoptr (GString) html = g_string_new (NULL);
      g_autofree char *text = NULL;

      while (html->len < 1 << 20)
        g_string_append (html, patterns[i]);
      text = taube_html_to_text (html->str, html->len);
      g_assert_true (g_utf8_validate (text, -1, NULL));
      g_assert_cmpuint (strlen (text), <=, 2 * html->len);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (examples); i++)
    {
      g_autofree char *path = g_strdup_printf ("/mime/html-text/%02u", i);

      g_test_add_data_func (path, &examples[i], test_example);
    }
  g_test_add_func ("/mime/html-text/nul", test_nul);
  g_test_add_func ("/mime/html-text/huge", test_huge);
  return g_test_run ();
}
