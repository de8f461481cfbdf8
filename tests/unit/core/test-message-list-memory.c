/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube-message-list.h>

#include "../../support/message-corpus.h"

#include <malloc.h>

#define N_ROWS 100000

#if defined(__SANITIZE_ADDRESS__)
#define MALLINFO_WORKS FALSE
#else
#define MALLINFO_WORKS TRUE
#endif

static gsize
allocated (void)
{
  struct mallinfo2 info = mallinfo2 ();

  return info.uordblks + info.hblkhd;
}

static TaubeMessageList *
make_list (TaubeListFields fields)
{
  TaubeMessageListBuilder *builder = taube_message_list_builder_new (NULL, fields);
  MessageCorpus corpus = { 1 };

  for (guint i = 0; i < N_ROWS; i++)
    message_corpus_add (&corpus, builder, i + 1);
  return taube_message_list_builder_end (builder);
}

static gsize
text_bytes (TaubeMessageList *list)
{
  static const char *(*const getters[]) (TaubeMessageList *, guint) = {
    taube_message_list_get_subject,   taube_message_list_get_from, taube_message_list_get_sender,
    taube_message_list_get_reply_to,  taube_message_list_get_to,   taube_message_list_get_cc,
    taube_message_list_get_bcc,       taube_message_list_get_message_id,
    taube_message_list_get_in_reply_to,
  };
  gsize sum = 0;

  for (guint i = 0; i < N_ROWS; i++)
    for (guint g = 0; g < G_N_ELEMENTS (getters); g++)
      {
        const char *text = getters[g](list, i);

        sum += text != NULL ? strlen (text) : 0;
      }
  return sum;
}

static gsize
measure (TaubeListFields fields, gsize *text_out)
{
  gsize before = allocated ();
  g_autoptr (TaubeMessageList) list = make_list (fields);
  gsize after = allocated ();

  *text_out = text_bytes (list);
  return after - before;
}

/* What the project promises for a list in memory. */
static void
test_bytes_per_message (void)
{
  gsize text, full, plain, ignored;

  g_object_unref (make_list (TAUBE_LIST_FIELDS_DEFAULT)); /* types, tables of charsets */
  full = measure (TAUBE_LIST_FIELDS_DEFAULT, &text);
  plain = measure (TAUBE_LIST_FIELDS_NONE, &ignored);
  g_test_message ("bytes a message: %.1f in all; strings as the getters give them %.1f; ids alone %.1f",
                  (double) full / N_ROWS, (double) text / N_ROWS, (double) plain / N_ROWS);
  if (!MALLINFO_WORKS)
    {
      g_test_skip ("the sanitizer's allocator has no mallinfo2");
      return;
    }
  g_assert_cmpuint (full / N_ROWS, <=, 700);
  g_assert_true (full <= text + 250 * (gsize) N_ROWS);
  g_assert_cmpuint (plain / N_ROWS, <=, 8);
}

/* The figures in which repeated strings do not help: what the columns cost. */
static void
test_columns_alone (void)
{
  gsize before = allocated ();
  TaubeMessageListBuilder *builder = taube_message_list_builder_new (NULL, TAUBE_LIST_FIELDS_DEFAULT);
  g_autoptr (TaubeMessageList) list = NULL;
  gsize bytes;

  for (guint i = 0; i < N_ROWS; i++)
    {
      taube_message_list_builder_add (builder, "7.", i + 1);
      taube_message_list_builder_set_flags (builder, TAUBE_MESSAGE_FLAGS_SEEN, (const char *const[]){ "a" }, 1);
      taube_message_list_builder_set_size (builder, i);
      taube_message_list_builder_set_date (builder, i, 0);
      taube_message_list_builder_set_sent_date (builder, i, 0);
      for (guint c = 0; c < TAUBE_N_MESSAGE_COLUMNS; c++)
        taube_message_list_builder_set_text (builder, c, "", 0);
    }
  list = taube_message_list_builder_end (builder);
  bytes = allocated () - before;
  g_test_message ("bytes a message without strings: %.1f", (double) bytes / N_ROWS);
  if (MALLINFO_WORKS)
    g_assert_cmpuint (bytes / N_ROWS, <=, 120);
  else
    g_test_skip ("the sanitizer's allocator has no mallinfo2");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/message-list-memory/bytes-per-message", test_bytes_per_message);
  g_test_add_func ("/message-list-memory/columns-alone", test_columns_alone);
  return g_test_run ();
}
