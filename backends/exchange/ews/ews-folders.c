/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ews/ews-folders.h"

#include <string.h>

#include "ews/ews-call.h"
#include "exchange-gettext.h"

#define PAGE_FOLDERS 500

static const struct
{
  const char *class; /* the class itself, or what begins with it and a dot */
  const char *element;
  TaubeContent content;
} contents[] = {
  { "IPF.Note", "Folder", TAUBE_CONTENT_MAIL },
  { "IPF.Imap", "Folder", TAUBE_CONTENT_MAIL }, /* brought along from an account over IMAP */
  { "IPF.Contact", "ContactsFolder", TAUBE_CONTENT_CONTACTS },
  { "IPF.Appointment", "CalendarFolder", TAUBE_CONTENT_CALENDAR },
  { "IPF.Task", "TasksFolder", TAUBE_CONTENT_TASKS },
};

static gboolean
is_class (const char *class, const char *wanted)
{
  gsize length = strlen (wanted);

  return g_ascii_strncasecmp (class, wanted, length) == 0 && (class[length] == '\0' || class[length] == '.');
}

/* A folder without a class holds mail. */
static void
decode_content (const EwsNode *node, ExchangeFolderFacts *facts)
{
  const char *class = ews_node_get_text (node, "FolderClass");

  facts->content = TAUBE_CONTENT_MAIL;
  facts->known_content = FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (contents); i++)
    if (class != NULL && class[0] != '\0' ? is_class (class, contents[i].class)
                                          : ews_node_is (node, contents[i].element))
      {
        facts->content = contents[i].content;
        facts->known_content = TRUE;
      }
}

static gint64
read_count (const EwsNode *node, const char *name)
{
  gint64 count;

  return ews_text_to_number (ews_node_get_text (node, name), &count) && count >= 0 ? count : -1;
}

static gboolean
may (const EwsNode *rights, const char *name)
{
  gboolean allowed;

  return !ews_text_to_boolean (ews_node_get_text (rights, name), &allowed) || allowed;
}

gboolean
ews_folder_decode (const EwsNode *node, ExchangeFolderFacts *facts_out)
{
  const EwsNode *rights = ews_node_find (node, "EffectiveRights");

  *facts_out = (ExchangeFolderFacts){ 0 };
  facts_out->id = ews_node_get_attribute (ews_node_find (node, "FolderId"), "Id");
  facts_out->parent_id = ews_node_get_attribute (ews_node_find (node, "ParentFolderId"), "Id");
  facts_out->name = ews_node_get_text (node, "DisplayName");
  facts_out->total = read_count (node, "TotalCount");
  facts_out->unread = read_count (node, "UnreadCount");
  facts_out->children = read_count (node, "ChildFolderCount");
  facts_out->read_only = rights != NULL && !may (rights, "CreateContents") && !may (rights, "Modify")
                         && !may (rights, "Delete");
  decode_content (node, facts_out);
  return facts_out->id != NULL && facts_out->id[0] != '\0';
}

/* Those that every mailbox has. */

static const struct
{
  const char *name;
  TaubeFolderRole role;
} roles[] = {
  { "msgfolderroot", TAUBE_FOLDER_ROLE_NONE },
  { "inbox", TAUBE_FOLDER_ROLE_INBOX },
  { "drafts", TAUBE_FOLDER_ROLE_DRAFTS },
  { "sentitems", TAUBE_FOLDER_ROLE_SENT },
  { "deleteditems", TAUBE_FOLDER_ROLE_TRASH },
  { "junkemail", TAUBE_FOLDER_ROLE_JUNK },
  { "contacts", TAUBE_FOLDER_ROLE_CONTACTS },
  { "calendar", TAUBE_FOLDER_ROLE_CALENDAR },
  { "tasks", TAUBE_FOLDER_ROLE_TASKS },
};

static EwsWriter *
write_roles (EwsVersion version, gconstpointer args)
{
  EwsFolderRef refs[G_N_ELEMENTS (roles)] = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (roles); i++)
    refs[i].distinguished = roles[i].name;
  return ews_request_get_folder (version, refs, G_N_ELEMENTS (roles));
}

typedef struct
{
  ExchangeRoleFunc role_func;
  ExchangeFolderFunc func;
  gpointer user_data;
  guint found;
  guint offset;
  gboolean last;
  char *first;      /* the id with which the page began */
  gboolean repeats; /* it begins as the one before: the server knows no pages, and tells all folders each time */
} Folders;

static void
folders_clear (Folders *self)
{
  g_free (self->first);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Folders, folders_clear)

static gboolean
on_role (const EwsNode *unit, const EwsNode *message, guint index, gpointer user_data, GError **error)
{
  Folders *folders = user_data;
  ExchangeFolderFacts facts;

  if (index < G_N_ELEMENTS (roles) && ews_folder_decode (unit, &facts))
    folders->role_func (&facts, roles[index].role, folders->user_data);
  return TRUE;
}

/* A mailbox need not have all of them. */
static gboolean
on_missing (const EwsVerdict *verdict, guint index, gpointer user_data, GError **error)
{
  if (index > 0)
    return TRUE;
  g_propagate_error (error, ews_errors_new (verdict, _ ("cannot open the mailbox")));
  return FALSE;
}

gboolean
ews_folders_find_roles (ExchangeAccount *account, ExchangeRoleFunc func, gpointer user_data, GCancellable *cancellable,
                        GError **error)
{
  Folders folders = { .role_func = func, .user_data = user_data };
  const EwsCall call = { .operation = EWS_OPERATION_GET_FOLDER, .write = write_roles,
                         .what = _ ("cannot list folders"), .unit = on_role, .failed = on_missing,
                         .user_data = &folders };

  return ews_call_run (account, &call, cancellable, error);
}

static EwsWriter *
write_root (EwsVersion version, gconstpointer args)
{
  const EwsFolderRef root = { .distinguished = "msgfolderroot" };

  return ews_request_get_folder (version, &root, 1);
}

gboolean
ews_folders_open (ExchangeAccount *account, GCancellable *cancellable, GError **error)
{
  const EwsCall call = { .operation = EWS_OPERATION_GET_FOLDER, .write = write_root,
                         .what = _ ("cannot open the mailbox") };

  if (!ews_call_run (account, &call, cancellable, error))
    return FALSE;
  /* What streams came with 2010: it is known without asking. */
  if (exchange_account_get_version (account) < EWS_VERSION_2010_SP2)
    exchange_push_refuse (exchange_account_get_push (account), EXCHANGE_PUSH_STREAM, TRUE);
  return TRUE;
}

/* All folders. */

static gboolean
on_folder (const EwsNode *unit, const EwsNode *message, guint index, gpointer user_data, GError **error)
{
  Folders *folders = user_data;
  ExchangeFolderFacts facts;

  if (!ews_folder_decode (unit, &facts))
    facts.id = NULL;
  if (folders->found++ == 0 && facts.id != NULL)
    {
      folders->repeats = g_strcmp0 (folders->first, facts.id) == 0;
      g_free (folders->first);
      folders->first = g_strdup (facts.id);
    }
  if (facts.id != NULL && !folders->repeats)
    folders->func (&facts, folders->user_data);
  return TRUE;
}

static gboolean
on_page (const EwsNode *message, guint index, gpointer user_data, GError **error)
{
  Folders *folders = user_data;
  const EwsNode *root = ews_node_find (message, "RootFolder");
  gint64 next;

  if (!ews_text_to_boolean (ews_node_get_attribute (root, "IncludesLastItemInRange"), &folders->last))
    folders->last = folders->found == 0 || folders->repeats;
  /* Some servers tell an offset that is none: the rows that came are counted. */
  if (!ews_text_to_number (ews_node_get_attribute (root, "IndexedPagingOffset"), &next)
      || next <= folders->offset || next > folders->offset + folders->found)
    next = folders->offset + folders->found;
  folders->offset = (guint) next;
  return TRUE;
}

static EwsWriter *
write_list (EwsVersion version, gconstpointer args)
{
  const EwsFolderRef root = { .distinguished = "msgfolderroot" };

  return ews_request_find_folder (version, &root, *(const guint *) args, PAGE_FOLDERS);
}

gboolean
ews_folders_list (ExchangeAccount *account, ExchangeFolderFunc func, gpointer user_data, GCancellable *cancellable,
                  GError **error)
{
  const TaubeLimits *limits = taube_account_get_limits (TAUBE_ACCOUNT (account));
  g_auto (Folders) folders = { .func = func, .user_data = user_data };
  const EwsCall call = { .operation = EWS_OPERATION_FIND_FOLDER, .write = write_list, .args = &folders.offset,
                         .what = _ ("cannot list folders"), .unit = on_folder, .message = on_page,
                         .user_data = &folders };

  while (!folders.last)
    {
      folders.found = 0;
      folders.last = TRUE;
      if (!ews_call_run (account, &call, cancellable, error))
        return FALSE;
      if (folders.offset > limits->folders)
        {
          g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT, _ ("cannot list folders: the server has more than %u"),
                       limits->folders);
          return FALSE;
        }
      folders.last |= folders.found == 0;
    }
  return TRUE;
}

static EwsWriter *
write_one (EwsVersion version, gconstpointer args)
{
  const EwsFolderRef ref = { .id = args };

  return ews_request_get_folder (version, &ref, 1);
}

gboolean
ews_folders_get (ExchangeAccount *account, const char *id, const char *what, ExchangeFolderFunc func,
                 gpointer user_data, GCancellable *cancellable, GError **error)
{
  g_auto (Folders) folders = { .func = func, .user_data = user_data };
  const EwsCall call = { .operation = EWS_OPERATION_GET_FOLDER, .write = write_one, .args = id, .what = what,
                         .unit = on_folder, .user_data = &folders };

  return ews_call_run (account, &call, cancellable, error);
}
