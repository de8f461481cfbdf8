/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <string.h>

#include <taube/taube-error.h>

#include "imap-reader.h"

/* A reader with a read buffer that is fed by hand. */
typedef struct
{
  ImapReader *reader;
  TaubeBuffer buffer;
  ImapEvent event;
  GError *error;
  gboolean byte_by_byte; /* how feed_response() gives it, unless it is very long */
} Feed;

void feed_init (Feed *self, const TaubeLimits *limits);
void feed_clear (Feed *self);
void feed_bytes (Feed *self, const char *data, gsize length);
ImapParse feed_next (Feed *self);

/* Reads the one response in TEXT; it is good until the next. */
const ImapResponse *feed_response (Feed *self, const char *text);

/* The rest of a tree as text: atoms bare, strings quoted, literals {n}text, lists in parentheses, "!" behind what
 * is broken. */
char *dump_values (const ImapValue *values);

/* All responses in DATA, one a line, as they come when it arrives in pieces of CHUNK bytes behind the first FIRST
 * ones. */
char *dump_stream (const char *data, gsize length, gsize first, gsize chunk, ImapBodyFilter filter);

/* That they are the same however the bytes arrive. Returns the dump. */
char *dump_at_every_split (const char *data, gsize length, ImapBodyFilter filter);

#define assert_dump(text, expected) \
  G_STMT_START \
  { \
    g_autofree char *dump__ = dump_at_every_split (text, strlen (text), NULL); \
    g_assert_cmpstr (dump__, ==, expected); \
  } \
  G_STMT_END

/* Adds a test with a fixture twice; its set_up() gives DATA to feed.byte_by_byte. */
#define add_both_ways(path, func) \
  G_STMT_START \
  { \
    g_test_add ("/imap/" path, Fixture, GINT_TO_POINTER (FALSE), set_up, func, tear_down); \
    g_test_add ("/imap/byte-by-byte/" path, Fixture, GINT_TO_POINTER (TRUE), set_up, func, tear_down); \
  } \
  G_STMT_END

#define assert_string(string, expected) g_assert_cmpstr ((string).text, ==, expected)
