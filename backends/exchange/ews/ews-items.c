/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ews/ews-items.h"

#include <string.h>

#include "ews/ews-base64.h"
#include "ews/ews-call.h"
#include "exchange-gettext.h"

/* GetItem. */

typedef struct
{
  const char *const *ids;
  guint n;
  TaubeListFields fields;
  TaubeMessageListBuilder *builder;
  GArray *numbers;
  GPtrArray *stopped; /* of const char*: those that were not looked at */
  GPtrArray *added;   /* of const char*: those of which there is a row, in its order */
  const char *what;
  GError *busy;       /* why, if the server had no time for them */
} Rows;

static EwsWriter *
write_get (EwsVersion version, gconstpointer args)
{
  const Rows *rows = args;

  return ews_request_get_item (version, rows->ids, rows->n, rows->fields);
}

gboolean
ews_items_check_id (const EwsNode *item, const char *wanted, GError **error)
{
  const char *id = ews_item_get_id (item);

  if (id == NULL || strcmp (id, wanted) == 0)
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL,
               _ ("the server answered about another message: the connection is out of step"));
  return FALSE;
}

static gboolean
on_item (const EwsNode *unit, const EwsNode *message, guint index, gpointer user_data, GError **error)
{
  Rows *rows = user_data;

  if (index >= rows->n)
    return TRUE;
  if (!ews_items_check_id (unit, rows->ids[index], error))
    return FALSE;
  g_ptr_array_add (rows->added, (gpointer) rows->ids[index]);
  taube_message_list_builder_add_id (rows->builder, rows->ids[index]);
  ews_fields_fill_row (unit, rows->fields, rows->builder);
  if (rows->numbers != NULL)
    {
      guint32 number = ews_item_get_number (unit);

      g_array_append_val (rows->numbers, number);
    }
  return TRUE;
}

/* CASES.md 68: it went between the list and now, or cannot be read: this item only is left out. What stands
 * behind one that made the server stop is asked for again, and so is one for which it had no time. */
static gboolean
on_gone (const EwsVerdict *verdict, guint index, gpointer user_data, GError **error)
{
  Rows *rows = user_data;
  gboolean busy = ews_errors_find (verdict->code) == TAUBE_ERROR_THROTTLED;

  if (index >= rows->n || (!busy && !ews_errors_is_untouched (verdict->code)))
    return TRUE;
  if (busy && rows->busy == NULL)
    rows->busy = ews_errors_new (verdict, rows->what);
  g_ptr_array_add (rows->stopped, (gpointer) rows->ids[index]);
  return TRUE;
}

/* FALSE: nothing was looked at, so it makes no sense to ask again. */
static gboolean
check_stopped (Rows *rows, GError **error)
{
  if (rows->stopped->len < rows->n)
    {
      g_clear_error (&rows->busy);
      return TRUE;
    }
  if (rows->busy != NULL)
    g_propagate_error (error, g_steal_pointer (&rows->busy));
  else
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, _ ("%s: the server stops before it begins"), rows->what);
  return FALSE;
}

/* Those that were asked for again stand at the end: each goes to where it is in IDS. Others may stand before ours. */
static void
restore_order (Rows *rows, const char *const *ids, guint n)
{
  guint size = taube_message_list_builder_get_size (rows->builder), before = size - rows->added->len, at = before;
  g_autofree guint *positions = g_new (guint, size + 1);

  for (guint i = 0; i < before; i++)
    positions[i] = i;
  for (guint i = 0; i < n; i++)
    {
      guint row;

      if (g_ptr_array_find (rows->added, ids[i], &row))
        positions[at++] = before + row;
    }
  taube_message_list_builder_arrange (rows->builder, positions, at);
}

gboolean
ews_items_get_rows (ExchangeAccount *account, const char *const *ids, guint n, TaubeListFields fields,
                    const char *what, TaubeMessageListBuilder *builder, GArray *numbers, GCancellable *cancellable,
                    GError **error)
{
  g_autoptr (GPtrArray) asked = g_ptr_array_new (), added = g_ptr_array_new ();
  Rows rows = { ids, n, fields, builder, numbers, NULL, added, what, NULL };
  const EwsCall call = { .operation = EWS_OPERATION_GET_ITEM, .write = write_get, .args = &rows, .what = what,
                         .unit = on_item, .failed = on_gone, .user_data = &rows };

  for (;;)
    {
      g_autoptr (GPtrArray) stopped = g_ptr_array_new ();

      rows.stopped = stopped;
      if (!ews_call_run (account, &call, cancellable, error))
        {
          g_clear_error (&rows.busy);
          return FALSE;
        }
      /* Rows with numbers are put in order by these. */
      if (stopped->len == 0 && rows.ids != ids && numbers == NULL)
        restore_order (&rows, ids, n);
      if (stopped->len == 0)
        return TRUE;
      if (!check_stopped (&rows, error))
        return FALSE;
      g_ptr_array_unref (asked);
      asked = g_steal_pointer (&stopped);
      rows.ids = (const char *const *) asked->pdata;
      rows.n = asked->len;
    }
}

/* MIME. */

typedef struct
{
  ExchangeBytesFunc func;
  gpointer user_data;
  const char *id;
  EwsBase64 base64;
  gboolean came;
} Mime;

static EwsWriter *
write_mime (EwsVersion version, gconstpointer args)
{
  return ews_request_get_mime (version, args);
}

static gboolean
on_mime (const char *text, gsize length, gpointer user_data, GError **error)
{
  Mime *mime = user_data;

  mime->came = TRUE;
  return ews_base64_decode (&mime->base64, text, length, mime->func, mime->user_data, error);
}

static gboolean
on_mime_item (const EwsNode *unit, const EwsNode *message, guint index, gpointer user_data, GError **error)
{
  return ews_items_check_id (unit, ((Mime *) user_data)->id, error);
}

gboolean
ews_items_fetch (ExchangeAccount *account, const char *id, const char *what, ExchangeBytesFunc func,
                 gpointer user_data, GCancellable *cancellable, GError **error)
{
  Mime mime = { .func = func, .user_data = user_data, .id = id };
  const EwsCall call = { .operation = EWS_OPERATION_GET_ITEM, .write = write_mime, .args = id, .what = what,
                         .stream = "MimeContent", .unit = on_mime_item, .stream_text = on_mime,
                         .user_data = &mime };

  if (!ews_call_run (account, &call, cancellable, error))
    return FALSE;
  if (mime.came)
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, _ ("%s: the server says that all is well and sends nothing"),
               what);
  return FALSE;
}

/* SyncFolderItems. */

typedef struct
{
  const char *folder_id;
  ExchangeSyncStep *step;
  char *state;
  guint told;
} Sync;

static EwsWriter *
write_sync (EwsVersion version, gconstpointer args)
{
  const Sync *sync = args;
  const EwsFolderRef folder = { .id = sync->folder_id };

  return ews_request_sync_items (version, &folder, sync->step->state, 512);
}

/* t:Create and t:Update hold the item, t:Delete and t:ReadFlagChange its id. */
static const char *
find_changed_id (const EwsNode *change)
{
  const char *id = ews_item_get_id (change);

  for (const EwsNode *item = change->children; item != NULL && id == NULL; item = item->next)
    id = ews_item_get_id (item);
  return id;
}

static gboolean
on_change (const EwsNode *unit, const EwsNode *message, guint index, gpointer user_data, GError **error)
{
  Sync *sync = user_data;
  const char *id = find_changed_id (unit);

  if (id == NULL)
    return TRUE;
  sync->told++;
  if (ews_node_is (unit, "Create"))
    taube_id_set_add (sync->step->added, id);
  else if (ews_node_is (unit, "Delete"))
    taube_id_set_add (sync->step->removed, id);
  else if (ews_node_is (unit, "Update") || ews_node_is (unit, "ReadFlagChange"))
    taube_id_set_add (sync->step->changed, id);
  return TRUE;
}

static gboolean
on_synced (const EwsNode *message, guint index, gpointer user_data, GError **error)
{
  Sync *sync = user_data;
  const char *state = ews_node_get_text (message, "SyncState");

  if (state != NULL && state[0] != '\0')
    {
      g_free (sync->state);
      sync->state = g_strdup (state);
    }
  ews_text_to_boolean (ews_node_get_text (message, "IncludesLastItemInRange"), &sync->step->last);
  return TRUE;
}

/* CASES.md 61. */
static gboolean
on_sync_failed (const EwsVerdict *verdict, guint index, gpointer user_data, GError **error)
{
  Sync *sync = user_data;

  if (strcmp (verdict->code, "ErrorInvalidSyncStateData") == 0 && sync->step->state != NULL)
    {
      sync->step->reset = TRUE;
      return TRUE;
    }
  g_propagate_error (error, ews_errors_new (verdict, _ ("cannot ask what changed")));
  return FALSE;
}

gboolean
ews_items_sync (ExchangeAccount *account, const char *folder_id, const char *what, ExchangeSyncStep *step,
                GCancellable *cancellable, GError **error)
{
  Sync sync = { .folder_id = folder_id, .step = step };
  const EwsCall call = { .operation = EWS_OPERATION_SYNC_FOLDER_ITEMS, .write = write_sync, .args = &sync,
                         .what = what, .unit = on_change, .message = on_synced, .failed = on_sync_failed,
                         .user_data = &sync };

  step->reset = FALSE;
  step->last = TRUE;
  if (!ews_call_run (account, &call, cancellable, error))
    {
      g_free (sync.state);
      return FALSE;
    }
  if (step->reset)
    return TRUE;
  if (sync.state == NULL)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, _ ("%s: the server does not say how far it told"), what);
      return FALSE;
    }
  /* Who tells something has come further: else it is what was told before, and would be told for ever. */
  if (g_strcmp0 (sync.state, step->state) == 0 && (sync.told > 0 || !step->last))
    {
      g_free (sync.state);
      exchange_client_distrust (exchange_account_get_client (account));
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, _ ("%s: the server tells the same once more"), what);
      return FALSE;
    }
  g_free (step->state);
  step->state = sync.state;
  return TRUE;
}
