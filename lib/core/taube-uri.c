/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-uri-private.h"

#include <string.h>

/* What need not be escaped beside letters, digits and "-._~", by the place where it stands. */
#define PLAIN_IN_USER "+,="
#define PLAIN_IN_PATH "@:+,="
#define PLAIN_IN_QUERY "/:@,+"

/**
 * TaubeUri:
 *
 * The parsed address of an account, a folder or an item. Immutable, safe between threads.
 *
 * `scheme://user;AUTH=mechanism@host:port/Folder/Sub;UIDVALIDITY=7;UID=4711;SECTION=1.2?option=value` as in RFC 5092
 * and RFC 2384: everything is UTF-8 with percent-encoding, and a slash inside a folder's name is `%2F`. Items of other
 * protocols stand as `;UIDL=` or `;ID=`. The options of the query are the library's own: the names of
 * [func@Settings.get_names].
 */
G_DEFINE_BOXED_TYPE (TaubeUri, taube_uri, taube_uri_ref, taube_uri_unref)

TaubeUri *
taube_uri_new_empty (void)
{
  TaubeUri *self = g_new0 (TaubeUri, 1);

  g_atomic_ref_count_init (&self->refs);
  self->option_names = g_ptr_array_new_with_free_func (g_free);
  self->option_values = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->option_names, NULL);
  return self;
}

void
taube_uri_add_option (TaubeUri *self, const char *name, const char *value)
{
  g_ptr_array_insert (self->option_names, (int) self->option_names->len - 1, g_strdup (name));
  g_ptr_array_add (self->option_values, g_strdup (value));
}

/* nz-number = digit-nz *DIGIT, below 4,294,967,296                     (RFC 9051) */
gboolean
taube_uri_read_number (const char *text, const char *end, guint32 *number_out)
{
  guint64 number = 0;

  if (text == end || end - text > 10 || *text == '0')
    return FALSE;
  for (; text < end; text++)
    {
      if (!g_ascii_isdigit (*text))
        return FALSE;
      number = number * 10 + (guint64) (*text - '0');
    }
  *number_out = (guint32) number;
  return number <= G_MAXUINT32;
}

/**
 * taube_uri_ref:
 * @self: a URI
 *
 * Takes another reference.
 *
 * Returns: (transfer full): @self
 */
TaubeUri *
taube_uri_ref (TaubeUri *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->refs);
  return self;
}

/**
 * taube_uri_unref:
 * @self: (transfer full): a URI
 *
 * Gives a reference back.
 */
void
taube_uri_unref (TaubeUri *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_free (self->scheme);
  g_free (self->user);
  g_free (self->auth);
  g_free (self->host);
  g_free (self->display_host);
  g_strfreev (self->path);
  g_free (self->item_id);
  g_free (self->section);
  g_ptr_array_unref (self->option_names);
  g_ptr_array_unref (self->option_values);
  g_free (self);
}

static void
append_escaped (GString *out, const char *text, const char *plain)
{
  for (; *text != '\0'; text++)
    if (g_ascii_isalnum (*text) || strchr ("-._~", *text) != NULL || strchr (plain, *text) != NULL)
      g_string_append_c (out, *text);
    else
      g_string_append_printf (out, "%%%02X", (guint8) *text);
}

static void
append_authority (TaubeUri *self, GString *out)
{
  if (self->user != NULL)
    append_escaped (out, self->user, PLAIN_IN_USER);
  if (self->auth != NULL)
    g_string_append_printf (out, ";AUTH=%s", self->auth);
  if (self->user != NULL || self->auth != NULL)
    g_string_append_c (out, '@');
  if (strchr (self->host, ':') != NULL)
    {
      g_auto (GStrv) zone = g_strsplit (self->host, "%", 2);
      g_autofree char *address = g_strjoinv ("%25", zone);

      g_string_append_printf (out, "[%s]", address);
    }
  else
    {
      g_string_append (out, self->host);
    }
  if (self->port != 0)
    g_string_append_printf (out, ":%u", self->port);
}

static void
append_item (TaubeUri *self, GString *out)
{
  const char *id = self->item_id;

  if (self->uid_validity != 0)
    g_string_append_printf (out, ";UIDVALIDITY=%u", self->uid_validity);
  if (self->item == TAUBE_URI_ITEM_UID)
    g_string_append_printf (out, ";UID=%s", self->uid_validity != 0 ? strchr (id, '.') + 1 : id);
  else if (self->item != TAUBE_URI_ITEM_NONE)
    {
      g_string_append (out, self->item == TAUBE_URI_ITEM_UIDL ? ";UIDL=" : ";ID=");
      append_escaped (out, id, PLAIN_IN_PATH);
    }
  if (self->section != NULL)
    {
      g_string_append (out, ";SECTION=");
      append_escaped (out, self->section, PLAIN_IN_PATH);
    }
}

/**
 * taube_uri_to_string:
 * @self: a URI
 *
 * The text that parses to the same URI.
 *
 * Returns: (transfer full): the text, in ASCII, everything else percent-encoded
 */
char *
taube_uri_to_string (TaubeUri *self)
{
  g_autoptr (GString) out = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  out = g_string_new (self->scheme);
  g_string_append (out, "://");
  append_authority (self, out);
  for (gsize i = 0; self->path != NULL && self->path[i] != NULL; i++)
    {
      g_string_append_c (out, '/');
      append_escaped (out, self->path[i], PLAIN_IN_PATH);
    }
  if (self->path == NULL && self->item != TAUBE_URI_ITEM_NONE)
    g_string_append_c (out, '/');
  append_item (self, out);
  for (guint i = 0; i < self->option_values->len; i++)
    {
      g_string_append_printf (out, "%c%s=", i == 0 ? '?' : '&', (char *) g_ptr_array_index (self->option_names, i));
      append_escaped (out, g_ptr_array_index (self->option_values, i), PLAIN_IN_QUERY);
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/**
 * taube_uri_get_scheme:
 * @self: a URI
 *
 * What stands before `://`, in small letters.
 *
 * Returns: (transfer none): such as `imaps`
 */
const char *
taube_uri_get_scheme (TaubeUri *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->scheme;
}

/**
 * taube_uri_get_host:
 * @self: a URI
 *
 * The server, as one connects to it: international names are in their ASCII form (`xn--…`), IPv6 addresses without
 * brackets.
 *
 * Returns: (transfer none): a name or an address, in small letters
 */
const char *
taube_uri_get_host (TaubeUri *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->host;
}

/**
 * taube_uri_get_display_host:
 * @self: a URI
 *
 * The server, as people read it: international names are in Unicode.
 *
 * Returns: (transfer none): a name or an address
 */
const char *
taube_uri_get_display_host (TaubeUri *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->display_host;
}

/**
 * taube_uri_get_port:
 * @self: a URI
 *
 * The port, when one is given.
 *
 * Returns: 1 to 65535; 0 when there is none, which means the protocol's own
 */
guint
taube_uri_get_port (TaubeUri *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->port;
}

/**
 * taube_uri_get_user:
 * @self: a URI
 *
 * The user name, decoded; it may hold an `@`.
 *
 * Returns: (transfer none) (nullable): a name, or %NULL when there is none
 */
const char *
taube_uri_get_user (TaubeUri *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->user;
}

/**
 * taube_uri_get_auth:
 * @self: a URI
 *
 * The mechanism that `;AUTH=` demands.
 *
 * Returns: (transfer none) (nullable): its name in capitals, `*` for any, or %NULL when none is demanded
 */
const char *
taube_uri_get_auth (TaubeUri *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->auth;
}

/**
 * taube_uri_get_folder_path:
 * @self: a URI
 *
 * The steps to the folder, decoded: each may hold any character, a slash too.
 *
 * Returns: (transfer none) (nullable) (array zero-terminated=1): at least one step, or %NULL when no folder is named
 */
const char *const *
taube_uri_get_folder_path (TaubeUri *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return (const char *const *) self->path;
}

/**
 * taube_uri_get_item_id:
 * @self: a URI
 *
 * The id of the item, as [method@Item.get_id] has it: `;UIDVALIDITY=7;UID=4711` is `7.4711`, `;UID=4711` alone is
 * `4711` (whatever the UIDVALIDITY), `;UIDL=` and `;ID=` are what stands behind them.
 *
 * Returns: (transfer none) (nullable): an id, or %NULL when no item is named
 */
const char *
taube_uri_get_item_id (TaubeUri *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->item_id;
}

/**
 * taube_uri_get_uid_validity:
 * @self: a URI
 *
 * What `;UIDVALIDITY=` says: the folder is meant only as long as this is the number of its generation.
 *
 * Returns: a number; 0 when it is not there
 */
guint32
taube_uri_get_uid_validity (TaubeUri *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->uid_validity;
}

/**
 * taube_uri_get_section:
 * @self: a URI
 *
 * The part of the message that `;SECTION=` names.
 *
 * Returns: (transfer none) (nullable): such as `1.2`, or %NULL for the whole
 */
const char *
taube_uri_get_section (TaubeUri *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->section;
}

/**
 * taube_uri_get_option_names:
 * @self: a URI
 *
 * The options of the query.
 *
 * Returns: (transfer none) (array zero-terminated=1): their names in the order in which they stand
 */
const char *const *
taube_uri_get_option_names (TaubeUri *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return (const char *const *) self->option_names->pdata;
}

/**
 * taube_uri_get_option:
 * @self: a URI
 * @name: a setting
 *
 * One option of the query.
 *
 * Returns: (transfer none) (nullable): its value, decoded, or %NULL when it is not there
 */
const char *
taube_uri_get_option (TaubeUri *self, const char *name)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (name != NULL, NULL);

  for (guint i = 0; i < self->option_values->len; i++)
    if (strcmp (g_ptr_array_index (self->option_names, i), name) == 0)
      return g_ptr_array_index (self->option_values, i);
  return NULL;
}

/**
 * taube_uri_get_account_uri:
 * @self: a URI
 *
 * The address of the account alone, with its options.
 *
 * Returns: (transfer full): a URI without folder and item
 */
TaubeUri *
taube_uri_get_account_uri (TaubeUri *self)
{
  TaubeUri *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = taube_uri_new_empty ();
  copy->scheme = g_strdup (self->scheme);
  copy->user = g_strdup (self->user);
  copy->auth = g_strdup (self->auth);
  copy->host = g_strdup (self->host);
  copy->display_host = g_strdup (self->display_host);
  copy->port = self->port;
  for (guint i = 0; i < self->option_values->len; i++)
    taube_uri_add_option (copy, g_ptr_array_index (self->option_names, i),
                          g_ptr_array_index (self->option_values, i));
  return copy;
}

/**
 * taube_uri_with_folder:
 * @self: a URI
 * @path: (array zero-terminated=1): the steps to a folder
 *
 * The address of a folder of the same account.
 *
 * Returns: (transfer full): a URI without item
 */
TaubeUri *
taube_uri_with_folder (TaubeUri *self, const char *const *path)
{
  TaubeUri *copy;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (path != NULL, NULL);

  copy = taube_uri_get_account_uri (self);
  if (path[0] != NULL)
    copy->path = g_strdupv ((char **) path);
  return copy;
}

/* "7.4711" or "4711": UIDVALIDITY (0: none) and whether ID has that form at all. */
static gboolean
split_uid (const char *id, guint32 *uid_validity_out)
{
  const char *dot = strchr (id, '.');
  guint32 uid;

  *uid_validity_out = 0;
  if (dot == NULL)
    return taube_uri_read_number (id, id + strlen (id), &uid);
  return taube_uri_read_number (id, dot, uid_validity_out)
         && taube_uri_read_number (dot + 1, dot + strlen (dot), &uid);
}

/**
 * taube_uri_with_item:
 * @self: a URI
 * @id: the id of an item
 * @section: (nullable): a part of it, or %NULL or empty for the whole
 *
 * The address of an item of the same folder.
 *
 * Returns: (transfer full): a URI
 */
TaubeUri *
taube_uri_with_item (TaubeUri *self, const char *id, const char *section)
{
  TaubeUri *copy;
  guint32 uid_validity = 0;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (id != NULL && id[0] != '\0', NULL);

  copy = taube_uri_get_account_uri (self);
  copy->path = g_strdupv (self->path);
  copy->item_id = g_strdup (id);
  copy->section = section != NULL && section[0] != '\0' ? g_strdup (section) : NULL;
  copy->item = TAUBE_URI_ITEM_ID;
  if (g_str_has_prefix (self->scheme, "pop"))
    copy->item = TAUBE_URI_ITEM_UIDL;
  else if (self->path != NULL && g_str_has_prefix (self->scheme, "imap") && split_uid (id, &uid_validity))
    {
      copy->item = TAUBE_URI_ITEM_UID;
      copy->uid_validity = uid_validity;
    }
  return copy;
}
