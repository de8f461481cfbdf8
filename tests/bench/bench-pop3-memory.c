/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-identity.h"

#include <glib/gstdio.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* What is kept in memory of each message of a maildrop while it is listed and its journal is open, with UIDLs as
 * Dovecot makes them and with the longest ones that there may be: when all are new, and when the journal was read from
 * its file. The bar is for each of them.
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
make_maildrop (guint n, const char *uidl, Pop3Texts *texts)
{
  Pop3Maildrop *drop = pop3_maildrop_new (n, texts);

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

static void
compare (Pop3Maildrop *drop, Pop3Journal *journal)
{
  g_auto (Pop3Identity) identity = { .drop = drop, .journal = journal, .now = POP3_JOURNAL_CLOCK_SET };
  g_autoptr (GError) error = NULL;

  pop3_identity_begin (&identity);
  while (pop3_identity_want (&identity))
    ;
  if (!pop3_identity_end (&identity, &error) || !pop3_journal_commit (journal, &error))
    g_error ("%s", error->message);
}

/* Bytes a message. */
static double
measure (const char *path, guint n, const char *uidl, const char *what)
{
  g_autoptr (GError) error = NULL;
  gsize before = allocated (), opened, all;
  g_autoptr (Pop3Journal) journal = pop3_journal_open (path, "a@b", FALSE, &error);
  g_autoptr (Pop3Maildrop) drop = NULL;

  if (journal == NULL)
    g_error ("%s", error->message);
  opened = allocated () - before;
  drop = make_maildrop (n, uidl, pop3_journal_get_texts (journal));
  compare (drop, journal);
  all = allocated () - before;
  g_print ("  %-24s %6.1f bytes a message; %.1f before the list\n", what, (double) all / n,
           (double) opened / n);
  return (double) all / n;
}

static double
measure_both (const char *folder, guint n, const char *uidl)
{
  g_autofree char *path = g_build_filename (folder, "journal", NULL);
  double first, later;

  g_print ("%u messages, UIDLs of %u characters\n", n, (guint) (8 + strlen (uidl)));
  first = measure (path, n, uidl, "all are new");
  later = measure (path, n, uidl, "all are known");
  g_unlink (path);
  return MAX (first, later);
}

int
main (int argc, char **argv)
{
  static const char *const uidls[] = { "5f3e9a1c", "12345678901234567890123456789012345678901234567890123456789012" };
  guint n = argc > 1 ? (guint) atoi (argv[1]) : 100000;
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("taube-bench-XXXXXX", &error);
  double worst = 0;

  if (folder == NULL)
    g_error ("%s", error->message);
  for (guint i = 0; i < G_N_ELEMENTS (uidls); i++)
    for (guint m = n; m >= n / 4; m = m / 4 * 3)
      {
        double bytes = measure_both (folder, m, uidls[i]);

        worst = MAX (worst, bytes);
      }
  g_rmdir (folder);
  g_print ("bar %d: %s\n", BAR, worst < BAR ? "met" : "MISSED");
  return worst < BAR ? 0 : 1;
}
