/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>
#include <taube/taube.h>

G_BEGIN_DECLS

void output_json_print (JsonBuilder *builder, gboolean pretty);
void output_json_set (JsonBuilder *builder, const char *name, const char *text);
void output_json_set_date (JsonBuilder *builder, const char *name, gboolean known, gint64 unix_time,
                           int offset_minutes);
void output_json_set_flags (JsonBuilder *builder, TaubeMessageFlags flags, const char *const *keywords);
char *output_format_flags (TaubeMessageFlags flags, const char *const *keywords);
char *output_format_date (gint64 unix_time, int offset_minutes);
const char *output_get_nick (GType type, int value);

G_END_DECLS
