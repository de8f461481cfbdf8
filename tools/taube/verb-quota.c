/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"
#include "output-json.h"
#include "output-table.h"
#include "output.h"

static void
set_amount (JsonBuilder *builder, const char *name, gint64 amount)
{
  json_builder_set_member_name (builder, name);
  if (amount >= 0)
    json_builder_add_int_value (builder, amount);
  else
    json_builder_add_null_value (builder);
}

static void
print_json (GPtrArray *quotas)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  for (guint i = 0; i < quotas->len; i++)
    {
      TaubeQuota *quota = quotas->pdata[i];

      json_builder_begin_object (builder);
      output_json_set (builder, "root", taube_quota_get_root (quota));
      output_json_set (builder, "resource", taube_quota_get_resource (quota));
      output_json_set (builder, "unit", taube_quota_is_in_bytes (quota) ? "byte" : "one");
      set_amount (builder, "usage", taube_quota_get_usage (quota));
      set_amount (builder, "limit", taube_quota_get_limit (quota));
      json_builder_end_object (builder);
      output_json_print (builder, FALSE);
    }
}

static void
add_amount (OutputTable *table, guint column, TaubeQuota *quota, gint64 amount)
{
  g_autofree char *text = NULL;

  if (amount < 0)
    text = g_strdup ("-");
  else if (taube_quota_is_in_bytes (quota))
    text = g_format_size_full ((guint64) amount, G_FORMAT_SIZE_IEC_UNITS);
  else
    text = g_strdup_printf ("%" G_GINT64_FORMAT, amount);
  output_table_add (table, column, text);
}

static void
print_table (GPtrArray *quotas)
{
  g_autoptr (OutputTable) table = output_table_new (4);

  output_table_add (table, 0, _ ("root"));
  output_table_add (table, 1, _ ("resource"));
  output_table_add (table, 2, _ ("used"));
  output_table_add (table, 3, _ ("limit"));
  output_table_end_row (table);
  for (guint i = 0; i < quotas->len; i++)
    {
      TaubeQuota *quota = quotas->pdata[i];

      output_table_add (table, 0, taube_quota_get_root (quota));
      output_table_add (table, 1, taube_quota_get_resource (quota));
      add_amount (table, 2, quota, taube_quota_get_usage (quota));
      add_amount (table, 3, quota, taube_quota_get_limit (quota));
      output_table_end_row (table);
    }
  output_table_print (table);
}

static gboolean
print_quotas (Cli *cli, const char *uri_text, GError **error)
{
  g_autoptr (TaubeUri) uri = NULL;
  g_autoptr (TaubeAccount) account = cli_open_account (cli, uri_text, &uri, error);
  g_autoptr (TaubeFolder) folder = NULL;
  g_autoptr (GPtrArray) quotas = NULL;
  const char *const *path;

  if (account == NULL || !cli_connect (cli, account, error))
    return FALSE;
  path = taube_uri_get_folder_path (uri);
  /* The mailbox as a whole has the limits of its inbox. */
  folder = path != NULL && path[0] != NULL
               ? taube_account_get_folder (account, path)
               : taube_account_get_folder_for_role (account, TAUBE_FOLDER_ROLE_INBOX);
  quotas = taube_folder_list_quotas (folder, cli->cancellable, error);
  if (quotas == NULL)
    return FALSE;
  if (cli->format == FORMAT_JSON)
    print_json (quotas);
  else
    print_table (quotas);
  return output_flush (error);
}

static ExitCode
run_quota (Cli *cli, int n_words, char **words)
{
  g_autoptr (GError) error = NULL;

  if (n_words != 1)
    return cli_usage_error (cli, _ ("it takes one URI of a folder or an account"));
  return print_quotas (cli, words[0], &error) ? EXIT_DONE : cli_fail (cli, error);
}

const Verb verb_quota = {
  .name = "quota",
  .arguments = N_ ("URI"),
  .summary = N_ ("Show how much is used, and how much may be"),
  .run = run_quota,
};
