/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-types.h>

G_BEGIN_DECLS

/* How the library hands things back to an application's main context, and how it knows that application code is
 * running on its behalf. */

void taube_context_invoke (GMainContext *context, GSourceFunc func, gpointer data, GDestroyNotify notify);
void taube_context_drop (GMainContext *context, gpointer object);
void taube_context_settle (GMainContext *context);

/* A frame is on the stack of the thread while a job of ACCOUNT, or a callback of the application on behalf of
 * ACCOUNT, runs on it: a blocking call of the same account then gives G_IO_ERROR_PENDING instead of waiting for
 * itself. CALLER_CONTEXT is where the running asynchronous job was started from, NULL in a blocking one. */
typedef struct _TaubeFrame TaubeFrame;

struct _TaubeFrame
{
  TaubeFrame *outer;
  gconstpointer account;
  GMainContext *caller_context;
  gboolean is_blocking; /* the caller's own thread, inside a blocking call */
};

void taube_frame_enter (TaubeFrame *frame, gconstpointer account, GMainContext *caller_context);
void taube_frame_leave (TaubeFrame *frame);
gboolean taube_frame_is_inside (gconstpointer account);
/* Is this thread the one that is blocked in a call of ACCOUNT? */
gboolean taube_frame_is_blocking (gconstpointer account);

/* From inside a job: runs FUNC where the job's caller is, with the frame of ACCOUNT around it: at once in a blocking
 * call; in the caller's context, in order, before the callback, in an asynchronous one. */
void taube_frame_deliver (TaubeAccount *account, GSourceFunc func, gpointer data, GDestroyNotify notify);

/* Notifications of properties, each emitted once in CONTEXT however often it was asked for in the meantime. Safe
 * between threads; objects are not kept alive. */
typedef struct _TaubeNotifier TaubeNotifier;

TaubeNotifier *taube_notifier_new (GMainContext *context);
TaubeNotifier *taube_notifier_ref (TaubeNotifier *self);
void taube_notifier_unref (TaubeNotifier *self);
void taube_notifier_add (TaubeNotifier *self, gpointer object, GParamSpec *pspec);

G_END_DECLS
