/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/discover-answer.h"

#include <string.h>

#include <taube/taube-error.h>

#include "discover/discover-xml.h"
#include "exchange-gettext.h"

/* From outside EXPR and EXHTTP are what reaches the server; EXCH is for those inside, and may name a host that nobody
 * else can resolve. What else there is (WEB, or nothing that anybody knows) comes last. */
static const char *const preferred[] = { "EXPR", "EXHTTP", "EXCH", NULL };

static guint
rank (const EwsNode *protocol)
{
  const char *type = ews_node_get_text (protocol, "Type");
  guint i = 0;

  while (preferred[i] != NULL && (type == NULL || g_ascii_strcasecmp (type, preferred[i]) != 0))
    i++;
  return i;
}

/* EwsUrl is the newer name; ASUrl, for availability, leads to the same service. */
static void
add_protocols (DiscoverAnswer *answer, const EwsNode *account, guint wanted)
{
  const EwsNode *protocol = ews_node_find (account, "Protocol");

  for (; protocol != NULL; protocol = ews_node_find_next (protocol, "Protocol"))
    if (rank (protocol) == wanted)
      {
        discover_answer_add_url (answer, ews_node_get_text (protocol, "EwsUrl"));
        discover_answer_add_url (answer, ews_node_get_text (protocol, "ASUrl"));
      }
}

static gboolean
has_text (const char *text)
{
  return text != NULL && text[0] != '\0';
}

/* Action says it; where it is missing, what is there does. */
static DiscoverKind
find_kind (const EwsNode *account)
{
  const char *action = ews_node_get_text (account, "Action");
  gboolean silent = !has_text (action);

  if ((silent || g_ascii_strcasecmp (action, "redirectAddr") == 0)
      && has_text (ews_node_get_text (account, "RedirectAddr")))
    return DISCOVER_ADDRESS;
  if ((silent || g_ascii_strcasecmp (action, "redirectUrl") == 0)
      && has_text (ews_node_get_text (account, "RedirectUrl")))
    return DISCOVER_PLACE;
  return DISCOVER_URLS;
}

static DiscoverAnswer *
read_account (const EwsNode *account)
{
  DiscoverAnswer *answer = discover_answer_new (find_kind (account));

  if (answer->kind != DISCOVER_URLS)
    {
      answer->target
          = g_strdup (ews_node_get_text (account, answer->kind == DISCOVER_ADDRESS ? "RedirectAddr" : "RedirectUrl"));
      return answer;
    }
  for (guint i = 0; i <= G_N_ELEMENTS (preferred) - 1; i++)
    add_protocols (answer, account, i);
  if (answer->urls->len == 0)
    {
      answer->kind = DISCOVER_REFUSED;
      discover_answer_set_problem (answer, NULL, _ ("it names no web services"));
    }
  return answer;
}

DiscoverAnswer *
discover_answer_from_pox (const guint8 *data, gsize length, GError **error)
{
  g_autoptr (TaubeArena) arena = taube_arena_new (8 * DISCOVER_BYTES);
  const EwsNode *root = discover_xml_parse (arena, data, length, error), *response, *account, *problem;
  DiscoverAnswer *answer;

  if (root == NULL)
    return NULL;
  response = ews_node_is (root, "Autodiscover") ? ews_node_find (root, "Response") : NULL;
  account = ews_node_find (response, "Account");
  problem = ews_node_find (response, "Error");
  if (account != NULL)
    return read_account (account);
  if (problem == NULL)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, _ ("it is no answer of Autodiscover but <%s>"),
                   root->name);
      return NULL;
    }
  answer = discover_answer_new (DISCOVER_REFUSED);
  discover_answer_set_problem (answer, ews_node_get_text (problem, "ErrorCode"),
                               ews_node_get_text (problem, "Message"));
  return answer;
}
