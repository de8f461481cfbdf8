/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/discover-xml.h"

#include <string.h>

#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#include <taube/taube-error.h>

#include "ews/ews-filter.h"
#include "exchange-gettext.h"

#define DEPTH_MAXIMUM 32
#define ELEMENTS_MAXIMUM 10000

typedef struct
{
  TaubeArena *arena;
  xmlParserCtxtPtr parser;
  EwsNode *root, *current;
  GString *text;
  guint depth, elements;
  GError *error;
} Reading;

static void
stop (Reading *self, TaubeError code, const char *words)
{
  if (self->error == NULL)
    self->error = g_error_new_literal (TAUBE_ERROR, (int) code, words);
  xmlStopParser (self->parser);
}

/* The year at the end of the names differs between servers and within one answer. */
static EwsSpace
find_space (const xmlChar *uri)
{
  const char *text = (const char *) uri;

  if (text == NULL || strstr (text, "://schemas.microsoft.com/exchange/") != NULL)
    return EWS_SPACE_EWS;
  if (strstr (text, "://schemas.xmlsoap.org/soap/envelope/") != NULL
      || strstr (text, "://www.w3.org/2003/05/soap-envelope") != NULL)
    return EWS_SPACE_SOAP;
  return EWS_SPACE_OTHER;
}

static void
on_start (void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int n_namespaces,
          const xmlChar **namespaces, int n_attributes, int n_defaulted, const xmlChar **attributes)
{
  Reading *self = data;
  EwsNode *node;
  const char *copy;

  if (self->error != NULL)
    return;
  if (++self->depth > DEPTH_MAXIMUM || ++self->elements > ELEMENTS_MAXIMUM)
    {
      stop (self, TAUBE_ERROR_LIMIT, _ ("the answer has too many elements"));
      return;
    }
  node = taube_arena_alloc (self->arena, sizeof *node);
  copy = taube_arena_strndup (self->arena, (const char *) name, strlen ((const char *) name));
  if (node == NULL || copy == NULL)
    {
      stop (self, TAUBE_ERROR_LIMIT, _ ("the answer is too long"));
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
on_end (void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
  Reading *self = data;
  EwsNode *node = self->current;

  if (self->error != NULL)
    return;
  if (node->children == NULL)
    {
      g_autofree char *clean = g_strstrip (g_strdup (self->text->str));

      node->text = taube_arena_strndup (self->arena, clean, strlen (clean));
      if (node->text == NULL)
        {
          node->text = "";
          stop (self, TAUBE_ERROR_LIMIT, _ ("the answer is too long"));
        }
    }
  g_string_truncate (self->text, 0);
  self->depth--;
  self->current = node->parent;
}

static void
on_text (void *data, const xmlChar *text, int length)
{
  Reading *self = data;

  if (self->error == NULL && self->current != NULL)
    g_string_append_len (self->text, (const char *) text, length);
}

static void
on_doctype (void *data, const xmlChar *name, const xmlChar *external_id, const xmlChar *system_id)
{
  stop (data, TAUBE_ERROR_PROTOCOL, _ ("the server's answer has a document type definition, which is refused"));
}

static void
on_problem (void *data, xmlErrorPtr problem)
{
  Reading *self = data;
  g_autofree char *valid = NULL, *words = NULL;

  if (problem->level != XML_ERR_FATAL || problem->code == XML_ERR_USER_STOP || self->error != NULL)
    return;
  valid = g_utf8_make_valid (problem->message != NULL ? problem->message : "?", -1);
  words = g_strdup_printf (_ ("the server's answer is no XML: %s"), g_strchomp (valid));
  stop (self, TAUBE_ERROR_PROTOCOL, words);
}

static xmlEntityPtr
on_entity (void *data, const xmlChar *name)
{
  return xmlGetPredefinedEntity (name);
}

static xmlSAXHandler handler = {
  .initialized = XML_SAX2_MAGIC,
  .startElementNs = on_start,
  .endElementNs = on_end,
  .characters = on_text,
  .ignorableWhitespace = on_text,
  .cdataBlock = on_text,
  .internalSubset = on_doctype,
  .getEntity = on_entity,
  .serror = on_problem,
};

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

/* Clean UTF-8, without mark and declaration: servers that make a text first and its bytes later declare UTF-16 and send
 * UTF-8. */
static gboolean
make_clean (const guint8 *data, gsize length, TaubeBuffer *out, GError **error)
{
  const char *encoding = sniff (data, length);
  g_autofree char *converted = NULL;
  EwsFilter filter = { 0 };
  const char *text, *end;
  gsize size;

  if (encoding != NULL)
    {
      converted = g_convert ((const char *) data, (gssize) length, "UTF-8", encoding, NULL, &length, NULL);
      if (converted == NULL)
        {
          g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, _ ("the server's answer is no %s"), encoding);
          return FALSE;
        }
      data = (const guint8 *) converted;
    }
  ews_filter_feed (&filter, data, length, out);
  ews_filter_end (&filter, out);
  text = (const char *) taube_buffer_peek (out);
  size = taube_buffer_length (out);
  if (size >= 3 && memcmp (text, "\xef\xbb\xbf", 3) == 0)
    taube_buffer_consume (out, 3);
  text = (const char *) taube_buffer_peek (out);
  size = taube_buffer_length (out);
  end = size >= 6 && memcmp (text, "<?xml ", 6) == 0 ? g_strstr_len (text, (gssize) MIN (size, 200), "?>") : NULL;
  if (end != NULL)
    taube_buffer_consume (out, (gsize) (end + 2 - text));
  return TRUE;
}

const EwsNode *
discover_xml_parse (TaubeArena *arena, const guint8 *data, gsize length, GError **error)
{
  Reading self = { .arena = arena };
  TaubeBuffer clean = { 0 };

  if (length > DISCOVER_BYTES)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT, _ ("the answer is too long"));
      return NULL;
    }
  if (length > 0 && !make_clean (data, length, &clean, error))
    return NULL;
  self.text = g_string_new (NULL);
  self.parser = xmlCreatePushParserCtxt (&handler, &self, NULL, 0, NULL);
  xmlCtxtUseOptions (self.parser, XML_PARSE_NONET | XML_PARSE_COMPACT);
  if (taube_buffer_length (&clean) > 0)
    xmlParseChunk (self.parser, (const char *) taube_buffer_peek (&clean), (int) taube_buffer_length (&clean), FALSE);
  if (self.error == NULL)
    xmlParseChunk (self.parser, "", 0, TRUE);
  if (self.error == NULL && (!self.parser->wellFormed || self.root == NULL))
    stop (&self, TAUBE_ERROR_PROTOCOL, _ ("the server's answer is empty or ends in the middle"));
  xmlFreeParserCtxt (self.parser);
  g_string_free (self.text, TRUE);
  taube_buffer_clear (&clean);
  if (self.error == NULL)
    return self.root;
  g_propagate_error (error, self.error);
  return NULL;
}
