/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/discover-xml.h"

#include <string.h>

#include "ews/ews-parser.h"
#include "exchange-gettext.h"

#define DEPTH_MAXIMUM 32
#define ELEMENTS_MAXIMUM 10000

typedef struct
{
  TaubeArena *arena;
  EwsParser *parser;
  EwsNode *root, *current;
  GString *text;
} Reading;

static void
stop_for_size (Reading *self)
{
  ews_parser_stop (self->parser, TAUBE_ERROR_LIMIT, _ ("the answer is too long"));
}

/* The year at the end of the names differs between servers and within one answer. */
static EwsSpace
find_space (const char *text)
{
  if (text == NULL || strstr (text, "://schemas.microsoft.com/exchange/") != NULL)
    return EWS_SPACE_EWS;
  if (strstr (text, "://schemas.xmlsoap.org/soap/envelope/") != NULL
      || strstr (text, "://www.w3.org/2003/05/soap-envelope") != NULL)
    return EWS_SPACE_SOAP;
  return EWS_SPACE_OTHER;
}

static void
on_start (const char *name, const char *uri, guint n_attributes, gconstpointer attributes, gpointer user_data)
{
  Reading *self = user_data;
  EwsNode *node = taube_arena_alloc (self->arena, sizeof *node);
  const char *copy = taube_arena_strndup (self->arena, name, strlen (name));

  if (node == NULL || copy == NULL)
    {
      stop_for_size (self);
      return;
    }
  *node = (EwsNode){ .space = find_space (uri), .name = copy, .text = "", .parent = self->current };
  if (self->current == NULL)
    self->root = node;
  else if (self->current->last_child == NULL)
    self->current->children = self->current->last_child = node;
  else
    self->current->last_child = self->current->last_child->next = node;
  self->current = node;
  g_string_truncate (self->text, 0);
}

static void
on_end (gpointer user_data)
{
  Reading *self = user_data;
  EwsNode *node = self->current;

  if (node->children == NULL)
    {
      g_autofree char *clean = g_strstrip (g_strdup (self->text->str));

      node->text = taube_arena_strndup (self->arena, clean, strlen (clean));
      if (node->text == NULL)
        {
          node->text = "";
          stop_for_size (self);
        }
    }
  g_string_truncate (self->text, 0);
  self->current = node->parent;
}

static void
on_text (const char *text, gsize length, gpointer user_data)
{
  Reading *self = user_data;

  if (self->current != NULL)
    g_string_append_len (self->text, text, (gssize)length);
}

static const EwsParserFuncs funcs = { .start = on_start, .end = on_end, .text = on_text };

/* Of which kind of UTF-16 the first characters are; NULL: of none.                    (XML 1.0, appendix F) */
static const char *
sniff (const guint8 *data, gsize length)
{
  if (length < 2)
    return NULL;
  if ((data[0] == 0xff && data[1] == 0xfe) || (data[0] == '<' && data[1] == 0))
    return "UTF-16LE";
  if ((data[0] == 0xfe && data[1] == 0xff) || (data[0] == 0 && data[1] == '<'))
    return "UTF-16BE";
  return NULL;
}

/* Past the mark and the declaration: servers that make a text first and its bytes later declare UTF-16 and send
 * UTF-8. */
static void
skip_declaration (const char **text, gsize *length)
{
  const char *end = NULL;

  if (*length >= 3 && memcmp (*text, "\xef\xbb\xbf", 3) == 0)
    {
      *text += 3;
      *length -= 3;
    }
  if (*length >= 6 && memcmp (*text, "<?xml", 5) == 0 && g_ascii_isspace ((*text)[5]))
    end = g_strstr_len (*text, (gssize)MIN (*length, 200), "?>");
  if (end == NULL)
    return;
  *length -= (gsize)(end + 2 - *text);
  *text = end + 2;
}

static gboolean
parse (Reading *self, const guint8 *data, gsize length, GError **error)
{
  const char *encoding = sniff (data, length), *text = (const char *)data;
  g_autofree char *converted = NULL;

  if (encoding != NULL)
    {
      text = converted = g_convert (text, (gssize)length, "UTF-8", encoding, NULL, &length, NULL);
      if (converted == NULL)
        {
          g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, _ ("the server's answer is no %s"), encoding);
          return FALSE;
        }
    }
  skip_declaration (&text, &length);
  return ews_parser_feed (self->parser, text, length, error) && ews_parser_end (self->parser, error);
}

const EwsNode *
discover_xml_parse (TaubeArena *arena, const guint8 *data, gsize length, GError **error)
{
  Reading self = { .arena = arena };
  gboolean good;

  if (length > DISCOVER_BYTES)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT, _ ("the answer is too long"));
      return NULL;
    }
  self.text = g_string_new (NULL);
  self.parser = ews_parser_new (&funcs, &self, DEPTH_MAXIMUM, ELEMENTS_MAXIMUM);
  good = parse (&self, data, length, error);
  ews_parser_free (self.parser);
  g_string_free (self.text, TRUE);
  return good ? self.root : NULL;
}
