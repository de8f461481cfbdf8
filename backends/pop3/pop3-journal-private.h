/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "pop3-journal.h"

G_BEGIN_DECLS

struct _Pop3Journal
{
  gatomicrefcount refs;
  Pop3Texts *texts;    /* ids; the row of each is that of its entry, counted from 1 */
  GPtrArray *chunks;   /* of entries, which do not move; an entry without an id is none (any more) */
  guint n_rows;
  guint n_entries;
  GString *pending;    /* lines that are to be written */
  char *owner;
  guint64 lines;       /* of the file, without the first */
  gint64 login;        /* see pop3_journal_get_login() */
  guint login_pause;
  /* pop3-journal-file.c */
  char *path;
  int fd;              /* -1: there is no file */
  guint64 length;      /* of the file, as far as it is good */
  char *failure;       /* why nothing more can be written */
};

Pop3Journal *pop3_journal_new (const char *owner);
void pop3_journal_append_header (Pop3Journal *self, GString *out);
void pop3_journal_append_login (Pop3Journal *self, GString *out);
void pop3_journal_append_line (const Pop3JournalEntry *entry, const char *old_id, GString *out);
/* Puts the lines that are pending, if they are several, between marks. */
void pop3_journal_wrap_pending (Pop3Journal *self);
void pop3_journal_forget (Pop3Journal *self, Pop3JournalEntry *entry);
/* pop3-journal-file.c */
void pop3_journal_close_file (Pop3Journal *self);

G_END_DECLS
