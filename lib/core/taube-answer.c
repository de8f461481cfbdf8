/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-question-private.h"

struct _TaubeAnswer
{
  gatomicrefcount refs;
  GMainContext *context;

  GMutex lock;
  gboolean given;
  gboolean trusted;
  TaubeSecret *secret;
  GError *error;
};

TaubeAnswer *
taube_answer_new (void)
{
  TaubeAnswer *self = g_new0 (TaubeAnswer, 1);

  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->lock);
  self->context = g_main_context_new ();
  return self;
}

TaubeAnswer *
taube_answer_ref (TaubeAnswer *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
taube_answer_unref (TaubeAnswer *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_main_context_unref (self->context);
  g_clear_pointer (&self->secret, taube_secret_unref);
  g_clear_error (&self->error);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
taube_answer_give (TaubeAnswer *self, TaubeSecret *secret, gboolean trusted, GError *error)
{
  g_autoptr (TaubeSecret) late_secret = secret;
  g_autoptr (GError) late_error = error;

  g_mutex_lock (&self->lock);
  if (!self->given)
    {
      self->given = TRUE;
      self->trusted = trusted;
      self->secret = g_steal_pointer (&late_secret);
      self->error = g_steal_pointer (&late_error);
    }
  g_mutex_unlock (&self->lock);
  g_main_context_wakeup (self->context);
}

GMainContext *
taube_answer_get_context (TaubeAnswer *self)
{
  return self->context;
}

static gboolean
is_given (TaubeAnswer *self)
{
  gboolean given;

  g_mutex_lock (&self->lock);
  given = self->given;
  g_mutex_unlock (&self->lock);
  return given;
}

static void
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  g_main_context_wakeup (((TaubeAnswer *) user_data)->context);
}

gboolean
taube_answer_wait (TaubeAnswer *self, GCancellable *cancellable)
{
  /* No GCancellableSource: one that is destroyed while another thread cancels outlives its context. */
  gulong id = cancellable != NULL ? g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled),
                                                           taube_answer_ref (self),
                                                           (GDestroyNotify) taube_answer_unref)
                                  : 0;

  while (!is_given (self) && !g_cancellable_is_cancelled (cancellable))
    g_main_context_iteration (self->context, TRUE);
  g_cancellable_disconnect (cancellable, id);

  /* What was begun here and has ended by now, cancelled or not, is let go of. */
  while (g_main_context_iteration (self->context, FALSE))
    ;
  return is_given (self) && !g_cancellable_is_cancelled (cancellable);
}

TaubeSecret *
taube_answer_take (TaubeAnswer *self, gboolean *trusted_out, GError **error)
{
  TaubeSecret *secret;

  g_mutex_lock (&self->lock);
  if (trusted_out != NULL)
    *trusted_out = self->trusted;
  secret = g_steal_pointer (&self->secret);
  if (self->error != NULL)
    g_propagate_error (error, g_steal_pointer (&self->error));
  g_mutex_unlock (&self->lock);
  return secret;
}
