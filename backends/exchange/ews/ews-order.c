/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ews/ews-order.h"

/* By what the server sorts for a key; NULL: by nothing that is the same. An address up to the "@" is no property, nor
 * is the first of several recipients. */
static const EwsPath *
find_path (TaubeSortKey key)
{
  static const EwsPath received = { "item:DateTimeReceived", NULL };
  static const EwsPath sent = { "item:DateTimeSent", NULL };
  static const EwsPath size = { "item:Size", NULL };
  static const EwsPath topic = { "0x0e1d", "String" };     /* PidTagNormalizedSubject */
  static const EwsPath from_name = { "0x0042", "String" }; /* PidTagSentRepresentingName */

  switch (key)
    {
    case TAUBE_SORT_KEY_ARRIVAL:
      return &received;
    case TAUBE_SORT_KEY_DATE:
      return &sent;
    case TAUBE_SORT_KEY_SIZE:
      return &size;
    case TAUBE_SORT_KEY_SUBJECT:
      return &topic;
    case TAUBE_SORT_KEY_DISPLAY_FROM:
      return &from_name;
    default:
      return NULL;
    }
}

gboolean
ews_order_can (TaubeSearchRequest *request, guint refused, const char **reason_out)
{
  *reason_out = NULL;
  for (guint i = 0; i < taube_search_request_get_n_sort_keys (request); i++)
    {
      const EwsPath *path = find_path (taube_search_request_get_sort_key (request, i, NULL));

      if (path == NULL)
        {
          *reason_out = "the server has no property to sort by that";
          return FALSE;
        }
      if (path->type != NULL)
        *reason_out = "the server has its own order of letters, and its own view of what a subject is without prefixes";
    }
  if ((refused & EWS_ORDER_KEYS) == 0)
    return TRUE;
  *reason_out = "the server refused to sort by that";
  return FALSE;
}

static void
write_field (EwsWriter *writer, const EwsPath *path, gboolean descending)
{
  ews_writer_open (writer, "t:FieldOrder");
  ews_writer_add_attribute (writer, "Order", descending ? "Descending" : "Ascending");
  ews_path_write (path, writer);
  ews_writer_close (writer);
}

static gboolean
has_keys (TaubeSearchRequest *request, guint refused)
{
  const char *reason;

  return request != NULL && taube_search_request_get_n_sort_keys (request) > 0
         && ews_order_can (request, refused, &reason);
}

guint
ews_order_get_used (TaubeSearchRequest *request, guint refused)
{
  guint used = has_keys (request, refused) ? EWS_ORDER_KEYS : 0;

  return used | ((EWS_ORDER_NUMBER | EWS_ORDER_ARRIVAL) & ~refused);
}

/* Equal ones stay in the order in which they came; of what arrived within the same second only the number of the item
 * says which was first. */
guint
ews_order_write (EwsWriter *writer, TaubeSearchRequest *request, gboolean newest_first, guint refused)
{
  static const EwsPath number = { "0x0e23", "Integer" }; /* PidTagInternetArticleNumber */
  guint used = ews_order_get_used (request, refused);
  gboolean by_arrival = FALSE;

  if (used == 0)
    return 0;
  ews_writer_open (writer, "m:SortOrder");
  for (guint i = 0; (used & EWS_ORDER_KEYS) != 0 && i < taube_search_request_get_n_sort_keys (request); i++)
    {
      gboolean descending;
      TaubeSortKey key = taube_search_request_get_sort_key (request, i, &descending);

      by_arrival |= key == TAUBE_SORT_KEY_ARRIVAL;
      write_field (writer, find_path (key), descending);
    }
  newest_first = newest_first && (used & EWS_ORDER_KEYS) == 0;
  if ((used & EWS_ORDER_ARRIVAL) != 0 && !by_arrival)
    write_field (writer, find_path (TAUBE_SORT_KEY_ARRIVAL), newest_first);
  if ((used & EWS_ORDER_NUMBER) != 0)
    write_field (writer, &number, newest_first);
  ews_writer_close (writer);
  return used;
}
