/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-model.h"

#include "imap-words.h"

#include <string.h>

typedef struct
{
  const char *name;
  guint32 uidvalidity;
  guint32 uidnext;
  GPtrArray *messages; /* of ImapModelMessage */
} Folder;

struct _ImapModel
{
  GMutex lock;
  char *extensions;
  Folder folders[2];
  gint lines; /* connections that are there */
  gsize chunk;

  ImapModelCut cut;
  guint cut_at;  /* 0: not */
  guint counted;
  gboolean was_cut;
  gboolean wrote;    /* since the counting began, a command that writes was carried out */
  GByteArray *late;  /* a command that came and was not carried out yet, or NULL */
  Folder *late_selected;

  guint calls;
  guint cancel_at;
  GCancellable *cancellable;
};

/* One connection. */
typedef struct
{
  ImapModel *model;
  TaubeMemoryPeer *peer;  /* not owned */
  GByteArray *command;    /* as far as it has come */
  GString *line;          /* its last line */
  gsize literal;          /* bytes of a literal that are still to come */
  Folder *selected;
  gboolean gone;
} Line;

/* What it has. */

static void
message_free (gpointer data)
{
  ImapModelMessage *message = data;

  g_free (message->text);
  g_free (message->message_id);
  g_free (message);
}

static char *
find_message_id (const char *text)
{
  const char *found = strstr (text, "Message-ID: ");

  return found != NULL ? g_strndup (found + 12, strcspn (found + 12, "\r\n")) : g_strdup ("");
}

static guint32
add_message (Folder *folder, const char *text, gsize length, gboolean deleted)
{
  ImapModelMessage *message = g_new0 (ImapModelMessage, 1);

  message->uid = folder->uidnext++;
  message->text = g_strndup (text, length);
  message->length = length;
  message->deleted = deleted;
  message->message_id = find_message_id (message->text);
  g_ptr_array_add (folder->messages, message);
  return message->uid;
}

static Folder *
find_folder (ImapModel *self, const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->folders); i++)
    if (strcmp (self->folders[i].name, name) == 0)
      return &self->folders[i];
  return NULL;
}

static gboolean
has (ImapModel *self, const char *extension)
{
  g_auto (GStrv) words = g_strsplit (self->extensions, " ", -1);

  return g_strv_contains ((const char *const *) words, extension);
}

/* What it says. */

static void
hang_up (Line *line)
{
  line->gone = TRUE;
  taube_memory_peer_close (line->peer);
}

static void say (Line *line, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
say (Line *line, const char *format, ...)
{
  ImapModel *self = line->model;
  g_autofree char *text = NULL;
  gsize length;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  length = strlen (text);
  if (line->gone)
    return;
  if (self->cut_at > 0 && self->cut == IMAP_MODEL_CUT_SAID)
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

/* Those of SET that are in the folder. */
static GPtrArray *
find_messages (Folder *folder, const char *set)
{
  GPtrArray *found = g_ptr_array_new ();
  guint n = folder->messages->len;
  guint32 last = n > 0 ? ((ImapModelMessage *) folder->messages->pdata[n - 1])->uid : 0;

  for (guint i = 0; i < n; i++)
    if (imap_words_is_in_set (set, ((ImapModelMessage *) folder->messages->pdata[i])->uid, last))
      g_ptr_array_add (found, folder->messages->pdata[i]);
  return found;
}

static void
expunge (Line *line, Folder *folder, ImapModelMessage *message)
{
  guint position;

  g_assert_true (g_ptr_array_find (folder->messages, message, &position));
  g_ptr_array_remove_index (folder->messages, position);
  say (line, "* %u EXPUNGE\r\n", position + 1);
}

/* Commands. */

static void
run_select (Line *line, const char *tag, ImapWords *in)
{
  g_autofree char *name = imap_words_read (in);
  Folder *folder = find_folder (line->model, name);

  line->selected = folder;
  if (folder == NULL)
    {
      say (line, "%s NO [NONEXISTENT] no such folder\r\n", tag);
      return;
    }
  say (line, "* %u EXISTS\r\n* OK [UIDVALIDITY %u] valid\r\n* OK [UIDNEXT %u] next\r\n%s OK [READ-WRITE] open\r\n",
       folder->messages->len, folder->uidvalidity, folder->uidnext, tag);
}

static void
run_status (Line *line, const char *tag, ImapWords *in)
{
  g_autofree char *name = imap_words_read (in);
  Folder *folder = find_folder (line->model, name);

  if (folder == NULL)
    {
      say (line, "%s NO no such folder\r\n", tag);
      return;
    }
  say (line, "* STATUS %s (MESSAGES %u UIDNEXT %u UIDVALIDITY %u)\r\n%s OK done\r\n", name, folder->messages->len,
       folder->uidnext, folder->uidvalidity, tag);
}

/* [(flags)] ["date"] literal, as often as there are. (transfer full) of char * */
static GPtrArray *
read_messages (ImapWords *in)
{
  GPtrArray *texts = g_ptr_array_new_with_free_func (g_free);

  while (in->at < in->end && *in->at == ' ')
    {
      gboolean literal;
      char *word;

      while (in->at < in->end && *in->at == ' ')
        in->at++;
      literal = *in->at == '{';
      word = imap_words_read (in);
      if (literal)
        g_ptr_array_add (texts, word);
      else
        g_free (word);
    }
  return texts;
}

static void
run_append (Line *line, const char *tag, ImapWords *in)
{
  g_autofree char *name = imap_words_read (in);
  g_autoptr (GPtrArray) texts = read_messages (in);
  Folder *folder = find_folder (line->model, name);
  guint32 first = 0, uid = 0;

  if (folder == NULL)
    {
      say (line, "%s NO [TRYCREATE] no such folder\r\n", tag);
      return;
    }
  for (guint i = 0; i < texts->len; i++)
    {
      uid = add_message (folder, texts->pdata[i], strlen (texts->pdata[i]), FALSE);
      if (i == 0)
        first = uid;
    }
  if (has (line->model, "UIDPLUS") && !has (line->model, "NOCOPYUID"))
    say (line, "%s OK [APPENDUID %u %u:%u] done\r\n", tag, folder->uidvalidity, first, uid);
  else
    say (line, "%s OK done\r\n", tag);
}

static void
run_fetch (Line *line, const char *tag, const char *set)
{
  g_autoptr (GPtrArray) found = find_messages (line->selected, set);

  for (guint i = 0; i < found->len; i++)
    {
      const ImapModelMessage *message = found->pdata[i];
      gsize length = strlen (message->message_id) > 0 ? strlen (message->message_id) + 16 : 2;

      say (line,
           "* %u FETCH (UID %u RFC822.SIZE %" G_GSIZE_FORMAT " INTERNALDATE \"05-Nov-2026 14:03:07 +0100\" "
           "BODY[HEADER.FIELDS (MESSAGE-ID)] {%" G_GSIZE_FORMAT "}\r\n%s%s%s\r\n)\r\n",
           i + 1, message->uid, message->length, length, length > 2 ? "Message-ID: " : "", message->message_id,
           length > 2 ? "\r\n" : "");
    }
  say (line, "%s OK done\r\n", tag);
}

/* COPY and MOVE. */
static void
run_transfer (Line *line, const char *tag, const char *set, ImapWords *in, gboolean moves)
{
  g_autofree char *name = imap_words_read (in);
  Folder *target = find_folder (line->model, name);
  g_autoptr (GPtrArray) found = find_messages (line->selected, set);
  g_autoptr (GString) from = g_string_new (NULL), to = g_string_new (NULL);
  g_autofree char *code = NULL;
  gboolean tells = has (line->model, "UIDPLUS") && !has (line->model, "NOCOPYUID") && found->len > 0;

  if (target == NULL)
    {
      say (line, "%s NO [TRYCREATE] no such folder\r\n", tag);
      return;
    }
  for (guint i = 0; i < found->len; i++)
    {
      const ImapModelMessage *message = found->pdata[i];

      g_string_append_printf (from, "%s%u", i > 0 ? "," : "", message->uid);
      g_string_append_printf (to, "%s%u", i > 0 ? "," : "",
                              add_message (target, message->text, message->length, FALSE));
    }
  code = g_strdup_printf ("[COPYUID %u %s %s] ", target->uidvalidity, from->str, to->str);
  if (moves && tells)
    say (line, "* OK %s\r\n", code);
  for (guint i = 0; moves && i < found->len; i++)
    expunge (line, line->selected, found->pdata[i]);
  say (line, "%s OK %sdone\r\n", tag, tells && !moves ? code : "");
}

static void
run_store (Line *line, const char *tag, const char *set)
{
  g_autoptr (GPtrArray) found = find_messages (line->selected, set);

  for (guint i = 0; i < found->len; i++)
    ((ImapModelMessage *) found->pdata[i])->deleted = TRUE;
  say (line, "%s OK done\r\n", tag);
}

static void
run_expunge (Line *line, const char *tag, const char *set)
{
  g_autoptr (GPtrArray) found = find_messages (line->selected, set);

  for (guint i = 0; i < found->len; i++)
    if (((ImapModelMessage *) found->pdata[i])->deleted)
      expunge (line, line->selected, found->pdata[i]);
  say (line, "%s OK done\r\n", tag);
}

static void
run_search (Line *line, const char *tag, ImapWords *in)
{
  g_autofree char *set = imap_words_read (in);
  g_autoptr (GPtrArray) found = find_messages (line->selected, set);
  g_autoptr (GString) numbers = g_string_new (NULL);

  for (guint i = 0; i < found->len; i++)
    g_string_append_printf (numbers, " %u", ((ImapModelMessage *) found->pdata[i])->uid);
  say (line, "* SEARCH%s\r\n%s OK done\r\n", numbers->str, tag);
}

static void
run_replace (Line *line, const char *tag, const char *set, ImapWords *in)
{
  g_autofree char *name = imap_words_read (in);
  g_autoptr (GPtrArray) texts = read_messages (in);
  g_autoptr (GPtrArray) found = find_messages (line->selected, set);
  Folder *folder = find_folder (line->model, name);
  guint32 uid;

  g_assert_cmpuint (texts->len, ==, 1);
  if (found->len != 1 || folder == NULL)
    {
      say (line, "%s NO nothing to replace\r\n", tag);
      return;
    }
  uid = add_message (folder, texts->pdata[0], strlen (texts->pdata[0]), FALSE);
  say (line, "* OK [APPENDUID %u %u] ready\r\n* %u EXISTS\r\n", folder->uidvalidity, uid, folder->messages->len);
  expunge (line, line->selected, found->pdata[0]);
  say (line, "%s OK done\r\n", tag);
}

static void
run_uid (Line *line, const char *tag, ImapWords *in)
{
  g_autofree char *name = imap_words_read (in);
  g_autofree char *set = imap_words_read (in);

  g_assert_nonnull (line->selected);
  if (strcmp (name, "FETCH") == 0)
    run_fetch (line, tag, set);
  else if (strcmp (name, "COPY") == 0 || strcmp (name, "MOVE") == 0)
    run_transfer (line, tag, set, in, name[0] == 'M');
  else if (strcmp (name, "STORE") == 0)
    run_store (line, tag, set);
  else if (strcmp (name, "EXPUNGE") == 0)
    run_expunge (line, tag, set);
  else if (strcmp (name, "SEARCH") == 0)
    run_search (line, tag, in);
  else if (strcmp (name, "REPLACE") == 0)
    run_replace (line, tag, set, in);
  else
    g_error ("the model does not know UID %s", name);
}

static void
execute (Line *line, const GByteArray *command)
{
  ImapWords in = { (const char *) command->data, (const char *) command->data + command->len - 2 };
  g_autofree char *tag = imap_words_read (&in);
  g_autofree char *name = imap_words_read (&in);

  if (strcmp (name, "SELECT") == 0 || strcmp (name, "EXAMINE") == 0)
    run_select (line, tag, &in);
  else if (strcmp (name, "STATUS") == 0)
    run_status (line, tag, &in);
  else if (strcmp (name, "APPEND") == 0)
    run_append (line, tag, &in);
  else if (strcmp (name, "UID") == 0)
    run_uid (line, tag, &in);
  else if (strcmp (name, "AUTHENTICATE") == 0)
    say (line, "%s OK [CAPABILITY IMAP4rev1 %s] welcome\r\n", tag, line->model->extensions);
  else if (strcmp (name, "LOGOUT") == 0)
    {
      say (line, "* BYE coo\r\n%s OK done\r\n", tag);
      hang_up (line);
    }
  else if (strcmp (name, "NOOP") == 0)
    say (line, "%s OK done\r\n", tag);
  else
    g_error ("the model does not know %s", name);
}

/* What comes. */

/* Whether it changes something. */
static gboolean
writes (const GByteArray *command)
{
  static const char *const names[] = { " APPEND ", " UID COPY ", " UID MOVE ", " UID EXPUNGE ", " UID STORE ",
                                       " UID REPLACE " };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_strstr_len ((const char *) command->data, MIN (command->len, 24), names[i]) != NULL)
      return TRUE;
  return FALSE;
}

static void
end_command (Line *line)
{
  ImapModel *self = line->model;
  gboolean write = writes (line->command);

  self->wrote |= write;
  if (write && self->cut_at > 0 && self->cut == IMAP_MODEL_CUT_LATE && self->counted == self->cut_at)
    {
      self->late = g_byte_array_ref (line->command);
      self->late_selected = line->selected;
    }
  else
    execute (line, line->command);
  g_byte_array_unref (line->command);
  line->command = g_byte_array_new ();
}

static void
end_line (Line *line)
{
  const char *brace = strrchr (line->line->str, '{');

  if (brace == NULL || line->line->str[line->line->len - 3] != '}')
    {
      end_command (line);
      g_string_truncate (line->line, 0);
      return;
    }
  line->literal = g_ascii_strtoull (brace + 1, NULL, 10);
  if (strchr (brace, '+') == NULL)
    say (line, "+ go on\r\n");
  g_string_truncate (line->line, 0);
}

static void
take_byte (Line *line, guint8 byte)
{
  ImapModel *self = line->model;

  if (self->cut_at > 0 && self->cut != IMAP_MODEL_CUT_SAID)
    self->counted++;
  g_byte_array_append (line->command, &byte, 1);
  if (line->literal > 0)
    line->literal--;
  else
    {
      g_string_append_c (line->line, (char) byte);
      if (byte == '\n')
        end_line (line);
    }
  if (self->cut_at > 0 && self->cut != IMAP_MODEL_CUT_SAID && self->counted == self->cut_at)
    {
      self->was_cut = TRUE;
      self->cut_at = 0;
      hang_up (line);
    }
}

static void
on_bytes (TaubeMemoryPeer *peer, const guint8 *bytes, gsize length, gpointer user_data)
{
  Line *line = user_data;

  g_mutex_lock (&line->model->lock);
  for (gsize i = 0; i < length && !line->gone; i++)
    take_byte (line, bytes[i]);
  g_mutex_unlock (&line->model->lock);
}

static void
on_call (TaubeMemoryPeer *peer, guint number, gpointer user_data)
{
  ImapModel *self = ((Line *) user_data)->model;
  g_autoptr (GCancellable) cancellable = NULL;

  g_mutex_lock (&self->lock);
  if (++self->calls == self->cancel_at)
    cancellable = g_object_ref (self->cancellable);
  g_mutex_unlock (&self->lock);
  if (cancellable != NULL)
    g_cancellable_cancel (cancellable);
}

static void
line_free (gpointer data)
{
  Line *line = data;

  g_byte_array_unref (line->command);
  g_string_free (line->line, TRUE);
  g_atomic_int_add (&line->model->lines, -1);
  g_free (line);
}

static TaubeConnection *
dial (const TaubeEndpoint *endpoint, gpointer user_data, GError **error)
{
  ImapModel *self = user_data;
  Line *line = g_new0 (Line, 1);
  g_autoptr (TaubeMemoryPeer) peer = taube_memory_peer_new (on_bytes, line, line_free);

  line->model = self;
  line->peer = peer;
  line->command = g_byte_array_new ();
  line->line = g_string_new (NULL);
  g_atomic_int_add (&self->lines, 1);
  g_mutex_lock (&self->lock);
  taube_memory_peer_set_chunk (peer, self->chunk);
  taube_memory_peer_set_hook (peer, on_call, line);
  say (line, "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] coo\r\n");
  g_mutex_unlock (&self->lock);
  return taube_connection_new_memory (endpoint, peer);
}

/* For the tests. */

ImapModel *
imap_model_new (const char *extensions)
{
  static const char *const names[] = { "INBOX", "Target" };
  ImapModel *self = g_new0 (ImapModel, 1);

  g_mutex_init (&self->lock);
  self->extensions = g_strdup (extensions);
  for (guint i = 0; i < G_N_ELEMENTS (self->folders); i++)
    self->folders[i] = (Folder){ names[i], 7 + i, 1, g_ptr_array_new_with_free_func (message_free) };
  taube_connection_set_test_dialer (dial, self);
  return self;
}

/* Its connections must have been closed: what the pool drops it drops soon, on other threads. */
void
imap_model_free (ImapModel *self)
{
  gint64 patience = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;

  taube_connection_set_test_dialer (NULL, NULL);
  while (g_atomic_int_get (&self->lines) > 0 && g_get_monotonic_time () < patience)
    if (!g_main_context_iteration (NULL, FALSE))
      g_thread_yield ();
  g_assert_cmpint (g_atomic_int_get (&self->lines), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (self->folders); i++)
    g_ptr_array_unref (self->folders[i].messages);
  g_clear_pointer (&self->late, g_byte_array_unref);
  g_clear_object (&self->cancellable);
  g_free (self->extensions);
  g_mutex_clear (&self->lock);
  g_free (self);
}

char *
imap_model_make_text (guint number)
{
  return g_strdup_printf ("Subject: %u\r\nMessage-ID: <%u@x>\r\n\r\nCoo %u.\r\n", number, number, number);
}

void
imap_model_add (ImapModel *self, const char *folder, guint number, gboolean deleted)
{
  g_autofree char *text = imap_model_make_text (number);

  add_message (find_folder (self, folder), text, strlen (text), deleted);
}

GPtrArray *
imap_model_get_messages (ImapModel *self, const char *folder)
{
  return find_folder (self, folder)->messages;
}

guint
imap_model_count (ImapModel *self, const char *folder, const char *text, guint32 *uid_out)
{
  GPtrArray *messages = imap_model_get_messages (self, folder);
  guint n = 0;

  for (guint i = 0; i < messages->len; i++)
    {
      const ImapModelMessage *message = messages->pdata[i];

      if (strcmp (message->text, text) != 0)
        continue;
      n++;
      if (uid_out != NULL)
        *uid_out = message->uid;
    }
  return n;
}

void
imap_model_cut (ImapModel *self, ImapModelCut cut, guint byte)
{
  g_mutex_lock (&self->lock);
  self->cut = cut;
  self->cut_at = byte;
  self->counted = 0;
  self->was_cut = self->wrote = FALSE;
  g_mutex_unlock (&self->lock);
}

gboolean
imap_model_was_cut (ImapModel *self, gboolean *wrote_out)
{
  gboolean was_cut;

  g_mutex_lock (&self->lock);
  was_cut = self->was_cut;
  *wrote_out = self->wrote;
  g_mutex_unlock (&self->lock);
  return was_cut;
}

void
imap_model_catch_up (ImapModel *self)
{
  g_autoptr (GByteArray) late = g_steal_pointer (&self->late);
  Line nobody = { .model = self, .selected = self->late_selected, .gone = TRUE };

  if (late != NULL)
    execute (&nobody, late);
}

void
imap_model_cancel_at (ImapModel *self, guint call, GCancellable *cancellable)
{
  g_mutex_lock (&self->lock);
  self->calls = 0;
  self->cancel_at = call;
  g_set_object (&self->cancellable, cancellable);
  g_mutex_unlock (&self->lock);
}

void
imap_model_set_chunk (ImapModel *self, gsize chunk)
{
  self->chunk = chunk;
}
