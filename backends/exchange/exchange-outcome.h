/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-batch-result-impl.h>
#include <taube-backend/taube-id-set-impl.h>

G_BEGIN_DECLS

/* An item as it is now. */
typedef struct
{
  const char *change_key; /* another one after each change; or NULL */
  const char *trace;      /* the same for a message and all copies of it, wherever they are; or NULL */
  TaubeMessageFlags flags;
  const char *const *keywords;
} ExchangeItemState;

/* The item of that place; STATE is NULL when it cannot be had, and PROBLEM says why. */
typedef void (*ExchangeStateFunc) (guint index, const ExchangeItemState *state, const GError *problem,
                                   gpointer user_data);

/* An item that was looked for. */
typedef void (*ExchangeFoundFunc) (const char *trace, const char *id, gpointer user_data);

/* What is to become of an item. */
typedef struct
{
  const char *id;
  const char *change_key; /* TAUBE_ERROR_CONFLICT when the same was changed since; NULL: whatever was changed */
  TaubeMessageFlags changed, flags;
  const char *const *keywords; /* all that it is to have; NULL: as they are */
  TaubeImportance importance;  /* UNKNOWN: as it is */
} ExchangeUpdate;

/* What became of the items of a request. */
typedef struct
{
  TaubeBatchResult *result; /* has all as unknown before */
  TaubeIdSet *again;        /* those that were surely not done, and may be asked for once more, are added */
} ExchangeOutcome;

G_END_DECLS
