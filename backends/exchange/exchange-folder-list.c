/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-folder.h"

#include "exchange-gettext.h"
#include "exchange-pages.h"

typedef struct
{
  TaubeFolder *folder;
  ExchangeAccount *account;
  const ExchangeWire *wire;
  TaubeListRequest *request;
  TaubeListFields fields;
  char *folder_id;
  char *what;
  TaubeMessageListBuilder *builder;
  ExchangePages pages;
  TaubeProgress *progress;
  guint chunk_rows, chunk_start;
  GArray *numbers;     /* of the rows that were asked for by their ids: in which order they came */
  gboolean reverse;    /* asked for newest first, wanted oldest first */
  guint64 most;        /* rows; 0: all */
  guint64 total;
} Listing;

static void
listing_clear (Listing *self)
{
  g_clear_pointer (&self->builder, taube_message_list_builder_free);
  exchange_pages_clear (&self->pages);
  g_clear_pointer (&self->numbers, g_array_unref);
  g_free (self->folder_id);
  g_free (self->what);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Listing, listing_clear)

static void
deliver_chunk (Listing *listing, guint at_least)
{
  guint size = taube_message_list_builder_get_size (listing->builder);
  g_autoptr (TaubeMessageList) chunk = NULL;

  taube_progress_update (listing->progress, size, MAX (listing->total, size));
  if (listing->chunk_rows == 0 || size == listing->chunk_start || size - listing->chunk_start < at_least)
    return;
  chunk = taube_message_list_builder_peek (listing->builder, listing->chunk_start);
  listing->chunk_start = size;
  taube_list_request_deliver_chunk (listing->request, TAUBE_ITEM_LIST (chunk));
}

/* Rows for the ids, in batches. */
static gboolean
add_rows (Listing *listing, const char *const *ids, guint n, GCancellable *cancellable, GError **error)
{
  for (guint at = 0; at < n; at += listing->wire->batch_size)
    {
      guint batch = MIN (n - at, listing->wire->batch_size);

      if (!listing->wire->get_rows (listing->account, ids + at, batch, listing->fields, listing->what,
                                    listing->builder, listing->numbers, cancellable, error))
        return FALSE;
      if (!listing->reverse && listing->numbers == NULL)
        deliver_chunk (listing, listing->chunk_rows);
    }
  return TRUE;
}

static gboolean
add_candidates (Listing *listing, const GPtrArray *candidates, GCancellable *cancellable, GError **error)
{
  g_autofree const char **ids = g_new (const char *, candidates->len + 1);

  for (guint i = 0; i < candidates->len; i++)
    ids[i] = ((const ExchangeCandidate *) candidates->pdata[i])->id;
  return add_rows (listing, ids, candidates->len, cancellable, error);
}

static int
compare_arrival (gconstpointer a, gconstpointer b)
{
  const ExchangeCandidate *left = *(const ExchangeCandidate *const *) a, *right = *(const ExchangeCandidate *const *) b;

  return (left->subject.date > right->subject.date) - (left->subject.date < right->subject.date);
}

/* Of a server that has no order of arrival: all, brought in order here, and what is wanted of them. */
static gboolean
read_unsorted (Listing *listing, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) exchange_candidate_free);

  listing->pages.request.facts = TAUBE_FACTS_DATE;
  listing->pages.most = 0;
  while (!listing->pages.last)
    {
      if (!exchange_pages_next (&listing->pages, cancellable, error))
        return FALSE;
      g_ptr_array_extend_and_steal (all, g_ptr_array_ref (listing->pages.candidates));
    }
  g_ptr_array_sort (all, compare_arrival);
  if (listing->pages.request.newest_first)
    for (guint i = 0, j = all->len; i + 1 < j; i++)
      {
        gpointer swapped = all->pdata[i];

        all->pdata[i] = all->pdata[--j];
        all->pdata[j] = swapped;
      }
  if (listing->most > 0 && listing->most < all->len)
    g_ptr_array_set_size (all, (int) listing->most);
  listing->total = all->len;
  return add_candidates (listing, all, cancellable, error);
}

static gboolean
read_sorted (Listing *listing, GCancellable *cancellable, GError **error)
{
  while (!listing->pages.last)
    {
      if (!exchange_pages_next (&listing->pages, cancellable, error))
        return FALSE;
      if (listing->pages.total >= 0)
        listing->total = listing->most > 0 ? MIN (listing->most, (guint64) listing->pages.total)
                                           : (guint64) listing->pages.total;
      if (!add_candidates (listing, listing->pages.candidates, cancellable, error))
        return FALSE;
    }
  return TRUE;
}

/* Page by page. An order that the server does not know is not asked for again. */
static gboolean
read_pages (Listing *listing, GCancellable *cancellable, GError **error)
{
  guint refused = exchange_account_get_refused (listing->account), last = 0;
  const char *reason;

  exchange_pages_init (&listing->pages, listing->account, listing->folder_id, listing->what);
  listing->pages.request.newest_first = listing->reverse || taube_list_request_get_newest_first (listing->request);
  for (;;)
    {
      gboolean sorted = listing->wire->get_order (NULL, refused, &reason) != EXCHANGE_ORDER_NONE;
      g_autoptr (GError) local = NULL;

      listing->pages.request.refused = refused;
      listing->pages.most = listing->most;
      exchange_pages_restart (&listing->pages);
      if (sorted ? read_sorted (listing, cancellable, &local) : read_unsorted (listing, cancellable, &local))
        {
          exchange_account_add_refused (listing->account, last);
          return TRUE;
        }
      if (listing->pages.blamed == 0 || listing->pages.internal || exchange_pages_count (&listing->pages) > 0)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      last = listing->pages.blamed;
      refused |= last;
    }
}

typedef struct
{
  guint32 number;
  guint position;
} Place;

static int
compare_places (gconstpointer a, gconstpointer b)
{
  const Place *left = a, *right = b;

  if (left->number != right->number)
    return left->number < right->number ? -1 : 1;
  return left->position < right->position ? -1 : 1;
}

/* The order in which they came, as in every list; the order of ids says nothing. */
static void
sort_rows (Listing *listing, gboolean newest_first)
{
  guint n = listing->numbers->len;
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (Place));
  g_autofree guint *positions = g_new (guint, n + 1);

  for (guint i = 0; i < n; i++)
    {
      Place place = { g_array_index (listing->numbers, guint32, i), i };

      g_array_append_val (places, place);
    }
  g_array_sort (places, compare_places);
  for (guint i = 0; i < n; i++)
    positions[i] = g_array_index (places, Place, newest_first ? n - 1 - i : i).position;
  taube_message_list_builder_arrange (listing->builder, positions, n);
}

static gboolean
read_named (Listing *listing, GCancellable *cancellable, GError **error)
{
  g_auto (GStrv) ids = taube_id_set_to_strv (taube_list_request_get_ids (listing->request));

  listing->total = g_strv_length (ids);
  listing->numbers = g_array_new (FALSE, FALSE, sizeof (guint32));
  if (!add_rows (listing, (const char *const *) ids, (guint) listing->total, cancellable, error))
    return FALSE;
  sort_rows (listing, taube_list_request_get_newest_first (listing->request));
  return TRUE;
}

static void
begin (Listing *listing, TaubeFolder *folder)
{
  listing->folder = folder;
  listing->account = exchange_folder_get_account (folder);
  listing->wire = exchange_account_get_wire (listing->account);
  listing->what = g_strdup_printf (_ ("cannot list folder \"%s\""), taube_folder_get_name (folder));
  listing->builder = taube_message_list_builder_new (folder, listing->fields);
}

/* TaubeFolderClass.list */
TaubeItemList *
exchange_folder_list (TaubeFolder *folder, TaubeSession *session, TaubeListRequest *request,
                      GCancellable *cancellable, GError **error)
{
  g_auto (Listing) listing = { 0 };
  gboolean named = taube_list_request_get_ids (request) != NULL;
  GError *problem = NULL;

  listing.request = request;
  listing.fields = taube_list_request_get_fields (request);
  listing.progress = taube_list_request_get_progress (request);
  listing.most = taube_list_request_get_newest (request);
  listing.reverse = !named && listing.most > 0 && !taube_list_request_get_newest_first (request);
  if (!taube_list_request_wants_chunks (request, &listing.chunk_rows))
    listing.chunk_rows = 0;
  begin (&listing, folder);
  listing.folder_id = exchange_account_find_folder_id (listing.account, folder, cancellable, error);
  if (listing.folder_id == NULL)
    return NULL;
  if (!(named ? read_named (&listing, cancellable, &problem) : read_pages (&listing, cancellable, &problem)))
    {
      exchange_folder_note_failure (folder, problem);
      g_propagate_error (error, problem);
      return NULL;
    }
  if (listing.reverse)
    taube_message_list_builder_reverse (listing.builder, 0);
  deliver_chunk (&listing, 0);
  return TAUBE_ITEM_LIST (taube_message_list_builder_end (g_steal_pointer (&listing.builder)));
}

/* TaubeFolderClass.get_item */
TaubeItem *
exchange_folder_get_item (TaubeFolder *folder, TaubeSession *session, const char *id, GCancellable *cancellable,
                          GError **error)
{
  g_auto (Listing) listing = { 0 };
  g_autoptr (TaubeMessageList) list = NULL;

  listing.fields = TAUBE_LIST_FIELDS_DEFAULT;
  begin (&listing, folder);
  if (!listing.wire->get_rows (listing.account, &id, 1, listing.fields, listing.what, listing.builder, NULL,
                               cancellable, error))
    return NULL;
  if (taube_message_list_builder_get_size (listing.builder) == 0)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND, _ ("there is no message \"%s\" in folder \"%s\""), id,
                   taube_folder_get_name (folder));
      return NULL;
    }
  list = taube_message_list_builder_end (g_steal_pointer (&listing.builder));
  return TAUBE_ITEM (taube_message_new_from_list (list, 0));
}
