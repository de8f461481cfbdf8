/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-presence.h"

#include "imap-decode-search.h"
#include "imap-gettext.h"

void
imap_presence_init (ImapPresence *self, ImapSession *session)
{
  *self = (ImapPresence){ imap_seqset_new (), session->mailbox->exists + (gsize) session->limits.list_items, FALSE };
}

void
imap_presence_clear (ImapPresence *self)
{
  g_clear_pointer (&self->found, imap_seqset_free);
}

static gboolean
on_presence (const ImapResponse *response, gpointer user_data, GError **error)
{
  ImapPresence *presence = user_data;
  ImapEsearch esearch;

  if (presence->found->n_ranges > presence->most)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT, _ ("the server found more messages than there are"));
      return FALSE;
    }
  if (response->type == IMAP_RESPONSE_SEARCH)
    {
      presence->told = imap_decode_search (response, presence->found, NULL) || presence->told;
      return TRUE;
    }
  if (response->type != IMAP_RESPONSE_ESEARCH || !imap_decode_esearch (response, &esearch))
    return FALSE;
  presence->told = TRUE;
  if ((esearch.fields & IMAP_ESEARCH_ALL) != 0
      && !imap_seqset_add_text (presence->found, esearch.all.text, esearch.all.length, NULL))
    presence->told = FALSE;
  return TRUE;
}

ImapCall *
imap_presence_ask (ImapPresence *self, ImapSession *session, TaubeFolder *folder, const char *set)
{
  ImapCall *call = imap_session_call (session, "UID SEARCH", TAUBE_ERROR_PROTOCOL,
                                      _ ("cannot look for messages in folder \"%s\""), taube_folder_get_name (folder));

  if (imap_session_has (session, IMAP_CAPABILITY_ESEARCH) || imap_session_has (session, IMAP_CAPABILITY_IMAP4REV2))
    {
      imap_command_add_atom (call->command, N_ ("option"), "RETURN");
      imap_command_open (call->command);
      imap_command_add_atom (call->command, N_ ("option"), "ALL");
      imap_command_close (call->command);
    }
  imap_command_add_atom (call->command, N_ ("key"), "UID");
  imap_command_add_sequence (call->command, N_ ("set"), set);
  call->bad_is_refusal = TRUE;
  call->untagged = on_presence;
  call->user_data = self;
  return call;
}
