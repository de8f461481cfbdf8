/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "taube-test.h"

#include <errno.h>
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
test_start_and_stop (void)
{
  TaubeTestDovecot *dovecot = taube_test_dovecot_start (NULL);
  g_autofree char *dir = NULL;
  GPid pid;

  if (dovecot == NULL)
    return;
  g_autofree char *imap = greeting (taube_test_dovecot_get_port (dovecot, "imap"));
  g_autofree char *pop3 = greeting (taube_test_dovecot_get_port (dovecot, "pop3"));

  g_assert_cmpstr (imap, ==, "* OK");
  g_assert_true (g_str_has_prefix (pop3, "+OK"));
  dir = g_strdup (taube_test_dovecot_get (dovecot, "dir"));
  pid = atoi (taube_test_dovecot_get (dovecot, "pid"));
  g_assert_cmpint (kill (pid, 0), ==, 0);
  taube_test_dovecot_stop (dovecot);
  g_assert_cmpint (kill (pid, 0), ==, -1);
  g_assert_cmpint (errno, ==, ESRCH);
  g_assert_false (g_file_test (dir, G_FILE_TEST_EXISTS));
}

static void
test_deliver (void)
{
  g_autoptr (TaubeTestDovecot) dovecot = taube_test_dovecot_start (NULL);
  const char *const search[] = { "search", "-u", "bob", "mailbox", "Sent", "subject", "pigeons", NULL };
  g_autofree char *found = NULL;

  if (dovecot == NULL)
    return;
  taube_test_dovecot_deliver (dovecot, "bob", "Sent", "Subject: Two pigeons\n\nCoo.\n", -1);
  found = taube_test_dovecot_doveadm (dovecot, search);
  g_assert_nonnull (strstr (found, " 1\n"));
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

  if (dovecot == NULL)
    return;
  text = taube_test_dovecot_doveadm (dovecot, read_all);
  messages = g_strsplit (text, "imap.envelope: ", -1);
  g_assert_cmpuint (g_strv_length (messages), ==, 301);
  log_file = g_build_filename (taube_test_dovecot_get (dovecot, "dir"), "log", NULL);
  g_file_get_contents (log_file, &log, NULL, NULL);
  g_assert_null (strstr (log, "Error"));
  g_assert_null (strstr (log, "Warning"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/support/dovecot/start-and-stop", test_start_and_stop);
  g_test_add_func ("/support/dovecot/deliver", test_deliver);
  g_test_add_func ("/support/dovecot/corpus", test_corpus);
  return g_test_run ();
}
