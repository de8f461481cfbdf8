/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "taube-test-dialog.h"

#include "taube-test-pattern.h"

#include <string.h>
#include <zlib.h>

/* No client sends a longer line or literal to a scripted server. */
#define MAX_LINE (1024 * 1024)
#define MAX_LITERAL (64 * 1024 * 1024)
#define FILL_BLOCK (64 * 1024)
#define SEND_BLOCK (256 * 1024)

/* One list of instructions being followed; repetitions and rules stack up. */
typedef struct
{
  GPtrArray *body;
  guint at;
  guint64 round; /* from 1 */
  guint64 rounds;
} Frame;

struct _TaubeTestDialog
{
  TaubeTestScript *script;
  TaubeTestFaultPlan *plan;
  GArray *frames; /* of Frame */
  GHashTable *names;
  GByteArray *in;
  char *literal_line; /* the client's last line, if it may announce a literal */
  gboolean literal_asked;
  guint64 fill_left;
  gboolean over; /* no more instructions or rules are followed */
  TaubeTestAction last;
  const char *certificate;
  char *failure;
  gboolean deflating;
  z_stream inflater;
  z_stream deflater;
};

TaubeTestDialog *
taube_test_dialog_new (TaubeTestScript *script, guint connection, TaubeTestFaultPlan *plan)
{
  TaubeTestDialog *self = g_new0 (TaubeTestDialog, 1);
  Frame frame = { script->parts->pdata[MIN (connection, script->parts->len - 1)], 0, 1, 1 };

  self->script = script;
  self->plan = plan;
  self->frames = g_array_new (FALSE, FALSE, sizeof (Frame));
  g_array_append_val (self->frames, frame);
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->in = g_byte_array_new ();
  return self;
}

void
taube_test_dialog_free (TaubeTestDialog *self)
{
  g_array_unref (self->frames);
  g_hash_table_unref (self->names);
  g_byte_array_unref (self->in);
  g_free (self->literal_line);
  g_free (self->failure);
  if (self->deflating)
    {
      inflateEnd (&self->inflater);
      deflateEnd (&self->deflater);
    }
  g_free (self);
}

const char *
taube_test_dialog_get_certificate (TaubeTestDialog *self)
{
  return self->certificate;
}

const char *
taube_test_dialog_get_failure (TaubeTestDialog *self)
{
  return self->failure;
}

/* The instruction that comes next, leaving blocks that are done; NULL at the end of the script. */
static TaubeTestInstruction *
current (TaubeTestDialog *self)
{
  while (self->frames->len > 0)
    {
      Frame *frame = &g_array_index (self->frames, Frame, self->frames->len - 1);

      if (frame->at < frame->body->len)
        return frame->body->pdata[frame->at];
      if (frame->round < frame->rounds)
        {
          frame->round++;
          frame->at = 0;
          g_hash_table_replace (self->names, g_strdup ("i"), g_strdup_printf ("%" G_GUINT64_FORMAT, frame->round));
          continue;
        }
      g_array_set_size (self->frames, self->frames->len - 1);
    }
  return NULL;
}

static void
advance (TaubeTestDialog *self)
{
  g_array_index (self->frames, Frame, self->frames->len - 1).at++;
}

static void
enter (TaubeTestDialog *self, GPtrArray *body, guint64 rounds)
{
  Frame frame = { body, 0, 1, rounds };

  if (rounds == 0)
    return;
  g_array_append_val (self->frames, frame);
}

char *
taube_test_dialog_describe (TaubeTestDialog *self)
{
  static const char *const names[] = { "S:",       "S-fill:", "C:",     "C-base64:",     "literal:", "tls:",
                                       "deflate:", "fault:",  "close:", "expect-close:", "repeat:" };
  TaubeTestInstruction *instruction = current (self);

  if (instruction == NULL)
    return g_strdup_printf ("%s: its end", self->script->name);
  return g_strdup_printf ("%s:%u: %s %s", instruction->file, instruction->line, names[instruction->op],
                          instruction->text != NULL ? instruction->text : "");
}

static TaubeTestAction
finish (TaubeTestDialog *self, TaubeTestAction action)
{
  self->over = TRUE;
  return self->last = action;
}

static TaubeTestAction G_GNUC_PRINTF (2, 3)
fail (TaubeTestDialog *self, const char *format, ...)
{
  g_autofree char *where = taube_test_dialog_describe (self);
  g_autofree char *what = NULL;
  va_list args;

  /* After a fault the client may do what it likes. */
  if (self->plan != NULL && self->plan->fired)
    return finish (self, TAUBE_TEST_ACTION_CUT);
  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  self->failure = g_strdup_printf ("%s: %s", where, what);
  return finish (self, TAUBE_TEST_ACTION_FAIL);
}

/* What the client sends and hears is DEFLATE without a header from here on. */
static TaubeTestAction
do_deflate (TaubeTestDialog *self)
{
  if (self->in->len > 0)
    return fail (self, "the client sent something before compression began");
  if (inflateInit2 (&self->inflater, -15) != Z_OK
      || deflateInit2 (&self->deflater, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    g_error ("zlib does not start");
  self->deflating = TRUE;
  advance (self);
  return TAUBE_TEST_ACTION_SEND;
}

/* Packs what stands in OUT from START on. */
static void
pack (TaubeTestDialog *self, GByteArray *out, guint start)
{
  g_autofree guint8 *plain = g_memdup2 (out->data + start, out->len - start);
  guint8 block[4096];

  self->deflater.next_in = plain;
  self->deflater.avail_in = out->len - start;
  g_byte_array_set_size (out, start);
  do
    {
      self->deflater.next_out = block;
      self->deflater.avail_out = sizeof block;
      deflate (&self->deflater, Z_SYNC_FLUSH);
      g_byte_array_append (out, block, sizeof block - self->deflater.avail_out);
    }
  while (self->deflater.avail_out == 0);
}

static void
unpack (TaubeTestDialog *self, gconstpointer data, gsize length)
{
  guint8 block[4096];
  int result;

  self->inflater.next_in = (Bytef *) data;
  self->inflater.avail_in = (uInt) length;
  do
    {
      self->inflater.next_out = block;
      self->inflater.avail_out = sizeof block;
      result = inflate (&self->inflater, Z_SYNC_FLUSH);
      g_byte_array_append (self->in, block, sizeof block - self->inflater.avail_out);
    }
  while (result == Z_OK && self->inflater.avail_out == 0);
  if (result != Z_OK && result != Z_BUF_ERROR)
    fail (self, "the client sent what is no DEFLATE");
}

void
taube_test_dialog_feed (TaubeTestDialog *self, gconstpointer data, gsize length)
{
  if (!self->over && self->deflating)
    unpack (self, data, length);
  else if (!self->over)
    g_byte_array_append (self->in, data, (guint) length);
}

/* The client's next line without its end, or NULL when it is not complete. */
static char *
take_line (TaubeTestDialog *self)
{
  const guint8 *end = self->in->len > 0 ? memchr (self->in->data, '\n', self->in->len) : NULL;
  gsize length;
  char *line;

  if (end == NULL)
    return NULL;
  length = (gsize) (end - self->in->data);
  line = g_strndup ((const char *) self->in->data, length > 0 && end[-1] == '\r' ? length - 1 : length);
  g_byte_array_remove_range (self->in, 0, (guint) length + 1);
  return line;
}

static void
append_text (GByteArray *out, const char *text)
{
  g_byte_array_append (out, (const guint8 *) text, (guint) strlen (text));
}

static TaubeTestAction
do_fault (TaubeTestDialog *self, TaubeTestFault fault, GByteArray *out)
{
  switch (fault)
    {
    case TAUBE_TEST_FAULT_RESET:
      return finish (self, TAUBE_TEST_ACTION_RESET);
    case TAUBE_TEST_FAULT_STALL:
      return finish (self, TAUBE_TEST_ACTION_STALL);
    case TAUBE_TEST_FAULT_GARBAGE:
      append_text (out, "\x80\xff(((( {zz}\"\\\r\n");
      return TAUBE_TEST_ACTION_SEND;
    case TAUBE_TEST_FAULT_BYE:
      append_text (out, "* BYE the server is going down\r\n");
      break;
    case TAUBE_TEST_FAULT_SHORT_LITERAL:
      append_text (out, "* 1 FETCH (BODY[] {1000}\r\nonly this");
      break;
    default:
      break;
    }
  return finish (self, TAUBE_TEST_ACTION_CUT);
}

/* Whether the plan's fault takes the place of what the server is about to say. */
static gboolean
is_fault_due (TaubeTestDialog *self)
{
  TaubeTestFaultPlan *plan = self->plan;

  if (plan == NULL || plan->counted++ != plan->step || plan->fault == TAUBE_TEST_FAULT_NONE)
    return FALSE;
  plan->fired = TRUE;
  return TRUE;
}

static TaubeTestAction
do_send (TaubeTestDialog *self, TaubeTestInstruction *instruction, GByteArray *out)
{
  gboolean due = is_fault_due (self);
  TaubeTestFault fault = due ? self->plan->fault : TAUBE_TEST_FAULT_NONE;
  guint start = out->len;
  g_autofree char *unknown = NULL;
  gsize length;
  const char *bytes = g_bytes_get_data (instruction->bytes, &length);

  if (due && fault != TAUBE_TEST_FAULT_GARBAGE && fault != TAUBE_TEST_FAULT_TRUNCATE)
    return do_fault (self, fault, out);
  if (fault == TAUBE_TEST_FAULT_GARBAGE)
    do_fault (self, fault, out);
  if (instruction->exact)
    g_byte_array_append (out, (const guint8 *) bytes, (guint) length);
  else
    unknown = taube_test_pattern_expand (bytes, length, self->names, out);
  if (unknown != NULL)
    return fail (self, "nothing is known by the name {%s}", unknown);
  if (fault == TAUBE_TEST_FAULT_TRUNCATE)
    {
      g_byte_array_set_size (out, start + (out->len - start) / 2);
      return finish (self, TAUBE_TEST_ACTION_CUT);
    }
  advance (self);
  return TAUBE_TEST_ACTION_SEND;
}

static TaubeTestAction
do_fill (TaubeTestDialog *self, TaubeTestInstruction *instruction, GByteArray *out)
{
  static const char line[] = "The quick brown fox jumps over the lazy dog, again and again and again, 123456\r\n";
  guint64 done;
  guint block;

  if (self->fill_left == 0)
    {
      if (is_fault_due (self))
        return do_fault (self, self->plan->fault, out);
      self->fill_left = instruction->count;
    }
  done = instruction->count - self->fill_left;
  block = (guint) MIN (self->fill_left, FILL_BLOCK);
  for (guint i = 0, n; i < block; i += n)
    {
      guint at = (guint) ((done + i) % (sizeof line - 1));

      n = MIN (block - i, (guint) sizeof line - 1 - at);
      g_byte_array_append (out, (const guint8 *) &line[at], n);
    }
  self->fill_left -= block;
  if (self->fill_left == 0)
    advance (self);
  return TAUBE_TEST_ACTION_SEND;
}

static TaubeTestRule *
find_rule (TaubeTestDialog *self, const char *line)
{
  for (guint i = 0; i < self->script->rules->len; i++)
    {
      TaubeTestRule *rule = self->script->rules->pdata[i];

      if (taube_test_pattern_match (rule->pattern, line, self->names))
        return rule;
    }
  return NULL;
}

/* What every script would have to say again: the goodbye. */
static gboolean
is_goodbye (TaubeTestDialog *self, const char *line, GByteArray *out)
{
  if (g_ascii_strcasecmp (line, "QUIT") == 0)
    append_text (out, "+OK bye\r\n");
  else if (taube_test_pattern_match ("{tag} LOGOUT", line, self->names))
    {
      g_autofree char *reply = g_strdup_printf ("* BYE bye\r\n%s OK done\r\n",
                                                (char *) g_hash_table_lookup (self->names, "tag"));
      append_text (out, reply);
    }
  else
    return FALSE;
  return TRUE;
}

static TaubeTestAction
do_other_line (TaubeTestDialog *self, const char *line, GByteArray *out)
{
  TaubeTestRule *rule = find_rule (self, line);

  if (rule != NULL)
    {
      g_free (self->literal_line);
      self->literal_line = g_strdup (line);
      enter (self, rule->body, 1);
      return TAUBE_TEST_ACTION_SEND;
    }
  if (is_goodbye (self, line, out) && (current (self) == NULL || self->script->may_close))
    return finish (self, TAUBE_TEST_ACTION_CLOSE);
  return fail (self, "the client sent \"%s\"", line);
}

static gboolean
line_matches (TaubeTestDialog *self, TaubeTestInstruction *instruction, const char *line)
{
  g_autofree char *text = NULL;
  g_autoptr (GString) visible = NULL;
  g_autofree guint8 *bytes = NULL;
  gsize length;

  if (instruction->op == TAUBE_TEST_OP_EXPECT)
    return taube_test_pattern_match (instruction->text, line, self->names);

  bytes = line[0] != '\0' ? g_base64_decode (line, &length) : NULL;
  visible = g_string_new (NULL);
  for (gsize i = 0; bytes != NULL && i < length; i++)
    if (bytes[i] == 0)
      g_string_append (visible, "\\0");
    else
      g_string_append_c (visible, (char) bytes[i]);
  return taube_test_pattern_match (instruction->text, visible->str, self->names);
}

/* Waits for a line; INSTRUCTION is what the script expects, or NULL at its end. */
static TaubeTestAction
do_expect (TaubeTestDialog *self, TaubeTestInstruction *instruction, GByteArray *out)
{
  g_autofree char *line = take_line (self);

  if (line == NULL && self->in->len > MAX_LINE)
    return fail (self, "the client sent a line without an end");
  if (line == NULL)
    return self->last = TAUBE_TEST_ACTION_WAIT;
  if (instruction == NULL || instruction->op == TAUBE_TEST_OP_EXPECT_CLOSE || !line_matches (self, instruction, line))
    return do_other_line (self, line, out);
  advance (self);
  g_free (self->literal_line);
  self->literal_line = g_steal_pointer (&line);
  return TAUBE_TEST_ACTION_SEND;
}

/* The size in "{N}" or "{N+}" at the end of LINE. */
static gboolean
read_announcement (const char *line, guint64 *size_out, gboolean *asks_out)
{
  const char *open = line != NULL ? strrchr (line, '{') : NULL;
  char *end;

  if (open == NULL || !g_ascii_isdigit (open[1]))
    return FALSE;
  *size_out = g_ascii_strtoull (open + 1, &end, 10);
  *asks_out = *end != '+' && *end != '-';
  return g_str_equal (end, "}") || g_str_equal (end, "+}") || g_str_equal (end, "-}");
}

static TaubeTestAction
do_literal (TaubeTestDialog *self, TaubeTestInstruction *instruction, GByteArray *out)
{
  g_autofree char *literal = NULL;
  gboolean asks;
  guint64 size;

  if (!read_announcement (self->literal_line, &size, &asks) || size > MAX_LITERAL)
    return fail (self, "the client's line announces no literal, or too large a one: \"%s\"", self->literal_line);
  if (asks && !self->literal_asked)
    {
      self->literal_asked = TRUE;
      if (is_fault_due (self))
        return do_fault (self, self->plan->fault, out);
      append_text (out, "+ go on\r\n");
      return TAUBE_TEST_ACTION_SEND;
    }
  if (self->in->len < size)
    return self->last = TAUBE_TEST_ACTION_WAIT;

  literal = g_strndup ((const char *) self->in->data, size);
  if (instruction->text[0] != '\0' && !taube_test_pattern_match (instruction->text, literal, self->names))
    return fail (self, "the client's literal is \"%.200s\"", literal);
  g_byte_array_remove_range (self->in, 0, (guint) size);
  self->literal_asked = FALSE;
  advance (self);
  return TAUBE_TEST_ACTION_SEND;
}

/* Does what the script says next. SEND also stands for "go on". */
static TaubeTestAction
do_instruction (TaubeTestDialog *self, TaubeTestInstruction *instruction, GByteArray *out)
{
  switch (instruction->op)
    {
    case TAUBE_TEST_OP_SEND:
      return do_send (self, instruction, out);
    case TAUBE_TEST_OP_FILL:
      return do_fill (self, instruction, out);
    case TAUBE_TEST_OP_LITERAL:
      return do_literal (self, instruction, out);
    case TAUBE_TEST_OP_TLS:
      self->certificate = instruction->text;
      /* A client that sends before the handshake would be heard in the clear. */
      if (self->in->len > 0)
        return fail (self, "the client sent something before TLS began");
      advance (self);
      return self->last = TAUBE_TEST_ACTION_TLS;
    case TAUBE_TEST_OP_DEFLATE:
      return do_deflate (self);
    case TAUBE_TEST_OP_FAULT:
      advance (self);
      return do_fault (self, instruction->fault, out);
    case TAUBE_TEST_OP_CLOSE:
      advance (self);
      return finish (self, TAUBE_TEST_ACTION_CLOSE);
    case TAUBE_TEST_OP_REPEAT:
      advance (self);
      g_hash_table_replace (self->names, g_strdup ("i"), g_strdup ("1"));
      enter (self, instruction->body, instruction->count);
      return TAUBE_TEST_ACTION_SEND;
    default:
      return do_expect (self, instruction, out);
    }
}

/* What the server side of the connection does next; bytes to be sent are appended to OUT with every action. */
TaubeTestAction
taube_test_dialog_next (TaubeTestDialog *self, GByteArray *out)
{
  if (self->over)
    return self->last;
  for (;;)
    {
      TaubeTestInstruction *instruction = current (self);
      gboolean deflating = self->deflating;
      guint start = out->len;
      TaubeTestAction action;

      action = instruction != NULL ? do_instruction (self, instruction, out) : do_expect (self, NULL, out);
      if (deflating && out->len > start)
        pack (self, out, start);
      if (action != TAUBE_TEST_ACTION_SEND)
        return action;
      if (out->len > SEND_BLOCK)
        return TAUBE_TEST_ACTION_SEND;
    }
}

/* The client has closed. FALSE when the script did not expect that yet. */
gboolean
taube_test_dialog_client_closed (TaubeTestDialog *self)
{
  TaubeTestInstruction *instruction = current (self);

  if (self->over || self->script->may_close || (self->plan != NULL && self->plan->fired))
    return self->failure == NULL;
  if (instruction == NULL || instruction->op == TAUBE_TEST_OP_EXPECT_CLOSE)
    return TRUE;
  fail (self, "the client closed the connection");
  return FALSE;
}
