/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-framer.h"

#include <inttypes.h>
#include <string.h>

#include <taube/taube-error.h>

#include "imap-gettext.h"

typedef enum
{
  STATE_START,         /* before the first byte of a response */
  STATE_LINE,          /* in a response, behind a literal */
  STATE_LITERAL_BEGIN, /* the {n} was read but not told yet */
  STATE_LITERAL_CHECK, /* it was told; the consumer has had its chance to take it as a body */
  STATE_LITERAL_DATA,
  STATE_END,           /* the last line was told, the end was not */
} FramerState;

/* What stands at the end of a line. */
typedef struct
{
  gsize start; /* of "{" or "~{" */
  guint64 size;
  gboolean binary;
} Announcement;

void
imap_framer_init (ImapFramer *self, const TaubeLimits *limits)
{
  *self = (ImapFramer){ .limits = limits, .state = STATE_START };
}

/* Whether not one byte of an unfinished response was taken. */
gboolean
imap_framer_is_between_responses (const ImapFramer *self)
{
  return self->state == STATE_START && self->scanned == 0;
}

/* Lets the literal that was just announced be as long as a body may be: its data is not kept. */
void
imap_framer_accept_body (ImapFramer *self)
{
  g_return_if_fail (self->state == STATE_LITERAL_CHECK);

  self->body_accepted = TRUE;
}

static ImapParse
fail (GError **error, TaubeError code, const char *format, ...) G_GNUC_PRINTF (3, 4);

static ImapParse
fail (GError **error, TaubeError code, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  if (error != NULL)
    *error = g_error_new_valist (TAUBE_ERROR, code, format, args);
  va_end (args);
  return IMAP_PARSE_ERROR;
}

/* Some servers send NUL bytes or empty lines between responses. */
static void
skip_filler (ImapFramer *self, TaubeBuffer *in)
{
  const guint8 *data = taube_buffer_peek (in);
  gsize length = taube_buffer_length (in);
  gsize n = 0;

  while (n < length && (data[n] == '\0' || data[n] == '\r' || data[n] == '\n'))
    n++;
  if (n > 0)
    {
      self->work += n;
      taube_buffer_consume (in, n);
    }
}

static gboolean
starts_with_word (const guint8 *data, gsize length, const char *word)
{
  gsize n = strlen (word);

  return length >= n && g_ascii_strncasecmp ((const char *) data, word, n) == 0 && (length == n || data[n] == ' ');
}

/* The words of a human after OK, NO, BAD, BYE, PREAUTH and "+" may end in "{5}"; that is no literal. */
static gboolean
is_status_response (const guint8 *line, gsize length)
{
  const guint8 *rest;

  if (length > 0 && line[0] == '+')
    return TRUE;
  rest = memchr (line, ' ', MIN (length, 64));
  if (rest == NULL)
    return FALSE;
  while (rest < line + length && *rest == ' ')
    rest++;
  length -= rest - line;
  if (length < 2)
    return FALSE;
  switch (rest[0] | 0x20)
    {
    case 'o':
      return starts_with_word (rest, length, "OK");
    case 'n':
      return starts_with_word (rest, length, "NO");
    case 'b':
      return starts_with_word (rest, length, "BAD") || starts_with_word (rest, length, "BYE");
    case 'p':
      return starts_with_word (rest, length, "PREAUTH");
    default:
      return rest[0] == '[';
    }
}

/* A search in a large folder answers with one line of numbers, which may be longer than other lines. */
static gboolean
may_be_long (const guint8 *line, gsize length)
{
  static const char *const words[] = { "SEARCH", "ESEARCH", "SORT", "THREAD", "VANISHED" };

  if (length < 2 || line[0] != '*' || line[1] != ' ')
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (starts_with_word (line + 2, length - 2, words[i]))
      return TRUE;
  return FALSE;
}

static gboolean
line_fits (ImapFramer *self, const guint8 *line, gsize length)
{
  if (G_LIKELY (length <= self->limits->line_bytes))
    return TRUE;
  return self->state == STATE_START && length <= self->limits->response_bytes && may_be_long (line, length);
}

/* literal  = "{" number64 ["+"] "}" CRLF *CHAR8
 * literal8 = "~{" number64 ["+"] "}" CRLF *OCTET                    (RFC 9051)
 *
 * Finds one at the end of LINE; what only looks alike, since something else than a separator stands before it, is text.
 * Gives MORE when there is none. */
static ImapParse
find_announcement (ImapFramer *self, const guint8 *line, gsize length, Announcement *found, GError **error)
{
  gsize end = length - 1; /* of "}" */
  gsize digits, last;
  guint64 size = 0;
  gboolean negative;

  if (end > 0 && (line[end - 1] == '+' || line[end - 1] == '-'))
    end--;
  for (digits = end; digits > 0 && g_ascii_isdigit (line[digits - 1]); digits--)
    ;
  last = digits;
  negative = digits > 0 && line[digits - 1] == '-';
  if (negative)
    digits--;
  if (last == end || digits == 0 || line[digits - 1] != '{')
    return IMAP_PARSE_MORE;

  found->start = digits - 1;
  found->binary = found->start > 0 && line[found->start - 1] == '~';
  if (found->binary)
    found->start--;
  if (found->start > 0 && strchr (" ([]>", line[found->start - 1]) == NULL)
    return IMAP_PARSE_MORE;
  if (negative)
    return fail (error, TAUBE_ERROR_PROTOCOL, _ ("reading a response: literal of negative size"));
  self->work += end - last;
  for (gsize i = last; i < end; i++)
    {
      guint digit = line[i] - '0';

      if (size > ((guint64) G_MAXINT64 - digit) / 10)
        return fail (error, TAUBE_ERROR_PROTOCOL, _ ("reading a response: size of a literal does not fit in 63 bits"));
      size = size * 10 + digit;
    }
  found->size = size;
  return IMAP_PARSE_VALUE;
}

/* Counts what is kept of the response; FALSE when that is too much. */
static gboolean
count_bytes (ImapFramer *self, guint64 length)
{
  if (length > self->limits->response_bytes - self->response_bytes)
    return FALSE;
  self->response_bytes += length;
  return TRUE;
}

/* LINE holds a whole line: works out what follows it. */
static ImapParse
end_line (ImapFramer *self, ImapFrame *frame, GError **error)
{
  const guint8 *line = frame->data;
  Announcement found = { 0 };
  ImapParse result;

  if (self->state == STATE_START)
    self->status_response = is_status_response (line, frame->length);
  self->state = STATE_END;
  frame->more = FALSE;
  if (frame->length < 3 || line[frame->length - 1] != '}')
    return IMAP_PARSE_VALUE;
  if (self->status_response && (memchr (line, '[', frame->length) == NULL || memchr (line, ']', frame->length) != NULL))
    return IMAP_PARSE_VALUE;

  result = find_announcement (self, line, frame->length, &found, error);
  if (result == IMAP_PARSE_ERROR)
    return result;
  if (result == IMAP_PARSE_VALUE)
    {
      frame->length = found.start;
      frame->more = TRUE;
      self->literal_size = self->literal_left = found.size;
      self->literal_binary = found.binary;
      self->body_accepted = FALSE;
      self->state = STATE_LITERAL_BEGIN;
    }
  return IMAP_PARSE_VALUE;
}

static ImapParse
next_line (ImapFramer *self, TaubeBuffer *in, ImapFrame *frame, GError **error)
{
  const guint8 *line, *end;
  gsize length;

  if (self->state == STATE_START && self->scanned == 0)
    skip_filler (self, in);
  line = taube_buffer_peek (in);
  length = taube_buffer_length (in);
  if (length == 0)
    return IMAP_PARSE_MORE;

  /* Where the last call stopped: a line that comes byte by byte is searched once. */
  end = memchr (line + self->scanned, '\n', length - self->scanned);
  if (end != NULL)
    length = end - line;
  self->work += length - self->scanned;
  if (!line_fits (self, line, length))
    return fail (error, TAUBE_ERROR_LIMIT, _ ("reading a response: line of more than %zu bytes"),
                 self->limits->line_bytes);
  if (end == NULL)
    {
      self->scanned = length;
      return IMAP_PARSE_MORE;
    }
  if (!count_bytes (self, length))
    return fail (error, TAUBE_ERROR_LIMIT, _ ("reading a response: more than %zu bytes"), self->limits->response_bytes);

  self->scanned = 0;
  taube_buffer_consume (in, length + 1);
  while (length > 0 && line[length - 1] == '\r')
    length--;
  frame->type = IMAP_FRAME_LINE;
  frame->data = line;
  frame->length = length;
  return end_line (self, frame, error);
}

static ImapParse
check_literal (ImapFramer *self, GError **error)
{
  guint64 limit = self->body_accepted ? self->limits->body_bytes : self->limits->literal_bytes;

  if (self->literal_size > limit)
    return fail (error, TAUBE_ERROR_LIMIT,
                 _ ("reading a response: literal of %" PRIu64 " bytes where %" PRIu64 " are allowed"),
                 self->literal_size, limit);
  if (!self->body_accepted && !count_bytes (self, self->literal_size))
    return fail (error, TAUBE_ERROR_LIMIT, _ ("reading a response: more than %zu bytes"), self->limits->response_bytes);
  self->state = self->literal_left > 0 ? STATE_LITERAL_DATA : STATE_LINE;
  return IMAP_PARSE_VALUE;
}

static ImapParse
next_data (ImapFramer *self, TaubeBuffer *in, ImapFrame *frame)
{
  gsize length = taube_buffer_length (in);

  if (length == 0)
    return IMAP_PARSE_MORE;
  if (length > self->literal_left)
    length = self->literal_left;
  frame->type = IMAP_FRAME_LITERAL_DATA;
  frame->data = taube_buffer_peek (in);
  frame->length = length;
  taube_buffer_consume (in, length);
  self->literal_left -= length;
  self->work++;
  if (self->literal_left == 0)
    self->state = STATE_LINE;
  return IMAP_PARSE_VALUE;
}

/* Takes the next piece of a response out of IN. After ERROR the framer is of no more use.
 *
 * A response is LINE { LITERAL_BEGIN { LITERAL_DATA } LINE } END. */
ImapParse
imap_framer_next (ImapFramer *self, TaubeBuffer *in, ImapFrame *frame, GError **error)
{
  switch ((FramerState) self->state)
    {
    case STATE_LITERAL_BEGIN:
      *frame = (ImapFrame){ IMAP_FRAME_LITERAL_BEGIN, .size = self->literal_size, .binary = self->literal_binary };
      self->state = STATE_LITERAL_CHECK;
      return IMAP_PARSE_VALUE;

    case STATE_LITERAL_CHECK:
      if (check_literal (self, error) == IMAP_PARSE_ERROR)
        return IMAP_PARSE_ERROR;
      return imap_framer_next (self, in, frame, error);

    case STATE_LITERAL_DATA:
      return next_data (self, in, frame);

    case STATE_END:
      frame->type = IMAP_FRAME_END;
      self->state = STATE_START;
      self->response_bytes = 0;
      return IMAP_PARSE_VALUE;

    case STATE_START:
    case STATE_LINE:
    default:
      return next_line (self, in, frame, error);
    }
}
