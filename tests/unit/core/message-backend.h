/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-account-impl.h>
#include <taube-backend/taube-folder-impl.h>
#include <taube-backend/taube-message-list-builder.h>

/* A backend inside the test that knows one message, "7.1", and counts what is asked of it. */
typedef struct
{
  const char *text; /* the message, as the server keeps it */
  gsize length;
  gboolean has_no_structure;   /* NOT_SUPPORTED */
  GError *structure_error;     /* instead of the structure */
  gboolean structure_breaks;   /* … and the session is broken */
  gboolean whole_is_the_only;  /* a leaf has the section "", not "1" */
  guint64 claimed_size;        /* of all leaves; 0: the true one */
  gsize piece;                 /* bytes written at a time */
  GString *log;                /* "structure fetch(1) " */
} MessageServer;

void message_server_init (MessageServer *self, const char *text);
void message_server_clear (MessageServer *self);

TaubeAccount *message_account_new (MessageServer *server);
TaubeFolder *message_account_get_folder (TaubeAccount *account);
TaubeSession *message_account_create_session (TaubeAccount *account);
/* The message, from a list of one row. */
TaubeMessage *message_folder_get_message (TaubeFolder *folder);
