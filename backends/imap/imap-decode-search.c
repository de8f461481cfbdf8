/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-decode-search.h"

#include <string.h>

typedef void (*NumberFunc) (guint32 number, gpointer user_data);

static gsize
skip_while (const char *text, char c)
{
  gsize n = 0;

  while (text[n] == c)
    n++;
  return n;
}

/* mailbox-data   =/ "SEARCH" [*(SP nz-number) SP search-sort-mod-seq]
 * search-sort-mod-seq = "(" "MODSEQ" SP mod-sequence-value ")"       (RFC 7162)
 *
 * Straight from the text: a search in a large folder gives millions of numbers. FALSE when something else stands
 * there. */
static gboolean
read_numbers (const char *text, NumberFunc func, gpointer user_data, guint64 *modseq)
{
  for (;;)
    {
      gsize digits;
      guint64 number;

      text += skip_while (text, ' ');
      if (*text == '\0' || *text == '(')
        break;
      digits = strspn (text, "0123456789");
      if (digits == 0 || digits > 10 || !imap_number_parse (text, digits, &number) || number == 0
          || number > G_MAXUINT32)
        return FALSE;
      func (number, user_data);
      text += digits;
    }
  *modseq = 0;
  if (*text == '\0')
    return TRUE;
  if (g_ascii_strncasecmp (text, "(MODSEQ ", 8) != 0)
    return FALSE;
  text += 8;
  text += skip_while (text, ' ');
  return imap_number_parse (text, strspn (text, "0123456789"), modseq);
}

static void
add_to_set (guint32 number, gpointer user_data)
{
  imap_seqset_add (user_data, number);
}

static void
add_to_array (guint32 number, gpointer user_data)
{
  g_array_append_val ((GArray *) user_data, number);
}

/* Adds the numbers of a SEARCH response to a set. FALSE when it is malformed: those before that are there. */
gboolean
imap_decode_search (const ImapResponse *response, ImapSeqset *numbers, guint64 *modseq)
{
  guint64 ignored;

  return read_numbers (response->text, add_to_set, numbers, modseq != NULL ? modseq : &ignored);
}

/* sort-data = "SORT" *(SP nz-number)                                 (RFC 5256)
 *
 * Adds the numbers to an array of guint32 in their order. */
gboolean
imap_decode_sort (const ImapResponse *response, GArray *numbers)
{
  guint64 ignored;

  return read_numbers (response->text, add_to_array, numbers, &ignored);
}

/* search-return-data = "MIN" SP nz-number / "MAX" SP nz-number / "ALL" SP sequence-set / "COUNT" SP number
 * search-return-data =/ "MODSEQ" SP mod-sequence-value               (RFC 7162)
 * ret-data-partial   = "PARTIAL" SP "(" partial-range SP partial-results ")"   (RFC 9394) */
static gboolean
read_return_data (ImapEsearch *esearch, const ImapValue *name, const ImapValue *value)
{
  ImapEsearchFields field = 0;
  gboolean good = TRUE;

  if (imap_value_is_atom (name, "MIN"))
    field = IMAP_ESEARCH_MIN, good = imap_value_get_uint32 (value, &esearch->min);
  else if (imap_value_is_atom (name, "MAX"))
    field = IMAP_ESEARCH_MAX, good = imap_value_get_uint32 (value, &esearch->max);
  else if (imap_value_is_atom (name, "COUNT"))
    field = IMAP_ESEARCH_COUNT, good = imap_value_get_uint32 (value, &esearch->count);
  else if (imap_value_is_atom (name, "ALL"))
    field = IMAP_ESEARCH_ALL, good = imap_value_get_nstring (value, &esearch->all);
  else if (imap_value_is_atom (name, "MODSEQ"))
    field = IMAP_ESEARCH_MODSEQ, good = imap_value_get_number (value, &esearch->modseq);
  else if (imap_value_is_atom (name, "PARTIAL"))
    {
      field = IMAP_ESEARCH_PARTIAL;
      good = value->type == IMAP_VALUE_LIST && value->first != NULL
             && imap_value_get_nstring (value->first->next, &esearch->partial);
    }
  esearch->fields |= field;
  if (!good)
    esearch->malformed |= field;
  return good;
}

/* esearch-response  = "ESEARCH" [search-correlator] [SP "UID"] *(SP search-return-data)
 * search-correlator = SP "(" "TAG" SP tag-string ")"                 (RFC 9051)
 *
 * FALSE when an item is malformed. */
gboolean
imap_decode_esearch (const ImapResponse *response, ImapEsearch *esearch)
{
  const ImapValue *value = response->values;

  *esearch = (ImapEsearch){ 0 };
  if (value != NULL && value->type == IMAP_VALUE_LIST)
    {
      if (imap_value_is_atom (value->first, "TAG"))
        imap_value_get_nstring (value->first->next, &esearch->tag);
      value = value->next;
    }
  if (imap_value_is_atom (value, "UID"))
    {
      esearch->uid = TRUE;
      value = value->next;
    }
  for (; value != NULL && value->next != NULL; value = value->next->next)
    read_return_data (esearch, value, value->next);
  return esearch->malformed == 0 && value == NULL;
}

/* expunged-resp = "VANISHED" [SP "(EARLIER)"] SP known-uids          (RFC 7162)
 *
 * James leaves the set out when it is empty. */
gboolean
imap_decode_vanished (const ImapResponse *response, ImapVanished *vanished)
{
  const ImapValue *value = response->values;

  *vanished = (ImapVanished){ .uids = { "", 0 } };
  if (value != NULL && value->type == IMAP_VALUE_LIST)
    {
      vanished->earlier = imap_value_is_atom (value->first, "EARLIER");
      value = value->next;
    }
  if (value == NULL || value->type == IMAP_VALUE_NIL)
    return TRUE;
  return imap_value_get_nstring (value, &vanished->uids) && vanished->uids.text != NULL;
}

/* uidbatches-response = "UIDBATCHES" search-correlator [SP uid-range *("," uid-range)]      (UIDBATCHES)
 *
 * The batches from the highest UIDs down, as the server gives them. FALSE when they cannot be read. */
gboolean
imap_decode_uidbatches (const ImapResponse *response, ImapString *tag, ImapSeqset *batches)
{
  const ImapValue *value = response->values;

  *tag = (ImapString){ 0 };
  if (value == NULL || value->type != IMAP_VALUE_LIST || !imap_value_is_atom (value->first, "TAG")
      || !imap_value_get_nstring (value->first->next, tag))
    return FALSE;
  value = value->next;
  return value == NULL
         || (imap_value_is_text (value) && imap_seqset_add_text (batches, value->text, value->length, NULL));
}

/* "MESSAGELIMIT" SP message-limit [SP nz-number]                     (RFC 9738)
 *
 * LOWEST is the lowest UID that was looked at, 0 when none was. */
gboolean
imap_decode_limit (const ImapResponse *response, guint32 *limit, guint32 *lowest)
{
  const ImapValue *value = response->code_values;

  *lowest = 0;
  return response->code == IMAP_CODE_MESSAGELIMIT && imap_value_get_uint32 (value, limit)
         && (value->next == NULL || imap_value_get_uint32 (value->next, lowest));
}

/* resp-code-apnd = "APPENDUID" SP nz-number SP append-uid
 * resp-code-copy = "COPYUID" SP nz-number SP uid-set SP uid-set      (RFC 9051)
 *
 * Sets that are missing are empty. FALSE without a UIDVALIDITY. */
gboolean
imap_decode_copyuid (const ImapResponse *response, ImapCopyuid *copyuid)
{
  const ImapValue *value = response->code_values;

  *copyuid = (ImapCopyuid){ .target = { "", 0 } };
  if ((response->code != IMAP_CODE_COPYUID && response->code != IMAP_CODE_APPENDUID)
      || !imap_value_get_uint32 (value, &copyuid->uidvalidity))
    return FALSE;
  value = value->next;
  if (response->code == IMAP_CODE_COPYUID)
    {
      copyuid->source = (ImapString){ "", 0 };
      if (value != NULL && !imap_value_get_astring (value, &copyuid->source))
        return FALSE;
      value = value != NULL ? value->next : NULL;
    }
  return value == NULL || imap_value_get_astring (value, &copyuid->target);
}

/* The one number of UIDNEXT, UIDVALIDITY, UNSEEN, HIGHESTMODSEQ and the like. One with an exponent was rounded by its
 * server, and is no good for any of them. */
gboolean
imap_decode_code_number (const ImapResponse *response, guint64 *number)
{
  const ImapValue *value = response->code_values;

  return imap_value_get_number (value, number) && strspn (value->text, "0123456789") == value->length;
}
