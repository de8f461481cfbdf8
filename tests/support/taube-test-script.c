/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "taube-test-script.h"

#include "taube-test-dir.h"

#include <string.h>

typedef struct
{
  TaubeTestScript *script;
  const char *file; /* for messages and for what is included */
  guint line;
  GPtrArray *blocks; /* of GPtrArray: where instructions go, innermost last; the outermost is the part */
} Reader;

static const char *const fault_names[TAUBE_TEST_N_FAULTS] = {
  "none", "close", "reset", "stall", "truncate", "garbage", "bye", "short-literal",
};

const char *
taube_test_fault_to_string (TaubeTestFault fault)
{
  return fault_names[fault];
}

static void
instruction_free (gpointer data)
{
  TaubeTestInstruction *self = data;

  g_free (self->file);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_free (self->text);
  g_clear_pointer (&self->body, g_ptr_array_unref);
  g_free (self);
}

static void
rule_free (gpointer data)
{
  TaubeTestRule *self = data;

  g_free (self->pattern);
  g_ptr_array_unref (self->body);
  g_free (self);
}

void
taube_test_script_free (TaubeTestScript *self)
{
  g_free (self->name);
  g_ptr_array_unref (self->parts);
  g_ptr_array_unref (self->rules);
  g_free (self);
}

G_NORETURN static void
mistake (Reader *reader, const char *what)
{
  g_error ("%s:%u: %s", reader->file, reader->line, what);
}

static TaubeTestInstruction *
add (Reader *reader, TaubeTestOp op, const char *text)
{
  TaubeTestInstruction *instruction = g_new0 (TaubeTestInstruction, 1);

  instruction->op = op;
  instruction->file = g_strdup (reader->file);
  instruction->line = reader->line;
  instruction->text = g_strdup (text);
  g_ptr_array_add (reader->blocks->pdata[reader->blocks->len - 1], instruction);
  return instruction;
}

static guint64
read_number (Reader *reader, const char *text)
{
  guint64 number;

  if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT32, &number, NULL))
    mistake (reader, "a number is missing");
  return number;
}

static void
read_send (Reader *reader, const char *text)
{
  g_autofree char *line = g_strconcat (text, "\r\n", NULL);

  add (reader, TAUBE_TEST_OP_SEND, NULL)->bytes = g_bytes_new (line, strlen (line));
}

/* \r \n \t \0 \\ \xHH */
static guint8
read_escape (Reader *reader, const char **text)
{
  static const char names[] = "rnt0\\", values[] = "\r\n\t\0\\";
  const char *name = **text != '\0' ? strchr (names, **text) : NULL;
  const char *at = *text;

  if (name != NULL)
    {
      *text += 1;
      return (guint8) values[name - names];
    }
  if (at[0] != 'x' || !g_ascii_isxdigit (at[1]) || !g_ascii_isxdigit (at[2]))
    mistake (reader, "unknown escape");
  *text += 3;
  return (guint8) (g_ascii_xdigit_value (at[1]) << 4 | g_ascii_xdigit_value (at[2]));
}

static void
read_send_raw (Reader *reader, const char *text)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  while (*text != '\0')
    {
      guint8 byte = (guint8) *text++;

      if (byte == '\\')
        byte = read_escape (reader, &text);
      g_byte_array_append (bytes, &byte, 1);
    }
  add (reader, TAUBE_TEST_OP_SEND, NULL)->bytes = g_bytes_new (bytes->data, bytes->len);
}

static void
read_send_hex (Reader *reader, const char *text)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  TaubeTestInstruction *instruction = add (reader, TAUBE_TEST_OP_SEND, NULL);

  for (; *text != '\0'; text++)
    {
      guint8 byte;

      if (*text == ' ')
        continue;
      if (!g_ascii_isxdigit (text[0]) || !g_ascii_isxdigit (text[1]))
        mistake (reader, "not hexadecimal");
      byte = (guint8) (g_ascii_xdigit_value (text[0]) << 4 | g_ascii_xdigit_value (text[1]));
      g_byte_array_append (bytes, &byte, 1);
      text++;
    }
  instruction->bytes = g_bytes_new (bytes->data, bytes->len);
  instruction->exact = TRUE;
}

static char *
beside (Reader *reader, const char *name)
{
  g_autofree char *folder = g_path_get_dirname (reader->file);

  return g_build_filename (folder, name, NULL);
}

static void
read_send_file (Reader *reader, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = beside (reader, text);
  TaubeTestInstruction *instruction = add (reader, TAUBE_TEST_OP_SEND, NULL);
  char *data;
  gsize length;

  if (!g_file_get_contents (path, &data, &length, &error))
    mistake (reader, error->message);
  instruction->bytes = g_bytes_new_take (data, length);
  instruction->exact = TRUE;
}

static void
read_fill (Reader *reader, const char *text)
{
  add (reader, TAUBE_TEST_OP_FILL, NULL)->count = read_number (reader, text);
}

static void
read_expect (Reader *reader, const char *text)
{
  add (reader, TAUBE_TEST_OP_EXPECT, text);
}

static void
read_expect_base64 (Reader *reader, const char *text)
{
  add (reader, TAUBE_TEST_OP_EXPECT_BASE64, text);
}

static void
read_literal (Reader *reader, const char *text)
{
  add (reader, TAUBE_TEST_OP_LITERAL, text);
}

static void
read_deflate (Reader *reader, const char *text)
{
  add (reader, TAUBE_TEST_OP_DEFLATE, text);
}

static void
read_tls (Reader *reader, const char *text)
{
  add (reader, TAUBE_TEST_OP_TLS, text[0] != '\0' ? text : "good");
}

static void
read_fault (Reader *reader, const char *text)
{
  for (guint i = 1; i < TAUBE_TEST_N_FAULTS; i++)
    if (strcmp (fault_names[i], text) == 0)
      {
        add (reader, TAUBE_TEST_OP_FAULT, NULL)->fault = i;
        return;
      }
  mistake (reader, "unknown fault");
}

static void
read_close (Reader *reader, const char *text)
{
  add (reader, TAUBE_TEST_OP_CLOSE, NULL);
}

static void
read_expect_close (Reader *reader, const char *text)
{
  add (reader, TAUBE_TEST_OP_EXPECT_CLOSE, NULL);
}

static void
read_repeat (Reader *reader, const char *text)
{
  TaubeTestInstruction *instruction = add (reader, TAUBE_TEST_OP_REPEAT, NULL);

  instruction->count = read_number (reader, text);
  instruction->body = g_ptr_array_new_with_free_func (instruction_free);
  g_ptr_array_add (reader->blocks, instruction->body);
}

static void
read_rule (Reader *reader, const char *text)
{
  TaubeTestRule *rule = g_new0 (TaubeTestRule, 1);

  rule->pattern = g_strdup (text);
  rule->body = g_ptr_array_new_with_free_func (instruction_free);
  g_ptr_array_add (reader->script->rules, rule);
  g_ptr_array_add (reader->blocks, rule->body);
}

static void
read_end (Reader *reader, const char *text)
{
  if (reader->blocks->len < 2)
    mistake (reader, "\"end\" without a beginning");
  g_ptr_array_set_size (reader->blocks, (int) reader->blocks->len - 1);
}

static void
read_accept (Reader *reader, const char *text)
{
  if (reader->blocks->len > 1)
    mistake (reader, "\"accept\" within a block");
  g_ptr_array_add (reader->script->parts, g_ptr_array_new_with_free_func (instruction_free));
  reader->blocks->pdata[0] = reader->script->parts->pdata[reader->script->parts->len - 1];
}

static void
read_may_close (Reader *reader, const char *text)
{
  reader->script->may_close = TRUE;
}

static void read_include (Reader *reader, const char *text);

static const struct
{
  const char *word;
  void (*read) (Reader *reader, const char *text);
} words[] = {
  { "S:", read_send },
  { "S-raw:", read_send_raw },
  { "S-hex:", read_send_hex },
  { "S-fill:", read_fill },
  { "S-file:", read_send_file },
  { "C:", read_expect },
  { "C-base64:", read_expect_base64 },
  { "literal:", read_literal },
  { "tls:", read_tls },
  { "deflate:", read_deflate },
  { "fault:", read_fault },
  { "close:", read_close },
  { "expect-close:", read_expect_close },
  { "repeat:", read_repeat },
  { "on:", read_rule },
  { "end", read_end },
  { "accept", read_accept },
  { "may-close", read_may_close },
  { "include:", read_include },
};

/* Of what follows the word only the one space between is dropped: a line may have to end in spaces. */
static void
read_line (Reader *reader, const char *line)
{
  while (*line == ' ' || *line == '\t')
    line++;
  if (*line == '\0' || *line == '#')
    return;
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      gsize length = strlen (words[i].word);

      if (strncmp (line, words[i].word, length) != 0 || (line[length] != '\0' && line[length] != ' '))
        continue;
      words[i].read (reader, line[length] == ' ' ? line + length + 1 : line + length);
      return;
    }
  mistake (reader, "unknown instruction");
}

static void
read_text (Reader *reader, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      reader->line = i + 1;
      read_line (reader, lines[i]);
    }
}

static void
read_include (Reader *reader, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = beside (reader, name);
  g_autofree char *text = NULL;
  Reader inner = *reader;

  if (!g_file_get_contents (path, &text, NULL, &error))
    mistake (reader, error->message);
  inner.file = path;
  read_text (&inner, text);
}

TaubeTestScript *
taube_test_script_parse (const char *name, const char *text)
{
  g_autoptr (GPtrArray) blocks = g_ptr_array_new ();
  TaubeTestScript *self = g_new0 (TaubeTestScript, 1);
  Reader reader = { self, name, 0, blocks };

  self->name = g_strdup (name);
  self->parts = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  self->rules = g_ptr_array_new_with_free_func (rule_free);
  g_ptr_array_add (self->parts, g_ptr_array_new_with_free_func (instruction_free));
  g_ptr_array_add (blocks, self->parts->pdata[0]);
  read_text (&reader, text);
  if (blocks->len > 1)
    mistake (&reader, "\"end\" is missing");
  return self;
}

TaubeTestScript *
taube_test_script_load (const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *below = g_strdup_printf ("tests/script/%s.script", name);
  g_autofree char *path = taube_test_source_file (below);
  g_autofree char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, &error))
    g_error ("%s", error->message);
  return taube_test_script_parse (path, text);
}
