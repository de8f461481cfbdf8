/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-error.h>

G_BEGIN_DECLS

/* The one way in which XML that a server sent is read: bytes as they arrive, without I/O, repaired as EwsFilter says;
 * UTF-8 alone; no document types, no entities of its own, nothing fetched; not nested deeper and with no more elements
 * than is said. Both that reads mail and that finds the server stand on it. */
typedef struct _EwsParser EwsParser;

/* None is called after a failure. Strings are gone when the function returns. */
typedef struct
{
  /* An element, with its namespace or NULL. ATTRIBUTES are for ews_parser_get_attribute(). */
  void (*start) (const char *name, const char *uri, guint n_attributes, gconstpointer attributes, gpointer user_data);
  void (*end) (gpointer user_data);
  /* A piece of the text of the innermost element. */
  void (*text) (const char *text, gsize length, gpointer user_data);
} EwsParserFuncs;

/* ELEMENTS_MAXIMUM 0: any number. */
EwsParser *ews_parser_new (const EwsParserFuncs *funcs, gpointer user_data, guint depth_maximum,
                           guint elements_maximum);
void ews_parser_free (EwsParser *self);
/* One document after the other may come. */
void ews_parser_set_many (EwsParser *self);
/* One of those that start() was given; VALUE ends without NUL. */
void ews_parser_get_attribute (gconstpointer attributes, guint index, const char **name, const char **value,
                               gsize *length);

/* Ends the reading with a failure, unless there was one. */
void ews_parser_stop (EwsParser *self, TaubeError code, const char *format, ...) G_GNUC_PRINTF (3, 4);
/* The same for what a function of others found: GOOD is what it gave, and its error is to stand here. */
void ews_parser_check (EwsParser *self, gboolean good);
GError **ews_parser_get_error (EwsParser *self);
gboolean ews_parser_has_failed (const EwsParser *self);

/* TAUBE_ERROR_PROTOCOL or _LIMIT, or what stopped it; from then on each call says the same. */
gboolean ews_parser_feed (EwsParser *self, gconstpointer data, gsize length, GError **error);
/* Nothing more comes: whether what came was whole. */
gboolean ews_parser_end (EwsParser *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EwsParser, ews_parser_free)

G_END_DECLS
