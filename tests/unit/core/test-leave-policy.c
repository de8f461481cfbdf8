/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube.h>

static void
test_text (void)
{
  static const struct
  {
    const char *text;
    TaubeLeaveKind kind;
    guint days;
  } good[] = {
    { "forever", TAUBE_LEAVE_KIND_FOREVER, 0 },
    { "days=1", TAUBE_LEAVE_KIND_DAYS, 1 },
    { "days=30", TAUBE_LEAVE_KIND_DAYS, 30 },
    { "days=36500", TAUBE_LEAVE_KIND_DAYS, 36500 },
    { "until-removed", TAUBE_LEAVE_KIND_UNTIL_REMOVED, 0 },
    { "no", TAUBE_LEAVE_KIND_NO, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TaubeLeavePolicy) policy = taube_leave_policy_new_from_text (good[i].text, &error);
      g_autoptr (TaubeLeavePolicy) copy = NULL;
      g_autofree char *text = NULL;

      g_assert_no_error (error);
      g_assert_cmpint (taube_leave_policy_get_kind (policy), ==, good[i].kind);
      g_assert_cmpuint (taube_leave_policy_get_days (policy), ==, good[i].days);
      text = taube_leave_policy_to_text (policy);
      g_assert_cmpstr (text, ==, good[i].text);
      copy = taube_leave_policy_copy (policy);
      g_assert_true (taube_leave_policy_equal (policy, copy));
      for (gsize k = 0; k < G_N_ELEMENTS (good); k++)
        {
          g_autoptr (TaubeLeavePolicy) other = taube_leave_policy_new_from_text (good[k].text, NULL);

          g_assert_cmpint (taube_leave_policy_equal (policy, other), ==, i == k);
        }
    }
}

static void
test_faults (void)
{
  static const char *const bad[][2] = {
    { "", "leaving mail on the server: \"\" is neither \"forever\", \"days=N\", \"until-removed\" nor \"no\"" },
    { "NO", "leaving mail on the server: \"NO\" is neither \"forever\", \"days=N\", \"until-removed\" nor \"no\"" },
    { "days", "leaving mail on the server: \"days\" wants a number, such as \"days=30\"" },
    { "days=", "leaving mail on the server: \"\" is not a whole number of days from 1 to 36500" },
    { "days=1.5", "leaving mail on the server: \"1.5\" is not a whole number of days from 1 to 36500" },
    { "days=99999999999999999999",
      "leaving mail on the server: \"99999999999999999999\" is not a whole number of days from 1 to 36500" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (taube_leave_policy_new_from_text (bad[i][0], &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
      g_assert_cmpstr (error->message, ==, bad[i][1]);
    }
}

/* As a setting, as a property and in a URI, with the "=" as it is or escaped. */
static void
test_setting (void)
{
  static const char *const uris[] = { "pops://a@mail.example.org?leave=days=30", "pops://a@h?leave=days%3D30" };
  g_autoptr (TaubeSettings) settings = taube_settings_new ();
  g_autoptr (TaubeLeavePolicy) policy = taube_settings_get_leave_policy (settings), read = NULL;
  g_autoptr (TaubeLeavePolicy) days = taube_leave_policy_new (TAUBE_LEAVE_KIND_DAYS, 30);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_assert_cmpint (taube_leave_policy_get_kind (policy), ==, TAUBE_LEAVE_KIND_FOREVER);
  g_object_set (settings, "leave-policy", days, NULL);
  text = taube_settings_get (settings, "leave");
  g_assert_cmpstr (text, ==, "days=30");
  g_object_get (settings, "leave-policy", &read, NULL);
  g_assert_true (taube_leave_policy_equal (read, days));

  for (gsize i = 0; i < G_N_ELEMENTS (uris); i++)
    {
      g_autoptr (TaubeUri) uri = taube_uri_parse (uris[i], &error), again = NULL;
      g_autofree char *printed = NULL;

      g_assert_no_error (error);
      g_assert_cmpstr (taube_uri_get_option (uri, "leave"), ==, "days=30");
      printed = taube_uri_to_string (uri);
      again = taube_uri_parse (printed, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (taube_uri_get_option (again, "leave"), ==, "days=30");
    }
  g_assert_null (taube_uri_parse ("pops://a@h?leave=days=0", &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "option \"leave\": \"0\" is not a whole number of days from 1 to 36500"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/leave-policy/text", test_text);
  g_test_add_func ("/leave-policy/faults", test_faults);
  g_test_add_func ("/leave-policy/setting", test_setting);
  return g_test_run ();
}
