/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-reads.h"

/* Rows from which on those that were read twice are sought. */
#define COMPACT_AT 4096

struct _ImapReads
{
  gatomicrefcount refs;
  gint followers;      /* atomic: as many as there are in the array */
  GMutex lock;
  GPtrArray *follows;  /* ImapFollow; these under lock, and all of theirs */
  guint under_way;
};

struct _ImapFollow
{
  ImapReads *reads;
  GArray *rows;
  guint32 uidvalidity; /* of the rows */
  guint compact_at;
};

ImapReads *
imap_reads_new (void)
{
  ImapReads *self = g_new0 (ImapReads, 1);

  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->lock);
  self->follows = g_ptr_array_new ();
  return self;
}

ImapReads *
imap_reads_ref (ImapReads *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
imap_reads_unref (ImapReads *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_ptr_array_unref (self->follows);
  g_mutex_clear (&self->lock);
  g_free (self);
}

ImapFollow *
imap_reads_follow (ImapReads *self)
{
  ImapFollow *follow = g_new0 (ImapFollow, 1);

  follow->reads = imap_reads_ref (self);
  follow->rows = g_array_new (FALSE, FALSE, sizeof (ImapRead));
  follow->compact_at = COMPACT_AT;
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->follows, follow);
  g_mutex_unlock (&self->lock);
  g_atomic_int_inc (&self->followers);
  return follow;
}

void
imap_reads_leave (ImapFollow *follow)
{
  ImapReads *self = follow->reads;

  g_atomic_int_add (&self->followers, -1);
  g_mutex_lock (&self->lock);
  g_ptr_array_remove_fast (self->follows, follow);
  g_mutex_unlock (&self->lock);
  g_array_unref (follow->rows);
  g_free (follow);
  imap_reads_unref (self);
}

gboolean
imap_reads_is_followed (ImapReads *self)
{
  return g_atomic_int_get (&self->followers) > 0;
}

static int
compare_uids (gconstpointer a, gconstpointer b)
{
  guint32 left = ((const ImapRead *) a)->uid, right = ((const ImapRead *) b)->uid;

  return left < right ? -1 : left > right;
}

/* The sort keeps the order of those that are the same, so the last of them is what was read last. */
static void
compact (GArray *rows)
{
  guint size = 0;

  g_array_sort (rows, compare_uids);
  for (guint i = 0; i < rows->len; i++)
    if (i + 1 == rows->len || g_array_index (rows, ImapRead, i + 1).uid != g_array_index (rows, ImapRead, i).uid)
      g_array_index (rows, ImapRead, size++) = g_array_index (rows, ImapRead, i);
  g_array_set_size (rows, size);
}

static void
note_locked (ImapFollow *follow, guint32 uidvalidity, ImapRead read)
{
  if (follow->uidvalidity != uidvalidity)
    g_array_set_size (follow->rows, 0);
  follow->uidvalidity = uidvalidity;
  g_array_append_val (follow->rows, read);
  if (follow->rows->len < follow->compact_at)
    return;
  compact (follow->rows);
  follow->compact_at = MAX (COMPACT_AT, 2 * follow->rows->len);
}

void
imap_reads_note (ImapReads *self, guint32 uidvalidity, guint32 uid, guint32 flags)
{
  ImapRead read = { uid, flags };

  if (!imap_reads_is_followed (self))
    return;
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->follows->len; i++)
    note_locked (self->follows->pdata[i], uidvalidity, read);
  g_mutex_unlock (&self->lock);
}

void
imap_reads_begin (ImapReads *self)
{
  g_mutex_lock (&self->lock);
  self->under_way++;
  g_mutex_unlock (&self->lock);
}

void
imap_reads_end (ImapReads *self)
{
  g_mutex_lock (&self->lock);
  self->under_way--;
  g_mutex_unlock (&self->lock);
}

GArray *
imap_reads_take (ImapFollow *follow, guint32 uidvalidity)
{
  GArray *rows;

  g_mutex_lock (&follow->reads->lock);
  rows = follow->rows;
  follow->rows = g_array_new (FALSE, FALSE, sizeof (ImapRead));
  follow->compact_at = COMPACT_AT;
  if (follow->uidvalidity != uidvalidity)
    g_array_set_size (rows, 0);
  g_mutex_unlock (&follow->reads->lock);
  compact (rows);
  return rows;
}

void
imap_reads_give_back (ImapFollow *follow, guint32 uidvalidity, GArray *rows)
{
  g_mutex_lock (&follow->reads->lock);
  if (follow->uidvalidity == uidvalidity)
    g_array_prepend_vals (follow->rows, rows->data, rows->len);
  g_mutex_unlock (&follow->reads->lock);
  g_array_unref (rows);
}

gboolean
imap_reads_are_expected (ImapFollow *follow)
{
  gboolean expected;

  g_mutex_lock (&follow->reads->lock);
  expected = follow->reads->under_way > 0 || follow->rows->len > 0;
  g_mutex_unlock (&follow->reads->lock);
  return expected;
}

guint
imap_reads_get_size (ImapFollow *follow)
{
  guint size;

  g_mutex_lock (&follow->reads->lock);
  size = follow->rows->len;
  g_mutex_unlock (&follow->reads->lock);
  return size;
}
