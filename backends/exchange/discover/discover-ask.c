/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/discover-ask.h"

#include <libsoup/soup.h>

#include <taube/taube-error.h>

#include "discover/discover-xml.h"
#include "exchange-gettext.h"

#define BLOCK_BYTES (16 << 10)

const char *
discover_form_get_name (DiscoverForm form)
{
  static const char *const names[] = { "JSON", "SOAP", "POX" };

  return names[form];
}

GUri *
discover_form_make_uri (DiscoverForm form, const char *host, int port, const char *address)
{
  static const char *const paths[]
      = { "/autodiscover/autodiscover.json", "/autodiscover/autodiscover.svc", "/autodiscover/autodiscover.xml" };
  g_autofree char *escaped = g_uri_escape_string (address, NULL, FALSE);
  g_autofree char *query = g_strconcat ("Email=", escaped, "&Protocol=EWS", NULL);

  return g_uri_build (SOUP_HTTP_URI_FLAGS, "https", NULL, host, port > 0 && port != 443 ? port : -1, paths[form],
                      form == DISCOVER_FORM_JSON ? query : NULL, NULL);
}

void
discover_reply_clear (DiscoverReply *self)
{
  g_clear_pointer (&self->answer, discover_answer_free);
  g_clear_pointer (&self->target, g_uri_unref);
  g_clear_error (&self->problem);
}

/* The whole body, which is short and comes within SECONDS, or it is none of ours. (transfer full) */
static GByteArray *
read_body (ExchangeReply *reply, guint seconds, GCancellable *cancellable, GError **error)
{
  gint64 deadline = g_get_monotonic_time () + seconds * G_USEC_PER_SEC;
  g_autoptr (GByteArray) body = g_byte_array_new ();
  guint8 block[BLOCK_BYTES];

  for (;;)
    {
      gboolean in_time = exchange_reply_wait (reply, deadline, cancellable);
      gssize n = in_time ? exchange_reply_read (reply, block, sizeof block, cancellable, error) : -1;

      if (!in_time && !g_cancellable_set_error_if_cancelled (cancellable, error))
        g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION, _ ("the answer does not come to an end"));
      if (n < 0)
        return NULL;
      if (n == 0)
        return g_steal_pointer (&body);
      g_byte_array_append (body, block, (guint) n);
      if (body->len > DISCOVER_BYTES)
        {
          g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT, _ ("the answer is too long"));
          return NULL;
        }
    }
}

static DiscoverAnswer *
decode (DiscoverForm form, const GByteArray *body, GError **error)
{
  switch (form)
    {
    case DISCOVER_FORM_JSON:
      return discover_answer_from_json (body->data, body->len, error);
    case DISCOVER_FORM_SOAP:
      return discover_answer_from_soap (body->data, body->len, error);
    case DISCOVER_FORM_POX:
      return discover_answer_from_pox (body->data, body->len, error);
    }
  return NULL;
}

static DiscoverAnswer *
read_answer (DiscoverForm form, ExchangeReply *reply, guint seconds, GCancellable *cancellable, GError **error)
{
  g_autoptr (GByteArray) body = NULL;
  g_autoptr (DiscoverAnswer) answer = NULL;

  if (exchange_status_is_page (exchange_reply_get_header (reply, "content-type")))
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, _ ("it answers with a web page"));
      return NULL;
    }
  body = read_body (reply, seconds, cancellable, error);
  answer = body != NULL ? decode (form, body, error) : NULL;
  /* An error says nothing but why. */
  if (answer == NULL || exchange_reply_get_status (reply) == 200 || answer->kind == DISCOVER_REFUSED)
    return g_steal_pointer (&answer);
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, "HTTP %u", exchange_reply_get_status (reply));
  return NULL;
}

/* FALSE: it was cancelled. */
static gboolean
keep_problem (GError *problem, GError **problem_out, GError **error)
{
  if (problem != NULL && g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, problem);
      return FALSE;
    }
  *problem_out = problem;
  return TRUE;
}

static GBytes *
write_body (const DiscoverQuestion *question)
{
  g_autofree char *url = g_uri_to_string (question->uri);

  if (question->form == DISCOVER_FORM_JSON)
    return NULL;
  return question->form == DISCOVER_FORM_SOAP ? discover_request_write_soap (question->address, url)
                                              : discover_request_write_pox (question->address);
}

static ExchangeReply *
send_for_nobody (ExchangeHttp *http, guint seconds, const char *method, GUri *uri, GBytes *body,
                 GCancellable *cancellable, GError **error)
{
  static const char *const headers[] = { "Accept", "application/json, text/xml", NULL };
  ExchangeRequest request = { .method = method,
                              .uri = uri,
                              .body = body,
                              .content_type = "text/xml; charset=utf-8",
                              .what = "Autodiscover",
                              .headers = headers,
                              .repeatable = TRUE,
                              .answer_seconds = seconds };
  gboolean sent;

  return exchange_http_send (http, &request, &sent, cancellable, error);
}

static GUri *
find_target (GUri *uri, ExchangeReply *reply)
{
  const char *location = exchange_reply_get_header (reply, "location");

  if (exchange_reply_get_status (reply) / 100 != 3 || location == NULL)
    return NULL;
  return g_uri_parse_relative (uri, location, SOUP_HTTP_URI_FLAGS, NULL);
}

/* The server wants to know who asks. */
static gboolean
sign_in (ExchangeClient *parent, guint seconds, const DiscoverQuestion *question, GBytes *body, DiscoverReply *out,
         GCancellable *cancellable, GError **error)
{
  g_autoptr (ExchangeClient) client = exchange_client_new_beside (parent, question->uri);
  ExchangeCall call = { .what = "Autodiscover",
                        .body = body,
                        .content_type = "text/xml; charset=utf-8",
                        .repeatable = TRUE,
                        .elsewhere = &out->target };
  g_autoptr (ExchangeReply) reply = NULL;
  GError *problem = NULL;
  gboolean sent;

  reply = exchange_client_call (client, &call, &sent, cancellable, &problem);
  out->refused = exchange_client_was_refused (client);
  out->signed_in = reply != NULL || (out->target != NULL && !out->refused);
  if (reply != NULL)
    {
      g_clear_pointer (&out->target, g_uri_unref);
      out->answer = read_answer (question->form, reply, seconds, cancellable, &problem);
    }
  else if (out->target != NULL)
    g_clear_error (&problem);
  return keep_problem (problem, &out->problem, error);
}

/* What an answer to nobody is. */
static gboolean
take_reply (const DiscoverQuestion *question, guint seconds, ExchangeReply *reply, DiscoverReply *out,
            GCancellable *cancellable, GError **error)
{
  guint status = exchange_reply_get_status (reply);
  GError *problem = NULL;

  out->target = find_target (question->uri, reply);
  if (out->target != NULL)
    return TRUE;
  if (status == 200 || (status == 500 && exchange_status_is_soap (exchange_reply_get_header (reply, "content-type"))))
    out->answer = read_answer (question->form, reply, seconds, cancellable, &problem);
  else
    problem = g_error_new (TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND, "HTTP %u", status);
  return keep_problem (problem, &out->problem, error);
}

gboolean
discover_ask (ExchangeClient *client, ExchangeHttp *http, guint seconds, const DiscoverQuestion *question,
              DiscoverReply *reply_out, GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) body = write_body (question);
  g_autoptr (ExchangeReply) reply = NULL;
  GError *problem = NULL;

  reply = send_for_nobody (http, seconds, body != NULL ? "POST" : "GET", question->uri, body, cancellable, &problem);
  if (reply == NULL)
    {
      reply_out->dead = TRUE;
      return keep_problem (problem, &reply_out->problem, error);
    }
  if (exchange_reply_get_status (reply) != 401 || body == NULL || !question->may_sign_in)
    return take_reply (question, seconds, reply, reply_out, cancellable, error);
  exchange_reply_drain (reply, cancellable);
  return sign_in (client, seconds, question, body, reply_out, cancellable, error);
}

gboolean
discover_ask_plain (ExchangeHttp *http, guint seconds, const char *host, GUri **target_out, GCancellable *cancellable,
                    GError **error)
{
  g_autoptr (GUri) uri
      = g_uri_build (SOUP_HTTP_URI_FLAGS, "http", NULL, host, -1, "/autodiscover/autodiscover.xml", NULL, NULL);
  g_autoptr (ExchangeReply) reply = NULL;
  g_autoptr (GError) problem = NULL;

  reply = send_for_nobody (http, seconds, "GET", uri, NULL, cancellable, &problem);
  *target_out = reply != NULL ? find_target (uri, reply) : NULL;
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

gboolean
discover_ask_status (ExchangeHttp *http, guint seconds, GUri *uri, guint *status_out, gboolean *signs_in,
                     GError **problem, GCancellable *cancellable, GError **error)
{
  GError *local = NULL;
  g_autoptr (ExchangeReply) reply = send_for_nobody (http, seconds, "GET", uri, NULL, cancellable, &local);

  *status_out = reply != NULL ? exchange_reply_get_status (reply) : 0;
  *signs_in = reply != NULL && *status_out == 401
              && exchange_status_read_schemes (exchange_reply_get_header (reply, "www-authenticate")) != 0;
  if (reply != NULL)
    exchange_reply_drain (reply, cancellable);
  return keep_problem (local, problem, error);
}
