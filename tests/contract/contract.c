/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "contract.h"

#include <string.h>

/* Every backend has a line here for each server. */
static const ContractWorld *const worlds[] = {
  &contract_imap_dovecot,
  &contract_imap_cyrus,
  &contract_imap_courier,
  &contract_pop3_dovecot,
  &contract_pop3_cyrus,
#ifdef HAVE_EXCHANGE
  &contract_exchange,
#endif
  &contract_carrier,
};

static gpointer servers[G_N_ELEMENTS (worlds)];

typedef struct
{
  guint world;
  const ContractCase *what;
} Test;

static void
box_free (ContractBox *box)
{
  g_free (box->uri);
  g_strfreev (box->path);
  g_free (box->name);
  g_free (box);
}

static void
run_test (gconstpointer data)
{
  const Test *test = data;
  Contract contract = { worlds[test->world], NULL, NULL };

  if (servers[test->world] == NULL)
    servers[test->world] = contract.world->start ();
  contract.server = servers[test->world];
  if (contract.server == NULL)
    return;
  contract.box = contract.world->make_box (contract.server, test->what->name);
  test->what->run (&contract);
  box_free (contract.box);
}

static char *
make_name (const ContractWorld *world, const ContractCase *what)
{
  if (world->server == NULL)
    return g_strdup_printf ("/contract/%s/%s", world->name, what->name);
  return g_strdup_printf ("/contract/%s/%s/%s", world->name, world->server, what->name);
}

int
contract_main (int argc, char **argv, const ContractCase *cases, guint n_cases)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (worlds); i++)
    for (guint k = 0; k < n_cases; k++)
      {
        g_autofree char *name = make_name (worlds[i], &cases[k]);
        Test *test = g_new0 (Test, 1);

        test->world = i;
        test->what = &cases[k];
        g_test_add_data_func_full (name, test, run_test, g_free);
      }
  status = g_test_run ();
  for (guint i = 0; i < G_N_ELEMENTS (worlds); i++)
    if (servers[i] != NULL)
      worlds[i]->stop (servers[i]);
  return status;
}

char *
contract_letter (guint number)
{
  return g_strdup_printf ("From: Ada <ada@example.org>\r\nTo: alice@example.org\r\nSubject: Letter %u\r\n"
                          "Date: Mon, 2 Nov 2026 10:%02u:00 +0100\r\nMessage-ID: <%u@contract.example.org>\r\n"
                          "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                          "Content-Transfer-Encoding: 8bit\r\n\r\nGr\xc3\xbc\xc3\x9f" "e aus K\xc3\xb6ln, %u.\r\n",
                          number, number % 60, number, number);
}

char *
contract_parcel (void)
{
  g_autofree guint8 *content = g_malloc (300000);
  g_autofree char *coded = NULL;
  g_autoptr (GString) lines = g_string_new (NULL);
  gsize length;

  for (guint i = 0, state = 7; i < 300000; i++)
    content[i] = (guint8) ((state = state * 1664525u + 1013904223u) >> 24);
  coded = g_base64_encode (content, 300000);
  length = strlen (coded);
  for (gsize i = 0; i < length; i += 76)
    g_string_append_printf (lines, "%.76s\r\n", coded + i);
  return g_strdup_printf ("From: ada@example.org\r\nSubject: Parcel\r\nMIME-Version: 1.0\r\n"
                          "Content-Type: multipart/mixed; boundary=cut\r\n\r\n--cut\r\nContent-Type: text/plain\r\n\r\n"
                          "See the attachment.\r\n--cut\r\nContent-Type: application/octet-stream\r\n"
                          "Content-Transfer-Encoding: base64\r\n"
                          "Content-Disposition: attachment; filename=pigeon.bin\r\n\r\n%s--cut--\r\n",
                          lines->str);
}

void
contract_deliver (Contract *contract, guint number)
{
  g_autofree char *text = contract_letter (number);

  contract->world->deliver (contract->server, contract->box, text);
}

TaubeAccount *
contract_new_device (Contract *contract)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeSettings) settings = taube_settings_new ();
  g_autoptr (TaubeCredentials) credentials = NULL;
  TaubeAccount *account;

  if (contract->world->set_up != NULL)
    contract->world->set_up (contract->server, settings);
  if (contract->world->get_credentials != NULL)
    credentials = contract->world->get_credentials (contract->server);
  account = taube_account_create_with_settings (contract->box->uri, settings, credentials, &error);
  g_assert_no_error (error);
  return account;
}

TaubeAccount *
contract_connect (Contract *contract)
{
  g_autoptr (GError) error = NULL;
  TaubeAccount *account = contract_new_device (contract);

  taube_account_connect (account, NULL, &error);
  g_assert_no_error (error);
  return account;
}

void
contract_make_way (Contract *contract, TaubeAccount *account)
{
  g_autoptr (GError) error = NULL;

  if (contract->world->one_at_a_time)
    taube_account_disconnect (account, NULL, &error);
  g_assert_no_error (error);
}

TaubeFolder *
contract_get_folder (Contract *contract, TaubeAccount *account)
{
  return taube_account_get_folder (account, (const char *const *) contract->box->path);
}

TaubeMessageList *
contract_list (TaubeFolder *folder)
{
  g_autoptr (GError) error = NULL;
  TaubeItemList *list = taube_folder_list (folder, NULL, NULL, &error);

  g_assert_no_error (error);
  return TAUBE_MESSAGE_LIST (list);
}

TaubeMessage *
contract_get_only (TaubeFolder *folder)
{
  g_autoptr (TaubeMessageList) list = contract_list (folder);

  g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (list)), ==, 1);
  return TAUBE_MESSAGE (taube_item_list_get_item (TAUBE_ITEM_LIST (list), 0));
}

GBytes *
contract_fetch (TaubeFolder *folder, const char *id, const char *section, guint64 offset, gint64 length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GOutputStream) sink = g_memory_output_stream_new_resizable ();

  g_assert_true (taube_folder_fetch (folder, id, section, offset, length, sink, NULL, NULL, &error));
  g_assert_no_error (error);
  g_output_stream_close (sink, NULL, NULL);
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (sink));
}

void
contract_assert_text (GBytes *bytes, const char *text)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  g_assert_cmpmem (data, size, text, strlen (text));
}

TaubeSupport
contract_get_live (TaubeAccount *account, TaubeCapability row)
{
  g_autoptr (TaubeCapabilities) capabilities = taube_account_get_capabilities (account);

  return taube_capabilities_get_support (capabilities, row);
}

WireCount
contract_get_wire (Contract *contract)
{
  if (contract->world->get_wire == NULL)
    return (WireCount){ 0, 0, 0 };
  return counting_proxy_get_count (contract->world->get_wire (contract->server));
}

/* What a server sends by itself, such as tickets of TLS, may still be on its way: the client's bytes count. */
void
contract_assert_silent (Contract *contract, WireCount since)
{
  WireCount now = contract_get_wire (contract);

  g_assert_cmpuint (now.connections, ==, since.connections);
  g_assert_cmpuint (now.sent, ==, since.sent);
}

void
contract_on_done (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

GAsyncResult *
contract_wait (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

#define CONTRACT_TYPE_SINK (contract_sink_get_type ())
G_DECLARE_FINAL_TYPE (ContractSink, contract_sink, CONTRACT, SINK, GOutputStream)

struct _ContractSink
{
  GOutputStream parent_instance;
  void (*func) (gpointer data);
  gpointer data;
};

G_DEFINE_FINAL_TYPE (ContractSink, contract_sink, G_TYPE_OUTPUT_STREAM)

static gssize
contract_sink_write (GOutputStream *stream, const void *bytes, gsize size, GCancellable *cancellable, GError **error)
{
  ContractSink *self = CONTRACT_SINK (stream);

  self->func (self->data);
  return (gssize) size;
}

static void
contract_sink_class_init (ContractSinkClass *klass)
{
  G_OUTPUT_STREAM_CLASS (klass)->write_fn = contract_sink_write;
}

static void
contract_sink_init (ContractSink *self)
{
}

GOutputStream *
contract_sink_new (void (*func) (gpointer data), gpointer data)
{
  ContractSink *self = g_object_new (CONTRACT_TYPE_SINK, NULL);

  self->func = func;
  self->data = data;
  return G_OUTPUT_STREAM (self);
}
