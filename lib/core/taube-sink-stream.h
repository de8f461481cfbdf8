/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "mime/taube-mime-decoder.h"

G_BEGIN_DECLS

/* An output stream that hands everything to a function, which may refuse it. */
GOutputStream *taube_sink_stream_new (TaubeMimeSinkFunc func, gpointer user_data);

/* Takes bytes up to a limit. */
typedef struct
{
  GByteArray *bytes;
  gsize limit;
  const char *what; /* "the text": for the message */
} TaubeMemorySink;

gboolean taube_memory_sink_write (const guint8 *data, gsize length, gpointer self, GError **error);

G_END_DECLS
