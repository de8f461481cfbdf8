/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube-error.h>
#include <taube-backend/taube-part-builder.h>

#include "base/taube-gettext.h"
#include "mime/taube-mime-tree.h"

#include <string.h>

static const TaubeMimeNode *
find_node (const TaubeMimeNode *node, const char *section)
{
  if (g_str_equal (node->section, section))
    return node;
  for (guint i = 0; i < node->children->len; i++)
    {
      const TaubeMimeNode *found = find_node (node->children->pdata[i], section);

      if (found != NULL)
        return found;
    }
  return NULL;
}

/* section-text = "HEADER" / "TEXT" / "MIME"                         (RFC 9051)
 *
 * The section in front of it, and which word it is; NULL when there is none. (transfer full) */
static char *
split_word (const char *section, const char **word_out)
{
  static const char *const words[] = { "HEADER", "TEXT", "MIME" };
  const char *dot = strrchr (section, '.');
  const char *last = dot != NULL ? dot + 1 : section;

  *word_out = NULL;
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_ascii_strcasecmp (last, words[i]) == 0)
      *word_out = words[i];
  if (*word_out == NULL)
    return g_strdup (section);
  return g_strndup (section, dot != NULL ? (gsize) (dot - section) : 0);
}

/* HEADER and TEXT are of a message: the whole one, or one that is enclosed. */
static const TaubeMimeNode *
find_message (const TaubeMimeNode *root, const char *section)
{
  const TaubeMimeNode *node;

  if (section[0] == '\0')
    return root;
  node = find_node (root, section);
  if (node == NULL || strcmp (node->type, "message") != 0 || node->children->len == 0)
    return NULL;
  return node->children->pdata[0];
}

static gboolean
find_bytes (const TaubeMimeNode *root, gsize length, const char *section, gsize *from, gsize *size)
{
  const char *word;
  g_autofree char *number = split_word (section, &word);
  const TaubeMimeNode *node;

  *from = 0;
  *size = length;
  if (section[0] == '\0')
    return TRUE;
  if (word == NULL || g_str_equal (word, "MIME"))
    node = find_node (root, number);
  else
    node = find_message (root, number);
  if (node == NULL || (word != NULL && g_str_equal (word, "MIME") && node->parent == NULL))
    return FALSE;
  if (word == NULL || g_str_equal (word, "TEXT"))
    {
      *from = node->body_offset;
      *size = node->size;
      return TRUE;
    }
  *from = node->header_offset;
  *size = node->body_offset > node->header_offset ? node->body_offset - node->header_offset : 0;
  return TRUE;
}

/* Writes the bytes of SECTION (as in IMAP's BODY[]: "", "HEADER", "1.2", "1.2.MIME", "2.TEXT") out of a whole MESSAGE:
 * for a server that only has the whole. TAUBE_ERROR_NOT_FOUND: the message has no such part. */
gboolean
taube_part_write_section (const char *message, gsize length, const char *section, const TaubeLimits *limits,
                          GOutputStream *sink, GCancellable *cancellable, GError **error)
{
  g_autoptr (TaubeMimeNode) root = taube_mime_tree_parse (message, length, limits);
  gsize from, size;

  if (!find_bytes (root, length, section, &from, &size))
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND, _ ("the message has no part %s"), section);
      return FALSE;
    }
  return size == 0 || g_output_stream_write_all (sink, message + from, size, NULL, cancellable, error);
}
