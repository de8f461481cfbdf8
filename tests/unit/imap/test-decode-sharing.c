/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-decode-acl.h"
#include "imap-decode-metadata.h"
#include "imap-decode-quota.h"
#include "imap-spaces.h"
#include "imap-test.h"

/* ACL, MYRIGHTS, LISTRIGHTS, QUOTA, QUOTAROOT, METADATA, and what NAMESPACE means for a name. */

typedef struct
{
  Feed feed;
  ImapAcl acl;
  ImapMyrights myrights;
  ImapListrights listrights;
  ImapQuota quota;
  ImapQuotaroot quotaroot;
  ImapMetadata metadata;
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

/* "mailbox: who=rights who=rights" */
static void
assert_acl (Fixture *self, const char *text, const char *expected)
{
  g_autoptr (GString) out = g_string_new (NULL);
  ImapString identifier, rights;
  const ImapValue *entries;

  g_assert_true (imap_decode_acl (feed_response (&self->feed, text), &self->acl));
  g_string_append_len (out, self->acl.mailbox.text, self->acl.mailbox.length);
  g_string_append_c (out, ':');
  entries = self->acl.entries;
  while (imap_acl_next (&entries, &identifier, &rights))
    g_string_append_printf (out, " %s=%s", identifier.text, rights.text);
  g_assert_cmpstr (out->str, ==, expected);
}

static void
test_acl (Fixture *self, gconstpointer data)
{
  assert_acl (self, "* ACL INBOX Fred rwipslxetad\r\n", "INBOX: Fred=rwipslxetad");
  assert_acl (self, "* ACL \"a b\" \"$team a\" lrs -Fred {2}\r\nwd anyone \"\"\r\n",
              "a b: $team a=lrs -Fred=wd anyone=");
  assert_acl (self, "* ACL INBOX\r\n", "INBOX:");
  assert_acl (self, "* ACL INBOX anyone NIL\r\n", "INBOX: anyone=");
  /* 38: brackets in names; an unquoted name of two words */
  assert_acl (self, "* ACL [Gmail]/Alle[1] bob lr\r\n", "[Gmail]/Alle[1]: bob=lr");
  assert_acl (self, "* ACL Sent Items bob lr\r\n", "Sent Items: bob=lr");
  g_assert_true (self->acl.malformed);
  assert_acl (self, "* ACL x bob (l r) carol lr\r\n", "x: carol=lr");
  g_assert_false (imap_decode_acl (feed_response (&self->feed, "* ACL\r\n"), &self->acl));
  g_assert_false (imap_decode_acl (feed_response (&self->feed, "* ACL (x) y z\r\n"), &self->acl));
}

static void
test_myrights (Fixture *self, gconstpointer data)
{
  g_assert_true (imap_decode_myrights (feed_response (&self->feed, "* MYRIGHTS INBOX rwiptsldaex\r\n"),
                                       &self->myrights));
  assert_string (self->myrights.mailbox, "INBOX");
  assert_string (self->myrights.rights, "rwiptsldaex");
  g_assert_true (imap_decode_myrights (feed_response (&self->feed, "* MYRIGHTS [a] b] \"\"\r\n"), &self->myrights));
  g_assert_cmpmem (self->myrights.mailbox.text, self->myrights.mailbox.length, "[a] b]", 6);
  assert_string (self->myrights.rights, "");
  g_assert_false (imap_decode_myrights (feed_response (&self->feed, "* MYRIGHTS INBOX\r\n"), &self->myrights));
  g_assert_false (imap_decode_myrights (feed_response (&self->feed, "* MYRIGHTS x (l)\r\n"), &self->myrights));
  g_assert_false (imap_decode_myrights (feed_response (&self->feed, "* MYRIGHTS\r\n"), &self->myrights));
}

static void
test_listrights (Fixture *self, gconstpointer data)
{
  g_assert_true (imap_decode_listrights (
      feed_response (&self->feed, "* LISTRIGHTS ~/Mail/saved smith la r swicdkxte\r\n"), &self->listrights));
  assert_string (self->listrights.mailbox, "~/Mail/saved");
  assert_string (self->listrights.identifier, "smith");
  assert_string (self->listrights.required, "la");
  g_assert_cmpstr (self->listrights.optional->text, ==, "r");
  g_assert_cmpstr (self->listrights.optional->next->text, ==, "swicdkxte");
  g_assert_null (self->listrights.optional->next->next);
  g_assert_true (imap_decode_listrights (feed_response (&self->feed, "* LISTRIGHTS x \"\" \"\"\r\n"),
                                         &self->listrights));
  g_assert_null (self->listrights.optional);
  g_assert_false (imap_decode_listrights (feed_response (&self->feed, "* LISTRIGHTS x y\r\n"), &self->listrights));
  g_assert_false (imap_decode_listrights (feed_response (&self->feed, "* LISTRIGHTS\r\n"), &self->listrights));
}

/* "root: NAME usage/limit NAME usage/limit" */
static void
assert_quota (Fixture *self, const char *text, const char *expected)
{
  g_autoptr (GString) out = g_string_new (NULL);
  ImapQuotaResource resource;
  const ImapValue *resources;

  g_assert_true (imap_decode_quota (feed_response (&self->feed, text), &self->quota));
  g_string_append_printf (out, "%s:", self->quota.root.text);
  resources = self->quota.resources;
  while (imap_quota_next (&resources, &resource))
    g_string_append_printf (out, " %s %" G_GINT64_FORMAT "/%" G_GINT64_FORMAT, resource.name.text, resource.usage,
                            resource.limit);
  g_assert_cmpstr (out->str, ==, expected);
}

static void
test_quota (Fixture *self, gconstpointer data)
{
  assert_quota (self, "* QUOTA \"\" (STORAGE 10 512)\r\n", ": STORAGE 10/512");
  assert_quota (self, "* QUOTA \"User quota\" (STORAGE 0 2097152 MESSAGE 3 1000)\r\n",
                "User quota: STORAGE 0/2097152 MESSAGE 3/1000");
  assert_quota (self, "* QUOTA x ()\r\n", "x:");
  assert_quota (self, "* QUOTA x NIL\r\n", "x:");
  /* Courier, without limits */
  assert_quota (self, "* QUOTA \"ROOT\"\r\n", "ROOT:");
  /* 19: Gmail has more than 32 bits; 30: mail.ru writes numbers as floating point */
  assert_quota (self, "* QUOTA \"\" (STORAGE 57790 5368709120)\r\n", ": STORAGE 57790/5368709120");
  assert_quota (self, "* QUOTA \"\" (STORAGE 9.3736e+06 18446744073709551615)\r\n",
                ": STORAGE 9373600/9223372036854775807");
  assert_quota (self, "* QUOTA x (STORAGE -1 -1 MESSAGE (1) many)\r\n", "x: STORAGE -1/-1 MESSAGE -1/-1");
  assert_quota (self, "* QUOTA x (STORAGE 1)\r\n", "x:");
  assert_quota (self, "* QUOTA [x] (X-NUM-FOLDERS 1 2 STORAGE)\r\n", "[x]: X-NUM-FOLDERS 1/2");
  g_assert_false (imap_decode_quota (feed_response (&self->feed, "* QUOTA\r\n"), &self->quota));
  g_assert_false (imap_decode_quota (feed_response (&self->feed, "* QUOTA x y\r\n"), &self->quota));
}

static void
test_quotaroot (Fixture *self, gconstpointer data)
{
  g_assert_true (imap_decode_quotaroot (feed_response (&self->feed, "* QUOTAROOT [Gmail]/x] \"\" b\r\n"),
                                        &self->quotaroot));
  assert_string (self->quotaroot.mailbox, "[Gmail]/x]");
  g_assert_cmpstr (self->quotaroot.roots->text, ==, "");
  g_assert_cmpstr (self->quotaroot.roots->next->text, ==, "b");
  g_assert_true (imap_decode_quotaroot (feed_response (&self->feed, "* QUOTAROOT comp.mail\r\n"), &self->quotaroot));
  g_assert_null (self->quotaroot.roots);
  g_assert_false (imap_decode_quotaroot (feed_response (&self->feed, "* QUOTAROOT\r\n"), &self->quotaroot));
}

/* "mailbox: name=value name=-" */
static void
assert_metadata (Fixture *self, const char *text, const char *expected)
{
  g_autoptr (GString) out = g_string_new (NULL);
  const ImapValue *entries;
  ImapString name, value;

  g_assert_true (imap_decode_metadata (feed_response (&self->feed, text), &self->metadata));
  g_string_append_len (out, self->metadata.mailbox.text, self->metadata.mailbox.length);
  g_string_append_c (out, ':');
  entries = self->metadata.entries;
  while (self->metadata.has_values && imap_metadata_next (&entries, &name, &value))
    g_string_append_printf (out, " %s=%s", name.text, value.text != NULL ? value.text : "-");
  g_assert_cmpstr (out->str, ==, expected);
}

static void
test_metadata (Fixture *self, gconstpointer data)
{
  assert_metadata (self, "* METADATA \"INBOX\" (/shared/comment \"For all\" /private/comment NIL)\r\n",
                   "INBOX: /shared/comment=For all /private/comment=-");
  assert_metadata (self, "* METADATA \"\" (/shared/admin {4}\r\na\r\nb)\r\n", ": /shared/admin=a\r\nb");
  assert_metadata (self, "* METADATA x (/shared/comment ~{3}\r\nabc)\r\n", "x: /shared/comment=abc");
  assert_metadata (self, "* METADATA Sent Items [x] (/shared/comment y)\r\n", "Sent Items [x]: /shared/comment=y");
  assert_metadata (self, "* METADATA x ()\r\n", "x:");
  assert_metadata (self, "* METADATA x (/a (b) /c d /e)\r\n", "x: /c=d");
  assert_metadata (self, "* METADATA \"INBOX\" /shared/comment /private/comment\r\n", "INBOX:");
  g_assert_cmpstr (self->metadata.entries->text, ==, "/shared/comment");
  g_assert_cmpstr (self->metadata.entries->next->text, ==, "/private/comment");
  g_assert_false (imap_decode_metadata (feed_response (&self->feed, "* METADATA x\r\n"), &self->metadata));
  g_assert_false (imap_decode_metadata (feed_response (&self->feed, "* METADATA\r\n"), &self->metadata));
}

static GPtrArray *
make_spaces (Fixture *self, const char *text)
{
  ImapNamespaces namespaces;

  g_assert_true (imap_decode_namespace (feed_response (&self->feed, text), imap_reader_get_arena (self->feed.reader),
                                        &namespaces));
  return imap_spaces_new (&namespaces);
}

static void
assert_space (GPtrArray *spaces, const char *name, char delimiter, TaubeNamespace kind, const char *owner)
{
  g_autofree char *found = NULL;
  ImapString string;

  g_assert_cmpint (imap_spaces_classify (spaces, name, strlen (name), delimiter, &string), ==, kind);
  found = string.text != NULL ? g_strndup (string.text, string.length) : NULL;
  g_assert_cmpstr (found, ==, owner);
}

static void
test_spaces (Fixture *self, gconstpointer data)
{
  const char *const mine[] = { "INBOX", "Sent", NULL }, *const other[] = { "user", "carol", NULL };
  const char *const new_one[] = { "Archive", NULL };
  g_autoptr (GPtrArray) cyrus
      = make_spaces (self, "* NAMESPACE ((\"INBOX.\" \".\")) ((\"user.\" \".\")) ((\"\" \".\"))\r\n");
  g_autoptr (GPtrArray) dovecot = make_spaces (self, "* NAMESPACE ((\"\" \"/\")) ((\"shared/\" \"/\")) NIL\r\n");
  /* 48: NIL for the delimiter */
  g_autoptr (GPtrArray) flat = make_spaces (self, "* NAMESPACE ((\"\" NIL)) ((\"~\" \"/\")) NIL\r\n");

  assert_space (cyrus, "INBOX", '.', TAUBE_NAMESPACE_PERSONAL, NULL);
  assert_space (cyrus, "inbox.Sent", '.', TAUBE_NAMESPACE_PERSONAL, NULL);
  assert_space (cyrus, "user", '.', TAUBE_NAMESPACE_OTHER_USERS, NULL);
  assert_space (cyrus, "user.carol", '.', TAUBE_NAMESPACE_OTHER_USERS, "carol");
  assert_space (cyrus, "user.carol.a.b", '.', TAUBE_NAMESPACE_OTHER_USERS, "carol");
  assert_space (cyrus, "public", '.', TAUBE_NAMESPACE_SHARED, NULL);
  assert_space (dovecot, "sharedless", '/', TAUBE_NAMESPACE_PERSONAL, NULL);
  assert_space (dovecot, "shared/bob/x", '/', TAUBE_NAMESPACE_OTHER_USERS, "bob");
  assert_space (dovecot, "shared/", '/', TAUBE_NAMESPACE_OTHER_USERS, NULL);
  assert_space (flat, "Sent", '\0', TAUBE_NAMESPACE_PERSONAL, NULL);
  assert_space (flat, "~bob/x", '/', TAUBE_NAMESPACE_OTHER_USERS, "bob");

  g_assert_cmpstr (imap_spaces_get_home (cyrus)->prefix, ==, "INBOX.");
  g_assert_null (imap_spaces_get_home (dovecot));
  g_assert_null (imap_spaces_get_home (flat));
  g_assert_cmpstr (imap_spaces_find (cyrus, mine, FALSE)->prefix, ==, "INBOX.");
  g_assert_cmpstr (imap_spaces_find (cyrus, other, FALSE)->prefix, ==, "user.");
  g_assert_null (imap_spaces_find (cyrus, new_one, FALSE));
}

/* All of them are the same however their bytes arrive. */
static void
test_splits (void)
{
  assert_dump ("* ACL [x] bob lr {3}\r\nc d \"\"\r\n* QUOTA \"\" (STORAGE 1 2)\r\n",
               "ACL [x] bob lr {3}c d \"\"\nQUOTA \"\" (STORAGE 1 2)\n");
  assert_dump ("* METADATA \"\" (/shared/comment {2}\r\n\r\n)\r\n",
               "METADATA \"\" (/shared/comment {2}\r\n)\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_both_ways ("sharing/acl", test_acl);
  add_both_ways ("sharing/myrights", test_myrights);
  add_both_ways ("sharing/listrights", test_listrights);
  add_both_ways ("sharing/quota", test_quota);
  add_both_ways ("sharing/quotaroot", test_quotaroot);
  add_both_ways ("sharing/metadata", test_metadata);
  add_both_ways ("sharing/spaces", test_spaces);
  g_test_add_func ("/imap/sharing/splits", test_splits);
  return g_test_run ();
}
