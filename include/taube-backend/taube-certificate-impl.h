/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-certificate.h>

G_BEGIN_DECLS

/* How a backend makes certificates, and how a failure carries the one it is about, so that TLS by whatever library ends
 * in the same errors. */

/* What a server showed when asked as HOST; the first certificate in PEM. NULL: it cannot be read. (transfer full) */
TAUBE_API TaubeCertificate *taube_certificate_new_from_pem (const char *pem, const char *host,
                                                            TaubeCertificateProblems problems, GError **error);

/* A TAUBE_ERROR_CERTIFICATE that names the reasons, the subject, the fingerprint and the key pin in one line. */
TAUBE_API GError *taube_error_new_certificate (TaubeCertificate *certificate);

/* The certificate that the error (or what it was copied from) is about, or NULL. (transfer none) */
TAUBE_API TaubeCertificate *taube_error_get_certificate (const GError *error);

/* A pin is the SHA-256 of the SubjectPublicKeyInfo in 64 hex digits; "sha256:" before it and colons in it are accepted.
 * Gives the plain lower-case form, or TAUBE_ERROR_INVALID. (transfer full) */
TAUBE_API char *taube_pin_normalize (const char *pin, GError **error);

G_END_DECLS
