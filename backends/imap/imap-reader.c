/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-reader.h"

#include <string.h>

#include <taube/taube-error.h>

#include "imap-gettext.h"

struct _ImapReader
{
  const TaubeLimits *limits;
  ImapFramer framer;
  TaubeArena *arena;
  ImapValueParser *parser;
  ImapBodyFilter filter;
  gpointer filter_data;

  ImapResponse response;
  ImapBodyInfo body;
  gboolean started;    /* the first line of the response was read */
  gboolean told;       /* the response was told: the next call starts another */
  gboolean in_code;    /* a literal came before the "]" of a response code */
  gboolean streaming;  /* the literal goes to its sink */
  char *literal;       /* where the rest of a literal that is kept goes */
};

ImapReader *
imap_reader_new (const TaubeLimits *limits)
{
  ImapReader *self = g_new0 (ImapReader, 1);

  self->limits = limits;
  imap_framer_init (&self->framer, limits);
  self->arena = taube_arena_new (limits->response_bytes);
  self->parser = imap_value_parser_new (self->arena, limits);
  return self;
}

void
imap_reader_free (ImapReader *self)
{
  imap_value_parser_free (self->parser);
  taube_arena_free (self->arena);
  g_free (self);
}

static void
begin_response (ImapReader *self)
{
  taube_arena_reset (self->arena);
  imap_value_parser_begin (self->parser);
  self->response = (ImapResponse){ .text = "" };
  self->started = self->told = self->in_code = self->streaming = FALSE;
  self->literal = NULL;
}

/* Who is asked whether a literal in a FETCH response shall be streamed; NULL: none. */
void
imap_reader_set_body_filter (ImapReader *self, ImapBodyFilter filter, gpointer user_data)
{
  self->filter = filter;
  self->filter_data = user_data;
}

/* Whether no byte of an unfinished response was taken. What is in the read buffer is for the caller to look at. */
gboolean
imap_reader_is_idle (const ImapReader *self)
{
  return imap_framer_is_between_responses (&self->framer);
}

/* Gives back what the last response took: to be called when the connection is parked. The response is gone then. */
void
imap_reader_release_memory (ImapReader *self)
{
  if (imap_reader_is_idle (self))
    {
      begin_response (self);
      taube_arena_release_memory (self->arena);
    }
}

/* What decoders allocate from: it is reset when the next response begins. */
TaubeArena *
imap_reader_get_arena (ImapReader *self)
{
  return self->arena;
}

/* How many bytes were looked at to find the ends of lines, for tests. */
guint64
imap_reader_get_work (const ImapReader *self)
{
  return self->framer.work;
}

static char *
skip_spaces (char *text)
{
  while (*text == ' ')
    text++;
  return text;
}

/* Ends the word that starts at TEXT and returns what is behind it. */
static char *
end_word (char *text, gsize *length)
{
  char *end = text;

  while (*end != ' ' && *end != '\0')
    end++;
  *length = end - text;
  if (*end == '\0')
    return end;
  *end = '\0';
  return skip_spaces (end + 1);
}

static void
set_text (ImapReader *self, char *text, char *end)
{
  text = skip_spaces (text);
  while (end > text && (end[-1] == ' ' || end[-1] == '\t'))
    end--;
  *end = '\0';
  self->response.text = text;
  self->response.text_length = end - text;
}

/* The "]" that ends a code, or NULL. Flags in it may hold brackets, but then they are between parentheses. */
static char *
find_code_end (char *text, char *end)
{
  guint depth = 0;

  for (char *p = text; p < end; p++)
    {
      if (*p == ']' && depth == 0)
        return p;
      if (*p == '(')
        depth++;
      else if (*p == ')' && depth > 0)
        depth--;
      else if (*p == '"' && (p = memchr (p + 1, '"', end - p - 1)) == NULL)
        break;
    }
  return memchr (text, ']', end - text);
}

/* resp-text      = ["[" resp-text-code "]" SP] [text]
 * resp-text-code = atom [SP 1*<any TEXT-CHAR except "]">]            (RFC 9051)
 *
 * The text may be missing. With MORE there is a literal behind this line, which a code may hold. */
static gboolean
parse_code (ImapReader *self, char *text, char *end, gboolean more)
{
  char *code_end = self->in_code ? memchr (text, ']', end - text) : find_code_end (text, end);

  self->in_code = more && code_end == NULL;
  if (code_end == NULL && !more)
    self->response.broken = TRUE;
  if (code_end == NULL)
    return imap_value_parser_add_line (self->parser, text, end - text, FALSE);
  set_text (self, code_end + 1, end);
  *code_end = '\0';
  return imap_value_parser_add_line (self->parser, text, code_end - text, FALSE);
}

/* response-data = "*" SP (resp-cond-state / resp-cond-bye / mailbox-data / message-data / capability-data / …) CRLF
 * response-done = tag SP resp-cond-state CRLF
 * continue-req  = "+" SP (resp-text / base64) CRLF                   (RFC 9051)
 *
 * Reads up to the arguments and returns them. */
static char *
parse_head (ImapReader *self, char *line)
{
  ImapResponse *response = &self->response;
  char *text = skip_spaces (line);
  char *word = text;
  gsize length;
  guint64 number;

  response->name = "";
  if (*text == '+')
    {
      response->type = IMAP_RESPONSE_CONTINUATION;
      return text + 1;
    }
  text = end_word (text, &length);
  if (!(length == 1 && *word == '*'))
    response->tag = word;
  if (*text == '[')
    {
      /* "* [COPYUID …] done" without a condition, as home.pl sends it */
      response->type = response->tag == NULL ? IMAP_RESPONSE_OK : IMAP_RESPONSE_UNKNOWN;
      return text;
    }
  word = text;
  text = end_word (text, &length);
  if (response->tag == NULL && g_ascii_isdigit (*word) && imap_number_parse (word, length, &number)
      && number <= G_MAXUINT32)
    {
      response->has_number = TRUE;
      response->number = number;
      word = text;
      text = end_word (text, &length);
    }
  response->name = word;
  response->type = imap_response_type_from_name (word, length);
  if (response->tag != NULL && !imap_response_is_status (response))
    response->type = IMAP_RESPONSE_UNKNOWN;
  return text;
}

static gboolean
parse_first_line (ImapReader *self, char *line, gsize length, gboolean more)
{
  char *end = line + length;
  char *text = parse_head (self, line);

  switch (self->response.type)
    {
    case IMAP_RESPONSE_OK:
    case IMAP_RESPONSE_NO:
    case IMAP_RESPONSE_BAD:
    case IMAP_RESPONSE_PREAUTH:
    case IMAP_RESPONSE_BYE:
      if (*text == '[')
        return parse_code (self, text + 1, end, more);
      set_text (self, text, end);
      return TRUE;
    case IMAP_RESPONSE_CONTINUATION:
    case IMAP_RESPONSE_SEARCH:
    case IMAP_RESPONSE_SORT:
    case IMAP_RESPONSE_THREAD:
      set_text (self, text, end);
      return TRUE;
    default:
      return imap_value_parser_add_line (self->parser, text, end - text,
                                         self->response.type == IMAP_RESPONSE_FETCH);
    }
}

/* Copies a line into the arena and parses it there. FALSE: no room. */
static gboolean
on_line (ImapReader *self, const ImapFrame *frame)
{
  char *line = taube_arena_strndup (self->arena, (const char *) frame->data, frame->length);

  if (line == NULL)
    return FALSE;
  if (G_UNLIKELY (memchr (line, '\0', frame->length) != NULL))
    for (gsize i = 0; i < frame->length; i++)
      line[i] = line[i] != '\0' ? line[i] : '?';
  if (!self->started)
    {
      self->started = TRUE;
      return parse_first_line (self, line, frame->length, frame->more);
    }
  if (self->in_code)
    return parse_code (self, line, line + frame->length, frame->more);
  return imap_value_parser_add_line (self->parser, line, frame->length, self->response.type == IMAP_RESPONSE_FETCH);
}

/* What the server said so far about the literal that begins. FALSE when it belongs to no message. */
static gboolean
describe_body (ImapReader *self, const ImapFrame *frame)
{
  const ImapValue *last = imap_value_parser_get_last (self->parser);
  const ImapValue *items = imap_value_parser_get_open (self->parser, 1);

  if (self->response.type != IMAP_RESPONSE_FETCH || items == NULL || imap_value_parser_get_depth (self->parser) != 1
      || last == NULL || last->type != IMAP_VALUE_ATOM)
    return FALSE;
  self->body = (ImapBodyInfo){ .seq = self->response.number, .item = last->text, .size = frame->size,
                               .binary = frame->binary };
  for (const ImapValue *item = items->first; item != NULL && item->next != NULL; item = item->next->next)
    if (imap_value_is_atom (item, "UID"))
      imap_value_get_uint32 (item->next, &self->body.uid);
  return TRUE;
}

/* FALSE: no room. */
static gboolean
on_literal (ImapReader *self, const ImapFrame *frame)
{
  if (self->filter != NULL && describe_body (self, frame) && self->filter (&self->body, self->filter_data))
    {
      imap_framer_accept_body (&self->framer);
      self->streaming = TRUE;
      return imap_value_parser_add_streamed (self->parser, frame->size);
    }
  /* The framer refuses it at the next call. */
  if (frame->size > self->limits->literal_bytes)
    return TRUE;
  self->literal = imap_value_parser_add_literal (self->parser, frame->size);
  return self->literal != NULL;
}

static void
on_end (ImapReader *self)
{
  ImapResponse *response = &self->response;
  ImapValue *values = imap_value_parser_finish (self->parser);

  response->broken |= imap_value_parser_is_broken (self->parser);
  self->told = TRUE;
  if (!imap_response_is_status (response))
    {
      response->values = values;
      return;
    }
  if (values == NULL || values->type != IMAP_VALUE_ATOM)
    {
      response->broken |= values != NULL;
      return;
    }
  response->code = imap_code_from_name (values->text, values->length);
  response->code_name = values->text;
  response->code_values = values->next;
}

static ImapParse
fail_full (GError **error)
{
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT, _ ("reading a response: it takes more memory than is allowed"));
  return IMAP_PARSE_ERROR;
}

/* Handles one frame; MORE when there is nothing to tell about it. */
static ImapParse
on_frame (ImapReader *self, const ImapFrame *frame, ImapEvent *event, GError **error)
{
  switch (frame->type)
    {
    case IMAP_FRAME_LINE:
      return on_line (self, frame) ? IMAP_PARSE_MORE : fail_full (error);

    case IMAP_FRAME_LITERAL_BEGIN:
      if (!on_literal (self, frame))
        return fail_full (error);
      if (!self->streaming)
        return IMAP_PARSE_MORE;
      *event = (ImapEvent){ IMAP_EVENT_BODY_BEGIN, .body = &self->body };
      return IMAP_PARSE_VALUE;

    case IMAP_FRAME_LITERAL_DATA:
      if (!self->streaming)
        {
          self->literal = (char *) memcpy (self->literal, frame->data, frame->length) + frame->length;
          return IMAP_PARSE_MORE;
        }
      *event = (ImapEvent){ IMAP_EVENT_BODY_DATA, .body = &self->body, .data = frame->data, .length = frame->length };
      return IMAP_PARSE_VALUE;

    case IMAP_FRAME_END:
    default:
      on_end (self);
      *event = (ImapEvent){ IMAP_EVENT_RESPONSE, .response = &self->response };
      return IMAP_PARSE_VALUE;
    }
}

/* Reads on until there is something to tell. Pointers in EVENT are good until the next call; the data of a body until
 * IN is written to. After ERROR (LIMIT, PROTOCOL) the stream is out of step and the reader of no more use.
 *
 * The events of a response are { BODY_BEGIN { BODY_DATA } BODY_END } RESPONSE. */
ImapParse
imap_reader_next (ImapReader *self, TaubeBuffer *in, ImapEvent *event, GError **error)
{
  ImapFrame frame;
  ImapParse result;

  if (self->told || !self->started)
    begin_response (self);
  do
    {
      if (self->streaming && self->framer.literal_left == 0)
        {
          self->streaming = FALSE;
          *event = (ImapEvent){ IMAP_EVENT_BODY_END, .body = &self->body };
          return IMAP_PARSE_VALUE;
        }
      result = imap_framer_next (&self->framer, in, &frame, error);
      if (result != IMAP_PARSE_VALUE)
        return result;
      result = on_frame (self, &frame, event, error);
    }
  while (result == IMAP_PARSE_MORE);
  return result;
}
