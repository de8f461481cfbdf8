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
  char *service;         /* nullable */
  char *host;
  guint16 port;
  char *channel_binding_type; /* nullable */
  GBytes *channel_binding;    /* nullable */
  gboolean binding_offered;   /* some mechanism of the server's binds the channel */
  char *apop_stamp;           /* nullable */
  const TaubeLimits *limits;
} TaubeSaslIdentity;

typedef enum
{
  TAUBE_SASL_NEEDS_PASSWORD = 1 << 0,
  TAUBE_SASL_NEEDS_TOKEN = 1 << 1,
  TAUBE_SASL_NEEDS_SECURITY = 1 << 2, /* the secret itself goes over the wire */
  TAUBE_SASL_CLIENT_FIRST = 1 << 3,
  TAUBE_SASL_PROVES_SERVER = 1 << 4,  /* success counts only after the server has proved that it knows the password */
  TAUBE_SASL_BINDS_CHANNEL = 1 << 5,
  TAUBE_SASL_NEEDS_CONSENT = 1 << 6,  /* broken long ago: only when the user has said so */
  TAUBE_SASL_NEEDS_CERTIFICATE = 1 << 7, /* TLS has shown one of ours */
  TAUBE_SASL_NEEDS_TICKET = 1 << 8,   /* of Kerberos */
  TAUBE_SASL_BINARY = 1 << 9,         /* challenges may hold any byte */
} TaubeSaslTraits;

/* What somebody in the middle gets to hear; only these are compared with one another. */
typedef enum
{
  TAUBE_SASL_RANK_NONE,   /* another kind of secret: tokens, certificates, tickets */
  TAUBE_SASL_RANK_SECRET, /* the password */
  TAUBE_SASL_RANK_WEAK,   /* something from which it can soon be found */
  TAUBE_SASL_RANK_PROOF,  /* a proof, which can be passed on */
  TAUBE_SASL_RANK_BOUND,  /* a proof for this one connection */
} TaubeSaslRank;

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
  TaubeSaslRank rank;
  gpointer (*start) (const TaubeSaslMechanism *mechanism, const TaubeSaslIdentity *identity, GError **error);
  /* DATA, never NULL, is the challenge, decoded; empty for the client's first word. The answer is appended to
   * RESPONSE. Sets *REFUSAL (transfer full) to readable text when it returns REFUSED. */
  gboolean (*step) (gpointer exchange, const char *data, gsize length, TaubeBuffer *response, TaubeSaslState *state,
                    char **refusal, GError **error);
  void (*finish) (gpointer exchange);
};

/* Strongest first, ends with a name of NULL. */
extern const TaubeSaslMechanism *const taube_sasl_mechanisms[];

extern const TaubeSaslMechanism taube_sasl_apop;
extern const TaubeSaslMechanism taube_sasl_cram_md5;
extern const TaubeSaslMechanism taube_sasl_external;
extern const TaubeSaslMechanism taube_sasl_gssapi;
extern const TaubeSaslMechanism taube_sasl_scram_sha256_plus;
extern const TaubeSaslMechanism taube_sasl_scram_sha1_plus;
extern const TaubeSaslMechanism taube_sasl_scram_sha256;
extern const TaubeSaslMechanism taube_sasl_scram_sha1;
extern const TaubeSaslMechanism taube_sasl_plain;
extern const TaubeSaslMechanism taube_sasl_login;
extern const TaubeSaslMechanism taube_sasl_oauthbearer;
extern const TaubeSaslMechanism taube_sasl_xoauth2;

/* NULL stands for the protocol's own login command. */
TaubeSaslRank taube_sasl_get_rank (const TaubeSaslMechanism *mechanism);
/* The weakest that is good enough without being asked for: FLOOR. */
gboolean taube_sasl_choose (const char *const *offered, const TaubeSaslRequest *request, TaubeSaslRank floor,
                            const TaubeSaslMechanism **mechanism_out, GError **error);

G_END_DECLS
