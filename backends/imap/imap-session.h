/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-session.h>

#include "imap-account.h"
#include "imap-capabilities.h"
#include "imap-decode-fetch.h"
#include "imap-pipeline.h"
#include "imap-quirks.h"

G_BEGIN_DECLS

/* The selected mailbox as the server describes it. */
typedef struct
{
  char *key;            /* of its path: imap_names_to_key() */
  gint epoch;           /* of the account's names, when it was opened */
  gboolean examined;    /* opened by EXAMINE */
  gboolean read_only;   /* the server opened it so */
  gboolean stale;       /* nobody has asked what is new since the last job */
  guint32 exists;
  guint32 uidvalidity;  /* 0: the server has none */
  guint32 uidnext;      /* 0: not told */
  guint64 highestmodseq; /* 0: none */
  guint moves;          /* messages that went: sequence numbers are others since then */
  gboolean has_permanent;
  TaubeMessageFlags permanent;
  gboolean any_keyword;
  GHashTable *keywords; /* of PERMANENTFLAGS, lower case */
} ImapMailbox;

/* Told what the server says by itself about the selected mailbox, in order. */
typedef struct
{
  void (*exists) (guint32 exists, gpointer user_data);
  void (*expunged) (guint32 seq, gpointer user_data);
  void (*vanished) (const ImapSeqset *uids, gpointer user_data); /* NULL: which ones could not be read */
  void (*fetched) (const ImapFetch *fetch, gpointer user_data);
  /* Optional: STATUS, LIST and NOTIFICATIONOVERFLOW (RFC 5465), about any folder. */
  void (*news) (const ImapResponse *response, gpointer user_data);
} ImapListener;

/* What SELECT is to tell at once, and who hears it (RFC 7162). */
typedef struct
{
  guint32 uidvalidity;
  guint64 modseq;
  void (*fetched) (const ImapFetch *fetch, gpointer user_data);
  void (*vanished) (const ImapSeqset *uids, gpointer user_data); /* NULL: they could not be read */
  void (*closed) (gpointer user_data); /* what was told up to now was about the mailbox before */
  gpointer user_data;
} ImapResync;

/* One signed-in connection. */
#define TAUBE_TYPE_IMAP_SESSION (imap_session_get_type ())
#define IMAP_SESSION(obj) ((ImapSession *) (obj))
typedef struct _TaubeImapSession ImapSession;
GType imap_session_get_type (void);

struct _TaubeImapSession
{
  TaubeSession parent_instance;

  TaubeLimits limits;
  TaubeConnection *connection;
  ImapPipeline *pipeline;
  ImapCapabilities *capabilities; /* NULL: not known (any more) */
  ImapQuirks quirks;
  char *greeting;
  char *server_name; /* from ID */
  char *server_vendor;
  char *server_version;
  char *jmap_session;     /* URL, from JMAPACCESS */
  gboolean authenticated;
  gboolean preauth;
  gboolean condstore;     /* SELECT may name CONDSTORE */
  gboolean qresync;       /* the server has enabled QRESYNC */
  gboolean uid_only;      /* the server has enabled UIDONLY: there are no sequence numbers */

  ImapMailbox *mailbox;   /* NULL: none is selected */
  ImapCall *idle;         /* the IDLE that is running */
  const ImapListener *listener;
  gpointer listener_data;
  const ImapResync *resync; /* while SELECT runs */

  TaubeParkFunc park_func;
  gpointer park_data;
};

ImapSession *imap_session_new (ImapAccount *account);
ImapAccount *imap_session_get_account (ImapSession *self);
/* A setting of the account that is a number of seconds. */
guint imap_session_get_seconds (ImapSession *self, const char *setting);
gboolean imap_session_is_alive (ImapSession *self);
gboolean imap_session_has (ImapSession *self, ImapCapability capability);
void imap_session_set_capabilities (ImapSession *self, const ImapValue *values);
void imap_session_forget_capabilities (ImapSession *self);
void imap_session_attach (ImapSession *self, TaubeConnection *connection);
void imap_session_drop_connection (ImapSession *self);
void imap_session_set_listener (ImapSession *self, const ImapListener *listener, gpointer user_data);
guint32 imap_session_get_message_limit (ImapSession *self);
gboolean imap_session_decode_fetch (ImapSession *self, const ImapResponse *response, ImapFetch *fetch);

ImapCall *imap_session_call (ImapSession *self, const char *name, TaubeError fallback, const char *what, ...)
  G_GNUC_PRINTF (4, 5);
gboolean imap_session_begin (ImapSession *self, GCancellable *cancellable, GError **error);
gboolean imap_session_noop (ImapSession *self, GCancellable *cancellable, GError **error);
gboolean imap_session_start_idle (ImapSession *self, GCancellable *cancellable, GError **error);
gboolean imap_session_leave_idle (ImapSession *self, GCancellable *cancellable, GError **error);

/* imap-open.c */
gboolean imap_session_open (TaubeSession *session, GCancellable *cancellable, GError **error);
gboolean imap_session_renew (TaubeSession *session, GCancellable *cancellable, GError **error);
gboolean imap_session_reopen (ImapSession *self, GCancellable *cancellable, GError **error);
/* imap-auth.c */
gboolean imap_session_take_capabilities (const ImapResponse *response, gpointer user_data, GError **error);
/* For TaubeLogin: SESSION is an ImapSession. */
gboolean imap_auth_needs_no_secret (gpointer session, gboolean *forced_out);
gboolean imap_auth_run (gpointer session, const TaubeSecret *secret, gboolean is_token, GCancellable *cancellable,
                        GError **error);
/* imap-select.c */
typedef enum
{
  IMAP_SELECT_ANY,   /* however it is open now, or SELECT */
  IMAP_SELECT_WRITE, /* open for changes */
  IMAP_SELECT_WATCH, /* nothing will be changed: EXAMINE */
} ImapSelectMode;

gboolean imap_session_select (ImapSession *self, TaubeFolder *folder, ImapSelectMode mode, GCancellable *cancellable,
                              GError **error);
gboolean imap_session_reselect (ImapSession *self, TaubeFolder *folder, ImapSelectMode mode, const ImapResync *resync,
                                GCancellable *cancellable, GError **error);
gboolean imap_session_select_and (ImapSession *self, TaubeFolder *folder, ImapCall *next, GCancellable *cancellable,
                                  GError **error);
gboolean imap_session_has_open (ImapSession *self, TaubeFolder *folder);
gboolean imap_session_refresh (ImapSession *self, GCancellable *cancellable, GError **error);
gboolean imap_select_note_status (ImapMailbox *mailbox, const ImapResponse *response, TaubeArena *arena);
void imap_mailbox_free (ImapMailbox *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapMailbox, imap_mailbox_free)

G_END_DECLS
