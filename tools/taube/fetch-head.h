/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a store wants to know of a message: looks into HEAD, the beginning of a message up to its empty line. */

/* The subject as text in UTF-8, or NULL. */
char *fetch_head_get_subject (const GString *head);
/* When it was sent, or else when it arrived. */
gboolean fetch_head_get_date (const GString *head, gint64 *unix_time_out);
/* When it arrived, or else when it was sent. */
gboolean fetch_head_get_arrival (const GString *head, gint64 *unix_time_out);
/* The address that it came from on its way, without space, for the line "From " of an mbox. */
char *fetch_head_get_envelope_sender (const GString *head);
/* "Thu, 5 Nov 2026 14:03:07 +0100" (RFC 5322), with what is usual besides. */
gboolean fetch_head_parse_date (const char *text, gint64 *unix_time_out);
/* Encoded words (RFC 2047) and whatever else to UTF-8 in one line. */
char *fetch_head_decode (const char *raw);

G_END_DECLS
