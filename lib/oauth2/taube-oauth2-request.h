/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-parse.h>

G_BEGIN_DECLS

/* What somebody who connects to the loopback address asks for, as it comes in; only the first line counts. No I/O. */
typedef struct
{
  GString *text; /* never moved, so that no copy of a secret is left behind */
  gsize maximum;
  gsize searched;
} TaubeOAuth2Request;

/* At most so many bytes are kept. */
void taube_oauth2_request_init (TaubeOAuth2Request *self, gsize maximum);
void taube_oauth2_request_clear (TaubeOAuth2Request *self);
/* MORE: it is not whole yet. VALUE: LINE_OUT is its first line, without the end, until it is cleared. ERROR: it is too
 * long, or no text. After VALUE and ERROR nothing more is fed. */
TaubeParse taube_oauth2_request_feed (TaubeOAuth2Request *self, const char *data, gsize length, const char **line_out);

G_END_DECLS
