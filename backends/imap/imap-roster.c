/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-roster.h"

#include <taube/taube-enums.h>

/* Who went leaves an empty slot behind, marked by this bit of its flags. A Fenwick tree over the slots tells which slot
 * has which rank; it is made when the first one goes. When half of the slots are empty, the others move together. */
#define GONE 0x80000000u
/* Fewer slots than these are not worth tidying up. */
#define MIN_TIDY 64

struct _ImapRoster
{
  GArray *slots;     /* ImapMember */
  guint32 *tree;     /* NULL: no slot is empty. Element i counts those from (i & (i + 1)) to i that are not */
  guint allocated;   /* elements of the tree */
  guint size;
  guint unread;
  gboolean disorder; /* some UID is unknown, or not above the one before it: to find one, each is looked at */
  guint32 last_uid;
  guint64 steps;
};

ImapRoster *
imap_roster_new (void)
{
  ImapRoster *self = g_new0 (ImapRoster, 1);

  self->slots = g_array_new (FALSE, FALSE, sizeof (ImapMember));
  return self;
}

void
imap_roster_free (ImapRoster *self)
{
  g_array_unref (self->slots);
  g_free (self->tree);
  g_free (self);
}

guint
imap_roster_get_size (const ImapRoster *self)
{
  return self->size;
}

guint
imap_roster_get_unread (const ImapRoster *self)
{
  return self->unread;
}

guint32
imap_roster_get_last_uid (const ImapRoster *self)
{
  return self->last_uid;
}

guint64
imap_roster_get_steps (const ImapRoster *self)
{
  return self->steps;
}

static void
count_step (const ImapRoster *self)
{
  ((ImapRoster *) self)->steps++;
}

static ImapMember *
slot_at (const ImapRoster *self, guint slot)
{
  return &g_array_index (self->slots, ImapMember, slot);
}

static gboolean
is_gone (const ImapRoster *self, guint slot)
{
  return (slot_at (self, slot)->flags & GONE) != 0;
}

static guint
is_unread (guint32 flags)
{
  return (flags & TAUBE_MESSAGE_FLAGS_SEEN) == 0;
}

/* The tree. */

/* How many of the slots below SLOT are not empty. */
static guint
rank_of (const ImapRoster *self, guint slot)
{
  guint rank = 0;

  if (self->tree == NULL)
    return slot;
  for (; slot > 0; slot = (slot - 1) & slot)
    {
      count_step (self);
      rank += self->tree[slot - 1];
    }
  return rank;
}

/* The slot that has RANK. */
static guint
slot_of (const ImapRoster *self, guint rank)
{
  guint slot = 0, step = 1;

  if (self->tree == NULL)
    return rank;
  while (step <= self->slots->len / 2)
    step *= 2;
  for (; step > 0; step /= 2)
    {
      count_step (self);
      if (slot + step <= self->slots->len && self->tree[slot + step - 1] <= rank)
        {
          slot += step;
          rank -= self->tree[slot - 1];
        }
    }
  return slot;
}

static void
leave_tree (ImapRoster *self, guint slot)
{
  for (guint i = slot; i < self->slots->len; i |= i + 1)
    {
      count_step (self);
      self->tree[i]--;
    }
}

/* Element SLOT, from those below it. */
static void
fill_element (ImapRoster *self, guint slot)
{
  guint first = slot & (slot + 1);
  guint count = !is_gone (self, slot);

  for (guint i = slot; i > first; i = (i & (i - 1)))
    {
      count_step (self);
      count += self->tree[i - 1];
    }
  self->tree[slot] = count;
}

static void
reserve_tree (ImapRoster *self)
{
  if (self->slots->len <= self->allocated)
    return;
  self->allocated = MAX (self->slots->len, MAX (2 * self->allocated, 2 * MIN_TIDY));
  self->tree = g_renew (guint32, self->tree, self->allocated);
}

static void
make_tree (ImapRoster *self)
{
  reserve_tree (self);
  for (guint i = 0; i < self->slots->len; i++)
    fill_element (self, i);
}

static void
tidy_up (ImapRoster *self)
{
  guint kept = 0;

  for (guint i = 0; i < self->slots->len; i++)
    {
      count_step (self);
      if (!is_gone (self, i))
        *slot_at (self, kept++) = *slot_at (self, i);
    }
  g_array_set_size (self->slots, kept);
  g_clear_pointer (&self->tree, g_free);
  self->allocated = 0;
}

/* Members. */

void
imap_roster_append (ImapRoster *self, guint32 uid, guint32 flags)
{
  ImapMember member = { uid, flags & IMAP_ROSTER_FLAGS };

  self->disorder |= uid <= self->last_uid;
  self->last_uid = MAX (self->last_uid, uid);
  g_array_append_val (self->slots, member);
  self->size++;
  self->unread += is_unread (flags);
  if (self->tree == NULL)
    return;
  reserve_tree (self);
  fill_element (self, self->slots->len - 1);
}

ImapMember
imap_roster_get (const ImapRoster *self, guint rank)
{
  g_assert (rank < self->size);
  return *slot_at (self, slot_of (self, rank));
}

void
imap_roster_set_flags (ImapRoster *self, guint rank, guint32 flags)
{
  ImapMember *member;

  g_assert (rank < self->size);
  member = slot_at (self, slot_of (self, rank));
  self->unread -= is_unread (member->flags);
  self->unread += is_unread (flags);
  member->flags = flags & IMAP_ROSTER_FLAGS;
}

static ImapMember
empty_slot (ImapRoster *self, guint slot)
{
  ImapMember member = *slot_at (self, slot);

  if (self->tree == NULL)
    make_tree (self);
  leave_tree (self, slot);
  slot_at (self, slot)->flags |= GONE;
  self->size--;
  self->unread -= is_unread (member.flags);
  return member;
}

static gboolean
is_untidy (const ImapRoster *self)
{
  return self->slots->len >= MIN_TIDY && self->size <= self->slots->len / 2;
}

ImapMember
imap_roster_remove (ImapRoster *self, guint rank)
{
  ImapMember member;

  g_assert (rank < self->size);
  member = empty_slot (self, slot_of (self, rank));
  if (is_untidy (self))
    tidy_up (self);
  return member;
}

/* The first slot, empty or not, whose UID is not below UID; only without disorder. */
static guint
lower_bound (const ImapRoster *self, guint32 uid)
{
  guint low = 0, high = self->slots->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      count_step (self);
      if (slot_at (self, middle)->uid < uid)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static gboolean
is_it (const ImapRoster *self, guint slot, guint32 uid)
{
  return slot < self->slots->len && slot_at (self, slot)->uid == uid && !is_gone (self, slot);
}

gboolean
imap_roster_find (const ImapRoster *self, guint32 uid, guint *rank_out)
{
  guint slot = 0;

  if (uid == 0)
    return FALSE;
  if (!self->disorder)
    slot = lower_bound (self, uid);
  else
    while (slot < self->slots->len && !is_it (self, slot, uid))
      slot++;
  if (!is_it (self, slot, uid))
    return FALSE;
  *rank_out = rank_of (self, slot);
  return TRUE;
}

void
imap_roster_remove_uids (ImapRoster *self, guint32 first, guint32 last, ImapRosterFunc func, gpointer user_data)
{
  first = MAX (first, 1);
  for (guint slot = self->disorder ? 0 : lower_bound (self, first); slot < self->slots->len; slot++)
    {
      guint32 uid = slot_at (self, slot)->uid;

      count_step (self);
      if (uid > last && !self->disorder)
        break;
      if (uid >= first && uid <= last && !is_gone (self, slot))
        func (empty_slot (self, slot), user_data);
    }
  if (is_untidy (self))
    tidy_up (self);
}

gboolean
imap_roster_next (const ImapRoster *self, guint *cursor, ImapMember *member_out)
{
  while (*cursor < self->slots->len)
    {
      guint slot = (*cursor)++;

      if (is_gone (self, slot))
        continue;
      *member_out = *slot_at (self, slot);
      return TRUE;
    }
  return FALSE;
}
