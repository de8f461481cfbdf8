/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-utf7.h"

#include "imap-gettext.h"

#include <string.h>

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

/* Bits on their way into base64. */
typedef struct
{
  GString *out;
  guint32 bits;
  guint n_bits;
} Packer;

static void
pack (Packer *self, guint16 unit)
{
  self->bits = self->bits << 16 | unit;
  for (self->n_bits += 16; self->n_bits >= 6; self->n_bits -= 6)
    g_string_append_c (self->out, base64[self->bits >> (self->n_bits - 6) & 0x3f]);
}

static void
pack_character (Packer *self, gunichar c)
{
  if (c < 0x10000)
    {
      pack (self, c);
      return;
    }
  pack (self, 0xd800 + ((c - 0x10000) >> 10));
  pack (self, 0xdc00 + ((c - 0x10000) & 0x3ff));
}

static void
pack_end (Packer *self)
{
  if (self->n_bits > 0)
    g_string_append_c (self->out, base64[self->bits << (6 - self->n_bits) & 0x3f]);
  self->n_bits = 0;
  g_string_append_c (self->out, '-');
}

/* The name of a mailbox as it goes over the wire. */
char *
imap_utf7_encode (const char *utf8, GError **error)
{
  Packer packer = { 0 };
  gboolean packing = FALSE;

  if (!g_utf8_validate (utf8, -1, NULL))
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("name of a folder: not valid UTF-8"));
      return NULL;
    }
  packer.out = g_string_new (NULL);
  for (const char *p = utf8; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      gboolean printable = c >= 0x20 && c <= 0x7e;

      if (packing && printable)
        pack_end (&packer);
      else if (!packing && !printable)
        g_string_append_c (packer.out, '&');
      packing = !printable;
      if (!printable)
        pack_character (&packer, c);
      else if (c == '&')
        g_string_append (packer.out, "&-");
      else
        g_string_append_c (packer.out, c);
    }
  if (packing)
    pack_end (&packer);
  return g_string_free (packer.out, FALSE);
}

static int
base64_value (char c)
{
  const char *found = c != '\0' ? strchr (base64, c) : NULL;

  return found != NULL ? found - base64 : -1;
}

/* Adds one unit of UTF-16 to OUT; HIGH keeps the first of a pair. FALSE for what an encoder must not write. */
static gboolean
add_unit (GString *out, guint16 unit, guint16 *high)
{
  if (*high != 0)
    {
      if (unit < 0xdc00 || unit > 0xdfff)
        return FALSE;
      g_string_append_unichar (out, 0x10000 + ((*high - 0xd800) << 10) + (unit - 0xdc00));
      *high = 0;
      return TRUE;
    }
  if (unit >= 0xd800 && unit <= 0xdbff)
    {
      *high = unit;
      return TRUE;
    }
  /* A character that stands for itself must not be encoded, so that a name has one spelling; NUL would end it. */
  if ((unit >= 0xdc00 && unit <= 0xdfff) || (unit >= 0x20 && unit <= 0x7e) || unit == 0)
    return FALSE;
  g_string_append_unichar (out, unit);
  return TRUE;
}

/* Decodes the base64 from TEXT, which is behind "&", up to "-". Returns what is behind that, or NULL. */
static const char *
decode_run (const char *text, const char *end, GString *out)
{
  guint32 bits = 0;
  guint n_bits = 0;
  guint16 high = 0;
  gboolean any = FALSE;

  for (; text < end && *text != '-'; text++)
    {
      int value = base64_value (*text);

      if (value < 0)
        return NULL;
      bits = bits << 6 | value;
      n_bits += 6;
      if (n_bits < 16)
        continue;
      n_bits -= 16;
      if (!add_unit (out, bits >> n_bits, &high))
        return NULL;
      any = TRUE;
    }
  if (text == end || high != 0 || !any || n_bits >= 6 || (bits & ((1u << n_bits) - 1)) != 0)
    return NULL;
  return text + 1;
}

/* Reads one character or run; NULL when it is not modified UTF-7. */
static const char *
decode_step (const char *text, const char *end, gboolean *run, GString *out)
{
  gboolean after_run = *run;

  *run = FALSE;
  if (*text < 0x20 || *text > 0x7e)
    return NULL;
  if (*text != '&')
    {
      g_string_append_c (out, *text);
      return text + 1;
    }
  if (text + 1 < end && text[1] == '-')
    {
      g_string_append_c (out, '&');
      return text + 2;
    }
  /* two runs side by side are another spelling of one */
  *run = TRUE;
  return after_run ? NULL : decode_run (text + 1, end, out);
}

/* mailbox names in IMAP4rev1                                         (RFC 3501 section 5.1.3)
 *
 * The UTF-8 of a name, or an error for whatever imap_utf7_encode() would not write. */
char *
imap_utf7_decode_strict (const char *text, gsize length, GError **error)
{
  GString *out = g_string_sized_new (length);
  const char *end = text + length;
  gboolean run = FALSE;

  for (const char *p = text; p != NULL && p < end;)
    {
      const char *start = p;

      p = decode_step (p, end, &run, out);
      if (p != NULL)
        continue;
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL,
                   _ ("reading the name of a folder: no modified UTF-7 at byte %zu"), (gsize) (start - text));
      g_string_free (out, TRUE);
      return NULL;
    }
  return g_string_free (out, FALSE);
}

/* The UTF-8 of a name. What is not modified UTF-7 stays as it is: servers send names in UTF-8 or Latin-1, and "&"
 * alone. The name on the wire must be kept beside it, for the way back is not unique. Always valid UTF-8. */
char *
imap_utf7_decode (const char *text, gsize length)
{
  g_autoptr (GString) out = g_string_sized_new (length);
  const char *end = text + length;
  gboolean run = FALSE;

  for (const char *p = text; p < end;)
    {
      gsize before = out->len;
      const char *next = decode_step (p, end, &run, out);

      if (next == NULL)
        {
          g_string_truncate (out, before);
          g_string_append_c (out, *p);
          run = FALSE;
          next = p + 1;
        }
      p = next;
    }
  return g_utf8_make_valid (out->str, out->len);
}
