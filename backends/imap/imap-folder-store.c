/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-presence.h"

#include "imap-gettext.h"

#include <string.h>

typedef struct
{
  TaubeFolder *folder;
  ImapSession *session;
  TaubeFlagsMode mode;
  TaubeMessageFlags flags;
  const char *const *keywords;
  const char *const *labels; /* NULL: it is about flags and keywords */
  TaubeBatchResult *result;
  TaubeIdSet *begun; /* ids about which something was sent */
} Store;

/* Is it allowed? */

/* "flags" or "labels": what errors speak of. */
static const char *
subject_of (const Store *store)
{
  return store->labels != NULL ? _ ("labels") : _ ("flags");
}

static gboolean
is_writable (Store *store, GError **error)
{
  if (!store->session->mailbox->read_only)
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PERMISSION, _ ("cannot set %s in folder \"%s\": it can only be read"),
               subject_of (store), taube_folder_get_name (store->folder));
  return FALSE;
}

static gboolean
check_system_flags (Store *store, GError **error)
{
  ImapMailbox *mailbox = store->session->mailbox;
  TaubeMessageFlags lacking = store->flags & ~mailbox->permanent & ~TAUBE_MESSAGE_FLAGS_RECENT;
  const char *words[8];

  if (mailbox->any_keyword)
    lacking &= ~TAUBE_MESSAGE_FLAGS_FORWARDED;
  if (!mailbox->has_permanent || lacking == 0)
    return TRUE;
  if (lacking == TAUBE_MESSAGE_FLAGS_FORWARDED)
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED,
                 _ ("cannot set $Forwarded in folder \"%s\": the server keeps no new keywords there"),
                 taube_folder_get_name (store->folder));
  else if (imap_flags_to_words (lacking, words) > 0)
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PERMISSION,
                 _ ("cannot set flag %s in folder \"%s\": the server lets nobody change it"), words[0],
                 taube_folder_get_name (store->folder));
  return FALSE;
}

static gboolean
check_keywords (Store *store, GError **error)
{
  ImapMailbox *mailbox = store->session->mailbox;

  for (guint i = 0; store->keywords != NULL && store->keywords[i] != NULL; i++)
    {
      g_autofree char *lower = g_ascii_strdown (store->keywords[i], -1);

      if (!imap_flags_check_keyword (store->keywords[i], error))
        return FALSE;
      if (!mailbox->has_permanent || mailbox->any_keyword || g_hash_table_contains (mailbox->keywords, lower))
        continue;
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED,
                   _ ("cannot set keyword \"%s\" in folder \"%s\": the server keeps no new keywords there"),
                   store->keywords[i], taube_folder_get_name (store->folder));
      return FALSE;
    }
  return TRUE;
}

static gboolean
has_labels (Store *store, GError **error)
{
  if (store->labels == NULL || imap_session_has (store->session, IMAP_CAPABILITY_X_GM_EXT_1))
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED,
               _ ("cannot set labels in folder \"%s\": the server has none (no X-GM-EXT-1)"),
               taube_folder_get_name (store->folder));
  return FALSE;
}

/* The change. */

/* STORE 7 +X-GM-LABELS.SILENT (work "two words" "\\Important"): labels are written like names of folders. */
static void
add_labels (ImapCommand *command, const char *const *labels)
{
  imap_command_open (command);
  for (guint i = 0; labels[i] != NULL; i++)
    imap_command_add_mailbox (command, N_ ("label"), labels[i]);
  imap_command_close (command);
}

static ImapCall *
new_store (Store *store, const char *set)
{
  static const char *const flag_items[] = { "+FLAGS.SILENT", "-FLAGS.SILENT", "FLAGS.SILENT" };
  static const char *const label_items[] = { "+X-GM-LABELS.SILENT", "-X-GM-LABELS.SILENT", "X-GM-LABELS.SILENT" };
  ImapCall *call
      = imap_session_call (store->session, "UID STORE", TAUBE_ERROR_PERMISSION, _ ("cannot set %s in folder \"%s\""),
                           subject_of (store), taube_folder_get_name (store->folder));

  imap_command_add_sequence (call->command, N_ ("set"), set);
  imap_command_add_atom (call->command, N_ ("item"), (store->labels != NULL ? label_items : flag_items)[store->mode]);
  if (store->labels != NULL)
    add_labels (call->command, store->labels);
  else
    imap_command_add_flags (call->command, store->flags, store->keywords);
  return call;
}

/* Outcome. */

static TaubeIdSet *
make_ids (const ImapSeqset *uids, const char *prefix)
{
  TaubeIdSet *ids = taube_id_set_new ();

  for (guint i = 0; i < uids->n_ranges; i++)
    taube_id_set_add_range (ids, prefix, uids->ranges[i].first, uids->ranges[i].last);
  return ids;
}

static void
set_found (Store *store, const ImapSeqset *uids, const char *prefix, const ImapPresence *presence)
{
  g_autoptr (TaubeIdSet) all = make_ids (uids, prefix);
  g_autoptr (TaubeIdSet) found = presence->told ? make_ids (presence->found, prefix) : taube_id_set_copy (all);
  g_autoptr (GError) missing = NULL;

  taube_batch_result_set_done_set (store->result, found);
  taube_id_set_remove_set (all, found);
  if (taube_id_set_get_size (all) == 0)
    return;
  missing
      = g_error_new (TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND, _ ("cannot set %s: there is no such message in folder \"%s\""),
                     subject_of (store), taube_folder_get_name (store->folder));
  taube_batch_result_set_failed (store->result, all, missing);
}

/* The connection broke, or the call was cancelled, when the server may have done it. */
static void
set_unknown (Store *store, const TaubeIdSet *ids, const GError *cause)
{
  g_autoptr (GError) error = g_error_new (TAUBE_ERROR, TAUBE_ERROR_UNKNOWN_OUTCOME,
                                          _ ("it is not known whether the flags were set in folder \"%s\": %s"),
                                          taube_folder_get_name (store->folder), cause->message);

  taube_batch_result_set_unknown (store->result, ids, error);
}

/* One piece: who is there, and the change, on their way together. FALSE: the connection is gone. */
static gboolean
store_piece (Store *store, const char *set, const char *prefix, GCancellable *cancellable, GError **error)
{
  g_autoptr (ImapSeqset) uids = imap_seqset_parse (set, -1, NULL);
  g_auto (ImapPresence) presence = { 0 };
  g_autoptr (ImapCall) search = NULL, change = NULL;
  g_autoptr (TaubeIdSet) ids = make_ids (uids, prefix);
  GError *local = NULL;

  imap_presence_init (&presence, store->session);
  search = imap_presence_ask (&presence, store->session, store->folder, set);
  change = new_store (store, set);
  if (!imap_call_send (search, cancellable, &local) || !imap_call_send (change, cancellable, &local)
      || (!imap_call_finish (search, cancellable, &local) && !search->done))
    {
      if (change->sent)
        {
          taube_id_set_add_set (store->begun, ids);
          set_unknown (store, ids, local);
        }
      g_propagate_error (error, local);
      return FALSE;
    }
  g_clear_error (&local);
  taube_id_set_add_set (store->begun, ids);
  if (imap_call_finish (change, cancellable, &local))
    {
      imap_seqset_normalize (presence.found);
      set_found (store, uids, prefix, &presence);
      return TRUE;
    }
  if (change->done)
    taube_batch_result_set_failed (store->result, ids, local);
  else
    set_unknown (store, ids, local);
  if (change->done && !imap_pipeline_is_broken (store->session->pipeline))
    {
      g_error_free (local);
      return TRUE;
    }
  g_propagate_error (error, local);
  return FALSE;
}

static gboolean
store_prefix (Store *store, const TaubeIdSet *ids, const char *prefix, GCancellable *cancellable, GError **error)
{
  g_autoptr (ImapSeqset) uids = imap_folder_make_seqset (ids, prefix);
  gsize max = imap_quirks_get_set_bytes (&store->session->quirks);
  guint position = 0;

  for (;;)
    {
      g_autofree char *set = imap_seqset_next_piece (uids, &position, max);

      if (set == NULL)
        return TRUE;
      if (!store_piece (store, set, prefix, cancellable, error))
        return FALSE;
    }
}

static gboolean
prepare (Store *store, const TaubeIdSet *ids, GCancellable *cancellable, GError **error)
{
  return imap_session_begin (store->session, cancellable, error) && has_labels (store, error)
         && imap_session_select (store->session, store->folder, IMAP_SELECT_WRITE, cancellable, error)
         && is_writable (store, error) && check_system_flags (store, error) && check_keywords (store, error)
         && imap_folder_check_set (store->session, store->folder, ids, error);
}

/* What was not begun has failed. When nothing was, the error is all there is to say. */
static TaubeBatchResult *
end_early (Store *store, const TaubeIdSet *ids, GError *cause, GError **error)
{
  g_autoptr (TaubeIdSet) rest = taube_id_set_copy (ids);

  if (taube_id_set_get_size (store->begun) == 0)
    {
      taube_batch_result_unref (store->result);
      g_propagate_error (error, cause);
      return NULL;
    }
  taube_id_set_remove_set (rest, store->begun);
  taube_batch_result_set_failed (store->result, rest, cause);
  g_error_free (cause);
  return store->result;
}

static TaubeBatchResult *
run_store (Store *store, const TaubeIdSet *ids, GCancellable *cancellable, GError **error)
{
  g_autoptr (TaubeIdSet) begun = taube_id_set_new ();
  char prefix[16];
  GError *local = NULL;

  store->begun = begun;
  if (!prepare (store, ids, cancellable, error))
    return NULL;
  store->result = taube_batch_result_new (ids);
  imap_folder_format_prefix (store->session, prefix);
  if (store_prefix (store, ids, prefix, cancellable, &local) && store_prefix (store, ids, "", cancellable, &local))
    return store->result;
  return end_early (store, ids, local, error);
}

/* TaubeFolderClass.set_flags */
TaubeBatchResult *
imap_folder_set_flags (TaubeFolder *folder, TaubeSession *session, const TaubeIdSet *ids, TaubeFlagsMode mode,
                       TaubeMessageFlags flags, const char *const *keywords, GCancellable *cancellable, GError **error)
{
  Store store = { 0 };

  store.folder = folder;
  store.session = IMAP_SESSION (session);
  store.mode = mode;
  store.flags = flags & ~TAUBE_MESSAGE_FLAGS_RECENT;
  store.keywords = keywords;
  return run_store (&store, ids, cancellable, error);
}

/* TaubeFolderClass.set_labels */
TaubeBatchResult *
imap_folder_set_labels (TaubeFolder *folder, TaubeSession *session, const TaubeIdSet *ids, TaubeFlagsMode mode,
                        const char *const *labels, GCancellable *cancellable, GError **error)
{
  Store store = { 0 };

  store.folder = folder;
  store.session = IMAP_SESSION (session);
  store.mode = mode;
  store.labels = labels;
  return run_store (&store, ids, cancellable, error);
}
