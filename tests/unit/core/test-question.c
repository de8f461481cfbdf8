/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube.h>

#include <string.h>

/* Questions by way of a real account, of the module "good": its server takes "geheim" and nothing else. */
typedef struct
{
  TaubeAccount *account;
  guint asked;
  GThread *thread;
  TaubeQuestion *kept;
  gboolean tried_inside;
  GCancellable *cancellable;
  GError *error;
  gboolean ended;
} Fixture;

/* With one connection, so that a call waits for the one that asks. */
static TaubeAccount *
create_account (TaubeCredentials *credentials)
{
  g_autoptr (GError) error = NULL;
  TaubeAccount *account
      = taube_account_create ("testing-good://alice@mail.example.org?timeout=7&max-connections=1", credentials, &error);

  g_assert_no_error (error);
  return account;
}

static void
set_up (Fixture *fixture, TaubeQuestionFunc func)
{
  g_autoptr (TaubeCredentials) credentials = taube_credentials_new_callback (func, fixture, NULL);

  fixture->account = create_account (credentials);
}

static void
answer_second_time (TaubeQuestion *question, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->thread = g_thread_self ();
  g_assert_cmpuint (taube_question_get_attempt (question), ==, fixture->asked);
  g_assert_cmpstr (taube_question_get_refusal (question), ==,
                   fixture->asked == 0 ? NULL : "[AUTHENTICATIONFAILED] wrong");
  taube_question_answer_password (question, fixture->asked == 1 ? "geheim" : "falsch");
  fixture->asked++;
}

static gboolean
answer_kept (gpointer data)
{
  Fixture *fixture = data;

  taube_question_answer_password (fixture->kept, "geheim");
  g_clear_object (&fixture->kept);
  return G_SOURCE_REMOVE;
}

static void
answer_later (TaubeQuestion *question, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->asked++;
  fixture->thread = g_thread_self ();
  fixture->kept = g_object_ref (question);
  g_idle_add (answer_kept, fixture);
}

static gboolean
answer_at_last (gpointer data)
{
  Fixture *fixture = data;

  g_assert_true (g_thread_self () == fixture->thread);
  return answer_kept (data);
}

static void
go_on (GSourceFunc func, gpointer data)
{
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();
  g_autoptr (GSource) source = g_timeout_source_new (1);

  g_source_set_callback (source, func, data, NULL);
  g_source_attach (source, context);
}

static gboolean
go_on_searching (gpointer data)
{
  Fixture *fixture = data;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_thread_self () == fixture->thread);
  /* Still inside the question. */
  g_assert_false (taube_account_connect (fixture->account, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
  go_on (answer_at_last, fixture);
  return G_SOURCE_REMOVE;
}

/* As a dialog or a token source that needs several turns of a main loop. */
static void
search_for_an_answer (TaubeQuestion *question, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->asked++;
  fixture->thread = g_thread_self ();
  fixture->kept = g_object_ref (question);
  go_on (go_on_searching, fixture);
}

static void
keep (TaubeQuestion *question, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->asked++;
  fixture->kept = g_object_ref (question);
}

static void
connect_inside (TaubeQuestion *question, gpointer user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (GError) error = NULL;

  g_assert_false (taube_account_connect (fixture->account, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
  fixture->tried_inside = TRUE;
  taube_question_answer_password (question, "geheim");
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *fixture = user_data;

  taube_account_connect_finish (TAUBE_ACCOUNT (source), result, &fixture->error);
  fixture->ended = TRUE;
}

static void
test_fixed (void)
{
  g_autoptr (TaubeCredentials) right = taube_credentials_new_password ("geheim");
  g_autoptr (TaubeCredentials) wrong = taube_credentials_new_password ("falsch");
  g_autoptr (TaubeAccount) with_right = create_account (right);
  g_autoptr (TaubeAccount) with_wrong = create_account (wrong);
  g_autoptr (TaubeAccount) without = create_account (NULL);
  g_autoptr (GError) error = NULL;

  taube_account_connect (with_right, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (taube_account_connect (with_wrong, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH);
  g_assert_nonnull (strstr (error->message, "server said \"[AUTHENTICATIONFAILED] wrong\""));
  g_assert_null (strstr (error->message, "falsch"));
  g_clear_error (&error);
  g_assert_false (taube_account_connect (without, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH);
}

static void
test_blocking (void)
{
  Fixture fixture = { 0 };
  g_autoptr (GError) error = NULL;

  set_up (&fixture, answer_second_time);
  taube_account_connect (fixture.account, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (fixture.asked, ==, 2);
  g_assert_true (fixture.thread == g_thread_self ());
  g_object_unref (fixture.account);
}

static void
test_async (void)
{
  Fixture fixture = { 0 };

  set_up (&fixture, answer_later);
  taube_account_connect_async (fixture.account, NULL, on_connected, &fixture);
  while (!fixture.ended)
    g_main_context_iteration (NULL, TRUE);
  g_assert_no_error (fixture.error);
  g_assert_cmpuint (fixture.asked, ==, 1);
  g_assert_true (fixture.thread == g_thread_self ());
  g_object_unref (fixture.account);
}

/* The account goes while its question is open: the call ends, and an answer that comes then hurts nobody. */
static void
test_dispose (void)
{
  Fixture fixture = { 0 };

  set_up (&fixture, keep);
  taube_account_connect_async (fixture.account, NULL, on_connected, &fixture);
  while (fixture.kept == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_object_run_dispose (G_OBJECT (fixture.account));
  g_object_unref (fixture.account);
  while (!fixture.ended)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (fixture.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  taube_question_answer_password (fixture.kept, "geheim");
  g_clear_object (&fixture.kept);
  g_clear_error (&fixture.error);
}

static void
test_cancel (void)
{
  Fixture fixture = { 0 };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  set_up (&fixture, keep);
  taube_account_connect_async (fixture.account, cancellable, on_connected, &fixture);
  while (fixture.kept == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_cancellable_cancel (cancellable);
  while (!fixture.ended)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (fixture.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&fixture.error);
  g_clear_object (&fixture.kept);
  g_object_unref (fixture.account);
}

static void
test_inside (void)
{
  Fixture fixture = { 0 };
  g_autoptr (GError) error = NULL;

  set_up (&fixture, connect_inside);
  taube_account_connect (fixture.account, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (fixture.tried_inside);
  g_object_unref (fixture.account);
}

static void
wait_for_end (Fixture *fixture)
{
  while (!fixture->ended)
    g_main_context_iteration (NULL, TRUE);
  g_assert_no_error (fixture->error);
  g_assert_cmpuint (fixture->asked, ==, 1);
  g_assert_true (fixture->thread == g_thread_self ());
  g_assert_null (fixture->kept);
}

/* A worker asks; the thread of the context waits for the connection that the worker has, and so cannot run it. */
static void
test_while_the_context_is_blocked (void)
{
  Fixture fixture = { 0 };
  g_autoptr (GError) error = NULL;

  set_up (&fixture, search_for_an_answer);
  taube_account_connect_async (fixture.account, NULL, on_connected, &fixture);
  g_assert_true (taube_account_connect (fixture.account, NULL, &error));
  g_assert_no_error (error);
  wait_for_end (&fixture);
  g_object_unref (fixture.account);
}

/* The same, but the search for an answer has begun in the main loop. */
static void
test_before_the_context_is_blocked (void)
{
  Fixture fixture = { 0 };
  g_autoptr (GError) error = NULL;

  set_up (&fixture, search_for_an_answer);
  taube_account_connect_async (fixture.account, NULL, on_connected, &fixture);
  while (fixture.asked == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (taube_account_connect (fixture.account, NULL, &error));
  g_assert_no_error (error);
  wait_for_end (&fixture);
  g_object_unref (fixture.account);
}

static void
keep_and_cancel (TaubeQuestion *question, gpointer user_data)
{
  Fixture *fixture = user_data;

  search_for_an_answer (question, user_data);
  g_cancellable_cancel (fixture->cancellable);
}

/* The blocked call goes, the search goes on in the main loop. */
static void
test_after_the_context_was_blocked (void)
{
  Fixture fixture = { 0 };
  g_autoptr (GError) error = NULL;

  set_up (&fixture, keep_and_cancel);
  fixture.cancellable = g_cancellable_new ();
  taube_account_connect_async (fixture.account, NULL, on_connected, &fixture);
  g_assert_false (taube_account_connect (fixture.account, fixture.cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  wait_for_end (&fixture);
  g_object_unref (fixture.cancellable);
  g_object_unref (fixture.account);
}

static gint enough; /* atomic */

static gpointer
take_the_context (gpointer data)
{
  while (!g_atomic_int_get (&enough))
    if (g_main_context_acquire (NULL))
      {
        g_thread_yield ();
        g_main_context_release (NULL);
      }
  return NULL;
}

static void
answer_at_once (TaubeQuestion *question, gpointer user_data)
{
  taube_question_answer_password (question, "geheim");
}

/* Other threads of the library take the context for a moment, to drop something: who cannot have it then asks later. */
static void
test_while_others_take_the_context (void)
{
  Fixture fixture = { 0 };
  GThread *thread = g_thread_new ("taker", take_the_context, NULL);

  set_up (&fixture, answer_at_once);
  for (guint round = 0; round < 20; round++)
    {
      g_autoptr (GError) error = NULL;

      taube_account_connect (fixture.account, NULL, &error);
      g_assert_no_error (error);
      taube_account_disconnect (fixture.account, NULL, &error);
      g_assert_no_error (error);
    }
  g_atomic_int_set (&enough, TRUE);
  g_thread_join (thread);
  g_object_unref (fixture.account);
}

/* What the URI says goes over the settings, and only into the account's own copy. */
static void
test_settings (void)
{
  g_autoptr (TaubeSettings) settings = taube_settings_new ();
  g_autoptr (TaubeAccount) account = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *timeout = NULL, *mine = NULL, *auth = NULL, *poll = NULL;
  TaubeSettings *merged;

  g_assert_true (taube_settings_set (settings, "timeout", "9", NULL));
  g_assert_true (taube_settings_set (settings, "poll-interval", "11", NULL));
  account = taube_account_create_with_settings ("testing-good://alice;AUTH=PLAIN@h/INBOX?timeout=7", settings, NULL,
                                                &error);
  g_assert_no_error (error);
  merged = taube_account_get_settings (account);
  timeout = taube_settings_get (merged, "timeout");
  poll = taube_settings_get (merged, "poll-interval");
  auth = taube_settings_get (merged, "auth");
  mine = taube_settings_get (settings, "timeout");
  g_assert_cmpstr (timeout, ==, "7");
  g_assert_cmpstr (poll, ==, "11");
  g_assert_cmpstr (auth, ==, "PLAIN");
  g_assert_cmpstr (mine, ==, "9");
  g_assert_null (taube_account_create ("testing-good://h?colour=red", NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (taube_account_create ("nothing://h", NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_setenv ("TAUBE_BACKEND_PATH", g_getenv ("TAUBE_TEST_MODULES"), TRUE);
  g_test_add_func ("/question/fixed", test_fixed);
  g_test_add_func ("/question/blocking", test_blocking);
  g_test_add_func ("/question/async", test_async);
  g_test_add_func ("/question/dispose", test_dispose);
  g_test_add_func ("/question/cancel", test_cancel);
  g_test_add_func ("/question/inside", test_inside);
  g_test_add_func ("/question/while-the-context-is-blocked", test_while_the_context_is_blocked);
  g_test_add_func ("/question/before-the-context-is-blocked", test_before_the_context_is_blocked);
  g_test_add_func ("/question/after-the-context-was-blocked", test_after_the_context_was_blocked);
  g_test_add_func ("/question/while-others-take-the-context", test_while_others_take_the_context);
  g_test_add_func ("/question/settings", test_settings);
  return g_test_run ();
}
