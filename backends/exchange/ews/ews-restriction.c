/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ews/ews-query.h"

#include <string.h>

#include <taube/taube-error.h>

#include "ews/ews-node.h"

/* Writing a query down, and reading what the server has against it. */

#define DAY_SECONDS 86400
#define FLAG_STATUS_FLAGGED "2"

static const EwsPath subject = { "item:Subject", NULL };
static const EwsPath body = { "item:Body", NULL };
static const EwsPath categories = { "item:Categories", NULL };
static const EwsPath size = { "item:Size", NULL };
static const EwsPath received = { "item:DateTimeReceived", NULL };
static const EwsPath sent = { "item:DateTimeSent", NULL };
static const EwsPath attachments = { "item:HasAttachments", NULL };
static const EwsPath is_read = { "message:IsRead", NULL };
static const EwsPath is_draft = { "item:IsDraft", NULL };
static const EwsPath message_id = { "message:InternetMessageId", NULL };
/* Of MAPI ([MS-OXPROPS]): the header as it was sent; names and addresses of who wrote it; names of recipients. */
static const EwsPath header = { "0x007d", "String" };
static const EwsPath from_name = { "0x0042", "String" };
static const EwsPath from_address = { "0x0065", "String" };
static const EwsPath from_smtp = { "0x5d02", "String" };
static const EwsPath to_names = { "0x0e04", "String" };
static const EwsPath cc_names = { "0x0e03", "String" };
static const EwsPath bcc_names = { "0x0e02", "String" };
static const EwsPath flag_status = { "0x1090", "Integer" };
static const EwsPath last_verb = { "0x1081", "Integer" };
static const EwsPath in_reply_to = { "0x1042", "String" };
static const EwsPath references = { "0x1039", "String" };

void
ews_path_write (const EwsPath *self, EwsWriter *writer)
{
  if (self->type == NULL)
    {
      ews_writer_add_empty (writer, "t:FieldURI", "FieldURI", self->uri);
      return;
    }
  ews_writer_open (writer, "t:ExtendedFieldURI");
  ews_writer_add_attribute (writer, "PropertyTag", self->uri);
  ews_writer_add_attribute (writer, "PropertyType", self->type);
  ews_writer_close (writer);
}

/* Expressions. */

typedef struct
{
  EwsWriter *writer;
  gint64 now;
  gboolean fuzzy;
} Writing;

static void
write_contains (Writing *writing, const EwsPath *path, const char *text)
{
  EwsWriter *writer = writing->writer;

  ews_writer_open (writer, "t:Contains");
  ews_writer_add_attribute (writer, "ContainmentMode", path == &categories ? "FullString" : "Substring");
  ews_writer_add_attribute (writer, "ContainmentComparison",
                            writing->fuzzy ? "IgnoreCaseAndNonSpacingCharacters" : "IgnoreCase");
  ews_path_write (path, writer);
  ews_writer_add_empty (writer, "t:Constant", "Value", text);
  ews_writer_close (writer);
}

static void
write_comparison (Writing *writing, const char *name, const EwsPath *path, const char *value)
{
  EwsWriter *writer = writing->writer;

  ews_writer_open (writer, name);
  ews_path_write (path, writer);
  ews_writer_open (writer, "t:FieldURIOrConstant");
  ews_writer_add_empty (writer, "t:Constant", "Value", value);
  ews_writer_close (writer);
  ews_writer_close (writer);
}

static void
write_time (Writing *writing, const char *name, const EwsPath *path, gint64 seconds)
{
  g_autofree char *text = ews_time_to_text (seconds);

  write_comparison (writing, name, path, text);
}

static void
write_missing (Writing *writing, const EwsPath *path)
{
  ews_writer_open (writing->writer, "t:Not");
  ews_writer_open (writing->writer, "t:Exists");
  ews_path_write (path, writing->writer);
  ews_writer_close (writing->writer);
  ews_writer_close (writing->writer);
}

/* One of PATHS, which end with NULL, contains TEXT; with COMPLETE, or none of the header is there. */
static void
write_any (Writing *writing, const EwsPath *const *paths, const char *text, gboolean complete)
{
  ews_writer_open (writing->writer, "t:Or");
  for (; *paths != NULL; paths++)
    write_contains (writing, *paths, text);
  if (complete)
    write_missing (writing, &header);
  ews_writer_close (writing->writer);
}

static void
write_text (Writing *writing, const TaubeQuery *query)
{
  static const EwsPath *const from[] = { &from_name, &from_smtp, &from_address, NULL };
  static const EwsPath *const to[] = { &to_names, &header, NULL };
  static const EwsPath *const cc[] = { &cc_names, &header, NULL };
  static const EwsPath *const bcc[] = { &bcc_names, &header, NULL };
  static const EwsPath *const anywhere[]
    = { &subject, &from_name, &from_smtp, &from_address, &to_names, &cc_names, &bcc_names, &message_id, &in_reply_to,
        &references, &header, &body, NULL };
  const char *text = taube_query_get_text (query);

  switch (taube_query_get_field (query))
    {
    case TAUBE_QUERY_FIELD_SUBJECT:
      write_contains (writing, &subject, text);
      break;
    case TAUBE_QUERY_FIELD_BODY:
      write_contains (writing, &body, text);
      break;
    case TAUBE_QUERY_FIELD_FROM:
      write_any (writing, from, text, FALSE);
      break;
    case TAUBE_QUERY_FIELD_TO:
      write_any (writing, to, text, TRUE);
      break;
    case TAUBE_QUERY_FIELD_CC:
      write_any (writing, cc, text, TRUE);
      break;
    case TAUBE_QUERY_FIELD_BCC:
      write_any (writing, bcc, text, TRUE);
      break;
    default:
      write_any (writing, anywhere, text, FALSE);
      break;
    }
}

/* Of other fields only that they are there can be seen: what stands in them may be encoded. */
static void
write_header (Writing *writing, const TaubeQuery *query)
{
  static const struct
  {
    const char *name;
    const EwsPath *path;
  } known[] = { { "Message-ID", &message_id }, { "In-Reply-To", &in_reply_to }, { "References", &references } };
  static const EwsPath *const any[] = { &header, NULL };
  const char *text = taube_query_get_text (query);
  g_autofree char *field = g_strconcat (taube_query_get_header (query), ":", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_ascii_strcasecmp (known[i].name, taube_query_get_header (query)) == 0 && text[0] != '\0'
        && strpbrk (text, " \t") == NULL)
      {
        write_contains (writing, known[i].path, text);
        return;
      }
  write_any (writing, any, field, TRUE);
}

static void
write_verbs (Writing *writing, TaubeMessageFlags flags)
{
  if (flags & TAUBE_MESSAGE_FLAGS_ANSWERED)
    {
      ews_writer_open (writing->writer, "t:Or");
      write_comparison (writing, "t:IsEqualTo", &last_verb, "102");
      write_comparison (writing, "t:IsEqualTo", &last_verb, "103");
      ews_writer_close (writing->writer);
    }
  if (flags & TAUBE_MESSAGE_FLAGS_FORWARDED)
    write_comparison (writing, "t:IsEqualTo", &last_verb, "104");
}

static void
write_flags (Writing *writing, TaubeMessageFlags flags)
{
  ews_writer_open (writing->writer, "t:And");
  if (flags & TAUBE_MESSAGE_FLAGS_SEEN)
    write_comparison (writing, "t:IsEqualTo", &is_read, "true");
  if (flags & TAUBE_MESSAGE_FLAGS_DRAFT)
    write_comparison (writing, "t:IsEqualTo", &is_draft, "true");
  if (flags & TAUBE_MESSAGE_FLAGS_FLAGGED)
    write_comparison (writing, "t:IsEqualTo", &flag_status, FLAG_STATUS_FLAGGED);
  write_verbs (writing, flags);
  ews_writer_close (writing->writer);
}

static void
write_keyword (Writing *writing, const char *keyword)
{
  if (g_ascii_strcasecmp (keyword, "$Forwarded") != 0)
    {
      write_contains (writing, &categories, keyword);
      return;
    }
  ews_writer_open (writing->writer, "t:Or");
  write_contains (writing, &categories, keyword);
  write_verbs (writing, TAUBE_MESSAGE_FLAGS_FORWARDED);
  ews_writer_close (writing->writer);
}

static void
write_size (Writing *writing, const TaubeQuery *query)
{
  g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, taube_query_get_bytes (query));

  write_comparison (writing, taube_query_get_kind (query) == TAUBE_QUERY_KIND_LARGER ? "t:IsGreaterThan"
                                                                                     : "t:IsLessThan",
                    &size, number);
}

/* From FIRST on and before END; 0 is no border. */
static void
write_span (Writing *writing, const EwsPath *path, gboolean has_first, gint64 first, gboolean has_end, gint64 end)
{
  ews_writer_open (writing->writer, "t:And");
  if (has_first)
    write_time (writing, "t:IsGreaterThanOrEqualTo", path, first);
  if (has_end)
    write_time (writing, "t:IsLessThan", path, end);
  ews_writer_close (writing->writer);
}

/* A date of sending is written in a zone, and the server keeps it in UTC; one that it does not have may be in the
 * header all the same. */
static void
write_day (Writing *writing, const TaubeQuery *query)
{
  TaubeQueryKind kind = taube_query_get_kind (query);
  gboolean is_sent = taube_query_get_date (query) == TAUBE_QUERY_DATE_SENT;
  gint64 slack = is_sent ? 2 * DAY_SECONDS : 0, begin, end;
  g_autoptr (GDateTime) midnight = NULL;
  int year, month, day;

  taube_query_get_day (query, &year, &month, &day);
  midnight = g_date_time_new_utc (year, month, day, 0, 0, 0);
  begin = g_date_time_to_unix (midnight);
  end = kind == TAUBE_QUERY_KIND_ON ? begin + DAY_SECONDS : begin;
  if (is_sent)
    ews_writer_open (writing->writer, "t:Or");
  write_span (writing, is_sent ? &sent : &received, kind != TAUBE_QUERY_KIND_BEFORE, begin - slack,
              kind != TAUBE_QUERY_KIND_SINCE, end + slack);
  if (!is_sent)
    return;
  write_missing (writing, &sent);
  ews_writer_close (writing->writer);
}

static void write_node (Writing *writing, const TaubeQuery *query);

static void
write_branch (Writing *writing, const TaubeQuery *query)
{
  static const char *const names[] = { "t:And", "t:Or", "t:Not" };
  TaubeQueryKind kind = taube_query_get_kind (query);

  if (kind == TAUBE_QUERY_KIND_FUZZY)
    {
      writing->fuzzy = TRUE;
      write_node (writing, taube_query_get_child (query, 0));
      writing->fuzzy = FALSE;
      return;
    }
  ews_writer_open (writing->writer, names[kind - TAUBE_QUERY_KIND_AND]);
  for (guint i = 0; i < taube_query_get_n_children (query); i++)
    write_node (writing, taube_query_get_child (query, i));
  ews_writer_close (writing->writer);
}

static void
write_node (Writing *writing, const TaubeQuery *query)
{
  switch (taube_query_get_kind (query))
    {
    case TAUBE_QUERY_KIND_TEXT:
      write_text (writing, query);
      break;
    case TAUBE_QUERY_KIND_HEADER:
      write_header (writing, query);
      break;
    case TAUBE_QUERY_KIND_FLAGS:
      write_flags (writing, taube_query_get_flags (query));
      break;
    case TAUBE_QUERY_KIND_KEYWORD:
      write_keyword (writing, taube_query_get_text (query));
      break;
    case TAUBE_QUERY_KIND_LARGER:
    case TAUBE_QUERY_KIND_SMALLER:
      write_size (writing, query);
      break;
    case TAUBE_QUERY_KIND_BEFORE:
    case TAUBE_QUERY_KIND_ON:
    case TAUBE_QUERY_KIND_SINCE:
      write_day (writing, query);
      break;
    case TAUBE_QUERY_KIND_OLDER:
      write_time (writing, "t:IsLessThan", &received, writing->now - taube_query_get_seconds (query) + 1);
      break;
    case TAUBE_QUERY_KIND_YOUNGER:
      write_time (writing, "t:IsGreaterThanOrEqualTo", &received, writing->now - taube_query_get_seconds (query));
      break;
    case TAUBE_QUERY_KIND_ATTACHMENT:
      write_comparison (writing, "t:IsEqualTo", &attachments, "true");
      break;
    default:
      write_branch (writing, query);
      break;
    }
}

void
ews_query_write (TaubeQuery *query, gint64 now, EwsWriter *writer)
{
  Writing writing = { writer, now, FALSE };

  if (taube_query_get_kind (query) == TAUBE_QUERY_KIND_ALL)
    return;
  ews_writer_open (writer, "m:Restriction");
  write_node (&writing, query);
  ews_writer_close (writer);
}

/* Refusals. */

static const struct
{
  const EwsPath *path;
  guint feature;
} about[] = {
  { &header, EWS_QUERY_HEADER },          { &body, EWS_QUERY_BODY },          { &message_id, EWS_QUERY_REFERENCE },
  { &in_reply_to, EWS_QUERY_REFERENCE },  { &references, EWS_QUERY_REFERENCE }, { &attachments, EWS_QUERY_ATTACHMENT },
  { &categories, EWS_QUERY_KEYWORD },     { &last_verb, EWS_QUERY_VERB },     { &flag_status, EWS_QUERY_FLAGGED },
  { &from_name, EWS_QUERY_ADDRESS },      { &from_address, EWS_QUERY_ADDRESS }, { &from_smtp, EWS_QUERY_ADDRESS },
  { &to_names, EWS_QUERY_ADDRESS },       { &cc_names, EWS_QUERY_ADDRESS },   { &bcc_names, EWS_QUERY_ADDRESS },
  { &sent, EWS_QUERY_SENT },              { &size, EWS_QUERY_SIZE },          { &subject, EWS_QUERY_SUBJECT },
  { &received, EWS_QUERY_RECEIVED },      { &is_read, EWS_QUERY_STATE },      { &is_draft, EWS_QUERY_STATE },
};

/* Servers write a tag as they like: 0x1081, 4225. */
static gboolean
is_same_path (const EwsPath *path, const char *text)
{
  if (path->type != NULL && g_ascii_isdigit (text[0]))
    return g_ascii_strtoull (path->uri, NULL, 0) == g_ascii_strtoull (text, NULL, 0);
  return g_ascii_strcasecmp (path->uri, text) == 0;
}

static guint
lowest_bit (guint bits)
{
  return bits & (~bits + 1);
}

/* Of what the order has; a sort key that is not named is given up before what only decides between equal ones. */
static guint
find_order_blame (const char *path, guint ordered)
{
  static const EwsPath number = { "0x0e23", "Integer" };

  if (path != NULL && is_same_path (&number, path) && (ordered & EWS_ORDER_NUMBER) != 0)
    return EWS_ORDER_NUMBER;
  if (path != NULL && is_same_path (&received, path))
    return ordered & (EWS_ORDER_KEYS | EWS_ORDER_ARRIVAL);
  return lowest_bit (ordered);
}

guint
ews_query_find_blame (const char *code, const char *path, guint used)
{
  static const char *const refusals[]
    = { "ErrorContainsFilterWrongType", "ErrorInternalServerError", "ErrorInvalidArgument",
        "ErrorInvalidExcludesRestriction", "ErrorInvalidExtendedProperty", "ErrorInvalidExtendedPropertyValue",
        "ErrorInvalidOperation", "ErrorInvalidPropertyForExists", "ErrorInvalidPropertyForOperation",
        "ErrorInvalidPropertyRequest", "ErrorInvalidRequest", "ErrorInvalidRestriction",
        "ErrorInvalidValueForProperty", "ErrorNotImplemented", "ErrorSchemaValidation",
        "ErrorUnsupportedPathForQuery", "ErrorUnsupportedPathForSortGroup", "ErrorUnsupportedPropertyDefinition",
        "ErrorUnsupportedQueryFilter", "ErrorUnsupportedTypeForConversion", NULL };
  guint queried = used & EWS_QUERY_EVERYTHING, ordered = used & EWS_ORDER_EVERYTHING;
  guint filters = queried & (EWS_QUERY_NOT | EWS_QUERY_OR);

  if (g_str_has_prefix (code, "ErrorRestrictionToo"))
    return queried;
  if (!g_strv_contains (refusals, code))
    return 0;
  if (path != NULL && strcmp (code, "ErrorUnsupportedPathForSortGroup") != 0)
    for (guint i = 0; i < G_N_ELEMENTS (about); i++)
      if (is_same_path (about[i].path, path) && (about[i].feature & queried) != 0)
        return about[i].feature;
  if (strcmp (code, "ErrorUnsupportedPathForSortGroup") == 0 || queried == 0
      || (path != NULL && g_ascii_strtoull (path, NULL, 0) == 0x0e23))
    return find_order_blame (path, ordered);
  if (strcmp (code, "ErrorUnsupportedQueryFilter") == 0 && filters != 0)
    return lowest_bit (filters);
  return lowest_bit (queried);
}
