/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/discover-answer.h"

#include <string.h>

#include <json-glib/json-glib.h>

#include <taube/taube-error.h>

#include "exchange-gettext.h"

/* Real answers are one flat object of some hundred bytes. */
#define JSON_BYTES (64 << 10)
#define DEPTH_MAXIMUM 8

/* json-glib goes as deep as the text does. */
static gboolean
is_shallow (const guint8 *data, gsize length)
{
  gboolean quoted = FALSE;
  guint depth = 0;

  for (gsize i = 0; i < length; i++)
    {
      if (quoted && data[i] == '\\')
        i++;
      else if (data[i] == '"')
        quoted = !quoted;
      else if (!quoted && (data[i] == '{' || data[i] == '['))
        {
          if (++depth > DEPTH_MAXIMUM)
            return FALSE;
        }
      else if (!quoted && (data[i] == '}' || data[i] == ']') && depth > 0)
        depth--;
    }
  return TRUE;
}

/* Whatever the case of its name; NULL: there is none, or it is no text. */
static const char *
find_text (JsonObject *object, const char *name)
{
  JsonObjectIter iter;
  const char *member;
  JsonNode *node;

  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &member, &node))
    if (g_ascii_strcasecmp (member, name) == 0 && JSON_NODE_HOLDS_VALUE (node)
        && json_node_get_value_type (node) == G_TYPE_STRING)
      return json_node_get_string (node);
  return NULL;
}

static DiscoverAnswer *
read_object (JsonObject *object)
{
  const char *url = find_text (object, "Url"), *code = find_text (object, "ErrorCode");
  const char *protocol = find_text (object, "Protocol");
  DiscoverAnswer *answer = discover_answer_new (DISCOVER_URLS);

  if (protocol == NULL || g_ascii_strcasecmp (protocol, "EWS") == 0)
    discover_answer_add_url (answer, url);
  if (answer->urls->len > 0)
    return answer;
  answer->kind = DISCOVER_REFUSED;
  if (code != NULL)
    discover_answer_set_problem (answer, code, find_text (object, "ErrorMessage"));
  else
    discover_answer_set_problem (answer, NULL, _ ("it names no web services"));
  return answer;
}

DiscoverAnswer *
discover_answer_from_json (const guint8 *data, gsize length, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonNode *root;

  if (length >= 3 && memcmp (data, "\xef\xbb\xbf", 3) == 0)
    {
      data += 3;
      length -= 3;
    }
  if (length == 0 || length > JSON_BYTES || !is_shallow (data, length)
      || !g_utf8_validate ((const char *) data, (gssize) length, NULL)
      || !json_parser_load_from_data (parser, (const char *) data, (gssize) length, NULL))
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, _ ("the server's answer is no JSON that makes sense"));
      return NULL;
    }
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, _ ("the server's answer is no JSON that makes sense"));
      return NULL;
    }
  return read_object (json_node_get_object (root));
}
