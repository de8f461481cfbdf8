/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-query-private.h"

#include <taube/taube-error.h>
#include <taube/taube-id-set.h>
#include <taube-backend/taube-search-impl.h>

#include <string.h>

/* Searching on this side: a query is asked about one message, of which not all need be known. */

static const char *const field_headers[] = { "From", "To", "Cc", "Bcc", "Subject" };

static void
add_name (GPtrArray *names, const char *name)
{
  for (guint i = 0; names != NULL && i < names->len; i++)
    if (g_ascii_strcasecmp (names->pdata[i], name) == 0)
      return;
  if (names != NULL)
    g_ptr_array_add (names, (gpointer) name);
}

static TaubeFacts
needs_header (GPtrArray *names, const char *name)
{
  add_name (names, name);
  return TAUBE_FACTS_HEADERS;
}

TaubeFacts
taube_query_get_facts (const TaubeQuery *self, GPtrArray *names)
{
  TaubeFacts facts = TAUBE_FACTS_NONE;

  switch (taube_query_get_kind (self))
    {
    case TAUBE_QUERY_KIND_TEXT:
      if (taube_query_get_field (self) >= TAUBE_QUERY_FIELD_BODY)
        return TAUBE_FACTS_TEXT;
      return needs_header (names, field_headers[taube_query_get_field (self)]);
    case TAUBE_QUERY_KIND_HEADER:
      return needs_header (names, taube_query_get_header (self));
    case TAUBE_QUERY_KIND_FLAGS:
    case TAUBE_QUERY_KIND_KEYWORD:
      return TAUBE_FACTS_FLAGS;
    case TAUBE_QUERY_KIND_LARGER:
    case TAUBE_QUERY_KIND_SMALLER:
      return TAUBE_FACTS_SIZE;
    case TAUBE_QUERY_KIND_BEFORE:
    case TAUBE_QUERY_KIND_ON:
    case TAUBE_QUERY_KIND_SINCE:
      return taube_query_get_date (self) == TAUBE_QUERY_DATE_SENT ? needs_header (names, "Date") : TAUBE_FACTS_DATE;
    case TAUBE_QUERY_KIND_OLDER:
    case TAUBE_QUERY_KIND_YOUNGER:
      return TAUBE_FACTS_DATE;
    case TAUBE_QUERY_KIND_ATTACHMENT:
      return TAUBE_FACTS_ATTACHMENT;
    default:
      for (guint i = 0; i < taube_query_get_n_children (self); i++)
        facts |= taube_query_get_facts (taube_query_get_child (self, i), names);
      return facts;
    }
}

static TaubeTruth
truth_of (gboolean value)
{
  return value ? TAUBE_TRUTH_YES : TAUBE_TRUTH_NO;
}

static TaubeTruth
test_header (const TaubeQuery *self, const TaubeSearchSubject *subject, const char *name)
{
  const char *wanted = taube_query_get_folded (self);
  guint n = taube_mime_headers_get_n_fields (subject->headers);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *text = NULL;
      g_autofree char *folded = NULL;
      const char *raw;
      gsize length;

      if (g_ascii_strcasecmp (taube_mime_headers_get_name (subject->headers, i), name) != 0)
        continue;
      if (*wanted == '\0')
        return TAUBE_TRUTH_YES;
      raw = taube_mime_headers_get_raw (subject->headers, i, &length);
      text = taube_mime_decode_text (raw, length);
      folded = taube_mime_fold_text (text, -1);
      if (strstr (folded, wanted) != NULL)
        return TAUBE_TRUTH_YES;
    }
  return TAUBE_TRUTH_NO;
}

static TaubeTruth
test_text (const TaubeQuery *self, const TaubeSearchSubject *subject)
{
  const char *wanted = taube_query_get_folded (self);
  TaubeQueryField field = taube_query_get_field (self);

  if (field < TAUBE_QUERY_FIELD_BODY)
    return test_header (self, subject, field_headers[field]);
  return truth_of (strstr (subject->body_text, wanted) != NULL
                   || (field == TAUBE_QUERY_FIELD_TEXT && strstr (subject->header_text, wanted) != NULL));
}

static TaubeTruth
test_keyword (const TaubeQuery *self, const TaubeSearchSubject *subject)
{
  for (guint i = 0; i < subject->n_keywords; i++)
    if (g_ascii_strcasecmp (subject->keywords[i], taube_query_get_text (self)) == 0)
      return TAUBE_TRUTH_YES;
  return truth_of ((subject->flags & TAUBE_MESSAGE_FLAGS_FORWARDED) != 0
                   && g_ascii_strcasecmp (taube_query_get_text (self), "$Forwarded") == 0);
}

/* The day that is written in a date, as a number that grows by one a day. */
static gint64
day_number (gint64 seconds, int offset_minutes)
{
  gint64 local = seconds + (gint64) offset_minutes * 60;

  return local >= 0 ? local / 86400 : -((-local + 86399) / 86400);
}

static gboolean
get_day (const TaubeQuery *self, const TaubeSearchSubject *subject, gint64 *day_out)
{
  gint64 seconds = subject->date;
  int offset = subject->date_offset;

  if (taube_query_get_date (self) == TAUBE_QUERY_DATE_SENT)
    {
      gsize length;
      const char *date = taube_mime_headers_find (subject->headers, "Date", &length);

      if (date == NULL || !taube_mime_parse_date (date, length, &seconds, &offset))
        return FALSE;
    }
  *day_out = day_number (seconds, offset);
  return TRUE;
}

static TaubeTruth
test_day (const TaubeQuery *self, const TaubeSearchSubject *subject)
{
  g_autoptr (GDateTime) midnight = NULL;
  int year, month, day;
  gint64 wanted, has;

  if (!get_day (self, subject, &has))
    return TAUBE_TRUTH_NO;
  taube_query_get_day (self, &year, &month, &day);
  midnight = g_date_time_new_utc (year, month, day, 0, 0, 0);
  wanted = day_number (g_date_time_to_unix (midnight), 0);
  if (taube_query_get_kind (self) == TAUBE_QUERY_KIND_BEFORE)
    return truth_of (has < wanted);
  return truth_of (taube_query_get_kind (self) == TAUBE_QUERY_KIND_ON ? has == wanted : has >= wanted);
}

static TaubeTruth
test_id (const TaubeQuery *self, const TaubeSearchSubject *subject)
{
  g_autofree char *id = NULL, *plain = NULL;
  const TaubeIdSet *ids = taube_query_get_ids (self);

  if (subject->id != NULL)
    return truth_of (taube_id_set_contains (ids, subject->id));
  id = g_strdup_printf ("%s%u", subject->prefix, subject->number);
  plain = g_strdup_printf ("%u", subject->number);
  return truth_of (taube_id_set_contains (ids, id) || taube_id_set_contains (ids, plain));
}

/* All facts that a leaf needs are known. */
static TaubeTruth
test_leaf (const TaubeQuery *self, const TaubeSearchSubject *subject, gint64 now)
{
  switch (taube_query_get_kind (self))
    {
    case TAUBE_QUERY_KIND_TEXT:
      return test_text (self, subject);
    case TAUBE_QUERY_KIND_HEADER:
      return test_header (self, subject, taube_query_get_header (self));
    case TAUBE_QUERY_KIND_FLAGS:
      return truth_of ((taube_query_get_flags (self) & ~subject->flags) == 0);
    case TAUBE_QUERY_KIND_KEYWORD:
      return test_keyword (self, subject);
    case TAUBE_QUERY_KIND_LARGER:
      return truth_of (subject->size > taube_query_get_bytes (self));
    case TAUBE_QUERY_KIND_SMALLER:
      return truth_of (subject->size < taube_query_get_bytes (self));
    case TAUBE_QUERY_KIND_OLDER:
      return truth_of (subject->date <= now - taube_query_get_seconds (self));
    case TAUBE_QUERY_KIND_YOUNGER:
      return truth_of (subject->date >= now - taube_query_get_seconds (self));
    case TAUBE_QUERY_KIND_IDS:
      return test_id (self, subject);
    case TAUBE_QUERY_KIND_ATTACHMENT:
      return truth_of (subject->has_attachment);
    case TAUBE_QUERY_KIND_ALL:
      return TAUBE_TRUTH_YES;
    default:
      return test_day (self, subject);
    }
}

/* One DECISIVE child decides; else one that is unknown leaves it open. */
static TaubeTruth
test_children (const TaubeQuery *self, const TaubeSearchSubject *subject, gint64 now, TaubeTruth decisive)
{
  TaubeTruth truth = decisive == TAUBE_TRUTH_NO ? TAUBE_TRUTH_YES : TAUBE_TRUTH_NO;

  for (guint i = 0; i < taube_query_get_n_children (self); i++)
    {
      TaubeTruth child = taube_query_test (taube_query_get_child (self, i), subject, now);

      if (child == decisive)
        return decisive;
      if (child == TAUBE_TRUTH_UNKNOWN)
        truth = TAUBE_TRUTH_UNKNOWN;
    }
  return truth;
}

TaubeTruth
taube_query_test (const TaubeQuery *self, const TaubeSearchSubject *subject, gint64 now)
{
  TaubeTruth truth;

  switch (taube_query_get_kind (self))
    {
    case TAUBE_QUERY_KIND_AND:
      return test_children (self, subject, now, TAUBE_TRUTH_NO);
    case TAUBE_QUERY_KIND_OR:
      return test_children (self, subject, now, TAUBE_TRUTH_YES);
    case TAUBE_QUERY_KIND_FUZZY:
      return taube_query_test (taube_query_get_child (self, 0), subject, now);
    case TAUBE_QUERY_KIND_NOT:
      truth = taube_query_test (taube_query_get_child (self, 0), subject, now);
      if (truth == TAUBE_TRUTH_UNKNOWN)
        return truth;
      return truth == TAUBE_TRUTH_YES ? TAUBE_TRUTH_NO : TAUBE_TRUTH_YES;
    case TAUBE_QUERY_KIND_RAW:
      return TAUBE_TRUTH_UNKNOWN;
    default:
      if ((taube_query_get_facts (self, NULL) & ~subject->known) != 0)
        return TAUBE_TRUTH_UNKNOWN;
      return test_leaf (self, subject, now);
    }
}
