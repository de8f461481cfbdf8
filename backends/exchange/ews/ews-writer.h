/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-types.h>

#include "ews/ews-version.h"

G_BEGIN_DECLS

/* Writes one request as XML, without I/O. Names are written as "t:Name" (types) or "m:Name" (messages). */
typedef struct _EwsWriter EwsWriter;

/* The envelope, up to the element of OPERATION ("m:GetFolder"), which is open then. */
EwsWriter *ews_writer_new (EwsVersion version, const char *operation);
void ews_writer_free (EwsWriter *self);
EwsVersion ews_writer_get_version (EwsWriter *self);

void ews_writer_open (EwsWriter *self, const char *name);
void ews_writer_close (EwsWriter *self);
/* Of the element opened last, before anything is in it. */
void ews_writer_add_attribute (EwsWriter *self, const char *name, const char *value);
void ews_writer_add_number (EwsWriter *self, const char *name, gint64 value);
void ews_writer_add_text (EwsWriter *self, const char *text);
/* <NAME>TEXT</NAME> */
void ews_writer_add_element (EwsWriter *self, const char *name, const char *text);
/* <NAME ATTRIBUTE="VALUE"/> */
void ews_writer_add_empty (EwsWriter *self, const char *name, const char *attribute, const char *value);
/* Something that is not written here stands in the element opened last, once. */
void ews_writer_split (EwsWriter *self);
/* How many bytes there are before it; 0: nowhere. */
gsize ews_writer_get_split (EwsWriter *self);

/* Closes what is open. TAUBE_ERROR_INVALID: a text was given that XML cannot hold. (transfer full) */
GBytes *ews_writer_end (EwsWriter *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EwsWriter, ews_writer_free)

G_END_DECLS
