/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube.h>

#include "taube-test.h"

G_BEGIN_DECLS

/* A private OAuth 2 provider (tests/servers/oauth2/serve), and a user with his browser. */
typedef struct _Oauth2World Oauth2World;

/* OPTIONS are those of the program, separated by blanks. */
Oauth2World *oauth2_world_start (const char *options);
void oauth2_world_stop (Oauth2World *self);
/* "url", "client-id", "client-secret", "scope", "ca-file" */
const char *oauth2_world_get (Oauth2World *self, const char *fact);
/* Tells it something: POST /admin/WHAT with JSON; its state comes back. (transfer full) */
char *oauth2_world_tell (Oauth2World *self, const char *what, const char *json);
/* How often WORDS stand in its log. */
guint oauth2_world_count (Oauth2World *self, const char *words);
/* The last value of that name in its log, as "refresh". (transfer full) */
char *oauth2_world_find (Oauth2World *self, const char *name);

/* What signs in there, for the hosts of the tests. */
TaubeOAuth2 *oauth2_world_open (Oauth2World *self);
/* A browser that goes where URI and each answer lead it, on a thread of its own. */
void oauth2_world_browse (const char *uri);
/* GET without following; the whole answer. (transfer full) */
char *oauth2_world_fetch (const char *uri);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Oauth2World, oauth2_world_stop)

G_END_DECLS
