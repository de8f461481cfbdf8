/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-secret.h>

#include <openssl/crypto.h>
#include <string.h>

struct _TaubeSecret
{
  gatomicrefcount refs;
  gsize length;
  char *text;
};

/* Overwrites memory in a way that the compiler keeps. */
void
taube_memory_wipe (gpointer data, gsize length)
{
  if (data != NULL)
    OPENSSL_cleanse (data, length);
}

/* A secret with a copy of TEXT; wiping TEXT is the caller's. */
TaubeSecret *
taube_secret_new (const char *text)
{
  return taube_secret_new_take (g_strdup (text));
}

/* A secret that owns TEXT and wipes it in the end. */
TaubeSecret *
taube_secret_new_take (char *text)
{
  TaubeSecret *self = g_new0 (TaubeSecret, 1);

  g_atomic_ref_count_init (&self->refs);
  self->text = text;
  self->length = strlen (text);
  return self;
}

TaubeSecret *
taube_secret_ref (TaubeSecret *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
taube_secret_unref (TaubeSecret *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  taube_memory_wipe (self->text, self->length);
  g_free (self->text);
  g_free (self);
}

/* The text itself: not to be kept, copied or printed. */
const char *
taube_secret_peek (const TaubeSecret *self)
{
  return self->text;
}

gsize
taube_secret_get_length (const TaubeSecret *self)
{
  return self->length;
}

/* Compares in a time that does not depend on where they differ. */
gboolean
taube_secret_equal (const TaubeSecret *a, const TaubeSecret *b)
{
  return a->length == b->length && CRYPTO_memcmp (a->text, b->text, a->length) == 0;
}
