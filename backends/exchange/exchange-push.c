/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-push.h"

/* So often in a row something doubtful is no accident. */
#define DOUBTS_MAXIMUM 2
#define HELD_BACK_MAXIMUM 2
/* After that a stream is tried again: the way to the server may be another one by then. */
#define HELD_BACK_TIME (30 * 60 * G_USEC_PER_SEC)
/* Exchange gives a sign of life every 45 seconds. */
#define HEARTBEAT_FIRST (60 * G_USEC_PER_SEC)
#define HEARTBEAT_CAP (30 * 60 * G_USEC_PER_SEC)

struct _ExchangePush
{
  GMutex lock;
  GCond answered;
  gboolean known[EXCHANGE_PUSH_ASK];   /* to be there */
  gboolean asking[EXCHANGE_PUSH_ASK];  /* somebody is about to find out */
  gboolean given_up[EXCHANGE_PUSH_ASK];
  guint doubts[EXCHANGE_PUSH_ASK];
  guint held_back;
  gint64 streams_again; /* no streams until then; 0: they may be tried */
  gint64 heartbeat;
  int working;          /* ExchangePushWay, or -1 */
};

ExchangePush *
exchange_push_new (void)
{
  ExchangePush *self = g_new0 (ExchangePush, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->answered);
  self->heartbeat = HEARTBEAT_FIRST;
  self->working = -1;
  return self;
}

void
exchange_push_free (ExchangePush *self)
{
  g_cond_clear (&self->answered);
  g_mutex_clear (&self->lock);
  g_free (self);
}

ExchangePushWay
exchange_push_get_way (ExchangePush *self, gint64 now)
{
  ExchangePushWay way = EXCHANGE_PUSH_ASK;

  g_mutex_lock (&self->lock);
  if (!self->given_up[EXCHANGE_PUSH_STREAM] && self->streams_again <= now)
    way = EXCHANGE_PUSH_STREAM;
  else if (!self->given_up[EXCHANGE_PUSH_PULL])
    way = EXCHANGE_PUSH_PULL;
  g_mutex_unlock (&self->lock);
  return way;
}

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  ExchangePush *self = data;

  g_mutex_lock (&self->lock);
  g_cond_broadcast (&self->answered);
  g_mutex_unlock (&self->lock);
}

gboolean
exchange_push_begin (ExchangePush *self, ExchangePushWay way, gboolean *mine, GCancellable *cancellable, GError **error)
{
  gulong id = cancellable != NULL ? g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), self, NULL) : 0;

  g_mutex_lock (&self->lock);
  while (self->asking[way] && !g_cancellable_is_cancelled (cancellable))
    g_cond_wait (&self->answered, &self->lock);
  *mine = !self->known[way] && !self->given_up[way] && !g_cancellable_is_cancelled (cancellable);
  self->asking[way] |= *mine;
  g_mutex_unlock (&self->lock);
  g_cancellable_disconnect (cancellable, id);
  return *mine || !g_cancellable_set_error_if_cancelled (cancellable, error);
}

void
exchange_push_end (ExchangePush *self, ExchangePushWay way)
{
  g_mutex_lock (&self->lock);
  self->asking[way] = FALSE;
  g_cond_broadcast (&self->answered);
  g_mutex_unlock (&self->lock);
}

void
exchange_push_note_known (ExchangePush *self, ExchangePushWay way)
{
  g_mutex_lock (&self->lock);
  self->known[way] = TRUE;
  g_mutex_unlock (&self->lock);
}

gboolean
exchange_push_refuse (ExchangePush *self, ExchangePushWay way, gboolean surely)
{
  gboolean given_up;

  g_return_val_if_fail (way < EXCHANGE_PUSH_ASK, FALSE);
  g_mutex_lock (&self->lock);
  self->given_up[way] |= surely || ++self->doubts[way] >= DOUBTS_MAXIMUM;
  given_up = self->given_up[way];
  g_mutex_unlock (&self->lock);
  return given_up;
}

gboolean
exchange_push_note_held_back (ExchangePush *self, gint64 now)
{
  gboolean enough;

  g_mutex_lock (&self->lock);
  enough = ++self->held_back >= HELD_BACK_MAXIMUM;
  if (enough)
    self->streams_again = now + HELD_BACK_TIME;
  g_mutex_unlock (&self->lock);
  return enough;
}

gboolean
exchange_push_note_works (ExchangePush *self, ExchangePushWay way)
{
  gboolean news;

  g_mutex_lock (&self->lock);
  if (way < EXCHANGE_PUSH_ASK)
    self->doubts[way] = 0;
  if (way == EXCHANGE_PUSH_STREAM)
    self->held_back = 0;
  news = self->working != (int) way;
  self->working = (int) way;
  g_mutex_unlock (&self->lock);
  return news;
}

ExchangePushWay
exchange_push_get_current (ExchangePush *self, gint64 now)
{
  int working;

  g_mutex_lock (&self->lock);
  working = self->working;
  g_mutex_unlock (&self->lock);
  return working >= 0 ? (ExchangePushWay) working : exchange_push_get_way (self, now);
}

gint64
exchange_push_get_heartbeat (ExchangePush *self)
{
  gint64 heartbeat;

  g_mutex_lock (&self->lock);
  heartbeat = self->heartbeat;
  g_mutex_unlock (&self->lock);
  return heartbeat;
}

void
exchange_push_learn_heartbeat (ExchangePush *self, gint64 pause)
{
  g_mutex_lock (&self->lock);
  self->heartbeat = CLAMP (pause, 0, HEARTBEAT_CAP);
  g_mutex_unlock (&self->lock);
}

void
exchange_push_note_silent (ExchangePush *self)
{
  g_mutex_lock (&self->lock);
  self->heartbeat = MIN (MAX (self->heartbeat, G_USEC_PER_SEC) * 2, HEARTBEAT_CAP);
  g_mutex_unlock (&self->lock);
}
