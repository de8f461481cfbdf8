/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-secret.h>
#include <taube-backend/taube-trace.h>

G_BEGIN_DECLS

/* A command line on its way to the server: built by typed appends. CR, LF, NUL and other control characters, and lines
 * over 255 bytes (RFC 2449), are refused here and nowhere else; the first bad argument makes the command bad. */
typedef struct _Pop3Command Pop3Command;

/* Bytes of a line with its CRLF. */
#define POP3_LINE_MAX 255

Pop3Command *pop3_command_new (const char *verb);
void pop3_command_free (Pop3Command *self);
/* Without spaces; WHAT names it in an error: N_("user name"). */
void pop3_command_add_word (Pop3Command *self, const char *what, const char *word);
/* The rest of the line, spaces and all. */
void pop3_command_add_rest (Pop3Command *self, const char *what, const char *text);
/* The same, and the trace shows ***. */
void pop3_command_add_secret (Pop3Command *self, const char *what, const TaubeSecret *secret);
void pop3_command_add_number (Pop3Command *self, guint64 number);

const char *pop3_command_get_verb (const Pop3Command *self);
/* Whether a text follows +OK, up to a line of a single dot. */
gboolean pop3_command_is_multi_line (const Pop3Command *self);
/* The line as it stands, without CRLF: how long it would be with it. */
gsize pop3_command_get_length (const Pop3Command *self);
/* The bytes with CRLF; NULL with TAUBE_ERROR_INVALID. */
const guint8 *pop3_command_finish (Pop3Command *self, gsize *length, GError **error);
const TaubeRedaction *pop3_command_get_redactions (const Pop3Command *self, guint *n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pop3Command, pop3_command_free)

G_END_DECLS
