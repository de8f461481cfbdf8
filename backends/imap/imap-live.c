/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib/gi18n-lib.h>

#include <string.h>

#include "imap-backend.h"
#include "imap-session.h"

/* Rows that depend on what this server says. */
typedef struct
{
  TaubeCapability row;
  ImapCapability needs;
  const char *with;    /* reason when the server has it */
  const char *without;
  const char *detail;  /* how a word begins that tells more about it, or NULL */
} ConditionalRow;

static const ConditionalRow conditional_rows[] = {
  { TAUBE_CAPABILITY_SERVER_SORT, IMAP_CAPABILITY_SORT, N_ ("the server sorts (SORT)"),
    N_ ("the server lacks SORT: search results are sorted here") },
  { TAUBE_CAPABILITY_SERVER_THREAD, IMAP_CAPABILITY_THREAD_REFERENCES,
    N_ ("the server builds threads (THREAD=REFERENCES)"),
    N_ ("the server lacks THREAD=REFERENCES: threads are built here") },
  { TAUBE_CAPABILITY_SHARING, IMAP_CAPABILITY_ACL, N_ ("permissions on folders can be seen and given (ACL)"),
    N_ ("the server lacks ACL"), "RIGHTS=" },
  { TAUBE_CAPABILITY_QUOTA, IMAP_CAPABILITY_QUOTA, N_ ("limits and their use can be asked for (QUOTA)"),
    N_ ("the server lacks QUOTA"), "QUOTA=" },
};

static const char *
describe_version (ImapSession *session)
{
  if (imap_session_has (session, IMAP_CAPABILITY_IMAP4REV2))
    return "CAPABILITY IMAP4rev2";
  return imap_session_has (session, IMAP_CAPABILITY_IMAP4REV1) ? "CAPABILITY IMAP4rev1" : "IMAP";
}

/* "CAPABILITY ACL RIGHTS=kxte": the words that tell of it, as the server wrote them. */
static char *
make_evidence (ImapSession *session, const ConditionalRow *row)
{
  const char *const *words = imap_capabilities_get_words (session->capabilities);
  const char *name = imap_capability_get_name (row->needs);
  g_autoptr (GString) evidence = g_string_new ("CAPABILITY");

  if (imap_capabilities_has_word (session->capabilities, name) || row->detail == NULL)
    g_string_append_printf (evidence, " %s", name);
  for (; row->detail != NULL && *words != NULL; words++)
    if (g_ascii_strncasecmp (*words, row->detail, strlen (row->detail)) == 0)
      g_string_append_printf (evidence, " %s", *words);
  return g_string_free (g_steal_pointer (&evidence), FALSE);
}

static void
report_conditional (ImapSession *session, TaubeAccount *account, const ConditionalRow *row)
{
  gboolean has = imap_session_has (session, row->needs);
  g_autofree char *evidence = has ? make_evidence (session, row)
                                  : g_strdup_printf ("no CAPABILITY %s", imap_capability_get_name (row->needs));

  taube_account_set_live_capability (account, row->row, has ? TAUBE_SUPPORT_YES : TAUBE_SUPPORT_NO,
                                     has ? row->with : row->without, evidence);
}

/* How a watch will hear of changes. */
static void
report_push (ImapSession *session, TaubeAccount *account)
{
  gboolean idle = imap_session_has (session, IMAP_CAPABILITY_IDLE)
                  || imap_session_has (session, IMAP_CAPABILITY_IMAP4REV2);
  gboolean notify = imap_session_has (session, IMAP_CAPABILITY_NOTIFY) && !session->quirks.no_notify;
  const char *evidence;

  if (notify)
    evidence = idle ? "CAPABILITY NOTIFY IDLE" : "CAPABILITY NOTIFY";
  else if (imap_session_has (session, IMAP_CAPABILITY_IDLE))
    evidence = "CAPABILITY IDLE";
  else
    evidence = idle ? "CAPABILITY IMAP4rev2" : "no CAPABILITY IDLE";
  taube_account_set_live_capability (
      account, TAUBE_CAPABILITY_PUSH, notify || idle ? TAUBE_SUPPORT_YES : TAUBE_SUPPORT_NO,
      notify ? N_ ("the server tells of changes in all folders on one connection (NOTIFY)")
             : (idle ? N_ ("the server tells of changes while we wait (IDLE)")
                     : N_ ("the server lacks IDLE: it is asked every now and then")),
      evidence);
}

/* How a folder is followed here: see imap-changes.c. */
static void
report_sync (ImapSession *session, TaubeAccount *account)
{
  const char *reason = N_ ("the server does not count changes: UIDs and flags of all messages are compared");
  const char *evidence = "no CAPABILITY CONDSTORE";

  if (session->qresync)
    {
      reason = N_ ("the server tells which messages changed and which were removed");
      evidence = "CAPABILITY QRESYNC";
    }
  else if (session->condstore)
    {
      reason = N_ ("the server tells which messages changed; those that were removed are looked for");
      evidence = "CAPABILITY CONDSTORE";
    }
  else if (session->quirks.no_condstore)
    {
      evidence = "CONDSTORE is not used with this server";
    }
  taube_account_set_live_capability (account, TAUBE_CAPABILITY_MAIL_SYNC, TAUBE_SUPPORT_YES, reason, evidence);
}

static void
report_server (ImapSession *session, TaubeAccount *account)
{
  g_autofree char *name = NULL;

  if (session->server_name != NULL)
    name = g_strjoin (" ", session->server_name, session->server_version, NULL);
  else if (session->greeting != NULL && session->greeting[0] != '\0')
    name = g_strdup (session->greeting);
  taube_account_set_server (account, name, imap_capabilities_get_words (session->capabilities));
}

static void
add_fact (GVariantBuilder *facts, const char *name, const char *value)
{
  if (value != NULL && g_utf8_validate (value, -1, NULL))
    g_variant_builder_add (facts, "{ss}", name, value);
}

static void
report_facts (ImapSession *session, TaubeAccount *account)
{
  GVariantBuilder facts;

  g_variant_builder_init (&facts, G_VARIANT_TYPE ("a{ss}"));
  add_fact (&facts, "append-limit", imap_capabilities_get_value (session->capabilities, IMAP_CAPABILITY_APPENDLIMIT));
  add_fact (&facts, "jmap-session", session->jmap_session);
  taube_account_set_server_facts (account, g_variant_builder_end (&facts));
}

/* Tells the account what this server and this login give. */
void
imap_live_report (ImapSession *session)
{
  TaubeAccount *account = TAUBE_ACCOUNT (imap_session_get_account (session));
  const char *version = describe_version (session);

  for (guint i = 0; i < TAUBE_N_CAPABILITIES; i++)
    taube_account_set_live_capability (account, imap_rows[i].capability, imap_rows[i].module,
                                       imap_rows[i].module_reason,
                                       imap_rows[i].module == TAUBE_SUPPORT_NO ? NULL : version);
  report_sync (session, account);
  for (guint i = 0; i < G_N_ELEMENTS (conditional_rows); i++)
    report_conditional (session, account, &conditional_rows[i]);
  report_push (session, account);
  report_server (session, account);
  report_facts (session, account);
}
