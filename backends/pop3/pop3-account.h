/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-account-impl.h>
#include <taube-backend/taube-connection.h>

G_BEGIN_DECLS

#define TAUBE_TYPE_POP3_ACCOUNT (pop3_account_get_type ())
#define POP3_ACCOUNT(obj) ((Pop3Account *) (obj))
typedef struct _TaubePop3Account Pop3Account;
GType pop3_account_get_type (void);

#define TAUBE_TYPE_POP3_FOLDER (pop3_folder_get_type ())
GType pop3_folder_get_type (void);

/* All of these may be called from any thread. */
TaubeEndpoint *pop3_account_make_endpoint (Pop3Account *self);
gboolean pop3_account_is_plain_allowed (Pop3Account *self);

/* LOGIN-DELAY: when the server wants to see this login again. */
void pop3_account_note_login (Pop3Account *self);
void pop3_account_set_login_delay (Pop3Account *self, guint seconds);
guint pop3_account_get_login_delay (Pop3Account *self);
/* When the last login was, in seconds since 1970 (0: there was none), and how long the pause behind it is. */
gint64 pop3_account_get_last_login (Pop3Account *self, guint *delay_out);
/* Another process has signed in so many seconds ago, and the server wanted that pause. */
void pop3_account_note_former_login (Pop3Account *self, gint64 seconds_ago, guint delay);
/* The server says that it was too early: not again for so long. */
void pop3_account_put_off_login (Pop3Account *self, guint seconds);
/* Microseconds to wait before the next login; 0: it may come now. */
gint64 pop3_account_get_login_wait (Pop3Account *self);
/* Waits for as long as the setting "timeout" allows; TAUBE_ERROR_THROTTLED at once when it would take longer. */
gboolean pop3_account_await_login (Pop3Account *self, GCancellable *cancellable, GError **error);

/* What one session learns by accident and the next must know. */
typedef enum
{
  POP3_LESSON_NO_PIPELINING = 1 << 0,
  POP3_LESSON_NO_UTF8 = 1 << 1,
  POP3_LESSON_NO_APOP = 1 << 2,
} Pop3Lessons;

guint pop3_account_get_lessons (Pop3Account *self);
void pop3_account_add_lesson (Pop3Account *self, Pop3Lessons lesson);
/* A session broke while many commands were on their way, or one went well: twice in a row is a lesson. */
void pop3_account_note_pipelining (Pop3Account *self, gboolean lost);

/* pop3-folder.c */
GPtrArray *pop3_account_list_folders (TaubeAccount *account, TaubeSession *session, TaubeContent content,
                                      GCancellable *cancellable, GError **error);

G_END_DECLS
