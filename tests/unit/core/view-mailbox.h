/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core-backend.h"

#include <taube/taube-message.h>

/* A mailbox for tests of views, which counts changes: whoever follows it hears of each message whose flags were set. */

typedef struct
{
  guint32 uid;
  gint64 date;
  TaubeMessageFlags flags;
  guint touched; /* how often flags were set: the server counts changes */
} Mail;

typedef struct
{
  Server *server;
  TaubeAccount *account;
  TaubeFolder *inbox;
  GMutex lock;
  GArray *mails;       /* Mail, under lock, in the order of UIDs */
  guint32 uidvalidity;
  guint32 next_uid;
  guint moods;         /* how many more questions fail */
  guint ghosts;        /* how many come to each listing and are gone right after it */
  guint moods_of_looks; /* of questions who is there */
  guint listings;      /* how often all columns, … */
  guint looks;         /* … and ids alone, were asked for of all messages */
} Fixture;

/* Vfuncs of the server: its data is the Fixture. */
gboolean view_mailbox_watch_step (Server *server, TestSession *session, TaubeFolder *folder, TaubeWatchStep *step,
                                  GCancellable *cancellable, GError **error);
TaubeItemList *view_mailbox_list (Server *server, TaubeFolder *folder, TaubeListRequest *request, GError **error);

/* Messages with dates and flags by chance come. */
void view_mailbox_arrive (Fixture *f, guint n);
/* Of the message at index I; under lock. */
void view_mailbox_set_flags (Fixture *f, guint i, TaubeMessageFlags flags);
