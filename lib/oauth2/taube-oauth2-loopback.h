/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "oauth2/taube-oauth2-redirect.h"

G_BEGIN_DECLS

/* Where a browser on this machine comes back to, once: a listener on 127.0.0.1 (RFC 8252, 7.3). Used by one thread. */
typedef struct _TaubeOAuth2Loopback TaubeOAuth2Loopback;

/* PORT 0: a free one. TAUBE_ERROR_CONNECTION when it is taken. */
TaubeOAuth2Loopback *taube_oauth2_loopback_open (guint16 port, GError **error);
guint taube_oauth2_loopback_get_port (TaubeOAuth2Loopback *self);
/* Blocking, until somebody comes who knows STATE; others are sent away. TAUBE_ERROR_AUTH: nobody
 * came for so many seconds. */
gboolean taube_oauth2_loopback_wait (TaubeOAuth2Loopback *self, const TaubeSecret *state, guint seconds,
                                     TaubeOAuth2Redirect *out, GCancellable *cancellable, GError **error);
void taube_oauth2_loopback_close (TaubeOAuth2Loopback *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeOAuth2Loopback, taube_oauth2_loopback_close)

G_END_DECLS
