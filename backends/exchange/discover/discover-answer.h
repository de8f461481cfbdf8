/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-types.h>

G_BEGIN_DECLS

typedef enum
{
  DISCOVER_URLS,    /* here the services are */
  DISCOVER_ADDRESS, /* ask again, for that address */
  DISCOVER_PLACE,   /* ask again, at that URL */
  DISCOVER_REFUSED, /* the server knows nothing, and says why */
} DiscoverKind;

/* What an answer of Autodiscover says, in whichever of its three forms it came. Nothing of it is believed yet. */
typedef struct
{
  DiscoverKind kind;
  GPtrArray *urls; /* of char*, the best first; none of them twice */
  char *target;    /* the address or the URL */
  char *problem;   /* the server's words */
} DiscoverAnswer;

/* Each reads a whole answer, without I/O. NULL with TAUBE_ERROR_PROTOCOL: it is none. (transfer full) */

/* Plain XML: /autodiscover/autodiscover.xml                                                  (MS-OXDSCLI) */
DiscoverAnswer *discover_answer_from_pox (const guint8 *data, gsize length, GError **error);
/* GetUserSettings: /autodiscover/autodiscover.svc                                            (MS-OXWSADISC) */
DiscoverAnswer *discover_answer_from_soap (const guint8 *data, gsize length, GError **error);
/* Version 2: /autodiscover/autodiscover.json */
DiscoverAnswer *discover_answer_from_json (const guint8 *data, gsize length, GError **error);

/* An empty one of that kind. (transfer full) */
DiscoverAnswer *discover_answer_new (DiscoverKind kind);
void discover_answer_free (DiscoverAnswer *self);
/* What can be no URL (NULL, empty, far too long, with blanks in it) is left out. */
void discover_answer_add_url (DiscoverAnswer *self, const char *url);
/* For the words of a refusal: CODE and TEXT may be NULL. */
void discover_answer_set_problem (DiscoverAnswer *self, const char *code, const char *text);

/* The bodies of the two that are asked by POST. (transfer full) */
GBytes *discover_request_write_pox (const char *address);
GBytes *discover_request_write_soap (const char *address, const char *url);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DiscoverAnswer, discover_answer_free)

G_END_DECLS
