/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-types.h>

G_BEGIN_DECLS

/* What a server told by itself, put together: in which folders something is new, however often it said so. Without
 * I/O; what it takes does not grow with what is told. */
typedef enum
{
  EXCHANGE_NEWS_ITEMS = 1 << 0,      /* of what is in the folder */
  EXCHANGE_NEWS_PROPERTIES = 1 << 1, /* of the folder itself: its name, how many there are */
} ExchangeNewsFlags;

typedef struct
{
  GHashTable *folders;  /* id -> ExchangeNewsFlags */
  GPtrArray *lost;      /* of char*: subscriptions that the server does not know */
  gboolean everything;  /* it may be in any folder */
  gboolean hierarchy;   /* folders came, went or moved */
  gboolean all_lost;    /* the server knows none of the subscriptions, or missed something */
  gboolean opened;      /* it has begun to tell */
  gboolean closed;      /* it ends, as agreed */
  guint64 events;       /* how many there were */
  guint64 beats;        /* signs of life among them */
} ExchangeNews;

ExchangeNews *exchange_news_new (void);
void exchange_news_free (ExchangeNews *self);
/* As new. */
void exchange_news_clear (ExchangeNews *self);
/* FOLDER_ID NULL: it is not told which. */
void exchange_news_add (ExchangeNews *self, const char *folder_id, ExchangeNewsFlags flags);
/* NULL: all. */
void exchange_news_add_lost (ExchangeNews *self, const char *subscription_id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ExchangeNews, exchange_news_free)

G_END_DECLS
