/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "view-mailbox.h"

#include <taube/taube-error.h>
#include <taube/taube-folder-view.h>
#include <taube/taube-message-list.h>
#include <taube/taube-message.h>
#include <taube-backend/taube-testing.h>

/* A view against a mailbox that changes by chance. Whoever knows only what the view told, splice by splice, knows what
 * the view holds, at every moment. */

/* What the shadow knows of a row. */
typedef struct
{
  char *id;
  TaubeMessageFlags flags;
} Row;

typedef struct
{
  GPtrArray *rows;
  guint splices;
  guint removed;
  guint added;
  gboolean told; /* a splice came since it was cleared */
} Shadow;

static GThread *the_thread;

static guint
no_pause (guint attempt, guint milliseconds)
{
  return 0;
}

/* Nobody waits for that. */
static guint
long_pause (guint attempt, guint milliseconds)
{
  return attempt == 0 ? 3600 * 1000 : 0;
}

static void
row_free (gpointer data)
{
  Row *row = data;

  g_free (row->id);
  g_free (row);
}

/* Changes on the server. */

static void
change_by_chance (Fixture *f)
{
  int dice = g_test_rand_int_range (0, 100);

  if (dice < 40)
    view_mailbox_arrive (f, g_test_rand_int_range (1, 6));
  g_mutex_lock (&f->lock);
  if (dice >= 40 && f->mails->len > 0)
    for (int n = g_test_rand_int_range (1, 8); n > 0 && f->mails->len > 0; n--)
      {
        guint i = g_test_rand_int_range (0, f->mails->len);

        if (dice < 65)
          g_array_remove_index (f->mails, i);
        else if (dice < 98)
          view_mailbox_set_flags (f, i, g_test_rand_int_range (0, 8));
      }
  if (dice >= 98)
    f->uidvalidity++;
  if (dice % 10 == 0)
    f->moods = g_test_rand_int_range (0, 3);
  g_mutex_unlock (&f->lock);
}

/* The shadow. */

static Row *
read_row (GListModel *model, guint position)
{
  g_autoptr (TaubeMessage) message = g_list_model_get_item (model, position);
  Row *row = g_new0 (Row, 1);

  g_assert_nonnull (message);
  row->id = g_strdup (taube_item_get_id (TAUBE_ITEM (message)));
  row->flags = taube_message_get_flags (message);
  return row;
}

static void
assert_equal (Shadow *shadow, GListModel *model)
{
  g_assert_cmpuint (shadow->rows->len, ==, g_list_model_get_n_items (model));
  for (guint i = 0; i < shadow->rows->len; i++)
    {
      const Row *known = shadow->rows->pdata[i];
      Row *there = read_row (model, i);

      g_assert_cmpstr (known->id, ==, there->id);
      g_assert_cmpuint (known->flags, ==, there->flags);
      row_free (there);
    }
}

static void
on_items_changed (GListModel *model, guint position, guint removed, guint added, gpointer data)
{
  Shadow *shadow = data;

  g_assert_true (g_thread_self () == the_thread);
  g_assert_cmpuint (position + removed, <=, shadow->rows->len);
  g_assert_true (removed > 0 || added > 0);
  if (removed > 0)
    g_ptr_array_remove_range (shadow->rows, position, removed);
  for (guint i = 0; i < added; i++)
    g_ptr_array_insert (shadow->rows, position + i, read_row (model, position + i));
  shadow->splices++;
  shadow->removed += removed;
  shadow->added += added;
  assert_equal (shadow, model);
}

static TaubeFolderView *
make_view (Fixture *f, Shadow *shadow)
{
  g_autoptr (GError) error = NULL;
  TaubeFolderView *view = taube_folder_view_new (f->inbox, &error);

  g_assert_no_error (error);
  *shadow = (Shadow){ .rows = g_ptr_array_new_with_free_func (row_free) };
  g_signal_connect (view, "items-changed", G_CALLBACK (on_items_changed), shadow);
  return view;
}

static gboolean
is_shown (TaubeFolderView *view, const Mail *mail)
{
  TaubeMessageFlags flags, mask = taube_folder_view_get_filter (view, &flags);

  return (mail->flags & mask) == flags;
}

/* Whether the view holds what the server has, in an order that is one. */
static gboolean
is_like_server (Fixture *f, TaubeFolderView *view)
{
  gint64 last = 0;
  guint n = 0;
  gboolean same = TRUE, descending;
  TaubeViewSort sort = taube_folder_view_get_sort (view, &descending);

  if (taube_folder_view_is_loading (view))
    return FALSE;
  g_mutex_lock (&f->lock);
  same = taube_folder_view_get_loaded (view) == f->mails->len;
  for (guint i = 0; i < f->mails->len && same; i++)
    {
      const Mail *mail = &g_array_index (f->mails, Mail, i);
      g_autofree char *id = g_strdup_printf ("%u.%u", f->uidvalidity, mail->uid);
      guint position, index;

      if (!is_shown (view, mail))
        continue;
      n++;
      same = taube_folder_view_find (view, id, &position);
      if (same)
        {
          TaubeMessageList *cells = taube_folder_view_get_cells (view, position, &index);

          same = taube_message_list_get_flags (cells, index) == mail->flags;
        }
    }
  same = same && n == taube_folder_view_get_size (view);
  g_mutex_unlock (&f->lock);
  for (guint i = 0; i < taube_folder_view_get_size (view) && same && sort == TAUBE_VIEW_SORT_DATE; i++)
    {
      guint index;
      TaubeMessageList *cells = taube_folder_view_get_cells (view, i, &index);
      gint64 date = 0;

      taube_message_list_get_date (cells, index, &date, NULL);
      if (i > 0)
        g_assert_true (descending ? date <= last : date >= last);
      last = date;
    }
  return same;
}

static void
wait_like_server (Fixture *f, TaubeFolderView *view)
{
  while (!is_like_server (f, view))
    {
      iterate ();
      g_thread_yield ();
    }
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_mutex_init (&f->lock);
  f->mails = g_array_new (FALSE, FALSE, sizeof (Mail));
  f->uidvalidity = 7;
  f->next_uid = 1;
  taube_watch_set_test_pause (no_pause);
  f->server = server_new ();
  f->server->watch = view_mailbox_watch_step;
  f->server->watch_data = f;
  f->server->list = view_mailbox_list;
  f->server->list_data = f;
  f->account = server_create_account (f->server, 4);
  f->inbox = taube_account_get_folder_by_name (f->account, "INBOX");
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  gpointer weak = f->account;

  g_object_add_weak_pointer (G_OBJECT (f->account), &weak);
  g_object_unref (f->inbox);
  g_object_unref (f->account);
  while (weak != NULL)
    {
      iterate ();
      g_thread_yield ();
    }
  server_free (f->server);
  g_array_unref (f->mails);
  g_mutex_clear (&f->lock);
  taube_watch_set_test_pause (NULL);
}

static void
test_fills_itself (Fixture *f, gconstpointer data)
{
  Shadow shadow;
  g_autoptr (TaubeFolderView) view = NULL;

  view_mailbox_arrive (f, 30);
  view = make_view (f, &shadow);
  g_assert_true (taube_folder_view_is_loading (view));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (view)), ==, 0);
  g_assert_true (g_list_model_get_item_type (G_LIST_MODEL (view)) == TAUBE_TYPE_MESSAGE);
  wait_like_server (f, view);
  g_assert_true (taube_folder_view_is_online (view));
  g_assert_null (taube_folder_view_get_error (view));
  g_assert_cmpuint (shadow.removed, ==, 0);
  g_assert_cmpuint (shadow.rows->len, ==, 30);
  g_ptr_array_unref (shadow.rows);
}

static void
test_tells_neighbours_as_one (Fixture *f, gconstpointer data)
{
  Shadow shadow;
  g_autoptr (TaubeFolderView) view = NULL;

  view_mailbox_arrive (f, 20);
  view = make_view (f, &shadow);
  wait_like_server (f, view);

  /* Ten that are newer than all: one splice at the top. */
  shadow.splices = shadow.added = 0;
  g_mutex_lock (&f->lock);
  for (guint i = 0; i < 10; i++)
    {
      Mail mail = { f->next_uid++, 5000 + i, 0 };

      g_array_append_val (f->mails, mail);
    }
  g_mutex_unlock (&f->lock);
  server_say_to_all (f->server);
  wait_like_server (f, view);
  g_assert_cmpuint (shadow.splices, ==, 1);
  g_assert_cmpuint (shadow.added, ==, 10);

  /* Their flags: one in place. */
  shadow.splices = shadow.removed = shadow.added = 0;
  g_mutex_lock (&f->lock);
  for (guint i = 20; i < 30; i++)
    view_mailbox_set_flags (f, i, TAUBE_MESSAGE_FLAGS_SEEN);
  g_mutex_unlock (&f->lock);
  server_say_to_all (f->server);
  wait_like_server (f, view);
  g_assert_cmpuint (shadow.splices, ==, 1);
  g_assert_cmpuint (shadow.removed, ==, 10);
  g_assert_cmpuint (shadow.added, ==, 10);

  /* Two of them with one between go: two. */
  shadow.splices = shadow.removed = shadow.added = 0;
  g_mutex_lock (&f->lock);
  g_array_remove_index (f->mails, 27);
  g_array_remove_index (f->mails, 25);
  g_mutex_unlock (&f->lock);
  server_say_to_all (f->server);
  wait_like_server (f, view);
  g_assert_cmpuint (shadow.splices, ==, 2);
  g_assert_cmpuint (shadow.removed, ==, 2);
  g_assert_cmpuint (shadow.added, ==, 0);
  g_ptr_array_unref (shadow.rows);
}

/* While somebody holds a message its row gives the same object, until it is told that there is another one. */
static void
test_items_stay_the_same (Fixture *f, gconstpointer data)
{
  Shadow shadow;
  g_autoptr (TaubeFolderView) view = NULL;
  g_autoptr (TaubeItem) held = NULL;
  guint position;

  view_mailbox_arrive (f, 10);
  view = make_view (f, &shadow);
  wait_like_server (f, view);
  held = g_list_model_get_item (G_LIST_MODEL (view), 4);
  for (guint i = 0; i < 200; i++)
    {
      g_autoptr (TaubeItem) again = NULL;
      guint other = i % 10;

      g_assert_true (taube_folder_view_find (view, taube_item_get_id (held), &position));
      g_mutex_lock (&f->lock);
      if (g_array_index (f->mails, Mail, other).uid != (guint32) atoi (taube_item_get_id (held) + 2))
        view_mailbox_set_flags (f, other, g_array_index (f->mails, Mail, other).flags ^ TAUBE_MESSAGE_FLAGS_SEEN);
      g_mutex_unlock (&f->lock);
      server_say_to_all (f->server);
      wait_like_server (f, view);
      again = g_list_model_get_item (G_LIST_MODEL (view), position);
      g_assert_true (again == held);
    }
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (view), 10));
  g_ptr_array_unref (shadow.rows);
}

static void
test_random_changes (Fixture *f, gconstpointer data)
{
  Shadow shadow;
  g_autoptr (TaubeFolderView) view = NULL;

  view_mailbox_arrive (f, 40);
  view = make_view (f, &shadow);
  for (guint i = 0; i < 600; i++)
    {
      change_by_chance (f);
      server_say_to_all (f->server);
      if (i % 50 == 17)
        server_break_all (f->server);
      if (i % 40 == 3)
        taube_folder_view_set_sort (view, g_test_rand_int_range (0, 5), g_test_rand_bit ());
      if (i % 40 == 23)
        taube_folder_view_set_filter (view, g_test_rand_int_range (0, 8), g_test_rand_int_range (0, 8));
      for (int n = g_test_rand_int_range (0, 5); n > 0; n--)
        iterate ();
      if (i % 25 == 0)
        wait_like_server (f, view);
    }
  wait_like_server (f, view);
  assert_equal (&shadow, G_LIST_MODEL (view));
  g_test_message ("%u splices", shadow.splices);
  g_ptr_array_unref (shadow.rows);
}

/* What comes after the watch's first look, is listed, and goes before its next one, the watch never knew. One listing
 * and one question who is there are enough, although others come and go all the time; a session that cannot wait for
 * the server does not let us wait for its next poll, either. */
static void
test_no_row_of_one_that_came_and_went (Fixture *f, gconstpointer data)
{
  Shadow shadow;
  g_autoptr (TaubeFolderView) view = NULL;

  f->server->cannot_park = GPOINTER_TO_INT (data);
  taube_watch_set_test_pause (f->server->cannot_park ? long_pause : no_pause);
  view_mailbox_arrive (f, 20);
  f->ghosts = 3;
  view = make_view (f, &shadow);
  while (taube_folder_view_is_loading (view))
    iterate ();
  g_assert_cmpuint (shadow.added, ==, 23);
  wait_like_server (f, view);
  g_assert_cmpuint (shadow.removed, ==, 3);
  g_assert_cmpuint (f->listings, ==, 1);
  g_assert_cmpuint (f->looks, ==, 1);

  /* A folder that is made anew is listed, and looked at, once more. */
  f->ghosts = 0;
  g_mutex_lock (&f->lock);
  f->uidvalidity++;
  g_mutex_unlock (&f->lock);
  if (!f->server->cannot_park)
    {
      server_say_to_all (f->server);
      wait_like_server (f, view);
      view_mailbox_arrive (f, 2);
      server_say_to_all (f->server);
      wait_like_server (f, view);
      g_assert_cmpuint (f->listings, ==, 2);
    }
  g_assert_cmpuint (f->looks, <=, f->listings);
  g_ptr_array_unref (shadow.rows);
}

/* The question who is there fails twice: it is asked again. */
static void
test_asks_again_who_is_there (Fixture *f, gconstpointer data)
{
  Shadow shadow;
  g_autoptr (TaubeFolderView) view = NULL;

  view_mailbox_arrive (f, 20);
  f->ghosts = 1;
  f->moods_of_looks = 2;
  view = make_view (f, &shadow);
  wait_like_server (f, view);
  g_assert_cmpuint (f->looks, ==, 3);
  g_assert_cmpuint (f->listings, ==, 1);
  g_ptr_array_unref (shadow.rows);
}

static void
test_survives_disconnect (Fixture *f, gconstpointer data)
{
  Shadow shadow;
  g_autoptr (TaubeFolderView) view = NULL;
  g_autoptr (GError) error = NULL;

  view_mailbox_arrive (f, 10);
  view = make_view (f, &shadow);
  wait_like_server (f, view);
  g_assert_true (taube_account_disconnect (f->account, NULL, &error));
  g_assert_no_error (error);
  view_mailbox_arrive (f, 5);
  g_assert_cmpuint (shadow.rows->len, ==, 10);
  g_assert_true (taube_account_connect (f->account, NULL, &error));
  g_assert_no_error (error);
  wait_like_server (f, view);
  g_assert_cmpuint (shadow.rows->len, ==, 15);
  g_ptr_array_unref (shadow.rows);
}

static gpointer
drop_it (gpointer data)
{
  g_object_unref (data);
  return NULL;
}

static void
drop_in_handler (GListModel *model, guint position, guint removed, guint added, gpointer data)
{
  TaubeFolderView **view = data;

  g_clear_object (view);
}

/* At any moment, on any thread, and in the middle of its own signal. */
static void
test_can_be_dropped_at_any_moment (Fixture *f, gconstpointer data)
{
  view_mailbox_arrive (f, 50);
  for (guint i = 0; i < 60; i++)
    {
      TaubeFolderView *view = taube_folder_view_new (f->inbox, NULL);

      change_by_chance (f);
      server_say_to_all (f->server);
      for (guint k = 0; k < i; k++)
        {
          iterate ();
          g_thread_yield ();
        }
      if (i % 3 == 0)
        g_object_unref (view);
      else if (i % 3 == 1)
        g_thread_join (g_thread_new ("drop", drop_it, view));
      else
        {
          g_signal_connect (view, "items-changed", G_CALLBACK (drop_in_handler), &view);
          while (view != NULL && taube_folder_view_is_loading (view))
            iterate ();
          g_clear_object (&view);
        }
    }
}

static gboolean
fail_watch (Server *server, TestSession *session, TaubeFolder *folder, TaubeWatchStep *step, GCancellable *cancellable,
            GError **error)
{
  g_set_error_literal (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND, "there is no such folder");
  return FALSE;
}

static void
test_tells_why_it_ended (Fixture *f, gconstpointer data)
{
  g_autoptr (TaubeFolderView) view = NULL;
  gint notified = 0;

  f->server->watch = fail_watch;
  view = taube_folder_view_new (f->inbox, NULL);
  g_signal_connect_swapped (view, "notify::error", G_CALLBACK (g_atomic_int_inc), &notified);
  while (taube_folder_view_get_error (view) == NULL)
    {
      iterate ();
      g_thread_yield ();
    }
  g_assert_error (taube_folder_view_get_error (view), TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND);
  g_assert_cmpint (notified, ==, 1);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*func) (Fixture *f, gconstpointer data);
    gboolean polls;
  } cases[] = {
    { "/view/fills-itself", test_fills_itself },
    { "/view/tells-neighbours-as-one", test_tells_neighbours_as_one },
    { "/view/items-stay-the-same", test_items_stay_the_same },
    { "/view/random-changes", test_random_changes },
    { "/view/no-row-of-one-that-came-and-went/told", test_no_row_of_one_that_came_and_went },
    { "/view/no-row-of-one-that-came-and-went/polled", test_no_row_of_one_that_came_and_went, TRUE },
    { "/view/asks-again-who-is-there", test_asks_again_who_is_there },
    { "/view/survives-disconnect", test_survives_disconnect },
    { "/view/can-be-dropped-at-any-moment", test_can_be_dropped_at_any_moment },
    { "/view/tells-why-it-ended", test_tells_why_it_ended },
  };

  g_test_init (&argc, &argv, NULL);
  the_thread = g_thread_self ();
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add (cases[i].name, Fixture, GINT_TO_POINTER (cases[i].polls), set_up, cases[i].func, tear_down);
  return g_test_run ();
}
