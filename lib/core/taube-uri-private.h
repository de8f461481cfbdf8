/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-uri.h>

G_BEGIN_DECLS

/* How the item's id stands in the text. */
typedef enum
{
  TAUBE_URI_ITEM_NONE,
  TAUBE_URI_ITEM_UID,  /* ;UID=, with ;UIDVALIDITY= before it or not (RFC 5092) */
  TAUBE_URI_ITEM_UIDL, /* ;UIDL= */
  TAUBE_URI_ITEM_ID,   /* ;ID= */
} TaubeUriItem;

/* All strings decoded; NULL: not there. */
struct _TaubeUri
{
  gatomicrefcount refs;
  char *scheme;
  char *user;
  char *auth;
  char *host; /* ASCII, small letters, without brackets */
  char *display_host;
  guint port;
  GStrv path;
  guint32 uid_validity; /* 0: not there */
  TaubeUriItem item;
  char *item_id; /* what the getter gives: UIDVALIDITY is part of it */
  char *section;
  GPtrArray *option_names; /* ends with NULL */
  GPtrArray *option_values;
};

TaubeUri *taube_uri_new_empty (void);
void taube_uri_add_option (TaubeUri *self, const char *name, const char *value);
/* TRUE for a decimal number from 1 to 4,294,967,295 without leading zeros, up to END. */
gboolean taube_uri_read_number (const char *text, const char *end, guint32 *number_out);

G_END_DECLS
