/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-connection.h>

#include "net-server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

/* The socket of ours that leads to PORT, which nobody else hands out. */
static int
find_socket (guint16 port)
{
  for (int fd = 3; fd < 256; fd++)
    {
      struct sockaddr_in peer;
      socklen_t size = sizeof peer;

      if (getpeername (fd, (struct sockaddr *) &peer, &size) == 0 && ntohs (peer.sin_port) == port)
        return fd;
    }
  return -1;
}

static int
get_option (int fd, int level, int name)
{
  int value = 0;
  socklen_t size = sizeof value;

  g_assert_cmpint (getsockopt (fd, level, name, &value, &size), ==, 0);
  return value;
}

/* In IDLE a client says nothing for half an hour: the system looks for it whether the server is still there. */
static void
test_vanished_peers_are_noticed (void)
{
  g_autoptr (NetServer) server = net_server_new (NULL, NULL);
  TaubeEndpoint endpoint = { .host = (char *) "127.0.0.1", .port = net_server_get_port (server) };
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeConnection) connection = taube_connection_dial (&endpoint, FALSE, NULL, &error);
  int fd;

  g_assert_no_error (error);
  fd = find_socket (net_server_get_port (server));
  g_assert_cmpint (fd, >=, 3);
  g_assert_cmpint (get_option (fd, SOL_SOCKET, SO_KEEPALIVE), !=, 0);
#ifdef TCP_KEEPIDLE
  g_assert_cmpint (get_option (fd, IPPROTO_TCP, TCP_KEEPIDLE) + get_option (fd, IPPROTO_TCP, TCP_KEEPCNT)
                   * get_option (fd, IPPROTO_TCP, TCP_KEEPINTVL), <=, 300);
#endif
#ifdef TCP_USER_TIMEOUT
  g_assert_cmpint (get_option (fd, IPPROTO_TCP, TCP_USER_TIMEOUT), >, 0);
  g_assert_cmpint (get_option (fd, IPPROTO_TCP, TCP_USER_TIMEOUT), <=, 300000);
#endif
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/probes/vanished-peers-are-noticed", test_vanished_peers_are_noticed);
  return g_test_run ();
}
