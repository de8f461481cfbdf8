/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "pop3-client.h"
#include "pop3-model.h"

G_BEGIN_DECLS

/* One who retrieves mail: the letters that he has stored, and a journal, which outlive each run. */
typedef struct
{
  TaubeTestDir *folder;
  char *journal;
  GHashTable *stored; /* text of a letter -> how often */
  guint abandoned;
  gboolean keeps_nothing; /* counts bytes alone */
  gboolean confirms_at_once;
  guint64 bytes;
  guint fail_after;       /* so many letters: then the store is full; 0: never */
} Pop3Post;

Pop3Post *pop3_post_new (void);
void pop3_post_free (Pop3Post *self);
guint pop3_post_count (Pop3Post *self, guint number);
guint pop3_post_count_text (Pop3Post *self, const char *text);
guint pop3_post_count_all (Pop3Post *self);

/* The journal says that the message was first seen so much earlier. */
void pop3_post_age (Pop3Post *self, const char *id, gint64 seconds);

/* Takes letters for POST; those of FOLDER are confirmed at once where POST says so. */
TaubeReceiver *pop3_post_new_receiver (Pop3Post *post, TaubeFolder *folder);

/* One run: list, retrieve, confirm, settle. FALSE with ERROR as soon as something fails; what was stored is confirmed
 * in any case. RESULT_OUT may be NULL. */
gboolean pop3_post_run (Pop3Post *self, TaubeAccount *account, TaubeJournalFlags flags, const char *leave,
                        TaubeBatchResult **result_out, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pop3Post, pop3_post_free)

G_END_DECLS
