/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-folder.h"

#include "pop3-gettext.h"

typedef struct
{
  GOutputStream *sink;
  TaubeProgress *progress;
  GCancellable *cancellable;
  Pop3Digester digester;
  guint64 done;
  guint64 size;
} Pouring;

static gboolean
pour (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
  Pouring *self = user_data;

  pop3_digester_feed (&self->digester, data, length);
  if (!g_output_stream_write_all (self->sink, data, length, NULL, self->cancellable, error))
    return FALSE;
  self->done += length;
  taube_progress_update (self->progress, self->done, MAX (self->size, self->done));
  return TRUE;
}

static gboolean
fetch_whole (Pop3Folder *self, Pop3Listing *listing, guint position, Pouring *pouring, GError **error)
{
  Pop3Mail *mail = pop3_maildrop_get_mail (listing->drop, position);
  g_autoptr (Pop3Command) command = NULL;
  g_autofree char *tried = NULL;
  Pop3Digest digest;
  gboolean ok;

  pouring->size = mail->size;
  if (mail->hoard != 0)
    {
      ok = pop3_hoard_read (listing->hoard, mail->hoard, pour, pouring, error);
    }
  else
    {
      tried = g_strdup_printf (_ ("cannot fetch message \"%s\""), pop3_maildrop_get_id (listing->drop, position));
      command = pop3_command_new ("RETR");
      pop3_command_add_number (command, mail->number);
      ok = pop3_session_run_data (listing->session, g_steal_pointer (&command), TAUBE_ERROR_NOT_FOUND, tried, pour,
                                  pouring, pouring->cancellable, error);
    }
  if (ok)
    {
      pop3_digester_end (&pouring->digester, &digest);
      pop3_spool_note_digest (self, pop3_maildrop_get_id (listing->drop, position), &digest);
    }
  pop3_digester_clear (&pouring->digester);
  return ok;
}

typedef struct
{
  Pouring *pouring;
  gboolean came;
  gboolean failed;
  GError *error;
} HeaderPouring;

static void
pour_header (guint position, const char *header, gsize length, gpointer user_data)
{
  HeaderPouring *self = user_data;

  self->came = TRUE;
  self->failed = !pour ((const guint8 *) header, length, self->pouring, &self->error);
}

static gboolean
fetch_header (Pop3Listing *listing, guint position, Pouring *pouring, GError **error)
{
  HeaderPouring header = { .pouring = pouring };
  guint32 positions[] = { position };
  gboolean ok = pop3_listing_read_headers (listing, positions, 1, POP3_HEADERS_ALL, pour_header, &header,
                                           pouring->cancellable, error);

  pop3_digester_clear (&pouring->digester);
  if (ok && header.failed)
    {
      g_propagate_error (error, g_steal_pointer (&header.error));
      ok = FALSE;
    }
  g_clear_error (&header.error);
  if (ok && !header.came)
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND, _ ("the server does not give the header of message \"%s\""),
                 pop3_maildrop_get_id (listing->drop, position));
  return ok && header.came;
}

/* TaubeFolderClass.fetch: the table allows neither parts nor ranges. */
gboolean
pop3_folder_fetch (TaubeFolder *folder, TaubeSession *session, const char *id, const char *section, guint64 offset,
                   gint64 length, GOutputStream *sink, TaubeProgress *progress, GCancellable *cancellable,
                   GError **error)
{
  Pop3Session *pop3 = POP3_SESSION (session);
  Pouring pouring = { .sink = sink, .progress = progress, .cancellable = cancellable };
  Pop3Listing *listing;
  guint position;

  if (!pop3_folder_begin (folder, pop3, cancellable, error))
    return FALSE;
  listing = pop3_folder_get_listing (folder, pop3, cancellable, error);
  if (listing == NULL || !pop3_folder_find (folder, listing, id, &position, error))
    return FALSE;
  if (section[0] != '\0')
    return fetch_header (listing, position, &pouring, error);
  return fetch_whole (POP3_FOLDER (folder), listing, position, &pouring, error);
}
