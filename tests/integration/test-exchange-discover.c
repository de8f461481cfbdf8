/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Autodiscover: what is found, who is asked for it, and who gets to know what. */
#include "discover-world.h"

#include <string.h>

#define OWN "autodiscover.example.org"
#define HERE "'mail.example.org': {'serves': ['ews']}"

static void
assert_says (const GError *error, TaubeError code, const char *words)
{
  g_assert_error (error, TAUBE_ERROR, (int) code);
  if (strstr (error->message, words) == NULL)
    g_error ("\"%s\" does not say \"%s\"", error->message, words);
}

static void
assert_finds (ExchangeWorld *world, const char *settings)
{
  g_autoptr (GError) error = NULL;

  discover_world_connects (world, settings, &error);
  g_assert_no_error (error);
}

/* Each form, at each of the two hosts; and where it was found is told. */
static void
test_each_form (void)
{
  static const char *const hosts[] = { "example.org", OWN };
  static const char *const forms[] = { "json", "soap", "pox" };
  g_autoptr (ExchangeWorld) world = discover_world_start (NULL, "");

  for (guint i = 0; i < G_N_ELEMENTS (hosts) * G_N_ELEMENTS (forms); i++)
    {
      const char *host = hosts[i / 3], *form = forms[i % 3];
      g_autofree char *sites = g_strdup_printf (
          "{'%s': {'serves': ['%s'], 'url': 'https://mail.example.org/EWS/Exchange.asmx'}, " HERE "}", host, form);
      g_autofree char *name = g_ascii_strup (form, -1);
      g_autofree char *evidence = g_strdup_printf (", found by Autodiscover: %s at %s", name, host);
      g_autoptr (TaubeAccount) account = NULL;
      g_autoptr (TaubeCapabilities) live = NULL;
      g_autoptr (TaubeMessageList) list = NULL;
      g_autoptr (GError) error = NULL;

      discover_world_set_sites (world, sites);
      g_free (exchange_world_ask (world, "DELETE", "requests", NULL));
      account = discover_world_open (world, "alice@example.org", NULL, NULL);
      list = exchange_world_list (account, "INBOX", &error);
      g_assert_no_error (error);
      g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (list)), ==, 3);
      live = taube_account_get_capabilities (account);
      g_assert_nonnull (strstr (taube_capabilities_get_evidence (live, TAUBE_CAPABILITY_RETRIEVAL), evidence));
      g_assert_cmpuint (discover_world_count (world, host, "json", "basic"), ==, 0);
      g_assert_cmpuint (discover_world_count (world, host, "/autodiscover/", "basic"), ==, i % 3 == 0 ? 0 : 1);
      g_assert_cmpuint (discover_world_count (world, "mail.example.org", "EWS", "basic"), >, 0);
    }
}

/* CASES.md S27: nothing above the mail domain is ever asked; the order is Microsoft's. */
static void
test_never_above (void)
{
  g_autoptr (ExchangeWorld) world = discover_world_start (NULL, "");
  g_autoptr (GError) error = NULL;
  g_autofree char *connects = NULL;

  discover_world_set_sites (world, "{'www.example.org': {}}");
  g_assert_false (discover_world_connects (world, NULL, &error));
  assert_says (error, TAUBE_ERROR_CONNECTION, "no Exchange was found for alice@example.org");
  connects = discover_world_get_connects (world);
  g_assert_cmpstr (connects, ==, "example.org:443 " OWN ":443 " OWN ":80");
}

/* What is asked of a domain below another one does not go up either, and a public suffix has no names that are its
 * own. */
static void
test_borders (void)
{
  static const struct
  {
    const char *user_and_host;
    const char *connects;
  } cases[] = {
    { "alice@students.example.co.uk", "students.example.co.uk:443 autodiscover.students.example.co.uk:443 "
                                      "autodiscover.students.example.co.uk:80" },
    { "alice%40example.org@example.org", "example.org:443 " OWN ":443 " OWN ":80" },
    { "alice@co.uk", "co.uk:443" },
    { "alice@github.io", "github.io:443" },
  };
  g_autoptr (ExchangeWorld) world = discover_world_start (NULL, "");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TaubeAccount) account = discover_world_open (world, cases[i].user_and_host, NULL, NULL);
      g_autofree char *connects = NULL;

      discover_world_set_sites (world, "{'www.example.org': {}}");
      g_assert_false (taube_account_connect (account, NULL, NULL));
      connects = discover_world_get_connects (world);
      g_assert_cmpstr (connects, ==, cases[i].connects);
    }
}

/* A URI that names the server is not asked about. */
static void
test_not_wanted (void)
{
  g_autoptr (ExchangeWorld) world = discover_world_start (NULL, "");
  g_autoptr (TaubeAccount) account = discover_world_open (world, "alice%40example.org@mail.example.org", NULL, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *connects = NULL;

  discover_world_set_sites (world, "{" HERE "}");
  taube_account_connect (account, NULL, &error);
  g_assert_no_error (error);
  connects = discover_world_get_connects (world);
  g_assert_cmpstr (connects, ==, "mail.example.org:443");
}

/* The host of the URI is the server itself, and has no Autodiscover. */
static void
test_host_itself (void)
{
  g_autoptr (ExchangeWorld) world = discover_world_start (NULL, "");
  g_autoptr (TaubeAccount) account = discover_world_open (world, "alice@mail.example.org", NULL, NULL);
  g_autoptr (GError) error = NULL;

  discover_world_set_sites (world, "{" HERE "}");
  taube_account_connect (account, NULL, &error);
  g_assert_no_error (error);
}

/* Redirects that nobody vouches for. */

typedef struct
{
  const char *agree_to;
  const char *password;
  guint asked;
} Person;

static void
on_question (TaubeQuestion *question, gpointer user_data)
{
  Person *person = user_data;

  if (taube_question_get_kind (question) == TAUBE_QUESTION_KIND_PASSWORD)
    {
      taube_question_answer_password (question, person->password);
      return;
    }
  g_assert_cmpint (taube_question_get_kind (question), ==, TAUBE_QUESTION_KIND_HOST);
  person->asked++;
  if (g_strcmp0 (taube_question_get_host (question), person->agree_to) == 0)
    taube_question_answer_trust (question);
  else
    taube_question_refuse (question);
}

/* WORLD leads to mail.example.net. It is asked and gets the password only when the user agrees. */
static void
check_confirmation (ExchangeWorld *world, const char *sites)
{
  static const struct
  {
    const char *agree_to;
    gboolean found;
  } people[] = { { NULL, FALSE }, { "mail.example.com", FALSE }, { "mail.example.net", TRUE } };

  for (guint i = 0; i < G_N_ELEMENTS (people); i++)
    {
      Person person = { .agree_to = people[i].agree_to, .password = exchange_world_get (world, "password") };
      g_autoptr (TaubeCredentials) credentials = taube_credentials_new_callback (on_question, &person, NULL);
      g_autoptr (TaubeAccount) account = discover_world_open (world, "alice@example.org", credentials, NULL);
      g_autoptr (GError) error = NULL;

      discover_world_set_sites (world, sites);
      g_assert_cmpint (taube_account_connect (account, NULL, &error), ==, people[i].found);
      g_assert_cmpuint (person.asked, ==, 1);
      g_assert_cmpint (discover_world_has_connected (world, "mail.example.net"), ==, people[i].found);
      if (!people[i].found)
        assert_says (error, TAUBE_ERROR_NOT_FOUND, "\"allow-hosts=mail.example.net\"");
    }
  /* Nobody to ask, and the answer in advance. */
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;

      discover_world_set_sites (world, sites);
      g_assert_cmpint (
          discover_world_connects (world, i == 1 ? "allow-hosts=a.example,MAIL.example.net" : NULL, &error), ==,
          i == 1);
      g_assert_cmpint (discover_world_has_connected (world, "mail.example.net"), ==, i == 1);
    }
}

/* CASES.md S28 */
static void
test_plain_redirect (void)
{
  g_autoptr (ExchangeWorld) world = discover_world_start (NULL, "");

  check_confirmation (world,
                      "{'example.org': {'serves': []}, '" OWN "': {'serves': [], 'answers': {'http': {'status': 302,"
                      " 'location': 'https://mail.example.net/autodiscover/autodiscover.xml'}}},"
                      " 'mail.example.net': {'serves': ['ews', 'pox']}}");
}

static void
test_plain_redirect_to_plain (void)
{
  g_autoptr (ExchangeWorld) world = discover_world_start (NULL, "");
  g_autoptr (GError) error = NULL;

  discover_world_set_sites (world,
                            "{'example.org': {'serves': []}, '" OWN "': {'serves': [], 'answers': {'http': {"
                            "'status': 302, 'location': 'http://mail.example.org/autodiscover/autodiscover.xml'}}}}");
  g_assert_false (discover_world_connects (world, NULL, &error));
  assert_says (error, TAUBE_ERROR_NOT_FOUND, "leads away from TLS");
  g_assert_false (discover_world_has_connected (world, "mail.example.org"));
}

/* A redirect over TLS that came without sign-in is no word of the service either. */
static void
test_secure_redirect (void)
{
  g_autoptr (ExchangeWorld) world = discover_world_start (NULL, "");

  check_confirmation (world,
                      "{'example.org': {'answers': {"
                      "'json': {'status': 302, 'location': 'https://mail.example.net/autodiscover/autodiscover.json'},"
                      "'soap': {'status': 302, 'location': 'https://mail.example.net/autodiscover/autodiscover.svc'},"
                      "'pox': {'status': 302, 'location': 'https://mail.example.net/autodiscover/autodiscover.xml'},"
                      "'ews': {'status': 404}}}, 'mail.example.net': {'serves': ['ews', 'pox']}}");
}

static void
test_redirect_within (void)
{
  g_autoptr (ExchangeWorld) world = discover_world_start (NULL, "");

  discover_world_set_sites (
      world, "{'example.org': {'serves': [], 'answers': {'pox': {'status': 301,"
             " 'location': 'https://www.example.org/autodiscover/autodiscover.xml'}}},"
             " 'www.example.org': {'serves': ['pox'], 'url': 'https://mail.example.org/EWS/Exchange.asmx'}, " HERE "}");
  assert_finds (world, NULL);
}

/* CASES.md S29 */
static void
test_service (void)
{
  g_autoptr (ExchangeWorld) world = discover_world_start (NULL, "");

  discover_world_set_service ("example.org", "mail.example.net", 8443);
  check_confirmation (world, "{'example.org': {'serves': []}, 'mail.example.net': {'serves': ['ews', 'pox']}}");
  g_assert_true (discover_world_has_connected (world, "mail.example.net"));
  discover_world_set_service ("example.org", "mail.example.org", 443);
  discover_world_set_sites (world, "{'example.org': {'serves': []}, 'mail.example.org': {'serves': ['ews', 'soap']}}");
  assert_finds (world, NULL);
}

/* The user agrees, but the certificate is for another host. */
static void
test_service_without_certificate (void)
{
  g_autoptr (ExchangeWorld) world = discover_world_start ("example.org", "");
  g_autoptr (GError) error = NULL;

  discover_world_set_service ("example.org", "mail.example.net", 443);
  discover_world_set_sites (world, "{'example.org': {'serves': []}, 'mail.example.net': {}}");
  g_assert_false (discover_world_connects (world, "allow-hosts=mail.example.net", &error));
  assert_says (error, TAUBE_ERROR_NOT_FOUND, "mail.example.net");
  g_assert_cmpuint (discover_world_count (world, "mail.example.net", "", NULL), ==, 0);
  g_assert_cmpuint (discover_world_count (world, "mail.example.net", "", "basic"), ==, 0);
}

/* A host that cannot prove who it is gets no request at all. */
static void
test_wrong_certificate (void)
{
  g_autoptr (ExchangeWorld) world = discover_world_start ("mail.example.org", "");
  g_autoptr (GError) error = NULL;

  discover_world_set_sites (world, "{'example.org': {}, '" OWN "': {}}");
  g_assert_false (discover_world_connects (world, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CERTIFICATE);
  g_assert_cmpuint (discover_world_count (world, "example.org", "", NULL), ==, 0);
  g_assert_cmpuint (discover_world_count (world, OWN, "", NULL), ==, 0);
  g_assert_cmpuint (discover_world_count (world, OWN, "", "basic"), ==, 0);
}

/* CASES.md 71: what an answer leads to. */

#define BODY(inside)                                                                                                   \
  "'body': '<Autodiscover xmlns=\\'http://schemas.microsoft.com/exchange/autodiscover/"                                \
  "responseschema/2006\\'><Response xmlns=\\'http://schemas.microsoft.com/exchange/autodiscover/outlook/"              \
  "responseschema/2006a\\'>" inside "</Response></Autodiscover>'"
#define POX(inside) "{'to': 'signed-in', " BODY (inside) "}"
#define ACCOUNT(inside) POX ("<Account><AccountType>email</AccountType>" inside "</Account>")

/* The \' of the macros above are attributes' quotes. */
static void
set_sites_with_pox (ExchangeWorld *world, const char *sites)
{
  g_auto (GStrv) parts = g_strsplit (sites, "\\'", -1);
  g_autofree char *hidden = g_strjoinv ("\x01", parts);
  g_autofree char *json = g_strdelimit (g_steal_pointer (&hidden), "'", '"');

  g_strdelimit (json, "\x01", '\'');
  g_free (exchange_world_ask (world, "POST", "sites", json));
}

static void
test_other_address (void)
{
  g_autoptr (ExchangeWorld) world = discover_world_start (NULL, "");

  set_sites_with_pox (
      world,
      "{'example.org': {'serves': [], 'answers': {'pox': " ACCOUNT (
          "<Action>redirectAddr</Action><RedirectAddr>alice@example.net</RedirectAddr>") "}},"
                                                                                         "'autodiscover.example.net': "
                                                                                         "{'serves': [], 'answers': "
                                                                                         "{'pox': " ACCOUNT (
                                                                                             "<Action>settings</"
                                                                                             "Action><Protocol><Type>"
                                                                                             "EXPR</Type>"
                                                                                             "<EwsUrl>https://"
                                                                                             "mail.example.net/EWS/"
                                                                                             "Exchange.asmx</EwsUrl></"
                                                                                             "Protocol>") "}},"
                                                                                                          "'mail."
                                                                                                          "example.net'"
                                                                                                          ": "
                                                                                                          "{'serves': "
                                                                                                          "['ews']}}");
  assert_finds (world, NULL);
  g_assert_false (discover_world_has_connected (world, "autodiscover.net"));
}

static void
test_circles (void)
{
  g_autoptr (ExchangeWorld) world = discover_world_start (NULL, "");
  g_autoptr (GError) error = NULL;

  set_sites_with_pox (
      world,
      "{'example.org': {'serves': [], 'answers': {'pox': " ACCOUNT (
          "<Action>redirectAddr</Action><RedirectAddr>bob@example.org</RedirectAddr>") "}},"
                                                                                       "'" OWN
                                                                                       "': {'serves': [], 'answers': "
                                                                                       "{'pox': " ACCOUNT (
                                                                                           "<Action>redirectUrl</"
                                                                                           "Action>"
                                                                                           "<RedirectUrl>https://" OWN
                                                                                           "/autodiscover/"
                                                                                           "autodiscover.xml</"
                                                                                           "RedirectUrl>") "}}}");
  g_assert_false (discover_world_connects (world, NULL, &error));
  assert_says (error, TAUBE_ERROR_NOT_FOUND, "goes round in circles");
  g_clear_error (&error);
  /* An address that is another one each time. */
  discover_world_set_sites (world, "{'example.org': {'serves': [], 'answers': {'pox': {'status': 302,"
                                   " 'location': 'https://example.org/autodiscover/autodiscover.xml?a'}}}}");
  g_assert_false (discover_world_connects (world, NULL, &error));
  assert_says (error, TAUBE_ERROR_NOT_FOUND, "goes round in circles");
}

/* Hops that never repeat end all the same: the server adds to the query each time. */
static void
test_too_many_redirects (void)
{
  g_autoptr (ExchangeWorld) world = discover_world_start (NULL, "");
  g_autoptr (GError) error = NULL;

  discover_world_set_sites (world,
                            "{'example.org': {'serves': [], 'answers': {'soap': {'status': 302, 'count': true,"
                            " 'location': 'https://www.example.org/autodiscover/autodiscover.svc?'}}},"
                            " 'www.example.org': {'serves': [], 'answers': {'soap': {'status': 302, 'count': true,"
                            " 'location': 'https://example.org/autodiscover/autodiscover.svc?'}}}}");
  g_assert_false (discover_world_connects (world, NULL, &error));
  assert_says (error, TAUBE_ERROR_NOT_FOUND, "more than 10 redirects");
  g_assert_cmpuint (discover_world_count (world, "example.org", ".svc", NULL)
                        + discover_world_count (world, "www.example.org", ".svc", NULL),
                    ==, 11);
}

/* The service, to whom one has signed in, may name another place: of a host elsewhere, too. */
static void
test_named_place (void)
{
  g_autoptr (ExchangeWorld) world = discover_world_start (NULL, "");

  set_sites_with_pox (
      world,
      "{'" OWN
      "': {'serves': [], 'answers': {'pox': " ACCOUNT ("<Action>redirectUrl</Action>"
                                                       "<RedirectUrl>https://mail.example.net/autodiscover/"
                                                       "autodiscover.xml</RedirectUrl>") "}},"
                                                                                         "'mail.example.net': "
                                                                                         "{'serves': ['ews', 'pox']}}");
  assert_finds (world, NULL);
  discover_world_set_sites (world, "{'" OWN "': {'serves': [], 'answers': {'pox': {'to': 'signed-in', 'status': 302,"
                                   " 'location': 'https://mail.example.net/autodiscover/autodiscover.xml'}}},"
                                   "'mail.example.net': {'serves': ['ews', 'pox']}}");
  assert_finds (world, NULL);
}

/* EXPR is for those outside, EXCH may lead to where nobody gets; of what is named, what can be reached is taken. */
static void
test_exch_and_expr (void)
{
  static const char *const answers[] = {
    "<Protocol><Type>EXCH</Type><EwsUrl>https://inside.example.org/EWS/Exchange.asmx</EwsUrl></Protocol>"
    "<Protocol><Type>EXPR</Type><EwsUrl>https://mail.example.org/EWS/Exchange.asmx</EwsUrl></Protocol>",
    "<Protocol><Type>EXPR</Type><EwsUrl>https://inside.example.org/EWS/Exchange.asmx</EwsUrl></Protocol>"
    "<Protocol><Type>EXHTTP</Type><ASUrl>https://mail.example.org/EWS/Exchange.asmx</ASUrl></Protocol>",
    "<Protocol><Type>EXCH</Type><ASUrl>https://mail.example.org/EWS/Exchange.asmx</ASUrl></Protocol>",
    "<Protocol><Type>EXPR</Type><EwsUrl>http://mail.example.org/EWS/Exchange.asmx</EwsUrl></Protocol>"
    "<Protocol><Type>EXCH</Type><EwsUrl>https://mail.example.org/EWS/Exchange.asmx</EwsUrl></Protocol>",
  };
  g_autoptr (ExchangeWorld) world = discover_world_start (NULL, "");

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_auto (GStrv) pieces = g_strsplit (
          "{'" OWN "': {'serves': [], 'answers': {'pox': " ACCOUNT ("<Action>settings</Action>@") "}}, " HERE "}", "@",
          2);
      g_autofree char *sites = g_strjoin (answers[i], pieces[0], pieces[1], NULL);

      set_sites_with_pox (world, sites);
      assert_finds (world, NULL);
    }
}

/* An endpoint without TLS gets nothing. */
static void
test_plain_endpoint (void)
{
  g_autoptr (ExchangeWorld) world = discover_world_start (NULL, "");
  g_autoptr (GError) error = NULL;

  discover_world_set_sites (
      world, "{'" OWN "': {'serves': ['json'], 'url': 'http://mail.example.org/EWS/Exchange.asmx'}, " HERE "}");
  g_assert_false (discover_world_connects (world, NULL, &error));
  assert_says (error, TAUBE_ERROR_NOT_FOUND, "without TLS");
  g_assert_false (discover_world_has_connected (world, "mail.example.org"));
}

/* What is in the place of an answer costs that one answer. */
static void
test_in_place (void)
{
  static const char *const answers[] = {
    "{'type': 'text/html', 'body': '<!DOCTYPE html><html>Sign in</html>'}",
    "{'body': '<!DOCTYPE a [<!ENTITY b \\'c\\'>]><Autodiscover>&b;</Autodiscover>'}",
    "{'body': '<Autodiscover'}",
    "{'body': ''}",
    "{'body': '<Autodiscover/>', 'blanks': 600000}",
    "{'status': 500, 'body': '<a/>'}",
    "{'status': 302, 'location': 'https://example.org/owa/auth/logon.aspx'}",
    "{'fault': {'fault': 'stall-before'}}",
    "{'body': '<Autodiscover/>', 'fault': {'fault': 'stall', 'at': 3}}",
    "{" BODY ("<Error><ErrorCode>500</ErrorCode><Message>The email address is unknown.</Message></Error>") "}",
    /* An error that claims to be an answer. */
    "{'status': 500, " BODY (
        "<Account><Protocol><EwsUrl>https://mail.example.net/EWS</EwsUrl></Protocol></Account>") "}",
  };
  g_autoptr (ExchangeWorld) world = discover_world_start (NULL, "");

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autofree char *sites = g_strdup_printf (
          "{'example.org': {'serves': [], 'answers': {'json': %s, 'soap': %s, 'pox': %s}},"
          "'" OWN "': {'serves': ['pox'], 'url': 'https://mail.example.org/EWS/Exchange.asmx'}, " HERE "}",
          answers[i], answers[i], answers[i]);

      g_test_message ("%s", answers[i]);
      set_sites_with_pox (world, sites);
      assert_finds (world, "connect-timeout=1");
    }
}

/* ewsma#26: a gateway makes the 401 its own: no header of Autodiscover, a page, a scheme that nobody knows. */
static void
test_gateway (void)
{
  g_autoptr (ExchangeWorld) world = discover_world_start (NULL, "");

  discover_world_set_sites (
      world,
      "{'" OWN "': {'serves': ['soap'], 'url': 'https://mail.example.org/EWS/Exchange.asmx', 'answers': {'soap': {"
      "'to': 'anonymous', 'status': 401, 'type': 'text/html', 'body': '<html>Access to the Web server is "
      "denied.</html>',"
      "'headers': [['WWW-Authenticate', 'Kerberos'], ['WWW-Authenticate', 'Basic realm=here'],"
      " ['Proxy-Support', 'Session-Based-Authentication']]}}}, " HERE "}");
  assert_finds (world, NULL);
}

static void
test_cancelled (void)
{
  g_autoptr (ExchangeWorld) world = discover_world_start (NULL, "");
  g_autoptr (TaubeAccount) account = discover_world_open (world, "alice@example.org", NULL, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  discover_world_set_sites (world, "{'example.org': {}}");
  g_cancellable_cancel (cancellable);
  g_assert_false (taube_account_connect (account, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add_func ("/exchange/discover/" path, func)
  ADD ("each-form", test_each_form);
  ADD ("never-above", test_never_above);
  ADD ("borders", test_borders);
  ADD ("not-wanted", test_not_wanted);
  ADD ("host-itself", test_host_itself);
  ADD ("plain-redirect", test_plain_redirect);
  ADD ("plain-redirect-to-plain", test_plain_redirect_to_plain);
  ADD ("secure-redirect", test_secure_redirect);
  ADD ("redirect-within", test_redirect_within);
  ADD ("service", test_service);
  ADD ("service-without-certificate", test_service_without_certificate);
  ADD ("wrong-certificate", test_wrong_certificate);
  ADD ("other-address", test_other_address);
  ADD ("circles", test_circles);
  ADD ("too-many-redirects", test_too_many_redirects);
  ADD ("named-place", test_named_place);
  ADD ("exch-and-expr", test_exch_and_expr);
  ADD ("plain-endpoint", test_plain_endpoint);
  ADD ("in-place", test_in_place);
  ADD ("gateway", test_gateway);
  ADD ("cancelled", test_cancelled);
  return g_test_run ();
}
