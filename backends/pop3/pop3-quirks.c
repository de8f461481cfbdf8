/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-quirks.h"

#include <string.h>

/* Where a server tells what it is. */
typedef enum
{
  IN_GREETING,
  IN_IMPLEMENTATION,
  IN_HOST,
} Place;

typedef struct
{
  const char *server;
  Place place;
  const char *words; /* in lower case; a part of what stands there */
} Mark;

/* The first that fits names the server. */
static const Mark marks[] = {
  { "gmail", IN_GREETING, "gpop ready" },
  { "gmail", IN_HOST, "pop.gmail.com" },
  { "gmail", IN_HOST, "pop.googlemail.com" },
  { "exchange", IN_GREETING, "microsoft exchange" },
  { "exchange", IN_IMPLEMENTATION, "microsoft exchange" },
  { "exchange", IN_HOST, "outlook.office365.com" },
  { "dovecot", IN_IMPLEMENTATION, "dovecot" },
  { "dovecot", IN_GREETING, "dovecot" },
  { "cyrus", IN_IMPLEMENTATION, "cyrus pop3" },
  { "cyrus", IN_GREETING, "cyrus pop3" },
  { "courier", IN_IMPLEMENTATION, "courier mail server" },
  { "wildduck", IN_IMPLEMENTATION, "wildduck" },
  { "wildduck", IN_GREETING, "wildduck" },
  { "o2.pl", IN_HOST, "poczta.o2.pl" },
};

typedef struct
{
  const char *server;
  guint16 quirk;
  guint value;
} Effect;

#define QUIRK(field) G_STRUCT_OFFSET (Pop3Quirks, field)

static const Effect effects[] = {
  { "gmail", QUIRK (forgets_fetched), TRUE },
  { "exchange", QUIRK (no_initial_response), TRUE },
  { "wildduck", QUIRK (no_pipelining), TRUE },
  { "o2.pl", QUIRK (no_pipelining), TRUE },
};

static gboolean
contains (const char *text, const char *words)
{
  g_autofree char *lower = text != NULL ? g_ascii_strdown (text, -1) : NULL;

  return lower != NULL && strstr (lower, words) != NULL;
}

/* Finds out what the server is from what it said; any argument but SELF may be NULL. HOST is the name it was reached
 * under. To be called again when more is known: everything is worked out anew. */
void
pop3_quirks_detect (Pop3Quirks *self, const char *greeting, const char *host, const Pop3Capabilities *capabilities)
{
  const char *implementation
    = capabilities != NULL ? pop3_capabilities_get_value (capabilities, POP3_CAPABILITY_IMPLEMENTATION) : NULL;
  const char *const places[] = { [IN_GREETING] = greeting, [IN_IMPLEMENTATION] = implementation, [IN_HOST] = host };

  *self = (Pop3Quirks){ .server = "unknown", .max_pipeline = 128 };
  for (guint i = 0; i < G_N_ELEMENTS (marks) && strcmp (self->server, "unknown") == 0; i++)
    if (contains (places[marks[i].place], marks[i].words))
      self->server = marks[i].server;
  for (guint i = 0; i < G_N_ELEMENTS (effects); i++)
    if (strcmp (self->server, effects[i].server) == 0)
      G_STRUCT_MEMBER (guint, self, effects[i].quirk) = effects[i].value;
}
