/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-folder.h"

#include "pop3-gettext.h"

/* DELE marks, and only QUIT makes it true: both are one job, which is done when QUIT was answered. A server deletes
 * nothing when the connection breaks before (RFC 1939 section 6); since not all do as they should, what was marked is
 * looked after in any case. */
typedef struct
{
  Pop3Listing *listing;
  TaubeBatchResult *result;
  TaubeProgress *progress;
  GArray *positions; /* guint32 */
  guint sent;
  TaubeIdSet *marked;
} Deletion;

static void
add_id (Deletion *self, TaubeIdSet *ids, guint position)
{
  taube_id_set_add (ids, pop3_maildrop_get_id (self->listing->drop, position));
}

static Pop3Command *
next_deletion (gpointer user_data)
{
  Deletion *self = user_data;
  Pop3Command *command;
  guint32 position;

  if (self->sent == self->positions->len)
    return NULL;
  position = g_array_index (self->positions, guint32, self->sent++);
  add_id (self, self->marked, position);
  self->listing->session->marked++;
  command = pop3_command_new ("DELE");
  pop3_command_add_number (command, pop3_maildrop_get_mail (self->listing->drop, position)->number);
  return command;
}

static gboolean
deletion_answered (guint64 index, const Pop3Response *response, gpointer user_data, GError **error)
{
  Deletion *self = user_data;
  guint32 position = g_array_index (self->positions, guint32, index);
  g_autoptr (TaubeIdSet) ids = taube_id_set_new ();
  g_autoptr (GError) refusal = NULL;
  g_autofree char *tried = NULL;

  taube_progress_update (self->progress, index + 1, self->positions->len);
  if (response->status == POP3_STATUS_OK)
    return TRUE;
  add_id (self, ids, position);
  tried = g_strdup_printf (_ ("cannot remove message \"%s\""), pop3_maildrop_get_id (self->listing->drop, position));
  refusal = pop3_session_make_error (self->listing->session, response, TAUBE_ERROR_PERMISSION, tried);
  taube_batch_result_set_failed (self->result, ids, refusal);
  taube_id_set_remove_set (self->marked, ids);
  self->listing->session->marked--;
  return TRUE;
}

static void
set_unknown (Deletion *self, GError *why)
{
  g_autoptr (GError) doubt = g_error_new (TAUBE_ERROR, TAUBE_ERROR_UNKNOWN_OUTCOME, "%s", why->message);

  taube_batch_result_set_unknown (self->result, self->marked, doubt);
}

gboolean
pop3_folder_delete (Pop3Listing *listing, GArray *positions, TaubeBatchResult *result, TaubeProgress *progress,
                    GCancellable *cancellable)
{
  static const Pop3Batch batch = { .next = next_deletion, .answered = deletion_answered };
  Deletion self = { .listing = listing, .result = result, .progress = progress, .positions = positions };
  g_autoptr (TaubeIdSet) marked = taube_id_set_new ();
  g_autoptr (GError) error = NULL;
  gboolean again = FALSE;
  guint64 n;

  if (positions->len == 0)
    return FALSE;
  self.marked = marked;
  if (!pop3_session_run_batch (listing->session, &batch, &self, cancellable, &error))
    again = TRUE;
  n = taube_id_set_get_size (marked);
  if (again && n > 0)
    set_unknown (&self, error);
  if (again || n == 0)
    return again;
  switch (pop3_session_quit (listing->session, cancellable, &error))
    {
    case POP3_QUIT_DONE:
      taube_batch_result_set_done_set (result, marked);
      return FALSE;
    case POP3_QUIT_REFUSED:
    case POP3_QUIT_UNKNOWN:
    case POP3_QUIT_UNSENT:
    default:
      set_unknown (&self, error);
      return TRUE;
    }
}

/* Those of IDS that are there; the others are added to GONE. (transfer full) */
static GArray *
choose (Pop3Listing *listing, const TaubeIdSet *ids, TaubeIdSet *gone)
{
  GArray *positions = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (TaubeIdSet) there = taube_id_set_new ();

  for (guint32 i = 0; i < pop3_maildrop_get_n_mails (listing->drop); i++)
    {
      const char *id = pop3_maildrop_get_id (listing->drop, i);

      if (id == NULL || !taube_id_set_contains (ids, id))
        continue;
      g_array_append_val (positions, i);
      taube_id_set_add (there, id);
    }
  taube_id_set_add_set (gone, ids);
  taube_id_set_remove_set (gone, there);
  return positions;
}

static void
note_done (TaubeFolder *folder, TaubeBatchResult *result)
{
  g_autoptr (TaubeIdSet) done = taube_batch_result_get_ids (result, TAUBE_BATCH_STATUS_DONE);

  if (taube_id_set_get_size (done) > 0)
    pop3_spool_note_removed (POP3_FOLDER (folder), done);
}

static void
set_missing (TaubeFolder *folder, TaubeBatchResult *result, const TaubeIdSet *gone, const TaubeAttempt *attempt)
{
  g_autoptr (TaubeIdSet) doubted = attempt->state != NULL ? taube_id_set_copy (attempt->state) : taube_id_set_new ();
  g_autoptr (TaubeIdSet) never = taube_id_set_copy (gone), removed = taube_id_set_copy (gone);
  g_autoptr (GError) error = g_error_new (TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND, _ ("it is not in folder \"%s\""),
                                          taube_folder_get_name (folder));

  taube_id_set_remove_set (never, doubted);
  taube_id_set_remove_set (removed, never);
  if (taube_id_set_get_size (never) > 0)
    taube_batch_result_set_failed (result, never, error);
  if (taube_id_set_get_size (removed) > 0)
    taube_batch_result_set_done_set (result, removed);
}

/* While a session lasts nobody else can remove anything from the maildrop: what it shows is good enough, unless
 * something is missing from it. */
static Pop3Listing *
find (TaubeFolder *folder, Pop3Session *session, gboolean look, const TaubeIdSet *ids, GArray **positions,
      TaubeIdSet *gone, GCancellable *cancellable, GError **error)
{
  gboolean was_there = pop3_listing_peek (session) != NULL;
  Pop3Listing *listing;

  if (!(look ? pop3_folder_look (folder, session, cancellable, error)
             : pop3_folder_begin (folder, session, cancellable, error)))
    return NULL;
  listing = pop3_folder_get_listing (folder, session, cancellable, error);
  if (listing == NULL)
    return NULL;
  *positions = choose (listing, ids, gone);
  if (look || !was_there || taube_id_set_get_size (gone) == 0)
    return listing;
  g_clear_pointer (positions, g_array_unref);
  taube_id_set_remove_set (gone, ids);
  return find (folder, session, TRUE, ids, positions, gone, cancellable, error);
}

/* TaubeFolderClass.remove. The second time those that are in doubt are looked for: what is not there any more was
 * removed, what is there is removed now. */
TaubeBatchResult *
pop3_folder_remove (TaubeFolder *folder, TaubeSession *session, const TaubeIdSet *ids, TaubeAttempt *attempt,
                    TaubeProgress *progress, GCancellable *cancellable, GError **error)
{
  g_autoptr (TaubeBatchResult) result = taube_batch_result_new (ids);
  g_autoptr (TaubeIdSet) gone = taube_id_set_new ();
  g_autoptr (GArray) positions = NULL;
  Pop3Listing *listing;

  listing = find (folder, POP3_SESSION (session), attempt->state != NULL, ids, &positions, gone, cancellable, error);
  if (listing == NULL)
    return NULL;
  set_missing (folder, result, gone, attempt);
  if (pop3_folder_delete (listing, positions, result, progress, cancellable) && attempt->state == NULL)
    {
      attempt->state = taube_batch_result_get_ids (result, TAUBE_BATCH_STATUS_UNKNOWN);
      attempt->free_state = (GDestroyNotify) taube_id_set_free;
      attempt->again = TRUE;
    }
  note_done (folder, result);
  return g_steal_pointer (&result);
}
