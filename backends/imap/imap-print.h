/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* By what a message is known again under another UID. */
typedef struct
{
  guint32 uid;      /* where it was found; 0: not found, or it cannot be told which one it is */
  guint64 size;
  gboolean has_date;
  gint64 date;      /* of arrival, in seconds */
  char *message_id; /* NULL: none */
} ImapPrint;

/* (transfer full) of ImapPrint */
GArray *imap_prints_new (void);
/* Sets the uid of each of WANTED for which there is exactly one candidate, or as many as look like it; those that are
 * taken have the uid 0 then. */
void imap_prints_match (GArray *candidates, GArray *wanted);

G_END_DECLS
