/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-known.h"

static void
test_again (void)
{
  static const guint sizes[] = { 0, 1, 2, 1000 };

  for (guint k = 0; k < G_N_ELEMENTS (sizes); k++)
    {
      g_autoptr (TaubeIdSet) ids = taube_id_set_new (), again = NULL;
      g_autoptr (GBytes) packed = NULL;

      for (guint i = 0; i < sizes[k]; i++)
        {
          g_autofree char *id = g_strdup_printf ("%08x5f3e9a1c", i);

          taube_id_set_add (ids, id);
        }
      packed = pop3_known_pack (ids);
      again = pop3_known_unpack (packed);
      g_assert_true (taube_id_set_equal (ids, again));
      g_test_message ("%u messages: %" G_GSIZE_FORMAT " bytes", sizes[k], g_bytes_get_size (packed));
      for (gsize cut = 0; cut + 1 < g_bytes_get_size (packed); cut += MAX (g_bytes_get_size (packed) / 50, 1))
        {
          g_autoptr (GBytes) part = g_bytes_new_from_bytes (packed, 0, cut);

          g_assert_null (pop3_known_unpack (part));
        }
    }
}

static void
test_foreign (void)
{
  g_autoptr (GBytes) other = g_bytes_new_static ("\2abc", 4), junk = g_bytes_new_static ("\1junk", 5);

  g_assert_null (pop3_known_unpack (other));
  g_assert_null (pop3_known_unpack (junk));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pop3/known/again", test_again);
  g_test_add_func ("/pop3/known/foreign", test_foreign);
  return g_test_run ();
}
