/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "imap-deed.h"
#include "imap-folder.h"
#include "imap-gettext.h"
#include "imap-manage.h"
#include "imap-names.h"

/* A folder below the one that is renamed. */
typedef struct
{
  char *rest; /* of its name, from the delimiter on */
  gboolean subscribed;
} Child;

typedef struct
{
  ImapSession *session;
  TaubeFolder *folder;
  char **new_path;
  char *old_name; /* on the wire */
  char *new_name;
  char *new_shown;
  char delimiter; /* 0: no levels */
  gboolean selectable;
  gboolean subscribed;
  GPtrArray *children; /* of Child, each before those below it */
  GString *left;       /* names of those that could not be moved */
} Renaming;

static void
child_free (gpointer data)
{
  Child *child = data;

  g_free (child->rest);
  g_free (child);
}

static void
renaming_clear (Renaming *self)
{
  g_strfreev (self->new_path);
  g_free (self->old_name);
  g_free (self->new_name);
  g_free (self->new_shown);
  g_clear_pointer (&self->children, g_ptr_array_unref);
  if (self->left != NULL)
    g_string_free (self->left, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Renaming, renaming_clear)

static const char *
shown (Renaming *renaming)
{
  return taube_folder_get_name (renaming->folder);
}

static gboolean
renaming_init (Renaming *renaming, ImapSession *session, TaubeFolder *folder, const char *const *new_path,
               GCancellable *cancellable, GError **error)
{
  if (!imap_session_begin (session, cancellable, error))
    return FALSE;
  renaming->session = session;
  renaming->folder = folder;
  renaming->children = g_ptr_array_new_with_free_func (child_free);
  renaming->left = g_string_new (NULL);
  renaming->new_path = imap_manage_place (session, new_path);
  renaming->new_shown = g_strjoinv ("/", renaming->new_path);
  renaming->old_name
    = imap_session_make_name (session, taube_folder_get_path (folder), TRUE, cancellable, error);
  if (renaming->old_name != NULL)
    renaming->new_name = imap_session_make_name (session, (const char *const *) renaming->new_path, TRUE, cancellable,
                                                 error);
  if (renaming->new_name != NULL)
    return TRUE;
  g_prefix_error (error, _ ("cannot rename folder \"%s\": "), shown (renaming));
  return FALSE;
}

/* What is there before. */

static int
compare_children (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(Child *const *) a)->rest, (*(Child *const *) b)->rest);
}

/* The entries of LISTING below NAME. */
static void
collect_children (Renaming *renaming, ImapListing *listing, const char *name)
{
  gsize length = strlen (name);

  for (guint i = 0; i < listing->entries->len; i++)
    {
      const ImapListEntry *entry = listing->entries->pdata[i];
      Child *child;

      if (strncmp (entry->wire_name, name, length) != 0 || entry->wire_name[length] != renaming->delimiter)
        continue;
      child = g_new0 (Child, 1);
      child->rest = g_strdup (entry->wire_name + length);
      child->subscribed = (entry->flags & TAUBE_FOLDER_FLAGS_SUBSCRIBED) != 0;
      g_ptr_array_add (renaming->children, child);
    }
  g_ptr_array_sort (renaming->children, compare_children);
}

static gboolean
list_below (ImapListing *listing, const char *name, char delimiter, GCancellable *cancellable, GError **error)
{
  g_autofree char *pattern = g_strdup_printf ("%s%c*", name, delimiter);

  return delimiter == '\0' || imap_listing_run (listing, pattern, cancellable, error);
}

static gboolean
look_before (Renaming *renaming, GCancellable *cancellable, GError **error)
{
  g_auto (ImapListing) listing = { 0 };
  ImapListEntry *source, *target;

  imap_listing_init (&listing, renaming->session);
  if (!imap_manage_look (&listing, renaming->new_name, &target, cancellable, error)
      || !imap_manage_look (&listing, renaming->old_name, &source, cancellable, error))
    return FALSE;
  if (source == NULL)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND, _ ("cannot rename folder \"%s\": it is not there"),
                   shown (renaming));
      return FALSE;
    }
  if (target != NULL && target != source && target->exists)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_EXISTS,
                   _ ("cannot rename folder \"%s\" to \"%s\": there is one already"), shown (renaming),
                   renaming->new_shown);
      return FALSE;
    }
  renaming->delimiter = source->delimiter;
  renaming->selectable = (source->flags & TAUBE_FOLDER_FLAGS_SELECTABLE) != 0;
  renaming->subscribed = (source->flags & TAUBE_FOLDER_FLAGS_SUBSCRIBED) != 0;
  if (!list_below (&listing, renaming->old_name, renaming->delimiter, cancellable, error))
    return FALSE;
  collect_children (renaming, &listing, renaming->old_name);
  return TRUE;
}

/* RENAME. */

static ImapDeed
rename_one (Renaming *renaming, const char *old_name, const char *new_name, GCancellable *cancellable, GError **error)
{
  g_autoptr (ImapCall) call = imap_manage_call (renaming->session, "RENAME", old_name, N_ ("rename"), shown (renaming));

  imap_command_add_raw_mailbox (call->command, N_ ("new folder name"), new_name);
  return imap_deed_run (call, cancellable, error);
}

/* The new name is there, and the old one no longer, or only as a step to what is still below it. */
static gboolean
is_renamed (Renaming *renaming, GCancellable *cancellable)
{
  g_auto (ImapListing) listing = { 0 };
  ImapListEntry *source, *target;

  imap_listing_init (&listing, renaming->session);
  if (!imap_manage_look (&listing, renaming->new_name, &target, cancellable, NULL) || target == NULL
      || !imap_manage_look (&listing, renaming->old_name, &source, cancellable, NULL))
    return FALSE;
  if (source == NULL)
    return TRUE;
  return renaming->selectable && (source->flags & TAUBE_FOLDER_FLAGS_SELECTABLE) == 0;
}

static gboolean
run_rename (Renaming *renaming, GCancellable *cancellable, GError **error)
{
  GError *local = NULL;
  g_autofree char *what = NULL;

  switch (rename_one (renaming, renaming->old_name, renaming->new_name, cancellable, &local))
    {
    case IMAP_DEED_DONE:
      return TRUE;
    case IMAP_DEED_UNKNOWN:
      if (imap_session_reopen (renaming->session, cancellable, NULL) && is_renamed (renaming, cancellable))
        {
          g_error_free (local);
          return TRUE;
        }
      what = g_strdup_printf (_ ("cannot rename folder \"%s\""), shown (renaming));
      imap_deed_set_unknown (error, local, what);
      return FALSE;
    case IMAP_DEED_NOT_DONE:
    default:
      g_propagate_error (error, local);
      return FALSE;
    }
}

/* Children. */

static gboolean
move_child (Renaming *renaming, const Child *child, ImapListing *listing, GCancellable *cancellable)
{
  g_autofree char *old_name = g_strconcat (renaming->old_name, child->rest, NULL);
  g_autofree char *new_name = g_strconcat (renaming->new_name, child->rest, NULL);

  if (imap_listing_find (listing, old_name) == NULL || imap_listing_find (listing, new_name) != NULL)
    return TRUE;
  if (imap_session_is_alive (renaming->session)
      && rename_one (renaming, old_name, new_name, cancellable, NULL) == IMAP_DEED_DONE)
    return TRUE;
  g_string_append_printf (renaming->left, "%s\"%s%s\"", renaming->left->len > 0 ? ", " : "", shown (renaming),
                          child->rest);
  return FALSE;
}

static gboolean
move_round (Renaming *renaming, gboolean *looked, GCancellable *cancellable)
{
  g_auto (ImapListing) listing = { 0 };
  gboolean all = TRUE;

  imap_listing_init (&listing, renaming->session);
  *looked = list_below (&listing, renaming->new_name, renaming->delimiter, cancellable, NULL)
            && list_below (&listing, renaming->old_name, renaming->delimiter, cancellable, NULL);
  g_string_truncate (renaming->left, 0);
  for (guint i = 0; *looked && i < renaming->children->len; i++)
    all &= move_child (renaming, renaming->children->pdata[i], &listing, cancellable);
  return *looked && all;
}

/* A server renames what is below along with it (RFC 9051, 6.3.6); where it has not, that is done one by one, after a
 * break on another connection. *KNOWN: what is said of them is so. */
static gboolean
move_children (Renaming *renaming, gboolean *known, GCancellable *cancellable)
{
  *known = TRUE;
  if (renaming->children->len == 0)
    return TRUE;
  for (guint round = 0; round < 3; round++)
    {
      gboolean looked;

      if (!imap_session_is_alive (renaming->session)
          && !imap_session_reopen (renaming->session, cancellable, NULL))
        break;
      if (move_round (renaming, &looked, cancellable))
        return TRUE;
      if (looked && imap_session_is_alive (renaming->session))
        return FALSE;
    }
  *known = FALSE;
  return FALSE;
}

/* Subscriptions are names: most servers leave them behind. */
static void
move_subscription (Renaming *renaming, gboolean subscribed, const char *rest, GCancellable *cancellable)
{
  g_autofree char *old_name = g_strconcat (renaming->old_name, rest, NULL);
  g_autofree char *new_name = g_strconcat (renaming->new_name, rest, NULL);

  if (!subscribed)
    return;
  imap_manage_try (renaming->session, "SUBSCRIBE", new_name, cancellable);
  imap_manage_try (renaming->session, "UNSUBSCRIBE", old_name, cancellable);
}

/* What the account knows goes over to the new path, then what the server says of it now. */
static void
publish_renamed (Renaming *renaming, ImapListing *listing)
{
  ImapAccount *account = imap_session_get_account (renaming->session);
  g_autofree char *key = imap_names_to_key (taube_folder_get_path (renaming->folder));
  ImapListEntry *entry = imap_listing_find (listing, renaming->new_name);

  imap_account_forget_names (account, key);
  taube_account_move_folder (TAUBE_ACCOUNT (account), renaming->folder, (const char *const *) renaming->new_path);
  if (entry == NULL)
    return;
  if (renaming->subscribed)
    entry->flags |= TAUBE_FOLDER_FLAGS_SUBSCRIBED;
  g_object_unref (imap_listing_publish (listing, entry));
}

static void
set_partly (Renaming *renaming, gboolean known, GError **error)
{
  if (known)
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_CONFLICT,
                 _ ("folder \"%s\" is called \"%s\" now, but these below it could not be renamed: %s"),
                 shown (renaming), renaming->new_shown, renaming->left->str);
  else
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_UNKNOWN_OUTCOME,
                 _ ("folder \"%s\" is called \"%s\" now, but the connection ended before those below it were seen"),
                 shown (renaming), renaming->new_shown);
}

static gboolean
finish_rename (Renaming *renaming, GCancellable *cancellable, GError **error)
{
  g_auto (ImapListing) listing = { 0 };
  gboolean known;
  gboolean all = move_children (renaming, &known, cancellable);
  ImapListEntry *entry;

  move_subscription (renaming, renaming->subscribed, "", cancellable);
  for (guint i = 0; i < renaming->children->len; i++)
    {
      const Child *child = renaming->children->pdata[i];

      move_subscription (renaming, child->subscribed, child->rest, cancellable);
    }
  imap_listing_init (&listing, renaming->session);
  if (imap_session_is_alive (renaming->session))
    imap_manage_look (&listing, renaming->new_name, &entry, cancellable, NULL);
  publish_renamed (renaming, &listing);
  if (!all)
    set_partly (renaming, known, error);
  return all;
}

/* TaubeAccountClass.rename_folder */
char **
imap_account_rename_folder (TaubeAccount *account, TaubeSession *session, TaubeFolder *folder,
                            const char *const *new_path, GCancellable *cancellable, GError **error)
{
  g_auto (Renaming) renaming = { 0 };

  if (!renaming_init (&renaming, IMAP_SESSION (session), folder, new_path, cancellable, error)
      || !look_before (&renaming, cancellable, error)
      || !imap_manage_leave (renaming.session, taube_folder_get_path (folder), cancellable, error)
      || !run_rename (&renaming, cancellable, error) || !finish_rename (&renaming, cancellable, error))
    return NULL;
  return g_steal_pointer (&renaming.new_path);
}
