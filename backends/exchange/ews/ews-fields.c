/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ews/ews-fields.h"

#include <string.h>

/* The properties of MAPI that have no name of their own in EWS: [MS-OXPROPS]. */
#define TAG_LAST_VERB "0x1081"
#define TAG_ARTICLE_NUMBER "0x0e23"
#define TAG_FLAG_STATUS "0x1090"
#define TAG_SEARCH_KEY "0x300b"
#define TAG_FROM_SMTP "0x5d02"
#define TAG_SENDER_SMTP "0x5d01"

#define VERB_REPLIED 102
#define VERB_REPLIED_TO_ALL 103
#define VERB_FORWARDED 104
#define FLAG_STATUS_FLAGGED 2

typedef struct
{
  TaubeMessageListBuilder *builder;
  const EwsNode *item;
  TaubeMessageFlags flags;
  GPtrArray *keywords; /* of char*, not owned */
} Row;

typedef struct _Field Field;

struct _Field
{
  TaubeListFields fields;
  EwsVersion since, until;
  EwsAsk ask;          /* GET: a search does not give it */
  const char *uri;     /* "item:Subject", or the tag of an extended property */
  const char *type;    /* of an extended property */
  const char *element; /* in which the value comes */
  void (*take) (const Field *field, const EwsNode *value, Row *row);
  int what;            /* a flag or a column */
};

/* Flags. */

static void
take_flag (const Field *field, const EwsNode *value, Row *row)
{
  gboolean set;

  if (ews_text_to_boolean (value->text, &set) && set)
    row->flags |= (guint) field->what;
}

static void
take_flag_status (const Field *field, const EwsNode *value, Row *row)
{
  const char *status = ews_node_get_text (value, "FlagStatus");
  gint64 number;

  if (g_strcmp0 (status, "Flagged") == 0
      || (status == NULL && ews_text_to_number (value->text, &number) && number == FLAG_STATUS_FLAGGED))
    row->flags |= TAUBE_MESSAGE_FLAGS_FLAGGED;
}

static void
take_verb (const Field *field, const EwsNode *value, Row *row)
{
  gint64 verb;

  if (!ews_text_to_number (value->text, &verb))
    return;
  if (verb == VERB_REPLIED || verb == VERB_REPLIED_TO_ALL)
    row->flags |= TAUBE_MESSAGE_FLAGS_ANSWERED;
  else if (verb == VERB_FORWARDED)
    row->flags |= TAUBE_MESSAGE_FLAGS_FORWARDED;
}

static void
take_categories (const Field *field, const EwsNode *value, Row *row)
{
  for (const EwsNode *name = ews_node_find (value, "String"); name != NULL; name = ews_node_find_next (name, "String"))
    if (name->text[0] != '\0')
      g_ptr_array_add (row->keywords, (gpointer) name->text);
}

static const char *const importances[] = {
  [TAUBE_IMPORTANCE_LOW] = "Low",
  [TAUBE_IMPORTANCE_NORMAL] = "Normal",
  [TAUBE_IMPORTANCE_HIGH] = "High",
};

static void
take_importance (const Field *field, const EwsNode *value, Row *row)
{
  for (guint i = TAUBE_IMPORTANCE_LOW; i < G_N_ELEMENTS (importances); i++)
    if (strcmp (value->text, importances[i]) == 0)
      taube_message_list_builder_set_importance (row->builder, (TaubeImportance) i);
}

/* Numbers, dates, texts. */

static void
take_size (const Field *field, const EwsNode *value, Row *row)
{
  gint64 size;

  if (ews_text_to_number (value->text, &size) && size >= 0)
    taube_message_list_builder_set_size (row->builder, (guint64) size);
}

/* What a property has that was never set: 0001-01-01 or, as MAPI counts, 1601-01-01. */
#define NEVER G_GINT64_CONSTANT (-11644473600)

static gboolean
read_moment (const EwsNode *value, gint64 *unix_seconds, int *offset_minutes)
{
  return ews_text_to_time (value->text, unix_seconds, offset_minutes) && *unix_seconds > NEVER;
}

static void
take_received (const Field *field, const EwsNode *value, Row *row)
{
  gint64 seconds;
  int offset;

  if (read_moment (value, &seconds, &offset))
    taube_message_list_builder_set_date (row->builder, seconds, offset);
}

static void
take_sent (const Field *field, const EwsNode *value, Row *row)
{
  gint64 seconds;
  int offset;

  if (read_moment (value, &seconds, &offset))
    taube_message_list_builder_set_sent_date (row->builder, seconds, offset);
}

static void
take_text (const Field *field, const EwsNode *value, Row *row)
{
  taube_message_list_builder_set_text (row->builder, field->what, value->text, strlen (value->text));
}

static void
take_conversation (const Field *field, const EwsNode *value, Row *row)
{
  const char *id = ews_node_get_attribute (value, "Id");

  if (id != NULL)
    taube_message_list_builder_set_text (row->builder, field->what, id, strlen (id));
}

/* Addresses. */

static const EwsNode *find_extended (const EwsNode *item, const char *tag);

/* The address by which mail gets there, when the server gives one of its directory instead. */
static const char *
find_smtp (const Row *row, int column, const char *address)
{
  const EwsNode *value = NULL;

  if (address != NULL && strchr (address, '@') != NULL)
    return address;
  if (column == TAUBE_MESSAGE_COLUMN_FROM)
    value = find_extended (row->item, TAG_FROM_SMTP);
  else if (column == TAUBE_MESSAGE_COLUMN_SENDER)
    value = find_extended (row->item, TAG_SENDER_SMTP);
  return value != NULL && strchr (value->text, '@') != NULL ? value->text : address;
}

static void
add_address (const Field *field, const EwsNode *mailbox, Row *row)
{
  const char *name = ews_node_get_text (mailbox, "Name");
  const char *address = find_smtp (row, field->what, ews_node_get_text (mailbox, "EmailAddress"));
  const char *at = address != NULL ? strrchr (address, '@') : NULL;
  const char *host = at != NULL ? at + 1 : "";

  if (address == NULL)
    address = "";
  if (name != NULL && (name[0] == '\0' || strcmp (name, address) == 0))
    name = NULL;
  if (name == NULL && address[0] == '\0')
    return;
  taube_message_list_builder_add_address (row->builder, field->what, name, name != NULL ? strlen (name) : 0, address,
                                          at != NULL ? (gsize) (at - address) : strlen (address), host, strlen (host));
}

static void
take_addresses (const Field *field, const EwsNode *value, Row *row)
{
  for (const EwsNode *mailbox = ews_node_find (value, "Mailbox"); mailbox != NULL;
       mailbox = ews_node_find_next (mailbox, "Mailbox"))
    add_address (field, mailbox, row);
}

#define ALWAYS EWS_VERSION_2007_SP1, EWS_VERSION_2013_SP1
#define SINCE_2010 EWS_VERSION_2010_SP2, EWS_VERSION_2013_SP1
#define SINCE_2013 EWS_VERSION_2013_SP1, EWS_VERSION_2013_SP1
#define BEFORE_2013 EWS_VERSION_2007_SP1, EWS_VERSION_2010_SP2
#define FLAGS(name) take_flag, TAUBE_MESSAGE_FLAGS_##name
#define COLUMN(name) TAUBE_MESSAGE_COLUMN_##name

/* What an item's property is called there, and which column it fills here. */
static const Field table[] = {
  { TAUBE_LIST_FIELDS_FLAGS, ALWAYS, EWS_ASK_FIND, "message:IsRead", NULL, "IsRead", FLAGS (SEEN) },
  { TAUBE_LIST_FIELDS_FLAGS, ALWAYS, EWS_ASK_FIND, "item:IsDraft", NULL, "IsDraft", FLAGS (DRAFT) },
  { TAUBE_LIST_FIELDS_FLAGS, SINCE_2013, EWS_ASK_FIND, "item:Flag", NULL, "Flag", take_flag_status, 0 },
  { TAUBE_LIST_FIELDS_FLAGS, BEFORE_2013, EWS_ASK_FIND, TAG_FLAG_STATUS, "Integer", NULL, take_flag_status, 0 },
  { TAUBE_LIST_FIELDS_FLAGS, ALWAYS, EWS_ASK_FIND, TAG_LAST_VERB, "Integer", NULL, take_verb, 0 },
  { TAUBE_LIST_FIELDS_FLAGS, ALWAYS, EWS_ASK_FIND, "item:Categories", NULL, "Categories", take_categories, 0 },
  { TAUBE_LIST_FIELDS_SIZE, ALWAYS, EWS_ASK_FIND, "item:Size", NULL, "Size", take_size, 0 },
  { TAUBE_LIST_FIELDS_DATE, ALWAYS, EWS_ASK_FIND, "item:DateTimeReceived", NULL, "DateTimeReceived", take_received, 0 },
  { TAUBE_LIST_FIELDS_ENVELOPE, ALWAYS, EWS_ASK_FIND, "item:Subject", NULL, "Subject", take_text, COLUMN (SUBJECT) },
  { TAUBE_LIST_FIELDS_ENVELOPE, ALWAYS, EWS_ASK_FIND, "item:DateTimeSent", NULL, "DateTimeSent", take_sent, 0 },
  { TAUBE_LIST_FIELDS_ENVELOPE, ALWAYS, EWS_ASK_FIND, "message:InternetMessageId", NULL, "InternetMessageId", take_text,
    COLUMN (MESSAGE_ID) },
  { TAUBE_LIST_FIELDS_ENVELOPE, ALWAYS, EWS_ASK_FIND, "item:InReplyTo", NULL, "InReplyTo", take_text,
    COLUMN (IN_REPLY_TO) },
  { TAUBE_LIST_FIELDS_ENVELOPE, ALWAYS, EWS_ASK_GET, "message:From", NULL, "From", take_addresses, COLUMN (FROM) },
  { TAUBE_LIST_FIELDS_ENVELOPE, ALWAYS, EWS_ASK_GET, TAG_FROM_SMTP, "String", NULL, NULL, 0 },
  { TAUBE_LIST_FIELDS_ENVELOPE, ALWAYS, EWS_ASK_GET, "message:Sender", NULL, "Sender", take_addresses,
    COLUMN (SENDER) },
  { TAUBE_LIST_FIELDS_ENVELOPE, ALWAYS, EWS_ASK_GET, TAG_SENDER_SMTP, "String", NULL, NULL, 0 },
  { TAUBE_LIST_FIELDS_ENVELOPE, ALWAYS, EWS_ASK_GET, "message:ReplyTo", NULL, "ReplyTo", take_addresses,
    COLUMN (REPLY_TO) },
  { TAUBE_LIST_FIELDS_ENVELOPE, ALWAYS, EWS_ASK_GET, "message:ToRecipients", NULL, "ToRecipients", take_addresses,
    COLUMN (TO) },
  { TAUBE_LIST_FIELDS_ENVELOPE, ALWAYS, EWS_ASK_GET, "message:CcRecipients", NULL, "CcRecipients", take_addresses,
    COLUMN (CC) },
  { TAUBE_LIST_FIELDS_ENVELOPE, ALWAYS, EWS_ASK_GET, "message:BccRecipients", NULL, "BccRecipients", take_addresses,
    COLUMN (BCC) },
  { TAUBE_LIST_FIELDS_PREVIEW, SINCE_2013, EWS_ASK_FIND, "item:Preview", NULL, "Preview", take_text, COLUMN (PREVIEW) },
  { TAUBE_LIST_FIELDS_OBJECT_IDS, SINCE_2010, EWS_ASK_FIND, "item:ConversationId", NULL, "ConversationId",
    take_conversation, COLUMN (THREAD_ID) },
  { TAUBE_LIST_FIELDS_IMPORTANCE, ALWAYS, EWS_ASK_FIND, "item:Importance", NULL, "Importance", take_importance, 0 },
};

static gboolean
is_asked (const Field *field, TaubeListFields fields, EwsVersion version, EwsAsk ask)
{
  return (field->fields & fields) != 0 && version >= field->since && version <= field->until
         && (field->ask == EWS_ASK_FIND || ask == EWS_ASK_GET);
}

static void
write_uri (EwsWriter *writer, const Field *field)
{
  if (field->type == NULL)
    {
      ews_writer_add_empty (writer, "t:FieldURI", "FieldURI", field->uri);
      return;
    }
  ews_writer_open (writer, "t:ExtendedFieldURI");
  ews_writer_add_attribute (writer, "PropertyTag", field->uri);
  ews_writer_add_attribute (writer, "PropertyType", field->type);
  ews_writer_close (writer);
}

/* How many. */
static guint
write_uris (EwsWriter *writer, TaubeListFields fields, EwsAsk ask, gboolean open)
{
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      if (!is_asked (&table[i], fields, ews_writer_get_version (writer), ask))
        continue;
      if (!open)
        ews_writer_open (writer, "t:AdditionalProperties");
      open = TRUE;
      n++;
      write_uri (writer, &table[i]);
    }
  return n;
}

void
ews_fields_write_uris (EwsWriter *writer, TaubeListFields fields, EwsAsk ask)
{
  write_uris (writer, fields, ask, TRUE);
}

void
ews_fields_write (EwsWriter *writer, TaubeListFields fields, EwsAsk ask)
{
  if (ask == EWS_ASK_GET)
    {
      ews_writer_open (writer, "t:AdditionalProperties");
      ews_fields_write_number_uri (writer);
    }
  if (write_uris (writer, fields, ask, ask == EWS_ASK_GET) > 0 || ask == EWS_ASK_GET)
    ews_writer_close (writer);
}

void
ews_fields_write_trace_uri (EwsWriter *writer)
{
  static const Field trace = { .uri = TAG_SEARCH_KEY, .type = "Binary" };

  write_uri (writer, &trace);
}

void
ews_fields_write_state (EwsWriter *writer)
{
  ews_writer_open (writer, "t:AdditionalProperties");
  write_uris (writer, TAUBE_LIST_FIELDS_FLAGS, EWS_ASK_GET, TRUE);
  ews_fields_write_trace_uri (writer);
  ews_writer_close (writer);
}

const char *
ews_item_get_trace (const EwsNode *item)
{
  const EwsNode *value = find_extended (item, TAG_SEARCH_KEY);

  return value != NULL && value->text[0] != '\0' ? value->text : NULL;
}

void
ews_fields_write_number_uri (EwsWriter *writer)
{
  static const Field number = { .uri = TAG_ARTICLE_NUMBER, .type = "Integer" };

  write_uri (writer, &number);
}

guint32
ews_item_get_number (const EwsNode *item)
{
  const EwsNode *value = find_extended (item, TAG_ARTICLE_NUMBER);
  gint64 number;

  if (value == NULL || !ews_text_to_number (value->text, &number))
    return 0;
  return (guint32) CLAMP (number, 0, G_MAXUINT32);
}

/* Servers write the tag as they like: 0x1081, 4225. */
static gboolean
is_same_tag (const char *a, const char *b)
{
  return a != NULL && g_ascii_strtoull (a, NULL, 0) == g_ascii_strtoull (b, NULL, 0);
}

/* The t:Value of an extended property. */
static const EwsNode *
find_extended (const EwsNode *item, const char *tag)
{
  for (const EwsNode *property = ews_node_find (item, "ExtendedProperty"); property != NULL;
       property = ews_node_find_next (property, "ExtendedProperty"))
    if (is_same_tag (ews_node_get_attribute (ews_node_find (property, "ExtendedFieldURI"), "PropertyTag"), tag))
      return ews_node_find (property, "Value");
  return NULL;
}

static void
take (const Field *field, Row *row)
{
  const EwsNode *value
    = field->type != NULL ? find_extended (row->item, field->uri) : ews_node_find (row->item, field->element);

  if (value != NULL && field->take != NULL)
    field->take (field, value, row);
}

void
ews_fields_fill_row (const EwsNode *item, TaubeListFields fields, TaubeMessageListBuilder *builder)
{
  g_autoptr (GPtrArray) keywords = g_ptr_array_new ();
  Row row = { builder, item, TAUBE_MESSAGE_FLAGS_NONE, keywords };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if ((table[i].fields & fields) != 0)
      take (&table[i], &row);
  if (fields & TAUBE_LIST_FIELDS_FLAGS)
    taube_message_list_builder_set_flags (builder, row.flags, (const char *const *) keywords->pdata, keywords->len);
}

TaubeMessageFlags
ews_item_get_flags (const EwsNode *item, GPtrArray *keywords)
{
  Row row = { NULL, item, TAUBE_MESSAGE_FLAGS_NONE, keywords };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (table[i].fields == TAUBE_LIST_FIELDS_FLAGS)
      take (&table[i], &row);
  return row.flags;
}

const char *
ews_item_get_change_key (const EwsNode *item)
{
  return ews_node_get_attribute (ews_node_find (item, "ItemId"), "ChangeKey");
}

const char *
ews_item_get_id (const EwsNode *item)
{
  const char *id = ews_node_get_attribute (ews_node_find (item, "ItemId"), "Id");

  return id != NULL && id[0] != '\0' ? id : NULL;
}

/* Writing flags. */

static void
open_set (EwsWriter *writer, const char *uri, const char *type)
{
  const Field field = { .uri = uri, .type = type };

  ews_writer_open (writer, "t:SetItemField");
  write_uri (writer, &field);
  ews_writer_open (writer, "t:Message");
}

static void
close_set (EwsWriter *writer)
{
  ews_writer_close (writer);
  ews_writer_close (writer);
}

void
ews_fields_write_extended (EwsWriter *writer, const char *tag, const char *type, const char *value)
{
  const Field field = { .uri = tag, .type = type };

  ews_writer_open (writer, "t:ExtendedProperty");
  write_uri (writer, &field);
  ews_writer_add_element (writer, "t:Value", value);
  ews_writer_close (writer);
}

static void
write_number (EwsWriter *writer, const char *tag, int number)
{
  g_autofree char *text = g_strdup_printf ("%d", number);

  ews_fields_write_extended (writer, tag, "Integer", text);
}

static void
set_number (EwsWriter *writer, const char *tag, int number)
{
  open_set (writer, tag, "Integer");
  write_number (writer, tag, number);
  close_set (writer);
}

static void
write_flag (EwsWriter *writer, gboolean flagged)
{
  ews_writer_open (writer, "t:Flag");
  ews_writer_add_element (writer, "t:FlagStatus", flagged ? "Flagged" : "NotFlagged");
  ews_writer_close (writer);
}

static void
write_flag_status (EwsWriter *writer, gboolean flagged)
{
  if (ews_writer_get_version (writer) < EWS_VERSION_2013_SP1)
    {
      set_number (writer, TAG_FLAG_STATUS, flagged ? FLAG_STATUS_FLAGGED : 0);
      return;
    }
  open_set (writer, "item:Flag", NULL);
  write_flag (writer, flagged);
  close_set (writer);
}

/* One number says what was done last. */
static int
find_verb (TaubeMessageFlags flags)
{
  if (flags & TAUBE_MESSAGE_FLAGS_ANSWERED)
    return VERB_REPLIED;
  return flags & TAUBE_MESSAGE_FLAGS_FORWARDED ? VERB_FORWARDED : 0;
}

void
ews_fields_write_new_flags (EwsWriter *writer, TaubeMessageFlags flags)
{
  gboolean flagged = (flags & TAUBE_MESSAGE_FLAGS_FLAGGED) != 0;

  if (find_verb (flags) != 0)
    write_number (writer, TAG_LAST_VERB, find_verb (flags));
  if (flagged && ews_writer_get_version (writer) < EWS_VERSION_2013_SP1)
    write_number (writer, TAG_FLAG_STATUS, FLAG_STATUS_FLAGGED);
  else if (flagged)
    write_flag (writer, TRUE);
}

void
ews_fields_write_categories (EwsWriter *writer, const char *const *categories)
{
  if (categories == NULL || categories[0] == NULL)
    return;
  ews_writer_open (writer, "t:Categories");
  for (guint i = 0; categories[i] != NULL; i++)
    ews_writer_add_element (writer, "t:String", categories[i]);
  ews_writer_close (writer);
}

static void
set_categories (EwsWriter *writer, const char *const *categories)
{
  if (categories[0] == NULL)
    {
      ews_writer_open (writer, "t:DeleteItemField");
      ews_writer_add_empty (writer, "t:FieldURI", "FieldURI", "item:Categories");
      ews_writer_close (writer);
      return;
    }
  open_set (writer, "item:Categories", NULL);
  ews_fields_write_categories (writer, categories);
  close_set (writer);
}

static void
set_importance (EwsWriter *writer, TaubeImportance importance)
{
  open_set (writer, "item:Importance", NULL);
  ews_writer_add_element (writer, "t:Importance", importances[importance]);
  close_set (writer);
}

void
ews_fields_write_update (EwsWriter *writer, const ExchangeUpdate *update)
{
  const TaubeMessageFlags verbs = TAUBE_MESSAGE_FLAGS_ANSWERED | TAUBE_MESSAGE_FLAGS_FORWARDED;

  TaubeMessageFlags changed = update->changed, flags = update->flags;

  ews_writer_open (writer, "t:Updates");
  if (changed & TAUBE_MESSAGE_FLAGS_SEEN)
    {
      open_set (writer, "message:IsRead", NULL);
      ews_writer_add_element (writer, "t:IsRead", flags & TAUBE_MESSAGE_FLAGS_SEEN ? "true" : "false");
      close_set (writer);
    }
  if (changed & TAUBE_MESSAGE_FLAGS_FLAGGED)
    write_flag_status (writer, (flags & TAUBE_MESSAGE_FLAGS_FLAGGED) != 0);
  if (changed & verbs)
    set_number (writer, TAG_LAST_VERB, find_verb (flags));
  if (update->keywords != NULL)
    set_categories (writer, update->keywords);
  if (update->importance != TAUBE_IMPORTANCE_UNKNOWN)
    set_importance (writer, update->importance);
  ews_writer_close (writer);
}
