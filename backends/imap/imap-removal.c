/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-removal.h"

#include "imap-gettext.h"
#include "imap-outcome.h"
#include "imap-pieces.h"
#include "imap-presence.h"

void
imap_removal_clear (ImapRemoval *self)
{
  g_clear_pointer (&self->before, imap_seqset_free);
  g_clear_pointer (&self->left, imap_seqset_free);
  g_clear_error (&self->refusal);
}

/* Taking the mark away from the messages of others, EXPUNGE, and marking them again would remove what somebody marks in
 * between, and leave the marks lost when the connection breaks: so it is not done. */
gboolean
imap_removal_is_possible (ImapSession *session, TaubeFolder *folder, const char *what, GError **error)
{
  if (imap_session_has (session, IMAP_CAPABILITY_UIDPLUS) || imap_session_has (session, IMAP_CAPABILITY_IMAP4REV2))
    return TRUE;
  g_set_error (
      error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED,
      _ ("cannot %s messages of folder \"%s\": the server can only remove whatever is marked as deleted, also by "
         "others (it lacks UIDPLUS)"),
      _ (what), taube_folder_get_name (folder));
  return FALSE;
}

static ImapCall *
new_store (ImapSession *session, TaubeFolder *folder, const char *set)
{
  ImapCall *call = imap_session_call (session, "UID STORE", TAUBE_ERROR_PERMISSION,
                                      _ ("cannot remove messages from folder \"%s\""), taube_folder_get_name (folder));

  imap_command_add_sequence (call->command, N_ ("set"), set);
  imap_command_add_atom (call->command, N_ ("item"), "+FLAGS.SILENT");
  imap_command_add_flags (call->command, TAUBE_MESSAGE_FLAGS_DELETED, NULL);
  return call;
}

/* UID EXPUNGE sequence-set                                           (RFC 4315) */
static ImapCall *
new_expunge (ImapSession *session, TaubeFolder *folder, const char *set)
{
  ImapCall *call = imap_session_call (session, "UID EXPUNGE", TAUBE_ERROR_PERMISSION,
                                      _ ("cannot remove messages from folder \"%s\""), taube_folder_get_name (folder));

  imap_command_add_sequence (call->command, N_ ("set"), set);
  return call;
}

static ImapSeqset *
take_found (ImapPresence *presence, const ImapCall *call)
{
  if (!call->done || call->status != IMAP_RESPONSE_OK || !presence->told)
    return NULL;
  imap_seqset_normalize (presence->found);
  return g_steal_pointer (&presence->found);
}

static gboolean
finish_all (ImapCall **calls, guint n, GCancellable *cancellable, GError **error)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GError) local = NULL;

      if (imap_call_finish (calls[i], cancellable, &local) || calls[i]->done)
        continue;
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  return TRUE;
}

/* Who is left. Asked when all else is answered: some servers search while they are still removing. */
static gboolean
ask_left (ImapRemoval *self, ImapSession *session, TaubeFolder *folder, const char *set, GCancellable *cancellable,
          GError **error)
{
  g_auto (ImapPresence) left = { 0 };
  g_autoptr (ImapCall) search = NULL;

  imap_presence_init (&left, session);
  search = imap_presence_ask (&left, session, folder, set);
  if (!imap_call_send (search, cancellable, error) || !finish_all (&search, 1, cancellable, error))
    return FALSE;
  self->left = take_found (&left, search);
  return TRUE;
}

/* Who is there, the mark and the removal are on their way together. */
gboolean
imap_removal_run (ImapRemoval *self, ImapSession *session, TaubeFolder *folder, const ImapSeqset *uids,
                  GCancellable *cancellable, GError **error)
{
  g_autofree char *set = imap_seqset_to_string (uids);
  g_auto (ImapPresence) before = { 0 };
  g_autoptr (ImapCall) search = NULL, store = NULL, expunge = NULL;
  ImapCall *calls[3];
  gboolean ok = TRUE;

  imap_presence_init (&before, session);
  calls[0] = search = imap_presence_ask (&before, session, folder, set);
  calls[1] = store = new_store (session, folder, set);
  calls[2] = expunge = new_expunge (session, folder, set);
  for (guint i = 0; i < G_N_ELEMENTS (calls) && ok; i++)
    ok = imap_call_send (calls[i], cancellable, error);
  ok = ok && finish_all (calls, G_N_ELEMENTS (calls), cancellable, error);
  self->begun = store->sent;
  self->before = take_found (&before, search);
  if (expunge->refusal != NULL)
    self->refusal = g_error_copy (expunge->refusal);
  else if (store->refusal != NULL)
    self->refusal = g_error_copy (store->refusal);
  return ok && ask_left (self, session, folder, set, cancellable, error);
}

/* The whole operation. */

typedef struct
{
  TaubeFolder *folder;
  TaubeIdSet *ids;
  ImapOutcome outcome;
  ImapPieces pieces;
  guint32 uidvalidity;
  ImapSeqset *doubt;   /* the piece in which the connection broke, or NULL */
  ImapSeqset *known;   /* which of it were there before */
  TaubeProgress *progress;
  guint64 done;
  guint64 total;
} Remove;

static void
remove_free (gpointer data)
{
  Remove *remove = data;

  g_object_unref (remove->folder);
  taube_id_set_free (remove->ids);
  imap_outcome_clear (&remove->outcome);
  imap_pieces_clear (&remove->pieces);
  g_clear_pointer (&remove->doubt, imap_seqset_free);
  g_clear_pointer (&remove->known, imap_seqset_free);
  g_clear_object (&remove->progress);
  g_free (remove);
}

static gboolean
prepare (ImapSession *session, TaubeFolder *folder, const TaubeIdSet *ids, GCancellable *cancellable, GError **error)
{
  if (!imap_session_begin (session, cancellable, error)
      || !imap_removal_is_possible (session, folder, N_ ("remove"), error)
      || !imap_session_select (session, folder, IMAP_SELECT_WRITE, cancellable, error)
      || !imap_folder_check_set (session, folder, ids, error))
    return FALSE;
  if (!session->mailbox->read_only)
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PERMISSION,
               _ ("cannot remove messages from folder \"%s\": it can only be read"), taube_folder_get_name (folder));
  return FALSE;
}

static Remove *
remove_new (ImapSession *session, TaubeFolder *folder, const TaubeIdSet *ids, TaubeProgress *progress)
{
  Remove *remove = g_new0 (Remove, 1);
  ImapSeqset *uids;

  remove->folder = g_object_ref (folder);
  remove->ids = taube_id_set_copy (ids);
  imap_outcome_init (&remove->outcome, session, ids);
  uids = imap_outcome_get_uids (&remove->outcome, ids);
  remove->total = imap_seqset_count (uids);
  imap_pieces_init (&remove->pieces, uids);
  remove->uidvalidity = session->mailbox->uidvalidity;
  remove->progress = progress != NULL ? g_object_ref (progress) : NULL;
  return remove;
}

static void
set_missing (Remove *remove, const ImapSeqset *uids)
{
  g_autoptr (GError) missing
      = g_error_new (TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND, _ ("there is no such message in folder \"%s\""),
                     taube_folder_get_name (remove->folder));

  imap_outcome_failed (&remove->outcome, uids, missing);
}

static void
set_left (Remove *remove, const ImapRemoval *removal, const ImapSeqset *uids)
{
  g_autoptr (GError) error = NULL;

  if (removal->refusal != NULL)
    error = g_error_copy (removal->refusal);
  else
    error
        = g_error_new (TAUBE_ERROR, TAUBE_ERROR_PERMISSION,
                       _ ("cannot remove messages from folder \"%s\": the server says that it did, and has them still"),
                       taube_folder_get_name (remove->folder));
  imap_outcome_failed (&remove->outcome, uids, error);
}

/* BEFORE is what was there before the first attempt, or NULL when nobody knows. */
static void
tell (Remove *remove, const ImapRemoval *removal, const ImapSeqset *piece, const ImapSeqset *before)
{
  g_autoptr (ImapSeqset) absent = before != NULL ? imap_pieces_subtract (piece, before) : imap_seqset_new ();
  g_autoptr (ImapSeqset) gone = NULL;

  if (removal->left != NULL)
    gone = imap_pieces_subtract (piece, removal->left);
  else if (removal->refusal == NULL)
    gone = imap_pieces_subtract (piece, absent);
  if (gone != NULL)
    imap_outcome_done (&remove->outcome, gone);
  set_missing (remove, absent);
  if (removal->left != NULL && !imap_seqset_is_empty (removal->left))
    set_left (remove, removal, removal->left);
  else if (removal->left == NULL && removal->refusal != NULL)
    set_left (remove, removal, piece);
}

static void
set_unknown (Remove *remove, const ImapSeqset *uids, const GError *cause)
{
  g_autoptr (GError) error = g_error_new (TAUBE_ERROR, TAUBE_ERROR_UNKNOWN_OUTCOME,
                                          _ ("it is not known whether the message was removed from folder \"%s\": %s"),
                                          taube_folder_get_name (remove->folder), cause->message);

  imap_outcome_unknown (&remove->outcome, uids, error);
}

/* One piece; a second attempt at it does no harm. */
static gboolean
remove_piece (Remove *remove, ImapSession *session, ImapSeqset *piece, GCancellable *cancellable, GError **error)
{
  g_autoptr (ImapSeqset) owned = piece;
  g_autoptr (ImapSeqset) known = g_steal_pointer (&remove->known);
  g_auto (ImapRemoval) removal = { 0 };
  GError *local = NULL;
  gboolean ok = imap_removal_run (&removal, session, remove->folder, piece, cancellable, &local);

  if (known == NULL && removal.before != NULL)
    known = g_steal_pointer (&removal.before);
  if (ok || removal.left != NULL)
    {
      tell (remove, &removal, piece, known);
      remove->done += imap_seqset_count (piece);
      taube_progress_update (remove->progress, remove->done, remove->total);
    }
  else
    {
      if (removal.begun)
        set_unknown (remove, piece, local);
      else
        imap_outcome_failed (&remove->outcome, piece, local);
      remove->doubt = g_steal_pointer (&owned);
      remove->known = g_steal_pointer (&known);
    }
  if (ok)
    return TRUE;
  g_propagate_error (error, local);
  return FALSE;
}

static gboolean
remove_rest (Remove *remove, ImapSession *session, GCancellable *cancellable, GError **error)
{
  if (remove->doubt != NULL
      && !remove_piece (remove, session, g_steal_pointer (&remove->doubt), cancellable, error))
    return FALSE;
  while (!imap_pieces_is_empty (&remove->pieces))
    {
      ImapSeqset *piece
        = imap_pieces_take (&remove->pieces, &session->quirks, imap_session_get_message_limit (session));

      if (!remove_piece (remove, session, piece, cancellable, error))
        return FALSE;
    }
  return TRUE;
}

/* TaubeFolderClass.remove */
TaubeBatchResult *
imap_folder_remove (TaubeFolder *folder, TaubeSession *session, const TaubeIdSet *ids, TaubeAttempt *attempt,
                    TaubeProgress *progress, GCancellable *cancellable, GError **error)
{
  ImapSession *imap = IMAP_SESSION (session);
  Remove *remove = attempt->state;
  GError *local = NULL;

  if (!prepare (imap, folder, ids, cancellable, error))
    {
      attempt->again = imap_folder_wants_again (session, cancellable);
      return NULL;
    }
  if (remove == NULL)
    {
      remove = remove_new (imap, folder, ids, progress);
      attempt->state = remove;
      attempt->free_state = remove_free;
    }
  else if (remove->uidvalidity != imap->mailbox->uidvalidity)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_CONFLICT, _ ("folder \"%s\" was made anew meanwhile"),
                   taube_folder_get_name (folder));
      return NULL;
    }
  if (!remove_rest (remove, imap, cancellable, &local))
    {
      g_autoptr (ImapSeqset) rest = imap_pieces_get_rest (&remove->pieces);

      imap_outcome_failed (&remove->outcome, rest, local);
      attempt->again = imap_folder_wants_again (session, cancellable);
      if (taube_batch_result_count (remove->outcome.result, TAUBE_BATCH_STATUS_FAILED) == remove->total
          && remove->done == 0)
        {
          g_propagate_error (error, local);
          return NULL;
        }
      g_error_free (local);
    }
  return taube_batch_result_ref (remove->outcome.result);
}
