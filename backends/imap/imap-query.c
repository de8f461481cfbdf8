/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-query.h"

#include <taube/taube-id-set.h>
#include <taube-backend/taube-id-set-impl.h>

#include <string.h>

#include "imap-date.h"
#include "imap-flags.h"
#include "imap-gettext.h"

#define DAY_SECONDS 86400

/* A search key for a flag, and for its absence. */
typedef struct
{
  TaubeMessageFlags flag;
  const char *set;
  const char *unset;
} FlagKey;

static const FlagKey flag_keys[] = {
  { TAUBE_MESSAGE_FLAGS_SEEN, "SEEN", "UNSEEN" },
  { TAUBE_MESSAGE_FLAGS_ANSWERED, "ANSWERED", "UNANSWERED" },
  { TAUBE_MESSAGE_FLAGS_FLAGGED, "FLAGGED", "UNFLAGGED" },
  { TAUBE_MESSAGE_FLAGS_DELETED, "DELETED", "UNDELETED" },
  { TAUBE_MESSAGE_FLAGS_DRAFT, "DRAFT", "UNDRAFT" },
  { TAUBE_MESSAGE_FLAGS_RECENT, "RECENT", "OLD" },
};

/* What a query needs. */

static ImapQueryFeatures
features_of_text (const TaubeQuery *query, ImapQueryFeatures feature)
{
  return g_str_is_ascii (taube_query_get_text (query)) ? feature : feature | IMAP_QUERY_UNICODE;
}

static ImapQueryFeatures
features_of_flags (TaubeMessageFlags flags, const ImapQueryDialect *dialect)
{
  ImapQueryFeatures features = IMAP_QUERY_FLAGS;

  if (flags & TAUBE_MESSAGE_FLAGS_FORWARDED)
    features |= IMAP_QUERY_KEYWORD;
  if ((flags & TAUBE_MESSAGE_FLAGS_RECENT) != 0 && !dialect->recent)
    features |= IMAP_QUERY_NEVER;
  return features;
}

/* A set that is empty cannot be written down, and one that is long must not be. */
static ImapQueryFeatures
features_of_ids (const TaubeQuery *query, const ImapQueryDialect *dialect)
{
  g_autoptr (ImapSeqset) uids = imap_query_make_uids (taube_query_get_ids (query), dialect->prefix);
  g_autofree char *text = NULL;

  if (imap_seqset_is_empty (uids) || uids->n_ranges > dialect->max_set_bytes)
    return IMAP_QUERY_IDS | IMAP_QUERY_NEVER;
  text = imap_seqset_to_string (uids);
  return strlen (text) <= dialect->max_set_bytes ? IMAP_QUERY_IDS : IMAP_QUERY_IDS | IMAP_QUERY_NEVER;
}

/* UNSEEN, UNKEYWORD and the like need no NOT. */
static gboolean
has_contrary (const TaubeQuery *query)
{
  TaubeMessageFlags flags = taube_query_get_flags (query);

  return taube_query_get_kind (query) == TAUBE_QUERY_KIND_KEYWORD
         || (taube_query_get_kind (query) == TAUBE_QUERY_KIND_FLAGS && (flags & (flags - 1)) == 0);
}

static ImapQueryFeatures features_of (const TaubeQuery *query, const ImapQueryDialect *dialect);

static ImapQueryFeatures
features_of_branch (const TaubeQuery *query, const ImapQueryDialect *dialect)
{
  ImapQueryFeatures features = 0;
  guint n = taube_query_get_n_children (query);

  for (guint i = 0; i < n; i++)
    features |= features_of (taube_query_get_child (query, i), dialect);
  switch (taube_query_get_kind (query))
    {
    case TAUBE_QUERY_KIND_OR:
      return features | IMAP_QUERY_OR;
    case TAUBE_QUERY_KIND_NOT:
      return has_contrary (taube_query_get_child (query, 0)) ? features : features | IMAP_QUERY_NOT;
    case TAUBE_QUERY_KIND_FUZZY:
      return features | IMAP_QUERY_FUZZY;
    default:
      return features;
    }
}

static ImapQueryFeatures
features_of (const TaubeQuery *query, const ImapQueryDialect *dialect)
{
  switch (taube_query_get_kind (query))
    {
    case TAUBE_QUERY_KIND_TEXT:
      return features_of_text (query, taube_query_get_field (query) < TAUBE_QUERY_FIELD_BODY ? IMAP_QUERY_FIELD
                                                                                             : IMAP_QUERY_CONTENT);
    case TAUBE_QUERY_KIND_HEADER:
      return features_of_text (query, IMAP_QUERY_HEADER);
    case TAUBE_QUERY_KIND_FLAGS:
      return features_of_flags (taube_query_get_flags (query), dialect);
    case TAUBE_QUERY_KIND_KEYWORD:
      return imap_flags_check_keyword (taube_query_get_text (query), NULL)
                 ? IMAP_QUERY_KEYWORD
                 : IMAP_QUERY_KEYWORD | IMAP_QUERY_NEVER;
    case TAUBE_QUERY_KIND_LARGER:
    case TAUBE_QUERY_KIND_SMALLER:
      return taube_query_get_bytes (query) <= (dialect->wide ? (guint64) G_MAXINT64 : G_MAXUINT32)
                 ? IMAP_QUERY_SIZE
                 : IMAP_QUERY_SIZE | IMAP_QUERY_NEVER;
    case TAUBE_QUERY_KIND_BEFORE:
    case TAUBE_QUERY_KIND_ON:
    case TAUBE_QUERY_KIND_SINCE:
      return taube_query_get_date (query) == TAUBE_QUERY_DATE_SENT ? IMAP_QUERY_SENT : IMAP_QUERY_DATE;
    case TAUBE_QUERY_KIND_OLDER:
    case TAUBE_QUERY_KIND_YOUNGER:
      return IMAP_QUERY_WITHIN;
    case TAUBE_QUERY_KIND_IDS:
      return features_of_ids (query, dialect);
    case TAUBE_QUERY_KIND_ATTACHMENT:
      return IMAP_QUERY_NEVER;
    case TAUBE_QUERY_KIND_RAW:
      return features_of_text (query, dialect->raw ? 0 : IMAP_QUERY_NEVER);
    default:
      return features_of_branch (query, dialect);
    }
}

static gboolean
can (const TaubeQuery *query, const ImapQueryDialect *dialect)
{
  return (features_of (query, dialect) & ~dialect->allowed) == 0;
}

/* Cutting it in two. */

static GPtrArray *
new_row (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) taube_query_unref);
}

static TaubeQuery *normalize (TaubeQuery *query, gboolean fuzzy, gboolean contrary);

static guint
hash_query (gconstpointer query)
{
  g_autofree char *text = taube_query_to_string (query);

  return g_str_hash (text);
}

static gboolean
are_equal (gconstpointer a, gconstpointer b)
{
  return taube_query_equal (a, b);
}

/* Adds the parts of a branch of KIND, which may be branches of KIND themselves, and none twice: where a key stands
 * twice in one side of an OR, Dovecot 2.3.19 loses messages ("OR (SEEN DRAFT) (SEEN SEEN)"). */
static void
add_parts (GPtrArray *parts, GHashTable *seen_before, TaubeQueryKind kind, TaubeQuery *query)
{
  if (taube_query_get_kind (query) == kind)
    {
      for (guint i = 0; i < taube_query_get_n_children (query); i++)
        add_parts (parts, seen_before, kind, taube_query_get_child (query, i));
      return;
    }
  if (g_hash_table_contains (seen_before, query))
    return;
  g_ptr_array_add (parts, taube_query_ref (query));
  g_hash_table_add (seen_before, query);
}

static TaubeQuery *
normalize_branch (TaubeQuery *query, gboolean fuzzy, gboolean contrary)
{
  g_autoptr (GPtrArray) parts = new_row ();
  g_autoptr (GHashTable) seen_before = g_hash_table_new (hash_query, are_equal);
  gboolean is_and = (taube_query_get_kind (query) == TAUBE_QUERY_KIND_AND) == !contrary;

  for (guint i = 0; i < taube_query_get_n_children (query); i++)
    {
      g_autoptr (TaubeQuery) part = normalize (taube_query_get_child (query, i), fuzzy, contrary);

      add_parts (parts, seen_before, is_and ? TAUBE_QUERY_KIND_AND : TAUBE_QUERY_KIND_OR, part);
    }
  return (is_and ? taube_query_new_and : taube_query_new_or) ((TaubeQuery *const *) parts->pdata, parts->len);
}

/* A leaf that says the contrary; NULL: there is none. */
static TaubeQuery *
make_contrary (TaubeQuery *query)
{
  guint64 bytes = taube_query_get_bytes (query);
  int year, month, day;

  switch (taube_query_get_kind (query))
    {
    case TAUBE_QUERY_KIND_LARGER:
      return bytes < G_MAXUINT32 ? taube_query_new_smaller (bytes + 1) : NULL;
    case TAUBE_QUERY_KIND_SMALLER:
      return bytes > 0 ? taube_query_new_larger (bytes - 1) : NULL;
    case TAUBE_QUERY_KIND_BEFORE:
    case TAUBE_QUERY_KIND_SINCE:
      if (taube_query_get_date (query) == TAUBE_QUERY_DATE_SENT)
        return NULL;
      taube_query_get_day (query, &year, &month, &day);
      return taube_query_new_day (taube_query_get_kind (query) == TAUBE_QUERY_KIND_BEFORE ? TAUBE_QUERY_KIND_SINCE
                                                                                          : TAUBE_QUERY_KIND_BEFORE,
                                  TAUBE_QUERY_DATE_RECEIVED, year, month, day);
    default:
      return NULL;
    }
}

/* The same, or with CONTRARY the contrary, with NOT before single keys only, and where there is no key for it: servers
 * make mistakes with a NOT before several ("NOT (LARGER 1000 LARGER 2000)", Dovecot 2.3.19), or do not know it. Without
 * FUZZY, which changes nothing for a server that lacks it, when that is not wanted. */
static TaubeQuery *
normalize (TaubeQuery *query, gboolean fuzzy, gboolean contrary)
{
  g_autoptr (TaubeQuery) inner = NULL;
  TaubeQuery *other;

  switch (taube_query_get_kind (query))
    {
    case TAUBE_QUERY_KIND_AND:
    case TAUBE_QUERY_KIND_OR:
      return normalize_branch (query, fuzzy, contrary);
    case TAUBE_QUERY_KIND_NOT:
      return normalize (taube_query_get_child (query, 0), fuzzy, !contrary);
    case TAUBE_QUERY_KIND_FUZZY:
      if (!fuzzy)
        return normalize (taube_query_get_child (query, 0), fuzzy, contrary);
      if (contrary)
        return taube_query_new_not (query);
      inner = normalize (taube_query_get_child (query, 0), fuzzy, FALSE);
      return taube_query_new_fuzzy (inner);
    default:
      if (!contrary)
        return taube_query_ref (query);
      other = make_contrary (query);
      return other != NULL ? other : taube_query_new_not (query);
    }
}

static TaubeQuery *
new_day (TaubeQueryKind kind, gint64 seconds)
{
  g_autoptr (GDateTime) day = g_date_time_new_from_unix_utc (seconds);
  int year, month, date;

  if (day == NULL)
    return taube_query_new_all ();
  g_date_time_get_ymd (day, &year, &month, &date);
  return taube_query_new_day (kind, TAUBE_QUERY_DATE_RECEIVED, year, month, date);
}

/* What the server can search by and finds at least what QUERY matches. A day that is written down may be one off the
 * one in UTC, by the time zone. */
static TaubeQuery *
weaken (TaubeQuery *query, const ImapQueryDialect *dialect)
{
  g_autoptr (TaubeQuery) weaker = NULL;
  g_autoptr (GPtrArray) children = NULL;
  gint64 then = dialect->now - taube_query_get_seconds (query);

  if (can (query, dialect))
    return taube_query_ref (query);
  switch (taube_query_get_kind (query))
    {
    case TAUBE_QUERY_KIND_OLDER:
      weaker = new_day (TAUBE_QUERY_KIND_BEFORE, then + 2 * DAY_SECONDS);
      break;
    case TAUBE_QUERY_KIND_YOUNGER:
      weaker = new_day (TAUBE_QUERY_KIND_SINCE, then - DAY_SECONDS);
      break;
    case TAUBE_QUERY_KIND_LARGER:
      weaker = taube_query_new_larger (G_MAXUINT32);
      break;
    case TAUBE_QUERY_KIND_AND:
    case TAUBE_QUERY_KIND_OR:
      children = new_row ();
      for (guint i = 0; i < taube_query_get_n_children (query); i++)
        {
          TaubeQuery *child = weaken (taube_query_get_child (query, i), dialect);

          if (taube_query_get_kind (child) != TAUBE_QUERY_KIND_ALL)
            g_ptr_array_add (children, child);
          else
            taube_query_unref (child);
        }
      if (children->len == 0)
        break;
      if (taube_query_get_kind (query) == TAUBE_QUERY_KIND_OR
          && children->len < taube_query_get_n_children (query))
        break;
      weaker = (taube_query_get_kind (query) == TAUBE_QUERY_KIND_AND ? taube_query_new_and : taube_query_new_or) (
          (TaubeQuery *const *) children->pdata, children->len);
      break;
    default:
      break;
    }
  return weaker != NULL && can (weaker, dialect) ? g_steal_pointer (&weaker) : taube_query_new_all ();
}

static void
cut (TaubeQuery *query, const ImapQueryDialect *dialect, GPtrArray *server, GPtrArray *local)
{
  TaubeQuery *weaker;

  if (!can (query, dialect) && taube_query_get_kind (query) == TAUBE_QUERY_KIND_AND)
    {
      for (guint i = 0; i < taube_query_get_n_children (query); i++)
        cut (taube_query_get_child (query, i), dialect, server, local);
      return;
    }
  weaker = weaken (query, dialect);
  if (taube_query_get_kind (weaker) != TAUBE_QUERY_KIND_ALL || taube_query_get_kind (query) == TAUBE_QUERY_KIND_ALL)
    g_ptr_array_add (server, taube_query_ref (weaker));
  if (weaker != query)
    g_ptr_array_add (local, taube_query_ref (query));
  taube_query_unref (weaker);
}

void
imap_query_plan_init (ImapQueryPlan *self, TaubeQuery *query, const ImapQueryDialect *dialect)
{
  g_autoptr (TaubeQuery) plain = normalize (query, (dialect->allowed & IMAP_QUERY_FUZZY) != 0, FALSE);
  g_autoptr (GPtrArray) server = new_row ();
  g_autoptr (GPtrArray) local = new_row ();

  *self = (ImapQueryPlan){ 0 };
  cut (plain, dialect, server, local);
  self->server = taube_query_new_and ((TaubeQuery *const *) server->pdata, server->len);
  self->used = features_of (self->server, dialect);
  if (local->len == 0)
    return;
  self->local = taube_query_new_and ((TaubeQuery *const *) local->pdata, local->len);
  self->missed = features_of (self->local, dialect) & ~dialect->allowed;
}

void
imap_query_plan_clear (ImapQueryPlan *self)
{
  g_clear_pointer (&self->server, taube_query_unref);
  g_clear_pointer (&self->local, taube_query_unref);
}

/* Why a part of a query is not for the server; REFUSED are those that it refused by word. (transfer full) */
char *
imap_query_describe_missed (ImapQueryFeatures missed, ImapQueryFeatures refused)
{
  static const char *const words[]
      = { "FUZZY",  "OLDER and YOUNGER (WITHIN)", "texts beyond ASCII", "NOT",     "OR",   "HEADER", "dates of sending",
          "keywords", "BODY and TEXT",              "FROM, TO and SUBJECT", "sizes", "UIDs", "dates",  "flags" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if ((missed & (1u << i)) != 0)
      return g_strdup_printf ((refused & (1u << i)) != 0 ? "the server refused to search by %s"
                                                         : "the server cannot search by %s",
                              words[i]);
  return g_strdup ("no server can search by this");
}

/* Writing it down. */

ImapSeqset *
imap_query_make_uids (const TaubeIdSet *ids, const char *prefix)
{
  ImapSeqset *uids = imap_seqset_new ();
  const char *const prefixes[] = { prefix, "" };

  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++)
    {
      guint n = 0;
      const TaubeIdRange *ranges = taube_id_set_get_ranges (ids, prefixes[i], &n);

      for (guint j = 0; j < n; j++)
        imap_seqset_add_range (uids, ranges[j].first, ranges[j].last);
    }
  imap_seqset_normalize (uids);
  return uids;
}

static void
add_key (ImapCommand *command, const char *key)
{
  imap_command_add_atom (command, N_ ("search key"), key);
}

static void
append_flags (ImapCommand *command, TaubeMessageFlags flags, gboolean contrary)
{
  for (guint i = 0; i < G_N_ELEMENTS (flag_keys); i++)
    if ((flags & flag_keys[i].flag) != 0)
      add_key (command, contrary ? flag_keys[i].unset : flag_keys[i].set);
  if ((flags & TAUBE_MESSAGE_FLAGS_FORWARDED) == 0)
    return;
  add_key (command, contrary ? "UNKEYWORD" : "KEYWORD");
  add_key (command, "$Forwarded");
}

/* NULL: it cannot be said in CHARSET, or would need what a command cannot have. (transfer full) */
static char *
convert (const char *text, const char *charset, gsize *length)
{
  g_autofree char *converted = g_convert (text, -1, charset, "UTF-8", NULL, length, NULL);

  for (gsize i = 0; converted != NULL && i < *length; i++)
    if (strchr ("\r\n", converted[i]) != NULL)
      return NULL;
  return g_steal_pointer (&converted);
}

static gboolean
has_text (TaubeQuery *query)
{
  return taube_query_get_kind (query) == TAUBE_QUERY_KIND_HEADER
         || taube_query_get_kind (query) == TAUBE_QUERY_KIND_TEXT
         || taube_query_get_kind (query) == TAUBE_QUERY_KIND_RAW;
}

gboolean
imap_query_fits_charset (TaubeQuery *query, const char *charset)
{
  g_autofree char *converted = NULL;
  gsize length;

  if (has_text (query))
    {
      converted = convert (taube_query_get_text (query), charset, &length);
      return converted != NULL;
    }
  for (guint i = 0; i < taube_query_get_n_children (query); i++)
    if (!imap_query_fits_charset (taube_query_get_child (query, i), charset))
      return FALSE;
  return TRUE;
}

static void
append_text (ImapCommand *command, TaubeQuery *query, const ImapQueryDialect *dialect)
{
  g_autofree char *converted = NULL;
  gsize length;

  static const char *const keys[] = { "FROM", "TO", "CC", "BCC", "SUBJECT", "BODY", "TEXT" };

  if (taube_query_get_kind (query) == TAUBE_QUERY_KIND_HEADER)
    {
      add_key (command, "HEADER");
      imap_command_add_astring (command, N_ ("name of a header"), taube_query_get_header (query));
    }
  else
    add_key (command, taube_query_get_kind (query) == TAUBE_QUERY_KIND_RAW ? "X-GM-RAW"
                                                                           : keys[taube_query_get_field (query)]);
  if (dialect->charset != NULL)
    converted = convert (taube_query_get_text (query), dialect->charset, &length);
  if (converted != NULL)
    imap_command_add_value (command, converted, length);
  else
    imap_command_add_string (command, N_ ("text"), taube_query_get_text (query));
}

static void
append_day (ImapCommand *command, TaubeQuery *query)
{
  static const char *const keys[][3] = { { "BEFORE", "ON", "SINCE" }, { "SENTBEFORE", "SENTON", "SENTSINCE" } };
  g_autoptr (GDateTime) midnight = NULL;
  char text[IMAP_DATE_TIME_SIZE];
  int year, month, day;

  taube_query_get_day (query, &year, &month, &day);
  midnight = g_date_time_new_utc (year, month, day, 0, 0, 0);
  imap_date_format_day (g_date_time_to_unix (midnight), text);
  add_key (command, keys[taube_query_get_date (query) == TAUBE_QUERY_DATE_SENT]
                        [taube_query_get_kind (query) - TAUBE_QUERY_KIND_BEFORE]);
  add_key (command, text);
}

static void
append_number (ImapCommand *command, const char *key, guint64 number)
{
  add_key (command, key);
  imap_command_add_number (command, number);
}

/* One key, in parentheses when it is a row of several. */
static void
append_one (TaubeQuery *query, ImapCommand *command, const ImapQueryDialect *dialect)
{
  TaubeMessageFlags flags = taube_query_get_flags (query);
  gboolean row = taube_query_get_kind (query) == TAUBE_QUERY_KIND_AND
                 || (taube_query_get_kind (query) == TAUBE_QUERY_KIND_FLAGS && (flags & (flags - 1)) != 0);

  if (row)
    imap_command_open (command);
  imap_query_append (query, command, dialect);
  if (row)
    imap_command_close (command);
}

static void
append_not (TaubeQuery *child, ImapCommand *command, const ImapQueryDialect *dialect)
{
  if (!has_contrary (child))
    {
      add_key (command, "NOT");
      append_one (child, command, dialect);
    }
  else if (taube_query_get_kind (child) == TAUBE_QUERY_KIND_FLAGS)
    append_flags (command, taube_query_get_flags (child), TRUE);
  else
    {
      add_key (command, "UNKEYWORD");
      add_key (command, taube_query_get_text (child));
    }
}

static void
append_ids (TaubeQuery *query, ImapCommand *command, const ImapQueryDialect *dialect)
{
  g_autoptr (ImapSeqset) uids = imap_query_make_uids (taube_query_get_ids (query), dialect->prefix);

  add_key (command, "UID");
  imap_command_add_seqset (command, uids);
}

static void
append_branch (TaubeQuery *query, ImapCommand *command, const ImapQueryDialect *dialect)
{
  guint n = taube_query_get_n_children (query);

  switch (taube_query_get_kind (query))
    {
    case TAUBE_QUERY_KIND_AND:
      for (guint i = 0; i < n; i++)
        imap_query_append (taube_query_get_child (query, i), command, dialect);
      break;
    case TAUBE_QUERY_KIND_OR:
      for (guint i = 0; i < n; i++)
        {
          if (i + 1 < n)
            add_key (command, "OR");
          append_one (taube_query_get_child (query, i), command, dialect);
        }
      break;
    case TAUBE_QUERY_KIND_NOT:
      append_not (taube_query_get_child (query, 0), command, dialect);
      break;
    case TAUBE_QUERY_KIND_FUZZY:
      add_key (command, "FUZZY");
      append_one (taube_query_get_child (query, 0), command, dialect);
      break;
    case TAUBE_QUERY_KIND_ALL:
    default:
      add_key (command, "ALL");
      break;
    }
}

/* search-key = "ALL" / "ANSWERED" / … / "OR" SP search-key SP search-key / … / "(" search-key *(SP search-key) ")"
 *                                                                    (RFC 9051) */
void
imap_query_append (TaubeQuery *query, ImapCommand *command, const ImapQueryDialect *dialect)
{
  switch (taube_query_get_kind (query))
    {
    case TAUBE_QUERY_KIND_TEXT:
    case TAUBE_QUERY_KIND_HEADER:
      append_text (command, query, dialect);
      break;
    case TAUBE_QUERY_KIND_FLAGS:
      append_flags (command, taube_query_get_flags (query), FALSE);
      break;
    case TAUBE_QUERY_KIND_KEYWORD:
      add_key (command, "KEYWORD");
      add_key (command, taube_query_get_text (query));
      break;
    case TAUBE_QUERY_KIND_RAW:
      append_text (command, query, dialect);
      break;
    case TAUBE_QUERY_KIND_LARGER:
      append_number (command, "LARGER", taube_query_get_bytes (query));
      break;
    case TAUBE_QUERY_KIND_SMALLER:
      append_number (command, "SMALLER", taube_query_get_bytes (query));
      break;
    case TAUBE_QUERY_KIND_OLDER:
      append_number (command, "OLDER", taube_query_get_seconds (query));
      break;
    case TAUBE_QUERY_KIND_YOUNGER:
      append_number (command, "YOUNGER", taube_query_get_seconds (query));
      break;
    case TAUBE_QUERY_KIND_BEFORE:
    case TAUBE_QUERY_KIND_ON:
    case TAUBE_QUERY_KIND_SINCE:
      append_day (command, query);
      break;
    case TAUBE_QUERY_KIND_IDS:
      append_ids (query, command, dialect);
      break;
    default:
      append_branch (query, command, dialect);
      break;
    }
}
