/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-errors.h"

#include <string.h>

#include <taube-backend/taube-throttle.h>

#include "imap-gettext.h"

/* Of the server's words, in an error message. */
#define MAX_QUOTED_BYTES 400

typedef struct
{
  ImapCode code;
  TaubeError error;
  gboolean drop;
  guint retry_after;
} CodeRule;

/* RFC 5530 and RFC 9051 section 7.1. A code that says nothing about the reason is not here. */
static const CodeRule code_rules[] = {
  { IMAP_CODE_ALREADYEXISTS, TAUBE_ERROR_EXISTS },
  { IMAP_CODE_AUTHENTICATIONFAILED, TAUBE_ERROR_AUTH },
  { IMAP_CODE_AUTHORIZATIONFAILED, TAUBE_ERROR_AUTH },
  { IMAP_CODE_BADCHARSET, TAUBE_ERROR_NOT_SUPPORTED },
  { IMAP_CODE_CANNOT, TAUBE_ERROR_INVALID },
  { IMAP_CODE_CLIENTBUG, TAUBE_ERROR_PROTOCOL },
  { IMAP_CODE_CONTACTADMIN, TAUBE_ERROR_PERMISSION },
  { IMAP_CODE_CORRUPTION, TAUBE_ERROR_PROTOCOL },
  { IMAP_CODE_EXPIRED, TAUBE_ERROR_AUTH },
  { IMAP_CODE_EXPUNGEISSUED, TAUBE_ERROR_CONFLICT },
  { IMAP_CODE_HASCHILDREN, TAUBE_ERROR_CONFLICT },
  { IMAP_CODE_INUSE, TAUBE_ERROR_THROTTLED, FALSE, 10 },
  { IMAP_CODE_LIMIT, TAUBE_ERROR_INVALID },
  { IMAP_CODE_MODIFIED, TAUBE_ERROR_CONFLICT },
  { IMAP_CODE_NONEXISTENT, TAUBE_ERROR_NOT_FOUND },
  { IMAP_CODE_NOPERM, TAUBE_ERROR_PERMISSION },
  { IMAP_CODE_OVERQUOTA, TAUBE_ERROR_QUOTA },
  { IMAP_CODE_PRIVACYREQUIRED, TAUBE_ERROR_TLS },
  { IMAP_CODE_SERVERBUG, TAUBE_ERROR_PROTOCOL },
  { IMAP_CODE_SYS, TAUBE_ERROR_PROTOCOL },
  { IMAP_CODE_TEMPFAIL, TAUBE_ERROR_THROTTLED, FALSE, 60 },
  { IMAP_CODE_THROTTLED, TAUBE_ERROR_THROTTLED, FALSE, 60 },
  { IMAP_CODE_TOOBIG, TAUBE_ERROR_INVALID },
  { IMAP_CODE_TRYCREATE, TAUBE_ERROR_NOT_FOUND },
  { IMAP_CODE_UNAVAILABLE, TAUBE_ERROR_THROTTLED, FALSE, 30 },
  { IMAP_CODE_UNKNOWN_CTE, TAUBE_ERROR_NOT_SUPPORTED },
  { IMAP_CODE_USEATTR, TAUBE_ERROR_NOT_SUPPORTED },
  { IMAP_CODE_WEBALERT, TAUBE_ERROR_AUTH },
};

typedef struct
{
  const char *words; /* in lower case */
  TaubeError error;
  gboolean drop;
  guint retry_after;
  gboolean always; /* over the code too, and at login */
} TextRule;

/* For servers that say the reason in words only. */
static const TextRule text_rules[] = {
  /* Exchange: LOGIN was OK, but the mailbox cannot be had with these credentials. */
  { "authenticated but not connected", TAUBE_ERROR_AUTH, TRUE, 0, TRUE },
  /* 163, 126, yeah.net without ID */
  { "unsafe login", TAUBE_ERROR_AUTH, FALSE, 0, TRUE },
  /* Gmail: [ALERT] Too many simultaneous connections */
  { "too many simultaneous", TAUBE_ERROR_THROTTLED, FALSE, 60, TRUE },
  { "too many connections", TAUBE_ERROR_THROTTLED, FALSE, 60, TRUE },
  { "maximum number of connections", TAUBE_ERROR_THROTTLED, FALSE, 60, TRUE },
  { "too many open connections", TAUBE_ERROR_THROTTLED, FALSE, 60, TRUE },
  { "too many sessions", TAUBE_ERROR_THROTTLED, FALSE, 60, TRUE },
  { "too many logins", TAUBE_ERROR_THROTTLED, FALSE, 60, TRUE },
  { "connection limit", TAUBE_ERROR_THROTTLED, FALSE, 60, TRUE },
  /* Gmail: [OVERQUOTA] Account exceeded command or bandwidth limits; it does not mean the size of the mailbox */
  { "bandwidth limit", TAUBE_ERROR_THROTTLED, FALSE, 600, TRUE },
  /* Exchange Online: Request is throttled. Suggested Backoff Time: 299961 milliseconds */
  { "request is throttled", TAUBE_ERROR_THROTTLED, FALSE, 60, TRUE },
  { "try again later", TAUBE_ERROR_THROTTLED, FALSE, 30, TRUE },
  { "temporarily unavailable", TAUBE_ERROR_THROTTLED, FALSE, 30, TRUE },
  /* Exchange while a mailbox is moved: Server Unavailable. 15. It is no missing folder, nor a wrong password. */
  { "server unavailable", TAUBE_ERROR_THROTTLED, FALSE, 30, TRUE },
  { "quota exceeded", TAUBE_ERROR_QUOTA },
  { "over quota", TAUBE_ERROR_QUOTA },
  { "already exists", TAUBE_ERROR_EXISTS },
  { "does not exist", TAUBE_ERROR_NOT_FOUND },
  { "doesn't exist", TAUBE_ERROR_NOT_FOUND },
  { "no such", TAUBE_ERROR_NOT_FOUND },
  { "unknown mailbox", TAUBE_ERROR_NOT_FOUND },
  { "nonexistent", TAUBE_ERROR_NOT_FOUND },
  { "permission denied", TAUBE_ERROR_PERMISSION },
  { "access denied", TAUBE_ERROR_PERMISSION },
};

static const TextRule *
find_text_rule (const char *text, gboolean always)
{
  g_autofree char *lower = g_ascii_strdown (text, -1);

  for (guint i = 0; i < G_N_ELEMENTS (text_rules); i++)
    if (text_rules[i].always == always && strstr (lower, text_rules[i].words) != NULL)
      return &text_rules[i];
  return NULL;
}

static const CodeRule *
find_code_rule (ImapCode code)
{
  for (guint i = 0; i < G_N_ELEMENTS (code_rules); i++)
    if (code_rules[i].code == code)
      return &code_rules[i];
  return NULL;
}

/* "Suggested Backoff Time: 299961 milliseconds"; 0 when the server does not say so. */
static guint
read_backoff (const char *text)
{
  static const char words[] = "backoff time: ";
  g_autofree char *lower = g_ascii_strdown (text, -1);
  const char *found = strstr (lower, words);
  guint64 milliseconds;

  if (found == NULL)
    return 0;
  found += strlen (words);
  if (!imap_number_parse (found, strspn (found, "0123456789"), &milliseconds))
    return 0;
  return MIN (milliseconds / 1000 + 1, 24 * 3600);
}

static ImapVerdict
judge_reason (const ImapResponse *status, TaubeError fallback)
{
  const TextRule *text_rule = find_text_rule (status->text, TRUE);
  const CodeRule *code_rule = find_code_rule (status->code);

  if (text_rule != NULL)
    return (ImapVerdict){ text_rule->error, text_rule->drop, text_rule->retry_after };
  /* Of what is there a limit at sign-in? Of connections. */
  if (status->code == IMAP_CODE_LIMIT && fallback == TAUBE_ERROR_AUTH)
    return (ImapVerdict){ TAUBE_ERROR_THROTTLED, FALSE, 60 };
  if (code_rule != NULL)
    return (ImapVerdict){ code_rule->error, code_rule->drop, code_rule->retry_after };
  /* "access denied" at login is about the password */
  if (status->type == IMAP_RESPONSE_NO && fallback != TAUBE_ERROR_AUTH)
    text_rule = find_text_rule (status->text, FALSE);
  if (text_rule != NULL)
    return (ImapVerdict){ text_rule->error, text_rule->drop, text_rule->retry_after };
  return (ImapVerdict){ fallback, FALSE, 0 };
}

/* What a NO, BAD or BYE means. FALLBACK is what a NO means that gives no reason. */
ImapVerdict
imap_errors_judge (const ImapResponse *status, TaubeError fallback)
{
  ImapVerdict verdict;
  guint backoff;

  if (status->type == IMAP_RESPONSE_BYE)
    fallback = TAUBE_ERROR_CONNECTION;
  else if (status->type == IMAP_RESPONSE_BAD)
    fallback = TAUBE_ERROR_PROTOCOL;
  verdict = judge_reason (status, fallback);
  /* Who was signed in and is not any more must sign in again, which takes another connection. */
  if (status->type == IMAP_RESPONSE_BYE || (verdict.error == TAUBE_ERROR_AUTH && fallback != TAUBE_ERROR_AUTH))
    verdict.drop = TRUE;
  backoff = verdict.error == TAUBE_ERROR_THROTTLED ? read_backoff (status->text) : 0;
  if (backoff > 0)
    verdict.retry_after = backoff;
  return verdict;
}

static void
append_code (GString *words, const ImapValue *value)
{
  for (; value != NULL && words->len < MAX_QUOTED_BYTES; value = value->next)
    {
      g_string_append_c (words, ' ');
      if (value->type == IMAP_VALUE_LIST)
        g_string_append (words, "(…)");
      else if (value->type != IMAP_VALUE_STREAMED)
        g_string_append (words, value->text);
    }
}

/* The server's own words with their code, "[NOPERM] Access denied", or the condition when there are none. Can be
 * shown: valid UTF-8, no control characters, cut when too long. */
char *
imap_errors_quote_server (const ImapResponse *status)
{
  g_autoptr (GString) words = g_string_new (NULL);
  g_autofree char *clean = NULL;

  if (status->code_name != NULL)
    {
      g_string_append_printf (words, "[%s", status->code_name);
      append_code (words, status->code_values);
      g_string_append (words, status->text_length > 0 ? "] " : "]");
    }
  g_string_append_len (words, status->text, MIN (status->text_length, MAX_QUOTED_BYTES));
  if (words->len == 0)
    g_string_append (words, imap_response_type_get_name (status->type));
  clean = imap_text_dup_utf8 (words->str, words->len);
  if (strlen (clean) <= MAX_QUOTED_BYTES)
    return g_steal_pointer (&clean);
  *g_utf8_find_prev_char (clean, clean + MAX_QUOTED_BYTES) = '\0';
  return g_strconcat (clean, "…", NULL);
}

/* The error for a refusal: `cannot select "Archiv 2019": server said "[NOPERM] Access denied"`. WHAT is a format
 * that says what was tried. */
GError *
imap_errors_new (const ImapResponse *status, TaubeError fallback, const char *what, ...)
{
  ImapVerdict verdict = imap_errors_judge (status, fallback);
  g_autofree char *words = imap_errors_quote_server (status);
  g_autofree char *tried = NULL;
  va_list args;

  va_start (args, what);
  tried = g_strdup_vprintf (what, args);
  va_end (args);
  if (verdict.error == TAUBE_ERROR_THROTTLED)
    return taube_error_new_throttled (verdict.retry_after, _ ("%s: server said \"%s\""), tried, words);
  return g_error_new (TAUBE_ERROR, verdict.error, _ ("%s: server said \"%s\""), tried, words);
}
