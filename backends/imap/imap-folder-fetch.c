/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-folder.h"

#include "imap-gettext.h"

#include <string.h>

/* The most that one partial fetch may ask for: RFC 3501 has 32 bits for it, and some servers only 31 of them. */
#define MAX_PARTIAL G_GUINT64_CONSTANT (0x7fffffff)

/* Progress is told at every so many bytes. */
#define PROGRESS_STEP (64 << 10)

typedef struct
{
  TaubeFolder *folder;
  ImapSession *session;
  const char *id;
  guint32 uid;
  const char *section;
  guint64 offset;     /* of what is asked for */
  guint64 wanted;     /* at most so many bytes more; G_MAXUINT64: all */
  GOutputStream *sink;
  TaubeProgress *progress;
  GCancellable *cancellable;

  guint64 skip;       /* bytes to leave out, because the server begins too early */
  guint64 written;    /* bytes that the sink has */
  guint64 reported;
  guint64 expected;   /* bytes in all as far as it is known, 0 otherwise */
  guint64 answered;   /* bytes that the server has sent for this command */
  gboolean checked;   /* the id is one of the folder that is open */
  gboolean came;      /* an answer with this section */
  gboolean nothing;   /* and it was NIL */
  gboolean message;   /* an answer about this message */
} Fetch;

/* Answers. */

/* "BODY[1.2]<0>", "RFC822.HEADER": whether that is the section that was asked for. */
static gboolean
item_is_section (const char *item, const char *section, guint64 *origin_out, gboolean *has_origin_out)
{
  const char *open = strchr (item, '[');
  const char *end = open != NULL ? strchr (open, ']') : NULL;
  gsize length = strlen (section);

  *has_origin_out = FALSE;
  if (open == NULL || end == NULL || g_ascii_strncasecmp (item, "BODY", 4) != 0)
    return (section[0] == '\0' && g_ascii_strcasecmp (item, "RFC822") == 0)
           || (g_ascii_strncasecmp (item, "RFC822.", 7) == 0 && g_ascii_strcasecmp (item + 7, section) == 0);
  if ((gsize) (end - open - 1) != length || g_ascii_strncasecmp (open + 1, section, length) != 0)
    return FALSE;
  if (end[1] == '<')
    {
      *has_origin_out = TRUE;
      *origin_out = g_ascii_strtoull (end + 2, NULL, 10);
    }
  return TRUE;
}

/* A server that does not know partial fetches sends the whole: what comes before the offset is left out here. */
static void
set_skip (Fetch *fetch, gboolean has_origin, guint64 origin)
{
  fetch->came = TRUE;
  fetch->skip = 0;
  if (!has_origin)
    fetch->skip = fetch->offset;
  else if (origin < fetch->offset)
    fetch->skip = fetch->offset - origin;
}

static gboolean
accept_body (const ImapBodyInfo *info, gpointer user_data)
{
  Fetch *fetch = user_data;
  gboolean has_origin;
  guint64 origin = 0;

  if ((info->uid != 0 && info->uid != fetch->uid) || fetch->came || !fetch->checked
      || !item_is_section (info->item, fetch->section, &origin, &has_origin))
    return FALSE;
  set_skip (fetch, has_origin, origin);
  if (fetch->wanted == G_MAXUINT64 && fetch->written == 0 && info->size > fetch->skip)
    fetch->expected = info->size - fetch->skip;
  return TRUE;
}

static gboolean
write_bytes (Fetch *fetch, const guint8 *data, gsize length, GError **error)
{
  gsize n = MIN (length, fetch->skip);

  fetch->answered += length;
  fetch->skip -= n;
  data += n;
  length = MIN (length - n, fetch->wanted);
  if (length == 0)
    return TRUE;
  if (!g_output_stream_write_all (fetch->sink, data, length, NULL, fetch->cancellable, error))
    return FALSE;
  fetch->written += length;
  if (fetch->wanted != G_MAXUINT64)
    fetch->wanted -= length;
  if (fetch->written - fetch->reported >= PROGRESS_STEP)
    {
      fetch->reported = fetch->written;
      taube_progress_update (fetch->progress, fetch->written, fetch->expected);
    }
  return TRUE;
}

static gboolean
on_body (const ImapEvent *event, gpointer user_data, GError **error)
{
  Fetch *fetch = user_data;

  return event->type != IMAP_EVENT_BODY_DATA || write_bytes (fetch, event->data, event->length, error);
}

static gboolean
section_matches (const ImapSection *section, const Fetch *fetch)
{
  return !section->is_size && !section->binary && section->section.text != NULL
         && section->section.length == strlen (fetch->section)
         && g_ascii_strncasecmp (section->section.text, fetch->section, section->section.length) == 0;
}

/* Small contents may come as a quoted string, or NIL. */
static gboolean
take_section (Fetch *fetch, const ImapSection *section, GError **error)
{
  if (section->streamed || fetch->came || !fetch->checked)
    return TRUE;
  set_skip (fetch, section->has_origin, section->origin);
  fetch->nothing = section->content.text == NULL;
  return fetch->nothing
         || write_bytes (fetch, (const guint8 *) section->content.text, section->content.length, error);
}

static gboolean
on_answer (const ImapResponse *response, gpointer user_data, GError **error)
{
  Fetch *fetch = user_data;
  ImapFetch answer;

  if (response->type != IMAP_RESPONSE_FETCH || !imap_session_decode_fetch (fetch->session, response, &answer))
    return FALSE;
  for (const ImapSection *section = answer.sections; section != NULL; section = section->next)
    {
      if (!section_matches (section, fetch))
        continue;
      if ((answer.fields & IMAP_FETCH_UID) == 0 || answer.uid == fetch->uid)
        {
          fetch->message = TRUE;
          return take_section (fetch, section, error);
        }
      if (section->streamed)
        {
          g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL,
                       _ ("cannot fetch message \"%s\": the server sent the text of another one (UID %u)"), fetch->id,
                       answer.uid);
          return FALSE;
        }
    }
  if ((answer.fields & IMAP_FETCH_UID) != 0 && answer.uid == fetch->uid)
    fetch->message = TRUE;
  return FALSE;
}

/* Questions. */

static gboolean
check_answer (const Fetch *fetch, GError **error)
{
  const char *folder = taube_folder_get_name (fetch->folder);

  if (fetch->came && !fetch->nothing)
    return TRUE;
  if (!fetch->message)
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND, _ ("there is no message \"%s\" in folder \"%s\""),
                 fetch->id, folder);
  else if (fetch->nothing)
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND,
                 fetch->section[0] != '\0' ? _ ("message \"%s\" in folder \"%s\" has no part %s")
                                           : _ ("message \"%s\" in folder \"%s\" has no content%s"),
                 fetch->id, folder, fetch->section);
  else
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL,
                 _ ("cannot fetch message \"%s\" in folder \"%s\": the server says OK and sends nothing"), fetch->id,
                 folder);
  return FALSE;
}

/* Sends CALL, at first along with what opens the folder. An id of another generation of the folder is told then: the
 * answer that is on its way is nobody's, and costs the connection. */
static gboolean
send_fetch (Fetch *fetch, ImapCall *call, GCancellable *cancellable, GError **error)
{
  if (!imap_session_select_and (fetch->session, fetch->folder, call, cancellable, error))
    return FALSE;
  fetch->checked = imap_folder_parse_id (fetch->session, fetch->folder, fetch->id, &fetch->uid, error);
  return fetch->checked;
}

/* One FETCH; PARTIAL bytes from the offset on, or all when that is 0. */
static gboolean
run_fetch (Fetch *fetch, guint64 partial, GCancellable *cancellable, GError **error)
{
  g_autoptr (ImapCall) call = imap_session_call (fetch->session, "UID FETCH", TAUBE_ERROR_PROTOCOL,
                                                 _ ("cannot fetch message \"%s\" in folder \"%s\""), fetch->id,
                                                 taube_folder_get_name (fetch->folder));

  imap_command_add_number (call->command, fetch->uid);
  imap_command_open (call->command);
  imap_command_add_atom (call->command, N_ ("item"), "UID");
  imap_command_add_section (call->command, "BODY.PEEK", fetch->section, NULL, partial > 0, fetch->offset, partial);
  imap_command_close (call->command);
  call->untagged = on_answer;
  call->accept_body = accept_body;
  call->body = on_body;
  call->user_data = fetch;
  fetch->came = fetch->nothing = FALSE;
  fetch->answered = 0;
  return send_fetch (fetch, call, cancellable, error) && imap_call_finish (call, cancellable, error)
         && check_answer (fetch, error);
}

/* A range is asked for in pieces; the piece that comes short is the last. */
static gboolean
run_ranges (Fetch *fetch, GCancellable *cancellable, GError **error)
{
  while (fetch->wanted > 0)
    {
      guint64 piece = MIN (fetch->wanted, MAX_PARTIAL);
      guint64 before = fetch->written;

      if (!run_fetch (fetch, piece, cancellable, error))
        return FALSE;
      if (fetch->written - before < piece || fetch->answered != piece)
        return TRUE;
      fetch->offset += piece;
    }
  return TRUE;
}

static gboolean
run (Fetch *fetch, gint64 length, GCancellable *cancellable, GError **error)
{
  return fetch->offset == 0 && length < 0 ? run_fetch (fetch, 0, cancellable, error)
                                          : run_ranges (fetch, cancellable, error);
}

/* A message of which this session has not been told yet: some servers do not find it then. */
static gboolean
may_be_news (const Fetch *fetch, const GError *error)
{
  return g_error_matches (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND) && !fetch->message
         && fetch->session->mailbox != NULL && fetch->session->mailbox->stale
         && !imap_pipeline_is_broken (fetch->session->pipeline);
}

/* TaubeFolderClass.fetch */
gboolean
imap_folder_fetch (TaubeFolder *folder, TaubeSession *session, const char *id, const char *section, guint64 offset,
                   gint64 length, GOutputStream *sink, TaubeProgress *progress, GCancellable *cancellable,
                   GError **error)
{
  Fetch fetch = { 0 };
  GError *local = NULL;
  gboolean ok;

  fetch.folder = folder;
  fetch.session = IMAP_SESSION (session);
  fetch.id = id;
  fetch.section = section;
  fetch.offset = offset;
  fetch.wanted = length < 0 ? G_MAXUINT64 : (guint64) length;
  fetch.expected = length < 0 ? 0 : (guint64) length;
  fetch.sink = sink;
  fetch.progress = progress;
  fetch.cancellable = cancellable;
  if (!imap_session_begin (fetch.session, cancellable, error)
      || !imap_folder_read_uid (folder, id, &fetch.uid, error))
    return FALSE;
  if (imap_session_has_open (fetch.session, folder)
      && !imap_folder_parse_id (fetch.session, folder, id, &fetch.uid, error))
    return FALSE;
  ok = run (&fetch, length, cancellable, &local);
  if (!ok && may_be_news (&fetch, local))
    {
      g_clear_error (&local);
      ok = imap_session_refresh (fetch.session, cancellable, &local) && run (&fetch, length, cancellable, &local);
    }
  if (ok)
    taube_progress_update (progress, fetch.written, fetch.written);
  else
    g_propagate_error (error, local);
  return ok;
}
