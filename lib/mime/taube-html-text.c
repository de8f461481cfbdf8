/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mime/taube-html-text.h"

#include "mime/taube-html-entities.h"

#include <string.h>

/* Names of elements that matter are shorter. */
#define TAG_NAME_BYTES 16

typedef enum
{
  TAG_LINE = 1 << 0,      /* begins and ends a line */
  TAG_PARAGRAPH = 1 << 1, /* an empty line before and behind it */
  TAG_HIDDEN = 1 << 2,    /* not shown, and no markup inside but its own end */
  TAG_BREAK = 1 << 3,
  TAG_ITEM = 1 << 4,
  TAG_CELL = 1 << 5,
  TAG_PRE = 1 << 6,
  TAG_RULE = 1 << 7,
} TagTraits;

static const struct
{
  const char *name;
  TagTraits traits;
} tags[] = {
  { "address", TAG_LINE }, { "article", TAG_LINE }, { "aside", TAG_LINE }, { "blockquote", TAG_PARAGRAPH },
  { "br", TAG_BREAK }, { "caption", TAG_LINE }, { "center", TAG_LINE }, { "dd", TAG_LINE }, { "details", TAG_LINE },
  { "div", TAG_LINE }, { "dl", TAG_PARAGRAPH }, { "dt", TAG_LINE }, { "fieldset", TAG_LINE }, { "figure", TAG_LINE },
  { "footer", TAG_LINE }, { "form", TAG_LINE }, { "h1", TAG_PARAGRAPH }, { "h2", TAG_PARAGRAPH },
  { "h3", TAG_PARAGRAPH }, { "h4", TAG_PARAGRAPH }, { "h5", TAG_PARAGRAPH }, { "h6", TAG_PARAGRAPH },
  { "header", TAG_LINE }, { "hr", TAG_RULE }, { "iframe", TAG_HIDDEN }, { "li", TAG_ITEM }, { "main", TAG_LINE },
  { "nav", TAG_LINE }, { "noembed", TAG_HIDDEN }, { "object", TAG_LINE }, { "ol", TAG_PARAGRAPH },
  { "option", TAG_LINE }, { "p", TAG_PARAGRAPH }, { "pre", TAG_PARAGRAPH | TAG_PRE }, { "script", TAG_HIDDEN },
  { "section", TAG_LINE }, { "style", TAG_HIDDEN }, { "table", TAG_PARAGRAPH }, { "td", TAG_CELL },
  { "textarea", TAG_LINE }, { "th", TAG_CELL }, { "title", TAG_HIDDEN }, { "tr", TAG_LINE }, { "ul", TAG_PARAGRAPH },
};

typedef struct
{
  const char *at;
  const char *end;
  GString *out;
  guint newlines;       /* that end OUT; many when OUT is empty */
  guint wanted_newlines; /* before the next character */
  gboolean wanted_space;
  guint pre_depth;
} HtmlReader;

static void
put_newlines (HtmlReader *self)
{
  for (; self->newlines < self->wanted_newlines; self->newlines++)
    g_string_append_c (self->out, '\n');
  self->wanted_newlines = 0;
}

static void
put_char (HtmlReader *self, gunichar c)
{
  if (self->wanted_newlines > self->newlines)
    self->wanted_space = FALSE;
  put_newlines (self);
  if (self->wanted_space && self->newlines == 0)
    g_string_append_c (self->out, ' ');
  self->wanted_space = FALSE;
  self->newlines = 0;
  g_string_append_unichar (self->out, c);
}

static void
want_newlines (HtmlReader *self, guint count)
{
  self->wanted_newlines = MAX (self->wanted_newlines, count);
  self->wanted_space = FALSE;
}

static void
put_break (HtmlReader *self)
{
  put_newlines (self);
  if (self->out->len > 0)
    g_string_append_c (self->out, '\n');
  self->newlines++;
  self->wanted_space = FALSE;
}

/* One character of text, which may come from an entity. */
static void
put_text (HtmlReader *self, gunichar c)
{
  if (c == '\n' && self->pre_depth > 0)
    put_break (self);
  else if ((c == ' ' || c == '\t') && self->pre_depth > 0)
    put_char (self, ' ');
  else if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f')
    self->wanted_space = TRUE;
  else if (c == 0xa0)
    put_char (self, ' ');
  else if (c >= 0x20 && (c < 0x7f || c >= 0xa0) && c != 0xad && c != 0x200b && c != 0xfeff)
    put_char (self, c);
}

static TagTraits
get_traits (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (tags); i++)
    if (strcmp (tags[i].name, name) == 0)
      return tags[i].traits;
  return 0;
}

/* Reads the name at the current place in lower case; cut when it is long, for then it is none that matters. */
static void
read_tag_name (HtmlReader *self, char name[TAG_NAME_BYTES])
{
  gsize n = 0;

  for (; self->at < self->end && g_ascii_isalnum (*self->at); self->at++)
    if (n < TAG_NAME_BYTES - 1)
      name[n++] = g_ascii_tolower (*self->at);
  name[n] = '\0';
}

/* Goes behind the ">" of a tag; one within quotes after "=" does not count. A tag that never ends goes to the end. */
static void
skip_attributes (HtmlReader *self)
{
  char quote = '\0', before = '\0';

  for (; self->at < self->end; self->at++)
    {
      char c = *self->at;

      if (quote != '\0')
        quote = c == quote ? '\0' : quote;
      else if (c == '>')
        {
          self->at++;
          return;
        }
      else if ((c == '"' || c == '\'') && before == '=')
        quote = c;
      if (!g_ascii_isspace (c))
        before = c;
    }
}

/* Goes behind the next PATTERN, or to the end. */
static void
skip_past (HtmlReader *self, const char *pattern)
{
  const char *found = memmem (self->at, (gsize) (self->end - self->at), pattern, strlen (pattern));

  self->at = found != NULL ? found + strlen (pattern) : self->end;
}

/* Goes to "</name", in whatever case, or to the end. */
static void
skip_hidden (HtmlReader *self, const char *name)
{
  gsize length = strlen (name);

  for (; self->at < self->end; self->at++)
    {
      self->at = memchr (self->at, '<', (gsize) (self->end - self->at));
      if (self->at == NULL)
        {
          self->at = self->end;
          return;
        }
      if ((gsize) (self->end - self->at) > length + 2 && self->at[1] == '/'
          && g_ascii_strncasecmp (self->at + 2, name, length) == 0)
        return;
    }
}

static void
begin_element (HtmlReader *self, const char *name, TagTraits traits)
{
  if ((traits & (TAG_LINE | TAG_ITEM | TAG_RULE)) != 0)
    want_newlines (self, 1);
  if ((traits & TAG_PARAGRAPH) != 0)
    want_newlines (self, 2);
  if ((traits & TAG_BREAK) != 0)
    put_break (self);
  if ((traits & TAG_PRE) != 0)
    self->pre_depth++;
  if ((traits & TAG_CELL) != 0)
    self->wanted_space = TRUE;
  if ((traits & TAG_ITEM) != 0)
    {
      put_char (self, '-');
      self->wanted_space = TRUE;
    }
  if ((traits & TAG_RULE) != 0)
    {
      for (guint i = 0; i < 4; i++)
        put_char (self, '-');
      want_newlines (self, 1);
    }
  if ((traits & TAG_HIDDEN) != 0)
    skip_hidden (self, name);
}

static void
end_element (HtmlReader *self, TagTraits traits)
{
  if ((traits & (TAG_LINE | TAG_ITEM)) != 0)
    want_newlines (self, 1);
  if ((traits & TAG_PARAGRAPH) != 0)
    want_newlines (self, 2);
  if ((traits & TAG_PRE) != 0 && self->pre_depth > 0)
    self->pre_depth--;
}

/* "<" was read: a tag, a comment, or just that character */
static void
read_markup (HtmlReader *self)
{
  char name[TAG_NAME_BYTES];
  gboolean closing = FALSE;
  const char *next = self->at + 1;

  if (next < self->end && *next == '!')
    {
      gboolean comment = self->end - next >= 3 && next[1] == '-' && next[2] == '-';

      self->at = next;
      skip_past (self, comment ? "-->" : ">");
      return;
    }
  if (next < self->end && *next == '?')
    {
      skip_past (self, ">");
      return;
    }
  if (next < self->end && *next == '/')
    {
      closing = TRUE;
      next++;
    }
  if (next == self->end || !g_ascii_isalpha (*next))
    {
      self->at++;
      put_text (self, '<');
      return;
    }
  self->at = next;
  read_tag_name (self, name);
  skip_attributes (self);
  if (closing)
    end_element (self, get_traits (name));
  else
    begin_element (self, name, get_traits (name));
}

/* UTF-8 is what comes in; a byte that is none is taken for what it is in ISO 8859-1. */
static void
read_text (HtmlReader *self)
{
  gunichar c;

  if (*self->at == '&')
    {
      gsize used = taube_html_entity_read (self->at, (gsize) (self->end - self->at), &c);

      if (used > 0)
        {
          self->at += used;
          put_text (self, c);
          return;
        }
    }
  c = g_utf8_get_char_validated (self->at, self->end - self->at);
  if (c == (gunichar) -1 || c == (gunichar) -2 || c == 0)
    put_text (self, (guchar) *self->at++);
  else
    {
      self->at = g_utf8_next_char (self->at);
      put_text (self, c);
    }
}

static char *
end_text (GString *out)
{
  while (out->len > 0 && g_ascii_isspace (out->str[out->len - 1]))
    g_string_truncate (out, out->len - 1);
  if (out->len > 0)
    g_string_append_c (out, '\n');
  return g_string_free (out, FALSE);
}

/* What a reader sees of an HTML text in UTF-8: paragraphs, lists and lines of tables as lines, no markup, scripts or
 * styles, entities replaced; of links only their text. Whatever comes in, valid UTF-8 without control characters but LF
 * goes out. The stack does not grow with the nesting. (transfer full) */
char *
taube_html_to_text (const char *html, gsize length)
{
  HtmlReader reader = { .at = html, .end = html + length, .out = g_string_new (NULL), .newlines = 2 };

  while (reader.at < reader.end)
    if (*reader.at == '<')
      read_markup (&reader);
    else
      read_text (&reader);
  return end_text (reader.out);
}
