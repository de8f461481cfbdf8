/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "pop3-capabilities.h"

G_BEGIN_DECLS

/* What this server does otherwise than the RFCs say, or dislikes. Filled by pop3_quirks_detect(); no code asks for the
 * name of a server anywhere else. */
typedef struct
{
  const char *server; /* "dovecot", "gmail", … for the log; "unknown" */

  /* Offers PIPELINING and loses answers, or hangs up: o2.pl; WildDuck up to 2025 mixes up the ends of messages. Also
   * set when it happens with another one. */
  gboolean no_pipelining;
  /* Refuses a first response on the line of AUTH: Exchange. */
  gboolean no_initial_response;
  /* UTF8 is offered and then ends the session. No greeting tells: set when it happens. */
  gboolean no_utf8;
  /* Gmail: what was fetched once is not listed again in a later session, unless the user name begins with "recent:". */
  gboolean forgets_fetched;
  /* Commands that may be on the way at once. */
  guint max_pipeline;
} Pop3Quirks;

void pop3_quirks_detect (Pop3Quirks *self, const char *greeting, const char *host,
                         const Pop3Capabilities *capabilities);

G_END_DECLS
