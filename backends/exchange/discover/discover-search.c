/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/discover-search.h"

#include <string.h>

#include <libsoup/soup.h>

#include <taube/taube-error.h>
#include <taube-backend/taube-settings-impl.h>
#include <taube-backend/taube-trace.h>

#include "discover/discover-names.h"
#include "discover/discover-steps.h"
#include "exchange-gettext.h"

#define PASSWORDS_MAXIMUM 3
#define SERVICES_MAXIMUM 4 /* of a domain's SRV records */

/* The order in which a server is asked: first what needs no password. */
static gboolean
ask_forms (DiscoverSteps *self, const char *host, int port, const char *address, DiscoverForm first, DiscoverForm last)
{
  for (DiscoverForm form = first; form <= last; form++)
    {
      g_autoptr (GUri) uri = discover_form_make_uri (form, host, port, address);

      if (discover_steps_ask (self, form, uri, address))
        return TRUE;
    }
  return FALSE;
}

/* What stands behind a redirect that nobody vouched for, and that the user has agreed to. */
static gboolean
ask_target (DiscoverSteps *self, GUri *target, const char *address)
{
  const char *host = g_uri_get_host (target);
  int port = g_uri_get_port (target);

  if (ask_forms (self, host, port, address, DISCOVER_FORM_JSON, DISCOVER_FORM_JSON))
    return TRUE;
  if (g_ascii_strcasecmp (g_uri_get_path (target), "/autodiscover/autodiscover.xml") != 0
      && g_str_has_suffix (g_uri_get_path (target), ".xml")
      && discover_steps_ask (self, DISCOVER_FORM_POX, target, address))
    return TRUE;
  return ask_forms (self, host, port, address, DISCOVER_FORM_SOAP, DISCOVER_FORM_POX);
}

/* The one request without TLS: it carries nothing, and where it leads is only a hint. */
static gboolean
ask_plain (DiscoverSteps *self, const char *host, const char *address)
{
  g_autofree char *from = g_strconcat ("http://", host, NULL);
  g_autoptr (GUri) target = NULL;

  TAUBE_TRACE ("exchange", "autodiscover: asking %s where it leads", from);
  if (!discover_ask_plain (self->options->http, self->seconds, host, &target, self->cancellable, &self->fatal))
    return TRUE;
  if (target == NULL)
    return FALSE;
  self->redirects++;
  if (g_uri_get_host (target) == NULL || g_ascii_strcasecmp (g_uri_get_scheme (target), "https") != 0
      || g_uri_get_userinfo (target) != NULL || !discover_names_is_host (g_uri_get_host (target)))
    {
      discover_steps_note (self, _ ("%s leads away from TLS, which is refused"), from);
      return FALSE;
    }
  return discover_steps_may_ask (self, g_uri_get_host (target), from) && ask_target (self, target, address);
}

/* DNS is no proof either: the certificate must be right for the target, and the target for the user. */
static gboolean
ask_services (DiscoverSteps *self, const char *domain, const char *address)
{
  g_autoptr (GResolver) resolver = g_resolver_get_default ();
  g_autofree char *from = g_strconcat ("_autodiscover._tcp.", domain, NULL);
  GList *targets = g_resolver_lookup_service (resolver, "autodiscover", "tcp", domain, self->cancellable, NULL);
  guint n = 0;
  gboolean over = g_cancellable_set_error_if_cancelled (self->cancellable, &self->fatal);

  TAUBE_TRACE ("exchange", "autodiscover: %s: %u targets", from, g_list_length (targets));
  for (GList *at = targets; at != NULL && !over && n < SERVICES_MAXIMUM; at = at->next, n++)
    {
      g_autofree char *host = g_ascii_strdown (g_srv_target_get_hostname (at->data), -1);
      gsize length = strlen (host);

      if (length > 0 && host[length - 1] == '.')
        host[length - 1] = '\0';
      over
          = discover_names_is_host (host) && discover_steps_may_ask (self, host, from)
            && ask_forms (self, host, g_srv_target_get_port (at->data), address, DISCOVER_FORM_JSON, DISCOVER_FORM_POX);
    }
  g_resolver_free_targets (targets);
  return over;
}

gboolean
discover_steps_search (DiscoverSteps *self, const char *address)
{
  g_autofree char *domain = discover_names_get_domain (address);
  g_autofree char *prefixed = g_strconcat ("autodiscover.", domain, NULL);
  gboolean shared = discover_names_is_shared (domain);

  TAUBE_TRACE ("exchange", "autodiscover: looking for the services of %s", address);
  if (ask_forms (self, domain, 0, address, DISCOVER_FORM_JSON, DISCOVER_FORM_JSON))
    return TRUE;
  if (!shared && ask_forms (self, prefixed, 0, address, DISCOVER_FORM_JSON, DISCOVER_FORM_JSON))
    return TRUE;
  if (ask_forms (self, domain, 0, address, DISCOVER_FORM_SOAP, DISCOVER_FORM_POX))
    return TRUE;
  /* Names below such a domain belong to whoever came first. */
  if (shared)
    {
      discover_steps_note (self, _ ("below %s others may have names: nothing is looked for there"), domain);
      return FALSE;
    }
  return ask_forms (self, prefixed, 0, address, DISCOVER_FORM_SOAP, DISCOVER_FORM_POX)
         || ask_plain (self, prefixed, address) || ask_services (self, domain, address);
}

/* The host that the URI names may be the server itself. */
static gboolean
ask_host_itself (DiscoverSteps *self)
{
  const char *host = taube_uri_get_host (taube_account_get_uri (self->options->account));
  g_autoptr (GUri) uri = g_uri_build (SOUP_HTTP_URI_FLAGS, "https", NULL, host, -1, "/EWS/Exchange.asmx", NULL, NULL);
  g_autoptr (GError) problem = NULL;
  gboolean signs_in;
  guint status;

  if (g_hash_table_contains (self->dead, host))
    return FALSE;
  if (!discover_ask_status (self->options->http, self->seconds, uri, &status, &signs_in, &problem, self->cancellable,
                            &self->fatal))
    return TRUE;
  if (!signs_in)
    return FALSE;
  self->found->uri = g_steal_pointer (&uri);
  self->found->evidence = g_strdup_printf ("the name %s itself: no Autodiscover", host);
  return TRUE;
}

static GHashTable *
new_set (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static void
steps_init (DiscoverSteps *self, const DiscoverOptions *options, DiscoverFound *found, const char *address,
            GCancellable *cancellable)
{
  TaubeSettings *settings = taube_account_get_settings (options->account);

  *self = (DiscoverSteps){ .options = options, .found = found, .cancellable = cancellable };
  self->seconds = taube_settings_get_number (settings, "connect-timeout");
  self->allowed = taube_settings_get (settings, "allow-hosts");
  self->domains = g_ptr_array_new_with_free_func (g_free);
  self->notes = g_ptr_array_new_with_free_func (g_free);
  self->named = new_set ();
  self->declined = new_set ();
  self->dead = new_set ();
  self->asked = new_set ();
  g_ptr_array_add (self->domains, discover_names_get_domain (address));
  g_hash_table_add (self->asked, g_ascii_strdown (address, -1));
}

static void
steps_clear (DiscoverSteps *self)
{
  g_free (self->allowed);
  g_ptr_array_unref (self->domains);
  g_ptr_array_unref (self->notes);
  g_hash_table_unref (self->named);
  g_hash_table_unref (self->declined);
  g_hash_table_unref (self->dead);
  g_hash_table_unref (self->asked);
  g_clear_error (&self->untrusted);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DiscoverSteps, steps_clear)

static void
set_error (DiscoverSteps *self, const char *address, GError **error)
{
  g_autofree char *notes = NULL;

  g_ptr_array_add (self->notes, NULL);
  notes = g_strjoinv ("; ", (char **)self->notes->pdata);
  if (self->refused)
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH, _ ("the server refused the password of %s: %s"), address, notes);
  else if (self->answers == 0 && self->untrusted != NULL)
    g_propagate_error (error, g_error_copy (self->untrusted));
  else
    g_set_error (error, TAUBE_ERROR, self->answers == 0 ? (int) TAUBE_ERROR_CONNECTION : (int) TAUBE_ERROR_NOT_FOUND,
                 _ ("no Exchange was found for %s: %s. If you know where it is, give its address as \"url\""), address,
                 notes);
}

/* TRUE: there is another password to try. */
static gboolean
ask_password_again (DiscoverSteps *self, guint attempt, gboolean *cancelled, GError **error)
{
  g_autoptr (GError) problem = NULL;

  if (!self->refused || attempt > PASSWORDS_MAXIMUM)
    return FALSE;
  if (exchange_client_renew_password (self->options->client, attempt, "HTTP 401", self->cancellable, &problem))
    return TRUE;
  *cancelled = g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  if (*cancelled)
    g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

gboolean
discover_search_run (const DiscoverOptions *options, DiscoverFound *found_out, GCancellable *cancellable,
                     GError **error)
{
  g_autofree char *address = discover_names_make_address (taube_account_get_uri (options->account));

  for (guint attempt = 1;; attempt++)
    {
      g_auto (DiscoverSteps) steps = { 0 };
      gboolean cancelled = FALSE;

      steps_init (&steps, options, found_out, address, cancellable);
      if (discover_steps_search (&steps, address) || ask_host_itself (&steps))
        {
          if (steps.fatal != NULL)
            {
              g_propagate_error (error, steps.fatal);
              return FALSE;
            }
          TAUBE_TRACE ("exchange", "autodiscover: found %s (%s)", g_uri_get_host (found_out->uri), found_out->evidence);
          return TRUE;
        }
      if (ask_password_again (&steps, attempt, &cancelled, error))
        continue;
      if (!cancelled)
        set_error (&steps, address, error);
      return FALSE;
    }
}
