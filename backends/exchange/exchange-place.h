/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-account-impl.h>

#include "exchange-http.h"

G_BEGIN_DECLS

typedef struct _ExchangeClient ExchangeClient;

/* Where the services of an account are: what URI and settings say, or what Autodiscover found, which is remembered.
 * Safe between threads. */
typedef struct _ExchangePlace ExchangePlace;

ExchangePlace *exchange_place_new (TaubeAccount *account);
void exchange_place_free (ExchangePlace *self);

/* Looks for it when it is not known; CLIENT signs in for that. Others wait meanwhile. TAUBE_ERROR_NOT_FOUND,
 * TAUBE_ERROR_AUTH. (transfer full) */
GUri *exchange_place_get (ExchangePlace *self, ExchangeClient *client, ExchangeHttp *http, GCancellable *cancellable,
                          GError **error);
/* The services are not at URI any more, or wherever they were when it is NULL. TRUE: they were found there, and can be
 * looked for again. */
gboolean exchange_place_forget (ExchangePlace *self, GUri *uri);
/* "https://mail.example.org/EWS/Exchange.asmx"; NULL: not known. (transfer full) */
char *exchange_place_dup_url (ExchangePlace *self);
/* "Autodiscover: SOAP at autodiscover.example.org"; NULL: it was given. (transfer full) */
char *exchange_place_dup_evidence (ExchangePlace *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ExchangePlace, exchange_place_free)

G_END_DECLS
