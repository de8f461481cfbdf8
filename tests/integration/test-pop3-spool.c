/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-post.h"

#include <string.h>

/* Mail that is retrieved, stored, confirmed, and may then leave the server: none is lost and none comes twice, whatever
 * the server is like and whatever happens in between. */

/* An account that has left the server before the server is taken away. */
typedef TaubeAccount Client;

static void
client_free (Client *client)
{
  taube_account_disconnect (client, NULL, NULL);
  g_object_unref (client);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Client, client_free)

static TaubeAccount *
open_account (void)
{
  return pop3_client_new ("pop3", 110, "?tls=none", NULL);
}

static Pop3Model *
new_model (Pop3ModelTraits traits, guint letters)
{
  Pop3Model *model = pop3_model_new (traits);

  for (guint i = 1; i <= letters; i++)
    pop3_model_add (model, i);
  return model;
}

static void
assert_run (Pop3Post *post, TaubeAccount *account, const char *leave)
{
  g_autoptr (GError) error = NULL;

  pop3_post_run (post, account, TAUBE_JOURNAL_FLAGS_NONE, leave, NULL, &error);
  g_assert_no_error (error);
}

/* Each of the letters 1 to N was stored exactly once. */
static void
assert_stored_once (Pop3Post *post, guint n)
{
  for (guint i = 1; i <= n; i++)
    g_assert_cmpuint (pop3_post_count (post, i), ==, 1);
  g_assert_cmpuint (pop3_post_count_all (post), ==, n);
}

/* Servers of all kinds: everything comes once, and what comes later comes then. */
static void
test_runs (gconstpointer traits)
{
  g_autoptr (Pop3Model) model = new_model (GPOINTER_TO_UINT (traits), 5);
  g_autoptr (Pop3Post) post = pop3_post_new ();
  g_autoptr (Client) account = open_account ();

  assert_run (post, account, "forever");
  assert_stored_once (post, 5);
  assert_run (post, account, "forever");
  assert_stored_once (post, 5);
  pop3_model_add (model, 6);
  assert_run (post, account, "forever");
  assert_stored_once (post, 6);
  g_assert_cmpuint (pop3_model_count (model), ==, 6);
  assert_run (post, account, "no");
  assert_stored_once (post, 6);
  g_assert_cmpuint (pop3_model_count (model), ==, GPOINTER_TO_UINT (traits) & POP3_MODEL_HIDES ? 6 : 0);
  pop3_model_add (model, 7);
  assert_run (post, account, "no");
  assert_stored_once (post, 7);
  g_assert_false (pop3_model_has (model, 7));
}

typedef struct
{
  const char *name;
  Pop3ModelTraits traits;
} Kind;

static const Kind kinds[] = {
  { "plain", POP3_MODEL_PLAIN },
  { "no-pipelining", POP3_MODEL_NO_PIPELINING },
  { "no-capa", POP3_MODEL_NO_CAPA },
  { "no-uidl", POP3_MODEL_NO_UIDL },
  { "no-top", POP3_MODEL_NO_TOP },
  { "nothing", POP3_MODEL_NO_CAPA | POP3_MODEL_NO_UIDL | POP3_MODEL_NO_TOP },
  { "wrong-sizes", POP3_MODEL_WRONG_SIZES },
  { "lone-lf", POP3_MODEL_LONE_LF },
  { "lone-lf-nothing", POP3_MODEL_LONE_LF | POP3_MODEL_NO_CAPA | POP3_MODEL_NO_UIDL | POP3_MODEL_NO_TOP },
  { "hides", POP3_MODEL_HIDES },
  { "refuses-quit", POP3_MODEL_REFUSES_QUIT },
};

/* 52: names that are none, or not one's own. */

typedef struct
{
  const char *name;
  const char *uidls[4];
} Names;

static const Names names[] = {
  { "none", { "", "", "", "" } },
  { "equal", { "x", "x", "x", "x" } },
  { "long", { "1234567890123456789012345678901234567890123456789012345678901234567890-a",
              "1234567890123456789012345678901234567890123456789012345678901234567890-b", "c", "d" } },
  { "spaces", { "a b", "a  b", "c ", "d e" } },
  { "case", { "aa", "aA", "Aa", "AA" } },
  { "bang", { "!a", "!", "!u00000000000000000000000000000000", "!!" } },
};

static void
test_names (gconstpointer data)
{
  const Names *test = data;
  g_autoptr (Pop3Model) model = pop3_model_new (POP3_MODEL_PLAIN);
  g_autoptr (Pop3Post) post = pop3_post_new ();
  g_autoptr (Client) account = open_account ();

  for (guint i = 0; i < 4; i++)
    pop3_model_add_with (model, i + 1, NULL, test->uidls[i]);
  for (guint i = 0; i < 2; i++)
    {
      assert_run (post, account, "forever");
      assert_stored_once (post, 4);
    }
  pop3_model_add_with (model, 5, NULL, test->uidls[0]);
  assert_run (post, account, "forever");
  assert_stored_once (post, 5);
  assert_run (post, account, "no");
  assert_stored_once (post, 5);
  g_assert_cmpuint (pop3_model_count (model), ==, 0);
}

/* Two letters that are equal in every byte are two, with and without names. */
static void
test_twins (gconstpointer traits)
{
  g_autoptr (Pop3Model) model = pop3_model_new (GPOINTER_TO_UINT (traits));
  g_autoptr (Pop3Post) post = pop3_post_new ();
  g_autoptr (Client) account = open_account ();
  g_autofree char *text = pop3_model_make_text (1);

  pop3_model_add_with (model, 1, text, "same");
  pop3_model_add_with (model, 2, text, "same");
  assert_run (post, account, "forever");
  g_assert_cmpuint (pop3_post_count (post, 1), ==, 2);
  assert_run (post, account, "forever");
  g_assert_cmpuint (pop3_post_count (post, 1), ==, 2);
  pop3_model_add_with (model, 3, text, "same");
  /* The third is not stored, and nobody can say which of them it is: all of them stay. */
  post->fail_after = 1;
  {
    g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
    g_autoptr (TaubeLeavePolicy) policy = taube_leave_policy_new (TAUBE_LEAVE_KIND_NO, 0);
    g_autoptr (GError) error = NULL;
    g_autoptr (TaubeItemList) list = NULL;
    g_autoptr (TaubeBatchResult) result = NULL;

    g_assert_true (taube_folder_open_journal (inbox, post->journal, TAUBE_JOURNAL_FLAGS_NONE, NULL, &error));
    list = taube_folder_list_unstored (inbox, NULL, NULL, &error);
    g_assert_no_error (error);
    g_assert_cmpuint (taube_item_list_get_size (list), ==, 1);
    result = taube_folder_settle (inbox, policy, NULL, NULL, &error);
    g_assert_no_error (error);
    g_assert_cmpuint (taube_batch_result_count (result, TAUBE_BATCH_STATUS_FAILED), ==, 2);
    g_assert_cmpuint (pop3_model_count (model), ==, 3);
    taube_folder_close_journal (inbox);
  }
  assert_run (post, account, "no");
  g_assert_cmpuint (pop3_post_count (post, 1), ==, 3);
  g_assert_cmpuint (pop3_model_count (model), ==, 0);
}

/* 53: the server has moved, and calls its letters otherwise. */
static void
test_renumbered (void)
{
  g_autoptr (Pop3Model) model = new_model (POP3_MODEL_PLAIN, 40);
  g_autoptr (Pop3Post) post = pop3_post_new ();
  g_autoptr (Client) account = open_account ();
  g_autoptr (GError) error = NULL;

  assert_run (post, account, "forever");
  pop3_model_renumber (model, "other");
  pop3_model_add (model, 41);
  g_assert_false (pop3_post_run (post, account, TAUBE_JOURNAL_FLAGS_NONE, "no", NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONFLICT);
  g_assert_nonnull (strstr (error->message, "of 40 that were stored, 40 were found again"));
  g_clear_error (&error);
  g_assert_cmpuint (pop3_model_count (model), ==, 41);
  assert_stored_once (post, 40);
  pop3_post_run (post, account, TAUBE_JOURNAL_FLAGS_MOVED, "forever", NULL, &error);
  g_assert_no_error (error);
  assert_stored_once (post, 41);
  /* From now on it is as before. */
  assert_run (post, account, "no");
  assert_stored_once (post, 41);
  g_assert_cmpuint (pop3_model_count (model), ==, 0);
}

/* A server that gives the names of letters that are gone to later ones, which are just as large. */
static void
test_names_used_again (void)
{
  g_autoptr (Pop3Model) model = pop3_model_new (POP3_MODEL_PLAIN);
  g_autoptr (Pop3Post) post = pop3_post_new ();
  g_autoptr (Client) account = open_account ();

  for (guint i = 1; i <= 4; i++)
    {
      pop3_model_add_with (model, i, NULL, "1");
      assert_run (post, account, "no");
      assert_stored_once (post, i);
      g_assert_cmpuint (pop3_model_count (model), ==, 0);
    }
}

/* Without TOP nobody can tell: what is there is not deleted, and that is said each time. */
static void
test_names_used_again_blind (void)
{
  g_autoptr (Pop3Model) model = pop3_model_new (POP3_MODEL_NO_TOP);
  g_autoptr (Pop3Post) post = pop3_post_new ();
  g_autoptr (Client) account = open_account ();

  pop3_model_add_with (model, 1, NULL, "1");
  assert_run (post, account, "no");
  pop3_model_add_with (model, 2, NULL, "1");
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TaubeBatchResult) result = NULL;

      pop3_post_run (post, account, TAUBE_JOURNAL_FLAGS_NONE, "no", &result, &error);
      g_assert_no_error (error);
      g_assert_error (taube_batch_result_get_error (result, "1"), TAUBE_ERROR, TAUBE_ERROR_CONFLICT);
      g_assert_true (pop3_model_has (model, 2));
    }
}

/* The journal of another mailbox is not used by mistake. */
static void
test_other_mailbox (void)
{
  g_autoptr (Pop3Model) model = new_model (POP3_MODEL_PLAIN, 2);
  g_autoptr (Pop3Post) post = pop3_post_new ();
  g_autoptr (Client) account = open_account ();
  g_autoptr (TaubeCredentials) credentials = taube_credentials_new_password (TAUBE_TEST_PASSWORD);
  g_autoptr (Client) bob = pop3_client_new_with ("pop3", "bob", 110, "?tls=none", NULL, credentials);
  g_autoptr (GError) error = NULL;

  assert_run (post, account, "forever");
  g_assert_false (pop3_post_run (post, bob, TAUBE_JOURNAL_FLAGS_NONE, "forever", NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONFLICT);
}

/* What may go, and when. */
static void
test_policies (void)
{
  g_autoptr (Pop3Model) model = new_model (POP3_MODEL_PLAIN, 3);
  g_autoptr (Pop3Post) post = pop3_post_new ();
  g_autoptr (Client) account = open_account ();
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (TaubeIdSet) removed = taube_id_set_new_from_ids ((const char *const[]) { "u2", NULL });
  g_autoptr (TaubeIdSet) unheard = taube_id_set_new_from_ids ((const char *const[]) { "nobody", NULL });
  g_autoptr (GError) error = NULL;

  assert_run (post, account, "forever");
  assert_run (post, account, "until-removed");
  assert_run (post, account, "days=1");
  g_assert_cmpuint (pop3_model_count (model), ==, 3);
  g_assert_cmpuint (pop3_model_take_commands (model, "DELE"), ==, 0);
  g_assert_true (taube_folder_open_journal (inbox, post->journal, TAUBE_JOURNAL_FLAGS_NONE, NULL, &error));
  g_assert_false (taube_folder_confirm_removed (inbox, unheard, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_true (taube_folder_confirm_removed (inbox, removed, NULL, &error));
  taube_folder_close_journal (inbox);
  assert_run (post, account, "until-removed");
  g_assert_cmpuint (pop3_model_count (model), ==, 2);
  g_assert_false (pop3_model_has (model, 2));
  assert_stored_once (post, 3);
}

/* Ages count from when a message was first seen. */
static void
test_days (void)
{
  g_autoptr (Pop3Model) model = new_model (POP3_MODEL_PLAIN, 2);
  g_autoptr (Pop3Post) post = pop3_post_new ();
  g_autoptr (Client) account = open_account ();

  assert_run (post, account, "days=2");
  g_assert_cmpuint (pop3_model_count (model), ==, 2);
  pop3_post_age (post, "u1", 3 * 86400);
  assert_run (post, account, "days=2");
  g_assert_cmpuint (pop3_model_count (model), ==, 1);
  g_assert_true (pop3_model_has (model, 2));
}

/* Nothing goes that was not confirmed, whoever says what. */
static void
test_unconfirmed (void)
{
  g_autoptr (Pop3Model) model = new_model (POP3_MODEL_PLAIN, 3);
  g_autoptr (Pop3Post) post = pop3_post_new ();
  g_autoptr (Client) account = open_account ();
  g_autoptr (GError) error = NULL;

  /* The box is full after the first: the second and third have failed, and are retrieved another time. */
  post->fail_after = 1;
  g_assert_false (pop3_post_run (post, account, TAUBE_JOURNAL_FLAGS_NONE, "no", NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
  g_assert_cmpuint (pop3_post_count_all (post), ==, 1);
  g_assert_cmpuint (pop3_model_count (model), ==, 3);
  post->fail_after = 0;
  assert_run (post, account, "no");
  assert_stored_once (post, 3);
  g_assert_cmpuint (pop3_model_count (model), ==, 0);
}

/* The asynchronous forms do what the blocking ones do; who takes letters may confirm each at once. */

static void
on_done (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

static void
test_async (void)
{
  g_autoptr (Pop3Model) model = new_model (POP3_MODEL_PLAIN, 5);
  g_autoptr (Pop3Post) post = pop3_post_new ();
  g_autoptr (Client) account = open_account ();
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (TaubeReceiver) receiver = pop3_post_new_receiver (post, inbox);
  g_autoptr (TaubeLeavePolicy) policy = taube_leave_policy_new (TAUBE_LEAVE_KIND_NO, 0);
  g_autoptr (TaubeItemList) list = NULL, rest = NULL;
  g_autoptr (TaubeIdSet) ids = NULL;
  g_autoptr (TaubeBatchResult) retrieved = NULL, settled = NULL;
  g_autoptr (GAsyncResult) opened = NULL, listed = NULL, came = NULL, noted = NULL, gone = NULL;
  g_autoptr (GError) error = NULL;

  post->confirms_at_once = TRUE;
  taube_folder_open_journal_async (inbox, post->journal, TAUBE_JOURNAL_FLAGS_NONE, NULL, on_done, &opened);
  g_assert_true (taube_folder_open_journal_finish (inbox, wait_for (&opened), &error));
  taube_folder_list_unstored_async (inbox, NULL, NULL, on_done, &listed);
  list = taube_folder_list_unstored_finish (inbox, wait_for (&listed), &error);
  g_assert_no_error (error);
  ids = taube_item_list_get_ids (list);
  taube_folder_retrieve_async (inbox, ids, receiver, NULL, NULL, on_done, &came);
  retrieved = taube_folder_retrieve_finish (inbox, wait_for (&came), &error);
  g_assert_no_error (error);
  g_assert_true (taube_batch_result_is_all_done (retrieved));
  rest = taube_folder_list_unstored (inbox, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_item_list_get_size (rest), ==, 0);
  taube_folder_confirm_stored_async (inbox, ids, NULL, on_done, &noted);
  g_assert_true (taube_folder_confirm_stored_finish (inbox, wait_for (&noted), &error));
  taube_folder_settle_async (inbox, policy, NULL, NULL, on_done, &gone);
  settled = taube_folder_settle_finish (inbox, wait_for (&gone), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_batch_result_count (settled, TAUBE_BATCH_STATUS_DONE), ==, 5);
  assert_stored_once (post, 5);
  g_assert_cmpuint (pop3_model_count (model), ==, 0);
}

/* The journal is closed while the maildrop is listed with it: an error, and no more. */
static gpointer
close_soon (gpointer folder)
{
  taube_folder_close_journal (folder);
  return NULL;
}

static void
test_closed_meanwhile (void)
{
  g_autoptr (Pop3Model) model = new_model (POP3_MODEL_PLAIN, 200);
  g_autoptr (Pop3Post) post = pop3_post_new ();
  g_autoptr (Client) account = open_account ();
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");

  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TaubeItemList) list = NULL;
      GThread *thread;

      g_assert_true (taube_folder_open_journal (inbox, post->journal, TAUBE_JOURNAL_FLAGS_NONE, NULL, &error));
      thread = g_thread_new ("close", close_soon, inbox);
      list = taube_folder_list_unstored (inbox, NULL, NULL, &error);
      if (list == NULL)
        g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
      g_thread_join (thread);
      g_assert_false (taube_folder_has_journal (inbox));
    }
}

/* The setting decides when nobody says otherwise. */
static void
test_setting (void)
{
  g_autoptr (Pop3Model) model = new_model (POP3_MODEL_PLAIN, 2);
  g_autoptr (Pop3Post) post = pop3_post_new ();
  g_autoptr (Client) keeping = open_account ();
  g_autoptr (Client) taking = pop3_client_new ("pop3", 110, "?tls=none&leave=no", NULL);
  TaubeAccount *const accounts[] = { keeping, taking };

  assert_run (post, keeping, "forever");
  taube_account_disconnect (keeping, NULL, NULL);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (accounts[i], "INBOX");
      g_autoptr (TaubeBatchResult) result = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_true (taube_folder_open_journal (inbox, post->journal, TAUBE_JOURNAL_FLAGS_NONE, NULL, &error));
      result = taube_folder_settle (inbox, NULL, NULL, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (taube_batch_result_count (result, TAUBE_BATCH_STATUS_DONE), ==, i == 0 ? 0 : 2);
      taube_folder_close_journal (inbox);
      g_assert_cmpuint (pop3_model_count (model), ==, i == 0 ? 2 : 0);
    }
}

/* Without a journal, and without such a folder. */
static void
test_no_journal (void)
{
  g_autoptr (Pop3Model) model = new_model (POP3_MODEL_PLAIN, 1);
  g_autoptr (Pop3Post) post = pop3_post_new ();
  g_autoptr (Client) account = open_account ();
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (TaubeIdSet) ids = taube_id_set_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (taube_folder_has_journal (inbox));
  taube_folder_close_journal (inbox);
  g_assert_null (taube_folder_list_unstored (inbox, NULL, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (taube_folder_settle (inbox, NULL, NULL, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (taube_folder_confirm_stored (inbox, ids, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_cmpuint (pop3_model_take_turns (model), ==, 0);
  g_assert_true (taube_folder_open_journal (inbox, post->journal, TAUBE_JOURNAL_FLAGS_NONE, NULL, &error));
  g_assert_true (taube_folder_has_journal (inbox));
  g_assert_false (taube_folder_open_journal (inbox, post->journal, TAUBE_JOURNAL_FLAGS_NONE, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_EXISTS);
  g_assert_cmpuint (pop3_model_take_turns (model), ==, 0);
}

/* 54: a line of a single dot in the middle of a letter, which the server does not hide, is no end of it: it is noticed,
 * and the half letter is not taken for a whole one. */
static void
test_no_stuffing (void)
{
  g_autoptr (Pop3Model) model = new_model (POP3_MODEL_NO_STUFFING, 0);
  g_autoptr (Pop3Post) post = pop3_post_new ();
  g_autoptr (Client) account = open_account ();
  g_autoptr (GError) error = NULL;

  pop3_model_add_with (model, 1, "Subject: whole\n\nCoo.\n", NULL);
  pop3_model_add_with (model, 2, "Subject: half\n\nCoo.\n.\nThe other half.\n", NULL);
  g_assert_false (pop3_post_run (post, account, TAUBE_JOURNAL_FLAGS_NONE, "no", NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
  g_assert_cmpuint (post->abandoned, ==, 1);
  g_assert_cmpuint (pop3_post_count_all (post), ==, 1);
  g_assert_cmpuint (pop3_model_count (model), ==, 2);
}

/* A server that has no TOP and no UIDL gives each letter whole to be told apart: that is the one time. */
static void
test_once (void)
{
  g_autoptr (Pop3Model) model = new_model (POP3_MODEL_NO_UIDL | POP3_MODEL_NO_TOP, 4);
  g_autoptr (Pop3Post) post = pop3_post_new ();
  g_autoptr (Client) account = open_account ();

  assert_run (post, account, "forever");
  assert_stored_once (post, 4);
  for (guint i = 1; i <= 4; i++)
    g_assert_cmpuint (pop3_model_get_retrieved (model, i), ==, 1);
}

/* Ten thousand letters in one session, in fewer than one turn for twenty of them. */
static void
test_turns (gconstpointer traits)
{
  const guint n = 10000;
  g_autoptr (Pop3Model) model = new_model (GPOINTER_TO_UINT (traits), n);
  g_autoptr (Pop3Post) post = pop3_post_new ();
  g_autoptr (Client) account = open_account ();
  guint turns;

  assert_run (post, account, "no");
  turns = pop3_model_take_turns (model);
  g_assert_cmpuint (pop3_post_count_all (post), ==, n);
  g_assert_cmpuint (pop3_model_take_commands (model, "PASS"), ==, 1);
  g_assert_cmpuint (pop3_model_take_commands (model, "RETR"), ==, n);
  g_assert_cmpuint (pop3_model_take_commands (model, "DELE"), ==, n);
  g_assert_cmpuint (pop3_model_count (model), ==, 0);
  g_test_message ("%u turns for %u letters, with deleting them: one for %.1f", turns, n, (double) n / turns);
  if (traits == NULL)
    g_assert_cmpuint (turns, <, n / 20);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *path = g_strconcat ("/pop3/spool/runs/", kinds[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (kinds[i].traits), test_runs);
    }
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_strconcat ("/pop3/spool/names/", names[i].name, NULL);

      g_test_add_data_func (path, &names[i], test_names);
    }
  g_test_add_data_func ("/pop3/spool/twins/uidl", GUINT_TO_POINTER (POP3_MODEL_PLAIN), test_twins);
  g_test_add_data_func ("/pop3/spool/twins/no-uidl", GUINT_TO_POINTER (POP3_MODEL_NO_UIDL), test_twins);
  g_test_add_func ("/pop3/spool/renumbered", test_renumbered);
  g_test_add_func ("/pop3/spool/names-used-again", test_names_used_again);
  g_test_add_func ("/pop3/spool/names-used-again-blind", test_names_used_again_blind);
  g_test_add_func ("/pop3/spool/other-mailbox", test_other_mailbox);
  g_test_add_func ("/pop3/spool/policies", test_policies);
  g_test_add_func ("/pop3/spool/days", test_days);
  g_test_add_func ("/pop3/spool/unconfirmed", test_unconfirmed);
  g_test_add_func ("/pop3/spool/async", test_async);
  g_test_add_func ("/pop3/spool/closed-meanwhile", test_closed_meanwhile);
  g_test_add_func ("/pop3/spool/setting", test_setting);
  g_test_add_func ("/pop3/spool/no-journal", test_no_journal);
  g_test_add_func ("/pop3/spool/no-stuffing", test_no_stuffing);
  g_test_add_func ("/pop3/spool/once", test_once);
  g_test_add_data_func ("/pop3/spool/turns/pipelining", GUINT_TO_POINTER (POP3_MODEL_PLAIN), test_turns);
  g_test_add_data_func ("/pop3/spool/turns/one-by-one", GUINT_TO_POINTER (POP3_MODEL_NO_PIPELINING), test_turns);
  return g_test_run ();
}
