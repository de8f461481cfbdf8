/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-types.h>

G_BEGIN_DECLS

/* What a server may ask of us. Every parser takes a pointer to one; nothing from the network goes unlimited. */
typedef struct
{
  gsize line_bytes;           /* one protocol line, without its literals */
  gsize literal_bytes;        /* a literal that is kept in memory; a body that was asked for goes to its sink instead */
  guint64 body_bytes;         /* a body streamed to a sink */
  gsize response_bytes;       /* all that one response takes in memory, literals included */
  guint nesting;              /* parentheses, MIME parts */
  guint list_items;           /* elements of one list inside a response */
  guint folders;              /* LIST answers of one command */
  guint messages;             /* messages of one folder */
  guint untagged_responses;   /* of a kind nobody asked for, while one command runs */
  guint capabilities;         /* words in a capability list */
  guint header_bytes;         /* header of a message that is kept in memory */
  guint challenge_bytes;      /* one SASL challenge, decoded */
  guint challenges;           /* SASL steps */
  guint scram_iterations_min;
  guint scram_iterations_max;
  gsize text_bytes;           /* decoded text of a part that is returned as a string */
  gsize message_bytes;        /* a whole message that is kept in memory; saving it to a stream has no such limit */
} TaubeLimits;

TAUBE_API const TaubeLimits *taube_limits_get_default (void);

G_END_DECLS
