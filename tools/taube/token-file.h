/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "token-text.h"

G_BEGIN_DECLS

/* A file of tokens that belongs to its user alone, locked against other programs and threads that use it. It is
 * replaced as a whole; room for what comes is taken beforehand, as a token that was replaced is good for nothing. */
typedef struct _TokenFile TokenFile;

/* Waits until it has the lock. CREATE: there need not be one. TAUBE_ERROR_STORAGE, _NOT_FOUND, _PERMISSION when others
 * may read it, _CONFLICT when another program does not let it go. */
TokenFile *token_file_lock (const char *path, gboolean create, GCancellable *cancellable, GError **error);
/* *TOKENS_OUT: what it holds; NULL: it is empty. */
gboolean token_file_read (TokenFile *self, Tokens **tokens_out, GError **error);
/* Whether it is one that can be signed in with, without waiting for the lock. */
gboolean token_file_check (const char *path, GError **error);
gboolean token_file_reserve (TokenFile *self, GError **error);
/* Reserves, if that was not done, and replaces what it holds. */
gboolean token_file_write (TokenFile *self, const Tokens *tokens, GError **error);
/* Takes it away when it was made for the lock and got nothing. */
void token_file_unlock (TokenFile *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TokenFile, token_file_unlock)

G_END_DECLS
