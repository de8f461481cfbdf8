/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mime/taube-mime-charset.h"

#include <errno.h>
#include <string.h>

#define NO_CONVERTER ((iconv_t) -1)
#define CHARSET_NAME_BYTES 40

/* Only these reach iconv: each of its modules is code that a stranger's mail could load. A "*" stands for what follows.
 * The second name is what today's mail means by the first; NULL is the name itself. */
static const struct
{
  const char *pattern;
  const char *name;
  guint unit;
} charsets[] = {
  { "iso-8859-8-i", "ISO-8859-8", 1 },
  { "iso-8859-9", "WINDOWS-1254", 1 },
  { "iso-8859-11", "CP874", 1 },
  { "iso-8859-*", NULL, 1 },
  { "iso8859-*", NULL, 1 },
  { "windows-125*", NULL, 1 },
  { "windows-874", "CP874", 1 },
  { "tis-620", "CP874", 1 },
  { "cp125*", NULL, 1 },
  { "cp437", NULL, 1 },
  { "ibm437", NULL, 1 },
  { "cp850", NULL, 1 },
  { "ibm850", NULL, 1 },
  { "cp852", NULL, 1 },
  { "ibm852", NULL, 1 },
  { "cp858", NULL, 1 },
  { "cp866", NULL, 1 },
  { "ibm866", NULL, 1 },
  { "koi8-r", NULL, 1 },
  { "koi8-u", NULL, 1 },
  { "macintosh", NULL, 1 },
  { "x-mac-roman", "MACINTOSH", 1 },
  { "viscii", NULL, 1 },
  { "gb2312", "GB18030", 1 },
  { "gb_2312-80", "GB18030", 1 },
  { "gbk", "GB18030", 1 },
  { "cp936", "GB18030", 1 },
  { "x-gbk", "GB18030", 1 },
  { "windows-936", "GB18030", 1 },
  { "gb18030", NULL, 1 },
  { "big5", "BIG5-HKSCS", 1 },
  { "big5-hkscs", NULL, 1 },
  { "big5_tw", "BIG5-HKSCS", 1 },
  { "cn-big5", "BIG5-HKSCS", 1 },
  { "x-x-big5", "BIG5-HKSCS", 1 },
  { "cp950", NULL, 1 },
  { "euc-jp", NULL, 1 },
  { "x-euc-jp", "EUC-JP", 1 },
  { "euc-kr", "CP949", 1 },
  { "ks_c_5601-1987", "CP949", 1 },
  { "cp949", NULL, 1 },
  { "shift_jis", "CP932", 1 },
  { "shift-jis", "CP932", 1 },
  { "x-sjis", "CP932", 1 },
  { "sjis", "CP932", 1 },
  { "windows-31j", "CP932", 1 },
  { "cp932", NULL, 1 },
  { "iso-2022-jp", NULL, 1 },
  { "iso-2022-kr", NULL, 1 },
  { "utf-7", NULL, 1 },
  { "unicode-1-1-utf-7", "UTF-7", 1 },
  { "utf-16", NULL, 2 },
  { "utf-16le", NULL, 2 },
  { "utf-16be", NULL, 2 },
  { "utf-32", NULL, 4 },
  { "utf-32le", NULL, 4 },
  { "utf-32be", NULL, 4 },
};

/* windows-1252 from 0x80 to 0x9f; what it leaves open is U+FFFD. */
static const guint16 windows_1252[32] = {
  0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0xfffd,
  0x017d, 0xfffd, 0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a,
  0x0153, 0xfffd, 0x017e, 0x0178,
};

static const char *
find_iconv_name (const char *name, guint *unit_out)
{
  for (guint i = 0; i < G_N_ELEMENTS (charsets); i++)
    {
      const char *pattern = charsets[i].pattern;
      gsize length = strlen (pattern);
      gboolean open = pattern[length - 1] == '*';
      gboolean same = open ? g_ascii_strncasecmp (name, pattern, length - 1) == 0 && strlen (name) <= length + 1
                           : g_ascii_strcasecmp (name, pattern) == 0;

      if (same)
        {
          *unit_out = charsets[i].unit;
          return charsets[i].name != NULL ? charsets[i].name : name;
        }
    }
  return NULL;
}

static gboolean
is_one_of (const char *name, const char *const *names)
{
  for (guint i = 0; names[i] != NULL; i++)
    if (g_ascii_strcasecmp (name, names[i]) == 0)
      return TRUE;
  return FALSE;
}

/* Prepares to read the charset NAME of LENGTH bytes; taube_mime_charset_close() follows. A name that is unknown, or
 * NULL, is read as UTF-8, and as windows-1252 where it is not UTF-8; FALSE tells that. So are UTF-8 and ASCII, for
 * senders err. ISO 8859-1 is read as windows-1252, of which it is a part. */
gboolean
taube_mime_charset_open (TaubeMimeCharset *self, const char *name, gsize length)
{
  static const char *const utf8[] = { "utf-8", "utf8", "utf_8", "us-ascii", "ascii", "ansi_x3.4-1968", "", NULL };
  static const char *const latin1[] = { "iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "latin-1",
                                       "windows-1252", "cp1252", NULL };
  char buffer[CHARSET_NAME_BYTES];
  const char *iconv_name;
  guint unit = 1;

  *self = (TaubeMimeCharset){ .converter = NO_CONVERTER, .unit = 1 };
  if (name == NULL || length >= sizeof buffer)
    return FALSE;
  memcpy (buffer, name, length);
  buffer[length] = '\0';
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (buffer[i]) && strchr ("-_.", buffer[i]) == NULL)
      return FALSE;

  if (is_one_of (buffer, utf8))
    return TRUE;
  self->single_byte = is_one_of (buffer, latin1);
  if (self->single_byte)
    return TRUE;
  iconv_name = find_iconv_name (buffer, &unit);
  if (iconv_name == NULL)
    return FALSE;
  self->unit = unit;
  self->converter = iconv_open ("UTF-8", iconv_name);
  return self->converter != NO_CONVERTER;
}

void
taube_mime_charset_close (TaubeMimeCharset *self)
{
  if (self->converter != NO_CONVERTER)
    iconv_close (self->converter);
  self->converter = NO_CONVERTER;
}

static void
append_unichar (TaubeBuffer *out, gunichar c)
{
  taube_buffer_commit (out, (gsize) g_unichar_to_utf8 (c, (char *) taube_buffer_reserve (out, 6)));
}

gunichar
taube_mime_windows_1252_to_unichar (guint8 byte)
{
  return byte >= 0x80 && byte < 0xa0 ? windows_1252[byte - 0x80] : byte;
}

static void
append_windows_1252 (TaubeBuffer *out, guint8 byte)
{
  append_unichar (out, taube_mime_windows_1252_to_unichar (byte));
}

/* UTF8-octets = *( UTF8-char )   (RFC 3629)
 *
 * How many bytes the character at DATA has; 0 when none is there; -1 when it is cut off. */
static int
get_utf8_length (const guint8 *data, gsize length)
{
  guint8 low = 0x80, high = 0xbf;
  int bytes;

  if (data[0] < 0x80)
    return 1;
  if (data[0] < 0xc2 || data[0] > 0xf4)
    return 0;
  bytes = data[0] < 0xe0 ? 2 : data[0] < 0xf0 ? 3 : 4;
  if (data[0] == 0xe0)
    low = 0xa0;
  else if (data[0] == 0xed)
    high = 0x9f;
  else if (data[0] == 0xf0)
    low = 0x90;
  else if (data[0] == 0xf4)
    high = 0x8f;
  for (int i = 1; i < bytes; i++)
    {
      if ((gsize) i >= length)
        return -1;
      if (data[i] < (i == 1 ? low : 0x80) || data[i] > (i == 1 ? high : 0xbf))
        return 0;
    }
  return bytes;
}

/* UTF-8 as it is, every other byte as windows-1252. Returns how much was used: all but a character cut off. */
static gsize
append_guessed (TaubeBuffer *out, const guint8 *data, gsize length, gboolean last)
{
  gsize i = 0, plain = 0;

  while (i < length)
    {
      int bytes = get_utf8_length (data + i, length - i);

      if (bytes > 0)
        {
          i += (gsize) bytes;
          continue;
        }
      taube_buffer_append (out, data + plain, i - plain);
      plain = i;
      if (bytes < 0 && !last)
        return i;
      append_windows_1252 (out, data[i]);
      plain = ++i;
    }
  taube_buffer_append (out, data + plain, i - plain);
  return i;
}

/* Returns how much was used: all but a character cut off. */
static gsize
append_by_iconv (TaubeMimeCharset *self, TaubeBuffer *out, const guint8 *data, gsize length, gboolean last)
{
  char *input = (char *) data;
  gsize left = length;

  while (left > 0)
    {
      char piece[1024];
      char *output = piece;
      gsize room = sizeof piece;
      gsize left_before = left;
      gsize result = iconv (self->converter, &input, &left, &output, &room);
      int reason = errno;

      append_guessed (out, (const guint8 *) piece, sizeof piece - room, TRUE);
      if (result != (gsize) -1 || (reason == E2BIG && (left < left_before || room < sizeof piece)))
        continue;
      if (reason == EINVAL && !last && left < TAUBE_MIME_CARRY_BYTES)
        break;
      append_unichar (out, 0xfffd);
      input += MIN (self->unit, left);
      left -= MIN (self->unit, left);
    }
  return length - left;
}

static gsize
append_converted (TaubeMimeCharset *self, TaubeBuffer *out, const guint8 *data, gsize length, gboolean last)
{
  if (self->converter != NO_CONVERTER)
    return append_by_iconv (self, out, data, length, last);
  if (!self->single_byte)
    return append_guessed (out, data, length, last);
  for (gsize i = 0; i < length; i++)
    append_windows_1252 (out, data[i]);
  return length;
}

/* Joins what was left over with the beginning of DATA until no byte is left over; returns how much of DATA was used. */
static gsize
use_carry (TaubeMimeCharset *self, const guint8 *data, gsize length, gboolean last, TaubeBuffer *out)
{
  gsize used = 0;

  while (self->carry_length > 0 && (used < length || last))
    {
      gsize done;

      if (used < length)
        self->carry[self->carry_length++] = data[used++];
      done = append_converted (self, out, self->carry, self->carry_length,
                               (last && used == length) || self->carry_length == TAUBE_MIME_CARRY_BYTES);
      self->carry_length -= done;
      memmove (self->carry, self->carry + done, self->carry_length);
    }
  return used;
}

/* Appends DATA to OUT as UTF-8. LAST says that nothing follows. Never fails: what fits nowhere becomes U+FFFD. */
void
taube_mime_charset_convert (TaubeMimeCharset *self, const guint8 *data, gsize length, gboolean last, TaubeBuffer *out)
{
  gsize used = use_carry (self, data, length, last, out);

  if (used < length)
    used += append_converted (self, out, data + used, length - used, last);
  if (used < length)
    {
      self->carry_length = length - used;
      memcpy (self->carry, data + used, self->carry_length);
    }
  if (last && self->converter != NO_CONVERTER)
    iconv (self->converter, NULL, NULL, NULL, NULL);
}
