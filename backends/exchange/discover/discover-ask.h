/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "discover/discover-answer.h"
#include "exchange-client.h"

G_BEGIN_DECLS

typedef enum
{
  DISCOVER_FORM_JSON,
  DISCOVER_FORM_SOAP,
  DISCOVER_FORM_POX,
} DiscoverForm;

typedef struct
{
  DiscoverForm form;
  GUri *uri;
  const char *address;
  gboolean may_sign_in; /* what the user signs in with may go there */
} DiscoverQuestion;

/* One of ANSWER, TARGET and PROBLEM is set. */
typedef struct
{
  DiscoverAnswer *answer;
  GUri *target;       /* where a redirect leads */
  gboolean signed_in; /* it was told to somebody who had signed in */
  GError *problem;
  gboolean dead;    /* nobody at that host can be talked to */
  gboolean refused; /* the password was not taken */
} DiscoverReply;

/* "SOAP" */
const char *discover_form_get_name (DiscoverForm form);
/* Where that form is asked at HOST; PORT 0 is the usual one. (transfer full) */
GUri *discover_form_make_uri (DiscoverForm form, const char *host, int port, const char *address);

/* Asks, first without credentials; when the server wants some and the question allows it, with them. FALSE: it was
 * cancelled. */
gboolean discover_ask (ExchangeClient *client, ExchangeHttp *http, guint seconds, const DiscoverQuestion *question,
                       DiscoverReply *reply_out, GCancellable *cancellable, GError **error);
void discover_reply_clear (DiscoverReply *self);

/* Where a plain http request leads, without credentials and without being believed; NULL: nowhere. FALSE: it was
 * cancelled. */
gboolean discover_ask_plain (ExchangeHttp *http, guint seconds, const char *host, GUri **target_out,
                             GCancellable *cancellable, GError **error);
/* The status of a GET without credentials, and what is wrong: 0 with PROBLEM. FALSE: it was cancelled. */
gboolean discover_ask_status (ExchangeHttp *http, guint seconds, GUri *uri, guint *status_out, gboolean *signs_in,
                              GError **problem, GCancellable *cancellable, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DiscoverReply, discover_reply_clear)

G_END_DECLS
