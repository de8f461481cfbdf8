/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sasl/taube-sasl-mechanism.h"

#include "base/taube-gettext.h"

#include <json-glib/json-glib.h>
#include <string.h>

/* A server's explanation is a flat object of three or four strings. */
#define REFUSAL_BYTES 8192
#define REFUSAL_NESTING 8
#define REFUSAL_VALUE_CHARACTERS 200

typedef struct
{
  const TaubeSaslMechanism *mechanism;
  const TaubeSaslIdentity *identity;
  gboolean sent;
} OAuthExchange;

static gpointer
start_oauth (const TaubeSaslMechanism *mechanism, const TaubeSaslIdentity *identity, GError **error)
{
  OAuthExchange *self = g_new0 (OAuthExchange, 1);

  self->mechanism = mechanism;
  self->identity = identity;
  return self;
}

/* "user=" {User} "^Aauth=Bearer " {Access Token} "^A^A"   (Google's and Microsoft's XOAUTH2) */
static void
append_xoauth2 (const TaubeSaslIdentity *identity, GString *prefix)
{
  g_string_append_printf (prefix, "user=%s\001auth=Bearer ", identity->user);
}

/* gs2-header kvsep *kvpair kvsep, where saslname writes "," as "=2C" and "=" as "=3D"   (RFC 7628, RFC 5801) */
static void
append_oauthbearer (const TaubeSaslIdentity *identity, GString *prefix)
{
  const char *name = identity->authzid != NULL ? identity->authzid : identity->user;

  g_string_append (prefix, "n,a=");
  for (; *name != '\0'; name++)
    if (*name == ',')
      g_string_append (prefix, "=2C");
    else if (*name == '=')
      g_string_append (prefix, "=3D");
    else
      g_string_append_c (prefix, *name);
  g_string_append_printf (prefix, ",\001host=%s\001", identity->host);
  if (identity->port != 0)
    g_string_append_printf (prefix, "port=%u\001", identity->port);
  g_string_append (prefix, "auth=Bearer ");
}

static void
append_first_message (OAuthExchange *self, TaubeBuffer *response)
{
  g_autoptr (GString) prefix = g_string_new (NULL);
  gsize token_length = taube_secret_get_length (self->identity->token);

  if (self->mechanism == &taube_sasl_xoauth2)
    append_xoauth2 (self->identity, prefix);
  else
    append_oauthbearer (self->identity, prefix);
  /* all at once, so that no block with the token is left behind by growing */
  taube_buffer_reserve (response, prefix->len + token_length + 2);
  taube_buffer_append (response, prefix->str, prefix->len);
  taube_buffer_append (response, taube_secret_peek (self->identity->token), token_length);
  taube_buffer_append (response, "\001\001", 2);
}

/* json-glib's parser calls itself for each bracket, so deep ones never reach it. */
static gboolean
is_flat (const char *json)
{
  guint depth = 0;

  for (; *json != '\0'; json++)
    {
      if ((*json == '{' || *json == '[') && ++depth > REFUSAL_NESTING)
        return FALSE;
      if ((*json == '}' || *json == ']') && depth > 0)
        depth--;
    }
  return TRUE;
}

static char *
make_presentable (const char *value, const char *token)
{
  g_autofree char *valid = g_utf8_make_valid (value, -1);
  g_autoptr (GString) text = g_string_new (NULL);
  guint n = 0;

  if (strstr (valid, token) != NULL)
    return g_strdup ("***");
  for (const char *c = valid; *c != '\0' && n < REFUSAL_VALUE_CHARACTERS; c = g_utf8_next_char (c), n++)
    g_string_append_unichar (text, g_unichar_isprint (g_utf8_get_char (c)) ? g_utf8_get_char (c) : ' ');
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
append_member (GString *text, JsonObject *object, const char *member, const char *token)
{
  JsonNode *node = json_object_get_member (object, member);
  g_autofree char *value = NULL;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return;
  if (json_node_get_value_type (node) == G_TYPE_STRING)
    value = make_presentable (json_node_get_string (node), token);
  else if (json_node_get_value_type (node) == G_TYPE_INT64)
    value = g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
  if (value != NULL && value[0] != '\0')
    g_string_append_printf (text, "%s%s %s", text->len > 0 ? ", " : "", member, value);
}

/* "the server refused the access token (status 401, schemes bearer, scope https://mail.google.com/)"
 *
 * Only the named members are shown, and never the token, should the server send it back. */
static char *
describe_refusal (const char *json, gsize length, const char *token)
{
  static const char *const members[] = { "status", "error", "error_description", "schemes", "scope" };
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  JsonNode *root = NULL;

  if (length > 0 && length <= REFUSAL_BYTES && g_utf8_validate (json, (gssize) length, NULL) && is_flat (json))
    {
      parser = json_parser_new_immutable ();
      if (json_parser_load_from_data (parser, json, (gssize) length, NULL))
        root = json_parser_get_root (parser);
    }
  if (root != NULL && JSON_NODE_HOLDS_OBJECT (root))
    for (guint i = 0; i < G_N_ELEMENTS (members); i++)
      append_member (text, json_node_get_object (root), members[i], token);

  if (text->len == 0)
    return g_strdup (_ ("the server refused the access token"));
  return g_strdup_printf (_ ("the server refused the access token (%s)"), text->str);
}

/* After the first message the server is silent when it agrees, or sends its reasons and waits for a dummy answer. */
static gboolean
step_oauth (gpointer exchange, const char *data, gsize length, TaubeBuffer *response, TaubeSaslState *state,
            char **refusal, GError **error)
{
  OAuthExchange *self = exchange;

  if (!self->sent)
    {
      append_first_message (self, response);
      self->sent = TRUE;
      *state = TAUBE_SASL_STATE_WAITING;
      return TRUE;
    }
  *refusal = describe_refusal (data, length, taube_secret_peek (self->identity->token));
  *state = TAUBE_SASL_STATE_REFUSED;
  if (self->mechanism == &taube_sasl_oauthbearer)
    taube_buffer_append (response, "\001", 1);
  return TRUE;
}

const TaubeSaslMechanism taube_sasl_oauthbearer = {
  .name = "OAUTHBEARER",
  .traits = TAUBE_SASL_NEEDS_TOKEN | TAUBE_SASL_NEEDS_SECURITY | TAUBE_SASL_CLIENT_FIRST,
  .start = start_oauth,
  .step = step_oauth,
  .finish = g_free,
};

const TaubeSaslMechanism taube_sasl_xoauth2 = {
  .name = "XOAUTH2",
  .traits = TAUBE_SASL_NEEDS_TOKEN | TAUBE_SASL_NEEDS_SECURITY | TAUBE_SASL_CLIENT_FIRST,
  .start = start_oauth,
  .step = step_oauth,
  .finish = g_free,
};
