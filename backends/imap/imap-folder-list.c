/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-listing.h"

#include <taube-backend/taube-message-list-builder.h>
#include <taube-backend/taube-trace.h>

#include "imap-columns.h"
#include "imap-gettext.h"
#include "imap-survey.h"
#include "imap-watch.h"

/* How many FETCHes are on the way at once: enough that the server never waits for us. */
#define PIECES_AT_ONCE 2

/* Messages that a server may fail to give before the folder counts as unreadable. */
#define MAX_FAILURES 50

typedef ImapListing Listing;
typedef ImapPiece Piece;

static void
piece_free (gpointer data)
{
  Piece *piece = data;

  g_clear_pointer (&piece->call, imap_call_free);
  g_clear_pointer (&piece->uids, imap_seqset_free);
  g_clear_pointer (&piece->seen, g_array_unref);
  g_free (piece);
}

ImapPiece *
imap_piece_new (ImapListing *listing, guint32 first, guint32 last, ImapSeqset *uids)
{
  Piece *piece = g_new0 (Piece, 1);

  piece->listing = listing;
  piece->first = first;
  piece->last = last;
  piece->uids = uids;
  piece->seen = g_array_new (FALSE, FALSE, sizeof (guint32));
  return piece;
}

/* Rows. */

static gboolean
belongs (const Piece *piece, const ImapFetch *fetch)
{
  if (piece->uids != NULL)
    return imap_seqset_contains (piece->uids, fetch->uid);
  return fetch->seq >= piece->first && fetch->seq <= piece->last;
}

/* TRUE when NUMBER is new. Servers answer in ascending order, so the search is for the others. */
static gboolean
note_seen (Piece *piece, guint32 number)
{
  GArray *seen = piece->seen;

  if (seen->len > 0 && number <= g_array_index (seen, guint32, seen->len - 1))
    for (guint i = 0; i < seen->len; i++)
      if (g_array_index (seen, guint32, i) == number)
        return FALSE;
  g_array_append_val (seen, number);
  return TRUE;
}

/* Of the folder that is open. */
static void
find_reads (Listing *listing)
{
  ImapSession *session = listing->session;

  if ((listing->fields & TAUBE_LIST_FIELDS_FLAGS) != 0)
    listing->reads = imap_account_get_reads (imap_session_get_account (session), session->mailbox->key, FALSE);
  if (listing->reads != NULL)
    imap_reads_begin (listing->reads);
}

static void
leave_reads (Listing *listing)
{
  if (listing->reads == NULL)
    return;
  imap_reads_end (listing->reads);
  g_clear_pointer (&listing->reads, imap_reads_unref);
}

static void
deliver_chunk (Listing *listing, guint at_least)
{
  guint size = taube_message_list_builder_get_size (listing->builder);
  g_autoptr (TaubeMessageList) chunk = NULL;

  if (listing->chunk_rows == 0 || size == listing->chunk_start || size - listing->chunk_start < at_least)
    return;
  chunk = taube_message_list_builder_peek (listing->builder, listing->chunk_start);
  listing->chunk_start = size;
  taube_list_request_deliver_chunk (listing->request, TAUBE_ITEM_LIST (chunk));
}

/* The rows of a piece are complete, or those of the next begin: servers that work on two commands at once complete both
 * at the end. */
static void
close_block (Listing *listing)
{
  guint size = taube_message_list_builder_get_size (listing->builder);

  if (listing->block == NULL)
    return;
  listing->block = NULL;
  if (listing->newest_first && size - listing->block_start > 1)
    taube_message_list_builder_reverse (listing->builder, listing->block_start);
  deliver_chunk (listing, listing->chunk_rows);
  taube_progress_update (listing->progress, size, listing->total);
}

static gboolean
on_row (const ImapResponse *response, gpointer user_data, GError **error)
{
  Piece *piece = user_data;
  Listing *listing = piece->listing;
  ImapFetch fetch;
  guint size;

  if (response->type != IMAP_RESPONSE_FETCH || !imap_session_decode_fetch (listing->session, response, &fetch))
    return FALSE;
  if (listing->moved && piece->uids == NULL)
    return TRUE;
  piece->lost |= (fetch.fields & (IMAP_FETCH_UID | IMAP_FETCH_PREVIEW)) == IMAP_FETCH_PREVIEW;
  if (!imap_columns_are_answered (piece->fields, &fetch) || !belongs (piece, &fetch))
    return FALSE;
  if (!note_seen (piece, piece->uids != NULL ? fetch.uid : fetch.seq))
    return FALSE;
  size = taube_message_list_builder_get_size (listing->builder);
  if (listing->block != piece)
    {
      close_block (listing);
      listing->block = piece;
      listing->block_start = size;
    }
  imap_columns_add_row (listing->builder, listing->prefix, &fetch);
  if (listing->reads != NULL && (fetch.fields & IMAP_FETCH_FLAGS) != 0)
    imap_reads_note (listing->reads, listing->session->mailbox->uidvalidity, fetch.uid,
                     imap_watch_hash_flags (&fetch.flags));
  if (size % 128 == 0)
    taube_progress_update (listing->progress, size, listing->total);
  return TRUE;
}

/* Pieces on their way. */

static gboolean
send_piece (Listing *listing, Piece *piece, GCancellable *cancellable, GError **error)
{
  ImapCall *call
      = imap_session_call (listing->session, piece->uids != NULL ? "UID FETCH" : "FETCH", TAUBE_ERROR_PROTOCOL,
                           _ ("cannot list folder \"%s\""), taube_folder_get_name (listing->folder));

  piece->call = call;
  if (listing->saved)
    imap_command_add_sequence (call->command, N_ ("set"), "$");
  else if (piece->uids != NULL)
    imap_command_add_seqset (call->command, piece->uids);
  else
    {
      g_autoptr (ImapSeqset) set = imap_seqset_new ();

      imap_seqset_add_range (set, piece->first, piece->last);
      imap_command_add_seqset (call->command, set);
    }
  listing->saved = FALSE;
  piece->fields = listing->fields;
  imap_columns_add_items (listing->session, call->command, piece->fields);
  call->bad_is_refusal = (piece->fields & TAUBE_LIST_FIELDS_PREVIEW) != 0;
  call->untagged = on_row;
  call->user_data = piece;
  return imap_call_send (call, cancellable, error);
}

/* The message at which the server gave up: the first after the last that came. */
static gboolean
split_by_seq (Listing *listing, Piece *piece)
{
  guint32 next = piece->seen->len > 0 ? g_array_index (piece->seen, guint32, piece->seen->len - 1) + 1 : piece->first;

  if (next > piece->last)
    return TRUE;
  if (piece->first == piece->last)
    return FALSE;
  if (next < piece->last)
    g_queue_push_head (&listing->waiting, imap_piece_new (listing, next + 1, piece->last, NULL));
  g_queue_push_head (&listing->waiting, imap_piece_new (listing, next, next, NULL));
  return TRUE;
}

static gboolean
split_by_uid (Listing *listing, Piece *piece)
{
  guint64 count = imap_seqset_count (piece->uids);
  g_autoptr (ImapSeqset) rest = imap_seqset_new ();
  guint32 last = piece->seen->len > 0 ? g_array_index (piece->seen, guint32, piece->seen->len - 1) : 0;
  guint32 next = 0;

  if (count == 1)
    return piece->seen->len > 0;
  for (guint i = 0; i < piece->uids->n_ranges; i++)
    {
      ImapRange range = piece->uids->ranges[i];

      if (range.last <= last)
        continue;
      range.first = MAX (range.first, last + 1);
      if (next == 0)
        next = range.first++;
      if (range.first != 0 && range.first <= range.last)
        imap_seqset_add_range (rest, range.first, range.last);
    }
  if (!imap_seqset_is_empty (rest))
    g_queue_push_head (&listing->waiting, imap_piece_new (listing, 0, 0, g_steal_pointer (&rest)));
  if (next != 0)
    {
      g_autoptr (ImapSeqset) one = imap_seqset_new ();

      imap_seqset_add (one, next);
      g_queue_push_head (&listing->waiting, imap_piece_new (listing, 0, 0, g_steal_pointer (&one)));
    }
  return TRUE;
}

/* What did not come is asked for again. FALSE when nothing is missing. */
static gboolean
ask_for_missing (Listing *listing, Piece *piece)
{
  g_autoptr (ImapSeqset) seen = imap_seqset_new ();
  g_autoptr (ImapSeqset) missing = imap_seqset_new ();

  if (piece->uids != NULL)
    imap_seqset_add_set (missing, piece->uids);
  else
    imap_seqset_add_range (missing, piece->first, piece->last);
  for (guint i = 0; i < piece->seen->len; i++)
    imap_seqset_add (seen, g_array_index (piece->seen, guint32, i));
  imap_seqset_normalize (seen);
  imap_seqset_subtract (missing, seen);
  if (imap_seqset_is_empty (missing))
    return FALSE;
  if (piece->uids != NULL)
    g_queue_push_head (&listing->waiting, imap_piece_new (listing, 0, 0, g_steal_pointer (&missing)));
  else
    for (guint i = missing->n_ranges; i > 0; i--)
      g_queue_push_head (&listing->waiting,
                         imap_piece_new (listing, missing->ranges[i - 1].first, missing->ranges[i - 1].last, NULL));
  return TRUE;
}

/* The previews were the reason why something is missing. */
static gboolean
ask_without_preview (Listing *listing, Piece *piece)
{
  TaubeListFields fields = listing->fields;

  listing->fields &= ~TAUBE_LIST_FIELDS_PREVIEW;
  if (!ask_for_missing (listing, piece))
    {
      listing->fields = fields;
      return FALSE;
    }
  TAUBE_TRACE ("imap", "previews cost rows, so they are not asked for any more");
  listing->session->quirks.no_preview = TRUE;
  return TRUE;
}

/* The server could not give one of the messages: it is asked for alone, and left out if it still cannot be had. */
static gboolean
piece_refused (Listing *listing, Piece *piece, GError **error)
{
  ImapCall *call = piece->call;
  gboolean split;

  /* Somebody else has removed what did not come (RFC 5530, RFC 2180 section 4.1.2). */
  if (call->code == IMAP_CODE_EXPUNGEISSUED && !imap_pipeline_is_broken (listing->session->pipeline))
    return TRUE;
  if ((piece->fields & TAUBE_LIST_FIELDS_PREVIEW) != 0 && !call->not_alone
      && !imap_pipeline_is_broken (listing->session->pipeline) && ask_without_preview (listing, piece))
    return TRUE;
  if (imap_pipeline_is_broken (listing->session->pipeline) || call->not_alone || call->refusal->domain != TAUBE_ERROR
      || (call->refusal->code != TAUBE_ERROR_PROTOCOL && call->refusal->code != TAUBE_ERROR_THROTTLED)
      || ++listing->n_failures > MAX_FAILURES)
    {
      g_propagate_error (error, g_error_copy (call->refusal));
      return FALSE;
    }
  split = piece->uids != NULL ? split_by_uid (listing, piece) : split_by_seq (listing, piece);
  if (!split)
    TAUBE_TRACE ("imap", "a message is left out of the list: %s", call->refusal->message);
  return TRUE;
}

static void
close_if_current (Listing *listing, Piece *piece)
{
  if (listing->block == piece)
    close_block (listing);
}

static gboolean
finish_piece (Listing *listing, GCancellable *cancellable, GError **error)
{
  Piece *piece = g_queue_peek_head (&listing->running);
  g_autoptr (GError) local = NULL;

  if (imap_call_finish (piece->call, cancellable, &local))
    {
      close_if_current (listing, piece);
      if (piece->lost && !(listing->moved && piece->uids == NULL))
        ask_without_preview (listing, piece);
      else if (piece->call->code == IMAP_CODE_MESSAGELIMIT && piece->seen->len > 0)
        ask_for_missing (listing, piece);
    }
  else if (!piece->call->done || imap_pipeline_is_broken (listing->session->pipeline))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  else if (!listing->moved || piece->uids != NULL)
    {
      if (!piece_refused (listing, piece, error))
        return FALSE;
      close_if_current (listing, piece);
    }
  piece_free (g_queue_pop_head (&listing->running));
  return TRUE;
}

/* Sequence numbers that move while messages are asked for by them (RFC 3501 forbids it in section 7.4.1; some servers
 * do it). What is on its way may be about other messages than it was meant for, so it is worthless. */

static void
forget_numbers (Listing *listing)
{
  gboolean any = listing->waiting.length > 0 && ((Piece *) listing->waiting.head->data)->uids == NULL;

  for (GList *link = listing->running.head; link != NULL; link = link->next)
    {
      Piece *piece = link->data;

      any |= piece->uids == NULL;
      /* One of its numbers may be more than there are by now. */
      piece->call->bad_is_refusal |= piece->uids == NULL;
    }
  if (listing->moved || !any)
    return;
  TAUBE_TRACE ("imap", "sequence numbers moved within a list: the rest is asked for by UID");
  listing->moved = TRUE;
  g_queue_clear_full (&listing->waiting, piece_free);
  if (listing->block != NULL)
    taube_message_list_builder_truncate (listing->builder, listing->block_start);
  listing->block = NULL;
}

static void
on_expunged (guint32 seq, gpointer user_data)
{
  forget_numbers (user_data);
}

static void
on_vanished (const ImapSeqset *uids, gpointer user_data)
{
  forget_numbers (user_data);
}

static void
on_exists (guint32 exists, gpointer user_data)
{
}

static void
on_fetched (const ImapFetch *fetch, gpointer user_data)
{
}

static const ImapListener listener = { on_exists, on_expunged, on_vanished, on_fetched };

/* (transfer full) */
static ImapSeqset *
collect_rows (Listing *listing)
{
  g_autoptr (TaubeMessageList) rows = taube_message_list_builder_peek (listing->builder, 0);
  ImapSeqset *uids = imap_seqset_new ();
  gsize skip = strlen (listing->prefix);

  for (guint i = 0; i < taube_item_list_get_size (TAUBE_ITEM_LIST (rows)); i++)
    {
      g_autofree char *id = taube_item_list_get_id (TAUBE_ITEM_LIST (rows), i);

      imap_seqset_add (uids, (guint32) g_ascii_strtoull (id + skip, NULL, 10));
    }
  imap_seqset_normalize (uids);
  return uids;
}

static void
remove_range (ImapSeqset *set, guint64 first, guint64 last)
{
  g_autoptr (ImapSeqset) range = imap_seqset_new ();

  if (first > last)
    return;
  imap_seqset_add_range (range, (guint32) first, (guint32) last);
  imap_seqset_subtract (set, range);
}

/* What the list still lacks: all of ALL that ROWS has not. What has come since it began is left out where it would not
 * fit: when ROWS began with the newest, nothing newer than its rows, else nothing older. At most MOST messages (0: any
 * number) are in the list in the end, without a hole. (transfer full) */
static ImapSeqset *
find_missing (const ImapSeqset *all, const ImapSeqset *rows, gboolean newest_first, guint64 most)
{
  g_autoptr (ImapSeqset) wanted = imap_seqset_new ();
  guint64 n_rows = imap_seqset_count (rows), n_missing;
  guint32 oldest, newest, bound;

  imap_seqset_add_set (wanted, all);
  if (newest_first && n_rows > 0 && imap_seqset_get_nth (rows, n_rows - 1, &newest))
    remove_range (wanted, (guint64) newest + 1, G_MAXUINT32);
  else if (n_rows > 0 && imap_seqset_get_nth (rows, 0, &oldest))
    remove_range (wanted, 1, (guint64) oldest - 1);
  imap_seqset_subtract (wanted, rows);
  n_missing = imap_seqset_count (wanted);
  if (most == 0 || n_rows + n_missing <= most)
    return g_steal_pointer (&wanted);
  if (n_rows >= most)
    imap_seqset_clear (wanted);
  else if (!newest_first && n_rows > 0 && imap_seqset_get_nth (wanted, most - n_rows, &bound))
    remove_range (wanted, bound, G_MAXUINT32);
  else if (imap_seqset_get_nth (wanted, n_rows + n_missing - most, &bound))
    remove_range (wanted, 1, (guint64) bound - 1);
  return g_steal_pointer (&wanted);
}

static gboolean
plan_rest (Listing *listing, GCancellable *cancellable, GError **error)
{
  ImapSurvey survey = { .session = listing->session, .folder = listing->folder, .last = G_MAXUINT32 };
  g_autoptr (ImapSeqset) all = NULL;
  g_autoptr (ImapSeqset) rows = NULL;
  g_autoptr (ImapSeqset) missing = NULL;

  survey.exists = listing->session->mailbox->exists;
  if (!imap_survey_uids (&survey, 1, &all, cancellable, error))
    return FALSE;
  rows = collect_rows (listing);
  missing = find_missing (all, rows, listing->newest_first, taube_list_request_get_newest (listing->request));
  if (!imap_seqset_is_empty (missing))
    imap_listing_plan_uids (listing, missing, listing->session->mailbox->exists);
  listing->total = imap_seqset_count (rows) + imap_seqset_count (missing);
  listing->moved = FALSE;
  return TRUE;
}

/* Two in flight: the server works on the second while we read the first. */
static gboolean
run_pieces (Listing *listing, GCancellable *cancellable, GError **error)
{
  while (listing->waiting.length > 0 || listing->running.length > 0 || listing->moved)
    {
      if (listing->moved && listing->running.length == 0)
        {
          if (!plan_rest (listing, cancellable, error))
            return FALSE;
          continue;
        }
      while (listing->running.length < PIECES_AT_ONCE && listing->waiting.length > 0)
        {
          Piece *piece = g_queue_pop_head (&listing->waiting);

          g_queue_push_tail (&listing->running, piece);
          if (!send_piece (listing, piece, cancellable, error))
            return FALSE;
        }
      if (!finish_piece (listing, cancellable, error))
        return FALSE;
    }
  return TRUE;
}

/* Replies that are still to come belong to nobody any more; what is on its way is waited for, so that the connection
 * can go on. */
static void
drain (Listing *listing, GCancellable *cancellable)
{
  for (GList *link = listing->running.head; link != NULL; link = link->next)
    {
      Piece *piece = link->data;

      if (piece->call != NULL && piece->call->sent && !imap_pipeline_is_broken (listing->session->pipeline))
        imap_call_finish (piece->call, cancellable, NULL);
    }
  g_queue_clear_full (&listing->running, piece_free);
  g_queue_clear_full (&listing->waiting, piece_free);
}

static gboolean
fill (Listing *listing, GCancellable *cancellable, GError **error)
{
  ImapSession *session = listing->session;
  gboolean ok;

  if (!imap_session_begin (session, cancellable, error)
      || !imap_session_select (session, listing->folder, IMAP_SELECT_ANY, cancellable, error)
      || !imap_session_refresh (session, cancellable, error))
    return FALSE;
  imap_folder_format_prefix (session, listing->prefix);
  find_reads (listing);
  if (!imap_listing_plan (listing, cancellable, error))
    return FALSE;
  imap_session_set_listener (session, &listener, listing);
  ok = run_pieces (listing, cancellable, error);
  imap_session_set_listener (session, NULL, NULL);
  if (!ok)
    return FALSE;
  deliver_chunk (listing, 0);
  taube_folder_set_counts (listing->folder, session->mailbox->exists, -1);
  return TRUE;
}

/* TaubeFolderClass.list */
TaubeItemList *
imap_folder_list (TaubeFolder *folder, TaubeSession *session, TaubeListRequest *request, GCancellable *cancellable,
                  GError **error)
{
  Listing listing = { 0 };
  gboolean ok;

  listing.folder = folder;
  listing.session = IMAP_SESSION (session);
  listing.request = request;
  listing.fields = imap_columns_offered (listing.session, taube_list_request_get_fields (request));
  listing.newest_first = taube_list_request_get_newest_first (request);
  listing.progress = taube_list_request_get_progress (request);
  if (!taube_list_request_wants_chunks (request, &listing.chunk_rows))
    listing.chunk_rows = 0;
  listing.builder = taube_message_list_builder_new (folder, listing.fields);
  ok = fill (&listing, cancellable, error);
  drain (&listing, cancellable);
  leave_reads (&listing);
  if (ok)
    return TAUBE_ITEM_LIST (taube_message_list_builder_end (listing.builder));
  taube_message_list_builder_free (listing.builder);
  return NULL;
}

gboolean
imap_folder_fill_rows (TaubeFolder *folder, ImapSession *session, const ImapRowsRequest *request,
                       TaubeMessageListBuilder *builder, GCancellable *cancellable, GError **error)
{
  Listing listing = { .folder = folder, .session = session, .fields = request->fields, .progress = request->progress,
                      .builder = builder };
  gboolean ok;

  imap_folder_format_prefix (session, listing.prefix);
  find_reads (&listing);
  imap_listing_plan_uids (&listing, request->uids, session->mailbox->exists);
  listing.saved = request->saved && listing.waiting.length == 1;
  ok = run_pieces (&listing, cancellable, error);
  drain (&listing, cancellable);
  leave_reads (&listing);
  return ok;
}

/* TaubeFolderClass.get_item */
TaubeItem *
imap_folder_get_item (TaubeFolder *folder, TaubeSession *session, const char *id, GCancellable *cancellable,
                      GError **error)
{
  Listing listing = { 0 };
  g_autoptr (TaubeMessageListBuilder) builder = NULL;
  g_autoptr (TaubeMessageList) list = NULL;
  g_autoptr (ImapSeqset) uids = imap_seqset_new ();
  Piece *piece;
  guint32 uid;
  gboolean ok;

  listing.folder = folder;
  listing.session = IMAP_SESSION (session);
  listing.fields = TAUBE_LIST_FIELDS_DEFAULT;
  if (!imap_session_begin (listing.session, cancellable, error)
      || !imap_session_select (listing.session, folder, IMAP_SELECT_ANY, cancellable, error)
      || (listing.session->quirks.stale_flags && !imap_session_refresh (listing.session, cancellable, error))
      || !imap_folder_parse_id (listing.session, folder, id, &uid, error))
    return NULL;
  imap_folder_format_prefix (listing.session, listing.prefix);
  find_reads (&listing);
  listing.builder = builder = taube_message_list_builder_new (folder, listing.fields);
  imap_seqset_add (uids, uid);
  piece = imap_piece_new (&listing, 0, 0, g_steal_pointer (&uids));
  ok = send_piece (&listing, piece, cancellable, error) && imap_call_finish (piece->call, cancellable, error);
  piece_free (piece);
  leave_reads (&listing);
  if (!ok)
    return NULL;
  if (taube_message_list_builder_get_size (builder) == 0)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND, _ ("there is no message \"%s\" in folder \"%s\""), id,
                   taube_folder_get_name (folder));
      return NULL;
    }
  list = taube_message_list_builder_end (g_steal_pointer (&builder));
  return TAUBE_ITEM (taube_message_new_from_list (list, 0));
}
