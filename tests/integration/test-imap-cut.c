/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-client.h"
#include "imap-model.h"

#include <string.h>

/* Everything that writes, with the line cut behind each byte of what is sent and of what is answered, and cancelled at
 * each read and write: what the library says became of it is compared with what the server has. What is done is there
 * once, what has failed is not there, what is unknown is said to be so, and nothing is ever lost. */

#define N_LETTERS 4

typedef struct _Operation Operation;

/* One try. */
typedef struct
{
  const Operation *operation;
  ImapModel *model;
  TaubeAccount *account;
  TaubeFolder *inbox;
  TaubeFolder *target;
  TaubeBatchResult *result;
  GError *error;
} Try;

struct _Operation
{
  const char *name;
  const char *extensions;
  gboolean empty;           /* INBOX has no letters */
  gboolean once;            /* it gets no second connection */
  TaubeBatchResult *(*run) (Try *self, GCancellable *cancellable, GError **error);
  void (*check) (Try *self);
};

static guint n_unknown;

static TaubeBatchStatus
get_status (Try *self, const char *id)
{
  TaubeBatchStatus status;
  g_autoptr (GError) error = NULL;

  if (self->result == NULL)
    return TAUBE_BATCH_STATUS_FAILED;
  status = taube_batch_result_get_status (self->result, id);
  error = taube_batch_result_get_error (self->result, id);
  g_assert_cmpint (status == TAUBE_BATCH_STATUS_DONE, ==, error == NULL);
  if (status == TAUBE_BATCH_STATUS_UNKNOWN)
    {
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_UNKNOWN_OUTCOME);
      n_unknown++;
    }
  return status;
}

/* The message NUMBER is in FOLDER once, where the result says. */
static void
assert_there (Try *self, const char *folder, guint number, const char *id)
{
  g_autofree char *text = imap_model_make_text (number);
  g_autofree char *new_id = taube_batch_result_get_new_id (self->result, id);
  g_autofree char *expected = NULL;
  guint32 uid;

  g_assert_cmpuint (imap_model_count (self->model, folder, text, &uid), ==, 1);
  expected = g_strdup_printf ("%u.%u", strcmp (folder, "INBOX") == 0 ? 7 : 8, uid);
  if (new_id != NULL)
    g_assert_cmpstr (new_id, ==, expected);
}

static guint
count (Try *self, const char *folder, guint number)
{
  g_autofree char *text = imap_model_make_text (number);

  return imap_model_count (self->model, folder, text, NULL);
}

/* Append. */

static TaubeBatchResult *
run_append (Try *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) sources = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 1; i <= 2; i++)
    {
      g_autofree char *text = imap_model_make_text (i);
      g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

      g_ptr_array_add (sources, taube_message_source_new_from_bytes (bytes));
    }
  return taube_folder_append (self->inbox, (TaubeMessageSource *const *) sources->pdata, 2, NULL, cancellable, error);
}

static void
check_append (Try *self)
{
  for (guint i = 1; i <= 2; i++)
    {
      const char *id = i == 1 ? "1" : "2";
      TaubeBatchStatus status = get_status (self, id);

      g_assert_cmpuint (count (self, "INBOX", i), <=, 1);
      if (status == TAUBE_BATCH_STATUS_DONE)
        assert_there (self, "INBOX", i, id);
      else if (status == TAUBE_BATCH_STATUS_FAILED)
        g_assert_cmpuint (count (self, "INBOX", i), ==, 0);
    }
}

/* Copy, move and remove: the letters 2 and 3, and one that is not there. */

static TaubeIdSet *
make_ids (void)
{
  static const char *const ids[] = { "7.2", "7.3", "7.99", NULL };

  return taube_id_set_new_from_ids (ids);
}

static TaubeBatchResult *
run_copy (Try *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (TaubeIdSet) ids = make_ids ();

  return taube_folder_copy (self->inbox, ids, self->target, NULL, cancellable, error);
}

static TaubeBatchResult *
run_move (Try *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (TaubeIdSet) ids = make_ids ();

  return taube_folder_move (self->inbox, ids, self->target, NULL, cancellable, error);
}

static TaubeBatchResult *
run_remove (Try *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (TaubeIdSet) ids = make_ids ();

  return taube_folder_remove (self->inbox, ids, NULL, cancellable, error);
}

/* Whatever happens, the others stay; the last one is marked as deleted by somebody else. */
static void
check_others (Try *self)
{
  g_assert_cmpuint (count (self, "INBOX", 1), ==, 1);
  g_assert_cmpuint (count (self, "INBOX", 4), ==, 1);
  g_assert_cmpuint (count (self, "Target", 1) + count (self, "Target", 4), ==, 0);
  g_assert_cmpint (get_status (self, "7.99"), !=, TAUBE_BATCH_STATUS_DONE);
}

static void
check_copy (Try *self)
{
  check_others (self);
  for (guint i = 2; i <= 3; i++)
    {
      const char *id = i == 2 ? "7.2" : "7.3";
      TaubeBatchStatus status = get_status (self, id);

      g_assert_cmpuint (count (self, "INBOX", i), ==, 1);
      g_assert_cmpuint (count (self, "Target", i), <=, 1);
      if (status == TAUBE_BATCH_STATUS_DONE)
        assert_there (self, "Target", i, id);
      else if (status == TAUBE_BATCH_STATUS_FAILED)
        g_assert_cmpuint (count (self, "Target", i), ==, 0);
    }
}

static void
check_move (Try *self)
{
  check_others (self);
  for (guint i = 2; i <= 3; i++)
    {
      const char *id = i == 2 ? "7.2" : "7.3";
      TaubeBatchStatus status = get_status (self, id);

      g_assert_cmpuint (count (self, "INBOX", i) + count (self, "Target", i), >=, 1);
      g_assert_cmpuint (count (self, "Target", i), <=, 1);
      if (status == TAUBE_BATCH_STATUS_DONE)
        {
          assert_there (self, "Target", i, id);
          g_assert_cmpuint (count (self, "INBOX", i), ==, 0);
        }
      else if (status == TAUBE_BATCH_STATUS_FAILED)
        {
          g_assert_cmpuint (count (self, "INBOX", i), ==, 1);
          g_assert_cmpuint (count (self, "Target", i), ==, 0);
        }
    }
}

static void
check_remove (Try *self)
{
  g_assert_cmpuint (count (self, "INBOX", 1), ==, 1);
  g_assert_cmpuint (count (self, "INBOX", 4), ==, 1);
  for (guint i = 2; i <= 3; i++)
    {
      TaubeBatchStatus status = get_status (self, i == 2 ? "7.2" : "7.3");

      if (status != TAUBE_BATCH_STATUS_UNKNOWN)
        g_assert_cmpuint (count (self, "INBOX", i), ==, status == TAUBE_BATCH_STATUS_DONE ? 0 : 1);
    }
}

/* Replace: letter 9 comes in the place of letter 2. */

static TaubeBatchResult *
run_replace (Try *self, GCancellable *cancellable, GError **error)
{
  g_autofree char *text = imap_model_make_text (9);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (TaubeMessageSource) source = taube_message_source_new_from_bytes (bytes);

  return taube_folder_replace (self->inbox, "7.2", source, NULL, cancellable, error);
}

static void
check_replace (Try *self)
{
  TaubeBatchStatus status = get_status (self, "7.2");

  g_assert_cmpuint (count (self, "INBOX", 2) + count (self, "INBOX", 9), >=, 1);
  g_assert_cmpuint (count (self, "INBOX", 9), <=, 1);
  g_assert_cmpuint (count (self, "INBOX", 1), ==, 1);
  g_assert_cmpuint (count (self, "INBOX", 4), ==, 1);
  if (status == TAUBE_BATCH_STATUS_DONE)
    {
      assert_there (self, "INBOX", 9, "7.2");
      g_assert_cmpuint (count (self, "INBOX", 2), ==, 0);
    }
  else if (status == TAUBE_BATCH_STATUS_FAILED)
    {
      g_assert_cmpuint (count (self, "INBOX", 2), ==, 1);
      g_assert_cmpuint (count (self, "INBOX", 9), ==, 0);
    }
}

/* Flags: the letters 2 and 3 are marked as deleted. */

static TaubeBatchResult *
run_flags (Try *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (TaubeIdSet) ids = make_ids ();

  return taube_folder_set_flags (self->inbox, ids, TAUBE_FLAGS_MODE_ADD, TAUBE_MESSAGE_FLAGS_DELETED, NULL,
                                 cancellable, error);
}

static void
check_flags (Try *self)
{
  GPtrArray *messages = imap_model_get_messages (self->model, "INBOX");

  g_assert_cmpuint (messages->len, ==, N_LETTERS);
  for (guint i = 2; i <= 3; i++)
    {
      const ImapModelMessage *message = messages->pdata[i - 1];
      TaubeBatchStatus status = get_status (self, i == 2 ? "7.2" : "7.3");

      if (status != TAUBE_BATCH_STATUS_UNKNOWN)
        g_assert_cmpint (message->deleted, ==, status == TAUBE_BATCH_STATUS_DONE);
    }
}

static const Operation operations[] = {
  { "append", "UIDPLUS LITERAL+", TRUE, FALSE, run_append, check_append },
  { "append-sync", "UIDPLUS", TRUE, FALSE, run_append, check_append },
  { "append-several", "UIDPLUS MULTIAPPEND LITERAL-", TRUE, FALSE, run_append, check_append },
  { "append-old", "LITERAL+", TRUE, FALSE, run_append, check_append },
  { "append-several-old", "MULTIAPPEND", TRUE, FALSE, run_append, check_append },
  { "copy", "UIDPLUS", FALSE, FALSE, run_copy, check_copy },
  { "copy-old", "", FALSE, FALSE, run_copy, check_copy },
  { "move", "UIDPLUS MOVE", FALSE, FALSE, run_move, check_move },
  { "move-silent", "MOVE", FALSE, FALSE, run_move, check_move },
  { "move-old", "UIDPLUS", FALSE, FALSE, run_move, check_move },
  { "move-old-silent", "UIDPLUS NOCOPYUID", FALSE, FALSE, run_move, check_move },
  { "remove", "UIDPLUS", FALSE, FALSE, run_remove, check_remove },
  { "replace", "UIDPLUS REPLACE LITERAL+", FALSE, FALSE, run_replace, check_replace },
  { "replace-old", "UIDPLUS", FALSE, FALSE, run_replace, check_replace },
  { "replace-old-silent", "UIDPLUS NOCOPYUID LITERAL+", FALSE, FALSE, run_replace, check_replace },
  { "flags", "", FALSE, TRUE, run_flags, check_flags },
};

static void
try_init (Try *self, const Operation *operation, gsize chunk)
{
  g_autoptr (GError) error = NULL;

  *self = (Try){ .operation = operation, .model = imap_model_new (operation->extensions) };
  for (guint i = 1; i <= N_LETTERS && !operation->empty; i++)
    imap_model_add (self->model, "INBOX", i, i == N_LETTERS);
  imap_model_set_chunk (self->model, chunk);
  self->account = imap_client_new ("imap", 143, "?tls=none&max-connections=1", NULL);
  self->inbox = taube_account_get_folder_by_name (self->account, "INBOX");
  self->target = taube_account_get_folder_by_name (self->account, "Target");
  taube_account_connect (self->account, NULL, &error);
  g_assert_no_error (error);
}

static void
try_run (Try *self, GCancellable *cancellable)
{
  self->result = self->operation->run (self, cancellable, &self->error);
  g_assert_cmpint (self->result == NULL, ==, self->error != NULL);
  self->operation->check (self);
}

static void
try_clear (Try *self)
{
  g_autoptr (GError) error = NULL;

  /* Whatever happened, the account is of use. */
  taube_account_connect (self->account, NULL, &error);
  g_assert_no_error (error);
  taube_account_disconnect (self->account, NULL, &error);
  g_assert_no_error (error);
  g_clear_pointer (&self->result, taube_batch_result_unref);
  g_clear_error (&self->error);
  g_clear_object (&self->inbox);
  g_clear_object (&self->target);
  g_clear_object (&self->account);
  g_clear_pointer (&self->model, imap_model_free);
}

static gboolean
is_all_done (Try *self)
{
  return self->result != NULL && taube_batch_result_count (self->result, TAUBE_BATCH_STATUS_UNKNOWN) == 0
         && taube_batch_result_get_status (self->result, self->operation->empty ? "1" : "7.2")
              == TAUBE_BATCH_STATUS_DONE;
}

static gboolean
is_unknown (Try *self)
{
  return self->result != NULL && taube_batch_result_count (self->result, TAUBE_BATCH_STATUS_UNKNOWN) > 0;
}

static void
test_cut (const Operation *operation, ImapModelCut cut)
{
  guint byte = 0, n_all_done = 0;
  gboolean was_cut, wrote;

  n_unknown = 0;
  do
    {
      Try try;

      try_init (&try, operation, 0);
      imap_model_cut (try.model, cut, ++byte);
      try_run (&try, NULL);
      was_cut = imap_model_was_cut (try.model, &wrote);
      imap_model_cut (try.model, cut, 0);
      n_all_done += is_all_done (&try);
      /* What the server has never seen as a whole it has never done: either that is known, and it was done on the next
       * connection, or it is not. */
      g_assert_true (was_cut || is_all_done (&try));
      g_assert_true (wrote || is_all_done (&try) || is_unknown (&try) || operation->once);
      imap_model_catch_up (try.model);
      operation->check (&try);
      try_clear (&try);
    }
  while (was_cut);
  g_test_message ("cut behind %u bytes: done all the same %u times, unknown %u", byte - 1, n_all_done - 1, n_unknown);
  g_assert_cmpuint (byte, >, 50);
}

static void
test_received (gconstpointer operation)
{
  test_cut (operation, IMAP_MODEL_CUT_RECEIVED);
}

static void
test_said (gconstpointer operation)
{
  test_cut (operation, IMAP_MODEL_CUT_SAID);
}

static void
test_late (gconstpointer operation)
{
  test_cut (operation, IMAP_MODEL_CUT_LATE);
}

static void
test_cancel (gconstpointer operation)
{
  static const gsize chunks[] = { 0, 20 };

  for (guint i = 0; i < G_N_ELEMENTS (chunks); i++)
    {
      gboolean cancelled;
      guint call = 0;

      do
        {
          g_autoptr (GCancellable) cancellable = g_cancellable_new ();
          Try try;

          try_init (&try, operation, chunks[i]);
          imap_model_cancel_at (try.model, ++call, cancellable);
          try_run (&try, cancellable);
          cancelled = g_cancellable_is_cancelled (cancellable);
          imap_model_cancel_at (try.model, 0, NULL);
          if (try.error != NULL)
            g_assert_error (try.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
          try_clear (&try);
        }
      while (cancelled);
      g_test_message ("%u reads and writes", call - 1);
      g_assert_cmpuint (call, >, 4);
    }
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    GTestDataFunc func;
  } ways[] = { { "received", test_received }, { "said", test_said }, { "late", test_late }, { "cancel", test_cancel } };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (operations); i++)
    for (guint j = 0; j < G_N_ELEMENTS (ways); j++)
      {
        g_autofree char *path = g_strdup_printf ("/imap/cut/%s/%s", ways[j].name, operations[i].name);

        g_test_add_data_func (path, &operations[i], ways[j].func);
      }
  return g_test_run ();
}
