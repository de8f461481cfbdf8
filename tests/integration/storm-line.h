/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A line in bad weather: it passes bytes on, both ways, and at bytes that chance decides it is slow for a moment, falls
 * silent for ever, or breaks. */
typedef struct _StormLine StormLine;

typedef struct
{
  guint connections;
  guint delays;
  guint stalls;
  guint cuts;
} StormCount;

/* A free port of 127.0.0.1 leads to PORT there. In calm weather, until it is told otherwise. */
StormLine *storm_line_start (guint16 port, guint32 seed);
void storm_line_stop (StormLine *self);
guint16 storm_line_get_port (StormLine *self);
/* About so many bytes from one fault of a connection to the next; 0: calm. */
void storm_line_set_weather (StormLine *self, guint bytes);
StormCount storm_line_get_count (StormLine *self);

G_END_DECLS
