/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli.h"

G_BEGIN_DECLS

/* Files that are there after a power cut once the call has returned. Errors are TAUBE_ERROR_STORAGE and name the file.
 * */

gboolean files_fail (GError **error, int code, const char *format, const char *path);
gboolean files_write (int fd, const char *data, gsize length, const char *path, GError **error);
gboolean files_write_at (int fd, const char *data, gsize length, guint64 offset, const char *path, GError **error);
/* FALSE too when the file ends before LENGTH bytes. */
gboolean files_read_at (int fd, char *data, gsize length, guint64 offset, const char *path, GError **error);
gboolean files_sync (int fd, const char *path, GError **error);
gboolean files_sync_folder (const char *path, GError **error);
/* Gives the descriptor of a new file, or -1. */
int files_create (const char *path, GError **error);
/* The old content or the new one, whatever happens meanwhile. */
gboolean files_replace (const char *path, const char *data, gsize length, GError **error);
/* Takes the lock of a whole program on the file or folder. FALSE: another one has it, or an error. */
gboolean files_lock (int fd, const char *path, GError **error);
/* A name, 26 letters and digits, that the same texts always give and others never. */
char *files_make_tag (const char *first, const char *second);
#define FILES_TAG_LENGTH 26

G_END_DECLS
