/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-command.h"

#include <string.h>

#include "imap-flags.h"
#include "imap-gettext.h"
#include "imap-utf7.h"

/* A longer string goes as a literal: some servers have a small limit for quoted ones. */
#define MAX_QUOTED_BYTES 1000
/* LITERAL-: up to this many bytes need no "+" (RFC 7888). */
#define MAX_LITERAL_MINUS_BYTES 4096
/* A message that is larger waits for "+" even with LITERAL+: the server may not want it. */
#define MAX_UNASKED_BYTES (64 << 10)

typedef struct
{
  gsize end;  /* one behind the last byte */
  gboolean wait;
  guint redactions_end;
  ImapLiteralOpen open; /* a literal that is not in data */
  GObject *source;
  guint64 size;
} FragmentEnd;

struct _ImapCommand
{
  char *tag;
  char *name;
  ImapDialect dialect;
  GError *error; /* of the first bad argument */
  gboolean glued; /* the next argument follows without a space */

  guint8 *data;
  gsize length;
  gsize size;
  gboolean secret; /* there is something in data that must be wiped */
  GArray *redactions; /* of TaubeRedaction; offsets from data, from the fragment once finished */
  GArray *fragments;  /* of FragmentEnd */
};

/* How a string goes over the wire. */
typedef enum
{
  FORM_ATOM,
  FORM_QUOTED,
  FORM_LITERAL,
} Form;

static void
clear_fragment (gpointer data)
{
  g_clear_object (&((FragmentEnd *) data)->source);
}

static ImapCommand *
command_new (void)
{
  ImapCommand *self = g_new0 (ImapCommand, 1);

  self->redactions = g_array_new (FALSE, FALSE, sizeof (TaubeRedaction));
  self->fragments = g_array_new (FALSE, FALSE, sizeof (FragmentEnd));
  g_array_set_clear_func (self->fragments, clear_fragment);
  self->glued = TRUE;
  return self;
}

void
imap_command_free (ImapCommand *self)
{
  if (self->secret)
    taube_memory_wipe (self->data, self->size);
  g_free (self->data);
  g_free (self->tag);
  g_free (self->name);
  g_clear_error (&self->error);
  g_array_unref (self->redactions);
  g_array_unref (self->fragments);
  g_free (self);
}

static void
append (ImapCommand *self, const char *text, gsize length)
{
  if (self->size - self->length < length)
    {
      gsize size = MAX (256, 2 * self->size + length);
      guint8 *data = g_malloc (size);

      if (self->length > 0)
        memcpy (data, self->data, self->length);
      if (self->secret)
        taube_memory_wipe (self->data, self->size);
      g_free (self->data);
      self->data = data;
      self->size = size;
    }
  if (length > 0)
    memcpy (self->data + self->length, text, length);
  self->length += length;
}

static void
append_string (ImapCommand *self, const char *text)
{
  append (self, text, strlen (text));
}

/* The space between arguments. */
static void
separate (ImapCommand *self)
{
  if (!self->glued)
    append (self, " ", 1);
  self->glued = FALSE;
}

static void
redact_from (ImapCommand *self, gsize offset)
{
  TaubeRedaction redaction = { offset, self->length - offset };

  if (redaction.length > 0)
    g_array_append_val (self->redactions, redaction);
}

static void
end_fragment (ImapCommand *self, gboolean wait)
{
  FragmentEnd end = { self->length, wait, self->redactions->len, NULL, NULL, 0 };

  g_array_append_val (self->fragments, end);
}

static void
refuse (ImapCommand *self, const char *what, const char *why)
{
  if (self->error == NULL)
    self->error = g_error_new (TAUBE_ERROR, TAUBE_ERROR_INVALID, "%s: %s", _ (what), why);
}

/* The one place that looks for what would end a line, or a string, before its time. */
static gboolean
check_text (ImapCommand *self, const char *what, const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (text[i] == '\r' || text[i] == '\n' || text[i] == '\0')
      {
        refuse (self, what, _ ("must not contain a line break or a NUL character"));
        return FALSE;
      }
  if (g_utf8_validate (text, length, NULL))
    return TRUE;
  refuse (self, what, _ ("not valid UTF-8"));
  return FALSE;
}

/* ATOM-CHAR = <any CHAR except atom-specials>
 * atom-specials = "(" / ")" / "{" / SP / CTL / list-wildcards / quoted-specials / resp-specials   (RFC 9051) */
static gboolean
is_atom (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (text[i] <= ' ' || text[i] >= 0x7f || strchr ("(){%*\"\\]", text[i]) != NULL)
      return FALSE;
  return length > 0;
}

/* Atom, quoted or literal: decided here and nowhere else. */
static Form
choose_form (ImapCommand *self, const char *text, gsize length, gboolean atom_allowed)
{
  gboolean ascii = TRUE;

  if (atom_allowed && length <= MAX_QUOTED_BYTES && is_atom (text, length)
      && !(length == 3 && g_ascii_strncasecmp (text, "NIL", 3) == 0))
    return FORM_ATOM;
  if (length > MAX_QUOTED_BYTES)
    return FORM_LITERAL;
  for (gsize i = 0; i < length; i++)
    ascii &= (guint8) text[i] < 0x80;
  return ascii || self->dialect.utf8 ? FORM_QUOTED : FORM_LITERAL;
}

/* quoted = DQUOTE *QUOTED-CHAR DQUOTE                                (RFC 9051) */
static void
append_quoted (ImapCommand *self, const char *text, gsize length)
{
  append (self, "\"", 1);
  for (gsize i = 0; i < length; i++)
    {
      if (text[i] == '"' || text[i] == '\\')
        append (self, "\\", 1);
      append (self, text + i, 1);
    }
  append (self, "\"", 1);
}

/* literal = "{" number64 ["+"] "}" CRLF *CHAR8                       (RFC 9051)
 *
 * A waiting one ends the fragment behind its size. */
static void
append_literal (ImapCommand *self, const char *text, gsize length, gboolean secret)
{
  gboolean wait = self->dialect.literals == IMAP_LITERALS_SYNC
                  || (self->dialect.literals == IMAP_LITERALS_MINUS && length > MAX_LITERAL_MINUS_BYTES);
  g_autofree char *digits = g_strdup_printf ("%" G_GSIZE_FORMAT, length);
  gsize start;

  append (self, "{", 1);
  start = self->length;
  append_string (self, digits);
  if (secret)
    redact_from (self, start);
  append_string (self, wait ? "}\r\n" : "+}\r\n");
  if (wait)
    end_fragment (self, TRUE);
  start = self->length;
  append (self, text, length);
  if (secret)
    redact_from (self, start);
}

static void
append_text (ImapCommand *self, const char *text, gsize length, gboolean atom_allowed, gboolean secret)
{
  gsize start;

  separate (self);
  self->secret |= secret;
  start = self->length;
  switch (choose_form (self, text, length, atom_allowed))
    {
    case FORM_ATOM:
      append (self, text, length);
      break;
    case FORM_QUOTED:
      append_quoted (self, text, length);
      break;
    case FORM_LITERAL:
    default:
      append_literal (self, text, length, secret);
      return;
    }
  if (secret)
    redact_from (self, start);
}

/* A command: TAG and NAME, which may be several words ("UID FETCH"), are the program's own, never somebody's input. */
ImapCommand *
imap_command_new (const char *tag, const char *name, const ImapDialect *dialect)
{
  ImapCommand *self = command_new ();

  self->tag = g_strdup (tag);
  self->name = g_strdup (name);
  self->dialect = *dialect;
  append_string (self, tag);
  append (self, " ", 1);
  append_string (self, name);
  self->glued = FALSE;
  return self;
}

/* A line without tag and name: DONE, or the answer to a challenge. */
ImapCommand *
imap_command_new_line (void)
{
  return command_new ();
}

/* A word that is no string: a mechanism, the name of an extension. "=" and "." and the like may be in it. */
void
imap_command_add_atom (ImapCommand *self, const char *what, const char *atom)
{
  if (!is_atom (atom, strlen (atom)))
    {
      refuse (self, what, _ ("not a word of printable ASCII"));
      return;
    }
  separate (self);
  append_string (self, atom);
}

/* A word of the program's own, never somebody's input, which may be no atom: \Sent. */
void
imap_command_add_word (ImapCommand *self, const char *word)
{
  separate (self);
  append_string (self, word);
}

/* value = nstring / literal8                                          (RFC 5464)
 *
 * Any bytes at all: quoted when they are plain text, otherwise a literal, with NUL one of literal8. */
void
imap_command_add_value (ImapCommand *self, gconstpointer data, gsize length)
{
  const char *text = data;
  gboolean plain = TRUE;

  for (gsize i = 0; i < length && plain; i++)
    plain = text[i] >= ' ' && text[i] < 0x7f;
  if (plain)
    {
      append_text (self, text, length, FALSE, FALSE);
      return;
    }
  separate (self);
  if (memchr (text, '\0', length) != NULL)
    append (self, "~", 1);
  append_literal (self, text, length, FALSE);
}

/* astring = 1*ASTRING-CHAR / string                                  (RFC 9051) */
void
imap_command_add_astring (ImapCommand *self, const char *what, const char *text)
{
  if (check_text (self, what, text, strlen (text)))
    append_text (self, text, strlen (text), TRUE, FALSE);
}

/* string = quoted / literal                                          (RFC 9051) */
void
imap_command_add_string (ImapCommand *self, const char *what, const char *text)
{
  if (check_text (self, what, text, strlen (text)))
    append_text (self, text, strlen (text), FALSE, FALSE);
}

/* nstring = string / nil                                             (RFC 9051) */
void
imap_command_add_nstring (ImapCommand *self, const char *what, const char *text)
{
  if (text != NULL)
    {
      imap_command_add_string (self, what, text);
      return;
    }
  separate (self);
  append_string (self, "NIL");
}

/* The name of a mailbox as the user knows it, in UTF-8 with the server's delimiter. */
void
imap_command_add_mailbox (ImapCommand *self, const char *what, const char *name)
{
  g_autofree char *encoded = NULL;

  if (!check_text (self, what, name, strlen (name)))
    return;
  if (!self->dialect.utf8)
    encoded = imap_utf7_encode (name, NULL);
  append_text (self, encoded != NULL ? encoded : name, strlen (encoded != NULL ? encoded : name), TRUE, FALSE);
}

/* list-mailbox = 1*list-char / string                                (RFC 9051)
 *
 * The same with % and * for LIST. */
void
imap_command_add_list_mailbox (ImapCommand *self, const char *what, const char *pattern)
{
  g_autofree char *encoded = NULL;

  if (!check_text (self, what, pattern, strlen (pattern)))
    return;
  if (!self->dialect.utf8)
    encoded = imap_utf7_encode (pattern, NULL);
  append_text (self, encoded != NULL ? encoded : pattern, strlen (encoded != NULL ? encoded : pattern), FALSE, FALSE);
}

/* A name exactly as the server spelled it, which may be no valid modified UTF-7 or UTF-8. */
void
imap_command_add_raw_mailbox (ImapCommand *self, const char *what, const char *wire_name)
{
  gsize length = strlen (wire_name);

  if (memchr (wire_name, '\r', length) != NULL || memchr (wire_name, '\n', length) != NULL)
    check_text (self, what, wire_name, length);
  else if (self->dialect.utf8 && !g_utf8_validate (wire_name, length, NULL))
    {
      separate (self);
      append_literal (self, wire_name, length, FALSE);
    }
  else
    append_text (self, wire_name, length, TRUE, FALSE);
}

void
imap_command_add_number (ImapCommand *self, guint64 number)
{
  g_autofree char *digits = g_strdup_printf ("%" G_GUINT64_FORMAT, number);

  separate (self);
  append_string (self, digits);
}

/* An empty set cannot be sent: the command makes no sense then. */
void
imap_command_add_seqset (ImapCommand *self, const ImapSeqset *set)
{
  g_autofree char *text = imap_seqset_to_string (set);

  if (imap_seqset_is_empty (set))
    {
      refuse (self, N_ ("set of messages"), _ ("empty"));
      return;
    }
  separate (self);
  append_string (self, text);
}

/* A set as text, "1:*", "5,7:9", or "$" for what the last search found (RFC 5182). */
void
imap_command_add_sequence (ImapCommand *self, const char *what, const char *set)
{
  g_autoptr (ImapSeqset) parsed = strcmp (set, "$") != 0 ? imap_seqset_parse (set, -1, NULL) : imap_seqset_new ();

  if (parsed == NULL)
    {
      refuse (self, what, _ ("not a set of numbers"));
      return;
    }
  separate (self);
  append_string (self, set);
}

/* flag-list = "(" [flag *(SP flag)] ")"                              (RFC 9051) */
void
imap_command_add_flags (ImapCommand *self, TaubeMessageFlags flags, const char *const *keywords)
{
  const char *words[8];
  guint n = imap_flags_to_words (flags, words);

  imap_command_open (self);
  for (guint i = 0; i < n; i++)
    {
      separate (self);
      append_string (self, words[i]);
    }
  for (guint i = 0; keywords != NULL && keywords[i] != NULL; i++)
    {
      if (!imap_flags_check_keyword (keywords[i], self->error == NULL ? &self->error : NULL))
        continue;
      separate (self);
      append_string (self, keywords[i]);
    }
  imap_command_close (self);
}

/* A password, as an astring that no trace shows. */
void
imap_command_add_secret (ImapCommand *self, const char *what, const TaubeSecret *secret)
{
  const char *text = taube_secret_peek (secret);
  gsize length = taube_secret_get_length (secret);

  if (check_text (self, what, text, length))
    append_text (self, text, length, TRUE, TRUE);
}

/* base64 of what a SASL mechanism says. Nothing is "=" as an argument (RFC 4959) and an empty line as an answer. */
void
imap_command_add_secret_base64 (ImapCommand *self, gconstpointer data, gsize length)
{
  char *text = g_base64_encode (data, length);
  gsize start;

  separate (self);
  self->secret = TRUE;
  start = self->length;
  if (length > 0)
    append_string (self, text);
  else if (self->tag != NULL)
    append (self, "=", 1);
  redact_from (self, start);
  taube_memory_wipe (text, strlen (text));
  g_free (text);
}

void
imap_command_open (ImapCommand *self)
{
  separate (self);
  append (self, "(", 1);
  self->glued = TRUE;
}

void
imap_command_close (ImapCommand *self)
{
  append (self, ")", 1);
  self->glued = FALSE;
}

/* section-spec without header list: digits, dots and words */
static gboolean
is_section (const char *section)
{
  return section[strspn (section, "0123456789.ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-")] == '\0';
}

/* section = "[" [section-spec] "]" ["<" number "." nz-number ">"]    (RFC 9051)
 *
 * ITEM is BODY.PEEK, BINARY.PEEK and the like; SECTION "", "1.2", "HEADER.FIELDS", with HEADERS for that. PARTIAL
 * asks for LENGTH bytes from OFFSET on. */
void
imap_command_add_section (ImapCommand *self, const char *item, const char *section, const char *const *headers,
                          gboolean partial, guint64 offset, guint64 length)
{
  if (!is_section (section))
    {
      refuse (self, N_ ("section"), _ ("not the number of a part"));
      return;
    }
  separate (self);
  append_string (self, item);
  append (self, "[", 1);
  append_string (self, section);
  if (headers != NULL)
    {
      imap_command_open (self);
      for (guint i = 0; headers[i] != NULL; i++)
        imap_command_add_astring (self, N_ ("name of a header"), headers[i]);
      imap_command_close (self);
    }
  append (self, "]", 1);
  if (partial)
    {
      g_autofree char *range = g_strdup_printf ("<%" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT ">", offset, length);

      append_string (self, range);
    }
}

/* literal8 = "~{" number64 ["+"] "}" CRLF *OCTET                     (RFC 9051)
 *
 * SIZE bytes that OPEN gives when it is their turn; BINARY makes it a literal8, ASK waits for "+" even where that is
 * not demanded. SOURCE is kept until then. */
void
imap_command_add_literal_stream (ImapCommand *self, gboolean binary, gboolean ask, guint64 size, ImapLiteralOpen open,
                                 GObject *source)
{
  gboolean wait = ask || self->dialect.literals == IMAP_LITERALS_SYNC || size > MAX_UNASKED_BYTES
                  || (self->dialect.literals == IMAP_LITERALS_MINUS && size > MAX_LITERAL_MINUS_BYTES);
  g_autofree char *head
    = g_strdup_printf ("%s{%" G_GUINT64_FORMAT "%s}\r\n", binary ? "~" : "", size, wait ? "" : "+");
  FragmentEnd literal = { 0 };

  separate (self);
  append_string (self, head);
  end_fragment (self, wait);
  literal.end = self->length;
  literal.redactions_end = self->redactions->len;
  literal.open = open;
  literal.source = g_object_ref (source);
  literal.size = size;
  g_array_append_val (self->fragments, literal);
}

/* Ends the line. FALSE with an error that names it when an argument was bad: nothing may be sent then. */
gboolean
imap_command_finish (ImapCommand *self, GError **error)
{
  guint redaction = 0;

  if (self->error != NULL)
    {
      g_propagate_error (error, g_error_copy (self->error));
      return FALSE;
    }
  append (self, "\r\n", 2);
  end_fragment (self, FALSE);
  for (guint i = 1; i < self->fragments->len; i++)
    {
      FragmentEnd *before = &g_array_index (self->fragments, FragmentEnd, i - 1);
      FragmentEnd *end = &g_array_index (self->fragments, FragmentEnd, i);

      for (redaction = before->redactions_end; redaction < end->redactions_end; redaction++)
        g_array_index (self->redactions, TaubeRedaction, redaction).offset -= before->end;
    }
  return TRUE;
}

/* NULL for a line without one. */
const char *
imap_command_get_tag (const ImapCommand *self)
{
  return self->tag;
}

/* NULL for a line without one. */
const char *
imap_command_get_name (const ImapCommand *self)
{
  return self->name;
}

/* Bytes so far, to keep within a server's limit. */
gsize
imap_command_get_length (const ImapCommand *self)
{
  return self->length;
}

guint
imap_command_get_n_fragments (const ImapCommand *self)
{
  return self->fragments->len;
}

/* The bytes stay the command's own; they are there until it is freed. */
void
imap_command_get_fragment (const ImapCommand *self, guint index, ImapFragment *fragment)
{
  const FragmentEnd *end = &g_array_index (self->fragments, FragmentEnd, index);
  gsize start = index > 0 ? end[-1].end : 0;
  guint redactions = index > 0 ? end[-1].redactions_end : 0;

  fragment->data = self->data + start;
  fragment->length = end->end - start;
  fragment->wait = end->wait;
  fragment->open = end->open;
  fragment->source = end->source;
  fragment->size = end->size;
  fragment->n_redactions = end->redactions_end - redactions;
  fragment->redactions
      = fragment->n_redactions > 0 ? &g_array_index (self->redactions, TaubeRedaction, redactions) : NULL;
}
