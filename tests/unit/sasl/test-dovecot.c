/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "taube-test.h"

#include <taube-backend/taube-sasl.h>
#include <taube/taube.h>

#include <string.h>

/* Every mechanism against a server that was written by somebody else. */

typedef struct
{
  GSocketConnection *connection;
  GDataInputStream *input;
  GOutputStream *output;
} Wire;

static void
wire_open (Wire *wire, guint16 port)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;

  wire->connection = g_socket_client_connect_to_host (client, "127.0.0.1", port, NULL, &error);
  g_assert_no_error (error);
  wire->input = g_data_input_stream_new (g_io_stream_get_input_stream (G_IO_STREAM (wire->connection)));
  g_data_input_stream_set_newline_type (wire->input, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
  wire->output = g_io_stream_get_output_stream (G_IO_STREAM (wire->connection));
}

static void
wire_close (Wire *wire)
{
  g_object_unref (wire->input);
  g_object_unref (wire->connection);
}

static char *
wire_read (Wire *wire)
{
  g_autoptr (GError) error = NULL;
  char *line = g_data_input_stream_read_line (wire->input, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (line);
  return line;
}

static void
wire_write (Wire *wire, const char *text)
{
  g_autofree char *line = g_strconcat (text, "\r\n", NULL);
  g_autoptr (GError) error = NULL;

  g_output_stream_write_all (wire->output, line, strlen (line), NULL, NULL, &error);
  g_assert_no_error (error);
}

/* The server's next line that is not about something else. */
static char *
read_reply (Wire *wire)
{
  for (;;)
    {
      char *line = wire_read (wire);

      if (line[0] != '*')
        return line;
      g_free (line);
    }
}

/* The whole of AUTHENTICATE (IMAP) or AUTH (POP3); the last line of the server. (transfer full) */
static char *
authenticate (Wire *wire, TaubeSasl *sasl, gboolean imap, gboolean at_once)
{
  g_autofree char *greeting = wire_read (wire);
  g_autoptr (GString) command = g_string_new (imap ? "a AUTHENTICATE " : "AUTH ");
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (strstr (greeting, "OK"));
  g_string_append (command, taube_sasl_get_mechanism (sasl));
  if (at_once && taube_sasl_has_initial_response (sasl))
    {
      g_autoptr (TaubeSecret) response = taube_sasl_step (sasl, NULL, 0, &error);

      g_assert_no_error (error);
      g_string_append_printf (command, " %s", taube_secret_peek (response));
    }
  wire_write (wire, command->str);
  for (;;)
    {
      g_autofree char *line = read_reply (wire);
      g_autoptr (TaubeSecret) response = NULL;

      if (!g_str_has_prefix (line, "+ "))
        return g_steal_pointer (&line);
      response = taube_sasl_step (sasl, line + 2, strlen (line + 2), &error);
      g_assert_no_error (error);
      wire_write (wire, taube_secret_peek (response));
    }
}

static void
sign_in (TaubeTestDovecot *dovecot, const char *mechanism, gboolean imap, gboolean at_once, gboolean right)
{
  gboolean oauth = strstr (mechanism, "AUTH") != NULL;
  const char *offered[] = { mechanism, NULL };
  g_autoptr (TaubeSecret) secret
    = taube_secret_new (!right ? "wrong" : oauth ? taube_test_dovecot_get (dovecot, "token") : TAUBE_TEST_PASSWORD);
  TaubeSaslRequest request = { .user = "alice", .password = oauth ? NULL : secret, .token = oauth ? secret : NULL,
                               .service = imap ? "imap" : "pop", .host = "localhost", .allow_plaintext = TRUE,
                               .mechanism = mechanism };
  Wire wire = { NULL };
  g_autoptr (TaubeSasl) sasl = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *reply = NULL;

  request.port = taube_test_dovecot_get_port (dovecot, imap ? "imap" : "pop3");
  sasl = taube_sasl_new (offered, &request, &error);
  g_assert_no_error (error);
  wire_open (&wire, request.port);
  reply = authenticate (&wire, sasl, imap, at_once);
  wire_close (&wire);

  g_test_message ("%s: %s (%s)", mechanism, reply, taube_sasl_get_server_error (sasl));
  g_assert_cmpint (g_str_has_prefix (reply, imap ? "a OK" : "+OK"), ==, right);
  if (right)
    g_assert_true (taube_sasl_verify_success (sasl, NULL, 0, &error));
  else if (oauth)
    g_assert_nonnull (taube_sasl_get_server_error (sasl));
  g_assert_no_error (error);
}

static void
test_mechanisms (void)
{
  static const char *const mechanisms[] = { "SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN",
                                            "LOGIN", "XOAUTH2", "OAUTHBEARER" };
  g_autoptr (TaubeTestDovecot) dovecot = taube_test_dovecot_start (NULL);

  if (dovecot == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (mechanisms); i++)
    for (guint way = 0; way < 4; way++)
      sign_in (dovecot, mechanisms[i], way < 2, way % 2 == 0, TRUE);
  /* only one: Dovecot makes every further failure from an address wait longer */
  sign_in (dovecot, "XOAUTH2", TRUE, TRUE, FALSE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sasl/dovecot/mechanisms", test_mechanisms);
  return g_test_run ();
}
