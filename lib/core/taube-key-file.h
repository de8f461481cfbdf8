/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a file NAME.backend says about the module beside it. */
typedef struct
{
  char *name;
  char *title;
  char **schemes;
  guint abi;
} TaubeKeyFile;

/* The text of a key file. FALSE with TAUBE_ERROR_INVALID, and OUT is empty. */
gboolean taube_key_file_parse (const char *text, gsize length, TaubeKeyFile *out, GError **error);
/* The same from a file; nothing but a small regular file is read. */
gboolean taube_key_file_load (const char *path, TaubeKeyFile *out, GError **error);
void taube_key_file_clear (TaubeKeyFile *self);
/* A name as it may stand in a URI as the scheme and in a file's name. */
gboolean taube_key_file_is_name (const char *word);

G_END_DECLS
