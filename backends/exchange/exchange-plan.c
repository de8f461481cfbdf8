/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-plan.h"

void
exchange_plan_clear (ExchangePlan *self)
{
  g_clear_pointer (&self->server, taube_query_unref);
  g_clear_pointer (&self->local, taube_query_unref);
  g_clear_pointer (&self->raw, g_free);
}

ExchangeCandidate *
exchange_candidate_new (const char *id)
{
  ExchangeCandidate *self = g_new0 (ExchangeCandidate, 1);

  self->id = g_strdup (id);
  return self;
}

void
exchange_candidate_free (ExchangeCandidate *self)
{
  g_clear_pointer (&self->headers, taube_mime_headers_free);
  g_clear_pointer (&self->keywords, g_ptr_array_unref);
  g_free (self->id);
  g_free (self);
}

void
exchange_candidate_take_headers (ExchangeCandidate *self, const char *text, gsize length, const TaubeLimits *limits)
{
  g_clear_pointer (&self->headers, taube_mime_headers_free);
  self->headers = taube_mime_headers_parse (text, length, limits, NULL);
  self->subject.headers = self->headers;
  self->subject.known |= TAUBE_FACTS_HEADERS;
}
