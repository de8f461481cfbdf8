/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-capabilities.h"

#include <string.h>

#include "pop3-response.h"

struct _Pop3Capabilities
{
  char *lines_of[POP3_N_CAPABILITIES]; /* not owned */
  GPtrArray *lines;      /* NULL-terminated */
  GPtrArray *mechanisms; /* NULL-terminated */
};

static const char *const names[POP3_N_CAPABILITIES] = {
  [POP3_CAPABILITY_AUTH_RESP_CODE] = "AUTH-RESP-CODE",
  [POP3_CAPABILITY_EXPIRE] = "EXPIRE",
  [POP3_CAPABILITY_IMPLEMENTATION] = "IMPLEMENTATION",
  [POP3_CAPABILITY_LANG] = "LANG",
  [POP3_CAPABILITY_LOGIN_DELAY] = "LOGIN-DELAY",
  [POP3_CAPABILITY_PIPELINING] = "PIPELINING",
  [POP3_CAPABILITY_RESP_CODES] = "RESP-CODES",
  [POP3_CAPABILITY_SASL] = "SASL",
  [POP3_CAPABILITY_STLS] = "STLS",
  [POP3_CAPABILITY_TOP] = "TOP",
  [POP3_CAPABILITY_UIDL] = "UIDL",
  [POP3_CAPABILITY_USER] = "USER",
  [POP3_CAPABILITY_UTF8] = "UTF8",
};

Pop3Capabilities *
pop3_capabilities_new (void)
{
  Pop3Capabilities *self = g_new0 (Pop3Capabilities, 1);

  self->lines = g_ptr_array_new_with_free_func (g_free);
  self->mechanisms = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->lines, NULL);
  g_ptr_array_add (self->mechanisms, NULL);
  return self;
}

void
pop3_capabilities_free (Pop3Capabilities *self)
{
  g_ptr_array_unref (self->lines);
  g_ptr_array_unref (self->mechanisms);
  g_free (self);
}

static void
add_string (GPtrArray *strings, char *string)
{
  strings->pdata[strings->len - 1] = string;
  g_ptr_array_add (strings, NULL);
}

/* The line without what cannot be shown, and with one space between its words. (transfer full) */
static char *
tidy (const char *line, gsize length)
{
  g_autofree char *text = pop3_text_dup_utf8 (line, length);
  char *to = text;

  g_strstrip (text);
  for (const char *from = text; *from != '\0'; from++)
    if (*from != ' ' || from[1] != ' ')
      *to++ = *from;
  *to = '\0';
  return g_steal_pointer (&text);
}

static gboolean
is_named (const char *line, const char *name)
{
  gsize length = strlen (name);

  return g_ascii_strncasecmp (line, name, length) == 0 && (line[length] == '\0' || line[length] == ' ');
}

static void
add_mechanisms (Pop3Capabilities *self, const char *value, const TaubeLimits *limits)
{
  g_auto (GStrv) words = g_strsplit (value, " ", -1);

  for (guint i = 0; words[i] != NULL && self->mechanisms->len <= limits->capabilities; i++)
    {
      g_autofree char *name = g_ascii_strup (words[i], -1);

      if (name[0] != '\0' && !g_strv_contains (pop3_capabilities_get_mechanisms (self), name))
        add_string (self->mechanisms, g_steal_pointer (&name));
    }
}

/* capa-tag *(SP param) CRLF                                            (RFC 2449)
 *
 * FALSE: there are more lines than LIMITS allows. Of two lines of one name the first counts, but for SASL, of which all
 * count. */
gboolean
pop3_capabilities_add_line (Pop3Capabilities *self, const char *line, gsize length, const TaubeLimits *limits)
{
  g_autofree char *tidied = tidy (line, length);
  char *text = tidied;

  if (text[0] == '\0')
    return TRUE;
  if (self->lines->len > limits->capabilities)
    return FALSE;
  add_string (self->lines, g_steal_pointer (&tidied));
  for (guint i = 0; i < POP3_N_CAPABILITIES; i++)
    if (is_named (text, names[i]) && self->lines_of[i] == NULL)
      self->lines_of[i] = text;
  if (is_named (text, "SASL") && text[4] != '\0')
    add_mechanisms (self, text + 5, limits);
  return TRUE;
}

gboolean
pop3_capabilities_has (const Pop3Capabilities *self, Pop3Capability capability)
{
  return self->lines_of[capability] != NULL;
}

const char *
pop3_capabilities_get_line (const Pop3Capabilities *self, Pop3Capability capability)
{
  return self->lines_of[capability];
}

const char *
pop3_capabilities_get_value (const Pop3Capabilities *self, Pop3Capability capability)
{
  const char *line = self->lines_of[capability];
  const char *space = line != NULL ? strchr (line, ' ') : NULL;

  return space != NULL ? space + 1 : NULL;
}

/* The number at the beginning of the value: what follows, such as USER, only says that it is this login's own. */
static gboolean
read_number (const char *value, guint *number_out)
{
  gsize digits = value != NULL ? strspn (value, "0123456789") : 0;
  g_autofree char *text = g_strndup (value, digits);
  guint64 number;

  if (digits == 0 || (value[digits] != '\0' && value[digits] != ' '))
    return FALSE;
  *number_out = g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT, &number, NULL) ? (guint) number : G_MAXINT;
  return TRUE;
}

/* "EXPIRE" SP ("NEVER" / days) [SP "USER"]                             (RFC 2449) */
guint
pop3_capabilities_get_expire (const Pop3Capabilities *self)
{
  const char *value = pop3_capabilities_get_value (self, POP3_CAPABILITY_EXPIRE);
  guint days;

  if (value != NULL && is_named (value, "NEVER"))
    return POP3_EXPIRE_NEVER;
  return read_number (value, &days) ? days : POP3_EXPIRE_UNKNOWN;
}

/* "LOGIN-DELAY" SP seconds [SP "USER"]                                 (RFC 2449) */
guint
pop3_capabilities_get_login_delay (const Pop3Capabilities *self)
{
  guint seconds;

  return read_number (pop3_capabilities_get_value (self, POP3_CAPABILITY_LOGIN_DELAY), &seconds) ? seconds : 0;
}

const char *const *
pop3_capabilities_get_lines (const Pop3Capabilities *self)
{
  return (const char *const *) self->lines->pdata;
}

const char *const *
pop3_capabilities_get_mechanisms (const Pop3Capabilities *self)
{
  return (const char *const *) self->mechanisms->pdata;
}

const char *
pop3_capability_get_name (Pop3Capability capability)
{
  return names[capability];
}
