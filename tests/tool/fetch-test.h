/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "fetch-files.h"
#include "fetch-store.h"
#include "taube-test-dir.h"

G_BEGIN_DECLS

/* What the tests of stores share. */

#define OWNER "aaaaaaaaaaaaaaaaaaaaaaaaaa"

FetchStore *fetch_test_open (const char *target);
/* Stores messages, each under the tag of its number from FIRST, and commits them. */
void fetch_test_store (FetchStore *store, guint first, const char *const *messages);
char *fetch_test_make_tag (guint number);
char *fetch_test_read (const char *path);
/* The paths of the files in PATH whose names contain PART. */
GPtrArray *fetch_test_find (const char *path, const char *part);
/* Writes pieces of a message, each SIZE long, to a new draft. */
FetchDraft *fetch_test_write (FetchStore *store, const char *tag, const char *message, gsize size);

G_END_DECLS
