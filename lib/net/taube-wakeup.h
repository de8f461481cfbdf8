/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Lets a poll() of this thread end when a cancellable is cancelled. */
typedef struct
{
  GCancellable *cancellable;
  gulong handler;
  int fd; /* to be polled for POLLIN; -1: there is none, so look at the cancellable now and then */
} TaubeWakeup;

void taube_wakeup_begin (TaubeWakeup *self, GCancellable *cancellable);
void taube_wakeup_end (TaubeWakeup *self);

G_END_DECLS
