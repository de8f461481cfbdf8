/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-folder.h"

#include "exchange-gettext.h"
#include "exchange-seen.h"

/* How often a page that brings nothing new is asked for again. */
#define REPEATS_MAXIMUM 2

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
  GPtrArray *ids;      /* of the page, as the server gave them */
  ExchangeSeen *seen;  /* every id that has a row: what moved between two pages comes twice */
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
  g_clear_pointer (&self->ids, g_ptr_array_unref);
  g_clear_pointer (&self->seen, exchange_seen_free);
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

/* The ids of the page that have no row yet, and no more of them than are wanted. */
static guint
drop_known (Listing *listing)
{
  guint n = 0;

  for (guint i = 0; i < listing->ids->len; i++)
    {
      char *id = listing->ids->pdata[i];
      gboolean full = listing->most > 0 && exchange_seen_get_size (listing->seen) >= listing->most;

      if (full || !exchange_seen_add (listing->seen, id))
        {
          g_free (id);
          continue;
        }
      listing->ids->pdata[n++] = id;
    }
  /* Those behind were freed or moved. */
  listing->ids->len = n;
  return n;
}

static gboolean
read_page (Listing *listing, ExchangePageRequest *request, ExchangePage *page, GCancellable *cancellable,
           GError **error)
{
  g_ptr_array_set_size (listing->ids, 0);
  page->ids = listing->ids;
  page->builder = NULL;
  if (!listing->wire->find_items (listing->account, request, page, cancellable, error))
    return FALSE;
  if (page->total >= 0)
    listing->total = listing->most > 0 ? MIN (listing->most, (guint64) page->total) : (guint64) page->total;
  return TRUE;
}

static gboolean
check_count (Listing *listing, GError **error)
{
  const TaubeLimits *limits = taube_account_get_limits (TAUBE_ACCOUNT (listing->account));

  if (exchange_seen_get_size (listing->seen) <= limits->messages)
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT, _ ("%s: it has more than %u messages"), listing->what,
               limits->messages);
  return FALSE;
}

/* Page by page. What was removed meanwhile moves the rest towards the beginning: the next page begins so much earlier,
 * and what comes twice is known. */
static gboolean
read_pages (Listing *listing, GCancellable *cancellable, GError **error)
{
  gboolean newest_first = listing->reverse || taube_list_request_get_newest_first (listing->request);
  ExchangePageRequest request = { .folder_id = listing->folder_id, .what = listing->what,
                                  .newest_first = newest_first, .fields = TAUBE_LIST_FIELDS_NONE };
  gint64 total = -1;
  guint repeats = 0;

  for (;;)
    {
      ExchangePage page = { 0 };
      guint64 left = listing->most > 0 ? listing->most - exchange_seen_get_size (listing->seen) : G_MAXUINT;
      guint n;

      request.count = (guint) MIN (left, listing->wire->page_size);
      if (!read_page (listing, &request, &page, cancellable, error))
        return FALSE;
      n = drop_known (listing);
      if (!check_count (listing, error)
          || !add_rows (listing, (const char *const *) listing->ids->pdata, n, cancellable, error))
        return FALSE;
      /* A late answer to the request before: the page itself was not seen yet. */
      if (n == 0 && !page.last && page.next > request.offset && repeats++ < REPEATS_MAXIMUM)
        {
          exchange_client_distrust (exchange_account_get_client (listing->account));
          continue;
        }
      if (page.last || page.next <= request.offset
          || (listing->most > 0 && exchange_seen_get_size (listing->seen) >= listing->most))
        return TRUE;
      request.offset = page.next;
      if (total > page.total && page.total >= 0)
        request.offset -= (guint) MIN (total - page.total, (gint64) page.next - 1);
      total = page.total;
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
  listing->ids = g_ptr_array_new_with_free_func (g_free);
  listing->seen = exchange_seen_new ();
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
