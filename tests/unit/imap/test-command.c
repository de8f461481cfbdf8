/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include <taube/taube-error.h>

#include "imap-command.h"
#include "imap-test.h"

static const ImapDialect sync_dialect = { IMAP_LITERALS_SYNC, FALSE };
static const ImapDialect minus_dialect = { IMAP_LITERALS_MINUS, FALSE };
static const ImapDialect plus_dialect = { IMAP_LITERALS_PLUS, FALSE };
static const ImapDialect utf8_dialect = { IMAP_LITERALS_PLUS, TRUE };

/* All fragments: "|" where the server's "+" must come, secrets as ***. */
static char *
dump (ImapCommand *command)
{
  g_autoptr (GError) error = NULL;
  GString *out = g_string_new (NULL);

  g_assert_true (imap_command_finish (command, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < imap_command_get_n_fragments (command); i++)
    {
      ImapFragment fragment;
      gsize done = 0;

      imap_command_get_fragment (command, i, &fragment);
      for (guint r = 0; r < fragment.n_redactions; r++)
        {
          const TaubeRedaction *redaction = &fragment.redactions[r];

          g_assert_cmpuint (redaction->offset, >=, done);
          g_assert_cmpuint (redaction->offset + redaction->length, <=, fragment.length);
          g_string_append_len (out, (const char *) fragment.data + done, redaction->offset - done);
          g_string_append (out, "***");
          done = redaction->offset + redaction->length;
        }
      g_string_append_len (out, (const char *) fragment.data + done, fragment.length - done);
      if (fragment.open != NULL)
        g_string_append_printf (out, "<%" G_GUINT64_FORMAT ">", fragment.size);
      if (fragment.wait)
        g_string_append_c (out, '|');
    }
  return g_string_free (out, FALSE);
}

#define assert_command(command, expected) \
  G_STMT_START \
  { \
    g_autofree char *dump__ = dump (command); \
    g_assert_cmpstr (dump__, ==, expected); \
  } \
  G_STMT_END

static void
assert_astring (const ImapDialect *dialect, const char *text, const char *expected)
{
  g_autoptr (ImapCommand) command = imap_command_new ("A1", "X", dialect);
  g_autofree char *line = g_strdup_printf ("A1 X %s\r\n", expected);

  imap_command_add_astring (command, "text", text);
  assert_command (command, line);
}

static void
test_strings (void)
{
  g_autofree char *thousand = g_strnfill (1001, 'x');
  g_autofree char *five = g_strnfill (5000, 'x');
  g_autofree char *literal = g_strdup_printf ("{1001+}\r\n%s", thousand);
  g_autofree char *large = g_strdup_printf ("{5000}\r\n|%s", five);

  assert_astring (&sync_dialect, "alice", "alice");
  assert_astring (&sync_dialect, "alice@example.org", "alice@example.org");
  assert_astring (&sync_dialect, "", "\"\"");
  assert_astring (&sync_dialect, "NIL", "\"NIL\"");
  assert_astring (&sync_dialect, "nil", "\"nil\"");
  assert_astring (&sync_dialect, "a b", "\"a b\"");
  assert_astring (&sync_dialect, "a\"b\\c", "\"a\\\"b\\\\c\"");
  assert_astring (&sync_dialect, "tab\t", "\"tab\t\"");
  assert_astring (&sync_dialect, "50%", "\"50%\"");
  assert_astring (&sync_dialect, "a]b", "\"a]b\"");
  assert_astring (&sync_dialect, "ä", "{2}\r\n|ä");
  assert_astring (&minus_dialect, "ä", "{2+}\r\nä");
  assert_astring (&plus_dialect, "ä", "{2+}\r\nä");
  assert_astring (&utf8_dialect, "ä", "\"ä\"");
  assert_astring (&plus_dialect, thousand, literal);
  assert_astring (&minus_dialect, five, large);
}

/* S10: text that looks like the head of a literal stays text. */
static void
test_literal_injection (void)
{
  assert_astring (&plus_dialect, "{5+}", "\"{5+}\"");
  assert_astring (&plus_dialect, "foo {5}", "\"foo {5}\"");
  assert_astring (&sync_dialect, "~{5}", "\"~{5}\"");
  assert_astring (&plus_dialect, "ä{5+}", "{6+}\r\nä{5+}");
}

typedef void (*AddFunc) (ImapCommand *command, const char *what, const char *text);

static void
add_secret (ImapCommand *command, const char *what, const char *text)
{
  TaubeSecret *secret = taube_secret_new (text);

  imap_command_add_secret (command, what, secret);
  taube_secret_unref (secret);
}

static void
add_keyword (ImapCommand *command, const char *what, const char *text)
{
  const char *const keywords[] = { text, NULL };

  imap_command_add_flags (command, TAUBE_MESSAGE_FLAGS_NONE, keywords);
}

static void
add_header (ImapCommand *command, const char *what, const char *text)
{
  const char *const headers[] = { text, NULL };

  imap_command_add_section (command, "BODY.PEEK", "HEADER.FIELDS", headers, FALSE, 0, 0);
}

static void
add_section (ImapCommand *command, const char *what, const char *text)
{
  imap_command_add_section (command, "BODY.PEEK", text, NULL, FALSE, 0, 0);
}

/* S8: no argument can hold what would begin another command. */
static void
test_line_injection (void)
{
  static const struct
  {
    AddFunc add;
    const char *name;
  } adders[] = {
    { imap_command_add_atom, "user name" },
    { imap_command_add_astring, "user name" },
    { imap_command_add_string, "user name" },
    { imap_command_add_nstring, "user name" },
    { imap_command_add_mailbox, "user name" },
    { imap_command_add_list_mailbox, "user name" },
    { imap_command_add_raw_mailbox, "user name" },
    { imap_command_add_sequence, "user name" },
    { add_secret, "user name" },
    { add_keyword, "keyword" },
    { add_header, "header" },
    { add_section, "section" },
  };
  static const char *const bad[] = { "a\r\nA2 DELETE b", "a\n", "a\r", "\n", "ä\r\nx" };

  for (guint i = 0; i < G_N_ELEMENTS (adders); i++)
    for (guint j = 0; j < G_N_ELEMENTS (bad); j++)
      {
        g_autoptr (ImapCommand) command = imap_command_new ("A1", "X", &plus_dialect);
        g_autoptr (GError) error = NULL;

        adders[i].add (command, adders[i].name, bad[j]);
        imap_command_add_number (command, 5);
        g_assert_false (imap_command_finish (command, &error));
        g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
        g_assert_nonnull (strstr (error->message, adders[i].name));
        g_assert_null (strstr (error->message, "DELETE b\r"));
        g_assert_cmpuint (imap_command_get_n_fragments (command), ==, 0);
      }
}

/* A password may hold anything but what cannot be sent, and no error shows it. */
static void
test_secret_error (void)
{
  g_autoptr (ImapCommand) command = imap_command_new ("A1", "LOGIN", &plus_dialect);
  g_autoptr (GError) error = NULL;

  add_secret (command, "password", "hunter2\n");
  g_assert_false (imap_command_finish (command, &error));
  g_assert_null (strstr (error->message, "hunter2"));
  g_assert_true (g_str_has_prefix (error->message, "password: "));
}

static void
test_first_error (void)
{
  g_autoptr (ImapCommand) command = imap_command_new ("A1", "X", &plus_dialect);
  g_autoptr (GError) error = NULL;

  imap_command_add_astring (command, "first", "a\n");
  imap_command_add_astring (command, "second", "\xff");
  g_assert_false (imap_command_finish (command, &error));
  g_assert_true (g_str_has_prefix (error->message, "first: "));
}

static void
test_utf8 (void)
{
  g_autoptr (ImapCommand) command = imap_command_new ("A1", "X", &plus_dialect);
  g_autoptr (GError) error = NULL;

  imap_command_add_astring (command, "user name", "\xff");
  g_assert_false (imap_command_finish (command, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
}

static void
test_mailboxes (void)
{
  g_autoptr (ImapCommand) seven = imap_command_new ("A1", "RENAME", &plus_dialect);
  g_autoptr (ImapCommand) eight = imap_command_new ("A1", "RENAME", &utf8_dialect);
  g_autoptr (ImapCommand) raw = imap_command_new ("A1", "SELECT", &sync_dialect);
  g_autoptr (ImapCommand) raw8 = imap_command_new ("A1", "SELECT", &utf8_dialect);
  g_autoptr (ImapCommand) list = imap_command_new ("A1", "LIST", &sync_dialect);

  imap_command_add_mailbox (seven, "folder", "Entwürfe");
  imap_command_add_mailbox (seven, "folder", "a & b");
  assert_command (seven, "A1 RENAME Entw&APw-rfe \"a &- b\"\r\n");
  imap_command_add_mailbox (eight, "folder", "Entwürfe");
  imap_command_add_mailbox (eight, "folder", "a & b");
  assert_command (eight, "A1 RENAME \"Entwürfe\" \"a & b\"\r\n");
  imap_command_add_raw_mailbox (raw, "folder", "a&b\xe4");
  assert_command (raw, "A1 SELECT {4}\r\n|a&b\xe4\r\n");
  imap_command_add_raw_mailbox (raw8, "folder", "a&b\xe4");
  assert_command (raw8, "A1 SELECT {4+}\r\na&b\xe4\r\n");
  imap_command_add_list_mailbox (list, "reference", "");
  imap_command_add_list_mailbox (list, "pattern", "ä/%");
  assert_command (list, "A1 LIST \"\" \"&AOQ-/%\"\r\n");
}

static void
test_lists_and_sets (void)
{
  static const char *const keywords[] = { "$Junk", "work", NULL };
  g_autoptr (ImapCommand) store = imap_command_new ("A7", "UID STORE", &plus_dialect);
  g_autoptr (ImapCommand) fetch = imap_command_new ("A8", "UID FETCH", &plus_dialect);
  g_autoptr (ImapCommand) found = imap_command_new ("A9", "UID FETCH", &plus_dialect);
  g_autoptr (ImapCommand) none = imap_command_new ("A9", "UID FETCH", &plus_dialect);
  g_autoptr (ImapSeqset) set = imap_seqset_parse ("1:3,7", -1, NULL);
  g_autoptr (ImapSeqset) empty = imap_seqset_new ();

  imap_command_add_seqset (store, set);
  imap_command_open (store);
  imap_command_add_atom (store, "item", "UNCHANGEDSINCE");
  imap_command_add_number (store, G_MAXUINT64);
  imap_command_close (store);
  imap_command_add_atom (store, "item", "+FLAGS.SILENT");
  imap_command_add_flags (store, TAUBE_MESSAGE_FLAGS_SEEN | TAUBE_MESSAGE_FLAGS_RECENT | TAUBE_MESSAGE_FLAGS_FORWARDED,
                          keywords);
  assert_command (store, "A7 UID STORE 1:3,7 (UNCHANGEDSINCE 18446744073709551615) +FLAGS.SILENT "
                         "(\\Seen $Forwarded $Junk work)\r\n");
  g_assert_cmpstr (imap_command_get_name (store), ==, "UID STORE");
  g_assert_cmpstr (imap_command_get_tag (store), ==, "A7");

  imap_command_add_sequence (fetch, "messages", "1:*");
  imap_command_open (fetch);
  imap_command_add_atom (fetch, "item", "RFC822.SIZE");
  imap_command_add_section (fetch, "BODY.PEEK", "", NULL, FALSE, 0, 0);
  imap_command_add_section (fetch, "BODY.PEEK", "1.2.HEADER.FIELDS",
                            (const char *const[]){ "Subject", "X (odd)", NULL }, TRUE, 5, 100);
  imap_command_close (fetch);
  assert_command (
      fetch,
      "A8 UID FETCH 1:* (RFC822.SIZE BODY.PEEK[] BODY.PEEK[1.2.HEADER.FIELDS (Subject \"X (odd)\")]<5.100>)\r\n");
  imap_command_add_sequence (found, "messages", "$");
  assert_command (found, "A9 UID FETCH $\r\n");
  imap_command_add_seqset (none, empty);
  g_assert_false (imap_command_finish (none, NULL));
}

static void
test_secrets (void)
{
  g_autoptr (ImapCommand) atom = imap_command_new ("A1", "LOGIN", &sync_dialect);
  g_autoptr (ImapCommand) quoted = imap_command_new ("A1", "LOGIN", &sync_dialect);
  g_autoptr (ImapCommand) literal = imap_command_new ("A1", "LOGIN", &sync_dialect);
  g_autoptr (ImapCommand) two = imap_command_new ("A1", "LOGIN", &plus_dialect);
  g_autoptr (ImapCommand) plain = imap_command_new ("A1", "AUTHENTICATE", &plus_dialect);
  g_autoptr (ImapCommand) nothing = imap_command_new ("A1", "AUTHENTICATE", &plus_dialect);
  g_autoptr (ImapCommand) answer = imap_command_new_line ();
  g_autoptr (ImapCommand) empty = imap_command_new_line ();
  g_autoptr (ImapCommand) done = imap_command_new_line ();
  ImapFragment fragment;

  imap_command_add_astring (atom, "user name", "alice");
  add_secret (atom, "password", "hunter2");
  assert_command (atom, "A1 LOGIN alice ***\r\n");
  imap_command_get_fragment (atom, 0, &fragment);
  g_assert_cmpmem (fragment.data, fragment.length, "A1 LOGIN alice hunter2\r\n", 24);
  add_secret (quoted, "password", "hun\"ter2");
  assert_command (quoted, "A1 LOGIN ***\r\n");
  imap_command_add_astring (literal, "user name", "älice");
  add_secret (literal, "password", "hünter2");
  assert_command (literal, "A1 LOGIN {6}\r\n|älice {***}\r\n|***\r\n");
  add_secret (two, "user name", "ü");
  add_secret (two, "password", "ö");
  assert_command (two, "A1 LOGIN {***+}\r\n*** {***+}\r\n***\r\n");

  imap_command_add_atom (plain, "mechanism", "PLAIN");
  imap_command_add_secret_base64 (plain, "\0a\0b", 4);
  assert_command (plain, "A1 AUTHENTICATE PLAIN ***\r\n");
  imap_command_get_fragment (plain, 0, &fragment);
  g_assert_cmpmem (fragment.data, fragment.length, "A1 AUTHENTICATE PLAIN AGEAYg==\r\n", 32);
  imap_command_add_atom (nothing, "mechanism", "EXTERNAL");
  imap_command_add_secret_base64 (nothing, "", 0);
  assert_command (nothing, "A1 AUTHENTICATE EXTERNAL ***\r\n");
  imap_command_add_secret_base64 (answer, "abc", 3);
  assert_command (answer, "***\r\n");
  imap_command_get_fragment (answer, 0, &fragment);
  g_assert_cmpmem (fragment.data, fragment.length, "YWJj\r\n", 6);
  imap_command_add_secret_base64 (empty, "", 0);
  assert_command (empty, "\r\n");
  imap_command_add_atom (done, "command", "DONE");
  assert_command (done, "DONE\r\n");
  g_assert_null (imap_command_get_tag (done));
}

/* What is written as a response is read as the same text. */
static void
assert_inverse (const ImapDialect *dialect, const char *text)
{
  g_autoptr (ImapCommand) command = imap_command_new ("*", "X", dialect);
  TaubeSecret *secret = taube_secret_new (text);
  const ImapValue *value;
  Feed feed;

  imap_command_add_astring (command, "text", text);
  imap_command_open (command);
  imap_command_add_string (command, "text", text);
  imap_command_add_secret (command, "text", secret);
  imap_command_close (command);
  g_assert_true (imap_command_finish (command, NULL));
  feed_init (&feed, NULL);
  for (guint i = 0; i < imap_command_get_n_fragments (command); i++)
    {
      ImapFragment fragment;

      imap_command_get_fragment (command, i, &fragment);
      feed_bytes (&feed, (const char *) fragment.data, fragment.length);
    }
  value = feed_response (&feed, "")->values;
  g_assert_false (feed.event.response->broken);
  g_assert_cmpstr (value->text, ==, text);
  g_assert_cmpstr (value->next->first->text, ==, text);
  g_assert_cmpstr (value->next->first->next->text, ==, text);
  g_assert_null (value->next->next);
  feed_clear (&feed);
  taube_secret_unref (secret);
}

static void
test_inverse (void)
{
  static const ImapDialect *const dialects[] = { &sync_dialect, &minus_dialect, &plus_dialect, &utf8_dialect };

  for (guint d = 0; d < G_N_ELEMENTS (dialects); d++)
    {
      for (gunichar c = 1; c < 0x3000; c++)
        {
          char text[20] = "a ";
          gsize n = 1 + c % 2;

          n += g_unichar_to_utf8 (c, text + n);
          text[n] = '\0';
          if (c != '\r' && c != '\n' && g_unichar_validate (c))
            assert_inverse (dialects[d], text);
        }
      assert_inverse (dialects[d], "");
      assert_inverse (dialects[d], "NIL");
      assert_inverse (dialects[d], "x {3}");
      assert_inverse (dialects[d], "ä {3+}");
      assert_inverse (dialects[d], "\"\\\"");
    }
}

static void
test_id (void)
{
  g_autoptr (ImapCommand) command = imap_command_new ("A1", "ID", &plus_dialect);

  imap_command_open (command);
  imap_command_add_string (command, "field", "name");
  imap_command_add_string (command, "value", "Taube");
  imap_command_add_string (command, "field", "vendor");
  imap_command_add_nstring (command, "value", NULL);
  imap_command_close (command);
  assert_command (command, "A1 ID (\"name\" \"Taube\" \"vendor\" NIL)\r\n");
}

static GInputStream *
open_nothing (gpointer source, GCancellable *cancellable, GError **error)
{
  return g_memory_input_stream_new ();
}

static void
assert_stream (const ImapDialect *dialect, gboolean binary, gboolean ask, guint64 size, const char *expected)
{
  g_autoptr (ImapCommand) command = imap_command_new ("A1", "APPEND", dialect);
  g_autoptr (GObject) source = g_object_new (G_TYPE_OBJECT, NULL);

  imap_command_add_mailbox (command, "folder", "Sent");
  imap_command_add_literal_stream (command, binary, ask, size, open_nothing, source);
  assert_command (command, expected);
  g_clear_pointer (&command, imap_command_free);
  g_assert_cmpuint (source->ref_count, ==, 1);
}

/* A literal that comes from a stream is a fragment of its own. */
static void
test_streams (void)
{
  assert_stream (&sync_dialect, FALSE, FALSE, 5, "A1 APPEND Sent {5}\r\n|<5>\r\n");
  assert_stream (&minus_dialect, FALSE, FALSE, 4096, "A1 APPEND Sent {4096+}\r\n<4096>\r\n");
  assert_stream (&minus_dialect, FALSE, FALSE, 4097, "A1 APPEND Sent {4097}\r\n|<4097>\r\n");
  assert_stream (&plus_dialect, FALSE, FALSE, 65536, "A1 APPEND Sent {65536+}\r\n<65536>\r\n");
  assert_stream (&plus_dialect, FALSE, FALSE, 65537, "A1 APPEND Sent {65537}\r\n|<65537>\r\n");
  assert_stream (&plus_dialect, FALSE, TRUE, 5, "A1 APPEND Sent {5}\r\n|<5>\r\n");
  assert_stream (&plus_dialect, TRUE, FALSE, 5, "A1 APPEND Sent ~{5+}\r\n<5>\r\n");
  assert_stream (&sync_dialect, TRUE, FALSE, G_GUINT64_CONSTANT (6000000000),
                 "A1 APPEND Sent ~{6000000000}\r\n|<6000000000>\r\n");
}

/* Several, with something between them, and a secret behind them. */
static void
test_several_streams (void)
{
  g_autoptr (ImapCommand) command = imap_command_new ("A1", "X", &plus_dialect);
  g_autoptr (GObject) source = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr (TaubeSecret) secret = taube_secret_new ("pigeon post");

  imap_command_add_literal_stream (command, FALSE, FALSE, 3, open_nothing, source);
  imap_command_add_flags (command, TAUBE_MESSAGE_FLAGS_SEEN, NULL);
  imap_command_add_literal_stream (command, FALSE, TRUE, 4, open_nothing, source);
  imap_command_add_secret (command, "password", secret);
  assert_command (command, "A1 X {3+}\r\n<3> (\\Seen) {4}\r\n|<4> ***\r\n");
  g_assert_cmpuint (imap_command_get_n_fragments (command), ==, 5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/imap/command/strings", test_strings);
  g_test_add_func ("/imap/command/s10-literal-injection", test_literal_injection);
  g_test_add_func ("/imap/command/s8-line-injection", test_line_injection);
  g_test_add_func ("/imap/command/secret-error", test_secret_error);
  g_test_add_func ("/imap/command/first-error", test_first_error);
  g_test_add_func ("/imap/command/utf8", test_utf8);
  g_test_add_func ("/imap/command/mailboxes", test_mailboxes);
  g_test_add_func ("/imap/command/lists-and-sets", test_lists_and_sets);
  g_test_add_func ("/imap/command/secrets", test_secrets);
  g_test_add_func ("/imap/command/inverse", test_inverse);
  g_test_add_func ("/imap/command/id", test_id);
  g_test_add_func ("/imap/command/streams", test_streams);
  g_test_add_func ("/imap/command/several-streams", test_several_streams);
  return g_test_run ();
}
