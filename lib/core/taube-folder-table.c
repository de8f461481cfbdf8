/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-folder-table.h"

#include <string.h>

typedef struct
{
  GWeakRef object;
  gpointer key;       /* the object's address: only compared */
  TaubeFolderState state;
  char *owner;
  char *comment;
  gboolean published;
  guint64 seen;       /* the listing that published it last */
} Record;

struct _TaubeFolderTable
{
  gatomicrefcount refs;
  GMutex lock;
  GHashTable *records; /* name -> Record */
  guint64 listing;
};

static void
record_free (gpointer data)
{
  Record *record = data;

  g_weak_ref_clear (&record->object);
  g_free (record->owner);
  g_free (record->comment);
  g_free (record);
}

TaubeFolderTable *
taube_folder_table_new (void)
{
  TaubeFolderTable *self = g_new0 (TaubeFolderTable, 1);

  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->lock);
  self->records = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, record_free);
  self->listing = 1;
  return self;
}

TaubeFolderTable *
taube_folder_table_ref (TaubeFolderTable *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
taube_folder_table_unref (TaubeFolderTable *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_hash_table_unref (self->records);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* What is true of a folder of which nothing is known but its name. */
static Record *
record_new (const char *name)
{
  Record *record = g_new0 (Record, 1);

  g_weak_ref_init (&record->object, NULL);
  record->state.role = strcmp (name, "INBOX") == 0 ? TAUBE_FOLDER_ROLE_INBOX : TAUBE_FOLDER_ROLE_NONE;
  record->state.content = TAUBE_CONTENT_MAIL;
  record->state.flags = TAUBE_FOLDER_FLAGS_SELECTABLE;
  record->state.total = record->state.unread = record->state.size = -1;
  return record;
}

static Record *
ensure_locked (TaubeFolderTable *self, const char *name)
{
  Record *record = g_hash_table_lookup (self->records, name);

  if (record == NULL)
    {
      record = record_new (name);
      g_hash_table_insert (self->records, g_strdup (name), record);
    }
  return record;
}

gpointer
taube_folder_table_lookup (TaubeFolderTable *self, const char *name)
{
  gpointer object = NULL;
  Record *record;

  g_mutex_lock (&self->lock);
  record = g_hash_table_lookup (self->records, name);
  if (record != NULL)
    object = g_weak_ref_get (&record->object);
  g_mutex_unlock (&self->lock);
  return object;
}

gpointer
taube_folder_table_insert (TaubeFolderTable *self, const char *name, gpointer object)
{
  gpointer winner;
  Record *record;

  g_mutex_lock (&self->lock);
  record = ensure_locked (self, name);
  winner = g_weak_ref_get (&record->object);
  if (winner == NULL)
    {
      g_weak_ref_set (&record->object, object);
      record->key = object;
      winner = g_object_ref (object);
    }
  g_mutex_unlock (&self->lock);
  return winner;
}

void
taube_folder_table_forget (TaubeFolderTable *self, const char *name, gpointer object)
{
  Record *record;

  g_mutex_lock (&self->lock);
  record = g_hash_table_lookup (self->records, name);
  /* Another object may have taken the place while this one was on its way out. */
  if (record != NULL && record->key == object)
    {
      record->key = NULL;
      if (!record->published)
        g_hash_table_remove (self->records, name);
    }
  g_mutex_unlock (&self->lock);
}

void
taube_folder_table_get_state (TaubeFolderTable *self, const char *name, TaubeFolderState *state_out)
{
  g_mutex_lock (&self->lock);
  *state_out = ensure_locked (self, name)->state;
  g_mutex_unlock (&self->lock);
}

static gboolean
set_text (char **place, const char *text)
{
  if (g_strcmp0 (*place, text) == 0)
    return FALSE;
  g_free (*place);
  *place = g_strdup (text);
  return TRUE;
}

void
taube_folder_table_publish (TaubeFolderTable *self, const char *name, const TaubeFolderState *state,
                            const TaubeFolderTexts *texts, TaubeFolderState *before_out, gboolean *texts_changed_out)
{
  Record *record;

  g_mutex_lock (&self->lock);
  record = ensure_locked (self, name);
  *before_out = record->state;
  record->state = *state;
  if (state->total < 0)
    record->state.total = before_out->total;
  if (state->unread < 0)
    record->state.unread = before_out->unread;
  if (state->size < 0)
    record->state.size = before_out->size;
  if (state->rights == TAUBE_RIGHTS_NONE)
    record->state.rights = before_out->rights;
  *texts_changed_out = set_text (&record->owner, texts->owner);
  *texts_changed_out |= set_text (&record->comment, texts->comment);
  record->published = TRUE;
  record->seen = self->listing;
  g_mutex_unlock (&self->lock);
}

void
taube_folder_table_update (TaubeFolderTable *self, const char *name, gint64 total, gint64 unread,
                           TaubeFolderFlags mask, TaubeFolderFlags flags, TaubeFolderState *before_out,
                           TaubeFolderState *after_out)
{
  Record *record;

  g_mutex_lock (&self->lock);
  record = ensure_locked (self, name);
  *before_out = record->state;
  if (total >= 0)
    record->state.total = total;
  if (unread >= 0)
    record->state.unread = unread;
  record->state.flags = (record->state.flags & ~mask) | (flags & mask);
  *after_out = record->state;
  g_mutex_unlock (&self->lock);
}

void
taube_folder_table_update_facts (TaubeFolderTable *self, const char *name, gint64 size, TaubeRights rights,
                                 TaubeFolderState *before_out, TaubeFolderState *after_out)
{
  Record *record;

  g_mutex_lock (&self->lock);
  record = ensure_locked (self, name);
  *before_out = record->state;
  if (size >= 0)
    record->state.size = size;
  if (rights != TAUBE_RIGHTS_NONE)
    record->state.rights = rights;
  *after_out = record->state;
  g_mutex_unlock (&self->lock);
}

static char *
dup_text (TaubeFolderTable *self, const char *name, gsize offset)
{
  char *text = NULL;
  Record *record;

  g_mutex_lock (&self->lock);
  record = g_hash_table_lookup (self->records, name);
  if (record != NULL)
    text = g_strdup (G_STRUCT_MEMBER (char *, record, offset));
  g_mutex_unlock (&self->lock);
  return text;
}

char *
taube_folder_table_dup_owner (TaubeFolderTable *self, const char *name)
{
  return dup_text (self, name, G_STRUCT_OFFSET (Record, owner));
}

char *
taube_folder_table_dup_comment (TaubeFolderTable *self, const char *name)
{
  return dup_text (self, name, G_STRUCT_OFFSET (Record, comment));
}

static void
add_difference (GArray *differences, Record *record, const TaubeFolderState *before)
{
  TaubeFolderDifference difference = { g_weak_ref_get (&record->object), *before, record->state };

  if (difference.object != NULL)
    g_array_append_val (differences, difference);
}

/* A record whose path leads nowhere is kept only for the sake of its object. */
static void
end_locked (TaubeFolderTable *self, const char *name, TaubeFolderFlags flags, GArray *differences)
{
  Record *record = g_hash_table_lookup (self->records, name);
  TaubeFolderState before;

  if (record == NULL)
    return;
  before = record->state;
  record->state = (TaubeFolderState){ .role = TAUBE_FOLDER_ROLE_NONE, .content = before.content, .flags = flags,
                                      .total = -1, .unread = -1, .size = -1, .space = before.space };
  g_clear_pointer (&record->comment, g_free);
  record->published = record->published && (flags & TAUBE_FOLDER_FLAGS_GONE) == 0;
  add_difference (differences, record, &before);
  if (!record->published && record->key == NULL)
    g_hash_table_remove (self->records, name);
}

static void
move_locked (TaubeFolderTable *self, const char *old_name, const char *new_name, GArray *differences)
{
  Record *source = g_hash_table_lookup (self->records, old_name);
  Record *target = ensure_locked (self, new_name);
  TaubeFolderState before = target->state;

  target->state = source->state;
  target->published = source->published;
  target->seen = self->listing;
  set_text (&target->owner, source->owner);
  set_text (&target->comment, source->comment);
  add_difference (differences, target, &before);
  end_locked (self, old_name, TAUBE_FOLDER_FLAGS_GONE, differences);
}

GArray *
taube_folder_table_move (TaubeFolderTable *self, const char *old_name, const char *new_name)
{
  GArray *differences = g_array_new (FALSE, FALSE, sizeof (TaubeFolderDifference));
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  gsize length = strlen (old_name);
  const char *name;
  GHashTableIter iter;

  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->records);
  while (g_hash_table_iter_next (&iter, (gpointer *) &name, NULL))
    if (strncmp (name, old_name, length) == 0 && (name[length] == '\0' || name[length] == '/'))
      g_ptr_array_add (names, g_strdup (name));
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *moved = g_strconcat (new_name, (char *) names->pdata[i] + length, NULL);

      move_locked (self, names->pdata[i], moved, differences);
    }
  g_mutex_unlock (&self->lock);
  return differences;
}

GArray *
taube_folder_table_remove (TaubeFolderTable *self, const char *name, gboolean stays)
{
  GArray *differences = g_array_new (FALSE, FALSE, sizeof (TaubeFolderDifference));

  g_mutex_lock (&self->lock);
  end_locked (self, name, stays ? TAUBE_FOLDER_FLAGS_HAS_CHILDREN : TAUBE_FOLDER_FLAGS_GONE, differences);
  g_mutex_unlock (&self->lock);
  return differences;
}

char *
taube_folder_table_find_role (TaubeFolderTable *self, TaubeFolderRole role)
{
  const char *found = NULL;
  const char *name;
  GHashTableIter iter;
  Record *record;
  char *copy;

  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->records);
  while (g_hash_table_iter_next (&iter, (gpointer *) &name, (gpointer *) &record))
    if (record->published && record->state.role == role && (found == NULL || strcmp (name, found) < 0))
      found = name;
  copy = g_strdup (found);
  g_mutex_unlock (&self->lock);
  return copy;
}

guint64
taube_folder_table_begin_listing (TaubeFolderTable *self)
{
  guint64 listing;

  g_mutex_lock (&self->lock);
  listing = ++self->listing;
  g_mutex_unlock (&self->lock);
  return listing;
}

void
taube_folder_table_end_listing (TaubeFolderTable *self, guint64 listing, TaubeContent content)
{
  GHashTableIter iter;
  Record *record;

  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->records);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &record))
    {
      if (!record->published || record->seen >= listing
          || (content != TAUBE_CONTENT_ANY && record->state.content != content))
        continue;
      record->published = FALSE;
      if (record->state.role != TAUBE_FOLDER_ROLE_INBOX)
        record->state.role = TAUBE_FOLDER_ROLE_NONE;
      if (record->key == NULL)
        g_hash_table_iter_remove (&iter);
    }
  g_mutex_unlock (&self->lock);
}

char *
taube_folder_path_to_name (const char *const *path)
{
  g_autoptr (GString) name = g_string_new (NULL);

  for (guint i = 0; path[i] != NULL; i++)
    {
      if (i > 0)
        g_string_append_c (name, '/');
      for (const char *p = path[i]; *p != '\0'; p++)
        if (*p == '%')
          g_string_append (name, "%25");
        else if (*p == '/')
          g_string_append (name, "%2F");
        else
          g_string_append_c (name, *p);
    }
  return g_string_free (g_steal_pointer (&name), FALSE);
}

static char *
unescape_segment (const char *text)
{
  g_autoptr (GString) segment = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p++)
    if (strncmp (p, "%25", 3) == 0)
      {
        g_string_append_c (segment, '%');
        p += 2;
      }
    else if (g_ascii_strncasecmp (p, "%2F", 3) == 0)
      {
        g_string_append_c (segment, '/');
        p += 2;
      }
    else
      g_string_append_c (segment, *p);
  return g_string_free (g_steal_pointer (&segment), FALSE);
}

char **
taube_folder_path_from_name (const char *name)
{
  char **path = g_strsplit (name, "/", -1);

  for (guint i = 0; path[i] != NULL; i++)
    {
      g_autofree char *text = path[i];

      path[i] = unescape_segment (text);
    }
  return path;
}
