/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The subscriptions of a watch: one to all folders where the watch is of all, else as many as the folders need. */
#include "exchange-watch.h"

#include <string.h>

#include <taube-backend/taube-trace.h>

#include "exchange-patience.h"

/* After that a server that has too many subscriptions is asked again whether there is room. */
#define ROOM_PAUSE (10 * 60 * G_USEC_PER_SEC)
/* Refusals in a row, after which what is left is not tried one by one. */
#define REFUSALS_MAXIMUM 12

typedef enum
{
  RESULT_GOOD,
  RESULT_FULL,    /* no more of them */
  RESULT_OTHER,   /* another way is to be tried */
  RESULT_FAILED,
} Result;

static void
held_free (ExchangeHeld *held)
{
  g_free (held->subscription.id);
  g_free (held->subscription.watermark);
  g_free (held);
}

static void
drop (ExchangeHub *hub, ExchangeHeld *held)
{
  for (guint i = 0; i < hub->followed->len; i++)
    {
      ExchangeFollowed *followed = hub->followed->pdata[i];

      if (followed->held != held)
        continue;
      followed->held = NULL;
      followed->dirty = followed->urgent = TRUE;
    }
  g_ptr_array_remove (hub->held, held);
  held_free (held);
}

void
exchange_watch_drop_lost (ExchangeHub *hub)
{
  for (guint i = hub->held->len; i > 0; i--)
    {
      ExchangeHeld *held = hub->held->pdata[i - 1];

      if (hub->news->all_lost
          || g_ptr_array_find_with_equal_func (hub->news->lost, held->subscription.id, g_str_equal, NULL))
        drop (hub, held);
    }
  /* The mailbox may have been moved to another server. */
  if (hub->held->len == 0)
    g_clear_pointer (&hub->cookie, g_free);
}

void
exchange_watch_unsubscribe (ExchangeHub *hub, gboolean tell, GCancellable *cancellable)
{
  const ExchangeWire *wire = exchange_account_get_wire (hub->account);

  while (hub->held->len > 0)
    {
      ExchangeHeld *held = hub->held->pdata[hub->held->len - 1];
      g_autoptr (GError) problem = NULL;

      if (tell && !wire->unsubscribe (hub->account, &held->subscription, &hub->cookie, cancellable, &problem))
        {
          TAUBE_TRACE ("exchange", "%s", problem->message);
          /* One that is not there says nothing of the others; a server that does not answer does. */
          tell = !g_error_matches (problem, TAUBE_ERROR, TAUBE_ERROR_CONNECTION)
                 && !g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_CANCELLED);
        }
      drop (hub, held);
    }
  g_clear_pointer (&hub->cookie, g_free);
}

/* Making them. */

typedef struct
{
  ExchangeHub *hub;
  ExchangePushWay way;
  guint refusals; /* in a row */
  GCancellable *cancellable;
} Making;

/* One subscription, to N folders or, IDS NULL, to all. A watch that is stopped meanwhile waits a little for the answer
 * all the same: so the subscription can be ended, and what the server does not know is known. */
static ExchangeSubscribeOutcome
ask (Making *making, const char *const *ids, guint n, ExchangeSubscription *subscription, GError **problem)
{
  ExchangeHub *hub = making->hub;
  g_auto (ExchangePatience) patience = { 0 };
  ExchangeSubscribeOutcome outcome;

  if (g_cancellable_set_error_if_cancelled (making->cancellable, problem))
    return EXCHANGE_SUBSCRIBE_FAILED;
  exchange_patience_init (&patience, making->cancellable);
  outcome = exchange_account_get_wire (hub->account)->subscribe (hub->account, ids, n,
                                                                 making->way == EXCHANGE_PUSH_PULL, subscription,
                                                                 &hub->cookie, patience.cancellable, problem);
  if (outcome == EXCHANGE_SUBSCRIBE_DONE || outcome == EXCHANGE_SUBSCRIBE_FULL)
    exchange_push_note_known (exchange_account_get_push (hub->account), making->way);
  return outcome;
}

/* What an outcome other than DONE and REFUSED means. PROBLEM is taken. */
static Result
judge (Making *making, ExchangeSubscribeOutcome outcome, GError *problem, GError **error)
{
  ExchangePush *push = exchange_account_get_push (making->hub->account);
  gboolean unknown = outcome == EXCHANGE_SUBSCRIBE_UNKNOWN || outcome == EXCHANGE_SUBSCRIBE_DOUBTFUL;

  TAUBE_TRACE ("exchange", "%s", problem->message);
  if (outcome == EXCHANGE_SUBSCRIBE_FULL)
    {
      making->hub->subscribe_at = g_get_monotonic_time () + ROOM_PAUSE;
      g_error_free (problem);
      return RESULT_FULL;
    }
  if (unknown && exchange_push_refuse (push, making->way, outcome == EXCHANGE_SUBSCRIBE_UNKNOWN))
    {
      g_error_free (problem);
      return RESULT_OTHER;
    }
  /* What is final for a folder is not for the watch. */
  if (unknown || g_error_matches (problem, TAUBE_ERROR, TAUBE_ERROR_PERMISSION)
      || g_error_matches (problem, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND))
    problem->code = TAUBE_ERROR_CONNECTION;
  g_propagate_error (error, problem);
  return RESULT_FAILED;
}

/* (transfer full) */
static ExchangeHeld *
hold (ExchangeHub *hub, const ExchangeSubscription *subscription, gboolean all)
{
  ExchangeHeld *held = g_new0 (ExchangeHeld, 1);

  held->subscription = *subscription;
  held->all = all;
  g_ptr_array_add (hub->held, held);
  return held;
}

static Result
subscribe_all (Making *making, GError **error)
{
  ExchangeHub *hub = making->hub;
  ExchangeSubscription subscription = { 0 };
  GError *problem = NULL;
  ExchangeSubscribeOutcome outcome = ask (making, NULL, 0, &subscription, &problem);
  ExchangeHeld *held;

  if (outcome == EXCHANGE_SUBSCRIBE_REFUSED)
    {
      hub->no_all = TRUE;
      g_error_free (problem);
      return RESULT_GOOD;
    }
  if (outcome != EXCHANGE_SUBSCRIBE_DONE)
    return judge (making, outcome, problem, error);
  held = hold (hub, &subscription, TRUE);
  for (guint i = 0; i < hub->followed->len; i++)
    ((ExchangeFollowed *) hub->followed->pdata[i])->held = held;
  return RESULT_GOOD;
}

/* Of N folders; which of them the server does not like it does not say, so they are halved until it takes them. */
static Result
subscribe_some (Making *making, ExchangeFollowed **followed, const char **ids, guint n, GError **error)
{
  ExchangeHub *hub = making->hub;
  ExchangeSubscription subscription = { 0 };
  GError *problem = NULL;
  ExchangeSubscribeOutcome outcome;
  ExchangeHeld *held;
  Result result;

  outcome = ask (making, ids, n, &subscription, &problem);
  if (outcome == EXCHANGE_SUBSCRIBE_DONE)
    {
      making->refusals = 0;
      held = hold (hub, &subscription, FALSE);
      for (guint i = 0; i < n; i++)
        followed[i]->held = held;
      return RESULT_GOOD;
    }
  if (outcome != EXCHANGE_SUBSCRIBE_REFUSED)
    return judge (making, outcome, problem, error);
  TAUBE_TRACE ("exchange", "%s", problem->message);
  g_error_free (problem);
  if (n == 1 || ++making->refusals > REFUSALS_MAXIMUM)
    {
      for (guint i = 0; i < n; i++)
        followed[i]->refused = TRUE;
      return RESULT_GOOD;
    }
  hub->most = MIN (hub->most, MAX (n / 2, 1));
  result = subscribe_some (making, followed, ids, n / 2, error);
  return result != RESULT_GOOD ? result : subscribe_some (making, followed + n / 2, ids + n / 2, n - n / 2, error);
}

static void
clear_id (gpointer data)
{
  g_free (*(char **) data);
}

/* Those that no subscription tells of, with their ids. What cannot be found is told as failed. */
static gboolean
find_uncovered (Making *making, GPtrArray *uncovered, GArray *ids, GError **error)
{
  ExchangeHub *hub = making->hub;

  for (guint i = hub->followed->len; i > 0; i--)
    {
      ExchangeFollowed *followed = hub->followed->pdata[i - 1];
      GError *problem = NULL;
      char *id;

      if (followed->held != NULL || followed->refused)
        continue;
      id = exchange_account_find_folder_id (hub->account, followed->folder, making->cancellable, &problem);
      if (id == NULL && !g_error_matches (problem, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND))
        {
          g_propagate_error (error, problem);
          return FALSE;
        }
      if (id == NULL)
        {
          exchange_watch_fail (hub, followed, problem);
          g_error_free (problem);
          continue;
        }
      g_ptr_array_add (uncovered, followed);
      g_array_append_val (ids, id);
    }
  return TRUE;
}

static Result
subscribe_uncovered (Making *making, GError **error)
{
  ExchangeHub *hub = making->hub;
  g_autoptr (GPtrArray) uncovered = g_ptr_array_new ();
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (char *));
  Result result = RESULT_GOOD;

  g_array_set_clear_func (ids, clear_id);
  if (!find_uncovered (making, uncovered, ids, error))
    return RESULT_FAILED;
  for (guint at = 0, n; at < uncovered->len && result == RESULT_GOOD; at += n)
    {
      n = MIN (uncovered->len - at, hub->most);
      result = subscribe_some (making, (ExchangeFollowed **) uncovered->pdata + at, (const char **) ids->data + at, n,
                               error);
    }
  return result;
}

static const ExchangeHeld *
find_all (ExchangeHub *hub)
{
  for (guint i = 0; i < hub->held->len; i++)
    if (((ExchangeHeld *) hub->held->pdata[i])->all)
      return hub->held->pdata[i];
  return NULL;
}

static Result
subscribe (Making *making, GError **error)
{
  ExchangeHub *hub = making->hub;
  const ExchangeHeld *all = find_all (hub);

  if (all == NULL && hub->out->all && !hub->no_all && hub->held->len == 0)
    {
      Result result = subscribe_all (making, error);

      if (result != RESULT_GOOD)
        return result;
      all = find_all (hub);
    }
  if (all == NULL)
    return subscribe_uncovered (making, error);
  for (guint i = 0; i < hub->followed->len; i++)
    ((ExchangeFollowed *) hub->followed->pdata[i])->held = all;
  return RESULT_GOOD;
}

/* By WAY, which the server is asked for by one watch of the account at a time until it is known. */
static Result
subscribe_by (ExchangeHub *hub, ExchangePushWay way, GCancellable *cancellable, GError **error)
{
  ExchangePush *push = exchange_account_get_push (hub->account);
  Making making = { .hub = hub, .way = way, .cancellable = cancellable };
  gboolean mine;
  Result result;

  if (!exchange_push_begin (push, way, &mine, cancellable, error))
    return RESULT_FAILED;
  if (exchange_push_get_way (push, g_get_monotonic_time ()) == way)
    result = subscribe (&making, error);
  else
    result = RESULT_OTHER;
  if (mine)
    exchange_push_end (push, way);
  return result;
}

gboolean
exchange_watch_subscribe (ExchangeHub *hub, GCancellable *cancellable, GError **error)
{
  ExchangePush *push = exchange_account_get_push (hub->account);

  for (;;)
    {
      ExchangePushWay way = exchange_push_get_way (push, g_get_monotonic_time ());
      Result result;

      if (hub->held->len > 0 && (way == EXCHANGE_PUSH_ASK || hub->pulls != (way == EXCHANGE_PUSH_PULL)))
        {
          exchange_session_set_stream (hub->session, NULL);
          exchange_watch_unsubscribe (hub, TRUE, cancellable);
        }
      hub->pulls = way == EXCHANGE_PUSH_PULL;
      if (way == EXCHANGE_PUSH_ASK || hub->subscribe_at > g_get_monotonic_time ())
        return TRUE;
      result = subscribe_by (hub, way, cancellable, error);
      if (result == RESULT_FAILED)
        return FALSE;
      if (result != RESULT_OTHER)
        return TRUE;
    }
}
