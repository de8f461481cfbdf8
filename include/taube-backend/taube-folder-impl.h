/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-folder.h>
#include <taube/taube-item-list.h>
#include <taube/taube-item.h>
#include <taube-backend/taube-batch-result-impl.h>
#include <taube-backend/taube-changes-impl.h>
#include <taube-backend/taube-id-set-impl.h>
#include <taube-backend/taube-list-request-impl.h>
#include <taube-backend/taube-message-source-impl.h>
#include <taube-backend/taube-progress-impl.h>
#include <taube-backend/taube-session.h>
#include <taube-backend/taube-watch-impl.h>

G_BEGIN_DECLS

#define TAUBE_FOLDER_CLASS(klass) (G_TYPE_CHECK_CLASS_CAST ((klass), TAUBE_TYPE_FOLDER, TaubeFolderClass))
#define TAUBE_FOLDER_GET_CLASS(obj) (G_TYPE_INSTANCE_GET_CLASS ((obj), TAUBE_TYPE_FOLDER, TaubeFolderClass))

typedef struct _TaubeFolderClass TaubeFolderClass;

struct _TaubeFolder
{
  GObject parent_instance;
  gpointer priv;
};

/* A change that may have to be asked after. When the connection broke while the server may have done it, the function
 * returns what can be said (what is in doubt is unknown), sets AGAIN and keeps in STATE what it needs to find out; when
 * nothing at all was done it may do the same with an error. It is then called once more with another session, to find
 * out and to go on. What it says then counts, unless it fails; so does what it said first when no session is to be
 * had. */
typedef struct
{
  gpointer state;            /* NULL at the first call */
  GDestroyNotify free_state;
  gboolean again;            /* out; the second call cannot ask for a third */
} TaubeAttempt;

/* What a folder can do. The public wrapper has checked arguments, state and capability; a function that is NULL becomes
 * TAUBE_ERROR_NOT_SUPPORTED with the row's reason. FALSE or NULL is returned if and only if ERROR is set. */
struct _TaubeFolderClass
{
  GObjectClass parent_class;
  gsize struct_size; /* sizeof (TaubeFolderClass) as the module knows it */

  gboolean (*refresh) (TaubeFolder *self, TaubeSession *session, GCancellable *cancellable, GError **error);
  TaubeItemList *(*list) (TaubeFolder *self, TaubeSession *session, TaubeListRequest *request,
                          GCancellable *cancellable, GError **error);
  TaubeItem *(*get_item) (TaubeFolder *self, TaubeSession *session, const char *id, GCancellable *cancellable,
                          GError **error);
  /* SECTION as in IMAP's BODY[]: "" the whole, "HEADER", "1.2", "1.2.MIME"; LENGTH -1: to the end. Bytes go to SINK as
   * they come; the wrapper flushes nothing and closes nothing. */
  gboolean (*fetch) (TaubeFolder *self, TaubeSession *session, const char *id, const char *section, guint64 offset,
                     gint64 length, GOutputStream *sink, TaubeProgress *progress, GCancellable *cancellable,
                     GError **error);
  TaubeBatchResult *(*set_flags) (TaubeFolder *self, TaubeSession *session, const TaubeIdSet *ids, TaubeFlagsMode mode,
                                  TaubeMessageFlags flags, const char *const *keywords, GCancellable *cancellable,
                                  GError **error);
  /* The structure of a message; optional: without it the wrapper parses the MIME it fetches. (transfer full) */
  TaubePart *(*get_structure) (TaubeFolder *self, TaubeSession *session, const char *id, GCancellable *cancellable,
                               GError **error);
  gboolean (*watch_step) (TaubeFolder *self, TaubeSession *session, TaubeWatchStep *step, GCancellable *cancellable,
                          GError **error);
  /* What happened since STATE, which is what taube_changes_set_state() got for this folder at some time; NULL: from
   * nothing, all that is there is added. STATE was stored by somebody: it is whole, but may be old, or of a later
   * version of the backend: what it is not good for any more is a reset. What happens while the answer is on its way
   * must be in it, or be told next time. */
  TaubeChanges *(*get_changes) (TaubeFolder *self, TaubeSession *session, GBytes *state, TaubeProgress *progress,
                                GCancellable *cancellable, GError **error);
  /* Sources to be written into the folder, each measured already. The ids of the result are their positions, "1" for
   * the first. PROGRESS counts bytes. */
  TaubeBatchResult *(*append) (TaubeFolder *self, TaubeSession *session, GPtrArray *sources, TaubeAttempt *attempt,
                               TaubeProgress *progress, GCancellable *cancellable, GError **error);
  /* TARGET is another folder of the same account, or for copy the same; PROGRESS counts items. New ids are those of
   * TARGET. */
  TaubeBatchResult *(*copy) (TaubeFolder *self, TaubeSession *session, const TaubeIdSet *ids, TaubeFolder *target,
                             TaubeAttempt *attempt, TaubeProgress *progress, GCancellable *cancellable,
                             GError **error);
  TaubeBatchResult *(*move) (TaubeFolder *self, TaubeSession *session, const TaubeIdSet *ids, TaubeFolder *target,
                             TaubeAttempt *attempt, TaubeProgress *progress, GCancellable *cancellable,
                             GError **error);
  /* These items and no others are gone from the folder afterwards. */
  TaubeBatchResult *(*remove) (TaubeFolder *self, TaubeSession *session, const TaubeIdSet *ids, TaubeAttempt *attempt,
                               TaubeProgress *progress, GCancellable *cancellable, GError **error);
  /* SOURCE takes the place of the item: it is never lost, at worst both are there. The result is about ID. */
  TaubeBatchResult *(*replace) (TaubeFolder *self, TaubeSession *session, const char *id, TaubeMessageSource *source,
                                TaubeAttempt *attempt, TaubeProgress *progress, GCancellable *cancellable,
                                GError **error);
  TaubeBatchResult *(*set_labels) (TaubeFolder *self, TaubeSession *session, const TaubeIdSet *ids,
                                   TaubeFlagsMode mode, const char *const *labels, GCancellable *cancellable,
                                   GError **error);
  /* What matches QUERY, as REQUEST wants it; what the server cannot do is done with the help of
   * <taube-backend/taube-search-impl.h>, and the result says so. (transfer full) */
  TaubeSearchResult *(*search) (TaubeFolder *self, TaubeSession *session, TaubeQuery *query,
                                TaubeSearchRequest *request, GCancellable *cancellable, GError **error);
  /* As remove, but the server keeps them for a while out of sight. NULL: it has no such place. */
  TaubeBatchResult *(*remove_recoverable) (TaubeFolder *self, TaubeSession *session, const TaubeIdSet *ids,
                                           TaubeAttempt *attempt, TaubeProgress *progress, GCancellable *cancellable,
                                           GError **error);
  /* All that is in the folder is thrown away, and all folders below it WITH_FOLDERS. Optional: without it, or
   * when it says TAUBE_ERROR_NOT_SUPPORTED, the wrapper lists, and removes what it found. */
  gboolean (*empty) (TaubeFolder *self, TaubeSession *session, TaubeDiscardMode mode, gboolean with_folders,
                     TaubeProgress *progress, GCancellable *cancellable, GError **error);
  /* Every item that is there has TAUBE_MESSAGE_FLAGS_SEEN afterwards. Optional: without it, or when it
   * says TAUBE_ERROR_NOT_SUPPORTED, the wrapper lists, and sets the flag of those that lack it. */
  gboolean (*mark_all_seen) (TaubeFolder *self, TaubeSession *session, GCancellable *cancellable, GError **error);
  /* The language of TAUBE_QUERY_KIND_RAW, as far as it is known now; NULL, also as the function: there is none, so that
   * search() is never called with such a part. */
  const char *(*get_search_language) (TaubeFolder *self);
  /* IMPORTANCE is low, normal or high. NULL: it stands in the header of a message and nowhere else. */
  TaubeBatchResult *(*set_importance) (TaubeFolder *self, TaubeSession *session, const TaubeIdSet *ids,
                                       TaubeImportance importance, GCancellable *cancellable, GError **error);

  gpointer reserved[11];
};

/* Counts and flags as they are now known, from any thread; -1 leaves a count as it is. Notified in the account's
 * context. */
TAUBE_API void taube_folder_set_counts (TaubeFolder *self, gint64 total, gint64 unread);
TAUBE_API void taube_folder_set_size (TaubeFolder *self, gint64 size);
TAUBE_API void taube_folder_set_rights (TaubeFolder *self, TaubeRights rights);
TAUBE_API void taube_folder_set_read_only (TaubeFolder *self, gboolean read_only);

G_END_DECLS
