/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a server tells by itself: events, streams at every split, who has the subscriptions, what was found out. */
#include <string.h>

#include <taube/taube-error.h>

#include "ews-test.h"
#include "ews/ews-notify.h"
#include "exchange-affinity.h"
#include "exchange-push.h"

#define FRAME(class, inside) \
  SOAP_HEAD "<s:Body><m:GetStreamingEventsResponse><m:ResponseMessages>" \
  "<m:GetStreamingEventsResponseMessage ResponseClass=\"" class "\">" inside \
  "</m:GetStreamingEventsResponseMessage></m:ResponseMessages></m:GetStreamingEventsResponse></s:Body>" SOAP_TAIL

#define GOOD "<m:ResponseCode>NoError</m:ResponseCode>"
#define OPENED FRAME ("Success", GOOD "<m:ConnectionStatus>OK</m:ConnectionStatus>")
#define CLOSED FRAME ("Success", GOOD "<m:ConnectionStatus>Closed</m:ConnectionStatus>")
#define TOLD(events) \
  FRAME ("Success", GOOD "<m:Notifications><m:Notification><t:SubscriptionId>S</t:SubscriptionId>" events \
                    "</m:Notification></m:Notifications>")

#define WHEN "<t:TimeStamp>2026-11-27T01:02:03Z</t:TimeStamp>"
#define CREATED(folder) \
  "<t:CreatedEvent>" WHEN "<t:ItemId Id=\"i\" ChangeKey=\"k\"/><t:ParentFolderId Id=\"" folder "\" ChangeKey=\"k\"/>" \
  "</t:CreatedEvent>"
#define MOVED(from, to) \
  "<t:MovedEvent>" WHEN "<t:ItemId Id=\"i\"/><t:ParentFolderId Id=\"" to "\"/><t:OldItemId Id=\"o\"/>" \
  "<t:OldParentFolderId Id=\"" from "\"/></t:MovedEvent>"
#define MODIFIED_FOLDER(folder) \
  "<t:ModifiedEvent>" WHEN "<t:FolderId Id=\"" folder "\"/><t:ParentFolderId Id=\"root\"/>" \
  "<t:UnreadCount>3</t:UnreadCount></t:ModifiedEvent>"
#define DELETED_FOLDER(folder) \
  "<t:DeletedEvent>" WHEN "<t:FolderId Id=\"" folder "\"/><t:ParentFolderId Id=\"root\"/></t:DeletedEvent>"

static int
compare (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* "opened A=1 B=3 hierarchy lost(S) closed events=5 beats=1" */
static char *
describe (ExchangeNews *news)
{
  GString *out = g_string_new (news->opened ? "opened " : "");
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, news->folders);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    g_ptr_array_add (ids, id);
  g_ptr_array_sort (ids, compare);
  for (guint i = 0; i < ids->len; i++)
    g_string_append_printf (out, "%s=%u ", (char *) ids->pdata[i],
                            GPOINTER_TO_UINT (g_hash_table_lookup (news->folders, ids->pdata[i])));
  for (guint i = 0; i < news->lost->len; i++)
    g_string_append_printf (out, "lost(%s) ", (char *) news->lost->pdata[i]);
  g_string_append_printf (out, "%s%s%s%sevents=%u beats=%u", news->everything ? "everything " : "",
                          news->hierarchy ? "hierarchy " : "", news->all_lost ? "all-lost " : "",
                          news->closed ? "closed " : "", (guint) news->events, (guint) news->beats);
  return g_string_free (out, FALSE);
}

/* Split at SPLIT, 0: byte by byte. (transfer full), NULL: it failed */
static char *
read_stream (const char *text, gsize length, gsize split, GError **error)
{
  g_autoptr (EwsStream) stream = ews_stream_new (taube_limits_get_default (), "cannot listen");
  g_autoptr (ExchangeNews) news = exchange_news_new ();

  for (gsize at = 0, piece; at < length; at += piece)
    {
      g_autofree char *copy = NULL;

      piece = split == 0 ? 1 : at == 0 ? MIN (split, length) : length - at;
      copy = g_memdup2 (text + at, piece);
      if (!ews_stream_feed (stream, copy, piece, news, error))
        return NULL;
    }
  return ews_stream_end (stream, news, error) ? describe (news) : NULL;
}

static void
check_stream (const char *text, const char *wanted)
{
  for (gsize split = 0; split <= strlen (text); split++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *got = read_stream (text, strlen (text), split, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (got, ==, wanted);
    }
}

/* CASES.md 65 */
static void
test_stream (void)
{
  check_stream (OPENED, "opened events=0 beats=0");
  check_stream (OPENED "\r\n" TOLD (CREATED ("A") MOVED ("B", "C")) TOLD (MODIFIED_FOLDER ("A")) CLOSED,
                "opened A=3 B=1 C=1 closed events=3 beats=0");
  check_stream (OPENED TOLD ("<t:StatusEvent/>") TOLD (DELETED_FOLDER ("A")),
                "opened hierarchy events=2 beats=1");
}

/* Other servers: names in the other namespace, events that nobody knows, no ids, no places. */
static void
test_odd_events (void)
{
  check_stream (FRAME ("Success", GOOD "<m:Notifications><t:Notification><t:SubscriptionId>S</t:SubscriptionId>"
                       CREATED ("A") "<t:Surprise/></t:Notification></m:Notifications>"),
                "opened A=1 events=1 beats=0");
  check_stream (TOLD ("<t:FreshEvent>" WHEN "<t:ParentFolderId Id=\"Z\"/></t:FreshEvent>"),
                "opened Z=1 events=1 beats=0");
  check_stream (TOLD ("<t:NewMailEvent/>"), "opened everything events=1 beats=0");
  check_stream (TOLD ("<t:ModifiedEvent><t:FolderId/></t:ModifiedEvent>"), "opened everything events=1 beats=0");
}

static void
test_lost (void)
{
  check_stream (OPENED FRAME ("Error", "<m:MessageText>No.</m:MessageText>"
                              "<m:ResponseCode>ErrorInvalidSubscription</m:ResponseCode>"
                              "<m:ErrorSubscriptionIds><m:SubscriptionId>S</m:SubscriptionId>"
                              "<t:SubscriptionId>T</t:SubscriptionId></m:ErrorSubscriptionIds>"),
                "opened lost(S) lost(T) events=0 beats=0");
  check_stream (FRAME ("Error", "<m:ResponseCode>ErrorMissedNotificationEvents</m:ResponseCode>"),
                "all-lost events=0 beats=0");
  check_stream (SOAP_HEAD "<s:Body><s:Fault><faultcode>a:ErrorSubscriptionNotFound</faultcode></s:Fault></s:Body>"
                SOAP_TAIL, "all-lost events=0 beats=0");
}

static void
check_refused (const char *text, int code, const char *words)
{
  for (gsize split = 0; split <= strlen (text); split++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *got = read_stream (text, strlen (text), split, &error);

      g_assert_null (got);
      g_assert_error (error, TAUBE_ERROR, code);
      g_assert_nonnull (strstr (error->message, words));
    }
}

static void
test_refused (void)
{
  check_refused (OPENED SOAP_HEAD "<s:Body><s:Fault><faultcode>a:ErrorServerBusy</faultcode><faultstring>Busy."
                 "</faultstring></s:Fault></s:Body>" SOAP_TAIL, TAUBE_ERROR_THROTTLED, "cannot listen: server said");
  check_refused (FRAME ("Error", "<m:ResponseCode>ErrorInvalidRequest</m:ResponseCode>"), TAUBE_ERROR_NOT_SUPPORTED,
                 "ErrorInvalidRequest");
  check_refused (OPENED "<html/>", TAUBE_ERROR_PROTOCOL, "no SOAP");
  check_refused ("", TAUBE_ERROR_PROTOCOL, "empty");
}

/* However much of it comes, a frame that is cut short is never taken for a whole one. */
static void
test_cut_anywhere (void)
{
  static const char second[] = TOLD (CREATED ("A"));
  static const char text[] = OPENED TOLD (CREATED ("A"));

  for (gsize length = strlen (text) - strlen (second) + 1; length < strlen (text); length++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *got = read_stream (text, length, length, &error);

      g_assert_null (got);
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL);
    }
}

/* A server that floods costs no memory: what is kept is which folders, and of those not too many. */
static void
test_flood (void)
{
  g_autoptr (EwsStream) stream = ews_stream_new (taube_limits_get_default (), "cannot listen");
  g_autoptr (ExchangeNews) news = exchange_news_new ();
  g_autoptr (GError) error = NULL;
  static const char frame[] = TOLD (CREATED ("A") MODIFIED_FOLDER ("B"));

  for (guint i = 0; i < 20000; i++)
    ews_stream_feed (stream, frame, strlen (frame), news, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_hash_table_size (news->folders), ==, 2);
  g_assert_cmpuint (news->events, ==, 40000);
  for (guint i = 0; i < 20000; i++)
    {
      g_autofree char *id = g_strdup_printf ("folder %u", i);

      exchange_news_add (news, id, EXCHANGE_NEWS_ITEMS);
      exchange_news_add_lost (news, id);
    }
  g_assert_cmpuint (g_hash_table_size (news->folders), <=, 10000);
  g_assert_cmpuint (news->lost->len, <=, 10000);
  g_assert_true (news->everything && news->all_lost);
  exchange_news_clear (news);
  g_assert_cmpuint (g_hash_table_size (news->folders) + news->lost->len, ==, 0);
  g_assert_false (news->everything || news->all_lost);
}

static void
test_refusals (void)
{
  g_assert_cmpint (ews_refusal_find ("ErrorExceededSubscriptionCount"), ==, EWS_REFUSAL_FULL);
  g_assert_cmpint (ews_refusal_find ("ErrorInvalidSubscription"), ==, EWS_REFUSAL_LOST);
  g_assert_cmpint (ews_refusal_find ("ErrorInvalidSubscriptionRequest"), ==, EWS_REFUSAL_FOLDERS);
  g_assert_cmpint (ews_refusal_find ("ErrorSchemaValidation"), ==, EWS_REFUSAL_UNKNOWN);
  g_assert_cmpint (ews_refusal_find ("ErrorServerBusy"), ==, EWS_REFUSAL_OTHER);
  g_assert_cmpint (ews_refusal_find (""), ==, EWS_REFUSAL_OTHER);
}

/* Which server has the subscriptions. */

static const struct
{
  const char *header;
  const char *value;
} cookies[] = {
  { NULL, NULL },
  { "", NULL },
  { "X-BackEndOverrideCookie=EX1~abc; path=/; secure", "EX1~abc" },
  { "exchangecookie=1; expires=Wed, 01-Jan-2031 00:00:00 GMT, x-backendoverridecookie=EX2~d;path=/", "EX2~d" },
  { "X-BackEndOverrideCookie=", NULL },
  { "X-BackEndOverrideCookie=a\x01" "b", NULL },
  { "Not-X-BackEndOverrideCookie=1", NULL },
  { "a=X-BackEndOverrideCookie=1", NULL },
};

static void
test_cookies (void)
{
  g_autofree char *many = g_strnfill (5000, 'x'), *header = g_strconcat ("X-BackEndOverrideCookie=", many, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cookies); i++)
    {
      g_autofree char *value = exchange_affinity_find_cookie (cookies[i].header);

      g_assert_cmpstr (value, ==, cookies[i].value);
    }
  g_assert_null (exchange_affinity_find_cookie (header));
}

static void
check_headers (const char *user, const char *cookie, const char *wanted)
{
  g_auto (GStrv) headers = exchange_affinity_make_headers (user, cookie);
  g_autofree char *joined = g_strjoinv (" ", headers);

  g_assert_cmpstr (joined, ==, wanted);
}

static void
test_headers (void)
{
  check_headers ("a@example.org", NULL, "X-AnchorMailbox a@example.org X-PreferServerAffinity true");
  check_headers ("EXAMPLE\\a", "EX1~x", "X-PreferServerAffinity true Cookie X-BackEndOverrideCookie=EX1~x");
  check_headers ("a@example.org\r\nHost: evil", NULL, "X-PreferServerAffinity true");
  check_headers (NULL, NULL, "X-PreferServerAffinity true");
}

/* What was found out. */

static void
test_push (void)
{
  ExchangePush *push = exchange_push_new ();
  gint64 hour = G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC;

  g_assert_cmpint (exchange_push_get_way (push, 1), ==, EXCHANGE_PUSH_STREAM);
  /* A doubt is none any more when it has worked. */
  g_assert_false (exchange_push_refuse (push, EXCHANGE_PUSH_STREAM, FALSE));
  g_assert_true (exchange_push_note_works (push, EXCHANGE_PUSH_STREAM));
  g_assert_false (exchange_push_note_works (push, EXCHANGE_PUSH_STREAM));
  g_assert_false (exchange_push_refuse (push, EXCHANGE_PUSH_STREAM, FALSE));
  /* Something in between holds streams back: for a while. */
  g_assert_false (exchange_push_note_held_back (push, hour));
  g_assert_true (exchange_push_note_held_back (push, hour));
  g_assert_cmpint (exchange_push_get_way (push, hour), ==, EXCHANGE_PUSH_PULL);
  g_assert_cmpint (exchange_push_get_way (push, 2 * hour), ==, EXCHANGE_PUSH_STREAM);
  /* What is not known is not known later either. */
  g_assert_true (exchange_push_refuse (push, EXCHANGE_PUSH_STREAM, TRUE));
  g_assert_cmpint (exchange_push_get_way (push, 9 * hour), ==, EXCHANGE_PUSH_PULL);
  g_assert_cmpint (exchange_push_get_current (push, 9 * hour), ==, EXCHANGE_PUSH_STREAM);
  g_assert_true (exchange_push_note_works (push, EXCHANGE_PUSH_PULL));
  g_assert_cmpint (exchange_push_get_current (push, 9 * hour), ==, EXCHANGE_PUSH_PULL);
  g_assert_true (exchange_push_refuse (push, EXCHANGE_PUSH_PULL, TRUE));
  g_assert_cmpint (exchange_push_get_way (push, 9 * hour), ==, EXCHANGE_PUSH_ASK);
  exchange_push_free (push);
}

static void
test_heartbeat (void)
{
  ExchangePush *push = exchange_push_new ();
  gint64 first = exchange_push_get_heartbeat (push);

  g_assert_cmpint (first, >, 45 * G_USEC_PER_SEC);
  exchange_push_note_silent (push);
  g_assert_cmpint (exchange_push_get_heartbeat (push), ==, 2 * first);
  exchange_push_learn_heartbeat (push, 30 * G_USEC_PER_SEC);
  g_assert_cmpint (exchange_push_get_heartbeat (push), ==, 30 * G_USEC_PER_SEC);
  for (guint i = 0; i < 40; i++)
    exchange_push_note_silent (push);
  g_assert_cmpint (exchange_push_get_heartbeat (push), ==, G_GINT64_CONSTANT (1800) * G_USEC_PER_SEC);
  exchange_push_free (push);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/exchange/notify/stream", test_stream);
  g_test_add_func ("/exchange/notify/odd-events", test_odd_events);
  g_test_add_func ("/exchange/notify/lost", test_lost);
  g_test_add_func ("/exchange/notify/refused", test_refused);
  g_test_add_func ("/exchange/notify/cut-anywhere", test_cut_anywhere);
  g_test_add_func ("/exchange/notify/flood", test_flood);
  g_test_add_func ("/exchange/notify/refusals", test_refusals);
  g_test_add_func ("/exchange/notify/cookies", test_cookies);
  g_test_add_func ("/exchange/notify/headers", test_headers);
  g_test_add_func ("/exchange/notify/push", test_push);
  g_test_add_func ("/exchange/notify/heartbeat", test_heartbeat);
  return g_test_run ();
}
