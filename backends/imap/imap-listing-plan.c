/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-listing.h"

#include "imap-gettext.h"
#include "imap-survey.h"

/* Messages asked for by one FETCH: little enough that a chunk comes soon. */
#define PIECE 1000

static void
push_piece (ImapListing *listing, ImapPiece *piece)
{
  if (listing->newest_first)
    g_queue_push_head (&listing->waiting, piece);
  else
    g_queue_push_tail (&listing->waiting, piece);
}

static guint
piece_size (const ImapListing *listing)
{
  guint most = MIN (PIECE, imap_session_get_message_limit (listing->session));

  return listing->chunk_rows > 0 ? CLAMP (listing->chunk_rows, 1, most) : most;
}

/* Sequence numbers are the order of arrival. Pieces are counted from the end that is wanted first. */
static void
plan_range (ImapListing *listing, guint32 exists)
{
  guint64 newest = taube_list_request_get_newest (listing->request);
  guint32 first = newest > 0 && newest < exists ? exists - (guint32) newest + 1 : 1;
  guint32 step = piece_size (listing);

  if (exists == 0)
    return;
  listing->total = exists - first + 1;
  if (listing->newest_first)
    for (guint64 last = exists; last >= first && last > 0; last = last > step ? last - step : 0)
      {
        guint64 start = last >= (guint64) first + step ? last - step + 1 : first;

        g_queue_push_tail (&listing->waiting, imap_piece_new (listing, start, last, NULL));
      }
  else
    for (guint64 start = first; start <= exists; start += step)
      g_queue_push_tail (&listing->waiting, imap_piece_new (listing, start, MIN (start + step - 1, exists), NULL));
}

/* Cuts SET into pieces of at most STEP numbers and of a length that the server takes. */
void
imap_listing_plan_uids (ImapListing *listing, const ImapSeqset *set, guint32 exists)
{
  guint64 step = piece_size (listing);
  guint64 most = (guint64) exists / step * 4 + 16;
  gsize max_ranges = imap_quirks_get_set_bytes (&listing->session->quirks) / 22;
  g_autoptr (ImapSeqset) piece = imap_seqset_new ();
  guint64 left;

  listing->total = MIN (imap_seqset_count (set), exists);
  step = MAX (step, imap_seqset_count (set) / most);
  left = step;
  for (guint i = 0; i < set->n_ranges; i++)
    for (guint64 first = set->ranges[i].first, last = set->ranges[i].last; first <= last;)
      {
        guint64 n = MIN (left, last - first + 1);

        imap_seqset_add_range (piece, first, first + n - 1);
        first += n;
        left -= n;
        if (left > 0 && piece->n_ranges < MAX (max_ranges, 1))
          continue;
        push_piece (listing, imap_piece_new (listing, 0, 0, g_steal_pointer (&piece)));
        piece = imap_seqset_new ();
        left = step;
      }
  if (!imap_seqset_is_empty (piece))
    push_piece (listing, imap_piece_new (listing, 0, 0, g_steal_pointer (&piece)));
}

/* Where there are no sequence numbers. */
static gboolean
plan_by_uid (ImapListing *listing, guint32 exists, GCancellable *cancellable, GError **error)
{
  guint64 newest = taube_list_request_get_newest (listing->request);
  ImapSurvey survey = { listing->session, listing->folder, exists, G_MAXUINT32 - 1, NULL };
  g_autoptr (ImapSeqset) uids = NULL;

  if (exists == 0)
    return TRUE;
  if (!imap_survey_newest (&survey, newest > 0 ? newest : exists, &uids, cancellable, error))
    return FALSE;
  if (!imap_seqset_is_empty (uids))
    imap_listing_plan_uids (listing, uids, exists);
  return TRUE;
}

/* Who is there, without columns: SEARCH tells it in few bytes, and nothing is left to be asked for. */
static gboolean
list_ids (ImapListing *listing, guint32 exists, GCancellable *cancellable, GError **error)
{
  ImapSurvey survey = { listing->session, listing->folder, exists, G_MAXUINT32 - 1, listing->progress };
  g_autoptr (ImapSeqset) uids = NULL;

  if (exists == 0)
    return TRUE;
  if (!imap_survey_uids (&survey, 1, &uids, cancellable, error))
    return FALSE;
  for (guint i = 0; i < uids->n_ranges; i++)
    {
      ImapRange range = uids->ranges[listing->newest_first ? uids->n_ranges - 1 - i : i];

      for (guint64 n = 0; n <= range.last - range.first; n++)
        taube_message_list_builder_add (listing->builder, listing->prefix,
                                        (guint32) (listing->newest_first ? range.last - n : range.first + n));
    }
  return TRUE;
}

gboolean
imap_listing_plan (ImapListing *listing, GCancellable *cancellable, GError **error)
{
  const TaubeIdSet *ids = taube_list_request_get_ids (listing->request);
  guint32 exists = listing->session->mailbox->exists;
  g_autoptr (ImapSeqset) set = NULL;
  g_autoptr (ImapSeqset) plain = NULL;

  if (exists > taube_account_get_limits (taube_folder_get_account (listing->folder))->messages)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT, _ ("folder \"%s\" claims to have %u messages"),
                   taube_folder_get_name (listing->folder), exists);
      return FALSE;
    }
  if (ids == NULL && listing->fields == TAUBE_LIST_FIELDS_NONE && listing->chunk_rows == 0
      && taube_list_request_get_newest (listing->request) == 0)
    return list_ids (listing, exists, cancellable, error);
  if (ids == NULL && listing->session->uid_only)
    return plan_by_uid (listing, exists, cancellable, error);
  if (ids == NULL)
    {
      plan_range (listing, exists);
      return TRUE;
    }
  if (!imap_folder_check_set (listing->session, listing->folder, ids, error))
    return FALSE;
  set = imap_folder_make_seqset (ids, listing->prefix);
  plain = imap_folder_make_seqset (ids, "");
  for (guint i = 0; i < plain->n_ranges; i++)
    imap_seqset_add_range (set, plain->ranges[i].first, plain->ranges[i].last);
  imap_seqset_normalize (set);
  if (!imap_seqset_is_empty (set) && exists > 0)
    imap_listing_plan_uids (listing, set, exists);
  return TRUE;
}
