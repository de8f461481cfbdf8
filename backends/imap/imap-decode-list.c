/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-decode-list.h"

#include <string.h>

typedef struct
{
  const char *word;
  ImapListAttributes attributes;
  TaubeFolderRole role;
} Attribute;

/* mbx-list-flags (RFC 9051), special use (RFC 6154, RFC 8457), and the words of XLIST */
static const Attribute attributes[] = {
  { "\\HasNoChildren", IMAP_LIST_HAS_NO_CHILDREN },
  { "\\HasChildren", IMAP_LIST_HAS_CHILDREN },
  { "\\Noselect", IMAP_LIST_NO_SELECT },
  { "\\NonExistent", IMAP_LIST_NON_EXISTENT | IMAP_LIST_NO_SELECT },
  { "\\Noinferiors", IMAP_LIST_NO_INFERIORS | IMAP_LIST_HAS_NO_CHILDREN },
  { "\\Subscribed", IMAP_LIST_SUBSCRIBED },
  { "\\Remote", IMAP_LIST_REMOTE },
  { "\\Marked", IMAP_LIST_MARKED },
  { "\\Unmarked", IMAP_LIST_UNMARKED },
  { "\\All", 0, TAUBE_FOLDER_ROLE_ALL },
  { "\\AllMail", 0, TAUBE_FOLDER_ROLE_ALL },
  { "\\Archive", 0, TAUBE_FOLDER_ROLE_ARCHIVE },
  { "\\Drafts", 0, TAUBE_FOLDER_ROLE_DRAFTS },
  { "\\Flagged", 0, TAUBE_FOLDER_ROLE_FLAGGED },
  { "\\Starred", 0, TAUBE_FOLDER_ROLE_FLAGGED },
  { "\\Important", 0, TAUBE_FOLDER_ROLE_IMPORTANT },
  { "\\Inbox", 0, TAUBE_FOLDER_ROLE_INBOX },
  { "\\Junk", 0, TAUBE_FOLDER_ROLE_JUNK },
  { "\\Spam", 0, TAUBE_FOLDER_ROLE_JUNK },
  { "\\Sent", 0, TAUBE_FOLDER_ROLE_SENT },
  { "\\Trash", 0, TAUBE_FOLDER_ROLE_TRASH },
};

static void
read_attribute (ImapList *list, const ImapValue *value)
{
  if (!imap_value_is_text (value))
    {
      list->malformed |= value->type != IMAP_VALUE_NIL;
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (attributes); i++)
    if (g_ascii_strcasecmp (attributes[i].word, value->text) == 0)
      {
        list->attributes |= attributes[i].attributes;
        if (list->role == TAUBE_FOLDER_ROLE_NONE)
          list->role = attributes[i].role;
        return;
      }
}

/* DQUOTE QUOTED-CHAR DQUOTE / nil; 0 for NIL, the first character of longer ones */
static gboolean
read_delimiter (const ImapValue *value, char *delimiter)
{
  *delimiter = '\0';
  if (value == NULL || (value->type != IMAP_VALUE_NIL && !imap_value_is_text (value)))
    return FALSE;
  if (value->type != IMAP_VALUE_NIL && value->length > 0)
    *delimiter = value->text[0];
  return value->type == IMAP_VALUE_NIL || value->length <= 1;
}

static gboolean
is_bare_word (const ImapValue *value)
{
  return value != NULL && (value->type == IMAP_VALUE_ATOM || value->type == IMAP_VALUE_NIL);
}

/* mailbox = "INBOX" / astring                                        (RFC 9051)
 *
 * Some servers do not quote names with spaces: up to MAX_WORDS words of one line are put together again. Moves VALUE
 * behind the name. */
gboolean
imap_decode_mailbox (const ImapValue **value, guint max_words, ImapString *name, gboolean *malformed)
{
  const ImapValue *first = *value, *last = first;
  char *end;

  if (!imap_value_get_astring (first, name))
    return FALSE;
  end = first->text + first->length;
  for (guint n = 1; n < max_words && is_bare_word (first) && is_bare_word (last->next) && last->next->text > end; n++)
    {
      last = last->next;
      *malformed = TRUE;
      memset (end, ' ', last->text - end);
      end = last->text + last->length;
    }
  name->length = end - first->text;
  *value = last->next;
  return TRUE;
}

/* mbox-list-extended = "(" [mbox-list-extended-item *(SP mbox-list-extended-item)] ")"
 * oldname-extended-item = "OLDNAME" SP "(" mailbox ")"               (RFC 9051) */
static void
read_extended (ImapList *list, const ImapValue *value)
{
  list->extended = value->first;
  for (const ImapValue *tag = value->first; tag != NULL && tag->next != NULL; tag = tag->next->next)
    if (imap_value_is_text (tag) && g_ascii_strcasecmp (tag->text, "OLDNAME") == 0
        && tag->next->type == IMAP_VALUE_LIST)
      imap_value_get_astring (tag->next->first, &list->old_name);
}

/* mailbox-list = "(" [mbx-list-flags] ")" SP (DQUOTE QUOTED-CHAR DQUOTE / nil) SP mailbox
 *                [SP mbox-list-extended]                             (RFC 9051)
 *
 * FALSE when it gives no name. */
gboolean
imap_decode_list (const ImapResponse *response, ImapList *list)
{
  const ImapValue *value = response->values;

  *list = (ImapList){ .malformed = response->broken };
  if (value == NULL || (value->type != IMAP_VALUE_LIST && value->type != IMAP_VALUE_NIL))
    return FALSE;
  if (value->type == IMAP_VALUE_LIST)
    for (const ImapValue *word = value->first; word != NULL; word = word->next)
      read_attribute (list, word);
  value = value->next;
  if (!read_delimiter (value, &list->delimiter))
    list->malformed = TRUE;
  value = value != NULL ? value->next : NULL;
  if (!imap_decode_mailbox (&value, G_MAXUINT, &list->name, &list->malformed))
    return FALSE;
  if (value != NULL && value->type == IMAP_VALUE_LIST)
    read_extended (list, value);
  return TRUE;
}

typedef struct
{
  const char *name;
  ImapStatusFields field;
  guint16 offset;
  guint8 bytes;
} StatusItem;

#define STATUS_ITEM(name, field, member) \
  { name, field, G_STRUCT_OFFSET (ImapStatus, member), sizeof (((ImapStatus *) NULL)->member) }

static const StatusItem status_items[] = {
  STATUS_ITEM ("MESSAGES", IMAP_STATUS_MESSAGES, messages),
  STATUS_ITEM ("RECENT", IMAP_STATUS_RECENT, recent),
  STATUS_ITEM ("UIDNEXT", IMAP_STATUS_UIDNEXT, uidnext),
  STATUS_ITEM ("UIDVALIDITY", IMAP_STATUS_UIDVALIDITY, uidvalidity),
  STATUS_ITEM ("UNSEEN", IMAP_STATUS_UNSEEN, unseen),
  STATUS_ITEM ("DELETED", IMAP_STATUS_DELETED, deleted),
  STATUS_ITEM ("SIZE", IMAP_STATUS_SIZE, size),
  STATUS_ITEM ("HIGHESTMODSEQ", IMAP_STATUS_HIGHESTMODSEQ, highestmodseq),
  STATUS_ITEM ("APPENDLIMIT", IMAP_STATUS_APPENDLIMIT, appendlimit),
};

static void
set_status_number (ImapStatus *status, const StatusItem *item, const ImapValue *value)
{
  guint64 number;

  status->fields |= item->field;
  if (!imap_value_get_number (value, &number) || (item->bytes == 4 && number > G_MAXUINT32))
    status->malformed |= item->field;
  else if (item->bytes == 4)
    G_STRUCT_MEMBER (guint32, status, item->offset) = number;
  else
    G_STRUCT_MEMBER (guint64, status, item->offset) = number;
}

/* status-att-val = ("MESSAGES" SP number) / ("UIDNEXT" SP nz-number) / … (RFC 9051)
 * status-att-val =/ "MAILBOXID" SP "(" objectid ")"                  (RFC 8474) */
static void
read_status_item (ImapStatus *status, const ImapValue *name, const ImapValue *value)
{
  if (imap_value_is_atom (name, "MAILBOXID"))
    {
      status->fields |= IMAP_STATUS_MAILBOXID;
      if (value->type != IMAP_VALUE_LIST || !imap_value_get_astring (value->first, &status->mailboxid))
        status->malformed |= IMAP_STATUS_MAILBOXID;
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (status_items); i++)
    if (imap_value_is_atom (name, status_items[i].name))
      {
        set_status_number (status, &status_items[i], value);
        return;
      }
}

/* "STATUS" SP mailbox SP "(" [status-att-list] ")"                   (RFC 9051)
 *
 * FALSE when name or list is missing. */
gboolean
imap_decode_status (const ImapResponse *response, ImapStatus *status)
{
  const ImapValue *value = response->values;
  gboolean malformed = FALSE;

  *status = (ImapStatus){ 0 };
  if (!imap_decode_mailbox (&value, G_MAXUINT, &status->name, &malformed) || value == NULL
      || value->type != IMAP_VALUE_LIST)
    return FALSE;
  for (const ImapValue *name = value->first; name != NULL && name->next != NULL; name = name->next->next)
    read_status_item (status, name, name->next);
  return TRUE;
}

/* Namespace       = nil / "(" 1*Namespace-Descr ")"
 * Namespace-Descr = "(" string SP (DQUOTE QUOTED-CHAR DQUOTE / nil) [Namespace-Response-Extensions] ")"   (RFC 9051) */
static gboolean
read_namespace (const ImapValue *value, TaubeArena *arena, ImapNamespace **namespaces)
{
  ImapNamespace **tail = namespaces;

  if (value == NULL || value->type == IMAP_VALUE_NIL)
    return value != NULL;
  if (value->type != IMAP_VALUE_LIST)
    return FALSE;
  for (const ImapValue *entry = value->first; entry != NULL; entry = entry->next)
    {
      ImapNamespace *found;
      ImapString prefix;

      if (entry->type != IMAP_VALUE_LIST || !imap_value_get_astring (entry->first, &prefix))
        continue;
      found = taube_arena_alloc (arena, sizeof (ImapNamespace));
      if (found == NULL)
        return FALSE;
      *found = (ImapNamespace){ .prefix = prefix };
      read_delimiter (entry->first->next, &found->delimiter);
      *tail = found;
      tail = &found->next;
    }
  return TRUE;
}

/* namespace-response = "NAMESPACE" SP Namespace SP Namespace SP Namespace  (RFC 9051)
 *
 * FALSE when the user's own namespaces cannot be read; others that are missing count as none. */
gboolean
imap_decode_namespace (const ImapResponse *response, TaubeArena *arena, ImapNamespaces *namespaces)
{
  const ImapValue *personal = response->values;
  const ImapValue *others = personal != NULL ? personal->next : NULL;

  *namespaces = (ImapNamespaces){ 0 };
  if (!read_namespace (personal, arena, &namespaces->personal))
    return FALSE;
  read_namespace (others, arena, &namespaces->others);
  read_namespace (others != NULL ? others->next : NULL, arena, &namespaces->shared);
  return TRUE;
}

/* id-response    = "ID" SP id-params-list
 * id-params-list = "(" [string SP nstring *(SP string SP nstring)] ")" / nil   (RFC 2971)
 *
 * Calls FUNC for each pair. */
gboolean
imap_decode_id (const ImapResponse *response,
                void (*func) (ImapString key, ImapString value, gpointer user_data), gpointer user_data)
{
  const ImapValue *list = response->values;

  if (list == NULL || list->type == IMAP_VALUE_NIL)
    return list != NULL;
  if (list->type != IMAP_VALUE_LIST)
    return FALSE;
  for (const ImapValue *name = list->first; name != NULL && name->next != NULL; name = name->next->next)
    {
      ImapString key, value;

      if (imap_value_get_nstring (name, &key) && key.text != NULL && imap_value_get_nstring (name->next, &value))
        func (key, value, user_data);
    }
  return TRUE;
}
