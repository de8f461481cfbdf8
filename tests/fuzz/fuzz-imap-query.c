/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A query on its way to the wire: the first two bytes say what the server cannot, the rest is the query. What goes out
 * is one command whatever stands in the texts, and what the server is asked for is never less than what was wanted. */
#include "imap-query.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* No line ends but behind a literal's size, and at the end. */
static void
check_wire (const guint8 *data, gsize length)
{
  for (gsize i = 0; i + 2 < length; i++)
    {
      gsize digits = i;
      guint64 size = 0;

      if (data[i] != '\r' && data[i] != '\n')
        continue;
      g_assert_cmpint (data[i], ==, '\r');
      g_assert_cmpint (data[i + 1], ==, '\n');
      g_assert_cmpint (data[i - 1], ==, '}');
      g_assert_cmpint (data[i - 2], ==, '+');
      for (digits = i - 2; g_ascii_isdigit (data[digits - 1]); digits--)
        ;
      for (; data[digits] != '+'; digits++)
        size = size * 10 + (data[digits] - '0');
      i += 1 + size;
    }
}

/* Without a fact about a message nothing is known: then the two halves may not contradict the whole. */
static void
check_halves (TaubeQuery *query, const ImapQueryPlan *plan, const ImapQueryDialect *dialect)
{
  for (guint i = 0; i < 16; i++)
    {
      TaubeSearchSubject subject = { .known = TAUBE_FACTS_FLAGS | TAUBE_FACTS_SIZE | TAUBE_FACTS_DATE
                                              | TAUBE_FACTS_ATTACHMENT,
                                     .prefix = "7.",
                                     .number = i + 1,
                                     .flags = (TaubeMessageFlags) (i * 37 % 128),
                                     .size = i < 8 ? 1u << i : G_MAXUINT64 >> (i * 3),
                                     .date = dialect->now - (gint64) i * i * i * 1000,
                                     .date_offset = ((int) i - 8) * 60,
                                     .has_attachment = i % 3 == 0 };
      TaubeTruth whole = taube_query_test (query, &subject, dialect->now);
      TaubeTruth server = taube_query_test (plan->server, &subject, dialect->now);
      TaubeTruth local
        = plan->local != NULL ? taube_query_test (plan->local, &subject, dialect->now) : TAUBE_TRUTH_YES;

      if (whole == TAUBE_TRUTH_YES)
        g_assert_true (server != TAUBE_TRUTH_NO && local != TAUBE_TRUTH_NO);
      if (whole == TAUBE_TRUTH_NO)
        g_assert_true (server != TAUBE_TRUTH_YES || local != TAUBE_TRUTH_YES);
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  guint without = size >= 2 ? data[0] | (guint) data[1] << 8 : 0;
  g_autofree char *text = size >= 2 ? g_strndup ((const char *) data + 2, size - 2) : NULL;
  g_autoptr (TaubeQuery) query = text != NULL ? taube_query_parse (text, NULL, NULL) : NULL;
  ImapQueryDialect dialect = { .allowed = (ImapQueryFeatures) (IMAP_QUERY_EVERYTHING & ~without),
                               .wide = (without & 0x4000) != 0,
                               .recent = TRUE,
                               .now = 1795730400,
                               .prefix = "7.",
                               .max_set_bytes = 200 };
  ImapDialect wire = { .literals = IMAP_LITERALS_PLUS, .utf8 = (without & 0x8000) != 0 };
  g_autoptr (ImapCommand) command = imap_command_new ("A", "UID SEARCH", &wire);
  g_auto (ImapQueryPlan) plan = { 0 };

  if (query == NULL)
    return 0;
  imap_query_plan_init (&plan, query, &dialect);
  g_assert_cmpint (plan.used & ~dialect.allowed, ==, 0);
  check_halves (query, &plan, &dialect);
  imap_query_append (plan.server, command, &dialect);
  if (!imap_command_finish (command, NULL))
    return 0;
  for (guint i = 0; i < imap_command_get_n_fragments (command); i++)
    {
      ImapFragment fragment;

      imap_command_get_fragment (command, i, &fragment);
      check_wire (fragment.data, fragment.length);
    }
  return 0;
}
