/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube.h>

#include <string.h>

/* TEXT parses, and prints as PRINTED (NULL: as it is), which parses to the same. (transfer full) */
static TaubeUri *
parse_good (const char *text, const char *printed)
{
  g_autoptr (GError) error = NULL;
  TaubeUri *uri = taube_uri_parse (text, &error);
  g_autoptr (TaubeUri) again = NULL;
  g_autofree char *once = NULL, *twice = NULL;

  g_assert_no_error (error);
  g_assert_nonnull (uri);
  once = taube_uri_to_string (uri);
  g_assert_cmpstr (once, ==, printed != NULL ? printed : text);
  again = taube_uri_parse (once, &error);
  g_assert_no_error (error);
  twice = taube_uri_to_string (again);
  g_assert_cmpstr (twice, ==, once);
  g_assert_cmpstr (taube_uri_get_item_id (again), ==, taube_uri_get_item_id (uri));
  g_assert_cmpstr (taube_uri_get_user (again), ==, taube_uri_get_user (uri));
  return uri;
}

static void
assert_path (TaubeUri *uri, const char *expected)
{
  const char *const *path = taube_uri_get_folder_path (uri);
  g_autofree char *text = path != NULL ? g_strjoinv ("|", (char **) path) : NULL;

  g_assert_cmpstr (text, ==, expected);
}

static void
test_parts (void)
{
  g_autoptr (TaubeUri) uri = parse_good ("imaps://alice@mail.example.org:10993/INBOX;UIDVALIDITY=7;UID=4711;SECTION=1.2"
                                         "?timeout=5&tls=required", NULL);
  const char *const *names = taube_uri_get_option_names (uri);

  g_assert_cmpstr (taube_uri_get_scheme (uri), ==, "imaps");
  g_assert_cmpstr (taube_uri_get_host (uri), ==, "mail.example.org");
  g_assert_cmpuint (taube_uri_get_port (uri), ==, 10993);
  g_assert_cmpstr (taube_uri_get_user (uri), ==, "alice");
  g_assert_null (taube_uri_get_auth (uri));
  assert_path (uri, "INBOX");
  g_assert_cmpstr (taube_uri_get_item_id (uri), ==, "7.4711");
  g_assert_cmpuint (taube_uri_get_uid_validity (uri), ==, 7);
  g_assert_cmpstr (taube_uri_get_section (uri), ==, "1.2");
  g_assert_cmpstr (names[0], ==, "timeout");
  g_assert_cmpstr (names[1], ==, "tls");
  g_assert_null (names[2]);
  g_assert_cmpstr (taube_uri_get_option (uri, "timeout"), ==, "5");
  g_assert_null (taube_uri_get_option (uri, "pin"));
}

static void
test_least (void)
{
  g_autoptr (TaubeUri) uri = parse_good ("imap://h", NULL);
  g_autoptr (TaubeUri) slash = parse_good ("IMAP://H:/", "imap://h");

  g_assert_cmpuint (taube_uri_get_port (uri), ==, 0);
  g_assert_null (taube_uri_get_user (uri));
  g_assert_null (taube_uri_get_folder_path (uri));
  g_assert_null (taube_uri_get_item_id (uri));
  g_assert_null (taube_uri_get_section (uri));
  g_assert_null (taube_uri_get_option_names (uri)[0]);
  g_assert_null (taube_uri_get_folder_path (slash));
}

static void
test_user (void)
{
  static const char *const users[][3] = {
    { "imap://alice%40example.org@h", "alice@example.org", NULL },
    { "imap://alice%40example.org;AUTH=*@h", "alice@example.org", "*" },
    { "imap://;AUTH=*@h", NULL, "*" },
    { "imap://bob;AUTH=SCRAM-SHA-256@h", "bob", "SCRAM-SHA-256" },
    { "pop://bob;AUTH=+APOP@h", "bob", "+APOP" },
    { "imap://M%C3%BCller%20%3B%3A@h", "Müller ;:", NULL },
    { "imap://a%2Fb%3Fc@h", "a/b?c", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (users); i++)
    {
      g_autoptr (TaubeUri) uri = parse_good (users[i][0], NULL);

      g_assert_cmpstr (taube_uri_get_user (uri), ==, users[i][1]);
      g_assert_cmpstr (taube_uri_get_auth (uri), ==, users[i][2]);
      g_assert_cmpstr (taube_uri_get_host (uri), ==, "h");
    }
  {
    g_autoptr (TaubeUri) uri = parse_good ("imap://bob;auth=plain@h", "imap://bob;AUTH=PLAIN@h");

    g_assert_cmpstr (taube_uri_get_auth (uri), ==, "PLAIN");
  }
}

static void
test_host (void)
{
  static const char *const hosts[][4] = {
    /* text, printed, host, shown */
    { "imap://[::1]:143/INBOX", NULL, "::1", "::1" },
    { "imap://[2001:DB8:0:0::1]", "imap://[2001:db8::1]", "2001:db8::1", "2001:db8::1" },
    { "imap://[fe80::1%25eth0]", NULL, "fe80::1%eth0", "fe80::1%eth0" },
    { "imap://127.0.0.1:1143", NULL, "127.0.0.1", "127.0.0.1" },
    { "imap://bücher.example", "imap://xn--bcher-kva.example", "xn--bcher-kva.example", "bücher.example" },
    { "imap://B%C3%BCcher.example", "imap://xn--bcher-kva.example", "xn--bcher-kva.example", "bücher.example" },
    { "imap://xn--bcher-kva.example", NULL, "xn--bcher-kva.example", "bücher.example" },
    { "imap://Mail.Example.ORG.", "imap://mail.example.org.", "mail.example.org.", "mail.example.org" },
    { "imap://a_b.example", NULL, "a_b.example", "a_b.example" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      g_autoptr (TaubeUri) uri = parse_good (hosts[i][0], hosts[i][1]);

      g_assert_cmpstr (taube_uri_get_host (uri), ==, hosts[i][2]);
      g_assert_cmpstr (taube_uri_get_display_host (uri), ==, hosts[i][3]);
    }
}

static void
test_path (void)
{
  static const char *const paths[][3] = {
    { "imap://h/INBOX/", "imap://h/INBOX", "INBOX" },
    { "imap://h/a/b/c", NULL, "a|b|c" },
    { "imap://h/a%2Fb/c", NULL, "a/b|c" },
    { "imap://h/Archiv 2019", "imap://h/Archiv%202019", "Archiv 2019" },
    { "imap://h/Entwürfe", "imap://h/Entw%C3%BCrfe", "Entwürfe" },
    { "imap://h/%D0%92%D1%85%D0%BE%D0%B4", NULL, "Вход" },
    { "imap://h/a%3Bb%3Fc%23d%25e", NULL, "a;b?c#d%e" },
    { "imap://h/x%09y%01", NULL, "x\ty\001" },
    { "imap://h/./../x", NULL, ".|..|x" },
    { "imap://h/&AOQ-", "imap://h/%26AOQ-", "&AOQ-" },
    { "imap://h/%F0%9F%95%8A", NULL, "🕊" },
    { "imap://h/@x:y+z,=", NULL, "@x:y+z,=" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (TaubeUri) uri = parse_good (paths[i][0], paths[i][1]);

      assert_path (uri, paths[i][2]);
    }
}

static void
test_item (void)
{
  static const char *const items[][5] = {
    /* text, printed, path, id, section */
    { "imap://h/INBOX;UIDVALIDITY=7;UID=4711", NULL, "INBOX", "7.4711", NULL },
    { "imap://h/INBOX;UIDVALIDITY=7/;UID=4711", "imap://h/INBOX;UIDVALIDITY=7;UID=4711", "INBOX", "7.4711", NULL },
    { "imap://h/INBOX/;UID=20/;SECTION=1.2.MIME", "imap://h/INBOX;UID=20;SECTION=1.2.MIME", "INBOX", "20", "1.2.MIME" },
    { "imap://h/a/b/;uid=20", "imap://h/a/b;UID=20", "a|b", "20", NULL },
    { "imap://h/a;UID=4294967295/", "imap://h/a;UID=4294967295", "a", "4294967295", NULL },
    { "imap://h/a;UIDVALIDITY=1", NULL, "a", NULL, NULL },
    { "pop://alice@h/;UIDL=whqtswO00WBw418f9t5JxYwZ", NULL, NULL, "whqtswO00WBw418f9t5JxYwZ", NULL },
    { "pop://h/INBOX;UIDL=a%2Fb%3D;SECTION=1", "pop://h/INBOX;UIDL=a%2Fb=;SECTION=1", "INBOX", "a/b=", "1" },
    { "exchange://alice@h/Calendar;ID=AAMk+x%2F=", NULL, "Calendar", "AAMk+x/=", NULL },
    { "foreign://h/;ID=x%3By", NULL, NULL, "x;y", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (items); i++)
    {
      g_autoptr (TaubeUri) uri = parse_good (items[i][0], items[i][1]);

      assert_path (uri, items[i][2]);
      g_assert_cmpstr (taube_uri_get_item_id (uri), ==, items[i][3]);
      g_assert_cmpstr (taube_uri_get_section (uri), ==, items[i][4]);
    }
}

static void
test_query (void)
{
  g_autoptr (TaubeUri) uri = parse_good ("imap://h?tls=none&ca-file=/tmp/a%20b%26c.pem&",
                                         "imap://h?tls=none&ca-file=/tmp/a%20b%26c.pem");
  g_autoptr (TaubeUri) empty = parse_good ("imap://h/INBOX?", "imap://h/INBOX");

  g_assert_cmpstr (taube_uri_get_option (uri, "ca-file"), ==, "/tmp/a b&c.pem");
  g_assert_null (taube_uri_get_option_names (empty)[0]);
}

static void
test_endpoint (void)
{
  static const char *const endpoints[][3] = {
    { "https://mail.example.org/EWS/Exchange.asmx",
      "exchange://mail.example.org?url=https://mail.example.org/EWS/Exchange.asmx",
      "https://mail.example.org/EWS/Exchange.asmx" },
    { "https://alice%40x.org@Mail.example.org:8443/ews/exchange.asmx",
      "exchange://alice%40x.org@mail.example.org?url=https://mail.example.org:8443/ews/exchange.asmx",
      "https://mail.example.org:8443/ews/exchange.asmx" },
    { "http://127.0.0.1:8080/EWS/Exchange.asmx?tls=none",
      "exchange://127.0.0.1?tls=none&url=http://127.0.0.1:8080/EWS/Exchange.asmx",
      "http://127.0.0.1:8080/EWS/Exchange.asmx" },
    { "https://[::1]/EWS/Exchange.asmx", "exchange://[::1]?url=https://%5B::1%5D/EWS/Exchange.asmx",
      "https://[::1]/EWS/Exchange.asmx" },
    { "exchange://h/Inbox?url=http://h/x&tls=none", NULL, "http://h/x" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (endpoints); i++)
    {
      g_autoptr (TaubeUri) uri = parse_good (endpoints[i][0], endpoints[i][1]);

      g_assert_cmpstr (taube_uri_get_scheme (uri), ==, "exchange");
      g_assert_cmpstr (taube_uri_get_option (uri, "url"), ==, endpoints[i][2]);
    }
}

static const char *const faults[][2] = {
  { "", "URI \"\": it is empty" },
  { "foo", "URI \"foo\": it has no scheme; the form is scheme://user@host/Folder" },
  { "imap:host", "URI \"imap:host\": it has no scheme; the form is scheme://user@host/Folder" },
  { "://host", "URI \"://host\": the scheme is not a letter followed by letters, digits, \"+\", \"-\" or \".\" "
               "(at character 1)" },
  { "1map://h", "URI \"1map://h\": the scheme is not a letter followed by letters, digits, \"+\", \"-\" or \".\" "
                "(at character 1)" },
  { "im ap://h", "URI \"im ap://h\": the scheme is not a letter followed by letters, digits, \"+\", \"-\" or \".\" "
                 "(at character 3)" },
  { "imap://", "URI \"imap://\": it names no host (at character 8)" },
  { "imap:///INBOX", "URI \"imap:///INBOX\": it names no host (at character 8)" },
  { "imap://alice@/INBOX", "URI \"imap://alice@/INBOX\": it names no host (at character 14)" },
  { "imap://h:99999", "URI \"imap://h:99999\": port \"99999\" is not between 1 and 65535 (at character 10)" },
  { "imap://h:0/", "URI \"imap://h:0/\": port \"0\" is not between 1 and 65535 (at character 10)" },
  { "imap://h:x1", "URI \"imap://h:x1\": port \"x1\" is not between 1 and 65535 (at character 10)" },
  { "imap://h:-1", "URI \"imap://h:-1\": port \"-1\" is not between 1 and 65535 (at character 10)" },
  { "imap://ho st", "URI \"imap://ho st\": \"ho st\" is not the name of a host (at character 8)" },
  { "imap://a..b", "URI \"imap://a..b\": \"a..b\" is not the name of a host (at character 8)" },
  { "imap://h;UID=4", "URI \"imap://h;UID=4\": \"h;UID=4\" is not the name of a host (at character 8)" },
  { "imap://a%00b", "URI \"imap://a%00b\": the host has the control character %00 (at character 9)" },
  { "imap://::1/", "URI \"imap://::1/\": the host has several \":\"; an IPv6 address stands in brackets "
                   "(at character 8)" },
  { "imap://[::1", "URI \"imap://[::1\": the IPv6 address has no closing \"]\" (at character 8)" },
  { "imap://[::1]x", "URI \"imap://[::1]x\": the IPv6 address has no closing \"]\" (at character 8)" },
  { "imap://[1.2.3.4]", "URI \"imap://[1.2.3.4]\": \"1.2.3.4\" is not an IPv6 address (at character 8)" },
  { "imap://[]", "URI \"imap://[]\": \"\" is not an IPv6 address (at character 8)" },
  { "imap://[::1%25]", "URI \"imap://[::1%25]\": \"\" is not the zone of an IPv6 address (at character 8)" },
  { "imap://@h", "URI \"imap://@h\": the user name before the \"@\" is empty (at character 8)" },
  { "imap://alice@example.org@h",
    "URI \"imap://alice@example.org@h\": the user name has an \"@\", which is written %40 (at character 13)" },
  { "imap://alice;X=1@h",
    "URI \"imap://alice;X=1@h\": after the user name only \";AUTH=\" may stand; a semicolon in it "
    "is %3B (at character 13)" },
  { "imap://alice;AUTH=@h", "URI \"imap://alice;AUTH=@h\": \"\" is not the name of a mechanism (at character 19)" },
  { "imap://alice;AUTH=a%20b@h",
    "URI \"imap://alice;AUTH=a%20b@h\": \"a b\" is not the name of a mechanism (at character 19)" },
  { "imap://al%0Aice@h", "URI \"imap://al%0Aice@h\": the user name has the control character %0A (at character 10)" },
  { "imap://al%01ice@h", "URI \"imap://al%01ice@h\": the user name has the control character %01 (at character 10)" },
  { "imap://al%ffice@h", "URI \"imap://al%ffice@h\": the user name is not UTF-8 (at character 8)" },
  { "imap://alice:geheim@h", "URI \"imap://alice:***@h\": a password must not stand in it; a colon in the user name is "
                             "%3A (at character 13)" },
  { "imap://alice;AUTH=*:geheim@h",
    "URI \"imap://alice;AUTH=*:***@h\": a password must not stand in it; a colon in the "
    "user name is %3A (at character 20)" },
  { "imap://alice:geh/eim@h",
    "URI \"imap://alice:***@h\": what stands after the \":\" is not a port, and a password must "
    "not stand in a URI (at character 14)" },
  { "imap://alice:geh?eim@h",
    "URI \"imap://alice:***@h\": what stands after the \":\" is not a port, and a password must "
    "not stand in a URI (at character 14)" },
  { "imap://alice:geh#eim@h", "URI \"imap://alice:***@h\": it has a fragment, \"#…\"; a \"#\" in a name is %23 "
                              "(at character 17)" },
  { "imap:alice:geheim@h", "URI \"imap:***@h\": it has no scheme; the form is scheme://user@host/Folder" },
  { "imap://h//INBOX", "URI \"imap://h//INBOX\": a folder's name is empty (at character 10)" },
  { "imap://h/a//b", "URI \"imap://h/a//b\": a folder's name is empty (at character 12)" },
  { "imap://h/%zz", "URI \"imap://h/%zz\": the folder has a \"%\" that two hexadecimal digits do not follow; a percent "
                    "sign is %25 (at character 10)" },
  { "imap://h/%4",
    "URI \"imap://h/%4\": the folder has a \"%\" that two hexadecimal digits do not follow; a percent sign "
    "is %25 (at character 10)" },
  { "imap://h/a%",
    "URI \"imap://h/a%\": the folder has a \"%\" that two hexadecimal digits do not follow; a percent sign "
    "is %25 (at character 11)" },
  { "imap://h/a%00", "URI \"imap://h/a%00\": the folder has the control character %00 (at character 11)" },
  { "imap://h/a%0d", "URI \"imap://h/a%0d\": the folder has the control character %0D (at character 11)" },
  { "imap://h/%C3", "URI \"imap://h/%C3\": the folder is not UTF-8 (at character 10)" },
  { "imap://h/\xff", "URI \"imap://h/\xef\xbf\xbd\": it is not UTF-8 (at character 10)" },
  { "imap://h/a\nb", "URI \"imap://h/a\\x0ab\": it has a control character (at character 11)" },
  { "imap://h/ü\x7f", "URI \"imap://h/ü\\x7f\": it has a control character (at character 11)" },
  { "imap://h/a\xc2\x9b", "URI \"imap://h/a\\x9b\": it has a control character (at character 11)" },
  { "imap://h/a#b", "URI \"imap://h/a#b\": it has a fragment, \"#…\"; a \"#\" in a name is %23 (at character 11)" },
  { "imap://h/a;b",
    "URI \"imap://h/a;b\": \";b\" is not a parameter of the form \";NAME=value\"; a semicolon in a name is "
    "%3B (at character 12)" },
  { "imap://h/a;COLOUR=1", "URI \"imap://h/a;COLOUR=1\": \";COLOUR=\" is not known; a semicolon in a name is %3B "
                           "(at character 12)" },
  { "imap://h/a;PARTIAL=0.10",
    "URI \"imap://h/a;PARTIAL=0.10\": \";PARTIAL=\" is not supported; a range of bytes is asked "
    "for in the call (at character 12)" },
  { "imap://h/a;UID=0", "URI \"imap://h/a;UID=0\": UID \"0\" is not a number from 1 to 4294967295 (at character 16)" },
  { "imap://h/a;UID=01",
    "URI \"imap://h/a;UID=01\": UID \"01\" is not a number from 1 to 4294967295 (at character 16)" },
  { "imap://h/a;UID=4294967296", "URI \"imap://h/a;UID=4294967296\": UID \"4294967296\" is not a number from 1 to "
                                 "4294967295 (at character 16)" },
  { "imap://h/a;UID=", "URI \"imap://h/a;UID=\": \";UID=\" has no value (at character 12)" },
  { "imap://h/a;UIDVALIDITY=x;UID=1",
    "URI \"imap://h/a;UIDVALIDITY=x;UID=1\": UIDVALIDITY \"x\" is not a number from 1 "
    "to 4294967295 (at character 24)" },
  { "imap://h/a;UIDVALIDITY=;UID=1",
    "URI \"imap://h/a;UIDVALIDITY=;UID=1\": \";UIDVALIDITY=\" has no value (at character 12)" },
  { "imap://h/a;UIDVALIDITY=1;UIDVALIDITY=1",
    "URI \"imap://h/a;UIDVALIDITY=1;UIDVALIDITY=1\": \";UIDVALIDITY=\" stands "
    "in it twice (at character 26)" },
  { "imap://h/a;UID=1;UID=2", "URI \"imap://h/a;UID=1;UID=2\": \";UID=\" stands in it twice (at character 18)" },
  { "imap://h/a;UID=1;ID=2", "URI \"imap://h/a;UID=1;ID=2\": \";ID=\" names a second item (at character 18)" },
  { "imap://h/a;UIDVALIDITY=1;ID=2",
    "URI \"imap://h/a;UIDVALIDITY=1;ID=2\": \";UIDVALIDITY=\" goes only with \";UID=\"" },
  { "imap://h/a;SECTION=1", "URI \"imap://h/a;SECTION=1\": \";SECTION=\" names a part of no item" },
  { "imap://h/;UID=1", "URI \"imap://h/;UID=1\": it names an item by UID and no folder" },
  { "imap://h/a;UID=1/b",
    "URI \"imap://h/a;UID=1/b\": a folder stands behind a parameter; a semicolon in a name is %3B "
    "(at character 18)" },
  { "imap://h/a;ID=x%0D", "URI \"imap://h/a;ID=x%0D\": a parameter of the path has the control character %0D "
                          "(at character 16)" },
  { "imap://h?colour=red", "URI \"imap://h?…\": option \"colour\": there is no such setting (at character 10)" },
  { "imap://h?password=geheim", "URI \"imap://h?…\": option \"password\": there is no such setting (at character 10)" },
  { "imap://h?=x",
    "URI \"imap://h?…\": a search in the query (RFC 5092) is not supported; there may be options, such as "
    "\"?tls=none\" (at character 10)" },
  { "imap://h/a?SUBJECT%20x", "URI \"imap://h/a?…\": a search in the query (RFC 5092) is not supported; there may be "
                              "options, such as \"?tls=none\" (at character 12)" },
  { "pop://h?X", "URI \"pop://h?…\": option \"X\": there is no such setting (at character 9)" },
  { "imap://h?tls", "URI \"imap://h?…\": option \"tls\" has no value (at character 10)" },
  { "imap://h?tls=none&tls=none", "URI \"imap://h?…\": option \"tls\" stands in it twice (at character 19)" },
  { "imap://h?tls=maybe",
    "URI \"imap://h?…\": option \"tls\": \"maybe\" is neither \"required\" nor \"none\" (at character 14)" },
  { "imap://h?timeout=0", "URI \"imap://h?…\": option \"timeout\": \"0\" is not a whole number from 1 to 3600 "
                          "(at character 18)" },
  { "imap://h?ca-file=%0a", "URI \"imap://h?…\": an option's value has the control character %0A (at character 18)" },
  { "imap://h?t%zz=1", "URI \"imap://h?…\": the query has a \"%\" that two hexadecimal digits do not follow; a percent "
                       "sign is %25 (at character 11)" },
  { "https://example.org/", "URI \"https://example.org/\": a https address must be that of an Exchange endpoint, "
                            "…/Exchange.asmx" },
  { "http://h/EWS/Exchange.asmx",
    "URI \"http://h/EWS/Exchange.asmx\": the endpoint is http, without TLS; that needs the option \"tls=none\"" },
  { "exchange://h?url=http://h/", "URI \"exchange://h?…\": the endpoint is http, without TLS; that needs the option "
                                  "\"tls=none\"" },
  { "exchange://h?url=https://a:geheim@h/", "URI \"exchange://h?…\": option \"url\": user name and password must not "
                                            "stand in it (at character 18)" },
  { "https://h/EWS/Exchange.asmx?url=https://h/",
    "URI \"https://h/EWS/Exchange.asmx?…\": option \"url\": the address is "
    "the endpoint already" },
  { "https://h/a;b/Exchange.asmx",
    "URI \"https://h/a;b/Exchange.asmx\": the path of an endpoint has neither \";\" nor \"%\" (at character 10)" },
  { "https://h/a@b/Exchange.asmx",
    "URI \"https://h/a@b/Exchange.asmx\": the path of the endpoint is not that of a URL (at character 10)" },
};

static void
test_faults (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (taube_uri_parse (faults[i][0], &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_assert_null (strstr (error->message, "geheim"));
      if (strcmp (error->message, faults[i][1]) != 0)
        {
          g_test_message ("is   %s", error->message);
          g_test_message ("want %s", faults[i][1]);
          g_test_fail ();
        }
    }
}

static void
test_long (void)
{
  g_autofree char *path = g_strnfill (9000, 'a');
  g_autofree char *text = g_strconcat ("imap://h/", path, NULL);
  g_autofree char *label = g_strconcat ("imap://", path + 9000 - 64, NULL);
  g_autofree char *shown = g_strdup_printf ("URI \"imap://h/%s…\": it is longer than 8192 bytes",
                                            path + 9000 - (200 - strlen ("imap://h/")));
  g_autoptr (GError) error = NULL;

  g_assert_null (taube_uri_parse (text, &error));
  g_assert_cmpstr (error->message, ==, shown);
  g_clear_error (&error);
  g_assert_null (taube_uri_parse (label, &error));
  g_assert_nonnull (strstr (error->message, "is not the name of a host"));
  text[8192] = '\0';
  g_clear_pointer (&shown, g_free);
  {
    g_autoptr (TaubeUri) uri = parse_good (text, NULL);

    g_assert_nonnull (uri);
  }
}

static void
test_derive (void)
{
  static const char *const path[] = { "Archiv", "a/b;c", NULL };
  static const char *const none[] = { NULL };
  g_autoptr (TaubeUri) imap = parse_good ("imaps://alice@h:1/INBOX;UIDVALIDITY=7;UID=1;SECTION=2?timeout=5", NULL);
  g_autoptr (TaubeUri) pop = parse_good ("pop://alice@h", NULL);
  g_autoptr (TaubeUri) exchange = parse_good ("exchange://alice@h/Calendar", NULL);
  g_autoptr (TaubeUri) account = taube_uri_get_account_uri (imap);
  g_autoptr (TaubeUri) folder = taube_uri_with_folder (imap, path);
  g_autoptr (TaubeUri) root = taube_uri_with_folder (imap, none);
  g_autofree char *account_text = taube_uri_to_string (account);
  g_autofree char *folder_text = taube_uri_to_string (folder);
  g_autofree char *root_text = taube_uri_to_string (root);
  const struct
  {
    TaubeUri *uri;
    const char *id;
    const char *section;
    const char *text;
  } items[] = {
    { folder, "7.4711", NULL, "imaps://alice@h:1/Archiv/a%2Fb%3Bc;UIDVALIDITY=7;UID=4711?timeout=5" },
    { folder, "4711", "1.2", "imaps://alice@h:1/Archiv/a%2Fb%3Bc;UID=4711;SECTION=1.2?timeout=5" },
    { folder, "7.0", "", "imaps://alice@h:1/Archiv/a%2Fb%3Bc;ID=7.0?timeout=5" },
    { folder, "7.1.2", NULL, "imaps://alice@h:1/Archiv/a%2Fb%3Bc;ID=7.1.2?timeout=5" },
    { account, "7.1", NULL, "imaps://alice@h:1/;ID=7.1?timeout=5" },
    { pop, "7.1", NULL, "pop://alice@h/;UIDL=7.1" },
    { exchange, "AA/=", NULL, "exchange://alice@h/Calendar;ID=AA%2F=" },
  };

  g_assert_cmpstr (account_text, ==, "imaps://alice@h:1?timeout=5");
  g_assert_cmpstr (root_text, ==, account_text);
  g_assert_cmpstr (folder_text, ==, "imaps://alice@h:1/Archiv/a%2Fb%3Bc?timeout=5");
  for (gsize i = 0; i < G_N_ELEMENTS (items); i++)
    {
      g_autoptr (TaubeUri) item = taube_uri_with_item (items[i].uri, items[i].id, items[i].section);
      g_autofree char *text = taube_uri_to_string (item);
      g_autoptr (TaubeUri) again = parse_good (text, NULL);

      g_assert_cmpstr (text, ==, items[i].text);
      g_assert_cmpstr (taube_uri_get_item_id (again), ==, items[i].id);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/uri/parts", test_parts);
  g_test_add_func ("/uri/least", test_least);
  g_test_add_func ("/uri/user", test_user);
  g_test_add_func ("/uri/host", test_host);
  g_test_add_func ("/uri/path", test_path);
  g_test_add_func ("/uri/item", test_item);
  g_test_add_func ("/uri/query", test_query);
  g_test_add_func ("/uri/endpoint", test_endpoint);
  g_test_add_func ("/uri/faults", test_faults);
  g_test_add_func ("/uri/long", test_long);
  g_test_add_func ("/uri/derive", test_derive);
  return g_test_run ();
}
