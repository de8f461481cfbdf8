/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The same mail on Dovecot and on the private EWS server: a query finds the same there and here, in the same order.
 * Random queries, the seed is printed. What the two mean differently is left out: doc/search.md. */
#include "exchange-world.h"
#include "imap-client.h"

#include "taube-test-dovecot.h"

#include <string.h>

#define N_MESSAGES 48
#define N_QUERIES 50

static char *
make_message (guint n)
{
  static const char *const authors[] = { "Anna Vogel <anna@example.org>", "=?utf-8?q?J=C3=B6rg?= <joerg@example.net>",
                                         "bob@example.com", "=?utf-8?b?w4lsaXNl?= Martin <elise@example.fr>" };
  static const char *const subjects[] = { "Lunch", "Re: Lunch", "=?utf-8?q?Gr=C3=BC=C3=9Fe?= aus Kiel", "Invoice",
                                          "=?utf-8?q?R=C3=A9union?=" };
  static const char *const others[] = { "", "Cc: =?utf-8?b?TcO8bGxlcg==?= <mm@example.org>\r\n",
                                        "List-Id: <pigeon.example.org>\r\n", "X-Mark: =?utf-8?q?bl=C3=A4tter?=\r\n",
                                        "References: <0@agree.example.org>\r\n" };
  g_autofree char *fill = g_strnfill ((n * 37) % 1800, 'x');

  return g_strdup_printf ("From: %s\r\nTo: %s\r\n%sSubject: %s %u\r\nDate: %u Jan 2026 %02u:30:%02u %s\r\n"
                          "Message-ID: <%u@agree.example.org>\r\nMIME-Version: 1.0\r\n"
                          "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
                          "Word %u and stra\303\237e\r\n%s\r\n",
                          authors[n % 4], n % 3 == 0 ? "alice@example.org" : "Bob Fisher <bob@example.org>",
                          others[n % 5], subjects[(n / 2) % 5], n, 1 + n % 9, (n * 7) % 24, n,
                          n % 2 == 0 ? "+0200" : "-0800", n, n % 6, fill);
}

static char *
random_query (GRand *random, guint depth)
{
  static const char *const leaves[] = {
    "subject:lunch", "subject:GRÜSSE", "subject:grüße", "subject:réunion", "subject:\"re:\"", "from:anna", "from:JÖRG",
    "from:example.org", "from:élise", "from:\"anna vogel\"", "to:bob", "to:fisher", "to:alice@example", "cc:müller",
    "bcc:nobody", "header:List-Id", "header:List-Id:pigeon", "header:X-Mark:blätter", "header:Message-ID:\"<7@agree\"",
    "header:References:\"0@agree\"", "sent-on:2026-01-03", "sent-since:2026-01-05", "sent-before:2026-01-04",
    "larger:1k", "smaller:1500", "larger:1200", "body:straße", "body:\"word 3\"", "text:joerg", "text:straße", "*",
  };
  g_autofree char *a = NULL, *b = NULL;

  if (depth == 0 || g_rand_int_range (random, 0, 3) == 0)
    return g_strdup_printf ("%s%s", g_rand_int_range (random, 0, 4) == 0 ? "-" : "",
                            leaves[g_rand_int_range (random, 0, G_N_ELEMENTS (leaves))]);
  a = random_query (random, depth - 1);
  b = random_query (random, depth - 1);
  return g_strdup_printf (g_rand_boolean (random) ? "(%s OR %s)" : "-(%s %s)", a, b);
}

/* The message ids, in order. */
static char *
find (TaubeAccount *account, const char *text, const char *sort, guint *n_out)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (TaubeSearchRequest) request = taube_search_request_new ();
  g_autoptr (TaubeQuery) query = taube_query_parse (text, NULL, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeSearchResult) result = NULL;
  GString *out = g_string_new (NULL);
  TaubeMessageList *list;

  taube_search_request_set_fields (request, TAUBE_LIST_FIELDS_ENVELOPE);
  taube_search_request_set_sort (request, sort, NULL);
  result = taube_folder_search (inbox, query, request, NULL, &error);
  if (result == NULL)
    g_error ("%s: %s", text, error->message);
  list = TAUBE_MESSAGE_LIST (taube_search_result_get_list (result));
  *n_out = taube_item_list_get_size (TAUBE_ITEM_LIST (list));
  for (guint i = 0; i < *n_out; i++)
    {
      const char *id = taube_message_list_get_message_id (list, i);

      g_string_append_printf (out, " %.*s", (int) strspn (id + strspn (id, "<"), "0123456789"), id + strspn (id, "<"));
    }
  return g_string_free (out, FALSE);
}

/* Dovecot keeps the rank of each name in its index. Backwards it misplaces those that have none yet, and keeps that
 * (doc/search.md), so all of them are ranked forwards once. */
static void
rank_names (TaubeAccount *imap)
{
  static const char *const sorts[] = { "from", "to", "cc" };

  for (guint i = 0; i < G_N_ELEMENTS (sorts); i++)
    {
      guint n;

      g_free (find (imap, "*", sorts[i], &n));
      g_assert_cmpuint (n, ==, N_MESSAGES);
    }
}

static void
test_agreement (void)
{
  static const char *const sorts[] = { "arrival", "date", "-size", "-date", "from", "to", "-from", "cc", "-to" };
  g_autoptr (TaubeTestDovecot) dovecot = taube_test_dovecot_start (NULL);
  g_autoptr (ExchangeWorld) world = exchange_world_start ("");
  g_autoptr (GRand) random = g_rand_new_with_seed (g_test_rand_int ());
  g_autoptr (TaubeAccount) imap = NULL, exchange = NULL;
  g_autoptr (GError) error = NULL;
  guint found = 0;

  if (dovecot == NULL)
    return;
  for (guint i = 0; i < N_MESSAGES; i++)
    {
      g_autofree char *mime = make_message (i);

      taube_test_dovecot_deliver (dovecot, "alice", "INBOX", mime, -1);
      exchange_world_deliver (world, mime);
    }
  imap = imap_client_open (dovecot, "alice", "imaps", "");
  imap_client_connect (imap, &error);
  g_assert_no_error (error);
  exchange = exchange_world_connect (world);
  rank_names (imap);
  for (guint i = 0; i < N_QUERIES; i++)
    {
      g_autofree char *query = random_query (random, 2), *there = NULL, *here = NULL;
      const char *sort = sorts[i % G_N_ELEMENTS (sorts)];
      guint n_there, n_here;

      there = find (imap, query, sort, &n_there);
      here = find (exchange, query, sort, &n_here);
      if (!g_str_equal (there, here))
        g_error ("%s by %s\nDovecot:  %s\nExchange: %s", query, sort, there, here);
      found += n_here > 0 && n_here < N_MESSAGES;
    }
  g_test_message ("%u of %d queries found something and not all", found, N_QUERIES);
  g_assert_cmpuint (found, >, N_QUERIES / 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/exchange/agreement/search", test_agreement);
  return g_test_run ();
}
