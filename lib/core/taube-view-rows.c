/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-view-rows.h"

#include <taube/taube-item-list.h>

#include <stdlib.h>
#include <string.h>

#include "core/taube-item-private.h"
#include "core/taube-keyed-hash.h"
#include "core/taube-message-list-private.h"

/* The shown rows are a treap: a search tree by the sort key, and a heap by a priority that is made of the row's number,
 * so that it needs no room. Each node knows how many are below it, which gives positions. */

#define NONE TAUBE_VIEW_NO_ROW
/* A list with fewer rows in use than this is a small one; so many small ones are made one. */
#define SMALL_ROWS 256
#define MANY_LISTS 64

typedef union
{
  gint64 number;
  const char *text;
} Key;

typedef struct
{
  guint32 left, right;
  guint32 size;   /* of the subtree; 0: not shown */
  guint32 list;   /* G_MAXUINT32: a free row, LEFT is the next one */
  guint32 index;  /* in that list */
  guint32 number; /* at the end of the id: decides between equal keys */
  Key key;
} Node;

typedef struct
{
  TaubeMessageList *list; /* NULL: free */
  guint used;             /* rows */
} Source;

struct _TaubeViewRows
{
  TaubeViewOrder order;
  GArray *nodes;   /* Node */
  guint32 free;    /* the first free one */
  guint32 root;
  guint count;
  GArray *sources; /* Source */
  guint n_lists;
  guint32 *slots;  /* row + 1 by the hash of the id; 0: free */
  guint mask;
  guint64 hash_key;
  guint64 salt;    /* of the priorities */
  GStringChunk *texts; /* keys that are strings */
  guint64 steps;
};

static Node *
node_at (const TaubeViewRows *self, guint32 row)
{
  return &g_array_index (self->nodes, Node, row);
}

static Source *
source_of (const TaubeViewRows *self, const Node *node)
{
  return &g_array_index (self->sources, Source, node->list);
}

static TaubeItemList *
list_of (const TaubeViewRows *self, const Node *node)
{
  return TAUBE_ITEM_LIST (source_of (self, node)->list);
}

TaubeViewRows *
taube_view_rows_new (const TaubeViewOrder *order)
{
  TaubeViewRows *self = g_new0 (TaubeViewRows, 1);

  self->order = *order;
  self->nodes = g_array_new (FALSE, FALSE, sizeof (Node));
  self->sources = g_array_new (FALSE, FALSE, sizeof (Source));
  self->free = self->root = NONE;
  self->hash_key = taube_keyed_hash_new_key ();
  self->salt = taube_keyed_hash_new_key ();
  self->mask = 15;
  self->slots = g_new0 (guint32, self->mask + 1);
  self->texts = g_string_chunk_new (4096);
  return self;
}

void
taube_view_rows_free (TaubeViewRows *self)
{
  for (guint i = 0; i < self->sources->len; i++)
    g_clear_object (&g_array_index (self->sources, Source, i).list);
  g_array_unref (self->sources);
  g_array_unref (self->nodes);
  g_string_chunk_free (self->texts);
  g_free (self->slots);
  g_free (self);
}

guint
taube_view_rows_get_count (const TaubeViewRows *self)
{
  return self->count;
}

static guint
size_of (const TaubeViewRows *self, guint32 row)
{
  return row != NONE ? node_at (self, row)->size : 0;
}

guint
taube_view_rows_get_shown (const TaubeViewRows *self)
{
  return size_of (self, self->root);
}

guint
taube_view_rows_get_n_lists (const TaubeViewRows *self)
{
  return self->n_lists;
}

guint64
taube_view_rows_get_steps (const TaubeViewRows *self)
{
  return self->steps;
}

TaubeMessageList *
taube_view_rows_get_cells (const TaubeViewRows *self, guint32 row, guint *index_out)
{
  const Node *node = node_at (self, row);

  *index_out = node->index;
  return source_of (self, node)->list;
}

/* Ids. */

static guint
hash_id (const TaubeViewRows *self, const char *id)
{
  return (guint) taube_keyed_hash (self->hash_key, id, strlen (id)) & self->mask;
}

/* The slot of ID, or the free one where it would be. */
static guint
find_slot (const TaubeViewRows *self, const char *id)
{
  guint slot = hash_id (self, id);

  for (; self->slots[slot] != 0; slot = (slot + 1) & self->mask)
    {
      const Node *node = node_at (self, self->slots[slot] - 1);
      g_autofree char *other = taube_item_list_get_id (list_of (self, node), node->index);

      if (strcmp (id, other) == 0)
        break;
    }
  return slot;
}

static guint
slot_of_row (const TaubeViewRows *self, guint32 row)
{
  const Node *node = node_at (self, row);
  g_autofree char *id = taube_item_list_get_id (list_of (self, node), node->index);

  return find_slot (self, id);
}

guint32
taube_view_rows_find (const TaubeViewRows *self, const char *id)
{
  guint32 found = self->slots[find_slot (self, id)];

  return found != 0 ? found - 1 : NONE;
}

static void
grow_slots (TaubeViewRows *self)
{
  g_autofree guint32 *old = self->slots;
  guint n = self->mask + 1;

  self->mask = 2 * n - 1;
  self->slots = g_new0 (guint32, self->mask + 1);
  for (guint i = 0; i < n; i++)
    if (old[i] != 0)
      self->slots[slot_of_row (self, old[i] - 1)] = old[i];
}

/* Those behind it move up, as far as their own place allows. */
static void
empty_slot (TaubeViewRows *self, guint slot)
{
  guint hole = slot;

  self->slots[hole] = 0;
  for (guint next = (hole + 1) & self->mask; self->slots[next] != 0; next = (next + 1) & self->mask)
    {
      const Node *node = node_at (self, self->slots[next] - 1);
      g_autofree char *id = taube_item_list_get_id (list_of (self, node), node->index);
      guint home = hash_id (self, id);

      if (((next - home) & self->mask) < ((next - hole) & self->mask))
        continue;
      self->slots[hole] = self->slots[next];
      self->slots[next] = 0;
      hole = next;
    }
}

/* Keys. */

/* What stands before the subject that the first message of the thread had. */
static const char *
skip_prefixes (const char *text)
{
  static const char *const prefixes[] = { "re:", "aw:", "fw:", "fwd:", "wg:", "sv:", "antw:" };

  for (guint i = 0; i < G_N_ELEMENTS (prefixes);)
    {
      while (g_ascii_isspace (*text))
        text++;
      if (g_ascii_strncasecmp (text, prefixes[i], strlen (prefixes[i])) != 0)
        {
          i++;
          continue;
        }
      text += strlen (prefixes[i]);
      i = 0;
    }
  return text;
}

static char *
make_text_key (TaubeViewSort sort, TaubeMessageList *list, guint index)
{
  const char *text = sort == TAUBE_VIEW_SORT_SUBJECT ? taube_message_list_get_subject (list, index)
                                                     : taube_message_list_get_from (list, index);
  g_autofree char *folded = NULL;

  if (text == NULL)
    return g_strdup ("");
  if (sort == TAUBE_VIEW_SORT_SUBJECT)
    text = skip_prefixes (text);
  else
    while (*text == '"')
      text++;
  folded = g_utf8_casefold (text, -1);
  return g_utf8_collate_key (folded, -1);
}

static gint64
make_number_key (TaubeViewSort sort, TaubeMessageList *list, guint index)
{
  gint64 time = G_MININT64;

  if (sort == TAUBE_VIEW_SORT_SIZE)
    return (gint64) MIN (taube_message_list_get_message_size (list, index), (guint64) G_MAXINT64);
  if (sort == TAUBE_VIEW_SORT_SENT_DATE && taube_message_list_get_sent_date (list, index, &time, NULL))
    return time;
  if (!taube_message_list_get_date (list, index, &time, NULL))
    taube_message_list_get_sent_date (list, index, &time, NULL);
  return time;
}

static gboolean
is_text (TaubeViewSort sort)
{
  return sort == TAUBE_VIEW_SORT_SUBJECT || sort == TAUBE_VIEW_SORT_SENDER;
}

static void
set_key (TaubeViewRows *self, Node *node)
{
  TaubeMessageList *list = source_of (self, node)->list;

  if (is_text (self->order.sort))
    {
      g_autofree char *text = make_text_key (self->order.sort, list, node->index);

      node->key.text = g_string_chunk_insert (self->texts, text);
    }
  else
    node->key.number = make_number_key (self->order.sort, list, node->index);
}

gboolean
taube_view_rows_keeps_key (TaubeViewRows *self, guint32 row, TaubeMessageList *list, guint index)
{
  const Node *node = node_at (self, row);
  g_autofree char *text = NULL;

  if (!is_text (self->order.sort))
    return node->key.number == make_number_key (self->order.sort, list, index);
  text = make_text_key (self->order.sort, list, index);
  return strcmp (node->key.text, text) == 0;
}

static guint32
make_number (const char *id)
{
  const char *end = id + strlen (id);

  while (end > id && g_ascii_isdigit (end[-1]))
    end--;
  return (guint32) g_ascii_strtoull (end, NULL, 10);
}

int
taube_view_rows_compare (const TaubeViewRows *self, guint32 a, guint32 b)
{
  const Node *left = node_at (self, a), *right = node_at (self, b);
  int order;

  if (is_text (self->order.sort))
    order = strcmp (left->key.text, right->key.text);
  else
    order = (left->key.number > right->key.number) - (left->key.number < right->key.number);
  if (order == 0)
    order = (left->number > right->number) - (left->number < right->number);
  if (order == 0)
    order = (a > b) - (a < b);
  return self->order.descending ? -order : order;
}

gboolean
taube_view_rows_passes (const TaubeViewRows *self, guint32 row)
{
  const Node *node = node_at (self, row);
  TaubeMessageFlags flags = taube_message_list_get_flags (source_of (self, node)->list, node->index);

  return (flags & self->order.mask) == self->order.flags;
}

/* The tree. */

static guint32
priority_of (const TaubeViewRows *self, guint32 row)
{
  return taube_keyed_hash (self->salt, (const char *) &row, sizeof row);
}

static void
count_below (const TaubeViewRows *self, guint32 row)
{
  Node *node = node_at (self, row);

  node->size = 1 + size_of (self, node->left) + size_of (self, node->right);
}

/* Cuts TREE in two: what comes before ROW, and the rest. */
static void
split (TaubeViewRows *self, guint32 tree, guint32 row, guint32 *before, guint32 *after)
{
  self->steps++;
  if (tree == NONE)
    *before = *after = NONE;
  else if (taube_view_rows_compare (self, tree, row) < 0)
    {
      split (self, node_at (self, tree)->right, row, &node_at (self, tree)->right, after);
      *before = tree;
      count_below (self, tree);
    }
  else
    {
      split (self, node_at (self, tree)->left, row, before, &node_at (self, tree)->left);
      *after = tree;
      count_below (self, tree);
    }
}

static guint32
join (TaubeViewRows *self, guint32 before, guint32 after)
{
  self->steps++;
  if (before == NONE || after == NONE)
    return before != NONE ? before : after;
  if (priority_of (self, before) > priority_of (self, after))
    {
      node_at (self, before)->right = join (self, node_at (self, before)->right, after);
      count_below (self, before);
      return before;
    }
  node_at (self, after)->left = join (self, before, node_at (self, after)->left);
  count_below (self, after);
  return after;
}

void
taube_view_rows_show (TaubeViewRows *self, guint32 row)
{
  guint32 priority = priority_of (self, row);
  guint32 *place = &self->root;
  Node *node = node_at (self, row);

  g_assert (node->size == 0);
  while (*place != NONE && priority_of (self, *place) >= priority)
    {
      Node *above = node_at (self, *place);

      self->steps++;
      above->size++;
      place = taube_view_rows_compare (self, *place, row) < 0 ? &above->right : &above->left;
    }
  split (self, *place, row, &node->left, &node->right);
  *place = row;
  count_below (self, row);
}

void
taube_view_rows_hide (TaubeViewRows *self, guint32 row)
{
  guint32 *place = &self->root;
  Node *node = node_at (self, row);

  g_assert (node->size > 0);
  while (*place != row)
    {
      Node *above = node_at (self, *place);

      self->steps++;
      above->size--;
      place = taube_view_rows_compare (self, *place, row) < 0 ? &above->right : &above->left;
    }
  *place = join (self, node->left, node->right);
  node->left = node->right = NONE;
  node->size = 0;
}

guint32
taube_view_rows_at (const TaubeViewRows *self, guint position)
{
  guint32 row = self->root;

  for (;;)
    {
      const Node *node = node_at (self, row);
      guint before = size_of (self, node->left);

      if (position == before)
        return row;
      row = position < before ? node->left : node->right;
      position -= position < before ? 0 : before + 1;
    }
}

gboolean
taube_view_rows_is_shown (const TaubeViewRows *self, guint32 row)
{
  return node_at (self, row)->size > 0;
}

guint
taube_view_rows_position (const TaubeViewRows *self, guint32 row)
{
  guint32 at = self->root;
  guint position = 0;

  while (at != NONE)
    {
      const Node *node = node_at (self, at);
      int order = at == row ? 0 : taube_view_rows_compare (self, at, row);

      if (order == 0)
        return position + size_of (self, node->left);
      if (order < 0)
        position += size_of (self, node->left) + 1;
      at = order < 0 ? node->right : node->left;
    }
  return position;
}

/* Rows and their cells. */

static guint32
use_list (TaubeViewRows *self, TaubeMessageList *list)
{
  guint32 unused = NONE;

  /* The one that was used last, nearly always. */
  for (guint32 i = self->sources->len; i > 0; i--)
    {
      Source *source = &g_array_index (self->sources, Source, i - 1);

      if (source->list == list)
        return i - 1;
      if (source->list == NULL)
        unused = i - 1;
    }
  if (unused == NONE)
    {
      unused = self->sources->len;
      g_array_set_size (self->sources, unused + 1);
    }
  g_array_index (self->sources, Source, unused) = (Source){ g_object_ref (list), 0 };
  self->n_lists++;
  return unused;
}

static void
leave_list (TaubeViewRows *self, guint32 list)
{
  Source *source = &g_array_index (self->sources, Source, list);

  if (--source->used > 0)
    return;
  g_clear_object (&source->list);
  self->n_lists--;
}

guint32
taube_view_rows_add (TaubeViewRows *self, TaubeMessageList *list, guint index)
{
  g_autofree char *id = taube_item_list_get_id (TAUBE_ITEM_LIST (list), index);
  guint32 row = self->free;
  Node *node;

  if (row == NONE)
    {
      row = self->nodes->len;
      g_array_set_size (self->nodes, row + 1);
    }
  else
    self->free = node_at (self, row)->left;
  if (2 * (self->count + 1) > self->mask)
    grow_slots (self);
  self->slots[find_slot (self, id)] = row + 1;
  node = node_at (self, row);
  *node = (Node){ .left = NONE, .right = NONE, .index = index, .number = make_number (id) };
  node->list = use_list (self, list);
  source_of (self, node)->used++;
  set_key (self, node);
  self->count++;
  return row;
}

void
taube_view_rows_set_cells (TaubeViewRows *self, guint32 row, TaubeMessageList *list, guint index)
{
  Node *node = node_at (self, row);
  guint32 before = node->list;

  node->list = use_list (self, list);
  source_of (self, node)->used++;
  node->index = index;
  leave_list (self, before);
  if (node->size == 0)
    set_key (self, node);
}

void
taube_view_rows_drop (TaubeViewRows *self, guint32 row)
{
  Node *node = node_at (self, row);

  g_assert (node->size == 0);
  empty_slot (self, slot_of_row (self, row));
  leave_list (self, node->list);
  node->list = G_MAXUINT32;
  node->left = self->free;
  self->free = row;
  self->count--;
}

guint32
taube_view_rows_next (const TaubeViewRows *self, guint *cursor)
{
  while (*cursor < self->nodes->len)
    {
      guint32 row = (*cursor)++;

      if (node_at (self, row)->list != G_MAXUINT32)
        return row;
    }
  return NONE;
}

void
taube_view_rows_set_order (TaubeViewRows *self, const TaubeViewOrder *order)
{
  gboolean same_key = order->sort == self->order.sort;
  guint32 row;

  self->order = *order;
  self->root = NONE;
  if (!same_key)
    g_string_chunk_clear (self->texts);
  for (guint cursor = 0; (row = taube_view_rows_next (self, &cursor)) != NONE;)
    {
      Node *node = node_at (self, row);

      node->left = node->right = NONE;
      node->size = 0;
      if (!same_key)
        set_key (self, node);
    }
  for (guint cursor = 0; (row = taube_view_rows_next (self, &cursor)) != NONE;)
    if (taube_view_rows_passes (self, row))
      taube_view_rows_show (self, row);
}

/* Tidying up. */

static gboolean
may_move (const TaubeViewRows *self, const Node *node)
{
  return node->list != G_MAXUINT32 && source_of (self, node)->used < SMALL_ROWS
         && !taube_item_list_is_held (list_of (self, node), node->index);
}

void
taube_view_rows_settle (TaubeViewRows *self, TaubeMessageList *list, const GArray *rows)
{
  for (guint i = 0; i < rows->len; i++)
    {
      Node *node = node_at (self, g_array_index (rows, guint32, i));
      guint32 before = node->list;

      if (before == G_MAXUINT32 || taube_item_list_is_held (list_of (self, node), node->index))
        continue;
      node->list = use_list (self, list);
      source_of (self, node)->used++;
      node->index = i;
      leave_list (self, before);
    }
}

void
taube_view_rows_tidy_up (TaubeViewRows *self, TaubeFolder *folder)
{
  g_autoptr (TaubeMessageListBuilder) builder = NULL;
  g_autoptr (GArray) moved = NULL;
  g_autoptr (TaubeMessageList) list = NULL;

  if (self->n_lists < MANY_LISTS + self->count / SMALL_ROWS)
    return;
  builder = taube_message_list_builder_new (folder, TAUBE_LIST_FIELDS_DEFAULT);
  moved = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (guint32 row = 0; row < self->nodes->len; row++)
    {
      const Node *node = node_at (self, row);

      if (!may_move (self, node))
        continue;
      taube_message_list_builder_copy (builder, source_of (self, node)->list, node->index);
      g_array_append_val (moved, row);
    }
  list = taube_message_list_builder_end (g_steal_pointer (&builder));
  taube_view_rows_settle (self, list, moved);
}
