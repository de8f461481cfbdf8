/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "taube-test-pattern.h"

#include <string.h>

/* The length of "{name}" at AT, or 0: "{12}" is a literal, not a name. */
static gsize
name_length (const char *at, gsize left)
{
  gsize length = 1;

  if (left < 3 || at[0] != '{' || !g_ascii_isalpha (at[1]))
    return 0;
  while (length < left && (g_ascii_isalnum (at[length]) || at[length] == '-' || at[length] == '_'))
    length++;
  return length < left && at[length] == '}' ? length + 1 : 0;
}

static gboolean
match_name (const char *pattern, gsize length, const char *text, GHashTable *names)
{
  gsize word = strcspn (text, " ");

  /* The longest word first: what follows the name usually is a space. */
  for (; word > 0; word--)
    if (taube_test_pattern_match (pattern + length, text + word, names))
      {
        g_hash_table_replace (names, g_strndup (pattern + 1, length - 2), g_strndup (text, word));
        return TRUE;
      }
  return FALSE;
}

static gboolean
match_any (const char *pattern, const char *text, GHashTable *names)
{
  for (;; text++)
    {
      if (taube_test_pattern_match (pattern, text, names))
        return TRUE;
      if (*text == '\0')
        return FALSE;
    }
}

gboolean
taube_test_pattern_match (const char *pattern, const char *text, GHashTable *names)
{
  for (; *pattern != '\0'; pattern++, text++)
    {
      gsize length = name_length (pattern, strlen (pattern));

      if (*pattern == '*')
        return match_any (pattern + 1, text, names);
      if (length > 0)
        return match_name (pattern, length, text, names);
      if (g_ascii_tolower (*pattern) != g_ascii_tolower (*text))
        return FALSE;
    }
  return *text == '\0';
}

char *
taube_test_pattern_expand (const char *bytes, gsize length, GHashTable *names, GByteArray *out)
{
  for (gsize i = 0; i < length;)
    {
      gsize name = name_length (bytes + i, length - i);
      g_autofree char *key = name > 0 ? g_strndup (bytes + i + 1, name - 2) : NULL;
      const char *value = key != NULL ? g_hash_table_lookup (names, key) : NULL;

      if (key != NULL && value == NULL)
        return g_steal_pointer (&key);
      if (key != NULL)
        g_byte_array_append (out, (const guint8 *) value, (guint) strlen (value));
      else
        g_byte_array_append (out, (const guint8 *) bytes + i, 1);
      i += key != NULL ? name : 1;
    }
  return NULL;
}
