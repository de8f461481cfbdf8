/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-error.h>

G_BEGIN_DECLS

/* What the header of an HTTP answer means, without I/O. */

typedef enum
{
  EXCHANGE_SCHEME_BASIC = 1 << 0,
  EXCHANGE_SCHEME_NTLM = 1 << 1,
  EXCHANGE_SCHEME_NEGOTIATE = 1 << 2,
  EXCHANGE_SCHEME_BEARER = 1 << 3,
} ExchangeSchemes;

/* Of WWW-Authenticate, which may be NULL. */
ExchangeSchemes exchange_status_read_schemes (const char *header);
/* What a challenge of Bearer wants the next token to be asked for with: JSON, or NULL. (transfer full) */
char *exchange_status_read_claims (const char *header);
/* "Basic, NTLM" (transfer full) */
char *exchange_status_name_schemes (ExchangeSchemes schemes);
/* Seconds, or a date; counted from NOW. 0: it says nothing that makes sense. */
guint exchange_status_read_retry_after (const char *header, gint64 now);
/* Whether it is a page for people to sign in, in place of an answer. */
gboolean exchange_status_is_page (const char *content_type);
/* Whether an answer is to that request; ECHO is what it repeats of its name, or NULL. Another came late on the same
 * connection. */
gboolean exchange_status_is_echo (const char *echo, const char *request_id);
/* What is in the place of data. (transfer full) */
GError *exchange_status_page_to_error (const char *content_type, const char *host);
/* Whether it is one of ours: SOAP, whatever status it has. */
gboolean exchange_status_is_soap (const char *content_type);

typedef struct
{
  guint status;
  const char *reason;      /* phrase, or NULL */
  const char *words;       /* the beginning of the body, or NULL */
  const char *retry_after;
  const char *location;
  gint64 now;
} ExchangeStatus;

/* What the status means, for a request to HOST. (transfer full) */
GError *exchange_status_to_error (const ExchangeStatus *status, const char *host);

G_END_DECLS
