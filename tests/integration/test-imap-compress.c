/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-client.h"

#include <string.h>

#include "../contract/counting-proxy.h"

/* COMPRESS=DEFLATE with a private Dovecot: the same as without, in fewer bytes. */

#define N_MESSAGES 300

static TaubeTestDovecot *dovecot;

static TaubeAccount *
open_through (CountingProxy *proxy, const char *scheme, const char *query)
{
  return imap_client_new (scheme, counting_proxy_get_port (proxy), query, taube_test_dovecot_get (dovecot, "ca-file"));
}

/* All of INBOX, and each message whole. (transfer full): what came, to be compared */
static GString *
read_all (TaubeAccount *account)
{
  GString *all = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeMessageList) list = imap_client_list_inbox (account, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < taube_item_list_get_size (TAUBE_ITEM_LIST (list)); i++)
    {
      g_autofree char *id = taube_item_list_get_id (TAUBE_ITEM_LIST (list), i);
      g_autofree char *text = i % 10 == 0 ? imap_client_fetch_section (account, id, "", 0, -1, &error) : NULL;

      g_assert_no_error (error);
      g_string_append_printf (all, "%s %s\n%s", id, taube_message_list_get_subject (list, i),
                              text != NULL ? text : "");
    }
  return all;
}

/* Bytes on the wire, and what they said. */
static guint64
measure (const char *scheme, const char *query, char **text_out)
{
  CountingProxy *proxy = counting_proxy_start (taube_test_dovecot_get_port (dovecot, scheme));
  TaubeAccount *account = open_through (proxy, scheme, query);
  g_autoptr (GError) error = NULL;
  WireCount count;

  *text_out = g_string_free (read_all (account), FALSE);
  taube_account_disconnect (account, NULL, &error);
  g_assert_no_error (error);
  g_object_unref (account);
  count = counting_proxy_get_count (proxy);
  counting_proxy_stop (proxy);
  return count.sent + count.received;
}

static void
test_same_in_fewer_bytes (gconstpointer scheme)
{
  gboolean tls = strcmp (scheme, "imaps") == 0;
  g_autofree char *plain_text = NULL;
  g_autofree char *text = NULL;
  guint64 plain = measure (scheme, tls ? "?compress=no" : "?tls=none&compress=no", &plain_text);
  guint64 compressed = measure (scheme, tls ? "?compress=yes" : "?tls=none&compress=yes", &text);

  g_assert_cmpstr (text, ==, plain_text);
  g_test_message ("%" G_GUINT64_FORMAT " bytes, compressed %" G_GUINT64_FORMAT, plain, compressed);
  g_assert_cmpuint (compressed * 3, <, plain * 2); /* attachments were packed before */
}

/* A connection that rests between two commands goes on afterwards, many times. */
static void
test_rests (void)
{
  CountingProxy *proxy = counting_proxy_start (taube_test_dovecot_get_port (dovecot, "imap"));
  TaubeAccount *account = open_through (proxy, "imap", "?tls=none&compress=yes");
  g_autofree char *first = NULL;

  for (guint i = 0; i < 30; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TaubeMessageList) list = imap_client_list_inbox (account, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (list)), ==, N_MESSAGES);
      imap_client_refresh (account, &error);
      g_assert_no_error (error);
    }
  g_assert_cmpuint (counting_proxy_get_count (proxy).connections, ==, 1);
  g_object_unref (account);
  counting_proxy_stop (proxy);
}

int
main (int argc, char **argv)
{
  static const char *const options[] = { "--messages=300", NULL };
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/imap/compress/plain", "imap", test_same_in_fewer_bytes);
  g_test_add_data_func ("/imap/compress/tls", "imaps", test_same_in_fewer_bytes);
  g_test_add_func ("/imap/compress/rests", test_rests);
  dovecot = taube_test_dovecot_start (options);
  if (dovecot == NULL)
    return 77;
  status = g_test_run ();
  taube_test_dovecot_stop (dovecot);
  return status;
}
