/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-limits.h>

#include "imap-value.h"

G_BEGIN_DECLS

/* The words of CAPABILITY that something depends on; others can be asked for by name. */
typedef enum
{
  IMAP_CAPABILITY_ACL,
  IMAP_CAPABILITY_APPENDLIMIT,
  IMAP_CAPABILITY_BINARY,
  IMAP_CAPABILITY_CHILDREN,
  IMAP_CAPABILITY_COMPRESS_DEFLATE,
  IMAP_CAPABILITY_CONDSTORE,
  IMAP_CAPABILITY_CREATE_SPECIAL_USE,
  IMAP_CAPABILITY_ENABLE,
  IMAP_CAPABILITY_ESEARCH,
  IMAP_CAPABILITY_ESORT,
  IMAP_CAPABILITY_ID,
  IMAP_CAPABILITY_IDLE,
  IMAP_CAPABILITY_IMAP4REV1,
  IMAP_CAPABILITY_IMAP4REV2,
  IMAP_CAPABILITY_JMAPACCESS,
  IMAP_CAPABILITY_LIST_EXTENDED,
  IMAP_CAPABILITY_LIST_METADATA,
  IMAP_CAPABILITY_LIST_MYRIGHTS,
  IMAP_CAPABILITY_LIST_STATUS,
  IMAP_CAPABILITY_LITERAL_MINUS,
  IMAP_CAPABILITY_LITERAL_PLUS,
  IMAP_CAPABILITY_LOGINDISABLED,
  IMAP_CAPABILITY_MESSAGELIMIT,
  IMAP_CAPABILITY_METADATA,
  IMAP_CAPABILITY_METADATA_SERVER,
  IMAP_CAPABILITY_MOVE,
  IMAP_CAPABILITY_MULTIAPPEND,
  IMAP_CAPABILITY_NAMESPACE,
  IMAP_CAPABILITY_NOTIFY,
  IMAP_CAPABILITY_OBJECTID,
  IMAP_CAPABILITY_PARTIAL,
  IMAP_CAPABILITY_PREVIEW,
  IMAP_CAPABILITY_QRESYNC,
  IMAP_CAPABILITY_QUOTA,
  IMAP_CAPABILITY_REPLACE,
  IMAP_CAPABILITY_RIGHTS,
  IMAP_CAPABILITY_SASL_IR,
  IMAP_CAPABILITY_SAVEDATE,
  IMAP_CAPABILITY_SEARCHRES,
  IMAP_CAPABILITY_SORT,
  IMAP_CAPABILITY_SPECIAL_USE,
  IMAP_CAPABILITY_STARTTLS,
  IMAP_CAPABILITY_STATUS_SIZE,
  IMAP_CAPABILITY_THREAD_REFERENCES,
  IMAP_CAPABILITY_UIDBATCHES,
  IMAP_CAPABILITY_UIDONLY,
  IMAP_CAPABILITY_UIDPLUS,
  IMAP_CAPABILITY_UNAUTHENTICATE,
  IMAP_CAPABILITY_UNSELECT,
  IMAP_CAPABILITY_UTF8_ACCEPT,
  IMAP_CAPABILITY_UTF8_ONLY,
  IMAP_CAPABILITY_WITHIN,
  IMAP_CAPABILITY_X_GM_EXT_1,
  IMAP_CAPABILITY_XLIST,
  IMAP_N_CAPABILITIES,
} ImapCapability;

/* What a server says it can. Owned by the session, forgotten as a whole after STARTTLS and login. */
typedef struct _ImapCapabilities ImapCapabilities;

ImapCapabilities *imap_capabilities_new (void);
ImapCapabilities *imap_capabilities_decode (const ImapValue *values, const TaubeLimits *limits);
void imap_capabilities_free (ImapCapabilities *self);
void imap_capabilities_add (ImapCapabilities *self, const char *word);
void imap_capabilities_enable_rev2 (ImapCapabilities *self);
void imap_capabilities_remove (ImapCapabilities *self, ImapCapability capability);
gboolean imap_capabilities_has (const ImapCapabilities *self, ImapCapability capability);
gboolean imap_capabilities_has_word (const ImapCapabilities *self, const char *word);
const char *imap_capabilities_get_value (const ImapCapabilities *self, ImapCapability capability);
gboolean imap_capabilities_has_auth (const ImapCapabilities *self, const char *mechanism);
const char *const *imap_capabilities_get_words (const ImapCapabilities *self);
const char *const *imap_capabilities_get_mechanisms (const ImapCapabilities *self);
const char *imap_capability_get_name (ImapCapability capability);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapCapabilities, imap_capabilities_free)

G_END_DECLS
