/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch-files.h"
#include "fetch-run.h"
#include "messages.h"
#include "output.h"

static char *option_to;
static char *option_leave;
static char *option_journal;
static gboolean option_moved;
static gboolean option_quiet;

static const GOptionEntry fetch_options[] = {
  { "to", 0, 0, G_OPTION_ARG_FILENAME, &option_to, N_ ("Store in maildir:PATH, mbox:PATH or eml:PATH"), N_ ("STORE") },
  { "leave", 0, 0, G_OPTION_ARG_STRING, &option_leave,
    N_ ("How long mail stays on the server: forever, days=N, until-removed or no"), N_ ("HOW") },
  { "journal", 0, 0, G_OPTION_ARG_FILENAME, &option_journal,
    N_ ("Remember in FILE what was stored, and not beside the messages"), N_ ("FILE") },
  { "moved", 0, 0, G_OPTION_ARG_NONE, &option_moved, N_ ("Go on although the server has given its messages other ids"),
    NULL },
  { "quiet", 0, 0, G_OPTION_ARG_NONE, &option_quiet, N_ ("Show no progress and no summary"), NULL },
  { NULL },
};

/* What a run works with. */
typedef struct
{
  Cli *cli;
  const FetchStoreKind *kind;
  const char *path;
  TaubeUri *uri;
  TaubeAccount *account;
  TaubeFolder *folder;
  TaubeLeavePolicy *policy;
  char *owner;
  FetchStore *store;
  FetchRun *run;
  TaubeIdSet *here;    /* ids of all messages on the server, when it matters which were removed; or NULL */
  TaubeIdSet *fresh;   /* ids of those that were not stored */
  gboolean renumbered; /* the journal does not fit the server */
  ExitCode code;
} Job;

static void
job_clear (Job *self)
{
  g_clear_object (&self->run);
  if (self->folder != NULL)
    taube_folder_close_journal (self->folder);
  g_clear_pointer (&self->store, fetch_store_close);
  g_clear_pointer (&self->here, taube_id_set_free);
  g_clear_pointer (&self->fresh, taube_id_set_free);
  g_clear_pointer (&self->policy, taube_leave_policy_free);
  g_clear_object (&self->folder);
  g_clear_object (&self->account);
  g_clear_pointer (&self->uri, taube_uri_unref);
  g_free (self->owner);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Job, job_clear)

/* Before anything is sent. */

/* A port that everybody uses need not be written. */
static guint
get_odd_port (TaubeUri *uri)
{
  static const guint usual[] = { 110, 143, 993, 995 };
  guint port = taube_uri_get_port (uri);

  for (guint i = 0; i < G_N_ELEMENTS (usual); i++)
    if (port == usual[i])
      return 0;
  return port;
}

/* What makes the account and folder the same from run to run, however the URI is written. */
static char *
make_owner (Job *self)
{
  TaubeUri *uri = taube_account_get_uri (self->account);
  const char *backend = taube_backend_get_name (taube_account_get_backend (self->account));
  const char *user = taube_uri_get_user (uri);
  g_autofree char *host = g_ascii_strdown (taube_uri_get_host (uri), -1);
  g_autofree char *folder = g_strjoinv ("\n", (char **)taube_folder_get_path (self->folder));
  g_autofree char *account
      = g_strdup_printf ("%s %s@%s:%u", backend, user != NULL ? user : "", host, get_odd_port (uri));

  return files_make_tag (account, folder);
}

static gboolean
read_policy (Job *self, GError **error)
{
  if (option_leave != NULL)
    self->policy = taube_leave_policy_new_from_text (option_leave, error);
  else
    self->policy = taube_settings_get_leave_policy (taube_account_get_settings (self->account));
  if (self->policy == NULL)
    return FALSE;
  if (self->kind->tells_removed || taube_leave_policy_get_kind (self->policy) != TAUBE_LEAVE_KIND_UNTIL_REMOVED)
    return TRUE;
  g_set_error (
      error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED,
      _ ("an mbox does not tell which messages were removed from it: --leave=until-removed goes with maildir: and "
         "eml:"));
  return FALSE;
}

static gboolean
open_folder (Job *self, const char *uri_text, GError **error)
{
  const char *const *path;

  self->account = cli_open_account (self->cli, uri_text, &self->uri, error);
  if (self->account == NULL)
    return FALSE;
  path = taube_uri_get_folder_path (self->uri);
  if (path != NULL && path[0] != NULL)
    self->folder = taube_account_get_folder (self->account, path);
  else
    self->folder = taube_account_get_folder_for_role (self->account, TAUBE_FOLDER_ROLE_INBOX);
  if (self->folder == NULL)
    self->folder = taube_account_get_folder_by_name (self->account, "INBOX");
  self->owner = make_owner (self);
  return read_policy (self, error);
}

/* Passes the error on; one of these is answered by an option. */
static gboolean
check_renumbered (Job *self, GError *cause, GError **error)
{
  self->renumbered = g_error_matches (cause, TAUBE_ERROR, TAUBE_ERROR_CONFLICT) && !option_moved;
  g_propagate_error (error, cause);
  return FALSE;
}

static gboolean
open_store (Job *self, GError **error)
{
  TaubeJournalFlags flags = option_moved ? TAUBE_JOURNAL_FLAGS_MOVED : TAUBE_JOURNAL_FLAGS_NONE;
  g_autofree char *journal = NULL;
  GError *cause = NULL;

  /* Nothing is made on the disk before. */
  if (!TAUBE_IS_SPOOL (self->folder))
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED,
                   _ ("with %s mail stays on the server: fetch is for POP3, such as pop3s://user@host"),
                   taube_backend_get_title (taube_account_get_backend (self->account)));
      return FALSE;
    }
  self->store = fetch_store_open (self->kind, self->path, self->owner, error);
  if (self->store == NULL)
    return FALSE;
  journal = option_journal != NULL ? g_strdup (option_journal) : fetch_store_make_path (self->store, "journal");
  return taube_folder_open_journal (self->folder, journal, flags, self->cli->cancellable, &cause)
         || check_renumbered (self, cause, error);
}

/* What there is to do. */

static TaubeItemList *
list_unstored (Job *self, GError **error)
{
  g_autoptr (TaubeListRequest) request = taube_list_request_new ();
  g_autoptr (TaubeProgress) progress = taube_progress_new ();
  g_autoptr (ProgressBar) bar = progress_bar_start (_ ("Looking for new messages"), progress);
  TaubeItemList *list;
  GError *cause = NULL;

  taube_list_request_set_fields (request, TAUBE_LIST_FIELDS_SIZE);
  taube_list_request_set_progress (request, progress);
  list = taube_folder_list_unstored (self->folder, request, self->cli->cancellable, &cause);
  if (list == NULL)
    check_renumbered (self, cause, error);
  return list;
}

/* Taken before those that are not stored, so that mail which arrives in between is not taken for stored. */
static gboolean
list_all (Job *self, GError **error)
{
  g_autoptr (TaubeListRequest) request = NULL;
  g_autoptr (TaubeItemList) list = NULL;

  if (taube_leave_policy_get_kind (self->policy) != TAUBE_LEAVE_KIND_UNTIL_REMOVED)
    return TRUE;
  request = taube_list_request_new ();
  taube_list_request_set_fields (request, TAUBE_LIST_FIELDS_NONE);
  list = taube_folder_list (self->folder, request, self->cli->cancellable, error);
  if (list == NULL)
    return FALSE;
  self->here = taube_item_list_get_ids (list);
  return TRUE;
}

/* Those that an interrupted run has stored, and not told the journal of. A run that ended has told it of all: what is
 * not stored all the same is another message, to which the server has given an id again. */
static gboolean
confirm_known (Job *self, TaubeIdSet *wanted, GError **error)
{
  g_autoptr (TaubeIdSet) known = taube_id_set_new ();
  g_auto (GStrv) ids = taube_id_set_to_strv (wanted);

  for (guint i = 0; ids[i] != NULL; i++)
    {
      g_autofree char *tag = fetch_run_make_tag (self->run, ids[i]);

      if (fetch_store_has (self->store, tag) && !fetch_store_had (self->store, tag))
        taube_id_set_add (known, ids[i]);
    }
  if (taube_id_set_get_size (known) == 0)
    return TRUE;
  taube_id_set_remove_set (wanted, known);
  fetch_run_get_counts (self->run)->known = taube_id_set_get_size (known);
  return taube_folder_confirm_stored (self->folder, known, NULL, error) && fetch_store_forget (self->store, error);
}

/* Messages. */

/* Whether an error ends the work on all that are left, not on one message. */
static gboolean
is_general (Job *self, const GError *error)
{
  if (fetch_run_get_failure (self->run) != NULL || error->domain != TAUBE_ERROR)
    return TRUE;
  switch ((TaubeError)error->code)
    {
    case TAUBE_ERROR_CONNECTION:
    case TAUBE_ERROR_PROTOCOL:
    case TAUBE_ERROR_TLS:
    case TAUBE_ERROR_CERTIFICATE:
    case TAUBE_ERROR_AUTH:
    case TAUBE_ERROR_THROTTLED:
    case TAUBE_ERROR_STORAGE:
      return TRUE;
    default:
      return FALSE;
    }
}

/* Tells of messages that did not come. FALSE: one of them says what ended it. */
static gboolean
check_result (Job *self, TaubeBatchResult *result, TaubeIdSet *wanted, GError **error)
{
  g_autoptr (TaubeIdSet) done = taube_batch_result_get_ids (result, TAUBE_BATCH_STATUS_DONE);
  g_autoptr (TaubeIdSet) failed = taube_batch_result_get_ids (result, TAUBE_BATCH_STATUS_FAILED);
  g_auto (GStrv) ids = taube_id_set_to_strv (failed);
  g_autoptr (GError) general = NULL;

  taube_id_set_remove_set (wanted, done);
  for (guint i = 0; ids[i] != NULL; i++)
    {
      g_autoptr (GError) failure = taube_batch_result_get_error (result, ids[i]);

      if (failure == NULL)
        continue;
      if (!is_general (self, failure))
        {
          g_autoptr (TaubeIdSet) one = taube_id_set_new ();

          taube_id_set_add (one, ids[i]);
          taube_id_set_remove_set (wanted, one);
          fetch_run_print_failure (self->run, ids[i], failure);
          self->code = messages_add_failure (self->code, TAUBE_BATCH_STATUS_FAILED, failure);
        }
      else if (general == NULL)
        general = g_steal_pointer (&failure);
    }
  if (general == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&general));
  return FALSE;
}

static gboolean
retrieve_once (Job *self, TaubeIdSet *wanted, GError **error)
{
  g_autoptr (TaubeProgress) progress = taube_progress_new ();
  g_autoptr (ProgressBar) bar = progress_bar_start (_ ("Fetching"), progress);
  g_autoptr (TaubeBatchResult) result = NULL;
  g_autoptr (GError) failure = NULL, unstored = NULL;
  gboolean ok;

  fetch_run_set_bar (self->run, bar);
  result = taube_folder_retrieve (self->folder, wanted, TAUBE_RECEIVER (self->run), progress, self->cli->cancellable,
                                  &failure);
  fetch_run_set_bar (self->run, NULL);
  progress_bar_stop (g_steal_pointer (&bar));
  ok = result != NULL && check_result (self, result, wanted, &failure);
  /* Whatever happened, what came as a whole is kept; and the store's own words are the clearest. */
  if (fetch_run_get_failure (self->run) != NULL)
    {
      g_clear_error (&failure);
      failure = g_error_copy (fetch_run_get_failure (self->run));
    }
  if (!fetch_run_commit (self->run, &unstored) && fetch_run_get_failure (self->run) == NULL)
    {
      g_clear_error (&failure);
      failure = g_steal_pointer (&unstored);
    }
  else if (ok && fetch_run_get_failure (self->run) == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* So often in a row a connection may break without one message having come through it: the one at which it breaks is
 * tried last from then on, which is what the others are to profit from. */
#define FRUITLESS_MAX 4

static gboolean
has_broken (const GError *error)
{
  return g_error_matches (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION)
         || g_error_matches (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL);
}

/* A connection that breaks is made anew as long as messages come through it. */
static gboolean
retrieve (Job *self, TaubeIdSet *wanted, GError **error)
{
  const FetchCounts *counts = fetch_run_get_counts (self->run);
  guint fruitless = 0;

  while (taube_id_set_get_size (wanted) > 0)
    {
      g_autoptr (GError) failure = NULL;
      guint64 before = counts->stored;

      if (retrieve_once (self, wanted, &failure))
        break;
      fruitless = counts->stored == before ? fruitless + 1 : 0;
      if (fruitless == FRUITLESS_MAX || !has_broken (failure))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
    }
  return TRUE;
}

/* Tells of messages at which the line broke each time. FALSE: it is more than a few, so that it lies with the line. */
static gboolean
print_broken (Job *self, const TaubeIdSet *wanted, const GError *failure)
{
  g_auto (GStrv) ids = taube_id_set_to_strv (wanted);

  if (g_strv_length (ids) > FRUITLESS_MAX)
    return FALSE;
  for (guint i = 0; ids[i] != NULL; i++)
    {
      fetch_run_print_failure (self->run, ids[i], failure);
      self->code = messages_add_failure (self->code, TAUBE_BATCH_STATUS_FAILED, failure);
    }
  return TRUE;
}

static guint64
sum_sizes (TaubeItemList *list, const TaubeIdSet *wanted)
{
  guint64 bytes = 0;

  for (guint i = 0; TAUBE_IS_MESSAGE_LIST (list) && i < taube_item_list_get_size (list); i++)
    {
      g_autofree char *id = taube_item_list_get_id (list, i);

      if (taube_id_set_contains (wanted, id))
        bytes += taube_message_list_get_message_size (TAUBE_MESSAGE_LIST (list), i);
    }
  return bytes;
}

/* Leaving the server. */

static gboolean
confirm_removed (Job *self, GError **error)
{
  g_autoptr (TaubeIdSet) removed = taube_id_set_new ();
  g_auto (GStrv) ids = NULL;

  if (self->here == NULL)
    return TRUE;
  taube_id_set_remove_set (self->here, self->fresh);
  ids = taube_id_set_to_strv (self->here);
  for (guint i = 0; ids[i] != NULL; i++)
    {
      g_autofree char *tag = fetch_run_make_tag (self->run, ids[i]);

      if (fetch_store_was_removed (self->store, tag))
        taube_id_set_add (removed, ids[i]);
    }
  return taube_id_set_get_size (removed) == 0
         || taube_folder_confirm_removed (self->folder, removed, self->cli->cancellable, error);
}

static gboolean
settle (Job *self, GError **error)
{
  g_autoptr (TaubeProgress) progress = taube_progress_new ();
  g_autoptr (ProgressBar) bar = progress_bar_start (_ ("Removing from the server"), progress);
  g_autoptr (TaubeBatchResult) result
      = taube_folder_settle (self->folder, self->policy, progress, self->cli->cancellable, error);
  static const TaubeBatchStatus bad[] = { TAUBE_BATCH_STATUS_FAILED, TAUBE_BATCH_STATUS_UNKNOWN };

  if (result == NULL)
    return FALSE;
  progress_bar_stop (g_steal_pointer (&bar));
  fetch_run_get_counts (self->run)->removed = taube_batch_result_count (result, TAUBE_BATCH_STATUS_DONE);
  for (guint b = 0; b < G_N_ELEMENTS (bad); b++)
    {
      g_autoptr (TaubeIdSet) set = taube_batch_result_get_ids (result, bad[b]);
      g_auto (GStrv) ids = taube_id_set_to_strv (set);

      for (guint i = 0; ids[i] != NULL; i++)
        {
          g_autoptr (GError) failure = taube_batch_result_get_error (result, ids[i]);

          if (failure == NULL)
            continue;
          fetch_run_print_failure (self->run, ids[i], failure);
          self->code = messages_add_failure (self->code, bad[b], failure);
        }
    }
  return TRUE;
}

/* All. */

/* Which files are gone is looked at before what is here is remembered: a kill in between finds them out again. */
static gboolean
finish (Job *self, GError **error)
{
  return confirm_removed (self, error) && fetch_store_remember (self->store, error) && settle (self, error);
}

static gboolean
work (Job *self, GError **error)
{
  g_autoptr (TaubeItemList) list = NULL;
  g_autoptr (TaubeIdSet) wanted = NULL;
  g_autoptr (GError) broken = NULL;

  if (!list_all (self, error))
    return FALSE;
  list = list_unstored (self, error);
  if (list == NULL)
    return FALSE;
  self->fresh = taube_item_list_get_ids (list);
  wanted = taube_id_set_copy (self->fresh);
  if (!confirm_known (self, wanted, error))
    return FALSE;
  fetch_run_set_total (self->run, taube_id_set_get_size (wanted), sum_sizes (list, wanted));
  if (retrieve (self, wanted, &broken))
    return finish (self, error);
  /* A message at which the line breaks each time does not keep the others on the server. */
  if (has_broken (broken) && fetch_run_get_failure (self->run) == NULL && finish (self, NULL)
      && print_broken (self, wanted, broken))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&broken));
  return FALSE;
}

static gboolean
run_job (Job *self, const char *uri_text, GError **error)
{
  gboolean ok;

  if (!open_folder (self, uri_text, error) || !open_store (self, error))
    return FALSE;
  self->run = fetch_run_new (self->cli, self->store, self->folder, self->owner);
  ok = work (self, error);
  if (!option_quiet)
    fetch_run_print_summary (self->run);
  /* The session ends as a whole, so that the server does not wait for us. */
  if (ok)
    taube_account_disconnect (self->account, NULL, NULL);
  return ok;
}

static ExitCode
fail (Job *self, const GError *error)
{
  g_autoptr (GError) longer = NULL;

  if (!self->renumbered)
    return cli_fail (self->cli, error);
  longer = g_error_new (TAUBE_ERROR, TAUBE_ERROR_CONFLICT, _ ("%s (--moved goes on)"), error->message);
  return cli_fail (self->cli, longer);
}

static ExitCode
run_fetch (Cli *cli, int n_words, char **words)
{
  g_autoptr (GError) error = NULL, unwritten = NULL;
  g_auto (Job) job = { .cli = cli };
  ExitCode code;

  if (n_words != 1)
    return cli_usage_error (cli, _ ("it takes one URI of an account or a folder"));
  if (option_to == NULL)
    return cli_usage_error (cli, _ ("--to=STORE is missing"));
  job.kind = fetch_store_find_kind (option_to, &job.path);
  if (job.kind == NULL)
    return cli_usage_error (cli, _ ("--to takes maildir:PATH, mbox:PATH or eml:PATH, and not \"%s\""), option_to);
  if (option_quiet)
    progress_bar_suspend ();
  code = run_job (&job, words[0], &error) ? job.code : fail (&job, error);
  if (!output_flush (&unwritten) && code == EXIT_DONE)
    return cli_fail (cli, unwritten);
  return code;
}

const Verb verb_fetch = {
  .name = "fetch",
  .arguments = N_ ("URI"),
  .summary = N_ ("Retrieve new mail into a Maildir, an mbox or single files"),
  .options = fetch_options,
  .run = run_fetch,
};
