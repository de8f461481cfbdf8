/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube.h>

G_BEGIN_DECLS

/* A line on the terminal for work that takes over a second; nothing at all when standard error is no terminal, or
 * standard output is a pipe: its reader may be drawing on the same terminal. */
typedef struct _ProgressBar ProgressBar;

ProgressBar *progress_bar_start (const char *label, TaubeProgress *progress);
/* What stands behind the bar. */
void progress_bar_set_note (ProgressBar *self, const char *note);
/* Keeps the line away, for instance while a question stands on the terminal. */
void progress_bar_suspend (void);
void progress_bar_resume (void);
void progress_bar_stop (ProgressBar *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProgressBar, progress_bar_stop)

G_END_DECLS
