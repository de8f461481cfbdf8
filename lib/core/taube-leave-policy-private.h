/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-leave-policy.h>

G_BEGIN_DECLS

/* What is wrong with TEXT, as the end of an error message; NULL when nothing is. (transfer full) */
char *taube_leave_policy_find_fault (const char *text);

G_END_DECLS
