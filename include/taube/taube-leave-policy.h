/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>

G_BEGIN_DECLS

#define TAUBE_TYPE_LEAVE_POLICY (taube_leave_policy_get_type ())
TAUBE_API GType taube_leave_policy_get_type (void);

TAUBE_API TaubeLeavePolicy *taube_leave_policy_new (TaubeLeaveKind kind, guint days);
TAUBE_API TaubeLeavePolicy *taube_leave_policy_new_from_text (const char *text, GError **error);
TAUBE_API TaubeLeavePolicy *taube_leave_policy_copy (const TaubeLeavePolicy *self);
TAUBE_API void taube_leave_policy_free (TaubeLeavePolicy *self);
TAUBE_API TaubeLeaveKind taube_leave_policy_get_kind (const TaubeLeavePolicy *self);
TAUBE_API guint taube_leave_policy_get_days (const TaubeLeavePolicy *self);
TAUBE_API char *taube_leave_policy_to_text (const TaubeLeavePolicy *self);
TAUBE_API gboolean taube_leave_policy_equal (const TaubeLeavePolicy *a, const TaubeLeavePolicy *b);

/**
 * TAUBE_LEAVE_DAYS_MAXIMUM:
 *
 * The most days that a [struct@LeavePolicy] can have.
 */
#define TAUBE_LEAVE_DAYS_MAXIMUM 36500

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeLeavePolicy, taube_leave_policy_free)

G_END_DECLS
