/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-pages.h"

#include <taube-backend/taube-trace.h>

#include "exchange-gettext.h"

/* How often a page that brings nothing new is asked for again. */
#define REPEATS_MAXIMUM 2
/* How often it is gone back to where the pages hang together. */
#define BACKS_MAXIMUM 64
/* Fewer are never asked for at once. */
#define PAGE_MINIMUM 10

void
exchange_pages_init (ExchangePages *self, ExchangeAccount *account, const char *folder_id, const char *what)
{
  *self = (ExchangePages){ .account = account, .total = -1 };
  self->request.folder_id = folder_id;
  self->request.what = what;
  self->candidates = g_ptr_array_new_with_free_func ((GDestroyNotify) exchange_candidate_free);
  self->seen = exchange_seen_new ();
}

void
exchange_pages_clear (ExchangePages *self)
{
  g_clear_pointer (&self->candidates, g_ptr_array_unref);
  g_clear_pointer (&self->seen, exchange_seen_free);
}

void
exchange_pages_restart (ExchangePages *self)
{
  g_ptr_array_set_size (self->candidates, 0);
  exchange_seen_free (self->seen);
  self->seen = exchange_seen_new ();
  self->total = -1;
  self->last = FALSE;
  self->next = (guint) MIN (self->first, G_MAXINT32);
  self->back = self->n_back = self->n_repeats = 0;
}

guint
exchange_pages_count (ExchangePages *self)
{
  return exchange_seen_get_size (self->seen);
}

static gboolean
is_full (ExchangePages *self)
{
  return self->most > 0 && exchange_pages_count (self) >= self->most;
}

/* A page begins with the last one of the page before: then nothing was left out between the two. */
static guint
find_begin (ExchangePages *self)
{
  guint first = (guint) MIN (self->first, G_MAXINT32);

  if (self->next <= first)
    return first;
  return MAX (first, self->next - MIN (self->next, 1 + self->back));
}

/* FALSE: something that is before the page is not known yet, because what was before that is gone. */
static gboolean
hangs_together (ExchangePages *self, const ExchangePage *page)
{
  const ExchangeCandidate *begin;

  if (self->request.offset <= self->first)
    return TRUE;
  if (page->candidates->len == 0)
    return FALSE;
  begin = page->candidates->pdata[0];
  return exchange_seen_contains (self->seen, begin->id);
}

static void
go_back (ExchangePages *self, const ExchangePage *page)
{
  gint64 lost = self->total - page->total;

  self->back = MAX (self->back * 2, 1);
  if (page->total >= 0 && lost > self->back)
    self->back = (guint) MIN (lost, G_MAXINT32);
  self->n_back++;
  g_ptr_array_set_size (self->candidates, 0);
  TAUBE_TRACE ("exchange", "the folder changed: the page begins %u earlier", self->back);
}

/* Leaves those that were not told yet, and no more of them than are wanted. */
static void
drop_known (ExchangePages *self)
{
  guint n = 0;

  for (guint i = 0; i < self->candidates->len; i++)
    {
      ExchangeCandidate *candidate = self->candidates->pdata[i];

      if (is_full (self) || !exchange_seen_add (self->seen, candidate->id))
        {
          exchange_candidate_free (candidate);
          continue;
        }
      self->candidates->pdata[n++] = candidate;
    }
  /* Those behind were freed or moved. */
  self->candidates->len = n;
}

/* Each page begins with what is known: one that has nothing else and is not the last would be asked for for ever. */
static gboolean
check_progress (ExchangePages *self, const ExchangePage *page, GError **error)
{
  if (self->last || self->back > 0 || self->candidates->len > 0 || page->next > self->next)
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL,
               _ ("%s: the server says again and again that there is more, and tells nothing"), self->request.what);
  return FALSE;
}

static gboolean
check_count (ExchangePages *self, GError **error)
{
  const TaubeLimits *limits = taube_account_get_limits (TAUBE_ACCOUNT (self->account));

  if (exchange_pages_count (self) <= limits->messages)
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT, _ ("%s: it has more than %u messages"), self->request.what,
               limits->messages);
  return FALSE;
}

/* The server's policy may allow less than a page. */
static gboolean
read_page (ExchangePages *self, ExchangePage *page, GCancellable *cancellable, GError **error)
{
  for (;;)
    {
      guint size = exchange_account_get_page_size (self->account);
      guint64 left = self->most > 0 ? self->most - exchange_pages_count (self) : G_MAXUINT32;
      g_autoptr (GError) local = NULL;

      self->request.offset = find_begin (self);
      self->request.count = (guint) MIN (left + (self->next - self->request.offset), size);
      g_ptr_array_set_size (self->candidates, 0);
      page->candidates = self->candidates;
      if (exchange_account_get_wire (self->account)->find_items (self->account, &self->request, page, cancellable,
                                                                 &local))
        return TRUE;
      if (!page->too_many || size <= PAGE_MINIMUM)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      TAUBE_TRACE ("exchange", "%u messages are too many at once", size);
      exchange_account_set_page_size (self->account, MAX (MIN (size, self->request.count) / 2, PAGE_MINIMUM));
    }
}

gboolean
exchange_pages_next (ExchangePages *self, GCancellable *cancellable, GError **error)
{
  for (;;)
    {
      ExchangePage page = { 0 };
      guint came;
      gboolean good = read_page (self, &page, cancellable, error);

      self->blamed = page.blamed;
      self->internal = page.internal;
      if (!good)
        return FALSE;
      if (self->n_back < BACKS_MAXIMUM && !hangs_together (self, &page))
        {
          go_back (self, &page);
          continue;
        }
      came = self->candidates->len;
      drop_known (self);
      if (page.total >= 0)
        self->total = page.total;
      self->last = page.last || page.next <= self->request.offset || is_full (self);
      /* A late answer to the request before: the page itself was not seen yet. */
      if (came > 0 && self->candidates->len == 0 && !self->last && self->back == 0 && page.next > self->next
          && self->n_repeats++ < REPEATS_MAXIMUM)
        {
          exchange_client_distrust (exchange_account_get_client (self->account));
          continue;
        }
      if (!check_progress (self, &page, error))
        return FALSE;
      self->next = MAX (page.next, self->request.offset + 1);
      self->back = 0;
      return check_count (self, error);
    }
}
