/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Answers of Autodiscover, and whose servers may be asked. */
#include <gio/gio.h>
#include <string.h>

#include <taube/taube-error.h>
#include <taube-backend/taube-settings-impl.h>

#include "discover/discover-answer.h"
#include "discover/discover-names.h"
#include "discover/discover-xml.h"

typedef DiscoverAnswer *(*Reader) (const guint8 *data, gsize length, GError **error);

/* "urls A B", "address A", "place A", "refused WORDS", or "error CODE". (transfer full) */
static char *
show (Reader reader, const char *data, gssize length)
{
  static const char *const kinds[] = { "urls", "address", "place", "refused" };
  g_autoptr (GError) error = NULL;
  g_autoptr (DiscoverAnswer) answer
    = reader ((const guint8 *) data, length < 0 ? strlen (data) : (gsize) length, &error);
  g_autoptr (GString) text = g_string_new (NULL);

  if (answer == NULL)
    {
      g_assert_error (error, TAUBE_ERROR, error->code);
      return g_strdup_printf ("error %s", error->code == TAUBE_ERROR_LIMIT ? "limit" : "protocol");
    }
  g_assert_no_error (error);
  g_string_append (text, kinds[answer->kind]);
  for (guint i = 0; i < answer->urls->len; i++)
    g_string_append_printf (text, " %s", (char *) answer->urls->pdata[i]);
  if (answer->target != NULL)
    g_string_append_printf (text, " %s", answer->target);
  if (answer->problem != NULL)
    g_string_append_printf (text, " %s", answer->problem);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
check (Reader reader, const char *data, gssize length, const char *wanted)
{
  g_autofree char *shown = show (reader, data, length);
  g_autofree char *start = g_strndup (data, 200);
  g_autofree char *printable = g_strescape (start, NULL);

  g_test_message ("%s", printable);
  g_assert_cmpstr (shown, ==, wanted);
}

#define OUTER "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"
#define INNER "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
#define POX(inside)                                                                                                    \
  "<Autodiscover xmlns=\"" OUTER "\"><Response xmlns=\"" INNER "\">" inside "</Response></Autodiscover>"
#define ACCOUNT(inside) POX ("<Account><AccountType>email</AccountType>" inside "</Account>")
#define URL(host) "https://" host "/EWS/Exchange.asmx"

static const struct
{
  const char *xml;
  const char *wanted;
} pox[] = {
  { ACCOUNT ("<Action>settings</Action><Protocol><Type>EXCH</Type><EwsUrl>" URL (
        "in") "</EwsUrl></Protocol>"
              "<Protocol><Type>EXPR</Type><ASUrl>" URL ("out") "</ASUrl><EwsUrl>" URL ("out") "</EwsUrl></Protocol>"),
    "urls " URL ("out") " " URL ("in") },
  { ACCOUNT ("<Protocol><Type>WEB</Type><ASUrl>" URL (
        "web") "</ASUrl></Protocol>"
               "<Protocol Type=\"mapiHttp\"><EwsUrl/></Protocol><Protocol><Type>exhttp</Type><ASUrl> " URL (
                   "new") " </ASUrl>"
                          "</Protocol>"),
    "urls " URL ("new") " " URL ("web") },
  { ACCOUNT ("<Action>redirectAddr</Action><RedirectAddr>alice@example.net</RedirectAddr>"),
    "address alice@example.net" },
  { ACCOUNT ("<Action>RedirectURL</Action><RedirectUrl>https://b/</RedirectUrl>"), "place https://b/" },
  { ACCOUNT ("<RedirectAddr>alice@example.net</RedirectAddr>"), "address alice@example.net" },
  /* What is said beside the action does not count. */
  { ACCOUNT ("<Action>settings</Action><RedirectAddr>mallory@example.net</RedirectAddr><Protocol><EwsUrl>" URL (
        "a") "</EwsUrl></Protocol>"),
    "urls " URL ("a") },
  { ACCOUNT ("<Action>settings</Action>"), "refused it names no web services" },
  { ACCOUNT ("<Protocol><Type>EXPR</Type><EwsUrl>https://a b/</EwsUrl></Protocol>"),
    "refused it names no web services" },
  { "<Autodiscover xmlns=\"" OUTER "\"><Response><Error Time=\"1\" Id=\"2\"><ErrorCode>600</ErrorCode>"
    "<Message>Invalid\nRequest</Message></Error></Response></Autodiscover>",
    "refused 600: Invalid Request" },
  /* Other namespaces: one for both, of another year, a prefix, none. */
  { "<Autodiscover xmlns=\"" INNER
    "\"><Response><Account><Protocol><EwsUrl>" URL ("a") "</EwsUrl></Protocol></Account></Response></Autodiscover>",
    "urls " URL ("a") },
  { "<a:Autodiscover xmlns:a=\"https://schemas.microsoft.com/exchange/autodiscover/responseschema/2010\"><a:Response>"
    "<a:Account><a:Protocol><a:EwsUrl>" URL ("a") "</a:EwsUrl></a:Protocol></a:Account></a:Response></a:Autodiscover>",
    "urls " URL ("a") },
  { "<Autodiscover><Response><Account><Protocol><EwsUrl>" URL ("a") "</EwsUrl></Protocol></Account></Response>"
                                                                    "</Autodiscover>",
    "urls " URL ("a") },
  { "<Autodiscover xmlns=\"http://example.org/\"><Response/></Autodiscover>", "error protocol" },
  /* What .NET makes of a text that it turns into bytes later, and a mark in front. */
  { "\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"utf-16\"?>" ACCOUNT (
        "<RedirectAddr>\xc3\xa4@example.net</RedirectAddr>"),
    "address \xc3\xa4@example.net" },
  { ACCOUNT ("<RedirectAddr>a&#x0;b&#x1a;\x01@example.net</RedirectAddr>"), "address a\xef\xbf\xbd"
                                                                            "b\xef\xbf\xbd\xef\xbf\xbd@example.net" },
  { "<!DOCTYPE a [<!ENTITY b \"c\">]>" ACCOUNT (""), "error protocol" },
  { "<!DOCTYPE html><html><body>Sign in</body></html>", "error protocol" },
  { "<html><body>Sign in</body></html>", "error protocol" },
  { ACCOUNT ("<RedirectAddr>&unknown;</RedirectAddr>"), "error protocol" },
  { "", "error protocol" },
  { " ", "error protocol" },
};

static void
test_pox (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (pox); i++)
    check (discover_answer_from_pox, pox[i].xml, -1, pox[i].wanted);
}

/* Both orders of bytes, with a mark and without, cut anywhere: half an answer is none. */
static void
test_utf16 (void)
{
  const char *xml
      = "<?xml version=\"1.0\" encoding=\"utf-16\"?>" ACCOUNT ("<RedirectAddr>\xc3\xa4@example.net</RedirectAddr>");
  static const char *const encodings[] = { "UTF-16LE", "UTF-16BE" };

  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *marked = g_strconcat (i < 2 ? "\xef\xbb\xbf" : "", xml, NULL);
      gsize length;
      g_autofree char *wide = g_convert (marked, -1, encodings[i % 2], "UTF-8", NULL, &length, NULL);

      check (discover_answer_from_pox, wide, (gssize) length, "address \xc3\xa4@example.net");
      for (gsize cut = 0; cut < length; cut++)
        check (discover_answer_from_pox, wide, (gssize) cut, "error protocol");
    }
}

static void
test_cut (void)
{
  const char *xml = pox[0].xml;

  for (gsize cut = 0; cut < strlen (xml); cut++)
    check (discover_answer_from_pox, xml, (gssize) cut, "error protocol");
}

static void
test_limits (void)
{
  g_autoptr (GString) deep = g_string_new (NULL), wide = g_string_new ("<Autodiscover>"), bomb = g_string_new (NULL);
  g_autofree char *blanks = g_strnfill (DISCOVER_BYTES + 1, ' ');

  for (guint i = 0; i < 100; i++)
    g_string_append (deep, "<a>");
  for (guint i = 0; i < 20000; i++)
    g_string_append (wide, "<a/>");
  for (guint i = 0; i < 20000; i++)
    g_string_append_c (bomb, i % 2 == 0 ? '[' : '{');
  check (discover_answer_from_pox, deep->str, -1, "error limit");
  check (discover_answer_from_pox, wide->str, -1, "error limit");
  check (discover_answer_from_pox, blanks, -1, "error limit");
  check (discover_answer_from_json, bomb->str, -1, "error protocol");
  check (discover_answer_from_json, blanks, -1, "error protocol");
}

#define SERVICE "http://schemas.microsoft.com/exchange/2010/Autodiscover"
#define ENVELOPE(inside)                                                                                               \
  "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:a=\"" SERVICE                               \
  "\"><s:Header/><s:Body>" inside "</s:Body></s:Envelope>"
#define RESPONSE(inside)                                                                                               \
  ENVELOPE ("<GetUserSettingsResponseMessage xmlns=\"" SERVICE "\"><Response>" inside                                  \
            "</Response></GetUserSettingsResponseMessage>")
#define USER(inside)                                                                                                   \
  RESPONSE ("<ErrorCode>NoError</ErrorCode><ErrorMessage/><UserResponses><UserResponse>" inside                        \
            "</UserResponse></UserResponses>")
#define SETTING(name, value) "<UserSetting><Name>" name "</Name><Value>" value "</Value></UserSetting>"

static const struct
{
  const char *xml;
  const char *wanted;
} soap[] = {
  { USER ("<ErrorCode>NoError</ErrorCode><RedirectTarget/><UserSettings>" SETTING ("InternalEwsUrl", URL ("in"))
              SETTING ("ExternalEwsVersion", "15.02.1544.004")
                  SETTING ("ExternalEwsUrl", URL ("out")) "</UserSettings>"),
    "urls " URL ("out") " " URL ("in") },
  { USER ("<ErrorCode>RedirectAddress</ErrorCode><RedirectTarget>a@b.example</RedirectTarget>"),
    "address a@b.example" },
  { USER ("<ErrorCode>RedirectUrl</ErrorCode><RedirectTarget>https://b/</RedirectTarget>"), "place https://b/" },
  { USER ("<ErrorCode>RedirectUrl</ErrorCode><ErrorMessage>where?</ErrorMessage>"), "refused RedirectUrl: where?" },
  { USER ("<ErrorCode>InvalidUser</ErrorCode><ErrorMessage>No such user.</ErrorMessage>"),
    "refused InvalidUser: No such user." },
  { USER ("<ErrorCode>NoError</ErrorCode><UserSettingErrors/><UserSettings/>"), "refused it names no web services" },
  { RESPONSE ("<ErrorCode>ServerBusy</ErrorCode><ErrorMessage>Later.</ErrorMessage><UserResponses/>"),
    "refused ServerBusy: Later." },
  { ENVELOPE ("<s:Fault><faultcode>a:InvalidRequest</faultcode><faultstring>No.</faultstring></s:Fault>"),
    "refused a:InvalidRequest: No." },
  { ENVELOPE ("<Other/>"), "error protocol" },
  { ACCOUNT (""), "error protocol" },
  { "<html/>", "error protocol" },
  { "", "error protocol" },
};

static void
test_soap (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (soap); i++)
    check (discover_answer_from_soap, soap[i].xml, -1, soap[i].wanted);
  for (gsize cut = 0; cut < strlen (soap[0].xml); cut++)
    check (discover_answer_from_soap, soap[0].xml, (gssize) cut, "error protocol");
}

static const struct
{
  const char *json;
  const char *wanted;
} json[] = {
  { "{\"Protocol\":\"EWS\",\"Url\":\"" URL ("a") "\"}", "urls " URL ("a") },
  { "\xef\xbb\xbf{\"url\":\"" URL ("a") "\"}", "urls " URL ("a") },
  { "{\"Protocol\":\"ActiveSync\",\"Url\":\"" URL ("a") "\"}", "refused it names no web services" },
  { "{\"ErrorCode\":\"UserNotFound\",\"ErrorMessage\":\"The given user is not found.\"}",
    "refused UserNotFound: The given user is not found." },
  { "{\"Url\":7}", "refused it names no web services" },
  { "{\"Url\":\"https://a\\r\\nX: y/\"}", "refused it names no web services" },
  { "{\"Url\":[\"" URL ("a") "\"]}", "refused it names no web services" },
  { "[]", "error protocol" },
  { "null", "error protocol" },
  { "\"x\"", "error protocol" },
  { "{\"Url\":\"\xff\"}", "error protocol" },
  { "<html>", "error protocol" },
  { "", "error protocol" },
};

static void
test_json (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (json); i++)
    check (discover_answer_from_json, json[i].json, -1, json[i].wanted);
  for (gsize cut = 0; cut < strlen (json[0].json); cut++)
    check (discover_answer_from_json, json[0].json, (gssize) cut, "error protocol");
}

/* What is asked can be no more than text. */
static void
test_requests (void)
{
  const char *evil = "a\"</EMailAddress><b>&c@example.org";
  g_autoptr (GBytes) plain = discover_request_write_pox (evil),
                     wrapped = discover_request_write_soap (evil, "https://h/<");
  GBytes *bodies[] = { plain, wrapped };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr (TaubeArena) arena = taube_arena_new (1 << 20);
      g_autoptr (GError) error = NULL;
      gsize length;
      const guint8 *data = g_bytes_get_data (bodies[i], &length);

      g_assert_nonnull (discover_xml_parse (arena, data, length, &error));
      g_assert_no_error (error);
      g_assert_null (g_strstr_len ((const char *) data, (gssize) length, "<b>"));
    }
}

/* Names. */

static void
test_own (void)
{
  static const struct
  {
    const char *host, *domain;
    gboolean own;
  } cases[] = {
    { "example.org", "example.org", TRUE },
    { "autodiscover.EXAMPLE.org", "example.org", TRUE },
    { "a.b.example.org", "example.org", TRUE },
    { "org", "example.org", FALSE },
    { "autodiscover.org", "example.org", FALSE },
    { "evilexample.org", "example.org", FALSE },
    { ".example.org", "example.org", FALSE },
    { "example.org.evil.example", "example.org", FALSE },
    { "autodiscover.co.uk", "co.uk", FALSE },
    { "co.uk", "co.uk", TRUE },
    { "autodiscover.github.io", "github.io", FALSE },
    { "autodiscover.alice.github.io", "alice.github.io", TRUE },
    { "x.org", "org", FALSE },
    { "example.org", "students.example.org", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s %s", cases[i].host, cases[i].domain);
      g_assert_cmpint (discover_names_is_own (cases[i].host, cases[i].domain), ==, cases[i].own);
    }
  g_assert_true (discover_names_is_listed ("b.example", "a.example,B.example"));
  g_assert_false (discover_names_is_listed ("b.example", "a.b.example,b.example.org"));
  g_assert_false (discover_names_is_listed ("b.example", NULL));
}

static void
test_wanted (void)
{
  static const struct
  {
    const char *uri;
    const char *address; /* NULL: the URI names a server */
  } cases[] = {
    { "exchange://alice@example.org", "alice@example.org" },
    { "exchange://alice%40example.org@example.org/INBOX", "alice@example.org" },
    { "exchange://alice%40EXAMPLE.org@example.org/INBOX", "alice@EXAMPLE.org" },
    { "exchange://alice@b\xc3\xbc"
      "cher.example",
      "alice@xn--bcher-kva.example" },
    { "exchange://alice%40example.org@mail.example.org", NULL },
    { "exchange://EXAMPLE%5Calice@example.org", NULL },
    { "exchange://alice@example.org:443", NULL },
    { "exchange://alice@192.0.2.1", NULL },
    { "exchange://alice@[2001:db8::1]", NULL },
    { "exchange://alice@localhost", NULL },
    { "exchange://example.org", NULL },
    { "exchange://alice@example.org/?tls=none", NULL },
    { "exchange://alice@example.org/?url=https://mail.example.org/EWS/Exchange.asmx", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TaubeUri) uri = taube_uri_parse (cases[i].uri, &error);
      g_autoptr (TaubeSettings) settings = taube_settings_new ();
      const char *const *names;

      g_assert_no_error (error);
      names = taube_uri_get_option_names (uri);
      for (guint n = 0; names[n] != NULL; n++)
        g_assert_true (taube_settings_set (settings, names[n], taube_uri_get_option (uri, names[n]), NULL));
      g_test_message ("%s", cases[i].uri);
      g_assert_cmpint (discover_names_is_wanted (uri, settings), ==, cases[i].address != NULL);
      if (cases[i].address != NULL)
        {
          g_autofree char *address = discover_names_make_address (uri);
          g_autofree char *domain = discover_names_get_domain (address);

          g_assert_cmpstr (address, ==, cases[i].address);
          g_assert_cmpstr (domain, ==, taube_uri_get_host (uri));
        }
    }
}

static void
test_domains (void)
{
  static const char *const bad[] = { "alice",
                                     "@example.org",
                                     "alice@",
                                     "alice@org",
                                     "alice@example..org",
                                     "alice@192.0.2.1",
                                     "alice@exa mple.org",
                                     "alice@example.org/x",
                                     "alice@a.b\r\nc" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_null (discover_names_get_domain (bad[i]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/exchange/discover/pox", test_pox);
  g_test_add_func ("/exchange/discover/utf16", test_utf16);
  g_test_add_func ("/exchange/discover/cut", test_cut);
  g_test_add_func ("/exchange/discover/limits", test_limits);
  g_test_add_func ("/exchange/discover/soap", test_soap);
  g_test_add_func ("/exchange/discover/json", test_json);
  g_test_add_func ("/exchange/discover/requests", test_requests);
  g_test_add_func ("/exchange/discover/own", test_own);
  g_test_add_func ("/exchange/discover/wanted", test_wanted);
  g_test_add_func ("/exchange/discover/domains", test_domains);
  return g_test_run ();
}
