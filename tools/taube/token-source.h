/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli.h"

G_BEGIN_DECLS

/* Tokens of a token file, which is kept up to date: several programs may use it at once. NULL: there are none. */
TaubeTokenSource *token_source_new (const char *path, GError **error);
/* Waits until nothing is under way: a provider may have replaced what the file holds. */
void token_source_finish_all (void);

G_END_DECLS
