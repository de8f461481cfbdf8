/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/taube-message-segments.h"

G_BEGIN_DECLS

/* SEGMENTS are taken and empty afterwards. (transfer full) */
TaubeMessageList *taube_message_list_new (TaubeFolder *folder, TaubeListFields fields, TaubeMessageSegments *segments);
/* One more row with the cells of the one at POSITION of FROM, as far as the builder has the columns; they can be set
 * anew like those of any row that was begun last. */
void taube_message_list_builder_copy (TaubeMessageListBuilder *self, TaubeMessageList *from, guint position);
const char *taube_message_list_get_text (TaubeMessageList *self, TaubeMessageColumn column, guint position);

G_END_DECLS
