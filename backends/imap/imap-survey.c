/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-survey.h"

#include <taube-backend/taube-progress-impl.h>

#include "imap-decode-search.h"
#include "imap-gettext.h"
#include "imap-known.h"

/* Messages of which one command asks: the numbers of so many fit into one line of an answer. */
#define PIECE 50000

/* A command about some of the messages, and what its answers go to. */
typedef struct
{
  const ImapSurvey *survey;
  ImapCall *call;
  const ImapSeqset *asked; /* sequence numbers, or NULL */
  ImapRange range;         /* UIDs */
  guint64 modseq;          /* rows that have not changed after it are left out … */
  guint32 always_from;     /* … unless their UID is this or greater */
  ImapSeqset *uids;        /* what is found, one or the other */
  GArray *rows;
  gboolean told;
  gboolean malformed;
  guint32 lowest;          /* the server looked at no UID below; 0: at all */
} Asking;

static gboolean
has_esearch (ImapSession *session)
{
  return imap_session_has (session, IMAP_CAPABILITY_ESEARCH) || imap_session_has (session, IMAP_CAPABILITY_IMAP4REV2);
}

static ImapCall *
new_call (const ImapSurvey *self, const char *name)
{
  return imap_session_call (self->session, name, TAUBE_ERROR_PROTOCOL, _ ("cannot tell the changes of folder \"%s\""),
                            taube_folder_get_name (self->folder));
}

static void
add_range (ImapCommand *command, ImapRange range)
{
  g_autoptr (ImapSeqset) set = imap_seqset_new ();

  imap_seqset_add_range (set, range.first, range.last);
  imap_command_add_seqset (command, set);
}

/* A server that tells more than there can be gets no memory for that. */
static gboolean
check_count (const ImapSurvey *self, gsize n, GError **error)
{
  if (n <= (gsize) self->exists + self->session->limits.list_items)
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT,
               _ ("cannot tell the changes of folder \"%s\": the server tells of more "
                  "messages than there are"),
               taube_folder_get_name (self->folder));
  return FALSE;
}

/* A server with a limit begins with the highest UIDs, and says how far it came (RFC 9738). */
static gboolean
on_completed (const ImapResponse *response, gpointer user_data, GError **error)
{
  Asking *asking = user_data;
  guint32 limit;

  if (response->type == IMAP_RESPONSE_OK)
    imap_decode_limit (response, &limit, &asking->lowest);
  return TRUE;
}

typedef gboolean (*AskFunc) (Asking *asking, GCancellable *cancellable, GError **error);

/* Asks about asking->range until the server has looked at all of it. */
static gboolean
ask_to_the_end (Asking *asking, AskFunc ask, GCancellable *cancellable, GError **error)
{
  guint32 last = asking->range.last;

  do
    {
      asking->lowest = 0;
      if (!ask (asking, cancellable, error))
        return FALSE;
      if (asking->lowest > asking->range.last)
        asking->malformed = TRUE;
      asking->range.last = asking->lowest - 1;
    }
  while (asking->lowest > asking->range.first && !asking->malformed);
  asking->range.last = last;
  return TRUE;
}

/* The messages from FIRST on, in pieces that one command may be about. (transfer full) */
static ImapSeqset *
cut (const ImapSurvey *self, guint32 first, guint32 most, GCancellable *cancellable, GError **error)
{
  guint32 limit = imap_session_get_message_limit (self->session);

  return imap_survey_cut (self, first, MIN (most, limit), cancellable, error);
}

/* UID SEARCH. */

static gboolean
on_found (const ImapResponse *response, gpointer user_data, GError **error)
{
  Asking *asking = user_data;
  ImapEsearch esearch;

  if (response->type == IMAP_RESPONSE_SEARCH)
    {
      asking->malformed |= !imap_decode_search (response, asking->uids, NULL);
    }
  else if (response->type == IMAP_RESPONSE_ESEARCH)
    {
      asking->malformed |= !imap_decode_esearch (response, &esearch) || !esearch.uid;
      if ((esearch.fields & IMAP_ESEARCH_ALL) && !(esearch.malformed & IMAP_ESEARCH_ALL))
        asking->malformed |= !imap_seqset_add_text (asking->uids, esearch.all.text, esearch.all.length, NULL);
    }
  else
    {
      return FALSE;
    }
  asking->told = TRUE;
  return check_count (asking->survey, asking->uids->n_ranges, error);
}

static gboolean
search (Asking *asking, GCancellable *cancellable, GError **error)
{
  g_autoptr (ImapCall) call = new_call (asking->survey, "UID SEARCH");

  if (has_esearch (asking->survey->session))
    {
      imap_command_add_atom (call->command, N_ ("option"), "RETURN");
      imap_command_open (call->command);
      imap_command_add_atom (call->command, N_ ("option"), "ALL");
      imap_command_close (call->command);
    }
  imap_command_add_atom (call->command, N_ ("key"), "UID");
  add_range (call->command, asking->range);
  call->untagged = on_found;
  call->completed = on_completed;
  call->user_data = asking;
  return imap_call_run (call, cancellable, error);
}

/* FETCH. */

static gboolean
on_number (const ImapResponse *response, gpointer user_data, GError **error)
{
  Asking *asking = user_data;
  ImapFetch fetch;
  ImapRow row;

  if (response->type != IMAP_RESPONSE_FETCH || !imap_session_decode_fetch (asking->survey->session, response, &fetch)
      || !(fetch.fields & IMAP_FETCH_UID) || !imap_seqset_contains (asking->asked, fetch.seq))
    return FALSE;
  row = (ImapRow){ fetch.uid, fetch.seq };
  g_array_append_val (asking->rows, row);
  return check_count (asking->survey, asking->rows->len, error);
}

static int
compare_rows (gconstpointer a, gconstpointer b)
{
  guint32 left = ((const ImapRow *) a)->uid, right = ((const ImapRow *) b)->uid;

  return left < right ? -1 : left > right;
}

/* The UIDs of a few messages by sequence number: rows of UID and number, in the order of UIDs. */
gboolean
imap_survey_numbers (const ImapSurvey *self, const ImapSeqset *numbers, GArray **uids_out, GCancellable *cancellable,
                     GError **error)
{
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (ImapRow));
  guint64 limit = imap_session_get_message_limit (self->session);
  gsize most = MIN (imap_quirks_get_set_bytes (&self->session->quirks), 2 * limit);
  guint position = 0;

  for (;;)
    {
      g_autofree char *text = imap_seqset_next_piece (numbers, &position, most);
      g_autoptr (ImapCall) call = NULL;
      g_autoptr (ImapSeqset) asked = NULL;
      Asking asking = { .survey = self, .rows = rows };

      if (text == NULL)
        break;
      asking.asked = asked = imap_seqset_parse (text, -1, NULL);
      call = new_call (self, "FETCH");
      imap_command_add_sequence (call->command, N_ ("set"), text);
      imap_command_open (call->command);
      imap_command_add_atom (call->command, N_ ("item"), "UID");
      imap_command_close (call->command);
      call->untagged = on_number;
      call->user_data = &asking;
      if (!imap_call_run (call, cancellable, error))
        return FALSE;
    }
  g_array_sort (rows, compare_rows);
  *uids_out = g_steal_pointer (&rows);
  return TRUE;
}

static gboolean
tell_malformed (const ImapSurvey *self, const char *command, GError **error)
{
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL,
               _ ("cannot tell the changes of folder \"%s\": the answer to %s cannot be read"),
               taube_folder_get_name (self->folder), command);
  return FALSE;
}

/* The UIDs from FIRST on. */
gboolean
imap_survey_uids (const ImapSurvey *self, guint32 first, ImapSeqset **uids_out, GCancellable *cancellable,
                  GError **error)
{
  g_autoptr (ImapSeqset) uids = imap_seqset_new ();
  g_autoptr (ImapSeqset) pieces = NULL;

  if (self->exists > 0 && first <= self->last)
    {
      pieces = cut (self, first, PIECE, cancellable, error);
      if (pieces == NULL)
        return FALSE;
    }
  for (guint i = 0; pieces != NULL && i < pieces->n_ranges; i++)
    {
      Asking asking = { .survey = self, .range = pieces->ranges[i], .uids = uids };

      if (!ask_to_the_end (&asking, search, cancellable, error))
        return FALSE;
      if (asking.malformed || (!asking.told && first == 1 && pieces->n_ranges == 1))
        return tell_malformed (self, "UID SEARCH", error);
    }
  imap_seqset_normalize (uids);
  *uids_out = imap_seqset_clip (uids, first, self->last);
  if (check_count (self, imap_seqset_count (*uids_out), error))
    return TRUE;
  g_clear_pointer (uids_out, imap_seqset_free);
  return FALSE;
}

static gboolean
on_row (const ImapResponse *response, gpointer user_data, GError **error)
{
  Asking *asking = user_data;
  const ImapSurvey *survey = asking->survey;
  ImapFetch fetch;
  ImapRow row;

  if (response->type != IMAP_RESPONSE_FETCH || !imap_session_decode_fetch (survey->session, response, &fetch)
      || !(fetch.fields & IMAP_FETCH_UID) || fetch.uid < asking->range.first || fetch.uid > asking->range.last)
    return FALSE;
  if (asking->uids != NULL)
    {
      gboolean is_old = (fetch.fields & IMAP_FETCH_MODSEQ) && fetch.modseq != 0 && fetch.modseq <= asking->modseq;

      if (!is_old || fetch.uid >= asking->always_from)
        imap_seqset_add (asking->uids, fetch.uid);
      return check_count (survey, asking->uids->n_ranges, error);
    }
  row.uid = fetch.uid;
  row.digest = (fetch.fields & IMAP_FETCH_FLAGS) ? imap_flags_digest (&fetch.flags) : IMAP_DIGEST_NONE;
  g_array_append_val (asking->rows, row);
  if (asking->rows->len % 512 == 0)
    taube_progress_update (survey->progress, MIN (asking->rows->len, survey->exists), survey->exists);
  return check_count (survey, asking->rows->len, error);
}

static gboolean
fetch_flags (Asking *asking, GCancellable *cancellable, GError **error)
{
  g_autoptr (ImapCall) call = new_call (asking->survey, "UID FETCH");

  add_range (call->command, asking->range);
  imap_command_open (call->command);
  imap_command_add_atom (call->command, N_ ("item"), "FLAGS");
  imap_command_close (call->command);
  if (asking->modseq != 0)
    {
      imap_command_open (call->command);
      imap_command_add_atom (call->command, N_ ("modifier"), "CHANGEDSINCE");
      imap_command_add_number (call->command, asking->modseq);
      imap_command_close (call->command);
    }
  call->untagged = on_row;
  call->completed = on_completed;
  call->user_data = asking;
  return imap_call_run (call, cancellable, error);
}

/* fetch_flags() for all messages; ASKING says what is wanted of them. */
static gboolean
fetch_all (Asking *asking, GCancellable *cancellable, GError **error)
{
  const ImapSurvey *self = asking->survey;
  g_autoptr (ImapSeqset) pieces = NULL;

  if (self->exists == 0 || self->last == 0)
    return TRUE;
  pieces = cut (self, 1, G_MAXUINT32, cancellable, error);
  for (guint i = 0; pieces != NULL && i < pieces->n_ranges; i++)
    {
      asking->range = pieces->ranges[i];
      if (!ask_to_the_end (asking, fetch_flags, cancellable, error))
        return FALSE;
      if (asking->malformed)
        return tell_malformed (self, "UID FETCH", error);
    }
  return pieces != NULL;
}

/* The UIDs of messages that changed after MODSEQ, which must not be 0. Servers that tell of others, too, are not
 * believed, unless the UID is ALWAYS_FROM or greater. */
gboolean
imap_survey_changed (const ImapSurvey *self, guint64 modseq, guint32 always_from, ImapSeqset **uids_out,
                     GCancellable *cancellable, GError **error)
{
  g_autoptr (ImapSeqset) uids = imap_seqset_new ();
  Asking asking = { .survey = self, .modseq = modseq, .always_from = always_from, .uids = uids };

  if (!fetch_all (&asking, cancellable, error))
    return FALSE;
  imap_seqset_normalize (uids);
  *uids_out = g_steal_pointer (&uids);
  return TRUE;
}

/* Of two rows about the same message the later is the one that holds. */
static void
drop_repeated (GArray *rows)
{
  guint kept = 0;

  for (guint i = 0; i < rows->len; i++)
    {
      ImapRow row = g_array_index (rows, ImapRow, i);

      if (kept > 0 && g_array_index (rows, ImapRow, kept - 1).uid == row.uid)
        kept--;
      g_array_index (rows, ImapRow, kept++) = row;
    }
  g_array_set_size (rows, kept);
}

static gboolean
is_sorted (const GArray *rows)
{
  for (guint i = 1; i < rows->len; i++)
    if (g_array_index (rows, ImapRow, i - 1).uid >= g_array_index (rows, ImapRow, i).uid)
      return FALSE;
  return TRUE;
}

/* UIDs and flags of all messages, in the order of UIDs. */
gboolean
imap_survey_flags (const ImapSurvey *self, GArray **rows_out, GCancellable *cancellable, GError **error)
{
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (ImapRow));
  Asking asking = { .survey = self, .rows = rows };

  if (!fetch_all (&asking, cancellable, error))
    return FALSE;
  if (!is_sorted (rows))
    {
      /* Stable: rows of the same message stay in the order in which they came. */
      g_array_sort (rows, compare_rows);
      drop_repeated (rows);
    }
  *rows_out = g_steal_pointer (&rows);
  return TRUE;
}
