/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-names.h"

#include <taube/taube-error.h>

#include "imap-gettext.h"
#include "imap-utf7.h"
#include "imap-value.h"

#include <string.h>

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
          g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("a folder's path has an empty level"));
          return NULL;
        }
      if (delimiter != '\0' && strchr (path[i], delimiter) != NULL)
        {
          g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID,
                       _ ("folder name \"%s\" holds \"%c\", with which this server separates levels"), path[i],
                       delimiter);
          return NULL;
        }
    }
  if (path[0] == NULL || (path[1] != NULL && delimiter == '\0'))
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND, _ ("folder \"%s\" cannot be: this server has no levels"),
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
