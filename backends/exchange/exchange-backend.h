/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-backend-module.h>

G_BEGIN_DECLS

/* The comparison table, all rows in their order. */
extern const TaubeCapabilityRow exchange_rows[TAUBE_N_CAPABILITIES];

G_END_DECLS
