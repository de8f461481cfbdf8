/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "taube-test.h"

#include <taube-backend/taube-testing.h>
#include <taube/taube.h>

G_BEGIN_DECLS

/* A small IMAP server in memory that really keeps messages, for all connections of the process as long as it is there.
 * It can cut its line behind any byte that it got or said, and what it has can be looked at: so what a client says
 * became of something can be compared with what did. */
typedef struct _ImapModel ImapModel;

typedef struct
{
  guint32 uid;
  gboolean deleted;
  char *text;       /* all of it, as it came */
  gsize length;
  char *message_id; /* "" without */
} ImapModelMessage;

/* EXTENSIONS as in CAPABILITY, such as "UIDPLUS MOVE LITERAL+"; "NOCOPYUID" makes it keep new UIDs to itself. It has
 * the folders INBOX and Target, empty, with the UIDVALIDITY 7 and 8. */
ImapModel *imap_model_new (const char *extensions);
void imap_model_free (ImapModel *self);

/* Puts a message with such a number into a folder; its id is then "7.UID". */
void imap_model_add (ImapModel *self, const char *folder, guint number, gboolean deleted);
char *imap_model_make_text (guint number);
/* All that is in a folder. (transfer none) (element-type ImapModelMessage) */
GPtrArray *imap_model_get_messages (ImapModel *self, const char *folder);
/* How many messages of this text are in a folder; *UID_OUT is that of the last. */
guint imap_model_count (ImapModel *self, const char *folder, const char *text, guint32 *uid_out);

typedef enum
{
  IMAP_MODEL_CUT_RECEIVED, /* behind the BYTE-th byte from the client: the rest is never seen */
  IMAP_MODEL_CUT_SAID,     /* behind the BYTE-th byte to the client: all is done, the rest is never heard */
  IMAP_MODEL_CUT_LATE      /* as RECEIVED, but what was to be done is done only by imap_model_catch_up() */
} ImapModelCut;

/* Counts anew from now on, over all connections, and cuts once. 0: never. */
void imap_model_cut (ImapModel *self, ImapModelCut cut, guint byte);
/* Whether the line was cut; *WROTE_OUT tells whether a command that writes has come as a whole. */
gboolean imap_model_was_cut (ImapModel *self, gboolean *wrote_out);
void imap_model_catch_up (ImapModel *self);

/* Cancels just before the CALL-th read or write from now on. */
void imap_model_cancel_at (ImapModel *self, guint call, GCancellable *cancellable);
/* Bytes that go in one read or write; 0: all there are. */
void imap_model_set_chunk (ImapModel *self, gsize chunk);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapModel, imap_model_free)

G_END_DECLS
