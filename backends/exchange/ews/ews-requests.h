/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ews/ews-fields.h"
#include "exchange-outcome.h"
#include "ews/ews-facts.h"
#include "ews/ews-order.h"

G_BEGIN_DECLS

typedef enum
{
  EWS_OPERATION_GET_FOLDER,
  EWS_OPERATION_FIND_FOLDER,
  EWS_OPERATION_CREATE_FOLDER,
  EWS_OPERATION_UPDATE_FOLDER,
  EWS_OPERATION_MOVE_FOLDER,
  EWS_OPERATION_DELETE_FOLDER,
  EWS_OPERATION_EMPTY_FOLDER,
  EWS_OPERATION_MARK_ALL_ITEMS_AS_READ,
  EWS_OPERATION_FIND_ITEM,
  EWS_OPERATION_GET_ITEM,
  EWS_OPERATION_SYNC_FOLDER_ITEMS,
  EWS_OPERATION_CREATE_ITEM,
  EWS_OPERATION_UPDATE_ITEM,
  EWS_OPERATION_MOVE_ITEM,
  EWS_OPERATION_COPY_ITEM,
  EWS_OPERATION_DELETE_ITEM,
  EWS_OPERATION_GET_ATTACHMENT,
  EWS_OPERATION_SUBSCRIBE,
  EWS_OPERATION_UNSUBSCRIBE,
  EWS_OPERATION_GET_EVENTS,
  EWS_OPERATION_GET_STREAMING_EVENTS,
  EWS_N_OPERATIONS, /* no operation */
} EwsOperation;

/* What is true of an operation, whatever is asked. */
typedef struct
{
  const char *element; /* "m:GetFolder" */
  const char *answer;  /* "GetFolderResponse" */
  gboolean reads;      /* it changes nothing, so it can be asked again */
} EwsOperationInfo;

const EwsOperationInfo *ews_operation_get_info (EwsOperation self);

/* A folder by its id, or by the name that every mailbox has for it. */
typedef struct
{
  const char *id;
  const char *distinguished; /* "inbox"; counts when ID is NULL */
} EwsFolderRef;

typedef struct
{
  EwsFolderRef folder;
  TaubeListFields fields;
  guint offset;
  guint count;
  gboolean newest_first;
  /* A search. */
  const ExchangePlan *plan;  /* NULL: all */
  TaubeSearchRequest *sort;  /* by whose keys; NULL: by arrival */
  TaubeFacts facts;
  guint refused;             /* EwsQueryFeatures */
  gint64 now;
} EwsFind;

typedef enum
{
  EWS_SEND_SAVE_ONLY,
  EWS_SEND_AND_SAVE,
} EwsDisposition;

/* Requests whose body is not yet closed: ews_writer_end() gives the bytes. (transfer full) */
EwsWriter *ews_request_get_folder (EwsVersion version, const EwsFolderRef *folders, guint n);
EwsWriter *ews_request_find_folder (EwsVersion version, const EwsFolderRef *root, guint offset, guint count);
EwsWriter *ews_request_create_folder (EwsVersion version, const EwsFolderRef *parent, const char *name,
                                      const char *folder_class);
EwsWriter *ews_request_rename_folder (EwsVersion version, const char *id, const char *name);
EwsWriter *ews_request_move_folder (EwsVersion version, const char *id, const EwsFolderRef *parent);
EwsWriter *ews_request_delete_folder (EwsVersion version, const char *id);
EwsWriter *ews_request_find_item (EwsVersion version, const EwsFind *find);
EwsWriter *ews_request_get_item (EwsVersion version, const char *const *ids, guint n, TaubeListFields fields);
/* Items of a folder by what ExchangeItemState calls trace, or by what ews_request_end_item() wrote. */
EwsWriter *ews_request_find_traces (EwsVersion version, const char *folder_id, const char *const *traces, guint n,
                                    guint offset);
EwsWriter *ews_request_find_token (EwsVersion version, const char *folder_id, const char *token);
/* What ExchangeItemState holds. */
EwsWriter *ews_request_get_states (EwsVersion version, const char *const *ids, guint n);
/* The facts about items that a search wants. */
EwsWriter *ews_request_get_facts (EwsVersion version, const char *const *ids, guint n, TaubeFacts facts);
/* MIME and nothing else, of one item. */
EwsWriter *ews_request_get_mime (EwsVersion version, const char *id);
/* What one item is made of: its size and class, its richest text, its attachments without what is in them. */
EwsWriter *ews_request_get_parts (EwsVersion version, const char *id);
/* The text of one item in that form. */
EwsWriter *ews_request_get_body (EwsVersion version, const char *id, gboolean html);
/* What is in one attachment; when it is an item, its MIME. */
EwsWriter *ews_request_get_attachment (EwsVersion version, const char *id);
/* STATE: NULL for the first. */
EwsWriter *ews_request_sync_items (EwsVersion version, const EwsFolderRef *folder, const char *state, guint count);
/* One message, whose MIME, in base64, stands where it is split; then ews_request_end_item(). */
EwsWriter *ews_request_begin_item (EwsVersion version, const EwsFolderRef *folder, EwsDisposition disposition);
/* TOKEN is kept on the item, for ews_request_find_token(). KEYWORDS become categories; NULL: none. RECEIVED: when it
 * arrived, in seconds since 1970; 0: now. */
void ews_request_end_item (EwsWriter *writer, const char *token, TaubeMessageFlags flags, const char *const *keywords,
                           gint64 received);
/* The same of one that is sent: nothing beside its MIME. */
void ews_request_end_sent_item (EwsWriter *writer);
/* What has been changed by somebody else since its change key is a conflict, when all have one. */
EwsWriter *ews_request_update (EwsVersion version, const ExchangeUpdate *updates, guint n);
/* MOVE_ITEM or COPY_ITEM. */
EwsWriter *ews_request_transfer (EwsVersion version, EwsOperation operation, const char *const *ids, guint n,
                                 const EwsFolderRef *target);
EwsWriter *ews_request_delete_item (EwsVersion version, const char *const *ids, guint n, TaubeDiscardMode mode);
/* Exchange 2010 and 2013 were the first that know them. */
EwsWriter *ews_request_empty_folder (EwsVersion version, const char *id, TaubeDiscardMode mode, gboolean with_folders);
EwsWriter *ews_request_mark_all_seen (EwsVersion version, const char *id);

G_END_DECLS
