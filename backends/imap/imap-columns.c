/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-columns.h"

#include "imap-gettext.h"

#include <taube-backend/taube-mime.h>

#include "imap-utf7.h"

/* What a column is on the wire. Where two rows speak of one column, the first that the server has is taken. */
typedef struct
{
  TaubeListFields field;
  ImapCapability needs; /* IMAP_N_CAPABILITIES: every server has it */
  const char *items[2];
  ImapFetchFields replies;
  gboolean only_answers; /* the server never tells it by itself */
  const char *const *headers; /* it stands in these fields; NULL: it is an item of its own */
} Column;

/* More than this no sender needs to say one word. */
#define HEADERS_MAX 1024

static const char *const importance_headers[] = { TAUBE_MIME_IMPORTANCE_FIELDS, NULL };

static const Column columns[] = {
  { TAUBE_LIST_FIELDS_FLAGS, IMAP_N_CAPABILITIES, { "FLAGS" }, IMAP_FETCH_FLAGS, FALSE },
  { TAUBE_LIST_FIELDS_SIZE, IMAP_N_CAPABILITIES, { "RFC822.SIZE" }, IMAP_FETCH_SIZE, TRUE },
  { TAUBE_LIST_FIELDS_DATE, IMAP_N_CAPABILITIES, { "INTERNALDATE" }, IMAP_FETCH_INTERNALDATE, TRUE },
  { TAUBE_LIST_FIELDS_ENVELOPE, IMAP_N_CAPABILITIES, { "ENVELOPE" }, IMAP_FETCH_ENVELOPE, TRUE },
  { TAUBE_LIST_FIELDS_PREVIEW, IMAP_CAPABILITY_PREVIEW, { "PREVIEW" }, IMAP_FETCH_PREVIEW, TRUE },
  { TAUBE_LIST_FIELDS_OBJECT_IDS, IMAP_CAPABILITY_OBJECTID, { "EMAILID", "THREADID" },
    IMAP_FETCH_EMAILID | IMAP_FETCH_THREADID, TRUE },
  { TAUBE_LIST_FIELDS_OBJECT_IDS, IMAP_CAPABILITY_X_GM_EXT_1, { "X-GM-MSGID", "X-GM-THRID" },
    IMAP_FETCH_GM_MSGID | IMAP_FETCH_GM_THRID, TRUE },
  { TAUBE_LIST_FIELDS_SAVE_DATE, IMAP_CAPABILITY_SAVEDATE, { "SAVEDATE" }, IMAP_FETCH_SAVEDATE, TRUE },
  { TAUBE_LIST_FIELDS_LABELS, IMAP_CAPABILITY_X_GM_EXT_1, { "X-GM-LABELS" }, IMAP_FETCH_GM_LABELS, FALSE },
  { TAUBE_LIST_FIELDS_IMPORTANCE, IMAP_N_CAPABILITIES, { NULL }, IMAP_FETCH_SECTIONS, TRUE, importance_headers },
};

static gboolean
has_column (ImapSession *session, const Column *column)
{
  if (column->field == TAUBE_LIST_FIELDS_PREVIEW && session->quirks.no_preview)
    return FALSE;
  return column->needs == IMAP_N_CAPABILITIES || imap_session_has (session, column->needs);
}

/* Those of FIELDS that this server can tell. */
TaubeListFields
imap_columns_offered (ImapSession *session, TaubeListFields fields)
{
  TaubeListFields offered = TAUBE_LIST_FIELDS_NONE;

  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    if ((fields & columns[i].field) != 0 && has_column (session, &columns[i]))
      offered |= columns[i].field;
  return offered;
}

/* Appends "(UID …)" with an item for each of FIELDS that the server has. */
void
imap_columns_add_items (ImapSession *session, ImapCommand *command, TaubeListFields fields)
{
  TaubeListFields left = fields;

  imap_command_open (command);
  imap_command_add_atom (command, N_ ("item"), "UID");
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    {
      if ((left & columns[i].field) == 0 || !has_column (session, &columns[i]))
        continue;
      left &= ~columns[i].field;
      if (columns[i].headers != NULL)
        imap_command_add_section (command, "BODY.PEEK", "HEADER.FIELDS", columns[i].headers, TRUE, 0, HEADERS_MAX);
      for (guint n = 0; n < G_N_ELEMENTS (columns[i].items) && columns[i].items[n] != NULL; n++)
        imap_command_add_atom (command, N_ ("item"), columns[i].items[n]);
    }
  imap_command_close (command);
}

/* Whether FETCH is the answer to a command made for FIELDS. News about flags may come in between and is none: it has
 * nothing of what only an answer has. */
gboolean
imap_columns_are_answered (TaubeListFields fields, const ImapFetch *fetch)
{
  ImapFetchFields came = fetch->fields | fetch->malformed;
  ImapFetchFields wanted = 0;

  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    if ((fields & columns[i].field) != 0 && columns[i].only_answers)
      wanted |= columns[i].replies;
  return (fetch->fields & IMAP_FETCH_UID) != 0 && (wanted == 0 || (came & wanted) != 0);
}

/* A mailbox without a domain has an empty one for the builder: none at all would begin a group. */
static void
add_addresses (TaubeMessageListBuilder *builder, TaubeMessageColumn column, const ImapAddress *address)
{
  for (; address != NULL; address = address->next)
    if (address->kind == IMAP_ADDRESS_MAILBOX)
      taube_message_list_builder_add_address (builder, column, address->name.text, address->name.length,
                                              address->mailbox.text, address->mailbox.length,
                                              address->host.text != NULL ? address->host.text : "",
                                              address->host.length);
    else if (address->kind == IMAP_ADDRESS_GROUP_BEGIN)
      taube_message_list_builder_add_address (builder, column, NULL, 0, address->mailbox.text,
                                              address->mailbox.length, NULL, 0);
    else
      taube_message_list_builder_add_address (builder, column, NULL, 0, NULL, 0, NULL, 0);
}

static void
add_text (TaubeMessageListBuilder *builder, TaubeMessageColumn column, ImapString text)
{
  taube_message_list_builder_set_text (builder, column, text.text, text.length);
}

static void
add_envelope (TaubeMessageListBuilder *builder, const ImapEnvelope *envelope)
{
  gint64 seconds;
  int minutes;

  if (envelope->date.text != NULL
      && taube_mime_parse_date (envelope->date.text, envelope->date.length, &seconds, &minutes))
    taube_message_list_builder_set_sent_date (builder, seconds, minutes);
  add_text (builder, TAUBE_MESSAGE_COLUMN_SUBJECT, envelope->subject);
  add_addresses (builder, TAUBE_MESSAGE_COLUMN_FROM, envelope->from);
  add_addresses (builder, TAUBE_MESSAGE_COLUMN_SENDER, envelope->sender);
  add_addresses (builder, TAUBE_MESSAGE_COLUMN_REPLY_TO, envelope->reply_to);
  add_addresses (builder, TAUBE_MESSAGE_COLUMN_TO, envelope->to);
  add_addresses (builder, TAUBE_MESSAGE_COLUMN_CC, envelope->cc);
  add_addresses (builder, TAUBE_MESSAGE_COLUMN_BCC, envelope->bcc);
  add_text (builder, TAUBE_MESSAGE_COLUMN_MESSAGE_ID, envelope->message_id);
  add_text (builder, TAUBE_MESSAGE_COLUMN_IN_REPLY_TO, envelope->in_reply_to);
}

/* Gmail's labels are strings or atoms in modified UTF-7, those of the system with a backslash in front. */
static void
add_labels (TaubeMessageListBuilder *builder, const ImapValue *first)
{
  g_autoptr (GPtrArray) labels = g_ptr_array_new_with_free_func (g_free);

  for (const ImapValue *value = first; value != NULL; value = value->next)
    if (value->type != IMAP_VALUE_LIST && value->type != IMAP_VALUE_STREAMED)
      g_ptr_array_add (labels, imap_utf7_decode (value->text, value->length));
  taube_message_list_builder_set_labels (builder, (const char *const *) labels->pdata, labels->len);
}

static void
add_number_id (TaubeMessageListBuilder *builder, TaubeMessageColumn column, guint64 number)
{
  char text[24];
  int length = g_snprintf (text, sizeof text, "%" G_GUINT64_FORMAT, number);

  taube_message_list_builder_set_text (builder, column, text, length);
}

static void
add_ids (TaubeMessageListBuilder *builder, const ImapFetch *fetch)
{
  if (fetch->fields & IMAP_FETCH_EMAILID)
    add_text (builder, TAUBE_MESSAGE_COLUMN_EMAIL_ID, fetch->email_id);
  else if (fetch->fields & IMAP_FETCH_GM_MSGID)
    add_number_id (builder, TAUBE_MESSAGE_COLUMN_EMAIL_ID, fetch->gm_msgid);
  if (fetch->fields & IMAP_FETCH_THREADID)
    add_text (builder, TAUBE_MESSAGE_COLUMN_THREAD_ID, fetch->thread_id);
  else if (fetch->fields & IMAP_FETCH_GM_THRID)
    add_number_id (builder, TAUBE_MESSAGE_COLUMN_THREAD_ID, fetch->gm_thrid);
}

static void
add_importance (TaubeMessageListBuilder *builder, const ImapSection *section)
{
  for (; section != NULL; section = section->next)
    if (g_ascii_strncasecmp (section->section.text, "HEADER", 6) == 0 && section->content.text != NULL)
      {
        g_autoptr (TaubeMimeHeaders) headers = taube_mime_headers_parse (
          section->content.text, section->content.length, taube_limits_get_default (), NULL);

        taube_message_list_builder_set_importance (builder, taube_mime_headers_get_importance (headers));
        return;
      }
}

static void
add_extras (TaubeMessageListBuilder *builder, const ImapFetch *fetch)
{
  ImapFetchFields whole = fetch->fields & ~fetch->malformed;

  if (whole & IMAP_FETCH_PREVIEW)
    add_text (builder, TAUBE_MESSAGE_COLUMN_PREVIEW, fetch->preview);
  add_ids (builder, fetch);
  if ((whole & IMAP_FETCH_SAVEDATE) && fetch->has_save_date)
    taube_message_list_builder_set_save_date (builder, fetch->save_date);
  if (whole & IMAP_FETCH_GM_LABELS)
    add_labels (builder, fetch->gm_labels);
  add_importance (builder, fetch->sections);
}

/* A row for what FETCH tells. */
void
imap_columns_add_row (TaubeMessageListBuilder *builder, const char *prefix, const ImapFetch *fetch)
{
  const ImapFetchFields extras = IMAP_FETCH_PREVIEW | IMAP_FETCH_EMAILID | IMAP_FETCH_THREADID | IMAP_FETCH_SAVEDATE
                                 | IMAP_FETCH_GM_MSGID | IMAP_FETCH_GM_THRID | IMAP_FETCH_GM_LABELS
                                 | IMAP_FETCH_SECTIONS;
  ImapFetchFields came = fetch->fields | fetch->malformed;

  taube_message_list_builder_add (builder, prefix, fetch->uid);
  if (came & IMAP_FETCH_FLAGS)
    taube_message_list_builder_set_flags (builder, fetch->flags.flags, fetch->flags.keywords, fetch->flags.n_keywords);
  if (fetch->fields & IMAP_FETCH_SIZE)
    taube_message_list_builder_set_size (builder, fetch->size);
  if (fetch->fields & IMAP_FETCH_INTERNALDATE)
    taube_message_list_builder_set_date (builder, fetch->internal_date, fetch->internal_offset / 60);
  if (came & IMAP_FETCH_ENVELOPE)
    add_envelope (builder, &fetch->envelope);
  if (came & extras)
    add_extras (builder, fetch);
}
