/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/taube-retry.h"

static void
test_grows_up_to_the_cap (void)
{
  static const guint pauses[] = { 1000, 1000, 2000, 4000, 8000, 16000, 20000, 20000 };

  for (guint attempt = 0; attempt < G_N_ELEMENTS (pauses); attempt++)
    g_assert_cmpuint (taube_retry_pause (attempt, 1000, 20000, 0), ==, pauses[attempt]);
  g_assert_cmpuint (taube_retry_pause (G_MAXUINT, 1000, 20000, 0), ==, 20000);
  g_assert_cmpuint (taube_retry_pause (40, 1000, G_MAXUINT, 0), ==, G_MAXUINT);
}

static void
test_jitter_takes_up_to_a_half (void)
{
  g_assert_cmpuint (taube_retry_pause (3, 1000, 60000, 0), ==, 4000);
  g_assert_cmpuint (taube_retry_pause (3, 1000, 60000, G_MAXUINT32 / 2 + 1), ==, 3000);
  g_assert_cmpuint (taube_retry_pause (3, 1000, 60000, G_MAXUINT32), ==, 2001);
}

static void
test_first_above_cap (void)
{
  g_assert_cmpuint (taube_retry_pause (1, 5000, 1000, 0), ==, 1000);
  g_assert_cmpuint (taube_retry_pause (5, 0, 1000, 12345), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/retry/grows-up-to-the-cap", test_grows_up_to_the_cap);
  g_test_add_func ("/base/retry/jitter-takes-up-to-a-half", test_jitter_takes_up_to_a_half);
  g_test_add_func ("/base/retry/first-above-cap", test_first_above_cap);
  return g_test_run ();
}
