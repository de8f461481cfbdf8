/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch-mbox-lock.h"

#include "fetch-files.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STEP_USEC (G_USEC_PER_SEC / 20)
/* A lock that nobody has touched for so long, over an mbox that nobody has written to, is left over. */
#define STALE_SECONDS (10 * 60)

static gint64 patience = 30 * G_USEC_PER_SEC;

void
mbox_lock_set_patience (gint64 usec)
{
  patience = usec;
}

static gboolean
fail_busy (const char *path, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);

  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_CONFLICT, _ ("\"%s\" is locked by another program"), shown);
  return FALSE;
}

/* The file PATH.lock. */

/* Many programs write "PID:HOST" into it; one of this host that does not run any more does not hold it. */
static gboolean
has_dead_owner (const char *dot)
{
  g_autofree char *text = NULL;
  char *end;
  gint64 pid;

  if (!g_file_get_contents (dot, &text, NULL, NULL))
    return FALSE;
  pid = g_ascii_strtoll (text, &end, 10);
  if (pid <= 0 || *end != ':' || pid > G_MAXINT)
    return FALSE;
  g_strchomp (end);
  return g_str_equal (end + 1, g_get_host_name ()) && kill ((pid_t)pid, 0) != 0 && errno == ESRCH;
}

static gboolean
is_old (const char *path)
{
  GStatBuf status;

  return g_stat (path, &status) != 0 || status.st_mtime < g_get_real_time () / G_USEC_PER_SEC - STALE_SECONDS;
}

/* The lock gets its name once it is written, and keeps another one beside: a run that holds the store and finds both
 * knows that a run of ours which was killed has left them, whoever has its PID by now. */
static gboolean
make_dot (const char *own, const char *dot)
{
  g_autofree char *text = g_strdup_printf ("%d:%s\n", (int)getpid (), g_get_host_name ());
  int fd = g_open (own, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
  gboolean ok;
  int code;

  if (fd < 0)
    return FALSE;
  ok = write (fd, text, strlen (text)) == (gssize)strlen (text) && link (own, dot) == 0;
  code = errno;
  close (fd);
  if (!ok)
    g_unlink (own);
  errno = code;
  return ok;
}

static char *
make_own_path (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path), *name = g_path_get_basename (path);
  g_autofree char *own = g_strdup_printf (".%s.taube-lock", name);

  return g_build_filename (folder, own, NULL);
}

static void
remove_left_over (const char *own, const char *dot)
{
  GStatBuf ours, there;

  if (g_lstat (own, &ours) != 0)
    return;
  if (g_lstat (dot, &there) == 0 && ours.st_ino == there.st_ino && ours.st_dev == there.st_dev)
    g_unlink (dot);
  g_unlink (own);
}

static gboolean
take_dot (MboxLock *self, gint64 until, GError **error)
{
  g_autofree char *dot = g_strconcat (self->path, ".lock", NULL), *own = make_own_path (self->path);

  remove_left_over (own, dot);
  while (!make_dot (own, dot))
    {
      /* Where only others may make files, the lock by fcntl is the one that all use. */
      if (errno == EACCES || errno == EPERM || errno == EROFS)
        return TRUE;
      if (errno != EEXIST)
        return files_fail (error, errno, _ ("cannot create \"%s\": %s"), dot);
      if (has_dead_owner (dot) || (is_old (dot) && is_old (self->path)))
        g_unlink (dot);
      else if (g_get_monotonic_time () >= until)
        return fail_busy (self->path, error);
      else
        g_usleep (STEP_USEC);
    }
  self->dot = g_steal_pointer (&dot);
  self->own = g_steal_pointer (&own);
  return TRUE;
}

/* The file itself. */

static gboolean
open_mbox (MboxLock *self, GError **error)
{
  struct stat status;

  self->fd = g_open (self->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NONBLOCK, 0600);
  self->created = self->fd >= 0;
  if (self->fd < 0 && errno == EEXIST)
    self->fd = g_open (self->path, O_RDWR | O_CLOEXEC | O_NONBLOCK, 0);
  if (self->fd < 0)
    return files_fail (error, errno, _ ("cannot open \"%s\": %s"), self->path);
  if (fstat (self->fd, &status) != 0 || !S_ISREG (status.st_mode))
    {
      g_autofree char *shown = g_filename_display_name (self->path);

      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("\"%s\" is no regular file"), shown);
      return FALSE;
    }
  return TRUE;
}

static gboolean
lock_mbox (MboxLock *self, gint64 until, GError **error)
{
  struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

  while (fcntl (self->fd, F_SETLK, &whole) != 0)
    {
      if (errno == ENOLCK || errno == ENOTSUP)
        return TRUE;
      if (errno != EAGAIN && errno != EACCES && errno != EINTR)
        return files_fail (error, errno, _ ("cannot lock \"%s\": %s"), self->path);
      if (g_get_monotonic_time () >= until)
        return fail_busy (self->path, error);
      g_usleep (STEP_USEC);
    }
  return TRUE;
}

/* Another program may have put a new file in the place of the one we waited for. */
static gboolean
is_current (MboxLock *self)
{
  struct stat ours;
  GStatBuf there;

  return fstat (self->fd, &ours) == 0 && g_stat (self->path, &there) == 0 && ours.st_ino == there.st_ino
         && ours.st_dev == there.st_dev;
}

MboxLock *
mbox_lock_take (const char *path, GError **error)
{
  g_autoptr (MboxLock) self = g_new0 (MboxLock, 1);
  gint64 until = g_get_monotonic_time () + patience;

  self->fd = -1;
  self->path = g_strdup (path);
  if (!take_dot (self, until, error))
    return NULL;
  do
    {
      if (self->fd >= 0)
        close (self->fd);
      if (!open_mbox (self, error) || !lock_mbox (self, until, error))
        return NULL;
    }
  while (!is_current (self));
  return g_steal_pointer (&self);
}

void
mbox_lock_release (MboxLock *self)
{
  if (self->fd >= 0)
    close (self->fd);
  if (self->dot != NULL)
    {
      g_unlink (self->dot);
      g_unlink (self->own);
    }
  g_free (self->dot);
  g_free (self->own);
  g_free (self->path);
  g_free (self);
}
