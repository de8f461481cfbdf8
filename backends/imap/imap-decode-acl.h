/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "imap-response.h"

G_BEGIN_DECLS

/* ACL. */
typedef struct
{
  ImapString mailbox;
  const ImapValue *entries; /* identifier, rights, identifier, rights, …; or NULL */
  gboolean malformed;
} ImapAcl;

/* MYRIGHTS. */
typedef struct
{
  ImapString mailbox;
  ImapString rights;
  gboolean malformed;
} ImapMyrights;

/* LISTRIGHTS. */
typedef struct
{
  ImapString mailbox;
  ImapString identifier;
  ImapString required;       /* given in any case */
  const ImapValue *optional; /* each is a group that is given or not as a whole; or NULL */
} ImapListrights;

gboolean imap_decode_acl (const ImapResponse *response, ImapAcl *acl);
gboolean imap_acl_next (const ImapValue **entries, ImapString *identifier, ImapString *rights);
gboolean imap_decode_myrights (const ImapResponse *response, ImapMyrights *myrights);
gboolean imap_decode_listrights (const ImapResponse *response, ImapListrights *listrights);

G_END_DECLS
