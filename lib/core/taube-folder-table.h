/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>

G_BEGIN_DECLS

/* The folders of one account: what is known of each, and the one object of each while it is held. Safe between
 * threads; keeps no reference to any object. Shared by the account and its folders. */
typedef struct _TaubeFolderTable TaubeFolderTable;

/* What can change about a folder. */
typedef struct
{
  TaubeFolderRole role;
  TaubeContent content;
  TaubeFolderFlags flags;
  gint64 total;
  gint64 unread;
  gint64 size;
  TaubeNamespace space;
  TaubeRights rights;
} TaubeFolderState;

/* What is said about a folder in words; nullable. */
typedef struct
{
  const char *owner;
  const char *comment;
} TaubeFolderTexts;

/* A folder that is held, before and after what happened to it. */
typedef struct
{
  gpointer object; /* (transfer full) */
  TaubeFolderState before;
  TaubeFolderState after;
} TaubeFolderDifference;

TaubeFolderTable *taube_folder_table_new (void);
TaubeFolderTable *taube_folder_table_ref (TaubeFolderTable *self);
void taube_folder_table_unref (TaubeFolderTable *self);

/* The object that is held for NAME, the text form of a path. (transfer full), NULL: none */
gpointer taube_folder_table_lookup (TaubeFolderTable *self, const char *name);
/* Makes OBJECT the one of NAME, unless another thread was quicker: then gives that one. (transfer full) */
gpointer taube_folder_table_insert (TaubeFolderTable *self, const char *name, gpointer object);
/* OBJECT is being finalised. */
void taube_folder_table_forget (TaubeFolderTable *self, const char *name, gpointer object);

void taube_folder_table_get_state (TaubeFolderTable *self, const char *name, TaubeFolderState *state_out);
/* Gives the state before; what is published stays known while no object is held. */
void taube_folder_table_publish (TaubeFolderTable *self, const char *name, const TaubeFolderState *state,
                                 const TaubeFolderTexts *texts, TaubeFolderState *before_out,
                                 gboolean *texts_changed_out);
/* (transfer full) */
char *taube_folder_table_dup_owner (TaubeFolderTable *self, const char *name);
char *taube_folder_table_dup_comment (TaubeFolderTable *self, const char *name);
/* Counts of -1 are left as they are; flags in MASK become those in FLAGS. */
void taube_folder_table_update (TaubeFolderTable *self, const char *name, gint64 total, gint64 unread,
                                TaubeFolderFlags mask, TaubeFolderFlags flags, TaubeFolderState *before_out,
                                TaubeFolderState *after_out);
/* A size of -1, rights of NONE leave what is known. */
void taube_folder_table_update_facts (TaubeFolderTable *self, const char *name, gint64 size, TaubeRights rights,
                                      TaubeFolderState *before_out, TaubeFolderState *after_out);
/* What was known of OLD_NAME and of all below it is known of NEW_NAME now; the old ones are gone. Gives a
 * TaubeFolderDifference for each that is held, under either name. (transfer full) */
GArray *taube_folder_table_move (TaubeFolderTable *self, const char *old_name, const char *new_name);
/* NAME leads nowhere any more, or only on to what is below it. (transfer full) */
GArray *taube_folder_table_remove (TaubeFolderTable *self, const char *name, gboolean stays);
/* The name of the folder that was published with ROLE. (transfer full), NULL: none */
char *taube_folder_table_find_role (TaubeFolderTable *self, TaubeFolderRole role);
/* A listing of CONTENT begins; when it ends well, what it did not publish is no longer known. */
guint64 taube_folder_table_begin_listing (TaubeFolderTable *self);
void taube_folder_table_end_listing (TaubeFolderTable *self, guint64 listing, TaubeContent content);

/* The text form of a path: its segments joined by `/`, with `%` and `/` inside a segment as `%25` and `%2F`; and back,
 * where any other `%` stands for itself. (transfer full) */
char *taube_folder_path_to_name (const char *const *path);
char **taube_folder_path_from_name (const char *name);

G_END_DECLS
