/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "taube-test.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

static char *
greeting (guint16 port)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  char text[5] = "";

  connection = g_socket_client_connect_to_host (client, "127.0.0.1", port, NULL, &error);
  g_assert_no_error (error);
  g_input_stream_read_all (g_io_stream_get_input_stream (G_IO_STREAM (connection)), text, 4, NULL, NULL, &error);
  g_assert_no_error (error);
  return g_strdup (text);
}

static void
test_start_and_stop (gconstpointer kind)
{
  TaubeTestMail *mail = taube_test_mail_start (GPOINTER_TO_INT (kind), NULL);
  g_autofree char *dir = NULL;
  g_autofree char *imap = NULL;
  GPid pid;

  if (mail == NULL)
    return;
  imap = greeting (taube_test_mail_get_port (mail, "imap"));
  g_assert_cmpstr (imap, ==, "* OK");
  if (GPOINTER_TO_INT (kind) != TAUBE_TEST_COURIER)
    {
      g_autofree char *pop3 = greeting (taube_test_mail_get_port (mail, "pop3"));

      g_assert_true (g_str_has_prefix (pop3, "+OK"));
    }
  dir = g_strdup (taube_test_mail_get (mail, "dir"));
  pid = atoi (taube_test_mail_get (mail, "pid"));
  g_assert_cmpint (kill (pid, 0), ==, 0);
  taube_test_mail_stop (mail);
  g_assert_cmpint (kill (pid, 0), ==, -1);
  g_assert_cmpint (errno, ==, ESRCH);
  g_assert_false (g_file_test (dir, G_FILE_TEST_EXISTS));
}

static void
test_deliver (gconstpointer kind)
{
  TaubeTestMail *mail = taube_test_mail_share (GPOINTER_TO_INT (kind));
  g_autoptr (TaubeTestHand) hand = NULL;
  g_autofree char *found = NULL;
  g_autofree char *text = NULL;
  g_autofree char *list = NULL;

  if (mail == NULL)
    return;
  taube_test_mail_make_folder (mail, "bob", "Gr\xc3\xbc\xc3\x9f" "e & Co");
  taube_test_mail_deliver (mail, "bob", "Gr\xc3\xbc\xc3\x9f" "e & Co", "Subject: Two pigeons\n\nCoo {3}\n", -1);
  hand = taube_test_hand_new (mail, "bob");
  list = taube_test_hand_run (hand, "LIST \"\" *");
  g_assert_nonnull (strstr (list, "Gr&APwA3w-e &- Co"));
  taube_test_hand_select (hand, "Gr\xc3\xbc\xc3\x9f" "e & Co");
  found = taube_test_hand_run (hand, "SEARCH SUBJECT pigeons");
  g_assert_nonnull (strstr (found, "* SEARCH 1\r\n"));
  text = taube_test_hand_run (hand, "FETCH 1 BODY[]");
  g_assert_nonnull (strstr (text, "Subject: Two pigeons\r\n\r\nCoo {3}\r\n"));
}

/* What the server refuses comes back as it is. */
static void
test_refused (gconstpointer kind)
{
  TaubeTestMail *mail = taube_test_mail_share (GPOINTER_TO_INT (kind));
  g_autoptr (TaubeTestHand) hand = NULL;
  g_autofree char *reply = NULL;
  g_autofree char *missing = NULL;

  if (mail == NULL)
    return;
  hand = taube_test_hand_new (mail, "carol");
  reply = taube_test_hand_try (hand, "SELECT nowhere");
  g_assert_nonnull (strstr (reply, " NO "));
  missing = taube_test_hand_try (hand, "NONSENSE");
  g_assert_null (strstr (missing, " OK ")); /* BAD; from Courier NO */
}

/* Three of a kind at once, each with its own mail and ports. */
static void
test_side_by_side (gconstpointer kind)
{
  const char *const options[] = { "--messages=12", "--spread", NULL };
  TaubeTestMail *mails[3] = { NULL };

  for (guint i = 0; i < G_N_ELEMENTS (mails); i++)
    {
      mails[i] = taube_test_mail_start (GPOINTER_TO_INT (kind), options);
      if (mails[i] == NULL)
        return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (mails); i++)
    {
      g_autoptr (TaubeTestHand) hand = taube_test_hand_new (mails[i], "alice");
      g_autofree char *folders = taube_test_hand_run (hand, "LIST \"\" *");
      g_autofree char *status = taube_test_hand_run (hand, "STATUS INBOX (MESSAGES)");

      g_assert_nonnull (strstr (folders, "Br&APw-cke"));
      g_assert_nonnull (strstr (status, "INBOX"));
      g_assert_null (strstr (status, "MESSAGES 0"));
      g_clear_pointer (&hand, taube_test_hand_free);
      taube_test_mail_stop (mails[i]);
    }
}

/* The test program dies: nothing of its server stays behind. */
static void
test_killed (gconstpointer kind)
{
  g_autofree char *file
    = g_strdup_printf ("tests/servers/%s/serve", taube_test_mail_kind_name (GPOINTER_TO_INT (kind)));
  g_autofree char *program = taube_test_source_file (file);
  g_autoptr (TaubeTestDir) dir = taube_test_dir_new ();
  g_autofree char *place = g_strconcat ("--dir=", dir->path, "/server", NULL);
  const char *const argv[] = { program, "--until-eof", place, NULL };
  g_autoptr (TaubeTestMail) mail = taube_test_mail_start (GPOINTER_TO_INT (kind), NULL);
  g_autoptr (TaubeTestChild) child = NULL;
  g_autofree char *line = NULL;
  GPid pid = 0;

  if (mail == NULL)
    return;
  g_assert_cmpint (g_chmod (dir->path, 0755), ==, 0);
  child = taube_test_child_start (argv, NULL);
  while ((line = taube_test_child_read_line (child)) != NULL && line[0] != '\0')
    {
      if (g_str_has_prefix (line, "pid="))
        pid = atoi (line + 4);
      g_clear_pointer (&line, g_free);
    }
  g_assert_cmpint (kill (pid, 0), ==, 0);
  taube_test_child_signal (child, SIGKILL);
  taube_test_result_free (taube_test_child_wait (child));
  while (kill (pid, 0) == 0)
    g_thread_yield ();
  g_assert_cmpint (errno, ==, ESRCH);
}

/* It warns of that on a busy machine, whatever the mail is. */
static gboolean
is_about_time (const char *line)
{
  return strstr (line, "Time moved") != NULL || strstr (line, " seconds") != NULL;
}

/* The mail that ./dev demo shows: Dovecot must read it without a complaint. */
static void
test_corpus (void)
{
  const char *const options[] = { "--messages=300", "--spread", NULL };
  const char *const read_all[] = { "fetch", "-u", "alice", "imap.envelope imap.bodystructure size.virtual hdr", "ALL",
                                   NULL };
  g_autoptr (TaubeTestDovecot) dovecot = taube_test_dovecot_start (options);
  g_autofree char *text = NULL;
  g_autofree char *log = NULL;
  g_autofree char *log_file = NULL;
  g_auto (GStrv) messages = NULL;
  g_auto (GStrv) lines = NULL;

  if (dovecot == NULL)
    return;
  text = taube_test_dovecot_doveadm (dovecot, read_all);
  messages = g_strsplit (text, "imap.envelope: ", -1);
  g_assert_cmpuint (g_strv_length (messages), ==, 301);
  log_file = g_build_filename (taube_test_dovecot_get (dovecot, "dir"), "log", NULL);
  g_file_get_contents (log_file, &log, NULL, NULL);
  lines = g_strsplit (log, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (strstr (lines[i], "Error") != NULL || (strstr (lines[i], "Warning") != NULL && !is_about_time (lines[i])))
      g_error ("Dovecot says: %s", lines[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  taube_test_mail_add_each ("/support/mail", "start-and-stop", test_start_and_stop);
  taube_test_mail_add_each ("/support/mail", "deliver", test_deliver);
  taube_test_mail_add_each ("/support/mail", "refused", test_refused);
  taube_test_mail_add_each ("/support/mail", "side-by-side", test_side_by_side);
  taube_test_mail_add_each ("/support/mail", "killed", test_killed);
  g_test_add_func ("/support/mail/dovecot/corpus", test_corpus);
  return taube_test_mail_run ();
}
