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
