/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Waiting without threads. All entries hang in one epoll descriptor, which is a single GSource on the I/O thread. */
typedef struct _TaubeParkEntry TaubeParkEntry;

/* Called once, on the I/O thread; ENTRY is not parked any more and may be parked again or freed at once. */
typedef void (*TaubeParkEntryFunc) (TaubeParkEntry *entry, gboolean timed_out);

struct _TaubeParkEntry
{
  int fd;         /* -1: only the deadline counts */
  guint32 events; /* EPOLLIN, EPOLLOUT */
  gint64 deadline; /* monotonic microseconds, 0: never */
  TaubeParkEntryFunc func;
  gpointer data;
  gint parked;      /* private, atomic */
  guint heap_place; /* private: 1-based place among the deadlines, 0: none */
};

gboolean taube_parking_add (TaubeParkEntry *entry);
gboolean taube_parking_remove (TaubeParkEntry *entry);

G_END_DECLS
