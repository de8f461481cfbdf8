/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-folder.h"

#include "exchange-gettext.h"
#include "exchange-header.h"

typedef struct
{
  TaubeFolder parent_instance;
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
  gboolean header_only;
  ExchangeHeader header;
  guint64 written;
} Fetch;

static gboolean
on_bytes (const guint8 *bytes, gsize length, gpointer user_data, GError **error)
{
  Fetch *fetch = user_data;

  if (fetch->header_only)
    length = exchange_header_cut (&fetch->header, bytes, length);
  if (length > 0 && !g_output_stream_write_all (fetch->sink, bytes, length, NULL, fetch->cancellable, error))
    return FALSE;
  fetch->written += length;
  taube_progress_update (fetch->progress, fetch->written, 0);
  return TRUE;
}

/* TaubeFolderClass.fetch: the whole, or its header; the table keeps other questions away. */
static gboolean
exchange_folder_fetch (TaubeFolder *folder, TaubeSession *session, const char *id, const char *section,
                       guint64 offset, gint64 length, GOutputStream *sink, TaubeProgress *progress,
                       GCancellable *cancellable, GError **error)
{
  ExchangeAccount *account = exchange_folder_get_account (folder);
  g_autofree char *what = g_strdup_printf (_ ("cannot fetch message \"%s\" in folder \"%s\""), id,
                                           taube_folder_get_name (folder));
  Fetch fetch = { .sink = sink, .progress = progress, .cancellable = cancellable };

  fetch.header_only = g_ascii_strcasecmp (section, "HEADER") == 0;
  if (!exchange_account_get_wire (account)->fetch (account, id, what, on_bytes, &fetch, cancellable, error))
    return FALSE;
  taube_progress_update (progress, fetch.written, fetch.written);
  return TRUE;
}

static void
exchange_folder_init (TaubeExchangeFolder *self)
{
}

static void
exchange_folder_class_init (TaubeExchangeFolderClass *klass)
{
  TaubeFolderClass *folder = TAUBE_FOLDER_CLASS (klass);

  folder->struct_size = sizeof (TaubeFolderClass);
  folder->refresh = exchange_folder_refresh;
  folder->list = exchange_folder_list;
  folder->get_item = exchange_folder_get_item;
  folder->fetch = exchange_folder_fetch;
  folder->set_flags = exchange_folder_set_flags;
  folder->get_changes = exchange_folder_get_changes;
  folder->watch_step = exchange_folder_watch_step;
  folder->append = exchange_folder_append;
  folder->copy = exchange_folder_copy;
  folder->move = exchange_folder_move;
  folder->remove = exchange_folder_remove;
}
