/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-session.h"

#include <string.h>

#include "imap-decode-list.h"
#include "imap-decode-search.h"
#include "imap-folder.h"
#include "imap-gettext.h"
#include "imap-names.h"

void
imap_mailbox_free (ImapMailbox *self)
{
  g_free (self->key);
  g_clear_pointer (&self->keywords, g_hash_table_unref);
  g_free (self);
}

static void
note_permanent_flags (ImapMailbox *mailbox, const ImapResponse *response, TaubeArena *arena)
{
  ImapFlags flags;

  if (response->code_values == NULL || !imap_flags_decode (response->code_values, arena, &flags))
    return;
  mailbox->has_permanent = TRUE;
  mailbox->permanent = flags.flags;
  mailbox->any_keyword = flags.any;
  g_clear_pointer (&mailbox->keywords, g_hash_table_unref);
  mailbox->keywords = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < flags.n_keywords; i++)
    g_hash_table_add (mailbox->keywords, g_ascii_strdown (flags.keywords[i], -1));
}

/* Facts about a mailbox that come in response codes. FALSE: it was none. */
gboolean
imap_select_note_status (ImapMailbox *mailbox, const ImapResponse *response, TaubeArena *arena)
{
  guint64 number = 0;

  switch (response->code)
    {
    case IMAP_CODE_UIDVALIDITY:
      if (imap_decode_code_number (response, &number) && number <= G_MAXUINT32)
        mailbox->uidvalidity = number;
      return TRUE;
    case IMAP_CODE_UIDNEXT:
      if (imap_decode_code_number (response, &number) && number <= G_MAXUINT32)
        mailbox->uidnext = number;
      return TRUE;
    case IMAP_CODE_HIGHESTMODSEQ:
      if (imap_decode_code_number (response, &number))
        mailbox->highestmodseq = number;
      return TRUE;
    case IMAP_CODE_NOMODSEQ:
      mailbox->highestmodseq = 0;
      return TRUE;
    case IMAP_CODE_PERMANENTFLAGS:
      note_permanent_flags (mailbox, response, arena);
      return TRUE;
    case IMAP_CODE_READ_ONLY:
      mailbox->read_only = TRUE;
      return TRUE;
    case IMAP_CODE_READ_WRITE:
      mailbox->read_only = FALSE;
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
take_fetch (ImapSession *self, const ImapResponse *response)
{
  ImapFetch fetch;

  if (self->resync == NULL)
    return FALSE;
  if (imap_session_decode_fetch (self, response, &fetch))
    self->resync->fetched (&fetch, self->resync->user_data);
  return TRUE;
}

static gboolean
take_vanished (ImapSession *self, const ImapResponse *response)
{
  g_autoptr (ImapSeqset) uids = imap_seqset_new ();
  ImapVanished vanished;
  gboolean good;

  if (self->resync == NULL)
    return FALSE;
  good = imap_decode_vanished (response, &vanished)
         && imap_seqset_add_text (uids, vanished.uids.text, vanished.uids.length, NULL);
  self->resync->vanished (good ? uids : NULL, self->resync->user_data);
  return TRUE;
}

/* Replies to SELECT. What comes before CLOSED is still about the mailbox that was open before. */
static gboolean
select_untagged (const ImapResponse *response, gpointer user_data, GError **error)
{
  ImapSession *self = user_data;
  ImapMailbox *mailbox = self->mailbox;

  switch (response->type)
    {
    case IMAP_RESPONSE_EXISTS:
      mailbox->exists = response->number;
      return TRUE;
    case IMAP_RESPONSE_EXPUNGE:
      return FALSE;
    case IMAP_RESPONSE_FETCH:
      return take_fetch (self, response);
    case IMAP_RESPONSE_VANISHED:
      return take_vanished (self, response);
    case IMAP_RESPONSE_FLAGS:
    case IMAP_RESPONSE_RECENT:
      return TRUE;
    case IMAP_RESPONSE_OK:
      if (response->code == IMAP_CODE_CLOSED)
        {
          mailbox->exists = 0;
          mailbox->uidvalidity = mailbox->uidnext = 0;
          mailbox->highestmodseq = 0;
          if (self->resync != NULL)
            self->resync->closed (self->resync->user_data);
          return TRUE;
        }
      return imap_select_note_status (mailbox, response, imap_pipeline_get_arena (self->pipeline));
    default:
      return FALSE;
    }
}

static gboolean
select_completed (const ImapResponse *response, gpointer user_data, GError **error)
{
  ImapSession *self = user_data;

  if (response->type == IMAP_RESPONSE_OK)
    imap_select_note_status (self->mailbox, response, imap_pipeline_get_arena (self->pipeline));
  /* Not all of what changed was looked at. */
  if (self->resync != NULL && response->code == IMAP_CODE_MESSAGELIMIT)
    self->resync->vanished (NULL, self->resync->user_data);
  return TRUE;
}

/* Whether FOLDER is the one that is selected. */
gboolean
imap_session_has_open (ImapSession *self, TaubeFolder *folder)
{
  g_autofree char *key = imap_names_to_key (taube_folder_get_path (folder));

  return self->mailbox != NULL && strcmp (self->mailbox->key, key) == 0
         && self->mailbox->epoch == imap_account_get_epoch (imap_session_get_account (self));
}

/* select-param =/ condstore-param / ("QRESYNC" SP "(" uidvalidity SP mod-sequence-value … ")")      (RFC 7162)
 *
 * The list of known UIDs and the one that matches numbers with UIDs are never sent: not to name them asks for
 * everything, and servers stumble over them. */
static void
add_parameters (ImapSession *self, ImapCommand *command, const ImapResync *resync)
{
  if (!self->condstore)
    return;
  imap_command_open (command);
  if (resync != NULL)
    {
      imap_command_add_atom (command, N_ ("parameter"), "QRESYNC");
      imap_command_open (command);
      imap_command_add_number (command, resync->uidvalidity);
      imap_command_add_number (command, resync->modseq);
      imap_command_close (command);
    }
  else
    imap_command_add_atom (command, N_ ("parameter"), "CONDSTORE");
  imap_command_close (command);
}

/* The command, not yet sent; what was open is forgotten. */
static ImapCall *
make_select (ImapSession *self, TaubeFolder *folder, gboolean examine, const ImapResync *resync,
             GCancellable *cancellable, GError **error)
{
  g_autoptr (ImapCall) call = imap_session_call (self, examine ? "EXAMINE" : "SELECT", TAUBE_ERROR_NOT_FOUND,
                                                 _ ("cannot open folder \"%s\""), taube_folder_get_name (folder));

  if (!imap_folder_add_name (folder, self, call->command, cancellable, error))
    return NULL;
  add_parameters (self, call->command, resync);
  g_clear_pointer (&self->mailbox, imap_mailbox_free);
  taube_session_set_affinity (TAUBE_SESSION (self), NULL);
  self->mailbox = g_new0 (ImapMailbox, 1);
  self->mailbox->key = imap_names_to_key (taube_folder_get_path (folder));
  self->mailbox->epoch = imap_account_get_epoch (imap_session_get_account (self));
  self->mailbox->examined = examine;
  call->untagged = select_untagged;
  call->completed = select_completed;
  call->user_data = self;
  return g_steal_pointer (&call);
}

/* FALSE is passed on. */
static gboolean
end_select (ImapSession *self, TaubeFolder *folder, gboolean ok)
{
  if (!ok)
    {
      g_clear_pointer (&self->mailbox, imap_mailbox_free);
      return FALSE;
    }
  taube_session_set_affinity (TAUBE_SESSION (self), taube_folder_get_name (folder));
  if (!self->mailbox->examined)
    taube_folder_set_read_only (folder, self->mailbox->read_only);
  return TRUE;
}

static gboolean
run_select (ImapSession *self, TaubeFolder *folder, gboolean examine, const ImapResync *resync,
            GCancellable *cancellable, GError **error)
{
  g_autoptr (ImapCall) call = make_select (self, folder, examine, resync, cancellable, error);
  const ImapListener *listener = self->listener;
  gboolean ok;

  if (call == NULL)
    return FALSE;
  self->listener = NULL;
  self->resync = resync;
  ok = imap_call_run (call, cancellable, error);
  self->listener = listener;
  self->resync = NULL;
  return end_select (self, folder, ok);
}

/* Opens the folder unless it is open, and sends NEXT along with that, which may only read: whether it is about the
 * right messages is known when this returns. The server does one after the other (RFC 3501 section 5.5). When it does
 * not open the folder, its complaint about NEXT is waited for. TRUE: NEXT is on its way. */
gboolean
imap_session_select_and (ImapSession *self, TaubeFolder *folder, ImapCall *next, GCancellable *cancellable,
                         GError **error)
{
  g_autoptr (ImapCall) call = NULL;

  if (imap_session_has_open (self, folder))
    return imap_call_send (next, cancellable, error);
  call = make_select (self, folder, FALSE, NULL, cancellable, error);
  if (call == NULL)
    return FALSE;
  next->bad_is_refusal = TRUE;
  if (!imap_call_send (call, cancellable, error) || !imap_call_send (next, cancellable, error))
    return end_select (self, folder, FALSE);
  if (end_select (self, folder, imap_call_finish (call, cancellable, error)))
    return TRUE;
  if (!imap_pipeline_is_broken (self->pipeline))
    imap_call_finish (next, cancellable, NULL);
  return FALSE;
}

/* Opens the folder unless it is open. Afterwards self->mailbox says what is in it. */
gboolean
imap_session_select (ImapSession *self, TaubeFolder *folder, ImapSelectMode mode, GCancellable *cancellable,
                     GError **error)
{
  if (imap_session_has_open (self, folder) && (mode != IMAP_SELECT_WRITE || !self->mailbox->examined))
    return TRUE;
  return run_select (self, folder, mode == IMAP_SELECT_WATCH, NULL, cancellable, error);
}

/* Opens the folder, also when it is open: what self->mailbox says then, and what RESYNC is told, was so at one moment.
 * RESYNC needs self->qresync; it is not called any more when this has returned. */
gboolean
imap_session_reselect (ImapSession *self, TaubeFolder *folder, ImapSelectMode mode, const ImapResync *resync,
                       GCancellable *cancellable, GError **error)
{
  return run_select (self, folder, mode == IMAP_SELECT_WATCH, resync, cancellable, error);
}

/* Has the server tell what happened to the open mailbox since the last job, unless it was opened by this one. STATUS,
 * too, tells only what was told before when it is about the open mailbox. */
gboolean
imap_session_refresh (ImapSession *self, GCancellable *cancellable, GError **error)
{
  if (!self->mailbox->stale)
    return TRUE;
  self->mailbox->stale = FALSE;
  return imap_session_noop (self, cancellable, error);
}
