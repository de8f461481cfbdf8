/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-watch.h"

#include <string.h>

#include "imap-decode-list.h"
#include "imap-gettext.h"
#include "imap-names.h"

/* RFC 5465: one session hears of all folders. Of the one that is selected the server tells each message, of the others
 * only their STATUS; one whose STATUS is not what we know is selected in its turn, and asked what changed. It waits in
 * IDLE where it can: Dovecot keeps the first change of the selected folder to itself otherwise. */

/* Folders brought up to date in one step, before others get a say. */
#define MAX_ROUNDS 10000

typedef struct
{
  TaubeFolder *folder;   /* not held: the step holds it */
  char *key;
  ImapWatchState *state;
  gboolean dirty;
} Followed;

typedef struct
{
  ImapWatch watch;       /* first: the listener's functions get it. Of the folder that is selected */
  GPtrArray *followed;   /* Followed */
  GHashTable *by_key;
  Followed *selected;    /* NULL: none of them, and WATCH is of nobody */
  ImapWatchState *nobody;
  gboolean list_again;
  gboolean overflow;     /* the server gave up telling */
  guint connection;      /* the number of the one that SELECTED is about */
} Hub;

static void
followed_free (gpointer data)
{
  Followed *followed = data;

  g_free (followed->key);
  g_clear_pointer (&followed->state, imap_watch_state_free);
  g_free (followed);
}

static Hub *
hub_new (void)
{
  Hub *hub = g_new0 (Hub, 1);

  hub->followed = g_ptr_array_new_with_free_func (followed_free);
  hub->by_key = g_hash_table_new (g_str_hash, g_str_equal);
  hub->nobody = imap_watch_state_new ();
  hub->watch.state = hub->nobody;
  return hub;
}

static void
hub_free (gpointer data)
{
  Hub *hub = data;

  g_hash_table_unref (hub->by_key);
  g_ptr_array_unref (hub->followed);
  imap_watch_state_free (hub->nobody);
  g_free (hub);
}

static void
set_selected (Hub *hub, Followed *followed)
{
  hub->selected = followed;
  hub->watch.here = FALSE;
  hub->watch.folder = followed != NULL ? followed->folder : NULL;
  hub->watch.state = followed != NULL ? followed->state : hub->nobody;
}

static void
drop (Hub *hub, Followed *followed)
{
  if (hub->selected == followed)
    set_selected (hub, NULL);
  g_hash_table_remove (hub->by_key, followed->key);
  g_ptr_array_remove (hub->followed, followed);
}

/* TaubeAccountWatchStep.take_folder_state */
static gpointer
take_folder_state (gpointer state, TaubeFolder *folder)
{
  Hub *hub = state;
  g_autofree char *key = imap_names_to_key (taube_folder_get_path (folder));
  Followed *followed = g_hash_table_lookup (hub->by_key, key);

  if (followed == NULL || followed->state->roster == NULL)
    return NULL;
  set_selected (hub, NULL);
  return g_steal_pointer (&followed->state);
}

/* Those that are new come, those that went go. */
static void
take_folders (Hub *hub, GPtrArray *folders)
{
  for (guint i = hub->followed->len; i > 0; i--)
    {
      Followed *followed = g_ptr_array_index (hub->followed, i - 1);

      if (!g_ptr_array_find (folders, followed->folder, NULL))
        drop (hub, followed);
    }
  for (guint i = 0; i < folders->len; i++)
    {
      TaubeFolder *folder = g_ptr_array_index (folders, i);
      char *key = imap_names_to_key (taube_folder_get_path (folder));
      Followed *followed;

      if (g_hash_table_contains (hub->by_key, key))
        {
          g_free (key);
          continue;
        }
      followed = g_new0 (Followed, 1);
      followed->folder = folder;
      followed->key = key;
      followed->state = imap_watch_state_new ();
      followed->dirty = TRUE;
      g_ptr_array_add (hub->followed, followed);
      g_hash_table_insert (hub->by_key, followed->key, followed);
    }
}

/* What the server tells. */

static Followed *
find (Hub *hub, ImapString name, char delimiter)
{
  gboolean utf8 = imap_pipeline_get_dialect (hub->watch.session->pipeline)->utf8;
  g_auto (GStrv) path = NULL;
  g_autofree char *key = NULL;

  if (name.text == NULL || name.length == 0)
    return NULL;
  path = imap_names_split (name.text, name.length, delimiter, utf8);
  key = imap_names_to_key ((const char *const *) path);
  return g_hash_table_lookup (hub->by_key, key);
}

/* Without a count of changes every news may be about a flag. */
static gboolean
is_news (const ImapWatchState *state, const ImapStatus *status)
{
  if (state->roster == NULL || state->resync || (status->fields & IMAP_STATUS_HIGHESTMODSEQ) == 0
      || status->highestmodseq == 0 || status->highestmodseq != state->highestmodseq)
    return TRUE;
  if ((status->fields & IMAP_STATUS_UIDVALIDITY) != 0 && status->uidvalidity != state->uidvalidity)
    return TRUE;
  if ((status->fields & IMAP_STATUS_UIDNEXT) != 0 && status->uidnext != state->uidnext)
    return TRUE;
  return (status->fields & IMAP_STATUS_MESSAGES) != 0 && status->messages != imap_roster_get_size (state->roster);
}

static void
on_status (Hub *hub, const ImapResponse *response)
{
  Followed *followed;
  ImapStatus status;
  char delimiter = '\0';

  if (!imap_decode_status (response, &status))
    return;
  imap_account_get_delimiter (imap_session_get_account (hub->watch.session), &delimiter);
  followed = find (hub, status.name, delimiter);
  if (followed != NULL && followed != hub->selected)
    followed->dirty |= is_news (followed->state, &status);
}

/* A folder came, went, or has another name or subscription. */
static void
on_list (Hub *hub, const ImapResponse *response)
{
  Followed *followed;
  ImapList list;

  hub->list_again = TRUE;
  if (!imap_decode_list (response, &list))
    return;
  followed = find (hub, list.name, list.delimiter);
  if (followed != NULL && (list.attributes & IMAP_LIST_NON_EXISTENT) != 0)
    followed->dirty = TRUE;
  followed = find (hub, list.old_name, list.delimiter);
  if (followed != NULL)
    followed->dirty = TRUE;
}

static void
on_news (const ImapResponse *response, gpointer user_data)
{
  Hub *hub = user_data;

  if (response->type == IMAP_RESPONSE_STATUS)
    on_status (hub, response);
  else if (response->type == IMAP_RESPONSE_LIST)
    on_list (hub, response);
  else
    hub->overflow = TRUE;
}

/* NOTIFY. */

static void
add_events (ImapCommand *command, gboolean names)
{
  static const char *const events[]
    = { "MessageNew", "MessageExpunge", "FlagChange", "MailboxName", "SubscriptionChange" };

  imap_command_open (command);
  for (guint i = 0; i < (names ? 5 : 3); i++)
    imap_command_add_atom (command, N_ ("event"), events[i]);
  imap_command_close (command);
}

static gboolean
can_idle (ImapSession *session)
{
  return imap_session_has (session, IMAP_CAPABILITY_IDLE) || imap_session_has (session, IMAP_CAPABILITY_IMAP4REV2);
}

/* New messages of the selected folder come with all that we would ask for. In IDLE those that go are told even when
 * they must not be told in the middle of a command; without it, they may. */
static void
add_selected (ImapSession *session, ImapCommand *command)
{
  imap_command_open (command);
  imap_command_add_atom (command, N_ ("filter"), can_idle (session) ? "selected-delayed" : "selected");
  imap_command_open (command);
  imap_command_add_atom (command, N_ ("event"), "MessageNew");
  imap_command_open (command);
  imap_command_add_atom (command, N_ ("item"), "UID");
  imap_command_add_atom (command, N_ ("item"), "FLAGS");
  imap_command_close (command);
  imap_command_add_atom (command, N_ ("event"), "MessageExpunge");
  imap_command_add_atom (command, N_ ("event"), "FlagChange");
  imap_command_close (command);
  imap_command_close (command);
}

/* The user's own folders, and those of others by their prefixes. */
static void
add_all (Hub *hub, ImapCommand *command)
{
  g_auto (GStrv) prefixes = imap_account_get_namespaces (imap_session_get_account (hub->watch.session));

  imap_command_open (command);
  imap_command_add_atom (command, N_ ("filter"), "personal");
  add_events (command, TRUE);
  imap_command_close (command);
  for (guint i = 0; prefixes[i] != NULL; i++)
    {
      gsize length = strlen (prefixes[i]);
      char delimiter = '\0';

      imap_account_get_delimiter (imap_session_get_account (hub->watch.session), &delimiter);
      if (length > 1 && prefixes[i][length - 1] == delimiter)
        prefixes[i][length - 1] = '\0';
      imap_command_open (command);
      imap_command_add_atom (command, N_ ("filter"), "subtree");
      imap_command_add_raw_mailbox (command, N_ ("prefix"), prefixes[i]);
      add_events (command, TRUE);
      imap_command_close (command);
    }
}

static gboolean
add_these (Hub *hub, ImapCommand *command, GCancellable *cancellable, GError **error)
{
  imap_command_open (command);
  imap_command_add_atom (command, N_ ("filter"), "mailboxes");
  imap_command_open (command);
  for (guint i = 0; i < hub->followed->len; i++)
    {
      const Followed *followed = g_ptr_array_index (hub->followed, i);

      if (!imap_folder_add_name (followed->folder, hub->watch.session, command, cancellable, error))
        return FALSE;
    }
  imap_command_close (command);
  add_events (command, TRUE);
  imap_command_close (command);
  return TRUE;
}

static gboolean
leave_idle (ImapSession *session, GCancellable *cancellable, GError **error)
{
  return session->idle == NULL || imap_session_leave_idle (session, cancellable, error);
}

/* TRUE with *REFUSED NULL: the server tells from now on, and has told how all folders stand. */
static gboolean
run_notify (Hub *hub, gboolean all, GError **refused, GCancellable *cancellable, GError **error)
{
  ImapSession *session = hub->watch.session;
  g_autoptr (ImapCall) call = imap_session_call (session, "NOTIFY", TAUBE_ERROR_NOT_SUPPORTED,
                                                 _ ("cannot be told of changes in all folders"));
  g_autoptr (GError) local = NULL;

  imap_command_add_atom (call->command, N_ ("argument"), "SET");
  imap_command_add_atom (call->command, N_ ("argument"), "STATUS");
  add_selected (session, call->command);
  if (all)
    add_all (hub, call->command);
  else if (!add_these (hub, call->command, cancellable, error))
    return FALSE;
  call->bad_is_refusal = TRUE;
  if (imap_call_run (call, cancellable, &local))
    return TRUE;
  if (call->done && !imap_pipeline_is_broken (session->pipeline) && !call->not_alone)
    {
      *refused = g_steal_pointer (&local);
      return TRUE;
    }
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
set_cannot (const char *why, GError **error)
{
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED, _ ("cannot be told of changes in all folders: %s"), why);
  return FALSE;
}

static gboolean
arm (Hub *hub, gboolean all, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) refused = NULL;

  if (!leave_idle (hub->watch.session, cancellable, error))
    return FALSE;
  hub->overflow = FALSE;
  if (!run_notify (hub, all, &refused, cancellable, error))
    return FALSE;
  return refused == NULL || set_cannot (refused->message, error);
}

static void
report (Hub *hub, TaubeAccountWatchStep *out)
{
  TaubeChanges *changes;

  if (hub->selected == NULL)
    return;
  changes = imap_watch_take_changes (&hub->watch);
  if (changes != NULL)
    out->deliver (hub->selected->folder, changes, out->user_data);
}

/* Nobody will listen here any more. What the server says to that does not matter. */
static gboolean
disarm (Hub *hub, TaubeAccountWatchStep *out, GCancellable *cancellable, GError **error)
{
  ImapSession *session = hub->watch.session;
  g_autoptr (ImapCall) call = NULL;
  g_autoptr (GError) local = NULL;

  if (!leave_idle (session, cancellable, error))
    return FALSE;
  report (hub, out);
  set_selected (hub, NULL);
  call = imap_session_call (session, "NOTIFY", TAUBE_ERROR_NOT_SUPPORTED, _ ("cannot end being told of changes"));
  imap_command_add_atom (call->command, N_ ("argument"), "NONE");
  call->bad_is_refusal = TRUE;
  if (imap_call_run (call, cancellable, &local)
      || (call->done && !imap_pipeline_is_broken (session->pipeline)))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* Folders in their turn. */

/* What happened in a folder after we looked and before another one was selected nobody has told. */
static gboolean
ask_status (Hub *hub, Followed *followed, GCancellable *cancellable, GError **error)
{
  static const char *const items[] = { "MESSAGES", "UIDNEXT", "UIDVALIDITY" };
  ImapSession *session = hub->watch.session;
  g_autoptr (ImapCall) call
      = imap_session_call (session, "STATUS", TAUBE_ERROR_NOT_FOUND, _ ("cannot follow folder \"%s\""),
                           taube_folder_get_name (followed->folder));
  g_autoptr (GError) local = NULL;

  if (!imap_folder_add_name (followed->folder, session, call->command, cancellable, error))
    return FALSE;
  imap_command_open (call->command);
  for (guint i = 0; i < G_N_ELEMENTS (items); i++)
    imap_command_add_atom (call->command, N_ ("item"), items[i]);
  if (session->condstore)
    imap_command_add_atom (call->command, N_ ("item"), "HIGHESTMODSEQ");
  imap_command_close (call->command);
  if (imap_call_run (call, cancellable, &local))
    return TRUE;
  if (call->done && !imap_pipeline_is_broken (session->pipeline))
    {
      hub->list_again = followed->dirty = TRUE;
      return TRUE;
    }
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* Such an error is about this one folder; any other about all. */
static gboolean
is_about_folder (ImapSession *session, const GError *error)
{
  static const TaubeError codes[]
    = { TAUBE_ERROR_NOT_FOUND, TAUBE_ERROR_PERMISSION, TAUBE_ERROR_INVALID, TAUBE_ERROR_LIMIT };

  if (imap_pipeline_is_broken (session->pipeline))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_error_matches (error, TAUBE_ERROR, (int) codes[i]))
      return TRUE;
  return FALSE;
}

static gboolean
turn_to (Hub *hub, Followed *followed, TaubeAccountWatchStep *out, GCancellable *cancellable, GError **error)
{
  Followed *before = hub->selected;
  g_autoptr (GError) local = NULL;

  report (hub, out);
  set_selected (hub, followed);
  followed->dirty = FALSE;
  if (!imap_watch_open (&hub->watch, cancellable, &local))
    {
      TaubeFolder *folder = followed->folder;

      if (!is_about_folder (hub->watch.session, local))
        {
          followed->dirty = TRUE;
          set_selected (hub, NULL);
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      drop (hub, followed);
      out->fail (folder, local, out->user_data);
    }
  return before == NULL || before == followed || ask_status (hub, before, cancellable, error);
}

static Followed *
find_dirty (Hub *hub)
{
  for (guint i = 0; i < hub->followed->len; i++)
    {
      Followed *followed = g_ptr_array_index (hub->followed, i);

      if (followed->dirty)
        return followed;
    }
  return NULL;
}

static gboolean
is_behind (Hub *hub)
{
  return hub->selected != NULL && imap_watch_is_behind (&hub->watch);
}

/* Something is not as the server has it: finds out what. */
static gboolean
catch_up (Hub *hub, Followed *dirty, TaubeAccountWatchStep *out, GCancellable *cancellable, GError **error)
{
  if (!leave_idle (hub->watch.session, cancellable, error))
    return FALSE;
  if (hub->selected != NULL && hub->selected == dirty)
    {
      hub->watch.state->resync = TRUE;
      dirty->dirty = FALSE;
    }
  if (is_behind (hub))
    return imap_watch_catch_up (&hub->watch, cancellable, error);
  return dirty == NULL || turn_to (hub, dirty, out, cancellable, error);
}

/* Until all that is known is what the server has told, and nothing is left unread. */
static gboolean
settle (Hub *hub, TaubeAccountWatchStep *out, GCancellable *cancellable, GError **error)
{
  ImapSession *session = hub->watch.session;

  for (guint round = 0; round < MAX_ROUNDS && !hub->overflow; round++)
    {
      Followed *dirty = find_dirty (hub);

      if (dirty != NULL || is_behind (hub))
        {
          if (!catch_up (hub, dirty, out, cancellable, error))
            return FALSE;
          continue;
        }
      if (session->idle != NULL && session->idle->done && !imap_session_leave_idle (session, cancellable, error))
        return FALSE;
      if (session->idle == NULL && can_idle (session) && !imap_session_start_idle (session, cancellable, error))
        return FALSE;
      if (!imap_pipeline_read_available (session->pipeline, cancellable, error))
        return FALSE;
      if (find_dirty (hub) == NULL && !is_behind (hub) && !hub->overflow
          && (session->idle == NULL || !session->idle->done))
        return TRUE;
    }
  if (!leave_idle (session, cancellable, error))
    return FALSE;
  return !hub->overflow || set_cannot ("the server has too much to tell", error);
}

/* A job before us may have left a folder open. Of that one the server says no STATUS but each message, which comes to
 * nobody: it is looked at in its turn. */
static void
mark_open (Hub *hub)
{
  const ImapMailbox *mailbox = hub->watch.session->mailbox;
  Followed *followed = mailbox != NULL ? g_hash_table_lookup (hub->by_key, mailbox->key) : NULL;

  if (followed != NULL)
    followed->dirty = TRUE;
}

static gboolean
begin (Hub *hub, TaubeAccountWatchStep *out, GCancellable *cancellable, GError **error)
{
  ImapSession *session = hub->watch.session;
  guint connection = taube_connection_get_id (session->connection);
  gboolean same = hub->selected != NULL && hub->connection == connection
                  && imap_session_has_open (session, hub->selected->folder);

  take_folders (hub, out->folders);
  hub->connection = connection;
  hub->list_again = FALSE;
  same = same && hub->selected != NULL;
  if (!same)
    {
      set_selected (hub, NULL);
      mark_open (hub);
      if (!imap_session_begin (session, cancellable, error))
        return FALSE;
    }
  if (!arm (hub, out->all, cancellable, error))
    return FALSE;
  if (same || hub->followed->len == 0)
    return TRUE;
  /* Of the one that is selected then the server tells by itself. */
  return turn_to (hub, g_ptr_array_index (hub->followed, 0), out, cancellable, error);
}

static gboolean
run (Hub *hub, TaubeAccountWatchStep *out, GCancellable *cancellable, GError **error)
{
  ImapSession *session = hub->watch.session;

  if (!imap_session_has (session, IMAP_CAPABILITY_NOTIFY) || session->quirks.no_notify)
    return set_cannot ("the server lacks NOTIFY", error);
  if (out->reason == TAUBE_WATCH_LEAVE)
    return disarm (hub, out, cancellable, error);
  imap_pipeline_reset_flood (session->pipeline);
  if (hub->selected != NULL)
    hub->watch.state->asked = 0;
  if (out->reason == TAUBE_WATCH_START)
    return begin (hub, out, cancellable, error) && settle (hub, out, cancellable, error);
  /* Asked anew from time to time, so that what a server forgot to tell is found all the same. */
  if ((out->reason == TAUBE_WATCH_DEADLINE || out->reason == TAUBE_WATCH_LOOK)
      && !arm (hub, out->all, cancellable, error))
    return FALSE;
  /* That says nothing of the folder that is selected. */
  if (out->reason == TAUBE_WATCH_LOOK && hub->selected != NULL && !imap_session_noop (session, cancellable, error))
    return FALSE;
  if (out->reason == TAUBE_WATCH_READABLE && !imap_pipeline_read_available (session->pipeline, cancellable, error))
    return FALSE;
  return settle (hub, out, cancellable, error);
}

/* When to come back. In microseconds. */
static gint64
get_pause (Hub *hub)
{
  for (guint i = 0; i < hub->followed->len; i++)
    if (imap_watch_expects_reads (((Followed *) g_ptr_array_index (hub->followed, i))->state))
      return IMAP_WATCH_READS_TIME;
  return (gint64) imap_session_get_seconds (hub->watch.session, "idle-renewal") * G_USEC_PER_SEC;
}

/* TaubeAccountClass.watch_step */
gboolean
imap_account_watch_step (TaubeAccount *account, TaubeSession *session, TaubeAccountWatchStep *out,
                         GCancellable *cancellable, GError **error)
{
  Hub *hub = out->state != NULL ? out->state : hub_new ();
  ImapListener listener = imap_watch_listener;
  gboolean ok;

  out->state = hub;
  out->free_state = hub_free;
  out->take_folder_state = take_folder_state;
  out->free_folder_state = imap_watch_state_free;
  hub->watch.session = IMAP_SESSION (session);
  listener.news = on_news;
  imap_session_set_listener (hub->watch.session, &listener, hub);
  ok = run (hub, out, cancellable, error);
  imap_session_set_listener (hub->watch.session, NULL, NULL);
  /* What was found out before it failed is true all the same. */
  report (hub, out);
  out->list_again = hub->list_again;
  out->wake_at = g_get_monotonic_time () + get_pause (hub);
  return ok;
}
