/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <openssl/ssl.h>

G_BEGIN_DECLS

/* An authority of one test's own and certificates of every kind a client must tell apart. Their names:
 *   good          for localhost and 127.0.0.1, signed by the authority
 *   wrong-host    for mail.example.net, signed by the authority
 *   expired       like good, but its time is over
 *   not-yet       like good, but its time has not come
 *   self-signed   for localhost, signed by itself
 */
typedef struct _TaubeTestPki TaubeTestPki;

TaubeTestPki *taube_test_pki_new (void);
void taube_test_pki_free (TaubeTestPki *self);
const char *taube_test_pki_get_ca_file (TaubeTestPki *self);
SSL_CTX *taube_test_pki_get_context (TaubeTestPki *self, const char *name);
X509 *taube_test_pki_get_certificate (TaubeTestPki *self, const char *name);
/* Writes a certificate of the authority's for a person, and its key, into one PEM file; PASSWORD locks the key, or
 * NULL. */
void taube_test_pki_save_client (TaubeTestPki *self, const char *name, const char *file, const char *password);
/* (transfer full): the certificate's and its key's SHA-256, in lower case hexadecimal */
char *taube_test_pki_get_fingerprint (TaubeTestPki *self, const char *name);
char *taube_test_pki_get_key_digest (TaubeTestPki *self, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeTestPki, taube_test_pki_free)

G_END_DECLS
