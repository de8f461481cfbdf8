/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch-files.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define DIGEST_BITS_A_LETTER 5

/* FORMAT has a %s for the file and one for what CODE means. */
gboolean
files_fail (GError **error, int code, const char *format, const char *path)
{
  g_autofree char *shown = g_filename_display_name (path);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_STORAGE, format, shown, g_strerror (code));
#pragma GCC diagnostic pop
  return FALSE;
}

gboolean
files_write (int fd, const char *data, gsize length, const char *path, GError **error)
{
  while (length > 0)
    {
      gssize written = write (fd, data, length);

      if (written < 0 && errno == EINTR)
        continue;
      if (written <= 0)
        return files_fail (error, written < 0 ? errno : ENOSPC, _ ("cannot write \"%s\": %s"), path);
      data += written;
      length -= (gsize)written;
    }
  return TRUE;
}

gboolean
files_write_at (int fd, const char *data, gsize length, guint64 offset, const char *path, GError **error)
{
  while (length > 0)
    {
      gssize written = pwrite (fd, data, length, (off_t)offset);

      if (written < 0 && errno == EINTR)
        continue;
      if (written <= 0)
        return files_fail (error, written < 0 ? errno : ENOSPC, _ ("cannot write \"%s\": %s"), path);
      data += written;
      length -= (gsize)written;
      offset += (guint64)written;
    }
  return TRUE;
}

gboolean
files_read_at (int fd, char *data, gsize length, guint64 offset, const char *path, GError **error)
{
  while (length > 0)
    {
      gssize n = pread (fd, data, length, (off_t)offset);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return files_fail (error, n < 0 ? errno : EIO, _ ("cannot read \"%s\": %s"), path);
      data += n;
      length -= (gsize)n;
      offset += (guint64)n;
    }
  return TRUE;
}

gboolean
files_sync (int fd, const char *path, GError **error)
{
  if (fsync (fd) == 0)
    return TRUE;
  return files_fail (error, errno, _ ("cannot write \"%s\" to the disk: %s"), path);
}

gboolean
files_sync_folder (const char *path, GError **error)
{
  int fd = g_open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  gboolean ok;

  if (fd < 0)
    return files_fail (error, errno, _ ("cannot open the folder \"%s\": %s"), path);
  /* Some file systems keep names safe by themselves, and say that there is nothing to do. */
  ok = fsync (fd) == 0 || errno == EINVAL || errno == ENOTSUP;
  if (!ok)
    files_fail (error, errno, _ ("cannot write \"%s\" to the disk: %s"), path);
  close (fd);
  return ok;
}

int
files_create (const char *path, GError **error)
{
  int fd = g_open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

  if (fd < 0)
    files_fail (error, errno, _ ("cannot create \"%s\": %s"), path);
  return fd;
}

static gboolean
write_new (const char *path, const char *data, gsize length, GError **error)
{
  int fd = g_open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  gboolean ok;

  if (fd < 0)
    return files_fail (error, errno, _ ("cannot create \"%s\": %s"), path);
  ok = files_write (fd, data, length, path, error) && files_sync (fd, path, error);
  close (fd);
  if (!ok)
    g_unlink (path);
  return ok;
}

gboolean
files_replace (const char *path, const char *data, gsize length, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *other = g_strconcat (path, "-new", NULL);

  if (!write_new (other, data, length, error))
    return FALSE;
  if (g_rename (other, path) != 0)
    {
      files_fail (error, errno, _ ("cannot create \"%s\": %s"), path);
      g_unlink (other);
      return FALSE;
    }
  return files_sync_folder (folder, error);
}

gboolean
files_lock (int fd, const char *path, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);

  if (flock (fd, LOCK_EX | LOCK_NB) == 0)
    return TRUE;
  if (errno == EWOULDBLOCK)
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_CONFLICT, _ ("another program is fetching into \"%s\""), shown);
  /* Not every network file system has locks; then whoever starts two at once is not stopped. */
  else if (errno == ENOLCK || errno == ENOTSUP || errno == EBADF)
    return TRUE;
  else
    files_fail (error, errno, _ ("cannot lock \"%s\": %s"), path);
  return FALSE;
}

char *
files_make_tag (const char *first, const char *second)
{
  static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize length = sizeof digest;
  char *tag = g_new0 (char, FILES_TAG_LENGTH + 1);

  /* The end of the first belongs to it. */
  g_checksum_update (checksum, (const guchar *)first, (gssize)strlen (first) + 1);
  g_checksum_update (checksum, (const guchar *)second, (gssize)strlen (second));
  g_checksum_get_digest (checksum, digest, &length);
  for (guint i = 0; i < FILES_TAG_LENGTH; i++)
    {
      guint bit = i * DIGEST_BITS_A_LETTER;
      guint pair = (guint)digest[bit / 8] << 8 | digest[bit / 8 + 1];

      tag[i] = letters[pair >> (16 - DIGEST_BITS_A_LETTER - bit % 8) & 31];
    }
  return tag;
}
