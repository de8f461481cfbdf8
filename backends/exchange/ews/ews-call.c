/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ews/ews-call.h"

#include <string.h>

#include <taube-backend/taube-throttle.h>
#include <taube-backend/taube-trace.h>

#include "exchange-gettext.h"

#define BLOCK_BYTES (32 << 10)
/* How often, and after how long a pause at most, a busy server is asked again. */
#define TRIES_MAXIMUM 4
#define PAUSE_MAXIMUM 30

/* One try. */
typedef struct
{
  ExchangeAccount *account;
  const EwsCall *call;
  EwsVersion asked;     /* in which version */
  gboolean began;       /* somebody has been told something */
  gboolean refused;     /* the server understood, and would not: the connection is good */
  gboolean wrong_version;
  gboolean in_doubt;    /* the refusal does not say that nothing was done */
  gboolean blocked;     /* it was not even looked at */
  gint64 back_off;      /* milliseconds; 0: none was told */
  GError *refusal;      /* by a fault or a response message */
} Try;

static gboolean
on_header (const EwsNode *node, gpointer user_data, GError **error)
{
  Try *try = user_data;
  g_autofree char *text = NULL;
  EwsBuild build;

  if (!ews_build_decode (node, &build))
    return TRUE;
  text = ews_build_to_text (&build);
  if (exchange_account_set_build (try->account, text))
    exchange_account_set_version (try->account, MIN (exchange_account_get_version (try->account),
                                                     (int) ews_version_for_build (&build)));
  return TRUE;
}

/* The third is the word of a mailbox on an older server behind a newer one. */
static gboolean
is_about_version (const char *code)
{
  return strcmp (code, "ErrorInvalidServerVersion") == 0 || strcmp (code, "ErrorIncorrectSchemaVersion") == 0
         || strcmp (code, "ErrorInvalidSchemaVersionForMailboxVersion") == 0;
}

static void
set_refusal (Try *try, const EwsVerdict *verdict)
{
  if (try->refusal != NULL)
    return;
  try->refused = TRUE;
  try->wrong_version = is_about_version (verdict->code);
  if (try->call->refused != NULL)
    try->call->refused (verdict, try->call->user_data);
  try->refusal = ews_errors_new (verdict, try->call->what);
  try->back_off = verdict->back_off;
  if (ews_errors_is_misplaced (verdict->code))
    exchange_place_forget (exchange_client_get_place (exchange_account_get_client (try->account)), NULL);
  try->in_doubt = try->call->once && ews_errors_is_doubtful (verdict->code);
}

static gboolean
on_fault (const EwsNode *node, gpointer user_data, GError **error)
{
  Try *try = user_data;
  EwsVerdict verdict;

  ews_verdict_decode_fault (node, &verdict);
  set_refusal (try, &verdict);
  return TRUE;
}

static gboolean
on_unit (const EwsNode *unit, const EwsNode *message, guint index, gpointer user_data, GError **error)
{
  Try *try = user_data;

  try->began = TRUE;
  return try->call->unit == NULL || try->call->unit (unit, message, index, try->call->user_data, error);
}

static gboolean
on_message (const EwsNode *message, guint index, gpointer user_data, GError **error)
{
  Try *try = user_data;
  const EwsCall *call = try->call;
  EwsVerdict verdict;

  ews_verdict_decode_message (message, &verdict);
  /* The server is busy as a whole, even when it says so of each item. */
  if (verdict.failed && (call->failed == NULL || strcmp (verdict.code, "ErrorServerBusy") == 0) && !try->began)
    {
      set_refusal (try, &verdict);
      return TRUE;
    }
  if (verdict.failed && call->failed != NULL)
    {
      try->began = TRUE;
      return call->failed (&verdict, index, call->user_data, error);
    }
  if (verdict.failed)
    {
      set_refusal (try, &verdict);
      return TRUE;
    }
  try->began = TRUE;
  return call->message == NULL || call->message (message, index, call->user_data, error);
}

static gboolean
on_stream (const char *text, gsize length, gpointer user_data, GError **error)
{
  Try *try = user_data;

  try->began = TRUE;
  return try->call->stream_text == NULL || try->call->stream_text (text, length, try->call->user_data, error);
}

static const EwsReaderFuncs funcs = { on_header, on_fault, on_unit, on_message, on_stream, NULL };

static gboolean
read_answer (Try *try, ExchangeReply *reply, GCancellable *cancellable, GError **error)
{
  const TaubeLimits *limits = taube_account_get_limits (TAUBE_ACCOUNT (try->account));
  g_autoptr (EwsReader) reader = ews_reader_new (limits, &funcs, try);
  g_autofree guint8 *block = g_malloc (BLOCK_BYTES);
  guint64 total = 0;
  gssize n;

  ews_reader_set_stream (reader, try->call->stream);
  ews_reader_set_answer (reader, ews_operation_get_info (try->call->operation)->answer);
  while ((n = exchange_reply_read (reply, block, BLOCK_BYTES, cancellable, error)) > 0)
    {
      total += (guint64) n;
      if (total > limits->body_bytes)
        {
          g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT, _ ("%s: the server's answer does not end"),
                       try->call->what);
          return FALSE;
        }
      if (!ews_reader_feed (reader, block, (gsize) n, error))
        return FALSE;
    }
  return n == 0 && ews_reader_end (reader, error);
}

/* (transfer full): all of it, or with a message what stands before it; *TAIL is what stands behind it. */
static GBytes *
write_request (Try *try, GBytes **tail, GError **error)
{
  g_autoptr (EwsWriter) writer = NULL;
  g_autoptr (GBytes) bytes = NULL;
  gsize split;

  try->asked = (EwsVersion) exchange_account_get_version (try->account);
  writer = try->call->write (try->asked, try->call->args);
  bytes = ews_writer_end (writer, error);
  split = ews_writer_get_split (writer);
  *tail = NULL;
  if (bytes == NULL || try->call->source == NULL)
    return g_steal_pointer (&bytes);
  *tail = g_bytes_new_from_bytes (bytes, split, g_bytes_get_size (bytes) - split);
  return g_bytes_new_from_bytes (bytes, 0, split);
}

static gboolean
run_once (Try *try, gboolean *sent, GCancellable *cancellable, GError **error)
{
  const EwsOperationInfo *info = ews_operation_get_info (try->call->operation);
  g_autoptr (GBytes) tail = NULL, body = write_request (try, &tail, error);
  g_autoptr (ExchangeReply) reply = NULL;
  ExchangeCall call = { .what = info->element + 2, .body = body, .message = try->call->source, .tail = tail,
                        .content_type = "text/xml; charset=utf-8", .headers = try->call->headers,
                        .repeatable = info->reads };

  *sent = FALSE;
  if (body == NULL)
    return FALSE;
  reply = exchange_client_call (exchange_account_get_client (try->account), &call, sent, cancellable, error);
  if (reply != NULL && try->call->answered != NULL)
    try->call->answered (reply, try->call->user_data);
  try->blocked = reply == NULL && g_error_matches (*error, TAUBE_ERROR, TAUBE_ERROR_PERMISSION);
  if (reply == NULL || !read_answer (try, reply, cancellable, error))
    return FALSE;
  if (!g_error_matches (try->refusal, TAUBE_ERROR, TAUBE_ERROR_PERMISSION))
    exchange_live_note_answer (try->account);
  if (try->refusal == NULL && exchange_reply_get_status (reply) == 500 && !try->began)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, _ ("%s: the server says HTTP 500 and not why"),
                   try->call->what);
      return FALSE;
    }
  if (try->refusal == NULL)
    return TRUE;
  if (!try->in_doubt)
    *sent = FALSE; /* it was refused, so it was not done */
  g_propagate_error (error, g_steal_pointer (&try->refusal));
  return FALSE;
}

/* Down from what was asked in: the build in the head of the refusal, or another job, may have said so already. */
static gboolean
step_down (Try *try)
{
  int version = exchange_account_get_version (try->account);

  if (!try->wrong_version || try->asked == EWS_VERSION_2007_SP1)
    return FALSE;
  TAUBE_TRACE ("exchange", "the server does not know %s", ews_version_get_name (try->asked));
  exchange_account_set_version (try->account, MIN (version, (int) try->asked - 1));
  return TRUE;
}

/* TRUE: the pause that the server wants is over. */
static gboolean
wait_for_server (Try *try, const GError *problem, guint tries, GCancellable *cancellable, GError **error)
{
  guint seconds = taube_error_get_retry_after (problem);
  guint milliseconds = try->back_off > 0 ? (guint) try->back_off : seconds * 1000;

  if (!g_error_matches (problem, TAUBE_ERROR, TAUBE_ERROR_THROTTLED))
    return FALSE;
  if (try->call->once || try->began || tries >= TRIES_MAXIMUM || milliseconds > PAUSE_MAXIMUM * 1000)
    {
      exchange_client_set_busy (exchange_account_get_client (try->account), seconds);
      return FALSE;
    }
  TAUBE_TRACE ("exchange", "the server is busy: waiting %u ms", milliseconds);
  return exchange_pause (milliseconds, cancellable, error);
}

/* Nothing says whether a change was made. */
static void
doubt (const EwsCall *call, gboolean sent, GError **problem)
{
  GError *local;

  if (!sent || ews_operation_get_info (call->operation)->reads)
    return;
  local = g_error_new (TAUBE_ERROR, TAUBE_ERROR_UNKNOWN_OUTCOME, _ ("%s: it may have been done: %s"), call->what,
                       (*problem)->message);
  g_error_free (*problem);
  *problem = local;
}

/* What was tried is said once: errors of the layers below do not know it. */
static void
name_what (const EwsCall *call, GError **problem)
{
  if ((*problem)->domain == TAUBE_ERROR && !g_str_has_prefix ((*problem)->message, call->what))
    g_prefix_error (problem, "%s: ", call->what);
}

gboolean
ews_call_run (ExchangeAccount *account, const EwsCall *call, GCancellable *cancellable, GError **error)
{
  for (guint tries = 1;; tries++)
    {
      Try try = { .account = account, .call = call };
      GError *problem = NULL, *cancelled = NULL;
      gboolean sent = FALSE;

      if (run_once (&try, &sent, cancellable, &problem))
        return TRUE;
      g_clear_error (&try.refusal);
      if (try.blocked)
        exchange_live_note_blocked (account, call->operation == EWS_OPERATION_GET_FOLDER, problem, cancellable);
      if ((step_down (&try) || wait_for_server (&try, problem, tries, cancellable, &cancelled)) && cancelled == NULL)
        {
          g_error_free (problem);
          continue;
        }
      if (cancelled != NULL)
        {
          g_error_free (problem);
          g_propagate_error (error, cancelled);
          return FALSE;
        }
      if (!try.refused && g_error_matches (problem, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL))
        exchange_client_distrust (exchange_account_get_client (account));
      doubt (call, sent, &problem);
      name_what (call, &problem);
      g_propagate_error (error, problem);
      return FALSE;
    }
}
