/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "net/taube-echoes.h"

#include <taube-backend/taube-secret.h>

#include <string.h>

/* Shorter ones would hide half of what any server says. */
#define SHORTEST 4
/* A sign-in has a few steps, and is tried a few times. */
#define MOST 32

struct _TaubeEchoes
{
  GPtrArray *secrets; /* of TaubeSecret, the newest last */
};

TaubeEchoes *
taube_echoes_new (void)
{
  TaubeEchoes *self = g_new0 (TaubeEchoes, 1);

  self->secrets = g_ptr_array_new_with_free_func ((GDestroyNotify) taube_secret_unref);
  return self;
}

void
taube_echoes_free (TaubeEchoes *self)
{
  g_ptr_array_unref (self->secrets);
  g_free (self);
}

static void
remember (TaubeEchoes *self, const char *text, gsize length)
{
  g_autoptr (TaubeSecret) secret = NULL;

  if (length < SHORTEST || memchr (text, '\0', length) != NULL)
    return;
  secret = taube_secret_new_take (g_strndup (text, length));
  for (guint i = 0; i < self->secrets->len; i++)
    if (taube_secret_equal (self->secrets->pdata[i], secret))
      return;
  if (self->secrets->len == MOST)
    g_ptr_array_remove_index (self->secrets, 0);
  g_ptr_array_add (self->secrets, g_steal_pointer (&secret));
}

/* What base64 hides: of PLAIN, whose parts stand between NULs, the last, which is the password. */
static void
remember_hidden (TaubeEchoes *self, const char *text, gsize length)
{
  g_autofree char *copy = g_strndup (text, length);
  gsize n, from = 0;
  guchar *bytes;

  if (length % 4 != 0)
    {
      taube_memory_wipe (copy, length);
      return;
    }
  bytes = g_base64_decode (copy, &n);
  for (gsize i = 0; i < n; i++)
    if (bytes[i] == '\0')
      from = i + 1;
  remember (self, (const char *) bytes + from, n - from);
  taube_memory_wipe (bytes, n);
  taube_memory_wipe (copy, length);
  g_free (bytes);
}

void
taube_echoes_add (TaubeEchoes *self, gconstpointer data, const TaubeRedaction *redactions, guint n_redactions)
{
  for (guint i = 0; i < n_redactions; i++)
    {
      const char *text = (const char *) data + redactions[i].offset;
      gsize length = redactions[i].length;

      while (length > 0 && (text[length - 1] == '\r' || text[length - 1] == '\n'))
        length--;
      if (length >= 2 && text[0] == '"' && text[length - 1] == '"')
        {
          text++;
          length -= 2;
        }
      remember (self, text, length);
      remember_hidden (self, text, length);
    }
}

static int
compare_offsets (gconstpointer a, gconstpointer b)
{
  gsize left = ((const TaubeRedaction *) a)->offset, right = ((const TaubeRedaction *) b)->offset;

  return left < right ? -1 : left > right;
}

GArray *
taube_echoes_find (const TaubeEchoes *self, gconstpointer data, gsize length)
{
  GArray *found = g_array_new (FALSE, FALSE, sizeof (TaubeRedaction));
  const char *start = data;

  for (guint i = 0; i < self->secrets->len; i++)
    {
      const char *text = taube_secret_peek (self->secrets->pdata[i]);
      TaubeRedaction redaction = { 0, taube_secret_get_length (self->secrets->pdata[i]) };

      for (gsize from = 0; from + redaction.length <= length; from = redaction.offset + redaction.length)
        {
          const char *at = memmem (start + from, length - from, text, redaction.length);

          if (at == NULL)
            break;
          redaction.offset = (gsize) (at - start);
          g_array_append_val (found, redaction);
        }
    }
  g_array_sort (found, compare_offsets);
  return found;
}
