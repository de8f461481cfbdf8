/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-client.h"
#include "word-filter.h"

#include <string.h>

/* What a server finds, sorts and threads against what is found, sorted and threaded here: two accounts on the same
 * folder, one of which the server seems to have no such extensions for. Random queries; the seed is printed.
 *
 * Courier has its own idea of it: it looks for SUBJECT, HEADER and the like in enclosed messages too, counts sizes
 * without CR and days of sending in UTC, turns round what is equal in SORT, and joins threads otherwise. There, only
 * that all of it can be asked and the numbers are right is looked at. */

#define N_MESSAGES 200
#define N_QUERIES 40

/* What is hidden from the second account. */
static const char *const hidden[] = { "SORT=DISPLAY", "SORT", "THREAD=REFERENCES", "THREAD=REFS",
                                      "THREAD=ORDEREDSUBJECT", "ESEARCH", "ESORT", "SEARCHRES", "WITHIN",
                                      "CONTEXT=SEARCH", "SEARCH=FUZZY", NULL };

static WordFilter *filters[TAUBE_TEST_N_KINDS];

/* The account with all that the server has, and the one with less; FALSE without such a server. */
typedef struct
{
  TaubeTestMailKind kind;
  TaubeAccount *full;
  TaubeAccount *plain;
} Pair;

static gboolean
pair_open (Pair *self, gconstpointer kind)
{
  TaubeTestMail *mail = taube_test_mail_share (GPOINTER_TO_INT (kind));
  WordFilter **filter = &filters[GPOINTER_TO_INT (kind)];

  if (mail == NULL)
    return FALSE;
  if (*filter == NULL)
    *filter = word_filter_start (taube_test_mail_get_port (mail, "imap"), hidden);
  self->kind = GPOINTER_TO_INT (kind);
  self->full = imap_client_new ("imap", taube_test_mail_get_port (mail, "imap"), "/?tls=none", NULL);
  self->plain = imap_client_new ("imap", word_filter_get_port (*filter), "/?tls=none", NULL);
  return TRUE;
}

static void
pair_clear (Pair *self)
{
  g_clear_object (&self->full);
  g_clear_object (&self->plain);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pair, pair_clear)

static TaubeSearchResult *
search (TaubeAccount *account, const char *text, TaubeSearchRequest *request)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeQuery) query = taube_query_parse (text, NULL, &error);
  TaubeSearchResult *result = query != NULL ? taube_folder_search (inbox, query, request, NULL, &error) : NULL;

  if (result == NULL)
    g_error ("%s: %s", text, error->message);
  return result;
}

/* The UIDs in their order, with parents when there are threads. */
static char *
dump (TaubeSearchResult *result)
{
  TaubeItemList *list = taube_search_result_get_list (result);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < taube_item_list_get_size (list); i++)
    {
      g_autofree char *id = taube_item_list_get_id (list, i);
      guint parent;

      if (taube_search_result_get_n_threads (result) > 0 && taube_search_result_get_depth (result, i) == 0)
        g_string_append_c (text, '\n');
      g_string_append_printf (text, " %s", strchr (id, '.') + 1);
      if (taube_search_result_get_parent (result, i, &parent))
        g_string_append_printf (text, "<%u", i - parent);
    }
  return g_string_free (text, FALSE);
}

/* Random queries. */

static char *
random_leaf (GRand *random)
{
  static const char *const leaves[] = {
    "is:unread", "is:seen", "is:answered", "is:flagged", "is:draft", "is:deleted", "subject:rechnung", "subject:RE",
    "subject:\"Grüße\"", "subject:\"会議\"", "subject:réunion", "subject:\"#1\"", "subject:🎉", "from:anna", "from:Σ",
    "from:example.org", "from:müller", "from:\"Vogel, Anna\"", "to:alice", "to:bob", "cc:zoe", "cc:example", "bcc:x",
    "header:List-Id", "header:List-Id:pigeon", "header:Precedence:list", "header:X-None", "header:subject:build",
    "larger:1k", "larger:2k", "smaller:1500", "larger:100k", "since:2026-01-01", "before:2026-01-01", "on:2024-01-02",
    "sent-since:2024-01-05", "sent-before:2024-01-04", "sent-on:2024-01-03", "sent-on:2024-01-08", "older:1d",
    "newer:1d", "keyword:$Junk", "keyword:work", "id:1..20", "id:100..120,130,140", "body:train", "body:Straßenbahn",
    "body:資料", "body:downhill", "*", "has:attachment",
  };
  const char *leaf = leaves[g_rand_int_range (random, 0, G_N_ELEMENTS (leaves))];

  return g_strdup_printf ("%s%s", g_rand_int_range (random, 0, 4) == 0 ? "-" : "", leaf);
}

static char *
random_query (GRand *random, guint depth)
{
  g_autofree char *a = NULL, *b = NULL;

  if (depth == 0 || g_rand_int_range (random, 0, 3) == 0)
    return random_leaf (random);
  a = random_query (random, depth - 1);
  b = random_query (random, depth - 1);
  switch (g_rand_int_range (random, 0, 3))
    {
    case 0:
      return g_strdup_printf ("(%s OR %s)", a, b);
    case 1:
      return g_strdup_printf ("-(%s %s)", a, b);
    default:
      return g_strdup_printf ("(%s %s)", a, b);
    }
}

/* Every 17th subject is UTF-8 as it is, against the rules: Cyrus makes something else of it. */
static char *
leave_out_raw (gconstpointer kind, const char *query)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_printf (text, "(%s)", query);
  for (guint uid = 1; GPOINTER_TO_INT (kind) == TAUBE_TEST_CYRUS && uid <= N_MESSAGES; uid += 17)
    g_string_append_printf (text, "%s%u", uid == 1 ? " -id:" : ",", uid);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* The same query, so written that no server can take any of it: the second half of the "or" matches nothing. */
static char *
make_local (const char *query)
{
  return g_strdup_printf ("(%s) OR (has:attachment -has:attachment)", query);
}

static gboolean
is_courier (gconstpointer kind)
{
  return GPOINTER_TO_INT (kind) == TAUBE_TEST_COURIER;
}

/* The same messages, whatever their order. */
static void
assert_same_set (const char *what, TaubeSearchResult *a, TaubeSearchResult *b)
{
  g_autoptr (TaubeIdSet) ids_a = taube_item_list_get_ids (taube_search_result_get_list (a));
  g_autoptr (TaubeIdSet) ids_b = taube_item_list_get_ids (taube_search_result_get_list (b));

  if (!taube_id_set_equal (ids_a, ids_b))
    g_error ("%s: not the same messages", what);
}

static void
assert_same (const char *what, TaubeSearchResult *by_server, TaubeSearchResult *here)
{
  g_autofree char *a = dump (by_server);
  g_autofree char *b = dump (here);

  if (!g_str_equal (a, b))
    g_error ("%s\nthe server: %s\nhere: %s", what, a, b);
  g_assert_cmpuint (taube_search_result_get_total (by_server), ==, taube_search_result_get_total (here));
}

static void
test_queries (gconstpointer kind)
{
  g_auto (Pair) pair = { 0 };
  g_autoptr (GRand) random = g_rand_new_with_seed (g_test_rand_int ());
  g_autoptr (TaubeSearchRequest) request = taube_search_request_new ();
  guint found = 0;

  if (!pair_open (&pair, kind))
    return;
  taube_search_request_set_fields (request, TAUBE_LIST_FIELDS_NONE);
  for (guint i = 0; i < N_QUERIES; i++)
    {
      g_autofree char *any = random_query (random, 3);
      g_autofree char *query = leave_out_raw (kind, any);
      g_autofree char *local = make_local (query);
      g_autoptr (TaubeSearchResult) by_server = search (pair.full, query, request);
      g_autoptr (TaubeSearchResult) by_less = search (pair.plain, query, request);
      g_autoptr (TaubeSearchResult) here = search (pair.full, local, request);

      g_assert_cmpint (taube_search_result_get_place (here, TAUBE_SEARCH_STEP_FIND), ==, TAUBE_SEARCH_PLACE_LOCAL);
      if (!is_courier (kind))
        assert_same (query, by_server, here);
      assert_same (query, by_server, by_less);
      found += taube_search_result_get_total (here) > 0;
    }
  g_test_message ("%u of %u queries found something", found, N_QUERIES);
  g_assert_cmpuint (found, >, N_QUERIES / 4);
}

/* Each key is first asked for forwards, of all messages: Dovecot misplaces backwards what it has not ranked yet. */
static void
test_sort (gconstpointer kind)
{
  static const char *const keys[]
      = { "arrival", "date", "from", "to", "cc", "subject", "size", "display-from", "display-to" };
  g_auto (Pair) pair = { 0 };
  g_autoptr (GRand) random = g_rand_new_with_seed (g_test_rand_int ());

  if (!pair_open (&pair, kind))
    return;
  for (guint i = 0; i < 28; i++)
    {
      g_autoptr (TaubeSearchRequest) request = taube_search_request_new ();
      g_autofree char *any = i < 18 ? g_strdup ("*") : random_query (random, 2);
      g_autofree char *query = leave_out_raw (kind, any);
      g_autofree char *sort
          = i < 18 ? g_strdup_printf ("%s%s", i % 2 ? "-" : "", keys[i / 2])
                   : g_strdup_printf ("%s%s,%s%s", g_rand_boolean (random) ? "-" : "",
                                      keys[g_rand_int_range (random, 0, 9)], g_rand_boolean (random) ? "-" : "",
                                      keys[g_rand_int_range (random, 0, 9)]);
      g_autofree char *what = g_strdup_printf ("%s by %s", query, sort);
      g_autoptr (TaubeSearchResult) by_server = NULL;
      g_autoptr (TaubeSearchResult) here = NULL;

      taube_search_request_set_fields (request, TAUBE_LIST_FIELDS_NONE);
      taube_search_request_set_sort (request, sort, NULL);
      if (!is_courier (kind) && g_rand_boolean (random))
        taube_search_request_set_range (request, g_rand_int_range (random, 0, 20), g_rand_int_range (random, 1, 100));
      by_server = search (pair.full, query, request);
      here = search (pair.plain, query, request);
      if (taube_search_result_get_place (by_server, TAUBE_SEARCH_STEP_SORT) != TAUBE_SEARCH_PLACE_SERVER)
        g_assert_cmpstr (taube_search_result_get_reason (by_server, TAUBE_SEARCH_STEP_SORT), ==,
                         "the server lacks SORT=DISPLAY");
      g_assert_cmpint (taube_search_result_get_place (here, TAUBE_SEARCH_STEP_SORT), ==, TAUBE_SEARCH_PLACE_LOCAL);
      assert_same_set (what, by_server, here);
      if (!is_courier (kind))
        assert_same (what, by_server, here);
    }
}

static void
test_threads (gconstpointer kind)
{
  g_auto (Pair) pair = { 0 };
  g_autoptr (GRand) random = g_rand_new_with_seed (g_test_rand_int ());

  if (!pair_open (&pair, kind))
    return;
  for (guint i = 0; i < 18; i++)
    {
      g_autoptr (TaubeSearchRequest) request = taube_search_request_new ();
      g_autofree char *any = i < 3 ? g_strdup ("*") : random_query (random, 2);
      g_autofree char *narrowed = i % 2 == 0 ? NULL : g_strdup_printf ("(%s) -has:attachment", any);
      g_autofree char *query = leave_out_raw (kind, narrowed != NULL ? narrowed : any);
      g_autofree char *what = g_strdup_printf ("threads %u of %s", i % 3 + 1, query);
      g_autoptr (TaubeSearchResult) by_server = NULL;
      g_autoptr (TaubeSearchResult) here = NULL;

      taube_search_request_set_fields (request, TAUBE_LIST_FIELDS_NONE);
      taube_search_request_set_threading (request, (TaubeThreading) (i % 3 + 1));
      if (i > 11)
        taube_search_request_set_sort (request, "-date", NULL);
      by_server = search (pair.full, query, request);
      here = search (pair.plain, query, request);
      g_assert_cmpint (taube_search_result_get_place (here, TAUBE_SEARCH_STEP_THREAD), ==, TAUBE_SEARCH_PLACE_LOCAL);
      assert_same_set (what, by_server, here);
      if (!is_courier (kind))
        assert_same (what, by_server, here);
    }
}

/* A part of what is found, from the front and from the back, is what the whole has there. */
static void
test_parts (gconstpointer kind)
{
  static const char *const queries[] = { "*", "is:unread", "subject:re larger:1k", "-to:alice" };
  g_auto (Pair) pair = { 0 };

  if (!pair_open (&pair, kind))
    return;
  for (guint i = 0; i < 2 * G_N_ELEMENTS (queries); i++)
    {
      g_autoptr (TaubeSearchRequest) request = taube_search_request_new ();
      g_autoptr (TaubeSearchResult) whole = NULL, part = NULL;
      TaubeItemList *list, *cut;
      guint n;

      taube_search_request_set_fields (request, TAUBE_LIST_FIELDS_NONE);
      taube_search_request_set_newest_first (request, i % 2 == 1);
      whole = search (pair.full, queries[i / 2], request);
      taube_search_request_set_range (request, 3, 5);
      part = search (pair.full, queries[i / 2], request);
      g_assert_cmpuint (taube_search_result_get_total (part), ==, taube_search_result_get_total (whole));
      list = taube_search_result_get_list (whole);
      cut = taube_search_result_get_list (part);
      n = taube_item_list_get_size (list);
      g_assert_cmpuint (taube_item_list_get_size (cut), ==, n > 3 ? MIN (n - 3, 5) : 0);
      for (guint j = 0; j < taube_item_list_get_size (cut); j++)
        {
          g_autofree char *a = taube_item_list_get_id (list, 3 + j);
          g_autofree char *b = taube_item_list_get_id (cut, j);

          g_assert_cmpstr (a, ==, b);
        }
    }
}

/* The columns of a part of the result, in its order. */
static void
test_range (gconstpointer kind)
{
  g_auto (Pair) pair = { 0 };
  g_autoptr (TaubeSearchRequest) request = taube_search_request_new ();
  g_autoptr (TaubeSearchResult) result = NULL;
  TaubeMessageList *list;
  guint64 last = G_MAXUINT64;

  if (!pair_open (&pair, kind))
    return;
  taube_search_request_add_sort_key (request, TAUBE_SORT_KEY_SIZE, TRUE);
  taube_search_request_set_range (request, 10, 25);
  result = search (pair.full, "*", request);
  list = TAUBE_MESSAGE_LIST (taube_search_result_get_list (result));
  g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (list)), ==, 25);
  g_assert_cmpuint (taube_search_result_get_total (result), ==, N_MESSAGES);
  for (guint i = 0; i < 25; i++)
    {
      g_autofree char *id = taube_item_list_get_id (TAUBE_ITEM_LIST (list), i);
      guint position;

      g_assert_true (is_courier (kind) || taube_message_list_get_message_size (list, i) <= last);
      last = taube_message_list_get_message_size (list, i);
      g_assert_true (taube_item_list_find (TAUBE_ITEM_LIST (list), id, &position));
      g_assert_cmpuint (position, ==, i);
      g_assert_nonnull (taube_message_list_get_from (list, i));
    }
}

static void
test_conflict (gconstpointer kind)
{
  g_auto (Pair) pair = { 0 };
  g_autoptr (TaubeFolder) inbox = NULL;
  g_autoptr (TaubeQuery) query = taube_query_parse ("-id:1.5", NULL, NULL);
  g_autoptr (TaubeQuery) broken = taube_query_new_text (TAUBE_QUERY_FIELD_SUBJECT, "a\r\nX LOGOUT");
  g_autoptr (GError) error = NULL;

  if (!pair_open (&pair, kind))
    return;
  inbox = taube_account_get_folder_by_name (pair.full, "INBOX");
  g_assert_null (taube_folder_search (inbox, query, NULL, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_null (taube_folder_search (inbox, broken, NULL, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
}

int
main (int argc, char **argv)
{
  static const char *const options[] = { "--messages=200", NULL };
  int status;

  g_test_init (&argc, &argv, NULL);
  taube_test_mail_set_options (options);
  taube_test_mail_add_each ("/imap/query", "find", test_queries);
  taube_test_mail_add_each ("/imap/query", "sort", test_sort);
  taube_test_mail_add_each ("/imap/query", "threads", test_threads);
  taube_test_mail_add_each ("/imap/query", "parts", test_parts);
  taube_test_mail_add_each ("/imap/query", "range", test_range);
  taube_test_mail_add_each ("/imap/query", "conflict", test_conflict);
  status = taube_test_mail_run ();
  for (guint i = 0; i < G_N_ELEMENTS (filters); i++)
    g_clear_pointer (&filters[i], word_filter_stop);
  return status;
}
