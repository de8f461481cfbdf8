/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube.h>

#include <malloc.h>
#include <stdio.h>
#include <string.h>

/* One piece of work on a live server, to be measured from outside: by callgrind, or by the peak of resident memory.
 *
 *   bench-client list URI          list with flags, size, dates and envelope
 *   bench-client fetch URI         stream a message into a sink that only counts
 *   bench-client list-memory URI   the same list; prints how much the heap grew by it */

/* A sink that counts, so that nothing but the library's own work is measured. */
#define BENCH_TYPE_SINK (bench_sink_get_type ())
G_DECLARE_FINAL_TYPE (BenchSink, bench_sink, BENCH, SINK, GOutputStream)

struct _BenchSink
{
  GOutputStream parent_instance;
  guint64 bytes;
};

G_DEFINE_FINAL_TYPE (BenchSink, bench_sink, G_TYPE_OUTPUT_STREAM)

static gssize
bench_sink_write (GOutputStream *stream, const void *data, gsize length, GCancellable *cancellable, GError **error)
{
  BENCH_SINK (stream)->bytes += length;
  return (gssize) length;
}

static void
bench_sink_class_init (BenchSinkClass *klass)
{
  G_OUTPUT_STREAM_CLASS (klass)->write_fn = bench_sink_write;
}

static void
bench_sink_init (BenchSink *self)
{
}

static gboolean
bench_list (TaubeFolder *folder, GError **error)
{
  g_autoptr (TaubeItemList) list = taube_folder_list (folder, NULL, NULL, error);

  if (list == NULL)
    return FALSE;
  printf ("messages %u\n", taube_item_list_get_size (list));
  return TRUE;
}

/* In use on all of malloc's ways: the arenas and what was mapped by itself. */
static gsize
get_heap (void)
{
  struct mallinfo2 info = mallinfo2 ();

  return info.uordblks + info.hblkhd;
}

static gsize
get_length (const char *text)
{
  return text != NULL ? strlen (text) : 0;
}

static gsize
get_text_bytes (TaubeMessageList *list)
{
  gsize bytes = 0;

  for (guint i = 0; i < taube_item_list_get_size (TAUBE_ITEM_LIST (list)); i++)
    bytes += get_length (taube_message_list_get_subject (list, i)) + get_length (taube_message_list_get_from (list, i))
             + get_length (taube_message_list_get_sender (list, i))
             + get_length (taube_message_list_get_reply_to (list, i)) + get_length (taube_message_list_get_to (list, i))
             + get_length (taube_message_list_get_cc (list, i)) + get_length (taube_message_list_get_bcc (list, i))
             + get_length (taube_message_list_get_message_id (list, i))
             + get_length (taube_message_list_get_in_reply_to (list, i));
  return bytes;
}

static gboolean
bench_list_memory (TaubeFolder *folder, GError **error)
{
  gsize before = get_heap ();
  g_autoptr (TaubeItemList) list = taube_folder_list (folder, NULL, NULL, error);
  gsize after, text;
  guint n;

  if (list == NULL)
    return FALSE;
  malloc_trim (0);
  after = get_heap ();
  n = taube_item_list_get_size (list);
  text = get_text_bytes (TAUBE_MESSAGE_LIST (list));
  printf ("messages %u\nbytes a message %.1f\ntext of it %.1f\n", n, (double) (after - before) / n, (double) text / n);
  return TRUE;
}

static gboolean
bench_fetch (TaubeFolder *folder, const char *id, GError **error)
{
  g_autoptr (BenchSink) sink = g_object_new (BENCH_TYPE_SINK, NULL);

  if (!taube_folder_fetch (folder, id, "", 0, -1, G_OUTPUT_STREAM (sink), NULL, NULL, error))
    return FALSE;
  printf ("bytes %" G_GUINT64_FORMAT "\n", sink->bytes);
  return TRUE;
}

static gboolean
bench (const char *what, const char *text, GError **error)
{
  g_autoptr (TaubeUri) uri = taube_uri_parse (text, error);
  g_autoptr (TaubeCredentials) credentials = taube_credentials_new_password (g_getenv ("TAUBE_PASSWORD"));
  g_autoptr (TaubeAccount) account = NULL;
  g_autoptr (TaubeFolder) folder = NULL;

  if (uri == NULL)
    return FALSE;
  account = taube_account_create (text, credentials, error);
  if (account == NULL || !taube_account_connect (account, NULL, error))
    return FALSE;
  folder = taube_account_get_folder (account, taube_uri_get_folder_path (uri));
  if (g_str_equal (what, "list"))
    return bench_list (folder, error);
  if (g_str_equal (what, "list-memory"))
    return bench_list_memory (folder, error);
  return bench_fetch (folder, taube_uri_get_item_id (uri), error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  if (argc != 3 || g_getenv ("TAUBE_PASSWORD") == NULL)
    {
      g_printerr ("usage: TAUBE_PASSWORD=… bench-client list|list-memory|fetch URI\n");
      return 2;
    }
  if (bench (argv[1], argv[2], &error))
    return 0;
  g_printerr ("bench-client: %s\n", error->message);
  return 1;
}
