/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch-draft.h"

#include "fetch-files.h"
#include "fetch-head.h"

#include <string.h>

#define BUFFER_SIZE 65536
#define HEAD_LIMIT 65536
#define MARK "From "
#define MARK_LENGTH 5

struct _FetchDraft
{
  GOutputStream parent;
  int fd;
  char *path;
  FetchLines lines;
  GString *head; /* until head_done, what is not written yet; after that what was the head */
  gboolean head_done;
  gboolean carriage; /* a CR came, and what follows is not known yet */
  gboolean matching; /* the line may still become ">>From " */
  guint n_matched;   /* so many bytes of "From " are held back */
  gboolean blank;    /* nothing stands in the line */
  char *buffer;      /* of BUFFER_SIZE */
  gsize used;
  guint64 written;
  gboolean ended;
  GError *failure;
};

typedef struct
{
  GOutputStreamClass parent_class;
} FetchDraftClass;

G_DEFINE_TYPE (FetchDraft, fetch_draft, G_TYPE_OUTPUT_STREAM)
#define FETCH_DRAFT(obj) (G_TYPE_CHECK_INSTANCE_CAST ((obj), FETCH_TYPE_DRAFT, FetchDraft))

static void
empty_buffer (FetchDraft *self)
{
  if (self->failure == NULL && files_write (self->fd, self->buffer, self->used, self->path, &self->failure))
    self->written += self->used;
  self->used = 0;
}

static void
put (FetchDraft *self, const char *data, gsize length)
{
  while (length > 0)
    {
      gsize part = MIN (length, BUFFER_SIZE - self->used);

      memcpy (self->buffer + self->used, data, part);
      self->used += part;
      data += part;
      length -= part;
      if (self->used == BUFFER_SIZE)
        empty_buffer (self);
    }
}

static void
begin_line (FetchDraft *self)
{
  self->matching = self->lines == FETCH_LINES_MBOX;
  self->n_matched = 0;
  self->blank = TRUE;
}

/* What was held back is no "From ". */
static void
give_up_mark (FetchDraft *self)
{
  put (self, MARK, self->n_matched);
  self->n_matched = 0;
  self->matching = FALSE;
}

static void
end_line (FetchDraft *self)
{
  give_up_mark (self);
  if (self->lines == FETCH_LINES_CRLF)
    put (self, "\r\n", 2);
  else
    put (self, "\n", 1);
  begin_line (self);
}

/* One byte at the beginning of a line of an mbox; FALSE when it is not more than any other. The quotes may go out at
 * once: whichever of them is the new one, they look the same. */
static gboolean
match_mark (FetchDraft *self, char byte)
{
  if (byte == '>' && self->n_matched == 0)
    {
      put (self, ">", 1);
      return TRUE;
    }
  if (byte != MARK[self->n_matched])
    {
      give_up_mark (self);
      return FALSE;
    }
  if (++self->n_matched < MARK_LENGTH)
    return TRUE;
  put (self, ">", 1);
  give_up_mark (self);
  return TRUE;
}

static void
put_text (FetchDraft *self, const char *data, gsize length)
{
  if (length > 0)
    self->blank = FALSE;
  while (length > 0 && self->matching)
    {
      if (!match_mark (self, *data))
        break;
      data++;
      length--;
    }
  put (self, data, length);
}

static gsize
find_line_byte (const char *data, gsize length)
{
  const char *line = memchr (data, '\n', length);
  gsize before = line != NULL ? (gsize)(line - data) : length;
  const char *carriage = memchr (data, '\r', before);

  return carriage != NULL ? (gsize)(carriage - data) : before;
}

static void
convert (FetchDraft *self, const char *data, gsize length)
{
  while (length > 0 && self->failure == NULL)
    {
      gsize plain = find_line_byte (data, length);

      if (self->carriage && (plain > 0 || *data == '\r'))
        put_text (self, "\r", 1);
      self->carriage = self->carriage && plain == 0 && *data == '\n';
      put_text (self, data, plain);
      data += plain;
      length -= plain;
      if (length == 0)
        return;
      if (*data == '\n')
        end_line (self);
      self->carriage = *data == '\r';
      data++;
      length--;
    }
}

/* "From alice@example.org Thu Nov  5 13:03:07 2026", in UTC as everywhere. */
static void
put_from_line (FetchDraft *self)
{
  g_autofree char *sender = fetch_head_get_envelope_sender (self->head);
  gint64 arrival = g_get_real_time () / G_USEC_PER_SEC;
  g_autoptr (GDateTime) date = NULL;
  g_autofree char *line = NULL;
  static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
  static const char *const months[]
      = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

  fetch_head_get_arrival (self->head, &arrival);
  date = g_date_time_new_from_unix_utc (arrival);
  line = g_strdup_printf (MARK "%s %s %s %2d %02d:%02d:%02d %04d\n", sender,
                          days[g_date_time_get_day_of_week (date) - 1], months[g_date_time_get_month (date) - 1],
                          g_date_time_get_day_of_month (date), g_date_time_get_hour (date),
                          g_date_time_get_minute (date), g_date_time_get_second (date), g_date_time_get_year (date));
  put (self, line, strlen (line));
}

/* The line "From " needs to know the head, so that is held back until it is whole. */
static void
end_head (FetchDraft *self)
{
  self->head_done = TRUE;
  if (self->lines == FETCH_LINES_MBOX)
    put_from_line (self);
  convert (self, self->head->str, self->head->len);
}

/* Whether the last line of the head is empty. */
static gboolean
has_whole_head (const GString *head)
{
  const char *end = head->str + head->len;

  if (head->len <= 2)
    return g_str_equal (head->str, "\n") || g_str_equal (head->str, "\r\n");
  return memcmp (end - 2, "\n\n", 2) == 0 || memcmp (end - 3, "\n\r\n", 3) == 0;
}

/* How many bytes of DATA still belong to the head. */
static gsize
take_head (FetchDraft *self, const char *data, gsize length)
{
  gsize taken = 0;

  while (taken < length && !self->head_done)
    {
      const char *line = memchr (data + taken, '\n', length - taken);
      gsize part = line != NULL ? (gsize)(line - data) + 1 - taken : length - taken;

      g_string_append_len (self->head, data + taken, (gssize)part);
      taken += part;
      if (has_whole_head (self->head) || self->head->len > HEAD_LIMIT)
        end_head (self);
    }
  return taken;
}

static gssize
fetch_draft_write (GOutputStream *stream, const void *data, gsize length, GCancellable *cancellable, GError **error)
{
  FetchDraft *self = FETCH_DRAFT (stream);
  gsize taken = self->head_done ? 0 : take_head (self, data, length);

  (void)cancellable;
  convert (self, (const char *)data + taken, length - taken);
  if (self->failure == NULL)
    return (gssize)length;
  g_propagate_error (error, g_error_copy (self->failure));
  return -1;
}

gboolean
fetch_draft_end (FetchDraft *self, GError **error)
{
  if (!self->head_done)
    end_head (self);
  if (self->carriage)
    put_text (self, "\r", 1);
  self->carriage = FALSE;
  give_up_mark (self);
  if (self->lines == FETCH_LINES_MBOX && !self->ended)
    put (self, "\n\n", self->blank ? 1 : 2);
  self->ended = TRUE;
  empty_buffer (self);
  if (self->failure == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (self->failure));
  return FALSE;
}

static void
fetch_draft_finalize (GObject *object)
{
  FetchDraft *self = FETCH_DRAFT (object);

  g_free (self->path);
  g_free (self->buffer);
  g_string_free (self->head, TRUE);
  g_clear_error (&self->failure);
  G_OBJECT_CLASS (fetch_draft_parent_class)->finalize (object);
}

static void
fetch_draft_class_init (FetchDraftClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = fetch_draft_finalize;
  G_OUTPUT_STREAM_CLASS (klass)->write_fn = fetch_draft_write;
}

static void
fetch_draft_init (FetchDraft *self)
{
  self->head = g_string_new (NULL);
  self->buffer = g_malloc (BUFFER_SIZE);
}

FetchDraft *
fetch_draft_new (int fd, const char *path, FetchLines lines)
{
  FetchDraft *self = g_object_new (FETCH_TYPE_DRAFT, NULL);

  self->fd = fd;
  self->path = g_strdup (path);
  self->lines = lines;
  begin_line (self);
  return self;
}

int
fetch_draft_get_fd (FetchDraft *self)
{
  return self->fd;
}

const char *
fetch_draft_get_path (FetchDraft *self)
{
  return self->path;
}

const GString *
fetch_draft_get_head (FetchDraft *self)
{
  return self->head;
}

guint64
fetch_draft_get_size (FetchDraft *self)
{
  return self->written + self->used;
}

const GError *
fetch_draft_get_failure (FetchDraft *self)
{
  return self->failure;
}
