/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-decode-envelope.h"
#include "imap-test.h"

typedef struct
{
  Feed feed;
  ImapEnvelope envelope;
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

static gboolean
decode (Fixture *self, const char *envelope)
{
  g_autofree char *line = g_strdup_printf ("* X %s\r\n", envelope);

  return imap_decode_envelope (feed_response (&self->feed, line)->values, imap_reader_get_arena (self->feed.reader),
                               &self->envelope);
}

/* "Name <mailbox@host>" for each, groups as "name: …;". */
static char *
dump_addresses (const ImapAddress *address)
{
  GString *out = g_string_new (NULL);

  for (; address != NULL; address = address->next)
    {
      if (address->kind == IMAP_ADDRESS_GROUP_BEGIN)
        g_string_append_printf (out, "%s: ", address->mailbox.text);
      else if (address->kind == IMAP_ADDRESS_GROUP_END)
        g_string_append (out, "; ");
      else
        g_string_append_printf (out, "%s <%s@%s> ", address->name.text != NULL ? address->name.text : "-",
                                address->mailbox.text != NULL ? address->mailbox.text : "-",
                                address->host.text != NULL ? address->host.text : "-");
    }
  if (out->len > 0)
    g_string_truncate (out, out->len - 1);
  return g_string_free (out, FALSE);
}

#define assert_to(self, list, expected, bad) \
  G_STMT_START \
  { \
    g_autofree char *text__ = g_strdup_printf ("(NIL NIL NIL NIL NIL %s NIL NIL NIL NIL)", list); \
    g_autofree char *dump__ = NULL; \
    g_assert_true (decode (self, text__)); \
    dump__ = dump_addresses ((self)->envelope.to); \
    g_assert_cmpstr (dump__, ==, expected); \
    g_assert_cmphex ((self)->envelope.malformed, ==, (bad) ? IMAP_ENVELOPE_TO : 0); \
  } \
  G_STMT_END

static void
test_rfc (Fixture *self, gconstpointer data)
{
  g_autofree char *from = NULL;
  g_autofree char *cc = NULL;

  g_assert_true (decode (self, "(\"Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\" \"IMAP4rev2 WG mtg summary and minutes\" "
                               "((\"Terry Gray\" NIL \"gray\" \"cac.washington.example\")) "
                               "((\"Terry Gray\" NIL \"gray\" \"cac.washington.example\")) "
                               "((\"Terry Gray\" NIL \"gray\" \"cac.washington.example\")) "
                               "((NIL NIL \"imap\" \"cac.washington.example\")) "
                               "((NIL NIL \"minutes\" \"CNRI.Reston.VA.example\") "
                               "(\"John Klensin\" NIL \"KLENSIN\" \"MIT.example\")) NIL NIL "
                               "\"<B27397-0100000@cac.washington.ed>\")"));
  g_assert_cmphex (self->envelope.malformed, ==, 0);
  assert_string (self->envelope.date, "Wed, 17 Jul 1996 02:23:25 -0700 (PDT)");
  assert_string (self->envelope.subject, "IMAP4rev2 WG mtg summary and minutes");
  from = dump_addresses (self->envelope.from);
  g_assert_cmpstr (from, ==, "Terry Gray <gray@cac.washington.example>");
  cc = dump_addresses (self->envelope.cc);
  g_assert_cmpstr (cc, ==, "- <minutes@CNRI.Reston.VA.example> John Klensin <KLENSIN@MIT.example>");
  g_assert_null (self->envelope.bcc);
  assert_string (self->envelope.in_reply_to, NULL);
  assert_string (self->envelope.message_id, "<B27397-0100000@cac.washington.ed>");
}

static void
test_literals (Fixture *self, gconstpointer data)
{
  g_assert_true (decode (self, "({4}\r\ndate {7}\r\nsub\r\nje NIL NIL NIL NIL NIL NIL NIL {3}\r\nmid)"));
  assert_string (self->envelope.subject, "sub\r\nje");
  assert_string (self->envelope.message_id, "mid");
}

static void
test_groups (Fixture *self, gconstpointer data)
{
  assert_to (self, "((NIL NIL \"undisclosed\" NIL)(NIL NIL NIL NIL))", "undisclosed: ;", FALSE);
  assert_to (self,
             "((\"A\" NIL \"a\" \"x\")(NIL NIL \"g\" NIL)(NIL NIL \"b\" \"y\")(NIL NIL NIL NIL)(NIL NIL \"c\" \"z\"))",
             "A <a@x> g: - <b@y> ; - <c@z>", FALSE);
  assert_to (self, "((NIL NIL \"g\" NIL)(NIL NIL NIL NIL)(NIL NIL \"h\" NIL)(NIL NIL NIL NIL))", "g: ; h: ;", FALSE);
  /* an address without host is no group when none ends */
  assert_to (self, "((\"Root\" NIL \"root\" NIL))", "Root <root@->", FALSE);
  assert_to (self, "((NIL NIL \"g\" NIL)(NIL NIL \"in\" NIL)(NIL NIL NIL NIL))", "g: - <in@-> ;", FALSE);
  assert_to (self, "((NIL NIL NIL NIL))", "", TRUE);
  assert_to (self, "((\"Only a name\" NIL NIL NIL))", "Only a name <-@->", FALSE);
}

static void
test_odd_addresses (Fixture *self, gconstpointer data)
{
  assert_to (self, "()", "", FALSE);
  assert_to (self, "(())", "", FALSE);
  assert_to (self, "(NIL (NIL NIL \"a\" \"x\") NIL)", "- <a@x>", FALSE);
  assert_to (self, "(\"A\" NIL \"a\" \"x\")", "A <a@x>", FALSE);
  assert_to (self, "((\"A\" NIL \"a\"))", "A <a@->", TRUE);
  assert_to (self, "((\"A\" NIL \"a\" \"x\" \"more\"))", "A <a@x>", TRUE);
  assert_to (self, "((\"A\" (\"route\") \"a\" \"x\"))", "A <a@x>", TRUE);
  assert_to (self, "((\"A\" NIL () \"x\"))", "A <-@x>", FALSE);
  assert_to (self, "\"a@x\"", "", TRUE);
  assert_to (self, "(\"a@x\")", "", TRUE);
}

/* What is missing or wrong is marked; the rest is there. */
static void
test_degraded (Fixture *self, gconstpointer data)
{
  g_assert_true (decode (self, "(\"date\" (\"sub\") NIL 5 NIL)"));
  assert_string (self->envelope.date, "date");
  g_assert_cmphex (self->envelope.malformed, ==,
                   0x3ff & ~(IMAP_ENVELOPE_DATE | IMAP_ENVELOPE_FROM | IMAP_ENVELOPE_REPLY_TO));
  g_assert_true (decode (self, "()"));
  g_assert_cmphex (self->envelope.malformed, ==, 0x3ff);
  g_assert_true (decode (self, "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL \"extra\")"));
  g_assert_cmphex (self->envelope.malformed, ==, 0);
}

/* S17 */
static void
test_no_list (Fixture *self, gconstpointer data)
{
  g_assert_false (decode (self, "NIL"));
  g_assert_false (decode (self, "\"x\""));
  g_assert_false (decode (self, ""));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_both_ways ("envelope/rfc", test_rfc);
  add_both_ways ("envelope/literals", test_literals);
  add_both_ways ("envelope/groups", test_groups);
  add_both_ways ("envelope/odd-addresses", test_odd_addresses);
  add_both_ways ("envelope/degraded", test_degraded);
  add_both_ways ("envelope/s17-no-list", test_no_list);
  return g_test_run ();
}
