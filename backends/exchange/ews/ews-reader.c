/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ews/ews-reader.h"

#include <string.h>

#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#include <taube/taube-error.h>
#include <taube-backend/taube-arena.h>

#include "ews/ews-filter.h"
#include "exchange-gettext.h"

/* At most this much is given to the parser at once. */
#define FEED_MAXIMUM (64 << 10)
#define ATTRIBUTES_MAXIMUM 64

/* Where in an envelope the parser is. */
typedef enum
{
  PLACE_START,    /* outside */
  PLACE_ENVELOPE,
  PLACE_HEADER,
  PLACE_BODY,
  PLACE_ANSWER,   /* the answer to an operation */
  PLACE_MESSAGES, /* m:ResponseMessages in it */
  PLACE_SKIPPED,  /* what nobody knows */
} Place;

struct _EwsReader
{
  const TaubeLimits *limits;
  const EwsReaderFuncs *funcs;
  gpointer user_data;
  const char *stream_name;
  const char *answer_name;
  gboolean many;

  xmlParserCtxtPtr parser;
  EwsFilter filter;
  TaubeBuffer clean;
  GError *error;

  GArray *places;      /* of Place: from the envelope down to where a tree begins */
  guint depth;
  gboolean begun;      /* the parser has had a byte of this document */
  gboolean in_envelope;
  gboolean had_body;
  guint n_envelopes;
  guint n_messages;
  guint n_units;

  EwsNode *tree;       /* of the outer arena: what is being read */
  EwsNode *current;    /* innermost open element of the tree, or of the unit */
  EwsNode *container;  /* whose children are units */
  EwsNode *unit;       /* of the inner arena */
  gboolean streaming;
  gboolean dropping;    /* text that nobody wants */
  guint tree_depth;    /* of elements open in it */
  TaubeArena *outer, *inner;
  TaubeBuffer text;
};

static const char *const containers[] = { "Items", "Folders", "Changes", "Notifications", NULL };

static const struct
{
  const char *uri;
  EwsSpace space;
} spaces[] = {
  { "schemas.microsoft.com/exchange/services/2006/types", EWS_SPACE_EWS },
  { "schemas.microsoft.com/exchange/services/2006/messages", EWS_SPACE_EWS },
  { "schemas.microsoft.com/exchange/services/2006/errors", EWS_SPACE_EWS },
  { "schemas.xmlsoap.org/soap/envelope/", EWS_SPACE_SOAP },
  { "www.w3.org/2003/05/soap-envelope", EWS_SPACE_SOAP },
};

static EwsSpace
find_space (const xmlChar *uri)
{
  const char *text = (const char *) uri;

  if (text == NULL)
    return EWS_SPACE_NONE;
  /* What documents write as https is http on the wire; a server written after them is understood too. */
  if (g_str_has_prefix (text, "https://"))
    text += 8;
  else if (g_str_has_prefix (text, "http://"))
    text += 7;
  for (guint i = 0; i < G_N_ELEMENTS (spaces); i++)
    if (strcmp (text, spaces[i].uri) == 0)
      return spaces[i].space;
  return EWS_SPACE_OTHER;
}

/* Failing. */

static void stop (EwsReader *self, TaubeError code, const char *format, ...) G_GNUC_PRINTF (3, 4);

static void
stop (EwsReader *self, TaubeError code, const char *format, ...)
{
  va_list args;

  if (self->error == NULL)
    {
      va_start (args, format);
      self->error = g_error_new_valist (TAUBE_ERROR, (int) code, format, args);
      va_end (args);
    }
  xmlStopParser (self->parser);
}

static void
check (EwsReader *self, gboolean good)
{
  if (good)
    return;
  if (self->error == NULL)
    g_set_error (&self->error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, _ ("the server's answer cannot be used"));
  xmlStopParser (self->parser);
}

static void
stop_for_size (EwsReader *self)
{
  stop (self, TAUBE_ERROR_LIMIT, _ ("one element of the server's answer takes more than %u MiB of memory"),
        (guint) (self->limits->response_bytes >> 20));
}

/* Nodes. */

static EwsNode *
new_node (EwsReader *self, TaubeArena *arena, EwsSpace space, const char *name)
{
  EwsNode *node = taube_arena_alloc (arena, sizeof *node);
  const char *copy = taube_arena_strndup (arena, name, strlen (name));

  if (node == NULL || copy == NULL)
    {
      stop_for_size (self);
      return NULL;
    }
  *node = (EwsNode){ .space = space, .name = copy, .text = "" };
  return node;
}

/* As the parser gives them: name, prefix, namespace, first and last byte of the value. */
static void
add_attributes (EwsReader *self, TaubeArena *arena, EwsNode *node, int n, const xmlChar **attributes)
{
  if (n > ATTRIBUTES_MAXIMUM)
    {
      stop (self, TAUBE_ERROR_LIMIT, _ ("the server's answer has an element with %d attributes"), n);
      return;
    }
  for (int i = 0; i < n; i++, attributes += 5)
    {
      EwsAttribute *attribute = taube_arena_alloc (arena, sizeof *attribute);
      const char *name = (const char *) attributes[0], *value = (const char *) attributes[3];

      if (attribute != NULL)
        {
          attribute->name = taube_arena_strndup (arena, name, strlen (name));
          attribute->value = taube_arena_strndup (arena, value, (gsize) (attributes[4] - attributes[3]));
        }
      if (attribute == NULL || attribute->name == NULL || attribute->value == NULL)
        {
          stop_for_size (self);
          return;
        }
      attribute->next = node->attributes;
      node->attributes = attribute;
    }
}

static void
append_child (EwsNode *parent, EwsNode *child)
{
  child->parent = parent;
  if (parent->last_child != NULL)
    parent->last_child->next = child;
  else
    parent->children = child;
  parent->last_child = child;
}

/* Whether what begins now is a unit: the child of a container that is not itself inside of a unit. */
static gboolean
begins_unit (const EwsReader *self)
{
  return self->unit == NULL && self->container != NULL && self->current == self->container;
}

/* Attachments are one by themselves, and a property of an item. */
static gboolean
is_container (const EwsReader *self, const EwsNode *node)
{
  gboolean named = g_strv_contains (containers, node->name)
                   || (strcmp (node->name, "Attachments") == 0 && node->parent == self->tree);

  return node->space == EWS_SPACE_EWS && named
         && self->places->len > 0 && g_array_index (self->places, Place, self->places->len - 1) != PLACE_HEADER;
}

static void
open_node (EwsReader *self, EwsSpace space, const char *name, int n_attributes, const xmlChar **attributes)
{
  gboolean unit = begins_unit (self);
  TaubeArena *arena = unit || self->unit != NULL ? self->inner : self->outer;
  EwsNode *node = new_node (self, arena, space, name);

  if (node == NULL)
    return;
  add_attributes (self, arena, node, n_attributes, attributes);
  if (unit)
    {
      node->parent = self->container;
      self->unit = node;
      if (++self->n_units > self->limits->messages)
        stop (self, TAUBE_ERROR_LIMIT, _ ("the server's answer has more than %u items"), self->limits->messages);
    }
  else if (self->current != NULL)
    append_child (self->current, node);
  else
    self->tree = node;
  if (self->unit == NULL && self->container == NULL && is_container (self, node))
    self->container = node;
  self->current = node;
  self->tree_depth++;
  self->streaming = self->stream_name != NULL && ews_node_is (node, self->stream_name);
  self->dropping = self->stream_name != NULL && !self->streaming && ews_node_is (node, "Body");
  self->text.start = self->text.end = 0;
}

static void
close_text (EwsReader *self, EwsNode *node)
{
  gsize length = taube_buffer_length (&self->text);

  if (node->children == NULL && length > 0)
    {
      node->text = taube_arena_strndup (self->unit != NULL ? self->inner : self->outer,
                                        (const char *) taube_buffer_peek (&self->text), length);
      if (node->text == NULL)
        {
          node->text = "";
          stop_for_size (self);
        }
    }
  self->text.start = self->text.end = 0;
}

/* The tree is complete: who wants it is told by the place where it stands. */
static void
deliver_tree (EwsReader *self)
{
  EwsNode *tree = g_steal_pointer (&self->tree);
  Place place = g_array_index (self->places, Place, self->places->len - 1);

  if (place == PLACE_HEADER && self->funcs->header != NULL)
    check (self, self->funcs->header (tree, self->user_data, &self->error));
  else if (place == PLACE_BODY && self->funcs->fault != NULL)
    check (self, self->funcs->fault (tree, self->user_data, &self->error));
  else if (place == PLACE_ANSWER || place == PLACE_MESSAGES)
    {
      if (self->funcs->message != NULL)
        check (self, self->funcs->message (tree, self->n_messages, self->user_data, &self->error));
      self->n_messages++;
    }
  taube_arena_reset (self->outer);
}

static void
close_node (EwsReader *self)
{
  EwsNode *node = self->current;

  close_text (self, node);
  self->streaming = self->dropping = FALSE;
  self->tree_depth--;
  self->current = node->parent;
  if (node == self->unit)
    {
      self->unit = NULL;
      if (self->error == NULL && self->funcs->unit != NULL)
        check (self, self->funcs->unit (node, self->tree, self->n_messages, self->user_data, &self->error));
      taube_arena_reset (self->inner);
      return;
    }
  if (node == self->container)
    self->container = NULL;
  if (self->current == NULL && self->error == NULL)
    deliver_tree (self);
}

/* Places. */

static void
push_place (EwsReader *self, Place place)
{
  g_array_append_val (self->places, place);
}

static void
enter_answer (EwsReader *self, EwsSpace space, const char *name)
{
  self->n_messages = 0;
  self->n_units = 0;
  if (self->answer_name != NULL && (space != EWS_SPACE_EWS || strcmp (name, self->answer_name) != 0))
    stop (self, TAUBE_ERROR_PROTOCOL, _ ("the server answered another question: %s in place of %s"), name,
          self->answer_name);
  push_place (self, PLACE_ANSWER);
}

static void
enter_start (EwsReader *self, EwsSpace space, const char *name)
{
  if (space != EWS_SPACE_SOAP || strcmp (name, "Envelope") != 0)
    stop (self, TAUBE_ERROR_PROTOCOL, _ ("the server's answer is no SOAP: it begins with <%s>"), name);
  self->in_envelope = TRUE;
  self->had_body = FALSE;
  push_place (self, PLACE_ENVELOPE);
}

static void
enter_envelope (EwsReader *self, EwsSpace space, const char *name)
{
  if (space == EWS_SPACE_SOAP && strcmp (name, "Header") == 0)
    push_place (self, PLACE_HEADER);
  else if (space == EWS_SPACE_SOAP && strcmp (name, "Body") == 0)
    {
      self->had_body = TRUE;
      push_place (self, PLACE_BODY);
    }
  else
    push_place (self, PLACE_SKIPPED);
}

/* TRUE: the element is a place. FALSE: a tree begins with it. */
static gboolean
enter (EwsReader *self, EwsSpace space, const char *name)
{
  Place place = self->places->len > 0 ? g_array_index (self->places, Place, self->places->len - 1) : PLACE_START;

  switch (place)
    {
    case PLACE_START:
      enter_start (self, space, name);
      return TRUE;
    case PLACE_ENVELOPE:
      enter_envelope (self, space, name);
      return TRUE;
    case PLACE_BODY:
      if (space == EWS_SPACE_SOAP && strcmp (name, "Fault") == 0)
        return FALSE;
      enter_answer (self, space, name);
      return TRUE;
    case PLACE_ANSWER:
      if (space != EWS_SPACE_EWS || strcmp (name, "ResponseMessages") != 0)
        return FALSE;
      push_place (self, PLACE_MESSAGES);
      return TRUE;
    case PLACE_SKIPPED:
      push_place (self, PLACE_SKIPPED);
      return TRUE;
    case PLACE_HEADER:
    case PLACE_MESSAGES:
      break;
    }
  return FALSE;
}

static void
leave_envelope (EwsReader *self)
{
  self->in_envelope = FALSE;
  self->n_envelopes++;
  if (self->error == NULL && self->funcs->envelope != NULL)
    check (self, self->funcs->envelope (self->user_data, &self->error));
}

/* What the parser tells. */

static void
on_start (void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int n_namespaces,
          const xmlChar **namespaces, int n_attributes, int n_defaulted, const xmlChar **attributes)
{
  EwsReader *self = data;
  EwsSpace space = find_space (uri);

  if (self->error != NULL)
    return;
  if (++self->depth > self->limits->nesting)
    {
      stop (self, TAUBE_ERROR_LIMIT, _ ("the server's answer is nested more than %u deep"), self->limits->nesting);
      return;
    }
  if (self->current == NULL && enter (self, space, (const char *) name))
    return;
  open_node (self, space, (const char *) name, n_attributes, attributes);
}

static void
on_end (void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
  EwsReader *self = data;

  if (self->error != NULL)
    return;
  self->depth--;
  if (self->current != NULL)
    {
      close_node (self);
      return;
    }
  g_array_set_size (self->places, self->places->len - 1);
  if (self->places->len == 0)
    leave_envelope (self);
}

static void
on_text (void *data, const xmlChar *text, int length)
{
  EwsReader *self = data;

  if (self->error != NULL || self->current == NULL)
    return;
  if (self->streaming)
    {
      if (self->funcs->stream != NULL)
        check (self, self->funcs->stream ((const char *) text, (gsize) length, self->user_data, &self->error));
      return;
    }
  /* Blanks between elements, which there may be a lot of. */
  if (self->dropping || self->current->children != NULL)
    return;
  taube_buffer_append (&self->text, text, (gsize) length);
  if (taube_buffer_length (&self->text) > self->limits->response_bytes)
    stop_for_size (self);
}

static void
on_doctype (void *data, const xmlChar *name, const xmlChar *external_id, const xmlChar *system_id)
{
  stop (data, TAUBE_ERROR_PROTOCOL, _ ("the server's answer has a document type definition, which is refused"));
}

static void
on_document (void *data)
{
  EwsReader *self = data;
  const char *encoding = (const char *) self->parser->encoding;

  if (encoding != NULL && g_ascii_strcasecmp (encoding, "UTF-8") != 0 && g_ascii_strcasecmp (encoding, "US-ASCII") != 0)
    stop (self, TAUBE_ERROR_PROTOCOL, _ ("the server's answer is in %s, not in UTF-8"), encoding);
}

static void
on_problem (void *data, xmlErrorPtr problem)
{
  EwsReader *self = data;
  g_autofree char *words = NULL;

  if (problem->level != XML_ERR_FATAL || problem->code == XML_ERR_USER_STOP || self->error != NULL)
    return;
  words = g_utf8_make_valid (problem->message != NULL ? problem->message : "?", -1);
  stop (self, TAUBE_ERROR_PROTOCOL, _ ("the server's answer is no XML: %s"), g_strchomp (words));
}

static xmlEntityPtr
on_entity (void *data, const xmlChar *name)
{
  return xmlGetPredefinedEntity (name);
}

static xmlSAXHandler handler = {
  .initialized = XML_SAX2_MAGIC,
  .startDocument = on_document,
  .startElementNs = on_start,
  .endElementNs = on_end,
  .characters = on_text,
  .ignorableWhitespace = on_text,
  .cdataBlock = on_text,
  .internalSubset = on_doctype,
  .getEntity = on_entity,
  .serror = on_problem,
};

/* Feeding. */

static void
make_parser (EwsReader *self)
{
  if (self->parser != NULL)
    xmlFreeParserCtxt (self->parser);
  self->parser = xmlCreatePushParserCtxt (&handler, self, NULL, 0, NULL);
  xmlCtxtUseOptions (self->parser, XML_PARSE_NONET | XML_PARSE_COMPACT);
  self->begun = FALSE;
}

EwsReader *
ews_reader_new (const TaubeLimits *limits, const EwsReaderFuncs *funcs, gpointer user_data)
{
  EwsReader *self = g_new0 (EwsReader, 1);

  self->limits = limits;
  self->funcs = funcs;
  self->user_data = user_data;
  self->places = g_array_new (FALSE, FALSE, sizeof (Place));
  self->outer = taube_arena_new (limits->response_bytes);
  self->inner = taube_arena_new (limits->response_bytes);
  make_parser (self);
  return self;
}

void
ews_reader_free (EwsReader *self)
{
  xmlFreeParserCtxt (self->parser);
  taube_buffer_clear (&self->clean);
  taube_buffer_clear (&self->text);
  taube_arena_free (self->outer);
  taube_arena_free (self->inner);
  g_array_unref (self->places);
  g_clear_error (&self->error);
  g_free (self);
}

void
ews_reader_set_stream (EwsReader *self, const char *name)
{
  self->stream_name = name;
}

void
ews_reader_set_many (EwsReader *self)
{
  self->many = TRUE;
}

void
ews_reader_set_answer (EwsReader *self, const char *name)
{
  self->answer_name = name;
}

static gboolean
report (EwsReader *self, GError **error)
{
  if (self->error == NULL)
    return TRUE;
  if (error != NULL)
    *error = g_error_copy (self->error);
  return FALSE;
}

static void
parse (EwsReader *self, const char *text, gsize length, gboolean last)
{
  if (self->error != NULL)
    return;
  xmlParseChunk (self->parser, text, (int) length, last);
  if (self->error == NULL && !self->parser->wellFormed)
    stop (self, TAUBE_ERROR_PROTOCOL, _ ("the server's answer is no XML: %s"), "?");
}

/* Where one envelope ends and the next begins only the parser knows: it gets no tag before it has dealt with the one
 * in front of it. */
static void
parse_many (EwsReader *self, const char *text, gsize length)
{
  while (length > 0 && self->error == NULL)
    {
      const char *end = memchr (text, '>', length);
      gsize piece = end != NULL ? (gsize) (end - text) + 1 : length;
      guint before = self->n_envelopes;

      /* An XML declaration is one only at the very beginning. */
      while (piece > 0 && !self->begun && g_ascii_isspace (*text))
        {
          text++;
          length--;
          piece--;
        }
      self->begun |= piece > 0;
      if (piece > 0)
        parse (self, text, piece, FALSE);
      text += piece;
      length -= piece;
      if (self->error == NULL && self->n_envelopes != before)
        make_parser (self);
    }
}

static void
parse_clean (EwsReader *self)
{
  while (taube_buffer_length (&self->clean) > 0 && self->error == NULL)
    {
      gsize length = MIN (taube_buffer_length (&self->clean), FEED_MAXIMUM);
      const char *text = (const char *) taube_buffer_peek (&self->clean);

      if (self->many)
        parse_many (self, text, length);
      else
        parse (self, text, length, FALSE);
      taube_buffer_consume (&self->clean, length);
    }
}

gboolean
ews_reader_feed (EwsReader *self, gconstpointer data, gsize length, GError **error)
{
  const guint8 *bytes = data;

  while (length > 0 && self->error == NULL)
    {
      gsize piece = MIN (length, FEED_MAXIMUM);

      ews_filter_feed (&self->filter, bytes, piece, &self->clean);
      parse_clean (self);
      bytes += piece;
      length -= piece;
    }
  return report (self, error);
}

gboolean
ews_reader_end (EwsReader *self, GError **error)
{
  gboolean cut;

  if (self->error == NULL)
    {
      ews_filter_end (&self->filter, &self->clean);
      parse_clean (self);
    }
  cut = self->in_envelope || (self->many && self->begun && self->n_envelopes > 0);
  if (self->error == NULL && (cut || self->n_envelopes == 0))
    stop (self, TAUBE_ERROR_PROTOCOL, cut ? _ ("the server's answer ends in the middle")
                                          : _ ("the server's answer is empty"));
  if (!self->many)
    parse (self, "", 0, TRUE);
  if (self->error == NULL && !self->many && !self->had_body)
    stop (self, TAUBE_ERROR_PROTOCOL, _ ("the server's answer has no body"));
  return report (self, error);
}
