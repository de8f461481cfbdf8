/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Which ids have come already, in 9 to 12 bytes each however long they are: only a hash of each is kept, of 64 bits
 * and with a key that nobody outside knows. That any two of a million have the same one is as likely as 1 in 30
 * million. */
typedef struct _ExchangeSeen ExchangeSeen;

ExchangeSeen *exchange_seen_new (void);
void exchange_seen_free (ExchangeSeen *self);
/* FALSE: it was there already. */
gboolean exchange_seen_add (ExchangeSeen *self, const char *id);
gboolean exchange_seen_contains (const ExchangeSeen *self, const char *id);
guint exchange_seen_get_size (const ExchangeSeen *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ExchangeSeen, exchange_seen_free)

G_END_DECLS
