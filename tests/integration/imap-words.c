/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-words.h"

#include <string.h>

char *
imap_words_read (ImapWords *in)
{
  const char *start, *stop;
  gsize length;

  while (in->at < in->end && *in->at == ' ')
    in->at++;
  start = in->at;
  if (start < in->end && *start == '"')
    {
      stop = memchr (start + 1, '"', in->end - start - 1);
      g_assert_nonnull (stop);
      in->at = stop + 1;
      return g_strndup (start + 1, stop - start - 1);
    }
  if (start < in->end && *start == '(')
    {
      stop = memchr (start, ')', in->end - start);
      g_assert_nonnull (stop);
      in->at = stop + 1;
      return g_strndup (start, stop + 1 - start);
    }
  if (start < in->end && *start == '{')
    {
      length = g_ascii_strtoull (start + 1, NULL, 10);
      stop = (const char *) memchr (start, '\n', in->end - start) + 1;
      in->at = stop + length;
      return g_strndup (stop, length);
    }
  while (in->at < in->end && strchr (" \r\n", *in->at) == NULL)
    in->at++;
  return g_strndup (start, in->at - start);
}

gboolean
imap_words_is_in_set (const char *set, guint32 uid, guint32 last)
{
  g_auto (GStrv) ranges = g_strsplit (set, ",", -1);

  for (guint i = 0; ranges[i] != NULL; i++)
    {
      const char *colon = strchr (ranges[i], ':');
      guint32 from = (guint32) g_ascii_strtoull (ranges[i], NULL, 10);
      guint32 to = colon == NULL ? from : colon[1] == '*' ? last : (guint32) g_ascii_strtoull (colon + 1, NULL, 10);

      if (uid >= MIN (from, to) && uid <= MAX (from, to))
        return TRUE;
    }
  return FALSE;
}
