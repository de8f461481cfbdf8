/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "net/taube-stream.h"

#include <taube/taube-error.h>

#include "base/taube-gettext.h"

#include <string.h>
#include <zlib.h>

/* Raw DEFLATE (RFC 1951), as COMPRESS=DEFLATE (RFC 4978) has it: no header, no check sum. */
#define WINDOW_BITS (-15)
#define WINDOW_BYTES (32 << 10)

/* Read from and written to the layer below in one go. */
#define BLOCK_BYTES (16 << 10)

/* DEFLATE can make a thousand bytes of one. What a server may make of little is this much at once, and more only as
 * long as it is paid for: the rest of the library limits what it keeps, this limits how long a few bytes keep it
 * busy. */
#define EXPANSION_FREE (G_GUINT64_CONSTANT (256) << 20)
#define EXPANSION_RATIO 100

typedef struct
{
  TaubeStream parent;
  TaubeStream *base;
  const char *host; /* the connection's */

  z_stream inflater;
  gboolean inflating;    /* the inflater has its memory; otherwise WINDOW stands for it */
  GBytes *window;        /* compressed: what the server's next bytes may refer to; NULL: nothing */
  guint8 *in;            /* BLOCK_BYTES, or NULL */
  gboolean more_output;  /* the inflater may hold more than it could write */
  gboolean ended;        /* the server has ended its stream */
  guint64 n_deflated;    /* since the last time that the expansion was counted afresh */
  guint64 n_inflated;

  z_stream deflater;
  gboolean deflating;
  guint8 *out;           /* deflated and not yet sent */
  gsize out_start, out_end, out_size;
  gsize taken;           /* bytes of the caller's that OUT stands for */
} DeflateStream;

static gssize
fail (DeflateStream *self, TaubeError code, const char *why, GError **error)
{
  g_set_error (error, TAUBE_ERROR, (int) code, _ ("cannot decompress what %s sent: %s"), self->host, why);
  return TAUBE_STREAM_ERROR;
}

/* zlib has no memory for this; GLib's way is to end then. */
static void
must (int result)
{
  if (result != Z_OK)
    g_error ("zlib failed: %s", zError (result));
}

/* ---- reading ---- */

static guint8 *
unpack_window (GBytes *packed, uLongf *length)
{
  guint8 *window = g_malloc (WINDOW_BYTES);

  *length = WINDOW_BYTES;
  must (uncompress (window, length, g_bytes_get_data (packed, NULL), g_bytes_get_size (packed)));
  return window;
}

static void
wake_inflater (DeflateStream *self)
{
  if (self->inflating)
    return;
  self->inflater = (z_stream){ 0 };
  must (inflateInit2 (&self->inflater, WINDOW_BITS));
  self->inflating = TRUE;
  if (self->window != NULL)
    {
      uLongf length;
      g_autofree guint8 *window = unpack_window (self->window, &length);

      must (inflateSetDictionary (&self->inflater, window, (uInt) length));
      g_clear_pointer (&self->window, g_bytes_unref);
    }
}

/* Between two blocks and at a whole byte the window is all that is left of the past. */
static gboolean
is_between_blocks (DeflateStream *self)
{
  return self->inflater.avail_in == 0 && !self->more_output && (self->inflater.data_type & 128) != 0
         && (self->inflater.data_type & 63) == 0;
}

/* Mail is text: its window packs into a few thousand bytes. */
static void
rest_inflater (DeflateStream *self)
{
  guint8 window[WINDOW_BYTES];
  uInt length = 0;
  uLongf packed_length = compressBound (WINDOW_BYTES);
  g_autofree guint8 *packed = NULL;

  if (self->inflating && (self->ended || !is_between_blocks (self)))
    return;
  g_clear_pointer (&self->in, g_free);
  if (!self->inflating)
    return;
  must (inflateGetDictionary (&self->inflater, window, &length));
  if (length > 0)
    {
      packed = g_malloc (packed_length);
      must (compress2 (packed, &packed_length, window, length, 1));
      self->window = g_bytes_new (packed, packed_length);
    }
  inflateEnd (&self->inflater);
  self->inflating = FALSE;
}

static gssize
refill (DeflateStream *self, GError **error)
{
  gssize n;

  if (self->in == NULL)
    self->in = g_malloc (BLOCK_BYTES);
  n = self->base->klass->read (self->base, self->in, BLOCK_BYTES, error);
  if (n > 0)
    {
      wake_inflater (self);
      self->inflater.next_in = self->in;
      self->inflater.avail_in = (uInt) n;
      self->n_deflated += (guint64) n;
    }
  return n;
}

/* 0: more input is needed. */
static gssize
inflate_some (DeflateStream *self, guint8 *data, gsize length, GError **error)
{
  uInt room = (uInt) MIN (length, G_MAXINT);
  gsize done;
  int result;

  self->inflater.next_out = data;
  self->inflater.avail_out = room;
  result = inflate (&self->inflater, Z_SYNC_FLUSH);
  done = room - self->inflater.avail_out;
  self->more_output = result == Z_OK && self->inflater.avail_out == 0;
  self->n_inflated += done;
  if (result == Z_STREAM_END)
    self->ended = TRUE;
  else if (result == Z_MEM_ERROR)
    must (result);
  else if (result != Z_OK && result != Z_BUF_ERROR && done > 0)
    self->more_output = TRUE; /* what came before the fault is given first; zlib says it again */
  else if (result != Z_OK && result != Z_BUF_ERROR)
    return fail (self, TAUBE_ERROR_PROTOCOL, self->inflater.msg != NULL ? self->inflater.msg : _ ("it is not DEFLATE"),
                 error);
  if (self->n_inflated > EXPANSION_FREE && self->n_inflated - EXPANSION_FREE > EXPANSION_RATIO * self->n_deflated)
    return fail (self, TAUBE_ERROR_LIMIT, _ ("it unpacks to far more than mail does"), error);
  return (gssize) done;
}

static gssize
deflate_stream_read (TaubeStream *stream, guint8 *data, gsize length, GError **error)
{
  DeflateStream *self = (DeflateStream *) stream;
  gssize n;

  for (;;)
    {
      if (self->ended)
        return TAUBE_STREAM_EOF;
      if (self->inflating && (self->inflater.avail_in > 0 || self->more_output))
        {
          n = inflate_some (self, data, length, error);
          if (n != 0)
            return n;
          if (self->ended)
            continue;
        }
      n = refill (self, error);
      if (n <= 0)
        return n;
    }
}

/* ---- writing ---- */

static void
wake_deflater (DeflateStream *self)
{
  if (self->deflating)
    return;
  self->deflater = (z_stream){ 0 };
  must (deflateInit2 (&self->deflater, Z_DEFAULT_COMPRESSION, Z_DEFLATED, WINDOW_BITS, 8, Z_DEFAULT_STRATEGY));
  self->deflating = TRUE;
}

/* Deflates a block up to its last byte: after a sync flush the server can read all of it. */
static void
pack (DeflateStream *self, const guint8 *data, gsize length)
{
  wake_deflater (self);
  self->taken = MIN (length, BLOCK_BYTES);
  self->deflater.next_in = (Bytef *) data;
  self->deflater.avail_in = (uInt) self->taken;
  self->out_start = self->out_end = 0;
  do
    {
      if (self->out_size - self->out_end < 256)
        {
          self->out_size += BLOCK_BYTES;
          self->out = g_realloc (self->out, self->out_size);
        }
      self->deflater.next_out = self->out + self->out_end;
      self->deflater.avail_out = (uInt) (self->out_size - self->out_end);
      deflate (&self->deflater, Z_SYNC_FLUSH);
      self->out_end = self->out_size - self->deflater.avail_out;
    }
  while (self->deflater.avail_out == 0);
}

/* Says that bytes are written only when all that stands for them is: as TLS does, it wants the same bytes again after
 * it had to wait. */
static gssize
deflate_stream_write (TaubeStream *stream, const guint8 *data, gsize length, GError **error)
{
  DeflateStream *self = (DeflateStream *) stream;

  if (length == 0)
    return 0;
  if (self->taken == 0)
    pack (self, data, length);
  while (self->out_start < self->out_end)
    {
      gssize n = self->base->klass->write (self->base, self->out + self->out_start, self->out_end - self->out_start,
                                           error);

      if (n <= 0)
        return n;
      self->out_start += (gsize) n;
    }
  length = self->taken;
  self->taken = 0;
  return (gssize) length;
}

/* ---- the rest ---- */

static gboolean
deflate_stream_has_pending (TaubeStream *stream)
{
  DeflateStream *self = (DeflateStream *) stream;

  return (self->inflating && (self->inflater.avail_in > 0 || self->more_output || self->ended))
         || self->base->klass->has_pending (self->base);
}

/* What follows a sync flush may be the work of another compressor, which knows nothing of what was before: so ours,
 * which takes a quarter of a megabyte, need not be kept. */
static void
deflate_stream_release (TaubeStream *stream)
{
  DeflateStream *self = (DeflateStream *) stream;

  rest_inflater (self);
  taube_deflate_stream_forgive (stream);
  if (self->deflating && self->taken == 0)
    {
      deflateEnd (&self->deflater);
      self->deflating = FALSE;
      g_clear_pointer (&self->out, g_free);
      self->out_size = 0;
    }
  self->base->klass->release (self->base);
}

static void
deflate_stream_close (TaubeStream *stream)
{
  DeflateStream *self = (DeflateStream *) stream;

  self->base->klass->close (self->base);
}

static void
deflate_stream_free (TaubeStream *stream)
{
  DeflateStream *self = (DeflateStream *) stream;

  if (self->inflating)
    inflateEnd (&self->inflater);
  if (self->deflating)
    deflateEnd (&self->deflater);
  self->base->klass->free (self->base);
  g_clear_pointer (&self->window, g_bytes_unref);
  g_free (self->in);
  g_free (self->out);
  g_free (self);
}

static const TaubeStreamClass deflate_stream_class = {
  .read = deflate_stream_read,
  .write = deflate_stream_write,
  .has_pending = deflate_stream_has_pending,
  .release = deflate_stream_release,
  .close = deflate_stream_close,
  .free = deflate_stream_free,
};

/* DEFLATE both ways over BASE, which it owns from now on. FIRST are bytes that were read from BASE already; HOST must
 * outlive the stream. */
TaubeStream *
taube_deflate_stream_new (TaubeStream *base, const char *host, const guint8 *first, gsize length)
{
  DeflateStream *self = g_new0 (DeflateStream, 1);

  self->parent.klass = &deflate_stream_class;
  self->parent.fd = self->parent.write_fd = -1;
  self->base = base;
  self->host = host;
  if (length > 0)
    {
      self->in = g_malloc (MAX (length, BLOCK_BYTES));
      memcpy (self->in, first, length);
      wake_inflater (self);
      self->inflater.next_in = self->in;
      self->inflater.avail_in = (uInt) length;
      self->n_deflated = length;
    }
  return &self->parent;
}

/* Counts the expansion afresh: what was unpacked up to now was asked for, and used. */
void
taube_deflate_stream_forgive (TaubeStream *stream)
{
  DeflateStream *self = (DeflateStream *) stream;

  self->n_deflated = self->n_inflated = 0;
}
