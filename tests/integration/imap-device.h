/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Another device in the same mailbox: speaks IMAP by hand, so that what it does and sees does not depend on the
 * library. Any surprise ends the test. */
typedef struct _ImapDevice ImapDevice;

ImapDevice *imap_device_new (guint16 port, const char *user, const char *password);
void imap_device_free (ImapDevice *self);

/* Gives a command and waits for its OK; the untagged answers, each with a newline. (transfer full) */
char *imap_device_run (ImapDevice *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
void imap_device_do (ImapDevice *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* Puts a small message into the folder that is named. */
void imap_device_append (ImapDevice *self, const char *folder, const char *subject);

/* What the open folder holds: UID (guint32 as a pointer) to its flags, sorted, in lower case and without \Recent.
 * (transfer full) */
GHashTable *imap_device_look (ImapDevice *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapDevice, imap_device_free)

G_END_DECLS
