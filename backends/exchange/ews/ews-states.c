/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How items are now: what a change that is made of what there was has to know first. */
#include "ews/ews-call.h"
#include "ews/ews-items.h"
#include "exchange-gettext.h"

typedef struct
{
  GPtrArray *ids;   /* of const char*: what is asked for */
  GArray *places;   /* of guint: where each of them stands among all */
  GArray *stopped;  /* of guint: places of those that were not looked at */
  const char *what;
  ExchangeStateFunc func;
  gpointer user_data;
} States;

static EwsWriter *
write_states (EwsVersion version, gconstpointer args)
{
  const States *states = args;

  return ews_request_get_states (version, (const char *const *) states->ids->pdata, states->ids->len);
}

static gboolean
on_state (const EwsNode *unit, const EwsNode *message, guint index, gpointer user_data, GError **error)
{
  States *states = user_data;
  g_autoptr (GPtrArray) keywords = g_ptr_array_new ();
  ExchangeItemState state = { .change_key = ews_item_get_change_key (unit), .trace = ews_item_get_trace (unit) };

  if (index >= states->ids->len)
    return TRUE;
  if (!ews_items_check_id (unit, states->ids->pdata[index], error))
    return FALSE;
  state.flags = ews_item_get_flags (unit, keywords);
  g_ptr_array_add (keywords, NULL);
  state.keywords = (const char *const *) keywords->pdata;
  states->func (g_array_index (states->places, guint, index), &state, NULL, states->user_data);
  return TRUE;
}

static gboolean
on_no_state (const EwsVerdict *verdict, guint index, gpointer user_data, GError **error)
{
  States *states = user_data;
  g_autoptr (GError) problem = ews_errors_new (verdict, states->what);

  if (index >= states->ids->len)
    return TRUE;
  if (ews_errors_is_untouched (verdict->code))
    g_array_append_val (states->stopped, g_array_index (states->places, guint, index));
  else
    states->func (g_array_index (states->places, guint, index), NULL, problem, states->user_data);
  return TRUE;
}

/* CASES.md 68: what stands behind an item that made the server stop is asked for again. */
static gboolean
take_stopped (States *states, const char *const *ids, GError **error)
{
  if (states->stopped->len == states->ids->len)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, _ ("%s: the server stops before it begins"),
                   states->what);
      return FALSE;
    }
  g_ptr_array_set_size (states->ids, 0);
  g_array_set_size (states->places, 0);
  for (guint i = 0; i < states->stopped->len; i++)
    {
      guint place = g_array_index (states->stopped, guint, i);

      g_ptr_array_add (states->ids, (gpointer) ids[place]);
      g_array_append_val (states->places, place);
    }
  g_array_set_size (states->stopped, 0);
  return TRUE;
}

gboolean
ews_items_get_states (ExchangeAccount *account, const char *const *ids, guint n, const char *what,
                      ExchangeStateFunc func, gpointer user_data, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) wanted = g_ptr_array_new ();
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GArray) stopped = g_array_new (FALSE, FALSE, sizeof (guint));
  States states = { wanted, places, stopped, what, func, user_data };
  const EwsCall call = { .operation = EWS_OPERATION_GET_ITEM, .write = write_states, .args = &states, .what = what,
                         .unit = on_state, .failed = on_no_state, .user_data = &states };

  for (guint i = 0; i < n; i++)
    g_array_append_val (stopped, i);
  while (stopped->len > 0)
    if (!take_stopped (&states, ids, error) || !ews_call_run (account, &call, cancellable, error))
      return FALSE;
  return TRUE;
}
