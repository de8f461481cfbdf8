/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-post.h"

#include <taube-backend/taube-testing.h>

#include <string.h>

/* Maildrops of servers that are odd or hostile, each by a script of what it says. */

typedef struct
{
  TaubeTestServer *server;
  TaubeAccount *account;
  TaubeFolder *inbox;
} Fixture;

static void
fixture_init (Fixture *self, const char *script)
{
  g_autofree char *name = g_strconcat ("pop3/", script, NULL);

  taube_sasl_forget_logins ();
  self->server = taube_test_server_new (name);
  self->account = pop3_client_new ("pop3", taube_test_server_get_port (self->server), "?tls=none", NULL);
  self->inbox = taube_account_get_folder_by_name (self->account, "INBOX");
}

/* The client said what the script expects, all of it. */
static void
fixture_finish (Fixture *self)
{
  taube_account_disconnect (self->account, NULL, NULL);
  g_object_unref (self->inbox);
  g_object_unref (self->account);
  taube_test_server_finish (self->server);
}

static TaubeItemList *
list_ids (Fixture *self, GError **error)
{
  g_autoptr (TaubeListRequest) request = taube_list_request_new ();

  taube_list_request_set_fields (request, TAUBE_LIST_FIELDS_SIZE);
  return taube_folder_list (self->inbox, request, NULL, error);
}

static char *
fetch (Fixture *self, const char *id)
{
  g_autoptr (GOutputStream) sink = g_memory_output_stream_new_resizable ();
  g_autoptr (GError) error = NULL;

  taube_folder_fetch (self->inbox, id, NULL, 0, -1, sink, NULL, NULL, &error);
  g_assert_no_error (error);
  return g_strndup (g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (sink)),
                    g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (sink)));
}

static void
assert_run (Pop3Post *post, Fixture *fixture, const char *leave)
{
  g_autoptr (GError) error = NULL;

  pop3_post_run (post, fixture->account, TAUBE_JOURNAL_FLAGS_NONE, leave, NULL, &error);
  g_assert_no_error (error);
}

/* 52 */
static void
test_uidl_odd (void)
{
  Fixture fixture;
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeItemList) list = NULL;
  g_autoptr (TaubeIdSet) ids = NULL;

  fixture_init (&fixture, "generic/uidl-odd");
  list = list_ids (&fixture, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_item_list_get_size (list), ==, 5);
  ids = taube_item_list_get_ids (list);
  g_assert_cmpuint (taube_id_set_get_size (ids), ==, 5);
  g_assert_false (taube_id_set_contains (ids, "same"));
  fixture_finish (&fixture);
}

/* 53: told, not taken for new; and taken for what they are when the caller says that he knows. */
static void
test_renumbered (void)
{
  g_autoptr (Pop3Post) post = pop3_post_new ();
  Fixture fixture;
  g_autoptr (GError) error = NULL;

  fixture_init (&fixture, "generic/renumbered");
  assert_run (post, &fixture, "forever");
  g_assert_cmpuint (pop3_post_count_all (post), ==, 3);
  g_assert_false (pop3_post_run (post, fixture.account, TAUBE_JOURNAL_FLAGS_NONE, "no", NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONFLICT);
  g_clear_error (&error);
  pop3_post_run (post, fixture.account, TAUBE_JOURNAL_FLAGS_MOVED, "no", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (pop3_post_count_all (post), ==, 3);
  fixture_finish (&fixture);
}

/* 54 */
static void
test_lone_lf (void)
{
  g_autoptr (Pop3Post) post = pop3_post_new ();
  Fixture fixture;

  fixture_init (&fixture, "generic/lone-lf");
  assert_run (post, &fixture, "forever");
  g_assert_cmpuint (pop3_post_count_text (post, "Subject: coo\n\n.dot\nend\n"), ==, 1);
  fixture_finish (&fixture);
}

static void
test_no_stuffing (void)
{
  g_autoptr (Pop3Post) post = pop3_post_new ();
  Fixture fixture;
  g_autoptr (GError) error = NULL;

  fixture_init (&fixture, "generic/no-stuffing");
  g_assert_false (pop3_post_run (post, fixture.account, TAUBE_JOURNAL_FLAGS_NONE, "no", NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL);
  g_assert_cmpuint (post->abandoned, ==, 1);
  g_assert_cmpuint (pop3_post_count_all (post), ==, 0);
  fixture_finish (&fixture);
}

/* 55 */
static void
test_wrong_sizes (void)
{
  g_autoptr (Pop3Post) post = pop3_post_new ();
  Fixture fixture;

  fixture_init (&fixture, "generic/wrong-sizes");
  assert_run (post, &fixture, "forever");
  for (guint i = 1; i <= 3; i++)
    {
      g_autofree char *text = g_strdup_printf ("Subject: letter %u\n\nCoo.\n", i);

      g_assert_cmpuint (pop3_post_count_text (post, text), ==, 1);
    }
  fixture_finish (&fixture);
}

/* 58: what happened is found out, and what did not is done. */
static void
test_lost (gconstpointer script)
{
  g_autoptr (TaubeIdSet) ids = taube_id_set_new_from_ids ((const char *const[]) { "a", "b", NULL });
  g_autoptr (TaubeBatchResult) result = NULL;
  g_autoptr (GError) error = NULL;
  Fixture fixture;

  fixture_init (&fixture, script);
  result = taube_folder_remove (fixture.inbox, ids, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (taube_batch_result_is_all_done (result));
  fixture_finish (&fixture);
}

/* 59: what is hidden was not removed by anybody, and is known when it is shown again. */
static void
test_hidden (void)
{
  Fixture fixture;
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeItemList) list = NULL;
  g_autofree char *id = NULL;

  fixture_init (&fixture, "gmail/hidden");
  list = list_ids (&fixture, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_item_list_get_size (list), ==, 1);
  id = taube_item_list_get_id (list, 0);
  g_assert_cmpstr (id, ==, "GmailId2");
  fixture_finish (&fixture);
}

/* A line that makes no sense costs itself. */
static void
test_list_numbers (void)
{
  Fixture fixture;
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeItemList) list = NULL;
  g_autofree char *first = NULL, *second = NULL;

  fixture_init (&fixture, "hostile/list-numbers");
  list = list_ids (&fixture, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_item_list_get_size (list), ==, 2);
  first = taube_item_list_get_id (list, 0);
  second = taube_item_list_get_id (list, 1);
  g_assert_cmpstr (first, ==, "a");
  g_assert_cmpstr (second, ==, "c");
  fixture_finish (&fixture);
}

static gint64
read_peak (void)
{
  g_autofree char *status = NULL;
  const char *line;

  g_assert_true (g_file_get_contents ("/proc/self/status", &status, NULL, NULL));
  line = strstr (status, "VmHWM:");
  g_assert_nonnull (line);
  return g_ascii_strtoll (line + 6, NULL, 10) * 1024;
}

typedef struct
{
  const char *script;
  int code;
  gboolean headers; /* are wanted, too */
} Refusal;

static void
test_refused (gconstpointer data)
{
  const Refusal *test = data;
  Fixture fixture;
  g_autoptr (GError) error = NULL;
  gint64 before = read_peak ();

  fixture_init (&fixture, test->script);
  g_assert_null (test->headers ? taube_folder_list (fixture.inbox, NULL, NULL, &error) : list_ids (&fixture, &error));
  g_assert_error (error, TAUBE_ERROR, test->code);
  g_assert_cmpint (read_peak () - before, <, 32 << 20);
  fixture_finish (&fixture);
}

/* What the table denies costs no traffic. */
static void
test_not_supported (void)
{
  Fixture fixture;
  g_autoptr (TaubeIdSet) ids = taube_id_set_new_from_ids ((const char *const[]) { "a", NULL });
  g_autoptr (GOutputStream) sink = g_memory_output_stream_new_resizable ();
  g_autoptr (GBytes) bytes = g_bytes_new_static ("Subject: x\n\nCoo.\n", 17);
  g_autoptr (TaubeMessageSource) source = taube_message_source_new_from_bytes (bytes);
  g_autoptr (TaubeQuery) query = taube_query_new_all ();
  GError *errors[8] = { NULL };
  guint n = 0;

  fixture_init (&fixture, "generic/never");
  g_assert_null (taube_folder_set_flags (fixture.inbox, ids, TAUBE_FLAGS_MODE_ADD, TAUBE_MESSAGE_FLAGS_SEEN, NULL, NULL,
                                         &errors[n++]));
  g_assert_null (taube_folder_append (fixture.inbox, &source, 1, NULL, NULL, &errors[n++]));
  g_assert_null (taube_folder_copy (fixture.inbox, ids, fixture.inbox, NULL, NULL, &errors[n++]));
  g_assert_null (taube_folder_search (fixture.inbox, query, NULL, NULL, &errors[n++]));
  g_assert_false (taube_folder_fetch (fixture.inbox, "a", "1", 0, -1, sink, NULL, NULL, &errors[n++]));
  g_assert_false (taube_folder_fetch (fixture.inbox, "a", NULL, 10, 20, sink, NULL, NULL, &errors[n++]));
  g_assert_null (taube_folder_list_permissions (fixture.inbox, NULL, &errors[n++]));
  g_assert_null (taube_folder_list_quotas (fixture.inbox, NULL, &errors[n++]));
  for (guint i = 0; i < n; i++)
    {
      g_assert_error (errors[i], TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED);
      g_clear_error (&errors[i]);
    }
  g_assert_cmpuint (taube_test_server_get_connections (fixture.server), ==, 0);
  g_object_unref (fixture.inbox);
  g_object_unref (fixture.account);
  g_free (taube_test_server_stop (fixture.server));
}

/* Memory does not depend on the size of a message: 200 MB go through a process that has far less. */

static void
test_big (void)
{
  g_autoptr (Pop3Post) post = pop3_post_new ();
  gint64 before = read_peak ();
  Fixture fixture;

  post->keeps_nothing = TRUE;
  fixture_init (&fixture, "generic/big");
  assert_run (post, &fixture, "forever");
  g_test_message ("%" G_GUINT64_FORMAT " bytes; the peak grew by %" G_GINT64_FORMAT, post->bytes,
                  read_peak () - before);
  g_assert_cmpuint (post->bytes, >, 200 * 1000 * 1000);
  g_assert_cmpint (read_peak () - before, <, 32 << 20);
  fixture_finish (&fixture);
}

/* In the way of the plain operations, too: what is fetched is as it was sent. */
static void
test_fetch (void)
{
  Fixture fixture;
  g_autofree char *text = NULL;

  fixture_init (&fixture, "generic/fetch");
  text = fetch (&fixture, "a");
  g_assert_cmpstr (text, ==, "Subject: coo\r\n\r\n.dot\r\n..\r\nend\r\n");
  fixture_finish (&fixture);
}

int
main (int argc, char **argv)
{
  static const Refusal refusals[] = {
    { "hostile/list-without-end", TAUBE_ERROR_PROTOCOL },
    { "hostile/uidl-line-without-end", TAUBE_ERROR_LIMIT },
    { "hostile/header-without-end", TAUBE_ERROR_LIMIT, TRUE },
  };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pop3/folder/uidl-odd", test_uidl_odd);
  g_test_add_func ("/pop3/folder/renumbered", test_renumbered);
  g_test_add_func ("/pop3/folder/lone-lf", test_lone_lf);
  g_test_add_func ("/pop3/folder/no-stuffing", test_no_stuffing);
  g_test_add_func ("/pop3/folder/wrong-sizes", test_wrong_sizes);
  g_test_add_data_func ("/pop3/folder/lost-before-quit", "generic/lost-before-quit", test_lost);
  g_test_add_data_func ("/pop3/folder/lost-behind-quit", "generic/lost-behind-quit", test_lost);
  g_test_add_func ("/pop3/folder/hidden", test_hidden);
  g_test_add_func ("/pop3/folder/list-numbers", test_list_numbers);
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autofree char *path = g_strconcat ("/pop3/folder/", refusals[i].script, NULL);

      g_test_add_data_func (path, &refusals[i], test_refused);
    }
  g_test_add_func ("/pop3/folder/not-supported", test_not_supported);
  g_test_add_func ("/pop3/folder/big", test_big);
  g_test_add_func ("/pop3/folder/fetch", test_fetch);
  return g_test_run ();
}
