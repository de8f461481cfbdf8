/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-folder.h"

#include "exchange-gettext.h"

/* What became of the source at POSITION, which is its id in the result. */
static void
note (TaubeBatchResult *result, guint position, const char *new_id, const GError *problem)
{
  g_autofree char *id = g_strdup_printf ("%u", position + 1);
  g_autoptr (TaubeIdSet) one = taube_id_set_new ();

  taube_id_set_add (one, id);
  if (problem == NULL)
    taube_batch_result_set_done (result, id, new_id);
  else if (g_error_matches (problem, TAUBE_ERROR, TAUBE_ERROR_UNKNOWN_OUTCOME))
    taube_batch_result_set_unknown (result, one, problem);
  else
    taube_batch_result_set_failed (result, one, problem);
}

static TaubeBatchResult *
make_result (guint n)
{
  g_autoptr (TaubeIdSet) ids = taube_id_set_new ();

  if (n > 0)
    taube_id_set_add_range (ids, "", 1, n);
  return taube_batch_result_new (ids);
}

/* Whether it makes no sense to try the next one. */
static gboolean
is_hopeless (const GError *problem)
{
  return problem->domain != TAUBE_ERROR || problem->code == TAUBE_ERROR_CONNECTION || problem->code == TAUBE_ERROR_AUTH
         || problem->code == TAUBE_ERROR_THROTTLED || problem->code == TAUBE_ERROR_QUOTA
         || problem->code == TAUBE_ERROR_UNKNOWN_OUTCOME;
}

/* One message. When nobody knows whether it was written it is looked for, and written again if it is not there. */
static gboolean
append_one (ExchangeAccount *account, const char *folder_id, TaubeMessageSource *source, const char *what,
            char **new_id, GCancellable *cancellable, GError **error)
{
  const ExchangeWire *wire = exchange_account_get_wire (account);
  g_autofree char *token = g_uuid_string_random ();
  g_autoptr (GError) problem = NULL;

  if (!wire->append (account, folder_id, source, token, what, new_id, cancellable, &problem))
    {
      if (!g_error_matches (problem, TAUBE_ERROR, TAUBE_ERROR_UNKNOWN_OUTCOME)
          || g_cancellable_is_cancelled (cancellable)
          || !wire->find_token (account, folder_id, token, what, new_id, cancellable, NULL))
        {
          g_propagate_error (error, g_steal_pointer (&problem));
          return FALSE;
        }
      if (*new_id == NULL && !wire->append (account, folder_id, source, token, what, new_id, cancellable, error))
        return FALSE;
    }
  if (*new_id == NULL)
    wire->find_token (account, folder_id, token, what, new_id, cancellable, NULL);
  return TRUE;
}

/* TaubeFolderClass.append: one request for each, so that each has its own outcome. */
TaubeBatchResult *
exchange_folder_append (TaubeFolder *folder, TaubeSession *session, GPtrArray *sources, TaubeAttempt *attempt,
                        TaubeProgress *progress, GCancellable *cancellable, GError **error)
{
  ExchangeAccount *account = exchange_folder_get_account (folder);
  g_autofree char *what = g_strdup_printf (_ ("cannot write into folder \"%s\""), taube_folder_get_name (folder));
  g_autofree char *folder_id = exchange_account_find_folder_id (account, folder, cancellable, error);
  g_autoptr (TaubeBatchResult) result = make_result (sources->len);
  g_autoptr (GError) last = NULL;
  guint64 done = 0;

  if (folder_id == NULL)
    return NULL;
  for (guint i = 0; i < sources->len; i++)
    {
      g_autofree char *new_id = NULL;

      if (last == NULL || !is_hopeless (last))
        {
          g_clear_error (&last);
          append_one (account, folder_id, sources->pdata[i], what, &new_id, cancellable, &last);
          note (result, i, new_id, last);
        }
      else
        {
          g_autoptr (GError) untried
            = g_error_new (TAUBE_ERROR, TAUBE_ERROR_CONNECTION, _ ("it was not tried: %s"), last->message);

          note (result, i, NULL, untried);
        }
      done += taube_message_source_get_facts (sources->pdata[i])->size;
      taube_progress_update (progress, done, 0);
    }
  /* Of one message, or when nothing at all was written, the reason is that of the call. */
  if (last != NULL && taube_batch_result_count (result, TAUBE_BATCH_STATUS_FAILED) == sources->len)
    {
      exchange_folder_note_failure (folder, last);
      g_propagate_error (error, g_steal_pointer (&last));
      return NULL;
    }
  return g_steal_pointer (&result);
}
