/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-folder.h"

#include <string.h>

#include "imap-append.h"
#include "imap-decode-list.h"
#include "imap-gettext.h"
#include "imap-names.h"
#include "imap-removal.h"
#include "imap-replace.h"
#include "imap-transfer.h"
#include "imap-spaces.h"
#include "imap-utf7.h"

typedef struct
{
  TaubeFolder parent_instance;
} TaubeImapFolder;

typedef struct
{
  TaubeFolderClass parent_class;
} TaubeImapFolderClass;

static void imap_folder_sharing_init (TaubeSharingInterface *iface);
static void imap_folder_quota_init (TaubeQuotaHolderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TaubeImapFolder, imap_folder, TAUBE_TYPE_FOLDER,
                               G_IMPLEMENT_INTERFACE (TAUBE_TYPE_SHARING, imap_folder_sharing_init)
                                   G_IMPLEMENT_INTERFACE (TAUBE_TYPE_QUOTA_HOLDER, imap_folder_quota_init))

/* Names. */

static gboolean
on_delimiter (const ImapResponse *response, gpointer user_data, GError **error)
{
  ImapSession *session = user_data;
  ImapList list;

  if (response->type != IMAP_RESPONSE_LIST || !imap_decode_list (response, &list))
    return FALSE;
  imap_account_set_delimiter (imap_session_get_account (session), list.delimiter);
  return TRUE;
}

/* LIST "" "" gives the delimiter and nothing else. */
static gboolean
learn_delimiter (ImapSession *session, char *delimiter_out, GCancellable *cancellable, GError **error)
{
  ImapAccount *account = imap_session_get_account (session);
  g_autoptr (ImapCall) call = NULL;

  if (imap_account_get_delimiter (account, delimiter_out))
    return TRUE;
  call = imap_session_call (session, "LIST", TAUBE_ERROR_PROTOCOL,
                            _ ("cannot ask how this server separates folder names"));
  imap_command_add_string (call->command, N_ ("reference"), "");
  imap_command_add_string (call->command, N_ ("pattern"), "");
  call->untagged = on_delimiter;
  call->user_data = session;
  if (!imap_call_run (call, cancellable, error))
    return FALSE;
  imap_account_get_delimiter (account, delimiter_out);
  return TRUE;
}

/* What separates the levels of PATH: namespaces may differ. *KNOWN: nobody has to be asked. */
static char
find_delimiter (ImapAccount *account, const char *const *path, gboolean utf8, gboolean *known)
{
  g_autoptr (GPtrArray) spaces = imap_account_get_spaces (account);
  const ImapSpace *space = imap_spaces_find (spaces, path, utf8);
  char delimiter = '\0';

  *known = TRUE;
  if (space != NULL && space->delimiter != '\0')
    return space->delimiter;
  *known = imap_account_get_delimiter (account, &delimiter);
  return delimiter;
}

/* The name of PATH on this server, ready for imap_command_add_raw_mailbox(). FRESH: it is to be made, so that not even
 * a path of one level may hold the delimiter. (transfer full) */
char *
imap_session_make_name (ImapSession *session, const char *const *path, gboolean fresh, GCancellable *cancellable,
                        GError **error)
{
  ImapAccount *account = imap_session_get_account (session);
  gboolean utf8 = imap_pipeline_get_dialect (session->pipeline)->utf8;
  g_autofree char *key = imap_names_to_key (path);
  g_autofree char *wire = imap_account_get_wire_name (account, key);
  g_autofree char *name = NULL;
  char delimiter = '\0';
  gboolean known = TRUE;

  if (wire != NULL)
    return g_steal_pointer (&wire);
  if (fresh || (path[0] != NULL && path[1] != NULL))
    delimiter = find_delimiter (account, path, utf8, &known);
  if (!known && !learn_delimiter (session, &delimiter, cancellable, error))
    return NULL;
  name = imap_names_join (path, delimiter, error);
  if (name == NULL)
    return NULL;
  if (strpbrk (name, "\r\n") != NULL || !g_utf8_validate (name, -1, NULL))
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("folder name: must be UTF-8 without line breaks"));
      return NULL;
    }
  return utf8 ? g_steal_pointer (&name) : imap_utf7_encode (name, NULL);
}

/* Appends the folder's name as this server knows it. */
gboolean
imap_folder_add_name (TaubeFolder *folder, ImapSession *session, ImapCommand *command, GCancellable *cancellable,
                      GError **error)
{
  g_autofree char *name = imap_session_make_name (session, taube_folder_get_path (folder), FALSE, cancellable, error);

  if (name == NULL)
    return FALSE;
  imap_command_add_raw_mailbox (command, N_ ("folder name"), name);
  return TRUE;
}

/* Ids. */

/* "7." for the folder that is open: what stands before the UIDs in its ids. */
void
imap_folder_format_prefix (ImapSession *session, char prefix[16])
{
  g_snprintf (prefix, 16, "%u.", session->mailbox->uidvalidity);
}

static gboolean
set_conflict (TaubeFolder *folder, const char *id, GError **error)
{
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_CONFLICT,
               _ ("folder \"%s\" was made anew since id \"%s\" was given out: list it again"),
               taube_folder_get_name (folder), id);
  return FALSE;
}

static gboolean
set_invalid (TaubeFolder *folder, const char *id, GError **error)
{
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("\"%s\" is not the id of a message in folder \"%s\""), id,
               taube_folder_get_name (folder));
  return FALSE;
}

static gboolean
parse_number (const char *text, gsize length, guint32 *number_out)
{
  guint64 number = 0;

  if (length == 0 || length > 10 || text[0] == '0')
    return FALSE;
  for (gsize i = 0; i < length; i++)
    {
      if (!g_ascii_isdigit (text[i]))
        return FALSE;
      number = number * 10 + (guint64)(text[i] - '0');
    }
  *number_out = number;
  return number <= G_MAXUINT32;
}

/* The UID alone, before it is known whether the id is one of the folder as it is now. */
gboolean
imap_folder_read_uid (TaubeFolder *folder, const char *id, guint32 *uid_out, GError **error)
{
  const char *dot = strchr (id, '.');
  const char *uid = dot != NULL ? dot + 1 : id;

  return parse_number (uid, strlen (uid), uid_out) || set_invalid (folder, id, error);
}

/* id = [uidvalidity "."] uid */
gboolean
imap_folder_parse_id (ImapSession *session, TaubeFolder *folder, const char *id, guint32 *uid_out, GError **error)
{
  const char *dot = strchr (id, '.');
  const char *uid = dot != NULL ? dot + 1 : id;
  guint32 uidvalidity = session->mailbox->uidvalidity;

  if (!parse_number (uid, strlen (uid), uid_out))
    return set_invalid (folder, id, error);
  if (dot != NULL && !parse_number (id, dot - id, &uidvalidity) && !(dot == id + 1 && id[0] == '0'))
    return set_invalid (folder, id, error);
  if (dot != NULL && id[0] == '0')
    uidvalidity = 0;
  return uidvalidity == session->mailbox->uidvalidity || set_conflict (folder, id, error);
}

/* Whether all of IDS can be ids of the open folder. */
gboolean
imap_folder_check_set (ImapSession *session, TaubeFolder *folder, const TaubeIdSet *ids, GError **error)
{
  g_autofree const char **prefixes = taube_id_set_get_prefixes (ids);
  g_auto (GStrv) strings = taube_id_set_get_strings (ids);

  if (strings != NULL && strings[0] != NULL)
    return set_invalid (folder, strings[0], error);
  for (guint i = 0; prefixes != NULL && prefixes[i] != NULL; i++)
    {
      g_autofree char *id = NULL;
      guint32 uid;
      guint n;

      if (prefixes[i][0] == '\0')
        continue;
      id = g_strdup_printf ("%s%u", prefixes[i], taube_id_set_get_ranges (ids, prefixes[i], &n)[0].first);
      if (!imap_folder_parse_id (session, folder, id, &uid, error))
        return FALSE;
    }
  return TRUE;
}

/* The UIDs of the ids with PREFIX. (transfer full) */
ImapSeqset *
imap_folder_make_seqset (const TaubeIdSet *ids, const char *prefix)
{
  ImapSeqset *set = imap_seqset_new ();
  guint n = 0;
  const TaubeIdRange *ranges = taube_id_set_get_ranges (ids, prefix, &n);

  for (guint i = 0; i < n; i++)
    imap_seqset_add_range (set, ranges[i].first, ranges[i].last);
  return set;
}

void
imap_folder_show_written (TaubeFolder *folder, ImapSession *session, GCancellable *cancellable)
{
  if (!imap_pipeline_is_broken (session->pipeline) && imap_session_has_open (session, folder))
    imap_session_noop (session, cancellable, NULL);
}

gboolean
imap_folder_wants_again (TaubeSession *session, GCancellable *cancellable)
{
  return taube_session_is_broken (session) && !g_cancellable_is_cancelled (cancellable);
}

/* Virtual functions. */

typedef struct
{
  TaubeFolder *folder;
  gint64 total;
  gint64 unread;
  gint64 size;
} Counts;

static gboolean
on_status (const ImapResponse *response, gpointer user_data, GError **error)
{
  Counts *counts = user_data;
  ImapStatus status;

  if (response->type != IMAP_RESPONSE_STATUS || !imap_decode_status (response, &status))
    return FALSE;
  if (status.fields & IMAP_STATUS_MESSAGES)
    counts->total = status.messages;
  if (status.fields & IMAP_STATUS_UNSEEN)
    counts->unread = status.unseen;
  if ((status.fields & IMAP_STATUS_SIZE) && !(status.malformed & IMAP_STATUS_SIZE))
    counts->size = MIN (status.size, (guint64)G_MAXINT64);
  return TRUE;
}

static gboolean
imap_folder_refresh (TaubeFolder *folder, TaubeSession *session, GCancellable *cancellable, GError **error)
{
  ImapSession *imap = IMAP_SESSION (session);
  Counts counts = { folder, -1, -1, -1 };
  g_autoptr (ImapCall) call = NULL;

  if (!imap_session_begin (imap, cancellable, error)
      || (imap_session_has_open (imap, folder) && !imap_session_refresh (imap, cancellable, error)))
    return FALSE;
  call = imap_session_call (imap, "STATUS", TAUBE_ERROR_NOT_FOUND, _ ("cannot look into folder \"%s\""),
                            taube_folder_get_name (folder));
  if (!imap_folder_add_name (folder, imap, call->command, cancellable, error))
    return FALSE;
  imap_command_open (call->command);
  imap_command_add_atom (call->command, N_ ("item"), "MESSAGES");
  imap_command_add_atom (call->command, N_ ("item"), "UNSEEN");
  if (imap_session_has (imap, IMAP_CAPABILITY_STATUS_SIZE) || imap_session_has (imap, IMAP_CAPABILITY_IMAP4REV2))
    imap_command_add_atom (call->command, N_ ("item"), "SIZE");
  imap_command_close (call->command);
  call->untagged = on_status;
  call->user_data = &counts;
  call->bad_is_refusal = TRUE;
  if (!imap_call_run (call, cancellable, error))
    return FALSE;
  taube_folder_set_counts (folder, counts.total, counts.unread);
  taube_folder_set_size (folder, counts.size);
  return TRUE;
}

static void
imap_folder_sharing_init (TaubeSharingInterface *iface)
{
  iface->list_permissions = imap_folder_list_permissions;
  iface->load_my_rights = imap_folder_load_my_rights;
  iface->set_permission = imap_folder_set_permission;
  iface->remove_permission = imap_folder_remove_permission;
  iface->load_grantable_rights = imap_folder_load_grantable_rights;
}

static void
imap_folder_quota_init (TaubeQuotaHolderInterface *iface)
{
  iface->list_quotas = imap_folder_list_quotas;
}

static void
imap_folder_init (TaubeImapFolder *self)
{
}

static void
imap_folder_class_init (TaubeImapFolderClass *klass)
{
  TaubeFolderClass *folder = TAUBE_FOLDER_CLASS (klass);

  folder->struct_size = sizeof (TaubeFolderClass);
  folder->refresh = imap_folder_refresh;
  folder->list = imap_folder_list;
  folder->get_item = imap_folder_get_item;
  folder->fetch = imap_folder_fetch;
  folder->get_structure = imap_folder_get_structure;
  folder->set_flags = imap_folder_set_flags;
  folder->mark_all_seen = imap_folder_mark_all_seen;
  folder->set_labels = imap_folder_set_labels;
  folder->get_changes = imap_folder_get_changes;
  folder->watch_step = imap_folder_watch_step;
  folder->append = imap_folder_append;
  folder->copy = imap_folder_copy;
  folder->move = imap_folder_move;
  folder->remove = imap_folder_remove;
  folder->search = imap_folder_search;
  folder->get_search_language = imap_folder_get_search_language;
  folder->replace = imap_folder_replace;
}
