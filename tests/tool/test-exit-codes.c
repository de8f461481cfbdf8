/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"

static const struct
{
  TaubeError error;
  int exit_code;
} documented[] = {
  { TAUBE_ERROR_NOT_SUPPORTED, 6 }, { TAUBE_ERROR_INVALID, 2 },   { TAUBE_ERROR_CONNECTION, 5 },
  { TAUBE_ERROR_TLS, 5 },           { TAUBE_ERROR_CERTIFICATE, 5 }, { TAUBE_ERROR_AUTH, 4 },
  { TAUBE_ERROR_PERMISSION, 1 },    { TAUBE_ERROR_NOT_FOUND, 3 }, { TAUBE_ERROR_EXISTS, 1 },
  { TAUBE_ERROR_PROTOCOL, 5 },      { TAUBE_ERROR_LIMIT, 1 },     { TAUBE_ERROR_QUOTA, 1 },
  { TAUBE_ERROR_THROTTLED, 1 },     { TAUBE_ERROR_CONFLICT, 1 },  { TAUBE_ERROR_UNKNOWN_OUTCOME, 7 },
  { TAUBE_ERROR_STORAGE, 1 },
};

static void
test_library_errors (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (documented); i++)
    {
      g_autoptr (GError) error = g_error_new (TAUBE_ERROR, (int) documented[i].error, "x");

      g_assert_cmpint (cli_get_exit_code (error), ==, documented[i].exit_code);
    }
}

/* An error that is added to the library needs a line in the table. */
static void
test_every_error (void)
{
  GEnumClass *klass = g_type_class_ref (TAUBE_TYPE_ERROR);

  g_assert_cmpuint (klass->n_values, ==, G_N_ELEMENTS (documented));
  g_type_class_unref (klass);
}

static void
test_other_errors (void)
{
  g_autoptr (GError) foreign = g_error_new (G_IO_ERROR, G_IO_ERROR_NO_SPACE, "x");
  g_autoptr (GError) later = g_error_new (TAUBE_ERROR, 1000, "x");

  g_assert_cmpint (cli_get_exit_code (foreign), ==, 1);
  g_assert_cmpint (cli_get_exit_code (later), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tool/exit-codes/library", test_library_errors);
  g_test_add_func ("/tool/exit-codes/every-error", test_every_error);
  g_test_add_func ("/tool/exit-codes/others", test_other_errors);
  return g_test_run ();
}
