/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-message-list-builder.h>
#include <taube-backend/taube-message-source-impl.h>

#include "exchange-account.h"
#include "exchange-outcome.h"
#include "exchange-parts.h"
#include "exchange-news.h"
#include "exchange-stream.h"
#include "exchange-plan.h"

G_BEGIN_DECLS

/* What a wire protocol must offer: Exchange Web Services now. The common part (account, folders, lists, changes) knows
 * nothing else of it. All functions are blocking and may run several at once for one account; FALSE if and only if
 * ERROR is set. */
typedef struct _ExchangeWire ExchangeWire;

/* A folder as the server has it. */
typedef struct
{
  const char *id;
  const char *parent_id;
  const char *name;
  TaubeContent content;
  gboolean known_content; /* FALSE: nothing that can be shown, such as a search folder */
  gint64 total, unread;   /* -1: not told */
  gint64 children;
  gboolean read_only;     /* this login can change nothing in it */
} ExchangeFolderFacts;

typedef void (*ExchangeFolderFunc) (const ExchangeFolderFacts *facts, gpointer user_data);
/* The folder that every mailbox has for ROLE; NULL for the root, below which the others are. */
typedef void (*ExchangeRoleFunc) (const ExchangeFolderFacts *facts, TaubeFolderRole role, gpointer user_data);

typedef struct
{
  const char *folder_id;
  const char *what; /* "cannot list folder …" */
  guint offset;
  guint count;
  gboolean newest_first;
  const ExchangePlan *plan; /* NULL: all that is in the folder */
  TaubeSearchRequest *sort; /* by whose keys; NULL, or when the server does not: by arrival */
  TaubeFacts facts;         /* of listed_facts: what is to be known of each message */
  guint refused;            /* what is not asked for */
  gint64 now;               /* seconds since 1970 */
} ExchangePageRequest;

typedef struct
{
  GPtrArray *candidates; /* of ExchangeCandidate: those of the page are added */
  guint next;            /* out: where the next page begins */
  gint64 total;          /* out: of what is asked for; -1: not told */
  gboolean last;         /* out */
  guint blamed;          /* out, after a failure: what of the request the server refuses; 0: it is something else */
  gboolean internal;     /* out, the same: it may not mean that */
  gboolean too_many;     /* out, the same: so many are not given at once */
} ExchangePage;

/* How a page is in order. */
typedef enum
{
  EXCHANGE_ORDER_NONE,
  EXCHANGE_ORDER_ARRIVAL,
  EXCHANGE_ORDER_KEYS,
} ExchangeOrder;

typedef struct
{
  TaubeIdSet *added, *changed, *removed; /* what happened is added */
  char *state;    /* in: NULL for the first; out: the next one (transfer full) */
  gboolean last;  /* out: nothing more is to be told now */
  gboolean reset; /* out: STATE is not good any more */
} ExchangeSyncStep;

/* What the server keeps for us, to tell what happens in some folders. */
typedef struct
{
  char *id;
  char *watermark; /* up to where its events were asked for; NULL: they are streamed */
} ExchangeSubscription;

typedef enum
{
  EXCHANGE_SUBSCRIBE_DONE,
  EXCHANGE_SUBSCRIBE_FAILED,   /* perhaps later */
  EXCHANGE_SUBSCRIBE_UNKNOWN,  /* the server knows no subscriptions of that kind */
  EXCHANGE_SUBSCRIBE_DOUBTFUL, /* it may be that it does not */
  EXCHANGE_SUBSCRIBE_FULL,     /* there are as many as it allows */
  EXCHANGE_SUBSCRIBE_REFUSED,  /* not to these folders, or not to so many at once */
} ExchangeSubscribeOutcome;

typedef gboolean (*ExchangeBytesFunc) (const guint8 *bytes, gsize length, gpointer user_data, GError **error);

struct _ExchangeWire
{
  const char *name; /* "EWS" */
  guint page_size;  /* what is asked for at once */
  guint batch_size; /* items that one request names */

  /* Signs in, and learns what the server is. */
  gboolean (*open) (ExchangeAccount *account, GCancellable *cancellable, GError **error);
  /* Those that every mailbox has, as far as this one has them; then all below the root. */
  gboolean (*find_roles) (ExchangeAccount *account, ExchangeRoleFunc func, gpointer user_data,
                          GCancellable *cancellable, GError **error);
  gboolean (*list_folders) (ExchangeAccount *account, ExchangeFolderFunc func, gpointer user_data,
                            GCancellable *cancellable, GError **error);
  gboolean (*get_folder) (ExchangeAccount *account, const char *id, const char *what, ExchangeFolderFunc func,
                          gpointer user_data, GCancellable *cancellable, GError **error);
  /* Searching. A query, cut by what the server REFUSED; why a part is left; in what order a page comes, and why not in
   * that of the keys, or what is to be said of it. */
  gboolean (*plan) (ExchangeAccount *account, TaubeQuery *query, guint refused, gint64 now, ExchangePlan *plan_out,
                    GError **error);
  char *(*describe_missed) (guint missed, guint refused);
  const char *(*describe_used) (guint used); /* what is to be said of it; or NULL */
  ExchangeOrder (*get_order) (TaubeSearchRequest *sort, guint refused, const char **reason_out);
  const char *const *listed_headers; /* that find_items() gives with TAUBE_FACTS_HEADERS; the date is in UTC */
  gboolean (*find_items) (ExchangeAccount *account, const ExchangePageRequest *request, ExchangePage *page,
                          GCancellable *cancellable, GError **error);
  /* A row for each of the items that is there, in the order of IDS; at most batch_size. NUMBERS, of guint32, or NULL:
   * for each row a number that says in which order they came, or 0. */
  gboolean (*get_rows) (ExchangeAccount *account, const char *const *ids, guint n, TaubeListFields fields,
                        const char *what, TaubeMessageListBuilder *builder, GArray *numbers,
                        GCancellable *cancellable, GError **error);
  /* FACTS about the candidates, at most batch_size: what stays unknown the server does not tell. Those that are gone
   * lose their id. */
  gboolean (*get_facts) (ExchangeAccount *account, ExchangeCandidate *const *candidates, guint n, TaubeFacts facts,
                         const char *what, GCancellable *cancellable, GError **error);
  gboolean (*fetch) (ExchangeAccount *account, const char *id, const char *what, ExchangeBytesFunc func,
                     gpointer user_data, GCancellable *cancellable, GError **error);
  /* What the message is made of goes into PARTS, which is closed then. */
  gboolean (*get_parts) (ExchangeAccount *account, const char *id, const char *what, ExchangeParts *parts,
                         GCancellable *cancellable, GError **error);
  /* What is in one of them, as it is: no transfer encoding, texts in UTF-8; a message by its MIME. */
  gboolean (*fetch_part) (ExchangeAccount *account, const char *id, const ExchangePart *part, const char *what,
                          ExchangeBytesFunc func, gpointer user_data, GCancellable *cancellable, GError **error);
  gboolean (*sync_items) (ExchangeAccount *account, const char *folder_id, const char *what, ExchangeSyncStep *step,
                          GCancellable *cancellable, GError **error);
  /* How items are now: FUNC is called for each of IDS, at most batch_size. */
  gboolean (*get_states) (ExchangeAccount *account, const char *const *ids, guint n, const char *what,
                          ExchangeStateFunc func, gpointer user_data, GCancellable *cancellable, GError **error);
  /* Those of a folder that have one of TRACES, at most batch_size of them. */
  gboolean (*find_traces) (ExchangeAccount *account, const char *folder_id, const char *const *traces, guint n,
                           const char *what, ExchangeFoundFunc func, gpointer user_data, GCancellable *cancellable,
                           GError **error);
  /* The one that append() wrote with TOKEN; *ID is NULL when there is none. (transfer full) */
  gboolean (*find_token) (ExchangeAccount *account, const char *folder_id, const char *token, const char *what,
                          char **id, GCancellable *cancellable, GError **error);
  /* The changes below are of at most batch_size items. FALSE: of what OUTCOME does not tell nothing was done, or with
   * TAUBE_ERROR_UNKNOWN_OUTCOME it is not known. */
  gboolean (*update) (ExchangeAccount *account, const ExchangeUpdate *updates, guint n, const char *what,
                      ExchangeOutcome *outcome, GCancellable *cancellable, GError **error);
  gboolean (*transfer) (ExchangeAccount *account, const char *const *ids, guint n, const char *target_id,
                        gboolean copy, const char *what, ExchangeOutcome *outcome, GCancellable *cancellable,
                        GError **error);
  /* RECOVERABLE or FOR_GOOD: items go to the trash by transfer(), which tells their new ids. */
  gboolean (*remove) (ExchangeAccount *account, const char *const *ids, guint n, TaubeDiscardMode mode,
                      const char *what, ExchangeOutcome *outcome, GCancellable *cancellable, GError **error);
  /* All at once. TAUBE_ERROR_NOT_SUPPORTED: this server cannot, and is not asked again. */
  gboolean (*empty_folder) (ExchangeAccount *account, const char *id, TaubeDiscardMode mode, gboolean with_folders,
                            const char *what, GCancellable *cancellable, GError **error);
  gboolean (*mark_all_seen) (ExchangeAccount *account, const char *id, const char *what, GCancellable *cancellable,
                             GError **error);
  /* One message; its new id, or NULL when the server does not tell it. TOKEN goes along, by which it can be found. */
  gboolean (*append) (ExchangeAccount *account, const char *folder_id, TaubeMessageSource *source, const char *token,
                      const char *what, char **new_id, GCancellable *cancellable, GError **error);
  /* The new folder's id. (transfer full) */
  char *(*create_folder) (ExchangeAccount *account, const char *parent_id, const char *name, GCancellable *cancellable,
                          GError **error);
  gboolean (*rename_folder) (ExchangeAccount *account, const char *id, const char *name, const char *what,
                             GCancellable *cancellable, GError **error);
  gboolean (*move_folder) (ExchangeAccount *account, const char *id, const char *parent_id, const char *what,
                           GCancellable *cancellable, GError **error);
  /* With all that is in it and below it. */
  gboolean (*delete_folder) (ExchangeAccount *account, const char *id, const char *what, GCancellable *cancellable,
                             GError **error);
  /* To its recipients, with a copy among the sent messages; asked once, whatever comes. */
  gboolean (*send) (ExchangeAccount *account, TaubeMessageSource *source, const char *what, GCancellable *cancellable,
                    GError **error);

  /* News: what the server tells of folders (FOLDER_IDS NULL: of all that there are and will be), by itself, or with
   * PULL when it is asked. *COOKIE says which of several servers has the subscriptions; it goes from call to call, at
   * first NULL. ERROR is set for every outcome but DONE. */
  ExchangeSubscribeOutcome (*subscribe) (ExchangeAccount *account, const char *const *folder_ids, guint n,
                                         gboolean pull, ExchangeSubscription *subscription, char **cookie,
                                         GCancellable *cancellable, GError **error);
  gboolean (*unsubscribe) (ExchangeAccount *account, const ExchangeSubscription *subscription, char **cookie,
                           GCancellable *cancellable, GError **error);
  /* What happened since it was asked last; that the server does not know the subscription is news, too. */
  gboolean (*ask_news) (ExchangeAccount *account, ExchangeSubscription *subscription, char **cookie,
                        ExchangeNews *news, GCancellable *cancellable, GError **error);
  /* Of the subscriptions IDS, for so many minutes. */
  ExchangeStream *(*open_stream) (ExchangeAccount *account, const char *const *ids, guint n, guint minutes,
                                  char **cookie, GCancellable *cancellable, GError **error);
};

extern const ExchangeWire exchange_wire_ews;

G_END_DECLS
