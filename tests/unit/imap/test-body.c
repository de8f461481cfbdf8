/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-decode-body.h"
#include "imap-test.h"

typedef struct
{
  Feed feed;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  feed_init (&self->feed, NULL);
  self->feed.byte_by_byte = GPOINTER_TO_INT (data);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  feed_clear (&self->feed);
}

static const ImapBody *
decode (Fixture *self, const char *body)
{
  g_autofree char *line = g_strdup_printf ("* X %s\r\n", body);

  return imap_decode_body (feed_response (&self->feed, line)->values, imap_reader_get_arena (self->feed.reader),
                           taube_limits_get_default ());
}

static void
dump_params (GString *out, const ImapParam *param)
{
  for (; param != NULL; param = param->next)
    g_string_append_printf (out, "; %s=%s", param->name.text, param->value.text);
}

/* type/subtype; params size lines disposition [children] !malformed */
static void
dump_body (GString *out, const ImapBody *body)
{
  guint n = 0;

  g_string_append_printf (out, "%s/%s", body->type.text, body->subtype.text);
  dump_params (out, body->params);
  if (body->size > 0)
    g_string_append_printf (out, " %" G_GUINT64_FORMAT "b", body->size);
  if (body->lines > 0)
    g_string_append_printf (out, " %" G_GUINT64_FORMAT "l", body->lines);
  if (body->disposition.text != NULL)
    g_string_append_printf (out, " <%s", body->disposition.text);
  dump_params (out, body->disposition_params);
  g_string_append (out, body->disposition.text != NULL ? ">" : "");
  if (body->envelope != NULL)
    g_string_append_printf (out, " \"%s\"", body->envelope->subject.text);
  if (body->children != NULL)
    g_string_append (out, " [");
  for (const ImapBody *child = body->children; child != NULL; child = child->next, n++)
    {
      if (child != body->children)
        g_string_append (out, ", ");
      dump_body (out, child);
    }
  if (body->children != NULL)
    g_string_append (out, "]");
  g_assert_cmpuint (n, ==, body->n_children);
  if (body->malformed != 0)
    g_string_append_printf (out, " !%x", body->malformed);
}

#define assert_body(self, text, expected) \
  G_STMT_START \
  { \
    g_autoptr (GString) dump__ = g_string_new (NULL); \
    const ImapBody *body__ = decode (self, text); \
    g_assert_nonnull (body__); \
    dump_body (dump__, body__); \
    g_assert_cmpstr (dump__->str, ==, expected); \
  } \
  G_STMT_END

#define TEXT "(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"UTF-8\") NIL NIL \"7BIT\" 1152 23 NIL NIL NIL NIL)"
#define TEXT_DUMP "TEXT/PLAIN; CHARSET=UTF-8 1152b 23l"

static void
test_single (Fixture *self, gconstpointer data)
{
  const ImapBody *body;

  assert_body (self, TEXT, TEXT_DUMP);
  assert_body (self, "(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 5 1)", "TEXT/PLAIN 5b 1l");
  assert_body (self,
               "(\"IMAGE\" \"PNG\" (\"NAME\" \"a.png\") \"<cid>\" \"desc\" \"BASE64\" 300 NIL (\"ATTACHMENT\" "
               "(\"FILENAME\" \"a.png\" \"SIZE\" \"225\")) (\"de\" \"en\") \"http://x/\")",
               "IMAGE/PNG; NAME=a.png 300b <ATTACHMENT; FILENAME=a.png; SIZE=225>");
  body = decode (self,
                 "(\"A\" \"B\" NIL \"<cid>\" \"desc\" \"BASE64\" 300 \"md5\" NIL (\"de\" \"en\") \"loc\" ext (ra) 5)");
  assert_string (body->id, "<cid>");
  assert_string (body->description, "desc");
  assert_string (body->encoding, "BASE64");
  assert_string (body->md5, "md5");
  g_assert_cmpstr (body->language->next->text, ==, "en");
  assert_string (body->location, "loc");
  g_assert_cmphex (body->malformed, ==, 0);
  g_assert_false (imap_body_is_multipart (body));
  g_assert_false (imap_body_is_message (body));
}

static void
test_multipart (Fixture *self, gconstpointer data)
{
  assert_body (self, "(" TEXT TEXT " \"MIXED\")", "multipart/MIXED [" TEXT_DUMP ", " TEXT_DUMP "]");
  assert_body (self,
               "((" TEXT " \"ALTERNATIVE\" (\"BOUNDARY\" \"b\") NIL NIL)" TEXT " \"MIXED\" (\"BOUNDARY\" \"a\") "
               "(\"INLINE\" NIL) NIL NIL)",
               "multipart/MIXED; BOUNDARY=a <INLINE> [multipart/ALTERNATIVE; BOUNDARY=b [" TEXT_DUMP "], " TEXT_DUMP
               "]");
  g_assert_true (imap_body_is_multipart (decode (self, "(" TEXT " \"MIXED\")")));
}

static void
test_message (Fixture *self, gconstpointer data)
{
  assert_body (self,
               "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 3000 (\"d\" \"inner\" NIL NIL NIL NIL NIL NIL NIL NIL) "
               "(" TEXT " \"MIXED\" NIL NIL NIL) 63 NIL (\"ATTACHMENT\" NIL) NIL)",
               "MESSAGE/RFC822 3000b 63l <ATTACHMENT> \"inner\" [multipart/MIXED [" TEXT_DUMP "]]");
  /* envelope NIL */
  assert_body (self, "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 3000 NIL " TEXT " 63 NIL NIL NIL)",
               "MESSAGE/RFC822 3000b 63l [" TEXT_DUMP "] !80");
  /* neither envelope nor body nor lines */
  assert_body (self, "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 3000 NIL (\"ATTACHMENT\" NIL) NIL NIL)",
               "MESSAGE/RFC822 3000b <ATTACHMENT> !1c0");
  assert_body (self, "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 3000 63 NIL NIL NIL)",
               "MESSAGE/RFC822 3000b 63l !180");
  assert_body (self, "(\"MESSAGE\" \"DELIVERY-STATUS\" NIL NIL NIL \"7BIT\" 300 NIL NIL NIL)",
               "MESSAGE/DELIVERY-STATUS 300b");
}

static void
test_odd (Fixture *self, gconstpointer data)
{
  assert_body (self, "()", "application/octet-stream !3f");
  assert_body (self, "(() " TEXT " \"MIXED\")", "multipart/MIXED [application/octet-stream !3f, " TEXT_DUMP "]");
  assert_body (self, "(" TEXT ")", "multipart/mixed [" TEXT_DUMP "] !1");
  assert_body (self, "(NIL NIL NIL NIL NIL \"7BIT\" 0)", "application/octet-stream !1");
  assert_body (self, "(\"TEXT\" NIL NIL NIL NIL \"7BIT\" 3 1)", "TEXT/plain 3b 1l !1");
  /* lines missing, NIL, or no number */
  assert_body (self, "(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 5 NIL (\"INLINE\" NIL) NIL NIL)",
               "TEXT/PLAIN 5b <INLINE> !40");
  assert_body (self, "(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 5 NIL NIL (\"INLINE\" NIL) NIL NIL)",
               "TEXT/PLAIN 5b <INLINE> !40");
  assert_body (self, "(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" NIL NIL NIL NIL NIL NIL)", "TEXT/PLAIN !60");
  assert_body (self, "(\"TEXT\" \"PLAIN\" () () () \"7BIT\" 5 1 () () () ())", "TEXT/PLAIN 5b 1l");
  /* parameters of an odd number, nested, without value */
  assert_body (self, "(\"A\" \"B\" (\"x\" \"1\" \"y\") NIL NIL \"7BIT\" 5)", "A/B; x=1 5b !2");
  assert_body (self, "(\"A\" \"B\" (\"x\" NIL \"y\" (\"n\") \"z\" \"3\") NIL NIL \"7BIT\" 5)", "A/B; x=; z=3 5b !2");
  assert_body (self, "(\"A\" \"B\" \"x\" NIL NIL \"7BIT\" 5)", "A/B 5b !2");
  /* dispositions */
  assert_body (self, "(\"A\" \"B\" NIL NIL NIL \"7BIT\" 5 NIL (\"attachment\"))", "A/B 5b <attachment>");
  assert_body (self, "(\"A\" \"B\" NIL NIL NIL \"7BIT\" 5 NIL (\"attachment\" \"filename\" \"x\"))",
               "A/B 5b <attachment; filename=x> !400");
  assert_body (self, "(\"A\" \"B\" NIL NIL NIL \"7BIT\" 5 NIL (NIL NIL) NIL)", "A/B 5b");
  assert_body (self, "(\"A\" \"B\" NIL NIL NIL \"7BIT\" 5 NIL ((\"x\")) NIL)", "A/B 5b !400");
  /* cut short */
  assert_body (self, "(\"A\" \"B\"", "A/B !13e");
  g_assert_null (decode (self, "NIL"));
  g_assert_null (decode (self, "\"TEXT\""));
}

/* Any prefix of a real one is read without harm. */
static void
test_cut (Fixture *self, gconstpointer data)
{
  static const char whole[]
      = "((" TEXT " \"ALTERNATIVE\" (\"BOUNDARY\" \"b\") NIL NIL)(\"MESSAGE\" \"RFC822\" NIL NIL NIL "
        "\"7BIT\" 3000 (\"d\" \"s\" ((NIL NIL \"a\" \"b\")) NIL NIL NIL NIL NIL NIL NIL) " TEXT " 63 NIL "
        "(\"ATTACHMENT\" (\"FILENAME\" \"f\")) NIL) \"MIXED\" (\"BOUNDARY\" \"a\") NIL NIL NIL)";

  for (gsize n = 1; n < strlen (whole); n++)
    {
      g_autofree char *part = g_strndup (whole, n);

      g_assert_nonnull (decode (self, part));
    }
}

/* S15: parts in parts in parts. */
static void
test_deep (Fixture *self, gconstpointer data)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const ImapBody *body;
  guint depth = 0;

  for (guint i = 0; i < 10000; i++)
    g_string_append_c (text, '(');
  g_string_append (text, TEXT);
  for (guint i = 0; i < 10000; i++)
    g_string_append (text, " \"MIXED\")");
  for (body = decode (self, text->str); body != NULL; body = body->children)
    depth++;
  g_assert_cmpuint (depth, >, 10);
  g_assert_cmpuint (depth, <=, taube_limits_get_default ()->nesting);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_both_ways ("body/single", test_single);
  add_both_ways ("body/multipart", test_multipart);
  add_both_ways ("body/message", test_message);
  add_both_ways ("body/odd", test_odd);
  add_both_ways ("body/cut", test_cut);
  add_both_ways ("body/s15-deep", test_deep);
  return g_test_run ();
}
