/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-watch.h"

#include "imap-decode-list.h"
#include "imap-gettext.h"

/* How often IDLE is begun anew within one step, when the server ends it by itself. */
#define MAX_IDLES 8
/* Where the server counts no changes, STATUS alone is trusted so often before every message is looked at: a flag that
 * does not change the number of unread messages is not seen otherwise. */
#define MAX_SHALLOW_POLLS 8

ImapWatchState *
imap_watch_state_new (void)
{
  ImapWatchState *state = g_new0 (ImapWatchState, 1);

  state->added = g_array_new (FALSE, FALSE, sizeof (guint32));
  state->changed = g_array_new (FALSE, FALSE, sizeof (guint32));
  state->removed = g_array_new (FALSE, FALSE, sizeof (guint32));
  state->hidden = imap_seqset_new ();
  return state;
}

void
imap_watch_state_free (gpointer data)
{
  ImapWatchState *state = data;

  g_clear_pointer (&state->roster, imap_roster_free);
  g_clear_pointer (&state->reads, imap_reads_leave);
  imap_seqset_free (state->hidden);
  g_array_unref (state->added);
  g_array_unref (state->changed);
  g_array_unref (state->removed);
  g_free (state);
}

/* So that one bit of a keyword changes about half of the bits of the sum. */
static guint32
mix (guint32 hash)
{
  hash = (hash ^ (hash >> 16)) * 0x85ebca6bu;
  hash = (hash ^ (hash >> 13)) * 0xc2b2ae35u;
  return hash ^ (hash >> 16);
}

/* Flags in 31 bits: those of the system as they are, above them a sum of the keywords, whatever their order. */
guint32
imap_watch_hash_flags (const ImapFlags *flags)
{
  guint32 keywords = 0;

  for (guint i = 0; i < flags->n_keywords; i++)
    {
      guint32 hash = 2166136261u;

      for (const char *c = flags->keywords[i]; *c != '\0'; c++)
        hash = (hash ^ (guchar) g_ascii_tolower (*c)) * 16777619u;
      keywords += mix (hash);
    }
  return ((flags->flags & 0x7f & ~TAUBE_MESSAGE_FLAGS_RECENT) | keywords << 7) & IMAP_ROSTER_FLAGS;
}

/* What is found out. */

void
imap_watch_note_flags (ImapWatch *self, guint rank, guint32 flags)
{
  ImapWatchState *state = self->state;
  ImapMember member = imap_roster_get (state->roster, rank);

  imap_roster_set_flags (state->roster, rank, flags);
  if (member.uid == 0)
    return;
  g_array_append_val (state->changed, member.uid);
}

void
imap_watch_note_added (ImapWatch *self, guint32 uid, guint32 flags)
{
  imap_roster_append (self->state->roster, uid, flags);
  g_array_append_val (self->state->added, uid);
}

/* Whether one of READS, of ImapRead, is not as it is known here; TELL: these are told as changed, so that they are read
 * again. */
static gboolean
compare_reads (ImapWatchState *state, const GArray *reads, gboolean tell)
{
  gboolean differs = FALSE;

  for (guint i = 0; i < reads->len && (tell || !differs); i++)
    {
      const ImapRead *read = &g_array_index (reads, ImapRead, i);
      guint rank;
      guint32 flags;

      if (!imap_roster_find (state->roster, read->uid, &rank))
        continue;
      flags = imap_roster_get (state->roster, rank).flags;
      if (flags == read->flags || flags == IMAP_ROSTER_NO_FLAGS)
        continue;
      differs = TRUE;
      if (tell)
        g_array_append_val (state->changed, read->uid);
    }
  return differs;
}

static void
tell_reads (ImapWatchState *state)
{
  g_autoptr (GArray) reads = NULL;

  if (state->roster == NULL || state->reads == NULL)
    return;
  reads = imap_reads_take (state->reads, state->uidvalidity);
  compare_reads (state, reads, TRUE);
}

/* Whether to come back soon: what the server said of the flags just before we looked may still be on its way to whoever
 * reads. */
gboolean
imap_watch_expects_reads (ImapWatchState *state)
{
  state->looked = state->looked && state->reads != NULL && imap_reads_are_expected (state->reads);
  return state->looked;
}

static gboolean
has_read_otherwise (ImapWatchState *state)
{
  gboolean differs;
  GArray *reads;

  if (state->roster == NULL || state->reads == NULL)
    return FALSE;
  reads = imap_reads_take (state->reads, state->uidvalidity);
  differs = compare_reads (state, reads, FALSE);
  imap_reads_give_back (state->reads, state->uidvalidity, reads);
  return differs;
}

/* ImapRosterFunc; USER_DATA is the ImapWatch. */
void
imap_watch_note_removed (ImapMember member, gpointer user_data)
{
  ImapWatch *self = user_data;

  if (member.uid != 0)
    g_array_append_val (self->state->removed, member.uid);
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  guint32 left = *(const guint32 *) a, right = *(const guint32 *) b;

  return left < right ? -1 : left > right;
}

/* UIDS, emptied, as a set. A set takes numbers fastest in their order. */
static TaubeIdSet *
take_ids (GArray *uids, const char *prefix)
{
  TaubeIdSet *set = taube_id_set_new ();
  guint first = 0;

  g_array_sort (uids, compare_numbers);
  for (guint i = 1; i <= uids->len; i++)
    if (i == uids->len || g_array_index (uids, guint32, i) > g_array_index (uids, guint32, i - 1) + 1)
      {
        taube_id_set_add_range (set, prefix, g_array_index (uids, guint32, first),
                                g_array_index (uids, guint32, i - 1));
        first = i;
      }
  g_array_set_size (uids, 0);
  return set;
}

TaubeChanges *
imap_watch_take_changes (ImapWatch *self)
{
  ImapWatchState *state = self->state;
  TaubeChanges *changes;
  char prefix[16];

  tell_reads (state);
  if (state->roster != NULL)
    taube_folder_set_counts (self->folder, imap_roster_get_size (state->roster),
                             imap_roster_get_unread (state->roster));
  if (!state->reset && state->added->len == 0 && state->changed->len == 0 && state->removed->len == 0)
    return NULL;
  g_snprintf (prefix, sizeof prefix, "%u.", state->uidvalidity);
  changes = taube_changes_new (take_ids (state->added, prefix), take_ids (state->changed, prefix),
                               take_ids (state->removed, prefix), state->reset);
  state->reset = FALSE;
  if (!taube_changes_is_empty (changes))
    return changes;
  taube_changes_unref (changes);
  return NULL;
}

/* What the server says by itself. EXISTS is looked at when it is over. */

/* Who goes may only be one that is not shown any more: looking at all tells. */
static gboolean
may_be_hidden (ImapWatch *self)
{
  guint window = self->session->quirks.shows_only_newest;

  if (window == 0 || self->state->roster == NULL || imap_roster_get_size (self->state->roster) < window)
    return FALSE;
  self->state->resync = TRUE;
  self->state->aligned = FALSE;
  return TRUE;
}

static void
on_exists (guint32 exists, gpointer user_data)
{
}

static void
on_expunged (guint32 seq, gpointer user_data)
{
  ImapWatch *self = user_data;
  ImapWatchState *state = self->state;

  if (!self->here)
    return;
  state->moved = TRUE;
  state->asked = 0; /* as many as there were then are others now */
  /* One that came and went before we asked for it was never known. */
  if (!may_be_hidden (self) && state->aligned && seq <= imap_roster_get_size (state->roster))
    imap_watch_note_removed (imap_roster_remove (state->roster, seq - 1), self);
}

/* UIDS NULL: the server said something that cannot be read. */
static void
on_vanished (const ImapSeqset *uids, gpointer user_data)
{
  ImapWatch *self = user_data;
  ImapWatchState *state = self->state;

  if (!self->here)
    return;
  state->moved = TRUE;
  state->asked = 0;
  state->resync |= uids == NULL;
  if (may_be_hidden (self))
    return;
  for (guint i = 0; uids != NULL && i < uids->n_ranges && state->roster != NULL; i++)
    imap_roster_remove_uids (state->roster, uids->ranges[i].first, uids->ranges[i].last, imap_watch_note_removed,
                             self);
}

/* The message that FETCH is about. FALSE: one that is not known (yet), or not to be told. */
static gboolean
find_fetched (ImapWatch *self, const ImapFetch *fetch, guint *rank_out)
{
  ImapWatchState *state = self->state;
  gboolean in_range = state->aligned && fetch->seq > 0 && fetch->seq <= imap_roster_get_size (state->roster);

  if ((fetch->fields & IMAP_FETCH_UID) != 0)
    {
      if (imap_roster_find (state->roster, fetch->uid, rank_out))
        return TRUE;
      state->resync |= in_range;
      return FALSE;
    }
  if (in_range && imap_roster_get (state->roster, fetch->seq - 1).uid != 0)
    {
      *rank_out = fetch->seq - 1;
      return TRUE;
    }
  state->resync |= in_range || !state->aligned;
  return FALSE;
}

static void
on_fetched (const ImapFetch *fetch, gpointer user_data)
{
  ImapWatch *self = user_data;
  ImapWatchState *state = self->state;
  guint rank;

  if (!self->here || state->roster == NULL || ((fetch->fields | fetch->malformed) & IMAP_FETCH_FLAGS) == 0)
    return;
  if (state->asking && (!state->aligned || fetch->seq > imap_roster_get_size (state->roster)))
    {
      /* Newer than the row that came, and about a roster that is still to be made. */
      state->missed = TRUE;
      return;
    }
  if ((fetch->malformed & IMAP_FETCH_FLAGS) != 0)
    state->resync = TRUE;
  else if (find_fetched (self, fetch, &rank))
    imap_watch_note_flags (self, rank, imap_watch_hash_flags (&fetch->flags));
  else if (state->aligned && (fetch->fields & IMAP_FETCH_UID) != 0
           && fetch->seq == imap_roster_get_size (state->roster) + 1
           && fetch->uid > imap_roster_get_last_uid (state->roster))
    imap_watch_note_added (self, fetch->uid, imap_watch_hash_flags (&fetch->flags));
}

const ImapListener imap_watch_listener = {
  .exists = on_exists,
  .expunged = on_expunged,
  .vanished = on_vanished,
  .fetched = on_fetched,
};

/* A session that is the watch's own. */

/* Opens the folder and finds out what happened since it was last looked at. */
gboolean
imap_watch_open (ImapWatch *self, GCancellable *cancellable, GError **error)
{
  ImapSession *session = self->session;
  ImapWatchState *state = self->state;

  state->aligned = FALSE;
  self->here = FALSE;
  if (!imap_session_select (session, self->folder, IMAP_SELECT_WATCH, cancellable, error))
    return FALSE;
  self->here = TRUE;
  if (session->mailbox->stale)
    {
      /* What it said when it was opened, long ago, tells nothing about now. */
      state->resync = TRUE;
      session->mailbox->highestmodseq = MAX (session->mailbox->highestmodseq, state->highestmodseq);
    }
  return imap_session_refresh (session, cancellable, error) && imap_watch_sync (self, cancellable, error);
}

static gboolean
leave_and_catch_up (ImapWatch *self, GCancellable *cancellable, GError **error)
{
  if (self->session->idle != NULL && !imap_session_leave_idle (self->session, cancellable, error))
    return FALSE;
  return imap_watch_catch_up (self, cancellable, error);
}

/* Ends in IDLE, or without where the server has none, with nothing left unread. */
static gboolean
settle (ImapWatch *self, GCancellable *cancellable, GError **error)
{
  ImapSession *session = self->session;
  gboolean can_idle = imap_session_has (session, IMAP_CAPABILITY_IDLE)
                      || imap_session_has (session, IMAP_CAPABILITY_IMAP4REV2);

  for (guint round = 0; round < MAX_IDLES; round++)
    {
      if (session->idle != NULL && session->idle->done
          && !imap_session_leave_idle (session, cancellable, error))
        return FALSE;
      if (imap_watch_is_behind (self) && !leave_and_catch_up (self, cancellable, error))
        return FALSE;
      if (session->idle == NULL && can_idle && !imap_session_start_idle (session, cancellable, error))
        return FALSE;
      if (session->idle == NULL && !imap_watch_is_behind (self))
        return TRUE;
      if (session->idle == NULL)
        continue;
      if (!imap_pipeline_read_available (session->pipeline, cancellable, error))
        return FALSE;
      if (!imap_watch_is_behind (self) && !session->idle->done)
        return TRUE;
    }
  return session->idle == NULL || imap_session_leave_idle (session, cancellable, error);
}

static gboolean
run_own (ImapWatch *self, TaubeWatchReason reason, GCancellable *cancellable, GError **error)
{
  ImapSession *session = self->session;

  if (reason == TAUBE_WATCH_START || self->state->roster == NULL || !imap_session_has_open (session, self->folder))
    return imap_session_begin (session, cancellable, error) && imap_watch_open (self, cancellable, error)
           && settle (self, cancellable, error);
  imap_pipeline_reset_flood (session->pipeline);
  self->state->asked = 0;
  if (session->idle != NULL && reason == TAUBE_WATCH_LOOK && !imap_session_leave_idle (session, cancellable, error))
    return FALSE;
  self->here = TRUE;
  if (session->idle == NULL && !imap_session_noop (session, cancellable, error))
    return FALSE;
  if (session->idle != NULL && reason == TAUBE_WATCH_DEADLINE && !imap_session_leave_idle (session, cancellable, error))
    return FALSE;
  if (session->idle != NULL && reason == TAUBE_WATCH_READABLE
      && !imap_pipeline_read_available (session->pipeline, cancellable, error))
    return FALSE;
  /* A server that says another UIDVALIDITY in the middle has made the folder anew. */
  self->state->resync |= session->mailbox->uidvalidity != self->state->uidvalidity;
  return settle (self, cancellable, error);
}

/* A session that others use too. */

static gboolean
on_status (const ImapResponse *response, gpointer user_data, GError **error)
{
  ImapStatus *status = user_data;

  return response->type == IMAP_RESPONSE_STATUS && imap_decode_status (response, status);
}

/* STATUS tells cheaply whether anything happened: surely where the server counts changes, else nearly so. */
static gboolean
ask_status (ImapWatch *self, ImapStatus *status, GCancellable *cancellable, GError **error)
{
  const char *items[] = { "MESSAGES", "UIDNEXT", "UIDVALIDITY", self->session->condstore ? "HIGHESTMODSEQ" : "UNSEEN" };
  g_autoptr (ImapCall) call
      = imap_session_call (self->session, "STATUS", TAUBE_ERROR_NOT_FOUND, _ ("cannot follow folder \"%s\""),
                           taube_folder_get_name (self->folder));

  if (!imap_folder_add_name (self->folder, self->session, call->command, cancellable, error))
    return FALSE;
  imap_command_open (call->command);
  for (guint i = 0; i < G_N_ELEMENTS (items); i++)
    imap_command_add_atom (call->command, "item", items[i]);
  imap_command_close (call->command);
  call->untagged = on_status;
  call->user_data = status;
  return imap_call_run (call, cancellable, error);
}

static gboolean
is_as_it_was (const ImapWatch *self, const ImapStatus *status)
{
  const ImapWatchState *state = self->state;
  guint window = self->session->quirks.shows_only_newest;
  guint32 messages = window != 0 ? MIN (status->messages, window) : status->messages;

  if (state->roster == NULL || state->resync || status->uidvalidity != state->uidvalidity
      || status->uidnext != state->uidnext || messages != imap_roster_get_size (state->roster))
    return FALSE;
  if (status->highestmodseq != 0)
    return status->highestmodseq == state->highestmodseq && status->messages == state->exists;
  return state->polls < MAX_SHALLOW_POLLS && (status->fields & IMAP_STATUS_UNSEEN) != 0
         && status->unseen == imap_roster_get_unread (state->roster);
}

/* Without a count of changes: new mail alone does not make us look at every message each time. */
static gboolean
poll_new (ImapWatch *self, const ImapStatus *status, gboolean *done, GCancellable *cancellable, GError **error)
{
  ImapWatchState *state = self->state;
  gboolean fits = FALSE;

  *done = FALSE;
  if (status->highestmodseq != 0 || state->roster == NULL || state->resync || state->polls >= MAX_SHALLOW_POLLS
      || state->uidvalidity != self->session->mailbox->uidvalidity || imap_roster_get_size (state->roster) == 0)
    return TRUE;
  if (!imap_watch_sync_new (self, &fits, cancellable, error))
    return FALSE;
  *done = fits && (status->fields & IMAP_STATUS_UNSEEN) != 0
          && status->unseen == imap_roster_get_unread (state->roster);
  if (!*done)
    return TRUE;
  state->polls++;
  state->uidnext = status->uidnext;
  return TRUE;
}

static gboolean
poll_shared (ImapWatch *self, GCancellable *cancellable, GError **error)
{
  ImapSession *session = self->session;
  ImapStatus status = { 0 };
  gboolean done = FALSE;

  self->state->aligned = FALSE;
  self->here = imap_session_has_open (session, self->folder);
  if (!imap_session_begin (session, cancellable, error)
      || (imap_session_has_open (session, self->folder) && !imap_session_refresh (session, cancellable, error)))
    return FALSE;
  if (!ask_status (self, &status, cancellable, error))
    return FALSE;
  self->state->resync |= has_read_otherwise (self->state);
  if (is_as_it_was (self, &status))
    {
      self->state->polls++;
      return TRUE;
    }
  if (!imap_session_select (session, self->folder, IMAP_SELECT_ANY, cancellable, error)
      || !imap_session_refresh (session, cancellable, error))
    return FALSE;
  self->here = TRUE;
  /* Of all that SELECT said, perhaps long ago, this is the newest. */
  session->mailbox->highestmodseq = status.highestmodseq;
  session->mailbox->uidnext = status.uidnext;
  if (!poll_new (self, &status, &done, cancellable, error))
    return FALSE;
  if (done)
    return TRUE;
  self->state->polls = 0;
  self->state->resync = TRUE;
  return imap_watch_sync (self, cancellable, error);
}

/* TaubeFolderClass.watch_step */
gboolean
imap_folder_watch_step (TaubeFolder *folder, TaubeSession *session, TaubeWatchStep *out, GCancellable *cancellable,
                        GError **error)
{
  ImapWatch self = { folder, IMAP_SESSION (session), out->state, FALSE };
  ImapWatchState *fresh = NULL;
  gboolean ok;

  if (self.state == NULL)
    self.state = fresh = imap_watch_state_new ();
  imap_session_set_listener (self.session, &imap_watch_listener, &self);
  if (out->reason == TAUBE_WATCH_LEAVE)
    ok = self.session->idle == NULL || imap_session_leave_idle (self.session, cancellable, error);
  else if (out->reason == TAUBE_WATCH_POLL)
    ok = poll_shared (&self, cancellable, error);
  else
    ok = run_own (&self, out->reason, cancellable, error);
  imap_session_set_listener (self.session, NULL, NULL);
  if (!ok)
    {
      g_clear_pointer (&fresh, imap_watch_state_free);
      return FALSE;
    }
  out->state = self.state;
  out->free_state = imap_watch_state_free;
  out->changes = imap_watch_take_changes (&self);
  out->told = self.session->idle != NULL;
  out->wake_at = 0;
  if (out->told && imap_watch_expects_reads (self.state))
    out->wake_at = g_get_monotonic_time () + IMAP_WATCH_READS_TIME;
  else if (out->told)
    out->wake_at = g_get_monotonic_time ()
                   + (gint64) imap_session_get_seconds (self.session, "idle-renewal")
                     * G_USEC_PER_SEC;
  return TRUE;
}
