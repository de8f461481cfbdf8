/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-folder.h"

#include "exchange-gettext.h"
#include "exchange-header.h"

typedef struct
{
  TaubeFolder parent_instance;
  GMutex lock;
  char *parts_id;
  ExchangeParts *parts;
} TaubeExchangeFolder;

typedef struct
{
  TaubeFolderClass parent_class;
} TaubeExchangeFolderClass;

G_DEFINE_FINAL_TYPE (TaubeExchangeFolder, exchange_folder, TAUBE_TYPE_FOLDER)

ExchangeAccount *
exchange_folder_get_account (TaubeFolder *folder)
{
  return EXCHANGE_ACCOUNT (taube_folder_get_account (folder));
}

void
exchange_folder_note_failure (TaubeFolder *folder, const GError *problem)
{
  if (g_error_matches (problem, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND))
    exchange_account_forget_folder (exchange_folder_get_account (folder), taube_folder_get_path (folder));
}

ExchangeParts *
exchange_folder_dup_parts (TaubeFolder *folder, const char *id)
{
  TaubeExchangeFolder *self = (TaubeExchangeFolder *) folder;
  ExchangeParts *parts = NULL;

  g_mutex_lock (&self->lock);
  if (self->parts != NULL && g_strcmp0 (self->parts_id, id) == 0)
    parts = exchange_parts_ref (self->parts);
  g_mutex_unlock (&self->lock);
  return parts;
}

void
exchange_folder_keep_parts (TaubeFolder *folder, const char *id, ExchangeParts *parts)
{
  TaubeExchangeFolder *self = (TaubeExchangeFolder *) folder;

  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->parts, exchange_parts_unref);
  g_free (self->parts_id);
  self->parts_id = g_strdup (id);
  self->parts = parts != NULL ? exchange_parts_ref (parts) : NULL;
  g_mutex_unlock (&self->lock);
}

static void
on_counts (const ExchangeFolderFacts *facts, gpointer user_data)
{
  taube_folder_set_counts (user_data, facts->total, facts->unread);
}

/* TaubeFolderClass.refresh */
static gboolean
exchange_folder_refresh (TaubeFolder *folder, TaubeSession *session, GCancellable *cancellable, GError **error)
{
  ExchangeAccount *account = exchange_folder_get_account (folder);
  g_autofree char *what = g_strdup_printf (_ ("cannot look into folder \"%s\""), taube_folder_get_name (folder));
  g_autofree char *id = exchange_account_find_folder_id (account, folder, cancellable, error);
  GError *problem = NULL;

  if (id == NULL)
    return FALSE;
  if (exchange_account_get_wire (account)->get_folder (account, id, what, on_counts, folder, cancellable, &problem))
    return TRUE;
  exchange_folder_note_failure (folder, problem);
  g_propagate_error (error, problem);
  return FALSE;
}

/* Fetching. */

typedef struct
{
  GOutputStream *sink;
  TaubeProgress *progress;
  GCancellable *cancellable;
  gboolean header_only, text_only;
  ExchangeHeader header;
  guint64 written;
} Fetch;

static gboolean
on_bytes (const guint8 *bytes, gsize length, gpointer user_data, GError **error)
{
  Fetch *fetch = user_data;

  if (fetch->header_only)
    length = exchange_header_cut (&fetch->header, bytes, length);
  else if (fetch->text_only)
    {
      gsize header = exchange_header_cut (&fetch->header, bytes, length);

      bytes += header;
      length -= header;
    }
  if (length > 0 && !g_output_stream_write_all (fetch->sink, bytes, length, NULL, fetch->cancellable, error))
    return FALSE;
  fetch->written += length;
  taube_progress_update (fetch->progress, fetch->written, 0);
  return TRUE;
}

/* TaubeFolderClass.fetch: the whole, its header, what is below that, or a part; the table keeps ranges away. */
static gboolean
exchange_folder_fetch (TaubeFolder *folder, TaubeSession *session, const char *id, const char *section,
                       guint64 offset, gint64 length, GOutputStream *sink, TaubeProgress *progress,
                       GCancellable *cancellable, GError **error)
{
  ExchangeAccount *account = exchange_folder_get_account (folder);
  g_autofree char *what = g_strdup_printf (_ ("cannot fetch message \"%s\" in folder \"%s\""), id,
                                           taube_folder_get_name (folder));
  Fetch fetch = { .sink = sink, .progress = progress, .cancellable = cancellable };
  gboolean done;

  fetch.header_only = g_ascii_strcasecmp (section, "HEADER") == 0;
  fetch.text_only = g_ascii_strcasecmp (section, "TEXT") == 0;
  if (section[0] == '\0' || fetch.header_only || fetch.text_only)
    done = exchange_account_get_wire (account)->fetch (account, id, what, on_bytes, &fetch, cancellable, error);
  else
    done = exchange_folder_fetch_part (folder, id, section, sink, on_bytes, &fetch, cancellable, error);
  if (!done)
    return FALSE;
  taube_progress_update (progress, fetch.written, fetch.written);
  return TRUE;
}

static void
exchange_folder_finalize (GObject *object)
{
  TaubeExchangeFolder *self = (TaubeExchangeFolder *) object;

  g_clear_pointer (&self->parts, exchange_parts_unref);
  g_free (self->parts_id);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (exchange_folder_parent_class)->finalize (object);
}

static void
exchange_folder_init (TaubeExchangeFolder *self)
{
  g_mutex_init (&self->lock);
}

static void
exchange_folder_class_init (TaubeExchangeFolderClass *klass)
{
  TaubeFolderClass *folder = TAUBE_FOLDER_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = exchange_folder_finalize;
  folder->struct_size = sizeof (TaubeFolderClass);
  folder->refresh = exchange_folder_refresh;
  folder->list = exchange_folder_list;
  folder->get_item = exchange_folder_get_item;
  folder->fetch = exchange_folder_fetch;
  folder->get_structure = exchange_folder_get_structure;
  folder->set_flags = exchange_folder_set_flags;
  folder->get_changes = exchange_folder_get_changes;
  folder->watch_step = exchange_folder_watch_step;
  folder->append = exchange_folder_append;
  folder->copy = exchange_folder_copy;
  folder->move = exchange_folder_move;
  folder->remove = exchange_folder_remove;
  folder->remove_recoverable = exchange_folder_remove_recoverable;
  folder->empty = exchange_folder_empty;
  folder->set_importance = exchange_folder_set_importance;
  folder->mark_all_seen = exchange_folder_mark_all_seen;
  folder->search = exchange_folder_search;
  folder->get_search_language = exchange_folder_get_search_language;
}
