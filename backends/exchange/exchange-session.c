/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-session.h"

#include "exchange-wire.h"

struct _TaubeExchangeSession
{
  TaubeSession parent_instance;
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

  if (exchange_client_get_mechanism (exchange_account_get_client (account)) != NULL)
    return TRUE;
  if (exchange_account_get_wire (account)->open (account, cancellable, &problem))
    {
      exchange_live_report (account);
      return TRUE;
    }
  exchange_live_report_failure (account, problem);
  g_propagate_error (error, problem);
  return FALSE;
}

/* There is nothing to say good-bye to. */
static void
exchange_session_close (TaubeSession *session, GCancellable *cancellable)
{
}

static void
exchange_session_init (TaubeExchangeSession *self)
{
}

static void
exchange_session_class_init (TaubeExchangeSessionClass *klass)
{
  TaubeSessionClass *session = TAUBE_SESSION_CLASS (klass);

  session->struct_size = sizeof (TaubeSessionClass);
  session->open = exchange_session_open;
  session->close = exchange_session_close;
}
