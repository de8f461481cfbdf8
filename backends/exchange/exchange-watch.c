/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-watch.h"

#include <string.h>

#include <taube-backend/taube-settings-impl.h>
#include <taube-backend/taube-throttle.h>
#include <taube-backend/taube-trace.h>

#include "exchange-gettext.h"
#include "exchange-patience.h"

#define FOLDERS_FIRST 200
/* A stream that ends earlier than that has not been worth its while; so many in a row are no accident. */
#define SHORT_STREAM (5 * G_USEC_PER_SEC)
#define SHORT_STREAMS_MAXIMUM 3
/* Attempts within one step to get to a server that tells. */
#define ROUNDS_MAXIMUM 6
/* News that cannot be dealt with now are left in the network for so long at most. */
#define QUIET_CAP G_USEC_PER_SEC

static void
followed_free (gpointer data)
{
  ExchangeFollowed *followed = data;

  g_clear_pointer (&followed->token, g_bytes_unref);
  g_free (followed->key);
  g_free (followed);
}

static ExchangeHub *
hub_new (void)
{
  ExchangeHub *hub = g_new0 (ExchangeHub, 1);

  hub->followed = g_ptr_array_new_with_free_func (followed_free);
  hub->by_key = g_hash_table_new (g_str_hash, g_str_equal);
  hub->held = g_ptr_array_new ();
  hub->news = exchange_news_new ();
  hub->most = FOLDERS_FIRST;
  return hub;
}

static void
hub_free (gpointer data)
{
  ExchangeHub *hub = data;

  exchange_watch_unsubscribe (hub, FALSE, NULL);
  g_hash_table_unref (hub->by_key);
  g_ptr_array_unref (hub->followed);
  g_ptr_array_unref (hub->held);
  exchange_news_free (hub->news);
  g_free (hub);
}

/* TaubeAccountWatchStep.take_folder_state */
static gpointer
take_folder_state (gpointer state, TaubeFolder *folder)
{
  ExchangeHub *hub = state;
  g_autofree char *key = exchange_path_to_key (taube_folder_get_path (folder));
  ExchangeFollowed *followed = g_hash_table_lookup (hub->by_key, key);

  return followed != NULL ? g_steal_pointer (&followed->token) : NULL;
}

static ExchangeFollowed *
get_followed (ExchangeHub *hub, TaubeFolder *folder)
{
  g_autofree char *key = exchange_path_to_key (taube_folder_get_path (folder));
  ExchangeFollowed *followed = g_hash_table_lookup (hub->by_key, key);

  if (followed != NULL)
    return followed;
  followed = g_new0 (ExchangeFollowed, 1);
  followed->key = g_steal_pointer (&key);
  followed->dirty = followed->urgent = TRUE;
  return followed;
}

/* Those of the step are followed, and no others. */
static void
take_folders (ExchangeHub *hub, GPtrArray *folders)
{
  GPtrArray *old = hub->followed;

  hub->followed = g_ptr_array_new_with_free_func (followed_free);
  for (guint i = 0; i < folders->len; i++)
    {
      ExchangeFollowed *followed = get_followed (hub, folders->pdata[i]);

      followed->folder = folders->pdata[i];
      g_ptr_array_add (hub->followed, followed);
      g_hash_table_remove (hub->by_key, followed->key);
    }
  /* Who is left there went. */
  g_ptr_array_set_free_func (old, NULL);
  for (guint i = 0; i < old->len; i++)
    if (g_hash_table_contains (hub->by_key, ((ExchangeFollowed *) old->pdata[i])->key))
      {
        g_hash_table_remove (hub->by_key, ((ExchangeFollowed *) old->pdata[i])->key);
        followed_free (old->pdata[i]);
      }
  g_ptr_array_unref (old);
  for (guint i = 0; i < hub->followed->len; i++)
    {
      ExchangeFollowed *followed = hub->followed->pdata[i];

      g_hash_table_replace (hub->by_key, followed->key, followed);
    }
}

static gint64
get_seconds (ExchangeHub *hub, const char *setting)
{
  return (gint64) taube_settings_get_number (taube_account_get_settings (TAUBE_ACCOUNT (hub->account)), setting)
         * G_USEC_PER_SEC;
}

static ExchangePush *
get_push (ExchangeHub *hub)
{
  return exchange_account_get_push (hub->account);
}

/* How the server tells now; where there is no room for a subscription it does not. */
static void
note_way (ExchangeHub *hub)
{
  ExchangePushWay way = hub->pulls ? EXCHANGE_PUSH_PULL : EXCHANGE_PUSH_STREAM;

  if (exchange_push_note_works (get_push (hub), hub->held->len > 0 ? way : EXCHANGE_PUSH_ASK))
    exchange_live_report_push (hub->account);
}

/* Streams. */

/* For how long nothing may be heard before the stream counts as dead. */
static gint64
get_silence (ExchangeHub *hub)
{
  return exchange_push_get_heartbeat (get_push (hub)) + get_seconds (hub, "timeout");
}

static void
learn_from_news (ExchangeHub *hub, gint64 heard)
{
  if (hub->news->beats > 0 && hub->news->beats == hub->news->events && hub->heard > 0)
    exchange_push_learn_heartbeat (get_push (hub), heard - hub->heard);
  hub->heard = heard;
}

/* All that was said is taken in. *ENDED: it says no more. */
static gboolean
read_stream (ExchangeHub *hub, gboolean *ended, GCancellable *cancellable, GError **error)
{
  ExchangeStream *stream = exchange_session_get_stream (hub->session);
  GError *problem = NULL;
  gboolean good;

  exchange_news_clear (hub->news);
  good = exchange_stream_read (stream, hub->news, ended, cancellable, &problem);
  learn_from_news (hub, exchange_stream_get_heard (stream));
  /* What came before it broke is true all the same. */
  exchange_watch_apply_news (hub);
  exchange_watch_drop_lost (hub);
  *ended |= hub->news->closed || hub->news->all_lost || hub->news->lost->len > 0;
  if (good)
    return TRUE;
  exchange_session_set_stream (hub->session, NULL);
  if (g_error_matches (problem, TAUBE_ERROR, TAUBE_ERROR_THROTTLED))
    exchange_client_set_busy (exchange_account_get_client (hub->account), taube_error_get_retry_after (problem));
  if (g_error_matches (problem, TAUBE_ERROR, TAUBE_ERROR_PERMISSION))
    problem->code = TAUBE_ERROR_CONNECTION; /* whether a folder may be read its own requests say */
  g_propagate_error (error, problem);
  return FALSE;
}

/* It has come to its end; another one takes its place, unless that happens all the time. */
static gboolean
end_stream (ExchangeHub *hub, GError **error)
{
  gint64 lived = g_get_monotonic_time () - exchange_stream_get_begun (exchange_session_get_stream (hub->session));

  exchange_session_set_stream (hub->session, NULL);
  exchange_watch_want_all (hub);
  hub->short_streams = lived < SHORT_STREAM ? hub->short_streams + 1 : 0;
  if (hub->short_streams <= SHORT_STREAMS_MAXIMUM)
    return TRUE;
  hub->short_streams = 0;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION,
               _ ("the server ends its stream of news as soon as it has begun"));
  return FALSE;
}

static gboolean
hear (ExchangeHub *hub, GCancellable *cancellable, GError **error)
{
  ExchangeStream *stream = exchange_session_get_stream (hub->session);
  gboolean ended = FALSE;

  if (stream == NULL)
    return TRUE;
  if (!read_stream (hub, &ended, cancellable, error))
    return FALSE;
  if (ended)
    return end_stream (hub, error);
  if (g_get_monotonic_time () - exchange_stream_get_heard (stream) <= get_silence (hub))
    return TRUE;
  exchange_push_note_silent (get_push (hub));
  exchange_session_set_stream (hub->session, NULL);
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION, _ ("the server's stream of news has fallen silent"));
  return FALSE;
}

/* Until the server says that it listens. */
static gboolean
wait_for_opening (ExchangeHub *hub, gint64 deadline, GCancellable *cancellable, GError **error)
{
  for (;;)
    {
      ExchangeStream *stream = exchange_session_get_stream (hub->session);
      gboolean ended = FALSE;

      if (!exchange_stream_wait (stream, deadline, cancellable))
        {
          if (!g_cancellable_set_error_if_cancelled (cancellable, error))
            g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION, _ ("the server's stream of news does not begin"));
          return FALSE;
        }
      if (!read_stream (hub, &ended, cancellable, error))
        return FALSE;
      if (ended)
        return end_stream (hub, error);
      if (hub->news->opened)
        return TRUE;
    }
}

/* PROBLEM kept the stream from being opened until DEADLINE; ANSWERED: after the server had begun to answer. TRUE: there
 * are no streams for now, but another way. */
static gboolean
must_do_without (ExchangeHub *hub, gboolean answered, gint64 deadline, const GError *problem)
{
  ExchangePush *push = get_push (hub);
  gint64 now = g_get_monotonic_time ();
  gboolean unknown = g_error_matches (problem, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED);

  /* Something in between may hold back the answer until it is whole; or nobody is there. */
  if (g_error_matches (problem, TAUBE_ERROR, TAUBE_ERROR_CONNECTION))
    return now >= deadline && exchange_push_note_held_back (push, now);
  return (unknown || (answered && g_error_matches (problem, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL)))
         && exchange_push_refuse (push, EXCHANGE_PUSH_STREAM, unknown);
}

static gboolean
open_stream (ExchangeHub *hub, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  gint64 minutes = (get_seconds (hub, "idle-renewal") / G_USEC_PER_SEC + 59) / 60;
  gint64 deadline = g_get_monotonic_time () + get_seconds (hub, "timeout");
  GError *problem = NULL;
  ExchangeStream *stream;

  for (guint i = 0; i < hub->held->len; i++)
    g_ptr_array_add (ids, ((ExchangeHeld *) hub->held->pdata[i])->subscription.id);
  stream = exchange_account_get_wire (hub->account)->open_stream (hub->account, (const char *const *) ids->pdata,
                                                                  ids->len, (guint) CLAMP (minutes, 1, 30),
                                                                  &hub->cookie, cancellable, &problem);
  /* What happens from when the server listens is told; what happened before is looked for. */
  exchange_watch_want_all (hub);
  hub->heard = 0;
  exchange_session_set_stream (hub->session, stream);
  hub->streamed = hub->held->len;
  if (stream != NULL && wait_for_opening (hub, deadline, cancellable, &problem))
    return TRUE;
  exchange_session_set_stream (hub->session, NULL);
  if (!must_do_without (hub, stream != NULL, deadline, problem))
    {
      g_propagate_error (error, problem);
      return FALSE;
    }
  TAUBE_TRACE ("exchange", "no streams: %s", problem->message);
  g_error_free (problem);
  return TRUE;
}

/* Asking. */

static gboolean
is_asked (const ExchangeFollowed *followed)
{
  return followed->held == NULL;
}

/* Nobody would tell that a folder came or went. */
static gboolean
must_list (ExchangeHub *hub)
{
  return hub->out->all && (hub->held->len == 0 || !((ExchangeHeld *) hub->held->pdata[0])->all);
}

static gboolean
must_poll (ExchangeHub *hub)
{
  gboolean must = hub->pulls || must_list (hub);

  for (guint i = 0; i < hub->followed->len && !must; i++)
    must = is_asked (hub->followed->pdata[i]);
  return must;
}

static gboolean
pull (ExchangeHub *hub, GCancellable *cancellable, GError **error)
{
  const ExchangeWire *wire = exchange_account_get_wire (hub->account);

  exchange_news_clear (hub->news);
  for (guint i = 0; i < hub->held->len; i++)
    {
      ExchangeHeld *held = hub->held->pdata[i];

      if (!wire->ask_news (hub->account, &held->subscription, &hub->cookie, hub->news, cancellable, error))
        return FALSE;
    }
  exchange_watch_apply_news (hub);
  exchange_watch_drop_lost (hub);
  return TRUE;
}

static gboolean
poll (ExchangeHub *hub, GCancellable *cancellable, GError **error)
{
  if (hub->pulls && !pull (hub, cancellable, error))
    return FALSE;
  for (guint i = 0; i < hub->followed->len; i++)
    {
      ExchangeFollowed *followed = hub->followed->pdata[i];

      if (is_asked (followed))
        followed->dirty = followed->urgent = TRUE;
    }
  return TRUE;
}

static void
plan_poll (ExchangeHub *hub)
{
  hub->poll_at = g_get_monotonic_time () + get_seconds (hub, "poll-interval");
}

/* Steps. */

static gboolean
is_listening (ExchangeHub *hub)
{
  return exchange_session_get_stream (hub->session) != NULL && hub->streamed == hub->held->len;
}

/* Ends with subscriptions and, where there can be one, a stream that has begun and tells of all of them. */
static gboolean
prepare (ExchangeHub *hub, GCancellable *cancellable, GError **error)
{
  for (guint round = 0; round < ROUNDS_MAXIMUM; round++)
    {
      if (!exchange_watch_subscribe (hub, cancellable, error))
        return FALSE;
      if (hub->pulls || hub->held->len == 0 || is_listening (hub))
        {
          note_way (hub);
          return TRUE;
        }
      /* It ends without one when the server has lost a subscription, or when there are no streams. */
      if (!open_stream (hub, cancellable, error))
        return FALSE;
    }
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION, _ ("the server forgets its subscriptions at once"));
  return FALSE;
}

/* What must be asked for is due. *LIST: and so are the folders, after whose listing there is another step. */
static gboolean
poll_when_due (ExchangeHub *hub, gboolean *list, GCancellable *cancellable, GError **error)
{
  *list = FALSE;
  if (hub->poll_at > g_get_monotonic_time () || !must_poll (hub))
    return TRUE;
  plan_poll (hub);
  *list = must_list (hub);
  /* Then there are subscriptions that are no more, or there is room for one. */
  return *list || (poll (hub, cancellable, error) && prepare (hub, cancellable, error));
}

/* What the watch has at the server is ended, as far as that answers soon: also when the watch was stopped in the middle
 * of a step. */
static void
leave (ExchangeHub *hub, GCancellable *cancellable)
{
  g_auto (ExchangePatience) patience = { 0 };

  exchange_patience_init (&patience, cancellable);
  exchange_session_set_stream (hub->session, NULL);
  exchange_watch_unsubscribe (hub, TRUE, patience.cancellable);
}

static gboolean
run (ExchangeHub *hub, TaubeWatchReason reason, GCancellable *cancellable, GError **error)
{
  gboolean list = FALSE;

  if (reason == TAUBE_WATCH_LEAVE)
    {
      leave (hub, cancellable);
      return TRUE;
    }
  if (!hear (hub, cancellable, error) || !prepare (hub, cancellable, error))
    return FALSE;
  if (reason == TAUBE_WATCH_START || reason == TAUBE_WATCH_LOOK)
    exchange_watch_want_all (hub);
  if (reason == TAUBE_WATCH_START || hub->poll_at == 0)
    plan_poll (hub);
  else if (!poll_when_due (hub, &list, cancellable, error))
    return FALSE;
  hub->out->list_again |= list;
  return list || exchange_watch_look (hub, cancellable, error);
}

static gint64
get_wake (ExchangeHub *hub, gint64 due)
{
  ExchangeStream *stream = exchange_session_get_stream (hub->session);
  gint64 wake_at = stream != NULL ? exchange_stream_get_heard (stream) + get_silence (hub) : 0;

  if (must_poll (hub))
    wake_at = wake_at != 0 ? MIN (wake_at, hub->poll_at) : hub->poll_at;
  if (due != 0)
    wake_at = wake_at != 0 ? MIN (wake_at, due) : due;
  return wake_at != 0 ? wake_at : hub->poll_at;
}

/* TaubeAccountClass.watch_step */
gboolean
exchange_account_watch_step (TaubeAccount *account, TaubeSession *session, TaubeAccountWatchStep *out,
                             GCancellable *cancellable, GError **error)
{
  ExchangeHub *hub = out->state != NULL ? out->state : hub_new ();
  gint64 due;
  gboolean good;

  out->state = hub;
  out->free_state = hub_free;
  out->take_folder_state = take_folder_state;
  out->free_folder_state = (GDestroyNotify) g_bytes_unref;
  hub->account = EXCHANGE_ACCOUNT (account);
  hub->session = (ExchangeSession *) session;
  hub->out = out;
  take_folders (hub, out->folders);
  good = run (hub, out->reason, cancellable, error);
  if (!good && g_cancellable_is_cancelled (cancellable))
    leave (hub, cancellable);
  due = exchange_watch_get_due (hub);
  exchange_session_set_quiet (hub->session, MIN (due, g_get_monotonic_time () + QUIET_CAP));
  out->wake_at = get_wake (hub, due);
  return good;
}
