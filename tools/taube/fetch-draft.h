/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* How a store wants the lines of a message. */
typedef enum
{
  FETCH_LINES_LF,
  FETCH_LINES_CRLF,
  FETCH_LINES_MBOX, /* LF, with a line "From " before and ">From " within, and an empty line behind */
} FetchLines;

/* A message on its way from the server into a file: an output stream that changes line ends as the bytes come. */
typedef struct _FetchDraft FetchDraft;

#define FETCH_TYPE_DRAFT (fetch_draft_get_type ())
GType fetch_draft_get_type (void);

/* FD stays the caller's; PATH is for what errors say. */
FetchDraft *fetch_draft_new (int fd, const char *path, FetchLines lines);
int fetch_draft_get_fd (FetchDraft *self);
const char *fetch_draft_get_path (FetchDraft *self);
/* Everything that came is in the file, though not yet on the disk. May be called again. */
gboolean fetch_draft_end (FetchDraft *self, GError **error);
/* The beginning of the message up to the empty line, or as much of it as is kept. */
const GString *fetch_draft_get_head (FetchDraft *self);
/* How long the message is in the file. */
guint64 fetch_draft_get_size (FetchDraft *self);
/* Why the file could not be written, or NULL: then it was not the disk that failed. */
const GError *fetch_draft_get_failure (FetchDraft *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FetchDraft, g_object_unref)

G_END_DECLS
