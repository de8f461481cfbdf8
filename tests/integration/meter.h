/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A sink that counts: how much was written at once at the most, and in all. */
typedef struct
{
  GOutputStream parent_instance;
  gsize largest, total;
} Meter;

GType meter_get_type (void);
Meter *meter_new (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Meter, g_object_unref)

G_END_DECLS
