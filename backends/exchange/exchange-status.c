/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-status.h"

#include <string.h>

#include <libsoup/soup.h>

#include <taube-backend/taube-throttle.h>

#include "exchange-gettext.h"

#define WORDS_MAXIMUM 300
#define WAIT_MAXIMUM (24 * 3600)
#define DEFAULT_WAIT 10
#define CLAIMS_MAXIMUM 8192

static const struct
{
  const char *name;
  ExchangeSchemes scheme;
} schemes[] = {
  { "Basic", EXCHANGE_SCHEME_BASIC },
  { "NTLM", EXCHANGE_SCHEME_NTLM },
  { "Negotiate", EXCHANGE_SCHEME_NEGOTIATE },
  { "Bearer", EXCHANGE_SCHEME_BEARER },
};

/* auth-scheme = token, then its parameters; a list of such                      (RFC 9110, 11.6.1)
 * A word that stands at the start or behind a comma, with a blank, a comma or the end behind it, is a scheme. */
ExchangeSchemes
exchange_status_read_schemes (const char *header)
{
  ExchangeSchemes found = 0;
  gboolean quoted = FALSE, fresh = TRUE;

  for (const char *c = header != NULL ? header : ""; *c != '\0'; c++)
    {
      if (quoted && *c == '\\' && c[1] != '\0')
        c++;
      else if (*c == '"')
        quoted = !quoted;
      else if (!quoted && *c == ',')
        fresh = TRUE;
      else if (!quoted && fresh && !g_ascii_isspace (*c))
        {
          gsize length = strcspn (c, " \t,=");

          for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
            if (strlen (schemes[i].name) == length && g_ascii_strncasecmp (c, schemes[i].name, length) == 0)
              found |= c[length] != '=' ? schemes[i].scheme : 0;
          fresh = FALSE;
        }
    }
  return found;
}

/* claims = DQUOTE base64 of an object of JSON DQUOTE, beside error="insufficient_claims": what Microsoft calls
 * continuous access evaluation. */
char *
exchange_status_read_claims (const char *header)
{
  const char *found = header != NULL ? strstr (header, "claims=\"") : NULL;
  gsize length = found != NULL ? strcspn (found + 8, "\"") : 0;
  g_autofree char *encoded = NULL;
  g_autofree guchar *plain = NULL;
  gsize plain_length;

  /* Not the end of another name. */
  if (length == 0 || length > CLAIMS_MAXIMUM || (found > header && g_ascii_isgraph (found[-1]) && found[-1] != ','))
    return NULL;
  encoded = g_strndup (found + 8, length);
  g_strdelimit (encoded, "-", '+');
  g_strdelimit (encoded, "_", '/');
  plain = g_base64_decode (encoded, &plain_length);
  if (plain_length < 2 || plain[0] != '{' || plain[plain_length - 1] != '}'
      || !g_utf8_validate ((const char *) plain, (gssize) plain_length, NULL))
    return NULL;
  return g_strndup ((const char *) plain, plain_length);
}

char *
exchange_status_name_schemes (ExchangeSchemes found)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (found & schemes[i].scheme)
      g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", schemes[i].name);
  return g_string_free (g_steal_pointer (&names), FALSE);
}

/* Retry-After = HTTP-date / delay-seconds                                          (RFC 9110, 10.2.3) */
guint
exchange_status_read_retry_after (const char *header, gint64 now)
{
  g_autoptr (GDateTime) date = NULL;
  g_autofree char *text = header != NULL ? g_strstrip (g_strdup (header)) : NULL;
  guint64 seconds;
  gint64 until;

  if (text == NULL)
    return 0;
  if (g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, &seconds, NULL))
    return (guint) MIN (seconds, WAIT_MAXIMUM);
  date = soup_date_time_new_from_http_string (text);
  if (date == NULL)
    return 0;
  until = g_date_time_to_unix (date) - now;
  return (guint) CLAMP (until, 0, WAIT_MAXIMUM);
}

static gboolean
has_type (const char *content_type, const char *type)
{
  gsize length = strlen (type);

  return content_type != NULL && g_ascii_strncasecmp (content_type, type, length) == 0
         && strchr ("; \t", content_type[length]) != NULL;
}

gboolean
exchange_status_is_page (const char *content_type)
{
  return has_type (content_type, "text/html") || has_type (content_type, "application/xhtml+xml");
}

gboolean
exchange_status_is_echo (const char *echo, const char *request_id)
{
  return echo == NULL || strcmp (echo, request_id) == 0;
}

GError *
exchange_status_page_to_error (const char *content_type, const char *host)
{
  if (exchange_status_is_page (content_type))
    return g_error_new (TAUBE_ERROR, TAUBE_ERROR_AUTH,
                        _ ("%s answers with a web page, as for signing in, in place of data"), host);
  return g_error_new (TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, _ ("%s answers with \"%s\" in place of XML"), host,
                      content_type != NULL ? content_type : "");
}

gboolean
exchange_status_is_soap (const char *content_type)
{
  return has_type (content_type, "text/xml") || has_type (content_type, "application/soap+xml")
         || has_type (content_type, "application/xml");
}

/* What people would read of the body: no tags, no line breaks, not long. (transfer full) */
static char *
make_words (const ExchangeStatus *status)
{
  g_autoptr (GString) words = g_string_new (NULL);
  gboolean tag = FALSE;

  for (const char *c = status->words != NULL ? status->words : ""; *c != '\0' && words->len < WORDS_MAXIMUM; c++)
    {
      tag = *c == '<' || (tag && *c != '>');
      if (tag || *c == '>' || g_ascii_isspace (*c) || g_ascii_iscntrl (*c))
        {
          if (words->len > 0 && words->str[words->len - 1] != ' ')
            g_string_append_c (words, ' ');
        }
      else
        g_string_append_c (words, *c);
    }
  g_strchomp (words->str);
  if (words->str[0] == '\0')
    g_string_assign (words, status->reason != NULL ? status->reason : "");
  return g_utf8_make_valid (words->str, -1);
}

static GError *
redirect_error (const ExchangeStatus *status, const char *host)
{
  g_autofree char *where = g_utf8_make_valid (status->location != NULL ? status->location : "?", -1);
  char *query = strchr (where, '?');

  /* What stands in the query is nobody's business. */
  if (query != NULL && query > where)
    *query = '\0';
  return g_error_new (TAUBE_ERROR, TAUBE_ERROR_AUTH,
                      _ ("%s does not answer but sends us elsewhere, as to a sign-in page: %s"), host, where);
}

static const struct
{
  guint status;
  TaubeError error;
} codes[] = {
  { 400, TAUBE_ERROR_PROTOCOL }, { 401, TAUBE_ERROR_AUTH },          { 403, TAUBE_ERROR_PERMISSION },
  { 404, TAUBE_ERROR_NOT_FOUND }, { 405, TAUBE_ERROR_NOT_SUPPORTED }, { 407, TAUBE_ERROR_CONNECTION },
  { 410, TAUBE_ERROR_NOT_FOUND }, { 413, TAUBE_ERROR_LIMIT },         { 440, TAUBE_ERROR_AUTH },
  { 456, TAUBE_ERROR_PERMISSION }, { 502, TAUBE_ERROR_CONNECTION },   { 504, TAUBE_ERROR_CONNECTION },
};

GError *
exchange_status_to_error (const ExchangeStatus *status, const char *host)
{
  g_autofree char *words = make_words (status);
  TaubeError code = TAUBE_ERROR_PROTOCOL;
  guint wait;

  if (status->status / 100 == 3)
    return redirect_error (status, host);
  if (status->status == 429 || status->status == 503)
    {
      wait = exchange_status_read_retry_after (status->retry_after, status->now);
      return taube_error_new_throttled (wait > 0 ? wait : DEFAULT_WAIT, _ ("%s is busy: HTTP %u \"%s\""), host,
                                        status->status, words);
    }
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (codes[i].status == status->status)
      code = codes[i].error;
  if (code == TAUBE_ERROR_PERMISSION)
    return g_error_new (TAUBE_ERROR, (int) code,
                        _ ("%s takes the sign-in, but this access is blocked there (by its administrator, or for the "
                           "whole organisation): HTTP %u \"%s\""),
                        host, status->status, words);
  return g_error_new (TAUBE_ERROR, (int) code, _ ("%s answers with HTTP %u \"%s\""), host, status->status, words);
}
