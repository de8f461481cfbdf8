/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-client.h"

#include <string.h>

/* What real servers do otherwise than the RFCs say, each by a script of what it says. The numbers are those of
 * doc/quirks.md, which also names the cases that stand elsewhere. */

typedef struct
{
  TaubeTestServer *server;
  TaubeAccount *account;
} Fixture;

/* HOST: some servers are known by their name alone; every name below localhost leads here. */
static void
set_up (Fixture *self, const char *script, const char *host)
{
  g_autofree char *name = g_strconcat ("imap/", script, NULL);
  g_autofree char *uri = NULL;
  g_autoptr (TaubeCredentials) credentials = taube_credentials_new_password (TAUBE_TEST_PASSWORD);
  g_autoptr (GError) error = NULL;

  self->server = taube_test_server_new (name);
  uri = g_strdup_printf ("imap://alice@%s:%u/?tls=none", host, taube_test_server_get_port (self->server));
  self->account = taube_account_create (uri, credentials, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *self)
{
  g_clear_object (&self->account);
  taube_test_server_finish (self->server);
}

/* When the client did not say what the script expects, that is the better message. */
static void
assert_worked (Fixture *self, GError *error)
{
  g_autofree char *failure = error != NULL ? taube_test_server_stop (self->server) : NULL;

  if (failure != NULL)
    g_error ("%s (%s)", failure, error->message);
  g_assert_no_error (error);
}

static TaubeMessageList *
list_inbox (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  TaubeMessageList *list = imap_client_list_inbox (self->account, &error);

  assert_worked (self, error);
  return list;
}

static GPtrArray *
list_folders (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *folders = taube_account_list_folders (self->account, TAUBE_CONTENT_MAIL, NULL, &error);

  assert_worked (self, error);
  return folders;
}

static TaubeFolder *
find_folder (GPtrArray *folders, const char *name)
{
  for (guint i = 0; i < folders->len; i++)
    if (strcmp (taube_folder_get_name (folders->pdata[i]), name) == 0)
      return folders->pdata[i];
  g_error ("there is no folder \"%s\"", name);
}

/* Exchange: counts stop coming, the folders are there. */
static void
test_10 (void)
{
  Fixture self;
  g_autoptr (GPtrArray) folders = NULL;

  set_up (&self, "exchange/many-status", "localhost");
  folders = list_folders (&self);
  g_assert_cmpuint (folders->len, ==, 61);
  g_assert_cmpint (taube_folder_get_total (find_folder (folders, "Ordner1")), ==, 4);
  g_assert_cmpint (taube_folder_get_total (find_folder (folders, "Ordner60")), ==, -1);
  g_clear_pointer (&folders, g_ptr_array_unref);
  tear_down (&self);
}

/* Gmail: to the Trash, by MOVE: all labels go with it. */
static void
test_23 (void)
{
  Fixture self;
  g_autoptr (TaubeFolder) inbox = NULL;
  g_autoptr (TaubeFolder) trash = NULL;
  g_autoptr (TaubeIdSet) ids = taube_id_set_new_from_ids ((const char *const[]) { "7.10", NULL });
  g_autoptr (TaubeBatchResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;

  set_up (&self, "gmail/trash", "localhost");
  inbox = taube_account_get_folder_by_name (self.account, "INBOX");
  trash = taube_account_get_folder_by_name (self.account, "[Gmail]/Papierkorb");
  result = taube_folder_move (inbox, ids, trash, NULL, NULL, &error);
  assert_worked (&self, error);
  g_assert_cmpint (taube_batch_result_get_status (result, "7.10"), ==, TAUBE_BATCH_STATUS_DONE);
  id = taube_batch_result_get_new_id (result, "7.10");
  g_assert_cmpstr (id, ==, "11.3");
  g_clear_object (&inbox);
  g_clear_object (&trash);
  tear_down (&self);
}

/* No room: another message may well fit later, and the connection is as good as before. */
static void
test_20 (void)
{
  Fixture self;
  g_autoptr (TaubeFolder) inbox = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new_static ("Subject: x\r\n\r\ny\r\n", 17);
  g_autoptr (TaubeMessageSource) source = taube_message_source_new_from_bytes (bytes);
  g_autoptr (TaubeBatchResult) result = NULL;
  g_autoptr (GError) error = NULL;

  set_up (&self, "generic/over-quota", "localhost");
  inbox = taube_account_get_folder_by_name (self.account, "INBOX");
  result = taube_folder_append (inbox, &source, 1, NULL, NULL, &error);
  if (result != NULL && error == NULL)
    error = taube_batch_result_get_error (result, "0");
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_QUOTA);
  g_clear_error (&error);
  g_assert_true (taube_folder_refresh (inbox, NULL, &error));
  g_clear_object (&inbox);
  tear_down (&self);
}

/* Gmail: names in the user's language. */
static void
test_22 (void)
{
  static const struct
  {
    const char *name;
    TaubeFolderRole role;
  } expected[] = {
    { "INBOX", TAUBE_FOLDER_ROLE_INBOX },
    { "[Gmail]/Alle Nachrichten", TAUBE_FOLDER_ROLE_ALL },
    { "[Gmail]/Entwürfe", TAUBE_FOLDER_ROLE_DRAFTS },
    { "[Gmail]/Papierkorb", TAUBE_FOLDER_ROLE_TRASH },
    { "[Gmail]/Spam", TAUBE_FOLDER_ROLE_JUNK },
    { "[Gmail]/Gesendet", TAUBE_FOLDER_ROLE_SENT },
    { "Trash", TAUBE_FOLDER_ROLE_NONE },
  };
  Fixture self;
  g_autoptr (GPtrArray) folders = NULL;

  set_up (&self, "gmail/localized", "localhost");
  folders = list_folders (&self);
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpint (taube_folder_get_role (find_folder (folders, expected[i].name)), ==, expected[i].role);
  g_assert_cmphex (taube_folder_get_flags (find_folder (folders, "[Gmail]")) & TAUBE_FOLDER_FLAGS_SELECTABLE, ==, 0);
  g_clear_pointer (&folders, g_ptr_array_unref);
  tear_down (&self);
}

/* Yandex: a server that says goodbye for ever is left. */
static void
test_28 (void)
{
  Fixture self;
  g_autoptr (GError) error = NULL;

  set_up (&self, "yandex/bye", "localhost");
  g_assert_false (taube_account_connect (self.account, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
  g_assert_nonnull (strstr (error->message, "Autologout"));
  tear_down (&self);
}

/* Yandex: one part is not there, the session goes on. */
static void
test_28_no_body (void)
{
  Fixture self;
  g_autoptr (GError) error = NULL;
  g_autofree char *missing = NULL;
  g_autofree char *text = NULL;

  set_up (&self, "yandex/no-body", "localhost");
  missing = imap_client_fetch_section (self.account, "7.10", "2", 0, -1, &error);
  g_assert_null (missing);
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  text = imap_client_fetch_section (self.account, "7.11", "2", 0, -1, &error);
  assert_worked (&self, error);
  g_assert_cmpstr (text, ==, "here");
  tear_down (&self);
}

/* 163, 126, yeah.net: the ID comes before SELECT although none is offered. */
static void
test_31 (void)
{
  Fixture self;
  g_autoptr (TaubeMessageList) list = NULL;

  set_up (&self, "netease/unsafe-login", "localhost");
  list = list_inbox (&self);
  g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (list)), ==, 0);
  g_clear_object (&list);
  tear_down (&self);
}

static void
test_31_still_unsafe (void)
{
  Fixture self;
  g_autoptr (GError) error = NULL;

  set_up (&self, "netease/still-unsafe", "localhost");
  g_assert_false (imap_client_list (self.account, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH);
  g_assert_nonnull (strstr (error->message, "Unsafe Login"));
  tear_down (&self);
}

/* Changes every third of many messages, told in descending order, and looks at each line that left. */
static void
check_sets (const char *script, const char *host, guint n_messages, gsize max_bytes)
{
  Fixture self;
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) ids = g_string_new (NULL);
  g_autoptr (TaubeBatchResult) result = NULL;
  g_autofree char *received = NULL;
  g_auto (GStrv) lines = NULL;
  guint n_stores = 0;
  guint64 last = 0;

  set_up (&self, script, host);
  for (guint i = n_messages; i > 0; i--)
    g_string_append_printf (ids, "%s7.%u", ids->len > 0 ? " " : "", 3 * i);
  result = imap_client_set_flags (self.account, ids->str, TAUBE_MESSAGE_FLAGS_FLAGGED, NULL, &error);
  assert_worked (&self, error);
  g_clear_object (&self.account);
  received = taube_test_server_get_received (self.server);
  lines = g_strsplit (received, "\r\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *set = strstr (lines[i], "UID STORE ");

      g_assert_cmpuint (strlen (lines[i]), <=, max_bytes);
      if (set == NULL)
        continue;
      n_stores++;
      for (char *at = (char *) set + strlen ("UID STORE "); g_ascii_isdigit (*at); at += *at == ',' || *at == ':')
        {
          guint64 uid = g_ascii_strtoull (at, &at, 10);

          g_assert_cmpuint (uid, >, last);
          last = uid;
        }
    }
  g_assert_cmpuint (last, ==, 3 * n_messages);
  g_assert_cmpuint (n_stores, >, 1);
  tear_down (&self);
}

static void
test_32 (void)
{
  check_sets ("qq/sets", "imap.qq.com.localhost", 400, 1000);
}

/* Proton Bridge: what is no UTF-8 is text all the same. */
static void
test_33 (void)
{
  Fixture self;
  g_autoptr (TaubeMessageList) list = NULL;

  set_up (&self, "proton/list", "localhost");
  list = list_inbox (&self);
  g_assert_cmpstr (taube_message_list_get_subject (list, 0), ==, "Grüße");
  g_assert_nonnull (strstr (taube_message_list_get_from (list, 0), "Jürgen"));
  g_assert_true (g_utf8_validate (taube_message_list_get_subject (list, 1), -1, NULL));
  g_assert_true (g_str_has_prefix (taube_message_list_get_subject (list, 1), "Gr"));
  g_clear_object (&list);
  tear_down (&self);
}

static void
test_35 (void)
{
  Fixture self;
  g_autoptr (GPtrArray) folders = NULL;
  TaubeFolder *inbox;

  set_up (&self, "strato/folders", "imap.strato.de.localhost");
  folders = list_folders (&self);
  g_assert_cmpuint (folders->len, ==, 2);
  inbox = find_folder (folders, "INBOX");
  g_assert_cmpint (taube_folder_get_role (inbox), ==, TAUBE_FOLDER_ROLE_INBOX);
  g_assert_cmpint (taube_folder_get_total (inbox), ==, 4);
  g_assert_cmphex (taube_folder_get_flags (inbox) & TAUBE_FOLDER_FLAGS_SELECTABLE, !=, 0);
  g_clear_pointer (&folders, g_ptr_array_unref);
  tear_down (&self);
}

/* Domino: both forms of an envelope. */
static void
test_36 (void)
{
  Fixture self;
  g_autoptr (TaubeMessageList) list = NULL;

  set_up (&self, "domino/envelope", "localhost");
  list = list_inbox (&self);
  g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (list)), ==, 2);
  g_assert_cmpstr (taube_message_list_get_subject (list, 0), ==, "wrapped");
  g_assert_cmpstr (taube_message_list_get_subject (list, 1), ==, "plain");
  g_clear_object (&list);
  tear_down (&self);
}

/* SmarterMail: what is wrong with an envelope costs no more than that field. */
static void
test_37 (void)
{
  Fixture self;
  g_autoptr (TaubeMessageList) list = NULL;
  g_autoptr (TaubeItem) item = NULL;
  g_autoptr (TaubePart) part = NULL;
  g_autoptr (GError) error = NULL;

  set_up (&self, "smartermail/envelopes", "localhost");
  list = list_inbox (&self);
  g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (list)), ==, 3);
  g_assert_cmpstr (taube_message_list_get_subject (list, 0), ==, "list with a hole");
  g_assert_cmpstr (taube_message_list_get_subject (list, 1), ==, "ends early");
  g_assert_cmpstr (taube_message_list_get_subject (list, 2), ==, "a string for a list");
  item = taube_item_list_get_item (TAUBE_ITEM_LIST (list), 0);
  part = taube_message_load_structure (TAUBE_MESSAGE (item), NULL, &error);
  assert_worked (&self, error);
  g_assert_cmpstr (taube_part_get_media_type (part), ==, "text/plain");
  g_clear_object (&item);
  g_clear_object (&list);
  tear_down (&self);
}

/* Keywords that no client could have made come through, and can be taken away. */
static void
test_38 (void)
{
  Fixture self;
  g_autoptr (TaubeMessageList) list = NULL;
  g_autoptr (TaubeFolder) inbox = NULL;
  g_autoptr (TaubeIdSet) ids = taube_id_set_new_from_ids ((const char *const[]) { "7.10", NULL });
  g_autoptr (TaubeBatchResult) result = NULL;
  g_autoptr (GError) error = NULL;
  const char *const *keywords;

  set_up (&self, "generic/odd-keywords", "localhost");
  list = list_inbox (&self);
  keywords = taube_message_list_get_keywords (list, 0);
  g_assert_true (g_strv_contains (keywords, "\\Own"));
  g_assert_true (g_strv_contains (keywords, "+FLAG"));
  g_assert_true (g_strv_contains (keywords, "a]b"));
  g_assert_cmphex (taube_message_list_get_flags (list, 1), ==, TAUBE_MESSAGE_FLAGS_FLAGGED);
  inbox = taube_account_get_folder_by_name (self.account, "INBOX");
  result = taube_folder_set_flags (inbox, ids, TAUBE_FLAGS_MODE_REMOVE, 0, (const char *const[]) { "+FLAG", NULL },
                                   NULL, &error);
  assert_worked (&self, error);
  g_assert_true (taube_batch_result_is_all_done (result));
  g_clear_object (&inbox);
  g_clear_object (&list);
  tear_down (&self);
}

/* Dovecot before 2.3.5: no invented address gets out. */
static void
test_39 (void)
{
  Fixture self;
  g_autoptr (TaubeMessageList) list = NULL;

  set_up (&self, "dovecot/missing-host", "localhost");
  list = list_inbox (&self);
  g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (list)), ==, 3);
  for (guint i = 0; i < 3; i++)
    g_assert_null (strstr (taube_message_list_get_from (list, i), "MISSING"));
  g_assert_cmpstr (taube_message_list_get_from (list, 2), ==, "anna@example.org");
  g_clear_object (&list);
  tear_down (&self);
}

/* Dovecot: too many connections. */
static void
test_40 (void)
{
  Fixture self;
  g_autoptr (GError) error = NULL;

  set_up (&self, "dovecot/too-many", "localhost");
  g_assert_false (taube_account_connect (self.account, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_THROTTLED);
  tear_down (&self);
}

/* Cyrus before 2.3.16 */
static void
test_41 (void)
{
  Fixture self;
  g_autoptr (GPtrArray) folders = NULL;

  set_up (&self, "cyrus/old-list", "localhost");
  folders = list_folders (&self);
  g_assert_cmpuint (folders->len, ==, 2);
  g_assert_cmpint (taube_folder_get_role (find_folder (folders, "INBOX/Entwürfe")), ==, TAUBE_FOLDER_ROLE_DRAFTS);
  g_clear_pointer (&folders, g_ptr_array_unref);
  tear_down (&self);
}

static void
test_43 (void)
{
  check_sets ("courier/sets", "localhost", 6000, 8192);
}

static void
test_48_49 (void)
{
  Fixture self;
  g_autoptr (GPtrArray) folders = NULL;

  set_up (&self, "generic/no-levels", "localhost");
  folders = list_folders (&self);
  g_assert_cmpuint (folders->len, ==, 3);
  g_assert_cmpint (taube_folder_get_total (find_folder (folders, "INBOX")), ==, 1);
  g_assert_cmphex (taube_folder_get_flags (find_folder (folders, "gone")) & TAUBE_FOLDER_FLAGS_SELECTABLE, ==, 0);
  for (guint i = 0; i < folders->len; i++)
    g_assert_cmpuint (g_strv_length ((char **) taube_folder_get_path (folders->pdata[i])), ==, 1);
  g_clear_pointer (&folders, g_ptr_array_unref);
  tear_down (&self);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/imap/quirks/10-many-status", test_10);
  g_test_add_func ("/imap/quirks/20-over-quota", test_20);
  g_test_add_func ("/imap/quirks/22-localized", test_22);
  g_test_add_func ("/imap/quirks/23-trash", test_23);
  g_test_add_func ("/imap/quirks/28-bye-for-ever", test_28);
  g_test_add_func ("/imap/quirks/28-no-body", test_28_no_body);
  g_test_add_func ("/imap/quirks/31-unsafe-login", test_31);
  g_test_add_func ("/imap/quirks/31-still-unsafe", test_31_still_unsafe);
  g_test_add_func ("/imap/quirks/32-sets", test_32);
  g_test_add_func ("/imap/quirks/33-8-bit", test_33);
  g_test_add_func ("/imap/quirks/35-no-inbox", test_35);
  g_test_add_func ("/imap/quirks/36-envelope", test_36);
  g_test_add_func ("/imap/quirks/37-envelopes", test_37);
  g_test_add_func ("/imap/quirks/38-keywords", test_38);
  g_test_add_func ("/imap/quirks/39-missing-host", test_39);
  g_test_add_func ("/imap/quirks/40-too-many", test_40);
  g_test_add_func ("/imap/quirks/41-old-list", test_41);
  g_test_add_func ("/imap/quirks/43-long-lines", test_43);
  g_test_add_func ("/imap/quirks/48-49-no-levels", test_48_49);
  return g_test_run ();
}
