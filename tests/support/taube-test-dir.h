/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A folder of its own for one test, gone with all that is in it when the test ends. */
typedef struct
{
  char *path;
} TaubeTestDir;

TaubeTestDir *taube_test_dir_new (void);
void taube_test_dir_free (TaubeTestDir *self);
char *taube_test_dir_write (TaubeTestDir *self, const char *name, const char *text, gssize length);

/* A file below the source or the build folder, found from TAUBE_SRCDIR and TAUBE_BUILDDIR. */
char *taube_test_source_file (const char *name);
char *taube_test_build_file (const char *name);

/* A port of 127.0.0.1 on which nobody listened a moment ago: connecting to it is refused. */
guint16 taube_test_free_port (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeTestDir, taube_test_dir_free)

G_END_DECLS
