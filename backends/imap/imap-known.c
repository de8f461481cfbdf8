/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-known.h"

#include <string.h>

/* state   = VERSION parts uidvalidity uidnext [exists] [modseq] [uids [digests]]
 * uids    = n-ranges *range
 * range   = gap-and-kind [more]
 *   gap-and-kind = 2 * (UIDs that lie between the range before and this) + (1 for a range of several UIDs)
 *   more         = UIDs of the range - 2
 * digests = *digest / n-runs *(count digest)        which of them is shorter: PART_RUNS tells
 *
 * Numbers are written in groups of seven bits, the lowest first; a digest in four bytes, the lowest first. One UID
 * takes up to four bytes that way: five where the gap is over 2^27, which fits into all UIDs but 31 times. With its
 * digest that makes eight. */
#define VERSION 1

enum
{
  PART_MODSEQ = 1 << 0,
  PART_UIDS = 1 << 1,
  PART_DIGESTS = 1 << 2,
  PART_RUNS = 1 << 3,
};

/* MODSEQ has 63 bits (RFC 7162). */
#define MAX_MODSEQ G_MAXINT64

/* Bits of a digest in which flags are as they are; above them stands a sum of the keywords. */
#define FLAG_BITS 6

ImapKnown *
imap_known_new (void)
{
  return g_new0 (ImapKnown, 1);
}

void
imap_known_free (ImapKnown *self)
{
  g_clear_pointer (&self->uids, imap_seqset_free);
  g_clear_pointer (&self->digests, g_array_unref);
  g_free (self);
}

ImapKnown *
imap_known_copy (const ImapKnown *self)
{
  ImapKnown *copy = imap_known_new ();

  *copy = *self;
  if (self->uids != NULL)
    {
      copy->uids = imap_seqset_new ();
      for (guint i = 0; i < self->uids->n_ranges; i++)
        imap_seqset_add_range (copy->uids, self->uids->ranges[i].first, self->uids->ranges[i].last);
    }
  if (self->digests != NULL)
    copy->digests = g_array_copy (self->digests);
  return copy;
}

/* Digests. */

static guint64
mix (guint64 hash)
{
  hash ^= hash >> 33;
  hash *= G_GUINT64_CONSTANT (0xff51afd7ed558ccd);
  hash ^= hash >> 33;
  hash *= G_GUINT64_CONSTANT (0xc4ceb9fe1a85ec53);
  return hash ^ hash >> 33;
}

static guint64
hash_keyword (const char *word)
{
  guint64 hash = G_GUINT64_CONSTANT (0xcbf29ce484222325);

  for (; *word != '\0'; word++)
    hash = (hash ^ (guchar) g_ascii_tolower (*word)) * G_GUINT64_CONSTANT (0x100000001b3);
  return mix (hash);
}

/* Flags in 32 bits. Those of the system are all there; keywords, in whichever order and case, are a hash of 26 bits.
 * \Recent is no property of the message. */
guint32
imap_flags_digest (const ImapFlags *flags)
{
  guint32 system = flags->flags & (TAUBE_MESSAGE_FLAGS_RECENT - 1);
  guint64 keywords = 0;
  guint32 digest;

  if (flags->flags & TAUBE_MESSAGE_FLAGS_FORWARDED)
    system |= TAUBE_MESSAGE_FLAGS_RECENT;
  for (guint i = 0; i < flags->n_keywords; i++)
    keywords += hash_keyword (flags->keywords[i]);
  digest = system | (guint32) mix (keywords) << FLAG_BITS;
  return digest != IMAP_DIGEST_NONE ? digest : digest - (1 << FLAG_BITS);
}

void
imap_known_add_uid (ImapKnown *self, guint32 uid)
{
  imap_seqset_add (self->uids, uid);
  self->exists++;
}

/* UID must be greater than those that are there. */
void
imap_known_add (ImapKnown *self, guint32 uid, guint32 digest)
{
  ImapDigestRun *last
      = self->digests->len > 0 ? &g_array_index (self->digests, ImapDigestRun, self->digests->len - 1) : NULL;
  ImapDigestRun run = { digest, 1 };

  imap_known_add_uid (self, uid);
  if (last != NULL && last->digest == digest)
    last->count++;
  else
    g_array_append_val (self->digests, run);
}

/* Writing. */

static void
put (GByteArray *out, guint64 number)
{
  guint8 bytes[10];
  guint n = 0;

  for (; number >= 0x80; number >>= 7)
    bytes[n++] = (guint8) (number | 0x80);
  bytes[n++] = (guint8) number;
  g_byte_array_append (out, bytes, n);
}

static void
put_digest (GByteArray *out, guint32 digest)
{
  guint32 bytes = GUINT32_TO_LE (digest);

  g_byte_array_append (out, (const guint8 *) &bytes, sizeof bytes);
}

static void
put_uids (GByteArray *out, const ImapSeqset *uids)
{
  guint64 next = 1;

  put (out, uids->n_ranges);
  for (guint i = 0; i < uids->n_ranges; i++)
    {
      const ImapRange *range = &uids->ranges[i];
      guint64 more = range->last - range->first;

      put (out, (range->first - next) << 1 | (more > 0));
      if (more > 0)
        put (out, more - 1);
      next = (guint64) range->last + 1;
    }
}

static gsize
length_of (guint64 number)
{
  gsize n = 1;

  while (number >>= 7)
    n++;
  return n;
}

static gboolean
runs_are_shorter (const ImapKnown *self)
{
  guint64 length = length_of (self->digests->len);

  for (guint i = 0; i < self->digests->len; i++)
    length += sizeof (guint32) + length_of (g_array_index (self->digests, ImapDigestRun, i).count);
  return length < sizeof (guint32) * (guint64) self->exists;
}

static void
put_digests (GByteArray *out, const ImapKnown *self, gboolean runs)
{
  if (runs)
    put (out, self->digests->len);
  for (guint i = 0; i < self->digests->len; i++)
    {
      const ImapDigestRun *run = &g_array_index (self->digests, ImapDigestRun, i);

      if (runs)
        put (out, run->count);
      for (guint k = 0; k < (runs ? 1 : run->count); k++)
        put_digest (out, run->digest);
    }
}

/* (transfer full) */
GBytes *
imap_known_encode (const ImapKnown *self)
{
  GByteArray *out = g_byte_array_new ();
  gboolean runs = self->digests != NULL && runs_are_shorter (self);
  guint8 parts = (self->modseq != 0 ? PART_MODSEQ : 0) | (self->uids != NULL ? PART_UIDS : 0)
                 | (self->digests != NULL ? PART_DIGESTS : 0) | (runs ? PART_RUNS : 0);

  put (out, VERSION);
  put (out, parts);
  put (out, self->uidvalidity);
  put (out, self->uidnext);
  if (self->uids == NULL)
    put (out, self->exists);
  if (self->modseq != 0)
    put (out, self->modseq);
  if (self->uids != NULL)
    put_uids (out, self->uids);
  if (self->digests != NULL)
    put_digests (out, self, runs);
  return g_byte_array_free_to_bytes (out);
}

/* Reading. */

typedef struct
{
  const guint8 *next;
  const guint8 *end;
} Input;

/* One number in the only form that put() gives it. */
static gboolean
get (Input *in, guint64 max, guint64 *number_out)
{
  guint64 number = 0;

  for (guint shift = 0; in->next < in->end && shift < 64; shift += 7)
    {
      guint8 byte = *in->next++;

      if (shift == 63 && byte > 1)
        return FALSE;
      number |= (guint64) (byte & 0x7f) << shift;
      if (byte & 0x80)
        continue;
      *number_out = number;
      return number <= max && (byte != 0 || shift == 0);
    }
  return FALSE;
}

static gboolean
get_uint32 (Input *in, guint32 *number_out)
{
  guint64 number;

  if (!get (in, G_MAXUINT32, &number))
    return FALSE;
  *number_out = (guint32) number;
  return TRUE;
}

static gboolean
get_digest (Input *in, guint32 *digest_out)
{
  guint32 bytes;

  if ((gsize) (in->end - in->next) < sizeof bytes)
    return FALSE;
  memcpy (&bytes, in->next, sizeof bytes);
  in->next += sizeof bytes;
  *digest_out = GUINT32_FROM_LE (bytes);
  return TRUE;
}

static gboolean
get_range (Input *in, guint64 *next, ImapSeqset *uids)
{
  guint64 gap, more = 0, first;
  gboolean several;

  if (!get (in, (guint64) G_MAXUINT32 << 1 | 1, &gap))
    return FALSE;
  several = gap & 1;
  if (several && !get (in, G_MAXUINT32, &more))
    return FALSE;
  more += several;
  gap >>= 1;
  first = *next + gap;
  if (first + more > G_MAXUINT32 || (gap == 0 && uids->n_ranges > 0))
    return FALSE;
  imap_seqset_add_range (uids, (guint32) first, (guint32) (first + more));
  *next = first + more + 1;
  return TRUE;
}

static gboolean
get_uids (Input *in, ImapKnown *self, const TaubeLimits *limits)
{
  guint64 n, next = 1, count;

  if (!get (in, (guint64) (in->end - in->next), &n))
    return FALSE;
  self->uids = imap_seqset_new ();
  for (guint64 i = 0; i < n; i++)
    if (!get_range (in, &next, self->uids))
      return FALSE;
  count = imap_seqset_count (self->uids);
  if (count > limits->messages || next > MAX (self->uidnext, 1))
    return FALSE;
  self->exists = (guint32) count;
  return TRUE;
}

static gboolean
get_digests (Input *in, ImapKnown *self, gboolean runs)
{
  guint64 n = self->exists;
  guint64 left = self->exists;

  if (runs && !get (in, (guint64) (in->end - in->next), &n))
    return FALSE;
  self->digests = g_array_new (FALSE, FALSE, sizeof (ImapDigestRun));
  for (guint64 i = 0; i < n; i++)
    {
      ImapDigestRun run = { 0, 1 };

      if ((runs && !get_uint32 (in, &run.count)) || run.count == 0 || run.count > left || !get_digest (in, &run.digest))
        return FALSE;
      left -= run.count;
      if (self->digests->len > 0
          && g_array_index (self->digests, ImapDigestRun, self->digests->len - 1).digest == run.digest)
        g_array_index (self->digests, ImapDigestRun, self->digests->len - 1).count += run.count;
      else
        g_array_append_val (self->digests, run);
    }
  return left == 0;
}

/* A form that this version does not know, or that contradicts itself, is NULL. */
ImapKnown *
imap_known_decode (gconstpointer data, gsize length, const TaubeLimits *limits)
{
  Input in = { data, (const guint8 *) data + length };
  g_autoptr (ImapKnown) self = imap_known_new ();
  guint64 version, parts;

  if (!get (&in, VERSION, &version) || version != VERSION || !get (&in, 0xf, &parts)
      || !get_uint32 (&in, &self->uidvalidity) || !get_uint32 (&in, &self->uidnext))
    return NULL;
  if ((parts & PART_DIGESTS) ? !(parts & PART_UIDS) : (parts & PART_RUNS) || !(parts & PART_MODSEQ))
    return NULL;
  if (!(parts & PART_UIDS) && (!get_uint32 (&in, &self->exists) || self->exists >= MAX (self->uidnext, 1)))
    return NULL;
  if ((parts & PART_MODSEQ) && (!get (&in, MAX_MODSEQ, &self->modseq) || self->modseq == 0))
    return NULL;
  if ((parts & PART_UIDS) && !get_uids (&in, self, limits))
    return NULL;
  if ((parts & PART_DIGESTS) && !get_digests (&in, self, (parts & PART_RUNS) != 0))
    return NULL;
  return in.next == in.end ? g_steal_pointer (&self) : NULL;
}
