/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "imap-capabilities.h"

G_BEGIN_DECLS

/* What this server does otherwise than the RFCs say, or dislikes. Filled once by imap_quirks_detect(); no code asks
 * for the name of a server anywhere else. */
typedef struct
{
  const char *server; /* "gmail", "exchange", … for the log; "unknown" */

  /* Exchange 2003 closes the connection on NAMESPACE. */
  gboolean no_namespace;
  /* Old Cyrus (2.3 before .16) answers extended LIST wrongly. */
  gboolean no_list_extended;
  /* iCloud: no ENABLED, broken VANISHED, wrong sequence numbers. */
  gboolean no_qresync;
  /* Zoho and others give a MODSEQ that means nothing. */
  gboolean no_condstore;
  /* Offers COMPRESS=DEFLATE and is out of step afterwards. */
  gboolean no_compress;
  /* 163, 126, yeah.net: ID must come before SELECT, or SELECT fails with "Unsafe Login". */
  gboolean id_before_select;
  /* Answers LIST RETURN with BAD although it offers it. No greeting tells: set when it happens. */
  gboolean no_list_return;
  /* Refuses PREVIEW, or answers it so that rows are lost. No greeting tells: set when it happens. */
  gboolean no_preview;
  /* Yahoo, AOL: of a folder with this many messages or more only the newest are shown; the rest is not deleted. 0: all
   * are shown. */
  guint shows_only_newest;
  /* Courier: FETCH tells the flags that the session was told of last, so that news are asked for first. */
  gboolean stale_flags;
  /* Cyrus: VANISHED for 1:* misses the highest UID that was expunged: ask for 1:4294967295. */
  gboolean star_misses_last;
  /* Proton Bridge: SEARCH NOT is not understood. */
  gboolean no_search_not;
  /* Offers NOTIFY and then does not tell, or refuses it. No greeting tells: set when it happens. */
  gboolean no_notify;
  /* Commands that may be on the way at once; Exchange answers many STATUS with BAD. */
  guint max_pipeline;
  /* Bytes of a command line: 16 KiB for Courier, less for QQ, which dislikes long UID sets. */
  guint max_command_bytes;
} ImapQuirks;

void imap_quirks_detect (ImapQuirks *self, const char *greeting, const char *id_name, const char *id_vendor,
                         const char *id_version, const char *host, const ImapCapabilities *capabilities);

gsize imap_quirks_get_set_bytes (const ImapQuirks *self);

G_END_DECLS
