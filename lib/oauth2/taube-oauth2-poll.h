/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-types.h>

G_BEGIN_DECLS

/* When a provider is asked whether the user has typed in his code: RFC 8628, 3.5. No I/O, no clock. */
typedef struct
{
  gint64 life;    /* microseconds */
  guint interval; /* seconds before the next question */
} TaubeOAuth2Poll;

/* Seconds, as the provider has answered them; 0: it does not say. */
void taube_oauth2_poll_init (TaubeOAuth2Poll *self, guint life, guint interval);
/* Whether there is still something to ask for, so many microseconds after the code was given. */
gboolean taube_oauth2_poll_goes_on (const TaubeOAuth2Poll *self, gint64 elapsed);
/* What the provider says, a word of RFC 8628, 3.5, or NULL when it could not be asked. TRUE: it may be asked again,
 * after SELF->interval. */
gboolean taube_oauth2_poll_hear (TaubeOAuth2Poll *self, const char *word);

G_END_DECLS
