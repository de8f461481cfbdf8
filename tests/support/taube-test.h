/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What tests share: private folders, child processes, certificates, a server that follows a script, a real Dovecot. */
#include "taube-test-child.h"
#include "taube-test-dialog.h"
#include "taube-test-dir.h"
#include "taube-test-dovecot.h"
#include "taube-test-hand.h"
#include "taube-test-mail.h"
#include "taube-test-pki.h"
#include "taube-test-script.h"
#include "taube-test-server.h"
