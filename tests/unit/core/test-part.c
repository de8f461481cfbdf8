/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-part-private.h"

#include <taube/taube-error.h>

#include <string.h>

static TaubePart *
new_part (const char *section, const char *type, const char *disposition)
{
  g_auto (GStrv) words = g_strsplit (type, "/", 2);
  TaubePartInfo info = { .section = section, .type = words[0], .subtype = words[1], .disposition = disposition };

  return taube_part_new (&info);
}

static TaubePart *
add (TaubePart *parent, const char *section, const char *type, const char *disposition)
{
  TaubePart *child = new_part (section, type, disposition);

  taube_part_add_child (parent, child);
  return child;
}

static void
test_getters (void)
{
  TaubePartInfo info = { "1.2", "TEXT", "Plain", "<id@example.org>", "=?utf-8?Q?=C3=BC?=", "BASE64", "INLINE", 77 };
  g_autoptr (TaubePart) part = taube_part_new (&info);

  g_assert_cmpstr (taube_part_get_section (part), ==, "1.2");
  g_assert_cmpstr (taube_part_get_media_type (part), ==, "text/plain");
  g_assert_cmpstr (taube_part_get_content_id (part), ==, "id@example.org");
  g_assert_cmpstr (taube_part_get_description (part), ==, "ü");
  g_assert_cmpstr (taube_part_get_encoding (part), ==, "base64");
  g_assert_cmpstr (taube_part_get_disposition (part), ==, "inline");
  g_assert_cmpuint (taube_part_get_size (part), ==, 77);
  g_assert_null (taube_part_get_charset (part));
  g_assert_null (taube_part_get_filename (part));
  g_assert_null (taube_part_get_parent (part));
  g_assert_cmpuint (taube_part_get_n_children (part), ==, 0);
}

static void
test_nothing_known (void)
{
  TaubePartInfo info = { 0 };
  TaubePartInfo half = { .type = "TEXT" };
  TaubePartInfo wild = { "\xff", "te\xfft", "\x01\n", "<>", "\xff\xfe", "\x80", "\r\n", G_MAXUINT64 };
  g_autoptr (TaubePart) part = taube_part_new (&info);
  g_autoptr (TaubePart) text = taube_part_new (&half);
  g_autoptr (TaubePart) odd = taube_part_new (&wild);

  g_assert_cmpstr (taube_part_get_section (part), ==, "");
  g_assert_cmpstr (taube_part_get_media_type (part), ==, "application/octet-stream");
  g_assert_null (taube_part_get_content_id (part));
  g_assert_null (taube_part_get_description (part));
  g_assert_null (taube_part_get_encoding (part));
  g_assert_null (taube_part_get_disposition (part));
  g_assert_true (taube_part_is_attachment (part));
  g_assert_cmpstr (taube_part_get_media_type (text), ==, "text/plain");
  g_assert_false (taube_part_is_attachment (text));
  g_assert_true (g_utf8_validate (taube_part_get_media_type (odd), -1, NULL));
  g_assert_true (g_utf8_validate (taube_part_get_description (odd), -1, NULL));
  g_assert_true (g_utf8_validate (taube_part_get_section (odd), -1, NULL));
}

static void
test_parameters (void)
{
  g_autoptr (TaubePart) part = new_part ("1", "text/plain", "attachment");

  taube_part_set_parameter (part, "CHARSET", "iso-8859-1");
  taube_part_set_parameter (part, "name", "=?utf-8?Q?fallback.txt?=");
  taube_part_set_disposition_parameter (part, "filename*1*", "%C3%BC%2F");
  taube_part_set_disposition_parameter (part, "filename*0*", "utf-8''%C3%A4");
  taube_part_set_disposition_parameter (part, "filename*2", "../x.txt");
  g_assert_cmpstr (taube_part_get_charset (part), ==, "iso-8859-1");
  g_assert_cmpstr (taube_part_get_parameter (part, "Charset"), ==, "iso-8859-1");
  g_assert_cmpstr (taube_part_get_parameter (part, "NAME"), ==, "fallback.txt");
  g_assert_null (taube_part_get_parameter (part, "filename"));
  g_assert_cmpstr (taube_part_get_filename (part), ==, "x.txt");
}

static void
test_filename (void)
{
  static const char *const cases[][2] = {
    { "a.txt", "a.txt" },
    { "/etc/passwd", "passwd" },
    { "..\\..\\boot.ini", "boot.ini" },
    { "..", NULL },
    { ".", NULL },
    { "", NULL },
    { "a/", NULL },
    { "a\x01\x1b[31mb", "a[31mb" },
    { "=?utf-8?B?YWJjLy4uL8O8?=", "ü" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TaubePart) part = new_part ("1", "application/pdf", NULL);

      taube_part_set_parameter (part, "name", cases[i][0]);
      g_assert_cmpstr (taube_part_get_filename (part), ==, cases[i][1]);
    }
}

/* multipart/mixed
 *   1 multipart/related
 *     1.1 multipart/alternative: 1.1.1 text/plain, 1.1.2 text/html
 *     1.2 image/png <logo>
 *   2 text/plain, a file
 *   3 message/rfc822: multipart/mixed: 3.1 text/plain, 3.2 application/pdf
 *   4 application/pgp-signature */
static TaubePart *
make_tree (void)
{
  TaubePart *root = new_part ("", "multipart/mixed", NULL);
  TaubePart *related = add (root, "1", "multipart/related", NULL);
  TaubePart *alternative = add (related, "1.1", "multipart/alternative", NULL);
  TaubePartInfo logo = { .section = "1.2", .type = "image", .subtype = "png", .content_id = "<logo>" };
  TaubePart *inner;

  add (alternative, "1.1.1", "text/plain", NULL);
  add (alternative, "1.1.2", "text/html", NULL);
  taube_part_add_child (related, taube_part_new (&logo));
  taube_part_set_parameter (add (root, "2", "text/plain", "inline"), "name", "notes.txt");
  inner = add (add (root, "3", "message/rfc822", NULL), "3.TEXT", "multipart/mixed", NULL);
  add (inner, "3.1", "text/plain", NULL);
  add (inner, "3.2", "application/pdf", NULL);
  add (root, "4", "application/pgp-signature", NULL);
  return root;
}

static void
test_tree (void)
{
  g_autoptr (TaubePart) root = make_tree ();
  static const char *const sections[] = { "", "1", "1.1", "1.1.1", "1.1.2", "1.2", "2", "3", "3.TEXT", "3.1", "4" };

  for (guint i = 0; i < G_N_ELEMENTS (sections); i++)
    g_assert_cmpstr (taube_part_get_section (taube_part_find (root, sections[i])), ==, sections[i]);
  g_assert_null (taube_part_find (root, "5"));
  g_assert_null (taube_part_find (root, "1.1.1.1"));
  g_assert_true (taube_part_get_parent (taube_part_find (root, "1.2")) == taube_part_find (root, "1"));
  g_assert_true (taube_part_get_parent (taube_part_find (root, "1")) == root);
}

static void
test_attachments (void)
{
  g_autoptr (TaubePart) root = make_tree ();
  g_autoptr (TaubePart) alone = new_part ("1", "text/plain", NULL);
  static const struct
  {
    const char *section;
    gboolean attachment;
  } cases[] = {
    { "", FALSE },  { "1", FALSE }, { "1.1", FALSE }, { "1.1.1", FALSE }, { "1.1.2", FALSE }, { "1.2", FALSE },
    { "2", TRUE },  { "3", TRUE },  { "3.1", FALSE }, { "3.2", TRUE },    { "4", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (taube_part_is_attachment (taube_part_find (root, cases[i].section)), ==, cases[i].attachment);
  taube_part_set_parameter (alone, "name", "body.txt");
  g_assert_false (taube_part_is_attachment (alone));
}

static void
assert_texts (TaubePart *root, const char *expected)
{
  g_autoptr (GPtrArray) texts = taube_part_list_texts (root);
  g_autoptr (GString) sections = g_string_new (NULL);

  for (guint i = 0; i < texts->len; i++)
    g_string_append_printf (sections, "%s%s", i > 0 ? " " : "", taube_part_get_section (texts->pdata[i]));
  g_assert_cmpstr (sections->str, ==, expected);
}

/* Texts between which there are pictures, or that a mailing list added. */
static void
test_several_texts (void)
{
  g_autoptr (TaubePart) root = new_part ("", "multipart/mixed", NULL);
  g_autoptr (TaubePart) many = new_part ("", "multipart/mixed", NULL);
  g_autoptr (GPtrArray) texts = NULL;
  TaubePart *alternative;

  add (root, "1", "text/plain", NULL);
  add (root, "2", "image/png", "inline");
  add (root, "3", "text/plain", NULL);
  alternative = add (root, "4", "multipart/alternative", NULL);
  add (add (alternative, "4.1", "multipart/related", NULL), "4.1.1", "text/html", NULL);
  add (alternative, "4.2", "text/plain", NULL);
  add (root, "5", "text/html", NULL);
  add (root, "6", "text/plain", "attachment");
  add (root, "7", "text/calendar", NULL);
  add (add (root, "8", "multipart/alternative", NULL), "8.1", "text/enriched", NULL);
  assert_texts (root, "1 3 4.2 5");
  g_assert_cmpstr (taube_part_get_section (taube_part_find_html_instead (taube_part_find (root, "4.2"))), ==, "4.1.1");
  g_assert_null (taube_part_find_html_instead (taube_part_find (root, "3")));
  for (guint i = 0; i < 1000; i++)
    add (many, "1", "text/plain", NULL);
  texts = taube_part_list_texts (many);
  g_assert_cmpuint (texts->len, ==, 32);
}

static void
test_find_text (void)
{
  g_autoptr (TaubePart) root = make_tree ();
  g_autoptr (TaubePart) report = new_part ("", "multipart/mixed", NULL);
  g_autoptr (TaubePart) forwarded = new_part ("1", "message/rfc822", NULL);
  g_autoptr (TaubePart) empty = new_part ("", "multipart/alternative", NULL);
  g_autoptr (TaubePart) marked = new_part ("1", "text/plain", "attachment");

  g_assert_cmpstr (taube_part_get_section (taube_part_find_text (root, "text/plain")), ==, "1.1.1");
  g_assert_cmpstr (taube_part_get_section (taube_part_find_text (root, "TEXT/html")), ==, "1.1.2");
  g_assert_null (taube_part_find_text (root, "text/enriched"));

  /* Neither the attached text nor the one in the attached message is what this one says. */
  add (report, "1", "text/plain", "attachment");
  add (add (report, "2", "message/rfc822", "inline"), "2.1", "text/plain", NULL);
  g_assert_null (taube_part_find_text (report, "text/plain"));
  add (report, "3", "text/enriched", NULL);
  assert_texts (report, "3");
  assert_texts (root, "1.1.1");

  add (forwarded, "1.1", "text/plain", NULL);
  g_assert_cmpstr (taube_part_get_section (taube_part_find_text (forwarded, "text/plain")), ==, "1.1");
  g_assert_null (taube_part_find_text (empty, "text/plain"));
  g_assert_true (taube_part_find_text (marked, "text/plain") == marked);
}

/* Built from the top and from the bottom, a thousand levels deep: cut, and freed without a deep stack. */
static void
test_depth (void)
{
  g_autoptr (TaubePart) top = new_part ("", "multipart/mixed", NULL);
  g_autoptr (TaubePart) bottom = new_part ("", "text/plain", NULL);
  TaubePart *last = top;
  guint depth = 0;

  for (guint i = 0; i < 1000; i++)
    {
      add (last, "1", "multipart/mixed", NULL);
      if (taube_part_get_n_children (last) > 0)
        last = taube_part_get_child (last, 0);
      g_assert_cmpuint (taube_part_get_n_children (last), ==, 0);
    }
  for (last = top; taube_part_get_n_children (last) > 0; last = taube_part_get_child (last, 0))
    depth++;
  g_assert_cmpuint (depth, ==, taube_limits_get_default ()->nesting);

  for (guint i = 0; i < 1000; i++)
    {
      TaubePart *outer = new_part ("", "multipart/mixed", NULL);

      taube_part_add_child (outer, g_steal_pointer (&bottom));
      bottom = outer;
    }
  g_assert_null (taube_part_find_text (bottom, "image/png"));
}

static void
test_number_of_parts (void)
{
  g_autoptr (TaubePart) root = new_part ("", "multipart/mixed", NULL);

  for (guint i = 0; i < 20000; i++)
    add (root, "1", "text/plain", NULL);
  g_assert_cmpuint (taube_part_get_n_children (root), ==, 9999);
}

static void
test_parent_ends (void)
{
  TaubePart *root = make_tree ();
  g_autoptr (TaubePart) child = g_object_ref (taube_part_find (root, "1"));

  g_object_unref (root);
  g_assert_null (taube_part_get_parent (child));
  g_assert_nonnull (taube_part_find (child, "1.1.2"));
}

static gpointer
read_parameters (gpointer data)
{
  g_assert_cmpstr (taube_part_get_filename (data), ==, "a.txt");
  g_assert_cmpstr (taube_part_get_charset (data), ==, "utf-8");
  return NULL;
}

static void
test_threads (void)
{
  for (guint round = 0; round < 200; round++)
    {
      g_autoptr (TaubePart) part = new_part ("1", "text/plain", NULL);
      GThread *threads[4];

      taube_part_set_parameter (part, "charset", "utf-8");
      taube_part_set_parameter (part, "name", "a.txt");
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = g_thread_new ("reader", read_parameters, part);
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        g_thread_join (threads[i]);
    }
}

static void
test_local (void)
{
  static const char message[] = "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
                                "--b\r\nContent-Type: TEXT/Plain; charset=utf-8; name=\"a%20b\"\r\n\r\nhello\r\n"
                                "--b\r\nContent-Type: application/pdf\r\n"
                                "Content-Disposition: attachment; filename*=utf-8''x%25y.pdf\r\n"
                                "Content-Transfer-Encoding: BASE64\r\n\r\naGVsbG8=\r\n--b--\r\n";
  g_autoptr (TaubePart) root = taube_part_new_from_message (message, strlen (message), taube_limits_get_default ());
  TaubePart *text, *file;

  g_assert_true (taube_part_is_local (root));
  g_assert_cmpstr (taube_part_get_media_type (root), ==, "multipart/mixed");
  text = taube_part_find (root, "1");
  g_assert_cmpstr (taube_part_get_media_type (text), ==, "text/plain");
  g_assert_cmpstr (taube_part_get_filename (text), ==, "a%20b");
  g_assert_cmpstr (taube_part_get_charset (text), ==, "utf-8");
  file = taube_part_find (root, "2");
  g_assert_cmpstr (taube_part_get_filename (file), ==, "x%y.pdf");
  g_assert_cmpstr (taube_part_get_encoding (file), ==, "base64");
  g_assert_true (taube_part_is_attachment (file));
}

static void
assert_section (const char *message, const char *section, const char *wanted)
{
  g_autoptr (GOutputStream) sink = g_memory_output_stream_new_resizable ();
  g_autoptr (GError) error = NULL;
  gboolean good = taube_part_write_section (message, strlen (message), section, taube_limits_get_default (), sink,
                                            NULL, &error);
  GMemoryOutputStream *memory = G_MEMORY_OUTPUT_STREAM (sink);

  g_test_message ("%s", section);
  g_assert_true (good == (wanted != NULL));
  if (!good)
    g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND);
  else
    g_assert_cmpmem (g_memory_output_stream_get_data (memory), g_memory_output_stream_get_data_size (memory), wanted,
                     strlen (wanted));
}

/* What a server that knows IMAP gives for BODY[…], out of the message. */
static void
test_write_section (void)
{
#define INNER_HEADER "Subject: in\r\n\r\n"
#define INNER INNER_HEADER "coo\r\n"
  static const char message[] = "Subject: out\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
                                "--b\r\nX: 1\r\n\r\nhello\r\n"
                                "--b\r\nContent-Type: message/rfc822\r\n\r\n" INNER "\r\n--b--\r\n";
  static const char plain[] = "Subject: x\r\n\r\nbody\r\n";

  assert_section (message, "", message);
  assert_section (message, "HEADER", "Subject: out\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n");
  assert_section (message, "TEXT", strstr (message, "--b"));
  assert_section (message, "1", "hello");
  assert_section (message, "1.MIME", "X: 1\r\n\r\n");
  assert_section (message, "1.mime", "X: 1\r\n\r\n");
  assert_section (message, "1.TEXT", NULL);
  assert_section (message, "2", INNER);
  assert_section (message, "2.HEADER", INNER_HEADER);
  assert_section (message, "2.TEXT", "coo\r\n");
  assert_section (message, "2.1", "coo\r\n");
  assert_section (message, "2.2", NULL);
  assert_section (message, "3", NULL);
  assert_section (message, "3.HEADER", NULL);
  assert_section (message, "MIME", NULL);
  assert_section (message, ".", NULL);
  assert_section (message, "1..MIME", NULL);
  assert_section (plain, "1", "body\r\n");
  assert_section (plain, "TEXT", "body\r\n");
  assert_section (plain, "HEADER", "Subject: x\r\n\r\n");
  assert_section ("", "TEXT", "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/part/getters", test_getters);
  g_test_add_func ("/part/nothing-known", test_nothing_known);
  g_test_add_func ("/part/parameters", test_parameters);
  g_test_add_func ("/part/filename", test_filename);
  g_test_add_func ("/part/tree", test_tree);
  g_test_add_func ("/part/attachments", test_attachments);
  g_test_add_func ("/part/find-text", test_find_text);
  g_test_add_func ("/part/several-texts", test_several_texts);
  g_test_add_func ("/part/depth", test_depth);
  g_test_add_func ("/part/number-of-parts", test_number_of_parts);
  g_test_add_func ("/part/parent-ends", test_parent_ends);
  g_test_add_func ("/part/threads", test_threads);
  g_test_add_func ("/part/local", test_local);
  g_test_add_func ("/part/write-section", test_write_section);
  return g_test_run ();
}
