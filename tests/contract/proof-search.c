/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "contract.h"

/* What the rows server-search, server-sort and server-thread promise. */

static TaubeSearchResult *
search (TaubeFolder *folder, const char *text, TaubeSearchRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeQuery) query = taube_query_parse (text, NULL, &error);
  TaubeSearchResult *result = taube_folder_search (folder, query, request, NULL, &error);

  g_assert_no_error (error);
  return result;
}

static char *
dup_subjects (TaubeSearchResult *result)
{
  TaubeItemList *list = taube_search_result_get_list (result);
  g_autoptr (GString) subjects = g_string_new (NULL);

  for (guint i = 0; i < taube_item_list_get_size (list); i++)
    g_string_append_printf (subjects, "%s%s", i > 0 ? "|" : "",
                            taube_message_list_get_subject (TAUBE_MESSAGE_LIST (list), i));
  return g_string_free (g_steal_pointer (&subjects), FALSE);
}

/* The other two forms: what was asked is what was said at the call, and what is cancelled says so. */
static void
check_forms (TaubeFolder *folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) stop = g_cancellable_new ();
  g_autoptr (TaubeQuery) query = taube_query_parse ("subject:letter -subject:2", NULL, NULL);
  g_autoptr (TaubeSearchRequest) request = taube_search_request_new ();
  g_autoptr (GAsyncResult) found = NULL, stopped = NULL;
  g_autoptr (TaubeSearchResult) result = NULL;
  g_autofree char *subjects = NULL;

  taube_search_request_set_newest_first (request, TRUE);
  taube_folder_search_async (folder, query, request, NULL, contract_on_done, &found);
  taube_search_request_set_newest_first (request, FALSE);
  taube_search_request_set_range (request, 5, 5);
  result = taube_folder_search_finish (folder, contract_wait (&found), &error);
  g_assert_no_error (error);
  subjects = dup_subjects (result);
  g_assert_cmpstr (subjects, ==, "Letter 3|Letter 1");
  g_cancellable_cancel (stop);
  g_assert_null (taube_folder_search (folder, query, NULL, stop, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  taube_folder_search_async (folder, query, NULL, stop, contract_on_done, &stopped);
  g_assert_null (taube_folder_search_finish (folder, contract_wait (&stopped), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

void
contract_prove_search (Contract *contract)
{
  g_autoptr (TaubeAccount) a = contract_connect (contract);
  g_autoptr (TaubeAccount) b = contract_connect (contract);
  g_autoptr (TaubeFolder) folder_a = contract_get_folder (contract, a);
  g_autoptr (TaubeFolder) folder_b = contract_get_folder (contract, b);

  for (guint i = 1; i <= 3; i++)
    contract_deliver (contract, i);
  for (guint device = 0; device < 2; device++)
    {
      g_autoptr (TaubeSearchResult) result
        = search (device == 0 ? folder_a : folder_b, "subject:\"letter 2\"", NULL);
      g_autofree char *subjects = dup_subjects (result);

      g_assert_cmpstr (subjects, ==, "Letter 2");
      g_assert_cmpuint (taube_search_result_get_total (result), ==, 1);
      g_assert_cmpint (taube_search_result_get_place (result, TAUBE_SEARCH_STEP_FIND), ==, TAUBE_SEARCH_PLACE_SERVER);
    }
  check_forms (folder_a);
}

void
contract_prove_sort (Contract *contract)
{
  static const guint numbers[] = { 2, 3, 1 };
  g_autoptr (TaubeAccount) account = contract_connect (contract);
  g_autoptr (TaubeFolder) folder = contract_get_folder (contract, account);
  g_autoptr (TaubeSearchRequest) request = taube_search_request_new ();
  g_autoptr (TaubeSearchResult) result = NULL;
  g_autofree char *subjects = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    contract_deliver (contract, numbers[i]);
  taube_search_request_add_sort_key (request, TAUBE_SORT_KEY_SUBJECT, TRUE);
  result = search (folder, "", request);
  subjects = dup_subjects (result);
  g_assert_cmpstr (subjects, ==, "Letter 3|Letter 2|Letter 1");
  g_assert_cmpint (taube_search_result_get_place (result, TAUBE_SEARCH_STEP_SORT), ==, TAUBE_SEARCH_PLACE_SERVER);
}

static void
deliver_answer (Contract *contract, guint number, const char *reference)
{
  g_autofree char *text
    = g_strdup_printf ("From: a@example.org\r\nSubject: number %u\r\nDate: Thu, 05 Nov 2026 14:0%u:00 +0000\r\n"
                       "Message-ID: <%u@example.org>\r\n%s%s%s\r\nText\r\n",
                       number, number, number, reference != NULL ? "References: " : "",
                       reference != NULL ? reference : "", reference != NULL ? "\r\n" : "");

  contract->world->deliver (contract->server, contract->box, text);
}

void
contract_prove_thread (Contract *contract)
{
  g_autoptr (TaubeAccount) account = contract_connect (contract);
  g_autoptr (TaubeFolder) folder = contract_get_folder (contract, account);
  g_autoptr (TaubeSearchRequest) request = taube_search_request_new ();
  g_autoptr (TaubeSearchResult) result = NULL;
  g_autofree char *subjects = NULL;
  guint parent;

  deliver_answer (contract, 1, NULL);
  deliver_answer (contract, 2, NULL);
  deliver_answer (contract, 3, "<1@example.org>");
  deliver_answer (contract, 4, "<1@example.org> <3@example.org>");
  taube_search_request_set_threading (request, TAUBE_THREADING_REFERENCES);
  result = search (folder, "", request);
  subjects = dup_subjects (result);
  g_assert_cmpstr (subjects, ==, "number 1|number 3|number 4|number 2");
  g_assert_cmpuint (taube_search_result_get_n_threads (result), ==, 2);
  g_assert_cmpuint (taube_search_result_get_thread (result, 2), ==, 0);
  g_assert_cmpuint (taube_search_result_get_depth (result, 2), ==, 2);
  g_assert_true (taube_search_result_get_parent (result, 2, &parent));
  g_assert_cmpuint (parent, ==, 1);
  g_assert_false (taube_search_result_get_parent (result, 3, &parent));
  g_assert_cmpuint (taube_search_result_get_thread (result, 3), ==, 1);
  g_assert_cmpint (taube_search_result_get_place (result, TAUBE_SEARCH_STEP_THREAD), ==, TAUBE_SEARCH_PLACE_SERVER);
}

void
contract_deny_search (Contract *contract, TaubeAccount *account)
{
  g_autoptr (TaubeFolder) folder = contract_get_folder (contract, account);
  g_autoptr (TaubeQuery) query = taube_query_new_all ();
  g_autoptr (GError) error = NULL;

  g_assert_null (taube_folder_search (folder, query, NULL, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED);
}
