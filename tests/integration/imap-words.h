/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Arguments of a command, for a server of a test: words, quoted strings, literals, lists as they stand. */
typedef struct
{
  const char *at;
  const char *end;
} ImapWords;

/* The next one; an empty one at the end. (transfer full) */
char *imap_words_read (ImapWords *in);
/* Whether "1,3:5,7:*" has UID, when "*" is LAST. */
gboolean imap_words_is_in_set (const char *set, guint32 uid, guint32 last);

G_END_DECLS
