/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-outcome.h"

#include <string.h>

void
imap_outcome_init (ImapOutcome *self, ImapSession *session, const TaubeIdSet *ids)
{
  self->result = taube_batch_result_new (ids);
  imap_folder_format_prefix (session, self->prefix);
}

void
imap_outcome_clear (ImapOutcome *self)
{
  g_clear_pointer (&self->result, taube_batch_result_unref);
}

/* In both forms: ids that were not asked for are ignored. (transfer full) */
static TaubeIdSet *
make_ids (const ImapOutcome *self, const ImapSeqset *uids)
{
  TaubeIdSet *ids = taube_id_set_new ();

  for (guint i = 0; i < uids->n_ranges; i++)
    {
      taube_id_set_add_range (ids, self->prefix, uids->ranges[i].first, uids->ranges[i].last);
      taube_id_set_add_range (ids, "", uids->ranges[i].first, uids->ranges[i].last);
    }
  return ids;
}

void
imap_outcome_done (ImapOutcome *self, const ImapSeqset *uids)
{
  g_autoptr (TaubeIdSet) ids = make_ids (self, uids);

  taube_batch_result_set_done_set (self->result, ids);
}

void
imap_outcome_failed (ImapOutcome *self, const ImapSeqset *uids, const GError *error)
{
  g_autoptr (TaubeIdSet) ids = make_ids (self, uids);

  if (!imap_seqset_is_empty (uids))
    taube_batch_result_set_failed (self->result, ids, error);
}

void
imap_outcome_unknown (ImapOutcome *self, const ImapSeqset *uids, const GError *error)
{
  g_autoptr (TaubeIdSet) ids = make_ids (self, uids);

  if (!imap_seqset_is_empty (uids))
    taube_batch_result_set_unknown (self->result, ids, error);
}

void
imap_outcome_set_new_id (ImapOutcome *self, guint32 uid, const char *new_id)
{
  char id[32];

  g_snprintf (id, sizeof id, "%s%u", self->prefix, uid);
  taube_batch_result_set_new_id (self->result, id, new_id);
  taube_batch_result_set_new_id (self->result, id + strlen (self->prefix), new_id);
}

void
imap_outcome_new_id (ImapOutcome *self, guint32 uid, guint32 new_uidvalidity, guint32 new_uid)
{
  char new_id[32];

  g_snprintf (new_id, sizeof new_id, "%u.%u", new_uidvalidity, new_uid);
  imap_outcome_set_new_id (self, uid, new_id);
}

/* The UIDs of IDS, in ascending order, each once. (transfer full) */
ImapSeqset *
imap_outcome_get_uids (const ImapOutcome *self, const TaubeIdSet *ids)
{
  ImapSeqset *uids = imap_folder_make_seqset (ids, self->prefix);
  g_autoptr (ImapSeqset) others = imap_folder_make_seqset (ids, "");

  for (guint i = 0; i < others->n_ranges; i++)
    imap_seqset_add_range (uids, others->ranges[i].first, others->ranges[i].last);
  imap_seqset_normalize (uids);
  return uids;
}
