/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-testing.h>

#include <taube/taube-error.h>

#include <malloc.h>
#include <string.h>
#include <sys/resource.h>
#include <zlib.h>

/* Compressed connections, against a server that uses zlib by itself. */

static const TaubeEndpoint endpoint = { .host = (char *) "mail.example.org", .port = 143, .silence_timeout = 60000 };

typedef struct
{
  TaubeMemoryPeer *peer;
  TaubeConnection *connection;
  z_stream inflater;
  z_stream deflater;
  GByteArray *heard; /* what the client has said, unpacked */
  guint64 n_sent;    /* bytes on the wire */
} Line;

static void
on_bytes (TaubeMemoryPeer *peer, const guint8 *bytes, gsize length, gpointer user_data)
{
  Line *line = user_data;
  guint8 out[4096];

  line->inflater.next_in = (Bytef *) bytes;
  line->inflater.avail_in = (uInt) length;
  do
    {
      int result;

      line->inflater.next_out = out;
      line->inflater.avail_out = sizeof out;
      result = inflate (&line->inflater, Z_SYNC_FLUSH);
      g_assert_true (result == Z_OK || result == Z_BUF_ERROR);
      g_byte_array_append (line->heard, out, sizeof out - line->inflater.avail_out);
    }
  while (line->inflater.avail_out == 0);
}

/* Packs TEXT as the server's next words. (transfer full) */
static GByteArray *
pack (Line *line, gconstpointer text, gsize length, int flush)
{
  GByteArray *packed = g_byte_array_new ();
  guint8 out[4096];

  line->deflater.next_in = (Bytef *) text;
  line->deflater.avail_in = (uInt) length;
  do
    {
      line->deflater.next_out = out;
      line->deflater.avail_out = sizeof out;
      g_assert_cmpint (deflate (&line->deflater, flush), !=, Z_STREAM_ERROR);
      g_byte_array_append (packed, out, sizeof out - line->deflater.avail_out);
    }
  while (line->deflater.avail_out == 0);
  return packed;
}

static void
say (Line *line, gconstpointer text, gsize length, int flush)
{
  g_autoptr (GByteArray) packed = pack (line, text, length, flush);

  line->n_sent += packed->len;
  taube_memory_peer_send (line->peer, packed->data, packed->len);
}

static Line *
line_new (gsize chunk)
{
  Line *line = g_new0 (Line, 1);

  line->heard = g_byte_array_new ();
  line->peer = taube_memory_peer_new (on_bytes, line, NULL);
  taube_memory_peer_set_chunk (line->peer, chunk);
  line->connection = taube_connection_new_memory (&endpoint, line->peer);
  g_assert_cmpint (inflateInit2 (&line->inflater, -15), ==, Z_OK);
  g_assert_cmpint (deflateInit2 (&line->deflater, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY), ==, Z_OK);
  return line;
}

static void
line_free (Line *line)
{
  taube_connection_free (line->connection);
  taube_memory_peer_unref (line->peer);
  inflateEnd (&line->inflater);
  deflateEnd (&line->deflater);
  g_byte_array_unref (line->heard);
  g_free (line);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Line, line_free)

static void
take (Line *line, gconstpointer text, gsize length)
{
  TaubeBuffer *input = taube_connection_get_input (line->connection);
  g_autoptr (GError) error = NULL;

  while (taube_buffer_length (input) < length)
    {
      taube_connection_fill (line->connection, NULL, &error);
      g_assert_no_error (error);
    }
  g_assert_cmpmem (taube_buffer_peek (input), taube_buffer_length (input), text, length);
  taube_buffer_consume (input, length);
}

static void
tell (Line *line, const char *text)
{
  g_autoptr (GError) error = NULL;

  taube_connection_write (line->connection, text, strlen (text), NULL, 0, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (line->heard->data, line->heard->len, text, strlen (text));
  g_byte_array_set_size (line->heard, 0);
}

static guint8 *
make_text (gsize length, guint32 seed)
{
  guint8 *text = g_malloc (length);
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);

  for (gsize i = 0; i < length; i++)
    text[i] = (guint8) ("etaoin shrdlu\r\n"[g_rand_int_range (random, 0, 15)]);
  return text;
}

/* Each line is with the other as soon as it was written, whatever goes in one piece. */
static void
test_every_chunk_size (void)
{
  for (gsize chunk = 0; chunk <= 12; chunk++)
    {
      g_autoptr (Line) line = line_new (chunk);

      g_assert_false (taube_connection_is_compressed (line->connection));
      taube_connection_start_compression (line->connection);
      g_assert_true (taube_connection_is_compressed (line->connection));
      for (guint i = 0; i < 5; i++)
        {
          tell (line, "a NOOP\r\n");
          say (line, "a OK done\r\n", 11, i % 2 == 0 ? Z_SYNC_FLUSH : Z_PARTIAL_FLUSH);
          take (line, "a OK done\r\n", 11);
        }
      /* The last mark of the flush stands for no text. */
      g_assert_cmpint (taube_connection_fill_nowait (line->connection, NULL), ==, TAUBE_CONNECTION_WOULD_BLOCK);
      g_assert_cmpuint (taube_connection_get_bytes_read (line->connection), ==, line->n_sent);
      g_assert_cmpuint (taube_connection_get_bytes_written (line->connection), ==, line->inflater.total_in);
      g_assert_true (taube_connection_is_parkable (line->connection));
    }
}

/* What came in one packet with the consent is compressed already. */
static void
test_words_after_the_consent (void)
{
  g_autoptr (Line) line = line_new (0);
  g_autoptr (GByteArray) packed = pack (line, "* 3 EXISTS\r\n", 12, Z_SYNC_FLUSH);
  TaubeBuffer *input = taube_connection_get_input (line->connection);

  g_byte_array_prepend (packed, (const guint8 *) "a OK go\r\n", 9);
  taube_memory_peer_send (line->peer, packed->data, packed->len);
  g_assert_cmpint (taube_connection_fill (line->connection, NULL, NULL), ==, packed->len);
  taube_buffer_consume (input, 9);
  taube_connection_start_compression (line->connection);
  g_assert_cmpuint (taube_buffer_length (input), ==, 0);
  g_assert_false (taube_connection_park (line->connection, 0, NULL, NULL)); /* there is something to be read */
  take (line, "* 3 EXISTS\r\n", 12);
}

static void
test_much (void)
{
  gsize length = 5 << 20;
  g_autofree guint8 *text = make_text (length, 7);
  g_autoptr (Line) line = line_new (0);
  g_autoptr (GError) error = NULL;

  taube_connection_start_compression (line->connection);
  say (line, text, length, Z_SYNC_FLUSH);
  take (line, text, length);
  taube_connection_write (line->connection, text, length, NULL, 0, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (line->heard->data, line->heard->len, text, length);
  g_assert_cmpuint (taube_connection_get_bytes_written (line->connection), <, length * 6 / 10);
}

static void
on_parked (TaubeConnection *connection, TaubeConnectionWake wake, gpointer user_data)
{
  g_assert_not_reached ();
}

/* At rest it costs little, and goes on where it was: also when the server's next words point back to what was said
 * before. */
static void
test_parked (void)
{
  g_autofree guint8 *text = make_text (30000, 3);
  g_autoptr (Line) line = line_new (0);
  gsize awake, asleep;
  guint64 before;

  taube_connection_start_compression (line->connection);
  tell (line, "a FETCH\r\n");
  say (line, text, 30000, Z_SYNC_FLUSH);
  take (line, text, 30000);
  awake = mallinfo2 ().uordblks + mallinfo2 ().hblkhd;
  g_assert_true (taube_connection_park (line->connection, 0, on_parked, NULL));
  asleep = mallinfo2 ().uordblks + mallinfo2 ().hblkhd;
  g_test_message ("%" G_GSIZE_FORMAT " bytes given back", awake - asleep);
  if (awake > 0) /* the sanitizers' allocator does not tell */
    g_assert_cmpuint (awake, >, asleep + (250 << 10));
  g_assert_true (taube_connection_unpark (line->connection));

  before = line->n_sent;
  say (line, text, 30000, Z_SYNC_FLUSH);
  g_assert_cmpuint (line->n_sent - before, <, 1000);
  take (line, text, 30000);
  tell (line, "b FETCH\r\n");
}

/* A server that does not end at a whole byte keeps us from resting, but not from going on. */
static void
test_parked_between_bytes (void)
{
  g_autoptr (Line) line = line_new (0);

  taube_connection_start_compression (line->connection);
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *text = g_strdup_printf ("* %u EXISTS\r\n", 1u << i);

      say (line, text, strlen (text), Z_PARTIAL_FLUSH);
      take (line, text, strlen (text));
      g_assert_true (taube_connection_park (line->connection, 0, on_parked, NULL));
      g_assert_true (taube_connection_unpark (line->connection));
    }
}

static void
test_garbage (void)
{
  g_autoptr (Line) line = line_new (0);
  g_autoptr (GError) error = NULL;

  taube_connection_start_compression (line->connection);
  taube_memory_peer_send (line->peer, "a OK not compressed at all\r\n", 28);
  while (taube_connection_fill (line->connection, NULL, &error) > 0)
    ;
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL);
  g_assert_nonnull (strstr (error->message, "mail.example.org"));
  g_assert_true (taube_connection_is_broken (line->connection));
}

/* The end of the stream, and the end of the connection in the middle of it. */
static void
test_ends (void)
{
  for (guint how = 0; how < 2; how++)
    {
      g_autoptr (Line) line = line_new (0);

      taube_connection_start_compression (line->connection);
      say (line, "* BYE\r\n", 7, how == 0 ? Z_FINISH : Z_SYNC_FLUSH);
      if (how == 0)
        taube_memory_peer_send (line->peer, "trailing", 8);
      else
        taube_memory_peer_close (line->peer);
      take (line, "* BYE\r\n", 7);
      for (guint i = 0; i < 2; i++)
        g_assert_cmpint (taube_connection_fill (line->connection, NULL, NULL), ==, 0);
      g_assert_false (taube_connection_is_parkable (line->connection));
    }
}

/* One block of nothing but one letter, a thousand to one. (transfer full) */
static GByteArray *
make_bomb (Line *line, gsize length)
{
  g_autofree guint8 *block = g_malloc0 (length);

  return pack (line, block, length, Z_SYNC_FLUSH);
}

static gssize
read_away (Line *line, guint64 *total, GError **error)
{
  TaubeBuffer *input = taube_connection_get_input (line->connection);
  gssize n = taube_connection_fill_nowait (line->connection, error);

  if (n > 0)
    *total += (guint64) n;
  taube_buffer_consume (input, taube_buffer_length (input));
  return n;
}

/* S16 */
static void
test_bomb (void)
{
  g_autoptr (Line) line = line_new (0);
  g_autoptr (GByteArray) bomb = make_bomb (line, 16 << 20);
  g_autoptr (GError) error = NULL;
  struct rusage before, after;
  guint64 total = 0;

  g_assert_cmpuint (bomb->len, <, 20000);
  taube_connection_start_compression (line->connection);
  for (guint i = 0; i < 64; i++)
    taube_memory_peer_send (line->peer, bomb->data, bomb->len);
  getrusage (RUSAGE_SELF, &before);
  while (read_away (line, &total, &error) > 0)
    ;
  getrusage (RUSAGE_SELF, &after);
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT);
  g_assert_cmpuint (total, >=, 256 << 20);
  g_assert_cmpuint (total, <, 400 << 20);
  g_assert_cmpint (after.ru_maxrss - before.ru_maxrss, <, 4 << 10);
}

/* A large body of one letter is no bomb, nor are many of them that were asked for one by one. */
static void
test_no_bomb (void)
{
  g_autoptr (Line) line = line_new (0);
  g_autoptr (GByteArray) much = make_bomb (line, 200 << 20);

  taube_connection_start_compression (line->connection);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;
      guint64 total = 0;

      taube_connection_forgive_expansion (line->connection);
      taube_memory_peer_send (line->peer, much->data, much->len);
      while (total < 200 << 20 && read_away (line, &total, &error) > 0)
        ;
      g_assert_no_error (error);
      g_assert_cmpuint (total, ==, 200 << 20);
    }
}

static void
cancel_it (TaubeMemoryPeer *peer, guint number, gpointer user_data)
{
  if (number == 3)
    {
      taube_memory_peer_set_stalled (peer, TRUE);
      g_cancellable_cancel (user_data);
    }
}

/* Nobody knows what the other has made of half a block. */
static void
test_cancelled_write (void)
{
  g_autoptr (Line) line = line_new (5);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  taube_connection_start_compression (line->connection);
  taube_memory_peer_set_hook (line->peer, cancel_it, cancellable);
  g_assert_false (taube_connection_write (line->connection, "a SELECT INBOX\r\n", 16, NULL, 0, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (taube_connection_is_broken (line->connection));
}

static void
test_each_call_fails (void)
{
  for (guint number = 1; number <= 6; number++)
    {
      g_autoptr (Line) line = line_new (4);
      g_autoptr (GError) error = NULL;
      TaubeBuffer *input = taube_connection_get_input (line->connection);

      taube_connection_start_compression (line->connection);
      taube_memory_peer_set_fail_at (line->peer, number);
      say (line, "a OK done\r\n", 11, Z_SYNC_FLUSH);
      if (taube_connection_write (line->connection, "a NOOP\r\n", 8, NULL, 0, NULL, &error))
        while (taube_buffer_length (input) < 11 && taube_connection_fill (line->connection, NULL, &error) > 0)
          ;
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
      g_assert_true (taube_connection_is_broken (line->connection));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/deflate/every-chunk-size", test_every_chunk_size);
  g_test_add_func ("/net/deflate/words-after-the-consent", test_words_after_the_consent);
  g_test_add_func ("/net/deflate/much", test_much);
  g_test_add_func ("/net/deflate/parked", test_parked);
  g_test_add_func ("/net/deflate/parked-between-bytes", test_parked_between_bytes);
  g_test_add_func ("/net/deflate/garbage", test_garbage);
  g_test_add_func ("/net/deflate/ends", test_ends);
  g_test_add_func ("/net/deflate/bomb", test_bomb);
  g_test_add_func ("/net/deflate/no-bomb", test_no_bomb);
  g_test_add_func ("/net/deflate/cancelled-write", test_cancelled_write);
  g_test_add_func ("/net/deflate/each-call-fails", test_each_call_fails);
  return g_test_run ();
}
