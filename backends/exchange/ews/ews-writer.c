/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ews/ews-writer.h"

#include <string.h>

#include <libxml/xmlwriter.h>

#include <taube/taube-error.h>

#include "exchange-gettext.h"

struct _EwsWriter
{
  EwsVersion version;
  xmlBufferPtr buffer;
  xmlTextWriterPtr writer;
  char *bad;        /* the name of what XML cannot hold */
  char *open_name;  /* of the element opened last */
  gsize split;
};

#define XML(text) ((const xmlChar *) (text))

EwsWriter *
ews_writer_new (EwsVersion version, const char *operation)
{
  EwsWriter *self = g_new0 (EwsWriter, 1);

  self->version = version;
  self->buffer = xmlBufferCreate ();
  self->writer = xmlNewTextWriterMemory (self->buffer, 0);
  xmlTextWriterStartDocument (self->writer, "1.0", "utf-8", NULL);
  ews_writer_open (self, "s:Envelope");
  ews_writer_add_attribute (self, "xmlns:s", "http://schemas.xmlsoap.org/soap/envelope/");
  ews_writer_add_attribute (self, "xmlns:t", "http://schemas.microsoft.com/exchange/services/2006/types");
  ews_writer_add_attribute (self, "xmlns:m", "http://schemas.microsoft.com/exchange/services/2006/messages");
  ews_writer_open (self, "s:Header");
  ews_writer_add_empty (self, "t:RequestServerVersion", "Version", ews_version_get_name (version));
  ews_writer_close (self);
  ews_writer_open (self, "s:Body");
  ews_writer_open (self, operation);
  return self;
}

void
ews_writer_free (EwsWriter *self)
{
  xmlFreeTextWriter (self->writer);
  xmlBufferFree (self->buffer);
  g_free (self->bad);
  g_free (self->open_name);
  g_free (self);
}

EwsVersion
ews_writer_get_version (EwsWriter *self)
{
  return self->version;
}

void
ews_writer_open (EwsWriter *self, const char *name)
{
  xmlTextWriterStartElement (self->writer, XML (name));
  g_free (self->open_name);
  self->open_name = g_strdup (name);
}

void
ews_writer_close (EwsWriter *self)
{
  xmlTextWriterEndElement (self->writer);
}

/* Char of XML 1.0, beside what is no UTF-8. */
static gboolean
can_hold (const char *text)
{
  if (!g_utf8_validate (text, -1, NULL))
    return FALSE;
  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar c = g_utf8_get_char (text);

      if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0xfffe || c == 0xffff)
        return FALSE;
    }
  return TRUE;
}

static gboolean
check (EwsWriter *self, const char *name, const char *text)
{
  if (can_hold (text))
    return TRUE;
  if (self->bad == NULL)
    self->bad = g_strdup (strchr (name, ':') != NULL ? strchr (name, ':') + 1 : name);
  return FALSE;
}

void
ews_writer_add_attribute (EwsWriter *self, const char *name, const char *value)
{
  if (check (self, name, value))
    xmlTextWriterWriteAttribute (self->writer, XML (name), XML (value));
}

void
ews_writer_add_number (EwsWriter *self, const char *name, gint64 value)
{
  char text[32];

  g_snprintf (text, sizeof text, "%" G_GINT64_FORMAT, value);
  ews_writer_add_attribute (self, name, text);
}

void
ews_writer_add_text (EwsWriter *self, const char *text)
{
  if (check (self, self->open_name, text))
    xmlTextWriterWriteString (self->writer, XML (text));
}

void
ews_writer_add_element (EwsWriter *self, const char *name, const char *text)
{
  ews_writer_open (self, name);
  ews_writer_add_text (self, text);
  ews_writer_close (self);
}

void
ews_writer_add_empty (EwsWriter *self, const char *name, const char *attribute, const char *value)
{
  ews_writer_open (self, name);
  ews_writer_add_attribute (self, attribute, value);
  ews_writer_close (self);
}

void
ews_writer_split (EwsWriter *self)
{
  xmlTextWriterWriteRaw (self->writer, XML (""));
  xmlTextWriterFlush (self->writer);
  self->split = (gsize) xmlBufferLength (self->buffer);
}

gsize
ews_writer_get_split (EwsWriter *self)
{
  return self->split;
}

GBytes *
ews_writer_end (EwsWriter *self, GError **error)
{
  if (self->bad != NULL)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID,
                   _ ("%s: it has control characters, or is not UTF-8: it cannot be told to the server"), self->bad);
      return NULL;
    }
  xmlTextWriterEndDocument (self->writer);
  xmlTextWriterFlush (self->writer);
  return g_bytes_new (xmlBufferContent (self->buffer), (gsize) xmlBufferLength (self->buffer));
}
