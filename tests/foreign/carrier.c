/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "carrier.h"

#include <taube-backend/taube-backend-module.h>

/* What pigeons can do, this module does. */
#define ROW(row, support, reason) \
  { TAUBE_CAPABILITY_##row, TAUBE_SUPPORT_##support, reason, TAUBE_SUPPORT_##support, reason }

static const TaubeCapabilityRow carrier_capabilities[] = {
  ROW (RETRIEVAL, YES, "letters can be read"),
  ROW (MAIL_SYNC, YES, "all devices share one store"),
  ROW (KEEPS_ON_SERVER, YES, "reading removes nothing"),
  ROW (CONTACTS_SYNC, YES, "there is a box of contacts"),
  ROW (CALENDAR_SYNC, NO, "pigeons keep no calendar"),
  ROW (MULTI_DEVICE, YES, "all devices share one store"),
  ROW (FOLDERS, NO, "there is one box of letters"),
  ROW (SERVER_FLAGS, YES, "flags lie beside the letters"),
  ROW (SERVER_SEARCH, NO, "pigeons do not search"),
  ROW (SERVER_SORT, NO, "letters lie in the order in which they came"),
  ROW (SERVER_THREAD, NO, "nobody ties letters together"),
  ROW (PUSH, CONDITIONAL, "by asking at intervals"),
  ROW (SENDING, NO, "these pigeons only bring"),
  ROW (SHARING, NO, "a box has one owner"),
  ROW (DELEGATION, NO, "a box has one owner"),
  ROW (QUOTA, NO, "nobody counts"),
  ROW (PARTIAL_FETCH, YES, "a letter can be read from any place"),
  ROW (ATTACHMENTS_ON_DEMAND, NO, "letters come whole"),
  ROW (OUT_OF_OFFICE, NO, "pigeons do not answer"),
  ROW (FREE_BUSY, NO, "pigeons keep no calendar"),
};

static const char *const carrier_schemes[] = { "carrier", NULL };

TAUBE_BACKEND_DEFINE (.name = "carrier", .title = "Carrier", .schemes = carrier_schemes,
                      .capabilities = carrier_capabilities, .n_capabilities = G_N_ELEMENTS (carrier_capabilities),
                      .get_account_type = carrier_account_get_type);
