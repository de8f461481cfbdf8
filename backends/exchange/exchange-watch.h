/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "exchange-folder.h"
#include "exchange-session.h"

G_BEGIN_DECLS

/* A watch of many folders. What the server tells says only where something is new; what it is, a look at that folder
 * finds out (exchange_folder_look). So nothing is lost with a notification that is lost, as long as there is a look at
 * everything after each time that nobody listened. */

/* One folder. */
typedef struct
{
  char *key;           /* of its path */
  TaubeFolder *folder; /* of the step that runs */
  GBytes *token;       /* NULL: it was not looked at yet */
  const struct _ExchangeHeld *held; /* which subscription tells of it; NULL: it is asked from time to time */
  gboolean refused;    /* the server takes no subscription to it */
  gboolean dirty;      /* something may be new in it */
  gboolean urgent;     /* a look is due, however often there was one */
  gboolean properties; /* its own may be others */
  gint64 looked;       /* when that was done, monotonic microseconds */
  guint idle_looks;    /* looks in a row that found nothing */
} ExchangeFollowed;

typedef struct _ExchangeHeld
{
  ExchangeSubscription subscription;
  gboolean all; /* of all folders, those that come later as well */
} ExchangeHeld;

typedef struct
{
  /* The step that runs. */
  ExchangeAccount *account;
  ExchangeSession *session;
  TaubeAccountWatchStep *out;

  GPtrArray *followed;  /* of ExchangeFollowed, in the order of the step */
  GHashTable *by_key;
  GPtrArray *held;      /* of ExchangeHeld */
  gboolean pulls;       /* they are asked; else they are streamed */
  gboolean no_all;      /* the server takes no subscription to all folders at once */
  guint most;           /* folders in one subscription */
  guint streamed;       /* how many of them the stream tells of */
  char *cookie;         /* which server has them */
  ExchangeNews *news;
  gint64 heard;         /* when a stream last said something */
  gint64 poll_at;       /* when those are asked that must be */
  gint64 subscribe_at;  /* not before that, because there were too many */
  guint short_streams;  /* in a row that ended as soon as they had begun */
} ExchangeHub;

/* exchange-watch-subscribe.c */

/* Every folder has a subscription, as far as the server allows. TRUE also when it allows none. */
gboolean exchange_watch_subscribe (ExchangeHub *hub, GCancellable *cancellable, GError **error);
/* Subscriptions that are not there any more, by what HUB's news say. */
void exchange_watch_drop_lost (ExchangeHub *hub);
/* Ends all of them; TELL: the server, too, as far as it listens. */
void exchange_watch_unsubscribe (ExchangeHub *hub, gboolean tell, GCancellable *cancellable);

/* exchange-watch-look.c */

/* A look at each folder where something is new, as far as it is due. */
gboolean exchange_watch_look (ExchangeHub *hub, GCancellable *cancellable, GError **error);
/* When the next one is due, 0: none. */
gint64 exchange_watch_get_due (ExchangeHub *hub);
/* What the hub's news say of the folders. */
void exchange_watch_apply_news (ExchangeHub *hub);
void exchange_watch_want_all (ExchangeHub *hub);
/* It cannot be followed any more: it is told, and forgotten. */
void exchange_watch_fail (ExchangeHub *hub, ExchangeFollowed *followed, const GError *problem);

/* TaubeAccountClass.watch_step */
gboolean exchange_account_watch_step (TaubeAccount *account, TaubeSession *session, TaubeAccountWatchStep *out,
                                      GCancellable *cancellable, GError **error);

G_END_DECLS
