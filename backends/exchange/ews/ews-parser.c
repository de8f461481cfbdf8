/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ews/ews-parser.h"

#include <string.h>

#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#include "ews/ews-filter.h"
#include "exchange-gettext.h"

/* At most this much is given to libxml2 at once. */
#define FEED_MAXIMUM (64 << 10)

struct _EwsParser
{
  const EwsParserFuncs *funcs;
  gpointer user_data;
  guint depth_maximum, elements_maximum;
  gboolean many;

  xmlParserCtxtPtr context;
  EwsFilter filter;
  TaubeBuffer clean;
  GError *error;

  guint depth, elements;
  guint n_documents; /* that are complete */
  gboolean begun;    /* CONTEXT has had a byte of this document */
};

/* Failing. */

void
ews_parser_stop (EwsParser *self, TaubeError code, const char *format, ...)
{
  va_list args;

  if (self->error == NULL)
    {
      va_start (args, format);
      self->error = g_error_new_valist (TAUBE_ERROR, (int)code, format, args);
      va_end (args);
    }
  xmlStopParser (self->context);
}

void
ews_parser_check (EwsParser *self, gboolean good)
{
  if (good)
    return;
  if (self->error == NULL)
    g_set_error (&self->error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, _ ("the server's answer cannot be used"));
  xmlStopParser (self->context);
}

GError **
ews_parser_get_error (EwsParser *self)
{
  return &self->error;
}

gboolean
ews_parser_has_failed (const EwsParser *self)
{
  return self->error != NULL;
}

/* What libxml2 tells. */

static void
on_start (void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int n_namespaces,
          const xmlChar **namespaces, int n_attributes, int n_defaulted, const xmlChar **attributes)
{
  EwsParser *self = data;

  if (self->error != NULL)
    return;
  if (++self->depth > self->depth_maximum)
    {
      ews_parser_stop (self, TAUBE_ERROR_LIMIT, _ ("the server's answer is nested more than %u deep"),
                       self->depth_maximum);
      return;
    }
  if (self->elements_maximum > 0 && ++self->elements > self->elements_maximum)
    {
      ews_parser_stop (self, TAUBE_ERROR_LIMIT, _ ("the answer has too many elements"));
      return;
    }
  self->funcs->start ((const char *)name, (const char *)uri, (guint)n_attributes, attributes, self->user_data);
}

static void
on_end (void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
  EwsParser *self = data;

  if (self->error != NULL)
    return;
  if (--self->depth == 0)
    self->n_documents++;
  self->funcs->end (self->user_data);
}

static void
on_text (void *data, const xmlChar *text, int length)
{
  EwsParser *self = data;

  if (self->error == NULL)
    self->funcs->text ((const char *)text, (gsize)length, self->user_data);
}

static void
on_doctype (void *data, const xmlChar *name, const xmlChar *external_id, const xmlChar *system_id)
{
  ews_parser_stop (data, TAUBE_ERROR_PROTOCOL,
                   _ ("the server's answer has a document type definition, which is refused"));
}

static void
on_document (void *data)
{
  EwsParser *self = data;
  const char *encoding = (const char *)self->context->encoding;

  if (encoding != NULL && g_ascii_strcasecmp (encoding, "UTF-8") != 0 && g_ascii_strcasecmp (encoding, "US-ASCII") != 0)
    ews_parser_stop (self, TAUBE_ERROR_PROTOCOL, _ ("the server's answer is in %s, not in UTF-8"), encoding);
}

static void
on_problem (void *data, xmlErrorPtr problem)
{
  EwsParser *self = data;
  g_autofree char *words = NULL;

  if (problem->level != XML_ERR_FATAL || problem->code == XML_ERR_USER_STOP || self->error != NULL)
    return;
  words = g_utf8_make_valid (problem->message != NULL ? problem->message : "?", -1);
  ews_parser_stop (self, TAUBE_ERROR_PROTOCOL, _ ("the server's answer is no XML: %s"), g_strchomp (words));
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

/* Name, prefix, namespace, first and last byte of the value. */
void
ews_parser_get_attribute (gconstpointer attributes, guint index, const char **name, const char **value, gsize *length)
{
  const xmlChar *const *attribute = (const xmlChar *const *)attributes + 5 * (gsize)index;

  *name = (const char *)attribute[0];
  *value = (const char *)attribute[3];
  *length = (gsize)(attribute[4] - attribute[3]);
}

/* Feeding. */

static void
begin_document (EwsParser *self)
{
  if (self->context != NULL)
    xmlFreeParserCtxt (self->context);
  self->context = xmlCreatePushParserCtxt (&handler, self, NULL, 0, NULL);
  xmlCtxtUseOptions (self->context, XML_PARSE_NONET | XML_PARSE_COMPACT);
  self->begun = FALSE;
}

EwsParser *
ews_parser_new (const EwsParserFuncs *funcs, gpointer user_data, guint depth_maximum, guint elements_maximum)
{
  EwsParser *self = g_new0 (EwsParser, 1);

  self->funcs = funcs;
  self->user_data = user_data;
  self->depth_maximum = depth_maximum;
  self->elements_maximum = elements_maximum;
  begin_document (self);
  return self;
}

void
ews_parser_free (EwsParser *self)
{
  xmlFreeParserCtxt (self->context);
  taube_buffer_clear (&self->clean);
  g_clear_error (&self->error);
  g_free (self);
}

void
ews_parser_set_many (EwsParser *self)
{
  self->many = TRUE;
}

static void
parse (EwsParser *self, const char *text, gsize length, gboolean last)
{
  if (self->error != NULL)
    return;
  xmlParseChunk (self->context, text, (int)length, last);
  if (self->error == NULL && !self->context->wellFormed)
    ews_parser_stop (self, TAUBE_ERROR_PROTOCOL, _ ("the server's answer is no XML: %s"), "?");
}

/* Where one document ends and the next begins only libxml2 knows: it gets no tag before it has dealt with the one in
 * front of it. */
static void
parse_many (EwsParser *self, const char *text, gsize length)
{
  while (length > 0 && self->error == NULL)
    {
      const char *end = memchr (text, '>', length);
      gsize piece = end != NULL ? (gsize)(end - text) + 1 : length;
      guint before = self->n_documents;

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
      if (self->error == NULL && self->n_documents != before)
        begin_document (self);
    }
}

static void
parse_clean (EwsParser *self)
{
  while (taube_buffer_length (&self->clean) > 0 && self->error == NULL)
    {
      gsize length = MIN (taube_buffer_length (&self->clean), FEED_MAXIMUM);
      const char *text = (const char *)taube_buffer_peek (&self->clean);

      if (self->many)
        parse_many (self, text, length);
      else
        parse (self, text, length, FALSE);
      taube_buffer_consume (&self->clean, length);
    }
}

static gboolean
report (EwsParser *self, GError **error)
{
  if (self->error == NULL)
    return TRUE;
  if (error != NULL)
    *error = g_error_copy (self->error);
  return FALSE;
}

gboolean
ews_parser_feed (EwsParser *self, gconstpointer data, gsize length, GError **error)
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
ews_parser_end (EwsParser *self, GError **error)
{
  gboolean cut;

  if (self->error == NULL)
    {
      ews_filter_end (&self->filter, &self->clean);
      parse_clean (self);
    }
  cut = self->depth > 0 || (self->many && self->begun && self->n_documents > 0);
  if (self->error == NULL && (cut || self->n_documents == 0))
    ews_parser_stop (self, TAUBE_ERROR_PROTOCOL,
                     cut ? _ ("the server's answer ends in the middle") : _ ("the server's answer is empty"));
  if (!self->many)
    parse (self, "", 0, TRUE);
  return report (self, error);
}
