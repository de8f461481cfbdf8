/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "exchange-client.h"

G_BEGIN_DECLS

typedef struct
{
  TaubeAccount *account;
  ExchangeClient *client; /* signs in */
  ExchangeHttp *http;
  GHashTable *confirmed; /* names of hosts: the user's agreements are added */
} DiscoverOptions;

typedef struct
{
  GUri *uri;
  char *evidence; /* "Autodiscover: SOAP at autodiscover.example.org" */
} DiscoverFound;

/* Finds the services of the account's mailbox. Asked are the mail domain, what is below it, and what these name or the
 * user agrees to; nobody else. TAUBE_ERROR_NOT_FOUND, _CONNECTION, _CERTIFICATE or _AUTH, with what each server
 * said. */
gboolean discover_search_run (const DiscoverOptions *options, DiscoverFound *found_out, GCancellable *cancellable,
                              GError **error);

G_END_DECLS
