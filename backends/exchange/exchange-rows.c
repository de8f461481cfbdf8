/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-backend.h"

#define N_(text) text

#define ROW(row, protocol, reason, module, module_reason) \
  { TAUBE_CAPABILITY_##row, TAUBE_SUPPORT_##protocol, reason, TAUBE_SUPPORT_##module, module_reason }
#define BOTH(row, support, reason) ROW (row, support, reason, support, reason)

const TaubeCapabilityRow exchange_rows[TAUBE_N_CAPABILITIES] = {
  BOTH (RETRIEVAL, YES, N_ ("messages are fetched as they were sent, or as the server rebuilds them")),
  BOTH (MAIL_SYNC, YES, N_ ("folders and flags are kept on the server")),
  BOTH (KEEPS_ON_SERVER, YES, N_ ("messages stay until they are removed")),
  ROW (CONTACTS_SYNC, YES, N_ ("contacts are items of a folder"), NO, N_ ("this version shows mail only")),
  ROW (CALENDAR_SYNC, YES, N_ ("events are items of a folder"), NO, N_ ("this version shows mail only")),
  BOTH (MULTI_DEVICE, YES, N_ ("every device sees the same folders and flags")),
  BOTH (FOLDERS, YES, N_ ("folders can be listed, made, renamed and deleted")),
  BOTH (SERVER_FLAGS, YES, N_ ("read, flagged, answered and forwarded; keywords are categories")),
  BOTH (SERVER_SEARCH, YES, N_ ("the server searches")),
  BOTH (SERVER_SORT, YES, N_ ("the server sorts")),
  ROW (SERVER_THREAD, YES, N_ ("the server builds conversations"), NO,
       N_ ("conversations do not say what answers what: threads are made here")),
  BOTH (PUSH, YES, N_ ("the server tells of changes by itself")),
  BOTH (SENDING, YES, N_ ("mail is sent over the same account")),
  ROW (SHARING, YES, N_ ("folders have permissions"), NO, N_ ("this version does not show them")),
  ROW (DELEGATION, YES, N_ ("a mailbox has delegates"), NO, N_ ("this version does not show them")),
  ROW (QUOTA, YES, N_ ("limits are properties of the mailbox"), NO, N_ ("this version does not show them")),
  BOTH (PARTIAL_FETCH, NO, N_ ("the server gives a message only as a whole")),
  BOTH (ATTACHMENTS_ON_DEMAND, YES, N_ ("each attachment can be fetched by itself")),
  ROW (OUT_OF_OFFICE, YES, N_ ("automatic replies are a setting of the mailbox"), NO,
       N_ ("this version does not show it")),
  ROW (FREE_BUSY, YES, N_ ("the server knows when people are free"), NO, N_ ("this version does not ask")),
};
