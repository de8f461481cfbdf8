/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-journal-private.h"

#include <taube/taube-error.h>

#include <inttypes.h>
#include <string.h>

#include "pop3-gettext.h"

/* The line of a message is not longer than this, whatever stands in it; the first one is as long as the owner's name
 * makes it. */
#define LINE_MAXIMUM 1024
#define BEGIN_WORD "begin "
#define END_WORD "end "
#define FIRST_WORDS "taube-journal 1 "
#define LOGIN_WORD "login"

static const char *const state_names[] = {
  [POP3_JOURNAL_NEW] = "new",
  [POP3_JOURNAL_STORED] = "stored",
  [POP3_JOURNAL_REMOVED] = "removed",
};
#define DOOMED_SUFFIX "+delete"

/* Entries are allocated so many at once. */
#define CHUNK 256
/* Later than that nothing is gone. */
#define GONE_MAXIMUM ((G_GINT64_CONSTANT (1) << 55) - 1)

Pop3Journal *
pop3_journal_new (const char *owner)
{
  Pop3Journal *self = g_new0 (Pop3Journal, 1);

  g_atomic_ref_count_init (&self->refs);
  self->texts = pop3_texts_new ();
  self->chunks = g_ptr_array_new_with_free_func (g_free);
  self->pending = g_string_new (NULL);
  self->owner = g_strdup (owner);
  self->fd = -1;
  return self;
}

Pop3Journal *
pop3_journal_ref (Pop3Journal *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
pop3_journal_unref (Pop3Journal *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  pop3_journal_close_file (self);
  pop3_texts_unref (self->texts);
  g_ptr_array_unref (self->chunks);
  g_string_free (self->pending, TRUE);
  g_free (self->owner);
  g_free (self->path);
  g_free (self->failure);
  g_free (self);
}

const char *
pop3_journal_get_owner (Pop3Journal *self)
{
  return self->owner;
}

/* Entries. */

static Pop3JournalEntry *
get_entry (Pop3Journal *self, guint row)
{
  return (Pop3JournalEntry *) self->chunks->pdata[row / CHUNK] + row % CHUNK;
}

Pop3JournalEntry *
pop3_journal_find (Pop3Journal *self, const char *id)
{
  const char *text = pop3_texts_find (self->texts, id);
  guint32 row = text != NULL ? pop3_texts_get_row (text) : 0;

  return row != 0 ? get_entry (self, row - 1) : NULL;
}

Pop3JournalEntry *
pop3_journal_next (Pop3Journal *self, guint *at)
{
  while (*at < self->n_rows)
    {
      Pop3JournalEntry *entry = get_entry (self, (*at)++);

      if (entry->id != NULL)
        return entry;
    }
  return NULL;
}

Pop3Texts *
pop3_journal_get_texts (Pop3Journal *self)
{
  return self->texts;
}

gint64
pop3_journal_get_age (gint64 since, gint64 now)
{
  return since < POP3_JOURNAL_CLOCK_SET ? 0 : MAX (now - since, 0);
}

guint
pop3_journal_get_n_entries (Pop3Journal *self)
{
  return self->n_entries;
}

/* Bytes in use, with the ids. */
gsize
pop3_journal_get_memory (Pop3Journal *self)
{
  return sizeof (*self) + self->pending->allocated_len + pop3_texts_get_memory (self->texts)
         + self->chunks->len * (sizeof (gpointer) + CHUNK * sizeof (Pop3JournalEntry));
}

static void
set_id (Pop3Journal *self, Pop3JournalEntry *entry, guint32 row, const char *id)
{
  entry->id = pop3_texts_add (self->texts, id, strlen (id));
  pop3_texts_set_row (entry->id, row);
}

static Pop3JournalEntry *
add_entry (Pop3Journal *self, const char *id)
{
  Pop3JournalEntry *entry;

  if (self->n_rows == self->chunks->len * CHUNK)
    g_ptr_array_add (self->chunks, g_new0 (Pop3JournalEntry, CHUNK));
  entry = get_entry (self, self->n_rows++);
  set_id (self, entry, self->n_rows, id);
  self->n_entries++;
  return entry;
}

static void
rename_entry (Pop3Journal *self, Pop3JournalEntry *entry, const char *id)
{
  guint32 row = pop3_texts_get_row (entry->id);

  pop3_texts_set_row (entry->id, 0);
  set_id (self, entry, row, id);
}

Pop3JournalEntry *
pop3_journal_add (Pop3Journal *self, const char *id, gint64 now)
{
  Pop3JournalEntry *entry = add_entry (self, id);

  entry->first_seen = now;
  return entry;
}

void
pop3_journal_forget (Pop3Journal *self, Pop3JournalEntry *entry)
{
  pop3_texts_set_row (entry->id, 0);
  entry->id = NULL;
  self->n_entries--;
}

void
pop3_journal_touch (Pop3Journal *self, Pop3JournalEntry *entry)
{
  pop3_journal_append_line (entry, NULL, self->pending);
  self->lines++;
}

void
pop3_journal_rename (Pop3Journal *self, Pop3JournalEntry *entry, const char *id)
{
  const char *old_id = entry->id;

  rename_entry (self, entry, id);
  pop3_journal_append_line (entry, old_id, self->pending);
  self->lines++;
}

/* Lines. */

/* CRC-32 as in gzip. */
static guint32
compute_crc (const char *data, gsize length)
{
  static const guint32 table[16] = { 0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
                                     0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
                                     0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c };
  guint32 crc = 0xffffffff;

  for (gsize i = 0; i < length; i++)
    {
      crc = table[(crc ^ (guint8) data[i]) & 15] ^ (crc >> 4);
      crc = table[(crc ^ ((guint8) data[i] >> 4)) & 15] ^ (crc >> 4);
    }
  return ~crc;
}

static void
append_crc (GString *out, gsize line)
{
  guint32 crc = compute_crc (out->str + line, out->len - line);

  g_string_append_printf (out, " %08x\n", crc);
}

void
pop3_journal_append_header (Pop3Journal *self, GString *out)
{
  gsize line = out->len;

  g_string_append_printf (out, FIRST_WORDS "%s", self->owner);
  append_crc (out, line);
}

void
pop3_journal_append_line (const Pop3JournalEntry *entry, const char *old_id, GString *out)
{
  gsize line = out->len;
  char hex[2 * POP3_DIGEST_LENGTH + 1] = "-";

  if (entry->has_digest)
    pop3_digest_to_hex (&entry->digest, hex);
  g_string_append_printf (out, "%s%s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GUINT64_FORMAT " %s %s",
                          state_names[entry->state], entry->doomed ? DOOMED_SUFFIX : "", entry->first_seen,
                          (gint64) entry->gone, entry->size, hex, entry->id);
  if (old_id != NULL)
    g_string_append_printf (out, " %s", old_id);
  append_crc (out, line);
}

void
pop3_journal_append_login (Pop3Journal *self, GString *out)
{
  gsize line = out->len;

  g_string_append_printf (out, LOGIN_WORD " %" G_GINT64_FORMAT " %u", self->login, self->login_pause);
  append_crc (out, line);
}

gint64
pop3_journal_get_login (Pop3Journal *self, guint *pause_out)
{
  *pause_out = self->login_pause;
  return self->login;
}

/* Who wants no pause, and has wanted none before, is not worth a line. */
void
pop3_journal_note_login (Pop3Journal *self, gint64 when, guint pause)
{
  if ((pause == 0 && self->login_pause == 0) || (when == self->login && pause == self->login_pause))
    return;
  self->login = when;
  self->login_pause = pause;
  pop3_journal_append_login (self, self->pending);
  self->lines++;
}

static void
append_mark (const char *word, gsize bytes, GString *out)
{
  gsize line = out->len;

  g_string_append_printf (out, "%s%" G_GSIZE_FORMAT, word, bytes);
  append_crc (out, line);
}

void
pop3_journal_wrap_pending (Pop3Journal *self)
{
  g_autoptr (GString) begin = NULL;
  gsize bytes = self->pending->len;

  if (strchr (self->pending->str, '\n') == self->pending->str + bytes - 1)
    return;
  begin = g_string_new (NULL);
  append_mark (BEGIN_WORD, bytes, begin);
  g_string_prepend (self->pending, begin->str);
  append_mark (END_WORD, bytes, self->pending);
}

/* What stands before the check sum of a line without its end; NULL: it is not whole. (transfer full) */
static char *
check_line (const char *line, gsize length, gsize maximum)
{
  g_autofree char *text = NULL;
  char crc[10];

  if (length < 10 || length > maximum || memchr (line, '\0', length) != NULL)
    return NULL;
  g_snprintf (crc, sizeof (crc), " %08x", compute_crc (line, length - 9));
  if (memcmp (line + length - 9, crc, 9) != 0)
    return NULL;
  text = g_strndup (line, length - 9);
  return g_steal_pointer (&text);
}

static gboolean
parse_state (char *word, Pop3JournalEntry *entry)
{
  gboolean doomed = g_str_has_suffix (word, DOOMED_SUFFIX);

  if (doomed)
    word[strlen (word) - strlen (DOOMED_SUFFIX)] = '\0';
  entry->doomed = doomed;
  for (guint i = 0; i < G_N_ELEMENTS (state_names); i++)
    if (strcmp (word, state_names[i]) == 0)
      {
        entry->state = (guint8) i;
        return TRUE;
      }
  return FALSE;
}

/* The entry of ID, which was called OLD_ID (nullable) before. */
static Pop3JournalEntry *
replay_id (Pop3Journal *self, const char *id, const char *old_id)
{
  Pop3JournalEntry *old = old_id != NULL ? pop3_journal_find (self, old_id) : NULL;
  Pop3JournalEntry *entry = pop3_journal_find (self, id);

  if (entry != NULL && old != NULL && old != entry)
    pop3_journal_forget (self, old);
  if (entry == NULL && old != NULL)
    rename_entry (self, old, id);
  return entry != NULL ? entry : old != NULL ? old : add_entry (self, id);
}

/* login WHEN PAUSE */
static gboolean
replay_login (Pop3Journal *self, char **words)
{
  guint64 pause;

  if (!g_ascii_string_to_signed (words[1], 10, 0, G_MAXINT64, &self->login, NULL)
      || !g_ascii_string_to_unsigned (words[2], 10, 0, G_MAXUINT, &pause, NULL))
    return FALSE;
  self->login_pause = (guint) pause;
  self->lines++;
  return TRUE;
}

/* STATE FIRST-SEEN GONE SIZE DIGEST ID [OLD-ID], or that */
static gboolean
replay_line (Pop3Journal *self, const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", 8);
  guint n = g_strv_length (words);
  Pop3JournalEntry values = { 0 };
  Pop3JournalEntry *entry;
  gint64 gone;

  if (n == 3 && strcmp (words[0], LOGIN_WORD) == 0)
    return replay_login (self, words);
  if (n < 6 || n > 7 || words[5][0] == '\0' || !parse_state (words[0], &values)
      || !g_ascii_string_to_signed (words[1], 10, 0, G_MAXINT64, &values.first_seen, NULL)
      || !g_ascii_string_to_signed (words[2], 10, 0, GONE_MAXIMUM, &gone, NULL)
      || !g_ascii_string_to_unsigned (words[3], 10, 0, G_MAXUINT64, &values.size, NULL))
    return FALSE;
  values.has_digest = strcmp (words[4], "-") != 0;
  if (values.has_digest && !pop3_digest_from_hex (&values.digest, words[4], strlen (words[4])))
    return FALSE;
  values.gone = gone;
  entry = replay_id (self, words[5], words[6]);
  values.id = entry->id;
  *entry = values;
  self->lines++;
  return TRUE;
}

static Pop3Journal *
damaged (Pop3Journal *self, guint64 line, GError **error)
{
  pop3_journal_unref (self);
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_STORAGE,
               _ ("line %" PRIu64 " of it is damaged; put a copy of it back, or move it away and begin anew: then all "
                  "that is on the server comes again"), line);
  return NULL;
}

/* The first line, when it is whole. */
static Pop3Journal *
replay_header (const char *line, gsize length, GError **error)
{
  g_autofree char *text = check_line (line, length, G_MAXSIZE);

  if (text != NULL && g_str_has_prefix (text, FIRST_WORDS) && strchr (text + strlen (FIRST_WORDS), ' ') == NULL)
    return pop3_journal_new (text + strlen (FIRST_WORDS));
  if (text != NULL && g_str_has_prefix (text, "taube-journal "))
    g_set_error_literal (error, TAUBE_ERROR, TAUBE_ERROR_STORAGE, _ ("it was written by a later version"));
  else
    g_set_error_literal (error, TAUBE_ERROR, TAUBE_ERROR_STORAGE, _ ("it is no journal"));
  return NULL;
}

/* Whether DATA, which has no whole line, can be the beginning of a journal that was cut in its first one. */
static gboolean
is_torn_header (const char *data, gsize length)
{
  return memcmp (data, FIRST_WORDS, MIN (length, strlen (FIRST_WORDS))) == 0;
}

/* Where a journal is read. */
typedef struct
{
  Pop3Journal *journal;
  const char *data;
  gsize length, at;  /* behind the line at hand */
  gsize whole;       /* behind the last line that counts */
  gsize begin;       /* of the commit that was begun and has not ended; 0: there is none */
  gsize lines_begin; /* of its lines */
  gsize bytes;       /* … and how many they have */
  guint64 number, begin_number; /* of the line at hand, of that one's first */
  guint64 bad;       /* the first line that is not whole; 0: none */
  gsize bad_at;
  gboolean good_after; /* a line that is whole came behind it … */
  gboolean torn;     /* … which was of the same commit, and that was the last */
} Replay;

static gboolean
parse_mark (const char *text, const char *word, gsize *bytes_out)
{
  guint64 bytes;

  if (!g_str_has_prefix (text, word)
      || !g_ascii_string_to_unsigned (text + strlen (word), 10, 1, G_MAXUINT32, &bytes, NULL))
    return FALSE;
  *bytes_out = (gsize) bytes;
  return TRUE;
}

/* A whole line behind one that is not. That may be when both are of the last commit, which nobody was told yet to be
 * durable: its pages come to the disk in any order. Its end is enough to know that, or its beginning, see finish(). */
static void
see_line_after (Replay *self, gsize line, const char *text)
{
  g_autoptr (GString) begin = g_string_new (NULL);
  gsize bytes;

  self->good_after = TRUE;
  if (!parse_mark (text, END_WORD, &bytes) || self->at != self->length)
    return;
  append_mark (BEGIN_WORD, bytes, begin);
  self->torn = self->bad_at + begin->len + bytes == line;
}

/* FALSE: it does not belong there. */
static gboolean
see_line (Replay *self, gsize line, const char *text)
{
  gsize bytes;

  if (parse_mark (text, END_WORD, &bytes))
    {
      if (self->begin == 0 || bytes != self->bytes || line != self->lines_begin + bytes)
        return FALSE;
      self->begin = 0;
    }
  else if (parse_mark (text, BEGIN_WORD, &bytes))
    {
      if (self->begin != 0)
        return FALSE;
      self->begin = line;
      self->lines_begin = self->at;
      self->bytes = bytes;
      self->begin_number = self->number;
    }
  else if (!replay_line (self->journal, text))
    return FALSE;
  self->whole = self->at;
  return TRUE;
}

/* Whether the commit that was begun is the last one: nothing stands behind its end. */
static gboolean
is_last (Replay *self)
{
  g_autoptr (GString) end = g_string_new (NULL);

  append_mark (END_WORD, self->bytes, end);
  return self->length - self->lines_begin <= self->bytes + end->len;
}

/* The lines of one commit are taken back together, so that no beginning stays without its end. */
static Pop3Journal *
finish (Replay *self, gsize *whole_out, GError **error)
{
  if (self->begin != 0 && is_last (self))
    {
      pop3_journal_unref (self->journal);
      return pop3_journal_replay (self->data, self->begin, whole_out, error);
    }
  if (self->begin != 0 || (self->good_after && !self->torn))
    return damaged (self->journal, self->bad != 0 ? self->bad : self->begin_number, error);
  *whole_out = self->whole;
  return self->journal;
}

/* What was written last may be torn when the machine stopped: nobody was told yet that it is durable. Anything else
 * that is not as it was written is damage. */
Pop3Journal *
pop3_journal_replay (const char *data, gsize length, gsize *whole_out, GError **error)
{
  Replay self = { .data = data, .length = length };

  *whole_out = 0;
  for (self.number = 1; self.at < length; self.number++)
    {
      const char *line = data + self.at, *end = memchr (line, '\n', length - self.at);
      gsize line_at = self.at;
      g_autofree char *text = NULL;

      if (end == NULL)
        break;
      self.at = (gsize) (end - data) + 1;
      if (self.journal == NULL)
        {
          self.journal = replay_header (line, (gsize) (end - line), error);
          if (self.journal == NULL)
            return NULL;
          self.whole = self.at;
          continue;
        }
      text = check_line (line, (gsize) (end - line), LINE_MAXIMUM);
      if (text != NULL && self.bad != 0)
        see_line_after (&self, line_at, text);
      else if (text != NULL && !see_line (&self, line_at, text))
        return damaged (self.journal, self.number, error);
      else if (text == NULL && self.bad == 0)
        {
          self.bad = self.number;
          self.bad_at = line_at;
        }
    }
  if (self.journal != NULL)
    return finish (&self, whole_out, error);
  if (is_torn_header (data, length))
    return pop3_journal_new (NULL);
  g_set_error_literal (error, TAUBE_ERROR, TAUBE_ERROR_STORAGE, _ ("it is no journal"));
  return NULL;
}
