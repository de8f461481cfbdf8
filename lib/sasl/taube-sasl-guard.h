/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sasl/taube-sasl-mechanism.h"

G_BEGIN_DECLS

/* Who has once signed in with a proof does not send the password itself later, because somebody in between, or a server
 * that was taken over, offers nothing else. */
TaubeSaslRank taube_sasl_guard_get (const TaubeSaslIdentity *identity);
void taube_sasl_guard_note (const TaubeSaslIdentity *identity, TaubeSaslRank rank);

G_END_DECLS
