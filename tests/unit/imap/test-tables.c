/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-capabilities.h"
#include "imap-errors.h"
#include "imap-flags.h"
#include "imap-quirks.h"
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

static ImapCapabilities *
read_capabilities (Fixture *self, const char *text)
{
  return imap_capabilities_decode (feed_response (&self->feed, text)->values, taube_limits_get_default ());
}

static void
test_capabilities (Fixture *self, gconstpointer data)
{
  g_autoptr (ImapCapabilities) capabilities = read_capabilities (
      self,
      "* CAPABILITY IMAP4rev1 idle STARTTLS AUTH=PLAIN auth=scram-sha-256 LITERAL+ QRESYNC X-FOO APPENDLIMIT=35882577 "
      "X-FOO\r\n");

  g_assert_true (imap_capabilities_has (capabilities, IMAP_CAPABILITY_IMAP4REV1));
  g_assert_false (imap_capabilities_has (capabilities, IMAP_CAPABILITY_IMAP4REV2));
  g_assert_true (imap_capabilities_has (capabilities, IMAP_CAPABILITY_IDLE));
  g_assert_true (imap_capabilities_has (capabilities, IMAP_CAPABILITY_LITERAL_PLUS));
  g_assert_false (imap_capabilities_has (capabilities, IMAP_CAPABILITY_LITERAL_MINUS));
  g_assert_true (imap_capabilities_has (capabilities, IMAP_CAPABILITY_CONDSTORE));
  g_assert_true (imap_capabilities_has (capabilities, IMAP_CAPABILITY_APPENDLIMIT));
  g_assert_true (imap_capabilities_has_word (capabilities, "x-foo"));
  g_assert_false (imap_capabilities_has_word (capabilities, "CONDSTORE"));
  g_assert_true (imap_capabilities_has_auth (capabilities, "SCRAM-SHA-256"));
  g_assert_false (imap_capabilities_has_auth (capabilities, "LOGIN"));
  g_assert_cmpuint (g_strv_length ((char **) imap_capabilities_get_words (capabilities)), ==, 9);
  g_assert_cmpstr (imap_capabilities_get_mechanisms (capabilities)[1], ==, "SCRAM-SHA-256");
  g_assert_null (imap_capabilities_get_mechanisms (capabilities)[2]);
  imap_capabilities_remove (capabilities, IMAP_CAPABILITY_QRESYNC);
  g_assert_false (imap_capabilities_has (capabilities, IMAP_CAPABILITY_QRESYNC));
  g_assert_true (imap_capabilities_has_word (capabilities, "QRESYNC"));
}

static void
test_capability_names (Fixture *self, gconstpointer data)
{
  for (guint i = 0; i < IMAP_N_CAPABILITIES; i++)
    {
      g_autofree char *line = g_strdup_printf ("* CAPABILITY %s\r\n", imap_capability_get_name (i));
      g_autoptr (ImapCapabilities) capabilities = read_capabilities (self, line);

      g_assert_true (imap_capabilities_has (capabilities, i));
    }
}

/* A server of IMAP4rev2 alone need not name what that contains. */
static void
test_rev2 (Fixture *self, gconstpointer data)
{
  g_autoptr (ImapCapabilities) two = read_capabilities (self, "* CAPABILITY IMAP4rev2\r\n");
  g_autoptr (ImapCapabilities) both = read_capabilities (self, "* CAPABILITY IMAP4rev1 IMAP4rev2\r\n");

  g_assert_true (imap_capabilities_has (two, IMAP_CAPABILITY_IDLE));
  g_assert_true (imap_capabilities_has (two, IMAP_CAPABILITY_LITERAL_MINUS));
  g_assert_false (imap_capabilities_has (two, IMAP_CAPABILITY_QRESYNC));
  g_assert_false (imap_capabilities_has (both, IMAP_CAPABILITY_IDLE));
}

static void
test_capability_limit (Fixture *self, gconstpointer data)
{
  g_autoptr (GString) line = g_string_new ("* CAPABILITY");
  g_autoptr (ImapCapabilities) capabilities = NULL;

  for (guint i = 0; i < 3000; i++)
    g_string_append_printf (line, " X%u", i);
  g_string_append (line, " () \"\" \xff\r\n");
  capabilities = read_capabilities (self, line->str);
  g_assert_cmpuint (g_strv_length ((char **) imap_capabilities_get_words (capabilities)), ==,
                    taube_limits_get_default ()->capabilities);
}

static void
test_codes (Fixture *self, gconstpointer data)
{
  for (guint i = IMAP_CODE_UNKNOWN + 1; i < IMAP_N_CODES; i++)
    {
      const char *name = imap_code_get_name (i);
      g_autofree char *line = g_strdup_printf ("* OK [%s] text\r\n", name);

      g_assert_cmpuint (strlen (name), >, 2);
      g_assert_cmpint (feed_response (&self->feed, line)->code, ==, i);
    }
  g_assert_cmpint (feed_response (&self->feed, "* OK [x-new 1] text\r\n")->code, ==, IMAP_CODE_UNKNOWN);
  g_assert_cmpint (feed_response (&self->feed, "* OK [uidnext 1] text\r\n")->code, ==, IMAP_CODE_UIDNEXT);
  g_assert_cmpint (feed_response (&self->feed, "* OK text\r\n")->code, ==, IMAP_CODE_NONE);
}

static void
test_response_names (Fixture *self, gconstpointer data)
{
  for (guint i = IMAP_RESPONSE_OK; i < IMAP_N_RESPONSES; i++)
    {
      const char *name = imap_response_type_get_name (i);

      g_assert_cmpint (imap_response_type_from_name (name, strlen (name)), ==, i);
    }
  g_assert_cmpint (imap_response_type_from_name ("fetch", 5), ==, IMAP_RESPONSE_FETCH);
  g_assert_cmpint (imap_response_type_from_name ("FETC", 4), ==, IMAP_RESPONSE_UNKNOWN);
  g_assert_cmpint (imap_response_type_from_name ("", 0), ==, IMAP_RESPONSE_UNKNOWN);
}

static const struct
{
  const char *response;
  TaubeError fallback;
  TaubeError error;
  gboolean drop;
  guint retry_after;
} verdicts[] = {
  { "A1 NO [NOPERM] Access denied\r\n", TAUBE_ERROR_NOT_FOUND, TAUBE_ERROR_PERMISSION },
  { "A1 NO [NONEXISTENT] Unknown Mailbox\r\n", TAUBE_ERROR_PROTOCOL, TAUBE_ERROR_NOT_FOUND },
  { "A1 NO [TRYCREATE] Mailbox doesn't exist\r\n", TAUBE_ERROR_PROTOCOL, TAUBE_ERROR_NOT_FOUND },
  { "A1 NO [ALREADYEXISTS] There\r\n", TAUBE_ERROR_PROTOCOL, TAUBE_ERROR_EXISTS },
  { "A1 NO [AUTHENTICATIONFAILED] Invalid credentials\r\n", TAUBE_ERROR_AUTH, TAUBE_ERROR_AUTH },
  { "A1 NO [PRIVACYREQUIRED] No\r\n", TAUBE_ERROR_AUTH, TAUBE_ERROR_TLS },
  { "A1 NO [OVERQUOTA] Quota exceeded\r\n", TAUBE_ERROR_PROTOCOL, TAUBE_ERROR_QUOTA },
  { "A1 NO [INUSE] Mailbox in use\r\n", TAUBE_ERROR_PROTOCOL, TAUBE_ERROR_THROTTLED, FALSE, 10 },
  { "A1 NO No\r\n", TAUBE_ERROR_AUTH, TAUBE_ERROR_AUTH },
  { "A1 NO access denied\r\n", TAUBE_ERROR_AUTH, TAUBE_ERROR_AUTH },
  { "A1 NO Access denied\r\n", TAUBE_ERROR_NOT_FOUND, TAUBE_ERROR_PERMISSION },
  { "A1 NO Mailbox already exists\r\n", TAUBE_ERROR_PERMISSION, TAUBE_ERROR_EXISTS },
  { "A1 NO\r\n", TAUBE_ERROR_CONFLICT, TAUBE_ERROR_CONFLICT },
  { "A1 BAD Unknown command\r\n", TAUBE_ERROR_NOT_FOUND, TAUBE_ERROR_PROTOCOL },
  { "* BYE Autologout\r\n", TAUBE_ERROR_AUTH, TAUBE_ERROR_CONNECTION, TRUE },
  { "* BYE [UNAVAILABLE] Restarting\r\n", TAUBE_ERROR_AUTH, TAUBE_ERROR_THROTTLED, TRUE, 30 },
};

static void
test_verdicts (Fixture *self, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (verdicts); i++)
    {
      ImapVerdict verdict = imap_errors_judge (feed_response (&self->feed, verdicts[i].response), verdicts[i].fallback);

      g_assert_cmpint (verdict.error, ==, verdicts[i].error);
      g_assert_cmpint (verdict.drop, ==, verdicts[i].drop);
      g_assert_cmpuint (verdict.retry_after, ==, verdicts[i].retry_after);
    }
}

static void
assert_error_text (Fixture *self, const char *response, const char *expected)
{
  g_autoptr (GError) error = imap_errors_new (feed_response (&self->feed, response), TAUBE_ERROR_NOT_FOUND,
                                              "cannot select \"%s\"", "Archiv 2019");

  g_assert_cmpstr (error->message, ==, expected);
}

static void
test_error_text (Fixture *self, gconstpointer data)
{
  g_autofree char *long_text = g_strnfill (5000, 'x');
  g_autofree char *long_line = g_strdup_printf ("A1 NO [ALERT ((((] %sä%s\r\n", long_text, long_text);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) throttled = NULL;

  assert_error_text (self, "A1 NO [NOPERM] Access denied\r\n",
                     "cannot select \"Archiv 2019\": server said \"[NOPERM] Access denied\"");
  assert_error_text (self, "A1 NO\r\n", "cannot select \"Archiv 2019\": server said \"NO\"");
  assert_error_text (self, "A1 NO [NOPERM]\r\n", "cannot select \"Archiv 2019\": server said \"[NOPERM]\"");
  assert_error_text (self, "A1 NO [BADCHARSET (UTF-8) x] a\033[1m\xff\r\n",
                     "cannot select \"Archiv 2019\": server said \"[BADCHARSET (…) x] a [1m\xef\xbf\xbd\"");
  error = imap_errors_new (feed_response (&self->feed, long_line), TAUBE_ERROR_NOT_FOUND, "x");
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_cmpuint (strlen (error->message), <, 500);
  throttled
      = imap_errors_new (feed_response (&self->feed, "A1 NO [THROTTLED] Slow down\r\n"), TAUBE_ERROR_NOT_FOUND, "x");
  g_assert_cmpuint (taube_error_get_retry_after (throttled), ==, 60);
}

static void
test_flags (Fixture *self, gconstpointer data)
{
  TaubeArena *arena = imap_reader_get_arena (self->feed.reader);
  const char *words[8];
  ImapFlags flags;

  g_assert_true (imap_flags_decode (
      feed_response (&self->feed,
                     "* FLAGS (\\SEEN \\answered \\Flagged \\Deleted \\Draft \\Recent $forwarded \\* a \\Own \xff)\r\n")
          ->values,
      arena, &flags));
  g_assert_cmphex (flags.flags, ==, 0x7f);
  g_assert_true (flags.any);
  g_assert_false (flags.malformed);
  g_assert_cmpuint (flags.n_keywords, ==, 3);
  g_assert_cmpstr (flags.keywords[0], ==, "a");
  g_assert_cmpstr (flags.keywords[1], ==, "\\Own");
  g_assert_cmpstr (flags.keywords[2], ==, "\xef\xbf\xbd");
  g_assert_true (imap_flags_decode (feed_response (&self->feed, "* FLAGS ()\r\n")->values, arena, &flags));
  g_assert_null (flags.keywords);
  g_assert_true (imap_flags_decode (feed_response (&self->feed, "* FLAGS NIL\r\n")->values, arena, &flags));
  g_assert_false (imap_flags_decode (feed_response (&self->feed, "* FLAGS\r\n")->values, arena, &flags));
  g_assert_false (imap_flags_decode (feed_response (&self->feed, "* FLAGS x\r\n")->values, arena, &flags));
  g_assert_true (imap_flags_decode (feed_response (&self->feed, "* FLAGS ((x) y)\r\n")->values, arena, &flags));
  g_assert_true (flags.malformed);
  g_assert_cmpuint (flags.n_keywords, ==, 1);

  g_assert_cmpuint (imap_flags_to_words (0x7f, words), ==, 6);
  for (guint i = 0; i < 6; i++)
    g_assert_cmphex (imap_flags_from_word (words[i], strlen (words[i])), !=, 0);
  g_assert_null (words[6]);
}

static void
test_keywords (Fixture *self, gconstpointer data)
{
  static const char *const good[] = { "work", "$Junk", "a+b", "\\Own", "a]b", "[x]", "Non-Junk" };
  static const char *const bad[]
      = { "", "\\", "a b", "a(b", "a)b", "a\"b", "a%", "*", "\\*", "{5}", "ä", "a\nb", "a\\b", "\177" };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (imap_flags_check_keyword (good[i], NULL));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (imap_flags_check_keyword (bad[i], &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
    }
}

static void
test_servers (Fixture *self, gconstpointer data)
{
  static const struct
  {
    const char *greeting, *id_name, *host, *capability, *server;
  } servers[] = {
    { "Dovecot (Debian) ready.", NULL, "mail.example.org", NULL, "dovecot" },
    { "Hi", "Dovecot", "mail.example.org", NULL, "dovecot" },
    { "Gimap ready for requests from 1.2.3.4", "GImap", "imap.gmail.com", "X-GM-EXT-1", "gmail" },
    { "The Microsoft Exchange IMAP4 service is ready. [QgB]", NULL, "outlook.office365.com", NULL, "exchange" },
    { "Microsoft Exchange Server 2003 IMAP4rev1 server version 6.5 (x) ready", NULL, NULL, NULL, "exchange-2003" },
    { "[CAPABILITY IMAP4rev1] Courier-IMAP ready. Copyright 1998-2018", NULL, NULL, NULL, "courier" },
    { "mail Cyrus IMAP4 v2.3.7 server ready", NULL, NULL, NULL, "cyrus-2.3" },
    { "mail Cyrus IMAP 3.4.1 server ready", NULL, NULL, NULL, "cyrus" },
    { "Coremail System IMap Server Ready(163com)", NULL, "imap.163.com", NULL, "netease" },
    { "IMAP4 ready", NULL, "imap.qq.com", NULL, "qq" },
    { "ready", NULL, "p01-imap.mail.me.com", "XAPPLEPUSHSERVICE", "icloud" },
    { NULL, NULL, NULL, NULL, "unknown" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (servers); i++)
    {
      g_autoptr (ImapCapabilities) capabilities = imap_capabilities_new ();
      ImapQuirks quirks;

      if (servers[i].capability != NULL)
        imap_capabilities_add (capabilities, servers[i].capability);
      imap_quirks_detect (&quirks, servers[i].greeting, servers[i].id_name, NULL, NULL, servers[i].host, capabilities);
      g_assert_cmpstr (quirks.server, ==, servers[i].server);
      g_assert_cmpuint (quirks.max_pipeline, >, 0);
      g_assert_cmpuint (quirks.max_command_bytes, >=, 1000);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_both_ways ("tables/capabilities", test_capabilities);
  add_both_ways ("tables/capability-names", test_capability_names);
  add_both_ways ("tables/rev2", test_rev2);
  add_both_ways ("tables/capability-limit", test_capability_limit);
  add_both_ways ("tables/codes", test_codes);
  add_both_ways ("tables/response-names", test_response_names);
  add_both_ways ("tables/verdicts", test_verdicts);
  add_both_ways ("tables/error-text", test_error_text);
  add_both_ways ("tables/flags", test_flags);
  add_both_ways ("tables/keywords", test_keywords);
  add_both_ways ("tables/servers", test_servers);
  return g_test_run ();
}
