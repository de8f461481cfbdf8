/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-list.h"

#include <taube/taube-permission.h>
#include <taube-backend/taube-trace.h>

#include <string.h>

#include "imap-decode-acl.h"
#include "imap-decode-list.h"
#include "imap-decode-metadata.h"
#include "imap-gettext.h"
#include "imap-names.h"
#include "imap-roles.h"
#include "imap-spaces.h"
#include "imap-utf7.h"

/* How many folders are asked for their counts one by one, when LIST cannot tell them. */
#define MAX_STATUS 500

static void
entry_free (gpointer data)
{
  ImapListEntry *entry = data;

  g_free (entry->wire_name);
  g_strfreev (entry->path);
  g_free (entry->key);
  g_free (entry->owner);
  g_free (entry->comment);
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

static ImapListEntry *
find_entry (ImapListing *listing, ImapString name)
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

static gboolean
is_utf8 (ImapListing *listing)
{
  return imap_pipeline_get_dialect (listing->session->pipeline)->utf8;
}

static void
set_space (ImapListing *listing, ImapListEntry *entry)
{
  ImapString owner;

  entry->space = imap_spaces_classify (listing->spaces, entry->wire_name, entry->wire_length, entry->delimiter, &owner);
  if (owner.text != NULL)
    entry->owner = is_utf8 (listing) ? imap_text_dup_utf8 (owner.text, owner.length)
                                     : imap_utf7_decode (owner.text, owner.length);
}

static void
add_entry (ImapListing *listing, const ImapList *list)
{
  ImapListEntry *entry = g_new0 (ImapListEntry, 1);

  entry->wire_name = g_strndup (list->name.text, list->name.length);
  entry->wire_length = list->name.length;
  entry->path = imap_names_split (list->name.text, list->name.length, list->delimiter, is_utf8 (listing));
  entry->key = imap_names_to_key ((const char *const *) entry->path);
  entry->delimiter = list->delimiter;
  entry->flags = translate_attributes (list->attributes);
  entry->exists = (list->attributes & IMAP_LIST_NON_EXISTENT) == 0;
  entry->total = entry->unread = -1;
  if (entry->path[0] == NULL)
    {
      entry_free (entry);
      return;
    }
  set_space (listing, entry);
  /* What is the "sent" of somebody else is not ours. */
  if (imap_names_is_inbox ((const char *const *) entry->path))
    entry->role = TAUBE_FOLDER_ROLE_INBOX;
  else if (entry->space == TAUBE_NAMESPACE_PERSONAL)
    entry->role = list->role;
  g_ptr_array_add (listing->entries, entry);
  g_hash_table_replace (listing->by_name, make_lookup_name (list->name.text, list->name.length), entry);
}

static gboolean
too_many (ImapListing *listing, GError **error)
{
  if (listing->entries->len < listing->limits->folders)
    return FALSE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT, _ ("cannot list folders: the server has more than %u"),
               listing->limits->folders);
  return TRUE;
}

static void
take_list (ImapListing *listing, const ImapResponse *response, GError **error)
{
  ImapList list;
  ImapListEntry *entry;

  if (!imap_decode_list (response, &list) || list.name.text == NULL || list.name.length == 0)
    return;
  entry = find_entry (listing, list.name);
  if (entry != NULL)
    {
      entry->flags |= translate_attributes (list.attributes) & ~TAUBE_FOLDER_FLAGS_SELECTABLE;
      if (entry->role == TAUBE_FOLDER_ROLE_NONE && entry->space == TAUBE_NAMESPACE_PERSONAL)
        entry->role = list.role;
      return;
    }
  if (!too_many (listing, error))
    add_entry (listing, &list);
}

static void
take_status (ImapListing *listing, const ImapResponse *response)
{
  ImapStatus status;
  ImapListEntry *entry;

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
take_subscription (ImapListing *listing, const ImapResponse *response)
{
  ImapList list;
  ImapListEntry *entry;

  /* Of a name that is only a step to one that is subscribed, LSUB says \Noselect (RFC 3501, 6.3.9). */
  if (!imap_decode_list (response, &list) || (list.attributes & IMAP_LIST_NO_SELECT) != 0)
    return;
  entry = find_entry (listing, list.name);
  if (entry != NULL)
    entry->flags |= TAUBE_FOLDER_FLAGS_SUBSCRIBED;
}

/* Nothing in it can be changed, and nothing put into it. */
static gboolean
is_read_only (TaubeRights rights)
{
  return (rights
          & (TAUBE_RIGHTS_SEEN | TAUBE_RIGHTS_WRITE | TAUBE_RIGHTS_INSERT | TAUBE_RIGHTS_DELETE | TAUBE_RIGHTS_EXPUNGE))
         == 0;
}

static void
take_rights (ImapListing *listing, const ImapResponse *response)
{
  g_autofree char *letters = NULL;
  ImapMyrights myrights;
  ImapListEntry *entry;

  if (!imap_decode_myrights (response, &myrights))
    return;
  entry = find_entry (listing, myrights.mailbox);
  if (entry == NULL)
    return;
  letters = imap_string_dup_utf8 (myrights.rights);
  entry->rights = taube_rights_from_letters (letters);
  if (entry->rights != TAUBE_RIGHTS_NONE && is_read_only (entry->rights))
    entry->flags |= TAUBE_FOLDER_FLAGS_READ_ONLY;
}

static void
take_comments (ImapListing *listing, const ImapResponse *response)
{
  const ImapValue *entries;
  ImapMetadata metadata;
  ImapString name, value;
  ImapListEntry *entry;

  if (!imap_decode_metadata (response, &metadata) || !metadata.has_values)
    return;
  entry = find_entry (listing, metadata.mailbox);
  entries = entry != NULL ? metadata.entries : NULL;
  while (imap_metadata_next (&entries, &name, &value))
    {
      gboolean own = g_ascii_strcasecmp (name.text, "/private/comment") == 0;

      if (value.text == NULL || value.length == 0 || entry->own_comment
          || (!own && g_ascii_strcasecmp (name.text, "/shared/comment") != 0))
        continue;
      g_free (entry->comment);
      entry->comment = imap_text_dup_utf8 (value.text, value.length);
      entry->own_comment = own;
    }
}

static gboolean
on_listing (const ImapResponse *response, gpointer user_data, GError **error)
{
  ImapListing *listing = user_data;

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
    case IMAP_RESPONSE_MYRIGHTS:
      take_rights (listing, response);
      return TRUE;
    case IMAP_RESPONSE_METADATA:
      take_comments (listing, response);
      return TRUE;
    default:
      return FALSE;
    }
}

/* Commands. */

static ImapCall *
new_call (ImapListing *listing, const char *name)
{
  ImapCall *call = imap_session_call (listing->session, name, TAUBE_ERROR_PERMISSION, _ ("cannot list folders"));

  call->untagged = on_listing;
  call->user_data = listing;
  return call;
}

static ImapCall *
new_list (ImapListing *listing, const char *name, const char *pattern)
{
  ImapCall *call = new_call (listing, name);

  imap_command_add_string (call->command, N_ ("reference"), "");
  if (g_str_equal (pattern, "*"))
    imap_command_add_list_mailbox (call->command, N_ ("pattern"), pattern);
  else
    imap_command_add_raw_mailbox (call->command, N_ ("pattern"), pattern);
  return call;
}

static void
add_return_options (ImapListing *listing, ImapCall *call)
{
  ImapSession *session = listing->session;
  gboolean rev2 = imap_session_has (session, IMAP_CAPABILITY_IMAP4REV2);

  imap_command_add_atom (call->command, N_ ("option"), "RETURN");
  imap_command_open (call->command);
  imap_command_add_atom (call->command, N_ ("option"), "SUBSCRIBED");
  imap_command_add_atom (call->command, N_ ("option"), "CHILDREN");
  if (rev2 || imap_session_has (session, IMAP_CAPABILITY_SPECIAL_USE))
    imap_command_add_atom (call->command, N_ ("option"), "SPECIAL-USE");
  if (rev2 || imap_session_has (session, IMAP_CAPABILITY_LIST_STATUS))
    {
      imap_command_add_atom (call->command, N_ ("option"), "STATUS");
      imap_command_open (call->command);
      imap_command_add_atom (call->command, N_ ("item"), "MESSAGES");
      imap_command_add_atom (call->command, N_ ("item"), "UNSEEN");
      imap_command_close (call->command);
    }
  if (imap_session_has (session, IMAP_CAPABILITY_LIST_MYRIGHTS))
    imap_command_add_atom (call->command, N_ ("option"), "MYRIGHTS");
  if (imap_session_has (session, IMAP_CAPABILITY_LIST_METADATA))
    {
      imap_command_add_atom (call->command, N_ ("option"), "METADATA");
      imap_command_open (call->command);
      imap_command_add_string (call->command, N_ ("entry"), "/private/comment");
      imap_command_add_string (call->command, N_ ("entry"), "/shared/comment");
      imap_command_close (call->command);
    }
  imap_command_close (call->command);
}

/* One LIST that tells everything. *REFUSED: the server offers it, but does not understand it. */
static gboolean
run_extended (ImapListing *listing, const char *pattern, gboolean *refused, GCancellable *cancellable, GError **error)
{
  g_autoptr (ImapCall) call = new_list (listing, "LIST", pattern);
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
run_plain (ImapListing *listing, const char *pattern, GCancellable *cancellable, GError **error)
{
  ImapSession *session = listing->session;
  gboolean xlist = imap_session_has (session, IMAP_CAPABILITY_XLIST)
                   && !imap_session_has (session, IMAP_CAPABILITY_SPECIAL_USE);
  g_autoptr (ImapCall) list = new_list (listing, xlist ? "XLIST" : "LIST", pattern);
  g_autoptr (ImapCall) lsub = new_list (listing, "LSUB", pattern);
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
run_list (ImapListing *listing, const char *pattern, GCancellable *cancellable, GError **error)
{
  ImapSession *session = listing->session;
  gboolean extended = (imap_session_has (session, IMAP_CAPABILITY_LIST_EXTENDED)
                       || imap_session_has (session, IMAP_CAPABILITY_IMAP4REV2))
                      && !session->quirks.no_list_extended && !session->quirks.no_list_return;

  if (extended)
    {
      gboolean refused;

      if (!run_extended (listing, pattern, &refused, cancellable, error))
        return FALSE;
      if (!refused)
        return TRUE;
      session->quirks.no_list_return = TRUE;
    }
  return run_plain (listing, pattern, cancellable, error);
}

static gboolean
covers (ImapListing *listing, const char *prefix)
{
  gsize length = strlen (prefix);

  for (guint i = 0; i < listing->entries->len; i++)
    if (strncmp (((ImapListEntry *) listing->entries->pdata[i])->wire_name, prefix, length) == 0)
      return TRUE;
  return FALSE;
}

/* "*" need not show the folders of other people; what it has not shown is asked for. */
static gboolean
run_namespaces (ImapListing *listing, GCancellable *cancellable, GError **error)
{
  for (guint i = 0; i < listing->spaces->len; i++)
    {
      const ImapSpace *space = listing->spaces->pdata[i];
      g_autofree char *pattern = g_strconcat (space->prefix, "*", NULL);
      GError *local = NULL;

      if (space->kind == TAUBE_NAMESPACE_PERSONAL || space->prefix[0] == '\0' || covers (listing, space->prefix)
          || run_list (listing, pattern, cancellable, &local))
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
new_status (ImapListing *listing, ImapListEntry *entry)
{
  ImapCall *call = new_call (listing, "STATUS");

  call->bad_is_refusal = TRUE;
  imap_command_add_raw_mailbox (call->command, N_ ("folder"), entry->wire_name);
  imap_command_open (call->command);
  imap_command_add_atom (call->command, N_ ("item"), "MESSAGES");
  imap_command_add_atom (call->command, N_ ("item"), "UNSEEN");
  imap_command_close (call->command);
  return call;
}

/* Waits for the oldest of CALLS; a folder whose counts cannot be had just has none. */
static gboolean
finish_oldest (ImapListing *listing, GQueue *calls, GCancellable *cancellable, GError **error)
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
wants_count (const ImapListEntry *entry)
{
  return entry->total < 0 && (entry->flags & TAUBE_FOLDER_FLAGS_SELECTABLE) != 0;
}

static gboolean
run_status (ImapListing *listing, GCancellable *cancellable, GError **error)
{
  guint depth = CLAMP (listing->session->quirks.max_pipeline, 1, 25);
  GQueue calls = G_QUEUE_INIT;
  gboolean ok = TRUE;
  guint asked = 0;

  for (guint i = 0; ok && i < listing->entries->len && asked < MAX_STATUS && !listing->bad_counts; i++)
    {
      ImapListEntry *entry = listing->entries->pdata[i];
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
add_inbox (ImapListing *listing)
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

/* The best candidate of each role, by its name; only one's own folders are. */
static void
find_candidates (ImapListing *listing, ImapListEntry **candidates)
{
  const ImapSpace *home = imap_spaces_get_home (listing->spaces);
  g_auto (GStrv) home_path = NULL;
  guint ranks[TAUBE_FOLDER_ROLE_TASKS + 1];

  if (home != NULL)
    home_path = imap_names_split (home->prefix, strlen (home->prefix), home->delimiter, is_utf8 (listing));
  for (guint i = 0; i < listing->entries->len; i++)
    {
      ImapListEntry *entry = listing->entries->pdata[i];
      TaubeFolderRole role;
      guint rank;

      if (entry->role != TAUBE_FOLDER_ROLE_NONE || entry->space != TAUBE_NAMESPACE_PERSONAL
          || (entry->flags & TAUBE_FOLDER_FLAGS_SELECTABLE) == 0)
        continue;
      role = imap_roles_guess ((const char *const *) entry->path, (const char *const *) home_path, &rank);
      if (candidates[role] != NULL && ranks[role] <= rank)
        continue;
      candidates[role] = entry;
      ranks[role] = rank;
    }
}

/* Names decide only about roles that the server has given to nobody. */
static void
guess_roles (ImapListing *listing)
{
  ImapListEntry *candidates[TAUBE_FOLDER_ROLE_TASKS + 1] = { NULL };
  guint given = 1u << TAUBE_FOLDER_ROLE_NONE;

  for (guint i = 0; i < listing->entries->len; i++)
    given |= 1u << ((ImapListEntry *) listing->entries->pdata[i])->role;
  find_candidates (listing, candidates);
  for (guint role = 0; role < G_N_ELEMENTS (candidates); role++)
    if (candidates[role] != NULL && (given & (1u << role)) == 0)
      candidates[role]->role = role;
}

/* Keeps the name on the wire where the path alone would not lead back to it. */
static void
remember_name (ImapListing *listing, const ImapListEntry *entry)
{
  gboolean utf8 = is_utf8 (listing);
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

/* (transfer full) */
TaubeFolder *
imap_listing_publish (ImapListing *listing, const ImapListEntry *entry)
{
  TaubeFolderInfo info = { 0 };

  remember_name (listing, entry);
  info.path = (const char *const *) entry->path;
  info.role = entry->role;
  info.content = TAUBE_CONTENT_MAIL;
  info.flags = entry->flags;
  info.total = entry->total;
  info.unread = entry->unread;
  info.space = entry->space;
  info.owner = entry->owner;
  info.rights = entry->rights;
  info.comment = entry->comment;
  return taube_account_publish_folder (TAUBE_ACCOUNT (listing->account), &info);
}

static GPtrArray *
publish (ImapListing *listing)
{
  GPtrArray *folders = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < listing->entries->len; i++)
    {
      const ImapListEntry *entry = listing->entries->pdata[i];

      if (g_hash_table_add (seen, entry->key))
        g_ptr_array_add (folders, imap_listing_publish (listing, entry));
    }
  return folders;
}

static gboolean
fill_listing (ImapListing *listing, GCancellable *cancellable, GError **error)
{
  if (!imap_session_begin (listing->session, cancellable, error) || !run_list (listing, "*", cancellable, error)
      || !run_namespaces (listing, cancellable, error))
    return FALSE;
  add_inbox (listing);
  guess_roles (listing);
  return run_status (listing, cancellable, error);
}

void
imap_listing_init (ImapListing *listing, ImapSession *session)
{
  *listing = (ImapListing){ .session = session, .account = imap_session_get_account (session) };
  listing->limits = taube_account_get_limits (TAUBE_ACCOUNT (listing->account));
  listing->spaces = imap_account_get_spaces (listing->account);
  listing->entries = g_ptr_array_new_with_free_func (entry_free);
  listing->by_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

void
imap_listing_clear (ImapListing *listing)
{
  g_clear_pointer (&listing->by_name, g_hash_table_unref);
  g_clear_pointer (&listing->entries, g_ptr_array_unref);
  g_clear_pointer (&listing->spaces, g_ptr_array_unref);
}

gboolean
imap_listing_run (ImapListing *listing, const char *pattern, GCancellable *cancellable, GError **error)
{
  return run_list (listing, pattern, cancellable, error);
}

ImapListEntry *
imap_listing_find (ImapListing *listing, const char *wire_name)
{
  return find_entry (listing, (ImapString){ wire_name, strlen (wire_name) });
}

/* TaubeAccountClass.list_folders */
GPtrArray *
imap_account_list_folders (TaubeAccount *account, TaubeSession *session, TaubeContent content,
                           GCancellable *cancellable, GError **error)
{
  g_auto (ImapListing) listing = { 0 };

  if (content != TAUBE_CONTENT_MAIL && content != TAUBE_CONTENT_ANY)
    return g_ptr_array_new_with_free_func (g_object_unref);
  imap_listing_init (&listing, IMAP_SESSION (session));
  return fill_listing (&listing, cancellable, error) ? publish (&listing) : NULL;
}
