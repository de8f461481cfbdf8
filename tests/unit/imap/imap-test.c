/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-test.h"

void
feed_init (Feed *self, const TaubeLimits *limits)
{
  *self = (Feed){ .reader = imap_reader_new (limits != NULL ? limits : taube_limits_get_default ()) };
}

void
feed_clear (Feed *self)
{
  imap_reader_free (self->reader);
  taube_buffer_clear (&self->buffer);
  g_clear_error (&self->error);
}

/* Moves what is left into a new block of just the right size, so that a stale pointer is found. */
void
feed_bytes (Feed *self, const char *data, gsize length)
{
  TaubeBuffer fresh = { 0 };
  gsize left = taube_buffer_length (&self->buffer);

  fresh.data = g_malloc (left + length);
  fresh.size = left + length;
  if (left > 0)
    memcpy (fresh.data, taube_buffer_peek (&self->buffer), left);
  if (length > 0)
    memcpy (fresh.data + left, data, length);
  fresh.end = left + length;
  taube_buffer_clear (&self->buffer);
  self->buffer = fresh;
}

ImapParse
feed_next (Feed *self)
{
  g_clear_error (&self->error);
  return imap_reader_next (self->reader, &self->buffer, &self->event, &self->error);
}

const ImapResponse *
feed_response (Feed *self, const char *text)
{
  gsize length = strlen (text);
  gsize chunk = self->byte_by_byte && length < 5000 ? 1 : MAX (length, 1);
  ImapParse result = IMAP_PARSE_MORE;
  gsize fed = 0;

  do
    {
      gsize n = MIN (chunk, length - fed);

      feed_bytes (self, text + fed, n);
      fed += n;
      result = feed_next (self);
    }
  while (result == IMAP_PARSE_MORE && fed < length);
  g_assert_no_error (self->error);
  g_assert_cmpint (result, ==, IMAP_PARSE_VALUE);
  g_assert_cmpint (self->event.type, ==, IMAP_EVENT_RESPONSE);
  return self->event.response;
}

static void
dump_value (GString *out, const ImapValue *value)
{
  switch ((ImapValueType) value->type)
    {
    case IMAP_VALUE_LIST:
      {
        g_autofree char *members = dump_values (value->first);
        guint n = 0;

        for (const ImapValue *v = value->first; v != NULL; v = v->next)
          n++;
        g_assert_cmpuint (n, ==, value->length);
        g_string_append_printf (out, "(%s)", members);
        break;
      }
    case IMAP_VALUE_QUOTED:
      g_string_append_printf (out, "\"%s\"", value->text);
      break;
    case IMAP_VALUE_LITERAL:
      g_string_append_printf (out, "{%u}%s", value->length, value->text);
      break;
    case IMAP_VALUE_STREAMED:
      g_string_append_printf (out, "<%" G_GUINT64_FORMAT " streamed>", *value->streamed);
      break;
    default:
      g_string_append (out, value->text);
      break;
    }
  if (value->type != IMAP_VALUE_LIST && value->type != IMAP_VALUE_STREAMED)
    g_assert_cmpint (value->text[value->length], ==, '\0');
  if (value->broken)
    g_string_append_c (out, '!');
}

char *
dump_values (const ImapValue *values)
{
  GString *out = g_string_new (NULL);

  for (const ImapValue *value = values; value != NULL; value = value->next)
    {
      if (value != values)
        g_string_append_c (out, ' ');
      dump_value (out, value);
    }
  return g_string_free (out, FALSE);
}

static void
dump_response (GString *out, const ImapResponse *response)
{
  g_autofree char *values = dump_values (response->values);
  g_autofree char *code_values = dump_values (response->code_values);

  if (response->tag != NULL)
    g_string_append_printf (out, "%s ", response->tag);
  if (response->has_number)
    g_string_append_printf (out, "%u ", response->number);
  if (response->type == IMAP_RESPONSE_UNKNOWN)
    g_string_append_printf (out, "?%s", response->name);
  else
    g_string_append (out, imap_response_type_get_name (response->type));
  if (response->code_name != NULL)
    g_string_append_printf (out, " [%s%s%s]", response->code_name, *code_values != '\0' ? " " : "", code_values);
  if (*values != '\0')
    g_string_append_printf (out, " %s", values);
  if (response->text_length > 0)
    g_string_append_printf (out, " |%s|", response->text);
  g_assert_cmpuint (strlen (response->text), ==, response->text_length);
  if (response->broken)
    g_string_append (out, " broken");
  g_string_append_c (out, '\n');
}

static void
dump_event (GString *out, const ImapEvent *event)
{
  switch (event->type)
    {
    case IMAP_EVENT_BODY_BEGIN:
      g_string_append_printf (out, "body %u/%u %s %" G_GUINT64_FORMAT "%s: ", event->body->seq, event->body->uid,
                              event->body->item, event->body->size, event->body->binary ? " binary" : "");
      break;
    case IMAP_EVENT_BODY_DATA:
      g_string_append_len (out, (const char *) event->data, event->length);
      break;
    case IMAP_EVENT_BODY_END:
      g_string_append (out, " end\n");
      break;
    case IMAP_EVENT_RESPONSE:
    default:
      dump_response (out, event->response);
      break;
    }
}

char *
dump_stream (const char *data, gsize length, gsize first, gsize chunk, ImapBodyFilter filter)
{
  GString *out = g_string_new (NULL);
  gsize fed = 0;
  ImapParse result = IMAP_PARSE_MORE;
  Feed feed;

  feed_init (&feed, NULL);
  imap_reader_set_body_filter (feed.reader, filter, NULL);
  while (result != IMAP_PARSE_ERROR && fed < length)
    {
      gsize n = fed == 0 && first > 0 ? MIN (first, length) : MIN (chunk, length - fed);

      feed_bytes (&feed, data + fed, n);
      fed += n;
      while ((result = feed_next (&feed)) == IMAP_PARSE_VALUE)
        dump_event (out, &feed.event);
    }
  if (result == IMAP_PARSE_ERROR)
    g_string_append_printf (out, "error %d: %s\n", feed.error->code, feed.error->message);
  else if (!imap_reader_is_idle (feed.reader))
    g_string_append (out, "unfinished\n");
  feed_clear (&feed);
  return g_string_free (out, FALSE);
}

char *
dump_at_every_split (const char *data, gsize length, ImapBodyFilter filter)
{
  g_autofree char *whole = dump_stream (data, length, 0, length, filter);

  for (gsize i = 1; i < length; i++)
    {
      g_autofree char *split = dump_stream (data, length, i, length, filter);

      g_assert_cmpstr (split, ==, whole);
    }
  for (gsize chunk = 1; chunk <= 3; chunk++)
    {
      g_autofree char *split = dump_stream (data, length, 0, chunk, filter);

      g_assert_cmpstr (split, ==, whole);
    }
  return g_steal_pointer (&whole);
}
