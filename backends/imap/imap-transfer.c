/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-transfer.h"

#include "imap-copy-map.h"
#include "imap-gettext.h"
#include "imap-outcome.h"
#include "imap-pieces.h"
#include "imap-place.h"
#include "imap-presence.h"
#include "imap-removal.h"

/* How far a piece has come. */
typedef enum
{
  STAGE_NEW,     /* the server has not got the command */
  STAGE_DOUBT,   /* it may have carried it out: there was no answer */
  STAGE_REMOVE,  /* the copies are there; what was copied is to be removed */
  STAGE_SETTLED, /* all is said */
} Stage;

/* Messages on their way from the open folder to another one. It outlives a session: a piece that was in doubt on one is
 * looked after on the next. */
typedef struct
{
  TaubeFolder *folder;
  TaubeFolder *target;
  gboolean moves;
  ImapOutcome outcome;
  ImapPieces pieces;
  guint32 uidvalidity; /* of the source */
  TaubeProgress *progress;
  guint64 done;
  guint64 total;

  /* The piece that is worked on, and what is known of it: */
  ImapSeqset *piece;   /* NULL: none */
  GArray *prints;      /* of those of it that were there */
  gboolean has_prints;
  ImapPlace place;     /* where the copies will stand */
  Stage stage;
  ImapSeqset *copied;  /* those that are to be removed */
} Transfer;

/* One command that copies or moves a piece. */
typedef struct
{
  ImapCopyMap map;
  guint64 most;
} Answer;

static void
drop_piece (Transfer *self)
{
  g_clear_pointer (&self->piece, imap_seqset_free);
  g_clear_pointer (&self->prints, g_array_unref);
  g_clear_pointer (&self->copied, imap_seqset_free);
  self->has_prints = FALSE;
  self->stage = STAGE_NEW;
  self->place = (ImapPlace){ 0 };
}

static void
transfer_free (gpointer data)
{
  Transfer *self = data;

  drop_piece (self);
  g_object_unref (self->folder);
  g_object_unref (self->target);
  imap_outcome_clear (&self->outcome);
  imap_pieces_clear (&self->pieces);
  g_clear_object (&self->progress);
  g_free (self);
}

static Transfer *
transfer_new (ImapSession *session, TaubeFolder *folder, TaubeFolder *target, gboolean moves, const TaubeIdSet *ids,
              TaubeProgress *progress)
{
  Transfer *self = g_new0 (Transfer, 1);
  ImapSeqset *uids;

  self->folder = g_object_ref (folder);
  self->target = g_object_ref (target);
  self->moves = moves;
  imap_outcome_init (&self->outcome, session, ids);
  uids = imap_outcome_get_uids (&self->outcome, ids);
  self->total = imap_seqset_count (uids);
  imap_pieces_init (&self->pieces, uids);
  self->uidvalidity = session->mailbox->uidvalidity;
  self->progress = progress != NULL ? g_object_ref (progress) : NULL;
  return self;
}

static gboolean
can_move (ImapSession *session)
{
  return imap_session_has (session, IMAP_CAPABILITY_MOVE) || imap_session_has (session, IMAP_CAPABILITY_IMAP4REV2);
}

/* Outcome. */

static G_GNUC_PRINTF (2, 3) GError *
make_error (TaubeError code, const char *format, ...)
{
  va_list args;
  GError *error;

  va_start (args, format);
  error = g_error_new_valist (TAUBE_ERROR, (int) code, format, args);
  va_end (args);
  return error;
}

static void
set_missing (Transfer *self, const ImapSeqset *uids)
{
  g_autoptr (GError) error = make_error (TAUBE_ERROR_NOT_FOUND, _ ("there is no such message in folder \"%s\""),
                                         taube_folder_get_name (self->folder));

  imap_outcome_failed (&self->outcome, uids, error);
}

static void
set_unknown (Transfer *self, const ImapSeqset *uids, const char *why)
{
  g_autoptr (GError) error
    = make_error (TAUBE_ERROR_UNKNOWN_OUTCOME,
                  self->moves
                      ? _ ("it is not known whether the message was moved from folder \"%s\" to folder \"%s\": %s")
                      : _ ("it is not known whether the message was copied from folder \"%s\" to folder \"%s\": %s"),
                  taube_folder_get_name (self->folder), taube_folder_get_name (self->target), why);

  imap_outcome_unknown (&self->outcome, uids, error);
}

/* The UIDs of the piece that were there when it was looked at. (transfer full) */
static ImapSeqset *
get_present (const Transfer *self)
{
  ImapSeqset *present = imap_seqset_new ();

  for (guint i = 0; i < self->prints->len; i++)
    imap_seqset_add (present, g_array_index (self->prints, ImapPrint, i).uid);
  imap_seqset_normalize (present);
  return present;
}

/* Asking, copying, moving. */

static gboolean
on_copyuid (const ImapResponse *response, gpointer user_data, GError **error)
{
  Answer *answer = user_data;

  if (response->type != IMAP_RESPONSE_OK || response->code != IMAP_CODE_COPYUID)
    return FALSE;
  imap_copy_map_add (&answer->map, response, answer->most);
  return TRUE;
}

static ImapCall *
new_transfer (Transfer *self, ImapSession *session, const char *set, Answer *answer, GCancellable *cancellable,
              GError **error)
{
  gboolean moves = self->moves && can_move (session);
  g_autoptr (ImapCall) call = imap_session_call (
      session, moves ? "UID MOVE" : "UID COPY", TAUBE_ERROR_PERMISSION,
      _ ("cannot %s messages from folder \"%s\" to folder \"%s\""), self->moves ? _ ("move") : _ ("copy"),
      taube_folder_get_name (self->folder), taube_folder_get_name (self->target));

  imap_command_add_sequence (call->command, N_ ("set"), set);
  if (!imap_folder_add_name (self->target, session, call->command, cancellable, error))
    return NULL;
  call->untagged = on_copyuid;
  call->completed = on_copyuid;
  call->user_data = answer;
  call->progress = self->progress;
  call->progress_base = self->done;
  call->progress_total = self->total;
  return g_steal_pointer (&call);
}

/* Waits for an answer, whichever it is. */
static gboolean
finish (ImapCall *call, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (imap_call_finish (call, cancellable, &local) || call->done)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* What is there and where the copies will stand. It must be known before the command is sent: some servers begin with
 * the next command before they are through with this one. */
static gboolean
look_before (Transfer *self, ImapSession *session, const char *set, GCancellable *cancellable, GError **error)
{
  g_autoptr (ImapCall) status = imap_place_ask (&self->place, session, self->target, cancellable, error);
  g_autoptr (ImapCall) fetch = NULL;

  if (status == NULL)
    return FALSE;
  g_clear_pointer (&self->prints, g_array_unref);
  self->prints = imap_prints_new ();
  fetch = imap_prints_ask (self->prints, session, self->folder, set);
  if (!imap_call_send (status, cancellable, error) || !imap_call_send (fetch, cancellable, error)
      || !finish (status, cancellable, error) || !finish (fetch, cancellable, error))
    return FALSE;
  self->has_prints = fetch->status == IMAP_RESPONSE_OK;
  return TRUE;
}

/* TRUE when it was answered, in whichever way; *BEGUN: the server may have got the command. */
static gboolean
run_commands (Transfer *self, ImapSession *session, Answer *answer, GError **refusal, gboolean *begun,
              GCancellable *cancellable, GError **error)
{
  g_autofree char *set = imap_seqset_to_string (self->piece);
  g_autoptr (ImapCall) call = NULL;
  gboolean ok;

  *begun = FALSE;
  if (!look_before (self, session, set, cancellable, error))
    return FALSE;
  call = new_transfer (self, session, set, answer, cancellable, error);
  ok = call != NULL && imap_call_send (call, cancellable, error) && finish (call, cancellable, error);
  *begun = call != NULL && call->complete;
  if (ok && call->refusal != NULL)
    *refusal = g_error_copy (call->refusal);
  return ok;
}

/* New ids. */

static void
set_new_id (guint32 source, guint32 target, gpointer user_data)
{
  Transfer *self = user_data;

  if (imap_seqset_contains (self->piece, source))
    imap_outcome_new_id (&self->outcome, source, self->place.uidvalidity, target);
}

/* The server has told what became what. */
static void
take_map (Transfer *self, const ImapCopyMap *map)
{
  self->place.uidvalidity = map->uidvalidity;
  imap_copy_map_foreach (map, set_new_id, self);
}

/* It has not: the copies of UIDS are looked for in the target. Those that are found get their ids and are returned;
 * NULL with an error: nobody could look. Opens the target. */
static ImapSeqset *
find_copies (Transfer *self, ImapSession *session, const ImapSeqset *uids, GCancellable *cancellable, GError **error)
{
  g_autoptr (ImapSeqset) found = imap_seqset_new ();
  g_autoptr (GArray) wanted = imap_prints_new ();
  g_autoptr (GArray) sources = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (guint i = 0; i < self->prints->len; i++)
    {
      const ImapPrint *print = &g_array_index (self->prints, ImapPrint, i);
      ImapPrint copy = *print;

      if (!imap_seqset_contains (uids, print->uid))
        continue;
      copy.message_id = g_strdup (print->message_id);
      g_array_append_val (wanted, copy);
      g_array_append_val (sources, print->uid);
    }
  if (!imap_place_find (&self->place, session, self->target, wanted, cancellable, error))
    return NULL;
  for (guint i = 0; i < wanted->len; i++)
    {
      guint32 uid = g_array_index (wanted, ImapPrint, i).uid, source = g_array_index (sources, guint32, i);

      if (uid == 0)
        continue;
      imap_seqset_add (found, source);
      imap_outcome_new_id (&self->outcome, source, self->place.uidvalidity, uid);
    }
  imap_seqset_normalize (found);
  return g_steal_pointer (&found);
}

/* Copies whose ids nobody told: without them it is done all the same. FALSE: the connection broke. */
static gboolean
find_ids (Transfer *self, ImapSession *session, const ImapSeqset *uids, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (ImapSeqset) found = NULL;

  if (!self->has_prints || imap_seqset_is_empty (uids))
    return TRUE;
  found = find_copies (self, session, uids, cancellable, &local);
  if (found != NULL || !imap_pipeline_is_broken (session->pipeline))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* Removing what was copied. */

static void
tell_removal (Transfer *self, const ImapRemoval *removal)
{
  g_autoptr (ImapSeqset) gone = NULL;
  g_autoptr (GError) error = NULL;

  if (removal->left == NULL && removal->refusal == NULL)
    {
      imap_outcome_done (&self->outcome, self->copied);
      return;
    }
  gone = removal->left != NULL ? imap_pieces_subtract (self->copied, removal->left) : imap_seqset_new ();
  imap_outcome_done (&self->outcome, gone);
  error = make_error (removal->refusal != NULL ? (TaubeError) removal->refusal->code : TAUBE_ERROR_PERMISSION,
                      _ ("the message was copied to folder \"%s\" and could not be removed from folder \"%s\": %s"),
                      taube_folder_get_name (self->target), taube_folder_get_name (self->folder),
                      removal->refusal != NULL ? removal->refusal->message : _ ("the server has it still"));
  imap_outcome_failed (&self->outcome, removal->left != NULL ? removal->left : self->copied, error);
}

/* May be done again on another connection. */
static gboolean
remove_copied (Transfer *self, ImapSession *session, GCancellable *cancellable, GError **error)
{
  g_auto (ImapRemoval) removal = { 0 };
  GError *local = NULL;

  self->stage = STAGE_REMOVE;
  if (imap_seqset_is_empty (self->copied))
    return TRUE;
  if (imap_session_select (session, self->folder, IMAP_SELECT_WRITE, cancellable, &local)
      && imap_removal_run (&removal, session, self->folder, self->copied, cancellable, &local))
    {
      tell_removal (self, &removal);
      self->stage = STAGE_SETTLED;
      return TRUE;
    }
  set_unknown (self, self->copied, local->message);
  g_propagate_error (error, local);
  return FALSE;
}

/* One piece. */

/* Which of the piece are there still, after a MOVE of which the server told nothing. NULL: not known. */
static ImapSeqset *
ask_left (Transfer *self, ImapSession *session, GCancellable *cancellable, GError **error)
{
  g_autofree char *set = imap_seqset_to_string (self->piece);
  g_auto (ImapPresence) presence = { 0 };
  g_autoptr (ImapCall) call = NULL;

  imap_presence_init (&presence, session);
  call = imap_presence_ask (&presence, session, self->folder, set);
  if (!imap_call_run (call, cancellable, error) || !presence.told)
    return NULL;
  imap_seqset_normalize (presence.found);
  return g_steal_pointer (&presence.found);
}

/* What of the piece is in the target now, as far as anybody told: COPYUID knows best; otherwise OK means all that were
 * there, or for MOVE all that are there no more. (transfer full), NULL: not known */
static ImapSeqset *
get_taken (Transfer *self, ImapSession *session, const Answer *answer, const GError *refusal, GCancellable *cancellable,
           GError **error)
{
  g_autoptr (ImapSeqset) left = NULL;
  g_autoptr (ImapSeqset) present = NULL;

  if (answer->map.uidvalidity != 0)
    {
      ImapSeqset *told = imap_seqset_new ();

      for (guint i = 0; i < answer->map.source->n_ranges; i++)
        imap_seqset_add_range (told, answer->map.source->ranges[i].first, answer->map.source->ranges[i].last);
      imap_seqset_normalize (told);
      return told;
    }
  if (!self->has_prints)
    return NULL;
  present = get_present (self);
  if (!self->moves || !can_move (session))
    return refusal == NULL ? g_steal_pointer (&present) : imap_seqset_new ();
  left = ask_left (self, session, cancellable, error);
  return left != NULL ? imap_pieces_subtract (present, left) : NULL;
}

/* Those that did not go: not there, or refused. */
static void
set_others (Transfer *self, const ImapSeqset *taken, const GError *refusal)
{
  g_autoptr (ImapSeqset) others = imap_pieces_subtract (self->piece, taken);
  g_autoptr (ImapSeqset) present = get_present (self);
  g_autoptr (ImapSeqset) absent = imap_pieces_subtract (others, present);
  g_autoptr (GError) error = NULL;

  if (refusal != NULL)
    error = g_error_copy (refusal);
  else
    error = make_error (TAUBE_ERROR_NOT_FOUND,
                        self->moves ? _ ("the message was not moved: the server left it where it was")
                                    : _ ("the message was not copied: the server left it where it was"));
  imap_outcome_failed (&self->outcome, others, error);
  if (self->has_prints)
    set_missing (self, absent);
}

/* Nobody told what was taken. */
static gboolean
take_doubt (Transfer *self, ImapSession *session, GError *local, GError **error)
{
  self->stage = STAGE_SETTLED;
  set_unknown (self, self->piece, local != NULL ? local->message : _ ("the server does not tell"));
  if (local != NULL && imap_pipeline_is_broken (session->pipeline))
    {
      self->stage = STAGE_DOUBT;
      g_propagate_error (error, local);
      return FALSE;
    }
  g_clear_error (&local);
  return TRUE;
}

/* Whether the next piece would meet the same. */
static gboolean
is_about_folders (const Transfer *self, const GError *refusal)
{
  return refusal != NULL && !g_error_matches (refusal, TAUBE_ERROR, TAUBE_ERROR_INVALID)
         && (!self->has_prints || self->prints->len > 0);
}

/* The command was answered. FALSE: the connection broke, or the refusal is about the folders and not the messages. */
static gboolean
take_answer (Transfer *self, ImapSession *session, const Answer *answer, const GError *refusal,
             GCancellable *cancellable, GError **error)
{
  GError *local = NULL;
  g_autoptr (ImapSeqset) taken = get_taken (self, session, answer, refusal, cancellable, &local);
  gboolean removes = self->moves && !can_move (session);

  if (taken == NULL)
    return take_doubt (self, session, local, error);
  set_others (self, taken, refusal);
  if (answer->map.uidvalidity != 0)
    take_map (self, &answer->map);
  self->stage = removes ? STAGE_REMOVE : STAGE_SETTLED;
  if (removes)
    {
      set_unknown (self, taken, _ ("it was copied, and not yet removed"));
      self->copied = imap_pieces_subtract (taken, &(ImapSeqset){ 0 });
    }
  else
    imap_outcome_done (&self->outcome, taken);
  if (answer->map.uidvalidity == 0 && !find_ids (self, session, taken, cancellable, error))
    return FALSE;
  if (removes && !remove_copied (self, session, cancellable, error))
    return FALSE;
  if (!is_about_folders (self, refusal))
    return TRUE;
  g_propagate_error (error, g_error_copy (refusal));
  return FALSE;
}

static gboolean
run_piece (Transfer *self, ImapSession *session, GCancellable *cancellable, GError **error)
{
  Answer answer = { 0 };
  g_autoptr (GError) refusal = NULL;
  gboolean begun, ok;
  GError *local = NULL;

  if (!imap_session_select (session, self->folder, self->moves ? IMAP_SELECT_WRITE : IMAP_SELECT_ANY, cancellable,
                            error))
    return FALSE;
  imap_copy_map_init (&answer.map);
  answer.most = imap_seqset_count (self->piece);
  ok = run_commands (self, session, &answer, &refusal, &begun, cancellable, &local);
  if (!imap_copy_map_is_within (&answer.map, self->piece))
    answer.map.uidvalidity = 0; /* nothing is removed by what cannot be true */
  if (ok)
    ok = take_answer (self, session, &answer, refusal, cancellable, &local);
  else if (begun)
    {
      self->stage = STAGE_DOUBT;
      set_unknown (self, self->piece, local->message);
    }
  else
    imap_outcome_failed (&self->outcome, self->piece, local);
  imap_copy_map_clear (&answer.map);
  if (local != NULL)
    g_propagate_error (error, local);
  return ok;
}

/* After the connection broke. */

/* Who is there now, when that was not known before the command. */
static gboolean
fetch_prints (Transfer *self, ImapSession *session, GCancellable *cancellable, GError **error)
{
  g_autofree char *set = imap_seqset_to_string (self->piece);
  g_autoptr (ImapCall) call = NULL;

  g_array_set_size (self->prints, 0);
  call = imap_prints_ask (self->prints, session, self->folder, set);
  return imap_call_run (call, cancellable, error);
}

/* Those of the piece that may have gone to the target: for MOVE, all that are here no more. */
static ImapSeqset *
get_candidates (Transfer *self, ImapSession *session, GCancellable *cancellable, GError **error)
{
  g_autoptr (ImapSeqset) present = NULL, left = NULL;

  if (self->moves && can_move (session))
    {
      if (!self->has_prints)
        return imap_seqset_new ();
      present = get_present (self);
      left = ask_left (self, session, cancellable, error);
      return left != NULL ? imap_pieces_subtract (present, left) : NULL;
    }
  if (!self->has_prints && !fetch_prints (self, session, cancellable, error))
    return NULL;
  return get_present (self);
}

/* What is found in the target went there. What is not may be on its way still, so it stays unknown. */
static gboolean
look_after (Transfer *self, ImapSession *session, GCancellable *cancellable, GError **error)
{
  gboolean removes = self->moves && !can_move (session);
  g_autoptr (ImapSeqset) candidates = get_candidates (self, session, cancellable, error);
  g_autoptr (ImapSeqset) found = NULL;

  if (candidates == NULL || imap_seqset_is_empty (candidates))
    return candidates != NULL;
  if (self->has_prints)
    {
      g_autoptr (ImapSeqset) present = get_present (self);
      g_autoptr (ImapSeqset) absent = imap_pieces_subtract (self->piece, present);

      set_missing (self, absent);
    }
  found = find_copies (self, session, candidates, cancellable, error);
  if (found == NULL)
    return FALSE;
  if (!removes)
    {
      self->stage = STAGE_SETTLED;
      imap_outcome_done (&self->outcome, found);
      return TRUE;
    }
  self->copied = g_steal_pointer (&found);
  return remove_copied (self, session, cancellable, error);
}

static gboolean
resume_piece (Transfer *self, ImapSession *session, GCancellable *cancellable, GError **error)
{
  GError *local = NULL;

  if (self->stage == STAGE_SETTLED)
    return TRUE;
  if (self->stage == STAGE_REMOVE)
    return remove_copied (self, session, cancellable, error);
  if (self->stage == STAGE_NEW)
    return run_piece (self, session, cancellable, error);
  if (look_after (self, session, cancellable, &local))
    return TRUE;
  if (imap_pipeline_is_broken (session->pipeline))
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  g_clear_error (&local);
  return TRUE;
}

/* The whole operation. */

static void
count_piece (Transfer *self)
{
  self->done += imap_seqset_count (self->piece);
  taube_progress_update (self->progress, self->done, self->total);
  drop_piece (self);
}

static gboolean
run_all (Transfer *self, ImapSession *session, GCancellable *cancellable, GError **error)
{
  if (self->piece != NULL)
    {
      if (!resume_piece (self, session, cancellable, error))
        return FALSE;
      count_piece (self);
    }
  while ((self->piece = imap_pieces_take (&self->pieces, &session->quirks, imap_session_get_message_limit (session)))
         != NULL)
    {
      if (!run_piece (self, session, cancellable, error))
        return FALSE;
      count_piece (self);
    }
  return TRUE;
}

static gboolean
prepare (ImapSession *session, TaubeFolder *folder, const TaubeIdSet *ids, gboolean moves, GCancellable *cancellable,
         GError **error)
{
  if (!imap_session_begin (session, cancellable, error)
      || (moves && !can_move (session) && !imap_removal_is_possible (session, folder, N_ ("move"), error))
      || !imap_session_select (session, folder, moves ? IMAP_SELECT_WRITE : IMAP_SELECT_ANY, cancellable, error)
      || !imap_folder_check_set (session, folder, ids, error))
    return FALSE;
  if (!moves || !session->mailbox->read_only)
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PERMISSION,
               _ ("cannot move messages from folder \"%s\": it can only be read"), taube_folder_get_name (folder));
  return FALSE;
}

static TaubeBatchResult *
run_transfer (TaubeFolder *folder, TaubeSession *session, const TaubeIdSet *ids, TaubeFolder *target, gboolean moves,
              TaubeAttempt *attempt, TaubeProgress *progress, GCancellable *cancellable, GError **error)
{
  ImapSession *imap = IMAP_SESSION (session);
  Transfer *self = attempt->state;
  g_autoptr (ImapSeqset) rest = NULL;
  GError *local = NULL;

  if (!prepare (imap, folder, ids, moves, cancellable, error))
    {
      attempt->again = imap_folder_wants_again (session, cancellable);
      return NULL;
    }
  if (self == NULL)
    {
      self = transfer_new (imap, folder, target, moves, ids, progress);
      attempt->state = self;
      attempt->free_state = transfer_free;
    }
  else if (self->uidvalidity != imap->mailbox->uidvalidity)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_CONFLICT, _ ("folder \"%s\" was made anew meanwhile"),
                   taube_folder_get_name (folder));
      return NULL;
    }
  if (run_all (self, imap, cancellable, &local))
    {
      imap_folder_show_written (target, imap, cancellable);
      return taube_batch_result_ref (self->outcome.result);
    }
  rest = imap_pieces_get_rest (&self->pieces);
  imap_outcome_failed (&self->outcome, rest, local);
  attempt->again = imap_folder_wants_again (session, cancellable);
  if (taube_batch_result_count (self->outcome.result, TAUBE_BATCH_STATUS_DONE) > 0
      || taube_batch_result_count (self->outcome.result, TAUBE_BATCH_STATUS_UNKNOWN) > 0)
    {
      g_error_free (local);
      return taube_batch_result_ref (self->outcome.result);
    }
  g_propagate_error (error, local);
  return NULL;
}

TaubeBatchResult *
imap_folder_copy (TaubeFolder *folder, TaubeSession *session, const TaubeIdSet *ids, TaubeFolder *target,
                  TaubeAttempt *attempt, TaubeProgress *progress, GCancellable *cancellable, GError **error)
{
  return run_transfer (folder, session, ids, target, FALSE, attempt, progress, cancellable, error);
}

TaubeBatchResult *
imap_folder_move (TaubeFolder *folder, TaubeSession *session, const TaubeIdSet *ids, TaubeFolder *target,
                  TaubeAttempt *attempt, TaubeProgress *progress, GCancellable *cancellable, GError **error)
{
  return run_transfer (folder, session, ids, target, TRUE, attempt, progress, cancellable, error);
}
