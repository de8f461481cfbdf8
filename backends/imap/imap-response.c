/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-response.h"

#include <string.h>

static const char *const type_names[IMAP_N_RESPONSES] = {
  [IMAP_RESPONSE_UNKNOWN] = "",
  [IMAP_RESPONSE_OK] = "OK",
  [IMAP_RESPONSE_NO] = "NO",
  [IMAP_RESPONSE_BAD] = "BAD",
  [IMAP_RESPONSE_PREAUTH] = "PREAUTH",
  [IMAP_RESPONSE_BYE] = "BYE",
  [IMAP_RESPONSE_CONTINUATION] = "+",
  [IMAP_RESPONSE_CAPABILITY] = "CAPABILITY",
  [IMAP_RESPONSE_ENABLED] = "ENABLED",
  [IMAP_RESPONSE_ESEARCH] = "ESEARCH",
  [IMAP_RESPONSE_EXISTS] = "EXISTS",
  [IMAP_RESPONSE_EXPUNGE] = "EXPUNGE",
  [IMAP_RESPONSE_FETCH] = "FETCH",
  [IMAP_RESPONSE_FLAGS] = "FLAGS",
  [IMAP_RESPONSE_ID] = "ID",
  [IMAP_RESPONSE_LIST] = "LIST",
  [IMAP_RESPONSE_LSUB] = "LSUB",
  [IMAP_RESPONSE_NAMESPACE] = "NAMESPACE",
  [IMAP_RESPONSE_RECENT] = "RECENT",
  [IMAP_RESPONSE_SEARCH] = "SEARCH",
  [IMAP_RESPONSE_SORT] = "SORT",
  [IMAP_RESPONSE_STATUS] = "STATUS",
  [IMAP_RESPONSE_THREAD] = "THREAD",
  [IMAP_RESPONSE_UIDBATCHES] = "UIDBATCHES",
  [IMAP_RESPONSE_VANISHED] = "VANISHED",
  [IMAP_RESPONSE_XLIST] = "XLIST",
  [IMAP_RESPONSE_QUOTA] = "QUOTA",
  [IMAP_RESPONSE_QUOTAROOT] = "QUOTAROOT",
  [IMAP_RESPONSE_ACL] = "ACL",
  [IMAP_RESPONSE_LISTRIGHTS] = "LISTRIGHTS",
  [IMAP_RESPONSE_MYRIGHTS] = "MYRIGHTS",
  [IMAP_RESPONSE_METADATA] = "METADATA",
};

ImapResponseType
imap_response_type_from_name (const char *name, gsize length)
{
  /* nearly all of them */
  if (length == 5 && memcmp (name, "FETCH", 5) == 0)
    return IMAP_RESPONSE_FETCH;
  /* the same by UID (RFC 9586) */
  if (length == 8 && g_ascii_strncasecmp (name, "UIDFETCH", 8) == 0)
    return IMAP_RESPONSE_FETCH;
  for (guint i = IMAP_RESPONSE_OK; i < IMAP_N_RESPONSES; i++)
    if ((type_names[i][0] | 0x20) == (name[0] | 0x20) && strlen (type_names[i]) == length
        && g_ascii_strncasecmp (type_names[i], name, length) == 0)
      return i;
  return IMAP_RESPONSE_UNKNOWN;
}

const char *
imap_response_type_get_name (ImapResponseType type)
{
  return type_names[type];
}
