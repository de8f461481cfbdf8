/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "oauth2/taube-oauth2-private.h"

#include <gmodule.h>
#include <string.h>

#include <taube/taube-error.h>
#include <taube-backend/taube-https-helper.h>
#include <taube-backend/taube-throttle.h>
#include <taube-backend/taube-trace.h>

#include "base/taube-gettext.h"
#include "core/taube-backend-private.h"
#include "oauth2/taube-oauth2-provider.h"

#define HELPER_FILE "helper-https." G_MODULE_SUFFIX
#define ANSWER_SECONDS 30
#define ANSWER_BYTES (256 << 10)
#define BUSY_SECONDS 10
#define BUSY_MAXIMUM 3600

/* (transfer full); NULL: it is in no folder. */
static char *
find_helper (void)
{
  g_auto (GStrv) folders = taube_backend_dup_folders ();

  for (guint i = 0; folders[i] != NULL; i++)
    {
      g_autofree char *file = g_build_filename (folders[i], HELPER_FILE, NULL);

      if (g_file_test (file, G_FILE_TEST_IS_REGULAR))
        return g_steal_pointer (&file);
    }
  return NULL;
}

static const TaubeHttpsHelper *
load_helper (GError **error)
{
  g_autofree char *file = find_helper ();
  GModule *module = file != NULL ? g_module_open (file, G_MODULE_BIND_LOCAL) : NULL;
  gpointer symbol = NULL;
  const TaubeHttpsHelper *helper;

  if (module == NULL)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED, _ ("OAuth 2 needs the module %s: %s"), HELPER_FILE,
                   file != NULL ? g_module_error () : _ ("it is not installed"));
      return NULL;
    }
  g_module_make_resident (module);
  helper = g_module_symbol (module, TAUBE_HTTPS_HELPER_SYMBOL, &symbol) ? symbol : NULL;
  if (helper == NULL || helper->abi != TAUBE_HTTPS_HELPER_ABI || helper->size != sizeof (TaubeHttpsHelper))
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED, _ ("OAuth 2 needs the module %s: %s"), HELPER_FILE,
                   _ ("it was made for another version of the library"));
      return NULL;
    }
  return helper;
}

static const TaubeHttpsHelper *
get_helper (GError **error)
{
  static GMutex lock;
  static const TaubeHttpsHelper *helper;
  const TaubeHttpsHelper *found;

  g_mutex_lock (&lock);
  if (helper == NULL)
    helper = load_helper (error);
  found = helper;
  g_mutex_unlock (&lock);
  return found;
}

/* A provider must not get our secrets into somebody's log by repeating them. */
static void
hide_secrets (TaubeOAuth2Answer *answer, const TaubeOAuth2Field *fields, guint n_fields)
{
  static const char *const names[] = { "client_secret", "refresh_token", "code", "code_verifier", "device_code", NULL };

  for (guint i = 0; i < n_fields; i++)
    {
      const char *value = fields[i].value;

      if (value == NULL || value[0] == '\0' || !g_strv_contains (names, fields[i].name))
        continue;
      if (answer->description != NULL && strstr (answer->description, value) != NULL)
        g_clear_pointer (&answer->description, g_free);
      if (answer->error != NULL && strstr (answer->error, value) != NULL)
        {
          g_free (answer->error);
          answer->error = g_strdup ("?");
        }
    }
}

static guint
read_pause (const char *retry_after)
{
  guint64 seconds = 0;

  if (retry_after != NULL && g_ascii_string_to_unsigned (retry_after, 10, 1, G_MAXUINT64, &seconds, NULL))
    return (guint) MIN (seconds, BUSY_MAXIMUM);
  return BUSY_SECONDS;
}

/* A status that no answer explains. */
static gboolean
fail_with_status (const TaubeHttpsAnswer *reply, const char *host, GError **error)
{
  if (reply->status / 100 == 3)
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL,
                 _ ("%s sends us elsewhere (HTTP %u), where secrets do not follow"), host, reply->status);
  else if (reply->status == 429 || reply->status == 503)
    g_propagate_error (error, taube_error_new_throttled (read_pause (reply->retry_after),
                                                         _ ("%s is busy: HTTP %u"), host, reply->status));
  else
    g_set_error (error, TAUBE_ERROR, reply->status / 100 == 5 ? TAUBE_ERROR_CONNECTION : TAUBE_ERROR_PROTOCOL,
                 _ ("%s answers with HTTP %u"), host, reply->status);
  return FALSE;
}

static gboolean
read_answer (const TaubeHttpsAnswer *reply, const char *host, TaubeOAuth2Answer *out, GError **error)
{
  GError *local = NULL;

  if (reply->status / 100 == 3)
    return fail_with_status (reply, host, error);
  if (taube_oauth2_answer_parse (taube_secret_peek (reply->body), out, &local))
    {
      if (out->error != NULL || reply->status == 200)
        return TRUE;
      taube_oauth2_answer_clear (out);
      return fail_with_status (reply, host, error);
    }
  if (reply->status == 200)
    {
      g_propagate_prefixed_error (error, local, "%s: ", host);
      return FALSE;
    }
  g_error_free (local);
  return fail_with_status (reply, host, error);
}

gboolean
taube_oauth2_post (TaubeOAuth2 *self, const char *url, const TaubeOAuth2Field *fields, guint n_fields,
                   TaubeOAuth2Answer *out, GCancellable *cancellable, GError **error)
{
  const TaubeHttpsHelper *helper = get_helper (error);
  g_autofree char *ca_file = taube_oauth2_get_option (self, "ca-file");
  g_autoptr (TaubeSecret) form = taube_oauth2_form_new (fields, n_fields);
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_ENCODED, NULL);
  TaubeHttpsRequest request
    = { .url = url, .form = form, .ca_file = ca_file, .seconds = ANSWER_SECONDS, .body_maximum = ANSWER_BYTES };
  TaubeHttpsAnswer reply = { 0 };
  gboolean ok;

  *out = (TaubeOAuth2Answer){ NULL };
  if (helper == NULL)
    return FALSE;
  TAUBE_TRACE ("oauth2", "> POST %s (***)", url);
  if (!helper->post (&request, &reply, cancellable, error))
    {
      g_prefix_error (error, "%s: ", g_uri_get_host (uri));
      return FALSE;
    }
  TAUBE_TRACE ("oauth2", "< %u", reply.status);
  ok = read_answer (&reply, g_uri_get_host (uri), out, error);
  if (ok)
    hide_secrets (out, fields, n_fields);
  taube_secret_unref (reply.body);
  g_free (reply.retry_after);
  return ok;
}

gboolean
taube_oauth2_post_for_token (TaubeOAuth2 *self, const TaubeOAuth2Field *fields, guint n_fields,
                             TaubeOAuth2Answer *out, GCancellable *cancellable, GError **error)
{
  g_autofree char *url = taube_oauth2_dup_endpoint (self, "token-endpoint", error);
  g_autoptr (GUri) uri = url != NULL ? g_uri_parse (url, G_URI_FLAGS_ENCODED, NULL) : NULL;

  *out = (TaubeOAuth2Answer){ NULL };
  if (url == NULL || !taube_oauth2_post (self, url, fields, n_fields, out, cancellable, error))
    return FALSE;
  if (out->error == NULL && out->access != NULL)
    return TRUE;
  if (out->error != NULL)
    g_propagate_error (error, taube_oauth2_answer_to_error (out, g_uri_get_host (uri)));
  else
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, _ ("%s gives no token that could be used"),
                 g_uri_get_host (uri));
  return FALSE;
}
