/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube.h>

/* An application as somebody else would write it: it lists the contacts of an account, and asks for its calendar. */

static int
fail (const GError *error)
{
  g_printerr ("%s\n", error->message);
  return g_error_matches (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED) ? 6 : 1;
}

int
main (int argc G_GNUC_UNUSED, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeAccount) account = taube_account_create (argv[1], NULL, &error);
  g_autoptr (GPtrArray) boxes = NULL;
  g_autoptr (GPtrArray) calendars = NULL;

  boxes = account != NULL ? taube_account_list_folders (account, TAUBE_CONTENT_CONTACTS, NULL, &error) : NULL;
  if (boxes == NULL)
    return fail (error);
  for (guint i = 0; i < boxes->len; i++)
    {
      g_autoptr (TaubeItemList) list = taube_folder_list (boxes->pdata[i], NULL, NULL, &error);

      if (list == NULL)
        return fail (error);
      for (guint k = 0; k < taube_item_list_get_size (list); k++)
        {
          g_autofree char *id = taube_item_list_get_id (list, k);

          g_print ("%s\t%s\n", taube_folder_get_name (boxes->pdata[i]), id);
        }
    }
  calendars = taube_account_list_folders (account, TAUBE_CONTENT_CALENDAR, NULL, &error);
  return calendars != NULL ? 0 : fail (error);
}
