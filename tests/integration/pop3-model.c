/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-model.h"

#include <string.h>

typedef struct
{
  guint number;
  char *text;
  char *uidl;
  guint retrieved;
  gboolean hidden;
} Letter;

struct _Pop3Model
{
  GRecMutex lock;
  Pop3ModelTraits traits;
  GPtrArray *letters;
  GHashTable *commands; /* verb -> how often */
  guint turns;
  Pop3ModelCut cut;
  guint cut_at; /* 0: not */
  guint counted;
  gboolean was_cut;
  gboolean locked;
  guint calls;
  guint cancel_at;
  GCancellable *cancellable;
  guint fail_at;
  gboolean has_failed;
  gsize chunk;
};

/* A connection. */
typedef struct
{
  Pop3Model *model;
  TaubeMemoryPeer *peer; /* not owned */
  GByteArray *command;
  GPtrArray *shown;      /* of Letter, as they were at sign-in */
  gboolean *marked;
  gboolean over;
} Line;

static void
letter_free (gpointer data)
{
  Letter *letter = data;

  g_free (letter->text);
  g_free (letter->uidl);
  g_free (letter);
}

static Letter *
find (Pop3Model *self, guint number)
{
  for (guint i = 0; i < self->letters->len; i++)
    if (((Letter *) self->letters->pdata[i])->number == number)
      return self->letters->pdata[i];
  return NULL;
}

static void
hang_up (Line *line)
{
  line->over = TRUE;
  taube_memory_peer_close (line->peer);
}

static void
say (Line *line, const char *text, gsize length)
{
  Pop3Model *self = line->model;

  if (line->over)
    return;
  if (self->cut_at > 0 && self->cut == POP3_MODEL_CUT_SAID)
    {
      if (self->counted + length >= self->cut_at)
        {
          taube_memory_peer_send (line->peer, text, self->cut_at - self->counted);
          self->was_cut = TRUE;
          self->cut_at = 0;
          hang_up (line);
          return;
        }
      self->counted += length;
    }
  taube_memory_peer_send (line->peer, text, length);
}

static void G_GNUC_PRINTF (2, 3)
say_line (Line *line, const char *format, ...)
{
  const char *end = line->model->traits & POP3_MODEL_LONE_LF ? "\n" : "\r\n";
  g_autofree char *text = NULL, *whole = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  whole = g_strconcat (text, end, NULL);
  say (line, whole, strlen (whole));
}

/* A text, LINES of its body at most; -1: all. */
static void
say_text (Line *line, const char *text, int lines)
{
  g_auto (GStrv) all = g_strsplit (text, "\n", -1);
  gboolean body = FALSE;

  for (guint i = 0; all[i] != NULL && (all[i + 1] != NULL || all[i][0] != '\0'); i++)
    {
      gboolean stuff = all[i][0] == '.' && (line->model->traits & POP3_MODEL_NO_STUFFING) == 0;

      if (body && lines >= 0 && lines-- == 0)
        break;
      body |= all[i][0] == '\0';
      say_line (line, "%s%s", stuff ? "." : "", all[i]);
    }
  say_line (line, ".");
}

/* What the letter has in bytes, with CRLF. */
static gsize
measure (Line *line, const Letter *letter)
{
  gsize size = strlen (letter->text);

  for (const char *c = letter->text; *c != '\0'; c++)
    size += *c == '\n';
  return line->model->traits & POP3_MODEL_WRONG_SIZES ? size / 2 : size;
}

static void
show (Line *line)
{
  Pop3Model *self = line->model;

  line->shown = g_ptr_array_new ();
  for (guint i = 0; i < self->letters->len; i++)
    if (!((Letter *) self->letters->pdata[i])->hidden)
      g_ptr_array_add (line->shown, self->letters->pdata[i]);
  line->marked = g_new0 (gboolean, line->shown->len + 1);
}

/* What is marked is deleted; HALF: only every other one. */
static void
delete_marked (Line *line, gboolean half)
{
  guint n = 0;

  for (guint i = 0; line->shown != NULL && i < line->shown->len; i++)
    {
      if (!line->marked[i] || (half && n++ % 2 == 1))
        continue;
      g_ptr_array_remove (line->model->letters, line->shown->pdata[i]);
      line->shown->pdata[i] = NULL;
      line->marked[i] = FALSE;
    }
}

static void
say_capa (Line *line)
{
  Pop3ModelTraits traits = line->model->traits;

  if (traits & POP3_MODEL_NO_CAPA)
    {
      say_line (line, "-ERR what");
      return;
    }
  say_line (line, "+OK");
  say_line (line, "USER");
  say_line (line, "RESP-CODES");
  if ((traits & POP3_MODEL_NO_PIPELINING) == 0)
    say_line (line, "PIPELINING");
  if ((traits & POP3_MODEL_NO_UIDL) == 0)
    say_line (line, "UIDL");
  if ((traits & POP3_MODEL_NO_TOP) == 0)
    say_line (line, "TOP");
  say_line (line, ".");
}

static void
say_entry (Line *line, guint i, gboolean uidl, const char *before)
{
  const Letter *letter = line->shown->pdata[i];

  if (uidl)
    say_line (line, "%s%u %s", before, i + 1, letter->uidl);
  else
    say_line (line, "%s%u %" G_GSIZE_FORMAT, before, i + 1, measure (line, letter));
}

/* ONE: the number of a message, or NULL for all. */
static void
say_list (Line *line, gboolean uidl, const char *one)
{
  guint64 n = one != NULL ? g_ascii_strtoull (one, NULL, 10) : 0;

  if ((uidl && (line->model->traits & POP3_MODEL_NO_UIDL)) || (one != NULL && (n == 0 || n > line->shown->len)))
    {
      say_line (line, "-ERR what");
      return;
    }
  if (one != NULL)
    {
      say_entry (line, (guint) n - 1, uidl, "+OK ");
      return;
    }
  say_line (line, "+OK");
  for (guint i = 0; i < line->shown->len; i++)
    if (!line->marked[i])
      say_entry (line, i, uidl, "");
  say_line (line, ".");
}

static void
give (Line *line, guint n, int lines)
{
  Letter *letter = line->shown->pdata[n - 1];

  say_line (line, "+OK");
  say_text (line, letter->text, lines);
  if (lines >= 0)
    return;
  letter->retrieved++;
  letter->hidden = (line->model->traits & POP3_MODEL_HIDES) != 0;
}

/* What is about one letter. */
static void
act_on (Line *line, const char *verb, const char *const *words)
{
  guint64 n = words[1] != NULL ? g_ascii_strtoull (words[1], NULL, 10) : 0;

  if (line->shown == NULL || n == 0 || n > line->shown->len || line->marked[n - 1])
    {
      say_line (line, "-ERR no such message");
    }
  else if (strcmp (verb, "DELE") == 0)
    {
      line->marked[n - 1] = TRUE;
      say_line (line, "+OK");
    }
  else if (strcmp (verb, "RETR") == 0)
    {
      give (line, (guint) n, -1);
    }
  else if (line->model->traits & POP3_MODEL_NO_TOP)
    {
      say_line (line, "-ERR what");
    }
  else
    {
      give (line, (guint) n, words[2] != NULL ? atoi (words[2]) : 0);
    }
}

static void
quit (Line *line)
{
  gboolean half = (line->model->traits & POP3_MODEL_REFUSES_QUIT) != 0;

  delete_marked (line, half);
  line->model->traits &= ~POP3_MODEL_REFUSES_QUIT;
  if (line->marked != NULL)
    memset (line->marked, 0, line->shown->len * sizeof (gboolean));
  say_line (line, half ? "-ERR some messages were not deleted" : "+OK");
  if (!line->over)
    hang_up (line);
}

static void
sign_in (Line *line)
{
  gsize size = 0;

  if (line->model->locked)
    {
      say_line (line, "-ERR [SYS/TEMP] not now");
      return;
    }
  show (line);
  for (guint i = 0; i < line->shown->len; i++)
    size += measure (line, line->shown->pdata[i]);
  say_line (line, "+OK %u %" G_GSIZE_FORMAT, line->shown->len, size);
}

static void
execute (Line *line, const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", 4);
  g_autofree char *verb = g_ascii_strup (words[0], -1);
  GHashTable *commands = line->model->commands;
  guint before = GPOINTER_TO_UINT (g_hash_table_lookup (commands, verb));

  g_hash_table_insert (commands, g_strdup (verb), GUINT_TO_POINTER (before + 1));
  if (strcmp (verb, "CAPA") == 0)
    say_capa (line);
  else if (strcmp (verb, "USER") == 0 || strcmp (verb, "NOOP") == 0)
    say_line (line, "+OK");
  else if (strcmp (verb, "PASS") == 0)
    sign_in (line);
  else if (strcmp (verb, "STAT") == 0 && line->shown != NULL)
    say_line (line, "+OK %u 1000", line->shown->len);
  else if ((strcmp (verb, "LIST") == 0 || strcmp (verb, "UIDL") == 0) && line->shown != NULL)
    say_list (line, verb[0] == 'U', words[1]);
  else if (strcmp (verb, "RETR") == 0 || strcmp (verb, "TOP") == 0 || strcmp (verb, "DELE") == 0)
    act_on (line, verb, (const char *const *) words);
  else if (strcmp (verb, "QUIT") == 0)
    quit (line);
  else
    say_line (line, "-ERR what");
}

static void
take (Line *line, guint8 byte)
{
  if (byte != '\n')
    {
      g_byte_array_append (line->command, &byte, 1);
      return;
    }
  if (line->command->len > 0 && line->command->data[line->command->len - 1] == '\r')
    line->command->len--;
  g_byte_array_append (line->command, (const guint8 *) "", 1);
  execute (line, (const char *) line->command->data);
  g_byte_array_set_size (line->command, 0);
}

static void
on_bytes (TaubeMemoryPeer *peer, const guint8 *bytes, gsize length, gpointer user_data)
{
  Line *line = user_data;
  Pop3Model *self = line->model;

  g_rec_mutex_lock (&self->lock);
  self->turns++;
  for (gsize i = 0; i < length && !line->over; i++)
    {
      gboolean counts = self->cut_at > 0 && self->cut == POP3_MODEL_CUT_RECEIVED;

      take (line, bytes[i]);
      if (!counts || ++self->counted < self->cut_at)
        continue;
      self->was_cut = TRUE;
      self->cut_at = 0;
      hang_up (line);
    }
  if (line->over && (self->traits & POP3_MODEL_DELETES_EARLY))
    delete_marked (line, FALSE);
  g_rec_mutex_unlock (&self->lock);
}

static void
on_call (TaubeMemoryPeer *peer, guint number, gpointer user_data)
{
  Pop3Model *self = ((Line *) user_data)->model;
  g_autoptr (GCancellable) cancellable = NULL;

  g_rec_mutex_lock (&self->lock);
  self->calls++;
  if (self->cancel_at > 0 && self->calls == self->cancel_at)
    cancellable = g_object_ref (self->cancellable);
  if (self->fail_at > 0 && self->calls == self->fail_at)
    {
      self->has_failed = TRUE;
      taube_memory_peer_break (peer);
    }
  g_rec_mutex_unlock (&self->lock);
  if (cancellable != NULL)
    g_cancellable_cancel (cancellable);
}

static void
line_free (gpointer data)
{
  Line *line = data;

  g_byte_array_unref (line->command);
  g_clear_pointer (&line->shown, g_ptr_array_unref);
  g_free (line->marked);
  g_free (line);
}

static TaubeConnection *
dial (const TaubeEndpoint *endpoint, gpointer user_data, GError **error)
{
  Pop3Model *self = user_data;
  Line *line = g_new0 (Line, 1);
  g_autoptr (TaubeMemoryPeer) peer = taube_memory_peer_new (on_bytes, line, line_free);

  line->model = self;
  line->peer = peer;
  line->command = g_byte_array_new ();
  g_rec_mutex_lock (&self->lock);
  taube_memory_peer_set_chunk (peer, self->chunk);
  taube_memory_peer_set_hook (peer, on_call, line);
  say_line (line, "+OK letters");
  g_rec_mutex_unlock (&self->lock);
  return taube_connection_new_memory (endpoint, peer);
}

Pop3Model *
pop3_model_new (Pop3ModelTraits traits)
{
  Pop3Model *self = g_new0 (Pop3Model, 1);

  g_rec_mutex_init (&self->lock);
  self->traits = traits;
  self->letters = g_ptr_array_new_with_free_func (letter_free);
  self->commands = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  taube_sasl_forget_logins ();
  taube_connection_set_test_dialer (dial, self);
  return self;
}

void
pop3_model_free (Pop3Model *self)
{
  taube_connection_set_test_dialer (NULL, NULL);
  g_ptr_array_unref (self->letters);
  g_hash_table_unref (self->commands);
  g_clear_object (&self->cancellable);
  g_rec_mutex_clear (&self->lock);
  g_free (self);
}

void
pop3_model_set_traits (Pop3Model *self, Pop3ModelTraits traits)
{
  g_rec_mutex_lock (&self->lock);
  self->traits = traits;
  g_rec_mutex_unlock (&self->lock);
}

/* Letters. */

char *
pop3_model_make_text (guint number)
{
  return g_strdup_printf ("Received: from a by b with c; Mon, 2 Nov 2026 10:%02u:%02u +0000\n"
                          "Message-ID: <%u@example.org>\nFrom: Bob <bob@example.org>\nSubject: letter %u\n"
                          "Date: Mon, 2 Nov 2026 09:00:00 +0000\n\nCoo %u.\n.dot\n..dots\n",
                          number / 60 % 60, number % 60, number, number, number);
}

void
pop3_model_add_with (Pop3Model *self, guint number, const char *text, const char *uidl)
{
  Letter *letter = g_new0 (Letter, 1);

  letter->number = number;
  letter->text = text != NULL ? g_strdup (text) : pop3_model_make_text (number);
  letter->uidl = uidl != NULL ? g_strdup (uidl) : g_strdup_printf ("u%u", number);
  g_rec_mutex_lock (&self->lock);
  g_ptr_array_add (self->letters, letter);
  g_rec_mutex_unlock (&self->lock);
}

void
pop3_model_add (Pop3Model *self, guint number)
{
  pop3_model_add_with (self, number, NULL, NULL);
}

void
pop3_model_renumber (Pop3Model *self, const char *prefix)
{
  g_rec_mutex_lock (&self->lock);
  for (guint i = 0; i < self->letters->len; i++)
    {
      Letter *letter = self->letters->pdata[i];

      g_free (letter->uidl);
      letter->uidl = g_strdup_printf ("%s%u", prefix, letter->number);
    }
  g_rec_mutex_unlock (&self->lock);
}

void
pop3_model_remove (Pop3Model *self, guint number)
{
  g_rec_mutex_lock (&self->lock);
  g_ptr_array_remove (self->letters, find (self, number));
  g_rec_mutex_unlock (&self->lock);
}

gboolean
pop3_model_has (Pop3Model *self, guint number)
{
  gboolean has;

  g_rec_mutex_lock (&self->lock);
  has = find (self, number) != NULL;
  g_rec_mutex_unlock (&self->lock);
  return has;
}

guint
pop3_model_count (Pop3Model *self)
{
  guint n;

  g_rec_mutex_lock (&self->lock);
  n = self->letters->len;
  g_rec_mutex_unlock (&self->lock);
  return n;
}

guint
pop3_model_get_retrieved (Pop3Model *self, guint number)
{
  guint n;

  g_rec_mutex_lock (&self->lock);
  n = find (self, number)->retrieved;
  g_rec_mutex_unlock (&self->lock);
  return n;
}

guint
pop3_model_take_commands (Pop3Model *self, const char *verb)
{
  guint n;

  g_rec_mutex_lock (&self->lock);
  n = GPOINTER_TO_UINT (g_hash_table_lookup (self->commands, verb));
  g_hash_table_remove (self->commands, verb);
  g_rec_mutex_unlock (&self->lock);
  return n;
}

guint
pop3_model_take_turns (Pop3Model *self)
{
  guint n;

  g_rec_mutex_lock (&self->lock);
  n = self->turns;
  self->turns = 0;
  g_rec_mutex_unlock (&self->lock);
  return n;
}

/* Trouble. */

void
pop3_model_cut (Pop3Model *self, Pop3ModelCut cut, guint byte)
{
  g_rec_mutex_lock (&self->lock);
  self->cut = cut;
  self->cut_at = byte;
  self->counted = 0;
  self->was_cut = FALSE;
  g_rec_mutex_unlock (&self->lock);
}

gboolean
pop3_model_was_cut (Pop3Model *self)
{
  gboolean was_cut;

  g_rec_mutex_lock (&self->lock);
  was_cut = self->was_cut;
  g_rec_mutex_unlock (&self->lock);
  return was_cut;
}

void
pop3_model_lock_out (Pop3Model *self, gboolean locked)
{
  g_rec_mutex_lock (&self->lock);
  self->locked = locked;
  g_rec_mutex_unlock (&self->lock);
}

void
pop3_model_cancel_at (Pop3Model *self, guint call, GCancellable *cancellable)
{
  g_rec_mutex_lock (&self->lock);
  self->calls = 0;
  self->cancel_at = call;
  g_set_object (&self->cancellable, cancellable);
  g_rec_mutex_unlock (&self->lock);
}

void
pop3_model_fail_at (Pop3Model *self, guint call)
{
  g_rec_mutex_lock (&self->lock);
  self->calls = 0;
  self->fail_at = call;
  self->has_failed = FALSE;
  g_rec_mutex_unlock (&self->lock);
}

gboolean
pop3_model_has_failed (Pop3Model *self)
{
  gboolean failed;

  g_rec_mutex_lock (&self->lock);
  failed = self->has_failed;
  g_rec_mutex_unlock (&self->lock);
  return failed;
}

void
pop3_model_set_chunk (Pop3Model *self, gsize chunk)
{
  g_rec_mutex_lock (&self->lock);
  self->chunk = chunk;
  g_rec_mutex_unlock (&self->lock);
}
