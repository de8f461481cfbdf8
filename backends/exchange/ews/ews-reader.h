/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-limits.h>

#include "ews/ews-node.h"

G_BEGIN_DECLS

/* Reads the envelopes of an answer as their bytes arrive, without I/O. What repeats (items, folders, changes,
 * notifications) is handed out one by one and forgotten, so that memory does not grow with the answer. */
typedef struct _EwsReader EwsReader;

/* Each may be NULL. Nodes are gone when the function returns; FALSE with ERROR ends the reading. */
typedef struct
{
  /* A child of the envelope's header. */
  gboolean (*header) (const EwsNode *node, gpointer user_data, GError **error);
  gboolean (*fault) (const EwsNode *node, gpointer user_data, GError **error);
  /* One of what a container of response message INDEX holds. MESSAGE is what was read of that message up to now. */
  gboolean (*unit) (const EwsNode *unit, const EwsNode *message, guint index, gpointer user_data, GError **error);
  /* A response message, or what an operation answers in place of such, without the units that were handed out. */
  gboolean (*message) (const EwsNode *message, guint index, gpointer user_data, GError **error);
  /* A piece of the text of the element that ews_reader_set_stream() names, which is kept nowhere. */
  gboolean (*stream) (const char *text, gsize length, gpointer user_data, GError **error);
  /* An envelope is complete. */
  gboolean (*envelope) (gpointer user_data, GError **error);
} EwsReaderFuncs;

EwsReader *ews_reader_new (const TaubeLimits *limits, const EwsReaderFuncs *funcs, gpointer user_data);
void ews_reader_free (EwsReader *self);
/* NAME is kept, not copied. Whoever wants a stream wants no other body: the text of t:Body is thrown away then. */
void ews_reader_set_stream (EwsReader *self, const char *name);
/* One envelope after the other may come, as in streaming notifications. */
void ews_reader_set_many (EwsReader *self);
/* What the answer to an operation is called ("GetFolderResponse"): any other one is TAUBE_ERROR_PROTOCOL. */
void ews_reader_set_answer (EwsReader *self, const char *name);

/* TAUBE_ERROR_PROTOCOL or _LIMIT, or what a function said; from then on each call says the same. */
gboolean ews_reader_feed (EwsReader *self, gconstpointer data, gsize length, GError **error);
/* Nothing more comes: whether what came was whole. */
gboolean ews_reader_end (EwsReader *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EwsReader, ews_reader_free)

G_END_DECLS
