/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-client.h"

#include <string.h>

/* A server that tells more than anybody can want to keep: an error says so, and no memory is lost to it. */

typedef struct
{
  const char *name;
  const char *capability;
  const char *command;
  const char *head; /* what is told again and again: head, number, middle, a long text, tail */
  const char *middle;
  const char *tail;
  guint times;
  gsize bytes;      /* of the long text */
  const char *words;
} Case;

static const Case cases[] = {
  { "notes", "METADATA", "GETMETADATA *", "* METADATA INBOX (/shared/n", " \"", "\")", 300, 60000,
    "more notes than can be kept" },
  { "quota-roots", "QUOTA", "GETQUOTAROOT *", "* QUOTAROOT INBOX r", "", "", 101, 0, "more quota roots" },
  { "quota-bytes", "QUOTA", "GETQUOTAROOT *", "* QUOTA r", "", " (STORAGE 1 2)", 300, 60000, "more quota roots" },
};

static char *
make_script (const Case *test)
{
  GString *script = g_string_new (NULL);
  g_autofree char *text = g_strnfill (test->bytes, 'x');

  g_string_append_printf (script,
                          "S: * OK [CAPABILITY IMAP4rev1] ready\nC: {tag} LOGIN alice *\n"
                          "S: {tag} OK [CAPABILITY IMAP4rev1 %s] welcome\nC: {tag} %s\n",
                          test->capability, test->command);
  for (guint i = 0; i < test->times; i++)
    g_string_append_printf (script, "S: %s%u%s%s%s\n", test->head, i, test->middle, text, test->tail);
  return g_string_free (script, FALSE);
}

static void
test_case (gconstpointer data)
{
  const Case *test = data;
  g_autofree char *script = make_script (test);
  TaubeTestServer *server = taube_test_server_new_for_text (test->name, script);
  g_autoptr (TaubeAccount) account
    = imap_client_new ("imap", taube_test_server_get_port (server), "?tls=none", NULL);
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GError) error = NULL;

  if (strcmp (test->capability, "QUOTA") == 0)
    found = taube_folder_list_quotas (inbox, NULL, &error);
  else
    found = taube_folder_load_metadata (inbox, NULL, NULL, &error);
  g_assert_null (found);
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT);
  if (strstr (error->message, test->words) == NULL)
    g_error ("%s", error->message);
  g_clear_object (&account);
  g_free (taube_test_server_stop (server));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/imap/limits/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  return g_test_run ();
}
