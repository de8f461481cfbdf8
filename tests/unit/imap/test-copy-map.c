/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-copy-map.h"
#include "imap-test.h"

typedef struct
{
  Feed feed;
  ImapCopyMap map;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  feed_init (&self->feed, NULL);
  self->feed.byte_by_byte = GPOINTER_TO_INT (data);
  imap_copy_map_init (&self->map);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  imap_copy_map_clear (&self->map);
  feed_clear (&self->feed);
}

static void
add_pair (guint32 source, guint32 target, gpointer user_data)
{
  g_string_append_printf (user_data, "%u=%u ", source, target);
}

#define assert_pairs(map, expected) \
  G_STMT_START \
  { \
    g_autoptr (GString) pairs__ = g_string_new (NULL); \
    imap_copy_map_foreach (map, add_pair, pairs__); \
    g_assert_cmpstr (pairs__->str, ==, expected); \
  } \
  G_STMT_END

static gboolean
add (Fixture *self, const char *text, guint64 most)
{
  return imap_copy_map_add (&self->map, feed_response (&self->feed, text), most);
}

static void
test_pairs (Fixture *self, gconstpointer data)
{
  g_assert_true (add (self, "A1 OK [COPYUID 38505 304,319:320 3956:3958] Done\r\n", 3));
  g_assert_cmpuint (self->map.uidvalidity, ==, 38505);
  assert_pairs (&self->map, "304=3956 319=3957 320=3958 ");
}

/* MOVE may be told in pieces. */
static void
test_several (Fixture *self, gconstpointer data)
{
  g_assert_true (add (self, "* OK [COPYUID 8 1:2 11:12] moved\r\n", 5));
  g_assert_true (add (self, "* OK [COPYUID 8 3,9 13,20]\r\n", 5));
  assert_pairs (&self->map, "1=11 2=12 3=13 9=20 ");
  g_assert_false (add (self, "* OK [COPYUID 9 4 14]\r\n", 5));
  assert_pairs (&self->map, "1=11 2=12 3=13 9=20 ");
}

/* In the order of the sets, which is the server's own. */
static void
test_order (Fixture *self, gconstpointer data)
{
  g_assert_true (add (self, "A1 OK [COPYUID 8 30,10,20 1,2,3] Done\r\n", 3));
  assert_pairs (&self->map, "30=1 10=2 20=3 ");
}

/* What says nothing, contradicts itself, or tells of more than there was. */
static void
test_worthless (Fixture *self, gconstpointer data)
{
  static const char *const texts[] = {
    "A1 OK Done\r\n",
    "A1 OK [COPYUID 8  ] Done\r\n",
    "A1 OK [COPYUID 8 \"\" \"\"] Done\r\n",
    "A1 OK [COPYUID 0 1 2] Done\r\n",
    "A1 OK [COPYUID 8 1:3 11:12] Done\r\n",
    "A1 OK [COPYUID 8 1 11:12] Done\r\n",
    "A1 OK [COPYUID 8 1:* 11:*] Done\r\n",
    "A1 OK [COPYUID 8 * *] Done\r\n",
    "A1 OK [COPYUID 8 1:4 11:14] Done\r\n",
    "A1 OK [COPYUID 8 1:4294967295 1:4294967295] Done\r\n",
    "A1 OK [COPYUID 8 1,x 2,3] Done\r\n",
    "A1 OK [APPENDUID 8 1] Done\r\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_assert_false (add (self, texts[i], 3));
      g_assert_cmpuint (self->map.uidvalidity, ==, 0);
      assert_pairs (&self->map, "");
    }
}

/* Two sets that are in step each, and are not any more when they are joined. */
static void
test_joined (Fixture *self, gconstpointer data)
{
  g_autoptr (GString) pairs = g_string_new (NULL);

  g_assert_true (add (self, "* OK [COPYUID 8 1:5 11:15]\r\n", 10));
  add (self, "* OK [COPYUID 8 5:6 30:31]\r\n", 10);
  imap_copy_map_foreach (&self->map, add_pair, pairs);
  g_assert_true (g_str_has_prefix (pairs->str, "1=11 2=12 3=13 4=14 5=15 "));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_both_ways ("copy-map/pairs", test_pairs);
  add_both_ways ("copy-map/several", test_several);
  add_both_ways ("copy-map/order", test_order);
  add_both_ways ("copy-map/worthless", test_worthless);
  add_both_ways ("copy-map/joined", test_joined);
  return g_test_run ();
}
