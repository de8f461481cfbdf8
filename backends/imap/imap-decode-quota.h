/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "imap-response.h"

G_BEGIN_DECLS

/* QUOTA. */
typedef struct
{
  ImapString root;
  const ImapValue *resources; /* for imap_quota_next(); or NULL */
} ImapQuota;

/* One resource of a root, in units of the protocol: STORAGE and ANNOTATION-STORAGE count 1,024 bytes. */
typedef struct
{
  ImapString name;
  gint64 usage; /* -1: cannot be read */
  gint64 limit; /* -1: none, or cannot be read */
} ImapQuotaResource;

/* QUOTAROOT. */
typedef struct
{
  ImapString mailbox;
  const ImapValue *roots; /* each a text; or NULL */
} ImapQuotaroot;

gboolean imap_decode_quota (const ImapResponse *response, ImapQuota *quota);
gboolean imap_quota_next (const ImapValue **resources, ImapQuotaResource *resource);
gboolean imap_decode_quotaroot (const ImapResponse *response, ImapQuotaroot *quotaroot);

G_END_DECLS
