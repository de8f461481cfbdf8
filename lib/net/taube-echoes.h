/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-trace.h>

G_BEGIN_DECLS

/* Secrets that were sent while the wire trace was on, so that a server that repeats one in its complaint does not bring
 * it into the log: as it was sent, and what base64 hides in it. */
typedef struct _TaubeEchoes TaubeEchoes;

TaubeEchoes *taube_echoes_new (void);
void taube_echoes_free (TaubeEchoes *self);
void taube_echoes_add (TaubeEchoes *self, gconstpointer data, const TaubeRedaction *redactions, guint n_redactions);
/* Where DATA repeats one, in ascending order: of TaubeRedaction. (transfer full) */
GArray *taube_echoes_find (const TaubeEchoes *self, gconstpointer data, gsize length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeEchoes, taube_echoes_free)

G_END_DECLS
