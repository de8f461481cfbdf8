/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-errors.h"

#include <taube-backend/taube-throttle.h>

#include <string.h>

#include "pop3-gettext.h"

/* Of the server's words, in an error message. */
#define MAX_QUOTED_BYTES 400
/* When the server wants a pause between logins and does not say how long. */
#define DEFAULT_LOGIN_DELAY 60

typedef struct
{
  Pop3Code code;
  TaubeError error;
  guint retry_after;
} CodeRule;

static const CodeRule code_rules[] = {
  { POP3_CODE_AUTH, TAUBE_ERROR_AUTH, 0 },
  { POP3_CODE_IN_USE, TAUBE_ERROR_THROTTLED, 30 },
  { POP3_CODE_LOGIN_DELAY, TAUBE_ERROR_THROTTLED, DEFAULT_LOGIN_DELAY },
  { POP3_CODE_SYS_PERM, TAUBE_ERROR_PERMISSION, 0 },
  { POP3_CODE_SYS_TEMP, TAUBE_ERROR_THROTTLED, 60 },
  { POP3_CODE_UTF8, TAUBE_ERROR_NOT_SUPPORTED, 0 },
};

typedef struct
{
  const char *words; /* in lower case */
  TaubeError error;
  guint retry_after;
} TextRule;

/* For servers that say the reason in words only. At sign-in it decides whether another password is asked for. */
static const TextRule text_rules[] = {
  /* Dovecot, qpopper, Courier, Cyrus and others, of a maildrop that somebody else reads */
  { "mailbox is already", TAUBE_ERROR_THROTTLED, 30 },
  { "already locked", TAUBE_ERROR_THROTTLED, 30 },
  { "mailbox locked", TAUBE_ERROR_THROTTLED, 30 },
  { "unable to lock", TAUBE_ERROR_THROTTLED, 30 },
  { "lock busy", TAUBE_ERROR_THROTTLED, 30 },
  { "mailbox in use", TAUBE_ERROR_THROTTLED, 30 },
  { "maildrop in use", TAUBE_ERROR_THROTTLED, 30 },
  { "is your mailbox in use", TAUBE_ERROR_THROTTLED, 30 },
  { "login interval", TAUBE_ERROR_THROTTLED, DEFAULT_LOGIN_DELAY },
  { "login too frequent", TAUBE_ERROR_THROTTLED, DEFAULT_LOGIN_DELAY },
  { "logging in too often", TAUBE_ERROR_THROTTLED, DEFAULT_LOGIN_DELAY },
  { "minimum time between", TAUBE_ERROR_THROTTLED, DEFAULT_LOGIN_DELAY },
  { "too many connections", TAUBE_ERROR_THROTTLED, 60 },
  { "maximum number of connections", TAUBE_ERROR_THROTTLED, 60 },
  { "too many logins", TAUBE_ERROR_THROTTLED, 60 },
  { "try again later", TAUBE_ERROR_THROTTLED, 60 },
  { "temporarily unavailable", TAUBE_ERROR_THROTTLED, 60 },
  { "temporary authentication failure", TAUBE_ERROR_THROTTLED, 60 },
  { "temporary problem", TAUBE_ERROR_THROTTLED, 60 },
  { "bandwidth limit", TAUBE_ERROR_THROTTLED, 600 },
};

static Pop3Verdict
judge_words (const Pop3Response *response, TaubeError fallback)
{
  g_autofree char *text = g_ascii_strdown (response->text, (gssize) response->length);

  for (guint i = 0; i < G_N_ELEMENTS (text_rules); i++)
    if (strstr (text, text_rules[i].words) != NULL)
      return (Pop3Verdict){ text_rules[i].error, text_rules[i].retry_after };
  return (Pop3Verdict){ fallback, 0 };
}

/* The code counts whether or not the server has announced that it uses codes. */
Pop3Verdict
pop3_errors_judge (const Pop3Response *response, TaubeError fallback, guint login_delay)
{
  Pop3Verdict verdict = { fallback, 0 };
  gboolean known = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (code_rules) && !known; i++)
    if (code_rules[i].code == response->code)
      {
        verdict = (Pop3Verdict){ code_rules[i].error, code_rules[i].retry_after };
        known = TRUE;
      }
  if (!known)
    verdict = judge_words (response, fallback);
  if (response->code == POP3_CODE_LOGIN_DELAY && login_delay > 0)
    verdict.retry_after = login_delay;
  return verdict;
}

/* The server's own words with their code, "[IN-USE] Do you have another session?"; "-ERR" when there are none. Can be
 * shown: valid UTF-8, no control characters, cut when too long. */
char *
pop3_errors_quote_server (const Pop3Response *response)
{
  g_autoptr (GString) words = g_string_new (NULL);
  g_autofree char *clean = NULL;

  if (response->code_text != NULL)
    {
      g_string_append_c (words, '[');
      g_string_append_len (words, response->code_text, (gssize) MIN (response->code_length, MAX_QUOTED_BYTES));
      g_string_append (words, response->length > 0 ? "] " : "]");
    }
  g_string_append_len (words, response->text, (gssize) MIN (response->length, MAX_QUOTED_BYTES));
  if (words->len == 0)
    g_string_append (words, response->status == POP3_STATUS_ERR ? "-ERR" : "+OK");
  clean = pop3_text_dup_utf8 (words->str, words->len);
  if (strlen (clean) <= MAX_QUOTED_BYTES)
    return g_steal_pointer (&clean);
  *g_utf8_find_prev_char (clean, clean + MAX_QUOTED_BYTES) = '\0';
  return g_strconcat (clean, "…", NULL);
}

/* The error for a refusal: `cannot fetch message 3: server said "no such message"`. */
GError *
pop3_errors_new (const Pop3Response *response, TaubeError fallback, guint login_delay, const char *tried)
{
  Pop3Verdict verdict = pop3_errors_judge (response, fallback, login_delay);
  g_autofree char *words = pop3_errors_quote_server (response);

  if (verdict.error == TAUBE_ERROR_THROTTLED)
    return taube_error_new_throttled (verdict.retry_after, _ ("%s: server said \"%s\""), tried, words);
  return g_error_new (TAUBE_ERROR, verdict.error, _ ("%s: server said \"%s\""), tried, words);
}
