/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-narrow.h"

#include <taube-backend/taube-trace.h>

#include "imap-gettext.h"

#include <string.h>

/* Messages asked for at once. */
#define PIECE 500

/* Messages that a server may fail to give before the folder counts as unreadable. */
#define MAX_FAILURES 50

typedef struct
{
  TaubeSearchSubject subject;
  TaubeMimeHeaders *headers;
  GPtrArray *keywords; /* of char *, owned */
  char *header_text;
  char *body_text;
  gboolean came;
  TaubeTruth truth;
} Row;

/* A piece of the messages, and what is asked about them. */
typedef struct
{
  ImapNarrow *narrow;
  TaubeFacts facts;    /* that are fetched for all, but for structures and texts */
  GPtrArray *names;    /* of header fields */
  Row *rows;
  guint n_rows;
  TaubeFacts asking;   /* what the running command asks for */
  GByteArray *header;  /* that is just coming */
  guint n_failures;
} Piece;

/* Rows. */

static void
row_clear (Row *row)
{
  g_clear_pointer (&row->headers, taube_mime_headers_free);
  g_clear_pointer (&row->keywords, g_ptr_array_unref);
  g_clear_pointer (&row->header_text, g_free);
  g_clear_pointer (&row->body_text, g_free);
}

static void
clear_rows (Piece *piece)
{
  for (guint i = 0; i < piece->n_rows; i++)
    row_clear (&piece->rows[i]);
  g_clear_pointer (&piece->rows, g_free);
  piece->n_rows = 0;
}

static void
make_rows (Piece *piece, const GArray *numbers, guint first, guint n)
{
  piece->rows = g_new0 (Row, n);
  piece->n_rows = n;
  for (guint i = 0; i < n; i++)
    {
      piece->rows[i].subject.prefix = piece->narrow->prefix;
      piece->rows[i].subject.number = g_array_index (numbers, guint32, first + i);
    }
}

static Row *
find_row (Piece *piece, guint32 uid)
{
  guint low = 0, high = piece->n_rows;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (piece->rows[middle].subject.number < uid)
        low = middle + 1;
      else
        high = middle;
    }
  return low < piece->n_rows && piece->rows[low].subject.number == uid ? &piece->rows[low] : NULL;
}

/* Answers. */

static void
take_flags (Row *row, const ImapFlags *flags)
{
  g_clear_pointer (&row->keywords, g_ptr_array_unref);
  row->keywords = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < flags->n_keywords; i++)
    g_ptr_array_add (row->keywords, g_strdup (flags->keywords[i]));
  row->subject.flags = flags->flags;
  row->subject.keywords = (const char *const *) row->keywords->pdata;
  row->subject.n_keywords = row->keywords->len;
}

static void
take_header (Piece *piece, Row *row, const char *data, gsize length)
{
  g_clear_pointer (&row->headers, taube_mime_headers_free);
  row->headers = taube_mime_headers_parse (data, length, &piece->narrow->session->limits, NULL);
  row->subject.headers = row->headers;
}

static gboolean
is_header (ImapString section)
{
  return section.text != NULL && g_ascii_strncasecmp (section.text, "HEADER", 6) == 0;
}

static void
take_sections (Piece *piece, Row *row, const ImapSection *section)
{
  for (; section != NULL; section = section->next)
    if (is_header (section->section) && section->streamed)
      take_header (piece, row, (const char *) piece->header->data, piece->header->len);
    else if (is_header (section->section) && section->content.text != NULL)
      take_header (piece, row, section->content.text, section->content.length);
}

static gboolean
has_attachment (TaubePart *part)
{
  if (taube_part_is_attachment (part))
    return TRUE;
  for (guint i = 0; i < taube_part_get_n_children (part); i++)
    if (has_attachment (taube_part_get_child (part, i)))
      return TRUE;
  return FALSE;
}

static void
take_structure (Row *row, const ImapBody *body)
{
  g_autoptr (TaubePart) part = body != NULL ? imap_folder_make_structure (body) : NULL;

  row->subject.has_attachment = part != NULL && has_attachment (part);
}

/* News about flags may come in between, and is an answer only if flags were all that was asked for. */
static gboolean
is_answer (TaubeFacts asking, ImapFetchFields came)
{
  return ((asking & TAUBE_FACTS_HEADERS) == 0 || (came & IMAP_FETCH_SECTIONS) != 0)
         && ((asking & TAUBE_FACTS_ATTACHMENT) == 0 || (came & IMAP_FETCH_BODYSTRUCTURE) != 0)
         && ((asking & TAUBE_FACTS_SIZE) == 0 || (came & IMAP_FETCH_SIZE) != 0)
         && ((asking & TAUBE_FACTS_DATE) == 0 || (came & IMAP_FETCH_INTERNALDATE) != 0);
}

static gboolean
on_fetch (const ImapResponse *response, gpointer user_data, GError **error)
{
  Piece *piece = user_data;
  ImapFetch fetch;
  Row *row;

  if (response->type != IMAP_RESPONSE_FETCH
      || !imap_session_decode_fetch (piece->narrow->session, response, &fetch)
      || (fetch.fields & IMAP_FETCH_UID) == 0)
    return FALSE;
  row = find_row (piece, fetch.uid);
  if (row == NULL || !is_answer (piece->asking, fetch.fields | fetch.malformed))
    return FALSE;
  if (fetch.fields & IMAP_FETCH_FLAGS)
    take_flags (row, &fetch.flags);
  if (fetch.fields & IMAP_FETCH_SIZE)
    row->subject.size = fetch.size;
  if (fetch.fields & IMAP_FETCH_INTERNALDATE)
    {
      row->subject.date = fetch.internal_date;
      row->subject.date_offset = fetch.internal_offset / 60;
    }
  if ((fetch.fields | fetch.malformed) & IMAP_FETCH_BODYSTRUCTURE)
    take_structure (row, (fetch.malformed & IMAP_FETCH_BODYSTRUCTURE) == 0 ? fetch.body : NULL);
  take_sections (piece, row, fetch.sections);
  if ((piece->asking & TAUBE_FACTS_HEADERS) != 0 && row->headers == NULL)
    take_header (piece, row, "", 0);
  row->subject.known |= piece->asking;
  row->came = TRUE;
  return TRUE;
}

static gboolean
accept_header (const ImapBodyInfo *info, gpointer user_data)
{
  return g_ascii_strncasecmp (info->item, "BODY[HEADER", 11) == 0;
}

/* A header that is too long is cut. */
static gboolean
on_header (const ImapEvent *event, gpointer user_data, GError **error)
{
  Piece *piece = user_data;
  gsize room = piece->narrow->session->limits.header_bytes - piece->header->len;

  if (event->type == IMAP_EVENT_BODY_BEGIN)
    g_byte_array_set_size (piece->header, 0);
  else if (event->type == IMAP_EVENT_BODY_DATA)
    g_byte_array_append (piece->header, event->data, (guint) MIN (event->length, room));
  return TRUE;
}

/* Questions. */

static void
add_items (Piece *piece, ImapCommand *command)
{
  imap_command_open (command);
  imap_command_add_atom (command, N_ ("item"), "UID");
  if (piece->asking & TAUBE_FACTS_FLAGS)
    imap_command_add_atom (command, N_ ("item"), "FLAGS");
  if (piece->asking & TAUBE_FACTS_SIZE)
    imap_command_add_atom (command, N_ ("item"), "RFC822.SIZE");
  if (piece->asking & TAUBE_FACTS_DATE)
    imap_command_add_atom (command, N_ ("item"), "INTERNALDATE");
  if (piece->asking & TAUBE_FACTS_HEADERS)
    imap_command_add_section (command, "BODY.PEEK", "HEADER.FIELDS", (const char *const *) piece->names->pdata, FALSE,
                              0, 0);
  if (piece->asking & TAUBE_FACTS_ATTACHMENT)
    imap_command_add_atom (command, N_ ("item"), "BODYSTRUCTURE");
  imap_command_close (command);
}

static ImapCall *
new_fetch (Piece *piece, const char *set)
{
  ImapNarrow *narrow = piece->narrow;
  ImapCall *call
      = imap_session_call (narrow->session, "UID FETCH", TAUBE_ERROR_PROTOCOL,
                           _ ("cannot look at the messages of folder \"%s\""), taube_folder_get_name (narrow->folder));

  imap_command_add_sequence (call->command, N_ ("set"), set);
  add_items (piece, call->command);
  call->untagged = on_fetch;
  call->accept_body = accept_header;
  call->body = on_header;
  call->user_data = piece;
  return call;
}

static gboolean fetch_set (Piece *piece, const ImapSeqset *set, GCancellable *cancellable, GError **error);

static gboolean
fetch_half (Piece *piece, const ImapSeqset *set, guint64 first, guint64 end, GCancellable *cancellable, GError **error)
{
  g_autoptr (ImapSeqset) half = imap_seqset_new ();

  for (guint64 i = first; i < end; i++)
    {
      guint32 uid;

      if (imap_seqset_get_nth (set, i, &uid))
        imap_seqset_add (half, uid);
    }
  return fetch_set (piece, half, cancellable, error);
}

/* The server could not give one of them: which, is found by halving, and that one is left out. */
static gboolean
fetch_refused (Piece *piece, const ImapSeqset *set, const ImapCall *call, GCancellable *cancellable, GError **error)
{
  guint64 count = imap_seqset_count (set);

  if (call->code == IMAP_CODE_EXPUNGEISSUED)
    return TRUE;
  if (call->not_alone || call->refusal->domain != TAUBE_ERROR
      || (call->refusal->code != TAUBE_ERROR_PROTOCOL && call->refusal->code != TAUBE_ERROR_THROTTLED)
      || (count == 1 && ++piece->n_failures > MAX_FAILURES))
    {
      g_propagate_error (error, g_error_copy (call->refusal));
      return FALSE;
    }
  if (count == 1)
    {
      TAUBE_TRACE ("imap", "a message is left out of the search: %s", call->refusal->message);
      return TRUE;
    }
  return fetch_half (piece, set, 0, count / 2, cancellable, error)
         && fetch_half (piece, set, count / 2, count, cancellable, error);
}

static gboolean
fetch_set (Piece *piece, const ImapSeqset *set, GCancellable *cancellable, GError **error)
{
  gsize max = piece->narrow->session->quirks.max_command_bytes / 2;
  guint position = 0;

  for (;;)
    {
      g_autofree char *text = imap_seqset_next_piece (set, &position, max);
      g_autoptr (ImapCall) call = NULL;
      g_autoptr (ImapSeqset) asked = NULL;
      g_autoptr (GError) local = NULL;

      if (text == NULL)
        return TRUE;
      call = new_fetch (piece, text);
      if (imap_call_run (call, cancellable, &local))
        continue;
      if (!call->done || call->refusal == NULL || imap_pipeline_is_broken (piece->narrow->session->pipeline))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      asked = imap_seqset_parse (text, -1, NULL);
      if (!fetch_refused (piece, asked, call, cancellable, error))
        return FALSE;
    }
}

/* Asks for FACTS of the rows that are not decided. */
static gboolean
fetch_facts (Piece *piece, TaubeFacts facts, GCancellable *cancellable, GError **error)
{
  g_autoptr (ImapSeqset) set = imap_seqset_new ();

  for (guint i = 0; i < piece->n_rows; i++)
    if (piece->rows[i].truth == TAUBE_TRUTH_UNKNOWN)
      imap_seqset_add (set, piece->rows[i].subject.number);
  piece->asking = facts;
  return imap_seqset_is_empty (set) || fetch_set (piece, set, cancellable, error);
}

/* Judging. */

/* A message that did not come is not there any more. */
static void
judge (Piece *piece, gboolean must_have_come)
{
  for (guint i = 0; i < piece->n_rows; i++)
    {
      Row *row = &piece->rows[i];

      if (row->truth != TAUBE_TRUTH_UNKNOWN)
        continue;
      if (must_have_come && !row->came)
        row->truth = TAUBE_TRUTH_NO;
      else
        row->truth = piece->narrow->query != NULL
                         ? taube_query_test (piece->narrow->query, &row->subject, piece->narrow->now)
                         : TAUBE_TRUTH_YES;
    }
}

static gboolean
load_texts (Piece *piece, GCancellable *cancellable, GError **error)
{
  ImapNarrow *narrow = piece->narrow;

  for (guint i = 0; i < piece->n_rows; i++)
    {
      Row *row = &piece->rows[i];
      g_autofree char *id = NULL;
      g_autoptr (GError) local = NULL;

      if (row->truth != TAUBE_TRUTH_UNKNOWN)
        continue;
      id = g_strdup_printf ("%s%u", narrow->prefix, row->subject.number);
      if (!taube_search_load_text (narrow->folder, TAUBE_SESSION (narrow->session), id, &row->header_text,
                                   &row->body_text, cancellable, &local))
        {
          row->truth = TAUBE_TRUTH_NO;
          if (!imap_pipeline_is_broken (narrow->session->pipeline) && local->domain == TAUBE_ERROR
              && ++piece->n_failures <= MAX_FAILURES)
            continue;
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      row->subject.header_text = row->header_text;
      row->subject.body_text = row->body_text;
      row->subject.known |= TAUBE_FACTS_TEXT;
      row->truth = taube_query_test (narrow->query, &row->subject, narrow->now);
      g_clear_pointer (&row->header_text, g_free);
      g_clear_pointer (&row->body_text, g_free);
    }
  return TRUE;
}

static void
keep_rows (Piece *piece)
{
  ImapNarrow *narrow = piece->narrow;

  for (guint i = 0; i < piece->n_rows; i++)
    {
      Row *row = &piece->rows[i];

      if (row->truth != TAUBE_TRUTH_YES)
        continue;
      g_array_append_val (narrow->kept, row->subject.number);
      if (narrow->sorter != NULL)
        taube_sorter_add (narrow->sorter, &row->subject);
      if (narrow->threader != NULL)
        taube_threader_add (narrow->threader, &row->subject);
    }
}

/* The dearer a fact is, the fewer messages are asked for it: those that the others have not decided. */
static gboolean
run_piece (Piece *piece, TaubeFacts all, GCancellable *cancellable, GError **error)
{
  for (guint i = 0; i < piece->n_rows; i++)
    piece->rows[i].truth = TAUBE_TRUTH_UNKNOWN;
  if (piece->facts != 0 && !fetch_facts (piece, piece->facts, cancellable, error))
    return FALSE;
  judge (piece, piece->facts != 0);
  if ((all & TAUBE_FACTS_ATTACHMENT) != 0)
    {
      if (!fetch_facts (piece, TAUBE_FACTS_ATTACHMENT, cancellable, error))
        return FALSE;
      judge (piece, TRUE);
    }
  if ((all & TAUBE_FACTS_TEXT) != 0 && !load_texts (piece, cancellable, error))
    return FALSE;
  keep_rows (piece);
  return TRUE;
}

static TaubeFacts
list_facts (const ImapNarrow *self, GPtrArray *names)
{
  TaubeFacts facts = TAUBE_FACTS_NONE;

  if (self->query != NULL)
    facts |= taube_query_get_facts (self->query, names);
  if (self->sorter != NULL)
    facts |= taube_sorter_get_facts (self->sorter, names);
  if (self->threader != NULL)
    facts |= taube_threader_get_facts (self->threader, names);
  g_ptr_array_add (names, NULL);
  return facts;
}

gboolean
imap_narrow_run (ImapNarrow *self, const GArray *numbers, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autoptr (GByteArray) header = g_byte_array_new ();
  TaubeFacts all = list_facts (self, names);
  Piece piece = { .narrow = self, .names = names, .header = header };
  gboolean ok = TRUE;

  piece.facts = all & ~(TaubeFacts) (TAUBE_FACTS_ATTACHMENT | TAUBE_FACTS_TEXT);
  for (guint first = 0; first < numbers->len && ok; first += PIECE)
    {
      make_rows (&piece, numbers, first, MIN (PIECE, numbers->len - first));
      ok = run_piece (&piece, all, cancellable, error);
      clear_rows (&piece);
      taube_progress_update (self->progress, MIN (first + PIECE, numbers->len), numbers->len);
    }
  return ok;
}
