/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Mail that is sent over Exchange: it arrives at others, a copy stays, and never goes twice. */
#include "exchange-world.h"

#include <string.h>

static const char head[] = "From: Alice <alice@example.org>\r\n";
static const char rest[] = "Subject: Coo\r\nDate: Fri, 27 Nov 2026 10:00:00 +0100\r\nMessage-ID: <coo@example.org>\r\n"
                           "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nGuten Tag!\r\n";

static TaubeMessageSource *
make_letter (const char *recipients)
{
  g_autofree char *text = g_strconcat (head, recipients, rest, NULL);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return taube_message_source_new_from_bytes (bytes);
}

/* How many are in a folder of somebody, as the server has it. */
static guint
count_items (ExchangeWorld *world, const char *user, const char *folder)
{
  g_autofree char *what = g_strdup_printf ("folder?user=%s&folder=%s", user, folder);
  g_autofree char *items = exchange_world_ask (world, "GET", what, NULL);
  guint n = 0;

  for (const char *at = items; (at = strstr (at, "\"id\": \"")) != NULL; at++)
    n++;
  return n;
}

/* The first one of a folder of somebody, as MIME. (transfer full) */
static char *
read_first (ExchangeWorld *world, const char *user, const char *folder)
{
  g_autofree char *what = g_strdup_printf ("folder?user=%s&folder=%s", user, folder);
  g_autofree char *items = exchange_world_ask (world, "GET", what, NULL);
  const char *begin = strstr (items, "\"id\": \"");
  g_autofree char *id = NULL, *escaped = NULL, *mime_of = NULL, *answer = NULL, *base64 = NULL, *mime = NULL;
  gsize length = 0;

  g_assert_nonnull (begin);
  begin += strlen ("\"id\": \"");
  id = g_strndup (begin, strcspn (begin, "\""));
  escaped = g_uri_escape_string (id, NULL, FALSE);
  mime_of = g_strdup_printf ("mime?user=%s&id=%s", user, escaped);
  answer = exchange_world_ask (world, "GET", mime_of, NULL);
  begin = strstr (answer, "\"mime\": \"");
  g_assert_nonnull (begin);
  begin += strlen ("\"mime\": \"");
  base64 = g_strndup (begin, strcspn (begin, "\""));
  mime = (char *) g_base64_decode (base64, &length);
  return g_strndup (mime, length);
}

static void
on_done (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static gboolean
send_async (TaubeAccount *account, TaubeMessageSource *source, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  taube_account_send_async (account, source, NULL, NULL, on_done, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return taube_account_send_finish (account, result, error);
}

/* In each version of the protocol, by either form. */
static void
test_send (void)
{
  static const char *const builds[] = { "--build=14.2", "--build=15.2" };

  for (guint b = 0; b < G_N_ELEMENTS (builds); b++)
    {
      g_autoptr (ExchangeWorld) world = exchange_world_start (builds[b]);
      g_autoptr (TaubeAccount) account = exchange_world_connect (world);
      g_autoptr (TaubeMessageSource) source = make_letter ("To: bob@example.org\r\nBcc: carla@example.net\r\n");
      g_autoptr (TaubeMessageList) sent = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *got = NULL, *kept = NULL, *outgoing = NULL;

      if (b == 0)
        g_assert_true (taube_account_send (account, source, NULL, NULL, &error));
      else
        g_assert_true (send_async (account, source, &error));
      g_assert_no_error (error);
      g_assert_cmpuint (count_items (world, "bob", "inbox"), ==, 1);
      g_assert_cmpuint (count_items (world, "alice", "sentitems"), ==, 1);
      g_assert_cmpuint (count_items (world, "alice", "drafts"), ==, 0);
      got = read_first (world, "bob", "inbox");
      g_assert_nonnull (strstr (got, "Guten Tag!"));
      g_assert_nonnull (strstr (got, "<coo@example.org>"));
      g_assert_null (strstr (got, "carla"));
      kept = read_first (world, "alice", "sentitems");
      g_assert_nonnull (strstr (kept, "carla@example.net"));
      outgoing = exchange_world_ask (world, "GET", "outgoing", NULL);
      g_assert_nonnull (strstr (outgoing, "carla@example.net"));
      sent = exchange_world_list (account, "Sent Items", &error);
      g_assert_no_error (error);
      g_assert_cmpstr (taube_message_list_get_subject (sent, 0), ==, "Coo");
      g_assert_false (taube_message_list_get_flags (sent, 0) & TAUBE_MESSAGE_FLAGS_DRAFT);
    }
}

static void
assert_nothing_sent (ExchangeWorld *world)
{
  g_assert_cmpuint (count_items (world, "bob", "inbox"), ==, 0);
  g_assert_cmpuint (count_items (world, "alice", "sentitems"), ==, 0);
  g_assert_cmpuint (count_items (world, "alice", "drafts"), ==, 0);
}

/* One recipient that cannot be: nobody gets it. The account goes on. */
static void
test_recipients (void)
{
  static const char *const wrong[] = { "", "To: nobody\r\n", "To: bob@example.org, nobody\r\n",
                                       "To: bob@example.org\r\nCc: nobody\r\n" };
  g_autoptr (ExchangeWorld) world = exchange_world_start ("");
  g_autoptr (TaubeAccount) account = exchange_world_connect (world);
  g_autoptr (TaubeMessageSource) good = make_letter ("To: bob@example.org\r\n");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (TaubeMessageSource) source = make_letter (wrong[i]);

      g_assert_false (taube_account_send (account, source, NULL, NULL, &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
      g_assert_true (g_str_has_prefix (error->message, "cannot send the message: "));
      g_assert_nonnull (strstr (error->message, "ErrorInvalidRecipients"));
      g_clear_error (&error);
      assert_nothing_sent (world);
    }
  g_assert_true (taube_account_send (account, good, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count_items (world, "bob", "inbox"), ==, 1);
}

/* What cannot be read is said before anybody is asked. */
static void
test_unreadable (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("");
  g_autoptr (TaubeAccount) account = exchange_world_connect (world);
  g_autoptr (GBytes) nothing = g_bytes_new_static ("", 0);
  g_autoptr (TaubeMessageSource) empty = taube_message_source_new_from_bytes (nothing);
  g_autoptr (GFile) file = g_file_new_for_path ("/not/there");
  g_autoptr (TaubeMessageSource) missing = taube_message_source_new_from_file (file);
  g_autoptr (GError) error = NULL;

  g_assert_false (taube_account_send (account, empty, NULL, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (taube_account_send (account, missing, NULL, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_STORAGE);
  g_assert_cmpuint (exchange_world_count (world, "CreateItem"), ==, 0);
}

typedef struct
{
  const char *name;
  const char *fault;
  guint error;     /* TaubeError */
  guint delivered; /* how often, as the server knows */
} Cut;

/* Whatever breaks, it is asked for once. */
static const Cut cuts[] = {
  { "close", "\"fault\": \"close\"", TAUBE_ERROR_UNKNOWN_OUTCOME, 0 },
  { "lost-answer", "\"fault\": \"lost-answer\"", TAUBE_ERROR_UNKNOWN_OUTCOME, 1 },
  { "truncated", "\"fault\": \"truncated\", \"at\": 400", TAUBE_ERROR_UNKNOWN_OUTCOME, 1 },
  { "garbage", "\"fault\": \"garbage\"", TAUBE_ERROR_UNKNOWN_OUTCOME, 0 },
  { "stall", "\"fault\": \"stall\", \"at\": 300", TAUBE_ERROR_UNKNOWN_OUTCOME, 1 },
  { "internal", "\"fault\": \"fault\", \"code\": \"ErrorInternalServerError\"", TAUBE_ERROR_UNKNOWN_OUTCOME, 0 },
  { "timeout", "\"fault\": \"item-error\", \"code\": \"ErrorTimeoutExpired\"", TAUBE_ERROR_UNKNOWN_OUTCOME, 0 },
  { "busy", "\"fault\": \"server-busy\", \"backoff\": 20", TAUBE_ERROR_THROTTLED, 0 },
  { "busy-inside", "\"fault\": \"server-busy-inside\", \"backoff\": 20", TAUBE_ERROR_THROTTLED, 0 },
  { "quota", "\"fault\": \"item-error\", \"code\": \"ErrorQuotaExceeded\"", TAUBE_ERROR_QUOTA, 0 },
  { "send-as", "\"fault\": \"item-error\", \"code\": \"ErrorSendAsDenied\"", TAUBE_ERROR_PERMISSION, 0 },
};

static void
test_cut (gconstpointer data)
{
  const Cut *cut = data;
  g_autoptr (ExchangeWorld) world = exchange_world_start ("");
  const char *timeout = strstr (cut->fault, "stall") != NULL ? "timeout=2" : "timeout=30";
  g_autoptr (TaubeAccount) account = exchange_world_open (world, NULL, timeout);
  g_autoptr (TaubeMessageSource) source = make_letter ("To: bob@example.org\r\n");
  g_autofree char *order = g_strdup_printf ("{%s, \"operation\": \"CreateItem\"}", cut->fault);
  g_autoptr (GError) error = NULL;

  g_assert_true (taube_account_connect (account, NULL, NULL));
  exchange_world_order (world, order);
  g_assert_false (taube_account_send (account, source, NULL, NULL, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, TAUBE_ERROR, (int) cut->error);
  g_assert_cmpuint (exchange_world_count (world, "CreateItem"), ==, 1);
  g_assert_cmpuint (count_items (world, "bob", "inbox"), ==, cut->delivered);
  g_assert_cmpuint (count_items (world, "alice", "sentitems"), ==, cut->delivered);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/exchange/send/send", test_send);
  g_test_add_func ("/exchange/send/recipients", test_recipients);
  g_test_add_func ("/exchange/send/unreadable", test_unreadable);
  for (guint i = 0; i < G_N_ELEMENTS (cuts); i++)
    {
      g_autofree char *path = g_strconcat ("/exchange/send/cut/", cuts[i].name, NULL);

      g_test_add_data_func (path, &cuts[i], test_cut);
    }
  return g_test_run ();
}
