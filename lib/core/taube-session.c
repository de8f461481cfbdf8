/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-session.h>

#include "core/taube-session-private.h"

#define IDLE_LIMIT_SECONDS 1500

typedef struct
{
  GMutex lock;
  GWeakRef account;
  gint broken;     /* atomic */
  gint idle_limit; /* atomic */
  char *affinity;  /* under lock */
  gint login;
} TaubeSessionPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (TaubeSession, taube_session, G_TYPE_OBJECT)

static void
taube_session_finalize (GObject *object)
{
  TaubeSessionPrivate *priv = TAUBE_SESSION (object)->priv;

  g_free (priv->affinity);
  g_weak_ref_clear (&priv->account);
  g_mutex_clear (&priv->lock);
  G_OBJECT_CLASS (taube_session_parent_class)->finalize (object);
}

static void
taube_session_class_init (TaubeSessionClass *klass)
{
  klass->struct_size = sizeof (TaubeSessionClass);
  G_OBJECT_CLASS (klass)->finalize = taube_session_finalize;
}

static void
taube_session_init (TaubeSession *self)
{
  TaubeSessionPrivate *priv = taube_session_get_instance_private (self);

  self->priv = priv;
  g_mutex_init (&priv->lock);
  g_weak_ref_init (&priv->account, NULL);
  priv->idle_limit = IDLE_LIMIT_SECONDS;
}

void
taube_session_set_account (TaubeSession *self, TaubeAccount *account)
{
  TaubeSessionPrivate *priv = self->priv;

  g_weak_ref_set (&priv->account, account);
}

/* The account, which lives at least as long as the function that the pool has called; NULL in close() when it has gone
 * already. (transfer none) */
TaubeAccount *
taube_session_get_account (TaubeSession *self)
{
  TaubeSessionPrivate *priv = self->priv;
  GObject *account = g_weak_ref_get (&priv->account);

  /* Whoever called the session holds a reference of its own. */
  if (account != NULL)
    g_object_unref (account);
  return (TaubeAccount *) account;
}

void
taube_session_set_broken (TaubeSession *self)
{
  TaubeSessionPrivate *priv = self->priv;

  g_atomic_int_set (&priv->broken, TRUE);
}

void
taube_session_set_whole (TaubeSession *self)
{
  TaubeSessionPrivate *priv = self->priv;

  g_atomic_int_set (&priv->broken, FALSE);
}

gboolean
taube_session_is_broken (TaubeSession *self)
{
  TaubeSessionPrivate *priv = self->priv;

  return g_atomic_int_get (&priv->broken);
}

gint
taube_session_get_login (TaubeSession *self)
{
  return ((TaubeSessionPrivate *) self->priv)->login;
}

void
taube_session_set_login (TaubeSession *self, gint login)
{
  ((TaubeSessionPrivate *) self->priv)->login = login;
}

void
taube_session_set_affinity (TaubeSession *self, const char *affinity)
{
  TaubeSessionPrivate *priv = self->priv;

  g_mutex_lock (&priv->lock);
  g_free (priv->affinity);
  priv->affinity = g_strdup (affinity);
  g_mutex_unlock (&priv->lock);
}

/* How well the session suits a job: 2 it is there already, 1 it is nowhere, 0 it is somewhere else. */
int
taube_session_rate_affinity (TaubeSession *self, const char *affinity)
{
  TaubeSessionPrivate *priv = self->priv;
  int rate;

  g_mutex_lock (&priv->lock);
  if (affinity != NULL && g_strcmp0 (priv->affinity, affinity) == 0)
    rate = 2;
  else
    rate = priv->affinity == NULL ? 1 : 0;
  g_mutex_unlock (&priv->lock);
  return rate;
}

void
taube_session_set_idle_limit (TaubeSession *self, guint seconds)
{
  TaubeSessionPrivate *priv = self->priv;

  g_atomic_int_set (&priv->idle_limit, (gint) MIN (seconds, G_MAXINT));
}

/* Monotonic microseconds until which an idle session that is parked now may stay so; 0: for ever. */
gint64
taube_session_get_idle_deadline (TaubeSession *self)
{
  TaubeSessionPrivate *priv = self->priv;
  gint64 seconds = g_atomic_int_get (&priv->idle_limit);

  return seconds > 0 ? g_get_monotonic_time () + seconds * G_USEC_PER_SEC : 0;
}
