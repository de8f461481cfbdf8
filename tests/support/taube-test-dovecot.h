/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A Dovecot of one test program's own: users alice and bob, password TAUBE_TEST_PASSWORD, mechanisms PLAIN, LOGIN,
 * SCRAM-SHA-1, SCRAM-SHA-256, XOAUTH2 and OAUTHBEARER, folders with special use, empty until something is delivered. */
typedef struct _TaubeTestDovecot TaubeTestDovecot;

#define TAUBE_TEST_PASSWORD "pigeon-Post-7"

/* OPTIONS are arguments of tests/servers/dovecot/serve such as "--messages=200", or NULL. NULL is returned, and the
 * test marked as skipped (as failed when CI is set), when no Dovecot is installed. */
TaubeTestDovecot *taube_test_dovecot_start (const char *const *options);
void taube_test_dovecot_stop (TaubeTestDovecot *self);

/* WHAT is one of: imap imaps pop3 pop3s (ports), ca-file, wrong-ca-file, dir, version, user, password,
 * imap-uri, imaps-uri, pop3-uri, pop3s-uri, token (for XOAUTH2 and OAUTHBEARER), pid */
const char *taube_test_dovecot_get (TaubeTestDovecot *self, const char *what);
guint16 taube_test_dovecot_get_port (TaubeTestDovecot *self, const char *scheme);

/* Puts a message into a folder, as another client or the network would. */
void taube_test_dovecot_deliver (TaubeTestDovecot *self, const char *user, const char *folder, const char *message,
                                 gssize length);

/* Runs doveadm with these arguments on the instance, such as { "flags", "add", … }; its output. (transfer full) */
char *taube_test_dovecot_doveadm (TaubeTestDovecot *self, const char *const *arguments);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeTestDovecot, taube_test_dovecot_stop)

G_END_DECLS
