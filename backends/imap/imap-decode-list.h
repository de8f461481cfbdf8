/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>

#include "imap-response.h"

G_BEGIN_DECLS

typedef enum
{
  IMAP_LIST_NO_INFERIORS = 1 << 0,
  IMAP_LIST_NO_SELECT = 1 << 1, /* also set by \NonExistent, which some servers send alone */
  IMAP_LIST_MARKED = 1 << 2,
  IMAP_LIST_UNMARKED = 1 << 3,
  IMAP_LIST_HAS_CHILDREN = 1 << 4,
  IMAP_LIST_HAS_NO_CHILDREN = 1 << 5,
  IMAP_LIST_NON_EXISTENT = 1 << 6,
  IMAP_LIST_SUBSCRIBED = 1 << 7,
  IMAP_LIST_REMOTE = 1 << 8,
} ImapListAttributes;

/* LIST, LSUB or XLIST. */
typedef struct
{
  ImapListAttributes attributes;
  TaubeFolderRole role; /* RFC 6154; \Inbox of XLIST; not guessed from names */
  char delimiter;       /* 0 for NIL */
  ImapString name;      /* as on the wire: modified UTF-7, or UTF-8 when that is enabled */
  const ImapValue *extended; /* the members of (…) after the name: tag, value, tag, value; or NULL */
  ImapString old_name;  /* OLDNAME (RFC 9051) */
  gboolean malformed;
} ImapList;

typedef enum
{
  IMAP_STATUS_MESSAGES = 1 << 0,
  IMAP_STATUS_RECENT = 1 << 1,
  IMAP_STATUS_UIDNEXT = 1 << 2,
  IMAP_STATUS_UIDVALIDITY = 1 << 3,
  IMAP_STATUS_UNSEEN = 1 << 4,
  IMAP_STATUS_DELETED = 1 << 5,
  IMAP_STATUS_SIZE = 1 << 6,
  IMAP_STATUS_HIGHESTMODSEQ = 1 << 7,
  IMAP_STATUS_APPENDLIMIT = 1 << 8,
  IMAP_STATUS_MAILBOXID = 1 << 9,
} ImapStatusFields;

/* STATUS. */
typedef struct
{
  ImapString name;
  ImapStatusFields fields;    /* which of these the server told */
  ImapStatusFields malformed; /* which it told, but not so that one could read them */
  guint32 messages;
  guint32 recent;
  guint32 uidnext;
  guint32 uidvalidity;
  guint32 unseen;
  guint32 deleted;
  guint64 size;
  guint64 highestmodseq;
  guint64 appendlimit;
  ImapString mailboxid;
} ImapStatus;

typedef struct _ImapNamespace ImapNamespace;

struct _ImapNamespace
{
  ImapNamespace *next;
  ImapString prefix;
  char delimiter; /* 0 for NIL */
};

/* NAMESPACE. */
typedef struct
{
  ImapNamespace *personal;
  ImapNamespace *others;
  ImapNamespace *shared;
} ImapNamespaces;

gboolean imap_decode_mailbox (const ImapValue **value, guint max_words, ImapString *name, gboolean *malformed);
gboolean imap_decode_list (const ImapResponse *response, ImapList *list);
gboolean imap_decode_status (const ImapResponse *response, ImapStatus *status);
gboolean imap_decode_namespace (const ImapResponse *response, TaubeArena *arena, ImapNamespaces *namespaces);
gboolean imap_decode_id (const ImapResponse *response,
                         void (*func) (ImapString key, ImapString value, gpointer user_data), gpointer user_data);

G_END_DECLS
