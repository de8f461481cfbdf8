/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch-head.h"

static const struct
{
  const char *text;
  gint64 unix_time; /* -1: it is no date */
} dates[] = {
  { "Thu, 5 Nov 2026 14:03:07 +0100", 1793883787 },
  { "5 Nov 2026 13:03:07 GMT", 1793883787 },
  { " Thu,  5 Nov 2026 08:03:07 EST (Eastern)", 1793883787 },
  { "5-Nov-2026 13:03:07 +0000", 1793883787 },
  { "05 November 2026 13:03 Z", 1793883780 },
  { "Fri, 31 Dec 99 23:59:60 +0000", 946684799 },
  { "1 Jan 00 00:00:00 -0000", 946684800 },
  { "5 Nov 2026 18:33:07 +0530", 1793883787 },
  { "yesterday", -1 },
  { "", -1 },
  { "32 Jan 2026 00:00:00 +0000", -1 },
  { "5 Foo 2026 00:00:00 +0000", -1 },
  { "5 Nov 2026 25:00:00 +0000", -1 },
  { "5 Nov 2026", -1 },
};

static void
test_dates (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (dates); i++)
    {
      gint64 unix_time = -1;

      g_test_message ("%s", dates[i].text);
      g_assert_cmpint (fetch_head_parse_date (dates[i].text, &unix_time), ==, dates[i].unix_time >= 0);
      if (dates[i].unix_time >= 0)
        g_assert_cmpint (unix_time, ==, dates[i].unix_time);
    }
}

static const struct
{
  const char *raw;
  const char *text;
} words[] = {
  { "plain words", "plain words" },
  { "=?utf-8?Q?Gr=C3=BC=C3=9Fe_aus?= Wien", "Grüße aus Wien" },
  { "=?ISO-8859-1?q?Gr=FC=DFe?=", "Grüße" },
  { "=?UTF-8?B?R3LDvMOfZQ==?=  =?utf-8*de?b?IGF1cw==?=", "Grüße aus" },
  { "a =?utf-8?q?b?= c", "a b c" },
  { "=?utf-8?q?cut", "=?utf-8?q?cut" },
  { "=?utf-8?x?odd?=", "=?utf-8?x?odd?=" },
  { "=?nonsense?q?abc?=", "abc" },
  { "=?utf-8?q?=FF?=", "\357\277\275" },
  { "=?utf-8?b?"
    "?=",
    "" },
  { "=?", "=?" },
  { "=?a?", "=?a?" },
  { "raw \xFC byte", "raw \357\277\275 byte" },
};

static void
test_words (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      g_autofree char *text = fetch_head_decode (words[i].raw);

      g_assert_cmpstr (text, ==, words[i].text);
    }
}

#define TRACE "Received: from a by b; Thu, 5 Nov 2026 14:03:07 +0100\r\n"

static const struct
{
  const char *head;
  const char *subject;
  const char *sender;
  gint64 date; /* 0: unknown */
  gint64 arrival;
} heads[] = {
  { "Subject: one\r\n two\r\nFrom: Bob <bob@example.org>\r\n\r\n", "one two", "bob@example.org", 0, 0 },
  { "Return-Path: <>\r\nFrom: bob@example.org (Bob)\r\n\r\n", NULL, "bob@example.org", 0, 0 },
  { "Return-Path: <env@example.org>\nFrom: bob@example.org\nsubject : x\n\n", "x", "env@example.org", 0, 0 },
  { TRACE "Date: Thu, 5 Nov 2026 14:03:00 +0100\r\n\r\n", NULL, "MAILER-DAEMON", 1793883780, 1793883787 },
  { TRACE "Date: bad\r\n\r\n", NULL, "MAILER-DAEMON", 1793883787, 1793883787 },
  { "Return-Path: <a b\tc@d>\r\nX-Subject: no\r\n\r\n", NULL, "a_b_c@d", 0, 0 },
  { "", NULL, "MAILER-DAEMON", 0, 0 },
  { "Subject:\n\n", "", "MAILER-DAEMON", 0, 0 },
  { "Subject", NULL, "MAILER-DAEMON", 0, 0 },
};

static void
test_heads (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (heads); i++)
    {
      g_autoptr (GString) head = g_string_new (heads[i].head);
      g_autofree char *subject = fetch_head_get_subject (head), *sender = fetch_head_get_envelope_sender (head);
      gint64 date = 0, arrival = 0;

      fetch_head_get_date (head, &date);
      fetch_head_get_arrival (head, &arrival);
      g_assert_cmpstr (subject, ==, heads[i].subject);
      g_assert_cmpstr (sender, ==, heads[i].sender);
      g_assert_cmpint (date, ==, heads[i].date);
      g_assert_cmpint (arrival, ==, heads[i].arrival);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tool/fetch/head/dates", test_dates);
  g_test_add_func ("/tool/fetch/head/words", test_words);
  g_test_add_func ("/tool/fetch/head/heads", test_heads);
  return g_test_run ();
}
