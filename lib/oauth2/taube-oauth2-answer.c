/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "oauth2/taube-oauth2-answer.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include <taube/taube-error.h>
#include <taube-backend/taube-throttle.h>

#include "base/taube-gettext.h"

#define DEPTH_MAXIMUM 16
#define TEXT_MAXIMUM 300
#define CLAIMS_MAXIMUM 4096
#define USER_CODE_MAXIMUM 64
#define SECONDS_MAXIMUM (366 * 24 * 3600)
#define BUSY_SECONDS 30

/* The parser goes down by calling itself. */
static gboolean
is_flat (const char *text)
{
  gboolean quoted = FALSE;
  guint depth = 0;

  for (; *text != '\0'; text++)
    if (quoted && *text == '\\' && text[1] != '\0')
      text++;
    else if (*text == '"')
      quoted = !quoted;
    else if (!quoted && (*text == '{' || *text == '[') && ++depth > DEPTH_MAXIMUM)
      return FALSE;
    else if (!quoted && (*text == '}' || *text == ']'))
      depth -= depth > 0;
  return TRUE;
}

static const char *
get_string (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
           ? json_node_get_string (node)
           : NULL;
}

/* A secret is moved: what the parser had of it is wiped. NULL: there is none, or it cannot be sent. */
static TaubeSecret *
take_secret (JsonObject *object, const char *name)
{
  const char *text = get_string (object, name);
  TaubeSecret *secret = text != NULL && text[0] != '\0' ? taube_secret_new (text) : NULL;

  for (const char *c = text != NULL ? text : ""; *c != '\0'; c++)
    if (!g_ascii_isgraph (*c))
      {
        g_clear_pointer (&secret, taube_secret_unref);
        break;
      }
  if (text != NULL)
    taube_memory_wipe ((gpointer) text, strlen (text));
  return secret;
}

/* A number, or one in quotes, as some write it. */
static guint
get_seconds (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);
  const char *text = get_string (object, name);
  gint64 value = text != NULL ? g_ascii_strtoll (text, NULL, 10)
                 : node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_int (node)
                                                                : 0;

  return (guint) CLAMP (value, 0, SECONDS_MAXIMUM);
}

char *
taube_oauth2_clean_text (const char *text)
{
  g_autofree char *valid = text != NULL ? g_utf8_make_valid (text, -1) : NULL;
  g_autoptr (GString) line = g_string_new (NULL);

  for (const char *c = valid; c != NULL && *c != '\0' && line->len < TEXT_MAXIMUM; c = g_utf8_next_char (c))
    {
      gunichar letter = g_utf8_get_char (c);

      if (g_unichar_isgraph (letter))
        g_string_append_unichar (line, letter);
      else if (line->len > 0 && line->str[line->len - 1] != ' ')
        g_string_append_c (line, ' ');
    }
  g_strchomp (line->str);
  return line->str[0] != '\0' ? g_string_free (g_steal_pointer (&line), FALSE) : NULL;
}

static char *
get_text (JsonObject *object, const char *name)
{
  return taube_oauth2_clean_text (get_string (object, name));
}

static char *
get_claims (JsonObject *object)
{
  const char *claims = get_string (object, "claims");

  return claims != NULL && strlen (claims) <= CLAIMS_MAXIMUM ? g_strdup (claims) : NULL;
}

static void
read_object (JsonObject *object, TaubeOAuth2Answer *out)
{
  const char *type = get_string (object, "token_type");
  TaubeSecret *identity = take_secret (object, "id_token");

  out->error = get_text (object, "error");
  out->description = get_text (object, "error_description");
  out->claims = get_claims (object);
  out->refresh = take_secret (object, "refresh_token");
  out->access = take_secret (object, "access_token");
  /* Another kind would have to be shown otherwise. */
  if (type == NULL || g_ascii_strcasecmp (type, "Bearer") != 0)
    g_clear_pointer (&out->access, taube_secret_unref);
  out->expires_in = get_seconds (object, "expires_in");
  out->interval = get_seconds (object, "interval");
  out->device_code = take_secret (object, "device_code");
  out->user_code = get_text (object, "user_code");
  /* "_url" was in a draft, and is still in use. */
  out->verification_uri = get_text (object, "verification_uri");
  if (out->verification_uri == NULL)
    out->verification_uri = get_text (object, "verification_url");
  if (out->user_code != NULL && strlen (out->user_code) > USER_CODE_MAXIMUM)
    g_clear_pointer (&out->user_code, g_free);
  g_clear_pointer (&identity, taube_secret_unref);
}

gboolean
taube_oauth2_answer_parse (const char *text, TaubeOAuth2Answer *out, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonNode *root = NULL;

  *out = (TaubeOAuth2Answer){ NULL };
  if (g_utf8_validate (text, -1, NULL) && is_flat (text) && json_parser_load_from_data (parser, text, -1, NULL))
    root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      /* The parser's own words repeat what it read. */
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, _ ("its answer is no object of JSON"));
      return FALSE;
    }
  read_object (json_node_get_object (root), out);
  return TRUE;
}

void
taube_oauth2_answer_clear (TaubeOAuth2Answer *self)
{
  g_clear_pointer (&self->access, taube_secret_unref);
  g_clear_pointer (&self->refresh, taube_secret_unref);
  g_clear_pointer (&self->device_code, taube_secret_unref);
  g_clear_pointer (&self->user_code, g_free);
  g_clear_pointer (&self->verification_uri, g_free);
  g_clear_pointer (&self->error, g_free);
  g_clear_pointer (&self->description, g_free);
  g_clear_pointer (&self->claims, g_free);
}

gboolean
taube_oauth2_answer_needs_consent (const TaubeOAuth2Answer *self)
{
  static const char *const words[] = { "invalid_grant", "interaction_required", "consent_required", "login_required",
                                       NULL };

  return self->error != NULL && g_strv_contains (words, self->error);
}

static const struct
{
  const char *word;
  TaubeError code;
} codes[] = {
  { "invalid_request", TAUBE_ERROR_PROTOCOL },
  { "unsupported_grant_type", TAUBE_ERROR_NOT_SUPPORTED },
  { "unsupported_response_type", TAUBE_ERROR_NOT_SUPPORTED },
  { "server_error", TAUBE_ERROR_CONNECTION },
};

GError *
taube_oauth2_answer_to_error (const TaubeOAuth2Answer *self, const char *host)
{
  TaubeError code = TAUBE_ERROR_AUTH;
  const char *words = self->description != NULL ? self->description : "";

  if (taube_oauth2_answer_needs_consent (self))
    return g_error_new (TAUBE_ERROR, TAUBE_ERROR_AUTH,
                        _ ("%s gives no more tokens without a new consent of the user: \"%s\" %s"), host, self->error,
                        words);
  if (g_str_equal (self->error, "access_denied"))
    return g_error_new (TAUBE_ERROR, TAUBE_ERROR_AUTH, _ ("the user, or %s, said no: \"%s\" %s"), host, self->error,
                        words);
  if (g_str_equal (self->error, "temporarily_unavailable"))
    return taube_error_new_throttled (BUSY_SECONDS, _ ("%s gives no token: \"%s\" %s"), host, self->error, words);
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_str_equal (self->error, codes[i].word))
      code = codes[i].code;
  return g_error_new (TAUBE_ERROR, (int) code, _ ("%s gives no token: \"%s\" %s"), host, self->error, words);
}
