/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-client.h"

#include "taube-test-hand.h"

#include <string.h>

/* Appending, copying, moving and removing on real servers, through the public API; what became of it is looked at by
 * somebody else's hand. */

typedef struct
{
  TaubeTestMail *mail;
  TaubeAccount *account;
  TaubeFolder *folder;
  TaubeFolder *target;
} Place;

static TaubeAccount *
open_account (TaubeTestMail *mail)
{
  g_autofree char *uri
    = g_strdup_printf ("imaps://alice@localhost:%u/", taube_test_mail_get_port (mail, "imaps"));
  g_autoptr (TaubeCredentials) credentials = taube_credentials_new_password (TAUBE_TEST_PASSWORD);
  g_autoptr (TaubeSettings) settings = taube_settings_new ();
  g_autoptr (GError) error = NULL;
  TaubeAccount *account;

  taube_settings_set (settings, "ca-file", taube_test_mail_get (mail, "ca-file"), &error);
  g_assert_no_error (error);
  account = taube_account_create_with_settings (uri, settings, credentials, &error);
  g_assert_no_error (error);
  return account;
}

/* Two new folders, which the account knows by the names that this server has for them. FALSE: no such server. */
static gboolean
place_init (Place *self, gconstpointer kind, const char *name)
{
  g_autofree char *other = g_strconcat (name, "-to", NULL);
  g_autoptr (GPtrArray) folders = NULL;
  g_autoptr (GError) error = NULL;

  *self = (Place){ .mail = taube_test_mail_share (GPOINTER_TO_INT (kind)) };
  if (self->mail == NULL)
    return FALSE;
  taube_test_mail_make_folder (self->mail, "alice", name);
  taube_test_mail_make_folder (self->mail, "alice", other);
  self->account = open_account (self->mail);
  folders = taube_account_list_folders (self->account, TAUBE_CONTENT_MAIL, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < folders->len; i++)
    {
      const char *shown = taube_folder_get_name (folders->pdata[i]);

      if (g_str_has_suffix (shown, other))
        self->target = g_object_ref (folders->pdata[i]);
      else if (g_str_has_suffix (shown, name))
        self->folder = g_object_ref (folders->pdata[i]);
    }
  g_ptr_array_set_free_func (folders, g_object_unref);
  g_assert_nonnull (self->folder);
  g_assert_nonnull (self->target);
  return TRUE;
}

static void
place_clear (Place *self)
{
  g_autoptr (GError) error = NULL;

  if (self->account == NULL)
    return;
  g_clear_object (&self->folder);
  g_clear_object (&self->target);
  taube_account_disconnect (self->account, NULL, &error);
  g_assert_no_error (error);
  g_clear_object (&self->account);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, place_clear)


static TaubeMessageSource *
source_from_text (const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return taube_message_source_new_from_bytes (bytes);
}

static char *
make_text (guint number)
{
  return g_strdup_printf ("From: anna@example.org\nSubject: letter %u\nMessage-ID: <letter-%u@example.org>\n"
                          "Date: Thu, 05 Nov 2026 14:03:07 +0100\n\nCoo %u.\n",
                          number, number, number);
}

/* Ids of N letters that are in the folder now, in their order. */
static char **
append_letters (TaubeFolder *folder, guint n)
{
  g_autoptr (GPtrArray) sources = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (TaubeBatchResult) result = NULL;
  g_autoptr (GError) error = NULL;
  char **ids = g_new0 (char *, n + 1);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *text = make_text (i + 1);

      g_ptr_array_add (sources, source_from_text (text));
    }
  result = taube_folder_append (folder, (TaubeMessageSource *const *) sources->pdata, n, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (taube_batch_result_is_all_done (result));
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *position = g_strdup_printf ("%u", i + 1);

      ids[i] = taube_batch_result_get_new_id (result, position);
      g_assert_nonnull (ids[i]);
    }
  return ids;
}

static char *
load (TaubeFolder *folder, const char *id)
{
  g_autoptr (GOutputStream) sink = g_memory_output_stream_new_resizable ();
  g_autoptr (GError) error = NULL;

  taube_folder_fetch (folder, id, NULL, 0, -1, sink, NULL, NULL, &error);
  g_assert_no_error (error);
  g_output_stream_write_all (sink, "", 1, NULL, NULL, NULL);
  g_output_stream_close (sink, NULL, NULL);
  return g_memory_output_stream_steal_data (G_MEMORY_OUTPUT_STREAM (sink));
}

static void
assert_letter (TaubeFolder *folder, const char *id, guint number)
{
  g_autofree char *text = load (folder, id);
  g_autofree char *line = g_strdup_printf ("\r\n\r\nCoo %u.\r\n", number);

  g_assert_true (g_str_has_suffix (text, line));
}

/* How many messages are in the folder, as another client sees it. */
static guint
count (Place *place, const char *name)
{
  g_autoptr (TaubeTestHand) hand = taube_test_hand_new (place->mail, "alice");
  g_autofree char *quoted = taube_test_mail_name (place->mail, name);
  g_autofree char *said = taube_test_hand_run (hand, "STATUS %s (MESSAGES)", quoted);
  const char *found = strstr (said, "MESSAGES ");

  g_assert_nonnull (found);
  return (guint) g_ascii_strtoull (found + 9, NULL, 10);
}

static void
test_append (gconstpointer kind)
{
  static const char *const keywords[] = { "parcel", NULL };
  g_auto (Place) place = { 0 };
  g_autoptr (TaubeMessageSource) source = source_from_text ("Subject: one\n\nCoo.\nCoo.\r\n");
  g_autoptr (GDateTime) date = g_date_time_new_from_iso8601 ("2024-02-29T23:59:58+02:00", NULL);
  g_autoptr (TaubeBatchResult) result = NULL;
  g_autoptr (TaubeItem) item = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL, *text = NULL;

  if (!place_init (&place, kind, "append"))
    return;
  taube_message_source_set_flags (source, TAUBE_MESSAGE_FLAGS_SEEN | TAUBE_MESSAGE_FLAGS_FLAGGED);
  taube_message_source_set_keywords (source, keywords);
  taube_message_source_set_date (source, date);
  result = taube_folder_append (place.folder, &source, 1, NULL, NULL, &error);
  g_assert_no_error (error);
  id = taube_batch_result_get_new_id (result, "1");
  g_assert_nonnull (id);
  item = taube_folder_get_item (place.folder, id, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmphex (taube_message_get_flags (TAUBE_MESSAGE (item)) & ~TAUBE_MESSAGE_FLAGS_RECENT, ==,
                   TAUBE_MESSAGE_FLAGS_SEEN | TAUBE_MESSAGE_FLAGS_FLAGGED);
  g_assert_true (g_date_time_equal (taube_message_get_date (TAUBE_MESSAGE (item)), date));
  g_assert_true (g_strv_contains (taube_message_get_keywords (TAUBE_MESSAGE (item)), "parcel"));
  text = load (place.folder, id);
  g_assert_cmpstr (text, ==, "Subject: one\r\n\r\nCoo.\r\nCoo.\r\n");
}

static void
test_several (gconstpointer kind)
{
  g_auto (Place) place = { 0 };
  g_auto (GStrv) ids = NULL;

  if (!place_init (&place, kind, "several"))
    return;
  ids = append_letters (place.folder, 120);
  g_assert_cmpuint (count (&place, "several"), ==, 120);
  assert_letter (place.folder, ids[0], 1);
  assert_letter (place.folder, ids[60], 61);
  assert_letter (place.folder, ids[119], 120);
}

static void
test_no_folder (gconstpointer kind)
{
  g_auto (Place) place = { 0 };
  g_autoptr (TaubeMessageSource) source = source_from_text ("Subject: one\n\nCoo.\n");
  g_autoptr (TaubeFolder) nowhere = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;

  if (!place_init (&place, kind, "no-folder"))
    return;
  name = g_strconcat (taube_folder_get_name (place.folder), "-not", NULL);
  nowhere = taube_account_get_folder_by_name (place.account, name);
  g_assert_null (taube_folder_append (nowhere, &source, 1, NULL, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, name));
  g_assert_nonnull (strstr (error->message, "server said"));
}

static TaubeIdSet *
make_set (char **ids, guint first, guint n)
{
  TaubeIdSet *set = taube_id_set_new ();

  for (guint i = 0; i < n; i++)
    taube_id_set_add (set, ids[first + i]);
  return set;
}

static char *
make_strange (const char *id)
{
  return g_strdup_printf ("%.*s4000000", (int) (strchr (id, '.') + 1 - id), id);
}

static void
assert_missing (TaubeBatchResult *result, const char *id)
{
  g_autoptr (GError) error = taube_batch_result_get_error (result, id);

  g_assert_cmpint (taube_batch_result_get_status (result, id), ==, TAUBE_BATCH_STATUS_FAILED);
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND);
}

static void
test_copy (gconstpointer kind)
{
  g_auto (Place) place = { 0 };
  g_auto (GStrv) ids = NULL;
  g_autoptr (TaubeIdSet) set = NULL;
  g_autoptr (TaubeBatchResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *new_id = NULL, *strange = NULL;

  if (!place_init (&place, kind, "copy"))
    return;
  ids = append_letters (place.folder, 5);
  set = make_set (ids, 1, 3);
  strange = make_strange (ids[0]);
  taube_id_set_add (set, strange);
  result = taube_folder_copy (place.folder, set, place.target, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_batch_result_count (result, TAUBE_BATCH_STATUS_DONE), ==, 3);
  assert_missing (result, strange);
  for (guint i = 1; i < 4; i++)
    {
      g_autofree char *id = taube_batch_result_get_new_id (result, ids[i]);

      g_assert_nonnull (id);
      assert_letter (place.target, id, i + 1);
    }
  g_assert_cmpuint (count (&place, "copy"), ==, 5);
  g_assert_cmpuint (count (&place, "copy-to"), ==, 3);
}

static void
test_move (gconstpointer kind)
{
  g_auto (Place) place = { 0 };
  g_auto (GStrv) ids = NULL;
  g_autoptr (TaubeIdSet) set = NULL;
  g_autoptr (TaubeBatchResult) result = NULL;
  g_autoptr (TaubeProgress) progress = taube_progress_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *strange = NULL;

  if (!place_init (&place, kind, "move"))
    return;
  ids = append_letters (place.folder, 6);
  set = make_set (ids, 2, 3);
  strange = make_strange (ids[0]);
  taube_id_set_add (set, strange);
  result = taube_folder_move (place.folder, set, place.target, progress, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_batch_result_count (result, TAUBE_BATCH_STATUS_DONE), ==, 3);
  g_assert_cmpuint (taube_progress_get_done (progress), ==, 4);
  assert_missing (result, strange);
  for (guint i = 2; i < 5; i++)
    {
      g_autofree char *id = taube_batch_result_get_new_id (result, ids[i]);

      g_assert_nonnull (id);
      assert_letter (place.target, id, i + 1);
    }
  g_assert_cmpuint (count (&place, "move"), ==, 3);
  g_assert_cmpuint (count (&place, "move-to"), ==, 3);

  g_assert_null (taube_folder_move (place.folder, set, place.folder, NULL, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
}

/* What others have marked as deleted stays. */
static void
test_remove (gconstpointer kind)
{
  g_auto (Place) place = { 0 };
  g_auto (GStrv) ids = NULL;
  g_autoptr (TaubeIdSet) set = NULL, marked = NULL;
  g_autoptr (TaubeBatchResult) result = NULL, marks = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *strange = NULL;

  if (!place_init (&place, kind, "remove"))
    return;
  ids = append_letters (place.folder, 5);
  marked = make_set (ids, 4, 1);
  marks = taube_folder_set_flags (place.folder, marked, TAUBE_FLAGS_MODE_ADD, TAUBE_MESSAGE_FLAGS_DELETED, NULL, NULL,
                                  &error);
  g_assert_no_error (error);
  g_assert_true (taube_batch_result_is_all_done (marks));
  set = make_set (ids, 0, 2);
  strange = make_strange (ids[0]);
  taube_id_set_add (set, strange);
  result = taube_folder_remove (place.folder, set, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_batch_result_count (result, TAUBE_BATCH_STATUS_DONE), ==, 2);
  assert_missing (result, strange);
  g_assert_cmpuint (count (&place, "remove"), ==, 3);
  assert_letter (place.folder, ids[4], 5);
}

static void
test_replace (gconstpointer kind)
{
  g_auto (Place) place = { 0 };
  g_auto (GStrv) ids = NULL;
  g_autofree char *text = make_text (9), *new_id = NULL, *strange = NULL;
  g_autoptr (TaubeMessageSource) source = source_from_text (text);
  g_autoptr (TaubeBatchResult) result = NULL;
  g_autoptr (TaubeItem) item = NULL;
  g_autoptr (GError) error = NULL;

  if (!place_init (&place, kind, "replace"))
    return;
  ids = append_letters (place.folder, 3);
  taube_message_source_set_flags (source, TAUBE_MESSAGE_FLAGS_DRAFT);
  result = taube_folder_replace (place.folder, ids[1], source, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (taube_batch_result_is_all_done (result));
  new_id = taube_batch_result_get_new_id (result, ids[1]);
  g_assert_nonnull (new_id);
  assert_letter (place.folder, new_id, 9);
  item = taube_folder_get_item (place.folder, new_id, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (taube_message_get_flags (TAUBE_MESSAGE (item)) & TAUBE_MESSAGE_FLAGS_DRAFT);
  g_assert_cmpuint (count (&place, "replace"), ==, 3);
  strange = make_strange (ids[0]);
  g_assert_null (taube_folder_replace (place.folder, strange, source, NULL, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND);
  g_assert_cmpuint (count (&place, "replace"), ==, 3);
}

/* Larger than what goes unasked, from a stream that can be read once, with line ends to be put right. */
static void
test_large (gconstpointer kind)
{
  g_auto (Place) place = { 0 };
  g_autoptr (GString) text = g_string_new ("Subject: large\n\n");
  g_autoptr (GString) expected = g_string_new ("Subject: large\r\n\r\n");
  g_autoptr (TaubeMessageSource) source = NULL;
  g_autoptr (GInputStream) memory = NULL, in = NULL;
  g_autoptr (TaubeProgress) progress = taube_progress_new ();
  g_autoptr (TaubeBatchResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL, *found = NULL;

  if (!place_init (&place, kind, "large"))
    return;
  for (guint i = 0; i < 40000; i++)
    {
      g_string_append_printf (text, "%060u\n", i);
      g_string_append_printf (expected, "%060u\r\n", i);
    }
  memory = g_memory_input_stream_new_from_data (text->str, (gssize) text->len, NULL);
  in = g_buffered_input_stream_new (memory);
  source = taube_message_source_new (in, (gint64) text->len);
  result = taube_folder_append (place.folder, &source, 1, progress, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_progress_get_done (progress), ==, expected->len);
  g_assert_cmpuint (taube_progress_get_total (progress), ==, expected->len);
  id = taube_batch_result_get_new_id (result, "1");
  found = load (place.folder, id);
  g_assert_cmpuint (strlen (found), ==, expected->len);
  g_assert_true (strcmp (found, expected->str) == 0);
}

/* A copy beside the original. */
static void
test_same_folder (gconstpointer kind)
{
  g_auto (Place) place = { 0 };
  g_auto (GStrv) ids = NULL;
  g_autoptr (TaubeIdSet) set = NULL;
  g_autoptr (TaubeBatchResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;

  if (!place_init (&place, kind, "same"))
    return;
  ids = append_letters (place.folder, 2);
  set = make_set (ids, 0, 1);
  result = taube_folder_copy (place.folder, set, place.folder, NULL, NULL, &error);
  g_assert_no_error (error);
  id = taube_batch_result_get_new_id (result, ids[0]);
  g_assert_nonnull (id);
  g_assert_cmpstr (id, !=, ids[0]);
  assert_letter (place.folder, id, 1);
  g_assert_cmpuint (count (&place, "same"), ==, 3);
}

/* More than one command can name. */
static void
test_many (gconstpointer kind)
{
  g_auto (Place) place = { 0 };
  g_auto (GStrv) ids = NULL;
  g_autoptr (TaubeIdSet) set = taube_id_set_new ();
  g_autoptr (TaubeBatchResult) result = NULL, removed = NULL;
  g_autoptr (GError) error = NULL;

  if (!place_init (&place, kind, "many"))
    return;
  ids = append_letters (place.folder, 1100);
  for (guint i = 0; i < 1100; i += 2)
    taube_id_set_add (set, ids[i]);
  result = taube_folder_move (place.folder, set, place.target, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_batch_result_count (result, TAUBE_BATCH_STATUS_DONE), ==, 550);
  g_assert_cmpuint (count (&place, "many"), ==, 550);
  g_assert_cmpuint (count (&place, "many-to"), ==, 550);
  for (guint i = 0; i < 1100; i += 2)
    {
      g_autofree char *id = taube_batch_result_get_new_id (result, ids[i]);

      g_assert_nonnull (id);
      if (i % 400 == 0)
        assert_letter (place.target, id, i + 1);
    }
  taube_id_set_free (g_steal_pointer (&set));
  set = make_set (ids, 0, 1100);
  removed = taube_folder_remove (place.folder, set, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_batch_result_count (removed, TAUBE_BATCH_STATUS_DONE), ==, 550);
  g_assert_cmpuint (taube_batch_result_count (removed, TAUBE_BATCH_STATUS_FAILED), ==, 550);
  g_assert_cmpuint (count (&place, "many"), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  taube_test_mail_add_each ("/imap/write", "append", test_append);
  taube_test_mail_add_each ("/imap/write", "several", test_several);
  taube_test_mail_add_each ("/imap/write", "no-folder", test_no_folder);
  taube_test_mail_add_each ("/imap/write", "copy", test_copy);
  taube_test_mail_add_each ("/imap/write", "move", test_move);
  taube_test_mail_add_each ("/imap/write", "remove", test_remove);
  taube_test_mail_add_each ("/imap/write", "replace", test_replace);
  taube_test_mail_add_each ("/imap/write", "large", test_large);
  taube_test_mail_add_each ("/imap/write", "same-folder", test_same_folder);
  taube_test_mail_add_each ("/imap/write", "many", test_many);
  return taube_test_mail_run ();
}
