/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-identity.h"

#include <taube/taube.h>

#include <string.h>

/* A journal and a maildrop in words: "id=letter:size", where the letter stands for the header; in the journal a capital
 * in front is the state (N S R, lower case when it is gone), and "?" is a header that nobody has seen. */

static Pop3Journal *
make_journal (const char *words)
{
  gsize whole;
  Pop3Journal *journal = pop3_journal_replay ("", 0, &whole, NULL);
  g_auto (GStrv) all = g_strsplit (words, " ", -1);

  for (guint i = 0; all[i] != NULL && all[i][0] != '\0'; i++)
    {
      g_auto (GStrv) parts = g_strsplit_set (all[i] + 1, "=:", 3);
      Pop3JournalEntry *entry = pop3_journal_add (journal, parts[0], 1000);
      const char *states = "NSR";

      entry->state = (guint8) (strchr (states, g_ascii_toupper (all[i][0])) - states);
      entry->gone = g_ascii_islower (all[i][0]) ? 5000 : 0;
      entry->has_digest = parts[1][0] != '?';
      entry->digest.bytes[0] = (guint8) parts[1][0];
      entry->size = g_ascii_strtoull (parts[2], NULL, 10);
    }
  return journal;
}

typedef struct
{
  Pop3Maildrop *drop;
  char headers[64]; /* by position */
  guint asked;      /* headers that were looked at */
} World;

static void
world_init (World *self, const char *words)
{
  g_auto (GStrv) all = g_strsplit (words, " ", -1);
  guint n = words[0] != '\0' ? g_strv_length (all) : 0;

  *self = (World){ .drop = pop3_maildrop_new (n, NULL) };
  for (guint pass = 0; pass < 2; pass++)
    {
      for (guint i = 0; i < n; i++)
        {
          g_auto (GStrv) parts = g_strsplit_set (all[i], "=:", 3);
          g_autofree char *line = g_strdup_printf ("%u %s", i + 1, parts[pass == 0 ? 2 : 0]);

          self->headers[i] = parts[1][0];
          if (pass == 0)
            g_assert_true (pop3_maildrop_add_list_line (self->drop, line, strlen (line)));
          else
            pop3_maildrop_add_uidl_line (self->drop, line, strlen (line));
        }
      if (pass == 0)
        pop3_maildrop_begin (self->drop);
    }
  pop3_maildrop_name (self->drop);
}

static void
look (World *self, guint position)
{
  Pop3Digest digest = { { (guint8) self->headers[position] } };

  pop3_maildrop_set_digest (self->drop, position, &digest);
}

/* The ids that are new, or "!" and what is wrong. */
static char *
compare (World *world, Pop3Journal *journal, gboolean moved, gboolean hides, gboolean can_look)
{
  g_auto (Pop3Identity) identity
    = { .drop = world->drop, .journal = journal, .now = 6000, .moved = moved, .hides = hides };
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < pop3_maildrop_get_n_mails (world->drop); i++)
    if (pop3_maildrop_get_mail (world->drop, i)->wants_digest)
      look (world, i);
  pop3_maildrop_finish (world->drop);
  pop3_identity_begin (&identity);
  while (pop3_identity_want (&identity))
    for (guint i = 0; i < identity.wanted->len; i++)
      {
        world->asked++;
        if (can_look)
          look (world, g_array_index (identity.wanted, guint32, i));
      }
  if (!pop3_identity_end (&identity, &error))
    {
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONFLICT);
      return g_strconcat ("! ", error->message, NULL);
    }
  for (guint i = 0; i < pop3_maildrop_get_n_mails (world->drop); i++)
    {
      const char *id = pop3_maildrop_get_id (world->drop, i);
      Pop3JournalEntry *entry = pop3_journal_find (journal, id);

      if (entry->state == POP3_JOURNAL_NEW)
        g_string_append_printf (out, "%s%s", out->len > 0 ? " " : "", id);
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

typedef struct
{
  const char *name;
  const char *journal;
  const char *drop;
  const char *fresh; /* with "!" in front: the beginning of the error */
  guint asked;       /* at most so many headers are looked at */
  gboolean moved;
  gboolean hides;
  gboolean blind;    /* there is no TOP */
} Case;

static const Case cases[] = {
  { "first", "", "a=A:1 b=B:2 c=C:3", "a b c", 0 },
  { "same", "Sa=A:1 Sb=B:2", "a=A:1 b=B:2", "", 0 },
  { "one-more", "Sa=A:1 Sb=B:2", "a=A:1 b=B:2 c=C:3", "c", 0 },
  { "not-stored-yet", "Sa=A:1 Nb=B:2", "a=A:1 b=B:2", "b", 0 },
  { "one-less", "Sa=A:1 Sb=B:2", "b=B:2", "", 0 },
  { "back-again", "Sa=A:1 sb=B:2", "a=A:1 b=B:2", "", 1 },
  { "other-mail", "Sa=A:1 Sb=B:2", "c=C:3", "c", 0 },
  { "other-mail-as-large", "Sa=A:1 Sb=B:2", "c=C:1", "c", 1 },
  /* A new id for the same message: moved away and back, by another client. */
  { "one-renamed", "Sa=A:1 Sb=B:2 Sc=C:3", "a=A:1 b=B:2 x=C:3", "", 1 },
  { "one-renamed-other-size", "Sa=A:1 Sc=C:3", "a=A:1 x=C:4", "x", 0 },
  /* 52 */
  { "case", "SaA=A:1 SbB=B:2 ScC=C:3 SdD=D:4", "aa=A:1 bb=B:2 cc=C:3 dd=D:4", "", 4 },
  { "case-of-another", "SaA=A:1", "aa=B:1", "aa", 1 },
  { "two-equal", "", "=A:1 =A:1", "!41000000000000000000000000000000-1 !41000000000000000000000000000000-1.2", 0 },
  { "two-equal-one-stored", "S!41000000000000000000000000000000-1=A:1", "=A:1 =A:1",
    "!41000000000000000000000000000000-1.2", 1 },
  { "name-given-again", "Sa=A:1", "a=B:2", "a", 1 },
  { "name-of-one-that-is-gone", "sa=A:1", "a=B:1", "a", 1 },
  { "size-told-otherwise", "Sa=A:1", "a=A:2", "", 1 },
  /* 53 */
  { "renumbered", "Sa=A:1 Sb=B:2 Sc=C:3", "u=A:1 v=B:2 w=C:3", "!the server calls its messages by other ids", 3 },
  { "renumbered-and-more", "Sa=A:1 Sb=B:2 Sc=C:3", "u=A:9 v=B:9 w=C:9 x=D:9",
    "!the server calls its messages by other ids than before: of 3 that were stored, 3", 4 },
  { "renumbered-known", "Sa=A:1 Sb=B:2 Sc=C:3", "u=A:9 v=B:9 w=C:9 x=D:9", "x", 4, TRUE },
  { "renumbered-blind", "Sa=A:1 Sb=B:2 Sc=C:3", "u=A:1 v=B:2 w=C:3", "!none of the 3 messages", 3, FALSE, FALSE, TRUE },
  { "renumbered-blind-known", "Sa=A:1 Sb=B:2 Sc=C:3", "u=A:1 v=B:2 w=C:3", "u v w", 3, TRUE, FALSE, TRUE },
  { "renumbered-unseen", "Sa=?:1 Sb=?:2 Sc=?:3", "u=A:1 v=B:2 w=C:3", "!none of the 3 messages", 3 },
  { "all-other", "Sa=A:1 Sb=B:2 Sc=C:3", "u=X:1 v=Y:2 w=Z:3", "u v w", 3 },
  { "all-other-few", "Sa=?:1 Sb=?:2", "u=X:1 v=Y:2", "u v", 0 },
  /* 59 */
  { "hidden", "Sa=A:1 Sb=B:2 Sc=C:3", "u=X:4 v=Y:5 w=Z:6", "u v w", 3, FALSE, TRUE },
  { "hidden-blind", "Sa=A:1 Sb=B:2 Sc=C:3", "u=X:4 v=Y:5 w=Z:6", "u v w", 3, FALSE, TRUE, TRUE },
  { "shown-again", "sa=A:1 sb=B:2 sc=C:3", "a=A:1 b=B:2 c=C:3", "", 3, FALSE, TRUE },
};

static void
test_case (gconstpointer data)
{
  const Case *test = data;
  g_autoptr (Pop3Journal) journal = make_journal (test->journal);
  guint before = pop3_journal_get_n_entries (journal);
  g_autofree char *fresh = NULL;
  World world;

  world_init (&world, test->drop);
  fresh = compare (&world, journal, test->moved, test->hides, !test->blind);
  g_assert_cmpuint (world.asked, <=, test->asked);
  if (test->fresh[0] == '!' && test->fresh[1] != '4')
    {
      g_assert_true (g_str_has_prefix (fresh, "! "));
      g_assert_true (g_str_has_prefix (fresh + 2, test->fresh + 1));
      /* As it was. */
      g_assert_cmpuint (pop3_journal_get_n_entries (journal), ==, before);
    }
  else
    {
      g_assert_cmpstr (fresh, ==, test->fresh);
    }
  pop3_maildrop_free (world.drop);
}

/* Ten thousand letters that are called otherwise: a few are looked at, then all. */
static void
test_many (void)
{
  const guint n = 10000;
  g_autoptr (Pop3Journal) journal = make_journal ("");
  g_autoptr (Pop3Maildrop) drop = pop3_maildrop_new (n, NULL);
  g_auto (Pop3Identity) identity = { .drop = drop, .journal = journal, .now = 6000, .moved = TRUE };
  guint asked = 0;

  for (guint i = 1; i <= n; i++)
    {
      g_autofree char *id = g_strdup_printf ("a%u", i), *line = g_strdup_printf ("%u %u", i, 1000 + i);
      Pop3JournalEntry *entry = pop3_journal_add (journal, id, 1000);

      entry->state = POP3_JOURNAL_STORED;
      entry->has_digest = TRUE;
      memcpy (&entry->digest, &i, sizeof (i));
      pop3_maildrop_add_list_line (drop, line, strlen (line));
    }
  pop3_maildrop_begin (drop);
  for (guint i = 1; i <= n; i++)
    {
      g_autofree char *line = g_strdup_printf ("%u b%u", i, i);

      pop3_maildrop_add_uidl_line (drop, line, strlen (line));
    }
  g_assert_cmpuint (pop3_maildrop_name (drop), ==, 0);
  pop3_identity_begin (&identity);
  while (pop3_identity_want (&identity))
    for (guint i = 0; i < identity.wanted->len; i++, asked++)
      {
        guint32 position = g_array_index (identity.wanted, guint32, i), number = position + 1;
        Pop3Digest digest = { { 0 } };

        memcpy (&digest, &number, sizeof (number));
        pop3_maildrop_set_digest (drop, position, &digest);
      }
  g_assert_true (pop3_identity_end (&identity, NULL));
  g_assert_cmpuint (asked, ==, n);
  g_assert_cmpuint (pop3_journal_get_n_entries (journal), ==, n);
  g_assert_cmpint (pop3_journal_find (journal, "b17")->state, ==, POP3_JOURNAL_STORED);
}

/* A name is there again, and nothing tells whose it is: what it names is never deleted, however often one looks. */
static void
test_doubt_stays (void)
{
  g_autoptr (Pop3Journal) journal = make_journal ("sa=A:1 Sb=B:2");

  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *fresh = NULL;
      World world;

      world_init (&world, "a=X:1 b=B:2");
      fresh = compare (&world, journal, FALSE, FALSE, FALSE);
      g_assert_cmpstr (fresh, ==, "");
      g_assert_true (pop3_journal_find (journal, "a")->doubtful);
      g_assert_false (pop3_journal_find (journal, "b")->doubtful);
      pop3_maildrop_free (world.drop);
    }
  /* There is nothing to doubt about what is not there. */
  {
    g_autofree char *fresh = NULL;
    World world;

    world_init (&world, "b=B:2");
    fresh = compare (&world, journal, FALSE, FALSE, FALSE);
    g_assert_false (pop3_journal_find (journal, "a")->doubtful);
    pop3_maildrop_free (world.drop);
  }
}

/* A time that was noted before the clock was set is noted anew, once; and no age is made of it. */
static void
test_clock (void)
{
  static const gint64 looks[][2] = {
    { 7000, 1000 },
    { POP3_JOURNAL_CLOCK_SET + 50, POP3_JOURNAL_CLOCK_SET + 50 },
    { POP3_JOURNAL_CLOCK_SET + 90, POP3_JOURNAL_CLOCK_SET + 50 },
    { 8000, POP3_JOURNAL_CLOCK_SET + 50 },
  };
  g_autoptr (Pop3Journal) journal = make_journal ("Sa=A:1");
  World world;

  world_init (&world, "a=A:1");
  for (guint i = 0; i < G_N_ELEMENTS (looks); i++)
    {
      g_auto (Pop3Identity) identity = { .drop = world.drop, .journal = journal, .now = looks[i][0] };
      g_autoptr (GError) error = NULL;

      pop3_identity_begin (&identity);
      while (pop3_identity_want (&identity))
        ;
      g_assert_true (pop3_identity_end (&identity, &error));
      g_assert_no_error (error);
      g_assert_cmpint (pop3_journal_find (journal, "a")->first_seen, ==, looks[i][1]);
    }
  pop3_maildrop_free (world.drop);
  g_assert_cmpint (pop3_journal_get_age (0, POP3_JOURNAL_CLOCK_SET + 5), ==, 0);
  g_assert_cmpint (pop3_journal_get_age (POP3_JOURNAL_CLOCK_SET, 1000), ==, 0);
  g_assert_cmpint (pop3_journal_get_age (POP3_JOURNAL_CLOCK_SET, POP3_JOURNAL_CLOCK_SET + 5), ==, 5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/pop3/identity/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/pop3/identity/many", test_many);
  g_test_add_func ("/pop3/identity/doubt-stays", test_doubt_stays);
  g_test_add_func ("/pop3/identity/clock", test_clock);
  return g_test_run ();
}
