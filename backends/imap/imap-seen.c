/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* All messages of a folder are seen, with one command. */
#include "imap-deed.h"
#include "imap-folder.h"
#include "imap-gettext.h"

typedef struct
{
  ImapSession *session;
  TaubeFolder *folder;
} Seen;

/* FALSE with an error, also when the flag cannot be set there. */
static gboolean
prepare (Seen *seen, GCancellable *cancellable, GError **error)
{
  const ImapMailbox *mailbox;

  if (!imap_session_begin (seen->session, cancellable, error)
      || !imap_session_select (seen->session, seen->folder, IMAP_SELECT_WRITE, cancellable, error))
    return FALSE;
  mailbox = seen->session->mailbox;
  if (!mailbox->read_only && (!mailbox->has_permanent || (mailbox->permanent & TAUBE_MESSAGE_FLAGS_SEEN) != 0))
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PERMISSION,
               _ ("cannot mark the messages of folder \"%s\" as seen: the server lets nobody change it"),
               taube_folder_get_name (seen->folder));
  return FALSE;
}

/* UID STORE 1:* +FLAGS.SILENT (\Seen) */
static ImapCall *
make_store (gpointer data, GCancellable *cancellable, GError **error)
{
  Seen *seen = data;
  ImapCall *call;

  if (!prepare (seen, cancellable, error))
    return NULL;
  call = imap_session_call (seen->session, "UID STORE", TAUBE_ERROR_PERMISSION,
                            _ ("cannot mark the messages of folder \"%s\" as seen"),
                            taube_folder_get_name (seen->folder));
  imap_command_add_sequence (call->command, N_ ("set"), "1:*");
  imap_command_add_atom (call->command, N_ ("item"), "+FLAGS.SILENT");
  imap_command_add_flags (call->command, TAUBE_MESSAGE_FLAGS_SEEN, NULL);
  return call;
}

/* TaubeFolderClass.mark_all_seen. Doing it twice does no harm. */
gboolean
imap_folder_mark_all_seen (TaubeFolder *folder, TaubeSession *session, GCancellable *cancellable, GError **error)
{
  Seen seen = { IMAP_SESSION (session), folder };

  if (!prepare (&seen, cancellable, error))
    return FALSE;
  /* Of an empty folder some servers refuse "1:*". */
  if (seen.session->mailbox->exists == 0)
    return TRUE;
  return imap_deed_run_repeatable (seen.session, make_store, &seen, cancellable, error);
}
