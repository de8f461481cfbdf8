/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "imap-decode-acl.h"
#include "imap-folder.h"
#include "imap-deed.h"
#include "imap-gettext.h"

static gboolean
begin (ImapSession *session, GCancellable *cancellable, GError **error)
{
  if (!imap_session_has (session, IMAP_CAPABILITY_ACL))
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED, _ ("nothing can be shared: the server lacks ACL"));
      return FALSE;
    }
  return imap_session_begin (session, cancellable, error);
}

static ImapCall *
new_call (ImapSession *session, TaubeFolder *folder, const char *name, const char *what, GCancellable *cancellable,
          GError **error)
{
  g_autoptr (ImapCall) call = imap_session_call (session, name, TAUBE_ERROR_PERMISSION, _ ("cannot %s folder \"%s\""),
                                                 _ (what), taube_folder_get_name (folder));

  call->bad_is_refusal = TRUE;
  if (!imap_folder_add_name (folder, session, call->command, cancellable, error))
    return NULL;
  return g_steal_pointer (&call);
}

static gboolean
set_untold (GError **error, const char *name)
{
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, _ ("the server says that it has answered %s, but it has not"),
               name);
  return FALSE;
}

/* GETACL. */

typedef struct
{
  GPtrArray *permissions; /* NULL: not told */
  guint most;
} Acl;

static gboolean
on_acl (const ImapResponse *response, gpointer user_data, GError **error)
{
  Acl *answer = user_data;
  ImapString identifier, rights;
  const ImapValue *entries;
  ImapAcl acl;

  if (response->type != IMAP_RESPONSE_ACL || !imap_decode_acl (response, &acl))
    return FALSE;
  g_clear_pointer (&answer->permissions, g_ptr_array_unref);
  answer->permissions = g_ptr_array_new_with_free_func ((GDestroyNotify) taube_permission_free);
  entries = acl.entries;
  while (answer->permissions->len < answer->most && imap_acl_next (&entries, &identifier, &rights))
    {
      g_autofree char *who = imap_text_dup_utf8 (identifier.text, identifier.length);
      g_autofree char *letters = imap_text_dup_utf8 (rights.text, rights.length);

      g_ptr_array_add (answer->permissions, taube_permission_new_from_letters (who, letters));
    }
  return TRUE;
}

/* TaubeSharingInterface.list_permissions */
GPtrArray *
imap_folder_list_permissions (TaubeFolder *folder, TaubeSession *session, GCancellable *cancellable, GError **error)
{
  ImapSession *imap = IMAP_SESSION (session);
  Acl answer = { NULL, imap->limits.list_items };
  g_autoptr (ImapCall) call = NULL;

  if (!begin (imap, cancellable, error))
    return NULL;
  call = new_call (imap, folder, "GETACL", N_ ("see who may use"), cancellable, error);
  if (call == NULL)
    return NULL;
  call->untagged = on_acl;
  call->user_data = &answer;
  if (imap_call_run (call, cancellable, error) && (answer.permissions != NULL || set_untold (error, "GETACL")))
    return answer.permissions;
  g_clear_pointer (&answer.permissions, g_ptr_array_unref);
  return NULL;
}

/* MYRIGHTS. */

static gboolean
on_myrights (const ImapResponse *response, gpointer user_data, GError **error)
{
  TaubePermission **answer = user_data;
  g_autofree char *letters = NULL;
  ImapMyrights myrights;

  if (response->type != IMAP_RESPONSE_MYRIGHTS || !imap_decode_myrights (response, &myrights))
    return FALSE;
  letters = imap_text_dup_utf8 (myrights.rights.text, myrights.rights.length);
  g_clear_pointer (answer, taube_permission_free);
  *answer = taube_permission_new_from_letters ("", letters);
  return TRUE;
}

/* TaubeSharingInterface.load_my_rights */
TaubePermission *
imap_folder_load_my_rights (TaubeFolder *folder, TaubeSession *session, GCancellable *cancellable, GError **error)
{
  ImapSession *imap = IMAP_SESSION (session);
  g_autoptr (TaubePermission) answer = NULL;
  g_autoptr (ImapCall) call = NULL;

  if (!begin (imap, cancellable, error))
    return NULL;
  call = new_call (imap, folder, "MYRIGHTS", N_ ("ask for one's rights on"), cancellable, error);
  if (call == NULL)
    return NULL;
  call->untagged = on_myrights;
  call->user_data = &answer;
  if (!imap_call_run (call, cancellable, error) || (answer == NULL && !set_untold (error, "MYRIGHTS")))
    return NULL;
  return g_steal_pointer (&answer);
}

/* SETACL and DELETEACL. */

typedef struct
{
  ImapSession *session;
  TaubeFolder *folder;
  const char *identifier;
  const char *rights; /* with "+" or "-" before them; NULL: all are taken away */
} Grant;

static void
add_once (GString *text, char letter)
{
  if (strchr (text->str, letter) == NULL)
    g_string_append_c (text, letter);
}

/* rights = 1*(%x61-7A / DIGIT)                                        (RFC 4314)
 *
 * A server without RIGHTS= knows only the letters of RFC 2086: "c" for k and x, "d" for t and e. NULL: one of LETTERS
 * cannot be a right. */
static char *
write_rights (ImapSession *session, const char *letters)
{
  gboolean old = !imap_session_has (session, IMAP_CAPABILITY_RIGHTS);
  g_autoptr (GString) text = g_string_new (NULL);

  for (; *letters != '\0'; letters++)
    if (!g_ascii_islower (*letters) && !g_ascii_isdigit (*letters))
      return NULL;
    else if (old && strchr ("kx", *letters) != NULL)
      add_once (text, 'c');
    else if (old && strchr ("te", *letters) != NULL)
      add_once (text, 'd');
    else
      add_once (text, *letters);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* setacl    = "SETACL" SP mailbox SP identifier SP mod-rights
 * deleteacl = "DELETEACL" SP mailbox SP identifier                   (RFC 4314) */
static ImapCall *
make_grant (gpointer data, GCancellable *cancellable, GError **error)
{
  Grant *grant = data;
  ImapCall *call = new_call (grant->session, grant->folder, grant->rights != NULL ? "SETACL" : "DELETEACL",
                             N_ ("change who may use"), cancellable, error);

  if (call == NULL)
    return NULL;
  imap_command_add_astring (call->command, N_ ("identifier"), grant->identifier);
  if (grant->rights != NULL)
    imap_command_add_astring (call->command, N_ ("rights"), grant->rights);
  return call;
}

/* TaubeSharingInterface.set_permission */
gboolean
imap_folder_set_permission (TaubeFolder *folder, TaubeSession *session, TaubePermission *permission,
                            TaubeFlagsMode mode, GCancellable *cancellable, GError **error)
{
  static const char *const signs[] = { "+", "-", "" };
  Grant grant = { IMAP_SESSION (session), folder, taube_permission_get_identifier (permission), NULL };
  g_autofree char *letters = NULL;
  g_autofree char *rights = NULL;

  if (!begin (grant.session, cancellable, error))
    return FALSE;
  letters = write_rights (grant.session, taube_permission_get_letters (permission));
  if (letters == NULL)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID,
                   _ ("\"%s\" cannot be rights: they are letters such as lrswi"),
                   taube_permission_get_letters (permission));
      return FALSE;
    }
  grant.rights = rights = g_strconcat (signs[mode], letters, NULL);
  return imap_deed_run_repeatable (grant.session, make_grant, &grant, cancellable, error);
}

/* TaubeSharingInterface.remove_permission */
gboolean
imap_folder_remove_permission (TaubeFolder *folder, TaubeSession *session, const char *identifier,
                               GCancellable *cancellable, GError **error)
{
  Grant grant = { IMAP_SESSION (session), folder, identifier, NULL };

  return begin (grant.session, cancellable, error)
         && imap_deed_run_repeatable (grant.session, make_grant, &grant, cancellable, error);
}

/* LISTRIGHTS. */

/* Newer servers name "c" and "d" beside the rights that they became. */
static gboolean
is_shadow (const char *group)
{
  return g_str_equal (group, "c") || g_str_equal (group, "d");
}

static gboolean
has_heirs (const ImapValue *groups)
{
  for (; groups != NULL; groups = groups->next)
    if (imap_value_is_text (groups) && strpbrk (groups->text, "kxte") != NULL)
      return TRUE;
  return FALSE;
}

static gboolean
on_listrights (const ImapResponse *response, gpointer user_data, GError **error)
{
  TaubeGrantableRights **answer = user_data;
  g_autoptr (GPtrArray) groups = NULL;
  g_autofree char *always = NULL;
  ImapListrights listrights;
  gboolean modern;

  if (response->type != IMAP_RESPONSE_LISTRIGHTS || !imap_decode_listrights (response, &listrights))
    return FALSE;
  groups = g_ptr_array_new_with_free_func (g_free);
  modern = has_heirs (listrights.optional) || strpbrk (listrights.required.text, "kxte") != NULL;
  for (const ImapValue *value = listrights.optional; value != NULL; value = value->next)
    if (imap_value_is_text (value) && value->length > 0 && !(modern && is_shadow (value->text)))
      g_ptr_array_add (groups, imap_text_dup_utf8 (value->text, value->length));
  g_ptr_array_add (groups, NULL);
  always = imap_text_dup_utf8 (listrights.required.text, listrights.required.length);
  g_clear_pointer (answer, taube_grantable_rights_free);
  *answer = taube_grantable_rights_new (always, (const char *const *) groups->pdata);
  return TRUE;
}

/* TaubeSharingInterface.load_grantable_rights */
TaubeGrantableRights *
imap_folder_load_grantable_rights (TaubeFolder *folder, TaubeSession *session, const char *identifier,
                                   GCancellable *cancellable, GError **error)
{
  ImapSession *imap = IMAP_SESSION (session);
  g_autoptr (TaubeGrantableRights) answer = NULL;
  g_autoptr (ImapCall) call = NULL;

  if (!begin (imap, cancellable, error))
    return NULL;
  call = new_call (imap, folder, "LISTRIGHTS", N_ ("ask which rights can be given on"), cancellable, error);
  if (call == NULL)
    return NULL;
  imap_command_add_astring (call->command, N_ ("identifier"), identifier);
  call->untagged = on_listrights;
  call->user_data = &answer;
  if (!imap_call_run (call, cancellable, error) || (answer == NULL && !set_untold (error, "LISTRIGHTS")))
    return NULL;
  return g_steal_pointer (&answer);
}
