/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Parts of messages: what Exchange tells is held against what Dovecot says of the same message. */
#include "exchange-world.h"
#include "imap-client.h"
#include "meter.h"

#include <string.h>

#include "taube-test-dovecot.h"

#define LARGE 150000

/* Writing messages. */

static void
begin (GString *mime, const char *type, const char *boundary)
{
  g_string_append_printf (mime, "Content-Type: multipart/%s; boundary=\"%s\"\r\n\r\n", type, boundary);
}

static void
add (GString *mime, const char *boundary, const char *header, const char *body)
{
  g_string_append_printf (mime, "--%s\r\n%s\r\n%s\r\n", boundary, header, body);
}

static void
end (GString *mime, const char *boundary)
{
  g_string_append_printf (mime, "--%s--\r\n", boundary);
}

#define PLAIN "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
#define PAGE "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
#define PICTURE "Content-Type: image/png; name=\"p.png\"\r\nContent-ID: <pic@example.org>\r\n" \
  "Content-Disposition: inline; filename=\"p.png\"\r\nContent-Transfer-Encoding: base64\r\n"
#define INNER "Content-Type: message/rfc822\r\nContent-Disposition: attachment; filename=\"inner.eml\"\r\n"
#define INNER_BODY "From: zoe@example.net\r\nSubject: Inner\r\nMIME-Version: 1.0\r\n" \
  "Content-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n" PLAIN "\r\ninside\r\n" \
  "--i\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=deep.pdf\r\n\r\ndeep\r\n--i--\r\n"

/* Bytes of all kinds, in lines of base64. (transfer full) */
static char *
make_bytes (guint n, guint seed)
{
  g_autofree guint8 *data = g_malloc (n);
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autofree char *text = NULL;
  gsize length;

  for (guint i = 0; i < n; i++)
    data[i] = (guint8) (i * seed + i / 251);
  text = g_base64_encode (data, n);
  length = strlen (text);
  for (gsize at = 0; at < length; at += 76)
    {
      g_string_append_len (lines, text + at, (gssize) MIN (76, length - at));
      g_string_append (lines, "\r\n");
    }
  return g_string_free (g_steal_pointer (&lines), FALSE);
}

static void
add_file (GString *mime, const char *boundary, const char *type, const char *filename, guint n)
{
  g_autofree char *bytes = make_bytes (n, n % 255 + 1);
  g_autofree char *header = g_strdup_printf ("Content-Type: %s\r\nContent-Disposition: attachment; %s\r\n"
                                             "Content-Transfer-Encoding: base64\r\n", type, filename);

  add (mime, boundary, header, bytes);
}

static GString *
head (void)
{
  return g_string_new ("From: a@example.org\r\nTo: alice@example.org\r\nSubject: parts\r\nMIME-Version: 1.0\r\n");
}

static void
add_alternative (GString *mime, const char *boundary)
{
  g_string_append_printf (mime, "--%s\r\n", boundary);
  begin (mime, "alternative", "alt");
  add (mime, "alt", PLAIN, "Gr\xc3\xbc\xc3\x9f" "e\r\n.\r\n");
  add (mime, "alt", PAGE, "<p>Gr\xc3\xbc\xc3\x9f" "e <img src=\"cid:pic@example.org\"></p>\r\n");
  end (mime, "alt");
}

static char *
make_text_and_files (guint n)
{
  GString *mime = head ();

  begin (mime, "mixed", "m");
  add (mime, "m", PLAIN, "Hello.\r\n");
  add_file (mime, "m", "application/pdf", "filename=a.pdf", n);
  add_file (mime, "m", "text/csv", "filename*=utf-8''t%C3%A4glich.csv", 99);
  end (mime, "m");
  return g_string_free (mime, FALSE);
}

static char *
make_page_and_file (guint n)
{
  GString *mime = head ();

  begin (mime, "mixed", "m");
  add_alternative (mime, "m");
  add_file (mime, "m", "application/zip", "filename=b.zip", n);
  end (mime, "m");
  return g_string_free (mime, FALSE);
}

static char *
make_all (guint n)
{
  GString *mime = head ();

  begin (mime, "mixed", "m");
  g_string_append (mime, "--m\r\n");
  begin (mime, "related", "rel");
  add_alternative (mime, "rel");
  add (mime, "rel", PICTURE, "iVBORw0KGgo=\r\n");
  end (mime, "rel");
  add_file (mime, "m", "application/zip", "filename=b.zip", n);
  add (mime, "m", INNER, INNER_BODY);
  end (mime, "m");
  return g_string_free (mime, FALSE);
}

static char *
make_page_alone (guint n)
{
  GString *mime = head ();

  begin (mime, "mixed", "m");
  add (mime, "m", PAGE, "<p>Only this</p>\r\n");
  add_file (mime, "m", "application/zip", "filename=b.zip", n);
  end (mime, "m");
  return g_string_free (mime, FALSE);
}

/* Pictures below one of the forms: the other way round than Exchange itself writes it. */
static char *
make_inside_out (guint n)
{
  GString *mime = head ();

  begin (mime, "alternative", "alt");
  add (mime, "alt", PLAIN, "Text\r\n");
  g_string_append (mime, "--alt\r\n");
  begin (mime, "related", "rel");
  add (mime, "rel", PAGE, "<p>Page</p>\r\n");
  add (mime, "rel", PICTURE, "iVBORw0KGgo=\r\n");
  add_file (mime, "rel", "application/zip", "filename=b.zip", n);
  end (mime, "rel");
  end (mime, "alt");
  return g_string_free (mime, FALSE);
}

static char *
make_plain (guint n)
{
  g_autofree char *bytes = make_bytes (n, 7);
  GString *mime = head ();

  g_string_append_printf (mime, PLAIN "\r\n%s", bytes);
  return g_string_free (mime, FALSE);
}

static char *
make_signed (guint n)
{
  GString *mime = head ();

  g_string_append (mime, "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; micalg=sha-256;"
                         " boundary=\"s\"\r\n\r\n");
  add (mime, "s", PLAIN, "Signed.\r\n");
  add_file (mime, "s", "application/pkcs7-signature", "filename=smime.p7s", n);
  end (mime, "s");
  return g_string_free (mime, FALSE);
}

/* How far the trees agree. */
typedef enum
{
  SAME_TREE,  /* in everything */
  SAME_PARTS, /* leaves have the same numbers and contents */
  SAME_FILES, /* attachments have */
  FILES,      /* attachments have the same contents, under whatever number */
} Agreement;

static const struct
{
  const char *name;
  char *(*make) (guint n);
  guint n;
  Agreement agreement;
} messages[] = {
  { "text-and-files-small", make_text_and_files, 300, SAME_TREE },
  { "page-and-file-small", make_page_and_file, 300, SAME_TREE },
  { "all-small", make_all, 300, SAME_TREE },
  { "page-alone-small", make_page_alone, 300, SAME_TREE },
  { "inside-out-small", make_inside_out, 300, SAME_TREE },
  { "plain", make_plain, LARGE, SAME_TREE },
  { "signed", make_signed, LARGE, SAME_TREE },
  { "text-and-files", make_text_and_files, LARGE, SAME_PARTS },
  { "page-and-file", make_page_and_file, LARGE, SAME_PARTS },
  { "all", make_all, LARGE, SAME_PARTS },
  { "page-alone", make_page_alone, LARGE, SAME_FILES },
  { "inside-out", make_inside_out, LARGE, FILES },
};

/* Looking at them. */

/* The N-th that came. */
static TaubeMessage *
get_message (TaubeAccount *account, guint n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeMessageList) list = exchange_world_list (account, "INBOX", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (list)), ==, n + 1);
  return g_list_model_get_item (G_LIST_MODEL (list), n);
}

static GBytes *
save (TaubeMessage *message, TaubePart *part, GError **error)
{
  g_autoptr (GOutputStream) sink = g_memory_output_stream_new_resizable ();

  if (!taube_message_save_part (message, part, TRUE, sink, NULL, NULL, error))
    return NULL;
  g_output_stream_close (sink, NULL, NULL);
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (sink));
}

/* Line ends of texts are their carriers'. */
static char *
digest (TaubeMessage *message, TaubePart *part)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = save (message, part, &error);
  g_autoptr (GString) text = NULL;

  g_assert_no_error (error);
  if (!g_str_has_prefix (taube_part_get_media_type (part), "text/") || taube_part_is_attachment (part))
    return g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  text = g_string_new_len (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes));
  g_string_replace (text, "\r\n", "\n", 0);
  while (text->len > 0 && text->str[text->len - 1] == '\n')
    g_string_truncate (text, text->len - 1);
  return g_strdup_printf ("\"%.40s\"", text->str);
}

static void
describe (GString *out, TaubeMessage *message, TaubePart *part, Agreement agreement)
{
  guint n = taube_part_get_n_children (part);
  gboolean enclosed = g_str_equal (taube_part_get_media_type (part), "message/rfc822");
  gboolean leaf = n == 0 || enclosed, attached = taube_part_is_attachment (part);

  if (agreement == SAME_TREE || (leaf && (agreement == SAME_PARTS || attached)))
    {
      g_autofree char *content = leaf ? digest (message, part) : g_strdup ("");

      g_string_append_printf (out, "%s %s %s %s %s\n", agreement == FILES ? "" : taube_part_get_section (part),
                              taube_part_get_media_type (part),
                              taube_part_get_filename (part) != NULL ? taube_part_get_filename (part) : "-",
                              taube_part_get_content_id (part) != NULL ? taube_part_get_content_id (part) : "-",
                              content);
    }
  /* What is in a message that hangs on a large one is in that message. */
  for (guint i = 0; i < n && (agreement == SAME_TREE || !enclosed); i++)
    describe (out, message, taube_part_get_child (part, i), agreement);
}

static char *
look (TaubeAccount *account, guint n, Agreement agreement)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeMessage) message = get_message (account, n);
  g_autoptr (TaubePart) root = taube_message_load_structure (message, NULL, &error);
  g_autoptr (GString) out = g_string_new (NULL);
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  describe (out, message, root, agreement);
  text = taube_message_load_text (message, NULL, &error);
  g_assert_no_error (error);
  if (agreement != FILES && agreement != SAME_FILES)
    g_string_append_printf (out, "%.60s", text);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
test_agreement (void)
{
  g_autoptr (TaubeTestDovecot) dovecot = taube_test_dovecot_start (NULL);
  g_autoptr (ExchangeWorld) world = exchange_world_start ("");
  g_autoptr (TaubeAccount) imap = NULL, exchange = NULL;
  g_autoptr (GError) error = NULL;

  if (dovecot == NULL)
    return;
  imap = imap_client_open (dovecot, "alice", "imaps", "");
  imap_client_connect (imap, &error);
  g_assert_no_error (error);
  exchange = exchange_world_connect (world);
  for (guint i = 0; i < G_N_ELEMENTS (messages); i++)
    {
      g_autofree char *mime = messages[i].make (messages[i].n), *there = NULL, *here = NULL;

      g_test_message ("%s", messages[i].name);
      taube_test_dovecot_deliver (dovecot, "alice", "INBOX", mime, -1);
      exchange_world_deliver (world, mime);
      there = look (imap, i, messages[i].agreement);
      here = look (exchange, i, messages[i].agreement);
      g_assert_cmpstr (here, ==, there);
      g_assert_cmpuint (strlen (here), >, 20);
    }
}

/* What it costs, and where it comes from. */

typedef struct
{
  ExchangeWorld *world;
  TaubeAccount *account;
  TaubeMessage *message;
} Case;

static void
case_begin (Case *self, const char *options, const char *mime)
{
  self->world = exchange_world_start (options);
  exchange_world_deliver (self->world, mime);
  self->account = exchange_world_connect (self->world);
  self->message = get_message (self->account, 0);
  g_free (exchange_world_ask (self->world, "DELETE", "requests", NULL));
}

static void
case_clear (Case *self)
{
  g_clear_object (&self->message);
  g_clear_object (&self->account);
  g_clear_pointer (&self->world, exchange_world_stop);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Case, case_clear)

static TaubePart *
load (Case *self)
{
  g_autoptr (GError) error = NULL;
  TaubePart *root = taube_message_load_structure (self->message, NULL, &error);

  g_assert_no_error (error);
  return root;
}

/* One question for the parts, one for each that is wanted; no MIME. */
static void
test_requests (void)
{
  g_autofree char *mime = make_text_and_files (LARGE);
  g_auto (Case) it = { 0 };
  g_autoptr (TaubePart) root = NULL;
  g_autoptr (GBytes) pdf = NULL, csv = NULL;
  g_autoptr (GError) error = NULL;

  case_begin (&it, "", mime);
  root = load (&it);
  pdf = save (it.message, taube_part_find (root, "2"), &error);
  g_assert_no_error (error);
  csv = save (it.message, taube_part_find (root, "3"), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (pdf), ==, LARGE);
  g_assert_cmpuint (taube_part_get_size (taube_part_find (root, "2")), ==, LARGE);
  g_assert_cmpuint (g_bytes_get_size (csv), ==, 99);
  g_assert_cmpuint (exchange_world_count (it.world, "GetItem"), ==, 1);
  g_assert_cmpuint (exchange_world_count (it.world, "GetAttachment"), ==, 2);
  g_assert_cmpuint (exchange_world_count (it.world, NULL), ==, 3);
}

/* A file of 24 MB goes by in pieces. */
static void
test_large_part (void)
{
  g_autofree char *mime = make_text_and_files (24 << 20);
  g_auto (Case) it = { 0 };
  g_autoptr (TaubePart) root = NULL;
  g_autoptr (Meter) meter = meter_new ();
  g_autoptr (TaubeProgress) progress = taube_progress_new ();
  g_autoptr (GError) error = NULL;

  case_begin (&it, "", mime);
  root = load (&it);
  taube_message_save_part (it.message, taube_part_find (root, "2"), TRUE, G_OUTPUT_STREAM (meter), progress, NULL,
                           &error);
  g_assert_no_error (error);
  g_assert_cmpuint (meter->total, ==, 24 << 20);
  g_assert_cmpuint (meter->largest, <=, 64 << 10);
}

static char *
fetch (Case *self, const char *section, GError **error)
{
  return exchange_world_fetch (self->account, taube_item_get_id (TAUBE_ITEM (self->message)), section, error);
}

/* By their numbers, without the structure; what IMAP calls by words, too. */
static void
test_sections (void)
{
  static const guint sizes[] = { 300, LARGE };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *mime = make_text_and_files (sizes[i]);
      g_auto (Case) it = { 0 };
      g_autofree char *text = NULL, *header = NULL, *below = NULL, *none = NULL;
      g_autoptr (GError) error = NULL;

      case_begin (&it, "", mime);
      text = fetch (&it, "1", &error);
      g_assert_no_error (error);
      g_assert_cmpstr (g_strchomp (text), ==, "Hello.");
      header = fetch (&it, "HEADER", &error);
      g_assert_no_error (error);
      below = fetch (&it, "TEXT", &error);
      g_assert_no_error (error);
      g_assert_true (g_str_has_prefix (mime + strlen (header), below));
      g_assert_cmpuint (strlen (header) + strlen (below), ==, strlen (mime));
      none = fetch (&it, "7", &error);
      g_assert_null (none);
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND);
    }
}

/* A server without GetAttachment: found out once, then the message is taken apart here. */
static void
test_server_without_parts (void)
{
  g_autofree char *mime = make_text_and_files (LARGE), *section = NULL;
  g_auto (Case) it = { 0 };
  g_autoptr (TaubePart) told = NULL, found = NULL;
  g_autoptr (GBytes) first = NULL, second = NULL;
  g_autoptr (GError) error = NULL;

  case_begin (&it, "--missing=GetAttachment", mime);
  told = load (&it);
  g_assert_cmpstr (taube_part_get_encoding (taube_part_find (told, "2")), ==, "binary");
  first = save (it.message, taube_part_find (told, "2"), &error);
  g_assert_no_error (error);
  found = load (&it);
  g_assert_cmpstr (taube_part_get_encoding (taube_part_find (found, "2")), ==, "base64");
  second = save (it.message, taube_part_find (found, "2"), &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (first, second));
  g_assert_cmpuint (g_bytes_get_size (first), ==, LARGE);
  g_free (exchange_world_ask (it.world, "DELETE", "requests", NULL));
  section = fetch (&it, "1", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (g_strchomp (section), ==, "Hello.");
  g_assert_cmpuint (exchange_world_count (it.world, NULL), ==, 1);
}

/* What hangs on a message was changed by somebody since it was looked at. */
static void
test_stale (void)
{
  g_autofree char *mime = make_text_and_files (LARGE), *before = NULL, *after = NULL, *answer = NULL, *order = NULL;
  g_auto (Case) it = { 0 };
  g_autoptr (TaubePart) root = NULL;
  g_autoptr (GBytes) late = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) pieces = NULL;

  case_begin (&it, "", mime);
  root = load (&it);
  order = g_strdup_printf ("<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>"
                           "<t:FieldURI FieldURI=\"item:Attachments\"/></t:AdditionalProperties></m:ItemShape>"
                           "<m:ItemIds><t:ItemId Id=\"%s\"/></m:ItemIds></m:GetItem>",
                           taube_item_get_id (TAUBE_ITEM (it.message)));
  answer = exchange_world_post (it.world, order);
  pieces = g_strsplit (strstr (answer, "AttachmentId Id=\"") + strlen ("AttachmentId Id=\""), "\"", 2);
  before = fetch (&it, "2", &error);
  g_assert_no_error (error);
  g_free (order);
  order = g_strdup_printf ("<m:DeleteAttachment><m:AttachmentIds><t:AttachmentId Id=\"%s\"/></m:AttachmentIds>"
                           "</m:DeleteAttachment>", pieces[0]);
  g_free (exchange_world_post (it.world, order));
  /* The first one is gone; the message, asked again, has another one at its place, or is small now and is cut. */
  after = fetch (&it, "2", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (strlen (after), <, 1000);
  late = save (it.message, taube_part_find (root, "3"), &error);
  g_assert_true (late == NULL || g_bytes_get_size (late) < 1000);
}

/* An answer that is not what was asked for. */
#define ANSWER(inside) "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'" \
  " xmlns:t='http://schemas.microsoft.com/exchange/services/2006/types'" \
  " xmlns:m='http://schemas.microsoft.com/exchange/services/2006/messages'><s:Body><m:GetAttachmentResponse>" \
  "<m:ResponseMessages><m:GetAttachmentResponseMessage ResponseClass='Success'><m:ResponseCode>NoError" \
  "</m:ResponseCode><m:Attachments>" inside "</m:Attachments></m:GetAttachmentResponseMessage>" \
  "</m:ResponseMessages></m:GetAttachmentResponse></s:Body></s:Envelope>"

static const char *const answers[] = {
  ANSWER (""),
  ANSWER ("<t:FileAttachment><t:Name>a</t:Name></t:FileAttachment>"),
  ANSWER ("<t:FileAttachment><t:AttachmentId Id='another'/><t:Content/></t:FileAttachment>"),
  ANSWER ("<t:ItemAttachment><t:Message><t:Subject>x</t:Subject></t:Message></t:ItemAttachment>"),
  "<html><body>Sign in</body></html>",
  "<!DOCTYPE x [<!ENTITY a 'b'>]>" ANSWER ("<t:FileAttachment><t:Content>&a;</t:Content></t:FileAttachment>"),
};

static void
test_hostile_answers (void)
{
  g_autofree char *mime = make_text_and_files (LARGE);
  g_auto (Case) it = { 0 };
  g_autoptr (TaubePart) root = NULL;

  case_begin (&it, "", mime);
  root = load (&it);
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autofree char *escaped = g_strescape (answers[i], NULL);
      g_autofree char *fault = g_strdup_printf ("{\"fault\": \"garbage\", \"operation\": \"GetAttachment\","
                                                " \"body\": \"%s\"}", escaped);
      g_autoptr (GError) error = NULL, none = NULL;
      g_autoptr (GBytes) bytes = NULL, good = NULL;

      exchange_world_order (it.world, fault);
      bytes = save (it.message, taube_part_find (root, "2"), &error);
      g_test_message ("%u: %s", i, error != NULL ? error->message : "no error");
      g_assert_null (bytes);
      g_assert_nonnull (error);
      good = save (it.message, taube_part_find (root, "2"), &none);
      g_assert_no_error (none);
      g_assert_cmpuint (g_bytes_get_size (good), ==, LARGE);
    }
}

/* Faults while a part is on its way: an error, or all of it; never some of it as if it were all. */
static void
test_faults (void)
{
  static const char *const faults[] = { "{\"fault\": \"truncated\", \"at\": 90000, \"operation\": \"GetAttachment\"}",
                                        "{\"fault\": \"close\", \"operation\": \"GetAttachment\"}",
                                        "{\"fault\": \"server-busy\", \"backoff\": 10,"
                                        " \"operation\": \"GetAttachment\"}",
                                        "{\"fault\": \"item-error\", \"code\": \"ErrorItemNotFound\","
                                        " \"operation\": \"GetAttachment\"}",
                                        "{\"fault\": \"dribble\", \"bytes\": 700, \"operation\": \"GetAttachment\"}",
                                        "{\"fault\": \"shuffled\", \"operation\": \"GetItem\"}",
                                        "{\"fault\": \"surprises\", \"operation\": \"GetItem\"}",
                                        "{\"fault\": \"control-character\", \"element\": \"Name\"}" };
  g_autofree char *mime = make_text_and_files (LARGE);
  g_auto (Case) it = { 0 };

  case_begin (&it, "", mime);
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TaubePart) root = NULL;
      g_autoptr (GBytes) bytes = NULL;

      exchange_world_order (it.world, faults[i]);
      root = load (&it);
      bytes = save (it.message, taube_part_find (root, "2"), &error);
      g_test_message ("%u: %s", i, error != NULL ? error->message : "good");
      g_assert_true ((bytes == NULL) == (error != NULL));
      if (bytes != NULL)
        g_assert_cmpuint (g_bytes_get_size (bytes), ==, LARGE);
      g_free (exchange_world_ask (it.world, "DELETE", "faults", NULL));
    }
}

/* CASES.md S26 and S15, CASES.md 60: names, numbers and depths of attachments. */
static void
test_hostile_message (void)
{
  g_autoptr (GString) mime = head ();
  g_auto (Case) it = { 0 };
  g_autoptr (TaubePart) root = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) last = NULL, deep = NULL;
  guint n;

  begin (mime, "mixed", "m");
  add (mime, "m", PLAIN, "x\r\n");
  add_file (mime, "m", "application/pdf", "filename=\"../../.ssh/authorized_keys\"", LARGE);
  add_file (mime, "m", "application/pdf", "filename=\"..\"", 10);
  add_file (mime, "m", "application/pdf", "filename=\"=?utf-8?q?a=1B[31mb=0Ac=00d?=\"", 10);
  g_string_append (mime, "--m\r\n" INNER "\r\n");
  for (guint i = 0; i < 100; i++)
    g_string_append_printf (mime, "Content-Type: multipart/mixed; boundary=d%u\r\n\r\n--d%u\r\n" INNER "\r\n", i, i);
  g_string_append (mime, "Subject: bottom\r\n\r\n.\r\n");
  for (guint i = 0; i < 900; i++)
    add_file (mime, "m", "image/gif", "filename=same", 3);
  end (mime, "m");
  case_begin (&it, "", mime->str);
  root = load (&it);
  n = taube_part_get_n_children (root);
  g_assert_cmpuint (n, ==, 905);
  for (guint i = 1; i < n; i++)
    {
      const char *name = taube_part_get_filename (taube_part_get_child (root, i));

      g_assert_true (name == NULL || (strpbrk (name, "/\\\n\x1b") == NULL && strcmp (name, "..") != 0));
    }
  g_assert_cmpstr (taube_part_get_filename (taube_part_find (root, "2")), ==, "authorized_keys");
  deep = save (it.message, taube_part_find (root, "5"), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (deep), >, 1000);
  last = save (it.message, taube_part_find (root, "905"), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (last), ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/exchange/attachments/agreement", test_agreement);
  g_test_add_func ("/exchange/attachments/requests", test_requests);
  g_test_add_func ("/exchange/attachments/large", test_large_part);
  g_test_add_func ("/exchange/attachments/sections", test_sections);
  g_test_add_func ("/exchange/attachments/server-without", test_server_without_parts);
  g_test_add_func ("/exchange/attachments/stale", test_stale);
  g_test_add_func ("/exchange/attachments/hostile-answers", test_hostile_answers);
  g_test_add_func ("/exchange/attachments/faults", test_faults);
  g_test_add_func ("/exchange/attachments/hostile-message", test_hostile_message);
  return g_test_run ();
}
