/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-connection.h>

G_BEGIN_DECLS

/* For a transport that is somebody else's: the key of ENDPOINT's client certificate as PEM without a password. Blocks
 * on the disk and on the question for the password. TAUBE_ERROR_INVALID, _AUTH. (transfer full) */
TAUBE_API TaubeSecret *taube_client_key_read (const TaubeEndpoint *endpoint, GCancellable *cancellable,
                                              GError **error);

G_END_DECLS
