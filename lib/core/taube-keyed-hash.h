/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <string.h>

G_BEGIN_DECLS

/* A hash of bytes that the server chose: with a random KEY nobody can send strings that all hash alike. */
static inline guint32
taube_keyed_hash (guint64 key, const char *bytes, gsize length)
{
  const guint64 factor = G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  guint64 hash = key ^ (length * factor);
  guint64 word;

  for (; length >= 8; length -= 8, bytes += 8)
    {
      memcpy (&word, bytes, 8);
      hash = (hash ^ word) * factor;
      hash ^= hash >> 29;
    }
  word = 0;
  for (gsize i = 0; i < length; i++)
    word = word << 8 | (guint8) bytes[i];
  hash = (hash ^ word) * factor;
  hash ^= hash >> 32;
  hash *= factor;
  return hash >> 32;
}

static inline guint64
taube_keyed_hash_new_key (void)
{
  return (guint64) g_random_int () << 32 | g_random_int ();
}

G_END_DECLS
