/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "exchange-folder.h"

G_BEGIN_DECLS

/* One change to many items, in batches of what a request may name. */
typedef struct _ExchangeBatches ExchangeBatches;

/* A request about IDS, as the functions of ExchangeWire that change something. */
typedef gboolean (*ExchangeBatchFunc) (ExchangeBatches *self, const char *const *ids, guint n,
                                       ExchangeOutcome *outcome, GCancellable *cancellable, GError **error);

struct _ExchangeBatches
{
  ExchangeAccount *account;
  const ExchangeWire *wire;
  TaubeFolder *folder;
  char *what;               /* "cannot move from …" */
  ExchangeBatchFunc run;
  /* When nothing says whether it was done: finds out, and tells in OUTCOME as far as it can. NULL: it can be asked for
   * once more without harm. */
  ExchangeBatchFunc settle;
  TaubeProgress *progress;
  gpointer data;
  gboolean repeated;        /* for RUN: the same was asked before, and nobody knows what became of it */
};

void exchange_batches_init (ExchangeBatches *self, TaubeFolder *folder, ExchangeBatchFunc run, gpointer data);
void exchange_batches_clear (ExchangeBatches *self);
/* An item that can be asked for again is; what came before a failure is done, and is told; only when nothing was done
 * is it the failure of the call. (transfer full) */
TaubeBatchResult *exchange_batches_run (ExchangeBatches *self, const TaubeIdSet *ids, GCancellable *cancellable,
                                        GError **error);

/* One item of OUTCOME. */
void exchange_outcome_set_failed (ExchangeOutcome *self, const char *id, const GError *problem);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ExchangeBatches, exchange_batches_clear)

G_END_DECLS
