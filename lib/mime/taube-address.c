/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube-address.h>

#include "mime/taube-address-parser.h"

#include <taube-backend/taube-mime.h>

#include <string.h>

struct _TaubeAddress
{
  gatomicrefcount refs;
  char *name;    /* nullable */
  char *address;
  char *group;   /* nullable */
};

/**
 * TaubeAddress:
 *
 * One address of a message: a name, an address such as `alice@example.org`, and the group in which it stands.
 * Immutable; all texts are decoded UTF-8 without control characters.
 */
G_DEFINE_BOXED_TYPE (TaubeAddress, taube_address, taube_address_copy, taube_address_free)

static char *
clean (const char *text)
{
  TaubeBuffer buffer = { 0 };

  taube_mime_append_raw_text (&buffer, text, strlen (text));
  taube_buffer_append (&buffer, "", 1);
  return (char *) buffer.data;
}

/**
 * taube_address_new:
 * @name: (nullable): the name to show
 * @address: the address, or an empty string
 * @group: (nullable): the name of the group in which it stands
 *
 * Makes an address. Control characters and what is not UTF-8 are taken out.
 *
 * Returns: (transfer full): the address
 */
TaubeAddress *
taube_address_new (const char *name, const char *address, const char *group)
{
  TaubeAddress *self;

  g_return_val_if_fail (address != NULL, NULL);

  self = g_new0 (TaubeAddress, 1);
  g_atomic_ref_count_init (&self->refs);
  self->name = name != NULL && name[0] != '\0' ? clean (name) : NULL;
  self->address = clean (address);
  self->group = group != NULL ? clean (group) : NULL;
  return self;
}

/**
 * taube_address_copy:
 * @self: an address
 *
 * Gives another reference to the same address, which never changes.
 *
 * Returns: (transfer full): the address
 */
TaubeAddress *
taube_address_copy (TaubeAddress *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->refs);
  return self;
}

/**
 * taube_address_free:
 * @self: (transfer full): an address
 *
 * Drops one reference.
 */
void
taube_address_free (TaubeAddress *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_free (self->name);
  g_free (self->address);
  g_free (self->group);
  g_free (self);
}

/**
 * taube_address_get_name:
 * @self: an address
 *
 * The name of the person.
 *
 * Returns: (nullable): the name, or %NULL when there is none
 */
const char *
taube_address_get_name (TaubeAddress *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->name;
}

/**
 * taube_address_get_address:
 * @self: an address
 *
 * The address itself, `local-part@domain`. The domain stands as in the message: in Unicode, or as `xn--…`.
 *
 * Returns: the address; empty when the message has only a name, or for a group without members
 */
const char *
taube_address_get_address (TaubeAddress *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->address;
}

/**
 * taube_address_get_group:
 * @self: an address
 *
 * The group in which the address stands, such as `undisclosed-recipients`.
 *
 * Returns: (nullable): the group's name, or %NULL
 */
const char *
taube_address_get_group (TaubeAddress *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->group;
}

/* atext, and what RFC 6532 adds   (RFC 5322) */
static gboolean
is_atext (char c)
{
  return g_ascii_isalnum (c) || (guchar) c >= 0x80 || (c != '\0' && strchr ("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static void
append_quoted (GString *out, const char *text, gsize length)
{
  g_string_append_c (out, '"');
  for (gsize i = 0; i < length; i++)
    {
      if (text[i] == '"' || text[i] == '\\')
        g_string_append_c (out, '\\');
      g_string_append_c (out, text[i]);
    }
  g_string_append_c (out, '"');
}

static void
append_name (GString *out, const char *name)
{
  for (const char *c = name; *c != '\0'; c++)
    if (!is_atext (*c) && *c != ' ')
      {
        append_quoted (out, name, strlen (name));
        return;
      }
  g_string_append (out, name);
}

/* addr-spec = local-part "@" domain; a local part that is no dot-atom is written in quotes */
static void
append_addr_spec (GString *out, const char *address)
{
  const char *at = strrchr (address, '@');
  gsize length = at != NULL ? (gsize) (at - address) : strlen (address);
  gboolean quoted = length >= 2 && address[0] == '"' && address[length - 1] == '"';
  gboolean atom = TRUE;

  for (gsize i = 0; i < length; i++)
    atom = atom && (is_atext (address[i]) || address[i] == '.');
  if (atom || quoted)
    g_string_append_len (out, address, (gssize) length);
  else
    append_quoted (out, address, length);
  if (at != NULL)
    for (const char *c = at; *c != '\0'; c++)
      if (*c != '<' && *c != '>' && *c != ',' && *c != ';')
        g_string_append_c (out, *c);
}

/* mailbox = name-addr / addr-spec   (RFC 5322) */
static void
append_mailbox (GString *out, TaubeAddress *self)
{
  if (self->name == NULL)
    {
      append_addr_spec (out, self->address);
      return;
    }
  append_name (out, self->name);
  if (self->address[0] == '\0')
    return;
  g_string_append (out, " <");
  append_addr_spec (out, self->address);
  g_string_append_c (out, '>');
}

/**
 * taube_address_to_string:
 * @self: an address
 *
 * The address as people write it: `Alice <alice@example.org>`, the name in quotes where it must be. The text is
 * UTF-8, not encoded for a header; the group is left out.
 *
 * Returns: (transfer full): the text
 */
char *
taube_address_to_string (TaubeAddress *self)
{
  g_autoptr (GString) out = g_string_new (NULL);

  g_return_val_if_fail (self != NULL, NULL);

  append_mailbox (out, self);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/**
 * taube_address_list_to_string:
 * @addresses: (element-type TaubeAddress): addresses
 *
 * The addresses, separated by commas, those of a group as `group: a, b;`.
 * [func@Address.list_parse] reads them again.
 *
 * Returns: (transfer full): the text
 */
char *
taube_address_list_to_string (GPtrArray *addresses)
{
  g_autoptr (GString) out = g_string_new (NULL);
  const char *group = NULL;

  g_return_val_if_fail (addresses != NULL, NULL);

  for (guint i = 0; i < addresses->len; i++)
    {
      TaubeAddress *address = addresses->pdata[i];
      gboolean same_group = g_strcmp0 (group, address->group) == 0;

      if (!same_group && group != NULL)
        g_string_append_c (out, ';');
      if (i > 0)
        g_string_append (out, ", ");
      if (!same_group && address->group != NULL)
        {
          append_name (out, address->group);
          g_string_append (out, address->address[0] != '\0' || address->name != NULL ? ": " : ":");
        }
      group = address->group;
      append_mailbox (out, address);
    }
  if (group != NULL)
    g_string_append_c (out, ';');
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/**
 * taube_address_list_parse:
 * @text: a list of addresses as it stands in a header, encoded or not
 *
 * Reads addresses, such as `Alice <alice@example.org>, bob@example.org`. What is not quite as RFC 5322 demands is read
 * as it was probably meant; text without an address becomes a name with an empty address, and so does a group
 * without members.
 *
 * Returns: (transfer container) (element-type TaubeAddress): the addresses, none at all for an empty text
 */
GPtrArray *
taube_address_list_parse (const char *text)
{
  g_return_val_if_fail (text != NULL, NULL);

  return taube_address_parser_run (text, strlen (text));
}
