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

/* What is to be given back, by context: GMainContext -> GPtrArray of objects. */
static GMutex drops_lock;
static GHashTable *drops; /* under drops_lock */

static gboolean
has_drops (GMainContext *context)
{
  gboolean has;

  g_mutex_lock (&drops_lock);
  has = drops != NULL && g_hash_table_contains (drops, context);
  g_mutex_unlock (&drops_lock);
  return has;
}

static void
give_back (gpointer context)
{
  g_autoptr (GPtrArray) objects = NULL;

  g_mutex_lock (&drops_lock);
  if (drops != NULL)
    g_hash_table_steal_extended (drops, context, NULL, (gpointer *) &objects);
  g_mutex_unlock (&drops_lock);
}

/* To be called by whoever has released the context after taking it for a moment: another thread may have found it
 * taken meanwhile. */
void
taube_context_settle (GMainContext *context)
{
  while (has_drops (context) && g_main_context_acquire (context))
    {
      give_back (context);
      g_main_context_release (context);
    }
}

static gboolean
do_nothing (gpointer data)
{
  return G_SOURCE_REMOVE;
}

/* Gives a reference back in CONTEXT, so that what happens when it was the last one happens there. When nobody runs the
 * context (a program without a main loop), this thread takes it for that moment: nobody else would ever come. */
void
taube_context_drop (GMainContext *context, gpointer object)
{
  GPtrArray *objects;

  g_mutex_lock (&drops_lock);
  if (drops == NULL)
    drops = g_hash_table_new (NULL, NULL);
  objects = g_hash_table_lookup (drops, context);
  if (objects == NULL)
    {
      objects = g_ptr_array_new_with_free_func (g_object_unref);
      g_hash_table_insert (drops, context, objects);
    }
  g_ptr_array_add (objects, object);
  g_main_context_ref (context);
  g_mutex_unlock (&drops_lock);

  taube_context_settle (context);
  /* Also when the context ends without having run: the notify function does it. */
  if (has_drops (context))
    taube_context_invoke (context, do_nothing, context, give_back);
  g_main_context_unref (context);
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
