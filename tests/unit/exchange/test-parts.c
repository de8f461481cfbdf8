/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a message is made of, as EWS tells it: the tree, the numbers, and whatever a server may say. */
#include <string.h>

#include <taube/taube-error.h>

#include "ews-test.h"
#include "ews/ews-base64.h"
#include "ews/ews-parts.h"

#define ITEM(size, body, attachments) \
  "<m:R><m:ResponseMessages><m:M><t:Message><t:ItemClass>IPM.Note</t:ItemClass>" body "<t:Attachments>" attachments \
  "</t:Attachments><t:Size>" size "</t:Size></t:Message></m:M></m:ResponseMessages></m:R>"
#define TEXT "<t:Body BodyType=\"Text\"/>"
#define HTML "<t:Body BodyType=\"HTML\"/>"
#define ATTACHED(id, name, type, rest) \
  "<t:FileAttachment><t:AttachmentId Id=\"" id "\"/><t:Name>" name "</t:Name><t:ContentType>" type \
  "</t:ContentType>" rest "</t:FileAttachment>"
#define PICTURE(id, cid) \
  ATTACHED (id, "p.png", "image/png", "<t:ContentId>" cid "</t:ContentId><t:Size>10</t:Size>" \
            "<t:IsInline>true</t:IsInline>")
#define PDF(id) ATTACHED (id, "a.pdf", "application/pdf", "<t:Size>200000</t:Size>")

static ExchangeParts *
decode (const char *xml)
{
  g_autoptr (EwsTestNode) node = ews_test_node_new (xml);
  const EwsNode *item = ews_node_find (ews_test_node_get (node), "Message");
  ExchangeParts *parts = exchange_parts_new ();

  g_assert_nonnull (item);
  ews_parts_decode (item, 7, parts);
  exchange_parts_close (parts);
  return parts;
}

static void
describe (GString *out, TaubePart *part, ExchangeParts *parts)
{
  const ExchangePart *told = exchange_parts_find (parts, taube_part_get_section (part));

  g_string_append_printf (out, "%s[%s%s%s]", taube_part_get_media_type (part), taube_part_get_section (part),
                          told != NULL && told->id != NULL ? "=" : "",
                          told != NULL && told->id != NULL ? told->id : "");
  if (taube_part_get_n_children (part) == 0)
    {
      g_assert_nonnull (told);
      return;
    }
  g_string_append (out, "(");
  for (guint i = 0; i < taube_part_get_n_children (part); i++)
    {
      g_string_append (out, i > 0 ? " " : "");
      describe (out, taube_part_get_child (part, i), parts);
    }
  g_string_append (out, ")");
}

static const struct
{
  const char *xml;
  const char *tree; /* NULL: the message has to be looked at */
} trees[] = {
  { ITEM ("200000", TEXT, PDF ("A")), "multipart/mixed[](text/plain[1] application/pdf[2=A])" },
  { ITEM ("200000", HTML, PDF ("A") PDF ("B")),
    "multipart/mixed[](multipart/alternative[1](text/plain[1.1] text/html[1.2]) application/pdf[2=A] "
    "application/pdf[3=B])" },
  { ITEM ("200000", HTML, PICTURE ("P", "a@b")),
    "multipart/related[](multipart/alternative[1](text/plain[1.1] text/html[1.2]) image/png[2=P])" },
  { ITEM ("200000", HTML, PICTURE ("P", "a@b") PDF ("A") PICTURE ("Q", "c@d")),
    "multipart/mixed[](multipart/related[1](multipart/alternative[1.1](text/plain[1.1.1] text/html[1.1.2]) "
    "image/png[1.2=P] image/png[1.3=Q]) application/pdf[2=A])" },
  /* Without HTML nobody speaks of a picture. */
  { ITEM ("200000", TEXT, PICTURE ("P", "a@b")), "multipart/mixed[](text/plain[1] image/png[2=P])" },
  { ITEM ("200000", HTML, ATTACHED ("P", "p.png", "image/png", "<t:IsInline>true</t:IsInline>")),
    "multipart/mixed[](multipart/alternative[1](text/plain[1.1] text/html[1.2]) image/png[2=P])" },
  /* Items, and what an earlier version does not know. */
  { ITEM ("200000", TEXT, "<t:ItemAttachment><t:AttachmentId Id=\"I\"/><t:Name>Re: x</t:Name></t:ItemAttachment>"
          "<t:FutureAttachment><t:AttachmentId Id=\"F\"/></t:FutureAttachment>"),
    "multipart/mixed[](text/plain[1] message/rfc822[2=I])" },
  /* The same id twice is two parts. */
  { ITEM ("200000", TEXT, PDF ("A") PDF ("A")),
    "multipart/mixed[](text/plain[1] application/pdf[2=A] application/pdf[3=A])" },
  /* No size: whatever the message has. */
  { ITEM ("-5", TEXT, PDF ("A")), "multipart/mixed[](text/plain[1] application/pdf[2=A])" },
  { ITEM ("many", TEXT, PDF ("A")), "multipart/mixed[](text/plain[1] application/pdf[2=A])" },
  /* Types that are none. */
  { ITEM ("200000", TEXT, ATTACHED ("A", "a", "x", "") ATTACHED ("B", "b", "/", "") ATTACHED ("C", "c", "", "")),
    "multipart/mixed[](text/plain[1] application/octet-stream[2=A] application/octet-stream[3=B] "
    "application/octet-stream[4=C])" },
  /* Small; no attachments; an attachment that cannot be named; no body; sealed. */
  { ITEM ("131072", TEXT, PDF ("A")), NULL },
  { ITEM ("200000", TEXT, ""), NULL },
  { ITEM ("200000", TEXT, PDF ("A") PDF ("")), NULL },
  { ITEM ("200000", TEXT, "<t:FileAttachment><t:Name>x</t:Name></t:FileAttachment>"), NULL },
  { ITEM ("200000", "", PDF ("A")), NULL },
  { "<m:R><m:M><t:Message><t:ItemClass>IPM.Note.SMIME.MultipartSigned</t:ItemClass>" TEXT "<t:Attachments>" PDF ("A")
    "</t:Attachments></t:Message></m:M></m:R>", NULL },
};

static void
test_trees (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (trees); i++)
    {
      g_autoptr (ExchangeParts) parts = decode (trees[i].xml);
      TaubePart *root = exchange_parts_get_root (parts);
      g_autoptr (GString) tree = g_string_new (NULL);

      if (root != NULL)
        describe (tree, root, parts);
      g_assert_cmpstr (root != NULL ? tree->str : NULL, ==, trees[i].tree);
      g_assert_null (exchange_parts_find (parts, "9.9"));
      g_assert_null (exchange_parts_find (parts, ""));
    }
}

static void
test_words (void)
{
  g_autoptr (ExchangeParts) parts = decode (
    ITEM ("200000", HTML,
          ATTACHED ("A", "t\xc3\xa4glich.txt", " Text/PLAIN ; charset=\"iso-8859-1\" ; x ; =y",
                    "<t:ContentId>&lt;c@d&gt;</t:ContentId><t:Size>12</t:Size>")));
  TaubePart *root = exchange_parts_get_root (parts), *part = taube_part_find (root, "2");

  g_assert_cmpstr (taube_part_get_media_type (part), ==, "text/plain");
  g_assert_cmpstr (taube_part_get_charset (part), ==, "iso-8859-1");
  g_assert_cmpstr (taube_part_get_filename (part), ==, "t\xc3\xa4glich.txt");
  g_assert_cmpstr (taube_part_get_content_id (part), ==, "c@d");
  g_assert_cmpstr (taube_part_get_encoding (part), ==, "binary");
  g_assert_cmpuint (taube_part_get_size (part), ==, 12);
  g_assert_true (taube_part_is_attachment (part));
  part = taube_part_find_text (root, "text/html");
  g_assert_cmpstr (taube_part_get_section (part), ==, "1.2");
  g_assert_cmpuint (taube_part_get_size (part), ==, 7);
  g_assert_cmpstr (taube_part_get_charset (part), ==, "utf-8");
  g_assert_false (taube_part_is_attachment (part));
}

/* A link is in no MIME: it is told however small the message is, and is no file. */
static void
test_link (void)
{
  g_autoptr (ExchangeParts) parts = decode (
    ITEM ("100", TEXT, "<t:ReferenceAttachment><t:AttachmentId Id=\"R\"/><t:Name>plan.docx</t:Name>"
          "<t:AttachLongPathName>https://files.example.org/plan.docx?a=b;c</t:AttachLongPathName>"
          "</t:ReferenceAttachment>"));
  TaubePart *part = taube_part_find (exchange_parts_get_root (parts), "2");

  g_assert_cmpstr (taube_part_get_media_type (part), ==, "message/external-body");
  g_assert_cmpstr (taube_part_get_parameter (part, "access-type"), ==, "URL");
  g_assert_cmpstr (taube_part_get_parameter (part, "url"), ==, "https://files.example.org/plan.docx?a=b;c");
  g_assert_cmpstr (taube_part_get_filename (part), ==, "plan.docx");
  g_assert_cmpint (exchange_parts_find (parts, "2")->kind, ==, EXCHANGE_PART_LINK);
}

/* CASES.md S26, CASES.md 60: a name leads nowhere and holds nothing that a terminal obeys. */
static void
test_hostile_names (void)
{
  static const char *const names[] = { "../../etc/passwd", "C:\\Windows\\a.exe", "..", "/", "a&#x1b;[2Jb", "a&#x0;b",
                                       "a&#10;b", "&#x202e;fdp.exe", "" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *xml = g_strdup_printf (
        ITEM ("200000", TEXT, "<t:FileAttachment><t:AttachmentId Id=\"A\"/><t:Name>%s</t:Name>"
              "</t:FileAttachment>"), names[i]);
      g_autoptr (ExchangeParts) parts = decode (xml);
      const char *name = taube_part_get_filename (taube_part_find (exchange_parts_get_root (parts), "2"));

      if (name == NULL)
        continue;
      g_assert_null (strpbrk (name, "/\\\n\r\x1b"));
      g_assert_cmpstr (name, !=, "");
      g_assert_cmpstr (name, !=, "..");
      g_assert_true (g_utf8_validate (name, -1, NULL));
    }
}

/* More than anybody sends: the tree has an end, and what is in it can be found. */
static void
test_many (void)
{
  g_autoptr (GString) xml = g_string_new (
    "<m:R><m:M><t:Message>" TEXT "<t:Size>999999</t:Size><t:Attachments>");
  g_autoptr (ExchangeParts) parts = NULL;
  TaubePart *root;
  guint n;

  for (guint i = 0; i < 12000; i++)
    g_string_append (xml, "<t:FileAttachment><t:AttachmentId Id=\"A\"/></t:FileAttachment>");
  g_string_append (xml, "</t:Attachments></t:Message></m:M></m:R>");
  parts = decode (xml->str);
  root = exchange_parts_get_root (parts);
  n = taube_part_get_n_children (root);
  g_assert_cmpuint (n, >=, 9000);
  g_assert_cmpuint (n, <=, 10000);
  for (guint i = 0; i < n; i++)
    g_assert_nonnull (exchange_parts_find (parts, taube_part_get_section (taube_part_get_child (root, i))));
}

static gboolean
append (const guint8 *bytes, gsize length, gpointer user_data, GError **error)
{
  g_byte_array_append (user_data, bytes, (guint) length);
  return TRUE;
}

/* Cut anywhere, with blanks anywhere. */
static void
test_base64 (void)
{
  static const char text[] = "\r\nQUJD RE\nVG\r\n R0hJ\tSg==\n";

  for (gsize cut = 0; cut < sizeof text; cut++)
    {
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      EwsBase64 base64 = { 0 };

      g_assert_true (ews_base64_decode (&base64, text, cut, append, bytes, NULL));
      g_assert_true (ews_base64_decode (&base64, text + cut, sizeof text - 1 - MIN (cut, sizeof text - 1), append,
                                        bytes, NULL));
      g_assert_cmpmem (bytes->data, bytes->len, "ABCDEFGHIJ", 10);
    }
}

static gboolean
refuse (const guint8 *bytes, gsize length, gpointer user_data, GError **error)
{
  g_set_error_literal (error, TAUBE_ERROR, TAUBE_ERROR_STORAGE, "no space");
  return FALSE;
}

/* Pieces of any size, and a sink that wants no more. */
static void
test_base64_large (void)
{
  g_autofree guint8 *data = g_malloc (100000);
  g_autofree char *text = NULL;
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  EwsBase64 base64 = { 0 };
  gsize length;

  for (guint i = 0; i < 100000; i++)
    data[i] = (guint8) (i * 7 + i / 256);
  text = g_base64_encode (data, 100000);
  length = strlen (text);
  for (gsize at = 0, piece = 1; at < length; at += piece, piece = piece * 2 + 1)
    g_assert_true (ews_base64_decode (&base64, text + at, MIN (piece, length - at), append, bytes, NULL));
  g_assert_cmpmem (bytes->data, bytes->len, data, 100000);
  base64 = (EwsBase64){ 0 };
  g_assert_false (ews_base64_decode (&base64, text, length, refuse, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_STORAGE);
}

#define ANSWER(inside) SOAP_HEAD "<s:Body><m:GetAttachmentResponse><m:ResponseMessages>" \
  "<m:GetAttachmentResponseMessage ResponseClass=\"Success\"><m:Attachments>" inside "</m:Attachments>" \
  "</m:GetAttachmentResponseMessage></m:ResponseMessages></m:GetAttachmentResponse></s:Body>" SOAP_TAIL
#define ANSWER_END "[0] message GetAttachmentResponseMessage ResponseClass=Success {Attachments}\nend\n"

/* GetAttachment at every split: the content goes by, and of an item no other text is kept. */
static void
test_answers (void)
{
  ews_test_check (ANSWER ("<t:FileAttachment><t:AttachmentId Id=\"A\"/><t:Name>n</t:Name>"
                          "<t:Content>QUJD\nRA==</t:Content></t:FileAttachment>"), -1, FALSE, "Content",
                  "QUJD\nRA==[0] unit FileAttachment {AttachmentId Id=A, Name \"n\", Content}\n" ANSWER_END);
  ews_test_check (ANSWER ("<t:ItemAttachment><t:AttachmentId Id=\"A\"/><t:Message><t:MimeContent>QQ==</t:MimeContent>"
                          "<t:Body BodyType=\"Text\">very long</t:Body><t:Attachments><t:FileAttachment/>"
                          "</t:Attachments></t:Message></t:ItemAttachment>"), -1, FALSE, "MimeContent",
                  "QQ==[0] unit ItemAttachment {AttachmentId Id=A, Message {MimeContent, Body BodyType=Text, "
                  "Attachments {FileAttachment}}}\n" ANSWER_END);
  ews_test_check (SOAP_HEAD "<s:Body><m:R><m:ResponseMessages><m:M><m:Items><t:Message><t:Attachments>"
                  "<t:FileAttachment/></t:Attachments><t:Body BodyType=\"HTML\">&lt;p&gt;a &amp; b</t:Body>"
                  "</t:Message></m:Items></m:M></m:ResponseMessages></m:R></s:Body>" SOAP_TAIL, -1, FALSE, "Body",
                  "<p>a & b[0] unit Message {Attachments {FileAttachment}, Body BodyType=HTML}\n"
                  "[0] message M {Items}\nend\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/exchange/parts/trees", test_trees);
  g_test_add_func ("/exchange/parts/words", test_words);
  g_test_add_func ("/exchange/parts/link", test_link);
  g_test_add_func ("/exchange/parts/hostile-names", test_hostile_names);
  g_test_add_func ("/exchange/parts/many", test_many);
  g_test_add_func ("/exchange/parts/base64", test_base64);
  g_test_add_func ("/exchange/parts/base64-large", test_base64_large);
  g_test_add_func ("/exchange/parts/answers", test_answers);
  return g_test_run ();
}
