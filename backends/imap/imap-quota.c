/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "imap-decode-quota.h"
#include "imap-folder.h"
#include "imap-gettext.h"

/* Roots of one folder that are asked about one by one. */
#define MAX_ROOTS 100

typedef struct
{
  GPtrArray *quotas;  /* of TaubeQuota */
  GPtrArray *roots;   /* names, as QUOTAROOT tells them */
  GHashTable *told;   /* names of which QUOTA has told */
  const TaubeLimits *limits;
  gsize bytes;        /* that all of these take */
} Quotas;

/* These two are counted in units of 1,024 bytes (RFC 9208). */
static gboolean
is_in_bytes (const char *resource)
{
  return g_ascii_strcasecmp (resource, "STORAGE") == 0 || g_ascii_strcasecmp (resource, "ANNOTATION-STORAGE") == 0;
}

static gint64
to_bytes (gint64 amount)
{
  return amount > G_MAXINT64 / 1024 ? G_MAXINT64 : (amount < 0 ? -1 : amount * 1024);
}

/* What a server tells must fit into as much memory as one response may take. */
static gboolean
count (Quotas *self, gsize bytes, GError **error)
{
  guint n = g_hash_table_size (self->told) + self->quotas->len;

  self->bytes += bytes;
  if (self->bytes <= self->limits->response_bytes && n <= self->limits->list_items && self->roots->len <= MAX_ROOTS)
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT,
               _ ("the server tells of more quota roots and limits than can be kept: %u and %u with %zu bytes"),
               MAX (g_hash_table_size (self->told), self->roots->len), self->quotas->len, self->bytes);
  return FALSE;
}

static gboolean
take_quota (Quotas *self, const ImapQuota *quota, GError **error)
{
  g_autofree char *root = imap_text_dup_utf8 (quota->root.text, quota->root.length);
  const ImapValue *resources = quota->resources;
  ImapQuotaResource resource;

  if (!g_hash_table_add (self->told, g_strdup (root)))
    return TRUE;
  if (!count (self, strlen (root), error))
    return FALSE;
  while (imap_quota_next (&resources, &resource))
    {
      g_autofree char *text = imap_text_dup_utf8 (resource.name.text, resource.name.length);
      g_autofree char *name = g_ascii_strup (text, -1);
      gboolean bytes = is_in_bytes (name);

      g_ptr_array_add (self->quotas,
                       taube_quota_new (root, name, bytes, bytes ? to_bytes (resource.usage) : resource.usage,
                                        bytes ? to_bytes (resource.limit) : resource.limit));
      if (!count (self, strlen (root) + strlen (name), error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
on_quota (const ImapResponse *response, gpointer user_data, GError **error)
{
  Quotas *self = user_data;
  ImapQuotaroot quotaroot;
  ImapQuota quota;

  if (response->type == IMAP_RESPONSE_QUOTA)
    {
      return !imap_decode_quota (response, &quota) || take_quota (self, &quota, error);
    }
  if (response->type != IMAP_RESPONSE_QUOTAROOT)
    return FALSE;
  if (!imap_decode_quotaroot (response, &quotaroot))
    return TRUE;
  for (const ImapValue *root = quotaroot.roots; root != NULL; root = root->next)
    if (imap_value_is_text (root))
      {
        g_ptr_array_add (self->roots, g_strndup (root->text, root->length));
        if (!count (self, root->length, error))
          return FALSE;
      }
  return TRUE;
}

/* A server that names a root and does not tell of it is asked; when it does not want to, there is nothing to tell. */
static gboolean
ask_for_rest (Quotas *self, ImapSession *session, GCancellable *cancellable, GError **error)
{
  for (guint i = 0; i < self->roots->len; i++)
    {
      const char *root = self->roots->pdata[i];
      g_autofree char *shown = imap_text_dup_utf8 (root, strlen (root));
      g_autoptr (ImapCall) call = NULL;
      g_autoptr (GError) local = NULL;

      if (g_hash_table_contains (self->told, shown) || !g_utf8_validate (root, -1, NULL))
        continue;
      call = imap_session_call (session, "GETQUOTA", TAUBE_ERROR_PERMISSION, _ ("cannot ask for the limits of \"%s\""),
                                shown);
      imap_command_add_astring (call->command, N_ ("quota root"), root);
      call->bad_is_refusal = TRUE;
      call->untagged = on_quota;
      call->user_data = self;
      if (imap_call_run (call, cancellable, &local) || (call->done && !imap_pipeline_is_broken (session->pipeline)))
        continue;
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  return TRUE;
}

static gboolean
fill (Quotas *self, TaubeFolder *folder, ImapSession *session, GCancellable *cancellable, GError **error)
{
  g_autoptr (ImapCall) call
      = imap_session_call (session, "GETQUOTAROOT", TAUBE_ERROR_PERMISSION,
                           _ ("cannot ask for the limits of folder \"%s\""), taube_folder_get_name (folder));

  call->bad_is_refusal = TRUE;
  call->untagged = on_quota;
  call->user_data = self;
  return imap_folder_add_name (folder, session, call->command, cancellable, error)
         && imap_call_run (call, cancellable, error) && ask_for_rest (self, session, cancellable, error);
}

/* TaubeQuotaHolderInterface.list_quotas */
GPtrArray *
imap_folder_list_quotas (TaubeFolder *folder, TaubeSession *session, GCancellable *cancellable, GError **error)
{
  ImapSession *imap = IMAP_SESSION (session);
  g_autoptr (GPtrArray) quotas = NULL;
  g_autoptr (GPtrArray) roots = NULL;
  g_autoptr (GHashTable) told = NULL;
  Quotas self = { 0 };

  if (!imap_session_has (imap, IMAP_CAPABILITY_QUOTA))
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED,
                   _ ("limits cannot be asked for: the server lacks QUOTA"));
      return NULL;
    }
  self.quotas = quotas = g_ptr_array_new_with_free_func ((GDestroyNotify) taube_quota_free);
  self.roots = roots = g_ptr_array_new_with_free_func (g_free);
  self.told = told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self.limits = &imap->limits;
  if (!imap_session_begin (imap, cancellable, error) || !fill (&self, folder, imap, cancellable, error))
    return NULL;
  return g_steal_pointer (&quotas);
}
