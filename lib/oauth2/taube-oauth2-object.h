/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "oauth2/taube-oauth2-private.h"
#include "oauth2/taube-oauth2-provider.h"

G_BEGIN_DECLS

#define IS_OAUTH2(self) (G_TYPE_CHECK_INSTANCE_TYPE ((self), TAUBE_TYPE_OAUTH2))

struct _TaubeOAuth2
{
  GObject parent_instance;
  const TaubeOAuth2Provider *provider;

  TaubeOAuth2SaveFunc save;
  gpointer save_data;
  GDestroyNotify save_notify;

  GMutex lock;
  GHashTable *options;
  TaubeSecret *client_secret;
  TaubeSecret *refresh;
  TaubeSecret *access;
  gint64 good_until;      /* of ACCESS: monotonic microseconds */
  gint64 good_until_date; /* the same by the calendar, for machines that sleep */
  char *claims;           /* what the next tokens must be asked for with */
  GPtrArray *waiting;     /* of GTask */
  gboolean refreshing;
  gboolean flowing;
};

void taube_oauth2_init_source (TaubeTokenSourceInterface *iface);

G_END_DECLS
