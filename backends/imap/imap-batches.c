/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-survey.h"

#include <string.h>

#include "imap-decode-search.h"
#include "imap-gettext.h"

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
                                                 _ ("cannot cut folder \"%s\" into pieces"),
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

/* nth of all UIDs, by PARTIAL (RFC 9394): where there are no sequence numbers. */

static gboolean
on_partial (const ImapResponse *response, gpointer user_data, GError **error)
{
  Asking *asking = user_data;
  ImapEsearch esearch;

  if (response->type != IMAP_RESPONSE_ESEARCH)
    return FALSE;
  asking->told = imap_decode_esearch (response, &esearch) && esearch.uid && (esearch.fields & IMAP_ESEARCH_PARTIAL)
                 && (esearch.partial.text == NULL
                     || imap_seqset_add_text (asking->batches, esearch.partial.text, esearch.partial.length, NULL));
  return TRUE;
}

/* The UIDs from the FIRST to the LAST in their order; negative numbers count from the newest. NULL: not told. */
static gboolean
ask_partial (const ImapSurvey *self, gint64 first, gint64 last, ImapSeqset **uids_out, GCancellable *cancellable,
             GError **error)
{
  g_autoptr (ImapSeqset) uids = imap_seqset_new ();
  g_autofree char *range = g_strdup_printf ("%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT, first, last);
  g_autoptr (ImapCall) call = imap_session_call (self->session, "UID SEARCH", TAUBE_ERROR_PROTOCOL,
                                                 _ ("cannot look for messages in folder \"%s\""),
                                                 taube_folder_get_name (self->folder));
  Asking asking = { call, uids, FALSE };

  imap_command_add_atom (call->command, N_ ("option"), "RETURN");
  imap_command_open (call->command);
  imap_command_add_atom (call->command, N_ ("option"), "PARTIAL");
  imap_command_add_atom (call->command, N_ ("range"), range);
  imap_command_close (call->command);
  imap_command_add_atom (call->command, N_ ("key"), "ALL");
  call->untagged = on_partial;
  call->user_data = &asking;
  if (!imap_call_run (call, cancellable, error))
    return FALSE;
  imap_seqset_normalize (uids);
  *uids_out = asking.told ? g_steal_pointer (&uids) : NULL;
  return TRUE;
}

static GArray *
ask_places (const ImapSurvey *self, guint32 size, GCancellable *cancellable, GError **error)
{
  g_autoptr (GArray) marks = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (guint64 place = size; place < self->exists; place += size)
    {
      g_autoptr (ImapSeqset) one = NULL;

      if (!ask_partial (self, (gint64) place, (gint64) place, &one, cancellable, error))
        return NULL;
      if (one == NULL || imap_seqset_count (one) != 1)
        break;
      g_array_append_val (marks, one->ranges[0].first);
    }
  g_array_sort (marks, compare_uids);
  return g_steal_pointer (&marks);
}

/* The UIDs of the newest N messages. */
gboolean
imap_survey_newest (const ImapSurvey *self, guint64 n, ImapSeqset **uids_out, GCancellable *cancellable,
                    GError **error)
{
  g_autoptr (ImapSeqset) all = NULL;
  guint64 count;
  guint32 first;

  *uids_out = NULL;
  if (n < self->exists && imap_session_has (self->session, IMAP_CAPABILITY_PARTIAL)
      && n <= imap_session_get_message_limit (self->session)
      && !ask_partial (self, -1, -(gint64) n, uids_out, cancellable, error))
    return FALSE;
  if (*uids_out != NULL)
    return TRUE;
  if (!imap_survey_uids (self, 1, &all, cancellable, error))
    return FALSE;
  count = imap_seqset_count (all);
  if (n < count && imap_seqset_get_nth (all, count - n, &first))
    *uids_out = imap_seqset_clip (all, first, G_MAXUINT32);
  else
    *uids_out = g_steal_pointer (&all);
  return TRUE;
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
  if (marks != NULL)
    return marks;
  if (!self->session->uid_only)
    return ask_numbers (self, size, cancellable, error);
  if (imap_session_has (self->session, IMAP_CAPABILITY_PARTIAL))
    return ask_places (self, size, cancellable, error);
  return g_array_new (FALSE, FALSE, sizeof (guint32));
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
