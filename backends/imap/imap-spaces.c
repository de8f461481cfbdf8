/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-spaces.h"

#include <string.h>

#include "imap-names.h"

static void
space_free (gpointer data)
{
  ImapSpace *space = data;

  g_free (space->prefix);
  g_free (space);
}

static void
add_spaces (GPtrArray *spaces, TaubeNamespace kind, const ImapNamespace *namespaces)
{
  for (const ImapNamespace *entry = namespaces; entry != NULL; entry = entry->next)
    {
      ImapSpace *space;

      if (entry->prefix.text == NULL)
        continue;
      space = g_new0 (ImapSpace, 1);
      space->kind = kind;
      space->prefix = g_strndup (entry->prefix.text, entry->prefix.length);
      space->delimiter = entry->delimiter;
      g_ptr_array_add (spaces, space);
    }
}

GPtrArray *
imap_spaces_new (const ImapNamespaces *namespaces)
{
  GPtrArray *spaces = g_ptr_array_new_with_free_func (space_free);

  add_spaces (spaces, TAUBE_NAMESPACE_PERSONAL, namespaces->personal);
  add_spaces (spaces, TAUBE_NAMESPACE_OTHER_USERS, namespaces->others);
  add_spaces (spaces, TAUBE_NAMESPACE_SHARED, namespaces->shared);
  return spaces;
}

/* "INBOX." is the same in any case of letters. */
static gboolean
same_bytes (const char *a, const char *b, gsize length)
{
  if (length >= 5 && g_ascii_strncasecmp (a, "INBOX", 5) == 0)
    return g_ascii_strncasecmp (a, b, 5) == 0 && memcmp (a + 5, b + 5, length - 5) == 0;
  return memcmp (a, b, length) == 0;
}

/* Whether the name begins with the prefix, or is the prefix itself without the delimiter at its end. */
static gboolean
is_inside (const ImapSpace *space, const char *name, gsize length)
{
  gsize prefix_length = strlen (space->prefix);

  if (length >= prefix_length)
    return same_bytes (name, space->prefix, prefix_length);
  return length + 1 == prefix_length && space->prefix[length] == space->delimiter
         && same_bytes (name, space->prefix, length);
}

TaubeNamespace
imap_spaces_classify (GPtrArray *spaces, const char *name, gsize length, char delimiter, ImapString *owner_out)
{
  const ImapSpace *best = NULL;
  const char *rest, *stop;
  gsize prefix_length;

  *owner_out = (ImapString){ 0 };
  if (length == 5 && g_ascii_strncasecmp (name, "INBOX", 5) == 0)
    return TAUBE_NAMESPACE_PERSONAL;
  for (guint i = 0; i < spaces->len; i++)
    {
      const ImapSpace *space = spaces->pdata[i];

      if (is_inside (space, name, length) && (best == NULL || strlen (space->prefix) > strlen (best->prefix)))
        best = space;
    }
  if (best == NULL)
    return TAUBE_NAMESPACE_PERSONAL;
  prefix_length = strlen (best->prefix);
  if (best->kind != TAUBE_NAMESPACE_OTHER_USERS || length <= prefix_length)
    return best->kind;
  rest = name + prefix_length;
  stop = delimiter != '\0' ? memchr (rest, delimiter, length - prefix_length) : NULL;
  *owner_out = (ImapString){ rest, stop != NULL ? (gsize) (stop - rest) : length - prefix_length };
  if (owner_out->length == 0)
    *owner_out = (ImapString){ 0 };
  return best->kind;
}

static guint
count_same_steps (const ImapSpace *space, const char *const *path, gboolean utf8)
{
  g_auto (GStrv) prefix = imap_names_split (space->prefix, strlen (space->prefix), space->delimiter, utf8);
  guint n = 0;

  for (; prefix[n] != NULL; n++)
    if (g_strcmp0 (prefix[n], path[n]) != 0)
      return 0;
  return n;
}

const ImapSpace *
imap_spaces_find (GPtrArray *spaces, const char *const *path, gboolean utf8)
{
  const ImapSpace *best = NULL;
  guint most = 0;

  for (guint i = 0; i < spaces->len; i++)
    {
      guint same = count_same_steps (spaces->pdata[i], path, utf8);

      if (same > most)
        {
          best = spaces->pdata[i];
          most = same;
        }
    }
  return best;
}

const ImapSpace *
imap_spaces_get_home (GPtrArray *spaces)
{
  const ImapSpace *home = NULL;

  for (guint i = 0; i < spaces->len; i++)
    {
      const ImapSpace *space = spaces->pdata[i];

      if (space->kind != TAUBE_NAMESPACE_PERSONAL)
        continue;
      if (space->prefix[0] == '\0')
        return NULL;
      if (home == NULL)
        home = space;
    }
  return home;
}
