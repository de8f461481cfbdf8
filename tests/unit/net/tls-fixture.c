/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tls-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

char *tls_folder;
NetCert *tls_authority;
NetCert *tls_good;
char *tls_ca_file;

void
tls_set_up (void)
{
  tls_folder = g_dir_make_tmp ("taube-tls-XXXXXX", NULL);
  tls_authority = net_cert_new ("Test CA", NULL, NULL, TRUE, 0, 10);
  tls_good = net_cert_new ("localhost", "DNS:localhost", tls_authority, FALSE, 0, 10);
  tls_ca_file = g_build_filename (tls_folder, "ca.pem", NULL);
  net_cert_save (tls_authority, tls_ca_file);
}

void
tls_tear_down (void)
{
  g_autoptr (GDir) dir = g_dir_open (tls_folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (tls_folder, name, NULL);

      g_unlink (file);
    }
  g_rmdir (tls_folder);
  net_cert_free (tls_good);
  net_cert_free (tls_authority);
  g_free (tls_ca_file);
  g_free (tls_folder);
}

void
tls_serve (int fd, NetServer *server, gpointer data)
{
  TlsScript *script = data;
  char line[100];
  SSL *ssl;
  int n;

  if (script->starttls)
    {
      g_autofree char *consent = g_strconcat ("a OK go ahead\r\n", script->injected, NULL);

      net_write (fd, "* OK ready\r\n");
      if (!net_read_line (fd, line, sizeof line))
        return;
      net_write (fd, consent);
    }
  if (script->garbage != NULL)
    {
      net_write (fd, script->garbage);
      net_drain (fd);
      return;
    }
  ssl = net_accept_tls (fd, script->cert, script->max_version, script->alpn);
  if (ssl == NULL)
    return;
  if (SSL_get_servername (ssl, TLSEXT_NAMETYPE_host_name) != NULL)
    g_strlcpy (script->sni, SSL_get_servername (ssl, TLSEXT_NAMETYPE_host_name), sizeof script->sni);
  SSL_write (ssl, "* OK secure\r\n", 13);
  while ((n = SSL_read (ssl, line, sizeof line)) > 0)
    SSL_write (ssl, line, n);
  net_end_tls (ssl);
}

void
tls_fill_endpoint (TaubeEndpoint *endpoint, NetServer *server)
{
  *endpoint = (TaubeEndpoint){ .host = (char *) "localhost", .port = net_server_get_port (server),
                               .implicit_tls = TRUE, .ca_file = tls_ca_file, .alpn = (char *) "imap",
                               .connect_timeout = 60000, .silence_timeout = 60000 };
}

void
tls_check_greeting (TaubeConnection *connection)
{
  TaubeBuffer *input = taube_connection_get_input (connection);

  while (taube_buffer_length (input) < 13)
    g_assert_cmpint (taube_connection_fill (connection, NULL, NULL), >, 0);
  g_assert_cmpmem (taube_buffer_peek (input), taube_buffer_length (input), "* OK secure\r\n", 13);
  taube_buffer_consume (input, 13);
}
