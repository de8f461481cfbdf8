/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-response.h"

#include <taube/taube-error.h>

#include <inttypes.h>
#include <string.h>

#include "pop3-gettext.h"

static const struct
{
  const char *name;
  Pop3Code code;
} codes[] = {
  { "AUTH", POP3_CODE_AUTH },         { "IN-USE", POP3_CODE_IN_USE },     { "LOGIN-DELAY", POP3_CODE_LOGIN_DELAY },
  { "SYS/PERM", POP3_CODE_SYS_PERM }, { "SYS/TEMP", POP3_CODE_SYS_TEMP }, { "UTF8", POP3_CODE_UTF8 },
};

/* A code may have further levels behind a slash, which make it more special (RFC 3206): those that are not known are
 * cut off. */
Pop3Code
pop3_code_from_name (const char *name, gsize length)
{
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      gsize known = strlen (codes[i].name);

      if (length >= known && g_ascii_strncasecmp (codes[i].name, name, known) == 0
          && (length == known || name[known] == '/'))
        return codes[i].code;
    }
  return POP3_CODE_UNKNOWN;
}

static void
trim (const char **text, gsize *length)
{
  for (; *length > 0 && g_ascii_isspace (**text); (*length)--)
    (*text)++;
  while (*length > 0 && g_ascii_isspace ((*text)[*length - 1]))
    (*length)--;
}

/* resp-code  = "[" resp-level *("/" resp-level) "]"
 * resp-level = 1*rchar                                          (RFC 2449)
 *
 * Only a text that begins like that, and has nothing in the brackets that no code has, is one. */
static void
take_code (Pop3Response *response)
{
  const char *text = response->text;
  gsize end = 1;

  if (response->length < 3 || text[0] != '[')
    return;
  while (end < response->length && g_ascii_isgraph (text[end]) && text[end] != '[' && text[end] != ']')
    end++;
  if (end == 1 || end == response->length || text[end] != ']')
    return;
  response->code_text = text + 1;
  response->code_length = end - 1;
  response->code = pop3_code_from_name (response->code_text, response->code_length);
  response->text = text + end + 1;
  response->length -= end + 1;
  trim (&response->text, &response->length);
}

static gboolean
begins_with (const char *line, gsize length, const char *word)
{
  gsize n = strlen (word);

  return length >= n && g_ascii_strncasecmp (line, word, n) == 0 && (length == n || !g_ascii_isalnum (line[n]));
}

/* single-line = status [SP text] CRLF,  status = "+OK" / "-ERR"        (RFC 2449)
 * challenge   = "+" SP [base64] CRLF                                   (RFC 5034)
 *
 * LINE is without its end. FALSE: it is neither. */
gboolean
pop3_response_parse (const char *line, gsize length, Pop3Response *response)
{
  *response = (Pop3Response){ 0 };
  if (begins_with (line, length, "+OK"))
    {
      response->status = POP3_STATUS_OK;
      response->text = line + 3;
    }
  else if (begins_with (line, length, "-ERR"))
    {
      response->status = POP3_STATUS_ERR;
      response->text = line + 4;
    }
  else if (length > 0 && line[0] == '+' && (length == 1 || line[1] == ' '))
    {
      response->status = POP3_STATUS_CONTINUE;
      response->text = line + 1;
    }
  else
    {
      return FALSE;
    }
  response->length = length - (gsize) (response->text - line);
  trim (&response->text, &response->length);
  if (response->status != POP3_STATUS_CONTINUE)
    take_code (response);
  return TRUE;
}

/* Text of the server's that can be shown: valid UTF-8 without control characters. */
char *
pop3_text_dup_utf8 (const char *text, gsize length)
{
  char *valid = g_utf8_make_valid (text, (gssize) length);

  for (char *c = valid; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c))
      *c = ' ';
  return valid;
}

static TaubeParse
line_too_long (const Pop3Lines *self, GError **error)
{
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT, _ ("the server sent a line of more than %zu bytes"),
               self->line_limit);
  return TAUBE_PARSE_ERROR;
}

static TaubeParse
give_line (Pop3Lines *self, const char *text, gsize text_length, const char **line, gsize *length, GError **error)
{
  if (text_length > 0 && text[text_length - 1] == '\r')
    text_length--;
  if (text_length > self->line_limit)
    return line_too_long (self, error);
  if (++self->lines > self->lines_limit)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT, _ ("the server sent a list of more than %" PRIu64 " lines"),
                   self->lines_limit);
      return TAUBE_PARSE_ERROR;
    }
  *line = text;
  *length = text_length;
  return TAUBE_PARSE_VALUE;
}

/* Keeps what is not a whole line yet. */
static TaubeParse
keep (Pop3Lines *self, GError **error)
{
  if (self->partial == NULL)
    self->partial = g_string_new (NULL);
  g_string_append_len (self->partial, (const char *) self->rest, (gssize) self->rest_length);
  self->rest_length = 0;
  if (self->partial->len > self->line_limit && self->partial->len - self->line_limit > 1)
    return line_too_long (self, error);
  return TAUBE_PARSE_MORE;
}

/* A line out of what was read last, if there is a whole one in it. */
static TaubeParse
take_line (Pop3Lines *self, const char **line, gsize *length, GError **error)
{
  const guint8 *end = memchr (self->rest, '\n', self->rest_length);
  const guint8 *start = self->rest;
  gsize n;

  if (end == NULL)
    return keep (self, error);
  n = (gsize) (end - start);
  self->rest += n + 1;
  self->rest_length -= n + 1;
  if (self->partial == NULL || self->partial->len == 0)
    return give_line (self, (const char *) start, n, line, length, error);
  g_string_append_len (self->partial, (const char *) start, (gssize) n);
  self->handed = TRUE;
  return give_line (self, self->partial->str, self->partial->len, line, length, error);
}

/* VALUE: LINE (not terminated, without its end and without the dot that was put before it) stays readable until the
 * next call or until the buffer is written to again; NULL is the end of the text. ERROR: TAUBE_ERROR_LIMIT. */
TaubeParse
pop3_lines_next (Pop3Lines *self, TaubeBuffer *input, const char **line, gsize *length, GError **error)
{
  self->dot.limit = self->text_limit;
  if (self->handed)
    {
      g_string_truncate (self->partial, 0);
      self->handed = FALSE;
    }
  for (;;)
    {
      TaubeParse result = TAUBE_PARSE_MORE;

      if (self->rest_length > 0)
        result = take_line (self, line, length, error);
      if (result != TAUBE_PARSE_MORE)
        return result;
      result = taube_dot_reader_next (&self->dot, input, &self->rest, &self->rest_length, error);
      if (result != TAUBE_PARSE_VALUE)
        {
          self->rest_length = 0;
          return result;
        }
      if (self->rest_length == 0)
        {
          *line = NULL;
          *length = 0;
          return TAUBE_PARSE_VALUE;
        }
    }
}

void
pop3_lines_clear (Pop3Lines *self)
{
  if (self->partial != NULL)
    g_string_free (self->partial, TRUE);
  self->partial = NULL;
}
