/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-place.h"

#include <libsoup/soup.h>

#include "discover/discover-names.h"
#include "discover/discover-search.h"
#include "exchange-client.h"
#include "exchange-endpoint.h"

#define WAIT_MILLISECONDS 20

struct _ExchangePlace
{
  TaubeAccount *account;
  gboolean wanted;       /* it is to be found */
  GMutex searching;      /* held while somebody looks for it, always before LOCK */
  GHashTable *confirmed; /* hosts that the user has agreed to; whoever searches has it */

  GMutex lock;
  GUri *uri; /* or NULL */
  char *evidence;
};

ExchangePlace *
exchange_place_new (TaubeAccount *account)
{
  ExchangePlace *self = g_new0 (ExchangePlace, 1);

  g_mutex_init (&self->searching);
  g_mutex_init (&self->lock);
  self->account = account;
  self->confirmed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->wanted = discover_names_is_wanted (taube_account_get_uri (account), taube_account_get_settings (account));
  if (!self->wanted)
    {
      g_autofree char *url = exchange_endpoint_make_url (account);

      self->uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL);
    }
  return self;
}

void
exchange_place_free (ExchangePlace *self)
{
  g_clear_pointer (&self->uri, g_uri_unref);
  g_hash_table_unref (self->confirmed);
  g_free (self->evidence);
  g_mutex_clear (&self->lock);
  g_mutex_clear (&self->searching);
  g_free (self);
}

static GUri *
dup_uri (ExchangePlace *self)
{
  GUri *uri;

  g_mutex_lock (&self->lock);
  uri = self->uri != NULL ? g_uri_ref (self->uri) : NULL;
  g_mutex_unlock (&self->lock);
  return uri;
}

/* With the lock of who searches. */
static GUri *
search (ExchangePlace *self, ExchangeClient *client, ExchangeHttp *http, GCancellable *cancellable, GError **error)
{
  DiscoverFound found = { 0 };
  DiscoverOptions options = { .account = self->account, .client = client, .http = http, .confirmed = self->confirmed };

  if (!discover_search_run (&options, &found, cancellable, error))
    return NULL;
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->uri, g_uri_unref);
  self->uri = g_uri_ref (found.uri);
  g_free (self->evidence);
  self->evidence = found.evidence;
  g_mutex_unlock (&self->lock);
  return found.uri;
}

GUri *
exchange_place_get (ExchangePlace *self, ExchangeClient *client, ExchangeHttp *http, GCancellable *cancellable,
                    GError **error)
{
  GUri *uri = dup_uri (self);

  if (uri != NULL)
    return uri;
  /* In small steps, so that waiting can be cancelled. */
  while (!g_mutex_trylock (&self->searching))
    if (!exchange_pause (WAIT_MILLISECONDS, cancellable, error))
      return NULL;
  uri = dup_uri (self); /* somebody else has found it meanwhile */
  if (uri == NULL)
    uri = search (self, client, http, cancellable, error);
  g_mutex_unlock (&self->searching);
  return uri;
}

gboolean
exchange_place_forget (ExchangePlace *self, GUri *uri)
{
  g_autofree char *failed = NULL, *known = NULL;

  if (!self->wanted)
    return FALSE;
  failed = uri != NULL ? g_uri_to_string (uri) : NULL;
  g_mutex_lock (&self->lock);
  known = self->uri != NULL ? g_uri_to_string (self->uri) : NULL;
  if (failed == NULL || g_strcmp0 (known, failed) == 0)
    {
      g_clear_pointer (&self->uri, g_uri_unref);
      g_clear_pointer (&self->evidence, g_free);
    }
  g_mutex_unlock (&self->lock);
  return TRUE;
}

char *
exchange_place_dup_url (ExchangePlace *self)
{
  g_autoptr (GUri) uri = dup_uri (self);

  return uri != NULL ? g_uri_to_string (uri) : NULL;
}

char *
exchange_place_dup_evidence (ExchangePlace *self)
{
  char *evidence;

  g_mutex_lock (&self->lock);
  evidence = g_strdup (self->evidence);
  g_mutex_unlock (&self->lock);
  return evidence;
}
