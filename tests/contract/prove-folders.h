/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "contract.h"

G_BEGIN_DECLS

/* The proofs of the rows about folders as a whole: `folders`, `sharing` and `quota`. */
void prove_changing_folders (Contract *contract);
void deny_folders (Contract *contract, TaubeAccount *account);
void prove_sharing (Contract *contract);
void deny_sharing (Contract *contract, TaubeAccount *account);
void prove_quota (Contract *contract);
void deny_quota (Contract *contract, TaubeAccount *account);

G_END_DECLS
