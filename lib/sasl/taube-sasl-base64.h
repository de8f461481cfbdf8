/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-buffer.h>
#include <taube-backend/taube-secret.h>

G_BEGIN_DECLS

gboolean taube_sasl_base64_decode (const char *text, gsize length, TaubeBuffer *out);
TaubeSecret *taube_sasl_base64_encode (const guint8 *data, gsize length);

G_END_DECLS
