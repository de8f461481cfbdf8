/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-deed.h"

#include "imap-gettext.h"

ImapDeed
imap_deed_run (ImapCall *call, GCancellable *cancellable, GError **error)
{
  if (!imap_call_send (call, cancellable, error))
    return IMAP_DEED_NOT_DONE;
  if (imap_call_finish (call, cancellable, error))
    return IMAP_DEED_DONE;
  return call->done ? IMAP_DEED_NOT_DONE : IMAP_DEED_UNKNOWN;
}

void
imap_deed_set_unknown (GError **error, GError *cause, const char *what)
{
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_UNKNOWN_OUTCOME, _ ("%s: it may have been done all the same: %s"), what,
               cause->message);
  g_error_free (cause);
}

gboolean
imap_deed_run_repeatable (ImapSession *session, ImapCallMaker maker, gpointer data, GCancellable *cancellable,
                             GError **error)
{
  g_autofree char *what = NULL;
  GError *cause = NULL;

  for (guint attempt = 0; attempt < 2; attempt++)
    {
      g_autoptr (ImapCall) call = NULL;
      g_autoptr (GError) local = NULL;
      ImapDeed outcome = IMAP_DEED_NOT_DONE;

      if (attempt == 0 || imap_session_reopen (session, cancellable, &local))
        call = maker (data, cancellable, &local);
      if (call != NULL)
        outcome = imap_deed_run (call, cancellable, &local);
      if (outcome == IMAP_DEED_DONE)
        {
          g_clear_error (&cause);
          return TRUE;
        }
      if (attempt == 0 && outcome == IMAP_DEED_NOT_DONE)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      if (cause != NULL)
        break;
      what = g_strdup (call->what);
      cause = g_steal_pointer (&local);
    }
  imap_deed_set_unknown (error, cause, what);
  return FALSE;
}
