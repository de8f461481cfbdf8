/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-context.h"

/* Runs FUNC once in CONTEXT, later, never within this call. Its return value does not matter. */
void
taube_context_invoke (GMainContext *context, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, data, notify);
  g_source_attach (source, context);
}

static gboolean
drop_nothing (gpointer data)
{
  return G_SOURCE_REMOVE;
}

/* Gives a reference back in CONTEXT, so that what happens when it was the last one happens there. When nobody runs the
 * context (a program without a main loop), this thread takes it for that moment: nobody else would ever come. */
void
taube_context_drop (GMainContext *context, gpointer object)
{
  if (g_main_context_acquire (context))
    {
      g_object_unref (object);
      g_main_context_release (context);
    }
  else
    taube_context_invoke (context, drop_nothing, object, g_object_unref);
}

static GPrivate innermost_frame;

void
taube_frame_enter (TaubeFrame *frame, gconstpointer account, GMainContext *caller_context)
{
  frame->outer = g_private_get (&innermost_frame);
  frame->account = account;
  frame->caller_context = caller_context;
  frame->is_blocking = FALSE;
  g_private_set (&innermost_frame, frame);
}

void
taube_frame_leave (TaubeFrame *frame)
{
  g_assert (g_private_get (&innermost_frame) == frame);
  g_private_set (&innermost_frame, frame->outer);
}

gboolean
taube_frame_is_inside (gconstpointer account)
{
  for (const TaubeFrame *frame = g_private_get (&innermost_frame); frame != NULL; frame = frame->outer)
    if (frame->account == account)
      return TRUE;
  return FALSE;
}

gboolean
taube_frame_is_blocking (gconstpointer account)
{
  for (const TaubeFrame *frame = g_private_get (&innermost_frame); frame != NULL; frame = frame->outer)
    if (frame->account == account && frame->is_blocking)
      return TRUE;
  return FALSE;
}

typedef struct
{
  gconstpointer account; /* only compared */
  GSourceFunc func;
  gpointer data;
  GDestroyNotify notify;
} Delivery;

static gboolean
deliver (gpointer data)
{
  Delivery *delivery = data;
  TaubeFrame frame;

  taube_frame_enter (&frame, delivery->account, NULL);
  delivery->func (delivery->data);
  taube_frame_leave (&frame);
  return G_SOURCE_REMOVE;
}

static void
delivery_free (gpointer data)
{
  Delivery *delivery = data;

  if (delivery->notify != NULL)
    delivery->notify (delivery->data);
  g_free (delivery);
}

void
taube_frame_deliver (TaubeAccount *account, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  const TaubeFrame *current = g_private_get (&innermost_frame);
  Delivery *delivery = g_new (Delivery, 1);

  *delivery = (Delivery){ account, func, data, notify };
  if (current != NULL && current->caller_context != NULL)
    {
      taube_context_invoke (current->caller_context, deliver, delivery, delivery_free);
      return;
    }
  deliver (delivery);
  delivery_free (delivery);
}
