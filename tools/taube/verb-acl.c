/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"
#include "output-json.h"
#include "output-table.h"
#include "output.h"

#include <string.h>

/* Stands for a minus that does not begin an option. */
#define MINUS '\1'
#define LETTERS "lrswipkxtecdan"

/* "-w" takes a right away and is no option. */
static void
shield (int n_words, char **words)
{
  for (int i = 0; i < n_words; i++)
    if (words[i][0] == '-' && words[i][1] != '\0' && words[i][1 + strspn (words[i] + 1, LETTERS)] == '\0')
      words[i][0] = MINUS;
}

/* The rights in words, such as "lookup read". */
static char *
describe (TaubeRights rights)
{
  g_autoptr (GString) text = g_string_new (NULL);
  GFlagsClass *klass = g_type_class_ref (TAUBE_TYPE_RIGHTS);

  for (guint i = 0; i < klass->n_values; i++)
    if (klass->values[i].value != 0 && (klass->values[i].value & (klass->values[i].value - 1)) == 0
        && (rights & klass->values[i].value) != 0)
      g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", klass->values[i].value_nick);
  g_type_class_unref (klass);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
print_json (GPtrArray *permissions)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  for (guint i = 0; i < permissions->len; i++)
    {
      TaubePermission *permission = permissions->pdata[i];
      g_autofree char *text = describe (taube_permission_get_rights (permission));
      g_auto (GStrv) names = g_strsplit (text, " ", -1);

      json_builder_begin_object (builder);
      output_json_set (builder, "identifier", taube_permission_get_identifier (permission));
      output_json_set (builder, "letters", taube_permission_get_letters (permission));
      json_builder_set_member_name (builder, "rights");
      json_builder_begin_array (builder);
      for (char **name = names; *name != NULL && **name != '\0'; name++)
        json_builder_add_string_value (builder, *name);
      json_builder_end_array (builder);
      json_builder_set_member_name (builder, "negative");
      json_builder_add_boolean_value (builder, taube_permission_is_negative (permission));
      json_builder_end_object (builder);
      output_json_print (builder, FALSE);
    }
}

static void
print_table (GPtrArray *permissions)
{
  g_autoptr (OutputTable) table = output_table_new (3);

  output_table_add (table, 0, _ ("who"));
  output_table_add (table, 1, _ ("letters"));
  output_table_add (table, 2, _ ("rights"));
  output_table_end_row (table);
  for (guint i = 0; i < permissions->len; i++)
    {
      TaubePermission *permission = permissions->pdata[i];
      g_autofree char *text = describe (taube_permission_get_rights (permission));

      output_table_add (table, 0, taube_permission_get_identifier (permission));
      output_table_add (table, 1, taube_permission_get_letters (permission));
      output_table_add (table, 2, text);
      output_table_end_row (table);
    }
  output_table_print (table);
}

static gboolean
print_permissions (Cli *cli, GPtrArray *permissions, GError **error)
{
  if (cli->format == FORMAT_JSON)
    print_json (permissions);
  else
    print_table (permissions);
  return output_flush (error);
}

/* What can be given, each group of rights as a line of its own. */
static gboolean
print_grantable (Cli *cli, TaubeFolder *folder, const char *who, GError **error)
{
  g_autoptr (TaubeGrantableRights) grantable
    = taube_folder_load_grantable_rights (folder, who, cli->cancellable, error);
  g_autoptr (GPtrArray) groups = g_ptr_array_new_with_free_func ((GDestroyNotify) taube_permission_free);

  if (grantable == NULL)
    return FALSE;
  for (guint i = 0; i < taube_grantable_rights_get_n_groups (grantable); i++)
    g_ptr_array_add (groups,
                     taube_permission_new_from_letters (who, taube_grantable_rights_get_group (grantable, i)));
  return print_permissions (cli, groups, error);
}

static gboolean
change (Cli *cli, TaubeFolder *folder, const char *who, const char *text, GError **error)
{
  g_autoptr (TaubePermission) permission = NULL;
  TaubeFlagsMode mode = TAUBE_FLAGS_MODE_REPLACE;

  if (g_str_equal (text, "none"))
    return taube_folder_remove_permission (folder, who, cli->cancellable, error);
  if (*text == '+' || *text == MINUS)
    mode = *text++ == '+' ? TAUBE_FLAGS_MODE_ADD : TAUBE_FLAGS_MODE_REMOVE;
  permission = taube_permission_new_from_letters (who, text);
  return taube_folder_set_permission (folder, permission, mode, cli->cancellable, error);
}

static gboolean
work (Cli *cli, int n_words, char **words, GError **error)
{
  g_autoptr (TaubeUri) uri = NULL;
  g_autoptr (TaubeAccount) account = cli_open_account (cli, words[0], &uri, error);
  g_autoptr (TaubeFolder) folder = account != NULL ? cli_get_folder (account, uri, error) : NULL;
  g_autoptr (GPtrArray) permissions = NULL;

  if (folder == NULL || !cli_connect (cli, account, error))
    return FALSE;
  if (n_words == 2)
    return print_grantable (cli, folder, words[1], error);
  for (int i = 1; i + 1 < n_words; i += 2)
    if (!change (cli, folder, words[i], words[i + 1], error))
      return FALSE;
  if (n_words > 1)
    return TRUE;
  permissions = taube_folder_list_permissions (folder, cli->cancellable, error);
  return permissions != NULL && print_permissions (cli, permissions, error);
}

static ExitCode
run_acl (Cli *cli, int n_words, char **words)
{
  g_autoptr (GError) error = NULL;

  if (n_words < 1 || (n_words > 2 && n_words % 2 == 0))
    return cli_usage_error (cli, _ ("it takes the URI of a folder, and perhaps users with their rights"));
  return work (cli, n_words, words, &error) ? EXIT_DONE : cli_fail (cli, error);
}

const Verb verb_acl = {
  .name = "acl",
  .arguments = N_ ("FOLDER-URI [USER [RIGHTS]]..."),
  .summary = N_ ("Show who may use a folder, or give and take rights"),
  .shield = shield,
  .run = run_acl,
};
