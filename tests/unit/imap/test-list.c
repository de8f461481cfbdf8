/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-decode-list.h"
#include "imap-test.h"

typedef struct
{
  Feed feed;
  ImapList list;
  ImapStatus status;
  ImapNamespaces namespaces;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  feed_init (&self->feed, NULL);
  self->feed.byte_by_byte = GPOINTER_TO_INT (data);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  feed_clear (&self->feed);
}

static void
assert_list (Fixture *self, const char *text, ImapListAttributes attributes, TaubeFolderRole role, char delimiter,
             const char *name, gboolean malformed)
{
  g_assert_true (imap_decode_list (feed_response (&self->feed, text), &self->list));
  g_assert_cmphex (self->list.attributes, ==, attributes);
  g_assert_cmpint (self->list.role, ==, role);
  g_assert_cmpint (self->list.delimiter, ==, delimiter);
  g_assert_cmpmem (self->list.name.text, self->list.name.length, name, strlen (name));
  g_assert_cmpint (self->list.malformed, ==, malformed);
}

static void
test_list (Fixture *self, gconstpointer data)
{
  assert_list (self, "* LIST (\\HasNoChildren \\Subscribed) \"/\" INBOX\r\n",
               IMAP_LIST_HAS_NO_CHILDREN | IMAP_LIST_SUBSCRIBED, TAUBE_FOLDER_ROLE_NONE, '/', "INBOX", FALSE);
  assert_list (self, "* LSUB () \".\" \"INBOX.Sent Items\"\r\n", 0, TAUBE_FOLDER_ROLE_NONE, '.', "INBOX.Sent Items",
               FALSE);
  assert_list (self, "* LIST (\\Noselect) \"/\" \"\"\r\n", IMAP_LIST_NO_SELECT, TAUBE_FOLDER_ROLE_NONE, '/', "", FALSE);
  assert_list (self, "* LIST (\\noinferiors \\MARKED) NIL {5}\r\na\"b\\c\r\n",
               IMAP_LIST_NO_INFERIORS | IMAP_LIST_HAS_NO_CHILDREN | IMAP_LIST_MARKED, TAUBE_FOLDER_ROLE_NONE, 0,
               "a\"b\\c", FALSE);
  assert_list (self, "* LIST (\\HasNoChildren \\Sent) \"\\\\\" Gesendet\r\n", IMAP_LIST_HAS_NO_CHILDREN,
               TAUBE_FOLDER_ROLE_SENT, '\\', "Gesendet", FALSE);
  assert_list (self, "* XLIST (\\HasNoChildren \\AllMail) \"/\" \"[Google Mail]/Alle Nachrichten\"\r\n",
               IMAP_LIST_HAS_NO_CHILDREN, TAUBE_FOLDER_ROLE_ALL, '/', "[Google Mail]/Alle Nachrichten", FALSE);
  assert_list (self, "* LIST () \"/\" NIL\r\n", 0, TAUBE_FOLDER_ROLE_NONE, '/', "NIL", FALSE);
  assert_list (self, "* LIST (\\Junk \\Trash) \"/\" both\r\n", 0, TAUBE_FOLDER_ROLE_JUNK, '/', "both", FALSE);
}

static void
test_extended (Fixture *self, gconstpointer data)
{
  assert_list (self, "* LIST (\\NonExistent) \"/\" Foo (\"CHILDINFO\" (\"SUBSCRIBED\") \"OLDNAME\" (\"Old Foo\"))\r\n",
               IMAP_LIST_NON_EXISTENT | IMAP_LIST_NO_SELECT, TAUBE_FOLDER_ROLE_NONE, '/', "Foo", FALSE);
  g_assert_cmpstr (self->list.extended->text, ==, "CHILDINFO");
  assert_string (self->list.old_name, "Old Foo");
}

static void
test_odd_lists (Fixture *self, gconstpointer data)
{
  static const char *const wrong[]
      = { "* LIST\r\n", "* LIST ()\r\n", "* LIST () \"/\"\r\n", "* LIST x \"/\" y\r\n", "* LIST () \"/\" ()\r\n" };

  assert_list (self, "* LIST NIL \"/\" foo\r\n", 0, TAUBE_FOLDER_ROLE_NONE, '/', "foo", FALSE);
  assert_list (self, "* LIST () / foo\r\n", 0, TAUBE_FOLDER_ROLE_NONE, '/', "foo", FALSE);
  assert_list (self, "* LIST () \"\" foo\r\n", 0, TAUBE_FOLDER_ROLE_NONE, 0, "foo", FALSE);
  assert_list (self, "* LIST () \"//\" foo\r\n", 0, TAUBE_FOLDER_ROLE_NONE, '/', "foo", TRUE);
  assert_list (self, "* LIST ((a)) \"/\" foo\r\n", 0, TAUBE_FOLDER_ROLE_NONE, '/', "foo", TRUE);
  assert_list (self, "* LIST () \"/\" Sent Items\r\n", 0, TAUBE_FOLDER_ROLE_NONE, '/', "Sent Items", TRUE);
  assert_list (self, "* LIST () \"/\" a  b NIL c (\"OLDNAME\" (x))\r\n", 0, TAUBE_FOLDER_ROLE_NONE, '/', "a  b NIL c",
               TRUE);
  assert_string (self->list.old_name, "x");
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_false (imap_decode_list (feed_response (&self->feed, wrong[i]), &self->list));
}

static void
test_status (Fixture *self, gconstpointer data)
{
  const ImapStatus *status = &self->status;

  g_assert_true (imap_decode_status (
      feed_response (&self->feed,
                     "* STATUS \"a b\" (MESSAGES 231 UIDNEXT 44292 UIDVALIDITY 4294967295 UNSEEN 7 RECENT 1 DELETED 2 "
                     "SIZE 99999999999 HIGHESTMODSEQ 18446744073709551615 X-NEW (1 2) APPENDLIMIT NIL "
                     "MAILBOXID (F2212ea87))\r\n"),
      &self->status));
  assert_string (status->name, "a b");
  g_assert_cmphex (status->fields, ==, 0x3ff);
  g_assert_cmphex (status->malformed, ==, IMAP_STATUS_APPENDLIMIT);
  g_assert_cmpuint (status->messages, ==, 231);
  g_assert_cmpuint (status->uidnext, ==, 44292);
  g_assert_cmpuint (status->uidvalidity, ==, G_MAXUINT32);
  g_assert_cmpuint (status->unseen, ==, 7);
  g_assert_cmpuint (status->recent, ==, 1);
  g_assert_cmpuint (status->deleted, ==, 2);
  g_assert_cmpuint (status->size, ==, G_GUINT64_CONSTANT (99999999999));
  g_assert_cmpuint (status->highestmodseq, ==, G_MAXUINT64);
  assert_string (status->mailboxid, "F2212ea87");
}

/* S17: STATUS without a list, or with an empty one, once crashed clients. */
static void
test_odd_status (Fixture *self, gconstpointer data)
{
  static const char *const wrong[] = { "* STATUS\r\n", "* STATUS foo\r\n", "* STATUS foo NIL\r\n", "* STATUS ()\r\n",
                                       "* STATUS foo \"MESSAGES 1\"\r\n" };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_false (imap_decode_status (feed_response (&self->feed, wrong[i]), &self->status));
  g_assert_true (imap_decode_status (feed_response (&self->feed, "* STATUS foo ()\r\n"), &self->status));
  g_assert_cmphex (self->status.fields, ==, 0);
  g_assert_true (imap_decode_status (feed_response (&self->feed, "* STATUS foo (MESSAGES)\r\n"), &self->status));
  g_assert_cmphex (self->status.fields, ==, 0);
  g_assert_true (
      imap_decode_status (feed_response (&self->feed, "* STATUS two words (MESSAGES -1 UNSEEN 3)\r\n"), &self->status));
  g_assert_cmpmem (self->status.name.text, self->status.name.length, "two words", 9);
  g_assert_cmphex (self->status.malformed, ==, IMAP_STATUS_MESSAGES);
  g_assert_cmpuint (self->status.unseen, ==, 3);
  g_assert_true (imap_decode_status (feed_response (&self->feed, "* STATUS foo (MAILBOXID () UIDNEXT 4294967296)\r\n"),
                                     &self->status));
  g_assert_cmphex (self->status.malformed, ==, IMAP_STATUS_MAILBOXID | IMAP_STATUS_UIDNEXT);
}

static gboolean
decode_namespace (Fixture *self, const char *text)
{
  return imap_decode_namespace (feed_response (&self->feed, text), imap_reader_get_arena (self->feed.reader),
                                &self->namespaces);
}

static void
test_namespace (Fixture *self, gconstpointer data)
{
  g_assert_true (decode_namespace (self, "* NAMESPACE ((\"\" \"/\")(\"#mh/\" \"/\" \"X-PARAM\" (\"F1\" \"F2\"))) "
                                         "((\"~\" \"/\")) ((\"#shared.\" \".\"))\r\n"));
  assert_string (self->namespaces.personal->prefix, "");
  assert_string (self->namespaces.personal->next->prefix, "#mh/");
  g_assert_null (self->namespaces.personal->next->next);
  assert_string (self->namespaces.others->prefix, "~");
  g_assert_cmpint (self->namespaces.shared->delimiter, ==, '.');
  g_assert_true (decode_namespace (self, "* NAMESPACE ((\"INBOX.\" \".\")) NIL NIL\r\n"));
  g_assert_null (self->namespaces.others);
  g_assert_null (self->namespaces.shared);
  g_assert_true (decode_namespace (self, "* NAMESPACE NIL NIL NIL\r\n"));
  g_assert_null (self->namespaces.personal);
  g_assert_true (decode_namespace (self, "* NAMESPACE ((\"\"))\r\n"));
  g_assert_cmpint (self->namespaces.personal->delimiter, ==, 0);
  g_assert_true (decode_namespace (self, "* NAMESPACE (NIL () \"x\") y z\r\n"));
  g_assert_null (self->namespaces.personal);
  g_assert_false (decode_namespace (self, "* NAMESPACE\r\n"));
  g_assert_false (decode_namespace (self, "* NAMESPACE x\r\n"));
}

static void
add_pair (ImapString key, ImapString value, gpointer user_data)
{
  g_string_append_printf (user_data, "%s=%s;", key.text, value.text != NULL ? value.text : "-");
}

static void
test_id (Fixture *self, gconstpointer data)
{
  g_autoptr (GString) out = g_string_new (NULL);

  g_assert_true (
      imap_decode_id (feed_response (&self->feed, "* ID (\"name\" \"Dovecot\" \"version\" NIL x)\r\n"), add_pair, out));
  g_assert_cmpstr (out->str, ==, "name=Dovecot;version=-;");
  g_assert_true (imap_decode_id (feed_response (&self->feed, "* ID NIL\r\n"), add_pair, out));
  g_assert_true (imap_decode_id (feed_response (&self->feed, "* ID ()\r\n"), add_pair, out));
  g_assert_false (imap_decode_id (feed_response (&self->feed, "* ID\r\n"), add_pair, out));
  g_assert_false (imap_decode_id (feed_response (&self->feed, "* ID x\r\n"), add_pair, out));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_both_ways ("list/list", test_list);
  add_both_ways ("list/extended", test_extended);
  add_both_ways ("list/odd-lists", test_odd_lists);
  add_both_ways ("list/status", test_status);
  add_both_ways ("list/s17-odd-status", test_odd_status);
  add_both_ways ("list/namespace", test_namespace);
  add_both_ways ("list/id", test_id);
  return g_test_run ();
}
