/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli.h"
#include "fetch-store.h"
#include "progress-bar.h"

G_BEGIN_DECLS

/* One run of fetch: takes the messages that come from a folder to a store. Now and then what has come is committed, and
 * only then is the journal told, and what was stored printed. */
typedef struct _FetchRun FetchRun;

#define FETCH_TYPE_RUN (fetch_run_get_type ())
GType fetch_run_get_type (void);

/* What happened so far. */
typedef struct
{
  guint64 stored;
  guint64 bytes; /* of those */
  guint64 known; /* were in the store already, from a run that was interrupted */
  guint64 failed;
  guint64 removed; /* from the server */
} FetchCounts;

FetchRun *fetch_run_new (Cli *cli, FetchStore *store, TaubeFolder *folder, const char *owner);
/* How many are to come. */
void fetch_run_set_total (FetchRun *self, guint64 messages, guint64 bytes);
/* Shows how far it is on BAR; NULL: not any more. */
void fetch_run_set_bar (FetchRun *self, ProgressBar *bar);
FetchCounts *fetch_run_get_counts (FetchRun *self);
/* Why the store could not take a message, or NULL. */
const GError *fetch_run_get_failure (FetchRun *self);
/* The tag of a message. */
char *fetch_run_make_tag (FetchRun *self, const char *id);
/* Commits what has come and tells the journal; also after a failure. */
gboolean fetch_run_commit (FetchRun *self, GError **error);
/* Prints a message that was not stored. */
void fetch_run_print_failure (FetchRun *self, const char *id, const GError *error);
void fetch_run_print_summary (FetchRun *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FetchRun, g_object_unref)

G_END_DECLS
