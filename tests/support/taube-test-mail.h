/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A real mail server of one test program's own, of one of three kinds, with the users alice, bob and carol, password
 * TAUBE_TEST_PASSWORD, folders Drafts, Sent, Trash, Junk and Archive, and no mail until something is delivered.
 *
 * A test that runs on each of the three takes the kind as its data and a folder of its own, so that the tests of one
 * program share the three servers:
 *
 *   static void
 *   test_flags (gconstpointer kind)
 *   {
 *     TaubeTestMail *mail = taube_test_mail_share (GPOINTER_TO_INT (kind));
 *     g_autoptr (TaubeAccount) account = NULL;
 *
 *     if (mail == NULL)
 *       return;
 *     taube_test_mail_make_folder (mail, "alice", "flags");
 *     taube_test_mail_deliver (mail, "alice", "flags", "Subject: coo\n\nCoo.\n", -1);
 *     account = …taube_test_mail_get (mail, "imaps-uri") with the setting "ca-file"…
 *     name = taube_test_mail_path (mail, "flags");
 *     …
 *   }
 *
 *   in main: taube_test_mail_add_each ("/imap/servers", "flags", test_flags);   // /imap/servers/cyrus/flags, …
 *            return taube_test_mail_run ();                                     // in place of g_test_run ()
 *
 * Where servers differ, ask what this one offers (capabilities of the account), not which it is. */
typedef enum
{
  TAUBE_TEST_DOVECOT, /* 2.3: nearly everything, NOTIFY too */
  TAUBE_TEST_CYRUS,   /* 3.6: ACL, QUOTA, METADATA, OBJECTID, PREVIEW, SAVEDATE, … */
  TAUBE_TEST_COURIER  /* 5: old style, all below "INBOX." */
} TaubeTestMailKind;

#define TAUBE_TEST_N_KINDS 3
#define TAUBE_TEST_PASSWORD "pigeon-Post-7"

typedef struct _TaubeTestMail TaubeTestMail;

/* OPTIONS are arguments of tests/servers/KIND/serve such as "--messages=200", or NULL. NULL is returned, and the test
 * marked as skipped (as failed when CI is set), when no such server is installed. */
TaubeTestMail *taube_test_mail_start (TaubeTestMailKind kind, const char *const *options);
void taube_test_mail_stop (TaubeTestMail *self);

/* One for all tests of the program, started at its first use, without options unless some were set. (transfer none) */
TaubeTestMail *taube_test_mail_share (TaubeTestMailKind kind);
void taube_test_mail_set_options (const char *const *options);
/* Adds PREFIX/KIND/NAME for each kind, with the kind as the test's data. */
void taube_test_mail_add_each (const char *prefix, const char *name, GTestDataFunc func);
/* Runs all tests, then stops what was shared. */
int taube_test_mail_run (void);

TaubeTestMailKind taube_test_mail_get_kind (TaubeTestMail *self);
const char *taube_test_mail_kind_name (TaubeTestMailKind kind);

/* WHAT is one of: imap imaps pop3 pop3s (ports), imap-uri imaps-uri pop3-uri pop3s-uri, ca-file, wrong-ca-file, dir,
 * config, version, user, password, pid; Dovecot has token (for XOAUTH2 and OAUTHBEARER), Cyrus has admin, a user with
 * the same password who may do everything. */
const char *taube_test_mail_get (TaubeTestMail *self, const char *what);
guint16 taube_test_mail_get_port (TaubeTestMail *self, const char *scheme);

/* FOLDER is "INBOX", or levels with "/" between, the same on each server: "Work/2026". */
void taube_test_mail_make_folder (TaubeTestMail *self, const char *user, const char *folder);
/* Puts a message into a folder, as another client or the network would. A lone LF is a line end. */
void taube_test_mail_deliver (TaubeTestMail *self, const char *user, const char *folder, const char *message,
                              gssize length);
/* What taube_folder_get_name() calls that folder: Courier has all of them below INBOX. (transfer full) */
char *taube_test_mail_path (TaubeTestMail *self, const char *folder);
/* The folder's name as this server writes it, in quotes: for commands of a TaubeTestHand. (transfer full) */
char *taube_test_mail_name (TaubeTestMail *self, const char *folder);

/* Runs doveadm with these arguments on a Dovecot, such as { "flags", "add", … }; its output. (transfer full) */
char *taube_test_mail_doveadm (TaubeTestMail *self, const char *const *arguments);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeTestMail, taube_test_mail_stop)

G_END_DECLS
