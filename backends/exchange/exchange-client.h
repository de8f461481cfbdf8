/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-account-impl.h>

#include "exchange-http.h"
#include "exchange-place.h"
#include "exchange-status.h"

G_BEGIN_DECLS

/* Who asks, and where: signs in once for all sessions of an account, sends requests to its endpoint and to nobody else.
 * Safe between threads; it must not outlive the account. ExchangeClient: exchange-place.h */

typedef struct
{
  const char *what;    /* "GetFolder" */
  GBytes *body;
  TaubeMessageSource *message; /* it follows in base64, and TAIL behind it; or NULL */
  GBytes *tail;
  const char *content_type;
  const char *const *headers; /* a name and a value in turn; or NULL */
  gboolean repeatable; /* it changes nothing */
  gboolean streams;    /* its answer is told bit by bit, and may take very long */
  GUri **elsewhere;    /* or NULL: gets where the server sent us that nobody followed */
} ExchangeCall;

ExchangeClient *exchange_client_new (TaubeAccount *account);
/* For one URL besides, on the same connections, with the same password, which is tried there once. PARENT must live
 * longer. */
ExchangeClient *exchange_client_new_beside (ExchangeClient *parent, GUri *uri);
void exchange_client_free (ExchangeClient *self);

/* Signs in when that has not been done or is not good any more, asks, and waits for the header. What comes is SOAP with
 * status 200 or 500; all else is an error. *SENT: it may have reached the server. TAUBE_ERROR_UNKNOWN_OUTCOME is the
 * caller's to say. */
ExchangeReply *exchange_client_call (ExchangeClient *self, const ExchangeCall *call, gboolean *sent,
                                     GCancellable *cancellable, GError **error);
/* The server asks for nothing before so many seconds have gone: calls wait that long, or fail. */
void exchange_client_set_busy (ExchangeClient *self, guint seconds);
/* An answer belonged to another request: the connections that there are now are used no more. */
void exchange_client_distrust (ExchangeClient *self);
/* Looks whether the account has other credentials now: what was signed in is forgotten then. Each call does it. */
void exchange_client_follow (ExchangeClient *self);
/* The next call looks anew how to sign in. */
void exchange_client_forget (ExchangeClient *self);
/* "Basic", "NTLM", …; NULL: not signed in. */
const char *exchange_client_get_mechanism (ExchangeClient *self);
/* (transfer none) */
ExchangePlace *exchange_client_get_place (ExchangeClient *self);
/* What was shown was not taken. */
gboolean exchange_client_was_refused (ExchangeClient *self);
/* Another password than the one that was refused. */
gboolean exchange_client_renew_password (ExchangeClient *self, guint attempt, const char *refusal,
                                         GCancellable *cancellable, GError **error);

/* Rests. FALSE: it was cancelled. */
gboolean exchange_pause (guint milliseconds, GCancellable *cancellable, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ExchangeClient, exchange_client_free)

G_END_DECLS
