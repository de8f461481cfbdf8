/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-folder.h"

#include "imap-decode-list.h"

/* How often IDLE is begun anew within one step, when the server ends it by itself. */
#define MAX_IDLES 8

/* One message, in the order of sequence numbers. */
typedef struct
{
  guint32 uid;   /* 0: the server has not told */
  guint32 flags; /* see hash_flags() */
} Known;

/* What is remembered of a folder, across reconnects. */
typedef struct
{
  guint32 uidvalidity;
  guint32 uidnext;       /* these two as they were with highestmodseq */
  guint32 exists;
  guint64 highestmodseq; /* 0: not known: everything must be looked at */
  GArray *known;

  gboolean unsettled;    /* the last step ended before all fitted */

  /* Found out and not yet reported: a step that fails loses nothing. */
  gboolean reset;
  TaubeIdSet *added;
  TaubeIdSet *changed;
  TaubeIdSet *removed;
} WatchState;

typedef struct
{
  TaubeFolder *folder;
  ImapSession *session;
  WatchState *state;
  char prefix[16];
  gboolean grown;  /* there are messages that we do not know */
  gboolean resync; /* what we know does not fit to what the server says */
  gboolean moved;  /* sequence numbers changed while we asked by them */
} Step;

typedef struct
{
  guint32 seq;
  Known known;
} Row;

typedef struct
{
  ImapSession *session;
  guint32 first, last;
  GArray *rows;
} Snapshot;

static void
clear_pending (WatchState *state)
{
  g_clear_pointer (&state->added, taube_id_set_free);
  g_clear_pointer (&state->changed, taube_id_set_free);
  g_clear_pointer (&state->removed, taube_id_set_free);
  state->added = taube_id_set_new ();
  state->changed = taube_id_set_new ();
  state->removed = taube_id_set_new ();
  state->reset = FALSE;
}

static WatchState *
state_new (void)
{
  WatchState *state = g_new0 (WatchState, 1);

  state->known = g_array_new (FALSE, FALSE, sizeof (Known));
  clear_pending (state);
  return state;
}

static void
state_free (gpointer data)
{
  WatchState *state = data;

  g_array_unref (state->known);
  taube_id_set_free (state->added);
  taube_id_set_free (state->changed);
  taube_id_set_free (state->removed);
  g_free (state);
}

/* Flags in 32 bits: those of the system as they are, above them a sum of the keywords, whatever their order. */
static guint32
hash_flags (const ImapFlags *flags)
{
  guint32 keywords = 0;

  for (guint i = 0; i < flags->n_keywords; i++)
    {
      guint32 hash = 5381;

      for (const char *c = flags->keywords[i]; *c != '\0'; c++)
        hash = hash * 33 + (guchar) g_ascii_tolower (*c);
      keywords += hash;
    }
  return (flags->flags & 0x7f & ~TAUBE_MESSAGE_FLAGS_RECENT) | keywords << 7;
}

/* Changes. */

static void
add_id (const Step *step, TaubeIdSet *ids, guint32 uid)
{
  if (uid != 0)
    taube_id_set_add_range (ids, step->prefix, uid, uid);
}

static void
note_flags (Step *step, Known *known, guint32 flags)
{
  if (known->flags == flags)
    return;
  known->flags = flags;
  step->state->highestmodseq = 0;
  add_id (step, step->state->changed, known->uid);
}

static void
note_removed (Step *step, guint index)
{
  GArray *known = step->state->known;

  add_id (step, step->state->removed, g_array_index (known, Known, index).uid);
  g_array_remove_index (known, index);
  step->state->highestmodseq = 0;
}

/* What the server says by itself. */

static void
on_exists (guint32 exists, gpointer user_data)
{
  Step *step = user_data;

  if (exists > step->state->known->len)
    step->grown = TRUE;
  else if (exists < step->state->known->len)
    step->resync = TRUE;
}

static void
on_expunged (guint32 seq, gpointer user_data)
{
  Step *step = user_data;

  step->moved = TRUE;

  /* One that came and went before we asked for it was never known. */
  if (seq <= step->state->known->len)
    note_removed (step, seq - 1);
}

static void
on_vanished (const ImapSeqset *uids, gpointer user_data)
{
  Step *step = user_data;
  GArray *known = step->state->known;
  guint kept = 0;

  step->moved = TRUE;
  for (guint i = 0; i < known->len; i++)
    {
      Known *entry = &g_array_index (known, Known, i);

      if (imap_seqset_contains (uids, entry->uid))
        add_id (step, step->state->removed, entry->uid);
      else
        g_array_index (known, Known, kept++) = *entry;
    }
  g_array_set_size (known, kept);
  step->state->highestmodseq = 0;
}

static void
on_fetched (const ImapFetch *fetch, gpointer user_data)
{
  Step *step = user_data;
  Known *known;

  if (fetch->seq == 0 || fetch->seq > step->state->known->len || (fetch->fields & IMAP_FETCH_FLAGS) == 0)
    return;
  known = &g_array_index (step->state->known, Known, fetch->seq - 1);
  if (known->uid == 0)
    step->resync = TRUE;
  else if ((fetch->fields & IMAP_FETCH_UID) != 0 && fetch->uid != known->uid)
    step->resync = TRUE;
  else
    note_flags (step, known, hash_flags (&fetch->flags));
}

static const ImapListener listener = { on_exists, on_expunged, on_vanished, on_fetched };

/* Asking. */

static gboolean
on_snapshot_row (const ImapResponse *response, gpointer user_data, GError **error)
{
  Snapshot *snapshot = user_data;
  ImapFetch fetch;
  Row row;

  if (response->type != IMAP_RESPONSE_FETCH || !imap_session_decode_fetch (snapshot->session, response, &fetch)
      || (fetch.fields & IMAP_FETCH_UID) == 0 || ((fetch.fields | fetch.malformed) & IMAP_FETCH_FLAGS) == 0
      || fetch.seq < snapshot->first || fetch.seq > snapshot->last
      || snapshot->rows->len > snapshot->last - snapshot->first)
    return FALSE;
  row.seq = fetch.seq;
  row.known.uid = fetch.uid;
  row.known.flags = hash_flags (&fetch.flags);
  g_array_append_val (snapshot->rows, row);
  return TRUE;
}

static int
compare_rows (gconstpointer a, gconstpointer b)
{
  guint32 left = ((const Row *) a)->seq, right = ((const Row *) b)->seq;

  return left < right ? -1 : left > right;
}

static gboolean
is_sorted (const GArray *rows)
{
  for (guint i = 1; i < rows->len; i++)
    if (g_array_index (rows, Row, i - 1).seq >= g_array_index (rows, Row, i).seq)
      return FALSE;
  return TRUE;
}

/* UIDs and flags of the messages FIRST to LAST; those that the server leaves out are not there. (transfer full) */
static GArray *
ask_rows (Step *step, guint32 first, guint32 last, GCancellable *cancellable, GError **error)
{
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (Row));
  g_autoptr (ImapSeqset) set = imap_seqset_new ();
  g_autoptr (ImapCall) call = NULL;
  Snapshot snapshot = { step->session, first, last, rows };

  if (first > last)
    return g_steal_pointer (&rows);
  if (last > taube_account_get_limits (taube_folder_get_account (step->folder))->messages)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT, "folder \"%s\" claims to have %u messages",
                   taube_folder_get_name (step->folder), last);
      return NULL;
    }
  call = imap_session_call (step->session, "FETCH", TAUBE_ERROR_PROTOCOL, "cannot follow folder \"%s\"",
                            taube_folder_get_name (step->folder));
  imap_seqset_add_range (set, first, last);
  imap_command_add_seqset (call->command, set);
  imap_command_open (call->command);
  imap_command_add_atom (call->command, "item", "UID");
  imap_command_add_atom (call->command, "item", "FLAGS");
  imap_command_close (call->command);
  call->untagged = on_snapshot_row;
  call->user_data = &snapshot;
  if (!imap_call_run (call, cancellable, error))
    return NULL;
  if (!is_sorted (rows))
    g_array_sort (rows, compare_rows);
  return g_steal_pointer (&rows);
}

static int
compare_known (gconstpointer a, gconstpointer b)
{
  guint32 left = ((const Known *) a)->uid, right = ((const Known *) b)->uid;

  return left < right ? -1 : left > right;
}

/* Reports in what NOW differs from BEFORE; both in ascending order of UIDs. */
static void
compare (Step *step, const GArray *before, const GArray *now)
{
  guint i = 0, k = 0;

  while (i < before->len || k < now->len)
    {
      const Known *old = i < before->len ? &g_array_index (before, Known, i) : NULL;
      const Known *new = k < now->len ? &g_array_index (now, Known, k) : NULL;

      if (old != NULL && old->uid == 0)
        i++;
      else if (new != NULL && new->uid == 0)
        k++;
      else if (new == NULL || (old != NULL && old->uid < new->uid))
        {
          add_id (step, step->state->removed, old->uid);
          i++;
        }
      else if (old == NULL || new->uid < old->uid)
        {
          add_id (step, step->state->added, new->uid);
          k++;
        }
      else
        {
          if (old->flags != new->flags)
            add_id (step, step->state->changed, new->uid);
          i++;
          k++;
        }
    }
}

static GArray *
sorted_by_uid (GArray *known)
{
  GArray *copy = g_array_copy (known);

  for (guint i = 1; i < copy->len; i++)
    if (g_array_index (copy, Known, i - 1).uid >= g_array_index (copy, Known, i).uid)
      {
        g_array_sort (copy, compare_known);
        break;
      }
  return copy;
}

/* ROWS, so that sequence number FIRST is the next element of KNOWN and LAST the last; who did not come is nobody. A
 * server that claims far more than it tells gets no memory for that. */
static void
append_rows (GArray *known, const GArray *rows, guint32 first, guint32 last)
{
  static const Known nobody = { 0, 0 };
  guint i = 0;

  if (rows->len == 0)
    return;
  last = MIN (last, first + 2 * (guint64) rows->len + 1000);
  for (guint64 seq = first; seq <= last; seq++)
    if (i < rows->len && g_array_index (rows, Row, i).seq == seq)
      g_array_append_val (known, g_array_index (rows, Row, i++).known);
    else
      g_array_append_val (known, nobody);
}

/* Looks at every message. FIRST_TIME: there is nothing to compare with. */
static gboolean
take_snapshot (Step *step, gboolean first_time, GCancellable *cancellable, GError **error)
{
  WatchState *state = step->state;
  guint32 last = step->session->mailbox->exists;
  g_autoptr (GArray) rows = NULL;
  g_autoptr (GArray) known = NULL;

  step->moved = FALSE;
  rows = ask_rows (step, 1, last, cancellable, error);
  if (rows == NULL)
    return FALSE;
  known = g_array_sized_new (FALSE, FALSE, sizeof (Known), rows->len);
  append_rows (known, rows, 1, last);
  if (!first_time)
    {
      g_autoptr (GArray) before = sorted_by_uid (state->known);
      g_autoptr (GArray) now = sorted_by_uid (known);

      compare (step, before, now);
    }
  g_array_unref (state->known);
  state->known = g_steal_pointer (&known);
  step->resync = step->moved;
  step->grown = rows->len > 0 && step->session->mailbox->exists > last;
  return TRUE;
}

static gboolean
fetch_new (Step *step, GCancellable *cancellable, GError **error)
{
  WatchState *state = step->state;
  guint32 first = state->known->len + 1, last = step->session->mailbox->exists;
  g_autoptr (GArray) rows = NULL;

  step->moved = FALSE;
  rows = ask_rows (step, first, last, cancellable, error);
  if (rows == NULL)
    return FALSE;
  if (step->moved)
    {
      step->resync = TRUE;
      return TRUE;
    }
  append_rows (state->known, rows, first, last);
  for (guint i = 0; i < rows->len; i++)
    add_id (step, state->added, g_array_index (rows, Row, i).known.uid);
  state->highestmodseq = 0;
  step->grown = rows->len > 0 && step->session->mailbox->exists > last;
  return TRUE;
}

/* State against server. */

static gboolean
is_unchanged (const WatchState *state, guint32 uidvalidity, guint32 uidnext, guint32 exists, guint64 highestmodseq)
{
  return highestmodseq != 0 && state->highestmodseq == highestmodseq && state->uidvalidity == uidvalidity
         && state->uidnext == uidnext && state->exists == exists && exists == state->known->len;
}

/* Brings the state up to what the open mailbox holds now. */
static gboolean
synchronize (Step *step, gboolean first_time, GCancellable *cancellable, GError **error)
{
  ImapMailbox *mailbox = step->session->mailbox;
  WatchState *state = step->state;

  imap_folder_format_prefix (step->session, step->prefix);
  if (!first_time && state->uidvalidity != mailbox->uidvalidity)
    {
      clear_pending (state);
      state->reset = first_time = TRUE;
      state->highestmodseq = 0;
    }
  if (!take_snapshot (step, first_time, cancellable, error))
    {
      /* The next step must find the difference again. */
      if (state->reset)
        state->uidvalidity = 0;
      return FALSE;
    }
  state->uidvalidity = mailbox->uidvalidity;
  return TRUE;
}

static gboolean
start (Step *step, gboolean first_time, GCancellable *cancellable, GError **error)
{
  ImapSession *session = step->session;
  guint32 uidnext, exists;
  guint64 highestmodseq;

  if (!imap_session_begin (session, cancellable, error)
      || !imap_session_select (session, step->folder, IMAP_SELECT_WATCH, cancellable, error))
    return FALSE;
  if (session->mailbox->stale)
    session->mailbox->highestmodseq = 0;
  if (!imap_session_refresh (session, cancellable, error))
    return FALSE;
  uidnext = session->mailbox->uidnext;
  exists = session->mailbox->exists;
  highestmodseq = session->mailbox->highestmodseq;
  if (!first_time && is_unchanged (step->state, session->mailbox->uidvalidity, uidnext, exists, highestmodseq))
    {
      imap_folder_format_prefix (session, step->prefix);
      return TRUE;
    }
  if (!synchronize (step, first_time, cancellable, error))
    return FALSE;
  step->state->uidnext = uidnext;
  step->state->exists = exists;
  step->state->highestmodseq = highestmodseq;
  return TRUE;
}

/* A session that is the watch's own. */

/* What has come makes us ask: first the whole when nothing fits, else what is new. */
static gboolean
catch_up (Step *step, GCancellable *cancellable, GError **error)
{
  if (step->session->idle != NULL && !imap_session_leave_idle (step->session, cancellable, error))
    return FALSE;
  if (step->resync)
    {
      step->state->highestmodseq = 0;
      return synchronize (step, FALSE, cancellable, error);
    }
  return fetch_new (step, cancellable, error);
}

/* A server that says another UIDVALIDITY in the middle has made the folder anew; what came while nobody listened, or
 * after the last step had asked, shows in the number of messages. */
static void
look_again (Step *step)
{
  const ImapMailbox *mailbox = step->session->mailbox;
  WatchState *state = step->state;

  step->resync |= state->unsettled || mailbox->uidvalidity != state->uidvalidity || mailbox->exists < state->known->len;
  step->grown |= mailbox->exists > state->known->len;
  state->unsettled = FALSE;
}

/* Ends in IDLE, or without where the server has none, with nothing left unread. */
static gboolean
settle (Step *step, GCancellable *cancellable, GError **error)
{
  ImapSession *session = step->session;
  gboolean can_idle = imap_session_has (session, IMAP_CAPABILITY_IDLE)
                      || imap_session_has (session, IMAP_CAPABILITY_IMAP4REV2);

  for (guint round = 0; round < MAX_IDLES; round++)
    {
      if (session->idle != NULL && session->idle->done
          && !imap_session_leave_idle (session, cancellable, error))
        return FALSE;
      if ((step->resync || step->grown) && !catch_up (step, cancellable, error))
        return FALSE;
      if (session->idle == NULL && can_idle && !imap_session_start_idle (session, cancellable, error))
        return FALSE;
      if (session->idle == NULL && !step->resync && !step->grown)
        return TRUE;
      if (session->idle == NULL)
        continue;
      if (!imap_pipeline_read_available (session->pipeline, cancellable, error))
        return FALSE;
      if (!step->resync && !step->grown && !session->idle->done)
        return TRUE;
    }
  return session->idle == NULL || imap_session_leave_idle (session, cancellable, error);
}

static gboolean
run_own (Step *step, TaubeWatchReason reason, gboolean first_time, GCancellable *cancellable, GError **error)
{
  ImapSession *session = step->session;

  if (reason == TAUBE_WATCH_START || first_time || !imap_session_has_open (session, step->folder))
    return start (step, first_time, cancellable, error) && settle (step, cancellable, error);
  imap_folder_format_prefix (session, step->prefix);
  imap_pipeline_reset_flood (session->pipeline);
  if (session->idle == NULL && !imap_session_noop (session, cancellable, error))
    return FALSE;
  if (session->idle != NULL && reason == TAUBE_WATCH_DEADLINE && !imap_session_leave_idle (session, cancellable, error))
    return FALSE;
  if (session->idle != NULL && reason == TAUBE_WATCH_READABLE
      && !imap_pipeline_read_available (session->pipeline, cancellable, error))
    return FALSE;
  look_again (step);
  return settle (step, cancellable, error);
}

/* A session that others use too. */

static gboolean
on_status (const ImapResponse *response, gpointer user_data, GError **error)
{
  ImapStatus *status = user_data;

  return response->type == IMAP_RESPONSE_STATUS && imap_decode_status (response, status);
}

/* STATUS tells cheaply whether anything happened, where the server counts changes. */
static gboolean
ask_status (Step *step, ImapStatus *status, GCancellable *cancellable, GError **error)
{
  static const char *const items[] = { "MESSAGES", "UIDNEXT", "UIDVALIDITY", "HIGHESTMODSEQ" };
  g_autoptr (ImapCall) call = imap_session_call (step->session, "STATUS", TAUBE_ERROR_NOT_FOUND,
                                                 "cannot follow folder \"%s\"", taube_folder_get_name (step->folder));

  if (!imap_folder_add_name (step->folder, step->session, call->command, cancellable, error))
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
poll_shared (Step *step, gboolean first_time, GCancellable *cancellable, GError **error)
{
  ImapSession *session = step->session;
  ImapStatus status = { 0 };

  if (!imap_session_begin (session, cancellable, error)
      || (imap_session_has_open (session, step->folder) && !imap_session_refresh (session, cancellable, error)))
    return FALSE;
  if (session->condstore && !ask_status (step, &status, cancellable, error))
    return FALSE;
  if (!first_time
      && is_unchanged (step->state, status.uidvalidity, status.uidnext, status.messages, status.highestmodseq))
    return TRUE;
  if (!imap_session_select (session, step->folder, IMAP_SELECT_ANY, cancellable, error)
      || !imap_session_refresh (session, cancellable, error) || !synchronize (step, first_time, cancellable, error))
    return FALSE;
  step->state->uidnext = status.uidnext;
  step->state->exists = status.messages;
  step->state->highestmodseq = status.highestmodseq;
  return TRUE;
}

/* Results. */

static void
set_counts (Step *step)
{
  GArray *known = step->state->known;
  guint unread = 0;

  for (guint i = 0; i < known->len; i++)
    if ((g_array_index (known, Known, i).flags & TAUBE_MESSAGE_FLAGS_SEEN) == 0)
      unread++;
  taube_folder_set_counts (step->folder, known->len, unread);
}

static void
report (Step *step, TaubeWatchStep *out, gboolean first_time)
{
  WatchState *state = step->state;
  TaubeChanges *changes;

  changes = taube_changes_new (g_steal_pointer (&state->added), g_steal_pointer (&state->changed),
                               g_steal_pointer (&state->removed), state->reset);
  clear_pending (state);
  if (first_time || !taube_changes_is_empty (changes) || taube_changes_is_reset (changes))
    set_counts (step);
  if (!taube_changes_is_empty (changes) || taube_changes_is_reset (changes))
    out->changes = changes;
  else
    taube_changes_unref (changes);
}

/* TaubeFolderClass.watch_step */
gboolean
imap_folder_watch_step (TaubeFolder *folder, TaubeSession *session, TaubeWatchStep *out, GCancellable *cancellable,
                        GError **error)
{
  Step step = { 0 };
  WatchState *fresh = NULL;
  gboolean first_time = out->state == NULL;
  gboolean ok;

  step.folder = folder;
  step.session = IMAP_SESSION (session);
  step.state = first_time ? (fresh = state_new ()) : out->state;
  if (out->reason == TAUBE_WATCH_POLL)
    {
      ok = poll_shared (&step, first_time, cancellable, error);
    }
  else
    {
      imap_session_set_listener (step.session, &listener, &step);
      ok = run_own (&step, out->reason, first_time, cancellable, error);
      imap_session_set_listener (step.session, NULL, NULL);
    }
  if (!ok)
    {
      g_clear_pointer (&fresh, state_free);
      return FALSE;
    }
  step.state->unsettled = step.resync;
  out->state = step.state;
  out->free_state = state_free;
  report (&step, out, first_time);
  out->told = step.session->idle != NULL;
  out->wake_at = 0;
  if (out->told)
    out->wake_at = g_get_monotonic_time ()
                   + (gint64) imap_account_get_seconds (imap_session_get_account (step.session), "idle-renewal", 1500)
                     * G_USEC_PER_SEC;
  return TRUE;
}
