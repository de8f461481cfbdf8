/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mime/taube-mime-tree.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
check_text (const char *text)
{
  g_assert_true (text == NULL || g_utf8_validate (text, -1, NULL));
}

static void
check_node (const TaubeMimeNode *node, gsize size, guint depth)
{
  g_assert_cmpuint (depth, <, 64);
  g_assert_cmpuint (node->header_offset, <=, node->body_offset);
  g_assert_cmpuint (node->body_offset, <=, size);
  g_assert_cmpuint (node->size, <=, size - node->body_offset);
  check_text (node->section);
  check_text (node->type);
  check_text (node->subtype);
  check_text (node->id);
  check_text (node->description);
  check_text (node->filename);
  for (guint i = 0; i < node->children->len; i++)
    check_node (node->children->pdata[i], size, depth + 1);
}

/* Input: a whole message. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (TaubeMimeNode) root = taube_mime_tree_parse ((const char *) data, size, taube_limits_get_default ());

  check_node (root, size, 0);
  return 0;
}
