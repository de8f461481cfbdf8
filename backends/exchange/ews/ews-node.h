/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-types.h>

G_BEGIN_DECLS

/* To whose vocabulary a name belongs; what prefix a server chose for it never counts. */
typedef enum
{
  EWS_SPACE_OTHER,
  EWS_SPACE_SOAP,
  EWS_SPACE_NONE, /* in none: the inside of a fault */
  EWS_SPACE_EWS,  /* types, messages and errors */
} EwsSpace;

typedef struct _EwsAttribute EwsAttribute;
typedef struct _EwsNode EwsNode;

struct _EwsAttribute
{
  const char *name;
  const char *value;
  EwsAttribute *next;
};

/* An element that is complete; all of it lives in the arena of who reads. TEXT is never NULL; an element with children
 * has none. */
struct _EwsNode
{
  EwsSpace space;
  const char *name;
  const char *text;
  EwsAttribute *attributes;
  EwsNode *parent, *children, *last_child, *next;
};

gboolean ews_node_is (const EwsNode *self, const char *name);
/* The first child of that name; NULL, also for a NULL node. */
const EwsNode *ews_node_find (const EwsNode *self, const char *name);
/* The next one of that name beside it. */
const EwsNode *ews_node_find_next (const EwsNode *self, const char *name);
/* The text of the child, or NULL. */
const char *ews_node_get_text (const EwsNode *self, const char *name);
const char *ews_node_get_attribute (const EwsNode *self, const char *name);

/* xs:boolean, xs:int; FALSE: it is none. */
gboolean ews_text_to_boolean (const char *text, gboolean *value_out);
gboolean ews_text_to_number (const char *text, gint64 *value_out);
/* xs:dateTime with or without a fraction of a second and with or without a zone (UTC then). */
gboolean ews_text_to_time (const char *text, gint64 *unix_seconds, int *offset_minutes);
/* (transfer full) */
char *ews_time_to_text (gint64 unix_seconds);

G_END_DECLS
