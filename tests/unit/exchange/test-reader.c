/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include <taube/taube-error.h>

#include "ews-test.h"

#define GET_FOLDER SOAP_HEAD \
  "<s:Header><t:ServerVersionInfo MajorVersion=\"15\" MinorVersion=\"2\"/></s:Header>" \
  "<s:Body><m:GetFolderResponse><m:ResponseMessages>" \
  "<m:GetFolderResponseMessage ResponseClass=\"Success\"><m:ResponseCode>NoError</m:ResponseCode>" \
  "<m:Folders><t:Folder><t:FolderId Id=\"A\"/><t:DisplayName>Ein &amp; Aus</t:DisplayName></t:Folder></m:Folders>" \
  "</m:GetFolderResponseMessage>" \
  "<m:GetFolderResponseMessage ResponseClass=\"Error\"><m:MessageText>No.</m:MessageText>" \
  "<m:ResponseCode>ErrorFolderNotFound</m:ResponseCode></m:GetFolderResponseMessage>" \
  "</m:ResponseMessages></m:GetFolderResponse></s:Body>" SOAP_TAIL

#define GET_FOLDER_EVENTS \
  "header ServerVersionInfo MinorVersion=2 MajorVersion=15\n" \
  "[0] unit Folder {FolderId Id=A, DisplayName \"Ein & Aus\"}\n" \
  "[0] message GetFolderResponseMessage ResponseClass=Success {ResponseCode \"NoError\", Folders}\n" \
  "[1] message GetFolderResponseMessage ResponseClass=Error {MessageText \"No.\", " \
  "ResponseCode \"ErrorFolderNotFound\"}\n" \
  "end\n"

static void
test_messages (void)
{
  ews_test_check (GET_FOLDER, -1, FALSE, NULL, GET_FOLDER_EVENTS);
}

/* Another prefix for each, a default namespace, SOAP 1.2, the namespaces that documents write as https. */
static void
test_prefixes (void)
{
  ews_test_check ("<Envelope xmlns='http://www.w3.org/2003/05/soap-envelope'><Body>"
                  "<x:GetItemResponse xmlns:x='https://schemas.microsoft.com/exchange/services/2006/messages'>"
                  "<x:ResponseMessages><x:M ResponseClass='Success'>"
                  "<x:Items><Message xmlns='http://schemas.microsoft.com/exchange/services/2006/types'>"
                  "<Subject>Hi</Subject><Subject xmlns='urn:other'>no</Subject></Message></x:Items></x:M>"
                  "</x:ResponseMessages></x:GetItemResponse></Body></Envelope>",
                  -1, FALSE, NULL,
                  "[0] unit Message {Subject \"Hi\", ?Subject \"no\"}\n"
                  "[0] message M ResponseClass=Success {Items}\nend\n");
}

/* CASES.md 60: in text and attributes, at any split. */
static void
test_control_characters (void)
{
  static const char xml[] = SOAP_HEAD "<s:Body><m:R><m:X Name=\"a&#x11;b\">Re: &#x0;\x1a" "x&#x41;</m:X></m:R></s:Body>"
                            SOAP_TAIL;

  ews_test_check (xml, -1, FALSE, NULL,
                  "[0] message X Name=a\xef\xbf\xbd" "b \"Re: \xef\xbf\xbd\xef\xbf\xbdxA\"\nend\n");
}

/* CASES.md S22: nothing behind it is lost. */
static void
test_nul_does_not_end (void)
{
  static const char xml[] = SOAP_HEAD "<s:Body><m:R><m:X>a\0b</m:X><m:Y>&#x0;</m:Y><m:Z/></m:R></s:Body>" SOAP_TAIL;

  ews_test_check (xml, sizeof xml - 1, FALSE, NULL,
                  "[0] message X \"a\xef\xbf\xbd" "b\"\n[1] message Y \"\xef\xbf\xbd\"\n[2] message Z\nend\n");
}

static void
test_stream (void)
{
  ews_test_check (SOAP_HEAD "<s:Body><m:R><m:ResponseMessages><m:M><m:Items><t:Message>"
                  "<t:MimeContent CharacterSet=\"UTF-8\">\nQUJD\r\nRA==\n</t:MimeContent>"
                  "<t:Subject>S</t:Subject></t:Message></m:Items></m:M></m:ResponseMessages></m:R></s:Body>" SOAP_TAIL,
                  -1, FALSE, "MimeContent",
                  "\nQUJD\nRA==\n[0] unit Message {MimeContent CharacterSet=UTF-8, Subject \"S\"}\n"
                  "[0] message M {Items}\nend\n");
}

static void
test_cdata (void)
{
  ews_test_check (SOAP_HEAD "<s:Body><m:R><m:X><![CDATA[<b>]]>&gt;<![CDATA[c]]></m:X><!-- c --><?p i?></m:R></s:Body>"
                  SOAP_TAIL, -1, FALSE, NULL, "[0] message X \"<b>>c\"\nend\n");
}

static void
test_fault (void)
{
  ews_test_check (SOAP_HEAD "<s:Body><s:Fault><faultcode>a:ErrorServerBusy</faultcode><detail>"
                  "<e:ResponseCode>ErrorServerBusy</e:ResponseCode></detail></s:Fault></s:Body>" SOAP_TAIL,
                  -1, FALSE, NULL,
                  "fault ?Fault {?faultcode \"a:ErrorServerBusy\", ?detail {ResponseCode \"ErrorServerBusy\"}}\nend\n");
}

/* CASES.md 65: envelope after envelope, with and without a declaration and blanks between them. */
static void
test_many_envelopes (void)
{
  static const char one[] = SOAP_HEAD "<s:Body><m:R><m:ResponseMessages><m:M><m:Notifications>"
                            "<m:Notification><t:SubscriptionId>1</t:SubscriptionId></m:Notification>"
                            "</m:Notifications></m:M></m:ResponseMessages></m:R></s:Body>" SOAP_TAIL;
  static const char events[]
    = "[0] unit Notification {SubscriptionId \"1\"}\n[0] message M {Notifications}\nend\n";
  const char *bare = strstr (one, "<s:Envelope");
  g_autofree char *xml = g_strconcat (one, "\r\n", one, bare, "\n ", NULL);
  g_autofree char *wanted = g_strconcat (events, events, events, NULL);

  ews_test_check (xml, -1, TRUE, NULL, wanted);
}

/* Units are handed out when they are whole, not when the answer is. */
static void
test_units_come_at_once (void)
{
  static const char xml[] = SOAP_HEAD "<s:Body><m:R><m:ResponseMessages><m:M><m:Items><t:A/>";
  g_autoptr (GError) error = NULL;
  g_autofree char *got = ews_test_read (xml, strlen (xml), strlen (xml), FALSE, NULL, NULL, &error);

  g_assert_null (got);
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL);
  g_assert_nonnull (strstr (error->message, "in the middle"));
}

/* CASES.md S21. */
static void
test_document_types (void)
{
  static const char *const attacks[] = {
    "<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY l1 \"&lol;&lol;\">]><s:Envelope>&l1;</s:Envelope>",
    "<!DOCTYPE a SYSTEM \"http://127.0.0.1:9/evil.dtd\"><a/>",
    "<!DOCTYPE html><html><body>Sign in</body></html>",
    "<?xml version='1.0'?><!DOCTYPE r [<!ENTITY % p SYSTEM \"file:///etc/passwd\">%p;]><r/>",
  };

  for (guint i = 0; i < G_N_ELEMENTS (attacks); i++)
    ews_test_check_refused (attacks[i], -1, TAUBE_ERROR_PROTOCOL, "document type");
  ews_test_check_refused (SOAP_HEAD "<s:Body><m:R>&lol;</m:R></s:Body>" SOAP_TAIL, -1, TAUBE_ERROR_PROTOCOL, "no XML");
}

/* XInclude is an element like any other, which nobody knows. */
static void
test_no_xinclude (void)
{
  ews_test_check (SOAP_HEAD "<s:Body><m:R>"
                  "<x:include xmlns:x='http://www.w3.org/2001/XInclude' href='file:///etc/passwd'/>"
                  "</m:R></s:Body>" SOAP_TAIL, -1, FALSE, NULL,
                  "[0] message ?include href=file:///etc/passwd\nend\n");
}

static void
test_broken (void)
{
  ews_test_check_refused ("", -1, TAUBE_ERROR_PROTOCOL, "empty");
  ews_test_check_refused ("Sorry.", -1, TAUBE_ERROR_PROTOCOL, "no XML");
  ews_test_check_refused ("<html><body/></html>", -1, TAUBE_ERROR_PROTOCOL, "no SOAP");
  ews_test_check_refused (SOAP_HEAD "<s:Body><m:R><m:X></m:Y></m:R></s:Body>" SOAP_TAIL, -1, TAUBE_ERROR_PROTOCOL,
                          "no XML");
  ews_test_check_refused (SOAP_HEAD SOAP_TAIL, -1, TAUBE_ERROR_PROTOCOL, "no body");
  ews_test_check_refused (GET_FOLDER "<more/>", -1, TAUBE_ERROR_PROTOCOL, "no XML");
  ews_test_check_refused ("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a/>", -1, TAUBE_ERROR_PROTOCOL,
                          "not in UTF-8");
}

/* However much of it comes, an answer that is cut short is never taken for a whole one. */
static void
test_cut_anywhere (void)
{
  for (gsize length = 0; length < strlen (GET_FOLDER); length++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *got = ews_test_read (GET_FOLDER, length, length, FALSE, NULL, NULL, &error);

      g_assert_null (got);
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL);
    }
}

static void
check_limit (const TaubeLimits *limits, const char *xml, const char *words)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *got = ews_test_read (xml, strlen (xml), strlen (xml), FALSE, NULL, limits, &error);

  g_assert_null (got);
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT);
  g_assert_nonnull (strstr (error->message, words));
}

static char *
wrap (const char *inside)
{
  return g_strconcat (SOAP_HEAD "<s:Body><m:R>", inside, "</m:R></s:Body>" SOAP_TAIL, NULL);
}

static void
test_limits (void)
{
  TaubeLimits limits = *taube_limits_get_default ();
  g_autofree char *deep = g_strnfill (100 * 3, ' '), *long_text = g_strnfill (3 << 20, 'x'), *deep_xml = NULL;
  g_autofree char *long_xml = NULL, *text_xml = NULL, *many_xml = NULL, *many_items = NULL;
  g_autoptr (GString) items = g_string_new ("<m:ResponseMessages><m:M><m:Items>");

  for (guint i = 0; i < 100; i++)
    memcpy (deep + i * 3, "<a>", 3);
  deep_xml = wrap (deep);
  check_limit (&limits, deep_xml, "nested");

  limits.response_bytes = 2 << 20;
  text_xml = g_strconcat ("<m:X>", long_text, "</m:X>", NULL);
  long_xml = wrap (text_xml);
  check_limit (&limits, long_xml, "MiB");

  limits.messages = 10;
  for (guint i = 0; i < 11; i++)
    g_string_append (items, "<t:Message/>");
  g_string_append (items, "</m:Items></m:M></m:ResponseMessages>");
  many_items = g_strdup (items->str);
  many_xml = wrap (many_items);
  check_limit (&limits, many_xml, "more than 10 items");
}

/* 100,000 items, and a text of 40 MB that streams, take no more memory than one item. */
static void
test_constant_memory (void)
{
  static const EwsReaderFuncs nothing = { 0 };
  static const char tail[]
    = "</t:MimeContent></t:Message></m:Items></m:M></m:ResponseMessages></m:R></s:Body>" SOAP_TAIL;
  TaubeLimits limits = *taube_limits_get_default ();
  g_autoptr (EwsReader) reader = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *block = g_strnfill (1 << 20, 'A');

  limits.response_bytes = 64 << 10;
  reader = ews_reader_new (&limits, &nothing, NULL);
  ews_reader_set_stream (reader, "MimeContent");
  ews_reader_feed (reader, SOAP_HEAD "<s:Body><m:R><m:ResponseMessages><m:M><m:Items>",
                   strlen (SOAP_HEAD "<s:Body><m:R><m:ResponseMessages><m:M><m:Items>"), &error);
  for (guint i = 0; i < 100000; i++)
    ews_reader_feed (reader, "<t:Message><t:Subject>Guten Tag</t:Subject></t:Message>\n", 56, NULL);
  ews_reader_feed (reader, "<t:Message><t:MimeContent>", 26, &error);
  for (guint i = 0; i < 40; i++)
    ews_reader_feed (reader, block, 1 << 20, NULL);
  ews_reader_feed (reader, tail, strlen (tail), &error);
  g_assert_no_error (error);
  g_assert_true (ews_reader_end (reader, &error));
  g_assert_no_error (error);
}

static gboolean
fail_unit (const EwsNode *unit, const EwsNode *message, guint index, gpointer user_data, GError **error)
{
  ++*(guint *) user_data;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "enough");
  return FALSE;
}

/* What a function says ends the reading, and is what every call says from then on. */
static void
test_function_fails (void)
{
  static const EwsReaderFuncs failing = { .unit = fail_unit };
  guint calls = 0;
  g_autoptr (EwsReader) reader = ews_reader_new (taube_limits_get_default (), &failing, &calls);

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (ews_reader_feed (reader, GET_FOLDER, strlen (GET_FOLDER), &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    }
  g_assert_cmpuint (calls, ==, 1);
}

/* A late answer to the question before is not taken for the answer to this one. */
static void
test_other_answer (void)
{
  static const EwsReaderFuncs nothing = { 0 };
  g_autoptr (EwsReader) reader = ews_reader_new (taube_limits_get_default (), &nothing, NULL);
  g_autoptr (GError) error = NULL;

  ews_reader_set_answer (reader, "FindItemResponse");
  g_assert_false (ews_reader_feed (reader, GET_FOLDER, strlen (GET_FOLDER), &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL);
  g_assert_nonnull (strstr (error->message, "another question"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/exchange/reader/messages", test_messages);
  g_test_add_func ("/exchange/reader/prefixes", test_prefixes);
  g_test_add_func ("/exchange/reader/control-characters", test_control_characters);
  g_test_add_func ("/exchange/reader/nul-does-not-end", test_nul_does_not_end);
  g_test_add_func ("/exchange/reader/stream", test_stream);
  g_test_add_func ("/exchange/reader/cdata", test_cdata);
  g_test_add_func ("/exchange/reader/fault", test_fault);
  g_test_add_func ("/exchange/reader/many-envelopes", test_many_envelopes);
  g_test_add_func ("/exchange/reader/units-come-at-once", test_units_come_at_once);
  g_test_add_func ("/exchange/reader/document-types", test_document_types);
  g_test_add_func ("/exchange/reader/no-xinclude", test_no_xinclude);
  g_test_add_func ("/exchange/reader/broken", test_broken);
  g_test_add_func ("/exchange/reader/cut-anywhere", test_cut_anywhere);
  g_test_add_func ("/exchange/reader/limits", test_limits);
  g_test_add_func ("/exchange/reader/constant-memory", test_constant_memory);
  g_test_add_func ("/exchange/reader/function-fails", test_function_fails);
  g_test_add_func ("/exchange/reader/other-answer", test_other_answer);
  return g_test_run ();
}
