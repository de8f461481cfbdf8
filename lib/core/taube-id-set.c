/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube-id-set.h>

#include <taube-backend/taube-id-set-impl.h>

#include "core/taube-packed-set.h"

#include <string.h>

/* Beyond this the strings alone would take gigabytes: work on ranges instead. */
#define STRV_MAXIMUM 10000000

/* The numbers that follow one prefix. Ranges are ascending, disjoint and never adjacent. */
typedef struct
{
  char *prefix;
  TaubeIdRange *ranges;
  guint n_ranges;
  guint room;
} Group;

/**
 * TaubeIdSet:
 *
 * A set of item ids, kept as ranges: a million neighbours cost a few bytes. Every operation on many items takes one.
 */
struct _TaubeIdSet
{
  GHashTable *groups;      /* prefix -> Group, none of them empty; NULL: no group yet */
  TaubePackedSet *strings; /* the ids that are not numbered; NULL: none yet */
};

G_DEFINE_BOXED_TYPE (TaubeIdSet, taube_id_set, taube_id_set_copy, taube_id_set_free)

static void
group_free (gpointer data)
{
  Group *group = data;

  g_free (group->prefix);
  g_free (group->ranges);
  g_free (group);
}

static Group *
group_new (const char *prefix, guint room)
{
  Group *group = g_new0 (Group, 1);

  group->prefix = g_strdup (prefix);
  group->room = room;
  group->ranges = g_new (TaubeIdRange, room);
  return group;
}

static Group *
group_copy (const Group *from)
{
  Group *group = group_new (from->prefix, from->n_ranges);

  group->n_ranges = from->n_ranges;
  memcpy (group->ranges, from->ranges, from->n_ranges * sizeof (TaubeIdRange));
  return group;
}

/* The first range that ends at NUMBER or later; n_ranges when there is none. */
static guint
group_find (const Group *group, guint32 number)
{
  guint low = 0, high = group->n_ranges;

  /* Servers count upwards: most look-ups are for the end. */
  if (high == 0 || group->ranges[high - 1].last < number)
    return high;
  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (group->ranges[middle].last < number)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static void
group_insert (Group *group, guint at, TaubeIdRange range)
{
  if (group->n_ranges == group->room)
    {
      group->room = group->room < 4 ? 4 : group->room + group->room / 2;
      group->ranges = g_renew (TaubeIdRange, group->ranges, group->room);
    }
  memmove (group->ranges + at + 1, group->ranges + at, (group->n_ranges - at) * sizeof (TaubeIdRange));
  group->ranges[at] = range;
  group->n_ranges++;
}

static void
group_add (Group *group, TaubeIdRange range)
{
  guint from = group_find (group, range.first - 1), to = from;

  /* [from, to) touch the new range: they become one. */
  while (to < group->n_ranges && (range.last == G_MAXUINT32 || group->ranges[to].first <= range.last + 1))
    to++;
  if (from == to)
    {
      group_insert (group, from, range);
      return;
    }
  group->ranges[from].first = MIN (group->ranges[from].first, range.first);
  group->ranges[from].last = MAX (group->ranges[to - 1].last, range.last);
  memmove (group->ranges + from + 1, group->ranges + to, (group->n_ranges - to) * sizeof (TaubeIdRange));
  group->n_ranges -= to - from - 1;
}

static void
group_append (Group *group, TaubeIdRange range)
{
  TaubeIdRange *end = group->n_ranges > 0 ? &group->ranges[group->n_ranges - 1] : NULL;

  if (end != NULL && (end->last == G_MAXUINT32 || range.first <= end->last + 1))
    end->last = MAX (end->last, range.last);
  else
    group_insert (group, group->n_ranges, range);
}

/* All of both, in one walk along them. */
static Group *
group_union (const Group *a, const Group *b)
{
  Group *group = group_new (a->prefix, a->n_ranges + b->n_ranges);
  guint i = 0, j = 0;

  while (i < a->n_ranges || j < b->n_ranges)
    if (j == b->n_ranges || (i < a->n_ranges && a->ranges[i].first <= b->ranges[j].first))
      group_append (group, a->ranges[i++]);
    else
      group_append (group, b->ranges[j++]);
  return group;
}

/* What is in A and not in B, in one walk along them. */
static Group *
group_difference (const Group *a, const Group *b)
{
  Group *group = group_new (a->prefix, a->n_ranges);
  guint j = 0;

  for (guint i = 0; i < a->n_ranges; i++)
    {
      TaubeIdRange rest = a->ranges[i];
      gboolean gone = FALSE;

      while (j < b->n_ranges && b->ranges[j].last < rest.first)
        j++;
      /* A range of B may reach into the next one of A, so j stays on it. */
      for (guint k = j; k < b->n_ranges && b->ranges[k].first <= rest.last && !gone; k++)
        {
          if (b->ranges[k].first > rest.first)
            group_append (group, (TaubeIdRange){ rest.first, b->ranges[k].first - 1 });
          gone = b->ranges[k].last >= rest.last;
          if (!gone)
            rest.first = b->ranges[k].last + 1;
        }
      if (!gone)
        group_append (group, rest);
    }
  return group;
}

static guint64
group_get_size (const Group *group)
{
  guint64 size = 0;

  for (guint i = 0; i < group->n_ranges; i++)
    size += (guint64)group->ranges[i].last - group->ranges[i].first + 1;
  return size;
}

/* How long the prefix of a numbered ID is; FALSE when ID is not numbered. */
static gboolean
split_id (const char *id, gsize *prefix_length_out, guint32 *number_out)
{
  gsize length = strlen (id), start = length;
  guint64 number = 0;

  while (start > 0 && g_ascii_isdigit (id[start - 1]))
    start--;
  /* Long ids that a server draws by chance end with a digit now and then: no two of them are neighbours. */
  if (start == length || length - start > 10 || id[start] == '0' || start > TAUBE_ID_PREFIX_MAX)
    return FALSE;
  for (gsize i = start; i < length; i++)
    number = number * 10 + (guint64)(id[i] - '0');
  if (number > G_MAXUINT32)
    return FALSE;
  *prefix_length_out = start;
  *number_out = (guint32)number;
  return TRUE;
}

static Group *
find_group (const TaubeIdSet *self, const char *prefix)
{
  return self->groups != NULL ? g_hash_table_lookup (self->groups, prefix) : NULL;
}

/* GROUP takes the place of the one with its prefix; an empty one is not kept. */
static void
put_group (TaubeIdSet *self, Group *group)
{
  if (group->n_ranges == 0)
    {
      if (self->groups != NULL)
        g_hash_table_remove (self->groups, group->prefix);
      group_free (group);
      return;
    }
  if (self->groups == NULL)
    self->groups = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, group_free);
  g_hash_table_replace (self->groups, group->prefix, group);
}

static void
put_string (TaubeIdSet *self, const char *id)
{
  if (self->strings == NULL)
    self->strings = taube_packed_set_new ();
  taube_packed_set_add (self->strings, id);
}

static void
put_strings (TaubeIdSet *self, const char *prefix, guint32 first, guint32 last)
{
  for (guint64 number = first; number <= last; number++)
    {
      g_autofree char *id = g_strdup_printf ("%s%u", prefix, (guint) number);

      put_string (self, id);
    }
}

static guint
count_strings (const TaubeIdSet *self)
{
  return self->strings != NULL ? taube_packed_set_get_size (self->strings) : 0;
}

static void
add_strings (TaubeIdSet *self, const TaubeIdSet *other)
{
  g_auto (TaubePackedSetIter) iter = { 0 };
  const char *id;

  if (count_strings (other) == 0)
    return;
  if (count_strings (self) == 0)
    {
      g_clear_pointer (&self->strings, taube_packed_set_free);
      self->strings = taube_packed_set_copy (other->strings);
      return;
    }
  taube_packed_set_iter_init (&iter, other->strings);
  while ((id = taube_packed_set_iter_next (&iter)) != NULL)
    taube_packed_set_add (self->strings, id);
}

/* The smaller one of both is walked along: the other may be a whole folder. */
static void
remove_strings (TaubePackedSet *strings, const TaubePackedSet *others)
{
  gboolean few = taube_packed_set_get_size (strings) < taube_packed_set_get_size (others);
  g_autoptr (GPtrArray) both = g_ptr_array_new_with_free_func (g_free);
  g_auto (TaubePackedSetIter) iter = { 0 };
  const char *id;

  taube_packed_set_iter_init (&iter, few ? strings : others);
  while ((id = taube_packed_set_iter_next (&iter)) != NULL)
    if (!few)
      taube_packed_set_remove (strings, id);
    else if (taube_packed_set_contains (others, id))
      g_ptr_array_add (both, g_strdup (id));
  for (guint i = 0; i < both->len; i++)
    taube_packed_set_remove (strings, both->pdata[i]);
}

static gboolean
holds_all (const TaubePackedSet *set, const TaubePackedSet *others)
{
  g_auto (TaubePackedSetIter) iter = { 0 };
  const char *id;

  taube_packed_set_iter_init (&iter, others);
  while ((id = taube_packed_set_iter_next (&iter)) != NULL)
    if (!taube_packed_set_contains (set, id))
      return FALSE;
  return TRUE;
}

/**
 * taube_id_set_new:
 *
 * An empty set of item ids.
 *
 * A set holds runs of numbered ids as ranges, so that all messages of a large folder cost a few bytes. It may be read
 * from several threads at once as long as none changes it.
 *
 * Returns: (transfer full): a new set
 */
TaubeIdSet *
taube_id_set_new (void)
{
  return g_new0 (TaubeIdSet, 1);
}

/**
 * taube_id_set_new_from_ids:
 * @ids: (array zero-terminated=1): ids of items
 *
 * A set of the given ids; one that occurs twice is in it once.
 *
 * Returns: (transfer full): a new set
 */
TaubeIdSet *
taube_id_set_new_from_ids (const char *const *ids)
{
  TaubeIdSet *self = taube_id_set_new ();

  g_return_val_if_fail (ids != NULL, self);

  for (gsize i = 0; ids[i] != NULL; i++)
    taube_id_set_add (self, ids[i]);
  return self;
}

/**
 * taube_id_set_copy:
 * @self: a set
 *
 * A set with the same ids that can be changed by itself.
 *
 * Returns: (transfer full): a copy
 */
TaubeIdSet *
taube_id_set_copy (const TaubeIdSet *self)
{
  TaubeIdSet *copy = taube_id_set_new ();

  g_return_val_if_fail (self != NULL, copy);

  taube_id_set_add_set (copy, self);
  return copy;
}

/**
 * taube_id_set_free:
 * @self: (transfer full): a set
 *
 * Frees the set.
 */
void
taube_id_set_free (TaubeIdSet *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->groups, g_hash_table_unref);
  g_clear_pointer (&self->strings, taube_packed_set_free);
  g_free (self);
}

/**
 * taube_id_set_add:
 * @self: a set
 * @id: the id of an item
 *
 * Puts one id into the set.
 */
void
taube_id_set_add (TaubeIdSet *self, const char *id)
{
  gsize length;
  guint32 number;

  g_return_if_fail (self != NULL);
  g_return_if_fail (id != NULL && id[0] != '\0' && g_utf8_validate (id, -1, NULL));

  if (split_id (id, &length, &number))
    {
      g_autofree char *prefix = g_strndup (id, length);

      taube_id_set_add_range (self, prefix, number, number);
    }
  else
    put_string (self, id);
}

/* Puts the ids from PREFIX FIRST to PREFIX LAST into the set, both included; FIRST is 1 or more. PREFIX must not end
 * with a digit: the ids would not be numbered as other functions see them. */
void
taube_id_set_add_range (TaubeIdSet *self, const char *prefix, guint32 first, guint32 last)
{
  Group *group;

  g_return_if_fail (self != NULL);
  g_return_if_fail (prefix != NULL && (prefix[0] == '\0' || !g_ascii_isdigit (prefix[strlen (prefix) - 1])));
  g_return_if_fail (first > 0 && first <= last);

  if (strlen (prefix) > TAUBE_ID_PREFIX_MAX)
    {
      put_strings (self, prefix, first, last);
      return;
    }
  group = find_group (self, prefix);
  if (group != NULL)
    {
      group_add (group, (TaubeIdRange){ first, last });
      return;
    }
  group = group_new (prefix, 1);
  group_append (group, (TaubeIdRange){ first, last });
  put_group (self, group);
}

/**
 * taube_id_set_add_set:
 * @self: a set
 * @other: another set
 *
 * Puts all ids of @other into @self.
 */
void
taube_id_set_add_set (TaubeIdSet *self, const TaubeIdSet *other)
{
  GHashTableIter iter;
  gpointer key, value;

  g_return_if_fail (self != NULL);
  g_return_if_fail (other != NULL);

  if (self == other)
    return;
  if (other->groups != NULL)
    {
      g_hash_table_iter_init (&iter, other->groups);
      while (g_hash_table_iter_next (&iter, &key, &value))
        {
          Group *group = find_group (self, key);

          put_group (self, group != NULL ? group_union (group, value) : group_copy (value));
        }
    }
  add_strings (self, other);
}

/**
 * taube_id_set_remove_set:
 * @self: a set
 * @other: another set
 *
 * Takes all ids of @other out of @self.
 */
void
taube_id_set_remove_set (TaubeIdSet *self, const TaubeIdSet *other)
{
  GHashTableIter iter;
  gpointer key, value;

  g_return_if_fail (self != NULL);
  g_return_if_fail (other != NULL);

  if (self == other)
    {
      g_clear_pointer (&self->groups, g_hash_table_unref);
      g_clear_pointer (&self->strings, taube_packed_set_free);
      return;
    }
  if (self->groups != NULL && other->groups != NULL)
    {
      g_hash_table_iter_init (&iter, other->groups);
      while (g_hash_table_iter_next (&iter, &key, &value))
        {
          Group *group = find_group (self, key);

          if (group != NULL)
            put_group (self, group_difference (group, value));
        }
    }
  if (count_strings (self) > 0 && count_strings (other) > 0)
    remove_strings (self->strings, other->strings);
}

/**
 * taube_id_set_contains:
 * @self: a set
 * @id: the id of an item
 *
 * Whether the set holds the id.
 *
 * Returns: %TRUE when it does
 */
gboolean
taube_id_set_contains (const TaubeIdSet *self, const char *id)
{
  g_autofree char *prefix = NULL;
  const Group *group;
  gsize length;
  guint32 number;
  guint at;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (id != NULL, FALSE);

  if (!split_id (id, &length, &number))
    return self->strings != NULL && taube_packed_set_contains (self->strings, id);
  if (self->groups == NULL)
    return FALSE;
  prefix = g_strndup (id, length);
  group = find_group (self, prefix);
  if (group == NULL)
    return FALSE;
  at = group_find (group, number);
  return at < group->n_ranges && group->ranges[at].first <= number;
}

/**
 * taube_id_set_get_size:
 * @self: a set
 *
 * How many ids the set holds.
 *
 * Returns: a count
 */
guint64
taube_id_set_get_size (const TaubeIdSet *self)
{
  GHashTableIter iter;
  gpointer value;
  guint64 size;

  g_return_val_if_fail (self != NULL, 0);

  size = count_strings (self);
  if (self->groups == NULL)
    return size;
  g_hash_table_iter_init (&iter, self->groups);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    size += group_get_size (value);
  return size;
}

static guint
count_groups (const TaubeIdSet *self)
{
  return self->groups != NULL ? g_hash_table_size (self->groups) : 0;
}

/**
 * taube_id_set_equal:
 * @a: a set
 * @b: another set
 *
 * Whether both hold the same ids.
 *
 * Returns: %TRUE when they do
 */
gboolean
taube_id_set_equal (const TaubeIdSet *a, const TaubeIdSet *b)
{
  GHashTableIter iter;
  gpointer key, value;

  g_return_val_if_fail (a != NULL, FALSE);
  g_return_val_if_fail (b != NULL, FALSE);

  if (count_groups (a) != count_groups (b) || count_strings (a) != count_strings (b))
    return FALSE;
  if (a->groups != NULL)
    {
      g_hash_table_iter_init (&iter, a->groups);
      while (g_hash_table_iter_next (&iter, &key, &value))
        {
          const Group *mine = value, *theirs = find_group (b, key);

          if (theirs == NULL || theirs->n_ranges != mine->n_ranges
              || memcmp (theirs->ranges, mine->ranges, mine->n_ranges * sizeof (TaubeIdRange)) != 0)
            return FALSE;
        }
    }
  return count_strings (a) == 0 || holds_all (b->strings, a->strings);
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

const char **
taube_id_set_get_prefixes (const TaubeIdSet *self)
{
  const char **prefixes;
  guint n = 0;

  g_return_val_if_fail (self != NULL, NULL);

  prefixes = self->groups != NULL ? (const char **)g_hash_table_get_keys_as_array (self->groups, &n)
                                  : g_new0 (const char *, 1);
  if (n > 1)
    qsort (prefixes, n, sizeof *prefixes, compare_texts);
  return prefixes;
}

char **
taube_id_set_get_strings (const TaubeIdSet *self)
{
  g_auto (TaubePackedSetIter) iter = { 0 };
  char **strings;
  const char *id;
  guint n = 0;

  g_return_val_if_fail (self != NULL, NULL);

  strings = g_new (char *, count_strings (self) + (gsize)1);
  if (self->strings != NULL)
    {
      taube_packed_set_iter_init (&iter, self->strings);
      while ((id = taube_packed_set_iter_next (&iter)) != NULL)
        strings[n++] = g_strdup (id);
    }
  strings[n] = NULL;
  qsort (strings, n, sizeof *strings, compare_texts);
  return strings;
}

const TaubeIdRange *
taube_id_set_get_ranges (const TaubeIdSet *self, const char *prefix, guint *n_out)
{
  const Group *group;

  g_return_val_if_fail (n_out != NULL, NULL);
  *n_out = 0;
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (prefix != NULL, NULL);

  group = find_group (self, prefix);
  if (group == NULL)
    return NULL;
  *n_out = group->n_ranges;
  return group->ranges;
}

/**
 * taube_id_set_to_strv:
 * @self: a set
 *
 * All ids one by one: first those that end with a number, by prefix and number, then the others.
 *
 * A set can hold billions of ids in a few bytes, their strings can not be held: of a set with more than 10,000,000
 * ids nothing is given.
 *
 * Returns: (transfer full) (nullable) (array zero-terminated=1): the ids, or %NULL when there are too many
 */
char **
taube_id_set_to_strv (const TaubeIdSet *self)
{
  g_autofree const char **prefixes = NULL;
  g_autofree char **strings = NULL;
  guint64 size;
  char **ids;
  gsize n = 0;

  g_return_val_if_fail (self != NULL, NULL);

  size = taube_id_set_get_size (self);
  if (size > STRV_MAXIMUM)
    return NULL;
  ids = g_new (char *, size + 1);
  prefixes = taube_id_set_get_prefixes (self);
  for (gsize p = 0; prefixes[p] != NULL; p++)
    {
      const Group *group = find_group (self, prefixes[p]);

      for (guint i = 0; i < group->n_ranges; i++)
        for (guint64 number = group->ranges[i].first; number <= group->ranges[i].last; number++)
          ids[n++] = g_strdup_printf ("%s%u", prefixes[p], (guint)number);
    }
  strings = taube_id_set_get_strings (self);
  for (gsize i = 0; strings[i] != NULL; i++)
    ids[n++] = strings[i];
  ids[n] = NULL;
  return ids;
}
