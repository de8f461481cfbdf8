/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "imap-known.h"
#include "imap-test.h"

/* Bytes that a state may have beside 8 for each message. */
#define HEAD_BYTES 64

static ImapKnown *
make (guint32 uidvalidity, guint32 uidnext, guint64 modseq, gboolean uids, gboolean digests)
{
  ImapKnown *known = imap_known_new ();

  known->uidvalidity = uidvalidity;
  known->uidnext = uidnext;
  known->modseq = modseq;
  if (uids)
    known->uids = imap_seqset_new ();
  if (digests)
    known->digests = g_array_new (FALSE, FALSE, sizeof (ImapDigestRun));
  return known;
}

static void
assert_same (const ImapKnown *a, const ImapKnown *b)
{
  g_assert_cmpuint (a->uidvalidity, ==, b->uidvalidity);
  g_assert_cmpuint (a->uidnext, ==, b->uidnext);
  g_assert_cmpuint (a->exists, ==, b->exists);
  g_assert_cmpuint (a->modseq, ==, b->modseq);
  g_assert_cmpint (a->uids != NULL, ==, b->uids != NULL);
  g_assert_cmpint (a->digests != NULL, ==, b->digests != NULL);
  if (a->uids != NULL)
    g_assert_cmpmem (a->uids->ranges, a->uids->n_ranges * sizeof (ImapRange), b->uids->ranges,
                     b->uids->n_ranges * sizeof (ImapRange));
  if (a->digests != NULL)
    g_assert_cmpmem (a->digests->data, a->digests->len * sizeof (ImapDigestRun), b->digests->data,
                     b->digests->len * sizeof (ImapDigestRun));
}

static ImapKnown *
decode (GBytes *bytes)
{
  gsize length;
  gconstpointer data = g_bytes_get_data (bytes, &length);

  return imap_known_decode (data, length, taube_limits_get_default ());
}

/* Frees KNOWN; returns the size. */
static gsize
assert_there_and_back (ImapKnown *known)
{
  g_autoptr (GBytes) bytes = imap_known_encode (known);
  g_autoptr (ImapKnown) again = decode (bytes);
  gsize size = g_bytes_get_size (bytes);

  g_assert_nonnull (again);
  assert_same (known, again);
  imap_known_free (known);
  return size;
}

static void
test_counted (void)
{
  ImapKnown *known = make (G_MAXUINT32, G_MAXUINT32, G_MAXINT64, FALSE, FALSE);

  known->exists = G_MAXUINT32 - 1;
  g_assert_cmpuint (assert_there_and_back (known), <=, 26);
  assert_there_and_back (make (1, 1, 1, FALSE, FALSE));
  assert_there_and_back (make (0, 0, 1, TRUE, FALSE));
  assert_there_and_back (make (7, 1, 0, TRUE, TRUE));
}

/* How far the next UID is. */
typedef guint32 (*GapFunc) (GRand *random, guint i, guint n);

static guint32
gap_none (GRand *random, guint i, guint n)
{
  return 1;
}

static guint32
gap_one (GRand *random, guint i, guint n)
{
  return 2;
}

static guint32
gap_pairs (GRand *random, guint i, guint n)
{
  return i % 2 == 0 ? 40000 : 1;
}

static guint32
gap_even (GRand *random, guint i, guint n)
{
  return (G_MAXUINT32 - 2) / n;
}

static guint32
gap_random (GRand *random, guint i, guint n)
{
  return (guint32) g_rand_int_range (random, 1, (gint32) MIN ((G_MAXUINT32 - 2) / n * 2 / 3, G_MAXINT32 - 1) + 2);
}

/* As many gaps as there can be that need the most bytes, then UIDs that stand alone. */
static guint32
gap_huge_first (GRand *random, guint i, guint n)
{
  return i < 31 ? (1u << 27) + 1 : 3;
}

static const GapFunc gaps[] = { gap_none, gap_one, gap_pairs, gap_even, gap_random, gap_huge_first };

static void
assert_bound (guint n, GapFunc gap, guint n_digests, gboolean counted, GRand *random)
{
  ImapKnown *known = make (G_MAXUINT32, G_MAXUINT32, counted ? G_MAXINT64 : 0, TRUE, !counted);
  guint64 uid = 0;

  for (guint i = 0; i < n; i++)
    {
      uid += gap (random, i, n);
      if (uid >= G_MAXUINT32)
        break;
      if (counted)
        imap_known_add_uid (known, (guint32) uid);
      else
        imap_known_add (known, (guint32) uid, n_digests == 0 ? g_rand_int (random) : g_rand_int (random) % n_digests);
    }
  n = known->exists;
  g_assert_cmpuint (assert_there_and_back (known), <=, 8 * n + HEAD_BYTES);
}

/* At most 8 bytes a message, whatever the UIDs and the flags. */
static void
test_bound (void)
{
  static const guint sizes[] = { 0, 1, 2, 3, 17, 31, 32, 33, 100, 1000, 5000, 100000 };
  static const guint digests[] = { 0, 1, 2, 100 };
  g_autoptr (GRand) random = g_rand_new_with_seed (20261126);

  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    for (guint g = 0; g < G_N_ELEMENTS (gaps); g++)
      {
        assert_bound (sizes[s], gaps[g], 0, TRUE, random);
        for (guint d = 0; d < G_N_ELEMENTS (digests); d++)
          assert_bound (sizes[s], gaps[g], digests[d], FALSE, random);
      }
}

/* Mailboxes as they are: a run of UIDs with few holes, most messages read. */
static void
test_usual_size (void)
{
  ImapKnown *known = make (7, 200000, 0, TRUE, TRUE);

  for (guint uid = 1; uid <= 100000; uid++)
    if (uid % 1000 != 0)
      imap_known_add (known, uid, uid % 100 == 0 ? 0 : TAUBE_MESSAGE_FLAGS_SEEN);
  g_assert_cmpuint (assert_there_and_back (known), <, 12000);
}

static GBytes *
make_sample (gboolean runs)
{
  g_autoptr (ImapKnown) known = make (7, 500, 41, TRUE, TRUE);

  for (guint uid = 100; uid < 400; uid += uid % 3 == 0 ? 2 : 1)
    imap_known_add (known, uid, runs ? uid / 50 : uid * 2654435761u);
  return imap_known_encode (known);
}

/* A state that is cut off is none. */
static void
test_truncated (void)
{
  for (gboolean runs = FALSE; runs <= TRUE; runs++)
    {
      g_autoptr (GBytes) whole = make_sample (runs);

      for (gsize length = 0; length < g_bytes_get_size (whole); length++)
        {
          g_autofree guint8 *part = g_memdup2 (g_bytes_get_data (whole, NULL), length);

          g_assert_null (imap_known_decode (part, length, taube_limits_get_default ()));
        }
    }
}

static void
assert_none (const char *bytes, gsize length)
{
  g_assert_null (imap_known_decode (bytes, length, taube_limits_get_default ()));
}

static void
test_wrong (void)
{
  assert_none ("\x02\x01\x07\x02\x01\x05", 6);                                      /* a later version */
  assert_none ("\x01\x11\x07\x02\x01\x05", 6);                                      /* a part that we do not know */
  assert_none ("\x01\x01\x07\x02\x01\x05\x00", 7);                                  /* something behind the end */
  assert_none ("\x01\x01\x07\x02\x01\x00", 6);                                      /* MODSEQ 0 */
  assert_none ("\x01\x01\x07\x02\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 15); /* of 64 bits */
  assert_none ("\x01\x01\x07\x02\x02\x05", 6); /* more messages than UIDs below UIDNEXT */
  assert_none ("\x01\x00\x07\x02\x01", 5);     /* neither MODSEQ nor UIDs */
  assert_none ("\x01\x04\x07\x02\x01", 5);     /* digests of nothing */
  assert_none ("\x01\x08\x07\x02\x01", 5);
  assert_none ("\x01\x87\x00\x07\x02\x01", 6);     /* a number that is longer than it need be */
  assert_none ("\x01\x02\x07\x02\x01\x02", 6);     /* UID 2, but UIDNEXT is 2 */
  assert_none ("\x01\x02\x07\x05\x02\x00\x00", 7); /* two ranges that are one */
  assert_none ("\x01\x02\x07\xff\xff\xff\xff\x0f\x01\x01\xff\xff\xff\xff\x0f", 15); /* more UIDs than there are */
  assert_none ("\x01\x0e\x07\x05\x01\x01\x00\x01\x03\x01\x02\x03\x04", 13);         /* three digests for two messages */
  assert_none ("\x01\x0e\x07\x05\x01\x01\x00\x01\x00\x01\x02\x03\x04", 13);
}

/* S15: a few bytes that claim four billion messages cost nothing, and are refused. */
static void
test_claims (void)
{
  assert_none ("\x01\x0e\x07\xff\xff\xff\xff\x0f\x01\x01\xfc\xff\xff\xff\x0f\x01\xfe\xff\xff\xff\x0f\x01\x02\x03\x04",
               25);
}

static guint32
digest_of (const char *list)
{
  TaubeArena *arena;
  ImapFlags flags;
  Feed feed;
  const ImapResponse *response;
  g_autofree char *text = g_strdup_printf ("* FLAGS (%s)\r\n", list);

  feed_init (&feed, taube_limits_get_default ());
  response = feed_response (&feed, text);
  arena = imap_reader_get_arena (feed.reader);
  g_assert_true (imap_flags_decode (response->values, arena, &flags));
  {
    guint32 digest = imap_flags_digest (&flags);

    feed_clear (&feed);
    return digest;
  }
}

static void
test_digest (void)
{
  static const char *const different[]
      = { "",     "\\Seen", "\\Answered",  "\\Flagged", "\\Deleted",      "\\Draft",    "$Forwarded",
          "work", "\\Work", "work urgent", "urgent",    "\\Seen \\Draft", "\\Seen work" };

  for (guint i = 0; i < G_N_ELEMENTS (different); i++)
    for (guint k = 0; k < i; k++)
      g_assert_cmpuint (digest_of (different[i]), !=, digest_of (different[k]));
  g_assert_cmpuint (digest_of ("work \\Seen Urgent"), ==, digest_of ("urgent WORK \\seen"));
  g_assert_cmpuint (digest_of ("\\Seen \\Recent"), ==, digest_of ("\\Seen"));
  g_assert_cmpuint (digest_of (""), !=, IMAP_DIGEST_NONE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/imap/known/counted", test_counted);
  g_test_add_func ("/imap/known/bound", test_bound);
  g_test_add_func ("/imap/known/usual-size", test_usual_size);
  g_test_add_func ("/imap/known/truncated", test_truncated);
  g_test_add_func ("/imap/known/wrong", test_wrong);
  g_test_add_func ("/imap/known/claims", test_claims);
  g_test_add_func ("/imap/known/digest", test_digest);
  return g_test_run ();
}
