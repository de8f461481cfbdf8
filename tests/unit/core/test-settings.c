/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube.h>
#include <taube-backend/taube-settings-impl.h>

#include <string.h>

static void
assert_value (TaubeSettings *settings, const char *name, const char *expected)
{
  g_autofree char *value = taube_settings_get (settings, name);

  g_assert_cmpstr (value, ==, expected);
}

static void
test_initial (void)
{
  static const struct
  {
    const char *name;
    const char *value;
  } initial[] = {
    { "allow-cram-md5", "no" },  { "allow-hosts", NULL },  { "auth", NULL },         { "ca-file", NULL },
    { "client-cert", NULL },     { "client-key", NULL },      { "compress", "auto" },
    { "connect-timeout", "30" }, { "idle-renewal", "1500" },
    { "leave", "forever" },   { "max-connections", "4" }, { "pin", NULL },           { "poll-interval", "60" },
    { "proxy", NULL },    { "timeout", "60" },      { "tls", "required" },       { "url", NULL },
  };
  g_autoptr (TaubeSettings) settings = taube_settings_new ();
  g_auto (GStrv) names = taube_settings_get_names ();

  g_assert_cmpuint (g_strv_length (names), ==, G_N_ELEMENTS (initial));
  for (gsize i = 0; i < G_N_ELEMENTS (initial); i++)
    {
      g_assert_cmpstr (names[i], ==, initial[i].name);
      assert_value (settings, initial[i].name, initial[i].value);
    }
  assert_value (settings, "nonsense", NULL);
  g_assert_cmpuint (taube_settings_get_number (settings, "timeout"), ==, 60);
  g_assert_false (taube_settings_get_flag (settings, "allow-cram-md5"));
  g_assert_true (taube_settings_wants_tls (settings));
}

static void
test_set (void)
{
  static const char *const good[][2] = {
    { "allow-hosts", "outlook.office365.com,mail.example.net" },
    { "auth", "SCRAM-SHA-256" }, { "auth", "xoauth2" },       { "auth", "+APOP" },
    { "ca-file", "/tmp/ca.pem" }, { "connect-timeout", "1" }, { "connect-timeout", "3600" },
    { "idle-renewal", "1740" },  { "leave", "no" },           { "max-connections", "32" },
    { "poll-interval", "86400" }, { "proxy", "socks5://127.0.0.1:9050" }, { "proxy", "direct://" },
    { "timeout", "5" },          { "tls", "none" },           { "url", "https://mail.example.org/EWS/Exchange.asmx" },
    { "pin", "0123456789abcdef0123456789abcdef0123456789ABCDEF0123456789abcdef" },
    { "pin", "sha256:01:23:45:67:89:ab:cd:ef:01:23:45:67:89:ab:cd:ef:01:23:45:67:89:ab:cd:ef:01:23:45:67:89:ab:cd:ef" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (TaubeSettings) settings = taube_settings_new ();
      g_autoptr (TaubeSettings) copy = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *before = taube_settings_get (settings, good[i][0]);

      g_assert_true (taube_settings_set (settings, good[i][0], good[i][1], &error));
      g_assert_no_error (error);
      assert_value (settings, good[i][0], good[i][1]);
      copy = taube_settings_copy (settings);
      g_assert_true (taube_settings_set (settings, good[i][0], NULL, &error));
      assert_value (settings, good[i][0], before);
      assert_value (copy, good[i][0], good[i][1]);
    }
}

static void
test_faults (void)
{
  static const struct
  {
    const char *name;
    const char *value;
    const char *fault;
  } bad[] = {
    { "colour", "red", "setting \"colour\": there is no such setting" },
    { "colour", NULL, "setting \"colour\": there is no such setting" },
    { "", "x", "setting \"\": there is no such setting" },
    { "\xff", "x", "setting \"\xef\xbf\xbd\": there is no such setting" },
    { "connect-timeout", "abc", "setting \"connect-timeout\": \"abc\" is not a whole number from 1 to 3600" },
    { "connect-timeout", "0", "setting \"connect-timeout\": \"0\" is not a whole number from 1 to 3600" },
    { "connect-timeout", "-1", "setting \"connect-timeout\": \"-1\" is not a whole number from 1 to 3600" },
    { "connect-timeout", " 5", "setting \"connect-timeout\": \" 5\" is not a whole number from 1 to 3600" },
    { "connect-timeout", "5s", "setting \"connect-timeout\": \"5s\" is not a whole number from 1 to 3600" },
    { "connect-timeout", "99999999999999999999",
      "setting \"connect-timeout\": \"99999999999999999999\" is not a whole number from 1 to 3600" },
    { "max-connections", "33", "setting \"max-connections\": \"33\" is not a whole number from 1 to 32" },
    { "idle-renewal", "1741", "setting \"idle-renewal\": \"1741\" is not a whole number from 30 to 1740" },
    { "tls", "maybe", "setting \"tls\": \"maybe\" is neither \"required\" nor \"none\"" },
    { "tls", "", "setting \"tls\": \"\" is neither \"required\" nor \"none\"" },
    { "compress", "YES", "setting \"compress\": \"YES\" is neither \"auto\" nor \"yes\" nor \"no\"" },
    { "leave", "yes",
      "setting \"leave\": \"yes\" is neither \"forever\", \"days=N\", \"until-removed\" nor \"no\"" },
    { "leave", "days", "setting \"leave\": \"days\" wants a number, such as \"days=30\"" },
    { "leave", "days=0", "setting \"leave\": \"0\" is not a whole number of days from 1 to 36500" },
    { "leave", "days=36501", "setting \"leave\": \"36501\" is not a whole number of days from 1 to 36500" },
    { "leave", "days=-1", "setting \"leave\": \"-1\" is not a whole number of days from 1 to 36500" },
    { "ca-file", "", "setting \"ca-file\": it has no value" },
    { "ca-file", "a\nb", "setting \"ca-file\": there is a control character in its value" },
    { "ca-file", "a\xc2\x85" "b", "setting \"ca-file\": there is a control character in its value" },
    { "ca-file", "a\xff" "b", "setting \"ca-file\": its value is not UTF-8" },
    { "pin", "0123", "setting \"pin\": \"0123\" is not the SHA-256 of a public key (64 hexadecimal digits)" },
    { "auth", "A B", "setting \"auth\": \"A B\" is not the name of a mechanism" },
    { "auth", "", "setting \"auth\": \"\" is not the name of a mechanism" },
    { "auth", "A234567890B234567890C", "setting \"auth\": \"A234567890B234567890C\" is not the name of a mechanism" },
    { "url", "ftp://x/", "setting \"url\": it is not an https or http URL" },
    { "url", "https:///x", "setting \"url\": it is not an https or http URL" },
    { "url", "https://a:geheim@x/", "setting \"url\": user name and password must not stand in it" },
    { "proxy", "x",
      "setting \"proxy\": it is not the URL of a proxy (socks5://host:port, http://host:port, direct://)" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (TaubeSettings) settings = taube_settings_new ();
      g_autoptr (GError) error = NULL;
      g_autofree char *before = taube_settings_get (settings, bad[i].name);

      g_assert_false (taube_settings_set (settings, bad[i].name, bad[i].value, &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
      g_assert_cmpstr (error->message, ==, bad[i].fault);
      assert_value (settings, bad[i].name, before);
    }
}

static void
test_long (void)
{
  g_autoptr (TaubeSettings) settings = taube_settings_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *value = g_strnfill (5000, 'x');

  g_assert_false (taube_settings_set (settings, "ca-file", value, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
  g_assert_cmpstr (error->message, ==, "setting \"ca-file\": its value is longer than 4096 bytes");
}

static gpointer
flip (gpointer data)
{
  for (guint i = 0; i < 2000; i++)
    {
      g_autofree char *value = NULL;

      g_assert_true (taube_settings_set (data, "timeout", i % 2 == 0 ? "11" : "22", NULL));
      value = taube_settings_get (data, "timeout");
      g_assert_true (strcmp (value, "11") == 0 || strcmp (value, "22") == 0);
    }
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (TaubeSettings) settings = taube_settings_new ();
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("flip", flip, settings);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/settings/initial", test_initial);
  g_test_add_func ("/settings/set", test_set);
  g_test_add_func ("/settings/faults", test_faults);
  g_test_add_func ("/settings/long", test_long);
  g_test_add_func ("/settings/threads", test_threads);
  return g_test_run ();
}
