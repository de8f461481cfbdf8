/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-buffer.h>
#include <taube-backend/taube-limits.h>
#include <taube/taube-enums.h>

G_BEGIN_DECLS

/* What headers say, as text that can be shown. Whatever comes in, valid UTF-8 without control characters goes out. */

TAUBE_API char *taube_mime_decode_text (const char *raw, gsize length);
TAUBE_API void taube_mime_append_text (TaubeBuffer *out, const char *raw, gsize length);
TAUBE_API void taube_mime_append_raw_text (TaubeBuffer *out, const char *raw, gsize length);

TAUBE_API gboolean taube_mime_parse_date (const char *text, gsize length, gint64 *unix_seconds, int *offset_minutes);

TAUBE_API GStrv taube_mime_decode_params (const char *const *pairs);
TAUBE_API const char *taube_mime_find_param (const char *const *pairs, const char *name);
TAUBE_API char *taube_mime_clean_file_name (const char *name);

/* TEXT, valid UTF-8, so that texts that differ only in case or in how a character is put together are the same bytes:
 * i;unicode-casemap (RFC 5051). (transfer full) */
TAUBE_API char *taube_mime_fold_text (const char *text, gssize length);
/* What a subject is about: without "Re:", "Fwd:", "[list]" (RFC 5256, 2.1). SUBJECT is decoded text. (transfer full) */
TAUBE_API char *taube_mime_get_base_subject (const char *subject, gboolean *is_reply_out);

/* The header of a message: its fields in their order. */
typedef struct _TaubeMimeHeaders TaubeMimeHeaders;

TAUBE_API TaubeMimeHeaders *taube_mime_headers_parse (const char *data, gsize length, const TaubeLimits *limits,
                                                      gsize *body_offset);
TAUBE_API void taube_mime_headers_free (TaubeMimeHeaders *self);
TAUBE_API guint taube_mime_headers_get_n_fields (const TaubeMimeHeaders *self);
TAUBE_API const char *taube_mime_headers_get_name (const TaubeMimeHeaders *self, guint position);
TAUBE_API const char *taube_mime_headers_get_raw (const TaubeMimeHeaders *self, guint position, gsize *length);
TAUBE_API const char *taube_mime_headers_find (const TaubeMimeHeaders *self, const char *name, gsize *length);
TAUBE_API char *taube_mime_headers_dup_text (const TaubeMimeHeaders *self, const char *name);

#define TAUBE_MIME_IMPORTANCE_FIELDS "Importance", "X-Priority", "X-MSMail-Priority"
TAUBE_API TaubeImportance taube_mime_headers_get_importance (const TaubeMimeHeaders *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeMimeHeaders, taube_mime_headers_free)

G_END_DECLS
