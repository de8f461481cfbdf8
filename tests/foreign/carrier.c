/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "carrier.h"

#include <taube-backend/taube-backend-module.h>

static const TaubeCapabilityRow carrier_capabilities[] = {
  { TAUBE_CAPABILITY_RETRIEVAL, TAUBE_SUPPORT_YES, "letters can be read", TAUBE_SUPPORT_YES, NULL },
  { TAUBE_CAPABILITY_MAIL_SYNC, TAUBE_SUPPORT_YES, "all devices share one store", TAUBE_SUPPORT_YES, NULL },
  { TAUBE_CAPABILITY_KEEPS_ON_SERVER, TAUBE_SUPPORT_YES, "reading removes nothing", TAUBE_SUPPORT_YES, NULL },
  { TAUBE_CAPABILITY_CONTACTS_SYNC, TAUBE_SUPPORT_YES, "there is a box of contacts", TAUBE_SUPPORT_YES, NULL },
  { TAUBE_CAPABILITY_CALENDAR_SYNC, TAUBE_SUPPORT_NO, "pigeons keep no calendar", TAUBE_SUPPORT_NO, NULL },
  { TAUBE_CAPABILITY_MULTI_DEVICE, TAUBE_SUPPORT_YES, "all devices share one store", TAUBE_SUPPORT_YES, NULL },
  { TAUBE_CAPABILITY_FOLDERS, TAUBE_SUPPORT_NO, "there is one box of letters", TAUBE_SUPPORT_NO, NULL },
  { TAUBE_CAPABILITY_SERVER_FLAGS, TAUBE_SUPPORT_YES, NULL, TAUBE_SUPPORT_YES, NULL },
  { TAUBE_CAPABILITY_PUSH, TAUBE_SUPPORT_CONDITIONAL, "by asking at intervals", TAUBE_SUPPORT_CONDITIONAL, NULL },
  { TAUBE_CAPABILITY_PARTIAL_FETCH, TAUBE_SUPPORT_YES, NULL, TAUBE_SUPPORT_YES, NULL },
};

static const char *const carrier_schemes[] = { "carrier", NULL };

TAUBE_BACKEND_DEFINE (.name = "carrier", .title = "Carrier", .schemes = carrier_schemes,
                      .capabilities = carrier_capabilities, .n_capabilities = G_N_ELEMENTS (carrier_capabilities),
                      .get_account_type = carrier_account_get_type);
