/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch-files.h"
#include "fetch-head.h"
#include "fetch-moves.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* One file a message, "2026-11-05 140307 Subject.Ttag.eml", with CRLF as mail travels. A file may be renamed as long
 * as it keeps ".Ttag", and moved to folders below. */

#define PREFIX ".taube-part"
#define SUBJECT_BYTES 120
#define FOLDER_DEPTH 8

typedef struct
{
  FetchStore store;
  int lock;          /* the folder itself */
  FetchMoves *moves; /* what the next commit renames */
} EmlStore;

static void
clean (EmlStore *self)
{
  DIR *folder = opendir (self->store.path);
  struct dirent *entry;

  if (folder == NULL)
    return;
  while ((entry = readdir (folder)) != NULL)
    if (g_str_has_prefix (entry->d_name, PREFIX))
      unlinkat (dirfd (folder), entry->d_name, 0);
  closedir (folder);
}

static void
eml_close (FetchStore *store)
{
  EmlStore *self = (EmlStore *)store;

  fetch_moves_free (self->moves);
  if (self->lock >= 0)
    close (self->lock);
  fetch_store_clear (store);
  g_free (self);
}

static gboolean
prepare (EmlStore *self, GError **error)
{
  const char *path = self->store.path;
  g_autofree char *parent = g_path_get_dirname (path);

  if (g_mkdir (path, 0700) == 0)
    self->store.created = TRUE;
  else if (errno != EEXIST)
    return files_fail (error, errno, _ ("cannot create the folder \"%s\": %s"), path);
  /* Each time: a run that was killed may have made it, and no more. */
  if (!files_sync_folder (parent, error))
    return FALSE;
  self->lock = g_open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (self->lock < 0)
    return files_fail (error, errno, _ ("cannot open the folder \"%s\": %s"), path);
  return files_lock (self->lock, path, error);
}

static FetchStore *
eml_open (const char *path, const char *owner, GError **error)
{
  EmlStore *self = g_new0 (EmlStore, 1);
  g_autoptr (FetchStore) store = &self->store;

  fetch_store_init (store, &fetch_store_eml, path, owner);
  self->moves = fetch_moves_new ();
  self->lock = -1;
  if (!prepare (self, error))
    return NULL;
  clean (self);
  return fetch_store_scan (store, path, FOLDER_DEPTH, error) ? g_steal_pointer (&store) : NULL;
}

static char *
eml_make_path (FetchStore *store, const char *suffix)
{
  g_autofree char *name = g_strdup_printf (".taube-fetch-%s.%s", store->owner, suffix);

  return g_build_filename (store->path, name, NULL);
}

/* Names. */

/* TEXT with nothing that any file system, shell or listing takes for more than a letter, cut between characters. */
static char *
clean_words (const char *text)
{
  GString *words = g_string_new (NULL);

  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar letter = g_utf8_get_char (text);
      char bytes[6];
      int length = g_unichar_to_utf8 (letter, bytes);

      if (g_unichar_isspace (letter))
        letter = ' ';
      else if (!g_unichar_isprint (letter) || (letter < 128 && strchr ("/\\:*?\"<>|", (int)letter) != NULL))
        letter = '_';
      if (words->len + (gsize)length > SUBJECT_BYTES)
        break;
      /* What would look like a tag. */
      if (letter == '.' && text[1] == 'T')
        letter = '_';
      if (letter != ' ' || (words->len > 0 && words->str[words->len - 1] != ' '))
        g_string_append_unichar (words, letter);
    }
  g_strchomp (words->str);
  return g_string_free (words, FALSE);
}

static char *
make_name (const char *tag, const GString *head)
{
  g_autofree char *subject = fetch_head_get_subject (head);
  g_autofree char *words = clean_words (subject != NULL ? subject : "");
  gint64 unix_time = g_get_real_time () / G_USEC_PER_SEC;
  g_autoptr (GDateTime) date = NULL;
  g_autofree char *stamp = NULL;

  fetch_head_get_date (head, &unix_time);
  date = g_date_time_new_from_unix_local (unix_time);
  stamp = date != NULL ? g_date_time_format (date, "%Y-%m-%d %H%M%S") : g_strdup ("0000-00-00 000000");
  return g_strdup_printf ("%s%s%s.T%s.eml", stamp, *words != '\0' ? " " : "", words, tag);
}

/* Messages. */

static int
eml_begin (FetchStore *store, const char *tag, char **path_out, GError **error)
{
  g_autofree char *name = g_strdup_printf (PREFIX "-%s", tag);

  *path_out = g_build_filename (store->path, name, NULL);
  return files_create (*path_out, error);
}

static void
eml_drop (FetchStore *store, FetchDraft *draft)
{
  (void)store;
  fetch_moves_drop (draft);
}

static gboolean
eml_finish (FetchStore *store, const char *tag, FetchDraft *draft, char **place_out, GError **error)
{
  EmlStore *self = (EmlStore *)store;
  g_autofree char *name = make_name (tag, fetch_draft_get_head (draft));

  *place_out = g_build_filename (store->path, name, NULL);
  /* A server may give an id again: what has the same name is another message then, and stays. */
  for (guint i = 2; g_file_test (*place_out, G_FILE_TEST_EXISTS); i++)
    {
      g_autofree char *other = g_strdup_printf ("%.*s-%u.eml", (int) strlen (name) - 4, name, i);

      g_free (*place_out);
      *place_out = g_build_filename (store->path, other, NULL);
    }
  return fetch_moves_add (self->moves, draft, tag, *place_out, error);
}

static gboolean
eml_commit (FetchStore *store, GError **error)
{
  EmlStore *self = (EmlStore *)store;

  return fetch_moves_commit (self->moves, store->path, store->tags, error);
}

const FetchStoreKind fetch_store_eml = {
  .name = "eml",
  .lines = FETCH_LINES_CRLF,
  .tells_removed = TRUE,
  .open = eml_open,
  .close = eml_close,
  .make_path = eml_make_path,
  .begin = eml_begin,
  .finish = eml_finish,
  .drop = eml_drop,
  .commit = eml_commit,
};
