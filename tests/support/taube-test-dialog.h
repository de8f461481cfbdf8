/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "taube-test-script.h"

G_BEGIN_DECLS

/* One connection's way through a script: bytes in, actions out. It owns no socket, so the same script also drives an
 * in-memory connection:
 *
 *   for each block of bytes from the client: taube_test_dialog_feed();
 *   then taube_test_dialog_next() until it says WAIT or the connection is over.
 */
typedef struct _TaubeTestDialog TaubeTestDialog;

typedef enum
{
  TAUBE_TEST_ACTION_SEND,  /* OUT got bytes; send them, then ask again */
  TAUBE_TEST_ACTION_WAIT,  /* for bytes of the client, or for its end */
  TAUBE_TEST_ACTION_TLS,   /* start TLS with the certificate taube_test_dialog_get_certificate() */
  TAUBE_TEST_ACTION_CLOSE, /* close after what was sent */
  TAUBE_TEST_ACTION_CUT,   /* close at once, TLS without its goodbye */
  TAUBE_TEST_ACTION_RESET, /* close with RST */
  TAUBE_TEST_ACTION_STALL, /* say nothing more, throw away what comes, till the client closes */
  TAUBE_TEST_ACTION_FAIL,  /* the client did not do what the script says, see taube_test_dialog_get_failure() */
} TaubeTestAction;

/* Puts FAULT in the place of the STEP-th thing that the server says, over all its connections, once. */
typedef struct
{
  TaubeTestFault fault;
  guint step;    /* from 0 */
  guint counted; /* what the server has said so far */
  gboolean fired;
} TaubeTestFaultPlan;

TaubeTestDialog *taube_test_dialog_new (TaubeTestScript *script, guint connection, TaubeTestFaultPlan *plan);
void taube_test_dialog_free (TaubeTestDialog *self);
void taube_test_dialog_feed (TaubeTestDialog *self, gconstpointer data, gsize length);
TaubeTestAction taube_test_dialog_next (TaubeTestDialog *self, GByteArray *out);
gboolean taube_test_dialog_client_closed (TaubeTestDialog *self);
const char *taube_test_dialog_get_certificate (TaubeTestDialog *self);
const char *taube_test_dialog_get_failure (TaubeTestDialog *self);

/* Where the script waits, such as "list.script:12: C: {tag} SELECT INBOX"; for messages. (transfer full) */
char *taube_test_dialog_describe (TaubeTestDialog *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeTestDialog, taube_test_dialog_free)

G_END_DECLS
