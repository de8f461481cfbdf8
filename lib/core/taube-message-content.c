/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-message-content.h"

#include <taube/taube-error.h>
#include <taube-backend/taube-account-impl.h>
#include <taube-backend/taube-mime.h>
#include <taube-backend/taube-progress-impl.h>

#include "base/taube-gettext.h"
#include "core/taube-folder-private.h"
#include "core/taube-sink-stream.h"
#include "mime/taube-html-text.h"
#include "mime/taube-mime-decoder.h"

#include <inttypes.h>
#include <string.h>

/* What a GByteArray holds without trouble. */
#define MEMORY_MAX (1u << 31)

void
taube_message_content_init (TaubeMessageContent *self, TaubeItem *message, TaubeSession *session,
                            GCancellable *cancellable)
{
  TaubeFolder *folder = taube_item_get_folder (message);

  *self = (TaubeMessageContent){ .folder = folder,
                                 .session = session,
                                 .id = taube_item_get_id (message),
                                 .limits = taube_account_get_limits (taube_folder_get_account (folder)),
                                 .cancellable = cancellable };
}

void
taube_message_content_clear (TaubeMessageContent *self)
{
  g_clear_object (&self->root);
  g_clear_pointer (&self->raw, g_bytes_unref);
}

static gboolean
fetch (TaubeMessageContent *self, const char *section, GOutputStream *sink, TaubeProgress *progress, GError **error)
{
  return taube_folder_run_fetch (self->folder, self->session, self->id, section, 0, -1, sink, progress,
                                 self->cancellable, error);
}

static GBytes *
fetch_to_memory (TaubeMessageContent *self, const char *section, gsize limit, const char *what, GError **error)
{
  TaubeMemorySink memory = { g_byte_array_new (), MIN (limit, MEMORY_MAX), what };
  g_autoptr (GOutputStream) sink = taube_sink_stream_new (taube_memory_sink_write, &memory);

  if (!fetch (self, section, sink, NULL, error))
    {
      g_byte_array_unref (memory.bytes);
      return NULL;
    }
  return g_byte_array_free_to_bytes (memory.bytes);
}

/* The whole message. (transfer full) */
GBytes *
taube_message_content_fetch_raw (TaubeMessageContent *self, GError **error)
{
  return fetch_to_memory (self, "", self->limits->message_bytes, _ ("the message"), error);
}

/* The header as text, a line for each field, decoded. (transfer full) */
char *
taube_message_content_fetch_headers (TaubeMessageContent *self, GError **error)
{
  g_autoptr (GBytes) raw = fetch_to_memory (self, "HEADER", self->limits->header_bytes, _ ("the header"), error);
  g_autoptr (TaubeMimeHeaders) headers = NULL;
  g_autoptr (GString) text = NULL;
  gsize length;
  const char *data;
  guint n;

  if (raw == NULL)
    return NULL;
  data = g_bytes_get_data (raw, &length);
  headers = taube_mime_headers_parse (data != NULL ? data : "", length, self->limits, NULL);
  text = g_string_sized_new (length);
  n = taube_mime_headers_get_n_fields (headers);
  for (guint i = 0; i < n; i++)
    {
      gsize value_length;
      const char *value = taube_mime_headers_get_raw (headers, i, &value_length);
      g_autofree char *decoded = taube_mime_decode_text (value, value_length);

      g_string_append_printf (text, "%s: %s\n", taube_mime_headers_get_name (headers, i), decoded);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Whether it is of use to parse the message here after ERROR. */
static gboolean
can_do_without_server (TaubeMessageContent *self, const GError *error)
{
  if (taube_session_is_broken (self->session))
    return FALSE;
  return g_error_matches (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED)
         || g_error_matches (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL);
}

/* The structure of the message. (transfer none) */
TaubePart *
taube_message_content_get_structure (TaubeMessageContent *self, GError **error)
{
  g_autoptr (GError) problem = NULL;
  const char *data;
  gsize length;

  if (self->root != NULL)
    return self->root;
  self->root = taube_folder_run_get_structure (self->folder, self->session, self->id, self->cancellable, &problem);
  if (self->root != NULL)
    return self->root;
  if (!can_do_without_server (self, problem))
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return NULL;
    }
  self->raw = taube_message_content_fetch_raw (self, error);
  if (self->raw == NULL)
    return NULL;
  data = g_bytes_get_data (self->raw, &length);
  self->root = taube_part_new_from_message (data != NULL ? data : "", length, self->limits);
  return self->root;
}

/* Where the content of a part is in IMAP's words: a message of one part only has it below its header. */
static const char *
content_section (TaubePart *part)
{
  const char *section = taube_part_get_section (part);

  return section[0] == '\0' && !taube_part_is_multipart (part) ? "TEXT" : section;
}

/* Writes a part that was found here, out of the whole message. */
static gboolean
write_local_part (TaubeMessageContent *self, TaubePart *part, GOutputStream *sink, GError **error)
{
  const char *data;
  gsize length;

  if (self->raw == NULL)
    self->raw = taube_message_content_fetch_raw (self, error);
  if (self->raw == NULL)
    return FALSE;
  data = g_bytes_get_data (self->raw, &length);
  return taube_part_write_section (data != NULL ? data : "", length, taube_part_get_section (part), self->limits, sink,
                                   self->cancellable, error);
}

static gboolean
write_part (TaubeMessageContent *self, TaubePart *part, GOutputStream *sink, TaubeProgress *progress, GError **error)
{
  gboolean done;

  if (!taube_part_is_local (part))
    return fetch (self, content_section (part), sink, progress, error);
  done = write_local_part (self, part, sink, error);
  if (done && progress != NULL)
    taube_progress_update (progress, taube_part_get_size (part), taube_part_get_size (part));
  return done;
}

static gboolean
write_to_decoder (const guint8 *data, gsize length, gpointer decoder, GError **error)
{
  return taube_mime_decoder_write (decoder, data, length, error);
}

static gboolean
decode_from (TaubeMessageContent *self, TaubePart *part, TaubeMimeDecoderFlags flags, TaubeMimeSinkFunc func,
             gpointer user_data, TaubeProgress *progress, GError **error)
{
  g_autoptr (TaubeMimeDecoder) decoder
      = taube_mime_decoder_new (taube_part_get_encoding (part), taube_part_get_charset (part), flags, func, user_data);
  g_autoptr (GOutputStream) stream = taube_sink_stream_new (write_to_decoder, decoder);

  return write_part (self, part, stream, progress, error) && taube_mime_decoder_finish (decoder, error);
}

/* A server that told of PART and cannot give it: the same part of the whole message, which is found here; NULL: PROBLEM
 * is of another kind, or what has that number is something else. (transfer full) */
static TaubePart *
find_twin (TaubeMessageContent *self, TaubePart *part, const GError *problem)
{
  g_autoptr (TaubePart) root = NULL;
  const char *data;
  TaubePart *twin;
  gsize length;

  if (taube_part_is_local (part) || !g_error_matches (problem, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED))
    return NULL;
  if (self->raw == NULL)
    self->raw = taube_message_content_fetch_raw (self, NULL);
  if (self->raw == NULL)
    return NULL;
  data = g_bytes_get_data (self->raw, &length);
  root = taube_part_new_from_message (data != NULL ? data : "", length, self->limits);
  twin = taube_part_find (root, taube_part_get_section (part));
  if (twin == NULL || !g_str_equal (taube_part_get_media_type (twin), taube_part_get_media_type (part)))
    return NULL;
  return g_object_ref (twin);
}

/* Writes PART, decoded, to FUNC piece by piece. */
static gboolean
decode_part (TaubeMessageContent *self, TaubePart *part, TaubeMimeDecoderFlags flags, TaubeMimeSinkFunc func,
             gpointer user_data, TaubeProgress *progress, GError **error)
{
  g_autoptr (TaubePart) twin = NULL;
  GError *problem = NULL;

  if (decode_from (self, part, flags, func, user_data, progress, &problem))
    return TRUE;
  twin = find_twin (self, part, problem);
  if (twin == NULL)
    {
      g_propagate_error (error, problem);
      return FALSE;
    }
  g_error_free (problem);
  return decode_from (self, twin, flags, func, user_data, progress, error);
}

/* The text of PART in UTF-8, lines ended by LF. (transfer full) */
static char *
load_part_text (TaubeMessageContent *self, TaubePart *part, GError **error)
{
  TaubeMemorySink memory = { NULL, MIN (self->limits->text_bytes, MEMORY_MAX), "the text" };

  /* Encodings only make texts longer, save for charsets of three bytes in UTF-8 where there was one. */
  if (taube_part_get_size (part) / 2 > self->limits->text_bytes)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT,
                   _ ("cannot show part %s of message %s: it has %" PRIu64 " bytes: save it instead"),
                   taube_part_get_section (part), self->id, taube_part_get_size (part));
      return NULL;
    }
  memory.bytes = g_byte_array_new ();
  if (!decode_part (self, part, TAUBE_MIME_DECODER_FLAGS_TEXT | TAUBE_MIME_DECODER_FLAGS_NEWLINES,
                    taube_memory_sink_write, &memory, NULL, error))
    {
      g_byte_array_unref (memory.bytes);
      return NULL;
    }
  g_byte_array_append (memory.bytes, (const guint8 *) "", 1);
  return (char *) g_byte_array_free (memory.bytes, FALSE);
}

static gboolean
is_blank (const char *text)
{
  return text[strspn (text, " \t\r\n")] == '\0';
}

static char *
load_html_as_text (TaubeMessageContent *self, TaubePart *part, GError **error)
{
  g_autofree char *html = load_part_text (self, part, error);

  return html != NULL ? taube_html_to_text (html, strlen (html)) : NULL;
}

/* A text to be shown; instead of one that says nothing its HTML. (transfer full) */
static char *
load_shown_text (TaubeMessageContent *self, TaubePart *part, GError **error)
{
  g_autofree char *text = NULL;
  TaubePart *html;

  if (g_str_equal (taube_part_get_media_type (part), "text/html"))
    return load_html_as_text (self, part, error);
  text = load_part_text (self, part, error);
  html = text != NULL && is_blank (text) ? taube_part_find_html_instead (part) : NULL;
  return html != NULL ? load_html_as_text (self, html, error) : g_steal_pointer (&text);
}

/* What the message says: its plain text; where there is none, or nothing in it, its HTML without the marks; else any
 * text that is not an attachment. Several texts follow each other, with a line between them. (transfer full) */
char *
taube_message_content_get_text (TaubeMessageContent *self, GError **error)
{
  TaubePart *root = taube_message_content_get_structure (self, error);
  g_autoptr (GPtrArray) parts = NULL;
  g_autoptr (GString) all = NULL;

  if (root == NULL)
    return NULL;
  parts = taube_part_list_texts (root);
  all = g_string_new (NULL);
  for (guint i = 0; i < parts->len; i++)
    {
      g_autofree char *text = load_shown_text (self, parts->pdata[i], error);

      if (text == NULL)
        return NULL;
      if (all->len + strlen (text) > self->limits->text_bytes)
        {
          g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT,
                       _ ("the text of message %s is larger than %zu bytes: save its parts instead"), self->id,
                       self->limits->text_bytes);
          return NULL;
        }
      if (all->len > 0 && text[0] != '\0')
        g_string_append (all, all->str[all->len - 1] == '\n' ? "\n" : "\n\n");
      g_string_append (all, text);
    }
  return g_string_free (g_steal_pointer (&all), FALSE);
}

/* The texts of PART and of what is in it, one a line at least; the tags of HTML are no text. */
static gboolean
add_every_text (TaubeMessageContent *self, TaubePart *part, GString *all, GError **error)
{
  gboolean is_html = g_str_equal (taube_part_get_media_type (part), "text/html");
  g_autofree char *text = NULL;

  for (guint i = 0; i < taube_part_get_n_children (part); i++)
    if (!add_every_text (self, taube_part_get_child (part, i), all, error))
      return FALSE;
  if (!g_str_has_prefix (taube_part_get_media_type (part), "text/")
      || taube_part_get_size (part) / 2 > self->limits->text_bytes || all->len > self->limits->text_bytes)
    return TRUE;
  text = is_html ? load_html_as_text (self, part, error) : load_part_text (self, part, error);
  if (text == NULL)
    return FALSE;
  g_string_append (all, text);
  g_string_append_c (all, '\n');
  return TRUE;
}

/* Every text in the message, also in attachments; too long ones are left out. (transfer full) */
char *
taube_message_content_get_every_text (TaubeMessageContent *self, GError **error)
{
  TaubePart *root = taube_message_content_get_structure (self, error);
  g_autoptr (GString) all = g_string_new (NULL);

  if (root == NULL || !add_every_text (self, root, all, error))
    return NULL;
  return g_string_free (g_steal_pointer (&all), FALSE);
}

/* The HTML that the message has. (transfer full) */
char *
taube_message_content_get_html (TaubeMessageContent *self, GError **error)
{
  TaubePart *root = taube_message_content_get_structure (self, error);
  TaubePart *html;

  if (root == NULL)
    return NULL;
  html = taube_part_find_text (root, "text/html");
  if (html == NULL)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND, _ ("message %s has no HTML"), self->id);
      return NULL;
    }
  return load_part_text (self, html, error);
}

typedef struct
{
  GOutputStream *stream;
  GCancellable *cancellable;
} Target;

static gboolean
write_to_target (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
  const Target *target = user_data;

  return g_output_stream_write_all (target->stream, data, length, NULL, target->cancellable, error);
}

gboolean
taube_message_content_save (TaubeMessageContent *self, GOutputStream *sink, TaubeProgress *progress, GError **error)
{
  return fetch (self, "", sink, progress, error);
}

gboolean
taube_message_content_save_part (TaubeMessageContent *self, TaubePart *part, gboolean decode, GOutputStream *sink,
                                 TaubeProgress *progress, GError **error)
{
  Target target = { sink, self->cancellable };

  if (!decode || taube_part_is_multipart (part))
    return write_part (self, part, sink, progress, error);
  return decode_part (self, part, TAUBE_MIME_DECODER_FLAGS_NONE, write_to_target, &target, progress, error);
}
