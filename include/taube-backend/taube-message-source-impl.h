/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-message-source.h>

G_BEGIN_DECLS

/* What was found out about a message before any of it is sent. */
typedef struct
{
  guint64 size;            /* of what taube_message_source_open() gives: every line ends with CRLF */
  gboolean has_nul;        /* somewhere in it */
  gboolean has_8bit_header;
  char *message_id;        /* without space around it; NULL: none, or none that is of use */
} TaubeMessageFacts;

/* The wrapper has measured each source before a backend gets it. (transfer none) */
TAUBE_API const TaubeMessageFacts *taube_message_source_get_facts (TaubeMessageSource *self);
/* The message from its beginning, again and again, but only one at a time; it is read in constant memory. It may turn
 * out shorter or longer than it was, when somebody else writes to the file. (transfer full) */
TAUBE_API GInputStream *taube_message_source_open (TaubeMessageSource *self, GCancellable *cancellable,
                                                   GError **error);

G_END_DECLS
