/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include <taube/taube-part.h>
#include <taube-backend/taube-limits.h>

G_BEGIN_DECLS

/* What a backend knows about one part; strings are copied, decoded and made valid. NULL: not known. */
typedef struct
{
  const char *section; /* "1.2"; "" for the whole message */
  const char *type;    /* "text" */
  const char *subtype; /* "plain" */
  const char *content_id;
  const char *description; /* as in the header */
  const char *encoding;
  const char *disposition;
  guint64 size;
} TaubePartInfo;

TAUBE_API TaubePart *taube_part_new (const TaubePartInfo *info);
TAUBE_API void taube_part_set_parameter (TaubePart *self, const char *name, const char *value);
TAUBE_API void taube_part_set_disposition_parameter (TaubePart *self, const char *name, const char *value);
/* CHILD, which has no parent, is taken; it is dropped when the tree would become too deep or too large. */
TAUBE_API void taube_part_add_child (TaubePart *self, TaubePart *child);

/* Writes what SECTION ("1.2", "2.TEXT") names out of a whole MESSAGE to SINK. */
TAUBE_API gboolean taube_part_write_section (const char *message, gsize length, const char *section,
                                             const TaubeLimits *limits, GOutputStream *sink, GCancellable *cancellable,
                                             GError **error);

G_END_DECLS
