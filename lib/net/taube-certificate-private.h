/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-certificate-impl.h>

#include <openssl/x509.h>

G_BEGIN_DECLS

TaubeCertificate *taube_certificate_new_from_x509 (X509 *x509, const char *host, TaubeCertificateProblems problems);
char *taube_x509_get_key_pin (X509 *x509);

G_END_DECLS
