/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-search-impl.h>

#include <taube/taube.h>

#include <string.h>

/* Searching, sorting and threading on this side. */

/* Folding and subjects. */

static void
assert_fold (const char *a, const char *b, gboolean same)
{
  g_autofree char *x = taube_mime_fold_text (a, -1);
  g_autofree char *y = taube_mime_fold_text (b, -1);

  g_assert_cmpint (g_str_equal (x, y), ==, same);
}

static void
test_fold (void)
{
  g_autofree char *text = taube_mime_fold_text ("Abc", -1);
  g_autofree char *part = taube_mime_fold_text ("abcdef", 3);

  g_assert_cmpstr (text, ==, "ABC");
  g_assert_cmpstr (part, ==, "ABC");
  assert_fold ("", "", TRUE);
  assert_fold ("Grüße", "GRÜßE", TRUE);
  assert_fold ("ü", "u\xcc\x88", TRUE);
  assert_fold ("ﬁn", "fin", FALSE);
  assert_fold ("ΑΛΈΞΗΣ", "αλέξης", TRUE);
  assert_fold ("ΑΛΈΞΗ", "αλέξη", TRUE);
  assert_fold ("ǆ", "ǅ", TRUE);
  assert_fold ("a", "b", FALSE);
}

static void
test_base_subject (void)
{
  static const struct
  {
    const char *subject;
    const char *base;
    gboolean is_reply;
  } cases[] = {
    { "", "", FALSE },
    { "hello", "hello", FALSE },
    { "  a \t b\r\n  c  ", "a b c", FALSE },
    { "Re: hello", "hello", TRUE },
    { "RE:hello", "hello", TRUE },
    { "Re : hello", "hello", TRUE },
    { "fw: hello", "hello", TRUE },
    { "Fwd: Re: FW: hello", "hello", TRUE },
    { "Re[2]: hello", "hello", TRUE },
    { "Re [x] : hello", "hello", TRUE },
    { "[list] Re: hello", "hello", TRUE },
    { "[a] [b] Re: hello", "hello", TRUE },
    { "[list] hello", "hello", FALSE },
    { "[list][other] hello", "hello", FALSE },
    { "[list]", "[list]", FALSE },
    { "[a] [b]", "[b]", FALSE },
    { "Re: [list]", "[list]", TRUE },
    { "hello (fwd)", "hello", TRUE },
    { "hello (fwd) (FWD) ", "hello", TRUE },
    { "[fwd: hello]", "hello", TRUE },
    { "[Fwd: Re: hello (fwd)]", "hello", TRUE },
    { "[fwd: [fwd: hello]]", "hello", TRUE },
    { "[fwd: hello", "[fwd: hello", FALSE },
    { "Re: ", "", TRUE },
    { "Reply: hello", "Reply: hello", FALSE },
    { "Antw: hello", "Antw: hello", FALSE },
    { "[unclosed Re: hello", "[unclosed Re: hello", FALSE },
    { "re", "re", FALSE },
    { "[x[y] Re: z", "[x[y] Re: z", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gboolean is_reply = 99;
      g_autofree char *base = taube_mime_get_base_subject (cases[i].subject, &is_reply);

      if (g_strcmp0 (base, cases[i].base) != 0 || is_reply != cases[i].is_reply)
        g_error ("\"%s\" gave \"%s\", %d", cases[i].subject, base, is_reply);
    }
}

/* One message. */

typedef struct
{
  TaubeSearchSubject subject;
  TaubeMimeHeaders *headers;
} Mail;

static void
mail_init (Mail *self, guint32 number, const char *header)
{
  self->headers = taube_mime_headers_parse (header, strlen (header), taube_limits_get_default (), NULL);
  self->subject = (TaubeSearchSubject){ .prefix = "7.", .number = number, .headers = self->headers,
                                        .known = TAUBE_FACTS_HEADERS | TAUBE_FACTS_DATE };
}

static void
mail_clear (Mail *self)
{
  taube_mime_headers_free (self->headers);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Mail, mail_clear)

#define NOW 1795730400 /* 2026-11-26 22:00:00 */

static TaubeTruth
ask (const TaubeSearchSubject *subject, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeQuery) query = taube_query_parse (text, NULL, &error);

  g_assert_no_error (error);
  return taube_query_test (query, subject, NOW);
}

#define assert_truth(mail, text, truth) g_assert_cmpint (ask (&(mail)->subject, text), ==, TAUBE_TRUTH_##truth)

static void
test_truth (void)
{
  static const char *const keywords[] = { "$Junk", "Work" };
  g_auto (Mail) mail = { 0 };

  mail_init (&mail, 42,
             "From: =?utf-8?q?J=C3=BCrgen?= <j@example.org>\r\nTo: a@example.org,\r\n b@example.org\r\nTo: c@x\r\n"
             "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= aus\r\n Rom\r\nX-Empty:\r\nX-A: b\r\n"
             "Date: Thu, 26 Nov 2026 23:30:00 -0500\r\n");
  mail.subject.known = 0x1f | TAUBE_FACTS_TEXT;
  mail.subject.flags = TAUBE_MESSAGE_FLAGS_SEEN | TAUBE_MESSAGE_FLAGS_FORWARDED;
  mail.subject.keywords = keywords;
  mail.subject.n_keywords = 2;
  mail.subject.size = 1000;
  mail.subject.date = NOW - 3600; /* 21:00 UTC */
  mail.subject.date_offset = 180; /* there it is the next day */
  mail.subject.header_text = "SUBJECT: X";
  mail.subject.body_text = "HELLO WORLD";
  assert_truth (&mail, "from:jÜRGEN", YES);
  assert_truth (&mail, "from:j@", YES);
  assert_truth (&mail, "from:alice", NO);
  assert_truth (&mail, "to:b@example to:c@x", YES);
  assert_truth (&mail, "cc:b", NO);
  assert_truth (&mail, "subject:\"grüße aus rom\"", YES);
  assert_truth (&mail, "header:x-empty header:X-A header:X-A:B", YES);
  assert_truth (&mail, "header:X-B", NO);
  assert_truth (&mail, "header:X-A:c", NO);
  assert_truth (&mail, "is:seen is:forwarded -is:flagged keyword:$forwarded", YES);
  assert_truth (&mail, "is:seen,flagged", NO);
  assert_truth (&mail, "keyword:work keyword:$JUNK -keyword:x", YES);
  assert_truth (&mail, "larger:999 smaller:1001", YES);
  assert_truth (&mail, "larger:1000 OR smaller:1000", NO);
  assert_truth (&mail, "on:2026-11-27 since:2026-11-27 since:2026-11-01 before:2026-11-28", YES);
  assert_truth (&mail, "before:2026-11-27 OR on:2026-11-26 OR since:2026-11-28", NO);
  assert_truth (&mail, "sent-on:2026-11-26 sent-since:2026-11-26 sent-before:2026-11-27", YES);
  assert_truth (&mail, "sent-on:2026-11-27", NO);
  assert_truth (&mail, "older:1h newer:1h older:59m newer:61m", YES);
  assert_truth (&mail, "older:61m OR newer:59m", NO);
  assert_truth (&mail, "id:7.42", YES);
  assert_truth (&mail, "id:42", YES);
  assert_truth (&mail, "id:7.40..41,8.42", NO);
  assert_truth (&mail, "hello body:WORLD text:subject", YES);
  assert_truth (&mail, "body:subject", NO);
  assert_truth (&mail, "has:attachment", NO);
  assert_truth (&mail, "~hello -~goodbye *", YES);
}

/* What is not known leaves it open only where it matters. */
static void
test_unknown (void)
{
  g_auto (Mail) mail = { 0 };

  mail_init (&mail, 42, "From: bob\r\n");
  mail.subject.known = TAUBE_FACTS_HEADERS;
  assert_truth (&mail, "is:seen", UNKNOWN);
  assert_truth (&mail, "-is:seen", UNKNOWN);
  assert_truth (&mail, "from:bob is:seen", UNKNOWN);
  assert_truth (&mail, "from:alice is:seen", NO);
  assert_truth (&mail, "is:seen from:alice", NO);
  assert_truth (&mail, "from:bob OR is:seen", YES);
  assert_truth (&mail, "is:seen OR from:bob", YES);
  assert_truth (&mail, "from:alice OR hello", UNKNOWN);
  assert_truth (&mail, "-(from:alice has:attachment)", YES);
  assert_truth (&mail, "id:7.42", YES);
}

static void
test_facts (void)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autoptr (TaubeQuery) query
    = taube_query_parse ("from:a (subject:b OR header:FROM:x) -sent-on:2026-01-01 is:seen OR larger:1", NULL, NULL);

  g_assert_cmpint (taube_query_get_facts (query, names), ==,
                   TAUBE_FACTS_HEADERS | TAUBE_FACTS_FLAGS | TAUBE_FACTS_SIZE);
  g_assert_cmpuint (names->len, ==, 3);
}

/* Sorting. */

typedef struct
{
  const char *header;
  gint64 date;
  guint64 size;
} Sortable;

static const Sortable sortables[] = {
  { "From: Zoe <bob@a>\r\nTo: x@a\r\nSubject: Re: beta\r\nDate: Thu, 26 Nov 2026 12:00:00 +0000\r\n", 5, 30 },
  { "From: anna@b\r\nSubject: Alpha\r\nDate: Thu, 26 Nov 2026 12:00:00 +0200\r\n", 4, 10 },
  { "From: \"Élan, P.\" <carl@c>\r\nTo: X@b\r\nCc: q@q\r\nSubject: [l] beta\r\nDate: broken\r\n", 3, 20 },
  { "Subject: \r\n", 2, 20 },
};

static void
assert_order (const char *keys, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeSearchRequest) request = taube_search_request_new ();
  g_autoptr (TaubeSorter) sorter = NULL;
  g_autoptr (GArray) order = NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  taube_search_request_set_sort (request, keys, &error);
  g_assert_no_error (error);
  sorter = taube_sorter_new (request);
  for (guint i = 0; i < G_N_ELEMENTS (sortables); i++)
    {
      g_auto (Mail) mail = { 0 };

      mail_init (&mail, i + 1, sortables[i].header);
      mail.subject.date = sortables[i].date;
      mail.subject.size = sortables[i].size;
      taube_sorter_add (sorter, &mail.subject);
    }
  order = taube_sorter_end (sorter);
  for (guint i = 0; i < order->len; i++)
    g_string_append_printf (text, "%u", g_array_index (order, guint32, i));
  if (!g_str_equal (text->str, expected))
    g_error ("%s: %s", keys, text->str);
}

static void
test_sort (void)
{
  assert_order ("arrival", "4321");
  assert_order ("-arrival", "1234");
  assert_order ("size", "2341");
  assert_order ("-size", "1342");
  assert_order ("date", "4321");
  assert_order ("from", "4213");
  assert_order ("to", "2413");
  assert_order ("-cc", "3124");
  assert_order ("subject", "4213");
  assert_order ("subject,-arrival", "4213");
  assert_order ("subject,arrival", "4231");
  assert_order ("-subject,date", "3124");
  assert_order ("display-from", "4231");
  assert_order ("display-to", "2413");
}

static void
test_sort_words (void)
{
  g_autoptr (TaubeSearchRequest) request = taube_search_request_new ();
  g_autoptr (GError) error = NULL;
  gboolean reverse;

  g_assert_true (taube_search_request_set_sort (request, "SIZE,-Date", &error));
  g_assert_false (taube_search_request_set_sort (request, "size,colour", &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "colour"));
  g_assert_cmpuint (taube_search_request_get_n_sort_keys (request), ==, 2);
  g_assert_cmpint (taube_search_request_get_sort_key (request, 1, &reverse), ==, TAUBE_SORT_KEY_DATE);
  g_assert_true (reverse);
  g_assert_true (taube_search_request_set_sort (request, NULL, NULL));
  g_assert_cmpuint (taube_search_request_get_n_sort_keys (request), ==, 0);
}

/* Threads. Messages are "id,references,subject", one minute apart; a name in the place of an id is no id. */

static char *
make_threads (TaubeThreading kind, const char *messages)
{
  g_auto (GStrv) lines = g_strsplit (messages, ";", -1);
  g_autoptr (TaubeThreader) threader = taube_threader_new (kind);
  g_autoptr (TaubeForest) forest = NULL;
  GString *text = g_string_new (NULL);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (lines[i], ",", 4);
      g_autofree char *header
        = g_strdup_printf ("%s%s%s%s%s\r\nSubject: %s\r\nDate: Thu, 26 Nov 2026 %02u:%02u:00 +0000\r\n",
                           parts[0][0] != '\0' ? "Message-ID: " : "X-None: ", parts[0],
                           parts[1][0] == '!' ? "\r\nIn-Reply-To: " : "\r\nReferences: ",
                           parts[1][0] == '!' ? parts[1] + 1 : parts[1], "", parts[2],
                           (parts[3] != NULL ? (guint) atoi (parts[3]) : i) / 60,
                           (parts[3] != NULL ? (guint) atoi (parts[3]) : i) % 60);
      g_auto (Mail) mail = { 0 };

      mail_init (&mail, i + 1, header);
      taube_threader_add (threader, &mail.subject);
    }
  forest = taube_threader_end (threader);
  for (guint i = 0; i < forest->n_nodes; i++)
    {
      const TaubeForestNode *node = &forest->nodes[i];

      if (i > 0)
        g_string_append (text, node->thread != forest->nodes[i - 1].thread ? " | " : " ");
      g_string_append_printf (text, "%u", node->number);
      if (node->parent != TAUBE_FOREST_NONE)
        g_string_append_printf (text, "<%u", forest->nodes[node->parent].number);
      else if (node->depth > 0)
        g_string_append_c (text, '@');
    }
  return g_string_free (text, FALSE);
}

static void
assert_threads (TaubeThreading kind, const char *messages, const char *expected)
{
  g_autofree char *found = make_threads (kind, messages);

  if (!g_str_equal (found, expected))
    g_error ("%s: %s", messages, found);
}

#define assert_references(messages, expected) assert_threads (TAUBE_THREADING_REFERENCES, messages, expected)

static void
test_references (void)
{
  assert_references ("<a@x>,,1;<b@x>,<a@x>,2;<c@x>,<a@x> <b@x>,3;<d@x>,<a@x>,4", "1 2<1 3<2 4<1");
  /* in another order than they were written */
  assert_references ("<c@x>,<a@x> <b@x>,3,3;<b@x>,<a@x>,2,2;<a@x>,,1,1", "3 2<3 1<2");
  /* what stands between is not here */
  assert_references ("<a@x>,,1;<c@x>,<a@x> <b@x>,3", "1 2<1");
  /* the first is not here: one answer takes its place, two stay side by side */
  assert_references ("<b@x>,<a@x>,1", "1");
  assert_references ("<b@x>,<a@x>,1;<c@x>,<a@x>,2", "1@ 2@");
  /* In-Reply-To, its first id only, when there are no references */
  assert_references ("<a@x>,,1;<b@x>,!Your message of yesterday <a@x> <z@x>,2", "1 2<1");
  /* no id, the same id twice */
  assert_references (",,1;,,2;<a@x>,,3;<a@x>,<q@x>,4;<b@x>,<a@x>,5", "1 | 2 | 3 5<3 | 4");
  /* quotes and blanks in an id */
  assert_references ("<\"a\"@x>,,1;<b@x>,< a@x >,2", "1 2<1");
  /* circles */
  assert_references ("<a@x>,<b@x>,1;<b@x>,<a@x>,2", "2 1<2");
  assert_references ("<a@x>,<a@x>,1", "1");
  assert_references ("<a@x>,<b@x> <c@x>,1;<b@x>,<c@x>,2;<c@x>,<a@x> <b@x>,3", "2 3<2 1<3");
}

static void
test_subjects (void)
{
  /* a reply without references finds what it answers */
  assert_references (",,hello;,,Re: hello;,,other", "1 2<1 | 3");
  /* two that are no replies stand side by side */
  assert_references (",,hello;,,hello", "1@ 2@");
  /* a reply that came first */
  assert_references (",,Re: hello,1;,,hello,2", "2 1<2");
  assert_references (",,;,,;,,Re:", "1 | 2 | 3");
  /* with a message that is not here */
  assert_references ("<b@x>,<a@x>,hello;<c@x>,<a@x>,Re: hello;,,Re: hello", "1@ 2@ 3@");
  assert_threads (TAUBE_THREADING_REFS, ",,hello;,,Re: hello", "1 | 2");
  assert_threads (TAUBE_THREADING_REFS, "<a@x>,,1;,,2;<b@x>,<a@x>,3", "2 | 1 3<1");
  assert_threads (TAUBE_THREADING_ORDERED_SUBJECT, ",,b;,,a;,,Re: b;,,Fwd: a;,,b", "1 3<1 5<1 | 2 4<2");
  assert_threads (TAUBE_THREADING_ORDERED_SUBJECT, ",,b,5;,,Re: b,3;,,c,4", "2 1<2 | 3");
}

/* As many as a large folder has, in one chain and with one parent: neither is deep recursion or squared time. */
static void
test_large (void)
{
  const guint n = 50000;

  for (guint shape = 0; shape < 3; shape++)
    {
      g_autoptr (TaubeThreader) threader = taube_threader_new (TAUBE_THREADING_REFERENCES);
      g_autoptr (TaubeForest) forest = NULL;

      for (guint i = 1; i <= n; i++)
        {
          guint parent = shape == 0 ? i - 1 : (shape == 1 ? 0 : i + 1);
          g_autofree char *header
            = g_strdup_printf ("Message-ID: <%u@x>\r\nReferences: <%u@x>\r\nDate: Thu, 26 Nov 2026 12:00:00 +0000\r\n",
                               i, parent);
          g_auto (Mail) mail = { 0 };

          mail_init (&mail, i, header);
          taube_threader_add (threader, &mail.subject);
        }
      forest = taube_threader_end (threader);
      g_assert_cmpuint (forest->n_nodes, ==, n);
      if (shape != 2)
        g_assert_cmpuint (forest->n_threads, ==, 1);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/search/fold", test_fold);
  g_test_add_func ("/search/base-subject", test_base_subject);
  g_test_add_func ("/search/truth", test_truth);
  g_test_add_func ("/search/unknown", test_unknown);
  g_test_add_func ("/search/facts", test_facts);
  g_test_add_func ("/search/sort", test_sort);
  g_test_add_func ("/search/sort-words", test_sort_words);
  g_test_add_func ("/search/references", test_references);
  g_test_add_func ("/search/subjects", test_subjects);
  g_test_add_func ("/search/large", test_large);
  return g_test_run ();
}
