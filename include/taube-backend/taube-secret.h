/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-types.h>

G_BEGIN_DECLS

/* A string that wipes itself when the last reference goes, and that no log prints. Immutable, safe between threads. */
typedef struct _TaubeSecret TaubeSecret;

TAUBE_API TaubeSecret *taube_secret_new (const char *text);
TAUBE_API TaubeSecret *taube_secret_new_take (char *text);
TAUBE_API TaubeSecret *taube_secret_ref (TaubeSecret *self);
TAUBE_API void taube_secret_unref (TaubeSecret *self);
TAUBE_API const char *taube_secret_peek (const TaubeSecret *self);
TAUBE_API gsize taube_secret_get_length (const TaubeSecret *self);
TAUBE_API gboolean taube_secret_equal (const TaubeSecret *a, const TaubeSecret *b);
TAUBE_API void taube_memory_wipe (gpointer data, gsize length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeSecret, taube_secret_unref)

G_END_DECLS
