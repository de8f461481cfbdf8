/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sasl/taube-sasl-mechanism.h"

#include "base/taube-gettext.h"

#include <string.h>

/* More names than this are not shown in an error: the list comes from the server. */
#define NAMES_SHOWN 20

const TaubeSaslMechanism *const taube_sasl_mechanisms[] = {
  &taube_sasl_external,          &taube_sasl_gssapi,          &taube_sasl_oauthbearer,  &taube_sasl_xoauth2,
  &taube_sasl_scram_sha256_plus, &taube_sasl_scram_sha1_plus, &taube_sasl_scram_sha256, &taube_sasl_scram_sha1,
  &taube_sasl_cram_md5,          &taube_sasl_apop,            &taube_sasl_plain,        &taube_sasl_login,
  NULL,
};

/* The protocol's own command counts as the weakest mechanism. It has no name and nothing to start. */
static const TaubeSaslMechanism login_command = {
  .name = "+LOGIN",
  .traits = TAUBE_SASL_NEEDS_PASSWORD | TAUBE_SASL_NEEDS_SECURITY,
  .rank = TAUBE_SASL_RANK_SECRET,
};

TaubeSaslRank
taube_sasl_get_rank (const TaubeSaslMechanism *mechanism)
{
  return mechanism != NULL ? mechanism->rank : login_command.rank;
}

static const TaubeSaslMechanism *
find_mechanism (const char *name)
{
  for (guint i = 0; taube_sasl_mechanisms[i] != NULL; i++)
    if (g_ascii_strcasecmp (taube_sasl_mechanisms[i]->name, name) == 0)
      return taube_sasl_mechanisms[i];
  return g_ascii_strcasecmp (name, login_command.name) == 0 ? &login_command : NULL;
}

static gboolean
is_offered (const TaubeSaslMechanism *mechanism, const char *const *offered, const TaubeSaslRequest *request)
{
  if (mechanism == &login_command)
    return request->login_command;
  if (mechanism == &taube_sasl_apop)
    return request->apop_stamp != NULL;
  for (guint i = 0; offered != NULL && offered[i] != NULL; i++)
    if (g_ascii_strcasecmp (offered[i], mechanism->name) == 0)
      return TRUE;
  return FALSE;
}

/* Why MECHANISM cannot be used with what the user gave, or NULL when it can. */
static const char *
get_obstacle (const TaubeSaslMechanism *mechanism, const TaubeSaslRequest *request)
{
  if ((mechanism->traits & TAUBE_SASL_NEEDS_TOKEN) != 0 && request->token == NULL)
    return _ ("needs an access token");
  if ((mechanism->traits & TAUBE_SASL_NEEDS_PASSWORD) != 0 && request->password == NULL)
    return _ ("needs a password");
  if ((mechanism->traits & TAUBE_SASL_NEEDS_SECURITY) != 0 && !request->secure && !request->allow_plaintext)
    return _ ("only over TLS");
  if ((mechanism->traits & TAUBE_SASL_BINDS_CHANNEL) != 0
      && (request->channel_binding == NULL || request->channel_binding_type == NULL))
    return _ ("needs a connection that can be bound to");
  if ((mechanism->traits & TAUBE_SASL_NEEDS_CONSENT) != 0 && !request->allow_cram_md5)
    return _ ("only when the settings allow it");
  if ((mechanism->traits & TAUBE_SASL_NEEDS_CERTIFICATE) != 0 && !request->client_certificate)
    return _ ("needs a certificate of yours");
  if ((mechanism->traits & TAUBE_SASL_NEEDS_TICKET) != 0 && !request->ticket)
    return _ ("only when it is asked for, or no password is given");
  if (mechanism == &login_command && request->authzid != NULL)
    return _ ("cannot name another user");
  if ((mechanism == &taube_sasl_login || mechanism == &taube_sasl_cram_md5 || mechanism == &taube_sasl_apop)
      && request->authzid != NULL)
    return _ ("cannot name another user");
  return NULL;
}

/* sasl-mech = 1*20mech-char; mech-char = %x41-5A / DIGIT / HYPHEN / UNDERSCORE   (RFC 4422) */
static gboolean
is_mechanism_name (const char *name)
{
  gsize length = strlen (name);

  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (name[i]) && name[i] != '-' && name[i] != '_')
      return FALSE;
  return length >= 1 && length <= 20;
}

/* "PLAIN (only over TLS), GSSAPI (not built in)" */
static char *
describe_offer (const char *const *offered, const TaubeSaslRequest *request)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint shown = 0;

  for (guint i = 0; offered != NULL && offered[i] != NULL && shown < NAMES_SHOWN; i++)
    {
      const TaubeSaslMechanism *mechanism = find_mechanism (offered[i]);
      const char *obstacle = mechanism != NULL ? get_obstacle (mechanism, request) : _ ("not built in");

      if (!is_mechanism_name (offered[i]))
        continue;
      g_string_append_printf (text, "%s%s (%s)", shown++ > 0 ? ", " : "", offered[i],
                              obstacle != NULL ? obstacle : _ ("not the one asked for"));
    }
  if (request->apop_stamp != NULL)
    g_string_append_printf (text, "%sAPOP (%s)", shown++ > 0 ? ", " : "",
                            get_obstacle (&taube_sasl_apop, request) != NULL ? get_obstacle (&taube_sasl_apop, request)
                                                                             : _ ("not the one asked for"));
  if (request->login_command)
    g_string_append_printf (text, _ ("%sthe plain login command (%s)"), shown++ > 0 ? ", " : "",
                            get_obstacle (&login_command, request) != NULL ? get_obstacle (&login_command, request)
                                                                           : _ ("not the one asked for"));
  if (shown == 0)
    g_string_append (text, _ ("no way to sign in"));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
choose_forced (const char *const *offered, const TaubeSaslRequest *request, const TaubeSaslMechanism **mechanism_out,
               GError **error)
{
  const TaubeSaslMechanism *mechanism = find_mechanism (request->mechanism);
  const char *obstacle = mechanism != NULL ? get_obstacle (mechanism, request) : NULL;
  g_autofree char *offer = describe_offer (offered, request);

  if (mechanism == NULL || !is_offered (mechanism, offered, request))
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED,
                   _ ("cannot sign in to %s with %s: %s; the server offers %s"), request->host, request->mechanism,
                   mechanism == NULL ? _ ("no such mechanism is built in") : _ ("the server does not offer it"), offer);
      return FALSE;
    }
  if (obstacle != NULL)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH, _ ("cannot sign in to %s with %s (%s)"), request->host,
                   request->mechanism, obstacle);
      return FALSE;
    }
  *mechanism_out = mechanism;
  return TRUE;
}

static gboolean
is_forced (const TaubeSaslRequest *request)
{
  return request->mechanism != NULL && request->mechanism[0] != '\0' && strcmp (request->mechanism, "*") != 0;
}

gboolean
taube_sasl_needs_no_secret (const char *const *offered, const TaubeSaslRequest *request)
{
  if (is_forced (request))
    {
      const TaubeSaslMechanism *mechanism = find_mechanism (request->mechanism);

      return mechanism == &taube_sasl_external || mechanism == &taube_sasl_gssapi;
    }
  return (is_offered (&taube_sasl_external, offered, request) && get_obstacle (&taube_sasl_external, request) == NULL)
         || (is_offered (&taube_sasl_gssapi, offered, request) && get_obstacle (&taube_sasl_gssapi, request) == NULL);
}

static gboolean
is_good_enough (const TaubeSaslMechanism *mechanism, TaubeSaslRank floor)
{
  return mechanism->rank == TAUBE_SASL_RANK_NONE || mechanism->rank >= floor;
}

/* S34: a server that was stronger before. */
static gboolean
refuse_weaker (const TaubeSaslRequest *request, const char *offer, GError **error)
{
  g_set_error (
      error, TAUBE_ERROR, TAUBE_ERROR_TLS,
      _ ("cannot sign in to %s as \"%s\": it has done so in a safer way before, and now offers %s; somebody may "
         "be in between (AUTH= in the URI allows a weaker way)"),
      request->host, request->user, offer);
  return FALSE;
}

/* MD5 is broken: over TLS APOP protects a password less than TLS does, and a server that offers it keeps the password
 * in the clear. There it comes last, unless the server was signed in to in this way before. In the clear it is better
 * than the password itself. */
static gboolean
is_apop_last (const TaubeSaslRequest *request, TaubeSaslRank floor)
{
  return request->secure && floor < taube_sasl_apop.rank;
}

/* The first of the table that can be used; NULL: none. *KNOWN: one that is built in was offered. */
static const TaubeSaslMechanism *
find_best (const char *const *offered, const TaubeSaslRequest *request, TaubeSaslRank floor, gboolean *known)
{
  const TaubeSaslMechanism *candidates[] = { &login_command, &taube_sasl_apop };

  for (guint i = 0; taube_sasl_mechanisms[i] != NULL; i++)
    {
      const TaubeSaslMechanism *mechanism = taube_sasl_mechanisms[i];

      if (!is_offered (mechanism, offered, request))
        continue;
      *known = TRUE;
      if (get_obstacle (mechanism, request) == NULL
          && !(mechanism == &taube_sasl_apop && is_apop_last (request, floor)))
        return mechanism;
    }
  for (guint i = 0; i < G_N_ELEMENTS (candidates); i++)
    if (is_offered (candidates[i], offered, request) && get_obstacle (candidates[i], request) == NULL)
      return candidates[i];
  return NULL;
}

/* The strongest mechanism that the server offers and the user's secrets allow; *MECHANISM_OUT is NULL when that is
 * the protocol's own login command. NOT_SUPPORTED when nothing that is built in was offered, TLS when all that could be
 * used is below FLOOR, else AUTH. */
gboolean
taube_sasl_choose (const char *const *offered, const TaubeSaslRequest *request, TaubeSaslRank floor,
                   const TaubeSaslMechanism **mechanism_out, GError **error)
{
  const TaubeSaslMechanism *forced = NULL, *best;
  g_autofree char *offer = NULL;
  gboolean known = request->login_command;

  if (is_forced (request))
    {
      if (!choose_forced (offered, request, &forced, error))
        return FALSE;
      *mechanism_out = forced != &login_command ? forced : NULL;
      return TRUE;
    }
  best = find_best (offered, request, floor, &known);
  if (best != NULL && is_good_enough (best, floor))
    {
      *mechanism_out = best != &login_command ? best : NULL;
      return TRUE;
    }
  offer = describe_offer (offered, request);
  if (best != NULL)
    return refuse_weaker (request, offer, error);
  g_set_error (error, TAUBE_ERROR, known ? TAUBE_ERROR_AUTH : TAUBE_ERROR_NOT_SUPPORTED,
               _ ("cannot sign in to %s as \"%s\": the server offers %s"), request->host, request->user, offer);
  return FALSE;
}
