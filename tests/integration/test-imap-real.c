/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-client.h"

#include <string.h>

/* The IMAP backend against real servers, the same on each, through the public API only. */

static const char letter[] = "From: Anna <anna@example.org>\r\n"
                             "To: alice@example.org\r\n"
                             "Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?=\r\n"
                             "Date: Thu, 05 Nov 2026 14:03:07 +0100\r\n"
                             "Message-ID: <gruss@example.org>\r\n"
                             "MIME-Version: 1.0\r\n"
                             "Content-Type: multipart/mixed; boundary=x\r\n\r\n"
                             "--x\r\nContent-Type: text/plain; charset=utf-8\r\n"
                             "Content-Transfer-Encoding: quoted-printable\r\n\r\nSch=C3=B6ne Taube\r\n"
                             "--x\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
                             "Content-Disposition: attachment; filename*=utf-8''R%C3%A4tsel.pdf\r\n\r\nYWJjZGVm\r\n"
                             "--x--\r\n";

static TaubeTestMail *
get_mail (gconstpointer kind)
{
  return taube_test_mail_share (GPOINTER_TO_INT (kind));
}

/* A connected account of alice's. */
static TaubeAccount *
open_account (TaubeTestMail *mail, const char *scheme, const char *query)
{
  g_autoptr (GError) error = NULL;
  TaubeAccount *account = imap_client_open (mail, "alice", scheme, query);

  taube_account_connect (account, NULL, &error);
  g_assert_no_error (error);
  return account;
}

/* ---- sign-in ---- */

static void
test_connect (gconstpointer kind)
{
  static const char *const ways[][2] = { { "imap", "?tls=none" }, { "imap", "" }, { "imaps", "" } };
  TaubeTestMail *mail = get_mail (kind);

  for (guint i = 0; mail != NULL && i < G_N_ELEMENTS (ways); i++)
    {
      g_autoptr (TaubeAccount) account = open_account (mail, ways[i][0], ways[i][1]);
      g_autoptr (TaubeCertificate) certificate = taube_account_get_certificate (account);
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (taube_account_get_state (account), ==, TAUBE_ACCOUNT_STATE_CONNECTED);
      g_assert_true ((certificate == NULL) == (i == 0));
      taube_account_disconnect (account, NULL, &error);
      g_assert_no_error (error);
    }
}

static void
test_mechanism (gconstpointer kind)
{
  TaubeTestMail *mail = get_mail (kind);
  g_autoptr (TaubeAccount) account = NULL;

  if (mail == NULL)
    return;
  account = imap_client_open (mail, "alice;AUTH=PLAIN", "imaps", "");
  g_assert_true (taube_account_connect (account, NULL, NULL));
}

static void
test_wrong_password (gconstpointer kind)
{
  TaubeTestMail *mail = get_mail (kind);
  g_autoptr (TaubeAccount) account = NULL;
  g_autoptr (GError) error = NULL;

  if (mail == NULL)
    return;
  account = imap_client_new_as ("alice", "wrong", taube_test_mail_get_port (mail, "imap"), "/?tls=none");
  g_assert_false (taube_account_connect (account, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH);
  g_assert_null (strchr (error->message, '\n'));
}

static void
test_untrusted (gconstpointer kind)
{
  TaubeTestMail *mail = get_mail (kind);
  g_autoptr (TaubeAccount) account = NULL;
  g_autoptr (GError) error = NULL;
  const char *wrong_ca;

  if (mail == NULL)
    return;
  wrong_ca = taube_test_mail_get (mail, "wrong-ca-file");
  account = imap_client_new ("imaps", taube_test_mail_get_port (mail, "imaps"), "", wrong_ca);
  g_assert_false (taube_account_connect (account, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CERTIFICATE);
}

/* ---- folders ---- */

static TaubeFolder *
find_folder (TaubeTestMail *mail, GPtrArray *folders, const char *folder)
{
  g_autofree char *name = taube_test_mail_path (mail, folder);

  for (guint i = 0; i < folders->len; i++)
    if (strcmp (taube_folder_get_name (folders->pdata[i]), name) == 0)
      return folders->pdata[i];
  g_error ("there is no folder \"%s\"", name);
}

static void
test_folders (gconstpointer kind)
{
  static const struct
  {
    const char *name;
    TaubeFolderRole role;
  } roles[] = {
    { "INBOX", TAUBE_FOLDER_ROLE_INBOX },   { "Sent", TAUBE_FOLDER_ROLE_SENT },
    { "Drafts", TAUBE_FOLDER_ROLE_DRAFTS }, { "Trash", TAUBE_FOLDER_ROLE_TRASH },
    { "Junk", TAUBE_FOLDER_ROLE_JUNK },     { "Archive", TAUBE_FOLDER_ROLE_ARCHIVE },
    { "Projekte", TAUBE_FOLDER_ROLE_NONE }, { "日本語", TAUBE_FOLDER_ROLE_NONE },
  };
  TaubeTestMail *mail = get_mail (kind);
  g_autoptr (TaubeAccount) account = NULL;
  g_autoptr (TaubeAccount) second = NULL;
  g_autoptr (TaubeFolder) bridge = NULL;
  g_autoptr (GPtrArray) folders = NULL;
  g_autoptr (GError) error = NULL;
  TaubeFolder *folder;

  if (mail == NULL)
    return;
  account = open_account (mail, "imap", "?tls=none");
  folders = taube_account_list_folders (account, TAUBE_CONTENT_MAIL, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (roles); i++)
    {
      folder = find_folder (mail, folders, roles[i].name);
      g_assert_cmpint (taube_folder_get_role (folder), ==, roles[i].role);
      g_assert_cmphex (taube_folder_get_flags (folder) & TAUBE_FOLDER_FLAGS_SELECTABLE, !=, 0);
      if (i > 0)
        g_assert_cmphex (taube_folder_get_flags (folder) & TAUBE_FOLDER_FLAGS_SUBSCRIBED, !=, 0);
    }
  folder = find_folder (mail, folders, "Projekte/Brücke");
  g_assert_cmpint (taube_folder_get_total (folder), >, 0);

  /* A folder by its path, on an account that has not listed anything: the delimiter is asked for. */
  second = open_account (mail, "imap", "?tls=none");
  bridge = imap_client_get_folder (mail, second, "Projekte/Brücke");
  g_assert_true (taube_folder_refresh (bridge, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (taube_folder_get_total (bridge), ==, taube_folder_get_total (folder));
}

/* The mail that came with the server: each message is in one folder, and its counts are right. */
static void
test_counts (gconstpointer kind)
{
  static const char *const names[]
    = { "INBOX", "Archive", "Archive/2025", "Sent", "Projekte", "Projekte/Brücke", "Junk", "Drafts", "日本語" };
  TaubeTestMail *mail = taube_test_mail_start (GPOINTER_TO_INT (kind), (const char *const[]) { "--messages=60",
                                                                                               "--spread", NULL });
  gint64 total = 0;

  if (mail == NULL)
    return;
  {
    g_autoptr (TaubeAccount) account = open_account (mail, "imap", "?tls=none");
    g_autoptr (GError) error = NULL;
    g_autoptr (GPtrArray) folders = taube_account_list_folders (account, TAUBE_CONTENT_MAIL, NULL, &error);

    g_assert_no_error (error);
    for (guint i = 0; i < G_N_ELEMENTS (names); i++)
      {
        TaubeFolder *folder = find_folder (mail, folders, names[i]);
        g_autoptr (TaubeItemList) list = taube_folder_list (folder, NULL, NULL, &error);
        gint64 unread = 0;

        g_assert_no_error (error);
        for (guint k = 0; k < taube_item_list_get_size (list); k++)
          unread += (taube_message_list_get_flags (TAUBE_MESSAGE_LIST (list), k) & TAUBE_MESSAGE_FLAGS_SEEN) == 0;
        g_assert_true (taube_folder_refresh (folder, NULL, &error));
        g_assert_no_error (error);
        g_assert_cmpint (taube_folder_get_total (folder), ==, taube_item_list_get_size (list));
        g_assert_cmpint (taube_folder_get_unread (folder), ==, unread);
        total += taube_folder_get_total (folder);
      }
    g_assert_cmpint (total, ==, 60);
  }
  taube_test_mail_stop (mail);
}

static void
test_missing_folder (gconstpointer kind)
{
  TaubeTestMail *mail = get_mail (kind);
  g_autoptr (TaubeAccount) account = NULL;
  g_autoptr (TaubeFolder) folder = NULL;
  g_autoptr (GError) error = NULL;

  if (mail == NULL)
    return;
  account = open_account (mail, "imap", "?tls=none");
  folder = imap_client_get_folder (mail, account, "Nirgendwo");
  g_assert_null (taube_folder_list (folder, NULL, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (taube_folder_refresh (folder, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND);
}

/* ---- lists ---- */

static void
collect (TaubeItemList *chunk, gpointer user_data)
{
  GPtrArray *ids = user_data;

  for (guint i = 0; i < taube_item_list_get_size (chunk); i++)
    g_ptr_array_add (ids, taube_item_list_get_id (chunk, i));
}

static TaubeItemList *
list_with (TaubeFolder *folder, TaubeListRequest *request)
{
  g_autoptr (GError) error = NULL;
  TaubeItemList *list = taube_folder_list (folder, request, NULL, &error);

  g_assert_no_error (error);
  return list;
}

static void
assert_id (TaubeItemList *list, guint row, const char *expected)
{
  g_autofree char *id = taube_item_list_get_id (list, row);

  g_assert_cmpstr (id, ==, expected);
}

static void
test_list (gconstpointer kind)
{
  TaubeTestMail *mail = get_mail (kind);
  g_autoptr (TaubeAccount) account = NULL;
  g_autoptr (TaubeFolder) inbox = NULL;
  g_autoptr (TaubeListRequest) request = taube_list_request_new ();
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (TaubeItemList) all = NULL;
  g_autoptr (TaubeItemList) list = NULL;
  g_autoptr (TaubeItemList) newest = NULL;
  g_autoptr (TaubeItemList) some = NULL;
  g_autoptr (TaubeIdSet) set = taube_id_set_new ();
  guint n;

  if (mail == NULL)
    return;
  account = open_account (mail, "imap", "?tls=none");
  inbox = taube_account_get_folder_by_name (account, "INBOX");
  taube_list_request_set_newest_first (request, FALSE);
  all = list_with (inbox, request);
  n = taube_item_list_get_size (all);
  g_assert_cmpuint (n, >, 20);
  taube_list_request_set_newest_first (request, TRUE);
  taube_list_request_set_chunk_func (request, 20, collect, ids, NULL);
  list = list_with (inbox, request);
  g_assert_cmpuint (taube_item_list_get_size (list), ==, n);
  g_assert_cmpuint (ids->len, ==, n);
  for (guint i = 0; i < n; i++)
    {
      assert_id (list, i, ids->pdata[i]);
      assert_id (all, n - 1 - i, ids->pdata[i]);
    }

  taube_list_request_set_chunk_func (request, 0, NULL, NULL, NULL);
  taube_list_request_set_newest (request, 7);
  newest = list_with (inbox, request);
  g_assert_cmpuint (taube_item_list_get_size (newest), ==, 7);
  assert_id (newest, 0, ids->pdata[0]);

  taube_list_request_set_newest (request, 0);
  taube_id_set_add (set, ids->pdata[3]);
  taube_id_set_add (set, ids->pdata[9]);
  taube_list_request_set_ids (request, set);
  some = list_with (inbox, request);
  g_assert_cmpuint (taube_item_list_get_size (some), ==, 2);
}

/* ---- messages ---- */

/* A folder of the test's own with one letter in it. */
static TaubeFolder *
make_folder (TaubeTestMail *mail, TaubeAccount *account, const char *name)
{
  taube_test_mail_make_folder (mail, "alice", name);
  taube_test_mail_deliver (mail, "alice", name, letter, -1);
  return imap_client_get_folder (mail, account, name);
}

static char *
get_only (TaubeFolder *folder)
{
  g_autoptr (TaubeItemList) list = list_with (folder, NULL);

  g_assert_cmpuint (taube_item_list_get_size (list), ==, 1);
  return taube_item_list_get_id (list, 0);
}

static void
assert_fetched (TaubeFolder *folder, const char *id, const char *section, guint64 offset, gint64 length,
                const char *expected)
{
  g_autoptr (GOutputStream) sink = g_memory_output_stream_new_resizable ();
  GMemoryOutputStream *memory = G_MEMORY_OUTPUT_STREAM (sink);
  g_autoptr (GError) error = NULL;

  taube_folder_fetch (folder, id, section, offset, length, sink, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_memory_output_stream_get_data (memory), g_memory_output_stream_get_data_size (memory), expected,
                   strlen (expected));
}

static void
test_message (gconstpointer kind)
{
  TaubeTestMail *mail = get_mail (kind);
  g_autoptr (TaubeAccount) account = NULL;
  g_autoptr (TaubeFolder) folder = NULL;
  g_autofree char *id = NULL;
  g_autoptr (TaubeItem) item = NULL;
  g_autoptr (TaubePart) part = NULL;
  g_autoptr (GBytes) raw = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  if (mail == NULL)
    return;
  account = open_account (mail, "imaps", "");
  folder = make_folder (mail, account, "Nachrichten für Anna");
  id = get_only (folder);
  item = taube_folder_get_item (folder, id, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (taube_message_get_subject (TAUBE_MESSAGE (item)), ==, "Grüße");
  part = taube_message_load_structure (TAUBE_MESSAGE (item), NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_part_get_n_children (part), ==, 2);
  g_assert_cmpstr (taube_part_get_filename (taube_part_get_child (part, 1)), ==, "Rätsel.pdf");
  text = taube_message_load_text (TAUBE_MESSAGE (item), NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (text, "Schöne Taube"));
  raw = taube_message_load_raw (TAUBE_MESSAGE (item), NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (raw, NULL), g_bytes_get_size (raw), letter, strlen (letter));
  g_assert_cmphex (taube_message_get_flags (TAUBE_MESSAGE (item)) & TAUBE_MESSAGE_FLAGS_SEEN, ==, 0);
}

/* A part, a piece of one, a piece of the whole, and pieces that lie behind the end. */
static void
test_partial_fetch (gconstpointer kind)
{
  TaubeTestMail *mail = get_mail (kind);
  g_autoptr (TaubeAccount) account = NULL;
  g_autoptr (TaubeFolder) folder = NULL;
  g_autofree char *id = NULL;

  if (mail == NULL)
    return;
  account = open_account (mail, "imaps", "");
  folder = make_folder (mail, account, "partial");
  id = get_only (folder);
  assert_fetched (folder, id, "2", 0, -1, "YWJjZGVm");
  assert_fetched (folder, id, "2", 2, 4, "JjZG");
  assert_fetched (folder, id, "2", 6, 100, "Vm");
  assert_fetched (folder, id, "2", 100, 10, "");
  assert_fetched (folder, id, NULL, 6, 4, "Anna");
  assert_fetched (folder, id, NULL, 0, -1, letter);
}

static void
test_missing_item (gconstpointer kind)
{
  TaubeTestMail *mail = get_mail (kind);
  g_autoptr (TaubeAccount) account = NULL;
  g_autoptr (TaubeFolder) inbox = NULL;
  g_autoptr (GError) error = NULL;

  if (mail == NULL)
    return;
  account = open_account (mail, "imap", "?tls=none");
  inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_assert_null (taube_folder_get_item (inbox, "4000000000", NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (taube_folder_get_item (inbox, "1.1", NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONFLICT);
}

/* ---- flags ---- */

static void
change (TaubeFolder *folder, const char *id, TaubeFlagsMode mode, TaubeMessageFlags flags, const char *keyword)
{
  g_autoptr (TaubeIdSet) set = taube_id_set_new_from_ids ((const char *const[]) { id, "4000000000", NULL });
  const char *keywords[] = { keyword, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeBatchResult) result
    = taube_folder_set_flags (folder, set, mode, flags, keywords, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpint (taube_batch_result_get_status (result, id), ==, TAUBE_BATCH_STATUS_DONE);
  g_assert_cmpint (taube_batch_result_get_status (result, "4000000000"), ==, TAUBE_BATCH_STATUS_FAILED);
}

static void
assert_state (TaubeFolder *folder, const char *id, TaubeMessageFlags flags, const char *keyword)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeItem) item = taube_folder_get_item (folder, id, NULL, &error);
  const char *const *keywords;

  g_assert_no_error (error);
  g_assert_cmphex (taube_message_get_flags (TAUBE_MESSAGE (item)) & ~TAUBE_MESSAGE_FLAGS_RECENT, ==, flags);
  keywords = taube_message_get_keywords (TAUBE_MESSAGE (item));
  g_assert_cmpuint (g_strv_length ((char **) keywords), ==, keyword != NULL ? 1 : 0);
  if (keyword != NULL)
    g_assert_cmpint (g_ascii_strcasecmp (keywords[0], keyword), ==, 0);
}

static void
test_flags (gconstpointer kind)
{
  TaubeTestMail *mail = get_mail (kind);
  g_autoptr (TaubeAccount) a = NULL;
  g_autoptr (TaubeAccount) b = NULL;
  g_autoptr (TaubeFolder) folder_a = NULL;
  g_autoptr (TaubeFolder) folder_b = NULL;
  g_autofree char *id = NULL;

  if (mail == NULL)
    return;
  a = open_account (mail, "imap", "?tls=none");
  b = open_account (mail, "imaps", "");
  folder_a = make_folder (mail, a, "flags");
  folder_b = imap_client_get_folder (mail, b, "flags");
  id = get_only (folder_b);
  change (folder_a, id, TAUBE_FLAGS_MODE_ADD, TAUBE_MESSAGE_FLAGS_FLAGGED, "taube");
  assert_state (folder_b, id, TAUBE_MESSAGE_FLAGS_FLAGGED, "taube");
  change (folder_b, id, TAUBE_FLAGS_MODE_ADD, TAUBE_MESSAGE_FLAGS_SEEN | TAUBE_MESSAGE_FLAGS_ANSWERED, NULL);
  assert_state (folder_a, id, TAUBE_MESSAGE_FLAGS_FLAGGED | TAUBE_MESSAGE_FLAGS_SEEN | TAUBE_MESSAGE_FLAGS_ANSWERED,
                "taube");
  change (folder_a, id, TAUBE_FLAGS_MODE_REMOVE, TAUBE_MESSAGE_FLAGS_FLAGGED, "taube");
  assert_state (folder_b, id, TAUBE_MESSAGE_FLAGS_SEEN | TAUBE_MESSAGE_FLAGS_ANSWERED, NULL);
  change (folder_b, id, TAUBE_FLAGS_MODE_REPLACE, TAUBE_MESSAGE_FLAGS_DRAFT, NULL);
  assert_state (folder_a, id, TAUBE_MESSAGE_FLAGS_DRAFT, NULL);
}

/* ---- watch ---- */

static TaubeIdSet *
wait_for (TaubeWatch *watch, const TaubeIdSet *(*get) (TaubeChanges *))
{
  for (;;)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TaubeWatchEvent) event = taube_watch_next (watch, NULL, &error);
      const TaubeIdSet *ids;

      g_assert_no_error (error);
      ids = get (taube_watch_event_get_changes (event));
      if (taube_id_set_get_size (ids) > 0)
        return taube_id_set_copy (ids);
    }
}

/* Somebody else's hand adds a message, changes one and takes it away; the watch tells each. */
static void
follow (TaubeTestMail *mail, const char *name, const char *query)
{
  g_autoptr (TaubeAccount) account = open_account (mail, "imap", query);
  g_autoptr (TaubeTestHand) hand = taube_test_hand_new (mail, "alice");
  g_autoptr (TaubeFolder) folder = NULL;
  g_autoptr (GPtrArray) folders = g_ptr_array_new ();
  g_autoptr (TaubeWatch) watch = NULL;
  g_autoptr (TaubeIdSet) added = NULL;
  g_autoptr (TaubeIdSet) changed = NULL;
  g_autoptr (TaubeIdSet) removed = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) ids = NULL;

  folder = make_folder (mail, account, name);
  g_ptr_array_add (folders, folder);
  watch = taube_account_watch (account, folders, &error);
  g_assert_no_error (error);
  while (!taube_watch_is_online (watch))
    g_thread_yield ();
  taube_test_mail_deliver (mail, "alice", name, letter, -1);
  added = wait_for (watch, taube_changes_get_added);
  g_assert_cmpuint (taube_id_set_get_size (added), ==, 1);
  ids = taube_id_set_to_strv (added);
  taube_test_hand_select (hand, name);
  g_free (taube_test_hand_run (hand, "STORE 2 +FLAGS (\\Flagged)"));
  changed = wait_for (watch, taube_changes_get_changed);
  g_assert_true (taube_id_set_contains (changed, ids[0]));
  g_free (taube_test_hand_run (hand, "STORE 2 +FLAGS (\\Deleted)"));
  g_free (taube_test_hand_run (hand, "EXPUNGE"));
  removed = wait_for (watch, taube_changes_get_removed);
  g_assert_true (taube_id_set_contains (removed, ids[0]));
  taube_watch_stop (watch);
}

static void
test_watch_told (gconstpointer kind)
{
  TaubeTestMail *mail = get_mail (kind);

  if (mail != NULL)
    follow (mail, "watch-told", "?tls=none");
}

/* On one connection that is shared, asking now and then. */
static void
test_watch_polled (gconstpointer kind)
{
  TaubeTestMail *mail = get_mail (kind);

  if (mail != NULL)
    follow (mail, "watch-polled", "?tls=none&max-connections=1&poll-interval=1");
}

int
main (int argc, char **argv)
{
  static const char *const options[] = { "--messages=120", "--spread", NULL };
  static const struct
  {
    const char *name;
    GTestDataFunc func;
  } tests[] = {
    { "connect", test_connect },
    { "mechanism", test_mechanism },
    { "wrong-password", test_wrong_password },
    { "untrusted", test_untrusted },
    { "folders", test_folders },
    { "counts", test_counts },
    { "missing-folder", test_missing_folder },
    { "list", test_list },
    { "message", test_message },
    { "partial-fetch", test_partial_fetch },
    { "missing-item", test_missing_item },
    { "flags", test_flags },
    { "watch/told", test_watch_told },
    { "watch/polled", test_watch_polled },
  };

  g_test_init (&argc, &argv, NULL);
  taube_test_mail_set_options (options);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    taube_test_mail_add_each ("/imap/real", tests[i].name, tests[i].func);
  return taube_test_mail_run ();
}
