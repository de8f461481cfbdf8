/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-types.h>

G_BEGIN_DECLS

/* One signed-in way to the server, as the account's pool sees it. A backend derives it; the pool makes sessions by
 * TaubeAccountClass.create_session, opens them, leases each to one job at a time, parks them when there is nothing to
 * do, and drops those that are broken. All blocking functions are called by the one that holds the lease. */
#define TAUBE_TYPE_SESSION (taube_session_get_type ())
TAUBE_API GType taube_session_get_type (void);
G_GNUC_BEGIN_IGNORE_DEPRECATIONS
typedef struct _TaubeSession TaubeSession;
typedef struct _TaubeSessionClass TaubeSessionClass;
#define TAUBE_SESSION(obj) (G_TYPE_CHECK_INSTANCE_CAST ((obj), TAUBE_TYPE_SESSION, TaubeSession))
#define TAUBE_SESSION_GET_CLASS(obj) (G_TYPE_INSTANCE_GET_CLASS ((obj), TAUBE_TYPE_SESSION, TaubeSessionClass))
#define TAUBE_SESSION_CLASS(klass) (G_TYPE_CHECK_CLASS_CAST ((klass), TAUBE_TYPE_SESSION, TaubeSessionClass))
G_GNUC_END_IGNORE_DEPRECATIONS

typedef enum
{
  TAUBE_WAKE_READABLE, /* the server said something, or the connection broke */
  TAUBE_WAKE_DEADLINE, /* the time given to park() has come */
} TaubeWakeReason;

/* Called once, on the I/O thread: it must only hand over. */
typedef void (*TaubeParkFunc) (TaubeSession *session, TaubeWakeReason reason, gpointer user_data);

struct _TaubeSession
{
  GObject parent_instance;
  gpointer priv;
};

struct _TaubeSessionClass
{
  GObjectClass parent_class;
  gsize struct_size; /* sizeof (TaubeSessionClass) as the module knows it */

  /* Optional. Connects and waits for the greeting without holding a thread; the callback may come on any of the
   * library's threads. Without it, open() does everything. */
  void (*prepare_async) (TaubeSession *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                         gpointer user_data);
  gboolean (*prepare_finish) (TaubeSession *self, GAsyncResult *result, GError **error);

  /* Blocking: TLS upgrade, greeting, sign-in; afterwards jobs can run. */
  gboolean (*open) (TaubeSession *self, GCancellable *cancellable, GError **error);

  /* Optional. Waits without a thread until the server speaks or DEADLINE (monotonic microseconds, 0: never) comes,
   * then calls FUNC once. FALSE when it cannot be parked now, because something is there to be read. */
  gboolean (*park) (TaubeSession *self, gint64 deadline, TaubeParkFunc func, gpointer user_data);
  /* TRUE: the caller owns the session again and FUNC will never be called. FALSE: FUNC was or will be called. */
  gboolean (*unpark) (TaubeSession *self);

  /* Optional, blocking: called with the lease when an idle parked session woke up. FALSE: drop it. */
  gboolean (*wake) (TaubeSession *self, TaubeWakeReason reason, GCancellable *cancellable, GError **error);

  /* Blocking and polite (LOGOUT, QUIT), short; not called on a broken session. */
  void (*close) (TaubeSession *self, GCancellable *cancellable);

  /* Optional, blocking, on an open session that nobody uses: the account has other credentials; signs in anew on the
   * same connection. FALSE without an error: that cannot be done here, and another session takes its place. */
  gboolean (*renew) (TaubeSession *self, GCancellable *cancellable, GError **error);

  gpointer reserved[7];
};

TAUBE_API TaubeAccount *taube_session_get_account (TaubeSession *self);
/* The stream is out of step or gone: the session must not be used again after this job. From any thread. */
TAUBE_API void taube_session_set_broken (TaubeSession *self);
TAUBE_API gboolean taube_session_is_broken (TaubeSession *self);
/* open() has put another connection in the place of the one that broke. */
TAUBE_API void taube_session_set_whole (TaubeSession *self);
/* What the session is good for at once, such as the path of the selected folder: a job that names it gets it first. */
TAUBE_API void taube_session_set_affinity (TaubeSession *self, const char *affinity);
/* How long an idle session may stay parked before wake (DEADLINE) comes; seconds, 0 = for ever. Default 1,500. */
TAUBE_API void taube_session_set_idle_limit (TaubeSession *self, guint seconds);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeSession, g_object_unref)

G_END_DECLS
