/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-seqset.h"

#include "imap-gettext.h"

#include <stdlib.h>
#include <string.h>

/* "*" is greater than every number. */
#define KEY(number) ((number) == IMAP_STAR ? G_GUINT64_CONSTANT (1) << 32 : (guint64) (number))

ImapSeqset *
imap_seqset_new (void)
{
  return g_new0 (ImapSeqset, 1);
}

void
imap_seqset_free (ImapSeqset *self)
{
  g_free (self->ranges);
  g_free (self);
}

void
imap_seqset_clear (ImapSeqset *self)
{
  self->n_ranges = 0;
}

void
imap_seqset_add (ImapSeqset *self, guint32 number)
{
  imap_seqset_add_range (self, number, number);
}

/* Adds all from FIRST to LAST, in whichever order. One that goes on where the last range ended makes that longer;
 * otherwise ranges stay in the order in which they were added until imap_seqset_normalize(). */
void
imap_seqset_add_range (ImapSeqset *self, guint32 first, guint32 last)
{
  ImapRange *previous = self->n_ranges > 0 ? &self->ranges[self->n_ranges - 1] : NULL;

  if (KEY (first) > KEY (last))
    {
      guint32 swap = first;

      first = last;
      last = swap;
    }
  if (previous != NULL && KEY (first) >= KEY (previous->first) && KEY (first) <= KEY (previous->last) + 1
      && first != IMAP_STAR && previous->last != IMAP_STAR)
    {
      if (KEY (last) > KEY (previous->last))
        previous->last = last;
      return;
    }
  if (self->n_ranges == self->n_allocated)
    {
      self->n_allocated = MAX (8, self->n_allocated + self->n_allocated / 2);
      self->ranges = g_renew (ImapRange, self->ranges, self->n_allocated);
    }
  self->ranges[self->n_ranges++] = (ImapRange){ first, last };
}

/* seq-number = nz-number / "*"                                       (RFC 9051) */
static const char *
parse_number (const char *text, const char *end, guint32 *number)
{
  guint64 n = 0;

  if (text < end && *text == '*')
    {
      *number = IMAP_STAR;
      return text + 1;
    }
  if (text == end || !g_ascii_isdigit (*text))
    return NULL;
  for (; text < end && g_ascii_isdigit (*text); text++)
    {
      n = n * 10 + (*text - '0');
      if (n > G_MAXUINT32)
        return NULL;
    }
  *number = n;
  return n > 0 ? text : NULL;
}

static gboolean
fail_at (const char *text, gsize length, const char *where, GError **error)
{
  g_autofree char *part = g_strndup (where, MIN (text + length - where, 16));
  g_autofree char *shown = g_strescape (part, NULL);

  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, _ ("reading a set of numbers: bad number at \"%s\""), shown);
  return FALSE;
}

/* sequence-set = (seq-number / seq-range) ["," sequence-set]
 * seq-range    = seq-number ":" seq-number                           (RFC 9051)
 *
 * Adds what TEXT says; nothing when it is empty, as some servers send it. On error some may have been added. */
gboolean
imap_seqset_add_text (ImapSeqset *self, const char *text, gsize length, GError **error)
{
  const char *p = text, *end = text + length;

  while (p < end && *p == ' ')
    p++;
  while (end > p && end[-1] == ' ')
    end--;
  if (p == end)
    return TRUE;
  for (;;)
    {
      const char *start = p;
      guint32 first, last;

      p = parse_number (p, end, &first);
      last = first;
      if (p != NULL && p < end && *p == ':')
        p = parse_number (p + 1, end, &last);
      if (p == NULL || (p < end && *p != ','))
        return fail_at (text, length, start, error);
      imap_seqset_add_range (self, first, last);
      if (p == end)
        return TRUE;
      p++;
    }
}

/* Reads a set that must not be empty. LENGTH -1: up to the NUL. */
ImapSeqset *
imap_seqset_parse (const char *text, gssize length, GError **error)
{
  g_autoptr (ImapSeqset) self = imap_seqset_new ();

  if (!imap_seqset_add_text (self, text, length < 0 ? strlen (text) : (gsize) length, error))
    return NULL;
  if (self->n_ranges == 0)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, _ ("reading a set of numbers: it is empty"));
      return NULL;
    }
  return g_steal_pointer (&self);
}

static int
compare_ranges (const void *a, const void *b)
{
  guint64 x = KEY (((const ImapRange *) a)->first), y = KEY (((const ImapRange *) b)->first);

  return x < y ? -1 : x > y;
}

/* Sorts the ranges and joins those that touch. */
void
imap_seqset_normalize (ImapSeqset *self)
{
  guint n = self->n_ranges;

  if (n < 2)
    return;
  qsort (self->ranges, n, sizeof (ImapRange), compare_ranges);
  self->n_ranges = 1;
  for (guint i = 1; i < n; i++)
    {
      ImapRange *last = &self->ranges[self->n_ranges - 1];
      ImapRange range = self->ranges[i];

      /* 5:* takes in all that starts behind it; but 4294967295 and * are not neighbours one can join */
      if (last->last == IMAP_STAR || KEY (range.first) <= KEY (last->last)
          || (range.first != IMAP_STAR && KEY (range.first) == KEY (last->last) + 1))
        last->last = KEY (range.last) > KEY (last->last) ? range.last : last->last;
      else
        self->ranges[self->n_ranges++] = range;
    }
}

ImapSeqset *
imap_seqset_copy (const ImapSeqset *self)
{
  ImapSeqset *copy = imap_seqset_new ();

  copy->ranges = g_memdup2 (self->ranges, self->n_ranges * sizeof (ImapRange));
  copy->n_ranges = copy->n_allocated = self->n_ranges;
  return copy;
}

/* The numbers from FIRST to LAST that are in it; "*" is none of them. */
ImapSeqset *
imap_seqset_clip (const ImapSeqset *self, guint32 first, guint32 last)
{
  ImapSeqset *part = imap_seqset_new ();

  for (guint i = 0; i < self->n_ranges; i++)
    {
      guint64 from = MAX (KEY (self->ranges[i].first), first);
      guint64 to = MIN (KEY (self->ranges[i].last), last);

      if (from <= to && from > 0)
        imap_seqset_add_range (part, (guint32) from, (guint32) to);
    }
  return part;
}

/* Sets are normalized and without "*" for the next two. */

/* What is in both. */
ImapSeqset *
imap_seqset_common (const ImapSeqset *a, const ImapSeqset *b)
{
  ImapSeqset *both = imap_seqset_new ();

  for (guint i = 0, k = 0; i < a->n_ranges && k < b->n_ranges;)
    {
      guint32 first = MAX (a->ranges[i].first, b->ranges[k].first);
      guint32 last = MIN (a->ranges[i].last, b->ranges[k].last);

      if (first <= last)
        imap_seqset_add_range (both, first, last);
      if (a->ranges[i].last < b->ranges[k].last)
        i++;
      else
        k++;
    }
  return both;
}

/* What is in A and not in B. */
ImapSeqset *
imap_seqset_minus (const ImapSeqset *a, const ImapSeqset *b)
{
  ImapSeqset *rest = imap_seqset_copy (a);

  imap_seqset_subtract (rest, b);
  return rest;
}

/* Adds OTHER; what comes out is normalized. */
void
imap_seqset_join (ImapSeqset *self, const ImapSeqset *other)
{
  imap_seqset_add_set (self, other);
  imap_seqset_normalize (self);
}

gboolean
imap_seqset_is_empty (const ImapSeqset *self)
{
  return self->n_ranges == 0;
}

/* Looks through all ranges: for sets in commands and short answers. "*" alone contains no number. */
gboolean
imap_seqset_contains (const ImapSeqset *self, guint32 number)
{
  for (guint i = 0; i < self->n_ranges; i++)
    if (KEY (number) >= KEY (self->ranges[i].first) && KEY (number) <= KEY (self->ranges[i].last))
      return TRUE;
  return FALSE;
}

/* How many numbers it has, those in several ranges several times. "*" counts as 4294967295 behind a colon, as one
 * alone. */
guint64
imap_seqset_count (const ImapSeqset *self)
{
  guint64 count = 0;

  for (guint i = 0; i < self->n_ranges; i++)
    {
      guint64 first = MIN (KEY (self->ranges[i].first), G_MAXUINT32);

      count += MIN (KEY (self->ranges[i].last), G_MAXUINT32) - first + 1;
    }
  return count;
}

void
imap_seqset_add_set (ImapSeqset *self, const ImapSeqset *other)
{
  for (guint i = 0; i < other->n_ranges; i++)
    imap_seqset_add_range (self, other->ranges[i].first, other->ranges[i].last);
}

/* Takes out what OTHER has. Both are normalized and have no "*"; SELF still is afterwards. */
void
imap_seqset_subtract (ImapSeqset *self, const ImapSeqset *other)
{
  ImapSeqset rest = { 0 };
  guint j = 0;

  for (guint i = 0; i < self->n_ranges; i++)
    {
      guint64 first = self->ranges[i].first;
      guint32 last = self->ranges[i].last;

      while (j < other->n_ranges && other->ranges[j].last < first)
        j++;
      for (guint k = j; k < other->n_ranges && other->ranges[k].first <= last && first <= last; k++)
        {
          if (other->ranges[k].first > first)
            imap_seqset_add_range (&rest, first, other->ranges[k].first - 1);
          first = MAX (first, (guint64) other->ranges[k].last + 1);
        }
      if (first <= last)
        imap_seqset_add_range (&rest, first, last);
    }
  g_free (self->ranges);
  *self = rest;
}

/* The number at INDEX in the order of the ranges, for COPYUID, whose two sets go in step. */
gboolean
imap_seqset_get_nth (const ImapSeqset *self, guint64 index, guint32 *number)
{
  for (guint i = 0; i < self->n_ranges; i++)
    {
      guint64 first = MIN (KEY (self->ranges[i].first), G_MAXUINT32);
      guint64 count = MIN (KEY (self->ranges[i].last), G_MAXUINT32) - first + 1;

      if (index < count)
        {
          *number = first + index;
          return TRUE;
        }
      index -= count;
    }
  return FALSE;
}

static gsize
append_number (char *text, guint32 number)
{
  char digits[10];
  gsize n = 0;

  if (number == IMAP_STAR)
    {
      text[0] = '*';
      return 1;
    }
  for (; number > 0; number /= 10)
    digits[n++] = '0' + number % 10;
  for (gsize i = 0; i < n; i++)
    text[i] = digits[n - 1 - i];
  return n;
}

static gsize
format_range (char text[24], const ImapRange *range)
{
  gsize n = append_number (text, range->first);

  if (range->first != range->last)
    {
      text[n++] = ':';
      n += append_number (text + n, range->last);
    }
  return n;
}

/* The text for the wire, "" for an empty set. */
char *
imap_seqset_to_string (const ImapSeqset *self)
{
  guint position = 0;
  char *text = imap_seqset_next_piece (self, &position, G_MAXSIZE);

  return text != NULL ? text : g_strdup ("");
}

/* The text of as many ranges from POSITION on as fit into MAX_BYTES (one at least), so that a long set goes in several
 * commands. Moves POSITION, which starts at 0, and returns NULL at the end. */
char *
imap_seqset_next_piece (const ImapSeqset *self, guint *position, gsize max_bytes)
{
  GString *text;

  if (*position >= self->n_ranges)
    return NULL;
  text = g_string_new (NULL);
  while (*position < self->n_ranges)
    {
      char range[24];
      gsize length = format_range (range, &self->ranges[*position]);

      if (text->len > 0 && (length + 1 > max_bytes || text->len > max_bytes - length - 1))
        break;
      if (text->len > 0)
        g_string_append_c (text, ',');
      g_string_append_len (text, range, length);
      (*position)++;
    }
  return g_string_free (text, FALSE);
}
