/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-known.h"

#include <gio/gio.h>
#include <string.h>

#define VERSION 1
/* Bytes of all ids; more are no token of ours. */
#define UNPACKED_MAX (512u << 20)

/* (transfer full) (nullable) */
static GBytes *
convert (GConverter *converter, gconstpointer data, gsize length, gsize limit)
{
  g_autoptr (GInputStream) raw = g_memory_input_stream_new_from_data (data, (gssize) length, NULL);
  g_autoptr (GInputStream) stream = g_converter_input_stream_new (raw, converter);
  g_autoptr (GByteArray) out = g_byte_array_new ();
  guint8 piece[16384];
  gssize got;

  while ((got = g_input_stream_read (stream, piece, sizeof (piece), NULL, NULL)) > 0)
    {
      if (out->len + (gsize) got > limit)
        return NULL;
      g_byte_array_append (out, piece, (guint) got);
    }
  return got == 0 ? g_byte_array_free_to_bytes (g_steal_pointer (&out)) : NULL;
}

GBytes *
pop3_known_pack (const TaubeIdSet *ids)
{
  g_autoptr (GConverter) packer = G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_RAW, 6));
  g_auto (GStrv) names = taube_id_set_to_strv (ids);
  g_autofree char *text = g_strjoinv ("\n", names);
  g_autoptr (GBytes) packed = convert (packer, text, strlen (text), G_MAXUINT32);
  g_autoptr (GByteArray) out = g_byte_array_new ();
  const guint8 version = VERSION;
  gsize length;
  gconstpointer data = g_bytes_get_data (packed, &length);

  g_byte_array_append (out, &version, 1);
  g_byte_array_append (out, data, (guint) length);
  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}

TaubeIdSet *
pop3_known_unpack (GBytes *bytes)
{
  g_autoptr (GConverter) unpacker = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_RAW));
  g_autoptr (GBytes) unpacked = NULL;
  TaubeIdSet *ids;
  const char *text, *end;
  const guint8 *data;
  gsize length;

  data = g_bytes_get_data (bytes, &length);
  if (length < 1 || data[0] != VERSION)
    return NULL;
  unpacked = convert (unpacker, data + 1, length - 1, UNPACKED_MAX);
  text = unpacked != NULL ? g_bytes_get_data (unpacked, &length) : NULL;
  if (unpacked == NULL || (length > 0 && (memchr (text, '\0', length) != NULL
                                          || !g_utf8_validate (text, (gssize) length, NULL))))
    return NULL;
  ids = taube_id_set_new ();
  for (end = text != NULL ? text + length : NULL; text != NULL && text < end;)
    {
      const char *line = memchr (text, '\n', (gsize) (end - text));
      g_autofree char *id = g_strndup (text, (gsize) ((line != NULL ? line : end) - text));

      if (id[0] != '\0')
        taube_id_set_add (ids, id);
      text = line != NULL ? line + 1 : end;
    }
  return ids;
}
