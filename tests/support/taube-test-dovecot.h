/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "taube-test-mail.h"

G_BEGIN_DECLS

/* A private Dovecot where a test wants no other: a TaubeTestMail of that kind. Its mechanisms are PLAIN, LOGIN,
 * SCRAM-SHA-1, SCRAM-SHA-256, XOAUTH2 and OAUTHBEARER. */
typedef TaubeTestMail TaubeTestDovecot;

static inline TaubeTestDovecot *
taube_test_dovecot_start (const char *const *options)
{
  return taube_test_mail_start (TAUBE_TEST_DOVECOT, options);
}

#define taube_test_dovecot_stop taube_test_mail_stop
#define taube_test_dovecot_get taube_test_mail_get
#define taube_test_dovecot_get_port taube_test_mail_get_port
#define taube_test_dovecot_deliver taube_test_mail_deliver
#define taube_test_dovecot_doveadm taube_test_mail_doveadm

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeTestDovecot, taube_test_mail_stop)

G_END_DECLS
