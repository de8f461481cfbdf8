/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-message-list-builder.h>

#include "ews/ews-writer.h"
#include "exchange-outcome.h"

G_BEGIN_DECLS

/* Which request a field is asked for in: a search does not give the addresses. */
typedef enum
{
  EWS_ASK_FIND, /* FindItem */
  EWS_ASK_GET,  /* GetItem */
} EwsAsk;

/* t:AdditionalProperties for the columns FIELDS (and the number, with GET), or nothing when there are none. */
void ews_fields_write (EwsWriter *writer, TaubeListFields fields, EwsAsk ask);
/* The same without what is around them. */
void ews_fields_write_uris (EwsWriter *writer, TaubeListFields fields, EwsAsk ask);
/* Writes the columns that ITEM has into the row of BUILDER that was begun last. */
void ews_fields_fill_row (const EwsNode *item, TaubeListFields fields, TaubeMessageListBuilder *builder);
/* t:ExtendedFieldURI of the number by which the folder counts its items, in the order in which they came. */
void ews_fields_write_number_uri (EwsWriter *writer);
/* That number; 0: the server does not tell it. */
guint32 ews_item_get_number (const EwsNode *item);
/* Its flags; its keywords, which live as long as ITEM, are added to KEYWORDS. */
TaubeMessageFlags ews_item_get_flags (const EwsNode *item, GPtrArray *keywords);
/* t:AdditionalProperties: flags, and what all copies of a message have in common. */
void ews_fields_write_state (EwsWriter *writer);
void ews_fields_write_trace_uri (EwsWriter *writer);
/* What all copies of a message have in common, or NULL. */
const char *ews_item_get_trace (const EwsNode *item);
/* The id of the item, or NULL. */
const char *ews_item_get_id (const EwsNode *item);
const char *ews_item_get_change_key (const EwsNode *item);

/* t:Updates. Of flags that Exchange does not keep nothing is said. */
void ews_fields_write_update (EwsWriter *writer, const ExchangeUpdate *update);
/* t:Categories, or nothing when there are none. */
void ews_fields_write_categories (EwsWriter *writer, const char *const *categories);
/* The same for an item that is made: what stands behind its other properties. */
void ews_fields_write_new_flags (EwsWriter *writer, TaubeMessageFlags flags);
/* t:ExtendedProperty */
void ews_fields_write_extended (EwsWriter *writer, const char *tag, const char *type, const char *value);
/* The flags that can be set. */
#define EWS_SETTABLE_FLAGS (TAUBE_MESSAGE_FLAGS_SEEN | TAUBE_MESSAGE_FLAGS_FLAGGED | TAUBE_MESSAGE_FLAGS_ANSWERED \
                            | TAUBE_MESSAGE_FLAGS_FORWARDED)

G_END_DECLS
