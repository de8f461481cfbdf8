/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-search-impl.h>

#include "imap-response.h"

G_BEGIN_DECLS

gboolean imap_decode_thread (const ImapResponse *response, TaubeForest *forest);

G_END_DECLS
