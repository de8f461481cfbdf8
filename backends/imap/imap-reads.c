/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-reads.h"

/* Rows from which on those that were read twice are sought. */
#define COMPACT_AT 4096

struct _ImapReads
{
  gatomicrefcount refs;
  gint followers; /* atomic */
  GMutex lock;
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
  self->rows = g_array_new (FALSE, FALSE, sizeof (ImapRead));
  self->compact_at = COMPACT_AT;
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
  g_array_unref (self->rows);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
imap_reads_follow (ImapReads *self)
{
  g_atomic_int_inc (&self->followers);
}

static GArray *
steal_rows_locked (ImapReads *self)
{
  GArray *rows = self->rows;

  self->rows = g_array_new (FALSE, FALSE, sizeof (ImapRead));
  self->compact_at = COMPACT_AT;
  return rows;
}

void
imap_reads_leave (ImapReads *self)
{
  if (!g_atomic_int_dec_and_test (&self->followers))
    return;
  g_mutex_lock (&self->lock);
  g_array_unref (steal_rows_locked (self));
  g_mutex_unlock (&self->lock);
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

void
imap_reads_note (ImapReads *self, guint32 uidvalidity, guint32 uid, guint32 flags)
{
  ImapRead read = { uid, flags };

  if (!imap_reads_is_followed (self))
    return;
  g_mutex_lock (&self->lock);
  if (self->uidvalidity != uidvalidity)
    g_array_set_size (self->rows, 0);
  self->uidvalidity = uidvalidity;
  g_array_append_val (self->rows, read);
  if (self->rows->len >= self->compact_at)
    {
      compact (self->rows);
      self->compact_at = MAX (COMPACT_AT, 2 * self->rows->len);
    }
  g_mutex_unlock (&self->lock);
}

GArray *
imap_reads_take (ImapReads *self, guint32 uidvalidity)
{
  GArray *rows;

  g_mutex_lock (&self->lock);
  rows = steal_rows_locked (self);
  if (self->uidvalidity != uidvalidity)
    g_array_set_size (rows, 0);
  g_mutex_unlock (&self->lock);
  compact (rows);
  return rows;
}

void
imap_reads_give_back (ImapReads *self, guint32 uidvalidity, GArray *rows)
{
  g_mutex_lock (&self->lock);
  if (self->uidvalidity == uidvalidity)
    g_array_prepend_vals (self->rows, rows->data, rows->len);
  g_mutex_unlock (&self->lock);
  g_array_unref (rows);
}

guint
imap_reads_get_size (ImapReads *self)
{
  guint size;

  g_mutex_lock (&self->lock);
  size = self->rows->len;
  g_mutex_unlock (&self->lock);
  return size;
}
