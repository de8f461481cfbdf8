/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ews/ews-whole.h"

#include "ews/ews-call.h"
#include "exchange-gettext.h"

typedef struct
{
  const char *id;
  TaubeDiscardMode mode;
  gboolean with_folders;
} Whole;

/* Older versions do not know the operation, and servers that are compatible may not: they are asked once. Doing it
 * twice does no harm, so that is what an outcome that nobody knows becomes. */
static gboolean
run (ExchangeAccount *account, const EwsCall *call, EwsVersion since, GCancellable *cancellable, GError **error)
{
  GError *problem = NULL;

  if (exchange_account_get_version (account) < (int) since || exchange_account_lacks (account, (guint) call->operation))
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED, _ ("%s: this server cannot do that at once"),
                   call->what);
      return FALSE;
    }
  if (ews_call_run (account, call, cancellable, &problem))
    return TRUE;
  if (g_error_matches (problem, TAUBE_ERROR, TAUBE_ERROR_UNKNOWN_OUTCOME)
      && !g_cancellable_is_cancelled (cancellable))
    {
      GError *second = NULL;

      if (ews_call_run (account, call, cancellable, &second))
        {
          g_error_free (problem);
          return TRUE;
        }
      g_error_free (second);
    }
  if (g_error_matches (problem, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED))
    exchange_account_set_lacking (account, (guint) call->operation);
  g_propagate_error (error, problem);
  return FALSE;
}

static EwsWriter *
write_empty (EwsVersion version, gconstpointer args)
{
  const Whole *whole = args;

  return ews_request_empty_folder (version, whole->id, whole->mode, whole->with_folders);
}

gboolean
ews_whole_empty (ExchangeAccount *account, const char *id, TaubeDiscardMode mode, gboolean with_folders,
                 const char *what, GCancellable *cancellable, GError **error)
{
  const Whole whole = { id, mode, with_folders };
  const EwsCall call = { .operation = EWS_OPERATION_EMPTY_FOLDER, .write = write_empty, .args = &whole, .what = what };

  return run (account, &call, EWS_VERSION_2010_SP2, cancellable, error);
}

static EwsWriter *
write_seen (EwsVersion version, gconstpointer args)
{
  return ews_request_mark_all_seen (version, args);
}

gboolean
ews_whole_mark_all_seen (ExchangeAccount *account, const char *id, const char *what, GCancellable *cancellable,
                         GError **error)
{
  const EwsCall call = { .operation = EWS_OPERATION_MARK_ALL_ITEMS_AS_READ, .write = write_seen, .args = id,
                         .what = what };

  return run (account, &call, EWS_VERSION_2013_SP1, cancellable, error);
}
