/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "oauth2/taube-oauth2-loopback.h"

#include <string.h>

#include <taube/taube-error.h>

#include "base/taube-gettext.h"
#include "oauth2/taube-oauth2-request.h"

/* Browsers open connections before they need them, and say nothing on some. */
#define GUESTS_MAXIMUM 16
#define REQUEST_MAXIMUM (16 << 10)

/* One connection that has not asked for anything yet. */
typedef struct
{
  GSocket *socket;
  TaubeOAuth2Request request;
} Guest;

struct _TaubeOAuth2Loopback
{
  GSocket *socket;
  GPtrArray *guests;
  GPollFD polls[GUESTS_MAXIMUM + 2];
};

static void
guest_free (gpointer data)
{
  Guest *guest = data;

  g_object_unref (guest->socket);
  taube_oauth2_request_clear (&guest->request);
  g_free (guest);
}

static gboolean
listen_locally (GSocket *socket, guint16 port, GError **error)
{
  g_autoptr (GInetAddress) local = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (local, port);

  /* What is left of connections of an earlier time does not matter; another listener does. */
  return g_socket_bind (socket, address, port != 0, error) && g_socket_listen (socket, error);
}

TaubeOAuth2Loopback *
taube_oauth2_loopback_open (guint16 port, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GSocket) socket
    = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &local);
  TaubeOAuth2Loopback *self;

  if (socket == NULL || !listen_locally (socket, port, &local))
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION, _ ("cannot wait for the browser: %s"), local->message);
      return NULL;
    }
  g_socket_set_blocking (socket, FALSE);
  self = g_new0 (TaubeOAuth2Loopback, 1);
  self->socket = g_steal_pointer (&socket);
  self->guests = g_ptr_array_new_with_free_func (guest_free);
  return self;
}

void
taube_oauth2_loopback_close (TaubeOAuth2Loopback *self)
{
  g_socket_close (self->socket, NULL);
  g_object_unref (self->socket);
  g_ptr_array_unref (self->guests);
  g_free (self);
}

guint
taube_oauth2_loopback_get_port (TaubeOAuth2Loopback *self)
{
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (self->socket, NULL);

  return address != NULL ? g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)) : 0;
}

/* A page for people; nothing of what was asked for is in it. */
static void
answer (Guest *guest, const char *status, const char *words)
{
  g_autofree char *body = g_strdup_printf ("<!DOCTYPE html><meta charset=\"utf-8\"><title>Taube</title><p>%s\n", words);
  g_autofree char *text
    = g_strdup_printf ("HTTP/1.1 %s\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %zu\r\n"
                       "Content-Security-Policy: default-src 'none'\r\nReferrer-Policy: no-referrer\r\n"
                       "Cache-Control: no-store\r\nConnection: close\r\n\r\n%s", status, strlen (body), body);

  /* It fits into what the system keeps; a browser that does not read it is none of our business. */
  g_socket_send (guest->socket, text, strlen (text), NULL, NULL);
  g_socket_shutdown (guest->socket, FALSE, TRUE, NULL);
}

typedef enum
{
  GUEST_WAITS,
  GUEST_LEAVES,
  GUEST_BRINGS_IT,
} GuestResult;

static GuestResult
judge (Guest *guest, const char *line, const TaubeSecret *state, TaubeOAuth2Redirect *out)
{
  gboolean asks = g_str_has_prefix (line, "GET / ") || g_str_has_prefix (line, "GET /?");

  if (taube_oauth2_redirect_parse (line, out))
    {
      if (taube_secret_equal (out->state, state))
        {
          answer (guest, "200 OK", out->code != NULL ? _ ("That was all. This page can be closed.")
                                                     : _ ("Nothing was agreed to. This page can be closed."));
          return GUEST_BRINGS_IT;
        }
      taube_oauth2_redirect_clear (out);
    }
  answer (guest, asks ? "400 Bad Request" : "404 Not Found", _ ("Nobody waits for this."));
  return GUEST_LEAVES;
}

static GuestResult
read_request (Guest *guest, const TaubeSecret *state, TaubeOAuth2Redirect *out)
{
  char data[4096];
  const char *line;
  TaubeParse parse;
  g_autoptr (GError) error = NULL;
  gssize n = g_socket_receive (guest->socket, data, sizeof data, NULL, &error);

  if (n <= 0)
    return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) ? GUEST_WAITS : GUEST_LEAVES;
  parse = taube_oauth2_request_feed (&guest->request, data, (gsize) n, &line);
  taube_memory_wipe (data, sizeof data);
  if (parse == TAUBE_PARSE_VALUE)
    return judge (guest, line, state, out);
  return parse == TAUBE_PARSE_MORE ? GUEST_WAITS : GUEST_LEAVES;
}

static void
admit (TaubeOAuth2Loopback *self)
{
  GSocket *socket = g_socket_accept (self->socket, NULL, NULL);
  Guest *guest;

  if (socket == NULL)
    return;
  /* Whoever has been silent for longest goes. */
  if (self->guests->len == GUESTS_MAXIMUM)
    g_ptr_array_remove_index (self->guests, 0);
  g_socket_set_blocking (socket, FALSE);
  guest = g_new0 (Guest, 1);
  guest->socket = socket;
  taube_oauth2_request_init (&guest->request, REQUEST_MAXIMUM);
  g_ptr_array_add (self->guests, guest);
}

static gboolean
serve_guests (TaubeOAuth2Loopback *self, const TaubeSecret *state, TaubeOAuth2Redirect *out)
{
  for (guint i = self->guests->len; i-- > 0;)
    {
      GuestResult result
        = self->polls[i + 1].revents != 0 ? read_request (self->guests->pdata[i], state, out) : GUEST_WAITS;

      if (result == GUEST_BRINGS_IT)
        return TRUE;
      if (result == GUEST_LEAVES)
        g_ptr_array_remove_index (self->guests, i);
    }
  return FALSE;
}

/* The listener is first, then the guests, then what cancels. */
static guint
fill_polls (TaubeOAuth2Loopback *self, GCancellable *cancellable)
{
  guint n = 0;

  self->polls[n++] = (GPollFD){ g_socket_get_fd (self->socket), G_IO_IN, 0 };
  for (guint i = 0; i < self->guests->len; i++)
    self->polls[n++] = (GPollFD){ g_socket_get_fd (((Guest *) self->guests->pdata[i])->socket), G_IO_IN, 0 };
  if (g_cancellable_make_pollfd (cancellable, &self->polls[n]))
    n++;
  return n;
}

gboolean
taube_oauth2_loopback_wait (TaubeOAuth2Loopback *self, const TaubeSecret *state, guint seconds,
                            TaubeOAuth2Redirect *out, GCancellable *cancellable, GError **error)
{
  gint64 end = g_get_monotonic_time () + (gint64) seconds * G_USEC_PER_SEC, left;

  while ((left = end - g_get_monotonic_time ()) > 0)
    {
      guint n = fill_polls (self, cancellable);
      gboolean polls_cancellable = n > self->guests->len + 1;

      g_poll (self->polls, n, (int) (left / 1000) + 1);
      if (polls_cancellable)
        g_cancellable_release_fd (cancellable);
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (serve_guests (self, state, out))
        return TRUE;
      if (self->polls[0].revents != 0)
        admit (self);
    }
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH, _ ("the user did not come back from the browser in time"));
  return FALSE;
}
