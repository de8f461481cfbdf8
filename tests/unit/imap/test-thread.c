/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-decode-thread.h"
#include "imap-test.h"

typedef struct
{
  Feed feed;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  feed_init (&self->feed, NULL);
  self->feed.byte_by_byte = GPOINTER_TO_INT (data);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  feed_clear (&self->feed);
}

/* "2 | 3 6<3 4<6@2": a thread begins behind each bar; "<" is what is answered, "@" how deep it is. */
static char *
dump (const TaubeForest *forest)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < forest->n_nodes; i++)
    {
      const TaubeForestNode *node = &forest->nodes[i];

      if (i > 0)
        g_string_append (text, node->thread != forest->nodes[i - 1].thread ? " | " : " ");
      g_string_append_printf (text, "%u", node->number);
      if (node->parent != TAUBE_FOREST_NONE)
        g_string_append_printf (text, "<%u", forest->nodes[node->parent].number);
      if (node->depth > 0)
        g_string_append_printf (text, "@%u", node->depth);
    }
  return g_string_free (text, FALSE);
}

static void
assert_thread (Fixture *self, const char *text, gboolean good, guint n_threads, const char *expected)
{
  g_autoptr (TaubeForest) forest = taube_forest_new ();
  g_autofree char *found = NULL;

  g_assert_cmpint (imap_decode_thread (feed_response (&self->feed, text), forest), ==, good);
  found = dump (forest);
  g_assert_cmpstr (found, ==, expected);
  g_assert_cmpuint (forest->n_threads, ==, n_threads);
}

/* The examples of RFC 5256, section 4. */
static void
test_rfc (Fixture *self, gconstpointer data)
{
  assert_thread (self, "* THREAD (2)(3 6 (4 23)(44 7 96))\r\n", TRUE, 2,
                 "2 | 3 6<3@1 4<6@2 23<4@3 44<6@2 7<44@3 96<7@4");
  assert_thread (self, "* THREAD ((3)(5))\r\n", TRUE, 1, "3@1 5@1");
  assert_thread (self,
                 "* THREAD (166)(167)(168)(169)(172)(170)(171)(173)(174 (175)(176)(178)(181)(180))(179)(177 "
                 "(183)(182)(188)(184)(185)(186)(187)(189))(190)(191)(192)(193)(194 195)(196 (197)(198))(199)(200 "
                 "202)(201)(203)(204)(205)(206 207)(208)\r\n",
                 TRUE, 25,
                 "166 | 167 | 168 | 169 | 172 | 170 | 171 | 173 | 174 175<174@1 176<174@1 178<174@1 181<174@1 "
                 "180<174@1 | 179 | 177 183<177@1 182<177@1 188<177@1 184<177@1 185<177@1 186<177@1 187<177@1 "
                 "189<177@1 | 190 | 191 | 192 | 193 | 194 195<194@1 | 196 197<196@1 198<196@1 | 199 | 200 202<200@1 | "
                 "201 | 203 | 204 | 205 | 206 207<206@1 | 208");
}

static void
test_odd (Fixture *self, gconstpointer data)
{
  assert_thread (self, "* THREAD\r\n", TRUE, 0, "");
  assert_thread (self, "* THREAD  (1)  (2) \r\n", TRUE, 2, "1 | 2");
  assert_thread (self, "* THREAD (1)((2)(3 4))((5)(6))\r\n", TRUE, 3, "1 | 2@1 3@1 4<3@2 | 5@1 6@1");
  assert_thread (self, "* THREAD (1 ((2)(3)))\r\n", TRUE, 1, "1 2<1@1 3<1@1");
  assert_thread (self, "* THREAD (((1)(2))(3))\r\n", TRUE, 1, "1@1 2@1 3@1");
  assert_thread (self, "* THREAD (4294967295)\r\n", TRUE, 1, "4294967295");
}

static void
test_broken (Fixture *self, gconstpointer data)
{
  g_autofree char *open = g_strnfill (10000, '(');
  g_autofree char *close = g_strnfill (10000, ')');
  g_autofree char *deep = g_strconcat ("* THREAD ", open, "1", close, "\r\n", NULL);
  g_autofree char *too_deep = g_strconcat ("* THREAD (", open, "1", close, ")\r\n", NULL);

  assert_thread (self, "* THREAD (1)(2\r\n", FALSE, 2, "1 | 2");
  assert_thread (self, "* THREAD (1))(2)\r\n", FALSE, 1, "1");
  assert_thread (self, "* THREAD 1\r\n", FALSE, 0, "");
  assert_thread (self, "* THREAD (1 x)\r\n", FALSE, 1, "1");
  assert_thread (self, "* THREAD (0)\r\n", FALSE, 1, "");
  assert_thread (self, "* THREAD (4294967296)\r\n", FALSE, 1, "");
  assert_thread (self, "* THREAD (-1)\r\n", FALSE, 1, "");
  assert_thread (self, deep, TRUE, 1, "1@1");
  assert_thread (self, too_deep, FALSE, 1, "");
}

static gboolean
is_odd (guint32 number, gpointer user_data)
{
  return number % 2 == 1;
}

static guint
rank_backwards (guint32 number, gpointer user_data)
{
  return 1000 - number;
}

/* What is taken away gives its place to what answers it; threads are moved as a whole. */
static void
test_forest (Fixture *self, gconstpointer data)
{
  g_autoptr (TaubeForest) forest = taube_forest_new ();
  g_autofree char *filtered = NULL, *sorted = NULL, *cut = NULL;

  g_assert_true (imap_decode_thread (
    feed_response (&self->feed, "* THREAD (1 2 (3 4)(5))(6)(8 (7)(9 11))(13)((15)(16))\r\n"), forest));
  taube_forest_filter (forest, is_odd, NULL);
  filtered = dump (forest);
  g_assert_cmpstr (filtered, ==, "1 3<1@1 5<1@1 | 7@1 9@1 11<9@2 | 13 | 15@1");
  g_assert_cmpuint (forest->n_threads, ==, 4);
  taube_forest_sort (forest, rank_backwards, NULL);
  sorted = dump (forest);
  g_assert_cmpstr (sorted, ==, "15@1 | 13 | 7@1 9@1 11<9@2 | 1 3<1@1 5<1@1");
  taube_forest_reverse (forest);
  taube_forest_cut (forest, 1, 2);
  cut = dump (forest);
  g_assert_cmpstr (cut, ==, "7@1 9@1 11<9@2 | 13");
  taube_forest_cut (forest, 5, 1);
  g_assert_cmpuint (forest->n_nodes, ==, 0);
}

/* A thread as deep as the folder is large, and a million threads. */
static void
test_large (Fixture *self, gconstpointer data)
{
  g_autoptr (TaubeForest) forest = taube_forest_new ();
  g_autoptr (TaubeForest) chain = taube_forest_new ();
  g_autoptr (GString) text = g_string_new ("* THREAD ");

  for (guint i = 1; i <= 1000000; i++)
    g_string_append_printf (text, "(%u)", i);
  g_string_append (text, "\r\n");
  self->feed.byte_by_byte = FALSE;
  g_assert_true (imap_decode_thread (feed_response (&self->feed, text->str), forest));
  g_assert_cmpuint (forest->n_threads, ==, 1000000);
  g_string_assign (text, "* THREAD (");
  for (guint i = 1; i <= 1000000; i++)
    g_string_append_printf (text, "%s%u", i > 1 ? " " : "", i);
  g_string_append (text, ")\r\n");
  g_assert_true (imap_decode_thread (feed_response (&self->feed, text->str), chain));
  g_assert_cmpuint (chain->n_threads, ==, 1);
  g_assert_cmpuint (chain->nodes[999999].depth, ==, 999999);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_both_ways ("thread/rfc", test_rfc);
  add_both_ways ("thread/odd", test_odd);
  add_both_ways ("thread/broken", test_broken);
  add_both_ways ("thread/forest", test_forest);
  add_both_ways ("thread/large", test_large);
  return g_test_run ();
}
