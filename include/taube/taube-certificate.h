/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>

G_BEGIN_DECLS

#define TAUBE_TYPE_CERTIFICATE (taube_certificate_get_type ())
#define TAUBE_CERTIFICATE(obj) (G_TYPE_CHECK_INSTANCE_CAST ((obj), TAUBE_TYPE_CERTIFICATE, TaubeCertificate))
#define TAUBE_IS_CERTIFICATE(obj) (G_TYPE_CHECK_INSTANCE_TYPE ((obj), TAUBE_TYPE_CERTIFICATE))
TAUBE_API GType taube_certificate_get_type (void);

TAUBE_API const char *taube_certificate_get_host (TaubeCertificate *self);
TAUBE_API TaubeCertificateProblems taube_certificate_get_problems (TaubeCertificate *self);
TAUBE_API const char *taube_certificate_get_subject (TaubeCertificate *self);
TAUBE_API const char *taube_certificate_get_issuer (TaubeCertificate *self);
TAUBE_API GDateTime *taube_certificate_get_not_before (TaubeCertificate *self);
TAUBE_API GDateTime *taube_certificate_get_not_after (TaubeCertificate *self);
TAUBE_API const char *const *taube_certificate_get_host_names (TaubeCertificate *self);
TAUBE_API const char *taube_certificate_get_fingerprint (TaubeCertificate *self);
TAUBE_API const char *taube_certificate_get_key_pin (TaubeCertificate *self);
TAUBE_API const char *taube_certificate_get_pem (TaubeCertificate *self);
TAUBE_API char *taube_certificate_to_string (TaubeCertificate *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeCertificate, g_object_unref)

G_END_DECLS
