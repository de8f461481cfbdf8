/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube.h>

G_BEGIN_DECLS

/* What is known of folders by the events of a watch alone: a thread takes them, and lists what they name through the
 * same account. */
typedef struct _FolderMirror FolderMirror;

/* How a server's messages are known. */
typedef struct
{
  /* The part of ID under which the server is asked for it beside the library; NULL: all of it. */
  const char *(*get_key) (const char *id);
  /* What is compared of a message. (transfer full) */
  char *(*describe) (TaubeMessageList *list, guint row);
  /* After these failures a list is asked for again: the line breaks for lists, too. Ends with -1. */
  const int *again;
  /* These say that the folder has gone, which an event says as well. Ends with -1. */
  const int *gone;
  guint wait_seconds; /* this long without an event is too long */
} FolderMirrorKind;

/* WATCH is online, and all folders are empty then. */
FolderMirror *folder_mirror_start (TaubeWatch *watch, const FolderMirrorKind *kind);
/* The watch goes on. */
void folder_mirror_stop (FolderMirror *self);
/* Waits until what is known of FOLDER is TRUTH (key -> description): what the server has, which rests. */
void folder_mirror_check (FolderMirror *self, const char *folder, GHashTable *truth);
guint folder_mirror_get_events (FolderMirror *self);

/* Such a table as TRUTH. (transfer full) */
GHashTable *folder_mirror_truth_new (void);
/* WORDS, which is changed, as one text in which their order plays no part. (transfer full) */
char *folder_mirror_join (GPtrArray *words);

G_END_DECLS
