/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-backend.h"

#include <glib/gi18n-lib.h>

#include "imap-account.h"

static const char *const schemes[] = { "imap", "imaps", NULL };

#define BOTH(row, support, reason) \
  { TAUBE_CAPABILITY_##row, TAUBE_SUPPORT_##support, reason, TAUBE_SUPPORT_##support, reason }

const TaubeCapabilityRow imap_rows[TAUBE_N_CAPABILITIES] = {
  BOTH (RETRIEVAL, YES, N_ ("messages are fetched whole or in part")),
  BOTH (MAIL_SYNC, YES, N_ ("folders and flags are kept on the server")),
  BOTH (KEEPS_ON_SERVER, YES, N_ ("messages stay until they are removed")),
  BOTH (CONTACTS_SYNC, NO, N_ ("IMAP knows only mail")),
  BOTH (CALENDAR_SYNC, NO, N_ ("IMAP knows only mail")),
  BOTH (MULTI_DEVICE, YES, N_ ("every device sees the same folders and flags")),
  BOTH (FOLDERS, YES, N_ ("folders can be listed, made, renamed, deleted and subscribed")),
  BOTH (SERVER_FLAGS, YES, N_ ("flags and, where the folder allows, keywords")),
  BOTH (SERVER_SEARCH, YES, N_ ("the server searches headers and texts")),
  BOTH (SERVER_SORT, CONDITIONAL, N_ ("depends on the server's extension SORT")),
  BOTH (SERVER_THREAD, CONDITIONAL, N_ ("depends on the server's extension THREAD")),
  BOTH (PUSH, CONDITIONAL, N_ ("depends on the server's extension NOTIFY or IDLE")),
  BOTH (SENDING, NO, N_ ("mail is sent by SMTP")),
  BOTH (SHARING, CONDITIONAL, N_ ("depends on the server's extension ACL")),
  BOTH (DELEGATION, NO, N_ ("IMAP has no delegates")),
  BOTH (QUOTA, CONDITIONAL, N_ ("depends on the server's extension QUOTA")),
  BOTH (PARTIAL_FETCH, YES, N_ ("any range of bytes can be fetched")),
  BOTH (ATTACHMENTS_ON_DEMAND, YES, N_ ("each part can be fetched by itself")),
  BOTH (OUT_OF_OFFICE, NO, N_ ("IMAP has no automatic replies")),
  BOTH (FREE_BUSY, NO, N_ ("IMAP has no calendar")),
};

TAUBE_BACKEND_DEFINE (.name = "imap", .title = "IMAP", .schemes = schemes, .capabilities = imap_rows,
                      .n_capabilities = TAUBE_N_CAPABILITIES, .get_account_type = imap_account_get_type);
