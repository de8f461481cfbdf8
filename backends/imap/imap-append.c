/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-append.h"

#include <inttypes.h>
#include <string.h>

#include "imap-date.h"
#include "imap-decode-search.h"
#include "imap-gettext.h"
#include "imap-place.h"

/* One MULTIAPPEND takes no more than this: what fails, fails as a whole. */
#define MAX_GROUP_MESSAGES 100
#define MAX_GROUP_BYTES (G_GUINT64_CONSTANT (32) << 20)

struct _ImapAppend
{
  TaubeFolder *folder;
  GPtrArray *sources; /* of TaubeMessageSource */
  TaubeProgress *progress;
  TaubeBatchResult *result;
  guint next;         /* the first of which nothing was said yet */
  gboolean no_utf8;   /* the server does not know the form UTF8 (…) after all */

  /* Those that go together now: [next, group_end); and those in doubt since the connection broke: */
  guint doubt_begin;
  guint doubt_end;
  ImapPlace place;    /* where new messages will stand, as far as it is known */

  guint64 done;       /* bytes, for the progress */
  guint64 total;
};

/* What the server says to one command. */
typedef struct
{
  ImapAppend *append;
  guint32 uidvalidity; /* 0: it did not tell */
  ImapSeqset *uids;
} Answer;

/* What a message needs. */

/* APPENDLIMIT=35651584 (RFC 7889); G_MAXUINT64: no limit is told. */
static guint64
get_limit (ImapSession *session)
{
  const char *const *words
    = session->capabilities != NULL ? imap_capabilities_get_words (session->capabilities) : NULL;
  guint64 limit;

  for (guint i = 0; words != NULL && words[i] != NULL; i++)
    if (g_ascii_strncasecmp (words[i], "APPENDLIMIT=", 12) == 0
        && imap_number_parse (words[i] + 12, strlen (words[i] + 12), &limit))
      return limit;
  return G_MAXUINT64;
}

static gboolean
check_keywords (TaubeMessageSource *source, GError **error)
{
  const char *const *keywords = taube_message_source_get_keywords (source);

  for (guint i = 0; keywords[i] != NULL; i++)
    if (!imap_flags_check_keyword (keywords[i], error))
      return FALSE;
  return TRUE;
}

gboolean
imap_append_check (ImapSession *session, TaubeFolder *folder, TaubeMessageSource *source, GError **error)
{
  const TaubeMessageFacts *facts = taube_message_source_get_facts (source);
  const char *name = taube_folder_get_name (folder);
  guint64 limit = get_limit (session);

  if (facts->size > limit)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID,
                   _ ("cannot write into folder \"%s\": the message has %" PRIu64
                      " bytes, and this server takes %" PRIu64 " at most"),
                   name, facts->size, limit);
      return FALSE;
    }
  if (facts->has_nul && !imap_session_has (session, IMAP_CAPABILITY_BINARY))
    {
      g_set_error (
          error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED,
          _ ("cannot write into folder \"%s\": the message has NUL characters, which this server cannot take (it "
             "lacks BINARY)"),
          name);
      return FALSE;
    }
  return check_keywords (source, error);
}

/* RFC 6855 wants messages with UTF-8 in their header to be announced. */
gboolean
imap_append_wants_utf8 (ImapSession *session, TaubeMessageSource *source)
{
  return taube_message_source_get_facts (source)->has_8bit_header
         && imap_pipeline_get_dialect (session->pipeline)->utf8
         && (imap_session_has (session, IMAP_CAPABILITY_UTF8_ACCEPT)
             || imap_session_has (session, IMAP_CAPABILITY_UTF8_ONLY));
}

/* Courier 5.0 says NO to UTF8 (~{47}, "Error in IMAP command", with no code. */
gboolean
imap_append_is_form_refused (const ImapCall *call)
{
  return call->done && call->bad_is_refusal
         && (call->status == IMAP_RESPONSE_BAD || (call->status == IMAP_RESPONSE_NO && call->code == IMAP_CODE_NONE));
}

static GInputStream *
open_source (gpointer source, GCancellable *cancellable, GError **error)
{
  return taube_message_source_open (source, cancellable, error);
}

static void
add_date (ImapCommand *command, GDateTime *date)
{
  char text[IMAP_DATE_TIME_SIZE];

  if (date != NULL
      && imap_date_format (g_date_time_to_unix (date), (gint) (g_date_time_get_utc_offset (date) / G_USEC_PER_SEC),
                           text))
    imap_command_add_string (command, N_ ("date"), text);
}

/* append-message = append-opts SP append-data
 * append-opts    = [SP flag-list] [SP date-time]
 * append-data    = literal / literal8 / append-data-ext              (RFC 9051, RFC 3516)
 * append-data    =/ "UTF8" SP "(" literal8 ")"                       (RFC 6855) */
void
imap_append_add_message (ImapCommand *command, ImapSession *session, TaubeMessageSource *source, gboolean utf8)
{
  const TaubeMessageFacts *facts = taube_message_source_get_facts (source);
  TaubeMessageFlags flags = taube_message_source_get_flags (source) & ~TAUBE_MESSAGE_FLAGS_RECENT;
  const char *const *keywords = taube_message_source_get_keywords (source);

  if (flags != 0 || keywords[0] != NULL)
    imap_command_add_flags (command, flags, keywords);
  add_date (command, taube_message_source_get_date (source));
  if (utf8)
    {
      imap_command_add_atom (command, N_ ("form"), "UTF8");
      imap_command_open (command);
    }
  imap_command_add_literal_stream (command, utf8 || facts->has_nul, utf8, facts->size, open_source,
                                   G_OBJECT (source));
  if (utf8)
    imap_command_close (command);
}

/* Outcome. */

ImapAppend *
imap_append_new (TaubeFolder *folder, GPtrArray *sources, TaubeProgress *progress)
{
  ImapAppend *self = g_new0 (ImapAppend, 1);
  g_autoptr (TaubeIdSet) ids = taube_id_set_new ();

  taube_id_set_add_range (ids, "", 1, sources->len);
  self->folder = g_object_ref (folder);
  self->sources = g_ptr_array_ref (sources);
  self->progress = progress != NULL ? g_object_ref (progress) : NULL;
  self->result = taube_batch_result_new (ids);
  for (guint i = 0; i < sources->len; i++)
    self->total += taube_message_source_get_facts (sources->pdata[i])->size;
  return self;
}

void
imap_append_free (ImapAppend *self)
{
  g_object_unref (self->folder);
  g_ptr_array_unref (self->sources);
  g_clear_object (&self->progress);
  taube_batch_result_unref (self->result);
  g_free (self);
}

TaubeBatchResult *
imap_append_get_result (ImapAppend *self)
{
  return self->result;
}

/* Whether there is more to do: something in doubt, or something that was never tried. */
gboolean
imap_append_is_open_ended (ImapAppend *self)
{
  return self->next < self->sources->len || self->doubt_begin < self->doubt_end;
}

static TaubeIdSet *
make_ids (guint begin, guint end)
{
  TaubeIdSet *ids = taube_id_set_new ();

  if (begin < end)
    taube_id_set_add_range (ids, "", begin + 1, end);
  return ids;
}

static void
set_failed (ImapAppend *self, guint begin, guint end, const GError *error)
{
  g_autoptr (TaubeIdSet) ids = make_ids (begin, end);

  if (begin < end)
    taube_batch_result_set_failed (self->result, ids, error);
}

static void
set_unknown (ImapAppend *self, guint begin, guint end, const GError *cause)
{
  g_autoptr (TaubeIdSet) ids = make_ids (begin, end);
  g_autoptr (GError) error = g_error_new (TAUBE_ERROR, TAUBE_ERROR_UNKNOWN_OUTCOME,
                                          _ ("it is not known whether the message was written into folder \"%s\": %s"),
                                          taube_folder_get_name (self->folder), cause->message);

  taube_batch_result_set_unknown (self->result, ids, error);
}

/* UID 0: it is there, but nobody knows where. */
static void
set_done (ImapAppend *self, guint position, guint32 uidvalidity, guint32 uid)
{
  g_autofree char *id = g_strdup_printf ("%u", position + 1);
  g_autofree char *new_id = uid != 0 ? g_strdup_printf ("%u.%u", uidvalidity, uid) : NULL;

  taube_batch_result_set_done (self->result, id, new_id);
}

/* What the messages [begin, end) would look like on the server. */
static GArray *
make_prints (ImapAppend *self, guint begin, guint end)
{
  GArray *prints = imap_prints_new ();

  for (guint i = begin; i < end; i++)
    {
      TaubeMessageSource *source = self->sources->pdata[i];
      const TaubeMessageFacts *facts = taube_message_source_get_facts (source);
      GDateTime *date = taube_message_source_get_date (source);
      ImapPrint print = { 0, facts->size, date != NULL, date != NULL ? g_date_time_to_unix (date) : 0,
                          g_strdup (facts->message_id) };

      g_array_append_val (prints, print);
    }
  return prints;
}

/* Looks for the messages [begin, end); what is found is done. FALSE: nothing could be looked at. */
static gboolean
find (ImapAppend *self, ImapSession *session, guint begin, guint end, GCancellable *cancellable, GError **error)
{
  g_autoptr (GArray) prints = make_prints (self, begin, end);

  if (!imap_place_find (&self->place, session, self->folder, prints, cancellable, error))
    return FALSE;
  for (guint i = begin; i < end; i++)
    {
      guint32 uid = g_array_index (prints, ImapPrint, i - begin).uid;

      if (uid != 0)
        set_done (self, i, self->place.uidvalidity, uid);
    }
  return TRUE;
}

/* The server said OK. Its APPENDUID counts when it is about as many messages as there were; else one looks. */
static gboolean
take_success (ImapAppend *self, ImapSession *session, const Answer *answer, guint end, GCancellable *cancellable,
              GError **error)
{
  guint begin = self->next;
  gboolean told = answer->uidvalidity != 0 && imap_seqset_count (answer->uids) == end - begin, ok;

  for (guint i = begin; i < end; i++)
    {
      guint32 uid = 0;

      if (told)
        imap_seqset_get_nth (answer->uids, i - begin, &uid);
      set_done (self, i, answer->uidvalidity, uid);
      if (uid != 0 && self->place.uidvalidity == answer->uidvalidity && uid >= self->place.uidnext)
        self->place.uidnext = uid < G_MAXUINT32 ? uid + 1 : 0;
    }
  self->next = end;
  if (told)
    return TRUE;
  ok = find (self, session, begin, end, cancellable, error);
  self->place = (ImapPlace){ 0 };
  if (ok || imap_pipeline_is_broken (session->pipeline))
    return ok;
  g_clear_error (error); /* written it is, and that was what was asked for */
  return TRUE;
}

/* Commands. */

static gboolean
append_completed (const ImapResponse *response, gpointer user_data, GError **error)
{
  Answer *answer = user_data;
  ImapCopyuid copyuid;

  if (response->type == IMAP_RESPONSE_OK && response->code == IMAP_CODE_APPENDUID
      && imap_decode_copyuid (response, &copyuid)
      && imap_seqset_add_text (answer->uids, copyuid.target.text, copyuid.target.length, NULL))
    answer->uidvalidity = copyuid.uidvalidity;
  return TRUE;
}

static void
append_streamed (guint64 bytes, gpointer user_data)
{
  Answer *answer = user_data;
  ImapAppend *self = answer->append;

  self->done += bytes;
  taube_progress_update (self->progress, MIN (self->done, self->total), self->total);
}

/* How many go together from the next on. */
static guint
choose_group (ImapAppend *self, ImapSession *session)
{
  guint64 bytes = taube_message_source_get_facts (self->sources->pdata[self->next])->size;
  guint end = self->next + 1;

  if (!imap_session_has (session, IMAP_CAPABILITY_MULTIAPPEND))
    return end;
  for (; end < self->sources->len && end - self->next < MAX_GROUP_MESSAGES; end++)
    {
      TaubeMessageSource *source = self->sources->pdata[end];

      bytes += taube_message_source_get_facts (source)->size;
      if (bytes > MAX_GROUP_BYTES || !imap_append_check (session, self->folder, source, NULL))
        break;
    }
  return end;
}

static ImapCall *
new_append (ImapAppend *self, ImapSession *session, guint end, Answer *answer, GCancellable *cancellable,
            GError **error)
{
  g_autoptr (ImapCall) call
      = imap_session_call (session, "APPEND", TAUBE_ERROR_PERMISSION, _ ("cannot write into folder \"%s\""),
                           taube_folder_get_name (self->folder));

  if (!imap_folder_add_name (self->folder, session, call->command, cancellable, error))
    return NULL;
  for (guint i = self->next; i < end; i++)
    {
      TaubeMessageSource *source = self->sources->pdata[i];
      gboolean utf8 = !self->no_utf8 && imap_append_wants_utf8 (session, source);

      imap_append_add_message (call->command, session, source, utf8);
      call->bad_is_refusal |= utf8;
    }
  call->completed = append_completed;
  call->streamed = append_streamed;
  call->user_data = answer;
  return g_steal_pointer (&call);
}

/* Refusals that the next message would meet as well. */
static gboolean
is_about_folder (const GError *error)
{
  return !g_error_matches (error, TAUBE_ERROR, TAUBE_ERROR_INVALID)
         && !g_error_matches (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED);
}

/* The command came to no good end: CAUSE says how. TRUE: one can go on with the next. */
static gboolean
take_failure (ImapAppend *self, ImapSession *session, const ImapCall *call, guint end, const GError *cause)
{
  guint begin = self->next;

  if (!self->no_utf8 && imap_append_is_form_refused (call))
    {
      self->no_utf8 = TRUE;
      return !imap_pipeline_is_broken (session->pipeline);
    }
  if (call->done && call->refusal != NULL)
    {
      set_failed (self, begin, end, call->refusal);
      self->next = end;
      return !imap_pipeline_is_broken (session->pipeline) && !is_about_folder (call->refusal);
    }
  if (!call->complete)
    {
      /* The server has not got all of it and cannot have done it. */
      set_failed (self, begin, end, cause);
      if (g_error_matches (cause, TAUBE_ERROR, TAUBE_ERROR_STORAGE))
        self->next = end; /* the fault lies with the message */
      return FALSE;
    }
  set_unknown (self, begin, end, cause);
  self->doubt_begin = begin;
  self->doubt_end = end;
  self->next = end;
  return FALSE;
}

/* Where new messages will stand is asked on the way, unless it is known. */
static gboolean
send_group (ImapAppend *self, ImapSession *session, ImapCall *call, GCancellable *cancellable, GError **error)
{
  g_autoptr (ImapCall) status = NULL;
  g_autoptr (GError) refusal = NULL;

  if (self->place.uidnext == 0)
    {
      status = imap_place_ask (&self->place, session, self->folder, cancellable, error);
      if (status == NULL || !imap_call_send (status, cancellable, error))
        return FALSE;
    }
  if (!imap_call_send (call, cancellable, error))
    return FALSE;
  if (status != NULL && !imap_call_finish (status, cancellable, &refusal) && !status->done)
    {
      g_propagate_error (error, g_steal_pointer (&refusal));
      return FALSE;
    }
  return imap_call_finish (call, cancellable, error);
}

/* The next group. FALSE: it cannot go on. */
static gboolean
append_group (ImapAppend *self, ImapSession *session, GCancellable *cancellable, GError **error)
{
  guint end = choose_group (self, session);
  g_autoptr (ImapSeqset) uids = imap_seqset_new ();
  Answer answer = { self, 0, uids };
  guint64 before = self->done;
  GError *local = NULL;
  g_autoptr (ImapCall) call = new_append (self, session, end, &answer, cancellable, &local);

  if (call == NULL)
    {
      set_failed (self, self->next, end, local);
      g_propagate_error (error, local);
      return FALSE;
    }
  if (send_group (self, session, call, cancellable, &local))
    return take_success (self, session, &answer, end, cancellable, error);
  if (call->done && call->status == IMAP_RESPONSE_OK)
    {
      g_clear_error (&local); /* what broke came behind it */
      return take_success (self, session, &answer, end, cancellable, error);
    }
  if (self->next < self->sources->len && !call->complete)
    self->done = before;
  if (take_failure (self, session, call, end, local))
    {
      g_error_free (local);
      return TRUE;
    }
  g_propagate_error (error, local);
  return FALSE;
}

/* What is still in doubt stays unknown: the server may be about to do it. */
static gboolean
look_after (ImapAppend *self, ImapSession *session, GCancellable *cancellable, GError **error)
{
  guint begin = self->doubt_begin, end = self->doubt_end;

  self->doubt_begin = self->doubt_end = 0;
  if (begin == end || find (self, session, begin, end, cancellable, error))
    return TRUE;
  if (imap_pipeline_is_broken (session->pipeline))
    return FALSE;
  g_clear_error (error);
  return TRUE;
}

gboolean
imap_append_run (ImapAppend *self, ImapSession *session, GCancellable *cancellable, GError **error)
{
  if (!imap_session_begin (session, cancellable, error) || !look_after (self, session, cancellable, error))
    {
      set_failed (self, self->next, self->sources->len, *error);
      return FALSE;
    }
  self->place = (ImapPlace){ 0 };
  while (self->next < self->sources->len)
    {
      g_autoptr (GError) unfit = NULL;

      if (!imap_append_check (session, self->folder, self->sources->pdata[self->next], &unfit))
        {
          set_failed (self, self->next, self->next + 1, unfit);
          self->next++;
        }
      else if (!append_group (self, session, cancellable, error))
        {
          set_failed (self, self->next, self->sources->len, *error);
          return FALSE;
        }
    }
  taube_progress_update (self->progress, self->total, self->total);
  return TRUE;
}

/* TaubeFolderClass.append */
TaubeBatchResult *
imap_folder_append (TaubeFolder *folder, TaubeSession *session, GPtrArray *sources, TaubeAttempt *attempt,
                    TaubeProgress *progress, GCancellable *cancellable, GError **error)
{
  ImapAppend *append = attempt->state;
  TaubeBatchResult *result;
  GError *local = NULL;

  if (append == NULL)
    {
      append = imap_append_new (folder, sources, progress);
      attempt->state = append;
      attempt->free_state = (GDestroyNotify) imap_append_free;
    }
  result = append->result;
  if (imap_append_run (append, IMAP_SESSION (session), cancellable, &local))
    imap_folder_show_written (folder, IMAP_SESSION (session), cancellable);
  else
    attempt->again = imap_append_is_open_ended (append) && imap_folder_wants_again (session, cancellable);
  if (taube_batch_result_count (result, TAUBE_BATCH_STATUS_FAILED) < sources->len
      || (local == NULL && sources->len > 1))
    {
      g_clear_error (&local);
      return taube_batch_result_ref (result);
    }
  if (local == NULL)
    local = taube_batch_result_get_error (result, "1");
  g_propagate_error (error, local);
  return NULL;
}
