/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-folder.h"

#include <string.h>

#include "pop3-gettext.h"
#include "pop3-identity.h"

#define DAY G_GINT64_CONSTANT (86400)

static gint64
get_now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static gboolean
require_journal (Pop3Folder *self, GError **error)
{
  if (self->journal != NULL)
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("folder \"%s\" has no journal open any more"),
               taube_folder_get_name (TAUBE_FOLDER (self)));
  return FALSE;
}

/* The journal's file. */

/* Whose mailbox it is, whatever the port and the way there. (transfer full) */
static char *
get_owner (Pop3Folder *self)
{
  TaubeUri *uri = taube_account_get_uri (taube_folder_get_account (TAUBE_FOLDER (self)));
  const char *user = taube_uri_get_user (uri);
  g_autofree char *escaped = g_uri_escape_string (user != NULL ? user : "", NULL, FALSE);

  return g_strdup_printf ("%s@%s", escaped, taube_uri_get_host (uri));
}

static Pop3Account *
get_account (Pop3Folder *self)
{
  return POP3_ACCOUNT (taube_folder_get_account (TAUBE_FOLDER (self)));
}

/* A pause that the server wants between two logins is kept also when the last one was another process. What was noted
 * by a clock that was ahead counts for nothing. */
static void
heed_login (Pop3Folder *self, Pop3Journal *journal)
{
  guint pause;
  gint64 ago = get_now () - pop3_journal_get_login (journal, &pause);

  if (ago >= 0 && ago < pause)
    pop3_account_note_former_login (get_account (self), ago, pause);
}

/* Not to know it costs a refusal at most. */
static void
note_login (Pop3Folder *self, Pop3Journal *journal)
{
  g_autoptr (GError) error = NULL;
  guint pause;
  gint64 when = pop3_account_get_last_login (get_account (self), &pause);

  pop3_journal_note_login (journal, when, pause);
  if (!pop3_journal_commit (journal, &error))
    TAUBE_TRACE ("pop3", "%s", error->message);
}

static gboolean
spool_open_journal (TaubeFolder *folder, const char *path, TaubeJournalFlags flags, GCancellable *cancellable,
                    GError **error)
{
  Pop3Folder *self = POP3_FOLDER (folder);
  g_autofree char *owner = get_owner (self);
  gboolean moved = (flags & TAUBE_JOURNAL_FLAGS_MOVED) != 0;
  Pop3Journal *journal;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  journal = pop3_journal_open (path, owner, moved, error);
  if (journal == NULL)
    return FALSE;
  if (!moved)
    heed_login (self, journal);
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->journal, pop3_journal_unref);
  self->journal = journal;
  self->moved = moved;
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static gboolean
spool_has_journal (TaubeFolder *folder)
{
  Pop3Folder *self = POP3_FOLDER (folder);
  gboolean has;

  g_mutex_lock (&self->lock);
  has = self->journal != NULL;
  g_mutex_unlock (&self->lock);
  return has;
}

static void
spool_close_journal (TaubeFolder *folder)
{
  Pop3Folder *self = POP3_FOLDER (folder);

  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->journal, pop3_journal_unref);
  g_mutex_unlock (&self->lock);
}

/* Notes. */

void
pop3_spool_note_digest (Pop3Folder *self, const char *id, const Pop3Digest *digest)
{
  Pop3JournalEntry *entry;

  g_mutex_lock (&self->lock);
  entry = self->journal != NULL ? pop3_journal_find (self->journal, id) : NULL;
  if (entry != NULL)
    {
      entry->digest = *digest;
      entry->has_digest = TRUE;
    }
  g_mutex_unlock (&self->lock);
}

void
pop3_spool_note_removed (Pop3Folder *self, const TaubeIdSet *ids)
{
  g_auto (GStrv) names = taube_id_set_to_strv (ids);
  g_autoptr (GError) error = NULL;
  gint64 now = get_now ();

  g_mutex_lock (&self->lock);
  for (guint i = 0; self->journal != NULL && names[i] != NULL; i++)
    {
      Pop3JournalEntry *entry = pop3_journal_find (self->journal, names[i]);

      if (entry == NULL || entry->gone != 0)
        continue;
      entry->gone = MAX (now, 1);
      entry->doomed = TRUE;
      pop3_journal_touch (self->journal, entry);
    }
  /* Not to know it costs nothing but another look. */
  if (self->journal != NULL && !pop3_journal_commit (self->journal, &error))
    TAUBE_TRACE ("pop3", "%s", error->message);
  g_mutex_unlock (&self->lock);
}

/* Confirm. */

static gboolean
check_ids (Pop3Folder *self, const char *const *names, GError **error)
{
  for (guint i = 0; names[i] != NULL; i++)
    if (pop3_journal_find (self->journal, names[i]) == NULL)
      {
        g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND, _ ("the journal knows of no message \"%s\""),
                     names[i]);
        return FALSE;
      }
  return TRUE;
}

static gboolean
confirm_locked (Pop3Folder *self, const char *const *names, gboolean removed, GError **error)
{
  if (!require_journal (self, error) || !check_ids (self, names, error))
    return FALSE;
  for (guint i = 0; names[i] != NULL; i++)
    {
      Pop3JournalEntry *entry = pop3_journal_find (self->journal, names[i]);
      guint8 state = removed ? POP3_JOURNAL_REMOVED : MAX (entry->state, POP3_JOURNAL_STORED);

      if (entry->state == state)
        continue;
      entry->state = state;
      pop3_journal_touch (self->journal, entry);
    }
  return pop3_journal_commit (self->journal, error);
}

static gboolean
spool_confirm (TaubeFolder *folder, const TaubeIdSet *ids, gboolean removed, GCancellable *cancellable,
               GError **error)
{
  Pop3Folder *self = POP3_FOLDER (folder);
  g_auto (GStrv) names = taube_id_set_to_strv (ids);
  gboolean ok;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  g_mutex_lock (&self->lock);
  ok = confirm_locked (self, (const char *const *) names, removed, error);
  g_mutex_unlock (&self->lock);
  return ok;
}

/* Which is which. */

/* The journal, if there still is one. (transfer full) */
static Pop3Journal *
ref_journal (Pop3Folder *self, GError **error)
{
  Pop3Journal *journal = NULL;

  g_mutex_lock (&self->lock);
  if (require_journal (self, error))
    journal = pop3_journal_ref (self->journal);
  g_mutex_unlock (&self->lock);
  return journal;
}

static gboolean
want (Pop3Folder *self, Pop3Identity *identity)
{
  gboolean more;

  g_mutex_lock (&self->lock);
  more = pop3_identity_want (identity);
  g_mutex_unlock (&self->lock);
  return more;
}

/* While the server is asked others may confirm, which neither makes entries nor takes them away. */
static gboolean
compare (Pop3Folder *self, Pop3Listing *listing, GCancellable *cancellable, GError **error)
{
  g_autoptr (Pop3Journal) journal = ref_journal (self, error);
  g_auto (Pop3Identity) identity
    = { .drop = listing->drop, .journal = journal, .now = get_now (), .moved = self->moved,
        .hides = listing->session->quirks.forgets_fetched };
  gboolean ok;

  if (journal == NULL)
    return FALSE;
  /* The listing may be older than the journal. */
  pop3_maildrop_share (listing->drop, pop3_journal_get_texts (journal));
  listing->compared = TRUE;
  g_mutex_lock (&self->lock);
  note_login (self, journal);
  pop3_identity_begin (&identity);
  g_mutex_unlock (&self->lock);
  while (want (self, &identity))
    if (identity.wanted->len > 0
        && !pop3_listing_read_headers (listing, (const guint32 *) (gpointer) identity.wanted->data,
                                       identity.wanted->len, POP3_HEADERS_WHERE_CHEAP, NULL, NULL, cancellable, error))
      return FALSE;
  g_mutex_lock (&self->lock);
  ok = pop3_identity_end (&identity, error) && pop3_journal_commit (journal, error);
  g_mutex_unlock (&self->lock);
  return ok;
}

/* List. */

/* (transfer full) */
static GArray *
find_unstored (Pop3Folder *self, Pop3Listing *listing, const TaubeIdSet *ids)
{
  GArray *positions = g_array_new (FALSE, FALSE, sizeof (guint32));

  g_mutex_lock (&self->lock);
  for (guint32 i = 0; self->journal != NULL && i < pop3_maildrop_get_n_mails (listing->drop); i++)
    {
      const char *id = pop3_maildrop_get_id (listing->drop, i);
      Pop3JournalEntry *entry = id != NULL ? pop3_journal_find (self->journal, id) : NULL;

      if (entry != NULL && entry->state == POP3_JOURNAL_NEW && (ids == NULL || taube_id_set_contains (ids, id)))
        g_array_append_val (positions, i);
    }
  g_mutex_unlock (&self->lock);
  return positions;
}

static TaubeItemList *
spool_list_unstored (TaubeFolder *folder, TaubeSession *session, TaubeListRequest *request, GCancellable *cancellable,
                     GError **error)
{
  Pop3Folder *self = POP3_FOLDER (folder);
  Pop3Session *pop3 = POP3_SESSION (session);
  g_autoptr (GArray) positions = NULL;
  Pop3Listing *listing = pop3_listing_peek (pop3);

  /* A sign-in that was not asked this yet is new enough: what came after it comes with the next run. */
  if (!(listing != NULL && listing->compared ? pop3_folder_look (folder, pop3, cancellable, error)
                                             : pop3_folder_begin (folder, pop3, cancellable, error)))
    return NULL;
  listing = pop3_folder_get_listing (folder, pop3, cancellable, error);
  if (listing == NULL || !compare (self, listing, cancellable, error))
    return NULL;
  pop3_folder_show_counts (folder, pop3);
  positions = find_unstored (self, listing, taube_list_request_get_ids (request));
  return pop3_folder_list_positions (folder, listing, positions, request, cancellable, error);
}

/* Settle. */

static gboolean
may_go (const Pop3JournalEntry *entry, const TaubeLeavePolicy *policy, gint64 now)
{
  if (entry->state == POP3_JOURNAL_NEW)
    return FALSE;
  switch (taube_leave_policy_get_kind (policy))
    {
    case TAUBE_LEAVE_KIND_NO:
      return TRUE;
    case TAUBE_LEAVE_KIND_UNTIL_REMOVED:
      return entry->state == POP3_JOURNAL_REMOVED;
    case TAUBE_LEAVE_KIND_DAYS:
      return pop3_journal_get_age (entry->first_seen, now) >= taube_leave_policy_get_days (policy) * DAY;
    case TAUBE_LEAVE_KIND_FOREVER:
    default:
      return FALSE;
    }
}

/* All that may go and was there when somebody last looked. (transfer full) */
static TaubeIdSet *
find_candidates (Pop3Folder *self, const TaubeLeavePolicy *policy, GError **error)
{
  Pop3JournalEntry *entry;
  TaubeIdSet *ids = NULL;
  gint64 now = get_now ();

  g_mutex_lock (&self->lock);
  if (require_journal (self, error))
    {
      ids = taube_id_set_new ();
      for (guint at = 0; (entry = pop3_journal_next (self->journal, &at)) != NULL;)
        if ((entry->gone == 0 || entry->doubtful) && may_go (entry, policy, now))
          taube_id_set_add (ids, entry->id);
    }
  g_mutex_unlock (&self->lock);
  return ids;
}

/* What those that are equal have in common: the id without the number behind it. (transfer full) */
static char *
name_group (const char *id)
{
  return g_strndup (id, strcspn (id, "."));
}

/* Of several that are equal none goes before all are stored: nobody can say which is which. The groups of which that
 * is not true. (transfer full) */
static GHashTable *
find_unsure (Pop3Folder *self, Pop3Listing *listing)
{
  GHashTable *unsure = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < pop3_maildrop_get_n_mails (listing->drop); i++)
    {
      const char *id = pop3_maildrop_get_id (listing->drop, i);
      Pop3JournalEntry *entry;

      if (id == NULL || !pop3_maildrop_get_mail (listing->drop, i)->is_group)
        continue;
      entry = pop3_journal_find (self->journal, id);
      if (entry == NULL || entry->state == POP3_JOURNAL_NEW)
        g_hash_table_add (unsure, name_group (id));
    }
  return unsure;
}

static gboolean
is_sure (Pop3Listing *listing, guint position, GHashTable *unsure)
{
  g_autofree char *group = name_group (pop3_maildrop_get_id (listing->drop, position));

  return !pop3_maildrop_get_mail (listing->drop, position)->is_group || !g_hash_table_contains (unsure, group);
}

typedef struct
{
  GArray *positions;    /* guint32: what is deleted */
  TaubeIdSet *ids;      /* all that may go */
  TaubeIdSet *gone;     /* and is not there any more */
  TaubeIdSet *doubtful; /* and may be something else */
} Plan;

static void
plan_clear (Plan *self)
{
  g_clear_pointer (&self->positions, g_array_unref);
  g_clear_pointer (&self->ids, taube_id_set_free);
  g_clear_pointer (&self->gone, taube_id_set_free);
  g_clear_pointer (&self->doubtful, taube_id_set_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Plan, plan_clear)

/* What is deleted, and that it will be, in the journal. CANDIDATES are those of before the journal was compared with
 * what is there. */
static gboolean
make_plan (Pop3Folder *self, Pop3Listing *listing, const TaubeLeavePolicy *policy, const TaubeIdSet *candidates,
           Plan *plan, GError **error)
{
  g_autoptr (GHashTable) unsure = NULL;
  gint64 now = get_now ();
  gboolean ok;

  plan->positions = g_array_new (FALSE, FALSE, sizeof (guint32));
  plan->ids = taube_id_set_copy (candidates);
  plan->gone = taube_id_set_copy (candidates);
  plan->doubtful = taube_id_set_new ();
  g_mutex_lock (&self->lock);
  ok = require_journal (self, error);
  if (ok)
    unsure = find_unsure (self, listing);
  for (guint32 i = 0; ok && i < pop3_maildrop_get_n_mails (listing->drop); i++)
    {
      const char *id = pop3_maildrop_get_id (listing->drop, i);
      Pop3JournalEntry *entry = id != NULL ? pop3_journal_find (self->journal, id) : NULL;
      g_autoptr (TaubeIdSet) one = taube_id_set_new ();

      if (entry == NULL)
        continue;
      taube_id_set_add (one, id);
      taube_id_set_remove_set (plan->gone, one);
      if (!may_go (entry, policy, now))
        {
          taube_id_set_remove_set (plan->ids, one);
          continue;
        }
      taube_id_set_add (plan->ids, id);
      if (entry->doubtful || !is_sure (listing, i, unsure))
        {
          taube_id_set_add (plan->doubtful, id);
          continue;
        }
      entry->doomed = TRUE;
      pop3_journal_touch (self->journal, entry);
      g_array_append_val (plan->positions, i);
    }
  ok = ok && pop3_journal_commit (self->journal, error);
  g_mutex_unlock (&self->lock);
  return ok;
}

static void
set_doubtful (TaubeBatchResult *result, const TaubeIdSet *ids)
{
  g_autoptr (GError) doubt
    = g_error_new_literal (TAUBE_ERROR, TAUBE_ERROR_CONFLICT,
                           _ ("it stays on the server: it cannot be said for sure that it is the one that was stored"));

  if (taube_id_set_get_size (ids) > 0)
    taube_batch_result_set_failed (result, ids, doubt);
}

/* TaubeSpoolInterface.settle. The second time, the messages that were in doubt and are not there any more were
 * deleted; the others are tried again. */
static TaubeBatchResult *
spool_settle (TaubeFolder *folder, TaubeSession *session, const TaubeLeavePolicy *policy, TaubeAttempt *attempt,
              TaubeProgress *progress, GCancellable *cancellable, GError **error)
{
  Pop3Folder *self = POP3_FOLDER (folder);
  Pop3Session *pop3 = POP3_SESSION (session);
  g_autoptr (TaubeIdSet) candidates = find_candidates (self, policy, error), done = NULL;
  g_autoptr (TaubeBatchResult) result = NULL;
  g_auto (Plan) plan = { 0 };
  Pop3Listing *listing;

  if (candidates == NULL)
    return NULL;
  if (attempt->state != NULL)
    taube_id_set_add_set (candidates, attempt->state);
  if (taube_id_set_get_size (candidates) == 0)
    return taube_batch_result_new (candidates);
  if (!(attempt->state == NULL ? pop3_folder_begin (folder, pop3, cancellable, error)
                               : pop3_folder_look (folder, pop3, cancellable, error)))
    return NULL;
  listing = pop3_folder_get_listing (folder, pop3, cancellable, error);
  if (listing == NULL || !compare (self, listing, cancellable, error)
      || !make_plan (self, listing, policy, candidates, &plan, error))
    return NULL;
  result = taube_batch_result_new (plan.ids);
  taube_batch_result_set_done_set (result, plan.gone);
  set_doubtful (result, plan.doubtful);
  if (pop3_folder_delete (listing, plan.positions, result, progress, cancellable) && attempt->state == NULL)
    {
      attempt->state = taube_id_set_copy (plan.ids);
      attempt->free_state = (GDestroyNotify) taube_id_set_free;
      attempt->again = TRUE;
    }
  done = taube_batch_result_get_ids (result, TAUBE_BATCH_STATUS_DONE);
  pop3_spool_note_removed (self, done);
  return g_steal_pointer (&result);
}

void
pop3_spool_init_iface (gpointer iface, gpointer data)
{
  TaubeSpoolInterface *spool = iface;

  spool->open_journal = spool_open_journal;
  spool->has_journal = spool_has_journal;
  spool->close_journal = spool_close_journal;
  spool->confirm = spool_confirm;
  spool->list_unstored = spool_list_unstored;
  spool->retrieve = pop3_folder_retrieve;
  spool->settle = spool_settle;
}
