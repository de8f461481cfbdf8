/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>

G_BEGIN_DECLS

#define TAUBE_TYPE_PART (taube_part_get_type ())
#define TAUBE_PART(obj) (G_TYPE_CHECK_INSTANCE_CAST ((obj), TAUBE_TYPE_PART, TaubePart))
#define TAUBE_IS_PART(obj) (G_TYPE_CHECK_INSTANCE_TYPE ((obj), TAUBE_TYPE_PART))
TAUBE_API GType taube_part_get_type (void);

TAUBE_API const char *taube_part_get_section (TaubePart *self);
TAUBE_API const char *taube_part_get_media_type (TaubePart *self);
TAUBE_API const char *taube_part_get_parameter (TaubePart *self, const char *name);
TAUBE_API const char *taube_part_get_charset (TaubePart *self);
TAUBE_API const char *taube_part_get_encoding (TaubePart *self);
TAUBE_API const char *taube_part_get_content_id (TaubePart *self);
TAUBE_API const char *taube_part_get_description (TaubePart *self);
TAUBE_API const char *taube_part_get_disposition (TaubePart *self);
TAUBE_API const char *taube_part_get_filename (TaubePart *self);
TAUBE_API guint64 taube_part_get_size (TaubePart *self);
TAUBE_API gboolean taube_part_is_attachment (TaubePart *self);
TAUBE_API TaubePart *taube_part_get_parent (TaubePart *self);
TAUBE_API guint taube_part_get_n_children (TaubePart *self);
TAUBE_API TaubePart *taube_part_get_child (TaubePart *self, guint position);
TAUBE_API TaubePart *taube_part_find (TaubePart *self, const char *section);
TAUBE_API TaubePart *taube_part_find_text (TaubePart *self, const char *media_type);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubePart, g_object_unref)

G_END_DECLS
