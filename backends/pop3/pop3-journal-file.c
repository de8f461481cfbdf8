/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-journal-private.h"

#include <taube/taube-error.h>

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "pop3-gettext.h"

/* It is rewritten when it has more lines than this, and most are out of date. */
#define LINES_KEPT 1000
/* What left the server is remembered for so long: some servers list messages again that they had not listed for a
 * while. */
#define GONE_KEPT (400 * G_GINT64_CONSTANT (86400))
/* Largest file that is read. */
#define FILE_MAXIMUM (G_GUINT64_CONSTANT (1) << 30)

static void G_GNUC_PRINTF (3, 4)
set_storage_error (GError **error, const char *path, const char *format, ...)
{
  g_autofree char *problem = NULL;
  g_autofree char *shown = g_filename_display_name (path);
  va_list args;

  va_start (args, format);
  problem = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_STORAGE, _ ("journal \"%s\": %s"), shown, problem);
}

static gboolean
fail_errno (GError **error, const char *path, const char *what)
{
  set_storage_error (error, path, "%s: %s", what, g_strerror (errno));
  return FALSE;
}

void
pop3_journal_close_file (Pop3Journal *self)
{
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
}

static gboolean
write_all (int fd, const char *data, gsize length)
{
  while (length > 0)
    {
      gssize written = write (fd, data, length);

      if (written < 0 && errno == EINTR)
        continue;
      if (written <= 0)
        return FALSE;
      data += written;
      length -= (gsize) written;
    }
  return TRUE;
}

/* What was made or renamed there stays there. */
static gboolean
sync_folder (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean ok;

  if (fd < 0)
    return FALSE;
  ok = fsync (fd) == 0;
  close (fd);
  return ok;
}

/* Opens and locks the file that is there under this name once it is locked: another program may have put a new one in
 * its place in between. */
static int
open_locked (const char *path, GError **error)
{
  for (;;)
    {
      int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_APPEND | O_NOFOLLOW, 0600);
      GStatBuf here, there;

      if (fd < 0)
        {
          fail_errno (error, path, _ ("it cannot be opened"));
          return -1;
        }
      if (flock (fd, LOCK_EX | LOCK_NB) < 0)
        {
          if (errno == EWOULDBLOCK)
            set_storage_error (error, path, "%s", _ ("another program uses it"));
          else
            fail_errno (error, path, _ ("it cannot be locked"));
          close (fd);
          return -1;
        }
      if (fstat (fd, &here) == 0 && g_stat (path, &there) == 0 && here.st_ino == there.st_ino
          && here.st_dev == there.st_dev)
        return fd;
      close (fd);
    }
}

static GBytes *
read_file (int fd, const char *path, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint8 piece[16384];
  gssize length;

  if (lseek (fd, 0, SEEK_SET) < 0)
    {
      fail_errno (error, path, _ ("it cannot be read"));
      return NULL;
    }
  while ((length = read (fd, piece, sizeof (piece))) != 0)
    {
      if (length < 0 && errno == EINTR)
        continue;
      if (length < 0 || bytes->len > FILE_MAXIMUM)
        {
          if (length >= 0)
            errno = EFBIG;
          fail_errno (error, path, _ ("it cannot be read"));
          return NULL;
        }
      g_byte_array_append (bytes, piece, (guint) length);
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

/* All that holds, as a new file. */
static GString *
write_out (Pop3Journal *self)
{
  GString *out = g_string_new (NULL);
  Pop3JournalEntry *entry;

  pop3_journal_append_header (self, out);
  if (self->login_pause > 0)
    pop3_journal_append_login (self, out);
  for (guint at = 0; (entry = pop3_journal_next (self, &at)) != NULL;)
    pop3_journal_append_line (entry, NULL, out);
  return out;
}

/* Takes the file's place with one that says the same in fewer lines; whatever happens, one of the two is there. The
 * new one is locked before it gets the name. */
static gboolean
rewrite (Pop3Journal *self, GError **error)
{
  g_autoptr (GString) out = write_out (self);
  g_autofree char *path = g_strconcat (self->path, ".new", NULL);
  int fd;

  g_unlink (path);
  fd = open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_APPEND | O_NOFOLLOW, 0600);
  if (fd < 0)
    return fail_errno (error, path, _ ("it cannot be made"));
  if (flock (fd, LOCK_EX | LOCK_NB) < 0 || !write_all (fd, out->str, out->len) || fsync (fd) < 0
      || g_rename (path, self->path) < 0 || !sync_folder (self->path))
    {
      fail_errno (error, path, _ ("it cannot be written"));
      close (fd);
      return FALSE;
    }
  pop3_journal_close_file (self);
  self->fd = fd;
  self->length = out->len;
  self->lines = pop3_journal_get_n_entries (self);
  return TRUE;
}

static void
forget_old (Pop3Journal *self, gint64 now)
{
  Pop3JournalEntry *entry;

  for (guint at = 0; (entry = pop3_journal_next (self, &at)) != NULL;)
    {
      if (entry->gone != 0 && entry->gone < POP3_JOURNAL_CLOCK_SET)
        entry->gone = MAX (now, 1);
      if (entry->gone != 0 && (entry->state == POP3_JOURNAL_NEW || pop3_journal_get_age (entry->gone, now) > GONE_KEPT))
        pop3_journal_forget (self, entry);
    }
}

static gboolean
check_owner (Pop3Journal *self, const char *owner, gboolean moved, GError **error)
{
  g_autofree char *shown = g_filename_display_name (self->path);

  if (self->owner == NULL || strcmp (self->owner, owner) == 0 || moved)
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_CONFLICT, _ ("journal \"%s\" is that of \"%s\", not of \"%s\""), shown,
               self->owner, owner);
  return FALSE;
}

/* The beginning that was written, without the torn end; or a beginning. */
static gboolean
make_good (Pop3Journal *self, const char *owner, gsize whole, gsize length, GError **error)
{
  gboolean has_owner = self->owner != NULL && strcmp (self->owner, owner) == 0;

  self->length = whole;
  if (whole < length && ftruncate (self->fd, (off_t) whole) < 0)
    return fail_errno (error, self->path, _ ("it cannot be written"));
  if (has_owner && self->lines <= LINES_KEPT + 2 * (guint64) pop3_journal_get_n_entries (self))
    return TRUE;
  g_free (self->owner);
  self->owner = g_strdup (owner);
  forget_old (self, g_get_real_time () / G_USEC_PER_SEC);
  return rewrite (self, error);
}

Pop3Journal *
pop3_journal_open (const char *path, const char *owner, gboolean moved, GError **error)
{
  g_autoptr (Pop3Journal) self = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) problem = NULL;
  int fd = open_locked (path, error);
  const char *data;
  gsize length, whole;

  if (fd < 0)
    return NULL;
  bytes = read_file (fd, path, error);
  if (bytes != NULL)
    {
      data = g_bytes_get_data (bytes, &length);
      self = pop3_journal_replay (data != NULL ? data : "", length, &whole, &problem);
      if (self == NULL)
        set_storage_error (error, path, "%s", problem->message);
    }
  if (self == NULL)
    {
      close (fd);
      return NULL;
    }
  self->fd = fd;
  self->path = g_strdup (path);
  if (!check_owner (self, owner, moved, error) || !make_good (self, owner, whole, length, error))
    return NULL;
  return g_steal_pointer (&self);
}

static gboolean
fail_for_good (Pop3Journal *self, GError **error)
{
  self->failure = g_strdup (g_strerror (errno));
  /* What came of it would be torn; it may not be followed by anything. */
  if (ftruncate (self->fd, (off_t) self->length) < 0)
    g_debug ("the journal \"%s\" keeps a torn end", self->path);
  set_storage_error (error, self->path, _ ("it cannot be written: %s"), self->failure);
  return FALSE;
}

gboolean
pop3_journal_commit (Pop3Journal *self, GError **error)
{
  if (self->failure != NULL)
    {
      set_storage_error (error, self->path, _ ("it cannot be written: %s"), self->failure);
      return FALSE;
    }
  if (self->pending->len == 0 || self->fd < 0)
    return TRUE;
  pop3_journal_wrap_pending (self);
  if (!write_all (self->fd, self->pending->str, self->pending->len) || fsync (self->fd) < 0)
    return fail_for_good (self, error);
  self->length += self->pending->len;
  g_string_free (self->pending, TRUE);
  self->pending = g_string_new (NULL);
  return TRUE;
}
