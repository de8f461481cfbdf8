/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "meter.h"

typedef struct
{
  GOutputStreamClass parent_class;
} MeterClass;

G_DEFINE_TYPE (Meter, meter, G_TYPE_OUTPUT_STREAM)

static gssize
meter_write (GOutputStream *stream, const void *bytes, gsize length, GCancellable *cancellable, GError **error)
{
  Meter *meter = (Meter *) stream;

  meter->largest = MAX (meter->largest, length);
  meter->total += length;
  return (gssize) length;
}

static void
meter_class_init (MeterClass *klass)
{
  G_OUTPUT_STREAM_CLASS (klass)->write_fn = meter_write;
}

static void
meter_init (Meter *self)
{
}

Meter *
meter_new (void)
{
  return g_object_new (meter_get_type (), NULL);
}
