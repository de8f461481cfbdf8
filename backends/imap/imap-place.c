/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-place.h"

#include <taube-backend/taube-mime.h>

#include <string.h>

#include "imap-decode-list.h"
#include "imap-gettext.h"

/* Where? */

static gboolean
on_status (const ImapResponse *response, gpointer user_data, GError **error)
{
  ImapPlace *place = user_data;
  ImapStatus status;

  if (response->type != IMAP_RESPONSE_STATUS || !imap_decode_status (response, &status))
    return FALSE;
  if (status.fields & IMAP_STATUS_UIDVALIDITY)
    place->uidvalidity = status.uidvalidity;
  if (status.fields & IMAP_STATUS_UIDNEXT)
    place->uidnext = status.uidnext;
  return TRUE;
}

ImapCall *
imap_place_ask (ImapPlace *place, ImapSession *session, TaubeFolder *folder, GCancellable *cancellable, GError **error)
{
  g_autoptr (ImapCall) call = imap_session_call (session, "STATUS", TAUBE_ERROR_NOT_FOUND,
                                                 _ ("cannot look into folder \"%s\""), taube_folder_get_name (folder));

  *place = (ImapPlace){ 0 };
  if (!imap_folder_add_name (folder, session, call->command, cancellable, error))
    return NULL;
  imap_command_open (call->command);
  imap_command_add_atom (call->command, N_ ("item"), "UIDNEXT");
  imap_command_add_atom (call->command, N_ ("item"), "UIDVALIDITY");
  imap_command_close (call->command);
  call->untagged = on_status;
  call->user_data = place;
  call->bad_is_refusal = TRUE;
  return g_steal_pointer (&call);
}

/* What? */

typedef struct
{
  ImapSession *session;
  GArray *prints;
} Asking;

static char *
read_message_id (const ImapSection *section, const TaubeLimits *limits)
{
  g_autoptr (TaubeMimeHeaders) headers = NULL;
  gsize length = 0;
  const char *raw;
  char *text;

  if (section->streamed || section->content.text == NULL)
    return NULL;
  headers = taube_mime_headers_parse (section->content.text, section->content.length, limits, NULL);
  raw = headers != NULL ? taube_mime_headers_find (headers, "Message-ID", &length) : NULL;
  if (raw == NULL)
    return NULL;
  text = g_strstrip (g_strndup (raw, length));
  if (text[0] == '\0')
    g_clear_pointer (&text, g_free);
  return text;
}

static gboolean
on_print (const ImapResponse *response, gpointer user_data, GError **error)
{
  Asking *asking = user_data;
  ImapPrint print = { 0 };
  ImapFetch fetch;

  if (response->type != IMAP_RESPONSE_FETCH || !imap_session_decode_fetch (asking->session, response, &fetch)
      || (fetch.fields & IMAP_FETCH_UID) == 0 || (fetch.fields & IMAP_FETCH_SIZE) == 0)
    return FALSE;
  if (asking->prints->len >= asking->session->limits.list_items)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT, _ ("the server found more messages than it was asked for"));
      return FALSE;
    }
  print.uid = fetch.uid;
  print.size = fetch.size;
  print.has_date = (fetch.fields & IMAP_FETCH_INTERNALDATE) != 0;
  print.date = fetch.internal_date;
  for (const ImapSection *section = fetch.sections; section != NULL && print.message_id == NULL;
       section = section->next)
    print.message_id = read_message_id (section, &asking->session->limits);
  g_array_append_val (asking->prints, print);
  return TRUE;
}

ImapCall *
imap_prints_ask (GArray *prints, ImapSession *session, TaubeFolder *folder, const char *set)
{
  static const char *const headers[] = { "MESSAGE-ID", NULL };
  ImapCall *call = imap_session_call (session, "UID FETCH", TAUBE_ERROR_PROTOCOL,
                                      _ ("cannot look at messages in folder \"%s\""), taube_folder_get_name (folder));
  Asking *asking = g_new (Asking, 1);

  *asking = (Asking){ session, prints };
  imap_command_add_sequence (call->command, N_ ("set"), set);
  imap_command_open (call->command);
  imap_command_add_atom (call->command, N_ ("item"), "UID");
  imap_command_add_atom (call->command, N_ ("item"), "RFC822.SIZE");
  imap_command_add_atom (call->command, N_ ("item"), "INTERNALDATE");
  imap_command_add_section (call->command, "BODY.PEEK", "HEADER.FIELDS", headers, FALSE, 0, 0);
  imap_command_close (call->command);
  call->untagged = on_print;
  call->user_data = asking;
  call->free_user_data = g_free;
  return call;
}

/* "n:*" gives the last message even when that has a lower UID. */
static void
drop_older (GArray *candidates, guint32 uidnext)
{
  for (guint i = candidates->len; i > 0; i--)
    if (g_array_index (candidates, ImapPrint, i - 1).uid < uidnext)
      g_array_remove_index_fast (candidates, i - 1);
}

static gboolean
set_unknown_place (TaubeFolder *folder, GError **error)
{
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_UNKNOWN_OUTCOME,
               _ ("cannot tell what came to folder \"%s\": the server did not say where it would stand"),
               taube_folder_get_name (folder));
  return FALSE;
}

gboolean
imap_place_find (const ImapPlace *place, ImapSession *session, TaubeFolder *folder, GArray *wanted,
                 GCancellable *cancellable, GError **error)
{
  g_autoptr (GArray) candidates = imap_prints_new ();
  g_autoptr (ImapCall) call = NULL;
  char set[16];
  gboolean was_open = imap_session_has_open (session, folder);

  for (guint i = 0; i < wanted->len; i++)
    g_array_index (wanted, ImapPrint, i).uid = 0;
  if (place->uidnext == 0)
    return set_unknown_place (folder, error);
  if (!imap_session_select (session, folder, IMAP_SELECT_WATCH, cancellable, error)
      || (was_open && !imap_session_noop (session, cancellable, error)))
    return FALSE;
  if (place->uidvalidity != session->mailbox->uidvalidity)
    return set_unknown_place (folder, error);
  g_snprintf (set, sizeof set, "%u:*", place->uidnext);
  call = imap_prints_ask (candidates, session, folder, set);
  if (!imap_call_run (call, cancellable, error))
    return FALSE;
  drop_older (candidates, place->uidnext);
  imap_prints_match (candidates, wanted);
  return TRUE;
}
