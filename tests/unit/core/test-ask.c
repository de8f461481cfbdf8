/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-ask-private.h"

#include <taube/taube.h>

#include <string.h>

/* A fixture: questions are asked on the spot, or in CONTEXT, which a thread of its own runs. */
typedef struct
{
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
  TaubeUri *uri;
  TaubeAsk ask;

  guint asked;
  guint attempt;
  char *refusal;
  GThread *asked_on;
  TaubeQuestion *kept;
  GThread *answering;
  GCancellable *cancellable;
  gboolean freed;
} Fixture;

static void
invoke_here (gpointer target, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  func (data);
  notify (data);
}

static void
invoke_there (gpointer target, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_callback (source, func, data, notify);
  g_source_attach (source, ((Fixture *) target)->context);
}

static gpointer
run_context (gpointer data)
{
  Fixture *fixture = data;

  g_main_context_push_thread_default (fixture->context);
  g_main_loop_run (fixture->loop);
  g_main_context_pop_thread_default (fixture->context);
  return NULL;
}

static void
set_up (Fixture *fixture, gconstpointer there)
{
  fixture->uri = taube_uri_parse ("imaps://alice@mail.example.org", NULL);
  fixture->cancellable = g_cancellable_new ();
  fixture->ask.invoke = there != NULL ? invoke_there : invoke_here;
  fixture->ask.target = fixture;
  fixture->ask.uri = fixture->uri;
  if (there == NULL)
    return;
  fixture->context = g_main_context_new ();
  fixture->loop = g_main_loop_new (fixture->context, FALSE);
  fixture->thread = g_thread_new ("account", run_context, fixture);
}

static gboolean
quit (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

static void
tear_down (Fixture *fixture, gconstpointer there)
{
  if (there != NULL)
    {
      invoke_there (fixture, quit, fixture->loop, NULL);
      g_thread_join (fixture->thread);
      g_main_loop_unref (fixture->loop);
      g_main_context_unref (fixture->context);
    }
  g_clear_pointer (&fixture->answering, g_thread_join);
  g_clear_object (&fixture->kept);
  g_clear_object (&fixture->ask.credentials);
  g_clear_object (&fixture->cancellable);
  taube_uri_unref (fixture->uri);
  g_free (fixture->refusal);
}

static void
on_freed (gpointer data)
{
  g_atomic_int_set (&((Fixture *) data)->freed, TRUE);
}

static void
note (Fixture *fixture, TaubeQuestion *question)
{
  fixture->asked++;
  fixture->asked_on = g_thread_self ();
  fixture->attempt = taube_question_get_attempt (question);
  g_free (fixture->refusal);
  fixture->refusal = g_strdup (taube_question_get_refusal (question));
}

static void
answer_at_once (TaubeQuestion *question, gpointer user_data)
{
  note (user_data, question);
  g_assert_cmpint (taube_question_get_kind (question), ==, TAUBE_QUESTION_KIND_PASSWORD);
  g_assert_cmpstr (taube_question_get_user (question), ==, "alice");
  g_assert_cmpstr (taube_uri_get_host (taube_question_get_uri (question)), ==, "mail.example.org");
  g_assert_null (taube_question_get_certificate (question));
  taube_question_answer_password (question, "first");
  taube_question_answer_password (question, "second");
  taube_question_refuse (question);
}

static void
refuse (TaubeQuestion *question, gpointer user_data)
{
  note (user_data, question);
  taube_question_refuse (question);
  if (taube_question_get_kind (question) == TAUBE_QUESTION_KIND_PASSWORD)
    taube_question_answer_password (question, "late");
}

static void
say_nothing (TaubeQuestion *question, gpointer user_data)
{
  note (user_data, question);
}

static gpointer
answer_kept (gpointer data)
{
  TaubeQuestion *question = data;

  taube_question_answer_password (question, "from a thread");
  g_object_unref (question);
  return NULL;
}

static void
answer_from_thread (TaubeQuestion *question, gpointer user_data)
{
  Fixture *fixture = user_data;

  note (fixture, question);
  fixture->answering = g_thread_new ("answer", answer_kept, g_object_ref (question));
}

static gboolean
answer_later_func (gpointer data)
{
  Fixture *fixture = data;

  taube_question_answer_password (fixture->kept, "later");
  g_clear_object (&fixture->kept);
  return G_SOURCE_REMOVE;
}

/* What an application does that opens a dialog: back to the main loop, and an answer some time. */
static void
answer_later (TaubeQuestion *question, gpointer user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (GSource) source = g_idle_source_new ();
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();

  note (fixture, question);
  fixture->kept = g_object_ref (question);
  g_source_set_callback (source, answer_later_func, fixture, NULL);
  g_source_attach (source, context);
}

static void
keep_and_cancel (TaubeQuestion *question, gpointer user_data)
{
  Fixture *fixture = user_data;

  note (fixture, question);
  fixture->kept = g_object_ref (question);
  g_cancellable_cancel (fixture->cancellable);
}

static void
use_callback (Fixture *fixture, TaubeQuestionFunc func)
{
  g_clear_object (&fixture->ask.credentials);
  fixture->ask.credentials = taube_credentials_new_callback (func, fixture, on_freed);
}

static void
assert_password (Fixture *fixture, guint attempt, const char *refusal, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeSecret) secret
      = taube_ask_password (&fixture->ask, attempt, refusal, fixture->cancellable, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (taube_secret_peek (secret), ==, expected);
}

static void
assert_no_password (Fixture *fixture, guint attempt, const char *refusal, const char *expected)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (taube_ask_password (&fixture->ask, attempt, refusal, fixture->cancellable, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH);
  g_assert_cmpstr (error->message, ==, expected);
}

static void
test_fixed (Fixture *fixture, gconstpointer there)
{
  assert_no_password (fixture, 0, NULL, "cannot sign in as \"alice\" at mail.example.org: no password was given");
  fixture->ask.credentials = taube_credentials_new_password ("geheim");
  assert_password (fixture, 0, NULL, "geheim");
  assert_no_password (fixture, 1, "[AUTHENTICATIONFAILED] \xff",
                      "cannot sign in as \"alice\" at mail.example.org: server said \"[AUTHENTICATIONFAILED] "
                      "\xef\xbf\xbd\"");
}

static void
test_callback (Fixture *fixture, gconstpointer there)
{
  use_callback (fixture, answer_at_once);
  assert_password (fixture, 0, NULL, "first");
  g_assert_cmpuint (fixture->asked, ==, 1);
  g_assert_cmpuint (fixture->attempt, ==, 0);
  g_assert_null (fixture->refusal);
  g_assert_true ((fixture->asked_on == g_thread_self ()) == (there == NULL));
  assert_password (fixture, 2, "no \xff", "first");
  g_assert_cmpuint (fixture->attempt, ==, 2);
  g_assert_cmpstr (fixture->refusal, ==, "no \xef\xbf\xbd");
  use_callback (fixture, answer_later);
  assert_password (fixture, 0, NULL, "later");
  use_callback (fixture, answer_from_thread);
  assert_password (fixture, 0, NULL, "from a thread");
  g_clear_object (&fixture->ask.credentials);
  while (!g_atomic_int_get (&fixture->freed))
    g_thread_yield ();
}

static void
test_refusal (Fixture *fixture, gconstpointer there)
{
  use_callback (fixture, refuse);
  assert_no_password (fixture, 0, NULL, "cannot sign in as \"alice\" at mail.example.org: no password was given");
  assert_no_password (fixture, 1, "wrong", "cannot sign in as \"alice\" at mail.example.org: server said \"wrong\"");
  use_callback (fixture, say_nothing);
  assert_no_password (fixture, 0, NULL, "cannot sign in as \"alice\" at mail.example.org: no password was given");
  g_assert_cmpuint (fixture->asked, ==, 3);
}

static void
test_cancel (Fixture *fixture, gconstpointer there)
{
  g_autoptr (GError) error = NULL;

  use_callback (fixture, keep_and_cancel);
  g_assert_null (taube_ask_password (&fixture->ask, 0, NULL, fixture->cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (fixture->asked, ==, 1);
  /* An answer that comes too late hurts nobody. */
  taube_question_answer_password (fixture->kept, "late");

  g_clear_error (&error);
  g_assert_null (taube_ask_password (&fixture->ask, 0, NULL, fixture->cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (fixture->asked, ==, 1);
}

static gpointer
ask_on_thread (gpointer data)
{
  Fixture *fixture = data;
  g_autoptr (GError) error = NULL;

  g_assert_null (taube_ask_password (&fixture->ask, 0, NULL, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH);
  return NULL;
}

/* The context goes away with the question still in it: nobody will answer. */
static void
test_lost_context (void)
{
  Fixture fixture = { 0 };
  GThread *thread;

  set_up (&fixture, NULL);
  fixture.ask.invoke = invoke_there;
  fixture.context = g_main_context_new ();
  use_callback (&fixture, answer_at_once);
  thread = g_thread_new ("ask", ask_on_thread, &fixture);
  while (!g_main_context_pending (fixture.context))
    g_thread_yield ();
  g_clear_pointer (&fixture.context, g_main_context_unref);
  g_thread_join (thread);
  g_assert_cmpuint (fixture.asked, ==, 0);
  tear_down (&fixture, NULL);
}

/* A source of tokens as applications write them: on a GTask, ending later in the thread's default context. */
typedef struct
{
  GObject parent_instance;
  const char *token; /* NULL: an error */
  GCancellable *cancel;
  char *invalidated;
  GThread *thread;
} FakeSource;

typedef struct
{
  GObjectClass parent_class;
} FakeSourceClass;

GType fake_source_get_type (void);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeSource, g_object_unref)

static gboolean
end_token (gpointer data)
{
  GTask *task = data;
  FakeSource *self = g_task_get_source_object (task);

  if (self->token != NULL)
    g_task_return_pointer (task, g_strdup (self->token), g_free);
  else
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_FAILED, "the provider is away");
  return G_SOURCE_REMOVE;
}

static void
fake_get_token_async (TaubeTokenSource *source, const char *host, GCancellable *cancellable,
                      GAsyncReadyCallback callback, gpointer user_data)
{
  FakeSource *self = (FakeSource *) source;
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GSource) idle = g_idle_source_new ();

  g_assert_cmpstr (host, ==, "mail.example.org");
  self->thread = g_thread_self ();
  if (self->cancel != NULL)
    g_cancellable_cancel (self->cancel);
  g_task_attach_source (task, idle, end_token);
}

static char *
fake_get_token_finish (TaubeTokenSource *source, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
fake_invalidate (TaubeTokenSource *source, const char *token)
{
  FakeSource *self = (FakeSource *) source;

  g_free (self->invalidated);
  self->invalidated = g_strdup (token);
}

static void
fake_source_iface_init (TaubeTokenSourceInterface *iface)
{
  iface->get_token_async = fake_get_token_async;
  iface->get_token_finish = fake_get_token_finish;
  iface->invalidate = fake_invalidate;
}

G_DEFINE_TYPE_WITH_CODE (FakeSource, fake_source, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (TAUBE_TYPE_TOKEN_SOURCE, fake_source_iface_init))

static void
fake_source_finalize (GObject *object)
{
  g_free (((FakeSource *) object)->invalidated);
  G_OBJECT_CLASS (fake_source_parent_class)->finalize (object);
}

static void
fake_source_class_init (FakeSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = fake_source_finalize;
}

static void
fake_source_init (FakeSource *self)
{
}

static void
test_token (Fixture *fixture, gconstpointer there)
{
  g_autoptr (FakeSource) source = g_object_new (fake_source_get_type (), NULL);
  g_autoptr (TaubeSecret) token = NULL, next = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (taube_ask_token (&fixture->ask, NULL, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH);
  g_assert_cmpstr (error->message, ==,
                   "cannot sign in as \"alice\" at mail.example.org: no access token was given");
  g_clear_error (&error);

  fixture->ask.credentials = taube_credentials_new_token_source ((TaubeTokenSource *) source);
  source->token = "ya29.abc";
  token = taube_ask_token (&fixture->ask, NULL, fixture->cancellable, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (taube_secret_peek (token), ==, "ya29.abc");
  g_assert_null (source->invalidated);
  g_assert_true ((source->thread == g_thread_self ()) == (there == NULL));

  source->token = "ya29.def";
  next = taube_ask_token (&fixture->ask, token, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (source->invalidated, ==, "ya29.abc");
  g_assert_cmpstr (taube_secret_peek (next), ==, "ya29.def");

  source->token = NULL;
  g_assert_null (taube_ask_token (&fixture->ask, NULL, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH);
  g_assert_cmpstr (error->message, ==, "cannot sign in at mail.example.org: no access token: the provider is away");
  g_clear_error (&error);

  source->token = "evil\001auth=Bearer x";
  g_assert_null (taube_ask_token (&fixture->ask, NULL, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
  g_assert_null (strstr (error->message, "evil"));
  g_clear_error (&error);

  source->cancel = fixture->cancellable;
  g_assert_null (taube_ask_token (&fixture->ask, NULL, fixture->cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  /* A password is not what these credentials have. */
  assert_no_password (&(Fixture){ .ask = fixture->ask }, 0, NULL,
                      "cannot sign in as \"alice\" at mail.example.org: no password was given");
}

static void
trust (TaubeQuestion *question, gpointer user_data)
{
  g_assert_cmpint (taube_question_get_kind (question), ==, TAUBE_QUESTION_KIND_CERTIFICATE);
  g_assert_nonnull (taube_question_get_certificate (question));
  if (user_data != NULL)
    taube_question_answer_trust (question);
}

static void
test_trust (Fixture *fixture, gconstpointer there)
{
  g_autoptr (GObject) stand_in = G_OBJECT (taube_progress_new ());
  TaubeCertificate *certificate = (TaubeCertificate *) stand_in;

  g_assert_true (taube_ask_trust (&fixture->ask, taube_question_closure_new (trust, fixture, NULL), certificate, NULL));
  g_assert_false (taube_ask_trust (&fixture->ask, taube_question_closure_new (trust, NULL, NULL), certificate, NULL));
  g_assert_false (taube_ask_trust (&fixture->ask, taube_question_closure_new (refuse, fixture, NULL), certificate,
                                   NULL));
}

static void
allow (TaubeQuestion *question, gpointer user_data)
{
  const char *expected = user_data;

  g_assert_cmpint (taube_question_get_kind (question), ==, TAUBE_QUESTION_KIND_HOST);
  g_assert_null (taube_question_get_certificate (question));
  if (strcmp (taube_question_get_host (question), expected) == 0)
    taube_question_answer_trust (question);
}

/* Whoever gives nothing but a password is not asked, and has not agreed. */
static void
test_host (Fixture *fixture, gconstpointer there)
{
  g_autoptr (TaubeCredentials) password = taube_credentials_new_password ("secret");
  g_autoptr (TaubeCredentials) callback
    = taube_credentials_new_callback (allow, (gpointer) "mail.example.net", NULL);

  fixture->ask.credentials = password;
  g_assert_false (taube_ask_host (&fixture->ask, "mail.example.net", NULL));
  fixture->ask.credentials = NULL;
  g_assert_false (taube_ask_host (&fixture->ask, "mail.example.net", NULL));
  fixture->ask.credentials = callback;
  g_assert_true (taube_ask_host (&fixture->ask, "mail.example.net", NULL));
  g_assert_false (taube_ask_host (&fixture->ask, "mail.example.com", NULL));
  fixture->ask.credentials = NULL;
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) \
  g_test_add ("/ask/here/" path, Fixture, NULL, set_up, func, tear_down); \
  g_test_add ("/ask/there/" path, Fixture, "there", set_up, func, tear_down)
  ADD ("fixed", test_fixed);
  ADD ("callback", test_callback);
  ADD ("refusal", test_refusal);
  ADD ("cancel", test_cancel);
  ADD ("token", test_token);
  ADD ("trust", test_trust);
  ADD ("host", test_host);
  g_test_add_func ("/ask/lost-context", test_lost_context);
  return g_test_run ();
}
