/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-journal.h"
#include "pop3-maildrop.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* What is kept in memory of each message of a maildrop while it is listed and its journal is open, with UIDLs as
 * Dovecot makes them and with the longest ones that there may be. The bar is for the usual ones.
 *
 * usage: bench-pop3-memory [MESSAGES] */

#define BAR 200

static gsize
allocated (void)
{
  struct mallinfo2 info = mallinfo2 ();

  return info.uordblks + info.hblkhd;
}

static Pop3Maildrop *
make_maildrop (guint n, const char *uidl)
{
  Pop3Maildrop *drop = pop3_maildrop_new (n);

  for (guint i = 1; i <= n; i++)
    {
      g_autofree char *line = g_strdup_printf ("%u 12345", i);

      pop3_maildrop_add_list_line (drop, line, strlen (line));
    }
  pop3_maildrop_begin (drop);
  for (guint i = 1; i <= n; i++)
    {
      g_autofree char *line = g_strdup_printf ("%u %08x%s", i, i, uidl);

      pop3_maildrop_add_uidl_line (drop, line, strlen (line));
    }
  pop3_maildrop_name (drop);
  return drop;
}

static Pop3Journal *
make_journal (Pop3Maildrop *drop)
{
  gsize whole;
  Pop3Journal *journal = pop3_journal_replay ("", 0, &whole, NULL);

  for (guint i = 0; i < pop3_maildrop_get_n_mails (drop); i++)
    pop3_journal_add (journal, pop3_maildrop_get_id (drop, i), 1)->state = POP3_JOURNAL_STORED;
  return journal;
}

static double
measure (const char *what, guint n, const char *uidl)
{
  gsize before = allocated ();
  g_autoptr (Pop3Maildrop) drop = make_maildrop (n, uidl);
  gsize listed = allocated () - before;
  g_autoptr (Pop3Journal) journal = make_journal (drop);
  gsize all = allocated () - before;

  g_print ("%-28s %8.1f bytes a message: %.1f for the list, %.1f for the journal\n", what, (double) all / n,
           (double) listed / n, (double) (all - listed) / n);
  return (double) all / n;
}

int
main (int argc, char **argv)
{
  guint n = argc > 1 ? (guint) atoi (argv[1]) : 100000;
  double usual = measure ("UIDLs of 16 characters", n, "5f3e9a1c");

  measure ("UIDLs of 70 characters", n, "12345678901234567890123456789012345678901234567890123456789012");
  g_print ("bar %d: %s\n", BAR, usual < BAR ? "met" : "MISSED");
  return usual < BAR ? 0 : 1;
}
