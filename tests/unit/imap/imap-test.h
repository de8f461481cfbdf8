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

#define assert_string(string, expected) g_assert_cmpstr ((string).text, ==, expected)
