/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-client.h"

#include <string.h>

/* Servers that refuse a search, or do it oddly, each by a script of what is said: what is found is right all the same,
 * the result says why, and nothing is asked in vain a second time. */

#define QUERY "is:unread -subject:second"

typedef struct
{
  const char *script;
  const char *query;
  const char *sort;
  TaubeThreading threading;
  guint times;
  const char *found; /* UIDs */
  TaubeSearchStep step;
  TaubeSearchPlace place; /* of that step */
  const char *reason;
} Case;

static const Case cases[] = {
  { "refused-not", QUERY, NULL, TAUBE_THREADING_NONE, 2, "10 12", TAUBE_SEARCH_STEP_FIND, TAUBE_SEARCH_PLACE_PARTLY,
    "the server refused to search by NOT" },
  /* quirk 33 */
  { "proton", QUERY, NULL, TAUBE_THREADING_NONE, 1, "10 12", TAUBE_SEARCH_STEP_FIND, TAUBE_SEARCH_PLACE_PARTLY,
    "the server cannot search by NOT" },
  { "refused-return", QUERY, NULL, TAUBE_THREADING_NONE, 2, "10 12", TAUBE_SEARCH_STEP_FIND, TAUBE_SEARCH_PLACE_SERVER,
    NULL },
  { "refused-sort", "is:unread", "-subject", TAUBE_THREADING_NONE, 2, "12 11 10", TAUBE_SEARCH_STEP_SORT,
    TAUBE_SEARCH_PLACE_LOCAL, "the server refused SORT" },
  { "refused-thread", "is:unread", NULL, TAUBE_THREADING_ORDERED_SUBJECT, 1, "10 12 11", TAUBE_SEARCH_STEP_THREAD,
    TAUBE_SEARCH_PLACE_LOCAL, "the server refused THREAD" },
  { "broken-thread", "is:unread", NULL, TAUBE_THREADING_ORDERED_SUBJECT, 1, "10 12 11", TAUBE_SEARCH_STEP_THREAD,
    TAUBE_SEARCH_PLACE_LOCAL, "could not be read" },
  { "message-limit", "is:unread", "-size", TAUBE_THREADING_NONE, 1, "12 10", TAUBE_SEARCH_STEP_SORT,
    TAUBE_SEARCH_PLACE_LOCAL, "MESSAGELIMIT" },
  { "message-limit-no", "is:unread", NULL, TAUBE_THREADING_NONE, 1, "11 12", TAUBE_SEARCH_STEP_FIND,
    TAUBE_SEARCH_PLACE_SERVER, NULL },
  { "gmail-raw", "is:unread -raw:\"larger:5M in:anywhere\"", NULL, TAUBE_THREADING_NONE, 1, "10 12",
    TAUBE_SEARCH_STEP_FIND, TAUBE_SEARCH_PLACE_SERVER, NULL },
  /* quirk 24 */
  { "yahoo", "is:unread", NULL, TAUBE_THREADING_NONE, 1, "10 12", TAUBE_SEARCH_STEP_FIND, TAUBE_SEARCH_PLACE_SERVER,
    "only the newest" },
  /* quirk 25 */
  { "skip-one", QUERY, NULL, TAUBE_THREADING_NONE, 1, "10 12", TAUBE_SEARCH_STEP_FIND, TAUBE_SEARCH_PLACE_PARTLY,
    "NOT" },
};

static TaubeTestServer *
serve (const char *script)
{
  g_autofree char *name = g_strconcat ("imap/search/", script, NULL);

  return taube_test_server_new (name);
}

static TaubeSearchResult *
search (TaubeAccount *account, const char *text, TaubeSearchRequest *request, GError **error)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (TaubeQuery) query = taube_query_parse (text, NULL, error);

  return query != NULL ? taube_folder_search (inbox, query, request, NULL, error) : NULL;
}

static char *
dump (TaubeSearchResult *result)
{
  TaubeItemList *list = taube_search_result_get_list (result);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < taube_item_list_get_size (list); i++)
    {
      g_autofree char *id = taube_item_list_get_id (list, i);

      g_string_append_printf (text, "%s%s", i > 0 ? " " : "", strchr (id, '.') + 1);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
assert_found (TaubeSearchResult *result, const char *expected)
{
  g_autofree char *found = dump (result);

  g_assert_cmpstr (found, ==, expected);
}

static TaubeSearchRequest *
make_request (void)
{
  TaubeSearchRequest *request = taube_search_request_new ();

  taube_search_request_set_fields (request, TAUBE_LIST_FIELDS_NONE);
  return request;
}

static TaubeAccount *
open_account (TaubeTestServer *server)
{
  return imap_client_new ("imap", taube_test_server_get_port (server), "?tls=none", NULL);
}

static void
test_case (gconstpointer data)
{
  const Case *test = data;
  TaubeTestServer *server = serve (test->script);
  g_autoptr (TaubeAccount) account = open_account (server);
  g_autoptr (TaubeSearchRequest) request = make_request ();

  taube_search_request_set_sort (request, test->sort, NULL);
  taube_search_request_set_threading (request, test->threading);
  for (guint i = 0; i < test->times; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TaubeSearchResult) result = search (account, test->query, request, &error);
      const char *reason;

      g_assert_no_error (error);
      assert_found (result, test->found);
      g_assert_cmpint (taube_search_result_get_place (result, test->step), ==, test->place);
      reason = taube_search_result_get_reason (result, test->step);
      if (test->reason == NULL ? reason != NULL : reason == NULL || strstr (reason, test->reason) == NULL)
        g_error ("the reason is: %s", reason);
    }
  g_clear_object (&account);
  taube_test_server_finish (server);
}

/* A server that has no language of its own is not asked; before it is known, there may be one. */
static void
test_no_raw (void)
{
  TaubeTestServer *server = serve ("no-raw");
  g_autoptr (TaubeAccount) account = open_account (server);
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (TaubeSearchRequest) request = make_request ();

  g_assert_cmpstr (taube_folder_get_search_language (inbox), ==, "gmail");
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (search (account, "is:unread raw:in:anywhere", request, &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED);
      g_assert_nonnull (strstr (error->message, "search language"));
      g_assert_null (taube_folder_get_search_language (inbox));
    }
  g_clear_object (&account);
  taube_test_server_finish (server);
}

static void
test_charset (void)
{
  TaubeTestServer *server = serve ("bad-charset");
  g_autoptr (TaubeAccount) account = open_account (server);
  g_autoptr (TaubeSearchRequest) request = make_request ();

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TaubeSearchResult) result = search (account, "is:unread subject:ü", request, &error);

      g_assert_no_error (error);
      assert_found (result, i == 0 ? "10" : "");
      g_assert_cmpstr (taube_search_result_get_reason (result, TAUBE_SEARCH_STEP_FIND), ==,
                       "the server refused to search by texts beyond ASCII");
    }
  g_clear_object (&account);
  taube_test_server_finish (server);
}

/* The server names charsets that it takes: the first that can say the text is used, also with SORT. */
static void
test_named_charset (void)
{
  TaubeTestServer *server = serve ("named-charset");
  g_autoptr (TaubeAccount) account = open_account (server);
  g_autoptr (TaubeSearchRequest) request = make_request ();

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TaubeSearchResult) result = NULL;

      taube_search_request_set_sort (request, i == 1 ? "subject" : NULL, NULL);
      result = search (account, "is:unread subject:\303\274", request, &error);
      g_assert_no_error (error);
      assert_found (result, i == 1 ? "12 10" : "10 12");
      g_assert_cmpint (taube_search_result_get_place (result, TAUBE_SEARCH_STEP_FIND), ==,
                       i == 2 ? TAUBE_SEARCH_PLACE_PARTLY : TAUBE_SEARCH_PLACE_SERVER);
    }
  g_clear_object (&account);
  taube_test_server_finish (server);
}

static void
test_busy (void)
{
  TaubeTestServer *server = serve ("busy");
  g_autoptr (TaubeAccount) account = open_account (server);
  g_autoptr (TaubeSearchRequest) request = make_request ();
  g_autoptr (TaubeSearchResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (search (account, QUERY, request, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_THROTTLED);
  g_clear_error (&error);
  result = search (account, QUERY, request, &error);
  g_assert_no_error (error);
  assert_found (result, "10 12");
  g_clear_object (&account);
  taube_test_server_finish (server);
}

/* Only when even "ALL" is refused is it an error; and what a folder cannot hold is one. */
static void
test_errors (void)
{
  static const struct
  {
    const char *script;
    int code;
    const char *words;
  } errors[] = {
    { "refused-all", TAUBE_ERROR_PROTOCOL, "never" },
    { "without-end", TAUBE_ERROR_LIMIT, "more messages" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      TaubeTestServer *server = serve (errors[i].script);
      g_autoptr (TaubeAccount) account = open_account (server);
      g_autoptr (TaubeSearchRequest) request = make_request ();
      g_autoptr (GError) error = NULL;

      g_assert_null (search (account, QUERY, request, &error));
      g_assert_error (error, TAUBE_ERROR, errors[i].code);
      g_assert_nonnull (strstr (error->message, errors[i].words));
      g_clear_object (&account);
      taube_test_server_finish (server);
    }
}

/* A garbled answer is an error that says what was wrong with it, never a shorter result; the connection goes on. */
typedef struct
{
  const char *name;
  const char *capabilities;
  const char *command;
  const char *answer;
  const char *words;
} Garbled;

static const Garbled garbled[] = {
  { "search", "", "UID SEARCH UNSEEN", "* SEARCH 10 x 12", "SEARCH cannot be read (not a list of numbers)" },
  { "search-zero", "", "UID SEARCH UNSEEN", "* SEARCH 10 0 12", "SEARCH cannot be read (not a list of numbers)" },
  { "search-list", "", "UID SEARCH UNSEEN", "* SEARCH (10 12)", "SEARCH cannot be read (not a list of numbers)" },
  { "esearch-set", " ESEARCH", "UID SEARCH RETURN (ALL) UNSEEN", "* ESEARCH (TAG \"{tag}\") UID ALL 10:x",
    "ESEARCH cannot be read (not a set of numbers)" },
  { "esearch-list", " ESEARCH", "UID SEARCH RETURN (ALL) UNSEEN", "* ESEARCH (TAG \"{tag}\") UID ALL (10)",
    "ESEARCH cannot be read (not a set of numbers)" },
  { "esearch-count", " ESEARCH", "UID SEARCH RETURN (ALL) UNSEEN", "* ESEARCH (TAG \"{tag}\") UID COUNT x ALL 10",
    "ESEARCH cannot be read (not a number)" },
  { "esearch-numbers", " ESEARCH", "UID SEARCH RETURN (ALL) UNSEEN", "* ESEARCH (TAG \"{tag}\") ALL 1",
    "ESEARCH cannot be read (not about UIDs)" },
  { "esearch-odd", " ESEARCH", "UID SEARCH RETURN (ALL) UNSEEN", "* ESEARCH (TAG \"{tag}\") UID ALL",
    "ESEARCH cannot be read" },
  { "sort", " SORT", "UID SORT (SUBJECT) US-ASCII UNSEEN", "* SORT 12 eleven 10",
    "SORT cannot be read (not a list of numbers)" },
};

static void
test_garbled (gconstpointer data)
{
  const Garbled *test = data;
  g_autofree char *text = g_strdup_printf (
    "S: * OK [CAPABILITY IMAP4rev1%s] ready\nC: {tag} LOGIN alice *\nS: {tag} OK [CAPABILITY IMAP4rev1%s] welcome\n"
    "C: {tag} SELECT INBOX\nS: * 3 EXISTS\nS: * OK [UIDVALIDITY 7] valid\nS: {tag} OK [READ-WRITE] open\n"
    "C: {tag} %s\nS: %s\nS: {tag} OK done\non: {tag} NOOP\n  S: {tag} OK\nend\n"
    "C: {tag} UID SEARCH %sALL\nS: %s\nS: {tag} OK done\n",
    test->capabilities, test->capabilities, test->command, test->answer,
    strstr (test->capabilities, "ESEARCH") != NULL ? "RETURN (ALL) " : "",
    strstr (test->capabilities, "ESEARCH") != NULL ? "* ESEARCH (TAG \"{tag}\") UID ALL 10" : "* SEARCH 10");
  TaubeTestServer *server = taube_test_server_new_for_text (test->name, text);
  g_autoptr (TaubeAccount) account = open_account (server);
  g_autoptr (TaubeSearchRequest) request = make_request ();
  g_autoptr (TaubeSearchResult) result = NULL;
  g_autoptr (GError) error = NULL;

  if (strstr (test->capabilities, "SORT") != NULL)
    taube_search_request_set_sort (request, "subject", NULL);
  g_assert_null (search (account, "is:unread", request, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL);
  if (strstr (error->message, test->words) == NULL)
    g_error ("%s", error->message);
  g_clear_error (&error);
  taube_search_request_set_sort (request, NULL, NULL);
  result = search (account, "", request, &error);
  g_assert_no_error (error);
  assert_found (result, "10");
  g_clear_object (&account);
  taube_test_server_finish (server);
}

static void
test_partial (void)
{
  TaubeTestServer *server = serve ("partial");
  g_autoptr (TaubeAccount) account = open_account (server);
  g_autoptr (TaubeSearchRequest) request = make_request ();
  g_autoptr (TaubeSearchResult) result = NULL;
  g_autoptr (GError) error = NULL;

  taube_search_request_set_newest_first (request, TRUE);
  taube_search_request_set_range (request, 0, 2);
  result = search (account, QUERY, request, &error);
  g_assert_no_error (error);
  assert_found (result, "12 11");
  g_assert_cmpuint (taube_search_result_get_total (result), ==, 3);
  g_clear_object (&account);
  taube_test_server_finish (server);
}

static void
test_partial_sort (void)
{
  TaubeTestServer *server = serve ("partial-sort");
  g_autoptr (TaubeAccount) account = open_account (server);
  g_autoptr (TaubeSearchRequest) request = make_request ();
  g_autoptr (TaubeSearchResult) result = NULL;
  g_autoptr (GError) error = NULL;

  taube_search_request_add_sort_key (request, TAUBE_SORT_KEY_SIZE, TRUE);
  taube_search_request_set_range (request, 1, 2);
  result = search (account, "is:unread", request, &error);
  g_assert_no_error (error);
  assert_found (result, "12 10");
  g_assert_cmpuint (taube_search_result_get_total (result), ==, 3);
  g_clear_object (&account);
  taube_test_server_finish (server);
}

static void
test_saved (void)
{
  TaubeTestServer *server = serve ("saved");
  g_autoptr (TaubeAccount) account = open_account (server);
  g_autoptr (TaubeSearchRequest) request = make_request ();
  g_autoptr (TaubeSearchResult) result = NULL;
  g_autoptr (GError) error = NULL;

  taube_search_request_set_fields (request, TAUBE_LIST_FIELDS_FLAGS);
  result = search (account, "is:unread", request, &error);
  g_assert_no_error (error);
  assert_found (result, "10 12");
  g_assert_cmpint (
    taube_message_list_get_flags (TAUBE_MESSAGE_LIST (taube_search_result_get_list (result)), 0), ==,
    TAUBE_MESSAGE_FLAGS_FLAGGED);
  g_clear_object (&account);
  taube_test_server_finish (server);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/imap/search-scripts/%s", cases[i].script);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  for (guint i = 0; i < G_N_ELEMENTS (garbled); i++)
    {
      g_autofree char *path = g_strdup_printf ("/imap/search-scripts/garbled/%s", garbled[i].name);

      g_test_add_data_func (path, &garbled[i], test_garbled);
    }
  g_test_add_func ("/imap/search/no-raw", test_no_raw);
  g_test_add_func ("/imap/search-scripts/charset", test_charset);
  g_test_add_func ("/imap/search-scripts/named-charset", test_named_charset);
  g_test_add_func ("/imap/search-scripts/busy", test_busy);
  g_test_add_func ("/imap/search-scripts/errors", test_errors);
  g_test_add_func ("/imap/search-scripts/partial", test_partial);
  g_test_add_func ("/imap/search-scripts/partial-sort", test_partial_sort);
  g_test_add_func ("/imap/search-scripts/saved", test_saved);
  return g_test_run ();
}
