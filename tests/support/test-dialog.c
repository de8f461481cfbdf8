/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "taube-test.h"

#include <string.h>

static const char session[] = "# a session in short\n"
                              "S: * OK ready\n"
                              "on: {tag} NOOP\n"
                              "  S: {tag} OK nothing\n"
                              "end\n"
                              "C: {tag} LOGIN alice {*}\n"
                              "literal: pigeon*\n"
                              "C:\n"
                              "S: {tag} OK welcome\n"
                              "C: {a} SELECT *\n"
                              "C: {b} FETCH *\n"
                              "repeat: 2\n"
                              "  S: * {i} EXISTS\n"
                              "end\n"
                              "S-raw: {a} OK\\r\\n\n"
                              "S-hex: 2a 20 31 0d0a\n"
                              "S: {b} OK\n";

typedef struct
{
  TaubeTestScript *script;
  TaubeTestDialog *dialog;
  GByteArray *out;
  TaubeTestAction action;
} Fixture;

static void
setup (Fixture *fixture, const char *script)
{
  fixture->script = taube_test_script_parse ("test.script", script);
  fixture->dialog = taube_test_dialog_new (fixture->script, 0, NULL);
  fixture->out = g_byte_array_new ();
}

static void
teardown (Fixture *fixture)
{
  taube_test_dialog_free (fixture->dialog);
  taube_test_script_free (fixture->script);
  g_byte_array_unref (fixture->out);
}

static void
go_on (Fixture *fixture)
{
  do
    fixture->action = taube_test_dialog_next (fixture->dialog, fixture->out);
  while (fixture->action == TAUBE_TEST_ACTION_SEND);
}

static void
say (Fixture *fixture, const char *text)
{
  taube_test_dialog_feed (fixture->dialog, text, strlen (text));
  go_on (fixture);
}

static void
assert_out (Fixture *fixture, const char *expected)
{
  g_autofree char *out = g_strndup ((const char *) fixture->out->data, fixture->out->len);

  g_assert_cmpstr (out, ==, expected);
  g_byte_array_set_size (fixture->out, 0);
}

static void
test_session (void)
{
  Fixture fixture;

  setup (&fixture, session);
  go_on (&fixture);
  assert_out (&fixture, "* OK ready\r\n");
  say (&fixture, "x1 noop\r\n");
  assert_out (&fixture, "x1 OK nothing\r\n");
  say (&fixture, "x2 login ALICE {13}\r\n");
  assert_out (&fixture, "+ go on\r\n");
  say (&fixture, "pigeon-Post-7\r\n");
  assert_out (&fixture, "x2 OK welcome\r\n");
  say (&fixture, "x3 SELECT INBOX\r\nx4 FETCH 1 FLAGS\r\n");
  assert_out (&fixture, "* 1 EXISTS\r\n* 2 EXISTS\r\nx3 OK\r\n* 1\r\nx4 OK\r\n");
  g_assert_cmpint (fixture.action, ==, TAUBE_TEST_ACTION_WAIT);
  say (&fixture, "x5 LOGOUT\r\n");
  assert_out (&fixture, "* BYE bye\r\nx5 OK done\r\n");
  g_assert_cmpint (fixture.action, ==, TAUBE_TEST_ACTION_CLOSE);
  teardown (&fixture);
}

static void
test_byte_by_byte (void)
{
  static const char client[] = "1 LOGIN alice {13+}\r\npigeon-Post-7\r\n2 SELECT x\r\n3 FETCH 1\r\n";
  Fixture fixture;

  setup (&fixture, session);
  go_on (&fixture);
  for (gsize i = 0; client[i] != '\0'; i++)
    {
      taube_test_dialog_feed (fixture.dialog, client + i, 1);
      go_on (&fixture);
    }
  assert_out (&fixture, "* OK ready\r\n1 OK welcome\r\n* 1 EXISTS\r\n* 2 EXISTS\r\n2 OK\r\n* 1\r\n3 OK\r\n");
  g_assert_true (taube_test_dialog_client_closed (fixture.dialog));
  teardown (&fixture);
}

static void
test_unexpected_line (void)
{
  Fixture fixture;

  setup (&fixture, session);
  go_on (&fixture);
  say (&fixture, "1 CAPABILITY\r\n");
  g_assert_cmpint (fixture.action, ==, TAUBE_TEST_ACTION_FAIL);
  g_assert_cmpstr (taube_test_dialog_get_failure (fixture.dialog), ==,
                   "test.script:6: C: {tag} LOGIN alice {*}: the client sent \"1 CAPABILITY\"");
  teardown (&fixture);
}

static void
test_early_close (void)
{
  Fixture fixture;

  setup (&fixture, session);
  go_on (&fixture);
  g_assert_false (taube_test_dialog_client_closed (fixture.dialog));
  g_assert_cmpstr (taube_test_dialog_get_failure (fixture.dialog), ==,
                   "test.script:6: C: {tag} LOGIN alice {*}: the client closed the connection");
  teardown (&fixture);
}

static void
test_base64 (void)
{
  g_autofree char *line = g_base64_encode ((const guint8 *) "\0alice\0secret", 13);
  g_autofree char *sent = g_strconcat (line, "\r\n", NULL);
  Fixture fixture;

  setup (&fixture, "C-base64: \\0{user}\\0secret\nS: hello {user}\n");
  say (&fixture, sent);
  assert_out (&fixture, "hello alice\r\n");
  teardown (&fixture);
}

static void
test_faults (void)
{
  static const TaubeTestAction actions[TAUBE_TEST_N_FAULTS] = {
    TAUBE_TEST_ACTION_WAIT, TAUBE_TEST_ACTION_CUT,  TAUBE_TEST_ACTION_RESET, TAUBE_TEST_ACTION_STALL,
    TAUBE_TEST_ACTION_CUT,  TAUBE_TEST_ACTION_WAIT, TAUBE_TEST_ACTION_CUT,   TAUBE_TEST_ACTION_CUT,
  };
  static const char *const outputs[TAUBE_TEST_N_FAULTS] = {
    "* 1\r\n* 2\r\n", "* 1\r\n", "* 1\r\n", "* 1\r\n", "* 1\r\n* ", "* 1\r\n\x80\xff(((( {zz}\"\\\r\n* 2\r\n",
    "* 1\r\n* BYE the server is going down\r\n", "* 1\r\n* 1 FETCH (BODY[] {1000}\r\nonly this",
  };

  for (TaubeTestFault fault = 0; fault < TAUBE_TEST_N_FAULTS; fault++)
    {
      TaubeTestFaultPlan plan = { .fault = fault, .step = 1 };
      Fixture fixture;

      setup (&fixture, "S: * 1\nS: * 2\nC: x\n");
      taube_test_dialog_free (fixture.dialog);
      fixture.dialog = taube_test_dialog_new (fixture.script, 0, &plan);
      go_on (&fixture);
      g_assert_cmpint (fixture.action, ==, actions[fault]);
      assert_out (&fixture, outputs[fault]);
      g_assert_cmpint (plan.fired, ==, fault != TAUBE_TEST_FAULT_NONE);
      g_assert_cmpint (taube_test_dialog_client_closed (fixture.dialog), ==, fault != TAUBE_TEST_FAULT_NONE);
      teardown (&fixture);
    }
}

static void
test_connections (void)
{
  g_autoptr (TaubeTestScript) script = taube_test_script_parse ("x", "S: 1\naccept\nS: 2\n");

  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (TaubeTestDialog) dialog = taube_test_dialog_new (script, i, NULL);
      g_autoptr (GByteArray) out = g_byte_array_new ();

      g_assert_cmpint (taube_test_dialog_next (dialog, out), ==, TAUBE_TEST_ACTION_WAIT);
      g_assert_cmpint (out->data[0], ==, i == 0 ? '1' : '2');
    }
}

static void
test_fill (void)
{
  Fixture fixture;

  setup (&fixture, "S-fill: 300000\n");
  go_on (&fixture);
  g_assert_cmpuint (fixture.out->len, ==, 300000);
  g_assert_cmpmem (fixture.out->data, 80, fixture.out->data + 80 * 1000, 80);
  g_assert_cmpmem (fixture.out->data + 78, 2, "\r\n", 2);
  teardown (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/support/dialog/session", test_session);
  g_test_add_func ("/support/dialog/byte-by-byte", test_byte_by_byte);
  g_test_add_func ("/support/dialog/unexpected-line", test_unexpected_line);
  g_test_add_func ("/support/dialog/early-close", test_early_close);
  g_test_add_func ("/support/dialog/base64", test_base64);
  g_test_add_func ("/support/dialog/faults", test_faults);
  g_test_add_func ("/support/dialog/connections", test_connections);
  g_test_add_func ("/support/dialog/fill", test_fill);
  return g_test_run ();
}
