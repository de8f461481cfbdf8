/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "output-json.h"

#include "output.h"

/* Prints what was built and a line end. */
void
output_json_print (JsonBuilder *builder, gboolean pretty)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = json_to_string (root, pretty);

  output_text (text);
  output_text ("\n");
  json_builder_reset (builder);
}

void
output_json_set (JsonBuilder *builder, const char *name, const char *text)
{
  json_builder_set_member_name (builder, name);
  if (text != NULL)
    json_builder_add_string_value (builder, text);
  else
    json_builder_add_null_value (builder);
}

/* RFC 3339, in the offset that the message has. */
char *
output_format_date (gint64 unix_time, int offset_minutes)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_offset (offset_minutes * 60);
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (unix_time);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_timezone (utc, zone) : NULL;

  /* A year that RFC 3339 cannot write is no date to print. */
  if (local == NULL || g_date_time_get_year (local) > 9999)
    return NULL;
  return g_date_time_format (local, "%Y-%m-%dT%H:%M:%S%:z");
}

void
output_json_set_date (JsonBuilder *builder, const char *name, gboolean known, gint64 unix_time, int offset_minutes)
{
  g_autofree char *date = known ? output_format_date (unix_time, offset_minutes) : NULL;

  output_json_set (builder, name, date);
}

/* The short name of an enum's value, such as "inbox". */
const char *
output_get_nick (GType type, int value)
{
  GEnumClass *klass = g_type_class_ref (type);
  const GEnumValue *entry = g_enum_get_value (klass, value);
  const char *nick = entry != NULL ? entry->value_nick : "unknown";

  g_type_class_unref (klass);
  return nick;
}

static void
add_flag_names (TaubeMessageFlags flags, const char *const *keywords, GPtrArray *names)
{
  GFlagsClass *klass = g_type_class_ref (TAUBE_TYPE_MESSAGE_FLAGS);

  for (guint i = 0; i < klass->n_values; i++)
    if (klass->values[i].value != 0 && (flags & klass->values[i].value) != 0)
      g_ptr_array_add (names, (gpointer) klass->values[i].value_nick);
  for (guint i = 0; keywords != NULL && keywords[i] != NULL; i++)
    g_ptr_array_add (names, (gpointer) keywords[i]);
  g_type_class_unref (klass);
}

void
output_json_set_flags (JsonBuilder *builder, TaubeMessageFlags flags, const char *const *keywords)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  add_flag_names (flags, keywords, names);
  json_builder_set_member_name (builder, "flags");
  json_builder_begin_array (builder);
  for (guint i = 0; i < names->len; i++)
    json_builder_add_string_value (builder, names->pdata[i]);
  json_builder_end_array (builder);
}

/* The same for people: "seen,flagged,$Label1". */
char *
output_format_flags (TaubeMessageFlags flags, const char *const *keywords)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  add_flag_names (flags, keywords, names);
  g_ptr_array_add (names, NULL);
  return g_strjoinv (",", (char **) names->pdata);
}
