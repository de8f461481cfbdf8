/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-client.h"

#include <string.h>

#include <taube-backend/taube-testing.h>

/* Changes of folders, with the line cut behind each byte that goes either way, and cancelled at each read and write:
 * what the call says became of it is what did, or it says that nobody knows. The server lies in memory and really has
 * folders. */

typedef enum
{
  CUT_NEVER,
  CUT_RECEIVED, /* behind a byte from the client */
  CUT_SAID,     /* behind a byte to the client: all is done, the rest is never heard */
} Cut;

typedef struct
{
  GMutex lock;
  GHashTable *names;      /* a set */
  GHashTable *subscribed; /* a set */
  char *rights;           /* of bob; NULL: none */
  char *note;
  gboolean leaves_children; /* RENAME moves the one folder alone */
  Cut cut;
  guint cut_at;
  guint counted;
  gboolean was_cut;
  guint cancel_at;
  guint calls;
  GCancellable *cancellable;
} Model;

typedef struct
{
  Model *model;
  TaubeMemoryPeer *peer; /* not owned */
  GString *line;
  gboolean gone;
} Line;

static void
line_free (gpointer data)
{
  Line *line = data;

  g_string_free (line->line, TRUE);
  g_free (line);
}

static void
hang_up (Line *line)
{
  line->gone = TRUE;
  taube_memory_peer_close (line->peer);
}

static void G_GNUC_PRINTF (2, 3)
say (Line *line, const char *format, ...)
{
  Model *model = line->model;
  g_autofree char *text = NULL;
  gsize length;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  length = strlen (text);
  if (line->gone)
    return;
  if (model->cut == CUT_SAID && !model->was_cut && model->counted + length >= model->cut_at)
    {
      taube_memory_peer_send (line->peer, text, model->cut_at - model->counted);
      model->was_cut = TRUE;
      hang_up (line);
      return;
    }
  model->counted += model->cut == CUT_SAID ? length : 0;
  taube_memory_peer_send (line->peer, text, length);
}

static gboolean
has_below (Model *model, const char *name)
{
  g_autofree char *prefix = g_strconcat (name, "/", NULL);
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, model->names);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (g_str_has_prefix (key, prefix))
      return TRUE;
  return FALSE;
}

static void
say_list (Line *line, const char *pattern)
{
  gsize length = strlen (pattern);
  gboolean wild = length > 0 && pattern[length - 1] == '*';
  GHashTableIter iter;
  gpointer key;

  if (length == 0)
    say (line, "* LIST (\\Noselect) \"/\" \"\"\r\n");
  g_hash_table_iter_init (&iter, line->model->names);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (wild ? strncmp (key, pattern, length - 1) == 0 : strcmp (key, pattern) == 0)
      say (line, "* LIST (%s%s) \"/\" %s\r\n", has_below (line->model, key) ? "\\HasChildren" : "\\HasNoChildren",
           g_hash_table_contains (line->model->subscribed, key) ? " \\Subscribed" : "", (char *) key);
}

static void
run_rename (Model *model, const char *old_name, const char *new_name)
{
  g_autoptr (GList) names = g_hash_table_get_keys (model->names);
  gsize length = strlen (old_name);

  for (GList *link = names; link != NULL; link = link->next)
    {
      const char *name = link->data;

      if (strncmp (name, old_name, length) != 0
          || (name[length] != '\0' && (name[length] != '/' || model->leaves_children)))
        continue;
      g_hash_table_add (model->names, g_strconcat (new_name, name + length, NULL));
      g_hash_table_remove (model->names, name);
    }
}

/* FALSE: NO. */
static gboolean
change (Model *model, char **words)
{
  const char *name = words[2];
  gboolean there = g_hash_table_contains (model->names, name);

  if (strcmp (words[1], "CREATE") == 0)
    return !there && g_hash_table_add (model->names, g_strdup (name));
  if (strcmp (words[1], "DELETE") == 0)
    return g_hash_table_remove (model->names, name);
  if (strcmp (words[1], "SUBSCRIBE") == 0)
    g_hash_table_add (model->subscribed, g_strdup (name));
  else if (strcmp (words[1], "UNSUBSCRIBE") == 0)
    g_hash_table_remove (model->subscribed, name);
  else if (strcmp (words[1], "RENAME") == 0)
    {
      if (!there || g_hash_table_contains (model->names, words[3]))
        return FALSE;
      run_rename (model, name, words[3]);
    }
  else if (strcmp (words[1], "SETACL") == 0 || strcmp (words[1], "DELETEACL") == 0)
    {
      g_free (model->rights);
      model->rights = g_strdup (words[1][0] == 'S' ? words[4] : NULL);
    }
  else if (strcmp (words[1], "SETMETADATA") == 0)
    {
      g_free (model->note);
      model->note = g_strdup (words[4]);
    }
  else
    g_error ("the model does not know %s", words[1]);
  return TRUE;
}

static void
execute (Line *line, const char *command)
{
  g_auto (GStrv) words = g_strsplit (command, " ", -1);
  const char *tag = words[0];

  for (guint i = 0; words[i] != NULL; i++)
    if (words[i][0] == '"')
      {
        memmove (words[i], words[i] + 1, strlen (words[i]));
        words[i][strcspn (words[i], "\"")] = '\0';
      }
  if (strcmp (words[1], "AUTHENTICATE") == 0)
    say (line, "%s OK [CAPABILITY IMAP4rev1 LIST-EXTENDED LIST-STATUS ACL METADATA] welcome\r\n", tag);
  else if (strcmp (words[1], "LIST") == 0)
    {
      say_list (line, words[3]);
      say (line, "%s OK done\r\n", tag);
    }
  else if (strcmp (words[1], "LOGOUT") == 0)
    {
      say (line, "* BYE coo\r\n%s OK done\r\n", tag);
      hang_up (line);
    }
  else if (strcmp (words[1], "NOOP") == 0 || strcmp (words[1], "STATUS") == 0)
    say (line, "%s OK done\r\n", tag);
  else
    say (line, change (line->model, words) ? "%s OK done\r\n" : "%s NO it cannot be\r\n", tag);
}

static void
on_bytes (TaubeMemoryPeer *peer, const guint8 *bytes, gsize length, gpointer user_data)
{
  Line *line = user_data;
  Model *model = line->model;

  g_mutex_lock (&model->lock);
  for (gsize i = 0; i < length && !line->gone; i++)
    {
      gboolean last = model->cut == CUT_RECEIVED && !model->was_cut && ++model->counted == model->cut_at;

      g_string_append_c (line->line, (char) bytes[i]);
      if (last)
        {
          model->was_cut = TRUE;
          hang_up (line);
        }
      else if (bytes[i] == '\n')
        {
          g_string_truncate (line->line, line->line->len - 2);
          execute (line, line->line->str);
          g_string_truncate (line->line, 0);
        }
    }
  g_mutex_unlock (&model->lock);
}

static void
on_call (TaubeMemoryPeer *peer, guint number, gpointer user_data)
{
  Model *model = user_data;
  GCancellable *cancel = NULL;

  g_mutex_lock (&model->lock);
  if (model->cancellable != NULL && ++model->calls == model->cancel_at)
    cancel = model->cancellable;
  g_mutex_unlock (&model->lock);
  g_cancellable_cancel (cancel);
}

static TaubeConnection *
dial (const TaubeEndpoint *endpoint, gpointer user_data, GError **error)
{
  Line *line = g_new0 (Line, 1);
  g_autoptr (TaubeMemoryPeer) peer = taube_memory_peer_new (on_bytes, line, line_free);

  line->model = user_data;
  line->peer = peer;
  line->line = g_string_new (NULL);
  taube_memory_peer_set_hook (peer, on_call, user_data);
  g_mutex_lock (&line->model->lock);
  say (line, "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] coo\r\n");
  g_mutex_unlock (&line->model->lock);
  return taube_connection_new_memory (endpoint, peer);
}

static void
model_init (Model *model, gboolean leaves_children)
{
  static const char *const names[] = { "INBOX", "Old", "Old/Child", "Older" };

  *model = (Model){ .leaves_children = leaves_children };
  g_mutex_init (&model->lock);
  model->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  model->subscribed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_hash_table_add (model->names, g_strdup (names[i]));
  taube_connection_set_test_dialer (dial, model);
}

static void
model_clear (Model *model)
{
  taube_connection_set_test_dialer (NULL, NULL);
  g_hash_table_unref (model->names);
  g_hash_table_unref (model->subscribed);
  g_free (model->rights);
  g_free (model->note);
  g_mutex_clear (&model->lock);
}

/* The deeds: each with a look whether it was done. */

static gboolean
has (Model *model, const char *name)
{
  return g_hash_table_contains (model->names, name);
}

static gboolean
create (TaubeAccount *account, GError **error)
{
  const char *const path[] = { "New", NULL };
  g_autoptr (TaubeFolder) folder = taube_account_create_folder (account, path, TAUBE_FOLDER_ROLE_NONE,
                                                                TAUBE_CONTENT_MAIL, imap_client_cancellable, error);

  return folder != NULL;
}

static gboolean
is_created (Model *model)
{
  return has (model, "New");
}

static gboolean
rename_it (TaubeAccount *account, GError **error)
{
  const char *const path[] = { "New", NULL };
  g_autoptr (TaubeFolder) folder = taube_account_get_folder_by_name (account, "Old");
  g_autoptr (TaubeFolder) renamed
    = taube_account_rename_folder (account, folder, path, imap_client_cancellable, error);

  return renamed != NULL;
}

/* In the middle of children that go one by one, the folder is called otherwise and the call has failed: CONFLICT. */
static gboolean
is_renamed (Model *model)
{
  g_assert_true (has (model, "Older"));
  return has (model, "New") && !has (model, "Old");
}

static gboolean
delete_it (TaubeAccount *account, GError **error)
{
  g_autoptr (TaubeFolder) folder = taube_account_get_folder_by_name (account, "Older");

  return taube_account_delete_folder (account, folder, imap_client_cancellable, error);
}

static gboolean
is_deleted (Model *model)
{
  return !has (model, "Older");
}

static gboolean
subscribe (TaubeAccount *account, GError **error)
{
  g_autoptr (TaubeFolder) folder = taube_account_get_folder_by_name (account, "Older");

  return taube_account_set_subscribed (account, folder, TRUE, imap_client_cancellable, error);
}

static gboolean
is_subscribed (Model *model)
{
  return g_hash_table_contains (model->subscribed, "Older");
}

static gboolean
grant (TaubeAccount *account, GError **error)
{
  g_autoptr (TaubeFolder) folder = taube_account_get_folder_by_name (account, "Older");
  g_autoptr (TaubePermission) permission = taube_permission_new ("bob", TAUBE_RIGHTS_LOOKUP);

  return taube_folder_set_permission (folder, permission, TAUBE_FLAGS_MODE_REPLACE, imap_client_cancellable, error);
}

static gboolean
is_granted (Model *model)
{
  return g_strcmp0 (model->rights, "l") == 0;
}

static gboolean
note (TaubeAccount *account, GError **error)
{
  g_autoptr (TaubeFolder) folder = taube_account_get_folder_by_name (account, "Older");
  g_autoptr (GBytes) text = g_bytes_new_static ("coo", 3);

  return taube_folder_set_metadata (folder, "/shared/comment", text, imap_client_cancellable, error);
}

static gboolean
is_noted (Model *model)
{
  return g_strcmp0 (model->note, "coo") == 0;
}

typedef struct
{
  const char *name;
  ImapClientFunc func;
  gboolean (*is_done) (Model *model);
  gboolean leaves_children;
} Deed;

static const Deed deeds[] = {
  { "create", create, is_created },
  { "rename", rename_it, is_renamed },
  { "rename-one-by-one", rename_it, is_renamed, TRUE },
  { "delete", delete_it, is_deleted },
  { "subscribe", subscribe, is_subscribed },
  { "grant", grant, is_granted },
  { "note", note, is_noted },
};

typedef struct
{
  guint done;
  guint not_done;
  guint unknown;
} Tally;

static void
judge (Model *model, const Deed *deed, gboolean ok, const GError *error, Tally *tally)
{
  g_assert_cmpint (ok, ==, error == NULL);
  if (ok)
    {
      tally->done++;
      g_assert_true (deed->is_done (model));
      g_assert_true (deed->func != rename_it || (has (model, "New/Child") && !has (model, "Old/Child")));
    }
  else if (g_error_matches (error, TAUBE_ERROR, TAUBE_ERROR_UNKNOWN_OUTCOME))
    tally->unknown++;
  else if (g_error_matches (error, TAUBE_ERROR, TAUBE_ERROR_CONFLICT))
    g_assert_true (deed->leaves_children && deed->is_done (model) && has (model, "Old/Child"));
  else
    {
      tally->not_done++;
      g_assert_false (deed->is_done (model));
    }
}

/* Whether the deed could be disturbed at this point. */
static gboolean
run_once (const Deed *deed, Cut cut, guint cut_at, guint cancel_at, Tally *tally)
{
  Model model;
  g_autoptr (TaubeAccount) account = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GPtrArray) folders = NULL;
  g_autoptr (GError) error = NULL;
  gboolean ok, disturbed;

  model_init (&model, deed->leaves_children);
  account = imap_client_new ("imap", 143, "?tls=none&max-connections=1", NULL);
  taube_account_connect (account, NULL, &error);
  g_assert_no_error (error);
  g_mutex_lock (&model.lock);
  model.cut = cut;
  model.cut_at = cut_at;
  model.cancel_at = cancel_at;
  model.cancellable = cancel_at > 0 ? cancellable : NULL;
  g_mutex_unlock (&model.lock);
  imap_client_cancellable = cancellable;
  ok = deed->func (account, &error);
  imap_client_cancellable = NULL;
  g_mutex_lock (&model.lock);
  disturbed = model.was_cut || g_cancellable_is_cancelled (cancellable);
  model.cut = CUT_NEVER;
  model.cancellable = NULL;
  judge (&model, deed, ok, error, tally);
  g_mutex_unlock (&model.lock);
  g_clear_error (&error);
  /* The line may have been cut behind the last word: then its next use tells. */
  folders = taube_account_list_folders (account, TAUBE_CONTENT_MAIL, NULL, &error);
  if (g_error_matches (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION) && disturbed)
    {
      g_clear_error (&error);
      folders = taube_account_list_folders (account, TAUBE_CONTENT_MAIL, NULL, &error);
    }
  g_assert_no_error (error);
  taube_account_disconnect (account, NULL, NULL);
  g_clear_object (&account);
  model_clear (&model);
  return disturbed;
}

static void
tell (const char *how, const Tally *tally)
{
  g_test_message ("%s: %u done, %u not done, %u unknown", how, tally->done, tally->not_done, tally->unknown);
}

static void
test_deed (gconstpointer data)
{
  const Deed *deed = data;
  Tally received = { 0 }, said = { 0 }, cancelled = { 0 };
  guint at = 0;

  while (run_once (deed, CUT_RECEIVED, ++at, 0, &received))
    ;
  tell ("cut on the way there", &received);
  g_assert_cmpuint (received.done + received.unknown, >, 1);
  at = 0;
  while (run_once (deed, CUT_SAID, ++at, 0, &said))
    ;
  tell ("cut on the way back", &said);
  /* Another connection can be had, so what was done is found out. */
  g_assert_cmpuint (said.done, >, 10);
  g_assert_cmpuint (said.unknown, ==, 0);
  at = 0;
  while (run_once (deed, CUT_NEVER, 0, ++at, &cancelled))
    ;
  tell ("cancelled", &cancelled);
  g_assert_cmpuint (cancelled.done + cancelled.not_done + cancelled.unknown, >, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (deeds); i++)
    {
      g_autofree char *path = g_strdup_printf ("/imap/deeds/%s", deeds[i].name);

      g_test_add_data_func (path, &deeds[i], test_deed);
    }
  return g_test_run ();
}
