/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-session.h"

#include <taube-backend/taube-trace.h>

#include <string.h>

#include "imap-decode-list.h"
#include "imap-names.h"

/* How many folders are asked for their counts one by one, when LIST cannot tell them. */
#define MAX_STATUS 500

typedef struct
{
  char *wire_name;
  gsize wire_length;
  char **path;
  char *key;
  char delimiter;
  TaubeFolderRole role;
  TaubeFolderFlags flags;
  gint64 total;
  gint64 unread;
} Entry;

typedef struct
{
  ImapSession *session;
  ImapAccount *account;
  const TaubeLimits *limits;
  GPtrArray *entries;   /* Entry, as they came */
  GHashTable *by_name;  /* name on the wire -> Entry */
  gboolean bad_counts;  /* the server does not understand STATUS, or not so many */
} Listing;

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_free (entry->wire_name);
  g_strfreev (entry->path);
  g_free (entry->key);
  g_free (entry);
}

/* INBOX is the one name that is the same in any case. */
static char *
make_lookup_name (const char *name, gsize length)
{
  if (length == 5 && g_ascii_strncasecmp (name, "INBOX", 5) == 0)
    return g_strdup ("INBOX");
  return g_strndup (name, length);
}

static Entry *
find_entry (Listing *listing, ImapString name)
{
  g_autofree char *key = name.text != NULL ? make_lookup_name (name.text, name.length) : NULL;

  return key != NULL ? g_hash_table_lookup (listing->by_name, key) : NULL;
}

/* LIST, LSUB and STATUS. */

static TaubeFolderFlags
translate_attributes (ImapListAttributes attributes)
{
  TaubeFolderFlags flags = TAUBE_FOLDER_FLAGS_SELECTABLE;

  if (attributes & (IMAP_LIST_NO_SELECT | IMAP_LIST_NON_EXISTENT))
    flags &= ~TAUBE_FOLDER_FLAGS_SELECTABLE;
  if (attributes & IMAP_LIST_HAS_CHILDREN)
    flags |= TAUBE_FOLDER_FLAGS_HAS_CHILDREN;
  if (attributes & IMAP_LIST_HAS_NO_CHILDREN)
    flags |= TAUBE_FOLDER_FLAGS_NO_CHILDREN;
  if (attributes & IMAP_LIST_NO_INFERIORS)
    flags |= TAUBE_FOLDER_FLAGS_NO_INFERIORS | TAUBE_FOLDER_FLAGS_NO_CHILDREN;
  if (attributes & IMAP_LIST_SUBSCRIBED)
    flags |= TAUBE_FOLDER_FLAGS_SUBSCRIBED;
  return flags;
}

static void
add_entry (Listing *listing, const ImapList *list)
{
  gboolean utf8 = imap_pipeline_get_dialect (listing->session->pipeline)->utf8;
  Entry *entry = g_new0 (Entry, 1);

  entry->wire_name = g_strndup (list->name.text, list->name.length);
  entry->wire_length = list->name.length;
  entry->path = imap_names_split (list->name.text, list->name.length, list->delimiter, utf8);
  entry->key = imap_names_to_key ((const char *const *) entry->path);
  entry->delimiter = list->delimiter;
  entry->role = imap_names_is_inbox ((const char *const *) entry->path) ? TAUBE_FOLDER_ROLE_INBOX : list->role;
  entry->flags = translate_attributes (list->attributes);
  entry->total = entry->unread = -1;
  if (entry->path[0] == NULL)
    {
      entry_free (entry);
      return;
    }
  g_ptr_array_add (listing->entries, entry);
  g_hash_table_replace (listing->by_name, make_lookup_name (list->name.text, list->name.length), entry);
}

static gboolean
too_many (Listing *listing, GError **error)
{
  if (listing->entries->len < listing->limits->folders)
    return FALSE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT, "cannot list folders: the server has more than %u",
               listing->limits->folders);
  return TRUE;
}

static void
take_list (Listing *listing, const ImapResponse *response, GError **error)
{
  ImapList list;
  Entry *entry;

  if (!imap_decode_list (response, &list) || list.name.text == NULL || list.name.length == 0)
    return;
  entry = find_entry (listing, list.name);
  if (entry != NULL)
    {
      entry->flags |= translate_attributes (list.attributes) & ~TAUBE_FOLDER_FLAGS_SELECTABLE;
      if (entry->role == TAUBE_FOLDER_ROLE_NONE)
        entry->role = list.role;
      return;
    }
  if (!too_many (listing, error))
    add_entry (listing, &list);
}

static void
take_status (Listing *listing, const ImapResponse *response)
{
  ImapStatus status;
  Entry *entry;

  if (!imap_decode_status (response, &status))
    return;
  entry = find_entry (listing, status.name);
  if (entry == NULL)
    return;
  if (status.fields & IMAP_STATUS_MESSAGES)
    entry->total = status.messages;
  if (status.fields & IMAP_STATUS_UNSEEN)
    entry->unread = status.unseen;
}

static void
take_subscription (Listing *listing, const ImapResponse *response)
{
  ImapList list;
  Entry *entry;

  if (!imap_decode_list (response, &list))
    return;
  entry = find_entry (listing, list.name);
  if (entry != NULL)
    entry->flags |= TAUBE_FOLDER_FLAGS_SUBSCRIBED;
}

static gboolean
on_listing (const ImapResponse *response, gpointer user_data, GError **error)
{
  Listing *listing = user_data;

  switch (response->type)
    {
    case IMAP_RESPONSE_LIST:
    case IMAP_RESPONSE_XLIST:
      take_list (listing, response, error);
      return TRUE;
    case IMAP_RESPONSE_LSUB:
      take_subscription (listing, response);
      return TRUE;
    case IMAP_RESPONSE_STATUS:
      take_status (listing, response);
      return TRUE;
    default:
      return FALSE;
    }
}

/* Commands. */

static ImapCall *
new_call (Listing *listing, const char *name)
{
  ImapCall *call = imap_session_call (listing->session, name, TAUBE_ERROR_PERMISSION, "cannot list folders");

  call->untagged = on_listing;
  call->user_data = listing;
  return call;
}

static ImapCall *
new_list (Listing *listing, const char *name, const char *prefix)
{
  ImapCall *call = new_call (listing, name);
  g_autofree char *pattern = g_strconcat (prefix, "*", NULL);

  imap_command_add_string (call->command, "reference", "");
  if (prefix[0] == '\0')
    imap_command_add_list_mailbox (call->command, "pattern", pattern);
  else
    imap_command_add_raw_mailbox (call->command, "pattern", pattern);
  return call;
}

static void
add_return_options (Listing *listing, ImapCall *call)
{
  ImapSession *session = listing->session;
  gboolean rev2 = imap_session_has (session, IMAP_CAPABILITY_IMAP4REV2);

  imap_command_add_atom (call->command, "option", "RETURN");
  imap_command_open (call->command);
  imap_command_add_atom (call->command, "option", "SUBSCRIBED");
  imap_command_add_atom (call->command, "option", "CHILDREN");
  if (rev2 || imap_session_has (session, IMAP_CAPABILITY_SPECIAL_USE))
    imap_command_add_atom (call->command, "option", "SPECIAL-USE");
  if (rev2 || imap_session_has (session, IMAP_CAPABILITY_LIST_STATUS))
    {
      imap_command_add_atom (call->command, "option", "STATUS");
      imap_command_open (call->command);
      imap_command_add_atom (call->command, "item", "MESSAGES");
      imap_command_add_atom (call->command, "item", "UNSEEN");
      imap_command_close (call->command);
    }
  imap_command_close (call->command);
}

/* One LIST that tells everything. *REFUSED: the server offers it, but does not understand it. */
static gboolean
run_extended (Listing *listing, const char *prefix, gboolean *refused, GCancellable *cancellable, GError **error)
{
  g_autoptr (ImapCall) call = new_list (listing, "LIST", prefix);
  g_autoptr (GError) local = NULL;

  *refused = FALSE;
  call->bad_is_refusal = TRUE;
  add_return_options (listing, call);
  if (imap_call_run (call, cancellable, &local))
    return TRUE;
  if (!call->done || imap_pipeline_is_broken (listing->session->pipeline) || call->not_alone)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  TAUBE_TRACE ("imap", "extended LIST is given up: %s", local->message);
  *refused = TRUE;
  return TRUE;
}

static gboolean
run_plain (Listing *listing, const char *prefix, GCancellable *cancellable, GError **error)
{
  ImapSession *session = listing->session;
  gboolean xlist = imap_session_has (session, IMAP_CAPABILITY_XLIST)
                   && !imap_session_has (session, IMAP_CAPABILITY_SPECIAL_USE);
  g_autoptr (ImapCall) list = new_list (listing, xlist ? "XLIST" : "LIST", prefix);
  g_autoptr (ImapCall) lsub = new_list (listing, "LSUB", prefix);
  g_autoptr (GError) local = NULL;

  lsub->bad_is_refusal = TRUE;
  if (!imap_call_send (list, cancellable, error) || !imap_call_send (lsub, cancellable, error))
    return FALSE;
  if (!imap_call_finish (list, cancellable, &local) && !list->done)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (!imap_call_finish (lsub, cancellable, local == NULL ? &local : NULL) && !lsub->done)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (list->refusal != NULL)
    {
      g_propagate_error (error, g_error_copy (list->refusal));
      return FALSE;
    }
  return TRUE;
}

static gboolean
run_list (Listing *listing, const char *prefix, GCancellable *cancellable, GError **error)
{
  ImapSession *session = listing->session;
  gboolean extended = (imap_session_has (session, IMAP_CAPABILITY_LIST_EXTENDED)
                       || imap_session_has (session, IMAP_CAPABILITY_IMAP4REV2))
                      && !session->quirks.no_list_extended && !session->quirks.no_list_return;

  if (extended)
    {
      gboolean refused;

      if (!run_extended (listing, prefix, &refused, cancellable, error))
        return FALSE;
      if (!refused)
        return TRUE;
      session->quirks.no_list_return = TRUE;
    }
  return run_plain (listing, prefix, cancellable, error);
}

static gboolean
covers (Listing *listing, const char *prefix)
{
  gsize length = strlen (prefix);

  for (guint i = 0; i < listing->entries->len; i++)
    if (strncmp (((Entry *) listing->entries->pdata[i])->wire_name, prefix, length) == 0)
      return TRUE;
  return FALSE;
}

/* "*" need not show the folders of other people; what it has not shown is asked for. */
static gboolean
run_namespaces (Listing *listing, GCancellable *cancellable, GError **error)
{
  g_auto (GStrv) prefixes = imap_account_get_namespaces (listing->account);

  for (guint i = 0; prefixes[i] != NULL; i++)
    if (!covers (listing, prefixes[i]))
      {
        GError *local = NULL;

        if (run_list (listing, prefixes[i], cancellable, &local))
          continue;
        if (imap_pipeline_is_broken (listing->session->pipeline) || g_cancellable_is_cancelled (cancellable))
          {
            g_propagate_error (error, local);
            return FALSE;
          }
        g_error_free (local);
      }
  return TRUE;
}

static ImapCall *
new_status (Listing *listing, Entry *entry)
{
  ImapCall *call = new_call (listing, "STATUS");

  call->bad_is_refusal = TRUE;
  imap_command_add_raw_mailbox (call->command, "folder", entry->wire_name);
  imap_command_open (call->command);
  imap_command_add_atom (call->command, "item", "MESSAGES");
  imap_command_add_atom (call->command, "item", "UNSEEN");
  imap_command_close (call->command);
  return call;
}

/* Waits for the oldest of CALLS; a folder whose counts cannot be had just has none. */
static gboolean
finish_oldest (Listing *listing, GQueue *calls, GCancellable *cancellable, GError **error)
{
  g_autoptr (ImapCall) call = g_queue_pop_head (calls);
  g_autoptr (GError) local = NULL;

  if (imap_call_finish (call, cancellable, &local))
    return TRUE;
  if (call->done && call->status == IMAP_RESPONSE_BAD)
    listing->bad_counts = TRUE;
  if (call->done && !imap_pipeline_is_broken (listing->session->pipeline))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
wants_count (const Entry *entry)
{
  return entry->total < 0 && (entry->flags & TAUBE_FOLDER_FLAGS_SELECTABLE) != 0;
}

static gboolean
run_status (Listing *listing, GCancellable *cancellable, GError **error)
{
  guint depth = CLAMP (listing->session->quirks.max_pipeline, 1, 25);
  GQueue calls = G_QUEUE_INIT;
  gboolean ok = TRUE;
  guint asked = 0;

  for (guint i = 0; ok && i < listing->entries->len && asked < MAX_STATUS && !listing->bad_counts; i++)
    {
      Entry *entry = listing->entries->pdata[i];
      ImapCall *call;

      if (!wants_count (entry))
        continue;
      if (calls.length >= depth)
        ok = finish_oldest (listing, &calls, cancellable, error);
      if (!ok)
        break;
      asked++;
      call = new_status (listing, entry);
      ok = imap_call_send (call, cancellable, error);
      if (ok || call->sent)
        g_queue_push_tail (&calls, call);
      else
        imap_call_free (call);
    }
  while (ok && calls.length > 0)
    ok = finish_oldest (listing, &calls, cancellable, error);
  g_queue_clear_full (&calls, (GDestroyNotify) imap_call_free);
  return ok;
}

/* From entries to folders. */

static void
add_inbox (Listing *listing)
{
  ImapList inbox = { 0 };

  inbox.name.text = "INBOX";
  inbox.name.length = 5;
  if (find_entry (listing, inbox.name) != NULL)
    return;
  if (!imap_account_get_delimiter (listing->account, &inbox.delimiter))
    inbox.delimiter = '\0';
  inbox.attributes = IMAP_LIST_SUBSCRIBED;
  add_entry (listing, &inbox);
}

/* Names decide only about roles that the server has given to nobody. */
static void
guess_roles (Listing *listing)
{
  guint given = 0;

  for (guint i = 0; i < listing->entries->len; i++)
    given |= 1u << ((Entry *) listing->entries->pdata[i])->role;
  for (guint i = 0; i < listing->entries->len; i++)
    {
      Entry *entry = listing->entries->pdata[i];
      TaubeFolderRole role = imap_names_guess_role ((const char *const *) entry->path);

      if (entry->role != TAUBE_FOLDER_ROLE_NONE || role == TAUBE_FOLDER_ROLE_NONE || (given & (1u << role)) != 0
          || (entry->flags & TAUBE_FOLDER_FLAGS_SELECTABLE) == 0)
        continue;
      entry->role = role;
      given |= 1u << role;
    }
}

/* Keeps the name on the wire where the path alone would not lead back to it. */
static void
remember_name (Listing *listing, const Entry *entry)
{
  gboolean utf8 = imap_pipeline_get_dialect (listing->session->pipeline)->utf8;
  const char *const *path = (const char *const *) entry->path;
  g_autofree char *ours = NULL;
  char delimiter;

  if (!imap_account_get_delimiter (listing->account, &delimiter) && entry->delimiter != '\0')
    {
      delimiter = entry->delimiter;
      imap_account_set_delimiter (listing->account, delimiter);
    }
  ours = utf8 ? imap_names_join (path, delimiter, NULL) : imap_names_to_wire (path, delimiter);
  if (g_strcmp0 (ours, entry->wire_name) != 0 && !imap_names_is_inbox (path))
    imap_account_remember_name (listing->account, entry->key, entry->wire_name, entry->wire_length);
}

static GPtrArray *
publish (Listing *listing)
{
  GPtrArray *folders = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < listing->entries->len; i++)
    {
      const Entry *entry = listing->entries->pdata[i];
      TaubeFolderInfo info = { 0 };

      if (!g_hash_table_add (seen, entry->key))
        continue;
      remember_name (listing, entry);
      info.path = (const char *const *) entry->path;
      info.role = entry->role;
      info.content = TAUBE_CONTENT_MAIL;
      info.flags = entry->flags;
      info.total = entry->total;
      info.unread = entry->unread;
      g_ptr_array_add (folders, taube_account_publish_folder (TAUBE_ACCOUNT (listing->account), &info));
    }
  return folders;
}

static gboolean
fill_listing (Listing *listing, GCancellable *cancellable, GError **error)
{
  if (!imap_session_begin (listing->session, cancellable, error) || !run_list (listing, "", cancellable, error)
      || !run_namespaces (listing, cancellable, error))
    return FALSE;
  add_inbox (listing);
  guess_roles (listing);
  return run_status (listing, cancellable, error);
}

/* TaubeAccountClass.list_folders */
GPtrArray *
imap_account_list_folders (TaubeAccount *account, TaubeSession *session, TaubeContent content,
                           GCancellable *cancellable, GError **error)
{
  Listing listing = { 0 };
  GPtrArray *folders = NULL;

  if (content != TAUBE_CONTENT_MAIL && content != TAUBE_CONTENT_ANY)
    return g_ptr_array_new_with_free_func (g_object_unref);
  listing.session = IMAP_SESSION (session);
  listing.account = IMAP_ACCOUNT (account);
  listing.limits = taube_account_get_limits (account);
  listing.entries = g_ptr_array_new_with_free_func (entry_free);
  listing.by_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (fill_listing (&listing, cancellable, error))
    folders = publish (&listing);
  g_hash_table_unref (listing.by_name);
  g_ptr_array_unref (listing.entries);
  return folders;
}
