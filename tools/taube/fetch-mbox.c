/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch-files.h"
#include "fetch-mbox-repair.h"
#include "fetch-store.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One file with all messages ("mboxrd"). Messages are collected in a part file beside it, so that the mbox is locked
 * only while that is copied to its end, and so that a copy that was interrupted can be told from what others have
 * appended. */

#define MARK "From "
#define MARK_LENGTH 5

typedef struct
{
  FetchStore store;
  char *folder; /* in which it is */
  char *part_path;
  char *rest_path;
  int part;
  guint64 part_size; /* of the messages that are finished */
  GPtrArray *tags;   /* theirs */
  MboxRecord *record;
} MboxStore;

static char *
make_name (MboxStore *self, const char *suffix)
{
  g_autofree char *name = g_path_get_basename (self->store.path);
  g_autofree char *hidden = g_strdup_printf (".%s.taube-%s", name, suffix);

  return g_build_filename (self->folder, hidden, NULL);
}

/* Opening. */

/* Another file may be there by the time that the one which was opened is locked. */
static gboolean
open_part (MboxStore *self, GError **error)
{
  struct stat ours;
  GStatBuf there;

  do
    {
      if (self->part >= 0)
        close (self->part);
      self->part = g_open (self->part_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
      if (self->part < 0)
        return files_fail (error, errno, _ ("cannot write beside \"%s\": %s"), self->store.path);
      if (!files_lock (self->part, self->store.path, error))
        {
          close (self->part);
          self->part = -1;
          return FALSE;
        }
    }
  while (fstat (self->part, &ours) != 0 || g_stat (self->part_path, &there) != 0 || ours.st_ino != there.st_ino);
  return files_sync_folder (self->folder, error);
}

static gboolean
check_mbox (MboxStore *self, MboxLock *mbox, GError **error)
{
  char mark[MARK_LENGTH];
  struct stat status;
  g_autofree char *shown = g_filename_display_name (self->store.path);

  if (fstat (mbox->fd, &status) == 0 && status.st_size == 0)
    return TRUE;
  if (files_read_at (mbox->fd, mark, MARK_LENGTH, 0, mbox->path, NULL) && memcmp (mark, MARK, MARK_LENGTH) == 0)
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("\"%s\" is no mbox"), shown);
  return FALSE;
}

static gboolean
prepare (MboxStore *self, GError **error)
{
  g_autofree char *record_path = make_name (self, "record");
  g_autoptr (MboxLock) mbox = NULL;

  if (!open_part (self, error))
    return FALSE;
  self->record = mbox_record_load (record_path, error);
  if (self->record == NULL)
    return FALSE;
  mbox = mbox_lock_take (self->store.path, error);
  if (mbox == NULL || !mbox_repair (mbox, self->record, self->part, self->part_path, self->rest_path, error)
      || !check_mbox (self, mbox, error))
    return FALSE;
  self->store.created = mbox->created;
  if (mbox->created && !files_sync_folder (self->folder, error))
    return FALSE;
  mbox_record_get_tags (self->record, self->store.owner, self->store.tags);
  if (ftruncate (self->part, 0) != 0)
    return files_fail (error, errno, _ ("cannot write \"%s\": %s"), self->part_path);
  return TRUE;
}

static void
mbox_close (FetchStore *store)
{
  MboxStore *self = (MboxStore *)store;

  if (self->record != NULL && self->record->state == MBOX_IDLE)
    {
      mbox_record_tidy (self->record);
      g_unlink (self->part_path);
    }
  g_clear_pointer (&self->record, mbox_record_free);
  if (self->part >= 0)
    close (self->part);
  g_free (self->folder);
  g_free (self->part_path);
  g_free (self->rest_path);
  g_ptr_array_unref (self->tags);
  fetch_store_clear (store);
  g_free (self);
}

static FetchStore *
mbox_open (const char *path, const char *owner, GError **error)
{
  MboxStore *self = g_new0 (MboxStore, 1);
  g_autoptr (FetchStore) store = &self->store;

  fetch_store_init (store, &fetch_store_mbox, path, owner);
  self->part = -1;
  self->tags = g_ptr_array_new_with_free_func (g_free);
  self->folder = g_path_get_dirname (path);
  self->part_path = make_name (self, "part");
  self->rest_path = make_name (self, "rest");
  return prepare (self, error) ? g_steal_pointer (&store) : NULL;
}

static char *
mbox_make_path (FetchStore *store, const char *suffix)
{
  g_autofree char *name = g_strdup_printf ("fetch-%s.%s", store->owner, suffix);

  return make_name ((MboxStore *)store, name);
}

/* Messages. */

static int
mbox_begin (FetchStore *store, const char *tag, char **path_out, GError **error)
{
  MboxStore *self = (MboxStore *)store;

  (void)tag;
  *path_out = g_strdup (self->part_path);
  if (lseek (self->part, (off_t)self->part_size, SEEK_SET) >= 0)
    return self->part;
  files_fail (error, errno, _ ("cannot write \"%s\": %s"), self->part_path);
  return -1;
}

/* What stands behind part_size is overwritten by the next message, or cut off. */
static void
mbox_drop (FetchStore *store, FetchDraft *draft)
{
  (void)store;
  g_object_unref (draft);
}

static gboolean
mbox_finish (FetchStore *store, const char *tag, FetchDraft *draft, char **place_out, GError **error)
{
  MboxStore *self = (MboxStore *)store;

  (void)error;
  self->part_size += fetch_draft_get_size (draft);
  g_ptr_array_add (self->tags, g_strdup (tag));
  *place_out = g_strdup (store->path);
  g_object_unref (draft);
  return TRUE;
}

/* An empty line separates messages; a file that does not end with one gets it. */
static gboolean
measure_gap (MboxLock *mbox, guint64 size, guint64 *gap_out, GError **error)
{
  char end[2] = { '\n', '\n' };
  guint n = (guint)MIN (size, 2);

  if (!files_read_at (mbox->fd, end + 2 - n, n, size - n, mbox->path, error))
    return FALSE;
  *gap_out = size == 0 ? 0 : end[1] != '\n' ? 2 : end[0] != '\n' ? 1 : 0;
  return TRUE;
}

static gboolean
begin_record (MboxStore *self, MboxLock *mbox, GError **error)
{
  MboxRecord *record = self->record;
  struct stat status;

  if (fstat (mbox->fd, &status) != 0)
    return files_fail (error, errno, _ ("cannot read \"%s\": %s"), mbox->path);
  if (!measure_gap (mbox, (guint64)status.st_size, &record->gap, error))
    return FALSE;
  record->offset = record->size = (guint64)status.st_size;
  record->length = self->part_size;
  g_free (record->before);
  record->before = mbox_record_make_print (mbox->fd, record->offset, mbox->path, error);
  for (guint i = 0; i < self->tags->len; i++)
    mbox_record_add_pending (record, self->store.owner, self->tags->pdata[i]);
  record->state = MBOX_APPEND;
  return record->before != NULL && mbox_record_save (record, error);
}

static gboolean
append (MboxStore *self, MboxLock *mbox, GError **error)
{
  const MboxRecord *record = self->record;

  return files_write_at (mbox->fd, "\n\n", record->gap, record->offset, mbox->path, error)
         && mbox_copy (self->part, 0, self->part_path, mbox->fd, record->offset + record->gap, mbox->path,
                       record->length, error)
         && files_sync (mbox->fd, mbox->path, error) && (!mbox->created || files_sync_folder (self->folder, error));
}

/* The mbox as it was, after a failure in the middle: a full disk, mostly. When not even that works, the next run does
 * it. */
static void
undo (MboxStore *self, MboxLock *mbox)
{
  if (ftruncate (mbox->fd, (off_t)self->record->offset) == 0 && files_sync (mbox->fd, mbox->path, NULL))
    mbox_record_end (self->record, FALSE, NULL);
}

static gboolean
mbox_commit (FetchStore *store, GError **error)
{
  MboxStore *self = (MboxStore *)store;
  g_autoptr (MboxLock) mbox = NULL;

  if (self->tags->len == 0)
    return TRUE;
  if (ftruncate (self->part, (off_t)self->part_size) != 0)
    return files_fail (error, errno, _ ("cannot write \"%s\": %s"), self->part_path);
  if (!files_sync (self->part, self->part_path, error))
    return FALSE;
  mbox = mbox_lock_take (store->path, error);
  if (mbox == NULL || !begin_record (self, mbox, error))
    return FALSE;
  if (!append (self, mbox, error))
    {
      undo (self, mbox);
      return FALSE;
    }
  if (!mbox_record_end (self->record, TRUE, error))
    return FALSE;
  mbox_record_get_tags (self->record, store->owner, store->tags);
  g_ptr_array_set_size (self->tags, 0);
  self->part_size = 0;
  return TRUE;
}

static gboolean
mbox_forget (FetchStore *store, GError **error)
{
  MboxStore *self = (MboxStore *)store;

  (void)error;
  mbox_record_forget (self->record, store->owner);
  return TRUE;
}

const FetchStoreKind fetch_store_mbox = {
  .name = "mbox",
  .lines = FETCH_LINES_MBOX,
  .open = mbox_open,
  .close = mbox_close,
  .make_path = mbox_make_path,
  .begin = mbox_begin,
  .finish = mbox_finish,
  .drop = mbox_drop,
  .commit = mbox_commit,
  .forget = mbox_forget,
};
