/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-mime.h>

#include "mime/taube-mime-charset.h"

#include <string.h>

/* More pairs than this in one field are left out: each is compared with each. */
#define PAIRS_MAX 100
#define FILE_NAME_BYTES_MAX 255

/* One parameter or a piece of one. */
typedef struct
{
  const char *name;   /* of NAME_LENGTH bytes, without what begins with "*" */
  gsize name_length;
  int section;        /* -1: not in pieces */
  gboolean extended;  /* percent-encoded, the first piece begins with charset'language' */
  const char *value;
} Piece;

/* parameter = attribute ["*" section] ["*"] "=" value   (RFC 2231) */
static Piece
split_name (const char *name, const char *value)
{
  Piece piece = { .name = name, .section = -1, .value = value };
  const char *star = strchr (name, '*');

  piece.name_length = star != NULL ? (gsize) (star - name) : strlen (name);
  if (star == NULL)
    return piece;
  if (g_ascii_isdigit (star[1]))
    {
      const char *c = star + 1;

      for (piece.section = 0; g_ascii_isdigit (*c) && piece.section < PAIRS_MAX; c++)
        piece.section = piece.section * 10 + (*c - '0');
      star = *c == '*' ? c : NULL;
    }
  piece.extended = star != NULL;
  return piece;
}

static gboolean
same_name (const Piece *a, const Piece *b)
{
  return a->name_length == b->name_length && g_ascii_strncasecmp (a->name, b->name, a->name_length) == 0;
}

static const Piece *
find_piece (GArray *pieces, const Piece *like, int section, gboolean extended_only)
{
  for (guint i = 0; i < pieces->len; i++)
    {
      const Piece *piece = &g_array_index (pieces, Piece, i);

      if (piece->section == section && same_name (piece, like) && (piece->extended || !extended_only))
        return piece;
    }
  return NULL;
}

/* ext-octet = "%" 2(DIGIT / "A" / … / "F") */
static void
append_percent_decoded (TaubeBuffer *out, const char *text)
{
  for (; *text != '\0'; text++)
    {
      guint8 byte = (guint8) *text;

      if (byte == '%' && g_ascii_isxdigit (text[1]) && g_ascii_isxdigit (text[2]))
        {
          byte = (guint8) (g_ascii_xdigit_value (text[1]) * 16 + g_ascii_xdigit_value (text[2]));
          text += 2;
        }
      taube_buffer_append (out, &byte, 1);
    }
}

/* The text behind charset'language', whose two names are told; without the quotes the text itself. */
static const char *
split_charset (const char *value, const char **charset_out, gsize *length_out)
{
  const char *first = strchr (value, '\'');
  const char *second = first != NULL ? strchr (first + 1, '\'') : NULL;

  if (second == NULL)
    return value;
  *charset_out = value;
  *length_out = (gsize) (first - value);
  return second + 1;
}

static char *
end_text (TaubeBuffer *utf8)
{
  TaubeBuffer text = { 0 };

  taube_mime_append_raw_text (&text, (const char *) taube_buffer_peek (utf8), taube_buffer_length (utf8));
  taube_buffer_append (&text, "", 1);
  taube_buffer_clear (utf8);
  return (char *) text.data;
}

/* Puts together FIRST and, when it is the first of several, the pieces that follow it. */
static char *
join_pieces (GArray *pieces, const Piece *first)
{
  TaubeBuffer bytes = { 0 }, utf8 = { 0 };
  TaubeMimeCharset converter;
  const char *charset = NULL;
  gsize charset_length = 0;

  for (const Piece *piece = first; piece != NULL;)
    {
      const char *value = piece->value;

      if (piece->extended && piece == first)
        value = split_charset (value, &charset, &charset_length);
      if (piece->extended)
        append_percent_decoded (&bytes, value);
      else
        taube_buffer_append (&bytes, value, strlen (value));
      piece = piece->section >= 0 ? find_piece (pieces, first, piece->section + 1, FALSE) : NULL;
    }
  taube_mime_charset_open (&converter, charset, charset_length);
  taube_mime_charset_convert (&converter, taube_buffer_peek (&bytes), taube_buffer_length (&bytes), TRUE, &utf8);
  taube_mime_charset_close (&converter);
  taube_buffer_clear (&bytes);
  return end_text (&utf8);
}

static char *
decode_piece (GArray *pieces, const Piece *piece)
{
  const Piece *better = find_piece (pieces, piece, -1, TRUE);

  if (better == NULL)
    better = find_piece (pieces, piece, 0, FALSE);
  if (better != NULL)
    return join_pieces (pieces, better);
  better = find_piece (pieces, piece, -1, FALSE);
  /* RFC 2047 is not allowed here, but many do it */
  return better != NULL ? taube_mime_decode_text (better->value, strlen (better->value)) : NULL;
}

/* Decodes the parameters of Content-Type and Content-Disposition. PAIRS is name, value, name, value, …, NULL, raw as
 * they stand in the message; what comes back has the same form, each name once and in lower case, the values whole
 * and decoded (RFC 2231; RFC 2047 as well, for many use it here). (transfer full) */
GStrv
taube_mime_decode_params (const char *const *pairs)
{
  g_autoptr (GArray) pieces = g_array_new (FALSE, FALSE, sizeof (Piece));
  g_autoptr (GPtrArray) decoded = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; pairs != NULL && pairs[i] != NULL && pairs[i + 1] != NULL && pieces->len < PAIRS_MAX; i += 2)
    {
      Piece piece = split_name (pairs[i], pairs[i + 1]);

      if (piece.name_length > 0)
        g_array_append_val (pieces, piece);
    }
  for (guint i = 0; i < pieces->len; i++)
    {
      const Piece *piece = &g_array_index (pieces, Piece, i);
      char *value = NULL;
      guint before = 0;

      while (!same_name (&g_array_index (pieces, Piece, before), piece))
        before++;
      if (before == i)
        value = decode_piece (pieces, piece);
      if (value != NULL)
        {
          g_autofree char *raw_name = g_ascii_strdown (piece->name, (gssize) piece->name_length);

          g_ptr_array_add (decoded, taube_mime_decode_text (raw_name, strlen (raw_name)));
          g_ptr_array_add (decoded, value);
        }
    }
  g_ptr_array_add (decoded, NULL);
  return (GStrv) g_ptr_array_free (g_steal_pointer (&decoded), FALSE);
}

/* The value of NAME, in whatever case, in such pairs; NULL when there is none. */
const char *
taube_mime_find_param (const char *const *pairs, const char *name)
{
  for (guint i = 0; pairs != NULL && pairs[i] != NULL && pairs[i + 1] != NULL; i += 2)
    if (g_ascii_strcasecmp (pairs[i], name) == 0)
      return pairs[i + 1];
  return NULL;
}

/* What is left of a file name from a message when it must not lead out of the folder in which it is saved: the last
 * component, at most 255 bytes, no control characters. NULL when nothing is left. (transfer full) */
char *
taube_mime_clean_file_name (const char *name)
{
  TaubeBuffer text = { 0 };
  const char *base, *end;
  g_autofree char *clean = NULL;
  gsize length;

  taube_mime_append_raw_text (&text, name, strlen (name));
  taube_buffer_append (&text, "", 1);
  clean = (char *) text.data;
  base = clean;
  for (const char *c = clean; *c != '\0'; c++)
    if (*c == '/' || *c == '\\')
      base = c + 1;
  while (*base == ' ')
    base++;
  length = strlen (base);
  if (length > FILE_NAME_BYTES_MAX)
    {
      end = g_utf8_find_prev_char (base, base + FILE_NAME_BYTES_MAX + 1);
      length = (gsize) (end - base);
    }
  while (length > 0 && base[length - 1] == ' ')
    length--;
  if (length == 0 || strncmp (base, ".", MAX (length, 1)) == 0 || strncmp (base, "..", MAX (length, 2)) == 0)
    return NULL;
  return g_strndup (base, length);
}
