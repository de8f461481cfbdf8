/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "taube-test-mail.h"

G_BEGIN_DECLS

/* Somebody else's hand on a mailbox: a second client that is signed in and says what the test tells it, word by word.
 * It shares no line with the library. Any trouble with it ends the test program. */
typedef struct _TaubeTestHand TaubeTestHand;

TaubeTestHand *taube_test_hand_new (TaubeTestMail *mail, const char *user);
void taube_test_hand_free (TaubeTestHand *self);

/* One command without its tag, such as "STORE 1 +FLAGS (\\Seen)", to its end, which must be OK. All that the server
 * said to it, literals and the tagged line included. (transfer full) */
char *taube_test_hand_run (TaubeTestHand *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* The same, whatever the outcome is. (transfer full) */
char *taube_test_hand_try (TaubeTestHand *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* FLAGS as on the wire, such as "(\\Seen work)", or NULL. A lone LF becomes CRLF. */
void taube_test_hand_append (TaubeTestHand *self, const char *folder, const char *flags, const char *message,
                             gssize length);
/* FOLDER as for taube_test_mail_make_folder(). */
void taube_test_hand_select (TaubeTestHand *self, const char *folder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeTestHand, taube_test_hand_free)

G_END_DECLS
