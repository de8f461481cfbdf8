/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-limits.h>
#include <taube-backend/taube-message-list-builder.h>

G_BEGIN_DECLS

/* Fills the cells that a header can fill. The time of arrival is that which the last server has noted in it. */
void pop3_columns_fill (TaubeMessageListBuilder *builder, TaubeListFields fields, const char *header, gsize length,
                        const TaubeLimits *limits);

G_END_DECLS
