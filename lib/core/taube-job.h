/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>
#include <taube-backend/taube-session.h>

G_BEGIN_DECLS

/* One operation on an account, in its three forms. The kind is constant data; `x` is taube_job_run(), `x_async`
 * taube_job_push(), `x_finish` taube_job_finish(). */
typedef struct
{
  /* What is called when it runs, such as "TaubeFolder.list": for the complaint when a backend breaks the contract. */
  const char *name;
  /* No I/O: is the operation possible at all? Called by both forms before the job is queued. Optional. */
  gboolean (*check) (gpointer object, gpointer args, GError **error);
  /* Blocking, with the lease on SESSION, on the caller's thread or on a worker. NULL (or FALSE) if and only if ERROR is
   * set; anything else is dropped with a complaint. Without it prepare() is all there is, and no session is needed:
   * such a job may also be run inside another one. */
  gpointer (*run) (gpointer object, TaubeSession *session, gpointer args, GCancellable *cancellable, GError **error);
  GDestroyNotify free_args;
  GDestroyNotify free_result; /* NULL: the result is TRUE or FALSE as a pointer */
  /* Blocking, before there is a session: what would only keep it waiting. On the thread that will run, or on another
   * worker. Optional. */
  gboolean (*prepare) (gpointer object, gpointer args, GCancellable *cancellable, GError **error);
  /* After run: TRUE gives the session back and runs the job once more, with the next one that can be had. What it gave
   * first counts when the second run fails or there is no session for it. Optional. */
  gboolean (*again) (gpointer args);
} TaubeJobKind;

typedef struct
{
  const TaubeJobKind *kind;
  gpointer object;        /* the GObject whose method it is: what `x_finish` checks, and kept until the end */
  TaubeAccount *account;
  TaubePriority priority;
  const char *affinity;   /* text form of the folder's path, or NULL */
  gpointer args;          /* (transfer full): freed by the kind's free_args, in the caller's context */
} TaubeJobRequest;

gpointer taube_job_run (const TaubeJobRequest *request, GCancellable *cancellable, GError **error);
void taube_job_push (const TaubeJobRequest *request, GCancellable *cancellable, GAsyncReadyCallback callback,
                     gpointer user_data);
gpointer taube_job_finish (const TaubeJobKind *kind, gpointer object, GAsyncResult *result, GError **error);

/* Sees to it that a vfunc failed if and only if ERROR is set: complains about the class that broke this and repairs the
 * result. ERROR must not be NULL. */
gpointer taube_job_check_result (gpointer instance, const char *name, gpointer result, GDestroyNotify free_result,
                                 GError **error);

G_END_DECLS
