/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ews/ews-reader.h"

#include <string.h>

#include <taube-backend/taube-arena.h>
#include <taube-backend/taube-buffer.h>

#include "ews/ews-parser.h"
#include "exchange-gettext.h"

#define ATTRIBUTES_MAXIMUM 64

/* Where in an envelope the parser is. */
typedef enum
{
  PLACE_START, /* outside */
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

  EwsParser *parser;
  GArray *places; /* of Place: from the envelope down to where a tree begins */
  gboolean had_body;
  guint n_messages;
  guint n_units;

  EwsNode *tree;      /* of the outer arena: what is being read */
  EwsNode *current;   /* innermost open element of the tree, or of the unit */
  EwsNode *container; /* whose children are units */
  EwsNode *unit;      /* of the inner arena */
  gboolean streaming;
  gboolean dropping; /* text that nobody wants */
  guint tree_depth;  /* of elements open in it */
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
find_space (const char *text)
{
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

static gboolean
failed (const EwsReader *self)
{
  return ews_parser_has_failed (self->parser);
}

/* Where the functions of others say what is wrong. */
static GError **
problem (EwsReader *self)
{
  return ews_parser_get_error (self->parser);
}

static void
check (EwsReader *self, gboolean good)
{
  ews_parser_check (self->parser, good);
}

static void
stop_for_size (EwsReader *self)
{
  ews_parser_stop (self->parser, TAUBE_ERROR_LIMIT,
                   _ ("one element of the server's answer takes more than %u MiB of memory"),
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

static void
add_attributes (EwsReader *self, TaubeArena *arena, EwsNode *node, guint n, gconstpointer attributes)
{
  if (n > ATTRIBUTES_MAXIMUM)
    {
      ews_parser_stop (self->parser, TAUBE_ERROR_LIMIT, _ ("the server's answer has an element with %u attributes"), n);
      return;
    }
  for (guint i = 0; i < n; i++)
    {
      EwsAttribute *attribute = taube_arena_alloc (arena, sizeof *attribute);
      const char *name, *value;
      gsize length;

      ews_parser_get_attribute (attributes, i, &name, &value, &length);
      if (attribute != NULL)
        {
          attribute->name = taube_arena_strndup (arena, name, strlen (name));
          attribute->value = taube_arena_strndup (arena, value, length);
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

  return node->space == EWS_SPACE_EWS && named && self->places->len > 0
         && g_array_index (self->places, Place, self->places->len - 1) != PLACE_HEADER;
}

static void
open_node (EwsReader *self, EwsSpace space, const char *name, guint n_attributes, gconstpointer attributes)
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
        ews_parser_stop (self->parser, TAUBE_ERROR_LIMIT, _ ("the server's answer has more than %u items"),
                         self->limits->messages);
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
                                        (const char *)taube_buffer_peek (&self->text), length);
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
    check (self, self->funcs->header (tree, self->user_data, problem (self)));
  else if (place == PLACE_BODY && self->funcs->fault != NULL)
    check (self, self->funcs->fault (tree, self->user_data, problem (self)));
  else if (place == PLACE_ANSWER || place == PLACE_MESSAGES)
    {
      if (self->funcs->message != NULL)
        check (self, self->funcs->message (tree, self->n_messages, self->user_data, problem (self)));
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
      if (!failed (self) && self->funcs->unit != NULL)
        check (self, self->funcs->unit (node, self->tree, self->n_messages, self->user_data, problem (self)));
      taube_arena_reset (self->inner);
      return;
    }
  if (node == self->container)
    self->container = NULL;
  if (self->current == NULL && !failed (self))
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
    ews_parser_stop (self->parser, TAUBE_ERROR_PROTOCOL, _ ("the server answered another question: %s in place of %s"),
                     name, self->answer_name);
  push_place (self, PLACE_ANSWER);
}

static void
enter_start (EwsReader *self, EwsSpace space, const char *name)
{
  if (space != EWS_SPACE_SOAP || strcmp (name, "Envelope") != 0)
    ews_parser_stop (self->parser, TAUBE_ERROR_PROTOCOL, _ ("the server's answer is no SOAP: it begins with <%s>"),
                     name);
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
  if (!failed (self) && self->funcs->envelope != NULL)
    check (self, self->funcs->envelope (self->user_data, problem (self)));
}

/* What the parser tells. */

static void
on_start (const char *name, const char *uri, guint n_attributes, gconstpointer attributes, gpointer user_data)
{
  EwsReader *self = user_data;
  EwsSpace space = find_space (uri);

  if (self->current == NULL && enter (self, space, name))
    return;
  open_node (self, space, name, n_attributes, attributes);
}

static void
on_end (gpointer user_data)
{
  EwsReader *self = user_data;

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
on_text (const char *text, gsize length, gpointer user_data)
{
  EwsReader *self = user_data;

  if (self->current == NULL)
    return;
  if (self->streaming)
    {
      if (self->funcs->stream != NULL)
        check (self, self->funcs->stream (text, length, self->user_data, problem (self)));
      return;
    }
  /* Blanks between elements, which there may be a lot of. */
  if (self->dropping || self->current->children != NULL)
    return;
  taube_buffer_append (&self->text, text, length);
  if (taube_buffer_length (&self->text) > self->limits->response_bytes)
    stop_for_size (self);
}

static const EwsParserFuncs parser_funcs = { .start = on_start, .end = on_end, .text = on_text };

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
  self->parser = ews_parser_new (&parser_funcs, self, limits->nesting, 0);
  return self;
}

void
ews_reader_free (EwsReader *self)
{
  ews_parser_free (self->parser);
  taube_buffer_clear (&self->text);
  taube_arena_free (self->outer);
  taube_arena_free (self->inner);
  g_array_unref (self->places);
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
  ews_parser_set_many (self->parser);
  self->many = TRUE;
}

void
ews_reader_set_answer (EwsReader *self, const char *name)
{
  self->answer_name = name;
}

gboolean
ews_reader_feed (EwsReader *self, gconstpointer data, gsize length, GError **error)
{
  return ews_parser_feed (self->parser, data, length, error);
}

gboolean
ews_reader_end (EwsReader *self, GError **error)
{
  if (!ews_parser_end (self->parser, error))
    return FALSE;
  if (self->many || self->had_body)
    return TRUE;
  ews_parser_stop (self->parser, TAUBE_ERROR_PROTOCOL, _ ("the server's answer has no body"));
  return ews_parser_feed (self->parser, NULL, 0, error);
}
