/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-backend.h"

#include <glib/gi18n-lib.h>

#include "pop3-account.h"

static const char *const schemes[] = { "pop", "pops", "pop3", "pop3s", NULL };

#define BOTH(row, support, reason) \
  { TAUBE_CAPABILITY_##row, TAUBE_SUPPORT_##support, reason, TAUBE_SUPPORT_##support, reason }

const TaubeCapabilityRow pop3_rows[TAUBE_N_CAPABILITIES] = {
  BOTH (RETRIEVAL, YES, N_ ("messages are fetched from the one folder, the inbox")),
  BOTH (MAIL_SYNC, NO, N_ ("POP3 keeps neither folders nor flags on the server")),
  BOTH (KEEPS_ON_SERVER, CONDITIONAL, N_ ("depends on the setting \"leave\" and on how long the server keeps mail")),
  BOTH (CONTACTS_SYNC, NO, N_ ("POP3 knows only mail")),
  BOTH (CALENDAR_SYNC, NO, N_ ("POP3 knows only mail")),
  BOTH (MULTI_DEVICE, CONDITIONAL, N_ ("depends on whether mail stays on the server and has names that last (UIDL)")),
  BOTH (FOLDERS, NO, N_ ("POP3 has only the inbox")),
  BOTH (SERVER_FLAGS, NO, N_ ("POP3 has no flags: what was read is known only here")),
  BOTH (SERVER_SEARCH, NO, N_ ("POP3 cannot search")),
  BOTH (SERVER_SORT, NO, N_ ("POP3 cannot sort")),
  BOTH (SERVER_THREAD, NO, N_ ("POP3 knows no threads")),
  BOTH (PUSH, NO, N_ ("a POP3 server does not speak by itself: it is asked every now and then")),
  BOTH (SENDING, NO, N_ ("mail is sent by SMTP")),
  BOTH (SHARING, NO, N_ ("POP3 has one mailbox for one login")),
  BOTH (DELEGATION, NO, N_ ("POP3 has no delegates")),
  BOTH (QUOTA, NO, N_ ("POP3 tells the size of the mailbox, but no limit")),
  BOTH (PARTIAL_FETCH, NO, N_ ("POP3 gives a message whole, or its header with the first lines")),
  BOTH (ATTACHMENTS_ON_DEMAND, NO, N_ ("POP3 gives a message whole")),
  BOTH (OUT_OF_OFFICE, NO, N_ ("POP3 has no automatic replies")),
  BOTH (FREE_BUSY, NO, N_ ("POP3 has no calendar")),
};

TAUBE_BACKEND_DEFINE (.name = "pop3", .title = "POP3", .schemes = schemes, .capabilities = pop3_rows,
                      .n_capabilities = TAUBE_N_CAPABILITIES, .get_account_type = pop3_account_get_type);
