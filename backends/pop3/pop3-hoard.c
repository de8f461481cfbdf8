/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-hoard.h"

#include <taube/taube-error.h>

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "pop3-gettext.h"

/* A message lies behind its length. */
struct _Pop3Hoard
{
  int fd;
  guint64 end;    /* of what is kept */
  guint64 length; /* of the message that comes */
};

static gboolean
fail (GError **error)
{
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_STORAGE, _ ("cannot keep a message for a moment: %s"),
               g_strerror (errno));
  return FALSE;
}

Pop3Hoard *
pop3_hoard_new (GError **error)
{
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "taube-XXXXXX", NULL);
  Pop3Hoard *self;
  int fd = g_mkstemp_full (path, O_RDWR | O_CLOEXEC, 0600);

  if (fd < 0)
    {
      fail (error);
      return NULL;
    }
  g_unlink (path);
  self = g_new0 (Pop3Hoard, 1);
  self->fd = fd;
  return self;
}

void
pop3_hoard_free (Pop3Hoard *self)
{
  close (self->fd);
  g_free (self);
}

static gboolean
write_at (Pop3Hoard *self, guint64 offset, gconstpointer data, gsize length, GError **error)
{
  const char *from = data;

  while (length > 0)
    {
      gssize written = pwrite (self->fd, from, length, (off_t) offset);

      if (written < 0 && errno == EINTR)
        continue;
      if (written <= 0)
        return fail (error);
      from += written;
      offset += (guint64) written;
      length -= (gsize) written;
    }
  return TRUE;
}

gboolean
pop3_hoard_add (Pop3Hoard *self, gconstpointer data, gsize length, GError **error)
{
  if (!write_at (self, self->end + sizeof (self->length) + self->length, data, length, error))
    return FALSE;
  self->length += length;
  return TRUE;
}

gboolean
pop3_hoard_end (Pop3Hoard *self, guint64 *place_out, GError **error)
{
  if (!write_at (self, self->end, &self->length, sizeof (self->length), error))
    return FALSE;
  *place_out = self->end + 1;
  self->end += sizeof (self->length) + self->length;
  self->length = 0;
  return TRUE;
}

void
pop3_hoard_forget (Pop3Hoard *self)
{
  self->length = 0;
}

static gboolean
read_at (Pop3Hoard *self, guint64 offset, gpointer data, gsize length, GError **error)
{
  char *to = data;

  while (length > 0)
    {
      gssize got = pread (self->fd, to, length, (off_t) offset);

      if (got < 0 && errno == EINTR)
        continue;
      if (got == 0)
        errno = EIO;
      if (got <= 0)
        return fail (error);
      to += got;
      offset += (guint64) got;
      length -= (gsize) got;
    }
  return TRUE;
}

gboolean
pop3_hoard_read (Pop3Hoard *self, guint64 place, Pop3HoardFunc func, gpointer user_data, GError **error)
{
  guint8 piece[16384];
  guint64 offset = place - 1, length;

  if (!read_at (self, offset, &length, sizeof (length), error))
    return FALSE;
  for (offset += sizeof (length); length > 0;)
    {
      gsize n = (gsize) MIN (length, sizeof (piece));

      if (!read_at (self, offset, piece, n, error) || !func (piece, n, user_data, error))
        return FALSE;
      offset += n;
      length -= n;
    }
  return TRUE;
}
