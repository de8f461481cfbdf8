/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>
#include <taube/taube-error.h>

#include "imap-value.h"

G_BEGIN_DECLS

/* Flags of a message or a folder: the known ones as bits, the others as they are. */
typedef struct
{
  TaubeMessageFlags flags;
  const char *const *keywords; /* NULL-terminated, in the arena; raw bytes, rarely not UTF-8 */
  guint n_keywords;
  gboolean any; /* "\*": new keywords can be made (PERMANENTFLAGS) */
  gboolean malformed;
} ImapFlags;

gboolean imap_flags_decode (const ImapValue *list, TaubeArena *arena, ImapFlags *flags);
TaubeMessageFlags imap_flags_from_word (const char *word, gsize length);
guint imap_flags_to_words (TaubeMessageFlags flags, const char *words[8]);
gboolean imap_flags_check_keyword (const char *keyword, GError **error);

G_END_DECLS
