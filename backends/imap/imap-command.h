/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-secret.h>
#include <taube-backend/taube-trace.h>

#include <gio/gio.h>
#include <taube/taube-enums.h>

#include "imap-seqset.h"

G_BEGIN_DECLS

typedef enum
{
  IMAP_LITERALS_SYNC,  /* RFC 3501: each waits for "+" */
  IMAP_LITERALS_MINUS, /* RFC 7888 LITERAL-: up to 4096 bytes go at once */
  IMAP_LITERALS_PLUS,  /* RFC 7888 LITERAL+ */
} ImapLiterals;

/* How this server wants commands written. */
typedef struct
{
  ImapLiterals literals;
  gboolean utf8; /* UTF8=ACCEPT or IMAP4rev2 is enabled: names go as UTF-8, quoted */
} ImapDialect;

/* Opens what a literal is made of, when it is its turn. (transfer full) */
typedef GInputStream *(*ImapLiteralOpen) (gpointer source, GCancellable *cancellable, GError **error);

/* Bytes to send in one go, or a literal to be read from a stream as it is sent. */
typedef struct
{
  ImapLiteralOpen open; /* NULL: the bytes are here */
  gpointer source;
  guint64 size;         /* of the literal */
  const guint8 *data;
  gsize length;
  const TaubeRedaction *redactions; /* for taube_trace_wire(), offsets from data */
  guint n_redactions;
  gboolean wait; /* the server's "+" must come before the next fragment is sent */
} ImapFragment;

/* One command, made by typed appends. A bad argument is remembered and told by imap_command_finish(), so callers
 * need not check each append. WHAT names an argument in such an error. */
typedef struct _ImapCommand ImapCommand;

ImapCommand *imap_command_new (const char *tag, const char *name, const ImapDialect *dialect);
ImapCommand *imap_command_new_line (void);
void imap_command_free (ImapCommand *self);
void imap_command_add_atom (ImapCommand *self, const char *what, const char *atom);
void imap_command_add_word (ImapCommand *self, const char *word);
void imap_command_add_value (ImapCommand *self, gconstpointer data, gsize length);
void imap_command_add_astring (ImapCommand *self, const char *what, const char *text);
void imap_command_add_string (ImapCommand *self, const char *what, const char *text);
void imap_command_add_nstring (ImapCommand *self, const char *what, const char *text);
void imap_command_add_mailbox (ImapCommand *self, const char *what, const char *name);
void imap_command_add_list_mailbox (ImapCommand *self, const char *what, const char *pattern);
void imap_command_add_raw_mailbox (ImapCommand *self, const char *what, const char *wire_name);
void imap_command_add_number (ImapCommand *self, guint64 number);
void imap_command_add_seqset (ImapCommand *self, const ImapSeqset *set);
void imap_command_add_sequence (ImapCommand *self, const char *what, const char *set);
void imap_command_add_flags (ImapCommand *self, TaubeMessageFlags flags, const char *const *keywords);
void imap_command_add_secret (ImapCommand *self, const char *what, const TaubeSecret *secret);
void imap_command_add_secret_base64 (ImapCommand *self, gconstpointer data, gsize length);
void imap_command_open (ImapCommand *self);
void imap_command_close (ImapCommand *self);
void imap_command_add_section (ImapCommand *self, const char *item, const char *section, const char *const *headers,
                               gboolean partial, guint64 offset, guint64 length);
void imap_command_add_literal_stream (ImapCommand *self, gboolean binary, gboolean ask, guint64 size,
                                      ImapLiteralOpen open, GObject *source);
gboolean imap_command_finish (ImapCommand *self, GError **error);

const char *imap_command_get_tag (const ImapCommand *self);
const char *imap_command_get_name (const ImapCommand *self);
gsize imap_command_get_length (const ImapCommand *self);
guint imap_command_get_n_fragments (const ImapCommand *self);
void imap_command_get_fragment (const ImapCommand *self, guint index, ImapFragment *fragment);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapCommand, imap_command_free)

G_END_DECLS
