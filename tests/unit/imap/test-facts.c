/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-decode-facts.h"
#include "imap-test.h"

typedef struct
{
  Feed feed;
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
assert_progress (Fixture *self, const char *text, const char *tag, guint64 done, guint64 goal)
{
  ImapInprogress inprogress;

  g_assert_true (imap_decode_inprogress (feed_response (&self->feed, text), &inprogress));
  g_assert_cmpstr (inprogress.tag.text, ==, tag);
  g_assert_cmpuint (inprogress.done, ==, done);
  g_assert_cmpuint (inprogress.goal, ==, goal);
}

static void
test_inprogress (Fixture *self, gconstpointer data)
{
  ImapInprogress inprogress;

  assert_progress (self, "* OK [INPROGRESS] Still working on this...\r\n", NULL, 0, 0);
  assert_progress (self, "* OK [INPROGRESS (\"tag1\" NIL NIL)] Still here\r\n", "tag1", 0, 0);
  assert_progress (self, "* OK [INPROGRESS (\"tag1\" 175 NIL)] Processed 175 messages so far\r\n", "tag1", 175, 0);
  assert_progress (self, "* OK [INPROGRESS (\"tag1\" 175 1000)] Processed 17% messages\r\n", "tag1", 175, 1000);
  assert_progress (self, "* OK [INPROGRESS (NIL 5 4)] more than all\r\n", NULL, 4, 4);
  assert_progress (self, "* OK [INPROGRESS (\"tag1\" -3 99999999999999999999)] no numbers\r\n", "tag1", 0, 0);
  assert_progress (self, "* OK [INPROGRESS (\"tag1\")] short\r\n", "tag1", 0, 0);
  assert_progress (self, "* OK [INPROGRESS ()] empty\r\n", NULL, 0, 0);
  assert_progress (self, "* OK [INPROGRESS ((\"tag1\") 1 2)] a list for a tag\r\n", NULL, 1, 2);
  g_assert_false (imap_decode_inprogress (feed_response (&self->feed, "* OK [ALERT] x\r\n"), &inprogress));
  g_assert_false (imap_decode_inprogress (feed_response (&self->feed, "* NO [INPROGRESS] x\r\n"), &inprogress));
}

static void
assert_url (Fixture *self, const char *text, const char *expected)
{
  g_autofree char *url = imap_decode_jmapaccess (feed_response (&self->feed, text));

  g_assert_cmpstr (url, ==, expected);
}

static void
test_jmapaccess (Fixture *self, gconstpointer data)
{
  assert_url (self, "* JMAPACCESS \"https://example.com/.s/[jmap]\"\r\n", "https://example.com/.s/[jmap]");
  assert_url (self, "* jmapaccess {18}\r\nhttps://a.example/\r\n", "https://a.example/");
  assert_url (self, "* JMAPACCESS NIL\r\n", NULL);
  assert_url (self, "* JMAPACCESS\r\n", NULL);
  assert_url (self, "* JMAPACCESS \"http://example.com/\"\r\n", NULL);
  assert_url (self, "* JMAPACCESS \"https://\"\r\n", NULL);
  assert_url (self, "* JMAPACCESS \"https://a b\"\r\n", NULL);
  assert_url (self, "* JMAPACCESS {19}\r\nhttps://a.example/\x1b\r\n", NULL);
  assert_url (self, "* JMAPACCESS \"javascript:alert(1)\"\r\n", NULL);
  assert_url (self, "* OTHER \"https://example.com/\"\r\n", NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (int split = 0; split < 2; split++)
    {
      const char *how = split ? "byte-by-byte" : "whole";
      g_autofree char *inprogress = g_strconcat ("/imap/facts/inprogress/", how, NULL);
      g_autofree char *jmapaccess = g_strconcat ("/imap/facts/jmapaccess/", how, NULL);

      g_test_add (inprogress, Fixture, GINT_TO_POINTER (split), set_up, test_inprogress, tear_down);
      g_test_add (jmapaccess, Fixture, GINT_TO_POINTER (split), set_up, test_jmapaccess, tear_down);
    }
  return g_test_run ();
}
