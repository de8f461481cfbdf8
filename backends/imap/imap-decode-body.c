/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-decode-body.h"

#include <string.h>

/* A body being decoded: VALUE moves over the members of one list. */
typedef struct
{
  TaubeArena *arena;
  guint max_depth;
  guint depth;
} BodyReader;

static ImapBody *read_body (BodyReader *self, const ImapValue *value);

static gboolean
string_is (ImapString string, const char *word)
{
  return string.text != NULL && g_ascii_strcasecmp (string.text, word) == 0;
}

gboolean
imap_body_is_multipart (const ImapBody *body)
{
  return string_is (body->type, "multipart");
}

/* message/rfc822 and message/global: an envelope and a body are inside. */
gboolean
imap_body_is_message (const ImapBody *body)
{
  return string_is (body->type, "message")
         && (string_is (body->subtype, "rfc822") || string_is (body->subtype, "global"));
}

static ImapString
literal_string (const char *text)
{
  return (ImapString){ text, strlen (text) };
}

/* Takes the next member of a list, or NULL at its end. */
static const ImapValue *
take (const ImapValue **members)
{
  const ImapValue *value = *members;

  if (value != NULL)
    *members = value->next;
  return value;
}

static void
take_nstring (ImapBody *body, const ImapValue **members, ImapString *string, ImapBodyFields field)
{
  const ImapValue *value = take (members);

  if (!imap_value_get_nstring (value, string))
    body->malformed |= field;
}

/* One pair; more than a name and a value are left where they are. */
static gboolean
add_param (BodyReader *self, const ImapValue *name, ImapParam ***tail)
{
  ImapParam *param;
  ImapString key, value;

  if (!imap_value_is_text (name) || !imap_value_get_nstring (name->next, &value))
    return FALSE;
  imap_value_get_nstring (name, &key);
  param = taube_arena_alloc (self->arena, sizeof (ImapParam));
  if (param == NULL)
    return FALSE;
  *param = (ImapParam){ NULL, key, value.text != NULL ? value : literal_string ("") };
  **tail = param;
  *tail = &param->next;
  return TRUE;
}

/* body-fld-param = "(" string SP string *(SP string SP string) ")" / nil   (RFC 9051)
 *
 * Reads the pairs from FIRST on; what is none is passed over. FALSE when there was such. */
static gboolean
read_pairs (BodyReader *self, const ImapValue *first, ImapParam **params)
{
  gboolean good = TRUE;
  ImapParam **tail = params;

  *params = NULL;
  for (const ImapValue *name = first; name != NULL; name = name->next != NULL ? name->next->next : NULL)
    good &= add_param (self, name, &tail);
  return good;
}

static void
take_params (BodyReader *self, ImapBody *body, const ImapValue **members)
{
  const ImapValue *value = take (members);

  if (value == NULL || value->type == IMAP_VALUE_NIL)
    body->malformed |= value == NULL ? IMAP_BODY_PARAMS : 0;
  else if (value->type != IMAP_VALUE_LIST || !read_pairs (self, value->first, &body->params))
    body->malformed |= IMAP_BODY_PARAMS;
}

/* body-fld-dsp = "(" string SP body-fld-param ")" / nil              (RFC 9051)
 *
 * Exchange sends a string alone; others put the parameters into the same list as the word, or NIL where that stands. */
static void
take_disposition (BodyReader *self, ImapBody *body, const ImapValue **members)
{
  const ImapValue *value = take (members);
  const ImapValue *params;
  gboolean good;

  if (value == NULL)
    return;
  if (value->type != IMAP_VALUE_LIST)
    {
      body->malformed |= value->type != IMAP_VALUE_NIL ? IMAP_BODY_DISPOSITION : 0;
      imap_value_get_nstring (value, &body->disposition);
      return;
    }
  if (value->first == NULL)
    return;
  good = imap_value_get_nstring (value->first, &body->disposition);
  params = value->first->next;
  if (params != NULL && params->type == IMAP_VALUE_LIST)
    good &= read_pairs (self, params->first, &body->disposition_params);
  else if (params != NULL && params->type != IMAP_VALUE_NIL)
    good = read_pairs (self, params, &body->disposition_params) && FALSE;
  if (!good)
    body->malformed |= IMAP_BODY_DISPOSITION;
}

/* body-fld-dsp [SP body-fld-lang [SP body-fld-loc *(SP body-extension)]]
 * body-fld-lang = nstring / "(" string *(SP string) ")"
 * body-fld-loc  = nstring                                            (RFC 9051) */
static void
take_extension (BodyReader *self, ImapBody *body, const ImapValue **members)
{
  const ImapValue *value;

  take_disposition (self, body, members);
  value = take (members);
  if (imap_value_is_text (value))
    body->language = value;
  else if (value != NULL && value->type == IMAP_VALUE_LIST)
    body->language = value->first;
  if (*members != NULL)
    take_nstring (body, members, &body->location, IMAP_BODY_LOCATION);
}

/* A count where one must stand. Some servers write -1 for "unknown"; something that is no number at all is left for
 * what comes next. NIL is taken only with LEAST_BEHIND members or more behind it. */
static void
take_count (ImapBody *body, const ImapValue **members, guint least_behind, guint64 *count, ImapBodyFields field)
{
  const ImapValue *value = *members;
  guint behind = 0;

  if (imap_value_get_number (value, count))
    {
      take (members);
      return;
    }
  body->malformed |= field;
  if (value == NULL)
    return;
  if (value->type == IMAP_VALUE_NIL)
    for (const ImapValue *v = value->next; v != NULL && behind <= least_behind; v = v->next)
      behind++;
  if (value->type == IMAP_VALUE_ATOM || (value->type == IMAP_VALUE_NIL && behind >= least_behind))
    take (members);
}

/* media-message SP body-fields SP envelope SP body SP body-fld-lines (RFC 9051)
 *
 * The part behind body-fields. Gmail leaves it out when the message inside cannot be parsed. */
static void
take_message (BodyReader *self, ImapBody *body, const ImapValue **members)
{
  const ImapValue *value = *members;
  guint64 number;

  if (value != NULL && value->type == IMAP_VALUE_NIL && value->next != NULL
      && imap_value_get_number (value->next->next, &number))
    {
      /* NIL for the envelope and something for the body */
      body->malformed |= IMAP_BODY_ENVELOPE;
      take (members);
    }
  else if (value != NULL && value->type == IMAP_VALUE_LIST)
    {
      body->envelope = taube_arena_alloc (self->arena, sizeof (ImapEnvelope));
      if (body->envelope == NULL || !imap_decode_envelope (value, self->arena, body->envelope)
          || body->envelope->malformed != 0)
        body->malformed |= IMAP_BODY_ENVELOPE;
      take (members);
    }
  else
    {
      body->malformed |= IMAP_BODY_ENVELOPE | IMAP_BODY_CHILDREN;
      take_count (body, members, G_MAXUINT, &body->lines, IMAP_BODY_LINES);
      return;
    }
  value = take (members);
  if (value != NULL && value->type == IMAP_VALUE_LIST)
    {
      body->children = read_body (self, value);
      body->n_children = body->children != NULL;
    }
  if (body->children == NULL)
    body->malformed |= IMAP_BODY_CHILDREN;
  take_count (body, members, 4, &body->lines, IMAP_BODY_LINES);
}

/* body-type-1part = (body-type-basic / body-type-msg / body-type-text) [SP body-ext-1part]
 * body-fields     = body-fld-param SP body-fld-id SP body-fld-desc SP body-fld-enc SP body-fld-octets
 * body-ext-1part  = body-fld-md5 [SP body-fld-dsp …]                 (RFC 9051) */
static void
read_single (BodyReader *self, ImapBody *body, const ImapValue *members)
{
  take_nstring (body, &members, &body->type, IMAP_BODY_TYPE);
  take_nstring (body, &members, &body->subtype, IMAP_BODY_TYPE);
  if (body->type.text == NULL || body->subtype.text == NULL)
    {
      gboolean text = string_is (body->type, "text");

      body->malformed |= IMAP_BODY_TYPE;
      body->type = text ? body->type : literal_string ("application");
      body->subtype = literal_string (text ? "plain" : "octet-stream");
    }
  take_params (self, body, &members);
  take_nstring (body, &members, &body->id, IMAP_BODY_ID);
  take_nstring (body, &members, &body->description, IMAP_BODY_DESCRIPTION);
  take_nstring (body, &members, &body->encoding, IMAP_BODY_ENCODING);
  take_count (body, &members, 0, &body->size, IMAP_BODY_SIZE);
  if (imap_body_is_message (body))
    take_message (self, body, &members);
  else if (string_is (body->type, "text"))
    take_count (body, &members, 4, &body->lines, IMAP_BODY_LINES);
  if (members == NULL)
    return;
  take_nstring (body, &members, &body->md5, IMAP_BODY_MD5);
  take_extension (self, body, &members);
}

/* body-type-mpart = 1*body SP media-subtype [SP body-ext-mpart]
 * body-ext-mpart  = body-fld-param [SP body-fld-dsp …]               (RFC 9051)
 *
 * Without children, as Exchange and Gmail send it, it begins with the subtype. */
static void
read_multipart (BodyReader *self, ImapBody *body, const ImapValue *members)
{
  ImapBody **tail = &body->children;

  body->type = literal_string ("multipart");
  while (members != NULL && members->type == IMAP_VALUE_LIST)
    {
      ImapBody *child = read_body (self, take (&members));

      if (child == NULL)
        {
          body->malformed |= IMAP_BODY_CHILDREN;
          break;
        }
      *tail = child;
      tail = &child->next;
      body->n_children++;
    }
  while (members != NULL && members->type == IMAP_VALUE_LIST)
    take (&members);
  if (body->n_children == 0)
    body->malformed |= IMAP_BODY_CHILDREN;
  if (members != NULL && members->type == IMAP_VALUE_NIL && body->n_children == 0)
    take (&members);
  take_nstring (body, &members, &body->subtype, IMAP_BODY_TYPE);
  if (body->subtype.text == NULL)
    {
      body->malformed |= IMAP_BODY_TYPE;
      body->subtype = literal_string ("mixed");
    }
  if (members == NULL)
    return;
  take_params (self, body, &members);
  take_extension (self, body, &members);
}

/* A part whose type and subtype are strings has body-fields; a multipart without children has its parameters in second
 * place, and fewer members. */
static gboolean
looks_like_multipart (const ImapValue *list)
{
  const ImapValue *first = list->first;

  if (first == NULL)
    return FALSE;
  if (first->type == IMAP_VALUE_LIST)
    return TRUE;
  if (list->length >= 6)
    return FALSE;
  if (first->type == IMAP_VALUE_NIL)
    return imap_value_is_text (first->next);
  return first->next != NULL && !imap_value_is_text (first->next);
}

/* body = "(" (body-type-1part / body-type-mpart) ")"                 (RFC 9051)
 *
 * "()" is a part of which nothing is known: it keeps its place, as parts are numbered. NULL when there is no memory
 * left or VALUE is nested too deep. */
static ImapBody *
read_body (BodyReader *self, const ImapValue *value)
{
  ImapBody *body;

  if (self->depth >= self->max_depth)
    return NULL;
  body = taube_arena_alloc (self->arena, sizeof (ImapBody));
  if (body == NULL)
    return NULL;
  *body = (ImapBody){ 0 };
  self->depth++;
  if (looks_like_multipart (value))
    read_multipart (self, body, value->first);
  else
    read_single (self, body, value->first);
  self->depth--;
  if (value->broken)
    body->malformed |= IMAP_BODY_CHILDREN;
  return body;
}

/* Reads what BODY or BODYSTRUCTURE gives. NULL when that is no list; what is wrong within is marked in the part. */
ImapBody *
imap_decode_body (const ImapValue *value, TaubeArena *arena, const TaubeLimits *limits)
{
  BodyReader reader = { .arena = arena, .max_depth = limits->nesting };

  if (value == NULL || value->type != IMAP_VALUE_LIST)
    return NULL;
  return read_body (&reader, value);
}
