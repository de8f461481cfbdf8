/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-manage.h"

#include <string.h>

#include "imap-folder.h"
#include "imap-gettext.h"
#include "imap-names.h"
#include "imap-deed.h"
#include "imap-roles.h"
#include "imap-spaces.h"

/* What all of them need. */

static gboolean
is_utf8 (ImapSession *session)
{
  return imap_pipeline_get_dialect (session->pipeline)->utf8;
}

static char **
dup_home (ImapSession *session, GPtrArray *spaces)
{
  const ImapSpace *home = imap_spaces_get_home (spaces);

  if (home == NULL)
    return NULL;
  return imap_names_split (home->prefix, strlen (home->prefix), home->delimiter, is_utf8 (session));
}

char **
imap_manage_place (ImapSession *session, const char *const *path)
{
  g_autoptr (GPtrArray) spaces = imap_account_get_spaces (imap_session_get_account (session));
  g_auto (GStrv) home = dup_home (session, spaces);
  g_autoptr (GStrvBuilder) builder = NULL;

  if (home == NULL || imap_spaces_find (spaces, path, is_utf8 (session)) != NULL)
    return g_strdupv ((char **) path);
  builder = g_strv_builder_new ();
  g_strv_builder_addv (builder, (const char **) home);
  g_strv_builder_addv (builder, (const char **) path);
  return g_strv_builder_end (builder);
}

gboolean
imap_manage_look (ImapListing *listing, const char *wire_name, ImapListEntry **entry_out, GCancellable *cancellable,
                  GError **error)
{
  *entry_out = NULL;
  if (!imap_listing_run (listing, wire_name, cancellable, error))
    return FALSE;
  *entry_out = imap_listing_find (listing, wire_name);
  return TRUE;
}

gboolean
imap_manage_leave (ImapSession *session, const char *const *path, GCancellable *cancellable, GError **error)
{
  g_autofree char *key = imap_names_to_key (path);
  gsize length = strlen (key);
  g_autoptr (ImapCall) call = NULL;
  const char *open;

  if (session->mailbox == NULL)
    return TRUE;
  open = session->mailbox->key;
  if (strncmp (open, key, length) != 0 || (open[length] != '\0' && open[length] != '\x1f'))
    return TRUE;
  g_clear_pointer (&session->mailbox, imap_mailbox_free);
  taube_session_set_affinity (TAUBE_SESSION (session), NULL);
  if (!imap_session_has (session, IMAP_CAPABILITY_UNSELECT) && !imap_session_has (session, IMAP_CAPABILITY_IMAP4REV2))
    return TRUE;
  call = imap_session_call (session, "UNSELECT", TAUBE_ERROR_PROTOCOL, _ ("cannot leave the folder that is open"));
  call->bad_is_refusal = TRUE;
  return imap_call_run (call, cancellable, error);
}

ImapCall *
imap_manage_call (ImapSession *session, const char *command, const char *wire_name, const char *what,
                  const char *name)
{
  ImapCall *call
      = imap_session_call (session, command, TAUBE_ERROR_PERMISSION, _ ("cannot %s folder \"%s\""), _ (what), name);

  call->bad_is_refusal = TRUE;
  imap_command_add_raw_mailbox (call->command, N_ ("folder name"), wire_name);
  return call;
}

void
imap_manage_try (ImapSession *session, const char *command, const char *wire_name, GCancellable *cancellable)
{
  g_autoptr (ImapCall) call = NULL;

  if (!imap_session_is_alive (session))
    return;
  call = imap_manage_call (session, command, wire_name, command, wire_name);
  imap_call_run (call, cancellable, NULL);
}

/* Create. */

typedef struct
{
  ImapSession *session;
  char **path;
  char *key;
  char *name;      /* on the wire */
  char *shown;     /* for messages */
  TaubeFolderRole role;
  const char *use; /* the word for ROLE that CREATE is told, or NULL */
} Creation;

static void
creation_clear (Creation *self)
{
  g_strfreev (self->path);
  g_free (self->key);
  g_free (self->name);
  g_free (self->shown);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Creation, creation_clear)

/* use-attr (RFC 6154, RFC 8457) */
static const char *
word_for_role (TaubeFolderRole role)
{
  switch (role)
    {
    case TAUBE_FOLDER_ROLE_DRAFTS:
      return "\\Drafts";
    case TAUBE_FOLDER_ROLE_SENT:
      return "\\Sent";
    case TAUBE_FOLDER_ROLE_TRASH:
      return "\\Trash";
    case TAUBE_FOLDER_ROLE_JUNK:
      return "\\Junk";
    case TAUBE_FOLDER_ROLE_ARCHIVE:
      return "\\Archive";
    case TAUBE_FOLDER_ROLE_ALL:
      return "\\All";
    case TAUBE_FOLDER_ROLE_FLAGGED:
      return "\\Flagged";
    case TAUBE_FOLDER_ROLE_IMPORTANT:
      return "\\Important";
    default:
      return NULL;
    }
}

/* A role that the server cannot note must at least be in the name, or it would be lost. */
static gboolean
settle_role (Creation *creation, GError **error)
{
  g_autoptr (GPtrArray) spaces = imap_account_get_spaces (imap_session_get_account (creation->session));
  g_auto (GStrv) home = dup_home (creation->session, spaces);
  guint rank;

  if (creation->role == TAUBE_FOLDER_ROLE_NONE)
    return TRUE;
  if (imap_session_has (creation->session, IMAP_CAPABILITY_CREATE_SPECIAL_USE))
    creation->use = word_for_role (creation->role);
  if (creation->use != NULL
      || imap_roles_guess ((const char *const *) creation->path, (const char *const *) home, &rank) == creation->role)
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED, _ ("cannot create folder \"%s\" with that role: %s"),
               creation->shown,
               word_for_role (creation->role) == NULL ? _ ("no folder of mail has it")
                                                      : _ ("the server lacks CREATE-SPECIAL-USE"));
  return FALSE;
}

static gboolean
creation_init (Creation *creation, ImapSession *session, const char *const *path, TaubeFolderRole role,
               GCancellable *cancellable, GError **error)
{
  if (!imap_session_begin (session, cancellable, error))
    return FALSE;
  creation->session = session;
  creation->role = role;
  creation->path = imap_manage_place (session, path);
  creation->key = imap_names_to_key ((const char *const *) creation->path);
  creation->shown = g_strjoinv ("/", creation->path);
  creation->name
    = imap_session_make_name (session, (const char *const *) creation->path, TRUE, cancellable, error);
  if (creation->name != NULL)
    return settle_role (creation, error);
  g_prefix_error (error, _ ("cannot create folder \"%s\": "), creation->shown);
  return FALSE;
}

/* Only who knows that it was not there can tell afterwards that it was made. */
static gboolean
check_absent (Creation *creation, GCancellable *cancellable, GError **error)
{
  g_auto (ImapListing) listing = { 0 };
  ImapListEntry *entry;

  imap_listing_init (&listing, creation->session);
  if (!imap_manage_look (&listing, creation->name, &entry, cancellable, error))
    return FALSE;
  if (entry == NULL || (entry->flags & TAUBE_FOLDER_FLAGS_SELECTABLE) == 0)
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_EXISTS, _ ("cannot create folder \"%s\": it is there already"),
               creation->shown);
  return FALSE;
}

/* create = "CREATE" SP mailbox [SP "(" "USE" SP "(" [use-attr *(SP use-attr)] ")" ")"]   (RFC 4466, RFC 6154) */
static ImapDeed
run_create (Creation *creation, GCancellable *cancellable, GError **error)
{
  g_autoptr (ImapCall) call
      = imap_manage_call (creation->session, "CREATE", creation->name, N_ ("create"), creation->shown);

  if (creation->use != NULL)
    {
      imap_command_open (call->command);
      imap_command_add_atom (call->command, N_ ("parameter"), "USE");
      imap_command_open (call->command);
      imap_command_add_word (call->command, creation->use);
      imap_command_close (call->command);
      imap_command_close (call->command);
    }
  return imap_deed_run (call, cancellable, error);
}

static TaubeFolder *
publish_created (Creation *creation, ImapListing *listing, ImapListEntry *entry)
{
  TaubeFolderInfo info = { 0 };

  if (entry != NULL)
    {
      if (entry->role == TAUBE_FOLDER_ROLE_NONE)
        entry->role = creation->role;
      return imap_listing_publish (listing, entry);
    }
  info.path = (const char *const *) creation->path;
  info.role = creation->role;
  info.flags = TAUBE_FOLDER_FLAGS_SELECTABLE;
  info.total = info.unread = -1;
  return taube_account_publish_folder (TAUBE_ACCOUNT (listing->account), &info);
}

/* What the server says of it now; when it cannot be asked any more, it was made all the same. */
static TaubeFolder *
end_created (Creation *creation, GCancellable *cancellable)
{
  g_auto (ImapListing) listing = { 0 };
  ImapListEntry *entry;

  imap_account_forget_names (imap_session_get_account (creation->session), creation->key);
  imap_listing_init (&listing, creation->session);
  imap_manage_look (&listing, creation->name, &entry, cancellable, NULL);
  return publish_created (creation, &listing, entry);
}

static TaubeFolder *
look_for_created (Creation *creation, GError *cause, GCancellable *cancellable, GError **error)
{
  g_auto (ImapListing) listing = { 0 };
  g_autofree char *what = g_strdup_printf (_ ("cannot create folder \"%s\""), creation->shown);
  ImapListEntry *entry = NULL;

  imap_listing_init (&listing, creation->session);
  if (!imap_session_reopen (creation->session, cancellable, NULL)
      || !imap_manage_look (&listing, creation->name, &entry, cancellable, NULL) || entry == NULL
      || (entry->flags & TAUBE_FOLDER_FLAGS_SELECTABLE) == 0)
    {
      imap_deed_set_unknown (error, cause, what);
      return NULL;
    }
  g_error_free (cause);
  imap_account_forget_names (imap_session_get_account (creation->session), creation->key);
  return publish_created (creation, &listing, entry);
}

/* TaubeAccountClass.create_folder */
TaubeFolder *
imap_account_create_folder (TaubeAccount *account, TaubeSession *session, const char *const *path,
                            TaubeFolderRole role, TaubeContent content, GCancellable *cancellable, GError **error)
{
  g_auto (Creation) creation = { 0 };
  GError *local = NULL;

  if (!creation_init (&creation, IMAP_SESSION (session), path, role, cancellable, error)
      || !check_absent (&creation, cancellable, error))
    return NULL;
  switch (run_create (&creation, cancellable, &local))
    {
    case IMAP_DEED_DONE:
      return end_created (&creation, cancellable);
    case IMAP_DEED_UNKNOWN:
      return look_for_created (&creation, local, cancellable, error);
    case IMAP_DEED_NOT_DONE:
    default:
      g_propagate_error (error, local);
      return NULL;
    }
}

/* Delete. */

typedef struct
{
  ImapSession *session;
  TaubeFolder *folder;
  char *name;
  gboolean selectable; /* as far as LIST told before */
  gboolean subscribed;
} Deletion;

static gboolean
look_before_delete (Deletion *deletion, GCancellable *cancellable, GError **error)
{
  g_auto (ImapListing) listing = { 0 };
  ImapListEntry *entry;

  imap_listing_init (&listing, deletion->session);
  if (!imap_manage_look (&listing, deletion->name, &entry, cancellable, error))
    return FALSE;
  deletion->selectable = entry == NULL || (entry->flags & TAUBE_FOLDER_FLAGS_SELECTABLE) != 0;
  deletion->subscribed = entry != NULL && (entry->flags & TAUBE_FOLDER_FLAGS_SUBSCRIBED) != 0;
  return TRUE;
}

/* TRUE: it is gone, or only a step of other names: *STAYS. */
static gboolean
is_deleted (Deletion *deletion, gboolean *stays, GCancellable *cancellable, GError **error)
{
  g_auto (ImapListing) listing = { 0 };
  ImapListEntry *entry;

  *stays = FALSE;
  imap_listing_init (&listing, deletion->session);
  if (!imap_manage_look (&listing, deletion->name, &entry, cancellable, error))
    return FALSE;
  if (entry == NULL)
    return TRUE;
  *stays = (entry->flags & TAUBE_FOLDER_FLAGS_HAS_CHILDREN) != 0 || entry->exists;
  return deletion->selectable && (entry->flags & TAUBE_FOLDER_FLAGS_SELECTABLE) == 0;
}

static gboolean
run_delete (Deletion *deletion, gboolean *stays, GCancellable *cancellable, GError **error)
{
  const char *shown = taube_folder_get_name (deletion->folder);
  g_autoptr (ImapCall) call = imap_manage_call (deletion->session, "DELETE", deletion->name, N_ ("delete"), shown);
  g_autofree char *what = g_strdup (call->what);
  GError *local = NULL;

  switch (imap_deed_run (call, cancellable, &local))
    {
    case IMAP_DEED_DONE:
      is_deleted (deletion, stays, cancellable, NULL);
      return TRUE;
    case IMAP_DEED_UNKNOWN:
      if (imap_session_reopen (deletion->session, cancellable, NULL)
          && is_deleted (deletion, stays, cancellable, NULL))
        {
          g_error_free (local);
          return TRUE;
        }
      imap_deed_set_unknown (error, local, what);
      return FALSE;
    case IMAP_DEED_NOT_DONE:
    default:
      g_propagate_error (error, local);
      return FALSE;
    }
}

/* TaubeAccountClass.delete_folder */
gboolean
imap_account_delete_folder (TaubeAccount *account, TaubeSession *session, TaubeFolder *folder, gboolean *stays,
                            GCancellable *cancellable, GError **error)
{
  Deletion deletion = { IMAP_SESSION (session), folder, NULL, TRUE, FALSE };
  const char *const *path = taube_folder_get_path (folder);
  g_autofree char *key = imap_names_to_key (path);
  g_autofree char *name = NULL;

  if (!imap_session_begin (deletion.session, cancellable, error))
    return FALSE;
  name = deletion.name = imap_session_make_name (deletion.session, path, FALSE, cancellable, error);
  if (name == NULL || !look_before_delete (&deletion, cancellable, error)
      || !imap_manage_leave (deletion.session, path, cancellable, error)
      || !run_delete (&deletion, stays, cancellable, error))
    return FALSE;
  if (deletion.subscribed)
    imap_manage_try (deletion.session, "UNSUBSCRIBE", name, cancellable);
  imap_account_forget_names (IMAP_ACCOUNT (account), key);
  return TRUE;
}

/* Subscribe. */

typedef struct
{
  ImapSession *session;
  TaubeFolder *folder;
  gboolean subscribed;
} Subscription;

static ImapCall *
make_subscribe (gpointer data, GCancellable *cancellable, GError **error)
{
  Subscription *self = data;
  g_autofree char *name
    = imap_session_make_name (self->session, taube_folder_get_path (self->folder), FALSE, cancellable, error);

  if (name == NULL)
    return NULL;
  return imap_manage_call (self->session, self->subscribed ? "SUBSCRIBE" : "UNSUBSCRIBE", name,
                           self->subscribed ? N_ ("subscribe") : N_ ("unsubscribe"),
                           taube_folder_get_name (self->folder));
}

/* TaubeAccountClass.set_subscribed */
gboolean
imap_account_set_subscribed (TaubeAccount *account, TaubeSession *session, TaubeFolder *folder, gboolean subscribed,
                             GCancellable *cancellable, GError **error)
{
  Subscription subscription = { IMAP_SESSION (session), folder, subscribed };

  return imap_session_begin (subscription.session, cancellable, error)
         && imap_deed_run_repeatable (subscription.session, make_subscribe, &subscription, cancellable, error);
}
