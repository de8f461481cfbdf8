/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch-store.h"

#include "fetch-files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEEN "tags"

static const FetchStoreKind *const kinds[] = { &fetch_store_maildir, &fetch_store_eml, &fetch_store_mbox };

const FetchStoreKind *
fetch_store_find_kind (const char *target, const char **path_out)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      gsize length = strlen (kinds[i]->name);

      if (strncmp (target, kinds[i]->name, length) == 0 && target[length] == ':' && target[length + 1] != '\0')
        {
          *path_out = target + length + 1;
          return kinds[i];
        }
    }
  return NULL;
}

void
fetch_store_init (FetchStore *self, const FetchStoreKind *kind, const char *path, const char *owner)
{
  self->kind = kind;
  self->path = g_strdup (path);
  self->owner = g_strdup (owner);
  self->tags = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

void
fetch_store_clear (FetchStore *self)
{
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->owner, g_free);
  g_clear_pointer (&self->tags, g_hash_table_unref);
  g_clear_pointer (&self->seen, g_hash_table_unref);
}

/* Tags in names: ".T" and the 26 letters. */

static gboolean
is_tag (const char *text)
{
  for (guint i = 0; i < FILES_TAG_LENGTH; i++)
    if (!(text[i] >= 'a' && text[i] <= 'z') && !(text[i] >= '2' && text[i] <= '7'))
      return FALSE;
  return TRUE;
}

/* The file of seen tags has one in each line. Without it nothing was seen, so that a store which is new, or lies
 * elsewhere, does not look like one whose messages were removed. */
static gboolean
load_seen (FetchStore *self, GError **error)
{
  g_autofree char *path = fetch_store_make_path (self, SEEN);
  g_autofree char *text = NULL, *shown = g_filename_display_name (path);
  g_auto (GStrv) lines = NULL;
  g_autoptr (GError) cause = NULL;

  if (!self->kind->tells_removed)
    return TRUE;
  if (!g_file_get_contents (path, &text, NULL, &cause))
    {
      if (g_error_matches (cause, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return TRUE;
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_STORAGE, _ ("cannot read \"%s\": %s"), shown, cause->message);
      return FALSE;
    }
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (is_tag (lines[i]) && lines[i][FILES_TAG_LENGTH] == '\0')
      g_hash_table_add (self->seen, g_strdup (lines[i]));
  return TRUE;
}

gboolean
fetch_store_had (FetchStore *self, const char *tag)
{
  return g_hash_table_contains (self->seen, tag);
}

gboolean
fetch_store_was_removed (FetchStore *self, const char *tag)
{
  return g_hash_table_contains (self->seen, tag) && !fetch_store_has (self, tag);
}

static gboolean
is_same_set (GHashTable *a, GHashTable *b)
{
  GHashTableIter iter;
  gpointer key;

  if (g_hash_table_size (a) != g_hash_table_size (b))
    return FALSE;
  g_hash_table_iter_init (&iter, a);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (!g_hash_table_contains (b, key))
      return FALSE;
  return TRUE;
}

gboolean
fetch_store_remember (FetchStore *self, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *path = fetch_store_make_path (self, SEEN);
  GHashTableIter iter;
  gpointer key;

  if (!self->kind->tells_removed || is_same_set (self->tags, self->seen))
    return TRUE;
  g_hash_table_iter_init (&iter, self->tags);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_string_append_printf (text, "%s\n", (const char *)key);
  return files_replace (path, text->str, text->len, error);
}

FetchStore *
fetch_store_open (const FetchStoreKind *kind, const char *path, const char *owner, GError **error)
{
  g_autofree char *clean = g_strdup (path);
  g_autoptr (FetchStore) self = NULL;

  /* "PATH/" is PATH, also for the name of what lies beside it. */
  for (gsize length = strlen (clean); length > 1 && clean[length - 1] == '/'; length--)
    clean[length - 1] = '\0';
  self = kind->open (clean, owner, error);
  return self != NULL && load_seen (self, error) ? g_steal_pointer (&self) : NULL;
}

void
fetch_store_close (FetchStore *self)
{
  self->kind->close (self);
}

gboolean
fetch_store_was_created (FetchStore *self)
{
  return self->created;
}

char *
fetch_store_make_path (FetchStore *self, const char *suffix)
{
  return self->kind->make_path (self, suffix);
}

gboolean
fetch_store_has (FetchStore *self, const char *tag)
{
  return g_hash_table_contains (self->tags, tag);
}

FetchDraft *
fetch_store_begin (FetchStore *self, const char *tag, GError **error)
{
  g_autofree char *path = NULL;
  int fd = self->kind->begin (self, tag, &path, error);

  return fd >= 0 ? fetch_draft_new (fd, path, self->kind->lines) : NULL;
}

gboolean
fetch_store_finish (FetchStore *self, const char *tag, FetchDraft *draft, char **place_out, GError **error)
{
  if (!fetch_draft_end (draft, error))
    {
      fetch_store_drop (self, draft);
      return FALSE;
    }
  return self->kind->finish (self, tag, draft, place_out, error);
}

void
fetch_store_drop (FetchStore *self, FetchDraft *draft)
{
  self->kind->drop (self, draft);
}

gboolean
fetch_store_commit (FetchStore *self, GError **error)
{
  return self->kind->commit (self, error);
}

gboolean
fetch_store_forget (FetchStore *self, GError **error)
{
  return self->kind->forget == NULL || self->kind->forget (self, error);
}

char *
fetch_store_find_tag (const char *name)
{
  for (const char *at = strstr (name, ".T"); at != NULL; at = strstr (at + 1, ".T"))
    if (is_tag (at + 2))
      return g_strndup (at + 2, FILES_TAG_LENGTH);
  return NULL;
}

static gboolean
is_folder (int parent, const struct dirent *entry)
{
  struct stat status;

  if (entry->d_type != DT_UNKNOWN)
    return entry->d_type == DT_DIR;
  return fstatat (parent, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR (status.st_mode);
}

static gboolean
scan_entry (FetchStore *self, const char *path, int parent, const struct dirent *entry, guint depth, GError **error)
{
  char *tag = fetch_store_find_tag (entry->d_name);

  if (tag != NULL)
    g_hash_table_add (self->tags, tag);
  else if (depth > 0 && !g_str_equal (entry->d_name, ".") && !g_str_equal (entry->d_name, "..")
           && is_folder (parent, entry))
    {
      g_autofree char *below = g_build_filename (path, entry->d_name, NULL);

      return fetch_store_scan (self, below, depth - 1, error);
    }
  return TRUE;
}

gboolean
fetch_store_scan (FetchStore *self, const char *path, guint depth, GError **error)
{
  DIR *folder = opendir (path);
  struct dirent *entry;
  gboolean ok = TRUE;

  if (folder == NULL)
    return files_fail (error, errno, _ ("cannot open the folder \"%s\": %s"), path);
  /* A run that was killed has renamed files, and perhaps no more: what is trusted below has to outlive a power cut. */
  ok = files_sync_folder (path, error);
  while (ok && (errno = 0, entry = readdir (folder)) != NULL)
    ok = scan_entry (self, path, dirfd (folder), entry, depth, error);
  if (ok && errno != 0)
    ok = files_fail (error, errno, _ ("cannot read \"%s\": %s"), path);
  closedir (folder);
  return ok;
}
