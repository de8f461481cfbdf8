/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-inner-context.h"

#include "core/taube-context.h"

typedef struct
{
  GSource source;
  GMainContext *inner;
  gconstpointer account;
  int priority;     /* of what is ready within */
  GArray *wanted;   /* GPollFD: what INNER waits for */
  GPollFD *fds;     /* the same as polls of this source: they must stay where they are */
  int n_fds;
  gboolean prepared;
} InnerSource;

static gboolean
is_same (const InnerSource *self, int n)
{
  if (n != self->n_fds)
    return FALSE;
  for (int i = 0; i < n; i++)
    {
      const GPollFD *wanted = &g_array_index (self->wanted, GPollFD, i);

      if (wanted->fd != self->fds[i].fd || wanted->events != self->fds[i].events)
        return FALSE;
    }
  return TRUE;
}

/* Every change of them wakes the outer context, so there is none without need. */
static void
set_polls (InnerSource *self, int n)
{
  if (is_same (self, n))
    return;
  for (int i = 0; i < self->n_fds; i++)
    g_source_remove_poll (&self->source, &self->fds[i]);
  g_free (self->fds);
  self->fds = g_memdup2 (self->wanted->data, (gsize) n * sizeof (GPollFD));
  self->n_fds = n;
  for (int i = 0; i < n; i++)
    g_source_add_poll (&self->source, &self->fds[i]);
}

static gboolean
inner_source_prepare (GSource *source, int *timeout)
{
  InnerSource *self = (InnerSource *) source;
  gboolean ready;
  int n;

  *timeout = -1;
  self->prepared = g_main_context_acquire (self->inner);
  if (!self->prepared)
    return FALSE;
  ready = g_main_context_prepare (self->inner, &self->priority);
  while ((n = g_main_context_query (self->inner, self->priority, timeout, (GPollFD *) self->wanted->data,
                                    (int) self->wanted->len))
         > (int) self->wanted->len)
    g_array_set_size (self->wanted, (guint) n);
  set_polls (self, n);
  g_main_context_release (self->inner);
  /* It is in check that the inner context learns what to dispatch. */
  if (ready)
    *timeout = 0;
  return FALSE;
}

static gboolean
inner_source_check (GSource *source)
{
  InnerSource *self = (InnerSource *) source;
  gboolean ready;

  if (!self->prepared || !g_main_context_acquire (self->inner))
    return FALSE;
  ready = g_main_context_check (self->inner, self->priority, self->fds, self->n_fds);
  g_main_context_release (self->inner);
  return ready;
}

static gboolean
inner_source_dispatch (GSource *source, GSourceFunc func, gpointer data)
{
  InnerSource *self = (InnerSource *) source;
  TaubeFrame frame;

  taube_frame_enter (&frame, self->account, NULL);
  g_main_context_push_thread_default (self->inner);
  g_main_context_dispatch (self->inner);
  g_main_context_pop_thread_default (self->inner);
  taube_frame_leave (&frame);
  return G_SOURCE_CONTINUE;
}

static void
inner_source_finalize (GSource *source)
{
  InnerSource *self = (InnerSource *) source;

  g_free (self->fds);
  g_array_unref (self->wanted);
  g_main_context_unref (self->inner);
}

GSource *
taube_inner_context_new_source (GMainContext *inner, gconstpointer account)
{
  static GSourceFuncs funcs = { .prepare = inner_source_prepare,
                                .check = inner_source_check,
                                .dispatch = inner_source_dispatch,
                                .finalize = inner_source_finalize };
  GSource *source = g_source_new (&funcs, sizeof (InnerSource));
  InnerSource *self = (InnerSource *) source;

  self->inner = g_main_context_ref (inner);
  self->account = account;
  self->wanted = g_array_new (FALSE, TRUE, sizeof (GPollFD));
  g_source_set_static_name (source, "taube-inner-context");
  return source;
}

void
taube_inner_context_iterate (GMainContext *inner, gconstpointer account)
{
  TaubeFrame frame;

  taube_frame_enter (&frame, account, NULL);
  g_main_context_push_thread_default (inner);
  g_main_context_iteration (inner, TRUE);
  g_main_context_pop_thread_default (inner);
  taube_frame_leave (&frame);
}
