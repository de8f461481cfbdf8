/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube.h>

#include <string.h>

/* Queries: their text, their parts, and errors that point at the right place. */

static TaubeQuery *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  guint column = 99;
  TaubeQuery *query = taube_query_parse (text, &column, &error);

  if (query == NULL)
    g_error ("%s: %s", text, error->message);
  g_assert_cmpuint (column, ==, 0);
  return query;
}

/* TEXT is printed as PRINTED, which reads as the same query. */
static void
assert_prints (const char *text, const char *printed)
{
  g_autoptr (TaubeQuery) query = parse (text);
  g_autofree char *out = taube_query_to_string (query);
  g_autoptr (TaubeQuery) again = NULL;

  g_assert_cmpstr (out, ==, printed);
  again = parse (out);
  g_assert_true (taube_query_equal (query, again));
}

static void
test_words (void)
{
  assert_prints ("", "*");
  assert_prints ("  * ", "*");
  assert_prints ("hello", "hello");
  assert_prints ("\"hello\"", "hello");
  assert_prints ("\"two words\"", "\"two words\"");
  assert_prints ("text:hello", "hello");
  assert_prints ("\"a:b\"", "\"a:b\"");
  assert_prints ("\"OR\" \"-x\" \"~x\" \"*x\"", "\"OR\" \"-x\" \"~x\" \"*x\"");
  assert_prints ("*x", "\"*x\"");
  assert_prints ("or and not", "or and not");
  assert_prints ("subject:\"say \\\"hi\\\" \\\\ there\"", "subject:\"say \\\"hi\\\" \\\\ there\"");
  assert_prints ("subject:a\\b", "subject:a\\b");
  assert_prints ("from:bob@example.org to:\"B. B.\" cc:x bcc:y body:z",
                 "from:bob@example.org to:\"B. B.\" cc:x bcc:y body:z");
  assert_prints ("subject:Grüße FROM:Ζ", "subject:Grüße from:Ζ");
}

static void
test_leaves (void)
{
  assert_prints ("is:unread is:read is:seen is:unseen", "is:unread is:seen is:seen is:unread");
  assert_prints ("is:flagged,seen,forwarded", "is:seen,flagged,forwarded");
  assert_prints ("is:recent -is:recent", "is:recent -is:recent");
  assert_prints ("is:unanswered is:unflagged is:undeleted is:draft",
                 "is:unanswered is:unflagged is:undeleted is:draft");
  assert_prints ("-is:seen,flagged", "-is:seen,flagged");
  assert_prints ("keyword:$Junk -keyword:\"a b\"", "keyword:$Junk -keyword:\"a b\"");
  assert_prints ("larger:2M smaller:500 larger:1536 larger:2048K smaller:3g larger:0",
                 "larger:2M smaller:500 larger:1536 larger:2M smaller:3G larger:0");
  assert_prints ("larger:18446744073709551615", "larger:18446744073709551615");
  assert_prints ("since:2026-11-01 before:2024-02-29 on:0001-01-01",
                 "since:2026-11-01 before:2024-02-29 on:0001-01-01");
  assert_prints ("sent-since:2026-11-01 sent-before:2026-11-02 sent-on:2026-11-03",
                 "sent-since:2026-11-01 sent-before:2026-11-02 sent-on:2026-11-03");
  assert_prints ("older:7d newer:168h older:90s newer:60m older:36h", "older:1w newer:1w older:90s newer:1h older:36h");
  assert_prints ("header:List-Id header:X-Spam:yes header:\"x(y\":\"a b\" header:List-Id:\"\"",
                 "header:List-Id header:X-Spam:yes header:\"x(y\":\"a b\" header:List-Id");
  assert_prints ("has:attachment", "has:attachment");
  assert_prints ("raw:\"from:anna OR kind:email\" -raw:x", "raw:\"from:anna OR kind:email\" -raw:x");
}

static void
test_ids (void)
{
  g_autoptr (TaubeQuery) query = parse ("id:7.9,7.1..5,AAMk=,\"a,b\",\"x y1\"..3");
  const TaubeIdSet *ids = taube_query_get_ids (query);

  g_assert_cmpuint (taube_id_set_get_size (ids), ==, 11);
  g_assert_true (taube_id_set_contains (ids, "7.3"));
  g_assert_true (taube_id_set_contains (ids, "x y2"));
  g_assert_true (taube_id_set_contains (ids, "a,b"));
  assert_prints ("id:7.9,7.1..5,AAMk=,\"a,b\",\"x y1\"..3", "id:7.1..5,7.9,\"x y1\"..3,AAMk=,\"a,b\"");
  assert_prints ("id:\"\"", "id:\"\"");
  assert_prints ("id:\"x..7\"", "id:\"x..7\"");
}

static void
test_branches (void)
{
  assert_prints ("a b c", "a b c");
  assert_prints ("a AND b", "a b");
  assert_prints ("a OR b c OR d", "a OR b c OR d");
  assert_prints ("(a OR b) c", "(a OR b) c");
  assert_prints ("((a) (b (c)))", "a b c");
  assert_prints ("a OR (b OR c)", "a OR b OR c");
  assert_prints ("NOT a", "-a");
  assert_prints ("NOT (a b)", "-(a b)");
  assert_prints ("-(-a)", "-(-a)");
  assert_prints ("-is:unread", "-is:unread");
  assert_prints ("~subject:zeit -~x ~(a OR b) ~(-a) ~(~a)", "~subject:zeit -~x ~(a OR b) ~(-a) ~(~a)");
  assert_prints ("-(a OR b)", "-(a OR b)");
  assert_prints ("-*", "-*");
}

static void
test_parts (void)
{
  g_autoptr (TaubeQuery) query = parse ("is:unread OR -header:X-A:b since:2026-11-02");
  TaubeQuery *row;
  int year, month, day;

  g_assert_cmpint (taube_query_get_kind (query), ==, TAUBE_QUERY_KIND_OR);
  g_assert_cmpuint (taube_query_get_n_children (query), ==, 2);
  g_assert_cmpint (taube_query_get_kind (taube_query_get_child (query, 0)), ==, TAUBE_QUERY_KIND_NOT);
  g_assert_cmpint (taube_query_get_flags (taube_query_get_child (taube_query_get_child (query, 0), 0)), ==,
                   TAUBE_MESSAGE_FLAGS_SEEN);
  row = taube_query_get_child (query, 1);
  g_assert_cmpint (taube_query_get_kind (row), ==, TAUBE_QUERY_KIND_AND);
  g_assert_cmpstr (taube_query_get_header (taube_query_get_child (taube_query_get_child (row, 0), 0)), ==, "X-A");
  g_assert_cmpstr (taube_query_get_text (taube_query_get_child (taube_query_get_child (row, 0), 0)), ==, "b");
  taube_query_get_day (taube_query_get_child (row, 1), &year, &month, &day);
  g_assert_cmpint (year * 10000 + month * 100 + day, ==, 20261102);
}

static void
test_errors (void)
{
  static const struct
  {
    const char *text;
    guint column;
    const char *words;
  } cases[] = {
    { "from:", 6, "found the end" },
    { "subject:ü since:morgen", 17, "a date such as 2026-11-01, found \"morgen\"" },
    { "since:2026-13-01", 7, "a date" },
    { "since:2026-02-29", 7, "a date" },
    { "since:2026-11-01x", 7, "a date" },
    { "larger:2T", 8, "a size" },
    { "larger:18446744073709551616", 8, "a size" },
    { "larger:99999999999G", 8, "a size" },
    { "older:7", 7, "an interval" },
    { "older:0d", 7, "an interval" },
    { "older:9999w older:99999w", 7, "an interval" },
    { "is:happy", 4, "found \"happy\"" },
    { "is:unread,seen", 4, "several" },
    { "is:seen,unread", 9, "several" },
    { "has:cheese", 5, "attachment" },
    { "foo:bar", 1, "a field" },
    { "a http://x", 3, "quotes" },
    { "(a", 3, "\")\", found the end" },
    { "a)", 2, "found \")\"" },
    { "()", 2, "a term" },
    { "a OR", 5, "a term" },
    { "OR a", 1, "a term" },
    { "a AND AND b", 7, "a term" },
    { "-", 2, "a word" },
    { "- a", 2, "a word" },
    { "\"abc", 1, "never closed" },
    { "ä \"abc", 3, "never closed" },
    { "\"\"", 1, "a word" },
    { "a\"b\"", 2, "a space" },
    { "\"a\nb\"", 3, "control character" },
    { "header::x", 8, "the name of a header field" },
    { "header:\"a b\":x", 8, "the name of a header field" },
    { "id:7.5..4", 9, "the last id" },
    { "id:abc..4", 9, "the last id" },
    { "id:,", 4, "an id" },
    { "abc\xff", 4, "UTF-8" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      guint column = 0;

      g_assert_null (taube_query_parse (cases[i].text, &column, &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
      if (column != cases[i].column || strstr (error->message, cases[i].words) == NULL)
        g_error ("%s: column %u: %s", cases[i].text, column, error->message);
    }
}

static void
assert_limit (const char *text, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (taube_query_parse (text, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, words));
}

static void
test_limits (void)
{
  g_autoptr (GString) deep = g_string_new (NULL);
  g_autoptr (GString) wide = g_string_new (NULL);
  g_autofree char *longest = g_strnfill (65536, 'a');
  g_autofree char *too_long = g_strnfill (65537, 'a');
  g_autoptr (TaubeQuery) query = parse (longest);

  for (guint i = 0; i < 40; i++)
    g_string_append (deep, "-(");
  for (guint i = 0; i < 5000; i++)
    g_string_append (wide, "a ");
  assert_limit (too_long, "too long");
  assert_limit (wide->str, "too many terms");
  g_string_append_c (deep, 'a');
  for (guint i = 0; i < 40; i++)
    g_string_append_c (deep, ')');
  g_clear_pointer (&query, taube_query_unref);
  query = parse (deep->str);
  g_string_truncate (deep, 0);
  for (guint i = 0; i < 70; i++)
    g_string_append (deep, "(");
  assert_limit (deep->str, "too many parentheses");
  g_string_truncate (deep, 0);
  for (guint i = 0; i < 40; i++)
    g_string_append (deep, "-~(");
  g_string_append (deep, "a)))))))))))))))))))))))))))))))))))))))))");
  assert_limit (deep->str, "in one another");
}

/* Random trees: printed, read again, the same. */

static TaubeQuery *random_query (GRand *random, guint depth);

static TaubeQuery *
random_leaf (GRand *random)
{
  static const char *const texts[]
      = { "a", "two words", "\"q\"", "-x", "~", "*", "OR", "a:b", "(", "ä\\", "Ω,7..8", "$J" };
  const char *text = texts[g_rand_int_range (random, 0, G_N_ELEMENTS (texts))];
  g_autoptr (TaubeIdSet) ids = taube_id_set_new ();

  switch (g_rand_int_range (random, 0, 10))
    {
    case 0:
      return taube_query_new_text ((TaubeQueryField) g_rand_int_range (random, 0, 7), text);
    case 1:
      return taube_query_new_header ("X-(a)\"", g_rand_boolean (random) ? text : NULL);
    case 2:
      return taube_query_new_flags ((TaubeMessageFlags) g_rand_int_range (random, 1, 128));
    case 3:
      return taube_query_new_keyword (text);
    case 4:
      return taube_query_new_larger ((guint64) g_rand_int (random) << g_rand_int_range (random, 0, 32));
    case 5:
      return taube_query_new_day ((TaubeQueryKind) (TAUBE_QUERY_KIND_BEFORE + g_rand_int_range (random, 0, 3)),
                                  (TaubeQueryDate) g_rand_int_range (random, 0, 2),
                                  g_rand_int_range (random, 1, 10000), g_rand_int_range (random, 1, 13),
                                  g_rand_int_range (random, 1, 29));
    case 6:
      return taube_query_new_younger (g_rand_int_range (random, 1, G_MAXINT));
    case 7:
      for (gint n = g_rand_int_range (random, 0, 6); n > 0; n--)
        {
          g_autofree char *id = g_strdup_printf ("%s%d", text, g_rand_int_range (random, 1, 9));

          taube_id_set_add (ids, g_rand_boolean (random) ? id : text);
        }
      return taube_query_new_ids (ids);
    case 8:
      return taube_query_new_raw (text);
    default:
      return g_rand_boolean (random) ? taube_query_new_attachment () : taube_query_new_all ();
    }
}

static TaubeQuery *
random_query (GRand *random, guint depth)
{
  TaubeQuery *children[4];
  TaubeQuery *query;
  guint n = (guint) g_rand_int_range (random, 1, 5);
  gint kind = depth == 0 ? 4 : g_rand_int_range (random, 0, 6);

  if (kind >= 4)
    return random_leaf (random);
  for (guint i = 0; i < n; i++)
    children[i] = random_query (random, depth - 1);
  if (kind == 0)
    query = taube_query_new_and (children, n);
  else if (kind == 1)
    query = taube_query_new_or (children, n);
  else
    query = kind == 2 ? taube_query_new_not (children[0]) : taube_query_new_fuzzy (children[0]);
  for (guint i = 0; i < n; i++)
    taube_query_unref (children[i]);
  return query;
}

static void
test_inverse (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (g_test_rand_int ());

  for (guint i = 0; i < 5000; i++)
    {
      g_autoptr (TaubeQuery) query = random_query (random, 4);
      g_autofree char *text = taube_query_to_string (query);
      g_autoptr (TaubeQuery) again = parse (text);
      g_autofree char *twice = taube_query_to_string (again);

      if (!taube_query_equal (query, again))
        g_error ("%s\nis not\n%s", text, twice);
      g_assert_cmpstr (text, ==, twice);
    }
}

static void
test_equal (void)
{
  static const char *const texts[] = { "a", "b", "from:a", "-a", "a b", "b a", "a OR b", "is:seen", "is:flagged",
                                       "older:1d", "newer:1d", "since:2026-01-01", "sent-since:2026-01-01", "id:7.1",
                                       "id:7.2", "header:A", "header:B", "header:A:x", "keyword:a", "raw:a",
                                       "larger:1", "*" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    for (guint j = 0; j < G_N_ELEMENTS (texts); j++)
      {
        g_autoptr (TaubeQuery) a = parse (texts[i]);
        g_autoptr (TaubeQuery) b = parse (texts[j]);

        g_assert_cmpint (taube_query_equal (a, b), ==, i == j);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/query/words", test_words);
  g_test_add_func ("/query/leaves", test_leaves);
  g_test_add_func ("/query/ids", test_ids);
  g_test_add_func ("/query/branches", test_branches);
  g_test_add_func ("/query/parts", test_parts);
  g_test_add_func ("/query/errors", test_errors);
  g_test_add_func ("/query/limits", test_limits);
  g_test_add_func ("/query/inverse", test_inverse);
  g_test_add_func ("/query/equal", test_equal);
  return g_test_run ();
}
