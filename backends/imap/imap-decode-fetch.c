/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-decode-fetch.h"

#include <string.h>

#include "imap-date.h"

typedef struct
{
  TaubeArena *arena;
  const TaubeLimits *limits;
  ImapFetch *fetch;
  ImapSection **section_tail;
} FetchReader;

/* Reads the value of an item; FALSE when that is malformed. VALUE may be NULL. */
typedef gboolean (*ItemFunc) (FetchReader *self, const ImapValue *value);

typedef struct
{
  const char *name;
  guint8 length;
  ImapFetchFields field;
  ItemFunc read;
} Item;

static gboolean
read_uid (FetchReader *self, const ImapValue *value)
{
  return imap_value_get_uint32 (value, &self->fetch->uid) && self->fetch->uid != 0;
}

static gboolean
read_flags (FetchReader *self, const ImapValue *value)
{
  return imap_flags_decode (value, self->arena, &self->fetch->flags) && !self->fetch->flags.malformed;
}

static gboolean
read_date_value (const ImapValue *value, gint64 *seconds, gint *offset)
{
  return imap_value_is_text (value) && imap_date_parse (value->text, value->length, seconds, offset);
}

static gboolean
read_internal_date (FetchReader *self, const ImapValue *value)
{
  return read_date_value (value, &self->fetch->internal_date, &self->fetch->internal_offset);
}

static gboolean
read_save_date (FetchReader *self, const ImapValue *value)
{
  gint offset;

  if (value != NULL && value->type == IMAP_VALUE_NIL)
    return TRUE;
  self->fetch->has_save_date = read_date_value (value, &self->fetch->save_date, &offset);
  return self->fetch->has_save_date;
}

static gboolean
read_size (FetchReader *self, const ImapValue *value)
{
  return imap_value_get_number (value, &self->fetch->size);
}

static gboolean
read_envelope (FetchReader *self, const ImapValue *value)
{
  return imap_decode_envelope (value, self->arena, &self->fetch->envelope) && self->fetch->envelope.malformed == 0;
}

static gboolean
read_body_structure (FetchReader *self, const ImapValue *value)
{
  self->fetch->body = imap_decode_body (value, self->arena, self->limits);
  return self->fetch->body != NULL;
}

/* fetch-mod-resp = "MODSEQ" SP "(" permsg-modsequence ")"            (RFC 7162)
 *
 * Zoho says -1 and others 0 for a message without one. */
static gboolean
read_modseq (FetchReader *self, const ImapValue *value)
{
  if (value != NULL && value->type == IMAP_VALUE_LIST)
    value = value->first;
  if (imap_value_is_atom (value, "-1"))
    return TRUE;
  return imap_value_get_number (value, &self->fetch->modseq);
}

/* fetch-emailid-resp  = "EMAILID" SP "(" objectid ")"
 * fetch-threadid-resp = "THREADID" SP ( "(" objectid ")" / nil )     (RFC 8474) */
static gboolean
read_object_id (const ImapValue *value, ImapString *id)
{
  if (value != NULL && value->type == IMAP_VALUE_LIST)
    value = value->first;
  return value == NULL || imap_value_get_nstring (value, id);
}

static gboolean
read_email_id (FetchReader *self, const ImapValue *value)
{
  return value != NULL && read_object_id (value, &self->fetch->email_id);
}

static gboolean
read_thread_id (FetchReader *self, const ImapValue *value)
{
  return value != NULL && read_object_id (value, &self->fetch->thread_id);
}

/* "PREVIEW" SP nstring                                               (RFC 8970; earlier drafts have a list) */
static gboolean
read_preview (FetchReader *self, const ImapValue *value)
{
  if (value != NULL && value->type == IMAP_VALUE_LIST && value->length == 2)
    value = value->first->next;
  return value != NULL && imap_value_get_nstring (value, &self->fetch->preview);
}

static gboolean
read_gm_msgid (FetchReader *self, const ImapValue *value)
{
  return imap_value_get_number (value, &self->fetch->gm_msgid);
}

static gboolean
read_gm_thrid (FetchReader *self, const ImapValue *value)
{
  return imap_value_get_number (value, &self->fetch->gm_thrid);
}

static gboolean
read_gm_labels (FetchReader *self, const ImapValue *value)
{
  if (value == NULL || value->type != IMAP_VALUE_LIST)
    return FALSE;
  self->fetch->gm_labels = value->first;
  return TRUE;
}

#define ITEM(name, field, read) { name, sizeof (name) - 1, field, read }

/* Those of a message list first. */
static const Item items[] = {
  ITEM ("UID", IMAP_FETCH_UID, read_uid),
  ITEM ("FLAGS", IMAP_FETCH_FLAGS, read_flags),
  ITEM ("RFC822.SIZE", IMAP_FETCH_SIZE, read_size),
  ITEM ("INTERNALDATE", IMAP_FETCH_INTERNALDATE, read_internal_date),
  ITEM ("ENVELOPE", IMAP_FETCH_ENVELOPE, read_envelope),
  ITEM ("MODSEQ", IMAP_FETCH_MODSEQ, read_modseq),
  ITEM ("BODYSTRUCTURE", IMAP_FETCH_BODYSTRUCTURE, read_body_structure),
  ITEM ("BODY", IMAP_FETCH_BODYSTRUCTURE, read_body_structure),
  ITEM ("EMAILID", IMAP_FETCH_EMAILID, read_email_id),
  ITEM ("THREADID", IMAP_FETCH_THREADID, read_thread_id),
  ITEM ("PREVIEW", IMAP_FETCH_PREVIEW, read_preview),
  ITEM ("SAVEDATE", IMAP_FETCH_SAVEDATE, read_save_date),
  ITEM ("X-GM-MSGID", IMAP_FETCH_GM_MSGID, read_gm_msgid),
  ITEM ("X-GM-THRID", IMAP_FETCH_GM_THRID, read_gm_thrid),
  ITEM ("X-GM-LABELS", IMAP_FETCH_GM_LABELS, read_gm_labels),
};

static const Item *
find_item (const ImapValue *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (items); i++)
    if (items[i].length == name->length
        && (memcmp (items[i].name, name->text, name->length) == 0
            || g_ascii_strncasecmp (items[i].name, name->text, name->length) == 0))
      return &items[i];
  return NULL;
}

/* What a section's name says about it. */
static gboolean
name_section (ImapSection *section, const ImapValue *name)
{
  static const struct { const char *name; const char *section; } old[] = {
    { "RFC822", "" }, { "RFC822.HEADER", "HEADER" }, { "RFC822.TEXT", "TEXT" },
  };
  const char *open = memchr (name->text, '[', name->length);
  const char *close;
  gsize prefix;
  guint64 origin;

  for (guint i = 0; i < G_N_ELEMENTS (old); i++)
    if (g_ascii_strcasecmp (name->text, old[i].name) == 0)
      {
        section->section = (ImapString){ old[i].section, strlen (old[i].section) };
        return TRUE;
      }
  close = open != NULL ? memrchr (open, ']', name->text + name->length - open) : NULL;
  if (close == NULL)
    return FALSE;
  prefix = open - name->text;
  section->binary = prefix == 6 && g_ascii_strncasecmp (name->text, "BINARY", 6) == 0;
  section->is_size = prefix == 11 && g_ascii_strncasecmp (name->text, "BINARY.SIZE", 11) == 0;
  if (!section->binary && !section->is_size && !(prefix == 4 && g_ascii_strncasecmp (name->text, "BODY", 4) == 0))
    return FALSE;
  section->section = (ImapString){ open + 1, close - open - 1 };
  if (close[1] == '<')
    {
      gsize digits = strspn (close + 2, "0123456789");

      section->has_origin = digits > 0 && imap_number_parse (close + 2, digits, &origin);
      section->origin = section->has_origin ? origin : 0;
    }
  return TRUE;
}

static gboolean
read_section_value (ImapSection *section, const ImapValue *value)
{
  if (value == NULL)
    return FALSE;
  if (section->is_size)
    return imap_value_get_number (value, &section->size);
  if (value->type == IMAP_VALUE_STREAMED)
    {
      section->streamed = TRUE;
      section->size = *value->streamed;
      return TRUE;
    }
  if (!imap_value_get_nstring (value, &section->content))
    return FALSE;
  section->size = section->content.length;
  return TRUE;
}

static gboolean
is_item_name (const ImapValue *value)
{
  ImapSection section = { 0 };

  return value != NULL && value->type == IMAP_VALUE_ATOM && g_ascii_isalpha (value->text[0])
         && (find_item (value) != NULL || name_section (&section, value));
}

/* Reads NAME with its value when it is a section. */
static void
add_section (FetchReader *self, const ImapValue *name, const ImapValue *value)
{
  ImapSection found = { 0 }, *section;

  if (!name_section (&found, name))
    return;
  section = taube_arena_alloc (self->arena, sizeof (ImapSection));
  self->fetch->fields |= IMAP_FETCH_SECTIONS;
  if (section == NULL || !read_section_value (&found, value))
    self->fetch->malformed |= IMAP_FETCH_SECTIONS;
  if (section == NULL)
    return;
  *section = found;
  *self->section_tail = section;
  self->section_tail = &section->next;
}

/* Reads one item and returns what comes behind it. Yandex leaves out the content of a section and goes on with the
 * next item: the name of an item is never the value of another. */
static const ImapValue *
read_item (FetchReader *self, const ImapValue *name)
{
  const ImapValue *value = is_item_name (name->next) ? NULL : name->next;
  const Item *item;

  if (name->type != IMAP_VALUE_ATOM)
    return name->next;
  item = find_item (name);
  if (item == NULL)
    add_section (self, name, value);
  else
    {
      self->fetch->fields |= item->field;
      if (!item->read (self, value))
        self->fetch->malformed |= item->field;
    }
  return value != NULL ? value->next : name->next;
}

/* message-data = nz-number SP ("EXPUNGE" / ("FETCH" SP msg-att))
 * message-data =/ uniqueid SP "UIDFETCH" SP msg-att                   (RFC 9586)
 * msg-att      = "(" (msg-att-dynamic / msg-att-static) *(SP (msg-att-dynamic / msg-att-static)) ")"   (RFC 9051)
 *
 * The items may come in any order; unknown ones are passed over. A broken item is marked in malformed and costs
 * nothing else. What is found lies in ARENA and in the response. FALSE when it is no FETCH response with a message
 * number. */
gboolean
imap_decode_fetch (const ImapResponse *response, TaubeArena *arena, const TaubeLimits *limits, ImapFetch *fetch)
{
  FetchReader reader = { arena, limits, fetch, &fetch->sections };
  const ImapValue *value = response->values;

  *fetch = (ImapFetch){ 0 };
  if (response->type != IMAP_RESPONSE_FETCH || !response->has_number || response->number == 0 || value == NULL)
    return FALSE;
  if (g_ascii_toupper (response->name[0]) == 'U')
    {
      fetch->uid = response->number;
      fetch->fields = IMAP_FETCH_UID;
    }
  else
    {
      fetch->seq = response->number;
    }
  if (value->type == IMAP_VALUE_LIST)
    value = value->first;
  while (value != NULL)
    value = read_item (&reader, value);
  return TRUE;
}
