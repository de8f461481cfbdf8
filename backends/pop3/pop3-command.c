/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-command.h"

#include <taube-backend/taube-buffer.h>
#include <taube/taube-error.h>

#include <inttypes.h>
#include <string.h>

#include "pop3-gettext.h"

struct _Pop3Command
{
  char *verb;
  TaubeBuffer line;
  gboolean finished;
  TaubeRedaction redaction; /* length 0: there is none */
  GError *error;
};

Pop3Command *
pop3_command_new (const char *verb)
{
  Pop3Command *self = g_new0 (Pop3Command, 1);

  self->verb = g_strdup (verb);
  /* so that the block never moves with a secret in it */
  taube_buffer_reserve (&self->line, 2 * POP3_LINE_MAX);
  taube_buffer_append (&self->line, verb, strlen (verb));
  return self;
}

void
pop3_command_free (Pop3Command *self)
{
  taube_buffer_wipe (&self->line);
  g_clear_error (&self->error);
  g_free (self->verb);
  g_free (self);
}

static gboolean
check (Pop3Command *self, const char *what, const char *text, gboolean spaces)
{
  if (self->error != NULL)
    return FALSE;
  for (const guchar *c = (const guchar *) text; *c != '\0'; c++)
    if (*c < 0x20 || *c == 0x7f || (*c == ' ' && !spaces))
      {
        self->error = g_error_new (TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("%s: the %s holds %s"), self->verb, _ (what),
                                   *c == ' ' ? _ ("a space") : _ ("control characters"));
        return FALSE;
      }
  if (text[0] != '\0')
    return TRUE;
  self->error = g_error_new (TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("%s: the %s is empty"), self->verb, _ (what));
  return FALSE;
}

static void
append (Pop3Command *self, const char *text)
{
  taube_buffer_append (&self->line, " ", 1);
  taube_buffer_append (&self->line, text, strlen (text));
}

void
pop3_command_add_word (Pop3Command *self, const char *what, const char *word)
{
  if (check (self, what, word, FALSE))
    append (self, word);
}

void
pop3_command_add_rest (Pop3Command *self, const char *what, const char *text)
{
  if (check (self, what, text, TRUE))
    append (self, text);
}

void
pop3_command_add_secret (Pop3Command *self, const char *what, const TaubeSecret *secret)
{
  const char *text = taube_secret_peek (secret);

  if (!check (self, what, text, TRUE))
    return;
  append (self, text);
  self->redaction.length = strlen (text);
  self->redaction.offset = taube_buffer_length (&self->line) - self->redaction.length;
}

void
pop3_command_add_number (Pop3Command *self, guint64 number)
{
  char text[32];

  g_snprintf (text, sizeof text, "%" PRIu64, number);
  append (self, text);
}

const char *
pop3_command_get_verb (const Pop3Command *self)
{
  return self->verb;
}

/* CAPA, RETR and TOP; LIST and UIDL when they name no message (RFC 1939, RFC 2449) */
gboolean
pop3_command_is_multi_line (const Pop3Command *self)
{
  static const char *const always[] = { "CAPA", "RETR", "TOP", NULL };
  static const char *const alone[] = { "LIST", "UIDL", NULL };

  return g_strv_contains (always, self->verb)
         || (g_strv_contains (alone, self->verb) && pop3_command_get_length (self) == strlen (self->verb) + 2);
}

gsize
pop3_command_get_length (const Pop3Command *self)
{
  return taube_buffer_length (&self->line) + (self->finished ? 0 : 2);
}

const guint8 *
pop3_command_finish (Pop3Command *self, gsize *length, GError **error)
{
  if (self->error == NULL && pop3_command_get_length (self) > POP3_LINE_MAX)
    self->error = g_error_new (TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("%s: longer than the %d bytes that POP3 allows"),
                               self->verb, POP3_LINE_MAX);
  if (self->error != NULL)
    {
      g_propagate_error (error, g_error_copy (self->error));
      return NULL;
    }
  if (!self->finished)
    taube_buffer_append (&self->line, "\r\n", 2);
  self->finished = TRUE;
  *length = taube_buffer_length (&self->line);
  return taube_buffer_peek (&self->line);
}

/* The parts of the line that no trace may show. */
const TaubeRedaction *
pop3_command_get_redactions (const Pop3Command *self, guint *n)
{
  *n = self->redaction.length > 0 ? 1 : 0;
  return &self->redaction;
}
