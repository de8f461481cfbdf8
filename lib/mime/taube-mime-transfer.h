/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-buffer.h>

G_BEGIN_DECLS

void taube_mime_append_base64 (TaubeBuffer *out, const char *text, gsize length);

G_END_DECLS
