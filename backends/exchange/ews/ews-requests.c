/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ews/ews-requests.h"

/* PidTagMessageFlags, with the bits that say that a message was read and that it is no draft: what is put into a folder
 * is otherwise shown as not yet sent. */
#define TAG_MESSAGE_FLAGS "0x0e07"
#define TAG_DELIVERY_TIME "0x0e06"
#define MSGFLAG_READ 1
#define MSGFLAG_UNMODIFIED 2
#define MSGFLAG_UNSENT 8

static const EwsOperationInfo infos[EWS_N_OPERATIONS] = {
  [EWS_OPERATION_GET_FOLDER] = { "m:GetFolder", "GetFolderResponse", TRUE },
  [EWS_OPERATION_FIND_FOLDER] = { "m:FindFolder", "FindFolderResponse", TRUE },
  [EWS_OPERATION_CREATE_FOLDER] = { "m:CreateFolder", "CreateFolderResponse", FALSE },
  [EWS_OPERATION_UPDATE_FOLDER] = { "m:UpdateFolder", "UpdateFolderResponse", FALSE },
  [EWS_OPERATION_MOVE_FOLDER] = { "m:MoveFolder", "MoveFolderResponse", FALSE },
  [EWS_OPERATION_DELETE_FOLDER] = { "m:DeleteFolder", "DeleteFolderResponse", FALSE },
  [EWS_OPERATION_EMPTY_FOLDER] = { "m:EmptyFolder", "EmptyFolderResponse", FALSE },
  [EWS_OPERATION_MARK_ALL_ITEMS_AS_READ] = { "m:MarkAllItemsAsRead", "MarkAllItemsAsReadResponse", FALSE },
  [EWS_OPERATION_FIND_ITEM] = { "m:FindItem", "FindItemResponse", TRUE },
  [EWS_OPERATION_GET_ITEM] = { "m:GetItem", "GetItemResponse", TRUE },
  [EWS_OPERATION_SYNC_FOLDER_ITEMS] = { "m:SyncFolderItems", "SyncFolderItemsResponse", TRUE },
  [EWS_OPERATION_CREATE_ITEM] = { "m:CreateItem", "CreateItemResponse", FALSE },
  [EWS_OPERATION_UPDATE_ITEM] = { "m:UpdateItem", "UpdateItemResponse", FALSE },
  [EWS_OPERATION_MOVE_ITEM] = { "m:MoveItem", "MoveItemResponse", FALSE },
  [EWS_OPERATION_COPY_ITEM] = { "m:CopyItem", "CopyItemResponse", FALSE },
  [EWS_OPERATION_DELETE_ITEM] = { "m:DeleteItem", "DeleteItemResponse", FALSE },
  [EWS_OPERATION_GET_ATTACHMENT] = { "m:GetAttachment", "GetAttachmentResponse", TRUE },
  [EWS_OPERATION_SUBSCRIBE] = { "m:Subscribe", "SubscribeResponse", TRUE },
  [EWS_OPERATION_UNSUBSCRIBE] = { "m:Unsubscribe", "UnsubscribeResponse", TRUE },
  [EWS_OPERATION_GET_EVENTS] = { "m:GetEvents", "GetEventsResponse", TRUE },
  [EWS_OPERATION_GET_STREAMING_EVENTS] = { "m:GetStreamingEvents", "GetStreamingEventsResponse", TRUE },
};

const EwsOperationInfo *
ews_operation_get_info (EwsOperation self)
{
  return &infos[self];
}

static EwsWriter *
begin (EwsVersion version, EwsOperation operation)
{
  return ews_writer_new (version, infos[operation].element);
}

/* Parts that many requests have. */

static void
write_folder (EwsWriter *writer, const EwsFolderRef *folder)
{
  if (folder->id != NULL)
    ews_writer_add_empty (writer, "t:FolderId", "Id", folder->id);
  else
    ews_writer_add_empty (writer, "t:DistinguishedFolderId", "Id", folder->distinguished);
}

static void
write_folder_in (EwsWriter *writer, const char *name, const EwsFolderRef *folder)
{
  ews_writer_open (writer, name);
  write_folder (writer, folder);
  ews_writer_close (writer);
}

static void
write_items (EwsWriter *writer, const char *const *ids, guint n)
{
  ews_writer_open (writer, "m:ItemIds");
  for (guint i = 0; i < n; i++)
    ews_writer_add_empty (writer, "t:ItemId", "Id", ids[i]);
  ews_writer_close (writer);
}

static void
write_folder_shape (EwsWriter *writer)
{
  static const char *const uris[] = { "folder:DisplayName", "folder:ParentFolderId", "folder:FolderClass",
                                      "folder:TotalCount", "folder:UnreadCount", "folder:ChildFolderCount",
                                      "folder:EffectiveRights" };

  ews_writer_open (writer, "m:FolderShape");
  ews_writer_add_element (writer, "t:BaseShape", "IdOnly");
  ews_writer_open (writer, "t:AdditionalProperties");
  for (guint i = 0; i < G_N_ELEMENTS (uris); i++)
    ews_writer_add_empty (writer, "t:FieldURI", "FieldURI", uris[i]);
  ews_writer_close (writer);
  ews_writer_close (writer);
}

static void
write_item_shape (EwsWriter *writer, TaubeListFields fields, EwsAsk ask)
{
  ews_writer_open (writer, "m:ItemShape");
  ews_writer_add_element (writer, "t:BaseShape", "IdOnly");
  ews_fields_write (writer, fields, ask);
  ews_writer_close (writer);
}

static void
write_page (EwsWriter *writer, const char *name, guint offset, guint count)
{
  ews_writer_open (writer, name);
  ews_writer_add_number (writer, "MaxEntriesReturned", count);
  ews_writer_add_number (writer, "Offset", offset);
  ews_writer_add_attribute (writer, "BasePoint", "Beginning");
  ews_writer_close (writer);
}

/* Folders. */

EwsWriter *
ews_request_get_folder (EwsVersion version, const EwsFolderRef *folders, guint n)
{
  EwsWriter *writer = begin (version, EWS_OPERATION_GET_FOLDER);

  write_folder_shape (writer);
  ews_writer_open (writer, "m:FolderIds");
  for (guint i = 0; i < n; i++)
    write_folder (writer, &folders[i]);
  ews_writer_close (writer);
  return writer;
}

EwsWriter *
ews_request_find_folder (EwsVersion version, const EwsFolderRef *root, guint offset, guint count)
{
  EwsWriter *writer = begin (version, EWS_OPERATION_FIND_FOLDER);

  ews_writer_add_attribute (writer, "Traversal", "Deep");
  write_folder_shape (writer);
  /* A page of folders can be asked for since 2010. */
  if (version >= EWS_VERSION_2010_SP2)
    write_page (writer, "m:IndexedPageFolderView", offset, count);
  write_folder_in (writer, "m:ParentFolderIds", root);
  return writer;
}

EwsWriter *
ews_request_create_folder (EwsVersion version, const EwsFolderRef *parent, const char *name, const char *folder_class)
{
  EwsWriter *writer = begin (version, EWS_OPERATION_CREATE_FOLDER);

  write_folder_in (writer, "m:ParentFolderId", parent);
  ews_writer_open (writer, "m:Folders");
  ews_writer_open (writer, "t:Folder");
  if (folder_class != NULL)
    ews_writer_add_element (writer, "t:FolderClass", folder_class);
  ews_writer_add_element (writer, "t:DisplayName", name);
  ews_writer_close (writer);
  ews_writer_close (writer);
  return writer;
}

EwsWriter *
ews_request_rename_folder (EwsVersion version, const char *id, const char *name)
{
  EwsWriter *writer = begin (version, EWS_OPERATION_UPDATE_FOLDER);

  ews_writer_open (writer, "m:FolderChanges");
  ews_writer_open (writer, "t:FolderChange");
  ews_writer_add_empty (writer, "t:FolderId", "Id", id);
  ews_writer_open (writer, "t:Updates");
  ews_writer_open (writer, "t:SetFolderField");
  ews_writer_add_empty (writer, "t:FieldURI", "FieldURI", "folder:DisplayName");
  ews_writer_open (writer, "t:Folder");
  ews_writer_add_element (writer, "t:DisplayName", name);
  for (guint i = 0; i < 5; i++)
    ews_writer_close (writer);
  return writer;
}

static void
write_folder_ids (EwsWriter *writer, const char *id)
{
  ews_writer_open (writer, "m:FolderIds");
  ews_writer_add_empty (writer, "t:FolderId", "Id", id);
  ews_writer_close (writer);
}

EwsWriter *
ews_request_move_folder (EwsVersion version, const char *id, const EwsFolderRef *parent)
{
  EwsWriter *writer = begin (version, EWS_OPERATION_MOVE_FOLDER);

  write_folder_in (writer, "m:ToFolderId", parent);
  write_folder_ids (writer, id);
  return writer;
}

/* DisposalType */
static const char *
name_disposal (TaubeDiscardMode mode)
{
  switch (mode)
    {
    case TAUBE_DISCARD_MODE_TO_TRASH: return "MoveToDeletedItems";
    case TAUBE_DISCARD_MODE_RECOVERABLE: return "SoftDelete";
    default: return "HardDelete";
    }
}

EwsWriter *
ews_request_empty_folder (EwsVersion version, const char *id, TaubeDiscardMode mode, gboolean with_folders)
{
  EwsWriter *writer = begin (version, EWS_OPERATION_EMPTY_FOLDER);

  ews_writer_add_attribute (writer, "DeleteType", name_disposal (mode));
  ews_writer_add_attribute (writer, "DeleteSubFolders", with_folders ? "true" : "false");
  write_folder_ids (writer, id);
  return writer;
}

EwsWriter *
ews_request_mark_all_seen (EwsVersion version, const char *id)
{
  EwsWriter *writer = begin (version, EWS_OPERATION_MARK_ALL_ITEMS_AS_READ);

  ews_writer_add_element (writer, "m:ReadFlag", "true");
  ews_writer_add_element (writer, "m:SuppressReadReceipts", "true");
  write_folder_ids (writer, id);
  return writer;
}

EwsWriter *
ews_request_delete_folder (EwsVersion version, const char *id)
{
  EwsWriter *writer = begin (version, EWS_OPERATION_DELETE_FOLDER);

  ews_writer_add_attribute (writer, "DeleteType", "HardDelete");
  write_folder_ids (writer, id);
  return writer;
}

/* Items. */

static void
write_facts_shape (EwsWriter *writer, TaubeFacts facts, EwsAsk ask)
{
  ews_writer_open (writer, "m:ItemShape");
  ews_writer_add_element (writer, "t:BaseShape", "IdOnly");
  ews_writer_open (writer, "t:AdditionalProperties");
  ews_facts_write (writer, facts, ask);
  ews_writer_close (writer);
  ews_writer_close (writer);
}

EwsWriter *
ews_request_find_item (EwsVersion version, const EwsFind *find)
{
  EwsWriter *writer = begin (version, EWS_OPERATION_FIND_ITEM);

  ews_writer_add_attribute (writer, "Traversal", "Shallow");
  if (find->facts != TAUBE_FACTS_NONE)
    write_facts_shape (writer, find->facts, EWS_ASK_FIND);
  else
    write_item_shape (writer, find->fields, EWS_ASK_FIND);
  write_page (writer, "m:IndexedPageItemView", find->offset, find->count);
  if (find->plan != NULL && find->plan->raw == NULL)
    ews_query_write (find->plan->server, find->now, writer);
  ews_order_write (writer, find->sort, find->newest_first, find->refused);
  write_folder_in (writer, "m:ParentFolderIds", &find->folder);
  if (find->plan != NULL && find->plan->raw != NULL)
    ews_writer_add_element (writer, "m:QueryString", find->plan->raw);
  return writer;
}

EwsWriter *
ews_request_get_facts (EwsVersion version, const char *const *ids, guint n, TaubeFacts facts)
{
  EwsWriter *writer = begin (version, EWS_OPERATION_GET_ITEM);

  write_facts_shape (writer, facts, EWS_ASK_GET);
  write_items (writer, ids, n);
  return writer;
}

EwsWriter *
ews_request_get_item (EwsVersion version, const char *const *ids, guint n, TaubeListFields fields)
{
  EwsWriter *writer = begin (version, EWS_OPERATION_GET_ITEM);

  write_item_shape (writer, fields, EWS_ASK_GET);
  write_items (writer, ids, n);
  return writer;
}

/* Where we write what a message can be found by whose answer was lost. */
static void
write_token_uri (EwsWriter *writer)
{
  ews_writer_open (writer, "t:ExtendedFieldURI");
  ews_writer_add_attribute (writer, "DistinguishedPropertySetId", "PublicStrings");
  ews_writer_add_attribute (writer, "PropertyName", "TaubeToken");
  ews_writer_add_attribute (writer, "PropertyType", "String");
  ews_writer_close (writer);
}

static void
write_equal (EwsWriter *writer, void (*write_uri) (EwsWriter *writer), const char *value)
{
  ews_writer_open (writer, "t:IsEqualTo");
  write_uri (writer);
  ews_writer_open (writer, "t:FieldURIOrConstant");
  ews_writer_add_empty (writer, "t:Constant", "Value", value);
  ews_writer_close (writer);
  ews_writer_close (writer);
}

EwsWriter *
ews_request_find_traces (EwsVersion version, const char *folder_id, const char *const *traces, guint n, guint offset)
{
  EwsWriter *writer = begin (version, EWS_OPERATION_FIND_ITEM);
  const EwsFolderRef folder = { .id = folder_id };

  ews_writer_add_attribute (writer, "Traversal", "Shallow");
  ews_writer_open (writer, "m:ItemShape");
  ews_writer_add_element (writer, "t:BaseShape", "IdOnly");
  ews_writer_open (writer, "t:AdditionalProperties");
  ews_fields_write_trace_uri (writer);
  ews_writer_close (writer);
  ews_writer_close (writer);
  write_page (writer, "m:IndexedPageItemView", offset, 1000);
  ews_writer_open (writer, "m:Restriction");
  if (n > 1)
    ews_writer_open (writer, "t:Or");
  for (guint i = 0; i < n; i++)
    write_equal (writer, ews_fields_write_trace_uri, traces[i]);
  if (n > 1)
    ews_writer_close (writer);
  ews_writer_close (writer);
  write_folder_in (writer, "m:ParentFolderIds", &folder);
  return writer;
}

EwsWriter *
ews_request_find_token (EwsVersion version, const char *folder_id, const char *token)
{
  EwsWriter *writer = begin (version, EWS_OPERATION_FIND_ITEM);
  const EwsFolderRef folder = { .id = folder_id };

  ews_writer_add_attribute (writer, "Traversal", "Shallow");
  write_item_shape (writer, TAUBE_LIST_FIELDS_NONE, EWS_ASK_FIND);
  write_page (writer, "m:IndexedPageItemView", 0, 1);
  ews_writer_open (writer, "m:Restriction");
  write_equal (writer, write_token_uri, token);
  ews_writer_close (writer);
  write_folder_in (writer, "m:ParentFolderIds", &folder);
  return writer;
}

EwsWriter *
ews_request_get_states (EwsVersion version, const char *const *ids, guint n)
{
  EwsWriter *writer = begin (version, EWS_OPERATION_GET_ITEM);

  ews_writer_open (writer, "m:ItemShape");
  ews_writer_add_element (writer, "t:BaseShape", "IdOnly");
  ews_fields_write_state (writer);
  ews_writer_close (writer);
  write_items (writer, ids, n);
  return writer;
}

EwsWriter *
ews_request_get_mime (EwsVersion version, const char *id)
{
  EwsWriter *writer = begin (version, EWS_OPERATION_GET_ITEM);

  ews_writer_open (writer, "m:ItemShape");
  ews_writer_add_element (writer, "t:BaseShape", "IdOnly");
  ews_writer_add_element (writer, "t:IncludeMimeContent", "true");
  ews_writer_close (writer);
  write_items (writer, &id, 1);
  return writer;
}

/* The text in the form BODY_TYPE, and what stands at URIS. */
static EwsWriter *
get_properties (EwsVersion version, const char *id, const char *body_type, const char *const *uris)
{
  EwsWriter *writer = begin (version, EWS_OPERATION_GET_ITEM);

  ews_writer_open (writer, "m:ItemShape");
  ews_writer_add_element (writer, "t:BaseShape", "IdOnly");
  ews_writer_add_element (writer, "t:BodyType", body_type);
  ews_writer_open (writer, "t:AdditionalProperties");
  for (guint i = 0; uris[i] != NULL; i++)
    ews_writer_add_empty (writer, "t:FieldURI", "FieldURI", uris[i]);
  ews_writer_close (writer);
  ews_writer_close (writer);
  write_items (writer, &id, 1);
  return writer;
}

EwsWriter *
ews_request_get_parts (EwsVersion version, const char *id)
{
  static const char *const uris[] = { "item:ItemClass", "item:Body", "item:Attachments", "item:Size", NULL };

  return get_properties (version, id, "Best", uris);
}

EwsWriter *
ews_request_get_body (EwsVersion version, const char *id, gboolean html)
{
  static const char *const uris[] = { "item:Body", NULL };

  return get_properties (version, id, html ? "HTML" : "Text", uris);
}

EwsWriter *
ews_request_get_attachment (EwsVersion version, const char *id)
{
  EwsWriter *writer = begin (version, EWS_OPERATION_GET_ATTACHMENT);

  ews_writer_open (writer, "m:AttachmentShape");
  ews_writer_add_element (writer, "t:IncludeMimeContent", "true");
  ews_writer_close (writer);
  ews_writer_open (writer, "m:AttachmentIds");
  ews_writer_add_empty (writer, "t:AttachmentId", "Id", id);
  ews_writer_close (writer);
  return writer;
}

EwsWriter *
ews_request_sync_items (EwsVersion version, const EwsFolderRef *folder, const char *state, guint count)
{
  EwsWriter *writer = begin (version, EWS_OPERATION_SYNC_FOLDER_ITEMS);
  g_autofree char *number = g_strdup_printf ("%u", count);

  write_item_shape (writer, TAUBE_LIST_FIELDS_NONE, EWS_ASK_FIND);
  write_folder_in (writer, "m:SyncFolderId", folder);
  if (state != NULL)
    ews_writer_add_element (writer, "m:SyncState", state);
  ews_writer_add_element (writer, "m:MaxChangesReturned", number);
  return writer;
}

EwsWriter *
ews_request_begin_item (EwsVersion version, const EwsFolderRef *folder, EwsDisposition disposition)
{
  EwsWriter *writer = begin (version, EWS_OPERATION_CREATE_ITEM);

  ews_writer_add_attribute (writer, "MessageDisposition",
                            disposition == EWS_SEND_AND_SAVE ? "SendAndSaveCopy" : "SaveOnly");
  write_folder_in (writer, "m:SavedItemFolderId", folder);
  ews_writer_open (writer, "m:Items");
  ews_writer_open (writer, "t:Message");
  ews_writer_open (writer, "t:MimeContent");
  ews_writer_split (writer);
  return writer;
}

void
ews_request_end_item (EwsWriter *writer, const char *token, TaubeMessageFlags flags, const char *const *keywords,
                      gint64 received)
{
  int bits = (flags & TAUBE_MESSAGE_FLAGS_SEEN ? MSGFLAG_READ : 0)
             | (flags & TAUBE_MESSAGE_FLAGS_DRAFT ? MSGFLAG_UNSENT : MSGFLAG_UNMODIFIED);
  g_autofree char *number = g_strdup_printf ("%d", bits);
  g_autofree char *time = ews_time_to_text (received);

  ews_writer_close (writer);
  ews_fields_write_categories (writer, keywords);
  ews_writer_open (writer, "t:ExtendedProperty");
  write_token_uri (writer);
  ews_writer_add_element (writer, "t:Value", token);
  ews_writer_close (writer);
  ews_fields_write_extended (writer, TAG_MESSAGE_FLAGS, "Integer", number);
  if (received != 0)
    ews_fields_write_extended (writer, TAG_DELIVERY_TIME, "SystemTime", time);
  ews_fields_write_new_flags (writer, flags);
  ews_writer_close (writer);
  ews_writer_close (writer);
}

void
ews_request_end_sent_item (EwsWriter *writer)
{
  ews_writer_close (writer);
  ews_writer_close (writer);
  ews_writer_close (writer);
}

static void
write_update (EwsWriter *writer, const ExchangeUpdate *update)
{
  ews_writer_open (writer, "t:ItemChange");
  ews_writer_open (writer, "t:ItemId");
  ews_writer_add_attribute (writer, "Id", update->id);
  if (update->change_key != NULL)
    ews_writer_add_attribute (writer, "ChangeKey", update->change_key);
  ews_writer_close (writer);
  ews_fields_write_update (writer, update);
  ews_writer_close (writer);
}

EwsWriter *
ews_request_update (EwsVersion version, const ExchangeUpdate *updates, guint n)
{
  EwsWriter *writer = begin (version, EWS_OPERATION_UPDATE_ITEM);
  gboolean keys = TRUE;

  for (guint i = 0; i < n; i++)
    keys = keys && updates[i].change_key != NULL;
  ews_writer_add_attribute (writer, "ConflictResolution", keys ? "AutoResolve" : "AlwaysOverwrite");
  ews_writer_add_attribute (writer, "MessageDisposition", "SaveOnly");
  /* Without it nothing is done to an appointment, as there are in the trash; nobody is told of what is done here. */
  ews_writer_add_attribute (writer, "SendMeetingInvitationsOrCancellations", "SendToNone");
  /* Whoever asked for a receipt gets none because a program set a flag. */
  if (version >= EWS_VERSION_2013_SP1)
    ews_writer_add_attribute (writer, "SuppressReadReceipts", "true");
  ews_writer_open (writer, "m:ItemChanges");
  for (guint i = 0; i < n; i++)
    write_update (writer, &updates[i]);
  ews_writer_close (writer);
  return writer;
}

EwsWriter *
ews_request_transfer (EwsVersion version, EwsOperation operation, const char *const *ids, guint n,
                      const EwsFolderRef *target)
{
  EwsWriter *writer = begin (version, operation);

  write_folder_in (writer, "m:ToFolderId", target);
  write_items (writer, ids, n);
  if (version >= EWS_VERSION_2010_SP2)
    ews_writer_add_element (writer, "m:ReturnNewItemIds", "true");
  return writer;
}

EwsWriter *
ews_request_delete_item (EwsVersion version, const char *const *ids, guint n, TaubeDiscardMode mode)
{
  EwsWriter *writer = begin (version, EWS_OPERATION_DELETE_ITEM);

  ews_writer_add_attribute (writer, "DeleteType", name_disposal (mode));
  /* Appointments and tasks, as there are in the trash, are not deleted without. */
  ews_writer_add_attribute (writer, "SendMeetingCancellations", "SendToNone");
  ews_writer_add_attribute (writer, "AffectedTaskOccurrences", "AllOccurrences");
  if (version >= EWS_VERSION_2013_SP1)
    ews_writer_add_attribute (writer, "SuppressReadReceipts", "true");
  write_items (writer, ids, n);
  return writer;
}
