/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch-mbox-repair.h"

#include "fetch-files.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_SIZE 65536
#define MARK "From "
#define MARK_LENGTH 5
#define LINE_LIMIT 1024 /* of a line "From " */

/* All that a repair knows. */
typedef struct
{
  MboxLock *mbox;
  MboxRecord *record;
  int part;
  const char *part_path;
  const char *rest_path;
  guint64 size;    /* of the mbox now */
  guint64 torn;    /* how far from offset it is what was to be appended */
  guint64 foreign; /* where others have gone on, or size */
} Repair;

static gboolean
get_size (int fd, const char *path, guint64 *size_out, GError **error)
{
  struct stat status;

  if (fstat (fd, &status) != 0)
    return files_fail (error, errno, _ ("cannot read \"%s\": %s"), path);
  *size_out = (guint64)status.st_size;
  return TRUE;
}

gboolean
mbox_copy (int from, guint64 from_offset, const char *from_path, int to, guint64 to_offset, const char *to_path,
           guint64 length, GError **error)
{
  g_autofree char *block = g_malloc (BLOCK_SIZE);

  while (length > 0)
    {
      gsize part = (gsize)MIN (length, BLOCK_SIZE);

      if (!files_read_at (from, block, part, from_offset, from_path, error)
          || !files_write_at (to, block, part, to_offset, to_path, error))
        return FALSE;
      from_offset += part;
      to_offset += part;
      length -= part;
    }
  return TRUE;
}

static gboolean
cut (Repair *self, guint64 size, GError **error)
{
  const char *path = self->mbox->path;

  if (ftruncate (self->mbox->fd, (off_t)size) != 0)
    return files_fail (error, errno, _ ("cannot write \"%s\": %s"), path);
  return files_sync (self->mbox->fd, path, error);
}

/* Looking at what is there. */

/* What should stand at AT bytes behind offset: the gap, then the part. */
static gboolean
read_wanted (Repair *self, guint64 at, char *data, gsize length, GError **error)
{
  while (length > 0 && at < self->record->gap)
    {
      *data++ = '\n';
      at++;
      length--;
    }
  return files_read_at (self->part, data, length, at - self->record->gap, self->part_path, error);
}

/* Finds how far it is ours. */
static gboolean
compare (Repair *self, GError **error)
{
  g_autofree char *there = g_malloc (BLOCK_SIZE), *wanted = g_malloc (BLOCK_SIZE);
  guint64 length = MIN (self->record->gap + self->record->length, self->size - self->record->offset);

  self->torn = 0;
  while (self->torn < length)
    {
      gsize block = (gsize)MIN (length - self->torn, BLOCK_SIZE), same = 0;

      if (!files_read_at (self->mbox->fd, there, block, self->record->offset + self->torn, self->mbox->path, error)
          || !read_wanted (self, self->torn, wanted, block, error))
        return FALSE;
      while (same < block && there[same] == wanted[same])
        same++;
      self->torn += same;
      if (same < block)
        return TRUE;
    }
  return TRUE;
}

/* Whether TEXT is the first line of a message: it ends with a year, and has a time. */
static gboolean
is_from_line (const char *text)
{
  gsize length = strcspn (text, "\n");

  return strncmp (text, MARK, MARK_LENGTH) == 0 && length > 20 && text[length] == '\n'
         && memchr (text, ':', length) != NULL && text[length - 5] == ' '
         && strspn (text + length - 4, "0123456789") == 4;
}

/* Whether the line at AT bytes behind offset is one that was to be appended there, or the beginning of it. */
static gboolean
is_ours (Repair *self, guint64 at)
{
  guint64 whole = self->record->gap + self->record->length;
  gsize n_there = (gsize)MIN (self->size - self->record->offset - at, LINE_LIMIT);
  gsize n_wanted = at < whole ? (gsize)MIN (whole - at, LINE_LIMIT) : 0;
  g_autofree char *there = g_malloc0 (LINE_LIMIT + 1), *wanted = g_malloc0 (LINE_LIMIT + 1);
  gsize i = 0;

  if (n_wanted == 0 || !read_wanted (self, at, wanted, n_wanted, NULL)
      || !files_read_at (self->mbox->fd, there, n_there, self->record->offset + at, self->mbox->path, NULL))
    return FALSE;
  while (i < n_there && i < n_wanted && there[i] == wanted[i] && there[i] != '\n')
    i++;
  if (i == n_there || (i < n_wanted && there[i] == wanted[i]))
    return TRUE;
  /* Ours ended there, unless the line of another program begins in the same way. */
  return at < self->torn && !is_from_line (there);
}

/* A program that does not look at how the file ends may have gone on in the middle of our line. The first of its bytes
 * may be what comes in ours, too. */
static gboolean
find_glued (Repair *self)
{
  guint64 first = self->torn - MIN (self->torn, LINE_LIMIT);
  gsize length = (gsize)MIN (self->size - self->record->offset - first, 2 * LINE_LIMIT);
  g_autofree char *text = g_malloc0 (2 * LINE_LIMIT + 1);

  if (!files_read_at (self->mbox->fd, text, length, self->record->offset + first, self->mbox->path, NULL))
    return FALSE;
  for (gsize at = (gsize)(self->torn - first); at > 0 && text[at - 1] != '\n'; at--)
    if (strncmp (text + at, MARK, MARK_LENGTH) == 0
        && (first + at + MARK_LENGTH > self->torn || is_from_line (text + at)))
      {
        self->foreign = self->record->offset + first + at;
        return TRUE;
      }
  return FALSE;
}

/* Ours have no other line that begins with "From " than the first of each message: one that is not where ours has it is
 * of another program. */
static gboolean
find_foreign (Repair *self, GError **error)
{
  g_autofree char *block = g_malloc (BLOCK_SIZE);
  guint64 at = self->record->offset;
  gboolean line_start = TRUE;

  self->foreign = self->size;
  if (find_glued (self))
    return TRUE;
  while (at < self->size)
    {
      gsize length = (gsize)MIN (self->size - at, BLOCK_SIZE);
      gsize step = length > MARK_LENGTH ? length - MARK_LENGTH : length;

      if (!files_read_at (self->mbox->fd, block, length, at, self->mbox->path, error))
        return FALSE;
      for (gsize i = 0; i < step; i++)
        {
          if (line_start && i + MARK_LENGTH <= length && memcmp (block + i, MARK, MARK_LENGTH) == 0
              && !is_ours (self, at + i - self->record->offset))
            {
              self->foreign = at + i;
              return TRUE;
            }
          line_start = block[i] == '\n' || block[i] == '\0';
        }
      at += step;
    }
  return TRUE;
}

/* Keeping what nobody knows. */

static gboolean
has_other (const char *bytes, gsize length, char a, char b)
{
  for (gsize i = 0; i < length; i++)
    if (bytes[i] != a && bytes[i] != b)
      return TRUE;
  return FALSE;
}

/* Whether nothing but the bytes A and B stands there. */
static gboolean
is_range_of (Repair *self, guint64 from, guint64 to, char a, char b, gboolean *so_out, GError **error)
{
  g_autofree char *block = g_malloc (BLOCK_SIZE);

  *so_out = TRUE;
  while (from < to && *so_out)
    {
      gsize length = (gsize)MIN (to - from, BLOCK_SIZE);

      if (!files_read_at (self->mbox->fd, block, length, from, self->mbox->path, error))
        return FALSE;
      *so_out = !has_other (block, length, a, b);
      from += length;
    }
  return TRUE;
}

/* What is to be cut off and is neither ours nor a message of another's goes into a file of its own. */
static gboolean
rescue (Repair *self, guint64 from, guint64 to, GError **error)
{
  g_autofree char *path = g_strdup_printf ("%s.rescued-%" G_GINT64_FORMAT, self->mbox->path, g_get_real_time ());
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *shown = g_filename_display_name (self->mbox->path), *shown_rescue = g_filename_display_name (path);
  gboolean blank, ok;
  int fd;

  /* A file that grew when the power went may have zeros at its end. */
  if (!is_range_of (self, from, to, '\0', '\n', &blank, error))
    return FALSE;
  if (blank)
    return TRUE;
  fd = files_create (path, error);
  if (fd < 0)
    return FALSE;
  ok = mbox_copy (self->mbox->fd, from, self->mbox->path, fd, 0, path, to - from, error) && files_sync (fd, path, error)
       && files_sync_folder (folder, error);
  close (fd);
  if (ok)
    cli_complain (_ ("taube: the end of \"%s\" was damaged; what stood there is kept in \"%s\""), shown, shown_rescue);
  return ok;
}

/* Moving what others have appended to where ours began. */

static gboolean
keep_rest (Repair *self, guint64 from, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (self->rest_path);
  int fd = g_open (self->rest_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  gboolean ok;

  if (fd < 0)
    return files_fail (error, errno, _ ("cannot create \"%s\": %s"), self->rest_path);
  ok = ftruncate (fd, (off_t)self->record->length) == 0
       || files_fail (error, errno, _ ("cannot write \"%s\": %s"), self->rest_path);
  ok = ok
       && mbox_copy (self->mbox->fd, from, self->mbox->path, fd, self->record->length, self->rest_path,
                     self->size - from, error)
       && files_sync (fd, self->rest_path, error) && files_sync_folder (folder, error);
  close (fd);
  if (!ok)
    return FALSE;
  self->record->length += self->size - from;
  self->record->size = self->size;
  return mbox_record_save (self->record, error);
}

/* What stands behind FROM shall stand behind TO and a gap. */
static gboolean
begin_shift (Repair *self, guint64 to, guint64 gap, guint64 from, GError **error)
{
  MboxRecord *record = self->record;
  char *print = mbox_record_make_print (self->mbox->fd, to, self->mbox->path, error);

  if (print == NULL)
    return FALSE;
  g_free (record->before);
  record->before = print;
  g_hash_table_remove_all (record->pending);
  record->state = MBOX_SHIFT;
  record->offset = to;
  record->gap = MIN (gap, from - to);
  record->length = 0;
  return keep_rest (self, from, error);
}

static gboolean
fill_with_line_ends (Repair *self, guint64 from, guint64 to, GError **error)
{
  g_autofree char *block = g_malloc (BLOCK_SIZE);

  memset (block, '\n', BLOCK_SIZE);
  while (from < to)
    {
      gsize length = (gsize)MIN (to - from, BLOCK_SIZE);

      if (!files_write_at (self->mbox->fd, block, length, from, self->mbox->path, error))
        return FALSE;
      from += length;
    }
  return TRUE;
}

static gboolean
write_rest (Repair *self, GError **error)
{
  const MboxRecord *record = self->record;
  int fd = g_open (self->rest_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0);
  guint64 start = record->offset + record->gap;
  gboolean ok;

  if (fd < 0)
    return files_fail (error, errno, _ ("cannot open \"%s\": %s"), self->rest_path);
  ok = fill_with_line_ends (self, record->offset, start, error)
       && mbox_copy (fd, 0, self->rest_path, self->mbox->fd, start, self->mbox->path, record->length, error)
       && fill_with_line_ends (self, start + record->length, record->size, error)
       && files_sync (self->mbox->fd, self->mbox->path, error);
  close (fd);
  return ok;
}

/* Every step can be done again: the copy in the rest file is whole before anything is overwritten, and what others
 * append between two attempts is behind record->size. */
static gboolean
shift (Repair *self, GError **error)
{
  MboxRecord *record = self->record;

  if (self->size > record->size && !keep_rest (self, record->size, error))
    return FALSE;
  if (!write_rest (self, error))
    return FALSE;
  record->state = MBOX_TRUNCATE;
  return mbox_record_save (record, error);
}

static gboolean
end_shift (Repair *self, GError **error)
{
  MboxRecord *record = self->record;
  guint64 end = record->offset + record->gap + record->length;
  gboolean blank;

  if (self->size >= record->size && record->size > end)
    {
      if (!is_range_of (self, end, record->size, '\n', '\n', &blank, error))
        return FALSE;
      /* Others may have come in before the line ends were cut off. */
      if (blank && self->size > record->size)
        return begin_shift (self, end, 0, record->size, error) && shift (self, error) && end_shift (self, error);
      if (blank && !cut (self, end, error))
        return FALSE;
    }
  if (!mbox_record_end (record, FALSE, error))
    return FALSE;
  g_unlink (self->rest_path);
  return TRUE;
}

/* All. */

static gboolean
repair_append (Repair *self, GError **error)
{
  MboxRecord *record = self->record;
  guint64 ours_end = record->offset + record->gap + record->length;
  gboolean separated;

  if (!compare (self, error))
    return FALSE;
  if (record->offset + self->torn == ours_end)
    return files_sync (self->mbox->fd, self->mbox->path, error) && mbox_record_end (record, TRUE, error);
  if (!find_foreign (self, error)
      || !rescue (self, MIN (record->offset + self->torn, self->foreign), self->foreign, error)
      || !is_range_of (self, record->offset, self->foreign, '\n', '\n', &separated, error))
    return FALSE;
  if (self->foreign == self->size)
    return cut (self, record->offset, error) && mbox_record_end (record, FALSE, error);
  if (separated)
    return mbox_record_end (record, FALSE, error);
  return begin_shift (self, record->offset, record->gap, self->foreign, error) && shift (self, error)
         && end_shift (self, error);
}

/* Whether the mbox is still the one that the record tells of, up to where the work began. */
static gboolean
is_known (Repair *self, GError **error)
{
  g_autofree char *print = NULL;
  g_autofree char *shown = g_filename_display_name (self->mbox->path);

  if (self->size >= self->record->offset)
    print = mbox_record_make_print (self->mbox->fd, self->record->offset, self->mbox->path, error);
  if (g_strcmp0 (print, self->record->before) == 0)
    return TRUE;
  cli_complain (_ ("taube: \"%s\" was written anew after a run that was interrupted: messages may be in it twice"),
                shown);
  return FALSE;
}

gboolean
mbox_repair (MboxLock *mbox, MboxRecord *record, int part, const char *part_path, const char *rest_path, GError **error)
{
  Repair self = { .mbox = mbox, .record = record, .part = part, .part_path = part_path, .rest_path = rest_path };

  if (record->state == MBOX_IDLE)
    return TRUE;
  if (!get_size (mbox->fd, mbox->path, &self.size, error))
    return FALSE;
  if (!is_known (&self, NULL))
    return mbox_record_end (record, FALSE, error);
  if (record->state == MBOX_APPEND)
    return repair_append (&self, error);
  if (record->state == MBOX_SHIFT && !shift (&self, error))
    return FALSE;
  return end_shift (&self, error);
}
