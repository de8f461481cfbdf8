/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-folder.h"

#include "exchange-gettext.h"

/* What is wanted of one message. */
typedef struct
{
  TaubeFolder *folder;
  ExchangeAccount *account;
  const ExchangeWire *wire;
  const char *id;
  char *what;
  GCancellable *cancellable;
} Asking;

static void
asking_clear (Asking *self)
{
  g_free (self->what);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Asking, asking_clear)

static void
begin (Asking *self, TaubeFolder *folder, const char *id, GCancellable *cancellable)
{
  self->folder = folder;
  self->account = exchange_folder_get_account (folder);
  self->wire = exchange_account_get_wire (self->account);
  self->id = id;
  self->cancellable = cancellable;
  self->what = g_strdup_printf (_ ("cannot see the parts of message \"%s\" in folder \"%s\""), id,
                                taube_folder_get_name (folder));
}

/* (transfer full) */
static ExchangeParts *
ask (Asking *self, GError **error)
{
  g_autoptr (ExchangeParts) parts = exchange_parts_new ();

  if (!self->wire->get_parts (self->account, self->id, self->what, parts, self->cancellable, error))
    return NULL;
  exchange_folder_keep_parts (self->folder, self->id, parts);
  return g_steal_pointer (&parts);
}

/* TaubeFolderClass.get_structure: a message that is not told in parts is taken apart by whoever asks. */
TaubePart *
exchange_folder_get_structure (TaubeFolder *folder, TaubeSession *session, const char *id, GCancellable *cancellable,
                               GError **error)
{
  g_auto (Asking) asking = { 0 };
  g_autoptr (ExchangeParts) parts = NULL;

  begin (&asking, folder, id, cancellable);
  if (!exchange_account_lacks_parts (asking.account))
    {
      parts = ask (&asking, error);
      if (parts == NULL)
        return NULL;
      if (exchange_parts_get_root (parts) != NULL)
        return g_object_ref (exchange_parts_get_root (parts));
    }
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED, _ ("%s: only the whole message tells them"),
               asking.what);
  return NULL;
}

typedef struct
{
  GByteArray *bytes;
  gsize limit;
} Whole;

static gboolean
on_whole (const guint8 *bytes, gsize length, gpointer user_data, GError **error)
{
  Whole *whole = user_data;

  if (whole->bytes->len + length > whole->limit)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT, _ ("the message is larger than %zu bytes"), whole->limit);
      return FALSE;
    }
  g_byte_array_append (whole->bytes, bytes, (guint) length);
  return TRUE;
}

/* The part SECTION, cut out of the MIME of the whole message. */
static gboolean
cut_part (Asking *self, const char *section, GOutputStream *sink, GError **error)
{
  const TaubeLimits *limits = taube_account_get_limits (TAUBE_ACCOUNT (self->account));
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  Whole whole = { .bytes = bytes, .limit = MIN (limits->message_bytes, G_MAXINT32) };
  GError *problem = NULL;

  if (!self->wire->fetch (self->account, self->id, self->what, on_whole, &whole, self->cancellable, error))
    return FALSE;
  if (taube_part_write_section (bytes->data != NULL ? (const char *) bytes->data : "", bytes->len, section, limits,
                                sink, self->cancellable, &problem))
    return TRUE;
  g_propagate_prefixed_error (error, problem, "%s: ", self->what);
  return FALSE;
}

static gboolean
fetch_told (Asking *self, ExchangeParts *parts, const char *section, ExchangeBytesFunc func, gpointer user_data,
            GError **error)
{
  const ExchangePart *part = exchange_parts_find (parts, section);

  if (part == NULL)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND, _ ("%s: there is no part %s"), self->what, section);
      return FALSE;
    }
  if (part->kind == EXCHANGE_PART_LINK)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND,
                   _ ("%s: part %s is only a link, to a file at %s"), self->what, section,
                   part->url != NULL ? part->url : "?");
      return FALSE;
    }
  return self->wire->fetch_part (self->account, self->id, part, self->what, func, user_data, self->cancellable, error);
}

gboolean
exchange_folder_fetch_part (TaubeFolder *folder, const char *id, const char *section, GOutputStream *sink,
                            ExchangeBytesFunc func, gpointer user_data, GCancellable *cancellable, GError **error)
{
  g_auto (Asking) asking = { 0 };
  g_autoptr (ExchangeParts) parts = NULL;
  GError *problem = NULL;
  gboolean known;

  begin (&asking, folder, id, cancellable);
  if (exchange_account_lacks_parts (asking.account))
    return cut_part (&asking, section, sink, error);
  parts = exchange_folder_dup_parts (folder, id);
  known = parts != NULL;
  if (parts == NULL)
    parts = ask (&asking, error);
  if (parts == NULL)
    return FALSE;
  if (exchange_parts_get_root (parts) == NULL)
    return cut_part (&asking, section, sink, error);
  if (fetch_told (&asking, parts, section, func, user_data, &problem))
    return TRUE;
  if (g_error_matches (problem, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED))
    exchange_account_set_lacks_parts (asking.account);
  /* A draft that was written again has other attachments, or the same under other names. */
  if (known && g_error_matches (problem, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND))
    {
      exchange_folder_keep_parts (folder, id, NULL);
      g_error_free (problem);
      return exchange_folder_fetch_part (folder, id, section, sink, func, user_data, cancellable, error);
    }
  g_propagate_error (error, problem);
  return FALSE;
}
