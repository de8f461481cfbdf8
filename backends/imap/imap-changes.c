/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-changes.h"

#include <taube-backend/taube-trace.h>

#include "imap-gettext.h"
#include "imap-survey.h"

/* Three kinds of servers:
 *
 * - QRESYNC counts changes and remembers who was removed: SELECT tells all at once, and what is known takes a few
 *   bytes.
 * - CONDSTORE counts changes: UID FETCH … (CHANGEDSINCE …) tells which. Who was removed is found by comparing with
 *   the UIDs that are known; mostly the number of messages tells that nobody was, or that it is worth looking for
 *   few.
 * - Others: UIDs and flags of all messages, compared with those known.
 *
 * Sets that the server tells are never believed beyond what can be: UIDs from UIDNEXT on are left for the next time,
 * and the number of messages must come out right. Where it does not, the next weaker way is gone, and at last it is a
 * reset. */

/* So many bytes of an answer are spent without looking for something cheaper. */
#define CHEAP_BYTES 8192

typedef struct
{
  ImapSession *session;
  TaubeFolder *folder;
  TaubeProgress *progress;
  const ImapKnown *known; /* NULL: nothing */
  ImapNews *news;
  ImapKnown *now;

  /* The mailbox as SELECT has shown it. */
  guint32 uidvalidity;
  guint32 uidnext;
  guint32 exists;
  guint64 modseq;

  gboolean resynced; /* SELECT has told what changed: */
  gboolean doubtful; /* but it cannot all be true */
  ImapSeqset *told;  /* changed, new ones among them */
  ImapSeqset *vanished;
} Asking;

ImapNews *
imap_news_new (void)
{
  ImapNews *self = g_new0 (ImapNews, 1);

  self->added = imap_seqset_new ();
  self->changed = imap_seqset_new ();
  self->removed = imap_seqset_new ();
  return self;
}

void
imap_news_free (ImapNews *self)
{
  imap_seqset_free (self->added);
  imap_seqset_free (self->changed);
  imap_seqset_free (self->removed);
  g_free (self);
}

static void
take_set (ImapSeqset **target, ImapSeqset *set)
{
  imap_seqset_free (*target);
  *target = set;
}

/* About the bytes that a set takes in an answer. */
static guint64
text_length (const ImapSeqset *set)
{
  return (guint64) set->n_ranges * 14;
}

static ImapSurvey
make_survey (const Asking *asking, guint32 last)
{
  return (ImapSurvey){ asking->session, asking->folder, asking->exists, last, asking->progress };
}

/* SELECT. */

static gboolean
is_too_much (const Asking *asking, const ImapSeqset *set)
{
  guint64 most = (guint64) asking->session->mailbox->exists + asking->known->exists;

  return set->n_ranges > most + asking->session->limits.list_items;
}

static void
on_fetched (const ImapFetch *fetch, gpointer user_data)
{
  Asking *asking = user_data;

  if (!(fetch->fields & IMAP_FETCH_UID) || is_too_much (asking, asking->told))
    asking->doubtful = TRUE;
  else
    imap_seqset_add (asking->told, fetch->uid);
}

static void
on_vanished (const ImapSeqset *uids, gpointer user_data)
{
  Asking *asking = user_data;

  if (uids == NULL || is_too_much (asking, asking->vanished))
    asking->doubtful = TRUE;
  for (guint i = 0; !asking->doubtful && i < uids->n_ranges; i++)
    if (uids->ranges[i].first == IMAP_STAR || uids->ranges[i].last == IMAP_STAR)
      asking->doubtful = TRUE;
    else
      imap_seqset_add_range (asking->vanished, uids->ranges[i].first, uids->ranges[i].last);
}

static void
on_closed (gpointer user_data)
{
  Asking *asking = user_data;

  imap_seqset_clear (asking->told);
  imap_seqset_clear (asking->vanished);
  asking->doubtful = FALSE;
}

static gboolean
learn_from_uids (Asking *asking, GCancellable *cancellable, GError **error)
{
  ImapSurvey survey = make_survey (asking, G_MAXUINT32 - 1);
  g_autoptr (ImapSeqset) newest = NULL;

  if (!imap_survey_newest (&survey, 1, &newest, cancellable, error))
    return FALSE;
  if (!imap_seqset_is_empty (newest))
    asking->uidnext = MAX (asking->uidnext, newest->ranges[newest->n_ranges - 1].last + 1);
  return TRUE;
}

/* Some servers do not say UIDNEXT: the newest message tells it. */
static gboolean
learn_uidnext (Asking *asking, GCancellable *cancellable, GError **error)
{
  g_autoptr (ImapSeqset) newest = NULL;
  g_autoptr (GArray) rows = NULL;
  ImapSurvey survey = make_survey (asking, 0);

  if (asking->uidnext != 0)
    return TRUE;
  asking->uidnext = asking->known != NULL ? MAX (asking->known->uidnext, 1) : 1;
  if (asking->exists == 0)
    return TRUE;
  if (asking->session->uid_only)
    return learn_from_uids (asking, cancellable, error);
  newest = imap_seqset_new ();
  imap_seqset_add (newest, asking->exists);
  if (!imap_survey_numbers (&survey, newest, &rows, cancellable, error))
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    if (g_array_index (rows, ImapRow, i).uid < G_MAXUINT32)
      asking->uidnext = MAX (asking->uidnext, g_array_index (rows, ImapRow, i).uid + 1);
  return TRUE;
}

static gboolean
open_folder (Asking *asking, ImapSelectMode mode, GCancellable *cancellable, GError **error)
{
  ImapSession *session = asking->session;
  ImapResync resync = { .fetched = on_fetched, .vanished = on_vanished, .closed = on_closed, .user_data = asking };

  asking->resynced
      = asking->known != NULL && asking->known->modseq != 0 && asking->known->uidvalidity != 0 && session->qresync;
  if (asking->resynced)
    {
      resync.uidvalidity = asking->known->uidvalidity;
      resync.modseq = asking->known->modseq;
    }
  if (!imap_session_begin (session, cancellable, error)
      || !imap_session_reselect (session, asking->folder, mode, asking->resynced ? &resync : NULL, cancellable, error))
    return FALSE;
  session->mailbox->stale = FALSE;
  imap_seqset_normalize (asking->told);
  imap_seqset_normalize (asking->vanished);
  asking->uidvalidity = session->mailbox->uidvalidity;
  asking->uidnext = session->mailbox->uidnext;
  asking->exists = session->mailbox->exists;
  asking->modseq = session->condstore && session->quirks.shows_only_newest == 0 ? session->mailbox->highestmodseq : 0;
  if (asking->modseq > G_MAXINT64)
    asking->modseq = 0;
  if (asking->exists > session->limits.messages)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT, _ ("folder \"%s\" claims to have %u messages"),
                   taube_folder_get_name (asking->folder), asking->exists);
      return FALSE;
    }
  return learn_uidnext (asking, cancellable, error);
}

/* What is known afterwards. */

static void
set_reset (Asking *asking, const char *why)
{
  TAUBE_TRACE ("imap", "what was known of folder \"%s\" is of no use: %s", taube_folder_get_name (asking->folder), why);
  imap_news_free (asking->news);
  asking->news = imap_news_new ();
  asking->news->reset = TRUE;
  g_clear_pointer (&asking->now, imap_known_free);
}

static gboolean
is_worthless (const Asking *asking)
{
  const ImapKnown *known = asking->known;

  return known->uidvalidity != asking->uidvalidity || asking->uidvalidity == 0 || asking->uidnext < known->uidnext
         || (asking->modseq != 0 && asking->modseq < known->modseq);
}

static ImapKnown *
begin_known (const Asking *asking)
{
  ImapKnown *now = imap_known_new ();

  now->uidvalidity = asking->uidvalidity;
  now->uidnext = asking->uidnext;
  now->modseq = asking->modseq;
  return now;
}

static gboolean
server_remembers (const Asking *asking)
{
  return asking->modseq != 0 && asking->session->qresync;
}

/* UIDS are all that is there, as far as it was told. */
static void
know_uids (Asking *asking, const ImapSeqset *uids)
{
  asking->now = begin_known (asking);
  asking->now->exists = (guint32) imap_seqset_count (uids);
  if (!server_remembers (asking))
    asking->now->uids = imap_seqset_copy (uids);
}

/* A server that counts changes. */

static gboolean
ask_changed (Asking *asking, GCancellable *cancellable, GError **error)
{
  const ImapKnown *known = asking->known;
  ImapSurvey survey = make_survey (asking, asking->uidnext - 1);
  ImapSeqset *told;

  imap_seqset_clear (asking->told);
  if (asking->modseq == known->modseq && asking->uidnext == known->uidnext)
    return TRUE;
  if (!imap_survey_changed (&survey, known->modseq, known->uidnext, &told, cancellable, error))
    return FALSE;
  take_set (&asking->told, told);
  return TRUE;
}

/* Splits what was told into new ones and changed ones. Where UIDs between the old and the new UIDNEXT are not
 * accounted for, the server is asked: not every server calls a new message changed. */
static gboolean
sort_told (Asking *asking, GCancellable *cancellable, GError **error)
{
  const ImapKnown *known = asking->known;
  guint32 first = MAX (known->uidnext, 1), last = asking->uidnext - 1;
  g_autoptr (ImapSeqset) old = imap_seqset_clip (asking->told, 1, first - 1);
  g_autoptr (ImapSeqset) added = imap_seqset_clip (asking->told, first, last);
  g_autoptr (ImapSeqset) fleeting = imap_seqset_clip (asking->vanished, first, last);
  g_autoptr (ImapSeqset) accounted = imap_seqset_copy (added);

  imap_seqset_join (accounted, fleeting);
  if (first <= last && imap_seqset_count (accounted) < (guint64) last - first + 1)
    {
      ImapSurvey survey = make_survey (asking, last);
      ImapSeqset *found;

      if (!imap_survey_uids (&survey, first, &found, cancellable, error))
        return FALSE;
      take_set (&added, found);
    }
  if (known->uids != NULL)
    {
      /* A message that has just become visible although its number is not new. */
      g_autoptr (ImapSeqset) late = imap_seqset_minus (old, known->uids);

      imap_seqset_join (added, late);
      take_set (&old, imap_seqset_common (old, known->uids));
    }
  take_set (&asking->news->added, g_steal_pointer (&added));
  take_set (&asking->news->changed, g_steal_pointer (&old));
  return TRUE;
}

/* VANISHED may have such as were never known; but the messages must come out as many as there are. */
static gboolean
trust_vanished (Asking *asking)
{
  const ImapKnown *known = asking->known;
  guint64 n_added = imap_seqset_count (asking->news->added);
  g_autoptr (ImapSeqset) removed = imap_seqset_clip (asking->vanished, 1, MAX (known->uidnext, 1) - 1);
  guint64 n_removed, left;

  if (known->uids != NULL)
    take_set (&removed, imap_seqset_common (removed, known->uids));
  n_removed = imap_seqset_count (removed);
  if (asking->doubtful || n_added > asking->exists)
    return FALSE;
  left = asking->exists - n_added;
  if (left > known->exists || left + n_removed < known->exists
      || (known->uids != NULL && left + n_removed != known->exists))
    return FALSE;
  if (known->uids == NULL && n_removed > (guint64) known->uidnext - 1 - left)
    return FALSE;
  take_set (&asking->news->removed, g_steal_pointer (&removed));
  take_set (&asking->news->changed, imap_seqset_minus (asking->news->changed, asking->news->removed));
  return TRUE;
}

/* Lists all UIDs and compares. */
static gboolean
compare_uids (Asking *asking, const ImapSeqset *expected, GCancellable *cancellable, GError **error)
{
  ImapSurvey survey = make_survey (asking, asking->known->uidnext - 1);
  g_autoptr (ImapSeqset) there = NULL;
  g_autoptr (ImapSeqset) late = NULL;

  if (!imap_survey_uids (&survey, 1, &there, cancellable, error))
    return FALSE;
  late = imap_seqset_minus (there, expected);
  imap_seqset_join (asking->news->added, late);
  take_set (&asking->news->removed, imap_seqset_minus (expected, there));
  return TRUE;
}

/* Who of those known is gone: nobody, when the numbers fit; else the cheaper of two ways. */
static gboolean
find_removed (Asking *asking, GCancellable *cancellable, GError **error)
{
  const ImapKnown *known = asking->known;
  guint32 last = MAX (known->uidnext, 1) - 1;
  g_autoptr (ImapSeqset) expected = imap_seqset_clip (asking->news->added, 1, last);
  g_autoptr (ImapSeqset) fresh = imap_seqset_clip (asking->news->added, last + 1, G_MAXUINT32);
  ImapSurvey survey = make_survey (asking, last);
  guint64 n_fresh = imap_seqset_count (fresh), n_expected, n_missing, listing;
  gboolean esearch = imap_session_has (asking->session, IMAP_CAPABILITY_ESEARCH)
                     || imap_session_has (asking->session, IMAP_CAPABILITY_IMAP4REV2);
  ImapSeqset *missing;
  GError *local = NULL;

  imap_seqset_join (expected, known->uids);
  n_expected = imap_seqset_count (expected);
  if (n_fresh > asking->exists || asking->exists - n_fresh > n_expected)
    return compare_uids (asking, expected, cancellable, error);
  n_missing = n_expected - (asking->exists - n_fresh);
  if (n_missing == 0)
    return TRUE;
  listing = esearch ? text_length (expected) + 14 * n_missing : 8 * n_expected;
  if (asking->session->uid_only || listing <= CHEAP_BYTES
      || listing <= imap_survey_missing_cost (n_expected, n_missing))
    return compare_uids (asking, expected, cancellable, error);
  if (imap_survey_missing (&survey, expected, (guint32) n_missing, &missing, cancellable, &local))
    {
      take_set (&asking->news->removed, missing);
      return TRUE;
    }
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  return compare_uids (asking, expected, cancellable, error);
}

/* Without the UIDs that were known nothing can be said about removed ones, unless nobody was. */
static gboolean
list_for_next_time (Asking *asking, GCancellable *cancellable, GError **error)
{
  ImapSurvey survey = make_survey (asking, asking->uidnext - 1);
  g_autoptr (ImapSeqset) there = NULL;

  if (asking->known->exists + imap_seqset_count (asking->news->added) != asking->exists)
    {
      set_reset (asking, "nobody knows who was removed");
      return TRUE;
    }
  if (!server_remembers (asking) && !imap_survey_uids (&survey, 1, &there, cancellable, error))
    return FALSE;
  if (there != NULL && imap_seqset_count (there) != asking->exists)
    {
      set_reset (asking, "messages are being removed just now");
      return TRUE;
    }
  asking->now = begin_known (asking);
  asking->now->exists = asking->exists;
  asking->now->uids = g_steal_pointer (&there);
  return TRUE;
}

static gboolean
follow_counted (Asking *asking, GCancellable *cancellable, GError **error)
{
  const ImapKnown *known = asking->known;
  gboolean trusted;

  if ((!asking->resynced || asking->doubtful) && !ask_changed (asking, cancellable, error))
    return FALSE;
  if (!sort_told (asking, cancellable, error))
    return FALSE;
  trusted = asking->resynced && trust_vanished (asking);
  if (!trusted && asking->resynced && !asking->doubtful)
    {
      TAUBE_TRACE ("imap", "what SELECT has told of folder \"%s\" cannot be true",
                   taube_folder_get_name (asking->folder));
      if (!ask_changed (asking, cancellable, error) || !sort_told (asking, cancellable, error))
        return FALSE;
    }
  if (!trusted && known->uids == NULL)
    return list_for_next_time (asking, cancellable, error);
  if (!trusted && !find_removed (asking, cancellable, error))
    return FALSE;
  asking->now = begin_known (asking);
  asking->now->exists = asking->exists;
  if (known->uids != NULL && !server_remembers (asking))
    {
      asking->now->uids = imap_seqset_minus (known->uids, asking->news->removed);
      imap_seqset_join (asking->now->uids, asking->news->added);
      asking->now->exists = (guint32) imap_seqset_count (asking->now->uids);
    }
  return TRUE;
}

/* A server that does not. */

/* Goes through the messages that are known, one at a time. */
typedef struct
{
  const ImapKnown *known;
  guint range, run;
  guint32 offset; /* in the range */
  guint32 used;   /* of the run */
} Cursor;

static gboolean
cursor_peek (const Cursor *cursor, ImapRow *row)
{
  const ImapKnown *known = cursor->known;

  if (known == NULL || cursor->range == known->uids->n_ranges)
    return FALSE;
  row->uid = known->uids->ranges[cursor->range].first + cursor->offset;
  row->digest
      = known->digests != NULL ? g_array_index (known->digests, ImapDigestRun, cursor->run).digest : IMAP_DIGEST_NONE;
  return TRUE;
}

static void
cursor_next (Cursor *cursor)
{
  const ImapKnown *known = cursor->known;
  const ImapRange *range = &known->uids->ranges[cursor->range];

  if (range->first + cursor->offset == range->last)
    {
      cursor->range++;
      cursor->offset = 0;
    }
  else
    {
      cursor->offset++;
    }
  if (known->digests != NULL && ++cursor->used == g_array_index (known->digests, ImapDigestRun, cursor->run).count)
    {
      cursor->run++;
      cursor->used = 0;
    }
}

/* UIDs below this may be there although they are not shown. */
static guint32
lowest_shown (const Asking *asking, const GArray *rows)
{
  guint window = asking->session->quirks.shows_only_newest;

  return window != 0 && rows->len >= window ? g_array_index (rows, ImapRow, 0).uid : 0;
}

static void
keep (Asking *asking, ImapRow row)
{
  if (asking->now->digests != NULL)
    imap_known_add (asking->now, row.uid, row.digest);
  else if (asking->now->uids != NULL)
    imap_known_add_uid (asking->now, row.uid);
  else
    asking->now->exists++;
}

static void
compare_row (Asking *asking, const ImapRow *old, ImapRow row)
{
  if (old == NULL)
    imap_seqset_add (asking->news->added, row.uid);
  else if (row.digest == IMAP_DIGEST_NONE)
    row.digest = old->digest;
  else if (row.digest != old->digest)
    imap_seqset_add (asking->news->changed, row.uid);
  keep (asking, row);
}

/* What ROWS, all that is there, differ in from what was known. */
static void
compare_rows (Asking *asking, const GArray *rows)
{
  guint32 shown = lowest_shown (asking, rows);
  Cursor cursor = { .known = asking->known };
  ImapRow old;
  guint i = 0;

  while (cursor_peek (&cursor, &old) || i < rows->len)
    {
      gboolean has_old = cursor_peek (&cursor, &old);
      ImapRow row = i < rows->len ? g_array_index (rows, ImapRow, i) : (ImapRow){ 0, 0 };

      if (i == rows->len || (has_old && old.uid < row.uid))
        {
          if (old.uid < shown)
            keep (asking, old);
          else
            imap_seqset_add (asking->news->removed, old.uid);
          cursor_next (&cursor);
          continue;
        }
      if (has_old && old.uid == row.uid)
        {
          compare_row (asking, &old, row);
          cursor_next (&cursor);
        }
      else
        {
          compare_row (asking, NULL, row);
        }
      i++;
    }
}

/* Some servers leave messages out of the answer to FETCH: SEARCH tells who is there. */
static gboolean
complete_rows (Asking *asking, GArray **rows, GCancellable *cancellable, GError **error)
{
  ImapSurvey survey = make_survey (asking, asking->uidnext - 1);
  g_autoptr (ImapSeqset) there = NULL;
  GArray *all;
  guint k = 0;

  if ((*rows)->len >= asking->exists)
    return TRUE;
  if (!imap_survey_uids (&survey, 1, &there, cancellable, error))
    return FALSE;
  all = g_array_new (FALSE, FALSE, sizeof (ImapRow));
  for (guint i = 0; i < there->n_ranges; i++)
    for (guint64 uid = there->ranges[i].first; uid <= there->ranges[i].last; uid++)
      {
        ImapRow row = { (guint32) uid, IMAP_DIGEST_NONE };

        while (k < (*rows)->len && g_array_index (*rows, ImapRow, k).uid < uid)
          k++;
        if (k < (*rows)->len && g_array_index (*rows, ImapRow, k).uid == uid)
          row = g_array_index (*rows, ImapRow, k);
        g_array_append_val (all, row);
      }
  g_array_unref (*rows);
  *rows = all;
  return TRUE;
}

static gboolean
compare_all (Asking *asking, GCancellable *cancellable, GError **error)
{
  ImapSurvey survey = make_survey (asking, asking->uidnext - 1);
  g_autoptr (GArray) rows = NULL;

  if (!imap_survey_flags (&survey, &rows, cancellable, error) || !complete_rows (asking, &rows, cancellable, error))
    return FALSE;
  asking->now = begin_known (asking);
  if (!server_remembers (asking))
    asking->now->uids = imap_seqset_new ();
  if (asking->modseq == 0)
    asking->now->digests = g_array_new (FALSE, FALSE, sizeof (ImapDigestRun));
  compare_rows (asking, rows);
  return TRUE;
}

/* All. */

/* From nothing, on a server that will count what comes. */
static gboolean
begin_counted (Asking *asking, GCancellable *cancellable, GError **error)
{
  ImapSurvey survey = make_survey (asking, asking->uidnext - 1);
  ImapSeqset *there;

  if (!imap_survey_uids (&survey, 1, &there, cancellable, error))
    return FALSE;
  take_set (&asking->news->added, there);
  know_uids (asking, there);
  return TRUE;
}

static gboolean
follow (Asking *asking, GCancellable *cancellable, GError **error)
{
  const ImapKnown *known = asking->known;

  if (known != NULL && is_worthless (asking))
    {
      set_reset (asking, "the folder was made anew");
      return TRUE;
    }
  if (asking->modseq != 0 && (known == NULL || known->modseq != 0))
    return known == NULL ? begin_counted (asking, cancellable, error) : follow_counted (asking, cancellable, error);
  if (known == NULL || known->digests != NULL)
    return compare_all (asking, cancellable, error);
  set_reset (asking, "the server does not count changes any more");
  return TRUE;
}

gboolean
imap_changes_ask (ImapSession *session, TaubeFolder *folder, ImapSelectMode mode, const ImapKnown *known,
                  TaubeProgress *progress, ImapNews **news_out, ImapKnown **now_out, GCancellable *cancellable,
                  GError **error)
{
  Asking asking = { .session = session, .folder = folder, .progress = progress, .known = known };
  gboolean ok;

  asking.news = imap_news_new ();
  asking.told = imap_seqset_new ();
  asking.vanished = imap_seqset_new ();
  ok = open_folder (&asking, mode, cancellable, error) && follow (&asking, cancellable, error);
  if (ok && session->mailbox->uidvalidity != asking.uidvalidity)
    set_reset (&asking, "the folder is being made anew");
  imap_seqset_free (asking.told);
  imap_seqset_free (asking.vanished);
  if (!ok)
    {
      imap_news_free (asking.news);
      g_clear_pointer (&asking.now, imap_known_free);
      return FALSE;
    }
  *news_out = asking.news;
  *now_out = asking.now;
  return TRUE;
}
