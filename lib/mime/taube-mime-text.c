/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-mime.h>

#include "mime/taube-mime-charset.h"
#include "mime/taube-mime-transfer.h"

#include <string.h>

/* Encoded words are longer than RFC 2047 allows in real mail, but their charset names are not. */
#define CHARSET_BYTES_MAX 64

/* Eight bytes at a time. */
#define EVERY_BYTE(b) (G_GUINT64_CONSTANT (0x0101010101010101) * (b))
#define HIGH_BITS EVERY_BYTE (0x80)

typedef struct
{
  const char *charset;
  gsize charset_length;
  char encoding; /* 'B' or 'Q' */
  const char *text;
  gsize text_length;
} EncodedWord;

/* One field being decoded. */
typedef struct
{
  const char *data;
  gsize length;
  gsize at;
  TaubeBuffer *out;
  gsize out_start;      /* length of OUT when the field began */
  gsize no_end_after;   /* from here on there is no "?=" */
  TaubeBuffer bytes;    /* decoded bytes of encoded words not yet converted */
  const char *charset;  /* of these */
  gsize charset_length;
  gboolean after_word;  /* the last token was an encoded word */
} TextDecoder;

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The highest bits of the bytes that are not printable ASCII: below 0x20 the subtraction gives one, at 0x7f the
 * addition, above that the byte itself. Wrong ones may stand above a right one only. */
static inline guint64
find_unprintable (guint64 word)
{
  return (word | (word - EVERY_BYTE (0x20)) | (word + EVERY_BYTE (1))) & HIGH_BITS;
}

static gboolean
begins_word (const char *raw, gsize length)
{
  const char *end = raw + length;

  while ((raw = memchr (raw, '=', (gsize) (end - raw))) != NULL)
    if (++raw < end && *raw == '?')
      return TRUE;
  return FALSE;
}

/* Whether all is printable ASCII and no encoded word begins: nearly all text is. */
static gboolean
is_plain (const char *raw, gsize length)
{
  guint64 word, unprintable = 0;

  if (length < 8)
    {
      for (gsize i = 0; i < length; i++)
        if ((guchar) raw[i] < 0x20 || (guchar) raw[i] >= 0x7f)
          return FALSE;
      return length == 0 || !begins_word (raw, length);
    }
  for (gsize i = 0; i + 8 < length; i += 8)
    {
      memcpy (&word, raw + i, 8);
      unprintable |= find_unprintable (word);
    }
  memcpy (&word, raw + length - 8, 8); /* some of them for the second time */
  unprintable |= find_unprintable (word);
  return unprintable == 0 && !begins_word (raw, length);
}

/* Appends valid UTF-8 without its control characters; TAB and line ends become spaces. */
static void
append_clean (TaubeBuffer *out, const guint8 *text, gsize length)
{
  guint8 *to = taube_buffer_reserve (out, length);
  gsize n = 0;

  for (gsize i = 0; i < length; i++)
    {
      if (text[i] == 0xc2 && i + 1 < length && text[i + 1] < 0xa0)
        i++; /* U+0080 to U+009F */
      else if (text[i] >= 0x20 && text[i] != 0x7f)
        to[n++] = text[i];
      else if (is_blank ((char) text[i]))
        to[n++] = ' ';
    }
  taube_buffer_commit (out, n);
}

static void
append_in_charset (TaubeBuffer *out, const char *charset, gsize charset_length, const guint8 *data, gsize length)
{
  TaubeMimeCharset converter;
  TaubeBuffer text = { 0 };

  taube_mime_charset_open (&converter, charset, charset_length);
  taube_mime_charset_convert (&converter, data, length, TRUE, &text);
  taube_mime_charset_close (&converter);
  append_clean (out, taube_buffer_peek (&text), taube_buffer_length (&text));
  taube_buffer_clear (&text);
}

/* The end of an encoded word's text, where "?=" stands. Text may hold blanks, for senders put them there, but a blank
 * and then "=?" is the next word: this one has no end. Nothing is looked at twice. */
static const char *
find_end (TextDecoder *self, const char *from)
{
  const char *limit = self->data + self->length;
  gboolean blank = FALSE;

  if ((gsize) (from - self->data) >= self->no_end_after)
    return NULL;
  for (const char *c = from; c + 1 < limit; c++)
    {
      if (c[0] == '?' && c[1] == '=')
        return c;
      if (blank && c[0] == '=' && c[1] == '?' && (c + 2 == limit || c[2] != '='))
        return NULL;
      blank = blank || is_blank (*c);
    }
  self->no_end_after = (gsize) (from - self->data);
  return NULL;
}

/* encoded-word = "=?" charset ["*" language] "?" encoding "?" encoded-text "?="   (RFC 2047, RFC 2231)
 *
 * Returns its length at the current place, or 0. */
static gsize
scan_encoded_word (TextDecoder *self, EncodedWord *word)
{
  const char *start = self->data + self->at, *limit = self->data + self->length;
  const char *c = start + 2, *end;

  for (word->charset = c; c < limit && *c != '?' && !is_blank (*c); c++)
    if (c - word->charset > CHARSET_BYTES_MAX)
      return 0;
  word->charset_length = (gsize) (c - word->charset);
  if (limit - c < 3 || *c != '?' || c[2] != '?')
    return 0;
  word->encoding = g_ascii_toupper (c[1]);
  if (word->encoding != 'B' && word->encoding != 'Q')
    return 0;
  for (gsize i = 0; i < word->charset_length; i++)
    if (word->charset[i] == '*')
      word->charset_length = i;

  word->text = c + 3;
  end = find_end (self, word->text);
  if (end == NULL)
    return 0;
  word->text_length = (gsize) (end - word->text);
  return (gsize) (end + 2 - start);
}

static inline int
hex_value (char c)
{
  if (c >= '0' && c <= '9')
    return c - '0';
  c |= 0x20;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The "Q" encoding   (RFC 2047 section 4.2) */
static void
append_q (TaubeBuffer *out, const char *text, gsize length)
{
  guint8 *to = taube_buffer_reserve (out, length);
  gsize n = 0;

  for (gsize i = 0; i < length; i++)
    {
      if (text[i] == '=' && i + 2 < length && hex_value (text[i + 1]) >= 0 && hex_value (text[i + 2]) >= 0)
        {
          to[n++] = (guint8) (hex_value (text[i + 1]) * 16 + hex_value (text[i + 2]));
          i += 2;
        }
      else
        to[n++] = text[i] == '_' ? ' ' : (guint8) text[i];
    }
  taube_buffer_commit (out, n);
}

static void
flush_words (TextDecoder *self)
{
  if (taube_buffer_length (&self->bytes) > 0)
    append_in_charset (self->out, self->charset, self->charset_length, taube_buffer_peek (&self->bytes),
                       taube_buffer_length (&self->bytes));
  taube_buffer_consume (&self->bytes, taube_buffer_length (&self->bytes));
}

/* Words of one charset are converted together: senders cut characters in two. */
static void
take_encoded_word (TextDecoder *self, const EncodedWord *word)
{
  gboolean same = self->charset_length == word->charset_length && self->charset != NULL
                  && g_ascii_strncasecmp (self->charset, word->charset, word->charset_length) == 0;

  if (!same)
    flush_words (self);
  self->charset = word->charset;
  self->charset_length = word->charset_length;
  if (word->encoding == 'Q')
    append_q (&self->bytes, word->text, word->text_length);
  else
    taube_mime_append_base64 (&self->bytes, word->text, word->text_length);
  self->after_word = TRUE;
}

static gsize
count_blanks (const TextDecoder *self)
{
  gsize n = 0;

  while (self->at + n < self->length && is_blank (self->data[self->at + n]))
    n++;
  return n;
}

/* A run of blanks stays as it is when it is only spaces, else it is a folded line and becomes one space. At both ends
 * of the field it is dropped. */
static void
append_blanks (TextDecoder *self, gsize from, gsize length)
{
  gboolean folded = FALSE;

  if (taube_buffer_length (self->out) == self->out_start)
    return;
  for (gsize i = from; i < from + length; i++)
    folded = folded || self->data[i] != ' ';
  taube_buffer_append (self->out, folded ? " " : self->data + from, folded ? 1 : length);
}

static gboolean
at_encoded_word (const TextDecoder *self)
{
  return self->at + 1 < self->length && self->data[self->at] == '=' && self->data[self->at + 1] == '?';
}

/* Everything up to the next blank or "=?", but at least one byte. */
static void
take_raw (TextDecoder *self)
{
  gsize from = self->at++;

  while (self->at < self->length && !is_blank (self->data[self->at]) && !at_encoded_word (self))
    self->at++;
  append_in_charset (self->out, NULL, 0, (const guint8 *) self->data + from, self->at - from);
}

static void
decode_tokens (TextDecoder *self)
{
  gsize blanks_at = 0, blanks = 0;

  while (self->at < self->length)
    {
      EncodedWord word;
      gsize length = at_encoded_word (self) ? scan_encoded_word (self, &word) : 0;

      if (length > 0)
        {
          if (!self->after_word) /* blanks between two encoded words do not count */
            append_blanks (self, blanks_at, blanks);
          take_encoded_word (self, &word);
          self->at += length;
        }
      else if (!is_blank (self->data[self->at]))
        {
          flush_words (self);
          append_blanks (self, blanks_at, blanks);
          take_raw (self);
          self->after_word = FALSE;
        }
      blanks_at = self->at;
      blanks = count_blanks (self);
      self->at += blanks;
    }
  flush_words (self);
}

static void
decode_text (TaubeBuffer *out, const char *raw, gsize length)
{
  TextDecoder decoder = { .data = raw, .length = length, .out = out, .no_end_after = G_MAXSIZE };

  decoder.out_start = taube_buffer_length (out);
  decode_tokens (&decoder);
  taube_buffer_clear (&decoder.bytes);
}

static void
trim (const char **raw, gsize *length)
{
  while (*length > 0 && is_blank ((*raw)[0]))
    (*raw)++, (*length)--;
  while (*length > 0 && is_blank ((*raw)[*length - 1]))
    (*length)--;
}

/* Appends the text of a header field (unstructured, or a phrase) to OUT, decoded (RFC 2047), unfolded, without blanks
 * at its ends. What is neither encoded nor UTF-8 is read as windows-1252. No NUL is put at the end. */
void
taube_mime_append_text (TaubeBuffer *out, const char *raw, gsize length)
{
  trim (&raw, &length);
  if (is_plain (raw, length))
    taube_buffer_append (out, raw, length);
  else
    decode_text (out, raw, length);
}

/* The same for what is never encoded, such as addresses and message ids: only made valid. */
void
taube_mime_append_raw_text (TaubeBuffer *out, const char *raw, gsize length)
{
  trim (&raw, &length);
  if (is_plain (raw, length))
    taube_buffer_append (out, raw, length);
  else
    append_in_charset (out, NULL, 0, (const guint8 *) raw, length);
}

/* The same as a string of its own. (transfer full) */
char *
taube_mime_decode_text (const char *raw, gsize length)
{
  TaubeBuffer text = { 0 };
  char *string;

  trim (&raw, &length);
  if (is_plain (raw, length))
    return g_strndup (raw, length);
  taube_mime_append_text (&text, raw, length);
  string = g_strndup (taube_buffer_length (&text) > 0 ? (const char *) taube_buffer_peek (&text) : "",
                      taube_buffer_length (&text));
  taube_buffer_clear (&text);
  return string;
}
