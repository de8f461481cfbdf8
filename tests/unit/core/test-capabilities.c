/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-capabilities-private.h"

#include <taube/taube.h>

#include <json-glib/json-glib.h>
#include <locale.h>
#include <string.h>

static const TaubeCapabilityRow rows[] = {
  { TAUBE_CAPABILITY_RETRIEVAL, TAUBE_SUPPORT_YES, "it fetches", TAUBE_SUPPORT_YES, "done" },
  { TAUBE_CAPABILITY_KEEPS_ON_SERVER, TAUBE_SUPPORT_CONDITIONAL, "depends on the setting \"leave\"",
    TAUBE_SUPPORT_CONDITIONAL, NULL },
  { TAUBE_CAPABILITY_SERVER_SEARCH, TAUBE_SUPPORT_YES, "it searches", TAUBE_SUPPORT_NO, "not yet implemented" },
  { (TaubeCapability) 99, TAUBE_SUPPORT_YES, "from the future", TAUBE_SUPPORT_YES, NULL },
};

static void
test_keys (void)
{
  static const char *const keys[] = {
    "retrieval", "mail-sync", "keeps-on-server", "contacts-sync", "calendar-sync", "multi-device", "folders",
    "server-flags", "server-search", "server-sort", "server-thread", "push", "sending", "sharing", "delegation",
    "quota", "partial-fetch", "attachments-on-demand", "out-of-office", "free-busy",
  };

  g_assert_cmpuint (G_N_ELEMENTS (keys), ==, TAUBE_N_CAPABILITIES);
  for (guint i = 0; i < TAUBE_N_CAPABILITIES; i++)
    {
      TaubeCapability capability = (TaubeCapability) 77;

      g_assert_cmpstr (taube_capability_get_key ((TaubeCapability) i), ==, keys[i]);
      g_assert_true (taube_capability_from_key (keys[i], &capability));
      g_assert_cmpint (capability, ==, i);
      g_assert_cmpstr (taube_capability_get_title ((TaubeCapability) i), !=, "");
    }
  g_assert_false (taube_capability_from_key ("colour", NULL));
  g_assert_cmpstr (taube_support_get_key (TAUBE_SUPPORT_CONDITIONAL), ==, "conditional");
  g_assert_cmpstr (taube_support_get_title (TAUBE_SUPPORT_CONDITIONAL), ==, "yes / no");
  g_assert_cmpstr (taube_capability_get_title (TAUBE_CAPABILITY_MULTI_DEVICE), ==, "Access from several devices");
}

static void
test_module (void)
{
  g_autoptr (TaubeCapabilities) table = taube_capabilities_new (rows, G_N_ELEMENTS (rows));
  const char *reason, *evidence;
  TaubeSupport support;

  g_assert_cmpint (taube_capabilities_get_support (table, TAUBE_CAPABILITY_RETRIEVAL), ==, TAUBE_SUPPORT_YES);
  g_assert_cmpint (taube_capabilities_get_support (table, TAUBE_CAPABILITY_KEEPS_ON_SERVER), ==,
                   TAUBE_SUPPORT_CONDITIONAL);
  g_assert_cmpint (taube_capabilities_get_support (table, TAUBE_CAPABILITY_SERVER_SEARCH), ==, TAUBE_SUPPORT_YES);
  g_assert_cmpint (taube_capabilities_get_support (table, TAUBE_CAPABILITY_QUOTA), ==, TAUBE_SUPPORT_NO);
  g_assert_cmpint (taube_capabilities_get_level (table, TAUBE_CAPABILITY_QUOTA), ==, TAUBE_CAPABILITY_LEVEL_PROTOCOL);
  g_assert_cmpstr (taube_capabilities_get_reason (table, TAUBE_CAPABILITY_RETRIEVAL), ==, "it fetches");
  g_assert_null (taube_capabilities_get_reason (table, TAUBE_CAPABILITY_QUOTA));
  g_assert_null (taube_capabilities_get_evidence (table, TAUBE_CAPABILITY_RETRIEVAL));
  g_assert_true (taube_capabilities_lookup (table, TAUBE_CAPABILITY_SERVER_SEARCH, TAUBE_CAPABILITY_LEVEL_MODULE,
                                            &support, &reason, &evidence));
  g_assert_cmpint (support, ==, TAUBE_SUPPORT_NO);
  g_assert_cmpstr (reason, ==, "not yet implemented");
  g_assert_null (evidence);
  g_assert_false (taube_capabilities_lookup (table, TAUBE_CAPABILITY_SERVER_SEARCH, TAUBE_CAPABILITY_LEVEL_LIVE, NULL,
                                             NULL, NULL));
}

static void
test_live (void)
{
  g_autoptr (TaubeCapabilities) table = taube_capabilities_new (rows, G_N_ELEMENTS (rows));
  g_autoptr (TaubeCapabilities) first
      = taube_capabilities_with_live (table, TAUBE_CAPABILITY_KEEPS_ON_SERVER, TAUBE_SUPPORT_YES, "leave is on",
                                      "CAPA EXPIRE NEVER");
  g_autoptr (TaubeCapabilities) second
      = taube_capabilities_with_live (first, TAUBE_CAPABILITY_KEEPS_ON_SERVER, TAUBE_SUPPORT_NO, NULL, "EXPIRE \xff");

  g_assert_cmpint (taube_capabilities_get_support (table, TAUBE_CAPABILITY_KEEPS_ON_SERVER), ==,
                   TAUBE_SUPPORT_CONDITIONAL);
  g_assert_cmpint (taube_capabilities_get_support (first, TAUBE_CAPABILITY_KEEPS_ON_SERVER), ==, TAUBE_SUPPORT_YES);
  g_assert_cmpint (taube_capabilities_get_level (first, TAUBE_CAPABILITY_KEEPS_ON_SERVER), ==,
                   TAUBE_CAPABILITY_LEVEL_LIVE);
  g_assert_cmpstr (taube_capabilities_get_evidence (first, TAUBE_CAPABILITY_KEEPS_ON_SERVER), ==, "CAPA EXPIRE NEVER");
  /* With a server in hand, what the protocol could do does not count any more. */
  g_assert_cmpint (taube_capabilities_get_support (first, TAUBE_CAPABILITY_SERVER_SEARCH), ==, TAUBE_SUPPORT_NO);
  g_assert_cmpint (taube_capabilities_get_level (first, TAUBE_CAPABILITY_SERVER_SEARCH), ==,
                   TAUBE_CAPABILITY_LEVEL_MODULE);
  g_assert_cmpstr (taube_capabilities_get_evidence (second, TAUBE_CAPABILITY_KEEPS_ON_SERVER), ==,
                   "EXPIRE \xef\xbf\xbd");
  g_assert_null (taube_capabilities_get_reason (second, TAUBE_CAPABILITY_KEEPS_ON_SERVER));
}

static void
test_require (void)
{
  g_autoptr (TaubeCapabilities) table = taube_capabilities_new (rows, G_N_ELEMENTS (rows));
  g_autoptr (TaubeCapabilities) live
      = taube_capabilities_with_live (table, TAUBE_CAPABILITY_RETRIEVAL, TAUBE_SUPPORT_NO, "blocked", "403: no");
  g_autoptr (GError) error = NULL;

  g_assert_true (taube_capabilities_require (table, TAUBE_CAPABILITY_RETRIEVAL, "cannot list", &error));
  g_assert_true (taube_capabilities_require (table, TAUBE_CAPABILITY_KEEPS_ON_SERVER, "cannot keep", &error));
  g_assert_no_error (error);
  g_assert_false (taube_capabilities_require (table, TAUBE_CAPABILITY_SERVER_SEARCH, "cannot search", &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED);
  g_assert_cmpstr (error->message, ==,
                   "cannot search: not supported: Search on the server (server-search) is no: not yet implemented");
  g_clear_error (&error);
  g_assert_false (taube_capabilities_require (live, TAUBE_CAPABILITY_RETRIEVAL, "cannot list", &error));
  g_assert_cmpstr (error->message, ==,
                   "cannot list: not supported: Mail retrieval (retrieval) is no: blocked [403: no]");
  g_clear_error (&error);
  g_assert_false (taube_capabilities_require (table, TAUBE_CAPABILITY_QUOTA, "cannot tell the quota", &error));
  g_assert_cmpstr (error->message, ==, "cannot tell the quota: not supported: Storage limits (quota) is no");
}

static const char *
get_text (JsonObject *object, const char *name)
{
  return json_object_get_null_member (object, name) ? NULL : json_object_get_string_member (object, name);
}

static void
test_json (void)
{
  g_autoptr (TaubeCapabilities) table = taube_capabilities_new (rows, G_N_ELEMENTS (rows));
  g_autoptr (TaubeCapabilities) live
      = taube_capabilities_with_live (table, TAUBE_CAPABILITY_RETRIEVAL, TAUBE_SUPPORT_YES, "it \"does\"", "x\ny");
  g_autofree char *text = taube_capabilities_to_json (table);
  g_autofree char *live_text = taube_capabilities_to_json (live);
  g_autoptr (JsonNode) root = json_from_string (text, NULL);
  g_autoptr (JsonNode) live_root = json_from_string (live_text, NULL);
  JsonObject *object = json_node_get_object (root), *cell, *levels;
  g_autoptr (GList) names = json_object_get_members (object);
  guint i = 0;

  for (GList *l = names; l != NULL; l = l->next)
    g_assert_cmpstr (l->data, ==, taube_capability_get_key ((TaubeCapability) i++));
  g_assert_cmpuint (i, ==, TAUBE_N_CAPABILITIES);
  cell = json_object_get_object_member (object, "server-search");
  g_assert_cmpuint (json_object_get_size (cell), ==, 5);
  g_assert_cmpstr (get_text (cell, "support"), ==, "yes");
  g_assert_cmpstr (get_text (cell, "level"), ==, "protocol");
  g_assert_cmpstr (get_text (cell, "reason"), ==, "it searches");
  g_assert_null (get_text (cell, "evidence"));
  levels = json_object_get_object_member (cell, "levels");
  g_assert_cmpstr (get_text (json_object_get_object_member (levels, "module"), "support"), ==, "no");
  g_assert_true (json_object_get_null_member (levels, "live"));

  cell = json_object_get_object_member (json_node_get_object (live_root), "retrieval");
  g_assert_cmpstr (get_text (cell, "level"), ==, "live");
  g_assert_cmpstr (get_text (cell, "reason"), ==, "it \"does\"");
  levels = json_object_get_object_member (cell, "levels");
  g_assert_cmpstr (get_text (json_object_get_object_member (levels, "live"), "evidence"), ==, "x\ny");
  cell = json_object_get_object_member (json_node_get_object (live_root), "quota");
  g_assert_cmpstr (get_text (cell, "level"), ==, "module");
}

static void
test_variant (void)
{
  g_autoptr (TaubeCapabilities) table = taube_capabilities_new (rows, G_N_ELEMENTS (rows));
  g_autoptr (GVariant) variant = taube_capabilities_to_variant (table);
  g_autoptr (GVariant) cell = g_variant_lookup_value (variant, "server-search", G_VARIANT_TYPE_VARDICT);
  g_autoptr (GVariant) levels = g_variant_lookup_value (cell, "levels", G_VARIANT_TYPE ("a{sa{sv}}"));
  g_autoptr (GVariant) module = g_variant_lookup_value (levels, "module", G_VARIANT_TYPE_VARDICT);
  const char *text;

  g_assert_false (g_variant_is_floating (variant));
  g_assert_cmpuint (g_variant_n_children (variant), ==, TAUBE_N_CAPABILITIES);
  g_assert_cmpuint (g_variant_n_children (levels), ==, 2);
  g_assert_true (g_variant_lookup (module, "reason", "&s", &text));
  g_assert_cmpstr (text, ==, "not yet implemented");
  g_assert_true (g_variant_lookup (cell, "support", "&s", &text));
  g_assert_cmpstr (text, ==, "yes");
}

static void
say_in_german (void)
{
  static const char *const german[] = {
    "E-Mail Abruf", "E-Mail synchronisiert", "E-Mails verbleiben auf dem Server", "Kontakte synchronisiert",
    "Kalender synchronisiert", "Abruf von mehreren Geräten",
  };

  for (guint i = 0; i < G_N_ELEMENTS (german); i++)
    g_assert_cmpstr (taube_capability_get_title ((TaubeCapability) i), ==, german[i]);
  for (guint i = G_N_ELEMENTS (german); i < TAUBE_N_CAPABILITIES; i++)
    g_assert_true (g_utf8_validate (taube_capability_get_title ((TaubeCapability) i), -1, NULL));
  g_assert_cmpstr (taube_support_get_title (TAUBE_SUPPORT_YES), ==, "Ja");
  g_assert_cmpstr (taube_support_get_title (TAUBE_SUPPORT_NO), ==, "Nein");
  g_assert_cmpstr (taube_support_get_title (TAUBE_SUPPORT_CONDITIONAL), ==, "Ja / Nein");
}

/* The wording that the table has had from the beginning. */
static void
test_german (void)
{
  if (g_test_subprocess ())
    {
      say_in_german ();
      return;
    }
  g_setenv ("LC_ALL", "de_DE.UTF-8", TRUE);
  g_unsetenv ("LANGUAGE");
  if (setlocale (LC_ALL, "") == NULL)
    {
      g_test_skip ("the locale de_DE.UTF-8 is not installed");
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
  setlocale (LC_ALL, "C");
  g_setenv ("LC_ALL", "C", TRUE);
  g_test_trap_assert_passed ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (g_test_subprocess ())
    setlocale (LC_ALL, "");
  else
    g_setenv ("LC_ALL", "C", TRUE);
  g_test_add_func ("/capabilities/german", test_german);
  g_test_add_func ("/capabilities/keys", test_keys);
  g_test_add_func ("/capabilities/module", test_module);
  g_test_add_func ("/capabilities/live", test_live);
  g_test_add_func ("/capabilities/require", test_require);
  g_test_add_func ("/capabilities/json", test_json);
  g_test_add_func ("/capabilities/variant", test_variant);
  return g_test_run ();
}
