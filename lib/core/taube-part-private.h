/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-limits.h>
#include <taube-backend/taube-part-builder.h>

G_BEGIN_DECLS

/* The structure of MESSAGE as it was parsed here: such parts are cut out of the whole message, for the server knows
 * them by other numbers or not at all. (transfer full) */
TaubePart *taube_part_new_from_message (const char *message, gsize length, const TaubeLimits *limits);
gboolean taube_part_is_local (TaubePart *self);

gboolean taube_part_is_multipart (TaubePart *self);
gboolean taube_part_is_message (TaubePart *self);
/* The texts that make up what the message says, in their order. (transfer container) */
GPtrArray *taube_part_list_texts (TaubePart *self);
/* The HTML to which SELF is the plain alternative. (transfer none) */
TaubePart *taube_part_find_html_instead (TaubePart *self);

G_END_DECLS
