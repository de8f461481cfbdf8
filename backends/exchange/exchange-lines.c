/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-lines.h"

#include "exchange-endpoint.h"

struct _ExchangeLines
{
  TaubeAccount *account;
  GMutex lock;
  ExchangeHttp *calls;   /* or NULL */
  ExchangeHttp *streams; /* or NULL */
};

ExchangeLines *
exchange_lines_new (TaubeAccount *account)
{
  ExchangeLines *self = g_new0 (ExchangeLines, 1);

  g_mutex_init (&self->lock);
  self->account = account;
  return self;
}

ExchangeLines *
exchange_lines_new_beside (ExchangeLines *other)
{
  ExchangeLines *self = exchange_lines_new (other->account);

  g_mutex_lock (&other->lock);
  self->calls = other->calls != NULL ? exchange_http_ref (other->calls) : NULL;
  g_mutex_unlock (&other->lock);
  return self;
}

void
exchange_lines_free (ExchangeLines *self)
{
  g_clear_pointer (&self->calls, exchange_http_unref);
  g_clear_pointer (&self->streams, exchange_http_unref);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* With the lock. (transfer full); NULL: not made yet */
static ExchangeHttp *
ref_one (ExchangeLines *self, gboolean streams)
{
  if (self->calls == NULL)
    return NULL;
  if (streams && self->streams == NULL)
    self->streams = exchange_http_new_patient (self->calls);
  return exchange_http_ref (streams ? self->streams : self->calls);
}

/* Nobody else waits for what the user may be asked; of two the first stays. */
ExchangeHttp *
exchange_lines_get (ExchangeLines *self, gboolean streams, GCancellable *cancellable, GError **error)
{
  g_autoptr (ExchangeHttp) made = NULL;
  ExchangeHttp *http;

  g_mutex_lock (&self->lock);
  http = ref_one (self, streams);
  g_mutex_unlock (&self->lock);
  if (http != NULL)
    return http;
  made = exchange_endpoint_open (self->account, cancellable, error);
  if (made == NULL)
    return NULL;
  g_mutex_lock (&self->lock);
  if (self->calls == NULL)
    self->calls = g_steal_pointer (&made);
  http = ref_one (self, streams);
  g_mutex_unlock (&self->lock);
  return http;
}

void
exchange_lines_renew (ExchangeLines *self)
{
  g_mutex_lock (&self->lock);
  if (self->calls != NULL)
    exchange_http_renew (self->calls);
  if (self->streams != NULL)
    exchange_http_renew (self->streams);
  g_mutex_unlock (&self->lock);
}

gboolean
exchange_lines_ask_trust (ExchangeLines *self, ExchangeHttp *http, const GError *problem, gboolean may_ask,
                          GCancellable *cancellable)
{
  TaubeCertificate *certificate = taube_error_get_certificate (problem);
  ExchangeTrust *trust = exchange_http_get_trust (http);

  if (certificate != NULL)
    taube_account_set_certificate (self->account, certificate);
  if (certificate == NULL || !may_ask || exchange_trust_is_pinned (trust)
      || !taube_account_ask_trust (self->account, certificate, cancellable))
    return FALSE;
  exchange_trust_accept (trust, taube_certificate_get_fingerprint (certificate));
  return TRUE;
}
