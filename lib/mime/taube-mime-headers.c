/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-mime.h>

#include <string.h>

/* More fields than this in one header are left out. */
#define FIELDS_MAX 10000

typedef struct
{
  const char *name; /* NUL-terminated, in BLOCK */
  gsize value;      /* offset in BLOCK */
  gsize length;
} Field;

struct _TaubeMimeHeaders
{
  char *block; /* a copy of the header with a NUL behind each name */
  GArray *fields;
};

/* The length of the line at DATA, its end included. */
static gsize
get_line_length (const char *data, gsize length)
{
  const char *end = memchr (data, '\n', length);

  return end != NULL ? (gsize) (end - data) + 1 : length;
}

static gboolean
is_blank_line (const char *line, gsize length)
{
  return (length == 1 && line[0] == '\n') || (length == 2 && line[0] == '\r' && line[1] == '\n');
}

/* field-name = 1*ftext; ftext = %d33-57 / %d59-126   (RFC 5322)
 *
 * The length of the name that the line begins with; 0 when it is no field. Blanks before the colon are obsolete. */
static gsize
get_name_length (const char *line, gsize length, gsize *value_out)
{
  gsize n = 0, colon;

  while (n < length && (guchar) line[n] > ' ' && (guchar) line[n] < 0x7f && line[n] != ':')
    n++;
  for (colon = n; colon < length && (line[colon] == ' ' || line[colon] == '\t');)
    colon++;
  if (colon == length || line[colon] != ':')
    return 0;
  *value_out = colon + 1;
  return n;
}

/* A folded value goes on in the lines that begin with a blank. */
static void
add_line (TaubeMimeHeaders *self, char *line, gsize length)
{
  gsize value, name_length, at = (gsize) (line - self->block);
  Field field = { 0 };

  if ((line[0] == ' ' || line[0] == '\t') && self->fields->len > 0)
    {
      Field *last = &g_array_index (self->fields, Field, self->fields->len - 1);

      if (last->value + last->length == at) /* what follows a line that is no field belongs to it, not to a field */
        last->length += length;
      return;
    }
  name_length = get_name_length (line, length, &value);
  if (name_length == 0 || self->fields->len >= FIELDS_MAX)
    return;
  line[name_length] = '\0';
  field.name = line;
  field.value = at + value;
  field.length = length - value;
  g_array_append_val (self->fields, field);
}

/* Reads the header at the beginning of a message, up to the empty line: CRLF or LF, folded or not; lines that are no
 * fields are skipped. Of a header that exceeds the limit only the beginning is kept. *BODY_OFFSET (may be NULL) is
 * where the body begins; LENGTH when there is none. (transfer full) */
TaubeMimeHeaders *
taube_mime_headers_parse (const char *data, gsize length, const TaubeLimits *limits, gsize *body_offset)
{
  TaubeMimeHeaders *self = g_new0 (TaubeMimeHeaders, 1);
  gsize end = 0, kept, at = 0;
  gboolean found = FALSE;

  while (end < length && !found)
    {
      gsize line = get_line_length (data + end, length - end);

      found = is_blank_line (data + end, line);
      if (!found)
        end += line;
      else if (body_offset != NULL)
        *body_offset = end + line;
    }
  if (!found && body_offset != NULL)
    *body_offset = length;

  kept = MIN (end, limits->header_bytes);
  self->block = g_malloc (kept + 1);
  memcpy (self->block, data, kept);
  self->block[kept] = '\0';
  self->fields = g_array_new (FALSE, FALSE, sizeof (Field));
  while (at < kept)
    {
      gsize line = get_line_length (self->block + at, kept - at);

      add_line (self, self->block + at, line);
      at += line;
    }
  return self;
}

void
taube_mime_headers_free (TaubeMimeHeaders *self)
{
  g_array_unref (self->fields);
  g_free (self->block);
  g_free (self);
}

guint
taube_mime_headers_get_n_fields (const TaubeMimeHeaders *self)
{
  return self->fields->len;
}

/* The name as it stands in the message: ASCII, belongs to SELF. */
const char *
taube_mime_headers_get_name (const TaubeMimeHeaders *self, guint position)
{
  g_return_val_if_fail (position < self->fields->len, NULL);

  return g_array_index (self->fields, Field, position).name;
}

/* The bytes behind the colon, without blanks and line ends around them; folded, encoded and not NUL-terminated as they
 * stand in the message. Belongs to SELF. */
const char *
taube_mime_headers_get_raw (const TaubeMimeHeaders *self, guint position, gsize *length)
{
  const Field *field;
  const char *value;
  gsize n;

  g_return_val_if_fail (position < self->fields->len, NULL);

  field = &g_array_index (self->fields, Field, position);
  value = self->block + field->value;
  for (n = field->length; n > 0 && strchr (" \t\r\n", value[n - 1]) != NULL && value[n - 1] != '\0';)
    n--;
  while (n > 0 && strchr (" \t\r\n", *value) != NULL && *value != '\0')
    value++, n--;
  *length = n;
  return value;
}

/* The first field of that name, in whatever case; NULL when there is none. */
const char *
taube_mime_headers_find (const TaubeMimeHeaders *self, const char *name, gsize *length)
{
  for (guint i = 0; i < self->fields->len; i++)
    if (g_ascii_strcasecmp (g_array_index (self->fields, Field, i).name, name) == 0)
      return taube_mime_headers_get_raw (self, i, length);
  return NULL;
}

/* The text of the first field of that name, decoded; NULL when there is none. (transfer full) */
char *
taube_mime_headers_dup_text (const TaubeMimeHeaders *self, const char *name)
{
  gsize length;
  const char *raw = taube_mime_headers_find (self, name, &length);

  return raw != NULL ? taube_mime_decode_text (raw, length) : NULL;
}
