/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-client.h"

#include <string.h>

/* Servers that answer what writes in odd ways, or refuse it, each by a script of what it says. */

typedef struct
{
  TaubeTestServer *server;
  TaubeAccount *account;
  TaubeFolder *inbox;
  TaubeFolder *target;
} Fixture;

static void
set_up (Fixture *self, const char *script)
{
  g_autofree char *name = g_strconcat ("imap/", script, NULL);

  self->server = taube_test_server_new (name);
  self->account = imap_client_new ("imap", taube_test_server_get_port (self->server), "?tls=none", NULL);
  self->inbox = taube_account_get_folder_by_name (self->account, "INBOX");
  self->target = taube_account_get_folder_by_name (self->account, "Target");
}

static void
tear_down (Fixture *self, guint connections)
{
  g_clear_object (&self->inbox);
  g_clear_object (&self->target);
  g_clear_object (&self->account);
  g_assert_cmpuint (taube_test_server_get_connections (self->server), ==, connections);
  taube_test_server_finish (self->server);
}

static TaubeIdSet *
make_ids (void)
{
  static const char *const ids[] = { "7.10", "7.11", NULL };

  return taube_id_set_new_from_ids (ids);
}

static void
assert_done (TaubeBatchResult *result, const char *id, const char *new_id)
{
  g_autoptr (GError) error = taube_batch_result_get_error (result, id);
  g_autofree char *found = taube_batch_result_get_new_id (result, id);

  g_assert_no_error (error);
  g_assert_cmpstr (found, ==, new_id);
}

static void
assert_failed (TaubeBatchResult *result, const char *id, TaubeError code, const char *words)
{
  g_autoptr (GError) error = taube_batch_result_get_error (result, id);

  g_assert_cmpint (taube_batch_result_get_status (result, id), ==, TAUBE_BATCH_STATUS_FAILED);
  g_assert_error (error, TAUBE_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, words));
}

static TaubeBatchResult *
append (TaubeFolder *folder, const char *text, gsize length, TaubeMessageFlags flags, GDateTime *date, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, length);
  g_autoptr (TaubeMessageSource) source = taube_message_source_new_from_bytes (bytes);

  taube_message_source_set_flags (source, flags);
  taube_message_source_set_date (source, date);
  return taube_folder_append (folder, &source, 1, NULL, NULL, error);
}

static TaubeBatchResult *
append_text (Fixture *self, const char *text, GError **error)
{
  return append (self->inbox, text, strlen (text), TAUBE_MESSAGE_FLAGS_NONE, NULL, error);
}

/* 6 */
static void
test_copyuid_empty (void)
{
  Fixture f;
  g_autoptr (TaubeIdSet) ids = make_ids ();
  g_autoptr (TaubeBatchResult) result = NULL;
  g_autoptr (GError) error = NULL;

  set_up (&f, "exchange/copyuid-empty");
  result = taube_folder_copy (f.inbox, ids, f.target, NULL, NULL, &error);
  g_assert_no_error (error);
  assert_done (result, "7.10", "8.32");
  assert_done (result, "7.11", "8.33");
  tear_down (&f, 1);
}

/* 34 */
static void
test_copyuid_untagged (void)
{
  Fixture f;
  g_autoptr (TaubeIdSet) ids = make_ids ();
  g_autoptr (TaubeBatchResult) result = NULL;
  g_autoptr (GError) error = NULL;

  set_up (&f, "home-pl/move");
  result = taube_folder_move (f.inbox, ids, f.target, NULL, NULL, &error);
  g_assert_no_error (error);
  assert_done (result, "7.10", "8.41");
  assert_done (result, "7.11", "8.42");
  tear_down (&f, 1);
}

static void
test_copyuid_others (void)
{
  Fixture f;
  g_autoptr (TaubeIdSet) ids = make_ids ();
  g_autoptr (TaubeBatchResult) result = NULL;
  g_autoptr (GError) error = NULL;

  set_up (&f, "generic/copyuid-others");
  result = taube_folder_move (f.inbox, ids, f.target, NULL, NULL, &error);
  g_assert_no_error (error);
  assert_done (result, "7.10", "8.32");
  assert_done (result, "7.11", "8.33");
  tear_down (&f, 1);
}

/* 23 */
static void
test_gmail_remove (void)
{
  Fixture f;
  g_autoptr (TaubeIdSet) ids = make_ids ();
  g_autoptr (TaubeBatchResult) result = NULL;
  g_autoptr (GError) error = NULL;

  set_up (&f, "gmail/remove");
  result = taube_folder_remove (f.inbox, ids, NULL, NULL, &error);
  g_assert_no_error (error);
  assert_done (result, "7.10", NULL);
  assert_done (result, "7.11", NULL);
  tear_down (&f, 1);
}

/* 15: it cannot have been written, so it is tried once more. */
static void
test_untagged_no (void)
{
  Fixture f;
  g_autoptr (GError) error = NULL;

  set_up (&f, "generic/append-untagged-no");
  g_assert_null (append_text (&f, "Subject: x\n\nCoo.\n", &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL);
  g_assert_nonnull (strstr (error->message, "cannot write into folder \"INBOX\""));
  g_assert_nonnull (strstr (error->message, "not welcome"));
  tear_down (&f, 2);
}

static void
test_no (void)
{
  Fixture f;
  g_autoptr (TaubeBatchResult) result = NULL;
  g_autoptr (GError) error = NULL;

  set_up (&f, "generic/append-no");
  g_assert_null (append_text (&f, "Subject: x\n\nCoo.\n", &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_QUOTA);
  g_assert_nonnull (strstr (error->message, "INBOX"));
  g_assert_nonnull (strstr (error->message, "[OVERQUOTA] Quota exceeded"));
  g_clear_error (&error);
  result = append_text (&f, "Subject: x\n\nCoo.\n", &error);
  g_assert_no_error (error);
  assert_done (result, "1", "8.31");
  tear_down (&f, 1);
}

static void
test_trycreate (void)
{
  Fixture f;
  g_autoptr (TaubeFolder) nowhere = NULL;
  g_autoptr (GError) error = NULL;

  set_up (&f, "generic/append-trycreate");
  nowhere = taube_account_get_folder_by_name (f.account, "Nowhere");
  g_assert_null (append (nowhere, "x", 1, TAUBE_MESSAGE_FLAGS_NONE, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "cannot write into folder \"Nowhere\": server said \"[TRYCREATE]"));
  tear_down (&f, 1);
}

static void
test_several_no (void)
{
  Fixture f;
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);
  g_autoptr (TaubeMessageSource) one = taube_message_source_new_from_bytes (bytes);
  g_autoptr (TaubeMessageSource) two = taube_message_source_new_from_bytes (bytes);
  TaubeMessageSource *const sources[] = { one, two };
  g_autoptr (TaubeBatchResult) result = NULL;
  g_autoptr (GError) error = NULL;

  set_up (&f, "generic/append-several-no");
  result = taube_folder_append (f.inbox, sources, 2, NULL, NULL, &error);
  g_assert_no_error (error);
  assert_failed (result, "1", TAUBE_ERROR_INVALID, "[TOOBIG]");
  assert_failed (result, "2", TAUBE_ERROR_INVALID, "[TOOBIG]");
  tear_down (&f, 1);
}

static void
test_utf8 (void)
{
  static const char text[] = "Subject: Gr\xc3\xbc\xc3\x9f" "e\n\nCoo.\n";
  Fixture f;
  g_autoptr (TaubeBatchResult) result = NULL, again = NULL, refused = NULL, full = NULL;
  g_autoptr (GError) error = NULL;

  set_up (&f, "generic/append-utf8");
  result = append (f.inbox, text, strlen (text), TAUBE_MESSAGE_FLAGS_SEEN, NULL, &error);
  g_assert_no_error (error);
  assert_done (result, "1", "8.31");
  again = append (f.inbox, text, strlen (text), TAUBE_MESSAGE_FLAGS_SEEN | TAUBE_MESSAGE_FLAGS_RECENT, NULL, &error);
  g_assert_no_error (error);
  assert_done (again, "1", "8.32");
  refused = append (f.inbox, text, strlen (text), TAUBE_MESSAGE_FLAGS_SEEN, NULL, &error);
  g_assert_no_error (error);
  assert_done (refused, "1", "8.33");
  full = append (f.inbox, text, strlen (text), TAUBE_MESSAGE_FLAGS_SEEN, NULL, &error);
  if (full != NULL)
    assert_failed (full, "1", TAUBE_ERROR_QUOTA, "there is no room");
  else
    g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_QUOTA);
  tear_down (&f, 1);
}

static void
test_binary (void)
{
  Fixture f;
  g_autoptr (GDateTime) date = g_date_time_new_from_iso8601 ("2024-02-29T23:59:58+02:00", NULL);
  g_autoptr (TaubeBatchResult) result = NULL;
  g_autoptr (GError) error = NULL;

  set_up (&f, "generic/append-binary");
  result = append (f.inbox, "a\n\nb\0c\n", 7, TAUBE_MESSAGE_FLAGS_NONE, date, &error);
  g_assert_no_error (error);
  assert_done (result, "1", "8.31");
  tear_down (&f, 1);
}

static void
test_limit (void)
{
  Fixture f;
  g_autoptr (TaubeBatchResult) result = NULL;
  g_autoptr (GError) error = NULL;

  set_up (&f, "generic/append-limit");
  g_assert_null (append_text (&f, "Subject: too long\n\nCoo.\n", &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "takes 20 at most"));
  g_clear_error (&error);
  g_assert_null (append (f.inbox, "a\n\nb\0c\n", 7, TAUBE_MESSAGE_FLAGS_NONE, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED);
  g_assert_nonnull (strstr (error->message, "BINARY"));
  g_clear_error (&error);
  result = append_text (&f, "Subject: x\n\nCoo.\n", &error);
  g_assert_no_error (error);
  assert_done (result, "1", "8.31");
  tear_down (&f, 1);
}

static void
test_no_uidplus (void)
{
  Fixture f;
  g_autoptr (TaubeIdSet) ids = make_ids ();
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);
  g_autoptr (TaubeMessageSource) source = taube_message_source_new_from_bytes (bytes);
  g_autoptr (GError) error = NULL;

  set_up (&f, "generic/no-uidplus");
  g_assert_null (taube_folder_remove (f.inbox, ids, NULL, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED);
  g_assert_nonnull (strstr (error->message, "UIDPLUS"));
  g_clear_error (&error);
  g_assert_null (taube_folder_move (f.inbox, ids, f.target, NULL, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);
  g_assert_null (taube_folder_replace (f.inbox, "7.10", source, NULL, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED);
  tear_down (&f, 1);
}

static TaubeMessageSource *
make_source (const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));

  return taube_message_source_new_from_bytes (bytes);
}

static void
test_replace_utf8 (void)
{
  Fixture f;
  g_autoptr (TaubeMessageSource) source = make_source ("Subject: Gr\303\274\303\237e\n\nCoo.\n");
  g_autoptr (TaubeBatchResult) result = NULL;
  g_autoptr (GError) error = NULL;

  set_up (&f, "generic/replace-utf8");
  result = taube_folder_replace (f.inbox, "7.10", source, NULL, NULL, &error);
  g_assert_no_error (error);
  assert_done (result, "7.10", "7.31");
  tear_down (&f, 1);
}

/* Not told, and told in a way that cannot be read, is not the same as gone. */
static void
test_replace_not_told (void)
{
  static const TaubeError codes[] = { TAUBE_ERROR_PROTOCOL, TAUBE_ERROR_PROTOCOL, TAUBE_ERROR_NOT_FOUND };
  Fixture f;
  g_autoptr (TaubeMessageSource) source = make_source ("Subject: x\n\nCoo.\n");

  set_up (&f, "generic/replace-silent");
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (taube_folder_replace (f.inbox, "7.10", source, NULL, NULL, &error));
      g_assert_error (error, TAUBE_ERROR, (int) codes[i]);
      if (codes[i] == TAUBE_ERROR_PROTOCOL)
        g_assert_nonnull (strstr (error->message, "does not tell whether it is there"));
    }
  tear_down (&f, 1);
}

static void
test_remove_some (void)
{
  Fixture f;
  g_autoptr (TaubeIdSet) ids = make_ids ();
  g_autoptr (TaubeBatchResult) result = NULL;
  g_autoptr (GError) error = NULL;

  set_up (&f, "generic/remove-some");
  result = taube_folder_remove (f.inbox, ids, NULL, NULL, &error);
  g_assert_no_error (error);
  assert_done (result, "7.10", NULL);
  assert_failed (result, "7.11", TAUBE_ERROR_PERMISSION, "has them still");
  tear_down (&f, 1);
}

static void
test_move_partial (void)
{
  Fixture f;
  g_autoptr (TaubeIdSet) ids = make_ids ();
  g_autoptr (TaubeBatchResult) result = NULL;
  g_autoptr (GError) error = NULL;

  set_up (&f, "generic/move-partial");
  result = taube_folder_move (f.inbox, ids, f.target, NULL, NULL, &error);
  g_assert_no_error (error);
  assert_done (result, "7.10", "8.41");
  assert_failed (result, "7.11", TAUBE_ERROR_PERMISSION, "[NOPERM] not that one");
  tear_down (&f, 1);
}

/* What the server says in the middle of a large message ends it, and is told. */
static void
test_bye (void)
{
  Fixture f;
  g_autofree char *text = g_strnfill (8 << 20, 'x');
  g_autoptr (GError) error = NULL;

  set_up (&f, "generic/append-bye");
  g_assert_null (append_text (&f, text, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
  tear_down (&f, 2);
}

/* Neither side waits for the other: what the server says is read while it does not read. */
static void
test_talkative (void)
{
  Fixture f;
  g_autofree char *text = g_strnfill (16 << 20, 'x');
  g_autoptr (TaubeBatchResult) result = NULL;
  g_autoptr (GError) error = NULL;

  set_up (&f, "generic/append-talkative");
  result = append_text (&f, text, &error);
  g_assert_no_error (error);
  assert_done (result, "1", "8.31");
  tear_down (&f, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  imap_client_timeout = "5";
  g_test_add_func ("/imap/write-script/replace-utf8", test_replace_utf8);
  g_test_add_func ("/imap/write-script/replace-not-told", test_replace_not_told);
  g_test_add_func ("/imap/write-script/6-copyuid-empty", test_copyuid_empty);
  g_test_add_func ("/imap/write-script/copyuid-others", test_copyuid_others);
  g_test_add_func ("/imap/write-script/34-copyuid-untagged", test_copyuid_untagged);
  g_test_add_func ("/imap/write-script/23-gmail-remove", test_gmail_remove);
  g_test_add_func ("/imap/write-script/15-untagged-no", test_untagged_no);
  g_test_add_func ("/imap/write-script/no", test_no);
  g_test_add_func ("/imap/write-script/trycreate", test_trycreate);
  g_test_add_func ("/imap/write-script/several-no", test_several_no);
  g_test_add_func ("/imap/write-script/utf8", test_utf8);
  g_test_add_func ("/imap/write-script/binary", test_binary);
  g_test_add_func ("/imap/write-script/limit", test_limit);
  g_test_add_func ("/imap/write-script/no-uidplus", test_no_uidplus);
  g_test_add_func ("/imap/write-script/remove-some", test_remove_some);
  g_test_add_func ("/imap/write-script/move-partial", test_move_partial);
  g_test_add_func ("/imap/write-script/bye", test_bye);
  g_test_add_func ("/imap/write-script/talkative", test_talkative);
  return g_test_run ();
}
