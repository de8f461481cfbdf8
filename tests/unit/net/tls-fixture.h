/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-certificate-impl.h>
#include <taube-backend/taube-connection.h>

#include <taube/taube-error.h>

#include "net-server.h"

G_BEGIN_DECLS

/* What a server does. */
typedef struct
{
  const NetCert *cert;
  int max_version;
  const char *alpn;
  gboolean starttls;    /* plain greeting and one line first */
  const char *injected; /* sent in the same packet as the consent */
  const char *garbage;  /* sent in the place of the TLS handshake */
  char sni[64];
} TlsScript;

/* An authority, its certificate for localhost, and a folder with the authority's as a file. */
extern char *tls_folder;
extern NetCert *tls_authority;
extern NetCert *tls_good;
extern char *tls_ca_file;

void tls_set_up (void);
void tls_tear_down (void);

/* A NetServer's function: does what the TlsScript at DATA says. */
void tls_serve (int fd, NetServer *server, gpointer data);
/* To localhost, with the authority's file. */
void tls_fill_endpoint (TaubeEndpoint *endpoint, NetServer *server);
/* Takes the greeting that tls_serve() sends. */
void tls_check_greeting (TaubeConnection *connection);

G_END_DECLS
