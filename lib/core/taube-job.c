/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-job.h"

#include <taube/taube-error.h>
#include <taube-backend/taube-trace.h>

#include "base/taube-gettext.h"
#include "base/taube-io-thread.h"
#include "base/taube-worker.h"
#include "core/taube-account-private.h"
#include "core/taube-context.h"
#include "core/taube-pool.h"

typedef struct
{
  TaubeLease lease; /* first: settled() gets it */
  const TaubeJobKind *kind;
  gpointer object;
  TaubeAccount *account;
  TaubePool *pool;
  char *affinity;
  gpointer args;
  GCancellable *cancellable; /* the job's own: the caller's, disconnect and dispose cancel it */
  GCancellable *outer;       /* the caller's, or NULL */
  gulong outer_id;
  GTask *task;               /* NULL in a blocking call */
  gboolean ran;
  gpointer result;
  GError *error;
} Job;

gpointer
taube_job_check_result (gpointer instance, const char *name, gpointer result, GDestroyNotify free_result,
                        GError **error)
{
  if (result != NULL && *error == NULL)
    return result;
  if (result == NULL && *error != NULL)
    return NULL;

  if (result == NULL)
    {
      g_critical ("%s breaks the contract of %s: it failed without an error", G_OBJECT_TYPE_NAME (instance), name);
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, _ ("%s of %s failed and does not say why"), name,
                   G_OBJECT_TYPE_NAME (instance));
      return NULL;
    }
  g_critical ("%s breaks the contract of %s: it succeeded with an error: %s", G_OBJECT_TYPE_NAME (instance), name,
              (*error)->message);
  if (free_result != NULL)
    free_result (result);
  return NULL;
}

static void
on_cancelled (GCancellable *outer, gpointer data)
{
  Job *job = data;

  g_cancellable_cancel (job->cancellable);
  taube_pool_cancel (job->pool, &job->lease);
}

static Job *
job_new (const TaubeJobRequest *request, GCancellable *cancellable)
{
  Job *job = g_new0 (Job, 1);

  job->kind = request->kind;
  job->object = g_object_ref (request->object);
  job->account = g_object_ref (request->account);
  job->pool = taube_pool_ref (taube_account_get_pool (request->account));
  job->affinity = g_strdup (request->affinity);
  job->args = request->args;
  job->cancellable = g_cancellable_new ();
  job->lease.priority = request->priority;
  job->lease.affinity = job->affinity;
  job->lease.cancellable = job->cancellable;
  if (cancellable != NULL)
    {
      job->outer = g_object_ref (cancellable);
      job->outer_id = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), job, NULL);
    }
  return job;
}

static void
job_free_args (const TaubeJobKind *kind, gpointer args)
{
  if (kind->free_args != NULL && args != NULL)
    kind->free_args (args);
}

/* In the caller's context or thread: everything that came from there goes back there. */
static void
job_free (gpointer data)
{
  Job *job = data;

  if (job->outer != NULL)
    g_cancellable_disconnect (job->outer, job->outer_id);
  if (job->result != NULL && job->kind->free_result != NULL)
    job->kind->free_result (job->result);
  job_free_args (job->kind, job->args);
  g_clear_error (&job->error);
  g_clear_error (&job->lease.error);
  g_clear_object (&job->task);
  g_clear_object (&job->outer);
  g_object_unref (job->cancellable);
  taube_pool_unref (job->pool);
  g_object_unref (job->object);
  g_object_unref (job->account);
  g_free (job->affinity);
  g_free (job);
}

/* A second run takes the place of the first when it got further than nowhere. */
static void
job_run_once (Job *job)
{
  GError *error = NULL;
  gpointer result
      = job->kind->run (job->object, taube_pool_get_session (&job->lease), job->args, job->cancellable, &error);

  result = taube_job_check_result (job->object, job->kind->name, result, job->kind->free_result, &error);
  job->ran = TRUE;
  if (result == NULL && job->result != NULL)
    {
      TAUBE_TRACE ("job", "%s: the second attempt failed: %s", job->kind->name, error->message);
      g_error_free (error);
      return;
    }
  if (job->result != NULL && job->kind->free_result != NULL)
    job->kind->free_result (job->result);
  g_clear_error (&job->error);
  job->result = result;
  job->error = error;
}

/* There will be no session: what is known already counts. */
static void
job_fail_lease (Job *job)
{
  if (job->ran)
    g_clear_error (&job->lease.error);
  else
    job->error = g_steal_pointer (&job->lease.error);
}

/* With the lease granted. FALSE: the job waits again, and may be running elsewhere by now. */
static gboolean
job_work (Job *job)
{
  GMainContext *caller_context = job->task != NULL ? g_task_get_context (job->task) : NULL;
  TaubeBegin begin;
  TaubeFrame frame;

  taube_frame_enter (&frame, job->account, caller_context);
  frame.is_blocking = job->task == NULL;
  begin = taube_pool_begin (job->pool, &job->lease);
  if (begin == TAUBE_BEGIN_READY)
    {
      job_run_once (job);
      taube_pool_release (job->pool, &job->lease);
    }
  else if (begin == TAUBE_BEGIN_FAILED)
    job_fail_lease (job);
  taube_frame_leave (&frame);
  if (begin != TAUBE_BEGIN_READY || job->kind->again == NULL || !job->kind->again (job->args))
    return begin != TAUBE_BEGIN_AGAIN;
  taube_pool_request (job->pool, &job->lease);
  return FALSE;
}

/* FALSE: it ends here, with the error or, if a session is not needed, well. */
static gboolean
job_prepare (Job *job)
{
  gboolean good = job->kind->prepare == NULL
                  || job->kind->prepare (job->object, job->args, job->cancellable, &job->error);

  if (job->kind->run != NULL)
    return good;
  job->result = taube_job_check_result (job->object, job->kind->name, GINT_TO_POINTER (good), NULL, &job->error);
  return FALSE;
}

/* A blocking call would wait for the job that it is a part of, or for the thread that it blocks. */
static gboolean
may_block (const TaubeJobRequest *request, GError **error)
{
  if (!taube_frame_is_inside (request->account) && !taube_io_thread_is_current ())
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_PENDING,
               _ ("%s: a blocking call from inside a callback of the same account would wait for itself"),
               request->kind->name);
  return FALSE;
}

/* The blocking form, on the caller's own thread. */
gpointer
taube_job_run (const TaubeJobRequest *request, GCancellable *cancellable, GError **error)
{
  gpointer result;
  Job *job;

  if ((request->kind->run != NULL && !may_block (request, error))
      || (request->kind->check != NULL && !request->kind->check (request->object, request->args, error)))
    {
      job_free_args (request->kind, request->args);
      return NULL;
    }

  job = job_new (request, cancellable);
  if (job_prepare (job))
    {
      taube_pool_request (job->pool, &job->lease);
      do
        taube_pool_wait (job->pool, &job->lease);
      while (job->lease.state == TAUBE_LEASE_GRANTED && !job_work (job));
    }
  if (job->lease.error != NULL)
    job_fail_lease (job);
  result = g_steal_pointer (&job->result);
  if (job->error != NULL)
    g_propagate_error (error, g_steal_pointer (&job->error));
  job_free (job);
  return result;
}

static gboolean
complete (gpointer data)
{
  Job *job = data;

  if (job->outer != NULL)
    {
      g_cancellable_disconnect (job->outer, job->outer_id);
      g_clear_object (&job->outer);
    }
  if (job->error != NULL)
    g_task_return_error (job->task, g_steal_pointer (&job->error));
  else
    g_task_return_pointer (job->task, g_steal_pointer (&job->result), job->kind->free_result);
  return G_SOURCE_REMOVE;
}

/* The job goes back to its caller's context as a whole: whatever it held is given up there. */
static void
hand_back (Job *job)
{
  taube_context_invoke (g_task_get_context (job->task), complete, job, job_free);
}

static void
work (gpointer data)
{
  Job *job = data;

  if (job_work (job))
    hand_back (job);
}

static void
settled (TaubeLease *lease)
{
  Job *job = (Job *) lease;

  if (lease->state == TAUBE_LEASE_GRANTED)
    {
      taube_worker_push (work, job);
      return;
    }
  job_fail_lease (job);
  hand_back (job);
}

static void
prepare (gpointer data)
{
  Job *job = data;

  if (job_prepare (job))
    taube_pool_request (job->pool, &job->lease);
  else
    hand_back (job);
}

static gboolean
complete_early (gpointer data)
{
  g_autoptr (GError) error = g_error_copy (g_task_get_task_data (data));

  g_task_return_error (data, g_steal_pointer (&error));
  return G_SOURCE_REMOVE;
}

/* The asynchronous form: waits for its lease without a thread, runs on a worker, ends in the caller's context. */
void
taube_job_push (const TaubeJobRequest *request, GCancellable *cancellable, GAsyncReadyCallback callback,
                gpointer user_data)
{
  GTask *task = g_task_new (request->object, cancellable, callback, user_data);
  GError *error = NULL;
  Job *job;

  g_task_set_source_tag (task, (gpointer) request->kind);
  g_task_set_check_cancellable (task, FALSE); /* what was done was done */
  if (request->kind->check != NULL && !request->kind->check (request->object, request->args, &error))
    {
      job_free_args (request->kind, request->args);
      g_task_set_task_data (task, error, (GDestroyNotify) g_error_free);
      taube_context_invoke (g_task_get_context (task), complete_early, task, g_object_unref);
      return;
    }
  job = job_new (request, cancellable);
  job->task = task;
  job->lease.settled = settled;
  if (request->kind->prepare != NULL)
    taube_worker_push (prepare, job);
  else
    taube_pool_request (job->pool, &job->lease);
}

gpointer
taube_job_finish (const TaubeJobKind *kind, gpointer object, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, object), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, (gpointer) kind), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
