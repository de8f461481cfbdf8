/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-sink-stream.h"

#include <taube/taube-error.h>

#include "base/taube-gettext.h"

#define TAUBE_TYPE_SINK_STREAM (taube_sink_stream_get_type ())
G_DECLARE_FINAL_TYPE (TaubeSinkStream, taube_sink_stream, TAUBE, SINK_STREAM, GOutputStream)

struct _TaubeSinkStream
{
  GOutputStream parent_instance;
  TaubeMimeSinkFunc func;
  gpointer user_data;
};

G_DEFINE_FINAL_TYPE (TaubeSinkStream, taube_sink_stream, G_TYPE_OUTPUT_STREAM)

static gssize
taube_sink_stream_write (GOutputStream *stream, const void *buffer, gsize count, GCancellable *cancellable,
                         GError **error)
{
  TaubeSinkStream *self = (TaubeSinkStream *) stream;

  count = MIN (count, G_MAXSSIZE);
  return self->func (buffer, count, self->user_data, error) ? (gssize) count : -1;
}

static void
taube_sink_stream_class_init (TaubeSinkStreamClass *klass)
{
  G_OUTPUT_STREAM_CLASS (klass)->write_fn = taube_sink_stream_write;
}

static void
taube_sink_stream_init (TaubeSinkStream *self)
{
}

GOutputStream *
taube_sink_stream_new (TaubeMimeSinkFunc func, gpointer user_data)
{
  TaubeSinkStream *self = g_object_new (TAUBE_TYPE_SINK_STREAM, NULL);

  self->func = func;
  self->user_data = user_data;
  return G_OUTPUT_STREAM (self);
}

gboolean
taube_memory_sink_write (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
  TaubeMemorySink *self = user_data;

  if (length > self->limit - self->bytes->len)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT, _ ("%s is larger than %zu bytes: save it instead"),
                   self->what, self->limit);
      return FALSE;
    }
  g_byte_array_append (self->bytes, data, length);
  return TRUE;
}
