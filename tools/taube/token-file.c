/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "token-file.h"

#include "fetch-files.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define STEP_USEC (G_USEC_PER_SEC / 20)
/* Who has it waits for a provider, which takes half a minute at the most. */
#define PATIENCE_USEC (90 * G_USEC_PER_SEC)
#define TEXT_MAXIMUM (256 << 10)
/* Tokens have some thousand bytes. */
#define ROOM_BYTES (64 << 10)

struct _TokenFile
{
  char *path;
  char *other; /* beside it: what is going to be it */
  gboolean created; /* by us, for the lock */
  int fd;
  int other_fd; /* -1: not there */
};

static gboolean
fail (GError **error, TaubeError code, const char *format, const char *path)
{
  g_autofree char *shown = g_filename_display_name (path);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  g_set_error (error, TAUBE_ERROR, (int)code, format, shown);
#pragma GCC diagnostic pop
  return FALSE;
}

/* Locking. */

static gboolean
check_file (const char *path, const struct stat *status, GError **error)
{
  if (!S_ISREG (status->st_mode))
    return fail (error, TAUBE_ERROR_INVALID, _ ("\"%s\" is no regular file"), path);
  if (status->st_uid != geteuid ())
    return fail (error, TAUBE_ERROR_PERMISSION, _ ("the token file \"%s\" is somebody else's"), path);
  if ((status->st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return fail (error, TAUBE_ERROR_PERMISSION,
                 _ ("the token file \"%s\" may be read or written by others: take that away with chmod 600"), path);
  return TRUE;
}

/* CREATED, unless it is NULL: it is made when there is none. */
static int
open_file (const char *path, gboolean *created, GError **error)
{
  const int flags = O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  int fd = g_open (path, flags, 0);
  int code = errno;
  struct stat status;

  if (fd < 0 && code == ENOENT && created != NULL)
    {
      fd = g_open (path, flags | O_CREAT | O_EXCL, 0600);
      code = errno;
      *created = fd >= 0;
    }
  if (fd < 0 && code == ENOENT && created == NULL)
    fail (error, TAUBE_ERROR_NOT_FOUND, _ ("there is no token file \"%s\": \"taube login\" makes it"), path);
  else if (fd < 0)
    files_fail (error, code, _ ("cannot open \"%s\": %s"), path);
  if (fd < 0)
    return -1;
  if (fstat (fd, &status) == 0 && check_file (path, &status, error))
    return fd;
  close (fd);
  return -1;
}

/* Whoever had the lock may have put another file in its place. */
static gboolean
is_still_there (int fd, const char *path)
{
  struct stat ours;
  GStatBuf there;

  return fstat (fd, &ours) == 0 && g_stat (path, &there) == 0 && ours.st_ino == there.st_ino
         && ours.st_dev == there.st_dev;
}

typedef enum
{
  LOCK_TAKEN,
  LOCK_BUSY,
  LOCK_LOST,
  LOCK_FAILED,
} LockResult;

static LockResult
try_lock (int fd, const char *path, GError **error)
{
  if (flock (fd, LOCK_EX | LOCK_NB) != 0)
    {
      if (errno == EWOULDBLOCK || errno == EINTR)
        return LOCK_BUSY;
      /* Not every network file system has locks. */
      if (errno != ENOLCK && errno != ENOTSUP && errno != EBADF)
        {
          files_fail (error, errno, _ ("cannot lock \"%s\": %s"), path);
          return LOCK_FAILED;
        }
    }
  return is_still_there (fd, path) ? LOCK_TAKEN : LOCK_LOST;
}

static int
open_and_lock (const char *path, gboolean *created, GCancellable *cancellable, GError **error)
{
  gint64 until = g_get_monotonic_time () + PATIENCE_USEC;
  LockResult result = LOCK_LOST;
  int fd = -1;

  while (result != LOCK_TAKEN && result != LOCK_FAILED)
    {
      if (fd < 0 && (fd = open_file (path, created, error)) < 0)
        return -1;
      result = try_lock (fd, path, error);
      if (result == LOCK_LOST)
        {
          close (fd);
          fd = -1;
        }
      else if (result == LOCK_BUSY && g_cancellable_set_error_if_cancelled (cancellable, error))
        result = LOCK_FAILED;
      else if (result == LOCK_BUSY && g_get_monotonic_time () >= until)
        {
          fail (error, TAUBE_ERROR_CONFLICT, _ ("\"%s\" is locked by another program"), path);
          result = LOCK_FAILED;
        }
      else if (result == LOCK_BUSY)
        g_usleep (STEP_USEC);
    }
  if (result == LOCK_TAKEN)
    return fd;
  close (fd);
  return -1;
}

static TokenFile *
token_file_new (const char *path)
{
  /* A link stays one. */
  char *target = realpath (path, NULL);
  TokenFile *self = g_new0 (TokenFile, 1);

  self->path = g_strdup (target != NULL ? target : path);
  self->other = g_strconcat (self->path, "-new", NULL);
  self->fd = self->other_fd = -1;
  free (target);
  return self;
}

TokenFile *
token_file_lock (const char *path, gboolean create, GCancellable *cancellable, GError **error)
{
  TokenFile *self = token_file_new (path);

  self->fd = open_and_lock (self->path, create ? &self->created : NULL, cancellable, error);
  if (self->fd < 0)
    g_clear_pointer (&self, token_file_unlock);
  return self;
}

static void
drop_other (TokenFile *self)
{
  if (self->other_fd < 0)
    return;
  close (self->other_fd);
  self->other_fd = -1;
  g_unlink (self->other);
}

void
token_file_unlock (TokenFile *self)
{
  struct stat status;

  drop_other (self);
  if (self->fd >= 0)
    {
      if (self->created && fstat (self->fd, &status) == 0 && status.st_size == 0
          && is_still_there (self->fd, self->path))
        g_unlink (self->path);
      close (self->fd);
    }
  g_free (self->other);
  g_free (self->path);
  g_free (self);
}

/* Reading. */

gboolean
token_file_read (TokenFile *self, Tokens **tokens_out, GError **error)
{
  struct stat status;
  char *text;
  gsize length;
  gboolean ok;

  *tokens_out = NULL;
  if (fstat (self->fd, &status) != 0 || status.st_size == 0)
    return TRUE;
  if (status.st_size > TEXT_MAXIMUM)
    return fail (error, TAUBE_ERROR_INVALID, _ ("\"%s\" is no token file"), self->path);
  length = (gsize)status.st_size;
  text = g_malloc0 (length + 1);
  ok = files_read_at (self->fd, text, length, 0, self->path, error);
  if (ok)
    {
      *tokens_out = tokens_parse (text, length);
      ok = *tokens_out != NULL || fail (error, TAUBE_ERROR_INVALID, _ ("\"%s\" is no token file"), self->path);
    }
  explicit_bzero (text, length);
  g_free (text);
  return ok;
}

gboolean
token_file_check (const char *path, GError **error)
{
  g_autoptr (TokenFile) self = token_file_new (path);
  g_autoptr (TaubeOAuth2) source = NULL;
  Tokens *tokens = NULL;

  self->fd = open_file (self->path, NULL, error);
  if (self->fd < 0 || !token_file_read (self, &tokens, error))
    return FALSE;
  if (tokens == NULL)
    return fail (error, TAUBE_ERROR_AUTH, _ ("nobody has signed in with the token file \"%s\" yet"), path);
  source = tokens_open (tokens, 0, error);
  tokens_free (tokens);
  return source != NULL;
}

/* Writing. */

gboolean
token_file_reserve (TokenFile *self, GError **error)
{
  int code;

  if (self->other_fd >= 0)
    return TRUE;
  /* What a run that was killed has left is ours: we have the lock. */
  g_unlink (self->other);
  self->other_fd = files_create (self->other, error);
  if (self->other_fd < 0)
    return FALSE;
  code = posix_fallocate (self->other_fd, 0, ROOM_BYTES);
  if (code == 0 || code == EINVAL || code == ENOTSUP)
    return TRUE;
  files_fail (error, code, _ ("cannot write \"%s\": %s"), self->other);
  drop_other (self);
  return FALSE;
}

static gboolean
fill (TokenFile *self, const Tokens *tokens, GError **error)
{
  char *text = tokens_to_text (tokens);
  gsize length = strlen (text);
  gboolean ok = files_write_at (self->other_fd, text, length, 0, self->other, error);

  if (ok && ftruncate (self->other_fd, (off_t)length) != 0)
    ok = files_fail (error, errno, _ ("cannot write \"%s\": %s"), self->other);
  secret_free (text);
  return ok && files_sync (self->other_fd, self->other, error);
}

gboolean
token_file_write (TokenFile *self, const Tokens *tokens, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (self->path);

  if (!token_file_reserve (self, error))
    return FALSE;
  if (!fill (self, tokens, error))
    {
      drop_other (self);
      return FALSE;
    }
  if (g_rename (self->other, self->path) != 0)
    {
      files_fail (error, errno, _ ("cannot create \"%s\": %s"), self->path);
      drop_other (self);
      return FALSE;
    }
  close (self->other_fd);
  self->other_fd = -1;
  return files_sync_folder (folder, error);
}
