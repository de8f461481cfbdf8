/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-account.h"
#include "exchange-gettext.h"
#include "exchange-wire.h"

static gboolean
exchange_account_send (TaubeAccount *account, TaubeSession *session, TaubeMessageSource *source,
                       TaubeProgress *progress, GCancellable *cancellable, GError **error)
{
  ExchangeAccount *self = EXCHANGE_ACCOUNT (account);
  guint64 size = taube_message_source_get_facts (source)->size;

  if (!exchange_account_get_wire (self)->send (self, source, _ ("cannot send the message"), cancellable, error))
    return FALSE;
  taube_progress_update (progress, size, size);
  return TRUE;
}

void
exchange_account_init_sender (TaubeSenderInterface *iface)
{
  iface->send = exchange_account_send;
}
