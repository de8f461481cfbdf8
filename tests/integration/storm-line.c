/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "storm-line.h"

#include "taube-test-relay.h"

/* For how long a line is silent before it breaks at last: longer than a client waits for an answer. */
#define STALL_MILLISECONDS 1500
#define DELAY_MILLISECONDS 12
#define PIECE_BYTES 4096

struct _StormLine
{
  GMutex lock;
  GCond cond;
  TaubeTestRelay *relay;

  /* under lock */
  GRand *rand;
  guint weather;
  gboolean ended;
  StormCount count;
};

typedef enum
{
  FAULT_NONE,
  FAULT_DELAY,
  FAULT_STALL,
  FAULT_CUT,
} Fault;

/* What happens to the next SIZE bytes, of which *PASSED_OUT come through before. *CALM_BYTES until the next fault are
 * left; negative: not decided. */
static Fault
decide (StormLine *line, gssize *calm_bytes, gsize size, gsize *passed_out)
{
  Fault fault = FAULT_NONE;
  int dice;

  *passed_out = size;
  g_mutex_lock (&line->lock);
  if (line->weather == 0)
    *calm_bytes = -1;
  else if (*calm_bytes < 0)
    *calm_bytes = g_rand_int_range (line->rand, 1, (gint32) line->weather * 2);
  if (line->weather != 0 && *calm_bytes < (gssize) size)
    {
      *passed_out = (gsize) *calm_bytes;
      *calm_bytes = -1;
      dice = g_rand_int_range (line->rand, 0, 100);
      fault = dice < 60 ? FAULT_DELAY : dice < 95 ? FAULT_CUT : FAULT_STALL;
      line->count.delays += fault == FAULT_DELAY;
      line->count.cuts += fault == FAULT_CUT;
      line->count.stalls += fault == FAULT_STALL;
    }
  else if (line->weather != 0)
    *calm_bytes -= (gssize) size;
  g_mutex_unlock (&line->lock);
  return fault;
}

/* Nothing passes for a while. */
static void
hold (StormLine *line, guint milliseconds)
{
  gint64 until = g_get_monotonic_time () + (gint64) milliseconds * 1000;

  g_mutex_lock (&line->lock);
  while (!line->ended && g_cond_wait_until (&line->cond, &line->lock, until))
    ;
  g_mutex_unlock (&line->lock);
}

static gboolean
pass (GSocket *from, GSocket *to, gboolean by_client, gssize *calm_bytes, gpointer user_data)
{
  StormLine *line = user_data;
  char bytes[PIECE_BYTES];
  gssize size = g_socket_receive (from, bytes, sizeof bytes, NULL, NULL);
  gsize done = 0, passed;

  if (size <= 0)
    return FALSE;
  while (done < (gsize) size)
    {
      Fault fault = decide (line, calm_bytes, (gsize) size - done, &passed);

      if (!taube_test_relay_send (to, bytes + done, passed))
        return FALSE;
      done += passed;
      if (fault == FAULT_DELAY)
        hold (line, DELAY_MILLISECONDS);
      if (fault == FAULT_STALL)
        hold (line, STALL_MILLISECONDS);
      if (fault == FAULT_STALL || fault == FAULT_CUT)
        return FALSE;
    }
  return TRUE;
}

static gboolean
let_in (gpointer user_data)
{
  StormLine *line = user_data;

  g_mutex_lock (&line->lock);
  line->count.connections++;
  g_mutex_unlock (&line->lock);
  return TRUE;
}

static const TaubeTestRelayFuncs funcs = { let_in, pass };

StormLine *
storm_line_start (guint16 port, guint32 seed)
{
  StormLine *self = g_new0 (StormLine, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->rand = g_rand_new_with_seed (seed);
  self->relay = taube_test_relay_start (port, &funcs, self);
  return self;
}

void
storm_line_stop (StormLine *self)
{
  g_mutex_lock (&self->lock);
  self->ended = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  taube_test_relay_stop (self->relay);
  g_rand_free (self->rand);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
  g_free (self);
}

guint16
storm_line_get_port (StormLine *self)
{
  return taube_test_relay_get_port (self->relay);
}

void
storm_line_set_weather (StormLine *self, guint bytes)
{
  g_mutex_lock (&self->lock);
  self->weather = bytes;
  g_mutex_unlock (&self->lock);
}

StormCount
storm_line_get_count (StormLine *self)
{
  StormCount count;

  g_mutex_lock (&self->lock);
  count = self->count;
  g_mutex_unlock (&self->lock);
  return count;
}
