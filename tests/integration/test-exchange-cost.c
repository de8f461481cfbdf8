/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What changes cost, in requests and in bytes on the wire both ways: in proportion to their number, whatever the size
 * of the folder. The larger of the two sizes is an argument. */
#include "exchange-world.h"

#include "../contract/counting-proxy.h"

#define FEW 300
/* What one question and its empty answer may take, and what each change may add. */
#define BASE_BYTES 6000
#define CHANGE_BYTES 1000
/* SyncFolderItems tells so many at once. */
#define PAGE 512

static guint n_many;

typedef struct
{
  ExchangeWorld *world;
  CountingProxy *wire;
  TaubeAccount *account;
  TaubeFolder *inbox;
  GBytes *token;
} Line;

static void
line_begin (Line *self, guint n)
{
  g_autofree char *options = g_strdup_printf ("--messages=%u --small", n), *uri = NULL;
  g_autoptr (TaubeCredentials) credentials = NULL;
  g_autoptr (GUri) url = NULL;
  g_autoptr (GError) error = NULL;

  self->world = exchange_world_start (options);
  url = g_uri_parse (exchange_world_get (self->world, "url"), G_URI_FLAGS_NONE, NULL);
  self->wire = counting_proxy_start ((guint16) g_uri_get_port (url));
  uri = g_strdup_printf ("exchange://alice%%40example.org@127.0.0.1/?tls=none"
                         "&url=http://127.0.0.1:%u/EWS/Exchange.asmx", counting_proxy_get_port (self->wire));
  credentials = taube_credentials_new_password (exchange_world_get (self->world, "password"));
  self->account = taube_account_create (uri, credentials, &error);
  g_assert_no_error (error);
  taube_account_connect (self->account, NULL, &error);
  g_assert_no_error (error);
  self->inbox = taube_account_get_folder_by_name (self->account, "INBOX");
}

static void
line_clear (Line *self)
{
  g_clear_pointer (&self->token, g_bytes_unref);
  g_clear_object (&self->inbox);
  g_clear_object (&self->account);
  g_clear_pointer (&self->wire, counting_proxy_stop);
  g_clear_pointer (&self->world, exchange_world_stop);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Line, line_clear)

typedef struct
{
  guint requests;
  guint64 bytes;
} Cost;

static TaubeChanges *
get_changes (Line *line, Cost *cost)
{
  WireCount before = counting_proxy_get_count (line->wire), after;
  g_autoptr (GError) error = NULL;
  TaubeChanges *changes;

  g_free (exchange_world_ask (line->world, "DELETE", "requests", NULL));
  changes = taube_folder_get_changes (line->inbox, line->token, NULL, NULL, &error);
  g_assert_no_error (error);
  after = counting_proxy_get_count (line->wire);
  cost->requests = exchange_world_count (line->world, NULL);
  cost->bytes = after.sent - before.sent + after.received - before.received;
  g_clear_pointer (&line->token, g_bytes_unref);
  line->token = g_bytes_ref (taube_changes_get_token (changes));
  return changes;
}

static char *
make_list (char *const *ids, guint from, guint n)
{
  g_autoptr (GString) list = g_string_new ("[");

  for (guint i = from; i < from + n; i++)
    g_string_append_printf (list, "%s\"%s\"", i > from ? ", " : "", ids[i]);
  g_string_append_c (list, ']');
  return g_string_free (g_steal_pointer (&list), FALSE);
}

/* N come, N are read or not read any more, N go. */
static void
change (Line *line, char *const *ids, guint n)
{
  g_autofree char *read = make_list (ids, 0, n), *gone = make_list (ids, n, n);
  g_autofree char *come = g_strdup_printf ("messages?count=%u", n);

  g_free (exchange_world_ask (line->world, "POST", come, NULL));
  g_free (exchange_world_ask (line->world, "POST", "read?read=false", read));
  g_free (exchange_world_ask (line->world, "POST", "read?read=true", read));
  g_free (exchange_world_ask (line->world, "POST", "remove", gone));
}

/* The cost of nothing, of 3 × 4 changes and of 3 × 40 in a folder of N. */
static void
measure (guint n, Cost costs[3])
{
  static const guint numbers[] = { 0, 4, 40 };
  g_auto (Line) line = { 0 };
  g_autoptr (TaubeChanges) first = NULL;
  g_auto (GStrv) ids = NULL;
  guint from = 0;
  Cost all;

  line_begin (&line, n);
  first = get_changes (&line, &all);
  ids = taube_id_set_to_strv (taube_changes_get_added (first));
  g_assert_cmpuint (g_strv_length (ids), ==, n);
  g_assert_cmpuint (all.requests, <=, n / PAGE + 4); /* the folders are asked for once */
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autoptr (TaubeChanges) changes = NULL;

      if (numbers[i] > 0)
        change (&line, ids + from, numbers[i]);
      from += 2 * numbers[i];
      changes = get_changes (&line, &costs[i]);
      g_assert_cmpuint (taube_id_set_get_size (taube_changes_get_added (changes)), ==, numbers[i]);
      g_assert_cmpuint (taube_id_set_get_size (taube_changes_get_changed (changes)), ==, numbers[i]);
      g_assert_cmpuint (taube_id_set_get_size (taube_changes_get_removed (changes)), ==, numbers[i]);
      g_printerr ("# %u changes in %u: %u requests, %" G_GUINT64_FORMAT " bytes\n", 3 * numbers[i], n,
                  costs[i].requests, costs[i].bytes);
      g_assert_cmpuint (costs[i].requests, ==, 1);
      g_assert_cmpuint (costs[i].bytes, <, BASE_BYTES + 3 * numbers[i] * CHANGE_BYTES);
      g_assert_cmpuint (g_bytes_get_size (line.token), <, 1000);
    }
}

static void
test_cost (void)
{
  Cost few[3], many[3];

  measure (FEW, few);
  measure (n_many, many);
  /* Numbers have some digits more. */
  for (guint i = 0; i < G_N_ELEMENTS (few); i++)
    g_assert_cmpuint (many[i].bytes, <, few[i].bytes + 200);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  n_many = argc > 1 ? (guint) g_ascii_strtoull (argv[1], NULL, 10) : 5000;
  g_test_add_func ("/exchange/cost", test_cost);
  return g_test_run ();
}
