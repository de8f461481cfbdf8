/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-query.h"

#include <taube/taube.h>

#include <string.h>

/* What a server is asked, and what is left for this side. */

static ImapQueryDialect
make_dialect (ImapQueryFeatures without)
{
  return (ImapQueryDialect){ .allowed = IMAP_QUERY_EVERYTHING & ~(guint) without,
                             .recent = TRUE,
                             .now = 1795730400, /* 2026-11-26 22:00:00 */
                             .prefix = "7.",
                             .max_set_bytes = 100 };
}

static char *
write_keys (TaubeQuery *query, const ImapQueryDialect *dialect)
{
  ImapDialect wire = { .literals = IMAP_LITERALS_PLUS };
  g_autoptr (ImapCommand) command = imap_command_new ("A", "SEARCH", &wire);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  imap_query_append (query, command, dialect);
  imap_command_finish (command, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < imap_command_get_n_fragments (command); i++)
    {
      ImapFragment fragment;

      imap_command_get_fragment (command, i, &fragment);
      g_string_append_len (text, (const char *) fragment.data, (gssize) fragment.length);
    }
  g_string_truncate (text, text->len - 2);
  return g_strdup (text->str + strlen ("A SEARCH "));
}

static void
assert_plan (const char *text, const ImapQueryDialect *dialect, const char *keys, const char *local)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeQuery) query = taube_query_parse (text, NULL, &error);
  g_auto (ImapQueryPlan) plan = { 0 };
  g_autofree char *found = NULL, *left = NULL;

  g_assert_no_error (error);
  imap_query_plan_init (&plan, query, dialect);
  found = write_keys (plan.server, dialect);
  left = plan.local != NULL ? taube_query_to_string (plan.local) : NULL;
  if (g_strcmp0 (found, keys) != 0 || g_strcmp0 (left, local) != 0)
    g_error ("%s: %s, and here: %s", text, found, left);
}

static void
assert_keys (const char *text, const char *keys)
{
  ImapQueryDialect dialect = make_dialect (0);

  assert_plan (text, &dialect, keys, NULL);
}

static void
test_leaves (void)
{
  assert_keys ("*", "ALL");
  assert_keys ("-*", "NOT ALL");
  assert_keys ("hello", "TEXT \"hello\"");
  assert_keys ("from:\"a \\\"b\\\"\" to:b cc:c bcc:d subject:e body:f",
               "FROM \"a \\\"b\\\"\" TO \"b\" CC \"c\" BCC \"d\" SUBJECT \"e\" BODY \"f\"");
  assert_keys ("subject:ü", "SUBJECT {2+}\r\n\xc3\xbc");
  assert_keys ("header:List-Id header:X-A:b header:\"x(y\":\"\"",
               "HEADER List-Id \"\" HEADER X-A \"b\" HEADER \"x(y\" \"\"");
  assert_keys ("is:seen is:answered,flagged is:deleted,draft,recent", "SEEN ANSWERED FLAGGED DELETED DRAFT RECENT");
  assert_keys ("is:unread is:forwarded -is:forwarded -is:recent", "UNSEEN KEYWORD $Forwarded UNKEYWORD $Forwarded OLD");
  assert_keys ("keyword:$Junk -keyword:work", "KEYWORD $Junk UNKEYWORD work");
  assert_keys ("larger:2k smaller:4294967295", "LARGER 2048 SMALLER 4294967295");
  assert_keys ("since:2026-11-01 before:2024-02-29 on:0987-01-02",
               "SINCE 1-Nov-2026 BEFORE 29-Feb-2024 ON 2-Jan-0987");
  assert_keys ("sent-since:2026-11-01 sent-before:2024-02-29 sent-on:2025-12-31",
               "SENTSINCE 1-Nov-2026 SENTBEFORE 29-Feb-2024 SENTON 31-Dec-2025");
  assert_keys ("older:1d newer:1h", "OLDER 86400 YOUNGER 3600");
  assert_keys ("id:7.1..5,7.9,4", "UID 1:5,9");
}

static void
test_branches (void)
{
  assert_keys ("a OR b", "OR TEXT \"a\" TEXT \"b\"");
  assert_keys ("a OR b c OR d", "OR TEXT \"a\" OR (TEXT \"b\" TEXT \"c\") TEXT \"d\"");
  assert_keys ("(a OR b) c", "OR TEXT \"a\" TEXT \"b\" TEXT \"c\"");
  assert_keys ("is:seen,flagged OR a", "OR (SEEN FLAGGED) TEXT \"a\"");
  assert_keys ("-is:seen,flagged", "NOT (SEEN FLAGGED)");
  assert_keys ("-a", "NOT TEXT \"a\"");
  assert_keys ("-(-a)", "TEXT \"a\"");
  assert_keys ("-(a OR is:seen)", "NOT TEXT \"a\" UNSEEN");
  assert_keys ("-(a is:unread)", "OR NOT TEXT \"a\" SEEN");
  assert_keys ("-(larger:1k larger:2k)", "OR SMALLER 1025 SMALLER 2049");
  assert_keys ("-smaller:5 -smaller:0 -larger:4294967295", "LARGER 4 NOT SMALLER 0 NOT LARGER 4294967295");
  assert_keys ("-since:2026-11-01 -before:2026-11-02 -on:2026-11-03 -sent-since:2026-11-04",
               "BEFORE 1-Nov-2026 SINCE 2-Nov-2026 NOT ON 3-Nov-2026 NOT SENTSINCE 4-Nov-2026");
  assert_keys ("~a -~b ~(subject:c subject:d)",
               "FUZZY TEXT \"a\" NOT FUZZY TEXT \"b\" FUZZY (SUBJECT \"c\" SUBJECT \"d\")");
}

/* A key that stands twice is said once, however it came about. */
static void
test_twice (void)
{
  assert_keys ("a a", "TEXT \"a\"");
  assert_keys ("a OR b OR a", "OR TEXT \"a\" TEXT \"b\"");
  assert_keys ("(-from:x -from:y) OR (-from:x -from:x)", "OR (NOT FROM \"x\" NOT FROM \"y\") NOT FROM \"x\"");
  assert_keys ("(from:x from:y) from:x -(-from:y OR -from:z)", "FROM \"x\" FROM \"y\" FROM \"z\"");
  assert_keys ("-((a OR b) (b OR a)) -larger:1k smaller:1025",
               "OR (NOT TEXT \"a\" NOT TEXT \"b\") (NOT TEXT \"b\" NOT TEXT \"a\") SMALLER 1025");
  assert_keys ("subject:a subject:A", "SUBJECT \"a\" SUBJECT \"A\"");
}

static void
assert_without (ImapQueryFeatures without, const char *text, const char *keys, const char *local)
{
  ImapQueryDialect dialect = make_dialect (without);

  assert_plan (text, &dialect, keys, local);
}

static void
test_without (void)
{
  assert_without (IMAP_QUERY_FUZZY, "~a -~(b OR ~c)", "TEXT \"a\" NOT TEXT \"b\" NOT TEXT \"c\"", NULL);
  assert_without (IMAP_QUERY_WITHIN, "older:1d newer:2d a", "BEFORE 27-Nov-2026 SINCE 23-Nov-2026 TEXT \"a\"",
                  "older:1d newer:2d");
  assert_without (IMAP_QUERY_WITHIN, "-older:1d", "ALL", "-older:1d");
  assert_without (IMAP_QUERY_WITHIN | IMAP_QUERY_DATE, "older:1d a", "TEXT \"a\"", "older:1d");
  assert_without (IMAP_QUERY_NOT, "-a -is:seen -(b OR larger:5)", "UNSEEN SMALLER 6", "-a -b");
  assert_without (IMAP_QUERY_OR, "(a OR b) c", "TEXT \"c\"", "a OR b");
  assert_without (IMAP_QUERY_HEADER, "header:X:y a OR header:X:y b", "OR TEXT \"a\" TEXT \"b\"",
                  "header:X:y a OR header:X:y b");
  assert_without (IMAP_QUERY_HEADER, "header:X:y OR b", "ALL", "header:X:y OR b");
  assert_without (IMAP_QUERY_UNICODE, "subject:ü from:bob", "FROM \"bob\"", "subject:ü");
  assert_without (IMAP_QUERY_KEYWORD, "keyword:x is:forwarded,seen is:flagged", "FLAGGED",
                  "keyword:x is:seen,forwarded");
  assert_without (IMAP_QUERY_CONTENT, "a body:b from:c", "FROM \"c\"", "a body:b");
  assert_without (IMAP_QUERY_EVERYTHING, "a is:seen", "ALL", "a is:seen");
}

/* What no server can, or not in this size. */
static void
test_never (void)
{
  ImapQueryDialect wide = make_dialect (0);

  wide.wide = TRUE;
  assert_without (0, "has:attachment is:seen", "SEEN", "has:attachment");
  assert_without (0, "-has:attachment OR is:seen", "ALL", "-has:attachment OR is:seen");
  assert_without (0, "larger:5G", "LARGER 4294967295", "larger:5G");
  assert_without (0, "smaller:5G a", "TEXT \"a\"", "smaller:5G");
  assert_plan ("larger:5G smaller:6G", &wide, "LARGER 5368709120 SMALLER 6442450944", NULL);
  assert_without (0, "id:\"\" a", "TEXT \"a\"", "id:\"\"");
  assert_without (0, "keyword:\"a b\" c", "TEXT \"c\"", "keyword:\"a b\"");
  assert_without (0, "id:8.5 a", "TEXT \"a\"", "id:8.5");
}

static void
test_long_sets (void)
{
  g_autoptr (TaubeIdSet) ids = taube_id_set_new ();
  g_autoptr (TaubeQuery) query = NULL;
  g_auto (ImapQueryPlan) plan = { 0 };
  ImapQueryDialect dialect = make_dialect (0);

  for (guint i = 1; i < 100; i += 2)
    {
      g_autofree char *id = g_strdup_printf ("7.%u", i);

      taube_id_set_add (ids, id);
    }
  query = taube_query_new_ids (ids);
  imap_query_plan_init (&plan, query, &dialect);
  g_assert_cmpint (taube_query_get_kind (plan.server), ==, TAUBE_QUERY_KIND_ALL);
  g_assert_true (taube_query_equal (plan.local, query));
}

static void
test_reasons (void)
{
  g_autofree char *lacks = imap_query_describe_missed (IMAP_QUERY_WITHIN | IMAP_QUERY_NEVER, 0);
  g_autofree char *refused = imap_query_describe_missed (IMAP_QUERY_NOT, IMAP_QUERY_NOT);
  g_autofree char *never = imap_query_describe_missed (IMAP_QUERY_NEVER, 0);

  g_assert_cmpstr (lacks, ==, "the server cannot search by OLDER and YOUNGER (WITHIN)");
  g_assert_cmpstr (refused, ==, "the server refused to search by NOT");
  g_assert_cmpstr (never, ==, "no server can search by this");
}

/* Nothing gets out of its string. */
static void
test_injection (void)
{
  static const char *const texts[] = { "a\r\nX LOGOUT", "a\nb", "a\rb" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      ImapDialect wire = { 0 };
      ImapQueryDialect dialect = make_dialect (0);
      g_autoptr (ImapCommand) command = imap_command_new ("A", "SEARCH", &wire);
      g_autoptr (TaubeQuery) query = taube_query_new_header ("X-A", texts[i]);
      g_autoptr (GError) error = NULL;

      imap_query_append (query, command, &dialect);
      g_assert_false (imap_command_finish (command, &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/imap/query/leaves", test_leaves);
  g_test_add_func ("/imap/query/branches", test_branches);
  g_test_add_func ("/imap/query/twice", test_twice);
  g_test_add_func ("/imap/query/without", test_without);
  g_test_add_func ("/imap/query/never", test_never);
  g_test_add_func ("/imap/query/long-sets", test_long_sets);
  g_test_add_func ("/imap/query/reasons", test_reasons);
  g_test_add_func ("/imap/query/injection", test_injection);
  return g_test_run ();
}
