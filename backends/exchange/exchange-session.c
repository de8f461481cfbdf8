/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-session.h"

#include "exchange-parking.h"
#include "exchange-wire.h"

struct _TaubeExchangeSession
{
  TaubeSession parent_instance;

  ExchangeStream *stream; /* of whoever has the session, as what follows */
  gint64 quiet_until;
  GMutex lock;
  ExchangeParking *parking; /* under lock: the last one */
};

typedef ExchangeSession TaubeExchangeSession;

typedef struct
{
  TaubeSessionClass parent_class;
} TaubeExchangeSessionClass;

G_DEFINE_FINAL_TYPE (TaubeExchangeSession, exchange_session, TAUBE_TYPE_SESSION)

ExchangeSession *
exchange_session_new (void)
{
  return g_object_new (TAUBE_TYPE_EXCHANGE_SESSION, NULL);
}

/* The first one signs in; for the others that is done. */
static gboolean
exchange_session_open (TaubeSession *session, GCancellable *cancellable, GError **error)
{
  ExchangeAccount *account = EXCHANGE_ACCOUNT (taube_session_get_account (session));
  GError *problem = NULL;

  exchange_client_follow (exchange_account_get_client (account));
  if (exchange_client_get_mechanism (exchange_account_get_client (account)) != NULL)
    return TRUE;
  if (exchange_account_get_wire (account)->open (account, cancellable, &problem))
    {
      exchange_live_report (account);
      return TRUE;
    }
  exchange_live_report_failure (account, problem);
  /* What the table says then holds until somebody has looked again. */
  if (g_error_matches (problem, TAUBE_ERROR, TAUBE_ERROR_PERMISSION))
    exchange_client_forget (exchange_account_get_client (account));
  g_propagate_error (error, problem);
  return FALSE;
}

/* There is nothing to say good-bye to. */
static void
exchange_session_close (TaubeSession *session, GCancellable *cancellable)
{
}

/* Waiting without a thread. */

void
exchange_session_set_stream (ExchangeSession *self, ExchangeStream *stream)
{
  g_clear_pointer (&self->stream, exchange_stream_free);
  self->stream = stream;
}

ExchangeStream *
exchange_session_get_stream (ExchangeSession *self)
{
  return self->stream;
}

void
exchange_session_set_quiet (ExchangeSession *self, gint64 until)
{
  self->quiet_until = until;
}

/* (transfer full), or NULL */
static ExchangeParking *
swap_parking (ExchangeSession *self, ExchangeParking *parking)
{
  ExchangeParking *old;

  g_mutex_lock (&self->lock);
  old = self->parking;
  self->parking = parking;
  g_mutex_unlock (&self->lock);
  return old;
}

static void
drop_parking (ExchangeSession *self)
{
  ExchangeParking *old = swap_parking (self, NULL);

  if (self->stream != NULL)
    exchange_stream_clear_wake (self->stream);
  if (old != NULL)
    exchange_parking_unref (old);
}

/* Whoever has the session parks it; from when the waiting begins somebody else may have it already. */
static gboolean
exchange_session_park (TaubeSession *session, gint64 deadline, TaubeParkFunc func, gpointer user_data)
{
  ExchangeSession *self = (ExchangeSession *) session;
  gboolean quiet = self->quiet_until > g_get_monotonic_time ();
  ExchangeStream *stream = quiet ? NULL : self->stream;
  ExchangeParking *parking;
  gboolean parked;

  drop_parking (self);
  if (quiet && (deadline == 0 || deadline > self->quiet_until))
    deadline = self->quiet_until;
  parking = exchange_parking_new (session, deadline, func, user_data);
  swap_parking (self, exchange_parking_ref (parking));
  parked = exchange_parking_begin (parking, stream);
  exchange_parking_unref (parking);
  return parked;
}

static gboolean
exchange_session_unpark (TaubeSession *session)
{
  ExchangeParking *parking = swap_parking ((ExchangeSession *) session, NULL);
  gboolean mine = parking != NULL && exchange_parking_end (parking);

  if (parking != NULL)
    exchange_parking_unref (parking);
  return mine;
}

static void
exchange_session_finalize (GObject *object)
{
  ExchangeSession *self = (ExchangeSession *) object;

  drop_parking (self);
  g_clear_pointer (&self->stream, exchange_stream_free);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (exchange_session_parent_class)->finalize (object);
}

static void
exchange_session_init (TaubeExchangeSession *self)
{
  g_mutex_init (&self->lock);
  taube_session_set_idle_limit (TAUBE_SESSION (self), 0); /* it costs the server nothing */
}

static void
exchange_session_class_init (TaubeExchangeSessionClass *klass)
{
  TaubeSessionClass *session = TAUBE_SESSION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = exchange_session_finalize;
  session->struct_size = sizeof (TaubeSessionClass);
  session->park = exchange_session_park;
  session->unpark = exchange_session_unpark;
  session->open = exchange_session_open;
  session->close = exchange_session_close;
}
