/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-known.h"
#include "imap-survey.h"

/* Finding the few that are missing among many.
 *
 * Let EXPECTED be the UIDs that were there, in their order. When k of them are gone, the message with sequence number
 * s now is expected[s - 1 + gone (s)], where gone (s) tells how many that stood before it are missing. gone() never
 * falls, so between two messages with the same value nobody is missing, and all else is cut into smaller parts by
 * asking for the UIDs of a few sequence numbers. FETCH by sequence numbers, as opposed to UID FETCH, is a command
 * during which no server may move them (RFC 9051 section 7.5.1). */

/* An interval between two messages whose UIDs are known is cut into so many parts at once. */
#define PARTS 8

/* About so many bytes are sent and received for one sequence number. */
#define PROBE_BYTES 40

/* The ends are messages that are known, or stand for those before the first and behind the last. */
typedef struct
{
  guint32 low, high;
  guint32 gone_low, gone_high;
} Gap;

typedef struct
{
  const ImapSeqset *expected;
  guint64 *before; /* how many are in the ranges before each */
  GArray *gaps;    /* Gap, in ascending order */
  ImapSeqset *missing;
} Hunt;

/* What asking costs in bytes, about. */
guint64
imap_survey_missing_cost (guint64 n_expected, guint64 n_missing)
{
  guint64 levels = 1;

  for (guint64 width = n_expected / MAX (n_missing, 1); width > PARTS; width /= PARTS)
    levels++;
  return n_missing * levels * (PARTS - 1) * PROBE_BYTES;
}

static guint64 *
count_before (const ImapSeqset *set)
{
  guint64 *before = g_new (guint64, set->n_ranges + 1);

  before[0] = 0;
  for (guint i = 0; i < set->n_ranges; i++)
    before[i + 1] = before[i] + set->ranges[i].last - set->ranges[i].first + 1;
  return before;
}

/* The place of UID among those expected, from 0. FALSE: it is none of them. */
static gboolean
find_place (const Hunt *hunt, guint32 uid, guint64 *place_out)
{
  guint low = 0, high = hunt->expected->n_ranges;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      const ImapRange *range = &hunt->expected->ranges[middle];

      if (uid > range->last)
        low = middle + 1;
      else if (uid < range->first)
        high = middle;
      else
        {
          *place_out = hunt->before[middle] + uid - range->first;
          return TRUE;
        }
    }
  return FALSE;
}

/* The UIDs at the places FROM to TO. */
static void
add_missing (Hunt *hunt, guint64 from, guint64 to)
{
  for (guint i = 0; i < hunt->expected->n_ranges && hunt->before[i] <= to; i++)
    {
      guint64 first = MAX (hunt->before[i], from);
      guint64 last = MIN (hunt->before[i + 1] - 1, to);

      if (first <= last && hunt->before[i + 1] > first)
        imap_seqset_add_range (hunt->missing, hunt->expected->ranges[i].first + (guint32) (first - hunt->before[i]),
                               hunt->expected->ranges[i].first + (guint32) (last - hunt->before[i]));
    }
}

/* The sequence numbers to ask for next: none when all gaps are closed. */
static ImapSeqset *
choose_probes (Hunt *hunt)
{
  g_autoptr (GArray) open = g_array_new (FALSE, FALSE, sizeof (Gap));
  ImapSeqset *probes = imap_seqset_new ();

  for (guint i = 0; i < hunt->gaps->len; i++)
    {
      Gap gap = g_array_index (hunt->gaps, Gap, i);
      guint64 width = (guint64) gap.high - gap.low;

      if (gap.gone_low == gap.gone_high)
        continue;
      if (width == 1)
        {
          add_missing (hunt, (guint64) gap.low + gap.gone_low, (guint64) gap.high - 2 + gap.gone_high);
          continue;
        }
      g_array_append_val (open, gap);
      for (guint part = 1; part < PARTS; part++)
        {
          guint32 number = gap.low + (guint32) (width * part / PARTS);

          if (number > gap.low && number < gap.high)
            imap_seqset_add (probes, number);
        }
    }
  g_array_unref (hunt->gaps);
  hunt->gaps = g_steal_pointer (&open);
  return probes;
}

/* Cuts the gaps at the messages in ROWS. FALSE when these cannot be. */
static gboolean
cut_gaps (Hunt *hunt, const GArray *rows)
{
  g_autoptr (GArray) smaller = g_array_new (FALSE, FALSE, sizeof (Gap));
  guint k = 0;

  for (guint i = 0; i < hunt->gaps->len; i++)
    {
      Gap gap = g_array_index (hunt->gaps, Gap, i);

      for (; k < rows->len && g_array_index (rows, ImapRow, k).digest < gap.high; k++)
        {
          guint32 number = g_array_index (rows, ImapRow, k).digest;
          guint64 place;
          Gap part = gap;

          if (number <= gap.low || !find_place (hunt, g_array_index (rows, ImapRow, k).uid, &place)
              || place < (guint64) number - 1 + gap.gone_low || place > (guint64) number - 1 + gap.gone_high)
            return FALSE;
          part.high = gap.low = number;
          part.gone_high = gap.gone_low = (guint32) (place - (number - 1));
          g_array_append_val (smaller, part);
        }
      g_array_append_val (smaller, gap);
    }
  g_array_unref (hunt->gaps);
  hunt->gaps = g_steal_pointer (&smaller);
  return k == rows->len;
}

static gboolean
run_hunt (const ImapSurvey *self, Hunt *hunt, GCancellable *cancellable, GError **error)
{
  guint moves = self->session->mailbox->moves;

  for (;;)
    {
      g_autoptr (ImapSeqset) probes = choose_probes (hunt);
      g_autoptr (GArray) rows = NULL;

      if (imap_seqset_is_empty (probes))
        return TRUE;
      if (!imap_survey_numbers (self, probes, &rows, cancellable, error))
        return FALSE;
      if (self->session->mailbox->moves != moves || rows->len != imap_seqset_count (probes) || !cut_gaps (hunt, rows))
        return FALSE;
    }
}

gboolean
imap_survey_missing (const ImapSurvey *self, const ImapSeqset *expected, guint32 n_missing, ImapSeqset **missing_out,
                     GCancellable *cancellable, GError **error)
{
  guint64 n_expected = imap_seqset_count (expected);
  g_autofree guint64 *before = count_before (expected);
  g_autoptr (ImapSeqset) missing = imap_seqset_new ();
  Hunt hunt = { expected, before, g_array_new (FALSE, FALSE, sizeof (Gap)), missing };
  gboolean found = FALSE;

  if (n_missing <= n_expected)
    {
      g_array_append_val (hunt.gaps, ((Gap){ 0, (guint32) (n_expected - n_missing) + 1, 0, n_missing }));
      found = run_hunt (self, &hunt, cancellable, error);
    }
  g_array_unref (hunt.gaps);
  if (!found)
    return FALSE;
  imap_seqset_normalize (missing);
  *missing_out = g_steal_pointer (&missing);
  return TRUE;
}
