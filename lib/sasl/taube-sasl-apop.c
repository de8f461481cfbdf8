/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sasl/taube-sasl-mechanism.h"

#include <string.h>

/* The digest of POP3's own command APOP (RFC 1939 section 7): MD5 over the stamp of the greeting and the password. It
 * is no mechanism of SASL, but it takes part in the choice, and in the guard against a weaker one. The stamp has been
 * looked at by the one who read the greeting. */

static gpointer
start_apop (const TaubeSaslMechanism *mechanism, const TaubeSaslIdentity *identity, GError **error)
{
  return (gpointer) identity;
}

static gboolean
step_apop (gpointer exchange, const char *data, gsize length, TaubeBuffer *response, TaubeSaslState *state,
           char **refusal, GError **error)
{
  const TaubeSaslIdentity *identity = exchange;
  g_autoptr (GChecksum) md5 = g_checksum_new (G_CHECKSUM_MD5);
  guint8 digest[16];
  gsize n = sizeof digest;

  g_checksum_update (md5, (const guchar *) identity->apop_stamp, (gssize) strlen (identity->apop_stamp));
  g_checksum_update (md5, (const guchar *) taube_secret_peek (identity->password),
                     (gssize) taube_secret_get_length (identity->password));
  g_checksum_get_digest (md5, digest, &n);
  taube_buffer_append (response, digest, n);
  taube_memory_wipe (digest, sizeof digest);
  *state = TAUBE_SASL_STATE_DONE;
  return TRUE;
}

static void
finish_apop (gpointer exchange)
{
}

const TaubeSaslMechanism taube_sasl_apop = {
  .name = "+APOP",
  .traits = TAUBE_SASL_NEEDS_PASSWORD | TAUBE_SASL_CLIENT_FIRST,
  .rank = TAUBE_SASL_RANK_WEAK,
  .start = start_apop,
  .step = step_apop,
  .finish = finish_apop,
};
