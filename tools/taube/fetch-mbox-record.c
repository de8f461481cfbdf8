/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch-mbox-record.h"

#include "fetch-files.h"

#include <glib/gstdio.h>
#include <string.h>

#define GROUP "mbox"
#define PRINT_BYTES 4096

static const char *const state_names[] = { "idle", "append", "shift", "truncate" };

static GHashTable *
new_set (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static void
read_set (GHashTable *set, GKeyFile *file, const char *name)
{
  g_auto (GStrv) keys = g_key_file_get_string_list (file, GROUP, name, NULL, NULL);

  for (guint i = 0; keys != NULL && keys[i] != NULL; i++)
    g_hash_table_add (set, g_strdup (keys[i]));
}

static void
write_set (GHashTable *set, GKeyFile *file, const char *name)
{
  g_autofree char **keys = (char **)g_hash_table_get_keys_as_array (set, NULL);

  g_key_file_set_string_list (file, GROUP, name, (const char *const *)keys, g_hash_table_size (set));
}

/* FALSE: it is damaged. */
static gboolean
read_record (MboxRecord *self, GKeyFile *file)
{
  g_autofree char *name = g_key_file_get_string (file, GROUP, "state", NULL);
  guint state = 0;

  while (state < G_N_ELEMENTS (state_names) && g_strcmp0 (name, state_names[state]) != 0)
    state++;
  if (state == G_N_ELEMENTS (state_names))
    return FALSE;
  self->state = (MboxState)state;
  self->offset = g_key_file_get_uint64 (file, GROUP, "offset", NULL);
  self->gap = g_key_file_get_uint64 (file, GROUP, "gap", NULL);
  self->length = g_key_file_get_uint64 (file, GROUP, "length", NULL);
  self->size = g_key_file_get_uint64 (file, GROUP, "size", NULL);
  self->before = g_key_file_get_string (file, GROUP, "before", NULL);
  read_set (self->pending, file, "pending");
  read_set (self->stored, file, "stored");
  return self->gap <= 2;
}

MboxRecord *
mbox_record_load (const char *path, GError **error)
{
  g_autoptr (MboxRecord) self = g_new0 (MboxRecord, 1);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) cause = NULL;
  g_autofree char *shown = g_filename_display_name (path);

  self->path = g_strdup (path);
  self->pending = new_set ();
  self->stored = new_set ();
  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &cause))
    {
      if (g_error_matches (cause, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return g_steal_pointer (&self);
    }
  else if (read_record (self, file))
    return g_steal_pointer (&self);
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_STORAGE, _ ("cannot read \"%s\": %s"), shown,
               cause != NULL ? cause->message : _ ("it is damaged"));
  return NULL;
}

void
mbox_record_free (MboxRecord *self)
{
  g_free (self->path);
  g_free (self->before);
  g_hash_table_unref (self->pending);
  g_hash_table_unref (self->stored);
  g_free (self);
}

gboolean
mbox_record_save (MboxRecord *self, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *text = NULL;
  gsize length;

  g_key_file_set_string (file, GROUP, "state", state_names[self->state]);
  if (self->state != MBOX_IDLE)
    {
      g_key_file_set_uint64 (file, GROUP, "offset", self->offset);
      g_key_file_set_uint64 (file, GROUP, "gap", self->gap);
      g_key_file_set_uint64 (file, GROUP, "length", self->length);
      g_key_file_set_uint64 (file, GROUP, "size", self->size);
      g_key_file_set_string (file, GROUP, "before", self->before != NULL ? self->before : "");
      write_set (self->pending, file, "pending");
    }
  write_set (self->stored, file, "stored");
  text = g_key_file_to_data (file, &length, NULL);
  return files_replace (self->path, text, length, error);
}

gboolean
mbox_record_end (MboxRecord *self, gboolean stored, GError **error)
{
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, self->pending);
  while (stored && g_hash_table_iter_next (&iter, &key, NULL))
    g_hash_table_add (self->stored, g_strdup (key));
  g_hash_table_remove_all (self->pending);
  self->state = MBOX_IDLE;
  return mbox_record_save (self, error);
}

void
mbox_record_add_pending (MboxRecord *self, const char *owner, const char *tag)
{
  g_hash_table_add (self->pending, g_strdup_printf ("%s %s", owner, tag));
}

static gboolean
is_of (const char *key, const char *owner)
{
  gsize length = strlen (owner);

  return strncmp (key, owner, length) == 0 && key[length] == ' ';
}

void
mbox_record_get_tags (MboxRecord *self, const char *owner, GHashTable *tags)
{
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, self->stored);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (is_of (key, owner))
      g_hash_table_add (tags, g_strdup ((const char *)key + strlen (owner) + 1));
}

void
mbox_record_forget (MboxRecord *self, const char *owner)
{
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, self->stored);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (is_of (key, owner))
      g_hash_table_iter_remove (&iter);
}

/* What is still written there of messages that are known elsewhere does no harm: failing to tidy up is no failure. */
void
mbox_record_tidy (MboxRecord *self)
{
  if (self->state != MBOX_IDLE || !g_file_test (self->path, G_FILE_TEST_EXISTS))
    return;
  if (g_hash_table_size (self->stored) == 0)
    g_unlink (self->path);
  else
    mbox_record_save (self, NULL);
}

char *
mbox_record_make_print (int fd, guint64 offset, const char *path, GError **error)
{
  char bytes[PRINT_BYTES];
  gsize length = (gsize)MIN (offset, PRINT_BYTES);

  if (!files_read_at (fd, bytes, length, offset - length, path, error))
    return NULL;
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *)bytes, length);
}
