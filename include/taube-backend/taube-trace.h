/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-types.h>

G_BEGIN_DECLS

/* Log and wire trace, switched on by TAUBE_DEBUG=imap,net,… or taube_log_set_categories(). */

/* Bytes that must not be seen: [offset, offset + length) of the data they come with. */
typedef struct
{
  gsize offset;
  gsize length;
} TaubeRedaction;

TAUBE_API gboolean taube_trace_is_enabled (const char *category);
TAUBE_API void taube_trace (const char *category, const char *format, ...) G_GNUC_PRINTF (2, 3);
TAUBE_API void taube_trace_wire (const char *category, const char *label, gconstpointer data, gsize length,
                                 const TaubeRedaction *redactions, guint n_redactions);

/* Costs one load and one branch when the log is off. */
TAUBE_API gint taube_trace_any;
#define TAUBE_TRACE(category, ...) \
  G_STMT_START { if (G_UNLIKELY (g_atomic_int_get (&taube_trace_any)) && taube_trace_is_enabled (category)) \
    taube_trace (category, __VA_ARGS__); } G_STMT_END

G_END_DECLS
