/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-decode-fetch.h"
#include "imap-test.h"

typedef struct
{
  Feed feed;
  ImapFetch fetch;
} Fixture;

static const ImapFetch *
decode (Fixture *self, const char *text)
{
  const ImapResponse *response = feed_response (&self->feed, text);

  g_assert_true (imap_decode_fetch (response, imap_reader_get_arena (self->feed.reader), taube_limits_get_default (),
                                    &self->fetch));
  return &self->fetch;
}

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

/* RFC 9586: the number is the UID. */
static void
test_by_uid (Fixture *self, gconstpointer data)
{
  static const char *const texts[]
      = { "* 4711 UIDFETCH (FLAGS (\\Seen))\r\n", "* 4711 uidfetch (UID 4711 FLAGS (\\Seen))\r\n" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      const ImapFetch *fetch = decode (self, texts[i]);

      g_assert_cmpuint (fetch->seq, ==, 0);
      g_assert_cmpuint (fetch->uid, ==, 4711);
      g_assert_cmphex (fetch->fields, ==, IMAP_FETCH_UID | IMAP_FETCH_FLAGS);
      g_assert_cmphex (fetch->flags.flags, ==, TAUBE_MESSAGE_FLAGS_SEEN);
    }
}

static void
test_all (Fixture *self, gconstpointer data)
{
  const ImapFetch *fetch = decode (
      self,
      "* 12 FETCH (UID 4711 FLAGS (\\Seen $Forwarded work \\Flagged) RFC822.SIZE 44827 INTERNALDATE "
      "\" 5-Nov-2026 14:03:07 +0100\" ENVELOPE (\"Thu, 5 Nov 2026\" \"Hi\" ((\"Bob\" NIL \"bob\" \"example.org\")) "
      "NIL NIL NIL NIL NIL NIL \"<1@x>\") MODSEQ (12345678901234567890) EMAILID (M6d99) THREADID (T64b) "
      "PREVIEW \"a preview\" SAVEDATE \" 1-Jan-1970 00:00:01 +0000\" X-GM-MSGID 1278455344230334865 "
      "X-GM-THRID 1266894439832287888 X-GM-LABELS (\\Inbox \"a b\"))\r\n");

  g_assert_cmpuint (fetch->seq, ==, 12);
  g_assert_cmphex (fetch->fields, ==, 0x7fff & ~(IMAP_FETCH_BODYSTRUCTURE | IMAP_FETCH_SECTIONS));
  g_assert_cmphex (fetch->malformed, ==, 0);
  g_assert_cmpuint (fetch->uid, ==, 4711);
  g_assert_cmphex (fetch->flags.flags, ==,
                   TAUBE_MESSAGE_FLAGS_SEEN | TAUBE_MESSAGE_FLAGS_FORWARDED | TAUBE_MESSAGE_FLAGS_FLAGGED);
  g_assert_cmpuint (fetch->flags.n_keywords, ==, 1);
  g_assert_cmpstr (fetch->flags.keywords[0], ==, "work");
  g_assert_null (fetch->flags.keywords[1]);
  g_assert_cmpuint (fetch->size, ==, 44827);
  g_assert_cmpint (fetch->internal_date, ==, 1793883787);
  g_assert_cmpint (fetch->internal_offset, ==, 3600);
  assert_string (fetch->envelope.subject, "Hi");
  assert_string (fetch->envelope.from->mailbox, "bob");
  g_assert_cmpuint (fetch->modseq, ==, G_GUINT64_CONSTANT (12345678901234567890));
  assert_string (fetch->email_id, "M6d99");
  assert_string (fetch->thread_id, "T64b");
  assert_string (fetch->preview, "a preview");
  g_assert_cmpint (fetch->save_date, ==, 1);
  g_assert_cmpuint (fetch->gm_msgid, ==, G_GUINT64_CONSTANT (1278455344230334865));
  g_assert_cmpuint (fetch->gm_thrid, ==, G_GUINT64_CONSTANT (1266894439832287888));
  g_assert_cmpstr (fetch->gm_labels->next->text, ==, "a b");
}

static void
test_sections (Fixture *self, gconstpointer data)
{
  const ImapSection *section
      = decode (
            self,
            "* 1 FETCH (BODY[] {3}\r\nabc BODY[1.2.MIME] \"x\" BODY[HEADER.FIELDS (A B)]<10> NIL BINARY[2] ~{2}\r\nab "
            "BINARY.SIZE[3] 77 RFC822.HEADER \"h\" RFC822 \"r\" UID 9)\r\n")
            ->sections;

  g_assert_cmphex (self->fetch.malformed, ==, 0);
  g_assert_cmpuint (self->fetch.uid, ==, 9);
  g_assert_cmpuint (section->section.length, ==, 0);
  assert_string (section->content, "abc");
  g_assert_cmpuint (section->size, ==, 3);
  section = section->next;
  g_assert_cmpmem (section->section.text, section->section.length, "1.2.MIME", 8);
  g_assert_false (section->has_origin);
  section = section->next;
  g_assert_cmpmem (section->section.text, section->section.length, "HEADER.FIELDS (A B)", 19);
  g_assert_true (section->has_origin);
  g_assert_cmpuint (section->origin, ==, 10);
  assert_string (section->content, NULL);
  section = section->next;
  g_assert_true (section->binary);
  section = section->next;
  g_assert_true (section->is_size);
  g_assert_cmpuint (section->size, ==, 77);
  section = section->next;
  assert_string (section->section, "HEADER");
  section = section->next;
  assert_string (section->section, "");
  assert_string (section->content, "r");
  g_assert_null (section->next);
}

static gboolean
accept_all (const ImapBodyInfo *info, gpointer user_data)
{
  return TRUE;
}

static void
test_streamed (Fixture *self, gconstpointer data)
{
  static const char text[] = "* 1 FETCH (BODY[1] {5}\r\nabcde UID 3)\r\n";

  imap_reader_set_body_filter (self->feed.reader, accept_all, NULL);
  feed_bytes (&self->feed, text, strlen (text));
  do
    g_assert_cmpint (feed_next (&self->feed), ==, IMAP_PARSE_VALUE);
  while (self->feed.event.type != IMAP_EVENT_RESPONSE);
  g_assert_true (imap_decode_fetch (self->feed.event.response, imap_reader_get_arena (self->feed.reader),
                                    taube_limits_get_default (), &self->fetch));
  g_assert_true (self->fetch.sections->streamed);
  g_assert_cmpuint (self->fetch.sections->size, ==, 5);
  g_assert_null (self->fetch.sections->content.text);
}

/* Broken items are marked and cost no other. */
static void
test_malformed (Fixture *self, gconstpointer data)
{
  static const struct
  {
    const char *text;
    ImapFetchFields malformed;
  } cases[] = {
    { "* 1 FETCH (UID 0 RFC822.SIZE 5)\r\n", IMAP_FETCH_UID },
    { "* 1 FETCH (UID x RFC822.SIZE 5)\r\n", IMAP_FETCH_UID },
    { "* 1 FETCH (UID 4294967296 RFC822.SIZE 5)\r\n", IMAP_FETCH_UID },
    { "* 1 FETCH (UID RFC822.SIZE 5)\r\n", IMAP_FETCH_UID },
    { "* 1 FETCH (FLAGS \\Seen RFC822.SIZE 5)\r\n", IMAP_FETCH_FLAGS },
    { "* 1 FETCH (FLAGS ((a) b) RFC822.SIZE 5)\r\n", IMAP_FETCH_FLAGS },
    { "* 1 FETCH (INTERNALDATE \"yesterday\" RFC822.SIZE 5)\r\n", IMAP_FETCH_INTERNALDATE },
    { "* 1 FETCH (INTERNALDATE NIL RFC822.SIZE 5)\r\n", IMAP_FETCH_INTERNALDATE },
    { "* 1 FETCH (ENVELOPE NIL RFC822.SIZE 5)\r\n", IMAP_FETCH_ENVELOPE },
    { "* 1 FETCH (ENVELOPE () RFC822.SIZE 5)\r\n", IMAP_FETCH_ENVELOPE },
    { "* 1 FETCH (BODYSTRUCTURE NIL RFC822.SIZE 5)\r\n", IMAP_FETCH_BODYSTRUCTURE },
    { "* 1 FETCH (BODY \"text\" RFC822.SIZE 5)\r\n", IMAP_FETCH_BODYSTRUCTURE },
    { "* 1 FETCH (MODSEQ (x) RFC822.SIZE 5)\r\n", IMAP_FETCH_MODSEQ },
    { "* 1 FETCH (MODSEQ () RFC822.SIZE 5)\r\n", IMAP_FETCH_MODSEQ },
    { "* 1 FETCH (X-GM-LABELS x RFC822.SIZE 5)\r\n", IMAP_FETCH_GM_LABELS },
    { "* 1 FETCH (BODY[1] (a) RFC822.SIZE 5)\r\n", IMAP_FETCH_SECTIONS },
    { "* 1 FETCH (X-NEW (1 2 (3)) X-OLD 7 RFC822.SIZE 5)\r\n", 0 },
    { "* 1 FETCH (\"junk\" RFC822.SIZE 5)\r\n", 0 },
    { "* 1 FETCH ((junk) RFC822.SIZE 5 UID)\r\n", IMAP_FETCH_UID },
    { "* 1 FETCH RFC822.SIZE 5\r\n", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const ImapFetch *fetch = decode (self, cases[i].text);

      g_assert_cmphex (fetch->malformed, ==, cases[i].malformed);
      g_assert_true (fetch->fields & IMAP_FETCH_SIZE);
      g_assert_cmpuint (fetch->size, ==, 5);
    }
}

/* S17: nothing where a list should be. */
static void
test_no_fetch (Fixture *self, gconstpointer data)
{
  static const char *const wrong[]
      = { "* FETCH (UID 1)\r\n", "* 0 FETCH (UID 1)\r\n", "* 1 FETCH\r\n", "* 1 EXISTS\r\n" };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_false (imap_decode_fetch (feed_response (&self->feed, wrong[i]), imap_reader_get_arena (self->feed.reader),
                                       taube_limits_get_default (), &self->fetch));
  decode (self, "* 1 FETCH ()\r\n");
  g_assert_cmphex (self->fetch.fields, ==, 0);
  decode (self, "* 1 FETCH NIL\r\n");
  g_assert_cmphex (self->fetch.fields, ==, 0);
}

/* Wherever the memory for one response ends, the reader says so or the item is marked. */
static void
test_memory (Fixture *self, gconstpointer data)
{
  static const char text[] = "* 1 FETCH (UID 3 FLAGS (a b \xff c) ENVELOPE (\"d\" \"s\" ((NIL NIL \"a\" \"b\")(NIL NIL "
                             "\"g\" NIL)(NIL NIL NIL NIL)) "
                             "NIL NIL NIL NIL NIL NIL NIL) BODYSTRUCTURE ((\"MESSAGE\" \"RFC822\" (\"a\" \"b\") NIL "
                             "NIL \"7BIT\" 3 (NIL NIL ((NIL NIL "
                             "\"a\" \"b\"))) (\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 5 1) 4) \"MIXED\") BODY[1] \"x\" "
                             "BODY[2] {3}\r\nabc)\r\n";
  TaubeLimits small = *taube_limits_get_default ();
  guint refused = 0, marked = 0;

  for (gsize bytes = strlen (text); bytes < 10000; bytes += 8)
    {
      ImapFetch got;
      Feed feed;

      small.response_bytes = bytes;
      feed_init (&feed, &small);
      feed_bytes (&feed, text, strlen (text));
      if (feed_next (&feed) == IMAP_PARSE_ERROR)
        {
          g_assert_error (feed.error, TAUBE_ERROR, TAUBE_ERROR_LIMIT);
          refused++;
        }
      else
        {
          g_assert_true (imap_decode_fetch (feed.event.response, imap_reader_get_arena (feed.reader), &small, &got));
          g_assert_cmpuint (got.uid, ==, 3);
          marked += got.malformed != 0;
        }
      feed_clear (&feed);
    }
  g_assert_cmpuint (refused, >, 0);
  g_assert_cmpuint (marked, >, 0);
  g_assert_cmpuint (refused + marked, <, 1000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_both_ways ("fetch/all", test_all);
  add_both_ways ("fetch/by-uid", test_by_uid);
  add_both_ways ("fetch/sections", test_sections);
  add_both_ways ("fetch/streamed", test_streamed);
  add_both_ways ("fetch/malformed", test_malformed);
  add_both_ways ("fetch/memory", test_memory);
  add_both_ways ("fetch/s17-no-fetch", test_no_fetch);
  return g_test_run ();
}
