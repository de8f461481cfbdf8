/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-backend-module.h>

G_BEGIN_DECLS

/* The table of a module, from its rows; those left out are `no` on both levels. (transfer full) */
TaubeCapabilities *taube_capabilities_new (const TaubeCapabilityRow *rows, guint n_rows);
/* A copy of SELF with one more live answer. REASON and EVIDENCE may be NULL. (transfer full) */
TaubeCapabilities *taube_capabilities_with_live (TaubeCapabilities *self, TaubeCapability capability,
                                                 TaubeSupport support, const char *reason, const char *evidence);

G_END_DECLS
