/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ews/ews-query.h"

#include <string.h>

#include <taube/taube-error.h>

#include "exchange-gettext.h"

/* How well the server's answer to a leaf fits. */
typedef enum
{
  GRADE_NONE,
  GRADE_MORE,  /* it finds what matches, and more */
  GRADE_EXACT,
} Grade;

/* Texts. */

/* The server keeps names and addresses apart, and lines of a header as they were sent: a text must not reach over where
 * the two differ. */
static gboolean
is_plain (const char *text)
{
  gsize length = strlen (text);

  return strpbrk (text, "<>()[],;:\\\"=?\t") == NULL && text[0] != ' ' && text[length - 1] != ' '
         && strstr (text, "  ") == NULL;
}

static gboolean
is_word (const char *text)
{
  return text[0] != '\0' && strpbrk (text, " \t") == NULL;
}

/* What a leaf needs. */

static Grade
grade_text (const TaubeQuery *leaf, guint *features)
{
  const char *text = taube_query_get_text (leaf);

  switch (taube_query_get_field (leaf))
    {
    case TAUBE_QUERY_FIELD_SUBJECT:
      *features = EWS_QUERY_SUBJECT;
      return GRADE_EXACT;
    case TAUBE_QUERY_FIELD_BODY:
      *features = EWS_QUERY_BODY;
      return GRADE_EXACT;
    case TAUBE_QUERY_FIELD_FROM:
      *features = EWS_QUERY_ADDRESS | EWS_QUERY_OR;
      return is_plain (text) ? GRADE_EXACT : GRADE_NONE;
    case TAUBE_QUERY_FIELD_TEXT:
      *features = EWS_QUERY_SUBJECT | EWS_QUERY_BODY | EWS_QUERY_ADDRESS | EWS_QUERY_HEADER | EWS_QUERY_REFERENCE
                  | EWS_QUERY_OR;
      return is_plain (text) ? GRADE_EXACT : GRADE_NONE;
    default:
      /* Recipients are not for searching; their names are, and the header as it was sent. */
      *features = EWS_QUERY_ADDRESS | EWS_QUERY_HEADER | EWS_QUERY_NOT | EWS_QUERY_OR;
      return is_plain (text) ? GRADE_MORE : GRADE_NONE;
    }
}

/* A field of the header that is a property of its own. */
static const EwsPath *
find_reference (const char *name)
{
  static const struct
  {
    const char *name;
    EwsPath path;
  } references[] = { { "Message-ID", { "message:InternetMessageId", NULL } },
                     { "In-Reply-To", { "0x1042", "String" } },
                     { "References", { "0x1039", "String" } } };

  for (guint i = 0; i < G_N_ELEMENTS (references); i++)
    if (g_ascii_strcasecmp (references[i].name, name) == 0)
      return &references[i].path;
  return NULL;
}

static Grade
grade_header (const TaubeQuery *leaf, guint *features)
{
  if (find_reference (taube_query_get_header (leaf)) != NULL && is_word (taube_query_get_text (leaf)))
    {
      *features = EWS_QUERY_REFERENCE;
      return GRADE_EXACT;
    }
  *features = EWS_QUERY_HEADER | EWS_QUERY_NOT | EWS_QUERY_OR;
  return GRADE_MORE;
}

static Grade
grade_flags (const TaubeQuery *leaf, guint *features)
{
  TaubeMessageFlags flags = taube_query_get_flags (leaf);

  if (flags & (TAUBE_MESSAGE_FLAGS_SEEN | TAUBE_MESSAGE_FLAGS_DRAFT))
    *features |= EWS_QUERY_STATE;
  if (flags & TAUBE_MESSAGE_FLAGS_FLAGGED)
    *features |= EWS_QUERY_FLAGGED;
  if (flags & (TAUBE_MESSAGE_FLAGS_ANSWERED | TAUBE_MESSAGE_FLAGS_FORWARDED))
    *features |= EWS_QUERY_VERB;
  if (flags & TAUBE_MESSAGE_FLAGS_ANSWERED)
    *features |= EWS_QUERY_OR;
  return GRADE_EXACT;
}

static gboolean
is_forwarded (const TaubeQuery *leaf)
{
  return g_ascii_strcasecmp (taube_query_get_text (leaf), "$Forwarded") == 0;
}

static Grade
grade_leaf (const TaubeQuery *leaf, guint *features)
{
  *features = 0;
  switch (taube_query_get_kind (leaf))
    {
    case TAUBE_QUERY_KIND_ALL:
      return GRADE_EXACT;
    case TAUBE_QUERY_KIND_TEXT:
      return grade_text (leaf, features);
    case TAUBE_QUERY_KIND_HEADER:
      return grade_header (leaf, features);
    case TAUBE_QUERY_KIND_FLAGS:
      return grade_flags (leaf, features);
    case TAUBE_QUERY_KIND_KEYWORD:
      *features = is_forwarded (leaf) ? EWS_QUERY_KEYWORD | EWS_QUERY_VERB | EWS_QUERY_OR : EWS_QUERY_KEYWORD;
      return g_str_is_ascii (taube_query_get_text (leaf)) ? GRADE_EXACT : GRADE_MORE;
    case TAUBE_QUERY_KIND_LARGER:
    case TAUBE_QUERY_KIND_SMALLER:
      *features = EWS_QUERY_SIZE;
      return GRADE_EXACT;
    case TAUBE_QUERY_KIND_BEFORE:
    case TAUBE_QUERY_KIND_ON:
    case TAUBE_QUERY_KIND_SINCE:
      *features = taube_query_get_date (leaf) == TAUBE_QUERY_DATE_SENT ? EWS_QUERY_SENT | EWS_QUERY_NOT | EWS_QUERY_OR
                                                                       : EWS_QUERY_RECEIVED;
      return taube_query_get_date (leaf) == TAUBE_QUERY_DATE_SENT ? GRADE_MORE : GRADE_EXACT;
    case TAUBE_QUERY_KIND_OLDER:
    case TAUBE_QUERY_KIND_YOUNGER:
      *features = EWS_QUERY_RECEIVED;
      return GRADE_EXACT;
    case TAUBE_QUERY_KIND_ATTACHMENT:
      *features = EWS_QUERY_ATTACHMENT;
      return GRADE_EXACT;
    default:
      *features = EWS_QUERY_NEVER;
      return GRADE_NONE;
    }
}

static guint
features_of (const TaubeQuery *query)
{
  guint n = taube_query_get_n_children (query), features = 0;

  if (n == 0)
    grade_leaf (query, &features);
  for (guint i = 0; i < n; i++)
    features |= features_of (taube_query_get_child (query, i));
  switch (taube_query_get_kind (query))
    {
    case TAUBE_QUERY_KIND_OR:
      return features | EWS_QUERY_OR;
    case TAUBE_QUERY_KIND_NOT:
      return features | EWS_QUERY_NOT;
    case TAUBE_QUERY_KIND_FUZZY:
      return features | EWS_QUERY_FUZZY;
    default:
      return features;
    }
}

/* Of a normal query: how well the server can judge it as a whole. */
static Grade
grade (const TaubeQuery *query, guint refused)
{
  Grade lowest = GRADE_EXACT;
  guint features, n = taube_query_get_n_children (query);

  if ((features_of (query) & (refused | EWS_QUERY_NEVER)) != 0)
    return GRADE_NONE;
  if (n == 0)
    return grade_leaf (query, &features);
  for (guint i = 0; i < n; i++)
    lowest = MIN (lowest, grade (taube_query_get_child (query, i), refused));
  if (taube_query_get_kind (query) == TAUBE_QUERY_KIND_NOT && lowest != GRADE_EXACT)
    return GRADE_NONE;
  return lowest;
}

/* What it comes to. */

static GPtrArray *
new_row (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) taube_query_unref);
}

static TaubeQuery *
new_nothing (void)
{
  g_autoptr (TaubeQuery) all = taube_query_new_all ();

  return taube_query_new_not (all);
}

static gboolean
is_all (const TaubeQuery *query)
{
  return taube_query_get_kind (query) == TAUBE_QUERY_KIND_ALL;
}

static gboolean
is_nothing (const TaubeQuery *query)
{
  return taube_query_get_kind (query) == TAUBE_QUERY_KIND_NOT && is_all (taube_query_get_child (query, 0));
}

static TaubeQuery *normalize (TaubeQuery *query, gboolean fuzzy, gboolean contrary);

static TaubeQuery *
normalize_branch (TaubeQuery *query, gboolean fuzzy, gboolean contrary)
{
  gboolean row = (taube_query_get_kind (query) == TAUBE_QUERY_KIND_AND) == !contrary;
  g_autoptr (GPtrArray) children = new_row ();

  for (guint i = 0; i < taube_query_get_n_children (query); i++)
    {
      TaubeQuery *child = normalize (taube_query_get_child (query, i), fuzzy, contrary);

      /* One that decides takes the place of all, one that says nothing is left out. */
      if (row ? is_nothing (child) : is_all (child))
        return child;
      if (row ? is_all (child) : is_nothing (child))
        taube_query_unref (child);
      else
        g_ptr_array_add (children, child);
    }
  if (children->len == 0)
    return row ? taube_query_new_all () : new_nothing ();
  return (row ? taube_query_new_and : taube_query_new_or) ((TaubeQuery *const *) children->pdata, children->len);
}

/* Sizes are numbers of 31 bits there, and some flags are never set. */
static gboolean
is_decided (TaubeQuery *leaf, gboolean *truth_out)
{
  const TaubeMessageFlags never = TAUBE_MESSAGE_FLAGS_DELETED | TAUBE_MESSAGE_FLAGS_RECENT;

  switch (taube_query_get_kind (leaf))
    {
    case TAUBE_QUERY_KIND_ALL:
      *truth_out = TRUE;
      return TRUE;
    case TAUBE_QUERY_KIND_FLAGS:
      *truth_out = FALSE;
      return (taube_query_get_flags (leaf) & never) != 0;
    case TAUBE_QUERY_KIND_LARGER:
    case TAUBE_QUERY_KIND_SMALLER:
      *truth_out = taube_query_get_kind (leaf) == TAUBE_QUERY_KIND_SMALLER;
      return taube_query_get_bytes (leaf) > G_MAXINT32;
    default:
      return FALSE;
    }
}

/* The same, or with CONTRARY the contrary, with NOT before leaves only, and FUZZY before texts only. */
static TaubeQuery *
normalize (TaubeQuery *query, gboolean fuzzy, gboolean contrary)
{
  g_autoptr (TaubeQuery) leaf = NULL;
  gboolean truth;

  switch (taube_query_get_kind (query))
    {
    case TAUBE_QUERY_KIND_AND:
    case TAUBE_QUERY_KIND_OR:
      return normalize_branch (query, fuzzy, contrary);
    case TAUBE_QUERY_KIND_NOT:
      return normalize (taube_query_get_child (query, 0), fuzzy, !contrary);
    case TAUBE_QUERY_KIND_FUZZY:
      return normalize (taube_query_get_child (query, 0), TRUE, contrary);
    default:
      if (is_decided (query, &truth))
        return truth == !contrary ? taube_query_new_all () : new_nothing ();
      leaf = fuzzy && taube_query_get_kind (query) == TAUBE_QUERY_KIND_TEXT ? taube_query_new_fuzzy (query)
                                                                           : taube_query_ref (query);
      return contrary ? taube_query_new_not (leaf) : g_steal_pointer (&leaf);
    }
}

/* Cutting it in two. */

/* What the server can search by and finds at least what QUERY matches. */
static TaubeQuery *
weaken (TaubeQuery *query, guint refused)
{
  TaubeQueryKind kind = taube_query_get_kind (query);
  g_autoptr (GPtrArray) children = NULL;

  if (grade (query, refused) != GRADE_NONE)
    return taube_query_ref (query);
  if (kind == TAUBE_QUERY_KIND_FUZZY)
    return weaken (taube_query_get_child (query, 0), refused);
  if (kind != TAUBE_QUERY_KIND_AND && (kind != TAUBE_QUERY_KIND_OR || (refused & EWS_QUERY_OR) != 0))
    return taube_query_new_all ();
  children = new_row ();
  for (guint i = 0; i < taube_query_get_n_children (query); i++)
    {
      TaubeQuery *child = weaken (taube_query_get_child (query, i), refused);

      if (!is_all (child))
        g_ptr_array_add (children, child);
      else if (kind == TAUBE_QUERY_KIND_OR)
        return child;
      else
        taube_query_unref (child);
    }
  return (kind == TAUBE_QUERY_KIND_AND ? taube_query_new_and : taube_query_new_or) (
    (TaubeQuery *const *) children->pdata, children->len);
}

static void
cut (TaubeQuery *query, guint refused, GPtrArray *server, GPtrArray *local)
{
  g_autoptr (TaubeQuery) weaker = NULL;
  gboolean exact = grade (query, refused) == GRADE_EXACT;

  if (!exact && taube_query_get_kind (query) == TAUBE_QUERY_KIND_AND)
    {
      for (guint i = 0; i < taube_query_get_n_children (query); i++)
        cut (taube_query_get_child (query, i), refused, server, local);
      return;
    }
  weaker = weaken (query, refused);
  if (!is_all (weaker))
    g_ptr_array_add (server, taube_query_ref (weaker));
  /* Without FUZZY, which the server lacks, it says the same. */
  if (!exact && !(taube_query_get_kind (query) == TAUBE_QUERY_KIND_FUZZY && grade (weaker, refused) == GRADE_EXACT
                  && !is_all (weaker)))
    g_ptr_array_add (local, taube_query_ref (query));
}

/* The server's own language has no place beside other conditions, so the one part in it stands for the server's whole
 * share. */
static gboolean
take_raw (TaubeQuery *query, TaubeQuery **rest_out, char **raw_out, GError **error)
{
  g_autoptr (GPtrArray) others = new_row ();
  g_autofree char *raw = NULL;
  gboolean row = taube_query_get_kind (query) == TAUBE_QUERY_KIND_AND;

  for (guint i = 0; i < (row ? taube_query_get_n_children (query) : 1); i++)
    {
      TaubeQuery *part = row ? taube_query_get_child (query, i) : query;

      if (!taube_query_has_raw (part))
        g_ptr_array_add (others, taube_query_ref (part));
      else if (raw != NULL || taube_query_get_kind (part) != TAUBE_QUERY_KIND_RAW)
        {
          g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID,
                       _ ("cannot search: of a query for this server one part may be \"raw:\", and what else there is "
                          "must match too"));
          return FALSE;
        }
      else
        raw = g_strdup (taube_query_get_text (part));
    }
  *rest_out = taube_query_new_and ((TaubeQuery *const *) others->pdata, others->len);
  *raw_out = g_steal_pointer (&raw);
  return TRUE;
}

gboolean
ews_query_plan (TaubeQuery *query, guint refused, gint64 now, ExchangePlan *plan_out, GError **error)
{
  g_autoptr (TaubeQuery) rest = NULL, plain = NULL;
  g_autoptr (GPtrArray) server = new_row ();
  g_autoptr (GPtrArray) local = new_row ();
  char *raw = NULL;

  if (!take_raw (query, &rest, &raw, error))
    return FALSE;
  *plan_out = (ExchangePlan){ .raw = raw };
  plain = normalize (rest, FALSE, FALSE);
  plan_out->nothing = is_nothing (plain);
  if (raw == NULL && !plan_out->nothing)
    cut (plain, refused, server, local);
  else if (!is_all (plain))
    g_ptr_array_add (local, taube_query_ref (plain));
  plan_out->server = taube_query_new_and ((TaubeQuery *const *) server->pdata, server->len);
  plan_out->used = features_of (plan_out->server);
  if (local->len == 0)
    return TRUE;
  plan_out->local = taube_query_new_and ((TaubeQuery *const *) local->pdata, local->len);
  plan_out->missed = features_of (plan_out->local) & (refused | EWS_QUERY_NEVER);
  return TRUE;
}

/* That would be every message as a whole otherwise. */
const char *
ews_query_describe_used (guint used)
{
  return used & EWS_QUERY_BODY ? "the server looks at the text that it shows, not at every part" : NULL;
}

char *
ews_query_describe_missed (guint missed, guint refused)
{
  static const char *const words[]
    = { "FUZZY", "headers", "bodies", "message ids", "attachments", "categories", "answered and forwarded",
        "follow-up flags", "addresses", "dates of sending", "sizes", "subjects", "Not", "Or", "dates",
        "IsRead and IsDraft" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if ((missed & refused & (1u << i)) != 0)
      return g_strdup_printf ("the server refused to search by %s", words[i]);
  return g_strdup ("the server cannot search by a part of it as exactly as it was asked");
}
