/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-crlf.h"

#include "base/taube-gettext.h"

#include <string.h>

#define TAUBE_TYPE_CRLF (taube_crlf_get_type ())
G_DECLARE_FINAL_TYPE (TaubeCrlf, taube_crlf, TAUBE, CRLF, GObject)

struct _TaubeCrlf
{
  GObject parent_instance;
  gboolean after_cr; /* the last byte was a carriage return */
  guint64 added;
};

static void taube_crlf_iface_init (GConverterIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TaubeCrlf, taube_crlf, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_CONVERTER, taube_crlf_iface_init))

/* How many bytes from IN on can go out as they are. */
static gsize
count_plain (TaubeCrlf *self, const char *in, gsize length)
{
  const char *end = in + length, *p = in;

  while (p < end && (p = memchr (p, '\n', end - p)) != NULL)
    {
      if (p > in ? p[-1] != '\r' : !self->after_cr)
        return p - in;
      p++;
    }
  return length;
}

static GConverterResult
taube_crlf_convert (GConverter *converter, const void *in_buffer, gsize in_size, void *out_buffer, gsize out_size,
                    GConverterFlags flags, gsize *bytes_read, gsize *bytes_written, GError **error)
{
  TaubeCrlf *self = (TaubeCrlf *) converter;
  const char *in = in_buffer;
  char *out = out_buffer;

  *bytes_read = *bytes_written = 0;
  while (in_size > 0 && out_size > 0)
    {
      gsize n = count_plain (self, in, MIN (in_size, out_size));

      memcpy (out, in, n);
      if (n > 0)
        self->after_cr = in[n - 1] == '\r';
      if (n == 0)
        {
          /* The line feed itself follows in the next round. */
          *out = '\r';
          self->after_cr = TRUE;
          self->added++;
        }
      in += n;
      in_size -= n;
      out += MAX (n, 1);
      out_size -= MAX (n, 1);
      *bytes_read += n;
      *bytes_written += MAX (n, 1);
    }
  if (in_size == 0 && (flags & G_CONVERTER_INPUT_AT_END) != 0)
    return G_CONVERTER_FINISHED;
  if (*bytes_written > 0 || *bytes_read > 0)
    return G_CONVERTER_CONVERTED;
  if (in_size > 0)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, _ ("no room for a byte"));
  else
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT, _ ("nothing to convert"));
  return G_CONVERTER_ERROR;
}

static void
taube_crlf_reset (GConverter *converter)
{
  ((TaubeCrlf *) converter)->after_cr = FALSE;
}

static void
taube_crlf_iface_init (GConverterIface *iface)
{
  iface->convert = taube_crlf_convert;
  iface->reset = taube_crlf_reset;
}

static void
taube_crlf_class_init (TaubeCrlfClass *klass)
{
}

static void
taube_crlf_init (TaubeCrlf *self)
{
}

GInputStream *
taube_crlf_stream_new (GInputStream *base)
{
  g_autoptr (GConverter) converter = g_object_new (TAUBE_TYPE_CRLF, NULL);
  GInputStream *stream = g_converter_input_stream_new (base, converter);

  g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (stream), FALSE);
  return stream;
}

guint64
taube_crlf_stream_get_added (GInputStream *stream)
{
  return ((TaubeCrlf *) g_converter_input_stream_get_converter (G_CONVERTER_INPUT_STREAM (stream)))->added;
}
