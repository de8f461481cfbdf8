/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch-files.h"
#include "fetch-moves.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Maildir: a message is written to tmp/ and renamed to new/. Its name is "SECONDS.TtagM…P…Q….HOST,S=SIZE", so that the
 * names of the files say what is there, wherever in new/, cur/ and the folders below the user has it. */

/* A file in tmp/ that nobody has touched for so long belongs to nobody. */
#define TMP_SECONDS (36 * 60 * 60)

typedef struct
{
  FetchStore store;
  int lock;          /* the folder itself */
  char *host;        /* as it may stand in a name */
  guint count;       /* of names */
  FetchMoves *moves; /* what the next commit renames */
} Maildir;

/* Making and opening. */

static gboolean
make_folder (const char *path, GError **error)
{
  if (g_mkdir (path, 0700) == 0 || errno == EEXIST)
    return TRUE;
  return files_fail (error, errno, _ ("cannot create the folder \"%s\": %s"), path);
}

static gboolean
has_folder (const char *path, const char *name)
{
  g_autofree char *folder = g_build_filename (path, name, NULL);

  return g_file_test (folder, G_FILE_TEST_IS_DIR);
}

static gboolean
is_empty (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);

  return folder != NULL && g_dir_read_name (folder) == NULL;
}

static gboolean
make_subfolders (const char *path, GError **error)
{
  static const char *const names[] = { "tmp", "cur", "new" };
  g_autofree char *parent = g_path_get_dirname (path);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *folder = g_build_filename (path, names[i], NULL);

      if (!make_folder (folder, error))
        return FALSE;
    }
  /* Each time: a run that was killed may have made them, and no more. */
  return files_sync_folder (path, error) && files_sync_folder (parent, error);
}

/* A folder with other things in it is not turned into a Maildir. */
static gboolean
prepare (Maildir *self, GError **error)
{
  const char *path = self->store.path;
  g_autofree char *shown = g_filename_display_name (path);

  if (has_folder (path, "cur") && has_folder (path, "new"))
    return make_subfolders (path, error);
  if (g_file_test (path, G_FILE_TEST_EXISTS) && !is_empty (path) && !has_folder (path, "tmp"))
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("\"%s\" is no Maildir"), shown);
      return FALSE;
    }
  self->store.created = TRUE;
  return make_folder (path, error) && make_subfolders (path, error);
}

/* A slash or a colon of the host's name would end it (https://cr.yp.to/proto/maildir.html). */
static char *
make_host (void)
{
  GString *host = g_string_new (g_get_host_name ());

  g_string_replace (host, "/", "\\057", 0);
  g_string_replace (host, ":", "\\072", 0);
  g_string_replace (host, ",", "\\054", 0);
  return g_string_free (host, FALSE);
}

/* What an earlier run of ours has left in tmp/ is of no use; what others have, only when it is old. */
static gboolean
is_rubbish (Maildir *self, int folder, const char *name)
{
  struct stat status;
  gint64 touched;
  g_autofree char *tag = fetch_store_find_tag (name);
  g_autofree char *end = g_strconcat (".", self->host, NULL);

  if (fstatat (folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG (status.st_mode))
    return FALSE;
  if (tag != NULL && g_str_has_suffix (name, end))
    return TRUE;
  touched = MAX (MAX (status.st_atime, status.st_mtime), status.st_ctime);
  return touched < g_get_real_time () / G_USEC_PER_SEC - TMP_SECONDS;
}

static void
clean_tmp (Maildir *self)
{
  g_autofree char *path = g_build_filename (self->store.path, "tmp", NULL);
  DIR *folder = opendir (path);
  struct dirent *entry;

  if (folder == NULL)
    return;
  while ((entry = readdir (folder)) != NULL)
    if (is_rubbish (self, dirfd (folder), entry->d_name))
      unlinkat (dirfd (folder), entry->d_name, 0);
  closedir (folder);
}

/* The folders of Maildir++ are beside new/ and cur/, and begin with a dot. */
static gboolean
scan_below (Maildir *self, const char *path, GError **error)
{
  static const char *const names[] = { "new", "cur" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *folder = g_build_filename (path, names[i], NULL);

      if (g_file_test (folder, G_FILE_TEST_IS_DIR) && !fetch_store_scan (&self->store, folder, 0, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
scan (Maildir *self, GError **error)
{
  g_autoptr (GDir) folder = g_dir_open (self->store.path, 0, NULL);
  const char *name;

  if (!scan_below (self, self->store.path, error))
    return FALSE;
  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *below = *name == '.' ? g_build_filename (self->store.path, name, NULL) : NULL;

      if (below != NULL && g_file_test (below, G_FILE_TEST_IS_DIR) && !scan_below (self, below, error))
        return FALSE;
    }
  return TRUE;
}

static void
maildir_close (FetchStore *store)
{
  Maildir *self = (Maildir *)store;

  fetch_moves_free (self->moves);
  if (self->lock >= 0)
    close (self->lock);
  g_free (self->host);
  fetch_store_clear (store);
  g_free (self);
}

static FetchStore *
maildir_open (const char *path, const char *owner, GError **error)
{
  Maildir *self = g_new0 (Maildir, 1);
  g_autoptr (FetchStore) store = &self->store;

  fetch_store_init (store, &fetch_store_maildir, path, owner);
  self->host = make_host ();
  self->moves = fetch_moves_new ();
  self->lock = -1;
  if (!prepare (self, error))
    return NULL;
  self->lock = g_open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (self->lock < 0)
    {
      files_fail (error, errno, _ ("cannot open the folder \"%s\": %s"), path);
      return NULL;
    }
  if (!files_lock (self->lock, path, error) || !scan (self, error))
    return NULL;
  clean_tmp (self);
  return g_steal_pointer (&store);
}

static char *
maildir_make_path (FetchStore *store, const char *suffix)
{
  g_autofree char *name = g_strdup_printf ("taube-fetch-%s.%s", store->owner, suffix);

  return g_build_filename (store->path, name, NULL);
}

/* Messages. */

static int
maildir_begin (FetchStore *store, const char *tag, char **path_out, GError **error)
{
  Maildir *self = (Maildir *)store;
  gint64 now = g_get_real_time ();
  g_autofree char *name = g_strdup_printf ("%" G_GINT64_FORMAT ".T%sM%06dP%dQ%u.%s", now / G_USEC_PER_SEC, tag,
                                           (int)(now % G_USEC_PER_SEC), (int)getpid (), ++self->count, self->host);

  *path_out = g_build_filename (store->path, "tmp", name, NULL);
  return files_create (*path_out, error);
}

static void
maildir_drop (FetchStore *store, FetchDraft *draft)
{
  (void)store;
  fetch_moves_drop (draft);
}

static gboolean
maildir_finish (FetchStore *store, const char *tag, FetchDraft *draft, char **place_out, GError **error)
{
  Maildir *self = (Maildir *)store;
  g_autofree char *name = g_path_get_basename (fetch_draft_get_path (draft));
  g_autofree char *sized = g_strdup_printf ("%s,S=%" G_GUINT64_FORMAT, name, fetch_draft_get_size (draft));

  *place_out = g_build_filename (store->path, "new", sized, NULL);
  return fetch_moves_add (self->moves, draft, tag, *place_out, error);
}

static gboolean
maildir_commit (FetchStore *store, GError **error)
{
  Maildir *self = (Maildir *)store;
  g_autofree char *folder = g_build_filename (store->path, "new", NULL);

  return fetch_moves_commit (self->moves, folder, store->tags, error);
}

const FetchStoreKind fetch_store_maildir = {
  .name = "maildir",
  .lines = FETCH_LINES_LF,
  .tells_removed = TRUE,
  .open = maildir_open,
  .close = maildir_close,
  .make_path = maildir_make_path,
  .begin = maildir_begin,
  .finish = maildir_finish,
  .drop = maildir_drop,
  .commit = maildir_commit,
};
