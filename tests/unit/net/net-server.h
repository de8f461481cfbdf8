/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <openssl/ssl.h>

G_BEGIN_DECLS

/* A certificate with its key, made for one test. */
typedef struct
{
  X509 *x509;
  EVP_PKEY *key;
} NetCert;

/* NAMES as in openssl.cnf: "DNS:mail.example.org,IP:127.0.0.1". ISSUER NULL: self-signed. Valid from FROM to TO, in
 * days from now. */
NetCert *net_cert_new (const char *common_name, const char *names, const NetCert *issuer, gboolean authority, int from,
                       int to);
void net_cert_free (NetCert *self);
void net_cert_save (const NetCert *self, const char *file);
char *net_cert_get_pin (const NetCert *self);

/* Listens on 127.0.0.1 and runs FUNC on a thread of its own for each connection; NULL: keeps it open. */
typedef struct _NetServer NetServer;
typedef void (*NetServerFunc) (int fd, NetServer *server, gpointer data);

NetServer *net_server_new (NetServerFunc func, gpointer data);
void net_server_free (NetServer *self); /* when all of its threads have ended */
gboolean net_raise_descriptors (guint wanted); /* FALSE: the system allows fewer */
guint net_count_threads (void);
guint16 net_server_get_port (NetServer *self);
guint net_server_get_count (NetServer *self); /* connections up to now */
/* For a server without FUNC, which keeps all connections open and says nothing. */
void net_server_wait_for (NetServer *self, guint count);
void net_server_say (NetServer *self, guint i, const char *text);
void net_server_hang_up (NetServer *self, guint i);

/* Server side of TLS on FD with CERT, MAX_VERSION (0: any) and ALPN ("imap" or NULL). NULL when the handshake
 * failed. */
SSL *net_accept_tls (int fd, const NetCert *cert, int max_version, const char *alpn);
void net_end_tls (SSL *ssl);

gboolean net_read_line (int fd, char *line, gsize size);
void net_write (int fd, const char *text);
void net_drain (int fd); /* reads until the client closes */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NetCert, net_cert_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NetServer, net_server_free)

G_END_DECLS
