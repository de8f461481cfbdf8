/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "imap-session.h"

G_BEGIN_DECLS

/* Who is in the open mailbox, asked by UIDs: as long as one asks, others may add and remove messages, and sequence
 * numbers may move. */
typedef struct
{
  ImapSession *session;
  TaubeFolder *folder;
  guint32 exists; /* about so many messages are there */
  guint32 last;   /* UIDs up to this one are looked at */
  TaubeProgress *progress;
} ImapSurvey;

typedef struct
{
  guint32 uid;
  guint32 digest; /* imap_flags_digest(), IMAP_DIGEST_NONE when the flags were not told */
} ImapRow;

gboolean imap_survey_uids (const ImapSurvey *self, guint32 first, ImapSeqset **uids_out, GCancellable *cancellable,
                           GError **error);
gboolean imap_survey_changed (const ImapSurvey *self, guint64 modseq, guint32 always_from, ImapSeqset **uids_out,
                              GCancellable *cancellable, GError **error);
gboolean imap_survey_flags (const ImapSurvey *self, GArray **rows_out, GCancellable *cancellable, GError **error);
gboolean imap_survey_numbers (const ImapSurvey *self, const ImapSeqset *numbers, GArray **uids_out,
                              GCancellable *cancellable, GError **error);

/* imap-batches.c: ranges of UIDs from FIRST to the last that have about SIZE messages each, in ascending order;
 * neighbours are not joined. (transfer full) */
ImapSeqset *imap_survey_cut (const ImapSurvey *self, guint32 first, guint32 size, GCancellable *cancellable,
                             GError **error);

gboolean imap_survey_newest (const ImapSurvey *self, guint64 n, ImapSeqset **uids_out, GCancellable *cancellable,
                             GError **error);

/* imap-removed.c: who of EXPECTED is missing, when exactly N_MISSING are. FALSE without ERROR: what the server says
 * does not fit. */
gboolean imap_survey_missing (const ImapSurvey *self, const ImapSeqset *expected, guint32 n_missing,
                              ImapSeqset **missing_out, GCancellable *cancellable, GError **error);
guint64 imap_survey_missing_cost (guint64 n_expected, guint64 n_missing);

G_END_DECLS
