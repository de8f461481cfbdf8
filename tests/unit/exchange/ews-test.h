/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "ews/ews-reader.h"

G_BEGIN_DECLS

/* What a reader told, as text: one line for each event. */
char *ews_test_read (const char *text, gsize length, gsize split, gboolean many, const char *stream,
                     const TaubeLimits *limits, GError **error);
/* Reads it whole, at every split and byte by byte: what it tells is the same each time, and is WANTED. */
void ews_test_check (const char *text, gssize length, gboolean many, const char *stream, const char *wanted);
/* It is refused with that error, however it is cut. */
void ews_test_check_refused (const char *text, gssize length, int code, const char *words);

/* A node that stays until ews_test_free_node(): the first child of the document's body, or its response message. */
typedef struct _EwsTestNode EwsTestNode;
EwsTestNode *ews_test_node_new (const char *xml);
const EwsNode *ews_test_node_get (EwsTestNode *self);
void ews_test_node_free (EwsTestNode *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EwsTestNode, ews_test_node_free)

#define SOAP_HEAD "<?xml version=\"1.0\" encoding=\"utf-8\"?>" \
  "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"" \
  " xmlns:t=\"http://schemas.microsoft.com/exchange/services/2006/types\"" \
  " xmlns:m=\"http://schemas.microsoft.com/exchange/services/2006/messages\"" \
  " xmlns:e=\"http://schemas.microsoft.com/exchange/services/2006/errors\">"
#define SOAP_TAIL "</s:Envelope>"

G_END_DECLS
