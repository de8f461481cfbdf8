/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-message-segments.h"
#include "core/taube-keyed-hash.h"

#include <string.h>

struct _TaubeMessageIndex
{
  const TaubeMessageSegments *segments;
  const char *prefix;
  guint *order; /* segments from the lowest number to the highest; NULL: slots are used */
  guint *slots; /* position + 1 by the hash of the id, 0: free */
  guint mask;
  guint64 key; /* of the hash */
};

static const TaubeMessageSegment *
get (const TaubeMessageIndex *self, guint index)
{
  return taube_message_segments_get (self->segments, index);
}

static guint32
lowest_number (const TaubeMessageSegment *segment)
{
  gboolean down = segment->block->order == TAUBE_MESSAGE_ORDER_DOWN;

  return segment->block->id[down ? segment->first + segment->n_rows - 1 : segment->first];
}

static guint32
highest_number (const TaubeMessageSegment *segment)
{
  gboolean down = segment->block->order == TAUBE_MESSAGE_ORDER_DOWN;

  return segment->block->id[down ? segment->first : segment->first + segment->n_rows - 1];
}

static int
compare_lowest (gconstpointer first, gconstpointer second, gpointer user_data)
{
  const TaubeMessageIndex *self = user_data;
  guint32 a = lowest_number (get (self, *(const guint *) first));
  guint32 b = lowest_number (get (self, *(const guint *) second));

  return (a > b) - (a < b);
}

static gboolean
is_numbered (const TaubeMessageSegments *segments)
{
  const char *prefix = taube_message_segments_get (segments, 0)->block->prefix;

  if (prefix == NULL)
    return FALSE;
  for (guint i = 0; i < segments->segments->len; i++)
    {
      const TaubeMessageBlock *block = taube_message_segments_get (segments, i)->block;

      if (block->order == TAUBE_MESSAGE_ORDER_NONE || g_strcmp0 (block->prefix, prefix) != 0)
        return FALSE;
    }
  return TRUE;
}

/* Brings the segments in the order of their numbers. FALSE when they overlap. */
static gboolean
make_order (TaubeMessageIndex *self)
{
  guint n = self->segments->segments->len;

  if (!is_numbered (self->segments))
    return FALSE;
  self->order = g_new (guint, n);
  for (guint i = 0; i < n; i++)
    self->order[i] = i;
  g_qsort_with_data (self->order, n, sizeof (guint), compare_lowest, self);
  for (guint i = 1; i < n; i++)
    if (highest_number (get (self, self->order[i - 1])) >= lowest_number (get (self, self->order[i])))
      {
        g_clear_pointer (&self->order, g_free);
        return FALSE;
      }
  self->prefix = get (self, 0)->block->prefix;
  return TRUE;
}

static const char *
id_of (const TaubeMessageIndex *self, guint position, GString *buffer)
{
  const TaubeMessageSegment *segment = get (self, taube_message_segments_locate (self->segments, position));

  return taube_message_block_get_id (segment->block, taube_message_segment_row (segment, position), buffer);
}

/* The slot where ID is, or the free one where it would be. */
static guint *
find_slot (const TaubeMessageIndex *self, const char *id, GString *buffer)
{
  guint i = taube_keyed_hash (self->key, id, strlen (id)) & self->mask;

  while (self->slots[i] != 0 && strcmp (id_of (self, self->slots[i] - 1, buffer), id) != 0)
    i = (i + 1) & self->mask;
  return &self->slots[i];
}

static void
make_slots (TaubeMessageIndex *self)
{
  g_autoptr (GString) id = g_string_new (NULL);
  g_autoptr (GString) other = g_string_new (NULL);
  gsize size = 16;

  while (size < 2 * (gsize) self->segments->n_rows)
    size *= 2;
  self->mask = size - 1;
  self->key = taube_keyed_hash_new_key ();
  self->slots = g_new0 (guint, size);
  for (guint position = 0; position < self->segments->n_rows; position++)
    {
      guint *slot = find_slot (self, id_of (self, position, id), other);

      if (*slot == 0)
        *slot = position + 1;
    }
}

/* SEGMENTS must live as long as the index and not change. */
TaubeMessageIndex *
taube_message_index_new (const TaubeMessageSegments *segments)
{
  TaubeMessageIndex *self = g_new0 (TaubeMessageIndex, 1);

  self->segments = segments;
  if (segments->n_rows > 0 && !make_order (self))
    make_slots (self);
  return self;
}

void
taube_message_index_free (TaubeMessageIndex *self)
{
  g_free (self->order);
  g_free (self->slots);
  g_free (self);
}

/* The segments from the lowest number to the highest, or NULL when they have no such order. */
const guint *
taube_message_index_get_order (const TaubeMessageIndex *self)
{
  return self->order;
}

/* The number behind PREFIX, written in the one way in which ids are: no sign, no zero in front. */
static gboolean
parse_number (const char *id, const char *prefix, guint32 *number_out)
{
  guint64 number = 0;
  const char *digits;

  if (!g_str_has_prefix (id, prefix))
    return FALSE;
  digits = id + strlen (prefix);
  if (*digits == '\0' || (digits[0] == '0' && digits[1] != '\0'))
    return FALSE;
  for (; *digits != '\0'; digits++)
    {
      if (!g_ascii_isdigit (*digits))
        return FALSE;
      number = 10 * number + (*digits - '0');
      if (number > G_MAXUINT32)
        return FALSE;
    }
  *number_out = number;
  return TRUE;
}

static gboolean
find_in_segment (const TaubeMessageSegment *segment, guint32 number, guint *position_out)
{
  const guint32 *ids = segment->block->id + segment->first;
  gboolean down = segment->block->order == TAUBE_MESSAGE_ORDER_DOWN;
  guint low = 0;
  guint high = segment->n_rows;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (ids[middle] == number)
        {
          *position_out = segment->start + (segment->backwards ? segment->n_rows - 1 - middle : middle);
          return TRUE;
        }
      if ((ids[middle] < number) != down)
        low = middle + 1;
      else
        high = middle;
    }
  return FALSE;
}

static gboolean
find_number (const TaubeMessageIndex *self, guint32 number, guint *position_out)
{
  guint low = 0;
  guint high = self->segments->segments->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      const TaubeMessageSegment *segment = get (self, self->order[middle]);

      if (number < lowest_number (segment))
        high = middle;
      else if (number > highest_number (segment))
        low = middle + 1;
      else
        return find_in_segment (segment, number, position_out);
    }
  return FALSE;
}

/* Where ID is; where it is first when it is there more than once. */
gboolean
taube_message_index_find (const TaubeMessageIndex *self, const char *id, guint *position_out)
{
  guint32 number;

  if (self->order != NULL)
    return parse_number (id, self->prefix, &number) && find_number (self, number, position_out);
  if (self->slots != NULL)
    {
      g_autoptr (GString) buffer = g_string_new (NULL);
      guint slot = *find_slot (self, id, buffer);

      *position_out = slot - 1;
      return slot != 0;
    }
  return FALSE;
}
