/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-folder.h"

#include "pop3-columns.h"

/* Headers are asked for in pieces, so that rows can be handed out. */
#define PIECE 500

/* What of a list only the header tells. */
#define HEADER_FIELDS (TAUBE_LIST_FIELDS_DATE | TAUBE_LIST_FIELDS_ENVELOPE | TAUBE_LIST_FIELDS_IMPORTANCE)
/* Flags are none that the server knows: nothing is said of them. */
#define OFFERED (TAUBE_LIST_FIELDS_SIZE | HEADER_FIELDS)

typedef struct
{
  TaubeFolder *folder;
  Pop3Listing *listing;
  TaubeListFields fields;
  TaubeMessageListBuilder *builder;
  const guint32 *positions; /* in the order of the rows */
  guint n;
  guint next; /* the row that comes next */
} Rows;

static void
add_row (Rows *self, guint32 position)
{
  Pop3Mail *mail = pop3_maildrop_get_mail (self->listing->drop, position);

  taube_message_list_builder_add_id (self->builder, pop3_maildrop_get_id (self->listing->drop, position));
  if ((self->fields & TAUBE_LIST_FIELDS_SIZE) && mail->size > 0)
    taube_message_list_builder_set_size (self->builder, mail->size);
}

/* Rows before the one at POSITION whose headers could not be had are there without. */
static void
add_rows_before (Rows *self, guint end)
{
  for (; self->next < end; self->next++)
    add_row (self, self->positions[self->next]);
}

static void
on_header (guint position, const char *header, gsize length, gpointer user_data)
{
  Rows *self = user_data;
  guint row = self->next;

  while (row < self->n && self->positions[row] != position)
    row++;
  /* It came by RETR, after the rest: the row is there already. */
  if (row == self->n)
    return;
  add_rows_before (self, row + 1);
  pop3_columns_fill (self->builder, self->fields, header, length, &self->listing->session->limits);
}

static gboolean
fill_piece (Rows *self, const guint32 *positions, guint n, GCancellable *cancellable, GError **error)
{
  Pop3HeadersMode mode
    = self->listing->session->top == POP3_OFFER_NO ? POP3_HEADERS_ALL : POP3_HEADERS_WHERE_CHEAP;

  self->positions = positions;
  self->n = n;
  self->next = 0;
  if ((self->fields & HEADER_FIELDS)
      && !pop3_listing_read_headers (self->listing, positions, n, mode, on_header, self, cancellable, error))
    return FALSE;
  add_rows_before (self, n);
  return TRUE;
}

static gboolean
fill (Rows *self, GArray *positions, TaubeListRequest *request, GCancellable *cancellable, GError **error)
{
  TaubeProgress *progress = taube_list_request_get_progress (request);
  guint chunk_rows, done = 0, delivered = 0;

  if (!taube_list_request_wants_chunks (request, &chunk_rows))
    chunk_rows = 0;
  /* Whether there is a TOP is found out with the first message: one piece by itself. */
  while (done < positions->len)
    {
      guint n = MIN (positions->len - done, chunk_rows > 0 ? MAX (chunk_rows, 1) : PIECE);

      if (self->listing->session->top == POP3_OFFER_UNKNOWN)
        n = 1;
      if (!fill_piece (self, &g_array_index (positions, guint32, done), n, cancellable, error))
        return FALSE;
      done += n;
      taube_progress_update (progress, done, positions->len);
      if (chunk_rows > 0 && (done - delivered >= chunk_rows || done == positions->len))
        {
          g_autoptr (TaubeMessageList) chunk = taube_message_list_builder_peek (self->builder, delivered);

          taube_list_request_deliver_chunk (request, TAUBE_ITEM_LIST (chunk));
          delivered = done;
        }
    }
  return TRUE;
}

static void
turn_round (GArray *positions)
{
  guint32 *all = (guint32 *) (gpointer) positions->data;

  for (guint i = 0; i < positions->len / 2; i++)
    {
      guint32 position = all[i];

      all[i] = all[positions->len - 1 - i];
      all[positions->len - 1 - i] = position;
    }
}

TaubeItemList *
pop3_folder_list_positions (TaubeFolder *folder, Pop3Listing *listing, GArray *positions, TaubeListRequest *request,
                            GCancellable *cancellable, GError **error)
{
  guint64 newest = taube_list_request_get_newest (request);
  Rows rows = { .folder = folder, .listing = listing };

  if (newest > 0 && newest < positions->len)
    g_array_remove_range (positions, 0, positions->len - (guint) newest);
  if (taube_list_request_get_newest_first (request))
    turn_round (positions);
  rows.fields = taube_list_request_get_fields (request) & OFFERED;
  rows.builder = taube_message_list_builder_new (folder, rows.fields);
  if (fill (&rows, positions, request, cancellable, error))
    return TAUBE_ITEM_LIST (taube_message_list_builder_end (rows.builder));
  taube_message_list_builder_free (rows.builder);
  return NULL;
}

/* All messages that can be named and that REQUEST does not leave out. (transfer full) */
static GArray *
choose (Pop3Listing *listing, TaubeListRequest *request)
{
  const TaubeIdSet *ids = taube_list_request_get_ids (request);
  GArray *positions = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (guint32 i = 0; i < pop3_maildrop_get_n_mails (listing->drop); i++)
    {
      const char *id = pop3_maildrop_get_id (listing->drop, i);

      if (id != NULL && (ids == NULL || taube_id_set_contains (ids, id)))
        g_array_append_val (positions, i);
    }
  return positions;
}

/* TaubeFolderClass.list */
TaubeItemList *
pop3_folder_list (TaubeFolder *folder, TaubeSession *session, TaubeListRequest *request, GCancellable *cancellable,
                  GError **error)
{
  Pop3Session *pop3 = POP3_SESSION (session);
  g_autoptr (GArray) positions = NULL;
  Pop3Listing *listing;

  if (!pop3_folder_look (folder, pop3, cancellable, error))
    return NULL;
  listing = pop3_folder_get_listing (folder, pop3, cancellable, error);
  if (listing == NULL)
    return NULL;
  pop3_folder_show_counts (folder, pop3);
  positions = choose (listing, request);
  return pop3_folder_list_positions (folder, listing, positions, request, cancellable, error);
}

/* TaubeFolderClass.get_item */
TaubeItem *
pop3_folder_get_item (TaubeFolder *folder, TaubeSession *session, const char *id, GCancellable *cancellable,
                      GError **error)
{
  Pop3Session *pop3 = POP3_SESSION (session);
  Rows rows = { .folder = folder, .fields = TAUBE_LIST_FIELDS_DEFAULT & OFFERED };
  g_autoptr (TaubeMessageListBuilder) builder = NULL;
  g_autoptr (TaubeMessageList) list = NULL;
  guint32 position;

  if (!pop3_folder_begin (folder, pop3, cancellable, error))
    return NULL;
  rows.listing = pop3_folder_get_listing (folder, pop3, cancellable, error);
  if (rows.listing == NULL || !pop3_folder_find (folder, rows.listing, id, &position, error))
    return NULL;
  rows.builder = builder = taube_message_list_builder_new (folder, rows.fields);
  if (!fill_piece (&rows, &position, 1, cancellable, error))
    return NULL;
  list = taube_message_list_builder_end (g_steal_pointer (&builder));
  return TAUBE_ITEM (taube_message_new_from_list (list, 0));
}
