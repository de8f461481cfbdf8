/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-decode-thread.h"

#include <string.h>

/* Parentheses in one another. They nest only where a thread forks. */
#define MAX_NESTING 10000

/* An open parenthesis: what comes next in it answers PARENT. */
typedef struct
{
  guint32 parent;
  guint32 depth;
  gboolean has_members;
} Level;

static gboolean
open_level (GArray *stack, TaubeForest *forest)
{
  Level level = { TAUBE_FOREST_NONE, 0, FALSE };

  if (stack->len >= MAX_NESTING)
    return FALSE;
  if (stack->len == 0)
    {
      taube_forest_begin_thread (forest);
    }
  else
    {
      const Level *outer = &g_array_index (stack, Level, stack->len - 1);

      /* "((3)(4))": both answer a message that is not here. */
      level.parent = outer->parent;
      level.depth = outer->has_members || outer->parent != TAUBE_FOREST_NONE ? outer->depth : 1;
    }
  g_array_append_val (stack, level);
  return TRUE;
}

static const char *
read_member (const char *text, Level *level, TaubeForest *forest)
{
  gsize digits = strspn (text, "0123456789");
  guint64 number;

  if (digits == 0 || digits > 10 || !imap_number_parse (text, digits, &number) || number == 0
      || number > G_MAXUINT32)
    return NULL;
  level->parent = taube_forest_add (forest, (guint32) number, level->parent, level->depth);
  level->depth++;
  level->has_members = TRUE;
  return text + digits;
}

/* thread-data    = "THREAD" [SP 1*thread-list]
 * thread-list    = "(" (thread-members / thread-nested) ")"
 * thread-members = nz-number *(SP nz-number) [SP thread-nested]
 * thread-nested  = 2*thread-list                                     (RFC 5256)
 *
 * Straight from the text: a large folder gives a million numbers. FALSE when something else stands there; the threads
 * before it are in FOREST. */
gboolean
imap_decode_thread (const ImapResponse *response, TaubeForest *forest)
{
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (Level));
  const char *text = response->text;

  while (*text != '\0')
    {
      if (*text == ' ')
        text++;
      else if (*text == '(')
        {
          if (!open_level (stack, forest))
            return FALSE;
          text++;
        }
      else if (stack->len == 0)
        return FALSE;
      else if (*text == ')')
        {
          g_array_set_size (stack, stack->len - 1);
          text++;
        }
      else
        text = read_member (text, &g_array_index (stack, Level, stack->len - 1), forest);
      if (text == NULL)
        return FALSE;
    }
  return stack->len == 0;
}
