/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "imap-decode-metadata.h"
#include "imap-folder.h"
#include "imap-deed.h"
#include "imap-gettext.h"

typedef struct
{
  ImapSession *session;
  TaubeFolder *folder; /* NULL: about the server */
  const char *const *names;
  const char *name;    /* to be set */
  GBytes *value;
  GHashTable *found;
  gsize bytes;         /* of all that was found */
} Metadata;

static gboolean
begin (Metadata *self, GCancellable *cancellable, GError **error)
{
  gboolean has = imap_session_has (self->session, IMAP_CAPABILITY_METADATA)
                 || (self->folder == NULL && imap_session_has (self->session, IMAP_CAPABILITY_METADATA_SERVER));

  if (has)
    return imap_session_begin (self->session, cancellable, error);
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED, _ ("nothing can be noted: the server lacks METADATA"));
  return FALSE;
}

static ImapCall *
new_call (Metadata *self, const char *name, const char *verb)
{
  ImapCall *call;

  if (self->folder == NULL)
    call = imap_session_call (self->session, name, TAUBE_ERROR_PERMISSION, _ ("cannot %s the notes of the account"),
                              _ (verb));
  else
    call = imap_session_call (self->session, name, TAUBE_ERROR_PERMISSION, _ ("cannot %s the notes of folder \"%s\""),
                              _ (verb), taube_folder_get_name (self->folder));
  call->bad_is_refusal = TRUE;
  return call;
}

static gboolean
add_mailbox (Metadata *self, ImapCall *call, GCancellable *cancellable, GError **error)
{
  if (self->folder != NULL)
    return imap_folder_add_name (self->folder, self->session, call->command, cancellable, error);
  imap_command_add_string (call->command, N_ ("mailbox"), "");
  return TRUE;
}

/* Load. */

/* What a server tells must fit into as much memory as one response may take, with that of the table. */
static gboolean
take_note (Metadata *self, const ImapString *name, const ImapString *value, GError **error)
{
  const TaubeLimits *limits = &self->session->limits;
  g_autofree char *text = imap_text_dup_utf8 (name->text, name->length);
  char *key = g_utf8_strdown (text, -1);

  self->bytes += strlen (key) + value->length;
  g_hash_table_replace (self->found, key, g_bytes_new (value->text, value->length));
  if (self->bytes <= limits->response_bytes && g_hash_table_size (self->found) <= limits->list_items)
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT,
               _ ("the server tells of more notes than can be kept: %u with %zu bytes"),
               g_hash_table_size (self->found), self->bytes);
  return FALSE;
}

static gboolean
on_metadata (const ImapResponse *response, gpointer user_data, GError **error)
{
  Metadata *self = user_data;
  const ImapValue *entries;
  ImapMetadata metadata;
  ImapString name, value;

  if (response->type != IMAP_RESPONSE_METADATA || !imap_decode_metadata (response, &metadata) || !metadata.has_values)
    return FALSE;
  entries = metadata.entries;
  while (imap_metadata_next (&entries, &name, &value))
    if (value.text != NULL && !take_note (self, &name, &value, error))
      return FALSE;
  return TRUE;
}

/* getmetadata-options = "(" getmetadata-option *(SP getmetadata-option) ")"
 *
 * What is larger than we would take is left out, and told in the code METADATA LONGENTRIES. */
static void
add_options (Metadata *self, ImapCall *call)
{
  imap_command_open (call->command);
  imap_command_add_atom (call->command, N_ ("option"), "MAXSIZE");
  imap_command_add_number (call->command, self->session->limits.literal_bytes);
  if (self->names == NULL)
    {
      imap_command_add_atom (call->command, N_ ("option"), "DEPTH");
      imap_command_add_atom (call->command, N_ ("option"), "infinity");
    }
  imap_command_close (call->command);
}

/* getmetadata = "GETMETADATA" [SP getmetadata-options] SP mailbox SP entries   (RFC 5464)
 *
 * The examples of the RFC have the options behind the mailbox, and there are servers that go by them: LATE. */
static ImapCall *
make_load (Metadata *self, gboolean late, GCancellable *cancellable, GError **error)
{
  static const char *const all[] = { "/private", "/shared", NULL };
  const char *const *names = self->names != NULL ? self->names : all;
  g_autoptr (ImapCall) call = new_call (self, "GETMETADATA", N_ ("read"));

  if (!late)
    add_options (self, call);
  if (!add_mailbox (self, call, cancellable, error))
    return NULL;
  if (late)
    add_options (self, call);
  imap_command_open (call->command);
  for (guint i = 0; names[i] != NULL; i++)
    imap_command_add_astring (call->command, N_ ("name of metadata"), names[i]);
  imap_command_close (call->command);
  call->untagged = on_metadata;
  call->user_data = self;
  return g_steal_pointer (&call);
}

static gboolean
run_load (Metadata *self, GCancellable *cancellable, GError **error)
{
  for (guint late = 0;; late++)
    {
      g_autoptr (ImapCall) call = make_load (self, late > 0, cancellable, error);
      g_autoptr (GError) local = NULL;

      if (call == NULL)
        return FALSE;
      if (imap_call_run (call, cancellable, &local))
        return TRUE;
      if (late == 0 && call->done && call->status == IMAP_RESPONSE_BAD
          && !imap_pipeline_is_broken (self->session->pipeline))
        continue;
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
}

/* TaubeAccountClass.load_metadata */
GHashTable *
imap_account_load_metadata (TaubeAccount *account, TaubeSession *session, TaubeFolder *folder,
                            const char *const *names, GCancellable *cancellable, GError **error)
{
  g_autoptr (GHashTable) found
    = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  Metadata self = { IMAP_SESSION (session), folder, names, NULL, NULL, found, 0 };

  /* An empty list is a question for nothing. */
  if (!begin (&self, cancellable, error)
      || ((names == NULL || names[0] != NULL) && !run_load (&self, cancellable, error)))
    return NULL;
  return g_steal_pointer (&found);
}

/* Set. */

/* setmetadata  = "SETMETADATA" SP mailbox SP entry-values
 * entry-values = "(" entry-value *(SP entry-value) ")"               (RFC 5464) */
static ImapCall *
make_set (gpointer data, GCancellable *cancellable, GError **error)
{
  Metadata *self = data;
  g_autoptr (ImapCall) call = new_call (self, "SETMETADATA", N_ ("change"));

  if (!add_mailbox (self, call, cancellable, error))
    return NULL;
  imap_command_open (call->command);
  imap_command_add_astring (call->command, N_ ("name of metadata"), self->name);
  if (self->value == NULL)
    imap_command_add_nstring (call->command, N_ ("value"), NULL);
  else
    imap_command_add_value (call->command, g_bytes_get_data (self->value, NULL), g_bytes_get_size (self->value));
  imap_command_close (call->command);
  return g_steal_pointer (&call);
}

/* TaubeAccountClass.set_metadata */
gboolean
imap_account_set_metadata (TaubeAccount *account, TaubeSession *session, TaubeFolder *folder, const char *name,
                           GBytes *value, GCancellable *cancellable, GError **error)
{
  Metadata self = { IMAP_SESSION (session), folder, NULL, name, value, NULL, 0 };

  return begin (&self, cancellable, error)
         && imap_deed_run_repeatable (self.session, make_set, &self, cancellable, error);
}
