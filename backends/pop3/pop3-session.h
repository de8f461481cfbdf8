/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-session.h>
#include <taube/taube-error.h>

#include "pop3-account.h"
#include "pop3-capabilities.h"
#include "pop3-pipeline.h"
#include "pop3-quirks.h"

G_BEGIN_DECLS

/* Whether the server has a command. */
typedef enum
{
  POP3_OFFER_UNKNOWN, /* it has no CAPA, and nobody has tried yet: note it when it is known */
  POP3_OFFER_YES,
  POP3_OFFER_NO,
} Pop3Offer;

/* One signed-in connection. What it shows of the maildrop is as it was at sign-in: the numbers of the messages hold
 * until QUIT, and new mail is seen only by signing in again (pop3_session_look()). */
#define TAUBE_TYPE_POP3_SESSION (pop3_session_get_type ())
#define POP3_SESSION(obj) ((Pop3Session *) (obj))
typedef struct _TaubePop3Session Pop3Session;
GType pop3_session_get_type (void);

struct _TaubePop3Session
{
  TaubeSession parent_instance;

  TaubeLimits limits;
  TaubeConnection *connection;
  Pop3Pipeline *pipeline;
  Pop3Capabilities *capabilities; /* empty when the server has no CAPA; NULL: not known (any more) */
  gboolean has_capa;
  Pop3Quirks quirks;
  char *greeting;
  char *stamp;      /* for APOP, of a greeting that can be believed; or NULL */
  gboolean utf8;    /* the server has agreed to UTF8 (RFC 6856): headers may be UTF-8 */
  gboolean authenticated;

  Pop3Offer uidl;
  Pop3Offer top;
  guint64 count;    /* STAT: messages at sign-in */
  guint64 size;     /* and their bytes */
  guint serial;     /* another one for each sign-in: what was learned of numbers holds as long as it is the same */
  gboolean fresh;   /* signed in for the job that runs now: nothing is newer */
  guint marked;     /* messages with a DELE that only QUIT makes true */

  TaubeParkFunc park_func;
  gpointer park_data;
};

Pop3Session *pop3_session_new (Pop3Account *account);
Pop3Account *pop3_session_get_account (Pop3Session *self);
gboolean pop3_session_has (Pop3Session *self, Pop3Capability capability);
gboolean pop3_session_is_alive (Pop3Session *self);
void pop3_session_attach (Pop3Session *self, TaubeConnection *connection);
void pop3_session_drop_connection (Pop3Session *self);
void pop3_session_set_capabilities (Pop3Session *self, Pop3Capabilities *capabilities);

/* For the folder. */

/* Every job begins with one of these two. Begin: the maildrop as this session shows it will do (to fetch a message by
 * its id). Look: it must be as it is now; signs in again unless that was done for this very job, or LOGIN-DELAY forbids
 * it: then it is as new as the server lets anybody see it. FALSE: error, see taube_session_is_broken(). */
gboolean pop3_session_begin (Pop3Session *self, GCancellable *cancellable, GError **error);
gboolean pop3_session_look (Pop3Session *self, GCancellable *cancellable, GError **error);
/* QUIT if that can still be said, and another sign-in within the same job. */
gboolean pop3_session_reopen (Pop3Session *self, GCancellable *cancellable, GError **error);

/* One command (transfer full) with one line for an answer. TRIED begins the error when it is refused, `cannot fetch
 * message 3`, and FALLBACK is its code when the server gives no reason. *TEXT_OUT (nullable, transfer full): what
 * stands behind +OK. Refused: FALSE, and the session goes on; taube_session_is_broken() says which. */
gboolean pop3_session_run (Pop3Session *self, Pop3Command *command, TaubeError fallback, const char *tried,
                           char **text_out, GCancellable *cancellable, GError **error);
/* The same for a command with a text for an answer: CAPA, LIST, UIDL by lines; RETR, TOP in pieces. NULL skips it. */
gboolean pop3_session_run_lines (Pop3Session *self, Pop3Command *command, TaubeError fallback, const char *tried,
                                 Pop3LineFunc line, gpointer user_data, GCancellable *cancellable, GError **error);
gboolean pop3_session_run_data (Pop3Session *self, Pop3Command *command, TaubeError fallback, const char *tried,
                                Pop3DataFunc data, gpointer user_data, GCancellable *cancellable, GError **error);
/* Many commands, sent ahead where the server can do that and one by one where not: see Pop3Batch. */
gboolean pop3_session_run_batch (Pop3Session *self, const Pop3Batch *batch, gpointer user_data,
                                 GCancellable *cancellable, GError **error);
/* The error for a refusal, as the above make it. (transfer full) */
GError *pop3_session_make_error (Pop3Session *self, const Pop3Response *response, TaubeError fallback,
                                 const char *tried);

/* What became of the messages that were marked. */
typedef enum
{
  POP3_QUIT_DONE,    /* +OK: they are gone */
  POP3_QUIT_REFUSED, /* -ERR: some or all may still be there */
  POP3_QUIT_UNKNOWN, /* QUIT may have been heard, but no answer came */
  POP3_QUIT_UNSENT,  /* it never reached the server: none is gone */
} Pop3Quit;

/* Says QUIT and waits for the answer; the session is used up afterwards, whatever comes of it. ERROR is set unless it
 * is DONE. */
Pop3Quit pop3_session_quit (Pop3Session *self, GCancellable *cancellable, GError **error);

/* Writes followed by waiting, since the connection was made. */
guint64 pop3_session_get_round_trips (Pop3Session *self);

/* pop3-open.c */
gboolean pop3_session_open (TaubeSession *session, GCancellable *cancellable, GError **error);
/* pop3-auth.c */
/* For TaubeLogin: SESSION is a Pop3Session. */
gboolean pop3_auth_needs_no_secret (gpointer session, gboolean *forced_out);
gboolean pop3_auth_run (gpointer session, const TaubeSecret *secret, gboolean is_token, GCancellable *cancellable,
                        GError **error);
/* pop3-live.c */
void pop3_live_report (Pop3Session *self);

G_END_DECLS
