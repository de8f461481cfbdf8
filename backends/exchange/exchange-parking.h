/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-session.h>

#include "exchange-stream.h"

G_BEGIN_DECLS

/* One time of waiting without a thread: until a stream says something or a time has come, whichever is first, or until
 * it is taken back. */
typedef struct _ExchangeParking ExchangeParking;

/* For SESSION, which must not go as long as it waits, and whose FUNC is called once, on the I/O thread. DEADLINE:
 * monotonic microseconds, 0: never. */
ExchangeParking *exchange_parking_new (TaubeSession *session, gint64 deadline, TaubeParkFunc func, gpointer user_data);
ExchangeParking *exchange_parking_ref (ExchangeParking *self);
void exchange_parking_unref (gpointer data);
/* STREAM NULL: only the time counts. FALSE: something is there already, and FUNC is never called. */
gboolean exchange_parking_begin (ExchangeParking *self, ExchangeStream *stream);
/* FALSE: FUNC was or will be called. */
gboolean exchange_parking_end (ExchangeParking *self);

G_END_DECLS
