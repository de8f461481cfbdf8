/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-connection.h>
#include <taube-backend/taube-limits.h>

#include "pop3-command.h"
#include "pop3-response.h"

G_BEGIN_DECLS

/* Commands on their way to one server and the replies on their way back, in the same order. Blocking, one thread at a
 * time.
 *
 * There are two kinds of failure. Refused: the server said -ERR; pop3_pipeline_is_broken() stays FALSE. Broken: the
 * stream ended, timed out, was cancelled in the middle or is out of step; nothing more can be done with it, and what
 * was marked for deletion stays. */
typedef struct _Pop3Pipeline Pop3Pipeline;

/* A line of a text, or a piece of one. FALSE, with an error, breaks the stream. */
typedef gboolean (*Pop3LineFunc) (const char *line, gsize length, gpointer user_data, GError **error);
typedef gboolean (*Pop3DataFunc) (const guint8 *data, gsize length, gpointer user_data, GError **error);

/* Any number of commands, sent ahead of their replies as far as the server allows. The functions are called in the
 * order of the commands; INDEX counts them from 0. FALSE, with an error, breaks the stream. */
typedef struct
{
  /* The next command; NULL: there are no more. It is asked for a window of commands at a time, before the replies of
   * those before have come. (transfer full) */
  Pop3Command *(*next) (gpointer user_data);
  /* The status line of a command has come: +OK or -ERR. A text follows only +OK. */
  gboolean (*answered) (guint64 index, const Pop3Response *response, gpointer user_data, GError **error);
  /* The text, by lines or, when there is no function for that, in pieces as they come (line ends and all). Dots that
   * were put before lines are gone. Neither: it is skipped. */
  Pop3LineFunc line;
  Pop3DataFunc data;
  /* The text is whole. Optional. */
  gboolean (*ended) (guint64 index, gpointer user_data, GError **error);
  guint64 max_lines; /* of one text; 0: as many as there may be messages */
  guint64 max_bytes; /* of one text; 0: as many as a body may have */
} Pop3Batch;

Pop3Pipeline *pop3_pipeline_new (TaubeConnection *connection, const TaubeLimits *limits);
void pop3_pipeline_free (Pop3Pipeline *self);
void pop3_pipeline_set_broken_func (Pop3Pipeline *self, void (*func) (gpointer user_data), gpointer user_data);
TaubeConnection *pop3_pipeline_get_connection (Pop3Pipeline *self);
gboolean pop3_pipeline_is_broken (Pop3Pipeline *self);
void pop3_pipeline_break (Pop3Pipeline *self, const GError *error);
gboolean pop3_pipeline_start_tls (Pop3Pipeline *self, GCancellable *cancellable, GError **error);
/* Nothing came that nobody asked for; the stream breaks if it did. */
gboolean pop3_pipeline_check_quiet (Pop3Pipeline *self, GError **error);

/* WINDOW: how many commands may be on their way at once. */
gboolean pop3_pipeline_run (Pop3Pipeline *self, const Pop3Batch *batch, guint window, gpointer user_data,
                            GCancellable *cancellable, GError **error);

/* For sign-in: one line there, one line back. The response is good until the next read. */
gboolean pop3_pipeline_send (Pop3Pipeline *self, Pop3Command *command, GCancellable *cancellable, GError **error);
gboolean pop3_pipeline_send_secret_line (Pop3Pipeline *self, const TaubeSecret *line, GCancellable *cancellable,
                                         GError **error);
gboolean pop3_pipeline_read_response (Pop3Pipeline *self, Pop3Response *response, GCancellable *cancellable,
                                      GError **error);

/* How often we have sent something and then waited for the answer. */
guint64 pop3_pipeline_get_round_trips (Pop3Pipeline *self);
/* Whether the stream broke on the server's side while several commands were on their way. */
gboolean pop3_pipeline_was_lost_ahead (Pop3Pipeline *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pop3Pipeline, pop3_pipeline_free)

G_END_DECLS
