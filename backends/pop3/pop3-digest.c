/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-digest.h"

#include <string.h>

/* A line is looked at in pieces of this many bytes: the name of a field stands in the first. */
#define PIECE_MAX 4096

/* Fields in which servers and other clients note what they think of the message. */
static const char *const volatile_fields[]
    = { "status",     "x-status",         "x-uid",             "x-uidl", "x-keywords",
        "x-imap",     "x-imapbase",       "content-length",    "lines",  "x-mozilla-status",
        "x-mozilla-status2", "x-mozilla-keys", "x-evolution", NULL };

static gboolean
is_volatile (const char *line, gsize length)
{
  const char *colon = memchr (line, ':', length);
  g_autofree char *name = NULL;

  if (colon == NULL || colon - line > 32)
    return FALSE;
  name = g_ascii_strdown (line, colon - line);
  return g_strv_contains (volatile_fields, g_strchomp (name));
}

/* What has come of a line; LAST: it ends here. */
static void
take_line (Pop3Digester *self, gboolean last)
{
  const char *line = self->line->str;
  gsize length = self->line->len;

  if (last)
    while (length > 0 && line[length - 1] == '\r')
      length--;
  if (!self->long_line && last && length == 0)
    self->past_header = TRUE;
  else if (!self->long_line && length > 0 && line[0] != ' ' && line[0] != '\t')
    self->skipping = is_volatile (line, length);
  if (!self->skipping && !self->past_header)
    {
      g_checksum_update (self->checksum, (const guchar *) line, (gssize) length);
      if (last)
        g_checksum_update (self->checksum, (const guchar *) "\n", 1);
    }
  self->long_line = !last;
  g_string_truncate (self->line, 0);
}

void
pop3_digester_feed (Pop3Digester *self, gconstpointer data, gsize length)
{
  const char *text = data;

  if (self->checksum == NULL)
    {
      self->checksum = g_checksum_new (G_CHECKSUM_SHA256);
      self->line = g_string_new (NULL);
    }
  while (length > 0 && !self->past_header)
    {
      const char *end = memchr (text, '\n', length);
      gsize piece = MIN (end != NULL ? (gsize) (end - text) : length, PIECE_MAX - self->line->len);

      g_string_append_len (self->line, text, (gssize) piece);
      text += piece;
      length -= piece;
      if (length > 0 && text[0] == '\n')
        {
          take_line (self, TRUE);
          text++;
          length--;
        }
      else if (self->line->len == PIECE_MAX)
        take_line (self, FALSE);
    }
}

/* Of what has come. */
void
pop3_digester_end (Pop3Digester *self, Pop3Digest *digest)
{
  guint8 whole[32];
  gsize length = sizeof (whole);

  pop3_digester_feed (self, "", 0);
  if (!self->past_header && (self->line->len > 0 || self->long_line))
    take_line (self, TRUE);
  g_checksum_get_digest (self->checksum, whole, &length);
  memcpy (digest->bytes, whole, sizeof (digest->bytes));
  pop3_digester_clear (self);
}

void
pop3_digester_clear (Pop3Digester *self)
{
  g_clear_pointer (&self->checksum, g_checksum_free);
  if (self->line != NULL)
    g_string_free (g_steal_pointer (&self->line), TRUE);
  *self = (Pop3Digester){ 0 };
}

/* Of any text as it is. */
void
pop3_digest_of_text (const char *text, gsize length, Pop3Digest *digest)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 whole[32];
  gsize whole_length = sizeof (whole);

  g_checksum_update (checksum, (const guchar *) text, (gssize) length);
  g_checksum_get_digest (checksum, whole, &whole_length);
  memcpy (digest->bytes, whole, sizeof (digest->bytes));
}

void
pop3_digest_to_hex (const Pop3Digest *self, char hex[2 * POP3_DIGEST_LENGTH + 1])
{
  for (guint i = 0; i < POP3_DIGEST_LENGTH; i++)
    g_snprintf (hex + 2 * i, 3, "%02x", self->bytes[i]);
}

gboolean
pop3_digest_from_hex (Pop3Digest *self, const char *hex, gsize length)
{
  if (length != 2 * POP3_DIGEST_LENGTH)
    return FALSE;
  for (guint i = 0; i < POP3_DIGEST_LENGTH; i++)
    {
      int high = g_ascii_xdigit_value (hex[2 * i]), low = g_ascii_xdigit_value (hex[2 * i + 1]);

      if (high < 0 || low < 0)
        return FALSE;
      self->bytes[i] = (guint8) (16 * high + low);
    }
  return TRUE;
}
