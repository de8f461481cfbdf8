/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"
#include "output-json.h"
#include "output-table.h"
#include "output.h"
#include "progress-bar.h"

#include <gio/gunixoutputstream.h>
#include <unistd.h>

static gboolean option_raw;
static gboolean option_headers;
static char *option_part;

static const GOptionEntry show_options[] = {
  { "raw", 0, 0, G_OPTION_ARG_NONE, &option_raw, N_ ("The message as it is on the server, byte for byte"), NULL },
  { "headers", 0, 0, G_OPTION_ARG_NONE, &option_headers, N_ ("All header fields instead of the usual ones"), NULL },
  { "part", 0, 0, G_OPTION_ARG_STRING, &option_part, N_ ("Only this part, decoded, such as 1.2"), N_ ("SECTION") },
  { NULL },
};

static gboolean
write_raw (Cli *cli, TaubeMessage *message, GError **error)
{
  g_autoptr (GOutputStream) out = g_unix_output_stream_new (STDOUT_FILENO, FALSE);
  g_autoptr (TaubeProgress) progress = taube_progress_new ();
  g_autoptr (ProgressBar) bar = progress_bar_start (_ ("Fetching"), progress);

  return taube_message_save (message, out, progress, cli->cancellable, error);
}

static gboolean
write_part (Cli *cli, TaubeMessage *message, const char *section, GError **error)
{
  g_autoptr (GOutputStream) out = g_unix_output_stream_new (STDOUT_FILENO, FALSE);
  g_autoptr (TaubeProgress) progress = taube_progress_new ();
  g_autoptr (ProgressBar) bar = progress_bar_start (_ ("Fetching"), progress);
  g_autoptr (TaubePart) root = taube_message_load_structure (message, cli->cancellable, error);
  TaubePart *part;

  if (root == NULL)
    return FALSE;
  part = taube_part_find (root, section);
  if (part == NULL)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND, _ ("the message has no part \"%s\""), section);
      return FALSE;
    }
  return taube_message_save_part (message, part, TRUE, out, progress, cli->cancellable, error);
}

static void
collect_parts (TaubePart *part, GPtrArray *parts)
{
  /* A message inside is something to save as well as something with parts. */
  if (taube_part_get_n_children (part) == 0 || taube_part_is_attachment (part))
    g_ptr_array_add (parts, part);
  for (guint i = 0; i < taube_part_get_n_children (part); i++)
    collect_parts (taube_part_get_child (part, i), parts);
}

static void
print_header (const char *name, const char *value)
{
  g_autofree char *clean = value != NULL && *value != '\0' ? output_clean_line (value) : NULL;

  if (clean != NULL)
    output_printf ("%s: %s\n", name, clean);
}

static void
print_usual_headers (TaubeMessage *message)
{
  g_autoptr (GDateTime) sent = taube_message_get_sent_date (message);
  g_autofree char *date = sent != NULL ? g_date_time_format (sent, "%a, %d %b %Y %H:%M:%S %z") : NULL;

  print_header (_ ("From"), taube_message_get_from (message));
  print_header (_ ("To"), taube_message_get_to (message));
  print_header (_ ("Cc"), taube_message_get_cc (message));
  print_header (_ ("Date"), date);
  print_header (_ ("Subject"), taube_message_get_subject (message));
}

static void
print_attachments (GPtrArray *parts)
{
  for (guint i = 0; i < parts->len; i++)
    {
      TaubePart *part = parts->pdata[i];
      g_autofree char *size = g_format_size (taube_part_get_size (part));
      g_autofree char *name = NULL;

      if (!taube_part_is_attachment (part))
        continue;
      name = output_clean_line (taube_part_get_filename (part) != NULL ? taube_part_get_filename (part) : "");
      /* Translators: an attachment: section, file name, media type, size */
      output_printf (_ ("Attachment: %s  %s  (%s, %s)\n"), taube_part_get_section (part), name,
              taube_part_get_media_type (part), size);
    }
}

static void
print_text (TaubeMessage *message, const char *headers, const char *text, GPtrArray *parts)
{
  g_autofree char *clean_headers = headers != NULL ? output_clean_text (headers) : NULL;
  g_autofree char *clean_text = output_clean_text (text);

  if (clean_headers != NULL)
    output_printf ("%s", clean_headers);
  else
    print_usual_headers (message);
  print_attachments (parts);
  output_printf ("%s%s%s", clean_headers != NULL && g_str_has_suffix (clean_headers, "\n\n") ? "" : "\n", clean_text,
          g_str_has_suffix (clean_text, "\n") || *clean_text == '\0' ? "" : "\n");
}

static void
set_dates (JsonBuilder *builder, TaubeMessage *message)
{
  g_autoptr (GDateTime) sent = taube_message_get_sent_date (message);
  g_autoptr (GDateTime) received = taube_message_get_date (message);
  GDateTime *date = sent != NULL ? sent : received;
  g_autofree char *date_text = date != NULL ? g_date_time_format (date, "%Y-%m-%dT%H:%M:%S%:z") : NULL;
  g_autofree char *received_text = received != NULL ? g_date_time_format (received, "%Y-%m-%dT%H:%M:%S%:z") : NULL;

  output_json_set (builder, "date", date_text);
  output_json_set (builder, "received", received_text);
}

static void
print_json (TaubeMessage *message, const char *headers, const char *text, GPtrArray *parts)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (TaubeUri) uri = taube_item_get_uri (TAUBE_ITEM (message));
  g_autofree char *uri_text = taube_uri_to_string (uri);

  json_builder_begin_object (builder);
  output_json_set (builder, "uri", uri_text);
  output_json_set (builder, "id", taube_item_get_id (TAUBE_ITEM (message)));
  output_json_set_flags (builder, taube_message_get_flags (message), taube_message_get_keywords (message));
  json_builder_set_member_name (builder, "size");
  json_builder_add_int_value (builder, (gint64) taube_message_get_size (message));
  set_dates (builder, message);
  output_json_set (builder, "subject", taube_message_get_subject (message));
  output_json_set (builder, "from", taube_message_get_from (message));
  output_json_set (builder, "to", taube_message_get_to (message));
  output_json_set (builder, "cc", taube_message_get_cc (message));
  output_json_set (builder, "message_id", taube_message_get_message_id (message));
  output_json_set (builder, "in_reply_to", taube_message_get_in_reply_to (message));
  if (headers != NULL)
    output_json_set (builder, "headers", headers);
  output_json_set (builder, "text", text);
  json_builder_set_member_name (builder, "parts");
  json_builder_begin_array (builder);
  for (guint i = 0; i < parts->len; i++)
    {
      TaubePart *part = parts->pdata[i];

      json_builder_begin_object (builder);
      output_json_set (builder, "section", taube_part_get_section (part));
      output_json_set (builder, "type", taube_part_get_media_type (part));
      output_json_set (builder, "filename", taube_part_get_filename (part));
      json_builder_set_member_name (builder, "size");
      json_builder_add_int_value (builder, (gint64) taube_part_get_size (part));
      json_builder_set_member_name (builder, "attachment");
      json_builder_add_boolean_value (builder, taube_part_is_attachment (part));
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  output_json_print (builder, TRUE);
}

static gboolean
print_message (Cli *cli, TaubeMessage *message, GError **error)
{
  g_autoptr (ProgressBar) bar = progress_bar_start (_ ("Fetching"), NULL);
  g_autoptr (TaubePart) root = taube_message_load_structure (message, cli->cancellable, error);
  g_autoptr (GPtrArray) parts = g_ptr_array_new ();
  g_autofree char *headers = NULL;
  g_autofree char *text = NULL;

  if (root == NULL)
    return FALSE;
  if (option_headers)
    {
      headers = taube_message_load_headers (message, cli->cancellable, error);
      if (headers == NULL)
        return FALSE;
    }
  text = taube_message_load_text (message, cli->cancellable, error);
  if (text == NULL)
    return FALSE;
  progress_bar_stop (g_steal_pointer (&bar));
  collect_parts (root, parts);
  if (cli->format == FORMAT_JSON)
    print_json (message, headers, text, parts);
  else
    print_text (message, headers, text, parts);
  return output_flush (error);
}

static TaubeItem *
get_message (Cli *cli, TaubeAccount *account, TaubeUri *uri, GError **error)
{
  g_autoptr (TaubeFolder) folder = cli_get_folder (account, uri, error);
  g_autoptr (TaubeItem) item = NULL;

  if (folder == NULL)
    return NULL;
  if (taube_uri_get_item_id (uri) == NULL)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("the URI names no message, such as .../INBOX;UID=4711"));
      return NULL;
    }
  if (!cli_connect (cli, account, error))
    return NULL;
  item = taube_folder_get_item (folder, taube_uri_get_item_id (uri), cli->cancellable, error);
  if (item != NULL && !TAUBE_IS_MESSAGE (item))
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED, _ ("it is no message"));
      return NULL;
    }
  return g_steal_pointer (&item);
}

static gboolean
show (Cli *cli, const char *uri_text, GError **error)
{
  g_autoptr (TaubeUri) uri = NULL;
  g_autoptr (TaubeAccount) account = cli_open_account (cli, uri_text, &uri, error);
  g_autoptr (TaubeItem) item = account != NULL ? get_message (cli, account, uri, error) : NULL;
  const char *section;

  if (item == NULL)
    return FALSE;
  section = option_part != NULL ? option_part : taube_uri_get_section (uri);
  if (option_raw)
    return write_raw (cli, TAUBE_MESSAGE (item), error);
  if (section != NULL)
    return write_part (cli, TAUBE_MESSAGE (item), section, error);
  return print_message (cli, TAUBE_MESSAGE (item), error);
}

static ExitCode
run_show (Cli *cli, int n_words, char **words)
{
  g_autoptr (GError) error = NULL;

  if (n_words != 1)
    return cli_usage_error (cli, _ ("it takes one URI of a message"));
  if (option_raw && (option_part != NULL || option_headers))
    return cli_usage_error (cli, _ ("--raw goes with neither --part nor --headers"));
  return show (cli, words[0], &error) ? EXIT_DONE : cli_fail (cli, error);
}

const Verb verb_show = {
  .name = "show",
  .arguments = N_ ("URI"),
  .summary = N_ ("Show a message: headers and text, the whole, or one part"),
  .options = show_options,
  .run = run_show,
};
