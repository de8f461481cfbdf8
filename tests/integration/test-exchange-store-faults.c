/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A fault of each kind at each operation that changes something: nothing is lost, nothing is there twice, and what is
 * said of it is true. */
#include "exchange-world.h"

#include <string.h>

static const char letter[] = "From: a@example.org\r\nSubject: written\r\nMessage-ID: <written@example.org>\r\n\r\n"
                             "Text\r\n";

typedef struct
{
  ExchangeWorld *world;
  TaubeAccount *account;
  TaubeFolder *inbox, *archive;
} Scene;

static void
scene_clear (Scene *self)
{
  g_clear_object (&self->inbox);
  g_clear_object (&self->archive);
  g_clear_object (&self->account);
  exchange_world_stop (self->world);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Scene, scene_clear)

static guint
count_words (Scene *scene, const char *folder, const char *words)
{
  g_autofree char *what = g_strconcat ("folder?folder=", folder, NULL);
  g_autofree char *there = exchange_world_ask (scene->world, "GET", what, NULL);
  guint n = 0;

  for (const char *at = there; (at = strstr (at, words)) != NULL; at++)
    n++;
  return n;
}

static guint
count (Scene *scene, const char *folder)
{
  return count_words (scene, folder, "\"id\": \"");
}

/* Those that label() has changed: all of it, or nothing. */
static guint
count_labelled (Scene *scene)
{
  guint n = count_words (scene, "inbox", "Mine");

  g_assert_cmpuint (count_words (scene, "inbox", "\"Mine \\\\flagged\""), ==, n);
  return n;
}

typedef TaubeBatchResult *(*Operation) (Scene *scene, const TaubeIdSet *ids, GError **error);

static TaubeBatchResult *
move (Scene *scene, const TaubeIdSet *ids, GError **error)
{
  return taube_folder_move (scene->inbox, ids, scene->archive, NULL, NULL, error);
}

static TaubeBatchResult *
copy (Scene *scene, const TaubeIdSet *ids, GError **error)
{
  return taube_folder_copy (scene->inbox, ids, scene->archive, NULL, NULL, error);
}

static TaubeBatchResult *
take_away (Scene *scene, const TaubeIdSet *ids, GError **error)
{
  return taube_folder_remove (scene->inbox, ids, NULL, NULL, error);
}

static TaubeBatchResult *
label (Scene *scene, const TaubeIdSet *ids, GError **error)
{
  static const char *const mine[] = { "Mine", NULL };

  return taube_folder_set_flags (scene->inbox, ids, TAUBE_FLAGS_MODE_ADD, TAUBE_MESSAGE_FLAGS_FLAGGED, mine, NULL,
                                 error);
}

static TaubeBatchResult *
append (Scene *scene, const TaubeIdSet *ids, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (letter, strlen (letter));
  g_autoptr (TaubeMessageSource) source = taube_message_source_new_from_bytes (bytes);

  return taube_folder_append (scene->archive, &source, 1, NULL, NULL, error);
}

static const struct
{
  const char *name;
  const char *request;
  Operation run;
  int takes; /* for each item: what becomes of the inbox, and of the archive */
  int gives;
} operations[] = {
  { "move", "MoveItem", move, -1, 1 },
  { "copy", "CopyItem", copy, 0, 1 },
  { "remove", "DeleteItem", take_away, -1, 0 },
  { "label", "UpdateItem", label, 0, 0 },
  { "append", "CreateItem", append, 0, 1 },
};

static const char *const faults[] = {
  "\"fault\": \"server-busy\", \"backoff\": 20",
  "\"fault\": \"server-busy\", \"backoff\": 20, \"status\": 200",
  "\"fault\": \"server-busy-inside\", \"backoff\": 20",
  "\"fault\": \"unavailable\"",
  "\"fault\": \"too-many\"",
  "\"fault\": \"unauthorized\"",
  "\"fault\": \"fault\", \"code\": \"ErrorInternalServerError\"",
  "\"fault\": \"tenant-blocked\"",
  "\"fault\": \"login-page\"",
  "\"fault\": \"close\"",
  "\"fault\": \"lost-answer\"",
  "\"fault\": \"close-after\"",
  "\"fault\": \"truncated\", \"at\": 700",
  "\"fault\": \"truncated\", \"at\": 700, \"chunked\": true",
  "\"fault\": \"stall\", \"at\": 500",
  "\"fault\": \"dribble\", \"bytes\": 7",
  "\"fault\": \"twice\"",
  "\"fault\": \"garbage\"",
  "\"fault\": \"deep\"",
  "\"fault\": \"gzip\", \"bytes\": 100000",
  "\"fault\": \"surprises\"",
  "\"fault\": \"shuffled\"",
};

static TaubeIdSet *
list_ids (Scene *scene)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeMessageList) list = exchange_world_list (scene->account, "INBOX", &error);

  g_assert_no_error (error);
  return taube_item_list_get_ids (TAUBE_ITEM_LIST (list));
}

/* DONE of N were done, and of MAYBE nobody knows: the server has neither more nor less. */
static void
assert_between (guint there, guint before, int each, guint done, guint maybe)
{
  int low = (int) before + each * (int) done, high = (int) before + each * (int) (done + maybe);

  g_assert_cmpint ((int) there, >=, MIN (low, high));
  g_assert_cmpint ((int) there, <=, MAX (low, high));
}

static void
run_one (Scene *scene, guint which, const char *fault)
{
  g_autofree char *order = g_strdup_printf ("{%s, \"operation\": \"%s\"}", fault, operations[which].request);
  g_autoptr (TaubeIdSet) ids = NULL;
  g_autoptr (TaubeBatchResult) result = NULL;
  g_autoptr (GError) error = NULL;
  guint inbox, archive, labelled, done = 0, maybe = 0;

  g_free (exchange_world_ask (scene->world, "POST", "messages?count=2", NULL));
  ids = list_ids (scene);
  inbox = count (scene, "inbox");
  archive = count (scene, "archive");
  labelled = count_labelled (scene);
  exchange_world_order (scene->world, order);
  result = operations[which].run (scene, ids, &error);
  if (result != NULL)
    {
      done = (guint) taube_batch_result_count (result, TAUBE_BATCH_STATUS_DONE);
      maybe = (guint) taube_batch_result_count (result, TAUBE_BATCH_STATUS_UNKNOWN);
    }
  g_test_message ("%s with %s: %u done, %u unknown: %s", operations[which].name, fault, done, maybe,
                  error != NULL ? error->message : "");
  g_free (exchange_world_ask (scene->world, "DELETE", "faults", NULL));
  assert_between (count (scene, "inbox"), inbox, operations[which].takes, done, maybe);
  assert_between (count (scene, "archive"), archive, operations[which].gives, done, maybe);
  if (operations[which].run == label)
    {
      g_assert_cmpuint (count_labelled (scene), >=, done);
      g_assert_cmpuint (count_labelled (scene), <=, labelled + done + maybe);
    }
  /* A lost answer is looked after, so somebody knows. */
  if (strstr (fault, "lost-answer") != NULL)
    g_assert_cmpuint (maybe, ==, 0);
}

static void
test_operation (gconstpointer data)
{
  guint which = GPOINTER_TO_UINT (data);
  g_auto (Scene) scene = { 0 };

  scene.world = exchange_world_start ("");
  scene.account = exchange_world_open (scene.world, NULL, "timeout=2");
  scene.inbox = taube_account_get_folder_by_name (scene.account, "INBOX");
  scene.archive = taube_account_get_folder_by_name (scene.account, "Archive");
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    run_one (&scene, which, faults[i]);
}

/* A folder as a whole: when it is said to be done it is, and what was refused says why. */
static void
test_whole (gconstpointer data)
{
  gboolean empties = data != NULL;
  g_auto (Scene) scene = { 0 };

  scene.world = exchange_world_start ("");
  scene.account = exchange_world_open (scene.world, NULL, "timeout=2");
  scene.inbox = taube_account_get_folder_by_name (scene.account, "INBOX");
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autofree char *order = g_strdup_printf ("{%s, \"operation\": \"%s\"}", faults[i],
                                                empties ? "EmptyFolder" : "MarkAllItemsAsRead");
      g_autofree char *there = NULL;
      g_autoptr (GError) error = NULL;
      gboolean done;

      g_free (exchange_world_ask (scene.world, "POST", "messages?count=2", NULL));
      exchange_world_order (scene.world, order);
      done = empties ? taube_folder_empty (scene.inbox, TAUBE_DISCARD_MODE_TO_TRASH, FALSE, NULL, NULL, &error)
                     : taube_folder_mark_all_seen (scene.inbox, NULL, &error);
      g_test_message ("%s: %s", faults[i], done ? "done" : error->message);
      g_free (exchange_world_ask (scene.world, "DELETE", "faults", NULL));
      there = exchange_world_ask (scene.world, "GET", "folder?folder=inbox", NULL);
      if (done)
        g_assert_null (strstr (there, empties ? "\"id\"" : "\"read\": false"));
      else
        g_assert_nonnull (strstr (there, empties ? "\"id\"" : "\"read\": false"));
      if (strstr (faults[i], "lost-answer") != NULL)
        g_assert_true (done);
    }
}

/* How many folders of that name the server has. */
static guint
count_folders (Scene *scene, const char *name)
{
  g_autoptr (TaubeAccount) other = exchange_world_connect (scene->world);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) folders = taube_account_list_folders (other, TAUBE_CONTENT_MAIL, NULL, &error);
  guint n = 0;

  g_assert_no_error (error);
  for (guint i = 0; i < folders->len; i++)
    n += g_strcmp0 (taube_folder_get_name (folders->pdata[i]), name) == 0;
  return n;
}

/* Three folders are made by one call, and any of the three requests gets the fault: what is said to be made is there
 * once, what is not sure is not there twice, and once more is always possible. */
static void
test_create (gconstpointer data)
{
  guint skip = GPOINTER_TO_UINT (data);
  g_auto (Scene) scene = { 0 };

  scene.world = exchange_world_start ("");
  scene.account = exchange_world_open (scene.world, NULL, "timeout=2");
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autofree char *top = g_strdup_printf ("Top %u", i), *name = g_strdup_printf ("Top %u/Middle/Low", i);
      const char *const path[] = { top, "Middle", "Low", NULL };
      g_autofree char *order
        = g_strdup_printf ("{%s, \"operation\": \"CreateFolder\", \"skip\": %u}", faults[i], skip);
      g_autoptr (GError) error = NULL;
      g_autoptr (TaubeFolder) folder = NULL, again = NULL;

      exchange_world_order (scene.world, order);
      folder = taube_account_create_folder (scene.account, path, TAUBE_FOLDER_ROLE_NONE, TAUBE_CONTENT_MAIL, NULL,
                                            &error);
      g_test_message ("%s: %s", faults[i], folder != NULL ? "made" : error->message);
      g_free (exchange_world_ask (scene.world, "DELETE", "faults", NULL));
      g_assert_cmpuint (count_folders (&scene, top), <=, 1);
      g_assert_true (folder == NULL || count_folders (&scene, name) == 1);
      if (strstr (faults[i], "lost-answer") != NULL || strstr (faults[i], "\"close\"") != NULL)
        g_assert_nonnull (folder);
      g_clear_error (&error);
      again = taube_account_create_folder (scene.account, path, TAUBE_FOLDER_ROLE_NONE, TAUBE_CONTENT_MAIL, NULL,
                                           &error);
      g_assert_true (again != NULL || g_error_matches (error, TAUBE_ERROR, TAUBE_ERROR_EXISTS));
      g_assert_cmpuint (count_folders (&scene, name), ==, 1);
      g_assert_cmpuint (count_folders (&scene, top), ==, 1);
    }
}

/* One that is there already, or in which somebody has put something, is nobody's new folder, whatever was lost; when
 * nobody can look, nobody knows. */
static void
test_create_doubt (void)
{
  static const char *const path[] = { "Mine", NULL };
  static const char *const orders[] = {
    "{\"fault\": \"lost-answer\", \"operation\": \"CreateFolder\"}",
    "[{\"fault\": \"lost-answer\", \"operation\": \"CreateFolder\"},"
    " {\"fault\": \"close\", \"operation\": \"FindFolder\", \"count\": 3}]",
  };
  static const TaubeError codes[] = { TAUBE_ERROR_EXISTS, TAUBE_ERROR_UNKNOWN_OUTCOME };
  g_auto (Scene) scene = { 0 };
  g_autoptr (TaubeFolder) mine = NULL;
  g_autoptr (GError) error = NULL;

  scene.world = exchange_world_start ("");
  scene.account = exchange_world_connect (scene.world);
  mine = taube_account_create_folder (scene.account, path, TAUBE_FOLDER_ROLE_NONE, TAUBE_CONTENT_MAIL, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (orders); i++)
    {
      exchange_world_order (scene.world, orders[i]);
      g_assert_null (taube_account_create_folder (scene.account, path, TAUBE_FOLDER_ROLE_NONE, TAUBE_CONTENT_MAIL,
                                                  NULL, &error));
      g_assert_error (error, TAUBE_ERROR, (int) codes[i]);
      g_clear_error (&error);
      g_free (exchange_world_ask (scene.world, "DELETE", "faults", NULL));
      g_assert_cmpuint (count_folders (&scene, "Mine"), ==, 1);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (operations); i++)
    {
      g_autofree char *path = g_strconcat ("/exchange/store-faults/", operations[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_operation);
    }
  for (guint skip = 0; skip < 3; skip++)
    {
      g_autofree char *path = g_strdup_printf ("/exchange/store-faults/create-folder/%u", skip);

      g_test_add_data_func (path, GUINT_TO_POINTER (skip), test_create);
    }
  g_test_add_func ("/exchange/store-faults/create-folder/doubt", test_create_doubt);
  g_test_add_data_func ("/exchange/store-faults/mark-all-seen", NULL, test_whole);
  g_test_add_data_func ("/exchange/store-faults/empty", "", test_whole);
  return g_test_run ();
}
