/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "imap-response.h"
#include "imap-seqset.h"

G_BEGIN_DECLS

typedef enum
{
  IMAP_ESEARCH_MIN = 1 << 0,
  IMAP_ESEARCH_MAX = 1 << 1,
  IMAP_ESEARCH_COUNT = 1 << 2,
  IMAP_ESEARCH_ALL = 1 << 3,
  IMAP_ESEARCH_MODSEQ = 1 << 4,
  IMAP_ESEARCH_PARTIAL = 1 << 5,
} ImapEsearchFields;

/* ESEARCH; all and partial have the ranges in the order in which the server gave them (ESORT). */
typedef struct
{
  ImapString tag;
  gboolean uid;
  ImapEsearchFields fields;
  ImapEsearchFields malformed;
  guint32 min;
  guint32 max;
  guint32 count;
  guint64 modseq;
  ImapString all; /* a sequence-set: imap_seqset_add_text() reads it */
  ImapString partial;
} ImapEsearch;

/* VANISHED. */
typedef struct
{
  gboolean earlier;
  ImapString uids; /* a sequence-set; empty from some servers */
} ImapVanished;

/* The arguments of COPYUID and APPENDUID; sets may be empty. */
typedef struct
{
  guint32 uidvalidity;
  ImapString source; /* NULL for APPENDUID */
  ImapString target;
} ImapCopyuid;

gboolean imap_decode_search (const ImapResponse *response, ImapSeqset *numbers, guint64 *modseq);
gboolean imap_decode_sort (const ImapResponse *response, GArray *numbers);
gboolean imap_decode_esearch (const ImapResponse *response, ImapEsearch *esearch);
gboolean imap_decode_vanished (const ImapResponse *response, ImapVanished *vanished);
gboolean imap_decode_uidbatches (const ImapResponse *response, ImapString *tag, ImapSeqset *batches);
gboolean imap_decode_limit (const ImapResponse *response, guint32 *limit, guint32 *lowest);
gboolean imap_decode_copyuid (const ImapResponse *response, ImapCopyuid *copyuid);
gboolean imap_decode_code_number (const ImapResponse *response, guint64 *number);

G_END_DECLS
