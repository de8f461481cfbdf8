/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include <taube-backend/taube-certificate-impl.h>

G_BEGIN_DECLS

/* Decides which certificates are trusted, as the other backends do: by the system's authorities and those of ca-file,
 * or by the pin alone when there is one; and those that the user has agreed to. Safe between threads. */
#define EXCHANGE_TYPE_TRUST (exchange_trust_get_type ())
G_DECLARE_FINAL_TYPE (ExchangeTrust, exchange_trust, EXCHANGE, TRUST, GTlsDatabase)

/* Both may be NULL. TAUBE_ERROR_STORAGE: CA_FILE cannot be read. */
ExchangeTrust *exchange_trust_new (const char *ca_file, const char *pin, GError **error);
/* The certificate of that fingerprint is good from now on. */
void exchange_trust_accept (ExchangeTrust *self, const char *fingerprint);
/* The one that was refused last at HOST, or NULL; it is forgotten then. (transfer full) */
TaubeCertificate *exchange_trust_take_refused (ExchangeTrust *self, const char *host);
/* Whether a pin stands in place of authorities. */
gboolean exchange_trust_is_pinned (ExchangeTrust *self);

G_END_DECLS
