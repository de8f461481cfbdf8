/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-buffer.h>
#include <taube-backend/taube-sasl.h>
#include <taube/taube-error.h>

G_BEGIN_DECLS

/* What a mechanism works with: copies of the request, wiped with the exchange. */
typedef struct
{
  char *user;
  char *authzid; /* nullable */
  TaubeSecret *password; /* nullable */
  TaubeSecret *token;    /* nullable */
  char *host;
  guint16 port;
  const TaubeLimits *limits;
} TaubeSaslIdentity;

typedef enum
{
  TAUBE_SASL_NEEDS_PASSWORD = 1 << 0,
  TAUBE_SASL_NEEDS_TOKEN = 1 << 1,
  TAUBE_SASL_NEEDS_SECURITY = 1 << 2, /* the secret itself goes over the wire */
  TAUBE_SASL_CLIENT_FIRST = 1 << 3,
  TAUBE_SASL_PROVES_SERVER = 1 << 4,  /* success counts only after the server has proved that it knows the password */
} TaubeSaslTraits;

typedef enum
{
  TAUBE_SASL_STATE_ACTIVE,   /* more challenges must come */
  TAUBE_SASL_STATE_WAITING,  /* success may come now, or a challenge that says why not */
  TAUBE_SASL_STATE_DONE,     /* nothing is left to say; the server, where it must, has proved itself */
  TAUBE_SASL_STATE_REFUSED,  /* the server has reported a failure inside the mechanism */
} TaubeSaslState;

typedef struct _TaubeSaslMechanism TaubeSaslMechanism;

struct _TaubeSaslMechanism
{
  const char *name;
  TaubeSaslTraits traits;
  gpointer (*start) (const TaubeSaslMechanism *mechanism, const TaubeSaslIdentity *identity, GError **error);
  /* DATA, never NULL, is the challenge, decoded; empty for the client's first word. The answer is appended to
   * RESPONSE. Sets *REFUSAL (transfer full) to readable text when it returns REFUSED. */
  gboolean (*step) (gpointer exchange, const char *data, gsize length, TaubeBuffer *response, TaubeSaslState *state,
                    char **refusal, GError **error);
  void (*finish) (gpointer exchange);
};

/* Strongest first, ends with a name of NULL. */
extern const TaubeSaslMechanism *const taube_sasl_mechanisms[];

extern const TaubeSaslMechanism taube_sasl_scram_sha256;
extern const TaubeSaslMechanism taube_sasl_scram_sha1;
extern const TaubeSaslMechanism taube_sasl_plain;
extern const TaubeSaslMechanism taube_sasl_login;
extern const TaubeSaslMechanism taube_sasl_oauthbearer;
extern const TaubeSaslMechanism taube_sasl_xoauth2;

gboolean taube_sasl_choose (const char *const *offered, const TaubeSaslRequest *request,
                            const TaubeSaslMechanism **mechanism_out, GError **error);

G_END_DECLS
