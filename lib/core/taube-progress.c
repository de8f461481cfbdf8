/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube-progress.h>

#include <taube-backend/taube-progress-impl.h>

/**
 * TaubeProgress:
 *
 * How far a long operation is; made by the application and handed to the call.
 *
 * Its properties are notified in the thread-default main context in which it was made, at most once per iteration; a
 * blocking call on the thread that made it notifies directly. The getters may be used from any thread.
 */
struct _TaubeProgress
{
  GObject parent_instance;
  GMainContext *context;
  GThread *home; /* only compared, never touched */

  GMutex lock;
  guint64 done;
  guint64 total;
  gboolean pending; /* a notification is on its way */
};

typedef struct
{
  GObjectClass parent_class;
} TaubeProgressClass;

enum
{
  PROP_DONE = 1,
  PROP_TOTAL,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (TaubeProgress, taube_progress, G_TYPE_OBJECT)

static void
taube_progress_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  TaubeProgress *self = (TaubeProgress *) object;

  switch (id)
    {
    case PROP_DONE:
      g_value_set_uint64 (value, taube_progress_get_done (self));
      break;
    case PROP_TOTAL:
      g_value_set_uint64 (value, taube_progress_get_total (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
taube_progress_finalize (GObject *object)
{
  TaubeProgress *self = (TaubeProgress *) object;

  g_main_context_unref (self->context);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (taube_progress_parent_class)->finalize (object);
}

static void
taube_progress_class_init (TaubeProgressClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = taube_progress_get_property;
  object_class->finalize = taube_progress_finalize;

  /**
   * TaubeProgress:done:
   *
   * How much is done: bytes or items, as the operation documents it.
   */
  properties[PROP_DONE] = g_param_spec_uint64 ("done", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  /**
   * TaubeProgress:total:
   *
   * How much there is to do, in the same unit; 0 when that is not known.
   */
  properties[PROP_TOTAL] = g_param_spec_uint64 ("total", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
taube_progress_init (TaubeProgress *self)
{
  g_mutex_init (&self->lock);
  self->context = g_main_context_ref_thread_default ();
  self->home = g_thread_self ();
}

/**
 * taube_progress_new:
 *
 * A progress that stands at nothing of an unknown total. Use a new one for each operation.
 *
 * Returns: (transfer full): a new progress
 */
TaubeProgress *
taube_progress_new (void)
{
  return g_object_new (TAUBE_TYPE_PROGRESS, NULL);
}

/**
 * taube_progress_get_done:
 * @self: a progress
 *
 * How much is done: bytes or items, as the operation documents it.
 *
 * Returns: a count
 */
guint64
taube_progress_get_done (TaubeProgress *self)
{
  guint64 done;

  g_return_val_if_fail (G_TYPE_CHECK_INSTANCE_TYPE (self, TAUBE_TYPE_PROGRESS), 0);

  g_mutex_lock (&self->lock);
  done = self->done;
  g_mutex_unlock (&self->lock);
  return done;
}

/**
 * taube_progress_get_total:
 * @self: a progress
 *
 * How much there is to do, in the same unit as what is done.
 *
 * Returns: a count; 0 when it is not known
 */
guint64
taube_progress_get_total (TaubeProgress *self)
{
  guint64 total;

  g_return_val_if_fail (G_TYPE_CHECK_INSTANCE_TYPE (self, TAUBE_TYPE_PROGRESS), 0);

  g_mutex_lock (&self->lock);
  total = self->total;
  g_mutex_unlock (&self->lock);
  return total;
}

static void
notify_both (TaubeProgress *self)
{
  g_object_freeze_notify (G_OBJECT (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DONE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TOTAL]);
  g_object_thaw_notify (G_OBJECT (self));
}

static gboolean
notify_at_home (gpointer data)
{
  TaubeProgress *self = data;

  g_mutex_lock (&self->lock);
  self->pending = FALSE;
  g_mutex_unlock (&self->lock);
  notify_both (self);
  return G_SOURCE_REMOVE;
}

void
taube_progress_update (TaubeProgress *self, guint64 done, guint64 total)
{
  g_autoptr (GSource) source = NULL;
  gboolean here, post;

  if (self == NULL)
    return;
  g_return_if_fail (G_TYPE_CHECK_INSTANCE_TYPE (self, TAUBE_TYPE_PROGRESS));

  here = self->home == g_thread_self () || g_main_context_is_owner (self->context);
  g_mutex_lock (&self->lock);
  post = !here && !self->pending && (self->done != done || self->total != total);
  here = here && (self->done != done || self->total != total);
  self->pending |= post;
  self->done = done;
  self->total = total;
  g_mutex_unlock (&self->lock);

  if (here)
    notify_both (self);
  if (!post)
    return;
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, notify_at_home, g_object_ref (self), g_object_unref);
  g_source_attach (source, self->context);
}
