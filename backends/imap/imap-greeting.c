/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-pipeline.h"

#include "imap-gettext.h"

typedef struct
{
  ImapResponseFunc func;
  gpointer user_data;
  gboolean seen;
} Greeting;

static gboolean
greeting_came (const ImapResponse *response, gpointer user_data, GError **error)
{
  Greeting *greeting = user_data;

  greeting->seen = TRUE;
  return greeting->func (response, greeting->user_data, error);
}

/* Reads the first response of the server and shows it to FUNC. */
gboolean
imap_pipeline_read_greeting (ImapPipeline *self, ImapResponseFunc func, gpointer user_data, GCancellable *cancellable,
                             GError **error)
{
  Greeting greeting = { func, user_data, FALSE };
  gpointer usual_data;
  ImapResponseFunc usual = imap_pipeline_get_unsolicited (self, &usual_data);
  gboolean ok;
  GError *local;

  imap_pipeline_set_unsolicited (self, greeting_came, &greeting);
  ok = imap_pipeline_read (self, cancellable, error);
  imap_pipeline_set_unsolicited (self, usual, usual_data);
  if (!ok || greeting.seen)
    return ok;
  local = g_error_new (TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, _ ("the greeting of the server at %s is not one"),
                       taube_connection_get_host (imap_pipeline_get_connection (self)));
  imap_pipeline_break (self, local);
  g_propagate_error (error, local);
  return FALSE;
}
