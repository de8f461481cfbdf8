/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-secret.h>

G_BEGIN_DECLS

/* HTTPS for the library itself, which links no such library: the helper module `helper-https`, loaded when it is first
 * wanted. It exports one constant datum, `taube_https_helper`. */
#define TAUBE_HTTPS_HELPER_ABI 1
#define TAUBE_HTTPS_HELPER_SYMBOL "taube_https_helper"

typedef struct
{
  const char *url;
  TaubeSecret *form;   /* what is posted: application/x-www-form-urlencoded */
  const char *ca_file; /* PEM; NULL: the authorities of the system */
  guint seconds;       /* for all of it */
  gsize body_maximum;
} TaubeHttpsRequest;

typedef struct
{
  guint status;
  char *retry_after; /* the header, or NULL */
  TaubeSecret *body;
} TaubeHttpsAnswer;

typedef struct
{
  guint32 abi;  /* TAUBE_HTTPS_HELPER_ABI; checked before anything else is touched */
  guint32 size; /* of this struct as the module knows it */

  /* Blocking, on any thread but the I/O thread. Redirects are not followed: they are answers like others.
   * TAUBE_ERROR_CONNECTION, _TLS, _LIMIT, _PROTOCOL, _STORAGE, G_IO_ERROR_CANCELLED. */
  gboolean (*post) (const TaubeHttpsRequest *request, TaubeHttpsAnswer *answer, GCancellable *cancellable,
                    GError **error);
} TaubeHttpsHelper;

G_END_DECLS
