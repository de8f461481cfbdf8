/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"
#include "output-json.h"
#include "output-table.h"
#include "output.h"

#include <string.h>

static void
add_capabilities (JsonBuilder *builder, TaubeCapabilities *capabilities)
{
  g_autofree char *text = taube_capabilities_to_json (capabilities);
  JsonNode *node = json_from_string (text, NULL);

  json_builder_set_member_name (builder, "capabilities");
  json_builder_add_value (builder, node);
}

static void
add_strings (JsonBuilder *builder, const char *name, const char *const *strings)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (guint i = 0; strings != NULL && strings[i] != NULL; i++)
    json_builder_add_string_value (builder, strings[i]);
  json_builder_end_array (builder);
}

/* What the backends can do: a list of backends, each with its loaded capabilities. */
typedef struct
{
  TaubeBackend *backend;
  TaubeCapabilities *capabilities;
} Column;

static void
column_clear (gpointer data)
{
  Column *column = data;

  g_object_unref (column->backend);
  taube_capabilities_unref (column->capabilities);
}

static gboolean
add_column (GArray *columns, TaubeBackend *backend, GError **error)
{
  Column column = { backend, taube_backend_get_capabilities (backend, error) };

  if (column.capabilities == NULL)
    return FALSE;
  g_object_ref (backend);
  g_array_append_val (columns, column);
  return TRUE;
}

static gboolean
collect_backends (GArray *columns, int n_names, char **names, GError **error)
{
  g_autoptr (GPtrArray) all = NULL;

  for (int i = 0; i < n_names; i++)
    {
      g_autoptr (TaubeBackend) backend = taube_backend_find (names[i], error);

      if (backend == NULL || !add_column (columns, backend, error))
        return FALSE;
    }
  if (n_names > 0)
    return TRUE;

  all = taube_backend_list ();
  for (guint i = 0; i < all->len; i++)
    {
      g_autoptr (GError) skipped = NULL;

      /* The library has said on standard error what is wrong with it. */
      if (!add_column (columns, all->pdata[i], &skipped))
        g_debug ("%s", skipped->message);
    }
  if (columns->len > 0)
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED, _ ("no backend is installed"));
  return FALSE;
}

static void
print_backends_json (GArray *columns)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "backends");
  json_builder_begin_array (builder);
  for (guint i = 0; i < columns->len; i++)
    {
      Column *column = &g_array_index (columns, Column, i);

      json_builder_begin_object (builder);
      output_json_set (builder, "name", taube_backend_get_name (column->backend));
      output_json_set (builder, "title", taube_backend_get_title (column->backend));
      add_strings (builder, "schemes", taube_backend_get_schemes (column->backend));
      add_capabilities (builder, column->capabilities);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  output_json_print (builder, TRUE);
}

static void
print_conditions (GArray *columns)
{
  gboolean first = TRUE;

  for (int row = 0; row < TAUBE_N_CAPABILITIES; row++)
    for (guint i = 0; i < columns->len; i++)
      {
        Column *column = &g_array_index (columns, Column, i);
        const char *reason = taube_capabilities_get_reason (column->capabilities, row);

        if (taube_capabilities_get_support (column->capabilities, row) != TAUBE_SUPPORT_CONDITIONAL || reason == NULL)
          continue;
        output_printf ("%s%s, %s: %s\n", first ? "\n" : "", taube_backend_get_title (column->backend),
                       taube_capability_get_title (row), reason);
        first = FALSE;
      }
}

static void
print_backends_table (GArray *columns)
{
  g_autoptr (OutputTable) table = output_table_new (columns->len + 1);

  for (guint i = 0; i < columns->len; i++)
    output_table_add (table, i + 1, taube_backend_get_title (g_array_index (columns, Column, i).backend));
  output_table_end_row (table);
  for (int row = 0; row < TAUBE_N_CAPABILITIES; row++)
    {
      output_table_add (table, 0, taube_capability_get_title (row));
      for (guint i = 0; i < columns->len; i++)
        output_table_add (
            table, i + 1,
            taube_support_get_title (
                taube_capabilities_get_support (g_array_index (columns, Column, i).capabilities, row)));
      output_table_end_row (table);
    }
  output_table_print (table);
  print_conditions (columns);
}

static gboolean
print_backends (Cli *cli, int n_names, char **names, GError **error)
{
  g_autoptr (GArray) columns = g_array_new (FALSE, FALSE, sizeof (Column));

  g_array_set_clear_func (columns, column_clear);
  if (!collect_backends (columns, n_names, names, error))
    return FALSE;
  if (cli->format == FORMAT_JSON)
    print_backends_json (columns);
  else
    print_backends_table (columns);
  return TRUE;
}

static void
add_facts (JsonBuilder *builder, TaubeAccount *account)
{
  g_autoptr (GVariant) facts = taube_account_get_server_facts (account);
  const char *name, *value;
  GVariantIter iter;

  if (g_variant_n_children (facts) == 0)
    return;
  json_builder_set_member_name (builder, "facts");
  json_builder_begin_object (builder);
  g_variant_iter_init (&iter, facts);
  while (g_variant_iter_next (&iter, "{&s&s}", &name, &value))
    output_json_set (builder, name, value);
  json_builder_end_object (builder);
}

static void
print_account_json (TaubeAccount *account, TaubeUri *uri, TaubeCapabilities *capabilities)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (TaubeUri) account_uri = taube_uri_get_account_uri (uri);
  g_autofree char *text = taube_uri_to_string (account_uri);
  g_autofree char *server = taube_account_get_server_name (account);
  g_auto (GStrv) extensions = taube_account_get_server_extensions (account);

  json_builder_begin_object (builder);
  output_json_set (builder, "account", text);
  output_json_set (builder, "backend", taube_backend_get_name (taube_account_get_backend (account)));
  json_builder_set_member_name (builder, "server");
  json_builder_begin_object (builder);
  output_json_set (builder, "name", server);
  add_strings (builder, "extensions", (const char *const *) extensions);
  add_facts (builder, account);
  json_builder_end_object (builder);
  add_capabilities (builder, capabilities);
  json_builder_end_object (builder);
  output_json_print (builder, TRUE);
}

static void
add_level (OutputTable *table, guint column, TaubeCapabilities *capabilities, int row, TaubeCapabilityLevel level)
{
  TaubeSupport support;

  if (taube_capabilities_lookup (capabilities, row, level, &support, NULL, NULL))
    output_table_add (table, column, taube_support_get_title (support));
  else
    output_table_add (table, column, "-");
}

/* A yes is proved by what the server says; a no is understood by its reason. */
static const char *
get_proof (TaubeCapabilities *capabilities, TaubeCapability row)
{
  const char *evidence = taube_capabilities_get_evidence (capabilities, row);
  const char *reason = taube_capabilities_get_reason (capabilities, row);
  gboolean no = taube_capabilities_get_support (capabilities, row) == TAUBE_SUPPORT_NO;

  return evidence != NULL && (!no || reason == NULL) ? evidence : reason;
}

static void
print_account_table (TaubeAccount *account, TaubeCapabilities *capabilities)
{
  g_autoptr (OutputTable) table = output_table_new (5);
  g_autofree char *server = taube_account_get_server_name (account);

  if (server != NULL)
    {
      g_autofree char *clean = output_clean_line (server);

      output_printf (_ ("Server: %s\n\n"), clean);
    }
  output_table_add (table, 1, _ ("protocol"));
  output_table_add (table, 2, _ ("module"));
  output_table_add (table, 3, _ ("live"));
  output_table_add (table, 4, _ ("evidence or reason"));
  output_table_end_row (table);
  for (int row = 0; row < TAUBE_N_CAPABILITIES; row++)
    {
      output_table_add (table, 0, taube_capability_get_title (row));
      add_level (table, 1, capabilities, row, TAUBE_CAPABILITY_LEVEL_PROTOCOL);
      add_level (table, 2, capabilities, row, TAUBE_CAPABILITY_LEVEL_MODULE);
      add_level (table, 3, capabilities, row, TAUBE_CAPABILITY_LEVEL_LIVE);
      output_table_add (table, 4, get_proof (capabilities, row));
      output_table_end_row (table);
    }
  output_table_print (table);
}

static gboolean
print_account (Cli *cli, const char *uri_text, GError **error)
{
  g_autoptr (TaubeUri) uri = NULL;
  g_autoptr (TaubeAccount) account = cli_open_account (cli, uri_text, &uri, error);
  g_autoptr (TaubeCapabilities) capabilities = NULL;

  if (account == NULL || !cli_connect (cli, account, error))
    return FALSE;
  capabilities = taube_account_get_capabilities (account);
  if (cli->format == FORMAT_JSON)
    print_account_json (account, uri, capabilities);
  else
    print_account_table (account, capabilities);
  return TRUE;
}

static ExitCode
run_capabilities (Cli *cli, int n_words, char **words)
{
  g_autoptr (GError) error = NULL;
  gboolean is_uri = n_words > 0 && strchr (words[0], ':') != NULL;
  gboolean done;

  if (is_uri && n_words > 1)
    return cli_usage_error (cli, _ ("one URI, or names of backends, not both"));
  done = is_uri ? print_account (cli, words[0], &error) : print_backends (cli, n_words, words, &error);
  if (!done || !output_flush (&error))
    return cli_fail (cli, error);
  return EXIT_DONE;
}

const Verb verb_capabilities = {
  .name = "capabilities",
  .arguments = N_ ("[BACKEND...|URI]"),
  .summary = N_ ("Tell what a protocol or a live server can do"),
  .run = run_capabilities,
};
