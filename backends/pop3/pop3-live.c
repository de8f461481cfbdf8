/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib/gi18n-lib.h>

#include <taube/taube-leave-policy.h>

#include "pop3-backend.h"
#include "pop3-session.h"

/* An answer to a row that depends. */
typedef struct
{
  TaubeSupport support;
  const char *reason;
} Answer;

static Answer
keeps_on_server (Pop3Session *session, const TaubeLeavePolicy *leave)
{
  guint days = pop3_capabilities_get_expire (session->capabilities);
  TaubeLeaveKind kind = taube_leave_policy_get_kind (leave);

  if (kind == TAUBE_LEAVE_KIND_NO)
    return (Answer){ TAUBE_SUPPORT_NO, N_ ("the settings take each message off the server once it is stored here") };
  if (days == 0)
    return (Answer){ TAUBE_SUPPORT_NO, N_ ("the server removes each message once it was fetched") };
  if (kind == TAUBE_LEAVE_KIND_DAYS)
    return (Answer){ TAUBE_SUPPORT_YES,
                     N_ ("messages stay for the days that the settings name, if the server keeps them as long") };
  if (days != POP3_EXPIRE_NEVER && days != POP3_EXPIRE_UNKNOWN)
    return (Answer){ TAUBE_SUPPORT_YES, N_ ("messages stay for as many days as the server keeps them") };
  if (kind == TAUBE_LEAVE_KIND_UNTIL_REMOVED)
    return (Answer){ TAUBE_SUPPORT_YES, N_ ("messages stay until they are removed where they are stored") };
  if (days == POP3_EXPIRE_NEVER)
    return (Answer){ TAUBE_SUPPORT_YES, N_ ("messages stay until they are removed") };
  return (Answer){ TAUBE_SUPPORT_YES,
                   N_ ("messages stay until they are removed; the server does not say how long it keeps them") };
}

/* What is said of a capability that CAPA does not name; NULL: nothing. */
static const char *
describe_lack (Pop3Session *session, Pop3Capability capability)
{
  if (capability == POP3_CAPABILITY_UIDL && !session->has_capa)
    return session->uidl == POP3_OFFER_YES ? "+OK to UIDL" : "-ERR to UIDL";
  if (capability == POP3_CAPABILITY_UIDL)
    return "no CAPA UIDL";
  return capability == POP3_CAPABILITY_EXPIRE && session->has_capa ? "no CAPA EXPIRE" : NULL;
}

/* "leave=forever, CAPA UIDL, CAPA EXPIRE 30" */
static char *
make_evidence (Pop3Session *session, const char *leave, const Pop3Capability *wanted, guint n)
{
  g_autoptr (GString) evidence = g_string_new (NULL);

  g_string_append_printf (evidence, "leave=%s%s", leave, session->has_capa ? "" : ", no CAPA");
  for (guint i = 0; i < n; i++)
    {
      const char *line = pop3_capabilities_get_line (session->capabilities, wanted[i]);
      const char *lack = describe_lack (session, wanted[i]);

      if (line != NULL)
        g_string_append_printf (evidence, ", CAPA %s", line);
      else if (lack != NULL)
        g_string_append_printf (evidence, ", %s", lack);
    }
  return g_string_free (g_steal_pointer (&evidence), FALSE);
}

static void
report_keeping (Pop3Session *session, TaubeAccount *account, Answer keeps, const char *leave)
{
  static const Pop3Capability wanted[] = { POP3_CAPABILITY_EXPIRE };
  g_autofree char *evidence = make_evidence (session, leave, wanted, G_N_ELEMENTS (wanted));

  taube_account_set_live_capability (account, TAUBE_CAPABILITY_KEEPS_ON_SERVER, keeps.support, keeps.reason, evidence);
}

/* Gmail shows a message until it was fetched, whoever did that; with "recent:" before the user name it shows those of
 * the last thirty days to everybody. */
static gboolean
shows_once (Pop3Session *session, TaubeAccount *account)
{
  return session->quirks.forgets_fetched
         && !g_str_has_prefix (taube_uri_get_user (taube_account_get_uri (account)), "recent:");
}

static void
report_devices (Pop3Session *session, TaubeAccount *account, Answer keeps, const char *leave)
{
  static const Pop3Capability wanted[]
    = { POP3_CAPABILITY_UIDL, POP3_CAPABILITY_EXPIRE, POP3_CAPABILITY_LOGIN_DELAY };
  g_autofree char *evidence = make_evidence (session, leave, wanted, G_N_ELEMENTS (wanted));
  Answer answer = { TAUBE_SUPPORT_YES, N_ ("each device finds what is new to it by the names of the messages (UIDL)") };

  if (keeps.support == TAUBE_SUPPORT_NO)
    answer = (Answer){ TAUBE_SUPPORT_NO, N_ ("mail does not stay on the server: the first device has it alone") };
  else if (session->uidl == POP3_OFFER_NO)
    answer = (Answer){ TAUBE_SUPPORT_NO,
                       N_ ("the server gives messages no names that last (UIDL): a device cannot tell what is new") };
  else if (shows_once (session, account))
    answer = (Answer){ TAUBE_SUPPORT_NO,
                       N_ ("the server shows a message only until somebody has fetched it, unless the user name begins "
                           "with \"recent:\"") };
  else if (pop3_capabilities_get_login_delay (session->capabilities) > 0)
    answer.reason = N_ ("each device finds what is new to it (UIDL), but there must be a pause between two logins");
  taube_account_set_live_capability (account, TAUBE_CAPABILITY_MULTI_DEVICE, answer.support, answer.reason, evidence);
}

static void
report_server (Pop3Session *session, TaubeAccount *account)
{
  const char *name = pop3_capabilities_get_value (session->capabilities, POP3_CAPABILITY_IMPLEMENTATION);

  if (name == NULL && session->greeting != NULL && session->greeting[0] != '\0')
    name = session->greeting;
  taube_account_set_server (account, name, pop3_capabilities_get_lines (session->capabilities));
}

/* Tells the account what this server and this login give. */
void
pop3_live_report (Pop3Session *session)
{
  TaubeAccount *account = TAUBE_ACCOUNT (pop3_session_get_account (session));
  g_autoptr (TaubeLeavePolicy) policy = taube_settings_get_leave_policy (taube_account_get_settings (account));
  g_autofree char *leave = taube_leave_policy_to_text (policy);
  Answer keeps = keeps_on_server (session, policy);

  for (guint i = 0; i < TAUBE_N_CAPABILITIES; i++)
    taube_account_set_live_capability (account, pop3_rows[i].capability, pop3_rows[i].module,
                                       pop3_rows[i].module_reason,
                                       pop3_rows[i].module == TAUBE_SUPPORT_NO ? NULL : "POP3");
  report_keeping (session, account, keeps, leave);
  report_devices (session, account, keeps, leave);
  report_server (session, account);
}
