/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-types.h>

G_BEGIN_DECLS

/**
 * TaubeError:
 * @TAUBE_ERROR_NOT_SUPPORTED: the backend or the server lacks this; nothing was sent
 * @TAUBE_ERROR_INVALID: an argument, a setting or a URI is wrong; the message names the part
 * @TAUBE_ERROR_CONNECTION: no connection, a time-out, or the connection broke
 * @TAUBE_ERROR_TLS: TLS could not be set up, or was tampered with
 * @TAUBE_ERROR_CERTIFICATE: the server's certificate is not to be trusted; ask the account for it
 * @TAUBE_ERROR_AUTH: the server refused the credentials, or none were given
 * @TAUBE_ERROR_PERMISSION: this login may not do that
 * @TAUBE_ERROR_NOT_FOUND: no such folder or item
 * @TAUBE_ERROR_EXISTS: it is there already
 * @TAUBE_ERROR_PROTOCOL: the server said something that the protocol does not allow
 * @TAUBE_ERROR_LIMIT: one of the library's limits against hostile servers was exceeded
 * @TAUBE_ERROR_QUOTA: the mailbox is full
 * @TAUBE_ERROR_THROTTLED: the server asks to come back later; see [func@Error.get_retry_after]
 * @TAUBE_ERROR_CONFLICT: somebody else changed it in the meantime
 * @TAUBE_ERROR_UNKNOWN_OUTCOME: it may have been done: look before repeating it
 * @TAUBE_ERROR_STORAGE: a local file could not be read or written
 *
 * What went wrong. The message names the operation, the folder and the server's own words. Beside these
 * only `G_IO_ERROR_CANCELLED` and `G_IO_ERROR_PENDING` occur.
 */
typedef enum /*< enum,prefix=TAUBE_ERROR >*/
{
  TAUBE_ERROR_NOT_SUPPORTED,
  TAUBE_ERROR_INVALID,
  TAUBE_ERROR_CONNECTION,
  TAUBE_ERROR_TLS,
  TAUBE_ERROR_CERTIFICATE,
  TAUBE_ERROR_AUTH,
  TAUBE_ERROR_PERMISSION,
  TAUBE_ERROR_NOT_FOUND,
  TAUBE_ERROR_EXISTS,
  TAUBE_ERROR_PROTOCOL,
  TAUBE_ERROR_LIMIT,
  TAUBE_ERROR_QUOTA,
  TAUBE_ERROR_THROTTLED,
  TAUBE_ERROR_CONFLICT,
  TAUBE_ERROR_UNKNOWN_OUTCOME,
  TAUBE_ERROR_STORAGE,
} TaubeError;

/**
 * TAUBE_ERROR:
 *
 * The library's one error domain; its codes are [error@Error].
 */
#define TAUBE_ERROR (taube_error_quark ())

TAUBE_API GQuark taube_error_quark (void);
TAUBE_API guint taube_error_get_retry_after (const GError *error);

G_END_DECLS
