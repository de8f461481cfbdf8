/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the server finds and sorts against what is found and sorted here, on the same mail; random queries, the seed is
 * printed. Servers that lack a part of it, and folders that change while they are searched. */
#include "exchange-world.h"

#include <string.h>

#define N_QUERIES 60

static TaubeSearchResult *
try_search (TaubeAccount *account, const char *text, TaubeSearchRequest *request, GError **error)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (TaubeQuery) query = taube_query_parse (text, NULL, error);

  return query != NULL ? taube_folder_search (inbox, query, request, NULL, error) : NULL;
}

static TaubeSearchResult *
search (TaubeAccount *account, const char *text, TaubeSearchRequest *request)
{
  g_autoptr (GError) error = NULL;
  TaubeSearchResult *result = try_search (account, text, request, &error);

  if (result == NULL)
    g_error ("%s: %s", text, error->message);
  return result;
}

static TaubeSearchRequest *
new_request (void)
{
  TaubeSearchRequest *request = taube_search_request_new ();

  taube_search_request_set_fields (request, TAUBE_LIST_FIELDS_NONE);
  return request;
}

static void
assert_same (const char *what, TaubeSearchResult *by_server, TaubeSearchResult *here)
{
  TaubeItemList *a = taube_search_result_get_list (by_server), *b = taube_search_result_get_list (here);
  guint n = taube_item_list_get_size (a);

  if (n != taube_item_list_get_size (b))
    g_error ("%s: the server finds %u, here are %u", what, n, taube_item_list_get_size (b));
  g_assert_cmpuint (taube_search_result_get_total (by_server), ==, taube_search_result_get_total (here));
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *x = taube_item_list_get_id (a, i), *y = taube_item_list_get_id (b, i);

      if (!g_str_equal (x, y))
        g_error ("%s: number %u of %u is another one", what, i, n);
    }
}

/* All of A is in B. */
static void
assert_within (const char *what, TaubeSearchResult *a, TaubeSearchResult *b)
{
  g_autoptr (TaubeIdSet) ids = taube_item_list_get_ids (taube_search_result_get_list (b));
  TaubeItemList *list = taube_search_result_get_list (a);

  for (guint i = 0; i < taube_item_list_get_size (list); i++)
    {
      g_autofree char *id = taube_item_list_get_id (list, i);

      if (!taube_id_set_contains (ids, id))
        g_error ("%s: one finds more than the other", what);
    }
}

/* Mail beside what the server makes: names and words in code, a draft without a header of its own, marks of all
 * kinds. */
static const char coded[] = "From: =?utf-8?q?J=C3=B6rg?= <joerg@example.net>\r\nTo: "
                            "=?utf-8?q?Zo=C3=AB?= <zoe@example.org>,"
                            " bob@example.org\r\nCc: =?utf-8?b?TcO8bGxlcg==?= <mm@example.org>\r\n"
                            "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nDate: Mon, 5 Jan 2026 00:30:00 +0200\r\n"
                            "Message-ID: <coded@example.net>\r\nIn-Reply-To: <zero@example.org>\r\n"
                            "References: <zero@example.org> <one@example.org>\r\nX-Mark: =?utf-8?q?bl=C3=A4tter?=\r\n"
                            "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
                            "Stra\303\237enbahn\r\n";
static const char plain[] = "From: solo@example.net\r\nSubject: No date\r\n\r\nDownhill only\r\n";
static const char draft[] = "From: alice@example.org\r\nTo: bob@example.net\r\nBcc: secret@example.net\r\n"
                            "Subject: Not yet\r\nDate: Tue, 6 Jan 2026 23:30:00 -0500\r\n\r\nLater\r\n";

static void
mark (TaubeFolder *inbox, TaubeItemList *list, guint from, guint step, TaubeMessageFlags flags, const char *keyword)
{
  const char *const keywords[] = { keyword, NULL };
  g_autoptr (TaubeIdSet) ids = taube_id_set_new ();
  g_autoptr (TaubeBatchResult) result = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = from; i < taube_item_list_get_size (list); i += step)
    {
      g_autofree char *id = taube_item_list_get_id (list, i);

      taube_id_set_add (ids, id);
    }
  result = taube_folder_set_flags (inbox, ids, TAUBE_FLAGS_MODE_ADD, flags, keyword != NULL ? keywords : NULL, NULL,
                                   &error);
  g_assert_no_error (error);
}

static void
furnish (ExchangeWorld *world, TaubeAccount *account)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (GBytes) bytes = g_bytes_new_static (draft, strlen (draft));
  g_autoptr (TaubeMessageSource) source = taube_message_source_new_from_bytes (bytes);
  g_autoptr (TaubeItemList) list = NULL;
  g_autoptr (TaubeBatchResult) appended = NULL;
  g_autoptr (GError) error = NULL;

  exchange_world_deliver (world, coded);
  exchange_world_deliver (world, plain);
  taube_message_source_set_flags (source, TAUBE_MESSAGE_FLAGS_DRAFT);
  appended = taube_folder_append (inbox, &source, 1, NULL, NULL, &error);
  g_assert_no_error (error);
  list = TAUBE_ITEM_LIST (exchange_world_list (account, "INBOX", &error));
  g_assert_no_error (error);
  mark (inbox, list, 1, 5, TAUBE_MESSAGE_FLAGS_FLAGGED, NULL);
  mark (inbox, list, 2, 7, TAUBE_MESSAGE_FLAGS_ANSWERED, NULL);
  mark (inbox, list, 3, 11, TAUBE_MESSAGE_FLAGS_FORWARDED, NULL);
  mark (inbox, list, 4, 6, TAUBE_MESSAGE_FLAGS_NONE, "Work");
  mark (inbox, list, 0, 9, TAUBE_MESSAGE_FLAGS_NONE, "Grün");
}

/* Random queries. */

static char *
random_leaf (GRand *random, gboolean small)
{
  static const char *const leaves[] = {
    "is:unread", "is:seen", "is:answered", "is:flagged", "is:draft", "is:deleted", "is:recent", "is:forwarded",
    "is:flagged,answered", "subject:rechnung", "subject:RE", "subject:\"Grüße\"", "subject:\"会議\"", "subject:réunion",
    "subject:\"#1\"", "from:anna", "from:Σ", "from:example.org", "from:müller", "from:\"Vogel, Anna\"", "from:joerg",
    "from:JÖRG", "to:alice", "to:bob", "to:zoë", "to:\"bob@example\"", "cc:zoe", "cc:example", "cc:müller", "bcc:x",
    "bcc:secret", "header:List-Id", "header:List-Id:pigeon", "header:Precedence:list", "header:X-None",
    "header:subject:build", "header:Message-ID:\"coded@example.net\"", "header:References:\"one@\"",
    "header:In-Reply-To", "header:X-Mark:blätter", "larger:1k", "larger:2k", "smaller:1500", "larger:100k",
    "larger:5G", "smaller:5G", "since:2026-01-01", "before:2024-01-03", "on:2024-01-02", "sent-since:2024-01-05",
    "sent-before:2024-01-04", "sent-on:2024-01-03", "sent-on:2026-01-05", "sent-on:2026-01-06", "older:1d", "newer:1d",
    "keyword:$Forwarded", "keyword:work", "keyword:Grün", "keyword:nothing", "*", "has:attachment",
    /* Where a message has one text: of several the server looks at that which it shows. */
    "body:\"line 1\"", "body:STRASSE", "body:straßen", "body:downhill", "text:sender5", "text:downhill", "text:zoë",
    "text:example.net", "text:\"line 2\"", "text:coded@example", "subject:\"message 1\"", "from:sender7",
  };
  const char *leaf = leaves[g_rand_int_range (random, 0, G_N_ELEMENTS (leaves) - (small ? 0 : 12))];

  return g_strdup_printf ("%s%s", g_rand_int_range (random, 0, 4) == 0 ? "-" : "", leaf);
}

static char *
random_query (GRand *random, gboolean small, guint depth)
{
  g_autofree char *a = NULL, *b = NULL;

  if (depth == 0 || g_rand_int_range (random, 0, 3) == 0)
    return random_leaf (random, small);
  a = random_query (random, small, depth - 1);
  b = random_query (random, small, depth - 1);
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

static void
check_queries (const char *options)
{
  gboolean small = strstr (options, "--small") != NULL;
  g_autoptr (ExchangeWorld) world = exchange_world_start (options);
  g_autoptr (TaubeAccount) account = exchange_world_connect (world);
  g_autoptr (GRand) random = g_rand_new_with_seed (g_test_rand_int ());
  g_autoptr (TaubeSearchRequest) request = new_request ();
  guint places[4] = { 0 }, found = 0;

  furnish (world, account);
  for (guint i = 0; i < N_QUERIES; i++)
    {
      g_autofree char *query = random_query (random, small, 3);
      /* The second half, which matches nothing, is nothing that a server could take. */
      g_autofree char *local = g_strdup_printf ("(%s) OR id:\"none\"", query);
      g_autoptr (TaubeSearchResult) by_server = search (account, query, request);
      g_autoptr (TaubeSearchResult) here = search (account, local, request);
      TaubeSearchPlace place = taube_search_result_get_place (by_server, TAUBE_SEARCH_STEP_FIND);

      assert_same (query, by_server, here);
      places[place]++;
      if (place == TAUBE_SEARCH_PLACE_PARTLY || place == TAUBE_SEARCH_PLACE_LOCAL)
        g_assert_nonnull (taube_search_result_get_reason (by_server, TAUBE_SEARCH_STEP_FIND));
      found += taube_search_result_get_total (here) > 0;
    }
  g_test_message ("%u of %d queries found something; by the server %u, partly %u, here %u, not needed %u", found,
                  N_QUERIES, places[TAUBE_SEARCH_PLACE_SERVER], places[TAUBE_SEARCH_PLACE_PARTLY],
                  places[TAUBE_SEARCH_PLACE_LOCAL], places[TAUBE_SEARCH_PLACE_NOWHERE]);
  /* How many is chance; that there are none is not. */
  g_assert_cmpuint (found, >, 0);
  g_assert_cmpuint (places[TAUBE_SEARCH_PLACE_SERVER], >, 0);
}

static void
test_queries (void)
{
  check_queries ("--messages=150");
}

static void
test_small_queries (void)
{
  check_queries ("--messages=150 --small");
}

static const struct
{
  const char *query;
  TaubeSearchPlace place;
  guint least;
} leaf_cases[] = {
  { "is:flagged", TAUBE_SEARCH_PLACE_SERVER, 10 },
  { "is:answered", TAUBE_SEARCH_PLACE_SERVER, 10 },
  { "is:draft", TAUBE_SEARCH_PLACE_SERVER, 1 },
  { "keyword:WORK", TAUBE_SEARCH_PLACE_SERVER, 10 },
  { "keyword:Grün", TAUBE_SEARCH_PLACE_PARTLY, 10 },
  { "keyword:$Forwarded", TAUBE_SEARCH_PLACE_SERVER, 5 },
  { "subject:GRÜßE", TAUBE_SEARCH_PLACE_SERVER, 1 },
  { "~subject:grusse", TAUBE_SEARCH_PLACE_SERVER, 0 },
  { "from:jörg", TAUBE_SEARCH_PLACE_SERVER, 1 },
  { "from:\"<joerg\"", TAUBE_SEARCH_PLACE_LOCAL, 1 },
  { "to:zoë", TAUBE_SEARCH_PLACE_PARTLY, 1 },
  { "bcc:secret", TAUBE_SEARCH_PLACE_PARTLY, 1 },
  { "header:X-Mark:blätter", TAUBE_SEARCH_PLACE_PARTLY, 1 },
  { "header:Message-ID:\"<coded@example.net>\"", TAUBE_SEARCH_PLACE_SERVER, 1 },
  { "larger:2k", TAUBE_SEARCH_PLACE_SERVER, 1 },
  { "larger:5G", TAUBE_SEARCH_PLACE_NOWHERE, 0 },
  { "is:deleted", TAUBE_SEARCH_PLACE_NOWHERE, 0 },
  { "on:2024-01-02", TAUBE_SEARCH_PLACE_SERVER, 1 },
  { "sent-on:2026-01-05", TAUBE_SEARCH_PLACE_PARTLY, 1 },
  { "older:1d", TAUBE_SEARCH_PLACE_SERVER, 100 },
  { "newer:1d", TAUBE_SEARCH_PLACE_SERVER, 3 },
  { "body:downhill", TAUBE_SEARCH_PLACE_SERVER, 1 },
  { "text:secret", TAUBE_SEARCH_PLACE_SERVER, 1 },
  { "has:attachment", TAUBE_SEARCH_PLACE_SERVER, 1 },
  { "id:none", TAUBE_SEARCH_PLACE_LOCAL, 0 },
};

/* Every leaf by itself, and its contrary: what is wrong is named. */
static void
test_leaves (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=150");
  g_autoptr (TaubeAccount) account = exchange_world_connect (world);
  g_autoptr (TaubeSearchRequest) request = new_request ();

  furnish (world, account);
  for (guint i = 0; i < 2 * G_N_ELEMENTS (leaf_cases); i++)
    {
      const char *leaf = leaf_cases[i / 2].query;
      g_autofree char *query = g_strconcat (i % 2 == 0 ? "" : "-", leaf, NULL);
      g_autofree char *local = g_strdup_printf ("%s OR id:\"none\"", query);
      g_autoptr (TaubeSearchResult) by_server = search (account, query, request);
      g_autoptr (TaubeSearchResult) here = NULL;

      here = search (account, local, request);
      /* The server looks at less of a body, and takes more for nearly the same. */
      if (g_str_has_prefix (leaf, i % 2 == 0 ? "body:" : "~"))
        assert_within (query, by_server, here);
      else if (g_str_has_prefix (leaf, i % 2 == 0 ? "~" : "body:"))
        assert_within (query, here, by_server);
      else
        assert_same (query, by_server, here);
      if (i % 2 == 1)
        continue;
      if (taube_search_result_get_place (by_server, TAUBE_SEARCH_STEP_FIND) != leaf_cases[i / 2].place)
        g_error ("%s: place %d", leaf, taube_search_result_get_place (by_server, TAUBE_SEARCH_STEP_FIND));
      if (taube_search_result_get_total (by_server) < leaf_cases[i / 2].least)
        g_error ("%s: finds %" G_GUINT64_FORMAT, leaf, taube_search_result_get_total (by_server));
    }
}

/* Sorting. */

static void
test_sort (void)
{
  static const char *const exact[] = { "arrival", "-arrival", "date", "-date", "size", "-size", "size,-date" };
  static const char *const texts[] = { "subject", "-display-from", "subject,-size" };
  static const char *const here_only[] = { "from", "to", "cc", "display-to", "subject,from" };
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=120");
  g_autoptr (TaubeAccount) account = exchange_world_connect (world);
  g_autoptr (TaubeAccount) poor = exchange_world_connect (world);
  const guint n = G_N_ELEMENTS (exact) + G_N_ELEMENTS (texts) + G_N_ELEMENTS (here_only);

  furnish (world, account);
  for (guint i = 0; i < n; i++)
    {
      guint at = i;
      const char *sort = at < G_N_ELEMENTS (exact) ? exact[at] : NULL;
      g_autoptr (TaubeSearchRequest) request = new_request ();
      g_autoptr (TaubeSearchResult) by_server = NULL, here = NULL;
      gboolean listed = sort != NULL;

      if (sort == NULL)
        {
          at -= G_N_ELEMENTS (exact);
          sort = at < G_N_ELEMENTS (texts) ? texts[at] : here_only[at - G_N_ELEMENTS (texts)];
        }
      taube_search_request_set_sort (request, sort, NULL);
      by_server = search (account, "-subject:zzz", request);
      g_free (exchange_world_ask (world, "POST", "refusals",
                                  "{\"sort\": [\"item:DateTimeReceived\", \"item:DateTimeSent\", \"item:Size\","
                                  " \"0xe1d\", \"0x42\"]}"));
      here = search (poor, "-subject:zzz", request);
      g_free (exchange_world_ask (world, "POST", "refusals", "{}"));
      g_assert_cmpint (taube_search_result_get_place (here, TAUBE_SEARCH_STEP_SORT), ==, TAUBE_SEARCH_PLACE_LOCAL);
      g_assert_nonnull (taube_search_result_get_reason (here, TAUBE_SEARCH_STEP_SORT));
      g_assert_cmpint (taube_search_result_get_place (by_server, TAUBE_SEARCH_STEP_SORT), ==,
                       i < G_N_ELEMENTS (exact) + G_N_ELEMENTS (texts) ? TAUBE_SEARCH_PLACE_SERVER
                                                                       : TAUBE_SEARCH_PLACE_LOCAL);
      if (listed)
        assert_same (sort, by_server, here);
      else
        g_assert_cmpuint (taube_search_result_get_total (by_server), ==, taube_search_result_get_total (here));
    }
}

/* A part of what is found is what the whole has there, and when the server has it in order only that part is read. */
static void
test_parts (void)
{
  static const char *const queries[] = { "*", "is:unread", "subject:re larger:1k", "-to:alice" };
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=120");
  g_autoptr (TaubeAccount) account = exchange_world_connect (world);

  g_free (exchange_world_ask (world, "POST", "limits", "{\"find_cap\": 7}"));
  for (guint i = 0; i < 4 * G_N_ELEMENTS (queries); i++)
    {
      g_autoptr (TaubeSearchRequest) request = new_request ();
      g_autoptr (TaubeSearchResult) whole = NULL, part = NULL;
      TaubeItemList *list, *cut;
      guint n;

      taube_search_request_set_newest_first (request, i % 2 == 1);
      if (i % 4 > 1)
        taube_search_request_set_sort (request, "-size", NULL);
      whole = search (account, queries[i / 4], request);
      taube_search_request_set_range (request, 3, 17);
      part = search (account, queries[i / 4], request);
      g_assert_cmpuint (taube_search_result_get_total (part), ==, taube_search_result_get_total (whole));
      list = taube_search_result_get_list (whole);
      cut = taube_search_result_get_list (part);
      n = taube_item_list_get_size (list);
      g_assert_cmpuint (taube_item_list_get_size (cut), ==, n > 3 ? MIN (n - 3, 17) : 0);
      for (guint j = 0; j < taube_item_list_get_size (cut); j++)
        {
          g_autofree char *a = taube_item_list_get_id (list, 3 + j), *b = taube_item_list_get_id (cut, j);

          g_assert_cmpstr (a, ==, b);
        }
    }
}

static void
test_threads (void)
{
  static const char *const references[] = { NULL, NULL, "<1@example.org>", "<1@example.org> <3@example.org>" };
  g_autoptr (ExchangeWorld) world = exchange_world_start ("");
  g_autoptr (TaubeAccount) account = exchange_world_connect (world);
  g_autoptr (TaubeSearchRequest) request = taube_search_request_new ();
  g_autoptr (TaubeSearchResult) result = NULL;
  g_autoptr (GString) subjects = g_string_new (NULL);
  TaubeMessageList *list;
  guint requests;

  for (guint i = 0; i < G_N_ELEMENTS (references); i++)
    {
      g_autofree char *text
        = g_strdup_printf ("From: a@example.org\r\nSubject: %u\r\nDate: Thu, 05 Nov 2026 14:0%u:00 +0000\r\n"
                           "Message-ID: <%u@example.org>\r\n%s%s%s\r\nText\r\n", i + 1, i, i + 1,
                           references[i] != NULL ? "References: " : "", references[i] != NULL ? references[i] : "",
                           references[i] != NULL ? "\r\n" : "");

      exchange_world_deliver (world, text);
    }
  requests = exchange_world_count (world, "GetItem");
  taube_search_request_set_threading (request, TAUBE_THREADING_REFERENCES);
  result = search (account, "*", request);
  list = TAUBE_MESSAGE_LIST (taube_search_result_get_list (result));
  for (guint i = 0; i < taube_item_list_get_size (TAUBE_ITEM_LIST (list)); i++)
    g_string_append_printf (subjects, "%s:%u ", taube_message_list_get_subject (list, i),
                            taube_search_result_get_depth (result, i));
  g_assert_cmpstr (subjects->str, ==, "1:0 3:1 4:2 2:0 ");
  g_assert_cmpuint (taube_search_result_get_n_threads (result), ==, 2);
  g_assert_cmpint (taube_search_result_get_place (result, TAUBE_SEARCH_STEP_THREAD), ==, TAUBE_SEARCH_PLACE_LOCAL);
  /* What threads are made of comes with the search: only the columns are asked for. */
  g_assert_cmpuint (exchange_world_count (world, "GetItem"), ==, requests + 1);
}

/* Servers that refuse. */

typedef struct
{
  const char *refusals;
  const char *query;
  TaubeSearchPlace place;
  const char *reason;
  guint first, again; /* how many times FindItem is asked at first, and with the same once more */
} Refusal;

static const Refusal refusals[] = {
  { "{\"query\": [\"item:Body\"]}", "body:line is:unread", TAUBE_SEARCH_PLACE_PARTLY, "refused to search by bodies", 2,
    1 },
  { "{\"query\": [\"item:Body\"], \"named\": false}", "body:line is:unread", TAUBE_SEARCH_PLACE_PARTLY,
    "refused to search by bodies", 2, 1 },
  { "{\"query\": [\"0x7d\"], \"code\": \"ErrorInvalidRestriction\"}", "to:alice subject:1", TAUBE_SEARCH_PLACE_PARTLY,
    "refused to search by headers", 2, 1 },
  { "{\"query\": [\"0x7d\"], \"fault\": true, \"code\": \"ErrorSchemaValidation\", \"named\": false}",
    "to:alice subject:1", TAUBE_SEARCH_PLACE_PARTLY, "refused to search by headers", 2, 1 },
  { "{\"query\": [\"Or\"], \"code\": \"ErrorUnsupportedQueryFilter\"}", "subject:1 OR subject:2",
    TAUBE_SEARCH_PLACE_LOCAL, "refused to search by Or", 2, 1 },
  { "{\"query\": [\"*\"], \"code\": \"ErrorInternalServerError\", \"named\": false}", "is:unread",
    TAUBE_SEARCH_PLACE_LOCAL, "refused to search by Not", 3, 1 },
  { "{\"query\": [\"*\"], \"code\": \"ErrorNotImplemented\", \"fault\": true, \"named\": false}", "larger:1",
    TAUBE_SEARCH_PLACE_LOCAL, "refused to search by sizes", 2, 1 },
  { "{\"sort\": [\"0xe23\"]}", "is:unread", TAUBE_SEARCH_PLACE_SERVER, NULL, 2, 1 },
  { "{\"sort\": [\"*\"], \"code\": \"ErrorInvalidPropertyRequest\", \"named\": false}", "*",
    TAUBE_SEARCH_PLACE_SERVER, NULL, 3, 2 },
};

static guint
count_finds (ExchangeWorld *world)
{
  return exchange_world_count (world, "FindItem");
}

/* What is found is right all the same, and comes in order; the reason is told; what was refused is remembered. */
static void
test_refusals (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=30 --small");
  g_autoptr (TaubeAccount) rich = exchange_world_connect (world);

  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      const Refusal *refusal = &refusals[i];
      g_autoptr (TaubeAccount) account = exchange_world_connect (world);
      g_autoptr (TaubeSearchRequest) request = new_request ();
      g_autoptr (TaubeSearchResult) right = search (rich, refusal->query, request), first = NULL, again = NULL;
      const char *reason;
      guint finds;

      g_free (exchange_world_ask (world, "POST", "refusals", refusal->refusals));
      finds = count_finds (world);
      first = search (account, refusal->query, request);
      g_assert_cmpuint (count_finds (world) - finds, ==, refusal->first);
      finds = count_finds (world);
      again = search (account, refusal->query, request);
      g_assert_cmpuint (count_finds (world) - finds, ==, refusal->again);
      g_free (exchange_world_ask (world, "POST", "refusals", "{}"));
      assert_same (refusal->query, right, first);
      assert_same (refusal->query, right, again);
      g_assert_cmpint (taube_search_result_get_place (again, TAUBE_SEARCH_STEP_FIND), ==, refusal->place);
      reason = taube_search_result_get_reason (again, TAUBE_SEARCH_STEP_FIND);
      g_assert_true (refusal->reason == NULL ? reason == NULL : strstr (reason, refusal->reason) != NULL);
    }
}

/* An error of the moment is no refusal. */
static void
test_moment (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=5 --small");
  g_autoptr (TaubeAccount) account = exchange_world_connect (world);
  g_autoptr (TaubeSearchResult) result = NULL;

  exchange_world_order (world, "{\"fault\": \"fault\", \"operation\": \"FindItem\"}");
  result = search (account, "subject:3", NULL);
  g_assert_cmpuint (taube_search_result_get_total (result), ==, 1);
  g_assert_cmpint (taube_search_result_get_place (result, TAUBE_SEARCH_STEP_FIND), ==, TAUBE_SEARCH_PLACE_SERVER);
}

/* A list that cannot be had in order is brought in order here, whole or the newest of it. */
static void
test_unsorted_list (void)
{
  static const char *const orders[] = { "{\"sort\": [\"0xe23\"]}", "{\"sort\": [\"*\"]}" };
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=40 --small");
  g_autoptr (TaubeAccount) rich = exchange_world_connect (world);
  g_autoptr (TaubeMessageList) right = exchange_world_list (rich, "INBOX", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (orders); i++)
    {
      g_autoptr (TaubeAccount) account = exchange_world_connect (world);
      g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
      g_autoptr (TaubeListRequest) request = taube_list_request_new ();
      g_autoptr (TaubeMessageList) list = NULL;
      g_autoptr (TaubeItemList) newest = NULL;
      g_autoptr (GError) error = NULL;

      g_free (exchange_world_ask (world, "POST", "refusals", orders[i]));
      list = exchange_world_list (account, "INBOX", &error);
      g_assert_no_error (error);
      taube_list_request_set_newest (request, 3);
      taube_list_request_set_newest_first (request, TRUE);
      newest = taube_folder_list (inbox, request, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (taube_item_list_get_size (newest), ==, 3);
      for (guint j = 0; j < 40; j++)
        g_assert_cmpstr (taube_message_list_get_subject (list, j), ==, taube_message_list_get_subject (right, j));
      for (guint j = 0; j < 3; j++)
        g_assert_cmpstr (taube_message_list_get_subject (TAUBE_MESSAGE_LIST (newest), j), ==,
                         taube_message_list_get_subject (right, 39 - j));
      g_free (exchange_world_ask (world, "POST", "refusals", "{}"));
    }
}

/* Folders that change, and servers that give less at once. */

/* CASES.md 64: others remove messages before what was read and behind it, and some arrive, at every page: what
 * stays is found once, and nothing is found twice. */
static void
test_changes_meanwhile (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (g_test_rand_int ());

  for (guint round = 0; round < 6; round++)
    {
      g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=120 --small");
      g_autoptr (TaubeAccount) account = exchange_world_connect (world);
      g_autoptr (TaubeSearchRequest) request = new_request ();
      g_autoptr (TaubeSearchResult) result = NULL, after = NULL;
      g_autoptr (TaubeIdSet) ids = NULL, stayed = NULL;
      TaubeItemList *list;

      g_free (exchange_world_ask (world, "POST", "limits", "{\"find_cap\": 10}"));
      for (guint page = 1; page < 6; page++)
        {
          g_autofree char *fault = NULL;
          guint place = (guint) g_rand_int_range (random, 0, 60);

          fault = g_strdup_printf ("{\"fault\": \"folder-changes\", \"operation\": \"FindItem\", \"skip\": %u,"
                                   " \"remove\": [%u, %u, %u, %u], \"arrive\": %d}", round % 2 == 0 ? 1u : page, place,
                                   place + 1, place + 2, (guint) g_rand_int_range (random, 64, 70),
                                   g_rand_int_range (random, 0, 9));
          exchange_world_order (world, fault);
        }
      taube_search_request_set_newest_first (request, round % 3 == 0);
      result = search (account, round < 3 ? "*" : "subject:Message", request);
      list = taube_search_result_get_list (result);
      ids = taube_item_list_get_ids (list);
      g_assert_cmpuint (taube_id_set_get_size (ids), ==, taube_item_list_get_size (list));
      after = search (account, "subject:Message", NULL);
      stayed = taube_item_list_get_ids (taube_search_result_get_list (after));
      g_assert_cmpuint (taube_id_set_get_size (stayed), <, 120);
      g_assert_cmpuint (taube_id_set_get_size (stayed), >=, 100);
      for (guint i = 0; i < taube_id_set_get_size (stayed); i++)
        {
          g_autofree char *id = taube_item_list_get_id (taube_search_result_get_list (after), i);

          g_assert_true (taube_id_set_contains (ids, id));
        }
    }
}

/* The policy of the server allows fewer at once than it gives: that is found out once. */
static void
test_find_count_limit (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=700 --small");
  g_autoptr (TaubeAccount) account = exchange_world_connect (world);
  g_autoptr (TaubeSearchRequest) request = new_request ();
  g_autoptr (TaubeSearchResult) first = NULL, again = NULL;
  guint finds;

  g_free (exchange_world_ask (world, "POST", "limits", "{\"find_count_limit\": 300}"));
  first = search (account, "subject:Message", request);
  g_assert_cmpuint (taube_search_result_get_total (first), ==, 700);
  finds = count_finds (world);
  again = search (account, "subject:Message", request);
  g_assert_cmpuint (taube_search_result_get_total (again), ==, 700);
  g_assert_cmpuint (count_finds (world) - finds, ==, 3);
}

/* The server's own language. */

static void
assert_total (TaubeAccount *account, const char *query, guint64 total, TaubeSearchPlace place)
{
  g_autoptr (TaubeSearchResult) result = search (account, query, NULL);

  if (taube_search_result_get_total (result) != total)
    g_error ("%s: %" G_GUINT64_FORMAT, query, taube_search_result_get_total (result));
  g_assert_cmpint (taube_search_result_get_place (result, TAUBE_SEARCH_STEP_FIND), ==, place);
}

static void
test_raw (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=25 --small");
  g_autoptr (TaubeAccount) account = exchange_world_connect (world);
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autofree char *much = g_strnfill (5000, 'x'), *much_raw = g_strconcat ("raw:", much, NULL);
  static const char *const bad[] = { "raw:a OR subject:b", "-raw:a", "raw:a raw:b", "(subject:c OR raw:a) is:unread" };
  g_autoptr (GError) error = NULL;
  guint finds;

  g_assert_cmpstr (taube_folder_get_search_language (inbox), ==, "aqs");
  assert_total (account, "raw:\"subject:7\"", 1, TAUBE_SEARCH_PLACE_SERVER);
  assert_total (account, "raw:\"subject:3 OR subject:4\"", 2, TAUBE_SEARCH_PLACE_SERVER);
  assert_total (account, "raw:\"subject:3 OR subject:4\" -subject:4", 1, TAUBE_SEARCH_PLACE_PARTLY);
  /* Signs of XML stay what they are. */
  assert_total (account, "raw:\"</m:QueryString><m:Restriction>&amp;\"", 0, TAUBE_SEARCH_PLACE_SERVER);
  finds = count_finds (world);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_null (try_search (account, bad[i], NULL, &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
      g_clear_error (&error);
    }
  g_assert_null (try_search (account, much_raw, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT);
  g_assert_cmpuint (count_finds (world), ==, finds);
}

/* Texts are values and nothing else, and what XML cannot hold is refused. */
static void
test_texts (void)
{
  static const char *const texts[] = { "\"><t:Or/>", "]]>", "&lt;", "'\"", "a\tb" };
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=3 --small");
  g_autoptr (TaubeAccount) account = exchange_world_connect (world);
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (TaubeQuery) broken = taube_query_new_text (TAUBE_QUERY_FIELD_SUBJECT, "a\001b");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *mime = g_strdup_printf ("Subject: with %s in it\r\n\r\nText\r\n", texts[i]);
      g_autoptr (TaubeQuery) query = taube_query_new_text (TAUBE_QUERY_FIELD_SUBJECT, texts[i]);
      g_autoptr (TaubeSearchResult) result = NULL;

      exchange_world_deliver (world, mime);
      result = taube_folder_search (inbox, query, NULL, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (taube_search_result_get_total (result), ==, 1);
    }
  g_assert_null (taube_folder_search (inbox, broken, NULL, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/exchange/search/leaves", test_leaves);
  g_test_add_func ("/exchange/search/queries", test_queries);
  g_test_add_func ("/exchange/search/small-queries", test_small_queries);
  g_test_add_func ("/exchange/search/sort", test_sort);
  g_test_add_func ("/exchange/search/parts", test_parts);
  g_test_add_func ("/exchange/search/threads", test_threads);
  g_test_add_func ("/exchange/search/refusals", test_refusals);
  g_test_add_func ("/exchange/search/moment", test_moment);
  g_test_add_func ("/exchange/search/unsorted-list", test_unsorted_list);
  g_test_add_func ("/exchange/search/changes-meanwhile", test_changes_meanwhile);
  g_test_add_func ("/exchange/search/find-count-limit", test_find_count_limit);
  g_test_add_func ("/exchange/search/raw", test_raw);
  g_test_add_func ("/exchange/search/texts", test_texts);
  return g_test_run ();
}
