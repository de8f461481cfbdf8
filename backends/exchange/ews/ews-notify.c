/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ews/ews-notify.h"

#include <string.h>

#include "ews/ews-errors.h"
#include "ews/ews-reader.h"

/* Requests. */

static EwsWriter *
begin (EwsVersion version, EwsOperation operation)
{
  return ews_writer_new (version, ews_operation_get_info (operation)->element);
}

EwsWriter *
ews_request_subscribe (EwsVersion version, const EwsSubscribe *subscribe)
{
  static const char *const types[] = { "CopiedEvent", "CreatedEvent", "DeletedEvent",
                                       "ModifiedEvent", "MovedEvent", "NewMailEvent" };
  EwsWriter *writer = begin (version, EWS_OPERATION_SUBSCRIBE);

  ews_writer_open (writer, subscribe->pull ? "m:PullSubscriptionRequest" : "m:StreamingSubscriptionRequest");
  if (subscribe->folder_ids == NULL)
    ews_writer_add_attribute (writer, "SubscribeToAllFolders", "true");
  else
    ews_writer_open (writer, "t:FolderIds");
  for (guint i = 0; subscribe->folder_ids != NULL && i < subscribe->n; i++)
    ews_writer_add_empty (writer, "t:FolderId", "Id", subscribe->folder_ids[i]);
  if (subscribe->folder_ids != NULL)
    ews_writer_close (writer);
  ews_writer_open (writer, "t:EventTypes");
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    ews_writer_add_element (writer, "t:EventType", types[i]);
  ews_writer_close (writer);
  if (subscribe->pull)
    {
      g_autofree char *minutes = g_strdup_printf ("%u", subscribe->minutes);

      ews_writer_add_element (writer, "t:Timeout", minutes);
    }
  ews_writer_close (writer);
  return writer;
}

EwsWriter *
ews_request_unsubscribe (EwsVersion version, const char *id)
{
  EwsWriter *writer = begin (version, EWS_OPERATION_UNSUBSCRIBE);

  ews_writer_add_element (writer, "m:SubscriptionId", id);
  return writer;
}

EwsWriter *
ews_request_get_events (EwsVersion version, const char *id, const char *watermark)
{
  EwsWriter *writer = begin (version, EWS_OPERATION_GET_EVENTS);

  ews_writer_add_element (writer, "m:SubscriptionId", id);
  ews_writer_add_element (writer, "m:Watermark", watermark);
  return writer;
}

EwsWriter *
ews_request_get_streaming_events (EwsVersion version, const char *const *ids, guint n, guint minutes)
{
  EwsWriter *writer = begin (version, EWS_OPERATION_GET_STREAMING_EVENTS);
  g_autofree char *text = g_strdup_printf ("%u", minutes);

  ews_writer_open (writer, "m:SubscriptionIds");
  for (guint i = 0; i < n; i++)
    ews_writer_add_element (writer, "t:SubscriptionId", ids[i]);
  ews_writer_close (writer);
  ews_writer_add_element (writer, "m:ConnectionTimeout", text);
  return writer;
}

/* Refusals. */

EwsRefusal
ews_refusal_find (const char *code)
{
  static const struct
  {
    const char *code;
    EwsRefusal refusal;
  } codes[] = {
    { "ErrorAccessDenied", EWS_REFUSAL_FOLDERS },
    { "ErrorExceededSubscriptionCount", EWS_REFUSAL_FULL },
    { "ErrorExpiredSubscription", EWS_REFUSAL_LOST },
    { "ErrorFolderNotFound", EWS_REFUSAL_FOLDERS },
    { "ErrorInvalidFolderId", EWS_REFUSAL_FOLDERS },
    { "ErrorInvalidId", EWS_REFUSAL_FOLDERS },
    { "ErrorInvalidPullSubscriptionId", EWS_REFUSAL_LOST },
    { "ErrorInvalidSubscription", EWS_REFUSAL_LOST },
    { "ErrorInvalidSubscriptionRequest", EWS_REFUSAL_FOLDERS },
    { "ErrorInvalidWatermark", EWS_REFUSAL_LOST },
    { "ErrorItemNotFound", EWS_REFUSAL_FOLDERS },
    { "ErrorMissedNotificationEvents", EWS_REFUSAL_LOST },
    { "ErrorReadEventsFailed", EWS_REFUSAL_LOST },
    { "ErrorSubscriptionAccessDenied", EWS_REFUSAL_LOST },
    { "ErrorSubscriptionDelegateAccessNotSupported", EWS_REFUSAL_FOLDERS },
    { "ErrorSubscriptionNotFound", EWS_REFUSAL_LOST },
    { "ErrorSubscriptionUnsubscribed", EWS_REFUSAL_LOST },
  };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (strcmp (codes[i].code, code) == 0)
      return codes[i].refusal;
  return ews_errors_is_unknown (code) ? EWS_REFUSAL_UNKNOWN : EWS_REFUSAL_OTHER;
}

/* Events. */

static const char *
get_id (const EwsNode *event, const char *name)
{
  const EwsNode *node = ews_node_find (event, name);

  return node != NULL ? ews_node_get_attribute (node, "Id") : NULL;
}

/* What happened to an item concerns the folder where it is, and the one where it was. */
static void
add_item_event (const EwsNode *event, ExchangeNews *news)
{
  const char *old = get_id (event, "OldParentFolderId");

  exchange_news_add (news, get_id (event, "ParentFolderId"), EXCHANGE_NEWS_ITEMS);
  if (old != NULL)
    exchange_news_add (news, old, EXCHANGE_NEWS_ITEMS);
}

/* A folder is modified when something in it is, or when it gets another name. */
static void
add_folder_event (const EwsNode *event, ExchangeNews *news)
{
  if (strcmp (event->name, "ModifiedEvent") == 0)
    exchange_news_add (news, get_id (event, "FolderId"), EXCHANGE_NEWS_ITEMS | EXCHANGE_NEWS_PROPERTIES);
  else
    news->hierarchy = TRUE;
}

const char *
ews_notification_decode (const EwsNode *node, ExchangeNews *news)
{
  const char *watermark = NULL;

  for (const EwsNode *event = node->children; event != NULL; event = event->next)
    {
      if (event->space != EWS_SPACE_EWS || !g_str_has_suffix (event->name, "Event"))
        continue;
      news->events++;
      if (ews_node_get_text (event, "Watermark") != NULL)
        watermark = ews_node_get_text (event, "Watermark");
      if (strcmp (event->name, "StatusEvent") == 0)
        news->beats++;
      else if (ews_node_find (event, "FolderId") != NULL)
        add_folder_event (event, news);
      else
        add_item_event (event, news);
    }
  return watermark;
}

/* Streams. */

struct _EwsStream
{
  EwsReader *reader;
  char *what;
  ExchangeNews *news; /* of the call that runs */
};

static void
add_lost (EwsStream *self, const EwsNode *message)
{
  const EwsNode *ids = ews_node_find (message, "ErrorSubscriptionIds");
  const EwsNode *id = ids != NULL ? ids->children : NULL;

  if (id == NULL)
    exchange_news_add_lost (self->news, NULL);
  for (; id != NULL; id = id->next)
    exchange_news_add_lost (self->news, id->text);
}

static gboolean
on_fault (const EwsNode *node, gpointer user_data, GError **error)
{
  EwsStream *self = user_data;
  EwsVerdict verdict;

  ews_verdict_decode_fault (node, &verdict);
  if (ews_refusal_find (verdict.code) == EWS_REFUSAL_LOST)
    {
      exchange_news_add_lost (self->news, NULL);
      return TRUE;
    }
  g_propagate_error (error, ews_errors_new (&verdict, self->what));
  return FALSE;
}

static gboolean
on_unit (const EwsNode *unit, const EwsNode *message, guint index, gpointer user_data, GError **error)
{
  EwsStream *self = user_data;

  ews_notification_decode (unit, self->news);
  return TRUE;
}

static gboolean
on_message (const EwsNode *message, guint index, gpointer user_data, GError **error)
{
  EwsStream *self = user_data;
  const char *status = ews_node_get_text (message, "ConnectionStatus");
  EwsVerdict verdict;

  ews_verdict_decode_message (message, &verdict);
  if (verdict.failed && ews_refusal_find (verdict.code) == EWS_REFUSAL_LOST)
    add_lost (self, message);
  else if (verdict.failed)
    {
      g_propagate_error (error, ews_errors_new (&verdict, self->what));
      return FALSE;
    }
  else
    self->news->opened = TRUE;
  self->news->closed |= g_strcmp0 (status, "Closed") == 0;
  return TRUE;
}

static const EwsReaderFuncs funcs = { .fault = on_fault, .unit = on_unit, .message = on_message };

EwsStream *
ews_stream_new (const TaubeLimits *limits, const char *what)
{
  EwsStream *self = g_new0 (EwsStream, 1);

  self->what = g_strdup (what);
  self->reader = ews_reader_new (limits, &funcs, self);
  ews_reader_set_many (self->reader);
  ews_reader_set_answer (self->reader,
                         ews_operation_get_info (EWS_OPERATION_GET_STREAMING_EVENTS)->answer);
  return self;
}

void
ews_stream_free (EwsStream *self)
{
  ews_reader_free (self->reader);
  g_free (self->what);
  g_free (self);
}

gboolean
ews_stream_feed (EwsStream *self, gconstpointer data, gsize length, ExchangeNews *news, GError **error)
{
  gboolean good;

  self->news = news;
  good = ews_reader_feed (self->reader, data, length, error);
  self->news = NULL;
  return good;
}

gboolean
ews_stream_end (EwsStream *self, ExchangeNews *news, GError **error)
{
  gboolean good;

  self->news = news;
  good = ews_reader_end (self->reader, error);
  self->news = NULL;
  return good;
}
