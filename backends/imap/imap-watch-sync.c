/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-watch.h"

#include "imap-decode-search.h"
#include "imap-gettext.h"
#include "imap-watch-rows.h"

/* How often changes are asked for anew because messages went in the middle, before all are looked at. */
#define MAX_ROUNDS 4

/* Brings what a watch knows of a folder up to what the server has: by what changed since a MODSEQ where the server
 * counts changes, else by looking at every message. */

/* Who is there. */
typedef struct
{
  ImapSeqset *uids;
  gboolean told;
  gboolean doubtful; /* it cannot be read, or there are more */
} Found;

/* Everything. */

static int
compare_members (gconstpointer a, gconstpointer b)
{
  guint32 left = ((const ImapMember *) a)->uid, right = ((const ImapMember *) b)->uid;

  return left < right ? -1 : left > right;
}

static GArray *
sorted_members (const ImapRoster *roster)
{
  GArray *members = g_array_sized_new (FALSE, FALSE, sizeof (ImapMember), imap_roster_get_size (roster));
  ImapMember member;
  guint cursor = 0;

  while (imap_roster_next (roster, &cursor, &member))
    if (member.uid != 0)
      g_array_append_val (members, member);
  for (guint i = 1; i < members->len; i++)
    if (g_array_index (members, ImapMember, i - 1).uid >= g_array_index (members, ImapMember, i).uid)
      {
        g_array_sort (members, compare_members);
        break;
      }
  return members;
}

/* Reports in what NOW differs from BEFORE; both in ascending order of UIDs. What is below LOWEST may be there although
 * it is not shown. */
static void
compare (ImapWatchState *state, const GArray *before, const GArray *now, guint32 lowest)
{
  guint i = 0, k = 0;

  while (i < before->len || k < now->len)
    {
      const ImapMember *old = i < before->len ? &g_array_index (before, ImapMember, i) : NULL;
      const ImapMember *new = k < now->len ? &g_array_index (now, ImapMember, k) : NULL;

      if (new == NULL || (old != NULL && old->uid < new->uid))
        {
          if (old->uid < lowest)
            imap_seqset_add (state->hidden, old->uid);
          else
            g_array_append_val (state->removed, old->uid);
          i++;
        }
      else if (old == NULL || new->uid < old->uid)
        {
          /* One that is shown again is no news, but its flags may be. */
          g_array_append_val (*(imap_seqset_contains (state->hidden, new->uid) ? &state->changed : &state->added),
                              new->uid);
          k++;
        }
      else
        {
          if (old->flags != new->flags)
            g_array_append_val (state->changed, new->uid);
          i++;
          k++;
        }
    }
}

/* Those that were hidden and would be shown now, if they were there, have gone. */
static void
settle_hidden (ImapWatchState *state, const GArray *now, guint32 lowest)
{
  g_autoptr (ImapSeqset) shown = imap_seqset_new ();
  g_autoptr (ImapSeqset) gone = NULL;

  if (imap_seqset_is_empty (state->hidden))
    return;
  for (guint i = 0; i < now->len; i++)
    imap_seqset_add (shown, g_array_index (now, ImapMember, i).uid);
  imap_seqset_normalize (shown);
  imap_seqset_normalize (state->hidden);
  imap_seqset_subtract (state->hidden, shown);
  gone = imap_seqset_clip (state->hidden, MAX (lowest, 1), G_MAXUINT32);
  imap_seqset_subtract (state->hidden, gone);
  for (guint i = 0; i < gone->n_ranges; i++)
    for (guint64 uid = gone->ranges[i].first; uid <= gone->ranges[i].last; uid++)
      {
        guint32 number = (guint32) uid;

        g_array_append_val (state->removed, number);
      }
}

static void
find_news (ImapWatch *self, const ImapRoster *roster)
{
  ImapWatchState *state = self->state;
  guint window = self->session->quirks.shows_only_newest;
  g_autoptr (GArray) before = sorted_members (state->roster);
  g_autoptr (GArray) now = sorted_members (roster);
  guint32 lowest = window != 0 && now->len >= window ? g_array_index (now, ImapMember, 0).uid : 0;

  imap_seqset_normalize (state->hidden);
  compare (state, before, now, lowest);
  settle_hidden (state, now, lowest);
}

/* Looks at every message. FIRST_TIME: there is nothing to compare with. */
static gboolean
look_at_all (ImapWatch *self, gboolean first_time, GCancellable *cancellable, GError **error)
{
  ImapWatchState *state = self->state;
  guint32 last = self->session->mailbox->exists;
  g_autoptr (GArray) rows = NULL;
  g_autoptr (ImapRoster) roster = imap_roster_new ();

  state->moved = FALSE;
  state->aligned = FALSE;
  rows = imap_watch_ask_roster_rows (self, 1, last, cancellable, error);
  if (rows == NULL)
    return FALSE;
  imap_watch_append_rows (roster, rows, 1, last);
  if (!first_time)
    find_news (self, roster);
  imap_roster_free (state->roster);
  state->roster = g_steal_pointer (&roster);
  state->aligned = !state->moved;
  state->resync = state->moved || state->missed;
  state->asked = last;
  return TRUE;
}

/* What changed. */

/* ALL: the server counts changes, and these have changed. FALSE: it does not fit to what is known. */
static gboolean
merge_rows (ImapWatch *self, GArray *rows, gboolean all)
{
  ImapRoster *roster = self->state->roster;

  g_array_sort (rows, imap_watch_compare_uids);
  for (guint i = 0; i < rows->len; i++)
    {
      ImapMember member = g_array_index (rows, ImapWatchRow, i).member;
      guint rank;

      if (imap_roster_find (roster, member.uid, &rank))
        {
          if (all || imap_roster_get (roster, rank).flags != member.flags)
            imap_watch_note_flags (self, rank, member.flags);
        }
      else if (member.uid > imap_roster_get_last_uid (roster))
        imap_watch_note_added (self, member.uid, member.flags);
      else
        return FALSE;
    }
  return TRUE;
}

static gboolean
on_uids (const ImapResponse *response, gpointer user_data, GError **error)
{
  Found *found = user_data;
  ImapEsearch esearch;

  if (response->type == IMAP_RESPONSE_SEARCH)
    found->doubtful |= !imap_decode_search (response, found->uids, NULL);
  else if (response->type != IMAP_RESPONSE_ESEARCH)
    return FALSE;
  else if (!imap_decode_esearch (response, &esearch)
           || ((esearch.fields & IMAP_ESEARCH_ALL) != 0
               && !imap_seqset_add_text (found->uids, esearch.all.text, esearch.all.length, NULL)))
    found->doubtful = TRUE;
  found->told = TRUE;
  return TRUE;
}

static gboolean
on_uids_completed (const ImapResponse *response, gpointer user_data, GError **error)
{
  ((Found *) user_data)->doubtful |= response->code == IMAP_CODE_MESSAGELIMIT;
  return TRUE;
}

/* The UIDs of all messages: NULL without an error when nobody can tell. (transfer full) */
static ImapSeqset *
ask_uids (ImapWatch *self, GCancellable *cancellable, GError **error)
{
  ImapSession *session = self->session;
  g_autoptr (ImapSeqset) uids = imap_seqset_new ();
  Found found = { .uids = uids };
  g_autoptr (ImapCall) call
      = imap_session_call (session, "UID SEARCH", TAUBE_ERROR_PROTOCOL, _ ("cannot follow folder \"%s\""),
                           taube_folder_get_name (self->folder));
  g_autoptr (GError) local = NULL;

  if (imap_session_has (session, IMAP_CAPABILITY_ESEARCH) || imap_session_has (session, IMAP_CAPABILITY_IMAP4REV2))
    {
      imap_command_add_atom (call->command, "option", "RETURN");
      imap_command_open (call->command);
      imap_command_add_atom (call->command, "option", "ALL");
      imap_command_close (call->command);
    }
  imap_command_add_atom (call->command, "key", "ALL");
  call->untagged = on_uids;
  call->completed = on_uids_completed;
  call->user_data = &found;
  if (!imap_call_run (call, cancellable, &local))
    {
      if (!imap_watch_is_refused_for_limit (self, call))
        g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  if (!found.told || found.doubtful)
    return NULL;
  imap_seqset_normalize (uids);
  return g_steal_pointer (&uids);
}

/* Who is not among FOUND has gone. */
static void
keep_only (ImapWatch *self, const ImapSeqset *found)
{
  ImapRoster *roster = self->state->roster;
  guint32 next = 1;

  for (guint i = 0; i < found->n_ranges; i++)
    {
      if (found->ranges[i].first > next)
        imap_roster_remove_uids (roster, next, found->ranges[i].first - 1, imap_watch_note_removed, self);
      if (found->ranges[i].last == G_MAXUINT32 || found->ranges[i].last == IMAP_STAR)
        return;
      next = found->ranges[i].last + 1;
    }
  imap_roster_remove_uids (roster, next, G_MAXUINT32, imap_watch_note_removed, self);
}

static gboolean
fits (const ImapWatch *self)
{
  return !self->state->moved && self->session->mailbox->exists == imap_roster_get_size (self->state->roster);
}

/* Asks for what changed. *FITS: what is known is what the server has; else everything must be looked at. */
static gboolean
ask_changes (ImapWatch *self, gboolean *fits_out, GCancellable *cancellable, GError **error)
{
  ImapWatchState *state = self->state;

  *fits_out = FALSE;
  for (guint round = 0; round < MAX_ROUNDS; round++)
    {
      g_autoptr (GArray) array = g_array_new (FALSE, FALSE, sizeof (ImapWatchRow));
      g_autoptr (ImapSeqset) found = NULL;
      GError *local = NULL;
      ImapWatchRows rows = { self, 0, 0, self->session->mailbox->exists, array };

      if (imap_watch_is_too_much (self, self->session->mailbox->exists, error)
          || !imap_watch_ask_rows (self, &rows, self->session->quirks.star_misses_last ? "1:4294967295" : "1:*",
                        state->highestmodseq, cancellable, error))
        return FALSE;
      if (rows.limited)
        return TRUE;
      if (!merge_rows (self, array, TRUE))
        return TRUE;
      *fits_out = fits (self);
      if (*fits_out)
        return TRUE;
      state->moved = FALSE;
      found = ask_uids (self, cancellable, &local);
      if (found == NULL)
        {
          gboolean ok = local == NULL;

          if (!ok)
            g_propagate_error (error, local);
          return ok;
        }
      keep_only (self, found);
      *fits_out = fits (self) && imap_seqset_count (found) == imap_roster_get_size (state->roster);
      if (*fits_out)
        return TRUE;
      state->moved = FALSE;
    }
  return TRUE;
}

gboolean
imap_watch_sync_new (ImapWatch *self, gboolean *fits_out, GCancellable *cancellable, GError **error)
{
  g_autoptr (GArray) array = g_array_new (FALSE, FALSE, sizeof (ImapWatchRow));
  guint32 last_uid = imap_roster_get_last_uid (self->state->roster);
  g_autofree char *set = g_strdup_printf ("%u:*", last_uid + 1);
  ImapWatchRows rows = { self, 0, 0, self->session->mailbox->exists, array };

  *fits_out = FALSE;
  if (last_uid == G_MAXUINT32)
    return TRUE;
  self->state->moved = FALSE;
  if (imap_watch_is_too_much (self, self->session->mailbox->exists, error)
      || !imap_watch_ask_rows (self, &rows, set, 0, cancellable, error))
    return FALSE;
  *fits_out = !rows.limited && merge_rows (self, array, FALSE) && fits (self);
  return TRUE;
}

static gboolean
can_ask_changes (const ImapWatch *self, gboolean first_time)
{
  const ImapMailbox *mailbox = self->session->mailbox;

  /* One that went back was restored from a backup. What is hidden now nothing would tell. */
  return !first_time && self->session->quirks.shows_only_newest == 0 && self->session->condstore
         && self->state->highestmodseq != 0
         && mailbox->highestmodseq >= self->state->highestmodseq && mailbox->exists > 0;
}

/* Whether nothing can have happened since the roster was brought up to date. */
static gboolean
is_unchanged (const ImapWatch *self)
{
  const ImapMailbox *mailbox = self->session->mailbox;
  const ImapWatchState *state = self->state;

  return mailbox->highestmodseq != 0 && state->highestmodseq == mailbox->highestmodseq
         && state->uidnext == mailbox->uidnext && state->exists == mailbox->exists
         && mailbox->exists == imap_roster_get_size (state->roster) && !state->resync;
}

static void
forget (ImapWatchState *state)
{
  g_array_set_size (state->added, 0);
  g_array_set_size (state->changed, 0);
  g_array_set_size (state->removed, 0);
  imap_seqset_clear (state->hidden);
  state->highestmodseq = 0;
}

/* Brings the state up to what the selected folder holds now. */
gboolean
imap_watch_sync (ImapWatch *self, GCancellable *cancellable, GError **error)
{
  ImapMailbox *mailbox = self->session->mailbox;
  ImapWatchState *state = self->state;
  gboolean first_time = state->roster == NULL;
  gboolean fits_now = FALSE;
  ImapMailbox told = *mailbox;

  if (!first_time && state->uidvalidity != mailbox->uidvalidity)
    {
      forget (state);
      state->reset = first_time = TRUE;
    }
  if (first_time)
    {
      g_clear_pointer (&state->roster, imap_roster_free);
      state->roster = imap_roster_new ();
    }
  if (state->reads == NULL)
    {
      g_autoptr (ImapReads) reads
        = imap_account_get_reads (imap_session_get_account (self->session), mailbox->key, TRUE);

      state->reads = imap_reads_follow (reads);
    }
  state->looked = TRUE;
  state->uidvalidity = mailbox->uidvalidity;
  state->moved = FALSE;
  if (!first_time && is_unchanged (self))
    fits_now = TRUE;
  else if (can_ask_changes (self, first_time)
           && !ask_changes (self, &fits_now, cancellable, error))
    return FALSE;
  if (!fits_now && !look_at_all (self, first_time, cancellable, error))
    {
      /* The next step must find the difference again. */
      if (first_time)
        state->uidvalidity = 0;
      if (first_time && !state->reset)
        g_clear_pointer (&state->roster, imap_roster_free);
      return FALSE;
    }
  if (fits_now)
    {
      state->aligned = TRUE;
      state->resync = FALSE;
      state->asked = mailbox->exists;
    }
  state->uidnext = told.uidnext;
  state->exists = told.exists;
  state->highestmodseq = told.highestmodseq;
  return TRUE;
}

/* New messages. */

gboolean
imap_watch_is_behind (const ImapWatch *self)
{
  const ImapWatchState *state = self->state;
  guint32 exists = self->session->mailbox->exists, size = imap_roster_get_size (state->roster);

  return !state->aligned || state->resync || exists < size || (exists > size && exists != state->asked);
}

static gboolean
ask_new (ImapWatch *self, GCancellable *cancellable, GError **error)
{
  ImapWatchState *state = self->state;
  guint32 first = imap_roster_get_size (state->roster) + 1, last = self->session->mailbox->exists;
  g_autoptr (GArray) rows = NULL;

  state->moved = FALSE;
  rows = imap_watch_ask_roster_rows (self, first, last, cancellable, error);
  if (rows == NULL)
    return FALSE;
  if (state->moved || state->missed || imap_roster_get_size (state->roster) + 1 != first)
    {
      state->resync = TRUE;
      return TRUE;
    }
  imap_watch_append_rows (state->roster, rows, first, last);
  for (guint i = 0; i < rows->len; i++)
    g_array_append_val (state->added, g_array_index (rows, ImapWatchRow, i).member.uid);
  state->asked = last;
  return TRUE;
}

/* What has come makes us ask: for the whole when nothing fits, else for what is new. */
gboolean
imap_watch_catch_up (ImapWatch *self, GCancellable *cancellable, GError **error)
{
  ImapWatchState *state = self->state;

  if (state->aligned && !state->resync && self->session->mailbox->exists >= imap_roster_get_size (state->roster)
      && self->session->mailbox->uidvalidity == state->uidvalidity)
    return ask_new (self, cancellable, error);
  state->resync = TRUE;
  return imap_watch_sync (self, cancellable, error);
}
