/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-search-impl.h>

#include "core/taube-intern.h"

#include <string.h>

/* Threads made on this side (RFC 5256, section 3). Messages, and those that are only referred to, are nodes in one
 * array, linked by their places; nothing here is recursive, since a thread may be as deep as the folder is large. */

#define NONE G_MAXUINT32

/* References of one message that are looked at. */
#define REFERENCES_MAX 1000

/* Steps up a thread to see whether a link would close a circle; what is deeper is not linked any more. */
#define STEPS_MAX 10000

typedef struct
{
  guint32 number; /* 0: a message that is not here */
  guint32 parent;
  guint32 first;  /* child */
  guint32 next;   /* sibling */
  guint32 previous;
  guint32 place;  /* in the order in which they were added */
  guint32 subject;
  gint64 date;
  gboolean is_reply;
} Node;

struct _TaubeThreader
{
  TaubeThreading kind;
  TaubeIntern ids;
  TaubeIntern subjects;
  GArray *nodes;      /* of Node */
  GArray *nodes_of_id; /* guint32: the node of each message id */
  guint32 n_added;
};

TaubeThreader *
taube_threader_new (TaubeThreading kind)
{
  TaubeThreader *self = g_new0 (TaubeThreader, 1);

  self->kind = kind;
  taube_intern_init (&self->ids);
  taube_intern_init (&self->subjects);
  taube_intern_add (&self->subjects, "", 0, NULL);
  self->nodes = g_array_new (FALSE, FALSE, sizeof (Node));
  self->nodes_of_id = g_array_new (FALSE, FALSE, sizeof (guint32));
  return self;
}

void
taube_threader_free (TaubeThreader *self)
{
  taube_intern_clear (&self->ids);
  taube_intern_clear (&self->subjects);
  g_array_unref (self->nodes);
  g_array_unref (self->nodes_of_id);
  g_free (self);
}

TaubeFacts
taube_threader_get_facts (const TaubeThreader *self, GPtrArray *names)
{
  static const char *const wanted[] = { "Date", "Subject", "Message-ID", "In-Reply-To", "References" };
  guint n = self->kind == TAUBE_THREADING_ORDERED_SUBJECT ? 2 : G_N_ELEMENTS (wanted);

  for (guint i = 0; i < n; i++)
    {
      gboolean there = FALSE;

      for (guint j = 0; j < names->len; j++)
        there |= g_ascii_strcasecmp (names->pdata[j], wanted[i]) == 0;
      if (!there)
        g_ptr_array_add (names, (gpointer) wanted[i]);
    }
  return TAUBE_FACTS_HEADERS | TAUBE_FACTS_DATE;
}

static Node *
get (TaubeThreader *self, guint32 node)
{
  return &g_array_index (self->nodes, Node, node);
}

static guint32
new_node (TaubeThreader *self)
{
  Node node = { 0, NONE, NONE, NONE, NONE, 0, 0, 0, FALSE };

  g_array_append_val (self->nodes, node);
  return self->nodes->len - 1;
}

/* Message ids. */

/* msg-id = "<" id-left "@" id-right ">"                              (RFC 5322)
 *
 * The next one from *AT on, without blanks and quotes: the same id may be written in several ways. */
static gboolean
next_id (const char **at, const char *end, GString *id)
{
  for (;;)
    {
      const char *p = memchr (*at, '<', (gsize) (end - *at));
      gboolean has_at = FALSE;

      if (p == NULL)
        return FALSE;
      g_string_truncate (id, 0);
      for (p++; p < end && *p != '>' && *p != '<'; p++)
        {
          has_at |= *p == '@';
          if (strchr (" \t\r\n\"", *p) == NULL || *p == '\0')
            g_string_append_c (id, *p);
        }
      *at = p;
      if (p == end)
        return FALSE;
      if (*p == '>' && has_at)
        return TRUE;
    }
}

static guint32
node_of_id (TaubeThreader *self, GString *id)
{
  gboolean is_new;
  guint32 number = taube_intern_add (&self->ids, id->str, id->len, &is_new);

  if (is_new)
    {
      guint32 node = new_node (self);

      g_array_append_val (self->nodes_of_id, node);
    }
  return g_array_index (self->nodes_of_id, guint32, number);
}

static gboolean
is_above (TaubeThreader *self, guint32 above, guint32 below)
{
  guint steps = 0;

  if (above != below && get (self, above)->first == NONE)
    return FALSE;
  for (; below != NONE && steps < STEPS_MAX; below = get (self, below)->parent, steps++)
    if (below == above)
      return TRUE;
  return below != NONE;
}

static void
cut_off (TaubeThreader *self, guint32 node)
{
  Node *cut = get (self, node);

  if (cut->previous != NONE)
    get (self, cut->previous)->next = cut->next;
  else if (cut->parent != NONE)
    get (self, cut->parent)->first = cut->next;
  if (cut->next != NONE)
    get (self, cut->next)->previous = cut->previous;
  cut->parent = cut->next = cut->previous = NONE;
}

/* Children are kept in no order: they are sorted at the end. */
static void
put_below (TaubeThreader *self, guint32 node, guint32 parent)
{
  guint32 first = get (self, parent)->first;

  get (self, node)->parent = parent;
  get (self, node)->next = first;
  if (first != NONE)
    get (self, first)->previous = node;
  get (self, parent)->first = node;
}

/* Step 1.A and 1.B: the chain of references, and the message at its end. */
static void
link_references (TaubeThreader *self, guint32 node, const char *references, gsize length)
{
  g_autoptr (GString) id = g_string_new (NULL);
  const char *at = references, *end = references + length;
  guint32 last = NONE;

  for (guint n = 0; n < REFERENCES_MAX && next_id (&at, end, id); n++)
    {
      guint32 next = node_of_id (self, id);

      if (last != NONE && get (self, next)->parent == NONE && next != node && !is_above (self, next, last))
        put_below (self, next, last);
      last = next;
    }
  if (last == get (self, node)->parent && last != NONE)
    return;
  cut_off (self, node);
  if (last != NONE && !is_above (self, node, last))
    put_below (self, node, last);
}

static void
add_references (TaubeThreader *self, guint32 node, const TaubeSearchSubject *subject)
{
  g_autoptr (GString) id = g_string_new (NULL);
  gsize length = 0;
  const char *text = taube_mime_headers_find (subject->headers, "References", &length);
  const char *at = text;

  if (text != NULL && next_id (&at, text + length, id))
    {
      link_references (self, node, text, length);
      return;
    }
  /* Only the first id of In-Reply-To counts, and other words may stand around it. */
  text = taube_mime_headers_find (subject->headers, "In-Reply-To", &length);
  at = text;
  if (text != NULL && next_id (&at, text + length, id))
    {
      g_string_prepend_c (id, '<');
      g_string_append_c (id, '>');
      link_references (self, node, id->str, id->len);
    }
  else
    link_references (self, node, "", 0);
}

/* A node of its own for a message without an id, or with one that was seen before. */
static guint32
find_node (TaubeThreader *self, const TaubeSearchSubject *subject)
{
  g_autoptr (GString) id = g_string_new (NULL);
  gsize length = 0;
  const char *at = taube_mime_headers_find (subject->headers, "Message-ID", &length);
  guint32 node;

  if (self->kind == TAUBE_THREADING_ORDERED_SUBJECT || at == NULL || !next_id (&at, at + length, id))
    return new_node (self);
  node = node_of_id (self, id);
  return get (self, node)->number == 0 ? node : new_node (self);
}

void
taube_threader_add (TaubeThreader *self, const TaubeSearchSubject *subject)
{
  guint32 node = find_node (self, subject);
  g_autofree char *text = taube_mime_headers_dup_text (subject->headers, "Subject");
  g_autofree char *base = taube_mime_get_base_subject (text != NULL ? text : "", &get (self, node)->is_reply);
  g_autofree char *folded = taube_mime_fold_text (base, -1);
  gsize length;
  const char *date = taube_mime_headers_find (subject->headers, "Date", &length);
  int offset;

  get (self, node)->number = subject->number;
  get (self, node)->place = self->n_added++;
  get (self, node)->subject = taube_intern_add (&self->subjects, folded, strlen (folded), NULL);
  if (date == NULL || !taube_mime_parse_date (date, length, &get (self, node)->date, &offset))
    get (self, node)->date = subject->date;
  if (self->kind != TAUBE_THREADING_ORDERED_SUBJECT)
    add_references (self, node, subject);
}

/* Putting them together. */

/* NODE, which is not here, gives its place to its children. */
static void
give_place (TaubeThreader *self, guint32 node)
{
  guint32 parent = get (self, node)->parent;

  cut_off (self, node);
  while (get (self, node)->first != NONE)
    {
      guint32 child = get (self, node)->first;

      cut_off (self, child);
      if (parent != NONE)
        put_below (self, child, parent);
    }
}

/* Step 3: below the top, whatever is not here goes; then at the top, where it has no more than one child. */
static void
prune (TaubeThreader *self)
{
  for (guint32 i = 0; i < self->nodes->len; i++)
    if (get (self, i)->number == 0 && get (self, i)->parent != NONE)
      give_place (self, i);
  for (guint32 i = 0; i < self->nodes->len; i++)
    {
      guint32 child = get (self, i)->first;

      if (get (self, i)->number == 0 && child != NONE && get (self, child)->next == NONE)
        give_place (self, i);
    }
}

static guint32
first_child (TaubeThreader *self, guint32 node)
{
  guint32 best = get (self, node)->first;

  for (guint32 child = best; child != NONE; child = get (self, child)->next)
    if (get (self, child)->date < get (self, best)->date
        || (get (self, child)->date == get (self, best)->date && get (self, child)->place < get (self, best)->place))
      best = child;
  return best;
}

/* What stands for a thread: the message at its top, or the first below it. */
static const Node *
head_of (TaubeThreader *self, guint32 root)
{
  return get (self, get (self, root)->number != 0 ? root : first_child (self, root));
}

static GArray *
list_roots (TaubeThreader *self)
{
  GArray *roots = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (guint32 i = 0; i < self->nodes->len; i++)
    if (get (self, i)->parent == NONE && (get (self, i)->number != 0 || get (self, i)->first != NONE))
      g_array_append_val (roots, i);
  return roots;
}

static int
compare_heads (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const Node *x = head_of (user_data, *(const guint32 *) a), *y = head_of (user_data, *(const guint32 *) b);

  if (x->date != y->date)
    return x->date < y->date ? -1 : 1;
  return (x->place > y->place) - (x->place < y->place);
}

static void
sort_roots (TaubeThreader *self, GArray *roots)
{
  g_qsort_with_data (roots->data, (gint) roots->len, sizeof (guint32), compare_heads, self);
}

/* Step 5.B: the root that each subject belongs to. */
static guint32 *
find_subjects (TaubeThreader *self, GArray *roots)
{
  guint32 *table = g_new (guint32, self->subjects.starts->len);

  memset (table, 0xff, self->subjects.starts->len * sizeof (guint32));
  for (guint i = 0; i < roots->len; i++)
    {
      guint32 root = g_array_index (roots, guint32, i);
      guint32 subject = head_of (self, root)->subject;
      guint32 *other = &table[subject];

      if (subject == 0)
        continue;
      if (*other == NONE
          || (get (self, *other)->number != 0
              && (get (self, root)->number == 0
                  || (get (self, *other)->is_reply && !get (self, root)->is_reply))))
        *other = root;
    }
  return table;
}

static void
move_children (TaubeThreader *self, guint32 from, guint32 to)
{
  while (get (self, from)->first != NONE)
    {
      guint32 child = get (self, from)->first;

      cut_off (self, child);
      put_below (self, child, to);
    }
}

/* Step 5.C: ROOT and OTHER have the same subject. */
static void
merge_roots (TaubeThreader *self, guint32 root, guint32 *other)
{
  gboolean root_is_here = get (self, root)->number != 0, other_is_here = get (self, *other)->number != 0;

  if (!root_is_here && !other_is_here)
    move_children (self, root, *other);
  else if (!other_is_here || (get (self, root)->is_reply && !get (self, *other)->is_reply))
    put_below (self, root, *other);
  else
    {
      guint32 both = new_node (self);

      put_below (self, *other, both);
      put_below (self, root, both);
      *other = both;
    }
}

static void
merge_subjects (TaubeThreader *self)
{
  g_autoptr (GArray) roots = list_roots (self);
  g_autofree guint32 *table = NULL;

  sort_roots (self, roots);
  table = find_subjects (self, roots);
  for (guint i = 0; i < roots->len; i++)
    {
      guint32 root = g_array_index (roots, guint32, i);
      guint32 subject = head_of (self, root)->subject;

      if (subject != 0 && table[subject] != root && get (self, root)->parent == NONE)
        merge_roots (self, root, &table[subject]);
    }
}

/* ORDEREDSUBJECT: the messages of a subject by date, all below the first. */
static void
group_subjects (TaubeThreader *self)
{
  g_autoptr (GArray) roots = list_roots (self);
  g_autofree guint32 *table = g_new (guint32, self->subjects.starts->len);

  memset (table, 0xff, self->subjects.starts->len * sizeof (guint32));
  sort_roots (self, roots);
  for (guint i = 0; i < roots->len; i++)
    {
      guint32 root = g_array_index (roots, guint32, i);
      guint32 *first = &table[get (self, root)->subject];

      if (*first == NONE)
        *first = root;
      else
        put_below (self, root, *first);
    }
}

/* Handing out. */

typedef struct
{
  guint32 node;
  guint32 parent; /* place in the forest */
  guint32 depth;
} Waiting;

/* Puts the children of NODE on the stack, the last on top of it first. */
static void
push_children (TaubeThreader *self, GArray *stack, guint32 node, guint32 parent, guint32 depth)
{
  g_autoptr (GArray) children = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (guint32 child = get (self, node)->first; child != NONE; child = get (self, child)->next)
    g_array_append_val (children, child);
  sort_roots (self, children);
  for (guint i = children->len; i > 0; i--)
    {
      Waiting waiting = { g_array_index (children, guint32, i - 1), parent, depth };

      g_array_append_val (stack, waiting);
    }
}

static void
add_thread (TaubeThreader *self, TaubeForest *forest, guint32 root)
{
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (Waiting));
  Waiting next = { root, TAUBE_FOREST_NONE, 0 };

  taube_forest_begin_thread (forest);
  g_array_append_val (stack, next);
  while (stack->len > 0)
    {
      guint32 place = TAUBE_FOREST_NONE;

      next = g_array_index (stack, Waiting, stack->len - 1);
      g_array_set_size (stack, stack->len - 1);
      if (get (self, next.node)->number != 0)
        place = taube_forest_add (forest, get (self, next.node)->number, next.parent, next.depth);
      push_children (self, stack, next.node, place, next.depth + 1);
    }
}

/* The date of the newest message of each thread, for REFS. */
static gint64
newest_date (TaubeThreader *self, guint32 root)
{
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (guint32));
  gint64 newest = G_MININT64;

  g_array_append_val (stack, root);
  while (stack->len > 0)
    {
      const Node *node = get (self, g_array_index (stack, guint32, stack->len - 1));

      g_array_set_size (stack, stack->len - 1);
      if (node->number != 0)
        newest = MAX (newest, node->date);
      for (guint32 child = node->first; child != NONE; child = get (self, child)->next)
        g_array_append_val (stack, child);
    }
  return newest;
}

typedef struct
{
  guint32 root;
  guint place;
  gint64 newest;
} Dated;

static int
compare_dated (gconstpointer first, gconstpointer second, gpointer user_data)
{
  const Dated *a = first, *b = second;

  if (a->newest != b->newest)
    return a->newest < b->newest ? -1 : 1;
  return (a->place > b->place) - (a->place < b->place);
}

static void
sort_by_newest (TaubeThreader *self, GArray *roots)
{
  g_autofree Dated *dated = g_new (Dated, roots->len + 1);

  for (guint i = 0; i < roots->len; i++)
    {
      guint32 root = g_array_index (roots, guint32, i);

      dated[i] = (Dated){ root, i, newest_date (self, root) };
    }
  g_qsort_with_data (dated, (gint) roots->len, sizeof (Dated), compare_dated, NULL);
  for (guint i = 0; i < roots->len; i++)
    g_array_index (roots, guint32, i) = dated[i].root;
}

TaubeForest *
taube_threader_end (TaubeThreader *self)
{
  TaubeForest *forest = taube_forest_new ();
  g_autoptr (GArray) roots = NULL;

  if (self->kind == TAUBE_THREADING_ORDERED_SUBJECT)
    group_subjects (self);
  else
    prune (self);
  if (self->kind == TAUBE_THREADING_REFERENCES)
    merge_subjects (self);
  roots = list_roots (self);
  sort_roots (self, roots);
  if (self->kind == TAUBE_THREADING_REFS)
    sort_by_newest (self, roots);
  for (guint i = 0; i < roots->len; i++)
    add_thread (self, forest, g_array_index (roots, guint32, i));
  return forest;
}
