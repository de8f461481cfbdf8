/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ews/ews-events.h"

#include <string.h>

#include "ews/ews-call.h"
#include "ews/ews-notify.h"
#include "exchange-affinity.h"
#include "exchange-gettext.h"

/* How long a server keeps what nobody asks for; in minutes. */
#define PULL_MINUTES 60
/* Answers in a row, each with more events behind it, to one question. */
#define PULLS_MAXIMUM 100

/* One request about subscriptions. */
typedef struct
{
  ExchangeAccount *account;
  char **cookie;
  ExchangeSubscription *subscription;
  const EwsSubscribe *subscribe;
  const char *const *ids;
  guint n, minutes;
  ExchangeNews *news;
  gboolean more;      /* events are left behind those that were told */
  gboolean was_refused;
  EwsRefusal refusal;
} Asking;

static void
on_answered (ExchangeReply *reply, gpointer user_data)
{
  Asking *asking = user_data;
  char *fresh = exchange_affinity_find_cookie (exchange_reply_get_header (reply, "set-cookie"));

  if (fresh == NULL)
    return;
  g_free (*asking->cookie);
  *asking->cookie = fresh;
}

static void
on_refused (const EwsVerdict *verdict, gpointer user_data)
{
  Asking *asking = user_data;

  asking->was_refused = TRUE;
  asking->refusal = ews_refusal_find (verdict->code);
}

/* (transfer full) */
static GStrv
make_headers (ExchangeAccount *account, const char *cookie)
{
  return exchange_affinity_make_headers (taube_uri_get_user (taube_account_get_uri (TAUBE_ACCOUNT (account))), cookie);
}

static gboolean
run (Asking *asking, EwsCall *call, GCancellable *cancellable, GError **error)
{
  g_auto (GStrv) headers = make_headers (asking->account, *asking->cookie);

  call->headers = (const char *const *) headers;
  call->args = call->user_data = asking;
  call->answered = on_answered;
  call->refused = on_refused;
  return ews_call_run (asking->account, call, cancellable, error);
}

/* Subscribe, Unsubscribe. */

static EwsWriter *
write_subscribe (EwsVersion version, gconstpointer args)
{
  return ews_request_subscribe (version, ((const Asking *) args)->subscribe);
}

static gboolean
on_subscribed (const EwsNode *message, guint index, gpointer user_data, GError **error)
{
  Asking *asking = user_data;
  const char *id = ews_node_get_text (message, "SubscriptionId");
  const char *watermark = ews_node_get_text (message, "Watermark");

  if (id == NULL || id[0] == '\0' || (asking->subscribe->pull && watermark == NULL))
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, _ ("the server's subscription has no name"));
      return FALSE;
    }
  asking->subscription->id = g_strdup (id);
  asking->subscription->watermark = g_strdup (watermark);
  return TRUE;
}

static ExchangeSubscribeOutcome
find_outcome (const Asking *asking, const GError *problem)
{
  if (asking->refusal == EWS_REFUSAL_FULL)
    return EXCHANGE_SUBSCRIBE_FULL;
  if (asking->refusal == EWS_REFUSAL_FOLDERS)
    return EXCHANGE_SUBSCRIBE_REFUSED;
  if (asking->refusal == EWS_REFUSAL_UNKNOWN)
    return EXCHANGE_SUBSCRIBE_UNKNOWN;
  /* It says something that says nothing: of what it does not know, too. Or it blames the request, which is good. */
  if (g_error_matches (problem, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED)
      || (asking->was_refused && g_error_matches (problem, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL)))
    return EXCHANGE_SUBSCRIBE_DOUBTFUL;
  return EXCHANGE_SUBSCRIBE_FAILED;
}

ExchangeSubscribeOutcome
ews_events_subscribe (ExchangeAccount *account, const char *const *folder_ids, guint n, gboolean pull,
                      ExchangeSubscription *subscription, char **cookie, GCancellable *cancellable, GError **error)
{
  const EwsSubscribe subscribe = { folder_ids, n, pull, PULL_MINUTES };
  Asking asking = { .account = account, .cookie = cookie, .subscription = subscription, .subscribe = &subscribe };
  EwsCall call = { .operation = EWS_OPERATION_SUBSCRIBE, .write = write_subscribe, .message = on_subscribed,
                   .what = _ ("cannot subscribe to the server's news") };
  GError *problem = NULL;

  /* What streams came with 2010. */
  if (!pull && exchange_account_get_version (account) < EWS_VERSION_2010_SP2)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED, _ ("%s: the server is too old for that"), call.what);
      return EXCHANGE_SUBSCRIBE_UNKNOWN;
    }
  if (run (&asking, &call, cancellable, &problem))
    {
      if (subscription->id != NULL)
        return EXCHANGE_SUBSCRIBE_DONE;
      g_set_error (&problem, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, _ ("the server's subscription has no name"));
    }
  g_propagate_error (error, problem);
  return find_outcome (&asking, problem);
}

static EwsWriter *
write_unsubscribe (EwsVersion version, gconstpointer args)
{
  return ews_request_unsubscribe (version, ((const Asking *) args)->subscription->id);
}

gboolean
ews_events_unsubscribe (ExchangeAccount *account, const ExchangeSubscription *subscription, char **cookie,
                        GCancellable *cancellable, GError **error)
{
  Asking asking = { .account = account, .cookie = cookie, .subscription = (ExchangeSubscription *) subscription };
  EwsCall call = { .operation = EWS_OPERATION_UNSUBSCRIBE, .write = write_unsubscribe, .once = TRUE,
                   .what = _ ("cannot end a subscription") };

  return run (&asking, &call, cancellable, error);
}

/* GetEvents. */

static EwsWriter *
write_get_events (EwsVersion version, gconstpointer args)
{
  const ExchangeSubscription *subscription = ((const Asking *) args)->subscription;

  return ews_request_get_events (version, subscription->id, subscription->watermark);
}

static gboolean
on_events (const EwsNode *message, guint index, gpointer user_data, GError **error)
{
  Asking *asking = user_data;
  const EwsNode *notification = ews_node_find (message, "Notification");
  gboolean more = FALSE;

  for (; notification != NULL; notification = ews_node_find_next (notification, "Notification"))
    {
      const char *watermark = ews_notification_decode (notification, asking->news);

      if (watermark != NULL && strcmp (watermark, asking->subscription->watermark) != 0)
        {
          g_free (asking->subscription->watermark);
          asking->subscription->watermark = g_strdup (watermark);
          /* One that stays where it is would be asked for ever. */
          ews_text_to_boolean (ews_node_get_text (notification, "MoreEvents"), &more);
        }
    }
  asking->more = more;
  return TRUE;
}

gboolean
ews_events_ask (ExchangeAccount *account, ExchangeSubscription *subscription, char **cookie, ExchangeNews *news,
                GCancellable *cancellable, GError **error)
{
  Asking asking = { .account = account, .cookie = cookie, .subscription = subscription, .news = news };
  EwsCall call = { .operation = EWS_OPERATION_GET_EVENTS, .write = write_get_events, .message = on_events,
                   .what = _ ("cannot ask for the server's news") };
  guint round = 0;

  do
    {
      GError *problem = NULL;

      asking.more = FALSE;
      if (run (&asking, &call, cancellable, &problem))
        continue;
      if (!asking.was_refused || asking.refusal != EWS_REFUSAL_LOST)
        {
          g_propagate_error (error, problem);
          return FALSE;
        }
      g_error_free (problem);
      exchange_news_add_lost (news, subscription->id);
      return TRUE;
    }
  while (asking.more && ++round < PULLS_MAXIMUM);
  /* Whoever is so far behind looks at everything; the rest is for the next time. */
  news->everything |= asking.more;
  return TRUE;
}

/* GetStreamingEvents. */

static gboolean
feed (gpointer parser, gconstpointer data, gsize length, ExchangeNews *news, GError **error)
{
  return ews_stream_feed (parser, data, length, news, error);
}

static gboolean
end (gpointer parser, ExchangeNews *news, GError **error)
{
  return ews_stream_end (parser, news, error);
}

static void
free_parser (gpointer parser)
{
  ews_stream_free (parser);
}

static const ExchangeStreamFuncs stream_funcs = { feed, end, free_parser };

ExchangeStream *
ews_events_open_stream (ExchangeAccount *account, const char *const *ids, guint n, guint minutes, char **cookie,
                        GCancellable *cancellable, GError **error)
{
  EwsVersion version = (EwsVersion) exchange_account_get_version (account);
  g_autoptr (EwsWriter) writer = ews_request_get_streaming_events (version, ids, n, minutes);
  g_autoptr (GBytes) body = ews_writer_end (writer, error);
  g_auto (GStrv) headers = make_headers (account, *cookie);
  ExchangeCall call = { .what = "GetStreamingEvents", .body = body, .content_type = "text/xml; charset=utf-8",
                        .headers = (const char *const *) headers, .streams = TRUE };
  const char *what = _ ("cannot listen to the server's news");
  Asking asking = { .cookie = cookie };
  ExchangeReply *reply;
  gboolean sent;

  if (body == NULL)
    return NULL;
  reply = exchange_client_call (exchange_account_get_client (account), &call, &sent, cancellable, error);
  if (reply == NULL)
    {
      g_prefix_error (error, "%s: ", what);
      return NULL;
    }
  on_answered (reply, &asking);
  return exchange_stream_new (reply, &stream_funcs,
                              ews_stream_new (taube_account_get_limits (TAUBE_ACCOUNT (account)), what));
}
