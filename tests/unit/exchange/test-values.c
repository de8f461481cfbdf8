/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include <taube/taube-error.h>

#include "ews-test.h"
#include "ews/ews-errors.h"
#include "ews/ews-version.h"

static const struct
{
  const char *text;
  gint64 seconds; /* -1: it is none */
  int offset;
} times[] = {
  { "1970-01-01T00:00:00Z", 0, 0 },
  { "2026-11-27T01:02:03Z", 1795741323, 0 },
  { "2026-11-27T01:02:03.5Z", 1795741323, 0 },
  { "2026-11-27T01:02:03.1234567Z", 1795741323, 0 },
  { "2026-11-27T02:02:03+01:00", 1795741323, 60 },
  { "2026-11-26T19:32:03-05:30", 1795741323, -330 },
  { "2026-11-27T01:02:03", 1795741323, 0 },
  { " 2026-11-27T01:02:03Z\n", 1795741323, 0 },
  { "2024-02-29T00:00:00Z", 1709164800, 0 },
  { "2023-02-29T00:00:00Z", -1, 0 },
  { "2026-13-01T00:00:00Z", -1, 0 },
  { "2026-11-27", -1, 0 },
  { "2026-11-27T01:02:03.Z", -1, 0 },
  { "2026-11-27T01:02:03+1:00", -1, 0 },
  { "2026-11-27T01:02:03Zx", -1, 0 },
  { "0000-11-27T01:02:03Z", -1, 0 },
  { "", -1, 0 },
};

static void
test_times (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      gint64 seconds = 0;
      int offset = 0;
      gboolean good = ews_text_to_time (times[i].text, &seconds, &offset);

      g_test_message ("%s", times[i].text);
      g_assert_cmpint (good, ==, times[i].seconds >= 0);
      if (good)
        g_assert_cmpint (seconds, ==, times[i].seconds);
      if (good)
        g_assert_cmpint (offset, ==, times[i].offset);
    }
  g_assert_false (ews_text_to_time (NULL, NULL, NULL));
}

static void
test_times_back (void)
{
  for (gint64 seconds = 0; seconds < G_GINT64_CONSTANT (4102444800); seconds += 86400 * 37 + 12345)
    {
      g_autofree char *text = ews_time_to_text (seconds);
      gint64 back;
      int offset;

      g_assert_true (ews_text_to_time (text, &back, &offset));
      g_assert_cmpint (back, ==, seconds);
    }
}

static void
test_plain (void)
{
  gboolean flag;
  gint64 number;

  g_assert_true (ews_text_to_boolean ("true", &flag) && flag);
  g_assert_true (ews_text_to_boolean (" 1 ", &flag) && flag);
  g_assert_true (ews_text_to_boolean ("False", &flag) && !flag);
  g_assert_false (ews_text_to_boolean ("yes", &flag));
  g_assert_false (ews_text_to_boolean (NULL, &flag));
  g_assert_true (ews_text_to_number ("-42", &number) && number == -42);
  g_assert_false (ews_text_to_number ("9.3736e+06", &number));
  g_assert_false (ews_text_to_number ("99999999999999999999", &number));
  g_assert_false (ews_text_to_number ("", &number));
}

#define MESSAGE(attributes, inside) \
  "<m:R><m:ResponseMessages><m:M " attributes ">" inside "</m:M></m:ResponseMessages></m:R>"

static void
test_messages (void)
{
  g_autoptr (EwsTestNode) good = ews_test_node_new (MESSAGE ("ResponseClass='Success'",
                                                             "<m:ResponseCode>NoError</m:ResponseCode>"));
  /* CASES.md 62: inside of a 200 */
  g_autoptr (EwsTestNode) busy = ews_test_node_new (MESSAGE (
    "ResponseClass='Error'", "<m:MessageText>The server is\r\nbusy.</m:MessageText>"
    "<m:ResponseCode>ErrorServerBusy</m:ResponseCode><m:MessageXml><t:Value Name='Policy'>x</t:Value>"
    "<t:Value Name='BackOffMilliseconds'>297749</t:Value></m:MessageXml>"));
  g_autoptr (EwsTestNode) warning = ews_test_node_new (MESSAGE ("ResponseClass='Warning'", ""));
  g_autoptr (GError) error = NULL;
  EwsVerdict verdict;

  ews_verdict_decode_message (ews_test_node_get (good), &verdict);
  g_assert_false (verdict.failed || verdict.warned);
  ews_verdict_decode_message (ews_test_node_get (warning), &verdict);
  g_assert_true (!verdict.failed && verdict.warned);
  ews_verdict_decode_message (ews_test_node_get (busy), &verdict);
  g_assert_true (verdict.failed);
  g_assert_cmpint (verdict.back_off, ==, 297749);
  error = ews_errors_new (&verdict, "cannot list");
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_THROTTLED);
  g_assert_cmpuint (taube_error_get_retry_after (error), ==, 298);
  g_assert_cmpstr (error->message, ==, "cannot list: server said \"ErrorServerBusy: The server is busy.\"");
}

static void
test_faults (void)
{
  g_autoptr (EwsTestNode) busy = ews_test_node_new (
    "<s:Fault><faultcode xmlns:a='http://schemas.microsoft.com/exchange/services/2006/types'>"
    "a:ErrorServerBusy</faultcode>"
    "<faultstring xml:lang='en-US'>Busy.</faultstring><detail><e:ResponseCode>ErrorServerBusy</e:ResponseCode>"
    "<e:Message>Busy.</e:Message><t:MessageXml><t:Value Name='BackOffMilliseconds'>1500</t:Value></t:MessageXml>"
    "</detail></s:Fault>");
  g_autoptr (EwsTestNode) bare = ews_test_node_new ("<s:Fault><faultcode>soap:Client</faultcode>"
                                                    "<faultstring>?</faultstring></s:Fault>");
  g_autoptr (EwsTestNode) empty = ews_test_node_new ("<s:Fault/>");
  EwsVerdict verdict;

  ews_verdict_decode_fault (ews_test_node_get (busy), &verdict);
  g_assert_true (verdict.failed);
  g_assert_cmpstr (verdict.code, ==, "ErrorServerBusy");
  g_assert_cmpstr (verdict.text, ==, "Busy.");
  g_assert_cmpint (verdict.back_off, ==, 1500);
  ews_verdict_decode_fault (ews_test_node_get (bare), &verdict);
  g_assert_cmpstr (verdict.code, ==, "Client");
  ews_verdict_decode_fault (ews_test_node_get (empty), &verdict);
  g_assert_cmpstr (verdict.code, ==, "ErrorInternalServerError");
}

static void
test_codes (void)
{
  g_assert_cmpint (ews_errors_find ("ErrorItemNotFound"), ==, TAUBE_ERROR_NOT_FOUND);
  g_assert_cmpint (ews_errors_find ("ErrorQuotaExceeded"), ==, TAUBE_ERROR_QUOTA);
  g_assert_cmpint (ews_errors_find ("ErrorWhatever"), ==, TAUBE_ERROR_PROTOCOL);
  g_assert_true (ews_errors_is_unknown ("ErrorInvalidOperation"));
  g_assert_false (ews_errors_is_unknown ("ErrorItemNotFound"));
}

static void
test_builds (void)
{
  g_autoptr (EwsTestNode) node = ews_test_node_new (
    "<m:R><t:ServerVersionInfo MajorVersion='15' MinorVersion='2' MajorBuildNumber='1544' MinorBuildNumber='4'"
    " Version='V2017_07_11'/></m:R>");
  g_autofree char *text = NULL;
  EwsBuild build = { 0 };

  g_assert_cmpint (ews_version_for_build (&build), ==, EWS_VERSION_2013_SP1);
  g_assert_true (ews_build_decode (ews_test_node_get (node), &build));
  text = ews_build_to_text (&build);
  g_assert_cmpstr (text, ==, "15.2.1544.4");
  g_assert_cmpstr (ews_version_get_name (ews_version_for_build (&build)), ==, "Exchange2013_SP1");
  build.major = 14;
  g_assert_cmpstr (ews_version_get_name (ews_version_for_build (&build)), ==, "Exchange2010_SP2");
  build.major = 8;
  g_assert_cmpstr (ews_version_get_name (ews_version_for_build (&build)), ==, "Exchange2007_SP1");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/exchange/values/times", test_times);
  g_test_add_func ("/exchange/values/times-back", test_times_back);
  g_test_add_func ("/exchange/values/plain", test_plain);
  g_test_add_func ("/exchange/values/messages", test_messages);
  g_test_add_func ("/exchange/values/faults", test_faults);
  g_test_add_func ("/exchange/values/codes", test_codes);
  g_test_add_func ("/exchange/values/builds", test_builds);
  return g_test_run ();
}
