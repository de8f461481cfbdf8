/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The functions of ExchangeWire that change items: one answer for each item. */
#include "ews/ews-call.h"
#include "ews/ews-items.h"
#include "exchange-gettext.h"

typedef struct
{
  const char *const *ids;
  guint n;
  const char *what;
  ExchangeOutcome *outcome;

  const ExchangeUpdate *updates;
  const char *target_id;
  TaubeDiscardMode mode;
  EwsOperation operation;
} Change;

static const char *
get_id (const Change *change, guint index)
{
  return change->updates != NULL ? change->updates[index].id : change->ids[index];
}

static void
set_failed (Change *change, guint index, const GError *problem)
{
  g_autoptr (TaubeIdSet) one = taube_id_set_new ();

  taube_id_set_add (one, get_id (change, index));
  taube_batch_result_set_failed (change->outcome->result, one, problem);
}

static gboolean
on_failed (const EwsVerdict *verdict, guint index, gpointer user_data, GError **error)
{
  Change *change = user_data;
  g_autoptr (GError) problem = ews_errors_new (verdict, change->what);

  if (index >= change->n)
    return TRUE;
  set_failed (change, index, problem);
  if (ews_errors_is_untouched (verdict->code))
    taube_id_set_add (change->outcome->again, get_id (change, index));
  return TRUE;
}

/* The new id, when there is one; older servers tell none. */
static gboolean
on_new_item (const EwsNode *unit, const EwsNode *message, guint index, gpointer user_data, GError **error)
{
  Change *change = user_data;
  const char *id = ews_item_get_id (unit);

  if (index < change->n && id != NULL && change->target_id != NULL)
    taube_batch_result_set_new_id (change->outcome->result, get_id (change, index), id);
  return TRUE;
}

static gboolean
on_done (const EwsNode *message, guint index, gpointer user_data, GError **error)
{
  Change *change = user_data;
  g_autoptr (TaubeIdSet) one = taube_id_set_new ();

  if (index >= change->n)
    return TRUE;
  taube_id_set_add (one, get_id (change, index));
  taube_batch_result_set_done_set (change->outcome->result, one);
  return TRUE;
}

static gboolean
run (ExchangeAccount *account, Change *change, EwsWriter *(*write) (EwsVersion, gconstpointer),
     GCancellable *cancellable, GError **error)
{
  const EwsCall call = { .operation = change->operation, .write = write, .args = change, .what = change->what,
                         .unit = on_new_item, .message = on_done, .failed = on_failed, .user_data = change };

  return ews_call_run (account, &call, cancellable, error);
}

static EwsWriter *
write_updates (EwsVersion version, gconstpointer args)
{
  const Change *change = args;

  return ews_request_update (version, change->updates, change->n);
}

gboolean
ews_items_update (ExchangeAccount *account, const ExchangeUpdate *updates, guint n, const char *what,
                  ExchangeOutcome *outcome, GCancellable *cancellable, GError **error)
{
  Change change = { .updates = updates, .n = n, .what = what, .outcome = outcome,
                    .operation = EWS_OPERATION_UPDATE_ITEM };

  return run (account, &change, write_updates, cancellable, error);
}

static EwsWriter *
write_transfer (EwsVersion version, gconstpointer args)
{
  const Change *change = args;
  const EwsFolderRef target = { .id = change->target_id };

  return ews_request_transfer (version, change->operation, change->ids, change->n, &target);
}

gboolean
ews_items_transfer (ExchangeAccount *account, const char *const *ids, guint n, const char *target_id, gboolean copy,
                    const char *what, ExchangeOutcome *outcome, GCancellable *cancellable, GError **error)
{
  Change change = { .ids = ids, .n = n, .what = what, .outcome = outcome, .target_id = target_id,
                    .operation = copy ? EWS_OPERATION_COPY_ITEM : EWS_OPERATION_MOVE_ITEM };

  return run (account, &change, write_transfer, cancellable, error);
}

static EwsWriter *
write_remove (EwsVersion version, gconstpointer args)
{
  const Change *change = args;

  return ews_request_delete_item (version, change->ids, change->n, change->mode);
}

gboolean
ews_items_remove (ExchangeAccount *account, const char *const *ids, guint n, TaubeDiscardMode mode, const char *what,
                  ExchangeOutcome *outcome, GCancellable *cancellable, GError **error)
{
  Change change = { .ids = ids, .n = n, .what = what, .outcome = outcome, .mode = mode,
                    .operation = EWS_OPERATION_DELETE_ITEM };

  return run (account, &change, write_remove, cancellable, error);
}
