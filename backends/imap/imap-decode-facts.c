/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-decode-facts.h"

#include <string.h>

/* A longer one is none. */
#define MAX_URL_BYTES 2000

/* NIL and what is no number count as not told. */
static guint64
read_count (const ImapValue **value)
{
  guint64 number = 0;

  if (*value == NULL)
    return 0;
  if (!imap_value_get_number (*value, &number))
    number = 0;
  *value = (*value)->next;
  return number;
}

/* resp-text-code   =/ "INPROGRESS" [SP inprogress-body]
 * inprogress-body   = "(" inprogress-tag SP inprogress-progress SP inprogress-goal ")"
 * inprogress-tag    = quoted / nil                                                            (RFC 9585)
 *
 * A progress beyond the goal is the goal. FALSE when it is no such response. */
gboolean
imap_decode_inprogress (const ImapResponse *response, ImapInprogress *inprogress)
{
  const ImapValue *value = response->code_values;

  *inprogress = (ImapInprogress){ 0 };
  if (response->type != IMAP_RESPONSE_OK || response->code != IMAP_CODE_INPROGRESS)
    return FALSE;
  if (value == NULL || value->type != IMAP_VALUE_LIST)
    return TRUE;
  value = value->first;
  if (value != NULL && !imap_value_get_nstring (value, &inprogress->tag))
    inprogress->tag = (ImapString){ 0 };
  value = value != NULL ? value->next : NULL;
  inprogress->done = read_count (&value);
  inprogress->goal = read_count (&value);
  if (inprogress->goal > 0)
    inprogress->done = MIN (inprogress->done, inprogress->goal);
  return TRUE;
}

/* mailbox-data =/ "JMAPACCESS" SP quoted                                                      (RFC 9698)
 *
 * Only a https URL of printable ASCII is one: it may be shown, and opened, as it is. (transfer full) or NULL. */
char *
imap_decode_jmapaccess (const ImapResponse *response)
{
  ImapString url = { 0 };

  if (response->tag != NULL || g_ascii_strcasecmp (response->name, "JMAPACCESS") != 0
      || !imap_value_get_nstring (response->values, &url) || url.text == NULL)
    return NULL;
  if (url.length > MAX_URL_BYTES || url.length <= 8 || g_ascii_strncasecmp (url.text, "https://", 8) != 0)
    return NULL;
  for (gsize i = 0; i < url.length; i++)
    if (!g_ascii_isgraph (url.text[i]))
      return NULL;
  return g_strndup (url.text, url.length);
}
