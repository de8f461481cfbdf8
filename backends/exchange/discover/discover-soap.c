/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/discover-answer.h"

#include <string.h>

#include <taube/taube-error.h>

#include "discover/discover-xml.h"
#include "exchange-gettext.h"

/* The parts of the envelope, and the inside of a fault, which stands in no namespace or in that of SOAP. */
static const EwsNode *
find_soap (const EwsNode *parent, const char *name)
{
  const EwsNode *node = parent != NULL ? parent->children : NULL;

  while (node != NULL && (node->space == EWS_SPACE_OTHER || strcmp (node->name, name) != 0))
    node = node->next;
  return node;
}

/* (transfer full) */
static DiscoverAnswer *
refuse (const char *code, const char *text)
{
  DiscoverAnswer *answer = discover_answer_new (DISCOVER_REFUSED);

  discover_answer_set_problem (answer, code, text);
  return answer;
}

static void
add_setting (DiscoverAnswer *answer, const EwsNode *settings, const char *name)
{
  const EwsNode *setting = ews_node_find (settings, "UserSetting");

  for (; setting != NULL; setting = ews_node_find_next (setting, "UserSetting"))
    if (g_strcmp0 (ews_node_get_text (setting, "Name"), name) == 0)
      discover_answer_add_url (answer, ews_node_get_text (setting, "Value"));
}

static gboolean
is_good (const char *code)
{
  return code == NULL || code[0] == '\0' || strcmp (code, "NoError") == 0;
}

static DiscoverAnswer *
read_user (const EwsNode *user)
{
  const char *code = ews_node_get_text (user, "ErrorCode"), *target = ews_node_get_text (user, "RedirectTarget");
  const EwsNode *settings = ews_node_find (user, "UserSettings");
  gboolean address = g_strcmp0 (code, "RedirectAddress") == 0, place = g_strcmp0 (code, "RedirectUrl") == 0;
  DiscoverAnswer *answer;

  if ((address || place) && target != NULL && target[0] != '\0')
    {
      answer = discover_answer_new (address ? DISCOVER_ADDRESS : DISCOVER_PLACE);
      answer->target = g_strdup (target);
      return answer;
    }
  if (!is_good (code))
    return refuse (code, ews_node_get_text (user, "ErrorMessage"));
  answer = discover_answer_new (DISCOVER_URLS);
  add_setting (answer, settings, "ExternalEwsUrl");
  add_setting (answer, settings, "InternalEwsUrl");
  if (answer->urls->len == 0)
    {
      answer->kind = DISCOVER_REFUSED;
      discover_answer_set_problem (answer, NULL, _ ("it names no web services"));
    }
  return answer;
}

static DiscoverAnswer *
read_fault (const EwsNode *fault)
{
  const EwsNode *code = find_soap (fault, "faultcode"), *text = find_soap (fault, "faultstring");

  return refuse (code != NULL ? code->text : NULL, text != NULL ? text->text : NULL);
}

DiscoverAnswer *
discover_answer_from_soap (const guint8 *data, gsize length, GError **error)
{
  g_autoptr (TaubeArena) arena = taube_arena_new (8 * DISCOVER_BYTES);
  const EwsNode *root = discover_xml_parse (arena, data, length, error), *body, *response, *user;

  if (root == NULL)
    return NULL;
  body = root->space == EWS_SPACE_SOAP && strcmp (root->name, "Envelope") == 0 ? find_soap (root, "Body") : NULL;
  if (find_soap (body, "Fault") != NULL)
    return read_fault (find_soap (body, "Fault"));
  response = ews_node_find (ews_node_find (body, "GetUserSettingsResponseMessage"), "Response");
  if (response == NULL)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, _ ("it is no answer of Autodiscover but <%s>"),
                   root->name);
      return NULL;
    }
  user = ews_node_find (ews_node_find (response, "UserResponses"), "UserResponse");
  if (user != NULL && is_good (ews_node_get_text (response, "ErrorCode")))
    return read_user (user);
  return refuse (ews_node_get_text (response, "ErrorCode"), ews_node_get_text (response, "ErrorMessage"));
}
