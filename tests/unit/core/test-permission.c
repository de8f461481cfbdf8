/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-quota-impl.h>
#include <taube-backend/taube-sharing-impl.h>

static void
assert_rights (const char *letters, TaubeRights rights)
{
  g_assert_cmphex (taube_rights_from_letters (letters), ==, rights);
}

static void
test_letters (void)
{
  g_autofree char *all = taube_rights_to_letters (TAUBE_RIGHTS_ALL);
  g_autofree char *none = taube_rights_to_letters (TAUBE_RIGHTS_NONE);

  g_assert_cmpstr (all, ==, "lrswipkxtean");
  g_assert_cmpstr (none, ==, "");
  assert_rights (all, TAUBE_RIGHTS_ALL);
  assert_rights ("", TAUBE_RIGHTS_NONE);
  assert_rights ("rl", TAUBE_RIGHTS_LOOKUP | TAUBE_RIGHTS_READ);
  assert_rights ("l0?Z", TAUBE_RIGHTS_LOOKUP);
}

/* RFC 2086 knew only "c" and "d"; newer servers write them beside what they became. */
static void
test_old_letters (void)
{
  assert_rights ("c", TAUBE_RIGHTS_CREATE_FOLDERS | TAUBE_RIGHTS_DELETE_FOLDER);
  assert_rights ("d", TAUBE_RIGHTS_DELETE | TAUBE_RIGHTS_EXPUNGE);
  assert_rights ("kc", TAUBE_RIGHTS_CREATE_FOLDERS);
  assert_rights ("xc", TAUBE_RIGHTS_DELETE_FOLDER);
  assert_rights ("td", TAUBE_RIGHTS_DELETE);
  assert_rights ("ed", TAUBE_RIGHTS_EXPUNGE);
  assert_rights ("xd", TAUBE_RIGHTS_DELETE_FOLDER);
}

static void
test_permission (void)
{
  g_autoptr (TaubePermission) made = taube_permission_new ("bob", TAUBE_RIGHTS_READ | TAUBE_RIGHTS_LOOKUP);
  g_autoptr (TaubePermission) told = taube_permission_new_from_letters ("-team\xff", "lr9");
  g_autoptr (TaubePermission) copy = taube_permission_copy (told);

  g_assert_cmpstr (taube_permission_get_identifier (made), ==, "bob");
  g_assert_cmpstr (taube_permission_get_letters (made), ==, "lr");
  g_assert_false (taube_permission_is_negative (made));
  g_assert_cmpstr (taube_permission_get_letters (copy), ==, "lr9");
  g_assert_cmphex (taube_permission_get_rights (copy), ==, TAUBE_RIGHTS_READ | TAUBE_RIGHTS_LOOKUP);
  g_assert_true (taube_permission_is_negative (copy));
  g_assert_true (g_utf8_validate (taube_permission_get_identifier (copy), -1, NULL));
}

static void
test_grantable (void)
{
  const char *const groups[] = { "r", "te", NULL };
  g_autoptr (TaubeGrantableRights) rights = taube_grantable_rights_new ("l", groups);

  g_assert_cmphex (taube_grantable_rights_get_always (rights), ==, TAUBE_RIGHTS_LOOKUP);
  g_assert_cmphex (taube_grantable_rights_get_optional (rights), ==,
                   TAUBE_RIGHTS_READ | TAUBE_RIGHTS_DELETE | TAUBE_RIGHTS_EXPUNGE);
  g_assert_cmpuint (taube_grantable_rights_get_n_groups (rights), ==, 2);
  g_assert_cmpstr (taube_grantable_rights_get_group (rights, 1), ==, "te");
}

static void
test_quota (void)
{
  g_autoptr (TaubeQuota) quota = taube_quota_new ("User quota", "STORAGE", TRUE, 5, -7);

  g_assert_cmpstr (taube_quota_get_root (quota), ==, "User quota");
  g_assert_true (taube_quota_is_in_bytes (quota));
  g_assert_cmpint (taube_quota_get_usage (quota), ==, 5);
  g_assert_cmpint (taube_quota_get_limit (quota), ==, -1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/permission/letters", test_letters);
  g_test_add_func ("/permission/old-letters", test_old_letters);
  g_test_add_func ("/permission/permission", test_permission);
  g_test_add_func ("/permission/grantable", test_grantable);
  g_test_add_func ("/permission/quota", test_quota);
  return g_test_run ();
}
