/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ews/ews-errors.h"
#include "ews/ews-reader.h"
#include "ews/ews-requests.h"
#include "exchange-account.h"

G_BEGIN_DECLS

/* One operation: what is asked, and who takes what is answered. */
typedef struct
{
  EwsOperation operation;
  /* The request in that version of the protocol. (transfer full) */
  EwsWriter *(*write) (EwsVersion version, gconstpointer args);
  gconstpointer args;
  const char *what;   /* what is tried, for errors: "cannot list folder \"Inbox\"" */
  gboolean once;      /* a second time would do harm: not asked again, and an error inside the server settles nothing */
  TaubeMessageSource *source; /* a message that stands where the request is split; or NULL */
  const char *stream; /* the element whose text goes to the function of that name; or NULL */
  const char *const *headers; /* of HTTP, a name and a value in turn; or NULL */

  /* Each may be NULL. UNIT and MESSAGE are told of what is good; FAILED of a response message that is an error: without
   * that function, the first one is the error of the whole call. */
  gboolean (*unit) (const EwsNode *unit, const EwsNode *message, guint index, gpointer user_data, GError **error);
  gboolean (*message) (const EwsNode *message, guint index, gpointer user_data, GError **error);
  gboolean (*failed) (const EwsVerdict *verdict, guint index, gpointer user_data, GError **error);
  gboolean (*stream_text) (const char *text, gsize length, gpointer user_data, GError **error);
  /* The header of HTTP has come; the whole was refused, or the one response message that there is. */
  void (*answered) (ExchangeReply *reply, gpointer user_data);
  void (*refused) (const EwsVerdict *verdict, gpointer user_data);
  gpointer user_data;
} EwsCall;

/* Asks and reads the whole answer. A server that is busy is asked again after the pause that it wants, when that is
 * short and nothing has come yet; one that does not know the version of the protocol, in an older one. */
gboolean ews_call_run (ExchangeAccount *account, const EwsCall *call, GCancellable *cancellable, GError **error);

G_END_DECLS
