/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-watch-rows.h"

#include "imap-decode-search.h"
#include "imap-gettext.h"

/* Who went since the MODSEQ that was asked about. */
static gboolean
on_vanished (ImapWatchRows *rows, const ImapResponse *response)
{
  ImapWatch *watch = rows->watch;
  g_autoptr (ImapSeqset) uids = NULL;
  ImapVanished vanished;

  if (!imap_decode_vanished (response, &vanished) || !vanished.earlier)
    return FALSE;
  uids = imap_seqset_parse (vanished.uids.text, vanished.uids.length, NULL);
  for (guint i = 0; uids != NULL && i < uids->n_ranges; i++)
    imap_roster_remove_uids (watch->state->roster, uids->ranges[i].first, uids->ranges[i].last,
                             imap_watch_note_removed, watch);
  return TRUE;
}

static gboolean
on_row (const ImapResponse *response, gpointer user_data, GError **error)
{
  ImapWatchRows *rows = user_data;
  ImapFetch fetch;
  ImapWatchRow row;

  if (response->type == IMAP_RESPONSE_VANISHED)
    return on_vanished (rows, response);
  if (response->type != IMAP_RESPONSE_FETCH || !imap_session_decode_fetch (rows->watch->session, response, &fetch)
      || (fetch.fields & IMAP_FETCH_UID) == 0 || ((fetch.fields | fetch.malformed) & IMAP_FETCH_FLAGS) == 0
      || rows->rows->len >= rows->most)
    return FALSE;
  if (rows->last != 0 && (fetch.seq < rows->first || fetch.seq > rows->last))
    return FALSE;
  row.seq = fetch.seq;
  row.member.uid = fetch.uid;
  row.member.flags = imap_watch_hash_flags (&fetch.flags);
  g_array_append_val (rows->rows, row);
  return TRUE;
}

static gboolean
on_rows_completed (const ImapResponse *response, gpointer user_data, GError **error)
{
  ImapWatchRows *rows = user_data;

  rows->limited = imap_decode_limit (response, &rows->limit, &rows->lowest);
  return TRUE;
}

static int
compare_seqs (gconstpointer a, gconstpointer b)
{
  guint32 left = ((const ImapWatchRow *) a)->seq, right = ((const ImapWatchRow *) b)->seq;

  return left < right ? -1 : left > right;
}

int
imap_watch_compare_uids (gconstpointer a, gconstpointer b)
{
  guint32 left = ((const ImapWatchRow *) a)->member.uid, right = ((const ImapWatchRow *) b)->member.uid;

  return left < right ? -1 : left > right;
}

gboolean
imap_watch_is_too_much (ImapWatch *self, guint32 exists, GError **error)
{
  if (exists <= taube_account_get_limits (taube_folder_get_account (self->folder))->messages)
    return FALSE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT, _ ("folder \"%s\" claims to have %u messages"),
               taube_folder_get_name (self->folder), exists);
  return TRUE;
}

/* Whether CALL, which has failed, was refused for being about too many messages, and asking for fewer may help. */
gboolean
imap_watch_is_refused_for_limit (ImapWatch *self, const ImapCall *call)
{
  return call->done && call->code == IMAP_CODE_MESSAGELIMIT && !imap_pipeline_is_broken (self->session->pipeline);
}

/* FETCH or UID FETCH of UID and FLAGS; SINCE not 0: of what changed after that MODSEQ. TRUE with rows->refused: it
 * is too much for the server. */
gboolean
imap_watch_ask_rows (ImapWatch *self, ImapWatchRows *rows, const char *set, guint64 since, GCancellable *cancellable,
                     GError **error)
{
  g_autoptr (ImapCall) call
      = imap_session_call (self->session, rows->last != 0 ? "FETCH" : "UID FETCH", TAUBE_ERROR_PROTOCOL,
                           _ ("cannot follow folder \"%s\""), taube_folder_get_name (self->folder));
  g_autoptr (GError) local = NULL;

  rows->limited = rows->refused = FALSE;
  imap_command_add_sequence (call->command, "set", set);
  imap_command_open (call->command);
  imap_command_add_atom (call->command, "item", "UID");
  imap_command_add_atom (call->command, "item", "FLAGS");
  imap_command_close (call->command);
  if (since != 0)
    {
      imap_command_open (call->command);
      imap_command_add_atom (call->command, "modifier", "CHANGEDSINCE");
      imap_command_add_number (call->command, since);
      if (self->session->qresync)
        imap_command_add_atom (call->command, "modifier", "VANISHED");
      imap_command_close (call->command);
    }
  call->untagged = on_row;
  call->completed = on_rows_completed;
  call->user_data = rows;
  if (imap_call_run (call, cancellable, &local))
    return TRUE;
  rows->refused = imap_watch_is_refused_for_limit (self, call) && rows->limited && rows->limit > 0;
  if (rows->refused)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gpointer
set_limited (ImapWatch *self, GError **error)
{
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED,
               _ ("folder \"%s\" has more messages than the server looks at"), taube_folder_get_name (self->folder));
  return NULL;
}

/* Where the server has no sequence numbers, the order of UIDs makes them: from that of the FIRST message on. */
static gboolean
ask_in_order (ImapWatch *self, ImapWatchRows *rows, guint32 first, GCancellable *cancellable, GError **error)
{
  guint32 last_uid = first > 1 ? imap_roster_get_last_uid (self->state->roster) : 0;
  guint32 upper = G_MAXUINT32;

  if (last_uid == G_MAXUINT32)
    return TRUE;
  rows->first = rows->last = 0;
  do
    {
      g_autofree char *set = NULL;

      if (rows->limited)
        upper = rows->lowest - 1;
      set = g_strdup_printf ("%u:%u", last_uid + 1, upper);
      if (!imap_watch_ask_rows (self, rows, set, 0, cancellable, error))
        return FALSE;
      if (rows->refused)
        return set_limited (self, error) != NULL;
    }
  while (rows->limited && rows->lowest > last_uid + 1 && rows->lowest <= upper);
  g_array_sort (rows->rows, imap_watch_compare_uids);
  for (guint i = 0; i < rows->rows->len; i++)
    g_array_index (rows->rows, ImapWatchRow, i).seq = first + i;
  return TRUE;
}

/* UIDs and flags of the messages FIRST to LAST; those that the server leaves out are not there. (transfer full) */
static GArray *
ask_by_number (ImapWatch *self, guint32 first, guint32 last, GCancellable *cancellable, GError **error)
{
  g_autoptr (GArray) array = g_array_new (FALSE, FALSE, sizeof (ImapWatchRow));
  guint32 limit = imap_session_get_message_limit (self->session);
  ImapWatchRows rows = { self, first, last, last - first + 1, array };
  gboolean again;

  if (first > last)
    return g_steal_pointer (&array);
  if (imap_watch_is_too_much (self, last, error))
    return NULL;
  if (self->session->uid_only)
    return ask_in_order (self, &rows, first, cancellable, error) ? g_steal_pointer (&array) : NULL;
  /* News about a row may come as another one of the same number. */
  rows.most = (guint) MIN (2 * (guint64) rows.most + 100, G_MAXUINT);
  for (guint64 from = first; from <= last; from = again ? from : (guint64) rows.last + 1)
    {
      g_autofree char *set = NULL;

      rows.first = (guint32) from;
      rows.last = (guint32) MIN (last, from + limit - 1);
      set = g_strdup_printf (rows.first == rows.last ? "%u" : "%u:%u", rows.first, rows.last);
      if (!imap_watch_ask_rows (self, &rows, set, 0, cancellable, error))
        return NULL;
      again = rows.limited && rows.limit > 0 && rows.limit < limit && rows.last - rows.first >= rows.limit;
      if (again)
        limit = rows.limit;
      else if (rows.refused)
        return set_limited (self, error);
    }
  for (guint i = 1; i < array->len; i++)
    if (g_array_index (array, ImapWatchRow, i - 1).seq >= g_array_index (array, ImapWatchRow, i).seq)
      {
        g_array_sort (array, compare_seqs);
        break;
      }
  return g_steal_pointer (&array);
}

/* The same for rows that the roster will have: news about them that comes meanwhile sets MISSED. */
GArray *
imap_watch_ask_roster_rows (ImapWatch *self, guint32 first, guint32 last, GCancellable *cancellable, GError **error)
{
  GArray *rows;

  self->state->missed = FALSE;
  self->state->asking = TRUE;
  rows = ask_by_number (self, first, last, cancellable, error);
  self->state->asking = FALSE;
  return rows;
}

/* ROWS at the end of ROSTER, so that sequence number FIRST is the next member and LAST the last; who did not come is
 * nobody. A server that claims far more than it tells gets no memory for that. */
void
imap_watch_append_rows (ImapRoster *roster, const GArray *rows, guint32 first, guint32 last)
{
  guint i = 0;

  if (rows->len == 0)
    return;
  last = MIN (last, first + 2 * (guint64) rows->len + 1000);
  for (guint64 seq = first; seq <= last; seq++)
    {
      ImapMember member = { 0, 0 };

      /* Told twice, the later is news. */
      while (i < rows->len && g_array_index (rows, ImapWatchRow, i).seq == seq)
        member = g_array_index (rows, ImapWatchRow, i++).member;
      imap_roster_append (roster, member.uid, member.flags);
    }
}
