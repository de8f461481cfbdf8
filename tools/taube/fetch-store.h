/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "fetch-draft.h"

#include <taube/taube.h>

G_BEGIN_DECLS

/* A place for messages on this machine. Each message has a tag that says which one of the server's it is, so that a
 * store knows what it has, also of a run that was killed.
 *
 * A message is begun, written, finished (or dropped); then all that are finished are committed at once. After that they
 * are in their place and survive a power cut; before, they do not count, and the next run clears them away. */
typedef struct _FetchStore FetchStore;

/* What a kind of store is; the functions as in the public ones below. */
typedef struct
{
  const char *name;
  FetchLines lines;
  gboolean tells_removed; /* it can tell which messages the user has removed */
  FetchStore *(*open) (const char *path, const char *owner, GError **error);
  void (*close) (FetchStore *self);
  char *(*make_path) (FetchStore *self, const char *suffix);
  int (*begin) (FetchStore *self, const char *tag, char **path_out, GError **error);
  gboolean (*finish) (FetchStore *self, const char *tag, FetchDraft *draft, char **place_out, GError **error);
  void (*drop) (FetchStore *self, FetchDraft *draft);
  gboolean (*commit) (FetchStore *self, GError **error);
  gboolean (*forget) (FetchStore *self, GError **error);
} FetchStoreKind;

/* The beginning of every store. */
struct _FetchStore
{
  const FetchStoreKind *kind;
  char *path;
  char *owner;      /* the tag of the account */
  gboolean created; /* nothing was there before */
  GHashTable *tags; /* of those that are in their place */
  GHashTable *seen; /* of those that were at the end of the run before */
};

extern const FetchStoreKind fetch_store_maildir;
extern const FetchStoreKind fetch_store_eml;
extern const FetchStoreKind fetch_store_mbox;

/* The kind that TARGET, such as "maildir:PATH", names, and the PATH; or NULL. */
const FetchStoreKind *fetch_store_find_kind (const char *target, const char **path_out);
/* Puts right what an earlier run has left. OWNER is the tag of the account. */
FetchStore *fetch_store_open (const FetchStoreKind *kind, const char *path, const char *owner, GError **error);
void fetch_store_close (FetchStore *self);
/* Whether nothing was there before. */
gboolean fetch_store_was_created (FetchStore *self);
/* A file beside the messages for what is known of this account. */
char *fetch_store_make_path (FetchStore *self, const char *suffix);
/* Whether the message is in its place; for an mbox only until forget. */
gboolean fetch_store_has (FetchStore *self, const char *tag);

FetchDraft *fetch_store_begin (FetchStore *self, const char *tag, GError **error);
/* The draft is gone afterwards. PLACE_OUT: the file that will hold it. */
gboolean fetch_store_finish (FetchStore *self, const char *tag, FetchDraft *draft, char **place_out, GError **error);
void fetch_store_drop (FetchStore *self, FetchDraft *draft);
gboolean fetch_store_commit (FetchStore *self, GError **error);
/* What was committed is known elsewhere, too: a store that has to write down what it has need not any more. */
gboolean fetch_store_forget (FetchStore *self, GError **error);

/* Whether there was a message of this tag at the end of an earlier run. */
gboolean fetch_store_had (FetchStore *self, const char *tag);
/* Whether the message was here at the end of an earlier run, and is not any more. */
gboolean fetch_store_was_removed (FetchStore *self, const char *tag);
/* For the next run: what is here now. */
gboolean fetch_store_remember (FetchStore *self, GError **error);

/* For those who make a store. */
void fetch_store_init (FetchStore *self, const FetchStoreKind *kind, const char *path, const char *owner);
void fetch_store_clear (FetchStore *self);
/* Remembers the tags in the names of the files of a folder and of the folders in it that DEPTH reaches. */
gboolean fetch_store_scan (FetchStore *self, const char *path, guint depth, GError **error);
/* Finds "CHARACTER TAG" in a name: gives the tag, or NULL. */
char *fetch_store_find_tag (const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FetchStore, fetch_store_close)

G_END_DECLS
