/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-limits.h>

#include <glib.h>

G_BEGIN_DECLS

typedef struct _TaubeMimeNode TaubeMimeNode;

/* One part of a message. Texts are decoded UTF-8, NULL when the message does not say. */
struct _TaubeMimeNode
{
  TaubeMimeNode *parent; /* NULL: the message itself */
  GPtrArray *children;   /* of TaubeMimeNode, in their order; empty for a leaf */
  char *section;         /* as IMAP counts: "1.2"; "" for a multipart message, "2.TEXT" for a multipart in message 2 */
  char *type;            /* "text", lower case */
  char *subtype;         /* "plain" */
  GStrv params;          /* name, value, …; see taube_mime_find_param() */
  char *id;              /* without the angle brackets */
  char *description;
  char *encoding;        /* lower case */
  char *disposition;     /* "attachment", lower case */
  GStrv disposition_params;
  char *filename;        /* safe to use as the name of a file in a folder of one's own */
  char *language;
  char *location;
  char *md5;
  gsize header_offset;   /* in the whole message */
  gsize body_offset;
  gsize size;            /* of the body, encoded as it is */
  gsize lines;           /* of the body; counted for text and messages */
};

TaubeMimeNode *taube_mime_tree_parse (const char *message, gsize length, const TaubeLimits *limits);
void taube_mime_node_free (TaubeMimeNode *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeMimeNode, taube_mime_node_free)

G_END_DECLS
