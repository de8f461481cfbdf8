/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-client.h"

#include <string.h>

/* Following a folder on servers that are odd, broken or hostile: nothing is lost, and nobody is thought removed who is
 * there. Each round asks with the token of the round before. */

typedef struct
{
  const char *script;
  const char *rounds[4]; /* "+added ~changed -removed" by UIDs, "reset", or "!" and words of an error */
} Case;

static const Case cases[] = {
  { "qresync", { "+10 +11 +12", "+14 ~12 -1 -2 -3 -4 -5 -6 -7 -8 -9 -11", "" } },
  { "no-enabled", { "+10 +11 +12", "~12 -11" } }, /* quirk 26 */
  { "icloud", { "+10" } },                         /* quirk 26 */
  { "broken-vanished", { "+10 +11 +12", "~11", "reset" } }, /* quirk 26 */
  { "vanished-all", { "+10 +11 +12", "" } },       /* S19 */
  { "vanished-star", { "+10 +11 +12", "reset" } }, /* S19 */
  { "vanished-zero", { "+10 +11 +12", "reset" } }, /* S19 */
  { "vanished-too-few", { "+10 +11 +12", "reset" } },
  { "james", { "+10 +11 +12", "" } },              /* quirk 45 */
  { "zoho", { "+10", "~10" } },                    /* quirk 29 */
  { "mail-ru", { "+10 +12", "+13 -12" } },         /* quirk 30 */
  { "cyrus", { "+10 +12", "-12" } },               /* quirk 42 */
  { "zimbra", { "+10", "-10" } },                  /* quirk 44 */
  { "modseq-zero", { "+10", "~10" } },             /* quirk 46 */
  { "nomodseq", { "+10", "~10" } },
  { "modseq-64-bits", { "+10", "~10" } },
  { "modseq-63-bits", { "+10", "~10" } },
  { "anew-at-first", { "!made anew meanwhile", "+10" } },
  { "anew-in-the-middle", { "+10 +11 +12", "reset" } }, /* quirk 47 */
  { "uidnext-goes-back", { "+10 +11 +12", "reset" } },  /* quirk 47 */
  { "modseq-goes-back", { "+10 +11 +12", "reset" } },
  { "uidvalidity-other", { "+10 +11 +12", "reset" } },
  { "no-uidvalidity", { "+10", "reset" } },
  { "search-too-much", { "!more messages than there are" } }, /* S15 */
  { "search-malformed", { "!cannot be read" } },
  { "fetch-incomplete", { "+10 +11 +12", "~10", "" } },
  { "changedsince-ignored", { "+10 +11 +12", "~11" } },
  { "new-not-told", { "+10 +11 +12", "+14 ~10" } },
  { "message-limit", { "+10 +11 +12 +13 +14" } },
  { "message-limit-unannounced", { "+10 +11 +12 +13 +14", "!cannot be read" } },
  { "message-limit-condstore", { "+10 +11 +12 +13", "~10 ~13 -11" } },
  { "uidonly", { "+10 +11 +12", "~12 -11" } },
  { "uidonly-plain", { "+10 +11 +12" } },
  { "refused", { "+10 +11 +12", "!try again later", "~10 -11" } },
};

static void
add_ids (GString *text, char sign, const TaubeIdSet *set)
{
  g_auto (GStrv) ids = taube_id_set_to_strv (set);

  for (guint i = 0; ids[i] != NULL; i++)
    g_string_append_printf (text, "%s%c%s", text->len > 0 ? " " : "", sign, strchr (ids[i], '.') + 1);
}

static char *
describe (TaubeChanges *changes)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (taube_changes_is_reset (changes))
    return g_strdup ("reset");
  add_ids (text, '+', taube_changes_get_added (changes));
  add_ids (text, '~', taube_changes_get_changed (changes));
  add_ids (text, '-', taube_changes_get_removed (changes));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* One question; TOKEN becomes the next one, unless there was an error. */
static void
assert_round (TaubeFolder *folder, GBytes **token, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeChanges) changes = taube_folder_get_changes (folder, *token, NULL, NULL, &error);
  g_autofree char *found = NULL;

  if (expected[0] == '!')
    {
      g_assert_null (changes);
      if (strstr (error->message, expected + 1) == NULL)
        g_error ("\"%s\" is not in: %s", expected + 1, error->message);
      return;
    }
  g_assert_no_error (error);
  found = describe (changes);
  g_assert_cmpstr (found, ==, expected);
  g_clear_pointer (token, g_bytes_unref);
  if (taube_changes_get_token (changes) != NULL)
    *token = g_bytes_ref (taube_changes_get_token (changes));
}

static void
run_rounds (TaubeTestServer *server, const char *const *rounds)
{
  g_autoptr (TaubeAccount) account = imap_client_new ("imap", taube_test_server_get_port (server), "?tls=none", NULL);
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (GBytes) token = NULL;

  for (guint i = 0; rounds[i] != NULL; i++)
    assert_round (inbox, &token, rounds[i]);
  g_clear_object (&inbox);
  g_clear_object (&account);
  taube_test_server_finish (server);
}

static void
test_case (gconstpointer data)
{
  const Case *test = data;
  g_autofree char *name = g_strdup_printf ("imap/changes/%s", test->script);

  run_rounds (taube_test_server_new (name), test->rounds);
}

static void
add_select (GString *script, guint exists, guint uidnext)
{
  g_string_append_printf (script,
                          "C: {tag} SELECT INBOX\nS: * %u EXISTS\nS: * OK [UIDVALIDITY 7] valid\n"
                          "S: * OK [UIDNEXT %u] next\nS: {tag} OK [READ-WRITE] open\n",
                          exists, uidnext);
}

/* All messages from FIRST to LAST but for WITHOUT. */
static void
add_fetch (GString *script, guint first, guint last, guint without)
{
  guint seq = 0;

  g_string_append_printf (script, "C: {tag} UID FETCH 1:%u (FLAGS)\n", last);
  for (guint uid = first; uid <= last; uid++)
    if (uid != without)
      g_string_append_printf (script, "S: * %u FETCH (UID %u FLAGS ())\n", ++seq, uid);
  g_string_append (script, "S: {tag} OK\n");
}

/* Quirk 24: only the newest 10,000 are shown. Those that were pushed out by new ones are still there; one that is
 * missing among those shown is gone, and when all are shown again, whoever is missing is gone. */
static void
test_only_newest (void)
{
  static const char *const rounds[]
      = { NULL, "+10001 +10002 +10003", "+10004 +10005 +10006 +10007 -5000", "-1 -2 -3 -4 -5 -6", NULL };
  g_autoptr (GString) script = g_string_new ("S: * OK [CAPABILITY IMAP4rev1] ready\nC: {tag} LOGIN alice *\n"
                                             "S: {tag} OK [CAPABILITY IMAP4rev1 X-YMAIL-CLID] welcome\n");
  g_autoptr (GString) first = g_string_new (NULL);
  const char *all[G_N_ELEMENTS (rounds)];

  add_select (script, 10000, 10001);
  add_fetch (script, 1, 10000, 0);
  add_select (script, 10000, 10004);
  add_fetch (script, 4, 10003, 0);
  add_select (script, 10000, 10008);
  add_fetch (script, 7, 10007, 5000);
  add_select (script, 9999, 10008);
  add_fetch (script, 8, 10007, 5000);
  for (guint uid = 1; uid <= 10000; uid++)
    g_string_append_printf (first, "%s+%u", uid > 1 ? " " : "", uid);
  memcpy (all, rounds, sizeof all);
  all[0] = first->str;
  all[3] = "-1 -2 -3 -4 -5 -6 -7";
  run_rounds (taube_test_server_new_for_text ("only-newest", script->str), all);
}

/* Who is missing is looked for by sequence numbers. This server moves them meanwhile, as none may: all UIDs are asked
 * for instead. */
static void
test_numbers_move (void)
{
  g_autoptr (GString) script = g_string_new ("S: * OK [CAPABILITY IMAP4rev1] ready\nC: {tag} LOGIN alice *\n"
                                             "S: {tag} OK [CAPABILITY IMAP4rev1 CONDSTORE] welcome\n");
  g_autoptr (GString) all = g_string_new (NULL);
  g_autoptr (GString) expected = g_string_new (NULL);
  const char *rounds[] = { NULL, "-7 -2999", NULL };

  for (guint uid = 1; uid <= 3000; uid++)
    {
      g_string_append_printf (expected, "%s+%u", uid > 1 ? " " : "", uid);
      if (uid != 7 && uid != 2999)
        g_string_append_printf (all, " %u", uid);
    }
  rounds[0] = expected->str;
  for (guint round = 0; round < 2; round++)
    {
      g_string_append_printf (script,
                              "C: {tag} SELECT INBOX (CONDSTORE)\nS: * %u EXISTS\nS: * OK [UIDVALIDITY 7] valid\n"
                              "S: * OK [UIDNEXT 3001] next\nS: * OK [HIGHESTMODSEQ %u] highest\nS: {tag} OK open\n",
                              3000 - round, 41 + round);
      if (round == 1)
        g_string_append (script, "C: {tag} UID FETCH 1:3000 (FLAGS) (CHANGEDSINCE 41)\nS: {tag} OK\n"
                                 "C: {tag} FETCH * (UID)\nS: * 375 FETCH (UID 376)\nS: * 3 EXPUNGE\nS: {tag} OK\n");
      g_string_append_printf (script, "C: {tag} UID SEARCH UID 1:3000\nS: * SEARCH%s%s\nS: {tag} OK\n", all->str,
                              round == 0 ? " 7 2999" : "");
    }
  run_rounds (taube_test_server_new_for_text ("numbers-move", script->str), rounds);
}

static const char batches_told[] = "S: * UIDBATCHES (TAG \"{tag}\") 1000:601,600:1\nS: {tag} OK\n";
static const char batches_refused[] = "S: {tag} NO [TOOMANY] no\n"
                                      "C: {tag} FETCH 500 (UID)\nS: * 500 FETCH (UID 600)\nS: {tag} OK\n";

/* A server that tells how to cut a folder into batches, or does not want to. */
static void
test_batches (gconstpointer data)
{
  const char *answer = data;
  g_autoptr (GString) script
      = g_string_new ("S: * OK [CAPABILITY IMAP4rev1] ready\nC: {tag} LOGIN alice *\n"
                      "S: {tag} OK [CAPABILITY IMAP4rev1 MESSAGELIMIT=500 UIDBATCHES] welcome\n");
  g_autoptr (GString) expected = g_string_new (NULL);
  const char *rounds[] = { NULL, NULL };

  add_select (script, 900, 1001);
  g_string_append_printf (script, "C: {tag} UIDBATCHES 500\n%s", answer);
  for (guint part = 0; part < 2; part++)
    {
      guint first = part == 0 ? 1 : 501, last = part == 0 ? 500 : 900;

      g_string_append_printf (script, "C: {tag} UID FETCH %s (FLAGS)\n", part == 0 ? "1:600" : "601:1000");
      for (guint seq = first; seq <= last; seq++)
        g_string_append_printf (script, "S: * %u FETCH (UID %u FLAGS ())\n", seq, seq + 100);
      g_string_append (script, "S: {tag} OK\n");
    }
  for (guint uid = 101; uid <= 1000; uid++)
    g_string_append_printf (expected, "%s+%u", uid > 101 ? " " : "", uid);
  rounds[0] = expected->str;
  run_rounds (taube_test_server_new_for_text ("batches", script->str), rounds);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/imap/changes/scripts/%s", cases[i].script);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_data_func ("/imap/changes/scripts/batches", batches_told, test_batches);
  g_test_add_data_func ("/imap/changes/scripts/batches-refused", batches_refused, test_batches);
  g_test_add_func ("/imap/changes/scripts/only-newest", test_only_newest);
  g_test_add_func ("/imap/changes/scripts/numbers-move", test_numbers_move);
  return g_test_run ();
}
