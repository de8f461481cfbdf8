/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A journal of any bytes is one or none; what counts of one stays the same when it is read again, with anything behind
 * it that is not whole. */
#include <stdint.h>
#include <string.h>

#include "pop3-journal.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check_entries (Pop3Journal *journal, Pop3Journal *again)
{
  Pop3JournalEntry *entry;
  guint n = 0, pause, other_pause;

  g_assert_cmpint (pop3_journal_get_login (journal, &pause), ==, pop3_journal_get_login (again, &other_pause));
  g_assert_cmpuint (pause, ==, other_pause);

  for (guint at = 0; (entry = pop3_journal_next (journal, &at)) != NULL; n++)
    {
      Pop3JournalEntry *other = pop3_journal_find (again, entry->id);

      g_assert_nonnull (other);
      g_assert_cmpmem (entry, G_STRUCT_OFFSET (Pop3JournalEntry, id), other, G_STRUCT_OFFSET (Pop3JournalEntry, id));
      g_assert_cmpuint (entry->state, <=, POP3_JOURNAL_REMOVED);
      g_assert_cmpstr (entry->id, !=, "");
    }
  g_assert_cmpuint (pop3_journal_get_n_entries (journal), ==, n);
  g_assert_cmpuint (pop3_journal_get_n_entries (again), ==, n);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Pop3Journal) journal = NULL, again = NULL;
  gsize whole = 0, same = 0;

  journal = pop3_journal_replay ((const char *) data, size, &whole, &error);
  if (journal == NULL)
    {
      g_assert_nonnull (error);
      return 0;
    }
  g_assert_no_error (error);
  g_assert_cmpuint (whole, <=, size);
  again = pop3_journal_replay ((const char *) data, whole, &same, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (same, ==, whole);
  check_entries (journal, again);
  return 0;
}
