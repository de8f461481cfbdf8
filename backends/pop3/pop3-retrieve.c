/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-folder.h"

#include "pop3-gettext.h"

/* Many messages, one after the other, to one receiver.
 *
 * A message counts as whole only when the reply behind it has begun as a reply does: some servers do not put a dot
 * before lines that begin with one, and a line of a single dot then ends a message too early. */
typedef struct
{
  Pop3Folder *folder;
  Pop3Listing *listing;
  TaubeReceiver *receiver;
  TaubeBatchResult *result;
  TaubeProgress *progress;
  GCancellable *cancellable;
  GArray *positions; /* guint32 */
  guint sent, answered;
  guint position;    /* of the message that comes, or that came last */
  GOutputStream *sink; /* NULL: none that is not finished */
  Pop3Digester digester;
  Pop3Digest digest;
  guint64 done, total; /* bytes */
  gboolean stopped;  /* the receiver has failed */
} Retrieval;

static const char *
get_id (Retrieval *self, guint position)
{
  return pop3_maildrop_get_id (self->listing->drop, position);
}

static void
set_failed (Retrieval *self, guint position, const GError *error)
{
  g_autoptr (TaubeIdSet) ids = taube_id_set_new ();

  taube_id_set_add (ids, get_id (self, position));
  taube_batch_result_set_failed (self->result, ids, error);
}

static void
abandon (Retrieval *self)
{
  if (self->sink != NULL)
    taube_receiver_abandon (self->receiver, get_id (self, self->position), self->sink);
  g_clear_object (&self->sink);
  pop3_digester_clear (&self->digester);
}

/* A backend's receiver may fail without an error. */
static gboolean
stop (Retrieval *self, GError *local, GError **error)
{
  self->stopped = TRUE;
  if (local == NULL)
    local = g_error_new (TAUBE_ERROR, TAUBE_ERROR_STORAGE, _ ("message \"%s\" was not taken, and nobody says why"),
                         get_id (self, self->position));
  g_propagate_error (error, local);
  return FALSE;
}

static gboolean
open_sink (Retrieval *self, GError **error)
{
  GError *local = NULL;

  self->sink = taube_receiver_open (self->receiver, get_id (self, self->position),
                                    pop3_maildrop_get_mail (self->listing->drop, self->position)->size, &local);
  return self->sink != NULL || stop (self, local, error);
}

static gboolean
finish_sink (Retrieval *self, GError **error)
{
  const char *id = get_id (self, self->position);
  GError *local = NULL;
  gboolean taken;

  if (self->sink == NULL)
    return TRUE;
  pop3_spool_note_digest (self->folder, id, &self->digest);
  taken = taube_receiver_finish (self->receiver, id, self->sink, &local);
  g_clear_object (&self->sink);
  if (!taken)
    return stop (self, local, error);
  taube_batch_result_set_done (self->result, id, NULL);
  return TRUE;
}

static Pop3Command *
next_message (gpointer user_data)
{
  Retrieval *self = user_data;
  Pop3Command *command;
  guint32 position;

  if (self->sent == self->positions->len)
    return NULL;
  position = g_array_index (self->positions, guint32, self->sent++);
  command = pop3_command_new ("RETR");
  pop3_command_add_number (command, pop3_maildrop_get_mail (self->listing->drop, position)->number);
  return command;
}

static gboolean
message_answered (guint64 index, const Pop3Response *response, gpointer user_data, GError **error)
{
  Retrieval *self = user_data;
  g_autofree char *tried = NULL;
  g_autoptr (GError) refusal = NULL;

  if (!finish_sink (self, error))
    return FALSE;
  self->position = g_array_index (self->positions, guint32, index);
  self->answered = (guint) index + 1;
  if (response->status == POP3_STATUS_OK)
    return open_sink (self, error);
  tried = g_strdup_printf (_ ("cannot fetch message \"%s\""), get_id (self, self->position));
  refusal = pop3_session_make_error (self->listing->session, response, TAUBE_ERROR_NOT_FOUND, tried);
  set_failed (self, self->position, refusal);
  return TRUE;
}

static gboolean
message_data (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
  Retrieval *self = user_data;
  GError *local = NULL;

  pop3_digester_feed (&self->digester, data, length);
  if (!g_output_stream_write_all (self->sink, data, length, NULL, self->cancellable, &local))
    return stop (self, local, error);
  self->done += length;
  taube_progress_update (self->progress, self->done, MAX (self->total, self->done));
  return TRUE;
}

static gboolean
message_ended (guint64 index, gpointer user_data, GError **error)
{
  Retrieval *self = user_data;

  pop3_digester_end (&self->digester, &self->digest);
  return TRUE;
}

static gboolean
run (Retrieval *self, GError **error)
{
  static const Pop3Batch batch
    = { .next = next_message, .answered = message_answered, .data = message_data, .ended = message_ended };

  if (!pop3_session_run_batch (self->listing->session, &batch, self, self->cancellable, error))
    return FALSE;
  if (self->sink == NULL)
    return TRUE;
  /* That nothing more of the last message comes, only another answer tells. */
  if (!pop3_session_run (self->listing->session, pop3_command_new ("NOOP"), TAUBE_ERROR_PROTOCOL, "", NULL,
                         self->cancellable, error)
      && taube_session_is_broken (TAUBE_SESSION (self->listing->session)))
    return FALSE;
  g_clear_error (error);
  return finish_sink (self, error);
}

/* The message at which the connection broke, the one that came or the one that should have come, waits for the others
 * the next time. */
static void
note_suspect (Retrieval *self)
{
  guint32 position = self->position;

  if (self->stopped || !taube_session_is_broken (TAUBE_SESSION (self->listing->session))
      || g_cancellable_is_cancelled (self->cancellable) || self->positions->len == 0)
    return;
  if (self->sink == NULL && self->answered < self->positions->len)
    position = g_array_index (self->positions, guint32, self->answered);
  g_mutex_lock (&self->folder->lock);
  g_hash_table_insert (self->folder->suspects, g_strdup (get_id (self, position)),
                       GUINT_TO_POINTER (++self->folder->breaks));
  g_mutex_unlock (&self->folder->lock);
}

static int
compare_breaks (gconstpointer a, gconstpointer b, gpointer user_data)
{
  Retrieval *self = user_data;
  GHashTable *suspects = self->folder->suspects;
  guint one = GPOINTER_TO_UINT (g_hash_table_lookup (suspects, get_id (self, *(const guint32 *) a)));
  guint other = GPOINTER_TO_UINT (g_hash_table_lookup (suspects, get_id (self, *(const guint32 *) b)));

  return one < other ? -1 : one > other;
}

/* Takes those out of what is to be sent that wait for the others; at which it broke last comes last. (transfer full) */
static GArray *
take_suspects (Retrieval *self)
{
  GArray *late = g_array_new (FALSE, FALSE, sizeof (guint32)), *first = self->positions;
  guint n = 0;

  g_mutex_lock (&self->folder->lock);
  for (guint i = 0; i < first->len; i++)
    {
      guint32 position = g_array_index (first, guint32, i);

      if (g_hash_table_contains (self->folder->suspects, get_id (self, position)))
        g_array_append_val (late, position);
      else
        g_array_index (first, guint32, n++) = position;
    }
  g_array_sort_with_data (late, compare_breaks, self);
  g_mutex_unlock (&self->folder->lock);
  g_array_set_size (first, n);
  return late;
}

/* Nothing is sent behind a suspect but what tells that it is whole: one of them does not hold up another. */
static gboolean
run_suspects (Retrieval *self, GArray *late, GError **error)
{
  for (guint i = 0; i < late->len; i++)
    {
      g_array_set_size (self->positions, 0);
      g_array_append_val (self->positions, g_array_index (late, guint32, i));
      self->sent = self->answered = 0;
      if (!run (self, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
run_sent (Retrieval *self, GError **error)
{
  g_autoptr (GArray) late = take_suspects (self);

  return (self->positions->len == 0 || run (self, error)) && run_suspects (self, late, error);
}

/* What had to be retrieved before, to be told apart. */
static gboolean
run_hoarded (Retrieval *self, guint position, GError **error)
{
  Pop3Mail *mail = pop3_maildrop_get_mail (self->listing->drop, position);

  self->position = position;
  if (!open_sink (self, error)
      || !pop3_hoard_read (self->listing->hoard, mail->hoard, message_data, self, error))
    return FALSE;
  pop3_digester_end (&self->digester, &self->digest);
  return finish_sink (self, error);
}

static gboolean
run_all_hoarded (Retrieval *self, GArray *positions, GError **error)
{
  for (guint i = 0; i < positions->len; i++)
    {
      guint32 position = g_array_index (positions, guint32, i);

      if (pop3_maildrop_get_mail (self->listing->drop, position)->hoard == 0)
        g_array_append_val (self->positions, position);
      else if (!run_hoarded (self, position, error))
        return FALSE;
    }
  return TRUE;
}

/* Those of IDS that are there, in their order; the others have failed. (transfer full) */
static GArray *
choose (Retrieval *self, const TaubeIdSet *ids)
{
  g_autoptr (TaubeIdSet) missing = taube_id_set_copy (ids), there = taube_id_set_new ();
  g_autoptr (GError) error = NULL;
  GArray *positions = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (guint32 i = 0; i < pop3_maildrop_get_n_mails (self->listing->drop); i++)
    {
      const char *id = get_id (self, i);

      if (id == NULL || !taube_id_set_contains (ids, id))
        continue;
      g_array_append_val (positions, i);
      taube_id_set_add (there, id);
      self->total += pop3_maildrop_get_mail (self->listing->drop, i)->size;
    }
  taube_id_set_remove_set (missing, there);
  error = g_error_new (TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND, _ ("it is not in folder \"%s\""),
                       taube_folder_get_name (TAUBE_FOLDER (self->folder)));
  if (taube_id_set_get_size (missing) > 0)
    taube_batch_result_set_failed (self->result, missing, error);
  return positions;
}

/* Whatever has no outcome yet did not come because of ERROR. */
static void
fail_rest (TaubeBatchResult *result, const GError *error)
{
  g_autoptr (TaubeIdSet) rest = taube_batch_result_get_ids (result, TAUBE_BATCH_STATUS_UNKNOWN);

  if (taube_id_set_get_size (rest) > 0)
    taube_batch_result_set_failed (result, rest, error);
}

/* TaubeSpoolInterface.retrieve */
TaubeBatchResult *
pop3_folder_retrieve (TaubeFolder *folder, TaubeSession *session, const TaubeIdSet *ids, TaubeReceiver *receiver,
                      TaubeProgress *progress, GCancellable *cancellable, GError **error)
{
  Retrieval self = { .folder = POP3_FOLDER (folder), .receiver = receiver, .progress = progress,
                     .cancellable = cancellable };
  g_autoptr (TaubeBatchResult) result = taube_batch_result_new (ids);
  g_autoptr (GArray) positions = NULL, sent = g_array_new (FALSE, FALSE, sizeof (guint32));
  GError *local = NULL;

  if (!pop3_folder_begin (folder, POP3_SESSION (session), cancellable, error))
    return NULL;
  self.listing = pop3_folder_get_listing (folder, POP3_SESSION (session), cancellable, error);
  if (self.listing == NULL)
    return NULL;
  self.result = result;
  self.positions = sent;
  positions = choose (&self, ids);
  if (run_all_hoarded (&self, positions, &local) && run_sent (&self, &local))
    return g_steal_pointer (&result);
  note_suspect (&self);
  abandon (&self);
  if (taube_batch_result_count (result, TAUBE_BATCH_STATUS_DONE) == 0)
    {
      g_propagate_error (error, local);
      return NULL;
    }
  fail_rest (result, local);
  g_error_free (local);
  return g_steal_pointer (&result);
}
