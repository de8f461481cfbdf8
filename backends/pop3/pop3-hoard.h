/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Messages that had to be retrieved to be told apart, kept for when they are asked for: in a file that has no name. */
typedef struct _Pop3Hoard Pop3Hoard;

Pop3Hoard *pop3_hoard_new (GError **error);
void pop3_hoard_free (Pop3Hoard *self);
/* A message comes in pieces; where it lies is told at its end, or it is forgotten. Places count from 1. */
gboolean pop3_hoard_add (Pop3Hoard *self, gconstpointer data, gsize length, GError **error);
gboolean pop3_hoard_end (Pop3Hoard *self, guint64 *place_out, GError **error);
void pop3_hoard_forget (Pop3Hoard *self);

typedef gboolean (*Pop3HoardFunc) (const guint8 *data, gsize length, gpointer user_data, GError **error);
gboolean pop3_hoard_read (Pop3Hoard *self, guint64 place, Pop3HoardFunc func, gpointer user_data, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pop3Hoard, pop3_hoard_free)

G_END_DECLS
