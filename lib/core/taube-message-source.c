/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-message-source-private.h"

#include <taube/taube-error.h>
#include <taube-backend/taube-mime.h>

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/taube-gettext.h"
#include "core/taube-crlf.h"

#define BLOCK_SIZE (64 << 10)
/* Of the header, so much is looked through for the Message-ID. */
#define MAX_HEADER_BYTES (256 << 10)
/* A Message-ID that is longer can hardly be searched for. */
#define MAX_MESSAGE_ID_BYTES 900

/**
 * TaubeMessageSource:
 *
 * A message that is to be written into a folder, with the flags and the date it shall have there: what
 * [method@Folder.append] takes.
 *
 * It is never kept in memory as a whole. A stream that can be sought, and a file, are read twice: once to measure
 * them, once to send them. Any other stream is first copied to a temporary file that has no name any more. A line feed
 * without a carriage return before it becomes both, as mail demands; everything else goes as it is.
 *
 * Not to be used by two calls at once.
 */
struct _TaubeMessageSource
{
  GObject parent_instance;
  GInputStream *stream; /* one of the three */
  GBytes *bytes;
  GFile *file;
  gint64 size;          /* of STREAM as its owner says, -1: not known */
  goffset start;        /* where the message begins in STREAM, -1: not looked at yet */
  GFileIOStream *spool; /* a copy of what cannot be read twice */
  gboolean is_read;     /* and the original is used up */

  TaubeMessageFlags flags;
  char **keywords;
  GDateTime *date;
  TaubeMessageFacts facts;
};

typedef struct
{
  GObjectClass parent_class;
} TaubeMessageSourceClass;

G_DEFINE_FINAL_TYPE (TaubeMessageSource, taube_message_source, G_TYPE_OBJECT)

/* What is gathered while the message goes by. */
typedef struct
{
  TaubeMessageFacts facts;
  GString *header;   /* its beginning, up to MAX_HEADER_BYTES */
  gboolean in_body;
  guint line_length; /* of the header line that is just going by */
} Scan;

static void
taube_message_source_finalize (GObject *object)
{
  TaubeMessageSource *self = (TaubeMessageSource *) object;

  g_clear_object (&self->stream);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_object (&self->file);
  g_clear_object (&self->spool);
  g_clear_pointer (&self->date, g_date_time_unref);
  g_strfreev (self->keywords);
  g_free (self->facts.message_id);
  G_OBJECT_CLASS (taube_message_source_parent_class)->finalize (object);
}

static void
taube_message_source_class_init (TaubeMessageSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = taube_message_source_finalize;
}

static void
taube_message_source_init (TaubeMessageSource *self)
{
  self->size = -1;
  self->start = -1;
  self->keywords = g_new0 (char *, 1);
}

/**
 * taube_message_source_new:
 * @stream: the message, from where the stream stands; it is read on the thread that works, and not closed
 * @size: how many bytes it has, or -1 when that is not known
 *
 * A message that comes out of a stream. When it turns out to have another size than @size says, nothing is sent.
 *
 * Returns: (transfer full): a source
 */
TaubeMessageSource *
taube_message_source_new (GInputStream *stream, gint64 size)
{
  TaubeMessageSource *self;

  g_return_val_if_fail (G_IS_INPUT_STREAM (stream), NULL);
  g_return_val_if_fail (size >= -1, NULL);
  self = g_object_new (TAUBE_TYPE_MESSAGE_SOURCE, NULL);
  self->stream = g_object_ref (stream);
  self->size = size;
  return self;
}

/**
 * taube_message_source_new_from_bytes:
 * @bytes: the message
 *
 * A message that is in memory already.
 *
 * Returns: (transfer full): a source
 */
TaubeMessageSource *
taube_message_source_new_from_bytes (GBytes *bytes)
{
  TaubeMessageSource *self;

  g_return_val_if_fail (bytes != NULL, NULL);
  self = g_object_new (TAUBE_TYPE_MESSAGE_SOURCE, NULL);
  self->bytes = g_bytes_ref (bytes);
  return self;
}

/**
 * taube_message_source_new_from_file:
 * @file: where the message is
 *
 * A message that is in a file; the file is opened when the message is sent.
 *
 * Returns: (transfer full): a source
 */
TaubeMessageSource *
taube_message_source_new_from_file (GFile *file)
{
  TaubeMessageSource *self;

  g_return_val_if_fail (G_IS_FILE (file), NULL);
  self = g_object_new (TAUBE_TYPE_MESSAGE_SOURCE, NULL);
  self->file = g_object_ref (file);
  return self;
}

/**
 * taube_message_source_set_flags:
 * @flags: the system flags that the message shall have
 *
 * By default it has none.
 */
void
taube_message_source_set_flags (TaubeMessageSource *self, TaubeMessageFlags flags)
{
  g_return_if_fail (TAUBE_IS_MESSAGE_SOURCE (self));
  self->flags = flags;
}

/**
 * taube_message_source_get_flags:
 *
 * The flags that were set.
 *
 * Returns: flags
 */
TaubeMessageFlags
taube_message_source_get_flags (TaubeMessageSource *self)
{
  g_return_val_if_fail (TAUBE_IS_MESSAGE_SOURCE (self), TAUBE_MESSAGE_FLAGS_NONE);
  return self->flags;
}

/**
 * taube_message_source_set_keywords:
 * @keywords: (nullable) (array zero-terminated=1): further flags by their names
 *
 * By default it has none. A server that keeps no new keywords in the folder leaves them out.
 */
void
taube_message_source_set_keywords (TaubeMessageSource *self, const char *const *keywords)
{
  char **copy;

  g_return_if_fail (TAUBE_IS_MESSAGE_SOURCE (self));
  copy = keywords != NULL ? g_strdupv ((char **) keywords) : g_new0 (char *, 1);
  g_strfreev (self->keywords);
  self->keywords = copy;
}

/**
 * taube_message_source_get_keywords:
 *
 * The keywords that were set.
 *
 * Returns: (transfer none) (array zero-terminated=1): their names
 */
const char *const *
taube_message_source_get_keywords (TaubeMessageSource *self)
{
  g_return_val_if_fail (TAUBE_IS_MESSAGE_SOURCE (self), NULL);
  return (const char *const *) self->keywords;
}

/**
 * taube_message_source_set_date:
 * @date: (nullable): when the message arrived; %NULL for the moment at which it is written
 *
 * Which date of arrival the server shall remember.
 */
void
taube_message_source_set_date (TaubeMessageSource *self, GDateTime *date)
{
  g_return_if_fail (TAUBE_IS_MESSAGE_SOURCE (self));
  if (date != NULL)
    g_date_time_ref (date);
  g_clear_pointer (&self->date, g_date_time_unref);
  self->date = date;
}

/**
 * taube_message_source_get_date:
 *
 * The date that was set.
 *
 * Returns: (transfer none) (nullable): a date, or %NULL for the moment at which it is written
 */
GDateTime *
taube_message_source_get_date (TaubeMessageSource *self)
{
  g_return_val_if_fail (TAUBE_IS_MESSAGE_SOURCE (self), NULL);
  return self->date;
}

/* Reading. */

static gboolean
is_seekable (GInputStream *stream)
{
  return G_IS_SEEKABLE (stream) && g_seekable_can_seek (G_SEEKABLE (stream));
}

/* The message as its owner has it, from the beginning. */
static GInputStream *
open_raw (TaubeMessageSource *self, GCancellable *cancellable, GError **error)
{
  if (self->bytes != NULL)
    return g_memory_input_stream_new_from_bytes (self->bytes);
  if (self->file != NULL)
    return G_INPUT_STREAM (g_file_read (self->file, cancellable, error));
  if (is_seekable (self->stream))
    {
      if (self->start < 0)
        self->start = g_seekable_tell (G_SEEKABLE (self->stream));
      if (!g_seekable_seek (G_SEEKABLE (self->stream), self->start, G_SEEK_SET, cancellable, error))
        return NULL;
    }
  return g_object_ref (self->stream);
}

static void
set_storage_error (GError **error, const char *what, const GError *cause)
{
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_STORAGE, "%s: %s", what, cause->message);
}

/* An error of a file or of somebody's stream in our own domain. Takes CAUSE. */
static void
propagate_reading (GError **error, GError *cause)
{
  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED) || cause->domain == TAUBE_ERROR)
    {
      g_propagate_error (error, cause);
      return;
    }
  set_storage_error (error, _ ("cannot read the message"), cause);
  g_error_free (cause);
}

GInputStream *
taube_message_source_open (TaubeMessageSource *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GInputStream) raw = NULL;
  GError *local = NULL;

  g_return_val_if_fail (TAUBE_IS_MESSAGE_SOURCE (self), NULL);
  if (self->spool != NULL)
    {
      raw = g_object_ref (g_io_stream_get_input_stream (G_IO_STREAM (self->spool)));
      if (!g_seekable_seek (G_SEEKABLE (self->spool), 0, G_SEEK_SET, cancellable, &local))
        g_clear_object (&raw);
    }
  else
    raw = open_raw (self, cancellable, &local);
  if (raw != NULL)
    return taube_crlf_stream_new (raw);
  propagate_reading (error, local);
  return NULL;
}

const TaubeMessageFacts *
taube_message_source_get_facts (TaubeMessageSource *self)
{
  g_return_val_if_fail (TAUBE_IS_MESSAGE_SOURCE (self), NULL);
  return &self->facts;
}

/* Measuring. */

/* The header ends with an empty line. */
static void
scan_header (Scan *scan, const char *data, gsize length)
{
  gsize i = 0;

  for (; i < length && !scan->in_body; i++)
    {
      scan->facts.has_8bit_header |= (guint8) data[i] >= 0x80;
      if (data[i] == '\n')
        {
          scan->in_body = scan->line_length == 0;
          scan->line_length = 0;
        }
      else if (data[i] != '\r')
        scan->line_length++;
    }
  if (scan->header->len < MAX_HEADER_BYTES)
    g_string_append_len (scan->header, data, MIN (i, MAX_HEADER_BYTES - scan->header->len));
}

static void
scan_block (Scan *scan, const char *data, gsize length)
{
  scan->facts.size += length;
  scan->facts.has_nul |= memchr (data, '\0', length) != NULL;
  if (!scan->in_body)
    scan_header (scan, data, length);
}

static gboolean
is_searchable (const char *text)
{
  gsize length = strlen (text);

  if (length == 0 || length > MAX_MESSAGE_ID_BYTES)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (text[i] <= ' ' || text[i] >= 0x7f)
      return FALSE;
  return TRUE;
}

static char *
find_message_id (const GString *header)
{
  g_autoptr (TaubeMimeHeaders) headers
      = taube_mime_headers_parse (header->str, header->len, taube_limits_get_default (), NULL);
  gsize length = 0;
  const char *raw = headers != NULL ? taube_mime_headers_find (headers, "Message-ID", &length) : NULL;
  g_autofree char *text = raw != NULL ? g_strndup (raw, length) : NULL;

  if (text == NULL)
    return NULL;
  g_strstrip (text);
  return is_searchable (text) ? g_steal_pointer (&text) : NULL;
}

static gboolean
scan_stream (TaubeMessageSource *self, GInputStream *in, GOutputStream *copy, GCancellable *cancellable,
             GError **error)
{
  Scan scan = { 0 };
  g_autoptr (GString) header = g_string_new (NULL);
  g_autofree char *block = g_malloc (BLOCK_SIZE);
  gssize n;

  scan.header = header;
  while ((n = g_input_stream_read (in, block, BLOCK_SIZE, cancellable, error)) > 0)
    {
      scan_block (&scan, block, n);
      if (copy != NULL && !g_output_stream_write_all (copy, block, n, NULL, cancellable, error))
        return FALSE;
    }
  if (n < 0)
    return FALSE;
  g_free (self->facts.message_id);
  self->facts = scan.facts;
  self->facts.message_id = find_message_id (header);
  return TRUE;
}

/* A file without a name, where there is room: not where temporary files are kept in memory, if that can be helped. */
static GFileIOStream *
make_spool (GError **error)
{
  const char *asked = g_getenv ("TMPDIR");
  const char *folders[] = { asked != NULL ? asked : "/var/tmp", g_get_tmp_dir () };
  GFileIOStream *spool = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (folders) && spool == NULL; i++)
    {
      g_autofree char *path = g_build_filename (folders[i], "taube-XXXXXX", NULL);
      g_autoptr (GFile) file = NULL;
      int fd = g_mkstemp (path);

      g_clear_error (error);
      if (fd < 0)
        {
          g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_STORAGE, _ ("cannot make a temporary file in %s: %s"),
                       folders[i], g_strerror (errno));
          continue;
        }
      close (fd);
      file = g_file_new_for_path (path);
      spool = g_file_open_readwrite (file, NULL, error);
      unlink (path);
    }
  return spool;
}

/* What came out of IN is what its owner has, with so many carriage returns more. */
static gboolean
check_size (TaubeMessageSource *self, GInputStream *in, GError **error)
{
  guint64 size = self->facts.size - taube_crlf_stream_get_added (in);

  if (self->size < 0 || size == (guint64) self->size)
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID,
               _ ("the message has %" PRIu64 " bytes and not %" PRId64 ", as was said"), size, self->size);
  return FALSE;
}

/* Copies what can be read only once, with its line ends put right. */
static gboolean
spool (TaubeMessageSource *self, GInputStream *in, GCancellable *cancellable, GError **error)
{
  g_autoptr (GFileIOStream) copy = NULL;

  if (self->is_read)
    {
      g_set_error_literal (error, TAUBE_ERROR, TAUBE_ERROR_INVALID,
                           _ ("the stream was read before and cannot be read again"));
      return FALSE;
    }
  copy = make_spool (error);
  if (copy == NULL)
    return FALSE;
  self->is_read = TRUE;
  if (!scan_stream (self, in, g_io_stream_get_output_stream (G_IO_STREAM (copy)), cancellable, error)
      || !check_size (self, in, error))
    return FALSE;
  self->spool = g_steal_pointer (&copy);
  return TRUE;
}

static gboolean
measure (TaubeMessageSource *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GInputStream) raw = open_raw (self, cancellable, error);
  g_autoptr (GInputStream) in = NULL;

  if (raw == NULL)
    return FALSE;
  in = taube_crlf_stream_new (raw);
  if (!is_seekable (raw))
    return spool (self, in, cancellable, error);
  return scan_stream (self, in, NULL, cancellable, error) && check_size (self, in, error);
}

gboolean
taube_message_source_measure (TaubeMessageSource *self, GCancellable *cancellable, GError **error)
{
  GError *local = NULL;

  if (self->spool == NULL && !measure (self, cancellable, &local))
    {
      propagate_reading (error, local);
      return FALSE;
    }
  if (self->facts.size > 0)
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("the message is empty"));
  return FALSE;
}
