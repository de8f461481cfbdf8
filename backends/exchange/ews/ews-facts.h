/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "exchange-plan.h"
#include "ews/ews-fields.h"
#include "ews/ews-node.h"

G_BEGIN_DECLS

/* The fields of a header that a search gives, beside others. */
extern const char *const ews_facts_listed_headers[];

/* t:FieldURI and the like for what is to be known of each message; texts and structures are no properties. */
void ews_facts_write (EwsWriter *writer, TaubeFacts facts, EwsAsk ask);
/* What ITEM says of FACTS becomes known of CANDIDATE. */
void ews_facts_take (const EwsNode *item, TaubeFacts facts, EwsAsk ask, ExchangeCandidate *candidate,
                     const TaubeLimits *limits);

G_END_DECLS
