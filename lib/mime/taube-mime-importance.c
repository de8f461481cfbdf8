/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-mime.h>

#include <string.h>

typedef struct
{
  const char *word;
  TaubeImportance importance;
} Word;

/* importance = "Importance" ":" ("low" / "normal" / "high")          (RFC 2156)
 * "X-MSMail-Priority" has the same words. */
static const Word words[] = {
  { "high", TAUBE_IMPORTANCE_HIGH },
  { "normal", TAUBE_IMPORTANCE_NORMAL },
  { "low", TAUBE_IMPORTANCE_LOW },
};

/* "X-Priority" is a number, often with a word behind it: "1 (Highest)". */
static const Word numbers[] = {
  { "1", TAUBE_IMPORTANCE_HIGH },
  { "2", TAUBE_IMPORTANCE_HIGH },
  { "3", TAUBE_IMPORTANCE_NORMAL },
  { "4", TAUBE_IMPORTANCE_LOW },
  { "5", TAUBE_IMPORTANCE_LOW },
};

static const struct
{
  const char *name;
  const Word *words;
  guint n_words;
} fields[] = {
  { "Importance", words, G_N_ELEMENTS (words) },
  { "X-Priority", numbers, G_N_ELEMENTS (numbers) },
  { "X-MSMail-Priority", words, G_N_ELEMENTS (words) },
};

static TaubeImportance
find_word (const Word *known, guint n, const char *raw, gsize length)
{
  gsize end = 0;

  while (end < length && g_ascii_isalnum (raw[end]))
    end++;
  for (guint i = 0; i < n; i++)
    if (strlen (known[i].word) == end && g_ascii_strncasecmp (known[i].word, raw, end) == 0)
      return known[i].importance;
  return TAUBE_IMPORTANCE_UNKNOWN;
}

/* What the fields TAUBE_MIME_IMPORTANCE_FIELDS say. The first that is understood counts; when none is, the sender said
 * nothing of it, which is normal. */
TaubeImportance
taube_mime_headers_get_importance (const TaubeMimeHeaders *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      gsize length;
      const char *raw = taube_mime_headers_find (self, fields[i].name, &length);
      TaubeImportance importance = TAUBE_IMPORTANCE_UNKNOWN;

      if (raw != NULL)
        importance = find_word (fields[i].words, fields[i].n_words, raw, length);
      if (importance != TAUBE_IMPORTANCE_UNKNOWN)
        return importance;
    }
  return TAUBE_IMPORTANCE_NORMAL;
}
