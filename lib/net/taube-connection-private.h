/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-connection.h>

#include "net/taube-echoes.h"
#include "net/taube-parking.h"
#include "net/taube-stream.h"

G_BEGIN_DECLS

struct _TaubeConnection
{
  TaubeEndpoint *endpoint;
  guint id;
  char *label_in;  /* of the trace */
  char *label_out;
  TaubeEchoes *echoes; /* NULL: no secret was traced */
  TaubeStream *wire;
  TaubeStream *top;     /* the layer to read from and write to; the same as wire, TLS or DEFLATE over it */
  TaubeStream *tls;     /* NULL: there is none */
  TaubeStream *deflate; /* NULL: there is none */
  gboolean pretended_tls;
  TaubeBuffer input;
  gsize read_bytes; /* how much to ask for at the next read: grows while there is much */
  gboolean eof;
  gint64 deadline;
  guint silence_timeout;
  GError *broken; /* what every further call says */

  TaubeParkEntry entry;
  TaubeConnectionParkFunc park_func;
  gpointer park_data;
};

TaubeConnection *taube_connection_new (const TaubeEndpoint *endpoint, TaubeStream *wire);
TaubeConnection *taube_connection_new_socket (const TaubeEndpoint *endpoint, int fd);
gssize taube_connection_read_some (TaubeConnection *self, GError **error);
gboolean taube_connection_wrap_tls (TaubeConnection *self, GCancellable *cancellable, GError **error);
gboolean taube_connection_handshake (TaubeConnection *self, GCancellable *cancellable, GError **error);
gboolean taube_connection_verify (TaubeConnection *self, GCancellable *cancellable, GError **error);
gboolean taube_connection_break (TaubeConnection *self, GError *error, GError **error_out);

/* What to wait for. */
typedef enum
{
  TAUBE_WAIT_READ = 1 << 0,
  TAUBE_WAIT_WRITE = 1 << 1,
} TaubeWait;

TaubeWait taube_connection_wait (TaubeConnection *self, TaubeWait wanted, gint64 since, GCancellable *cancellable,
                                 GError **error);

G_END_DECLS
