/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "taube-test.h"

#include <taube-backend/taube-testing.h>
#include <taube/taube.h>

G_BEGIN_DECLS

/* An IMAP server in memory that follows a script of tests/script/imap/memory, for all connections of the process as
 * long as it is there. Its connections keep what they need of it, so whatever thread still holds one may go on. */
typedef struct _ImapMemoryServer ImapMemoryServer;

ImapMemoryServer *imap_memory_server_new (const char *script);
/* The same for any script below tests/script, of any protocol: "pop3/memory/server". */
ImapMemoryServer *imap_memory_server_new_for (const char *path);
/* Ends the program when a connection is still open after a minute. */
void imap_memory_server_free (ImapMemoryServer *self);

/* How many bytes go in one read or write of the connections to come; 0: all there are. */
void imap_memory_server_set_chunk (ImapMemoryServer *self, gsize chunk);
/* Counts the reads and writes of all connections together, anew from 1; CANCELLABLE is cancelled just before the
 * CALL-th, on the thread that does it. */
void imap_memory_server_cancel_at (ImapMemoryServer *self, guint call, GCancellable *cancellable);
/* Waits until the account is gone, after the caller's last reference (which this takes), and every connection closed:
 * no thread works for it any more. Ends the program when that takes longer than a minute. */
void imap_memory_server_see_off (ImapMemoryServer *self, TaubeAccount *account);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapMemoryServer, imap_memory_server_free)

G_END_DECLS
