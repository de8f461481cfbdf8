/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-leave-policy-private.h"

#include "base/taube-gettext.h"

#include <taube/taube-error.h>

#include <string.h>

struct _TaubeLeavePolicy
{
  TaubeLeaveKind kind;
  guint days; /* 0 but for DAYS */
};

/**
 * TaubeLeavePolicy:
 *
 * How long mail stays on the server once it was retrieved and stored, where the protocol leaves that to the client. As
 * text: `forever`, `days=30`, `until-removed` or `no`.
 */
G_DEFINE_BOXED_TYPE (TaubeLeavePolicy, taube_leave_policy, taube_leave_policy_copy, taube_leave_policy_free)

static const char *const words[] = {
  [TAUBE_LEAVE_KIND_FOREVER] = "forever",
  [TAUBE_LEAVE_KIND_DAYS] = "days",
  [TAUBE_LEAVE_KIND_UNTIL_REMOVED] = "until-removed",
  [TAUBE_LEAVE_KIND_NO] = "no",
};

/**
 * taube_leave_policy_new:
 * @kind: how long
 * @days: how many days with %TAUBE_LEAVE_KIND_DAYS, 1 to %TAUBE_LEAVE_DAYS_MAXIMUM; else it does not count
 *
 * A policy.
 *
 * Returns: (transfer full): a new policy
 */
TaubeLeavePolicy *
taube_leave_policy_new (TaubeLeaveKind kind, guint days)
{
  TaubeLeavePolicy *self;

  g_return_val_if_fail (kind <= TAUBE_LEAVE_KIND_NO, NULL);
  g_return_val_if_fail (kind != TAUBE_LEAVE_KIND_DAYS || (days >= 1 && days <= TAUBE_LEAVE_DAYS_MAXIMUM), NULL);

  self = g_new0 (TaubeLeavePolicy, 1);
  self->kind = kind;
  self->days = kind == TAUBE_LEAVE_KIND_DAYS ? days : 0;
  return self;
}

/* policy = "forever" / "until-removed" / "no" / "days=" 1*5DIGIT. Gives what is wrong with it, or NULL. */
static char *
parse (const char *text, TaubeLeaveKind *kind_out, guint *days_out)
{
  guint64 days = 0;

  *days_out = 0;
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (i != TAUBE_LEAVE_KIND_DAYS && strcmp (text, words[i]) == 0)
      {
        *kind_out = (TaubeLeaveKind) i;
        return NULL;
      }
  if (strcmp (text, "days") == 0)
    return g_strdup (_ ("\"days\" wants a number, such as \"days=30\""));
  if (!g_str_has_prefix (text, "days="))
    return g_strdup_printf (_ ("\"%s\" is neither \"forever\", \"days=N\", \"until-removed\" nor \"no\""), text);
  if (!g_ascii_string_to_unsigned (text + 5, 10, 1, TAUBE_LEAVE_DAYS_MAXIMUM, &days, NULL))
    return g_strdup_printf (_ ("\"%s\" is not a whole number of days from 1 to %u"), text + 5,
                            TAUBE_LEAVE_DAYS_MAXIMUM);
  *kind_out = TAUBE_LEAVE_KIND_DAYS;
  *days_out = (guint) days;
  return NULL;
}

char *
taube_leave_policy_find_fault (const char *text)
{
  TaubeLeaveKind kind;
  guint days;

  return parse (text, &kind, &days);
}

/**
 * taube_leave_policy_new_from_text:
 * @text: `forever`, `days=N`, `until-removed` or `no`
 * @error: return location
 *
 * Reads a policy, as it stands in the setting `leave`.
 *
 * Returns: (transfer full): a new policy; %NULL with @error set: `TAUBE_ERROR_INVALID`, which says what is wrong
 */
TaubeLeavePolicy *
taube_leave_policy_new_from_text (const char *text, GError **error)
{
  g_autofree char *fault = NULL;
  TaubeLeaveKind kind;
  guint days;

  g_return_val_if_fail (text != NULL, NULL);

  fault = parse (text, &kind, &days);
  if (fault == NULL)
    return taube_leave_policy_new (kind, days);
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("leaving mail on the server: %s"), fault);
  return NULL;
}

/**
 * taube_leave_policy_copy:
 * @self: a policy
 *
 * Gives another policy that says the same.
 *
 * Returns: (transfer full): a copy
 */
TaubeLeavePolicy *
taube_leave_policy_copy (const TaubeLeavePolicy *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return taube_leave_policy_new (self->kind, self->days);
}

/**
 * taube_leave_policy_free:
 * @self: (transfer full): a policy
 *
 * Frees it.
 */
void
taube_leave_policy_free (TaubeLeavePolicy *self)
{
  g_return_if_fail (self != NULL);
  g_free (self);
}

/**
 * taube_leave_policy_get_kind:
 * @self: a policy
 *
 * Of which kind it is.
 *
 * Returns: the kind
 */
TaubeLeaveKind
taube_leave_policy_get_kind (const TaubeLeavePolicy *self)
{
  g_return_val_if_fail (self != NULL, TAUBE_LEAVE_KIND_FOREVER);
  return self->kind;
}

/**
 * taube_leave_policy_get_days:
 * @self: a policy
 *
 * After how many days mail may leave the server.
 *
 * Returns: a number of days; 0 when the kind is not %TAUBE_LEAVE_KIND_DAYS
 */
guint
taube_leave_policy_get_days (const TaubeLeavePolicy *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->days;
}

/**
 * taube_leave_policy_to_text:
 * @self: a policy
 *
 * The policy as [ctor@LeavePolicy.new_from_text] reads it.
 *
 * Returns: (transfer full): such as `days=30`
 */
char *
taube_leave_policy_to_text (const TaubeLeavePolicy *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  if (self->kind == TAUBE_LEAVE_KIND_DAYS)
    return g_strdup_printf ("days=%u", self->days);
  return g_strdup (words[self->kind]);
}

/**
 * taube_leave_policy_equal:
 * @a: a policy
 * @b: another one
 *
 * Whether both say the same.
 *
 * Returns: whether they do
 */
gboolean
taube_leave_policy_equal (const TaubeLeavePolicy *a, const TaubeLeavePolicy *b)
{
  g_return_val_if_fail (a != NULL && b != NULL, FALSE);
  return a->kind == b->kind && a->days == b->days;
}
