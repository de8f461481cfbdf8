/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/discover-steps.h"

#include <string.h>

#include <libsoup/soup.h>

#include <taube/taube-error.h>
#include <taube-backend/taube-trace.h>

#include "discover/discover-names.h"
#include "exchange-gettext.h"

#define REDIRECTS_MAXIMUM 10
#define NOTES_MAXIMUM 12

void
discover_steps_note (DiscoverSteps *self, const char *format, ...)
{
  g_autofree char *note = NULL;
  va_list args;

  va_start (args, format);
  note = g_strdup_vprintf (format, args);
  va_end (args);
  TAUBE_TRACE ("exchange", "autodiscover: %s", note);
  if (self->notes->len < NOTES_MAXIMUM && !g_ptr_array_find_with_equal_func (self->notes, note, g_str_equal, NULL))
    g_ptr_array_add (self->notes, g_steal_pointer (&note));
}

/* Whose word counts. */

static gboolean
is_vouched (DiscoverSteps *self, const char *host)
{
  g_autofree char *key = g_ascii_strdown (host, -1);

  for (guint i = 0; i < self->domains->len; i++)
    if (discover_names_is_own (host, self->domains->pdata[i]))
      return TRUE;
  return g_hash_table_contains (self->named, key) || g_hash_table_contains (self->options->confirmed, key)
         || discover_names_is_listed (host, self->allowed);
}

static void
vouch (DiscoverSteps *self, const char *host)
{
  g_hash_table_add (self->named, g_ascii_strdown (host, -1));
}

gboolean
discover_steps_may_ask (DiscoverSteps *self, const char *host, const char *from)
{
  g_autofree char *key = g_ascii_strdown (host, -1);

  if (is_vouched (self, host))
    return TRUE;
  if (!g_hash_table_contains (self->declined, key)
      && taube_account_ask_host (self->options->account, host, self->cancellable))
    {
      TAUBE_TRACE ("exchange", "autodiscover: the user agrees to %s", host);
      g_hash_table_add (self->options->confirmed, g_steal_pointer (&key));
      return TRUE;
    }
  g_hash_table_add (self->declined, g_steal_pointer (&key));
  discover_steps_note (self,
                       _ ("%s leads to %s, and nothing proves that: it is asked nothing and gets nothing. If it is the "
                          "right one, give the option \"allow-hosts=%s\""),
                       from, host, host);
  return FALSE;
}

/* A token opens a mailbox elsewhere, too: it goes to whom the user has named, not to whom a convention does. A password
 * belongs to the mail domain, whose certificates prove who is asked. */
static gboolean
may_sign_in (DiscoverSteps *self, const char *host)
{
  g_autofree char *key = g_ascii_strdown (host, -1);

  if (taube_account_has_password (self->options->account))
    return TRUE;
  return g_ascii_strcasecmp (host, taube_uri_get_host (taube_account_get_uri (self->options->account))) == 0
         || g_hash_table_contains (self->options->confirmed, key) || discover_names_is_listed (host, self->allowed);
}

/* Endpoints. */

/* NULL: nothing goes there. */
static GUri *
read_endpoint (DiscoverSteps *self, const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL);
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;

  if (host == NULL || g_uri_get_userinfo (uri) != NULL
      || !(discover_names_is_host (host) || g_hostname_is_ip_address (host) || strcmp (host, "localhost") == 0))
    {
      discover_steps_note (self, _ ("\"%s\" is not the URL of an endpoint"), url);
      return NULL;
    }
  if (g_ascii_strcasecmp (g_uri_get_scheme (uri), "https") != 0)
    {
      discover_steps_note (self, _ ("\"%s\" is without TLS, which is refused"), url);
      return NULL;
    }
  return g_steal_pointer (&uri);
}

/* Whether it answers as an endpoint may, whoever asks. */
static gboolean
is_there (DiscoverSteps *self, GUri *uri)
{
  g_autoptr (GError) problem = NULL;
  gboolean signs_in;
  guint status;

  if (!discover_ask_status (self->options->http, self->seconds, uri, &status, &signs_in, &problem, self->cancellable,
                            &self->fatal))
    return FALSE;
  if (status == 0)
    {
      discover_steps_note (self, "%s", problem->message);
      return FALSE;
    }
  if (status / 100 != 3 && status != 404 && status != 410 && status != 502 && status != 504)
    return TRUE;
  discover_steps_note (self, "%s: HTTP %u", g_uri_get_host (uri), status);
  return FALSE;
}

gboolean
discover_steps_choose (DiscoverSteps *self, GPtrArray *urls, const char *evidence)
{
  g_autoptr (GUri) chosen = NULL;

  for (guint i = 0; i < urls->len; i++)
    {
      g_autoptr (GUri) uri = read_endpoint (self, urls->pdata[i]);

      if (uri == NULL)
        continue;
      /* One that stands alone is what it is; of several, some can be reached from inside only. */
      if (urls->len == 1 || is_there (self, uri))
        {
          g_clear_pointer (&chosen, g_uri_unref);
          chosen = g_steal_pointer (&uri);
          break;
        }
      if (self->fatal != NULL)
        return TRUE;
      if (chosen == NULL)
        chosen = g_steal_pointer (&uri);
    }
  if (chosen == NULL)
    return FALSE;
  self->found->uri = g_steal_pointer (&chosen);
  self->found->evidence = g_strdup (evidence);
  return TRUE;
}

/* What an answer leads to. */

static gboolean
count_redirect (DiscoverSteps *self, const char *from)
{
  if (++self->redirects <= REDIRECTS_MAXIMUM)
    return TRUE;
  discover_steps_note (self, _ ("%s: more than %d redirects"), from, REDIRECTS_MAXIMUM);
  return FALSE;
}

static gboolean
is_secure (DiscoverSteps *self, GUri *target, const char *from)
{
  const char *host = g_uri_get_host (target);

  if (g_ascii_strcasecmp (g_uri_get_scheme (target), "https") == 0 && host != NULL
      && g_uri_get_userinfo (target) == NULL && discover_names_is_host (host))
    return TRUE;
  discover_steps_note (self, _ ("%s leads away from TLS, which is refused"), from);
  return FALSE;
}

/* A redirect that was told to somebody who had signed in is the word of the service itself; any other one is what web
 * servers send for every path that they do not have. */
static gboolean
follow (DiscoverSteps *self, DiscoverForm form, GUri *from, DiscoverReply *reply, const char *address)
{
  const char *host = g_uri_get_host (from);

  if (!count_redirect (self, host) || !is_secure (self, reply->target, host))
    return FALSE;
  if (reply->signed_in)
    vouch (self, g_uri_get_host (reply->target));
  else if (!discover_steps_may_ask (self, g_uri_get_host (reply->target), host))
    return FALSE;
  return discover_steps_ask (self, form, reply->target, address);
}

/* The service names another place of the service. */
static gboolean
go_to_place (DiscoverSteps *self, DiscoverForm form, GUri *from, const char *target, const char *address)
{
  g_autoptr (GUri) uri = g_uri_parse (target, SOUP_HTTP_URI_FLAGS, NULL);
  const char *host = g_uri_get_host (from);

  if (uri == NULL || !count_redirect (self, host) || !is_secure (self, uri, host))
    return FALSE;
  vouch (self, g_uri_get_host (uri));
  if (g_str_has_suffix (g_uri_get_path (uri), ".svc"))
    form = DISCOVER_FORM_SOAP;
  else if (g_str_has_suffix (g_uri_get_path (uri), ".xml"))
    form = DISCOVER_FORM_POX;
  return discover_steps_ask (self, form, uri, address);
}

/* The mailbox has another address, whose domain is asked then. */
static gboolean
go_to_address (DiscoverSteps *self, GUri *from, const char *address)
{
  g_autofree char *domain = discover_names_get_domain (address);
  g_autofree char *key = g_ascii_strdown (address, -1);
  const char *host = g_uri_get_host (from);

  if (domain == NULL || strpbrk (address, " \t\r\n<>\"") != NULL)
    {
      discover_steps_note (self, _ ("%s: the mailbox is said to have another address that is none"), host);
      return FALSE;
    }
  if (!count_redirect (self, host))
    return FALSE;
  if (!g_hash_table_add (self->asked, g_steal_pointer (&key)))
    {
      discover_steps_note (self, _ ("%s: goes round in circles"), host);
      return FALSE;
    }
  g_ptr_array_add (self->domains, g_steal_pointer (&domain));
  return discover_steps_search (self, address);
}

static gboolean
take_answer (DiscoverSteps *self, DiscoverForm form, GUri *uri, const DiscoverAnswer *answer, const char *address)
{
  const char *host = g_uri_get_host (uri);
  g_autofree char *evidence = g_strdup_printf ("Autodiscover: %s at %s", discover_form_get_name (form), host);

  switch (answer->kind)
    {
    case DISCOVER_URLS:
      return discover_steps_choose (self, answer->urls, evidence);
    case DISCOVER_ADDRESS:
      return go_to_address (self, uri, answer->target);
    case DISCOVER_PLACE:
      return go_to_place (self, form, uri, answer->target, address);
    case DISCOVER_REFUSED:
      discover_steps_note (self, "%s: %s", host, answer->problem != NULL ? answer->problem : "?");
      break;
    }
  return FALSE;
}

static void
take_problem (DiscoverSteps *self, const char *host, const DiscoverReply *reply)
{
  if (reply->dead)
    g_hash_table_add (self->dead, g_strdup (host));
  if (g_error_matches (reply->problem, TAUBE_ERROR, TAUBE_ERROR_CERTIFICATE) && self->untrusted == NULL)
    self->untrusted = g_error_copy (reply->problem);
  self->refused |= reply->refused;
  if (strstr (reply->problem->message, host) != NULL)
    discover_steps_note (self, "%s", reply->problem->message);
  else
    discover_steps_note (self, "%s: %s", host, reply->problem->message);
}

gboolean
discover_steps_ask (DiscoverSteps *self, DiscoverForm form, GUri *uri, const char *address)
{
  const char *host = g_uri_get_host (uri);
  g_autofree char *url = g_uri_to_string (uri), *key = g_strdup_printf ("%u %s %s", form, url, address);
  DiscoverQuestion question = { .form = form, .uri = uri, .address = address, .may_sign_in = may_sign_in (self, host) };
  g_auto (DiscoverReply) reply = { 0 };

  if (g_hash_table_contains (self->dead, host))
    return FALSE;
  if (!g_hash_table_add (self->asked, g_steal_pointer (&key)))
    {
      discover_steps_note (self, _ ("%s: goes round in circles"), host);
      return FALSE;
    }
  TAUBE_TRACE ("exchange", "autodiscover: asking %s by %s", host, discover_form_get_name (form));
  if (!discover_ask (self->options->client, self->options->http, self->seconds, &question, &reply, self->cancellable,
                     &self->fatal))
    return TRUE;
  self->answers += !reply.dead;
  if (reply.answer != NULL)
    return take_answer (self, form, uri, reply.answer, address);
  if (reply.target != NULL)
    return follow (self, form, uri, &reply, address);
  take_problem (self, host, &reply);
  return FALSE;
}
