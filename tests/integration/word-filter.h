/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A wire to a server on this machine that hides words of its capability lists. */
typedef struct _WordFilter WordFilter;

WordFilter *word_filter_start (guint16 port, const char *const *words);
void word_filter_stop (WordFilter *self);
guint16 word_filter_get_port (WordFilter *self);

G_END_DECLS
