/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "imap-response.h"

G_BEGIN_DECLS

/* INPROGRESS (RFC 9585): how far a command is that the server still works on. */
typedef struct
{
  ImapString tag; /* NULL: not told, then it is about any that runs */
  guint64 done;   /* 0 also when not told */
  guint64 goal;   /* 0: not told */
} ImapInprogress;

gboolean imap_decode_inprogress (const ImapResponse *response, ImapInprogress *inprogress);
char *imap_decode_jmapaccess (const ImapResponse *response);

G_END_DECLS
