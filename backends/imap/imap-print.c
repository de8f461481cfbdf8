/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-print.h"

static void
clear_print (gpointer data)
{
  g_free (((ImapPrint *) data)->message_id);
}

GArray *
imap_prints_new (void)
{
  GArray *prints = g_array_new (FALSE, FALSE, sizeof (ImapPrint));

  g_array_set_clear_func (prints, clear_print);
  return prints;
}

/* The better the reasons, the lower the level. */
typedef enum
{
  LEVEL_ALL,        /* Message-ID and size; without a Message-ID size and date */
  LEVEL_MESSAGE_ID, /* servers may rewrite what they keep */
  N_LEVELS,
} Level;

/* Prints that look the same are neighbours in this order; with LEVEL_ALL a date counts only without a Message-ID. */
static int
compare_prints (const ImapPrint *a, const ImapPrint *b, Level level)
{
  int order = g_strcmp0 (a->message_id, b->message_id);

  if (order != 0 || level == LEVEL_MESSAGE_ID)
    return order;
  if (a->size != b->size)
    return a->size < b->size ? -1 : 1;
  return 0;
}

static int
compare_all (gconstpointer a, gconstpointer b, gpointer level)
{
  const ImapPrint *left = *(ImapPrint *const *) a, *right = *(ImapPrint *const *) b;
  int order = compare_prints (left, right, (Level) GPOINTER_TO_UINT (level));

  if (order != 0)
    return order;
  /* Candidates in their order; those that are looked for, whose uid is 0, in theirs. */
  if (left->uid != right->uid)
    return left->uid < right->uid ? -1 : 1;
  return left < right ? -1 : left > right;
}

/* Pointers to those of PRINTS that are still free, in order. */
static GPtrArray *
sort_free (GArray *prints, gboolean candidates, Level level)
{
  GPtrArray *sorted = g_ptr_array_new ();

  for (guint i = 0; i < prints->len; i++)
    {
      ImapPrint *print = &g_array_index (prints, ImapPrint, i);

      if ((print->uid != 0) == candidates && (level == LEVEL_ALL || print->message_id != NULL))
        g_ptr_array_add (sorted, print);
    }
  g_ptr_array_sort_with_data (sorted, compare_all, GUINT_TO_POINTER (level));
  return sorted;
}

typedef struct
{
  ImapPrint **first;
  guint n;
} Run;

typedef int (*CompareFunc) (const ImapPrint *a, const ImapPrint *b);

/* Those at the beginning of RUN that look the same; they are taken off it. */
static Run
take_same (Run *run, CompareFunc compare)
{
  Run same = { run->first, 1 };

  while (same.n < run->n && compare (same.first[0], same.first[same.n]) == 0)
    same.n++;
  run->first += same.n;
  run->n -= same.n;
  return same;
}

/* Both are in the order of COMPARE: FUNC gets what looks the same on both sides. */
static void
match_runs (Run left, Run right, CompareFunc compare, void (*func) (Run left, Run right))
{
  while (left.n > 0 && right.n > 0)
    {
      int order = compare (left.first[0], right.first[0]);
      Run a = { NULL, 0 }, b = { NULL, 0 };

      if (order <= 0)
        a = take_same (&left, compare);
      if (order >= 0)
        b = take_same (&right, compare);
      if (order == 0)
        func (a, b);
    }
}

static gboolean
has_same_date (const ImapPrint *a, const ImapPrint *b)
{
  return !a->has_date || !b->has_date || a->date == b->date;
}

static int
compare_same_date (const ImapPrint *a, const ImapPrint *b)
{
  return a->date < b->date ? -1 : a->date > b->date;
}

static void
take (ImapPrint *print, ImapPrint *candidate)
{
  print->uid = candidate->uid;
  candidate->uid = 0;
}

/* The free candidate for PRINT when there are as many as there are messages that look like it. */
static void
take_by_date (Run prints, Run candidates, ImapPrint *print)
{
  ImapPrint *first = NULL;
  guint n_free = 0, n_wanted = 0;

  for (guint i = 0; i < candidates.n; i++)
    if (candidates.first[i]->uid != 0 && has_same_date (candidates.first[i], print))
      {
        first = first != NULL ? first : candidates.first[i];
        n_free++;
      }
  for (guint i = 0; i < prints.n; i++)
    n_wanted += prints.first[i]->uid == 0 && has_same_date (prints.first[i], print);
  if (n_free > 0 && n_free == n_wanted)
    take (print, first);
}

/* Dates that are not known fit to all, so that pairs must be looked at; only among so many. */
#define MAX_PAIRS 10000

static int
compare_dates (gconstpointer a, gconstpointer b, gpointer unused)
{
  const ImapPrint *left = *(ImapPrint *const *) a, *right = *(ImapPrint *const *) b;
  int order = compare_same_date (left, right);

  if (order != 0)
    return order;
  return left->uid != right->uid ? (left->uid < right->uid ? -1 : 1) : (left < right ? -1 : left > right);
}

static gboolean
have_dates (ImapPrint **prints, guint n)
{
  while (n > 0 && prints[n - 1]->has_date)
    n--;
  return n == 0;
}

static void
take_in_order (Run prints, Run candidates)
{
  for (guint i = 0; i < prints.n && prints.n == candidates.n; i++)
    take (prints.first[i], candidates.first[i]);
}

/* Without a Message-ID, and of the same size. */
static void
match_dates (Run prints, Run candidates)
{
  if (!have_dates (prints.first, prints.n) || !have_dates (candidates.first, candidates.n))
    {
      for (guint i = 0; i < prints.n && (guint64) prints.n * candidates.n <= MAX_PAIRS; i++)
        take_by_date (prints, candidates, prints.first[i]);
      return;
    }
  g_qsort_with_data (prints.first, (gint) prints.n, sizeof *prints.first, compare_dates, NULL);
  g_qsort_with_data (candidates.first, (gint) candidates.n, sizeof *candidates.first, compare_dates, NULL);
  match_runs (prints, candidates, compare_same_date, take_in_order);
}

static int
compare_level (const ImapPrint *a, const ImapPrint *b)
{
  return compare_prints (a, b, LEVEL_ALL);
}

static int
compare_ids (const ImapPrint *a, const ImapPrint *b)
{
  return compare_prints (a, b, LEVEL_MESSAGE_ID);
}

static void
match_same (Run prints, Run candidates)
{
  if (prints.first[0]->message_id == NULL)
    match_dates (prints, candidates);
  else
    take_in_order (prints, candidates);
}

/* Those that look the same are taken in their order, when there are as many candidates as are looked for; else nobody
 * can tell. */
static void
match_level (GArray *candidates, GArray *wanted, Level level)
{
  g_autoptr (GPtrArray) prints = sort_free (wanted, FALSE, level);
  g_autoptr (GPtrArray) there = sort_free (candidates, TRUE, level);
  Run left = { (ImapPrint **) prints->pdata, prints->len }, right = { (ImapPrint **) there->pdata, there->len };

  match_runs (left, right, level == LEVEL_ALL ? compare_level : compare_ids, match_same);
}

/* In O(n log n), but for messages of which next to nothing is known. */
void
imap_prints_match (GArray *candidates, GArray *wanted)
{
  for (guint level = 0; level < N_LEVELS; level++)
    match_level (candidates, wanted, level);
}

