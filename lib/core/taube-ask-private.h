/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/taube-credentials-private.h"

G_BEGIN_DECLS

/* Runs FUNC once with DATA where TARGET's questions are asked, then NOTIFY: later, or on this thread at once. */
typedef void (*TaubeAskFunc) (gpointer target, GSourceFunc func, gpointer data, GDestroyNotify notify);

/* Who asks, and for what. Nothing is owned. */
typedef struct
{
  TaubeAskFunc invoke;
  void (*begin) (gpointer target); /* before a question and after its answer, on the thread that waits; or NULL */
  void (*end) (gpointer target);
  gpointer target;
  TaubeCredentials *credentials; /* NULL: none were given */
  TaubeUri *uri;
  const char *host;   /* for whom a token is wanted; NULL: the URI's */
  const char *claims; /* what the server wants that refused the last token; NULL: it does not say */
} TaubeAsk;

/* Blocking. NULL with TAUBE_ERROR_AUTH when there is no answer, G_IO_ERROR_CANCELLED, or what a token source says.
 * (transfer full) */
TaubeSecret *taube_ask_password (const TaubeAsk *ask, guint attempt, const char *refusal, GCancellable *cancellable,
                                 GError **error);
TaubeSecret *taube_ask_token (const TaubeAsk *ask, TaubeSecret *refused, GCancellable *cancellable, GError **error);
/* CLOSURE is taken. */
gboolean taube_ask_trust (const TaubeAsk *ask, TaubeQuestionClosure *closure, TaubeCertificate *certificate,
                          GCancellable *cancellable);
/* FALSE: it is not agreed to, or there is nobody to ask. */
gboolean taube_ask_host (const TaubeAsk *ask, const char *host, GCancellable *cancellable);

G_END_DECLS
