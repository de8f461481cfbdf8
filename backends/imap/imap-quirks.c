/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-quirks.h"

#include <string.h>

/* Where a server tells what it is. */
typedef enum
{
  IN_GREETING,
  IN_ID, /* name, vendor and version */
  IN_HOST,
  IN_CAPABILITIES,
} Place;

typedef struct
{
  const char *server;
  Place place;
  const char *words; /* in lower case; a part of what stands there */
} Mark;

/* The first that fits names the server. What the server says of itself comes before the name under which it was
 * reached. */
static const Mark marks[] = {
  { "gmail", IN_CAPABILITIES, "X-GM-EXT-1" },
  { "exchange-2003", IN_GREETING, "microsoft exchange server 2003" },
  { "exchange", IN_GREETING, "microsoft exchange" },
  { "exchange", IN_ID, "microsoft.exchange" },
  { "domino", IN_GREETING, "domino imap4" },
  { "courier", IN_GREETING, "courier-imap" },
  { "courier", IN_ID, "courier-imap" },
  { "dovecot", IN_GREETING, "dovecot" },
  { "dovecot", IN_ID, "dovecot" },
  { "cyrus-2.3", IN_GREETING, "cyrus imap4 v2.3" },
  { "cyrus-2.3", IN_GREETING, "cyrus imap v2.3" },
  { "cyrus", IN_GREETING, "cyrus imap" },
  { "cyrus", IN_ID, "cyrus" },
  { "zimbra", IN_GREETING, "zimbra" },
  { "zimbra", IN_ID, "zimbra" },
  { "james", IN_GREETING, "james imap" },
  { "james", IN_ID, "apache james" },
  { "yandex", IN_GREETING, "yandex" },
  { "yandex", IN_ID, "yandex" },
  { "yahoo", IN_CAPABILITIES, "X-YMAIL-CLID" },
  { "yahoo", IN_ID, "y!imap" },
  { "yahoo", IN_HOST, "imap.mail.yahoo." },
  { "yahoo", IN_HOST, "imap.aol.com" },
  { "icloud", IN_HOST, "imap.mail.me.com" },
  { "netease", IN_GREETING, "coremail system imap" },
  { "netease", IN_HOST, "imap.163.com" },
  { "netease", IN_HOST, "imap.126.com" },
  { "netease", IN_HOST, "imap.yeah.net" },
  { "qq", IN_HOST, "imap.qq.com" },
  { "qq", IN_HOST, "imap.exmail.qq.com" },
  { "zoho", IN_GREETING, "zoho" },
  { "zoho", IN_HOST, "imap.zoho." },
  { "proton-bridge", IN_GREETING, "proton" },
  { "proton-bridge", IN_ID, "proton" },
  { "mail.ru", IN_HOST, "imap.mail.ru" },
  { "strato", IN_HOST, "imap.strato.de" },
  { "home.pl", IN_HOST, ".home.pl" },
  /* Others offer it too, so it comes last. */
  { "icloud", IN_CAPABILITIES, "XAPPLEPUSHSERVICE" },
};

typedef struct
{
  const char *server;
  guint16 quirk;
  guint value;
} Effect;

#define QUIRK(field) G_STRUCT_OFFSET (ImapQuirks, field)

/* "exchange" also means "exchange-2003": the part before the dash. */
static const Effect effects[] = {
  { "exchange-2003", QUIRK (no_namespace), TRUE },
  { "exchange", QUIRK (max_pipeline), 25 },
  { "cyrus-2.3", QUIRK (no_list_extended), TRUE },
  { "cyrus", QUIRK (star_misses_last), TRUE },
  { "icloud", QUIRK (no_qresync), TRUE },
  { "zoho", QUIRK (no_condstore), TRUE },
  { "zoho", QUIRK (no_qresync), TRUE },
  { "yahoo", QUIRK (shows_only_newest), 10000 },
  { "netease", QUIRK (id_before_select), TRUE },
  { "courier", QUIRK (stale_flags), TRUE },
  { "courier", QUIRK (max_command_bytes), 8192 },
  { "qq", QUIRK (max_command_bytes), 1000 },
  { "proton", QUIRK (no_search_not), TRUE },
};

static gboolean
contains (const char *text, const char *words)
{
  g_autofree char *lower = NULL;

  if (text == NULL)
    return FALSE;
  lower = g_ascii_strdown (text, -1);
  return strstr (lower, words) != NULL;
}

static gboolean
is_server (const char *server, const char *wanted)
{
  gsize length = strlen (wanted);

  return strncmp (server, wanted, length) == 0 && (server[length] == '\0' || server[length] == '-');
}

/* What else a command has than a set of numbers: less than this. */
#define REST_OF_COMMAND 200
#define MAX_COMMAND_BYTES 8000

/* How long a set of numbers may be, so that the server takes the whole command. */
gsize
imap_quirks_get_set_bytes (const ImapQuirks *self)
{
  return MIN (self->max_command_bytes, MAX_COMMAND_BYTES) - REST_OF_COMMAND;
}

/* Finds out what the server is from what it said; any argument but SELF may be NULL. HOST is the name it was
 * reached under. To be called again when more is known: everything is worked out anew. */
void
imap_quirks_detect (ImapQuirks *self, const char *greeting, const char *id_name, const char *id_vendor,
                    const char *id_version, const char *host, const ImapCapabilities *capabilities)
{
  *self = (ImapQuirks){ .server = "unknown", .max_pipeline = 100, .max_command_bytes = 8192 };
  for (guint i = 0; i < G_N_ELEMENTS (marks) && strcmp (self->server, "unknown") == 0; i++)
    {
      const Mark *mark = &marks[i];
      gboolean found = FALSE;

      if (mark->place == IN_GREETING)
        found = contains (greeting, mark->words);
      else if (mark->place == IN_ID)
        found = contains (id_name, mark->words) || contains (id_vendor, mark->words)
                || contains (id_version, mark->words);
      else if (mark->place == IN_HOST)
        found = contains (host, mark->words);
      else
        found = capabilities != NULL && imap_capabilities_has_word (capabilities, mark->words);
      if (found)
        self->server = mark->server;
    }
  for (guint i = 0; i < G_N_ELEMENTS (effects); i++)
    if (is_server (self->server, effects[i].server))
      G_STRUCT_MEMBER (guint, self, effects[i].quirk) = effects[i].value;
}
