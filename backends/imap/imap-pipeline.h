/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-connection.h>
#include <taube-backend/taube-limits.h>
#include <taube-backend/taube-progress-impl.h>

#include "imap-command.h"
#include "imap-errors.h"
#include "imap-reader.h"

G_BEGIN_DECLS

/* Commands on their way to one server and the replies on their way back. Blocking, one thread at a time.
 *
 * There are two kinds of failure. Refused: the server said NO; imap_pipeline_is_broken() stays FALSE. Broken: the
 * stream ended, timed out, was cancelled in the middle or is out of step; nothing more can be done with it. */
typedef struct _ImapPipeline ImapPipeline;
typedef struct _ImapCall ImapCall;

/* TRUE: the response belonged to this and is dealt with; FALSE: ask the next one. An error in *ERROR breaks the
 * stream. */
typedef gboolean (*ImapResponseFunc) (const ImapResponse *response, gpointer user_data, GError **error);
/* Bytes of a body that was accepted, in order; first with IMAP_EVENT_BODY_BEGIN. FALSE breaks the stream. */
typedef gboolean (*ImapBodyFunc) (const ImapEvent *event, gpointer user_data, GError **error);

/* One command and what became of it. Fill it, send it, wait for it. Freed while the server still works on it, it breaks
 * the stream, for nobody would know to whom the replies belong. */
struct _ImapCall
{
  ImapCommand *command;
  char *what;              /* "cannot select \"INBOX\"": begins the error when the server refuses */
  TaubeError fallback;     /* the code of that error when the server gives no reason */
  gboolean bad_is_refusal; /* BAD was to be reckoned with, and the stream is still in step */
  ImapResponseFunc untagged;   /* offered each untagged response while the command runs */
  ImapBodyFilter accept_body;  /* bodies to be streamed */
  ImapBodyFunc body;           /* and where they go */
  ImapResponseFunc completed;  /* shown the tagged reply */
  void (*streamed) (guint64 bytes, gpointer user_data); /* told of the bytes of a literal that went out */
  gpointer user_data;          /* of the five */
  GDestroyNotify free_user_data;
  TaubeProgress *progress;     /* not owned, may be NULL: told how far the server says it is */
  guint64 progress_base;       /* of a whole that this command is a part of: what was done before it */
  guint64 progress_total;      /* and all of it; 0: the command is the whole */

  /* What became of it: */
  gboolean sent;           /* some byte of it may have reached the server */
  gboolean complete;       /* all of it may have: the server may do it */
  gboolean done;
  ImapResponseType status; /* OK, NO or BAD */
  ImapCode code;
  gboolean not_alone;      /* the refusal is about more than this command: the server is busy, or hangs up */
  GError *refusal;         /* NO or BAD as an error */

  ImapPipeline *pipeline;
  gboolean streaming;      /* the body that is just coming is its own */
};

ImapPipeline *imap_pipeline_new (TaubeConnection *connection, const TaubeLimits *limits);
void imap_pipeline_free (ImapPipeline *self);
ImapResponseFunc imap_pipeline_get_unsolicited (ImapPipeline *self, gpointer *user_data);
void imap_pipeline_set_unsolicited (ImapPipeline *self, ImapResponseFunc func, gpointer user_data);
void imap_pipeline_set_broken_func (ImapPipeline *self, void (*func) (gpointer user_data), gpointer user_data);
TaubeConnection *imap_pipeline_get_connection (ImapPipeline *self);
TaubeArena *imap_pipeline_get_arena (ImapPipeline *self);
void imap_pipeline_release_memory (ImapPipeline *self);
ImapDialect *imap_pipeline_get_dialect (ImapPipeline *self);
gboolean imap_pipeline_is_broken (ImapPipeline *self);
void imap_pipeline_break (ImapPipeline *self, const GError *error);
void imap_pipeline_reset_flood (ImapPipeline *self);
gboolean imap_pipeline_start_tls (ImapPipeline *self, GCancellable *cancellable, GError **error);
void imap_pipeline_start_compression (ImapPipeline *self);

ImapCall *imap_call_new (ImapPipeline *self, const char *name, TaubeError fallback, const char *what, ...)
  G_GNUC_PRINTF (4, 5);
void imap_call_free (ImapCall *call);
gboolean imap_call_send (ImapCall *call, GCancellable *cancellable, GError **error);
gboolean imap_call_finish (ImapCall *call, GCancellable *cancellable, GError **error);
gboolean imap_call_run (ImapCall *call, GCancellable *cancellable, GError **error);
gboolean imap_call_wait_continuation (ImapCall *call, GCancellable *cancellable, GError **error);
const char *imap_pipeline_get_continuation (ImapPipeline *self, gsize *length_out);
gboolean imap_pipeline_write_line (ImapPipeline *self, const char *text, gboolean secret, GCancellable *cancellable,
                                   GError **error);
gboolean imap_pipeline_read (ImapPipeline *self, GCancellable *cancellable, GError **error);
gboolean imap_pipeline_read_available (ImapPipeline *self, GCancellable *cancellable, GError **error);

/* imap-greeting.c */
gboolean imap_pipeline_read_greeting (ImapPipeline *self, ImapResponseFunc func, gpointer user_data,
                                      GCancellable *cancellable, GError **error);

/* For imap-literal.c. */
gboolean imap_pipeline_read_meanwhile (ImapPipeline *self, GError **error);
gboolean imap_pipeline_break_writing (ImapPipeline *self, GError *local, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapPipeline, imap_pipeline_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapCall, imap_call_free)

G_END_DECLS
