/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-arena.h>

#include "ews/ews-node.h"

G_BEGIN_DECLS

/* So long an answer may be; real ones have some 10 KiB. */
#define DISCOVER_BYTES (512 << 10)

/* Reads a document as a tree of ARENA, without I/O: UTF-8, or UTF-16 with a byte order mark or without one, whatever
 * its declaration says. Elements of Microsoft's namespaces, whichever year they bear, and of none have EWS_SPACE_EWS.
 * Document types are refused; depth and size are limited. NULL with TAUBE_ERROR_PROTOCOL or _LIMIT. */
const EwsNode *discover_xml_parse (TaubeArena *arena, const guint8 *data, gsize length, GError **error);

G_END_DECLS
