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
  TaubeBatchResult *result;

  TaubeMessageFlags changed, flags;
  const char *const *const *keywords;
  const char *target_id;
  EwsOperation operation;
} Change;

static void
set_failed (Change *change, guint index, const GError *problem)
{
  g_autoptr (TaubeIdSet) one = taube_id_set_new ();

  taube_id_set_add (one, change->ids[index]);
  taube_batch_result_set_failed (change->result, one, problem);
}

static gboolean
on_failed (const EwsVerdict *verdict, guint index, gpointer user_data, GError **error)
{
  Change *change = user_data;
  g_autoptr (GError) problem = ews_errors_new (verdict, change->what);

  if (index < change->n)
    set_failed (change, index, problem);
  return TRUE;
}

/* The new id, when there is one; older servers tell none. */
static gboolean
on_new_item (const EwsNode *unit, const EwsNode *message, guint index, gpointer user_data, GError **error)
{
  Change *change = user_data;
  const char *id = ews_item_get_id (unit);

  if (index < change->n && id != NULL && change->target_id != NULL)
    taube_batch_result_set_new_id (change->result, change->ids[index], id);
  return TRUE;
}

static gboolean
on_done (const EwsNode *message, guint index, gpointer user_data, GError **error)
{
  Change *change = user_data;
  g_autoptr (TaubeIdSet) one = taube_id_set_new ();

  if (index >= change->n)
    return TRUE;
  taube_id_set_add (one, change->ids[index]);
  taube_batch_result_set_done_set (change->result, one);
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
write_flags (EwsVersion version, gconstpointer args)
{
  const Change *change = args;

  return ews_request_set_flags (version, change->ids, change->n, change->changed, change->flags, change->keywords);
}

gboolean
ews_items_set_flags (ExchangeAccount *account, const char *const *ids, guint n, TaubeMessageFlags changed,
                     TaubeMessageFlags flags, const char *const *const *keywords, const char *what,
                     TaubeBatchResult *result, GCancellable *cancellable, GError **error)
{
  Change change = { .ids = ids, .n = n, .what = what, .result = result, .changed = changed, .flags = flags,
                    .keywords = keywords, .operation = EWS_OPERATION_UPDATE_ITEM };

  return run (account, &change, write_flags, cancellable, error);
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
                    const char *what, TaubeBatchResult *result, GCancellable *cancellable, GError **error)
{
  Change change = { .ids = ids, .n = n, .what = what, .result = result, .target_id = target_id,
                    .operation = copy ? EWS_OPERATION_COPY_ITEM : EWS_OPERATION_MOVE_ITEM };

  return run (account, &change, write_transfer, cancellable, error);
}

static EwsWriter *
write_remove (EwsVersion version, gconstpointer args)
{
  const Change *change = args;

  return ews_request_delete_item (version, change->ids, change->n);
}

gboolean
ews_items_remove (ExchangeAccount *account, const char *const *ids, guint n, const char *what,
                  TaubeBatchResult *result, GCancellable *cancellable, GError **error)
{
  Change change = { .ids = ids, .n = n, .what = what, .result = result, .operation = EWS_OPERATION_DELETE_ITEM };

  return run (account, &change, write_remove, cancellable, error);
}
