/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-flags.h"

#include "imap-gettext.h"

#include <string.h>

typedef struct
{
  const char *word;
  guint8 length;
  TaubeMessageFlags flag;
} FlagName;

static const FlagName flag_names[] = {
  { "\\Seen", 5, TAUBE_MESSAGE_FLAGS_SEEN },         { "\\Answered", 9, TAUBE_MESSAGE_FLAGS_ANSWERED },
  { "\\Flagged", 8, TAUBE_MESSAGE_FLAGS_FLAGGED },   { "\\Recent", 7, TAUBE_MESSAGE_FLAGS_RECENT },
  { "\\Deleted", 8, TAUBE_MESSAGE_FLAGS_DELETED },   { "\\Draft", 6, TAUBE_MESSAGE_FLAGS_DRAFT },
  { "$Forwarded", 10, TAUBE_MESSAGE_FLAGS_FORWARDED },
};

/* NONE for a keyword. */
TaubeMessageFlags
imap_flags_from_word (const char *word, gsize length)
{
  if (length == 0 || (word[0] != '\\' && word[0] != '$'))
    return TAUBE_MESSAGE_FLAGS_NONE;
  for (guint i = 0; i < G_N_ELEMENTS (flag_names); i++)
    if (flag_names[i].length == length
        && (memcmp (flag_names[i].word, word, length) == 0
            || g_ascii_strncasecmp (flag_names[i].word, word, length) == 0))
      return flag_names[i].flag;
  return TAUBE_MESSAGE_FLAGS_NONE;
}

/* The words for FLAGS, as a client may send them: \Recent is the server's own. Returns how many there are. */
guint
imap_flags_to_words (TaubeMessageFlags flags, const char *words[8])
{
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (flag_names); i++)
    if ((flags & flag_names[i].flag) && flag_names[i].flag != TAUBE_MESSAGE_FLAGS_RECENT)
      words[n++] = flag_names[i].word;
  words[n] = NULL;
  return n;
}

static gboolean
add_keyword (const ImapValue *list, const ImapValue *value, TaubeArena *arena, ImapFlags *flags)
{
  const char **keywords = (const char **) flags->keywords;
  const char *word = value->text;

  if (keywords == NULL)
    {
      keywords = taube_arena_alloc (arena, (list->length + 1) * sizeof (char *));
      if (keywords == NULL)
        return FALSE;
      flags->keywords = keywords;
    }
  if (!g_utf8_validate (word, value->length, NULL))
    {
      g_autofree char *valid = g_utf8_make_valid (word, value->length);

      word = taube_arena_strndup (arena, valid, strlen (valid));
      if (word == NULL)
        return FALSE;
    }
  keywords[flags->n_keywords++] = word;
  keywords[flags->n_keywords] = NULL;
  return TRUE;
}

/* flag-list    = "(" [flag *(SP flag)] ")"
 * flag         = "\Answered" / "\Flagged" / "\Deleted" / "\Seen" / "\Draft" / flag-keyword / flag-extension
 * flag-perm    = flag / "\*"                                         (RFC 9051)
 *
 * Servers send flags with brackets and plus signs in them; all that the value parser made a word is taken. FALSE
 * when LIST is not a list. */
gboolean
imap_flags_decode (const ImapValue *list, TaubeArena *arena, ImapFlags *flags)
{
  *flags = (ImapFlags){ 0 };
  if (list == NULL || (list->type != IMAP_VALUE_LIST && list->type != IMAP_VALUE_NIL))
    return FALSE;
  if (list->type == IMAP_VALUE_NIL)
    return TRUE;
  flags->malformed = list->broken;
  for (const ImapValue *value = list->first; value != NULL; value = value->next)
    {
      TaubeMessageFlags flag;

      if (!imap_value_is_text (value) || value->length == 0)
        {
          flags->malformed |= value->type != IMAP_VALUE_NIL;
          continue;
        }
      flag = imap_flags_from_word (value->text, value->length);
      flags->flags |= flag;
      if (flag != TAUBE_MESSAGE_FLAGS_NONE)
        continue;
      if (value->length == 2 && value->text[0] == '\\' && value->text[1] == '*')
        flags->any = TRUE;
      else if (!add_keyword (list, value, arena, flags))
        flags->malformed = TRUE;
    }
  return TRUE;
}

/* flag-keyword   = "$MDNSent" / "$Forwarded" / "$Junk" / "$NotJunk" / "$Phishing" / atom
 * flag-extension = "\" atom                                          (RFC 9051)
 *
 * Whether KEYWORD can be sent. "]" is let through: some servers have such flags, and one must be able to remove
 * them. */
gboolean
imap_flags_check_keyword (const char *keyword, GError **error)
{
  const char *p = keyword[0] == '\\' ? keyword + 1 : keyword;
  gboolean good = *p != '\0';

  for (; *p != '\0' && good; p++)
    good = *p > ' ' && *p < 0x7f && strchr ("(){%*\"\\", *p) == NULL;
  if (!good)
    {
      g_autofree char *shown = imap_text_dup_utf8 (keyword, strlen (keyword));

      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID,
                   _ ("\"%s\" cannot be a keyword: only printable ASCII without spaces and any of ( ) { %% * \" \\"),
                   shown);
    }
  return good;
}
