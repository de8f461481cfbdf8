/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "discover/discover-ask.h"
#include "discover/discover-search.h"

G_BEGIN_DECLS

/* One search on its way. */
typedef struct
{
  const DiscoverOptions *options;
  DiscoverFound *found;
  GCancellable *cancellable;
  guint seconds;        /* for each answer */
  char *allowed;        /* the setting allow-hosts, or NULL */
  GPtrArray *domains;   /* mail domains whose own word counts */
  GHashTable *named;    /* hosts that such a word names */
  GHashTable *declined; /* hosts that the user does not agree to */
  GHashTable *dead;
  GHashTable *asked; /* what was asked where */
  GPtrArray *notes;  /* what each of them said */
  guint redirects;
  guint answers;     /* of servers that could be talked to */
  GError *untrusted; /* the first certificate that was wrong */
  gboolean refused;  /* a password */
  GError *fatal;     /* it was cancelled */
} DiscoverSteps;

/* Asks for ADDRESS in one form. TRUE, here and below: the search is over, by FOUND or by FATAL. */
gboolean discover_steps_ask (DiscoverSteps *self, DiscoverForm form, GUri *uri, const char *address);
/* Everything that can be asked for ADDRESS, in its order. */
gboolean discover_steps_search (DiscoverSteps *self, const char *address);
/* Whether HOST may be asked: the user is, when nobody vouches for it. */
gboolean discover_steps_may_ask (DiscoverSteps *self, const char *host, const char *from);
G_GNUC_PRINTF (2, 3) void discover_steps_note (DiscoverSteps *self, const char *format, ...);
/* Looks at one possible endpoint without credentials. */
gboolean discover_steps_choose (DiscoverSteps *self, GPtrArray *urls, const char *evidence);

G_END_DECLS
