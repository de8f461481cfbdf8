/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch-run.h"

#include "fetch-files.h"
#include "messages.h"
#include "output-json.h"
#include "output.h"

/* Each commit costs several waits for the disk; what was not committed is fetched again after a kill. */
#define BATCH_MESSAGES 64
#define BATCH_BYTES (4 << 20)

typedef struct
{
  char *id;
  char *place;
  guint64 size;
} Arrival;

struct _FetchRun
{
  GObject parent;
  Cli *cli;
  FetchStore *store;   /* the caller's */
  TaubeFolder *folder; /* the caller's */
  char *owner;
  FetchDraft *draft; /* the message that is coming */
  GPtrArray *batch;  /* of Arrival *: finished, not committed */
  guint64 batch_bytes;
  FetchCounts counts;
  ProgressBar *bar; /* or NULL; the caller's */
  guint64 all_messages;
  guint64 all_bytes;
  GError *failure;
};

typedef struct
{
  GObjectClass parent_class;
} FetchRunClass;

static void fetch_run_receiver_init (TaubeReceiverInterface *iface);

G_DEFINE_TYPE_WITH_CODE (FetchRun, fetch_run, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (TAUBE_TYPE_RECEIVER, fetch_run_receiver_init))
#define FETCH_RUN(obj) (G_TYPE_CHECK_INSTANCE_CAST ((obj), FETCH_TYPE_RUN, FetchRun))

static void
arrival_free (gpointer data)
{
  Arrival *self = data;

  g_free (self->id);
  g_free (self->place);
  g_free (self);
}

/* Printing. */

static void
print_object (FetchRun *self, const char *kind, const char *id, const char *file, guint64 size, const GError *error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *uri = messages_make_uri (self->folder, id);
  g_autofree char *shown = file != NULL ? g_filename_display_name (file) : NULL;

  json_builder_begin_object (builder);
  output_json_set (builder, "kind", kind);
  output_json_set (builder, "uri", uri);
  output_json_set (builder, "file", shown);
  json_builder_set_member_name (builder, "size");
  json_builder_add_int_value (builder, (gint64)size);
  output_json_set (builder, "error", error != NULL ? error->message : NULL);
  json_builder_end_object (builder);
  output_json_print (builder, FALSE);
}

void
fetch_run_print_failure (FetchRun *self, const char *id, const GError *error)
{
  g_autofree char *uri = messages_make_uri (self->folder, id);

  self->counts.failed++;
  if (self->cli->format == FORMAT_JSON)
    print_object (self, "failed", id, NULL, 0, error);
  cli_complain ("taube %s: %s: %s", self->cli->verb, uri, error->message);
}

static void
print_batch (FetchRun *self)
{
  for (guint i = 0; i < self->batch->len && self->cli->format == FORMAT_JSON; i++)
    {
      const Arrival *arrival = self->batch->pdata[i];

      print_object (self, "stored", arrival->id, arrival->place, arrival->size, NULL);
    }
}

static void
set_number (JsonBuilder *builder, const char *name, guint64 number)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, (gint64)number);
}

void
fetch_run_print_summary (FetchRun *self)
{
  const FetchCounts *counts = &self->counts;
  g_autoptr (JsonBuilder) builder = NULL;
  g_autofree char *size = g_format_size (counts->bytes);

  if (self->cli->format == FORMAT_TABLE)
    {
      output_printf (_ ("stored: %u (%s), failed: %u, removed from the server: %u"), (guint)counts->stored, size,
                     (guint)counts->failed, (guint)counts->removed);
      output_text ("\n");
      return;
    }
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  output_json_set (builder, "kind", "summary");
  set_number (builder, "stored", counts->stored);
  set_number (builder, "bytes", counts->bytes);
  set_number (builder, "known", counts->known);
  set_number (builder, "failed", counts->failed);
  set_number (builder, "removed", counts->removed);
  json_builder_end_object (builder);
  output_json_print (builder, FALSE);
}

static void
show_progress (FetchRun *self)
{
  guint64 done = self->counts.stored + self->batch->len;
  g_autofree char *bytes = g_format_size (self->counts.bytes + self->batch_bytes);
  g_autofree char *all = g_format_size (self->all_bytes);
  g_autofree char *note = NULL;

  if (self->bar == NULL)
    return;
  /* Translators: 3/17 messages, 12 kB of 1.2 MB */
  note = g_strdup_printf (_ ("%u/%u messages, %s of %s"), (guint)done, (guint)self->all_messages, bytes, all);
  progress_bar_set_note (self->bar, note);
}

void
fetch_run_set_total (FetchRun *self, guint64 messages, guint64 bytes)
{
  self->all_messages = messages;
  self->all_bytes = bytes;
}

void
fetch_run_set_bar (FetchRun *self, ProgressBar *bar)
{
  self->bar = bar;
  show_progress (self);
}

/* Messages. */

char *
fetch_run_make_tag (FetchRun *self, const char *id)
{
  return files_make_tag (self->owner, id);
}

static TaubeIdSet *
get_batch_ids (FetchRun *self)
{
  TaubeIdSet *ids = taube_id_set_new ();

  for (guint i = 0; i < self->batch->len; i++)
    taube_id_set_add (ids, ((const Arrival *)self->batch->pdata[i])->id);
  return ids;
}

gboolean
fetch_run_commit (FetchRun *self, GError **error)
{
  g_autoptr (TaubeIdSet) ids = get_batch_ids (self);

  if (self->batch->len == 0)
    return TRUE;
  /* What has come is kept, also when we are told to stop: this waits for no server. */
  if (!fetch_store_commit (self->store, error) || !taube_folder_confirm_stored (self->folder, ids, NULL, error)
      || !fetch_store_forget (self->store, error))
    return FALSE;
  print_batch (self);
  self->counts.stored += self->batch->len;
  self->counts.bytes += self->batch_bytes;
  self->batch_bytes = 0;
  g_ptr_array_set_size (self->batch, 0);
  return TRUE;
}

/* For the library, an error of the store is one of ours; we keep it to know it again. */
static gboolean
fail (FetchRun *self, GError *cause, GError **error)
{
  g_clear_error (&self->failure);
  self->failure = g_error_copy (cause);
  g_propagate_error (error, cause);
  return FALSE;
}

static GOutputStream *
fetch_run_open (TaubeReceiver *receiver, const char *id, guint64 size, GError **error)
{
  FetchRun *self = FETCH_RUN (receiver);
  g_autofree char *tag = fetch_run_make_tag (self, id);
  GError *cause = NULL;

  self->draft = fetch_store_begin (self->store, tag, &cause);
  if (self->draft != NULL)
    return G_OUTPUT_STREAM (g_object_ref (self->draft));
  fail (self, cause, error);
  return NULL;
}

static gboolean
fetch_run_finish (TaubeReceiver *receiver, const char *id, GOutputStream *sink, GError **error)
{
  FetchRun *self = FETCH_RUN (receiver);
  g_autofree char *tag = fetch_run_make_tag (self, id);
  GError *cause = NULL;
  Arrival *arrival = g_new0 (Arrival, 1);
  guint64 size;

  if (!fetch_draft_end (self->draft, &cause))
    {
      arrival_free (arrival);
      fetch_store_drop (self->store, g_steal_pointer (&self->draft));
      return fail (self, cause, error);
    }
  size = fetch_draft_get_size (self->draft);
  if (!fetch_store_finish (self->store, tag, g_steal_pointer (&self->draft), &arrival->place, &cause))
    {
      arrival_free (arrival);
      return fail (self, cause, error);
    }
  arrival->id = g_strdup (id);
  arrival->size = size;
  self->batch_bytes += size;
  g_ptr_array_add (self->batch, arrival);
  show_progress (self);
  if (self->batch->len < BATCH_MESSAGES && self->batch_bytes < BATCH_BYTES)
    return TRUE;
  return fetch_run_commit (self, &cause) || fail (self, cause, error);
}

static void
fetch_run_abandon (TaubeReceiver *receiver, const char *id, GOutputStream *sink)
{
  FetchRun *self = FETCH_RUN (receiver);
  const GError *failure = self->draft != NULL ? fetch_draft_get_failure (self->draft) : NULL;

  if (failure != NULL && self->failure == NULL)
    self->failure = g_error_copy (failure);
  if (self->draft != NULL)
    fetch_store_drop (self->store, g_steal_pointer (&self->draft));
}

static void
fetch_run_receiver_init (TaubeReceiverInterface *iface)
{
  iface->open = fetch_run_open;
  iface->finish = fetch_run_finish;
  iface->abandon = fetch_run_abandon;
}

static void
fetch_run_finalize (GObject *object)
{
  FetchRun *self = FETCH_RUN (object);

  if (self->draft != NULL)
    fetch_store_drop (self->store, self->draft);
  g_ptr_array_unref (self->batch);
  g_free (self->owner);
  g_clear_error (&self->failure);
  G_OBJECT_CLASS (fetch_run_parent_class)->finalize (object);
}

static void
fetch_run_class_init (FetchRunClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = fetch_run_finalize;
}

static void
fetch_run_init (FetchRun *self)
{
  self->batch = g_ptr_array_new_with_free_func (arrival_free);
}

FetchRun *
fetch_run_new (Cli *cli, FetchStore *store, TaubeFolder *folder, const char *owner)
{
  FetchRun *self = g_object_new (FETCH_TYPE_RUN, NULL);

  self->cli = cli;
  self->store = store;
  self->folder = folder;
  self->owner = g_strdup (owner);
  return self;
}

FetchCounts *
fetch_run_get_counts (FetchRun *self)
{
  return &self->counts;
}

const GError *
fetch_run_get_failure (FetchRun *self)
{
  return self->failure;
}
