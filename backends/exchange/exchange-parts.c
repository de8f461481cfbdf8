/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-parts.h"

#include <string.h>

typedef struct
{
  ExchangePart part; /* its strings are owned */
  char *section;
} Entry;

struct _ExchangeParts
{
  gatomicrefcount references;
  GPtrArray *entries; /* of Entry: the attachments, and behind them the bodies */
  GHashTable *places; /* section -> Entry */
  TaubePart *root;
  guint64 size;
  gboolean sealed;
  gboolean has_body;
  ExchangePartKind body;
  guint64 body_size;
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_free ((char *) entry->part.id);
  g_free ((char *) entry->part.name);
  g_free ((char *) entry->part.content_type);
  g_free ((char *) entry->part.content_id);
  g_free ((char *) entry->part.url);
  g_free (entry->section);
  g_free (entry);
}

ExchangeParts *
exchange_parts_new (void)
{
  ExchangeParts *self = g_new0 (ExchangeParts, 1);

  g_atomic_ref_count_init (&self->references);
  self->entries = g_ptr_array_new_with_free_func (entry_free);
  self->places = g_hash_table_new (g_str_hash, g_str_equal);
  return self;
}

ExchangeParts *
exchange_parts_ref (ExchangeParts *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
exchange_parts_unref (ExchangeParts *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_clear_object (&self->root);
  g_hash_table_unref (self->places);
  g_ptr_array_unref (self->entries);
  g_free (self);
}

void
exchange_parts_set_size (ExchangeParts *self, guint64 size)
{
  self->size = size;
}

void
exchange_parts_set_sealed (ExchangeParts *self)
{
  self->sealed = TRUE;
}

void
exchange_parts_set_body (ExchangeParts *self, ExchangePartKind kind, guint64 size)
{
  self->has_body = TRUE;
  self->body = kind;
  self->body_size = size;
}

static Entry *
add_entry (ExchangeParts *self, const ExchangePart *part)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->part = *part;
  entry->part.id = g_strdup (part->id);
  entry->part.name = g_strdup (part->name);
  entry->part.content_type = g_strdup (part->content_type);
  entry->part.content_id = g_strdup (part->content_id);
  entry->part.url = g_strdup (part->url);
  g_ptr_array_add (self->entries, entry);
  return entry;
}

void
exchange_parts_add (ExchangeParts *self, const ExchangePart *part)
{
  g_return_if_fail (self->root == NULL);
  add_entry (self, part);
}

/* Making the tree. */

static const char *
get_type (const ExchangePart *part)
{
  switch (part->kind)
    {
    case EXCHANGE_PART_TEXT:
      return "text/plain; charset=utf-8";
    case EXCHANGE_PART_HTML:
      return "text/html; charset=utf-8";
    case EXCHANGE_PART_ITEM:
      return "message/rfc822";
    case EXCHANGE_PART_LINK:
      return "message/external-body; access-type=URL"; /* RFC 2017 */
    case EXCHANGE_PART_FILE:
      break;
    }
  return part->content_type != NULL ? part->content_type : "application/octet-stream";
}

/* parameter = attribute "=" value                                   (RFC 2045) */
static void
set_parameter (TaubePart *part, const char *text)
{
  const char *sign = strchr (text, '=');
  g_autofree char *name = NULL, *value = NULL;
  gsize length;

  if (sign == NULL)
    return;
  name = g_strstrip (g_strndup (text, (gsize) (sign - text)));
  value = g_strstrip (g_strdup (sign + 1));
  length = strlen (value);
  if (length >= 2 && value[0] == '"' && value[length - 1] == '"')
    {
      value[length - 1] = '\0';
      memmove (value, value + 1, length - 1);
    }
  if (name[0] != '\0')
    taube_part_set_parameter (part, name, value);
}

/* A server that keeps parts gives them as they are, without any transfer encoding. */
static TaubePart *
make_part (const ExchangePart *part, const char *section)
{
  g_auto (GStrv) pieces = g_strsplit (get_type (part), ";", 32);
  g_auto (GStrv) halves = g_strsplit (g_strstrip (pieces[0]), "/", 2);
  gboolean whole = g_strv_length (halves) == 2 && halves[0][0] != '\0' && halves[1][0] != '\0';
  gboolean attached = part->kind != EXCHANGE_PART_TEXT && part->kind != EXCHANGE_PART_HTML;
  const TaubePartInfo info = { .section = section, .type = whole ? halves[0] : NULL,
                               .subtype = whole ? halves[1] : NULL, .content_id = part->content_id,
                               .encoding = "binary", .size = part->size,
                               .disposition = !attached ? NULL : part->shown ? "inline" : "attachment" };
  TaubePart *made = taube_part_new (&info);

  for (guint i = 1; pieces[i] != NULL; i++)
    set_parameter (made, pieces[i]);
  if (part->url != NULL)
    taube_part_set_parameter (made, "url", part->url);
  if (attached && part->name != NULL)
    taube_part_set_disposition_parameter (made, "filename", part->name);
  return made;
}

/* (transfer full) */
static char *
below (const char *section, guint number)
{
  return section[0] != '\0' ? g_strdup_printf ("%s.%u", section, number) : g_strdup_printf ("%u", number);
}

static TaubePart *
make_multipart (const char *subtype, const char *section)
{
  const TaubePartInfo info = { .section = section, .type = "multipart", .subtype = subtype };

  return taube_part_new (&info);
}

/* (transfer full) */
static TaubePart *
place (ExchangeParts *self, Entry *entry, char *section)
{
  g_free (entry->section);
  entry->section = section;
  g_hash_table_replace (self->places, entry->section, entry);
  return make_part (&entry->part, section);
}

static TaubePart *
place_body (ExchangeParts *self, ExchangePartKind kind, char *section)
{
  const ExchangePart body = { .kind = kind, .size = kind == self->body ? self->body_size : 0 };

  return place (self, add_entry (self, &body), section);
}

/* What is HTML can be had as plain text, too. */
static TaubePart *
make_body (ExchangeParts *self, const char *section)
{
  TaubePart *part;

  if (self->body == EXCHANGE_PART_TEXT)
    return place_body (self, EXCHANGE_PART_TEXT, g_strdup (section[0] != '\0' ? section : "1"));
  part = make_multipart ("alternative", section);
  taube_part_add_child (part, place_body (self, EXCHANGE_PART_TEXT, below (section, 1)));
  taube_part_add_child (part, place_body (self, EXCHANGE_PART_HTML, below (section, 2)));
  return part;
}

static gboolean
belongs_to_text (const ExchangeParts *self, const Entry *entry)
{
  return self->body == EXCHANGE_PART_HTML && entry->part.shown && entry->part.content_id != NULL
         && entry->part.kind == EXCHANGE_PART_FILE;
}

/* Those of the first N entries that belong to the text, or those that do not, behind what PART has already. */
static void
place_attachments (ExchangeParts *self, guint n, gboolean to_text, TaubePart *part, const char *section)
{
  guint number = taube_part_get_n_children (part);

  for (guint i = 0; i < n; i++)
    if (belongs_to_text (self, self->entries->pdata[i]) == to_text)
      taube_part_add_child (part, place (self, self->entries->pdata[i], below (section, ++number)));
}

/* mixed { related { alternative { plain, html }, pictures … }, files … }: how Exchange writes a message, each of them
 * only where there is need for it. */
static TaubePart *
make_tree (ExchangeParts *self)
{
  guint n = self->entries->len, n_shown = 0;
  const char *text_section = "";
  g_autofree char *body_section = NULL;
  TaubePart *text, *root;

  for (guint i = 0; i < n; i++)
    n_shown += belongs_to_text (self, self->entries->pdata[i]);
  if (n_shown < n)
    text_section = "1";
  body_section = n_shown > 0 ? below (text_section, 1) : g_strdup (text_section);
  text = make_body (self, body_section);
  if (n_shown > 0)
    {
      TaubePart *related = make_multipart ("related", text_section);

      taube_part_add_child (related, text);
      place_attachments (self, n, TRUE, related, text_section);
      text = related;
    }
  if (n_shown == n)
    return text;
  root = make_multipart ("mixed", "");
  taube_part_add_child (root, text);
  place_attachments (self, n, FALSE, root, "");
  return root;
}

/* A link is not in the MIME; what has no id is nowhere else. */
static gboolean
is_told (const ExchangeParts *self)
{
  gboolean has_link = FALSE;

  if (self->entries->len == 0 || self->sealed || !self->has_body)
    return FALSE;
  for (guint i = 0; i < self->entries->len; i++)
    {
      const Entry *entry = self->entries->pdata[i];
      gboolean is_link = entry->part.kind == EXCHANGE_PART_LINK;

      if (!is_link && (entry->part.id == NULL || entry->part.id[0] == '\0'))
        return FALSE;
      has_link |= is_link;
    }
  return has_link || self->size == 0 || self->size > EXCHANGE_PARTS_SMALL;
}

void
exchange_parts_close (ExchangeParts *self)
{
  if (self->root == NULL && is_told (self))
    self->root = make_tree (self);
}

TaubePart *
exchange_parts_get_root (ExchangeParts *self)
{
  return self->root;
}

const ExchangePart *
exchange_parts_find (ExchangeParts *self, const char *section)
{
  const Entry *entry = g_hash_table_lookup (self->places, section);

  return entry != NULL ? &entry->part : NULL;
}
