/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mime/taube-address-parser.h"

#include <taube-backend/taube-mime.h>
#include <taube/taube-address.h>

#include <string.h>

/* More addresses than this in one field are left out. */
#define ADDRESSES_MAX 100000

typedef struct
{
  const char *at;
  const char *end;
  GPtrArray *addresses;
  char *group;        /* nullable: the group being read, decoded */
  guint group_start;  /* how many addresses there were before it */
  GString *phrase;    /* the words before "<", or the bare address */
  gsize last_word;    /* where the last word of PHRASE that was not quoted begins */
  GString *angle;     /* what stands between "<" and ">" */
  GString *comment;   /* the last comment */
  gboolean has_angle;
  gboolean has_at;    /* there is an "@" in PHRASE */
} Parser;

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static char *
take_text (GString *raw)
{
  char *text = raw->len > 0 ? taube_mime_decode_text (raw->str, raw->len) : NULL;

  if (text != NULL && text[0] == '\0')
    g_clear_pointer (&text, g_free);
  return text;
}

/* comment = "(" *ccontent ")", comments inside of comments included; its text goes to OUT   (RFC 5322) */
static void
read_comment (Parser *self, GString *out)
{
  guint depth = 0;

  g_string_truncate (out, 0);
  do
    {
      char c = *self->at++;

      if (c == '\\' && self->at < self->end)
        {
          g_string_append_c (out, *self->at++);
          continue;
        }
      if (c == ')')
        depth--;
      if (depth > 0)
        g_string_append_c (out, c);
      if (c == '(')
        depth++;
    }
  while (depth > 0 && self->at < self->end);
}

/* quoted-string, without its quotes unless KEEP   (RFC 5322); one that never ends goes to the end */
static void
read_quoted (Parser *self, GString *out, gboolean keep)
{
  self->at++;
  if (keep)
    g_string_append_c (out, '"');
  while (self->at < self->end && *self->at != '"')
    {
      if (*self->at == '\\' && self->at + 1 < self->end)
        {
          if (keep)
            g_string_append_c (out, '\\');
          self->at++;
        }
      g_string_append_c (out, *self->at++);
    }
  if (self->at < self->end)
    self->at++;
  if (keep)
    g_string_append_c (out, '"');
}

/* angle-addr = "<" [obs-route] addr-spec ">"; blanks and comments inside go, and so does the route   (RFC 5322) */
static void
read_angle (Parser *self)
{
  g_autoptr (GString) ignored = g_string_new (NULL);
  gboolean has_at = FALSE;

  self->at++;
  self->has_angle = TRUE;
  g_string_truncate (self->angle, 0);
  while (self->at < self->end && *self->at != '>')
    {
      char c = *self->at;

      if (c == '"')
        read_quoted (self, self->angle, TRUE);
      else if (c == '(')
        read_comment (self, ignored);
      else if (c == ':' && self->angle->len > 0 && self->angle->str[0] == '@')
        g_string_truncate (self->angle, 0), self->at++;
      else if (is_blank (c))
        self->at++;
      else if ((c == ',' || c == ';') && has_at && self->angle->str[0] != '@')
        return; /* the ">" was forgotten */
      else
        {
          has_at = has_at || c == '@';
          g_string_append_c (self->angle, c);
          self->at++;
        }
    }
  if (self->at < self->end)
    self->at++;
}

static void
add (Parser *self, const char *name, const char *address)
{
  if (self->addresses->len < ADDRESSES_MAX)
    g_ptr_array_add (self->addresses, taube_address_new (name, address, self->group));
}

/* "alice@example.org (Alice)", "Alice alice@example.org", or only a name */
static void
add_bare (Parser *self)
{
  const char *last = self->phrase->str + self->last_word;
  g_autofree char *comment = take_text (self->comment);
  g_autofree char *name = NULL;

  if (!self->has_at)
    {
      name = take_text (self->phrase);
      if (name != NULL && comment != NULL)
        {
          g_autofree char *both = g_strdup_printf ("%s (%s)", name, comment);

          add (self, both, "");
        }
      else if (name != NULL || comment != NULL)
        add (self, name != NULL ? name : comment, "");
      return;
    }
  if (self->last_word > 0 && strchr (last, '@') != NULL)
    {
      g_autofree char *address = g_strdup (last);

      g_string_truncate (self->phrase, self->last_word);
      name = take_text (self->phrase);
      add (self, name, address);
      return;
    }
  add (self, comment, self->phrase->str);
}

/* One mailbox is complete. */
static void
flush (Parser *self)
{
  if (self->has_angle)
    {
      g_autofree char *name = take_text (self->phrase);

      if (name == NULL)
        name = take_text (self->comment);
      if (name != NULL || self->angle->len > 0)
        add (self, name, self->angle->str);
    }
  else
    add_bare (self);
  g_string_truncate (self->phrase, 0);
  g_string_truncate (self->angle, 0);
  g_string_truncate (self->comment, 0);
  self->last_word = 0;
  self->has_angle = FALSE;
  self->has_at = FALSE;
}

static void
begin_group (Parser *self)
{
  self->at++;
  self->group = take_text (self->phrase);
  if (self->group == NULL)
    self->group = g_strdup ("");
  self->group_start = self->addresses->len;
  g_string_truncate (self->phrase, 0);
  g_string_truncate (self->comment, 0);
  self->last_word = 0;
}

static void
end_group (Parser *self)
{
  if (self->group != NULL && self->addresses->len == self->group_start)
    add (self, NULL, "");
  g_clear_pointer (&self->group, g_free);
}

static gboolean
is_special (char c)
{
  return is_blank (c) || strchr ("\"(<>,;:", c) != NULL;
}

/* Whether a blank before the next word is none: "alice @ example . org" is one address   (RFC 5322 section 4.4) */
static gboolean
joins (const Parser *self)
{
  char before = self->phrase->len > 0 ? self->phrase->str[self->phrase->len - 1] : '\0';

  return *self->at == '@' || before == '@'
         || ((before == '.' || *self->at == '.') && self->has_at);
}

static void
read_word (Parser *self, gboolean after_blank)
{
  const char *from = self->at;
  gsize start;

  if (after_blank && self->phrase->len > 0 && !joins (self))
    {
      g_string_append_c (self->phrase, ' ');
      self->last_word = self->phrase->len;
    }
  start = self->phrase->len;
  if (*self->at == '"')
    {
      /* an address begins with the quote when "@" follows; else the quotes are only there to hold a name */
      read_quoted (self, self->phrase, FALSE);
      if (self->at < self->end && *self->at == '@')
        {
          g_string_truncate (self->phrase, start);
          self->at = from;
          read_quoted (self, self->phrase, TRUE);
        }
    }
  else
    {
      while (self->at < self->end && !is_special (*self->at))
        self->at++;
      g_string_append_len (self->phrase, from, self->at - from);
      if (self->at == from)
        self->at++; /* a ">" without a reason */
    }
  self->has_at = self->has_at || strchr (self->phrase->str + start, '@') != NULL;
}

static void
step (Parser *self)
{
  gboolean after_blank = FALSE;

  while (self->at < self->end && is_blank (*self->at))
    self->at++, after_blank = TRUE;
  if (self->at == self->end)
    return;
  switch (*self->at)
    {
    case '\0': /* a NUL in the header */
      self->at++;
      break;
    case '(':
      read_comment (self, self->comment);
      break;
    case '<':
      read_angle (self);
      break;
    case ',':
      self->at++;
      flush (self);
      break;
    case ';':
      self->at++;
      flush (self);
      end_group (self);
      break;
    case ':':
      if (self->group == NULL && !self->has_angle && !self->has_at)
        begin_group (self);
      else
        self->at++;
      break;
    default:
      read_word (self, after_blank);
    }
}

/* address-list = (address *("," address)) / obs-addr-list   (RFC 5322), read with patience and without recursion.
 * (transfer full) (element-type TaubeAddress) */
GPtrArray *
taube_address_parser_run (const char *text, gsize length)
{
  Parser parser = { .at = text, .end = text + length };

  parser.addresses = g_ptr_array_new_with_free_func ((GDestroyNotify) taube_address_free);
  parser.phrase = g_string_new (NULL);
  parser.angle = g_string_new (NULL);
  parser.comment = g_string_new (NULL);
  while (parser.at < parser.end)
    step (&parser);
  flush (&parser);
  end_group (&parser);
  g_string_free (parser.phrase, TRUE);
  g_string_free (parser.angle, TRUE);
  g_string_free (parser.comment, TRUE);
  return parser.addresses;
}
