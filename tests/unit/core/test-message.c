/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "message-backend.h"

#include <taube/taube-error.h>

#include "core/taube-message-content.h"

#include <string.h>

#define HEAD "From: Ann <ann@example.org>\r\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n from afar\r\n"

static const char plain[] = HEAD "Content-Type: text/plain; charset=iso-8859-1\r\n"
                                 "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
                                 "Gr=FC=DFe,\r\nund T=\r\nsch=FC=DF\r\n";

static const char mixed[]
    = HEAD "Content-Type: multipart/mixed; boundary=m\r\n\r\n"
           "--m\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n"
           "--a\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nplain words\r\n"
           "--a\r\nContent-Type: text/html; charset=windows-1252\r\n\r\n<p>rich w\xf6rds</p>\r\n--a--\r\n"
           "--m\r\nContent-Type: application/pdf; name=\"a.pdf\"\r\nContent-Disposition: attachment\r\n"
           "Content-Transfer-Encoding: base64\r\n\r\nJVBERi0x\r\nLjQK\r\n"
           "--m\r\nContent-Type: message/rfc822\r\n\r\n"
           "Subject: inner\r\nContent-Type: text/plain\r\n\r\ninner words\r\n--m--\r\n";

static const char html_only[] = HEAD "Content-Type: text/html; charset=utf-8\r\n\r\n"
                                     "<p>a &amp; b</p><script>x</script>\r\n";

static const char blank_plain[]
    = HEAD "Content-Type: multipart/alternative; boundary=a\r\n\r\n"
           "--a\r\nContent-Type: text/plain\r\n\r\n \r\n\r\n"
           "--a\r\nContent-Type: text/html\r\n\r\n<b>rich</b>\r\n--a--\r\n";

static const char two_texts[] = HEAD "Content-Type: multipart/mixed; boundary=m\r\n\r\n"
                                     "--m\r\n\r\nfirst\r\n--m\r\nContent-Type: image/png\r\n\r\nx\r\n"
                                     "--m\r\n\r\nsecond\r\n\r\n"
                                     "--m\r\nContent-Type: text/html\r\n\r\n<i>third</i>\r\n--m--\r\n";

static const char no_text[] = HEAD "Content-Type: application/pdf\r\n"
                                   "Content-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n";

static const char odd_text[] = HEAD "Content-Type: text/enriched\r\n\r\n<bold>x</bold>\r\n";

typedef struct
{
  MessageServer server;
  TaubeAccount *account;
  TaubeFolder *folder;
  TaubeMessage *message;
} Fixture;

static void
set_up (Fixture *self, const char *text)
{
  message_server_init (&self->server, text);
  self->account = message_account_new (&self->server);
  self->folder = message_account_get_folder (self->account);
  self->message = message_folder_get_message (self->folder);
}

static void
assert_log (Fixture *self, const char *expected)
{
  g_assert_cmpstr (self->server.log->str, ==, expected);
  g_string_truncate (self->server.log, 0);
}

static void
tear_down (Fixture *self)
{
  g_clear_object (&self->message);
  g_clear_object (&self->folder);
  g_clear_object (&self->account);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  message_server_clear (&self->server);
}

static void
test_text (void)
{
  static const struct
  {
    const char *message;
    const char *text;
    const char *log;
  } cases[] = {
    { plain, "Grüße,\nund Tschüß\n", "structure fetch(1) " },
    { mixed, "plain words", "structure fetch(1.1) " },
    { html_only, "a & b\n", "structure fetch(1) " },
    { blank_plain, "rich\n", "structure fetch(1) fetch(2) " },
    { two_texts, "first\n\nsecond\n\nthird\n", "structure fetch(1) fetch(3) fetch(4) " },
    { no_text, "", "structure " },
    { odd_text, "<bold>x</bold>\n", "structure fetch(1) " },
    { "", "", "structure fetch(1) " },
    { "Subject: x\r\n\r\n", "", "structure fetch(1) " },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Fixture f;
      g_autoptr (GError) error = NULL;
      g_autofree char *text = NULL;

      set_up (&f, cases[i].message);
      text = taube_message_load_text (f.message, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (text, ==, cases[i].text);
      assert_log (&f, cases[i].log);
      tear_down (&f);
    }
}

/* The same whatever the size of the pieces in which it comes. */
static void
test_text_in_pieces (void)
{
  for (gsize piece = 1; piece < 60; piece++)
    {
      Fixture f;
      g_autoptr (GError) error = NULL;
      g_autofree char *text = NULL;

      set_up (&f, plain);
      f.server.piece = piece;
      text = taube_message_load_text (f.message, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (text, ==, "Grüße,\nund Tschüß\n");
      tear_down (&f);
    }
}

static void
test_html (void)
{
  Fixture f;
  g_autoptr (GError) error = NULL;
  g_autofree char *html = NULL;

  set_up (&f, mixed);
  html = taube_message_load_html (f.message, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (html, ==, "<p>rich wörds</p>");
  tear_down (&f);

  set_up (&f, plain);
  g_assert_null (taube_message_load_html (f.message, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND);
  tear_down (&f);
}

static void
test_headers (void)
{
  Fixture f;
  g_autoptr (GError) error = NULL;
  g_autofree char *headers = NULL;

  set_up (&f, html_only);
  headers = taube_message_load_headers (f.message, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (headers, ==, "From: Ann <ann@example.org>\nSubject: Grüße from afar\n"
                                "Content-Type: text/html; charset=utf-8\n");
  assert_log (&f, "fetch(HEADER) ");
  tear_down (&f);
}

static void
test_raw (void)
{
  Fixture f;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) raw = NULL;
  g_autoptr (GBytes) expected = g_bytes_new_static (mixed, strlen (mixed));

  set_up (&f, mixed);
  raw = taube_message_load_raw (f.message, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (raw, expected));
  assert_log (&f, "fetch() ");
  tear_down (&f);
}

static void
assert_saved (GOutputStream *sink, const char *expected)
{
  GMemoryOutputStream *memory = G_MEMORY_OUTPUT_STREAM (sink);

  g_assert_cmpmem (g_memory_output_stream_get_data (memory), g_memory_output_stream_get_data_size (memory), expected,
                   strlen (expected));
}

static void
test_save (void)
{
  Fixture f;
  g_autoptr (GError) error = NULL;
  g_autoptr (GOutputStream) sink = g_memory_output_stream_new_resizable ();

  set_up (&f, mixed);
  g_assert_true (taube_message_save (f.message, sink, NULL, NULL, &error));
  g_assert_no_error (error);
  assert_saved (sink, mixed);
  g_assert_false (g_output_stream_is_closed (sink));

  /* What the stream says is what the caller hears. */
  g_assert_true (g_output_stream_close (sink, NULL, NULL));
  g_assert_false (taube_message_save (f.message, sink, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  tear_down (&f);
}

static const struct
{
  const char *section;
  const char *raw;
  const char *decoded;
} mixed_parts[] = {
  { "1.1", "plain words", "plain words" },
  { "1.2", "<p>rich w\xf6rds</p>", "<p>rich w\xf6rds</p>" },
  { "2", "JVBERi0x\r\nLjQK", "%PDF-1.4\n" },
  { "3", "Subject: inner\r\nContent-Type: text/plain\r\n\r\ninner words",
    "Subject: inner\r\nContent-Type: text/plain\r\n\r\ninner words" },
  { "3.1", "inner words", "inner words" },
  { "", mixed, mixed },
};

static void
check_parts (Fixture *f, TaubePart *root, const char *one_log)
{
  for (guint i = 0; i < G_N_ELEMENTS (mixed_parts); i++)
    for (guint decode = 0; decode < 2; decode++)
      {
        TaubePart *part = taube_part_find (root, mixed_parts[i].section);
        g_autoptr (GOutputStream) sink = g_memory_output_stream_new_resizable ();
        g_autoptr (GError) error = NULL;
        g_autofree char *log = one_log != NULL ? g_strdup (one_log)
                                               : g_strdup_printf ("fetch(%s) ", mixed_parts[i].section);

        g_assert_nonnull (part);
        g_assert_true (taube_message_save_part (f->message, part, decode, sink, NULL, NULL, &error));
        g_assert_no_error (error);
        assert_saved (sink, decode ? mixed_parts[i].decoded : mixed_parts[i].raw);
        assert_log (f, log);
      }
}

static void
test_save_part (void)
{
  Fixture f;
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubePart) root = NULL;

  set_up (&f, mixed);
  root = taube_message_load_structure (f.message, NULL, &error);
  g_assert_no_error (error);
  assert_log (&f, "structure ");
  check_parts (&f, root, NULL);
  tear_down (&f);
}

/* A backend that cannot tell parts apart, and a server whose answer is nonsense: the message is taken apart here. */
static void
test_structure_from_raw (void)
{
  for (guint i = 0; i < 2; i++)
    {
      Fixture f;
      g_autoptr (GError) error = NULL;
      g_autoptr (TaubePart) root = NULL;
      g_autofree char *text = NULL;

      set_up (&f, mixed);
      f.server.has_no_structure = i == 0;
      if (i == 1)
        f.server.structure_error = g_error_new_literal (TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, "nonsense");
      root = taube_message_load_structure (f.message, NULL, &error);
      g_assert_no_error (error);
      assert_log (&f, "structure fetch() ");
      check_parts (&f, root, "fetch() ");
      text = taube_message_load_text (f.message, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (text, ==, "plain words");
      assert_log (&f, "structure fetch() ");
      tear_down (&f);
    }
}

static void
test_structure_fails (void)
{
  Fixture f;
  g_autoptr (GError) error = NULL;

  set_up (&f, mixed);
  f.server.structure_error = g_error_new_literal (TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND, "it is gone");
  g_assert_null (taube_message_load_structure (f.message, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND);
  assert_log (&f, "structure ");
  g_clear_error (&error);

  /* Nonsense after which nothing more can be read. */
  g_clear_error (&f.server.structure_error);
  f.server.structure_error = g_error_new_literal (TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, "nonsense");
  f.server.structure_breaks = TRUE;
  g_assert_null (taube_message_load_text (f.message, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL);
  assert_log (&f, "structure ");
  tear_down (&f);
}

/* A part of another message. */
static void
test_part_is_not_there (void)
{
  Fixture f;
  g_autoptr (GError) error = NULL;
  g_autoptr (GOutputStream) sink = g_memory_output_stream_new_resizable ();
  g_autoptr (TaubePart) root = NULL;
  TaubePart *part;

  set_up (&f, mixed);
  f.server.has_no_structure = TRUE;
  root = taube_message_load_structure (f.message, NULL, &error);
  part = taube_part_find (root, "3.1");
  f.server.text = plain;
  f.server.length = strlen (plain);
  g_assert_false (taube_message_save_part (f.message, part, TRUE, sink, NULL, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND);
  tear_down (&f);
}

/* Backends that give the only part of a message no number. */
static void
test_leaf_without_number (void)
{
  Fixture f;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  set_up (&f, plain);
  f.server.whole_is_the_only = TRUE;
  text = taube_message_load_text (f.message, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, "Grüße,\nund Tschüß\n");
  assert_log (&f, "structure fetch(TEXT) ");
  tear_down (&f);
}

static void
init_content (Fixture *f, TaubeSession *session, TaubeLimits *limits, TaubeMessageContent *content)
{
  taube_message_content_init (content, TAUBE_ITEM (f->message), session, NULL);
  *limits = *taube_limits_get_default ();
  content->limits = limits;
}

static void
test_limits (void)
{
  Fixture f;
  TaubeLimits limits;
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeSession) session = NULL;
  g_autofree char *text = NULL;
  g_auto (TaubeMessageContent) content = { 0 };

  set_up (&f, plain);
  session = message_account_create_session (f.account);
  init_content (&f, session, &limits, &content);
  limits.text_bytes = 21;
  g_assert_null (taube_message_content_get_text (&content, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT);
  g_clear_error (&error);
  limits.text_bytes = 22;
  text = taube_message_content_get_text (&content, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (strlen (text), ==, 22);

  limits.message_bytes = strlen (plain) - 1;
  g_assert_null (taube_message_content_fetch_raw (&content, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT);
  g_clear_error (&error);
  limits.header_bytes = 10;
  g_assert_null (taube_message_content_fetch_headers (&content, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT);
  taube_message_content_clear (&content);
  content = (TaubeMessageContent){ 0 };
  g_clear_object (&session);
  tear_down (&f);
}

/* A text that is said to be enormous is not even asked for. */
static void
test_limit_before_fetch (void)
{
  Fixture f;
  g_autoptr (GError) error = NULL;

  set_up (&f, plain);
  f.server.claimed_size = G_MAXUINT64;
  g_assert_null (taube_message_load_text (f.message, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT);
  assert_log (&f, "structure ");
  tear_down (&f);
}

static void
test_cancelled (void)
{
  Fixture f;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  set_up (&f, plain);
  g_cancellable_cancel (cancellable);
  g_assert_null (taube_message_load_text (f.message, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  tear_down (&f);
}

static void
on_result (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

#define LOADED(kind, value) \
  G_STMT_START \
  { \
    g_autoptr (GAsyncResult) result = NULL; \
    taube_message_load_##kind##_async (f.message, NULL, on_result, &result); \
    value = taube_message_load_##kind##_finish (f.message, wait_for (&result), &error); \
    g_assert_no_error (error); \
    g_assert_nonnull (value); \
  } \
  G_STMT_END

static void
test_asynchronous (void)
{
  Fixture f;
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubePart) root = NULL;
  g_autofree char *headers = NULL;
  g_autofree char *text = NULL;
  g_autofree char *html = NULL;
  g_autoptr (GBytes) raw = NULL;
  g_autoptr (GOutputStream) whole = g_memory_output_stream_new_resizable ();
  g_autoptr (GOutputStream) part = g_memory_output_stream_new_resizable ();
  g_autoptr (GAsyncResult) saved = NULL;
  g_autoptr (GAsyncResult) part_saved = NULL;

  set_up (&f, mixed);
  LOADED (structure, root);
  LOADED (headers, headers);
  LOADED (text, text);
  LOADED (html, html);
  LOADED (raw, raw);
  g_assert_cmpstr (text, ==, "plain words");
  taube_message_save_async (f.message, whole, NULL, NULL, on_result, &saved);
  g_assert_true (taube_message_save_finish (f.message, wait_for (&saved), &error));
  assert_saved (whole, mixed);
  taube_message_save_part_async (f.message, taube_part_find (root, "2"), TRUE, part, NULL, NULL, on_result,
                                 &part_saved);
  g_assert_true (taube_message_save_part_finish (f.message, wait_for (&part_saved), &error));
  assert_saved (part, "%PDF-1.4\n");
  tear_down (&f);
}

static void
test_asynchronous_failure (void)
{
  Fixture f;
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  set_up (&f, plain);
  taube_message_load_html_async (f.message, NULL, on_result, &result);
  g_assert_null (taube_message_load_html_finish (f.message, wait_for (&result), &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND);
  tear_down (&f);
}

static void
test_uri (void)
{
  Fixture f;
  g_autoptr (TaubeUri) uri = NULL;
  g_autofree char *text = NULL;

  set_up (&f, plain);
  uri = taube_item_get_uri (TAUBE_ITEM (f.message));
  g_assert_cmpstr (taube_uri_get_item_id (uri), ==, "7.1");
  text = taube_uri_to_string (uri);
  g_assert_true (g_str_has_prefix (text, "imap://alice@mail.example.org/INBOX"));
  tear_down (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/message/text", test_text);
  g_test_add_func ("/message/text-in-pieces", test_text_in_pieces);
  g_test_add_func ("/message/html", test_html);
  g_test_add_func ("/message/headers", test_headers);
  g_test_add_func ("/message/raw", test_raw);
  g_test_add_func ("/message/save", test_save);
  g_test_add_func ("/message/save-part", test_save_part);
  g_test_add_func ("/message/structure-from-raw", test_structure_from_raw);
  g_test_add_func ("/message/structure-fails", test_structure_fails);
  g_test_add_func ("/message/part-is-not-there", test_part_is_not_there);
  g_test_add_func ("/message/leaf-without-number", test_leaf_without_number);
  g_test_add_func ("/message/limits", test_limits);
  g_test_add_func ("/message/limit-before-fetch", test_limit_before_fetch);
  g_test_add_func ("/message/cancelled", test_cancelled);
  g_test_add_func ("/message/asynchronous", test_asynchronous);
  g_test_add_func ("/message/asynchronous-failure", test_asynchronous_failure);
  g_test_add_func ("/message/uri", test_uri);
  return g_test_run ();
}
