/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-survey.h"

#include <string.h>

#include "imap-decode-search.h"

/* Servers make no smaller batches (UIDBATCHES, section 3.1). */
#define SMALLEST_BATCH 500

/* Where a folder is cut: UIDs at which a piece ends, in ascending order. */

typedef struct
{
  ImapCall *call;
  ImapSeqset *batches;
  gboolean told;
} Asking;

static gboolean
on_batches (const ImapResponse *response, gpointer user_data, GError **error)
{
  Asking *asking = user_data;
  ImapString tag;

  if (response->type != IMAP_RESPONSE_UIDBATCHES)
    return FALSE;
  asking->told = imap_decode_uidbatches (response, &tag, asking->batches) && tag.text != NULL
                 && strcmp (tag.text, imap_command_get_tag (asking->call->command)) == 0;
  return TRUE;
}

static int
compare_uids (gconstpointer a, gconstpointer b)
{
  guint32 left = *(const guint32 *) a, right = *(const guint32 *) b;

  return left < right ? -1 : left > right;
}

/* TRUE with *MARKS_OUT NULL: the server does not tell, or not so many. */
static gboolean
ask_batches (const ImapSurvey *self, guint32 size, GArray **marks_out, GCancellable *cancellable, GError **error)
{
  g_autoptr (ImapSeqset) batches = imap_seqset_new ();
  g_autoptr (ImapCall) call = imap_session_call (self->session, "UIDBATCHES", TAUBE_ERROR_PROTOCOL,
                                                 "cannot cut folder \"%s\" into pieces",
                                                 taube_folder_get_name (self->folder));
  Asking asking = { call, batches, FALSE };
  g_autoptr (GError) local = NULL;

  imap_command_add_number (call->command, size);
  call->untagged = on_batches;
  call->user_data = &asking;
  call->bad_is_refusal = TRUE;
  if (!imap_call_run (call, cancellable, &local))
    {
      if (call->done && !imap_pipeline_is_broken (self->session->pipeline))
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (!asking.told || batches->n_ranges > self->exists / size + self->session->limits.list_items)
    return TRUE;
  *marks_out = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (guint i = 0; i < batches->n_ranges; i++)
    if (batches->ranges[i].first > 1)
      g_array_append_val (*marks_out, ((guint32){ batches->ranges[i].first - 1 }));
  g_array_sort (*marks_out, compare_uids);
  return TRUE;
}

/* By sequence numbers. */
static GArray *
ask_numbers (const ImapSurvey *self, guint32 size, GCancellable *cancellable, GError **error)
{
  g_autoptr (ImapSeqset) numbers = imap_seqset_new ();
  g_autoptr (GArray) rows = NULL;
  GArray *marks;

  for (guint64 number = size; number < self->exists; number += size)
    imap_seqset_add (numbers, (guint32) number);
  if (!imap_survey_numbers (self, numbers, &rows, cancellable, error))
    return NULL;
  marks = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (guint i = 0; i < rows->len; i++)
    g_array_append_val (marks, g_array_index (rows, ImapRow, i).uid);
  return marks;
}

static GArray *
find_marks (const ImapSurvey *self, guint32 size, GCancellable *cancellable, GError **error)
{
  GArray *marks = NULL;

  if (self->exists <= size)
    return g_array_new (FALSE, FALSE, sizeof (guint32));
  if (size >= SMALLEST_BATCH && imap_session_has (self->session, IMAP_CAPABILITY_UIDBATCHES)
      && !ask_batches (self, size, &marks, cancellable, error))
    return NULL;
  return marks != NULL ? marks : ask_numbers (self, size, cancellable, error);
}

ImapSeqset *
imap_survey_cut (const ImapSurvey *self, guint32 first, guint32 size, GCancellable *cancellable, GError **error)
{
  g_autoptr (GArray) marks = find_marks (self, size, cancellable, error);
  g_autoptr (GArray) ranges = NULL;
  ImapSeqset *pieces;

  if (marks == NULL)
    return NULL;
  ranges = g_array_new (FALSE, FALSE, sizeof (ImapRange));
  for (guint i = 0; i < marks->len; i++)
    {
      guint32 uid = g_array_index (marks, guint32, i);

      if (uid < first || uid >= self->last)
        continue;
      g_array_append_val (ranges, ((ImapRange){ first, uid }));
      first = uid + 1;
    }
  g_array_append_val (ranges, ((ImapRange){ first, self->last }));

  /* Not by imap_seqset_add_range(), which would make one of neighbours. */
  pieces = imap_seqset_new ();
  pieces->n_ranges = pieces->n_allocated = ranges->len;
  pieces->ranges = (ImapRange *) g_array_free (g_steal_pointer (&ranges), FALSE);
  return pieces;
}
