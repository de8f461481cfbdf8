/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-capabilities.h"
#include "pop3-quirks.h"

#include <string.h>

/* TEXT has a line for each capability. */
static Pop3Capabilities *
parse (const char *text)
{
  Pop3Capabilities *self = pop3_capabilities_new ();
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    g_assert_true (pop3_capabilities_add_line (self, lines[i], strlen (lines[i]), taube_limits_get_default ()));
  return self;
}

static void
test_known (void)
{
  g_autoptr (Pop3Capabilities) caps
    = parse ("TOP\nuidl\nSASL plain SCRAM-SHA-256\nX-OTHER thing\nIMPLEMENTATION Dovecot  2.3\nUTF8 USER\n\nTOPIC\n"
             "SASL LOGIN PLAIN");
  g_autofree char *mechanisms = g_strjoinv (" ", (char **) pop3_capabilities_get_mechanisms (caps));
  g_autofree char *lines = g_strjoinv ("|", (char **) pop3_capabilities_get_lines (caps));

  g_assert_true (pop3_capabilities_has (caps, POP3_CAPABILITY_TOP));
  g_assert_true (pop3_capabilities_has (caps, POP3_CAPABILITY_UIDL));
  g_assert_false (pop3_capabilities_has (caps, POP3_CAPABILITY_STLS));
  g_assert_cmpstr (pop3_capabilities_get_value (caps, POP3_CAPABILITY_UTF8), ==, "USER");
  g_assert_cmpstr (pop3_capabilities_get_value (caps, POP3_CAPABILITY_IMPLEMENTATION), ==, "Dovecot 2.3");
  g_assert_null (pop3_capabilities_get_value (caps, POP3_CAPABILITY_TOP));
  g_assert_cmpstr (pop3_capabilities_get_line (caps, POP3_CAPABILITY_UIDL), ==, "uidl");
  g_assert_cmpstr (mechanisms, ==, "PLAIN SCRAM-SHA-256 LOGIN");
  g_assert_cmpstr (lines, ==,
                   "TOP|uidl|SASL plain SCRAM-SHA-256|X-OTHER thing|IMPLEMENTATION Dovecot 2.3|UTF8 USER|TOPIC|"
                   "SASL LOGIN PLAIN");
}

static void
test_numbers (void)
{
  static const struct
  {
    const char *text;
    guint expire;
    guint delay;
  } cases[] = {
    { "", POP3_EXPIRE_UNKNOWN, 0 },
    { "EXPIRE NEVER\nLOGIN-DELAY 60", POP3_EXPIRE_NEVER, 60 },
    { "EXPIRE never USER\nLOGIN-DELAY 900 USER", POP3_EXPIRE_NEVER, 900 },
    { "EXPIRE 0\nLOGIN-DELAY 0", 0, 0 },
    { "EXPIRE 30 USER\nLOGIN-DELAY -5", 30, 0 },
    { "EXPIRE\nLOGIN-DELAY", POP3_EXPIRE_UNKNOWN, 0 },
    { "EXPIRE soon\nLOGIN-DELAY 5min", POP3_EXPIRE_UNKNOWN, 0 },
    { "EXPIRE 99999999999999999999\nLOGIN-DELAY 99999999999999999999", G_MAXINT, G_MAXINT },
    { "EXPIRE 7\nEXPIRE 0", 7, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Pop3Capabilities) caps = parse (cases[i].text);

      g_assert_cmpuint (pop3_capabilities_get_expire (caps), ==, cases[i].expire);
      g_assert_cmpuint (pop3_capabilities_get_login_delay (caps), ==, cases[i].delay);
    }
}

static void
test_limit (void)
{
  g_autoptr (Pop3Capabilities) caps = pop3_capabilities_new ();
  TaubeLimits limits = *taube_limits_get_default ();

  limits.capabilities = 3;
  for (guint i = 0; i < 3; i++)
    g_assert_true (pop3_capabilities_add_line (caps, "SASL A B C D E F", 16, &limits));
  g_assert_false (pop3_capabilities_add_line (caps, "TOP", 3, &limits));
  g_assert_cmpuint (g_strv_length ((char **) pop3_capabilities_get_mechanisms (caps)), ==, 3);
}

static void
test_not_printable (void)
{
  g_autoptr (Pop3Capabilities) caps = pop3_capabilities_new ();
  const char *line;

  g_assert_true (pop3_capabilities_add_line (caps, "IMPLEMENTATION \033[1m\xff", 20, taube_limits_get_default ()));
  line = pop3_capabilities_get_line (caps, POP3_CAPABILITY_IMPLEMENTATION);
  g_assert_true (g_utf8_validate (line, -1, NULL));
  g_assert_null (strchr (line, '\033'));
}

static void
assert_server (const char *greeting, const char *host, const char *capabilities, const char *server)
{
  g_autoptr (Pop3Capabilities) caps = capabilities != NULL ? parse (capabilities) : NULL;
  Pop3Quirks quirks;

  pop3_quirks_detect (&quirks, greeting, host, caps);
  g_assert_cmpstr (quirks.server, ==, server);
}

static void
test_quirks (void)
{
  Pop3Quirks quirks;

  assert_server (NULL, NULL, NULL, "unknown");
  assert_server ("Dovecot (Debian) ready.", NULL, NULL, "dovecot");
  assert_server ("ready", "mail.example.org", "IMPLEMENTATION Dovecot", "dovecot");
  assert_server ("Gpop ready for requests", NULL, NULL, "gmail");
  assert_server ("The Microsoft Exchange POP3 service is ready.", NULL, NULL, "exchange");
  assert_server ("hello", "poczta.o2.pl", NULL, "o2.pl");
  assert_server ("x Cyrus POP3 3.6.1 server ready", NULL, NULL, "cyrus");
  assert_server ("Hello there.", NULL, "IMPLEMENTATION Courier Mail Server", "courier");

  pop3_quirks_detect (&quirks, "WildDuck ready", NULL, NULL);
  g_assert_true (quirks.no_pipelining);
  pop3_quirks_detect (&quirks, "Gpop ready", NULL, NULL);
  g_assert_true (quirks.forgets_fetched);
  g_assert_false (quirks.no_pipelining);
  pop3_quirks_detect (&quirks, "Microsoft Exchange", NULL, NULL);
  g_assert_true (quirks.no_initial_response);
  g_assert_cmpuint (quirks.max_pipeline, >=, 20);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pop3/capabilities/known", test_known);
  g_test_add_func ("/pop3/capabilities/numbers", test_numbers);
  g_test_add_func ("/pop3/capabilities/limit", test_limit);
  g_test_add_func ("/pop3/capabilities/not-printable", test_not_printable);
  g_test_add_func ("/pop3/quirks/servers", test_quirks);
  return g_test_run ();
}
