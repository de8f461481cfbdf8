/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-narrow.h"

#include <taube-backend/taube-trace.h>

#include "exchange-gettext.h"

/* Messages that a server may fail to give before the folder counts as unreadable. */
#define MAX_FAILURES 50

#define LISTED (TAUBE_FACTS_FLAGS | TAUBE_FACTS_SIZE | TAUBE_FACTS_DATE | TAUBE_FACTS_ATTACHMENT)

/* A piece of the messages. */
typedef struct
{
  ExchangeNarrow *narrow;
  const ExchangeWire *wire;
  ExchangeCandidate *const *candidates;
  TaubeTruth *truths;
  guint n;
  TaubeFacts judged; /* that the query depends on */
  TaubeFacts sorted; /* that sorting and threads depend on */
  guint n_failures;
} Piece;

/* What is needed. */

static TaubeFacts
get_order_facts (const ExchangeNarrow *self, GPtrArray *names)
{
  TaubeFacts facts = TAUBE_FACTS_NONE;

  if (self->sorter != NULL)
    facts |= taube_sorter_get_facts (self->sorter, names);
  if (self->threader != NULL)
    facts |= taube_threader_get_facts (self->threader, names);
  return facts;
}

static gboolean
are_listed (const ExchangeWire *wire, const GPtrArray *names, gboolean day)
{
  for (guint i = 0; i < names->len; i++)
    {
      gboolean there = FALSE;

      for (const char *const *name = wire->listed_headers; *name != NULL; name++)
        there |= g_ascii_strcasecmp (*name, names->pdata[i]) == 0;
      /* The day that is written in a date is not the one in UTC. */
      if (!there || (day && g_ascii_strcasecmp (names->pdata[i], "Date") == 0))
        return FALSE;
    }
  return TRUE;
}

TaubeFacts
exchange_narrow_get_listed (const ExchangeNarrow *self)
{
  const ExchangeWire *wire = exchange_account_get_wire (exchange_folder_get_account (self->folder));
  g_autoptr (GPtrArray) judged = g_ptr_array_new ();
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  TaubeFacts facts = get_order_facts (self, sorted);

  if (self->query != NULL)
    facts |= taube_query_get_facts (self->query, judged);
  if ((facts & TAUBE_FACTS_HEADERS) != 0 && are_listed (wire, judged, TRUE) && are_listed (wire, sorted, FALSE))
    return facts & (LISTED | TAUBE_FACTS_HEADERS);
  return facts & LISTED;
}

/* Asking. */

static gboolean
may_go_on (Piece *piece, GError **problem, GError **error)
{
  if ((*problem)->domain == TAUBE_ERROR && (*problem)->code != TAUBE_ERROR_CONNECTION
      && (*problem)->code != TAUBE_ERROR_AUTH && (*problem)->code != TAUBE_ERROR_THROTTLED
      && ++piece->n_failures <= MAX_FAILURES)
    {
      TAUBE_TRACE ("exchange", "a message is left out of the search: %s", (*problem)->message);
      g_clear_error (problem);
      return TRUE;
    }
  g_propagate_error (error, g_steal_pointer (problem));
  return FALSE;
}

/* From the message itself: what the server keeps no header of, it makes one for. */
static gboolean
load_header (Piece *piece, ExchangeCandidate *candidate, GCancellable *cancellable, GError **error)
{
  ExchangeNarrow *narrow = piece->narrow;
  const TaubeLimits *limits = taube_account_get_limits (taube_folder_get_account (narrow->folder));
  g_autoptr (GOutputStream) sink = g_memory_output_stream_new_resizable ();
  GMemoryOutputStream *memory = G_MEMORY_OUTPUT_STREAM (sink);
  GError *problem = NULL;

  if (!TAUBE_FOLDER_GET_CLASS (narrow->folder)->fetch (narrow->folder, narrow->session, candidate->id, "HEADER", 0, -1,
                                                       sink, NULL, cancellable, &problem))
    {
      g_clear_pointer (&candidate->id, g_free);
      return may_go_on (piece, &problem, error);
    }
  exchange_candidate_take_headers (candidate, g_memory_output_stream_get_data (memory),
                                   g_memory_output_stream_get_data_size (memory), limits);
  return TRUE;
}

static gboolean
wants_headers (const Piece *piece, guint i)
{
  if ((piece->candidates[i]->subject.known & TAUBE_FACTS_HEADERS) != 0)
    return FALSE;
  return piece->truths[i] == TAUBE_TRUTH_UNKNOWN
         || (piece->truths[i] == TAUBE_TRUTH_YES && (piece->sorted & TAUBE_FACTS_HEADERS) != 0);
}

static gboolean
load_headers (Piece *piece, GCancellable *cancellable, GError **error)
{
  ExchangeNarrow *narrow = piece->narrow;
  g_autoptr (GPtrArray) wanted = g_ptr_array_new ();

  for (guint i = 0; i < piece->n; i++)
    if (wants_headers (piece, i))
      g_ptr_array_add (wanted, piece->candidates[i]);
  if (wanted->len == 0)
    return TRUE;
  if (!piece->wire->get_facts (exchange_folder_get_account (narrow->folder),
                               (ExchangeCandidate *const *) wanted->pdata, wanted->len, TAUBE_FACTS_HEADERS,
                               narrow->what, cancellable, error))
    return FALSE;
  for (guint i = 0; i < wanted->len; i++)
    {
      ExchangeCandidate *candidate = wanted->pdata[i];

      if (candidate->id != NULL && (candidate->subject.known & TAUBE_FACTS_HEADERS) == 0
          && !load_header (piece, candidate, cancellable, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
load_texts (Piece *piece, GCancellable *cancellable, GError **error)
{
  ExchangeNarrow *narrow = piece->narrow;

  for (guint i = 0; i < piece->n; i++)
    {
      TaubeSearchSubject *subject = &piece->candidates[i]->subject;
      g_autofree char *header = NULL, *body = NULL;
      GError *problem = NULL;

      if (piece->truths[i] != TAUBE_TRUTH_UNKNOWN)
        continue;
      piece->truths[i] = TAUBE_TRUTH_NO;
      if (!taube_search_load_text (narrow->folder, narrow->session, piece->candidates[i]->id, &header, &body,
                                   cancellable, &problem))
        {
          if (!may_go_on (piece, &problem, error))
            return FALSE;
          continue;
        }
      subject->header_text = header;
      subject->body_text = body;
      subject->known |= TAUBE_FACTS_TEXT;
      piece->truths[i] = taube_query_test (narrow->query, subject, narrow->now);
      subject->known &= ~(guint) TAUBE_FACTS_TEXT;
      subject->header_text = subject->body_text = NULL;
    }
  return TRUE;
}

/* Judging. */

/* One that is gone has no id any more. */
static void
judge (Piece *piece)
{
  for (guint i = 0; i < piece->n; i++)
    {
      ExchangeCandidate *candidate = piece->candidates[i];

      candidate->subject.id = candidate->id;
      if (candidate->id == NULL)
        piece->truths[i] = TAUBE_TRUTH_NO;
      else if (piece->truths[i] == TAUBE_TRUTH_UNKNOWN)
        piece->truths[i] = piece->narrow->query != NULL
                             ? taube_query_test (piece->narrow->query, &candidate->subject, piece->narrow->now)
                             : TAUBE_TRUTH_YES;
    }
}

static void
keep (Piece *piece, GArray *kept)
{
  for (guint i = 0; i < piece->n; i++)
    {
      ExchangeCandidate *candidate = piece->candidates[i];

      if (piece->truths[i] == TAUBE_TRUTH_YES)
        {
          g_array_append_val (kept, candidate->subject.number);
          if (piece->narrow->sorter != NULL)
            taube_sorter_add (piece->narrow->sorter, &candidate->subject);
          if (piece->narrow->threader != NULL)
            taube_threader_add (piece->narrow->threader, &candidate->subject);
        }
      candidate->subject.headers = NULL;
      g_clear_pointer (&candidate->headers, taube_mime_headers_free);
    }
}

/* The dearer a fact is, the fewer messages are asked for it: those that the others have not decided. */
static gboolean
run_piece (Piece *piece, GCancellable *cancellable, GError **error)
{
  for (guint i = 0; i < piece->n; i++)
    piece->truths[i] = TAUBE_TRUTH_UNKNOWN;
  judge (piece);
  if (((piece->judged | piece->sorted) & TAUBE_FACTS_HEADERS) != 0)
    {
      if (!load_headers (piece, cancellable, error))
        return FALSE;
      judge (piece);
    }
  return (piece->judged & TAUBE_FACTS_TEXT) == 0 || load_texts (piece, cancellable, error);
}

GArray *
exchange_narrow_run (ExchangeNarrow *self, GPtrArray *candidates, GCancellable *cancellable, GError **error)
{
  const ExchangeWire *wire = exchange_account_get_wire (exchange_folder_get_account (self->folder));
  g_autoptr (GArray) kept = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree TaubeTruth *truths = g_new0 (TaubeTruth, wire->batch_size);
  Piece piece = { .narrow = self, .wire = wire, .truths = truths };

  piece.judged = self->query != NULL ? taube_query_get_facts (self->query, names) : TAUBE_FACTS_NONE;
  piece.sorted = get_order_facts (self, names);
  for (guint i = 0; i < candidates->len; i++)
    ((ExchangeCandidate *) candidates->pdata[i])->subject.number = i + 1;
  for (guint first = 0; first < candidates->len; first += wire->batch_size)
    {
      piece.candidates = (ExchangeCandidate *const *) candidates->pdata + first;
      piece.n = MIN (wire->batch_size, candidates->len - first);
      if (!run_piece (&piece, cancellable, error))
        return NULL;
      keep (&piece, kept);
      taube_progress_update (self->progress, first + piece.n, candidates->len);
    }
  return g_steal_pointer (&kept);
}
