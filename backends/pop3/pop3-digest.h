/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define POP3_DIGEST_LENGTH 16

/* What the header of a message comes down to. The same from TOP and from RETR, whatever ends the lines, and whatever a
 * server notes in it about the message's state. */
typedef struct
{
  guint8 bytes[POP3_DIGEST_LENGTH];
} Pop3Digest;

/* Takes a message in pieces; what follows the header is not looked at. Embed it by value; clear it afterwards. */
typedef struct
{
  GChecksum *checksum; /* NULL: nothing has come yet */
  GString *line;       /* what has come of the line, or its beginning */
  gboolean long_line;  /* its beginning was handled already */
  gboolean skipping;   /* this field is left out */
  gboolean past_header;
} Pop3Digester;

void pop3_digester_feed (Pop3Digester *self, gconstpointer data, gsize length);
void pop3_digester_end (Pop3Digester *self, Pop3Digest *digest);
void pop3_digester_clear (Pop3Digester *self);
void pop3_digest_of_text (const char *text, gsize length, Pop3Digest *digest);
void pop3_digest_to_hex (const Pop3Digest *self, char hex[2 * POP3_DIGEST_LENGTH + 1]);
gboolean pop3_digest_from_hex (Pop3Digest *self, const char *hex, gsize length);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pop3Digester, pop3_digester_clear)

G_END_DECLS
