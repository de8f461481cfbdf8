/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "oauth2/taube-oauth2-poll.h"

#define INTERVAL_SECONDS 5
#define SLOWER_SECONDS 5
#define INTERVAL_MAXIMUM 300
#define LIFE_SECONDS (15 * 60)
#define LIFE_MAXIMUM (60 * 60)

void
taube_oauth2_poll_init (TaubeOAuth2Poll *self, guint life, guint interval)
{
  self->life = (gint64) (life > 0 ? MIN (life, LIFE_MAXIMUM) : LIFE_SECONDS) * G_USEC_PER_SEC;
  self->interval = interval > 0 ? MIN (interval, INTERVAL_MAXIMUM) : INTERVAL_SECONDS;
}

gboolean
taube_oauth2_poll_goes_on (const TaubeOAuth2Poll *self, gint64 elapsed)
{
  return elapsed < self->life;
}

gboolean
taube_oauth2_poll_hear (TaubeOAuth2Poll *self, const char *word)
{
  if (word == NULL)
    self->interval = MIN (self->interval * 2, INTERVAL_MAXIMUM);
  else if (g_str_equal (word, "slow_down"))
    self->interval = MIN (self->interval + SLOWER_SECONDS, INTERVAL_MAXIMUM);
  else
    return g_str_equal (word, "authorization_pending");
  return TRUE;
}
