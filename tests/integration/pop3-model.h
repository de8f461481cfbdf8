/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "taube-test.h"

#include <taube-backend/taube-testing.h>
#include <taube/taube.h>

G_BEGIN_DECLS

/* A small POP3 server in memory that really keeps letters, for all connections of the process as long as it is there.
 * It can cut its line behind any byte that it got or said, and what it has can be looked at: so what a client says
 * became of something can be compared with what did. */
typedef struct _Pop3Model Pop3Model;

typedef enum
{
  POP3_MODEL_PLAIN = 0, /* all that there is */
  POP3_MODEL_NO_CAPA = 1 << 0,
  POP3_MODEL_NO_PIPELINING = 1 << 1,
  POP3_MODEL_NO_UIDL = 1 << 2,
  POP3_MODEL_NO_TOP = 1 << 3,
  POP3_MODEL_WRONG_SIZES = 1 << 4,   /* LIST says half of it */
  POP3_MODEL_LONE_LF = 1 << 5,       /* ends lines and texts with LF alone */
  POP3_MODEL_NO_STUFFING = 1 << 6,   /* puts no dot before lines that begin with one */
  POP3_MODEL_HIDES = 1 << 7,         /* what was fetched is not listed at the next sign-in */
  POP3_MODEL_DELETES_EARLY = 1 << 8, /* what has a DELE is gone when the line breaks */
  POP3_MODEL_REFUSES_QUIT = 1 << 9,  /* once: half of it is deleted, and QUIT is answered with -ERR */
} Pop3ModelTraits;

Pop3Model *pop3_model_new (Pop3ModelTraits traits);
void pop3_model_free (Pop3Model *self);
void pop3_model_set_traits (Pop3Model *self, Pop3ModelTraits traits);

/* Letters are made from a number; BODY is NULL for the usual one. UIDL is NULL for "uNUMBER". */
char *pop3_model_make_text (guint number);
void pop3_model_add (Pop3Model *self, guint number);
void pop3_model_add_with (Pop3Model *self, guint number, const char *text, const char *uidl);
/* The letters get other UIDLs: PREFIX and the number. */
void pop3_model_renumber (Pop3Model *self, const char *prefix);
void pop3_model_remove (Pop3Model *self, guint number);
gboolean pop3_model_has (Pop3Model *self, guint number);
guint pop3_model_count (Pop3Model *self);
/* How often the letter was given whole. */
guint pop3_model_get_retrieved (Pop3Model *self, guint number);
/* Commands of this verb since the last call for it. */
guint pop3_model_take_commands (Pop3Model *self, const char *verb);
/* How often the client has said something and then waited, since the last call. */
guint pop3_model_take_turns (Pop3Model *self);

typedef enum
{
  POP3_MODEL_CUT_RECEIVED, /* behind the BYTE-th byte from the client: the rest is never seen */
  POP3_MODEL_CUT_SAID,     /* behind the BYTE-th byte to the client: all is done, the rest is never heard */
} Pop3ModelCut;

/* Counts anew from now on, over all connections, and cuts once. 0: never. */
void pop3_model_cut (Pop3Model *self, Pop3ModelCut cut, guint byte);
gboolean pop3_model_was_cut (Pop3Model *self);
/* Lets nobody sign in any more, or again. */
void pop3_model_lock_out (Pop3Model *self, gboolean locked);
/* Before the CALL-th read or write from now on: cancels, or makes it fail. */
void pop3_model_cancel_at (Pop3Model *self, guint call, GCancellable *cancellable);
void pop3_model_fail_at (Pop3Model *self, guint call);
gboolean pop3_model_has_failed (Pop3Model *self);
void pop3_model_set_chunk (Pop3Model *self, gsize chunk);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pop3Model, pop3_model_free)

G_END_DECLS
