/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "exchange-world.h"

G_BEGIN_DECLS

/* What is known of folders by the events of a watch alone: a thread takes them, and lists what they name through the
 * same account. */
typedef struct _ExchangeMirror ExchangeMirror;

/* WATCH is online, and all folders are empty then. */
ExchangeMirror *exchange_mirror_start (TaubeWatch *watch);
/* The watch goes on. */
void exchange_mirror_stop (ExchangeMirror *self);
/* Waits until what is known of the folder FOLDER is what the server has in its folder NAME, which rests. */
void exchange_mirror_check (ExchangeMirror *self, ExchangeWorld *world, const char *folder, const char *name);
guint exchange_mirror_get_events (ExchangeMirror *self);

G_END_DECLS
