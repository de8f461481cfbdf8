/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>

G_BEGIN_DECLS

#define TAUBE_TYPE_QUERY (taube_query_get_type ())
TAUBE_API GType taube_query_get_type (void);

TAUBE_API TaubeQuery *taube_query_parse (const char *text, guint *column_out, GError **error);
TAUBE_API char *taube_query_to_string (const TaubeQuery *self);

TAUBE_API TaubeQuery *taube_query_new_all (void);
TAUBE_API TaubeQuery *taube_query_new_and (TaubeQuery *const *queries, guint n_queries);
TAUBE_API TaubeQuery *taube_query_new_or (TaubeQuery *const *queries, guint n_queries);
TAUBE_API TaubeQuery *taube_query_new_not (TaubeQuery *query);
TAUBE_API TaubeQuery *taube_query_new_fuzzy (TaubeQuery *query);
TAUBE_API TaubeQuery *taube_query_new_text (TaubeQueryField field, const char *text);
TAUBE_API TaubeQuery *taube_query_new_header (const char *name, const char *text);
TAUBE_API TaubeQuery *taube_query_new_flags (TaubeMessageFlags flags);
TAUBE_API TaubeQuery *taube_query_new_keyword (const char *keyword);
TAUBE_API TaubeQuery *taube_query_new_larger (guint64 bytes);
TAUBE_API TaubeQuery *taube_query_new_smaller (guint64 bytes);
TAUBE_API TaubeQuery *taube_query_new_day (TaubeQueryKind kind, TaubeQueryDate date, int year, int month, int day);
TAUBE_API TaubeQuery *taube_query_new_older (guint32 seconds);
TAUBE_API TaubeQuery *taube_query_new_younger (guint32 seconds);
TAUBE_API TaubeQuery *taube_query_new_ids (const TaubeIdSet *ids);
TAUBE_API TaubeQuery *taube_query_new_attachment (void);
TAUBE_API TaubeQuery *taube_query_new_raw (const char *text);

TAUBE_API TaubeQuery *taube_query_ref (TaubeQuery *self);
TAUBE_API void taube_query_unref (TaubeQuery *self);
TAUBE_API gboolean taube_query_equal (const TaubeQuery *a, const TaubeQuery *b);

TAUBE_API TaubeQueryKind taube_query_get_kind (const TaubeQuery *self);
TAUBE_API guint taube_query_get_n_children (const TaubeQuery *self);
TAUBE_API TaubeQuery *taube_query_get_child (const TaubeQuery *self, guint position);
TAUBE_API TaubeQueryField taube_query_get_field (const TaubeQuery *self);
TAUBE_API const char *taube_query_get_header (const TaubeQuery *self);
TAUBE_API const char *taube_query_get_text (const TaubeQuery *self);
TAUBE_API TaubeMessageFlags taube_query_get_flags (const TaubeQuery *self);
TAUBE_API guint64 taube_query_get_bytes (const TaubeQuery *self);
TAUBE_API TaubeQueryDate taube_query_get_date (const TaubeQuery *self);
TAUBE_API void taube_query_get_day (const TaubeQuery *self, int *year_out, int *month_out, int *day_out);
TAUBE_API guint32 taube_query_get_seconds (const TaubeQuery *self);
TAUBE_API const TaubeIdSet *taube_query_get_ids (const TaubeQuery *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeQuery, taube_query_unref)

G_END_DECLS
