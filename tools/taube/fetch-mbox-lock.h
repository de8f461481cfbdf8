/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* An mbox that nobody else writes meanwhile: held by the file PATH.lock beside it, where that can be made, and by
 * fcntl. */
typedef struct
{
  int fd; /* for reading and writing */
  char *path;
  char *dot; /* the file PATH.lock, or NULL */
  char *own; /* another name for it */
  gboolean created;
} MboxLock;

/* Makes the file when there is none; no other program of ours may be at work on it. Others who hold it are waited for;
 * CONFLICT when that takes too long. */
MboxLock *mbox_lock_take (const char *path, GError **error);
void mbox_lock_release (MboxLock *self);
/* How long to wait for others: 30 seconds. */
void mbox_lock_set_patience (gint64 usec);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MboxLock, mbox_lock_release)

G_END_DECLS
