/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-replace.h"

#include "imap-append.h"
#include "imap-decode-search.h"
#include "imap-gettext.h"
#include "imap-outcome.h"
#include "imap-place.h"
#include "imap-presence.h"
#include "imap-removal.h"

/* One message that takes the place of another: by REPLACE where the server has it (RFC 8508), else written first and
 * the old one removed when the new one is known to be there. It outlives a session. */
typedef struct
{
  TaubeFolder *folder;
  TaubeMessageSource *source;
  TaubeProgress *progress;
  ImapOutcome outcome;
  ImapSeqset *old;     /* its UID */
  guint32 uid;
  guint32 uidvalidity;

  ImapPlace place;     /* where the new one will stand */
  gboolean doubt;      /* REPLACE may have been carried out */
  gboolean written;    /* the new one is there: the old one is to be removed */
  ImapAppend *append;  /* without REPLACE */
  gboolean no_utf8;    /* the server does not know the form UTF8 (…) after all */
  guint64 sent;
} Replace;

typedef struct
{
  Replace *replace;
  guint32 uidvalidity; /* 0: the server did not tell */
  guint32 uid;
} Answer;

static void
replace_free (gpointer data)
{
  Replace *self = data;

  g_object_unref (self->folder);
  g_object_unref (self->source);
  g_clear_object (&self->progress);
  imap_outcome_clear (&self->outcome);
  imap_seqset_free (self->old);
  g_clear_pointer (&self->append, imap_append_free);
  g_free (self);
}

static Replace *
replace_new (ImapSession *session, TaubeFolder *folder, const char *id, guint32 uid, TaubeMessageSource *source,
             TaubeProgress *progress)
{
  Replace *self = g_new0 (Replace, 1);
  const char *const ids[] = { id, NULL };
  g_autoptr (TaubeIdSet) set = taube_id_set_new_from_ids (ids);

  self->folder = g_object_ref (folder);
  self->source = g_object_ref (source);
  self->progress = progress != NULL ? g_object_ref (progress) : NULL;
  imap_outcome_init (&self->outcome, session, set);
  self->uid = uid;
  self->old = imap_seqset_new ();
  imap_seqset_add (self->old, uid);
  self->uidvalidity = session->mailbox->uidvalidity;
  return self;
}

/* Outcome. */

static void
set_done (Replace *self, guint32 uidvalidity, guint32 uid)
{
  imap_outcome_done (&self->outcome, self->old);
  if (uid != 0)
    imap_outcome_new_id (&self->outcome, self->uid, uidvalidity, uid);
}

static void
set_unknown (Replace *self, const char *why)
{
  g_autoptr (GError) error = g_error_new (TAUBE_ERROR, TAUBE_ERROR_UNKNOWN_OUTCOME,
                                          _ ("it is not known whether the message was replaced in folder \"%s\": %s"),
                                          taube_folder_get_name (self->folder), why);

  imap_outcome_unknown (&self->outcome, self->old, error);
}

/* Whether the old message is there. FALSE with an error: not known, also when the server said nothing to that. */
static gboolean
ask_presence (Replace *self, ImapSession *session, gboolean *present, GCancellable *cancellable, GError **error)
{
  g_auto (ImapPresence) presence = { 0 };
  g_autofree char *set = imap_seqset_to_string (self->old);
  g_autoptr (ImapCall) call = NULL;

  imap_presence_init (&presence, session);
  call = imap_presence_ask (&presence, session, self->folder, set);
  if (!imap_call_run (call, cancellable, error))
    return FALSE;
  if (!presence.told)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL,
                   _ ("cannot replace a message in folder \"%s\": the server does not tell whether it is there"),
                   taube_folder_get_name (self->folder));
      return FALSE;
    }
  *present = imap_seqset_contains (presence.found, self->uid);
  return TRUE;
}

/* The new one is there; the old one goes now. */
static gboolean
remove_old (Replace *self, ImapSession *session, GCancellable *cancellable, GError **error)
{
  g_auto (ImapRemoval) removal = { 0 };
  g_autoptr (GError) refusal = NULL;
  GError *local = NULL;

  self->written = TRUE;
  if (!imap_session_select (session, self->folder, IMAP_SELECT_WRITE, cancellable, &local)
      || !imap_removal_run (&removal, session, self->folder, self->old, cancellable, &local))
    {
      set_unknown (self, local->message);
      g_propagate_error (error, local);
      return FALSE;
    }
  if (removal.left != NULL ? imap_seqset_is_empty (removal.left) : removal.refusal == NULL)
    {
      set_done (self, 0, 0);
      return TRUE;
    }
  refusal = g_error_new (TAUBE_ERROR, removal.refusal != NULL ? removal.refusal->code : TAUBE_ERROR_PERMISSION,
                         _ ("the new message was written into folder \"%s\", and the old one could not be removed: %s"),
                         taube_folder_get_name (self->folder),
                         removal.refusal != NULL ? removal.refusal->message : _ ("the server has it still"));
  imap_outcome_failed (&self->outcome, self->old, refusal);
  return TRUE;
}

/* REPLACE. */

static gboolean
on_answer (const ImapResponse *response, gpointer user_data, GError **error)
{
  Answer *answer = user_data;
  ImapCopyuid copyuid;
  guint64 uid;

  if (response->type != IMAP_RESPONSE_OK || response->code != IMAP_CODE_APPENDUID
      || !imap_decode_copyuid (response, &copyuid)
      || !imap_number_parse (copyuid.target.text, copyuid.target.length, &uid) || uid == 0 || uid > G_MAXUINT32)
    return FALSE;
  answer->uidvalidity = copyuid.uidvalidity;
  answer->uid = (guint32) uid;
  return TRUE;
}

static void
on_streamed (guint64 bytes, gpointer user_data)
{
  Replace *self = ((Answer *) user_data)->replace;

  self->sent += bytes;
  taube_progress_update (self->progress, self->sent, taube_message_source_get_facts (self->source)->size);
}

/* replace = "REPLACE" SP seq-number SP mailbox append-message        (RFC 8508) */
static ImapCall *
new_replace (Replace *self, ImapSession *session, Answer *answer, GCancellable *cancellable, GError **error)
{
  g_autoptr (ImapCall) call
      = imap_session_call (session, "UID REPLACE", TAUBE_ERROR_PERMISSION,
                           _ ("cannot replace a message in folder \"%s\""), taube_folder_get_name (self->folder));

  imap_command_add_number (call->command, self->uid);
  if (!imap_folder_add_name (self->folder, session, call->command, cancellable, error))
    return NULL;
  call->bad_is_refusal = !self->no_utf8 && imap_append_wants_utf8 (session, self->source);
  imap_append_add_message (call->command, session, self->source, call->bad_is_refusal);
  call->untagged = on_answer;
  call->completed = on_answer;
  call->streamed = on_streamed;
  call->user_data = answer;
  return g_steal_pointer (&call);
}

static gboolean
ask_place (Replace *self, ImapSession *session, GCancellable *cancellable, GError **error)
{
  g_autoptr (ImapCall) call = imap_place_ask (&self->place, session, self->folder, cancellable, error);
  g_autoptr (GError) local = NULL;

  if (call == NULL)
    return FALSE;
  if (imap_call_run (call, cancellable, &local) || call->done)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
replace_at_once (Replace *self, ImapSession *session, GCancellable *cancellable, GError **error)
{
  Answer answer = { self, 0, 0 };
  g_autoptr (ImapCall) call = NULL;
  GError *local = NULL;

  if (!ask_place (self, session, cancellable, error))
    return FALSE;
  self->sent = 0;
  call = new_replace (self, session, &answer, cancellable, error);
  if (call == NULL)
    return FALSE;
  if (imap_call_run (call, cancellable, &local) || (call->done && call->status == IMAP_RESPONSE_OK))
    {
      g_clear_error (&local);
      set_done (self, answer.uidvalidity, answer.uid);
      return TRUE;
    }
  if (imap_append_is_form_refused (call) && !imap_pipeline_is_broken (session->pipeline))
    {
      g_clear_error (&local);
      self->no_utf8 = TRUE;
      return replace_at_once (self, session, cancellable, error);
    }
  if (call->complete && !call->done)
    {
      self->doubt = TRUE;
      set_unknown (self, local->message);
    }
  else
    imap_outcome_failed (&self->outcome, self->old, local);
  g_propagate_error (error, local);
  return FALSE;
}

/* The connection broke behind REPLACE: what is not found may still come. */
static gboolean
look_after (Replace *self, ImapSession *session, GCancellable *cancellable, GError **error)
{
  g_autoptr (GArray) wanted = imap_prints_new ();
  const TaubeMessageFacts *facts = taube_message_source_get_facts (self->source);
  ImapPrint print = { 0, facts->size, FALSE, 0, g_strdup (facts->message_id) };
  gboolean present = TRUE;
  guint32 uid;

  g_array_append_val (wanted, print);
  if (!ask_presence (self, session, &present, cancellable, error)
      || !imap_place_find (&self->place, session, self->folder, wanted, cancellable, error))
    return FALSE;
  uid = g_array_index (wanted, ImapPrint, 0).uid;
  if (uid != 0 && !present)
    set_done (self, self->place.uidvalidity, uid);
  return TRUE;
}

/* Without REPLACE. */

static gboolean
append_and_remove (Replace *self, ImapSession *session, GCancellable *cancellable, GError **error)
{
  TaubeBatchResult *result;
  g_autofree char *new_id = NULL;
  GError *local = NULL;

  if (!imap_append_run (self->append, session, cancellable, &local)
      && taube_batch_result_get_status (imap_append_get_result (self->append), "1") != TAUBE_BATCH_STATUS_DONE)
    {
      if (taube_batch_result_get_status (imap_append_get_result (self->append), "1") == TAUBE_BATCH_STATUS_UNKNOWN)
        set_unknown (self, local->message);
      else
        imap_outcome_failed (&self->outcome, self->old, local);
      g_propagate_error (error, local);
      return FALSE;
    }
  g_clear_error (&local);
  result = imap_append_get_result (self->append);
  if (taube_batch_result_get_status (result, "1") != TAUBE_BATCH_STATUS_DONE)
    return TRUE; /* still in doubt: the old one stays */
  new_id = taube_batch_result_get_new_id (result, "1");
  if (new_id != NULL)
    imap_outcome_set_new_id (&self->outcome, self->uid, new_id);
  return remove_old (self, session, cancellable, error);
}

/* The whole operation. */

static gboolean
prepare (ImapSession *session, TaubeFolder *folder, TaubeMessageSource *source, GCancellable *cancellable,
         GError **error)
{
  if (!imap_session_begin (session, cancellable, error)
      || (!imap_session_has (session, IMAP_CAPABILITY_REPLACE)
          && !imap_removal_is_possible (session, folder, N_ ("replace"), error))
      || !imap_append_check (session, folder, source, error)
      || !imap_session_select (session, folder, IMAP_SELECT_WRITE, cancellable, error))
    return FALSE;
  if (!session->mailbox->read_only)
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PERMISSION,
               _ ("cannot replace a message in folder \"%s\": it can only be read"), taube_folder_get_name (folder));
  return FALSE;
}

static gboolean
begin_anew (Replace *self, ImapSession *session, GCancellable *cancellable, GError **error)
{
  gboolean present = FALSE;
  g_autoptr (GPtrArray) sources = NULL;

  if (!ask_presence (self, session, &present, cancellable, error))
    return FALSE;
  if (!present)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND,
                   _ ("cannot replace a message in folder \"%s\": it is not there"),
                   taube_folder_get_name (self->folder));
      return FALSE;
    }
  if (imap_session_has (session, IMAP_CAPABILITY_REPLACE))
    return replace_at_once (self, session, cancellable, error);
  sources = g_ptr_array_new ();
  g_ptr_array_add (sources, self->source);
  g_clear_pointer (&self->append, imap_append_free);
  self->append = imap_append_new (self->folder, sources, self->progress);
  return append_and_remove (self, session, cancellable, error);
}

static gboolean
go_on (Replace *self, ImapSession *session, GCancellable *cancellable, GError **error)
{
  if (self->uidvalidity != session->mailbox->uidvalidity)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_CONFLICT, _ ("folder \"%s\" was made anew meanwhile"),
                   taube_folder_get_name (self->folder));
      return FALSE;
    }
  if (self->doubt)
    return look_after (self, session, cancellable, error);
  if (self->written)
    return remove_old (self, session, cancellable, error);
  if (self->append != NULL)
    return append_and_remove (self, session, cancellable, error);
  return begin_anew (self, session, cancellable, error);
}

TaubeBatchResult *
imap_folder_replace (TaubeFolder *folder, TaubeSession *session, const char *id, TaubeMessageSource *source,
                     TaubeAttempt *attempt, TaubeProgress *progress, GCancellable *cancellable, GError **error)
{
  ImapSession *imap = IMAP_SESSION (session);
  Replace *self = attempt->state;
  gboolean first = self == NULL;
  GError *local = NULL;
  guint32 uid;

  if (!prepare (imap, folder, source, cancellable, error)
      || !imap_folder_parse_id (imap, folder, id, &uid, error))
    {
      attempt->again = imap_folder_wants_again (session, cancellable);
      return NULL;
    }
  if (first)
    {
      self = replace_new (imap, folder, id, uid, source, progress);
      attempt->state = self;
      attempt->free_state = replace_free;
    }
  if (first ? begin_anew (self, imap, cancellable, &local) : go_on (self, imap, cancellable, &local))
    return taube_batch_result_ref (self->outcome.result);
  attempt->again = imap_folder_wants_again (session, cancellable);
  if (self->doubt || self->written || (self->append != NULL && imap_append_is_open_ended (self->append)
                                       && taube_batch_result_get_status (self->outcome.result, id)
                                            == TAUBE_BATCH_STATUS_UNKNOWN))
    {
      g_error_free (local);
      return taube_batch_result_ref (self->outcome.result);
    }
  g_propagate_error (error, local);
  return NULL;
}
