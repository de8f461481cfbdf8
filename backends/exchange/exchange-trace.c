/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-trace.h"

#include <taube-backend/taube-trace.h>

/* Of a body. */
#define BODY_BYTES 4096

void
exchange_trace_request (const ExchangeRequest *request)
{
  g_autofree char *uri = NULL;
  gsize length = 0;
  gconstpointer data = request->body != NULL ? g_bytes_get_data (request->body, &length) : NULL;

  if (!taube_trace_is_enabled ("exchange"))
    return;
  uri = g_uri_to_string_partial (request->uri, G_URI_HIDE_USERINFO | G_URI_HIDE_QUERY);
  taube_trace ("exchange", "> %s %s %s (%s)", request->method, uri, request->what,
               request->proof.kind == EXCHANGE_PROOF_NONE ? "nobody" : "***");
  if (length > 0)
    taube_trace_wire ("exchange", ">", data, MIN (length, BODY_BYTES), NULL, 0);
}

void
exchange_trace_answer (gconstpointer data, gsize length)
{
  if (taube_trace_is_enabled ("exchange"))
    taube_trace_wire ("exchange", "<", data, MIN (length, BODY_BYTES), NULL, 0);
}
