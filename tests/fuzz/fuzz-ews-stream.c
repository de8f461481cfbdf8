/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A stream of notifications: however its bytes are cut, the same news come of them, and no more than is bounded. */
#include <gio/gio.h>
#include <stdint.h>
#include <string.h>

#include "ews/ews-notify.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static gboolean
read_all (const uint8_t *data, size_t size, size_t piece, ExchangeNews *news)
{
  TaubeLimits limits = *taube_limits_get_default ();
  g_autoptr (EwsStream) stream = NULL;
  g_autoptr (GError) error = NULL;
  gboolean good = TRUE;

  limits.response_bytes = 1 << 20;
  limits.messages = 1000;
  stream = ews_stream_new (&limits, "cannot listen");
  for (size_t at = 0; at < size && good; at += piece)
    good = ews_stream_feed (stream, data + at, MIN (piece, size - at), news, &error);
  good = good && ews_stream_end (stream, news, &error);
  g_assert_true (good == (error == NULL));
  g_assert_true (error == NULL || g_utf8_validate (error->message, -1, NULL));
  return good;
}

static void
check_bounded (ExchangeNews *news)
{
  GHashTableIter iter;
  gpointer id;

  g_assert_cmpuint (g_hash_table_size (news->folders), <=, 10000);
  g_assert_cmpuint (news->lost->len, <=, 10000);
  g_hash_table_iter_init (&iter, news->folders);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    g_assert_true (g_utf8_validate (id, -1, NULL) && strlen (id) <= 2000);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (ExchangeNews) whole = exchange_news_new ();
  g_autoptr (ExchangeNews) pieces = exchange_news_new ();
  gboolean good = read_all (data, size, MAX (size, 1), whole);

  g_assert_true (read_all (data, size, 1 + size % 7, pieces) == good);
  check_bounded (whole);
  g_assert_cmpuint (whole->events, ==, pieces->events);
  g_assert_cmpuint (g_hash_table_size (whole->folders), ==, g_hash_table_size (pieces->folders));
  g_assert_cmpuint (whole->lost->len, ==, pieces->lost->len);
  g_assert_true (whole->closed == pieces->closed && whole->everything == pieces->everything
                 && whole->hierarchy == pieces->hierarchy);
  return 0;
}
