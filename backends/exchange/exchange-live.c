/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-account.h"
#include "exchange-backend.h"
#include "exchange-gettext.h"
#include "exchange-wire.h"

#define N_(text) text

/* What a server says of itself, and how it was found: "EWS 15.2.1544.4, found by Autodiscover: SOAP at
 * autodiscover.example.org". (transfer full) */
static char *
make_evidence (ExchangeAccount *account)
{
  const ExchangeWire *wire = exchange_account_get_wire (account);
  ExchangePlace *place = exchange_client_get_place (exchange_account_get_client (account));
  g_autofree char *build = exchange_account_dup_build (account);
  g_autofree char *where = exchange_place_dup_evidence (place);
  g_autoptr (GString) evidence = g_string_new (wire->name);

  if (build != NULL)
    g_string_append_printf (evidence, " %s", build);
  if (where != NULL)
    g_string_append_printf (evidence, _ (", found by %s"), where);
  return g_string_free (g_steal_pointer (&evidence), FALSE);
}

void
exchange_live_report_push (ExchangeAccount *account)
{
  static const struct
  {
    TaubeSupport support;
    const char *reason;
    const char *how;
  } ways[] = {
    [EXCHANGE_PUSH_STREAM] = { TAUBE_SUPPORT_YES, N_ ("the server tells of changes by itself"), "GetStreamingEvents" },
    [EXCHANGE_PUSH_PULL] = { TAUBE_SUPPORT_NO, N_ ("the server tells what changed only when it is asked, from time to "
                                                   "time"), "GetEvents" },
    [EXCHANGE_PUSH_ASK] = { TAUBE_SUPPORT_NO, N_ ("the server tells no changes: each folder is asked from time to "
                                                  "time"), "SyncFolderItems" },
  };
  g_autofree char *server = make_evidence (account);
  ExchangePushWay way
    = exchange_push_get_current (exchange_account_get_push (account), g_get_monotonic_time ());
  g_autofree char *evidence = g_strconcat (server, ", ", ways[way].how, NULL);

  taube_account_set_live_capability (TAUBE_ACCOUNT (account), TAUBE_CAPABILITY_PUSH, ways[way].support,
                                     _ (ways[way].reason), evidence);
}

void
exchange_live_report (ExchangeAccount *account)
{
  g_autofree char *evidence = make_evidence (account);
  const char *mechanism = exchange_client_get_mechanism (exchange_account_get_client (account));
  const char *extensions[] = { mechanism, NULL };

  exchange_account_set_blocked (account, FALSE);
  taube_account_set_server (TAUBE_ACCOUNT (account), evidence, extensions);
  for (guint i = 0; i < TAUBE_N_CAPABILITIES; i++)
    taube_account_set_live_capability (TAUBE_ACCOUNT (account), exchange_rows[i].capability, exchange_rows[i].module,
                                       exchange_rows[i].module_reason,
                                       exchange_rows[i].module == TAUBE_SUPPORT_NO ? NULL : evidence);
  exchange_live_report_push (account);
}

void
exchange_live_report_failure (ExchangeAccount *account, const GError *problem)
{
  if (!g_error_matches (problem, TAUBE_ERROR, TAUBE_ERROR_PERMISSION))
    return;
  exchange_account_set_blocked (account, TRUE);
  for (guint i = 0; i < TAUBE_N_CAPABILITIES; i++)
    if (exchange_rows[i].module != TAUBE_SUPPORT_NO)
      taube_account_set_live_capability (TAUBE_ACCOUNT (account), exchange_rows[i].capability, TAUBE_SUPPORT_NO,
                                         _ ("the server blocks this access"), problem->message);
}

void
exchange_live_note_answer (ExchangeAccount *account)
{
  if (exchange_account_is_blocked (account))
    exchange_live_report (account);
}

void
exchange_live_note_blocked (ExchangeAccount *account, gboolean whole, const GError *problem, GCancellable *cancellable)
{
  if (exchange_account_is_blocked (account))
    return;
  if (whole)
    exchange_live_report_failure (account, problem);
  else
    exchange_account_get_wire (account)->open (account, cancellable, NULL);
}
