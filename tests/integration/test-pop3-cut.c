/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-post.h"

#include <string.h>

/* Everything that the folder does, with the line cut behind each byte of what is sent and of what is answered, with
 * each read and write failing, and cancelled at each: what the library says became of it is compared with what the
 * server has. What is done is gone, what has failed is there, what is unknown is said to be so; and whatever happens,
 * a letter that left the server was stored, and none is stored twice. */

#define N_LETTERS 4

typedef enum
{
  CUT_RECEIVED,
  CUT_SAID,
  CUT_FAIL,
  CUT_CANCEL,
} Trouble;

typedef struct _Operation Operation;

typedef struct
{
  const Operation *operation;
  Pop3Model *model;
  Pop3Post *post;
  TaubeAccount *account;
  TaubeFolder *inbox;
  TaubeBatchResult *result;
  GError *error;
  gboolean ok;
} Try;

struct _Operation
{
  const char *name;
  Pop3ModelTraits traits;
  gboolean (*run) (Try *self, GError **error);
  void (*check) (Try *self);
  void (*finish) (Try *self); /* afterwards, on a line without trouble */
};

static TaubeAccount *
open_account (void)
{
  return pop3_client_new ("pop3", 110, "?tls=none", NULL);
}

/* Reading. */

static gboolean
run_list (Try *self, GError **error)
{
  g_autoptr (TaubeItemList) list = taube_folder_list (self->inbox, NULL, pop3_client_cancellable, error);

  if (list != NULL)
    {
      g_assert_cmpuint (taube_item_list_get_size (list), ==, N_LETTERS);
      g_assert_cmpstr (taube_message_list_get_subject (TAUBE_MESSAGE_LIST (list), 0), ==, "letter 1");
    }
  return list != NULL;
}

static gboolean
run_fetch (Try *self, GError **error)
{
  g_autoptr (TaubeItem) item = taube_folder_get_item (self->inbox, "u2", pop3_client_cancellable, error);
  g_autoptr (GBytes) raw = NULL;

  if (item == NULL)
    return FALSE;
  raw = taube_message_load_raw (TAUBE_MESSAGE (item), pop3_client_cancellable, error);
  if (raw != NULL)
    g_assert_nonnull (g_strstr_len (g_bytes_get_data (raw, NULL), (gssize) g_bytes_get_size (raw),
                                    "Coo 2.\r\n.dot\r\n"));
  return raw != NULL;
}

static gboolean
run_changes (Try *self, GError **error)
{
  g_autoptr (TaubeChanges) changes
    = taube_folder_get_changes (self->inbox, NULL, NULL, pop3_client_cancellable, error);

  if (changes != NULL)
    g_assert_cmpuint (taube_id_set_get_size (taube_changes_get_added (changes)), ==, N_LETTERS);
  return changes != NULL;
}

static void
check_nothing_gone (Try *self)
{
  g_assert_cmpuint (pop3_model_count (self->model), ==, N_LETTERS);
}

static void
finish_nothing (Try *self)
{
}

/* Remove: the letters 2 and 3. */

static gboolean
run_remove (Try *self, GError **error)
{
  g_autoptr (TaubeIdSet) ids = taube_id_set_new_from_ids ((const char *const[]) { "u2", "u3", NULL });

  self->result = taube_folder_remove (self->inbox, ids, NULL, pop3_client_cancellable, error);
  return self->result != NULL && taube_batch_result_is_all_done (self->result);
}

static void
check_remove (Try *self)
{
  g_assert_true (pop3_model_has (self->model, 1) && pop3_model_has (self->model, 4));
  for (guint i = 2; i <= 3; i++)
    {
      TaubeBatchStatus status = self->result == NULL
                                  ? TAUBE_BATCH_STATUS_FAILED
                                  : taube_batch_result_get_status (self->result, i == 2 ? "u2" : "u3");

      if (status != TAUBE_BATCH_STATUS_UNKNOWN)
        g_assert_cmpint (pop3_model_has (self->model, i), ==, status == TAUBE_BATCH_STATUS_FAILED);
    }
}

/* A whole run of one who retrieves mail and leaves nothing on the server. */

static gboolean
run_post (Try *self, GError **error)
{
  gboolean ok = pop3_post_run (self->post, self->account, TAUBE_JOURNAL_FLAGS_NONE, "no", &self->result, error);

  return ok && taube_batch_result_is_all_done (self->result);
}

static void
check_post (Try *self)
{
  for (guint i = 1; i <= N_LETTERS; i++)
    {
      g_assert_cmpuint (pop3_post_count (self->post, i), <=, 1);
      g_assert_true (pop3_model_has (self->model, i) || pop3_post_count (self->post, i) == 1);
    }
  if (self->ok)
    g_assert_cmpuint (pop3_model_count (self->model), ==, 0);
}

static void
finish_post (Try *self)
{
  g_autoptr (GError) error = NULL;

  pop3_post_run (self->post, self->account, TAUBE_JOURNAL_FLAGS_NONE, "no", NULL, &error);
  g_assert_no_error (error);
  for (guint i = 1; i <= N_LETTERS; i++)
    g_assert_cmpuint (pop3_post_count (self->post, i), ==, 1);
  g_assert_cmpuint (pop3_post_count_all (self->post), ==, N_LETTERS);
  g_assert_cmpuint (pop3_model_count (self->model), ==, 0);
}

static const Operation operations[] = {
  { "list", POP3_MODEL_PLAIN, run_list, check_nothing_gone, finish_nothing },
  { "list-without-top", POP3_MODEL_NO_TOP, run_list, check_nothing_gone, finish_nothing },
  { "fetch", POP3_MODEL_PLAIN, run_fetch, check_nothing_gone, finish_nothing },
  { "changes", POP3_MODEL_PLAIN, run_changes, check_nothing_gone, finish_nothing },
  { "remove", POP3_MODEL_PLAIN, run_remove, check_remove, finish_nothing },
  { "remove-one-by-one", POP3_MODEL_NO_PIPELINING, run_remove, check_remove, finish_nothing },
  { "remove-early", POP3_MODEL_DELETES_EARLY, run_remove, check_remove, finish_nothing },
  { "remove-half", POP3_MODEL_REFUSES_QUIT, run_remove, check_remove, finish_nothing },
  { "post", POP3_MODEL_PLAIN, run_post, check_post, finish_post },
  { "post-old", POP3_MODEL_NO_CAPA | POP3_MODEL_NO_UIDL | POP3_MODEL_NO_TOP, run_post, check_post, finish_post },
  { "post-early", POP3_MODEL_DELETES_EARLY, run_post, check_post, finish_post },
  { "post-half", POP3_MODEL_REFUSES_QUIT, run_post, check_post, finish_post },
  { "post-hidden", POP3_MODEL_DELETES_EARLY | POP3_MODEL_NO_UIDL, run_post, check_post, finish_post },
};

static void
try_init (Try *self, const Operation *operation, gsize chunk)
{
  g_autoptr (GError) error = NULL;

  *self = (Try){ .operation = operation, .model = pop3_model_new (operation->traits), .post = pop3_post_new () };
  for (guint i = 1; i <= N_LETTERS; i++)
    pop3_model_add (self->model, i);
  pop3_model_set_chunk (self->model, chunk);
  self->account = open_account ();
  self->inbox = taube_account_get_folder_by_name (self->account, "INBOX");
  taube_account_connect (self->account, NULL, &error);
  g_assert_no_error (error);
}

static void
try_run (Try *self)
{
  self->ok = self->operation->run (self, &self->error);
  if (self->error != NULL)
    g_assert_false (self->ok);
  self->operation->check (self);
}

static void
try_clear (Try *self)
{
  g_autoptr (GError) error = NULL;

  pop3_model_set_traits (self->model, self->operation->traits & ~POP3_MODEL_REFUSES_QUIT);
  self->operation->finish (self);
  taube_account_connect (self->account, NULL, &error);
  g_assert_no_error (error);
  taube_account_disconnect (self->account, NULL, &error);
  g_assert_no_error (error);
  g_clear_pointer (&self->result, taube_batch_result_unref);
  g_clear_error (&self->error);
  g_clear_object (&self->inbox);
  g_clear_object (&self->account);
  g_clear_pointer (&self->post, pop3_post_free);
  g_clear_pointer (&self->model, pop3_model_free);
}

static gboolean
is_unknown (Try *self)
{
  return self->result != NULL && taube_batch_result_count (self->result, TAUBE_BATCH_STATUS_UNKNOWN) > 0;
}

/* Makes trouble at the AT-th place; FALSE: there was no such place any more. */
static gboolean
try_at (const Operation *operation, Trouble trouble, guint at, gboolean once, gsize chunk, guint *n_unknown)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  gboolean happened = FALSE;
  Try try;

  try_init (&try, operation, chunk);
  /* Nobody gets in any more: there is no second look. */
  pop3_model_lock_out (try.model, once);
  if (trouble == CUT_RECEIVED || trouble == CUT_SAID)
    pop3_model_cut (try.model, trouble == CUT_SAID ? POP3_MODEL_CUT_SAID : POP3_MODEL_CUT_RECEIVED, at);
  else if (trouble == CUT_FAIL)
    pop3_model_fail_at (try.model, at);
  else
    pop3_model_cancel_at (try.model, at, cancellable);
  pop3_client_cancellable = trouble == CUT_CANCEL ? cancellable : NULL;
  try_run (&try);
  pop3_client_cancellable = NULL;
  happened = pop3_model_was_cut (try.model) || pop3_model_has_failed (try.model)
             || g_cancellable_is_cancelled (cancellable);
  pop3_model_cut (try.model, POP3_MODEL_CUT_SAID, 0);
  pop3_model_fail_at (try.model, 0);
  pop3_model_cancel_at (try.model, 0, NULL);
  pop3_model_lock_out (try.model, FALSE);
  *n_unknown += is_unknown (&try);
  if (!happened)
    g_assert_true (try.ok || once);
  if (trouble == CUT_CANCEL && try.error != NULL && happened)
    g_assert_true (g_error_matches (try.error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || is_unknown (&try)
                   || strcmp (try.error->message, "not all came") == 0);
  try_clear (&try);
  return happened;
}

static void
test_trouble (const Operation *operation, Trouble trouble, gboolean once, gsize chunk)
{
  guint at = 1, n_unknown = 0;

  while (try_at (operation, trouble, at, once, chunk, &n_unknown))
    at++;
  g_test_message ("at %u places; unknown %u times", at - 1, n_unknown);
  g_assert_cmpuint (at, >, 2);
}

static void
test_received (gconstpointer operation)
{
  test_trouble (operation, CUT_RECEIVED, FALSE, 0);
  test_trouble (operation, CUT_RECEIVED, TRUE, 0);
}

static void
test_said (gconstpointer operation)
{
  test_trouble (operation, CUT_SAID, FALSE, 0);
  test_trouble (operation, CUT_SAID, TRUE, 0);
}

static void
test_fail (gconstpointer operation)
{
  test_trouble (operation, CUT_FAIL, FALSE, 0);
  test_trouble (operation, CUT_FAIL, TRUE, 20);
}

static void
test_cancel (gconstpointer operation)
{
  test_trouble (operation, CUT_CANCEL, FALSE, 0);
  test_trouble (operation, CUT_CANCEL, FALSE, 20);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    GTestDataFunc func;
  } tests[] = {
    { "received", test_received }, { "said", test_said }, { "fail", test_fail }, { "cancel", test_cancel },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (operations); i++)
    for (guint k = 0; k < G_N_ELEMENTS (tests); k++)
      {
        g_autofree char *path = g_strdup_printf ("/pop3/cut/%s/%s", operations[i].name, tests[k].name);

        g_test_add_data_func (path, &operations[i], tests[k].func);
      }
  return g_test_run ();
}
