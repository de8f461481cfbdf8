/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-item.h>
#include <taube-backend/taube-limits.h>
#include <taube-backend/taube-session.h>

#include "core/taube-part-private.h"

G_BEGIN_DECLS

/* What a message holds, during one job: asks the backend for as little as it can, and takes the whole message when the
 * backend cannot tell its structure, or the server told nonsense. Embed it by value; the caller's pointers are
 * borrowed. */
typedef struct
{
  TaubeFolder *folder;
  TaubeSession *session;
  const char *id;
  const TaubeLimits *limits;
  GCancellable *cancellable;
  TaubePart *root; /* (owned) */
  GBytes *raw;     /* (owned): when the structure was parsed here */
} TaubeMessageContent;

void taube_message_content_init (TaubeMessageContent *self, TaubeItem *message, TaubeSession *session,
                                 GCancellable *cancellable);
void taube_message_content_clear (TaubeMessageContent *self);

GBytes *taube_message_content_fetch_raw (TaubeMessageContent *self, GError **error);
char *taube_message_content_fetch_headers (TaubeMessageContent *self, GError **error);
TaubePart *taube_message_content_get_structure (TaubeMessageContent *self, GError **error);
char *taube_message_content_get_text (TaubeMessageContent *self, GError **error);
char *taube_message_content_get_every_text (TaubeMessageContent *self, GError **error);
char *taube_message_content_get_html (TaubeMessageContent *self, GError **error);
gboolean taube_message_content_save (TaubeMessageContent *self, GOutputStream *sink, TaubeProgress *progress,
                                     GError **error);
gboolean taube_message_content_save_part (TaubeMessageContent *self, TaubePart *part, gboolean decode,
                                          GOutputStream *sink, TaubeProgress *progress, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TaubeMessageContent, taube_message_content_clear)

G_END_DECLS
