/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>

G_BEGIN_DECLS

#define TAUBE_TYPE_MESSAGE_SOURCE (taube_message_source_get_type ())
#define TAUBE_MESSAGE_SOURCE(obj) (G_TYPE_CHECK_INSTANCE_CAST ((obj), TAUBE_TYPE_MESSAGE_SOURCE, TaubeMessageSource))
#define TAUBE_IS_MESSAGE_SOURCE(obj) (G_TYPE_CHECK_INSTANCE_TYPE ((obj), TAUBE_TYPE_MESSAGE_SOURCE))
TAUBE_API GType taube_message_source_get_type (void);

TAUBE_API TaubeMessageSource *taube_message_source_new (GInputStream *stream, gint64 size);
TAUBE_API TaubeMessageSource *taube_message_source_new_from_bytes (GBytes *bytes);
TAUBE_API TaubeMessageSource *taube_message_source_new_from_file (GFile *file);

TAUBE_API void taube_message_source_set_flags (TaubeMessageSource *self, TaubeMessageFlags flags);
TAUBE_API TaubeMessageFlags taube_message_source_get_flags (TaubeMessageSource *self);
TAUBE_API void taube_message_source_set_keywords (TaubeMessageSource *self, const char *const *keywords);
TAUBE_API const char *const *taube_message_source_get_keywords (TaubeMessageSource *self);
TAUBE_API void taube_message_source_set_date (TaubeMessageSource *self, GDateTime *date);
TAUBE_API GDateTime *taube_message_source_get_date (TaubeMessageSource *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeMessageSource, g_object_unref)

G_END_DECLS
