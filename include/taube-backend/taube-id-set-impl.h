/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-id-set.h>

G_BEGIN_DECLS

/* Sets of numbered ids: an id is numbered when it ends with a decimal number from 1 to 4,294,967,295 without leading
 * zeros, and what stands before that number is at most 64 bytes long: its prefix ("7." for "7.4711", "" for "4711"),
 * which never ends with a digit. All other ids are kept as strings: a range with a longer prefix is many of those. */
#define TAUBE_ID_PREFIX_MAX 64

typedef struct
{
  guint32 first;
  guint32 last; /* included */
} TaubeIdRange;

TAUBE_API void taube_id_set_add_range (TaubeIdSet *self, const char *prefix, guint32 first, guint32 last);
/* The numbers of the ids with PREFIX: ascending, disjoint, never adjacent; NULL when there are none. (transfer none) */
TAUBE_API const TaubeIdRange *taube_id_set_get_ranges (const TaubeIdSet *self, const char *prefix, guint *n_out);
/* Every prefix in it, sorted, for a backend that must name the ids that cannot be its own. (transfer container) */
TAUBE_API const char **taube_id_set_get_prefixes (const TaubeIdSet *self);
/* Every id that is not numbered, sorted. (transfer full) */
TAUBE_API char **taube_id_set_get_strings (const TaubeIdSet *self);

G_END_DECLS
