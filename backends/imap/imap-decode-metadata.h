/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "imap-response.h"

G_BEGIN_DECLS

/* METADATA. */
typedef struct
{
  ImapString mailbox;       /* empty: about the server */
  const ImapValue *entries; /* with values: name, value, name, value, …; without: names that have changed */
  gboolean has_values;
  gboolean malformed;
} ImapMetadata;

gboolean imap_decode_metadata (const ImapResponse *response, ImapMetadata *metadata);
gboolean imap_metadata_next (const ImapValue **entries, ImapString *name, ImapString *value);

G_END_DECLS
