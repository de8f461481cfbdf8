/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-message-source-impl.h>

G_BEGIN_DECLS

/* Reads the message once to find out the facts; what cannot be read a second time is kept in an unlinked temporary
 * file. Blocking. */
gboolean taube_message_source_measure (TaubeMessageSource *self, GCancellable *cancellable, GError **error);

G_END_DECLS
