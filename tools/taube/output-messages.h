/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube.h>

G_BEGIN_DECLS

void output_messages_as_json (TaubeMessageList *list, TaubeUri *folder_uri, TaubeSearchResult *threads);
void output_messages_as_table (TaubeMessageList *list, TaubeSearchResult *threads);

G_END_DECLS
