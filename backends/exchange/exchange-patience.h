/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A cancellable that follows another one some seconds later: for a request whose answer is worth waiting for a little,
 * because what it did at the server could not be undone without. */
typedef struct
{
  GCancellable *cancellable; /* the one for the request */
  GCancellable *followed;
  gulong id;
} ExchangePatience;

/* FOLLOWED may be NULL, and cancelled already. */
void exchange_patience_init (ExchangePatience *self, GCancellable *followed);
void exchange_patience_clear (ExchangePatience *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ExchangePatience, exchange_patience_clear)

G_END_DECLS
