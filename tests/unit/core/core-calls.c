/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core-backend.h"

/* Calls on threads of their own, and asynchronous ones. */

static gpointer
run_list_call (gpointer data)
{
  ListCall *self = data;

  self->list = taube_folder_list (self->folder, self->request, self->cancellable, &self->error);
  return NULL;
}

ListCall *
list_call_new (TaubeFolder *folder, TaubePriority priority)
{
  ListCall *self = g_new0 (ListCall, 1);

  self->folder = g_object_ref (folder);
  self->cancellable = g_cancellable_new ();
  self->request = taube_list_request_new ();
  taube_list_request_set_priority (self->request, priority);
  self->thread = g_thread_new ("list-call", run_list_call, self);
  return self;
}

TaubeItemList *
list_call_join (ListCall *self, GError **error)
{
  TaubeItemList *list;

  g_thread_join (self->thread);
  list = self->list;
  if (self->error != NULL)
    g_propagate_error (error, self->error);
  g_object_unref (self->folder);
  g_object_unref (self->request);
  g_object_unref (self->cancellable);
  g_free (self);
  return list;
}

void
on_outcome (GObject *source, GAsyncResult *result, gpointer data)
{
  Outcome *self = data;

  self->source = g_object_ref (source);
  self->result = g_object_ref (result);
  self->thread = g_thread_self ();
}

void
outcome_wait (Outcome *self)
{
  while (self->result == NULL)
    g_main_context_iteration (NULL, TRUE);
}

void
outcome_clear (Outcome *self)
{
  g_clear_object (&self->source);
  g_clear_object (&self->result);
}

void
iterate (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}
