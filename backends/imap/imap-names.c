/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-names.h"

#include <taube/taube-error.h>

#include "imap-utf7.h"
#include "imap-value.h"

#include <string.h>

/* What people and programs call the folders of a role where the server does not say (RFC 6154). Compared without regard
 * to case. */
static const struct
{
  TaubeFolderRole role;
  const char *name;
} known_names[] = {
  { TAUBE_FOLDER_ROLE_DRAFTS, "drafts" },
  { TAUBE_FOLDER_ROLE_DRAFTS, "draft" },
  { TAUBE_FOLDER_ROLE_DRAFTS, "entwürfe" },
  { TAUBE_FOLDER_ROLE_DRAFTS, "brouillons" },
  { TAUBE_FOLDER_ROLE_DRAFTS, "bozze" },
  { TAUBE_FOLDER_ROLE_DRAFTS, "borradores" },
  { TAUBE_FOLDER_ROLE_DRAFTS, "concepten" },
  { TAUBE_FOLDER_ROLE_SENT, "sent" },
  { TAUBE_FOLDER_ROLE_SENT, "sent items" },
  { TAUBE_FOLDER_ROLE_SENT, "sent messages" },
  { TAUBE_FOLDER_ROLE_SENT, "sent mail" },
  { TAUBE_FOLDER_ROLE_SENT, "gesendet" },
  { TAUBE_FOLDER_ROLE_SENT, "gesendete objekte" },
  { TAUBE_FOLDER_ROLE_SENT, "gesendete elemente" },
  { TAUBE_FOLDER_ROLE_SENT, "envoyés" },
  { TAUBE_FOLDER_ROLE_SENT, "éléments envoyés" },
  { TAUBE_FOLDER_ROLE_SENT, "posta inviata" },
  { TAUBE_FOLDER_ROLE_SENT, "enviados" },
  { TAUBE_FOLDER_ROLE_SENT, "verzonden items" },
  { TAUBE_FOLDER_ROLE_TRASH, "trash" },
  { TAUBE_FOLDER_ROLE_TRASH, "deleted items" },
  { TAUBE_FOLDER_ROLE_TRASH, "deleted messages" },
  { TAUBE_FOLDER_ROLE_TRASH, "deleted" },
  { TAUBE_FOLDER_ROLE_TRASH, "papierkorb" },
  { TAUBE_FOLDER_ROLE_TRASH, "gelöscht" },
  { TAUBE_FOLDER_ROLE_TRASH, "gelöschte objekte" },
  { TAUBE_FOLDER_ROLE_TRASH, "gelöschte elemente" },
  { TAUBE_FOLDER_ROLE_TRASH, "corbeille" },
  { TAUBE_FOLDER_ROLE_TRASH, "cestino" },
  { TAUBE_FOLDER_ROLE_TRASH, "papelera" },
  { TAUBE_FOLDER_ROLE_TRASH, "prullenbak" },
  { TAUBE_FOLDER_ROLE_JUNK, "junk" },
  { TAUBE_FOLDER_ROLE_JUNK, "junk e-mail" },
  { TAUBE_FOLDER_ROLE_JUNK, "junk-e-mail" },
  { TAUBE_FOLDER_ROLE_JUNK, "spam" },
  { TAUBE_FOLDER_ROLE_JUNK, "bulk mail" },
  { TAUBE_FOLDER_ROLE_JUNK, "spamverdacht" },
  { TAUBE_FOLDER_ROLE_JUNK, "unerwünscht" },
  { TAUBE_FOLDER_ROLE_JUNK, "indésirables" },
  { TAUBE_FOLDER_ROLE_ARCHIVE, "archive" },
  { TAUBE_FOLDER_ROLE_ARCHIVE, "archives" },
  { TAUBE_FOLDER_ROLE_ARCHIVE, "archiv" },
  { TAUBE_FOLDER_ROLE_ARCHIVE, "archivio" },
  { TAUBE_FOLDER_ROLE_ARCHIVE, "archivo" },
  { TAUBE_FOLDER_ROLE_ARCHIVE, "archief" },
};

/* The path of a name as it came from the server, DELIMITER 0 when there are no levels. UTF8: names are not in modified
 * UTF-7. Empty levels, such as that behind a delimiter at the end, are left out. (transfer full) */
char **
imap_names_split (const char *wire_name, gsize length, char delimiter, gboolean utf8)
{
  GPtrArray *path = g_ptr_array_new ();
  const char *end = wire_name + length;

  for (const char *start = wire_name; start <= end;)
    {
      const char *stop = delimiter != '\0' ? memchr (start, delimiter, end - start) : NULL;

      if (stop == NULL)
        stop = end;
      if (stop > start)
        g_ptr_array_add (path, utf8 ? imap_text_dup_utf8 (start, stop - start)
                                    : imap_utf7_decode (start, stop - start));
      start = stop + 1;
    }

  /* INBOX has one spelling, so that it is one folder. */
  if (path->len > 0 && g_ascii_strcasecmp (path->pdata[0], "INBOX") == 0)
    memcpy (path->pdata[0], "INBOX", 5);
  g_ptr_array_add (path, NULL);
  return (char **) g_ptr_array_free (path, FALSE);
}

/* The name that a path has on the server, as UTF-8. A level that holds the delimiter would silently be two. */
char *
imap_names_join (const char *const *path, char delimiter, GError **error)
{
  const char text[2] = { delimiter, '\0' };

  for (guint i = 0; path[i] != NULL; i++)
    {
      if (path[i][0] == '\0')
        {
          g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, "a folder's path has an empty level");
          return NULL;
        }
      if (delimiter != '\0' && strchr (path[i], delimiter) != NULL)
        {
          g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID,
                       "folder name \"%s\" holds \"%c\", with which this server separates levels", path[i], delimiter);
          return NULL;
        }
    }
  if (path[0] == NULL || (path[1] != NULL && delimiter == '\0'))
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND, "folder \"%s\" cannot be: this server has no levels",
                   path[0] != NULL ? path[0] : "");
      return NULL;
    }
  return g_strjoinv (text, (char **) path);
}

/* One string for a path, to look it up by. */
char *
imap_names_to_key (const char *const *path)
{
  return g_strjoinv ("\x1f", (char **) path);
}

/* The name in modified UTF-7, or NULL when the path has none: to see whether what the server sent is what we would. */
char *
imap_names_to_wire (const char *const *path, char delimiter)
{
  g_autofree char *name = imap_names_join (path, delimiter, NULL);

  return name != NULL ? imap_utf7_encode (name, NULL) : NULL;
}

gboolean
imap_names_is_inbox (const char *const *path)
{
  return path[0] != NULL && path[1] == NULL && g_ascii_strcasecmp (path[0], "INBOX") == 0;
}

/* Roles by name, for the top level and for what lies right below INBOX or a folder in brackets ("[Gmail]"). */
TaubeFolderRole
imap_names_guess_role (const char *const *path)
{
  guint depth = g_strv_length ((char **) path);
  g_autofree char *name = NULL;

  if (imap_names_is_inbox (path))
    return TAUBE_FOLDER_ROLE_INBOX;
  if (depth == 0 || depth > 2)
    return TAUBE_FOLDER_ROLE_NONE;
  if (depth == 2 && strcmp (path[0], "INBOX") != 0 && path[0][0] != '[')
    return TAUBE_FOLDER_ROLE_NONE;
  name = g_utf8_strdown (path[depth - 1], -1);
  for (guint i = 0; i < G_N_ELEMENTS (known_names); i++)
    if (strcmp (known_names[i].name, name) == 0)
      return known_names[i].role;
  return TAUBE_FOLDER_ROLE_NONE;
}
