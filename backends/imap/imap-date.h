/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define IMAP_DATE_TIME_SIZE 27

/* INTERNALDATE, " 5-Nov-2026 14:03:07 +0100" (RFC 9051 date-time). */
gboolean imap_date_parse (const char *text, gsize length, gint64 *unix_seconds, gint *offset_seconds);
gboolean imap_date_format (gint64 unix_seconds, gint offset_seconds, char text[IMAP_DATE_TIME_SIZE]);
gboolean imap_date_format_day (gint64 unix_seconds, char text[IMAP_DATE_TIME_SIZE]);

G_END_DECLS
