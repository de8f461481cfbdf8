/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Mail over Exchange, against the private server: what everybody does every day. */
#include "exchange-world.h"
#include "meter.h"

#include <string.h>

static const char letter[] = "From: =?utf-8?q?J=C3=B6rg?= <joerg@example.net>\r\nTo: Alice <alice@example.org>,\r\n"
                             " bob@example.org\r\nCc: carol@example.org\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
                             "Date: Fri, 27 Nov 2026 10:00:00 +0100\r\nMessage-ID: <one@example.net>\r\n"
                             "In-Reply-To: <zero@example.org>\r\nMIME-Version: 1.0\r\n"
                             "Content-Type: text/plain; charset=utf-8\r\n\r\nGuten Tag!\r\n";

static void
test_folders (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=3");
  g_autoptr (TaubeAccount) account = exchange_world_connect (world);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) folders = taube_account_list_folders (account, TAUBE_CONTENT_MAIL, NULL, &error);
  guint roles = 0;

  g_assert_no_error (error);
  for (guint i = 0; i < folders->len; i++)
    {
      TaubeFolder *folder = folders->pdata[i];

      g_assert_cmpint (taube_folder_get_content (folder), ==, TAUBE_CONTENT_MAIL);
      roles |= 1u << taube_folder_get_role (folder);
      if (taube_folder_get_role (folder) == TAUBE_FOLDER_ROLE_INBOX)
        g_assert_cmpint (taube_folder_get_total (folder), ==, 3);
    }
  for (TaubeFolderRole role = TAUBE_FOLDER_ROLE_INBOX; role <= TAUBE_FOLDER_ROLE_JUNK; role++)
    g_assert_true (roles & (1u << role));
}

static void
test_capabilities (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("");
  g_autoptr (TaubeAccount) account = exchange_world_connect (world);
  g_autoptr (TaubeCapabilities) live = taube_account_get_capabilities (account);

  for (TaubeCapability row = TAUBE_CAPABILITY_RETRIEVAL; row <= TAUBE_CAPABILITY_MULTI_DEVICE; row++)
    {
      TaubeSupport support = TAUBE_SUPPORT_NO;

      g_assert_true (taube_capabilities_lookup (live, row, TAUBE_CAPABILITY_LEVEL_PROTOCOL, &support, NULL, NULL));
      g_assert_cmpint (support, ==, TAUBE_SUPPORT_YES);
    }
  g_assert_true (g_str_has_prefix (taube_capabilities_get_evidence (live, TAUBE_CAPABILITY_MAIL_SYNC), "EWS 15.2."));
}

/* Each column is what the message says, and the message is the one that came. */
static void
test_list_and_fetch (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("");
  g_autoptr (TaubeAccount) account = exchange_world_connect (world);
  g_autoptr (TaubeMessageList) list = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *whole = NULL, *header = NULL, *id = NULL;

  exchange_world_deliver (world, letter);
  list = exchange_world_list (account, "INBOX", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (list)), ==, 1);
  g_assert_cmpstr (taube_message_list_get_subject (list, 0), ==, "Grüße");
  g_assert_cmpstr (taube_message_list_get_from (list, 0), ==, "Jörg <joerg@example.net>");
  g_assert_nonnull (strstr (taube_message_list_get_to (list, 0), "bob@example.org"));
  g_assert_nonnull (strstr (taube_message_list_get_to (list, 0), "alice@example.org"));
  g_assert_nonnull (strstr (taube_message_list_get_cc (list, 0), "carol@example.org"));
  g_assert_nonnull (strstr (taube_message_list_get_message_id (list, 0), "one@example.net"));
  g_assert_cmpint (taube_message_list_get_flags (list, 0), ==, TAUBE_MESSAGE_FLAGS_NONE);
  id = taube_item_list_get_id (TAUBE_ITEM_LIST (list), 0);
  whole = exchange_world_fetch (account, id, "", &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (whole, "Guten Tag!\r\n"));
  g_assert_nonnull (strstr (whole, "Message-ID: <one@example.net>"));
  header = exchange_world_fetch (account, id, "HEADER", &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (whole, header));
  g_assert_true (g_str_has_suffix (header, "\r\n\r\n"));
}

/* More than one page and one batch; the newest first and last. */
static void
test_long_list (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=2300 --small");
  g_autoptr (TaubeAccount) account = exchange_world_connect (world);
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (TaubeListRequest) request = taube_list_request_new ();
  g_autoptr (TaubeItemList) first = NULL, last = NULL;
  g_autoptr (TaubeMessageList) all = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeIdSet) ids = taube_id_set_new ();

  all = exchange_world_list (account, "INBOX", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (all)), ==, 2300);
  for (guint i = 0; i < 2300; i++)
    {
      g_autofree char *id = taube_item_list_get_id (TAUBE_ITEM_LIST (all), i);

      taube_id_set_add (ids, id);
    }
  g_assert_cmpuint (taube_id_set_get_size (ids), ==, 2300);
  taube_list_request_set_newest (request, 5);
  taube_list_request_set_newest_first (request, TRUE);
  first = taube_folder_list (inbox, request, NULL, &error);
  g_assert_no_error (error);
  taube_list_request_set_newest_first (request, FALSE);
  last = taube_folder_list (inbox, request, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_item_list_get_size (first), ==, 5);
  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *a = taube_item_list_get_id (first, i), *b = taube_item_list_get_id (last, 4 - i);
      g_autofree char *c = taube_item_list_get_id (TAUBE_ITEM_LIST (all), 2299 - i);

      g_assert_cmpstr (a, ==, b);
      g_assert_cmpstr (a, ==, c);
    }
}

/* A message of 20 MB comes in pieces: what is written at once is small. */
static void
test_large_message (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("");
  g_autoptr (TaubeAccount) account = exchange_world_connect (world);
  g_autoptr (GString) mime = g_string_new ("From: a@example.org\r\nSubject: large\r\n\r\n");
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (Meter) meter = meter_new ();
  g_autoptr (TaubeMessageList) list = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;

  while (mime->len < 20 << 20)
    g_string_append (mime, "A line of sixty-four characters, over and over and over again..\r\n");
  exchange_world_deliver (world, mime->str);
  list = exchange_world_list (account, "INBOX", &error);
  g_assert_no_error (error);
  id = taube_item_list_get_id (TAUBE_ITEM_LIST (list), 0);
  taube_folder_fetch (inbox, id, "", 0, -1, G_OUTPUT_STREAM (meter), NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (meter->total, ==, mime->len);
  g_assert_cmpuint (meter->largest, <=, 64 << 10);
}

static TaubeIdSet *
only (const char *id)
{
  TaubeIdSet *ids = taube_id_set_new ();

  taube_id_set_add (ids, id);
  return ids;
}

static TaubeMessageFlags
get_flags (TaubeAccount *account)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeMessageList) list = exchange_world_list (account, "INBOX", &error);

  g_assert_no_error (error);
  return taube_message_list_get_flags (list, 0);
}

static void
test_flags (void)
{
  static const TaubeMessageFlags settable[] = { TAUBE_MESSAGE_FLAGS_SEEN, TAUBE_MESSAGE_FLAGS_FLAGGED,
                                                TAUBE_MESSAGE_FLAGS_ANSWERED, TAUBE_MESSAGE_FLAGS_FORWARDED };
  static const char *const builds[] = { "--messages=1 --build=14.2", "--messages=1 --build=15.2" };

  for (guint b = 0; b < G_N_ELEMENTS (builds); b++)
    {
      g_autoptr (ExchangeWorld) world = exchange_world_start (builds[b]);
      g_autoptr (TaubeAccount) account = exchange_world_connect (world);
      g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
      g_autoptr (GError) error = NULL;
      g_autoptr (TaubeMessageList) list = exchange_world_list (account, "INBOX", &error);
      g_autofree char *id = taube_item_list_get_id (TAUBE_ITEM_LIST (list), 0);
      g_autoptr (TaubeIdSet) ids = only (id);

      taube_batch_result_unref (taube_folder_set_flags (inbox, ids, TAUBE_FLAGS_MODE_REPLACE, 0, NULL, NULL, &error));
      g_assert_no_error (error);
      for (guint i = 0; i < G_N_ELEMENTS (settable); i++)
        {
          g_autoptr (TaubeBatchResult) set
            = taube_folder_set_flags (inbox, ids, TAUBE_FLAGS_MODE_ADD, settable[i], NULL, NULL, &error);
          g_autoptr (TaubeBatchResult) unset = NULL;

          g_assert_no_error (error);
          g_assert_cmpint (taube_batch_result_get_status (set, id), ==, TAUBE_BATCH_STATUS_DONE);
          g_assert_cmpint (get_flags (account), ==, settable[i]);
          unset = taube_folder_set_flags (inbox, ids, TAUBE_FLAGS_MODE_REMOVE, settable[i], NULL, NULL, &error);
          g_assert_no_error (error);
          g_assert_cmpint (get_flags (account), ==, 0);
        }
    }
}

/* Categories: one property, of which others stay. */
static void
test_categories (void)
{
  static const char *const red[] = { "Red Category", NULL }, *const blue[] = { "Blue & <Green>", NULL };
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=1");
  g_autoptr (TaubeAccount) account = exchange_world_connect (world);
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeMessageList) list = exchange_world_list (account, "INBOX", &error), both = NULL, one = NULL;
  g_autofree char *id = taube_item_list_get_id (TAUBE_ITEM_LIST (list), 0);
  g_autoptr (TaubeIdSet) ids = only (id);

  taube_batch_result_unref (taube_folder_set_flags (inbox, ids, TAUBE_FLAGS_MODE_ADD, 0, red, NULL, &error));
  g_assert_no_error (error);
  taube_batch_result_unref (taube_folder_set_flags (inbox, ids, TAUBE_FLAGS_MODE_ADD, 0, blue, NULL, &error));
  g_assert_no_error (error);
  both = exchange_world_list (account, "INBOX", &error);
  g_assert_true (g_strv_contains (taube_message_list_get_keywords (both, 0), red[0]));
  g_assert_true (g_strv_contains (taube_message_list_get_keywords (both, 0), blue[0]));
  taube_batch_result_unref (taube_folder_set_flags (inbox, ids, TAUBE_FLAGS_MODE_REMOVE, 0, red, NULL, &error));
  g_assert_no_error (error);
  one = exchange_world_list (account, "INBOX", &error);
  g_assert_cmpuint (g_strv_length ((char **) taube_message_list_get_keywords (one, 0)), ==, 1);
  g_assert_cmpstr (taube_message_list_get_keywords (one, 0)[0], ==, blue[0]);
}

/* What cannot be kept is refused before a byte goes out. */
static void
test_flags_refused (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("");
  g_autoptr (TaubeAccount) account = exchange_world_connect (world);
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (TaubeIdSet) ids = only ("AAMk");
  g_autoptr (GError) deleted = NULL;
  guint before = exchange_world_count (world, NULL);

  g_assert_null (taube_folder_set_flags (inbox, ids, TAUBE_FLAGS_MODE_ADD, TAUBE_MESSAGE_FLAGS_DELETED, NULL, NULL,
                                         &deleted));
  g_assert_error (deleted, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED);
  g_assert_cmpuint (exchange_world_count (world, "UpdateItem"), ==, 0);
  g_assert_cmpuint (before, >, 0);
}

static void
test_move_copy_remove (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=150");
  g_autoptr (TaubeAccount) account = exchange_world_connect (world);
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (TaubeFolder) archive = taube_account_get_folder_by_name (account, "Archive");
  g_autoptr (TaubeIdSet) ids = taube_id_set_new (), moved_ids = taube_id_set_new (), both = taube_id_set_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeMessageList) list = exchange_world_list (account, "INBOX", &error);
  g_autoptr (TaubeMessageList) there = NULL, empty = NULL;
  g_autoptr (TaubeBatchResult) copied = NULL, moved = NULL, removed = NULL;

  for (guint i = 0; i < 150; i++)
    {
      g_autofree char *id = taube_item_list_get_id (TAUBE_ITEM_LIST (list), i);

      taube_id_set_add (ids, id);
    }
  copied = taube_folder_copy (inbox, ids, archive, NULL, NULL, &error);
  g_assert_no_error (error);
  moved = taube_folder_move (inbox, ids, archive, NULL, NULL, &error);
  g_assert_no_error (error);
  empty = exchange_world_list (account, "INBOX", &error);
  g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (empty)), ==, 0);
  there = exchange_world_list (account, "Archive", &error);
  g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (there)), ==, 300);
  for (guint i = 0; i < 150; i++)
    {
      g_autofree char *id = taube_item_list_get_id (TAUBE_ITEM_LIST (list), i);
      g_autofree char *copy_id = taube_batch_result_get_new_id (copied, id);
      g_autofree char *move_id = taube_batch_result_get_new_id (moved, id);

      g_assert_cmpstr (copy_id, !=, move_id);
      taube_id_set_add (both, copy_id);
      taube_id_set_add (both, move_id);
      taube_id_set_add (moved_ids, move_id);
    }
  g_assert_cmpuint (taube_id_set_get_size (both), ==, 300);
  for (guint i = 0; i < 300; i++)
    {
      g_autofree char *id = taube_item_list_get_id (TAUBE_ITEM_LIST (there), i);

      g_assert_true (taube_id_set_contains (both, id));
    }
  removed = taube_folder_remove (archive, moved_ids, NULL, NULL, &error);
  g_assert_no_error (error);
  g_clear_object (&there);
  there = exchange_world_list (account, "Archive", &error);
  g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (there)), ==, 150);
}

static TaubeFolder *
make_folder (TaubeAccount *account, const char *name, GError **error)
{
  g_auto (GStrv) path = g_strsplit (name, "/", -1);

  return taube_account_create_folder (account, (const char *const *) path, TAUBE_FOLDER_ROLE_NONE, TAUBE_CONTENT_MAIL,
                                      NULL, error);
}

static void
test_manage_folders (void)
{
  static const char *const moved_path[] = { "Archive", "R & D", "Ende", NULL };
  g_autoptr (ExchangeWorld) world = exchange_world_start ("");
  g_autoptr (TaubeAccount) account = exchange_world_connect (world);
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeFolder) deep = make_folder (account, "Archive/2026/Grüße", &error);
  g_autoptr (TaubeFolder) renamed = NULL, parent = taube_account_get_folder_by_name (account, "Archive/2026");
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");

  g_assert_no_error (error);
  g_assert_null (make_folder (account, "Archive/2026/Grüße", &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_EXISTS);
  g_clear_error (&error);
  g_assert_false (taube_account_delete_folder (account, parent, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONFLICT);
  g_clear_error (&error);
  renamed = taube_account_rename_folder (account, deep, moved_path, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (taube_folder_refresh (renamed, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (taube_account_delete_folder (account, renamed, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (taube_folder_refresh (renamed, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_true (taube_account_delete_folder (account, parent, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (taube_account_delete_folder (account, inbox, NULL, &error));
  g_assert_nonnull (error);
}

/* What is written is what comes back: the bytes, flags, categories and date. */
static void
test_append (void)
{
  static const char *const keywords[] = { "Red Category", NULL };
  static const char *const builds[] = { "--build=14.2", "--build=15.2" };

  for (guint b = 0; b < G_N_ELEMENTS (builds); b++)
    {
      g_autoptr (ExchangeWorld) world = exchange_world_start (builds[b]);
      g_autoptr (TaubeAccount) account = exchange_world_connect (world);
      g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
      g_autoptr (GBytes) bytes = g_bytes_new_static (letter, strlen (letter));
      g_autoptr (TaubeMessageSource) source = taube_message_source_new_from_bytes (bytes);
      g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (1795741323);
      g_autoptr (GError) error = NULL;
      g_autoptr (TaubeBatchResult) result = NULL;
      g_autoptr (TaubeMessageList) list = NULL;
      g_autofree char *id = NULL, *new_id = NULL, *back = NULL;
      gint64 when = 0;

      taube_message_source_set_flags (source, TAUBE_MESSAGE_FLAGS_SEEN | TAUBE_MESSAGE_FLAGS_FLAGGED
                                                | TAUBE_MESSAGE_FLAGS_ANSWERED);
      taube_message_source_set_keywords (source, keywords);
      taube_message_source_set_date (source, date);
      result = taube_folder_append (inbox, &source, 1, NULL, NULL, &error);
      g_assert_no_error (error);
      new_id = taube_batch_result_get_new_id (result, "1");
      list = exchange_world_list (account, "INBOX", &error);
      g_assert_no_error (error);
      id = taube_item_list_get_id (TAUBE_ITEM_LIST (list), 0);
      g_assert_cmpstr (id, ==, new_id);
      g_assert_cmpint (taube_message_list_get_flags (list, 0), ==,
                       TAUBE_MESSAGE_FLAGS_SEEN | TAUBE_MESSAGE_FLAGS_FLAGGED | TAUBE_MESSAGE_FLAGS_ANSWERED);
      g_assert_cmpstr (taube_message_list_get_keywords (list, 0)[0], ==, "Red Category");
      g_assert_true (taube_message_list_get_date (list, 0, &when, NULL));
      g_assert_cmpint (when, ==, 1795741323);
      back = exchange_world_fetch (account, id, "", &error);
      g_assert_cmpstr (back, ==, letter);
    }
}

/* A watch asks by itself. */
static void
test_watch (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=2");
  g_autoptr (TaubeAccount) account = exchange_world_open (world, NULL, "poll-interval=1");
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (GPtrArray) folders = g_ptr_array_new ();
  g_autoptr (TaubeWatch) watch = NULL;
  g_autoptr (TaubeWatchEvent) event = NULL;
  g_autoptr (GError) error = NULL;

  taube_account_connect (account, NULL, &error);
  g_assert_no_error (error);
  g_ptr_array_add (folders, inbox);
  watch = taube_account_watch (account, folders, &error);
  g_assert_no_error (error);
  while (exchange_world_count (world, "SyncFolderItems") == 0)
    g_usleep (10000);
  exchange_world_deliver (world, letter);
  event = taube_watch_next (watch, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (taube_watch_event_get_folder (event) == inbox);
  taube_watch_stop (watch);
}

/* One id that is none fails by itself. */
static void
test_one_of_many (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=2");
  g_autoptr (TaubeAccount) account = exchange_world_connect (world);
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeMessageList) list = exchange_world_list (account, "INBOX", &error);
  g_autofree char *id = taube_item_list_get_id (TAUBE_ITEM_LIST (list), 0);
  g_autoptr (TaubeIdSet) ids = only (id);
  g_autoptr (TaubeBatchResult) result = NULL;

  taube_id_set_add (ids, "no id of anything");
  result = taube_folder_set_flags (inbox, ids, TAUBE_FLAGS_MODE_ADD, TAUBE_MESSAGE_FLAGS_SEEN, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (taube_batch_result_get_status (result, id), ==, TAUBE_BATCH_STATUS_DONE);
  g_assert_cmpint (taube_batch_result_get_status (result, "no id of anything"), ==, TAUBE_BATCH_STATUS_FAILED);
}

/* Ids of another layout, elements in another order, unknown ones, fractions of seconds, control characters. */
static void
test_other_servers (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=5 --ids=short");
  g_autoptr (TaubeAccount) account = exchange_world_connect (world);
  g_autoptr (TaubeMessageList) plain = NULL, odd = NULL;
  g_autoptr (GError) error = NULL;

  plain = exchange_world_list (account, "INBOX", &error);
  g_assert_no_error (error);
  exchange_world_order (world, "[{\"fault\": \"shuffled\", \"operation\": \"FindItem\"},"
                               "{\"fault\": \"surprises\", \"operation\": \"GetItem\"}]");
  odd = exchange_world_list (account, "INBOX", &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 5; i++)
    g_assert_cmpstr (taube_message_list_get_subject (plain, i), ==, taube_message_list_get_subject (odd, i));
  g_clear_object (&odd);
  exchange_world_order (world, "[{\"fault\": \"fractions\", \"operation\": \"GetItem\"}]");
  odd = exchange_world_list (account, "INBOX", &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 5; i++)
    {
      gint64 a = 0, b = 1;

      g_assert_true (taube_message_list_get_date (plain, i, &a, NULL));
      g_assert_true (taube_message_list_get_date (odd, i, &b, NULL));
      g_assert_cmpint (a, ==, b);
    }
  g_clear_object (&odd);
  exchange_world_order (world, "[{\"fault\": \"control-character\", \"operation\": \"GetItem\"}]");
  odd = exchange_world_list (account, "INBOX", &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 5; i++)
    g_assert_true (g_str_has_suffix (taube_message_list_get_subject (odd, i),
                                     taube_message_list_get_subject (plain, i)));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/exchange/mail/folders", test_folders);
  g_test_add_func ("/exchange/mail/capabilities", test_capabilities);
  g_test_add_func ("/exchange/mail/list-and-fetch", test_list_and_fetch);
  g_test_add_func ("/exchange/mail/long-list", test_long_list);
  g_test_add_func ("/exchange/mail/large-message", test_large_message);
  g_test_add_func ("/exchange/mail/flags", test_flags);
  g_test_add_func ("/exchange/mail/categories", test_categories);
  g_test_add_func ("/exchange/mail/flags-refused", test_flags_refused);
  g_test_add_func ("/exchange/mail/move-copy-remove", test_move_copy_remove);
  g_test_add_func ("/exchange/mail/manage-folders", test_manage_folders);
  g_test_add_func ("/exchange/mail/append", test_append);
  g_test_add_func ("/exchange/mail/watch", test_watch);
  g_test_add_func ("/exchange/mail/one-of-many", test_one_of_many);
  g_test_add_func ("/exchange/mail/other-servers", test_other_servers);
  return g_test_run ();
}
