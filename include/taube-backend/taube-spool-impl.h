/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-leave-policy.h>
#include <taube/taube-receiver.h>
#include <taube/taube-spool.h>
#include <taube-backend/taube-folder-impl.h>

G_BEGIN_DECLS

#define TAUBE_SPOOL_GET_IFACE(obj) (G_TYPE_INSTANCE_GET_INTERFACE ((obj), TAUBE_TYPE_SPOOL, TaubeSpoolInterface))

typedef struct _TaubeSpoolInterface TaubeSpoolInterface;

/* Folders from which messages are retrieved, and which they may then leave, implement this; all of it. FALSE or NULL if
 * and only if ERROR is set. */
struct _TaubeSpoolInterface
{
  GTypeInterface parent_iface;

  /* These four have no session and may be called on any thread, also while one of those below runs. Files only. */
  gboolean (*open_journal) (TaubeFolder *self, const char *path, TaubeJournalFlags flags, GCancellable *cancellable,
                            GError **error);
  gboolean (*has_journal) (TaubeFolder *self);
  void (*close_journal) (TaubeFolder *self);
  /* Durable when it returns. REMOVED: they were also removed where they were stored. */
  gboolean (*confirm) (TaubeFolder *self, const TaubeIdSet *ids, gboolean removed, GCancellable *cancellable,
                       GError **error);

  /* The wrapper holds the lease on SESSION, and a journal was open a moment ago. (transfer full) */
  TaubeItemList *(*list_unstored) (TaubeFolder *self, TaubeSession *session, TaubeListRequest *request,
                                   GCancellable *cancellable, GError **error);
  /* Needs no journal. DONE is what RECEIVER has taken; an error of its own ends the retrieval: what did not come
   * because of it has failed with the same error. PROGRESS counts bytes. (transfer full) */
  TaubeBatchResult *(*retrieve) (TaubeFolder *self, TaubeSession *session, const TaubeIdSet *ids,
                                 TaubeReceiver *receiver, TaubeProgress *progress, GCancellable *cancellable,
                                 GError **error);
  /* The result is about those that POLICY says may go. (transfer full) */
  TaubeBatchResult *(*settle) (TaubeFolder *self, TaubeSession *session, const TaubeLeavePolicy *policy,
                               TaubeAttempt *attempt, TaubeProgress *progress, GCancellable *cancellable,
                               GError **error);

  gpointer reserved[8];
};

G_END_DECLS
