/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Lines of LIST, an empty line, and lines of UIDL: every message that is named is found by its name and no other, and
 * told from all those of a journal without more than a conflict. */
#include <stdint.h>
#include <string.h>

#include "pop3-identity.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
read_lines (Pop3Maildrop *drop, const char *text, gsize size)
{
  gboolean uidl = FALSE;

  while (size > 0)
    {
      const char *end = memchr (text, '\n', size);
      gsize length = end != NULL ? (gsize) (end - text) : size;

      if (!uidl && length == 0)
        {
          pop3_maildrop_begin (drop);
          uidl = TRUE;
        }
      else if (uidl)
        pop3_maildrop_add_uidl_line (drop, text, length);
      else
        pop3_maildrop_add_list_line (drop, text, length);
      length = MIN (length + 1, size);
      text += length;
      size -= length;
    }
  if (!uidl)
    pop3_maildrop_begin (drop);
}

static void
give_digest (Pop3Maildrop *drop, guint position)
{
  Pop3Digest digest = { { 0 } };

  digest.bytes[0] = (guint8) (pop3_maildrop_get_mail (drop, position)->number % 3);
  pop3_maildrop_set_digest (drop, position, &digest);
}

static void
check_names (Pop3Maildrop *drop)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < pop3_maildrop_get_n_mails (drop); i++)
    {
      const char *id = pop3_maildrop_get_id (drop, i);
      guint position;

      g_assert_true (i == 0 || pop3_maildrop_get_mail (drop, i - 1)->number < pop3_maildrop_get_mail (drop, i)->number);
      g_assert_nonnull (id);
      g_assert_true (g_hash_table_add (seen, (gpointer) id));
      g_assert_true (pop3_maildrop_find (drop, id, &position) && position == i);
      for (const char *c = id; *c != '\0'; c++)
        g_assert_true (*c > ' ' && *c < 0x7f);
    }
}

/* A journal that knows the messages at every other place, some by another name. */
static Pop3Journal *
make_journal (Pop3Maildrop *drop)
{
  gsize whole;
  Pop3Journal *journal = pop3_journal_replay ("", 0, &whole, NULL);

  for (guint i = 0; i < pop3_maildrop_get_n_mails (drop); i += 2)
    {
      g_autofree char *other = g_strdup_printf ("other-%u", i);
      Pop3JournalEntry *entry = pop3_journal_add (journal, i % 4 == 0 ? pop3_maildrop_get_id (drop, i) : other, 1);

      entry->state = (guint8) (i % 3);
      entry->size = pop3_maildrop_get_mail (drop, i)->size + i % 5;
      entry->has_digest = TRUE;
      entry->digest.bytes[0] = (guint8) (pop3_maildrop_get_mail (drop, i)->number % 3);
    }
  return journal;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (Pop3Maildrop) drop = pop3_maildrop_new (1000, NULL);
  g_autoptr (Pop3Journal) journal = NULL;
  g_auto (Pop3Identity) identity = { .drop = drop, .now = 10, .moved = size % 2 };
  g_autoptr (GError) error = NULL;

  read_lines (drop, (const char *) data, size);
  pop3_maildrop_name (drop);
  for (guint i = 0; i < pop3_maildrop_get_n_mails (drop); i++)
    if (pop3_maildrop_get_mail (drop, i)->wants_digest)
      give_digest (drop, i);
  pop3_maildrop_finish (drop);
  check_names (drop);

  journal = make_journal (drop);
  identity.journal = journal;
  pop3_identity_begin (&identity);
  while (pop3_identity_want (&identity))
    for (guint i = 0; i < identity.wanted->len; i++)
      give_digest (drop, g_array_index (identity.wanted, guint32, i));
  if (!pop3_identity_end (&identity, &error))
    g_assert_false (identity.moved);
  else
    for (guint i = 0; i < pop3_maildrop_get_n_mails (drop); i++)
      g_assert_nonnull (pop3_journal_find (journal, pop3_maildrop_get_id (drop, i)));
  return 0;
}
