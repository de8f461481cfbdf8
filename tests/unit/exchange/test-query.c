/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A query cut in two, what is written of it, what a refusal means, and what is read of a message. */
#include "ews-test.h"

#include <string.h>

#include <taube/taube-error.h>

#include "ews/ews-errors.h"
#include "ews/ews-facts.h"
#include "ews/ews-query.h"

#define NOW 1800000000

static TaubeQuery *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  TaubeQuery *query = taube_query_parse (text, NULL, &error);

  g_assert_no_error (error);
  return query;
}

static void
assert_query (TaubeQuery *query, const char *expected)
{
  g_autofree char *text = query != NULL ? taube_query_to_string (query) : NULL;
  g_autoptr (TaubeQuery) wanted = expected != NULL ? parse (expected) : NULL;
  g_autofree char *printed = wanted != NULL ? taube_query_to_string (wanted) : NULL;

  g_assert_cmpstr (text, ==, printed);
}

/* Cutting. */

typedef struct
{
  const char *query;
  guint refused;
  const char *server;
  const char *local;
} Cut;

static const Cut cuts[] = {
  { "*", 0, "*", NULL },
  { "subject:a is:unread", 0, "subject:a is:unread", NULL },
  { "-(subject:a larger:2k)", 0, "-subject:a OR -larger:2k", NULL },
  { "--subject:a", 0, NULL, NULL },
  { "from:anna to:bob", 0, "from:anna to:bob", "to:bob" },
  { "from:\"<anna\" is:seen", 0, "is:seen", "from:\"<anna\"" },
  { "-to:bob subject:a", 0, "subject:a", "-to:bob" },
  { "to:bob OR subject:a", 0, "to:bob OR subject:a", "to:bob OR subject:a" },
  { "-to:bob OR subject:a", 0, "*", "-to:bob OR subject:a" },
  { "subject:a id:x", 0, "subject:a", "id:x" },
  { "(subject:a id:x) OR (subject:b to:c)", 0, "subject:a OR subject:b to:c", "subject:a id:x OR subject:b to:c" },
  { "is:deleted OR subject:a", 0, "subject:a", NULL },
  { "is:undeleted subject:a", 0, "subject:a", NULL },
  { "smaller:3G subject:a", 0, "subject:a", NULL },
  { "keyword:work keyword:grün", 0, "keyword:work keyword:grün", "keyword:grün" },
  { "sent-on:2026-01-01 on:2026-01-01", 0, "sent-on:2026-01-01 on:2026-01-01", "sent-on:2026-01-01" },
  { "header:References:\"<a@b>\" header:X-A:b", 0, "header:References:\"<a@b>\" header:X-A:b", "header:X-A:b" },
  { "~(subject:a is:seen)", 0, "~subject:a is:seen", NULL },
  { "~subject:a", EWS_QUERY_FUZZY, "subject:a", NULL },
  { "subject:a body:b", EWS_QUERY_BODY, "subject:a", "body:b" },
  { "subject:a OR body:b", EWS_QUERY_BODY, "*", "subject:a OR body:b" },
  { "subject:a OR subject:b", EWS_QUERY_OR, "*", "subject:a OR subject:b" },
  { "-subject:a larger:1", EWS_QUERY_NOT, "larger:1", "-subject:a" },
  { "subject:a larger:1", EWS_QUERY_EVERYTHING, "*", "subject:a larger:1" },
};

static void
test_cut (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cuts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TaubeQuery) query = taube_query_parse (cuts[i].query, NULL, &error);
      g_auto (ExchangePlan) plan = { 0 };

      if (cuts[i].server == NULL)
        {
          g_assert_null (query);
          continue;
        }
      g_assert_no_error (error);
      g_assert_true (ews_query_plan (query, cuts[i].refused, NOW, &plan, &error));
      assert_query (plan.server, cuts[i].server);
      assert_query (plan.local, cuts[i].local);
      g_assert_false (plan.nothing);
    }
}

static void
test_nothing (void)
{
  static const char *const queries[] = { "is:deleted", "is:recent subject:a", "larger:2G", "-smaller:3G", "-*",
                                         "-(is:undeleted OR subject:a)", "is:deleted raw:a" };

  for (guint i = 0; i < G_N_ELEMENTS (queries); i++)
    {
      g_autoptr (TaubeQuery) query = parse (queries[i]);
      g_auto (ExchangePlan) plan = { 0 };

      g_assert_true (ews_query_plan (query, 0, NOW, &plan, NULL));
      g_assert_true (plan.nothing);
    }
}

static void
test_raw (void)
{
  static const char *const bad[] = { "raw:a raw:b", "raw:a OR subject:b", "-raw:a", "~raw:a",
                                     "(raw:a OR raw:b) is:seen" };
  g_autoptr (TaubeQuery) query = parse ("subject:b raw:\"a OR b\" is:seen");
  g_auto (ExchangePlan) plan = { 0 };

  g_assert_true (ews_query_plan (query, 0, NOW, &plan, NULL));
  g_assert_cmpstr (plan.raw, ==, "a OR b");
  assert_query (plan.server, "*");
  assert_query (plan.local, "subject:b is:seen");
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (TaubeQuery) wrong = parse (bad[i]);
      g_auto (ExchangePlan) none = { 0 };
      g_autoptr (GError) error = NULL;

      g_assert_false (ews_query_plan (wrong, 0, NOW, &none, &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
    }
}

/* Writing. */

static const struct
{
  const char *query;
  const char *xml; /* inside of m:Restriction */
} written[] = {
  { "subject:\"a <&\"",
    "<t:Contains ContainmentMode=\"Substring\" ContainmentComparison=\"IgnoreCase\"><t:FieldURI"
    " FieldURI=\"item:Subject\"/>"
    "<t:Constant Value=\"a &lt;&amp;\"/></t:Contains>" },
  { "~subject:a",
    "<t:Contains ContainmentMode=\"Substring\" ContainmentComparison=\"IgnoreCaseAndNonSpacingCharacters\"><t:FieldURI"
    " FieldURI=\"item:Subject\"/><t:Constant Value=\"a\"/></t:Contains>" },
  { "keyword:work",
    "<t:Contains ContainmentMode=\"FullString\" ContainmentComparison=\"IgnoreCase\"><t:FieldURI"
    " FieldURI=\"item:Categories\"/><t:Constant Value=\"work\"/></t:Contains>" },
  { "is:unread",
    "<t:Not><t:And><t:IsEqualTo><t:FieldURI FieldURI=\"message:IsRead\"/><t:FieldURIOrConstant>"
    "<t:Constant Value=\"true\"/>"
    "</t:FieldURIOrConstant></t:IsEqualTo></t:And></t:Not>" },
  { "is:flagged",
    "<t:And><t:IsEqualTo><t:ExtendedFieldURI PropertyTag=\"0x1090\" PropertyType=\"Integer\"/><t:FieldURIOrConstant>"
    "<t:Constant Value=\"2\"/></t:FieldURIOrConstant></t:IsEqualTo></t:And>" },
  { "larger:2k",
    "<t:IsGreaterThan><t:FieldURI FieldURI=\"item:Size\"/><t:FieldURIOrConstant><t:Constant Value=\"2048\"/>"
    "</t:FieldURIOrConstant></t:IsGreaterThan>" },
  { "on:2026-02-28",
    "<t:And><t:IsGreaterThanOrEqualTo><t:FieldURI FieldURI=\"item:DateTimeReceived\"/><t:FieldURIOrConstant><t:Constant"
    " Value=\"2026-02-28T00:00:00Z\"/></t:FieldURIOrConstant></t:IsGreaterThanOrEqualTo><t:IsLessThan><t:FieldURI"
    " FieldURI=\"item:DateTimeReceived\"/><t:FieldURIOrConstant><t:Constant Value=\"2026-03-01T00:00:00Z\"/>"
    "</t:FieldURIOrConstant></t:IsLessThan></t:And>" },
  { "older:1d",
    "<t:IsLessThan><t:FieldURI FieldURI=\"item:DateTimeReceived\"/><t:FieldURIOrConstant><t:Constant"
    " Value=\"2027-01-14T08:00:01Z\"/></t:FieldURIOrConstant></t:IsLessThan>" },
};

static void
test_written (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (written); i++)
    {
      g_autoptr (TaubeQuery) query = parse (written[i].query);
      g_autoptr (EwsWriter) writer = ews_writer_new (EWS_VERSION_2013_SP1, "m:FindItem");
      g_autofree char *wanted = g_strconcat ("<m:Restriction>", written[i].xml, "</m:Restriction>", NULL);
      g_auto (ExchangePlan) plan = { 0 };
      g_autoptr (GBytes) bytes = NULL;
      g_autofree char *text = NULL;
      gsize length;
      const char *data;

      g_assert_true (ews_query_plan (query, 0, NOW, &plan, NULL));
      g_assert_null (plan.local);
      ews_query_write (plan.server, NOW, writer);
      bytes = ews_writer_end (writer, NULL);
      data = g_bytes_get_data (bytes, &length);
      text = g_strndup (data, length);
      if (strstr (text, wanted) == NULL)
        g_error ("%s:\n%s\nis not in\n%s", written[i].query, wanted, text);
    }
}

/* Refusals. */

static void
test_blame (void)
{
  static const struct
  {
    const char *code;
    const char *path;
    guint used;
    guint blamed;
  } cases[] = {
    { "ErrorUnsupportedPathForQuery", "item:Body", EWS_QUERY_BODY | EWS_QUERY_HEADER, EWS_QUERY_BODY },
    { "ErrorUnsupportedPathForQuery", "0x7D", EWS_QUERY_BODY | EWS_QUERY_HEADER, EWS_QUERY_HEADER },
    { "ErrorUnsupportedPathForQuery", "125", EWS_QUERY_BODY | EWS_QUERY_HEADER, EWS_QUERY_HEADER },
    { "ErrorUnsupportedPathForQuery", NULL, EWS_QUERY_BODY | EWS_QUERY_SIZE, EWS_QUERY_BODY },
    { "ErrorUnsupportedQueryFilter", NULL, EWS_QUERY_BODY | EWS_QUERY_OR, EWS_QUERY_OR },
    { "ErrorRestrictionTooComplex", NULL, EWS_QUERY_BODY | EWS_QUERY_OR | EWS_ORDER_NUMBER,
      EWS_QUERY_BODY | EWS_QUERY_OR },
    { "ErrorUnsupportedPathForSortGroup", "0xe23", EWS_QUERY_BODY | EWS_ORDER_EVERYTHING, EWS_ORDER_NUMBER },
    { "ErrorInvalidPropertyRequest", "0x0e23", EWS_QUERY_BODY | EWS_ORDER_EVERYTHING, EWS_ORDER_NUMBER },
    { "ErrorUnsupportedPathForSortGroup", NULL, EWS_ORDER_EVERYTHING, EWS_ORDER_KEYS },
    { "ErrorUnsupportedPathForSortGroup", "item:DateTimeReceived", EWS_ORDER_EVERYTHING,
      EWS_ORDER_KEYS | EWS_ORDER_ARRIVAL },
    { "ErrorInternalServerError", NULL, EWS_QUERY_STATE, EWS_QUERY_STATE },
    { "ErrorInternalServerError", NULL, 0, 0 },
    { "ErrorAccessDenied", "item:Body", EWS_QUERY_BODY, 0 },
    { "ErrorServerBusy", NULL, EWS_QUERY_BODY, 0 },
    { "ErrorFolderNotFound", NULL, EWS_QUERY_BODY, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmphex (ews_query_find_blame (cases[i].code, cases[i].path, cases[i].used), ==, cases[i].blamed);
}

static void
test_path_of_refusal (void)
{
  g_autoptr (EwsTestNode) node = ews_test_node_new (
    "<m:FindItemResponse><m:ResponseMessages><m:FindItemResponseMessage ResponseClass=\"Error\">"
    "<m:MessageText>no</m:MessageText><m:ResponseCode>ErrorUnsupportedPathForQuery</m:ResponseCode>"
    "<m:MessageXml><t:ExtendedFieldURI PropertyTag=\"0x7d\" PropertyType=\"String\"/></m:MessageXml>"
    "</m:FindItemResponseMessage></m:ResponseMessages></m:FindItemResponse>");
  EwsVerdict verdict;

  ews_verdict_decode_message (ews_test_node_get (node), &verdict);
  g_assert_true (verdict.failed);
  g_assert_cmpstr (verdict.path, ==, "0x7d");
}

/* Facts. */

static void
test_facts (void)
{
  g_autoptr (EwsTestNode) node = ews_test_node_new (
    "<m:X><m:Y><t:ItemId Id=\"a\"/><t:Subject>Re: h\xc3\xa9\r\nX-Evil: yes</t:Subject>"
    "<t:DateTimeReceived>2026-01-02T03:04:05Z</t:DateTimeReceived><t:Size>77</t:Size><t:IsRead>true</t:IsRead>"
    "<t:Categories><t:String>A</t:String><t:String>b c</t:String></t:Categories>"
    "<t:InReplyTo>&lt;z@y&gt;</t:InReplyTo><t:DateTimeSent>2026-01-01T00:00:00Z</t:DateTimeSent>"
    "<t:HasAttachments>true</t:HasAttachments></m:Y></m:X>");
  const TaubeFacts all = TAUBE_FACTS_FLAGS | TAUBE_FACTS_SIZE | TAUBE_FACTS_DATE | TAUBE_FACTS_HEADERS
                         | TAUBE_FACTS_ATTACHMENT;
  ExchangeCandidate *candidate = exchange_candidate_new ("a");
  g_autofree char *subject = NULL;
  gint64 seconds;
  gsize length;
  const char *date;
  int offset;

  ews_facts_take (ews_test_node_get (node), all, EWS_ASK_FIND, candidate, taube_limits_get_default ());
  g_assert_cmpint (candidate->subject.known, ==, all);
  g_assert_cmpuint (candidate->subject.size, ==, 77);
  g_assert_cmpint (candidate->subject.flags, ==, TAUBE_MESSAGE_FLAGS_SEEN);
  g_assert_cmpuint (candidate->subject.n_keywords, ==, 2);
  g_assert_cmpstr (candidate->subject.keywords[1], ==, "b c");
  g_assert_true (candidate->subject.has_attachment);
  subject = taube_mime_headers_dup_text (candidate->headers, "Subject");
  g_assert_true (g_str_has_prefix (subject, "Re: hé"));
  g_assert_null (taube_mime_headers_find (candidate->headers, "X-Evil", &length));
  g_assert_nonnull (taube_mime_headers_find (candidate->headers, "In-Reply-To", &length));
  date = taube_mime_headers_find (candidate->headers, "Date", &length);
  g_assert_true (taube_mime_parse_date (date, length, &seconds, &offset));
  g_assert_cmpint (seconds, ==, 1767225600);
  exchange_candidate_free (candidate);
}

/* Without a header of its own nothing is known of it. */
static void
test_facts_of_header (void)
{
  g_autoptr (EwsTestNode) none = ews_test_node_new ("<m:X><m:Y><t:Other/></m:Y></m:X>");
  g_autoptr (EwsTestNode) some = ews_test_node_new (
    "<m:X><m:Y><t:InternetMessageHeaders><t:InternetMessageHeader HeaderName=\"To\">a@b"
    "</t:InternetMessageHeader><t:InternetMessageHeader>lost</t:InternetMessageHeader>"
    "</t:InternetMessageHeaders></m:Y></m:X>");
  ExchangeCandidate *candidate = exchange_candidate_new ("a");
  gsize length;

  ews_facts_take (ews_test_node_get (none), TAUBE_FACTS_HEADERS, EWS_ASK_GET, candidate, taube_limits_get_default ());
  g_assert_cmpint (candidate->subject.known, ==, TAUBE_FACTS_NONE);
  ews_facts_take (ews_test_node_get (some), TAUBE_FACTS_HEADERS, EWS_ASK_GET, candidate, taube_limits_get_default ());
  g_assert_cmpint (candidate->subject.known, ==, TAUBE_FACTS_HEADERS);
  g_assert_nonnull (taube_mime_headers_find (candidate->headers, "To", &length));
  g_assert_cmpuint (taube_mime_headers_get_n_fields (candidate->headers), ==, 1);
  exchange_candidate_free (candidate);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/exchange/query/cut", test_cut);
  g_test_add_func ("/exchange/query/nothing", test_nothing);
  g_test_add_func ("/exchange/query/raw", test_raw);
  g_test_add_func ("/exchange/query/written", test_written);
  g_test_add_func ("/exchange/query/blame", test_blame);
  g_test_add_func ("/exchange/query/path-of-refusal", test_path_of_refusal);
  g_test_add_func ("/exchange/query/facts", test_facts);
  g_test_add_func ("/exchange/query/facts-of-header", test_facts_of_header);
  return g_test_run ();
}
