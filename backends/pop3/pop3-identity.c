/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-identity.h"

#include <taube/taube-error.h>

#include <string.h>

#include "pop3-gettext.h"

/* So many messages must have changed their ids before it is called a renumbering. */
#define MANY 3
/* How many of those that are new are looked at to find out. */
#define SAMPLE 16
#define LOOKED_AT_MAX 64
/* What was not on the server for longer than this is not expected back. */
#define MISSED_FOR (60 * G_GINT64_CONSTANT (86400))

static Pop3Mail *
get_mail (Pop3Identity *self, guint32 position)
{
  return pop3_maildrop_get_mail (self->drop, position);
}

static gboolean
differs_in_size (const Pop3JournalEntry *entry, const Pop3Mail *mail)
{
  return entry->size != 0 && mail->size != 0 && entry->size != mail->size;
}

/* A name may be given to another message: to one of another size, or once the message is gone. */
static gboolean
may_be_another (const Pop3JournalEntry *entry, const Pop3Mail *mail)
{
  return entry->gone != 0 || differs_in_size (entry, mail);
}

static void
want (Pop3Identity *self, guint32 position)
{
  Pop3Mail *mail = get_mail (self, position);

  if (mail->has_digest || mail->was_asked_for)
    return;
  mail->was_asked_for = TRUE;
  g_array_append_val (self->wanted, position);
}

/* What is missing may be on the server under another name, unless it was we who took it away. */
static gboolean
may_be_elsewhere (Pop3Identity *self, const Pop3JournalEntry *entry)
{
  if (entry->found || entry->state == POP3_JOURNAL_NEW)
    return FALSE;
  return entry->gone == 0 || (!entry->doomed && pop3_journal_get_age (entry->gone, self->now) <= MISSED_FOR);
}

void
pop3_identity_begin (Pop3Identity *self)
{
  guint n = pop3_maildrop_get_n_mails (self->drop);
  Pop3JournalEntry *entry;

  self->wanted = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->unknown = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->missing = g_ptr_array_new ();
  for (guint at = 0; (entry = pop3_journal_next (self->journal, &at)) != NULL;)
    entry->found = entry->doubtful = FALSE;
  for (guint32 i = 0; i < n; i++)
    {
      const char *id = pop3_maildrop_get_id (self->drop, i);

      entry = id != NULL ? pop3_journal_find (self->journal, id) : NULL;

      if (id != NULL && entry == NULL)
        g_array_append_val (self->unknown, i);
      if (entry == NULL)
        continue;
      entry->found = TRUE;
      self->known++;
      if (may_be_another (entry, get_mail (self, i)) && entry->has_digest)
        want (self, i);
    }
  for (guint at = 0; (entry = pop3_journal_next (self->journal, &at)) != NULL;)
    if (may_be_elsewhere (self, entry))
      g_ptr_array_add (self->missing, entry);
}

static guint
hash_digest (gconstpointer data)
{
  guint hash;

  memcpy (&hash, ((const Pop3Digest *) data)->bytes, sizeof (hash));
  return hash;
}

static gboolean
equal_digests (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, sizeof (Pop3Digest)) == 0;
}

/* The entries that are missing, by digest: each a list. */
static GHashTable *
index_missing (Pop3Identity *self)
{
  GHashTable *index = g_hash_table_new_full (hash_digest, equal_digests, NULL, (GDestroyNotify) g_ptr_array_unref);

  for (guint i = 0; i < self->missing->len; i++)
    {
      Pop3JournalEntry *entry = self->missing->pdata[i];
      GPtrArray *equals = entry->has_digest ? g_hash_table_lookup (index, &entry->digest) : NULL;

      if (!entry->has_digest)
        continue;
      if (equals == NULL)
        {
          equals = g_ptr_array_new ();
          g_hash_table_insert (index, &entry->digest, equals);
        }
      g_ptr_array_add (equals, entry);
    }
  return index;
}

/* Those of the new that are as large as one that is missing, or are called the same but for upper and lower case. */
static void
want_likely (Pop3Identity *self)
{
  g_autoptr (GHashTable) sizes = g_hash_table_new (g_int64_hash, g_int64_equal);
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint likely = 0;

  for (guint i = 0; i < self->missing->len; i++)
    {
      Pop3JournalEntry *entry = self->missing->pdata[i];

      if (!entry->has_digest)
        continue;
      if (entry->size != 0)
        g_hash_table_add (sizes, &entry->size);
      g_hash_table_add (names, g_ascii_strdown (entry->id, -1));
    }
  for (guint i = 0; i < self->unknown->len; i++)
    {
      guint32 position = g_array_index (self->unknown, guint32, i);
      g_autofree char *name = g_ascii_strdown (pop3_maildrop_get_id (self->drop, position), -1);

      if (g_hash_table_contains (names, name))
        want (self, position);
      else if (likely < LOOKED_AT_MAX && g_hash_table_contains (sizes, &get_mail (self, position)->size))
        {
          want (self, position);
          likely++;
        }
    }
}

/* Nothing is called as it was: a few of the new ones tell whether they are the old ones, which mostly stand first. */
static void
want_sample (Pop3Identity *self)
{
  guint n = self->unknown->len;

  if (self->known > 0 || n < MANY || self->missing->len < MANY)
    return;
  for (guint i = 0; i < SAMPLE && i < n; i++)
    want (self, g_array_index (self->unknown, guint32, n <= SAMPLE || i < SAMPLE / 2 ? i : (guint64) i * n / SAMPLE));
}

static guint
count_matches (Pop3Identity *self, GHashTable *index)
{
  guint matches = 0;

  for (guint i = 0; i < self->unknown->len; i++)
    {
      Pop3Mail *mail = get_mail (self, g_array_index (self->unknown, guint32, i));

      matches += mail->has_digest && g_hash_table_contains (index, &mail->digest);
    }
  return matches;
}

gboolean
pop3_identity_want (Pop3Identity *self)
{
  g_autoptr (GHashTable) index = NULL;

  if (self->round > 0)
    g_array_set_size (self->wanted, 0);
  self->round++;
  if (self->unknown->len > 0 && self->missing->len > 0 && self->round == 1)
    {
      want_likely (self);
      want_sample (self);
    }
  else if (self->unknown->len > 0 && self->missing->len > 0 && self->round == 2)
    {
      index = index_missing (self);
      if (self->moved || count_matches (self, index) >= MANY)
        for (guint i = 0; i < self->unknown->len; i++)
          want (self, g_array_index (self->unknown, guint32, i));
    }
  return self->wanted->len > 0 || self->round == 1;
}

/* The entry that may be this message, among those with the same digest: each is taken once. */
static Pop3JournalEntry *
take_match (Pop3Identity *self, GHashTable *index, guint32 position)
{
  const Pop3Mail *mail = get_mail (self, position);
  const char *id = pop3_maildrop_get_id (self->drop, position);
  GPtrArray *equals = mail->has_digest ? g_hash_table_lookup (index, &mail->digest) : NULL;
  guint best = 0;

  if (equals == NULL || equals->len == 0)
    return NULL;
  for (guint i = 0; i < equals->len; i++)
    if (g_ascii_strcasecmp (((Pop3JournalEntry *) equals->pdata[i])->id, id) == 0)
      best = i;
  return g_ptr_array_remove_index_fast (equals, best);
}

/* What the caller must know before anything is done about it. */
static gboolean
check_renumbering (Pop3Identity *self, guint renamed, gboolean compared, GError **error)
{
  guint present = 0;

  for (guint i = 0; i < self->missing->len; i++)
    present += ((Pop3JournalEntry *) self->missing->pdata[i])->gone == 0;
  if (self->moved)
    return TRUE;
  if (renamed >= MANY && renamed > self->known)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_CONFLICT,
                   _ ("the server calls its messages by other ids than before: of %u that were stored, %u were found "
                      "again by their headers"),
                   self->missing->len + self->known, renamed);
      return FALSE;
    }
  if (!compared && !self->hides && self->known == 0 && present >= MANY && self->unknown->len >= MANY)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_CONFLICT,
                   _ ("none of the %u messages that were stored is on the server by its id, but %u others are: they "
                      "may be the same, and cannot be compared"),
                   present, self->unknown->len);
      return FALSE;
    }
  return TRUE;
}

static void
note_present (Pop3Identity *self, Pop3JournalEntry *entry, const Pop3Mail *mail)
{
  gboolean changed = entry->doomed || may_be_another (entry, mail);

  entry->found = TRUE;
  entry->doubtful = may_be_another (entry, mail) && entry->state != POP3_JOURNAL_NEW
                    && !(entry->has_digest && mail->has_digest);
  /* It stays as it was, so that the doubt does, too. */
  if (entry->doubtful)
    return;
  entry->gone = 0;
  entry->doomed = FALSE;
  /* It was noted before the clock was set: its days begin now. */
  if (entry->first_seen < POP3_JOURNAL_CLOCK_SET && self->now >= POP3_JOURNAL_CLOCK_SET)
    {
      entry->first_seen = self->now;
      changed = TRUE;
    }
  if (mail->size != 0)
    entry->size = mail->size;
  if (changed)
    pop3_journal_touch (self->journal, entry);
}

static void
note_new (Pop3Identity *self, Pop3JournalEntry *entry, const Pop3Mail *mail)
{
  entry->found = TRUE;
  entry->first_seen = self->now;
  entry->gone = 0;
  entry->state = POP3_JOURNAL_NEW;
  entry->doomed = entry->doubtful = FALSE;
  entry->size = mail->size;
  entry->has_digest = mail->has_digest;
  entry->digest = mail->digest;
  pop3_journal_touch (self->journal, entry);
}

/* Of those that were found by their id. */
static void
apply_known (Pop3Identity *self)
{
  guint n = pop3_maildrop_get_n_mails (self->drop);

  for (guint i = 0; i < n; i++)
    {
      const char *id = pop3_maildrop_get_id (self->drop, i);
      Pop3JournalEntry *entry = id != NULL ? pop3_journal_find (self->journal, id) : NULL;
      Pop3Mail *mail = pop3_maildrop_get_mail (self->drop, i);

      if (entry == NULL)
        continue;
      if (may_be_another (entry, mail) && entry->has_digest && mail->has_digest
          && !equal_digests (&entry->digest, &mail->digest))
        note_new (self, entry, mail);
      else
        note_present (self, entry, mail);
    }
}

static void
apply_gone (Pop3Identity *self)
{
  Pop3JournalEntry *entry;

  for (guint at = 0; (entry = pop3_journal_next (self->journal, &at)) != NULL;)
    {
      if (entry->found || entry->gone != 0)
        continue;
      entry->gone = MAX (self->now, 1);
      pop3_journal_touch (self->journal, entry);
    }
}

gboolean
pop3_identity_end (Pop3Identity *self, GError **error)
{
  g_autoptr (GHashTable) index = index_missing (self);
  g_autofree Pop3JournalEntry **matches = g_new0 (Pop3JournalEntry *, self->unknown->len + 1);
  gboolean compared = FALSE;
  guint renamed = 0;

  for (guint i = 0; i < self->unknown->len; i++)
    {
      guint32 position = g_array_index (self->unknown, guint32, i);

      compared |= get_mail (self, position)->has_digest && g_hash_table_size (index) > 0;
      matches[i] = take_match (self, index, position);
      renamed += matches[i] != NULL
                 && g_ascii_strcasecmp (matches[i]->id, pop3_maildrop_get_id (self->drop, position)) != 0;
      /* Another server may count otherwise; the same one does not. */
      if (matches[i] != NULL && !self->moved && differs_in_size (matches[i], get_mail (self, position)))
        matches[i] = NULL;
    }
  if (!check_renumbering (self, renamed, compared, error))
    return FALSE;
  apply_known (self);
  for (guint i = 0; i < self->unknown->len; i++)
    {
      guint32 position = g_array_index (self->unknown, guint32, i);
      const char *id = pop3_maildrop_get_id (self->drop, position);

      if (matches[i] != NULL)
        {
          pop3_journal_rename (self->journal, matches[i], id);
          note_present (self, matches[i], get_mail (self, position));
        }
      else
        note_new (self, pop3_journal_add (self->journal, id, self->now), get_mail (self, position));
    }
  apply_gone (self);
  return TRUE;
}

void
pop3_identity_clear (Pop3Identity *self)
{
  g_clear_pointer (&self->wanted, g_array_unref);
  g_clear_pointer (&self->unknown, g_array_unref);
  g_clear_pointer (&self->missing, g_ptr_array_unref);
}
