/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "token-text.h"

#include <string.h>

#define MAIN_GROUP "taube-tokens"
#define OPTIONS_GROUP "options"
#define VERSION "1"
/* A clock that was wrong must not make a token live for ever. */
#define LIFE_MAXIMUM (24 * 3600)

void
secret_free (char *secret)
{
  if (secret != NULL)
    explicit_bzero (secret, strlen (secret));
  g_free (secret);
}

void
tokens_set_secret (char **place, const char *value)
{
  char *copy = g_strdup (value);

  secret_free (*place);
  *place = copy;
}

Tokens *
tokens_new (const char *provider)
{
  Tokens *self = g_new0 (Tokens, 1);

  self->provider = g_strdup (provider);
  self->options = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
tokens_free (Tokens *self)
{
  secret_free (self->client_secret);
  secret_free (self->refresh_token);
  secret_free (self->access_token);
  g_hash_table_unref (self->options);
  g_free (self->provider);
  g_free (self);
}

/* Reading. */

/* What goes into requests: visible ASCII. FALSE: it is something else. */
static gboolean
read_token (GKeyFile *file, const char *name, char **out)
{
  char *value = g_key_file_get_string (file, MAIN_GROUP, name, NULL);
  gboolean good = value != NULL && *value != '\0';

  if (!g_key_file_has_key (file, MAIN_GROUP, name, NULL))
    return TRUE;
  for (const char *c = good ? value : ""; *c != '\0'; c++)
    good = good && g_ascii_isgraph (*c);
  if (good)
    *out = g_steal_pointer (&value);
  secret_free (value);
  return good;
}

static gboolean
read_options (GKeyFile *file, GHashTable *options)
{
  g_auto (GStrv) names = g_key_file_get_keys (file, OPTIONS_GROUP, NULL, NULL);

  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    {
      char *value = g_key_file_get_string (file, OPTIONS_GROUP, names[i], NULL);

      if (value == NULL)
        return FALSE;
      g_hash_table_replace (options, g_strdup (names[i]), value);
    }
  return TRUE;
}

static Tokens *
read_key_file (GKeyFile *file)
{
  g_autofree char *version = g_key_file_get_string (file, MAIN_GROUP, "version", NULL);
  g_autofree char *provider = g_key_file_get_string (file, MAIN_GROUP, "provider", NULL);
  g_autoptr (Tokens) self = NULL;

  if (g_strcmp0 (version, VERSION) != 0 || provider == NULL || *provider == '\0')
    return NULL;
  self = tokens_new (provider);
  self->client_secret = g_key_file_get_string (file, MAIN_GROUP, "client-secret", NULL);
  self->good_until = g_key_file_get_int64 (file, MAIN_GROUP, "good-until", NULL);
  if (!read_token (file, "refresh-token", &self->refresh_token)
      || !read_token (file, "access-token", &self->access_token) || !read_options (file, self->options))
    return NULL;
  return g_steal_pointer (&self);
}

Tokens *
tokens_parse (const char *text, gsize length)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  if (memchr (text, 0, length) != NULL || !g_utf8_validate (text, (gssize)length, NULL)
      || !g_key_file_load_from_data (file, text, length, G_KEY_FILE_NONE, NULL))
    return NULL;
  return read_key_file (file);
}

/* Writing. */

static void
set (GKeyFile *file, const char *name, const char *value)
{
  if (value != NULL)
    g_key_file_set_string (file, MAIN_GROUP, name, value);
}

char *
tokens_to_text (const Tokens *self)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GList) names = g_list_sort (g_hash_table_get_keys (self->options), (GCompareFunc)strcmp);

  set (file, "version", VERSION);
  set (file, "provider", self->provider);
  set (file, "client-secret", self->client_secret);
  set (file, "refresh-token", self->refresh_token);
  set (file, "access-token", self->access_token);
  if (self->access_token != NULL)
    g_key_file_set_int64 (file, MAIN_GROUP, "good-until", self->good_until);
  for (GList *at = names; at != NULL; at = at->next)
    g_key_file_set_string (file, OPTIONS_GROUP, at->data, g_hash_table_lookup (self->options, at->data));
  return g_key_file_to_data (file, NULL, NULL);
}

/* Using. */

static guint
get_life (const Tokens *self, gint64 now)
{
  if (self->access_token == NULL || self->good_until <= now)
    return 0;
  return self->good_until - now > LIFE_MAXIMUM ? 0 : (guint)(self->good_until - now);
}

gboolean
tokens_are_fresh (const Tokens *self, const char *refused, gint64 now)
{
  return get_life (self, now) > 0 && g_strcmp0 (self->access_token, refused) != 0;
}

TaubeOAuth2 *
tokens_open (const Tokens *self, gint64 now, GError **error)
{
  const char *client_id = g_hash_table_lookup (self->options, "client-id");
  g_autoptr (TaubeOAuth2) source = taube_oauth2_new (self->provider, client_id != NULL ? client_id : "", error);
  GHashTableIter iter;
  gpointer name, value;

  if (source == NULL)
    return NULL;
  g_hash_table_iter_init (&iter, self->options);
  while (g_hash_table_iter_next (&iter, &name, &value))
    if (!taube_oauth2_set_option (source, name, value, error))
      return NULL;
  if (self->client_secret != NULL && !taube_oauth2_set_option (source, "client-secret", self->client_secret, error))
    return NULL;
  taube_oauth2_set_refresh_token (source, self->refresh_token);
  if (get_life (self, now) > 0)
    taube_oauth2_set_access_token (source, self->access_token, get_life (self, now));
  return g_steal_pointer (&source);
}
