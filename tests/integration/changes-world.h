/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "imap-client.h"

#include "../contract/counting-proxy.h"
G_BEGIN_DECLS

/* A server that is allowed more or less of its extensions, one folder, a client that holds a copy of it and keeps
 * that up by changes alone, and another device that does things in the folder. */

typedef struct
{
  const char *name;
  const char *hidden[4]; /* what the server must not say of itself */
} ChangesLevel;

#define N_CHANGES_LEVELS 4
extern const ChangesLevel changes_levels[N_CHANGES_LEVELS];

typedef struct
{
  TaubeTestMail *mail;
  CountingProxy *wire;
  TaubeAccount *account;
  TaubeFolder *folder;
  TaubeTestHand *device; /* has the folder open */
  const char *title;     /* of the folder, as the test calls it … */
  char *name;            /* … and as the server writes it */
  GBytes *token;
  char *prefix;    /* of the folder's ids, once there was one */
  GHashTable *copy; /* UID to flags: words in lower case, sorted, without \Recent */
  GString *said;    /* by the client, since it was last emptied */
  void (*before_command) (gpointer user_data); /* each time that the client has said something */
  gpointer user_data;
} ChangesWorld;

void changes_world_init (ChangesWorld *world, const ChangesLevel *level, TaubeTestMail *mail, const char *folder);
void changes_world_clear (ChangesWorld *world);
/* The other device gives a command; what comes of it is not looked at. */
void changes_world_do (ChangesWorld *world, const char *format, ...) G_GNUC_PRINTF (2, 3);
void changes_world_append (ChangesWorld *world, TaubeTestHand *hand);
/* Removes the messages with these UIDs for good. */
void changes_world_expunge (ChangesWorld *world, const char *uids);
TaubeChanges *changes_world_get (ChangesWorld *world);

/* Gets the changes, looks at the messages that they name, and brings the copy up to date. After a reset it begins anew.
 * Returns whether there was one. */
gboolean changes_world_follow (ChangesWorld *world);
/* That the copy is what the server has. */
void changes_world_assert_equal (ChangesWorld *world);
void changes_assert_ids (const TaubeIdSet *set, const char *expected);

G_END_DECLS
