/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "taube-test-dir.h"

#include <ftw.h>
#include <glib/gstdio.h>
#include <string.h>

TaubeTestDir *
taube_test_dir_new (void)
{
  g_autoptr (GError) error = NULL;
  TaubeTestDir *self = g_new0 (TaubeTestDir, 1);

  self->path = g_dir_make_tmp ("taube-XXXXXX", &error);
  g_assert_no_error (error);
  return self;
}

static int
remove_entry (const char *path, const struct stat *status, int kind, struct FTW *where)
{
  return g_remove (path);
}

void
taube_test_dir_free (TaubeTestDir *self)
{
  if (nftw (self->path, remove_entry, 16, FTW_DEPTH | FTW_PHYS) != 0)
    g_printerr ("could not remove %s\n", self->path);
  g_free (self->path);
  g_free (self);
}

/* Writes a file into the folder, and folders on the way to it. Returns its full path. */
char *
taube_test_dir_write (TaubeTestDir *self, const char *name, const char *text, gssize length)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (self->path, name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_file_set_contents (path, text, length, &error);
  g_assert_no_error (error);
  return g_steal_pointer (&path);
}

static char *
file_below (const char *variable, const char *name)
{
  const char *folder = g_getenv (variable);

  if (folder == NULL)
    g_error ("%s is not set: run the tests by ./dev test or meson test", variable);
  return g_build_filename (folder, name, NULL);
}

char *
taube_test_source_file (const char *name)
{
  return file_below ("TAUBE_SRCDIR", name);
}

char *
taube_test_build_file (const char *name)
{
  return file_below ("TAUBE_BUILDDIR", name);
}

guint16
taube_test_free_port (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) bound = NULL;

  g_socket_bind (socket, address, FALSE, &error);
  g_assert_no_error (error);
  bound = g_socket_get_local_address (socket, &error);
  g_assert_no_error (error);
  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
}
