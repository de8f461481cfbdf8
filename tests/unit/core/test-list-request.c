/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-list-request-private.h"

#include <taube/taube-id-set.h>
#include <taube/taube-progress.h>

typedef struct
{
  guint chunks;
  gpointer last;
  gboolean freed;
} Receiver;

static void
on_chunk (TaubeItemList *chunk, gpointer user_data)
{
  Receiver *receiver = user_data;

  receiver->chunks++;
  receiver->last = chunk;
}

static void
on_free (gpointer user_data)
{
  ((Receiver *) user_data)->freed = TRUE;
}

static void
deliver_later (gpointer target, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_callback (source, func, data, notify);
  g_source_attach (source, target);
}

static void
test_defaults (void)
{
  g_autoptr (TaubeListRequest) bound = taube_list_request_bind (NULL, NULL, NULL);
  guint rows = 99;

  g_assert_cmpint (taube_list_request_get_fields (bound), ==, TAUBE_LIST_FIELDS_DEFAULT);
  g_assert_cmpuint (taube_list_request_get_newest (bound), ==, 0);
  g_assert_false (taube_list_request_get_newest_first (bound));
  g_assert_null (taube_list_request_get_ids (bound));
  g_assert_null (taube_list_request_get_progress (bound));
  g_assert_cmpint (taube_list_request_get_priority (bound), ==, TAUBE_PRIORITY_NORMAL);
  g_assert_false (taube_list_request_wants_chunks (bound, &rows));
  g_assert_cmpuint (rows, ==, 0);
}

static void
test_copy (void)
{
  g_autoptr (TaubeProgress) progress = taube_progress_new ();
  g_autoptr (TaubeIdSet) ids = taube_id_set_new ();
  g_autoptr (TaubeListRequest) request = NULL, bound = NULL;
  guint64 newest;

  taube_id_set_add (ids, "7.1");
  request = g_object_new (TAUBE_TYPE_LIST_REQUEST, "fields", TAUBE_LIST_FIELDS_FLAGS, "newest", (guint64) 5,
                          "newest-first", TRUE, "ids", ids, "priority", TAUBE_PRIORITY_BACKGROUND, "progress",
                          progress, NULL);
  taube_id_set_add (ids, "7.2");
  bound = taube_list_request_bind (request, NULL, NULL);
  taube_list_request_set_fields (request, TAUBE_LIST_FIELDS_NONE);
  taube_list_request_set_newest (request, 0);
  taube_list_request_set_newest_first (request, FALSE);
  taube_list_request_set_ids (request, NULL);
  taube_list_request_set_priority (request, TAUBE_PRIORITY_NORMAL);
  taube_list_request_set_progress (request, NULL);

  g_assert_cmpint (taube_list_request_get_fields (bound), ==, TAUBE_LIST_FIELDS_FLAGS);
  g_object_get (bound, "newest", &newest, NULL);
  g_assert_cmpuint (newest, ==, 5);
  g_assert_true (taube_list_request_get_newest_first (bound));
  g_assert_cmpuint (taube_id_set_get_size (taube_list_request_get_ids (bound)), ==, 1);
  g_assert_cmpint (taube_list_request_get_priority (bound), ==, TAUBE_PRIORITY_BACKGROUND);
  g_assert_true (taube_list_request_get_progress (bound) == progress);
  g_assert_null (taube_list_request_get_ids (request));
}

static void
test_chunks (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (TaubeListRequest) request = taube_list_request_new ();
  g_autoptr (TaubeListRequest) bound = NULL;
  g_autoptr (GObject) rows = G_OBJECT (taube_progress_new ());
  Receiver receiver = { 0 };
  guint n;

  taube_list_request_deliver_chunk (request, (TaubeItemList *) rows);
  taube_list_request_set_chunk_func (request, 0, on_chunk, &receiver, on_free);
  g_assert_true (taube_list_request_wants_chunks (request, &n));
  g_assert_cmpuint (n, ==, 1);
  taube_list_request_deliver_chunk (request, (TaubeItemList *) rows);
  g_assert_cmpuint (receiver.chunks, ==, 1);
  g_assert_true (receiver.last == rows);

  /* A bound request delivers where its call says, and keeps the function alive. */
  bound = taube_list_request_bind (request, deliver_later, context);
  taube_list_request_set_chunk_func (request, 1, NULL, NULL, NULL);
  g_assert_false (taube_list_request_wants_chunks (request, NULL));
  g_assert_false (receiver.freed);
  taube_list_request_deliver_chunk (bound, (TaubeItemList *) rows);
  g_assert_cmpuint (receiver.chunks, ==, 1);
  g_clear_object (&bound);
  g_assert_false (receiver.freed);
  while (g_main_context_iteration (context, FALSE))
    ;
  g_assert_cmpuint (receiver.chunks, ==, 2);
  g_assert_true (receiver.freed);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/list-request/defaults", test_defaults);
  g_test_add_func ("/list-request/copy", test_copy);
  g_test_add_func ("/list-request/chunks", test_chunks);
  return g_test_run ();
}
