/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-post.h"

#include "pop3-journal.h"

#include <string.h>

Pop3Post *
pop3_post_new (void)
{
  Pop3Post *self = g_new0 (Pop3Post, 1);

  self->folder = taube_test_dir_new ();
  self->journal = g_build_filename (self->folder->path, "journal", NULL);
  self->stored = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
pop3_post_free (Pop3Post *self)
{
  taube_test_dir_free (self->folder);
  g_free (self->journal);
  g_hash_table_unref (self->stored);
  g_free (self);
}

guint
pop3_post_count_text (Pop3Post *self, const char *text)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->stored, text));
}

guint
pop3_post_count (Pop3Post *self, guint number)
{
  g_autofree char *text = pop3_model_make_text (number);

  return pop3_post_count_text (self, text);
}

guint
pop3_post_count_all (Pop3Post *self)
{
  GHashTableIter iter;
  gpointer count;
  guint all = 0;

  g_hash_table_iter_init (&iter, self->stored);
  while (g_hash_table_iter_next (&iter, NULL, &count))
    all += GPOINTER_TO_UINT (count);
  return all;
}

#define POP3_TYPE_TAKER (pop3_taker_get_type ())
G_DECLARE_FINAL_TYPE (Pop3Taker, pop3_taker, POP3, TAKER, GObject)

struct _Pop3Taker
{
  GObject parent_instance;
  Pop3Post *post; /* not owned */
  TaubeFolder *folder;
  guint taken;
};

/* A stream that keeps nothing but the number of bytes. */
static gssize
count_bytes (gpointer data, const void *buffer, gsize length)
{
  *(guint64 *) data += length;
  return (gssize) length;
}

#define POP3_TYPE_DRAIN (pop3_drain_get_type ())
G_DECLARE_FINAL_TYPE (Pop3Drain, pop3_drain, POP3, DRAIN, GOutputStream)

struct _Pop3Drain
{
  GOutputStream parent_instance;
  guint64 *bytes;
};

G_DEFINE_FINAL_TYPE (Pop3Drain, pop3_drain, G_TYPE_OUTPUT_STREAM)

static gssize
drain_write (GOutputStream *stream, const void *buffer, gsize length, GCancellable *cancellable, GError **error)
{
  return count_bytes (POP3_DRAIN (stream)->bytes, buffer, length);
}

static void
pop3_drain_class_init (Pop3DrainClass *klass)
{
  G_OUTPUT_STREAM_CLASS (klass)->write_fn = drain_write;
}

static void
pop3_drain_init (Pop3Drain *self)
{
}

static GOutputStream *
taker_open (TaubeReceiver *receiver, const char *id, guint64 size, GError **error)
{
  Pop3Post *post = POP3_TAKER (receiver)->post;
  Pop3Drain *drain;

  if (!post->keeps_nothing)
    return g_memory_output_stream_new_resizable ();
  drain = g_object_new (POP3_TYPE_DRAIN, NULL);
  drain->bytes = &post->bytes;
  return G_OUTPUT_STREAM (drain);
}

/* The letter with lone line feeds, as it was made. */
static char *
get_text (GOutputStream *sink)
{
  GMemoryOutputStream *memory = G_MEMORY_OUTPUT_STREAM (sink);
  g_autoptr (GString) text = g_string_new_len (g_memory_output_stream_get_data (memory),
                                               (gssize) g_memory_output_stream_get_data_size (memory));

  g_string_replace (text, "\r\n", "\n", 0);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
taker_finish (TaubeReceiver *receiver, const char *id, GOutputStream *sink, GError **error)
{
  Pop3Taker *self = POP3_TAKER (receiver);
  g_autoptr (TaubeIdSet) ids = taube_id_set_new ();
  g_autofree char *text = NULL;

  if (self->post->fail_after > 0 && self->taken == self->post->fail_after)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_STORAGE, "the box is full");
      return FALSE;
    }
  self->taken++;
  if (!self->post->keeps_nothing)
    {
      text = get_text (sink);
      g_hash_table_insert (self->post->stored, g_strdup (text),
                           GUINT_TO_POINTER (pop3_post_count_text (self->post, text) + 1));
    }
  taube_id_set_add (ids, id);
  return !self->post->confirms_at_once || taube_folder_confirm_stored (self->folder, ids, NULL, error);
}

static void
taker_abandon (TaubeReceiver *receiver, const char *id, GOutputStream *sink)
{
  POP3_TAKER (receiver)->post->abandoned++;
}

static void
taker_iface_init (TaubeReceiverInterface *iface)
{
  iface->open = taker_open;
  iface->finish = taker_finish;
  iface->abandon = taker_abandon;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (Pop3Taker, pop3_taker, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TAUBE_TYPE_RECEIVER, taker_iface_init))

static void
pop3_taker_finalize (GObject *object)
{
  g_clear_object (&POP3_TAKER (object)->folder);
  G_OBJECT_CLASS (pop3_taker_parent_class)->finalize (object);
}

static void
pop3_taker_class_init (Pop3TakerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = pop3_taker_finalize;
}

static void
pop3_taker_init (Pop3Taker *self)
{
}

TaubeReceiver *
pop3_post_new_receiver (Pop3Post *post, TaubeFolder *folder)
{
  Pop3Taker *self = g_object_new (POP3_TYPE_TAKER, NULL);

  self->post = post;
  self->folder = g_object_ref (folder);
  return TAUBE_RECEIVER (self);
}

static gboolean
retrieve (Pop3Post *self, TaubeFolder *inbox, GError **error)
{
  g_autoptr (TaubeListRequest) request = taube_list_request_new ();
  g_autoptr (TaubeIdSet) ids = NULL, done = NULL;
  g_autoptr (TaubeItemList) list = NULL;
  g_autoptr (TaubeReceiver) receiver = pop3_post_new_receiver (self, inbox);
  g_autoptr (TaubeBatchResult) result = NULL;

  taube_list_request_set_fields (request, TAUBE_LIST_FIELDS_SIZE);
  list = taube_folder_list_unstored (inbox, request, pop3_client_cancellable, error);
  if (list == NULL)
    return FALSE;
  ids = taube_item_list_get_ids (list);
  if (taube_item_list_get_size (list) == 0)
    return TRUE;
  result = taube_folder_retrieve (inbox, ids, receiver, NULL, pop3_client_cancellable, error);
  if (result == NULL)
    return FALSE;
  done = taube_batch_result_get_ids (result, TAUBE_BATCH_STATUS_DONE);
  /* What is stored is stored, whatever became of the others. */
  if (!taube_folder_confirm_stored (inbox, done, NULL, error))
    return FALSE;
  if (taube_batch_result_is_all_done (result))
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION, "not all came");
  return FALSE;
}

gboolean
pop3_post_run (Pop3Post *self, TaubeAccount *account, TaubeJournalFlags flags, const char *leave,
               TaubeBatchResult **result_out, GError **error)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (TaubeLeavePolicy) policy = taube_leave_policy_new_from_text (leave, NULL);
  g_autoptr (TaubeBatchResult) result = NULL;
  gboolean ok = taube_folder_open_journal (inbox, self->journal, flags, NULL, error) && retrieve (self, inbox, error);

  if (ok)
    result = taube_folder_settle (inbox, policy, NULL, pop3_client_cancellable, error);
  taube_folder_close_journal (inbox);
  if (result != NULL && result_out != NULL)
    *result_out = taube_batch_result_ref (result);
  return result != NULL;
}

void
pop3_post_age (Pop3Post *self, const char *id, gint64 seconds)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Pop3Journal) journal = pop3_journal_open (self->journal, "alice@localhost", FALSE, &error);
  Pop3JournalEntry *entry;

  g_assert_no_error (error);
  entry = pop3_journal_find (journal, id);
  g_assert_nonnull (entry);
  entry->first_seen -= seconds;
  pop3_journal_touch (journal, entry);
  pop3_journal_commit (journal, &error);
  g_assert_no_error (error);
}
