/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-trust.h"

#include <string.h>

#include <taube/taube-error.h>

#include "exchange-gettext.h"

struct _ExchangeTrust
{
  GTlsDatabase parent_instance;

  GTlsDatabase *system;
  GTlsDatabase *file; /* of ca-file, or NULL */
  char *pin;          /* in its plain form, or NULL */
  GMutex lock;
  GHashTable *accepted; /* fingerprints */
  TaubeCertificate *refused;
};

G_DEFINE_FINAL_TYPE (ExchangeTrust, exchange_trust, G_TYPE_TLS_DATABASE)

static const struct
{
  GTlsCertificateFlags flag;
  TaubeCertificateProblems problem;
} problems[] = {
  { G_TLS_CERTIFICATE_UNKNOWN_CA, TAUBE_CERTIFICATE_PROBLEMS_UNTRUSTED },
  { G_TLS_CERTIFICATE_BAD_IDENTITY, TAUBE_CERTIFICATE_PROBLEMS_WRONG_HOST },
  { G_TLS_CERTIFICATE_NOT_ACTIVATED, TAUBE_CERTIFICATE_PROBLEMS_NOT_YET_VALID },
  { G_TLS_CERTIFICATE_EXPIRED, TAUBE_CERTIFICATE_PROBLEMS_EXPIRED },
  { G_TLS_CERTIFICATE_REVOKED, TAUBE_CERTIFICATE_PROBLEMS_REVOKED },
  { G_TLS_CERTIFICATE_INSECURE, TAUBE_CERTIFICATE_PROBLEMS_WEAK },
  { G_TLS_CERTIFICATE_GENERIC_ERROR, TAUBE_CERTIFICATE_PROBLEMS_OTHER },
};

static TaubeCertificateProblems
translate (GTlsCertificateFlags flags)
{
  TaubeCertificateProblems found = TAUBE_CERTIFICATE_PROBLEMS_NONE;

  for (guint i = 0; i < G_N_ELEMENTS (problems); i++)
    if (flags & problems[i].flag)
      found |= problems[i].problem;
  return found;
}

/* What the peer calls itself is compared with HOST as it was asked for. */
static char *
get_host (GSocketConnectable *identity)
{
  if (G_IS_NETWORK_ADDRESS (identity))
    return g_strdup (g_network_address_get_hostname (G_NETWORK_ADDRESS (identity)));
  if (G_IS_NETWORK_SERVICE (identity))
    return g_strdup (g_network_service_get_domain (G_NETWORK_SERVICE (identity)));
  if (G_IS_INET_SOCKET_ADDRESS (identity))
    return g_inet_address_to_string (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (identity)));
  return g_strdup ("");
}

static TaubeCertificate *
make_certificate (GTlsCertificate *chain, const char *host, TaubeCertificateProblems found)
{
  g_autofree char *pem = NULL;

  g_object_get (chain, "certificate-pem", &pem, NULL);
  return pem != NULL ? taube_certificate_new_from_pem (pem, host, found, NULL) : NULL;
}

/* The authorities of the file stand beside those of the system. */
static GTlsCertificateFlags
ask_authorities (ExchangeTrust *self, GTlsCertificate *chain, const char *purpose, GSocketConnectable *identity,
                 GTlsDatabaseVerifyFlags flags, GCancellable *cancellable)
{
  GTlsCertificateFlags found = self->system != NULL
                                 ? g_tls_database_verify_chain (self->system, chain, purpose, identity, NULL, flags,
                                                                cancellable, NULL)
                                 : G_TLS_CERTIFICATE_UNKNOWN_CA;

  if (found != G_TLS_CERTIFICATE_NO_FLAGS && self->file != NULL)
    {
      GTlsCertificateFlags other
        = g_tls_database_verify_chain (self->file, chain, purpose, identity, NULL, flags, cancellable, NULL);

      if ((other & G_TLS_CERTIFICATE_UNKNOWN_CA) == 0)
        found = other;
    }
  return found;
}

static gboolean
is_accepted (ExchangeTrust *self, TaubeCertificate *certificate)
{
  gboolean accepted;

  g_mutex_lock (&self->lock);
  accepted = g_hash_table_contains (self->accepted, taube_certificate_get_fingerprint (certificate));
  g_mutex_unlock (&self->lock);
  return accepted;
}

static gboolean
has_pin (TaubeCertificate *certificate, const char *pin)
{
  g_autofree char *own = taube_pin_normalize (taube_certificate_get_key_pin (certificate), NULL);

  return g_strcmp0 (own, pin) == 0;
}

static void
refuse (ExchangeTrust *self, TaubeCertificate *certificate)
{
  g_mutex_lock (&self->lock);
  g_set_object (&self->refused, certificate);
  g_mutex_unlock (&self->lock);
}

static GTlsCertificateFlags
exchange_trust_verify_chain (GTlsDatabase *database, GTlsCertificate *chain, const char *purpose,
                             GSocketConnectable *identity, GTlsInteraction *interaction,
                             GTlsDatabaseVerifyFlags flags, GCancellable *cancellable, GError **error)
{
  ExchangeTrust *self = EXCHANGE_TRUST (database);
  g_autofree char *host = get_host (identity);
  GTlsCertificateFlags found = ask_authorities (self, chain, purpose, identity, flags, cancellable);
  g_autoptr (TaubeCertificate) certificate = NULL;
  gboolean good = found == G_TLS_CERTIFICATE_NO_FLAGS;

  if (self->pin != NULL)
    {
      certificate = make_certificate (chain, host, translate (found));
      good = certificate != NULL && has_pin (certificate, self->pin);
      if (!good)
        g_clear_object (&certificate);
    }
  if (good)
    return G_TLS_CERTIFICATE_NO_FLAGS;
  certificate = make_certificate (
    chain, host, translate (found) | (self->pin != NULL ? TAUBE_CERTIFICATE_PROBLEMS_PIN_MISMATCH : 0));
  /* No agreement of the user stands above the pin. */
  if (certificate != NULL && self->pin == NULL && is_accepted (self, certificate))
    return G_TLS_CERTIFICATE_NO_FLAGS;
  if (certificate != NULL)
    refuse (self, certificate);
  return found != G_TLS_CERTIFICATE_NO_FLAGS ? found : G_TLS_CERTIFICATE_GENERIC_ERROR;
}

ExchangeTrust *
exchange_trust_new (const char *ca_file, const char *pin, GError **error)
{
  g_autoptr (ExchangeTrust) self = g_object_new (EXCHANGE_TYPE_TRUST, NULL);
  GError *local = NULL;

  if (pin != NULL)
    {
      self->pin = taube_pin_normalize (pin, error);
      if (self->pin == NULL)
        return NULL;
    }
  if (ca_file != NULL)
    {
      self->file = g_tls_file_database_new (ca_file, &local);
      if (self->file == NULL)
        {
          g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_STORAGE, _ ("ca-file \"%s\": %s"), ca_file, local->message);
          g_error_free (local);
          return NULL;
        }
    }
  self->system = g_tls_backend_get_default_database (g_tls_backend_get_default ());
  return g_steal_pointer (&self);
}

void
exchange_trust_accept (ExchangeTrust *self, const char *fingerprint)
{
  g_mutex_lock (&self->lock);
  g_hash_table_add (self->accepted, g_strdup (fingerprint));
  g_mutex_unlock (&self->lock);
}

TaubeCertificate *
exchange_trust_take_refused (ExchangeTrust *self, const char *host)
{
  TaubeCertificate *refused = NULL;

  g_mutex_lock (&self->lock);
  if (self->refused != NULL && g_ascii_strcasecmp (taube_certificate_get_host (self->refused), host) == 0)
    refused = g_steal_pointer (&self->refused);
  g_mutex_unlock (&self->lock);
  return refused;
}

gboolean
exchange_trust_is_pinned (ExchangeTrust *self)
{
  return self->pin != NULL;
}

static void
exchange_trust_finalize (GObject *object)
{
  ExchangeTrust *self = EXCHANGE_TRUST (object);

  g_clear_object (&self->system);
  g_clear_object (&self->file);
  g_clear_object (&self->refused);
  g_free (self->pin);
  g_hash_table_unref (self->accepted);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (exchange_trust_parent_class)->finalize (object);
}

static void
exchange_trust_init (ExchangeTrust *self)
{
  g_mutex_init (&self->lock);
  self->accepted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static void
exchange_trust_class_init (ExchangeTrustClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = exchange_trust_finalize;
  G_TLS_DATABASE_CLASS (klass)->verify_chain = exchange_trust_verify_chain;
}
