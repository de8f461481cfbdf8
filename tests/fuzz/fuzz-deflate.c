/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-testing.h>
#include <taube/taube-error.h>

#include <string.h>
#include <zlib.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define OUTPUT_MAXIMUM (4 << 20)

static void
on_parked (TaubeConnection *connection, TaubeConnectionWake wake, gpointer user_data)
{
  g_assert_not_reached ();
}

/* What zlib alone makes of it in one go. */
static GByteArray *
unpack (const guint8 *data, gsize size)
{
  GByteArray *out = g_byte_array_new ();
  z_stream stream = { .next_in = (Bytef *) data, .avail_in = (uInt) size };
  guint8 block[65536];
  int result;

  g_assert_cmpint (inflateInit2 (&stream, -15), ==, Z_OK);
  do
    {
      stream.next_out = block;
      stream.avail_out = sizeof block;
      result = inflate (&stream, Z_SYNC_FLUSH);
      g_byte_array_append (out, block, sizeof block - stream.avail_out);
    }
  while (result == Z_OK && out->len < OUTPUT_MAXIMUM);
  inflateEnd (&stream);
  return out;
}

/* Input: a byte for the size of the pieces in which the rest comes, which is what a server sends on a compressed
 * connection. It is put to rest whenever that is possible; all the same it gives what zlib gives. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const TaubeEndpoint endpoint = { .host = (char *) "h", .port = 143 };
  g_autoptr (TaubeMemoryPeer) peer = taube_memory_peer_new (NULL, NULL, NULL);
  g_autoptr (TaubeConnection) connection = taube_connection_new_memory (&endpoint, peer);
  g_autoptr (GByteArray) expected = NULL;
  g_autoptr (GByteArray) got = g_byte_array_new ();
  TaubeBuffer *input = taube_connection_get_input (connection);
  gsize piece;

  if (size == 0)
    return 0;
  piece = data[0] + 1u;
  data++;
  size--;
  expected = unpack (data, size);
  taube_connection_start_compression (connection);
  for (gsize at = 0; at < size && got->len < OUTPUT_MAXIMUM; at += piece)
    {
      taube_memory_peer_send (peer, data + at, MIN (piece, size - at));
      while (taube_connection_fill_nowait (connection, NULL) > 0 && got->len < OUTPUT_MAXIMUM)
        {
          g_byte_array_append (got, taube_buffer_peek (input), (guint) taube_buffer_length (input));
          taube_buffer_consume (input, taube_buffer_length (input));
        }
      if (taube_connection_park (connection, 0, on_parked, NULL))
        g_assert_true (taube_connection_unpark (connection));
    }
  if (got->len < OUTPUT_MAXIMUM && expected->len < OUTPUT_MAXIMUM)
    g_assert_cmpmem (got->data, got->len, expected->data, expected->len);
  return 0;
}
