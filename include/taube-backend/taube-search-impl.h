/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-query.h>
#include <taube/taube-search-request.h>
#include <taube/taube-search-result.h>
#include <taube-backend/taube-mime.h>
#include <taube-backend/taube-session.h>

G_BEGIN_DECLS

/* What a backend needs to find, sort and thread by itself what its server does not: facts about a message go in, and
 * nothing here does I/O but taube_search_load_text(). */

typedef enum
{
  TAUBE_FACTS_NONE = 0,
  TAUBE_FACTS_FLAGS = 1 << 0,
  TAUBE_FACTS_SIZE = 1 << 1,
  TAUBE_FACTS_DATE = 1 << 2,
  TAUBE_FACTS_HEADERS = 1 << 3,
  TAUBE_FACTS_ATTACHMENT = 1 << 4,
  TAUBE_FACTS_TEXT = 1 << 5,
} TaubeFacts;

/* One message, as far as it is known. */
typedef struct
{
  TaubeFacts known;
  const char *prefix; /* its id is this and the number, */
  guint32 number;
  const char *id;     /* or else this one, unless it is NULL */
  TaubeMessageFlags flags;
  const char *const *keywords; /* need not be valid UTF-8 */
  guint n_keywords;
  guint64 size;
  gint64 date;     /* of arrival, in seconds since 1970 */
  int date_offset; /* of the zone it was told in, in minutes */
  const TaubeMimeHeaders *headers; /* the fields that were asked for */
  gboolean has_attachment;
  const char *header_text; /* folded: taube_mime_fold_text() */
  const char *body_text;   /* folded */
} TaubeSearchSubject;

typedef enum
{
  TAUBE_TRUTH_NO,
  TAUBE_TRUTH_YES,
  TAUBE_TRUTH_UNKNOWN, /* a fact is missing that it depends on */
} TaubeTruth;

/* The facts that QUERY may depend on, and the names of the header fields, each added to NAMES once. */
TAUBE_API TaubeFacts taube_query_get_facts (const TaubeQuery *self, GPtrArray *names);
/* Whether SUBJECT matches; ages are counted from NOW, in seconds since 1970. What is asked in the language of the
 * server stays unknown. */
TAUBE_API TaubeTruth taube_query_test (const TaubeQuery *self, const TaubeSearchSubject *subject, gint64 now);
/* Whether a part of QUERY is in the language of the server. */
TAUBE_API gboolean taube_query_has_raw (const TaubeQuery *self);
/* The texts of a message, folded, for TAUBE_FACTS_TEXT; (transfer full). FALSE with ERROR. */
TAUBE_API gboolean taube_search_load_text (TaubeFolder *folder, TaubeSession *session, const char *id,
                                           char **header_out, char **body_out, GCancellable *cancellable,
                                           GError **error);

/* Sorts messages as RFC 5256 and RFC 5957 say; those that are equal stay in the order in which they were added. */
typedef struct _TaubeSorter TaubeSorter;

TAUBE_API TaubeSorter *taube_sorter_new (TaubeSearchRequest *request);
TAUBE_API void taube_sorter_free (TaubeSorter *self);
TAUBE_API TaubeFacts taube_sorter_get_facts (const TaubeSorter *self, GPtrArray *names);
TAUBE_API void taube_sorter_add (TaubeSorter *self, const TaubeSearchSubject *subject);
/* The numbers of the messages in their order: guint32. (transfer full) */
TAUBE_API GArray *taube_sorter_end (TaubeSorter *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeSorter, taube_sorter_free)

#define TAUBE_FOREST_NONE G_MAXUINT32

/* A message in its thread. Every message comes behind the one that it answers. */
typedef struct
{
  guint32 number;
  guint32 thread; /* counted from 0 */
  guint32 parent; /* the place of the message that it answers; TAUBE_FOREST_NONE: none that is here */
  guint32 depth;  /* 0: it begins the thread. Above 0 without parent: what it answers is not here */
} TaubeForestNode;

/* Threads one after the other, in one array. */
typedef struct
{
  TaubeForestNode *nodes;
  guint n_nodes;
  guint n_allocated;
  guint n_threads;
} TaubeForest;

TAUBE_API TaubeForest *taube_forest_new (void);
TAUBE_API void taube_forest_free (TaubeForest *self);
TAUBE_API guint taube_forest_begin_thread (TaubeForest *self);
TAUBE_API guint32 taube_forest_add (TaubeForest *self, guint32 number, guint32 parent, guint32 depth);
/* Leaves out the messages that KEEP does not want: what answers them then answers what they answered. */
TAUBE_API void taube_forest_filter (TaubeForest *self, gboolean (*keep) (guint32 number, gpointer user_data),
                                    gpointer user_data);
/* Puts the threads in an order: by the lowest of what RANK gives for their messages. */
TAUBE_API void taube_forest_sort (TaubeForest *self, guint (*rank) (guint32 number, gpointer user_data),
                                  gpointer user_data);
TAUBE_API void taube_forest_reverse (TaubeForest *self);
/* Keeps N threads from FIRST on. */
TAUBE_API void taube_forest_cut (TaubeForest *self, guint64 first, guint64 n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeForest, taube_forest_free)

/* Makes threads as RFC 5256 says. */
typedef struct _TaubeThreader TaubeThreader;

TAUBE_API TaubeThreader *taube_threader_new (TaubeThreading kind);
TAUBE_API void taube_threader_free (TaubeThreader *self);
TAUBE_API TaubeFacts taube_threader_get_facts (const TaubeThreader *self, GPtrArray *names);
TAUBE_API void taube_threader_add (TaubeThreader *self, const TaubeSearchSubject *subject);
TAUBE_API TaubeForest *taube_threader_end (TaubeThreader *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeThreader, taube_threader_free)

/* The result, before it is handed out. FOREST, which may be NULL, has a node for each row of LIST, in its order. */
TAUBE_API TaubeSearchResult *taube_search_result_new (TaubeItemList *list, const TaubeForest *forest, guint64 total);
TAUBE_API void taube_search_result_set_place (TaubeSearchResult *self, TaubeSearchStep step, TaubeSearchPlace place,
                                              const char *reason);

G_END_DECLS
